"""What the cells of boxes say: ticked, not ticked, not shown; and who is in the base."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from projects import frequencies, run_to

from pipeline.answers.boxes import is_box, unticked_texts
from pipeline.commands.check import read
from pipeline.database.connection import open_database
from pipeline.declarations import survey
from pipeline.exports.tools import formats
from pipeline.figures import figures
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from tests.lib.surveys import Wave, lay_out

FLAT = formats["flat"]
ASKED = """
title = "Clubs"
population = "invented"

[questions.tools]
text = "Which tools?"
kind = "multiple"
options = { git = "Git", svn = "Subversion" }

[questions.after]
text = "Anything after it?"
kind = "single"
options = { yes = "Yes", no = "No" }
"""


@pytest.mark.parametrize(
    ("ticked", "no"), [("1", "0"), ("Checked", "Unchecked"), ("TRUE", "FALSE"), ("Selected", "Not selected")]
)
def test_two_texts_of_a_box_are_a_tick_and_none(ticked: str, no: str) -> None:
    cells = [{ticked: 3, no: 4}, {no: 7}]
    assert unticked_texts(cells, FLAT) == {no.casefold()}


def test_yes_and_no_may_be_the_levels_of_a_grid() -> None:
    cells = [{"Yes": 3, "No": 4}, {"Yes": 1, "No": 6}]
    assert unticked_texts(cells, FLAT) == frozenset()
    assert unticked_texts(cells, FLAT, are_boxes=True) == {"no"}


def test_a_third_text_makes_no_box_of_zeros_and_ones() -> None:
    assert unticked_texts([{"1": 3, "0": 4}, {"1": 3, "2": 4}], FLAT) == frozenset()


def test_the_box_of_an_other_is_not_somebody_s_words() -> None:
    assert is_box({"0": 5, "1": 2}, "Other", FLAT)
    assert is_box({"Other": 2}, "Other", FLAT)
    assert not is_box({"Mercurial": 1, "0": 5}, "Other", FLAT)
    assert not is_box({}, "Other", FLAT)


def base(
    tmp_path: Path, boxes: list[tuple[str, str, str]], reading: str = "", layout: str = "flat"
) -> tuple[int, int]:
    """How many ticked Git and how many are in its base, of two boxes and a question after them."""
    rows = [
        [
            "ID",
            "tools[a]. Which tools? [Git]",
            "tools[b]. Which tools? [Subversion]",
            "after. Anything after it?",
        ]
    ]
    if layout == "flat":
        rows = [["ID", "Which tools? [Git]", "Which tools? [Subversion]", "Anything after it?"]]
    rows += [[f"r{n}", *cells] for n, cells in enumerate(boxes)]
    wave = Wave(rows, f'format = "{layout}"', more=f"[reading.tools]\n{reading}" if reading else "")
    paths = lay_out(tmp_path, "clubs", ASKED, {"one": wave})
    ingest(paths)
    normalise(paths)
    with open_database(paths, survey.load(paths)[0]) as connection:
        ((count,),) = connection.execute("select count(*) from answers where option = 'git'").fetchall()
        ((asked,),) = connection.execute(
            "select count(*) from responses where question = 'tools' and state = 'answered'"
        ).fetchall()
    return count, asked


NO_TO_ALL = [("1", "0", "Yes"), ("0", "1", "No"), ("0", "0", "Yes"), ("0", "0", "No"), ("", "", "Yes")]


def test_the_box_of_an_other_beside_a_single_option_and_words(tmp_path: Path) -> None:
    questions = """title = "Mine"
[questions.uses]
text = "What do you use?"
kind = "multiple"
options = { code = "Code", other = { label = "Other", write_in = true } }
"""
    export = [
        ["ID", "What do you use? [Code]", *["What do you use? [Other]"] * 2],
        *([number, "1", "0", ""] for number in range(12)),
        *([number, "0", "1", "my own"] for number in range(12, 20)),
    ]
    paths = lay_out(tmp_path, "mine", questions, {"w": Wave(export)})
    ingest(paths)
    normalise(paths)
    rows = frequencies(paths, "uses")
    assert dict(zip(rows["option"], rows["respondents"], strict=True)) == {"code": 12, "other": 8}
    run_to(paths, figures)
    (figure,) = paths.figures.glob("*.svg")
    drawn = figure.read_text(encoding="utf-8")
    said = " ".join(re.findall(r">([^<>]+)<", drawn))
    for words in ("What do you use?", "Code", "Other", "valid cases = 20"):
        assert words in said, words
    assert re.findall(r"<text[^>]*data-row[^>]*>([^<]+)<", drawn) == ["60% [low base]", "40% [low base]"]


def test_who_says_no_to_all_is_in_the_base_and_who_saw_no_box_is_not(tmp_path: Path) -> None:
    assert base(tmp_path, NO_TO_ALL) == (1, 4)


def test_the_wave_file_may_say_that_no_means_not_asked(tmp_path: Path) -> None:
    assert base(tmp_path, NO_TO_ALL, 'unticked = "not_asked"') == (1, 2)


def test_a_row_of_blanks_is_skipped(tmp_path: Path) -> None:
    assert base(tmp_path, [("1", "", "Yes"), ("", "1", "No"), ("", "", "Yes")]) == (1, 2)


def test_a_column_of_zeros_says_no_of_nobody(tmp_path: Path) -> None:
    assert base(tmp_path, [("1", "0", "Yes"), ("", "0", "No"), ("", "0", "Yes")]) == (1, 1)


UNTOUCHED = [("Y", "", "Y"), ("", "", "N"), ("N/A", "N/A", "Y"), ("", "", "")]


def test_beside_n_a_an_untouched_box_was_shown(tmp_path: Path) -> None:
    """The first ticked Git, the second nothing; the third was not asked, and the last had left before."""
    answers = '[answers.after]\nY = "yes"\nN = "no"'
    reading = f'unticked = "no"\nblank = ["N/A"]\n{answers}'
    assert base(tmp_path, UNTOUCHED, reading, "limesurvey") == (1, 2)
    assert base(tmp_path, UNTOUCHED, f'blank = ["N/A"]\n{answers}', "limesurvey") == (1, 1)


def test_nobody_is_said_to_have_written_nothing_beside_an_other(tmp_path: Path) -> None:
    """An empty text beside an Other is no text of anybody's, also where untouched boxes say No."""
    heads = [
        "ID",
        *(f"tools[{n}]. Which tools? [{label}]" for n, label in (("a", "Git"), ("b", "Subversion"))),
    ]
    asked = ASKED.replace(
        'svn = "Subversion"', 'svn = "Subversion", other = { label = "Other", write_in = true }'
    )
    rows = [
        [*heads, "tools[other]. Which tools? [Other]", "after. Anything after it?"],
        ["r1", "Y", "", "Mercurial", "Yes"],
        ["r2", "", "", "", "No"],
        ["r3", "N/A", "N/A", "N/A", "No"],
    ]
    wave = Wave(rows, 'format = "limesurvey"', more='[reading.tools]\nunticked = "no"\nblank = ["N/A"]\n')
    paths = lay_out(tmp_path, "clubs", asked, {"one": wave})
    _, _, (meaning,) = read(paths, own_texts=True)
    assert meaning.left["tools"] == {"Mercurial": 1}
