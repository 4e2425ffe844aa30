"""The estimates of a run as they may be shown, kept for who asks for some of them later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from pipeline.estimates.weighted_steps import Levels
from pipeline.project import files
from pipeline.project.sql import literal, temporary_views
from pipeline.tidy.tables import WITH_SUMS

_FRAME = "frame"


@dataclass(frozen=True)
class Kept:
    """All that a run shows of its estimates, and what it took to make them safe."""

    shown: Sequence[pd.DataFrame]
    """the estimates of each domain, with the columns of WITH_SUMS"""
    levels: Levels
    """how coarse the weighted numbers of a wave and question are; those that are not here are exact"""
    protects: frozenset[str]
    """the waves that have counts which must not be told"""


def read(path: Path, key: str) -> Kept | None:
    """What was kept under a key; None where there is nothing, or it was kept under another, or is damaged."""
    try:
        with duckdb.connect() as connection:
            file = literal(str(path))
            about = connection.execute(f"select key, value from parquet_kv_metadata({file})").fetchall()
            noted: dict[str, str] = {bytes(name).decode(): bytes(text).decode() for name, text in about}
            if noted["key"] != key:
                return None
            rows = connection.execute(f"select * from read_parquet({file})").df()
        types: Mapping[str, str] = json.loads(noted["types"])
        whole = rows.astype({_FRAME: "int64", **types})
        shown = [
            whole.loc[whole[_FRAME] == number, list(types)].reset_index(drop=True)
            for number in range(int(noted["frames"]))
        ]
        levels = {(wave, name): int(level) for wave, name, level in json.loads(noted["levels"])}
        return Kept(shown, levels, frozenset(json.loads(noted["protects"])))
    except (duckdb.Error, ValueError, KeyError, TypeError):
        return None


def write(path: Path, key: str, kept: Kept) -> None:
    """Keep estimates under a key that is the same only where they would be."""
    rows = pd.concat([frame.assign(**{_FRAME: number}) for number, frame in enumerate(kept.shown)])
    noted = {
        "key": key,
        "types": json.dumps({name: str(rows.dtypes[name]) for name in WITH_SUMS.names}),
        "frames": str(len(kept.shown)),
        "levels": json.dumps([(wave, name, level) for (wave, name), level in sorted(kept.levels.items())]),
        "protects": json.dumps(sorted(kept.protects)),
    }
    metadata = ", ".join(f"{name}: {literal(text)}" for name, text in noted.items())
    with (
        files.aside(path, files.PRIVATE) as temporary,
        duckdb.connect() as connection,
        temporary_views(connection, kept=rows),
    ):
        into = f"{literal(str(temporary))} (format parquet, kv_metadata {{{metadata}}})"
        connection.execute(f"copy kept to {into}")
