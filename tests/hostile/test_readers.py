"""Two readers of delimited text, one that is fast and one that is careful: the same cells from both."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fuzz import ODD, cells, damaged, damages, examples, in_time, nearly_delimited
from hypothesis import given
from hypothesis import strategies as st
from projects import make_project, run_to

from pipeline.answers.waves import cells_of
from pipeline.exports import delimited, file, regular
from pipeline.exports.cells import ROWS_A_BLOCK, Cells
from pipeline.exports.delimited import UnreadableError
from pipeline.tables import tables

TABLE = [["ID", "a", "b"], *([str(n), "x y", f"é{n}"] for n in range(1, 8))]


def rows_of(path: Path) -> list[tuple[str | None, ...]]:
    return duckdb.execute("select * from read_parquet(?)", [str(path)]).fetchall()


def fast(path: Path, header: int = 1) -> list[tuple[str | None, ...]] | None:
    """The cells as the fast reader has them, who must agree with the careful one; None for none."""
    text = file.look(path).text
    if text is None:
        return None
    width = len(text.first[0])
    columns = range(1, width + 1)
    target = path.with_suffix(".fast.parquet")
    records = regular.copy(text, header, width, columns, target)
    if records is None:
        return None
    careful = path.with_suffix(".careful.parquet")
    with file.connect() as connection:
        names = ", ".join(f"c{column}" for column in columns)
        loaded = delimited.copy(connection, text, header, width, names, careful)
    delimited.hold(text, header, loaded)
    assert records == loaded
    assert rows_of(target) == rows_of(careful)
    # what is counted, and what is read in blocks, is what stands there
    seen = [Counter(row[place] for row in rows_of(careful)) for place in range(width)]
    for of_column in seen:
        del of_column[None]
    there = Cells(target, cells_of(target))
    counts = there.distinct(duckdb.connect(), list(columns))
    assert [Counter(counts[column]) for column in columns] == seen
    blocks = [Counter[str]() for _ in columns]
    for block in there.blocks(columns):
        for place, column in enumerate(columns):
            codes, texts = block.column(column)
            blocks[place].update(texts[code] for code in codes.tolist() if code < len(texts))
    assert blocks == seen
    return rows_of(target)


def written(rows: list[list[str]], quoting: int = csv.QUOTE_MINIMAL, end: str = "\n") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    return stream.getvalue().encode()


REGULAR: dict[str, bytes] = {
    "as it is": written(TABLE),
    "every cell in quotes": written(TABLE, csv.QUOTE_ALL),
    "returns and feeds": written(TABLE, end="\r\n"),
    "no feed at the end": written(TABLE).rstrip(b"\n"),
    "a mark of the encoding": b"\xef\xbb\xbf" + written(TABLE),
    "quotes, delimiters and line breaks in cells": written([*TABLE, ["8", 'a "b", c', "d\ne\r\nf\rg"]]),
    "nothing but quotes in a cell": written([*TABLE, ["8", '""', '"']]),
    "white space around texts": written([*TABLE, *[[" 9 ", "x y\t", "\u00a0"]] * 3], csv.QUOTE_ALL),
    "empty cells in quotes": written([*TABLE, ["", "", ""], ["", "x", ""]], csv.QUOTE_ALL),
    "a line break in a heading": written([["ID", "a\nb", "c"], *TABLE[1:]]),
    "an empty line above": b"\n" + written(TABLE),
    "an Excel line": b"sep=,\n" + written(TABLE),
}
IRREGULAR: dict[str, bytes] = {
    "a quote inside a cell": written(TABLE) + b'8,a"b,c\n',
    "a quote behind a text in quotes": written(TABLE) + b'8,"a"b,c\n',
    "a quote behind white space": written(TABLE) + b'8, "a",c\n',
    "an empty line": written(TABLE) + b"\n" + written(TABLE[1:]),
    "a short record": written(TABLE) + b"8,a\n",
    "a short record and a longer one": written(TABLE) + b"8,a\n9,a,b,c\n",
    "a record with empty cells behind": written(TABLE) + b"8,a,b,,\n",
    "line ends of an old Mac": written(TABLE, end="\r"),
    "line ends of two systems": written(TABLE) + written(TABLE[1:], end="\r\n"),
    "a quote that is left open": written(TABLE) + b'8,"a,b\n',
    "one column": written([row[:1] for row in TABLE]),
    "no record": written(TABLE[:1]),
}


@pytest.mark.parametrize("name", REGULAR)
def test_regular_text_is_read_by_both_alike(name: str, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_bytes(REGULAR[name])
    found = fast(path)
    assert found is not None
    assert ("3", "x y", "é3") in found


@pytest.mark.parametrize("size", [1, 7, 16])
@pytest.mark.parametrize("name", [*REGULAR, *IRREGULAR])
def test_where_a_piece_of_the_file_ends_changes_nothing(
    name: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.csv"
    path.write_bytes((REGULAR | IRREGULAR)[name])
    looked = file.look(path)
    found = fast(path)
    for module in (regular, delimited):
        monkeypatch.setattr(module, "_CHUNK", size)
    assert file.look(path).text == looked.text
    assert fast(path) == found


def test_a_cell_that_goes_on_over_many_pieces_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regular, "_CHUNK", 1_000_000)
    long = "word, \n" * 700_000
    path = tmp_path / "w.csv"
    path.write_bytes(written([*TABLE, ["8", long, "x"], *TABLE[1:]]))
    with in_time():
        found = fast(path)
    assert found is not None and ("8", long.strip(), "x") in found


@pytest.mark.parametrize("name", IRREGULAR)
def test_other_text_is_left_to_the_careful_reader(name: str, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_bytes(IRREGULAR[name])
    assert fast(path) is None


def test_every_odd_text_is_kept_by_both(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    texts = [text for text in ODD if "\0" not in text]
    rows = [[str(n), text, "x"] for n, text in enumerate(texts, 1)]
    path.write_bytes(written([["ID", "a", "b"], *rows], csv.QUOTE_ALL))
    found = fast(path)
    assert found is not None and len(found) == len(texts)


def test_what_the_sample_does_not_show_is_read_alike(tmp_path: Path) -> None:
    # more rows than a block, with new texts, white space and many texts behind those that are looked at first
    rows = [[str(n), "yes" if n % 3 else "no", "x"] for n in range(ROWS_A_BLOCK)]
    rows += [[str(n), f" text {n % 5000} ", "" if n % 2 else " "] for n in range(ROWS_A_BLOCK)]
    path = tmp_path / "w.csv"
    path.write_bytes(written([["ID", "a", "b"], *rows]))
    found = fast(path)
    assert found is not None
    assert found[-1] == (str(ROWS_A_BLOCK - 1), f"text {(ROWS_A_BLOCK - 1) % 5000}", None)


@st.composite
def nearly_regular(draw: st.DrawFn) -> bytes:
    """A table as a good tool writes it, and then perhaps something broken."""
    width = draw(st.integers(2, 4))
    texts = cells.filter(lambda text: "\0" not in text)
    rows = draw(st.lists(st.lists(texts, min_size=width, max_size=width), min_size=1, max_size=6))
    data = written([["ID", *"abc"[: width - 1]], *rows], csv.QUOTE_ALL, draw(st.sampled_from(["\n", "\r\n"])))
    return damaged(data, draw(damages)) if draw(st.booleans()) else data


def test_whatever_bytes_a_text_has_both_read_it_alike(tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()

    @examples(250)
    @given(st.one_of(nearly_regular(), nearly_delimited().map(lambda text: text.data)))
    def one(data: bytes) -> None:
        path = tmp_path / "w.csv"
        path.write_bytes(data)
        try:
            outcomes["careful alone" if fast(path) is None else "both"] += 1
        except UnreadableError:
            outcomes["refused"] += 1

    one()
    assert min(outcomes[outcome] for outcome in ("both", "careful alone", "refused")) >= 20, outcomes


def test_what_is_printed_is_the_same_by_either_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = {}
    read: list[int | None] = []
    copy = regular.copy

    def noted(*how: Any) -> int | None:
        read.append(copy(*how))
        return read[-1]

    for reader, made in (("fast", noted), ("careful", lambda *_: None)):
        monkeypatch.setattr(regular, "copy", made)
        paths = make_project(tmp_path / reader)
        run_to(paths, tables)
        printed[reader] = {
            file.name: file.read_text(encoding="utf-8") for file in sorted(paths.tables.rglob("*.csv"))
        }
    assert any(read) and len(printed["fast"]) > 5
    assert printed["fast"] == printed["careful"]
    assert "Models" in printed["fast"]["uses.csv"]
