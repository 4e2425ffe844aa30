"""What is declared of a wave, carried over to the export of the next: by wording, with every doubt marked.

Questions are matched by their wording, exactly, then folded, then by likeness; so are options and items.
Nothing is matched by its place, and a likeness is never silent: its line says how alike the two are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.answers.columns import Assigned, by_default, is_other
from pipeline.answers.interpret import attempt
from pipeline.answers.meaning import Loose, Mapped, Texts
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import ROLES, Fielding, Reading, Wave
from pipeline.drafting import first_draft
from pipeline.drafting.look import Looked
from pipeline.drafting.matching import groups, match_questions, nearest, wordings
from pipeline.exports.finders import find, is_letters, letters_of
from pipeline.exports.tools import Heading, formats
from pipeline.project.errors import quoted
from pipeline.text.addresses import personal
from pipeline.text.folding import ELLIPSIS, best_fit, fold, is_beginning, likeness
from pipeline.text.values import as_number

_SURELY_SEEN = 3  # what fewer people gave may be their own words
_EXPECTED = 5  # so many would have chosen an option, had it been offered: then it was not
_DROPPED_LIKE = 0.6  # what is so like a dropped heading is dropped: better one question less than a name
_WHOLE = 60  # a heading longer than this is named by its beginning
_ROUNDS = 8  # new options can make further cells readable


@dataclass(frozen=True)
class NewPart:
    """An option or item that the questionnaire does not have yet."""

    question: str
    part: Literal["options", "items"]
    id: str
    label: str
    write_in: bool = False


@dataclass
class Carried:
    """What a wave file is to say, by section, and what survey.toml needs beside; values with their doubts."""

    columns: dict[str, tuple[list[str], str]] = field(default_factory=dict)
    answers: dict[str, dict[str, tuple[str | float, str]]] = field(default_factory=dict)
    not_offered: dict[str, tuple[list[str], str]] = field(default_factory=dict)
    reworded: dict[str, str] = field(default_factory=dict)
    """questions that read otherwise, and what about them"""
    newly_offered: dict[str, list[str]] = field(default_factory=dict)
    """options that are new, of questions where one column cannot tell that the wave before lacked them"""
    respondents: dict[str, str] = field(default_factory=dict)
    drop: list[tuple[str, str]] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    reading: dict[str, Reading] = field(default_factory=dict)
    new_parts: list[NewPart] = field(default_factory=list)
    new_questions: list[tuple[str, first_draft.Question]] = field(default_factory=list)
    """the question before (empty for none), and the new one"""
    gone: list[str] = field(default_factory=list)
    """questions of the wave before that this export does not have"""


def carry(
    survey: Survey,
    document: Document,
    like: Fielding,
    before: Mapped,
    dropped: Sequence[str],
    looked: Looked,
) -> Carried:
    """What holds of `looked` as it did of the wave `like`, whose cells mean `before`.

    `dropped` are the headings of the columns that `like` drops.
    """
    out = Carried()
    known = {fold(text) for values in looked.texts.values() for text in values}
    out.blank = [text for text in like.wave.source.blank if fold(text) in known]
    blank = {fold(text) for text in out.blank}
    texts = {
        column: {text: count for text, count in values.items() if fold(text) not in blank}
        for column, values in looked.texts.items()
    }
    found = match_questions(survey, like, before, looked.headings, texts)
    matched = {name: columns for name, (columns, _) in found.items()}
    out.gone = [name for name in before.columns if name not in matched]
    taken = {h.column for columns in matched.values() for h in columns}
    texts = _read_as(out, like, matched, texts)
    _rest(out, survey, like, before, dropped, looked, texts, matched, taken)
    for name, (columns, doubt) in found.items():
        finders = _finders(name, survey, like, before, columns, looked.headings)
        if finders or doubt:
            out.columns[name] = (finders or [_named(columns, looked.headings)], doubt)
        if doubt or wordings(columns) != wordings(before.columns[name]):
            old = " ".join(before.columns[name][0].text.split())
            out.reworded[name] = f"read {quoted(old)} in {like.name}" if old else "its heading is new"
    _answers(out, document, like, before, looked, texts, matched)
    places = {name: columns[0].column for name, columns in matched.items()}
    places |= {question.id: question.columns[0].column for _, question in out.new_questions}
    out.columns = dict(sorted(out.columns.items(), key=lambda pair: places[pair[0]]))
    return out


def _read_as(
    out: Carried, like: Fielding, matched: Mapping[str, Sequence[Heading]], texts: Texts
) -> dict[int, dict[str, int]]:
    """Note how the cells of questions are read; the texts without those that mean an empty cell there."""
    found = {column: dict(values) for column, values in texts.items()}
    for name, reading in like.wave.reading.items():
        own = [h.column for h in matched.get(name, ())]
        there = {fold(text) for column in own for text in found[column]}
        blank = [text for text in reading.blank if fold(text) in there]
        empty = {fold(text) for text in blank}
        for column in own:
            found[column] = {t: count for t, count in found[column].items() if fold(t) not in empty}
        kept = reading.model_copy(update={"blank": blank})
        if kept.model_dump(exclude_defaults=True) and own:
            out.reading[name] = kept
    return found


def _finders(
    name: str,
    survey: Survey,
    like: Fielding,
    before: Mapped,
    columns: Sequence[Heading],
    headings: Sequence[Heading],
) -> list[str]:
    """The finders that name just these columns; none where the default finds them."""
    wanted = [h.column for h in columns]

    def names(finders: Sequence[str]) -> bool:
        seen = [h.column for finder in finders for h in find(finder, headings)]
        return sorted(set(seen)) == sorted(wanted)

    own = like.wave.columns.get(name, [])
    if not own and [h.column for h in by_default(name, survey, headings, like.wave.lines(name))] == wanted:
        return []
    letters = any(is_letters(finder) for finder in own)
    if own and not letters and names(own):
        return list(own)
    heading = before.columns[name][0].text
    if not own and names([heading]) and not personal(heading):
        return [heading]
    made = [_named(list(group), headings) for group in groups(columns)]
    return made if names(made) else [letters_of(columns)]


def _named(columns: Sequence[Heading], headings: Sequence[Heading]) -> str:
    """A finder of columns under one heading: the heading or its beginning, else letters."""
    text, wanted = columns[0].text, {h.column for h in columns}
    candidates = [text] if 0 < len(text) <= _WHOLE else []
    words = text.split()
    candidates += [" ".join(words[:count]) + ELLIPSIS for count in range(3, len(words))]
    for candidate in candidates:
        if not personal(candidate) and {h.column for h in find(candidate, headings)} == wanted:
            return candidate
    if columns[0].code and {h.column for h in find(columns[0].code, headings)} == wanted:
        return columns[0].code
    return letters_of(columns)


def _rest(
    out: Carried,
    survey: Survey,
    like: Fielding,
    before: Mapped,
    dropped: Sequence[str],
    looked: Looked,
    texts: Texts,
    matched: dict[str, list[Heading]],
    taken: set[int],
) -> None:
    """What is left of the export: respondents, what is dropped as before, and questions that are new."""
    declared = like.wave.respondents
    screened = {
        h.column for rule in like.wave.exclude for key in rule.where for h in find(key, looked.headings)
    }
    for role in ROLES:
        finder = getattr(declared, role)
        columns = find(finder, looked.headings) if finder else []
        if len(columns) == 1 and columns[0].column not in taken:
            out.respondents[role] = finder
            taken.add(columns[0].column)
    for finder in declared.drop:
        columns = find(finder, looked.headings)
        if columns and not is_letters(finder):
            out.drop.append((finder, ""))
            taken.update(h.column for h in columns)
    for heading in looked.headings:
        like_it = max((likeness(heading.text, text) for text in dropped), default=0.0)
        if heading.column not in taken and heading.text and like_it >= _DROPPED_LIKE:
            doubt = "" if like_it == 1 else f"worded {like_it:.0%} like a column that {like.name} drops"
            out.drop.append((heading.letters, doubt or f"{like.name} drops it"))
            taken.add(heading.column)
    layout = formats[looked.format]
    left = [h for h in looked.headings if h.column not in taken | screened]
    drafted = first_draft.draft(left, texts, layout, looked.at_most)
    worded = {text for columns in before.columns.values() for text in wordings(columns)}
    # an id that is the code of a column in the wave before would claim it there
    codes = {fold(h.code) for columns in before.columns.values() for h in columns}
    for role in ROLES:
        finder = getattr(drafted, role)
        if finder and role not in out.respondents:
            out.respondents[role] = finder
        elif finder:
            out.drop.append((finder, f"another {role}"))
    out.drop += drafted.drop
    for question in drafted.questions:
        used = {*survey.questions, *codes, *(q.id for _, q in out.new_questions)}
        question.id = first_draft.unlike(question.id, used)
        if fold(question.text) in worded:
            # its text would find the column of another question in the wave before
            question.text = ""
        first = question.columns[0].column
        place = {columns[-1].column: name for name, columns in matched.items() if columns[-1].column < first}
        place |= {q.columns[-1].column: q.id for _, q in out.new_questions}
        out.new_questions.append((place[max(place)] if place else "", question))
        out.columns[question.id] = (
            [_named(question.columns, looked.headings)],
            f"new in this wave: {question.kind}",
        )


def _answers(
    out: Carried,
    document: Document,
    like: Fielding,
    before: Mapped,
    looked: Looked,
    texts: Texts,
    matched: dict[str, list[Heading]],
) -> None:
    """The lines of [answers] that still match, those that a likeness suggests, and options that are new."""
    lines: dict[str, dict[str, str | float]] = {
        name: dict(like.wave.answers[name]) for name in matched if name in like.wave.answers
    }
    doubts: dict[tuple[str, str], str] = {}
    separator = like.wave.source.separator or formats[looked.format].separator
    cells = {name: texts[columns[0].column] for name, columns in matched.items() if len(columns) == 1}
    for _ in range(_ROUNDS):
        assigned = Assigned({name: tuple(columns) for name, columns in matched.items()}, {}, {})
        grown = with_parts(document.data, out.new_parts)
        wave = Wave.model_validate(
            {
                "title": like.wave.title,
                "source": _source(like, looked),
                "answers": {name: mapped for name, mapped in lines.items() if mapped},
                "reading": {name: own.model_dump(exclude={"blank"}) for name, own in out.reading.items()},
            }
        )
        fielding = Fielding(like.name, wave, Document("", {}, {}), ())
        mapped, _problems = attempt(grown, document, fielding, assigned, texts)
        lines = {
            name: {text: to for text, to in own.items() if (name, text) in mapped.used}
            for name, own in lines.items()
        }
        if not _settle(out, grown, like, before, mapped, lines, doubts, cells, matched, separator):
            break
    _with_other(out, grown, mapped)
    out.answers = {
        name: {text: (to, doubts.get((name, text), "")) for text, to in own.items()}
        for name, own in lines.items()
        if own
    }
    grown = with_parts(document.data, out.new_parts)
    for name in matched:
        _offers(out, grown, like, before, mapped, name)


def _source(like: Fielding, looked: Looked) -> dict[str, Any]:
    kept = like.wave.source.model_dump(
        exclude_defaults=True, include={"separator", "dates", "decimal", "thousands"}
    )
    return {"file": ["export"], "format": looked.format} | kept


def with_parts(data: Mapping[str, Any], new_parts: Sequence[NewPart]) -> Survey:
    """The questionnaire with further options and items; those of a scale go to the scale."""
    questions = {name: dict(question) for name, question in data["questions"].items()}
    scales = {name: dict(scale) for name, scale in data.get("scales", {}).items()}
    for new in new_parts:
        owner = questions[new.question]
        if new.part == "options" and "scale" in owner:
            owner = scales[owner["scale"]]
            owner.pop("scores", None)
        label = {"label": new.label, "write_in": True} if new.write_in else new.label
        owner[new.part] = owner.get(new.part, {}) | {new.id: label}
    return Survey.model_validate({**data, "questions": questions, "scales": scales})


def _settle(
    out: Carried,
    survey: Survey,
    like: Fielding,
    before: Mapped,
    mapped: Mapped,
    lines: dict[str, dict[str, str | float]],
    doubts: dict[tuple[str, str], str],
    cells: Mapping[str, Mapping[str, int]],
    matched: dict[str, list[Heading]],
    separator: str,
) -> bool:
    """Find an id for each text that is no answer yet; whether anything was found.

    `cells` are the texts of questions that have one column.
    """
    full = {(o.question, o.option or o.item): o.label for o in before.offers}
    full |= {(o.question, o.option or o.item): o.mapped for o in before.offers if o.mapped}
    settled = False
    for question in dict.fromkeys(loose.question for loose in mapped.loose):
        asked = survey.questions[question]
        options = {i: o.label for i, o in survey.options(question).items()}
        ids = {*options, *asked.items}
        own = [loose for loose in mapped.loose if loose.question == question]
        idle = [loose for loose in own if loose.heading and _is_no_answer(loose, asked.kind)]
        for loose in idle:
            _drop(out, loose, mapped, matched)
        if idle:
            # without these columns the rest may be read otherwise
            settled = True
            continue
        unlisted = [loose for loose in own if loose.heading and loose.count and is_other(loose.text)]
        if unlisted and "other" not in ids and asked.kind in ("single", "multiple"):
            # with the column of the Other told, the rest may be read otherwise
            out.new_parts.append(NewPart(question, "options", "other", unlisted[0].text, write_in=True))
            settled = True
            continue
        for loose in _apart(own, asked.kind, cells.get(question, {}), separator):
            labels = options if loose.part == "options" else asked.items
            taken = _used(mapped, loose) | {str(to) for to in lines.get(question, {}).values()}
            free = {i: full.get((question, i), label) for i, label in labels.items() if i not in taken}
            if best_fit(labels, loose.text):
                continue  # an answer that is known, in a cell with others that are not
            # what fewer people gave may be their own words, which no file of ours repeats
            few = loose.count < _SURELY_SEEN or asked.private or bool(personal(loose.text))
            own_words = not loose.heading and few
            best, score = ("", 0.0) if own_words else nearest(loose.text, free)
            if best:
                lines.setdefault(question, {})[loose.text] = best
                doubts[question, loose.text] = f"{score:.0%} like that of {like.name}"
                settled = True
            elif as_number(loose.text) is not None and all(as_number(o) is None for o in labels.values()):
                continue  # a code: only a person knows what it stands for
            elif loose.part == "options" and asked.scale and survey.scales[asked.scale].scores:
                continue  # a step more would move the scores of every grid of the scale
            elif not own_words:
                identifier = first_draft.identify(loose.text, ids)
                ids.add(identifier)
                out.new_parts.append(NewPart(question, loose.part, identifier, loose.text))
                settled = True
    return settled or _settle_clashes(survey, mapped, full, lines, doubts)


def _is_no_answer(loose: Loose, kind: str) -> bool:
    """Whether a column is no answer: an Other in which nothing stands, or a column that sorts another's."""
    sorts = re.search(r"\brecod(e|ed|ing)\b|\bcoded\b|\bcleaned\b", fold(loose.text))
    return bool(sorts) or (not loose.count and (is_other(loose.text) or kind == "single"))


