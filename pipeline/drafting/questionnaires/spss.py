"""SPSS: the variables of a .sav or .zsav file, with labels, missing values and multiple-response sets.

Only the dictionary of the file is read, by pyreadstat in a process of its own: one wrong byte can end it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.drafting.questionnaires.definition import Definition, Part, label
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, listed, mapping
from pipeline.drafting.questionnaires.variables import (
    DATE_DOUBT,
    Together,
    Variable,
    answers_of,
    asks_when,
    described,
    is_box,
    option,
    questions,
)

_BEGINNINGS = (b"$FL2", b"$FL3")
_SECONDS = 120
_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "DATETIME", "YMDHMS", "QYR", "MOYR", "WKYR")
_TIMES = ("TIME", "DTIME", "MTIME")
_PARTS_OF_YEARS = {"QYR": "shown as a quarter", "MOYR": "shown as a month", "WKYR": "shown as a week"}
_DATE_LETTERS = range(8, 31)
_LONGEST_SCALE = 10
# JSON has no numbers as keys, so labels come as pairs
_READER = """
import json, sys
try:
    import pyreadstat
    _, meta = pyreadstat.read_sav(sys.argv[1], metadataonly=True, user_missing=True)
    read = {
        "title": meta.file_label,
        "names": list(meta.column_names),
        "labels": dict(meta.column_names_to_labels),
        "values": {name: list(of.items()) for name, of in meta.variable_value_labels.items()},
        "missing": dict(meta.missing_ranges),
        "sets": dict(getattr(meta, "mr_sets", None) or {}),
        "formats": dict(meta.original_variable_types),
        "types": dict(meta.readstat_variable_types),
        "widths": dict(meta.variable_storage_width),
        "measures": dict(meta.variable_measure),
    }
except Exception as error:
    read = {"error": str(error)}
