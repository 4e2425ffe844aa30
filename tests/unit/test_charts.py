"""Every kind of figure from invented numbers, hostile labels, and each gate seen to fire."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import math
import os
import re
import subprocess
import sys
import unicodedata
import warnings
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from pages import texts_on
from PIL import Image
from projects import ROOT
from pypdf import PdfReader

from pipeline import figures
from pipeline.charts import book, colours, compose, drawer, drawn, faces, figure_files, gates, kinds, page
from pipeline.charts.marks import Bar, Cell, Dot, Marker, Stroke, TextLine
from pipeline.charts.rows import estimates, rows
from pipeline.charts.scripts import clean
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import DOT, QUESTION, WIDTH
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.text.rounding import percent
from pipeline.tidy.figure_kinds import FigureKind, figure_kinds
from pipeline.tidy.printed import Printed

KINDS = tuple(figure_kinds())
NAN = math.nan
SVG = "{http://www.w3.org/2000/svg}"
LONG = (
    "Contracts between $1M and $10M_per_year with providers whose terms of use change after "
    "adoption, and nobody to ask about it"
)
COLUMNS = [
    *("wave", "question", "item", "item_label", "option", "option_label", "role", "measure"),
    *("by", "group", "group_label", "share", "low", "high", "respondents", "sample_size"),
    *("valid_cases", "total_mentions", "weighted_respondents", "weighted_base", "effective_base"),
    *("value", "flag", "fielded", "comparability"),
]
Parts = Sequence[tuple[str, float]]
BLOCKERS = (
    ("Skills", 0.48),
    ("Licences", 0.41),
    ("Cost above $1M to $10M", 0.125),
    ("Rare_thing", 0.003),
)
LEVELS = ("Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree")


def row(label: str, share: float, **more: Any) -> dict[str, Any]:
    """One row of a table; the interval is invented."""
    known = not math.isnan(share)
    cells: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    cells.update(
        wave="w2",
        question="q",
        option=label.casefold(),
        option_label=label,
        role="substantive",
        measure="option",
        share=share,
        low=max(share - 0.03, 0) if known else NAN,
        high=min(share + 0.04, 1) if known else NAN,
        respondents=round(share * 200) if known else NAN,
        sample_size=210,
        valid_cases=200,
        value=NAN,
    )
    return cells | more


def table(*cells: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(cells), columns=COLUMNS)


def ranked(parts: Parts = BLOCKERS) -> pd.DataFrame:
    return table(*(row(label, share) for label, share in parts))


def single(parts: Parts = (("North", 0.5), ("South", 0.47), ("West", 0.03))) -> pd.DataFrame:
    return ranked(parts)


def battery(
    items: Sequence[str] = ("Control", "Cost"), dkns: float = 0.1, kept: bool = False
) -> pd.DataFrame:
    cells = []
    for item in items:
        where = {"item": item.casefold(), "item_label": item}
        whole = 1 - dkns if kept else 1.0
        shares = [share * whole for share in (0.5, 0.25, 0.125, 0.1, 0.025)]
        cells += [row(level, share, **where) for level, share in zip(LEVELS, shares, strict=True)]
        cells.append(row("Don't know", dkns, role="dkns", **where))
        for net, parts in (("Agree (net)", shares[:2]), ("Disagree (net)", shares[3:])):
            cells.append(row(net, sum(parts), role="net", measure="net", **where))
        cells.append(row("", NAN, measure="mean", **where) | {"value": 3.9})
    return table(*cells)


def segmented(groups: Sequence[str] = ("Small", "Large"), parts: Parts = BLOCKERS) -> pd.DataFrame:
    cells = [row(label, share) for label, share in parts]
    for number, group in enumerate(groups):
        where: dict[str, Any] = {"by": "size", "group": group.casefold(), "group_label": group}
        where["valid_cases"] = 90 + number
        cells += [row(label, min(share * (1 + number / 8), 1), **where) for label, share in parts]
    return table(*cells)


def published() -> pd.DataFrame:
    first = {"source": "Institute A", "wording": "What hinders you?", "n": 233, "grade": "A"}
    second = {"source": "Vendor B", "wording": "The main challenge?", "n": NAN, "grade": "B"}
    cells = [
        first | {"label": "Data quality", "percent": "44", "share": 0.44, "low": 0.38, "high": 0.5},
        first | {"label": "Expertise", "percent": "35", "share": 0.35, "low": 0.29, "high": 0.41},
        second | {"label": LONG, "percent": "62", "share": 0.62, "low": NAN, "high": NAN},
    ]
    return pd.DataFrame([cell | {"mode": "(select one)", "group": "", "address": ""} for cell in cells])


WAVES = ("w1", "w2", "w3")


def over_waves(names: Sequence[str] = ("Skills", "Licences", "Cost above $1M to $10M")) -> pd.DataFrame:
    """Three waves of the same answers, as trend_lines has them; the last is reworded."""
    cells = []
    for place, name in enumerate(names):
        for number, wave in enumerate(WAVES):
            share = 0.4 / (place + 1) + 0.05 * number
            fielded = f"{2000 + 2 * number + number // 2}-03-01"
            status = ("", "same", "reworded")[number]
            cells.append(row(name, share, wave=wave, fielded=fielded, comparability=status))
    return table(*cells)


def two_waves(parts: Parts = BLOCKERS) -> pd.DataFrame:
    """Two waves and their changes: the first is clear, the others are not."""
    early = [row(name, min(share + 0.05, 1), wave="w1", fielded="2000-03-01") for name, share in parts]
    late = [row(name, share, fielded="2001-03-01", comparability="same") for name, share in parts]
    changes = [
        row(name, NAN, fielded="2001-03-01", comparability="same", measure="change", value=-0.05, low=-0.09,
            high=-0.01, flag="" if place == 0 else "no_clear_change")
        for place, (name, _) in enumerate(parts)
    ]  # fmt: skip
    return table(*early, *late, *changes)


def pair(parts: Parts = BLOCKERS) -> pd.DataFrame:
    """The same options of two questions."""
    first = [row(label, share, question="blockers") for label, share in parts]
    second = [
        row(label, share / 2, question="enablers", option_label=f"{label} (help)") for label, share in parts
    ]
    return table(*first, *(cell | {"option": one["option"]} for cell, one in zip(second, first, strict=True)))


def combined(parts: Parts = BLOCKERS[:3]) -> pd.DataFrame:
    """Options, every pair of neighbours, and what is left."""
    ids = [label.casefold() for label, _ in parts]
    options = [row(label, share) for label, share in parts]
    pairs = [
        row(f"{one} + {other}", 0.3 / len(parts), measure="combination", option=f"{one}+{other}")
        for one, other in pairwise([*ids, ids[0]])
    ]
    rest = [row("Other combinations", 0.5, measure="combination", role="other"),
            row("None of the three", 0.2, measure="combination", role="none")]  # fmt: skip
    return table(*options, *pairs, *rest)


def steps(parts: Parts = (("All", 1.0), ("Piloting or further", 0.6), ("Producing", 0.15))) -> pd.DataFrame:
    """Stages reached, and continued from the stage before."""
    reached = [row(label, share, measure="reached") for label, share in parts]
    continued = [
        row(label, share / before if before else 0.0, measure="continued", valid_cases=round(before * 200))
        for (label, share), (_, before) in zip(parts[1:], parts, strict=False)
    ]
    return table(*reached, *continued)


def classes(parts: Parts = (("0 to 9", 0.2), ("10 to 19", 0.5), ("20 or more", 0.3))) -> pd.DataFrame:
    """Classes of a number and its median."""
    bins = [
        row(label, share, measure="bin", value=10.0 * place) for place, (label, share) in enumerate(parts)
    ]
    return table(*bins, row("", NAN, measure="median", value=14.5))


MADE: dict[str, Callable[[], pd.DataFrame]] = {
    "combinations": combined,
    "diverging_bars": battery,
    "dumbbell": two_waves,
    "funnel_bars": steps,
    "heat_table": segmented,
    "histogram": classes,
    "paired_bars": pair,
    "published_bars": published,
    "ranked_bars": ranked,
    "ranked_dots": ranked,
    "scale_bars": battery,
    "segment_panels": segmented,
    "single_bar": single,
    "trend_lines": over_waves,
}


def printed(kind: str, **more: Any) -> Printed:
    plain = Printed(
        number=3,
        id=f"my_{kind}",
        kind=kind,
        wave="" if kind == "published_bars" else "w2",
        title=f"{LONG} & <more>",
        text="",
        subtitle="Share of organisations, worldwide",
        question="Q1. What keeps you? (select all that apply)",
        foot="A survey, Q1, sample size = 210.\nChanges are of the unrounded shares.",
        tests="",
        alt='Bars & "quotes" <b>',
        synthetic=True,
    )
    return dataclasses.replace(plain, **more)


def draw(kind: str, data: pd.DataFrame | None = None, **more: Any) -> tuple[Figure, pd.DataFrame, Printed]:
    data = MADE[kind]() if data is None else data
    exhibit = printed(kind, **more)
    return drawer(kind)(data, exhibit), data, exhibit


def texts(figure: Figure) -> list[str]:
    return [line.get_text() for line in lines_of(figure)]


def lines_of(figure: Figure) -> list[TextLine]:
    return [line for line in figure.findobj(TextLine) if isinstance(line, TextLine)]


def marks_of(figure: Figure) -> list[Bar | Dot | Cell]:
    return [mark for mark in figure.findobj() if isinstance(mark, Bar | Dot | Cell)]


def bars_of(figure: Figure) -> list[Bar]:
    return [bar for bar in figure.findobj(Bar) if isinstance(bar, Bar)]


def strokes_of(figure: Figure) -> list[Stroke]:
    return [stroke for stroke in figure.findobj(Stroke) if isinstance(stroke, Stroke)]


def values_of(figure: Figure) -> list[TextLine]:
    return [line for line in lines_of(figure) if line.row is not None]


def survey(folder: Path, chosen: Sequence[str] = KINDS) -> Paths:
    """A survey folder with an exhibit of each kind, and one that is a table."""
    paths = Paths(folder, "toy")
    paths.tables.mkdir(parents=True)
    exhibits = [dataclasses.asdict(printed(kind, shapes="page card slide")) for kind in chosen]
    exhibits.append(dataclasses.asdict(printed("table", id="counts")))
    pd.DataFrame(exhibits).to_csv(paths.tables / "exhibits.csv", index=False)
    for kind in chosen:
        data = MADE[kind]()
        if kind != "published_bars" and not figure_kinds()[kind].over_waves:
            before = data.assign(wave="w1", share=data["share"] / 2)
            data = pd.concat([before, data])
        data.to_csv(paths.tables / f"my_{kind}.csv", index=False)
    return paths


def problems(figure: Figure, data: pd.DataFrame, exhibit: Printed, gate: str) -> list[str]:
    """The complaints of one gate."""
    return [problem for problem in gates.check(figure, data, exhibit) if problem.startswith(f"{gate}: ")]


# each kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_passes_the_gates(kind: str) -> None:
    figure, data, exhibit = draw(kind)
    assert gates.check(figure, data, exhibit) == []
    assert figure.get_size_inches()[0] == 7.5
    assert f"FIGURE {exhibit.number} · SYNTHETIC RESPONSES" in texts(figure)
    assert any("Synthetic responses" in text for text in texts(figure))


RATIOS = {"slide": 16 / 9, "square": 1.0, "card": 1200 / 630}


@pytest.mark.parametrize("shape", RATIOS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_every_shape(kind: str, shape: str) -> None:
    figure, data, exhibit = draw(kind, title="A title", shapes=shape)
    assert gates.check(figure, data, exhibit) == []
    width, height = figure.get_size_inches()
    assert width / height == pytest.approx(RATIOS[shape])
    foot = [line.get_text() for line in lines_of(figure) if line.is_foot]
    assert "Synthetic responses" in " ".join(foot)
    assert ("FIGURE 3 · SYNTHETIC RESPONSES" in texts(figure)) == (shape != "card")
    assert (exhibit.question in texts(figure)) == (shape != "card")
    if shape == "card":
        assert "A survey, Q1, sample size = 210." in foot[0]
    # the foot stands at the lower edge, and what is above it does not
    lowest = max(line.box[3] for line in lines_of(figure))
    assert height * 72 - 16 < lowest < height * 72


def test_a_card_is_a_picture_to_be_shared() -> None:
    figure, _, exhibit = draw("ranked_bars", shapes="card")
    with Image.open(io.BytesIO(figure_files.png(figure, exhibit))) as picture:
        assert picture.size == (1200, 630)


def test_what_is_too_much_for_a_shape_is_told_and_a_card_has_the_title() -> None:
    many = ranked(tuple((f"Answer {number}", 0.5) for number in range(40)))
    with pytest.raises(SurveyError, match="has too much for a slide; show less in it"):
        draw("ranked_bars", many, shapes="slide")
    figure, data, exhibit = draw("ranked_bars", many, shapes="card", title="Forty answers")
    assert "Forty answers" in texts(figure)
    assert not marks_of(figure)
    assert gates.check(figure, data, exhibit) == []


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(SurveyError, match="did you mean 'ranked_bars'"):
        drawer("ranked_bar")


def fills_of(figure: Figure) -> list[str]:
    return [to_hex(bar.get_facecolor()).upper() for bar in bars_of(figure)]


def test_ranked_bars_keep_the_order_and_point_at_what_they_are_told() -> None:
    data = table(
        row("Skills", 0.48),
        row("Licences", 0.41),
        row("Other", 0.04, role="other"),
        row("None", 0.01, role="none"),
        row("Unsure", 0.02, role="dkns"),
    )
    greys = [colours.GREY] * 3
    assert fills_of(draw("ranked_bars", data)[0]) == [colours.PLAIN, colours.PLAIN, *greys]
    figure, _, _ = draw("ranked_bars", data, highlight="licences")
    assert fills_of(figure) == [colours.PLAIN, colours.HIGHLIGHT, *greys]
    assert [line.get_text() for line in values_of(figure)] == ["48%", "41%", "4%", "1%", "2%"]
    assert [bar.plotted for bar in bars_of(figure)] == pytest.approx(list(data["share"]))


def test_what_has_no_share_is_marked_and_not_drawn() -> None:
    data = table(
        row("Skills", 0.48, flag="low_base"),
        row("Rare", 0.004),
        row("Never", 0.0),
        row("Hidden", NAN, flag="suppressed"),
        row("Later", NAN, flag="not_asked"),
        row("Nobody", NAN),
    )
    figure, data, exhibit = draw("ranked_bars", data)
    assert [line.get_text() for line in values_of(figure)] == [
        "48% [low base]",
        "<1%",
        "0%",
        "[c]",
        "[z]",
        "–",
    ]
    assert [bar.row for bar in bars_of(figure)] == [0, 1, 2]
    assert bars_of(figure)[0].get_facecolor() == (1, 1, 1, 1)
    assert gates.check(figure, data, exhibit) == []


def test_a_suppressed_row_shows_no_share_even_if_its_table_has_one() -> None:
    figure, _, _ = draw("ranked_bars", table(row("Skills", 0.48, flag="suppressed")))
    assert not bars_of(figure)
    assert "48%" not in texts(figure)


def test_values_stand_behind_their_intervals() -> None:
    figure, data, _ = draw("ranked_bars")
    for line, bar, high in zip(values_of(figure), bars_of(figure), data["high"], strict=True):
        assert line.get_position()[0] > bar.scale.zero + high * bar.scale.unit


def test_ranked_bars_of_a_ranking_show_the_share_that_ranked_the_item() -> None:
    item = {"option": "", "option_label": "", "item": "price", "item_label": "Price"}
    data = table(
        row("", 0.6, measure="ranked", **item),
        row("", 0.3, measure="first", **item),
        row("", NAN, measure="mean_rank", **item),
    )
    figure, data, exhibit = draw("ranked_bars", data)
    assert [line.get_text() for line in values_of(figure)] == ["60%"]
    assert "Price" in texts(figure)
    assert gates.check(figure, data, exhibit) == []


def test_ranked_bars_with_groups_give_each_its_panel_and_base() -> None:
    figure, data, exhibit = draw("ranked_bars", segmented())
    assert {"All respondents, n = 200", "Small, n = 90", "Large, n = 91"} <= set(texts(figure))
    assert gates.check(figure, data, exhibit) == []


def test_single_bar_names_every_share_in_the_legend() -> None:
    figure, _, _ = draw("single_bar")
    inside = [line.get_text() for line in values_of(figure) if line.bar is not None]
    legend = [line.get_text() for line in values_of(figure) if line.bar is None]
    assert inside == ["50%", "47%", "3%"]
    assert legend == ["50%", "47%", "3%"]
    assert "n = 200" in texts(figure)


def test_single_bar_with_groups_names_what_is_too_thin() -> None:
    data = segmented(parts=(("North", 0.5), ("South", 0.49), ("West", 0.01)))
    data["share"] = [0.5, 0.49, 0.01] * 3
    figure, data, exhibit = draw("single_bar", data)
    assert texts(figure).count("1%") == 3
    assert {"All respondents", "Small", "Large", "n = 90", "n = 91"} <= set(texts(figure))
    assert gates.check(figure, data, exhibit) == []


def test_dkns_that_the_base_excludes_is_no_part_of_the_bar() -> None:
    excluded = table(row("A", 0.75), row("B", 0.25), row("Unsure", 0.1, role="dkns"))
    kept = table(row("A", 0.65), row("B", 0.25), row("Unsure", 0.1, role="dkns"))
    for data, parts in ((excluded, 2), (kept, 3)):
        figure, data, exhibit = draw("single_bar", data)
        assert len(bars_of(figure)) == parts
        assert gates.check(figure, data, exhibit) == []


def test_a_hidden_level_does_not_bring_excluded_dkns_into_the_bar() -> None:
    data = battery(("Control", "Cost"), dkns=0.02)
    hidden = data.index[(data["item"] == "cost") & (data["option"].isin(["neither", "disagree"]))]
    data.loc[hidden, ["share", "low", "high"]] = NAN
    data.loc[hidden, "flag"] = "suppressed"
    figure, data, exhibit = draw("scale_bars", data)
    assert gates.check(figure, data, exhibit) == []
    assert not [bar for bar in bars_of(figure) if data["role"][bar.row] == "dkns"]
    assert texts(figure).count("[c]") == 1


@pytest.mark.parametrize("kept", [True, False])
def test_scale_bars_have_columns_for_net_base_and_dkns(kept: bool) -> None:
    figure, data, exhibit = draw("scale_bars", battery(kept=kept))
    columns = [line for line in values_of(figure) if line.bar is None]
    # those who did not know are in the bar, or else in a column, and never in both
    net = percent(0.75 * (0.9 if kept else 1))
    assert [line.get_text() for line in columns] == ([net] if kept else [net, "10%"]) * 2
    assert len(bars_of(figure)) == (12 if kept else 10)
    assert texts(figure).count("200") == 2
    assert gates.check(figure, data, exhibit) == []


def test_scale_bars_print_a_low_base_and_a_suppressed_item() -> None:
    data = battery(("Control", "Cost", "Speed"))
    data.loc[data["item"] == "cost", "flag"] = "low_base"
    data.loc[data["item"] == "speed", "flag"] = "suppressed"
    data.loc[data["item"] == "speed", ["share", "low", "high"]] = NAN
    figure, data, exhibit = draw("scale_bars", data)
    assert "[low base]" in texts(figure)
    assert texts(figure).count("[c]") == 3
    assert gates.check(figure, data, exhibit) == []


def test_scale_bars_without_nets_and_dkns_have_a_column_for_n_alone() -> None:
    data = battery()
    data = data[~data["role"].isin(["net", "dkns"])].reset_index(drop=True)
    figure, data, exhibit = draw("scale_bars", data)
    assert not [text for text in texts(figure) if text.startswith("Net")]
    assert gates.check(figure, data, exhibit) == []


@pytest.mark.parametrize("count", [1, 2, 5, 6, 11])
def test_segment_panels_wrap_and_share_one_scale(count: int) -> None:
    groups = [f"Group {number}" for number in range(count)]
    figure, data, exhibit = draw("segment_panels", segmented(groups))
    assert gates.check(figure, data, exhibit) == []
    assert {bar.scale.unit for bar in bars_of(figure)} == {bars_of(figure)[0].scale.unit}
    assert [text for text in texts(figure) if text.startswith("n = ")] == [
        f"n = {90 + number}" for number in range(count)
    ]
    ticks = [bar for bar in bars_of(figure) if bar.tick]
    assert [bar.plotted for bar in ticks[:: max(count, 1)]][:1] == pytest.approx([0.48])
    assert len(ticks) == count * len(BLOCKERS)
    assert "All respondents (n = 200)" in texts(figure)


def test_segment_panels_outline_a_low_base() -> None:
    data = segmented()
    large = data["group"] == "large"
    data = data.assign(
        flag=["low_base" if few else "" for few in large],
        valid_cases=[24 if few else 200 for few in large],
    )
    figure, data, exhibit = draw("segment_panels", data)
    assert "n = 24 [low base]" in texts(figure)
    assert gates.check(figure, data, exhibit) == []


def test_a_number_of_segment_panels_stands_where_no_tick_runs_through_it() -> None:
    """Beside its bar; in the bar where the tick is just right of it; beyond the tick of a short bar."""
    data = segmented(("Small",), (("Far", 0.6), ("Beyond", 0.5), ("Just", 0.5), ("Short", 0.1)))
    data["share"] = [0.9, 0.4, 0.53, 0.05, 0.4, 0.5, 0.5, 0.01]
    figure, data, exhibit = draw("segment_panels", data)
    assert gates.check(figure, data, exhibit) == []
    ends = {bar.row: bar.get_x() + bar.get_width() for bar in bars_of(figure) if not bar.tick}
    ticks = {bar.row: bar.get_x() for bar in bars_of(figure) if bar.tick}
    far, beyond, just, short = values_of(figure)
    assert ends[4] < far.box[0] < far.box[2] < ticks[0]
    assert ends[5] < beyond.box[0] < ends[5] + 7
    assert just.bar is not None
    assert just.box[2] < ends[6] < ticks[2]
    assert just.get_color() == colours.on(colours.PLAIN)
    assert short.box[0] > ticks[3]


def test_dots_of_a_dumbbell_that_would_hide_each_other_touch() -> None:
    data = two_waves((("Same", 0.4), ("Near", 0.3), ("Far", 0.1)))
    data.loc[[0, 1], "share"] = [0.4, 0.305]
    figure, data, exhibit = draw("dumbbell", data)
    assert gates.check(figure, data, exhibit) == []
    dots = [mark for mark in marks_of(figure) if isinstance(mark, Dot)]
    apart = [math.dist(*(dot.center for dot in dots if dot.row in (row, row + 3))) for row in range(3)]
    assert apart[0] == pytest.approx(2 * DOT)
    assert apart[1] == pytest.approx(2 * DOT)
    assert apart[2] > 2 * DOT


def test_a_number_of_a_dumbbell_keeps_off_the_line_at_zero() -> None:
    figure, data, exhibit = draw("dumbbell", two_waves((("None", 0.0), ("Few", 0.02), ("Many", 0.3))))
    assert gates.check(figure, data, exhibit) == []
    zeros = {stroke.get_xdata()[0] for stroke in strokes_of(figure) if len(set(stroke.get_xdata())) == 1}
    (zero,) = zeros
    few = next(line for line in values_of(figure) if line.row == 4)
    assert (few.get_text(), few.box[2] < zero) == ("2%", True)


@pytest.mark.parametrize("kind", ["scale_bars", "diverging_bars", "heat_table"])
def test_columns_of_numbers_end_where_their_headings_do(kind: str) -> None:
    figure, data, exhibit = draw(kind, battery())
    assert gates.check(figure, data, exhibit) == []
    ends = {line.get_text(): round(line.box[2], 3) for line in lines_of(figure)}
    assert ends["n"] == ends["200"]
    if kind != "heat_table":
        assert ends["Don't know"] == ends["10%"]


def test_combinations_stand_below_the_answers_that_they_are_made_of() -> None:
    figure, data, exhibit = draw("combinations")
    assert gates.check(figure, data, exhibit) == []
    drawn = texts(figure)
    answers, exact = "Chose each of the three, alone or with others", "Chose exactly these of the three"
    order = [
        drawn.index(text) for text in (answers, "Skills", exact, "skills + licences", "None of the three")
    ]
    assert order == sorted(order)
    assert len({bar.scale for bar in bars_of(figure)}) == 1, "one scale, so that they can be compared"


def test_a_trend_shows_points_of_one_share_side_by_side_and_prints_both() -> None:
    data = over_waves(("Skills", "Licences", "Cost"))
    data["share"] = [0.4, 0.4, 0.5, 0.4, 0.41, 0.5, 0.4, 0.2, 0.5]
    figure, data, exhibit = draw("trend_lines", data)
    assert gates.check(figure, data, exhibit) == []
    dots = {mark.row: mark for mark in marks_of(figure) if isinstance(mark, Dot)}
    assert len({dot.shape for dot in dots.values()}) == 3
    for wave in range(3):
        places = [dots[row].center for row in range(wave, 9, 3)]
        assert min(math.dist(*two) for two in combinations(places, 2)) > 7
    assert {line.row for line in values_of(figure)} == set(range(9))


def test_the_bases_of_many_waves_stand_beside_each_other() -> None:
    waves = [f"w{number}" for number in range(6)]
    cells = [row("Skills", 0.4, wave=wave, flag="low_base", comparability="same") for wave in waves]
    figure, data, exhibit = draw("trend_lines", table(*cells))
    assert gates.check(figure, data, exhibit) == []
    assert texts(figure).count("[low base]") == len(waves)


def test_a_trend_has_the_marker_of_a_line_at_its_name() -> None:
    figure, _, _ = draw("trend_lines")
    keys = [artist for artist in figure.artists if type(artist) is Marker]
    lasts = [mark for mark in marks_of(figure) if isinstance(mark, Dot) and mark.row in (2, 5, 8)]
    names = [next(line for line in values_of(figure) if line.row == dot.row) for dot in lasts]
    assert len(keys) == 3
    for dot, name in zip(lasts, names, strict=True):
        (key,) = (key for key in keys if name.box[1] < key.center[1] < name.box[3])
        assert (key.shape, key.get_facecolor()) == (dot.shape, dot.get_facecolor())
        assert key.center[0] < name.box[0]


def test_published_bars_print_what_was_published_a_panel_a_source() -> None:
    figure, _, _ = draw("published_bars")
    assert [line.get_text() for line in values_of(figure)] == ["44%", "35%", "62%"]
    assert {line.panel for line in values_of(figure)} == {0, 1}
    assert "n = 233; grade A: read in the publisher's own text" in texts(figure)
    assert "n not known; grade B: quoted by a third party" in texts(figure)
    assert "What hinders you? (select one)" in texts(figure)


# hostile labels

LABELLED = {"published_bars": "label", "scale_bars": "item_label"}
HOSTILE = {
    "dollars": "Infrastructure from $1M to $10M",
    "underscores": "a_b_c ^2 \\frac{1}{2} %s {0}",
    "markup": "<script>alert('x')</script> & \"quotes\" ]]>",
    "long": LONG,
    "unbroken": "x" * 120,
    "control": "one\ttwo\x00three\x0bfour\nfive",
    "hebrew": "עלות גבוהה (תשתיות)",
    "arabic": "نقص المهارات التقنية",
    "vowels": "تَكْلِفَةٌ عَالِيَةٌ لِلْبِنْيَةِ التَّحْتِيَّةِ 2025 و 3 أسباب Open Source",
    "emoji": "Happy 😀 people ❤️",
    "combined": "re\u0301sume\u0301 of a na\u00efve\u200b reader",
    "spaces": "   ",
}


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_labels_survive(kind: str, label: str) -> None:
    data = MADE[kind]()
    where = LABELLED.get(kind, "option_label")
    data[where] = [label if index % 2 else text for index, text in enumerate(data[where])]
    for column in {"group_label", "source"} & set(data):
        data[column] = [label if text else text for text in data[column]]
    if kind == "published_bars":
        data["source"] = [f"{text} {number // 2}" for number, text in enumerate(data["source"])]
    figure, data, exhibit = draw(kind, data, title=f"{label} of all", foot=label, alt=label)
    assert gates.check(figure, data, exhibit) == []
    root = ElementTree.fromstring(figure_files.svg(figure, exhibit))  # noqa: S314 - made a line above
    drawn = "".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    assert clean(label).replace(" ", "") in drawn.replace(" ", "")


@pytest.fixture
def no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without fonts."""
    monkeypatch.setattr(faces, "FOLDERS", ())


