"""The first stage: an export becomes text cells in Parquet, with its headings beside it.

Interpreting anything is not for this stage. It checks the hash, removes the columns that the wave file
drops (before anything reaches the disk), and leaves out what does not exist: rows blank throughout,
and columns blank in heading and cells.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import files, survey, wave
from pipeline.columns import find, why_not
from pipeline.errors import Problem, SurveyError
from pipeline.formats import Heading, formats
from pipeline.paths import Paths
from pipeline.wave import Fielding

_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 8  # records read to find the header


@dataclass(frozen=True)
class Export:
    """What `ingest` knows of one export beside its cells."""

    headings: tuple[Heading, ...]
    rows: int
    blank_rows: int
    sha256: tuple[str, ...]


def ingest(paths: Paths) -> list[Path]:
    """Write the cells and headings of every wave; SurveyError with all problems, and nothing written."""
    questionnaire, _ = survey.load(paths)
    fieldings = wave.load(paths, questionnaire)
    problems: list[Problem] = []
    for fielding in fieldings:
        problems += _refusals(paths, fielding)
    if problems:
        raise SurveyError(problems)
    with tempfile.TemporaryDirectory() as folder:
        read = [(fielding, *_read(fielding, Path(folder))) for fielding in fieldings]
        for fielding, export, cells in read:
            files.write(paths.cells(fielding.name), cells.read_bytes(), files.PRIVATE)
            files.write(paths.headings(fielding.name), _to_json(export), files.PRIVATE)
    written = [paths.cells(fielding.name) for fielding in fieldings]
    files.prune(paths.interim, written, "*.parquet")
    files.prune(paths.interim, [paths.headings(f.name) for f in fieldings], "*.headings.json")
    return written


def load_export(paths: Paths, name: str) -> Export:
    """The headings and row counts that `ingest` wrote for a wave."""
    path = paths.headings(name)
    if not path.is_file():
        raise SurveyError(f"wave {name} is not ingested yet; run: survey ingest --survey {paths.survey}")
    data = json.loads(path.read_text())
    headings = tuple(Heading(**heading) for heading in data.pop("headings"))
    return Export(headings, data["rows"], data["blank_rows"], tuple(data["sha256"]))


def _to_json(export: Export) -> str:
    return json.dumps(asdict(export), ensure_ascii=False, indent=1) + "\n"


def _refusals(paths: Paths, fielding: Fielding) -> Iterator[Problem]:
    """Why an export may not be read: it is missing, not the pinned one, or committed by accident."""
    source = fielding.wave.source
    for index, export in enumerate(fielding.exports):
        place = ("source", "file", index)
        if not export.is_file():
            if source.url:
                then = f"; run: survey fetch --survey {paths.survey}"
            elif fielding.wave.synthetic:
                then = f"; run: survey synthesise {fielding.name} --survey {paths.survey}"
            else:
                then = "; put the export there"
            yield fielding.document.problem(f"no file {paths.shown(export)}{then}", *place)
            continue
        if source.sha256:
            seen = hashlib.sha256(export.read_bytes()).hexdigest()
            if seen != source.sha256[index].lower():
                yield fielding.document.problem(
                    f"{paths.shown(export)} has sha256 {seen}, which is not the pinned one: the file "
                    "changed. Fetch the original again, or pin the new hash if the change is meant",
                    *("source", "sha256", index),
                )
        if not (fielding.wave.synthetic or source.licence) and _tracked(export):
            yield fielding.document.problem(
                f"{paths.shown(export)} is tracked by git, so people's answers would be published. Run: "
                f"git rm --cached {paths.shown(export)} — or declare the licence that allows it",
                *place,
            )


def _tracked(export: Path) -> bool:
    try:
        told = subprocess.run(
            ["git", "ls-files", "--error-unmatch", export.name],
            cwd=export.parent,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    return told.returncode == 0


def _read(fielding: Fielding, folder: Path) -> tuple[Export, Path]:
    """One wave's exports as one Parquet file in `folder`."""
    parts: list[tuple[Export, Path]] = []
    for index, path in enumerate(fielding.exports):
        parts.append(_read_one(fielding, path, folder / f"{fielding.name}.{index}.parquet"))
    first = parts[0][0]
    for export, _ in parts[1:]:
        if export.headings != first.headings:
            raise SurveyError(
                [fielding.document.problem("the files do not have the same headings", "source", "file")]
            )
    if len(parts) == 1:
        return parts[0]
    joined = folder / f"{fielding.name}.parquet"
    with duckdb.connect() as connection:
        sources = [str(path) for _, path in parts]
        connection.execute(
            "copy (select row_number() over () as respondent, * exclude (respondent) "
            "from read_parquet($sources, file_row_number = false)) to $target (format parquet)",
            {"sources": sources, "target": str(joined)},
        )
    export = Export(
        first.headings,
        sum(e.rows for e, _ in parts),
        sum(e.blank_rows for e, _ in parts),
        tuple(hash_ for e, _ in parts for hash_ in e.sha256),
    )
    return export, joined


