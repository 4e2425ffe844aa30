"""A community survey analysis pipeline: ingest, normalise, tables, figures, report.

In a notebook, `from pipeline import open_survey`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

    from pipeline.explore import OpenSurvey

__all__ = ["open_survey"]


def open_survey(
    name: str | None = None, folder: str | Path | None = None, engine: SparkSession | None = None
) -> OpenSurvey:
    """Open the estimates of a survey that `make all` has run for; read-only.

    `name` is that of its folder below raw/, or else the variable SURVEY, or else the default survey. `folder`
    is the project's, or else the nearest one from here upwards that holds raw/. `engine` is a Spark session
    that counts what `survey export parquet` wrote, in place of the database. SurveyError where there is no
    such survey, or what is counted is not there or not up to date.
    """
    # imported here, so that `survey --help` does not wait for it
    from pipeline.explore import OpenSurvey

    return OpenSurvey(name, folder, engine)
