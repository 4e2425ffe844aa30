"""The public bundle: the same answers in three files, k-anonymous, and nothing that may not be in it."""

from __future__ import annotations

import csv
import hashlib
import hmac
import html
import io
import itertools
import json
import re
import shutil
import stat
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from projects import ROOT, digest, few_of, make_project, survey_command

from pipeline.declarations import survey
from pipeline.declarations.public import quasi_identifiers, removed
from pipeline.disclosure.protect import Pin
from pipeline.exhibits.run import Run
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.project.rebuild import Rebuild
from pipeline.public import bundle
from pipeline.public.anonymity import enough_out, few
from pipeline.public.bundle import value_labels
from pipeline.public.microdata import Names, anonymous_weights, pseudonym
from pipeline.public.write import public

TOY_PUBLIC = """
[public]
licence = "CC-BY-4.0"
k = 2
remove = ["why_not"]
[public.coarsen.share]
edges = [0, 50, 100]
[privacy]
base = 2
count = 1
span = 1
"""
FILES = {
    "CITATION.cff", "LICENCE", "codebook.md", "datapackage.json", "responses.csv", "responses.parquet",
    "responses.sav",
}  # fmt: skip


@dataclass(frozen=True)
class Published:
    """A survey with its bundle, and what was said when it was made."""

    paths: Paths
    said: list[str]

    @property
    def csv(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((self.paths.public / "responses.csv").read_text("utf-8"))))

    @property
    def key(self) -> bytes:
        return bytes.fromhex(self.paths.pseudonym_key.read_text())

    def text(self, name: str) -> str:
        return (self.paths.public / name).read_text("utf-8")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.paths.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def toy_with(folder: Path, done: Paths, declared: str = TOY_PUBLIC, **edits: tuple[str, str]) -> Paths:
    """A copy of the toy, all stages run, with `[public]` and edits (file: what by what) in it."""
    shutil.copytree(done.root, folder / "project")
    paths = Paths(folder / "project", "toy")
    paths.questionnaire.write_text(paths.questionnaire.read_text() + declared)
    for file, (before, after) in edits.items():
        path = paths.raw / f"{file}.toml"
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after, 1))
    normalise(paths)
    return paths


@pytest.fixture(scope="module")
def toy_public(tmp_path_factory: pytest.TempPathFactory, toy_done: Paths) -> Published:
    paths = toy_with(tmp_path_factory.mktemp("toy_public"), toy_done)
    return Published(paths, public(paths))


