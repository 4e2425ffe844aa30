"""Triple-S 3.0: the questionnaire as variables and, where there may be any, responses as CSV.

A single choice is a variable, a grid one an item, a multiple choice one with a bit for every option.
Rankings and allocations are a quantity an item. Codes are the places of options, from 1. Every variable has
its column in the responses; of a question that the public bundle leaves out the column is empty.

No DOCTYPE is written: programs would look for the document type on the network.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum, auto
from xml.etree import ElementTree

from pipeline.public.microdata import RESPONDENT, WAVE, WEIGHT
from pipeline.public.questionnaire.instrument import Instrument, Names, Posed
from pipeline.public.questionnaire.rows import Answers, Column, Rows
from pipeline.text.rounding import significant
from pipeline.tidy.marks import SYNTHETIC

TITLE = "Triple-S"
NAMES = ("triple-s.sss", "triple-s.csv")
TAKES_ROWS = True
_VERSION = "3.0"
_RECORD = "R"
_LETTERS = 4000  # that a text may have
_PSEUDONYM = 12  # the letters of one
_LARGEST = 999_999_999  # no questionnaire says how large a number may be
_WEIGHTS = ("0.000000", "9999.999999")
_DECIMALS = "0.000000"
_COARSER = "coarser"


class Type(StrEnum):
    """What a variable holds, by the names that the standard has for it."""

    SINGLE = auto()
    MULTIPLE = auto()
    QUANTITY = auto()
    CHARACTER = auto()
    DATE = auto()


@dataclass(frozen=True)
class Value:
    """A code with its label."""

    code: int
    label: str
    score: float | None = None


@dataclass(frozen=True)
class Variable:
    """A variable, and its column in the responses."""

    name: str
    type: Type
    label: str
    values: tuple[Value, ...] = ()
    limits: tuple[str, str] | None = None
    """the smallest and the largest number of a quantity"""
    letters: int = 0
    use: str = ""
    cells: Column | None = None
    """None where there are no responses to it"""


def documents(instrument: Instrument, rows: Rows | None) -> Mapping[str, bytes]:
    """The definition and, where there are rows, the responses."""
    variables = list(_variables(instrument, rows))
    contents = {NAMES[0]: _definition(instrument, variables, rows)}
    return contents | ({NAMES[1]: _responses(variables, rows)} if rows else {})


def lost(instrument: Instrument, rows: Rows | None) -> Mapping[str, Sequence[str]]:
    """What is declared of questions and cannot be said of variables."""
    return instrument.with_any(
        {
            "nets": lambda posed: posed.nets,
            "who was asked a question": lambda posed: posed.asked,
            "how many answers are allowed": lambda posed: posed.max and not posed.total,
            "options that exclude all others": lambda posed: posed.has_exclusive_options,
            "what people write beside an option": lambda posed: posed.has_write_ins,
            "options beside a date": lambda posed: posed.form.dates and posed.options,
            "options that a wave did not offer, which are 0 there": lambda posed: (
                rows is not None and _has_gaps(posed, rows)
            ),
            "units": lambda posed: posed.unit,
            "privacy of answers": lambda posed: posed.private,
            "sensitivity of answers": lambda posed: posed.sensitive,
            "waves that did not ask a question": instrument.not_in_every_wave,
        }
    )


def _variables(instrument: Instrument, rows: Rows | None) -> Iterator[Variable]:
    """All variables in the order of the questionnaire, after those that describe a response."""
    names = Names()
    of_question = {posed.id: names.of(posed.id) for posed in instrument.questions}
    yield from _of_responses(instrument, rows, names) if rows else ()
    for posed in instrument.questions:
        answers = rows.answers.get(posed.id) if rows else None
        name = of_question[posed.id]
        if posed.form.items:
            yield from _of_items(posed, name, names, answers)
        else:
            yield from _of_question(posed, name, names, answers)


def _of_responses(instrument: Instrument, rows: Rows, names: Names) -> Iterator[Variable]:
    """What describes a response: its pseudonym, its wave and its weight."""
    yield Variable(
        names.of(RESPONDENT),
        Type.CHARACTER,
        "Pseudonym of the respondent",
        letters=_PSEUDONYM,
        use="serial",
        cells=rows.respondents,
    )
    waves = {wave: number for number, wave in enumerate(instrument.waves, 1)}
    yield Variable(
        names.of(WAVE),
        Type.SINGLE,
        "Wave",
        tuple(
            Value(waves[wave], f"{title} ({SYNTHETIC.lower()})" if wave in instrument.synthetic else title)
            for wave, title in instrument.waves.items()
        ),
        cells=[str(waves[wave]) for wave in rows.waves],
    )
    if rows.weights is not None:
        # the range says how many decimals there are, so all have as many
        weights = [str(Decimal(cell).quantize(Decimal(_DECIMALS))) if cell else "" for cell in rows.weights]
        label = "Weight, with a mean of 1 over all respondents of the wave"
        yield Variable(names.of(WEIGHT), Type.QUANTITY, label, limits=_WEIGHTS, use="weight", cells=weights)


def _of_question(posed: Posed, name: str, names: Names, answers: Answers | None) -> Iterator[Variable]:
    """The variable of a question without items, and one beside it where its responses are coarser."""
    plain = Variable(name, Type.CHARACTER, posed.text)
    if posed.form.is_open:
        yield replace(plain, letters=_LETTERS)
    elif posed.form.several:
        yield replace(plain, type=Type.MULTIPLE, values=_values(posed), cells=_bits(posed, answers))
    elif posed.form.is_measured:
        yield _measured(posed, plain)
        yield from _coarser(posed, name, names, answers)
    elif answers and list(answers.values) != [option.id for option in posed.options]:
        yield replace(plain, type=Type.SINGLE, values=_values(posed))
        yield from _coarser(posed, name, names, answers)
    else:
        options = [option.id for option in posed.options]
        cells = None if answers is None else _codes(answers.columns[""], options)
        yield replace(plain, type=Type.SINGLE, values=_values(posed), cells=cells)


def _measured(posed: Posed, plain: Variable) -> Variable:
    """A number with the codes of what can be answered instead, below all numbers; or a date."""
    if posed.form.dates:
        return replace(plain, type=Type.DATE)
    least = min([0, *(math.floor(net.band[0]) for net in posed.nets if net.band)])
    values = tuple(Value(least - place, option.label) for place, option in enumerate(posed.options, 1))
    return replace(plain, type=Type.QUANTITY, values=values, limits=(str(least), str(_LARGEST)))


def _coarser(posed: Posed, name: str, names: Names, answers: Answers | None) -> Iterator[Variable]:
    """The answers as they are published, in groups or bands, which are other values than were asked."""
    if answers is not None:
        values = tuple(Value(code, label) for code, label in enumerate(answers.values.values(), 1))
        cells = _codes(answers.columns[""], list(answers.values))
        label = f"{posed.text} (published in groups)"
        yield Variable(names.of(f"{name}_{_COARSER}"), Type.SINGLE, label, values, cells=cells)


def _of_items(posed: Posed, name: str, names: Names, answers: Answers | None) -> Iterator[Variable]:
    """A variable an item: the option chosen for it, its place, or its points."""
    options = [option.id for option in posed.options]
    text = posed.text if posed.form.by_item else posed.instructed
    for number, (item, label) in enumerate(posed.items.items(), 1):
        column = answers.columns[item] if answers else None
        one = Variable(names.of(f"{name}_{number}"), Type.SINGLE, f"{text} - {label}")
        if posed.form.by_item:
            cells = None if column is None else _codes(column, options)
            yield replace(one, values=_values(posed), cells=cells)
        elif posed.form.is_ranked:
            yield replace(one, type=Type.QUANTITY, limits=("1", str(len(posed.items))), cells=column)
        else:
            most = max([posed.total, *(math.ceil(float(cell)) for cell in column or () if cell)])
            yield replace(one, type=Type.QUANTITY, limits=("0", str(most)), cells=column)


def _values(posed: Posed) -> tuple[Value, ...]:
    """The options of a question with their codes: their places."""
    return tuple(Value(code, option.label, option.score) for code, option in enumerate(posed.options, 1))


def _codes(column: Column, ids: Sequence[str]) -> list[str]:
    """The cells of a column as codes."""
    codes = {identifier: str(code) for code, identifier in enumerate(ids, 1)}
    return [codes.get(cell, "") for cell in column]


def _has_gaps(posed: Posed, rows: Rows) -> bool:
    """Whether in a row of a multiple choice some boxes have a value and others, not offered, have none."""
    answers = rows.answers.get(posed.id)
    if answers is None or not posed.form.several:
        return False
    return any(any(row) and not all(row) for row in zip(*answers.columns.values(), strict=True))


def _bits(posed: Posed, answers: Answers | None) -> list[str] | None:
    """The boxes of a multiple choice in one cell: 1 for chosen, blank where there is no answer at all."""
    if answers is None:
        return None
    boxes = zip(*(answers.columns[option.id] for option in posed.options), strict=True)
    # an option that the wave did not offer was not chosen
    return ["".join("1" if box == "1" else "0" for box in row) if any(row) else "" for row in boxes]


def _definition(instrument: Instrument, variables: Sequence[Variable], rows: Rows | None) -> bytes:
    """The definition; the title says where responses are invented."""
    root = ElementTree.Element("sss", version=_VERSION)
    _text(root, "origin", "survey export questionnaire")
    survey = ElementTree.SubElement(root, "survey")
    _text(survey, "name", instrument.survey)
    invented = rows is not None and not instrument.synthetic.isdisjoint(rows.waves)
    _text(survey, "title", f"{SYNTHETIC.upper()}: {instrument.title}" if invented else instrument.title)
    about = {"ident": _RECORD, "format": "csv", "skip": "1"} | ({"href": NAMES[1]} if rows else {})
    record = ElementTree.SubElement(survey, "record", about)
    for place, one in enumerate(variables, 1):
        _variable(record, place, one)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _variable(record: ElementTree.Element, place: int, one: Variable) -> None:
    """Add a variable, whose column in the responses has the same number."""
    use = {"use": one.use} if one.use else {}
    variable = ElementTree.SubElement(record, "variable", {"ident": str(place), "type": one.type} | use)
    _text(variable, "name", one.name)
    _text(variable, "label", one.label)
    ElementTree.SubElement(variable, "position", start=str(place))
    if one.letters:
        _text(variable, "size", str(one.letters))
    if one.values or one.limits:
        values = ElementTree.SubElement(variable, "values")
        if one.limits:
            ElementTree.SubElement(values, "range", {"from": one.limits[0], "to": one.limits[1]})
        for value in one.values:
            score = {} if value.score is None else {"score": significant(value.score)}
            _text(values, "value", value.label, {"code": str(value.code)} | score)


def _text(parent: ElementTree.Element, tag: str, text: str, about: Mapping[str, str] | None = None) -> None:
    """Add an element that holds a text."""
    ElementTree.SubElement(parent, tag, dict(about or {})).text = text


def _responses(variables: Sequence[Variable], rows: Rows) -> bytes:
    """The responses under the names of the variables, a row each; a column without answers is empty."""
    blank = [""] * len(rows.respondents)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([one.name for one in variables])
    writer.writerows(zip(*(blank if one.cells is None else one.cells for one in variables), strict=True))
    return text.getvalue().encode()