def _read_one(fielding: Fielding, path: Path, target: Path) -> tuple[Export, Path]:
    source = fielding.wave.source
    data = path.read_bytes()
    encoding = _encoding(fielding, path, data)
    with path.open(encoding=encoding, newline="") as stream:
        delimiter = _delimiter(stream.readline())
        stream.seek(0)
        rows = _first_rows(stream, delimiter)
    if not rows:
        raise SurveyError([fielding.document.problem(f"{path.name} is empty", "source", "file")])
    _whole(fielding, path, encoding, delimiter, data)
    layout = formats[source.format]
    header = source.header_rows or layout.header_rows(rows, fielding.wave.respondents.id)
    headings = layout.headings(rows[:header])
    with duckdb.connect() as connection:
        _load(connection, fielding, path, encoding, delimiter, header, len(headings))
        dropped = _dropped(fielding, headings)
        kept = _kept(connection, [h for h in headings if h.column not in dropped])
        rows_read, blank_rows = _write(connection, kept, headings, target)
    export = Export(tuple(kept), rows_read, blank_rows, (hashlib.sha256(data).hexdigest(),))
    return export, target


def _whole(fielding: Fielding, path: Path, encoding: str, delimiter: str, data: bytes) -> None:
    """SurveyError where the file ends inside a quoted cell: DuckDB would drop its last row in silence."""
    if data.count(b'"') % 2 == 0:
        return
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        try:
            for _ in reader:
                pass
        except csv.Error:
            raise SurveyError(
                [
                    fielding.document.problem(
                        f"{path.name} ends inside a quoted cell (line {reader.line_num}): it was cut "
                        "short, or a quote is missing; export again",
                        *("source", "file"),
                    )
                ]
            ) from None


