"""The attack on tables and public bundle together: who has both looks for the answers of single rows.

It reads what a run publishes (frequencies, codebook, responses.csv) and the declarations, which are public.
No column, group or rule is wired in. That it can succeed is shown on bundles made by an older rule, which
kept every row and withheld the quasi-identifiers of small classes.
"""

from __future__ import annotations

import csv
import io
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import highspy
import numpy as np
import pandas as pd
import pytest
from projects import ROOT, make_project, run_to
from scipy.optimize import linprog
from surveys import Wave, lay_out

from pipeline.declarations import survey
from pipeline.exhibits.run import opened
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.paths import DEFAULT_SURVEY, Paths
from pipeline.public import microdata
from pipeline.public.linkage import Release
from pipeline.public.microdata import compose, pseudonym
from pipeline.public.write import public
from pipeline.tables import tables

pytestmark = pytest.mark.slow

WITHHELD = "withheld"
NONE = ""  # in no group of a segment
LONG = 30.0
"""how long an attack that is to succeed may look for another solution, which there must not be"""
SHORT = 0.3
"""how long one that is to fail may: where it finds none, the attacker is taken to have succeeded"""


# what is published


@dataclass(frozen=True)
class Known:
    """What an attacker has of a survey: its tables, the rows of a bundle, and what is declared."""

    paths: Paths
    rows: pd.DataFrame
    unsaid: frozenset[tuple[str, str, str]]
    """wave, question and item of which the codebook says that answers are withheld"""

    @cached_property
    def declared(self) -> dict[str, Any]:
        return tomllib.loads(self.paths.questionnaire.read_text())

    @cached_property
    def segments(self) -> list[str]:
        return list(self.declared["segments"])

    @cached_property
    def k(self) -> int:
        return int(self.declared["public"].get("k", 10))

    @cached_property
    def base(self) -> int:
        return int(self.declared.get("privacy", {}).get("base", 10))

    @cached_property
    def identifiers(self) -> list[str]:
        return list(self.declared["public"]["quasi_identifiers"])

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        found = {
            path.stem: pd.read_csv(path, dtype=str, keep_default_na=False)
            for path in sorted(self.paths.frequencies.glob("*.csv"))
        }
        assert len(found) > 5
        return found

    @cached_property
    def analysed(self) -> dict[str, int]:
        waves = pd.read_csv(self.paths.tables / "waves.csv", dtype={"wave": str})
        return dict(zip(waves["wave"], waves["analysed"], strict=True))

    def groups(self, segment: str, wave: str) -> dict[str, int]:
        """The groups of a segment with how many are in each."""
        own = self.tables[segment]
        own = own[(own["wave"] == wave) & (own["by"] == "") & (own["measure"] == "option")]
        own = own[~own["role"].isin(["dkns", "not_applicable"]) & (own["respondents"] != "")]
        return dict(zip(own["option"], own["respondents"].astype(int), strict=True))

    def allowed(self, segment: str, groups: Mapping[str, int], value: str) -> list[str]:
        """The groups that somebody can be in whose row shows this."""
        if segment not in self.rows or value == WITHHELD:
            return [*groups, NONE]
        coarser = self.declared["public"].get("coarsen", {}).get(segment, {})
        parts = coarser.get(value, [])
        options = parts["options"] if isinstance(parts, dict) else parts or [value]
        return [option for option in options if option in groups] or [NONE]

    def cells(self, question: str, item: str) -> list[str]:
        """The columns of a question, or of an item of a grid."""
        if item and f"{question}__{item}" in self.rows:
            return [f"{question}__{item}"]
        return [name for name in self.rows if name == question or name.startswith(f"{question}__")]

    def chose(self, question: str, item: str, option: str) -> pd.Series | None:
        """Whose rows say that they chose an option; None where no column tells."""
        if item:
            name = f"{question}__{item}"
            return self.rows[name] == option if name in self.rows else None
        if question in self.rows:
            return self.rows[question] == option if question not in self.coarsened else None
        name = f"{question}__{option}"
        return self.rows[name] == "1" if name in self.rows else None

    @cached_property
    def true(self) -> dict[str, pd.Series]:
        """The group of each segment that each row is in, from the database: for the test to judge by."""
        key = bytes.fromhex(self.paths.pseudonym_key.read_text())
        with duckdb.connect(str(self.paths.database), read_only=True) as connection:
            found = connection.execute(
                "select question, wave, respondent, option from answers "
                "where list_contains(?, question) and role not in ('dkns', 'not_applicable')",
                [self.segments],
            ).fetchall()
        told: dict[str, dict[str, str]] = {segment: {} for segment in self.segments}
        for segment, wave, respondent, option in found:
            told[segment][pseudonym(key, wave, respondent)] = option
        return {name: self.rows["respondent"].map(own).fillna(NONE) for name, own in told.items()}

    @cached_property
    def coarsened(self) -> set[str]:
        return set(self.declared["public"].get("coarsen", {}))


