"""A first draft of the declarations of an export that nobody has declared yet.

Everything is inferred from headings and distinct texts, and everything inferred that a person should look
at carries `# check:` and the reason. A draft is a beginning: it is held to the closed world like any file.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from pipeline.answers.columns import is_other
from pipeline.answers.meaning import Texts
from pipeline.exports.tools import Format, Heading
from pipeline.text.addresses import masked, personal
from pipeline.text.folding import fold
from pipeline.text.values import as_number, ways_to_read

_MOST_OPTIONS = 30  # a column with more common texts than this is no choice
_EXPLAINED = 0.7  # the part of the answers of a choice that are given more than once
_FEW = 2  # so many numbers given once are answers still
_STEM = 6  # letters by which two words count as one
_LONGEST_LABEL = 160
_WORDS_OF_AN_ID = 4
_SMALL = {
    "the",
    "a",
    "an",
    "of",
    "in",
    "on",
    "to",
    "and",
    "or",
    "for",
    "is",
    "are",
    "do",
    "does",
    "you",
    "your",
}
_SMALL |= {
    "what",
    "which",
    "how",
    "when",
    "where",
    "who",
    "did",
    "has",
    "have",
    "with",
    "by",
    "at",
    "it",
    "be",
}
_ID_HEADINGS = {
    "respondent id",
    "responseid",
    "response id",
    "id",
    "submission id",
    "_id",
    "no.",
    "#",
    "token",
}
_STARTED = {"start date", "start date (utc)", "startdate", "started", "start", "date started"}
# strata, clusters and replicate weights, which no error here knows of
_DESIGN = re.compile(
    r"strat(a|um|ification)( id)?|v?strata?|psu|clust(er)?( id)?|fpc|(brr|jk|rep\w*) ?w\w* ?\d+"
)
_WEIGHTS = {"weight", "weights", "weighting", "survey weight", "final weight", "wt", "wgt"}
_SUBMITTED = {
    "end date",
    "enddate",
    "submitted",
    "submitted at",
    "submit date (utc)",
    "submissiondate",
    "_submission_time",
    "submit date",
    "end",
    "timestamp",
    "recordeddate",
}
_DROPPED = re.compile(
    r"e-?mail|ip ?address|collector|first ?name|last ?name|\bname\b|phone|language|custom data|user ?agent"
    r"|location(latitude|longitude)|external(data)?reference|distributionchannel|recipient"
)
# columns that a survey tool adds about the response
_TOOLS_OWN = re.compile(
    r"progress|finished|status|duration|duration \(in seconds\)|recordeddate|network id|response type|tags"
    r"|ending"
    r"|_uuid|_*version_*|_index|_tags|_notes|_status|_submitted_by|_validation_status|meta/instanceid"
    r"|meta/rootuuid|formhub/uuid|instanceid|deviceid|username|today|key|submitter(id|name)"
    r"|attachments(present|expected)|reviewstate|edits|formversion|lastpage|seed"
)
_SIGNS = {"++": "plus plus", "+": "plus", "#": "sharp", ">": "over", "<": "under", "%": "percent"}
_FOUR_NUMBERS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")  # in a column of them they are no versions
_EMPTY = {"n/a", "na", "null", "-", "--", "."}
_DKNS = re.compile(r"(i )?(don'?t|do not) know\b|not sure\b|unsure\b")
_NONE = re.compile(r"none of (the|these)\b|^none\b")
_NOT_APPLICABLE = re.compile(r"(not applicable|n/a)$")
# the steps of scales that surveys use, each by how it begins, in their order
_SCALES = (
    (
        r"strongly disagree",
        r"(somewhat )?disagree",
        r"neither|neutral",
        r"(somewhat )?agree",
        r"strongly agree",
    ),
    (
        r"never",
        r"very rarely",
        r"rarely|seldom",
        r"occasionally|sometimes",
        r"often|frequently",
        r"very f",
        r"always",
    ),
    (r"not\b", r"slightly|a little", r"somewhat|moderately", r"very|quite", r"extremely|critical"),
    (
        r"horrible|terrible|very (poor|bad)",
        r"poor|bad|below",
        r"ok|average|fair",
        r"good|above",
        r"excellent|very g",
    ),
    (r"extremely ineff", r"very ineff", r"effective", r"very eff", r"extremely eff"),
    (r"daily", r"weekly", r"monthly", r"quarterly", r"yearly|annually", r"rarely", r"never"),
    (r"unacceptable", r"somewhat unacc", r"neutral|neither", r"somewhat acc", r"acceptable"),
    (r"uncomfortable", r"somewhat unc", r"neutral|neither", r"somewhat com", r"comfortable"),
    (r"yes\b", r"maybe|partly", r"no\b"),
)
_BAND = re.compile(
    r"(?P<below>less than|fewer than|under|up to|<)?(?P<above>more than|over|greater than|>)?\s*[$€£]?"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)"
)
_ONE = re.compile(r"select one|choose one|pick one|please select one\b")
_RANKED = re.compile(r"\brank\b|\brank order\b|in order of")


@dataclass
class Question:
    """A drafted question: what survey.toml will say, and the columns it stands in."""

    id: str
    text: str
    kind: str
    columns: tuple[Heading, ...]
    options: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    write_in: str = ""
    check: str = ""
    reading: str = ""
    """the key of [reading.<question>] that settles in which of two ways its numbers are written"""


@dataclass
class Draft:
    """All that was inferred from one export."""

    questions: list[Question] = field(default_factory=list)
    id: str = ""
    started: str = ""
    submitted: str = ""
    weight: str = ""
    blank: list[str] = field(default_factory=list)
    """texts that stand for an empty cell"""
    drop: list[tuple[str, str]] = field(default_factory=list)
    """finder and reason of each column that is not to be read"""


def draft(
    headings: Sequence[Heading],
    texts: Texts,
    layout: Format,
    at_most: Callable[[Sequence[int]], int] = len,
) -> Draft:
    """Questions, kinds, options and items of an export, from its headings and distinct texts.

    `at_most` tells how many of some columns a respondent filled at most.
    """
    out = Draft(blank=_blanks(texts))
    without = {fold(text) for text in out.blank}
    texts = {
        column: {text: n for text, n in _said(values, layout.missing).items() if fold(text) not in without}
        for column, values in texts.items()
    }
    taken: set[str] = set()
    for group in _groups(headings, texts, layout):
        if group[0].blank and group[0].column == 1 and _all_unlike(texts.get(1, {})) and not out.id:
            out.id = group[0].letters
            continue
        if group[0].blank:
            out.drop += [(h.letters, "it has no heading") for h in group]
            continue
        if len(group) == 1 and _respondents(out, group[0]):
            continue
        if personal := [h for h in group if _identifies(texts.get(h.column, {}))]:
            out.drop += [(h.letters, "its cells look like addresses of people") for h in personal]
            group = tuple(h for h in group if h not in personal)
        filled = [h for h in group if texts.get(h.column)]
        if not filled:
            out.drop += [(h.letters, "nothing in it") for h in group]
            continue
        question = _question(group, texts, layout)
        boxes = question.kind == "multiple" and not question.write_in and len(group) > 2
        if boxes and at_most([h.column for h in group]) == 1:
            question.kind, question.check = "single", "one choice: nobody ticked two"
        question.id = _unique(_slug(group[0].code or question.text or group[0].label), taken)
        out.questions.append(question)
    return out


def _said(values: Mapping[str, int], missing: str) -> dict[str, int]:
    """The texts of a column without what the file declares missing; a Don't know among that is an answer."""
    if not missing:
        return dict(values)
    said: Counter[str] = Counter()
    for text, count in values.items():
        label = text.removeprefix(missing)
        if label == text or role_of(fold(label)) in ("dkns", "not_applicable"):
            said[label] += count
    return dict(said)


