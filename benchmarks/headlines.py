"""How many reports suggest a headline where there is nothing to find, and find one where there is.

Whole surveys are drawn: eight questions, two segments of three groups, two waves, uneven weights. Run as a
script (`make simulation`) it counts the suggestions of 1,000 of them with the functions that `tables` and
`survey headlines` call, and of 20 with the commands themselves, from exports to `survey headlines`. It prints
the end of docs/false_headlines.md; with `--quick` there are fewer of both.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

import numpy as np
import pandas as pd

from pipeline.estimates.comparisons import selected
from pipeline.estimates.tests import group_and_others, wave_pairs
from pipeline.stats.tests import ADJUSTMENTS
from pipeline.stats.variance import Sums, effective_cases, kish_deff, share_error
from pipeline.tidy.families import Comparisons

SURVEYS, BY_COMMANDS = 1_000, 20
SEED = 20250722
SEGMENTS, GROUPS = ("region", "size"), ("a", "b", "c")
WAVES = ("2025", "2026")
SPREAD = 0.7
_WIDTH = 105
_CHUNK = 100


@dataclass(frozen=True)
class Asked:
    """A question: whether several answers can be given, and the share of each in the population."""

    name: str
    several: bool
    shares: tuple[float, ...]


QUESTIONS = (
    Asked("q1", False, (0.4, 0.3, 0.2, 0.1)), Asked("q2", False, (0.35, 0.25, 0.15, 0.15, 0.1)),
    Asked("q3", False, (0.6, 0.3, 0.1)), Asked("q4", False, (0.3, 0.25, 0.2, 0.15, 0.1)),
    Asked("q5", True, (0.6, 0.45, 0.3, 0.2, 0.1)), Asked("q6", True, (0.45, 0.35, 0.3, 0.2, 0.15, 0.1, 0.05)),
    Asked("q7", True, (0.7, 0.4, 0.2)), Asked("q8", True, (0.3, 0.25, 0.2, 0.2, 0.15, 0.1, 0.1, 0.05)),
)  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A difference that is there: an answer to q5 is given by so many points more.

    That is so in the first region of the latest wave.
    """

    option: int
    points: float

    question, segment, group = "q5", "region", "a"

    @property
    def shares(self) -> tuple[float, float]:
        """The share of the answer elsewhere and in the group."""
        (elsewhere,) = (asked.shares[self.option] for asked in QUESTIONS if asked.name == self.question)
        return elsewhere, elsewhere + self.points


@dataclass(frozen=True)
class Design:
    """How large a wave is, how many of it are in each group of a segment, and how uneven its weights are."""

    n: int
    sizes: tuple[int, int, int]
    spread: float
    planted: Planted | None = None


NULL = Design(150, (50, 50, 50), SPREAD)
FOUND = [
    Design(n, sizes, spread, Planted(option, points))
    for n, sizes in ((150, (100, 25, 25)), (200, (100, 50, 50)), (300, (100, 100, 100)))
    for spread in (0.0, SPREAD)
    for option, points in ((2, 0.3), (4, 0.3))
]


@dataclass(frozen=True)
class Responses:
    """The answers of many surveys to a wave: weights, the group of each segment, and who chose what."""

    weights: np.ndarray
    groups: dict[str, np.ndarray]
    chosen: dict[str, np.ndarray]
    """by question: surveys by respondents by options"""


def drawn(design: Design, surveys: int, latest: bool, random: np.random.Generator) -> Responses:
    """A wave of so many surveys, everybody answering like everybody else, but for what is planted."""
    shape = (surveys, design.n)
    weights = np.exp(design.spread * random.standard_normal(shape))
    groups = {}
    for name in SEGMENTS:
        places = np.repeat(np.arange(3), design.sizes)
        groups[name] = random.permuted(np.broadcast_to(places, shape), axis=1)
    chosen = {}
    for asked in QUESTIONS:
        if asked.several:
            chances = np.broadcast_to(np.array(asked.shares), (*shape, len(asked.shares))).copy()
            own = design.planted
            if own and latest and asked.name == own.question:
                inside = groups[own.segment] == GROUPS.index(own.group)
                chances[..., own.option] += own.points * inside
            chosen[asked.name] = random.random(chances.shape) < chances
        else:
            edges = np.cumsum(asked.shares)
            place = np.minimum((random.random(shape)[..., None] >= edges).sum(-1), len(edges) - 1)
            chosen[asked.name] = place[..., None] == np.arange(len(edges))
    return Responses(weights, groups, chosen)


