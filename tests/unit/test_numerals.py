"""Numbers as people and spreadsheets of many countries write them: read where that is certain or declared."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import command, make_project
from surveys import Wave, lay_out

from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths, find
from pipeline.text.values import (
    CONTINENTAL,
    ENGLISH,
    PLAIN,
    Numerals,
    as_number,
    how_to_declare,
    ways_to_read,
)

SWISS, FRENCH = Numerals(".", "'"), Numerals(",", " ")
WRITTEN = [
    ("40", PLAIN, 40), ("-2.5", PLAIN, -2.5), (".5", PLAIN, 0.5), ("1e3", PLAIN, 1000),
    ("１２", PLAIN, 12), ("−7", PLAIN, -7), ("1,250", PLAIN, None), ("1_000", PLAIN, None),
    ("1.250", PLAIN, 1.25), ("nan", PLAIN, None),
    ("1,250", ENGLISH, 1250), ("1,250.75", ENGLISH, 1250.75), ("12,34,567", ENGLISH, 1234567),
    ("1,25", ENGLISH, None), ("0,250", ENGLISH, None), ("1.250", ENGLISH, 1.25), ("1,2500", ENGLISH, None),
    ("1.250", CONTINENTAL, 1250), ("1.250.000,5", CONTINENTAL, 1250000.5), ("3,5", CONTINENTAL, 3.5),
    ("1.25", CONTINENTAL, None), ("1.250.00", CONTINENTAL, None), ("0.250", CONTINENTAL, None),
    ("12'500", SWISS, 12500), ("12’500.50", SWISS, 12500.5), ("1'25", SWISS, None),
    ("1 250,5", FRENCH, 1250.5), ("1\u202f250", FRENCH, 1250), ("1\u00a0250\u00a0000", FRENCH, 1250000),
    ("12 50", FRENCH, None), ("3,5", Numerals(","), 3.5), ("1.250,5", Numerals(","), None),
]  # fmt: skip
UNITS = [
    ("40%", "%", PLAIN, 40), ("40 %", "%", PLAIN, 40), ("％40", "%", PLAIN, 40), ("40", "%", PLAIN, 40),
    ("€ 5,90", "€", Numerals(","), 5.9), ("5,90 €", "€", Numerals(","), 5.9), ("-€5", "€", PLAIN, -5),
    ("CHF 1'250", "CHF", SWISS, 1250), ("12 years", "years", PLAIN, 12), ("$40", "€", PLAIN, None),
]  # fmt: skip
# the numbers of a column, and the ways in which all of them can be written
COLUMNS = [
    (["10", "20"], [ENGLISH]), (["1.5", "2"], [ENGLISH]), (["3,5", "12"], [CONTINENTAL]),
    (["1.250", "40"], [ENGLISH, CONTINENTAL]), (["1,250", "40"], [ENGLISH, CONTINENTAL]),
    (["1.250", "3.5"], [ENGLISH]), (["1.250", "0.250"], [ENGLISH]), (["1.250", "3,5"], [CONTINENTAL]),
    (["1.250", "1.250.000"], [CONTINENTAL]), (["1,250", "2.5"], [ENGLISH]), (["1.5", "2,5"], []),
    (["1.250", "forty"], [ENGLISH, CONTINENTAL]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "numerals", "number"), WRITTEN)
def test_a_number_is_read_as_it_is_said_to_be_written(
    text: str, numerals: Numerals, number: float | None
) -> None:
    assert as_number(text, "", numerals) == number


@pytest.mark.parametrize(("text", "unit", "numerals", "number"), UNITS)
def test_a_unit_may_stand_on_either_side(
    text: str, unit: str, numerals: Numerals, number: float | None
) -> None:
    assert as_number(text, unit, numerals) == number


@pytest.mark.parametrize(("texts", "ways"), COLUMNS)
def test_a_column_shows_how_its_numbers_are_written(texts: list[str], ways: list[Numerals]) -> None:
    assert ways_to_read(texts) == ways


@given(
    st.integers(-(10**9), 10**9),
    st.integers(0, 99),
    st.sampled_from([ENGLISH, CONTINENTAL, SWISS, FRENCH, Numerals(",", "'")]),
)
def test_what_is_written_one_way_is_read_back_by_it(whole: int, cents: int, numerals: Numerals) -> None:
    written = f"{whole:,}".replace(",", numerals.thousands) + f"{numerals.decimal}{cents:02d}"
    number = abs(whole) + cents / 100
    assert as_number(written, "", numerals) == pytest.approx(-number if whole < 0 else number)
    # one number of which all can be told is enough for its column
    if numerals in (ENGLISH, CONTINENTAL):
        assert ways_to_read([written, "1.250" if numerals is ENGLISH else "1,250"])[:1] == [numerals]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("1'250", 'thousands = "\'"'),
        ("40%", 'unit = "%" in survey.toml'),
        ("€ 5,90", 'unit = "€" in survey.toml'),
        ("1 250", 'thousands = " "'),
        ("3,5", 'decimal = ","'),
        ("about 40", ""),
    ],
)
def test_the_keys_that_would_help_are_named(text: str, keys: str) -> None:
    assert how_to_declare(text, "q").startswith(keys) and bool(how_to_declare(text, "q")) == bool(keys)


def shares(folder: Path, cells: list[str], declared: str = "", unit: str = "") -> Paths:
    """The toy survey with these cells for a number in its first wave, and lines that say how to read them."""
    paths = make_project(folder)
    export = paths.raw / "first.csv"
    with export.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    column = rows[0].index("How much of it is open?")
    for place, row in enumerate(row for row in rows[1:] if row):
        row[column] = cells[place] if place < len(cells) else ""
    with export.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(rows)
    with (paths.raw / "first.toml").open("a") as stream:
        stream.write(declared)
    questions = paths.questionnaire.read_text()
    paths.questionnaire.write_text(questions.replace('kind = "number"', f'kind = "number"\n{unit}'))
    return paths


def stored(paths: Paths) -> list[float]:
    """The numbers of the first wave, as the database has them."""
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        rows = connection.execute(
            "select value from answers where wave = 'first' and question = 'share' and value is not null "
            "order by respondent"
        ).fetchall()
    return [value for (value,) in rows]


CELLS = ["1.250", "2.750", "10", "20"]


def test_a_column_that_can_be_read_in_two_ways_is_an_error_with_both(tmp_path: Path) -> None:
    paths = shares(tmp_path, CELLS)
    ingest(paths)
    with pytest.raises(SurveyError) as caught:
        normalise(paths)
    (said,) = str(caught.value).splitlines()
    assert (
        """share: '1.250' (once) can be read in two ways: as 1.25, then say decimal = "."; or as 1250, """
        in said
    )
    assert 'then say thousands = ".". Say it under [reading.share], or for all under [source]' in said
    # the mean of so few is told nowhere
    assert "mean" not in said
    questions = paths.questionnaire.read_text()
    paths.questionnaire.write_text(f"privacy = {{ base = 4 }}\n{questions}")
    with pytest.raises(
        SurveyError, match=r"as 1.25 \(a mean of 8.5 over 4\).* as 1250 \(a mean of 1007.5 over 4\)"
    ):
        normalise(paths)


@pytest.mark.parametrize(
    ("cells", "declared", "unit", "first"),
    [
        (CELLS, '[reading.share]\ndecimal = "."\n', "", [1.25, 2.75, 10, 20]),
        (CELLS, '[reading.share]\nthousands = "."\n', "", [1250, 2750, 10, 20]),
        (["1'250", "2’750"], '[reading.share]\nthousands = "\'"\n', "", [1250, 2750]),
        (["40%", "55 %"], "", 'unit = "%"', [40, 55]),
        (["€ 5,90", "7,10 €"], "", 'unit = "€"', [5.9, 7.1]),
        (["3,5", "1.250"], "", "", [3.5, 1250]),
        (["none", "-", "7"], '[reading.share]\nblank = ["none", "-"]\n', "", [7]),
        (["1.250", "2.750"], '[answers.share]\n"1.250" = 1250\n"2.750" = 2750\n', "", [1250, 2750]),
    ],
)
def test_numbers_are_read_as_declared(
    cells: list[str], declared: str, unit: str, first: list[float], tmp_path: Path
) -> None:
    paths = shares(tmp_path, cells, declared, unit)
    ingest(paths)
    normalise(paths)
    assert stored(paths)[: len(first)] == first


def test_a_draft_declares_the_likelier_of_two_readings(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "firms"
    raw.mkdir(parents=True)
    for wave, sign in (("2001", "."), ("2002", ".")):
        rows = [f"{n};{'North' if n % 2 else 'South'};{n % 5 + 1}{sign}250" for n in range(1, 41)]
        (raw / f"{wave}.csv").write_text("\n".join(["ID;Where?;How many staff?", *rows]) + "\n")
    code, said = command(tmp_path, "new-wave", "raw/firms/2001.csv")
    assert code == 0, said
    drafted = (raw / "2001.toml").read_text()
    assert '\n[reading.many_staff]\nthousands = "."\n' in drafted
    assert re.search(r'\n\[unsettled\]\nmany_staff = "its numbers can be read in two ways', drafted)
    # a later wave is read as the one before was
    code, said = command(tmp_path, "new-wave", "raw/firms/2002.csv", "--like", "2001")
    assert '\n[reading.many_staff]\nthousands = "."\n' in (raw / "2002.toml").read_text()


@pytest.mark.parametrize(
    ("weights", "source", "said"),
    [
        (["1.250", "2.750"], "", "weight: '1.250' .* can be read in two ways: as 1.25 "),
        (["1.250", "2.750"], 'decimal = "."', ""),
        (["1.250", "0.750"], "", ""),
        (["1,250", "0,5"], "", ""),
    ],
)
def test_weights_are_read_like_numbers(weights: list[str], source: str, said: str, tmp_path: Path) -> None:
    rows = [f"{n};{'North' if n % 2 else 'South'};{weights[n % 2]}" for n in range(1, 41)]
    questions = (
        'title = "Firms"\n[questions.place]\ntext = "Where?"\nkind = "single"\n'
        'options = { north = "North", south = "South" }\n'
    )
    export = "\n".join(["ID;Where?;W", *rows]) + "\n"
    wave = Wave(export, f'format = "flat"\n{source}', 'id = "ID"\nweight = "W"')
    lay_out(tmp_path, "firms", questions, {"one": wave})
    paths = find("firms", tmp_path)
    ingest(paths)
    if said:
        with pytest.raises(SurveyError, match=said):
            normalise(paths)
        return
    normalise(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        weighed = dict(connection.execute("select respondent, weight::double from respondents").fetchall())
    given = [as_number(weight.replace(",", ".")) or 0.0 for weight in weights]
    assert weighed[1] / weighed[2] == pytest.approx(given[1] / given[0])
