"""The database as Parquet: a folder that any engine reads, partitioned by wave, with the views as SQL.

It holds what the database holds, so it is for people who may see that: a row a respondent, and texts that
are not private.
"""

from __future__ import annotations

from pipeline.database.connection import open_database
from pipeline.database.partitions import write_partitions
from pipeline.declarations import survey
from pipeline.project import files
from pipeline.project.memory import limited
from pipeline.project.paths import Paths

_VIEWS = "views.sql"


def parquet(paths: Paths) -> list[str]:
    """Write parquet/: a table of the database each, those by wave a file a wave, and views.sql; lines on it.

    SurveyError where the database is not there or not up to date; an earlier export is then as it was.
    """
    questionnaire, _ = survey.load(paths)
    with (
        open_database(paths, questionnaire) as connection,
        limited(connection, questionnaire.memory_limit, paths.spilt, paths.database),
        files.folder_aside(paths.partitions, files.PRIVATE) as place,
    ):
        lines, script = write_partitions(connection, place)
        files.write(place / _VIEWS, script, files.PRIVATE)
    return [*lines, f"{paths.shown(paths.partitions)} written, with {_VIEWS}"]