@pytest.fixture(scope="module")
def default_public(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("default_public")
    paths = make_project(folder, "open-source-ai", ROOT / "raw" / "open-source-ai")
    for key in paths.raw.glob("*.key"):
        key.unlink()
    shutil.copytree(ROOT / "outputs" / "open-source-ai" / "tables", paths.tables)
    ingest(paths)
    normalise(paths)
    return Published(paths, public(paths))


@pytest.fixture(scope="module")
def ospo_public(tmp_path_factory: pytest.TempPathFactory, ospo_done: Paths) -> Published:
    folder = tmp_path_factory.mktemp("ospo_public")
    shutil.copytree(ospo_done.root, folder / "project")
    paths = Paths(folder / "project", "ospo")
    return Published(paths, public(paths))


@pytest.fixture(params=few_of(["toy_public", "default_public", "ospo_public"], 1))
def published(request: pytest.FixtureRequest) -> Published:
    found: Published = request.getfixturevalue(request.param)
    return found


# k-anonymity

KEYS = st.lists(st.sampled_from(["a", "b", "c", None]), max_size=60)


@given(KEYS, st.integers(2, 12))
def test_who_is_in_no_class_of_k_goes_and_makes_up_k(keys: list[str | None], k: int) -> None:
    gone = few(keys, k)
    kept, out = Counter(), Counter()
    for key, is_gone in zip(keys, gone, strict=True):
        (out if is_gone else kept)[key] += 1
    assert min(kept.values(), default=k) >= k
    assert not set(kept) & set(out)
    assert out.total() == 0 or out.total() >= k or not kept
    if min(Counter(keys).values(), default=k) >= k:
        assert not any(gone)


def test_few_are_made_up_to_k_by_the_smallest_other_class() -> None:
    keys = ["a"] * 2 + ["b"] * 5 + [None] * 4 + ["d"] * 9
    # two are too few to be left out by themselves: the four who gave no answer go with them
    assert few(keys, 4) == [key in ("a", None) for key in keys]


GROUPS = st.lists(st.tuples(st.lists(st.integers(0, 9), min_size=5, max_size=5), st.sampled_from([0, 8])),
                  min_size=1, max_size=4)  # fmt: skip


@settings(deadline=None)
@given(GROUPS, st.lists(st.booleans(), min_size=5, max_size=5), st.integers(2, 12))
def test_enough_are_out_of_every_group_and_no_more(
    groups: list[tuple[list[int], int]], start: list[bool], fewest: int
) -> None:
    def enough(out: tuple[bool, ...]) -> bool:
        lefts = [sum(n for n, gone in zip(sizes, out, strict=True) if gone) for sizes, _ in groups]
        return all(
            left == sum(sizes) or (sum(sizes) >= least and (left == 0 or left >= fewest))
            for left, (sizes, least) in zip(lefts, groups, strict=True)
        )

    def cost(out: tuple[bool, ...]) -> int:
        return sum(max(own) for own, gone in zip(people, out, strict=True) if gone)

    people = list(zip(*(sizes for sizes, _ in groups), strict=True))
    own = [(np.array(sizes), least) for sizes, least in groups]
    found = tuple(enough_out(np.array(start), own, fewest).tolist())
    tried = [
        out
        for out in itertools.product([False, True], repeat=5)
        if all(out[place] for place in range(5) if start[place]) and enough(out)
    ]
    assert found in tried
    assert cost(found) == min(map(cost, tried))


# what the files hold


def answers_of(own: Published) -> dict[str, dict[str, str]]:
    """What the database says that each cell should be, by pseudonym and column, put together row by row."""
    declared, _ = survey.load(own.paths)
    allowed = declared.public
    assert allowed is not None
    cells: dict[str, dict[str, str]] = {
        pseudonym(own.key, wave, respondent): {"wave": wave}
        for wave, respondent in own.rows("select wave, respondent from respondents where excluded is null")
    }
    bases = own.rows("select wave, respondent, question from responses where state in ('answered', 'dkns')")
    offered: dict[tuple[str, str], list[str]] = {}
    for wave, question, option in own.rows(
        "select distinct waves.name, questions.id, options.id from coded.offers "
        "join coded.waves using (wave) join coded.questions using (question) "
        "join coded.options using (question, option)"
    ):
        offered.setdefault((wave, question), []).append(option)
    for wave, respondent, question in bases:
        if declared.questions[question].kind == "multiple":
            for option in offered[wave, question]:
                cells[pseudonym(own.key, wave, respondent)][f"{question}__{option}"] = "0"
    for wave, respondent, question, item, option, rank, value in own.rows(
        "select wave, respondent, question, item, option, rank, value from answers"
    ):
        kind, coarser = declared.questions[question].kind, allowed.coarsen.get(question)
        row = cells[pseudonym(own.key, wave, respondent)]
        if kind == "single":
            groups = coarser.groups.items() if coarser else ()
            row[question] = next((g for g, group in groups if option in group.options), option)
        elif kind == "multiple":
            row[f"{question}__{option}"] = "1"
        elif kind == "grid":
            row[f"{question}__{item}"] = option
        elif kind == "rank":
            row[f"{question}__{item}"] = str(rank)
        elif coarser and option is None:
            above = [edge for edge in coarser.edges if edge <= value]
            row[question] = {0: "0_to_under_50", 50: "50_to_under_100", 100: "100_or_more"}[above[-1]]
    return cells


def identifiers(own: Published) -> list[str]:
    declared, _ = survey.load(own.paths)
    assert declared.public is not None
    return quasi_identifiers(declared, declared.public)


def withheld_of(own: Published) -> dict[tuple[str, str], int]:
    """Of how many rows of a wave the codebook says that a question, or an item of a grid, is withheld."""
    states = "answered | dkns | not_applicable | skipped | not_reached | not_asked | not_offered | withheld"
    found = tables_of(own.text("codebook.md"), f"| column | wave | {states} |")
    counts = {(row[1], row[0]): int(row[-1]) for _, rows in found for row in rows}
    return {key: count for key, count in counts.items() if count}


def test_every_answer_is_the_databases_or_withheld_for_every_row(published: Published) -> None:
    expected, rows = answers_of(published), published.csv
    assert {row["respondent"] for row in rows} < set(expected)
    assert [row["respondent"] for row in rows] == sorted(row["respondent"] for row in rows)
    unsaid, empty, cells = withheld_of(published), 0, 0
    for row in rows:
        lacking = set()
        for name, value in row.items():
            wanted = expected[row["respondent"]].get(name, "")
            if name != "respondent" and value != wanted:
                parts = {part for part in (name, name.split("__")[0]) if (row["wave"], part) in unsaid}
                assert value == "" and parts, (row["respondent"], name)
                lacking |= parts
            cells += value != ""
        empty += len(lacking)
    assert cells > 100
    # and no answer is left out, but those to questions that are removed
    declared, _ = survey.load(published.paths)
    assert declared.public is not None
    out = removed(declared, declared.public)
    missing = {name for row in expected.values() for name in row} - set(rows[0])
    assert {name for name in missing if name.split("__")[0] not in out} == set()
    assert {name for name in rows[0] if name.split("__")[0] in out} == set()
    said = [re.search(r"(\d+) of (\d+) respondents .*, and ([\d,]+) of", line) for line in published.said]
    told = [[int(number.replace(",", "")) for number in found.groups()] for found in said if found]
    assert sum(own[0] for own in told) == len(expected) - len(rows)
    assert sum(own[2] for own in told) == empty > 0


def test_the_three_files_hold_the_same(published: Published) -> None:
    rows = published.csv
    with duckdb.connect() as connection:
        parquet = connection.execute(f"select * from '{published.paths.public / 'responses.parquet'}'")
        names = [column[0] for column in parquet.description]
        assert names == list(rows[0])
        cells = [["" if value is None else str(value) for value in row] for row in parquet.fetchall()]
    assert cells == [list(row.values()) for row in rows]
    frame, meta = pyreadstat.read_sav(published.paths.public / "responses.sav", user_missing=True)
    assert len(meta.column_names) == len(names)
    codes = values_of(published)
    for name, variable in zip(names, meta.column_names, strict=True):
        written = [row[name] for row in rows]
        if name in codes:
            ids = {code: value for value, (code, _) in codes[name].items()}
            read = ["" if value != value else ids[int(value)] for value in frame[variable]]
        elif name in ("wave", "respondent"):
            read = list(frame[variable])
        else:
            read = ["" if value != value else str(int(value)) for value in frame[variable]]
        assert read == written, name
    assert meta.missing_ranges == {}


def tables_of(codebook: str, header: str) -> list[tuple[str, list[list[str]]]]:
    """The tables of a codebook with this first row, by the heading above each."""
    found, heading, lines = [], "", codebook.splitlines()
    for number, line in enumerate(lines):
        heading = line.lstrip("# ") if line.startswith("#") else heading
        if line == header:
            rows = []
            for row in lines[number + 2 :]:
                if not row.startswith("|"):
                    break
                cells = re.split(r"(?<!\\)\|", row)[1:-1]
                rows.append([html.unescape(re.sub(r"\\([^\w\s])", r"\1", cell.strip())) for cell in cells])
            found.append((heading, rows))
    assert found
    return found


def columns_of(own: Published) -> list[tuple[str, list[list[str]]]]:
    return tables_of(own.text("codebook.md"), "| column | in responses.sav | label |")


def values_of(own: Published) -> dict[str, dict[str, tuple[int, str]]]:
    """The number and label of each value in the codebook, by column."""
    values = dict(
        tables_of(own.text("codebook.md"), "| value | in responses.sav | label | holds | offered in |")
    )
    return {
        column: {row[0]: (int(row[1]), row[2]) for row in values[heading]}
        for heading, rows in columns_of(own)
        if heading in values
        for column, *_ in rows
    }


def same(cut: str, label: str, room: int) -> bool:
    """Whether a label of an SPSS file is that of the codebook, as far as there is room."""
    if len(label.encode()) <= room:
        return cut == label
    return cut.endswith("…") and label.startswith(cut[:-1]) and room - 6 <= len(cut.encode()) <= room


def test_labels_in_spss_are_those_of_the_codebook(published: Published) -> None:
    _, meta = pyreadstat.read_sav(published.paths.public / "responses.sav", metadataonly=True)
    told = {variable: label for _, rows in columns_of(published) for _, variable, label in rows}
    assert list(told) == meta.column_names
    for variable, label in told.items():
        assert same(meta.column_names_to_labels[variable], label, 256), variable
    names = {column: variable for _, rows in columns_of(published) for column, variable, _ in rows}
    values = values_of(published)
    for column, own in values.items():
        read = meta.variable_value_labels[names[column]]
        assert sorted(read) == sorted(code for code, _ in own.values())
        assert [code for code, _ in own.values() if code > 0] == list(range(1, len(own) + 1))
        for code, label in own.values():
            assert same(read[code], label, 120), (column, code)
    boxes = {name: own for name, own in meta.variable_value_labels.items() if name not in
             {names[column] for column in values}}  # fmt: skip
    assert boxes
    assert all(own == {0.0: "Not chosen", 1.0: "Chosen"} for own in boxes.values())
    measures = {meta.variable_measure[names[column]] for column in values}
    assert measures <= {"nominal", "ordinal"}


def test_classes_have_k_rows_in_what_is_written(published: Published) -> None:
    declared, _ = survey.load(published.paths)
    assert declared.public is not None
    by = identifiers(published)
    assert by
    classes = Counter((row["wave"], *(row[name] for name in by)) for row in published.csv)
    assert min(classes.values()) >= declared.public.k
    assert len(classes) > 3


def test_frictionless_finds_the_package_valid(published: Published) -> None:
    report = frictionless.validate(str(published.paths.public / "datapackage.json"))
    assert report.valid, report.flatten(["message"])[:5]
    assert [task.name for task in report.tasks] == ["responses", "responses-parquet", "responses-sav"]
    package = json.loads(published.text("datapackage.json"))
    synthetic = published.paths.survey != "ospo"
    assert package["synthetic"] is synthetic
    for described in (package, *package["resources"]):
        assert described["description"].startswith("SYNTHETIC RESPONSES") is synthetic
    assert ("**SYNTHETIC RESPONSES" in published.text("codebook.md")) is synthetic
    for resource in package["resources"]:
        content = (published.paths.public / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_citation_is_valid(published: Published) -> None:
    cff = yaml.safe_load(published.text("CITATION.cff"))
    assert set(cff) == {"cff-version", "message", "type", "title", "abstract", "license", "authors"}
    assert (cff["cff-version"], cff["type"]) == ("1.2.0", "dataset")
    assert all(set(author) == {"name"} and author["name"] for author in cff["authors"])
    assert cff["license"] in published.text("LICENCE")


def test_no_file_says_when_it_was_made(published: Published) -> None:
    assert {path.name for path in published.paths.public.iterdir()} == FILES
    # standing alone: a pseudonym, or a hash, may hold its digits
    year = re.compile(rf"(?<![0-9a-f]){time.gmtime().tm_year}(?![0-9a-f])".encode())
    waves = "".join(path.read_text() for path in published.paths.wave_files()).encode()
    assert not year.search(waves)
    for name in FILES - {"responses.parquet", "responses.sav"}:
        assert not year.search((published.paths.public / name).read_bytes()), name


def secrets_of(paths: Paths) -> set[str]:
    """What exports have in columns that may not go in: ids, times, addresses, and what people wrote."""
    if paths.survey == "toy":
        text = "".join(path.read_text() for path in paths.raw.glob("*.csv"))
        return {*re.findall(r"canary-[a-z]+-\d+|90000\d\d", text), "knitting, sewing"}
    found: set[str] = set()
    for path in sorted(paths.raw.glob("20*.csv")):
        text = path.read_text("utf-8-sig")
        flat = ";" in text.partition("\n")[0]
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if flat else ","))
        header = rows[: 1 if flat else 3]
        for number in range(len(header[-1])):
            heading = " ".join(row[number] for row in header if len(row) > number)
            cells = {row[number] for row in rows[3:] if len(row) > number}
            if re.search(r"\bID\b|Date|Submitted|E-?mail|IP Address", heading):
                found |= {cell for cell in cells if len(cell) > 5}
            elif re.search(r"[Aa]nything else|Open-Ended|specify", heading):
                # a short text may be a label too
                found |= {cell for cell in cells if len(cell) > 30}
    return found


