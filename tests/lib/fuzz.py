"""What `test_fuzz.py` draws: damaged bytes, exports and declarations that are almost right, odd texts."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import math
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

Draw = st.DrawFn
MORE = int(os.environ.get("FUZZ", "0"))
"""how many times the usual number of examples is tried, with a new seed; 0: the usual ones"""
HUNG = 60  # seconds after which an example is taken to hang, also on a busy machine


def examples(number: int, quick: bool = True) -> settings:
    """The settings of a test of so many examples: the same ones each time, unless FUZZ asks for more.

    What is not quick is reported as it failed: to look for a smaller example would take minutes.
    """
    usual = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(
        phases=[*usual, Phase.shrink] if quick and not MORE else usual,
        max_examples=number * max(MORE, 1),
        derandomize=not MORE,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """An AssertionError where what is done within takes as long as if it never ended."""

    def stop(*_: object) -> None:
        raise AssertionError(f"not done after {HUNG} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HUNG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# texts that some reader, writer, page or terminal might take for something else
ODD = [
    "", " ", "\t", "\u00a0", "\ufeff", "\u200b", "…", "Yes…", "a\nb", "a\r\nb", "a\rb", "\n", "\u2028",
    "\x85", '"', '""', '"a', 'a"b', "'", "''", "'=1", "=1+1", "+1", "-1", "@x", "\t=1", "=", "-", "–",
    ",", ";", "|", "a,b", "a; b", "a, b", "[a]", "q [a]", "q [", "]", "{}", "{uses}", "{uses.models}",
    "{{ 1 }}", "{% x %}", "$", "$x_{1}$", "$\\frac{1}{0}$", "a_b^c", "^", "\\", "\\n", "\\x00", "<b>",
    "</text>", "</script>", "<!--", "-->", "]]>", "&", "&amp;", "&#0;", "&lt;", "%", "%s", "%(x)s", "#",
    "#NAME?", "_x0041_", "_x000D_", "0", "00", "1", "01", "1.0", "1e5", "1e999", "-0", "nan", "NaN", "NA",
    "N/A", "null", "None", "inf", "Infinity", "true", "TRUE", "false", "2000-02-30", "2000-02-03",
    "1/2/2003", "31/12/1999 24:00", "٣", "½", "①", "é", "e\u0301", "\u0301", "ﬁ", "ß", "ẞ", "İ", "ı", "ǅ",
    "Ω", "ΐ", "שלום", "مرحبا", "\u2067x\u2069", "\u200f", "\u200d", "👩\u200d👩\u200d👧", "🇩🇪", "👍🏽",
    "\U0001f600", "漢字", "한", "ก็", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "\ufffd", "\u0378",
    "\x00", "\x07", "\x1b[31m", "\x7f", "\x9b", "\u202e", "Zalgo̷̢̡͓", "mailto:a@example.org",
    "a@example.org", "https://example.org/x", "192.168.0.1", "+44 20 7946 0958", "Other", "Don't know",
    "None of these", "Yes", "yes", "YES ", "Respondent ID", "ID", "Response", "x" * 300, "word " * 80,
    "y" * 40_000,
]  # fmt: skip
letters = st.characters(codec="utf-8")
odd_texts = st.one_of(st.sampled_from(ODD), st.text(letters, max_size=12)) | st.builds(
    "".join, st.lists(st.one_of(st.sampled_from(ODD), st.text(letters, max_size=4)), max_size=3)
)


# bytes

Damage = tuple[str, float, bytes]
SIGNS = [
    b'"', b"'", b",", b";", b"\n", b"\r", b"\0", b"\\", b"=", b"[", b"]", b"{", b"}", b"#", b".", b"\xff",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\x80", b"\x1a", b"0", b"9", b"-", b" ",
]  # fmt: skip
damages = st.lists(
    st.tuples(
        st.sampled_from(["flip", "flip", "put", "put", "cut", "out", "twice", "zero"]),
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.sampled_from(SIGNS), st.binary(min_size=1, max_size=6)),
    ),
    min_size=1,
    max_size=4,
)


def damaged(data: bytes, done: Sequence[Damage]) -> bytes:
    """`data` with bytes turned, put in, taken out, repeated, blanked, or cut off at a place."""
    content = bytearray(data)
    for what, place, sign in done:
        at = int(place * len(content))
        size = 1 + sign[0] % 40
        if what == "flip" and content:
            content[at] ^= sign[0] or 1
        elif what == "put":
            content[at:at] = sign
        elif what == "cut" and len(content) > 1:
            del content[max(at, 1) :]
        elif what == "out":
            del content[at : at + size]
        elif what == "twice":
            content[at:at] = content[at : at + size]
        elif what == "zero":
            content[at : at + size] = bytes(len(content[at : at + size]))
    return bytes(content)


# exports


@dataclass(frozen=True)
class Written:
    """Delimited text, and the records that it was written from."""

    data: bytes
    encoding: str
    delimiter: str
    rows: list[list[str]]


plain_cells = st.sampled_from(["", "", "1", "a", "Yes", "No", "two words", "1.5", "é", "it's", " x "])
cells = st.one_of(plain_cells, plain_cells, odd_texts)


@st.composite
def delimited(draw: Draw) -> Written:
    """Records of a few columns as some tool, good or bad, might write them."""
    width = draw(st.integers(1, 5))
    rows = [[draw(cells) for _ in range(width)] for _ in range(draw(st.integers(0, 5)))]
    head = [draw(st.sampled_from([f"q{n}", f"q{n}", f"What, {n}?", ""]) | odd_texts) for n in range(width)]
    rows.insert(0, head)
    delimiter = draw(st.sampled_from(",,,;;\t|:"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, -1]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    stream = io.StringIO(newline="")
    if quoting == -1:  # by hand, as programs do that know of no quotes
        stream.write(end.join(delimiter.join(row) for row in rows))
    else:
        csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    text = stream.getvalue() + draw(st.sampled_from(["", "", end, end * 2, " ", delimiter * width, "\x1a"]))
    encoding = draw(
        st.sampled_from(
            ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman", "utf-7"]
        )
    )
    return Written(text.encode(encoding, "replace"), encoding, delimiter, rows)


@st.composite
def nearly_delimited(draw: Draw) -> Written:
    """Such records, and then perhaps something broken."""
    written = draw(delimited())
    if draw(st.booleans()):
        return written
    return Written(damaged(written.data, draw(damages)), written.encoding, written.delimiter, written.rows)


HEADERS = {
    b"": b"", b"%PDF-1.4": b"", b"PK\x03\x04": b"", b"PAR1": b"PAR1", b"$FL2@(#)": b"", b"$FL3": b"",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": b"", b"\xff\xfe": b"", b"\xfe\xff": b"", b"\xef\xbb\xbf": b"",
    b"<html>": b"", b"a,b\n": b"", b"a;b\n1;2\n": b"", b"ID\tq\n": b"",
}  # fmt: skip
any_bytes = st.builds(
    lambda ends, data: ends[0] + data + ends[1],
    st.sampled_from(list(HEADERS.items())),
    st.one_of(st.binary(max_size=300), st.text(letters, max_size=80).map(lambda text: text.encode())),
)
SAMPLE = [
    ["ID", "q1", "q2", "q3"],
    ["1", "Yes", "one; two", "3.5"],
    ["2", "No", "", "4"],
    ["3", "Yes", "grüße", "-1"],
    ["4", "", "'=1", ""],
]


@cache
def packed(suffix: str) -> bytes:
    """The sample as a file of some kind other than text."""
    frame = pd.DataFrame(SAMPLE[1:], columns=SAMPLE[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sample{suffix}"
        if suffix == ".xlsx":
            frame.to_excel(path, index=False, engine="xlsxwriter")
        elif suffix == ".parquet":
            import duckdb

            with duckdb.connect() as connection:
                connection.execute(
                    "copy (select ID, q1, q2, try_cast(q3 as double) as q3, [q1, 'x'] as q4, "
                    "date '2000-02-03' as q5, "
                    f"{{'a': 1}} as q6, true as q7 from frame) to '{path}' (format parquet)"
                )
        else:
            numbers = frame.assign(ID=range(1, 5), q1=[1.0, 2.0, 1.0, math.nan])
            pyreadstat.write_sav(
                numbers,
                path,
                column_labels={"q1": "Is it?", "q2": "What is it?"},
                variable_value_labels={"q1": {1: "Yes", 2: "No"}},
                missing_ranges={"ID": [{"lo": 90, "hi": 99}]},
                compress=suffix == ".zsav",
            )
        return path.read_bytes()


SUFFIXES = [".xlsx", ".sav", ".zsav", ".parquet"]


# declarations

EXTREME = [
    0, -1, 1, 2, 7, 10**6, 10**9 + 1, 2**31, 2**63, -(2**63) - 1, 10**30, 10**400, 0.0, -0.0, 0.5, 1e-300,
    1e308, -1e308, math.nan, math.inf, -math.inf, True, False, datetime.date(1, 1, 1),
    datetime.date(9999, 12, 31), datetime.date(2000, 2, 3), datetime.datetime(2000, 2, 3, 4, 5, 6, 789),
    datetime.time(23, 59, 59), datetime.datetime(2000, 2, 3, tzinfo=datetime.UTC), [], {}, [[]], [{}],
    {"": ""}, {"a": {}},
]  # fmt: skip
TERMS = [
    "single", "multiple", "grid", "rank", "number", "date", "allocation", "text", "table", "ranked_bars",
    "histogram", "trend_lines", "dumbbell", "combinations", "funnel_bars", "paired_bars", "heat_table",
    "segment_panels", "published_bars", "scale_bars", "diverging_bars", "single_bar", "wilson", "beta",
    "logit", "other", "none", "dkns", "not_applicable", "substantive", "yes", "no", "north", "south",
    "region", "uses", "views", "share", "top", "models", "agree", "good", "first", "second", "first.csv",
    "second.csv", "survey.toml", ".", "..", "/", "/a+/", "/(a+)+/", "/(/", "/[/", "/\\d/", "utf-8",
    "utf-7", "idna", "base64", "rot13", "unicode_escape", "punycode", "undefined", "utf-16", "utf-32",
    "hex", "zlib", "mbcs", "A", "A:C", "C:A", "ZZZ", "A:ZZZ", "ID", "Are you involved?", "day first",
    "same", "reworded", "broken", "speeder", "attention", "duplicate_id", "straight_lining", "impossible",
    "partial", "flat", "surveymonkey", "qualtrics", "limesurvey", "kobotoolbox", "typeform",
    "googleforms", "spss", "*.example.org", "CC-BY-4.0", "keep", "exclude",
]  # fmt: skip
KEYS = [
    "title", "text", "kind", "options", "scale", "items", "max", "asked", "nets", "net_labels", "unit",
    "others", "private", "sensitive", "label", "role", "exclusive", "write_in", "from_text", "scores",
    "public", "coarsen", "licence", "quasi_identifiers", "k", "remove", "edges", "privacy", "base",
    "count", "span", "allow", "interval", "segments", "methodology", "sponsor", "source", "file",
    "format", "sha256", "url", "encoding", "separator", "sheet", "first_row", "header_rows", "dates",
    "blank", "respondents", "id", "started", "submitted", "weight", "drop", "exclude", "reason", "where",
    "quality", "speeders", "below", "seconds", "straight_lining", "attention", "impossible", "columns",
    "answers", "changes", "status", "note", "pool", "not_offered", "weights", "targets", "shares", "trim",
    "fielded", "from", "to", "synthetic", "exhibit", "question", "by", "show", "same_theme", "dkns",
    "claim", "neutral", "introduction", "of", "groups", "counterpart", "top", "majority", "higher_in",
    "grew", "fell", "no_clear_change", "questions", "scales", "effects", "shift", "basis", "number",
    "low", "high", "median", "spread", "step", "among", "texts", "skips", "not_in", "breaks_off",
    "screened_out", "other", "none", "", "a b", "é", "A", "_x", "x" * 300, *TERMS[:40],
]  # fmt: skip
leaves = st.one_of(
    st.sampled_from(TERMS),
    st.sampled_from(EXTREME),
    st.sampled_from([text for text in ODD if len(text) < 500]),
    st.integers(-10, 110),
    st.floats(),
    st.text(letters, max_size=10),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything within `data`."""
    parts: list[tuple[Any, Any]] = []
    if isinstance(data, dict):
        parts = list(data.items())
    elif isinstance(data, list):
        parts = list(enumerate(data))
    return [place for key, value in parts for place in ((*path, key), *places(value, (*path, key)))]


