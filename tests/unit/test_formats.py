"""How survey tools lay out their exports, and what the readers make of it: the same answers."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import frequencies, run_to, survey_command
from surveys import Wave, lay_out

from pipeline.exports.finders import Columns, find
from pipeline.exports.tools import Heading, formats
from pipeline.exports.tools.heading import column_number
from pipeline.exports.tools.parted import names_rest, question_of, rest_of
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.text.folding import beginning, fits, fold, is_beginning

SURVEY = """
title = "Layouts"
[scales.agreement]
options = { no = "Disagree", yes = "Agree", dkns = "Don't know" }
[questions.q1]
text = "Colour?"
kind = "single"
options = { red = "Red", green = "Green", other = { label = "Other", write_in = true } }
[questions.q2]
text = "Tools?"
kind = "multiple"
options = { saw = "Saw", axe = "Axe", none = "None", dkns = "Don't know" }
[questions.q3]
text = "Views?"
kind = "grid"
scale = "agreement"
items = { fast = "Fast", safe = "Safe" }
"""

# colour, tools, fast, safe of each respondent, in four layouts of the same thirteen responses
PEOPLE = [
    ("Red", {"Saw"}, "Agree", "Disagree"),
    ("Green", {"Saw", "Axe"}, "Agree", "Don't know"),
    ("puce", {"Don't know"}, "Disagree", ""),
    *[("Red", {"None"}, "Agree", "Agree")] * 10,
]
COLOURS, TOOLS = ["Red", "Green", "Other"], ["Saw", "Axe", "None", "Don't know"]
LEVELS = ["Disagree", "Agree", "Don't know"]


def csv_of(rows: list[list[str]]) -> str:
    return "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\r\n" for row in rows)


def one_column_each() -> str:
    """Two header rows, the question on the first column of its group, levels in the cells."""
    header = [
        ["Respondent ID", "Colour?", "", "Tools?", "", "", "", "Views?", ""],
        ["", "Response", "Other", *TOOLS, "Fast", "Safe"],
    ]
    rows = [
        [
            str(number),
            colour if colour in COLOURS else "",
            "" if colour in COLOURS else colour,
            *(tool if tool in tools else "" for tool in TOOLS),
            fast,
            safe,
        ]
        for number, (colour, tools, fast, safe) in enumerate(PEOPLE, 1)
    ]
    return csv_of(header + rows)


def repeated() -> str:
    """The question repeated on each column, and blank rows at the end."""
    first, *rest = one_column_each().split("\r\n")
    cells = first.split(",")
    for at, cell in enumerate(cells):
        cells[at] = cell or cells[at - 1]
    return "\r\n".join([",".join(cells), *rest]) + ",,,,,,,,\r\n" * 3


def exploded(code: bool) -> str:
    """Three header rows, every answer a column of its own, with its label or its code in the cell."""
    labels = [*COLOURS, *TOOLS, *(f"{item} - {level}" for item in ("Fast", "Safe") for level in LEVELS)]
    codes = ["1", "2", "", "1", "2", "3", "0", *"120" * 2]
    header = [
        ["", "q1", "", "", "q2", "", "", "", "q3", *[""] * 5],
        ["Respondent ID", "Colour?", "", "", "Tools?", "", "", "", "Views?", *[""] * 5],
        ["", *labels],
    ]
    rows = []
    for number, (colour, tools, fast, safe) in enumerate(PEOPLE, 1):
        ticked = [colour == "Red", colour == "Green", colour not in COLOURS]
        ticked += [tool in tools for tool in TOOLS]
        ticked += [answer == level for answer in (fast, safe) for level in LEVELS]
        texts = [*COLOURS[:2], colour, *TOOLS, *LEVELS, *LEVELS]
        cells = [
            (c if code and c else text) if there else ""
            for there, text, c in zip(ticked, texts, codes, strict=True)
        ]
        rows.append([str(number), *cells])
    return csv_of(header + rows)


def flat() -> str:
    """One header row, several answers in one cell, semicolons between the cells."""
    lines = ["No.;Colour?;Tools?;Views? [Fast];Views? [Safe]"]
    for number, (colour, tools, fast, safe) in enumerate(PEOPLE, 1):
        joined = " | ".join(tool for tool in TOOLS if tool in tools)
        lines.append(f"{number};{colour};{joined};{fast};{safe}")
    return "\n".join(lines) + "\n"


LAYOUTS = {
    "a column a question": (one_column_each(), "surveymonkey", "Respondent ID", ""),
    "with a byte-order mark": ("\ufeff" + one_column_each(), "surveymonkey", "Respondent ID", ""),
    "the question repeated, blank rows": (repeated(), "surveymonkey", "Respondent ID", ""),
    "a column an answer, labels": (exploded(code=False), "surveymonkey", "Respondent ID", ""),
    "a column an answer, codes and 0": (exploded(code=True), "surveymonkey", "Respondent ID", ""),
    "flat": (flat(), "flat", "No.", 'separator = " | "'),
}


def project(folder: Path, layout: str) -> Paths:
    text, kind, identifier, extra = LAYOUTS[layout]
    wave = Wave(text, f'format = "{kind}"\n{extra}', f'id = "{identifier}"')
    return lay_out(folder, "layouts", SURVEY, {"one": wave})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_answers(layout: str, tmp_path: Path) -> None:
    paths = project(tmp_path, layout)
    run_to(paths, normalise)
    rows = pd.concat([frequencies(paths, question) for question in ("q1", "q2", "q3")])
    options = rows[rows["measure"] == "option"]
    counted = dict(
        zip(
            zip(options["item"], options["option"], strict=True),
            options["respondents"].astype(int),
            strict=True,
        )
    )
    assert counted == {
        ("", "red"): 11,
        ("", "green"): 1,
        ("", "other"): 1,
        ("", "saw"): 2,
        ("", "axe"): 1,
        ("", "none"): 10,
        ("", "dkns"): 1,
        ("fast", "no"): 1,
        ("fast", "yes"): 12,
        ("fast", "dkns"): 0,
        ("safe", "no"): 1,
        ("safe", "yes"): 10,
        ("safe", "dkns"): 1,
    }
    assert set(options.loc[options["item"] == "safe", "valid_cases"]) == {12}


@pytest.mark.parametrize("layout", ["a column a question", "a column an answer, codes and 0", "flat"])
def test_a_spreadsheet_gives_the_same_answers(layout: str, tmp_path: Path) -> None:
    import csv
    import io

    import xlsxwriter

    as_text, as_sheet = tmp_path / "text", tmp_path / "sheet"
    paths = project(as_text, layout), project(as_sheet, layout)
    text = LAYOUTS[layout][0]
    delimiter = ";" if layout == "flat" else ","
    raw = paths[1].raw
    (raw / "one.csv").unlink()
    with xlsxwriter.Workbook(str(raw / "one.xlsx")) as workbook:
        workbook.add_worksheet("Notes")
        sheet = workbook.add_worksheet("Responses")
        for row, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            for column, cell in enumerate(cells):
                sheet.write(row, column, int(cell) if cell.isdecimal() else cell)
    wave = raw / "one.toml"
    wave.write_text(wave.read_text().replace("one.csv", "one.xlsx"))
    for one in paths:
        run_to(one, normalise)
    for question in ("q1", "q2", "q3"):
        pd.testing.assert_frame_equal(*(frequencies(one, question) for one in paths))
    wave.write_text(wave.read_text().replace('format = "', 'sheet = "Respones"\nformat = "'))
    with pytest.raises(SurveyError, match=r"one.toml:\d: no sheet 'Respones'; did you mean 'Responses'\?"):
        ingest(paths[1])


def test_one_header_row() -> None:
    rows = [["Respondent ID", "Colour?", "Share?"], ["1", "Red", "40"], ["2", "", ""]]
    layout = formats["surveymonkey"]
    assert layout.header_rows(rows, "Respondent ID") == 1
    assert layout.headings(rows[:1])[1] == Heading(2, "", "Colour?", "Colour?")


def test_finders() -> None:
    headings = [
        Heading(1, "q1", "Colour?", "Red"),
        Heading(2, "q1", "Colour?", "Green"),
        Heading(3, "", "Do you agree?", ""),
        Heading(4, "", "Dozens?", ""),
        Heading(30, "", "Last", ""),
    ]
    columns = {
        f: [h.column for h in find(f, headings)] for f in ("Q1", "colour?", "Col…", "Last", "D", "A:C")
    }
    assert columns == {
        "Q1": [1, 2],
        "colour?": [1, 2],
        "Col…": [1, 2],
        "Last": [30],
        "D": [4],
        "A:C": [1, 2, 3],
    }
    assert find("Do…", headings) == []
    assert find("AD", headings)[0].letters == "AD"
    assert [column_number(h.letters) for h in headings] == [1, 2, 3, 4, 30]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def plainly_found(finder: str, headings: list[Heading]) -> list[Heading]:
    """What `find` finds, by holding every heading against the finder."""
    folded = fold(finder)
    start = beginning(finder) if is_beginning(finder) else folded
    begun = [h for h in headings if start and fold(h.text).startswith(start)]
    letters = re.fullmatch("([A-Z]{1,3})(?::([A-Z]{1,3}))?", finder)
    ends = [column_number(part or letters[1]) for part in letters.groups()] if letters else [0, -1]
    return (
        [h for h in headings if h.code and fold(h.code) == folded]
        or [h for h in headings if h.text and fold(h.text) == folded]
        or (
            [h for h in headings if f"/{folded}" in f"/{fold(h.code)}"]
            if finder.endswith("/")
            else [h for h in headings if ends[0] <= h.column <= ends[1]]
            if letters
            else plainly_parted(finder, headings)
            or (begun if len({fold(h.text) for h in begun}) == 1 else [])
        )
    )


def plainly_parted(finder: str, headings: list[Heading]) -> list[Heading]:
    """The headings in which an option stands in the place of a finder's ellipsis, taken apart."""
    if not names_rest(finder):
        return []
    rests = [(h, rest_of(h.text, finder)) for h in headings]
    parted = [(h, h.label if h.label and not h.bare else rest) for h, rest in rests if rest is not None]
    parted = [(h, label) for h, label in parted if label]
    several = len({h.text for h, _ in parted}) > 1
    return [replace(h, text=question_of(finder), label=label) for h, label in parted] if several else []