def test_nothing_that_may_not_go_in_is_in_any_byte(published: Published) -> None:
    own = published
    # an export may have the label of an option below a heading that speaks of something to specify
    hidden = secrets_of(own.paths) - {label for (label,) in own.rows("select label from options")}
    assert len(hidden) > (20 if own.paths.survey == "toy" else 1000)
    with duckdb.connect() as connection:
        rows = connection.execute(f"select * from '{own.paths.public / 'responses.parquet'}'").fetchall()
    frame, _ = pyreadstat.read_sav(own.paths.public / "responses.sav")
    unpacked = [str(cell) for row in [*rows, *frame.itertuples(index=False)] for cell in row]
    cells = set(unpacked)
    bytes_ = b"\n".join(path.read_bytes() for path in sorted(own.paths.public.iterdir()))
    for text in hidden:
        assert text.encode() not in bytes_, text
        assert text not in cells, text
    assert own.paths.pseudonym_key.read_text().strip().encode() not in bytes_
    # and the check finds what is there
    assert own.csv[0]["respondent"] in cells
    assert own.csv[0]["respondent"].encode() in bytes_


# the key


def test_pseudonyms_need_the_key_and_lose_the_order(toy_public: Published) -> None:
    key = b"k" * 32
    assert pseudonym(key, "first", 1) == hmac.digest(key, b"first\x001", "sha256").hex()[:12]
    names = [row["respondent"] for row in toy_public.csv]
    assert names == sorted(names)
    assert len(names) == len(set(names)) == 21
    assert all(re.fullmatch("[0-9a-f]{12}", name) for name in names)
    path = toy_public.paths.pseudonym_key
    assert len(toy_public.key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert toy_public.paths.outputs not in path.parents


def test_git_ignores_the_key_and_the_bundle(tmp_path: Path) -> None:
    shutil.copyfile(ROOT / ".gitignore", tmp_path / ".gitignore")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for name in ("open-source-ai", "mine"):
        paths = Paths(tmp_path, name)
        for path in (paths.pseudonym_key, paths.public / "responses.csv"):
            ignored = subprocess.run(["git", "check-ignore", "-q", str(path)], cwd=tmp_path, check=False)
            assert ignored.returncode == 0, path
        declared = subprocess.run(
            ["git", "check-ignore", "-q", str(paths.questionnaire)], cwd=tmp_path, check=False
        )
        assert declared.returncode == 1


@pytest.mark.slow
def test_the_same_answers_and_key_give_the_same_bytes(toy_public: Published, tmp_path: Path) -> None:
    shutil.copytree(toy_public.paths.root, tmp_path / "project")
    paths = Paths(tmp_path / "project", "toy")
    before = digest(paths.public)
    shutil.rmtree(paths.public)
    time.sleep(1.1)  # the clock of an SPSS file has seconds
    public(paths)
    assert digest(paths.public) == before
    # with nothing new to write the files are left alone
    touched = (paths.public / "responses.sav").stat().st_mtime_ns
    public(paths)
    assert (paths.public / "responses.sav").stat().st_mtime_ns == touched
    paths.pseudonym_key.unlink()
    public(paths)
    others = {row["respondent"] for row in Published(paths, []).csv}
    assert others.isdisjoint(row["respondent"] for row in toy_public.csv)


def test_a_key_makes_nothing_run_again(toy_public: Published, tmp_path: Path) -> None:
    shutil.copytree(toy_public.paths.root, tmp_path / "project")
    paths = Paths(tmp_path / "project", "toy")
    key = paths.pseudonym_key.read_bytes()
    Rebuild(paths).note("ingest")
    assert Rebuild(paths).is_current("ingest")
    assert hashlib.sha256(key).hexdigest() not in paths.record.read_text(encoding="ascii")
    paths.pseudonym_key.unlink()
    assert Rebuild(paths).is_current("ingest")
    paths.questionnaire.write_text(paths.questionnaire.read_text() + "# more\n")
    assert not Rebuild(paths).is_current("ingest")


# refusals


def refused(paths: Paths, said: str) -> None:
    """Nothing is written, an earlier bundle stays, and it is said why."""
    before = digest(paths.public)
    around = sorted(path.name for path in paths.outputs.iterdir())
    with pytest.raises(SurveyError, match=said):
        public(paths)
    assert digest(paths.public) == before
    assert sorted(path.name for path in paths.outputs.iterdir()) == around


@pytest.fixture
def earlier(toy_public: Published, tmp_path: Path) -> Paths:
    """A survey with a bundle, free to be changed."""
    shutil.copytree(toy_public.paths.root, tmp_path / "project")
    return Paths(tmp_path / "project", "toy")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (TOY_PUBLIC, "", r'raw/toy/survey.toml:1: there is no \[public\](.|\n)*licence = "CC-BY-4.0"'),
        ('licence = "CC-BY-4.0"\n', "", r"raw/toy/survey.toml:62: licence is missing"),
        ('"CC-BY-4.0"', '" "', r"raw/toy/survey.toml:63: licence is missing"),
    ],
)
def test_what_is_not_allowed_is_not_written(earlier: Paths, before: str, after: str, said: str) -> None:
    declared = earlier.questionnaire.read_text()
    assert before in declared
    earlier.questionnaire.write_text(declared.replace(before, after))
    refused(earlier, said)


