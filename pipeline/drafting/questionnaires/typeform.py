"""Typeform: a form as its Create API gives it, as JSON.

An export has no ids: every column is headed by words, the boxes of a multiple choice by the option alone.
Who is asked is said by jumps from field to field, so it is worked out from the paths that lead to a field.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pipeline.drafting.questionnaires.conditions import Asked, Choices, Condition, Is, Joined
from pipeline.drafting.questionnaires.definition import (
    Definition,
    Part,
    Place,
    Posed,
    label,
    numbered,
    with_role,
)
from pipeline.drafting.questionnaires.jumps import Jump, Step, routed, unfit
from pipeline.drafting.questionnaires.parts import apart, distinct, lacks_parts, total_of
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, listed, mapping
from pipeline.drafting.words import slug, unlike
from pipeline.text.folding import fold

_KINDS = {
    **dict.fromkeys(("multiple_choice", "picture_choice", "dropdown"), "choice"),
    **dict.fromkeys(("yes_no", "legal"), "boolean"),
    **dict.fromkeys(("opinion_scale", "rating", "nps"), "scale"),
    **{"number": "number", "date": "date", "ranking": "rank", "matrix": "grid"},
    **dict.fromkeys(("short_text", "long_text", "website"), "text"),
}
_PERSONAL = {
    "email": "an e-mail address",
    "phone_number": "a telephone number",
    "address": "a postal address",
    "contact_info": "a name and ways to get in touch",
    "file_upload": "a file",
    "multi_format": "a recording",
    "calendly": "an appointment",
    "payment": "a payment",
}
_SILENT = ("statement", "group", "inline_group")
_BOOLEANS = {
    "yes_no": (("1", "Yes", "true"), ("0", "No", "false")),
    "legal": (("1", "I accept", "true"), ("0", "I don't accept", "false")),
}
_SCALES = {"nps": (0, 11), "rating": (1, 5), "opinion_scale": (0, 11)}
_ROLES = {"id": "#", "started": "Start Date (UTC)", "submitted": "Submit Date (UTC)"}
_ADDED = {
    "Response Type": "whether the response was finished",
    "Stage Date (UTC)": "when a part of the response was sent",
    "Network ID": "made of the address of the network",
    "Tags": "tags that the team set",
    "Ending": "the ending that was shown",
}
_OTHER = "other"
_READABLE = re.compile(r"[A-Za-z][a-z0-9_-]{0,39}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-.*")
_MARKED = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_]+)(?<=\S)\1(?![\w*])")
_WIDEST, _LONGEST = 100, 200


def recognised(source: Source) -> bool:
    """Whether it is JSON with fields that have a type, a title and properties or a ref."""
    if not source.head.lstrip().startswith("{"):
        return False
    fields = mapping(source.json).get("fields")
    return isinstance(fields, list) and any(
        isinstance(field.get("type"), str) and "title" in field and field.keys() & {"ref", "properties"}
        for field in map(mapping, fields)
    )


def definition(source: Source) -> Definition:
    """What the form asks; who is asked is worked out from its jumps."""
    form = mapping(source.json)
    leaves = list(_leaves(listed(form.get("fields")), source, 0))
    if len(leaves) > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} fields")
    posed: list[list[Posed]] = []
    taken: dict[str, int] = {}
    for leaf in leaves:
        posed.append(apart((one for one in _posed(leaf.field) if not lacks_parts(one)), taken))
    routes, reports = _routes(form, leaves, posed)
    questions = [
        replace(question, asked=asked, shown_if=shown_if)
        for asks, (asked, shown_if) in zip(posed, routes, strict=True)
        for question in asks
    ]
    unasked = _ADDED | {str(name): "a hidden field" for name in listed(form.get("hidden"))}
    unasked |= {str(name): "a variable that the form computes" for name in mapping(form.get("variables"))}
    return Definition(
        "Typeform",
        _text(form.get("title")),
        tuple(questions),
        unasked,
        _ROLES,
        (*_left_out(leaves, posed), *reports),
        str(mapping(form.get("settings")).get("language") or ""),
    )


@dataclass(frozen=True)
class _Leaf:
    """A field that is shown by itself, with the names that lead to it and those whose jumps follow it."""

    field: Mapping[str, Any]
    leads: tuple[str, ...]
    ends: tuple[str, ...]


def _leaves(fields: Sequence[Any], source: Source, depth: int) -> Iterator[_Leaf]:
    """The fields in the order of the form, those of a group in its place."""
    for place, value in enumerate(fields, 1):
        if not isinstance(value, dict):
            raise source.error("is no object; export the form again", f"field {place}")
        names = tuple(str(value[key]) for key in ("ref", "id") if value.get(key))
        inner = listed(mapping(value.get("properties")).get("fields"))
        if value.get("type") in ("group", "inline_group") and inner and not _shares(value, inner):
            leaves = list(_leaves(inner, source, depth + 1))
            leaves[0] = replace(leaves[0], leads=(*names, *leaves[0].leads))
            leaves[-1] = replace(leaves[-1], ends=(*leaves[-1].ends, *names))
            yield from leaves
        else:
            below = tuple(str(mapping(one).get(key)) for one in inner for key in ("ref", "id"))
            yield _Leaf(value, names, (*below, *names))


def _shares(field: Mapping[str, Any], inner: Sequence[Any]) -> bool:
    """Whether a group of numbers asks how a total is shared out."""
    return total_of(str(field.get("title"))) > 0 and all(
        mapping(one).get("type") == "number" for one in inner
    )


def _left_out(leaves: Sequence[_Leaf], posed: Sequence[Sequence[Posed]]) -> Iterator[str]:
    """A line on each type of field that asks something and cannot be drafted."""
    types: dict[str, list[str]] = {}
    for leaf, questions in zip(leaves, posed, strict=True):
        if not questions and leaf.field.get("type") not in _SILENT:
            types.setdefault(str(leaf.field.get("type"))[:40], []).append(_text(leaf.field.get("title"))[:40])
    for kind, titles in types.items():
        yield f"fields of type {kind} that are not drafted: {'; '.join(titles[:5])}"


def _posed(field: Mapping[str, Any]) -> list[Posed]:
    """The questions of a field: none, one, or one for each of its parts."""
    kind, title = str(field.get("type")), _text(field.get("title")) or "Untitled"
    required = mapping(field.get("validations")).get("required") is True
    code = readable(field.get("ref")) or slug(title)
    asks = Posed(code, title, _KINDS.get(kind, ""), required=required, columns=((title, Place()),))
    inner = list(map(mapping, listed(mapping(field.get("properties")).get("fields"))))
    if kind in _PERSONAL and inner:
        return [
            _drop(
                replace(asks, code=f"{code}_{place}", text=text, columns=((text, Place()),)),
                str(one.get("type")) if one.get("type") in list(_PERSONAL) else kind,
            )
            for place, one in enumerate(inner, 1)
            if (text := _text(one.get("title")))
        ]
    if kind in _PERSONAL:
        return [_drop(asks, kind)]
    if kind == "group" and inner:
        total = total_of(title)
        share = replace(asks, kind="allocation", items=_items(inner), max=None if total == 100 else total)
        return [replace(share, columns=tuple((item.label, Place("item", item.code)) for item in share.items))]
    if kind in _BOOLEANS:
        options = (Part(one, text, others=(other,)) for one, text, other in _BOOLEANS[kind])
        return [replace(asks, kind="single", options=tuple(map(with_role, options)))]
    match asks.kind:
        case "scale":
            return [replace(asks, kind="single", options=_scale(field))]
        case "choice":
            return [_choice(asks, field)]
        case "grid":
            return _grid(asks, inner)
        case "rank":
            return [replace(asks, items=_choices(field))]
        case "":
            return []
    return [replace(asks, private=asks.kind == "text")]


def _drop(asks: Posed, kind: str) -> Posed:
    """The question as one whose answers are not to be read."""
    return replace(asks, kind="text", private=True, personal=_PERSONAL[kind])


def _choice(asks: Posed, field: Mapping[str, Any]) -> Posed:
    """A single or multiple choice; the text of its Other has a column of that name, or stands in the one."""
    properties = mapping(field.get("properties"))
    options = _choices(field)
    if properties.get("allow_other_choice") is True:
        other = Part(unlike(_OTHER, [one.code for one in options]), "Other", write_in=True)
        options = (*options, with_role(other))
    if properties.get("allow_multiple_selection") is not True:
        return replace(asks, kind="single", options=options)
    boxes = ((one.label, Place("box", one.code)) for one in options)
    most = _whole(mapping(field.get("validations")).get("max_selection"), 0)
    columns = (*asks.columns, *boxes)
    return replace(asks, kind="multiple", options=options, max=most or None, columns=columns)


def _grid(asks: Posed, rows: Sequence[Mapping[str, Any]]) -> list[Posed]:
    """A grid, or a question for each row where the rows differ in their choices or take several."""
    options = [_choices(row) for row in rows]
    alike = len({tuple(fold(one.label) for one in part) for part in options}) == 1
    several = any(mapping(row.get("properties")).get("allow_multiple_selection") for row in rows)
    if alike and not several:
        items = _items(rows)
        columns = tuple((item.label, Place("item", item.code)) for item in items)
        return [replace(asks, kind="grid", options=options[0], items=items, columns=columns)]
    texts = [_text(row.get("title")) or str(place) for place, row in enumerate(rows, 1)]
    named = [
        replace(asks, code=f"{asks.code}_{place}", text=f"{asks.text} – {text}", columns=((text, Place()),))
        for place, text in enumerate(texts, 1)
    ]
    return [_choice(one, row) for one, row in zip(named, rows, strict=True)]


def _choices(field: Mapping[str, Any]) -> tuple[Part, ...]:
    """The choices of a field, by ref where that can be read."""
    return _parts(listed(mapping(field.get("properties")).get("choices")), "label")


def _items(fields: Sequence[Any]) -> tuple[Part, ...]:
    """The fields in a field as its items, which have no roles."""
    return tuple(replace(item, role="substantive") for item in _parts(fields, "title"))


def _parts(values: Sequence[Any], key: str) -> tuple[Part, ...]:
    """What a list of choices or fields names, each with a code of its own."""
    taken: dict[str, int] = {}
    parts = []
    for value in map(mapping, values):
        text = _text(value.get(key))
        names = [str(value[name]) for name in ("ref", "id") if value.get(name)]
        if text or names:
            code = distinct(readable(value.get("ref")) or slug(text), taken)
            others = tuple(name for name in names if name != code)
            parts.append(with_role(Part(code, text or names[0], others=others)))
    return tuple(parts)


def _scale(field: Mapping[str, Any]) -> tuple[Part, ...]:
    """The steps of a scale; only an opinion scale says where it starts."""
    properties = mapping(field.get("properties"))
    first, usual = _SCALES[str(field.get("type"))]
    if "start_at_one" in properties and field.get("type") == "opinion_scale":
        first = int(properties["start_at_one"] is True)
    return numbered(first, first + min(_whole(properties.get("steps"), usual), _WIDEST) - 1)


def _text(value: object) -> str:
    """A title as it is printed, without the stars and underlines that the form emphasises by."""
    return label(_MARKED.sub(r"\2", str(value or "")))


def _whole(value: object, otherwise: int) -> int:
    """A whole number above 0, or `otherwise`."""
    return value if isinstance(value, int) and value is not True and value > 0 else otherwise


def readable(ref: object) -> str:
    """A name that somebody gave; empty for one that the tool made up of letters and digits."""
    name = ref if isinstance(ref, str) else ""
    return name if _READABLE.fullmatch(name) and not _UUID.match(name) else ""


def _routes(
    form: Mapping[str, Any], leaves: Sequence[_Leaf], posed: Sequence[Sequence[Posed]]
) -> tuple[list[tuple[Asked, str]], list[str]]:
    """For each field who is asked it, and lines on the jumps that were not followed."""
    leads = {name: place for place, leaf in reversed(list(enumerate(leaves))) for name in leaf.leads}
    ends = {name: place for place, leaf in enumerate(leaves) for name in leaf.ends}
    asks = {name: posed[leads[name]][0] for name in leads if posed[leads[name]]}
    jumps: list[list[Jump]] = [[] for _ in leaves]
    lost, back = list[str](), list[str]()
    for entry in map(mapping, listed(form.get("logic"))):
        place = ends.get(str(entry.get("ref")))
        for action in map(mapping, listed(entry.get("actions"))):
            if action.get("action") != "jump" or place is None:
                continue
            to = mapping(mapping(action.get("details")).get("to"))
            name = str(to.get("value"))[:40]
            target = leads.get(str(to.get("value"))) if to.get("type") == "field" else len(leaves)
            words = _words(action.get("condition"))
            when = _fitting(action.get("condition"), asks)
            if target is None:
                lost.append(name)
                target, when = len(leaves), unfit(words)
            elif target <= place:
                back.append(name)
            jumps[place].append(Jump(target, when, words))
    reports = [f"jumps lead to fields that are not there: {', '.join(lost[:5])}"] if lost else []
    if back:
        reports.append(f"jumps go back to {', '.join(back[:5])}: look at who was asked what follows")
    questions = {
        one.code: Choices(tuple(part.code for part in one.options), one.kind == "multiple", one.required)
        for one in (part[0] for part in posed if part)
        if one.kind in ("single", "multiple")
    }
    steps = [Step(tuple(one.code for one in part), tuple(jumps[place])) for place, part in enumerate(posed)]
    return routed(steps, questions), reports


def _fitting(condition: Any, asks: Mapping[str, Posed]) -> Condition | None:
    """The condition of a jump; None for always. Parts of it that name no option are `unfit`."""
    given = mapping(condition)
    op, parts = str(given.get("op")), [one for one in listed(given.get("vars")) if isinstance(one, dict)]
    if op == "always" or not given:
        return None
    if op in ("and", "or") and parts:
        fitting = [_fitting(part, asks) for part in parts]
        given_parts = tuple(one for one in fitting if one is not None)
        if len(given_parts) == len(fitting):
            return Joined(op, given_parts)
        return unfit(_words(condition))
    names = {str(one.get("type")): one.get("value") for one in parts}
    asked = asks.get(str(names.get("field")))
    value = names.get("choice", names.get("constant"))
    if asked is None or asked.kind not in ("single", "multiple") or len(parts) != 2 or op not in _OPERATORS:
        return unfit(_words(condition))
    chosen = _OPERATORS[op](asked, str(value).lower() if isinstance(value, bool) else str(value))
    if chosen is None:
        return unfit(_words(condition))
    return Is(asked.code, chosen, negated=op in ("is_not", "not_equal"))


def _option(asked: Posed, value: str) -> frozenset[str] | None:
    """The option that a condition names by code, ref, id or label; None for what is none."""
    for part in asked.options:
        if value in (part.code, *part.others) or fold(value) == fold(part.label):
            return frozenset({part.code})
    return None


def _step(asked: Posed, value: str, test: Callable[[float, float], bool]) -> frozenset[str] | None:
    """The steps of a scale that a comparison with a number leaves; None where it compares no scale."""
    try:
        return frozenset(part.code for part in asked.options if test(float(part.code), float(value)))
    except ValueError:
        return None


_OPERATORS: dict[str, Callable[[Posed, str], frozenset[str] | None]] = {
    **dict.fromkeys(("is", "is_not", "equal", "not_equal"), _option),
    "lower_than": partial(_step, test=operator.lt),
    "lower_equal_than": partial(_step, test=operator.le),
    "greater_than": partial(_step, test=operator.gt),
    "greater_equal_than": partial(_step, test=operator.ge),
}


def _words(condition: Any) -> str:
    """A condition in the words of the form: `role is role-1 and years greater_than 5`."""
    given = mapping(condition)
    op, parts = str(given.get("op")), listed(given.get("vars"))
    if op in ("and", "or"):
        inner = (
            f"({_words(one)})" if mapping(one).get("op") in ("and", "or") else _words(one) for one in parts
        )
        return f" {op} ".join(inner)[: 2 * _LONGEST]
    values = [str(mapping(one).get("value")) for one in parts]
    return " ".join((*values[:1], op, *values[1:]))[:_LONGEST] if op != "always" else ""
