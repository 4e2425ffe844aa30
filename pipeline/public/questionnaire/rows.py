"""The rows of the public bundle, the only ones that may leave: read from its files, after it is made anew.

Nothing here opens the database or an export, so that no answer can get past the bundle.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.project import paths as places
from pipeline.project.paths import Paths
from pipeline.public.microdata import RESPONDENT, WAVE, WEIGHT, Names
from pipeline.public.questionnaire.instrument import Instrument, Posed
from pipeline.public.write import public

Column = Sequence[str]
"""the cells of a column, a respondent each, as responses.csv has them"""


@dataclass(frozen=True)
class Answers:
    """What the bundle has of a question: a column for each option, item, or for the question as a whole."""

    columns: Mapping[str, Column]
    """by option or item; by the empty id for the question as a whole"""
    values: Mapping[str, str]
    """the label of each value of a single choice, a grid or of bands, by its id"""


@dataclass(frozen=True)
class Rows:
    """The rows of the bundle."""

    waves: Column
    respondents: Column
    weights: Column | None
    """None where no wave is weighted"""
    answers: Mapping[str, Answers]
    """by question; those that the bundle leaves out have none"""


def rows(paths: Paths, instrument: Instrument) -> tuple[Rows, list[str]]:
    """The rows of the bundle, made anew, and the lines on it that are to be read before it is published.

    It is made anew so that these rows are those of the bundle: two that differ could be held against each
    other. SurveyError where none may be made; an earlier one is then as it was.
    """
    lines = public(paths)
    with (paths.public / places.RESPONSES_CSV).open(encoding="utf-8", newline="") as stream:
        header, *cells = csv.reader(stream)
    package = json.loads((paths.public / places.DATA_PACKAGE).read_text("utf-8"))
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    columns = dict(zip(header, zip(*cells, strict=True), strict=True))
    # a question of this name has categories, and no numbers
    weighted = fields.get(WEIGHT, {}).get("type") == "number"
    answers = {}
    for posed, names in _in_the_bundle(instrument.questions, header[3 if weighted else 2 :], weighted):
        categories = fields[next(iter(names.values()))].get("categories", [])
        answers[posed.id] = Answers(
            {part: columns[name] for part, name in names.items()},
            {category["value"]: category["label"] for category in categories},
        )
    weights = columns[WEIGHT] if weighted else None
    return Rows(columns[WAVE], columns[RESPONDENT], weights, answers), lines


def _in_the_bundle(
    questions: Sequence[Posed], header: Sequence[str], weighted: bool
) -> Iterator[tuple[Posed, dict[str, str]]]:
    """The questions that are in the bundle, with the name of the column of each part.

    The columns stand in the order of the questionnaire, and a name depends only on those before it: a
    question whose names are not the next ones is left out.
    """
    before = [WAVE, RESPONDENT, *([WEIGHT] if weighted else [])]
    place = 0
    for posed in questions:
        names = _names(posed, before)
        if names and list(header[place : place + len(names)]) == list(names.values()):
            yield posed, names
            before += names.values()
            place += len(names)


def _names(posed: Posed, before: Sequence[str]) -> dict[str, str]:
    """The names that the bundle gives to the columns of a question, by option or item."""
    names = Names()
    names.taken |= set(before)
    if posed.form.coarsened_by:
        parts = [""]
    else:
        parts = [option.id for option in posed.options] if posed.form.several else list(posed.items)
    wanted = {part: f"{posed.id}__{part}" if part else posed.id for part in parts}
    return {part: names.variable(name, kind="text", title="").name for part, name in wanted.items()}
