"""How each survey tool lays out its export: one module a tool, told apart by `format` in the wave file.

To add a tool is to add its module here. Its functions and its constants in capitals are the fields of
`Format`: how the header is read, how the tool is recognised, and how a synthetic export is written. A tool
knows nothing of questions.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType

from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.writing import Answered, Column, one_row, short_id
from pipeline.text.folding import fold

__all__ = ["Format", "Heading", "formats", "recognised"]

Rows = Sequence[Sequence[str]]


def _one(_rows: Rows, _id_heading: str) -> int:
    return 1


@dataclass(frozen=True)
class Format:
    """What a tool's module says of its exports: functions by these names, constants by these in capitals."""

    headings: Callable[[Rows], list[Heading]]
    """the header rows → one heading a column, in the order of the export."""
    columns: Callable[[Answered], Iterable[Column]]
    """one question's invented answers → the columns of a synthetic export."""
    recognised: Callable[[Rows, str], tuple[int, str]]
    """(first rows of an export, ending of its name) → how sure it is that this tool wrote it, and by what."""
    header_rows: Callable[[Rows, str], int] = _one
    """(first rows of the export, heading of the respondents' id) → how many are header; 0: cannot be told."""
    separator: str = ", "
    """what joins several answers in one cell, unless the wave file says otherwise."""
    unticked: frozenset[str] = frozenset()
    """folded texts that, in the column of an option, say that it was not chosen."""
    missing: str = ""
    """how a text begins that the file declares missing: no answer, unless its label is an option; no tick."""
    not_shown: frozenset[str] = frozenset()
    """folded texts that say that a question was not put to the respondent, where others say No."""
    own_words_apart: bool = False
    """whether what people write beside an Other has a column of its own, so that all others are options."""
    joined_too: bool = False
    """whether a multiple choice may stand there twice: joined in one column, and split into boxes."""
    encoding: str = "utf-8"
    """of a synthetic export."""
    id: str = ""
    """the heading of the respondents' ids in a synthetic export."""
    numbered: Callable[[int], str] = short_id
    """the number of a respondent, from 1 → the id in a synthetic export."""
    header: Callable[[Sequence[Column]], list[list[str]]] = one_row
    """all columns → the header rows of a synthetic export."""
    listed: int = 99
    """its place where the formats are listed."""

    @property
    def has_one_header_row(self) -> bool:
        """Whether its exports always have one header row."""
        return self.header_rows is _one

    def is_unticked(self, text: str) -> bool:
        """Whether a text in the column of an option says that it was not chosen."""
        return fold(text) in self.unticked or self.is_missing(text)

    def is_missing(self, text: str) -> bool:
        """Whether the file declares a text missing."""
        return bool(self.missing) and text.startswith(self.missing)


def _format(module: ModuleType) -> Format:
    named = ((field.name, name) for field in fields(Format) for name in (field.name.upper(), field.name))
    return Format(**{key: getattr(module, name) for key, name in named if hasattr(module, name)})


_MODULES = {
    path.stem: importlib.import_module(f"pipeline.exports.tools.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if path.stem != "__init__"
}
_TOOLS = {name: _format(module) for name, module in _MODULES.items() if hasattr(module, "headings")}
formats: dict[str, Format] = dict(sorted(_TOOLS.items(), key=lambda tool: tool[1].listed))


def recognised(first: Rows, suffix: str) -> tuple[str, str]:
    """Which tool wrote an export, and by what that is seen: its first rows and the ending of its name."""
    sure = {name: tool.recognised(first, suffix) for name, tool in formats.items()}
    name = max(sure, key=lambda name: sure[name][0])
    return name, sure[name][1]
