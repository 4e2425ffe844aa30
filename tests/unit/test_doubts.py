"""What a first draft is sure of, and what it writes under [unsettled]: hand-made columns, one kind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pipeline.drafting import cells
from pipeline.drafting.guess import guess
from pipeline.drafting.question import Question, Rows
from pipeline.exports.tools import formats


def drafted(
    columns: Mapping[str, Mapping[str, int]], layout: str = "googleforms", rows: Rows | None = None
) -> list[Question]:
    """The questions of some columns, each with its distinct texts and how often they stand there."""
    texts = dict(enumerate(columns.values(), 1))
    headings = formats[layout].headings([list(columns)])
    return guess(headings, texts, formats[layout], rows or Rows()).questions


def one(text: str, values: Mapping[str, int]) -> Question:
    """The question of one column."""
    (question,) = drafted({text: values})
    return question


FRUIT = ("Apples", "Pears", "Plums", "Figs")


def test_plain_answers_are_sure() -> None:
    question = one("Which do you like best?", {"Apples": 20, "Pears": 9})
    assert (question.kind, question.doubt) == ("single", "")


def test_answers_joined_in_cells_are_sure_where_each_comes_behind_several() -> None:
    joined = {"Apples, Pears": 5, "Apples, Plums": 4, "Pears, Plums": 6, "Apples": 3, "Pears, Figs": 3,
              "Apples, Figs": 3}  # fmt: skip
    question = one("Which do you like?", joined)
    assert question.kind == "multiple" and set(question.options.values()) == set(FRUIT)
    assert question.doubt == "", "Figs never stand alone, but behind two others"


def test_a_piece_that_always_comes_behind_the_same_may_be_the_end_of_it() -> None:
    joined = {"Cost, and lack of approval": 7, "Time, Cost, and lack of approval": 5, "Cost": 6, "Time": 9,
              "Time, Skills": 4, "Skills": 3}  # fmt: skip
    question = one("What blocks you?", joined)
    assert question.kind == "multiple"
    assert question.doubt == (
        "cut at ', ' into 4 answers; 'and lack of approval', in 12 of 34 cells and never first, may be the "
        "end of another"
    )
    assert question.moved == 12


@pytest.mark.parametrize(
    ("text", "values", "kind", "doubt"),
    [
        ("How many people work there?", {str(n): 1 for n in range(3, 60, 4)}, "number", ""),
        ("Wie viele Personen arbeiten dort?", {str(n): 2 for n in range(0, 30)}, "number", ""),
        (
            "How old is it?",
            {"1": 3, "2": 8, "3": 5},
            "number",
            "only 1, 2, 3: a number, or codes of a choice?",
        ),
        ("How satisfied are you?", {"1": 3, "2": 8, "4": 5, "5": 9}, "single", ""),
        ("Which of them?", {"1": 3, "2": 8, "4": 5, "5": 9}, "single", "numbers from 1 to 5: codes"),
        ("How many clusters? (select one)", {"1": 3, "2": 8, "3": 5}, "single", "numbers from 1 to 3: codes"),
        ("Year", {"1999": 3, "2001": 4, "2004": 5}, "number", ""),
    ],
)
def test_numbers_and_codes(text: str, values: Mapping[str, int], kind: str, doubt: str) -> None:
    question = one(text, values)
    assert question.kind == kind
    assert question.doubt.startswith(doubt) and bool(doubt) == bool(question.doubt)


def test_in_a_file_of_codes_numbers_are_codes() -> None:
    boxes = {f"Q1 | Which? | {fruit}": {str(n): 9} for n, fruit in enumerate(FRUIT, 1)}
    columns = {**boxes, "How many people work there?": {"1": 30, "2": 12, "3": 8}}
    question = drafted(columns)[-1]
    assert (question.kind, question.doubt) == ("single", "")
    assert question.check == "write what each code stands for"
    assert list(question.options.values()) == ["1", "2", "3"]


def places(ties: tuple[int, int], labels: Sequence[str] = ("Price", "Speed", "Trust")) -> Question:
    """A question with an item a column, in which 1 to 3 stand, and in how many rows two stand alike."""
    columns = {f"What matters? [{label}]": {"1": 9, "2": 8, "3": 7} for label in labels}
    (question,) = drafted(columns, "googleforms", Rows(ties=lambda _: ties))
    return question


def test_places_that_nobody_gives_twice_are_a_ranking() -> None:
    assert places((24, 0)).kind == "rank"
    assert places((24, 0)).doubt == ""
    assert places((24, 3)).kind == "grid"
    assert places((2, 0)).kind == "grid", "of two respondents that may be chance"


def test_one_text_may_be_one_box_of_a_question() -> None:
    question = one("Docs", {"Documentation": 30})
    assert question.doubt == "its cells hold one text: one box of a longer question?" and question.moved == 30


def test_a_long_list_is_a_choice_and_others_words_are_not() -> None:
    countries = {f"Country {n}": 9 - n % 8 for n in range(90)}
    question = one("Where do you live?", countries)
    assert (question.kind, len(question.options), question.doubt) == ("single", 90, "")
    assert "other" not in question.options, "who is alone in a country did not write a text of their own"
    question = one("What else?", {f"A thought of mine, the {n}th": 1 for n in range(60)})
    assert (question.kind, question.doubt) == ("text", "")


def test_words_that_repeat_answers_are_looked_at() -> None:
    words = {"Apples": 12, "Pears": 9, **{f"Something else {n}": 1 for n in range(14)}}
    question = one("Which fruit?", words)
    assert question.kind == "text"
    assert question.doubt.startswith("read as people's own words, though most of its 35 cells repeat answers")


def test_an_other_that_nobody_declared_is_looked_at() -> None:
    question = one("Which fruit?", {"Apples": 12, "Pears": 9, "Quinces": 1, "Medlars": 1})
    assert question.doubt == "2 of 23 answers, each given once, are read as Other" and question.moved == 2
    question = one("Which fruit?", {"Apples": 12, "Pears": 9, "Quinces": 1})
    assert (question.doubt, question.check) == ("", "one answer, given once, is read as Other")
    question = one("Which fruit?", {"Apples": 120, "Pears": 90, "Other": 9, "Quinces": 1, "Medlars": 1})
    assert question.doubt == ""


def test_ends_of_answers_are_told_from_answers() -> None:
    joined = cells.cut({"A, B": 4, "C, B": 3, "A, C": 2, "A, D": 9, "C": 8}, ", ")
    assert joined.pieces == {"A": 15, "B": 7, "C": 13, "D": 9}
    assert joined.ends(joined.pieces) == {"D": 9}
    everybody_gave_a = cells.cut({"A, B": 4, "A": 9, "A, D": 9, "C": 1}, ", ")
    assert everybody_gave_a.ends(everybody_gave_a.pieces) == {}
