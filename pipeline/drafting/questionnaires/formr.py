"""formr: a workbook with a row an item, or `items.json`, which its server writes.

A column of an export has the name of an item; there are no boxes, several answers are joined by a comma.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.drafting.questionnaires.definition import Definition, Part, Place, Posed, with_role
from pipeline.drafting.questionnaires.fields import (
    FILE,
    IDENTIFIES,
    LOCATION,
    MAIL,
    TOOLS,
    Routed,
    all_routed,
    common,
    listing,
    once,
    reports,
    steps,
    wording,
)
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, listed, mapping
from pipeline.drafting.questionnaires.xlsform_rows import survey_rows, workbook
from pipeline.text.folding import ELLIPSIS

_KINDS = {
    "mc": "single", "mc_button": "single", "select_one": "single", "select_or_add_one": "single",
    "rating_button": "single", "sex": "single", "check": "single", "check_button": "single",
    "mc_multiple": "multiple", "mc_multiple_button": "multiple", "select_multiple": "multiple",
    "select_or_add_multiple": "multiple",
    "number": "number", "range": "number", "range_ticks": "number", "visual_analog_scale": "number",
    "year": "number", "date": "date",
    "text": "text", "textarea": "text", "letters": "text", "url": "text", "color": "text", "timezone": "text",
}  # fmt: skip
_PERSONAL = {
    "email": MAIL, "tel": "it asks for a telephone number", "cc": "it asks for a number of a card",
    "password": "it asks for a password", "geopoint": LOCATION, "file": FILE, "audio": FILE, "video": FILE,
}  # fmt: skip
_COMPUTED, _SHOWN = "computed or hidden, not asked", "a text on the page, not a question"
_UNASKED = {
    "calculate": _COMPUTED, "hidden": _COMPUTED, "random": _COMPUTED, "get": _COMPUTED, "block": _COMPUTED,
    "note": _SHOWN, "note_iframe": _SHOWN, "submit": _SHOWN, "image": _SHOWN, "mc_heading": _SHOWN,
    "blank": _SHOWN, "server": TOOLS, "browser": TOOLS, "referrer": TOOLS, "ip": IDENTIFIES,
}  # fmt: skip
_ADDED = {
    "session": IDENTIFIES, "modified": TOOLS, "expired": TOOLS, "study_id": TOOLS, "session_id": TOOLS,
    "item_group": TOOLS, "unlinked": TOOLS,
}  # fmt: skip
_TICK = (Part("1", "Yes"), Part("0", "No"))
_FIXED = {
    "sex": (Part("1", "Male", others=("♂",)), Part("2", "Female", others=("♀",))),
    "check": _TICK,
    "check_button": _TICK,
}
# types of which the numbers behind them say the ends and the step, with those that go without saying
_LIMITS = {
    "rating_button": ("1", "5", "1"), "range": ("0", "100", "1"), "range_ticks": ("0", "100", "1"),
}  # fmt: skip
_LEFT_BLANK = ("mc_multiple", "mc_multiple_button", "check", "check_button", "range", "range_ticks")
_NEVER = ("FALSE", "F")
_WHOLE = Place()
_CHOICE = re.compile(r"choice(\d{1,3})")
_CALCULATED = re.compile(r"`r [^`]*`")
_REVERSED = re.compile(r"\d[Rr]")
_NAME = r"(?!(?:anyof|contains|and|or|not)\b)[A-Za-z][\w.]*(?:\$\w+)?"
# what R writes otherwise than the other tools
_AND, _OR = re.compile(r"(?<!&)&(?!&)"), re.compile(r"(?<!\|)\|(?!\|)")
_AMONG, _HOLDS = re.compile(r"%in%\s*c\(([^()]*)\)"), re.compile(r"([\w.]+)\s*%contains(?:_word)?%")


@dataclass(frozen=True)
class _Item:
    """An item of a survey: a row of the workbook, or an object of the file."""

    type: str
    name: str
    label: str = ""
    limits: str = ""
    """the numbers behind the type"""
    choices: Mapping[str, str] = field(default_factory=dict)
    showif: str = ""
    required: bool = False

    @property
    def kind(self) -> str:
        """The kind of question; empty for none."""
        return "text" if self.type in _PERSONAL else _KINDS.get(self.type, "")

    @property
    def text(self) -> str:
        """The label as it is printed, the name where there is none."""
        return _printed(self.label) or self.name

    @property
    def unasked(self) -> str:
        """Why it asks nothing; empty where it asks."""
        if self.showif in _NEVER:
            return "never shown"
        return _UNASKED.get(self.type, "" if self.kind else f"type {self.type}, which is not drafted")


def recognised(source: Source) -> bool:
    """Whether it is a workbook with formr's types or headings, or an object with its items."""
    head = source.head.lstrip("\ufeff \n\r\t")
    if head.startswith("{"):
        return '"items"' in head and ('"type_options"' in head or '"choice_list"' in head)
    return workbook(source) == "formr"


