"""What spreadsheets and survey tools make of answers: dates of bands, errors, codes for no answer, markup."""

from __future__ import annotations

import pytest

from pipeline.drafting.damage import bands, is_error, no_answers
from pipeline.text.folding import fold, without_markup


@pytest.mark.parametrize(
    ("texts", "made"),
    [
        (("9-Jan", "Oct-49", "50-249"), {"9-Jan": "1-9", "Oct-49": "10-49"}),
        (("5. Jan", "Okt 49", "50-249"), {"5. Jan": "1-5", "Okt 49": "10-49"}),
        (("43470", "43626", "11-100"), {"43470": "1-5", "43626": "6-10"}),
        (("2019-01-05 00:00:00", "more than 10"), {"2019-01-05 00:00:00": "1-5"}),
        (("43470", "43626"), {}),
        (("43470", "1-5", "6-10"), {"43470": "1-5"}),
        (("May", "June"), {}),
        (("1-5", "6-10"), {}),
    ],
)
def test_bands_that_a_spreadsheet_took_for_dates(texts: tuple[str, ...], made: dict[str, str]) -> None:
    assert bands(texts) == made


def test_errors_of_a_spreadsheet() -> None:
    assert all(map(is_error, ("#NAME?", "#REF!", "#n/a", "#DIV/0!")))
    assert not any(map(is_error, ("#1", "NAME?", "C#", "# of people")))


@pytest.mark.parametrize(
    ("numbers", "below", "above"),
    [
        ({"3": 4, "5": 2, "-99": 3}, {"-99": 3}, {}),
        ({"1": 4, "5": 2, "99": 3}, {}, {"99": 3}),
        ({"1": 4, "5": 2, "99": 1}, {}, {}),
        ({"61": 4, "80": 2, "99": 3}, {}, {}),
        ({"-3": 4, "5": 2, "-99": 3}, {}, {}),
        ({"-99": 3}, {}, {}),
    ],
)
def test_codes_for_no_answer(numbers: dict[str, int], below: dict[str, int], above: dict[str, int]) -> None:
    assert no_answers(numbers) == (below, above)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p><strong>Which&nbsp;tool?</strong></p>", "Which\xa0tool?"),
        ("Which <em>region</em>? ${e://Field/year}", "Which region?"),
        ("How is ${q://QID1/Text} doing?", "How is … doing?"),
        ("R&amp;D", "R&D"),
        ("Git\u200b", "Git"),
        ("a < b & c > d", "a < b & c > d"),
        ("<5", "<5"),
        ("<none>", "<none>"),
        ("{ and }", "{ and }"),
        ("• Docs", "Docs"),
        ("•", "•"),
    ],
)
def test_a_text_is_read_as_people_read_it(text: str, plain: str) -> None:
    assert without_markup(text).replace("  ", " ") == plain
    assert fold(text) == fold(plain)
