"""REDCap: the data dictionary, a row a field, under the headings of the web page or of the API.

The rows of one matrix group are a grid or a ranking. A field that a respondent never sees, and a field that
is computed, ask nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.drafting.questionnaires.definition import Definition, Part, Place, Posed, label, with_role
from pipeline.drafting.questionnaires.fields import (
    FILE,
    IDENTIFIES,
    LOCATION,
    MAIL,
    PER_CENT,
    TOOLS,
    Routed,
    all_routed,
    beside,
    common,
    once,
    reports,
    shared_out,
    stem,
    steps,
    with_words,
    without,
)
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, named
from pipeline.text.folding import ELLIPSIS

# the headings of the API, by those of the web page
_HEADINGS = {
    "variable / field name": "field_name", "form name": "form_name", "section header": "section_header",
    "field type": "field_type", "field label": "field_label",
    "choices, calculations, or slider labels": "select_choices_or_calculations",
    "choices or calculations": "select_choices_or_calculations",
    "text validation type or show slider number": "text_validation_type_or_show_slider_number",
    "text validation min": "text_validation_min", "text validation max": "text_validation_max",
    "identifier?": "identifier", "branching logic (show field only if...)": "branching_logic",
    "required field?": "required_field", "matrix group name": "matrix_group_name",
    "matrix ranking?": "matrix_ranking", "field annotation": "field_annotation",
}  # fmt: skip
_CHOICES = "select_choices_or_calculations"
_WHOLE = Place()
_KNOWN_BY = {"field_name", "field_type", "field_label", "select_choices_or_calculations"}
_KINDS = {
    "radio": "single", "dropdown": "single", "select": "single", "yesno": "single", "truefalse": "single",
    "checkbox": "multiple", "text": "text", "notes": "text", "textarea": "text", "slider": "number",
    "file": "text",
}  # fmt: skip
_LISTED = {"yesno": "1, Yes | 0, No", "truefalse": "1, True | 0, False"}
_UNASKED = {"calc": "computed", "sql": "filled in from the database", "descriptive": "a text on the page"}
# how the names of validations begin
_KINDS_OF_TEXT = {"integer": "number", "number": "number", "date_": "date"}
_TIMES = ("time", "datetime")
_PERSONAL = {
    "email": MAIL, "phone": "it asks for a telephone number", "zip": "it asks for a postcode",
    "postal": "it asks for a postcode", "ssn": "it asks for a number of a person",
    "mrn": "it asks for a number of a person", "vmrn": "it asks for a number of a person",
    "signature": "it asks for a signature",
}  # fmt: skip
_ADDED = {
    "redcap_survey_identifier": IDENTIFIES, "Survey Identifier": IDENTIFIES,
    "redcap_event_name": TOOLS, "Event Name": TOOLS,
    "redcap_repeat_instrument": TOOLS, "Repeat Instrument": TOOLS,
    "redcap_repeat_instance": TOOLS, "Repeat Instance": TOOLS,
    "redcap_data_access_group": TOOLS, "Data Access Group": TOOLS,
    "Survey Timestamp": TOOLS, "Complete?": TOOLS,
}  # fmt: skip
# a field, or a box of one; a reference to another event is two of them, which is no condition on an answer
_NAME = r"\[[A-Za-z][\w-]*(?:\([^()\[\]]*\))?\]"
_REFERENCE = re.compile(r"\[(?P<field>[A-Za-z][\w-]*)(?:\((?P<box>[^()\[\]]*)\))?(?::[\w-]+)?\]")
_SUM = re.compile(r"(\[\w+\])(\+\[\w+\])+|sum\((\[\w+\])(,\[\w+\])+\)", re.IGNORECASE)
_TOTAL = re.compile(r"\[(\w+)\](?:<>|!=|=)['\"]?(\d{1,9})\b")
_HIDDEN = re.compile(r"@HIDDEN(?:-SURVEY)?(?![\w-])")
_COMPUTED = re.compile(r"@CALC(?:TEXT|DATE)\b")
_LOCATED = re.compile(r"@(?:LATITUDE|LONGITUDE)\b")


@dataclass(frozen=True)
class _Field:
    """A row of the dictionary."""

    cells: Mapping[str, str]
    names: frozenset[str]
    """of all fields, which a text may refer to"""

    def get(self, heading: str) -> str:
        """What stands under a heading of the API; empty for nothing."""
        return self.cells.get(heading, "")

    @property
    def name(self) -> str:
        """Its name, which heads its column."""
        return self.get("field_name").casefold()

    @property
    def type(self) -> str:
        """The type of field."""
        return self.get("field_type").casefold()

    @property
    def validation(self) -> str:
        """How a text is validated."""
        checked = self.type in ("text", "file")
        return self.get("text_validation_type_or_show_slider_number").casefold() if checked else ""

    @property
    def kind(self) -> str:
        """The kind of question; empty for none."""
        starts = (kind for start, kind in _KINDS_OF_TEXT.items() if self.validation.startswith(start))
        return next(starts, _KINDS.get(self.type, ""))

    @property
    def personal(self) -> str:
        """Why it is not to be read; empty for what may be read."""
        reasons = (why for start, why in _PERSONAL.items() if self.validation.startswith(start))
        marked = "it is marked as an identifier" if self.get("identifier").casefold() == "y" else ""
        return next(reasons, FILE if self.type == "file" else marked)

    @property
    def required(self) -> bool:
        """Whether nobody may leave it blank."""
        return self.get("required_field").casefold() == "y"

    @property
    def matrix(self) -> str:
        """The matrix of which it is a line; empty for none, and for a line of boxes."""
        return self.get("matrix_group_name") if self.kind == "single" and not self.personal else ""

    @property
    def text(self) -> str:
        """Its label as it is printed, its name where there is none."""
        return self.printed(self.get("field_label")) or self.name

    @property
    def header(self) -> str:
        """The header of a section that begins with it, as it is printed."""
        return self.printed(self.get("section_header"))

    @property
    def annotation(self) -> str:
        """The action tags."""
        return self.get("field_annotation")

    @property
    def unasked(self) -> str:
        """Why it asks nothing; empty where it asks."""
        if _HIDDEN.search(self.annotation):
            return "hidden"
        if _COMPUTED.search(self.annotation):
            return "computed"
        if _LOCATED.search(self.annotation):
            return LOCATION
        if self.validation.startswith(_TIMES):
            return "a time of day, which is not drafted"
        return _UNASKED.get(
            self.type, "" if self.kind else f"type {self.type or 'blank'}, which is not drafted"
        )

    def printed(self, text: str) -> str:
        """A text without markup, with an ellipsis for the answers that are filled in."""
        return label(
            _REFERENCE.sub(lambda match: ELLIPSIS if match["field"] in self.names else match[0], text)
        )

    def tag(self, name: str) -> str:
        """The value of an action tag; empty where there is no such tag."""
        match = re.search(rf"@{name}\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([\w.-]+))", self.annotation)
        return next(filter(None, match.groups()), "") if match else ""


def recognised(source: Source) -> bool:
    """Whether the first line is that of a dictionary."""
    return source.is_text and set(map(_heading, _first_line(source)[0])) >= _KNOWN_BY


def definition(source: Source) -> Definition:
    """The questionnaire of a dictionary."""
    fields = _fields(source)
    if not fields:
        raise source.error("has no field below its headings; download the dictionary again")
    has_id = fields[0].type == "text"
    rest = fields[has_id:]
    questions = _questions(rest)
    forms = list(dict.fromkeys(field.get("form_name") for field in fields if field.get("form_name")))
    return Definition(
        "REDCap",
        forms[0].replace("_", " ").capitalize() if len(forms) == 1 else source.path.stem,
        tuple(questions),
        without(_unasked(rest, forms), questions),
        {"id": fields[0].name} if has_id else {},
        reports(_not_drafted(rest)),
    )


# --- the rows


def _heading(heading: str) -> str:
    """A heading of the web page as the API has it."""
    folded = " ".join(heading.casefold().split())
    return _HEADINGS.get(folded, folded)


def _first_line(source: Source) -> tuple[list[str], str]:
    """The headings, and what separates them."""
    line = source.head.lstrip("\ufeff").split("\n", 1)[0].strip("\r")
    delimiter = max(",;\t", key=line.count)
    try:
        return next(csv.reader([line], delimiter=delimiter), []), delimiter
    except csv.Error:
        return [], delimiter


def _fields(source: Source) -> list[_Field]:
    """The fields in their order; DefinitionError where one has no name or comes twice."""
    headings, *rows = source.rows(_first_line(source)[1])
    cells = named([list(map(_heading, headings)), *rows])
    names = frozenset(row["field_name"].casefold() for row in cells)
    fields: dict[str, _Field] = {}
    for number, row in enumerate(cells, 2):
        field = _Field(row, names)
        if not field.name:
            raise source.error("the field has no name; give it one in the column of names", f"row {number}")
        if field.name in fields:
            raise source.error(f"the field {field.name!r} comes twice; delete one of them", f"row {number}")
        fields[field.name] = field
    if sum(field.get(_CHOICES).count("|") + 1 for field in fields.values()) > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} fields and options")
    return list(fields.values())


def _options(field: _Field) -> tuple[Part, ...]:
    """The options of a field, with what its action tags say of them."""
    if field.kind not in ("single", "multiple"):
        return ()
    alone = {code.strip() for code in field.tag("NONEOFTHEABOVE").split(",")}
    gone = {code.strip() for code in field.tag("HIDECHOICE").split(",")}
    parts: dict[str, Part] = {}
    for choice in _LISTED.get(field.type, field.get(_CHOICES)).split("|"):
        code, comma, text = (part.strip() for part in choice.partition(","))
        if code:
            check = "no longer offered" if code in gone else ""
            part = Part(
                code, field.printed(text if comma else code) or code, exclusive=code in alone, check=check
            )
            parts.setdefault(code, with_role(part))
    return tuple(parts.values())


# --- the questions


def _questions(fields: Sequence[_Field]) -> list[Posed]:
    """The questions in the order of the dictionary."""
    by_name = {field.name: field for field in fields}
    shares = {names[0]: (names, total, check) for names, total, check in _allocations(fields)}
    shared = {name for names, _, _ in shares.values() for name in names}
    headers: dict[str, str] = {}
    for field in fields:
        if field.header:
            headers.setdefault(field.get("matrix_group_name"), field.header)
    headers[""] = ""  # that of a section is no part of the questions below it
    posed: list[Routed] = []
    for rows in _runs(field for field in fields if not field.unasked):
        field, matrix = rows[0], rows[0].get("matrix_group_name")
        if field.name in shares:
            names, total, check = shares[field.name]
            parts = [by_name[name] for name in names]
            asked, conditions = _of_fields("allocation", stem(names), field.header, parts)
            asked = replace(asked, max=None if total == PER_CENT else total).doubted(check)
            posed.append((asked, conditions))
        elif len(rows) > 1:
            kind = "rank" if field.get("matrix_ranking").casefold() == "y" else "grid"
            posed.append(_of_fields(kind, matrix, headers.get(matrix, ""), rows))
        elif posed and (part := _stands_beside(field, posed[-1][0])):
            asked, conditions = posed[-1]
            posed[-1] = with_words(asked, part, _columns(field, Place("words", part.code))), conditions
        elif field.name not in shared:
            posed.append(_of_one_field(field, headers.get(matrix, "").rstrip(" .:")))
    return all_routed(posed, _NAME, _referred)


def _runs(fields: Iterable[_Field]) -> Iterator[list[_Field]]:
    """The fields one by one, those of a matrix of single choices together."""
    for (matrix, _), of_one in groupby(fields, lambda field: (field.matrix, field.get(_CHOICES))):
        if matrix:
            yield list(of_one)
        else:
            yield from ([field] for field in of_one)


def _of_one_field(field: _Field, header: str) -> Routed:
    """The question of one field, below the header of its matrix, with its condition."""
    options, kind, personal = _options(field), field.kind, field.personal
    if field.type == "slider":
        first, last = field.get("text_validation_min") or "0", field.get("text_validation_max") or "100"
        ends = [field.printed(end.strip()) for end in field.get(_CHOICES).split("|")]
        options = steps(first, last, ends=(ends[0], ends[-1]))
        kind = "single" if options else "number"
    if personal:
        kind, options = "text", ()
    most = field.tag("MAXCHECKED")
    question = Posed(
        field.name, f"{header}: {field.text}" if header else field.text, kind, options,
        max=int(most) if kind == "multiple" and re.fullmatch(r"\d{1,6}", most) else None,
        required=field.required, private=kind == "text", personal=personal,
        columns=once(_columns(field, boxes=options if kind == "multiple" else ())),
    )  # fmt: skip
    if kind in ("single", "multiple") and not options:
        question = question.doubted("its options are not in this file")
    return question, [field.get("branching_logic")]


def _of_fields(kind: str, code: str, header: str, fields: Sequence[_Field]) -> Routed:
    """The question of several fields, with the condition that all of them have."""
    question = Posed(
        code,
        header or code,
        kind,
        options=_options(fields[0]) if kind == "grid" else (),
        items=tuple(Part(field.name, field.text) for field in fields),
        required=all(field.required for field in fields),
        columns=once(one for field in fields for one in _columns(field, Place("item", field.name))),
    )
    return common([field.get("branching_logic") for field in fields], question)


def _allocations(fields: Sequence[_Field]) -> Iterator[tuple[Sequence[str], int, str]]:
    """The names of the fields of each allocation, with its total and what is to be looked at."""
    most = {
        field.name: int(bound)
        if re.fullmatch(r"\d{1,9}", bound := field.get("text_validation_max"))
        else None
        for field in fields
        if field.kind == "number" and not field.unasked
    }
    logic = "\n".join(re.sub(r"\s+", "", field.get("branching_logic")[:5000]) for field in fields)
    totals = {name: int(total) for name, total in _TOTAL.findall(logic)}
    sums = (
        (field.name, [name.casefold() for name in re.findall(r"\[(\w+)\]", added)])
        for field in fields
        if field.type == "calc" and _SUM.fullmatch(added := re.sub(r"\s+", "", field.get(_CHOICES)[:5000]))
    )
    return shared_out(sums, most, totals)


def _stands_beside(field: _Field, question: Posed) -> Part | None:
    """The option of a question that a field of text stands beside; None for a question of its own."""
    logic = field.get("branching_logic") if field.kind == "text" and not field.personal else ""
    return beside(logic, _NAME, _referred, question, field.name) if logic else None


def _referred(reference: str) -> tuple[str, str]:
    """The question that `[name]` refers to, and the option of `[name(code)]`."""
    name, _, box = reference.strip("[]").partition("(")
    return name.casefold(), box.rstrip(")").strip()


# --- the columns


def _columns(field: _Field, place: Place = _WHOLE, boxes: Sequence[Part] = ()) -> Iterator[tuple[str, Place]]:
    """The headings of a field in an export of codes and in one of labels; the boxes of a multiple choice.

    Letters of codes are small there, and other signs than letters and digits are lines.
    """
    text = " ".join(field.get("field_label").split())
    if field.type != "checkbox":
        yield field.name, place
        if text:
            yield text, place
        return
    for part in boxes or _options(field):
        held = Place("box", part.code) if boxes else place
        yield f"{field.name}___{re.sub(r'[^a-z0-9_]', '_', part.code.casefold())}", held
    for part in boxes or _options(field):
        yield f"{text} (choice={part.label})", Place("box", part.code) if boxes else place


def _unasked(fields: Sequence[_Field], forms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The headings of columns that ask nothing, with the reason."""
    for field in fields:
        if field.unasked and field.type != "descriptive":
            yield from ((heading, field.unasked) for heading, _ in _columns(field))
    for form in forms:
        yield from ((f"{form}_{ending}", TOOLS) for ending in ("timestamp", "complete"))
    yield from _ADDED.items()


def _not_drafted(fields: Sequence[_Field]) -> dict[str, list[str]]:
    """The names of fields that are asked and not drafted, by the reason."""
    reasons: dict[str, list[str]] = {}
    for field in fields:
        if "not drafted" in field.unasked or field.type == "sql":
            reasons.setdefault(field.unasked, []).append(field.name)
    return reasons