def _drop(out: Carried, loose: Loose, mapped: Mapped, matched: dict[str, list[Heading]]) -> None:
    """Drop the column that a loose text heads, by its letters."""
    for heading in mapped.columns[loose.question]:
        if heading.label == loose.text:
            said = "it sorts what stands beside it" if loose.count else "nothing in it"
            out.drop.append((heading.letters, said))
            matched[loose.question] = [h for h in matched[loose.question] if h != heading]


def _settle_clashes(
    survey: Survey,
    mapped: Mapped,
    full: Mapping[tuple[str, str], str],
    lines: dict[str, dict[str, str | float]],
    doubts: dict[tuple[str, str], str],
) -> bool:
    """Name the new one of two texts that one beginning fits; whether there was any."""
    settled = False
    known = {fold(label) for label in full.values()}
    for question, text, count in mapped.clashes:
        asked = survey.questions[question]
        options = {i: o.label for i, o in survey.options(question).items()} | asked.items
        fitting = best_fit(options, text)
        fresh = fold(text) not in known and text not in lines.get(question, {})
        # of two texts that one beginning fits, the new one is named; what few people gave is not repeated
        told = count >= _SURELY_SEEN and not asked.private and not personal(text)
        if fresh and len(fitting) == 1 and told:
            lines.setdefault(question, {})[text] = fitting[0]
            doubts[question, text] = "begins like another answer"
            settled = True
    return settled


