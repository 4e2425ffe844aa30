"""How right first drafts are: one invented questionnaire as twelve tools export it.

Each export is drafted without the definition of the questionnaire.
`python -m benchmarks.questionnaires [--why] [EXPORT ...]` prints the table of docs/formats.md; with --why
also each question that comes out otherwise. The exports are read from SURVEY_QUESTIONNAIRES
(../shared/questionnaires); truth.json beside each says what was asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.commands.check import read
from pipeline.drafting.new_wave import new_wave
from pipeline.project.errors import SurveyError
from pipeline.project.paths import find
from pipeline.text.folding import fold

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("SURVEY_QUESTIONNAIRES", ROOT / ".." / "shared" / "questionnaires"))
EXPORTS = (
    "qualtrics/community_choice_text.csv",
    "qualtrics/community_numeric_split.csv",
    "limesurvey/community_codes.csv",
    "limesurvey/community_answers.csv",
    "xlsform/community_kobo_labels.csv",
    "xlsform/community_kobo_xml_values.csv",
    "xlsform/community_odk_central.csv",
    "redcap/community_DATA.csv",
    "redcap/community_DATA_LABELS.csv",
    "surveymonkey/community.csv",
    "typeform/community.csv",
    "googleforms/community_csv.csv",
    "googleforms/community_sheet.csv",
    "surveydown/community.csv",
    "ddi/community.csv",
    "triples/community_csv.csv",
    "spss/community.sav",
)


@dataclass(frozen=True)
class Result:
    """One question of the questionnaire in one draft."""

    question: str
    wanted: str
    drafted: str
    settled: bool
    labels: tuple[bool, ...]
    """whether all labels are drafted, of each of its sets (options, items) that stands whole in the file"""

    @property
    def right(self) -> bool:
        """Whether the kind is as it was asked."""
        return self.wanted == self.drafted


def path_of(export: str) -> Path:
    """The file of an export."""
    tool, _, name = export.partition("/")
    return FOLDER / tool / "community" / name


def results(export: str) -> list[Result]:
    """Each question as it was drafted; SurveyError where the export cannot be drafted."""
    truth: dict[str, Any] = json.loads((path_of(export).parent / "truth.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "raw", "community")
        raw.mkdir(parents=True)
        file = raw / f"wave{path_of(export).suffix}"
        shutil.copyfile(path_of(export), file)
        for _ in new_wave(Path(folder), file):
            pass
        paths = find("community", Path(folder))
        data = tomllib.loads(paths.questionnaire.read_text("utf-8"))
        wave = tomllib.loads((raw / "wave.toml").read_text("utf-8"))
        try:
            _, _, (mapped,) = read(paths)
            columns = {name: {h.column for h in hs} for name, hs in mapped.columns.items()}
        except SurveyError:
            columns = {}
        return list(_results(truth, data, wave, columns, _texts(file)))


def _texts(file: Path) -> str:
    """All that an export says, folded."""
    if file.suffix != ".sav":
        return fold(file.read_text("utf-8-sig"))
    import pyreadstat

    _, labels = pyreadstat.read_sav(file, metadataonly=True)
    values = (text for of_one in labels.variable_value_labels.values() for text in of_one.values())
    return fold("\n".join([*labels.column_labels, *values]))


def _results(
    truth: dict[str, Any],
    data: dict[str, Any],
    wave: dict[str, Any],
    columns: dict[str, set[int]],
    texts: str,
) -> Iterator[Result]:
    """Each question of the truth, found in the draft by its wording or its code."""
    questions = data.get("questions", {})
    for name, asked in truth.items():
        wanted = {fold(asked["text"]), name}
        labels = {fold(item["label"]) for item in asked.get("items", [])}
        there = {}
        for identifier, question in questions.items():
            text = fold(question.get("text", ""))
            parts = [fold(_label(one)) for one in question.get("items", {}).values()]
            own = {fold(_label(one)) for one in asked.get("options", [])}
            found = [fold(_label(one)) for one in question.get("options", {}).values()]
            if (
                text in wanted
                or any(text.startswith(f"{one} ") or text.startswith(f"{one}[") for one in wanted)
                or identifier == name
                or (labels and (labels & set(parts) or text in labels))
                or (not text and 2 * len(own & set(found)) > len(own))
                or text.split("_")[0].split("/")[-1] == name
            ):
                there[identifier] = question
        kinds = sorted({question["kind"] for question in there.values()})
        drafted = kinds[0] if len(there) == 1 else f"{len(there)} × {', '.join(kinds)}" if there else "none"
        doubted = any(identifier in wave.get("unsettled", {}) for identifier in there)
        if asked["kind"] == "text" and not there:
            drafted = "text"  # an address is dropped
        scales = data.get("scales", {})
        there_too = [scales.get(question.get("scale", ""), {}) for question in there.values()]
        known = {
            fold(_label(one))
            for part in (*there.values(), *there_too)
            for one in (*part.get("options", {}).values(), *part.get("items", {}).values())
        }
        sets = [{fold(_label(one)) for one in asked.get(part, [])} for part in ("options", "items")]
        labels_whole = tuple(
            labels_of <= known for labels_of in sets if labels_of and all(text in texts for text in labels_of)
        )
        yield Result(name, asked["kind"], drafted, not doubted and bool(columns), labels_whole)


def _label(one: Any) -> str:
    return str(one["label"]) if isinstance(one, dict) else str(one)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--why", action="store_true")
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args()
    print("| export | questions | right and settled | unsettled | wrong without a line | labels |")
    print("|---|---|---|---|---|---|")
    total = right = sets = whole = 0
    for export in EXPORTS:
        if wanted.names and not any(name in export for name in wanted.names):
            continue
        try:
            rows = results(export)
        except SurveyError as error:
            print(f"| {export} | none: {str(error).splitlines()[0]} |||||")
            total += 12
            continue
        sure = [row for row in rows if row.settled]
        fine = sum(row.right for row in sure)
        total, right = total + len(rows), right + fine
        labels = [is_whole for row in rows for is_whole in row.labels]
        sets, whole = sets + len(labels), whole + sum(labels)
        counts = f"{len(rows)} | {fine} | {len(rows) - len(sure)} | {len(sure) - fine}"
        print(f"| {export} | {counts} | {sum(labels)} of {len(labels)} |", flush=True)
        for row in rows if wanted.why else ():
            if not all(row.labels):
                print(f"    {row.question}: labels are missing")
            if not row.right or not row.settled:
                doubt = "" if row.settled else "unsettled "
                print(f"    {doubt}{row.question}: {row.wanted}, drafted {row.drafted}")
    print(f"\nright and settled: {right} of {total} ({right / max(1, total):.0%})")
    print(f"sets of labels that stand whole in the file: {whole} of {sets} drafted whole")


if __name__ == "__main__":
    main()
