"""What `ingest` keeps of an export beside its cells: headings, numbers of rows, hashes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pipeline.exports.tools import Heading
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths


@dataclass(frozen=True)
class Export:
    """What `ingest` knows of one export beside its cells."""

    headings: tuple[Heading, ...]
    rows: int
    blank_rows: int
    repeated_headers: int
    """rows that are the header again, as where two exports were pasted together"""
    sha256: tuple[str, ...]


def load_export(paths: Paths, name: str) -> Export:
    """The headings and row counts that `ingest` wrote for a wave."""
    path = paths.headings(name)
    if not path.is_file():
        raise SurveyError(f"wave {name} is not ingested yet; run: survey ingest --survey {paths.survey}")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        headings = tuple(Heading(**heading) for heading in data.pop("headings"))
        return Export(
            headings, data["rows"], data["blank_rows"], data["repeated_headers"], tuple(data["sha256"])
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SurveyError(
            f"{paths.shown(path)} is damaged; run: survey ingest --survey {paths.survey}"
        ) from None


def export_json(export: Export) -> str:
    """What is known of an export, as `load_export` reads it back."""
    return json.dumps(asdict(export), ensure_ascii=False, indent=1) + "\n"
