"""`survey new`: a survey made of the definition of its questionnaire, before the first response is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.drafting import questionnaires
from pipeline.drafting.defined import Defined
from pipeline.drafting.questionnaires.definition import Definition
from pipeline.drafting.toml_out import CHECK, Exactly, Line, written
from pipeline.drafting.words import slug
from pipeline.exports.tools import formats
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.paths import RESERVED_FILES, Paths, is_name
from pipeline.text.folding import fold

# the layout in which the tool of a definition exports; a flat table for all others
_LAYOUTS = {
    "Qualtrics": "qualtrics",
    "LimeSurvey": "limesurvey",
    "XLSForm": "kobotoolbox",
    "SurveyMonkey": "surveymonkey",
    "Typeform": "typeform",
    "Google Forms": "googleforms",
}


def _layout(definition: Definition, defined: Defined) -> str:
    """The layout of the invented export: the tool's, where its headings can tell the questions apart.

    LimeSurvey's headings have the code and the wording of each question, whatever these are.
    """
    layout = _LAYOUTS.get(definition.tool, "flat")
    texts = [fold(one.posed.text) for one in defined.questions]
    like_parts = any(re.search(r"_\d+\Z", one.id) for one in defined.questions)
    told_by_text = layout not in ("qualtrics", "limesurvey")
    unclear = (told_by_text and len(set(texts)) < len(texts)) or (layout == "qualtrics" and like_parts)
    return "limesurvey" if unclear else layout


def new(root: Path, survey: str, questionnaire: Path, wave: str = "") -> Iterator[str]:
    """Write survey.toml and a wave file without an export; lines on what was done.

    The definition is copied into the folder of the survey. SurveyError where the survey is there already, or
    the definition cannot be read.
    """
    if not is_name(survey):
        raise SurveyError(f"{survey!r} is no name for a survey: letters, digits, - and _")
    paths = Paths(root, survey)
    if paths.questionnaire.exists():
        raise SurveyError(
            f"{paths.shown(paths.questionnaire)} is there already; survey new-wave adds a wave to it"
        )
    definition = questionnaires.read(questionnaire)
    name = wave or slug(questionnaire.stem).replace("_", "-")
    if not is_name(name) or f"{name}.toml" in RESERVED_FILES:
        raise SurveyError(f"{name!r} is no name for a wave; give one with --wave, such as the year")
    defined = Defined.first(definition)
    declared = written(defined.table(survey))
    doubts = {one.id: doubt for one in defined.questions if (doubt := defined.doubt(one.posed))}
    layout = _layout(definition, defined)
    wave_file = {
        "title": Line(name, "the title that figures name"),
        "synthetic": Line(True, "delete the line when the real export is there"),
        "unsettled": doubts or None,
        "source": {
            "file": Exactly(f"{name}.csv"),
            "format": Line(layout, "the layout of the export that will come"),
            "encoding": "utf-8",
            "questionnaire": Exactly(questionnaire.name),
        },
        "respondents": {"id": formats[layout].id or None},
    }
    beside = paths.raw / questionnaire.name
    if not beside.exists():
        files.write(beside, questionnaire.read_bytes())
    files.write(paths.questionnaire, declared)
    files.write(paths.raw / f"{name}.toml", written(wave_file))
    yield f"{definition.tool}: {len(definition.questions)} questions"
    yield from definition.reports
    yield f"{paths.shown(paths.questionnaire)} written; {declared.count(CHECK)} lines say {CHECK}"
    yield f"now run: survey synthesise {name} --survey {survey}, then make all SURVEY={survey}"
