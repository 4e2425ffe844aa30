"""How texts are compared, and how several answers in a cell come apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import joined
from pipeline.words import best_fit, fits, fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don’t know", "don't  know"),
        ("  Agree\u00a0strongly ", "agree strongly"),
        ("“End user”", '"end user"'),
        ("ﬁne – really", "fine - really"),
        ("STRASSE", "straße"),
    ],
)
def test_texts_that_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_exact_beats_beginning_and_the_longest_beginning_wins() -> None:
    labels = {"any": "Organi…", "small": "Organization is…", "whole": "Organization"}
    assert best_fit(labels, "organization") == ["whole"]
    assert best_fit(labels, "Organization is too small") == ["small"]
    assert best_fit(labels, "Organisms") == ["any"]
    assert best_fit(labels, "Other") == []
    assert best_fit({"a": "One…", "b": "one…"}, "One of them") == ["a", "b"]
    assert fits("Organization is…", "ORGANIZATION IS small")


# labels that hold commas and are beginnings of one another
LABELS = [
    "Models",
    "Models, small",
    "Data, tools and code",
    "Code",
    "Tools, and more, and more",
    "tools",
]


def test_a_cell_is_cut_only_before_a_known_option() -> None:
    options = [fold(label) for label in LABELS]
    assert joined.split("Data, tools and code, Models", options, ", ") == ["Data, tools and code", "Models"]
    assert joined.split("Models, small, Code", options, ", ") == ["Models, small", "Code"]
    assert joined.split("Models, knitting, sewing, Code", options, ", ") == [
        "Models",
        "knitting, sewing",
        "Code",
    ]
    assert joined.split("Models,Code", options, ", ") == ["Models", "Code"]
    assert joined.split("", options, ", ") == []


def test_beginnings_in_a_joined_cell() -> None:
    options = [fold("Data") + "…", fold("Code")]
    assert joined.split("Data, of any, kind, Code", options, ", ") == ["Data, of any, kind", "Code"]


@given(st.lists(st.sampled_from(LABELS), unique=True, max_size=6), st.sampled_from([", ", "; ", " | ", ";"]))
def test_a_joined_answer_splits_back_into_itself(chosen: list[str], separator: str) -> None:
    cell = separator.join(chosen)
    assert joined.split(cell, [fold(label) for label in LABELS], separator) == chosen
