"""XLSForm: the workbook of which KoboToolbox, ODK and SurveyCTO make a form.

A grid is a group with a row of labels and a row an item, an allocation a group of whole numbers with their
sum. Options that nobody was offered are not in the form. No text in it is a formula.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter

from pipeline.project.errors import SurveyError
from pipeline.public.questionnaire.instrument import Choice, Instrument, Names, Posed
from pipeline.public.questionnaire.rows import Rows

TITLE = "XLSForm"
NAMES = ("xlsform.xlsx",)
TAKES_ROWS = False
_SURVEY = ("type", "name", "label", "hint", "appearance", "relevant", "constraint", "calculation")
_CHOICES = ("list_name", "name", "label")
_SETTINGS = ("form_title", "form_id")
# the bytes must repeat, so every workbook is dated alike
_CREATED = datetime.datetime(1980, 1, 1)
_CELL = 32_767  # the letters that a cell holds
_CUT = ("label", "hint", "form_title")  # what can be cut to them
_WIDTHS = {"label": 60, "relevant": 40, "constraint": 40, "form_title": 60}
_WIDTH = 24
# what forms keep for themselves
_RESERVED = ("meta", "instanceid", "instancename", "data")
Row = dict[str, str]


def documents(instrument: Instrument, _: Rows | None) -> Mapping[str, bytes]:
    """The one file."""
    form = _Form(instrument)
    survey = [row for posed in instrument.questions for row in form.rows(posed)]
    choices = [
        {"list_name": listed, "name": code, "label": _words(label)}
        for listed, options in form.lists.items()
        for code, label in options.items()
    ]
    settings = [{"form_title": _words(instrument.title), "form_id": instrument.survey}]
    file = io.BytesIO()
    as_typed = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book: Any = xlsxwriter.Workbook(file, {"in_memory": True, **as_typed})
    book.set_properties({"title": instrument.title, "created": _CREATED})
    _sheet(book, "survey", _SURVEY, survey)
    _sheet(book, "choices", _CHOICES, choices)
    _sheet(book, "settings", _SETTINGS, settings)
    book.close()
    return {NAMES[0]: file.getvalue()}


def lost(instrument: Instrument, _: Rows | None) -> Mapping[str, Sequence[str]]:
    """What is declared of questions and cannot be said in a form."""
    form = _Form(instrument)
    return instrument.with_any(
        {
            "nets": lambda posed: posed.nets,
            "scores": lambda posed: posed.has_scores,
            "how many places are given (it is there in words)": lambda posed: (
                posed.form.is_ranked and posed.max
            ),
            "points that must add up (it shows the sum)": lambda posed: posed.total,
            "options beside a number or a date": lambda posed: posed.form.is_measured and posed.options,
            "what people write beside an option of a grid, a number or a date": lambda posed: (
                not posed.form.is_choice and posed.has_write_ins
            ),
            "options that nobody was offered": lambda posed: any(
                option.from_text for option in posed.options
            ),
            "conditions on answers that the form does not offer": form.is_routed_elsewhere,
            "privacy of answers": lambda posed: posed.private,
            "sensitivity of answers": lambda posed: posed.sensitive,
            "waves that did not ask a question": instrument.not_in_every_wave,
        }
    )


class _Form:
    """The names of rows and lists, which a form has once, and the rows made with them."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.names = Names(_RESERVED)
        self.name = {posed.id: self.names.of(posed.id) for posed in instrument.questions}
        self.item_names = {
            posed.id: {item: self.names.of(f"{self.name[posed.id]}__{item}") for item in posed.items}
            for posed in instrument.questions
            if not posed.form.is_ranked
        }
        self.lists: dict[str, dict[str, str]] = {}
        self.list_names = Names()
        self.list_of: dict[str, str] = {}

    def rows(self, posed: Posed) -> Iterator[Row]:
        """The rows of a question."""
        form, name = posed.form, self.name[posed.id]
        row = {
            "name": name,
            "label": _words(posed.text),
            "hint": _hint(posed),
            "relevant": self._relevant(posed),
        }
        if form.by_item:
            yield from self._grid(posed, row)
        elif form.is_choice:
            kind = "select_multiple" if form.several else "select_one"
            constraint = _constraint(posed) if form.several else ""
            yield row | {"type": f"{kind} {self._list(posed)}", "constraint": constraint}
            yield from self._write_ins(posed)
        elif form.is_ranked:
            yield row | {"type": f"rank {self._list(posed)}"}
        elif form.items:
            yield from self._allocation(posed, row)
        else:
            yield row | {"type": "text" if form.is_open else "date" if form.dates else "decimal"}

    def is_routed_elsewhere(self, posed: Posed) -> bool:
        """Whether some of the answers by which people are asked a question cannot be given in the form."""
        return any(
            not self._condition(on, option) for on, options in posed.asked.items() for option in options
        )

    def _list(self, posed: Posed) -> str:
        """The list of a question's options, or of the items that it puts in order; a scale's is shared."""
        key = f"scale {posed.scale}" if posed.scale else posed.id
        if key not in self.list_of:
            listed = self.list_of[key] = self.list_names.of(posed.scale or posed.id)
            options = {option.id: option.label for option in _offered(posed)}
            self.lists[listed] = dict(posed.items) if posed.form.is_ranked else options
        return self.list_of[key]

    def _grid(self, posed: Posed, row: Row) -> Iterator[Row]:
        """A group with a row of labels and, without labels, a row an item."""
        kind = f"select_one {self._list(posed)}"
        yield row | {"type": "begin_group", "appearance": "field-list", "hint": ""}
        header = self.names.of(f"{row['name']}_labels")
        yield {"type": kind, "name": header, "label": _words(posed.text), "appearance": "label"}
        for item, label in posed.items.items():
            name = self.item_names[posed.id][item]
            yield {"type": kind, "name": name, "label": _words(label), "appearance": "list-nolabel"}
        yield {"type": "end_group"}

    def _allocation(self, posed: Posed, row: Row) -> Iterator[Row]:
        """A group of whole numbers, their sum, and a line that shows it until it is right."""
        names = self.item_names[posed.id]
        yield row | {"type": "begin_group", "appearance": "field-list", "hint": ""}
        yield {"type": "note", "name": self.names.of(f"{row['name']}_mode"), "label": _hint(posed)}
        for item, label in posed.items.items():
            within = f". >= 0 and . <= {posed.total}"
            yield {"type": "integer", "name": names[item], "label": _words(label), "constraint": within}
        total = self.names.of(f"{row['name']}_total")
        terms = " + ".join(f"coalesce(${{{name}}}, 0)" for name in names.values())
        yield {"type": "calculate", "name": total, "calculation": terms}
        yield {
            "type": "note",
            "name": self.names.of(f"{row['name']}_sum"),
            "label": f"{_reference(total)} / {posed.total}",
            "relevant": f"{_reference(total)} != {posed.total}",
        }
        yield {"type": "end_group"}

    def _write_ins(self, posed: Posed) -> Iterator[Row]:
        """A text beside each option that takes one, shown where that is chosen."""
        options = [option for option in _offered(posed) if option.write_in]
        for option in options:
            name = f"{self.name[posed.id]}_{option.id if len(options) > 1 else 'other'}"
            relevant = self._condition(posed.id, option.id)
            yield {
                "type": "text",
                "name": self.names.of(name),
                "label": _words(option.label),
                "relevant": relevant,
            }

    def _relevant(self, posed: Posed) -> str:
        """Who is asked a question: of each other question one of some answers."""
        clauses = [
            " or ".join(filter(None, (self._condition(on, option) for option in options)))
            for on, options in posed.asked.items()
        ]
        clauses = [clause for clause in clauses if clause]
        return clauses[0] if len(clauses) == 1 else " and ".join(f"({clause})" for clause in clauses)

    def _condition(self, question: str, option: str) -> str:
        """That an option is chosen, of a grid for any item; empty where the form does not offer it."""
        posed = self.instrument.posed(question)
        if not posed.form.has_options or option not in (one.id for one in _offered(posed)):
            return ""
        names = self.item_names[question].values() if posed.form.by_item else [self.name[question]]
        return " or ".join(f"selected({_reference(name)}, '{option}')" for name in names)