def at(data: Any, path: Sequence[Any]) -> Any:
    for part in path:
        data = data[part]
    return data


MILD = ["like", "like", "other", "delete"]


@st.composite
def mutated(draw: Draw, data: dict[str, Any]) -> dict[str, Any]:
    """Declarations with a few things deleted, renamed, moved or replaced, or with one that fits its place."""
    data = copied(data)
    mild = draw(st.booleans())
    for _ in range(1 if mild else draw(st.integers(1, 3))):
        there = places(data)
        if not there:
            break
        path = draw(st.sampled_from(there))
        owner, key = at(data, path[:-1]), path[-1]
        what = draw(st.sampled_from(MILD if mild else [*MILD, "value", "value", "rename", "add", "wrap"]))
        if what == "value":
            owner[key] = draw(values)
        elif what == "like":  # of the same type, so that it is read and goes on
            owner[key] = draw(like(owner[key]))
        elif what == "other":  # what stands elsewhere in the file
            owner[key] = copied(at(data, draw(st.sampled_from(there))))
        elif what == "delete":
            del owner[key]
        elif what == "rename" and isinstance(owner, dict):
            name = draw(st.sampled_from(KEYS) | st.sampled_from([str(p[-1]) for p in there]) | odd_texts)
            kept = {name if k == key else k: v for k, v in owner.items()}
            owner.clear()
            owner.update(kept)
        elif what == "add":
            within = owner[key] if isinstance(owner[key], dict) else owner
            if isinstance(within, dict):
                within[draw(st.sampled_from(KEYS))] = draw(values)
            else:
                within.append(draw(values))
        elif what == "wrap":
            owner[key] = [owner[key]]
    return data


