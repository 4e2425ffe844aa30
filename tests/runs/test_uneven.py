"""What uneven weights leave of a base: below 30 it is low, below 10 no number is printed at all.

Every table, figure, page and sheet is read as a reader has it.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import surveys
from projects import ROOT, run_to
from surveys import Wave

from pipeline.commands.explain import explain
from pipeline.estimates.comparisons import selected
from pipeline.estimates.tests import as_tests, with_limits
from pipeline.estimates.weighted_steps import SUPPRESSED
from pipeline.figures import figures
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.report import report
from pipeline.stats.tests import holm
from pipeline.tables import tables
from pipeline.tidy.csv import read
from pipeline.tidy.measures import SURE

SURVEY = """title = "Uneven"
segments = ["team"]
[questions.tool]
text = "Which tools?"
kind = "multiple"
options = { saw = "Saw", plane = "Plane", file = "File" }
[questions.team]
text = "Which team?"
kind = "single"
[questions.team.options]
even = "Even"
also = "Also"
low = "Low"
doubtful = "Doubtful"
few = "Few"
small = "Small"
[questions.view]
text = "Is it good?"
kind = "grid"
options = { yes = "Yes", no = "No" }
items = { light = "Light", dark = "Dark" }
"""
KINDS = ("segment_panels", "heat_table", "table")
REPORT = "".join(
    f'[[exhibit]]\nid = "{kind}"\nkind = "{kind}"\nquestion = "tool"\nby = "team"\n' for kind in KINDS
) + "".join(
    f'[[exhibit]]\nid = "{kind}"\nkind = "{kind}"\nquestion = "view"\nby = "team"\n'
    for kind in ("scale_bars", "diverging_bars")
)
# who is in a team, and what they weigh: of 40 people about 26 or 7 are left; 8 are not shown, and hidden with
# them are the next smallest, so that they cannot be told
TEAMS = {
    "Even": [1.0] * 60,
    "Also": [1.0] * 61,
    "Low": [0.3] * 30 + [1.2] * 10,
    "Doubtful": [0.1] * 38 + [2.0, 2.0],
    "Few": [1.0] * 8,
    "Small": [1.0] * 24,
}
EFFECTIVE = {team: sum(own) ** 2 / sum(w**2 for w in own) for team, own in TEAMS.items()}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = lay_out(tmp_path_factory.mktemp("uneven"), REPORT)
    tables(paths)
    figures(paths)
    report(paths)
    return paths


def lay_out(folder: Path, exhibits: str) -> Paths:
    lines = ["ID,W,Which tools?,Which team?,Is it good? [Light],Is it good? [Dark]"]
    for team, weights in TEAMS.items():
        for place, weight in enumerate(weights):
            tool = ("Saw", "Saw;Plane", "File", "Plane")[place % 4]
            views = ("Yes", "No")[place % 2], ("Yes", "No", "No")[place % 3]
            lines.append(f"{team}{place},{weight},{tool},{team},{views[0]},{views[1]}")
    wave = Wave("\n".join(lines) + "\n", respondents='id = "ID"\nweight = "W"', title="Uneven")
    paths = surveys.lay_out(folder, "uneven", SURVEY, {"w": wave}, exhibits)
    run_to(paths, normalise)
    return paths


def test_flags_are_of_people_and_of_weights(done: Paths) -> None:
    assert EFFECTIVE["Even"] == 60
    assert 10 < EFFECTIVE["Low"] < 30
    assert EFFECTIVE["Doubtful"] < 10
    found = read(done, "frequencies/tool")
    flags = found[found["by"] == "team"].groupby("group_label")["flag"].unique().map(list).to_dict()
    assert flags == {
        "Even": [""], "Also": [""], "Low": ["low_base"], "Doubtful": ["uncertain"], "Few": ["suppressed"],
        "Small": ["suppressed"],
    }  # fmt: skip
    assert found.loc[found["flag"] == "uncertain", "share"].notna().all()
    assert found.loc[found["flag"] == "suppressed", "share"].isna().all()
    assert found.loc[found["group"] == "low", "effective_base"].iloc[0] == pytest.approx(
        EFFECTIVE["Low"], abs=0.5
    )


def test_only_what_has_a_base_is_tested(done: Paths) -> None:
    tested = read(done, "tests")
    groups = tested[tested["test"].isin(["two_groups", "group_and_total", "group_and_others"])]
    assert set(groups["first"]) == {"even", "also"}
    assert set(groups.loc[groups["test"] == "two_groups", "second"]) == {"also"}


def test_figures_print_a_mark_and_say_what_it_means(done: Paths) -> None:
    for kind in ("segment_panels", "heat_table", "scale_bars", "diverging_bars"):
        root = ElementTree.fromstring((done.figures / f"{kind}.svg").read_bytes())  # noqa: S314 - our own file
        texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
        said = " ".join(texts)
        assert "[u]: too uncertain to print, the effective base is under 10." in said, kind
        assert "[low base]: an effective base under 30, read as indicative only." in said, kind
        table = read(done, kind)
        doubtful = table[(table["group"] == "doubtful") & table["share"].notna()]
        rows = {
            int(element.get("data-row", "-1")): "".join(element.itertext())
            for element in root.iter("{http://www.w3.org/2000/svg}text")
            if element.get("data-row")
        }
        printed = [rows[place] for place in doubtful.index if place in rows]
        assert printed and all(text == "[u]" for text in printed), (kind, printed)
        low = [rows[place] for place in table.index[table["group"] == "low"] if place in rows]
        assert low and not any("[u]" in text for text in low), kind


def test_page_and_workbook_print_the_mark_in_place_of_the_number(done: Paths) -> None:
    page = done.report.read_text()
    body = re.sub(r"<[^>]+>", " ", page)
    assert "too uncertain to print" in body
    assert body.count("[u]") > 6
    book = openpyxl.load_workbook(done.workbook)
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert sum(cell == "[u]" for cell in cells) > 6
    assert any("too uncertain to print" in cell for cell in cells)


def test_a_receipt_says_why_a_number_is_not_printed(done: Paths) -> None:
    lines = "\n".join(explain(done, "segment_panels", "saw.doubtful"))
    # of a wave with hidden counts effective bases are whole steps of people
    (size,) = re.findall(r"\[u\] is printed in its place: the effective base ([\d.]+) is under 10", lines)
    assert float(size) == pytest.approx(EFFECTIVE["Doubtful"], abs=0.5)
    assert "is printed as" not in lines


@pytest.mark.parametrize(
    ("group", "why"), [("low", "an effective base under 30"), ("doubtful", "an effective base under 30")]
)
def test_nothing_is_claimed_or_quoted_of_it(tmp_path: Path, group: str, why: str) -> None:
    title = f'title = "It is so"\nclaim = {{ higher_in = "saw.{group}" }}\nneutral = "Tools"\n'
    exhibit = '[[exhibit]]\nid = "tools"\nkind = "segment_panels"\nquestion = "tool"\nby = "team"\n'
    paths = lay_out(tmp_path, exhibit + title)
    with pytest.raises(SurveyError, match=why):
        tables(paths)
    (paths.raw / "report.toml").write_text(f'{exhibit}text = "{{tools.saw.{group}}} have one"\n')
    with pytest.raises(SurveyError, match="effective base under"):
        tables(paths)


def test_a_wave_of_which_no_weighted_number_is_safe_is_told_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(*given: Any) -> dict[tuple[str, str], int]:
        return {("w", question): SUPPRESSED for question in given[-1]}

    monkeypatch.setattr("pipeline.estimates.weighted_levels.safe", hidden)
    paths = lay_out(tmp_path, REPORT)
    for stage in (tables, figures, report):
        stage(paths)
    exhibits = read(paths, "exhibits")
    assert len(exhibits) == 5
    costs = "effective base = [c], design effect = [c];"
    assert exhibits["details"].str.contains(costs, regex=False).all()
    assert exhibits["foot"].str.contains("effective base = [c].", regex=False).all()
    texts = [
        re.sub(r"<[^>]+>", " ", path.read_text()) for path in (paths.report, *paths.figures.glob("*.svg"))
    ]
    assert len(texts) == 5
    assert not any(re.search(r"\bnan\b", text, re.IGNORECASE) for text in texts)


# intervals and verdicts


def test_every_interval_leaves_out_0_where_its_verdict_says_so() -> None:
    tables_of = ROOT / "outputs" / "open-source-ai" / "tables"
    tested = pd.read_csv(tables_of / "tests.csv")
    changes = pd.read_csv(tables_of / "changes.csv")
    seen = 0
    for frame in (tested[tested["difference"].notna()], changes):
        own = frame[frame["low"].notna() & (frame["p"] < 1)]
        clear = own["adjusted_p"] < SURE
        assert ((own["low"] > 0) | (own["high"] < 0)).equals(clear)
        assert (own["confidence"] >= 1 - SURE - 1e-12).all()
        seen += int(clear.sum())
    assert seen > 20


def test_limits_are_at_the_level_of_the_verdict() -> None:
    p = np.array([0.004, 0.03, 0.2])
    rows = as_tests(
        [
            {"method": "t", "difference": d, "standard_error": 1.0, "df": 1e9, "p": one, "adjusted_p": all_}
            for d, one, all_ in zip((2.878, 2.17, 1.2816), p, holm(p), strict=True)
        ]
    )
    found = with_limits(rows)
    assert found["confidence"].tolist() == pytest.approx([1 - 0.05 / 3, 1 - 0.05 / 2, 1 - 0.05])
    # by hand: 2.878 − 2.394 (the normal quantile of 1 − 0.05/6)
    assert found["low"].iloc[0] == pytest.approx(2.878 - 2.394, abs=1e-3)
    assert ((found["low"] > 0) == (found["adjusted_p"] < SURE)).all()
    assert math.isnan(with_limits(as_tests([{"method": "F"}]))["low"].iloc[0])


# the whole report


def family(question: str, *p: float) -> tuple[dict[str, str], pd.DataFrame]:
    tests = as_tests([{"p": one, "adjusted_p": all_} for one, all_ in zip(p, holm(p), strict=True)])
    return {"question": question, "by": "team", "wave": "w", "before": ""}, tests


def test_claims_are_selected_by_hand() -> None:
    # Holm's smallest: 0.002, 0.02, 0.3, 0.9; over four families 0.05/4, 0.1/4, 0.15/4, 0.2/4: two are
    # selected
    own = [family("a", 0.001, 0.02), family("b", 0.01, 0.6), family("c", 0.3), family("d", 0.9), family("e")]
    found = selected(own)
    assert found.families["question"].tolist() == ["a", "b", "c", "d"]
    assert found.families["selected"].tolist() == [True, True, False, False]
    assert found.level == 0.05 * 2 / 4
    # of a both pass 0.025 (0.002 and 0.02), of b one (0.02)
    assert found.families["holding"].tolist() == [2, 1, 0, 0]
    assert found.families["unadjusted"].tolist() == [2, 1, 0, 0]
    assert found.families["comparisons"].sum() == 6
    assert selected(own[2:]).level == 0.05 / 2  # none is selected: as if one were
    assert selected([]).level == SURE
    assert "no two groups" in selected([]).in_words()
    assert "6 comparisons" in found.in_words()


def test_no_exhibit_changes_the_level(tmp_path: Path) -> None:
    levels = []
    for name, exhibits in (
        ("one", REPORT.split("[[exhibit]]\n")[1]),
        ("all", REPORT.split("[[exhibit]]\n", 1)[1]),
    ):
        paths = lay_out(tmp_path / name, "[[exhibit]]\n" + exhibits)
        tables(paths)
        levels.append((paths.tables / "comparisons.csv").read_bytes())
    assert levels[0] == levels[1]
    assert levels[0].count(b"\n") > 1
