"""The tables of tables/ are as they are declared; their CSVs come back as they were meant, and run nothing in
a spreadsheet."""

from __future__ import annotations

import ast
from typing import Any

import pandas as pd
import pytest
from projects import ROOT

from pipeline.declarations.questionnaire import ROLES
from pipeline.project.errors import SurveyError
from pipeline.project.paths import RESERVED, Paths
from pipeline.tidy.contract import Column, TableError, Type
from pipeline.tidy.csv import read, to_csv, to_csvs_and_back
from pipeline.tidy.measures import POOL, Flag, KindOfTest, Measure, Role
from pipeline.tidy.printed import Printed
from pipeline.tidy.tables import (
    BLANKED,
    EXHIBIT,
    EXHIBITS,
    FLOW,
    FREQUENCIES,
    TABLES,
    WITH_SUMS,
    table_of,
    written,
)

UNSAFE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"]


def test_unsafe_texts_are_written_harmless_and_read_as_they_were(toy: Paths) -> None:
    texts = [*UNSAFE, "'quoted'", "plain, with a comma", ""]
    numbers = {"share": [1 / 3] * 7 + [float("nan")], "valid_cases": [1] * 8}
    frame = pd.DataFrame({"option_label": texts, **numbers})
    text = to_csv(frame)
    cells = text.replace('"', "").splitlines()[1:]
    assert not [line for line in cells if line.startswith(("=", "+", "-", "@", "\t"))]
    assert "0.333333333333" in text
    toy.tables.mkdir(parents=True)
    (toy.tables / "x.csv").write_text(text)
    back = read(toy, "x")
    assert list(back["option_label"]) == texts
    assert back["share"].isna().to_list() == [False] * 7 + [True]
    assert back["valid_cases"].sum() == 8


def test_the_values_of_an_enum_are_made_harmless_too() -> None:
    found = pd.DataFrame({"answer": pd.Series(["=1+1", None, "plain"], dtype="category")})
    assert to_csv(found) == 'answer\n\'=1+1\n""\nplain\n'


def test_a_table_that_is_not_there_names_the_stage(toy: Paths) -> None:
    with pytest.raises(SurveyError, match="run: survey tables --survey toy"):
        read(toy, "exhibits")


def value(column: Column) -> Any:
    """A value that a column takes."""
    if column.allowed:
        return next(iter(column.allowed))
    return {Type.YES_NO: True, Type.SHARE: 1 / 3, Type.NUMBER: -2.5, Type.COUNT: 7, Type.WHOLE: -1}.get(
        column.type, "=a text"
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_comes_back_in_its_types_whatever_the_order_of_its_columns(
    toy: Paths, table: Any
) -> None:
    assert len(set(table.names)) == len(table.names)
    full = {column.name: value(column) for column in table.columns}
    empty = full | {column.name: None for column in table.columns if column.may_be_empty}
    frame = table.frame([full, empty])
    text = to_csv(frame[table.names[::-1]], table)
    assert text.splitlines()[0].split(",") == table.names
    path = toy.tables / f"{table.name.replace('<question>', 'q').replace('<exhibit>', 'blockers')}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    back = read(toy, str(path.relative_to(toy.tables).with_suffix("")))
    for column in table.columns:
        first, second = back[column.name]
        same = first == pytest.approx(full[column.name]) if column.is_number else first == full[column.name]
        assert same, column.name
        assert not column.may_be_empty or pd.isna(second) or second == "", column.name
    assert to_csv(back, table) == text
    texts = {
        c.name: None if c.is_number or c.allowed or c.type == Type.YES_NO else "a\r\nb\rc"
        for c in table.columns
    }
    odd = frame.assign(**{name: odd for name, odd in texts.items() if odd})
    name = str(path.relative_to(toy.tables).with_suffix(""))
    names = [f"{name}{number}" for number in range(3)] if "<" in table.name else [name]
    for several in ((frame, odd, frame.iloc[:0]), (odd, frame.iloc[:0], frame), (frame.iloc[:0], frame, odd)):
        rows = {name: rows.assign(unsettled="") for name, rows in zip(names, several, strict=False)}
        written_texts, as_read = to_csvs_and_back(rows)
        for name in names:
            assert written_texts[name] == to_csv(rows[name], written(table))
            (toy.tables / f"{name}.csv").write_text(written_texts[name], encoding="utf-8", newline="")
            pd.testing.assert_frame_equal(as_read(name), read(toy, name))


def test_of_many_tables_the_one_that_is_not_as_declared_is_named() -> None:
    full = {column.name: value(column) for column in FREQUENCIES.columns} | {"unsettled": ""}
    good, bad = (pd.DataFrame([full | {"share": share}]) for share in (0.5, 1.5))
    with pytest.raises(TableError, match=r"table frequencies/b: column share has 1\.5, which is no share"):
        to_csvs_and_back({"frequencies/a": good, "frequencies/b": bad, "frequencies/c": good})


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("step", "lost", "column step has 'lost', which is none of its values"),
        ("step", "", "column step is empty"),
        ("wave", None, "column wave is empty"),
        ("respondents", None, "column respondents is empty"),
        ("respondents", -1, "column respondents has -1, which is no count"),
        ("respondents", 1.5, "column respondents is no count"),
    ],
)
def test_what_is_not_as_declared_is_not_written(name: str, wrong: object, message: str) -> None:
    row = {"wave": "w", "step": "received", "reason": "", "respondents": 3}
    assert to_csv(pd.DataFrame([row]), FLOW) == "wave,step,reason,respondents\nw,received,,3\n"
    with pytest.raises(TableError, match=f"table flow: {message}"):
        to_csv(pd.DataFrame([row | {name: wrong}]), FLOW)


