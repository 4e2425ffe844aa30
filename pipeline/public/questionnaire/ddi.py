"""DDI Codebook 2.5: the questionnaire as variables, named and coded as in the public bundle.

A multiple choice is a variable an option, and a grid, a ranking or an allocation one an item, in a group.

There are no frequencies, though the format has a place for them: tables hide small counts together with
others, from which they could be told, and frequencies beside them could undo that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import count
from xml.etree import ElementTree

from pipeline.declarations.questionnaire import NO_ANSWER
from pipeline.public.bundle import CHOSEN
from pipeline.public.microdata import RESPONDENT, WAVE, Names
from pipeline.public.questionnaire.instrument import Choice, Instrument, Posed
from pipeline.public.questionnaire.rows import Rows

Element = ElementTree.Element
TITLE = "DDI Codebook"
NAMES = ("ddi.xml",)
TAKES_ROWS = False
_NAMESPACE, _VERSION = "ddi:codebook:2_5", "2.5"
_PRIVATE = "Answers are personal, and are not published."


class Together(StrEnum):
    """Why variables are in a group, by the names that the standard has for it."""

    MULTIPLE_RESPONSE = "multipleResp"
    GRID = auto()


@dataclass(frozen=True)
class Variable:
    """A variable of a question: the whole of it, or one of its options or items."""

    id: str
    posed: Posed
    name: str
    label: str
    part: str = ""


def documents(instrument: Instrument, _: Rows | None) -> Mapping[str, bytes]:
    """The one file."""
    root = Element("codeBook", {"xmlns": _NAMESPACE, "version": _VERSION})
    _study(root, instrument)
    data = ElementTree.SubElement(root, "dataDscr")
    variables = list(_variables(instrument))
    groups = {posed.id: [one for one in variables if one.posed is posed] for posed in instrument.questions}
    parted = (group for group in groups.values() if group[0].part)
    for number, group in enumerate(parted, 1):
        _group(data, f"G{number}", group, instrument)
    for one in variables:
        _variable(data, one, instrument)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return {NAMES[0]: written + b"\n"}


def lost(instrument: Instrument, _: Rows | None) -> Mapping[str, Sequence[str]]:
    """What is declared of questions and cannot be said of variables, or in words alone."""
    return instrument.with_any(
        {
            "nets of a multiple choice, bands of numbers": lambda posed: (
                posed.nets and (posed.form.several or posed.form.is_measured)
            ),
            "scores": lambda posed: posed.has_scores,
            "how many answers are allowed (it is there in words)": lambda posed: posed.max,
            "options that exclude all others": lambda posed: posed.has_exclusive_options,
            "what people write beside an option": lambda posed: posed.has_write_ins,
            "sensitivity of answers": lambda posed: posed.sensitive,
            "waves that did not ask a question": instrument.not_in_every_wave,
        }
    )


def _study(root: Element, instrument: Instrument) -> None:
    """Add what the study is, and whom it is about."""
    study = ElementTree.SubElement(root, "stdyDscr")
    titles = ElementTree.SubElement(ElementTree.SubElement(study, "citation"), "titlStmt")
    _text(titles, "titl", instrument.title)
    _text(titles, "IDNo", instrument.survey)
    if instrument.population:
        summary = ElementTree.SubElement(ElementTree.SubElement(study, "stdyInfo"), "sumDscr")
        _text(summary, "universe", instrument.population)


def _variables(instrument: Instrument) -> Iterator[Variable]:
    """All variables in the order of the questionnaire, by the names that they have in the bundle."""
    names = Names()
    names.taken |= {WAVE, RESPONDENT}
    number = count(1)
    for posed in instrument.questions:
        parts = {"": posed.text}
        if posed.form.has_columns:
            options = {option.id: option.label for option in posed.options}
            parts = options if posed.form.several else dict(posed.items)
        for part, label in parts.items():
            wanted = f"{posed.id}__{part}" if part else posed.id
            name = names.variable(wanted, kind="text", title="").name
            yield Variable(f"V{next(number)}", posed, name, label, part)


def _group(data: Element, identifier: str, group: Sequence[Variable], instrument: Instrument) -> None:
    """Add what says that variables are one question."""
    posed = group[0].posed
    about = {
        "ID": identifier,
        "type": Together.MULTIPLE_RESPONSE if posed.form.several else Together.GRID,
        "name": posed.id,
        "var": " ".join(one.id for one in group),
    }
    element = ElementTree.SubElement(data, "varGrp", about)
    _text(element, "labl", _question(posed))
    if posed.asked:
        _text(element, "universe", _universe(posed, instrument))


def _variable(data: Element, one: Variable, instrument: Instrument) -> None:
    """Add a variable, its parts in the order of the schema."""
    posed, form = one.posed, one.posed.form
    numeric = form.counted in ("numbers", "places")
    about = {"ID": one.id, "name": one.name, "intrvl": "contin" if numeric else "discrete"}
    if posed.unit:
        about["measUnit"] = posed.unit
    element = ElementTree.SubElement(data, "var", about)
    _text(element, "labl", one.label)
    if posed.private:
        _text(element, "security", _PRIVATE)
    question = ElementTree.SubElement(element, "qstn", seqNo=str(_place(posed, instrument)))
    _text(question, "qstnLit", _question(posed))
    if posed.mode:
        _text(question, "ivuInstr", posed.mode)
    if limits := _limits(posed):
        ElementTree.SubElement(ElementTree.SubElement(element, "valrng"), "range", limits)
    if posed.asked:
        _text(element, "universe", _universe(posed, instrument))
    if form.several:
        for code, label in CHOSEN.items():
            _category(element, str(code), label)
    else:
        _categories(element, one)
    is_text = form.is_open or form.dates or (form.has_options and not form.several)
    written = "character" if is_text else "numeric"
    dated = {"formatname": "date", "category": "date"} if form.dates else {}
    ElementTree.SubElement(element, "varFormat", {"type": written, "schema": "ISO"} | dated)


def _place(posed: Posed, instrument: Instrument) -> int:
    """The place of a question in the questionnaire, from 1."""
    return instrument.questions.index(posed) + 1


def _question(posed: Posed) -> str:
    """The words of a question; nothing but its words says of numbers that they are places or add up."""
    return posed.instructed if posed.form.is_ranked or posed.total else posed.text


def _limits(posed: Posed) -> dict[str, str]:
    """The smallest and the largest number where a question has them: places, and points that add up."""
    if posed.form.is_ranked:
        return {"UNITS": "INT", "min": "1", "max": str(len(posed.items))}
    return {"UNITS": "REAL", "min": "0", "max": str(posed.total)} if posed.total else {}


def _categories(element: Element, one: Variable) -> None:
    """Add the options of a variable, and before them the nets, which are groups of them."""
    if not (one.posed.form.has_options or one.posed.form.is_measured):
        return
    ids = {option.id: f"{one.id}_C{code}" for code, option in enumerate(one.posed.options, 1)}
    for number, net in enumerate(one.posed.nets, 1):
        if net.options:
            members = " ".join(ids[option] for option in net.options)
            # nets overlap, and leave options out
            about = {"ID": f"{one.id}_N{number}", "catgry": members, "compl": "false", "excls": "false"}
            _text(ElementTree.SubElement(element, "catgryGrp", about), "labl", net.label)
    for option in one.posed.options:
        _category(element, option.id, option.label, ids[option.id], missing=option.role in NO_ANSWER)


def _category(
    element: Element, value: str, label: str, identifier: str = "", *, missing: bool = False
) -> None:
    """Add a category."""
    about = ({"ID": identifier} if identifier else {}) | ({"missing": "Y"} if missing else {})
    category = ElementTree.SubElement(element, "catgry", about)
    _text(category, "catValu", value)
    _text(category, "labl", label)


def _universe(posed: Posed, instrument: Instrument) -> str:
    """Who was asked, in words: `stage is "Testing" or "In production" and role is "Maintainer"`."""
    return " and ".join(
        f"{on} is {' or '.join(_quoted(instrument.posed(on), option) for option in options)}"
        for on, options in posed.asked.items()
    )


def _quoted(posed: Posed, option: str) -> str:
    """The label of an option in quotes, so that it shows where a label ends that has an "or" in it."""
    chosen: Choice = next(one for one in posed.options if one.id == option)
    return f'"{chosen.label}"'


def _text(parent: Element, tag: str, text: str) -> None:
    """Add an element that holds a text."""
    ElementTree.SubElement(parent, tag).text = text
