"""Declarations changed line by line: what a person would have written, and every other byte as it was."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.drafting.edited import Edited
from pipeline.drafting.proposals import SURVEY_FILE, WAVE_FILE, Proposal, applied, proposals

WAVE = """\
title = "2026"   # the title
fielded = { from = 2026-01-01, to = 2026-02-01 }

# what is left to do
[unsettled]   # delete a line once you have looked
a = "one"   # beside it
b = 'two'

[source]
file = "2026.csv"
blank = ['n/a']   # two of them?

[respondents]
id = "ID"
drop = [
    "IP",   # check: an address
    "Name"
]

[reading.b]
decimal = ","

[columns]
a = "Q1"
"""


def put(text: str, table: str, key: str, value: Any) -> str | None:
    return applied(text, [Proposal(WAVE_FILE, tuple(table.split(".")) if table else (), key, value)])


@pytest.mark.parametrize(
    ("table", "key", "value", "old", "new"),
    [
        ("respondents", "duplicates", "keep_first", '    "Name"\n]\n',
         '    "Name"\n]\nduplicates = "keep_first"\n'),
        ("respondents", "id", "Code", 'id = "ID"', 'id = "Code"'),
        ("", "title", "2027", 'title = "2026"   # the title', 'title = "2027"   # the title'),
        ("source", "blank", ["99"], "blank = ['n/a']   # two", "blank = ['n/a', \"99\"]   # two"),
        ("source", "blank", ["n/a"], "", ""),
        ("respondents", "drop", ["Age"], '    "Name"\n]', '    "Name",\n    "Age",\n]'),
        ("reading.a", "blank", [" x"], 'decimal = ","\n', 'decimal = ","\n\n[reading.a]\nblank = [" x"]\n'),
        ("reading.b", "thousands", ".", 'decimal = ","\n', 'decimal = ","\nthousands = "."\n'),
        ("fielded", "to", "never", "to = 2026-02-01 }", 'to = "never" }'),
        ("fielded", "late", True, "2026-02-01 }", "2026-02-01, late = true }"),
        ("answers.a", "x y", "yes", 'a = "Q1"\n', 'a = "Q1"\n\n[answers.a]\n"x y" = "yes"\n'),
    ],
)  # fmt: skip
def test_a_value_comes_where_a_person_would_write_it(
    table: str, key: str, value: Any, old: str, new: str
) -> None:
    assert put(WAVE, table, key, value) == WAVE.replace(old, new, 1)


def test_the_ends_of_lines_and_the_mark_of_a_file_stay() -> None:
    text = "\ufeff" + WAVE.rstrip("\n").replace("\n", "\r\n").replace("\r\n[columns]", "\n[columns]")
    changed = put(text, "respondents", "duplicates", "keep_last")
    assert changed == text.replace('"Name"\r\n]\r\n', '"Name"\r\n]\r\nduplicates = "keep_last"\r\n')
    assert put(text, "source", "blank", ["n/a"]) == text
    grown = put(text, "reading.new", "dates", "day first")
    assert grown and grown.count("\r\n") == text.count("\r\n") + 3


def without(text: str, *path: str) -> str:
    return applied(text, [Proposal(WAVE_FILE, path[:-1], path[-1])]) or ""


def test_a_key_goes_with_its_line_and_a_table_with_its_remarks() -> None:
    assert without(WAVE, "unsettled", "a") == WAVE.replace('a = "one"   # beside it\n', "")
    begin, end = WAVE.index("# what is left"), WAVE.index("[source]")
    assert without(WAVE, "unsettled") == WAVE[:begin] + WAVE[end:]
    assert without(WAVE, "respondents", "drop") == WAVE.replace(
        WAVE[WAVE.index("drop") : WAVE.index("\n[reading")], ""
    )
    assert without(WAVE, "columns") == WAVE.replace('\n[columns]\na = "Q1"\n', "")
    assert without(WAVE, "fielded", "from") == WAVE.replace("from = 2026-01-01, ", "")
    assert without(WAVE, "fielded", "to") == WAVE.replace(", to = 2026-02-01", "")


def test_tables_below_a_table_go_with_it() -> None:
    text = (
        "[questions.a]\nkind = 'single'\n[questions.a.options]\nyes = 'Yes'\n"
        "[questions.a.options.other]\nlabel = 'Other'\n\n[questions.b]\nkind = 'text'\n"
    )
    assert without(text, "questions", "a", "options") == (
        "[questions.a]\nkind = 'single'\n\n[questions.b]\nkind = 'text'\n"
    )


def test_what_cannot_be_changed_line_by_line_is_not() -> None:
    assert put("reading.a.blank = ['x']\n[columns]\na = 'Q1'\n", "reading.a", "decimal", ",") is None


DOUBT = '99 comes 12 times: a missing value? then blank = ["99"] under [reading.a]'


@pytest.mark.parametrize(
    ("doubt", "meant"),
    [
        (DOUBT, [(WAVE_FILE, ("reading", "a"), "blank", ["99"])]),
        ("20 of 60 rows repeat an id: then duplicates = 'keep_first' under [respondents]",
         [(WAVE_FILE, ("respondents",), "duplicates", "keep_first")]),
        ("codes or a number? then kind = 'number' in survey.toml; 2 of 9 answers are read as Other",
         [(SURVEY_FILE, ("questions", "q"), "kind", "number")]),
        ("two ways: then decimal = ',' under [source], or then decimal = '.' under [reading.q]",
         [(WAVE_FILE, ("source",), "decimal", ","), (WAVE_FILE, ("reading", "q"), "decimal", ".")]),
        ("then options.x = 'a under [b] c' in survey.toml",
         [(SURVEY_FILE, ("questions", "q", "options"), "x", "a under [b] c")]),
        ("then 'so ; so' = 1.5 under [answers.\"q\"]", [(WAVE_FILE, ("answers", "q"), "so ; so", 1.5)]),
        (f"{DOUBT}; {DOUBT}", [(WAVE_FILE, ("reading", "a"), "blank", ["99"])]),
        ("worded 70% like another, and then nothing under [columns]", []),
        ("then kind = number in survey.toml", []),
        ("then blank = ['x' under [reading.q]", []),
    ],
)  # fmt: skip
def test_what_a_doubt_proposes(doubt: str, meant: list[tuple[Any, ...]]) -> None:
    assert proposals("q", doubt) == [Proposal(*parts) for parts in meant]


def test_respondents_have_no_table_in_the_questionnaire() -> None:
    assert proposals("respondents", "then kind = 'number' in survey.toml") == []


class Careless(Proposal):
    """A proposal whose edit touches something else, too."""

    def apply(self, file: Edited) -> None:
        super().apply(file)
        file.put(("respondents",), "id", "another")


def test_an_edit_that_touches_anything_else_is_refused() -> None:
    place = (WAVE_FILE, ("source",), "format", "flat")
    assert applied(WAVE, [Proposal(*place)]) == WAVE.replace("of them?\n", 'of them?\nformat = "flat"\n')
    assert applied(WAVE, [Careless(*place)]) is None
