"""How right first drafts are: each real export drafted from nothing, beside what people declared of it.

`python -m benchmarks.drafts [--why] [SURVEY/WAVE ...]` prints the table of docs/formats.md; with --why also
each question that comes out otherwise. The exports are read from SURVEY_DATA (../shared/data).
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb

from pipeline.commands.check import read
from pipeline.declarations.wave import RESPONDENTS
from pipeline.drafting.new_wave import new_wave
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths, find

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SURVEY_DATA", ROOT / ".." / "shared" / "data"))
Groups = Mapping[str, set[frozenset[int]]]
"""the sets of respondents who gave each answer of a question, whatever that is called, by question"""


@dataclass(frozen=True)
class Wave:
    """A wave as it is declared: the kind and the columns of each question, and who gave which answers."""

    kinds: Mapping[str, str]
    columns: Mapping[str, frozenset[int]]
    groups: Groups
    filled: frozenset[int]
    """the columns with anything in them"""
    analysed: frozenset[int]
    unsettled: Mapping[str, str]


@dataclass(frozen=True)
class Compared:
    """A question that people declared, and what became of it in the draft."""

    question: str
    settled: bool
    kind: bool
    shares: bool
    said: str


def source(name: str) -> Path:
    """The folder in which people declared a survey."""
    return ROOT / "raw" / name if name == "ospo" else ROOT / "tests" / "real" / name


def exports() -> Iterator[tuple[str, str, Path]]:
    """Every survey and wave that people declared, and whose export is at hand."""
    names = ["ospo", *sorted(path.parent.name for path in (ROOT / "tests" / "real").glob("*/survey.toml"))]
    for name in names:
        for path in sorted(source(name).glob("*.toml")):
            export = tomllib.loads(path.read_text("utf-8")).get("source", {}).get("file")
            if export and (DATA / name / export).is_file():
                yield name, path.stem, DATA / name / export


def declared(folder: Path, name: str) -> Paths:
    """A project with a survey as people declared it, all its waves."""
    raw = folder / "raw" / name
    raw.mkdir(parents=True)
    for path in source(name).glob("*.toml"):
        shutil.copyfile(path, raw / path.name)
        if export := tomllib.loads(path.read_text("utf-8")).get("source", {}).get("file"):
            shutil.copyfile(DATA / name / export, raw / export)
    return find(name, folder)


def drafted(folder: Path, name: str, wave: str, export: Path) -> Paths:
    """A project with an export drafted from nothing."""
    raw = folder / "raw" / name
    raw.mkdir(parents=True)
    shutil.copyfile(export, raw / f"{wave}{export.suffix}")
    for _ in new_wave(folder, raw / f"{wave}{export.suffix}"):
        pass
    return find(name, folder)


def as_declared(paths: Paths) -> dict[str, Wave]:
    """What a project says of its waves, by name."""
    ingest(paths)
    normalise(paths)
    questionnaire, fieldings, mapped = read(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        rows = connection.execute(
            "select wave, question, item, option, rank, value, list(respondent) from answers group by all"
        ).fetchall()
        analysed = connection.execute("select wave, respondent from respondents").fetchall()
    groups: dict[str, dict[str, set[frozenset[int]]]] = {}
    for wave, question, *_, respondents in rows:
        groups.setdefault(wave, {}).setdefault(question, set()).add(frozenset(respondents))
    return {
        fielding.name: Wave(
            {name: asked.kind for name, asked in questionnaire.questions.items()},
            {name: frozenset(h.column for h in headings) for name, headings in meaning.columns.items()},
            groups.get(fielding.name, {}),
            _filled(paths, fielding.name),
            frozenset(respondent for wave, respondent in analysed if wave == fielding.name),
            fielding.wave.unsettled,
        )
        for fielding, meaning in zip(fieldings, mapped, strict=True)
    }


def _filled(paths: Paths, wave: str) -> frozenset[int]:
    """The columns of a wave that are not empty."""
    with duckdb.connect() as connection:
        cells = connection.read_parquet(str(paths.cells(wave)))
        names = list(cells.columns)
        (counts,) = cells.aggregate(", ".join(f"count({name})" for name in names)).fetchall()
    return frozenset(int(name[1:]) for name, count in zip(names, counts, strict=True) if count)


def compared(truth: Wave, draft: Wave) -> Iterator[Compared]:
    """Each question that people declared and the wave has, beside the draft."""
    both = truth.analysed & draft.analysed

    def within(groups: set[frozenset[int]]) -> set[frozenset[int]]:
        return {kept for group in groups if (kept := group & both)}

    for question, columns in truth.columns.items():
        columns = columns & truth.filled
        if not columns:
            continue
        there = [name for name, others in draft.columns.items() if others & columns]
        settled = not any(name in draft.unsettled for name in there)
        kinds = {draft.kinds[name] for name in there}
        covered = frozenset().union(*(draft.columns[name] & draft.filled for name in there))
        one, other = (
            within({group for name in names for group in wave.groups.get(name, ())})
            for wave, names in ((truth, [question]), (draft, there))
        )
        kind = truth.kinds[question]
        # items of a grid may be questions of their own, and the other way round: the numbers are the same
        in_a_grid = kind == "single" and kinds == {"grid"} and columns <= covered
        taken_apart = kind == "grid" and kinds <= {"single", "grid"} and columns == covered
        said = f"{kind} of {len(columns)} columns, drafted {', '.join(sorted(kinds)) or 'not at all'}"
        said += f" as {', '.join(there)}" * (len(there) > 1)
        said += f"; {len(one - other)} of {len(one)} answers otherwise"
        same = columns == covered and kinds == {kind} and len(there) == 1
        equal = one <= other if in_a_grid else one == other
        yield Compared(question, settled and bool(there), same or in_a_grid or taken_apart, equal, said)


def line(name: str, rows: list[Compared], lines: list[str]) -> str:
    """The row of the table of one export."""
    settled = [row for row in rows if row.settled]
    kinds, shares = sum(row.kind for row in settled), sum(row.kind and row.shares for row in settled)
    part = round(100 * len(settled) / len(rows))
    who = "yes" if RESPONDENTS in lines else ""
    return f"| {name} | {len(rows)} | {len(settled)} ({part}%) | {kinds} | {shares} | {len(lines)} | {who} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--why", action="store_true")
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args()
    heads = (
        "export",
        "questions",
        "settled",
        "of them the kind is right",
        "and the shares are equal",
        "lines",
    )
    print(f"| {' | '.join(heads)} | who is counted is one |")
    print("|---|---|---|---|---|---|---|")
    parts, truths = [], {}
    for name, wave, export in exports():
        if wanted.names and f"{name}/{wave}" not in wanted.names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            if name not in truths:
                truths[name] = as_declared(declared(Path(folder, "truth"), name))
            truth = truths[name][wave]
            try:
                draft = as_declared(drafted(Path(folder, "draft"), name, wave, export))[wave]
            except SurveyError as error:
                print(f"| {name}/{wave} | {len(truth.columns)} | none: {str(error).splitlines()[0]} |||||")
                parts.append(0.0)
                continue
        rows = list(compared(truth, draft))
        print(line(f"{name}/{wave}", rows, list(draft.unsettled)), flush=True)
        parts.append(sum(row.settled for row in rows) / len(rows))
        if wanted.why:
            for row in rows:
                if not (row.kind and row.shares):
                    print(f"    {'' if row.settled else 'unsettled '}{row.question}: {row.said}")
    if parts:
        print(f"\nsettled: {min(parts):.0%} at least, {median(parts):.0%} in the median")


if __name__ == "__main__":
    main()
