"""tables.xlsx: a cover, linked contents, notes, and a sheet a table, for people who work in a spreadsheet.

It prints the tables as their CSVs have them, and computes nothing. No text in it is a formula.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd
import xlsxwriter

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.unsettled import together
from pipeline.pages import notes
from pipeline.pages.grids import Grid, Row, banner, grid
from pipeline.tidy import marks
from pipeline.tidy.contract import records
from pipeline.tidy.csv import exhibits_of

# the bytes must repeat, so every workbook is dated alike
_CREATED = datetime.datetime(1980, 1, 1)
_SHEET_NAME = 31
_BAD = re.compile(r"[\[\]:*?/\\]")
_FORMS = {"share": "0%", "value": "0.0", "count": "#,##0", "points": "[>=0.5]+0;[<=-0.5]−0;0"}
_NAMES_WIDTH, _NUMBER_WIDTH, _LETTERS_WIDTH, _WORDS_WIDTH = 46, 12, 9, 40
_PARAGRAPH = 120  # characters in a line of text above or below a table
_LINE = 13.5  # points
_BLUE, _GREY = "#12436D", "#595959"
_FONT: dict[str, Any] = {"font_name": "Arial", "font_size": 10}
_TITLE: dict[str, Any] = {"bold": True, "font_size": 14}
_STYLES: dict[str, dict[str, Any]] = {
    "net": {"bold": True}, "item": {"bold": True, "top": 1}, "base": {"font_color": _GREY},
}  # fmt: skip
"""how rows of a kind look"""
Look = Callable[..., Any]
"""makes a format of the workbook from its properties, each once"""


@dataclass(frozen=True)
class Sheet:
    """One table: `lead` stands above it, `notes` below it."""

    name: str
    title: str
    lead: list[str]
    table: Grid
    notes: list[str]


Tables = Callable[[str], pd.DataFrame]
"""the table of a name, as it is read"""


def workbook(tables: Tables, questionnaire: Survey) -> bytes:
    """The workbook of a survey from its tables."""
    sheets = _named([*_exhibits(tables), *_questions(tables, questionnaire)])
    waves = records(tables("waves"))
    file = io.BytesIO()
    as_typed = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book: Any = xlsxwriter.Workbook(file, {"in_memory": True, **as_typed})
    book.set_properties({"title": questionnaire.title, "created": _CREATED})
    look: Look = cache(lambda **properties: book.add_format(_FONT | properties))
    _cover(book, look, questionnaire, waves)
    _contents(book, look, sheets)
    methodology = notes.methodology(questionnaire, waves, tables("comparisons"))
    _named_texts(_page(book, "Notes"), look, "Notes", methodology, (24, 110))
    for sheet in sheets:
        _write(book, look, sheet)
    book.close()
    return file.getvalue()


def _exhibits(tables: Tables) -> Iterator[Sheet]:
    for printed in exhibits_of(tables("exhibits")):
        lead = [
            *_unsettled(printed.unsettled),
            printed.subtitle,
            printed.question,
            *([marks.INVENTED] if printed.synthetic else []),
        ]
        table = grid(tables(printed.id), printed)
        yield Sheet(f"{printed.number} {printed.id}", printed.heading, lead, table, printed.notes)


def _questions(tables: Tables, questionnaire: Survey) -> Iterator[Sheet]:
    """A sheet a question and wave: all respondents, and every segment beside them."""
    wordings = tables("questionnaire").drop_duplicates(["wave", "question"])
    waves = {wave["wave"]: wave for wave in records(tables("waves"))}
    segments = notes.segment_names(questionnaire, wordings)
    for question, of_question in wordings.groupby("question", sort=False):
        data = tables(f"frequencies/{question}")
        # the latest wave first
        for row in records(of_question[::-1]):
            rows = data[data["wave"] == row["wave"]]
            if rows.empty:
                continue
            wave = waves[row["wave"]]
            yield Sheet(
                f"{question} {row['wave']}",
                f"{row['code']}. {row['text']} {row['mode']}".strip(),
                [*_unsettled(together(rows["unsettled"])), *_lead(row, wave)],
                banner(rows, questionnaire.nets(str(question)), segments),
                _below(rows, wave, questionnaire),
            )


def _unsettled(lines: str) -> list[str]:
    """What stands above numbers that rest on unsettled lines."""
    return [marks.unsettled_note(lines)] if lines else []


def _lead(row: Mapping[Any, Any], wave: Mapping[Any, Any]) -> list[str]:
    fielded = f", fielded {notes.period(wave)}" if wave["fielded_from"] else ""
    lead = [
        f"{wave['title']}{fielded}. Base: {row['base'] or 'everyone'}.",
        "Column %: shares are of the valid cases of each column. DKNS kept.",
    ]
    return [*lead, marks.INVENTED] if wave["synthetic"] else lead


def _below(rows: pd.DataFrame, wave: Mapping[Any, Any], questionnaire: Survey) -> list[str]:
    below = [f"Letters: {marks.LETTERS}", notes.marks(questionnaire), notes.ROUNDING]
    if rows["total_mentions"].notna().any():
        below.insert(0, notes.MULTIPLE)
    if credit := notes.credit(wave):
        below.append(f"Responses: {credit}.")
    return below


def _named(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets with names that a workbook takes: 31 characters, each once, whatever their case."""
    taken = {"cover", "contents", "notes"}
    named = []
    for sheet in sheets:
        wanted = _BAD.sub("_", sheet.name).strip("'")
        name, count = wanted[:_SHEET_NAME], 1
        while name.casefold() in taken:
            count += 1
            tail = f"~{count}"
            name = wanted[: _SHEET_NAME - len(tail)] + tail
        taken.add(name.casefold())
        named.append(replace(sheet, name=name))
    return named


