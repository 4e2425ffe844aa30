"""Which columns of a new export are which questions of the wave before, by wording and by their answers.

First under the same wording, then by likeness: of the headings, of the labels below them, of the answers in
their cells. Nothing is matched by its place alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from pipeline.answers.columns import by_default, is_other
from pipeline.answers.meaning import Texts
from pipeline.drafting.before import Before, option_labels, wordings
from pipeline.drafting.cells import all_unlike
from pipeline.drafting.question import Group
from pipeline.drafting.tool_columns import described, tools_of
from pipeline.drafting.words import role_of, telling_words
from pipeline.exports.finders import find, is_letters
from pipeline.exports.tools import Heading
from pipeline.text.folding import ELLIPSIS, best_fit, fold, is_beginning, likeness, plain, with_digits
from pipeline.text.values import as_number
from pipeline.tidy.question_kinds import QuestionKind

_ALIKE_QUESTIONS = 0.6  # the likeness from which on two headings are taken for one question
_NEAREST_QUESTIONS = 0.4  # or this, where nothing else is nearer to either
_SURELY_ALIKE, _SURELY_ANSWERED = 0.8, 0.95  # with so much in common nobody need look, of answers and
_FEW_ANSWERS = 2  # more options than this
_ALIKE_ANSWERS = 0.72  # and two texts for one answer
_REMEMBERED = 20_000  # pairs of headings
_FEW_TEXTS = 40  # of so many texts each is compared with each option


def match_questions(
    before: Before, headings: Sequence[Heading], texts: Texts
) -> dict[str, tuple[list[Heading], str]]:
    """The columns of each question of the wave before, with the doubt about them, in questionnaire order."""
    matches: dict[str, tuple[list[Heading], str]] = {}
    taken: set[int] = set()

    def take(name: str, columns: Sequence[Heading], doubt: str = "") -> None:
        if columns and not taken & {h.column for h in columns}:
            matches[name] = (list(columns), doubt)
            taken.update(h.column for h in columns)

    for name in before.columns:
        columns = _exactly(name, before, headings)
        if not _answers_otherwise(name, before, columns, texts):
            take(name, columns)
    left = [name for name in before.columns if name not in matches]
    tools = tools_of(headings)
    free = [
        group
        for group in groups(headings)
        if not taken & {h.column for h in group}
        and any(texts.get(h.column) for h in group)
        and not (len(group) == 1 and described(group[0], tools, ["weight"]))
    ]
    scores = [
        (_likeness(name, before, group, texts), -place, name, group)
        for place, group in enumerate(free)
        for name in left
        if _suits(before.survey.questions[name].form, group, texts)
        and not (
            fold(group[0].text) in before.wordings(name) and _answers_otherwise(name, before, group, texts)
        )
    ]
    for score, _, name, group in sorted(scores, key=lambda row: row[:2], reverse=True):
        best = max(other for other, _, n, g in scores if n == name or g == group)
        sure = score >= _ALIKE_QUESTIONS or (score >= _NEAREST_QUESTIONS and score == best)
        if sure and name not in matches:
            worded = max(likeness(h.text, group[0].text) for h in before.columns[name])
            answered, telling = _answered(name, before, group, texts)
            certain = worded >= _SURELY_ALIKE and answered >= _SURELY_ANSWERED and telling > _FEW_ANSWERS
            if certain:
                take(name, group)
                continue
            doubt = f"worded {worded:.0%} like the question of {before.asked_in(name)}"
            take(name, group, doubt + f", {answered:.0%} of its answers" * bool(before.survey.options(name)))
    return {name: matches[name] for name in before.columns if name in matches}


def groups(headings: Sequence[Heading]) -> list[Group]:
    """Neighbouring columns under one heading."""
    named = [h for h in headings if not h.blank]
    return [tuple(group) for _, group in groupby(named, key=lambda h: (fold(h.code), fold(h.text)))]


def _answers_otherwise(name: str, before: Before, columns: Sequence[Heading], texts: Texts) -> bool:
    """Whether a question worded as before has other answers throughout, so that it is another one.

    Codes are no other answers: only a person knows what they stand for.
    """
    asked = before.survey.questions[name]
    if not asked.scale and not asked.form.by_item:
        return False
    cells = {text for h in columns for text in texts.get(h.column, {})}
    words = [text for text in cells if as_number(text) is None]
    labels = option_labels(before.survey, name) | {line: line for line in before.wave.lines(name)}
    return len(words) > 2 and not any(best_fit(labels, text) for text in words)


def _exactly(name: str, before: Before, headings: Sequence[Heading]) -> list[Heading]:
    """The columns under the same wording as before; none where some of it is missing."""
    old = before.columns[name]
    wanted = [text for text in wordings(old) if text]
    if not wanted:
        finders = before.wave.columns.get(name, [])
        # a list of the headings of boxes, or of the items of a grid
        listed = [h for finder in finders if not is_letters(finder) for h in find(finder, headings)]
        columns = listed or by_default(name, before.survey, headings, before.wave.lines(name))
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


def _suits(form: QuestionKind, group: Group, texts: Texts) -> bool:
    """Whether the cells of a group of columns can be answers to a question of a kind."""
    cells = [texts.get(h.column, {}) for h in group if not is_other(h.label)]
    distinct = {text for values in cells for text in values}
    numbers = sum(as_number(text) is not None for text in distinct)
    # boxes hold one text each
    boxes = sum(len(values) > 2 for values in cells) <= len(cells) / 2
    if form.is_choice and len(cells) > 1:
        return boxes
    if form.by_item:
        return len(cells) > 1
    if form.is_ranked:
        return (len(cells) > 1 and not boxes) or not all_unlike(cells)
    if form.counted == "numbers":
        return 2 * numbers >= len(distinct)
    if form.is_open:
        return len(group) == 1
    return form.several or not all_unlike(cells)


def _likeness(name: str, before: Before, group: Group, texts: Texts) -> float:
    """How alike a question of the wave before and a group of columns are, from 0 to 1.

    The wording of the heading counts, a finder that begins it, the same code, and how much of what stands
    below it are answers of the question. Yes and No alone say little.
    """
    old = before.columns[name]
    names = dict.fromkeys((*(h.text for h in old), plain(name)))
    worded = max(_worded(text, group[0].text) for text in names)
    finders = before.wave.columns.get(name, [])
    begun = any(is_beginning(f) and find(f, group) for f in finders)
    same_code = bool(group[0].code) and any(fold(h.code) == fold(group[0].code) for h in old)
    worded = min(1.0, worded + 0.15 * (begun or (same_code and worded > 0.4)))
    answered, telling = _answered(name, before, group, texts)
    if before.survey.options(name) and answered < 0.2:
        # hardly one of its answers is there
        worded *= 0.75
    if telling > 2:
        return max(worded, min(1.0, 0.35 * worded + 0.72 * answered))
    return max(worded, 0.55 * worded + 0.4 * answered)


@lru_cache(maxsize=_REMEMBERED)
def _worded(one: str, other: str) -> float:
    """How alike two headings are: by their letters, or by the words that they share."""
    ours, theirs = telling_words(one), telling_words(other)
    shared = len(ours & theirs)
    words = 0.75 * shared / min(len(ours), len(theirs)) if shared > 1 else 0.3 * shared
    return max(likeness(one, other), words)


def _answered(name: str, before: Before, group: Group, texts: Texts) -> tuple[float, int]:
    """How much of a group of columns answers a question, from 0 to 1, and by how many options or items."""
    known = before.known_answers[name]
    if not known.offered:
        return 0.0, 0
    seen: Counter[str] = Counter()
    for heading in group:
        values = texts.get(heading.column, {})
        if known.are_items or len(values) < 2:
            seen[heading.label or next(iter(values), "")] += 1
        else:
            seen.update(values)
    matched: Counter[str] = Counter()
    for text, count in seen.items():
        line = known.by_line.best(text)
        fitting = [known.lines[line[0]]] if line else known.by_label.best(text)
        if not fitting and len(seen) <= _FEW_TEXTS:
            fitting = [i for i in (nearest(text, known.labels)[0] or _begins(text, known.labels),) if i]
        if len(fitting) == 1:
            matched[fitting[0]] += count
    share = matched.total() / max(1, seen.total())
    return 0.6 * share + 0.4 * len(matched) / len(known.offered), len(matched)


def _begins(text: str, labels: Mapping[str, str]) -> str:
    """The option that a text says first and then explains: `Yes` of `Yes, and it helped`."""
    folded = fold(text)
    begun = [i for i, label in labels.items() if re.match(rf"{re.escape(fold(label))}\b", folded)]
    return begun[0] if len(begun) == 1 else ""


def nearest(text: str, free: Mapping[str, str]) -> tuple[str, float]:
    """The option or item whose label is most like a text, and how much; none where none is alike enough."""
    if as_number(text) is not None:
        return "", 0.0
    role = role_of(fold(text))
    if role in free and role in ("dkns", "none", "not_applicable"):
        return role, max(0.5, likeness(text, free[role]))
    scores = {}
    for identifier, label in free.items():
        whole = label.removesuffix(ELLIPSIS)
        score = likeness(text, whole, _ALIKE_ANSWERS)
        if is_beginning(label):
            score = max(score, likeness(text[: len(whole)], whole, _ALIKE_ANSWERS) - 0.1)
        # other numbers mean another thing, however alike the words are
        elif score and not _numbers_agree(text, whole):
            score -= 0.3
        scores[identifier] = score
    best = max(scores, key=lambda i: scores[i], default="")
    return (best, scores[best]) if best and scores[best] >= _ALIKE_ANSWERS else ("", 0.0)


def _numbers_agree(one: str, other: str) -> bool:
    """Whether two texts hold the same numbers; bands may begin one apart, as 1,000 and 1,001 do."""
    ours, theirs = ([int(n) for n in re.findall(r"\d+", with_digits(text))] for text in (one, other))
    near = [abs(a - b) <= (1 if min(a, b) >= 10 else 0) for a, b in zip(ours, theirs, strict=False)]
    return len(ours) == len(theirs) and all(near)
