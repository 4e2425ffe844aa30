"""Headings that hold a question and one of its options, and the finders that take them apart."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.exports.finders import find
from pipeline.exports.tools import Heading, formats
from pipeline.exports.tools.parted import regrouped


def headed(*texts: str) -> list[Heading]:
    return [Heading(column, "", text, text) for column, text in enumerate(texts, 1)]


def parts(texts: Sequence[str]) -> list[tuple[str, str, str]]:
    """Question, option and finder of each heading that is taken apart, where all may belong together."""
    return [(h.text, h.label, finder) for h, finder in regrouped(headed(*texts), lambda _: True).values()]


@pytest.mark.parametrize(
    ("texts", "question", "options", "finder"),
    [
        (
            ("Which tools? - Git", "Which tools? - Docker"),
            "Which tools?",
            ("Git", "Docker"),
            "Which tools? - …",
        ),
        (("Which tools?: Git", "Which tools?: Docker"), "Which tools?", ("Git", "Docker"), "Which tools?: …"),
        (("Git:Which tools?", "Docker:Which tools?"), "Which tools?", ("Git", "Docker"), "…:Which tools?"),
        (
            ("Which tools? (choice=Git)", "Which tools? (choice=Docker (old))"),
            "Which tools?",
            ("Git", "Docker (old)"),
            "Which tools? (choice=…",
        ),
        (
            ("Which tools? (Git)", "Which tools? (Docker (old))"),
            "Which tools?",
            ("Git", "Docker (old)"),
            "Which tools? (…",
        ),
        (
            ("How well (or badly) do they work? (Git)", "How well (or badly) do they work? (Go (new))"),
            "How well (or badly) do they work?",
            ("Git", "Go (new)"),
            "How well (or badly) do they work? (…",
        ),
        (("Tools we use (Git)", "Tools we use (Go)"), "Tools we use", ("Git", "Go"), "Tools we use (…"),
        (("tools___1", "tools___2"), "tools", ("1", "2"), "tools___…"),
        (("Tools we use >> Git", "Tools we use >> Go"), "Tools we use", ("Git", "Go"), "Tools we use >> …"),
        (
            ("Which licences? - GPL - 2", "Which licences? - GPL - 3", "Which licences? - MIT"),
            "Which licences?",
            ("GPL - 2", "GPL - 3", "MIT"),
            "Which licences? - …",
        ),
    ],
)
def test_neighbours_that_share_a_question(
    texts: tuple[str, ...], question: str, options: tuple[str, ...], finder: str
) -> None:
    assert parts(texts) == [(question, option, finder) for option in options]
    # another question beside them is none of theirs, and the finder names just these
    every = headed(*texts, "Do you contribute? - and why", "Where are you based?")
    named = find(finder, every)
    assert [(h.text, h.label) for h in named] == [(question, option) for option in options]


def test_brackets_that_belong_to_options_part_nothing() -> None:
    options = ("Cloud (large)", "Cloud (small)", "Office")
    texts = [f"Where do you run it - {option}" for option in options]
    assert [label for _, label, _ in parts(texts)] == list(options)


def test_what_heads_a_column_alone_is_a_question() -> None:
    texts = ("Tools: which?", "Tools: which? - Git", "Tools: which? - Go")
    assert parts(texts) == [
        ("Tools: which?", "Git", "Tools: which? - …"),
        ("Tools: which?", "Go", "Tools: which? - …"),
    ]
    assert parts(("Tools", "Tools (Git)", "Tools (Go)")) == [
        ("Tools", "Git", "Tools (…"),
        ("Tools", "Go", "Tools (…"),
    ]


def test_numbers_in_front_are_no_part_of_a_question() -> None:
    headings = [
        Heading(n, "", f"Q1 0{n}—What are the benefits?", label) for n, label in ((1, "Cost"), (2, "Speed"))
    ]
    taken = regrouped(headings, lambda _: True)
    assert [(h.text, h.label) for h, _ in taken.values()] == [
        ("What are the benefits?", "Cost"),
        ("What are the benefits?", "Speed"),
    ]
    assert [h.label for h in find("…What are the benefits?", headings)] == ["Cost", "Speed"]


def test_what_cannot_belong_together_stays() -> None:
    assert regrouped(headed("Part A: Age", "Part A: Region"), lambda _: False) == {}
    assert parts(("How old are you?", "Where do you live?")) == []


def test_a_beginning_of_one_heading_is_that_heading() -> None:
    (heading,) = find("Age - …", headed("Age - in years", "Region"))
    assert heading.text == heading.label == "Age - in years"


def test_a_code_above_each_option_belongs_to_the_question_above_the_first() -> None:
    rows = [["", "Q1_1", "Q1_2", "Q2"], ["ID", "Which?", "", "How?"], ["", "Git", "Go", "Response"]]
    seen = [(h.code, h.text, h.label) for h in formats["surveymonkey"].headings(rows)[1:]]
    assert seen == [("Q1_1", "Which?", "Git"), ("Q1_1", "Which?", "Go"), ("Q2", "How?", "Response")]


def test_a_dash_within_an_option_tears_no_question_apart() -> None:
    texts = ["Which? - GPL - 2", "Which? - GPL - 3", "Which? - MIT"]
    rows = [[f"Q3_{n}" for n in (1, 2, 3)], texts]
    assert [(h.text, h.label) for h in formats["qualtrics"].headings(rows)] == [
        ("Which?", "GPL - 2"),
        ("Which?", "GPL - 3"),
        ("Which?", "MIT"),
    ]
