"""What is declared of a wave, carried over to the export of the next: by wording, with every doubt marked.

Questions are matched by their wording, exactly, then folded, then by likeness; so are options and items.
Nothing is matched by its place, and a likeness is never silent: its line says how alike the two are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from pipeline import scaffold
from pipeline.assign import Assigned, by_default, is_other
from pipeline.columns import find
from pipeline.documents import Document
from pipeline.formats import Heading, formats
from pipeline.guess import Looked
from pipeline.mapping import attempt
from pipeline.meanings import Loose, Mapped, Texts
from pipeline.survey import Survey
from pipeline.values import as_number
from pipeline.wave import Fielding, Wave
from pipeline.words import ELLIPSIS, best_fit, fold, is_beginning, likeness, plain, with_digits

_ALIKE_QUESTIONS = 0.6  # the likeness from which on two headings are taken for one question
_NEAREST_QUESTIONS = 0.4  # or this, where nothing else is nearer to either
_ALIKE_ANSWERS = 0.72  # and two texts for one answer
_FEW_TEXTS = 40  # of so many texts each is compared with each option
_SURELY_SEEN = 3  # so many would have chosen an option, had it been offered: then it was not
_WHOLE = 60  # a heading longer than this is named by its beginning
_ROUNDS = 8  # new options can make further cells readable


Group = tuple[Heading, ...]


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
    new_parts: list[NewPart] = field(default_factory=list)
    new_questions: list[tuple[str, scaffold.Question]] = field(default_factory=list)
    """the question before (empty for none), and the new one"""
    gone: list[str] = field(default_factory=list)
    """questions of the wave before that this export does not have"""


def carry(survey: Survey, document: Document, like: Fielding, before: Mapped, looked: Looked) -> Carried:
    """What holds of `looked` as it did of the wave `like`, whose cells mean `before`."""
    out = Carried()
    known = {fold(text) for values in looked.texts.values() for text in values}
    out.blank = [text for text in like.wave.source.blank if fold(text) in known]
    blank = {fold(text) for text in out.blank}
    texts = {
        column: {text: count for text, count in values.items() if fold(text) not in blank}
        for column, values in looked.texts.items()
    }
    found = _questions(survey, like, before, looked.headings, texts)
    matched = {name: columns for name, (columns, _) in found.items()}
    out.gone = [name for name in before.columns if name not in matched]
    taken = {h.column for columns in matched.values() for h in columns}
    _rest(out, survey, like, before, looked, texts, matched, taken)
    for name, (columns, doubt) in found.items():
        finders = _finders(name, survey, like, before, columns, looked.headings)
        if finders or doubt:
            out.columns[name] = (finders or [_named(columns, looked.headings)], doubt)
        if doubt or _texts(columns) != _texts(before.columns[name]):
            out.reworded[name] = "its heading reads otherwise"
    _answers(out, document, like, before, looked, texts, matched)
    places = {name: columns[0].column for name, columns in matched.items()}
    places |= {question.id: question.columns[0].column for _, question in out.new_questions}
    out.columns = dict(sorted(out.columns.items(), key=lambda pair: places[pair[0]]))
    return out


def _texts(columns: Sequence[Heading]) -> list[str]:
    """The wordings above some columns; where headings are options, there is none."""
    return list(dict.fromkeys(fold(h.text) for h in columns if not (len(columns) > 1 and h.bare)))


def _groups(headings: Sequence[Heading]) -> list[Group]:
    """Neighbouring columns under one heading."""
    named = [h for h in headings if not h.blank]
    return [tuple(group) for _, group in groupby(named, key=lambda h: (fold(h.code), fold(h.text)))]


def _questions(
    survey: Survey, like: Fielding, before: Mapped, headings: Sequence[Heading], texts: Texts
) -> dict[str, tuple[list[Heading], str]]:
    """The columns of each question of the wave before, with the doubt about them, in questionnaire order."""
    found: dict[str, tuple[list[Heading], str]] = {}
    taken: set[int] = set()

    def take(name: str, columns: Sequence[Heading], doubt: str = "") -> bool:
        if not columns or taken & {h.column for h in columns}:
            return False
        found[name] = (list(columns), doubt)
        taken.update(h.column for h in columns)
        return True

    for name, old in before.columns.items():
        columns = _exactly(name, survey, like, old, headings)
        if not _answers_otherwise(name, survey, like, columns, texts):
            take(name, columns)
    left = [name for name in before.columns if name not in found]
    groups = [
        group
        for group in _groups(headings)
        if not taken & {h.column for h in group}
        and any(texts.get(h.column) for h in group)
        and not (len(group) == 1 and scaffold.describes_response(group[0]))
    ]
    scores = [
        (_likeness(name, survey, like, before, group, texts), -place, name, group)
        for place, group in enumerate(groups)
        for name in left
        if _suits(survey.questions[name].kind, group, texts)
        and not (
            fold(group[0].text) in _texts(before.columns[name])
            and _answers_otherwise(name, survey, like, group, texts)
        )
    ]
    for score, _, name, group in sorted(scores, key=lambda row: row[:2], reverse=True):
        best = max(other for other, _, n, g in scores if n == name or g == group)
        sure = score >= _ALIKE_QUESTIONS or (score >= _NEAREST_QUESTIONS and score == best)
        if sure and name not in found:
            worded = max(likeness(h.text, group[0].text) for h in before.columns[name])
            answered, _ = _answered(name, survey, like, before, group, texts)
            doubt = f"worded {worded:.0%} like the question of {like.name}"
            take(name, group, doubt + f", {answered:.0%} of its answers" * bool(survey.options(name)))
    return {name: found[name] for name in before.columns if name in found}


def _answers_otherwise(
    name: str, survey: Survey, like: Fielding, columns: Sequence[Heading], texts: Texts
) -> bool:
    """Whether a question worded as before has other answers throughout, so that it is another one.

    Codes are no other answers: only a person knows what they stand for.
    """
    if not survey.questions[name].scale and survey.questions[name].kind != "grid":
        return False
    cells = {text for h in columns for text in texts.get(h.column, {})}
    words = [text for text in cells if as_number(text) is None]
    labels = {i: o.label for i, o in survey.options(name).items()}
    labels |= {line: line for line in like.wave.lines(name)}
    return len(words) > 2 and not any(best_fit(labels, text) for text in words)


def _exactly(
    name: str, survey: Survey, like: Fielding, old: Sequence[Heading], headings: Sequence[Heading]
) -> list[Heading]:
    """The columns under the same wording as before; none where some of it is missing."""
    wanted = [text for text in _texts(old) if text]
    if not wanted:
        columns = by_default(name, survey, headings, like.wave.lines(name))
        labels = {fold(h.label) for h in old}
        return columns if columns and all(fold(h.label) in labels for h in columns) else []
    columns = [h for h in headings if fold(h.text) in wanted and not (h.bare and len(old) > 1 and not h.code)]
    if {fold(h.text) for h in columns} != set(wanted):
        return []
    codes = {fold(h.code) for h in old if h.code}
    if len({(fold(h.code), fold(h.text)) for h in columns}) > len(
        {(fold(h.code), fold(h.text)) for h in old}
    ):
        # several questions are worded alike: only the code tells them apart
        columns = [h for h in columns if fold(h.code) in codes] if codes else []
    labels = {fold(h.label) for h in old}
    if len(old) == 1 and len(columns) > 1 and not codes:
        same = [h for h in columns if fold(h.label) in labels]
        columns = same if len(same) == 1 else columns
    return columns


def _suits(kind: str, group: Group, texts: Texts) -> bool:
    """Whether the cells of a group of columns can be answers to a question of a kind."""
    cells = [texts.get(h.column, {}) for h in group if not is_other(h.label)]
    distinct = {text for values in cells for text in values}
    numbers = sum(as_number(text) is not None for text in distinct)
    # boxes hold one text each
    boxes = sum(len(values) > 2 for values in cells) <= len(cells) / 2
    if kind in ("single", "multiple") and len(cells) > 1:
        return boxes
    if kind == "grid":
        return len(cells) > 1
    if kind == "rank":
        return (len(cells) > 1 and not boxes) or not _all_unlike(cells)
    if kind in ("number", "date", "allocation"):
        return 2 * numbers >= len(distinct)
    if kind == "text":
        return len(group) == 1 and _all_unlike(cells)
    return kind == "multiple" or not _all_unlike(cells)


def _all_unlike(cells: Sequence[Mapping[str, int]]) -> bool:
    """Whether most cells hold a text of their own, as people's own words do."""
    return sum(map(len, cells)) > 0.6 * sum(sum(values.values()) for values in cells)


