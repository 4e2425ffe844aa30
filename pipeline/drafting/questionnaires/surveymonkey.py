"""SurveyMonkey: the details of a survey as its API gives them, as JSON.

An export has two header rows: the question above the first of its columns, and below it the option or item
of each. No ids stand in it. Exports of numbers have the places of options, or their weights on a scale. The
details say nothing of who is asked what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.drafting.questionnaires.definition import Definition, Part, Place, Posed, label, with_role
from pipeline.drafting.questionnaires.parts import apart, distinct
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, listed, mapping
from pipeline.drafting.words import slug, unlike
from pipeline.text.folding import fold

_ROLES = {"id": "Respondent ID", "started": "Start Date", "submitted": "End Date"}
_ADDED = {
    "Collector ID": "how the response was collected",
    "IP Address": "the address of the network",
    "Email Address": "an e-mail address",
    "First Name": "a name",
    "Last Name": "a name",
    "Custom Data 1": "a field of the list of contacts",
}
_NUMBERS = ("integer", "decimal")
_NEEDS_ANSWER = ("all", "at_least", "exactly", "range")
_LIMITS = ("at_most", "exactly", "range")
_USUAL = 100  # the total of an allocation that names none
_LARGEST = 10**6  # of a weight


def recognised(source: Source) -> bool:
    """Whether it is JSON with pages of questions that have a family and a subtype."""
    if not source.head.lstrip().startswith("{"):
        return False
    pages = map(mapping, listed(mapping(source.json).get("pages")))
    questions = (mapping(one) for page in pages for one in listed(page.get("questions")))
    return any({"family", "subtype"} <= one.keys() for one in questions)


def definition(source: Source) -> Definition:
    """What the survey asks; who is asked what is in no details."""
    survey = mapping(source.json)
    reader = _Reader()
    for number, page in enumerate(map(mapping, listed(survey.get("pages"))), 1):
        for place, question in enumerate(_in_order(page.get("questions")), 1):
            if not question:
                raise source.error("is no object; get the details again", f"page {number}, question {place}")
            reader.read(question)
            if len(reader.questions) > MOST_PARTS:
                raise source.error(f"has more than {MOST_PARTS:,} questions")
    reports = [f"{what}: {'; '.join(titles[:10])}" for what, titles in reader.reports.items()]
    return Definition(
        "SurveyMonkey",
        label(survey.get("title")),
        tuple(reader.questions),
        _ADDED | reader.unasked,
        _ROLES,
        ("the details of a survey do not say who is asked what (skip logic): look at it yourself", *reports),
        str(survey.get("language") or ""),
    )


@dataclass
class _Reader:
    """Makes questions of those of the API, and gathers what is left out."""

    questions: list[Posed] = field(default_factory=list)
    unasked: dict[str, str] = field(default_factory=dict)
    reports: dict[str, list[str]] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    def report(self, what: str, title: str) -> None:
        """Notes that a question, or a part of one, is left out."""
        self.reports.setdefault(what, []).append(title[:60])

    def read(self, question: Mapping[str, Any]) -> None:
        """Takes in one question, with a code made of its words: the API has numbers alone."""
        title = label(
            " ".join(str(mapping(one).get("heading") or "") for one in listed(question.get("headings")))
        )
        family, subtype = str(question.get("family")), str(question.get("subtype"))
        if family == "presentation":
            return
        if question.get("visible") is False:
            self.report("hidden questions are left out", title)
            return
        title = title or f"question {question.get('id')}"
        code = slug(title)
        needs = mapping(question.get("required")).get("type") in _NEEDS_ANSWER
        asks = Posed(code, title, "", required=needs, columns=((title, Place()),))
        make = _READ.get((family, subtype)) or _READ.get((family, ""))
        made = make(self, asks, question) if make else []
        if not made:
            self.report(f"questions of type {family[:30]}, {subtype[:30]} are not drafted", title)
            self.unasked[title] = "a question that is not drafted"
        comment = _beside(mapping(question.get("answers")), False)
        if made and comment:
            about, columns = f"{title} – {comment}", ((comment, Place()),)
            made.append(Posed(f"{code}_comment", about, "text", private=True, columns=columns))
        self.questions.extend(apart(made, self.taken))

    def choice(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """A single or multiple choice; what people write for Other has a column."""
        answers = mapping(question.get("answers"))
        options = self.options(asks, answers)
        beside: tuple[tuple[str, Place], ...] = ()
        if text := _beside(answers, True):
            code = unlike("other", {one.code for one in options})
            part = Part(code, text, write_in=True, others=_ids(mapping(answers.get("other"))))
            options = (*options, with_role(part))
            beside = ((text, Place("words", code)),)
        if not options:
            return []
        if question.get("family") == "single_choice":
            return [replace(asks, kind="single", options=options, columns=(*asks.columns, *beside))]
        boxes = tuple((one.label, Place("box", one.code)) for one in options)
        most = _most(mapping(question.get("required")))
        return [replace(asks, kind="multiple", options=options, max=most, columns=boxes)]

    def grid(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """A grid; a scale of one row without a name is a single choice."""
        answers = mapping(question.get("answers"))
        options, items = self.options(asks, answers, is_scale=True), _items(answers)
        if not options:
            return []
        if not any(label(row.get("text")) for row in _visible(answers.get("rows"))):
            return [replace(asks, kind="single", options=options)]
        return [replace(asks, kind="grid", options=options, items=items, columns=_headed(items))]

    def boxes(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """A multiple choice for each row of a table of boxes."""
        answers = mapping(question.get("answers"))
        options = self.options(asks, answers)
        return [
            replace(
                asks,
                code=f"{asks.code}_{item.code}",
                text=f"{asks.text} – {item.label}",
                kind="multiple",
                options=options,
                columns=tuple((f"{item.label} - {one.label}", Place("box", one.code)) for one in options),
            )
            for item in (_items(answers) if options else ())
        ]

    def menus(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """A grid for each column of a table of menus, which have choices of their own."""
        answers = mapping(question.get("answers"))
        items = _items(answers)
        grids = []
        for place, column in enumerate(_visible(answers.get("cols")), 1):
            text, options = label(column.get("text")), self.options(asks, column)
            if options and items:
                names = tuple((f"{item.label} - {text}", Place("item", item.code)) for item in items)
                grid = replace(asks, kind="grid", options=options, items=items, columns=names)
                grids.append(replace(grid, code=f"{asks.code}_{place}", text=f"{asks.text} – {text}"))
        return grids

    def rank(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """A ranking: a column an item, with its place in the cells."""
        items = _items(mapping(question.get("answers")))
        return [replace(asks, kind="rank", items=items, columns=_headed(items))] if items else []

    def written(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """A text, number or date by its validation."""
        check = str(mapping(question.get("validation")).get("type"))
        if check == "email":
            return [replace(asks, kind="text", private=True, personal="an e-mail address")]
        if check in _NUMBERS:
            return [replace(asks, kind="number")]
        if check.startswith("date"):
            return [replace(asks, kind="date")]
        return [replace(asks, kind="text", private=True)]

    def texts(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """An allocation where numbers have a sum, else a question for each row."""
        items = _items(mapping(question.get("answers")))
        total = _number(mapping(question.get("validation")).get("sum"))
        if total and items:
            most = None if total == _USUAL else total
            return [replace(asks, kind="allocation", items=items, max=most, columns=_headed(items))]
        kind = {"validation": {"type": "decimal"}} if question.get("subtype") == "numerical" else question
        return [posed for row in _by_item(asks, items) for posed in self.written(row, kind)]

    def date(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """A date, one for each row that has a name."""
        items = _items(mapping(question.get("answers")))
        rows = _by_item(asks, items) if len(items) > 1 else [asks]
        return [replace(row, kind="date") for row in rows]

    def person(self, asks: Posed, question: Mapping[str, Any]) -> list[Posed]:
        """The fields of an address, none of which is read."""
        rows = _by_item(asks, _items(mapping(question.get("answers")))) or [asks]
        return [replace(row, kind="text", private=True, personal="a name or an address") for row in rows]

    def file(self, asks: Posed, _question: Mapping[str, Any]) -> list[Posed]:
        """A file that people send, which is not read."""
        return [replace(asks, kind="text", private=True, personal="a file")]

    def options(self, asks: Posed, answers: Mapping[str, Any], is_scale: bool = False) -> tuple[Part, ...]:
        """The choices that are shown; the code is the weight on a scale, or the place."""
        shown = _visible(answers.get("choices"))
        if hidden := [one for one in _in_order(answers.get("choices")) if one.get("visible") is False]:
            self.report("hidden options are left out", f"{asks.text[:30]} ({len(hidden)})")
        scores = [_score(one) for one in shown]
        places = [str(place) for place in range(1, len(shown) + 1)]
        labels = [label(one.get("text")) or place for one, place in zip(shown, places, strict=True)]
        weights = [str(one["weight"]) for one in shown if isinstance(one.get("weight"), int)]
        codes = weights if is_scale and len(set(weights)) == len(shown) else places
        texts = set(labels)
        if any(code in texts and code != text for code, text in zip(codes, labels, strict=True)):
            taken: dict[str, int] = {}
            codes = [distinct(fold(text) or "x", taken) for text in labels]
        return tuple(
            _option(Part(code, text, score=score, others=_ids(one)), one.get("is_na") is True)
            for code, text, score, one in zip(codes, labels, scores, shown, strict=True)
        )


_READ: Mapping[tuple[str, str], Callable[[_Reader, Posed, Mapping[str, Any]], list[Posed]]] = {
    ("single_choice", ""): _Reader.choice,
    ("multiple_choice", ""): _Reader.choice,
    **dict.fromkeys((("matrix", "single"), ("matrix", "rating")), _Reader.grid),
    ("matrix", "multi"): _Reader.boxes,
    ("matrix", "menu"): _Reader.menus,
    ("matrix", "ranking"): _Reader.rank,
    ("open_ended", ""): _Reader.written,
    **dict.fromkeys((("open_ended", "multi"), ("open_ended", "numerical")), _Reader.texts),
    ("datetime", "date_only"): _Reader.date,
    ("demographic", ""): _Reader.person,
    ("file_upload", ""): _Reader.file,
}


def _in_order(values: Any) -> list[Mapping[str, Any]]:
    """Questions, choices or rows in the order of their positions."""
    objects = [mapping(value) for value in listed(values)]
    return sorted(objects, key=lambda one: _number(one.get("position")))


def _visible(values: Any) -> list[Mapping[str, Any]]:
    """Those that are shown, in their order."""
    return [one for one in _in_order(values) if one and one.get("visible") is not False]


def _beside(answers: Mapping[str, Any], as_option: bool) -> str:
    """What heads the column of people's own words, of an Other or of a comment; empty for none."""
    other = mapping(answers.get("other"))
    if not other or other.get("visible") is False or (other.get("is_answer_choice") is True) != as_option:
        return ""
    return label(other.get("text")) or "Other (please specify)"


