"""Files that nobody would write: each is read, or refused with its place; nothing else ever happens.

`make fuzz` tries many more of them, with a new seed.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import shutil
import tomllib
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import openpyxl
import pytest
from fuzz import (
    SAMPLE,
    SUFFIXES,
    Damage,
    Written,
    any_bytes,
    any_labels,
    as_toml,
    damaged,
    damages,
    drawn_labels,
    edited,
    examples,
    in_time,
    mutated,
    nearly_delimited,
    packed,
    published,
    quoted,
)
from hypothesis import example, given
from hypothesis import strategies as st
from projects import ROOT, TOY, command, digest, make_project

from pipeline.project.paths import Paths, find

pytestmark = pytest.mark.slow

WHITE = " \t\n\v\f\r\u00a0\ufeff"
"""what is taken off the ends of a cell"""


def run(folder: Path, *words: str) -> tuple[bool, str]:
    """Whether a command did what it is for, and what it said; AssertionError where it broke instead."""
    with in_time():
        try:
            code, said = command(folder, *words)
        except Exception:
            raise
        except BaseException as error:  # a panic of a library written in Rust is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            raise AssertionError(f"{type(error).__name__}: {error}") from None
    assert code in (0, 1), said
    assert "Traceback" not in said
    assert said.strip()
    return not code, said


def told(paths: Paths, said: str) -> str:
    """What a refusal said, with every problem in a file that is there and on a line that it has."""
    problems = [line for line in said.splitlines() if line.startswith(f"raw/{paths.survey}/")]
    assert problems, said
    for problem in problems:
        named = re.match(r"(raw/[^/]+/[^:]+):(?:(\d+):)? ", problem)
        assert named, problem
        path = paths.root / named[1]
        if not named[2]:
            assert re.search(WHOLE, problem), problem
            continue
        assert 1 <= int(named[2]) <= path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r") + 1, (
            problem
        )
    return said


# what is said of a file, and not of one of its lines
WHOLE = r"nested too deeply|is not UTF-8|larger than|no such file|is not valid TOML"


# exports


def one_wave(folder: Path, file: str, format_: str = "flat", more: str = "") -> Paths:
    """A survey of one question whose only wave has the export `file`."""
    raw = folder / "raw" / "one"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "survey.toml").write_text('title = "One"\n[questions.q]\nkind = "text"\ntext = "q1"\n')
    (raw / "w.toml").write_text(
        f'title = "W"\nsynthetic = true\n[source]\nfile = "{file}"\nformat = "{format_}"\n{more}'
    )
    return find("one", folder)


def alone(paths: Paths, file: str, data: bytes) -> None:
    """Put an export beside its wave file, and none other."""
    for path in paths.raw.iterdir():
        if path.suffix != ".toml":
            path.unlink()
    (paths.raw / file).write_bytes(data)


def outputs(paths: Paths) -> dict[str, str]:
    return (
        digest(paths.outputs)
        if any(p.is_file() and p.suffix != ".lock" for p in paths.outputs.rglob("*"))
        else {}
    )


def ingested(paths: Paths) -> tuple[list[str], list[list[str | None]]]:
    """The columns of what `ingest` wrote, and its rows."""
    with duckdb.connect() as connection:
        found = connection.execute(f"select * from '{paths.cells('w')}'")
        return [name for name, *_ in found.description or []], [list(row) for row in found.fetchall()]


def seen_by_python(text: str, delimiter: str) -> tuple[list[str], list[list[str | None]]]:
    """What must be in the Parquet file: every cell but those of blank rows and of nameless, blank columns."""
    found = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if r]
    # rows of nothing above the header are no header
    head, *records = itertools.dropwhile(lambda r: not any(cell.strip(WHITE) for cell in r), found)
    rows = [[cell.strip(WHITE) or None for cell in record] for record in records]
    assert all(len(row) >= len(head) and not any(row[len(head) :]) for row in rows), "ragged, and accepted"
    rows = [row[: len(head)] for row in rows if any(row[: len(head)])]
    named = [
        "".join(c for c in name if unicodedata.category(c) != "Cc" and c not in "\u202d\u202e\ufffe\uffff")
        for name in head
    ]
    kept = [n for n, name in enumerate(named) if name.strip() or any(row[n] for row in rows)]
    return [f"c{n + 1}" for n in kept], [[row[n] for n in kept] for row in rows]


def decoded(data: bytes, encoding: str) -> str:
    if encoding in ("utf-8", "utf-8-sig") and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding).removeprefix("\ufeff")


def test_whatever_bytes_an_export_has_it_is_read_or_refused(tmp_path: Path) -> None:
    outcomes: Counter[tuple[str, bool]] = Counter()

    @example(b"a;b\n1;2\n", ".csv")
    @examples(40)
    @given(any_bytes, st.sampled_from([".csv", ".txt", ".xlsx", ".xls", ".ods", ".xlsb", ".parquet", ".sav"]))
    def one(data: bytes, suffix: str) -> None:
        paths = one_wave(tmp_path, f"w{suffix}", "spss" if suffix == ".sav" else "flat")
        alone(paths, f"w{suffix}", data)
        before = outputs(paths)
        done, said = run(tmp_path, "ingest", "--survey", "one")
        outcomes[suffix, done] += 1
        if not done:
            told(paths, said)
            assert outputs(paths) == before

    one()
    assert sum(n for (suffix, done), n in outcomes.items() if suffix == ".csv" and done) >= 1
    assert sum(n for (_, done), n in outcomes.items() if not done) >= 20


def test_every_cell_of_a_text_is_kept_or_the_file_is_refused(tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()

    @examples(80)
    @given(nearly_delimited(), st.booleans())
    def one(written: Written, declared: bool) -> None:
        said_so = declared or written.encoding not in ("utf-8", "utf-8-sig", "utf-16")
        paths = one_wave(tmp_path, "w.csv", more=f'encoding = "{written.encoding}"\n' if said_so else "")
        alone(paths, "w.csv", written.data)
        before = outputs(paths)
        done, said = run(tmp_path, "ingest", "--survey", "one")
        outcomes[done] += 1
        if not done:
            told(paths, said)
            assert outputs(paths) == before
            return
        text = decoded(written.data, written.encoding if said_so else "utf-8")
        read = []
        for delimiter in ",;\t|:^~\x1f":
            try:
                read.append(seen_by_python(text, delimiter))
            except AssertionError:
                continue
        assert ingested(paths) in read

    one()
    assert min(outcomes[True], outcomes[False]) >= sum(outcomes.values()) // 6, outcomes


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_file_that_is_no_text_is_read_or_refused(suffix: str, tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()
    whole = packed(suffix)

    @examples(5 if "sav" in suffix else 30)  # a process reads each SPSS file
    @given(damages)
    def one(done_to_it: list[Damage]) -> None:
        paths = one_wave(tmp_path, f"w{suffix}", "spss" if "sav" in suffix else "flat")
        alone(paths, f"w{suffix}", damaged(whole, done_to_it))
        before = outputs(paths)
        done, said = run(tmp_path, "ingest", "--survey", "one")
        outcomes[done] += 1
        if not done:
            told(paths, said)
            assert outputs(paths) == before

    one()
    assert outcomes[False] >= sum(outcomes.values()) // 4, outcomes
    paths = one_wave(tmp_path, f"w{suffix}", "spss" if "sav" in suffix else "flat")
    alone(paths, f"w{suffix}", whole)
    done, said = run(tmp_path, "ingest", "--survey", "one")
    assert done, said
    assert [row[2] for row in ingested(paths)[1]] == [row[2] or None for row in SAMPLE[1:]]


def test_a_survey_is_drafted_from_whatever_is_no_export(tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()

    @example((".csv", b"What do you use?;Why?\nPaper;It lasts\n"))
    @example((".csv", b"What do you use?,Why?\nA pen,It is here\n"))
    @examples(16)
    @given(
        st.one_of(
            nearly_delimited().map(lambda written: (".csv", written.data)),
            st.tuples(st.sampled_from(SUFFIXES), damages).map(lambda p: (p[0], damaged(packed(p[0]), p[1]))),
            any_bytes.map(lambda data: (".csv", data)),
        )
    )
    def one(export: tuple[str, bytes]) -> None:
        raw = tmp_path / "raw" / "new"
        shutil.rmtree(raw, ignore_errors=True)
        raw.mkdir(parents=True)
        (raw / f"w{export[0]}").write_bytes(export[1])
        done, _ = run(tmp_path, "new-wave", f"raw/new/w{export[0]}")
        outcomes[done] += 1
        written = sorted(path.name for path in raw.iterdir())
        drafts = ["survey.toml", "w.toml"] if done else []
        assert written == sorted([f"w{export[0]}", *drafts])
        if done:
            for name in ("survey.toml", "w.toml"):
                assert tomllib.loads((raw / name).read_text("utf-8"))["title"]

    one()
    assert min(outcomes[True], outcomes[False]) >= sum(outcomes.values()) // 8, outcomes


def test_a_further_wave_is_drafted_from_whatever_is_no_export(tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()
    paths = make_project(tmp_path)
    declared = {name: (TOY / name).read_bytes() for name in ("survey.toml", "first.toml", "second.toml")}

    @examples(10)
    @given(st.sampled_from(["first", "second"]), damages, st.sampled_from(["first", "second"]))
    def one(name: str, done_to_it: list[Damage], like: str) -> None:
        (paths.raw / "third.toml").unlink(missing_ok=True)
        for file, data in declared.items():
            (paths.raw / file).write_bytes(data)
        (paths.raw / "third.csv").write_bytes(damaged((TOY / f"{name}.csv").read_bytes(), done_to_it))
        done, _ = run(tmp_path, "new-wave", "raw/toy/third.csv", "--like", like)
        outcomes[done] += 1
        if done:
            assert tomllib.loads((paths.raw / "third.toml").read_text("utf-8"))["title"]
        else:
            assert not (paths.raw / "third.toml").exists()
            assert {file: (paths.raw / file).read_bytes() for file in declared} == declared

    one()
    assert min(outcomes[True], outcomes[False]) >= sum(outcomes.values()) // 8, outcomes


# declarations

DECLARED = ["survey.toml", "first.toml", "second.toml", "report.toml", "published.csv"]


def declare(name: str, text: str) -> st.SearchStrategy[bytes]:
    if name.endswith(".csv"):
        return published(text)
    return st.one_of(
        mutated(tomllib.loads(text)).map(lambda data: as_toml(data).encode()),
        mutated(tomllib.loads(text)).map(lambda data: as_toml(data).encode()),
        edited(text),
    )


@pytest.mark.parametrize("name", DECLARED)
def test_whatever_is_declared_it_is_checked_or_refused(name: str, tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()
    paths = make_project(tmp_path)
    text = (TOY / name).read_text("utf-8")

    @examples(14)
    @given(declare(name, text))
    def one(data: bytes) -> None:
        (paths.raw / name).write_bytes(data)
        before = digest(tmp_path)
        done, said = run(tmp_path, "check", "--survey", "toy")
        outcomes[done] += 1
        if not done:
            told(paths, said)
        assert digest(tmp_path) == before

    one()
    assert outcomes[False] >= sum(outcomes.values()) // 3, outcomes
    assert outcomes[True] >= 1, outcomes


def test_whatever_is_declared_all_stages_run_or_refuse_it(tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()
    paths = make_project(tmp_path)
    texts = {name: (TOY / name).read_text("utf-8") for name in DECLARED}
    assert run(tmp_path, "all", "--survey", "toy")[0]

    @examples(2, quick=False)
    @given(
        st.sampled_from(DECLARED).flatmap(lambda name: st.tuples(st.just(name), declare(name, texts[name])))
    )
    def one(change: tuple[str, bytes]) -> None:
        for name, text in texts.items():
            (paths.raw / name).write_text(text, "utf-8", newline="")
        (paths.raw / change[0]).write_bytes(change[1])
        before = {name: kept for name, kept in digest(paths.outputs).items() if "interim" not in name}
        done, said = run(tmp_path, "all", "--survey", "toy")
        outcomes[done] += 1
        if not done:
            told(paths, said)
            assert {name: k for name, k in digest(paths.outputs).items() if "interim" not in name} == before

    one()
    assert outcomes


@pytest.mark.parametrize("name", ["survey.toml", "2024.toml", "report.toml", "published.csv"])
def test_a_larger_questionnaire_is_read_or_refused(name: str, tmp_path: Path) -> None:
    from pipeline.declarations.load import load_declarations
    from pipeline.project.errors import SurveyError

    outcomes: Counter[bool] = Counter()
    source = ROOT / "raw" / "open-source-ai"
    raw = tmp_path / "raw" / "ai"
    raw.mkdir(parents=True)
    for path in [*source.glob("*.toml"), source / "published.csv"]:
        shutil.copy(path, raw)
    paths = find("ai", tmp_path)

    @examples(40)
    @given(declare(name, (source / name).read_text("utf-8")))
    def one(data: bytes) -> None:
        (raw / name).write_bytes(data)
        with in_time():
            try:
                load_declarations(paths)
                outcomes[True] += 1
            except SurveyError as error:
                outcomes[False] += 1
                told(paths, str(error))

    one()
    assert outcomes[False] >= sum(outcomes.values()) // 3, outcomes
    assert outcomes[True] >= 1, outcomes


def test_whatever_is_assumed_responses_are_invented_or_it_is_refused(tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()
    source = ROOT / "raw" / "open-source-ai"
    raw = tmp_path / "raw" / "ai"
    raw.mkdir(parents=True)
    for path in source.glob("*.toml"):
        shutil.copy(path, raw)
    paths = find("ai", tmp_path)

    @examples(14)
    @given(declare("assumptions.toml", (source / "assumptions.toml").read_text("utf-8")))
    def one(data: bytes) -> None:
        (raw / "assumptions.toml").write_bytes(data)
        words = ("--respondents", "20", "--seed", "1", "--replace", "--survey", "ai")
        done, said = run(tmp_path, "synthesise", "2025", *words)
        outcomes[done] += 1
        if not done:
            told(paths, said)

    one()
    assert outcomes[False] >= sum(outcomes.values()) // 4, outcomes
    assert outcomes[True] >= 1, outcomes


# labels


class Words(HTMLParser):
    """All that a page says, outside of what runs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.within = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.within = tag

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within not in ("script", "style"):
            self.said.append(data)


