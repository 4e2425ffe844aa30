"""Every alt text held against the tables: whatever it says of a number is in the CSV of its exhibit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from projects import ROOT, make_project, run_to

from pipeline.exhibits.alt_text import alt_of_published, alt_text
from pipeline.exhibits.run import opened
from pipeline.project.paths import DEFAULT_SURVEY, Paths
from pipeline.tables import tables
from pipeline.text.rounding import percent, points
from pipeline.tidy.csv import read, read_exhibits
from pipeline.tidy.figure_kinds import figure_kinds

MARKS = {"synthetic": "Synthetic responses", "unsettled": "Unsettled draft"}
PERCENT = r"<?\d+(?:\.\d+)?%"
LISTED = re.compile(rf"(Highest|Lowest)([^:]*): (.*? {PERCENT}(?: \(n = [\d,]+\))?)\.(?= |$)")
CHANGE = re.compile(
    rf"Largest clear change: (.+), from ({PERCENT}) in (\S+) to ({PERCENT}) in (\S+) \((\S+) points\)\."
)
GAP = re.compile(rf"Largest clear gap: (.+), ({PERCENT}) of “(.+)”, ({PERCENT}) of “(.+)”\.")
OVER_WAVES = ("two_waves", "all_waves")


@dataclass(frozen=True)
class Alt:
    """An alt text with what it is held against."""

    row: dict[str, str]
    table: pd.DataFrame
    tests: pd.DataFrame
    claimed: bool

    @property
    def text(self) -> str:
        return self.row["alt"]

    @property
    def shape(self) -> str:
        return figure_kinds()[self.row["kind"]].table

    @property
    def body(self) -> str:
        """What follows the marks, the title and the name of the kind."""
        before = " ".join([*self.marks, *([self.row["title"]] if self.claimed else [])])
        return self.text.removeprefix(before)

    @property
    def marks(self) -> list[str]:
        marked = {"synthetic": self.row["synthetic"] == "yes", "unsettled": self.row["unsettled"] != ""}
        return [f"{words}." for name, words in MARKS.items() if marked[name]]

    def answers(self, wave: str = "") -> pd.DataFrame:
        """The shares that the figure draws of a wave, by default the latest; all of them, groups too."""
        rows = self.table[~self.table["measure"].isin(["change", "difference", "continued"])]
        rows = rows[(rows["wave"] == (wave or self.row["wave"])) & rows["share"].notna()]
        if self.shape in ("steps", "combinations", "bins"):
            return rows[rows["measure"].isin(["reached", "combination", "bin"])]
        if self.shape in OVER_WAVES:
            return rows
        battery = self.row["kind"] in ("scale_bars", "diverging_bars")
        if battery and (rows["measure"] == "net").any():
            return rows[rows["measure"] == "net"]
        return rows[rows["measure"].isin(["option", "ranked"])]


def of_survey(paths: Paths) -> list[Alt]:
    exhibits, tests, claims = (read(paths, name) for name in ("exhibits", "tests", "claims"))
    claimed = dict(zip(claims["exhibit"], claims["title"], strict=True))
    made = [
        Alt(
            {key: ("yes" if value is True else str(value)) for key, value in row.items()},
            read(paths, row["id"]),
            tests[tests["exhibit"] == row["id"]],
            claimed.get(row["id"]) == row["title"],
        )
        for row in exhibits.to_dict("records")
    ]
    assert len(made) > 20
    return made


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The default survey up to its tables; read it, do not change it."""
    paths = make_project(tmp_path_factory.mktemp("alt"), DEFAULT_SURVEY, ROOT / "raw" / DEFAULT_SURVEY)
    run_to(paths, tables)
    return paths


@pytest.fixture(scope="module")
def of_default(default: Paths) -> list[Alt]:
    return of_survey(default)


@pytest.fixture(scope="module")
def of_ospo(ospo_done: Paths) -> list[Alt]:
    return of_survey(ospo_done)


def names(rows: pd.DataFrame) -> Iterator[str]:
    """What each row can be called."""
    for row in rows.to_dict("records"):
        name = ": ".join(label for label in (row["item_label"], row["option_label"]) if label)
        yield f"{name} ({row['group_label']})" if row["by"] else name


def is_called(said: str, name: str, level: str) -> bool:
    """Whether `said` is a name: whole, of an item without its level, in quotes, cut, or of nothing else."""
    said = said.strip("“”").removesuffix(" alone")
    return said in (name, name.replace(f": {level}", "")) or (
        said.endswith(" …") and name.startswith(said.removesuffix(" …"))
    )


def parted(listed: str) -> list[tuple[str, str]]:
    found = [re.fullmatch(rf"(.+) ({PERCENT})(?: \(n = [\d,]+\))?", part) for part in listed.split("; ")]
    return [(match[1], match[2]) for match in found if match]


def check_marks_and_title(alts: list[Alt]) -> None:
    """The marks stand first, then the title where that claims something."""
    for alt in alts:
        begins = " ".join([*alt.marks, *([alt.row["title"]] if alt.claimed else [])])
        assert alt.text.startswith(begins), alt.text
        assert not any(mark in alt.text.removeprefix(" ".join(alt.marks)) for mark in MARKS.values()), (
            alt.text
        )
    assert any(alt.claimed for alt in alts)