@pytest.mark.usefixtures("no_system")
@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("成本过高", "U+6210 U+672C U+8FC7 U+9AD8"),
        ("Rocket 🚀", "Rocket U+1F680"),
        ("private \ue000 use", "private U+E000 use"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_character_that_no_face_has_is_shown_by_its_code(kind: str, label: str, shown: str) -> None:
    data = MADE[kind]()
    where = LABELLED.get(kind, "option_label")
    data[where] = [label if index % 2 else text for index, text in enumerate(data[where])]
    figure, data, exhibit = draw(kind, data, title=f"{label} of all")
    assert gates.check(figure, data, exhibit) == []
    lines = [line for line in lines_of(figure) if line.lacking]
    assert len(lines) >= 2
    assert {line.lacking for line in lines} <= {"".join(c for c in label if ord(c) > 0x2000)}
    assert shown.replace(" ", "") in "".join(texts(figure)).replace(" ", "")
    assert set(page.lacking(figure)) == {c for c in label if ord(c) > 0x2000}
    assert figure_files.png(figure, exhibit) and figure_files.svg(figure, exhibit)


@pytest.mark.usefixtures("no_system")
def test_a_published_value_that_no_face_has_agrees_with_its_code() -> None:
    data = published().assign(percent="半", share=0.5)
    figure, data, exhibit = draw("published_bars", data)
    assert gates.check(figure, data, exhibit) == []
    assert {line.get_text() for line in values_of(figure)} == {"U+534A"}


JAPANESE = "技能や予算の不足（社内の教育を含む）、日本語 with 🎉 and カタカナ"
HEBREW = "עלות גבוהה של התשתיות בשנת 2025 ו-3 סיבות (Open Source) כולל תחזוקה"


def labelled(kind: str, label: str) -> tuple[Figure, pd.DataFrame, Printed]:
    """A figure of a kind of which every text is of one script, with numbers apart."""
    data = MADE[kind]()
    where = LABELLED.get(kind, "option_label")
    data[where] = [f"{label} {index}" for index in range(len(data))]
    for column in {"group_label", "source", "item_label"} & set(data) - {where}:
        names = list(dict.fromkeys(data[column]))
        data[column] = [f"{label} {names.index(text)}" if text else text for text in data[column]]
    return draw(kind, data, title=label, subtitle=label, question=label, foot=label, alt=label)


@pytest.mark.parametrize("label", [JAPANESE, HEBREW], ids=["japanese", "hebrew"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_set_in_any_script(kind: str, label: str, cjk: Path) -> None:
    figure, data, exhibit = labelled(kind, label)
    assert gates.check(figure, data, exhibit) == []
    one = page.page(figure)
    used = {name.removesuffix("-Bold") for name in one.used}
    by_name = faces.by_name(set(one.used))
    for name, numbers in one.used.items():
        there = faces.characters(by_name[name])
        assert all(ord(character) in there for read in numbers.values() for character in read)
    assert ({"NotoSansCJKJP"} if label == JAPANESE else {"DejaVuSans"}) <= used
    drawn = [text for text, _, _ in texts_on(one)]
    assert len(drawn) == len([text for text in texts(figure) if text])
    if label == JAPANESE:
        assert sorted(drawn) == sorted(text for text in texts(figure) if text)
    with Image.open(io.BytesIO(figure_files.png(figure, exhibit))) as picture:
        assert picture.size[0] == round(WIDTH / 72 * 200)


@pytest.mark.parametrize("label", [JAPANESE, HEBREW], ids=["japanese", "hebrew"])
def test_pages_and_svg_of_any_script_read_as_it_does(label: str, cjk: Path) -> None:
    figure, _, exhibit = labelled("ranked_bars", label)
    words = {"カタカナ"} if label == JAPANESE else {"התשתיות", "Open", "2025"}
    assert all(word in read_page(page.page(figure)) for word in words)
    root = ElementTree.fromstring(figure_files.svg(figure, exhibit))  # noqa: S314 - made a line above
    turned = [element for element in root.iter(f"{SVG}text") if element.get("direction") == "rtl"]
    assert bool(turned) is (label == HEBREW)
    # what begins at the left margin ends there, read from right to left
    at_margin = [element.get("style", "") for element in turned if element.get("x") == "14"]
    assert all("text-anchor: end" in style for style in at_margin)
    assert bool(at_margin) is (label == HEBREW)
    embedded: set[int] = set()
    for form, file in re.findall(r"font/(\w+);base64,([^)]+)", root.findtext(f"{SVG}style") or ""):
        font = TTFont(io.BytesIO(base64.b64decode(file)))
        assert form == ("otf" if "CFF " in font else "ttf")
        embedded |= set(font.getBestCmap())
    assert embedded >= {ord(character) for text in texts(figure) for character in text}
    drawn = {"".join(element.itertext()) for element in root.iter(f"{SVG}text")}
    assert drawn == {text for text in texts(figure) if text}
    families = {
        re.search(r"font-family: ([^;]*);", element.get("style", ""))[1]
        for element in root.iter(f"{SVG}text")
    }
    wanted = (
        "'Open Sans', 'Noto Sans CJK JP', sans-serif" if label == JAPANESE else "'DejaVu Sans', sans-serif"
    )
    assert families == {"'Open Sans', sans-serif", wanted}


@pytest.mark.parametrize("label", [JAPANESE, HEBREW], ids=["japanese", "hebrew"])
def test_figures_of_a_survey_in_any_script_come_out_whole(label: str, tmp_path: Path, cjk: Path) -> None:
    paths = survey(tmp_path, ["ranked_bars", "scale_bars"])
    ranked(((label, 0.4), ("b", 0.2))).to_csv(paths.tables / "my_ranked_bars.csv", index=False)
    battery([label, "b"]).to_csv(paths.tables / "my_scale_bars.csv", index=False)
    assert redrawn(paths) == {"ranked_bars", "scale_bars"}
    before = {path: path.read_bytes() for path in [*paths.figures.iterdir(), paths.figure_book]}
    assert redrawn(paths) == set()
    set_in = drawn.faces_of(paths)
    assert (cjk.name in set_in) is (label == JAPANESE)
    assert all(faces.hash_of(faces.file_named(name) or Path()) == sha256 for name, sha256 in set_in.items())
    for path in before:
        path.unlink()
    assert redrawn(paths) == {"ranked_bars", "scale_bars"}
    assert {path: path.read_bytes() for path in before} == before


def test_without_the_fonts_codes_are_drawn_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cjk: Path
) -> None:
    paths = survey(tmp_path / "survey", ["ranked_bars", "single_bar"])
    ranked((("カ", 0.4), ("b", 0.2))).to_csv(paths.tables / "my_ranked_bars.csv", index=False)
    fonts = tmp_path / "fonts"
    monkeypatch.setattr(faces, "FOLDERS", (str(fonts / "none"),))
    assert redrawn(paths) == {"ranked_bars", "single_bar"}
    assert list(drawn.codes(paths)) == [
        "figure 'my_ranked_bars' shows its code for U+30AB (KATAKANA LETTER KA): no font here has it"
    ]
    assert ">U+30AB<" in (paths.figures / "my_ranked_bars.svg").read_text(encoding="utf-8")
    assert set(drawn.faces_of(paths)) == {"OpenSans-Regular.ttf", "OpenSans-Bold.ttf"}
    assert drawn.rests_on_system(paths)
    assert faces.looked_at() == [fonts / "none"]
    # a font that comes is used for what needs it, and one that becomes another is used again
    fonts.mkdir()
    (fonts / cjk.name).symlink_to(cjk)
    monkeypatch.setattr(faces, "FOLDERS", (str(fonts),))
    assert redrawn(paths) == {"ranked_bars"}
    assert list(drawn.codes(paths)) == []
    assert ">カ<" in (paths.figures / "my_ranked_bars.svg").read_text(encoding="utf-8")
    assert faces.looked_at() == [fonts, fonts / cjk.name]
    assert redrawn(paths) == set()
    (fonts / cjk.name).unlink()
    (fonts / cjk.name).write_bytes(cjk.read_bytes() + b"\0")
    assert redrawn(paths) == {"ranked_bars"}
    assert redrawn(paths) == set()


@pytest.mark.usefixtures("no_system")
def test_figures_in_our_own_faces_do_not_ask_the_system(tmp_path: Path) -> None:
    paths = survey(tmp_path, ["ranked_bars"])
    figures.figures(paths)
    assert not drawn.rests_on_system(paths)
    assert set(drawn.faces_of(paths)) == {"OpenSans-Regular.ttf", "OpenSans-Bold.ttf"}


def test_a_box_is_still_an_error() -> None:
    figure, _, exhibit = draw("single_bar")
    next(line for line in lines_of(figure) if line.get_text()).set_text("成")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(UserWarning, match=r"Glyph .* missing"):
            figure_files.png(figure, exhibit)


def test_the_book_has_the_glyphs_of_postscript_fonts_in_their_places(cjk: Path) -> None:
    figure, _, _ = labelled("ranked_bars", JAPANESE)
    one = page.page(figure)
    made = PdfReader(io.BytesIO(book.book([("", one)])))
    fonts: Any = made.pages[0]["/Resources"]["/Font"]
    of_page = fonts["/NotoSansCJKJP"]["/DescendantFonts"][0].get_object()
    places = of_page["/CIDToGIDMap"].get_data()
    embedded = TTFont(io.BytesIO(of_page["/FontDescriptor"]["/FontFile2"].get_data()))
    whole = TTFont(cjk, fontNumber=0)
    outlines, order, glyphs = whole.getGlyphSet(), whole.getGlyphOrder(), embedded.getGlyphSet()
    numbers = one.used["NotoSansCJKJP"]
    assert len(numbers) > 20
    for number in numbers:
        place = int.from_bytes(places[2 * number : 2 * number + 2], "big")
        boxes = []
        for glyphs_of, name in ((outlines, order[number]), (glyphs, embedded.getGlyphOrder()[place])):
            pen = BoundsPen(glyphs_of)
            glyphs_of[name].draw(pen)
            boxes.append(pen.bounds)
        assert boxes[1] == pytest.approx(boxes[0], abs=1.5), numbers[number]


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_table_says_so(kind: str) -> None:
    figure, data, exhibit = draw(kind, MADE[kind]().iloc[:0])
    assert "No responses to show." in texts(figure)
    assert gates.check(figure, data, exhibit) == []
    assert figure_files.png(figure, exhibit)


def count_of(kind: str, count: int) -> pd.DataFrame:
    """A table of a kind with `count` options, or items."""
    parts = [(f"Option {number} of the list", 1 / count) for number in range(count)]
    names = [name for name, _ in parts]
    if kind == "scale_bars":
        return battery(names)
    if kind == "published_bars":
        same = {"source": "A", "wording": "Q", "mode": "", "grade": "A", "group": "", "n": 9}
        return pd.DataFrame(
            [
                same | {"label": name, "percent": f"{share:.0%}", "share": share, "low": NAN, "high": NAN}
                for name, share in parts
            ]
        )
    makers = {
        "segment_panels": lambda: segmented(parts=parts),
        "heat_table": lambda: segmented(parts=parts),
        "diverging_bars": lambda: battery(names),
        "dumbbell": lambda: two_waves(parts),
        "paired_bars": lambda: pair(parts),
        "combinations": lambda: combined(parts[:10]),
        "funnel_bars": lambda: steps(parts),
        "histogram": lambda: classes(parts[:12]),
        "trend_lines": lambda: over_waves(names[:6]),
    }
    return makers[kind]() if kind in makers else ranked(parts)


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("kind", KINDS)
def test_one_option_and_forty(kind: str, count: int) -> None:
    figure, data, exhibit = draw(kind, count_of(kind, count))
    assert gates.check(figure, data, exhibit) == []


def zeros(kind: str) -> pd.DataFrame:
    data = MADE[kind]()
    shares = data["share"].notna()
    data.loc[shares, ["share", "low", "high"]] = 0.0
    return data.assign(percent="0") if "percent" in data else data


@pytest.mark.parametrize("kind", KINDS)
def test_all_zero(kind: str) -> None:
    figure, data, exhibit = draw(kind, zeros(kind))
    assert gates.check(figure, data, exhibit) == []
    assert texts(figure).count("0%") >= 3


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "published_bars"])
def test_one_respondent(kind: str) -> None:
    data = MADE[kind]()
    first = ~data.duplicated(["wave", "question", "group", "item", "measure"])
    shares = data["share"].notna()
    numbers = {"share": first.astype(float), "low": first * 0.2, "high": first * 0.2 + 0.8}
    data = data.assign(valid_cases=1, sample_size=1, flag="low_base")
    for column, number in numbers.items():
        data.loc[shares, column] = number[shares]
    figure, data, exhibit = draw(kind, data)
    assert gates.check(figure, data, exhibit) == []
    assert any("[low base]" in text for text in texts(figure))


