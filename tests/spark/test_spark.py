"""What Spark counts is what DuckDB counts: the same bytes of the same tables, on Spark in this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow
import pytest
import sqlglot
from projects import ROOT, copy_of, digest, survey_command

from pipeline import open_survey
from pipeline.database import spark
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import DEFAULT_SURVEY, Paths
from pipeline.public.parquet import parquet
from pipeline.synthetic.synthesise import synthesise
from pipeline.tables import tables

HERE = "local[2]"
QUICK = Path(__file__).parent / "quick"
"""settings for few rows"""
SQL = sorted((ROOT / "pipeline").glob("*/sql/**/*.sql"))


@pytest.fixture(scope="module", autouse=True)
def _warnings() -> Iterator[None]:
    """PySpark and py4j warn of what is theirs."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONWARNINGS", "ignore")
        yield


@pytest.mark.parametrize("path", SQL, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_every_statement_is_translated(path: Path) -> None:
    (tree,) = sqlglot.parse(path.read_text("utf-8"), read="duckdb", error_level=sqlglot.ErrorLevel.RAISE)
    assert tree is not None
    assert tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.IGNORE)


def counted_by(paths: Paths, address: str, quick: bool = True) -> None:
    """Let Spark count the tables that DuckDB did, in a process of its own: they are the same."""
    settings = {"SPARK_CONF_DIR": str(QUICK)} if quick else {}
    before = digest(paths.tables)
    shutil.rmtree(paths.tables)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pipeline", "tables", "--engine", address, "--survey",
         paths.survey],
        cwd=paths.root, capture_output=True, text=True, env=os.environ | settings, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stderr.startswith("tables ") and run.stderr.count("\n") == 1
    now = digest(paths.tables)
    assert len(now) > 20
    assert now.keys() == before.keys()
    assert {name for name in now if now[name] != before[name]} == set()


def default(folder: Path) -> Paths:
    shutil.copytree(ROOT / "raw" / DEFAULT_SURVEY, folder / "raw" / DEFAULT_SURVEY)
    return Paths(folder, DEFAULT_SURVEY)


def run_to_tables(paths: Paths) -> Paths:
    for stage in (ingest, normalise, tables, parquet):
        stage(paths)
    return paths


def test_the_default_survey(tmp_path: Path) -> None:
    counted_by(run_to_tables(default(tmp_path)), HERE, quick=False)


def test_ospo(ospo_done: Paths, tmp_path: Path) -> None:
    paths = copy_of(ospo_done, tmp_path)
    parquet(paths)
    counted_by(paths, HERE)


def test_twenty_thousand_responses(tmp_path: Path) -> None:
    paths = default(tmp_path)
    synthesise(paths, "2025", 20_000, 5, replace=True)
    counted_by(run_to_tables(paths), HERE)


def test_on_a_cluster_of_two_workers(toy_done: Paths, tmp_path: Path) -> None:
    paths = copy_of(toy_done, tmp_path)
    parquet(paths)
    counted_by(paths, "local-cluster[2,1,1024]")


# in one session


@pytest.fixture(scope="module")
def toy_parted(toy_done: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = copy_of(toy_done, tmp_path_factory.mktemp("parted"))
    parquet(paths, "spark", absolute=True)
    return paths


@pytest.fixture(scope="module")
def session() -> Iterator[object]:
    found = spark.session(HERE)
    yield found
    found.stop()


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
def test_the_views_run_there(toy_parted: Paths, session: spark.SparkSession) -> None:
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
        spark.session(HERE)