def _cover(book: Any, look: Look, questionnaire: Survey, waves: Sequence[Mapping[Any, Any]]) -> None:
    lines = [("Population", questionnaire.population or "not stated")]
    for wave in waves:
        fielded = f"fielded {notes.period(wave)}, " if wave["fielded_from"] else ""
        counts = f"{fielded}{wave['received']} responses received, {wave['analysed']} analysed"
        lines.append((str(wave["title"]), counts + (f". {marks.INVENTED}" if wave["synthetic"] else "")))
        if credit := notes.credit(wave):
            lines.append(("Responses", f"{credit}."))
    page = _page(book, "Cover")
    _named_texts(page, look, questionnaire.title, lines, (28, 70))
    for number, sheet in enumerate(("Contents", "Notes"), len(lines) + 3):
        _write_link(page, look, number, sheet)


def _named_texts(
    page: Any, look: Look, title: str, lines: Sequence[tuple[str, str]], widths: tuple[int, int]
) -> None:
    """Fill a sheet with texts, a row each, with the name of each before it."""
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.write_string(0, 0, title, look(**_TITLE))
    for number, texts in enumerate(lines, 2):
        page.set_row(number, max(_height(text, width) for text, width in zip(texts, widths, strict=True)))
        page.write_string(number, 0, texts[0], look(bold=True, valign="top", text_wrap=True))
        page.write_string(number, 1, texts[1], look(text_wrap=True, valign="top"))


def _contents(book: Any, look: Look, sheets: Sequence[Sheet]) -> None:
    page = _page(book, "Contents")
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 110)
    page.freeze_panes(2, 0)
    page.write_string(0, 0, "Contents", look(**_TITLE))
    for column, heading in enumerate(("Sheet", "Table")):
        page.write_string(1, column, heading, look(bold=True, bottom=1))
    for number, sheet in enumerate(sheets, 2):
        _write_link(page, look, number, sheet.name)
        page.write_string(number, 1, sheet.title, look())


def _write_link(page: Any, look: Look, row: int, sheet: str) -> None:
    """Write the name of a sheet as a link to it, into the first column."""
    doubled = sheet.replace("'", "''")
    link = look(font_color=_BLUE, underline=1)
    page.write_url(row, 0, f"internal:'{doubled}'!A1", link, string=sheet)


