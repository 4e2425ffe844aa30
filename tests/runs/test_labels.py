"""The names of answers as a reader sees them: in tables, figures, alt texts and workbook, of every layout.

A survey with every kind of question is written as each survey tool would export it, and run to the end. Some
labels are declared whole, others as a beginning whose rest only the export has.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import openpyxl
import pytest
from projects import few_of, run_all

from pipeline.exports.tools import formats
from pipeline.project.paths import Paths
from pipeline.synthetic.synthesise import synthesise
from pipeline.tidy.csv import read

SVG = "{http://www.w3.org/2000/svg}"

WHOLE = """
title = "Names"
segments = ["place"]
[scales.degree]
options = { low = "Hardly at all", high = "Very much indeed", dkns = "No idea whatever" }
[questions.place]
text = "Where do you live?"
kind = "single"
[questions.place.options]
north = "Northern half of the country"
south = "Southern half of the country"
abroad = "Abroad"
[questions.uses]
text = "What do you use?"
kind = "multiple"
[questions.uses.options]
models = "Models of others"
tools = "Tools that we made"
other = { label = "Other (please specify)", write_in = true }
none = "None of these at all"
[questions.first]
text = "Which comes first?"
kind = "rank"
items = { price = "Price per month", speed = "Speed of answers", trust = "Trust in makers" }
[questions.views]
text = "How much do these matter?"
kind = "grid"
scale = "degree"
items = { ice = "Cold ice cream", fire = "Warm open fires" }
[questions.points]
text = "How would you share a hundred points?"
kind = "allocation"
items = { bread = "Bread and butter", roses = "Roses and lilies" }
[questions.years]
text = "For how many years?"
kind = "number"
options = { dkns = "I could not say" }
[questions.since]
text = "Since when?"
kind = "date"
[questions.notes]
text = "What else?"
kind = "text"
private = true
"""
WAVE = """
title = "Names of 2001"
synthetic = true
[source]
file = "one.FILE"
format = "FORMAT"
[respondents]
id = "ID"
"""
LATER = ("Southern half", "Tools that", "Speed", "Very much", "Cold", "Roses")
"""the beginnings of the labels that are not declared whole"""
FILES = {"spss": "sav"}
LABELS = {
    "place": ["Northern half of the country", "Southern half of the country", "Abroad"],
    "uses": ["Models of others", "Tools that we made", "Other (please specify)", "None of these at all"],
    "first": ["Price per month", "Speed of answers", "Trust in makers"],
    "views": ["Hardly at all", "Very much indeed", "No idea whatever", "Cold ice cream", "Warm open fires"],
    "points": ["Bread and butter", "Roses and lilies"],
    "years": ["I could not say"],
}


@pytest.fixture(scope="module", params=few_of(sorted(formats), 2))
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The outputs of the survey, exported in one layout; read them, do not change them."""
    paths = Paths(tmp_path_factory.mktemp(request.param), "names")
    paths.raw.mkdir(parents=True)
    paths.questionnaire.write_text(WHOLE)
    declared = WAVE.replace("FORMAT", request.param).replace("FILE", FILES.get(request.param, "csv"))
    (paths.raw / "one.toml").write_text(declared)
    synthesise(paths, "one", 120, 1)
    beginnings = re.sub(rf'"({"|".join(LATER)}) [^"]*"', r'"\1…"', WHOLE)
    assert beginnings.count("…") == len(LATER)
    paths.questionnaire.write_text(beginnings)
    run_all(paths)
    return paths


def test_every_question_has_labels_to_look_for() -> None:
    asked = re.findall(r"^\[questions\.([a-z]+)\]", WHOLE, re.MULTILINE)
    assert set(asked) - set(LABELS) == {"since", "notes"}


def test_the_tables_have_every_label(published: Paths) -> None:
    for question, labels in LABELS.items():
        data = read(published, f"frequencies/{question}")
        for part in ("option", "item"):
            named = data.loc[data[part] != "", [part, f"{part}_label"]]
            assert (named[f"{part}_label"] != "").all(), named
        said = {*data["option_label"], *data["item_label"]}
        assert said >= set(labels)
    asked = read(published, "questionnaire")
    assert {*asked["label"]} >= {label for labels in LABELS.values() for label in labels}


@pytest.mark.parametrize("question", ["place", "uses", "first", "views"])
def test_the_figures_have_every_label(published: Paths, question: str) -> None:
    root = ElementTree.fromstring((published.figures / f"{question}.svg").read_bytes())  # noqa: S314
    # a long label stands on two lines
    drawn = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text")).replace(" ", "")
    for label in LABELS[question]:
        assert label.replace(" ", "") in drawn


@pytest.mark.parametrize("question", ["place", "uses", "first", "views"])
def test_alt_texts_name_what_they_number(published: Paths, question: str) -> None:
    said = (published.figures / f"{question}.txt").read_text(encoding="utf-8")
    listed = re.findall(r"(?:Highest|Lowest)[^:]*: (.*?)\.(?: |\n|$)", said)
    answers = [re.sub(r" <?[0-9]+%$", "", part) for some in listed for part in some.split("; ")]
    assert len(answers) >= 3
    # without a net, what an item has a share of is one of its levels
    parts = [answer.split(": ") for answer in answers]
    assert all(len(named) == (2 if question == "views" else 1) for named in parts)
    assert {name for named in parts for name in named} <= set(LABELS[question])


def test_the_workbook_has_every_label(published: Paths) -> None:
    book = openpyxl.load_workbook(published.workbook, read_only=True)
    for question, labels in LABELS.items():
        own = [sheet for sheet in book if sheet.title.endswith(question)]
        assert own, book.sheetnames
        rows = [row for sheet in own for row in sheet.iter_rows(values_only=True)]
        said = "\n".join(str(cell) for row in rows for cell in row)
        assert [label for label in labels if label not in said] == []
