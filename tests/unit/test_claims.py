"""Claims of titles: each kind where it holds, where it fails by one respondent, and under weights.

What is expected is computed here from the responses themselves, by the formulas of method and textbooks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import surveys
from projects import composed, run_to, survey_command
from scipy.optimize import brentq
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from surveys import Wave

from pipeline.commands.headlines import headlines
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tables import tables
from pipeline.tidy.csv import read

SURVEY = """title = "Tools"
segments = ["size"]
[scales.yes_no]
options = { yes = "Yes", no = "No" }
nets = { for = { label = "For", options = ["yes"] } }
[questions.tool]
text = "Which tool?"
kind = "single"
options = { saw = "Saw", plane = "Plane", file = "File" }
[questions.size]
text = "Which size?"
kind = "single"
options = { small = "Small", large = "Large" }
[questions.view]
text = "Is it good?"
kind = "grid"
scale = "yes_no"
items = { light = "Light", dark = "Dark" }
"""
EXHIBIT = """[[exhibit]]
id = "tools"
kind = "{kind}"
question = "{question}"
{by}title = "It is so"
claim = {claim}
neutral = "Tools"
"""


@dataclass(frozen=True)
class Person:
    """One response: which tool, which size, which views, and what it weighs."""

    tool: str = "Saw"
    size: str = "Small"
    light: str = ""
    dark: str = ""
    weight: float = 1.0


def people(*counts: tuple[int, Person]) -> list[Person]:
    return [person for count, person in counts for _ in range(count)]


def lay_out(folder: Path, waves: dict[str, list[Person]], report: str, weighted: bool = False) -> Paths:
    head = ["ID", "W", "Which tool?", "Which size?", "Is it good? [Light]", "Is it good? [Dark]"]
    role = 'id = "ID"\n' + ('weight = "W"' if weighted else 'drop = "W"')
    written = {}
    for number, (name, persons) in enumerate(waves.items()):
        rows = [
            [f"{name}-{place}", person.weight, person.tool, person.size, person.light, person.dark]
            for place, person in enumerate(persons)
        ]
        written[name] = Wave([head, *rows], respondents=role, title=f"Tools {number}")
    paths = surveys.lay_out(folder, "tools", SURVEY, written, report)
    run_to(paths, normalise)
    return paths


def verdicts(
    folder: Path, waves: dict[str, list[Person]], claim: str, weighted: bool = False, **exhibit: str
) -> pd.DataFrame:
    """The table of claims of a draft of an exhibit that claims `claim`."""
    kind, question = exhibit.get("kind", "ranked_bars"), exhibit.get("question", "tool")
    by = f'by = "{exhibit["by"]}"\n' if "by" in exhibit else ""
    report = EXHIBIT.format(kind=kind, question=question, by=by, claim=claim) + exhibit.get("more", "")
    return composed(lay_out(folder, waves, report, weighted), draft=True)["claims"]


# what is expected, from the responses


def linearised(persons: list[Person], influence: Callable[[Person], float]) -> float:
    """The standard error of a sum of influences over a sample: √(n/(n−1) Σ(wz)²)."""
    n = len(persons)
    return math.sqrt(n / (n - 1) * sum((p.weight * influence(p)) ** 2 for p in persons))


def share(persons: list[Person], chosen: Callable[[Person], bool]) -> float:
    return sum(p.weight for p in persons if chosen(p)) / sum(p.weight for p in persons)


def two_sided(difference: float, error: float, df: int) -> float:
    return float(2 * student.sf(abs(difference) / error, df))


def p_of_top(persons: list[Person], one: str = "Saw", other: str = "Plane") -> float:
    total = sum(p.weight for p in persons)
    difference = share(persons, lambda p: p.tool == one) - share(persons, lambda p: p.tool == other)
    error = linearised(persons, lambda p: ((p.tool == one) - (p.tool == other) - difference) / total)
    return two_sided(difference, error, len(persons) - 1)


def effective(persons: list[Person], chosen: Callable[[Person], bool], n: int) -> float:
    """How many equally weighted cases a share of `persons` is worth, in a sample of `n` in all."""
    weights, p = [q.weight for q in persons], share(persons, chosen)
    if len(set(weights)) == 1:
        return len(persons)
    kish = sum(weights) ** 2 / sum(w**2 for w in weights)
    deviations = sum((q.weight * (chosen(q) - p)) ** 2 for q in persons)
    error = math.sqrt(n / (n - 1) * deviations) / sum(weights)
    return min(kish, p * (1 - p) / error**2) if error else kish


def newcombes(one: list[Person], other: list[Person], tool: str, n: tuple[int, int]) -> float:
    """The p at which the interval of Newcombe's method 10 for a difference of shares reaches 0."""

    def is_tool(person: Person) -> bool:
        return person.tool == tool

    sides = [(share(own, is_tool), effective(own, is_tool, of)) for own, of in ((one, n[0]), (other, n[1]))]

    def nearer(log: float) -> float:
        (p, size), (q, other_size) = sides
        low, high = confint_proportions_2indep(
            p * size, size, q * other_size, other_size, method="newcomb", alpha=math.exp(log)
        )
        return float(low if p > q else -high)

    return math.exp(brentq(nearer, -60, -1e-9, xtol=1e-13))


