"""The project folder that is measured: the default survey's wave of 2025 by itself, with a column of weights.

`python benchmarks/project.py FOLDER RESPONDENTS [LINE …]` makes it, with LINEs as the first of survey.toml,
and with plan.csv, which tells the rivals which columns are which question (see rivals/plan.py). With
`--whole` it is the default survey as it is, with so many responses to each wave.
"""

from __future__ import annotations

import csv
import itertools
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.declarations import survey, wave_files
from pipeline.declarations.questionnaire import NO_ANSWER
from pipeline.project.paths import Paths
from pipeline.synthetic.synthesise import synthesise

sys.path.append(str(Path(__file__).parent / "rivals"))
from plan import COLUMNS, GROUPS, HEADER_ROWS

NAME = "benchmark"
WAVE = "2025"
SEED = 3
WEIGHT = "Weight"
OTHER = "Other (please specify)"
SOURCE = Path(__file__).parents[1] / "raw" / "open-source-ai"


def make(folder: Path, respondents: int, first: Sequence[str] = ()) -> Paths:
    """Declarations, export and plan in a folder that need not be there; an export that is there stays."""
    paths = Paths(folder, NAME)
    paths.raw.mkdir(parents=True, exist_ok=True)
    paths.questionnaire.write_text(
        "\n".join([*first, (SOURCE / "survey.toml").read_text("utf-8")]), encoding="utf-8"
    )
    alone = (SOURCE / f"{WAVE}.toml").read_text("utf-8").partition("[changes")[0]
    weighted = alone.replace("[respondents]", f'[respondents]\nweight = "{WEIGHT}"')
    (paths.raw / f"{WAVE}.toml").write_text(weighted, encoding="utf-8")
    # what is assumed of another wave, or not of it, names a wave that is not there
    parts = re.split(r"(?m)^(?=\[)", (SOURCE / "assumptions.toml").read_text("utf-8"))
    of_all = [part for part in parts if not re.search(r"(?m)^waves = ", part)]
    (paths.raw / "assumptions.toml").write_text(
        re.sub(r"(?m)^not_in.*\n", "", "".join(of_all)), encoding="utf-8"
    )
    export = paths.raw / f"{WAVE}.csv"
    if not export.exists():
        synthesise(paths, WAVE, respondents, SEED)
    with (folder / "plan.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *plan(paths, export)])
    return paths


def plan(paths: Paths, export: Path) -> Iterator[tuple[object, ...]]:
    """The lines of rivals/plan.py from the questionnaire and the headings of an export."""
    asked, _ = survey.load(paths)
    (fielding,) = wave_files.load(paths, asked)
    screens = {(q, o) for rule in fielding.wave.exclude for q, of in rule.where.items() for o in of}
    with export.open(newline="", encoding="utf-8-sig") as file:
        texts, labels = itertools.islice(csv.reader(file), HEADER_ROWS)
    # a heading stands above the first of its columns
    whole = list(itertools.accumulate(texts, lambda before, text: text or before))
    at = {(text, label): column for column, (text, label) in enumerate(zip(whole, labels, strict=True))}
    yield 0, 0, "weight", "", "", "", at[WEIGHT, ""], len(texts), "", ""
    line, slot = itertools.count(1), itertools.count(1)
    for name, question in asked.questions.items():
        text = question.text
        options = asked.options(name)
        labelled = sorted(options, key=lambda option: options[option].label == OTHER)
        if question.kind == "single":
            number = next(slot)
            for option in labelled:
                label = options[option].label
                kind, heading = ("box", OTHER) if label == OTHER else ("label", "Response")
                group = name in GROUPS and options[option].role not in NO_ANSWER
                flags = (int((name, option) in screens) or "", int(group) or "")
                yield next(line), number, kind, name, "", option, at[text, heading], label, *flags
        elif question.kind == "multiple":
            number = next(slot)
            for option in options:
                label = options[option].label
                yield next(line), number, "box", name, "", option, at[text, label], label, "", ""
        elif question.kind == "rank":
            number = next(slot)
            for item, label in question.items.items():
                yield next(line), number, "box", name, item, "", at[text, label], label, "", ""
        elif question.kind == "grid":
            for item, heading in question.items.items():
                number = next(slot)
                for option in options:
                    label = options[option].label
                    yield next(line), number, "label", name, item, option, at[text, heading], label, "", ""


def whole(folder: Path, respondents: int) -> None:
    """The default survey as it is, with its report, and so many new responses to each wave."""
    paths = Paths(folder, SOURCE.name)
    paths.raw.mkdir(parents=True, exist_ok=True)
    for source in SOURCE.iterdir():
        if source.is_file() and source.name not in ("pseudonyms.key",):
            shutil.copy(source, paths.raw)
    for name in ("2024", WAVE):
        synthesise(paths, name, respondents, SEED, replace=True)


if __name__ == "__main__":
    if sys.argv[3:] == ["--whole"]:
        whole(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        make(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
