"""What is wrong with a wave in the database, and with a survey over its waves and in its database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.answers.meaning import Mapped
from pipeline.answers.waves import DeclaredWaves
from pipeline.database import quality_flags
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.rows import frame
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding
from pipeline.project.errors import Problem, quoted
from pipeline.project.sql import Engine, folder, query, temporary_views
from pipeline.text.folding import fold, is_beginning, likeness

_OF_QUESTIONS = ("questions", "columns", "answers", "reading", "changes")
"""the tables of declarations whose keys are questions"""
_SAME_WORDING = 0.6  # the likeness below which a code heads another question


def copies(connection: Engine, fieldings: Sequence[Fielding]) -> Iterator[Problem]:
    """Waves that are another: at least half of the ids are the other's, or all answers are."""
    noted: set[tuple[int, int]] = set()
    for name, what in (
        ("database/shared_ids", "the id of a respondent of"),
        ("database/same_answers", "the answers of one of"),
    ):
        for early, late, shared, respondents in query(connection, name).fetchall():
            if 2 * shared >= respondents and (early, late) not in noted:
                noted.add((early, late))
                yield fieldings[late - 1].document.problem(
                    f"{shared} of {respondents} respondents have {what} {fieldings[early - 1].name}: is it "
                    "the same export again? name the file of this wave, or take the wave file away",
                    *("source", "file"),
                )


def unanswered(connection: Engine, fieldings: Sequence[Fielding]) -> Iterator[Problem]:
    """Waves with responses that are analysed although they answer no question: a line on each."""
    for wave, received, count in query(connection, "database/unanswered").fetchall():
        answer = "answers" if count == 1 else "answer"
        yield fieldings[wave - 1].document.problem(
            f"{count} of {received} responses {answer} no question at all, and count among the analysed; to "
            "leave such out, add [[exclude]] "
            'with a reason and quality = ["no_answer"]',
            "respondents",
        )


def over_waves(
    declared: DeclaredWaves, mapped: Sequence[Mapped], known: Sequence[Problem]
) -> Iterator[Problem]:
    """What no wave shows alone, but for what may come of the problems `known` of single waves."""
    touched = {place[1] for place in (p.place for p in known) if len(place) > 1 and place[0] in _OF_QUESTIONS}
    problems = [
        *_never_offered(declared.questionnaire, declared.document, mapped),
        *_rules_that_matched_nothing(declared.questionnaire, declared.document, mapped),
        *_labels_that_changed(declared.fieldings, mapped),
        *codes_reused(declared.fieldings, mapped),
        *quality_flags.not_asked(declared.fieldings, mapped),
    ]
    # a column that is nobody's may be that of a question which seems to have none
    if any(problem.place == ("columns",) for problem in known):
        problems = [problem for problem in problems if problem.place[:1] == ("changes",)]
    yield from (problem for problem in problems if touched.isdisjoint(problem.place))


def _never_offered(questionnaire: Survey, document: Document, mapped: Sequence[Mapped]) -> Iterator[Problem]:
    """Questions, items and options of the questionnaire that no wave has."""
    offered = {(o.question, i) for m in mapped for o in m.offers for i in (o.item, o.option) if i}
    asked = {question for m in mapped for question in m.columns}
    for name, question in questionnaire.questions.items():
        if name not in asked:
            yield document.problem(f"{name!r} has no column in any wave", "questions", name)
            continue
        parts = [("options", option) for option in question.options]
        parts += [("items", item) for item in question.items]
        for key, part in parts:
            if (name, part) not in offered:
                message = f"{name}: {part!r} is in no wave's export"
                yield document.problem(message, "questions", name, key, part)


def _rules_that_matched_nothing(
    questionnaire: Survey, document: Document, mapped: Sequence[Mapped]
) -> Iterator[Problem]:
    used = {rule for meaning in mapped for rule in meaning.rules}
    for name, question in questionnaire.questions.items():
        for rule in question.others:
            if (name, rule) not in used:
                yield document.problem(
                    f"{name}: {rule!r} matched no text beside Other in any wave; delete the line",
                    *("questions", name, "others", rule),
                )