def p_of_higher(persons: list[Person], tool: str = "Saw", group: str = "Small") -> float:
    own, others = ([p for p in persons if (p.size == group) == inside] for inside in (True, False))
    return newcombes(own, others, tool, (len(persons), len(persons)))


def p_of_change(early: list[Person], late: list[Person], tool: str) -> float:
    return newcombes(late, early, tool, (len(late), len(early)))


def crossing(found: Callable[[int], bool], start: int) -> int:
    """The first number from `start` on of which something is true."""
    return next(number for number in range(start, 400) if found(number))


# top


def tooled(saws: int, planes: int, files: int, weight: float = 1.0) -> list[Person]:
    tools = ((saws, "Saw"), (planes, "Plane"), (files, "File"))
    return people(*((count, Person(tool, weight=weight)) for count, tool in tools))


def test_top_holds_from_one_respondent_on(tmp_path: Path) -> None:
    enough = crossing(lambda saws: p_of_top(tooled(saws, 30, 20)) < 0.05, 31)
    for saws, holds in ((enough, True), (enough - 1, False)):
        persons = tooled(saws, 30, 20)
        (row,) = verdicts(tmp_path / str(saws), {"w": persons}, '{ top = "saw" }').to_dict("records")
        assert row["holds"] is holds
        assert (row["first"], row["second"], row["comparisons"]) == ("saw", "plane", 2)
        assert row["p"] == row["adjusted_p"] == pytest.approx(p_of_top(persons), rel=1e-9)
        assert row["difference"] == pytest.approx((saws - 30) / len(persons))


def test_top_under_weights(tmp_path: Path) -> None:
    # counted alike saws lead; weighed, planes do
    persons = tooled(80, 0, 10) + tooled(0, 30, 0, weight=4.0)
    named = verdicts(tmp_path / "named", {"w": persons}, '{ top = "saw" }', weighted=True).iloc[0]
    assert not named["holds"]
    assert named["difference"] < 0
    assert verdicts(tmp_path / "equal", {"w": persons}, '{ top = "saw" }')["holds"].all()
    other = verdicts(tmp_path / "other", {"w": persons}, '{ top = "plane" }', weighted=True).iloc[0]
    assert other["p"] == pytest.approx(p_of_top(persons, "Plane", "Saw"), rel=1e-9)
    assert other["holds"] == (other["p"] < 0.05)


def test_what_is_clearly_behind_is_not_first(tmp_path: Path) -> None:
    row = verdicts(tmp_path, {"w": tooled(20, 60, 10)}, '{ top = "saw" }').iloc[0]
    assert row["p"] < 0.001
    assert row["difference"] < 0
    assert not row["holds"]


def test_several_at_the_top_all_beat_the_others(tmp_path: Path) -> None:
    persons = tooled(60, 58, 20)
    both = verdicts(tmp_path / "both", {"w": persons}, '{ top = ["saw", "plane"] }').iloc[0]
    assert both["holds"]
    assert (both["first"], both["second"]) == ("plane", "file")
    assert not verdicts(tmp_path / "one", {"w": persons}, '{ top = "saw" }')["holds"].any()


def viewed(*counts: tuple[int, str, str]) -> list[Person]:
    return people(*((count, Person(light=light, dark=dark)) for count, light, dark in counts))


