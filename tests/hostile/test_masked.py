"""No message and no draft repeats an address that stands in a cell or a heading of an export."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from projects import command
from surveys import Wave, lay_out, write_export

from pipeline.declarations.toml import Document
from pipeline.drafting.toml_out import hidden
from pipeline.project.errors import Problem, SurveyError, quoted

MAIL, TELEPHONE, IP, IBAN = (
    "jo.public@example.org",
    "+49 30 23125 123",
    "192.0.2.77",
    "DE89370400440532013000",
)
PLANTED = (MAIL, TELEPHONE, IP, IBAN)
# what must not be read: each address, and enough of it to reach somebody
SECRETS = ("jo.public", "example.org", "23125", "192.0.2", "0532013", "jo_public", "example_org")
SURVEY = """
title = "Masks"
population = "invented"
segments = []
[questions.colour]
text = "Colour?"
kind = "single"
options = { red = "Red", blue = "Blue" }
[questions.tools]
text = "Tools?"
kind = "multiple"
options = { saw = "Saw", axe = "Axe" }
[questions.boxes]
text = "Boxes?"
kind = "multiple"
options = { tin = "Tin", card = "Card" }
[questions.views]
text = "Views?"
kind = "grid"
options = { yes = "Yes", no = "No" }
items = { a = "Ay" }
[questions.order]
text = "Order?"
kind = "rank"
items = { x = "Ex", y = "Why" }
[questions.age]
text = "Age?"
kind = "number"
[questions.day]
text = "Day?"
kind = "date"
[questions.split]
text = "Split?"
kind = "allocation"
items = { p = "Pea", q = "Queue" }
"""
RESPONDENTS = 'id = "Respondent ID"\nweight = "Weight"'
MORE = """
[columns]
boxes = "Boxes?"
[[exclude]]
reason = "did not agree"
where = { "Do you agree?" = ["No"] }
"""
HEADINGS = [
    ("Respondent ID", ""), ("Weight", ""), ("Do you agree?", "Response"), ("Colour?", "Response"),
    ("Tools?", "Response"), ("Boxes?", "Tin"), ("", "Card"), ("Views?", "Ay"), ("Order?", "Ex"), ("", "Why"),
    ("Age?", "Response"),
    ("Day?", "Response"), ("Split?", "Pea"), ("", "Queue"),
]  # fmt: skip
ROW = [
    *["{n}", "1.0", "Yes", "Red", "Saw, Axe", "Tin", "", "Yes", "1", "2", "40", "2001-01-02"],
    *["60", "40"],
]


def export(planted: dict[tuple[int, int], str]) -> list[list[str]]:
    """Twelve responses, with some cells as they are planted: by row (0 and 1 are headings) and column."""
    rows = [[first for first, _ in HEADINGS], [second for _, second in HEADINGS]]
    rows += [[cell.format(n=1000 + n) for cell in ROW] for n in range(12)]
    for n in (3, 5):
        rows[n][3], rows[n][4], rows[n][6], rows[n][7] = "Blue", "Saw", "Card", "No"
    for (row, column), text in planted.items():
        rows[row][column] = text
    return rows


def everywhere(column: int, text: str) -> dict[tuple[int, int], str]:
    """A text in four rows of a column, so that it could be taken for an answer."""
    return {(row, column): text for row in (4, 6, 8, 9)}


def rotated(by: int, words: str = "{}") -> list[str]:
    """An address for every column, another of the four in each case."""
    return [words.format(PLANTED[(column + by) % len(PLANTED)]) for column in range(len(HEADINGS))]


CELLS = {
    f"every cell of four rows, {by}": {
        cell: text for column, text in enumerate(rotated(by)) for cell in everywhere(column, text)
    }
    for by in range(len(PLANTED))
}
CELLS["among words"] = {
    cell: text
    for column, text in enumerate(rotated(0, f"{'Very ' * 20}much, call {{}} or ann.public@example.org"))
    for cell in everywhere(column, text)
}
CELLS["joined, and with signs that repr spells"] = (
    everywhere(4, f"Saw, {MAIL}, {TELEPHONE}") | everywhere(3, "call 030\u00a023125\u00a0123 now")
) | everywhere(10, "jo.public\u200b@example.org")
CELLS |= {
    f"every heading, {by}": {
        (1 if HEADINGS[column][1] != "Response" else 0, column): text
        for column, text in enumerate(rotated(by, "Tell {} of it?"))
        if column > 1
    }
    for by in range(2)
}


@pytest.mark.parametrize("where", CELLS)
def test_no_message_and_no_draft_says_what_a_table_would_hide(where: str, tmp_path: Path) -> None:
    """Declared and read, drafted from nothing, drafted like a wave before, and run."""
    said: list[str] = []
    fielded = "fielded = { from = 2001-02-03, to = 2001-02-20 }"
    wave = Wave(export(CELLS[where]), 'format = "surveymonkey"', RESPONDENTS, MORE, fielded)
    raw = lay_out(tmp_path, "mine", SURVEY, {"one": wave}).raw
    for words in ("check", "ingest", "normalise", "all"):
        code, told = command(tmp_path, words, "--survey", "mine")
        said.append(told)
    assert code == 1
    assert " problem" in told
    assert re.search(r"\(an? [^)]*(address|number|IBAN)\)|[+\w]{2}… \(a", told), told
    write_export(raw / "one.csv", export({}))
    write_export(raw / "two.csv", export(CELLS[where]))
    fresh = tmp_path / "raw" / "fresh"
    fresh.mkdir()
    write_export(fresh / "one.csv", export(CELLS[where]))
    said.append(command(tmp_path, "new-wave", "raw/mine/two.csv", "--like", "one")[1])
    said.append(command(tmp_path, "diff", "one", "two", "--survey", "mine")[1])
    said.append(command(tmp_path, "new-wave", "raw/fresh/one.csv")[1])
    drafts = [
        raw / "two.toml",
        fresh / "survey.toml",
        fresh / "one.toml",
        raw / "survey.toml",
        raw / "one.toml",
    ]
    for path in drafts:
        said.append(path.read_text())
        tomllib.loads(said[-1])
    assert [(secret, text) for secret in SECRETS for text in said if secret in text] == []


def test_a_message_keeps_what_it_needs() -> None:
    hashes = " ".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(500))
    place = "raw/mine/2026.toml:14: column K (12 times) holds 3 texts, 10 to 49; say dates under [source]"
    for message in (hashes, place, "outputs/mine/tables/x.csv: row 3, column option_label"):
        assert Problem("x.toml", 1, message).message == message
        assert str(SurveyError(message)) == message
    said = Problem("raw/mine/2026.toml", 14, f"'{MAIL}' (3 times, column F) is no answer")
    assert str(said) == "raw/mine/2026.toml:14: 'jo… (an e-mail address)' (3 times, column F) is no answer"
    url = "https://example.org/export.csv"
    assert url in Problem("x.toml", 1, f"{url} could not be fetched", declared=[url]).message
    assert "example.org" not in Problem("x.toml", 1, f"{url} could not be fetched").message


def test_a_text_is_masked_before_it_is_cut() -> None:
    for length in range(90, 125):
        said = quoted(f"{'x' * length} {MAIL}")
        assert "public" not in said, said
        assert len(said) <= 122


def test_what_declarations_say_themselves_is_no_secret(tmp_path: Path) -> None:
    document = Document("2026.toml", {"source": {"url": ["https://example.org/x.csv"]}}, {})
    said = document.problem(f"'{MAIL}' is not at https://example.org/x.csv").message
    assert said == "'jo… (an e-mail address)' is not at https://example.org/x.csv"


def test_a_draft_keeps_its_links_and_what_people_declared() -> None:
    line = 'licence = "CC0, ann.public@example.org"'
    assert hidden(line, [line]) == line
    asked = 'text = "Do you agree with https://example.org/theses?"'
    assert hidden(asked, ()) == asked
    masked = hidden(f'x = "{MAIL}"', ())
    assert masked.startswith('x = "jo… (an e-mail address)"   # check: ')
    assert "[answers]" in masked
    assert tomllib.loads(masked) == {"x": "jo… (an e-mail address)"}
    assert "linkedin" not in hidden('x = "linkedin.com/in/jo"', ())
    assert hidden("1_000_9_999 = 3", ()) == "1_000_9_999 = 3"
