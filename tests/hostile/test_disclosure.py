"""Disclosure control: what follows from published counts, what is hidden, and what the attack finds then."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import ROOT, copy_of, digest, few_of, make_project, run_all

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Bands
from pipeline.disclosure import protect
from pipeline.disclosure.conditions import Count, Sum, Union
from pipeline.disclosure.counts import Published
from pipeline.disclosure.flags import flagged
from pipeline.disclosure.protect import Hidden
from pipeline.disclosure.ranges import Component, _Program
from pipeline.disclosure.rules import Rules
from pipeline.exhibits import attack
from pipeline.exhibits.run import opened
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import DEFAULT_SURVEY, Paths
from pipeline.tables import tables
from pipeline.tidy.csv import read
from pipeline.tidy.tables import BLANKED

ANSWER, GROUP = ("answer", "q", ""), ("answer", "region", "")


def at(answer: str = "", group: str = "") -> frozenset[tuple[tuple[str, ...], frozenset[str]]]:
    """The people with one of some answers, in one of some groups: `"ab"` is a or b."""
    return frozenset(
        (dimension, frozenset(cells)) for dimension, cells in ((ANSWER, answer), (GROUP, group)) if cells
    )


def table(numbers: Mapping[tuple[str, str], int], hidden: Sequence[tuple[str, str]]) -> Component:
    """Counts of answers a, b, c by groups x, y, z with their totals and bases, some of them hidden."""
    people = sum(numbers.values())
    counts = [
        Count(at(a, g), n, float(n + 1), (a, g) in hidden, (a, g) in hidden) for (a, g), n in numbers.items()
    ]
    for answer in "abc":
        counts.append(Count(at(answer), sum(n for (a, _), n in numbers.items() if a == answer)))
    for group in "xyz":
        counts.append(Count(at("abc", group), sum(n for (_, g), n in numbers.items() if g == group)))
    counts.append(Count(at("abc"), people))
    return Component(counts, {ANSWER: list("abc"), GROUP: list("xyz")}, people)


def possible(numbers: Mapping[tuple[str, str], int], hidden: Sequence[tuple[str, str]]) -> list[dict]:
    """Every table with the same totals and the same counts that are not hidden, by trying all."""
    keys = list(hidden)
    most = [
        min(
            sum(n for (a, _), n in numbers.items() if a == key[0]),
            sum(n for (_, g), n in numbers.items() if g == key[1]),
        )
        for key in keys
    ]
    found = []
    for tried in itertools.product(*(range(top + 1) for top in most)):
        other = dict(numbers) | dict(zip(keys, tried, strict=True))
        rows = all(sum(other[a, g] - numbers[a, g] for g in "xyz") == 0 for a in "abc")
        if rows and all(sum(other[a, g] - numbers[a, g] for a in "abc") == 0 for g in "xyz"):
            found.append(other)
    return found


def test_what_is_left_of_a_total_is_the_hidden_count() -> None:
    numbers = {(a, g): 10 for a in "abc" for g in "xyz"} | {("a", "x"): 3}
    ((_, (low, high)),) = table(numbers, [("a", "x")]).narrow(5)
    assert (low, high) == (3, 3)


def test_a_square_of_hidden_counts_protects_them() -> None:
    numbers = {(a, g): 10 for a in "abc" for g in "xyz"} | {("a", "x"): 3}
    square = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    assert table(numbers, square).narrow(5) == []
    three = table(numbers, square[:3]).narrow(5)
    assert [ends for _, ends in three] == [(3, 3), (10, 10), (10, 10)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=9, max_size=9),
    st.sets(st.sampled_from([(a, g) for a in "abc" for g in "xyz"]), min_size=1, max_size=5),
)
def test_ranges_are_those_of_all_tables_that_fit(cells: list[int], hidden: set[tuple[str, str]]) -> None:
    numbers = dict(zip(((a, g) for a in "abc" for g in "xyz"), cells, strict=True))
    those = sorted(hidden)
    tables = possible(numbers, those)
    assert numbers in tables
    # whoever knows only totals and bases can tell as much as this
    every = possible(numbers, sorted(numbers)) if sum(cells) < 13 else None
    component = table(numbers, those)
    ranges = component._ranges(
        component_program(component), {place: 10**6 for place in range(9) if component.counts[place].hidden}
    )
    for place, (low, high) in ranges.items():
        key = list(numbers)[place]
        values = [other[key] for other in tables]
        assert (low, high) == (min(values), max(values))
    told = dict(component.narrow(5))
    for place, key in enumerate(numbers):
        if key in hidden and every is not None:
            width = max(t[key] for t in tables) - min(t[key] for t in tables)
            widest = max(t[key] for t in every) - min(t[key] for t in every)
            assert (place in told) == (width < min(5, widest))


def component_program(component: Component) -> _Program:
    """The program of a component as it is published now."""
    return _Program(component, [count.hidden for count in component.counts])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 12), min_size=9, max_size=9),
    st.sets(st.sampled_from([(a, g) for a in "abc" for g in "xyz"]), min_size=1, max_size=3),
)
def test_settling_leaves_nothing_to_tell(cells: list[int], hidden: set[tuple[str, str]]) -> None:
    numbers = dict(zip(((a, g) for a in "abc" for g in "xyz"), cells, strict=True))
    component = table(numbers, sorted(hidden))
    component.settle(5)
    again = table(numbers, [])
    for own, settled in zip(again.counts, component.counts, strict=True):
        own.hidden, own.protected = settled.hidden, settled.protected
        assert not own.hidden or own.cost is not None
        own.value = own.value if not own.hidden else 0
    assert again.narrow(5) == []


def test_a_total_of_mentions_tells_what_it_lacks() -> None:
    box, other = (("box", "q", name) for name in "ab")
    chosen, rest = frozenset(["chosen"]), frozenset(["rest"])
    counts = [
        Count(frozenset([(box, chosen)]), 3, 1.0, True, True),
        Count(frozenset([(other, chosen)]), 20, 1.0),
        *(Count(frozenset([(own, chosen | rest)]), 40) for own in (box, other)),
    ]
    cells = {own: ["chosen", "rest"] for own in (box, other)}
    both = (counts[0].conditions, counts[1].conditions)
    assert Component(counts, cells, 40).narrow(5) == []
    exact = Component(counts, cells, 40, [Sum(both, 23, 23)])
    assert exact.narrow(5) == [(0, (3, 3))]
    assert Component(counts, cells, 40, [Sum(both, 15, 24)]).narrow(5) == [(0, (0, 4))]


def test_a_net_of_a_multiple_choice_is_at_least_each_of_its_options() -> None:
    net, box = ("net", "q", "any"), ("box", "q", "a")
    chosen, base = frozenset(["chosen"]), frozenset(["chosen", "rest"])
    counts = [
        Count(frozenset([(box, chosen)]), 6, 1.0, True, True),
        Count(frozenset([(net, chosen)]), 7),
        *(Count(frozenset([(own, base)]), 40) for own in (box, net)),
    ]
    cells = {own: ["chosen", "rest"] for own in (box, net)}
    union = Union(counts[1].conditions, (counts[0].conditions,))
    assert Component(counts, cells, 40, (), [union]).narrow(10) == []
    # nobody else is in the net: all of it is the one option
    assert Component(counts, cells, 40, (), [union]).narrow(5) == []
    ranges = Component(counts, cells, 40, (), [union])
    assert ranges._ranges(component_program(ranges), {0: 99}) == {0: (7, 7)}


# whole surveys

SURVEY = Survey.model_validate(
    {
        "title": "Random",
        "segments": ["region", "size", "gender"],
        "scales": {
            "much": {
                "options": {"low": "Low", "mid": "Mid", "high": "High", "dkns": "Don't know"},
                "scores": [1, 2, 3],
                "nets": {"some": ["mid", "high"]},
            }
        },
        "questions": {
            "region": {"kind": "single", "options": {"a": "A", "b": "B", "c": "C", "d": "D"}},
            "size": {"kind": "single", "options": {"s": "S", "m": "M", "l": "L"}},
            "gender": {
                "kind": "single",
                "options": {"f": "F", "m": "M", "x": "X", "dkns": "Rather not say"},
                "sensitive": True,
            },
            "health": {"kind": "single", "options": {"good": "Good", "bad": "Bad"}, "sensitive": True},
            "tools": {
                "kind": "multiple",
                "options": {"git": "Git", "ci": "CI", "chat": "Chat", "none": "None"},
                "nets": {"any": ["git", "ci"]},
            },
            "rating": {"kind": "grid", "scale": "much", "items": {"one": "One", "two": "Two"}},
        },
    }
)
BANDS = {"wide": Bands.model_validate({"of": "region", "groups": {"west": ["a", "b"], "east": ["c", "d"]}})}
RULES = Rules(SURVEY, BANDS)


def people(seed: int) -> pd.DataFrame:
    """Random respondents, some of whom skip questions."""
    random = np.random.default_rng(seed)
    n = int(random.integers(25, 160))
    columns: dict[str, object] = {}
    for name, asked in SURVEY.questions.items():
        options = list(SURVEY.options(name))
        for item in asked.items or [""]:
            if asked.kind == "multiple":
                ticks = random.random((n, len(options) - 1)) < random.uniform(0.05, 0.6)
                own = [frozenset(o for o, t in zip(options, row, strict=False) if t) for row in ticks]
                columns[name] = [chosen or frozenset(["none"]) for chosen in own]
            else:
                odds = random.dirichlet(np.full(len(options), 0.6))
                columns[f"{name}.{item}"] = random.choice(options, n, p=odds)
    frame = pd.DataFrame(columns).astype(object)
    for column in frame:
        frame.loc[random.random(n) < random.choice([0.0, 0.02, 0.2]), column] = None
    return frame


def rows(
    data: pd.DataFrame, segments: Sequence[str], questions: Sequence[str], dkns: str = "keep"
) -> Iterator[dict[str, object]]:
    """The estimates of some questions, counted here one by one."""
    groups = [("", "", frozenset[str]())]
    for segment in segments:
        if segment in BANDS:
            groups += [(segment, g, frozenset(own.options)) for g, own in BANDS[segment].groups.items()]
        else:
            own_options = [o for o in SURVEY.options(segment) if o != "dkns"]
            groups += [(segment, o, frozenset([o])) for o in own_options]
    for name, asked in ((name, SURVEY.questions[name]) for name in questions):
        for item in asked.items or [""]:
            for by, group, options in groups:
                inside = data
                if by:
                    of = BANDS[by].of if by in BANDS else by
                    inside = data[data[f"{of}."].isin(options)]
                    if inside.empty:
                        continue
                column = inside[name if asked.kind == "multiple" else f"{name}.{item}"].dropna()
                sets = [own if isinstance(own, frozenset) else frozenset([own]) for own in column]
                valid = [own for own in sets if dkns == "keep" or own != {"dkns"}]
                counted = {o: ("option", frozenset([o])) for o in SURVEY.options(name)}
                if dkns == "exclude":
                    counted.pop("dkns", None)
                mentions = sum(len(own & counted.keys()) for own in valid)
                counted |= {net: ("net", frozenset(members)) for net, members in SURVEY.nets(name).items()}
                for option, (measure, members) in counted.items():
                    role = SURVEY.options(name)[option].role if measure == "option" else "net"
                    yield {
                        "wave": "w", "question": name, "item": item, "option": option, "measure": measure,
                        "role": role, "by": by, "group": group,
                        "respondents": sum(bool(own & members) for own in valid),
                        "sample_size": len(sets), "valid_cases": len(valid),
                        "total_mentions": mentions if asked.kind == "multiple" else None,
                    }  # fmt: skip


def survey(seed: int) -> list[Published]:
    """What a random survey publishes: all questions by all segments, and exhibits by bands or filtered."""
    data = people(seed)
    of_region = data[data["region."].isin(["a", "b"])]
    with_git = data[[isinstance(own, frozenset) and "git" in own for own in data["tools"]]]
    every = list(SURVEY.questions)
    question = every[seed % len(every)]
    single = "rating" if question == "tools" and seed > len(every) * 2 else question  # the other is slow
    extra = [
        (rows(data, ["wide"], every, "exclude"), {}, "exclude"),
        (rows(of_region, ["size"], [single]), {"region": ["a", "b"]}, "keep"),
        (rows(with_git, ["size"], [question]), {"tools": ["git"]}, "keep"),
    ]
    frames = [(rows(data, ["region", "size", "gender"], every), {}, "keep"), extra[seed % len(extra)]]
    out = []
    for found, where, dkns in frames:
        frame = pd.DataFrame(list(found))
        for column in BLANKED:
            if column not in frame:
                frame[column] = 0.5
        frame["total_mentions"] = frame["total_mentions"].astype("Int64")
        out.append(Published(frame.assign(flag=""), where, dkns))
    return out


@pytest.mark.parametrize("seed", few_of(range(24), 2))
def test_the_attack_finds_counts_without_suppression_and_none_with_it(seed: int) -> None:
    published = survey(seed)
    size = {"w": len(people(seed))}
    hidden = protect.protect(published, RULES, size)
    protected = protect.protected(published, RULES, size)
    small = [flagged(own.frame, RULES.base) for own in published]
    shown = [protect.hide(frame, blank) for frame, blank in zip(small, hidden, strict=True)]

    def told(frames: Sequence[pd.DataFrame]) -> int:
        tried = [Published(f, own.where, own.dkns) for f, own in zip(frames, published, strict=True)]
        return len(protect.pinned(tried, RULES, size, protected))

    assert told([own.frame for own in published]) > 0
    assert told(small) > 0
    assert told(shown) == 0
    before, after = (sum(int((f["flag"] == "suppressed").sum()) for f in frames) for frames in (small, shown))
    print(f"seed {seed}: {len(protected)} protected, {before} suppressed for their base, {after} in all")
    for whole in (own for own in shown if (own["by"] == "gender").any()):
        one_way = whole[
            (whole["question"] == "gender") & (whole["by"] == "") & (whole["flag"] == "suppressed")
        ]
        columns = whole[(whole["by"] == "gender") & whole["group"].isin(one_way["option"])]
        columns = columns[columns["question"] != "gender"]
        assert columns["respondents"].isna().all() and columns["sample_size"].isna().all()


# a whole run

SENSITIVE = ("region", "role", "stage", "blocker_severity")


@pytest.fixture(scope="module")
def sensitive(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The default survey, with a segment and some questions called sensitive, every stage run."""
    paths = make_project(tmp_path_factory.mktemp("sensitive"), DEFAULT_SURVEY, ROOT / "raw" / DEFAULT_SURVEY)
    text = paths.questionnaire.read_text()
    for question in SENSITIVE:
        heading = f"[questions.{question}]\n"
        assert heading in text
        text = text.replace(heading, f"{heading}sensitive = true\n")
    paths.questionnaire.write_text(text[: text.index("\n[public]")] + "\n")
    run_all(paths)
    return paths


