"""Triple-S (1.1 to 3.0): the variables of a fixed-width or CSV file, and where each stands in it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from xml.etree import ElementTree

from pipeline.drafting.questionnaires.conditions import Is, UnfitError, as_asked
from pipeline.drafting.questionnaires.ddi import plain, root_of
from pipeline.drafting.questionnaires.definition import Definition, Part, Posed, numbered
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source
from pipeline.drafting.questionnaires.variables import (
    Variable,
    choices_of,
    described,
    listing,
    option,
    questions,
)

Element = ElementTree.Element
_KINDS = {
    "single": "single",
    "multiple": "multiple",
    "quantity": "number",
    "character": "text",
    "date": "date",
    "time": "time",
    "logical": "box",
}
_USES = {"serial": "id", "weight": "weight"}
_KNOWN = {"name", "label", "position", "values", "value", "range", "size", "spread", "filter"}
_MOST_NUMBERED = 100  # a range of more codes without labels is a number
_LAST_POSITION = 100_000_000
_MOST_LETTERS = 200


@dataclass(frozen=True)
class Field:
    """Where a variable stands in the file of answers, and how its cell is cut.

    In a fixed-width file it fills the places `first` to `last` of a line, counted from 1, both included. In a
    CSV file both are the number of its column, counted from 1. `is_csv` tells which, and `skipped_lines` how
    many lines stand above the answers. Blanks are no answer, in all kinds.

    A multiple choice is written in one of two ways. With a `spread_width` it is a row of pieces of so many
    letters, each with the code of an answer, or blanks or zeros for none. Without one it is a row of 0 and 1:
    the n-th is 1 where the option of code n was chosen, and there are places for codes that no option has.
    """

    name: str
    """the name of the variable, as a CSV file heads its column"""
    first: int
    last: int
    kind: str
    """as Triple-S calls it: single, multiple, quantity, character, date (YYYYMMDD), time, logical (1 or 0)"""
    spread_width: int = 0
    codes: tuple[str, ...] = ()
    """the codes of options as the definition spells them; a file may fill them up with zeros or blanks"""


def recognised(source: Source) -> bool:
    """Whether the file is XML with `sss` as its root."""
    return root_of(source.head) == "sss"


def definition(source: Source) -> Definition:
    """What the file says of its variables."""
    root, record = source.xml, _record(source)
    language = next(iter(root.get("languages", "").split()), "")
    variables: list[Variable] = []
    unknown: dict[str, str] = {}
    names: dict[str, str] = {}
    idents: dict[str, str] = {}
    more: set[str] = set()
    for element, name in _variables(source, record):
        idents[element.get("ident", "")] = names[name] = name
        more |= {child.tag for child in element} - _KNOWN
        if element.get("type", "") in _KINDS:
            variables.append(_variable(element, name, language))
        else:
            unknown[name] = f"of the unknown type {element.get('type', '')!r}"
    kept = described(variables)
    boxes = {one.name for one in kept.asked if one.kind == "box"}
    posed = tuple(_routed(questions(kept.asked), idents | names, boxes))
    reports = [*_not_read(root), *kept.reports]
    if unknown:
        reports.append(f"variables of unknown types are not drafted: {listing([*unknown])}")
    if more:
        reports.append(f"what these elements of variables say is not read: {listing(sorted(more))}")
    survey = root.find("survey")
    titles = (plain(survey.find(tag)) for tag in ("title", "name")) if survey is not None else iter(())
    title = next(filter(None, titles), source.path.stem)
    return Definition("Triple-S", title, posed, unknown | kept.unasked, kept.roles, tuple(reports), language)


def layout(source: Source) -> tuple[Field, ...]:
    """Where each variable stands in the file of answers; DefinitionError where a position is wrong."""
    record = _record(source)
    csv = record.get("format") == "csv"
    return tuple(_field(source, element, name, csv) for element, name in _variables(source, record))


def is_csv(source: Source) -> bool:
    """Whether the file of answers is a CSV file, and not one of fixed width."""
    return _record(source).get("format") == "csv"


def skipped_lines(source: Source) -> int:
    """How many lines stand above the answers in their file."""
    skip = _record(source).get("skip", "0")
    return int(skip) if re.fullmatch(r"\d{1,4}", skip) else 0


def _record(source: Source) -> Element:
    """The element that describes the file of answers."""
    root = source.xml
    record = root.find("survey/record")
    if root.tag != "sss" or record is None:
        names_others = root.find(".//hierarchy") is not None
        todo = "it names the files of a hierarchy; give one of those" if names_others else "export it again"
        raise source.error(f"describes no record of answers; {todo}", "survey")
    return record


def _variables(source: Source, record: Element) -> Iterator[tuple[Element, str]]:
    """The variables of a record with their names; without one, as the standard names them: V1 of record V."""
    taken: set[str] = set()
    number = 0
    for number, element in enumerate(record.findall("variable"), 1):
        name = plain(element.find("name")) or f"{record.get('ident', '')}{element.get('ident', number)}"
        if name in taken:
            raise source.error(
                f"is the second of the name {name!r}; export the definition again",
                f"variable {element.get('ident', number)}",
            )
        taken.add(name)
        yield element, name
    if not number:
        raise source.error("describes no variable; export it again", "record")
    if number > MOST_PARTS:
        raise source.error(f"describes more than {MOST_PARTS:,} variables", "record")


def _not_read(root: Element) -> Iterator[str]:
    """A line on records beside the first and on hierarchies, which are files of another unit."""
    records = root.findall("survey/record")
    if len(records) > 1 or len(root.findall("survey")) > 1:
        yield "it describes several files of answers, of which the first is read"
    if root.find(".//hierarchy") is not None:
        yield "it is part of a hierarchy: other files have several rows a respondent, and are not read"


def _texts(element: Element, language: str) -> tuple[str, ...]:
    """The texts of an element, the one to print first: in the first language, as respondents saw it."""
    written = []
    for child in element.findall("text"):
        spoken = next((value for key, value in child.attrib.items() if key.rpartition("}")[2] == "lang"), "")
        order = (
            spoken not in ("", language),
            child.get("mode") not in (None, "interview"),
            not child.get("mode"),
        )
        written.append((order, plain(child)))
    texts = [text for _, text in sorted(written, key=lambda pair: pair[0])]
    bare = plain(element, without=("text",))
    return tuple(dict.fromkeys(filter(None, (*texts, bare))))


def _variable(element: Element, name: str, language: str) -> Variable:
    """A variable with its label, its options and who was asked."""
    kind = _KINDS[element.get("type", "")]
    spelt = element.find("label")
    texts = _texts(spelt, language) if spelt is not None else ()
    bounds = next(element.iter("range"), None)
    limits = None if bounds is None else (bounds.get("from", ""), bounds.get("to", ""))
    options = tuple(_options(element, language)) if kind in ("single", "multiple", "number") else ()
    if kind in ("single", "multiple") and limits:
        steps = _numbered(limits)
        kind = "number" if kind == "single" and not steps else kind
        labelled = {one.code for one in options}
        options = _in_order((*options, *(one for one in steps if one.code not in labelled)))
    condition = plain(element.find("filter")) or element.get("filter", "")
    return Variable(
        name,
        texts[0] if texts else "",
        kind,
        options,
        shown_if=condition,
        use=_USES.get(element.get("use", ""), ""),
        headings=(name,),
    )


def _options(element: Element, language: str) -> Iterator[Part]:
    """The labelled values as options, with their scores; each code once."""
    codes: set[str] = set()
    for value in islice(element.iter("value"), MOST_PARTS + 1):
        code = value.get("code", "").strip()
        texts = _texts(value, language) or (code,)
        if not code or code in codes:
            continue
        codes.add(code)
        part = option(code, texts[0])
        yield replace(part, score=_number(value.get("score", "")), others=(*part.others, *texts[1:]))


def _numbered(limits: tuple[str, str]) -> list[Part]:
    """The codes of a range as options; none where they are too many to be options."""
    if not all(re.fullmatch(r"\s*-?\d{1,9}\s*", limit) for limit in limits):
        return []
    first, last = (int(limit) for limit in limits)
    return list(numbered(first, last)) if last - first < _MOST_NUMBERED else []


def _in_order(options: Sequence[Part]) -> tuple[Part, ...]:
    """Options whose codes are numbers in the order of their codes; others as they are."""
    if all(re.fullmatch(r"-?\d{1,9}", one.code) for one in options):
        return tuple(sorted(options, key=lambda one: int(one.code)))
    return tuple(options)


def _number(text: str) -> float | None:
    """A score as a number; None where there is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _routed(posed: Sequence[Posed], names: Mapping[str, str], boxes: Collection[str]) -> Iterator[Posed]:
    """The questions with who was asked, where a filter names one of the boxes, which must be ticked."""
    choices = {one.code: choices_of(one) for one in posed if one.options}
    ticks: dict[str, Is] = {}
    for one in posed:
        for heading, place in one.columns:
            if place.holds == "box":
                ticks[heading] = Is(one.code, frozenset({place.part}))
            elif heading in boxes:
                ticks[heading] = Is(one.code, frozenset({"1"}))
    for one in posed:
        condition = ticks.get(names.get(one.shown_if, "")) if one.shown_if else None
        if condition is None or condition.question == one.code:
            yield replace(one, shown_if=names.get(one.shown_if, one.shown_if)[:_MOST_LETTERS])
            continue
        try:
            yield replace(one, asked=as_asked(condition, choices), shown_if="")
        except UnfitError:
            yield one