def like(value: Any) -> st.SearchStrategy[Any]:
    """Values of the type of another."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int | float):
        return st.one_of(st.integers(-5, 200), st.floats(-2, 200), st.sampled_from(EXTREME[:17]))
    if isinstance(value, str):
        return st.one_of(st.sampled_from(TERMS), odd_texts, odd_texts.map(lambda more: f"{value}{more}"))
    if isinstance(value, list):
        return st.permutations(value).flatmap(
            lambda order: st.integers(0, len(order)).map(lambda n: copied(order[:n]))
        ) | st.just(copied([*value, *value]))
    if isinstance(value, dict):
        return st.permutations(list(value.items())).flatmap(
            lambda order: st.integers(0, len(order)).map(lambda n: copied(dict(order[:n])))
        )
    return st.dates()


def copied(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: copied(value) for key, value in data.items()}
    return [copied(part) for part in data] if isinstance(data, list) else data


def quoted(text: str) -> str:
    """A text in quotes, as TOML has it."""
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\\x7f' else c for c in text) + '"'


def inline(value: Any) -> str:
    """A value as TOML has it on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(str(k))} = {inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(inline(part) for part in value) + "]"
    return str(value.isoformat())


def as_toml(data: dict[str, Any]) -> str:
    """Declarations as TOML, its tables one and two deep under headings of their own."""
    lines = [f"{quoted(str(key))} = {inline(value)}" for key, value in data.items() if not _tables(value)]
    for key, value in data.items():
        if not _tables(value):
            continue
        name = quoted(str(key))
        if isinstance(value, list):
            for element in value:
                lines += [f"[[{name}]]", *(f"{quoted(str(k))} = {inline(v)}" for k, v in element.items())]
            continue
        lines.append(f"[{name}]")
        lines += [f"{quoted(str(k))} = {inline(v)}" for k, v in value.items() if not isinstance(v, dict)]
        for inner, table in value.items():
            if isinstance(table, dict):
                lines.append(f"[{name}.{quoted(str(inner))}]")
                lines += [f"{quoted(str(k))} = {inline(v)}" for k, v in table.items()]
    return "\n".join(lines) + "\n"


def _tables(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(part, dict) for part in value)
    )