def _likeness(name: str, survey: Survey, like: Fielding, before: Mapped, group: Group, texts: Texts) -> float:
    """How alike a question of the wave before and a group of columns are, from 0 to 1.

    The wording of the heading counts, a finder that begins it, the same code, and how much of what stands
    below it are answers of the question. Yes and No alone say little.
    """
    old = before.columns[name]
    names = dict.fromkeys((*(h.text for h in old), plain(name)))
    worded = max(_worded(text, group[0].text) for text in names)
    finders = like.wave.columns.get(name, [])
    begun = any(is_beginning(f) and find(f, group) for f in finders)
    same_code = bool(group[0].code) and any(fold(h.code) == fold(group[0].code) for h in old)
    worded = min(1.0, worded + 0.15 * (begun or (same_code and worded > 0.4)))
    answered, telling = _answered(name, survey, like, before, group, texts)
    if survey.options(name) and answered < 0.2:
        # hardly one of its answers is there
        worded *= 0.75
    if telling > 2:
        return max(worded, min(1.0, 0.35 * worded + 0.72 * answered))
    return max(worded, 0.55 * worded + 0.4 * answered)


def _worded(one: str, other: str) -> float:
    """How alike two headings are: by their letters, or by the words that they share."""
    ours, theirs = scaffold.telling_words(one), scaffold.telling_words(other)
    shared = len(ours & theirs)
    words = 0.75 * shared / min(len(ours), len(theirs)) if shared > 1 else 0.3 * shared
    return max(likeness(one, other), words)