def check_length(alts: list[Alt]) -> None:
    for alt in alts:
        assert 100 < len(alt.text) <= 400, alt.text
        assert not re.search(r"[\d%]\W?…|…\s?[\d%<]", alt.text), alt.text


def check_what_is_left_out(alts: list[Alt]) -> None:
    for alt in alts:
        for word in ("Sorted", "Wilson", "interval method", ".csv", "tables/", "valid cases", "All 100%"):
            assert word not in alt.text
        bases = 2 if alt.shape == "pair" else 1
        assert alt.shape == "published" or alt.body.count("n = ") == bases, alt.text


def check_percentages(alts: list[Alt]) -> None:
    """Every percentage is a share of the CSV as printed."""
    seen = 0
    for alt in alts:
        body = alt.body.replace(figure_kinds()[alt.row["kind"]].alt_name, "")
        printed = {percent(share) for share in alt.table["share"].dropna()}
        if alt.shape == "published":
            printed |= {f"{number}%" for number in alt.table["percent"]}
        for number in re.findall(PERCENT, body):
            seen += 1
            assert number in printed, alt.text
    assert seen > 2 * len(alts)


def check_highest(alts: list[Alt]) -> None:
    """What is called highest or lowest is the highest or lowest of what it is said of, and so named."""
    seen = 0
    for alt in alts:
        if alt.shape == "published":
            theirs = alt.table[alt.table["beside"] == ""]
            panel = theirs[["source", "wording", "group"]]
            first = theirs[(panel == panel.iloc[0]).all(axis=1)]
            highest = first.sort_values("share").iloc[-1]
            ((_, lead, listed),) = LISTED.findall(alt.text)
            assert lead == " of the first panel"
            assert parted(listed) == [(highest["label"], f"{highest['percent']}%")]
            assert f"(n = {int(highest['n'])})" in alt.text
            continue
        if alt.shape == "steps":
            first, *_, last = alt.answers().iloc[1:].to_dict("records")
            assert f"start: {first['option_label']} {percent(first['share'])}." in alt.text
            assert f"{last['option_label']} {percent(last['share'])}." in alt.text
            continue
        found = LISTED.findall(alt.body)
        assert found and found[0][0] == "Highest", alt.text
        rows = alt.answers()
        if rows["by"].eq("").any():
            rows = rows[rows["by"] == ""]
            assert (alt.table["by"] != "").any() == ("of all respondents" in found[0][1]), alt.text
        if alt.shape == "combinations":
            rows = rows[rows["role"] == "substantive"]
        if alt.shape == "pair":
            both = [of for _, of in rows.groupby("question", sort=False)]
        else:
            levels = [re.search(r"\((.+)\)", lead) for which, lead, _ in found if which == "Highest"]
            both = [rows[rows["option_label"].str.lower() == level[1].lower()] if level else rows
                    for level in levels]  # fmt: skip
        highest = [one for one in found if one[0] == "Highest"]
        if alt.shape in OVER_WAVES and not rows["by"].ne("").any():
            assert all(lead.startswith(f" in {alt.row['wave']}") for _, lead, _ in highest)
        for of, (_, lead, listed) in zip(both, highest, strict=True):
            ranked = of.sort_values("share", ascending=False, kind="stable")
            answers = parted(listed)
            assert 1 <= len(answers) <= 3
            level = match[1] if (match := re.search(r"\((.+)\)", lead)) else ""
            shares = ranked["share"].map(percent)
            for place, (said, number) in enumerate(answers):
                assert number == shares.iloc[place], (alt.text, number)
                # answers that are printed alike can change places
                alike = ranked[ranked["share"] == ranked["share"].iloc[place]]
                levels = alike["option_label"] if level else [""] * len(alike)
                assert any(
                    is_called(said, name, own) for name, own in zip(names(alike), levels, strict=True)
                ), said
                seen += 1
        lowest = [listed for which, _, listed in found if which == "Lowest"]
        for listed in lowest:
            ((_, number),) = parted(listed)
            assert number == percent(both[0]["share"].min()), alt.text
    assert seen > len(alts)


def check_changes(alts: list[Alt]) -> None:
    """The change named is in the CSV, is clear, and none that is clear is larger."""
    seen = 0
    for alt in alts:
        if alt.shape not in OVER_WAVES or (alt.table["measure"] == "difference").any():
            assert "change" not in alt.body.split("Highest")[-1], alt.text
            continue
        changes = alt.table[alt.table["measure"] == "change"]
        clear = changes[changes["flag"] == ""]
        if clear.empty:
            assert alt.text.endswith("No clear change."), alt.text
            continue
        match = CHANGE.search(alt.text)
        assert match, alt.text
        said, early_share, early, late_share, late, moved = match.groups()
        widest = clear.loc[clear["value"].abs().idxmax()]
        assert (early, late, moved) == (widest["group"], widest["wave"], points(widest["value"])), alt.text
        name = next(names(pd.DataFrame([widest]).assign(by="")))
        assert is_called(said, name, widest["option_label"] if widest["item"] else "")
        same = alt.table[(alt.table["item"] == widest["item"]) & (alt.table["option"] == widest["option"])]
        shares = same[same["measure"] != "change"].set_index("wave")["share"].map(percent)
        assert (shares[early], shares[late]) == (early_share, late_share)
        seen += 1
    assert seen > 1