json.dump(read, sys.stdout, default=str)
"""


def recognised(source: Source) -> bool:
    """Whether the file begins as SPSS files do."""
    return source.data.startswith(_BEGINNINGS)


def definition(source: Source) -> Definition:
    """What the dictionary of the file says of its variables."""
    read = _dictionary(source)
    names = [str(name) for name in listed(read.get("names"))]
    if not names:
        raise source.error("has no variable in it; export it again")
    if len(names) > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} variables")
    groups = _sets(read, names)
    counted = {name: value for group, value in groups if value for name in group.members}
    kept = described([_variable(read, name, counted.get(name, "")) for name in names])
    posed = questions(kept.asked, [group for group, _ in groups])
    title = label(read.get("title")) or source.path.stem
    return Definition("SPSS", title, posed, kept.unasked, kept.roles, kept.reports)


def _dictionary(source: Source) -> Mapping[str, Any]:
    """The dictionary of the file; DefinitionError where pyreadstat cannot read it, or dies of it."""
    command = [sys.executable, "-P", "-c", _READER, str(source.path)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
        read = json.loads(done.stdout) if not done.returncode else {}
    except subprocess.TimeoutExpired:
        raise source.error(f"was not read within {_SECONDS} seconds; save it again") from None
    except ValueError:
        read = {}
    if not mapping(read) or "error" in read:
        reason = " ".join(str(mapping(read).get("error") or "it is damaged").split())
        raise source.error(f"cannot be read as an SPSS file: {reason}; save it again")
    return mapping(read)


def _sets(read: Mapping[str, Any], names: Sequence[str]) -> list[tuple[Together, str]]:
    """The multiple-response sets, each with the value that is the tick of its boxes, if it has boxes."""
    by_name = {name.lower(): name for name in names}
    sets = []
    for code, written in mapping(read.get("sets")).items():
        one = mapping(written)
        members = tuple(
            dict.fromkeys(
                by_name[str(name).lower()]
                for name in listed(one.get("variable_list"))
                if str(name).lower() in by_name
            )
        )
        group = Together(members, label(one.get("label")), str(code).lstrip("$"), several=True)
        value = _text(one.get("counted_value")) if one.get("is_dichotomy") else ""
        sets.append((group, value))
    return sets


def _variable(read: Mapping[str, Any], name: str, counted: str) -> Variable:
    """A variable with what the dictionary says of it; of a box, `counted` is the value of a tick."""

    def of(key: str) -> Any:
        return mapping(read.get(key)).get(name)

    # Qualtrics writes of which part of a question a variable is
    text = label(of("labels")).replace(" - Selected Choice", "")
    missing = [mapping(one) for one in listed(of("missing"))]
    options = _options(listed(of("values")), missing)
    shown = re.match(r"[A-Z]*", str(of("formats") or "").upper())
    form = shown[0] if shown else ""
    kind = "box" if counted else _kind(options, form, of("types") == "string")
    doubt = _PARTS_OF_YEARS.get(form, "")
    if kind == "text" and of("widths") in _DATE_LETTERS and asks_when(text):
        kind, doubt = "date", DATE_DOUBT
    if kind == "single":
        options = _with_steps(options, str(of("measures") or ""))
    if counted not in ("", "1"):
        doubt = f"its boxes count the value {counted}"
    unlabelled = [_range(one) for one in missing if _range(one) not in {part.code for part in options}]
    check = f"the file declares missing: {', '.join(unlabelled)}" if unlabelled else ""
    headings = tuple(filter(None, (name, text, label(of("labels")))))
    return Variable(name, text, kind, options, check=check, doubt=doubt, headings=headings)


def _range(bounds: Mapping[str, Any]) -> str:
    """What is declared missing, in words: a value, or the first and the last of several."""
    low, high = _text(bounds.get("lo")), _text(bounds.get("hi"))
    return low if low == high else f"{low} to {high}"


def _options(values: Sequence[Any], missing: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The labelled values as options, in the order of the file."""
    options: dict[str, Part] = {}
    for pair in values:
        if isinstance(pair, list) and len(pair) == 2:
            code = _text(pair[0])
            declared = any(_within(pair[0], one) for one in missing)
            options.setdefault(code, option(code, label(pair[1]) or code, missing=declared))
    return tuple(options.values())


def _text(value: Any) -> str:
    """A value as an export has it: a whole number without a point."""
    return f"{value:.15g}" if isinstance(value, int | float) else str(value).strip()


def _within(value: Any, bounds: Mapping[str, Any]) -> bool:
    """Whether a value lies in what is declared missing."""
    low, high = bounds.get("lo"), bounds.get("hi")
    if isinstance(value, int | float) and isinstance(low, int | float) and isinstance(high, int | float):
        return low <= value <= high
    return isinstance(value, str) and value == low == high


def _kind(options: Sequence[Part], shown: str, is_string: bool) -> str:
    """The kind of a variable, by its labelled values and how it is shown."""
    if not is_string and is_box(options):
        return "box"
    answers = answers_of(options)
    if len(answers) > 1 or (answers and is_string):
        return "single"
    if is_string:
        return "text"
    return "date" if shown in _DATES else "time" if shown in _TIMES else "number"


def _with_steps(options: tuple[Part, ...], measure: str) -> tuple[Part, ...]:
    """The options of a scale that is labelled at its ends alone, with the steps between them."""
    ends = [one for one in options if not one.check and one.role == "substantive"]
    if (
        measure == "nominal"
        or len(ends) != 2
        or not all(re.fullmatch(r"-?\d{1,9}", one.code) for one in ends)
    ):
        return options
    first, last = int(ends[0].code), int(ends[1].code)
    step = 1 if first < last else -1
    if not 2 <= abs(last - first) <= _LONGEST_SCALE:
        return options
    between = tuple(Part(str(code), str(code)) for code in range(first + step, last, step))
    place = options.index(ends[0]) + 1
    return (*options[:place], *between, *options[place:])