def _answered(
    name: str, survey: Survey, like: Fielding, before: Mapped, group: Group, texts: Texts
) -> tuple[float, int]:
    """How much of a group of columns answers a question, from 0 to 1, and by how many options or items."""
    asked = survey.questions[name]
    lines = like.wave.lines(name)
    labels = asked.items or {i: o.label for i, o in survey.options(name).items()}
    offered = {i for o in before.offers if o.question == name for i in (o.item, o.option) if i in labels}
    if not offered:
        return 0.0, 0
    seen: Counter[str] = Counter()
    for heading in group:
        values = texts.get(heading.column, {})
        if asked.items or len(values) < 2:
            seen[heading.label or next(iter(values), "")] += 1
        else:
            seen.update(values)
    matched: Counter[str] = Counter()
    for text, count in seen.items():
        line = best_fit({line: line for line in lines}, text)
        fitting = [lines[line[0]]] if line else best_fit(labels, text)
        if not fitting and len(seen) <= _FEW_TEXTS:
            fitting = [i for i in (_nearest(text, labels)[0] or _begins(text, labels),) if i]
        if len(fitting) == 1:
            matched[fitting[0]] += count
    share = matched.total() / max(1, seen.total())
    return 0.6 * share + 0.4 * len(matched) / len(offered), len(matched)


def _begins(text: str, labels: Mapping[str, str]) -> str:
    """The option that a text says first and then explains: `Yes` of `Yes, and it helped`."""
    folded = fold(text)
    said = [i for i, label in labels.items() if re.match(rf"{re.escape(fold(label))}\b", folded)]
    return said[0] if len(said) == 1 else ""


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
    letters = any(re.fullmatch(r"[A-Z]{1,3}(:[A-Z]{1,3})?", finder) for finder in own)
    if own and not letters and names(own):
        return list(own)
    if not own and names([before.columns[name][0].text]):
        return [before.columns[name][0].text]
    made = [_named(list(group), headings) for group in _groups(columns)]
    return made if names(made) else [_letters(columns)]


def _named(columns: Sequence[Heading], headings: Sequence[Heading]) -> str:
    """A finder of columns under one heading: the heading or its beginning, else letters."""
    text, wanted = columns[0].text, {h.column for h in columns}
    candidates = [text] if 0 < len(text) <= _WHOLE else []
    words = text.split()
    candidates += [" ".join(words[:count]) + ELLIPSIS for count in range(3, len(words))]
    for candidate in candidates:
        if {h.column for h in find(candidate, headings)} == wanted:
            return candidate
    if columns[0].code and {h.column for h in find(columns[0].code, headings)} == wanted:
        return columns[0].code
    return _letters(columns)


def _letters(columns: Sequence[Heading]) -> str:
    first, last = columns[0].letters, columns[-1].letters
    return first if first == last else f"{first}:{last}"