def _labels_that_changed(fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> Iterator[Problem]:
    """Options read from a beginning whose full label differs from the wave before, undeclared."""
    before: dict[tuple[str, str, str], str] = {}
    for fielding, meaning in zip(fieldings, mapped, strict=True):
        for offer in meaning.offers:
            key = (offer.question, offer.item, offer.option)
            first = before.get(key)
            if first is None or not is_beginning(offer.label):
                before[key] = offer.label
            both_full = first is not None and not is_beginning(first) and not is_beginning(offer.label)
            changed = both_full and fold(first or "") != fold(offer.label)
            if changed and offer.question not in fielding.wave.changes:
                yield fielding.document.problem(
                    f"{offer.question}: {offer.option or offer.item!r} read {first!r} in the wave before "
                    f"and {offer.label!r} here; say under [changes.{offer.question}] whether it is the same, "
                    'with status = "reworded" and a note if not',
                    *("changes", offer.question),
                )


def codes_reused(fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> Iterator[Problem]:
    """Questions whose code heads another wording than in the wave before, undeclared."""
    before: dict[tuple[str, str], tuple[str, str]] = {}
    for fielding, meaning in zip(fieldings, mapped, strict=True):
        for name, headings in meaning.columns.items():
            code, text = fold(headings[0].code), headings[0].text
            finders = {fold(finder) for finder in fielding.wave.columns.get(name, [name])}
            if not code or not text or code not in finders:
                continue
            wave_before, first = before.get((name, code), (fielding.name, text))
            if likeness(first, text) < _SAME_WORDING and name not in fielding.wave.changes:
                yield fielding.document.problem(
                    f"{name}: the code {headings[0].code!r} heads {quoted(first, 90)} in {wave_before} and "
                    f"{quoted(text, 90)} here; if it is the same question say so under [changes.{name}], "
                    'with status = "reworded" and a note, else give it an id of its own',
                    *("columns", name),
                )
            before[name, code] = fielding.name, text


def failed_checks(connection: Engine, fieldings: Sequence[Fielding]) -> Iterator[Problem]:
    """Run sql/checks: each selects rows that are wrong, and none may come back."""
    documents = {fielding.name: fielding.document for fielding in fieldings}
    for name, check in folder("database/checks"):
        rows = connection.execute(check).fetchall()
        advice = check.splitlines()[1].removeprefix("-- Say: ")
        places: dict[tuple[str, str], list[int]] = {}
        for wave_name, respondent, question, _ in rows:
            places.setdefault((wave_name, question), []).append(respondent)
        for (wave_name, question), respondents in places.items():
            failing = sorted(set(respondents))
            yield documents[wave_name].problem(
                f"{question}: {name.replace('_', ' ')} fails for {len(failing)} respondents "
                f"(response {first_five(failing)} of the export): {advice}",
                *("columns", question),
            )


def boxes_that_disagree(connection: Engine, survey: Survey, wave: MappedWave) -> Iterator[Problem]:
    """Respondents whose boxes say other than the column in which their answers stand joined."""
    for column in wave.meaning.twice:
        rows = [
            {"text": text, "option": survey.option_number(column.question, answer.option)}
            for text, answers in column.codes.items()
            for answer in answers
        ]
        key = {"wave": wave.number, "question": survey.position(column.question)}
        with temporary_views(
            connection,
            joined_texts=frame(rows, {"text": "VARCHAR", "option": "USMALLINT"}),
            joined_answers="select respondent, option from cells "
            f"join joined_texts on c{column.column} = joined_texts.text",
        ):
            disagreeing = query(connection, "database/boxes_that_disagree", **key).fetchall()
        if disagreeing:
            yield wave.fielding.document.problem(
                f"{column.question}: the boxes of {len(disagreeing)} respondents (response "
                f"{first_five([respondent for (respondent,) in disagreeing])} of the export) say other than "
                "the column in which their answers are joined; export again, or drop that column",
                *("columns", column.question),
            )


def first_five(respondents: Sequence[int]) -> str:
    """The numbers of the first five respondents, for a message."""
    return ", ".join(map(str, respondents[:5])) + (", …" if len(respondents) > 5 else "")
