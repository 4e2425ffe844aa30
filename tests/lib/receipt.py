"""A receipt as `survey explain` prints it, read into its lines."""

from __future__ import annotations

from pipeline.commands.explain import explain
from pipeline.project.paths import Paths


def receipt(paths: Paths, exhibit: str, reference: str, with_rows: bool = False) -> dict[str, list[str]]:
    """The lines of a receipt by what they are about; a line that names nothing belongs to the one above."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in list(explain(paths, exhibit, reference, with_rows))[1:]:
        name = line[:11].strip() or name
        found.setdefault(name, []).append(line[11:].strip())
    return found