def _rest(
    out: Carried,
    survey: Survey,
    like: Fielding,
    before: Mapped,
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
    for role in ("id", "started", "submitted"):
        finder = getattr(declared, role)
        columns = find(finder, looked.headings) if finder else []
        if len(columns) == 1 and columns[0].column not in taken:
            out.respondents[role] = finder
            taken.add(columns[0].column)
    for finder in declared.drop:
        columns = find(finder, looked.headings)
        if columns and not re.fullmatch(r"[A-Z]{1,3}(:[A-Z]{1,3})?", finder):
            out.drop.append((finder, ""))
            taken.update(h.column for h in columns)
    layout = formats[looked.format]
    left = [h for h in looked.headings if h.column not in taken | screened]
    drafted = scaffold.draft(left, texts, layout, looked.at_most)
    worded = {text for columns in before.columns.values() for text in _texts(columns)}
    # an id that is the code of a column in the wave before would claim it there
    codes = {fold(h.code) for columns in before.columns.values() for h in columns}
    for role in ("id", "started", "submitted"):
        finder = getattr(drafted, role)
        if finder and role not in out.respondents:
            out.respondents[role] = finder
        elif finder:
            out.drop.append((finder, f"another {role}"))
    out.drop += drafted.drop
    for question in drafted.questions:
        used = {*survey.questions, *codes, *(q.id for _, q in out.new_questions)}
        question.id = scaffold.unlike(question.id, used)
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
    kept = like.wave.source.model_dump(exclude_defaults=True, include={"separator", "dates"})
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
            nearest, score = _nearest(loose.text, free)
            if nearest:
                lines.setdefault(question, {})[loose.text] = nearest
                doubts[question, loose.text] = f"{score:.0%} like that of {like.name}"
                settled = True
            elif as_number(loose.text) is not None and all(as_number(o) is None for o in labels.values()):
                continue  # a code: only a person knows what it stands for
            elif loose.part == "options" and asked.scale and survey.scales[asked.scale].scores:
                continue  # a step more would move the scores of every grid of the scale
            elif loose.heading or loose.count > 1:
                identifier = scaffold.identify(loose.text, ids)
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
    for question, *both in mapped.clashes:
        options = {i: o.label for i, o in survey.options(question).items()} | survey.questions[question].items
        for text in [text for text in both if fold(text) not in known][-1:]:
            fitting = best_fit(options, text)
            if len(fitting) == 1 and text not in lines.get(question, {}):
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
        for text, count in scaffold.pieces(cells, separator).most_common()
        if any(fold(text) in fold(loose.text) for loose in in_cells)
    ]
    left = [loose for loose in once.values() if loose.heading]
    return left + [
        loose for loose in apart if not scaffold.is_joined(loose.text, [a.text for a in apart], separator)
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


def _nearest(text: str, free: Mapping[str, str]) -> tuple[str, float]:
    """The option or item whose label is most like a text, and how much; none where none is alike enough."""
    if as_number(text) is not None:
        return "", 0.0
    role = scaffold.role_of(fold(text))
    if role in free and role in ("dkns", "none", "not_applicable"):
        return role, max(0.5, likeness(text, free[role]))
    scores = {}
    for identifier, label in free.items():
        whole = label.removesuffix(ELLIPSIS)
        score = likeness(text, whole)
        if is_beginning(label):
            score = max(score, likeness(text[: len(whole)], whole) - 0.1)
        # other numbers mean another thing, however alike the words are
        if not _numbers_agree(text, whole) and not is_beginning(label):
            score -= 0.3
        scores[identifier] = score
    best = max(scores, key=lambda i: scores[i], default="")
    return (best, scores[best]) if best and scores[best] >= _ALIKE_ANSWERS else ("", 0.0)


def _numbers_agree(one: str, other: str) -> bool:
    """Whether two texts hold the same numbers; bands may begin one apart, as 1,000 and 1,001 do."""
    ours, theirs = ([int(n) for n in re.findall(r"\d+", with_digits(text))] for text in (one, other))
    near = [abs(a - b) <= (1 if min(a, b) >= 10 else 0) for a, b in zip(ours, theirs, strict=False)]
    return len(ours) == len(theirs) and all(near)


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
        and (i in declared_absent or theirs.get(i, 0) * ratio >= _SURELY_SEEN)
    ]
    if absent:
        chosen = sum(theirs.get(i, 0) for i in absent)
        doubt = f"nobody chose these, {chosen} did in {like.name}; were they offered?"
        if fresh:
            doubt += f" or is one now {' or '.join(sorted(fresh)[:3])}?"
        out.not_offered[name] = (absent, doubt)


def _chosen(mapped: Mapped, name: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (question, _, option), count in mapped.counts.items():
        if question == name and option:
            counts[option] += count
    return counts
