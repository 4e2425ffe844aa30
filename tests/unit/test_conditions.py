"""Who was asked, from the expressions of tools; and answers that stand in one cell as codes or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.answers.joined_cells import Splitter
from pipeline.drafting.questionnaires.conditions import Choices, UnfitError, as_asked, both, parse
from pipeline.exports import json_rows
from pipeline.exports.delimited import UnreadableError
from pipeline.text.values import BITS, CODES_OF_TWO, as_codes

KNOWN = {
    "role": Choices(("1", "2", "3"), several=False, required=True),
    "tools": Choices(("1", "2", "8"), several=True, required=False),
    "place": Choices(("a", "b"), several=False, required=False),
}
NAME = r"\$\{[^}]+\}|\[[a-z]+(?:\([^)]*\))?\]|\{[a-z]+\}"


def resolve(name: str) -> tuple[str, str]:
    plain = name.strip("${}[]")
    question, _, option = plain.partition("(")
    return question, option.rstrip(")")


@pytest.mark.parametrize(
    ("expression", "asked"),
    [
        ("${role} = '1'", {"role": ("1",)}),
        ("${role} = '1' or ${role} = '3'", {"role": ("1", "3")}),
        ('([role] = 1) OR ([role] == "2")', {"role": ("1", "2")}),
        ("${role} = '1' and selected(${tools}, '8')", {"role": ("1",), "tools": ("8",)}),
        ("[tools(8)] = '1'", {"tools": ("8",)}),
        ("{role} anyof ['1', '2'] and {tools} contains '8'", {"role": ("1", "2"), "tools": ("8",)}),
        # who did not choose the first of an answer that had to be given chose another
        ("${role} != '1'", {"role": ("2", "3")}),
        ("not(${role} = '1' or ${role} = '2')", {"role": ("3",)}),
        ("${role} != '1' and ${role} != '2'", {"role": ("3",)}),
    ],
)
def test_a_condition_on_choices_is_who_was_asked(expression: str, asked: dict[str, tuple[str, ...]]) -> None:
    assert as_asked(parse(expression, NAME, resolve), KNOWN) == asked


@pytest.mark.parametrize(
    "expression",
    [
        "${role} = '1' or ${tools} = '8'",  # another question
        "${place} != 'a'",  # who left it blank was asked, too
        "not(selected(${tools}, '8'))",
        "selected(${tools}, '1') and selected(${tools}, '8')",  # both of them
        "${role} > 1",
        "${role} = '9'",  # no option of it
        "${age} = '1'",
        "${role} = ''",
        "count-selected(${tools}) > 1",
        "${role} = '1' and",
        "${role} = '1')",
        "(" * 60 + "${role} = '1'" + ")" * 60,
        "${role} = '1' and ${role} = '2'",  # nobody
    ],
)
def test_what_is_no_choice_is_not_guessed(expression: str) -> None:
    with pytest.raises(UnfitError):
        as_asked(parse(expression, NAME, resolve), KNOWN)


def test_a_group_adds_its_condition() -> None:
    of_group, of_question = (parse(text, NAME, resolve) for text in ("${role} = '1'", "${place} = 'b'"))
    assert as_asked(both(of_group, None, of_question), KNOWN) == {"role": ("1",), "place": ("b",)}
    assert as_asked(both(None, None), KNOWN) == {}


def test_codes_that_stand_one_after_the_other_are_cut() -> None:
    assert as_codes("010001", BITS) == ["2", "6"]
    assert as_codes("000", BITS) == []
    assert as_codes("012", BITS) is None
    assert as_codes("020398", CODES_OF_TWO) == ["2", "3", "98"]
    assert as_codes("0200", CODES_OF_TWO) == ["2"]
    assert as_codes("123", CODES_OF_TWO) is None
    assert as_codes("101", ", ") is None
    # a cell that is no such row of codes is one answer, as ever
    assert Splitter(["1", "2"], BITS).split("11") == ["1", "2"]
    assert Splitter(["wiki"], BITS).split("Wiki") == ["Wiki"]


def test_responses_as_json_are_a_table(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    responses = [
        {"id": 1, "tools": ["a, b", "c"], "views": {"speed": "4", "trust": {"us": 2.0}}, "late": True},
        {"id": 2, "views": {"speed": None}, "note": "no"},
    ]
    file.write_text(json.dumps({"results": responses}))
    assert json_rows.rows(file) == [
        ["id", "tools", "views.speed", "views.trust.us", "late", "note"],
        ["1", '["a, b", "c"]', "4", "2", "true", ""],
        ["2", "", "", "", "", "no"],
    ]


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", '[{"a": 1}', '{"results": []}', '"text"'])
def test_json_without_responses_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(content)
    with pytest.raises(UnreadableError, match=r"one\.json"):
        json_rows.rows(file)