def _items(answers: Mapping[str, Any]) -> tuple[Part, ...]:
    """The rows of a question as items; their places are their codes."""
    rows = enumerate(_visible(answers.get("rows")), 1)
    return tuple(
        Part(str(place), label(row.get("text")) or str(place), others=_ids(row)) for place, row in rows
    )


def _ids(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The id of a choice or row, which answers that come from the API have."""
    return (str(value["id"]),) if value.get("id") else ()


def _headed(items: Sequence[Part]) -> tuple[tuple[str, Place], ...]:
    """The headings of items: their labels, in the second row."""
    return tuple((item.label, Place("item", item.code)) for item in items)


def _by_item(asks: Posed, items: Sequence[Part]) -> list[Posed]:
    """A question for each item."""
    return [
        replace(
            asks,
            code=f"{asks.code}_{item.code}",
            text=f"{asks.text} – {item.label}",
            columns=((item.label, Place()),),
        )
        for item in items
    ]


def _option(part: Part, is_na: bool) -> Part:
    """An option with its role: what its words say, or that the question does not apply."""
    named = with_role(part)
    return replace(named, role="not_applicable") if is_na and named.role == "substantive" else named


def _score(choice: Mapping[str, Any]) -> float | None:
    """What a step of a scale counts; nothing where the question does not apply."""
    weight = choice.get("weight")
    if choice.get("is_na") is True or isinstance(weight, bool) or not isinstance(weight, int | float):
        return None
    return float(weight) if abs(weight) < _LARGEST else None


def _most(required: Mapping[str, Any]) -> int | None:
    """How many options at most can be chosen: `2`, or the end of `1-2`."""
    if required.get("type") not in _LIMITS:
        return None
    return _number(str(required.get("amount")).rpartition("-")[2].strip()) or None


def _number(value: Any) -> int:
    """A whole number above 0, also as text; 0 for anything else."""
    text = str(value) if isinstance(value, int | str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000000") else 0
