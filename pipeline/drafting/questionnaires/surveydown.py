"""surveydown: the questions of a survey in YAML, written by hand or taken from the survey as rendered.

The data have a column a question, `views_1` for a row of a matrix, and several answers joined by `|`. What is
shown when stands in the R code of the app, and not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline.drafting.questionnaires import plain_yaml
from pipeline.drafting.questionnaires.definition import Definition, Part, Place, Posed, label, with_role
from pipeline.drafting.questionnaires.parts import apart, gathered
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, mapping

_KINDS = {
    **dict.fromkeys(("mc", "mc_buttons", "mc_image", "select", "slider"), "single"),
    **dict.fromkeys(("mc_multiple", "mc_multiple_buttons", "mc_multiple_image"), "multiple"),
    **{"slider_numeric": "scale", "numeric": "number", "date": "date", "text": "text", "textarea": "text"},
    **{"matrix": "grid", "matrix_multiple": "boxes"},
}
_PAIRS = ("daterange",)
_UNKNOWN = "unknown"  # what surveydown writes for a question that the app makes while it runs
_TYPE = re.compile(
    rf"^[ \t]+type[ \t]*:[ \t]*[\"']?(?:{'|'.join((*_KINDS, *_PAIRS, _UNKNOWN))})\b", re.MULTILINE
)
_ROLES = {"id": "session_id", "started": "time_start", "submitted": "time_end"}
_ADDED = {
    "current_page": "the page that was reached",
    "browser": "the browser",
    "ip_address": "the address of the network",
    "screen_resolution": "the size of the screen",
    "exit_survey_rating": "a rating of the survey itself",
}
_MOST_STEPS = 11  # of a slider whose steps are options; with more it is a number


def recognised(source: Source) -> bool:
    """Whether it is YAML in which something has a type of surveydown's questions."""
    return source.suffix in (".yml", ".yaml") and bool(_TYPE.search(source.head))


def definition(source: Source) -> Definition:
    """What the survey asks; who is asked what is not in the file."""
    entries = plain_yaml.read(source)
    if not isinstance(entries, dict):
        raise source.error("has no questions by their ids; each is `id:` with its type and label below it")
    rows = {f"{code}_{row}" for code, entry in entries.items() for row in _values(mapping(entry).get("row"))}
    questions: list[Posed] = []
    unasked = dict(_ADDED)
    left_out: dict[str, list[str]] = {}
    taken: dict[str, int] = {}
    for code, value in entries.items():
        entry = mapping(value)
        if code in rows:
            continue  # the survey as rendered lists the rows of a matrix once more
        posed = apart(_posed(code, entry), taken)
        questions += posed
        if not posed:
            left_out.setdefault(str(entry.get("type") or "none")[:40], []).append(code)
            unasked[code] = "a question that is not drafted"
        elif str(entry.get("type")).startswith("matrix"):
            unasked[code] = "the name of a matrix, whose rows have the answers"
        unasked |= {f"time_q_{one}": "when a question was answered" for one in (code, *_headings(posed))}
        if len(questions) > MOST_PARTS:
            raise source.error(f"has more than {MOST_PARTS:,} questions", f"at {code}")
    numbers = [posed.code for posed in questions if posed.kind == "number"]
    reports = [
        f"questions of type {kind} are not drafted: {', '.join(c[:10])}" for kind, c in left_out.items()
    ]
    return Definition(
        "surveydown",
        "",
        tuple(gathered(questions, numbers)),
        unasked,
        _ROLES,
        ("what is shown when stands in app.R (sd_show_if, sd_skip_if): look at who was asked", *reports),
    )


def _headings(posed: list[Posed]) -> Iterator[str]:
    """The columns of questions."""
    return (name for one in posed for name, _ in one.columns)


def _posed(code: str, entry: Mapping[str, Any]) -> Iterator[Posed]:
    """The questions of an entry: none, one, or one for each row of a matrix of boxes."""
    kind = _KINDS.get(str(entry.get("type")))
    title = entry.get("label")
    text = label(" ".join(map(str, title)) if isinstance(title, list) else title) or code
    asks = Posed(code, text, str(kind), columns=((code, Place()),))
    options = tuple(with_role(part) for part in _parts(entry.get("options", entry.get("option"))))
    items = _parts(entry.get("row"))
    named = [(f"{code}_{item.code}", Place("item", item.code)) for item in items]
    if entry.get("is_range") == "true" or (kind in ("single", "multiple", "grid", "boxes") and not options):
        return
    match kind:
        case "single" | "multiple":
            yield replace(asks, options=options)
        case "scale" if 0 < len(options) <= _MOST_STEPS:
            yield replace(asks, kind="single", options=options)
        case "scale":
            yield replace(asks, kind="number")
        case "grid" if items:
            yield replace(asks, options=options, items=items, columns=tuple(named))
        case "boxes":
            for item, (name, _) in zip(items, named, strict=True):
                about = f"{text} – {item.label}"
                yield Posed(name, about, "multiple", options=options, columns=((name, Place()),))
        case "number" | "date":
            yield asks
        case "text":
            yield replace(asks, private=True)


def _parts(value: Any) -> tuple[Part, ...]:
    """Options or rows: values by their labels, or values alone."""
    pairs = value.items() if isinstance(value, dict) else ((one, one) for one in _values(value))
    parts: dict[str, Part] = {}
    for text, code in pairs:
        plain = _plain(code)
        if plain and plain not in parts:
            parts[plain] = Part(plain, label(text) if label(text) and text != code else plain)
    return tuple(parts.values())


def _values(value: Any) -> list[str]:
    """The values of options or rows as texts; those of anything else are none."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [_plain(one) for one in values]


def _plain(value: Any) -> str:
    """A value as the data have it: R writes the number 1 as 1.0 in YAML, and as 1 in the data."""
    text = value if isinstance(value, str) else ""
    return re.sub(r"\A(-?\d+)\.0\Z", r"\1", text)
