"""What could reach a person is found in texts about to be written, and what only looks like it is not."""

from __future__ import annotations

import re
import shutil

import pytest
from conftest import digest

from pipeline.errors import SurveyError
from pipeline.ingest import ingest
from pipeline.leaks import scan
from pipeline.normalise import normalise
from pipeline.paths import Paths
from pipeline.tables import tables

FOUND = {
    "an e-mail address": [
        "jo@example.org", "Jo.Public+x@mail.example.co.uk", "write to <jo@example.org>.", "ｊｏ＠example.org",
        "jo\u200b@example.org", "o'hara@example.org", "jörg@bücher.example",
    ],
    "an IP address": [
        "192.0.2.17", "from 198.51.100.7:8080", "(203.0.113.9)", "10.0.0.200", "2001:db8::1",
        "[2001:db8:0:0:0:0:0:17]", "fe80::1ff:fe23:4567:890a",
    ],
    "a web address": [
        "https://example.org/x?id=7", "see www.example.org.", "HTTP://EXAMPLE.ORG", "ftp://example.org",
],
    "a telephone number": [
        "+49 30 1234567", "+1 (555) 010-0123", "+33612345678", "555-010-0123", "(555) 010-0123",
        "030/123 456 78", "01 23 45 67 89", "0151-23456789", "call 555.010.0123 now",
        "+1\u2011555\u2011010\u20110123",
    ],
}  # fmt: skip
HARMLESS = [
    "3.11", "1.2.3.4", "Python 3.12.4", "11.2.0.4", "v10.0.19045.3803", "120.0.6099.109", "4.18.0-305",
    "2025-03-12", "12.03.2025", "2025.03.12.001",
    "3/12/2025 to 4/18/2025", "2025-03-03 - 2025-04-18", "10:15:30",
    "2025-03-12T10:15:30", "1,000–9,999", "10-49", "10000-49999", "250 000 000 000", "1.000.000.000",
    "1 000 000 to 9 999 999", "2018 2020 2024", "1 2 3 4 5 6 7 8 9 10", "12.5% of 33.3%",
    "−0.00935022193651", "+5 to +10 points", "+12.5",
    "d838ee8a7e85f2445144ad757b73301d83ee0c47adc3ed24d594420163ac0a86",
    "123e4567-e89b-12d3-a456-426614174000", "00:1B:44:11:3A:B7", "01:23:45:67:89:ab:cd:ef", "114725394",
    "90000012345678", "R_3kD8000123456789", "Q12-34-56", "10.1145/3313831.3376717", "https",
    "doi:10.5281/zenodo.1234567", "978-3-16-148410-0", "0000-0002-1825-0097", "std::vector", "a::b",
    "@mention", "node.js", "linuxfoundation.org", "C++17", "e.g. and/or", "n = 1 234 567 890",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts])
def test_what_reaches_a_person_is_found(kind: str, text: str) -> None:
    leaks, _ = scan([("here", f"Other: {text}")], ())
    assert [(leak.place, leak.kind) for leak in leaks] == [("here", kind)], leaks
    assert len(leaks[0].masked) == 3


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert scan([("here", text), ("here", f"{text}, {text}")], ()) == ([], set())


def test_a_very_long_text_takes_no_longer_than_its_length() -> None:
    for part in ("a", "a.", "1 ", "1.", "a@", "f:", "0-", "+1", "(", "www."):
        scan([("here", part * 100_000)], ())


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("jo@example.org", ["jo@example.org"]),
        ("*.example.org", ["jo@example.org", "https://www.example.org/jo", "jo@mail.example.org"]),
        ("+49 30 1234567", ["+49 30 1234567"]),
        ("https://www.example.org/jo/and/more", ["https://www.example.org/jo"]),
        ("https://www.example.org/jo", ["https://www.example.org/jo"]),
    ],
)
def test_a_line_allows_what_it_says_and_no_more(line: str, allowed: list[str]) -> None:
    texts = [
        *["jo@example.org", "https://www.example.org/jo", "jo@mail.example.org", "+49 30 1234567"],
        *["jo@example.organic", "https://example.org@example.com/", "https://notexample.org"],
    ]
    leaks, used = scan([("here", text) for text in texts], [line])
    assert [text for text in texts if text not in {leak.found for leak in leaks}] == allowed
    assert used == {line}