def test_a_wave_without_a_row_is_refused(earlier: Paths) -> None:
    earlier.questionnaire.write_text(earlier.questionnaire.read_text().replace("k = 2", "k = 12"))
    normalise(earlier)
    refused(earlier, "first: no row can be published beside the tables, which tell apart too few by region\n")


def test_what_leaving_out_does_not_help_is_named(earlier: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    pin = Pin("first", frozenset([(("answer", "why_not", ""), frozenset(["cost"]))]), 1, 1)
    monkeypatch.setattr("pipeline.public.linkage._pinned", lambda *_: [pin])
    refused(earlier, "would tell how many have why_not = cost is 1\n.*under remove.* or coarsen it: why_not$")


def test_disclosure_control_comes_first(earlier: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: Run) -> None:
        raise SurveyError(f"{run.paths.survey}: a count can be had by subtraction")

    monkeypatch.setattr("pipeline.public.write.check", fail)
    refused(earlier, "toy: a count can be had by subtraction")


@pytest.mark.slow
def test_a_key_that_is_none_is_refused(earlier: Paths) -> None:
    for text in ("", "abc", "00" * 31, "é" * 64):
        earlier.pseudonym_key.write_text(text)
        refused(earlier, "raw/toy/pseudonyms.key holds no 32 bytes")


def test_pseudonyms_that_collide_are_refused(earlier: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.public.microdata.pseudonym", lambda key, wave, number: "0" * 12)
    refused(earlier, "two respondents have the same pseudonym")


def test_no_half_bundle_is_left(earlier: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SurveyError("the disk is full")

    monkeypatch.setattr(bundle, "_package", fail)
    refused(earlier, "the disk is full")
    shutil.rmtree(earlier.public)
    with pytest.raises(SurveyError):
        public(earlier)
    assert not earlier.public.exists()


# single answers to single questions


def test_numbers_are_banded_and_counted_by_hand(toy_public: Published) -> None:
    bands = Counter((row["wave"], row["share"]) for row in toy_public.csv)
    assert bands["first", "0_to_under_50"] == 4  # 10, 20, 30, 40
    assert bands["first", "50_to_under_100"] == 6  # 50 to 90, and 99.5
    assert bands["first", "100_or_more"] == 1
    # one of the two left out of the second wave answered: tables less rows would tell what
    assert bands["second", ""] == 10
    said = toy_public.said
    assert "why_not removed: is named under remove" in said
    assert "remarks removed: what people wrote in their own words never goes in" in said
    assert [line for line in said if line.endswith("written")][
        -1
    ] == "outputs/toy/public/responses.sav written"


def test_a_box_is_empty_where_there_is_no_answer(toy_public: Published) -> None:
    boxes = Counter((row["wave"], row["uses__models"]) for row in toy_public.csv)
    # of the first wave, a10 left it blank; of the second, 9000010
    assert boxes == {
        ("first", "1"): 4, ("first", "0"): 6, ("first", ""): 1,
        ("second", "1"): 5, ("second", "0"): 4, ("second", ""): 1,
    }  # fmt: skip
    # an item that the first wave did not have
    assert {row["top__trust"] for row in toy_public.csv if row["wave"] == "first"} == {""}


def test_what_is_sensitive_or_personal_is_removed(tmp_path: Path, toy_done: Paths) -> None:
    single = 'kind = "single"\noptions = { north'
    paths = toy_with(tmp_path, toy_done, survey=(single, single.replace("\n", "\nsensitive = true\n")))
    paths.questionnaire.write_text(
        paths.questionnaire.read_text().replace('kind = "rank"', 'kind = "rank"\nprivate = true')
    )
    normalise(paths)
    said = public(paths)
    assert "region removed: its answers are sensitive, and not coarsened" in said
    assert "top removed: its answers are personal (private)" in said
    # tables by region tell of each row the region that it does not show
    assert said[0].startswith("first: k = 2 over region, as far as the tables tell them apart: 2 classes")
    assert not [name for name in Published(paths, said).csv[0] if name.startswith(("region", "top"))]


def test_without_quasi_identifiers_all_are_one_class(tmp_path: Path, toy_done: Paths) -> None:
    paths = toy_with(tmp_path, toy_done, TOY_PUBLIC.replace("k = 2", "k = 2\nquasi_identifiers = []"))
    assert "first: no quasi-identifier goes in, so all 11 are one class" in public(paths)


def test_weights_do_not_tell_apart_what_rows_do_not(tmp_path: Path, toy_done: Paths) -> None:
    raked = '[weights.targets.region]\nsource = "a census"\nshares = { north = 1, south = 3 }\n\n[[exclude]]'
    paths = toy_with(tmp_path, toy_done, second=("[[exclude]]", raked))
    said = public(paths)
    rows = Published(paths, said).csv
    second = [row for row in rows if row["wave"] == "second"]
    classes = Counter((row["region"], row["weight"]) for row in second)
    assert min(classes.values()) >= 2
    # who did not know the region, and who said nothing, have no row
    assert {region for region, _ in classes} == {"north", "south"}
    assert any(region == "south" and weight for region, weight in classes)
    assert {row["weight"] for row in rows if row["wave"] == "first"} == {""}
    assert [line for line in said if "weight" in line] == ["second: 0 weights are withheld"]


@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.sampled_from([0.5, 1.0, 2.0])), max_size=40),
    st.integers(2, 6),
)
def test_a_weight_is_shared_by_k_of_a_class(rows: list[tuple[int, float]], k: int) -> None:
    classes = np.array([own for own, _ in rows], dtype=int)
    weights = pd.Series([weight for _, weight in rows], dtype=float)
    out, gone = anonymous_weights(weights, classes, k)
    shared = Counter((own, weight) for own, weight in zip(classes, out, strict=True) if weight == weight)
    assert min(shared.values(), default=k) >= k
    assert out.isna().sum() == gone
    assert (out[out.notna()] == weights[out.notna()]).all()


