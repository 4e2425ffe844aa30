"""Every key of a TOML file has its line, so that an error can name it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import ROOT, TOY

from pipeline.declarations.toml import Key, key_lines

SAMPLE = '''title = "x" # [not.a.table]
[scales.agreement]
options = { a = "A [", "b c" = { label = "B", role = "none" }, d = """
two lines = [1]""", e = 1 }
scores = [1, # ]
 2,
 3]

[[exclude]]
reason = "first"
where = { q = ["x", "y"] }
[[exclude]]
reason = 'sec"ond'
[exclude.where]
k."l.m" = 1979-05-27
'''


def paths_of(data: Any, path: tuple[Key, ...] = ()) -> list[tuple[Key, ...]]:
    parts: list[tuple[Key, Any]] = []
    if isinstance(data, dict):
        parts = list(data.items())
    elif isinstance(data, list):
        parts = list(enumerate(data))
    return [path, *(p for key, value in parts for p in paths_of(value, (*path, key)))]


def test_lines_of_a_sample_with_everything() -> None:
    lines = key_lines(SAMPLE)
    assert lines["scales", "agreement", "options", "b c", "role"] == 3
    assert lines["scales", "agreement", "options", "e"] == 4
    assert lines["scales", "agreement", "scores", 2] == 7
    assert lines["exclude", 0, "where", "q", 1] == 11
    assert lines["exclude", 1, "reason"] == 13
    assert lines["exclude", 1, "where", "k", "l.m"] == 15


@pytest.mark.parametrize(
    "text", [SAMPLE, *(p.read_text() for p in sorted([*ROOT.glob("raw/*/*.toml"), *TOY.glob("*.toml")]))]
)
def test_every_key_that_tomllib_reads_has_a_line(text: str) -> None:
    found = set(paths_of(tomllib.loads(text)))
    assert len(found) > 5
    assert found - {()} == set(key_lines(text))


plain = st.text("ab \"'\\#=[]{},.é…", max_size=8)
keys = st.text("abcdefgh_-", min_size=1, max_size=5)
values = st.recursive(
    st.booleans() | st.integers(-5, 5) | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def as_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ",\n ".join(as_toml(part) for part in value) + "]"
    return "{ " + ", ".join(f"{key} = {as_toml(part)}" for key, part in value.items()) + " }"


@given(
    st.dictionaries(keys, values, max_size=4), st.lists(st.dictionaries(keys, values, max_size=3), max_size=3)
)
def test_places_of_any_document(top: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    top.pop("many", None)
    text = "".join(f"{key} = {as_toml(value)} # = [\n" for key, value in top.items())
    for table in tables:
        text += "[[many]]\n" + "".join(f"{key} = {as_toml(value)}\n" for key, value in table.items())
    found = set(paths_of(tomllib.loads(text))) - {()}
    lines = key_lines(text)
    assert found == set(lines)
    starts = text.split("\n")
    for key in top:
        assert starts[lines[key,] - 1].startswith(key)


def test_the_toy_is_read(tmp_path: Path) -> None:
    assert len(key_lines((TOY / "survey.toml").read_text())) > 40
