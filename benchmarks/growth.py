"""How CPU time and memory grow with answers in a cell, options, columns and respondents.

`python benchmarks/growth.py` prints the tables of docs/performance.md in Markdown; `--only joined`, `single`
or `multiple` prints some. Every stage is a process of its own; what is shown is its CPU time, user's and
system's, and its largest resident memory. Nothing is asserted: a ratio is what this machine took.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.project.paths import Paths

NAME = "growth"
SEED = 7
STAGES = ("ingest", "normalise", "tables")
WAVE = """
title = "One"
synthetic = true
[source]
file = "one.csv"
format = "flat"
separator = "; "
[respondents]
id = "Id"
"""


@dataclass(frozen=True)
class Shape:
    """An export: how many respondents, questions and options, and how many answers to a question."""

    kind: str
    respondents: int
    questions: int
    options: int
    answers: int = 1

    @property
    def columns(self) -> int:
        """The columns of its answers."""
        return self.questions * (self.options if self.kind == "multiple" else 1)

    def __str__(self) -> str:
        if self.kind == "joined":
            return f"{self.respondents:,} × {self.answers} answers of {self.options:,} options"
        each = f" × {self.options} options" if self.kind == "multiple" else ""
        return f"{self.questions:,} {self.kind} choices{each}, {self.respondents:,} responses"


JOINED = [
    Shape("joined", 2_000, 1, 1_000, 8),
    Shape("joined", 2_000, 1, 1_000, 16),
    Shape("joined", 2_000, 1, 2_000, 8),
    Shape("joined", 4_000, 1, 1_000, 8),
]
SINGLE = [Shape("single", 500, 300, 5), Shape("single", 500, 3_000, 5), Shape("single", 5_000, 3_000, 5)]
MULTIPLE = [
    Shape("multiple", 500, 30, 10),
    Shape("multiple", 500, 300, 10),
    Shape("multiple", 5_000, 300, 10),
    Shape("multiple", 5_000, 3, 1_000),
]


SHAPES = {"joined": JOINED, "single": SINGLE, "multiple": MULTIPLE}


def make(folder: Path, shape: Shape) -> Paths:
    """The declarations and the export of a shape, the same whenever it is made."""
    paths = Paths(folder, NAME)
    paths.raw.mkdir(parents=True, exist_ok=True)
    paths.questionnaire.write_text("\n".join(_questionnaire(shape)) + "\n", encoding="utf-8")
    (paths.raw / "one.toml").write_text(WAVE, encoding="utf-8")
    with (paths.raw / "one.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(_rows(shape))
    return paths


def _questionnaire(shape: Shape) -> Iterator[str]:
    kind = "single" if shape.kind == "single" else "multiple"
    yield 'title = "Growth"'
    for question in range(1, shape.questions + 1):
        yield f'[questions.q{question}]\ntext = "Question {question}?"\nkind = "{kind}"'
        yield f"[questions.q{question}.options]"
        yield from (f'o{option} = "{_label(option)}"' for option in range(1, shape.options + 1))


def _label(option: int) -> str:
    """Some labels hold the separator, and some begin others."""
    return f"Answer {option}" + ("; and more of it" if option % 10 == 0 else "")


def _rows(shape: Shape) -> Iterator[Sequence[str]]:
    chance = random.Random(SEED)  # noqa: S311
    labels = [_label(option) for option in range(1, shape.options + 1)]
    questions = [f"Question {question}?" for question in range(1, shape.questions + 1)]
    if shape.kind == "multiple":
        yield ["Id", *(f"{question} [{label}]" for question in questions for label in labels)]
    else:
        yield ["Id", *questions]
    for number in range(1, shape.respondents + 1):
        if shape.kind == "joined":
            yield [f"r{number}", "; ".join(chance.sample(labels, shape.answers))]
        elif shape.kind == "single":
            yield [f"r{number}", *chance.choices(labels, k=shape.questions)]
        else:
            ticks = (label if chance.random() < 0.3 else "" for _ in questions for label in labels)
            yield [f"r{number}", *ticks]


@dataclass(frozen=True)
class Cost:
    """What a stage took."""

    cpu: float
    seconds: float
    memory: int
    """MiB"""


def run(paths: Paths, stage: str, limit: float) -> Cost | None:
    """The cost of one stage; None where it does not end by `limit` seconds, SystemExit where it fails."""
    command = [str(Path(sys.executable).with_name("survey")), stage, "--survey", NAME]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=paths.root, stdout=subprocess.DEVNULL)
    stopper = threading.Timer(limit, process.kill)
    stopper.start()
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - started
    stopper.cancel()
    # the process is gone, and Popen is not to wait for it
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code and taken < limit:
        raise SystemExit(code)
    memory = usage.ru_maxrss // (1 if sys.platform == "darwin" else 1024)
    return None if code else Cost(usage.ru_utime + usage.ru_stime, taken, memory)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(SHAPES), choices=list(SHAPES))
    parser.add_argument("--stages", nargs="*", default=list(STAGES), choices=list(STAGES))
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a stage is stopped")
    asked = parser.parse_args()
    for kind in asked.only:
        stages = [stage for stage in STAGES if stage in asked.stages]
        print("| export | " + " | ".join(stages) + " |", "| --- |" + " ---: |" * len(stages), sep="\n")
        for shape in SHAPES[kind]:
            with tempfile.TemporaryDirectory() as folder:
                paths = make(Path(folder), shape)
                cells = []
                for stage in stages:
                    cost = run(paths, stage, asked.limit)
                    cells.append(
                        f"{cost.cpu:.1f} s, {cost.memory:,} MiB" if cost else f"over {asked.limit:.0f} s"
                    )
                    if not cost:
                        break
                print(f"| {shape} | {' | '.join(cells)} |", flush=True)
        print()


if __name__ == "__main__":
    main()
