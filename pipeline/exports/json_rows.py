"""A list of responses as JSON, as a table of text: a column a key, in the order in which they first come.

What stands in an object within a response has `outer.inner` as its heading; a list of answers is written as
JSON in one cell, to be cut with `separator = "[]"`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.exports.delimited import UnreadableError

SUFFIXES = (".json",)
_DEEPEST = 8  # objects within objects
_LISTS = ("responses", "results", "data", "items", "value")  # what tools call the list in an object around it


def rows(path: Path) -> list[list[str]]:
    """The names of the columns, then a row a response; UnreadableError where the file holds no responses."""
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{path.name} is no JSON that can be read: {error}") from None
    responses = value
    if isinstance(value, dict):
        responses = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
    if not isinstance(responses, list) or not responses or not all(isinstance(r, dict) for r in responses):
        raise UnreadableError(f"{path.name} holds no list of responses, each with its answers by their names")
    flat = [dict(_cells(path, response)) for response in responses]
    names = list(dict.fromkeys(name for response in flat for name in response))
    return [names, *([response.get(name, "") for name in names] for response in flat)]


def _cells(
    path: Path, response: Mapping[str, Any], before: str = "", depth: int = 0
) -> Iterator[tuple[str, str]]:
    """Heading and text of each answer of a response."""
    if depth > _DEEPEST:
        raise UnreadableError(f"{path.name} has answers more than {_DEEPEST} objects deep")
    for name, value in response.items():
        if isinstance(value, dict):
            yield from _cells(path, value, f"{before}{name}.", depth + 1)
        elif value is not None:
            yield f"{before}{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