def bundle_of(paths: Paths) -> Known:
    """What the bundle of a survey tells."""
    text = (paths.public / "responses.csv").read_text("utf-8")
    rows = pd.DataFrame(list(csv.DictReader(io.StringIO(text))))
    unsaid = set()
    question = ""
    for line in (paths.public / "codebook.md").read_text("utf-8").splitlines():
        question = line[4:] if line.startswith("### ") else question
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if question and len(cells) > 4 and all(cell.isdigit() for cell in cells[2:]) and int(cells[-1]):
            unsaid.add((cells[1], question, cells[0].removeprefix(f"{question}__").removeprefix(question)))
    return Known(paths, rows, frozenset(unsaid))


def everybody(estimated: Any, source: Any) -> list[Release]:
    """No rule at all: every respondent has a row with every answer."""
    found = []
    for wave in source.waves:
        people = source.people.loc[[wave]].index.get_level_values("respondent")
        every = np.ones(len(people), dtype=bool)
        found.append(Release(wave, [], people, np.zeros(len(people), dtype=int), every, {}))
    return found


def older_bundle(paths: Paths, patched: pytest.MonkeyPatch) -> Known:
    """What the bundle told before tables and rows were looked at together."""
    declared, _ = survey.load(paths)
    assert declared.public is not None
    key = bytes.fromhex(paths.pseudonym_key.read_text())
    with opened(paths) as run, patched.context() as patch:
        patch.setattr(microdata, "releases", everybody)
        frame = compose(run, declared.public, key).frame
    rows = frame.astype(object).where(frame.notna(), "").astype(str)
    by = ["wave", *(declared.public.quasi_identifiers or [])]
    sizes = rows.groupby(by)["respondent"].transform("size")
    for _, own in rows.groupby("wave"):
        small = sizes[own.index] < declared.public.k
        while 0 < small.sum() < declared.public.k:
            small |= sizes[own.index] == sizes[own.index][~small].min()
        rows.loc[own.index[small], by[1:]] = WITHHELD
    return Known(paths, rows, frozenset())


def few_people(known: Known, wave: str, question: str, segment: str) -> set[tuple[str, str]]:
    """The answers to a segment by a group of another that 1 to 4 people gave; for the test to judge by."""
    if question not in known.segments:
        return set()
    with duckdb.connect(str(known.paths.database), read_only=True) as connection:
        found = connection.execute(
            "select one.option, other.option from answers as one "
            "join answers as other using (wave, respondent) join respondents using (wave, respondent) "
            "where excluded is null and wave = ? "
            "and one.question = ? and other.question = ? group by all having count(*) between 1 and 4",
            [wave, question, segment],
        ).fetchall()
    return set(found)


# which groups a row can be in