def _encoding(fielding: Fielding, path: Path, data: bytes) -> str:
    """The encoding declared, or UTF-8 (UTF-16 where its mark says so); SurveyError where it does not fit."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = fielding.wave.source.encoding or ("utf-16" if marked else "utf-8-sig")
    try:
        data.decode(encoding)
    except LookupError:
        raise SurveyError(
            [fielding.document.problem(f"no encoding {encoding!r}", "source", "encoding")]
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SurveyError(
            [
                fielding.document.problem(
                    f"line {line} of {path.name} is not {encoding} text (byte 0x{data[error.start]:02x}); "
                    'say encoding = "cp1252" or "mac_roman" under [source]',
                    *("source", "encoding"),
                )
            ]
        ) from None
    return encoding


def _delimiter(line: str) -> str:
    """What parts the cells: the candidate that occurs most in the first line."""
    return max(_DELIMITERS, key=line.count)


def _first_rows(stream: Iterator[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in csv.reader(stream, delimiter=delimiter):
        rows.append(row)
        if len(rows) == _LOOKED_AT:
            break
    return rows


def _load(
    connection: duckdb.DuckDBPyConnection,
    fielding: Fielding,
    path: Path,
    encoding: str,
    delimiter: str,
    header: int,
    width: int,
) -> None:
    """The data rows as a table `cells` with a column c<n> for every column of the export.

    DuckDB reads UTF-8 alone without downloading an extension. Other encodings go through pandas and
    never through a converted copy on the disk, which would hold the columns to be dropped.
    """
    if codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
        frame = pd.read_csv(
            path, sep=delimiter, encoding=encoding, header=None, dtype=str, keep_default_na=False
        )
        frame.columns = pd.Index([f"c{column}" for column in range(1, frame.shape[1] + 1)])
        frame.insert(0, "record", range(len(frame)))
        connection.execute("create table cells as select * from frame where record >= ?", [header])
        return
    try:
        connection.execute(
            "create table cells as select row_number() over () as record, * from read_csv($path, "
            "header = false, auto_detect = false, all_varchar = true, delim = $delimiter, quote = '\"', "
            "escape = '\"', strict_mode = true, null_padding = false, parallel = false, "
            "max_line_size = 16777216, columns = $columns) offset $header",
            {
                "path": str(path),
                "delimiter": delimiter,
                "columns": {f"c{column}": "VARCHAR" for column in range(1, width + 1)},
                "header": header,
            },
        )
    except duckdb.Error as error:
        raise SurveyError([_unreadable(fielding, path, delimiter, width, str(error))]) from None


def _unreadable(fielding: Fielding, path: Path, delimiter: str, width: int, said: str) -> Problem:
    """What is wrong with an export, from DuckDB's error; the row itself is left out, it is somebody's."""
    line = re.search(r"Line: (\d+)", said)
    found = re.search(r"Expected Number of Columns: \d+ Found: (\d+)", said)
    where = f"line {line[1]} of {path.name}" if line else path.name
    what = f"has {found[1]} cells" if found else "cannot be read"
    return fielding.document.problem(
        f"{where} {what}, where the header has {width} parted by {delimiter!r}; a line break or quote inside "
        "a cell may have lost its quotes: export again",
        *("source", "file"),
    )


def _dropped(fielding: Fielding, headings: Sequence[Heading]) -> set[int]:
    dropped: set[int] = set()
    problems: list[Problem] = []
    for index, finder in enumerate(fielding.wave.respondents.drop):
        found = find(finder, headings)
        if not found:
            problems.append(
                fielding.document.problem(
                    f"drop: {finder!r}: {why_not(finder, headings)}", "respondents", "drop", index
                )
            )
        dropped |= {heading.column for heading in found}
    if problems:
        raise SurveyError(problems)
    return dropped


def _kept(connection: duckdb.DuckDBPyConnection, headings: list[Heading]) -> list[Heading]:
    """The columns that exist: those with a heading, or with anything in their cells."""
    unnamed = [h for h in headings if h.blank]
    if not unnamed:
        return headings
    counts = ", ".join(f"count(nullif(trim(c{h.column}), ''))" for h in unnamed)
    filled = connection.execute(f"select {counts} from cells").fetchone() or ()
    empty = {h.column for h, count in zip(unnamed, filled, strict=True) if not count}
    return [h for h in headings if h.column not in empty]


def _write(
    connection: duckdb.DuckDBPyConnection, kept: list[Heading], every: list[Heading], target: Path
) -> tuple[int, int]:
    """Write the rows that are not blank throughout; how many there are, and how many were blank."""
    filled = " or ".join(f"trim(c{heading.column}) <> ''" for heading in every)
    cells = ", ".join(f"nullif(trim(c{h.column}), '') as c{h.column}" for h in kept)
    connection.execute(
        f"copy (select row_number() over () as respondent, {cells} from (select * from cells "
        f"where {filled} order by record)) to $target (format parquet)",
        {"target": str(target)},
    )
    received, there = connection.execute(
        f"select count(*), count(*) filter ({filled}) from cells"
    ).fetchone() or (0, 0)
    return int(there), int(received - there)