def test_a_share_and_the_columns_of_a_table_are_checked() -> None:
    table = written(EXHIBIT)
    whole = {column.name: value(column) for column in table.columns}
    named = table_of("blockers", table.names)
    with pytest.raises(TableError, match=r"table blockers: column share has 1\.01, which is no share"):
        to_csv(table.frame([whole | {"share": 1.01}]), named)
    with pytest.raises(TableError, match="table blockers: flag is declared or there alone"):
        to_csv(table.frame([whole]).drop(columns="flag"), named)
    with pytest.raises(TableError, match="table blockers: more is declared or there alone"):
        to_csv(table.frame([whole]).assign(more=1), named)
    with pytest.raises(TableError, match="column flag has 'large', which is none of its values"):
        to_csv(table.frame([whole | {"flag": Flag.LARGE}]), named)


def test_no_exhibit_can_be_called_as_a_table_is() -> None:
    names = {table.name for table in TABLES if "<" not in table.name} - {"codebook"}
    assert len(names) > 12 and names <= set(RESERVED)


def column_lists(source: str, least: int = 10) -> list[int]:
    """The lines where so many columns of one table are listed."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            names = {part.value for part in node.elts if isinstance(part, ast.Constant)}
            if len(names) >= least and any(names <= set(table.names) for table in TABLES):
                lines.append(node.lineno)
    return lines


def test_no_module_lists_the_columns_of_a_table_again() -> None:
    assert column_lists(f"\n_COLUMNS = {EXHIBIT.names}") == [2]
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "pipeline").rglob("*.py")}
    assert len(sources) > 150
    assert {path.name: lines for path, source in sources.items() if (lines := column_lists(source))} == {}


def test_words_are_texts_with_a_meaning() -> None:
    assert Flag.LOW_BASE == "low_base"
    assert f"{Flag.LOW_BASE} {Flag.LOW_BASE!r}" == "low_base 'low_base'"
    assert all(word.meaning for words in (Measure, Flag, Role) for word in words)
    frame = pd.DataFrame({"flag": ["", "low_base"]})
    assert frame["flag"].isin([Flag.LOW_BASE]).to_list() == [False, True]
    assert tuple(Role)[: len(ROLES)] == ROLES
    assert {POOL, KindOfTest.TWO_ITEMS}.isdisjoint(
        word for table in TABLES for column in table.columns for word in column.allowed
    )


def test_what_is_blanked_and_what_is_summed_follows_from_the_types() -> None:
    assert BLANKED == [
        "share", "value", "standard_error", "low", "high", "respondents", "total_mentions",
        "weighted_respondents", "weighted_base", "effective_base", "deff",
    ]  # fmt: skip
    assert WITH_SUMS.names[: len(FREQUENCIES.names)] == FREQUENCIES.names
    assert written(EXHIBITS).names == list(Printed.__annotations__)