def spaced(text: str) -> str:
    """A text as a page shows it: whatever space there is counts as one."""
    return " ".join(text.split())


def drawn(text: str) -> str:
    """A text as a picture may show it: composed, without space, and without what has no picture."""
    kept = unicodedata.normalize("NFC", text)
    ignored = ("Cc", "Cf", "Zs", "Zl", "Zp")
    return "".join(
        c for c in kept if unicodedata.category(c) not in ignored and not "\ufe00" <= c <= "\ufe0f"
    )


def labelled(folder: Path, said: list[str], kind: str) -> Paths:
    """A survey whose texts are these: title, question, four options, grid, two items, a group."""
    title, question, *options, grid, first, second, group = said
    raw = folder / "raw" / "odd"
    raw.mkdir(parents=True, exist_ok=True)
    four = ", ".join(f"o{n} = {quoted(option)}" for n, option in enumerate(options))
    (raw / "survey.toml").write_text(
        f'title = {quoted(title)}\nsegments = ["s"]\n'
        f'[questions.s]\nkind = "single"\ntext = {quoted(question)}\n'
        f"options = {{ {four} }}\n"
        f'[questions.g]\nkind = "grid"\ntext = {quoted(grid)}\noptions = {{ no = "No", yes = "Yes" }}\n'
        f"items = {{ i0 = {quoted(first)}, i1 = {quoted(second)} }}\n",
        "utf-8",
    )
    (raw / "w.toml").write_text(
        'title = "W"\nsynthetic = true\n[source]\nfile = "w.csv"\nformat = "flat"\n'
        '[columns]\ns = "A"\ng = "B:C"\n'
    )
    by = ("table", "table") if kind == "table" else ("segment_panels", "scale_bars")
    (raw / "report.toml").write_text(
        f'[[exhibit]]\nid = "one"\nkind = "{kind}"\nquestion = "s"\nneutral = {quoted(title)}\n'
        f'[[exhibit]]\nid = "by"\nkind = "{by[0]}"\nquestion = "s"\nby = "bands"\n'
        f'[[exhibit]]\nid = "grid"\nkind = "{by[1]}"\nquestion = "g"\n'
        f'[segments.bands]\nof = "s"\n[segments.bands.groups]\n'
        f'a = {{ label = {quoted(group)}, options = ["o0", "o1"] }}\nb = ["o2", "o3"]\n',
        "utf-8",
    )
    stream = io.StringIO(newline="")
    rows = [[options[n % 4], ("No", "Yes")[n % 2], ("Yes", "No")[n % 3 > 0]] for n in range(48)]
    heads = ["s", f"x [{first}]", f"x [{second}]"]
    csv.writer(stream).writerows([["s", first, second] if "]" in first + second else heads, *rows])
    (raw / "w.csv").write_text(stream.getvalue(), "utf-8", newline="")
    return find("odd", folder)