def possible(known: Known, wave: str, segment: str, seconds: float) -> pd.Series:
    """The groups of a segment that each row of a wave can be in, as far as its tables by groups tell.

    The true solution is given, so that what is looked for is another: where there is none, it is told.
    """
    rows = known.rows[known.rows["wave"] == wave]
    groups = known.groups(segment, wave)
    true = known.true[segment][rows.index].map(lambda own: own if own in groups else NONE)
    shown = rows[segment] if segment in rows else pd.Series(WITHHELD, index=rows.index)
    allowed = [known.allowed(segment, groups, value) for value in shown]
    assert all(own in may for own, may in zip(true, allowed, strict=True))
    pairs = [(number, group) for number, own in enumerate(allowed) for group in own]
    # a variable for each group that a row can be in, and one for how many of a group have no row
    column = {pair: number for number, pair in enumerate(pairs)}
    absent = {group: len(pairs) + number for number, group in enumerate([*groups, NONE])}
    out, there = known.analysed[wave] - len(rows), Counter(true)
    left = [size - there[group] for group, size in groups.items()]
    sure = [float(true.iloc[row] == group) for row, group in pairs]
    program = _Program(np.array([*sure, *left, out - sum(left)], dtype=float))
    for number, own in enumerate(allowed):
        program.add([column[number, group] for group in own], 1, 1)
    program.add(list(absent.values()), out, out)
    members = {group: [pair for pair in pairs if pair[1] == group] for group in groups}
    for group, size in groups.items():
        program.add([*(column[pair] for pair in members[group]), absent[group]], size, size)
    for chosen, empty, group, count in _counted(known, wave, segment, rows, groups):
        said = [column[pair] for pair in members[group] if chosen[pair[0]]]
        unsaid = [column[pair] for pair in members[group] if empty[pair[0]]]
        program.add(said, -np.inf, count)
        program.add([*said, *unsaid, absent[group]], count, np.inf)
    found: list[set[str]] = [set() for _ in allowed]
    for (row, group), other in zip(pairs, program.others(len(pairs), seconds), strict=True):
        if other:
            found[row].add(group)
    return pd.Series(found, index=rows.index)


def _counted(
    known: Known, wave: str, segment: str, rows: pd.DataFrame, groups: Mapping[str, int]
) -> Iterator[tuple[np.ndarray, np.ndarray, str, int]]:
    """Who chose an option, whose answer is not said, a group, and how many of it did."""
    seen = 0
    for question, table in known.tables.items():
        own = table[(table["wave"] == wave) & (table["by"] == segment) & (table["measure"] == "option")]
        own = own[(own["respondents"] != "") & own["group"].isin(list(groups))]
        if question == segment:
            continue
        for (item, option), counts in own.groupby(["item", "option"]):
            chosen = known.chose(question, item, option)
            if chosen is None:
                continue
            cells = rows[known.cells(question, item)]
            empty = (cells == WITHHELD).all(axis=1)
            if (wave, question, item) in known.unsaid:
                empty |= (cells == "").all(axis=1)
            for group, count in zip(counts["group"], counts["respondents"].astype(int), strict=True):
                seen += 1
                yield chosen[rows.index].to_numpy(), empty.to_numpy(), group, count
    assert seen > 10 or _tells_nothing(known, wave, segment)


def _tells_nothing(known: Known, wave: str, segment: str) -> bool:
    """Whether all counts of a wave by a segment are hidden, as they are where no weighted number is safe."""
    return all(
        (table.loc[(table["wave"] == wave) & (table["by"] == segment), "respondents"] == "").all()
        for question, table in known.tables.items()
        if question != segment
    )


