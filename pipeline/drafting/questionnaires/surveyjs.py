"""SurveyJS: the JSON of a form.

Results are objects by the names of the questions. As a table they have a column a name, `name.row` for what
is nested in one, and a list in one cell for several answers. What is written for Other is in `name-Comment`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.drafting.questionnaires.conditions import Asked, Choices, UnfitError, as_asked, both, parse
from pipeline.drafting.questionnaires.definition import (
    Definition,
    Part,
    Place,
    Posed,
    label,
    numbered,
    with_role,
)
from pipeline.drafting.questionnaires.parts import lacks_parts, total_of
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, listed, mapping
from pipeline.text.folding import ELLIPSIS

_SINGLE = ("radiogroup", "dropdown", "buttongroup", "imagepicker")
_MULTIPLE = ("checkbox", "tagbox")
_WRITTEN = ("text", "comment", "file", "signaturepad")
_INPUTS = {
    **dict.fromkeys(("number", "range", "numeric", "currency"), "number"),
    **{"date": "date", "text": "text", "url": "text", "color": "text"},
}
# by the type of an input, by what is to be filled in, and by what is checked
_PERSONAL = {
    "email": "an e-mail address",
    "tel": "a telephone number",
    "password": "a password",
    **dict.fromkeys(("name", "given-name", "family-name", "username"), "a name"),
    **dict.fromkeys(("street-address", "address-line1", "address-line2"), "a postal address"),
    "postal-code": "a postcode",
    "file": "a file",
    "signaturepad": "a signature",
}
_COMPUTED = {"expression": "a computed field"}
_SILENT = ("html", "image")
_NESTED = {
    "paneldynamic": "a panel that is repeated",
    "matrixdynamic": "a table with rows that people add",
    "matrixdropdown": "a table with a question a column",
}
# what is offered beside the choices: the flag (newer, older), its text, the value, the role
_SPECIAL = (
    (("showOtherItem", "hasOther"), ("otherText", "Other (describe)"), "other", "other"),
    (("showNoneItem", "hasNone"), ("noneText", "None"), "none", "none"),
    (("showRefuseItem",), ("refuseText", "Refuse to answer"), "refused", "dkns"),
    (("showDontKnowItem",), ("dontKnowText", "Don't know"), "dontknow", "dkns"),
)
_BY_CHOICE = ("choicesVisibleIf", "choicesEnableIf", "rowsVisibleIf", "columnsVisibleIf")
_PIPED = re.compile(r"\{[^{}]+\}")
_ROLES = {"id": "_id", "submitted": "HappendAt"}
_LONGEST, _LARGEST = 200, 10**6


def recognised(source: Source) -> bool:
    """Whether it is JSON with elements that have a type and a name, on pages or without."""
    if not source.head.lstrip().startswith("{"):
        return False
    form = mapping(source.json)
    pages = [*map(mapping, listed(form.get("pages"))), form]
    return any({"type", "name"} <= mapping(one).keys() for page in pages for one in _elements(page))


def definition(source: Source) -> Definition:
    """What the form asks, in the language that it is drafted in."""
    form = mapping(source.json)
    reader = _Reader(source, str(form.get("locale") or ""))
    pages = listed(form.get("pages")) or [form]
    shown = [one for page in pages for one in _shown(_elements(mapping(page)), _conditions(mapping(page)))]
    reader.choices = {str(one.element["name"]): one.element for one in shown if one.element.get("name")}
    posed: dict[str, tuple[Posed, _Shown]] = {}
    for one in shown:
        for question in reader.posed(one.element):
            if question.code in posed:
                reader.report("have the name of one before and share its answers", question.code)
            else:
                posed[question.code] = (question, one)
    choices = {
        one.code: Choices(tuple(part.code for part in one.options), one.kind == "multiple", one.required)
        for one, _ in posed.values()
        if one.kind in ("single", "multiple")
    }
    named = {code.lower(): code for code in choices}
    for element in reader.choices.values():
        code = str(element.get("valueName") or element["name"])
        if code in choices:
            named[str(element["name"]).lower()] = code
    questions = [_routed(question, one.conditions, choices, named) for question, one in posed.values()]
    for trigger in map(mapping, listed(form.get("triggers"))):
        reader.report(
            "triggers change what is asked or answered: look at who was asked", str(trigger.get("type"))
        )
    for value in map(mapping, listed(form.get("calculatedValues"))):
        reader.unasked[str(value.get("name"))] = "a computed value"
    reports = [
        f"{what}: {', '.join(dict.fromkeys(names))[:_LONGEST]}" for what, names in reader.reports.items()
    ]
    title = reader.text(form.get("title"))
    return Definition(
        "SurveyJS", title, tuple(questions), reader.unasked, _ROLES, tuple(reports), reader.locale
    )


@dataclass(frozen=True)
class _Shown:
    """An element, with the conditions of its page, of the panels around it and its own."""

    element: Mapping[str, Any]
    conditions: tuple[str, ...]


def _elements(page: Mapping[str, Any]) -> list[Any]:
    """The elements of a page or panel; old forms call them questions."""
    return listed(page.get("elements") or page.get("questions"))


def _conditions(element: Mapping[str, Any]) -> tuple[str, ...]:
    """The condition under which a page, panel or question is shown; what is hidden waits for a trigger."""
    if condition := str(element.get("visibleIf") or "").strip():
        return (condition,)
    return ("visible: false",) if element.get("visible") is False else ()


def _shown(elements: Sequence[Any], conditions: tuple[str, ...]) -> Iterator[_Shown]:
    """The elements in their order, those of panels in their places."""
    for element in map(mapping, elements):
        inside = (*conditions, *_conditions(element))
        if element.get("type") == "panel":
            yield from _shown(_elements(element), inside)
        else:
            yield _Shown(element, inside)


def _routed(
    posed: Posed, conditions: Sequence[str], choices: Mapping[str, Choices], named: Mapping[str, str]
) -> Posed:
    """A question with who is asked it, as `asked` or in the words of its conditions.

    `named` has the code of each question that has options, by the names that conditions have for it.
    """

    def resolve(reference: str) -> tuple[str, str]:
        name = reference[1:-1].strip().lower()
        if name not in named:
            raise UnfitError(reference)
        return named[name], ""

    try:
        condition = both(*(parse(text, r"\{[^{}]+\}", resolve) for text in conditions))
        asked: Asked = as_asked(condition, choices)
    except UnfitError:
        words = conditions[0] if len(conditions) == 1 else " and ".join(f"({one})" for one in conditions)
        return replace(posed, shown_if=" ".join(words.split())[:_LONGEST])
    return replace(posed, asked=asked)


@dataclass
class _Reader:
    """Makes questions of elements, and gathers what else the form has."""

    source: Source
    locale: str
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """the elements by name, of which others take their choices"""
    unasked: dict[str, str] = field(default_factory=dict)
    reports: dict[str, list[str]] = field(default_factory=dict)

    def report(self, what: str, name: str) -> None:
        """Notes that a question, or another part of the form, is such that it cannot be drafted in full."""
        self.reports.setdefault(what, []).append(name)

    def posed(self, element: Mapping[str, Any]) -> list[Posed]:
        """The questions of an element: none, one, or one for each of its texts."""
        kind = str(element.get("type"))
        name = str(element.get("valueName") or element.get("name") or "")
        if not name:
            if element and kind not in _SILENT:
                self.report("elements without a name are left out", kind)
            return []
        title = self.text(element.get("title")) or name
        columns = tuple((heading, Place()) for heading in dict.fromkeys((name, title)))
        asks = Posed(name, title, "", required=element.get("isRequired") is True, columns=columns)
        if any(element.get(key) for key in _BY_CHOICE) or _has_conditions(element):
            asks = asks.doubted("not every option was offered to everybody")
        if kind in _COMPUTED or kind in _NESTED:
            self._leave_out(element, kind, name)
            return []
        if kind not in _READ:
            if kind not in _SILENT:
                self.report("elements of types that are not drafted", f"{name} ({kind[:40]})")
            return []
        questions = _READ[kind](self, asks, element)
        if any(map(lacks_parts, questions)):
            self.report("questions whose options are not in the form are left out", name)
            return []
        comments = element.get("showCommentArea") is True or element.get("hasComment") is True
        if comments and len(questions) == 1:
            heading = f"{name}-Comment"
            what = self.text(element.get("commentText")) or "comment"
            text = Posed(heading, f"{title} – {what}", "text", private=True, columns=((heading, Place()),))
            return [*questions, text]
        return questions

    def _leave_out(self, element: Mapping[str, Any], kind: str, name: str) -> None:
        """Notes the columns of what is computed, and of tables and panels that are nested in a cell."""
        if kind in _COMPUTED:
            self.unasked[name] = _COMPUTED[kind]
            return
        self.report(f"{_NESTED[kind]} is not drafted", name)
        self.unasked[name] = _NESTED[kind]
        columns = [str(mapping(one).get("name")) for one in listed(element.get("columns"))]
        if kind == "matrixdropdown":
            for row in self.parts(element, "rows"):
                headings = (f"{name}.{row.code}.{column}" for column in columns)
                self.unasked |= dict.fromkeys((f"{name}.{row.code}", *headings), _NESTED[kind])

    def choice(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """A single or multiple choice, with what is offered beside its choices."""
        several = element.get("type") in _MULTIPLE or element.get("multiSelect") is True
        origin = self.choices.get(str(element.get("choicesFromQuestion")), element)
        first, last, step = (_whole(element.get(f"choices{end}"), usual)
                             for end, usual in (("Min", 0), ("Max", 0), ("Step", 1)))  # fmt: skip
        options = self.parts(origin, "choices") or (self._steps(first, last, step, asks) if last else ())
        if not options or element.get("choicesByUrl"):
            return [replace(asks, kind="single")]
        if origin is not element:
            asks = asks.doubted(
                f"offers options of {element.get('choicesFromQuestion')}, or those ticked there"
            )
        for flags, (key, usual), value, role in _SPECIAL:
            if any(element.get(flag) is True for flag in flags) and value not in {
                one.code for one in options
            }:
                text = self.text(element.get(key)) or usual
                special = Part(value, text, role, others=self.others(element.get(key)))  # type: ignore[arg-type]
                exclusive, write_in = several and role != "other", role == "other"
                options = (*options, replace(special, exclusive=exclusive, write_in=write_in))
        written = ((f"{asks.code}-Comment", Place("words", one.code)) for one in options if one.write_in)
        most = _whole(element.get("maxSelectedChoices"), 0) if several else 0
        kind = "multiple" if several else "single"
        columns = (*asks.columns, *written)
        return [replace(asks, kind=kind, options=options, max=most or None, columns=columns)]

    def boolean(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """A choice of two, stored as true and false unless the form names other values."""
        ends = {end: _code(element.get(f"value{end}")) or end.lower() for end in ("True", "False")}
        if len(set(ends.values())) == 1:
            ends = {end: end.lower() for end in ends}
        labels = {
            end: element.get(f"label{end}") or usual for end, usual in (("True", "Yes"), ("False", "No"))
        }
        options = (
            with_role(Part(code, self.text(labels[end]) or code, others=self.others(labels[end])))
            for end, code in ends.items()
        )
        return [replace(asks, kind="single", options=tuple(options))]

    def rating(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """A scale: the values that the form lists, or numbers from first to last."""
        first, step = _whole(element.get("rateMin"), 1), _whole(element.get("rateStep"), 1)
        count = _whole(element.get("rateCount"), 0)
        last = _whole(element.get("rateMax"), first + step * (count - 1) if count else 5)
        options = self.parts(element, "rateValues") or self._steps(first, last, step, asks)
        return [replace(asks, kind="single", options=options)]

    def _steps(self, first: int, last: int, step: int, asks: Posed) -> tuple[Part, ...]:
        """The numbers from first to last as options; none where they are not whole."""
        if step and abs(last - first) / step > MOST_PARTS:
            raise self.source.error(f"has more than {MOST_PARTS:,} steps, from {first} to {last}", asks.code)
        return numbered(first, last, step) if step > 0 else ()

    def grid(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """A grid; without rows a single choice, with several answers a row a question for each row."""
        options, rows = self.parts(element, "columns"), self.parts(element, "rows")
        items = tuple(replace(row, role="substantive") for row in rows)
        if not items:
            return [replace(asks, kind="single", options=options)]
        headed = self._headed(asks, items)
        if element.get("cellType") == "checkbox":
            by_row = self._by_item(asks, items)
            return [replace(one, kind="multiple", options=options) for one in by_row]
        return [replace(asks, kind="grid", options=options, items=items, columns=headed)]

    def _by_item(self, asks: Posed, items: Sequence[Part]) -> list[Posed]:
        """A question for each item, with the headings of that item."""
        headed = self._headed(asks, items)
        columns = [tuple((name, Place()) for name, at in headed if at.part == item.code) for item in items]
        return [
            replace(asks, code=f"{asks.code}.{item.code}", text=f"{asks.text} – {item.label}", columns=names)
            for item, names in zip(items, columns, strict=True)
        ]

    def _headed(self, asks: Posed, items: Sequence[Part]) -> tuple[tuple[str, Place], ...]:
        """The headings of items: `name.row`, and in words `title - row`."""
        return tuple(
            (heading, Place("item", item.code))
            for item in items
            for heading in dict.fromkeys((f"{asks.code}.{item.code}", f"{asks.text} - {item.label}"))
        )

    def rank(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """A ranking: the items in one cell, best first."""
        items = tuple(replace(one, role="substantive") for one in self.parts(element, "choices"))
        return [replace(asks, kind="rank", items=items)]

    def written(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """A text, number or date, by the type of its input and by what is checked."""
        checks = {str(mapping(one).get("type")) for one in listed(element.get("validators"))}
        says = (element.get("inputType"), element.get("autocomplete"), element.get("type"))
        personal = next(
            (_PERSONAL[one] for one in map(str, (*says, *sorted(checks))) if one in _PERSONAL), ""
        )
        if personal:
            return [replace(asks, kind="text", private=True, personal=personal)]
        mask = str(element.get("maskType") or "text")
        kind = _INPUTS.get(str(element.get("inputType") or mask))
        kind = "number" if "numeric" in checks and kind == "text" else kind
        if kind is None and element.get("inputType"):
            self.report("elements of types that are not drafted", f"{asks.code} ({element.get('inputType')})")
            self.unasked[asks.code] = "a time, or another input that is not drafted"
            return []
        return [replace(asks, kind=kind or "text", private=kind in (None, "text"))]

    def slider(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """A number; a range of two is left out."""
        if element.get("sliderType") == "range":
            self.report("elements of types that are not drafted", f"{asks.code} (range)")
            return []
        return [replace(asks, kind="number")]

    def texts(self, asks: Posed, element: Mapping[str, Any]) -> list[Posed]:
        """Several inputs: an allocation where numbers share out a total, else a question each."""
        named = {_code(mapping(one).get("name")): mapping(one) for one in listed(element.get("items"))}
        named.pop("", None)
        items = tuple(Part(name, self.text(one.get("title")) or name) for name, one in named.items())
        headed = self._headed(asks, items)
        numbers = all(_INPUTS.get(str(one.get("inputType"))) == "number" for one in named.values())
        total = _total(element, asks.code, {item.code for item in items})
        if numbers and items and (total or total_of(asks.text)):
            doubt = "" if total else "its words alone say that the parts add up"
            total = total or total_of(asks.text)
            most = None if total == 100 else total
            return [replace(asks, kind="allocation", items=items, max=most, columns=headed, doubt=doubt)]
        questions: list[Posed] = []
        for single, one in zip(self._by_item(asks, items), named.values(), strict=True):
            required = asks.required or one.get("isRequired") is True
            questions += self.written(replace(single, required=required), {"type": "text", **one})
        return questions

    def parts(self, element: Mapping[str, Any], key: str) -> tuple[Part, ...]:
        """Choices, rows or columns: texts, or objects with a value and a text."""
        parts: dict[str, Part] = {}
        values = listed(element.get(key))
        if len(values) > MOST_PARTS:
            raise self.source.error(f"has more than {MOST_PARTS:,} {key}", str(element.get("name")))
        for value in values:
            one = value if isinstance(value, dict) else {"value": value}
            code = _code(one.get("value", one.get("name")))
            if code and code not in parts:
                text = one.get("text", one.get("title"))
                exclusive = one.get("isExclusive") is True
                part = Part(code, self.text(text) or code, exclusive=exclusive, others=self.others(text))
                parts[code] = with_role(part)
        return tuple(parts.values())

    def text(self, value: Any) -> str:
        """A text in the language of the form; what is filled in is an ellipsis."""
        if isinstance(value, dict):
            value = (
                value.get(self.locale or "default") or value.get("default") or next(iter(value.values()), "")
            )
        return label(_PIPED.sub(ELLIPSIS, str(value or "")))

    def others(self, value: Any) -> tuple[str, ...]:
        """The same text in other languages."""
        texts = [label(text) for text in value.values()] if isinstance(value, dict) else []
        return tuple(dict.fromkeys(text for text in texts if text and text != self.text(value)))


_READ: Mapping[str, Callable[[_Reader, Posed, Mapping[str, Any]], list[Posed]]] = {
    **dict.fromkeys((*_SINGLE, *_MULTIPLE), _Reader.choice),
    **dict.fromkeys(_WRITTEN, _Reader.written),
    "boolean": _Reader.boolean,
    "rating": _Reader.rating,
    "matrix": _Reader.grid,
    "ranking": _Reader.rank,
    "multipletext": _Reader.texts,
    "slider": _Reader.slider,
}


def _has_conditions(element: Mapping[str, Any]) -> bool:
    """Whether choices, rows or columns have conditions of their own."""
    lists = (listed(element.get(key)) for key in ("choices", "rows", "columns"))
    return any(
        mapping(one).get("visibleIf") or mapping(one).get("enableIf") for part in lists for one in part
    )


def _total(element: Mapping[str, Any], name: str, items: set[str]) -> int:
    """The total that a validator asks of all items, as in `{q.a} + {q.b} = 100`; 0 for none."""
    for check in map(mapping, listed(element.get("validators"))):
        added, equals, total = str(check.get("expression") or "").replace("==", "=").partition("=")
        terms = {term.strip() for term in added.split("+")}
        if equals and total.strip().isdecimal() and terms == {f"{{{name}.{item}}}" for item in items}:
            return min(int(total.strip()[:9]), 10**6)
    return 0


def _code(value: Any) -> str:
    """A value as a table of results has it: 1 and not 1.0."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _whole(value: Any, otherwise: int) -> int:
    """A whole number, or `otherwise` for what is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
    return int(value) if is_number else otherwise