@pytest.mark.parametrize("kind", ["table", "ranked_bars"])
def test_a_label_comes_out_of_every_stage_as_it_went_in(kind: str, tmp_path: Path) -> None:
    outcomes: Counter[bool] = Counter()
    said_of = any_labels if kind == "table" else drawn_labels

    @examples(3 if kind == "table" else 2, quick=False)
    @given(st.lists(said_of, min_size=10, max_size=10))
    def one(texts: list[str]) -> None:
        shutil.rmtree(tmp_path / "outputs", ignore_errors=True)
        texts = [f"{text} {place}" for place, text in enumerate(texts)]
        paths = labelled(tmp_path, texts, kind)
        done, _ = run(tmp_path, "all", "--survey", "odd")
        outcomes[done] += 1
        if not done:
            assert not paths.report.exists()
            return
        texts_of = set()
        for path in paths.tables.rglob("*.csv"):
            with path.open(encoding="utf-8", newline="") as stream:
                texts_of |= {re.sub("\r\n?", "\n", cell) for record in csv.reader(stream) for cell in record}
        book = openpyxl.load_workbook(paths.workbook, read_only=True)
        sheets = {
            str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None
        }
        page = spaced(" ".join(Words(paths.report.read_text("utf-8")).said))
        pictures = "".join(
            drawn("".join(ElementTree.fromstring(path.read_bytes()).itertext()))  # noqa: S314
            for path in sorted(paths.figures.glob("*.svg"))
        )
        for place, text in enumerate(texts):
            # the wording of a question is one line, as headings are
            ended = spaced(text) if place in (1, 6) else re.sub("\r\n?", "\n", text)
            assert place == 0 or {ended, f"'{ended}"} & texts_of, text
            assert any(ended in re.sub("\r\n?", "\n", cell) for cell in sheets), text
            assert spaced(text) in page, text
            assert kind == "table" or place == 1 or drawn(text) in pictures, text

    one()
    assert outcomes[True] >= sum(outcomes.values()) // 3, outcomes
