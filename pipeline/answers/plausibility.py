"""What looks wrong in the answers of a wave although every cell was read: the gates of plausibility.

A gate is a function of a `Look` at one wave that yields doubts. Nothing is refused for a doubt: it is told as
a notice until the lines are put right, or `expected` under [reading.<question>] says why it is so.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.answers.meaning import Base, Mapped
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Key
from pipeline.declarations.wave import Fielding
from pipeline.project.errors import Problem, quoted
from pipeline.text.folding import fold, is_beginning

EVERYBODY = 20
"""so many respondents must have chosen an option that all of them chose before it is doubted"""
VANISHED = 3
"""so many options must have vanished together"""
FEWEST_TO_VANISH = 5
"""and each would have been chosen so many times, had as large a share chosen it as in the wave before"""
ALIKE = 0.6
"""the part of the shorter of two texts that both begin with, from which boxes may belong together"""
DOZENS = 30
"""a choice of which more options than these were given may be people's own words"""
SELDOM = 3
"""where most of them were given less often, which together are half of all answers at least"""
CODES = frozenset({-9.0, -8.0, -99.0, -88.0, -999.0, 98.0, 99.0, 998.0, 999.0, 9999.0})
"""numbers by which survey tools often mean that there is no answer"""
FAR = 3
"""so many times the span of all other numbers a number lies outside of them, to be far"""
MOVED = 0.1
"""the part of the mean of the others by which numbers outside of them must move it"""
MOVED_DEVIATIONS = 0.5
"""or the part of their standard deviation"""
FEWEST_NUMBERS = 10
"""so many other numbers there must be"""
COLLAPSED = 1 / 3
"""the part of the share that answered in the wave before under which a base has collapsed"""
FEWEST_BEFORE = 30
"""so many must have answered in the wave before"""
FEWEST_EXPECTED = 10
"""and so many would have answered now, had as large a share done so"""
_ENDS = ":?["  # what stands between a question and its option in one heading
_LISTED = 3  # options, or questions, that a message names


@dataclass(frozen=True)
class Doubt:
    """What looks wrong of one question, or of several neighbours, and what to write where it is."""

    questions: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Look:
    """A wave, with what the cells of all waves of its survey mean, by their names, the earliest first."""

    survey: Survey
    fielding: Fielding
    waves: Mapping[str, Mapped]

    @property
    def meaning(self) -> Mapped:
        """What the cells of the wave mean."""
        return self.waves[self.fielding.name]

    def before(self, question: str) -> tuple[str, Mapped] | None:
        """The last wave before this one that has columns of a question; None where there is none."""
        names = list(self.waves)
        names = names[: names.index(self.fielding.name)]
        earlier = [name for name in names if question in self.waves[name].columns]
        return (earlier[-1], self.waves[earlier[-1]]) if earlier else None

    def several(self) -> list[str]:
        """The multiple choices of the wave, in the order of the questionnaire."""
        return [name for name in self.meaning.columns if self.survey.questions[name].form.several]

    def text(self, question: str) -> str:
        """The wording of a question, as declared or else as its first column is headed."""
        declared = self.survey.questions[question].text
        headings = self.meaning.columns[question]
        return headings[0].text if not declared or is_beginning(declared) else declared