NAMED = st.text(st.sampled_from("aAB/… "), max_size=4)


@given(
    st.lists(st.tuples(NAMED, NAMED, NAMED), max_size=6), st.lists(NAMED | st.sampled_from(["B:D", "C:A"]))
)
def test_columns_are_found_as_by_looking_at_each(
    parts: list[tuple[str, str, str]], finders: list[str]
) -> None:
    headings = [Heading(column, *some) for column, some in enumerate(parts, 1)]
    for finder in (*finders, *(part for some in parts for part in some)):
        assert find(finder, headings) == plainly_found(finder, headings)
        bare = [place for place, h in enumerate(headings) if h.bare and fits(finder, h.label)]
        assert sorted(Columns(headings).bare(finder)) == bare


def test_fetch_over_the_network_takes_the_pinned_file_and_no_other(
    toy: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import functools
    import hashlib

    served = tmp_path / "served"
    served.mkdir()
    export = toy.raw / "second.csv"
    (served / "x.csv").write_bytes(export.read_bytes())
    server = ThreadingHTTPServer(("localhost", 0), functools.partial(_Quiet, directory=served))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wave = toy.raw / "second.toml"
    pin = hashlib.sha256(export.read_bytes()).hexdigest()
    wave.write_text(
        wave.read_text().replace(
            'format = "surveymonkey"',
            f'format = "surveymonkey"\nurl = "http://localhost:{server.server_port}/x.csv"\nsha256 = "{pin}"',
        )
    )
    kept = export.read_bytes()
    try:
        export.unlink()
        assert survey_command(toy.root, "fetch", "--survey", "toy").returncode == 0
        assert export.read_bytes() == kept
        export.unlink()
        (served / "x.csv").write_text("something else")
        run = survey_command(toy.root, "fetch", "--survey", "toy")
        assert run.returncode == 1
        assert "it is not the pinned file" in run.stderr
        assert not export.exists()
    finally:
        server.shutdown()
        server.server_close()
    run = survey_command(toy.root, "fetch", "--survey", "toy")
    assert (
        "the machine refuses the connection. If you have the file, run: survey fetch --from FOLDER"
        in run.stderr
    )
