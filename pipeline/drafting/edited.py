"""A TOML file that people have written, changed in places: line by line, so that all else stays as it is."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from pipeline.declarations.toml import Key, key_lines, layout
from pipeline.drafting.toml_out import beside, exactly, toml_key, toml_value

Path = tuple[Key, ...]


class Edited:
    """A file with lines that go in, change or go; those of the file keep their numbers until the end.

    The ends of lines and the mark that a file may begin with stay as they are.
    """

    def __init__(self, text: str) -> None:
        self._mark = "\ufeff" if text.startswith("\ufeff") else ""
        *lines, last = text.removeprefix("\ufeff").split("\n")
        self._ended = not last
        whole = lines if self._ended else [*lines, last]
        self._newline = "\r\n" if any(line.endswith("\r") for line in whole) else "\n"
        self._ends = ["\r\n" if line.endswith("\r") else "\n" for line in whole]
        self.lines = [line.removesuffix("\r") for line in whole]
        plain = "\n".join(self.lines) + "\n"
        self.places = key_lines(plain)
        """the line of every key, by its path"""
        self._text = plain
        self._layout = layout(plain)
        self._blocks: list[tuple[int, list[str]]] = []
        self._gone: set[int] = set()

    def add(self, block: list[str], after: int | None = None) -> None:
        """Put lines behind the one of that number, and behind what was put there before; else at the end."""
        self._blocks.append((self._last if after is None else after, block))

    def place_of(self, heading: str) -> int | None:
        """Behind which line a block goes in that holds a heading."""
        return next((after for after, block in self._blocks if heading in block), None)

    def end_of(self, question: str) -> int:
        """The number of the last line that belongs to a question."""
        places = [line for key, line in self.places.items() if key[:2] == ("questions", question)]
        at = max(places, default=self._last)
        while at < len(self.lines) and self.lines[at].strip() and not self._is_heading(at + 1):
            at += 1
        return at

    def put(self, table: Path, key: str, value: Any) -> None:
        """Give a key of a table a value: in place of the one that it has, else behind the table's last key.

        A list adds to the list that is there. A table that is not there comes behind its last sibling, else
        at the end.
        """
        path, line = (*table, key), f"{toml_key(key)} = {toml_value(exactly(value))}"
        if path in self._layout.keys:
            self._replace(path, value)
        elif table in self._layout.keys:
            self._into_inline(table, line)
        elif table in self._layout.headings:
            self.add([line], self._last_key(table))
        else:
            heading = f"[{'.'.join(toml_key(str(part)) for part in table)}]"
            siblings = [place for place in self._layout.headings if place[:-1] == table[:-1]]
            behind = self._last_key(siblings[-1]) if len(table) > 1 and siblings else None
            self.add(["", heading, line], behind)

    def lengthen(self, path: Path, fresh: Sequence[str], check: str = "") -> None:
        """Put further texts at the end of the list at `path`, and beside them what is to be looked at."""
        listed = ", ".join(toml_value(exactly(text)) for text in fresh)
        elements = [
            place for place in self._layout.values if place[:-1] == path and isinstance(place[-1], int)
        ]
        opened, (first, closed) = self._at(self._layout.values[path][0]), self._layout.values[path]
        if not elements:
            self._exchange(first, closed, f"[{listed}]")
            self.lines[opened[0] - 1] += beside(check)
            return
        last = self._layout.values[elements[-1]][1]
        line, column = self._at(last)
        if line == opened[0]:
            self._exchange(last, last, f", {listed}")
            self.lines[line - 1] += beside(check)
            return
        before, behind = self.lines[line - 1][:column], self.lines[line - 1][column:]
        self.lines[line - 1] = before + (behind if behind.lstrip().startswith(",") else f",{behind}")
        indent = before[: len(before) - len(before.lstrip())]
        self.add([f"{indent}{listed},{beside(check)}"], line)

    def remove(self, path: Path) -> None:
        """Take a key away with its value, or a table with all that is in it and the remarks on it."""
        if path in self._layout.keys and self._layout.is_inline(path):
            self._out_of_inline(path)
            return
        keys = [place for place in self._layout.keys if place[: len(path)] == path]
        for place in keys:
            first, (_, end) = self._at(self._layout.keys[place])[0], self._layout.values[place]
            self._gone.update(range(first, self._at(end)[0] + 1))
        for place, number in self._layout.headings.items():
            if place[: len(path)] == path:
                self._gone.update(range(number, self._last_key(place) + 1))
                self._without_blank(number, self._last_key(place))

    def text(self) -> str:
        """The file with all that was changed."""
        pieces: list[str] = []
        for number in range(len(self.lines) + 1):
            if number and number not in self._gone:
                pieces += (self.lines[number - 1], self._ends[number - 1])
            for after, block in self._blocks:
                if after == number:
                    pieces += (part for line in block for part in (line, self._newline))
        if pieces and not self._ended and not any(after >= len(self.lines) for after, _ in self._blocks):
            pieces.pop()
        return self._mark + "".join(pieces)

    @property
    def _last(self) -> int:
        """The number of the last line in which something stands."""
        return max((number for number, line in enumerate(self.lines, 1) if line.strip()), default=0)

    def _is_heading(self, number: int) -> bool:
        return self.lines[number - 1].lstrip().startswith("[")

    def _at(self, index: int) -> tuple[int, int]:
        """The line of a place in the text, and the column in it, from 0."""
        return self._text.count("\n", 0, index) + 1, index - self._text.rfind("\n", 0, index) - 1

    def _last_key(self, table: Path) -> int:
        """The last line of the keys below the heading of a table; its heading where it has none."""
        heading = self._layout.headings[table]
        later = [number for number in self._layout.headings.values() if number > heading]
        until = min(later, default=len(self.lines) + 1)
        ends = (
            self._at(end)[0]
            for place, (_, end) in self._layout.values.items()
            if place[: len(table)] == table
        )
        return max((line for line in ends if heading < line < until), default=heading)

    def _without_blank(self, first: int, last: int) -> None:
        """Let remarks right above a table that goes go too, and one of the empty lines around it."""

        def is_blank(number: int) -> bool:
            return number < 1 or number > len(self.lines) or not self.lines[number - 1].strip()

        above = first - 1
        while above > 0 and self.lines[above - 1].lstrip().startswith("#"):
            above -= 1
        if is_blank(above):
            self._gone.update(range(above + 1, first))
        else:
            above = first - 1
        if is_blank(above) and is_blank(last + 1):
            self._gone.add(above if above > 0 else last + 1)

    def _exchange(self, start: int, end: int, text: str) -> None:
        """Put a text in place of what stands between two places in the text."""
        (first, before), (last, behind) = self._at(start), self._at(end)
        self.lines[first - 1] = self.lines[first - 1][:before] + text + self.lines[last - 1][behind:]
        self._gone.update(range(first + 1, last + 1))

    def _replace(self, path: Path, value: Any) -> None:
        start, end = self._layout.values[path]
        there = self._text[start:end]
        if isinstance(value, list) and there.startswith("["):
            known = {self._value_at(place) for place in self._layout.values if place[:-1] == path}
            if fresh := [text for text in value if toml_value(exactly(text)) not in known]:
                self.lengthen(path, fresh)
            return
        if isinstance(value, list) and there[:1] in "\"'":
            value = [_value(there), *value]
        self._exchange(start, end, toml_value(exactly(value)))

    def _value_at(self, place: Path) -> str:
        """The value of an element as it would be written here."""
        start, end = self._layout.values[place]
        return toml_value(exactly(_value(self._text[start:end])))

    def _into_inline(self, table: Path, pair: str) -> None:
        """A further key in a table that stands within a line."""
        start, end = self._layout.values[table]
        inner = self._text[start + 1 : end - 1].strip()
        at = start + 1 + len(self._text[start + 1 : end - 1].rstrip())
        self._exchange(at, end, f", {pair} }}" if inner else f" {pair} }}")

    def _out_of_inline(self, path: Path) -> None:
        """A key less in a table that stands within a line."""
        start, (_, end) = self._layout.keys[path], self._layout.values[path]
        rest = self._text[end:]
        behind = len(rest) - len(rest.lstrip(" \t"))
        if rest[behind : behind + 1] == ",":
            after = rest[behind + 1 :]
            self._exchange(start, end + behind + 1 + len(after) - len(after.lstrip(" \t")), "")
        else:
            before = self._text[:start].rstrip(" \t")
            self._exchange(len(before) - before.endswith(","), end, "")


def data_of(text: str) -> dict[str, Any] | None:
    """What a TOML text holds; None where it is none."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        return None


def _value(text: str) -> Any:
    """What a value of the file means."""
    return tomllib.loads(f"value = {text}")["value"]