def _apart(own: Sequence[Loose], kind: str, cells: Mapping[str, int], separator: str) -> list[Loose]:
    """The texts of a question that are no answers yet, each once; those joined in cells are taken apart."""
    once = {(loose.part, loose.heading, fold(loose.text)): loose for loose in own}
    in_cells = [loose for loose in once.values() if not loose.heading]
    if kind not in ("multiple", "rank") or not in_cells:
        return list(once.values())
    apart = [
        Loose(own[0].question, in_cells[0].part, text, count, heading=False)
        for text, count in first_draft.pieces(cells, separator).most_common()
        if any(fold(text) in fold(loose.text) for loose in in_cells)
    ]
    left = [loose for loose in once.values() if loose.heading]
    return left + [
        loose for loose in apart if not first_draft.is_joined(loose.text, [a.text for a in apart], separator)
    ]


def _with_other(out: Carried, survey: Survey, mapped: Mapped) -> None:
    """Give a question an Other where people wrote words of their own and it has none."""
    for question in dict.fromkeys(loose.question for loose in mapped.loose if not loose.heading):
        options = survey.options(question)
        closed = (
            survey.questions[question].kind in ("single", "multiple") and not survey.questions[question].scale
        )
        if closed and "other" not in options and not any(o.write_in for o in options.values()):
            out.new_parts.append(NewPart(question, "options", "other", "Other", write_in=True))