def test_top_of_items_that_different_people_answered(tmp_path: Path) -> None:
    persons = viewed(
        (40, "Yes", "No"), (20, "Yes", "Yes"), (10, "No", "Yes"), (15, "Yes", ""), (12, "", "Yes")
    )
    row = verdicts(
        tmp_path, {"w": persons}, '{ top = "light.for" }', kind="scale_bars", question="view"
    ).iloc[0]
    bases = {item: sum(getattr(p, item) != "" for p in persons) for item in ("light", "dark")}
    yes = {item: sum(getattr(p, item) == "Yes" for p in persons) / bases[item] for item in bases}

    def influence(person: Person) -> float:
        parts = [
            ((getattr(person, item) == "Yes") - yes[item]) / bases[item] if getattr(person, item) else 0.0
            for item in ("light", "dark")
        ]
        return parts[0] - parts[1]

    error = linearised(persons, influence)
    assert row["difference"] == pytest.approx(yes["light"] - yes["dark"])
    assert row["p"] == pytest.approx(two_sided(yes["light"] - yes["dark"], error, len(persons) - 1), rel=1e-9)
    assert row["holds"]


# majority


def test_majority_holds_from_one_respondent_on(tmp_path: Path) -> None:
    def low(saws: int) -> float:
        return float(proportion_confint(saws, 100, method="wilson")[0])

    enough = crossing(lambda saws: low(saws) > 0.5, 51)
    for saws, holds in ((enough, True), (enough - 1, False)):
        persons = tooled(saws, 100 - saws, 0)
        row = verdicts(tmp_path / str(saws), {"w": persons}, '{ majority = "saw" }').iloc[0]
        assert row["holds"] == holds
        assert row["low"] == pytest.approx(low(saws), rel=1e-9)


def test_majority_under_weights(tmp_path: Path) -> None:
    persons = tooled(62, 0, 0) + tooled(0, 19, 0, weight=2.0)  # 62 of 100, and the half by effective size
    total, squares = sum(p.weight for p in persons), sum(p.weight**2 for p in persons)
    size = effective(persons, lambda p: p.tool == "Saw", len(persons))
    assert size < total**2 / squares  # who weighs more answers otherwise
    # Wilson's interval with the t of that size, as one of the normal distribution at another level
    alpha = 2 * float(norm.sf(student.ppf(0.975, size - 1)))
    low = float(proportion_confint(0.62 * size, size, method="wilson", alpha=alpha)[0])
    row = verdicts(tmp_path / "w", {"w": persons}, '{ majority = "saw" }', weighted=True).iloc[0]
    assert row["estimate"] == pytest.approx(0.62)
    assert row["low"] == pytest.approx(low, rel=1e-9)
    assert row["holds"] == (low > 0.5)
    assert verdicts(tmp_path / "e", {"w": persons}, '{ majority = "saw" }')["holds"].all()


# higher_in


def sized(small: int, large: int, n: int = 80, weight: float = 1.0) -> list[Person]:
    """`n` small and `n` large, of whom so many have a saw, the others a plane."""
    return people(
        (small, Person("Saw", "Small", weight=weight)), (n - small, Person("Plane", "Small", weight=weight)),
        (large, Person("Saw", "Large")), (n - large, Person("Plane", "Large")),
    )  # fmt: skip


BY_SIZE = {"kind": "segment_panels", "by": "size"}


def test_higher_in_holds_from_one_respondent_on(tmp_path: Path) -> None:
    # saws and planes in two groups are four comparisons of the same p, and files, which nobody has, two more
    enough = crossing(lambda small: 6 * p_of_higher(sized(small, 30)) < 0.05, 31)
    for small, holds in ((enough, True), (enough - 1, False)):
        persons = sized(small, 30)
        row = verdicts(tmp_path / str(small), {"w": persons}, '{ higher_in = "saw.small" }', **BY_SIZE).iloc[
            0
        ]
        assert row["p"] == pytest.approx(p_of_higher(persons), rel=1e-9)
        assert row["holds"] == holds
        assert row["difference"] == pytest.approx((small - 30) / 80)
        assert row["against"] == pytest.approx(30 / 80)


def test_higher_in_under_weights(tmp_path: Path) -> None:
    persons = people(
        (30, Person("Saw", "Small", weight=1.0)), (30, Person("Plane", "Small", weight=4.0)),
        (20, Person("Saw", "Large")), (60, Person("Plane", "Large")),
    )  # fmt: skip
    row = verdicts(tmp_path / "w", {"w": persons}, '{ higher_in = "saw.small" }', True, **BY_SIZE).iloc[0]
    assert row["p"] == pytest.approx(p_of_higher(persons), rel=1e-9)
    assert row["difference"] == pytest.approx(30 / 150 - 20 / 80)
    assert not row["holds"]
    assert verdicts(tmp_path / "e", {"w": persons}, '{ higher_in = "saw.small" }', **BY_SIZE)["holds"].all()