def estimated(
    own: Responses, asked: Asked, wave: str, by: str = "", group: int | None = None
) -> pd.DataFrame:
    """The estimates of a question, as `cells.estimates` has them; `question` is the survey's number."""
    chosen = own.chosen[asked.name]
    inside = np.ones_like(own.weights) if group is None else (own.groups[by] == group).astype(float)
    weights, squares = own.weights * inside, own.weights**2 * inside
    surveys, n, options = chosen.shape
    told: dict[str, object] = {"item": "", "measure": "option", "role": "substantive", "wave": wave, "by": by}
    found = pd.DataFrame(
        {
            "question": np.repeat(np.arange(surveys), options).astype(str),
            "option": np.tile(np.arange(options).astype(str), surveys),
            "valid_cases": np.repeat(inside.sum(1), options),
            "weight": np.repeat(weights.sum(1), options),
            "weight_squares": np.repeat(squares.sum(1), options),
            "yes_weight": np.einsum("sn,sno->so", weights, chosen).ravel(),
            "yes_squares": np.einsum("sn,sno->so", squares, chosen).ravel(),
        }
    ).assign(**told, group="" if group is None else GROUPS[group], analysed=n, value=np.nan)
    sums = Sums(*(found[name] for name in ("weight", "weight_squares", "yes_weight", "yes_squares")))
    return found.assign(
        share=sums.share, standard_error=share_error(sums, n),
        effective_base=effective_cases(sums.weight, sums.squares),
        deff=kish_deff(sums.weight, sums.squares, found["valid_cases"]),
    )  # fmt: skip


Family = tuple[dict[str, str], pd.DataFrame]


def families(early: Responses, late: Responses) -> list[list[Family]]:
    """Of every survey what could be claimed of it: each question by each segment, and between the waves."""
    surveys = early.weights.shape[0]
    found: list[list[Family]] = [[] for _ in range(surveys)]
    for asked in QUESTIONS:
        whole = estimated(late, asked, WAVES[1])
        for segment in SEGMENTS:
            parts = [estimated(late, asked, WAVES[1], segment, group) for group in range(3)]
            tests = group_and_others(pd.concat([whole, *parts], ignore_index=True))
            _add(found, tests, {"question": asked.name, "by": segment, "wave": WAVES[1], "before": ""})
        both = pd.concat([estimated(early, asked, WAVES[0]), whole], ignore_index=True)
        tests = wave_pairs(both, *WAVES, "none")
        adjusted = tests.groupby("question", sort=False)["p"].transform(lambda p: ADJUSTMENTS["holm"](p))
        key = {"question": asked.name, "by": "", "wave": WAVES[1], "before": WAVES[0]}
        _add(found, tests.assign(adjusted_p=adjusted), key)
    return found


def _add(found: list[list[Family]], tests: pd.DataFrame, key: dict[str, str]) -> None:
    for survey, own in tests.groupby("question", sort=False):
        found[int(str(survey))].append((key, own))


@dataclass
class Counted:
    """What came of many surveys."""

    surveys: int = 0
    suggesting: int = 0
    unadjusted: int = 0
    by_exhibit: int = 0
    tested: int = 0
    found: int = 0

    def add(self, own: Sequence[Family], planted: Planted | None) -> None:
        """Count a survey."""
        together = selected(own)
        self.surveys += 1
        self.tested += int(together.families["comparisons"].sum())
        self.suggesting += bool(together.families["holding"].sum())
        self.unadjusted += bool(together.families["unadjusted"].sum())
        self.by_exhibit += bool((together.families["smallest_p"] < 0.05).any())
        self.found += bool(planted and _finds(own, together, planted))


