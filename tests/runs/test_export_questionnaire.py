"""The questionnaire for other tools: what is written reads back the same, and no answer gets out with it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from projects import command, digest
from surveys import Wave, lay_out

from pipeline.drafting.questionnaires import read
from pipeline.drafting.questionnaires.definition import Definition, Posed
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths, find
from pipeline.public.questionnaire import standards
from pipeline.public.questionnaire.write import questionnaire

EVERYTHING = """
title = "Tools & <Habits>"
population = 'people of "many" projects'
segments = ["role"]

[scales.agreement]
scores = [1, 2.5, 4]
nets.opinion = { label = "Has an opinion", options = ["disagree", "agree"] }
[scales.agreement.options]
disagree = "Disagree"
neutral = "Neither agree nor disagree"
agree = "Agree"
dkns = "Don't know"

[questions.role]
text = "What is your role?"
kind = "single"
nets = { inside = ["maintainer", "contributor"] }
[questions.role.options]
maintainer = "Maintainer & owner"
contributor = "Contributor, or reviewer"
user = "User <only>"
other = { label = "Other (please specify)", write_in = true }
dkns = "Prefer not to say"

[questions.uses]
text = "Which of these do you use?"
kind = "multiple"
max = 2
asked = { role = ["maintainer", "contributor"] }
[questions.uses.options]
code = "Writing code"
text = 'The "text" tool'
sharp = { label = "C#", from_text = true }
other = { label = "Other (please specify)", write_in = true }
none = "None of these"
dkns = "Don't know"
not_applicable = "Not applicable"
[questions.uses.others]
"c sharp" = "sharp"

[questions.views]
text = "How far do you agree?"
kind = "grid"
scale = "agreement"
items = { good = "It is good", cheap = "It is cheap - mostly" }

[questions.trust]
text = "And how far do you agree with these?"
kind = "grid"
scale = "agreement"
asked = { role = ["maintainer"], uses = ["code", "text"] }
items = { people = "I trust the people", models = "I trust the models" }

[questions.top]
text = "What matters most?"
kind = "rank"
max = 2
items = { price = "Price", speed = "Speed", licence = "Licence" }

[questions.staff]
text = "How many people work there?"
kind = "number"
unit = "people"
options = { dkns = "Don't know" }
nets = { few = [0, 10], many = [10, 1000] }

[questions.since]
text = "When did you first contribute?"
kind = "date"

[questions.budget]
text = "How is your budget spent?"
kind = "allocation"
max = 20
asked = { uses = ["code"] }
items = { models = "Models", staff = "People", hardware = "Hardware" }

[questions.age]
text = "How old are you?"
kind = "single"
private = true
options = { young = "Under 40", old = "40 or more" }

[questions.health]
text = "Are you ill?"
kind = "single"
sensitive = true
options = { yes = "Yes", no = "No" }

[questions.2nd]
text = "Would you come again?"
kind = "single"
options = { yes = "Yes", no = "No" }

[questions.why]
text = "Why would you come again?"
kind = "text"
asked = { 2nd = ["yes"] }

