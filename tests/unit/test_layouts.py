"""Exports as their tools write them, a few responses each, counted by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from layouts import answers, lay_out

from pipeline.exports import spss
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tables import tables
from pipeline.tidy.csv import read

SURVEY = """
title = "Layouts"
[questions.colour]
text = "Colour?"
kind = "single"
options = { red = "Red", green = "Green", other = { label = "Other", write_in = true } }
[questions.tools]
text = "Tools?"
kind = "multiple"
options = { saw = "Saw", axe = "Axe and hammer", other = { label = "Other", write_in = true }, none = "None" }
[questions.views]
text = "Views?"
kind = "grid"
options = { no = "Disagree", yes = "Agree", dkns = "Don't know" }
items = { fast = "Fast", safe = "Safe" }
"""


EXPECTED = {
    "colour": [(1, "red"), (2, "other"), (3, "green")],
    "tools": [(1, "axe"), (1, "saw"), (2, "none"), (3, "other"), (3, "saw")],
    "views": [
        (1, "fast", "yes"), (1, "safe", "no"), (2, "fast", "dkns"), (3, "fast", "no"), (3, "safe", "no"),
    ],
}  # fmt: skip


def test_typeform_boxes_are_known_by_the_bare_text_of_the_option(tmp_path: Path) -> None:
    paths = lay_out(
        tmp_path, SURVEY, "w.csv", 'format = "typeform"',
        '[respondents]\nid = "#"\nsubmitted = "Submit Date (UTC)"\ndrop = ["Network ID"]\n',
    )  # fmt: skip
    # the text of an Other stands under a heading of that name, after the question or after its boxes
    (paths.raw / "w.csv").write_text(
        "#,Colour?,Other,Saw,Axe and hammer,None,Other,Fast,Safe,Submit Date (UTC),Network ID\n"
        "x1,Red,,Saw,Axe and hammer,,,Agree,Disagree,2001-02-03 10:00:00,canary-net-1\n"
        "x2,,mauve,,,None,,Don't know,,2001-02-03 10:00:00,canary-net-2\n"
        "x3,Green,,Saw,,,a spoon,Disagree,Disagree,2001-02-03 10:00:00,canary-net-3\n"
    )
    assert answers(paths) == EXPECTED
    assert not [p for p in paths.outputs.rglob("*") if p.is_file() and b"canary" in p.read_bytes()]


@pytest.mark.parametrize("group", ["", "start/", "start/inner/"])
def test_kobotoolbox_paths_and_boxes(group: str, tmp_path: Path) -> None:
    paths = lay_out(
        tmp_path, SURVEY, "w.csv", 'format = "kobotoolbox"',
        '[respondents]\nid = "_id"\ndrop = ["_uuid"]\n',
    )  # fmt: skip
    g = group
    heads = [f"{g}Colour?", f"{g}Colour?_other", f"{g}Tools?", f"{g}Tools?/Saw", f"{g}Tools?/Axe and hammer"]
    heads += [f"{g}Tools?/Other", f"{g}Tools?/None", f"{g}Tools?_other", f"{g}Views?/Fast", f"{g}Views?/Safe"]
    (paths.raw / "w.csv").write_text(
        ";".join([*heads, "_id", "_uuid"])
        + "\nRed;;Saw Axe and hammer;1;1;0;0;;Agree;Disagree;901;u1"
        + "\n;mauve;None;0;0;0;1;;Don't know;;902;u2"
        + "\nGreen;;Saw Other;1;0;1;0;a spoon;Disagree;Disagree;903;u3\n"
    )
    assert answers(paths) == EXPECTED
    text = (paths.raw / "w.csv").read_text()
    (paths.raw / "w.csv").write_text(text.replace("Saw Other;1", "Saw Spade;1"))
    with pytest.raises(SurveyError, match=r"tools: 'Spade' \(once, column C\) is no answer of it"):
        answers(paths)


def test_odk_central_joins_groups_by_a_dash(tmp_path: Path) -> None:
    survey = SURVEY.split("[questions.tools]")[0].replace('text = "Colour?"\n', "")
    paths = lay_out(
        tmp_path, survey, "w.csv", 'format = "kobotoolbox"',
        '[respondents]\nid = "KEY"\nsubmitted = "SubmissionDate"\ndrop = ["about-age"]\n',
    )  # fmt: skip
    (paths.raw / "w.csv").write_text(
        "SubmissionDate,about-colour,about-age,KEY\n2001-02-03,Red,7,k1\n2001-02-03,Green,8,k2\n"
    )
    assert answers(paths) == {"colour": [(1, "red"), (2, "green")]}


@pytest.mark.parametrize("joint", [". ", "? ", ": ", " - ", " – ", "! "])
def test_spss_labels_of_parts_begin_with_their_question(joint: str, tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    labels = [f"Rank these. The best comes first{joint}{item}" for item in ("Docs and tests", "Docs. Mine")]
    file = tmp_path / "w.sav"
    pyreadstat.write_sav(pd.DataFrame({"q_1": [1.0], "q_2": [2.0]}), str(file), column_labels=labels)
    codes, texts, parts = spss.rows(file)[: spss.HEADER_ROWS]
    assert (codes, parts) == (["q", "q"], ["Docs and tests", "Docs. Mine"])
    assert {text.rstrip(".?!") for text in texts} == {"Rank these. The best comes first"}


def test_spss_labels_and_missing_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    survey = """
title = "SPSS"
[questions.colour]
kind = "single"
options = { red = "Red", green = "Green", dkns = "Don't know" }
[questions.tools]
kind = "multiple"
options = { saw = "Saw", axe = "Axe" }
[questions.age]
kind = "number"
options = { refused = "Refused" }
"""
    paths = lay_out(
        tmp_path, survey, "w.sav", 'format = "spss"',
        '[respondents]\nid = "caseno"\n[answers.age]\n"missing 999" = "refused"\n',
    )  # fmt: skip
    frame = pd.DataFrame(
        {
            "caseno": [1.0, 2, 3, 4],
            "colour": [1.0, 2, 99, None],
            "tools_1": [1.0, 0, None, 1],
            "tools_2": [1.0, 0, None, 0],
            "age": [40.0, 999, None, 31.5],
        }
    )
    ticks = {0.0: "No", 1.0: "Yes"}
    pyreadstat.write_sav(
        frame,
        str(paths.raw / "w.sav"),
        column_labels=["Case", "Which colour?", "Which tools? - Saw", "Which tools? - Axe", "How old?"],
        variable_value_labels={
            "colour": {1.0: "Red", 2.0: "Green", 99.0: "Don't know"}, "tools_1": ticks, "tools_2": ticks,
        },
        missing_ranges={"colour": [99], "age": [{"lo": 900, "hi": 999}]},
    )  # fmt: skip
    assert answers(paths) == {
        "colour": [(1, "red"), (2, "green"), (3, "dkns")],
        "tools": [(1, "axe"), (1, "saw"), (4, "saw")],
        "age": [(1, 40.0), (2, "refused"), (4, 31.5)],
    }
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        texts = dict(connection.execute("select question, text from questions").fetchall())
    assert texts == {"colour": "Which colour?", "tools": "Which tools?", "age": "How old?"}
    # what the file declares missing and nobody mapped is no answer, with a label of its own or not
    wave = paths.raw / "w.toml"
    wave.write_text(wave.read_text().replace('[answers.age]\n"missing 999" = "refused"\n', ""))
    paths.questionnaire.write_text(
        survey.replace(', dkns = "Don\'t know"', "").replace('options = { refused = "Refused" }\n', "")
    )
    assert answers(paths) == {
        "colour": [(1, "red"), (2, "green")],
        "tools": [(1, "axe"), (1, "saw"), (4, "saw")],
        "age": [(1, 40.0), (4, 31.5)],
    }
    assert "w.toml:1: colour: 1 cell holds a value that the file declares missing" in capsys.readouterr().err


def test_parquet_types_become_the_texts_that_a_csv_would_have(tmp_path: Path) -> None:
    survey = """
