"""How each layout is written, where the other modules here say how it is read: for synthetic exports."""

from __future__ import annotations

import csv
import datetime
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.exports import spss
from pipeline.text.values import as_number

_MOST_LABELS = 60  # texts of a variable that an SPSS file holds as value labels
Values = npt.NDArray[Any]
Column = tuple[str, str, list[str]]
"""The question (empty on the further columns of its group), the column's label, its cells."""


@dataclass(frozen=True)
class Answered:
    """One question's answers, one row a respondent, with every raw text that is written of them.

    `values` by kind: single, one column, the code of the option; grid, the code of each item's option;
    multiple, 1 for each option ticked; rank, the place of each item, 0 for none; allocation, points of
    each item; number, one column; text, one column, the code of one of `texts`. Blank is -1 where 0
    does not say so, and NaN for a number. `write_ins` are the codes of options that hold a text.
    """

    code: str
    kind: str
    heading: str
    options: list[str]
    write_ins: list[int]
    items: list[str]
    values: Values
    texts: list[str]
    numbers: Sequence[int]
    separator: str

    def text(self, row: int, which: int | None = None) -> str:
        """An invented text that nobody else has: readers take one met often for a lost option."""
        number = self.numbers[row]
        chosen = number % len(self.texts) if which is None else which
        return f"{self.texts[chosen]} canary-text-{number:06d}"


@dataclass(frozen=True)
class Layout:
    """What writing an export takes: its header from its columns, and a question's columns."""

    encoding: str
    header_rows: int
    id: str
    numbered: Callable[[int], str]
    header: Callable[[Sequence[Column]], list[list[str]]]
    columns: Callable[[Answered], list[Column]]


def _surveymonkey(answered: Answered) -> list[Column]:
    """A column an option or item, write-ins beside a single choice; the question on the first only."""
    kind, values = answered.kind, answered.values
    found: list[tuple[str, list[str]]] = []
    if kind == "single":
        said = ["" if c in answered.write_ins else label for c, label in enumerate(answered.options)]
        found.append(("Response", _looked_up(said, values[:, 0])))
        for code in answered.write_ins:
            found.append((answered.options[code], _written(answered, values[:, 0] == code)))
    elif kind == "multiple":
        for code, label in enumerate(answered.options):
            ticked = values[:, code] > 0
            own = code in answered.write_ins
            cells = _written(answered, ticked) if own else _looked_up([label], ticked.astype(int) - 1)
            found.append((label, cells))
    elif kind in ("number", "date", "text"):
        found.append(("Open-Ended Response", _open_ended(answered)))
    else:
        found = _by_item(answered)
    return [("" if i else answered.heading, label, cells) for i, (label, cells) in enumerate(found)]


def _flat(answered: Answered) -> list[Column]:
    """One column a question, several answers joined; for grids and allocations one column an item."""
    if answered.kind in ("grid", "allocation"):
        return [(answered.heading, item, cells) for item, cells in _by_item(answered)]
    if answered.kind == "single":
        cells = _looked_up(answered.options, answered.values[:, 0])
        for row in np.flatnonzero(np.isin(answered.values[:, 0], answered.write_ins)).tolist():
            cells[row] = answered.text(row)
    elif answered.kind == "multiple":
        cells = _ticked(answered)
    elif answered.kind == "rank":
        cells = _ranked(answered)
    else:
        cells = _open_ended(answered)
    return [(answered.heading, "", cells)]