class _Program:
    """Equations in whole numbers with one solution given; others are looked for until there is none."""

    def __init__(self, solution: np.ndarray) -> None:
        self.solution = solution
        self.rows: list[tuple[list[int], float, float]] = []

    def add(self, places: list[int], least: float, most: float) -> None:
        value = self.solution[places].sum()
        assert least <= value <= most, "the equations are wrong"
        self.rows.append((places, least, most))

    def others(self, pairs: int, seconds: float) -> np.ndarray:
        """Which of the first variables are 1 in the given solution, or in one that is found in time."""
        model = self._model()
        model.setOptionValue("time_limit", seconds)
        seen = self.solution[:pairs] > 0.5
        places = np.arange(len(self.solution), dtype=np.int32)
        while True:
            goal = np.append(np.where(seen, 0.0, -1.0), np.zeros(len(places) - pairs))
            model.changeColsCost(len(places), places, goal)
            start = highspy.HighsSolution()
            start.col_value = list(self.solution)
            model.setSolution(start)
            model.run()
            values = np.array(model.getSolution().col_value)
            found = (values[:pairs] > 0.5) & ~seen if len(values) else np.zeros_like(seen)
            if not found.any():
                proven = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
                assert proven or seconds < LONG, "it took too long to see that there is no other solution"
                return seen
            seen = seen | found

    def _model(self) -> highspy.Highs:
        program = highspy.HighsLp()
        size = len(self.solution)
        program.num_col_, program.num_row_ = size, len(self.rows)
        program.col_cost_ = np.zeros(size)
        program.col_lower_, program.col_upper_ = np.zeros(size), np.full(size, np.inf)
        program.row_lower_ = np.array([least for _, least, _ in self.rows], dtype=float)
        program.row_upper_ = np.array([most for *_, most in self.rows], dtype=float)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(len(places) for places, *_ in self.rows)])
        program.a_matrix_.index_ = np.concatenate(
            [np.array(places, dtype=np.int32) for places, *_ in self.rows]
        )
        program.a_matrix_.value_ = np.ones(sum(len(places) for places, *_ in self.rows))
        program.integrality_ = [highspy.HighsVarType.kInteger] * size
        model = highspy.Highs()
        model.silent()
        model.setOptionValue("threads", 1)
        model.setOptionValue("mip_rel_gap", 0.5)  # a few others at a time are found sooner
        model.passModel(program)
        return model


def fewest_candidates(known: Known, wave: str, seconds: float) -> int:
    """How few rows can be somebody's who has one and is known by the groups of all segments that identify."""
    by = [name for name in known.identifiers if name in known.segments]
    told = [possible(known, wave, segment, seconds) for segment in by]
    # a group whose size is hidden is one with whatever else is
    sizes = {segment: known.groups(segment, wave) for segment in by}
    true = [
        known.true[segment][told[0].index].map(lambda own, of=sizes[segment]: own if own in of else NONE)
        for segment in by
    ]
    targets = set(zip(*true, strict=True))
    rows = list(zip(*told, strict=True))
    return min(
        sum(all(group in own for group, own in zip(target, sets, strict=True)) for sets in rows)
        for target in targets
    )


# what tables less rows are of


def few_left(known: Known, wave: str) -> list[tuple[Any, ...]]:
    """The bases of which a few are in no row, and others are: the table less the rows tells of those few."""
    rows = known.rows[known.rows["wave"] == wave]
    few, seen = [], 0
    groups = {segment: known.true[segment][rows.index] for segment in known.segments}
    for question, table in known.tables.items():
        own = table[(table["wave"] == wave) & (table["measure"].isin(["option", "ranked"]))]
        own = own[(own["sample_size"] != "") & (own["role"] != "not_applicable")]
        apart = set(table.loc[table["role"] == "not_applicable", "option"])
        for (item, by, group), base in own.groupby(["item", "by", "group"]):
            columns = known.cells(question, item)
            columns = [name for name in columns if name.removeprefix(f"{question}__") not in apart]
            if not columns or question in known.identifiers:
                continue
            cells = rows[columns]
            told = ((cells != "") & ~cells.isin(apart)).any(axis=1)
            if by:
                told &= groups[by] == group
            left = int(base["sample_size"].iloc[0]) - int(told.sum())
            seen += 1
            assert left >= 0
            if told.any() and 0 < left < known.base:
                few.append((wave, question, item, by, group, left))
            if told.any() and int(base["sample_size"].iloc[0]) < known.base:
                few.append((wave, question, item, by, group, "below the base, and shown"))
    assert seen > 10
    return few


# what the tables hide