# gates


def test_the_label_gate_sees_a_wrong_number() -> None:
    figure, data, exhibit = draw("ranked_bars")
    values_of(figure)[1].set_text("42%")
    assert problems(figure, data, exhibit, "label") == [
        "label: row 1 (Licences) prints '42%', its table has '41%'"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_label_gate_sees_a_wrong_bar(kind: str) -> None:
    figure, data, exhibit = draw(kind)
    mark = marks_of(figure)[0]
    if isinstance(mark, Cell):
        return  # the gate of shades looks at those
    if isinstance(mark, Dot):
        x, y = mark.center
        mark.center = (x + 9, y + 9)
    elif mark.scale.upright:
        mark.set_height(mark.get_height() * 1.2)
    else:
        mark.set_width(mark.get_width() * 1.2)
    what = type(mark).__name__.lower()
    assert f"beside a {what} of" in problems(figure, data, exhibit, "label")[0]


def test_the_shade_gate_sees_a_lighter_cell_of_a_higher_share() -> None:
    figure, data, exhibit = draw("heat_table")
    cells = [mark for mark in marks_of(figure) if isinstance(mark, Cell)]
    cells[0].set_facecolor(colours.shade(0.1))
    assert problems(figure, data, exhibit, "shade")[0].startswith(
        "shade: row 0 (Skills, 48%) is lighter than row "
    )


def test_the_label_gate_sees_a_wrong_tick() -> None:
    figure, data, exhibit = draw("segment_panels")
    tick = next(bar for bar in bars_of(figure) if bar.tick)
    tick.set_x(tick.get_x() + 5)
    assert problems(figure, data, exhibit, "label")


def test_the_label_gate_sees_a_bar_of_a_suppressed_row() -> None:
    figure, data, exhibit = draw("ranked_bars")
    data["flag"] = ["suppressed", "", "", ""]
    assert any("has a bar" in problem for problem in problems(figure, data, exhibit, "label"))


def test_the_label_gate_sees_a_filled_bar_of_a_low_base() -> None:
    figure, data, exhibit = draw("ranked_bars")
    data["flag"] = ["low_base", "", "", ""]
    assert any("filled bar" in problem for problem in problems(figure, data, exhibit, "label"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_label_gate_sees_a_row_that_is_not_drawn(kind: str) -> None:
    figure, data, exhibit = draw(kind)
    for line in lines_of(figure):
        if line.row == 1:
            line.remove()
    for mark in marks_of(figure):
        if mark.row == 1:
            mark.remove()
    assert any("is not in the figure" in problem for problem in problems(figure, data, exhibit, "label"))


def with_a_hidden_group() -> pd.DataFrame:
    """A table by groups, of which one is not shown, and of the others one cell."""
    data = segmented()
    hidden = (data["group"] == "small") | ((data["group"] == "large") & (data["option"] == "skills"))
    data.loc[hidden, ["share", "low", "high"]] = NAN
    return data.assign(flag=["suppressed" if is_hidden else "" for is_hidden in hidden])


def test_cells_that_are_not_shown_are_one_block_where_they_lie_together() -> None:
    figure, data, exhibit = draw("heat_table", with_a_hidden_group())
    assert gates.check(figure, data, exhibit) == []
    assert [text for text in texts(figure) if "[c]" in text] == ["[c] not shown", "[c]"]
    (note,) = (line for line in lines_of(figure) if line.stands_for)
    assert [(data["group"][row], data["flag"][row]) for row in note.stands_for] == [
        ("small", "suppressed")
    ] * 4
    assert b'data-rows="4 5 6 7"' in figure_files.svg(figure, exhibit)


def test_the_label_gate_sees_a_block_that_hides_what_is_known_or_lacks_a_row() -> None:
    figure, data, exhibit = draw("heat_table", with_a_hidden_group())
    assert not problems(figure, data, exhibit, "label")
    (note,) = (line for line in lines_of(figure) if line.stands_for)
    note.stands_for = note.stands_for[:-1]
    assert problems(figure, data, exhibit, "label") == [
        "label: row 7 (Rare_thing) is not in the figure, its table has '[c]'"
    ]
    note.stands_for = (4, 5, 6, 7, 9)
    assert problems(figure, data, exhibit, "label") == [
        "label: row 9 (Licences) is in a block that is not shown, its table has 46%"
    ]


@pytest.mark.parametrize("kind", ["ranked_bars", "segment_panels", "published_bars"])
def test_the_order_gate_sees_swapped_rows(kind: str) -> None:
    figure, data, exhibit = draw(kind)
    panel = values_of(figure)[0].panel
    first, second = [line for line in values_of(figure) if line.panel == panel][:2]
    one, other = first.get_position(), second.get_position()
    first.set_position(other)
    second.set_position(one)
    assert problems(figure, data, exhibit, "order")


@pytest.mark.parametrize("kind", ["single_bar", "scale_bars"])
def test_the_order_gate_sees_swapped_parts(kind: str) -> None:
    figure, data, exhibit = draw(kind)
    first, second = bars_of(figure)[:2]
    first.set_x(second.get_x() + 1)
    assert problems(figure, data, exhibit, "order")


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_the_whole_gate_sees_parts_that_are_not_the_whole(factor: float) -> None:
    data = single()
    data["share"] *= factor
    figure, data, exhibit = draw("single_bar", data)
    assert problems(figure, data, exhibit, "whole") == [
        f"whole: the parts of the bar of all respondents sum to {factor:.4%}"
    ]


@pytest.mark.parametrize(
    ("names", "median", "place"),
    [
        (("3", "4", "5"), 4.0, 1.5),  # the middle of its bar
        (("3", "4", "5"), 4.5, 2.0),  # between two bars
        (("2 to 3", "4 to 5", "6 to 7"), 4.0, 1.25),
        (("0 to under 0.5", "0.5 to under 1", "1 to under 1.5"), 0.5, 1.0),
    ],
)
def test_the_median_stands_where_its_number_does(names: Sequence[str], median: float, place: float) -> None:
    width = 1.0 if names[0] == "3" else 2.0 if names[0] == "2 to 3" else 0.5
    low = float(names[0].split()[0])
    bins = [row(name, 0.3, measure="bin", value=low + width * n) for n, name in enumerate(names)]
    figure = drawer("histogram")(
        table(*bins, row("", NAN, measure="median", value=median)), printed("histogram")
    )
    bars = [artist for artist in figure.artists if isinstance(artist, Bar)]
    (mark,) = (
        line for line in figure.artists if isinstance(line, Stroke) and line.get_color() == colours.TICK
    )
    step = bars[1].get_x() - bars[0].get_x()
    left = bars[0].get_x() + bars[0].get_width() / 2 - step / 2
    assert (mark.get_xdata()[0] - left) / step == pytest.approx(place)


def test_the_overlap_gate_sees_two_texts_in_one_place() -> None:
    figure, data, exhibit = draw("ranked_bars")
    values = values_of(figure)
    x, y = values[0].get_position()
    values[1].set_position((x + 4, y + 3))
    assert problems(figure, data, exhibit, "overlap")[0].startswith("overlap: '48%' and '41%' share")


def test_the_overlap_gate_sees_a_text_on_a_bar() -> None:
    figure, data, exhibit = draw("ranked_bars")
    line = values_of(figure)[0]
    line.set_x(line.get_position()[0] - 60)
    assert any("into the bar of row 0" in problem for problem in problems(figure, data, exhibit, "overlap"))


def test_the_line_gate_sees_a_number_on_the_line_at_zero() -> None:
    figure, data, exhibit = draw("dumbbell")
    assert not problems(figure, data, exhibit, "line")
    value = next(line for line in values_of(figure) if line.row == 3)
    (zero,) = {x for stroke in strokes_of(figure) if len(set(x := stroke.get_xdata())) == 1}
    value.set_x(zero[0] + value.box[2] - value.box[0] - 5)
    assert problems(figure, data, exhibit, "line")[0].startswith("line: '5%' touches a line")


def test_the_line_gate_sees_a_number_on_a_slanting_line() -> None:
    figure, data, exhibit = draw("trend_lines")
    assert not problems(figure, data, exhibit, "line")
    (x, y), (to_x, to_y) = next(
        stroke.get_xydata() for stroke in strokes_of(figure) if stroke.get_linewidth() == 1.8
    )
    values_of(figure)[0].set_position(((x + to_x) / 2, (y + to_y) / 2 + 3))
    assert problems(figure, data, exhibit, "line")


def test_the_point_gate_sees_a_point_behind_another() -> None:
    figure, data, exhibit = draw("dumbbell")
    assert not problems(figure, data, exhibit, "point")
    first, second = (dot for dot in marks_of(figure) if isinstance(dot, Dot) and dot.row in (0, 4))
    second.center = first.center
    assert problems(figure, data, exhibit, "point") == [
        "point: the points of row 0 (Skills) and row 4 (Skills) stand in one place"
    ]


def test_the_shape_gate_sees_two_lines_of_one_shape() -> None:
    figure, data, exhibit = draw("trend_lines")
    assert not problems(figure, data, exhibit, "shape")
    dots = [mark for mark in marks_of(figure) if isinstance(mark, Dot)]
    for dot in dots[3:6]:
        dot.shape = "circle"
    assert problems(figure, data, exhibit, "shape")[0] == (
        "shape: row 3 (Licences) has a circle, as points of another line have"
    )
    dots[4].shape = dots[5].shape = "cross"
    assert "shape: the line of licences has points of 2 shapes" not in problems(
        figure, data, exhibit, "shape"
    )
    dots[3].shape = "square"
    assert problems(figure, data, exhibit, "shape") == ["shape: the line of licences has points of 2 shapes"]


def test_the_gate_of_low_bases_sees_one_that_is_marked_again() -> None:
    data = over_waves()
    data.loc[data["wave"] == "w3", "flag"] = "low_base"
    figure, data, exhibit = draw("trend_lines", data)
    assert sum("[low base]" in text for text in texts(figure)) == 1
    assert not problems(figure, data, exhibit, "low base")
    values = [line for line in values_of(figure) if data["flag"][line.row] == "low_base"]
    values[0].set_text(f"{values[0].get_text()} [low base]")
    heading = next(line for line in lines_of(figure) if "[low base]" in line.get_text() and line.row is None)
    assert problems(figure, data, exhibit, "low base") == [
        "low base: row 2 (Skills) prints '50% [low base]', its heading marks the low base already"
    ]
    heading.set_text("[low base] [low base]")
    assert "more than once" in problems(figure, data, exhibit, "low base")[0]


def test_the_canvas_gate_sees_a_text_outside() -> None:
    figure, data, exhibit = draw("ranked_bars")
    values_of(figure)[0].set_x(WIDTH - 5)
    assert "outside of 540" in problems(figure, data, exhibit, "canvas")[0]


def test_the_size_gate_sees_small_print() -> None:
    figure, data, exhibit = draw("ranked_bars")
    lines_of(figure)[-1].set_fontsize(7.5)
    assert "has 7.5 pt, the least is 8" in problems(figure, data, exhibit, "size")[0]


def test_the_inside_gate_sees_a_text_too_wide_for_its_bar() -> None:
    figure, data, exhibit = draw("single_bar")
    line = next(line for line in values_of(figure) if line.bar is not None)
    line.bar = bars_of(figure)[2]
    assert "larger than its part" in problems(figure, data, exhibit, "inside")[0]


def test_the_contrast_gate_sees_faint_text() -> None:
    figure, data, exhibit = draw("single_bar")
    inside = next(line for line in values_of(figure) if line.bar is not None)
    inside.set_color("#555555")
    lines_of(figure)[0].set_color("#999999")
    assert len(problems(figure, data, exhibit, "contrast")) == 2


@pytest.mark.parametrize("mark", ["Synthetic responses", "Unsettled draft"])
def test_the_gate_sees_that_a_mark_is_not_said(mark: str) -> None:
    figure, data, exhibit = draw("ranked_bars", unsettled="q")
    assert not problems(figure, data, exhibit, "marked")
    for line in lines_of(figure):
        if mark.casefold() in line.get_text().casefold():
            line.remove()
    assert problems(figure, data, exhibit, "marked") == [f"marked: the figure nowhere says {mark!r}"]


def test_the_gate_sees_a_change_without_its_interval_or_with_numbers_that_do_not_add_up() -> None:
    figure, data, exhibit = draw("dumbbell", foot="A survey.")
    assert problems(figure, data, exhibit, "changes") == []
    line = next(line for line in values_of(figure) if "[" in line.get_text())
    line.set_text("−5 pts")
    assert "without its interval" in problems(figure, data, exhibit, "changes")[0]
    data = two_waves()
    data.loc[data["measure"] == "change", "value"] = -0.04
    figure, data, exhibit = draw("dumbbell", data, foot="A survey.")
    assert "beside 53% and 48%" in problems(figure, data, exhibit, "changes")[0]
    told = dataclasses.replace(exhibit, foot="A survey. Changes are of the unrounded shares.")
    assert problems(figure, data, told, "changes") == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if figure_kinds()[kind].points])
def test_the_gate_sees_that_something_else_is_dark(kind: str) -> None:
    figure, data, exhibit = draw(kind, highlight=MADE[kind]()["option"].iloc[1])
    assert problems(figure, data, exhibit, "dark") == []
    mark = next(mark for mark in marks_of(figure) if not rows(data)[mark.row].is_of([exhibit.highlight]))
    mark.set_facecolor(colours.HIGHLIGHT)
    mark.set_edgecolor(colours.HIGHLIGHT)
    assert "is dark, highlight is" in problems(figure, data, exhibit, "dark")[0]


def test_the_gate_sees_parts_that_cannot_be_told_apart_or_have_no_label() -> None:
    figure, data, exhibit = draw("single_bar")
    assert problems(figure, data, exhibit, "parts") == []
    next(line for line in values_of(figure) if line.bar is not None).remove()
    assert "row 0 (North) has no label" in problems(figure, data, exhibit, "parts")[0]
    figure, data, exhibit = draw("single_bar")
    for line in figure.findobj(Stroke):
        if line.parts_bars:
            line.remove()
    first, second, _ = bars_of(figure)
    second.set_facecolor(first.get_facecolor())
    assert any("touch in colours of 1.00:1" in one for one in problems(figure, data, exhibit, "parts"))
    figure, data, exhibit = draw("single_bar", single((("A", 0.4), ("B", 0.6))))
    one, other = (line for line in values_of(figure) if line.bar is not None)
    other.bar = one.bar
    other.set_color(colours.GREY_INK)
    assert "have the inks" in " ".join(problems(figure, data, exhibit, "parts"))


def test_a_foot_has_three_lines_and_what_is_needed_most() -> None:
    notes = [
        f"Note {number} says what this figure needs, in some words that take up room." for number in range(9)
    ]
    foot = "\n".join(["A survey, Q1, n = 200.", *notes])
    figure, data, exhibit = draw("ranked_bars", foot=foot)
    lines = [line.get_text() for line in lines_of(figure) if line.is_foot]
    assert len(lines) == 3
    assert lines[-1] == "Synthetic responses: invented to try the pipeline, nobody's answers."
    assert "A survey, Q1, n = 200. Note 0 says" in lines[0]
    assert "Note 8" not in " ".join(lines)
    assert problems(figure, data, exhibit, "foot") == []
    for line in lines_of(figure):
        line.is_foot = True
    assert "lines, at most 3 are wanted" in problems(figure, data, exhibit, "foot")[0]


# colours


@pytest.mark.parametrize("count", colours.DIVERGING)
def test_diverging_ramps_fade_towards_the_middle(count: int) -> None:
    ramp = colours.DIVERGING[count]
    assert len(set(ramp)) == len(ramp) == count
    on_white = [colours.contrast(colour, colours.WHITE) for colour in ramp]
    half = (count + 1) // 2
    assert on_white[:half] == sorted(on_white[:half], reverse=True)
    assert on_white[-half:] == sorted(on_white[-half:])
    if count in (2, 3):
        return
    for one, other in pairwise(ramp):
        if count % 2 or {one, other} != {ramp[half - 1], ramp[half]}:
            assert colours.contrast(one, other) >= 1.3


@pytest.mark.parametrize("count", range(1, 41))
def test_sequential_ramps_go_from_dark_to_what_can_still_be_seen(count: int) -> None:
    ramp = colours.sequential(count)
    on_white = [colours.contrast(colour, colours.WHITE) for colour in ramp]
    assert on_white == sorted(on_white, reverse=True)
    assert len(set(on_white)) == count
    assert min(on_white) >= 3
    if count <= 7:
        assert all(colours.contrast(one, other) >= 1.3 for one, other in pairwise(ramp))


RAMPS = {
    **{f"{count} steps": colours.ramp(count) for count in range(2, 8)},
    **{f"{count} of for and against": colours.ramp(count, True) for count in range(2, 8)},
}


@pytest.mark.parametrize("name", RAMPS)
def test_the_inks_on_a_ramp_change_as_seldom_as_they_can(name: str) -> None:
    ramp = RAMPS[name]
    inks = [colours.on(colour) for colour in ramp]
    assert all(colours.contrast(ink, colour) >= 4.5 for ink, colour in zip(inks, ramp, strict=True))
    changes = sum(one != other for one, other in pairwise(inks))
    assert changes <= (2 if "against" in name else 1)
    assert all(colours.contrast(end, colours.WHITE) >= 3 for end in (ramp[0], ramp[-1]))


DEFICIENCIES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
"""what is seen of linear red, green and blue (Machado, Oliveira and Fernandes 2009, severity 1.0)"""


def seen(colour: str, deficiency: str) -> tuple[float, float, float]:
    """A colour as somebody sees it, as lightness and two hues (Oklab, Ottosson 2020)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    if deficiency:
        linear = [
            sum(part * by for part, by in zip(linear, line, strict=True)) for line in DEFICIENCIES[deficiency]
        ]
    red, green, blue = (min(max(part, 0.0), 1.0) for part in linear)
    cones = (
        0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
        0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
        0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
    )
    long, middle, short = (cone ** (1 / 3) for cone in cones)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.mark.parametrize("deficiency", ["", *DEFICIENCIES])
def test_colours_side_by_side_are_told_apart_by_everybody(deficiency: str) -> None:
    """By 0.045 of Oklab at least: a fiftieth is what an eye can just tell apart."""
    sides = [colours.HIGHLIGHT, colours.PLAIN], [colours.PALETTE[0], colours.SECOND]
    rows = {**RAMPS, "palette": colours.PALETTE, "highlight": sides[0], "two sides": sides[1]}
    apart = {
        (name, one, other): math.dist(seen(one, deficiency), seen(other, deficiency))
        for name, row in rows.items()
        for one, other in pairwise(row)
    }
    assert len(apart) > 40
    assert {pair: by for pair, by in apart.items() if by < 0.045} == {}


def test_labels_in_every_colour_have_contrast() -> None:
    every = {*colours.PALETTE, *colours.GREYS.values(), colours.HIGHLIGHT, colours.PLAIN}
    every |= {colour for ramp in RAMPS.values() for colour in ramp}
    assert all(colours.contrast(colours.on(colour), colour) >= 4.5 for colour in every)
    for ink in (colours.INK, colours.GREY_INK):
        assert colours.contrast(ink, colours.WHITE) >= 4.5
    for colour in (*colours.PALETTE, *colours.GREYS.values(), colours.HIGHLIGHT, colours.PLAIN):
        assert colours.contrast(colour, colours.WHITE) >= 3
    for one, other in pairwise(colours.PALETTE):
        assert colours.contrast(one, other) >= 3


def test_a_step_has_its_colour_wherever_it_stands() -> None:
    ids = [level.casefold() for level in LEVELS]
    two_sided = {"steps": " ".join(name.replace(" ", "_") for name in ids), "two_sided": True}
    data = battery(dkns=0.1)
    data["option"] = data["option"].str.replace(" ", "_")
    of_grid, _, _ = draw("scale_bars", data, **two_sided)
    backwards = table(*(row(level, 0.2, option=level.casefold().replace(" ", "_")) for level in LEVELS[::-1]))
    of_one, _, _ = draw("single_bar", backwards, **two_sided)
    assert fills_of(of_grid)[:5] == list(colours.DIVERGING[5])
    assert fills_of(of_one)[::-1] == list(colours.DIVERGING[5])
    without, _, _ = draw("single_bar", backwards)
    assert fills_of(without) == list(colours.PALETTE[:5])


# files


def test_figures_are_saved_and_stale_ones_removed(tmp_path: Path) -> None:
    paths = survey(tmp_path)
    paths.figures.mkdir()
    for name in ("gone.svg", "gone.png", "gone.txt", "kept.md"):
        (paths.figures / name).write_text("old")
    made = figures.figures(paths)
    forms = ("svg", "png", "txt", "card.png", "slide.svg", "slide.png")
    names = {f"my_{kind}.{form}" for kind in KINDS for form in forms}
    assert {path.name for path in made} == names | {"figures.pdf"}
    assert {path.name for path in paths.figures.iterdir()} == names | {"kept.md"}
    assert made[-1] == paths.figure_book
    assert (paths.figures / "my_heat_table.txt").read_text() == f"{printed('heat_table').alt}\n"


def test_the_book_has_a_page_and_a_bookmark_an_exhibit(tmp_path: Path) -> None:
    paths = survey(tmp_path, ["ranked_bars", "single_bar"])
    figures.figures(paths)
    made = PdfReader(paths.figure_book)
    title = printed("ranked_bars").title
    assert [entry.title for entry in made.outline] == [f"Figure 3. {title}"] * 2
    assert [made.get_destination_page_number(entry) for entry in made.outline] == [0, 1]
    assert [float(one.mediabox.width) for one in made.pages] == [540.0, 540.0]
    assert "Cost above $1M to $10M" in made.pages[0].extract_text()


def read_page(one: book.Page) -> str:
    """What a reader of PDF finds on a page, without blanks."""
    return "".join(PdfReader(io.BytesIO(book.book([("", one)]))).pages[0].extract_text().split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_the_book_has_what_is_on_its_figure(kind: str) -> None:
    figure, _, _ = draw(kind)
    one = page.page(figure)
    lines = [line for line in figure.artists if isinstance(line, TextLine) and line.get_text()]
    assert lines
    at_base = [(line.get_text(), line.box[0], one.height - float(line.get_position()[1])) for line in lines]
    for (text, x, y), (wanted, left, base) in zip(sorted(texts_on(one)), sorted(at_base), strict=True):
        assert text == wanted
        assert (x, y) == (pytest.approx(left, abs=0.001), pytest.approx(base, abs=0.001))
        assert "".join(text.split()) in read_page(one)
    shapes = [artist for artist in figure.artists if isinstance(artist, Rectangle | Marker)]
    markers = [shape for shape in shapes if isinstance(shape, Marker)]
    circles = sum(shape.shape == "circle" for shape in markers)
    strokes = sum(isinstance(artist, Line2D) for artist in figure.artists)
    drawn = Counter(line.split()[-1] for line in one.content.splitlines())
    assert (drawn["re"], drawn["h"]) == (len(shapes) - len(markers), len(markers))
    assert drawn["c"] == 4 * circles
    assert one.content.count(" l S") == strokes
    assert len(shapes) + strokes + len(lines) == len(figure.artists)


def test_a_page_of_the_book_can_be_read_from_right_to_left() -> None:
    with compose.settings("any"):
        sheet = Sheet()
        sheet.below("שלום עולם", QUESTION)
        sheet.below("مرحبا", QUESTION)
        figure = sheet.finish()
    one = page.page(figure)
    assert list(one.used) == ["DejaVuSans"]
    # the first glyph from the left is the last letter, and joined letters have glyphs of their own
    hebrew, arabic = (
        [one.used["DejaVuSans"][int(code, 16)] for codes in re.findall(r"<([0-9A-F]+)> Tj", text)
         for code in re.findall("....", codes)]
        for text in one.content.split("ET")[:2]
    )  # fmt: skip
    assert "".join(hebrew) == "שלום עולם"[::-1]
    assert "".join(arabic) == "مرحبا"[::-1]
    font = faces.opened(faces.packaged(QUESTION.bold)[1])
    numbers = {text: number for number, text in one.used["DejaVuSans"].items()}
    alone = font.getBestCmap()[ord("ح")]
    assert font.getGlyphOrder()[numbers["ح"]] != alone, "it stands between two letters"
    assert "مرحبا" in unicodedata.normalize("NFKC", read_page(one))


def test_only_the_named_figures_are_redrawn(tmp_path: Path) -> None:
    paths = survey(tmp_path)
    made = figures.figures(paths, ["my_scale_bars"])
    forms = ("svg", "png", "card.png", "slide.svg", "slide.png", "txt")
    assert [path.name for path in made] == [f"my_scale_bars.{form}" for form in forms]
    assert not (paths.outputs / "figures.pdf").exists()
    with pytest.raises(SurveyError, match="did you mean 'my_scale_bars'"):
        figures.figures(paths, ["my_scale_bar"])
    with pytest.raises(SurveyError, match="is a table"):
        figures.figures(paths, ["counts"])


def test_figures_of_another_wave_are_not_mixed_in(tmp_path: Path) -> None:
    paths = survey(tmp_path, ["ranked_bars"])
    made = figures.figures(paths)
    assert b">48%<" in made[0].read_bytes()
    assert b">24%<" not in made[0].read_bytes()


def test_nothing_is_written_where_one_figure_fails(tmp_path: Path) -> None:
    paths = survey(tmp_path)
    single().assign(share=[0.5, 0.47, 0.2]).to_csv(paths.tables / "my_single_bar.csv", index=False)
    battery().assign(share=0.4).to_csv(paths.tables / "my_scale_bars.csv", index=False)
    with pytest.raises(SurveyError) as error:
        figures.figures(paths)
    assert "figure 'my_single_bar': whole: " in str(error.value)
    assert "117.0000%" in str(error.value)
    assert "figure 'my_scale_bars': whole: " in str(error.value)
    assert not paths.figures.exists()


def written(paths: Paths) -> dict[str, int]:
    """When each file of the figures was written last."""
    times = {path.name: path.stat().st_mtime_ns for path in paths.outputs.rglob("*") if path.suffix in
             (".svg", ".png", ".txt", ".pdf", ".page")}  # fmt: skip
    assert times
    return times


def redrawn(paths: Paths) -> set[str]:
    """The figures that another run draws."""
    drawn = []
    real = figures.draw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "draw", lambda paths, one: drawn.append(one.id) or real(paths, one))
        figures.figures(paths)
    return {name.removeprefix("my_") for name in drawn}


def test_only_what_changed_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = survey(tmp_path, ["ranked_bars", "single_bar", "heat_table"])
    assert redrawn(paths) == {"ranked_bars", "single_bar", "heat_table"}
    before = written(paths)
    assert redrawn(paths) == set()
    assert written(paths)["figures.pdf"] == before["figures.pdf"]
    data = ranked((("Skills", 0.5),))
    data.to_csv(paths.tables / "my_ranked_bars.csv", index=False)
    assert redrawn(paths) == {"ranked_bars"}
    assert written(paths)["figures.pdf"] != before["figures.pdf"]
    exhibits = (paths.tables / "exhibits.csv").read_text()
    renamed = exhibits.replace("3,my_single_bar", "4,my_single_bar")
    (paths.tables / "exhibits.csv").write_text(renamed)
    assert redrawn(paths) == {"single_bar"}
    (paths.figures / "my_heat_table.png").unlink()
    assert redrawn(paths) == {"heat_table"}
    (paths.figures / "my_heat_table.svg").write_text("cut off")
    assert redrawn(paths) == {"heat_table"}
    paths.figure_page("my_single_bar").unlink()
    assert redrawn(paths) == {"single_bar"}
    paths.figure_book.unlink()
    assert redrawn(paths) == set()
    assert len(PdfReader(paths.figure_book).pages) == 3
    with monkeypatch.context() as patch:
        patch.setattr(figures, "_style", lambda: b"another palette")
        assert redrawn(paths) == {"ranked_bars", "single_bar", "heat_table"}
    assert redrawn(paths) == {"ranked_bars", "single_bar", "heat_table"}
    paths.figure_state.write_text("{no json")
    assert redrawn(paths) == {"ranked_bars", "single_bar", "heat_table"}


def test_an_exhibit_may_have_any_name_and_is_forgotten_with_its_figure(tmp_path: Path) -> None:
    paths = survey(tmp_path, ["ranked_bars", "single_bar"])
    exhibits = (paths.tables / "exhibits.csv").read_text()
    (paths.tables / "exhibits.csv").write_text(exhibits.replace("my_single_bar", "book"))
    (paths.tables / "my_single_bar.csv").rename(paths.tables / "book.csv")
    assert redrawn(paths) == {"ranked_bars", "book"}
    assert redrawn(paths) == set()
    assert len(PdfReader(paths.figure_book).pages) == 2
    every = pd.read_csv(paths.tables / "exhibits.csv", keep_default_na=False)
    every[every["id"] != "book"].to_csv(paths.tables / "exhibits.csv", index=False)
    assert redrawn(paths) == set()
    assert set(json.loads(paths.figure_state.read_text())) == {"my_ranked_bars", "figures.pdf"}
    assert len(PdfReader(paths.figure_book).pages) == 1


def test_whatever_draws_is_part_of_the_style() -> None:
    """A module that drawing loads and `_style` does not hash would leave stale figures behind."""
    code = (
        "import sys, pipeline.charts.gates, pipeline.charts.figure_files; "
        "from pipeline.charts import drawer; from pipeline.tidy.figure_kinds import figure_kinds; "
        "[drawer(kind) for kind in figure_kinds()]; "
        "print(*(name for name in sys.modules if name.startswith('pipeline.')))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    package = Path(figures.__file__).parent
    hashed = {path for pattern in figures.STYLE for path in package.glob(pattern)}
    loaded = [
        package / f"{name.removeprefix('pipeline.').replace('.', '/')}.py" for name in run.stdout.split()
    ]
    assert len(loaded) > 15
    unhashed = {path for path in loaded if path.is_file() and path not in hashed}
    # what words an error, and masks what it quotes, draws nothing, nor does what says which files are code
    others = {path.name for path in unhashed if path.parent.name != "addresses"}
    assert others == {"errors.py", "record.py"}


@pytest.mark.slow
def test_workers_draw_what_one_process_draws(tmp_path: Path) -> None:
    paths = survey(tmp_path)
    exhibits = [printed(kind) for kind in KINDS]
    assert len(exhibits) >= figures.POOL_FROM
    one, many = (dict(figures.drawn(paths, exhibits, workers)) for workers in (1, 2))
    assert one == many
    assert not [made.problems for made in one.values() if made.problems]


def test_workers_tell_what_is_wrong(tmp_path: Path) -> None:
    paths = survey(tmp_path)
    single((("A", 0.5), ("B", 0.4))).to_csv(paths.tables / "my_single_bar.csv", index=False)
    with pytest.raises(SurveyError, match="figure 'my_single_bar': whole: "):
        figures.figures(paths)
    assert not paths.figures.exists()


def test_missing_tables_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="survey tables --survey toy"):
        figures.figures(Paths(tmp_path, "toy"))
    paths = survey(tmp_path)
    (paths.tables / "my_single_bar.csv").unlink()
    with pytest.raises(SurveyError, match=r"my_single_bar\.csv is missing"):
        figures.figures(paths)


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_do_not_depend_on_what_was_saved_before(kind: str) -> None:
    figure, _, exhibit = draw(kind)
    alone = figure_files.svg(figure, exhibit)
    again, _, _ = draw(kind)
    image = figure_files.png(again, exhibit)
    drawn = page.page(again).as_bytes()
    assert figure_files.svg(again, exhibit) == alone
    assert figure_files.png(figure, exhibit) == image
    assert page.page(figure).as_bytes() == drawn
    assert book.Page.of(drawn) == page.page(figure)


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        paths = survey(tmp_path / seed)
        code = (
            "import sys; from pathlib import Path; from pipeline import figures; "
            "from pipeline.project.paths import Paths; "
            f"figures.figures(Paths(Path({str(paths.root)!r}), 'toy')); "
            "assert 'matplotlib.pyplot' not in sys.modules"
        )
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        drawn = {".svg", ".png", ".pdf", ".page", ".txt"}
        files = sorted(path for path in paths.outputs.rglob("*") if path.suffix in drawn)
        made.append({path.relative_to(paths.outputs): path.read_bytes() for path in files})
    assert len(made[0]) == 7 * len(KINDS) + 1  # a page of the book each, and the book
    assert made[0] == made[1]


def test_a_kind_is_added_with_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the gallery, as it stands there."""
    gallery = (ROOT / "docs" / "gallery.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", gallery, re.DOTALL)
    folder = tmp_path / "charts" / "kinds"
    folder.mkdir(parents=True)
    (folder / "plain_bars.py").write_text(code, "utf-8")
    monkeypatch.setattr(kinds, "__path__", [str(folder)])
    monkeypatch.setattr("pipeline.project.capitals.PACKAGE", tmp_path)
    figure_kinds.cache_clear()
    try:
        figure, data, exhibit = draw("plain_bars", ranked())
        assert gates.check(figure, data, exhibit) == []
        assert [line.get_text() for line in values_of(figure)] == ["48%", "41%", "13%", "<1%"]
        assert figure_kinds() == {"plain_bars": FigureKind(("single", "multiple"), "Plain bars")}
    finally:
        figure_kinds.cache_clear()


def test_kinds_can_be_listed_without_matplotlib() -> None:
    code = "import sys, pipeline.charts; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_svg_is_accessible_and_brings_its_font() -> None:
    figure, _, exhibit = draw("ranked_bars")
    root = ElementTree.fromstring(figure_files.svg(figure, exhibit))  # noqa: S314 - made a line above
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert [named[part] for part in (root.get("aria-labelledby") or "").split()] == [
        exhibit.title,
        exhibit.alt,
    ]
    style = root.find(f"{SVG}style")
    assert style is not None
    assert (style.text or "").count("@font-face") == 2
    families = {element.get("style", "").partition("font-family: ")[2].partition(";")[0]
                for element in root.iter(f"{SVG}text")}  # fmt: skip
    assert families == {"'Open Sans', sans-serif"}
    drawn = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "Cost above $1M to $10M" in drawn


def test_a_label_that_open_sans_lacks_brings_dejavu() -> None:
    figure, _, exhibit = draw("ranked_bars", ranked((("מחיר", 0.4), ("Plain", 0.2))))
    image = figure_files.svg(figure, exhibit).decode()
    assert "font-family:'DejaVu Sans'" in image
    assert image.count("@font-face") == 3


def test_rows_read_both_kinds_of_table() -> None:
    assert [one.text for one in rows(published())] == ["44%", "35%", "62%"]
    assert [one.measure for one in estimates(battery())] == ["option"] * 12
