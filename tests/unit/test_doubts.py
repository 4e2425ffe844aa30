"""What a first draft is sure of, and what it writes under [unsettled]: hand-made columns, one kind each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from pipeline.drafting import cells, words
from pipeline.drafting.guess import guess
from pipeline.drafting.question import Question, Rows
from pipeline.exports.tools import formats
from pipeline.text import scales
from pipeline.text.folding import fold


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


@pytest.mark.parametrize("other", ["Other", "Other (please specify)", "Sonstiges", "Autre", "Otro", "その他"])
def test_words_behind_the_label_of_an_other_are_no_option(other: str) -> None:
    written = {f"{other}: {word}": 1 for word in ("Cherries", "Nuts, or so", "Melons", "Limes")}
    question = one("Which is best?", {"Apples": 20, "Pears": 9, **written, f"{other}: Kiwis": 2})
    assert (question.kind, question.doubt) == ("single", "")
    assert list(question.options.values()) == ["Apples", "Pears", other] and question.write_in == "other"
    joined = {f"Pears\n{text}": count for text, count in written.items()}
    cells_of = {"Apples\nPears": 9, "Apples\nPlums": 4, "Plums\nPears": 7, "Apples": 3, **joined}
    question = one("Which do you like?", cells_of | {f"Plums\n{other}": 2})
    assert (question.kind, question.doubt) == ("multiple", "")
    assert set(question.options.values()) == {"Apples", "Pears", "Plums", other}
    assert question.write_in == "other"
    # what many say behind it may be an option
    often = one("Which is best?", {"Apples": 20, "Pears": 9, f"{other}: Kiwis": 9, f"{other}: Nuts": 8})
    assert f"{other}: Kiwis', 9 times" in often.doubt


READ = ", are read as Other"
WRITTEN = " and far fewer than the others: written beside an Other? then it is no option, and counts as Other"
FRUIT_TOLD = {"Apples": 31, "Pears": 27, "Plums": 19}


@pytest.mark.parametrize(
    ("more", "options", "doubt"),
    [
        # two people wrote the same: beside texts that one wrote it is none of the answers
        ({"Quinces": 2, "Medlars": 1, "Sloes": 1}, 3, "4 of 81 answers, each given once or twice" + READ),
        ({"Quinces": 2, "Medlars": 1}, 3, "3 of 80 answers, each given once or twice" + READ),
        # several did: it may be one, and is looked at
        ({"Quinces": 5, "Medlars": 1, "Sloes": 1}, 4,
         f"2 of 84 answers, each given once{READ}; also: 'Quinces', in 5 of 84 answers{WRITTEN}"),
        # more than a few did, where hardly anybody wrote a text of their own
        ({"Quinces": 5, "Medlars": 1}, 4, ""),
        # and where nobody wrote a text of their own
        ({"Quinces": 2, "Sloes": 3}, 5, f"'Sloes' and 1 more, in 5 of 82 answers{WRITTEN}"),
        # a seldom answer, a word of surveys, and where the Other is one of the answers
        ({"Quinces": 9}, 4, ""),
        ({"Don't know": 2}, 4, ""),
        ({"Quinces": 2, "Other": 4}, 5, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("joined", [False, True])
def test_what_few_people_wrote_is_no_sure_answer(
    more: dict[str, int], options: int, doubt: str, joined: bool
) -> None:
    values: dict[str, int] = {**FRUIT_TOLD, **more}
    if joined:
        # and as many who gave two
        values |= {"Apples, Pears": 9, "Pears, Plums": 9, "Plums, Apples": 9}
        doubt = re.sub(r"of (\d+)", lambda found: f"of {int(found[1]) + 54}", doubt)
    question = one("Which fruit?", values)
    assert question.kind == ("multiple" if joined else "single")
    assert question.doubt == doubt
    assert len(question.options) == options + ("Other" in question.options.values() and "Other" not in more)
    assert ("Quinces" in question.options.values()) == (options > 3 and "Quinces" in more)


def test_what_a_tool_marks_as_written_is_no_answer() -> None:
    question = one("Which fruit?", {**FRUIT_TOLD, "Other - Quinces": 12, "Other – Sloes": 2})
    assert list(question.options.values()) == ["Apples", "Pears", "Plums", "Other"]
    assert question.doubt == "14 of 91 answers are read as Other"
    assert dict(question.answers) == {"Other - Quinces": "other"}, "what many wrote is no option undeclared"


def test_what_one_wrote_is_no_entry_of_a_long_list() -> None:
    question = one(
        "Where do you live?", {**{f"Country {n}": 9 for n in range(40)}, "Atlantis": 1, "Utopia": 1}
    )
    assert (len(question.options), question.options["other"]) == (41, "Other")
    assert question.doubt == f"2 of 362 answers, each given once{READ}"


def test_ends_of_bands_are_seldom_and_no_words_of_peoples_own() -> None:
    bands = {"1 to 9": 40, "10 to 49": 30, "50 to 249": 22, "250 or more": 2}
    assert (one("How large?", bands).doubt, len(one("How large?", bands).options)) == ("", 4)


@pytest.mark.parametrize(
    "heading",
    [
        "If other, please specify", "If you chose Other, which one?", "Other (please specify)", "fruit_other",
        "Please specify", "Wenn Andere, welche?", "Si autre, précisez",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [FRUIT_TOLD, {f"A thought of mine, the {n}th": 1 for n in range(40)}])
def test_what_the_other_is_makes_no_options(heading: str, before: dict[str, int]) -> None:
    written = {"Orchard of a neighbour": 3, "Market": 2, "Garden": 2}
    questions = drafted({"Which fruit?": before, heading: written, "Why?": {"Taste": 20, "Price": 9}})
    labels = [label for question in questions for label in question.options.values()]
    assert not {*written} & {*labels}
    assert [question.kind for question in questions if question.text == heading] in ([], ["text"])


def test_ends_of_answers_are_told_from_answers() -> None:
    joined = cells.cut({"A, B": 4, "C, B": 3, "A, C": 2, "A, D": 9, "C": 8}, ", ")
    assert joined.pieces == {"A": 15, "B": 7, "C": 13, "D": 9}
    assert joined.ends(joined.pieces) == {"D": 9}
    everybody_gave_a = cells.cut({"A, B": 4, "A": 9, "A, D": 9, "C": 1}, ", ")
    assert everybody_gave_a.ends(everybody_gave_a.pieces) == {}


@pytest.mark.parametrize(
    ("texts", "kind", "reading", "is_sure"),
    [
        (("2015-11-21", "2016-02-03"), "date", {}, True),
        (("21 Nov 2015", "3. Februar 2016"), "date", {}, True),
        (("Mar 1, 2026", "April 2, 2026 10:30"), "date", {}, True),
        (("21/11/2015", "03/02/2016"), "date", {"dates": "day first"}, True),
        (("11/21/15", "02/03/16"), "date", {"dates": "month first"}, True),
        (("01/11/2015", "03/02/2016"), "date", {"dates": "day first"}, False),
        (("1999", "2003", "2008"), "number", {}, True),
    ],
)
def test_dates_tell_their_order_as_a_column(
    texts: tuple[str, ...], kind: str, reading: dict[str, str], is_sure: bool
) -> None:
    question = one("When did you begin?", dict.fromkeys([*texts, texts[0].replace("15", "14")], 3))
    assert (question.kind, question.reading, not question.doubt) == (kind, reading, is_sure)


def test_points_that_add_up_are_shared_out() -> None:
    columns = {f"How do you split your time? [{item}]": {"10": 3, "50": 2, "90": 3, "0": 2} for item in FRUIT}
    (question,) = drafted(columns, rows=Rows(totals=lambda _: {100.0: 10}))
    assert (question.kind, question.total) == ("allocation", 100.0)
    (question,) = drafted(columns, rows=Rows(totals=lambda _: {100.0: 5, 60.0: 5}))
    assert question.kind == "grid", "half of the rows add up to something else"


def test_points_under_bare_headings_lose_their_sum() -> None:
    parts = {item: {"10": 3, "50": 2, "90": 3, "0": 2} for item in FRUIT}
    columns = {**parts, "Sum": {"100": 10}, "Anything else?": {"No": 9, "Yes": 1}}
    first, *_ = drafted(columns, rows=Rows(totals=lambda some: {100.0: 10} if len(some) == 4 else {}))
    assert (first.kind, list(first.items.values())) == ("allocation", list(FRUIT))


def test_places_in_words_are_a_ranking() -> None:
    columns = {f"What matters? [{one}]": {"First": 9, "Second": 8, "Third": 7} for one in FRUIT[:3]}
    (question,) = drafted(columns, rows=Rows(ties=lambda _: (24, 0)))
    assert question.kind == "rank"


def test_all_items_in_every_cell_are_a_ranking() -> None:
    orders = {"Apples, Pears, Plums": 4, "Plums, Apples, Pears": 5, "Pears, Plums, Apples": 3}
    question = one("What matters most?", orders)
    assert (question.kind, set(question.items.values())) == ("rank", set(FRUIT[:3]))
    assert one("What matters?", {**orders, "Apples, Plums": 3}).kind == "multiple"


def test_answers_are_joined_by_the_sign_that_tells_them_apart() -> None:
    question = one("Which?", {"Apples, red\nPears": 6, "Pears\nPlums": 5, "Apples, red": 4, "Plums": 3})
    assert set(question.options.values()) == {"Apples, red", "Pears", "Plums"}
    assert (question.kind, question.reading) == ("multiple", {"separator": "\n"})


def test_a_checkbox_grid_is_a_multiple_choice_an_item() -> None:
    cells_of = {"Mon, Tue": 5, "Tue": 4, "Mon, Wed": 4, "Wed": 3, "Mon": 3}
    first, second = drafted({"Which days? [Morning]": cells_of, "Which days? [Evening]": dict(cells_of)})
    assert (first.kind, first.text) == ("multiple", "Which days? [Morning]")
    assert (second.kind, second.text) == ("multiple", "Which days? [Evening]")


def test_items_under_bare_headings_are_a_grid() -> None:
    levels = {"Agree": 5, "Disagree": 4, "Neither": 3}
    first, last = drafted(
        {**{f"I like {one}": levels for one in FRUIT}, "Which?": {"Cherries": 4, "None": 9}}
    )
    assert (first.kind, len(first.items), last.kind) == ("grid", 4, "single")
    # nobody need have given every level, where all are steps of one scale
    given = [
        ("Agree", "Strongly agree"),
        ("Disagree", "Neutral"),
        ("Agree", "Neutral"),
        ("Agree", "Disagree"),
    ]
    columns = {f"I like {one}": dict.fromkeys(some, 4) for one, some in zip(FRUIT, given, strict=True)}
    first, last = drafted({**columns, "I like them": {"Yes": 4, "No": 3}})
    assert (first.kind, len(first.items), last.kind) == ("grid", 4, "single")
    assert list(first.options.values()) == ["Disagree", "Neutral", "Agree", "Strongly agree"]
    asked = drafted({f"I like {one}": {"Yes": 4, "No": 3} for one in FRUIT})
    assert [question.kind for question in asked] == ["single"] * 4, "Yes and No are no scale"
    questions = drafted({f"Do you like {one}?": levels for one in FRUIT})
    assert [question.kind for question in questions] == ["single"] * 4


def test_words_beside_a_choice_belong_to_it() -> None:
    columns = {"role": {"1": 9, "2": 8, "8": 4}, "role_other": {"Translator": 1, "Event team": 3}}
    rows = Rows(beside=lambda _, __: {"8": 4})
    (question,) = drafted(columns, rows=rows)
    assert (question.kind, question.write_in) == ("single", "code_8")
    assert question.answers == {"role_other": "code_8"}


def test_one_answer_in_two_languages_is_looked_at() -> None:
    columns = {"Language": {"de": 9, "en": 9}, "Did you?": {"Ja": 5, "Nein": 4, "Yes": 6, "No": 3}}
    apart = {"de": {"Ja": 5, "Nein": 4}, "en": {"Yes": 6, "No": 3}}
    language, question = drafted(columns, rows=Rows(by_text=lambda _, __: apart))
    assert language.doubt == "" and "one answer in two languages?" in question.doubt
    shared = {"de": {"Ja": 5, "Vielleicht": 4, "OK": 3}, "en": {"Yes": 6, "Maybe": 3, "OK": 3}}
    _, question = drafted(columns, rows=Rows(by_text=lambda _, __: shared))
    assert "one answer in two languages?" in question.doubt, "one word that both share tells nothing"
    same = {"de": {"Yes": 5, "No": 4}, "en": {"Yes": 6, "No": 3}}
    columns["Did you?"] = {"Yes": 11, "No": 7}
    _, question = drafted(columns, rows=Rows(by_text=lambda _, __: same))
    assert question.doubt == ""


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"Yes": 9, "No": 5, "Oui": 4, "Non": 3}, "'No', 'Yes' and 'Non', 'Oui'"),
        ({"Yes": 9, "No": 5, "Sí": 4}, "'No', 'Yes' and 'Sí'"),
        (
            {
                "Very satisfied": 9,
                "Satisfied": 5,
                "Très satisfait": 4,
                "Satisfait": 3,
                "Neutral": 2,
                "Other": 2,
            },
            "'Neutral', 'Satisfied', 'Very satisfied' and 'Satisfait', 'Très satisfait'",
        ),
        ({"Often": 9, "Never": 5, "Oft": 4, "Nie": 3}, "'Never', 'Often' and 'Nie', 'Oft'"),
    ],
)
def test_a_scale_in_two_languages_is_looked_at(values: Mapping[str, int], shown: str) -> None:
    question = one("Do you?", values)
    assert f"{shown}: the same answers in two languages? then map them under" in question.doubt
    grid = drafted({f"Do you? [{part}]": values for part in ("A", "B")})
    assert [shown in question.doubt for question in grid] == [True]


@pytest.mark.parametrize(
    "answers",
    [
        "Yes, No",
        "Yes, No, Maybe",
        "Ja, Nein, No",
        "Very satisfied, Satisfied, Neutral",
        "Good, Bad, Gut feeling",
    ],
)
def test_answers_in_one_language_are_sure(answers: str) -> None:
    assert "two languages" not in one("Do you?", dict.fromkeys(answers.split(", "), 9)).doubt


def test_a_number_with_words_beside_it_and_with_a_unit() -> None:
    question = one("How many hours?", {"3 h": 5, "4 h": 4, "12 h": 2, "20 h": 1})
    assert (question.kind, question.unit, question.doubt) == ("number", "h", "")
    question = one("How many hours?", {"3": 5, "4": 4, "12": 2, "20": 1, "Don't know": 2})
    assert (question.kind, list(question.options)) == ("number", ["dkns"])


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("How many people work there?", {"about 20": 1, "lots": 1}),
        ("Staff", {"about 20": 1, "~30": 1, "lots": 1, "12-15": 1, "100+": 2}),
        ("How many people work there?", {f"some {n}": 1 for n in range(20)}),
    ],
)
def test_a_number_with_odd_texts_beside_it(text: str, odd: dict[str, int]) -> None:
    numbers = {str(n): 3 for n in (1, 4, 7, 12, 15, 20, 28, 33, 41, 60, 75, 90)}
    question = one(text, {**numbers, **odd, "n/a": 1, "Don't know": 2})
    assert (question.kind, question.write_in) == ("number", "")
    assert set(question.options.values()) == {"n/a", "Don't know"}
    assert question.reading["blank"] == list(odd)
    cells = sum(odd.values())
    assert question.doubt_in_full == (
        f"{cells} of {39 + cells} cells hold no plain number, and are read as no answer: map them under "
        f"[answers.{question.id}] in place of blank where they tell one"
    )


def test_codes_with_words_beside_them_are_no_numbers() -> None:
    question = one("Which plan do you use?", {"1": 9, "2": 8, "3": 7, "4": 5, "a plan of my own": 1})
    assert question.kind == "single"


def test_a_band_that_many_chose_beside_numbers_is_an_answer() -> None:
    question = one("How many meetings did you attend?", {"0": 96, "1": 43, "2": 21, "3+": 45})
    assert (question.kind, question.doubt, len(question.options)) == ("single", "", 4)


def test_how_likely_somebody_recommends_has_a_mean_and_a_score() -> None:
    question = one("How likely is it that you recommend us?", {str(n): n + 1 for n in range(11)})
    assert (question.kind, list(question.scores), question.doubt) == ("single", list(range(11)), "")
    assert question.nets["promoters"] == ["step_9", "step_10"] and len(question.nets["detractors"]) == 7
    # nobody may have chosen the first steps
    question = one("How likely are you to recommend us?", {str(n): 9 for n in (3, 5, 6, 7, 8, 9, 10)})
    assert (question.kind, list(question.scores), question.doubt) == ("single", list(range(11)), "")
    assert len(question.nets["detractors"]) == 7
    # on a scale of seven steps, and of how many, nobody knows
    assert one("How likely are you to recommend us?", {str(n): 9 for n in (3, 5, 6, 7)}).doubt
    assert one("To how many people did you recommend us?", {str(n): 9 for n in (3, 5, 6, 9)}).kind == "number"


def test_bands_stand_in_order_although_one_answer_has_no_number() -> None:
    question = one("Which size?", {"51-250": 5, "2-50": 9, "Self-employed": 3, "more than 250": 7})
    assert list(question.options.values()) == ["2-50", "51-250", "more than 250", "Self-employed"]
    assert question.check == ""


def test_no_box_is_empty_and_some_say_no_to_all() -> None:
    columns = {f"Which? [{one}]": {"Checked": 3, "Unchecked": 9} for one in FRUIT}
    (question,) = drafted(columns, rows=Rows(at_most=lambda _: 4, denied=lambda *_: (12, 12, 3)))
    assert question.reading == {"unticked": "no"} and question.doubt.startswith(
        "no box is empty, and 3 of 12"
    )
    (question,) = drafted(columns, rows=Rows(at_most=lambda _: 4, denied=lambda *_: (12, 9, 3)))
    assert (question.reading, question.doubt) == ({}, "")


def test_a_file_of_codes_has_lists_with_gaps() -> None:
    codes = {f"q{n}": {"1": 9, "2": 8, "3": 4, "9": 3} for n in range(6)}
    questions = drafted({**codes, "years": {str(n): 2 for n in range(2, 30, 2)}})
    assert [question.kind for question in questions] == ["single"] * 6 + ["number"]


def test_a_scale_with_words_at_its_ends_has_numbers() -> None:
    steps = {"1 - lowest": 3, **{str(n): 4 for n in range(2, 10)}, "10 - highest": 5}
    question = one("Rate it", steps)
    assert (question.kind, list(question.scores), question.doubt) == ("single", list(range(1, 11)), "")
    assert list(question.options.values())[::9] == ["1 - lowest", "10 - highest"]
    bands = one("How many?", {"1 - 5": 3, "6 - 10": 4, "11 - 50": 4, "more than 50": 2})
    assert (bands.kind, bands.scores) == ("single", ())


def test_codes_for_no_answer_in_a_grid() -> None:
    columns = {f"How far? [{one}]": {"1": 4, "2": 5, "5": 3, "-9": 2, "99": 3} for one in FRUIT}
    (question,) = drafted(columns)
    assert question.kind == "grid" and "-9" not in question.options.values()
    assert question.reading == {"blank": ["-9"]}
    assert (
        question.doubt.startswith("-9 comes 8 times") and "99, far above all other numbers" in question.doubt
    )


def test_points_of_which_each_is_given_once_are_no_words() -> None:
    columns = {f"Split [{one}]": {str(n): 1 for n in range(m, m + 40, 4)} for m, one in enumerate(FRUIT, 5)}
    (question,) = drafted(columns, rows=Rows(totals=lambda _: {100.0: 10}))
    assert question.kind == "allocation"


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Weiß nicht", "dkns"),
        ("Keine Angabe", "dkns"),
        ("Prefer not to say", "dkns"),
        ("I'd rather not answer", "dkns"),
        ("Declined to answer", "dkns"),
        ("Möchte ich nicht sagen", "dkns"),
        ("Je préfère ne pas répondre", "dkns"),
        ("Prefiero no decirlo", "dkns"),
        ("Prefiro não responder", "dkns"),
        ("Preferisco non rispondere", "dkns"),
        ("Zeg ik liever niet", "dkns"),
        ("Wolę nie odpowiadać", "dkns"),
        ("答えたくない", "dkns"),
        ("拒绝回答", "dkns"),
        ("Prefer not to work alone", ""),
        ("Möchte nicht wechseln", ""),
        ("Prefiero no viajar", ""),
        ("Je ne sais pas", "dkns"),
        ("No sé", "dkns"),
        ("Keine davon", "none"),
        ("Aucun", "none"),
        ("Sonstiges", "other"),
        ("Autre", "other"),
        ("-oth-", "other"),
        ("Otherwise engaged", ""),
        ("Nonetheless", ""),
        ("Andere Länder", ""),
        ("No sector", ""),
    ],
)
def test_roles_are_told_in_other_languages(label: str, role: str) -> None:
    assert words.role_of(fold(label)) == role


def test_bands_in_other_languages_stand_in_order() -> None:
    labels = {"250 und mehr": 9, "unter 10": 5, "10-49": 7, "50-249": 8}
    assert list(one("Größe?", labels).options.values()) == ["unter 10", "10-49", "50-249", "250 und mehr"]
    money = {"über 1.000 €": 9, "unter 100 €": 5, "100 - 500 €": 7, "500 - 1.000 €": 3}
    in_order = list(one("Betrag?", money).options.values())
    assert in_order == ["unter 100 €", "100 - 500 €", "500 - 1.000 €", "über 1.000 €"]


SCALES = """
Very dissatisfied > Dissatisfied > Neutral > Satisfied > Very satisfied
Very unhappy > Somewhat unhappy > Neither happy nor unhappy > Somewhat happy > Very happy
Not at all satisfied > Not very satisfied > Somewhat satisfied > Very satisfied > Extremely satisfied
Poor > Fair > Good > Excellent
Poor > Fair > Good > Very good > Excellent
Very poor > Poor > Acceptable > Good > Very good
Very unlikely > Unlikely > Neutral > Likely > Very likely
Not at all likely > Not so likely > Somewhat likely > Very likely > Extremely likely
Not important > Slightly important > Moderately important > Important > Very important
Not at all important > Not so important > Somewhat important > Very important > Extremely important
Very difficult > Difficult > Neither easy nor difficult > Easy > Very easy
Never > Rarely > Sometimes > Usually > Always
Never > Almost never > Occasionally > Sometimes > Often > Almost always > Always
None of the time > A little of the time > Some of the time > Most of the time > All of the time
Strongly disagree > Disagree > Somewhat disagree > Neither > Somewhat agree > Agree > Strongly agree
Completely disagree > Tend to disagree > Neutral > Tend to agree > Completely agree
Not at all confident > Slightly confident > Moderately confident > Very confident > Extremely confident
Not familiar at all > Slightly familiar > Somewhat familiar > Moderately familiar > Extremely familiar
Much worse > Somewhat worse > About the same > Somewhat better > Much better
Not at all > A little > Somewhat > Quite a bit > Very much
Very low > Low > Medium > High > Very high
Definitely not > Probably not > Might or might not > Probably yes > Definitely yes
Daily > Several times a week > Weekly > Monthly > Less often > Never
Sehr unzufrieden > Unzufrieden > Teils/teils > Zufrieden > Sehr zufrieden
Überhaupt nicht zufrieden > Weniger zufrieden > Eher zufrieden > Sehr zufrieden
Stimme überhaupt nicht zu > Stimme eher nicht zu > Teils/teils > Stimme eher zu > Stimme voll und ganz zu
Trifft nicht zu > Trifft eher nicht zu > Teils-teils > Trifft eher zu > Trifft voll zu
Gar nicht wichtig > Weniger wichtig > Ziemlich wichtig > Sehr wichtig > Äußerst wichtig
Sehr schlecht > Schlecht > Mittelmäßig > Gut > Sehr gut
Nie > Selten > Manchmal > Oft > Immer
Sehr unwahrscheinlich > Unwahrscheinlich > Neutral > Wahrscheinlich > Sehr wahrscheinlich
Très insatisfait > Insatisfait > Neutre > Satisfait > Très satisfait
Pas du tout satisfait > Peu satisfait > Plutôt satisfait > Très satisfait
Pas du tout d’accord > Plutôt pas d’accord > Plutôt d’accord > Tout à fait d’accord
Jamais > Rarement > Parfois > Souvent > Toujours
Très mauvais > Mauvais > Moyen > Bon > Excellent
Très difficile > Difficile > Neutre > Facile > Très facile
Muy insatisfecho > Insatisfecho > Neutral > Satisfecho > Muy satisfecho
En desacuerdo > Ni de acuerdo ni en desacuerdo > De acuerdo > Totalmente de acuerdo
Nada importante > Poco importante > Algo importante > Importante > Muy importante
Nunca > Casi nunca > A veces > Casi siempre > Siempre
Muy malo > Malo > Regular > Bueno > Excelente
Muito insatisfeito > Insatisfeito > Neutro > Satisfeito > Muito satisfeito
Discordo totalmente > Discordo > Nem concordo nem discordo > Concordo > Concordo totalmente
Péssimo > Ruim > Regular > Bom > Ótimo
Nunca > Raramente > Às vezes > Frequentemente > Sempre
Molto insoddisfatto > Insoddisfatto > Neutrale > Soddisfatto > Molto soddisfatto
Per niente d'accordo > Poco d'accordo > Abbastanza d'accordo > Molto d'accordo
Insufficiente > Sufficiente > Buono > Ottimo
Mai > Raramente > Qualche volta > Spesso > Sempre
Zeer ontevreden > Ontevreden > Neutraal > Tevreden > Zeer tevreden
Helemaal mee oneens > Mee oneens > Neutraal > Mee eens > Helemaal mee eens
Nooit > Zelden > Soms > Vaak > Altijd
Slecht > Matig > Voldoende > Goed > Uitstekend
Bardzo niezadowolony > Niezadowolony > Neutralny > Zadowolony > Bardzo zadowolony
Raczej się nie zgadzam > Trudno powiedzieć > Raczej się zgadzam > Zdecydowanie się zgadzam
Zdecydowanie nie > Raczej nie > Trudno powiedzieć > Raczej tak > Zdecydowanie tak
Nigdy > Rzadko > Czasami > Często > Zawsze
非常に不満 > 不満 > どちらともいえない > 満足 > 非常に満足
全くそう思わない > あまりそう思わない > どちらともいえない > ややそう思う > とてもそう思う
全くない > ほとんどない > ときどき > よくある > いつも
非常不满意 > 不满意 > 一般 > 满意 > 非常满意
非常不同意 > 不同意 > 中立 > 同意 > 非常同意
从不 > 很少 > 有时 > 经常 > 总是
"""


@pytest.mark.parametrize("line", SCALES.strip().splitlines())
def test_usual_scales_stand_in_order(line: str) -> None:
    steps = line.split(" > ")
    for left_out in (None, *range(len(steps))):
        # whoever chose a step, and whether anybody did, the others stand in their order
        chosen = [step for at, step in enumerate(steps) if at != left_out]
        counted = {step: 3 + 7 * at % 5 for at, step in enumerate(reversed(chosen))}
        assert list(words.options(counted).values()) == chosen
        assert not words.about_order(counted)


@pytest.mark.parametrize(
    "line",
    [
        "Neutral, Slightly important, Very important",  # two scales have this in two orders
        "Agree, Mostly agree, Disagree",
        "Very red, Very blue, Red",
        "Neutral, Apples",
        "Good, Always, Never",
        "Not at all difficult, Very easy, Easy",
    ],
)
def test_what_may_be_two_scales_is_in_no_order(line: str) -> None:
    assert scales.in_order([fold(text) for text in line.split(", ")]) == {}


def test_what_one_person_chose_is_an_option_where_own_words_stand_apart() -> None:
    answers = {"University": 20, "Company": 12, "Government": 1}
    (question,) = drafted({"org. Where do you work?": answers, "b. x?": {"y": 1}}, "limesurvey")[:1]
    assert list(question.options.values()) == ["University", "Company", "Government"]
    assert (question.write_in, question.check.startswith("one answer")) == ("", False)
    own_words = {"No": 30, "Nothing": 12, "Thanks to all who made this possible": 1}
    (question,) = drafted({"org. Anything else?": own_words, "b. x?": {"y": 1}}, "limesurvey")[:1]
    assert "Thanks to all who made this possible" not in question.options.values()


def test_a_sign_within_words_cuts_nothing() -> None:
    labs = {"DOE/NNSA Lab": 9, "DOE/Science Lab": 8, "Company": 7, "R&D/Company": 5}
    assert one("Where?", labs).kind == "single"
    joined = {"Git / Docker": 5, "Docker / Podman": 4, "Git / Podman": 4, "Git": 6, "Docker": 3}
    assert set(one("Which?", joined).options.values()) == {"Git", "Docker", "Podman"}


@pytest.mark.parametrize(
    ("always_together", "sign"),
    [("Wiki,Forum", ","), ("Wiki; Forum", ";"), ("Wiki|Forum", "|"), ("Wiki┋Forum", "┋")],
)
def test_answers_that_always_come_together_are_no_sure_choice(always_together: str, sign: str) -> None:
    question = one("Where do you ask?", {always_together: 9, "Blog": 7})
    assert question.kind == "single" and question.moved == 9
    assert question.doubt.startswith(f"9 cells hold {sign!r}, most of them {always_together!r}: several")
    assert not one("Do you ask?", {"Yes, always": 9, "No": 7}).doubt


@pytest.mark.parametrize(
    "cells",
    [
        ["SW1A 1AA", "M1 1AE", "EH1 2NG", "cf10 3at", "B33 8TH"],
        ["K1A 0B1", "V6B4Y8", "M5V 3L9", "H2X 1Y4", "T2P 2M5"],
        ["1012 AB", "3511LN", "9711 LM", "2312 HK", "5611 AZ"],
        ["00-950", "31-042", "80-831", "50-101", "61-001"],
        ["01067", "80331", "10115", "20095", "50667"],
        ["100-0001", "150-0002", "530-0001", "060-0042", "812-0011"],
    ],
)
def test_postcodes_are_dropped_whatever_their_heading_is(cells: list[str]) -> None:
    texts = {1: dict.fromkeys(cells, 1), 2: {"Yes": 3, "No": 2}}
    headings = formats["googleforms"].headings([["q5", "q6"]])
    guesses = guess(headings, texts, formats["googleforms"], Rows())
    assert [q.text for q in guesses.questions] == ["q6"]
    assert guesses.drop == [("A", "its cells look like postcodes")]


def test_bands_and_amounts_are_no_postcodes() -> None:
    bands = {"10-499": 8, "50-249": 7, "25-100": 6, "11-999": 5, "12-345": 4}
    assert one("q5", bands).kind == "single"
    amounts = {f"{n}500": 1 for n in range(31, 44)}
    assert (one("q5", amounts).kind, one("q5", amounts).doubt) == ("number", "")
    unlike = {f"{n * 173 + 10001}": 1 for n in range(1, 14)}
    assert "postcodes?" in one("q5", unlike).doubt
    assert not one("How much do you earn a year?", unlike).doubt


def test_bands_that_are_damaged_in_a_part_of_the_rows_are_one_answer() -> None:
    sizes = {"1-9": 9, "10-49": 12, "Oct-49": 13, "09-Jan": 8, "50 – 249": 7, "250+": 5}
    question = one("How large is it?", sizes)
    assert list(question.options.values()) == ["1-9", "10-49", "50 – 249", "250+"]
    assert question.answers == {"Oct-49": "10_49", "09-Jan": "1_9"}
    assert question.doubt.startswith("a spreadsheet made dates of bands") and question.moved == 21


def test_hours_are_no_dates() -> None:
    assert one("How long?", {"20 hours": 5, "10 hours": 4, "1-5": 3, "6+": 2}).answers == {}


ROWS = [
    (("Git, Go", "1", "1"), 5), (("Git", "1", None), 4), (("Go", None, "1"), 3), ((None, None, None), 2),
]  # fmt: skip


def twice(headings: Sequence[str], rows: Sequence[tuple[Sequence[str | None], int]]) -> list[Question]:
    """The questions of a column of joined answers, of a box for each of them, and of one more column."""
    columns = {heading: Counter[str]() for heading in headings}
    for cells_of, count in rows:
        for heading, text in zip(headings, cells_of, strict=True):
            columns[heading].update({text: count} if text else {})
    found = Rows(together=lambda _: rows, at_most=lambda _: 2)
    return drafted({**columns, "Which is best?": {"Git": 5, "Go": 4}}, rows=found)


@pytest.mark.parametrize(
    "headings",
    [
        ("Which do you use?", "Which do you use? [Git]", "Which do you use? [Go]"),
        ("Which do you use?", "Git", "Go"),
    ],
)
def test_answers_that_stand_joined_and_in_boxes_are_one_question(headings: Sequence[str]) -> None:
    tools, best = twice(headings, ROWS)
    assert (tools.text, tools.kind, tools.doubt) == ("Which do you use?", "multiple", "")
    assert list(tools.options.values()) == ["Git", "Go"] and len(tools.columns) == 2
    assert best.text == "Which is best?"


def test_boxes_that_say_other_than_the_joined_cells_are_looked_at() -> None:
    headings = ("Which do you use?", "Which do you use? [Git]", "Which do you use? [Go]")
    tools, _ = twice(headings, [*ROWS, (("Git", "1", "1"), 2)])
    assert "column A has the same answers joined, and says other than the boxes in 2 of 14" in tools.doubt
    # words that hold an answer are none, and what was written beside a box of an Other is no difference
    tools, _ = twice(headings, [*ROWS, (("GitLab", "1", None), 2)])
    assert "says other than the boxes in 2 of 14" in tools.doubt
    headings = ("Which do you use?", "Which do you use? [Git]", "Which do you use? [Other]")
    rows = [(("Git, a text", "1", "1"), 5), (("Git", "1", None), 4), (("another", None, "1"), 3)]
    tools, _ = twice(headings, rows)
    assert (tools.kind, tools.doubt, len(tools.columns)) == ("multiple", "", 2)


def test_columns_that_say_other_things_throughout_are_two_questions() -> None:
    rows = [(("North", "1", "1"), 5), (("South", "1", None), 4), (("West", None, "1"), 3)]
    assert len(twice(("Where?", "Git", "Go"), rows)) > 2


def test_a_sign_alone_is_no_sure_answer() -> None:
    question = one("Do you?", {"Yes": 33, "No": 17, "-": 10})
    assert question.doubt.startswith('"-", 10 times, is read as an answer: none? then blank = ["-"] under')


def test_a_scale_of_which_nobody_chose_the_first_step_is_no_sure_number() -> None:
    assert one("How satisfied are you?", {"2": 8, "3": 9, "4": 20, "5": 12}).doubt.startswith(
        "only 2, 3, 4, 5"
    )
    assert not one("How many people?", {"2": 8, "3": 9, "4": 20}).doubt
