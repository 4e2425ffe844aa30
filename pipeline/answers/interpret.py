"""From the columns of an export to the answers of a questionnaire: the closed world.

Pure functions of the declarations, the headings and the distinct texts of each column. Every heading
is a question's, a respondent's or dropped; every text is an option, mapped, a number, or a problem;
every line of the wave file that matched nothing is a problem. Nothing is guessed by position.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from pipeline.answers.columns import FINISHED, Assigned, write_ins
from pipeline.answers.kinds import reader_of
from pipeline.answers.meaning import Condition, Finished, Mapped, Texts
from pipeline.answers.reader import SHOWN_BY, Asked, Labels, Reader
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import ALL, SUBMITTED, Fielding
from pipeline.exports.tools import Heading
from pipeline.project.errors import Problem, did_you_mean, quoted, shortened
from pipeline.text.folding import fold
from pipeline.text.values import as_number

_ALMOST = 0.8  # the likeness, by difflib, from which a text is taken for a slip of another


def attempt(
    survey: Survey, survey_document: Document, fielding: Fielding, assigned: Assigned, texts: Texts
) -> tuple[Mapped, list[Problem]]:
    """What the cells mean, as far as they do, and everything that means nothing."""
    reader = Reader(survey, survey_document, fielding, assigned, texts)
    for name in assigned.questions:
        _read(reader, name)
    _screens(reader)
    _finished(reader)
    reader.mapped.weight = assigned.respondents.get("weight")
    reader.mapped.id = assigned.respondents.get("id")
    if {"started", "submitted"} <= set(assigned.respondents):
        reader.mapped.times = (assigned.respondents["started"], assigned.respondents["submitted"])
    reader.mapped.notices += [
        fielding.document.problem(
            f"{name}: {'1 cell holds a value' if count == 1 else f'{count} cells hold values'} that the file "
            f"declares missing, and counts as empty; map it under [answers.{name}] if it is an answer",
            *("reading", name),
        )
        for name, count in reader.mapped.missing.items()
    ]
    _count(reader.mapped, texts)
    return reader.mapped, reader.problems


def _count(mapped: Mapped, texts: Texts) -> None:
    """Note how many cells say each answer, each tick and each number."""
    for column in mapped.coded:
        for text, answers in column.codes.items():
            for answer in answers:
                count = texts[column.column][text]
                mapped.counts[column.question, answer.item, answer.option] += count
                if answer.value is not None:
                    numbers = mapped.numbers.setdefault((column.question, answer.item), Counter())
                    numbers[answer.value, text] += count
    for tick in mapped.ticks:
        boxes = [texts.get(column, {}) for column in tick.columns]
        held = [sum(n for text, n in box.items() if text not in tick.unticked) for box in boxes]
        key = tick.question, tick.answer.item, tick.answer.option
        # the box of an Other and the words beside it are ticks of the same people
        mapped.ticked[key] = max(mapped.ticked[key], *held, 0)


def _read(reader: Reader, name: str) -> None:
    """Map the columns of one question."""
    question = reader.survey.questions[name]
    columns = reader.assigned.questions[name]
    mapped = reader.fielding.wave.answers.get(name, {})
    lines = reader.fielding.wave.lines(name)
    declared = {i: o.label for i, o in reader.survey.options(name).items()}
    write_ins = [i for i, o in reader.survey.options(name).items() if o.write_in]
    may_be_words = bool(write_ins) or question.private or question.form.is_measured
    enough = SHOWN_BY if may_be_words else 1
    options = Labels("options", declared, lines, write_ins, reader.layout.missing, enough)
    items = Labels("items", question.items, lines, missing=reader.layout.missing)
    numbers = {text: float(to) for text, to in mapped.items() if not isinstance(to, str)}
    asked = Asked(name, columns, options, items, numbers)
    reader_of(question.kind)(reader, asked)
    for labels in (options, items):
        for label, first, second in sorted(labels.clashes):
            reader.mapped.clashes += [(name, text, labels.seen[fold(text)]) for text in (first, second)]
            texts = "" if question.private else f", {quoted(first)} and {quoted(second)}"
            reader.say(name, f"the beginning {label!r} fits two texts{texts}; make it longer")
    _check_not_offered(reader, name)
    _check_codes(reader, name, options)
    reader.mapped.used.update((name, line) for line in options.used | items.used)
    targets: dict[str, str | float] = {}
    for text, to in mapped.items():
        place = ("answers", name, text)
        if targets.setdefault(fold(text), to) != to:
            reader.problem(f"{text!r} is mapped to {to!r} and to {targets[fold(text)]!r}; keep one", *place)
        if text not in options.used | items.used:
            near = _near_text(reader, name, text, columns)
            reader.problem(
                f"{text!r} = {to!r} matched nothing in this export; delete the line. {near}", *place
            )


def _check_codes(reader: Reader, question: str, options: Labels) -> None:
    """Of answers that are numbers all are codes, mapped by lines, or none: else one takes another's label."""
    labelled = {fold(label): identifier for identifier, label in options.declared.items()}
    by_label = sorted(text for text in options.by_label if as_number(text) is not None)
    for line in sorted(options.used & set(options.lines)):
        other = labelled.get(fold(line), options.lines[line])
        if by_label and as_number(line) is not None and other != options.lines[line]:
            reader.problem(
                f"{line!r} is the label of {other!r}, and is mapped to {options.lines[line]!r} while "
                f"{by_label[0]!r} is read by its label; map every code, or delete the line",
                *("answers", question, line),
            )