def _limesurvey(answered: Answered) -> list[Column]:
    """Coded headings, Yes and No in the boxes of a multiple choice, the items of a ranking by place."""
    kind, values, code, text = answered.kind, answered.values, answered.code, answered.heading
    if kind in ("number", "date", "text"):
        return [(f"{code}. {text}", "", _open_ended(answered))]
    found: list[tuple[str, str, list[str]]] = []
    if kind == "single":
        found.append(("", "", _looked_up(answered.options, values[:, 0])))
    elif kind == "multiple":
        shown = (values > 0).any(axis=1)
        for number, label in enumerate(answered.options):
            if number not in answered.write_ins:
                cells = np.where(shown, np.where(values[:, number] > 0, "Yes", "No"), "").tolist()
                found.append((f"[SQ{number + 1:03d}]", label, cells))
    elif kind == "rank":
        for place in range(1, int(values.max(initial=0)) + 1):
            chosen = np.where((values == place).any(axis=1), (values == place).argmax(axis=1), -1)
            found.append((f"[{place}]", f"Rank {place}", _looked_up(answered.items, chosen)))
    else:
        parts = enumerate(_by_item(answered), 1)
        found += [(f"[SQ{number:03d}]", item, cells) for number, (item, cells) in parts]
    for number in answered.write_ins:
        ticked = values[:, number] > 0 if kind == "multiple" else values[:, 0] == number
        found.append(("[other]", answered.options[number], _written(answered, ticked)))
    return [
        (f"{code}{sub}. {text}" + (f" [{label}]" if label else ""), "", cells) for sub, label, cells in found
    ]


def _qualtrics(answered: Answered) -> list[Column]:
    """A code over the wording; the text of an Other in a column beside its box."""
    kind, values, code, text = answered.kind, answered.values, answered.code, answered.heading
    if kind in ("number", "date", "text"):
        return [(code, text, _open_ended(answered))]
    if kind == "single":
        selected = " - Selected Choice" if answered.write_ins else ""
        found = [(code, f"{text}{selected}", _looked_up(answered.options, values[:, 0]))]
    elif kind == "multiple":
        found = [
            (f"{code}_{n + 1}", f"{text} - {label}", _looked_up([label], (values[:, n] > 0).astype(int) - 1))
            for n, label in enumerate(answered.options)
        ]
    else:
        parts = enumerate(_by_item(answered), 1)
        found = [(f"{code}_{number}", f"{text} - {item}", cells) for number, (item, cells) in parts]
    for n in answered.write_ins:
        ticked = values[:, n] > 0 if kind == "multiple" else values[:, 0] == n
        beside = f"{text} - {answered.options[n]} - Text"
        found.append((f"{code}_{n + 1}_TEXT", beside, _written(answered, ticked)))
    return found


def _typeform(answered: Answered) -> list[Column]:
    """A box an option under its bare text, the items of a grid under theirs; otherwise one column."""
    kind, values = answered.kind, answered.values
    if kind == "multiple":
        return [
            ("", label, _written(answered, values[:, n] > 0) if n in answered.write_ins
             else _looked_up([label], (values[:, n] > 0).astype(int) - 1))
            for n, label in enumerate(answered.options)
        ]  # fmt: skip
    if kind in ("grid", "allocation"):
        return [("", item, cells) for item, cells in _by_item(answered)]
    return _flat(answered)


def _kobotoolbox(answered: Answered) -> list[Column]:
    """Paths: a multiple choice joined and split, a ranking by place, an Other's text beside its question."""
    kind, values, text = answered.kind, answered.values, answered.heading
    if kind in ("number", "date", "text"):
        return [(text, "", _open_ended(answered))]
    if kind == "single":
        found = [(text, "", _looked_up(answered.options, values[:, 0]))]
    elif kind == "multiple":
        rows = values.tolist()
        found = [(text, "", [" ".join(itertools.compress(answered.options, row)) for row in rows])]
        asked = (values > 0).any(axis=1)
        for number, label in enumerate(answered.options):
            boxes = np.where(asked, np.where(values[:, number] > 0, "1", "0"), "").tolist()
            found.append((f"{text}/{label}", "", boxes))
    elif kind == "rank":
        found = []
        for place in range(1, int(values.max(initial=0)) + 1):
            chosen = np.where((values == place).any(axis=1), (values == place).argmax(axis=1), -1)
            found.append((f"{text}/{place}. choice", "", _looked_up(answered.items, chosen)))
    else:
        found = [(f"{text}/{item}", "", cells) for item, cells in _by_item(answered)]
    for number in answered.write_ins:
        ticked = values[:, number] > 0 if kind == "multiple" else values[:, 0] == number
        found.append((f"{text}_other", "", _written(answered, ticked)))
    return found


