"""A column's heading, taken apart."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.project.errors import quoted


@dataclass(frozen=True)
class Heading:
    """The heading of column `column` (from 1): the question's code and text, and what remains."""

    column: int
    code: str
    text: str
    label: str

    @property
    def blank(self) -> bool:
        """Whether nothing at all heads the column."""
        return not (self.code or self.text or self.label)

    @property
    def bare(self) -> bool:
        """Whether the label is all there is, so that the column may be a question, an option or an item."""
        return bool(self.label) and self.label == self.text

    @property
    def letters(self) -> str:
        """The column as a spreadsheet names it: A, B, … Z, AA."""
        return column_letters(self.column)

    def __str__(self) -> str:
        shown = " | ".join(dict.fromkeys(part for part in (self.code, self.text, self.label) if part))
        return f"{self.letters} {quoted(shown, 90)}"


def column_letters(number: int) -> str:
    """The letters by which a spreadsheet names column `number`, from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column that a spreadsheet names by `letters`, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