def _screens(reader: Reader) -> None:
    """Turn the screening rules into conditions on options and texts."""
    for number, rule in enumerate(reader.fielding.wave.exclude):
        conditions = []
        for key, wanted in rule.where.items():
            if key in reader.survey.questions:
                if key not in reader.assigned.questions:
                    why = "has no column in this export, so nobody can be screened by it"
                    reader.problem(f"{key!r} {why}", "exclude", number, "where", key)
                conditions.append(Condition(question=key, options=tuple(wanted)))
                continue
            if key not in reader.assigned.screens:
                continue
            column = reader.assigned.screens[key]
            known = {fold(text) for text in wanted}
            texts, forms = reader.texts.get(column, {}), _spellings(reader, column)
            matching = tuple(text for text, spellings in forms.items() if spellings & known)
            conditions.append(Condition(column=column, texts=matching, blank="" in known))
            there = set().union(*forms.values())
            if lost := [text for text in wanted if text and fold(text) not in there]:
                _lost_texts(reader, number, key, lost, texts, known)
        reader.mapped.screens.append((rule.reason, tuple(conditions)))


def _spellings(reader: Reader, column: int) -> dict[str, set[str]]:
    """The texts of a column, folded; what the file declares missing may be named by its label alone."""
    missing = reader.layout.missing
    return {text: {fold(text), fold(text.removeprefix(missing))} for text in reader.texts.get(column, {})}


def _finished(reader: Reader) -> None:
    """Note who finished, where the wave file says how the export tells; a text of no cell is wrong."""
    declared, columns = reader.fielding.wave.respondents.finished, reader.assigned.respondents
    if declared == ALL:
        reader.mapped.finished = Finished()
    elif declared == SUBMITTED and SUBMITTED in columns:
        reader.mapped.finished = Finished(columns[SUBMITTED])
    elif isinstance(declared, dict) and FINISHED in columns:
        ((heading, wanted),) = declared.items()
        forms = _spellings(reader, columns[FINISHED])
        there, known = set().union(*forms.values()), {fold(text) for text in wanted}
        for index, text in enumerate(wanted):
            if fold(text) not in there:
                why = f"finished: {text!r} stands in no cell of {heading!r}"
                reader.problem(why, "respondents", "finished", heading, index)
        matching = tuple(text for text, spellings in forms.items() if spellings & known)
        reader.mapped.finished = Finished(columns[FINISHED], matching) if matching else None


def _lost_texts(
    reader: Reader,
    rule: int,
    heading: str,
    lost: Sequence[str],
    texts: Mapping[str, int],
    known: AbstractSet[str],
) -> None:
    """Texts of a screening rule that stand in no cell: an error where a cell says almost the same.

    Others are notices: the rule may be meant for what did not happen in this wave.
    """
    place = ("exclude", rule, "where", heading)
    others = {fold(text): text for text in texts if fold(text) not in known}
    for text in lost:
        near = difflib.get_close_matches(fold(text), list(others), n=1, cutoff=_ALMOST)
        lacking = f"{text!r} stands in no cell of {heading!r}"
        if near:
            seen = others[near[0]]
            cells = sum(count for one, count in texts.items() if fold(one) == near[0])
            times = "once" if cells == 1 else f"{cells} times"
            reader.problem(f"{lacking}; did you mean {quoted(seen)} ({times})?", *place)
            continue
        reader.mapped.lost[rule] += 1
        reader.mapped.notices.append(
            reader.fielding.document.problem(f"{lacking}, so it excludes nobody", *place)
        )


def _near_text(reader: Reader, question: str, text: str, columns: Sequence[Heading]) -> str:
    """The texts that a mapping line could mean; nobody's own words."""
    beside = write_ins(reader.survey, question, columns, {})
    named = [h for h in columns if h not in beside]
    texts = dict.fromkeys(t for heading in named for t in reader.texts.get(heading.column, {}))
    others = [shortened(t) for t in texts if fold(shortened(t)) != fold(text)]
    if reader.survey.questions[question].private:
        return ""
    return did_you_mean(text, others, "The texts there are") if others else ""


def _check_not_offered(reader: Reader, question: str) -> None:
    """What the wave file says was not offered can have no column of its own, and no answer."""
    absent = reader.fielding.wave.not_offered(question)
    if not absent:
        return
    offered = {i for offer in reader.mapped.offers if offer.question == question
               for i in (offer.option, offer.item) if i}  # fmt: skip
    for identifier in absent:
        chosen = sum(
            reader.texts[coded.column][text]
            for coded in reader.mapped.coded
            if coded.question == question
            for text, answers in coded.codes.items()
            if any(identifier in (answer.option, answer.item) for answer in answers)
        )
        if chosen or identifier in offered:
            seen = f"{chosen} answers name it" if chosen else "it has a column in this export"
            why = f"{question}: {identifier!r} is said not to be offered, and {seen}"
            reader.problem(why, "changes", question, "not_offered")