def _groups(headings: Sequence[Heading], texts: Texts, layout: Format) -> Iterator[tuple[Heading, ...]]:
    """The columns of each question: those under one heading, or neighbours headed by an option alone."""

    def is_box(heading: Heading) -> bool:
        values = [t for t in texts.get(heading.column, {}) if fold(t) not in layout.unticked]
        return heading.bare and [fold(value) for value in values] == [fold(heading.label)]

    box: list[Heading] = []
    for _, members in groupby(headings, key=lambda h: (fold(h.code), fold(h.text))):
        group = tuple(members)
        own_text = bool(box) and len(group) == 1 and group[0].bare and is_other(group[0].label)
        if len(group) == 1 and (is_box(group[0]) or own_text):
            box.append(group[0])
            if own_text:
                yield tuple(box)
                box = []
            continue
        if box:
            yield tuple(box)
            box = []
        boxes = [h for h in group if h.label]
        twice = layout.joined_too and len(boxes) > 1 and any(texts.get(h.column) for h in boxes)
        yield from _apart(
            tuple(boxes) if twice and not all(is_other(h.label) for h in boxes) else group, texts
        )
    if box:
        yield tuple(box)


def _apart(group: tuple[Heading, ...], texts: Texts) -> Iterator[tuple[Heading, ...]]:
    """The columns of a group without those of free text, which are questions of their own."""
    counted = Counter(fold(t) for h in group for t in {fold(t) for t in texts.get(h.column, {})})

    def is_free(heading: Heading) -> bool:
        own = {fold(t) for t in texts.get(heading.column, {})}
        return len(own) > 3 and sum(counted[t] == 1 for t in own) > len(own) / 2

    free = [h for h in group if len(group) > 2 and not is_other(h.label) and is_free(h)]
    if len(free) == len(group):
        free = []
    if rest := tuple(h for h in group if h not in free):
        yield rest
    yield from ((h,) for h in free)