def _field(source: Source, element: Element, name: str, csv: bool) -> Field:
    """Where one variable stands, and how its cell is cut."""
    place = f"variable {element.get('ident') or name}"
    position = element.find("position")
    if position is None:
        raise source.error("has no position; export the definition again", place)
    first = _whole(source, position.get("start", ""), f"{place}, position")
    last = first if csv else _whole(source, position.get("finish", str(first)), f"{place}, position")
    if last < first:
        raise source.error(f"ends at {last}, before it begins at {first}", f"{place}, position")
    codes = tuple(dict.fromkeys(filter(None, (v.get("code", "").strip() for v in element.iter("value")))))
    spread = element.find("spread")
    width = 0
    if spread is not None:
        subfields = _whole(source, spread.get("subfields", "1"), f"{place}, spread")
        even = max(map(len, codes), default=1) if csv else (last - first + 1) // subfields
        width = _whole(source, spread.get("width", str(max(even, 1))), f"{place}, spread")
    return Field(name, first, last, element.get("type", ""), width, codes)


def _whole(source: Source, text: str, place: str) -> int:
    """A positive whole number."""
    if not re.fullmatch(r"\s*\d{1,9}\s*", text) or not 0 < int(text) <= _LAST_POSITION:
        raise source.error(f"{text!r} is no position; export the definition again", place)
    return int(text)
