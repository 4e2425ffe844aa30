"""What a doubt of [unsettled] proposes: the parts of it that name a key to write, as a person would.

    then KEY = VALUE under [SECTION]     in the wave file
    then KEY = VALUE in survey.toml      in the table of the question that the line is of

KEY may be dotted, VALUE is TOML. Other words may stand before, between and behind.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.declarations.wave import RESPONDENTS
from pipeline.drafting.edited import Edited, data_of
from pipeline.drafting.toml_out import exactly, toml_key, toml_value

WAVE_FILE, SURVEY_FILE = "wave file", "survey.toml"
_THEN = re.compile(r"""\bthen\s+((?:[\w.-]|"[^"]*"|'[^']*')+)\s*=\s*""")
_WHERE = re.compile(r"\s+(?:under\s+\[([^\[\]]+)\]|in\s+survey\.toml\b)")


@dataclass(frozen=True)
class Proposal:
    """A key to write into a table of a declaration, or, without a value, a key or table to take away."""

    file: str
    """WAVE_FILE or SURVEY_FILE"""
    table: tuple[str, ...]
    key: str
    value: Any = None

    def __str__(self) -> str:
        """The key with its value, without its table."""
        return f"{toml_key(self.key)} = {toml_value(exactly(self.value))}"

    @property
    def where(self) -> str:
        """The table, as a doubt names it; the key itself where it is to go."""
        if self.value is None:
            return f"[{'.'.join(map(toml_key, (*self.table, self.key)))}]"
        return (
            f"under [{'.'.join(map(toml_key, self.table))}]" if self.file == WAVE_FILE else "in survey.toml"
        )

    def apply(self, file: Edited) -> None:
        """Write it into its file."""
        if self.value is None:
            file.remove((*self.table, self.key))
        else:
            file.put(self.table, self.key, self.value)


def proposals(line: str, doubt: str) -> list[Proposal]:
    """What the doubt of a line of [unsettled] proposes, in its order; what is no TOML proposes nothing."""
    made: list[Proposal] = []
    for begun in _THEN.finditer(doubt):
        # a value may hold the words that end it, so the first end that makes it TOML is meant
        ends = _WHERE.finditer(doubt, begun.end())
        named = (_proposal(line, begun[1], doubt[begun.end() : end.start()], end[1]) for end in ends)
        proposal = next(filter(None, named), None)
        if proposal and proposal not in made:
            made.append(proposal)
    return made


def _proposal(line: str, key: str, value: str, section: str | None) -> Proposal | None:
    """One proposal; None where it is no TOML, or names a table of a question that there is none of."""
    if section is None and line == RESPONDENTS:
        return None
    try:
        keys, meant = _leaf(tomllib.loads(f"{key} = {value}"), key)
        table = _leaf(tomllib.loads(f"[{section}]"), section)[0] if section else ("questions", line)
    except tomllib.TOMLDecodeError:
        return None
    return Proposal(WAVE_FILE if section else SURVEY_FILE, (*table, *keys[:-1]), keys[-1], meant)


def _leaf(data: dict[str, Any], written: str) -> tuple[tuple[str, ...], Any]:
    """The keys of a dotted key as it is written, and what stands below the last of them."""
    keys: list[str] = []
    depth = len(re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", written))
    value: Any = data
    while len(keys) < depth:
        ((key, value),) = value.items()
        keys.append(key)
    return tuple(keys), value


def applied(text: str, steps: Sequence[Proposal]) -> str | None:
    """A file with what the steps say written into it; None where that cannot be done line by line."""
    was = data_of(text)
    for step in steps:
        # each finds its place in what the one before left
        file = Edited(text)
        step.apply(file)
        text = file.text()
        if data_of(text) is None:
            return None
    return text if _is_meant(was, data_of(text), steps) else None


def _is_meant(was: Any, now: Any, steps: Sequence[Proposal]) -> bool:
    """Whether a file holds what the steps say, and all else as it was."""
    places = [(*step.table, step.key) for step in steps]
    for step, place in zip(steps, places, strict=True):
        value = _at(now, place)
        if isinstance(step.value, list):
            if not isinstance(value, list) or any(one not in value for one in step.value):
                return False
        elif value != step.value:
            return False
    return bool(_without(was, places) == _without(now, places))


def _at(data: Any, place: Sequence[str]) -> Any:
    for key in place:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _without(data: Any, places: Collection[Sequence[str]]) -> Any:
    """Data without what stands at some places, and without the tables that hold nothing then."""
    if not isinstance(data, Mapping):
        return data
    kept = {}
    for key, value in data.items():
        below = [place[1:] for place in places if place[:1] == (key,)]
        if () not in below:
            kept[key] = _without(value, below) if below else value
    return {key: value for key, value in kept.items() if value != {}}
