"""Weighted numbers tell no protected count: an attack of its own on the tables of finished runs."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import surveys
from projects import few_of, run_to
from scipy.optimize import LinearConstraint, milp
from surveys import Wave

from pipeline.declarations.questionnaire import Survey
from pipeline.disclosure import protect
from pipeline.disclosure.counts import Published
from pipeline.disclosure.flags import blanked, flagged
from pipeline.disclosure.rules import Rules
from pipeline.estimates import weight_classes, weighted_attack, weighted_levels, weighted_steps
from pipeline.exhibits.run import opened
from pipeline.project.paths import Paths
from pipeline.tables import tables

SURVEY = """
title = "Staff"
population = "staff"
segments = ["region", "size"]
[scales.much.options]
low = "Low"
mid = "Mid"
high = "High"
[questions.region]
text = "region"
kind = "single"
options = { north = "north", south = "south", west = "west" }
[questions.size]
text = "size"
kind = "single"
options = { small = "small", medium = "medium", large = "large" }
[questions.health]
text = "health"
kind = "single"
sensitive = true
options = { none = "none", mental = "mental", physical = "physical", chronic = "chronic" }
nets = { some = ["mental", "physical", "chronic"] }
[questions.content]
text = "content"
kind = "single"
options = { yes = "yes", no = "no", dkns = "don't know" }
[questions.tools]
text = "tools"
kind = "multiple"
options = { git = "git", ci = "ci", chat = "chat" }
[questions.rating]
text = "rating"
kind = "grid"
scale = "much"
items = { one = "one", two = "two" }
"""
REPORT = """
[[exhibit]]
id = "content_by_size"
kind = "segment_panels"
question = "content"
by = "size"
dkns = "exclude"
[[exhibit]]
id = "tools_in_the_north"
kind = "ranked_bars"
question = "tools"
where = { region = ["north"] }
"""
TARGETS = {
    "region": "{ north = 40, south = 35, west = 25 }",
    "size": "{ small = 45, medium = 30, large = 25 }",
}
COLUMN = 'weight = "weight"'


def people(seed: int, n: int) -> pd.DataFrame:
    """Random respondents; few are in bad health."""
    random = np.random.default_rng(seed)

    def some(options: str, odds: list[float]) -> np.ndarray:
        return random.choice(options.split(), n, p=odds)

    ticks = random.random((n, 3)) < [0.6, 0.3, 0.15]
    return pd.DataFrame(
        {
            "region": some("north south west", [0.5, 0.32, 0.18]),
            "size": some("small medium large", [0.5, 0.3, 0.2]),
            "health": some("none mental physical chronic", [0.84, 0.06, 0.07, 0.03]),
            "content": some("yes no don't_know", [0.55, 0.35, 0.1]),
            "tools": [
                "; ".join(t for t, yes in zip(("git", "ci", "chat"), row, strict=True) if yes)
                for row in ticks
            ],
            "rating [one]": some("Low Mid High", [0.2, 0.5, 0.3]),
            "rating [two]": some("Low Mid High", [0.5, 0.3, 0.2]),
        }
    ).replace("don't_know", "don't know")


def lay_out(folder: Path, data: pd.DataFrame, column: str = "", targets: tuple[str, ...] = ()) -> Paths:
    """A survey of `data`, weighted by a column or raked to targets."""
    raked = [f'[weights.targets.{name}]\nsource = "register"\nshares = {TARGETS[name]}\n' for name in targets]
    wave = Wave(data, respondents=column, more="".join(raked), title="Staff")
    return surveys.lay_out(folder, "staff", SURVEY, {"2025": wave}, REPORT)


def weighted(folder: Path, kind: str, seed: int, n: int) -> Paths:
    """A random survey, weighted in one of several ways."""
    data, random = people(seed, n), np.random.default_rng(seed)
    by_region = {"north": 0.8, "south": 1.1, "west": 1.7}
    column = {
        "few": random.choice([0.5, 0.9, 1.3, 2.1], n),
        "by_region": data["region"].map(by_region),
        "each": random.lognormal(0, 0.5, n).round(6),
    }
    if kind in column:
        return lay_out(folder, data.assign(weight=column[kind]), COLUMN)
    targets = {"none": (), "one": ("region",), "two": ("region", "size")}[kind]
    return lay_out(folder, data, targets=targets)


# the attack

SEGMENTS = {"region": ["north", "south", "west"], "size": ["small", "medium", "large"]}
HEALTH = ["none", "mental", "physical", "chronic"]
SPAN = 5
STEPS_KNOWN = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Attack:
    """Who knows all tables and what everybody weighs, and seeks tables of health, size, region and weight.

    Every cell is a whole number of people, and a table must give all that is published.
    """

    cells: pd.DataFrame
    """health, size, region and the weight of each cell"""
    rows: list[tuple[np.ndarray, float, float]]
    """what sums of cells lie between"""

    def range(self, wanted: np.ndarray, truth: int) -> int | None:
        """How far apart a count can be, within SPAN of the truth; None where no end is found in time."""
        rows = [*self.rows, (wanted, truth - SPAN, truth + SPAN)]
        matrix = np.array([row for row, _, _ in rows])
        limits = LinearConstraint(
            matrix, np.array([low for _, low, _ in rows]), np.array([high for _, _, high in rows])
        )
        ends = []
        for sign in (-1, 1):
            found = milp(
                sign * wanted.astype(float), constraints=limits, integrality=np.ones(len(self.cells)),
                options={"time_limit": 4.0, "mip_rel_gap": 0.0},
            )  # fmt: skip
            if found.status == 2:
                return -1
            if found.status != 0:
                return None
            ends.append(round(float(wanted @ np.round(found.x))))
            if abs(ends[-1] - truth) >= SPAN:
                return SPAN
        return ends[0] - ends[1]


def between(share: float, step: float) -> tuple[float, float]:
    return (0.0 if share < 1.5 * step else share - step / 2), share + step / 2


def attack(
    published: pd.DataFrame, data: pd.DataFrame, levels: STEPS_KNOWN | None, by_weights: bool = True
) -> Attack:
    """The attack on frequencies of one wave; numbers are exact where there are no `levels`.

    `data` says what weights there are: of each region and size where they follow from these, else how many
    have each; many are put together with those that are like them, and what these differ by is left open.
    """
    n, room = len(data), 1e-7
    groups = data.groupby(["region", "size"])["weight"]
    follows = bool((groups.max() - groups.min() < 1e-9).all())
    if follows:
        own = groups.first().rename("weight").reset_index()
        cells = own.merge(pd.DataFrame({"health": HEALTH}), how="cross")
    else:
        of = data["weight"].rank(method="dense").astype(int)
        of = of if of.max() <= 4 else (data["weight"].rank(method="first") - 1) * 3 // n
        classes = data.groupby(of)["weight"].agg(["mean", "size"]).reset_index(drop=True)
        every = itertools.product(HEALTH, SEGMENTS["size"], SEGMENTS["region"], classes.index)
        cells = pd.DataFrame(every, columns=["health", "size", "region", "class"])
        cells["weight"] = cells["class"].map(classes["mean"])
        within = data["weight"] - data.groupby(of)["weight"].transform("mean")
        room = float(np.sqrt((within**2).mean()))
    rows: list[tuple[np.ndarray, float, float]] = []
    if not follows:
        for place, size in classes["size"].items():
            rows.append(((cells["class"] == place).to_numpy(dtype=float), size, size))
    rows.append((np.ones(len(cells)), n, n))
    weight = cells["weight"].to_numpy()
    for (question, by, group), column in published.groupby(["question", "by", "group"], sort=False):
        if question not in ("health", "size", "region") or by == question:
            continue
        inside = (cells[by] == group).to_numpy() if by else np.ones(len(cells), dtype=bool)
        first = column.iloc[0]
        if pd.notna(first["valid_cases"]):
            rows.append((inside.astype(float), first["valid_cases"], first["valid_cases"]))
        so_far, comes_to = np.zeros(len(cells)), 0.0
        hidden = int((column["respondents"].isna() & (column["measure"] == "option")).sum())
        shown = column[column["respondents"].notna()]
        for place, row in enumerate(shown[shown["measure"] == "option"].to_dict("records")):
            chosen = inside & (cells[question] == row["option"]).to_numpy()
            rows.append((chosen.astype(float), row["respondents"], row["respondents"]))
            if not by_weights or pd.isna(row["share"]):
                continue
            base = float(row["weighted_base"])
            if levels is None:
                total = float(row["weighted_respondents"])
                apart = max(room * np.sqrt(row["respondents"]), 1e-7)
                rows.append((chosen * weight, total - apart, total + apart))
                rows.append((inside * weight, base - apart, base + apart))
                continue
            share, step = weighted_steps.STEPS[levels["2025", question]]
            parts = np.floor(min(1 / share, base / step) + 1e-9)
            apart = room * np.sqrt(row["respondents"])
            least, most = between(base, step)
            rows.append((inside * weight, least - apart, most + apart))
            if row["share"] > 0:
                so_far = so_far + chosen
                own = round(row["share"] * parts)
                comes_to += own
                left = hidden + int((shown["measure"] == "option").sum()) - place - 1
                low = (comes_to - 0.5) / parts if own > 1 else 0.0
                high = (comes_to + 0.5) / parts if comes_to < parts - left else 1.0
                rows.append(((so_far - low * inside) * weight, -apart, np.inf))
                rows.append(((so_far - high * inside) * weight, -np.inf, apart))
    return Attack(cells, rows)


def told(published: pd.DataFrame, data: pd.DataFrame, levels: STEPS_KNOWN | None) -> list[str]:
    """The protected counts that weighted numbers tell to less than 5, and that counts alone do not.

    One that the solver is not done with counts as told; where numbers are exact it must be done.
    """
    found, tried = [], 0
    every, counts = attack(published, data, levels), attack(published, data, levels, by_weights=False)
    # tables by weights that follow from no answers are larger, and take longer
    most = 99 if len(every.cells) <= 36 else 3
    pairs = [("health", "region"), ("health", "size"), ("size", "region")]
    for question, by in pairs:
        own = published[(published["question"] == question) & (published["by"] == by)]
        for row in own[own["respondents"].isna() & (own["measure"] == "option")].to_dict("records"):
            truth = int(((data[question] == row["option"]) & (data[by] == row["group"])).sum())
            if not 0 < truth < SPAN:
                continue
            wanted = ((every.cells[question] == row["option"]) & (every.cells[by] == row["group"])).to_numpy(
                dtype=float
            )
            tried += 1
            if tried > most:
                return found
            width = every.range(wanted, truth)
            if (width is None and levels is None) or (width or 0) >= SPAN:
                continue
            alone = counts.range(wanted, truth)
            assert alone is not None
            if (width or 0) < alone:
                found.append(f"{question}={row['option']} {by}={row['group']}: {truth}, range {width}")
    return found


def read_all(paths: Paths) -> pd.DataFrame:
    """The frequencies of a finished run, as anybody reads them."""
    frames = [pd.read_csv(file, keep_default_na=False) for file in sorted(paths.frequencies.glob("*.csv"))]
    every = pd.concat(frames, ignore_index=True)
    for column in ("respondents", "valid_cases", "share", "weighted_respondents", "weighted_base"):
        every[column] = pd.to_numeric(every[column])
    return every


def per_mean(published: pd.DataFrame, mean: float) -> pd.DataFrame:
    """Estimates with sums of weights that have a mean of 1."""
    scaled = {name: published[name] / mean for name in ("weighted_respondents", "weighted_base")}
    return published.assign(**scaled)


def known_weights(paths: Paths) -> pd.DataFrame:
    """Everybody's region, size, health and weight: the truth, and what the attacker knows of weights."""
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        found = connection.execute(
            "select respondent, question, option, weight::double as weight from respondents join answers "
            "using (wave, respondent) where question in ('region', 'size', 'health')"
        ).df()
    return found.pivot(index=["respondent", "weight"], columns="question", values="option").reset_index()


