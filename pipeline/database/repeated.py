"""Responses that repeat another of their wave: with its id, or without ids the same cells."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.database.declared_tables import DROPPED_REPEATS
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.quality_rules.duplicate_answers import FEWEST
from pipeline.project.errors import Problem
from pipeline.project.sql import Engine, query, temporary_views


def find_repeated(connection: Engine, wave: MappedWave) -> Iterator[Problem]:
    """Find the responses of a wave whose cells are open that repeat others; a line on them, where there are.

    Who has the same id is the same; without an id, whose cells all say the same, where there are enough of
    them, or the time of the response among them, to be no chance.
    """
    columns = ", ".join(f"c{heading.column}" for heading in wave.export.headings)
    id_ = "null" if wave.meaning.id is None else f"c{wave.meaning.id}"
    # with ids for all, no other cell need be read
    keys = (
        f"select respondent, {id_}::varchar as id, "
        f"case when {id_} is null then hash({columns})::varchar end as cells, "
        f"case when {id_} is null then list_aggregate([{columns}], 'count') end as filled from cells"
    )
    respondents, duplicates = wave.fielding.wave.respondents, wave.fielding.wave.duplicates
    fewest = 1 if respondents.started or respondents.submitted else FEWEST
    with temporary_views(connection, response_keys=keys):
        query(connection, "database/repeated", wave=wave.number, fewest=fewest)
    ((count,),) = query(connection, "database/count_repeated", wave=wave.number).fetchall()
    query(connection, "database/note_repeated", wave=wave.number, repeated=count)
    if which := DROPPED_REPEATS.get(duplicates):
        connection.execute(
            "insert into all_screens select wave, respondent, 0 from all_repeated "
            f"where wave = {wave.number} and {which}"
        )
    if count and duplicates != "rule":
        yield _notice(wave, count)


def _notice(wave: MappedWave, count: int) -> Problem:
    """How many responses repeat another, and what is done with them."""
    duplicates, has_id = wave.fielding.wave.duplicates, wave.meaning.id is not None
    what = "have the id of an earlier one" if has_id else "say the same as an earlier one"
    then = "all are counted" if duplicates in ("", "keep_all") else f"one of each is counted ({duplicates})"
    if not duplicates:
        then += '; say duplicates = "keep_first", "keep_last" or "keep_all" under [respondents]'
    return wave.fielding.document.problem(
        f"{count} of {wave.export.rows} responses {what}: {then}",
        *("respondents", "duplicates" if duplicates else "id"),
    )
