"""SPSS files as rows of text, read by pyreadstat: a header of code, question and label above the cells."""

from __future__ import annotations

import errno
import itertools
import os
import pickle
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.exports.delimited import UnreadableError
from pipeline.project import files
from pipeline.text.folding import fold

SUFFIXES = (".sav", ".zsav")
HEADER_ROWS = 3
MISSING = "missing "  # before a value, or its label, that the file declares missing
_PART = re.compile(r"(?P<stem>.+?)_(?P<part>\d+)\Z")
_OWN_TEXT = re.compile(r"(?P<stem>.+?)_(?:\d+_)?(?:other|text|oth|specify)\Z", re.IGNORECASE)
_BRACKETS = re.compile(r"\[(?P<label>.*?)\]\s*(?P<text>.*)\Z", re.DOTALL)
# where the question ends that several labels begin with: at a dash, a colon or the end of a sentence
_PARTED = re.compile(r".*(?: [-–—] |[:?.!…] |\n)", re.DOTALL)


def rows(path: Path) -> list[list[str]]:
    """The header and the cases of an SPSS file as text.

    A value with a label is written as the label. One that the file declares missing is written `missing 99`,
    or `missing Refused` where it has a label, so that it cannot pass for a number; system-missing is blank.
    What a multiple response set does not count is blank.
    """
    frame, meta = _read(path)
    names = [str(name) for name in meta.column_names]
    sets = getattr(meta, "mr_sets", None) or {}
    header = _header(names, {n: str(meta.column_names_to_labels.get(n) or "") for n in names}, sets)
    counted = {
        str(variable): float(of["counted_value"])
        for of in sets.values()
        if of.get("is_dichotomy") and of.get("counted_value") is not None
        for variable in of["variable_list"]
    }
    columns = [
        _column(
            frame[name].tolist(),
            meta.variable_value_labels.get(name, {}),
            list[Any](meta.missing_ranges.get(name, [])),
            counted.get(name),
        )
        for name in names
    ]
    return [*header, *(list(row) for row in zip(*columns, strict=True))]


def variables(path: Path) -> list[str]:
    """The names of the variables of an SPSS file, in order."""
    _, meta = _read(path)
    return [str(name) for name in meta.column_names]


def write(path: Path, frame: pd.DataFrame, **options: Any) -> None:
    """Write an SPSS file, as pyreadstat does with what is `said`; OSError where the disk is full.

    Its writer may leave an end out without a word, so what was written is read again.
    """
    import pyreadstat

    try:
        pyreadstat.write_sav(frame, path, **options)
        if pyreadstat.read_sav(path)[0].shape == frame.shape:
            return
        error: Exception = OSError(errno.EIO, os.strerror(errno.EIO), str(path))
    except pyreadstat.ReadstatError as told:
        error = told
    # it does not say why; the system does, where there is no room
    files.require_room(path)
    raise error


# one wrong byte can be a segmentation fault of pyreadstat, so it reads in a process of its own
_READER = """
import pickle, sys, pyreadstat
try:
    found = pyreadstat.read_sav(sys.argv[1], user_missing=True)
except Exception as error:
    found = str(error)
pickle.dump(found, sys.stdout.buffer)
"""


def _read(path: Path) -> tuple[Any, Any]:
    """The cases and the dictionary of an SPSS file; UnreadableError, also where its reader dies of it."""
    done = subprocess.run([sys.executable, "-c", _READER, str(path)], capture_output=True, check=False)
    read = "it is damaged; export again"
    if not done.returncode:
        read = pickle.loads(done.stdout)  # noqa: S301 - from our own process
    if isinstance(read, str):
        raise UnreadableError(f"{path.name} cannot be read as an SPSS file: {read}")
    frame, meta = read
    return frame, meta


def _column(
    values: Sequence[Any],
    labels: Mapping[Any, str],
    missing: Sequence[Mapping[str, Any]],
    counted: float | None,
) -> list[str]:
    texts = {value: str(label).strip() for value, label in labels.items()}
    alike = Counter(fold(text) for text in texts.values())
    # a label that is empty, or that two values share, tells nothing: the value stands beside it
    labels = {
        value: text if text and alike[fold(text)] == 1 else f"{text} [{_text(value)}]".strip()
        for value, text in texts.items()
    }
    cells = []
    for value in values:
        if value is None or value != value or value == "" or (counted is not None and value != counted):
            cells.append("")
        else:
            printed = labels[value] if value in labels else _text(value)
            cells.append(f"{MISSING}{printed}" if any(_within(value, part) for part in missing) else printed)
    return cells


def _within(value: Any, part: Mapping[str, Any]) -> bool:
    low, high = part["lo"], part["hi"]
    return isinstance(value, type(low)) and bool(low <= value <= high)


def _text(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _header(names: list[str], labels: Mapping[str, str], sets: Mapping[str, Any]) -> list[list[str]]:
    """Code, question and label of each variable: by its multiple response set, or by the end of its name.

    `q5_1`, `q5_2` belong to `q5`; `q5_other` is the text beside it.
    """
    stems: dict[str, list[str]] = {}
    for name in names:
        if match := _PART.match(name):
            stems.setdefault(match["stem"], []).append(name)
    headings = {name: (name, labels[name], "") for name in names}
    for stem, members in stems.items():
        if len(members) > 1 or stem in names:
            for name, (text, label) in zip(members, _split([labels[m] for m in members]), strict=True):
                headings[name] = (stem, text, label or name)
    for name, of in sets.items():
        members = [str(variable) for variable in of["variable_list"] if str(variable) in labels]
        for member, (_, label) in zip(members, _split([labels[m] for m in members]), strict=True):
            headings[member] = (name.lstrip("$"), str(of.get("label") or ""), label or member)
    known = {code: text for code, text, _ in headings.values()}
    for name in names:
        beside = _OWN_TEXT.match(name)
        if beside and beside["stem"] in known:
            headings[name] = (beside["stem"], known[beside["stem"]], "Other")
    return [[headings[name][part] for name in names] for part in range(HEADER_ROWS)]


def _split(labels: list[str]) -> list[tuple[str, str]]:
    """The question that labels of one group share, and what is left of each."""
    bracketed = [_BRACKETS.match(label) for label in labels]
    if labels and all(bracketed):
        return [(match["text"], match["label"]) for match in bracketed if match]
    start = _PARTED.match(_beginning(labels))
    if start is None:
        return [("", label) for label in labels]
    text = re.sub(r"(?: [-–—]|:)\s*\Z", "", start[0]).strip()
    return [(text, label[start.end() :].strip()) for label in labels]


def _beginning(labels: Sequence[str]) -> str:
    """What all labels begin with."""
    alike = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*labels, strict=False))
    return "".join(letters[0] for letters in alike)
