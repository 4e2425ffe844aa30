"""The closed world without a stage: everything is read and held together, and nothing is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from pipeline import declarations
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.paths import Paths


def check(paths: Paths) -> Iterator[str]:
    """A line on each wave, where nothing is wrong; SurveyError with all problems where something is.

    Works in a temporary folder that nobody else can read and that is removed: outputs are not touched.
    """
    declared = declarations.load(paths)
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(paths, generated=Path(folder))
        ingest(aside)
        normalise(aside)
        with duckdb.connect(str(aside.database), read_only=True) as connection:
            rows = connection.execute(
                "select waves.name, count(*), count(*) filter (excluded is null), "
                "(select count(distinct question) from coded.wordings where wordings.wave = waves.wave) "
                "from coded.waves join coded.respondents using (wave) group by all order by all"
            ).fetchall()
    for name, received, analysed, questions in rows:
        yield f"{name}: {questions} questions, {received} responses, {analysed} analysed"
    yield f"nothing is wrong in {len(declared.fieldings)} waves and {len(declared.report.exhibit)} exhibits"