def _finds(own: Sequence[Family], together: Comparisons, planted: Planted) -> bool:
    """Whether the planted difference is suggested."""
    for key, tests in own:
        if (key["question"], key["by"]) == (planted.question, planted.segment):
            row = tests[(tests["option"] == str(planted.option)) & (tests["first"] == planted.group)]
            passes = (row["adjusted_p"] <= together.level) & (row["difference"] > 0)
            return bool(passes.any())
    return False


def in_process(design: Design, surveys: int) -> Counted:
    """So many surveys of a design, counted with the functions that `tables` and `headlines` call."""
    planted = [design.planted.option, round(100 * design.planted.points)] if design.planted else []
    random = np.random.default_rng([SEED, design.n, *design.sizes, round(10 * design.spread), *planted])
    counted = Counted()
    for begin in range(0, surveys, _CHUNK):
        many = min(_CHUNK, surveys - begin)
        early, late = (drawn(design, many, latest, random) for latest in (False, True))
        for own in families(early, late):
            counted.add(own, design.planted)
    return counted


# by the commands


def lay_out(folder: Path, design: Design, random: np.random.Generator) -> None:
    """The exports and declarations of one survey, as somebody would have them."""
    raw = folder / "raw" / "drawn"
    raw.mkdir(parents=True)
    (raw / "survey.toml").write_text("\n".join(_declared()) + "\n", "utf-8")
    for place, wave in enumerate(WAVES):
        own = drawn(design, 1, place == 1, random)
        with (raw / f"{wave}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["id", "weight", *SEGMENTS, *(asked.name for asked in QUESTIONS)])
            for number in range(design.n):
                answers = [
                    "; ".join(
                        _label(asked, option) for option in np.flatnonzero(own.chosen[asked.name][0, number])
                    )
                    or "None"
                    for asked in QUESTIONS
                ]
                groups = [GROUPS[int(own.groups[name][0, number])] for name in SEGMENTS]
                out.writerow([f"{wave}-{number}", f"{own.weights[0, number]:.6f}", *groups, *answers])
        (raw / f"{wave}.toml").write_text(
            f'title = "{wave}"\nsynthetic = true\nfielded = {{ from = {wave}-01-01, to = {wave}-02-01 }}\n'
            f'[source]\nfile = "{wave}.csv"\nformat = "flat"\n[respondents]\nid = "id"\nweight = "weight"\n',
            "utf-8",
        )


def _label(asked: Asked, option: int) -> str:
    return f"{asked.name} answer {option}"


def _declared() -> Iterator[str]:
    yield f'title = "Drawn"\nsegments = {json.dumps(SEGMENTS)}'
    for name in SEGMENTS:
        groups = ", ".join(f'{group} = "{group}"' for group in GROUPS)
        yield f'[questions.{name}]\ntext = "{name}"\nkind = "single"\noptions = {{ {groups} }}'
    for asked in QUESTIONS:
        options = [f'o{option} = "{_label(asked, option)}"' for option in range(len(asked.shares))]
        if asked.several:
            options.append('none = { label = "None", role = "none" }')
        kind = "multiple" if asked.several else "single"
        listed = "".join(f"\n{option}" for option in options)
        yield f'[questions.{asked.name}]\ntext = "{asked.name}"\nkind = "{kind}"'
        yield f"[questions.{asked.name}.options]{listed}"


def suggested(folder: Path) -> list[str]:
    """The claims that `survey headlines` suggests of a survey, as it prints them."""
    env = {key: value for key, value in os.environ.items() if key != "SURVEY"} | {
        "PYTHONPATH": str(Path.cwd())
    }
    for command in ("ingest", "normalise", "headlines"):
        run = subprocess.run(
            [sys.executable, "-m", "pipeline", command, "--survey", "drawn"],
            cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(f"survey {command}: {run.stderr}")
    return [line for line in run.stdout.splitlines() if line.startswith(("# Figure", "claim = "))]


def is_false(exhibit: str, line: str) -> bool:
    """Whether a suggestion says what is not so in the population from which the surveys are drawn."""
    kind, of = re.fullmatch(r"claim = \{ (\w+) = (.*) \}", line).groups()  # type: ignore[union-attr]
    if kind in ("higher_in", "grew", "fell"):
        return True
    asked = next((one for one in QUESTIONS if one.name in exhibit), None)
    named = json.loads(of)
    if asked is None or kind == "no_clear_change":
        return asked is None and kind in ("top", "majority")  # groups are of one size
    places = [int(str(one).removeprefix("o")) for one in (named if isinstance(named, list) else [named])]
    shares = [asked.shares[place] for place in places]
    rest = [share for place, share in enumerate(asked.shares) if place not in places]
    return min(shares) <= 0.5 if kind == "majority" else min(shares) <= max(rest)


def by_commands(design: Design, surveys: int) -> tuple[int, list[str]]:
    """How many surveys have a false suggestion from the commands, and those suggestions."""
    false: list[str] = []
    reports = 0
    for number in range(surveys):
        with tempfile.TemporaryDirectory() as name:
            lay_out(Path(name), design, np.random.default_rng([SEED, 9, number]))
            exhibit, own = "", []
            for line in suggested(Path(name)):
                if line.startswith("# Figure"):
                    exhibit = line.rpartition("(")[2].partition(")")[0]
                elif is_false(exhibit, line):
                    own.append(f"survey {number}, {exhibit}: {line}")
            reports += bool(own)
            false += own
    return reports, false


def page(surveys: int, commands: int) -> Iterator[str]:
    """The lines on whole reports."""
    null = in_process(NULL, surveys)
    noise = 2 * (0.05 * 0.95 / surveys) ** 0.5
    reports, false = by_commands(NULL, commands)
    yield ""
    yield "## Whole reports"
    yield ""
    yield from wrap(
        f"{surveys:,} surveys of eight questions, two segments of three groups of 50 and two waves of 150, "
        f"with lognormal weights (log-sd {SPREAD:g}), in which everybody answers like everybody else; of "
        "each all that could be claimed of groups and waves, by the functions that `survey headlines` calls "
        f"(seed {SEED}).",
        _WIDTH,
    )
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| comparisons that could be tested, in a survey | {null.tested / null.surveys:.0f} |"
    yield f"| reports with a false suggestion | {100 * null.suggesting / null.surveys:.1f}% |"
    yield f"| allowed: 5% and two standard errors of the simulation | {5 + 100 * noise:.1f}% |"
    yield f"| with each exhibit adjusted by itself | {100 * null.by_exhibit / null.surveys:.1f}% |"
    yield f"| without any adjustment | {100 * null.unadjusted / null.surveys:.1f}% |"
    said = f"{commands} surveys by the commands, from exports to `survey headlines`: reports with a false one"
    yield f"| {said} | {reports} |"
    yield ""
    yield from (f"- {line}" for line in false)
    yield from wrap(
        "Where one answer is given by so many points more in a group of 100 in the latest wave, and nothing "
        "else differs, the difference is suggested in this part of the surveys:",
        _WIDTH,
    )
    yield ""
    yield "| wave | groups | weights, log-sd | elsewhere | in the group | found |"
    yield "|---|---|---|---|---|---|"
    for design in FOUND:
        found = in_process(design, surveys // 5)
        assert design.planted
        sizes = ", ".join(map(str, design.sizes))
        cells = [
            f"{design.n}",
            sizes,
            f"{design.spread:g}",
            *(f"{share:.0%}" for share in design.planted.shares),
        ]
        yield f"| {' | '.join(cells)} | {100 * found.found / found.surveys:.0f}% |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    for line in page(100 if quick else SURVEYS, 2 if quick else BY_COMMANDS):
        print(line, flush=True)
