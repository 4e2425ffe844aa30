"""What is known of the figures that are there: what each was drawn from, and what it is set in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pipeline.charts.scripts import named
from pipeline.project.paths import Paths


def known(paths: Paths) -> dict[str, dict[str, Any]]:
    """What was noted of each figure when it was drawn; a damaged note is none."""
    with suppress(OSError, ValueError):
        noted = json.loads(paths.figure_state.read_bytes())
        if isinstance(noted, dict):
            return {name: of for name, of in noted.items() if isinstance(of, dict)}
    return {}


def faces_of(paths: Paths) -> dict[str, str]:
    """The font files that the figures are set in, by their names, with their SHA-256."""
    every = {name: sha256 for of in known(paths).values() for name, sha256 in of.get("faces", {}).items()}
    return dict(sorted(every.items()))


def rests_on_system(paths: Paths) -> bool:
    """Whether the figures may be others where the system has other fonts."""
    return any(of.get("system") for of in known(paths).values())


def codes(paths: Paths) -> Iterator[str]:
    """A line on each figure that shows codes of characters, since no font here has these."""
    for name, of in known(paths).items():
        if lacking := of.get("lacking"):
            yield f"figure {name!r} {named(lacking)}"
