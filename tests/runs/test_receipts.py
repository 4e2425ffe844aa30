"""Receipts are enough to redo their numbers by hand: here it is done, from the printed lines alone.

Every equation of a receipt is worked out again, its interval by the formula that it states, its rounding in
decimals; what comes out must be what the CSV has. One invented survey has every kind of number, in two waves,
with equal weights, raked to one margin, and with a column of weights raked and cut.
"""

from __future__ import annotations

import math
import random
import re
import shutil
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
from projects import run_to
from receipt import receipt
from scipy.optimize import brentq
from scipy.special import betaincinv
from scipy.stats import norm
from scipy.stats import t as student
from surveys import Wave, lay_out

from pipeline.commands.explain import explain
from pipeline.normalise import normalise
from pipeline.project import paths as places
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tables import tables
from pipeline.tidy.csv import read, to_csv

SURVEY = """
title = "Workshops"
segments = ["region"]

[scales.agreement]
options = { no = "No", partly = "Partly", yes = "Yes", dkns = "Don't know" }
scores = [1, 2, 4]
nets = { agreeing = ["partly", "yes"] }

[questions.region]
kind = "single"
options = { north = "North", south = "South", east = "East", dkns = "Don't know" }

[questions.size]
kind = "single"
options = { small = "Small", large = "Large" }

[questions.stage]
kind = "single"
options = { idea = "Idea", trial = "Trial", work = "Work" }

[questions.reason]
kind = "single"
options = { cost = "Cost", people = "People", risk = "Risk" }

[questions.uses]
kind = "multiple"
options = { saw = "Saw", plane = "Plane", file = "File", none = "None of these" }
nets = { blades = ["saw", "plane"] }

[questions.likely]
kind = "number"
nets = { detractors = [0, 7], promoters = [9, 10] }

[questions.effort]
kind = "allocation"
items = { build = "Build", mend = "Mend" }

[questions.views]
kind = "grid"
scale = "agreement"
items = { good = "Good", cheap = "Cheap" }

[questions.order]
kind = "rank"
items = { price = "Price", speed = "Speed", trust = "Trust", care = "Care" }

[questions.health]
kind = "single"
sensitive = true
options = { well = "Well", tired = "Tired", ill = "Ill", hurt = "Hurt" }
nets = { unwell = ["ill", "hurt"] }

[questions.pay]
kind = "number"
sensitive = true

[questions.remarks]
kind = "text"
"""
REPORT = "".join(
    f'[[exhibit]]\nid = "{name}"\nkind = "{kind}"\nquestion = "{question}"\n{more}\nneutral = "Workshops"\n'
    for name, kind, question, more in [
        ("uses", "ranked_bars", "uses", 'title = "So"\nclaim = { top = "saw", majority = "saw" }'),
        ("uses_by_region", "segment_panels", "uses",
         'by = "region"\ntitle = "So"\nclaim = { higher_in = "saw.north" }'),
        ("uses_of_two", "dumbbell", "uses", 'by = "region"'),
        ("together", "combinations", "uses", ""),
        ("stages", "funnel_bars", "stage", ""),
        ("likely", "histogram", "likely", ""),
        ("effort", "table", "effort", ""),
        ("views", "scale_bars", "views", 'dkns = "exclude"'),
        ("order", "ranked_bars", "order", ""),
        ("reasons", "dumbbell", "reason",
         'title = "So"\nclaim = { grew = "cost", fell = "risk", no_clear_change = "risk" }'),
        ("pay", "table", "pay", ""),
        ("remarks", "table", "remarks", ""),
    ]
)  # fmt: skip
HIDDEN = """
[[exhibit]]
id = "health"
kind = "single_bar"
question = "health"
neutral = "Health"
[[exhibit]]
id = "stage_by_region"
kind = "table"
question = "stage"
by = "region"
neutral = "Stages"
"""
RAKED = '[weights.targets.region]\nsource = "the register"\nshares = { north = 55, south = 45 }\n'
SIZED = '[weights.targets.size]\nsource = "the register"\nshares = { small = 60, large = 40 }\n'
BOTH = RAKED + SIZED + "[weights]\ntrim = [0.3, 2.5]\n"
FEW = """
[[exhibit]]
id = "few"
kind = "ranked_bars"
question = "uses"
where = { stage = ["trial"], reason = ["risk"] }
neutral = "Few"
"""
HEADINGS = [
    "ID", "W", "region", "size", "stage", "reason", "uses", "likely", "effort [Build]", "effort [Mend]",
    "views [Good]", "views [Cheap]", "order [1]", "order [2]", "order [3]", "order [4]", "health", "pay",
    "remarks",
]  # fmt: skip
MEASURES = {
    "option", "net", "mean", "lower_quartile", "median", "upper_quartile", "ranked", "first", "top_3",
    "mean_rank", "net_promoter_score", "written", "combination", "reached", "continued", "bin", "change",
    "difference",
}  # fmt: skip
MEASURES_OF_THE_TOY = {
    "option", "net", "mean", "lower_quartile", "median", "upper_quartile", "ranked", "first",
}  # fmt: skip