def _offered(posed: Posed) -> list[Choice]:
    """The options that people were offered."""
    return [option for option in posed.options if not option.from_text]


def _hint(posed: Posed) -> str:
    """How one answers, where the form does not show it, and in which unit."""
    form = posed.form
    mode = posed.mode if form.several or form.is_ranked or posed.total else ""
    return _words(" ".join(filter(None, (mode, posed.unit))))


def _words(text: str) -> str:
    """A text in which nothing refers to an answer, as `${` in a form does."""
    return text.replace("${", "$ {")


def _constraint(posed: Posed) -> str:
    """How many options may be chosen, and which of them only alone."""
    alone = [
        f"not(selected(., '{option.id}') and count-selected(.) > 1)"
        for option in _offered(posed)
        if option.exclusive
    ]
    return " and ".join([*alone, *([f"count-selected(.) <= {posed.max}"] if posed.max else [])])


def _reference(name: str) -> str:
    """How a form refers to the answer of a row."""
    return f"${{{name}}}"


def _sheet(book: Any, name: str, headings: Sequence[str], rows: Sequence[Row]) -> None:
    """Add a sheet, its header in bold."""
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, heading in enumerate(headings):
        page.set_column(column, column, _WIDTHS.get(heading, _WIDTH))
        page.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, 1):
            if text := row.get(heading, ""):
                page.write_string(number, column, _fitted(text, heading, row))


def _fitted(text: str, heading: str, row: Row) -> str:
    """A text as a cell holds it; SurveyError for a condition that is too long, since a part says another."""
    if len(text) > _CELL and heading not in _CUT:
        raise SurveyError(
            f"{heading} of {row['name']} has {len(text):,} letters in an XLSForm, and a cell holds "
            f"{_CELL:,}; route it by fewer options, or give them shorter ids"
        )
    return text[:_CELL]