def test_higher_in_of_two_groups_compares_these_two(tmp_path: Path) -> None:
    persons = sized(50, 30)
    for reference, holds in (("saw.small", True), ("plane.large", True), ("saw.large", False)):
        rows = verdicts(
            tmp_path / reference,
            {"w": persons},
            f'{{ higher_in = "{reference}" }}',
            kind="dumbbell",
            by="size",
        )
        assert rows["holds"].tolist() == [holds], rows["said"].tolist()


# grew, fell, no_clear_change


def changed(late: int, early: int = 40, n: int = 100) -> dict[str, list[Person]]:
    return {"w1": tooled(early, n - early, 0), "w2": tooled(late, n - late, 0)}


def is_clear(late: int, level: float, early: int = 40, n: int = 100) -> bool:
    """Whether Newcombe excludes 0 at the level of Holm: saws, planes (their mirror) and files are three."""
    low, high = confint_proportions_2indep(late, n, early, n, method="newcomb", alpha=level / 3)
    return bool(low > 0 or high < 0)


@pytest.mark.parametrize("claim", ["grew", "fell", "no_clear_change"])
def test_a_change_holds_from_one_respondent_on(tmp_path: Path, claim: str) -> None:
    # two families, of tools and of sizes, and one of them is selected; that there is no change needs no level
    level = 0.05 if claim == "no_clear_change" else 0.05 / 2
    up = crossing(lambda late: is_clear(late, level), 41)
    down = next(late for late in range(39, 0, -1) if is_clear(late, level))
    cases = {
        "grew": [(up, True), (up - 1, False), (down, False)],
        "fell": [(down, True), (down + 1, False), (up, False)],
        "no_clear_change": [(up - 1, True), (up, False), (down, False), (40, True)],
    }
    for late, holds in cases[claim]:
        row = verdicts(tmp_path / str(late), changed(late), f'{{ {claim} = "saw" }}', kind="dumbbell").iloc[0]
        assert row["holds"] == holds, row["said"]
        assert row["level"] == level
        assert (row["low"] > 0 or row["high"] < 0) == is_clear(late, level)
        assert (row["first"], row["second"]) == ("w2", "w1")
        assert row["difference"] == pytest.approx((late - 40) / 100)


@pytest.mark.parametrize("claim", ["grew", "fell", "no_clear_change"])
def test_a_change_under_weights(tmp_path: Path, claim: str) -> None:
    early = tooled(40, 60, 0)
    late = tooled(0, 30, 0, weight=3.0) + tooled(70, 0, 0)
    tool = "saw" if claim != "fell" else "plane"
    for weighted in (True, False):
        row = verdicts(
            tmp_path / str(weighted),
            {"w1": early, "w2": late},
            f'{{ {claim} = "{tool}" }}',
            weighted,
            kind="dumbbell",
        ).iloc[0]
        # 40% to 70% of 100 is clear; weighed, it is 40% to 44%
        assert row["holds"] == ((claim == "no_clear_change") == weighted)
        if weighted:
            assert row["p"] == pytest.approx(p_of_change(early, late, tool.capitalize()), rel=1e-9)


def test_changes_of_three_waves_are_adjusted_together(tmp_path: Path) -> None:
    waves = {"w1": tooled(40, 60, 0), "w2": tooled(52, 48, 0), "w3": tooled(70, 30, 0)}
    claims = '{ grew = ["saw.w1.w3", "saw.w2", "saw"] }'
    rows = verdicts(tmp_path, waves, claims, kind="trend_lines")
    assert rows["comparisons"].tolist() == [9, 9, 9]  # three lines, three pairs of waves
    assert rows[["second", "first"]].to_numpy().tolist() == [["w1", "w3"], ["w2", "w3"], ["w2", "w3"]]
    assert rows["holds"].tolist() == [True, False, False]


# what stops a run


