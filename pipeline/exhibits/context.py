"""What the words around an exhibit are composed from: a wave, its questions as worded, its labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Bands
from pipeline.text.rounding import thousands
from pipeline.tidy.marks import SUPPRESSED_MARK
from pipeline.tidy.measures import SHARES


@dataclass(frozen=True)
class Wording:
    """How one wave put one question."""

    number: str
    text: str
    mode: str


@dataclass(frozen=True)
class WaveFacts:
    """What the database says of a wave as a whole."""

    name: str
    title: str
    fielded_from: str
    fielded_to: str
    synthetic: bool
    licence: str
    citation: str
    weighting: str


@dataclass(frozen=True)
class Context:
    """What captions are composed from, beside the exhibit and its data."""

    survey: Survey
    bands: Mapping[str, Bands]
    wave: WaveFacts
    wordings: Mapping[str, Wording]
    labels: Mapping[tuple[str, str], str]
    screened: frozenset[str]
    """the questions with an answer that disqualifies"""
    pools: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """the labels of the answers that are joined in this wave, by that of the answer that they stand for"""
    change: tuple[str, str] = ("", "")
    """how the wave files say the exhibit's question compares with the wave shown before, and their notes"""


def of_shares(data: pd.DataFrame) -> pd.DataFrame:
    """The rows that have the base of an exhibit: those of its shares, or all where it has none."""
    shares = data[data["measure"].isin(SHARES)]
    return shares if len(shares) else data


def span(counts: pd.Series) -> str:
    """One count or several as printed; a hidden one says nothing of its size."""
    if counts.isna().any():
        return SUPPRESSED_MARK
    low, high = (thousands(count) for count in (counts.min(), counts.max()))
    return low if low == high else f"{low} to {high}"