def doubts(survey: Survey, fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> Iterator[Problem]:
    """What looks wrong in each wave, the earliest first, at its place in the wave file.

    A line `expected` on a question silences all doubts of it, and is told where there are none.
    """
    waves = {fielding.name: meaning for fielding, meaning in zip(fieldings, mapped, strict=True)}
    for fielding in fieldings:
        look = Look(survey, fielding, waves)
        expected = {name for name, reading in fielding.wave.reading.items() if reading.expected}
        idle = expected & set(look.meaning.columns)
        for gate in GATES:
            for doubt in gate(look):
                idle -= set(doubt.questions)
                if expected.isdisjoint(doubt.questions):
                    yield _notice(fielding, doubt)
        for name in sorted(idle):
            yield fielding.document.problem(
                f"{name}: expected explains what nothing doubts any more; delete the line",
                *("reading", name, "expected"),
            )


def _notice(fielding: Fielding, doubt: Doubt) -> Problem:
    """A doubt at the line of the wave file that comes nearest to what it is about."""
    question = doubt.questions[0]
    places: list[tuple[Key, ...]] = [(table, question) for table in ("reading", "columns", "answers")]
    place = next((place for place in places if place in fielding.document.lines), places[0])
    expected = f'If all is right, say expected = "why" under [reading.{question}]'
    return fielding.document.problem(f"{_named(doubt.questions)}: {doubt.message}. {expected}", *place)


# gates


def chosen_by_all(look: Look) -> Iterator[Doubt]:
    """An option of a multiple choice that all who answered it chose, if they are `EVERYBODY` at least.

    One box by itself has no other result, so that this is often a part of a longer question.
    """
    in_runs = {name for run in _runs(look) for name in run}
    for name in look.several():
        everybody = look.meaning.bases[name].everybody
        if name in in_runs or everybody < EVERYBODY:
            continue
        for option, count in look.meaning.of[name].given.items():
            if count >= everybody:
                yield Doubt(
                    (name,),
                    f"all {everybody} respondents who answered chose {option!r}. Are other boxes of it "
                    f'missing? Then name all of its columns: {name} = ["…"] under [columns]',
                )


def vanished(look: Look) -> Iterator[Doubt]:
    """Options that people gave in the wave before and nobody gives now, while others are given.

    `VANISHED` at least, of each of which `FEWEST_TO_VANISH` answers were to be expected. A status under
    [changes], or not_offered, explains that; where not one answer of the wave before is given any more, only
    the status "broken" does. Texts beside an Other are no answers here.
    """
    for name in look.meaning.columns:
        before, here = look.before(name), look.meaning.bases.get(name)
        if before is None or here is None or not look.survey.questions[name].form.has_options:
            continue
        then = before[1].of[name].given
        lost, all_are_lost = _lost(look, name, before[1])
        if len(lost) >= VANISHED:
            times = sum(then[option] for option in lost)
            change = 'status = "broken"' if all_are_lost else f'not_offered = ["{lost[0]}", "…"]'
            yield Doubt(
                (name,),
                f"{_named([repr(option) for option in lost])} were given {times} times in {before[0]} and "
                f"never here, where {here.everybody} respondents gave other answers. Are they worded "
                "otherwise here? Then map "
                f'"text" = "{lost[0]}" under [answers.{name}]. Could they not be chosen? Then say {change} '
                f"under [changes.{name}]",
            )


def torn(look: Look) -> Iterator[Doubt]:
    """Neighbouring multiple choices, each with one option given, whose texts begin alike.

    They share `ALIKE` of the shorter text, or the words before a colon, a question mark or a bracket.
    """
    for run in _runs(look):
        begin = _beginning([look.text(name) for name in run]).rstrip()
        alike = f" as {quoted(begin, 60)}" if begin else ""
        yield Doubt(
            tuple(run),
            f"{len(run)} neighbours have one box each, and their texts begin alike{alike}. Are they boxes of "
            "one question? Then declare one multiple choice with an option for each, and name all columns: "
            f'{run[0]} = ["…"] under [columns]',
        )


def own_words(look: Look) -> Iterator[Doubt]:
    """A single choice of which more than `DOZENS` of options were given, most of them seldom (`SELDOM`).

    Of a list such as countries few options have most of the answers, or most options none in any wave.
    """
    for name in look.meaning.columns:
        if not look.survey.questions[name].form.is_one_choice:
            continue
        counts = look.meaning.of[name].given
        seldom = [count for count in counts.values() if count < SELDOM]
        ever = {option for meaning in look.waves.values() for option in meaning.of[name].given}
        is_list = 2 * len(ever) <= len(look.survey.options(name))
        if len(counts) <= DOZENS or is_list or 2 * len(seldom) <= len(counts):
            continue
        if 2 * sum(seldom) >= counts.total():
            yield Doubt(
                (name,),
                f"{len(counts)} different answers, {len(seldom)} of them given by fewer than {SELDOM} "
                f'respondents. Are they people\'s own words? Then say kind = "text" under [questions.{name}] '
                "in survey.toml",
            )


def moved_mean(look: Look) -> Iterator[Doubt]:
    """Numbers, each given twice at least, that lie outside of all others and move their mean.

    Outside is what is far (`FAR` times their span) or a usual code for no answer (`CODES`); the mean is moved
    by more than `MOVED` of itself or `MOVED_DEVIATIONS` of their standard deviation.
    """
    for (name, item), numbers in look.meaning.numbers.items():
        asked = look.survey.questions[name]
        values: Counter[float] = Counter()
        for (value, _), count in numbers.items():
            values[value] += count
        outside = _outside(values)
        others = values - Counter({value: values[value] for value in outside})
        if not outside or others.total() < FEWEST_NUMBERS or not asked.form.is_numeric:
            continue
        if _moves(values, others):
            texts = sorted(text for value, text in numbers if value in outside)
            of_item = f"{item}: " if item else ""
            yield Doubt((name,), of_item + _about_numbers(texts, values, others, asked.private, name))


def collapsed(look: Look) -> Iterator[Doubt]:
    """A question that less than `COLLAPSED` of the share of the wave before answered, of those routed to it.

    `FEWEST_BEFORE` must have answered then, and `FEWEST_EXPECTED` were to be expected now.
    """
    for name, now in look.meaning.bases.items():
        before = look.before(name)
        then = before[1].bases[name] if before else Base(0, 0, 0)
        if before is None or not now.asked or then.answered < FEWEST_BEFORE:
            continue
        # who answered without being routed was asked all the same
        share = then.answered / max(then.asked, then.answered)
        if share * now.asked >= FEWEST_EXPECTED and now.answered < COLLAPSED * share * now.asked:
            yield Doubt(
                (name,),
                f"{now.answered} of {now.asked} respondents who were asked answered "
                f"({now.answered / now.asked:.0%}), in {before[0]} {then.answered} of {then.asked} "
                f"({share:.0%}). Are other columns of it missing? Then name all of them: "
                f'{name} = ["…"] under [columns]. Is a text an answer that blank lists? Then delete it there',
            )


Gate = Callable[[Look], Iterator[Doubt]]
GATES: tuple[Gate, ...] = (chosen_by_all, torn, vanished, own_words, moved_mean, collapsed)


# what the gates ask


def _answers(look: Look, question: str) -> list[str]:
    """The substantive options of a question that an export has by themselves, and not from texts."""
    return [
        name
        for name, option in look.survey.options(question).items()
        if option.role == "substantive" and not option.write_in and not option.from_text
    ]


def _lost(look: Look, question: str, before: Mapped) -> tuple[list[str], bool]:
    """The options given in a wave before and not now, unless that is explained; whether these are all."""
    now, then = look.meaning.of[question].given, before.of[question].given
    here, there = look.meaning.bases[question].everybody, before.bases[question].everybody
    wave = look.fielding.wave
    status = wave.changes[question].status if question in wave.changes else "same"
    options = [option for option in _answers(look, question) if then[option]]
    all_are_lost = not any(now[option] for option in options)
    if not now or status == "broken" or (status == "reworded" and not all_are_lost):
        return [], False
    absent = [] if all_are_lost else wave.not_offered(question)
    wanted = [option for option in options if then[option] * here >= FEWEST_TO_VANISH * there]
    return [option for option in wanted if not now[option] and option not in absent], all_are_lost


def _named(names: Sequence[str]) -> str:
    """Some names in a sentence: the first few, and how many more."""
    more = [f"{len(names) - _LISTED} more"] if len(names) > _LISTED else []
    *most, last = [*names[:_LISTED], *more]
    return f"{', '.join(most)} and {last}" if most else last


def _runs(look: Look) -> list[list[str]]:
    """The neighbours of which each has one option given, and begins as the one before it."""
    runs: list[list[str]] = []
    before = ""
    for name in look.meaning.columns:
        is_box = look.survey.questions[name].form.several and len(look.meaning.of[name].given) == 1
        if is_box and before and _begin_alike(look.text(before), look.text(name)):
            runs[-1].append(name)
        elif is_box:
            runs.append([name])
        before = name if is_box else ""
    return [run for run in runs if len(run) > 1]


def _begin_alike(one: str, other: str) -> bool:
    """Whether two texts share their beginning: most of the shorter one, or all before a sign that ends it."""
    texts = [fold(one), fold(other)]
    same, shorter = _beginning(texts), min(map(len, texts))
    return shorter > 0 and (len(same) >= ALIKE * shorter or any(sign in same for sign in _ENDS))


def _beginning(texts: Sequence[str]) -> str:
    """What all of some texts begin with."""
    first, last = min(texts), max(texts)
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same)