def narrowed(known: Known, wave: str, every: int = 1) -> tuple[list[tuple[Any, ...]], int]:
    """The hidden counts of few that rows tell closer than tables do and than to 5, and how many there are.

    A question by a segment at a time, from its counts, totals and bases, and those of whom rows show there.
    """
    found, tried = [], 0
    rows = known.rows[known.rows["wave"] == wave]
    true = {segment: known.true[segment][rows.index] for segment in known.segments}
    for question, table in known.tables.items():
        own = table[(table["wave"] == wave) & (table["measure"] == "option")]
        for segment in known.segments:
            groups = known.groups(segment, wave)
            for item, counts in own[own["by"].isin(["", segment])].groupby("item"):
                if question == segment or not (counts["flag"] == "suppressed").any():
                    continue
                several = f"{question}__{counts['option'].iloc[0]}" in known.rows and not item
                parts = [part for _, part in counts.groupby("option")] if several else [counts]
                for part in parts:
                    tables = _Table(known, wave, part, groups, several, rows, true[segment])
                    for cell in tables.protected(known.base, few_people(known, wave, question, segment)):
                        tried += 1
                        if tried % every:
                            continue
                        low, high = tables.range(cell, True)
                        if high - low < 5:
                            least, most = tables.range(cell, False)
                            if high - low < min(5, most - least):
                                found.append((wave, question, item, *cell, low, high))
    return found, tried


