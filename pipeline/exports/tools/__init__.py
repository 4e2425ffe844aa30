"""How each survey tool lays out its export: one module a tool, told apart by `format` in the wave file.

A format says how many rows the header has, what each column's heading means and what joins several
answers in one cell. It knows nothing of questions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.exports.spss import MISSING
from pipeline.exports.tools import flat, kobotoolbox, limesurvey, qualtrics, spss, surveymonkey, typeform
from pipeline.exports.tools.heading import Heading
from pipeline.text.folding import fold

__all__ = ["Format", "Heading", "formats"]


@dataclass(frozen=True)
class Format:
    """What the pipeline asks of a survey tool's export."""

    header_rows: Callable[[Sequence[Sequence[str]], str], int]
    """(first rows of the export, heading of the respondents' id) → how many are header; 0: cannot be told."""
    headings: Callable[[Sequence[Sequence[str]]], list[Heading]]
    """the header rows → one heading a column, in the order of the export."""
    separator: str
    """what joins several answers in one cell, unless the wave file says otherwise."""
    unticked: frozenset[str] = frozenset()
    """folded texts that, in the column of an option, say that it was not chosen."""
    missing: str = ""
    """how a text begins that the file declares missing: no answer, unless its label is an option; no tick."""
    joined_too: bool = False
    """whether a multiple choice may stand there twice: joined in one column, and split into boxes."""

    def is_unticked(self, text: str) -> bool:
        """Whether a text in the column of an option says that it was not chosen."""
        return fold(text) in self.unticked or self.is_missing(text)

    def is_missing(self, text: str) -> bool:
        """Whether the file declares a text missing."""
        return bool(self.missing) and text.startswith(self.missing)


formats: dict[str, Format] = {
    "surveymonkey": Format(surveymonkey.header_rows, surveymonkey.headings, ", "),
    "qualtrics": Format(qualtrics.header_rows, qualtrics.headings, ","),
    "limesurvey": Format(
        limesurvey.header_rows, limesurvey.headings, ", ", frozenset({"no", "n", "not selected"})
    ),
    "googleforms": Format(flat.header_rows, flat.headings, ", "),
    "typeform": Format(typeform.header_rows, typeform.headings, ", "),
    "kobotoolbox": Format(
        kobotoolbox.header_rows, kobotoolbox.headings, " ", frozenset({"0", "0.0", "false"}), joined_too=True
    ),
    "spss": Format(
        spss.header_rows,
        spss.headings,
        ", ",
        frozenset({"0", "no", "not selected", "not mentioned", "unchecked"}),
        missing=MISSING,
    ),
    "flat": Format(flat.header_rows, flat.headings, "; "),
}