def _outside(values: Counter[float]) -> set[float]:
    """The numbers, given twice at least, that lie outside of all others, taken from both ends inwards."""
    outside: set[float] = set()
    left = sorted(values)
    while len(left) > 1:
        ends = ((left[0], left[1:]), (left[-1], left[:-1]))
        found = next(((end, rest) for end, rest in ends if values[end] > 1 and _is_outside(end, rest)), None)
        if found is None:
            break
        outside.add(found[0])
        left = found[1]
    return outside


def _is_outside(value: float, others: Sequence[float]) -> bool:
    """Whether a number that lies outside of others, which are sorted, is a usual code or far from them."""
    span = others[-1] - others[0]
    distance = others[0] - value if value < others[0] else value - others[-1]
    return value in CODES or 0 < FAR * span < distance


def _moves(values: Counter[float], others: Counter[float]) -> bool:
    """Whether the mean of all numbers is another than that of some of them."""
    mean = _mean(others)
    squares = (count * (value - mean) ** 2 for value, count in others.items())
    deviation = math.sqrt(math.fsum(squares) / others.total())
    moved = abs(_mean(values) - mean)
    return (0 < MOVED * abs(mean) < moved) or (0 < MOVED_DEVIATIONS * deviation < moved)


def _mean(values: Counter[float]) -> float:
    return math.fsum(value * count for value, count in values.items()) / values.total()


def _about_numbers(
    texts: Sequence[str], values: Counter[float], others: Counter[float], private: bool, name: str
) -> str:
    """What to look at of numbers outside of all others; none of them where the question is private."""
    cells = f"in {values.total() - others.total()} cells"
    listed = '"…"' if private else ", ".join(_in_toml(text) for text in texts)
    remedy = f"Do they mean that there is no answer? Then say blank = [{listed}] under [reading.{name}]"
    if private:
        different = len(values) - len(others)
        seen = "one value" if different == 1 else f"{different} values"
        return f"{seen}, {cells}, outside all others, and the mean moves by it. {remedy}"
    return (
        f"{listed}, {cells}, outside all others, which are {min(others):g} to {max(others):g}: the mean is "
        f"{_mean(values):.4g} with it and {_mean(others):.4g} without. {remedy}"
    )


def _in_toml(text: str) -> str:
    """A short text as TOML writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