def answers(wave: str, people: int) -> pd.DataFrame:
    """Invented answers, the same on every run; the early wave gives no reason about people."""
    draw = random.Random(wave)  # noqa: S311
    rows = []
    for number in range(people):
        north = number % 2
        region = "Don't know" if number % 9 == 0 else ["South", "North"][north]
        reasons = ["Cost", "Risk"] if wave == "early" else ["Cost", "People", "Cost", "Risk"]
        uses = [tool for tool, odds in (("Saw", 0.6 + 0.3 * north), ("Plane", 0.4), ("File", 0.3))
                if draw.random() < odds]  # fmt: skip
        order = draw.sample(["Price", "Speed", "Trust", "Care"], draw.choice([2, 3, 4]))
        build = draw.choice([0, 20, 55, 100])
        ill = "Hurt" if number % 60 == 59 else "Ill" if number % 20 == 18 else ["Well", "Tired"][north]
        rows.append(
            [f"{wave}{number}", draw.choice(["0.5", "1", "1.7"]), region, draw.choice(["Small", "Large"]),
             draw.choice(["Idea", "Trial", "Trial", "Work"]), draw.choice(reasons),
             "; ".join(uses) or "None of these", draw.choice([2, 5, 7, 8, 9, 9.5, 10]),
             build, 100 - build if number % 7 else 5, draw.choice(["No", "Partly", "Yes"]),
             draw.choice(["No", "Partly", "Yes", "Don't know"]), *order, *[""] * (4 - len(order)),
             ill, 1000 + 37 * number % 900, draw.choice(["", "Yes, much"])]
        )  # fmt: skip
    return pd.DataFrame(rows, columns=HEADINGS)