[questions.remarks]
text = "Anything else?"
kind = "text"
private = true
"""
KINDS = {
    "role": "single", "uses": "multiple", "views": "grid", "trust": "grid", "top": "rank", "staff": "number",
    "since": "date", "budget": "allocation", "age": "single", "health": "single", "2nd": "single",
    "why": "text", "remarks": "text",
}  # fmt: skip
TEXTS = dict(re.findall(r'^\[questions\.(\w+)\]\ntext = "(.*)"$', EVERYTHING, re.MULTILINE))
AGREEMENT = ["Disagree", "Neither agree nor disagree", "Agree", "Don't know"]
USES = [
    "Writing code", 'The "text" tool', "C# (coded from text)", "Other (please specify)", "None of these",
    "Don't know", "Not applicable",
]  # fmt: skip


def everything(folder: Path) -> Paths:
    """The survey of every kind, before anybody answered it."""
    return lay_out(folder, "everything", EVERYTHING, {})


def written(paths: Paths, standard: str) -> list[str]:
    """The lines on a questionnaire that is written."""
    return list(questionnaire(paths, standard))


def read_back(folder: Path, standard: str, name: str) -> Definition:
    paths = everything(folder)
    written(paths, standard)
    return read(paths.questionnaires / name)


def by_id(definition: Definition) -> dict[str, Posed]:
    """The questions by their ids, which some formats put a letter before."""
    return {posed.code.removeprefix("q_"): posed for posed in definition.questions}


def xml(path: Path) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()  # noqa: S314 (written by the test itself)


def labels(posed: Posed) -> list[str]:
    return [option.label for option in posed.options]


def items(posed: Posed) -> list[str]:
    return [item.label for item in posed.items]


def roles(posed: Posed) -> list[str]:
    return [option.role for option in posed.options]


# what every reader can tell


@pytest.mark.parametrize(
    ("standard", "name"), [("triple-s", "triple-s.sss"), ("ddi", "ddi.xml"), ("xlsform", "xlsform.xlsx")]
)
def test_questions_read_back_with_kinds_labels_and_roles(standard: str, name: str, tmp_path: Path) -> None:
    definition = read_back(tmp_path, standard, name)
    assert definition.title == "Tools & <Habits>"
    back = by_id(definition)
    assert {code: posed.kind for code, posed in back.items()} == KINDS
    assert list(back) == list(KINDS)
    # of numbers nothing but words says that they are places or add up, where the format has no such type
    shared = {} if standard == "xlsform" else {
        "top": "What matters most? (rank up to two)",
        "budget": "How is your budget spent? (share out 20 points)",
    }  # fmt: skip
    assert {code: posed.text for code, posed in back.items()} == TEXTS | shared
    assert labels(back["role"]) == [
        "Maintainer & owner", "Contributor, or reviewer", "User <only>", "Other (please specify)",
        "Prefer not to say",
    ]  # fmt: skip
    assert roles(back["role"]) == ["substantive"] * 3 + ["other", "dkns"]
    offered = [label for label in USES if standard != "xlsform" or "coded from" not in label]
    assert labels(back["uses"]) == offered
    assert roles(back["uses"])[-4:] == ["other", "none", "dkns", "not_applicable"]
    for grid, texts in {
        "views": ["It is good", "It is cheap - mostly"],
        "trust": ["I trust the people", "I trust the models"],
    }.items():
        assert (labels(back[grid]), items(back[grid])) == (AGREEMENT, texts)
        assert roles(back[grid]) == ["substantive"] * 3 + ["dkns"]
    assert items(back["top"]) == ["Price", "Speed", "Licence"]
    assert items(back["budget"]) == ["Models", "People", "Hardware"]
    assert back["budget"].max == 20
    assert [back[one].private for one in ("why", "remarks")] == [True, True]
    assert back["role"].options[3].write_in


def test_codes_are_numbers_in_triple_s_and_ids_elsewhere(tmp_path: Path) -> None:
    names = {"triple-s": "triple-s.sss", "ddi": "ddi.xml", "xlsform": "xlsform.xlsx"}
    back = {form: by_id(read_back(tmp_path / form, form, name)) for form, name in names.items()}
    assert [option.code for option in back["triple-s"]["uses"].options] == list("1234567")
    assert [option.score for option in back["triple-s"]["views"].options] == [1, 2.5, 4, None]
    ids = ["code", "text", "sharp", "other", "none", "dkns", "not_applicable"]
    assert [option.code.removeprefix("uses__") for option in back["ddi"]["uses"].options] == ids
    assert [option.code for option in back["xlsform"]["uses"].options] == [i for i in ids if i != "sharp"]
    for form in ("ddi", "xlsform"):
        assert [option.code for option in back[form]["views"].options] == [
            "disagree", "neutral", "agree", "dkns",
        ]  # fmt: skip
        assert [item.code.removeprefix("views__") for item in back[form]["views"].items] == ["good", "cheap"]


@pytest.mark.parametrize(("standard", "name"), [("ddi", "ddi.xml"), ("xlsform", "xlsform.xlsx")])
def test_routing_reads_back(standard: str, name: str, tmp_path: Path) -> None:
    back = by_id(read_back(tmp_path, standard, name))
    asked = {
        code: {
            on.removeprefix("q_"): [option.removeprefix("uses__") for option in options]
            for on, options in posed.asked.items()
        }
        for code, posed in back.items()
        if posed.asked
    }
    assert asked == {
        "uses": {"role": ["maintainer", "contributor"]},
        "trust": {"role": ["maintainer"], "uses": ["code", "text"]},
        "budget": {"uses": ["code"]},
        "why": {"2nd": ["yes"]},
    }
    assert all(not posed.shown_if for posed in back.values())


def test_a_form_says_how_many_and_what_excludes_the_others(tmp_path: Path) -> None:
    uses = by_id(read_back(tmp_path, "xlsform", "xlsform.xlsx"))["uses"]
    assert uses.max == 2
    assert {option.code for option in uses.options if option.exclusive} == {"none", "dkns"}


# what each file holds


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    header, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [{str(name): cell for name, cell in zip(header, row, strict=True) if cell} for row in rows]


def test_the_rows_of_a_form(tmp_path: Path) -> None:
    paths = everything(tmp_path)
    written(paths, "xlsform")
    form = paths.questionnaires / "xlsform.xlsx"
    rows = {row["name"]: row for row in table(form, "survey") if "name" in row}
    assert (rows["role"]["type"], rows["q_2nd"]["type"]) == ("select_one role", "select_one q_2nd")
    assert rows["uses"]["constraint"] == (
        "not(selected(., 'none') and count-selected(.) > 1) and "
        "not(selected(., 'dkns') and count-selected(.) > 1) and count-selected(.) <= 2"
    )
    assert rows["uses_other"]["relevant"] == "selected(${uses}, 'other')"
    assert rows["trust"]["relevant"] == (
        "(selected(${role}, 'maintainer')) and (selected(${uses}, 'code') or selected(${uses}, 'text'))"
    )
    # grids of one scale share its list
    lines = [row["type"] for name, row in rows.items() if re.match("(views|trust)_", name)]
    assert lines == ["select_one agreement"] * 6
    assert rows["budget__staff"] == {
        "type": "integer", "name": "budget__staff", "label": "People", "constraint": ". >= 0 and . <= 20",
    }  # fmt: skip
    assert rows["budget_total"]["calculation"].count("coalesce") == 3
    assert rows["staff"]["hint"] == "people"
    assert rows["top"]["hint"] == "(rank up to two)"
    assert table(form, "settings") == [{"form_title": "Tools & <Habits>", "form_id": "everything"}]
    types = [row["type"] for row in table(form, "survey")]
    assert types.count("begin_group") == types.count("end_group") == 3


def test_a_codebook_has_groups_nets_and_missing_values_and_no_counts(tmp_path: Path) -> None:
    paths = everything(tmp_path)
    written(paths, "ddi")
    text = (paths.questionnaires / "ddi.xml").read_text("utf-8")
    assert '<codeBook xmlns="ddi:codebook:2_5" version="2.5">' in text
    assert "catStat" not in text and "sumStat" not in text
    root = xml(paths.questionnaires / "ddi.xml")
    space = {"d": "ddi:codebook:2_5"}
    assert root.findtext(".//d:sumDscr/d:universe", None, space) == 'people of "many" projects'
    groups = {group.get("name"): group for group in root.iterfind(".//d:varGrp", space)}
    assert {name: group.get("type") for name, group in groups.items()} == {
        "uses": "multipleResp", "views": "grid", "trust": "grid", "top": "grid", "budget": "grid",
    }  # fmt: skip
    variables = {one.get("name"): one for one in root.iterfind(".//d:var", space)}
    known = {one.get("ID") for one in variables.values()}
    assert all(set(group.get("var", "").split()) <= known for group in groups.values())
    universe = 'role is "Maintainer & owner" or "Contributor, or reviewer"'
    assert variables["uses__code"].findtext("d:universe", None, space) == universe
    role = variables["role"]
    missing = role.findall("d:catgry[@missing='Y']/d:catValu", space)
    assert [value.text for value in missing] == ["dkns"]
    (net,) = role.findall("d:catgryGrp", space)
    members = [role.find(f"d:catgry[@ID='{i}']/d:catValu", space) for i in net.get("catgry", "").split()]
    assert [member.text for member in members if member is not None] == ["maintainer", "contributor"]
    assert variables["age"].find("d:security", space) is not None
    assert variables["staff"].get("measUnit") == "people"


def test_the_json_has_everything(tmp_path: Path) -> None:
    paths = everything(tmp_path)
    assert written(paths, "json") == ["outputs/everything/questionnaire/questionnaire.json written"]
    content = json.loads((paths.questionnaires / "questionnaire.json").read_text("utf-8"))
    assert (content["format"], content["version"]) == ("survey questionnaire", 1)
    assert (content["survey"], content["title"], content["waves"]) == ("everything", "Tools & <Habits>", [])
    asked = {question["id"]: question for question in content["questions"]}
    assert {name: question["kind"] for name, question in asked.items()} == KINDS
    keys = {
        "id", "kind", "text", "options", "items", "max", "unit", "asked", "private", "sensitive", "nets",
        "waves",
    }  # fmt: skip
    assert all(set(question) == keys for question in asked.values())
    assert asked["uses"]["asked"] == {"role": ["maintainer", "contributor"]}
    assert [asked[name]["max"] for name in ("uses", "top", "budget", "role")] == [2, 2, 20, None]
    sharp, other = asked["uses"]["options"][2:4]
    assert sharp == {
        "id": "sharp", "label": "C# (coded from text)", "role": "substantive", "exclusive": False,
        "write_in": False, "from_text": True, "score": None,
    }  # fmt: skip
    assert (other["role"], other["write_in"]) == ("other", True)
    assert [option["score"] for option in asked["views"]["options"]] == [1, 2.5, 4, None]
    assert asked["views"]["nets"] == [
        {"id": "opinion", "label": "Has an opinion", "options": ["disagree", "agree"]}
    ]
    assert asked["staff"]["nets"][0] == {"id": "few", "label": "Few", "from": 0, "below": 10}
    assert [name for name, question in asked.items() if question["private"]] == ["age", "remarks"]


def test_what_a_standard_has_no_place_for_is_listed_once(tmp_path: Path) -> None:
    paths = everything(tmp_path)
    for standard in ("triple-s", "ddi", "xlsform"):
        lines = written(paths, standard)
        absent = [line.partition(" has no place for ")[2] for line in lines if "has no place for" in line]
        whats = [line.partition(": ")[0] for line in absent]
        assert len(whats) == len(set(whats)) > 4
        assert "sensitivity of answers: health" in absent
    assert "nets: role, views, trust, staff" in absent
    assert "options that nobody was offered: uses" in absent


# names that a format cannot have, and texts that could do something


ODD = """
title = "Odd ${meta} =1+1"
[questions.meta]
text = "Is ${2024} here? =1+1"
kind = "single"
options = { a = "=1+1", b = "${meta} <b>&amp;" }
[questions.2024]
text = "One item"
kind = "grid"
options = { a = "A", b = "B" }
items = { x = "X" }
[questions.2024_1]
text = "Clash of names"
kind = "text"
[questions.2024__x]
text = "Another"
kind = "number"
asked = { 2024 = ["a"], meta = ["a", "b"] }
[questions.wave]
text = "Which wave?"
kind = "multiple"
options = { other = { label = "Other", write_in = true }, odd = { label = "Odd", write_in = true } }
[questions.wave_other]
text = "Others?"
kind = "text"
"""


def test_names_are_those_that_the_format_takes_and_each_once(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, "odd", ODD, {})
    for standard in standards():
        written(paths, standard)
    rows = table(paths.questionnaires / "xlsform.xlsx", "survey")
    names = [row["name"] for row in rows if "name" in row]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    assert "meta" not in names
    # of a grid the condition may hold for any item
    (routed,) = (row for row in rows if row.get("label") == "Another")
    assert routed["relevant"] == (
        "(selected(${q_2024__x_2}, 'a')) and (selected(${meta_2}, 'a') or selected(${meta_2}, 'b'))"
    )
    # an Other of a name that is taken, and one of its own for each of several
    written_in = [row["name"] for row in rows if "relevant" in row and row["type"] == "text"]
    assert written_in == ["wave_other_2", "wave_odd"]
    triple = [one.text for one in xml(paths.questionnaires / "triple-s.sss").iterfind(".//variable/name")]
    assert triple == ["meta", "q_2024_1_2", "q_2024_1", "q_2024__x", "wave", "wave_other"]
    root = xml(paths.questionnaires / "ddi.xml")
    variables = [one.get("name") for one in root.iterfind(".//{ddi:codebook:2_5}var")]
    assert len(variables) == len(set(variables)) == 7


def test_no_text_is_a_formula_or_refers_to_an_answer(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, "odd", ODD, {})
    written(paths, "xlsform")
    book = openpyxl.load_workbook(paths.questionnaires / "xlsform.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    texts = [row.get("label", "") for row in table(paths.questionnaires / "xlsform.xlsx", "choices")]
    assert texts[:2] == ["=1+1", "$ {meta} <b>&amp;"]
    assert by_id(read(paths.questionnaires / "xlsform.xlsx"))["meta_2"].text == "Is $ {2024} here? =1+1"


def test_a_condition_too_long_for_a_cell_is_told(tmp_path: Path) -> None:
    ids = [f"{'o' * 90}{number}" for number in range(300)]
    options = "\n".join(f'{one} = "Option {one[90:]}"' for one in ids)
    declared = (
        f'title = "Long"\n[questions.many]\ntext = "Which?"\nkind = "single"\n'
        f"[questions.many.options]\n{options}\n"
        f'[questions.next]\ntext = "Why?"\nkind = "text"\nasked = {{ many = {ids} }}\n'
    )
    paths = lay_out(tmp_path, "long", declared, {})
    with pytest.raises(SurveyError, match="relevant of next has 35,286 letters"):
        written(paths, "xlsform")
    assert not paths.questionnaires.exists()
    assert written(paths, "ddi")


# words that survey.toml leaves to the exports


BEGUN = """
title = "Begun"
[privacy]
allow = ["*.example.com"]
[questions.reason]
text = "Why do you …"
kind = "single"
options = { small = "Organisation is …", mail = "Write to …", allowed = "Or to …", none = "Nothing" }
[questions.later]
text = "And …"
kind = "single"
options = { yes = "Yes", no = "N…" }
"""
ANSWERS = ["Organisation is too small", "Write to jo@example.org", "Or to jo@list.example.com", "Nothing"]


def test_beginnings_are_completed_from_the_exports_without_addresses(tmp_path: Path) -> None:
    export = [["ID", "Why do you not join?"], *([str(n), ANSWERS[n % 4]] for n in range(80))]
    paths = lay_out(tmp_path, "begun", BEGUN, {"w": Wave(export)})
    lines = written(paths, "json")
    content = json.loads((paths.questionnaires / "questionnaire.json").read_text("utf-8"))
    reason, later = content["questions"]
    assert reason["text"] == "Why do you not join?"
    assert [option["label"] for option in reason["options"]] == [
        "Organisation is too small", "Write to jo… (an e-mail address)", "Or to jo@list.example.com",
        "Nothing",
    ]  # fmt: skip
    assert (reason["waves"], later["waves"]) == (["w"], [])
    assert "an address or a number by which somebody can be reached is masked: reason" in lines
    assert "texts that end in … are as declared, since no wave has them in full: later" in lines
    assert "XLSForm has no place for waves that did not ask a question: later" in written(paths, "xlsform")


# responses


PUBLIC = """
[public]
licence = "CC-BY-4.0"
k = 2
remove = ["why_not"]
[public.coarsen.share]
edges = [0, 50, 100]
[privacy]
base = 2
count = 1
span = 1
"""


@dataclass(frozen=True)
class Done:
    """The toy survey with its questionnaire in every format, and the lines on that with responses."""

    paths: Paths
    lines: list[str]


@pytest.fixture(scope="module")
def done(toy_done: Paths, tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("responses") / "project"
    shutil.copytree(toy_done.root, folder)
    paths = find("toy", folder)
    paths.questionnaire.write_text(paths.questionnaire.read_text("utf-8") + PUBLIC, encoding="utf-8")
    normalise(paths)
    lines = {standard: written(paths, standard) for standard in standards()}
    return Done(paths, lines["triple-s"])


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_the_responses_are_the_rows_of_the_public_bundle(done: Done) -> None:
    ours = rows_of(done.paths.questionnaires / "triple-s.csv")
    bundle = rows_of(done.paths.public / "responses.csv")
    region, involved = {"north": "1", "south": "2", "": ""}, {"yes": "1", "no": "2", "": ""}
    agreement = {"disagree": "1", "neutral": "2", "agree": "3", "dkns": "4", "": ""}
    bands = ["under_0", "0_to_under_50", "50_to_under_100", "100_or_more"]
    boxes = ["uses__models", "uses__data", "uses__other", "uses__none", "uses__dkns"]
    assert [
        {
            "respondent": row["respondent"],
            "wave": {"first": "1", "second": "2"}[row["wave"]],
            "involved": involved[row["involved"]],
            "region": region[row["region"]],
            "uses": "".join(row[box] for box in boxes),
            "why_not": "",
            "top_1": row["top__price"],
            "top_2": row["top__speed"],
            "top_3": row["top__trust"],
            "views_1": agreement[row["views__good"]],
            "views_2": agreement[row["views__cheap"]],
            "share": "",
            "share_coarser": str(bands.index(row["share"]) + 1) if row["share"] else "",
            "remarks": "",
        }
        for row in bundle
    ] == ours
    assert len(ours) > 15
    assert any(row["uses"] for row in ours) and any(row["share_coarser"] for row in ours)


def test_the_definition_says_what_the_columns_are(done: Done) -> None:
    definition = xml(done.paths.questionnaires / "triple-s.sss")
    (record,) = definition.iter("record")
    assert record.attrib == {"ident": "R", "format": "csv", "skip": "1", "href": "triple-s.csv"}
    with (done.paths.questionnaires / "triple-s.csv").open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    variables = record.findall("variable")
    assert [one.findtext("name") for one in variables] == header
    places = [position.get("start") for position in record.iterfind("variable/position")]
    assert places == [str(place) for place in range(1, len(header) + 1)]
    assert [one.findtext("name") for one in variables if one.get("use") == "serial"] == ["respondent"]
    assert definition.findtext("survey/title") == "SYNTHETIC RESPONSES: Toy Survey"
    bands = [value.text for value in variables[header.index("share_coarser")].iter("value")]
    assert bands == ["under 0", "0 to under 50", "50 to under 100", "100 or more"]
    # and no variable that describes a response is taken for a question
    reading = read(done.paths.questionnaires / "triple-s.sss")
    assert reading.roles["id"] == "respondent"


def test_lines_say_what_is_without_responses(done: Done) -> None:
    assert "in the questionnaire, and without responses: why_not, remarks" in done.lines
    assert any(line.startswith("first: k = 2 over region") for line in done.lines)
    assert "remarks removed: what people wrote in their own words never goes in" in done.lines
    assert done.lines[-1] == "outputs/toy/questionnaire/triple-s.csv written"


def test_no_answer_is_in_any_file_but_those_of_the_bundle(done: Done) -> None:
    raw = (done.paths.raw / "first.csv").read_text("utf-8").splitlines()
    secret = {line.split(";")[0] for line in raw[1:]} | {line.rsplit(";", 1)[1] for line in raw[1:]} - {""}
    assert len(secret) > 10
    pseudonyms = {row["respondent"] for row in rows_of(done.paths.public / "responses.csv")}
    for path in done.paths.questionnaires.iterdir():
        if path.suffix == ".xlsx":
            continue
        text = path.read_text("utf-8")
        assert not [one for one in secret if re.search(rf"\b{re.escape(one)}\b", text)], path.name
        if path.name != "triple-s.csv":
            assert not [one for one in pseudonyms if one in text]


def test_the_same_input_gives_the_same_bytes(done: Done, tmp_path: Path) -> None:
    before = digest(done.paths.questionnaires)
    assert len(before) == 5
    copy = tmp_path / "copy"
    shutil.copytree(done.paths.root, copy)
    paths = find("toy", copy)
    shutil.rmtree(paths.questionnaires)
    for standard in standards():
        written(paths, standard)
    assert digest(paths.questionnaires) == before


def test_without_public_there_are_no_responses_and_none_are_left(done: Done, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(done.paths.root, copy)
    paths = find("toy", copy)
    declared = paths.questionnaire.read_text("utf-8")
    paths.questionnaire.write_text(declared.replace(PUBLIC, ""), encoding="utf-8")
    lines = written(paths, "triple-s")
    assert lines[0] == "without responses: raw/toy/survey.toml has no [public]"
    assert "outputs/toy/questionnaire/triple-s.csv removed: it was of an earlier questionnaire" in lines
    assert [path.name for path in paths.questionnaires.glob("triple-s.*")] == ["triple-s.sss"]
    root = xml(paths.questionnaires / "triple-s.sss")
    assert [one.get("use") for one in root.iter("variable") if one.get("use")] == []
    assert root.findtext("survey/title") == "Toy Survey"


def test_a_bundle_that_cannot_be_made_is_told_with_the_reason(toy: Paths) -> None:
    toy.questionnaire.write_text(toy.questionnaire.read_text("utf-8") + PUBLIC, encoding="utf-8")
    lines = written(toy, "triple-s")
    assert lines[0] == "without responses, since the public bundle cannot be made:"
    assert lines[1] == "no outputs/toy/survey.duckdb; run: survey normalise --survey toy"
    assert [path.name for path in toy.questionnaires.iterdir()] == ["triple-s.sss"]
    assert not toy.public.exists()


def test_weights_go_with_the_responses(tmp_path: Path) -> None:
    declared = """
