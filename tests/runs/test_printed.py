"""Tables as people get them: the workbook read back by another library, and the report page."""

from __future__ import annotations

import csv
import io
import re
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from projects import ROOT, TOY, make_project, run_to

from pipeline.declarations.survey import load
from pipeline.pages.workbook import workbook
from pipeline.project.paths import Paths
from pipeline.tables import tables
from pipeline.tidy.csv import read

Record = dict[str, str]


def records(path: Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def header(sheet: Worksheet) -> int:
    """The row of the headings: the last before the frozen part ends."""
    assert sheet.freeze_panes
    return int(re.sub(r"\D", "", str(sheet.freeze_panes))) - 1


def check_question(sheet: Worksheet, rows: list[Record]) -> int:
    """Hold the sheet of a question and wave against its frequencies, cell by cell; how many were read."""
    top, columns = header(sheet), {}
    places: dict[tuple[str, str], None] = {}
    for row in rows:
        places.setdefault((row["by"], row["group"]), None)
    heads = [cell for cell in sheet[top] if cell.column > 1 and cell.value]
    for place, cell in zip(places, heads, strict=True):
        first = next(row for row in rows if (row["by"], row["group"]) == place)
        said = f"{first['group_label']} ({first['letter']})" if first["letter"] else first["group_label"]
        assert cell.value == said
        columns[place] = cell.column
    numbers = {}
    for row in rows:
        if row["flag"] == "suppressed":
            continue
        number = row["share"] or row["value"]
        if number:
            numbers.setdefault((row["by"], row["group"]), []).append(float(number))
    read = 0
    for place, column in columns.items():
        own = [
            cell.value
            for cell in (sheet.cell(at, column) for at in range(top + 1, sheet.max_row + 1))
            if isinstance(cell.value, int | float) and cell.number_format in ("0%", "0.0")
        ]
        assert sorted(own) == pytest.approx(sorted(numbers.get(place, []))), (sheet.title, place)
        read += len(own)
    check_places(sheet, rows, columns, top)
    return read


def check_places(sheet: Worksheet, rows: list[Record], columns: dict[tuple[str, str], int], top: int) -> None:
    """Every share of an answer, and every mark in place of one, stands in the line of its item and answer."""
    items = {row["item_label"] for row in rows if row["measure"] == "option" and row["item"]}
    lines: dict[tuple[str, str], int] = {}
    item = ""
    for at in range(top + 1, sheet.max_row + 1):
        label = str(sheet.cell(at, 1).value or "")
        if label in items:
            item = label
        lines.setdefault((item, label), at)
    for row in rows:
        if row["measure"] == "option":
            line = lines[row["item_label"], row["option_label"]]
            shown = sheet.cell(line, columns[row["by"], row["group"]]).value
            marked = {"suppressed": "[c]", "not_asked": "[z]"}.get(row["flag"])
            assert shown == (marked or pytest.approx(float(row["share"]))), (sheet.title, row)
            letters = sheet.cell(line, columns[row["by"], row["group"]] + 1).value
            assert not row["higher_than"] or row["higher_than"] in str(letters)


def check_workbook(paths: Paths) -> int:
    book = load_workbook(paths.workbook)
    contents = book["Contents"]
    linked = {
        str(cell.value): str(cell.hyperlink.location)
        for (cell,) in contents.iter_rows(min_row=3, max_col=1)
        if cell.hyperlink
    }
    assert list(linked) == book.sheetnames[3:]
    assert all(location == f"'{name}'!A1" for name, location in linked.items())
    read = 0
    for path in sorted(paths.frequencies.glob("*.csv")):
        rows = records(path)
        for wave in dict.fromkeys(row["wave"] for row in rows):
            name = next(n for n in (f"{path.stem} {wave}"[:31], f"{path.stem} {wave}"[:29]) if n in linked)
            read += check_question(book[name], [row for row in rows if row["wave"] == wave])
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges, sheet.title
        formulas = [c.coordinate for line in sheet.iter_rows() for c in line if c.data_type == "f"]
        assert not formulas, sheet.title
    return read


def test_the_workbook_of_the_toy_survey(toy_done: Paths) -> None:
    assert check_workbook(toy_done) > 60
    book = load_workbook(toy_done.workbook)
    sheet = book["uses second"]
    column = {str(sheet.cell(row, 1).value): row for row in range(1, sheet.max_row + 1)}
    # a net stands above its parts, which are indented; Other, None and DKNS come last
    assert column["Net: anything"] < column["Models"] < column["None of these"] < column["Don't know"]
    assert sheet.cell(column["Models"], 1).alignment.indent == 1
    assert sheet.cell(column["None of these"], 1).alignment.indent == 0
    assert sheet.cell(column["Models"], 2).value == pytest.approx(6 / 11)
    assert sheet.cell(column["Models"], 2).number_format == "0%"
    assert sheet.cell(column["Valid cases"], 2).value == 11
    assert sheet.cell(column["Valid cases"], 3).value == "[low base]"
    assert sheet.cell(column["Total mentions"], 2).value == 16
    # six people in the north are too few to be shown
    assert sheet.cell(column["Models"], 4).value == "[c]"
    assert sheet.cell(column["Valid cases"], 4).value == 6
    every = " ".join(str(c.value) for s in book.worksheets for line in s.iter_rows() for c in line if c.value)
    assert "Synthetic responses" in every


def test_the_workbook_has_the_same_bytes_from_the_files_of_the_tables(toy_done: Paths) -> None:
    questionnaire, _ = load(toy_done)
    assert workbook(partial(read, toy_done), questionnaire) == toy_done.workbook.read_bytes()


def test_the_workbook_of_the_ospo_survey(ospo_done: Paths) -> None:
    assert check_workbook(ospo_done) > 5000


def test_no_text_of_a_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    paths = make_project(tmp_path, source=TOY)
    questionnaire = paths.raw / "survey.toml"
    hostile = questionnaire.read_text().replace('"What do you use?"', '"=1+1 What do you use?"')
    questionnaire.write_text(hostile.replace('title = "Toy Survey"', 'title = "=cmd()"'))
    for wave, heading in (("first", "uses"), ("second", "uses")):
        path = paths.raw / f"{wave}.toml"
        text = path.read_text()
        columns = f'[columns]\n{heading} = "What do you use?"\n'
        path.write_text(text.replace("[columns]\n", columns) if "[columns]" in text else f"{text}\n{columns}")
    run_to(paths, tables)
    book = load_workbook(io.BytesIO(paths.workbook.read_bytes()))
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert any(str(cell.value).startswith("=cmd()") for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_page_is_one_file_that_says_what_it_must(toy_done: Paths) -> None:
    page = toy_done.report.read_text()
    # nothing is loaded from elsewhere
    assert not re.findall(r'(?:src|href)="https?:', page)
    assert not re.findall(r"<link|@import|<iframe", page)
    for said in ("Sponsor", "Recruitment", "Mode", "not stated (sponsor under [methodology]", "Codebook",
                 "Citation and provenance", "Survey flow", "SHA-256", "Synthetic responses"):  # fmt: skip
        assert said in page
    assert page.count("<article") == len(records(toy_done.tables / "exhibits.csv"))


def test_the_page_of_the_default_survey_stays_under_three_megabytes(tmp_path: Path) -> None:
    drawn = sum(path.stat().st_size for path in Paths(ROOT, "open-source-ai").figures.glob("*.svg"))
    told = sum(path.stat().st_size for path in Paths(ROOT, "open-source-ai").tables.glob("*.csv"))
    assert drawn * 4 / 3 + 2 * told < 3_000_000