def definition(source: Source) -> Definition:
    """The questionnaire of a workbook or of `items.json`."""
    of_server = mapping(source.json) if source.is_text else {}
    items = _of_server(of_server) if source.is_text else _of_workbook(source)
    if not items:
        raise source.error("has no item with a type and a name; export it again from formr")
    if sum(len(item.choices) + 1 for item in items) > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} items and choices")
    not_drafted: dict[str, list[str]] = {}
    for item in items:
        if item.unasked == "never shown" or "not drafted" in item.unasked:
            not_drafted.setdefault(item.unasked, []).append(item.name)
    return Definition(
        "formr",
        wording(_text(of_server.get("name"))) or source.path.stem,
        tuple(_questions(items)),
        {item.name: item.unasked for item in items if item.unasked} | _ADDED,
        {"started": "created", "submitted": "ended"},
        reports(not_drafted),
    )


# --- the items


def _of_workbook(source: Source) -> list[_Item]:
    """The items of the sheet survey, with the lists of the sheet choices; rows without a name are none."""
    rows = [row for row in survey_rows(source) if row["type"] and row["name"]]
    lists: dict[str, dict[str, str]] = {}
    name = ""
    for choice in source.sheet("choices") if any(len(row["type"].split()) > 1 for row in rows) else ():
        name = choice.get("list_name", "") or name  # it stands in the first row of a list only
        if code := choice.get("name", ""):
            lists.setdefault(name, {}).setdefault(code, choice.get("label", "") or code)
    return [_of_row(row, lists) for row in rows]


def _of_row(row: Mapping[str, str], lists: Mapping[str, Mapping[str, str]]) -> _Item:
    """The item of a row; its choices are a list that the type names, or stand in the row."""
    kind, *words = row["type"].split()
    kind = kind.casefold()
    written = {
        match[1]: text for heading, text in row.items() if text and (match := _CHOICE.fullmatch(heading))
    }
    optional = row.get("optional", "")
    return _Item(
        kind,
        row["name"],
        row.get("label", ""),
        next((word for word in words if word not in lists), ""),
        next((lists[word] for word in words if word in lists), written),
        row.get("showif", ""),
        optional == "!" or (optional != "*" and kind not in _LEFT_BLANK),
    )


def _of_server(survey: Mapping[str, Any]) -> list[_Item]:
    """The items of an object of the server."""
    items = []
    for one in map(mapping, listed(survey.get("items"))):
        choices = one.get("choices")
        if isinstance(choices, list):
            choices = dict(enumerate(choices, 1))
        item = _Item(
            _text(one.get("type")).casefold(),
            _text(one.get("name")),
            _text(one.get("label")),
            _text(one.get("type_options")),
            {str(code): _text(text) or str(code) for code, text in mapping(choices).items()},
            _text(one.get("showif")).strip(),
            _text(one.get("optional")) in ("", "0"),
        )
        items += [item] if item.type and item.name else []
    return items


def _text(value: Any) -> str:
    """A value of JSON as text; empty for none and for what holds others."""
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return text.encode("utf-8", "replace").decode("utf-8")


