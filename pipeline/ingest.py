"""The first stage: an export becomes text cells in Parquet, with its headings beside it.

Interpreting anything is not for this stage. It checks the hash, removes the columns that the wave file
drops (before anything reaches the disk), and leaves out what does not exist: rows blank throughout,
and columns blank in heading and cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import duckdb

from pipeline.declarations import git, survey, wave_files
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.exports import delimited, file, regular
from pipeline.exports.finders import Columns, why_not
from pipeline.exports.ingested import Export, export_json
from pipeline.exports.tools import Heading, formats
from pipeline.project import files
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.sql import literal


def ingest(paths: Paths, only: Sequence[str] = (), engine: str = "") -> list[Path]:
    """Write the cells and headings of every wave, or of some; SurveyError with all problems, none written.

    `engine` is the address of a Spark that reads the exports, and writes their cells in parts.
    """
    questionnaire, _ = survey.load(paths)
    fieldings = [f for f in wave_files.load(paths, questionnaire) if not only or f.name in only]
    if engine:
        written = [paths.parts(fielding.name) for fielding in fieldings]
        _take_in_on_spark(paths, fieldings, engine)
    else:
        written = [paths.cells(fielding.name) for fielding in fieldings]
        take_in(paths, questionnaire, fieldings)
    # of what one has written the other would not know that it is old
    files.prune(paths.interim, written, "*.parquet")
    files.prune_folders(paths.interim, written, "*.cells")
    files.prune(paths.interim, [paths.headings(f.name) for f in fieldings], "*.headings.json")
    return written


def take_in(paths: Paths, questionnaire: Survey, fieldings: Sequence[Fielding]) -> None:
    """Write the cells and headings of these waves; SurveyError with all problems, none written."""
    _refuse(paths, fieldings)
    problems: list[Problem] = []
    with files.scratch(paths.interim) as folder, files.together() as put:
        for fielding in fieldings:
            try:
                export, cells = _read(questionnaire, fielding, folder)
            except SurveyError as error:
                problems += error.problems
                continue
            put(paths.cells(fielding.name), cells, files.PRIVATE)
            put(paths.headings(fielding.name), export_json(export), files.PRIVATE)
        if problems:
            raise SurveyError(problems)


def _take_in_on_spark(paths: Paths, fieldings: Sequence[Fielding], engine: str) -> None:
    """As `take_in`, by a Spark; SurveyError also where it would read an export otherwise."""
    from pipeline.spark.cells import Part, write
    from pipeline.spark.session import session

    _refuse(paths, fieldings)
    problems: list[Problem] = []
    there = session(engine)
    with ExitStack() as whole, files.together() as put:
        for fielding in fieldings:
            place = whole.enter_context(files.folder_aside(paths.parts(fielding.name), files.PRIVATE))
            try:
                heads = [(path, *with_headings(fielding, path)) for path in fielding.exports]
                _alike(fielding, [(path.name, headings) for path, *_, headings in heads])
                parts, (*_, headings) = [Part(*head[:3]) for head in heads], heads[0]
                export = write(there, parts, headings, _dropped(fielding, headings), place)
            except delimited.UnreadableError as error:
                problems.append(fielding.document.problem(str(error), "source", error.key))
                continue
            except SurveyError as error:
                if not error.problems:
                    raise
                problems += error.problems
                continue
            put(paths.headings(fielding.name), export_json(export), files.PRIVATE)
        if problems:
            raise SurveyError(problems)


def _refuse(paths: Paths, fieldings: Sequence[Fielding]) -> None:
    """SurveyError with all that keeps exports from being read; git ignores them then."""
    problems = [problem for fielding in fieldings for problem in _refusals(paths, fielding)]
    problems += git.refusals(paths, fieldings)
    if problems:
        raise SurveyError(problems)
    git.ignore(paths, fieldings)


def _refusals(paths: Paths, fielding: Fielding) -> Iterator[Problem]:
    """Why an export may not be read: it is missing, or not the pinned one."""
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
            seen = files.sha256(export)
            if seen != source.sha256[index].lower():
                yield fielding.document.problem(
                    f"{paths.shown(export)} has sha256 {seen}, which is not the pinned one: the file "
                    "changed. Fetch the original again, or pin the new hash if the change is meant",
                    *("source", "sha256", index),
                )


def _read(questionnaire: Survey, fielding: Fielding, folder: Path) -> tuple[Export, Path]:
    """One wave's exports as one Parquet file in `folder`."""
    parts = [
        (path.name, *read_part(questionnaire, fielding, path, folder / f"{fielding.name}.{index}.parquet"))
        for index, path in enumerate(fielding.exports)
    ]
    return joined(questionnaire, fielding, parts, folder)


def joined(
    questionnaire: Survey, fielding: Fielding, parts: Sequence[tuple[str, Export, Path]], folder: Path
) -> tuple[Export, Path]:
    """The parts of a wave's export, each with its name, as one Parquet file in `folder`.

    SurveyError where their headings differ.
    """
    export = joined_exports(fielding, [(name, export) for name, export, _ in parts])
    if len(parts) == 1:
        return export, parts[0][2]
    target = folder / f"{fielding.name}.parquet"
    with duckdb.connect() as connection, limited(connection, questionnaire.memory_limit, None):
        sources = [str(path) for _, _, path in parts]
        connection.execute(
            "copy (select * from read_parquet($sources)) to $target (format parquet)",
            {"sources": sources, "target": str(target)},
        )
    return export, target


