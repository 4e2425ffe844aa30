"""The rows of an XLSForm, each with its groups, and its lists of options."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.drafting.questionnaires.fields import FILE, IDENTIFIES, LOCATION, TOOLS, wording
from pipeline.drafting.questionnaires.source import MOST_PARTS, DefinitionError, Source
from pipeline.drafting.words import slug

KINDS = {
    "select_one": "single", "select_one_from_file": "single", "select_one_external": "single",
    "select_multiple": "multiple", "select_multiple_from_file": "multiple",
    "rank": "rank", "rank__level": "rank", "score__row": "single",
    "integer": "number", "int": "number", "decimal": "number", "range": "number", "date": "date",
    "text": "text", "string": "text", "barcode": "text",
}  # fmt: skip
PERSONAL = {
    "geopoint": LOCATION, "geotrace": LOCATION, "geoshape": LOCATION,
    "image": FILE, "photo": FILE, "audio": FILE, "video": FILE, "file": FILE,
}  # fmt: skip
_COMPUTED, _SHOWN = "computed or hidden, not asked", "a text of the form, not a question"
UNASKED = {
    "calculate": _COMPUTED, "calculate_here": _COMPUTED, "hidden": _COMPUTED,
    "note": _SHOWN, "acknowledge": _SHOWN, "trigger": _SHOWN,
    "start": TOOLS, "end": TOOLS, "today": TOOLS, "audit": TOOLS, "xml-external": TOOLS,
    "csv-external": TOOLS, "deviceid": IDENTIFIES, "subscriberid": IDENTIFIES, "simserial": IDENTIFIES,
    "phonenumber": IDENTIFIES, "username": IDENTIFIES, "email": IDENTIFIES,
    "start-geopoint": IDENTIFIES, "background-geopoint": IDENTIFIES, "background-audio": IDENTIFIES,
}  # fmt: skip
LONGEST_HEADING = 1500
_ELSEWHERE = ("_from_file", "_external")  # the options are in another file or sheet
_LEFT_OUT = {
    "begin_repeat": "repeat with several rows a respondent, not drafted",
    "begin_kobomatrix": "matrix of several questions a line, not drafted",
}
_HEADINGS = {"relevance": "relevant", "list name": "list_name", "caption": "label"}
# what formr's workbooks have, and no XLSForm
_FORMR = {"showif", "optional", "choice1", "type_options", "block_order", "item_order"}
_FORMR_TYPE = re.compile(r"mc|mc_\w+|rating_button|check|check_button|submit|sex|select_or_add_\w+|textarea")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*?\bname=\"([^\"]*)\"")
_WORKBOOK = "xl/workbook.xml"
_YES = ("yes", "true", "true()")
_DEEPEST, _MOST_LANGUAGES = 40, 30


@dataclass(frozen=True)
class Group:
    """A group of rows: a part of the headings of an export."""

    name: str
    labels: tuple[str, ...] = ()
    relevant: str = ""
    is_table: bool = False
    """whether each of its rows is a line of a table"""
    listed: str = ""
    """the list of options of all its rows, where the group has one"""
    left_out: str = ""
    """why nothing in it is drafted"""


@dataclass(frozen=True)
class Row:
    """A row of the sheet survey that neither begins nor ends a group."""

    type: str
    name: str
    labels: tuple[str, ...]
    """of each language, that of the survey first"""
    cells: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    listed: str = ""
    has_other: bool = False
    """whether its type adds an option with a text of its own"""

    @property
    def kind(self) -> str:
        """The kind of question; empty for none."""
        return KINDS.get(self.type, "")

    @property
    def appearance(self) -> list[str]:
        """The words that say how it is drawn."""
        return self.get("appearance").casefold().split()

    @property
    def required(self) -> bool:
        """Whether nobody may leave it blank."""
        return self.get("required").casefold() in _YES

    def get(self, heading: str) -> str:
        """What stands under a heading; empty for nothing."""
        return self.cells.get(heading, "")


@dataclass(frozen=True)
class Choice:
    """A row of the sheet choices."""

    code: str
    labels: tuple[str, ...]


@dataclass
class Form:
    """The rows and lists of a form, with what was noticed while they were read."""

    languages: list[str]
    rows: list[Row] = field(default_factory=list)
    lists: dict[str, list[Choice]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    inside: Counter[tuple[Group, ...]] = field(default_factory=Counter)
    """how many questions each group has, by it and those around it"""
    noticed: dict[str, list[str]] = field(default_factory=dict)
    """the names of the rows of which something is to be reported, by what it is"""

    def notice(self, what: str, name: str) -> None:
        """Keep a name for the report on `what`."""
        self.noticed.setdefault(what, []).append(name)

    def filled_by(self, rows: Sequence[Row]) -> Group | None:
        """The group in which some rows are all the questions."""
        groups = rows[0].groups
        return groups[-1] if groups and self.inside[groups] == len(rows) else None

    def offered(self, row: Row) -> list[Choice]:
        """The options of a row, with the Other that its type may add."""
        choices = [] if row.type.endswith(_ELSEWHERE) else self.lists.get(row.listed, [])
        adds = row.has_other and all(choice.code != "other" for choice in choices)
        return [*choices, Choice("other", ("Other",) * len(self.languages))] if adds else choices


# --- the workbook


def workbook(source: Source) -> str:
    """Whether a workbook is an XLSForm (`xlsform`) or one of `formr`; empty for neither.

    Where the sheet survey cannot be read, a workbook with the sheets of an XLSForm counts as one: who reads
    it is then told why.
    """
    names = _sheet_names(source)
    if names is not None and "survey" not in names:
        return ""
    try:
        rows = survey_rows(source)
    except DefinitionError:
        return "xlsform" if names is not None and "choices" in names else ""
    if not rows or not {"type", "name"} <= rows[0].keys():
        return ""
    types = [_type(row["type"])[0] for row in rows if row["type"]]
    if _FORMR & rows[0].keys() or any(_FORMR_TYPE.fullmatch(one) for one in types):
        return "formr"
    known = {*KINDS, *UNASKED, *PERSONAL}
    sure = sum(one in known or one.startswith(("begin_", "end_")) for one in types)
    return "xlsform" if sure and 2 * sure >= len(types) else ""


def _sheet_names(source: Source) -> set[str] | None:
    """The names of the sheets of an .xlsx file; None where they cannot be told without reading them."""
    if not source.is_workbook:
        return set()
    try:
        with zipfile.ZipFile(source.path) as archive, archive.open(_WORKBOOK) as part:
            return set(_SHEET.findall(part.read(2**20).decode("utf-8", "replace")))
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        return None


@lru_cache(maxsize=1)
def survey_rows(source: Source) -> tuple[Mapping[str, str], ...]:
    """The rows of the sheet survey by heading, in one spelling; read once for all formats that ask."""
    return tuple(_spelt(row) for row in source.sheet("survey"))


def _spelt(row: Mapping[str, str]) -> dict[str, str]:
    """A row with its headings in one spelling; `label::English (en)` keeps that of its language."""
    spelt: dict[str, str] = {}
    for heading, value in row.items():
        base, *language = (part.strip() for part in re.split(r"::?", heading))
        base = " ".join(base.casefold().split())
        spelt.setdefault("::".join([_HEADINGS.get(base, base), *language]), value)
    return spelt


def _type(cell: str) -> tuple[str, str, bool]:
    """The type in a cell in one spelling, the list that it names, and whether it adds an Other."""
    words = re.sub(r"^(begin|end|select|date)\s+", r"\1_", cell.strip(), flags=re.IGNORECASE).split()
    has_other = len(words) > 1 and words[-1].casefold() == "or_other"
    listed = words[1] if len(words) > 1 + has_other else ""
    return (words[0].casefold() if words else ""), listed, has_other


def _languages(headings: Sequence[str], default: str) -> list[str]:
    """The languages of the labels, that of the survey first; an empty one for labels without."""
    there = [heading.partition("::")[2] for heading in headings if heading.split("::")[0] == "label"] or [""]
    wanted = default.casefold()
    named = [one for one in there if wanted and (one.casefold() == wanted or f"({wanted})" in one.casefold())]
    first = next(iter(named or [one for one in there if not one] or there))
    return [first, *(one for one in there if one != first)][:_MOST_LANGUAGES]


def _labels(row: Mapping[str, str], languages: Sequence[str]) -> tuple[str, ...]:
    """The label of a row in each language."""
    return tuple(row.get(f"label::{language}" if language else "label", "") for language in languages)


def form_of(source: Source, default: str) -> Form:
    """The rows of a form, each with its groups, and its lists of options."""
    written = survey_rows(source)
    form = Form(_languages(list(written[0]) if written else [], default))
    groups: tuple[Group, ...] = ()
    for cells in written:
        kind, listed, has_other = _type(cells["type"])
        labels = _labels(cells, form.languages)
        name = cells["name"] or (slug(wording(labels[0])) if labels[0] else "")
        if not kind or cells.get("disabled", "").casefold() in _YES:
            continue
        if kind.startswith("begin_"):
            groups = (*groups, _group(kind, name, labels, cells))
            if len(groups) > _DEEPEST:
                raise source.error(f"groups are nested more than {_DEEPEST} deep", f"sheet survey, {name!r}")
        elif kind.startswith("end_"):
            if not groups:
                form.notice("ends a group that does not begin", name or kind)
            groups = groups[:-1]
        elif left_out := next((group.left_out for group in groups if group.left_out), ""):
            form.notice(left_out, name)
        elif name:
            listed = listed or (groups[-1].listed if groups else "")
            form.rows.append(Row(kind, name, labels, cells, groups, listed, has_other and kind != "rank"))
    if groups:
        form.notice("group that does not end", groups[-1].name)
    form.names = {row.name for row in form.rows}
    form.inside = Counter(row.groups for row in form.rows if row.type not in UNASKED)
    if any(row.listed for row in form.rows):
        _read_lists(form, source)
    if sum(len(form.offered(row)) for row in form.rows) + len(form.rows) > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} questions and options", "sheet survey")
    return form


def _group(kind: str, name: str, labels: tuple[str, ...], cells: Mapping[str, str]) -> Group:
    """The group that a row begins."""
    listed = cells.get("kobo--score-choices", "") or cells.get("kobo--rank-items", "")
    is_table = kind == "begin_score" or "table-list" in cells.get("appearance", "").casefold().split()
    labels = tuple(text[:LONGEST_HEADING] for text in labels)
    return Group(name, labels, cells.get("relevant", ""), is_table, listed, _LEFT_OUT.get(kind, ""))


def _read_lists(form: Form, source: Source) -> None:
    """Fill in the lists of options; a code that comes twice in one, as with a filter, counts once."""
    lists: dict[str, dict[str, Choice]] = {}
    for cells in map(_spelt, source.sheet("choices")):
        if code := cells.get("name", "") or cells.get("value", ""):
            choice = Choice(code, _labels(cells, form.languages))
            lists.setdefault(cells.get("list_name", ""), {}).setdefault(code, choice)
    form.lists = {name: list(choices.values()) for name, choices in lists.items()}
    for row in form.rows:
        if row.listed and not row.type.endswith(_ELSEWHERE) and row.listed not in form.lists:
            form.notice(f"no list {row.listed!r} on the sheet choices", row.name)