LINES = [
    "", "[", "]", "[x]", "[[x]]", "[questions]", "x", "x =", "= 1", "x = 1", 'x = "', "x = '''", "x = [",
    "}", 'title = "x"', "a.b.c = 1", '"" = 1', "x = { y = 1, }", "x = 00", "x = 1_0", "x = 0x1F",
    "x = 1e400", "x = 2000-02-30", "x = 24:00:00", "x = " + "9" * 5000, "x = " + "[" * 200 + "]" * 200,
    "[a" + ".a" * 300 + "]", 'x = "\\ud800"', 'x = "\\U00110000"', "\ufeff", "\x00", "\x7f", "# \x01",
    "x = \"\"\"\n\n", "\r", "é = 1", "[questions.uses]", "[questions.uses.options]", "questions.uses = 1",
    "[[exhibit]]", "[source]",
]  # fmt: skip


@st.composite
def edited(draw: Draw, text: str) -> bytes:
    """A declaration with lines lost, doubled, exchanged or put in, or with damaged bytes."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(["delete", "twice", "swap", "put", "cut"]))
        if what == "delete" and len(lines) > 1:
            del lines[place]
        elif what == "twice":
            lines.insert(draw(st.integers(0, len(lines))), lines[place])
        elif what == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[place], lines[other] = lines[other], lines[place]
        elif what == "put":
            lines.insert(place, draw(st.sampled_from(LINES)))
        elif what == "cut":
            lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
    data = draw(st.sampled_from(["\n", "\n", "\r\n"])).join(lines).encode()
    return damaged(data, draw(damages)) if draw(st.booleans()) else data


@st.composite
def published(draw: Draw, text: str) -> bytes:
    """published.csv with cells replaced, rows lengthened or cut, and written in other ways."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for _ in range(draw(st.integers(0, 4))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        what = draw(st.sampled_from(["cell", "cell", "cell", "column", "lost", "row"]))
        if what == "column":
            row.append(draw(cells))
        elif what == "lost" and row:
            row.pop()
        elif what == "row":
            rows.append(list(row))
        elif row:
            row[draw(st.integers(0, len(row) - 1))] = draw(
                cells | st.sampled_from([*TERMS, "1e5", "1e-9", "100.0"])
            )
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"]))).writerows(rows)
    data = stream.getvalue().encode(
        draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"])), "replace"
    )
    return damaged(data, draw(damages)) if draw(st.booleans()) else data


# labels

REFUSED = "\x00\x07\x1b\x7f\x9b\x85\u202e\ufffe\uffff"
ADDRESSES = ("@example", "://", "192.168", "7946", "mailto")
printable = [t for t in ODD if not any(c in t for c in REFUSED) and not any(a in t for a in ADDRESSES)]
drawable = [t for t in printable if all(ord(c) < 0x590 or 0x2000 <= ord(c) < 0x2600 for c in t)]


def labels(of: Sequence[str], more: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts made of some of these and of others, most of them short."""
    one = st.one_of(st.sampled_from(of), st.sampled_from(of), more)
    return st.one_of(one, one, st.builds("{}{}".format, one, one))


any_labels = labels(
    [text for text in printable if text],
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6),
)
drawn_labels = labels(
    [text for text in drawable if text and len(text) < 500],
    st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0x52F, exclude_categories=["Cc", "Cn"]), max_size=6
    ),
)
