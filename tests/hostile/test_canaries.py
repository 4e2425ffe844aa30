"""What must not be published is in no byte of what is written or said: every file opened, every line read."""

from __future__ import annotations

import base64
import shutil
import stat
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import canaries
import duckdb
import pytest
from canaries import INTERIM, KINDS, NOWHERE, OTHER, PRIVATE, PUBLIC, holds
from pages import with_text
from projects import ROOT, command, survey_command

from pipeline import open_survey
from pipeline.charts.book import Page
from pipeline.project import paths as places
from pipeline.project.paths import Paths

COMMANDS = [
    ["check"], ["codebook"], ["verify"], ["headlines"], ["explain", "uses"],
    ["explain", "uses", "axe", "--rows"], ["explain", "uses_by_size", "saw.small", "--rows"],
    ["show", "uses"], ["show", "uses", "--by", "size"], ["show", "story"], ["show", "secret"],
    ["show", "illness"], ["table", "uses"], ["table", "uses_by_size", "--as", "latex"],
    ["table", "age", "--as", "html"],
    *[["sql", f"select * from {view}"] for view in ("respondents", "answers", "responses", "flags", "waves")],
    ["diff", "a", "b"], ["verify-manifest"], ["figures"], ["others", "illness"],
]  # fmt: skip
ALLOWED_TO_FAIL = {"others illness", "show story", "show secret", "verify-manifest"}


@dataclass
class Done:
    """The survey of canaries with everything run, and what each command said."""

    paths: Paths
    said: dict[str, str]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("canaries")
    raw = canaries.write(folder)
    run = survey_command(folder, "all", "--survey", "canaries")
    assert run.returncode == 0, run.stderr
    said = {"all": run.stdout + run.stderr}
    for words in COMMANDS:
        name = " ".join(words)
        code, said[name] = command(folder, *words, "--survey", "canaries")
        assert said[name]
        assert code == 0 or name in ALLOWED_TO_FAIL, said[name]
    # the same export once more, drafted from nothing and from the wave before
    drafted = folder / "raw" / "drafted"
    drafted.mkdir()
    shutil.copy(raw / "a.csv", drafted / "a.csv")
    shutil.copy(raw / "b.csv", raw / "c.csv")
    for words in (["new-wave", "raw/drafted/a.csv"], ["new-wave", "raw/canaries/c.csv", "--like", "b"]):
        code, said[" ".join(words)] = command(folder, *words)
        assert code == 0, said[" ".join(words)]
    assert (drafted / "survey.toml").is_file()
    # what was drafted is read; the survey goes on as it was
    (folder / "drafts").mkdir()
    (raw / "c.toml").rename(folder / "drafts" / "c.toml")
    (raw / "c.csv").unlink()
    return Done(places.find("canaries", folder), said)


