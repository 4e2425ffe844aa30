"""The database as Parquet: the views over the files are those over the database, row by row."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import duckdb
import pytest
from projects import digest, survey_command

from pipeline.project.paths import Paths
from pipeline.project.sql import folder


@pytest.fixture
def exported(toy_done: Paths, tmp_path: Path) -> Paths:
    shutil.copytree(toy_done.root, tmp_path / "project")
    paths = Paths(tmp_path / "project", "toy")
    run = survey_command(paths.root, "export", "parquet", "--survey", "toy")
    assert run.returncode == 0, run.stderr
    assert "answers: " in run.stdout and run.stdout.endswith(
        "outputs/toy/parquet written, with views.sql for DuckDB\n"
    )
    return paths


def test_the_views_over_the_files_are_those_of_the_database(exported: Paths) -> None:
    with contextlib.chdir(exported.partitions), duckdb.connect() as files:
        files.execute((exported.partitions / "views.sql").read_text())
        with duckdb.connect(str(exported.database), read_only=True) as database:
            names = [name for name, _ in folder("database/views")]
            assert len(names) > 8
            rows = 0
            for name in names:
                theirs, ours = (c.execute(f"select * from {name}") for c in (files, database))
                assert [column[0] for column in theirs.description or []] == [
                    column[0] for column in ours.description or []
                ]
                expected = ours.fetchall()
                assert theirs.fetchall() == expected, name
                rows += len(expected)
            assert rows > 100


def test_a_wave_is_a_folder_that_its_owner_alone_can_open(exported: Paths) -> None:
    places = list(exported.partitions.rglob("*"))
    waves = {path.parent.name for path in exported.partitions.glob("answers/*/*.parquet")}
    assert waves == {"wave=1", "wave=2"}
    assert {path.stat().st_mode & 0o777 for path in places if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in places if path.is_dir()} == {0o700}


def test_the_same_rows_are_the_same_bytes_and_no_output_of_the_report(exported: Paths) -> None:
    before = digest(exported.partitions)
    shutil.rmtree(exported.partitions)
    assert survey_command(exported.root, "export", "parquet", "--survey", "toy").returncode == 0
    assert digest(exported.partitions) == before
    run = survey_command(exported.root, "verify-manifest", "--survey", "toy")
    assert "parquet" not in run.stdout


def test_an_earlier_export_stays_where_the_database_is_gone(exported: Paths) -> None:
    before = digest(exported.partitions)
    exported.database.unlink()
    run = survey_command(exported.root, "export", "parquet", "--survey", "toy")
    assert run.returncode == 1
    assert "run: survey normalise --survey toy" in run.stderr and "Traceback" not in run.stderr
    assert digest(exported.partitions) == before