def _page(book: Any, name: str) -> Any:
    """A new sheet that prints on A4, all its columns on one page."""
    page = book.add_worksheet(name)
    page.hide_gridlines(2)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    return page


def _write(book: Any, look: Look, sheet: Sheet) -> None:
    page = _page(book, sheet.name)
    page.set_column(0, 0, _NAMES_WIDTH)
    page.write_string(0, 0, sheet.title, look(**_TITLE))
    lead = _paragraphs(sheet.lead)
    for number, line in enumerate(lead, 1):
        page.write_string(number, 0, line, look(font_color=_GREY))
    _write_link(page, look, len(lead) + 1, "Contents")
    top = len(lead) + 3
    table = sheet.table
    lettered = [_has_letters(table, place) for place in range(len(table.columns))]
    # a column of letters stands behind that of its numbers
    lefts = [1 + place + sum(lettered[:place]) for place in range(len(lettered))]
    heading = look(bold=True, bottom=1, align="right", text_wrap=True, valign="bottom")
    page.write_blank(top + 1, 0, None, look(bottom=1))
    over = ""
    widths = [_WORDS_WIDTH if table.words and p > 1 else _NUMBER_WIDTH for p in range(len(table.columns))]
    page.set_row(top + 1, max(_height(c.whole, w) for c, w in zip(table.columns, widths, strict=True)))
    for place, column in enumerate(table.columns):
        page.set_column(lefts[place], lefts[place], widths[place])
        if column.over != over:
            over = column.over
            page.write_string(top, lefts[place], over, look(bold=True, font_color=_BLUE))
        page.write_string(top + 1, lefts[place], column.whole, heading)
        if lettered[place]:
            page.set_column(lefts[place] + 1, lefts[place] + 1, _LETTERS_WIDTH)
            page.write_blank(top + 1, lefts[place] + 1, None, heading)
    for number, row in enumerate(table.rows, top + 2):
        heights = [_height(cell.text, width) for cell, width in zip(row.cells, widths, strict=True)]
        page.set_row(number, max(_height(row.label, _NAMES_WIDTH), *(heights if table.words else [0.0])))
        _write_row(page, look, number, row, list(zip(lefts, lettered, strict=True)), table.words)
    page.freeze_panes(top + 2, 1)
    for number, line in enumerate(_paragraphs(sheet.notes), top + 3 + len(table.rows)):
        page.write_string(number, 0, line, look(font_color=_GREY))


def _paragraphs(texts: Sequence[str]) -> list[str]:
    """Texts broken into lines, a row each: a row that is as long as its text would not print."""
    return [line for text in texts for line in textwrap.wrap(text, _PARAGRAPH) or [""]]


def _height(text: str, width: int) -> float:
    """The points that a text takes in a column of some characters' width, with room for bold ones."""
    return _LINE * max(len(textwrap.wrap(text, max(width - 2, 4))), 1)


def _has_letters(table: Grid, place: int) -> bool:
    cells = [row.cells[place] for row in table.rows]
    return bool(table.columns[place].letter) or any(cell.letters or cell.mark for cell in cells)


def _write_row(
    page: Any, look: Look, number: int, row: Row, places: Sequence[tuple[int, bool]], words: bool
) -> None:
    style = _STYLES.get(row.kind, {})
    indent = {"indent": 1} if row.indent else {}
    page.write_string(number, 0, row.label, look(**style, **indent, text_wrap=True, valign="top"))
    for cell, (left, lettered) in zip(row.cells, places, strict=True):
        if not math.isnan(cell.number):
            # the format of points is for whole numbers, and that of shares for parts of one
            value = cell.number * 100 if cell.form == "points" else cell.number
            page.write_number(number, left, value, look(**style, num_format=_FORMS[cell.form], valign="top"))
        elif cell.text:
            align = "left" if words else "right"
            page.write_string(
                number, left, cell.text, look(**style, align=align, text_wrap=words, valign="top")
            )
        if lettered and (cell.letters or cell.mark):
            beside = " ".join(part for part in (cell.mark, cell.letters) if part)
            page.write_string(number, left + 1, beside, look(**style, font_size=8, valign="top"))
