"""A wave drafted by the definition of its questionnaire: what is declared, counted and changed."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from definitions import asked, export, qsf, selected
from projects import command, frequencies, run_to

from pipeline.drafting.definition_diff import definition_diff
from pipeline.drafting.new_wave import new_wave
from pipeline.figures import figures
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths, find

ROLE = asked("role", 1, "What is your role?", {1: "Maintainer", 2: "Contributor", 3: "User"})
TOOLS = asked("tools", 2, "What do you use?", {1: "Chat, with bots", 2: "Wiki", 3: "Forum"}, several=True)
BLOCK = asked(
    "block", 3, "What blocks you?", {1: "Time", 2: "Money", 3: "Law"}, DisplayLogic=selected(1, 1, 2)
)
HOPES = asked("hopes", 4, "What do you hope for?", {1: "Peace", 2: "Bread", 3: "Speed", 4: "Rest"})
BEFORE = (ROLE, TOOLS, BLOCK, HOPES)
ROWS = (
    ("Maintainer", "Chat, with bots,Wiki", "Time", "Peace"),
    ("User", "Forum", "", "Speed"),
    ("Contributor", "Wiki,Forum", "Law", "Rest"),
    ("User", "", "", "Bread"),
)
# one option more, one less, another wording, and a question split in two
AFTER = (
    asked("role", 1, "What is your role?", {1: "Maintainer", 2: "Contributor", 3: "User", 5: "Translator"}),
    asked("tools", 2, "What do you use?", {1: "Chat, with bots", 3: "Forum"}, several=True),
    {**BLOCK, "QuestionText": "What keeps you from doing more?"},
    asked("hopes", 4, "What do you hope for?", {1: "Peace", 2: "Bread"}),
    asked("pace", 6, "And at what pace?", {1: "Speed", 2: "Rest"}),
)
LATER_ROWS = (
    ("Translator", "Chat, with bots,Forum", "", "Peace", "Rest"),
    ("User", "Forum", "", "Bread", "Speed"),
    ("Contributor", "Forum", "Law", "Peace", "Rest"),
)


def drafted(
    folder: Path,
    name: str,
    questions: Sequence[Mapping[str, Any]],
    rows: Sequence[Sequence[str]],
    first: int = 1,
) -> tuple[Paths, list[str]]:
    """A wave with its definition beside the export, drafted by it."""
    raw = folder / "raw" / "mine"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / f"{name}.qsf").write_text(qsf(*questions))
    (raw / f"{name}.csv").write_text(export(questions, rows, first))
    lines = list(new_wave(folder, raw / f"{name}.csv", questionnaire=raw / f"{name}.qsf"))
    return find("mine", folder), lines


def wave_file(paths: Paths, name: str) -> dict[str, Any]:
    return tomllib.loads((paths.raw / f"{name}.toml").read_text())


def test_a_definition_says_what_an_export_does_not(tmp_path: Path) -> None:
    paths, lines = drafted(tmp_path, "one", BEFORE, ROWS * 5)
    assert "Qualtrics: 4 of 4 questions of the definition are in the export" in lines
    # the definition beside the export is no export that nobody reads
    assert not [line for line in lines if "is named by no wave file" in line]
    survey = tomllib.loads(paths.questionnaire.read_text())
    assert survey["title"] == "An invented survey"
    questions = survey["questions"]
    assert {name: question["kind"] for name, question in questions.items()} == {
        "role": "single",
        "tools": "multiple",
        "block": "single",
        "hopes": "single",
    }
    # nobody of the file had no money: the definition knows the option all the same, and who was asked
    assert list(questions["block"]["options"].values()) == ["Time", "Money", "Law"]
    assert questions["block"]["asked"] == {"role": ["maintainer", "contributor"]}
    wave = wave_file(paths, "one")
    assert "unsettled" not in wave
    assert wave["source"]["questionnaire"] == "one.qsf"
    run_to(paths, normalise)
    blocked = frequencies(paths, "block")
    shares = blocked.set_index("option")[["respondents", "sample_size"]]
    assert shares.to_dict("index") == {
        "time": {"respondents": 5, "sample_size": 10},
        "money": {"respondents": 0, "sample_size": 10},
        "law": {"respondents": 5, "sample_size": 10},
    }


def test_codes_count_as_labels_do(tmp_path: Path) -> None:
    coded = [{**one, "RecodeValues": {ident: f"{ident}0" for ident in one["Choices"]}} for one in BEFORE]
    codes = {"Maintainer": "10", "Contributor": "20", "User": "30", "Chat, with bots": "10", "Wiki": "20"}
    codes |= {
        "Forum": "30",
        "Time": "10",
        "Law": "30",
        "Peace": "10",
        "Bread": "20",
        "Speed": "30",
        "Rest": "40",
    }
    rows = []
    for role, tools, *others in ROWS * 5:
        ticked = [code for label, code in codes.items() if label in tools] if tools else []
        rows.append([codes[role], ",".join(ticked), *(codes.get(text, "") for text in others)])
    paths, _ = drafted(tmp_path / "codes", "one", coded, rows)
    labelled, _ = drafted(tmp_path / "labels", "one", BEFORE, ROWS * 5)
    for one in (paths, labelled):
        run_to(one, normalise)
    columns = ["option", "respondents", "sample_size", "valid_cases"]
    for name in ("role", "tools", "block", "hopes"):
        by_code, by_label = frequencies(paths, name)[columns], frequencies(labelled, name)[columns]
        assert by_code.equals(by_label), name
        assert len(by_label)


def test_two_definitions_give_just_what_changed(tmp_path: Path) -> None:
    paths, _ = drafted(tmp_path, "one", BEFORE, ROWS * 5)
    _, lines = drafted(tmp_path, "two", AFTER, LATER_ROWS * 5, first=100)
    assert "not in survey.toml before: pace" in lines
    assert not [line for line in lines if "left to settle by hand" in line]
    later = wave_file(paths, "two")
    assert later["changes"] == {
        "block": {"status": "reworded", "note": "read 'What blocks you?' before"},
        "hopes": {
            "status": "broken",
            "note": "split: Speed, Rest asked in pace now",
            "not_offered": ["speed", "rest"],
        },
        "tools": {"not_offered": ["wiki"]},
    }
    assert wave_file(paths, "one")["changes"] == {"role": {"not_offered": ["translator"]}}
    assert "unsettled" not in later
    survey = tomllib.loads(paths.questionnaire.read_text())["questions"]
    assert list(survey) == ["role", "tools", "block", "hopes", "pace"]
    assert survey["role"]["options"]["translator"] == "Translator"


def test_an_option_is_known_by_its_code_whatever_it_reads(tmp_path: Path) -> None:
    paths, _ = drafted(tmp_path, "one", BEFORE, ROWS * 5)
    renamed = asked("role", 1, "What is your role?", {1: "Steward of the code", 2: "Contributor", 3: "User"})
    rows = [("Steward of the code" if row[0] == "Maintainer" else row[0], *row[1:]) for row in ROWS * 5]
    drafted(tmp_path, "two", (renamed, *BEFORE[1:]), rows, first=100)
    later = wave_file(paths, "two")
    assert later["changes"] == {"role": {"status": "reworded", "note": "maintainer reads otherwise"}}
    assert later["answers"]["role"] == {"Steward of the code": "maintainer"}
    assert list(tomllib.loads(paths.questionnaire.read_text())["questions"]["role"]["options"]) == [
        "maintainer",
        "contributor",
        "user",
    ]


def test_definitions_are_compared_before_there_is_an_export(tmp_path: Path) -> None:
    first, second = tmp_path / "one.qsf", tmp_path / "two.qsf"
    first.write_text(qsf(*BEFORE))
    second.write_text(qsf(*AFTER))
    assert list(definition_diff(first, second)) == [
        "asked in two.qsf alone: pace",
        "role: added 'Translator'",
        "tools: without 'Wiki'",
        "block: reworded, from 'What blocks you?' to 'What keeps you from doing more?'",
        "hopes: without 'Speed', 'Rest'; split: 'Speed', 'Rest' asked in pace now",
        "0 of the 4 questions of both are put alike",
    ]


def test_a_survey_is_made_before_its_first_response(tmp_path: Path) -> None:
    (tmp_path / "mine.qsf").write_text(qsf(*BEFORE))
    for words in (
        ("new", "mine", "--questionnaire", "mine.qsf", "--wave", "spring"),
        ("synthesise", "spring", "--survey", "mine", "--respondents", "60"),
        ("check", "--survey", "mine"),
        ("ingest", "--survey", "mine"),
        ("normalise", "--survey", "mine"),
    ):
        code, printed = command(tmp_path, *words)
        assert code == 0, printed
    paths = find("mine", tmp_path)
    role = frequencies(paths, "role")
    assert set(role["option"].dropna()) >= {"maintainer", "contributor", "user"}
    assert wave_file(paths, "spring")["synthetic"] is True


def test_what_no_choice_says_is_unsettled(tmp_path: Path) -> None:
    by_device = {
        "0": {"0": {"LogicType": "DeviceType", "LeftOperand": "mobile", "Description": "on a phone"}}
    }
    questions = (ROLE, {**TOOLS, "DisplayLogic": by_device})
    paths, _ = drafted(tmp_path, "one", questions, [row[:2] for row in ROWS * 5])
    doubt = wave_file(paths, "one")["unsettled"]["tools"]
    assert doubt == "shown if on a phone: who was asked cannot be told"


def test_a_definition_of_another_survey_is_refused(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    (raw / "one.csv").write_text(export(BEFORE, ROWS))
    (tmp_path / "other.qsf").write_text(qsf(asked("colour", 40, "Which colour?", {1: "Red", 2: "Blue"})))
    with pytest.raises(
        SurveyError, match=r"no column of one\.csv is a question of this Qualtrics definition"
    ):
        list(new_wave(tmp_path, raw / "one.csv", questionnaire=tmp_path / "other.qsf"))
    assert sorted(path.name for path in raw.iterdir()) == ["one.csv"]


def test_a_definition_may_come_with_a_later_wave(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    used = ["Wiki", "Forum", "Wiki,Forum", "Chat"] * 5
    rows = [(role, tools, *more) for (role, _, *more), tools in zip(ROWS * 5, used, strict=True)]
    (raw / "one.csv").write_text(export(BEFORE, rows))
    list(new_wave(tmp_path, raw / "one.csv"))
    guessed = tomllib.loads((raw / "survey.toml").read_text())["questions"]
    codes = {"Maintainer": "1", "Contributor": "2", "User": "3", "Time": "1", "Law": "3"}
    rows = [(codes[role], "1,3", codes.get(block, ""), "4") for role, _, block, _ in ROWS * 5]
    paths, lines = drafted(tmp_path, "two", BEFORE, rows, first=100)
    assert not [line for line in lines if "left to settle by hand" in line], lines
    later = wave_file(paths, "two")
    assert later["answers"]["role"] == {"1": "maintainer", "2": "contributor", "3": "user"}
    survey = tomllib.loads(paths.questionnaire.read_text())["questions"]
    assert list(survey) == list(guessed) == ["role", "tools", "block", "hopes"]
    # nobody of the first wave had chosen it, so that only the definition knows it
    assert "Money" not in guessed["block"]["options"].values()
    assert survey["block"]["options"]["money"] == "Money"
    run_to(paths, normalise)
    role = frequencies(paths, "role")
    assert role.groupby("wave")["respondents"].sum().to_dict() == {"one": 20, "two": 20}


def test_who_was_asked_is_unsettled_where_the_option_has_no_column(tmp_path: Path) -> None:
    forum = asked("forum", 7, "Which forum?", {1: "Ours", 2: "Theirs"}, DisplayLogic=selected(2, 3))
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    (raw / "one.qsf").write_text(qsf(TOOLS, forum))
    heads = [
        ("ResponseId", "tools_1", "tools_2", "forum"),
        ("Response ID", "What do you use? - Chat, with bots", "What do you use? - Wiki", "Which forum?"),
        ("_recordId", "QID2-1", "QID2-2", "QID7"),
    ]
    lines = [heads[0], heads[1], [json.dumps({"ImportId": ident}) for ident in heads[2]]]
    lines += [
        (f"R_{n}", "Chat, with bots" * (n % 2), "Wiki" * (n % 3 > 0), ("Ours", "Theirs")[n % 2])
        for n in range(20)
    ]
    with (raw / "one.csv").open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)
    printed = list(new_wave(tmp_path, raw / "one.csv", questionnaire=raw / "one.qsf"))
    assert "options or items without a column in the export, left out: tools (1)" in printed
    paths = find("mine", tmp_path)
    assert "asked" not in tomllib.loads(paths.questionnaire.read_text())["questions"]["forum"]
    doubt = "asked by tools, which the export does not have whole"
    assert wave_file(paths, "one")["unsettled"] == {"forum": doubt}
    run_to(paths, figures)
    # a person reads it beside the figure, and reads the options that have a column
    assert "unsettled" in (paths.figures / "forum.svg").read_text()
    assert "Forum" not in (paths.figures / "tools.txt").read_text()


LSS = """<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>400</DBVersion>
<languages><language>en</language></languages>
<questions><rows><row><qid>1</qid><parent_qid>0</parent_qid><gid>1</gid><type>M</type><title>tools</title>
<question>What do you use?</question><language>en</language><question_order>1</question_order></row></rows>
</questions><subquestions><rows>{options}</rows></subquestions></document>"""
OPTION = """<row><qid>{n}</qid><parent_qid>1</parent_qid><gid>1</gid><title>{code}</title>
<question>{text}</question><language>en</language><question_order>{n}</question_order></row>"""


def test_a_column_that_the_definition_lacks_takes_no_code_for_its_place(tmp_path: Path) -> None:
    defined = (("D", "Chat"), ("E", "Wiki"))
    options = [OPTION.format(n=n, code=code, text=text) for n, (code, text) in enumerate(defined, 2)]
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    (raw / "one.lss").write_text(LSS.format(options="".join(options)))
    # the box of an option that was deleted stands in the column D, and D is the code of another
    boxes = [f"tools[{code}]. What do you use? [{text}]" for code, text in defined]
    lines = [["id. Response ID", *boxes, "tools[X]. What do you use? [Forum]"]]
    lines += [[str(n), *("Yes" if n % part else "No" for part in (2, 3, 5))] for n in range(20)]
    with (raw / "one.csv").open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)
    list(new_wave(tmp_path, raw / "one.csv", questionnaire=raw / "one.lss"))
    paths = find("mine", tmp_path)
    run_to(paths, normalise)
    rows = frequencies(paths, "tools")
    counts = dict(zip(rows["option_label"], rows["respondents"], strict=True))
    assert counts == {"Chat": 10, "Wiki": 13, "Forum": 16}


def test_answers_that_read_alike_are_told_from_each_other_by_their_codes(tmp_path: Path) -> None:
    alike = asked("place", 1, "Where?", {1: "North", 2: "Other", 3: "Other"})
    paths, _ = drafted(tmp_path, "one", (alike,), [("1",), ("2",), ("3",), ("3",)] * 5)
    doubt = "full answers do not tell apart what is called 'other'"
    assert wave_file(paths, "one")["unsettled"] == {"place": doubt}
    run_to(paths, figures)
    rows = frequencies(paths, "place")
    counts = dict(zip(rows["option_label"], rows["respondents"], strict=True))
    assert counts == {"North": 5, "Other": 5, "Other (3)": 10}
    drawn = (paths.figures / "place.txt").read_text()
    assert "Other (3)" in drawn
    assert drawn.startswith("Unsettled draft.")
