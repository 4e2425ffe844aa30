"""The real surveys: what their owners published must come out. Skipped where the exports are not at hand."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, digest, make_project, survey_command

from pipeline.errors import SurveyError
from pipeline.ingest import ingest, load_export
from pipeline.normalise import normalise
from pipeline.paths import Paths, find
from pipeline.tables import tables
from pipeline.tidy import read
from pipeline.verify import verify

TEXT, NUMERIC = "ospo/2024_raw_text.csv", "ospo/2024_raw_numeric.csv"


def ospo(folder: Path, export: Path) -> Paths:
    """The OSPO survey with `export` as its 2024 file, pinned to it, up to the tables."""
    paths = make_project(folder, "ospo", ROOT / "raw" / "ospo")
    for leftover in [*paths.raw.glob("*_raw_*.csv"), *paths.raw.glob("*_results.csv")]:
        leftover.unlink()
    shutil.copyfile(export, paths.raw / "2024_raw_text.csv")
    for name in ("2018_results.csv", "2020_results.csv"):
        shutil.copyfile(export.parent / name, paths.raw / name)
    declared = (paths.raw / "2024.toml").read_text()
    pinned = next(line for line in declared.splitlines() if line.startswith("sha256"))
    seen = hashlib.sha256(export.read_bytes()).hexdigest()
    (paths.raw / "2024.toml").write_text(declared.replace(pinned, f'sha256 = "{seen}"'))
    for stage in (ingest, normalise, tables):
        stage(paths)
    return paths


@pytest.fixture(scope="session")
def ospo_done(real: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return ospo(tmp_path_factory.mktemp("ospo"), real(TEXT))


def test_the_pinned_export_is_the_one_at_hand(real: Callable[[str], Path]) -> None:
    seen = hashlib.sha256(real(TEXT).read_bytes()).hexdigest()
    assert seen in (ROOT / "raw" / "ospo" / "2024.toml").read_text()


def test_rows_and_columns_of_2024(ospo_done: Paths) -> None:
    rows = {wave: load_export(ospo_done, wave).rows for wave in ("2018", "2020", "2024")}
    assert rows == {"2018": 748, "2020": 1026, "2024": 222}
    export = load_export(ospo_done, "2024")
    assert (export.rows, export.blank_rows) == (222, 688)
    # 1,072 columns, of which two are dropped and one is blank in heading and cells
    assert len(export.headings) == 1069


@pytest.mark.parametrize(("wave", "agree", "of"), [("2018", 34, 52), ("2020", 10, 10), ("2024", 123, 131)])
def test_the_published_numbers(
    wave: str, agree: int, of: int, ospo_done: Paths, real: Callable[[str], Path]
) -> None:
    every = verify(ospo_done).rows
    rows = every[every["wave"] == wave]
    with real("ospo/published.csv").open(encoding="utf-8-sig", newline="") as stream:
        known = [row for row in csv.DictReader(stream) if row["wave"] == wave]
    assert len(rows) == len(known) == of
    assert (rows["agrees"] == "yes").sum() == agree
    # row by row: the percentage, the base and the verdict are those that were computed by hand
    by_hand = sorted(
        (float(row["recomputed_pct"]), int(row["recomputed_n"]), row["rounds_to_published"].lower())
        for row in known
    )
    computed = sorted(
        (round(share, 2), int(cases), verdict)
        for share, cases, verdict in zip(rows["computed"], rows["computed_n"], rows["agrees"], strict=True)
    )
    for (one, n, said), (other, cases, verdict) in zip(by_hand, computed, strict=True):
        assert one == pytest.approx(other, abs=0.011)
        assert (n, said) == (cases, verdict)
    if wave == "2024":
        assert (rows["base_agrees"] == "yes").all()
        by_question = Counter(rows.loc[rows["agrees"] == "no", "question"])
        assert by_question == {"q46": 8}


@pytest.mark.parametrize(
    ("wave", "question", "option", "count", "base"),
    [
        ("2018", "responsibilities", "culture", 112, 159),
        ("2018", "q46", "time_resources", 129, 305),
        ("2018", "q4", "more_than_10000", 160, 748),
        ("2020", "responsibilities", "licence_compliance", 212, 324),
        ("2020", "open_source_benefits", "development_speed", 294, 680),
        ("2020", "q47", "culture_change", 61, 203),
    ],
)
def test_frequencies_counted_by_hand_in_the_earlier_waves(
    wave: str, question: str, option: str, count: int, base: int, ospo_done: Paths
) -> None:
    data = read(ospo_done, f"frequencies/{question}")
    (row,) = data[(data["wave"] == wave) & (data["by"] == "") & (data["option"] == option)].to_dict("records")
    assert (row["respondents"], row["valid_cases"]) == (count, base)


def test_a_level_that_a_wave_lacked_has_no_row_there(ospo_done: Paths) -> None:
    data = read(ospo_done, "frequencies/q7")
    waves = set(data.loc[data["option"] == "very_frequently", "wave"])
    assert waves == {"2024"}
    assert set(data["wave"]) == {"2018", "2020", "2024"}


def test_numbers_that_the_readers_of_the_deck_know(ospo_done: Paths) -> None:
    reasons = read(ospo_done, "frequencies/q46")
    reasons = reasons[reasons["wave"] == "2024"]
    whole = reasons[(reasons["by"] == "") & (reasons["measure"] == "option")]
    assert set(whole["valid_cases"]) == {96}
    assert set(whole["total_mentions"]) == {187}


def test_labels_and_codes_give_the_same_answers(
    ospo_done: Paths, real: Callable[[str], Path], tmp_path: Path
) -> None:
    # the same responses as labels and as codes, where "don't know" is code 0
    by_code = ospo(tmp_path, real(NUMERIC))
    theirs, ours = digest(by_code.tables), digest(ospo_done.tables)
    for name in ("waves.csv", "verify.csv"):  # the hash of the export, and what only one of them ran
        theirs.pop(name, None)
        ours.pop(name, None)
    assert len(ours) > 50
    assert theirs == ours


def test_fetch_finds_the_export_by_its_hash(real: Callable[[str], Path], tmp_path: Path) -> None:
    folder = real(TEXT).parent
    paths = make_project(tmp_path, "ospo", ROOT / "raw" / "ospo")
    for leftover in [*paths.raw.glob("*_raw_*.csv"), *paths.raw.glob("*_results.csv")]:
        leftover.unlink()
    run = survey_command(tmp_path, "fetch", "--survey", "ospo", "--from", str(folder))
    assert run.returncode == 0, run.stderr
    assert (paths.raw / "2024_raw_text.csv").read_bytes() == real(TEXT).read_bytes()
    empty = tmp_path / "empty"
    empty.mkdir()
    (paths.raw / "2024_raw_text.csv").write_text("something else")
    run = survey_command(tmp_path, "fetch", "--survey", "ospo", "--from", str(empty))
    assert run.returncode == 1
    assert "raw/ospo/2024.toml" in run.stderr
    assert "no file in" in run.stderr


def declare(folder: Path, export: Path, wave: str, questions: str) -> Paths:
    """A survey of a few questions of a real export, every other column dropped by its letters."""
    raw = folder / "raw" / "real"
    raw.mkdir(parents=True)
    (raw / "survey.toml").write_text(f'title = "Real"\n{questions}')
    shutil.copyfile(export, raw / "one.csv")
    (raw / "one.toml").write_text(
        f'title = "One"\n[source]\nfile = "one.csv"\nlicence = "see the data\'s README"\n{wave}'
    )
    paths = find("real", folder)
    with pytest.raises(SurveyError) as told:
        ingest(paths)
        normalise(paths)
    left = [re.search(r"column ([A-Z]+)(?::([A-Z]+))? ", str(p)) for p in told.value.problems]
    assert left and all(left), str(told.value)
    letters = [f"{m[1]}:{m[2]}" if m[2] else m[1] for m in left if m]
    text = (raw / "one.toml").read_text()
    (raw / "one.toml").write_text(text.replace("drop = []", f"drop = {letters}".replace("'", '"')))
    for stage in (ingest, normalise, tables):
        stage(paths)
    return paths


def counted(paths: Paths, question: str) -> dict[tuple[str, str], int]:
    data = read(paths, f"frequencies/{question}")
    rows = data[(data["by"] == "") & (data["measure"] == "option")]
    keys = zip(rows["item"], rows["option"], strict=True)
    return dict(zip(keys, rows["respondents"].astype(int), strict=True))


def cells(export: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    with export.open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream))


def test_google_forms(real: Callable[[str], Path], tmp_path: Path) -> None:
    export = real("spack/2020.csv")
    paths = declare(
        tmp_path,
        export,
        'format = "googleforms"\n[respondents]\ndrop = []\n'
        '[columns]\nchips = "Which processors…"\nrate = "How would…"\n',
        '[questions.chips]\nkind = "multiple"\n'
        'options = { amd = "AMD", intel = "Intel", ibm = "IBM…", arm = "ARM" }\n'
        '[questions.rate]\nkind = "grid"\n'
        'items = { a = "Spack docum…", b = "Spack commu…", c = "Spack packa…", all = "Spack" }\n'
        'options = { worst = "Horrible", bad = "Bad", ok = "OK", good = "Good", excellent = "Excellent" }\n',
    )
    rows = cells(export)
    assert load_export(paths, "one").rows == len(rows) - 1 == 170
    (chips,) = [i for i, h in enumerate(rows[0]) if h.startswith("Which processors")]
    by_hand = Counter(piece for row in rows[1:] for piece in row[chips].split(", "))
    found = counted(paths, "chips")
    assert (found["", "amd"], found["", "intel"], found["", "arm"]) == tuple(
        by_hand[c] for c in ("AMD", "Intel", "ARM")
    )
    assert by_hand["Intel"] > 100
    assert {counted(paths, "rate")["all", level] for level in ("good", "excellent", "ok")} == {82, 51, 31}


def test_limesurvey(real: Callable[[str], Path], tmp_path: Path) -> None:
    export = real("rse/2017_de.csv")
    rows = cells(export)
    fields = [h for h in rows[0] if h.startswith("currentEmp13[")]
    labels = [h.rpartition("[")[2].rstrip("]").strip() for h in fields]
    options = "\n".join(f'o{number} = "{label}"' for number, label in enumerate(labels))
    paths = declare(
        tmp_path,
        export,
        'format = "limesurvey"\n[respondents]\ndrop = []\n'
        '[columns]\nfields = "currentEmp13"\ncode = "rse1"\n',
        '[questions.code]\nkind = "single"\noptions = { yes = "Yes", no = "No" }\n'
        f'[questions.fields]\nkind = "multiple"\n[questions.fields.options]\n{options}\n',
    )
    assert load_export(paths, "one").rows == 325
    assert counted(paths, "code") == {("", "yes"): 311, ("", "no"): 14}
    by_hand = {
        ("", f"o{number}"): sum(row[rows[0].index(heading)] == "Yes" for row in rows[1:])
        for number, heading in enumerate(fields)
    }
    assert len(by_hand) > 40
    assert counted(paths, "fields") == by_hand


def test_qualtrics(real: Callable[[str], Path], tmp_path: Path) -> None:
    export = real("ai2/llm_in_research.csv")
    rows = cells(export)
    at = rows[0].index("Q26")
    often = Counter(row[at] for row in rows[1:] if row[at].strip())
    levels = "\n".join(f'o{number} = "{label}"' for number, label in enumerate(sorted(often)))
    use = Counter(row[rows[0].index("Q88_2")] for row in rows[1:] if row[rows[0].index("Q88_2")].strip())
    degrees = "\n".join(f'd{number} = "{label[:22]}…"' for number, label in enumerate(sorted(use)))
    paths = declare(
        tmp_path,
        export,
        'format = "qualtrics"\n[respondents]\ndrop = []\n[answers.q88]\n'
        + "".join(f'"{n}" = "i{n}"\n' for n in range(1, 7)),
        f'[questions.q26]\nkind = "single"\n[questions.q26.options]\n{levels}\n'
        f'[questions.q88]\nkind = "grid"\n[questions.q88.options]\n{degrees}\n[questions.q88.items]\n'
        + "".join(f'i{n} = "Item {n}"\n' for n in range(1, 7)),
    )
    assert load_export(paths, "one").rows == sum(any(c.strip() for c in row) for row in rows[1:])
    assert counted(paths, "q26") == {("", f"o{n}"): often[label] for n, label in enumerate(sorted(often))}
    assert often["Never"] == 248
    found = counted(paths, "q88")
    assert {d: found["i2", d] for _, d in found} == {
        f"d{n}": use[label] for n, label in enumerate(sorted(use))
    }


def test_places_with_ties_are_no_ranking(real: Callable[[str], Path], tmp_path: Path) -> None:
    export = real("chaoss/challenges_2023.csv")
    rows = cells(export)
    at = [i for i, heading in enumerate(rows[0]) if heading.startswith("Rank order")]
    begins = [rows[0][i].rpartition("[")[2][:24] for i in at]
    items = "\n".join(f'i{number} = "{label}…"' for number, label in enumerate(begins))
    places = "\n".join(f'p{place} = "{place}"' for place in range(1, 8))
    wave = (
        'format = "googleforms"\nblank = ["NA"]\n[respondents]\ndrop = []\n[columns]\nhard = "Rank order…"\n'
    )
    with pytest.raises(SurveyError, match="one item a place fails for 23 respondents"):
        ranked = f'[questions.hard]\nkind = "rank"\n[questions.hard.items]\n{items}\n'
        declare(tmp_path / "rank", export, wave, ranked)
    paths = declare(
        tmp_path / "grid",
        export,
        wave,
        f'[questions.hard]\nkind = "grid"\n[questions.hard.options]\n{places}\n'
        f"[questions.hard.items]\n{items}\n",
    )
    assert load_export(paths, "one").rows == 31
    found = counted(paths, "hard")
    for number, i in enumerate(at):
        by_hand = Counter(row[i] for row in rows[1:])
        assert [found[f"i{number}", f"p{place}"] for place in range(1, 8)] == [
            by_hand[str(place)] for place in range(1, 8)
        ]


def test_mac_roman_and_a_label_that_a_spreadsheet_took_for_a_date(
    real: Callable[[str], Path], tmp_path: Path
) -> None:
    export = real("cncf/2020.csv")
    rows = cells(export, "mac_roman")
    (at,) = [i for i, heading in enumerate(rows[0]) if heading.startswith("What is the size")]
    ids = ("s1", "s2", "s3", "s4", "s5", "s6", "s7")
    labels = rows[1][at : at + 7]
    assert labels[1] == "Oct-49"
    options = "\n".join(
        f'{i} = "{"10-49" if label == "Oct-49" else label}"' for i, label in zip(ids, labels, strict=True)
    )
    paths = declare(
        tmp_path,
        export,
        'format = "surveymonkey"\nencoding = "mac_roman"\nheader_rows = 2\n[respondents]\ndrop = []\n'
        '[columns]\nsize = "What is the size…"\n[answers.size]\n"Oct-49" = "s2"\n',
        f'[questions.size]\nkind = "single"\n[questions.size.options]\n{options}\n',
    )
    assert load_export(paths, "one").rows == 1324
    by_hand = {("", i): sum(bool(row[at + n].strip()) for row in rows[2:]) for n, i in enumerate(ids)}
    assert sum(by_hand.values()) > 1000
    assert counted(paths, "size") == by_hand
