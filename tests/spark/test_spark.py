"""A survey on Spark is the survey on one machine: the same database and the same bytes of the same tables."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow
import pytest
import sqlglot
from projects import ROOT, copy_of, digest, run_to, survey_command
from surveys import TIMES, Wave, lay_out

from pipeline import open_survey
from pipeline.database.quality_flags import seconds_read
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import DEFAULT_SURVEY, Paths
from pipeline.public.parquet import parquet
from pipeline.spark import session as sessions
from pipeline.spark.translation import parsed, translated
from pipeline.synthetic.synthesise import synthesise
from pipeline.tables import tables

HERE = "local[2]"
QUICK = Path(__file__).parent / "quick"
"""settings for few rows"""
SQL = sorted((ROOT / "pipeline").glob("*/sql/**/*.sql"))


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[object]:
    """One session for all tests but those that start a process of their own."""
    with pytest.MonkeyPatch.context() as patched:
        # PySpark and py4j warn of what is theirs
        patched.setenv("PYTHONWARNINGS", "ignore")
        patched.setenv("SPARK_CONF_DIR", str(QUICK))
        found = sessions.session(HERE)
    yield found
    found.stop()


@pytest.mark.parametrize("path", SQL, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_every_statement_is_translated(path: Path) -> None:
    (tree,) = sqlglot.parse(path.read_text("utf-8"), read="duckdb", error_level=sqlglot.ErrorLevel.RAISE)
    assert tree is not None
    assert tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.IGNORE)


# whole surveys, from the raw export on


def on_spark(paths: Paths, folder: Path) -> Paths:
    """The same survey, of which nothing is made yet, from its exports to its tables on Spark."""
    shutil.copytree(paths.raw, folder / "raw" / paths.survey)
    there = Paths(folder, paths.survey)
    for stage in (ingest, normalise, tables):
        stage(there, engine=HERE)
    return there


def assert_same_tables(there: Paths, here: Paths, but: set[str] = frozenset()) -> None:
    ours, theirs = digest(here.tables), digest(there.tables)
    assert len(ours) > 10
    assert ours.keys() == theirs.keys()
    assert {name for name in ours if ours[name] != theirs[name]} == but


def assert_same_database(there: Paths, here: Paths, but: set[str] = frozenset()) -> None:
    """Row by row: answers, states, flags, weights, and all that is declared."""
    connection = duckdb.connect()
    connection.execute(f"attach '{here.database}' as here (read_only)")
    tables = "select table_name from duckdb_tables() where database_name = 'here' and schema_name = 'coded'"
    compared, people = set(), 0
    for (name,) in connection.execute(tables).fetchall():
        place = there.partitions / name
        read = f"'{place}/*/*.parquet', hive_partitioning = true" if place.is_dir() else f"'{place}.parquet'"
        columns = connection.execute(f"describe here.coded.{name}").fetchall()
        kinds = {column: "varchar" if kind.startswith("ENUM") else kind for column, kind, *_ in columns}
        cast = ", ".join(f"{column}::{kind} as {column}" for column, kind in kinds.items())
        ours, theirs = f"select {cast} from here.coded.{name}", f"select {cast} from read_parquet({read})"
        apart = f"(({ours}) except all ({theirs})) union all (({theirs}) except all ({ours}))"
        if name not in {"origins", *but}:
            assert connection.execute(f"select * from ({apart}) limit 5").fetchall() == [], name
            compared.add(name)
            people += "respondent" in kinds
    assert {"answers", "states", "respondents", "flags", "quality"} <= compared
    assert people > 6


@pytest.mark.filterwarnings("ignore")
def test_ospo(ospo_done: Paths, tmp_path: Path) -> None:
    there = on_spark(ospo_done, tmp_path)
    assert_same_tables(there, ospo_done)
    assert_same_database(there, ospo_done)


@pytest.mark.filterwarnings("ignore")
def test_twenty_thousand_responses_in_four_parts(tmp_path: Path) -> None:
    here = default(tmp_path / "here")
    synthesise(here, "2025", 20_000, 5, replace=True)
    run_to(here, tables)
    parted = default(tmp_path / "parted")
    shutil.copyfile(here.raw / "2025.csv", parted.raw / "2025.csv")
    cut(parted, "2025", 2, [3_000, 9_000, 1])
    there = on_spark(parted, tmp_path / "there")
    # which name the files
    assert_same_tables(there, here, {"waves.csv"})
    assert_same_database(there, here, {"waves"})


def default(folder: Path) -> Paths:
    shutil.copytree(ROOT / "raw" / DEFAULT_SURVEY, folder / "raw" / DEFAULT_SURVEY)
    return Paths(folder, DEFAULT_SURVEY)


def cut(paths: Paths, wave: str, header: int, sizes: list[int]) -> list[Path]:
    """Cut the export of a wave into a folder of parts, each with the header."""
    export, folder = paths.raw / f"{wave}.csv", paths.raw / "parts"
    folder.mkdir()
    with export.open(newline="", encoding="utf-8-sig") as stream:
        records = list(csv.reader(stream))
    export.unlink()
    head, rows, parts = records[:header], records[header:], []
    for number, size in enumerate([*sizes, len(rows)]):
        parts.append(folder / f"part {number}.csv")
        with parts[-1].open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([*head, *rows[:size]])
        rows = rows[size:]
    declared = paths.raw / f"{wave}.toml"
    declared.write_text(declared.read_text().replace(f'file = "{wave}.csv"', 'file = "parts"'))
    return parts


EVERYTHING = """
title = "Everything"
segments = ["agreed"]
[scales.views]
options = { no = "No", perhaps = "Perhaps", yes = "Yes", unsure = { label = "Not sure", role = "dkns" } }
[questions.agreed]
kind = "single"
text = "Do you agree?"
[questions.agreed.options]
yes = "Yes"
no = "No"
other = { label = "Other", write_in = true }
maybe = { label = "Maybe", from_text = true }
[questions.agreed.others]
"perhaps" = "maybe"
"of course" = "yes"
[questions.tools]
kind = "multiple"
text = "Which tools?"
max = 2
options = { a = "A hammer", b = "A saw", none = { label = "None", role = "none", exclusive = true } }
nets = { any = ["a", "b"] }
[questions.why]
kind = "single"
text = "Why?"
asked = { agreed = ["yes", "maybe"], tools = ["a"] }
options = { fun = "For fun", money = "For money" }
[questions.points]
kind = "allocation"
text = "Share out"
items = { build = "Build", mend = "Mend" }
[questions.order]
kind = "rank"
text = "In which order?"
items = { x = "Ex", y = "Why", z = "Zed" }
[questions.long]
kind = "grid"
text = "What of these?"
scale = "views"
items = { %s }
[questions.team]
kind = "number"
text = "Team?"
unit = "people"
nets = { small = [0, 10], large = [10, 100] }
[questions.says]
kind = "text"
text = "Anything else?"
"""
ITEMS = 70  # more than a word has bits


def everything(folder: Path) -> Paths:
    """A survey with all that is counted in some way of its own, and answers by chance."""
    drawn = np.random.default_rng(7)
    items = ", ".join(f'i{n} = "Item {n}"' for n in range(ITEMS))
    headings = ["ID", "Began", "Ended", "Weight", "Channel", "Do you agree?", "Do you agree? [Other]",
                "Which tools? [A hammer]", "Which tools? [A saw]", "Which tools? [None]", "Why?",
                "Share out [Build]", "Share out [Mend]", "In which order? [Ex]", "In which order? [Why]",
                "In which order? [Zed]", *(f"What of these? [Item {n}]" for n in range(ITEMS)), "Team?",
                "Anything else?"]  # fmt: skip

    def one(texts: list[str]) -> str:
        return str(drawn.choice(texts))

    rows = []
    for number in range(400):
        agreed = one(["Yes", "No", "Other", "Other", ""])
        build = int(drawn.integers(0, 101))
        line = one(["", "Yes", "Perhaps"])
        rows.append([
            number - (number % 50 == 49), f"2001-02-03 10:00:{number % 60:02}",
            one(["2001-02-03 10:20:00", "2001-02-03 10:01", "n/a", ""]), one(["1", "0.5", "2.25"]),
            one(["web", "web", "web", "test"]), agreed,
            one(["perhaps", "Of course", "who knows", ""]) if agreed == "Other" else "",
            one(["Yes", "No", ""]), one(["Yes", "No", ""]), one(["Yes", "No", "", ""]),
            one(["For fun", "For money", "", ""]),
            *one(["blank", "both", "one"]).replace("blank", "|").replace("both", f"{build}|{100 - build}")
            .replace("one", "100|").split("|"),
            *drawn.permutation(["1", "2", ""]),
            *(line or one(["No", "Yes", "Not sure", ""]) for _ in range(ITEMS)),
            one(["", "3", "12", "99"]), one(["", "a", 'said "so"\nand went', "b\\n"]),
        ])  # fmt: skip
    wave = Wave(
        [headings, *rows],
        'format = "limesurvey"\nblank = ["n/a"]',
        'id = "ID"\nstarted = "Began"\nsubmitted = "Ended"\nweight = "Weight"\nduplicates = "keep_first"\n'
        'finished = "submitted"',
        '[reading.tools]\nunticked = "no"\n'
        '[weights.targets.agreed]\nsource = "nobody"\nshares = { yes = 50, no = 30, other = 15, maybe = 5 }\n'
        '[[exclude]]\nreason = "a test"\nwhere = { Channel = ["test"] }\n'
        '[[exclude]]\nreason = "no tools"\nwhere = { tools = ["none"], agreed = ["no"] }\n'
        '[[exclude]]\nreason = "too quick, or the same all over"\nquality = ["speeder", "straight_lining"]\n'
        '[quality]\nspeeders = { seconds = 90 }\nattention = { why = ["fun"] }\n'
        '[[quality.impossible]]\nreason = "both"\nwhere = { tools = ["none"], why = ["money"] }\n',
    )
    return lay_out(folder, "everything", EVERYTHING % items, {"one": wave})


@pytest.mark.filterwarnings("ignore")
def test_every_kind_of_question_and_rule(tmp_path: Path) -> None:
    here = everything(tmp_path / "here")
    for stage in (ingest, normalise):
        stage(here)
    there = tmp_path / "there"
    shutil.copytree(here.root / "raw", there / "raw")
    for stage in (ingest, normalise):
        stage(Paths(there, "everything"), engine=HERE)
    assert_same_database(Paths(there, "everything"), here)


def counted_by(paths: Paths, address: str) -> None:
    """All stages on Spark by the command line, in a process of its own: the tables are those of DuckDB."""
    run_to(paths, tables)
    before = digest(paths.tables)
    shutil.rmtree(paths.outputs)
    run = subprocess.run(
        [sys.executable, "-m", "pipeline", "all", "--engine", address, "--survey",
         paths.survey],
        cwd=paths.root, capture_output=True, text=True, env=os.environ, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    # and nothing else is told, as of what libraries warn of
    lines = [line.split()[0] for line in run.stderr.splitlines()]
    assert lines == ["ingest", "normalise", "tables", "figures", "report"], run.stderr
    assert digest(paths.tables) == before
    assert not paths.database.exists() and not list(paths.interim.glob("*.parquet"))


@pytest.mark.filterwarnings("ignore")
def test_the_default_survey(tmp_path: Path) -> None:
    here = default(tmp_path / "here")
    run_to(here, tables)
    there = on_spark(here, tmp_path / "there")
    assert_same_tables(there, here)
    assert_same_database(there, here)


def test_on_a_cluster_of_two_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_CONF_DIR", str(QUICK))
    lines = [f"{number},{'Here' if number % 3 else 'There'},,\n" for number in range(40)]
    paths = parts_of(tmp_path, *(HEAD + "".join(lines[first::4]) for first in range(4)))
    drop(paths)
    counted_by(paths, "local-cluster[2,1,1024]")


# exports in parts


def parts_of(folder: Path, *parts: str | bytes) -> Paths:
    """A survey of one question whose export lies in parts."""
    questions = (
        'title = "Parts"\n[questions.where]\nkind = "single"\ntext = "Where?"\n'
        'options = { here = "Here", there = "There" }\n[questions.says]\nkind = "text"\ntext = "Anything?"\n'
    )
    paths = lay_out(folder, "parts", questions, {"one": Wave(b"", file="parts")})
    (paths.raw / "parts").unlink()
    (paths.raw / "parts").mkdir()
    for number, part in enumerate(parts):
        content = part if isinstance(part, bytes) else part.encode()
        (paths.raw / "parts" / f"part {number} [x].csv").write_bytes(content)
    return paths


def drop(paths: Paths) -> None:
    """Drop a column of the parts."""
    wave = paths.raw / "one.toml"
    wave.write_text(wave.read_text().replace('id = "ID"', 'id = "ID"\ndrop = ["Dropped"]'))


HEAD = "ID,Where?,Anything?,Dropped\n"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "parts",
    [
        ["1,Here,a,x\n2,There,b,y\n", "3,Here,,\n4,,c,\n", "5,There,d,z\n", "6,Here,e,\n"],
        ['1,Here,"two\nlines",x\n2,There,"a ""quote"", and a comma",\n', '3,Here,"\n\n",\n', "4,There,f,\n"],
        ["\n\n1,Here,a,x\n\n,,,\n  , \xa0,\t,\n2,There,b,\n", ",,,only dropped\n3,Here,\\n\\,\n"],
        [f"1,Here,a,\n{HEAD}2,There,b,\n", "3, Here ,\ufeff c \xa0,\n", f"{HEAD}4,There,,\n"],
    ],
    ids=["plain", "broken lines", "blank rows", "headers again"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["n", "rn"])
def test_parts_are_read_as_on_one_machine(tmp_path: Path, parts: list[str], end: str) -> None:
    texts = [("\ufeff" * (not number) + HEAD + part).replace("\n", end) for number, part in enumerate(parts)]
    paths = parts_of(tmp_path / "here", *texts)
    drop(paths)
    there = Paths(tmp_path / "there", "parts")
    shutil.copytree(paths.raw, there.raw)
    ingest(paths)
    ingest(there, engine=HERE)
    assert there.headings("one").read_text() == paths.headings("one").read_text()
    here = duckdb.execute(f"select * from '{paths.cells('one')}'").fetchall()
    read = sorted((there.parts("one")).glob("*.parquet"))
    columns = ", ".join(f"c{number}" for number in range(1, 4))
    cells = duckdb.execute(f"select {columns} from read_parquet({[str(path) for path in read]})").fetchall()
    assert len(here) > 2
    assert sorted(map(str, cells)) == sorted(map(str, here))
    written = b"".join(path.read_bytes() for path in there.outputs.rglob("*") if path.is_file())
    assert b"only dropped" not in written


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("part", "why"),
    [
        ("1,Here,a,x,more\n", "1 records of part 0 [x].csv have other than the 4 cells of the header"),
        ("1,Here\n", "1 records of part 0 [x].csv have other than the 4 cells of the header"),
        ('1,Here,a,"x\n2,There,b,y\n', "part 0 [x].csv ends inside a quoted cell"),
        ("1,Here,caf\xe9,\n".encode("latin-1"), "is not utf-8-sig text"),
        ("1,Here,a,\r\n2,Here,b,\n", "part 0 [x].csv is read on one machine alone"),
        ("", "holds no response below its header"),
    ],
    ids=["longer", "shorter", "open quote", "latin-1", "two line ends", "empty"],
)
def test_what_spark_would_read_otherwise_is_told(tmp_path: Path, part: str | bytes, why: str) -> None:
    content = part if isinstance(part, bytes) else part.encode()
    paths = parts_of(tmp_path, HEAD.encode() + content)
    with pytest.raises(SurveyError) as told:
        ingest(paths, engine=HERE)
    assert why in str(told.value)
    assert "Here" not in str(told.value)
    assert not paths.parts("one").exists() and not paths.headings("one").exists()


@pytest.mark.filterwarnings("ignore")
def test_an_unknown_answer_in_one_of_four_parts_stops_the_run(tmp_path: Path) -> None:
    lines = ["1,Here,a,\n", "2,There,b,\n", "3,Nowhere at all,c,\n4,Nowhere at all,c,\n", "5,Here,d,\n"]
    paths = parts_of(tmp_path, *(HEAD + line for line in lines))
    drop(paths)
    ingest(paths)
    with pytest.raises(SurveyError) as here:
        normalise(paths)
    ingest(paths, engine=HERE)
    with pytest.raises(SurveyError) as there:
        normalise(paths, engine=HERE)
    assert str(there.value) == str(here.value)
    assert "'Nowhere at all' (2 times, column B) is no answer" in str(there.value)
    assert not paths.partitions.exists()


@pytest.mark.filterwarnings("ignore")
def test_exports_may_move_once_they_are_read(tmp_path: Path) -> None:
    paths = parts_of(tmp_path / "before", f"{HEAD}1,Here,a,\n", f"{HEAD}2,There,b,\n3,There,,\n")
    drop(paths)
    ingest(paths, engine=HERE)
    paths.root.rename(tmp_path / "after")
    after = Paths(tmp_path / "after", "parts")
    normalise(after, engine=HERE)
    answers = f"read_parquet('{after.partitions}/answers/*/*.parquet', hive_partitioning = true)"
    asked = f"select respondent, option from {answers} where question = 1 order by all"
    assert duckdb.execute(asked).fetchall() == [(1, 1), (2, 2), (3, 2)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("order", ["", "month first", "day first"])
def test_times_are_read_as_on_one_machine(order: str) -> None:
    query = f"select text, {seconds_read('text', order)} as seconds from times"
    local = duckdb.connect()
    local.execute("create table times as select unnest($texts) as text", {"texts": list(TIMES)})
    frame = sessions.session(HERE).createDataFrame([(text,) for text in TIMES], "text string")
    frame.createOrReplaceTempView("times")
    there = sessions.session(HERE).sql(translated(parsed(query))).collect()
    here = dict(local.execute(query).fetchall())
    assert len([seconds for seconds in here.values() if seconds is not None]) == (12 if order else 7)
    assert {text: seconds and int(seconds) for text, seconds in here.items()} == {
        row.text: row.seconds and int(row.seconds) for row in there
    }


@pytest.mark.filterwarnings("ignore")
def test_times_of_an_unusual_shape_are_told(tmp_path: Path) -> None:
    paths = parts_of(tmp_path, "ID,Where?,Anything?,Began,Ended\n1,Here,a,3 Feb 2001 9:05,43252.5\n")
    wave = paths.raw / "one.toml"
    wave.write_text(
        wave.read_text().replace('id = "ID"', 'id = "ID"\nstarted = "Began"\nsubmitted = "Ended"')
    )
    ingest(paths, engine=HERE)
    with pytest.raises(
        SurveyError, match=r"1 times have a shape that one machine reads alone \('9 aaa 9999 9:99'\)"
    ):
        normalise(paths, engine=HERE)


@pytest.mark.filterwarnings("ignore")
def test_parts_may_be_parquet(tmp_path: Path) -> None:
    rows = [["1", "Here", "a", None], ["2", "There", None, "x"], ["3", "Here", "c", None]]
    paths = parts_of(tmp_path / "here")
    frame = pd.DataFrame(rows, columns=["ID", "Where?", "Anything?", "Dropped"])
    for number, some in enumerate((frame[:2], frame[2:])):
        typed = some.assign(ID=some["ID"].astype("int64"))
        duckdb.execute(f"copy typed to '{paths.raw}/parts/{number}.parquet'")
        assert len(typed)
    drop(paths)
    there = Paths(tmp_path / "there", "parts")
    shutil.copytree(paths.raw, there.raw)
    for stage in (ingest, normalise):
        stage(paths)
        stage(there, engine=HERE)
    assert there.headings("one").read_text() == paths.headings("one").read_text()
    numbered = "select respondent, question, option from {} order by all"
    ours = duckdb.connect(str(paths.database), read_only=True).execute(numbered.format("coded.answers"))
    theirs = f"read_parquet('{there.partitions}/answers/*/*.parquet', hive_partitioning = true)"
    assert len(answers := duckdb.execute(numbered.format(theirs)).fetchall()) == 5
    assert answers == ours.fetchall()


# from the partitions


@pytest.fixture(scope="module")
def toy_parted(toy_done: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = copy_of(toy_done, tmp_path_factory.mktemp("parted"))
    parquet(paths, "spark", absolute=True)
    return paths


@pytest.mark.filterwarnings("ignore")
def test_notebooks_count_on_spark(toy_parted: Paths, session: object) -> None:
    with (
        open_survey("toy", toy_parted.root, engine=session) as there,
        open_survey("toy", toy_parted.root) as here,
    ):
        for of in (there, here):
            assert len(of.estimates("uses")) > 5
        pd.testing.assert_frame_equal(there.estimates("uses", "place"), here.estimates("uses", "place"))
        pd.testing.assert_frame_equal(there.test("uses"), here.test("uses"))


@pytest.mark.filterwarnings("ignore")
def test_the_views_run_there(toy_parted: Paths, session: sessions.SparkSession) -> None:
    script = (toy_parted.partitions / "views.sql").read_text("utf-8")
    statements = [one for one in script.split(";\n") if "create" in one]
    for one in statements:
        session.sql(one)
    named = "select view_name from duckdb_views() where not internal and schema_name = 'main'"
    with duckdb.connect(str(toy_parted.database), read_only=True) as connection:
        views = [name for (name,) in connection.execute(named).fetchall()]
        assert len(views) > 12
        for view in views:
            here = connection.execute(f"select * from {view}").to_arrow_table()
            there = session.sql(f"select * from {view}").toArrow()
            assert there.column_names == here.column_names
            assert cells(there) == cells(here), view


def cells(table: pyarrow.Table) -> list[str]:
    """The rows of a table, whatever their order, with numbers to twelve digits."""
    return sorted(
        str([f"{cell:.12g}" if isinstance(cell, float | Decimal) else cell for cell in row.values()])
        for row in table.to_pylist()
    )


@pytest.mark.parametrize("address", ["nonsense", "local[0]"])
def test_an_address_without_a_spark_is_told(toy_parted: Paths, tmp_path: Path, address: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pipeline", "tables", "--engine", address, "--survey", "toy"],
        cwd=copy_of(toy_parted, tmp_path).root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(f"no Spark at {address!r}: ")
    assert run.stderr.endswith("; write local[2] or spark://HOST:7077\n")
    assert run.stderr.count("\n") == 1


def test_what_is_missing_is_told(toy_done: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = copy_of(toy_done, tmp_path)
    none = survey_command(paths.root, "tables", "--engine", HERE, "--survey", "toy")
    assert none.returncode == 1
    assert (
        none.stderr == "no outputs/toy/parquet, which Spark reads; run: survey export parquet --survey toy\n"
    )
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SurveyError, match="Java runtime, version 17 or later"):
        sessions.session(HERE)
