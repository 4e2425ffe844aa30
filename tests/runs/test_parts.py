"""An export in parts: a folder of them is one export, and a part that comes later leaves the others alone."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from projects import digest, make_project, run_to, survey_command

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.drafting import add_part as adding
from pipeline.drafting.add_part import add_part
from pipeline.exports.ingested import Export
from pipeline.ingest import ingest
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.project.rebuild import Rebuild
from pipeline.tables import tables

HEADER = 2  # rows, in second.csv


def parted(folder: Path, sizes: list[int]) -> tuple[Paths, list[Path]]:
    """The toy survey with the export of its second wave cut into files of a folder, each with the header."""
    paths = make_project(folder)
    whole = paths.raw / "second.csv"
    with whole.open(newline="") as stream:
        header, rows = (records := list(csv.reader(stream)))[:HEADER], records[HEADER:]
    place = paths.raw / "days"
    place.mkdir()
    cut = []
    for number, size in enumerate([*sizes, len(rows)], 1):
        some, rows = rows[:size], rows[size:]
        cut.append(place / f"day {number}.csv")
        with cut[-1].open("w", newline="") as stream:
            csv.writer(stream).writerows([*header, *some])
    whole.unlink()
    declare(paths, 'file = "days"')
    return paths, cut


def declare(paths: Paths, file: str) -> None:
    wave = paths.raw / "second.toml"
    wave.write_text(wave.read_text().replace('file = "second.csv"', file))


def printed(paths: Paths) -> dict[str, str]:
    """The hash of every table, but of the one that names the files."""
    return {name: hash_ for name, hash_ in digest(paths.tables).items() if name != "waves.csv"}


def test_a_folder_of_parts_is_one_export(toy_done: Paths, tmp_path: Path) -> None:
    paths, _ = parted(tmp_path, [3, 5])
    (paths.raw / "days" / "_SUCCESS").touch()
    (paths.raw / "days" / ".part.crc").touch()
    run_to(paths, tables)
    assert len(printed(toy_done)) > 20
    assert printed(paths) == printed(toy_done)
    # a part with other bytes is read again
    Rebuild(paths).note("ingest")
    assert Rebuild(paths).is_current("ingest")
    with (paths.raw / "days" / "day 2.csv").open("a") as stream:
        stream.write("\n")
    assert not Rebuild(paths).is_current("ingest")


@pytest.mark.slow
@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("listed", [False, True])
def test_a_part_that_comes_later(
    listed: bool, pinned: bool, toy_done: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, (first, later) = parted(tmp_path, [7])
    later = later.rename(tmp_path / later.name)
    pin = f'\nsha256 = "{files.sha256(first)}"' if pinned else ""
    if listed:
        first = first.rename(paths.raw / "first day.csv")
        (paths.raw / "days").rmdir()
    wave = paths.raw / "second.toml"
    named = 'file = "first day.csv"' if listed else 'file = "days"'
    wave.write_text(wave.read_text().replace('file = "days"', f"{named}{pin}"))
    before = wave.read_text()
    assert survey_command(paths.root, "all", "--survey", "toy").returncode == 0
    read: list[Path] = []
    reading = adding.read_part

    def noted(questionnaire: Survey, fielding: Fielding, path: Path, target: Path) -> tuple[Export, Path]:
        read.append(path)
        return reading(questionnaire, fielding, path, target)

    monkeypatch.setattr(adding, "read_part", noted)
    told = list(add_part(paths, later, "second"))
    assert read == [later]
    there = paths.shown(first.parent / later.name)
    assert told == [f"{there} is a part of second now: 7 responses more, 14 in all"]
    assert Rebuild(paths).is_current("ingest")
    assert (wave.read_text() == before) == (not listed and not pinned)
    done = survey_command(paths.root, "all", "--survey", "toy")
    assert done.returncode == 0 and "ingest" not in done.stderr
    assert printed(paths) == printed(toy_done)
    # and from nothing the same
    shutil.rmtree(paths.outputs)
    run_to(paths, tables)
    assert printed(paths) == printed(toy_done)


def test_a_part_that_is_none_is_told(tmp_path: Path) -> None:
    paths, (first, later) = parted(tmp_path, [7])
    again = shutil.copy(first, tmp_path / "day 3.csv")
    other = tmp_path / "day 4.csv"
    other.write_text(later.read_text().replace("Where are you?", "Who are you?"))
    before = digest(paths.root)
    for part, wave, why in (
        (tmp_path / "none.csv", "", "no file none.csv"),
        (again, "", "day 3.csv holds the same as raw/toy/days/day 1.csv: it is a part already"),
        (other, "third", "no wave 'third'; the waves are: 'first', 'second'"),
        (shutil.copy(other, tmp_path / "day 1.csv"), "", "there is a raw/toy/days/day 1.csv already"),
        (shutil.copy(other, tmp_path / "a day.csv"), "", "a day.csv comes before day 2.csv by its name"),
        (paths.raw / "first.csv", "first", "raw/toy/first.csv is the only file of its wave"),
    ):
        with pytest.raises(SurveyError) as told:
            list(add_part(paths, Path(part), wave))
        assert str(told.value).startswith(why)
    ingest(paths)
    Rebuild(paths).note("ingest")
    with pytest.raises(SurveyError, match=r"day 4\.csv has other headings than day 1\.csv: .*Who are you"):
        list(add_part(paths, other))
    shutil.rmtree(paths.outputs)
    now = digest(paths.root)
    assert {name: now[name] for name in before} == before


def test_a_folder_that_is_no_export_is_told(tmp_path: Path) -> None:
    paths, (first, _) = parted(tmp_path, [7])
    (paths.raw / "empty").mkdir()
    for file, why in (
        ('file = "."', "the folder of the survey holds more than an export"),
        ('file = "empty"', "there is no file in raw/toy/empty"),
        (f'file = "days"\nsha256 = "{files.sha256(first)}"', "1 sha256 for 2 files; one each"),
    ):
        wave = (paths.raw / "second.toml").read_text()
        (paths.raw / "second.toml").write_text(wave.replace('file = "days"', file))
        run = survey_command(paths.root, "ingest", "--survey", "toy")
        assert (run.returncode, why in run.stderr) == (1, True), run.stderr
        (paths.raw / "second.toml").write_text(wave)
