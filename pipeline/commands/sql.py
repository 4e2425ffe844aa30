"""SQL over the labelled views of a survey: read only, and nothing outside the database can be reached."""

from __future__ import annotations

import duckdb
import pandas as pd

from pipeline.database.connection import open_database
from pipeline.declarations import survey
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths


def query(paths: Paths, sql: str) -> pd.DataFrame:
    """The rows that a statement selects; SurveyError with what DuckDB says where it cannot be run."""
    questionnaire, _ = survey.load(paths)
    with open_database(paths, questionnaire) as connection:
        # no file and no extension, whatever the statement says, and no way to switch that off again
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        try:
            selected = connection.sql(sql)
            if selected is None:
                raise SurveyError("the statement selects nothing; write: select …")
            rows: pd.DataFrame = selected.df()
            return rows
        except duckdb.Error as error:
            views = "select view_name from duckdb_views() where not internal order by view_name"
            names = ", ".join(name for (name,) in connection.execute(views).fetchall())
            raise SurveyError(f"{error}\nThe views are {names}") from None