def _printed(text: str) -> str:
    """A text without markup, with an ellipsis for what R fills in."""
    return wording(_CALCULATED.sub(ELLIPSIS, text))


# --- the questions


def _questions(items: Sequence[_Item]) -> list[Posed]:
    """The questions in the order of the survey."""
    several = {item.name for item in items if item.kind == "multiple"}
    posed = [_grid(heading, lines) if heading else _of_one_item(lines[0]) for heading, lines in _runs(items)]

    def spelt(showif: str) -> str:
        """A condition of R in the spelling of the other tools."""
        plain = _AMONG.sub(r" anyof [\1]", _OR.sub("||", _AND.sub("&&", showif)))
        return _HOLDS.sub(lambda match: f"{match[1]} contains " if match[1] in several else match[0], plain)

    return all_routed(posed, _NAME, lambda name: (name, ""), spelt)


def _runs(items: Sequence[_Item]) -> Iterator[tuple[_Item | None, list[_Item]]]:
    """The items that ask, one by one; those below a heading that has their choices together, with it."""
    heading: _Item | None = None
    lines: list[_Item] = []
    for item in items:
        if heading and item.type.startswith("mc") and item.choices == heading.choices and not item.unasked:
            lines.append(item)
            continue
        if lines:
            yield heading, lines
        heading, lines = item if item.type == "mc_heading" else None, []
        if not item.unasked:
            yield None, [item]
    if lines:
        yield heading, lines


def _of_one_item(item: _Item) -> Routed:
    """The question of one item, with its condition."""
    kind, parts = item.kind, _parts(item)
    if item.type in _LIMITS:
        kind = "single" if parts else "number"
    question = Posed(
        item.name, item.text, kind, tuple(map(with_role, parts)),
        required=item.required, private=kind == "text", personal=_PERSONAL.get(item.type, ""),
        columns=((item.name, _WHOLE),),
    )  # fmt: skip
    if item.type.startswith("select_or_add"):
        question = question.doubted("people could add answers of their own")
    if kind in ("single", "multiple") and not parts:
        question = question.doubted("its options are not in this file")
    return _checked(question, [item]), [item.showif]


def _grid(heading: _Item, items: Sequence[_Item]) -> Routed:
    """The items below a heading as a grid, with the condition that all of them have."""
    question = Posed(
        heading.name,
        heading.text,
        "grid",
        tuple(map(with_role, _parts(items[0]))),
        tuple(Part(item.name, item.text) for item in items),
        required=all(item.required for item in items),
        columns=once((item.name, Place("item", item.name)) for item in items),
    )
    question, conditions = common([item.showif for item in items], question)
    return _checked(question, items), [heading.showif, *conditions]


def _checked(question: Posed, items: Sequence[_Item]) -> Posed:
    """The question with a line on the items that formr turns around when it makes a score of them."""
    turned = listing([item.name for item in items if _REVERSED.fullmatch(item.name[-2:])])
    return question.doubted(f"by the R at its end {turned} is scored in reverse") if turned else question


def _parts(item: _Item) -> tuple[Part, ...]:
    """The options of an item."""
    if item.kind not in ("single", "multiple", "number"):
        return ()
    if item.type in _FIXED:
        return _FIXED[item.type]
    if item.type in _LIMITS:
        written = [number.strip() for number in item.limits.split(",")]
        if len(written) == 1:  # the last step
            written = ["", *written]
        filled = zip([*written, "", ""], _LIMITS[item.type], strict=False)
        first, last, step = (number or usual for number, usual in filled)
        ends = [_printed(text) for text in item.choices.values()] or [""]
        return steps(first, last, step, (ends[0], ends[-1]))
    if item.kind == "number":
        return ()
    texts = {code: _printed(text) or code for code, text in item.choices.items()}
    if item.type.startswith("select_or_add"):  # the answer is the text, as an added one is
        return tuple(Part(text, text, others=(code,)) for code, text in texts.items())
    return tuple(Part(code, text) for code, text in texts.items())