def test_a_failing_claim_stops_the_run_with_its_numbers(tmp_path: Path) -> None:
    report = EXHIBIT.format(kind="ranked_bars", question="tool", by="", claim='{ top = "plane" }')
    paths = lay_out(tmp_path, {"w": tooled(40, 30, 20)}, report)
    run = survey_command(tmp_path, "tables", "--survey", "tools")
    assert run.returncode == 1
    assert "raw/tools/report.toml:6: the claim top = plane does not hold: “Plane” 33%" in run.stderr
    assert "not clearly ahead of “Saw” 44%: −11 points" in run.stderr
    assert "Traceback" not in run.stderr
    assert not paths.tables.exists()
    draft = survey_command(tmp_path, "tables", "--survey", "tools", "--draft")
    assert draft.returncode == 0
    assert "draft: tools: the claim top = plane does not hold" in draft.stderr
    assert read(paths, "exhibits")["title"].tolist() == ["Tools"]
    assert read(paths, "claims")["holds"].tolist() == [False]


def test_too_few_and_other_shapes_can_claim_nothing(tmp_path: Path) -> None:
    few = verdicts(tmp_path / "few", {"w": tooled(29, 0, 0)}, '{ majority = "saw" }')
    assert not few["holds"].any()
    assert "fewer than 30 respondents" in few["said"][0]
    for place, (claim, kind, said) in enumerate((
        ('{ grew = "saw" }', "ranked_bars", "grew is tested between waves"),
        ('{ higher_in = "saw.small" }', "ranked_bars", "higher_in is tested where groups are compared"),
        ('{ top = "saw" }', "dumbbell", "top is tested on the answers of all respondents"),
        ('{ top = "swa" }', "ranked_bars", "no 'swa' in the table; did you mean 'saw'"),
    )):  # fmt: skip
        waves = changed(50) if kind == "dumbbell" else {"w": tooled(40, 30, 0)}
        with pytest.raises(SurveyError, match=said):
            verdicts(tmp_path / str(place), waves, claim, kind=kind)


def test_every_headline_suggested_is_one_that_passes(tmp_path: Path) -> None:
    report = EXHIBIT.format(
        kind="segment_panels", question="tool", by='by = "size"\n', claim='{ higher_in = "saw.small" }'
    )
    more = EXHIBIT.replace('"tools"', '"all"').format(
        kind="ranked_bars", question="tool", by="", claim='{ top = "saw" }'
    )
    trend = EXHIBIT.replace('"tools"', '"trend"').format(
        kind="dumbbell", question="tool", by="", claim='{ grew = "saw" }'
    )
    waves = {"w1": sized(20, 20), "w2": sized(70, 30)}
    paths = lay_out(tmp_path, waves, report + more + trend)
    lines = list(headlines(paths))
    claims = [line for line in lines if line.startswith("claim = ")]
    assert {line.split()[3] for line in claims} >= {"higher_in", "top", "majority", "grew"}
    titles = [line for line in lines if line.startswith("title = ")]
    assert len(titles) == len(claims) > 5
    by_id = {
        "tools": ("segment_panels", 'by = "size"\n'),
        "all": ("ranked_bars", ""),
        "trend": ("dumbbell", ""),
    }
    blocks = list(_pasted(lines, by_id))
    (paths.raw / "report.toml").write_text("".join(blocks))
    tables(paths)  # none of them fails
    assert read(paths, "claims")["holds"].all()


def _pasted(lines: list[str], by_id: dict[str, tuple[str, str]]) -> Iterator[str]:
    """An exhibit for every suggestion."""
    exhibit, title, number = "", "", 0
    for line in lines:
        if line.startswith("# Figure"):
            exhibit = line.split("(")[-1].split(")")[0]
        elif line.startswith("title"):
            title = line
        elif line.startswith("claim"):
            kind, by = by_id[exhibit]
            number += 1
            block = EXHIBIT.replace(
                'title = "It is so"\nclaim = {claim}',
                f"{title}\n{line}".replace("{", "{{").replace("}", "}}"),
            )
            block = block.format(kind=kind, question="tool", by=by).replace(
                '"tools"', f'"{exhibit}_{number}"'
            )
            yield block.replace(f"{{{exhibit}.", f"{{{exhibit}_{number}.")


def test_the_weights_of_the_tests_are_random_once(tmp_path: Path) -> None:
    """A sample of uneven weights: the p of `top` is that of the linearised difference."""
    random = np.random.default_rng(7)
    persons = [
        Person(str(random.choice(["Saw", "Plane", "File"], p=[0.5, 0.3, 0.2])), weight=round(float(w), 6))
        for w in random.lognormal(0, 0.8, 150)
    ]
    row = verdicts(tmp_path, {"w": persons}, '{ top = "saw" }', weighted=True).iloc[0]
    assert row["p"] == pytest.approx(p_of_top(persons, "Saw", row["second"].capitalize()), rel=1e-6)
