"""Declarations as TOML: the one writer of what a draft says, with what a person should look at beside it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.drafting.question import Question
from pipeline.drafting.words import is_role, stand_in_order
from pipeline.text.addresses import masked, personal
from pipeline.text.folding import without_markup
from pipeline.tidy.question_kinds import question_kinds

CHECK = "# check:"
_POINTS = 100  # that an allocation shares out where nothing else is said

Table = Mapping[str, Any]
"""A table as it is written: mappings in it are tables of their own, lists of mappings arrays of tables.

Any other value stands on the line of its key; None is left out.
"""


@dataclass(frozen=True)
class Line:
    """A value, or a table within a line, and what is said beside it.

    Without a value `check` has a line to itself. What is `off` is written as a comment below `check`.
    """

    value: Any = None
    check: str = ""
    comment: str = ""
    off: bool = False


class Exactly(str):
    """A text whose white space counts; of others it is put in order."""


class Quoted(str):
    """A key that stands in quotes whatever it is."""


def written(table: Table) -> str:
    """A file that holds a table."""
    return "\n".join(_table(table)) + "\n"


def question_lines(question: Question) -> list[str]:
    """A question of survey.toml."""
    if not question.text:
        question = question.doubted("write the text, the headings hold the options alone")
    table: dict[str, Any] = {"text": question.text, "kind": Line(question.kind, question.check)}
    if question.table is not None:
        table = {**question.table, **table}
        return [line for line in _table({"questions": {question.id: table}}) if line]
    if question_kinds()[question.kind].is_open:
        table["private"] = True
    if order := _order(question):
        table["order"] = order
    if question.unit:
        table["unit"] = question.unit
    if question.total and question.total != _POINTS:
        table["max"] = int(question.total)
    if question.scores:
        scale = {"options": dict(question.options), "scores": list(question.scores)}
        table |= {"scale": f"{question.id}_steps", "nets": dict(question.nets)}
        written = {"scales": {f"{question.id}_steps": scale}, "questions": {question.id: table}}
        return [line for line in _table(written) if line]
    for part, labels in (("options", question.options), ("items", question.items)):
        if labels:
            table[part] = {i: label_line(label, i == question.write_in) for i, label in labels.items()}
    return [line for line in _table({"questions": {question.id: table}}) if line]


def _order(question: Question) -> str:
    """The order of the options that were guessed: of a scale, or by how often they were given."""
    labels = [label for label in question.options.values() if not is_role(label)]
    if not question_kinds()[question.kind].has_options or len(labels) < 2:
        return ""
    if question.scores or stand_in_order(labels):
        return "scale"
    return "" if question.as_asked else "share"


def label_line(label: str, write_in: bool, check: str = "") -> Line:
    """The label of an option or item as it stands behind its id."""
    return Line({"label": label, "write_in": True} if write_in else label, check)


def _table(table: Table, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines of a table, a blank one before each heading."""
    below = {key: value for key, value in table.items() if isinstance(value, Mapping) or _is_array(value)}
    rows = [line for key, value in table.items() if key not in below for line in key_lines(key, value)]
    if path and (rows or not below):
        yield from ("", f"[{'.'.join(path)}]")
    yield from rows
    for key, value in below.items():
        place = (*path, toml_key(key))
        if isinstance(value, Mapping):
            yield from _table(value, place)
        for element in value if isinstance(value, list) else ():
            line = element if isinstance(element, Line) else Line(element)
            inner = [row for key, value in line.value.items() for row in key_lines(key, value)]
            yield from ("", *_unless_off([f"[[{'.'.join(place)}]]", *inner], line))


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(_plain(element), Mapping) for element in value)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Line) else value


def _unless_off(lines: Sequence[str], line: Line) -> Sequence[str]:
    return [f"{CHECK} {line.check}", *(f"# {text}" for text in lines)] if line.off else lines


def key_lines(key: str, value: Any) -> Sequence[str]:
    """The lines of a key with its value: one, unless the elements of a list have remarks of their own."""
    line = value if isinstance(value, Line) else Line(value)
    if line.value is None or line.value == {}:
        return [f"{CHECK} {line.check}"] if line.check else []
    if isinstance(line.value, list) and any(isinstance(element, Line) for element in line.value):
        elements = (
            f"    {toml_value(_plain(one))},{beside(getattr(one, 'check', ''))}" for one in line.value
        )
        return [f"{toml_key(key)} = [", *elements, "]"]
    comment = f"   # {line.comment}" if line.comment else ""
    remark = comment + ("" if line.off else beside(line.check))
    return _unless_off([f"{toml_key(key)} = {toml_value(line.value)}{remark}"], line)


def beside(check: str) -> str:
    """What to look at as it stands behind a value; empty for nothing."""
    return f"   {CHECK} {check}" if check else ""


def toml_value(value: Any) -> str:
    """A value on one line; JSON's escapes are TOML's."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{toml_key(key)} = {toml_value(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str) and not isinstance(value, Exactly):
        value = " ".join(without_markup(value).split())
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def exactly(value: Any) -> Any:
    """Texts, in lists and tables too, whose white space counts."""
    if isinstance(value, dict):
        return {key: exactly(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [exactly(element) for element in value]
    return Exactly(value) if isinstance(value, str) else value


def toml_key(text: str) -> str:
    """A key as it stands in a file: in quotes where it needs them."""
    bare = re.fullmatch(r"[A-Za-z0-9_-]+", text) and not isinstance(text, Quoted)
    return text if bare else toml_value(text)


_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|#.*')  # what no key is, in the lines that are drafted here
_HIDDEN = "the export has an address here, which is not repeated; write words of your own"
_HIDDEN_LABEL = (
    "; in [answers] name its text by a beginning that ends in …, or make the question a private text"
)


def hidden(text: str, declared: Sequence[str]) -> str:
    """A declaration without the addresses that the export brought into it, each line of one marked.

    What stands in a text of `declared`, the files as people wrote them, stays.
    """
    lines = []
    for line in text.split("\n"):
        plain = _TEXT.sub(lambda match: masked(match[0], declared, personal), line)
        if plain != line:
            remark = _HIDDEN + _HIDDEN_LABEL * (not re.match(r"(text|note|title) = |#", line.lstrip()))
            plain += f"; {remark}" if CHECK in plain else beside(remark)
        lines.append(plain)
    return "\n".join(lines)