def joined_exports(fielding: Fielding, parts: Sequence[tuple[str, Export]]) -> Export:
    """What is known of an export from what is known of its parts, each with its name.

    SurveyError where a part has other headings than the first.
    """
    _alike(fielding, [(name, export.headings) for name, export in parts])
    exports = [export for _, export in parts]
    return Export(
        exports[0].headings,
        sum(export.rows for export in exports),
        sum(export.blank_rows for export in exports),
        sum(export.repeated_headers for export in exports),
        tuple(hash_ for export in exports for hash_ in export.sha256),
    )


def _alike(fielding: Fielding, parts: Sequence[tuple[str, Sequence[Heading]]]) -> None:
    """SurveyError where a part has other headings than the first; each has a name."""
    (first_name, first), *_ = parts
    for index, (name, headings) in enumerate(parts):
        if list(headings) != list(first):
            ours, theirs = (dict.fromkeys(map(str, of)) for of in (headings, first))
            apart = [heading for heading in (*ours, *theirs) if (heading in ours) != (heading in theirs)]
            message = f"{name} has other headings than {first_name}: {', '.join(apart[:3])}"
            raise SurveyError([fielding.document.problem(message, "source", "file", index)])


def with_headings(fielding: Fielding, path: Path) -> tuple[file.Table, int, list[Heading]]:
    """An export of a wave as it is read, the number of its heading rows, and what they say of each column.

    UnreadableError where it cannot be read as it is declared.
    """
    source = fielding.wave.source
    layout = formats[source.format]
    table = file.look(path, source.encoding, source.sheet, source.first_row, source.delimiter or "")
    header = source.header_rows or layout.header_rows(table.first, fielding.wave.respondents.id)
    if not header:
        raise delimited.UnreadableError(
            f"{path.name}: the rows of the header cannot be told; name the column of respondents' "
            "ids with id under [respondents], or say header_rows under [source]"
        )
    return table, header, layout.headings(table.first[:header])


def read_part(questionnaire: Survey, fielding: Fielding, path: Path, target: Path) -> tuple[Export, Path]:
    """The cells of one file of a wave's export, written to `target`; SurveyError where it cannot be read."""
    with file.connect() as connection, limited(connection, questionnaire.memory_limit, None):
        try:
            table, header, headings = with_headings(fielding, path)
            dropped = _dropped(fielding, headings)
            kept, received, rows, again = _write(connection, table, header, headings, dropped, target)
            if not received:
                raise delimited.UnreadableError(f"{path.name} holds no response below its header")
        except delimited.UnreadableError as error:
            raise SurveyError([fielding.document.problem(str(error), "source", error.key)]) from None
    blank = received - rows - again
    return Export(tuple(kept), rows, blank, again, (files.sha256(path),)), target


def _dropped(fielding: Fielding, headings: Sequence[Heading]) -> set[int]:
    dropped: set[int] = set()
    problems: list[Problem] = []
    columns = Columns(headings)
    for index, finder in enumerate(fielding.wave.respondents.drop):
        matching = columns.find(finder)
        if not matching:
            problems.append(
                fielding.document.problem(
                    f"drop: {finder!r}: {why_not(finder, headings)}", "respondents", "drop", index
                )
            )
        dropped |= {heading.column for heading in matching}
    if problems:
        raise SurveyError(problems)
    return dropped


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: file.Table,
    header: int,
    headings: Sequence[Heading],
    dropped: set[int],
    target: Path,
) -> tuple[list[Heading], int, int, int]:
    """Write the cells of the columns that exist, and of the rows that may be responses.

    A column exists that has a heading, or anything in its cells. A row is no response that is blank
    throughout or the header again. The columns come back, how many rows there are, how many are written, and
    how many are the header. All that can be told only when all is read; where something is to be left out,
    which is rare, it is read again.
    """
    text, width = table.text, len(headings)
    if text is None:
        table.load(connection, header, width)

    def write(kept: Sequence[Heading], where: str = "true") -> int:
        if text is not None and where == "true":
            records = regular.copy(text, header, width, [heading.column for heading in kept], target)
            if records is not None:
                return records
        columns = ", ".join(f"c{heading.column}" for heading in kept)
        if text is not None:
            return delimited.copy(connection, text, header, width, columns, target, where)
        rows = f"select {columns} from (select * from cells order by record) where {where}"
        done = connection.execute(f"copy ({rows}) to {literal(str(target))} (format parquet)").fetchone()
        return int(done[0]) if done else 0

    kept = [heading for heading in headings if heading.column not in dropped]
    if not kept:
        raise delimited.UnreadableError("every column is dropped", "format")
    received = write(kept)
    if text is not None:
        delimited.hold(text, header, received)
    unnamed = [heading for heading in kept if heading.blank]
    is_header = delimited.is_header(table.first[:header], [heading.column for heading in kept])
    counts = [f"count(*) filter ({_any(kept)})", f"count(*) filter ({is_header})"]
    counts += [f"count(c{heading.column})" for heading in unnamed]
    (filled_rows, again, *filled) = connection.execute(
        f"select {', '.join(counts)} from read_parquet({literal(str(target))})"
    ).fetchone() or (0, 0)
    empty = {heading.column for heading, count in zip(unnamed, filled, strict=True) if not count}
    rows = int(filled_rows)
    if received and (rows < received or again or empty):
        kept = [heading for heading in kept if heading.column not in empty]
        whole = delimited.is_header(table.first[:header], [heading.column for heading in headings])
        answered = write(kept, _any(headings))
        rows = write(kept, f"({_any(headings)}) and not ({whole})") if again else answered
        return kept, received, rows, answered - rows
    return kept, received, rows, 0


def _any(headings: Sequence[Heading]) -> str:
    return " or ".join(f"c{heading.column} is not null" for heading in headings)
