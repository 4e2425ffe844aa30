"""A later wave by the definition of its questionnaire: which question of survey.toml is which, what changed.

Between two definitions of one tool questions and options are matched by their codes, whatever they read.
Where the wave before has no definition, a question is known by its id or its words, an option by its words or
by the lines of [answers].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.declarations.questionnaire import Survey
from pipeline.drafting import words
from pipeline.drafting.answers import NewPart
from pipeline.drafting.before import Before, option_labels
from pipeline.drafting.by_definition import Match, match_question
from pipeline.drafting.defined import Defined, Named, with_ids
from pipeline.drafting.draft import Changed
from pipeline.drafting.joined import Joined
from pipeline.drafting.look import Looked
from pipeline.drafting.question import Question
from pipeline.drafting.questionnaires.definition import Definition, Part, Posed
from pipeline.text.folding import Fitting, fold


@dataclass
class Redefined:
    """The questions of a definition by the ids of a survey that is declared already."""

    named: dict[str, Named] = field(default_factory=dict)
    """the questions that survey.toml has, by their codes"""
    new: dict[str, Named] = field(default_factory=dict)
    parts: list[NewPart] = field(default_factory=list)


def redefined(
    definition: Definition,
    survey: Survey,
    before: Before,
    earlier: Definition | None = None,
    ids: Mapping[str, str] | None = None,
) -> Redefined:
    """Which question of the definition is which of survey.toml.

    `earlier` is the definition of the wave before, of whose questions `ids` are known.
    """
    known = dict(ids or {})
    was = {posed.code: posed for posed in earlier.questions} if earlier else {}
    by_text = {fold(asked.text): name for name, asked in survey.questions.items() if asked.text}
    result = Redefined()
    taken: set[str] = set()
    for posed in definition.questions:
        if posed.personal:
            continue
        candidates = (known.get(posed.code), words.slug(posed.code), by_text.get(fold(posed.text)))
        name = next((c for c in candidates if c in survey.questions and c not in taken), "")
        if not name or survey.questions[name].kind != posed.kind:
            result.new[posed.code] = with_ids(
                posed, [*survey.questions, *(n.id for n in result.new.values())]
            )
            continue
        taken.add(name)
        result.named[posed.code] = _onto(posed, name, survey, before, result.parts, was.get(posed.code))
    return result


def _onto(
    posed: Posed,
    name: str,
    survey: Survey,
    before: Before,
    parts: list[NewPart],
    was: Posed | None = None,
) -> Named:
    """A question by the ids of its options and items; those that survey.toml lacks are added to `parts`.

    An option that the definition before has under the same code is the same, whatever it reads now.
    """
    option_texts, item_texts = option_labels(survey, name), survey.questions[name].items
    options = _ids(posed.options, option_texts, before, name, was.options if was else ())
    items = _ids(posed.items, item_texts, before, name, was.items if was else ())
    for given, ids, part, there in (
        (posed.options, options, "options", survey.options(name)),
        (posed.items, items, "items", survey.questions[name].items),
    ):
        taken = {*there, *ids.values()}
        for one in given:
            if one.code not in ids:
                ident = words.identify(one.label, taken)
                taken.add(ident)
                ids[one.code] = ident
                parts.append(
                    NewPart(name, "options" if part == "options" else "items", ident, one.label, one.write_in)
                )
    return Named(posed, name, options, items, {**option_texts, **item_texts})


def _ids(
    parts: Sequence[Part],
    labels: Mapping[str, str],
    before: Before,
    name: str,
    was: Sequence[Part] = (),
) -> dict[str, str]:
    """The id of each option or item that is known: by its code in the definition before, by its label there,
    by a line of the wave before, else by its label.
    """
    known = _ids(was, labels, before, name) if was else {}
    lines = {text: to for text, to in before.wave.lines(name).items() if to in labels}
    by_line, by_label = Fitting({text: text for text in lines}), Fitting(labels)
    ids: dict[str, str] = {}
    for part in parts:
        if part.code in known:
            ids[part.code] = known[part.code]
            continue
        for text in (part.label, part.code, *part.others):
            line = by_line.best(text)
            fitting = [lines[line[0]]] if line else by_label.best(text) if text != part.code else []
            if len(fitting) == 1 and fitting[0] not in ids.values():
                ids[part.code] = fitting[0]
                break
    return ids


def ids_of(joined: Joined, before: Before) -> dict[str, str]:
    """The id in survey.toml of each question of the definition before, by the columns that it had."""
    owners = {h.column: name for name, columns in before.columns.items() for h in columns}
    ids = {}
    for code, held in joined.questions.items():
        names = {owners[heading.column] for heading, _ in held if heading.column in owners}
        if len(names) == 1:
            ids[code] = names.pop()
    return ids


def new_questions(result: Redefined, joined: Joined, looked: Looked, defined: Defined) -> list[Question]:
    """The questions that survey.toml lacks, as a draft adds them."""
    questions = []
    for code, one in result.new.items():
        if code not in joined.questions:
            continue
        match = match_question(one, joined.questions[code], looked, defined.doubt(one.posed))
        answered = sum(sum(looked.texts.get(h.column, {}).values()) for h in match.columns)
        questions.append(
            Question(
                one.id,
                one.posed.text,
                one.posed.kind,
                tuple(match.columns),
                check=one.posed.check,
                doubt=match.doubt,
                moved=answered,
                reading=dict(match.reading),
                answers=_used(match, looked),
                table=defined.question_table(one),
            )
        )
    return questions


def _used(match: Match, looked: Looked) -> dict[str, str]:
    """The lines of [answers] of which the text heads a column or stands in a cell, alone or joined."""
    seen = {fold(h.label) for h in match.columns}
    cells = [fold(text) for h in match.columns for text in looked.texts.get(h.column, {})]
    return {
        text: to
        for text, to in match.lines.items()
        if fold(text) in seen or any(fold(text) in c for c in cells)
    }


def changes(
    earlier: Definition, later: Definition, result: Redefined, survey: Survey, before: Before
) -> Changed:
    """What differs between two definitions, of the questions that both have."""
    was = {posed.code: posed for posed in earlier.questions}
    statuses: dict[str, tuple[str, str]] = {}
    added: dict[str, list[str]] = {}
    removed: dict[str, list[str]] = {}
    for code, one in result.named.items():
        before_posed, now = was.get(code), one.posed
        if before_posed is None:
            continue
        ids = {**one.options, **one.items}
        old, new = parts_of(before_posed), parts_of(now)
        reads = [ids[c] for c in new if c in old and fold(new[c].label) != fold(old[c].label)]
        gone = [part for c, part in old.items() if c not in new]
        old_ids = _onto(before_posed, one.id, survey, before, [])
        moved = moved_to(gone, later, was)
        if moved:
            parts = ", ".join(part.label for part in gone)
            statuses[one.id] = ("broken", f"split: {parts} asked in {moved} now")
        elif fold(before_posed.text) != fold(now.text):
            statuses[one.id] = ("reworded", f"read {before_posed.text!r} before")
        elif reads:
            statuses[one.id] = (
                "reworded",
                f"{', '.join(reads)} {'read' if len(reads) > 1 else 'reads'} otherwise",
            )
        if fresh := [ids[c] for c in new if c not in old]:
            added[one.id] = fresh
        if gone:
            gone_ids = {**old_ids.options, **old_ids.items}
            removed[one.id] = [gone_ids[part.code] for part in gone]
    return Changed(statuses, added, removed)


def parts_of(posed: Posed) -> dict[str, Part]:
    """The options and items of a question by their codes."""
    return {part.code: part for part in (*posed.options, *posed.items)}


def moved_to(gone: Sequence[Part], later: Definition, was: Mapping[str, Posed]) -> str:
    """The code of a new question that has taken over all options that another lost; empty for none."""
    labels = {fold(part.label) for part in gone if part.role == "substantive"}
    if not labels:
        return ""
    for posed in later.questions:
        if posed.code not in was and labels <= {fold(part.label) for part in (*posed.options, *posed.items)}:
            return posed.code
    return ""