@pytest.mark.slow
def test_a_survey_with_sensitive_questions_is_told_to_the_end(sensitive: Paths) -> None:
    few = 0
    for name in SENSITIVE:
        rows = read(sensitive, f"frequencies/{name}")
        assert not rows["respondents"].between(1, 4).any()
        few += int(((rows["flag"] == "suppressed") & (rows["valid_cases"] >= 10)).sum())
        # what only its column tells goes with a hidden count
        values = rows[rows["value"].notna()]
        keys = ["wave", "item", "by", "group"]
        hidden = rows[(rows["flag"] == "suppressed")][keys].drop_duplicates()
        assert values.merge(hidden, on=keys).empty
    assert few > 20
    page = sensitive.report.read_text("utf-8")
    assert "[c]" in page and "would tell of a few people" in page


@pytest.mark.slow
def test_a_run_that_would_tell_is_not_written(
    sensitive: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = copy_of(sensitive, tmp_path)
    before = digest(paths.tables)
    # else what the first run kept would be used
    paths.estimates.unlink()

    def nothing(published: Sequence[Published], *others: Any) -> list[Hidden]:
        none = [np.zeros(len(own.frame), dtype=bool) for own in published]
        return [Hidden(blank, blank, blank) for blank in none]

    monkeypatch.setattr(protect, "protect", nothing)
    with pytest.raises(
        SurveyError, match="could tell what is protected, so nothing was written:\n  2024: how"
    ):
        tables(paths)
    assert digest(paths.tables) == before


@pytest.mark.slow
def test_the_attack_on_the_default_survey_finds_nothing_and_its_cost_is_printed(tmp_path: Path) -> None:
    paths = make_project(tmp_path, DEFAULT_SURVEY, ROOT / "raw" / DEFAULT_SURVEY)
    ingest(paths)
    normalise(paths)
    with opened(paths) as run:
        said = list(attack.report(run.estimated))
    found = [int(re.sub(r"\D", "", line.split(":")[1])) for line in said[1:4]]
    assert found[0] > found[1] > 100 and found[2] == 0
    assert said[-1].startswith("cost: ")
    assert "\n".join(said) in (ROOT / "docs" / "privacy.md").read_text()


def test_numbers_left_beside_what_is_suppressed_are_found() -> None:
    row = {
        "wave": "w",
        "question": "q",
        "item": "",
        "option": "a",
        "measure": "option",
        "by": "",
        "group": "",
    }
    frame = pd.DataFrame([row | dict.fromkeys(BLANKED) | {"share": 0.5, "flag": "suppressed"}])
    sides = {
        f"{side}{what}": value
        for side in ("early", "late")
        for what, value in (("", "w"), ("_estimate", 0.5))
    }
    changes = pd.DataFrame([row | sides])
    said = list(attack._left_behind([frame], changes))
    assert said[0] == "w: q a is suppressed and has numbers"
    assert said[1:] == ["w: changes.csv has q a"] * 2
