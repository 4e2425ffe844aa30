"""A wave as it goes into the database."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.answers.meaning import Mapped
from pipeline.declarations.wave import Fielding
from pipeline.exports.ingested import Export


@dataclass(frozen=True)
class MappedWave:
    """A wave with what its wave file declares, what was ingested of its export, and what its columns mean."""

    number: int
    """in the order of field dates, from 1"""
    fielding: Fielding
    export: Export
    meaning: Mapped