class _Table:
    """Answers by groups, nobody's answer and nobody's group among them, as far as they are published."""

    def __init__(
        self, known: Known, wave: str, counts: pd.DataFrame, groups: Mapping[str, int], several: bool,
        rows: pd.DataFrame, true: pd.Series,
    ) -> None:  # fmt: skip
        question, item = str(counts["question"].iloc[0]), str(counts["item"].iloc[0])
        apart = set(counts.loc[counts["role"] == "not_applicable", "option"])
        self.answers = [*dict.fromkeys(counts["option"]), *(["not"] if several else []), NONE]
        self.groups = [*groups, NONE]
        self.shape = (len(self.answers), len(self.groups))
        self.counts, self.equations = counts, [(np.ones(self.shape), known.analysed[wave])]
        for group, size in groups.items():
            self._equal(self.answers, [group], size)
        based = [answer for answer in self.answers if answer and answer not in apart]
        for row in counts.to_dict("records"):
            of = [row["group"]] if row["by"] else self.groups
            if row["respondents"] != "":
                self._equal([row["option"]], of, int(row["respondents"]))
            if row["sample_size"] != "" and row["role"] != "not_applicable":
                self._equal(based, of, int(row["sample_size"]))
        self.seen = np.zeros(self.shape)
        columns = known.cells(question, item)
        own = [f"{question}__{self.answers[0]}"] if several else columns
        if len(own) == 1 and own[0] in rows and question not in known.coarsened:
            cells = (
                rows[own[0]].map({"1": self.answers[0], "0": "not"}).fillna(NONE) if several else rows[own[0]]
            )
            unsaid = (wave, question, item) in known.unsaid
            for answer, group in zip(cells, true, strict=True):
                if answer != WITHHELD and not (unsaid and answer == NONE):
                    self.seen[self._at([answer], [group])] += 1

    def _at(self, answers: list[str], groups: list[str]) -> tuple[np.ndarray, ...]:
        places = [answer if answer in self.answers else NONE for answer in answers]
        others = [group if group in self.groups else NONE for group in groups]
        return np.ix_([self.answers.index(one) for one in places], [self.groups.index(one) for one in others])

    def _equal(self, answers: list[str], groups: list[str], count: int) -> None:
        cells = np.zeros(self.shape)
        cells[self._at(answers, groups)] = 1
        self.equations.append((cells, count))

    def protected(self, base: int, few: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """The hidden cells of a group below the base, or of few people."""
        hidden = self.counts[(self.counts["flag"] == "suppressed") & (self.counts["by"] != "")]
        for row in hidden.to_dict("records"):
            below = row["sample_size"] != "" and int(row["sample_size"]) < base
            if row["group"] in self.groups and (below or (row["option"], row["group"]) in few):
                yield row["option"], row["group"]

    def range(self, cell: tuple[str, str], rows: bool) -> tuple[int, int]:
        """The least and the most that a cell can be, with and without what rows show."""
        goal = np.zeros(self.shape)
        goal[self._at([cell[0]], [cell[1]])] = 1
        least = self.seen.ravel() if rows else 0
        ends = [
            linprog(
                sign * goal.ravel(),
                A_eq=np.stack([cells.ravel() for cells, _ in self.equations]),
                b_eq=[count for _, count in self.equations],
                bounds=np.stack([np.broadcast_to(least, goal.size), np.full(goal.size, np.inf)], axis=1),
            )
            for sign in (1, -1)
        ]
        assert all(one.status == 0 for one in ends), "the equations are wrong"
        return int(np.ceil(ends[0].fun - 1e-6)), int(np.floor(-ends[1].fun + 1e-6))


# surveys


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The default survey with its tables as they are committed, and its bundle."""
    folder = tmp_path_factory.mktemp("default")
    paths = make_project(folder, DEFAULT_SURVEY, ROOT / "raw" / DEFAULT_SURVEY)
    shutil.copytree(ROOT / "outputs" / DEFAULT_SURVEY / "tables", paths.tables)
    ingest(paths)
    normalise(paths)
    public(paths)
    return paths


def sealed(known: Known) -> None:
    """Whatever the attacker looks for in a bundle with its tables is not found."""
    assert not (known.rows == WITHHELD).any(axis=None)
    for wave in known.analysed:
        rows = known.rows[known.rows["wave"] == wave]
        assert len(rows) >= known.k
        assert fewest_candidates(known, wave, SHORT) >= known.k
        assert few_left(known, wave) == []
        found, tried = narrowed(known, wave)
        print(f"{wave}: {len(rows)} of {known.analysed[wave]} rows, {tried} hidden counts tried")
        assert found == []


def test_the_default_survey_is_sealed(default: Paths) -> None:
    sealed(bundle_of(default))


def test_the_attack_succeeds_where_rows_and_tables_are_not_looked_at_together(
    default: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = older_bundle(default, monkeypatch)
    for wave in known.analysed:
        rows = known.rows[known.rows["wave"] == wave]
        hidden = rows.index[rows[known.identifiers[0]] == WITHHELD]
        assert len(hidden) > 50
        for segment in known.segments:
            told = possible(known, wave, segment, LONG)[hidden]
            assert (told.map(len) == 1).mean() > 0.5
            assert (told.map(min) == known.true[segment][hidden])[told.map(len) == 1].all()
        assert fewest_candidates(known, wave, LONG) == 1
        assert len(few_left(known, wave)) > 20
        found, tried = narrowed(known, wave)
        assert len(found) > tried / 2 > 50


DECLARED = """
title = "Random"
segments = ["region", "size"]
[scales.much]
options = { low = "Low", mid = "Mid", high = "High", dkns = "Don't know" }
scores = [1, 2, 3]
nets = { some = ["mid", "high"] }
[questions.region]
kind = "single"
options = { a = "A", b = "B", c = "C" }
[questions.size]
kind = "single"
options = { s = "S", m = "M", l = "L", dkns = "No idea" }
[questions.role]
kind = "single"
options = { dev = "Developer", lead = "Lead", other = "Another" }
[questions.tools]
kind = "multiple"
options = { git = "Git", ci = "CI", none = "None" }
[questions.why]
kind = "single"
asked = { role = ["lead"] }
options = { cost = "It costs", risk = "It is risky" }
[questions.rating]
kind = "grid"
scale = "much"
items = { one = "One" }
[questions.share]
kind = "number"
nets = { little = [0, 50], much = [50, 100] }
[public]
licence = "CC-BY-4.0"
quasi_identifiers = ["region", "size"]
k = 6
coarsen.size = { small = ["s"], larger = ["m", "l"] }
coarsen.share = { edges = [50] }
[privacy]
base = 6
"""
SENSITIVE = """
[questions.gender]
kind = "single"
sensitive = true
options = { f = "F", m = "M", x = "X" }
[questions.health]
kind = "single"
sensitive = true
options = { fine = "Fine", fair = "Fair", bad = "Bad", awful = "Awful" }
[public.coarsen.health]
well = ["fine", "fair"]
unwell = ["bad", "awful"]
"""
REPORTED = """
exhibit = [
  { id = "bands", kind = "segment_panels", question = "tools", by = "wide" },
  { id = "some", kind = "scale_bars", question = "rating", by = "size", where = { region = ["a", "b"] } },
]
[segments.wide]
of = "region"
groups = { west = ["a"], east = ["b", "c"] }
"""
RAKED = """
[weights.targets.region]
source = "a census"
shares = { a = 40, b = 35, c = 25 }
"""


def random_survey(folder: Path, seed: int, extra: str = "", waves: int = 10) -> Paths:
    """A survey of some waves, each of random people of its own, every second one raked."""
    text = DECLARED + extra
    if extra:
        text = text.replace('["region", "size"]', '["region", "size", "gender"]', 1)
    declared = tomllib.loads(text)
    random = np.random.default_rng(seed)
    written = {}
    for number in range(waves):
        name, n = f"w{number}", int(random.integers(100, 240))
        columns: dict[str, list[str]] = {}
        for question, asked in declared["questions"].items():
            labels = list(asked.get("options", declared["scales"]["much"]["options"]).values())
            for item in asked.get("items", {"": ""}).values():
                heading = f"{question} [{item}]" if item else question
                if asked["kind"] == "number":
                    columns[heading] = [str(number) for number in random.integers(0, 100, n)]
                elif asked["kind"] == "multiple":
                    ticks = random.random((n, len(labels) - 1)) < random.uniform(0.1, 0.6)
                    chosen = [[o for o, t in zip(labels, row, strict=False) if t] for row in ticks]
                    columns[heading] = ["; ".join(own or labels[-1:]) for own in chosen]
                else:
                    columns[heading] = list(
                        random.choice(labels, n, p=random.dirichlet(np.full(len(labels), 5)))
                    )
        frame = pd.DataFrame(columns)
        for heading in frame:
            frame.loc[random.random(n) < random.choice([0.0, 0.02, 0.1]), heading] = ""
        frame.loc[frame["role"] != "Lead", "why"] = ""
        frame.insert(0, "ID", range(n))
        written[name] = Wave(
            frame,
            more=RAKED if number % 2 else "",
            head=f"synthetic = true\nfielded = {{ from = 2000-01-{number + 1:02}, to = 2000-01-31 }}",
            title=name,
        )
    return lay_out(folder, "random", text, written, REPORTED)


@pytest.mark.parametrize(("seed", "extra"), [(0, SENSITIVE), *((seed, "") for seed in range(1, 5))])
def test_ten_waves_of_random_people_are_sealed(
    seed: int, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = random_survey(tmp_path, seed, extra)
    run_to(paths, tables)
    # the tables were attacked when they were written
    monkeypatch.setattr("pipeline.public.write.check", lambda _: None)
    public(paths)
    sealed(bundle_of(paths))
    before = older_bundle(paths, monkeypatch)
    assert any(few_left(before, wave) for wave in before.analysed)
    assert any(len(narrowed(before, wave)[0]) > 2 for wave in before.analysed)


def test_a_real_survey_is_sealed(ospo_done: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ospo_done.root, tmp_path / "project")
    paths = Paths(tmp_path / "project", "ospo")
    monkeypatch.setattr("pipeline.public.write.check", lambda _: None)
    public(paths)
    known = bundle_of(paths)
    tried = 0
    for wave in known.analysed:
        true = [known.true[name][known.rows["wave"] == wave] for name in known.identifiers]
        assert min(Counter(zip(*true, strict=True)).values()) >= known.k
        assert few_left(known, wave) == []
        found, number = narrowed(known, wave, every=50)
        assert found == []
        tried += number
    assert tried > 100
