"""The closed world without a stage: everything is read and held together, and nothing is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from pipeline import declarations, survey, wave
from pipeline.ingest import ingest
from pipeline.meanings import Mapped
from pipeline.normalise import mapped_waves, normalise
from pipeline.notices import notices
from pipeline.paths import Paths
from pipeline.survey import Survey
from pipeline.wave import Fielding


def read(
    paths: Paths, names: Sequence[str] = (), own_texts: bool = False
) -> tuple[Survey, list[Fielding], list[Mapped]]:
    """The questionnaire and its waves, or those of `names`, with what their columns mean; nothing is kept."""
    questionnaire, document = survey.load(paths)
    fieldings = [f for f in wave.load(paths, questionnaire) if not names or f.name in names]
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(paths, generated=Path(folder))
        ingest(aside, names)
        return questionnaire, fieldings, mapped_waves(aside, questionnaire, document, fieldings, own_texts)


def check(paths: Paths) -> Iterator[str]:
    """A line on each wave, where nothing is wrong; SurveyError with all problems where something is.

    Works in a temporary folder that nobody else can read and that is removed: outputs are not touched.
    """
    declared = declarations.load(paths)
    yield from notices(paths)
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(paths, generated=Path(folder))
        ingest(aside)
        normalise(aside)
        with duckdb.connect(str(aside.database), read_only=True) as connection:
            rows = connection.execute(
                "select waves.name, count(*), count(*) filter (excluded is null), "
                "(select count(distinct question) from coded.wordings where wordings.wave = waves.wave) "
                "from coded.waves join coded.respondents using (wave) group by waves.wave, waves.name "
                "order by waves.wave"
            ).fetchall()
    for name, received, analysed, questions in rows:
        yield f"{name}: {questions} questions, {received} responses, {analysed} analysed"
    yield f"nothing is wrong in {len(declared.fieldings)} waves and {len(declared.report.exhibit)} exhibits"
