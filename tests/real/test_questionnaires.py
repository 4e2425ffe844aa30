"""Definitions of survey tools: what is read of them, and how an export is counted by them.

The invented survey of each folder `community` is the same in all formats, so that its answers must be too.
The first response is a preview in one of them and the last three are not finished: these are left out.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT

from benchmarks.drafts import as_declared, compared, declared
from pipeline.commands.sql import query
from pipeline.drafting import questionnaires
from pipeline.drafting.new_wave import new_wave
from pipeline.drafting.questionnaires.definition import Definition, Posed
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.paths import find
from pipeline.text.folding import fold

FOLDER = Path(os.environ.get("SURVEY_QUESTIONNAIRES", ROOT.parent / "shared" / "questionnaires"))
COMMUNITY = {
    "qualtrics": "community.qsf",
    "limesurvey": "community.lss",
    "xlsform": "community.xlsx",
    "redcap": "community_DataDictionary.csv",
    "triples": "community_csv.sss",
    "spss": "community.sav",
    "ddi": "community.xml",
    "surveyjs": "community.json",
    "typeform": "community_form.json",
    "googleforms": "community_form.json",
    "surveymonkey": "community_details.json",
    "surveydown": "questions.yml",
}
EXPORTS = {
    "qualtrics": ("community_choice_text.csv", "community_numeric_split.csv"),
    "limesurvey": ("community_codes.csv", "community_answers.csv"),
    "xlsform": ("community_kobo_labels.csv", "community_kobo_xml_values.csv", "community_odk_central.csv"),
    "redcap": ("community_DATA.csv", "community_DATA_LABELS.csv"),
    "triples": ("community_csv.csv", "community_fixed.asc"),
    "ddi": ("community.csv",),
    "surveyjs": ("community_results.json",),
    "typeform": ("community.csv",),
    "googleforms": ("community_csv.csv", "community_sheet.csv"),
    "surveymonkey": ("community.csv",),
    "surveydown": ("community.csv",),
}
# formats that have a flag for an option that excludes all others; elsewhere the words alone say it
SAYS_EXCLUSIVE = ("qualtrics", "limesurvey", "xlsform", "redcap")
# forms that head the text beside an option by a word of their own, and one that keeps it nowhere
OTHER = {"typeform": "other", "googleforms": "other"}
SAYS_NO_WRITE_IN = ("surveydown",)
OTHER_LAST = ("typeform", "surveymonkey")  # the definition says that there is one, and not where
HEADER = {"qualtrics": 3, "surveymonkey": 2}
COUNTED = 36
Counts = dict[tuple[str, str, str, float, float], int]


def defined(path: str) -> Path:
    """A definition by its path below the folder; skips where these are not at hand."""
    if not FOLDER.is_dir():
        if os.environ.get("SURVEY_DATA_REQUIRED"):
            pytest.fail(f"{FOLDER} is missing, and this run may not skip it")
        pytest.skip("the definitions of questionnaires are not at hand; set SURVEY_QUESTIONNAIRES")
    return FOLDER / path


def by_truth(definition: Definition, truth: dict[str, Any]) -> dict[str, Posed]:
    """Each question of truth.json as it was read, by its code or its words."""
    codes = {posed.code: posed for posed in definition.questions}
    texts = {fold(posed.text): posed for posed in definition.questions}
    return {name: codes.get(name) or texts[fold(asked["text"])] for name, asked in truth.items()}


@pytest.mark.parametrize("tool", COMMUNITY)
def test_a_definition_is_read_as_it_was_meant(tool: str) -> None:
    file = defined(f"{tool}/community/{COMMUNITY[tool]}")
    definition = questionnaires.read(file)
    truth: dict[str, Any] = json.loads((file.parent / "truth.json").read_text("utf-8"))
    read = by_truth(definition, truth)
    assert len(definition.questions) == len(truth) == 12
    names = {posed.code: name for name, posed in read.items()}
    for name, asked in truth.items():
        posed = read[name]
        assert (posed.kind, fold(posed.text), posed.private) == (
            asked["kind"],
            fold(asked["text"]),
            asked.get("private", False),
        )
        for part, given in (("options", posed.options), ("items", posed.items)):
            wanted = asked.get(part, [])
            if tool in OTHER_LAST:
                wanted = sorted(wanted, key=lambda one: bool(one.get("write_in")))
            assert [fold(one.label) for one in given] == [
                OTHER.get(tool, fold(one["label"])) if one.get("write_in") else fold(one["label"])
                for one in wanted
            ], name
            for one, want in zip(given, wanted, strict=True):
                assert one.role == want.get("role", "substantive"), (name, one.label)
                if tool not in SAYS_NO_WRITE_IN:
                    assert one.write_in == want.get("write_in", False), (name, one.label)
                if tool in SAYS_EXCLUSIVE:
                    assert one.exclusive == want.get("exclusive", False), (name, one.label)
        if posed.kind == "multiple":
            assert posed.max == asked.get("max"), name
        routed = {
            names[other]: sorted(fold(p.label) for p in read[names[other]].options if p.code in codes)
            for other, codes in posed.asked.items()
        }
        assert routed == {
            other: sorted(fold(p["label"]) for p in truth[other]["options"] if p["code"] in codes)
            for other, codes in asked.get("asked", {}).items()
        }, name


def cut(export: Path, tool: str) -> bytes:
    """The header of an export and its responses that all formats have."""
    if export.suffix == ".json":
        return json.dumps(json.loads(export.read_text("utf-8"))[1 : 1 + COUNTED]).encode()
    if export.suffix == ".asc":
        return b"".join(export.read_bytes().splitlines(keepends=True)[1 : 1 + COUNTED])
    delimiter = ";" if "kobo" in export.name else ","
    rows = list(csv.reader(io.StringIO(export.read_text("utf-8-sig"), newline=""), delimiter=delimiter))
    header = HEADER.get(tool, 1)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerows(rows[:header] + rows[header + 1 : header + 1 + COUNTED])
    return stream.getvalue().encode()


def counted(folder: Path, tool: str, export: str) -> tuple[Counts, dict[str, str]]:
    """How many gave each answer of each question, by its words; and what is unsettled, by id."""
    definition = defined(f"{tool}/community/{COMMUNITY[tool]}")
    if export.endswith(".asc"):
        definition = definition.with_name("community_fixed.sss")
    raw = folder / "raw" / "community"
    raw.mkdir(parents=True)
    file = raw / f"wave{Path(export).suffix}"
    file.write_bytes(cut(definition.parent / export, tool))
    list(new_wave(folder, file, questionnaire=definition))
    paths = find("community", folder)
    ingest(paths)
    normalise(paths)
    rows = query(
        paths,
        "select question, coalesce(item, '') as item, coalesce(option, '') as option, "
        "coalesce(rank, 0) as rank, coalesce(value, 0) as value, count(*) as n from answers group by all",
    )
    texts = tomllib.loads(paths.questionnaire.read_text("utf-8"))["questions"]
    counts: Counts = {
        (fold(texts[row.question]["text"]), row.item, row.option, row.rank, row.value): row.n
        for row in rows.itertuples()
        if not texts[row.question].get("private")
    }
    wave = tomllib.loads((raw / "wave.toml").read_text("utf-8"))
    return counts, wave.get("unsettled", {})


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Counts]:
    """The answers as one export of Qualtrics has them, counted once."""
    kept: list[Counts] = []

    def counts() -> Counts:
        if not kept:
            folder = tmp_path_factory.mktemp("first")
            kept.append(counted(folder, "qualtrics", "community_choice_text.csv")[0])
        return kept[0]

    return counts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tool", "export"), [(tool, name) for tool, names in EXPORTS.items() for name in names]
)
def test_all_formats_count_the_same_answers(
    tool: str, export: str, first: Callable[[], Counts], tmp_path: Path
) -> None:
    counts, unsettled = counted(tmp_path, tool, export)
    assert counts == first()
    assert sum(counts.values()) > 10 * COUNTED
    # what is no question of the form by its structure, and is one by its words alone
    by_words = {"googleforms": 2, "surveydown": 2, "ddi": 1}
    assert len(unsettled) == by_words.get(tool, 0), unsettled


@pytest.mark.slow
def test_a_real_definition_counts_as_people_declared_it(real: Callable[[str], Path], tmp_path: Path) -> None:
    export = real("rse/2017_uk.csv")
    file = defined("limesurvey/rse_uk_2017/uk_core_survey.lss")
    truth = as_declared(declared(tmp_path / "declared", "rse"))["uk2017"]
    raw = tmp_path / "drafted" / "raw" / "rse"
    raw.mkdir(parents=True)
    lines = list(new_wave(tmp_path / "drafted", Path(shutil.copy(export, raw)), questionnaire=file))
    # the survey was fielded otherwise than this file has it, and that is said
    assert any(line.startswith("answered otherwise than defined") for line in lines)
    (draft,) = as_declared(find("rse", tmp_path / "drafted")).values()
    rows = list(compared(truth, draft))
    assert len(rows) == 58
    otherwise = {row.question for row in rows if not (row.kind and row.shares)}
    # people declared a date as text, and took texts together or apart
    assert otherwise == {"contract_start", "languages", "skills_wanted"}
    # its condition names a question that was not fielded
    assert {row.question for row in rows if not row.settled} == {"disciplines"}


def test_every_answer_of_a_real_export_is_an_option_of_its_definition(tmp_path: Path) -> None:
    folder = defined("limesurvey/rse_nl_2017")
    raw = tmp_path / "raw" / "rse"
    raw.mkdir(parents=True)
    export = Path(shutil.copy(folder / "nl_2017.csv", raw))
    lines = list(new_wave(tmp_path, export, questionnaire=folder / "nl_2017_structure.txt"))
    assert any("77 responses, 77 analysed" in line for line in lines)
    assert any(line.startswith("nothing is wrong in 1 waves") for line in lines)
    text = (raw / "survey.toml").read_text("utf-8") + (raw / "nl_2017.toml").read_text("utf-8")
    assert "not in the questionnaire" not in text
    assert "[unsettled]" not in text


def test_each_definition_is_of_one_format_and_no_export_is_one() -> None:
    defined("README.md")
    of = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.name not in ("truth.json", "SOURCE.md", "README.md"):
            source = questionnaires.Source.of(path)
            of[path] = [name for name, one in questionnaires.formats.items() if one.recognised(source)]
    assert all(len(names) <= 1 for names in of.values())
    read = [path for path, names in of.items() if names]
    assert len(read) >= 30
    for path in read:
        assert questionnaires.read(path).questions, path
    left = {path.suffix for path, names in of.items() if not names}
    assert left <= {".csv", ".asc", ".json", ".sav"}