def _used(mapped: Mapped, loose: Loose) -> set[str]:
    """The ids that cells or headings of the new export name already."""
    chosen = {
        i for (question, item, option), n in mapped.counts.items() if question == loose.question and n
        for i in (item, option) if i
    }  # fmt: skip
    boxes = {t.answer.option or t.answer.item for t in mapped.ticks if t.question == loose.question}
    return chosen | boxes


def _offers(out: Carried, survey: Survey, like: Fielding, before: Mapped, mapped: Mapped, name: str) -> None:
    """What one column of answers cannot show: options that this wave did not offer, or words differently."""
    old = {(o.item, o.option): o for o in before.offers if o.question == name}
    new = {(o.item, o.option): o for o in mapped.offers if o.question == name}
    other = [
        key
        for key, offer in new.items()
        if key in old
        and fold(old[key].label) != fold(offer.label)
        and not (is_beginning(old[key].label) or is_beginning(offer.label))
    ]
    if other:
        ids = [option or item for item, option in other]
        verb = "reads" if len(ids) == 1 else "read"
        out.reworded.setdefault(name, f"{', '.join(dict.fromkeys(ids))} {verb} otherwise")
    in_cells = {c.question for c in mapped.coded}
    if name not in in_cells or survey.questions[name].kind not in ("single", "multiple", "grid"):
        return
    mine, theirs = _chosen(mapped, name), _chosen(before, name)
    ratio = sum(mine.values()) / max(1, sum(theirs.values()))
    declared_absent = like.wave.not_offered(name)
    new_here = [new.id for new in out.new_parts if new.question == name and new.part == "options"]
    if new_here and name in {c.question for c in before.coded}:
        out.newly_offered[name] = new_here
    fresh = set(new_here)
    absent = [
        i
        for i, option in survey.options(name).items()
        if i not in mine
        and i not in fresh
        and not option.from_text
        and not any(tick.question == name and tick.answer.option == i for tick in mapped.ticks)
        and (i in declared_absent or theirs.get(i, 0) * ratio >= _EXPECTED)
    ]
    if absent:
        chosen = sum(theirs.get(i, 0) for i in absent)
        doubt = f"nobody chose these, {chosen} did in {like.name}; if they could be chosen, delete the line"
        if fresh:
            doubt += f"; or is one now {' or '.join(sorted(fresh)[:3])}?"
        out.not_offered[name] = (absent, doubt)


def _chosen(mapped: Mapped, name: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (question, _, option), count in mapped.counts.items():
        if question == name and option:
            counts[option] += count
    return counts