def _spss(answered: Answered) -> list[Column]:
    """Variables `code_n`, labelled with the question and the option or item; texts become value labels."""
    kind, values, code, text = answered.kind, answered.values, answered.code, answered.heading
    if kind in ("number", "date", "text"):
        return [(code, text, _open_ended(answered))]
    if kind == "single":
        found = [(code, text, _looked_up(answered.options, values[:, 0]))]
    elif kind == "multiple":
        asked = (values > 0).any(axis=1)
        found = [
            (f"{code}_{n + 1}", f"{text} - {label}",
             np.where(asked, np.where(values[:, n] > 0, label, "Not selected"), "").tolist())
            for n, label in enumerate(answered.options) if n not in answered.write_ins
        ]  # fmt: skip
    else:
        parts = enumerate(_by_item(answered), 1)
        found = [(f"{code}_{number}", f"{text} - {item}", cells) for number, (item, cells) in parts]
    for n in answered.write_ins:
        ticked = values[:, n] > 0 if kind == "multiple" else values[:, 0] == n
        found.append((f"{code}_other", f"{text} - {answered.options[n]}", _written(answered, ticked)))
    return found


def _looked_up(labels: Sequence[str], codes: Values) -> list[str]:
    """The label of each code; -1, not answered, is the blank at the end."""
    found: list[str] = np.array([*labels, ""], dtype=object)[codes].tolist()
    return found


def _written(answered: Answered, ticked: Values) -> list[str]:
    """The respondent's own text where ticked."""
    cells = [""] * len(ticked)
    for row in np.flatnonzero(ticked).tolist():
        cells[row] = answered.text(row)
    return cells


def _open_ended(answered: Answered) -> list[str]:
    """The cells of a number or of a text."""
    given = answered.values[:, 0]
    if answered.kind == "date":
        days = [0 if v != v else int(v) for v in given.tolist()]
        return [datetime.date.fromordinal(day).isoformat() if day else "" for day in days]
    if answered.kind == "number":
        blank = np.isnan(given).tolist()
        return ["" if no else f"{v:.12g}" for v, no in zip(given.tolist(), blank, strict=True)]
    return ["" if which < 0 else answered.text(row, which) for row, which in enumerate(given.tolist())]


def _by_item(answered: Answered) -> list[tuple[str, list[str]]]:
    """A label and cells for each item: its level in a grid, its place in a ranking, its points."""
    if answered.kind == "grid":
        columns = [_looked_up(answered.options, codes) for codes in answered.values.T]
    else:
        blank = 0 if answered.kind == "rank" else -1
        columns = [["" if v == blank else str(v) for v in c.tolist()] for c in answered.values.T]
    return list(zip(answered.items, columns, strict=True))


def _ticked(answered: Answered) -> list[str]:
    """The labels of the ticked options in one cell, a write-in as its text."""
    rows = answered.values.tolist()
    cells = [answered.separator.join(itertools.compress(answered.options, row)) for row in rows]
    for row in np.flatnonzero((answered.values[:, answered.write_ins] > 0).any(axis=1)).tolist():
        text = answered.text(row)
        own = [text if code in answered.write_ins else label for code, label in enumerate(answered.options)]
        cells[row] = answered.separator.join(itertools.compress(own, rows[row]))
    return cells


def _ranked(answered: Answered) -> list[str]:
    """The items in their order in one cell."""
    rows = (sorted(zip(places, answered.items, strict=True)) for places in answered.values.tolist())
    return [answered.separator.join(item for place, item in row if place) for row in rows]


