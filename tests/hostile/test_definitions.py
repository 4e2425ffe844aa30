"""Damaged and hostile definitions of questionnaires: refused with the file and the place, or read in part."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from definitions import asked, qsf, selected
from projects import command

from pipeline.drafting import questionnaires
from pipeline.drafting.questionnaires.definition import Definition
from pipeline.drafting.questionnaires.source import MOST_BYTES, DefinitionError

BOMB = '<!DOCTYPE x [<!ENTITY a "{}"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'.format("x" * 1000)
ROLE = asked("role", 1, "What is your role?", {1: "Maintainer", 2: "User"})
LSS = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>640</DBVersion>{tables}</document>"""
QUESTION = """<questions><rows><row><qid>1</qid><parent_qid>0</parent_qid><gid>1</gid><type>L</type>
<title>role</title><question_order>1</question_order></row></rows></questions>"""
SSS = '<sss version="2.0"><survey><record ident="A">{variables}</record></survey></sss>'
DDI = '<codeBook xmlns="ddi:codebook:2_5"><dataDscr>{vars}</dataDscr></codeBook>'


def nested(depth: int) -> str:
    return '{"SurveyEntry": ' + '{"a": ' * depth + "1" + "}" * depth + "}"


def block_of_itself() -> str:
    document: dict[str, Any] = json.loads(qsf(ROLE))
    flow = {"Type": "Group", "Flow": [{"Type": "Block", "ID": "BL_1"}] * 3}
    for _ in range(60):
        flow = {"Type": "Group", "Flow": [flow]}
    document["SurveyElements"][1]["Payload"]["Flow"] = [flow]
    return json.dumps(document)


def shown_by_itself() -> str:
    return qsf({**ROLE, "DisplayLogic": selected(1, 1)})


def many_options() -> str:
    return qsf(asked("role", 1, "What is your role?", {n: f"Option {n}" for n in range(25_000)}))


# what is said of each; an empty text where something of it can be read
DAMAGED = {
    "empty.qsf": ("", "is empty"),
    "cut.qsf": (qsf(ROLE)[:200], "is no JSON"),
    "no elements.qsf": ('{"SurveyEntry": {"SurveyName": "x"}}', "has no SurveyElements"),
    "no questions.qsf": ('{"SurveyEntry": {}, "SurveyElements": [{"Element": "SQ"}]}', "has no question"),
    "deep.qsf": (nested(5_000), "nested"),
    "deeper.qsf": (nested(200_000), "nested"),
    "types.qsf": (qsf({**ROLE, "Choices": "none", "ChoiceOrder": 3, "Validation": []}), ""),
    "digits.qsf": ('{"SurveyEntry": ' + "1" * 5_000 + "}", "cannot be read"),
    "halves.qsf": (qsf(asked("role", 1, "What\ud800?", {1: "A\udfff", 2: "B"})), ""),
    "lists.qsf": ('{"SurveyEntry": [], "SurveyElements": {"a": 1, "b": [2]}}', "has no question"),
    "flow.qsf": (block_of_itself(), ""),
    "itself.qsf": (shown_by_itself(), ""),
    "many.qsf": (many_options(), "more than 20,000"),
    "bomb.lss": (BOMB + LSS.format(tables=QUESTION), "entities"),
    "bomb.sss": (BOMB + SSS.format(variables=""), "entities"),
    "bomb.xml": (BOMB + DDI.format(vars=""), "entities"),
    "outside.xml": (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + DDI.format(vars="<var>&a;</var>"),
        "entities",
    ),
    "open.lss": (LSS.format(tables=QUESTION)[:-20], "is no XML"),
    "tower.xml": ("<codeBook>" + "<dataDscr>" * 5_000, "nested"),
    "parent.lss": (
        LSS.format(tables=QUESTION.replace("<parent_qid>0", "<parent_qid>1")),
        "",
    ),
    "nothing.lss": (LSS.format(tables=""), ""),
    "nothing.sss": (SSS.format(variables=""), "describes no variable"),
    "positions.sss": (
        SSS.format(
            variables='<variable ident="1" type="single"><name>q</name><label>Q</label>'
            '<position start="x" finish="-3"/><values><value code="1">A</value></values></variable>'
        ),
        "",
    ),
    "another tool.json": ('{"openapi": "3.0", "paths": {}}', "no survey tool known here"),
    "responses.csv": ("id,role\n1,Maintainer\n", "no survey tool known here"),
    "anchors.yml": ("role: &a\n  type: mc\n  label: *a\n", ""),
    "text.qsf": ("\0\1\2" * 100, "no survey tool known here"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_definition_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    content, message = DAMAGED[name]
    file = tmp_path / name
    file.write_text(content)
    try:
        read: Definition | None = questionnaires.read(file)
    except DefinitionError as error:
        read = None
        assert name in str(error)
        assert message in str(error)
    assert read is None or (not message and read.questions)


def test_a_definition_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "large.qsf"
    with file.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(DefinitionError, match="is it an export of responses"):
        questionnaires.read(file)


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml", '<workbook><sheet name="survey"/><sheet name="choices"/></workbook>'
        )
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 300_000_000)
    with pytest.raises(DefinitionError, match=r"form\.xlsx"):
        questionnaires.read(file)


def test_the_command_says_it_in_one_line_and_changes_nothing(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    (raw / "one.csv").write_text("ResponseId,role\nR_1,Maintainer\n")
    (tmp_path / "bad.qsf").write_text(qsf(ROLE)[:200])
    code, printed = command(tmp_path, "new-wave", "raw/mine/one.csv", "--questionnaire", "bad.qsf")
    assert code == 1
    assert "bad.qsf, line 1: is no JSON" in printed
    assert "Traceback" not in printed
    assert [path.name for path in raw.iterdir()] == ["one.csv"]
