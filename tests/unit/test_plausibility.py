"""The gates of plausibility: for each an export at which it speaks, and a near miss at which it is silent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from projects import command, make_project, run_to
from surveys import Wave, lay_out

from pipeline.answers.plausibility import doubts
from pipeline.commands.check import read
from pipeline.normalise import normalise
from pipeline.project.paths import Paths

Rows = Sequence[Sequence[object]]
EXPECTED = '[reading.{}]\nexpected = "as it should be"\n'


def wave(heading: Sequence[str], rows: Rows, more: str = "", year: int = 1) -> Wave:
    """An export with an id a row; with `year` waves come one after the other."""
    export = [["ID", *heading], *([number, *row] for number, row in enumerate(rows, 1))]
    fielded = f"synthetic = true\nfielded = {{ from = 200{year}-01-01, to = 200{year}-02-01 }}"
    return Wave(export, more=more, head=fielded, title=f"Wave {year}")


def told(folder: Path, questions: str, *waves: Wave) -> list[str]:
    """What the gates say of a survey of some waves, which are called w1, w2, …"""
    return [str(notice) for notice in doubts(*read(laid_out(folder, questions, *waves)))]


def laid_out(folder: Path, questions: str, *waves: Wave) -> Paths:
    """A survey of some waves, which are called w1, w2, …"""
    named = {f"w{number}": one for number, one in enumerate(waves, 1)}
    return lay_out(folder, "mine", f'title = "Mine"\n{questions}', named)


# an option that everybody chose

USES = """[questions.uses]
text = "What do you use?"
kind = "multiple"
options = { code = "Code", data = "Data" }
"""
BOXES = ["What do you use? [Code]", "What do you use? [Data]"]


def test_an_option_that_all_chose(tmp_path: Path) -> None:
    rows = [["x", "x"]] * 5 + [["x", ""]] * 15 + [["", ""]] * 3
    assert told(tmp_path, USES, wave(BOXES, rows)) == [
        "raw/mine/w1.toml:1: uses: all 20 respondents who answered chose 'code'. Are other boxes of it "
        'missing? Then name all of its columns: uses = ["…"] under [columns]. If all is right, say '
        'expected = "why" under [reading.uses]'
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [["x", "x"]] * 5 + [["x", ""]] * 14,
        [["x", "x"]] * 5 + [["x", ""]] * 15 + [["", "x"]],
    ],
    ids=["of nineteen", "but one"],
)
def test_an_option_that_nearly_all_chose(tmp_path: Path, rows: Rows) -> None:
    assert told(tmp_path, USES, wave(BOXES, rows)) == []


def test_the_box_of_an_other_and_the_words_beside_it_are_of_the_same_people(tmp_path: Path) -> None:
    questions = USES.replace('Data"', 'Data", other = { label = "Other", write_in = true }')
    heading = [*BOXES, *["What do you use? [Other]"] * 2]
    rows = [["1", "1", "0", ""]] * 10 + [["0", "1", "1", "my own"]] * 8 + [["0", "0", "1", "mine"]] * 4
    assert told(tmp_path, questions, wave(heading, rows)) == []


def test_an_option_of_a_question_that_nobody_answered(tmp_path: Path) -> None:
    assert told(tmp_path, USES, wave(BOXES, [["", ""]] * 25)) == []


def test_an_option_in_every_joined_cell(tmp_path: Path) -> None:
    heading = ["What do you use?"]
    rows = [["Code; Data"]] * 12 + [["Code"]] * 12
    (line,) = told(tmp_path, USES, wave(heading, rows))
    assert "uses: all 24 respondents who answered chose 'code'." in line
    assert told(tmp_path, USES, wave(heading, [*rows, ["Data"]])) == []


# options that vanished

FRUIT = """[questions.fruit]
text = "Which do you like best?"
kind = "single"
options = { apples = "Apples", pears = "Pears", plums = "Plums", figs = "Figs", dates = "Dates" }
"""
BEST = ["Which do you like best?"]
BEFORE = [["Apples"]] * 9 + [["Pears"]] * 6 + [["Plums"]] * 5


def fruit(folder: Path, rows: Rows, more: str = "", before: Rows = BEFORE) -> list[str]:
    return told(folder, FRUIT, wave(BEST, before), wave(BEST, rows, more, year=2))


def test_all_options_vanished(tmp_path: Path) -> None:
    now = [["Figs"]] * 11 + [["Dates"]] * 9
    (line,) = fruit(tmp_path, now)
    assert line == (
        "raw/mine/w2.toml:1: fruit: 'apples', 'pears' and 'plums' were given 20 times in w1 and never here, "
        'where 20 respondents gave other answers. Are they worded otherwise here? Then map "text" = "apples" '
        'under [answers.fruit]. Could they not be chosen? Then say status = "broken" under [changes.fruit]. '
        'If all is right, say expected = "why" under [reading.fruit]'
    )
    # what a draft writes of options that nobody chose explains nothing by itself
    absent = 'not_offered = ["apples", "pears", "plums"]\n'
    reworded = f'[changes.fruit]\nstatus = "reworded"\nnote = "others"\n{absent}'
    assert len(fruit(tmp_path, now, reworded)) == 1
    assert fruit(tmp_path, now, reworded.replace("reworded", "broken")) == []


def test_some_options_vanished(tmp_path: Path) -> None:
    before = [*BEFORE, *[["Figs"]] * 6]
    now = [["Figs"]] * 17 + [["Dates"]] * 9
    (line,) = fruit(tmp_path, now, before=before)
    assert 'Could they not be chosen? Then say not_offered = ["apples", "…"] under [changes.fruit]' in line
    for change in ('status = "reworded"\nnote = "others"', 'not_offered = ["apples"]'):
        assert fruit(tmp_path, now, f"[changes.fruit]\n{change}\n", before) == []


@pytest.mark.parametrize(
    "now",
    [
        [["Figs"]] * 19 + [["Plums"]],
        # of so few that one of the three is to be expected less than five times
        [["Figs"]] * 19,
        [[""]] * 20,
    ],
    ids=["one is left", "by chance", "nobody answered"],
)
def test_fewer_options_vanished(tmp_path: Path, now: Rows) -> None:
    assert fruit(tmp_path, now) == []


# boxes that were torn apart

TORN = """[questions.q1]
text = "Which of these do you use? Code"
kind = "multiple"
options = { code = "Code" }
[questions.q2]
text = "Which of these do you use? Documentation"
kind = "multiple"
options = { docs = "Documentation" }
[questions.q3]
text = "Would you come again?"
kind = "multiple"
options = { again = "Again" }
"""
TORN_BOXES = ["Which of these do you use? Code", "Which of these do you use? Documentation",
              "Would you come again?"]  # fmt: skip
TORN_ROWS = [["Code", "", ""]] * 8 + [["", "Documentation", "Again"]] * 8 + [["Code", "Documentation", ""]]


def test_boxes_of_neighbours(tmp_path: Path) -> None:
    assert told(tmp_path, TORN, wave(TORN_BOXES, TORN_ROWS)) == [
        "raw/mine/w1.toml:1: q1 and q2: 2 neighbours have one box each, and their texts begin alike as "
        "'Which of these do you use?'. Are they boxes of one question? Then declare one multiple choice with "
        'an option for each, and name all columns: q1 = ["…"] under [columns]. If all is right, say '
        'expected = "why" under [reading.q1]'
    ]
    # of so many that each is an option that all chose, which is told of the third alone
    lines = told(tmp_path, TORN, wave(TORN_BOXES, TORN_ROWS * 3))
    assert [line.split(": ")[1] for line in lines] == ["q3", "q1 and q2"]


@pytest.mark.parametrize(("stem", "lines"), [("Tools: ", 1), ("Tools ", 0)])
def test_boxes_whose_headings_have_one_question(tmp_path: Path, stem: str, lines: int) -> None:
    heading = [f"{stem}compilers for other machines", f"{stem}documentation", "Would you come again?"]
    questions = TORN
    for old, new in zip(TORN_BOXES, heading, strict=True):
        questions = questions.replace(f'"{old}"', f'"{new}"')
    assert len(told(tmp_path, questions, wave(heading, TORN_ROWS))) == lines


def test_boxes_that_are_no_neighbours_or_unlike(tmp_path: Path) -> None:
    unlike = TORN.replace("Which of these do you use? Doc", "Do you read doc")
    heading = [h.replace("Which of these do you use? Doc", "Do you read doc") for h in TORN_BOXES]
    assert told(tmp_path, unlike, wave(heading, TORN_ROWS)) == []
    first, second, third = TORN.split("[questions")[1:]
    apart = "[questions" + "[questions".join([first, third, second])
    assert told(tmp_path, apart, wave(TORN_BOXES, TORN_ROWS)) == []


# people's own words


def words(count: int) -> str:
    options = ", ".join(f'w{number} = "Word {number}"' for number in range(count))
    return f'[questions.why]\ntext = "Why?"\nkind = "single"\noptions = {{ {options} }}\n'


def test_dozens_of_answers(tmp_path: Path) -> None:
    rows = [[f"Word {number}"] for number in range(31)] + [["Word 0"]] * 9
    assert told(tmp_path, words(31), wave(["Why?"], rows)) == [
        "raw/mine/w1.toml:1: why: 31 different answers, 30 of them given by fewer than 3 respondents. Are "
        'they people\'s own words? Then say kind = "text" under [questions.why] in survey.toml. If all is '
        'right, say expected = "why" under [reading.why]'
    ]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        (30, [f"Word {number}" for number in range(30)]),
        # a list: few have most of the answers, or it is longer than what anybody gave
        (31, [f"Word {number}" for number in range(31)] + ["Word 0"] * 40),
        (62, [f"Word {number}" for number in range(31)]),
        (31, [f"Word {number}" for number in range(31)] * 3),
    ],
    ids=["thirty", "most have one", "a longer list", "each often"],
)
def test_dozens_of_answers_that_are_a_list(tmp_path: Path, options: int, rows: Sequence[str]) -> None:
    # the whole of a list is what the wave offered
    assert told(tmp_path, words(options), wave(["Why?"], [[row] for row in rows])) == []


# a mean that a missing value moves

NUMBER = '[questions.staff]\ntext = "How many?"\nkind = "number"\n'


def numbers(folder: Path, values: Sequence[object], more: str = "", declared: str = NUMBER) -> list[str]:
    return told(folder, declared, wave(["How many?"], [[value] for value in values], more))


def test_a_code_that_moves_the_mean(tmp_path: Path) -> None:
    assert numbers(tmp_path, [1, 2, 3, 4, 5] * 4 + [99, 99, -9, -9], '[columns]\nstaff = "How many?"\n') == [
        'raw/mine/w1.toml:10: staff: "-9", "99", in 4 cells, outside all others, which are 1 to 5: the mean '
        "is 10 with it and 3 without. Do they mean that there is no answer? Then say blank = "
        '["-9", "99"] under [reading.staff]. If all is right, say expected = "why" under [reading.staff]'
    ]


def test_a_far_number_that_moves_the_mean(tmp_path: Path) -> None:
    values = [1, 2, 3, 4, 5] * 4
    (line,) = numbers(tmp_path, [*values, 18, 18])
    assert 'staff: "18", in 2 cells, outside all others, which are 1 to 5: the mean is 4.364 with it' in line
    assert numbers(tmp_path, [*values, 17, 17]) == [], "three times the span is not farther"
    assert numbers(tmp_path, [*values, 18]) == [], "one may be a person"


def test_a_code_that_may_be_a_number(tmp_path: Path) -> None:
    assert numbers(tmp_path, [60, 70, 80, 90, 95, 98, 99, 100] * 4) == [], "inside the others"
    assert numbers(tmp_path, [60, 70, 80, 90] * 9 + [99, 99]) == [], "hardly moves the mean"
    assert numbers(tmp_path, [1, 2, 3] * 3 + [99, 99]) == [], "of too few others"
    assert numbers(tmp_path, [1, 2, 3, 4, 5] * 4 + [99, 99], '[reading.staff]\nblank = "99"\n') == []


def test_private_numbers_are_not_repeated(tmp_path: Path) -> None:
    (line,) = numbers(tmp_path, [11, 12, 13, 14, 15] * 4 + [99, 99], "", NUMBER + "private = true\n")
    assert line == (
        "raw/mine/w1.toml:1: staff: one value, in 2 cells, outside all others, and the mean moves by it. Do "
        'they mean that there is no answer? Then say blank = ["…"] under [reading.staff]. If all is right, '
        'say expected = "why" under [reading.staff]'
    )


# a base that collapsed

ROUTED = """[questions.staff]
text = "Have you staff?"
kind = "single"
options = { yes = "Yes", no = "No" }
[questions.where]
text = "Where?"
kind = "single"
options = { here = "Here", there = "There" }
asked = { staff = ["yes"] }
"""
HEADING = ["Have you staff?", "Where?"]
THEN = [["Yes", "Here"]] * 30 + [["Yes", "There"]] * 6 + [["Yes", ""]] * 4 + [["No", ""]] * 20


def bases(folder: Path, rows: Rows, more: str = "", then: Rows = THEN) -> list[str]:
    return told(folder, ROUTED, wave(HEADING, then), wave(HEADING, rows, more, year=2))


def test_a_base_that_collapsed(tmp_path: Path) -> None:
    now = [["Yes", "Here"]] * 11 + [["Yes", ""]] * 29
    assert bases(tmp_path, now) == [
        "raw/mine/w2.toml:1: where: 11 of 40 respondents who were asked answered (28%), in w1 36 of 40 "
        '(90%). Are other columns of it missing? Then name all of them: where = ["…"] under [columns]. Is '
        'a text an answer that blank lists? Then delete it there. If all is right, say expected = "why" '
        "under [reading.where]"
    ]
    assert bases(tmp_path, [["Yes", "Here"]] * 12 + [["Yes", ""]] * 28) == [], "a third of 90%"
    assert bases(tmp_path, [["Yes", ""]] * 11) == [], "too few to expect ten"
    assert bases(tmp_path, now, then=[["Yes", "Here"]] * 29) == [], "of 29"


def test_a_base_that_is_gone(tmp_path: Path) -> None:
    (line,) = bases(tmp_path, [["Yes", ""]] * 12)
    assert "where: 0 of 12 respondents who were asked answered (0%), in w1 36 of 40 (90%)." in line


def test_a_base_of_fewer_who_were_asked(tmp_path: Path) -> None:
    assert bases(tmp_path, [["Yes", "Here"]] * 12 + [["No", ""]] * 60) == []
    screened = '[[exclude]]\nreason = "no staff"\nwhere = { staff = ["no"] }\n'
    staff = ROUTED.replace('asked = { staff = ["yes"] }\n', "")
    now = [["Yes", "Here"]] * 12 + [["No", ""]] * 60
    then = [["Yes", "Here"]] * 36
    assert told(tmp_path, staff, wave(HEADING, then), wave(HEADING, now, screened, year=2)) == []
    (line,) = told(tmp_path, staff, wave(HEADING, then), wave(HEADING, now, year=2))
    assert "where: 12 of 72 respondents who were asked answered (17%), in w1 36 of 36 (100%)." in line


def test_bases_are_those_of_the_database(tmp_path: Path) -> None:
    """Of toys with screening and routing, so many answered as the database says when it is built."""
    paths = make_project(tmp_path)
    run_to(paths, normalise)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        answered = connection.execute(
            "select wave, question, count(distinct respondent) from responses "
            "where state in ('answered', 'dkns', 'not_applicable') group by all"
        ).fetchall()
    _, fieldings, mapped = read(paths)
    counted = {
        (fielding.name, question, base.answered)
        for fielding, meaning in zip(fieldings, mapped, strict=True)
        for question, base in meaning.bases.items()
        if base.answered
    }
    assert len(counted) == 14
    assert counted <= set(answered)


# who says that it is so


def test_expected_silences_and_is_told_where_nothing_is_doubted(tmp_path: Path) -> None:
    rows = [["x", "x"]] * 5 + [["x", ""]] * 15
    assert told(tmp_path, USES, wave(BOXES, rows, EXPECTED.format("uses"))) == []
    assert told(tmp_path, USES, wave(BOXES, [*rows, ["", "x"]], EXPECTED.format("uses"))) == [
        "raw/mine/w1.toml:10: uses: expected explains what nothing doubts any more; delete the line"
    ]
    # one of neighbours speaks for all of them
    assert told(tmp_path, TORN, wave(TORN_BOXES, TORN_ROWS, EXPECTED.format("q2"))) == []


def test_expected_silences_one_wave(tmp_path: Path) -> None:
    (line,) = told(
        tmp_path,
        NUMBER,
        wave(["How many?"], [[value] for value in [1, 2, 3, 4, 5, 99] * 4], EXPECTED.format("staff")),
        wave(["How many?"], [[value] for value in [1, 2, 3, 4, 5, 99] * 4], year=2),
    )
    assert line.startswith("raw/mine/w2.toml:1: staff: ")


@pytest.mark.parametrize("what", ["check", "normalise"])
def test_a_doubt_is_told_once_and_stops_nothing(tmp_path: Path, what: str) -> None:
    rows = [["x", "x"]] * 5 + [["x", ""]] * 15
    laid_out(tmp_path, USES, wave(BOXES, rows))
    if what == "normalise":
        assert command(tmp_path, "ingest", "--survey", "mine")[0] == 0
    code, said = command(tmp_path, what, "--survey", "mine")
    assert code == 0, said
    assert said.count("raw/mine/w1.toml:1: uses: all 20 respondents who answered chose 'code'.") == 1
    assert "nothing is wrong" not in said
    if what == "check":
        assert said.endswith(
            "nothing stands in the way of 1 waves and 1 exhibits; 1 doubt is to be looked at\n"
        )
