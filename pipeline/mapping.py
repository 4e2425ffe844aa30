"""From the columns of an export to the answers of a questionnaire: the closed world.

Pure functions of the declarations, the headings and the distinct texts of each column. Every heading
is a question's, a respondent's or dropped; every text is an option, mapped, a number, or a problem;
every line of the wave file that matched nothing is a problem. Nothing is guessed by position.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.assign import Assigned, is_write_in
from pipeline.documents import Document
from pipeline.errors import Problem, SurveyError, did_you_mean
from pipeline.formats import Heading
from pipeline.kinds import READERS
from pipeline.meanings import Condition, Mapped, Texts
from pipeline.reading import SHOWN, Asked, Labels, Reader
from pipeline.survey import MEASURED, Survey
from pipeline.wave import Fielding
from pipeline.words import fold


def interpret(
    survey: Survey, survey_document: Document, fielding: Fielding, assigned: Assigned, texts: Texts
) -> Mapped:
    """What every cell means; SurveyError with each answer, column and line that means nothing."""
    mapped, problems = attempt(survey, survey_document, fielding, assigned, texts)
    if problems:
        raise SurveyError(problems)
    return mapped


def attempt(
    survey: Survey, survey_document: Document, fielding: Fielding, assigned: Assigned, texts: Texts
) -> tuple[Mapped, list[Problem]]:
    """What the cells mean, as far as they do, and everything that means nothing."""
    reader = Reader(survey, survey_document, fielding, assigned, texts)
    for name in assigned.questions:
        _read(reader, name)
    _screens(reader)
    reader.mapped.weight = assigned.respondents.get("weight")
    reader.mapped.id = assigned.respondents.get("id")
    if {"started", "submitted"} <= set(assigned.respondents):
        reader.mapped.times = (assigned.respondents["started"], assigned.respondents["submitted"])
    for column in reader.mapped.coded:
        for text, answers in column.codes.items():
            for answer in answers:
                key = (column.question, answer.item, answer.option)
                reader.mapped.counts[key] += texts[column.column][text]
    return reader.mapped, reader.problems


def _read(reader: Reader, name: str) -> None:
    """Map the columns of one question."""
    question = reader.survey.questions[name]
    columns = reader.assigned.questions[name]
    mapped = reader.fielding.wave.answers.get(name, {})
    lines = reader.fielding.wave.lines(name)
    declared = {i: o.label for i, o in reader.survey.options(name).items()}
    write_ins = [i for i, o in reader.survey.options(name).items() if o.write_in]
    own_words = bool(write_ins) or question.private or question.kind in MEASURED
    options = Labels("options", declared, lines, write_ins, own_words)
    items = Labels("items", question.items, lines)
    numbers = {text: float(to) for text, to in mapped.items() if not isinstance(to, str)}
    asked = Asked(name, columns, options, items, numbers)
    READERS[question.kind](reader, asked)
    for labels in (options, items):
        for label, first, second in sorted(labels.clashes):
            reader.mapped.clashes += [(name, text, labels.seen[fold(text)]) for text in (first, second)]
            texts = "" if question.private else f", {first[:SHOWN]!r} and {second[:SHOWN]!r}"
            reader.say(name, f"the beginning {label!r} fits two texts{texts}; make it longer")
    _check_not_offered(reader, name)
    reader.mapped.used.update((name, line) for line in options.used | items.used)
    said: dict[str, str | float] = {}
    for text, to in mapped.items():
        if said.setdefault(fold(text), to) != to:
            reader.problems.append(
                reader.fielding.document.problem(
                    f"{text!r} is mapped to {to!r} and to {said[fold(text)]!r}; keep one",
                    *("answers", name, text),
                )
            )
        if text not in options.used | items.used:
            reader.problems.append(
                reader.fielding.document.problem(
                    f"{text!r} = {to!r} matched nothing in this export; delete the line. "
                    f"{_near_text(reader, name, text, columns)}",
                    *("answers", name, text),
                )
            )


def _screens(reader: Reader) -> None:
    """Turn the screening rules into conditions on options and texts."""
    for number, rule in enumerate(reader.fielding.wave.exclude):
        conditions = []
        for key, wanted in rule.where.items():
            if key in reader.survey.questions:
                if key not in reader.assigned.questions:
                    reader.problems.append(
                        reader.fielding.document.problem(
                            f"{key!r} has no column in this export, so nobody can be screened by it",
                            *("exclude", number, "where", key),
                        )
                    )
                conditions.append(Condition(question=key, options=tuple(wanted)))
                continue
            column = reader.assigned.screens[key]
            known = {fold(text) for text in wanted}
            matching = tuple(text for text in reader.texts.get(column, {}) if fold(text) in known)
            conditions.append(Condition(column=column, texts=matching, blank="" in known))
        reader.mapped.screens.append((rule.reason, tuple(conditions)))


def _near_text(reader: Reader, question: str, text: str, columns: Sequence[Heading]) -> str:
    """The texts that a mapping line could mean; nobody's own words."""
    named = [h for h in columns if not is_write_in(reader.survey, question, h, columns, {})]
    others = [t for t in reader.texts_of(named) if fold(t) != fold(text)]
    if reader.survey.questions[question].private:
        return ""
    return did_you_mean(text, others, "The texts there are") if others else ""


def _check_not_offered(reader: Reader, question: str) -> None:
    """What the wave file says was not offered can have no column of its own, and no answer."""
    offered = {i for offer in reader.mapped.offers if offer.question == question
               for i in (offer.option, offer.item) if i}  # fmt: skip
    for identifier in reader.fielding.wave.not_offered(question):
        chosen = sum(
            reader.texts[coded.column][text]
            for coded in reader.mapped.coded
            if coded.question == question
            for text, answers in coded.codes.items()
            if any(identifier in (answer.option, answer.item) for answer in answers)
        )
        if chosen or identifier in offered:
            seen = f"{chosen} answers name it" if chosen else "it has a column in this export"
            reader.problems.append(
                reader.fielding.document.problem(
                    f"{question}: {identifier!r} is said not to be offered, and {seen}",
                    *("changes", question, "not_offered"),
                )
            )