ADDRESSES = ("jo@example.org", "192.0.2.17", "+49 30 1234567")
PAGE = "https://example.com/jo"


def stage_tables(paths: Paths) -> None:
    for stage in (ingest, normalise, tables):
        stage(paths)


def test_addresses_in_a_label_stop_the_tables(toy: Paths, toy_done: Paths) -> None:
    shutil.copytree(toy_done.outputs, toy.outputs)
    kept = digest(toy.tables)
    label = f"Models by {'; '.join(ADDRESSES)}"
    path = toy.raw / "survey.toml"
    path.write_text(path.read_text().replace('"Models"', f'"{label}"'))
    title = toy.raw / "first.toml"
    title.write_text(title.read_text().replace("First Toy Survey", f"First Toy Survey, {PAGE}"))
    answers = '[answers.uses]\n"Models" = "models"\n'
    for name in ("first.toml", "second.toml"):
        wave = toy.raw / name
        wave.write_text(f"{wave.read_text()}\n{answers}")
    with pytest.raises(SurveyError) as told:
        stage_tables(toy)
    said = str(told.value)
    assert len(told.value.problems) == len(ADDRESSES) + 1
    assert PAGE not in said
    assert re.search(r"tables/\w+\.csv: row \d+, column \w+: a web address \(ht…", said)
    for address in ADDRESSES:
        assert address not in said
        assert re.search(
            r"^outputs/toy/tables/frequencies/uses\.csv: row \d+, column option_label: "
            rf"an? [-\w ]+ \({re.escape(address[:2])}…, and in \d+ other places\) would be published\. ",
            said,
            re.MULTILINE,
        ), said
    assert digest(toy.tables) == kept
    path.write_text(f"{path.read_text()}\n[privacy]\nallow = {[*ADDRESSES, PAGE]}\n")
    stage_tables(toy)
    assert digest(toy.tables) != kept


def test_what_declarations_credit_needs_no_line(toy: Paths) -> None:
    path = toy.raw / "second.toml"
    credit = 'licence = "CC0, https://example.org/cc0"\ncitation = "The Others, https://example.org/data"'
    path.write_text(path.read_text().replace('format = "surveymonkey"', f'format = "surveymonkey"\n{credit}'))
    survey = toy.raw / "survey.toml"
    asked = "Do you agree with https://example.org/a/long/address/of/theses?"
    survey.write_text(survey.read_text().replace("Do you agree?", asked))
    first, second = toy.raw / "first.toml", toy.raw / "second.toml"
    first.write_text(first.read_text().replace("[columns]", '[columns]\nviews = "Do you agree?"'))
    second.write_text(f'{second.read_text()}\n[columns]\nviews = "Do you agree?"\n')
    stage_tables(toy)
    words = (toy.tables / "exhibits.csv").read_text()
    assert "https://example.org/data" in words
    assert asked in words


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            '["jo@example.org"]',
            r"toy/survey\.toml:54: allow: 'jo@example.org' allowed nothing; delete it",
        ),
        ('["*"]', r"raw/toy/survey\.toml:54: privacy\.allow: '\*' allows too much"),
        ('["*.org"]', r"raw/toy/survey\.toml:54: privacy\.allow: '\*\.org' allows too much"),
        ('["a@b.example", "a@b.example"]', r":54: privacy\.allow: 'a@b.example' is listed twice"),
    ],
)
def test_a_line_that_allows_nothing_or_too_much(lines: str, said: str, toy: Paths) -> None:
    path = toy.raw / "survey.toml"
    path.write_text(f"{path.read_text()}\n[privacy]\nallow = {lines}\n")
    line = len(path.read_text().splitlines())
    with pytest.raises(SurveyError, match=said.replace(":54:", f":{line}:")):
        stage_tables(toy)