def check_gaps(alts: list[Alt]) -> None:
    """The gap named is clear by the tests of the exhibit, and none that is clear is larger."""
    seen = 0
    for alt in alts:
        if alt.shape == "published" or not (alt.table["by"] != "").any():
            assert "gap" not in alt.text
            continue
        rows = alt.answers()
        pairs = alt.tests[(alt.tests["test"] == "two_groups") & (alt.tests["wave"] == alt.row["wave"])]
        drawn = set(zip(rows["item"], rows["option"], rows["measure"], strict=True))
        pairs = pairs[
            [key in drawn for key in zip(pairs["item"], pairs["option"], pairs["measure"], strict=True)]
        ]
        clear = pairs[pairs["adjusted_p"] < 0.05]
        if clear.empty:
            assert alt.text.endswith("No clear gap between the groups."), alt.text
            continue
        match = GAP.search(alt.text)
        assert match, alt.text
        said, high, first, low, second = match.groups()
        widest = clear.loc[clear["difference"].abs().idxmax()]
        same = rows[(rows["item"] == widest["item"]) & (rows["option"] == widest["option"])]
        of_groups = same[same["group"].isin([widest["first"], widest["second"]])]
        ranked = of_groups.sort_values("share", ascending=False)
        assert list(ranked["share"].map(percent)) == [high, low], alt.text
        assert list(ranked["group_label"]) == [first, second], alt.text
        assert is_called(said, next(names(ranked.assign(by=""))), "")
        seen += 1
    assert seen > 1


def check_published(alts: list[Alt]) -> None:
    """What others published is theirs: each source is named, and our question is not."""
    seen = 0
    for alt in alts:
        if alt.shape != "published":
            continue
        assert "each with its own question" in alt.text
        for source in set(alt.table["source"]):
            assert source.split(", ")[0] in alt.text
        asked = {other.row["question"] for other in alts if other.shape != "published"}
        assert not any(wording.split(". ", 1)[1].split(" (")[0] in alt.text for wording in asked)
        assert ("this survey, synthetic, n = " in alt.text) == (alt.table["beside"] != "").any()
        seen += 1
    assert seen or not any(alt.row["kind"] == "published_bars" for alt in alts)


CHECKS = [
    check_marks_and_title,
    check_length,
    check_what_is_left_out,
    check_percentages,
    check_highest,
    check_changes,
    check_gaps,
    check_published,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_alt_texts_of_the_default_survey(check: Callable[[list[Alt]], None], of_default: list[Alt]) -> None:
    check(of_default)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_alt_texts_of_a_real_survey(check: Callable[[list[Alt]], None], of_ospo: list[Alt]) -> None:
    check(of_ospo)


def long(text: str) -> str:
    return f"{text} {'in 100 or more words, of which 37% are of no use to anybody who is in a hurry ' * 5}"


@pytest.mark.parametrize(
    "claim", ["", "Much has changed", long("Much has changed")], ids=["no", "short", "long"]
)
def test_long_names_are_cut_and_numbers_are_not(claim: str, default: Paths) -> None:
    printed = {one.id: one for one in read_exhibits(default)}
    tests, numbers = read(default, "tests"), 0
    with opened(default) as run:
        for exhibit in run.chosen:
            table, words = read(default, exhibit.id), printed[exhibit.id]
            named = [column for column in ("item_label", "option_label", "label") if column in table]
            table[named] = table[named].map(lambda label: label and long(label))
            if exhibit.drawn.table == "published":
                made = alt_of_published(exhibit, replace(words, title=long(words.title)), table)
            else:
                waves = list(table["wave"].unique())[::-1]
                contexts = [
                    replace(
                        run.contexts[wave],
                        labels={key: long(label) for key, label in run.contexts[wave].labels.items()},
                        wordings={
                            name: replace(asked, text=long(asked.text))
                            for name, asked in run.contexts[wave].wordings.items()
                        },
                    )
                    for wave in (waves if exhibit.drawn.over_waves else waves[:1])
                ]
                names_of_waves = [context.wave.name for context in contexts]
                data = table[table["wave"].isin(names_of_waves)]
                tested = tests[(tests["exhibit"] == exhibit.id) & tests["wave"].isin(names_of_waves)]
                made = alt_text(exhibit, words, data, tested, contexts)
            text = made.under(claim)
            assert len(text) <= 400, text
            assert not re.search(r"\d\W?…|…\s?[\d<]", text), text
            assert text.startswith(" ".join(f"{mark}." for mark in words.marks)), text
            assert "n = " in text
            assert not claim or "Much has changed" in text
            for number in re.findall(rf"(?:Highest|start|Largest)[^%]* ({PERCENT})", words.alt):
                numbers += 1
                assert number in text, text
    assert numbers > len(printed)