title = "Parquet"
[questions.tools]
kind = "multiple"
options = { saw = "Saw", axe = "Axe" }
[questions.age]
kind = "number"
[questions.since]
kind = "date"
"""
    paths = lay_out(tmp_path, survey, "w.parquet", 'format = "flat"', '[respondents]\nid = "id"\n')
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * from (values (1, ['Saw', 'Axe'], 40::double, date '2000-01-01'), "
            "(2, ['Axe'], 'nan'::double, date '2000-07-02'), (3, null, 2.5, null)) "
            "as t(id, tools, age, since)) to $path (format parquet)",
            {"path": str(paths.raw / "w.parquet")},
        )
    found = answers(paths)
    assert found["tools"] == [(1, "axe"), (1, "saw"), (2, "axe")]
    assert found["age"] == [(1, 40.0), (3, 2.5)]
    assert found["since"] == [(1, 2000.0), (2, 2000 + 183 / 366)]


def test_a_sheet_that_begins_further_down(tmp_path: Path) -> None:
    survey = SURVEY.split("[questions.tools]")[0]
    paths = lay_out(
        tmp_path,
        survey,
        "w.xlsx",
        'format = "flat"\nsheet = "Data"\nfirst_row = 4',
        '[respondents]\nid = "ID"\n',
    )
    rows = [
        ["Members' survey", None],
        [None, None],
        ["for you", None],
        ["ID", "Colour?"],
        [1, "Red"],
    ]
    with pd.ExcelWriter(paths.raw / "w.xlsx", engine="xlsxwriter") as writer:
        pd.DataFrame(rows).to_excel(writer, sheet_name="Data", header=False, index=False)
        pd.DataFrame([["notes"]]).to_excel(writer, sheet_name="About", header=False, index=False)
    assert answers(paths) == {"colour": [(1, "red")]}


POINTS = """
title = "Points"
[questions.effort]
text = "Share out your effort"
kind = "allocation"
items = { build = "Building", review = "Reviewing", help = "Helping" }
[questions.team]
text = "Team?"
kind = "number"
unit = "people"
[questions.joined]
text = "When did you join?"
kind = "date"
nets = { early = [1990, 2000], late = [2000, 2010] }
"""
HEADER = (
    "ID;Share out your effort [Building];Share out your effort [Reviewing];Share out your effort [Helping];"
)


def points(folder: Path, *rows: str, wave: str = "", dates: str = "") -> Paths:
    paths = lay_out(folder, POINTS, "w.csv", f'format = "flat"\n{dates}', f'[respondents]\nid = "ID"\n{wave}')
    (paths.raw / "w.csv").write_text(HEADER + "Team?;When did you join?\n" + "\n".join(rows) + "\n")
    return paths


def test_allocations_dates_and_units(tmp_path: Path) -> None:
    rows = [f"{n};50;50;;{n} people;1999-07-02" for n in range(1, 11)]
    paths = points(
        tmp_path, *rows, "11;100;;;about 6;2001", "12;60;20;;7;1995-03", "13;;;;;", "14;;;100;8;",
        wave='[answers.team]\n"about…" = 6\n',
    )  # fmt: skip
    ingest(paths)
    normalise(paths)
    tables(paths)
    effort = read(paths, "frequencies/effort")
    means = effort[(effort["measure"] == "mean") & (effort["by"] == "")]
    # 13 shared out: ten times 50 and 50, 100 for building, 60 and 20, 100 for helping; blanks count as 0
    assert dict(zip(means["item"], means["value"], strict=True)) == pytest.approx(
        {"build": 660 / 13, "review": 520 / 13, "help": 100 / 13}
    )
    assert set(means["valid_cases"]) == {13}
    medians = effort[(effort["measure"] == "median") & (effort["by"] == "")]
    assert dict(zip(medians["item"], medians["value"], strict=True)) == {"build": 50, "review": 50, "help": 0}
    flow = read(paths, "flow")
    assert flow[flow["reason"].str.contains("points_miss_the_total")]["respondents"].tolist() == [1]
    team = read(paths, "frequencies/team")
    mean = team[(team["measure"] == "mean") & (team["by"] == "")]["value"].item()
    assert mean == pytest.approx((sum(range(1, 11)) + 6 + 7 + 8) / 13)
    joined = read(paths, "frequencies/joined")
    bands = joined[(joined["measure"] == "net") & (joined["by"] == "")]
    assert dict(zip(bands["option"], bands["respondents"].astype(int), strict=True)) == {
        "early": 11,
        "late": 1,
    }
    median = joined[(joined["measure"] == "median") & (joined["by"] == "")]["value"].item()
    assert median == pytest.approx(1999 + 182 / 365)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1;half;50;;3;2001", r"effort: 'half' \(1 times, column B\) is no plain number"),
        ("1;-10;110;;3;2001", r"effort: '-10' \(1 times, column B\) is no plain number"),
        (
            "1;50;50;;three;2001",
            r"team: 'three' \(1 times, column E\) is no plain number such as 40",
        ),
        (
            "1;50;50;;3;2001-02-30",
            r"joined: '2001-02-30' \(1 times, column F\) is no date such as 1999-12-31",
        ),
        ("1;50;50;;3;03/04/2001", r"joined: '03/04/2001' .* say dates = \"day first\" or \"month first\""),
    ],
)
def test_what_is_no_number_and_no_date(row: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=said):
        answers(points(tmp_path, row))


@pytest.mark.parametrize(("order", "day"), [("day first", 93), ("month first", 63)])
def test_which_comes_first_in_a_date(order: str, day: int, tmp_path: Path) -> None:
    paths = points(tmp_path, "1;50;50;;3;03/04/2001", dates=f'dates = "{order}"')
    assert answers(paths)["joined"] == [(1, 2001 + (day - 1) / 365)]


BEGINNINGS = """
title = "Beginnings"
[questions.tools]
text = "Tools?"
kind = "multiple"
options = { alpha = "Alpha…", beta = "Beta", other = { label = "Other", write_in = true } }
"""


def joined_tools(folder: Path, *cells: str) -> Paths:
    wave = '[respondents]\nid = "Timestamp"\n'
    paths = lay_out(folder, BEGINNINGS, "w.csv", 'format = "googleforms"', wave)
    rows = "".join(f'{n},"{cell}"\n' for n, cell in enumerate(cells, 1))
    (paths.raw / "w.csv").write_text(f"Timestamp,Tools?\n{rows}")
    return paths


def test_words_behind_a_beginning_are_nobodys_label(tmp_path: Path) -> None:
    paths = joined_tools(
        tmp_path,
        "Beta, Alpha tool, for everything, canary-private-1",
        "Alpha tool, for everything",
        "Alpha tool, for everything, Beta",
    )
    assert answers(paths)["tools"] == [
        (1, "alpha"), (1, "beta"), (1, "other"), (2, "alpha"), (3, "alpha"), (3, "beta"),
    ]  # fmt: skip
    tables(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        labels = dict(connection.execute("select option, label from options").fetchall())
    assert labels == {"alpha": "Alpha tool, for everything", "beta": "Beta", "other": "Other"}
    published = [p for p in paths.outputs.rglob("*") if p.is_file() and paths.interim not in p.parents]
    assert len(published) > 2
    assert not [p for p in published if b"canary" in p.read_bytes()]


def test_a_beginning_seen_in_one_cell_alone_must_be_whole(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"tools: 'Alpha…' stands in too few cells to tell its text"):
        answers(joined_tools(tmp_path / "a", "Beta, Alpha tool, my own words", "Beta"))
    # with no separator behind it, nothing can stand behind it
    assert answers(joined_tools(tmp_path / "b", "Beta, Alpha tool", "Beta"))["tools"][0] == (1, "alpha")


def test_a_line_of_answers_may_be_a_beginning(tmp_path: Path) -> None:
    paths = joined_tools(tmp_path, "Alfa (so called), Beta", "Alfa (so called)", "Alpha")
    wave = paths.raw / "w.toml"
    wave.write_text(wave.read_text() + '[answers.tools]\n"Alfa…" = "alpha"\n')
    assert answers(paths)["tools"] == [(1, "alpha"), (1, "beta"), (2, "alpha"), (3, "alpha")]


def test_boxes_and_grids_under_one_header_row(tmp_path: Path) -> None:
    survey = (
        SURVEY.replace('"Saw"', '"Tool: Saw"')
        .replace('"None"', '"Tool: None"')
        .replace('"Fast"', '"V: Fast"')
    )
    paths = lay_out(
        tmp_path, survey, "w.csv", 'format = "surveymonkey"',
        '[respondents]\nid = "Respondent ID"\n[columns]\ntools = "C:F"\nviews = "G:H"\n'
        '[answers.tools]\n"Tool: Axe" = "axe"\n"Tool: Other" = "other"\n'
        '[answers.views]\n"V: Safe" = "safe"\n',
    )  # fmt: skip
    (paths.raw / "w.csv").write_text(
        "Respondent ID,Colour?,Tool: Saw,Tool: Axe,Tool: Other,Tool: None,V: Fast,V: Safe\n"
        "1,Red,1,1,,,Agree,Disagree\n2,mauve,,,,1,Don't know,\n3,Green,1,,a spoon,,Disagree,Disagree\n"
    )
    assert answers(paths) == EXPECTED
