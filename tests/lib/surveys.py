"""A survey written for a test: its questions, its waves with their exports, and the report."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.project.paths import Paths, find

TIMES = (
    "2001-02-03 04:05:06",
    "2001-02-03 04:05",
    "2001-2-3 4:05",
    "2001-02-03T04:05:06",
    "2001-02-03T04:05:06Z",
    "2001-02-03T04:05:06.789+02:00",
    "2001-02-03 04:05:06-03:30",
    "02/03/2001 04:05:06",
    "2/3/2001 4:05",
    "2/3/2001 4:05:06 PM",
    "12/03/2001 12:05:06 AM",
    "2/3/2001 12:05 PM",
    # no times, and a shape that is read one by one alone
    "",
    "2/3/2001 13:05:06 PM",
    "3 Feb 2001 4:05",
)
"""times as exports have them: seven with the year first, five with the day or the month, three not for SQL"""


@dataclass(frozen=True)
class Wave:
    """An export, and the lines of the wave file that say how it is read."""

    export: str | bytes | pd.DataFrame | Iterable[Iterable[object]]
    """its text, its bytes, or its rows with their header"""
    source: str = 'format = "flat"'
    """the lines under [source], but for the file"""
    respondents: str = 'id = "ID"'
    more: str = ""
    """the tables that follow: weights, changes, exclusions"""
    head: str = "synthetic = true"
    """the lines below the title"""
    title: str = "One"
    file: str = ""
    """the name of the export, where it is not that of the wave"""


def lay_out(folder: Path, survey: str, questions: str, waves: Mapping[str, Wave], report: str = "") -> Paths:
    """A project of one survey, with these texts as its questionnaire and report.toml; no stage has run."""
    raw = folder / "raw" / survey
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "survey.toml").write_text(questions, encoding="utf-8")
    if report:
        (raw / "report.toml").write_text(report, encoding="utf-8")
    for name, wave in waves.items():
        file = wave.file or f"{name}.csv"
        # no empty lines, so that tests can count those that an error names
        head, more = (f"{lines}\n" if lines else "" for lines in (wave.head, wave.more))
        (raw / f"{name}.toml").write_text(
            f'title = "{wave.title}"\n{head}[source]\nfile = "{file}"\n{wave.source}\n'
            f"[respondents]\n{wave.respondents}\n{more}",
            encoding="utf-8",
        )
        write_export(raw / file, wave.export)
    return find(survey, folder)


def write_export(path: Path, export: str | bytes | pd.DataFrame | Iterable[Iterable[object]]) -> None:
    """The file that somebody exported."""
    if isinstance(export, bytes):
        path.write_bytes(export)
    elif isinstance(export, str):
        path.write_text(export, encoding="utf-8", newline="")
    elif isinstance(export, pd.DataFrame):
        export.to_csv(path, index=False)
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(export)
