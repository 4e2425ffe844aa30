"""An export of one wave laid out as a tool writes it, and the answers that come out of it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.paths import Paths, find


def lay_out(folder: Path, survey: str, file: str, source: str, rest: str = "") -> Paths:
    raw = folder / "raw" / "t"
    raw.mkdir(parents=True)
    (raw / "survey.toml").write_text(survey)
    (raw / "w.toml").write_text(f'title = "W"\n[source]\nfile = "{file}"\n{source}\n{rest}')
    return find("t", folder)


def answers(paths: Paths) -> dict[str, list[tuple[object, ...]]]:
    """By question: respondent, item, option, place and number of each answer."""
    ingest(paths)
    normalise(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        rows = connection.execute(
            "select question, respondent, item, option, rank, value from answers order by all"
        ).fetchall()
    found: dict[str, list[tuple[object, ...]]] = {}
    for question, *rest in rows:
        found.setdefault(question, []).append(tuple(part for part in rest if part is not None))
    return found
