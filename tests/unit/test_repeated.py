"""Responses that stand twice in an export, texts to exclude by that stand nowhere, and boxes of zeros."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest
from projects import command, run_to
from surveys import Wave, lay_out

from pipeline.normalise import normalise
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read

SURVEY = """
title = "Twice"
[questions.place]
text = "Where?"
kind = "single"
options = { north = "North", south = "South" }
[questions.uses]
text = "What?"
kind = "multiple"
options = { saw = "Saw", axe = "Axe" }
"""
# b stands three times and first says North, then twice South; d twice, the same in every cell
ROWS = [
    "a;North;Saw", "b;North;Saw", "c;South;Axe", "d;South;Axe", "b;South;Axe", "d;South;Axe", "b;South;Saw",
    *(f"e{n};North;Saw; Axe" for n in range(10)),
]  # fmt: skip


def twice(folder: Path, decision: str = "", id_: str = 'id = "ID"', rows: list[str] = ROWS) -> Paths:
    cells = [row.replace("; ", ", ") for row in rows]
    export = "\n".join(["ID;Where?;What?", *cells]) + "\n"
    decided = f'duplicates = "{decision}"' if decision else ""
    wave = Wave(export, 'format = "flat"\nseparator = ", "', f"{id_}\n{decided}", head="")
    return lay_out(folder, "twice", SURVEY, {"one": wave})


def counted(paths: Paths) -> dict[str, int]:
    data = read(paths, "frequencies/place")
    data = data[(data["by"] == "") & (data["measure"] == "option")]
    return dict(zip(data["option"], data["respondents"], strict=True))


@pytest.mark.parametrize(
    ("decision", "north", "south", "step"),
    [
        ("", 12, 5, ("repeated", 3)),
        ("keep_all", 12, 5, ("repeated", 3)),
        ("keep_first", 12, 2, ("excluded", 3)),
        ("keep_last", 11, 3, ("excluded", 3)),
    ],
)
def test_who_stands_twice_is_told_and_counted_as_decided(
    decision: str, north: int, south: int, step: tuple[str, int], tmp_path: Path
) -> None:
    paths = twice(tmp_path, decision)
    said = ""
    for words in (["check"], ["ingest"], ["normalise"], ["tables"]):
        code, told = command(paths.root, *words, "--survey", "twice")
        assert code == 0, told
        said += told
    line = 8 if decision else 7
    assert said.count(f"raw/twice/one.toml:{line}: 3 of 17 responses have the id of an earlier one: ") == 2
    assert ('say duplicates = "keep_first", "keep_last" or "keep_all"' in said) is (decision == "")
    assert counted(paths) == {"north": north, "south": south}
    flow = read(paths, "flow")
    assert [row for row in zip(flow["step"], flow["respondents"], strict=True) if row[0] != "flagged"] == [
        ("received", 17),
        step,
        ("analysed", north + south),
    ]
    methodology = {
        "": "and are counted: whether they are different respondents has not been decided.",
        "keep_all": "and are counted: they are taken for different respondents.",
        "keep_first": "the first of each is counted.",
        "keep_last": "the last of each is counted.",
    }
    for stage in ("figures", "report"):
        assert command(paths.root, stage, "--survey", "twice")[0] == 0
    page = " ".join(paths.report.read_text(encoding="utf-8").split())
    assert "3 responses repeat another (the same id, or the same in every cell)" in page
    assert methodology[decision] in page


def test_without_an_id_all_cells_must_be_the_same_and_be_many(tmp_path: Path) -> None:
    # three cells that are the same are no wonder
    paths = twice(tmp_path, "keep_first", 'drop = ["ID"]')
    code, said = command(paths.root, "check", "--survey", "twice")
    assert code == 0, said
    assert "earlier one" not in said
    # unless the moment of the response is among them
    rows = [f"2001-02-03 10:0{n}:00;North;Saw" for n in (1, 2, 3, 1, 2)]
    timed = twice(tmp_path / "timed", "keep_first", 'submitted = "ID"', rows)
    code, said = command(timed.root, "check", "--survey", "twice")
    assert code == 0, said
    assert "one.toml:8: 2 of 5 responses say the same as an earlier one: one of each is counted" in said
    assert "one: 2 questions, 5 responses, 3 analysed" in said


def test_a_text_to_exclude_by_that_no_cell_holds_is_told(tmp_path: Path) -> None:
    paths = twice(tmp_path, "keep_first")
    wave = paths.raw / "one.toml"
    wave.write_text(
        wave.read_text() + '[[exclude]]\nreason = "a test"\nwhere = { ID = ["a", "preview", "c"] }\n'
    )
    for words in (["check"], ["ingest"], ["normalise"], ["tables"]):
        code, said = command(paths.root, *words, "--survey", "twice")
        assert code == 0, said
        told = "one.toml:11: 'preview' stands in no cell of 'ID', so it excludes nobody" in said
        assert told is (words[0] in ("check", "normalise"))
    flow = read(paths, "flow")
    steps = list(zip(flow["step"], flow["reason"], flow["respondents"], strict=True))
    assert ("unmatched", "a test: 1 of its texts stand in no cell", 0) in steps
    assert ("excluded", "a test", 2) in steps


def ticked(folder: Path, saw: str, axe: str, boxes: list[tuple[str, str]]) -> Counter[str]:
    """How often each option is ticked, by its id, where two with these labels have a column each."""
    rows = [f"{n},North,{one},{other}" for n, (one, other) in enumerate(boxes)]
    questions = SURVEY.replace('saw = "Saw", axe = "Axe"', f'saw = "{saw}", axe = "{axe}"')
    export = "\n".join([f"ID,Where?,{saw},{axe}", *rows]) + "\n"
    paths = lay_out(folder, "twice", questions, {"one": Wave(export)})
    run_to(paths, normalise)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        found = connection.execute("select option from answers where question = 'uses'").fetchall()
    return Counter(option for (option,) in found)


@pytest.mark.parametrize(
    ("boxes", "saw", "axe"),
    [
        # nothing but 0 beside ticks, as labels, as 1, or as nothing at all
        ([("Saw", "0"), ("", "0"), ("Saw", "0")], 2, 0),
        ([("1", "0"), ("", "0"), ("1", "0")], 2, 0),
        ([("0", "0"), ("0", "0"), ("0", "0")], 0, 0),
        # the codes of the options, one of which is 0
        ([("0", "7"), ("", "7"), ("0", "")], 2, 2),
    ],
)
def test_a_box_that_holds_nothing_but_0_is_ticked_by_nobody(
    boxes: list[tuple[str, str]], saw: int, axe: int, tmp_path: Path
) -> None:
    assert ticked(tmp_path, "Saw", "Axe", boxes) == Counter(saw=saw, axe=axe)


@pytest.mark.parametrize(("lines", "wrong"), [('"1" = "a"\n"2" = "b"\n', False), ('"1" = "b"\n', True)])
def test_of_answers_that_are_numbers_all_are_codes_or_none(lines: str, wrong: bool, tmp_path: Path) -> None:
    paths = twice(tmp_path, rows=["a;1;Saw", "b;2;Axe", "c;1;Saw"])
    questions = paths.questionnaire.read_text()
    options = 'options = { one = "1", two = "2", a = "Apples", b = "Bread" }'
    paths.questionnaire.write_text(
        questions.replace('options = { north = "North", south = "South" }', options)
    )
    with (paths.raw / "one.toml").open("a") as stream:
        stream.write(f"[answers.place]\n{lines}")
    code, said = command(paths.root, "check", "--survey", "twice")
    assert code == wrong, said
    assert ("one.toml:10: '1' is the label of 'one', and is mapped to 'b' while '2' is read" in said) is wrong


def test_a_0_that_is_the_label_of_its_box_is_a_tick(tmp_path: Path) -> None:
    boxes = [("0", ""), ("", "1 to 5"), ("0", "")]
    assert ticked(tmp_path, "0", "1 to 5", boxes) == Counter(saw=2, axe=1)
