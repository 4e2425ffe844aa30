"""Options that count as one, under a label: bands of report.toml, and coarser answers of [public]."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pipeline.declarations.references import OPTION
from pipeline.declarations.toml import Declared
from pipeline.text.folding import plain


class Group(Declared):
    """Some options of a question, with the label they are printed under."""

    label: str
    options: list[Annotated[str, replace(OPTION, up=2)]]


def labelled(value: Any) -> Any:
    """Groups as written; one that is a bare list of options is printed under its id."""
    if not isinstance(value, dict):
        return value
    return {i: {"label": plain(i), "options": g} if isinstance(g, list) else g for i, g in value.items()}