def workshops(
    folder: Path, weights: str = "", column: bool = False, more: str = "", secrets: bool = False
) -> Paths:
    """The survey with its tables made; a claim that does not hold is let pass, as in a draft."""
    # of three regions there are no two to be held against each other
    report = REPORT.replace('kind = "dumbbell"\nquestion = "uses"', 'kind = "table"\nquestion = "uses"')
    report = report.partition('[[exhibit]]\nid = "reasons"')[0]
    waves = {}
    for year, (wave, people) in enumerate((("early", 90), ("late", 120)), 2000):
        given = answers(wave, people)
        unknown = given.index[given["region"] == "Don't know"]
        if secrets:
            given.loc[unknown, "region"] = ["East" if place % 2 else "North" for place in range(len(unknown))]
        changes = 'not_offered = ["people"]' if wave == "early" else 'pool = { cost = ["people"] }'
        waves[wave] = Wave(
            given,
            'format = "flat"\nseparator = "; "',
            f'id = "ID"\n{"weight" if column else "drop"} = "W"',
            f"{weights}[changes.reason]\n{changes}",
            f"synthetic = true\nfielded = {{ from = {year}-02-03, to = {year}-02-04 }}",
            title=wave,
        )
    questions = SURVEY if secrets else SURVEY.replace("sensitive = true", "", 1)
    paths = lay_out(folder, "workshops", questions, waves, (report if secrets else REPORT) + more)
    run_to(paths, normalise)
    tables(paths, draft=True)
    return paths


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return workshops(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def raked(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return workshops(tmp_path_factory.mktemp("raked"), RAKED)


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Raked, with a sensitive question, and seven people in the east, of whom nothing is shown."""
    weights = RAKED.replace("45 }", "45, east = 5 }")
    return workshops(tmp_path_factory.mktemp("hidden"), weights, more=HIDDEN, secrets=True)


# what a reader does with the lines of a receipt

Lines = dict[str, list[str]]
NUMBER = r"−?[0-9]+(?:\.[0-9]+)?(?:e[−+]?[0-9]+)?"
EQUATION = re.compile(rf"([0-9(√−][0-9.e+−×÷²√() ]*) = ({NUMBER})")
SIGNS = {"−": "-", "×": "*", "÷": "/", "²": "**2", "√": "sqrt"}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def numbers(text: str) -> list[float]:
    return [number(found) for found in re.findall(NUMBER, text)]


def worked_out(text: str) -> float:
    """An expression in numbers."""
    for sign, operator in SIGNS.items():
        text = text.replace(sign, operator)
    return float(eval(text, {"sqrt": math.sqrt}))  # noqa: S307


def close(one: float, other: float) -> bool:
    """The same to ten digits, of the twelve that are printed."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-10)


def equations(lines: Lines) -> list[tuple[str, float]]:
    """The equations of a receipt, each of which holds: the line that it is in, and what it comes to."""
    found = []
    for name, own in lines.items():
        for line in own if name not in ("says", "question", "column", "export", "printed") else ():
            for left, right in EQUATION.findall(line):
                assert close(worked_out(left), number(right)), line
                found.append((name, number(right)))
    return found


def wilson(p: float, n: float, q: float) -> tuple[float, float]:
    half = q * math.sqrt(p * (1 - p) / n + q**2 / (4 * n**2))
    return tuple((p + q**2 / (2 * n) + sign * half) / (1 + q**2 / n) for sign in (-1, 1))  # type: ignore[return-value]


def logit(p: float, error: float, q: float) -> tuple[float, float]:
    odds, half = math.log(p / (1 - p)), q * error / (p * (1 - p))
    return 1 / (1 + math.exp(half - odds)), 1 / (1 + math.exp(-half - odds))


def beta(p: float, n: float) -> tuple[float, float]:
    low, high = betaincinv([n * p, n * p + 1], [n - n * p + 1, n - n * p], [0.025, 0.975])
    return (0.0 if p == 0 else float(low)), (1.0 if p == 1 else float(high))


def q_of(line: str, confidence: float = 0.95) -> float:
    """The quantile of a line, which is of what it says."""
    q = number(re.findall(rf"q = ({NUMBER})", line)[0])
    df = re.findall(rf"t with ({NUMBER}) degrees", line)
    at = 0.5 + confidence / 2
    assert close(q, float(student.ppf(at, float(df[0]))) if df else float(norm.ppf(at)))
    return q


def limits(lines: Lines, p: float) -> tuple[float, float]:
    """The two ends of an interval, by the formula that the receipt states."""
    line, formula = [*lines["interval"], ""][:2]
    if "the share itself" in line:
        return p, p
    error = number(EQUATION.findall(lines["error"][0])[-1][1]) if "error" in lines else 0.0
    n = [number(found) for found in re.findall(rf"n = ({NUMBER})", line)]
    if n and "p (1 − p) ÷ error²" in line and error:
        base = numbers(lines["base"][0])[0]
        size = p * (1 - p) / error**2
        assert math.isclose(n[0], min(size, base) if "at most" in line else size, rel_tol=1e-8)
    if formula.startswith("Clopper and Pearson"):
        return beta(p, n[0])
    q = q_of(line)
    if formula == "(p + q² ÷ 2n ± q √(p (1 − p) ÷ n + q² ÷ 4n²)) ÷ (1 + q² ÷ n)":
        return wilson(p, n[0], q)
    if formula.startswith("1 ÷ (1 + e^−l)"):
        return logit(p, error, q)
    middle, _, reach = formula.partition(" ± q × ")
    assert close(p, p if middle == "p" else number(middle)) and close(
        error, error if reach == "error" else number(reach)
    )
    return p - q * error, p + q * error


def quartile(lines: Lines) -> float:
    """A median or quartile from what lies below it and up to it."""
    part = numbers(lines["wanted"][0])
    below, upto, *after = re.findall(
        rf"(?:below|up to) {NUMBER}: ({NUMBER})|next number is ({NUMBER})", lines["numbers"][0]
    )
    value = number(re.findall(rf"up to ({NUMBER})", lines["numbers"][0])[0])
    wanted = part[-1]
    assert number(below[0]) < wanted - 1e-9 * part[1] <= number(upto[0])
    assert bool(after) == math.isclose(number(upto[0]), wanted, rel_tol=1e-9)
    return (value + number(after[0][1])) / 2 if after else value


def rounded(lines: Lines) -> None:
    """What is printed is the number rounded half up."""
    exact, printed = re.findall(rf"({NUMBER}).* (?:is|are) printed as (\S+)", lines["rounding"][0])[0]
    shown = printed.strip("%,").replace("−", "-").replace("+", "")
    if shown.startswith("<"):
        assert 0 < number(exact) < 0.5
        return
    digits = Decimal("1") if "%" in printed or "points are" in lines["rounding"][0] else Decimal("0.1")
    assert Decimal(shown) == Decimal(exact.replace("−", "-")).quantize(digits, ROUND_HALF_UP)


def the_sums(lines: Lines, row: pd.Series) -> None:
    """What is divided and squared is what was summed before."""
    if "weights" not in lines and "share" in lines:
        chosen, base = numbers(lines["share"][0])[:2]
        assert [chosen] == numbers(lines["chosen by"][0]) and base == row["valid_cases"]
        parts = [line for line in lines["chosen by"][1:] if " + " in line]
        assert all(numbers(line)[-1] == chosen for line in parts)
    if "sum" in lines:
        line = lines["sum"][0]
        total = numbers(line)[-1] if "+" in line else numbers(line)[0]
        assert total == numbers(lines["mean"][0])[0]
    if "scores" in lines:
        added = [number(EQUATION.findall(line)[0][1]) for line in lines["scores"]]
        assert added == numbers(lines["sum"][0])[:-1]
    if "squares" in lines:
        left = EQUATION.findall(lines["error"][0])[0][0]
        assert set(numbers(lines["squares"][0].removeprefix("Σw²"))) <= set(numbers(left))


def redo(lines: Lines, row: pd.Series) -> None:
    """Do a number again from its receipt: its value, error and limits are those of the CSV."""
    found = equations(lines)
    is_share = not math.isnan(row["share"])
    value = float(row["share"] if is_share else row["value"])
    if row["measure"] in ("median", "lower_quartile", "upper_quartile"):
        assert close(quartile(lines), value)
    else:
        named = ("share",) if is_share else ("mean", "score")
        assert [close(result, value) for name, result in found if name in named] == [True]
        the_sums(lines, row)
        assert [close(result, row["standard_error"]) for name, result in found if name == "error"] == [True]
        low, high = limits(lines, value)
        assert close(low, row["low"]) and close(high, row["high"])
    rounded(lines)


def redo_change(lines: Lines, row: pd.Series, test: pd.Series) -> None:
    """Do a change or difference again from its two sides: its limits and p are those of CSV and tests.csv."""
    names = list(lines)[:3]
    confidence = dict(equations(lines))["confidence"]
    sides = [(numbers(lines[name][0])[0], *numbers(lines[name][1])) for name in names if name != "printed"]
    (p, *_), (later, *_) = sides
    found = dict(equations(lines))
    assert close(found["number"], row["value"])
    q = q_of(lines["interval"][0], confidence)
    if "Newcombe" in lines["interval"][0]:
        m, n = map(number, re.findall(rf"with n = ({NUMBER}) and ({NUMBER})", lines["interval"][1])[0])

        def ends(q: float) -> tuple[float, float]:
            (low, high), (late_low, late_high) = wilson(p, n, q), wilson(later, m, q)
            d = later - p
            return (d - math.hypot(later - late_low, high - p), d + math.hypot(late_high - later, p - low))

        low, high = ends(q)
        at = brentq(lambda z: ends(z)[later < p], 1e-9, 30)
        expected = float(2 * norm.sf(at))
    else:
        error = found["error"]
        low, high = row["value"] - q * error, row["value"] + q * error
        expected = float(2 * student.sf(abs(row["value"]) / error, test["df"]))
    assert close(low, row["low"]) and close(high, row["high"])
    stated = number(re.findall(rf"p = ({NUMBER})", lines["test"][0])[0])
    assert math.isclose(stated, test["p"], rel_tol=1e-10) and math.isclose(stated, expected, rel_tol=1e-5)
    assert math.isclose(min(found["adjusted"], 1), test["adjusted_p"], rel_tol=1e-9)
    clear = " is below" in lines["level"][0]
    assert clear == (test["adjusted_p"] < 0.05) == (row["flag"] == "")
    rounded(lines)


def rows(paths: Paths, exhibit: str) -> list[tuple[str, pd.Series]]:
    """The rows of an exhibit's table, each with the reference under which it is listed."""
    references = [line.split("  ")[1] for line in list(explain(paths, exhibit))[1:]]
    table = read(paths, exhibit)
    assert len(references) == len(table) > 0
    return [(reference, table.iloc[place]) for place, reference in enumerate(references)]


def one_of_each(paths: Paths) -> Iterator[tuple[str, str, pd.Series]]:
    """Of every exhibit a row of each measure, of all respondents and of a group."""
    exhibits = read(paths, "exhibits")
    # published numbers are others', and what a sensitive question is summed from is not all shown
    for exhibit in exhibits.loc[(exhibits["kind"] != "published_bars") & (exhibits["id"] != "pay"), "id"]:
        seen = set()
        for reference, row in rows(paths, exhibit):
            kind = (row["measure"], row["by"], row["role"] == "net")
            if kind not in seen and row["flag"] != "suppressed" and row["role"] != "dkns":
                seen.add(kind)
                yield exhibit, reference, row


def its_test(paths: Paths, exhibit: str, row: pd.Series) -> pd.Series:
    tests = read(paths, "tests")
    kind = "two_waves" if row["measure"] == "change" else "two_groups"
    own = tests[(tests["exhibit"] == exhibit) & (tests["test"] == kind) & (tests["option"] == row["option"])]
    return own.iloc[0]


@pytest.mark.usefixtures("opened_once")
@pytest.mark.parametrize(
    ("survey", "expected"),
    [
        ("plain", MEASURES),
        pytest.param("raked", MEASURES, marks=pytest.mark.slow),
        ("toy_done", MEASURES_OF_THE_TOY),
    ],
)
def test_every_kind_of_number_is_redone_from_its_receipt(
    survey: str, expected: set[str], request: pytest.FixtureRequest
) -> None:
    paths: Paths = request.getfixturevalue(survey)
    measures = set()
    for exhibit, reference, row in one_of_each(paths):
        lines = receipt(paths, exhibit, reference)
        assert f"; line {row.name + 2} of " in lines["printed"][0], reference
        if row["measure"] in ("change", "difference"):
            redo_change(lines, row, its_test(paths, exhibit, row))
        else:
            redo(lines, row)
            weighted = {"weights", "effective"} if survey == "raked" else set()
            assert weighted <= set(lines), (exhibit, reference)
        measures.add(row["measure"])
    assert measures == expected


@pytest.mark.usefixtures("opened_once")
def test_a_wrong_sum_is_found(plain: Paths) -> None:
    """What redoes a receipt is no formality: with one more in a sum it fails, whatever the kind."""
    seen = set()
    for exhibit, reference, row in one_of_each(plain):
        lines = receipt(plain, exhibit, reference)
        for name in {"share", "sum", "error", "promoters", "numbers", "scores"} & set(lines):
            if name == "error" and row["standard_error"] == 0:
                continue  # nothing follows from how many times nothing
            where = {"numbers": rf"(?<=: ){NUMBER}(?=;)", "scores": rf"(?<=× ){NUMBER}"}.get(name, NUMBER)
            more = 100 if name == "numbers" else 1
            first = re.search(where, lines[name][0])
            assert first, lines[name]
            start, end = first.span()
            changed = f"{lines[name][0][:start]}{number(first[0]) + more:.12g}{lines[name][0][end:]}"
            with pytest.raises(AssertionError):
                redo(lines | {name: [changed, *lines[name][1:]]}, row)
                pytest.fail(f"{changed} passes for {lines[name][0]}")
            seen.add((row["measure"], name))
    assert {name for _, name in seen} == {"share", "sum", "error", "promoters", "numbers", "scores"}
    assert len(seen) > 20


@pytest.mark.usefixtures("opened_once")
def test_weights_are_told_group_by_group(raked: Paths) -> None:
    """Raked to one margin, the sums of a share are those of its groups: how many times which weight."""
    seen = 0
    for exhibit, reference, row in one_of_each(raked):
        lines = receipt(raked, exhibit, reference) if row["measure"] in ("option", "net", "ranked") else {}
        groups = [numbers(line) for line in lines.get("weights", []) if " of " in line and "×" in line]
        if not groups:
            continue
        seen += 1
        chosen, base = (sum(group[place] for group in groups) for place in (2, 5))
        assert close(chosen, row["weighted_respondents"]) and close(base, row["weighted_base"])
        assert sum(group[0] for group in groups) == row["respondents"]
        squares = sum(group[0] * group[1] ** 2 for group in groups)
        assert close(squares, numbers(lines["squares"][0].removeprefix("Σw²"))[0])
        assert any("target 0.55" in line and "targets.csv" in line for line in lines["weights"])
    assert seen > 8


@pytest.mark.usefixtures("opened_once")
def test_a_column_of_weights_raked_and_cut(tmp_path: Path) -> None:
    paths = workshops(tmp_path, BOTH, column=True)
    numbers_of = {
        "uses": ["saw"], "likely": ["mean", "median", "net_promoter_score"], "views": ["good.mean"],
        "together": ["saw+plane.combination"],
    }  # fmt: skip
    for exhibit, reference in [(exhibit, one) for exhibit, own in numbers_of.items() for one in own]:
        row = dict(rows(paths, exhibit))[f"{reference}.late"]
        lines = receipt(paths, exhibit, reference)
        redo(lines, row)
        assert lines["weights"][0].startswith("by the column 'W', raking to region, size")
        assert "cut to 0.3 to 2.5 times the mean" in lines["weights"][0]
        assert len(lines["weights"]) == 5  # a line a target
        results = dict(equations({"effective": lines["effective"][:1]}))
        assert close(results["effective"], row["effective_base"])


METHODS = ["wilson_design", "logit", "beta", "korn_graubard", "wald"]


@pytest.mark.usefixtures("opened_once")
@pytest.mark.parametrize("method", METHODS)
def test_other_intervals_are_redone_too(toy: Paths, method: str) -> None:
    path = toy.raw / "survey.toml"
    declared = path.read_text(encoding="utf-8")
    path.write_text(f'interval = "{method}"\n{declared}', encoding="utf-8")
    toy.report_file.write_text('exhibit = [{ id = "uses", kind = "ranked_bars", question = "uses" }]')
    run_to(toy, tables)
    for reference in ("models", "data", "models.first", "none", "other.first"):
        row = dict(rows(toy, "uses"))[reference if reference.endswith("first") else f"{reference}.second"]
        assert row["interval"] == method
        redo(receipt(toy, "uses", reference), row)


@pytest.mark.slow
@pytest.mark.usefixtures("opened_once")
def test_receipts_tell_nothing_that_tables_hide(hidden: Paths) -> None:
    suppressed = guarded = weighted = 0
    for exhibit in ("health", "stage_by_region", "uses_by_region", "likely"):
        table = read(hidden, exhibit)
        for reference, row in rows(hidden, exhibit):
            lines = receipt(hidden, exhibit, reference)
            column = table[(table[["wave", "by", "group"]] == row[["wave", "by", "group"]]).all(axis=1)]
            sums = [line for line in lines.get("chosen by", []) if " + " in line]
            cells = [line for line in lines.get("column", []) if " cells, " in line]
            if row["flag"] == "suppressed":
                suppressed += 1
                assert not {"chosen by", "share", "error", "states", "base", "weights", "given by"} & set(
                    lines
                )
                assert not cells and lines["number"][0].startswith("not shown")
            elif exhibit == "health" or (column["flag"] == "suppressed").any():
                guarded += 1
                assert not sums and "states" not in lines
                assert not cells or exhibit != "health"
            # some counts of the wave are protected, so no sum of weights goes beyond the tables
            assert not any("×" in line for line in lines.get("weights", []))
            assert not {"sum", "scores", "promoters", "numbers"} & set(lines)
            weighted += "weights" in lines
    assert suppressed > 5 and guarded > 5 and weighted > 5


@pytest.mark.usefixtures("opened_once")
def test_groups_of_a_target_are_told_only_where_each_is_large_and_nobody_is_crossed(tmp_path: Path) -> None:
    """A region by a size could tell who somebody is, and of 16 respondents 6 are small."""
    paths = workshops(tmp_path, SIZED, more=FEW)
    told = {}
    for exhibit, reference in (("uses", "saw"), ("uses_by_region", "saw.north"), ("few", "saw")):
        lines = receipt(paths, exhibit, reference)
        redo(lines, dict(rows(paths, exhibit))[f"{reference}.late"])
        told[exhibit] = [line for line in lines["weights"] if "×" in line]
        assert bool(told[exhibit]) != any("by group of size: not shown" in line for line in lines["weights"])
    assert {exhibit for exhibit, groups in told.items() if groups} == {"uses"}


def test_what_lies_around_the_median_of_a_sensitive_number_is_not_shown(plain: Paths) -> None:
    assert not (read(plain, "pay")["flag"] == "suppressed").any()
    lines = receipt(plain, "pay", "median")
    assert lines["numbers"][0].startswith("not shown") and "states" not in lines
    assert numbers(lines["median"][0]) == numbers(lines["rounding"][0])[:1]
    redo(
        receipt(plain, "pay", "mean"),
        read(plain, "pay").query("measure == 'mean' and wave == 'late'").iloc[0],
    )


def test_claims_say_what_they_rest_on(plain: Paths) -> None:
    claims, tests = read(plain, "claims"), read(plain, "tests")
    seen = set()
    for exhibit in dict.fromkeys(claims["exhibit"]):
        found: list[Lines] = []
        name = ""
        for line in list(explain(plain, exhibit, claim=True))[1:]:
            name = line[:11].strip() or name
            if line.startswith("claim "):
                found.append({})
            found[-1].setdefault(name, []).append(line[11:].strip())
        own = claims[claims["exhibit"] == exhibit].to_dict("records")
        assert len(found) == len(own)
        for lines, claim in zip(found, own, strict=True):
            seen.add(claim["claim"])
            equations(lines)
            assert lines["claim"] == [f"{claim['claim']} = {claim['of']}"]
            assert lines["verdict"][0].startswith("holds" if claim["holds"] else "does not hold")
            for line, said in zip(*[iter(lines.get("test", []))] * 2, strict=True):
                p = number(re.findall(rf"p = ({NUMBER})", said)[0])
                for place in re.findall(r"line (\d+) of tests.csv", line):
                    row = tests.loc[int(place) - 2]
                    assert math.isclose(p, row["p"], rel_tol=1e-10) and row["exhibit"] == exhibit
            if claim["claim"] == "majority":
                assert numbers(lines["interval"][0])[:2] == pytest.approx([claim["low"], claim["high"]])
            elif claim["claim"] == "top":
                stated = [number(p) for said in lines["test"] for p in re.findall(rf"p = ({NUMBER})", said)]
                assert len(stated) == claim["comparisons"] and max(stated) == pytest.approx(claim["p"])
            else:
                (adjusted,) = [result for _, result in equations({"adjusted": lines["adjusted"]})]
                assert math.isclose(min(adjusted, 1), claim["adjusted_p"], rel_tol=1e-9)
                assert f"over {claim['comparisons']} comparisons" in lines["adjusted"][0]
                stated = number(re.findall(rf"below ({NUMBER})", lines["level"][0])[0])
                assert close(stated, claim["level"]) and (stated == 0.05 or "report" in lines)
    assert seen == {"top", "majority", "higher_in", "grew", "fell", "no_clear_change"}


def test_the_level_of_a_claim_is_that_of_claims_csv(tmp_path: Path, plain: Paths) -> None:
    shutil.copytree(plain.root, tmp_path / "copy")
    paths = places.find("workshops", tmp_path / "copy")
    claims = read(paths, "claims").assign(level=0.0001)
    (paths.tables / "claims.csv").write_text(to_csv(claims), encoding="utf-8")
    lines = list(explain(paths, "reasons", claim=True))
    levels = [line for line in lines if line.startswith("level")]
    assert levels and all(line.endswith("below 0.0001") for line in levels)
    with pytest.raises(SurveyError, match="the title of 'stages' claims nothing"):
        list(explain(paths, "stages", claim=True))
    with pytest.raises(SurveyError, match="give no OPTION"):
        list(explain(paths, "uses", "saw", claim=True))


def test_a_table_that_is_not_of_the_database_has_no_receipts(toy_copy: Paths) -> None:
    path = toy_copy.tables / "uses.csv"
    written = path.read_text(encoding="utf-8")
    changed = written.replace("0.545454545455", "0.645454545455")
    assert changed != written
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(SurveyError, match=r"uses\.csv is not what database and declarations give"):
        list(explain(toy_copy, "uses", "models"))