def outputs(folder: Path) -> list[Path]:
    """Every file of a project but the exports."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not is_export(path)]


def is_export(path: Path) -> bool:
    return path.parent.parent.name == "raw" and path.suffix == ".csv" and path.name != "published.csv"


def test_every_kind_of_file_is_opened(done: Done) -> None:
    assert {path.suffix for path in outputs(done.paths.root)} == set(KINDS)


def test_what_is_dropped_is_nowhere(done: Done) -> None:
    files = outputs(done.paths.root)
    assert len(files) > 40
    assert {str(path): found for path in files if (found := holds(path, NOWHERE))} == {}
    exports = [path for path in done.paths.root.rglob("*.csv") if is_export(path)]
    assert [holds(path, NOWHERE) for path in exports] == [list(NOWHERE)] * 3


def test_private_texts_ids_and_times_stay_in_interim(done: Done) -> None:
    files = outputs(done.paths.root)
    found = {path: told for path in files if (told := holds(path, (*INTERIM, OTHER)))}
    # they are there, so that is where they are looked for rightly
    assert {path.name: told for path, told in found.items()} == {
        "a.parquet": [*INTERIM, OTHER],
        "b.parquet": [*INTERIM, OTHER],
    }
    assert {path.parent for path in found} == {done.paths.interim}


def test_the_database_has_public_texts_and_no_others(done: Done) -> None:
    assert holds(done.paths.database, (PUBLIC, PRIVATE, *NOWHERE)) == [PUBLIC]
    published = [path for path in outputs(done.paths.root) if path.parent != done.paths.interim]
    assert [path.name for path in published if holds(path, (PUBLIC,))] == ["survey.duckdb"]


def test_no_command_says_them(done: Done) -> None:
    assert len(done.said) > len(COMMANDS)
    for name, said in done.said.items():
        assert [c for c in (*NOWHERE, *INTERIM, OTHER, PUBLIC) if c in said] == [], name
    # `others` is there to list what people wrote, and `sql` reads the texts that are not private
    _, listed = command(done.paths.root, "others", "uses", "--survey", "canaries")
    assert OTHER in listed
    assert [c for c in (*NOWHERE, *INTERIM, PUBLIC) if c in listed] == []
    _, texts = command(done.paths.root, "sql", "select * from texts", "--survey", "canaries")
    assert PUBLIC in texts
    assert [c for c in (*NOWHERE, *INTERIM) if c in texts] == []


def test_notebooks_do_not_show_them(done: Done) -> None:
    with open_survey("canaries", done.paths.root) as survey:
        shown = [
            survey.estimates("uses", by="size"), survey.crosstab("uses", by="size"),
            survey.test("uses", by="size"), survey.compare_waves("uses"),
            survey.estimates("secret"), survey.estimates("illness"),
        ]  # fmt: skip
        said = "\n".join(frame.to_csv() for frame in shown)
        said += repr(survey) + repr(vars(survey))
    assert "Saw" in said
    assert [c for c in (*NOWHERE, *INTERIM, OTHER, PUBLIC) if c in said] == []


def _broken(edit: Callable[[list[list[str]]], object]) -> Callable[[Path], None]:
    def change(raw: Path) -> None:
        rows = canaries.export(0)
        edit(rows)
        (raw / "a.csv").write_text(canaries.text(rows))

    return change


def _replaced(name: str, before: str, after: str) -> Callable[[Path], None]:
    def change(raw: Path) -> None:
        content = (raw / name).read_text()
        assert before in content
        (raw / name).write_text(content.replace(before, after, 1))

    return change


def _bytes(raw: Path, before: bytes, after: bytes) -> None:
    export = raw / "a.csv"
    export.write_bytes(export.read_bytes().replace(before, after, 1))


BROKEN: dict[str, Callable[[Path], object]] = {
    "a cell too many": _broken(lambda rows: rows[7].append("more")),
    "a cell too few": _broken(lambda rows: rows[7].pop()),
    "an answer that is no option": _broken(lambda rows: rows[7].__setitem__(6, "Medium")),
    "a number that is none": _broken(lambda rows: rows[7].__setitem__(9, "forty")),
    "a weight that is none": _broken(lambda rows: rows[7].__setitem__(3, "heavy")),
    "an open quote": _replaced("a.csv", "\n", '\n"'),
    "another hash": _replaced("a.toml", 'format = "flat"', f'format = "flat"\nsha256 = "{"0" * 64}"'),
    "a column that nothing claims": _replaced("survey.toml", 'text = "Your secret?"', 'text = "Secrets?"'),
    "a private column that is taken for choices": _replaced(
        "survey.toml", 'kind = "text"\nprivate = true', 'kind = "single"\nprivate = true\noptions = {x = "X"}'
    ),
    "private texts that are taken for numbers": _replaced(
        "survey.toml", 'kind = "text"\nprivate = true', 'kind = "number"\nprivate = true'
    ),
    "a drop that finds nothing": _replaced("a.toml", '"IP Address"]', '"IP Adress"]'),
    "an id that is not named": _replaced("a.toml", 'id = "Respondent ID"\n', ""),
    "not UTF-8": lambda raw: _bytes(raw, PRIVATE.encode(), PRIVATE.encode() + b"\xff"),
    "NUL characters": lambda raw: _bytes(raw, PRIVATE.encode(), PRIVATE.encode() + b"\0"),
    "a copy of the wave before": lambda raw: (raw / "b.csv").write_bytes((raw / "a.csv").read_bytes()),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BROKEN)
def test_no_error_says_them(mistake: str, tmp_path: Path) -> None:
    BROKEN[mistake](canaries.write(tmp_path))
    for words in (["ingest"], ["normalise"]):
        code, said = command(tmp_path, *words, "--survey", "canaries")
        if code:
            break
    assert code == 1, said
    assert ".toml:" in said
    assert [c for c in (*NOWHERE, *INTERIM, OTHER, PUBLIC) if c in said] == [], said


def test_interim_is_for_its_owner_alone(done: Done) -> None:
    files = [path for path in done.paths.interim.rglob("*") if path.is_file()]
    assert len(files) > 5
    modes = {path.relative_to(done.paths.interim): stat.S_IMODE(path.stat().st_mode) for path in files}
    assert {path: oct(mode) for path, mode in modes.items() if mode != 0o600} == {}


def test_git_ignores_exports_and_interim(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    private = [
        f"{folder}/{survey}/{name}"
        for survey in ("canaries", "open-source-ai")
        for folder, name in (
            ("outputs", "interim/a.parquet"), ("outputs", "interim/a.headings.json"),
            ("outputs", "interim/figures.json"), ("outputs", "survey.duckdb"),
            ("raw", "a.csv"), ("raw", "a.xlsx"), ("raw", "a.sav"),
        )
    ]  # fmt: skip
    told = subprocess.run(
        ["git", "check-ignore", *private, "raw/canaries/survey.toml"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stdout.splitlines() == private


def test_make_clean_leaves_nothing(done: Done, tmp_path: Path) -> None:
    shutil.copytree(done.paths.outputs, tmp_path / "outputs" / "canaries")
    shutil.copytree(done.paths.outputs, tmp_path / "outputs" / "another")
    shutil.copy(ROOT / "Makefile", tmp_path)
    subprocess.run(["make", "-s", "clean", "SURVEY=canaries"], cwd=tmp_path, check=True)
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["another"]


def _plant_text(path: Path) -> None:
    path.write_bytes(path.read_bytes() + PRIVATE.encode())


def _plant_zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", f"<t>{PRIVATE * 9}</t>")


def _plant_stream(path: Path) -> None:
    packed = zlib.compress(PRIVATE.encode() * 9)
    head = b"\n99 0 obj\n<</Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    path.write_bytes(path.read_bytes() + head + packed + b"\nendstream\nendobj\n")


def _plant_cell(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select *, '{PRIVATE}' as more from read_parquet('{path}')")
        connection.execute(f"copy t to '{path}' (format parquet, compression zstd)")


def _plant_row(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        rows = f"select '{PRIVATE}' || n as told from range(5000) numbers(n)"
        connection.execute(f"create table mine as {rows}")


def _plant_chunk(path: Path) -> None:
    data = path.read_bytes()
    body = b"zTXtComment\0\0" + zlib.compress(PRIVATE.encode())
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(data[:33] + chunk + data[33:])


def _plant_picture(path: Path) -> None:
    inner = base64.b64encode(f"<svg><desc>{PRIVATE}</desc></svg>".encode()).decode()
    picture = f'<img src="data:image/svg+xml;base64,{inner}">'
    path.write_text(path.read_text("utf-8").replace("</body>", f"{picture}</body>"), encoding="utf-8")


def _plant_drawn(path: Path) -> None:
    path.write_bytes(with_text(Page.of(path.read_bytes()), PRIVATE).as_bytes())


PLANTS = dict.fromkeys(KINDS, _plant_text) | {
    ".xlsx": _plant_zipped, ".pdf": _plant_stream, ".parquet": _plant_cell, ".duckdb": _plant_row,
    ".png": _plant_chunk, ".html": _plant_picture, ".page": _plant_drawn, ".kept": _plant_cell,
}  # fmt: skip


@pytest.mark.parametrize("suffix", KINDS)
def test_the_search_finds_what_is_planted(suffix: str, done: Done, tmp_path: Path) -> None:
    found = [path for path in outputs(done.paths.root) if path.suffix == suffix]
    one = found[0] if suffix != ".html" else done.paths.report
    copy = tmp_path / one.name
    shutil.copyfile(one, copy)
    copy.chmod(0o600)
    absent = "N0neqZ7f"
    assert holds(copy, (absent,)) == []
    planted = copy.read_bytes()
    PLANTS[suffix](copy)
    assert copy.read_bytes() != planted
    assert holds(copy, (absent, PRIVATE)) == [PRIVATE]


def test_a_file_of_another_kind_fails_the_search(tmp_path: Path) -> None:
    (tmp_path / "x.pkl").write_bytes(b"x")
    with pytest.raises(KeyError):
        holds(tmp_path / "x.pkl", NOWHERE)
