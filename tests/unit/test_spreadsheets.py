"""What a spreadsheet shows is what is read, and what cannot be told is refused with its cell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from workbooks import ods, ods_row, row, text, xls, xlsb, xlsx

from pipeline.exports.delimited import UnreadableError
from pipeline.exports.sheets import rows
from pipeline.exports.spreadsheets.texts import as_text, duration

HEADER = row(1, "ID", "Q", "R")


def _said(attributes: str) -> str:
    """A cell of an .ods sheet that holds x."""
    return f'<table:table-cell {attributes} office:value-type="string"><text:p>x</text:p></table:table-cell>'


def refused(path: Path, said: str, sheet: str = "", first_row: int = 1) -> None:
    with pytest.raises(UnreadableError, match=said):
        rows(path, sheet, first_row)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.4, "0%", "40%"),
        (0.405, "0%", "40.5%"),  # the value and not its rounding
        (0.07, "0.00%", "7%"),
        (0.29, "0.0 %", "29%"),
        (-0.4, "[Red]0%;-0%", "-40%"),
        (2.5, "#,##0%", "250%"),
        (0, "0%", "0%"),
        (1, "0%", "100%"),
        (1e-7, "0%", "1e-05%"),
        (0.4, '0.0"%"', "0.4"),
        (0.4, "0\\%", "0.4"),
        (0.4, "0_%", "0.4"),
        (0.4, "0%;0.0", "40%"),
        (-0.4, "0%;0.0", "-0.4"),
        (0, "0%;-0%;0", "0"),
        (0.4, "[<1]0%;0.0", "40%"),
        (3, "[<1]0%;0.0", "3"),
        (3, "[<1]0;[>=2]0%;0", "300%"),
        (0.4, "[$%-409]0", "0.4"),
        (0.004, "0%%", "40%%"),
        ("40%", "0%", "40%"),
        (True, "0%", "TRUE"),
    ],
)
def test_per_cent_is_read_as_it_is_shown(value: object, code: str, shown: str) -> None:
    assert as_text(value, code) == shown


CODES = ("0%", "[Red]0.0 %;-0%", '0.0"%"')
SHARES: list[list[tuple[str | float | None, int]]] = [
    [("Q", 0), ("R", 1)],
    [(0.4, 1), (0.4, 0)],
    [(-0.07, 2), (0.4, 3)],
    [("30%", 1), (2.0, 1)],
]
SHOWN = [["Q", "R"], ["40%", "0.4"], ["-7%", "0.4"], ["30%", "200%"]]


def test_per_cent_in_every_kind_of_workbook(tmp_path: Path) -> None:
    number = '<c r="{}" s="{}"><v>{}</v></c>'.format
    sheet = row(1, "Q", "R") + row(2, number("A2", 1, 0.4), number("B2", 0, 0.4))
    sheet += row(3, number("A3", 2, -0.07), number("B3", 3, 0.4))
    sheet += row(4, "30%", '<c r="B4" s="4"><f>1+1</f><v>2</v></c>')
    escaped = tuple(code.replace('"', "&quot;") for code in CODES)
    assert rows(xlsx(tmp_path / "a.xlsx", sheet, formats=(*escaped, "9")), "") == SHOWN
    assert rows(xlsb(tmp_path / "b.xlsb", *SHARES, codes=CODES), "") == SHOWN
    assert rows(xls(tmp_path / "c.xls", *SHARES, codes=CODES), "") == SHOWN
    share = '<table:table-cell office:value-type="{}" office:value="{}"/>'.format
    sheet = ods_row("Q", "R") + ods_row(share("percentage", 0.4), share("float", 0.4))
    sheet += ods_row(share("percentage", -0.07), share("currency", 0.4)) + ods_row(
        "30%", share("percentage", 2)
    )
    assert rows(ods(tmp_path / "d.ods", sheet), "") == SHOWN


FORMULAS = {
    "no value": '<c r="B2"><f>1+1</f></c>',
    "an empty value": '<c r="B2"><f>1+1</f><v></v></c>',
    "a closed value": "<c r='B2'><f>1+1</f><v/></c>",
    "a shared formula": '<c r="B2"><f t="shared" si="0"/></c>',
    "an array formula": '<c r="B2"><f t="array" ref="B2:B3">A1:A2</f><v/></c>',
    "a number": '<c r="B2" t="n"><f>1+1</f></c>',
    "a place that is not said": "<c><f>1+1</f></c>",
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_without_its_result_is_refused(name: str, tmp_path: Path) -> None:
    first = text("A2", "1") if "not said" in name else ""
    sheet = f'{HEADER}<row r="2">{first}{FORMULAS[name]}</row>'
    said = r"w.xlsx: formulas of sheet 'One' have no result: column B \(1, the first in B2\)"
    refused(xlsx(tmp_path / "w.xlsx", sheet), said)
    prefixed = sheet.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    refused(xlsx(tmp_path / "w.xlsx", prefixed), said)


def test_a_formula_without_its_result_in_opendocument(tmp_path: Path) -> None:
    cell = '<table:table-cell table:formula="of:=1+1"{}/>'.format
    sheet = ods_row("ID", "Q") + ods_row("1", cell("")) + ods_row("2", cell(' office:value-type="float"'))
    said = r"w.ods: formulas of sheet 'One' have no result: column B \(2, the first in B2\)"
    refused(ods(tmp_path / "w.ods", sheet), said)


def test_a_result_that_is_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    sheet = HEADER + row(2, "1", '<c r="B2" t="str"><f>""</f><v></v></c>', '<c r="C2"><f>1</f><v>0</v></c>')
    wanted = [["ID", "Q", "R"], ["1", "", "0"]]
    assert rows(xlsx(tmp_path / "w.xlsx", sheet), "") == wanted
    empty = '<table:table-cell table:formula="of:=x" office:value-type="string" office:string-value=""/>'
    zero = '<table:table-cell table:formula="of:=x" office:value-type="float" office:value="0"/>'
    assert rows(ods(tmp_path / "w.ods", ods_row("ID", "Q", "R") + ods_row("1", empty, zero)), "") == wanted


def test_results_that_are_all_0_where_they_are_to_be_calculated_later(tmp_path: Path) -> None:
    cell = '<c r="B{0}"><f>A{0}</f><v>{1}</v></c>'.format
    zeros = HEADER + row(2, "1", cell(2, 0)) + row(3, "2", cell(3, 0))
    assert rows(xlsx(tmp_path / "w.xlsx", zeros), "")[1][1] == "0"
    later = '<calcPr calcId="1" fullCalcOnLoad="1"/>'
    refused(xlsx(tmp_path / "w.xlsx", zeros, more=later), r"have the result 0 throughout.*column B \(2, ")
    mixed = HEADER + row(2, "1", cell(2, 0)) + row(3, "2", cell(3, 7))
    assert rows(xlsx(tmp_path / "w.xlsx", mixed, more=later), "")[2][1] == "7"


def test_only_what_is_read_counts(tmp_path: Path) -> None:
    wrong = '<c r="B1"><f>1</f></c><c r="C1" t="e"><v>#N/A</v></c>'
    title = f'<row r="1">{text("A1", "Title")}{wrong}</row>' + row(2, "ID", "Q") + row(3, "1", "x")
    book = xlsx(tmp_path / "w.xlsx", title, f'<row r="1">{wrong}</row>')
    assert rows(book, "One", 2) == [["ID", "Q", ""], ["1", "x", ""]]
    refused(book, r"w.xlsx: 1 cells hold an error and no answer: C1 \(#N/A\) of sheet 'Two'", "Two")
    refused(book, r"w.xlsx has several sheets: 'One', 'Two'; name one with sheet")
    refused(book, r"no sheet 'Tow'; did you mean 'Two'\?", "Tow")


def test_a_cell_that_holds_an_error_is_no_blank(tmp_path: Path) -> None:
    said = r": 1 cells hold an error and no answer: A5 \(#N/A\) of sheet 'One'"
    refused(xlsb(tmp_path / "w.xlsb", *SHARES, [(None, 0)]), f"w.xlsb{said}")
    refused(xls(tmp_path / "w.xls", *SHARES, [(None, 0)]), f"w.xls{said}")
    wrong = (
        '<table:table-cell table:formula="of:=x" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#NAME?</text:p></table:table-cell>',
        '<table:table-cell table:formula="of:=x" office:value-type="float" office:value="0"><text:p>Err:502'
        "</text:p></table:table-cell>",
    )
    refused(
        ods(tmp_path / "w.ods", ods_row("ID", "Q") + ods_row(*wrong)),
        r"2 cells .* A2 \(#NAME\?\), B2 \(Err:502\)",
    )
    unusual = "<row r='1'><c t='e' r='A1'><v>#REF!</v></c></row>"
    refused(xlsx(tmp_path / "w.xlsx", unusual), r"A1 \(#REF!\)")


ANSWERS = HEADER + row(2, "1", "x", "y") + row(3, "2", "x", "y")


def test_a_cell_far_from_the_rest_is_named(tmp_path: Path) -> None:
    for place in ("XFD1048576", "ZZ900000"):
        far = f'<row r="{place.lstrip("XFDZ")}">{text(place, "x")}</row>'
        refused(
            xlsx(tmp_path / "w.xlsx", ANSWERS + far),
            f"w.xlsx: cell {place} of sheet 'One' is far from the rest",
        )
    # a format without a value is no cell that holds anything
    plain = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert len(rows(xlsx(tmp_path / "w.xlsx", ANSWERS + plain), "")) == 3


def test_a_cell_below_an_empty_row_is_no_response(tmp_path: Path) -> None:
    note = r"cell A5 of sheet 'One' stands alone below the table, after an empty row"
    refused(xlsx(tmp_path / "w.xlsx", ANSWERS + row(5, "Total: 2") + row(6, "Source: us")), f"w.xlsx: {note}")
    # whoever answered more than one thing is a respondent, and so is who answered nothing in the row below
    assert len(rows(xlsx(tmp_path / "w.xlsx", ANSWERS + row(5, "3", "x")), "")) == 4
    assert len(rows(xlsx(tmp_path / "w.xlsx", ANSWERS + row(4, "3")), "")) == 4
    spaced = ods_row("ID", "Q", "R") + ods_row("1", "x", "y") + ods_row("", times=2) + ods_row("Total")
    refused(ods(tmp_path / "w.ods", spaced), note)


def test_repeated_cells_of_opendocument(tmp_path: Path) -> None:
    repeated = _said('table:number-columns-repeated="{}"').format
    empty = '<table:table-cell table:number-columns-repeated="{}"/>'.format
    table = ods_row("ID", "Q", "R") + ods_row("1", repeated(2), empty(16381), times=3)
    table += ods_row(empty(16384), times=1048000)
    assert rows(ods(tmp_path / "w.ods", table), "") == [["ID", "Q", "R"], *[["1", "x", "x"]] * 3]
    bomb = ods_row("ID", "Q") + ods_row(repeated(16384), times=1048575)
    refused(ods(tmp_path / "w.ods", bomb), r"sheet 'One' has 17,179,852,\d+ cells that hold something")
    far = ods_row("ID", "Q") + ods_row("1", "x", times=2000) + ods_row(empty(16383), "x")
    refused(ods(tmp_path / "w.ods", far), r"cell XFD2002 of sheet 'One' is far from the rest")


def test_merged_cells_below_the_header_are_refused(tmp_path: Path) -> None:
    merged = '</rows><mergeCells><mergeCell ref="{}"/></mergeCells>'.format
    long = ANSWERS + row(4, "3", "x", "y") + row(5, "4", "", "y")
    refused(
        xlsx(tmp_path / "w.xlsx", long + merged("B4:B5")), "w.xlsx: cells are merged at B4 of sheet 'One'"
    )
    for harmless in ("A1:B1", "B1:B2", "E4:F5"):
        assert len(rows(xlsx(tmp_path / "w.xlsx", long + merged(harmless)), "")) == 5
    span = _said('table:number-rows-spanned="2"')
    sheet = (
        ods_row("ID", "Q", "R")
        + ods_row("1", "x", "y", times=3)
        + ods_row("4", span, "y")
        + ods_row("5", "", "y")
    )
    refused(ods(tmp_path / "w.ods", sheet), "cells are merged at B5")


def test_a_cell_is_read_as_what_it_is(tmp_path: Path) -> None:
    number = '<c r="{}2" s="{}"><v>{}</v></c>'.format
    cells = [
        number("A", 1, 45292), number("B", 2, 45292.75), number("C", 3, 0.5), number("D", 4, 1.25),
        '<c r="E2" t="b"><v>1</v></c>', "007", '<c r="G2" t="s"><v>0</v></c>', '<c r="H2" t="s"><v>1</v></c>',
        "a\nb", number("J", 0, 0.30000000000000004),
        '<c r="K2" t="inlineStr"><is><t>漢</t><rPh sb="0" eb="1"><t>KAN</t></rPh></is></c>',
    ]  # fmt: skip
    shared = (
        '<r><t>rich</t></r><r><rPr><b/></rPr><t xml:space="preserve"> text</t></r>',
        '<t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh>',
    )
    formats = ("14", "22", "21", "[h]:mm")
    wanted = [
        "2024-01-01", "2024-01-01 18:00:00", "12:00:00", "30:00:00", "TRUE", "007", "rich text", "東", "a\nb",
        "0.3", "漢",
    ]  # fmt: skip
    book = xlsx(tmp_path / "w.xlsx", HEADER + row(2, *cells), formats=formats, shared=shared)
    assert rows(book, "")[1] == wanted
    cell = '<table:table-cell office:value-type="{}" {}>{}</table:table-cell>'.format
    said = "<text:p>{}</text:p>".format
    ruby = "<text:ruby><text:ruby-base>東</text:ruby-base><text:ruby-text>ひがし</text:ruby-text></text:ruby>"
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    cells = [
        cell("date", 'office:date-value="2024-01-01"', said("1 Jan")),
        cell("date", 'office:date-value="2024-01-01T18:00:00"', said("1 Jan")),
        cell("time", 'office:time-value="PT12H00M00S"', said("noon")),
        cell("time", 'office:time-value="PT30H00M00S"', said("30:00")),
        cell("boolean", 'office:boolean-value="true"', said("WAHR")), "007",
        cell("string", "", note + said("rich<text:s/><text:span>text</text:span>")),
        cell("string", "", said(ruby)),
        cell("string", "", said("a<text:line-break/>b")),
        cell("float", 'office:value="0.30000000000000004"', ""),
        cell("string", "", said("漢")),
    ]  # fmt: skip
    assert rows(ods(tmp_path / "w.ods", ods_row("ID") + ods_row(*cells)), "")[1] == wanted


def test_durations() -> None:
    shown = {0: "00:00:00", 61: "00:01:01", 95400: "26:30:00", -1.5: "-00:00:01.5", 59.9996: "00:01:00"}
    assert {seconds: duration(seconds) for seconds in shown} == shown


@pytest.mark.parametrize(
    "ending", ["kill -9 $$", "kill -6 $$", "exit 3", "echo '[\"a\"]'; exit 1", "echo '[\"a'"]
)
def test_whatever_ends_the_reader_the_file_is_refused(ending: str, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    reader = tmp_path / "reader"
    reader.write_text(f"#!/bin/sh\n{ending}\n")
    reader.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(reader))
    refused(xlsx(tmp_path / "w.xlsx", ANSWERS), "w.xlsx cannot be read as a spreadsheet: its reader ended")


def test_the_reader_has_bounds_and_loads_little() -> None:
    script = (
        "import resource, sys\nfrom pipeline.exports.spreadsheets import __main__ as reader\nreader.bound()\n"
        "assert resource.getrlimit(resource.RLIMIT_AS)[0] == reader.MOST_MEMORY\n"
        "assert not {'pandas', 'numpy', 'duckdb', 'pydantic'} & set(sys.modules)\n"
        "try:\n    bytes(7 * 2**30)\nexcept MemoryError:\n    print('bounded')\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert told.stdout == "bounded\n", told.stderr