def _bare(columns: Sequence[Column]) -> list[list[str]]:
    return [[label or text for text, label, _ in columns]]


def _names_and_labels(columns: Sequence[Column]) -> list[list[str]]:
    return [[code for code, _, _ in columns], [text or code for code, text, _ in columns]]


def _two_rows(columns: Sequence[Column]) -> list[list[str]]:
    return [[text for text, _, _ in columns], [label for _, label, _ in columns]]


def _one_row(columns: Sequence[Column]) -> list[list[str]]:
    return [[f"{text} [{label}]" if label else text for text, label, _ in columns]]


def _three_rows(columns: Sequence[Column]) -> list[list[str]]:
    codes = [code for code, _, _ in columns]
    wording = [text or code for code, text, _ in columns]
    return [codes, wording, [f'{{"ImportId":"QID_{code}"}}' for code in codes]]


def _long_id(number: int) -> str:
    return str(118_000_000_000 + number)


def _short_id(number: int) -> str:
    return f"response-{number:06d}"


layouts: dict[str, Layout] = {
    "surveymonkey": Layout("utf-8-sig", 2, "Respondent ID", _long_id, _two_rows, _surveymonkey),
    "qualtrics": Layout("utf-8-sig", 3, "ResponseId", _short_id, _three_rows, _qualtrics),
    "limesurvey": Layout("utf-8", 1, "id", str, _one_row, _limesurvey),
    "googleforms": Layout("utf-8", 1, "", _short_id, _one_row, _flat),
    "typeform": Layout("utf-8", 1, "#", _short_id, _bare, _typeform),
    "kobotoolbox": Layout("utf-8", 1, "_id", _long_id, _bare, _kobotoolbox),
    "spss": Layout("utf-8", 2, "respondent", _short_id, _names_and_labels, _spss),
    "flat": Layout("utf-8", 1, "Response ID", _short_id, _one_row, _flat),
}


def save(path: Path, suffix: str, encoding: str, rows: Iterable[Sequence[str]]) -> None:
    """Write the rows of an export as the file that `suffix` names: text, a spreadsheet, SPSS or Parquet."""
    writers = {".xlsx": _save_xlsx, ".sav": _save_sav, ".zsav": _save_sav, ".parquet": _save_parquet}
    if suffix.lower() in writers:
        writers[suffix.lower()](path, [list(row) for row in rows])
        return
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _save_xlsx(path: Path, rows: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)


def _save_parquet(path: Path, rows: list[list[str]]) -> None:
    """The first row names the columns; a name that is there already gets a number."""
    import duckdb

    frame = pd.DataFrame(rows[1:], columns=_unlike(rows[0]), dtype="str").replace("", None)
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute("copy frame to $path (format parquet)", {"path": str(path)})


def _unlike(names: Sequence[str]) -> list[str]:
    taken: dict[str, int] = {}
    found = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        found.append(name if taken[name] == 1 else f"{name}_{taken[name]}")
    return found


def _save_sav(path: Path, rows: list[list[str]]) -> None:
    """Names and labels of variables, then cells: numbers as numbers, texts met often as value labels."""
    names, labels, *cells = rows
    frame = pd.DataFrame(cells, columns=names, dtype="str")
    values: dict[str, dict[Any, str]] = {}
    for name in names:
        texts = sorted({text for text in frame[name] if text})
        numbers = [as_number(text) for text in texts]
        if texts and all(number is not None for number in numbers):
            frame[name] = pd.to_numeric(frame[name].replace("", None))
        elif 2 * len(texts) <= len(frame) and len(texts) < _MOST_LABELS:
            codes = {text: float(code) for code, text in enumerate(texts, 1)}
            values[name] = {code: text for text, code in codes.items()}
            frame[name] = frame[name].map(codes).astype(float)
    spss.write(path, frame, column_labels=list[str | None](labels), variable_value_labels=values)