def _all_unlike(values: Mapping[str, int]) -> bool:
    return len(values) > 1 and max(values.values()) == 1


def _identifies(values: Mapping[str, int]) -> bool:
    """Whether most texts of a column are addresses or numbers by which somebody can be reached."""
    found = sum(bool(personal(text) or _FOUR_NUMBERS.fullmatch(text)) for text in values)
    return 2 * found > len(values) > 0


def _blanks(texts: Texts) -> list[str]:
    """What stands for an empty cell: a text such as n/a, in many columns and seldom alone among answers."""
    columns: Counter[str] = Counter()
    for values in texts.values():
        columns.update({fold(text) for text in values} & _EMPTY)
    return sorted(text for text, count in columns.items() if count >= max(3, len(texts) // 20))


def design_columns(headings: Sequence[Heading]) -> list[str]:
    """The headings of columns that tell how a sample was drawn: strata, clusters, replicate weights."""
    named = [heading.text or heading.code for heading in headings]
    return [name for name in named if _DESIGN.fullmatch(fold(name).replace("_", " "))]


def describes_response(heading: Heading) -> bool:
    """Whether a heading is one that survey tools give to columns that are no question."""
    name = fold(heading.text or heading.code)
    tools = _TOOLS_OWN.fullmatch(fold(heading.code)) or _TOOLS_OWN.fullmatch(name)
    personal = _DROPPED.search(name) and len(name) < 40
    return bool(tools or personal) or name in _ID_HEADINGS | _STARTED | _SUBMITTED


def _respondents(out: Draft, heading: Heading) -> bool:
    """Whether a column describes the response and not an answer; noted where it does."""
    name = fold(heading.text or heading.code)
    named = heading.text or heading.code
    finder = heading.letters if personal(named) or not named else named
    if name in _ID_HEADINGS and not out.id:
        out.id = finder
    elif name in _STARTED and not out.started:
        out.started = finder
    elif name in _SUBMITTED and not out.submitted:
        out.submitted = finder
    elif name in _WEIGHTS and not out.weight:
        out.weight = finder
    elif _TOOLS_OWN.fullmatch(fold(heading.code)) or _TOOLS_OWN.fullmatch(name):
        out.drop.append((finder, "the survey tool's own"))
    elif _DROPPED.search(name) and len(name) < 40:
        out.drop.append((finder, "it may identify somebody"))
    else:
        return False
    return True


def _question(group: tuple[Heading, ...], texts: Texts, layout: Format) -> Question:
    # neighbours headed by their options do not say what was asked
    text = "" if len(group) > 1 and group[0].bare else group[0].text or group[0].code
    beside = [
        h for h in group if len(group) > 1 and is_other(h.label) and _is_own(h.label, texts.get(h.column, {}))
    ]
    others = [h for h in group if h not in beside]
    if len(others) == 1:
        return _one_column(text, group, others[0], bool(beside), texts, layout)
    return _columns(text, group, others, beside, texts, layout)


def _one_column(
    text: str, group: tuple[Heading, ...], heading: Heading, beside: bool, texts: Texts, layout: Format
) -> Question:
    values = texts.get(heading.column, {})
    ways = ways_to_read(values)
    numbers = [as_number(value, "", ways[0]) for value in values] if ways else []
    if numbers and all(number is not None for number in numbers) and len(values) > 2:
        # groups of just three digits are thousands rather than decimals
        keys = [way.keys(values) for way in ways] if len(ways) > 1 else [""]
        reading = next((key for key in keys if key.startswith("thousands")), "")
        return Question("", text, "number", group, check="a number, or codes of a choice?", reading=reading)
    found = pieces(values, layout.separator)
    common = _common(found)
    several = sum(found.values()) > 1.1 * sum(values.values()) and len(values) > len(common)
    if several and _told(common, found) and not beside:
        question = Question("", text, "multiple", group, _options(common))
        question.check = f"several answers in a cell, cut at {layout.separator!r}"
        return _with_own_texts(question, len(found) - len(common))
    if len(values) == 1 and sum(values.values()) > 1:
        return Question("", text, "multiple", group, _options(values), check="one box of a longer question?")
    common = _common(values)
    if not _told(common, values) or max(map(len, common)) > _LONGEST_LABEL:
        return Question("", text, "text", group)
    question = Question("", text, "single", group, _options(common), check=_about_order(common))
    if not beside:
        return _with_own_texts(question, len(values) - len(common))
    if beside:
        _add_write_in(question, next(h.label for h in group if h != heading))
    return question


def _columns(
    text: str,
    group: tuple[Heading, ...],
    others: Sequence[Heading],
    beside: Sequence[Heading],
    texts: Texts,
    layout: Format,
) -> Question:
    ticked = {
        h.column: [t for t in texts.get(h.column, {}) if fold(t) not in layout.unticked] for h in others
    }
    if all(len(values) <= 1 for values in ticked.values()):
        split = [h.label.rpartition(" - ") for h in others]
        levels = dict.fromkeys(right for left, _, right in split if left)
        items = dict.fromkeys(left for left, _, right in split if left)
        if len(items) > 1 and len(levels) > 1 and len(others) == len(items) * len(levels):
            return Question("", text, "grid", group, _options(list(levels)), _items(items))
        kind = "single" if _ONE.search(fold(text)) else "multiple"
        named = [h.label or next(iter(ticked[h.column]), h.letters) for h in others]
        question = Question("", text, kind, group, _options(named))
        if beside:
            _add_write_in(question, beside[0].label)
        return question
    union: Counter[str] = Counter()
    for h in others:
        union.update(texts.get(h.column, {}))
    # what one person gave is no level of a grid
    once = {t for t, n in union.items() if n == 1 and as_number(t) is None and not _is_usual(t)}
    union = Counter({t: n for t, n in union.items() if t not in once})
    if not union:
        return Question("", text, "text", group)
    labels = [h.label for h in others]
    cells = [texts.get(h.column, {}) for h in others]
    no_choice = len(union) > _MOST_OPTIONS or max(map(len, union)) > _LONGEST_LABEL
    if no_choice or not all(labels) or mostly_own(cells):
        return Question("", text, "text", group)
    places = [as_number(value) for value in union]
    if _RANKED.search(fold(text)) and all(p is not None and 1 <= p <= len(others) for p in places):
        return Question("", text, "rank", group, items=_items(labels))
    question = Question("", text, "grid", group, _options(union), _items(labels))
    question.check = _about_order(union)
    if once:
        question.check += "; " * bool(question.check) + f"{len(once)} texts given once are left to settle"
    return question


def mostly_own(cells: Sequence[Mapping[str, int]]) -> bool:
    """Whether most cells hold a text that no other holds, as people's own words do."""
    total = sum(sum(values.values()) for values in cells)
    once = sum(n == 1 for values in cells for n in values.values())
    return total > 0 and once > 0.6 * total


def _is_own(label: str, values: Mapping[str, int]) -> bool:
    """Whether a column headed Other holds people's own texts, and not the tick beside them."""
    return not (len(values) == 1 and fold(next(iter(values))) == fold(label))


def pieces(values: Mapping[str, int], separator: str) -> Counter[str]:
    """How often each answer stands in the cells of a column, cut at the separator.

    Two pieces that never stand without each other are one answer that holds the separator.
    """
    core = separator.strip() or separator
    cells = [
        ([" ".join(p.split()) for p in value.split(core) if p.strip()], n) for value, n in values.items()
    ]
    while True:
        alone: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for parts, count in cells:
            for part in parts:
                alone[part] += count
            for pair in pairwise(parts):
                pairs[pair] += count
        inseparable = [
            (a, b) for (a, b), n in pairs.items() if n > 1 and a != b and alone[a] == alone[b] == n
        ]
        inseparable += _beginnings_of_answers(alone, pairs)
        if not inseparable:
            return alone
        first, second = inseparable[0]
        cells = [(_merged(parts, first, second, f"{core} "), count) for parts, count in cells]


def is_joined(text: str, others: Iterable[str], separator: str) -> bool:
    """Whether a text is nothing but others, joined."""
    known = {fold(other) for other in others}
    parts = [part for part in text.split(separator.strip() or separator) if part.strip()]
    return len(parts) > 1 and all(fold(part) in known for part in parts)


def _beginnings_of_answers(alone: Counter[str], pairs: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pieces that are no answer but the beginning of several: `Yes` of `Yes, to learn` and `Yes, to teach`.

    Such a piece never stands last, and what follows it goes on in small letters and never stands without it.
    """
    found = []
    for first in alone:
        after = {b: n for (a, b), n in pairs.items() if a == first and b != first}
        never_last = len(after) > 1 and sum(after.values()) == alone[first]
        if never_last and all(b[:1].islower() and alone[b] == n for b, n in after.items()):
            found += [(first, b) for b in after]
    return found


def _merged(parts: list[str], first: str, second: str, glue: str) -> list[str]:
    merged: list[str] = []
    for part in parts:
        if merged and merged[-1] == first and part == second:
            merged[-1] = f"{first}{glue}{second}"
        else:
            merged.append(part)
    return merged


def _common(counts: Mapping[str, int]) -> dict[str, int]:
    """The texts that are answers of a question rather than somebody's own: those given twice or more.

    Among numbers one that was given once is an answer too.
    """
    folded: Counter[str] = Counter()
    for text, count in counts.items():
        folded[fold(text)] += count
    twice = {text: count for text, count in counts.items() if folded[fold(text)] > 1}
    once = [text for text in counts if text not in twice]
    if twice and len(once) <= _FEW and all(as_number(text) is not None for text in counts):
        return dict(counts)
    return twice | {text: counts[text] for text in once if _is_usual(text)}


def _is_usual(text: str) -> bool:
    """Whether a text is a word of surveys, which tells nothing of who gave it: a step of a scale, a role."""
    folded = fold(text)
    steps = (step for scale in _SCALES for step in scale)
    return bool(role_of(folded)) or any(re.fullmatch(rf"(?:{step})\w*( \w+)?", folded) for step in steps)


def _told(common: Mapping[str, int], counts: Mapping[str, int]) -> bool:
    """Whether the common texts explain a column as a choice."""
    explained = sum(common.values()) >= _EXPLAINED * sum(counts.values())
    return 2 <= len({fold(text) for text in common}) <= _MOST_OPTIONS and explained


def _with_own_texts(question: Question, own: int) -> Question:
    """The question with an Other for texts that were given once."""
    if own:
        _add_write_in(question, next((t for i, t in question.options.items() if i == "other"), "Other"))
        question.check = (
            f"{question.check}; " * bool(question.check) + f"{own} texts given once are read as Other"
        )
    return question


def _options(labels: Iterable[str]) -> dict[str, str]:
    """Options by id: bands and known scales in their order, otherwise the most frequent first."""
    counted = labels if isinstance(labels, Mapping) else dict.fromkeys(labels, 0)
    folded: dict[str, str] = {}
    for label in sorted(counted, key=lambda label: -counted[label]):
        folded.setdefault(fold(label), label)
    order = _order([text for text in folded if not role_of(text)])
    folded = dict(sorted(folded.items(), key=lambda pair: order.get(pair[0], 0)))
    taken: set[str] = set()
    found: dict[str, str] = {}
    last: dict[str, str] = {}
    for folded_label, label in folded.items():
        role = role_of(folded_label)
        if role:
            last[_unique(role, taken)] = label
        else:
            found[_unique(_slug(label), taken)] = label
    return found | last


def _order(folded: Sequence[str]) -> dict[str, float]:
    """The place of each label, where all are steps of one known scale or bands of a number; else none."""
    for scale in _SCALES:
        places = {
            text: next((place for place, step in enumerate(scale) if re.match(step, text)), -1)
            for text in folded
        }
        if len(set(places.values())) == len(places) and min(places.values(), default=-1) >= 0:
            return {text: float(place) for text, place in places.items()}
    bands = {text: _BAND.match(text) for text in folded}
    if folded and all(bands.values()):
        return {text: _lower_end(band) for text, band in bands.items() if band}
    return {}


def _about_order(labels: Iterable[str]) -> str:
    """What to look at where the order of the options could not be told; two have no order to speak of."""
    plain = list(dict.fromkeys(fold(label) for label in labels if not role_of(fold(label))))
    return "put the options in the order of the questionnaire" if len(plain) > 2 and not _order(plain) else ""


def _lower_end(band: re.Match[str]) -> float:
    """A number that puts a band in its place: below 10 comes before 10 to 49, above 50 after 50."""
    number = float(band["number"].replace(",", ""))
    return number - 0.5 if band["below"] else number + 0.5 if band["above"] else number


def role_of(folded: str) -> str:
    """The role that the words of a folded label imply; empty for a substantive one."""
    if _DKNS.match(folded):
        return "dkns"
    if is_other(folded):
        return "other"
    if _NONE.match(folded):
        return "none"
    return "not_applicable" if _NOT_APPLICABLE.match(folded) else ""


def _items(labels: Iterable[str]) -> dict[str, str]:
    taken: set[str] = {"dkns", "other", "none", "not_applicable"}
    return {_unique(f"item_{_slug(label)}", taken): label for label in dict.fromkeys(labels)}


def _add_write_in(question: Question, label: str) -> None:
    existing = next((i for i, known in question.options.items() if fold(known) == fold(label)), "")
    question.write_in = existing or ("other" if "other" not in question.options else "other_text")
    question.options.setdefault(question.write_in, label)


def telling_words(text: str) -> set[str]:
    """The words of a text that say what it is about, by their beginnings: contribute, contributor are one."""
    words = set(re.findall(r"[a-z0-9]+", fold(text).replace("'", ""))) - _SMALL
    return {word[:_STEM] for word in words}


def _slug(text: str) -> str:
    """A short id in the words of a text, without the address that may stand in it."""
    plain = (
        unicodedata.normalize("NFKD", masked(text, found_by=personal))
        .encode("ascii", "ignore")
        .decode()
        .casefold()
    )
    for sign, word in _SIGNS.items():
        plain = plain.replace(sign, f" {word} ")
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    telling = [word for word in words if word not in _SMALL] or words
    return "_".join(telling[:_WORDS_OF_AN_ID])[:40].strip("_") or "x"


def _unique(identifier: str, taken: set[str]) -> str:
    found = unlike(identifier, taken)
    taken.add(found)
    return found


def unlike(identifier: str, taken: Iterable[str]) -> str:
    """An id, with a number behind it where it is taken."""
    number, found, used = 2, identifier, set(taken)
    while found in used:
        found, number = f"{identifier}_{number}", number + 1
    return found


def identify(label: str, taken: Iterable[str]) -> str:
    """An id in the words of a label that is none of `taken`; the role's where the words imply one."""
    role = role_of(fold(label))
    return unlike(role or _slug(label), taken)
