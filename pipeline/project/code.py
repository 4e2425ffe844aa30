"""The code of the package as bytes: what is remembered holds only as long as they stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pipeline.project.record import SUFFIXES

PACKAGE = Path(__file__).parents[1]


def code_hash(parts: Iterable[str] = ("",), package: Path = PACKAGE) -> str:
    """A hash of the names and bytes of the code in folders or files of the package, at any depth.

    `parts` are paths within the package, as "stats" or "figures.py"; without them it is the whole package.
    """
    sums = hashlib.sha256()
    places = [package / part for part in parts]
    files = {file for place in places for file in (place.rglob("*") if place.is_dir() else [place])}
    for file in sorted(files):
        if file.suffix in SUFFIXES:
            sums.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return sums.hexdigest()
