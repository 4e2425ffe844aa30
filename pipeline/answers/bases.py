"""How many respondents answered each question of a wave, and how many could: counted in the cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from pipeline.answers.meaning import Base, Coded, Condition, Denied, Finished, Mapped, Tick
from pipeline.declarations.questionnaire import Survey
from pipeline.exports.cells import UNTOUCHED
from pipeline.project.sql import listed, literal

_NOBODY = "false"
_EVERYBODY = "true"
_TOGETHER = 60  # questions of which one query counts the bases


def statements(survey: Survey, meaning: Mapped) -> Iterator[tuple[list[str], str]]:
    """Some questions of a wave that have a base, and a query of the view `cells` with three counts of each.

    A query is of some questions: to plan one takes time that grows with the square of its counts.
    """
    kept = f"({_any(_screened(meaning))}) is not true"
    counted = [name for name in meaning.columns if not survey.questions[name].form.is_open]
    for first in range(0, len(counted), _TOGETHER):
        some = counted[first : first + _TOGETHER]
        counts = []
        for name in some:
            answered = _answered(meaning, name)
            asked = f"{kept} and {_routed(survey, meaning, name)}"
            counts += [answered, asked, f"{kept} and ({answered})"]
        # of cells that are all empty count_if would give null
        columns = ", ".join(f"count(*) filter (where {count})" for count in counts)
        yield some, f"select {columns} from cells"


def read(counted: Sequence[str], counts: Sequence[int]) -> dict[str, Base]:
    """The bases of the questions from the one row of their query."""
    return {name: Base(*counts[3 * place : 3 * place + 3]) for place, name in enumerate(counted)}


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(conditions) or _NOBODY


def _held(column: int, blank: Collection[str] = ()) -> str:
    """That a cell holds something but the texts that say as little as an empty cell."""
    return f"c{column} not in {listed(['', *blank])}"


def _ticked(ticks: Iterable[Tick]) -> Iterable[str]:
    return (_held(column, tick.unticked) for tick in ticks for column in tick.columns)


def _answered(meaning: Mapped, question: str) -> str:
    """That a respondent gave any answer to a question."""
    parts = meaning.of[question]
    held = [_says(coded) if meaning.missing[question] else _held(coded.column) for coded in parts.coded]
    no = [f"({says_no(meaning, denied)})" for denied in parts.denied]
    return _any([*held, *_ticked(parts.ticks), *no])


def came_to_the_end(finished: Finished) -> str:
    """Whether a row is of somebody who finished, in SQL over the cells of the wave."""
    if not finished.column:
        return _EVERYBODY
    cell = f"c{finished.column}"
    return f"coalesce({cell} in {listed(finished.texts)}, false)" if finished.texts else f"{cell} is not null"


def says_no(meaning: Mapped, denied: Denied) -> str:
    """Whether a row says No to some options of a question, in SQL over the cells of the wave.

    A box that nobody touched says so only of who answered a later question, or finished as far as the file
    tells: others had left before.
    """
    explicit = [text for text in denied.texts if text != UNTOUCHED]
    no = [f"c{column} in {listed(explicit)}" for column in denied.columns if explicit]
    if UNTOUCHED in denied.texts:
        boxes = {column for one in meaning.denied if UNTOUCHED in one.texts for column in one.columns}
        asked = {heading.column for columns in meaning.columns.values() for heading in columns}
        later = sorted(column for column in asked - boxes if column > max(denied.columns))
        further = [f"coalesce({', '.join(f'c{column}' for column in later)}) is not null"] if later else []
        further += [came_to_the_end(meaning.finished)] if meaning.finished else []
        went_on = " or ".join(further) or _EVERYBODY
        untouched = " or ".join(f"c{column} = {literal(UNTOUCHED)}" for column in denied.columns)
        no.append(f"(({untouched}) and ({went_on}))")
    return _any(no)


def _says(coded: Coded, options: Collection[str] = ()) -> str:
    """That a cell says an answer, or one of some options: what the file declares missing says none."""
    texts = [
        text
        for text, answers in coded.codes.items()
        if any(not options or answer.option in options for answer in answers)
    ]
    return f"c{coded.column} in {listed(texts)}" if texts else _NOBODY


def _chose(meaning: Mapped, question: str, options: Collection[str]) -> str:
    """That a respondent chose one of some options of a question."""
    ticks = [tick for tick in meaning.of[question].ticks if tick.answer.option in options]
    coded = [_says(coded, options) for coded in meaning.of[question].coded]
    return f"({_any([*coded, *_ticked(ticks)])})"


def _routed(survey: Survey, meaning: Mapped, question: str) -> str:
    """That a respondent was routed to a question, as far as the wave asked the questions that route to it."""
    routing = survey.questions[question].asked
    conditions = [_chose(meaning, name, options) for name, options in routing.items()
                  if name in meaning.columns]  # fmt: skip
    return " and ".join(conditions) or _EVERYBODY


def _screened(meaning: Mapped) -> Iterable[str]:
    """That a screening rule by answers or texts holds of a respondent."""
    for _, conditions in meaning.screens:
        if conditions:
            yield f"({' and '.join(_met(meaning, condition) for condition in conditions)})"


def _met(meaning: Mapped, condition: Condition) -> str:
    """That a respondent meets a part of a screening rule."""
    if condition.question:
        return _chose(meaning, condition.question, condition.options)
    cell = f"c{condition.column}"
    conditions = [f"{cell} in {listed(condition.texts)}"] if condition.texts else []
    conditions += [f"coalesce({cell}, '') = ''"] if condition.blank else []
    return f"({_any(conditions)})"
