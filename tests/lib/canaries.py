"""A survey with a canary in every cell that must not be published, and a search of every kind of file."""

from __future__ import annotations

import base64
import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pypdf
from pages import texts_on
from surveys import Wave, lay_out

from pipeline.charts.book import Page

# the first eight characters tell them apart, because a database keeps so many of a text in its statistics
DROPPED, ADDRESS = "Dr0pqZ7f", "A1psqZ7f"
PRIVATE, CHOSEN, IDENTITY, MOMENT = "Pr1vqZ7f", "Ch0sqZ7f", "Id3nqZ7f", "05 03:04"
OTHER, PUBLIC = "0thrqZ7f", "PublqZ7f"
NOWHERE = (DROPPED, ADDRESS)
INTERIM = (PRIVATE, CHOSEN, IDENTITY, MOMENT)

SURVEY = """
title = "Canaries"
population = "forty invented respondents"
segments = ["size"]
[questions.size]
text = "How large?"
kind = "single"
options = { small = "Small", large = "Large", dkns = "Don't know" }
[questions.uses]
text = "What do you use?"
kind = "multiple"
options = { saw = "Saw", axe = "Axe", other = { label = "Other", write_in = true }, none = "None" }
[questions.uses.others]
"hatchet" = "axe"
[questions.illness]
text = "Which illness?"
kind = "single"
private = true
options = { cold = "Cold", none = "None", other = { label = "Other", write_in = true } }
[questions.age]
text = "How old is it?"
kind = "number"
[questions.story]
text = "Your story?"
kind = "text"
[questions.secret]
text = "Your secret?"
kind = "text"
private = true
"""
RESPONDENTS = """id = "Respondent ID"
started = "Start Date"
submitted = "End Date"
weight = "Weight"
drop = ["Email Address", "IP Address"]
"""
REPORT = """
[[exhibit]]
id = "uses"
kind = "ranked_bars"
question = "uses"
text = "The axe has {uses.axe}."
[[exhibit]]
id = "uses_by_size"
kind = "segment_panels"
question = "uses"
by = "size"
[[exhibit]]
id = "uses_change"
kind = "dumbbell"
question = "uses"
[[exhibit]]
id = "age"
kind = "table"
question = "age"
"""
PUBLISHED = """wave,question,option,item,group,percent,n,source,wording,mode,address,grade
b,uses,saw,,,50,40,The deck,,,example.org,A
"""
HEADER = [
    *["Respondent ID", "Start Date", "End Date", "Weight", "Email Address", "IP Address", "How large?"],
    *["What do you use?", "Which illness?", "How old is it?", "Your story?", "Your secret?"],
]


def export(wave: int) -> list[list[str]]:
    """The header and the forty responses of a wave."""
    rows = []
    for number in range(40):
        me = f"{wave}{number:02}"
        tools = [["Saw"], ["Axe", "Saw"], [f"{OTHER}{me}"], ["hatchet"], ["None"]][number * (wave + 2) % 5]
        illness = ["Cold", "None", f"{CHOSEN}{me}"][number % 3]
        rows.append(
            [
                *[f"{IDENTITY}{me}", f"1987-06-{MOMENT}:{number:02}", f"1987-06-{MOMENT}:{number:02}"],
                *[f"{1 + number % 3 / 10:g}", f"{DROPPED}{me}@example.org", f"{ADDRESS}{me}"],
                *[["Small", "Large"][number % 2], "; ".join(tools), illness, str(20 + number)],
                *[f"{PUBLIC}{me} it was", f"{PRIVATE}{me} it is"],
            ]
        )
    return [HEADER, *rows]


def text(rows: list[list[str]]) -> str:
    """Rows as CSV."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def write(folder: Path) -> Path:
    """The survey in a project folder; raw/canaries/."""
    waves = {
        name: Wave(
            export(wave), respondents=RESPONDENTS, title=f"Canaries of {name}",
            head="fielded = { from = 2001-02-03, to = 2001-02-20 }",
        )
        for wave, name in enumerate("ab")
    }  # fmt: skip
    paths = lay_out(folder, "canaries", SURVEY, waves, REPORT)
    paths.published_file.write_text(PUBLISHED)
    return paths.raw


def _plain(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()


def _database(path: Path) -> Iterator[bytes]:
    """Every cell of every table and view, beside the bytes."""
    yield path.read_bytes()
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema not in "
            "('information_schema', 'pg_catalog') order by all"
        ).fetchall()
        assert len(names) > 10
        for schema, name in names:
            for cells in ("*", "columns(*)::varchar"):
                rows = connection.execute(f'select {cells} from "{schema}"."{name}"').fetchall()
                yield repr(rows).encode()


def _parquet(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    with duckdb.connect() as connection:
        yield repr(connection.execute("select * from read_parquet(?)", [str(path)]).fetchall()).encode()
        yield repr(connection.execute("select * from parquet_metadata(?)", [str(path)]).fetchall()).encode()


def _zipped(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()
        yield repr(archive.namelist()).encode()
        yield from (archive.read(name) for name in archive.namelist())


def _drawn(path: Path) -> Iterator[bytes]:
    """The page as it is kept, and its texts as they read."""
    data = path.read_bytes()
    yield data
    yield "\n".join(text for text, _, _ in texts_on(Page.of(data))).encode()


def _pdf(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    packed = re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)
    assert packed
    for stream in packed:
        try:
            yield zlib.decompressobj().decompress(stream)
        except zlib.error:
            yield stream
    reader = pypdf.PdfReader(path)
    yield "\n".join(page.extract_text() for page in reader.pages).encode()
    yield f"{reader.metadata} {reader.outline}".encode()


def _png(path: Path) -> Iterator[bytes]:
    """The picture's chunks, those of text unpacked."""
    data, at = path.read_bytes(), 8
    yield data
    while at < len(data):
        (size,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            for start in range(at + 8, at + 8 + size):
                try:
                    yield zlib.decompressobj().decompress(data[start : at + 8 + size])
                except zlib.error:
                    continue
        at += size + 12


def _page(path: Path) -> Iterator[bytes]:
    """The page, and what it carries in data addresses."""
    data = path.read_bytes()
    yield data
    for packed in re.findall(rb"base64,([A-Za-z0-9+/=]+)", data):
        inner = base64.b64decode(packed)
        yield inner
        yield from (base64.b64decode(more) for more in re.findall(rb"base64,([A-Za-z0-9+/=]+)", inner))


KINDS: dict[str, Callable[[Path], Iterator[bytes]]] = {
    ".csv": _plain, ".txt": _plain, ".md": _plain, ".json": _plain, ".toml": _plain, ".md5": _plain,
    ".lock": _plain, ".record": _plain, ".page": _drawn, ".svg": _page,
    "": _plain,  # .gitignore has no suffix
    ".html": _page, ".png": _png, ".pdf": _pdf, ".xlsx": _zipped, ".parquet": _parquet, ".kept": _parquet,
    ".duckdb": _database,
}  # fmt: skip


def holds(path: Path, canaries: tuple[str, ...]) -> list[str]:
    """Those of `canaries` that a file holds, in whatever way; KeyError for a kind that nothing opens."""
    wanted = {c: [c.encode(), c.encode("utf-16-le"), c.encode("utf-16-be")] for c in canaries}
    pieces = list(KINDS[path.suffix](path))
    return [c for c, forms in wanted.items() if any(form in piece for form in forms for piece in pieces)]