title = "Weighted"
segments = ["region"]
[public]
licence = "CC0-1.0"
k = 2
[questions.region]
text = "Where?"
kind = "single"
options = { north = "North", south = "South" }
[questions.weight]
text = "Is it heavy?"
kind = "single"
options = { yes = "Yes", no = "No" }
"""
    answers = [["ID", "Where?", "Is it heavy?", "W"]]
    answers += [
        [str(n), ("North", "South")[n % 3 > 0], ("Yes", "No")[n % 2], "125"[n % 3]] for n in range(90)
    ]
    wave = Wave(answers, respondents='id = "ID"\nweight = "W"', head="")
    paths = lay_out(tmp_path, "weighted", declared, {"w": wave})
    ingest(paths)
    normalise(paths)
    written(paths, "triple-s")
    variables = list(xml(paths.questionnaires / "triple-s.sss").iter("variable"))
    names = [(one.findtext("name"), one.get("type"), one.get("use")) for one in variables]
    assert names == [
        ("respondent", "character", "serial"), ("wave", "single", None), ("weight_2", "quantity", "weight"),
        ("region", "single", None), ("weight", "single", None),
    ]  # fmt: skip
    ours = rows_of(paths.questionnaires / "triple-s.csv")
    bundle = rows_of(paths.public / "responses.csv")
    assert len(ours) == 90
    assert {row["weight_2"] for row in ours} == {"0.375000", "0.750000", "1.875000"}
    for one, other in zip(ours, bundle, strict=True):
        assert float(one["weight_2"]) == pytest.approx(float(other["weight"]))
        assert one["weight"] == {"yes": "1", "no": "2"}[other["weight_2"]]
    definition = read(paths.questionnaires / "triple-s.sss")
    assert (definition.title, definition.roles["weight"]) == ("Weighted", "weight_2")


# the command


def test_the_command_tells_what_a_user_did_wrong(toy: Paths) -> None:
    words = ("export", "questionnaire", "--survey")
    code, lines = command(toy.root, *words, "toy", "--as", "triples")
    assert code == 1
    assert lines == (
        "no standard 'triples'; there are ddi, json, triple-s, xlsform; did you mean 'triple-s'?\n"
    )
    code, lines = command(toy.root, *words, "toyy", "--as", "ddi")
    assert (code, lines.partition(";")[0]) == (1, "no survey 'toyy' (raw/toyy/survey.toml is missing)")
    toy.questionnaire.write_text("title = 3", encoding="utf-8")
    code, lines = command(toy.root, *words, "toy", "--as", "ddi")
    assert code == 1
    assert lines.startswith("raw/toy/survey.toml:1: ")
    assert "Traceback" not in lines
    assert not toy.questionnaires.exists()


def test_the_command_writes_json_where_nothing_else_is_wanted(toy: Paths) -> None:
    code, lines = command(toy.root, "export", "questionnaire", "--survey", "toy")
    assert (code, lines) == (0, "outputs/toy/questionnaire/questionnaire.json written\n")
    content = json.loads((toy.questionnaires / "questionnaire.json").read_text("utf-8"))
    waves = {question["id"]: question["waves"] for question in content["questions"]}
    assert waves["region"] == ["first", "second"]


def test_an_export_that_is_not_there_is_told(toy: Paths) -> None:
    (toy.raw / "first.csv").unlink()
    with pytest.raises(SurveyError, match=r"first\.csv"):
        written(toy, "json")
    assert not toy.questionnaires.exists()