def test_columns_have_names_that_spss_can_have() -> None:
    names = Names()
    told = [names.variable(name, kind="box", title="") for name in
            ("wave", "weight", "by", "1_9", "a__b", "a__b", "weight", "x" * 70, "x" * 71)]  # fmt: skip
    assert [one.name for one in told[:7]] == ["wave", "weight", "by", "1_9", "a__b", "a__b_2", "weight_2"]
    spss = [one.spss for one in told]
    assert spss[:7] == ["wave", "weight", "q_by", "q_1_9", "a__b", "a__b_2", "weight_2"]
    assert len(set(spss)) == len(spss)
    assert max(len(name) for name in spss) == 64


def test_labels_that_are_cut_differ() -> None:
    long = {"one": "é" * 80 + "a", "two": "é" * 80 + "b", "three": "Three"}
    one = Names().variable("q", kind="category", title="", values=long)
    labels = value_labels(one)
    assert labels[3.0] == "Three"
    assert labels[1.0].endswith("… [one]")
    assert labels[2.0].endswith("… [two]")
    assert max(len(label.encode()) for label in labels.values()) <= 120


def test_the_command_says_what_it_did(earlier: Paths) -> None:
    run = survey_command(earlier.root, "export", "public", "--survey", "toy")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0].startswith("first: k = 2 over region, ")
    earlier.questionnaire.write_text(earlier.questionnaire.read_text().replace(TOY_PUBLIC, ""))
    run = survey_command(earlier.root, "export", "public", "--survey", "toy")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "raw/toy/survey.toml:1: there is no [public]" in run.stderr


def test_no_label_of_the_public_codebook_is_more_than_a_text(earlier: Paths) -> None:
    hostile = (
        "<script>alert(1)</script> [x](javascript:alert(2)) | `c` **b** ![p](https://example.org/p.png) ~"
    )
    path = earlier.raw / "survey.toml"
    text = path.read_text()
    assert '"Models"' in text
    text = text.replace('"Models"', f'"{hostile}"').replace('"CC-BY-4.0"', f'"# CC {hostile}"', 1)
    path.write_text(text)
    for name in ("first.toml", "second.toml"):
        wave = earlier.raw / name
        wave.write_text(f'{wave.read_text()}\n[answers.uses]\n"Models" = "models"\n')
    ingest(earlier)
    normalise(earlier)
    public(earlier)
    page = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render((earlier.public / "codebook.md").read_text())
    )
    assert page.count(html.escape("<script>alert(1)</script>")) > 1
    assert page.count("[x](javascript:alert(2)) |") > 1
    tags = set(re.findall(r"<([a-z0-9!?]+)", page))
    known = {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code", "strong"}
    assert tags <= known, tags
    assert "<strong>b" not in page
    assert "<code>c" not in page