@pytest.mark.parametrize("kind", few_of(["one", "two", "few", "by_region", "each", "none"], 1))
def test_weighted_numbers_tell_no_protected_count(kind: str, tmp_path: Path) -> None:
    paths = weighted(tmp_path, kind, 1, 320)
    run_to(paths, tables)
    data = known_weights(paths)
    mean = pd.read_csv(paths.tables / "waves.csv")["mean_weight"].iloc[0]
    with opened(paths) as run:
        levels = run.estimated.levels
        exact = pd.concat(run.estimated._as_shown({}), ignore_index=True)
        if kind != "none":
            assert list(weighted_attack.too_fine(exact, run.estimated.classes, levels))
    if kind == "none":
        assert levels == {}
        return
    assert told(per_mean(read_all(paths), mean), data, levels) == []
    if kind in ("one", "two", "by_region"):  # the others are safe with all their digits
        assert told(per_mean(exact, mean), data, None), "the attack does not work"


# many small surveys

STAFF = Survey.model_validate(tomllib.loads(SURVEY[: SURVEY.index("[questions.content]")]))
RULES = Rules(STAFF, {})
KINDS = ("one", "two", "few", "each", "none")
QUESTIONNAIRE = weighted_steps.Questionnaire(STAFF, {})


def raked(data: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Weights whose sums by some questions are as their targets, by turns."""
    targets = {"region": [0.4, 0.35, 0.25], "size": [0.45, 0.3, 0.25]}
    weight = pd.Series(1.0, index=data.index)
    for _ in range(200 * len(names)):
        for name in names:
            wanted = dict(zip(SEGMENTS[name], targets[name], strict=True))
            there = weight.groupby(data[name]).sum() / len(data)
            weight = weight * data[name].map({group: wanted[group] / part for group, part in there.items()})
    return weight / weight.mean()


def estimates_of(data: pd.DataFrame) -> pd.DataFrame:
    """The estimates of a random survey, counted here one by one."""
    rows: list[dict[str, object]] = []
    for question in STAFF.questions:
        for by in ("", *STAFF.segments):
            for group in SEGMENTS[by] if by else [""]:
                inside = data[data[by] == group] if by else data
                if inside.empty:
                    continue
                measures = dict.fromkeys(STAFF.options(question), "option")
                for option, measure in (measures | dict.fromkeys(STAFF.nets(question), "net")).items():
                    chosen = inside[inside[question].isin(STAFF.members(question, option))]
                    sums = {
                        "weight": inside["weight"].sum(), "weight_squares": (inside["weight"] ** 2).sum(),
                        "yes_weight": chosen["weight"].sum(), "yes_squares": (chosen["weight"] ** 2).sum(),
                    }  # fmt: skip
                    role = "net" if measure == "net" else "substantive"
                    rows.append(
                        sums
                        | {"wave": "2025", "question": question, "item": "", "option": option, "by": by}
                        | {"group": group, "measure": measure, "role": role, "interval": "wilson"}
                        | {"respondents": len(chosen), "valid_cases": len(inside), "analysed": len(data)}
                        | {"sample_size": len(inside), "total_mentions": None}
                        | {"weighted_base": sums["weight"], "weighted_respondents": sums["yes_weight"]}
                        | {"share": sums["yes_weight"] / sums["weight"], "value": np.nan}
                        | dict.fromkeys(("standard_error", "low", "high", "effective_base", "deff"), 1.0)
                    )
    return pd.DataFrame(rows).astype({"total_mentions": "Int64"})


@pytest.mark.parametrize("seed", few_of(range(24), 2))
def test_the_attack_finds_nothing_in_small_surveys(seed: int) -> None:
    random = np.random.default_rng(seed)
    data = people(seed, int(random.integers(40, 200)))
    kind, n = KINDS[seed % len(KINDS)], len(data)
    data["weight"] = {
        "none": np.ones(n),
        "one": raked(data, ("region",)),
        "two": raked(data, ("region", "size")),
        "few": random.choice([0.5, 0.9, 1.3, 2.1], n),
        "each": random.lognormal(0, 0.5, n),
    }[kind]
    data["weight"] /= data["weight"].mean()
    exact = estimates_of(data)
    size = {"2025": n}
    (hidden,) = protect.protect([Published(exact)], RULES, size)
    protected = protect.protected([Published(exact)], RULES, size)
    answers = data[["weight", "region", "size"]].astype({"region": "category", "size": "category"})
    targets = {"one": ("region",), "two": ("region", "size")}.get(kind, ())
    known = weight_classes.classes(answers, targets, STAFF.segments, 1.0)
    assert (known is None) == (kind == "none")

    def show(levels: weighted_steps.Levels) -> list[Published]:
        made, gone = weighted_steps.coarse(exact, levels, QUESTIONNAIRE, hidden.estimates)
        frame = blanked(flagged(made, RULES.base), pd.Series(gone))
        return [Published(protect.hide(frame, hidden))]

    if known is None:
        return
    attacker = weighted_attack.Attacker(RULES, size, protected, {"2025": known})
    levels = weighted_levels.safe(show, attacker, list(STAFF.questions))
    counted = [
        sum(level == step for level in levels.values()) for step in range(weighted_steps.SUPPRESSED + 1)
    ]
    print(f"seed {seed}, {kind}, {n}: questions by step {counted}")
    assert told(show(levels)[0].frame, data, levels) == []
    if seed < len(KINDS) and targets:
        assert told(show({})[0].frame, data, None), "the attack does not work"
