"""What a reader of a figure sees: every number of its SVG is read back and held against the table.

Nothing of the drawing is used but the row that each printed number says it stands for (`data-row`); rounding
is done again here, from the digits in the CSV.
"""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from projects import ROOT, copy_of

from pipeline.figures import figures
from pipeline.project.paths import Paths

SVG = "{http://www.w3.org/2000/svg}"
Record = dict[str, str]

# of kinds whose names stand beside their values: where a value is, its row's name is in the same line
BESIDE = (
    "ranked_bars", "ranked_dots", "segment_panels", "heat_table", "dumbbell", "paired_bars", "published_bars",
    "scale_bars", "diverging_bars", "funnel_bars", "combinations",
)  # fmt: skip
NOT_BESIDE = ("single_bar", "histogram", "trend_lines")


@dataclass(frozen=True)
class Printed:
    """One text of an SVG; `row` is that of its table where it prints a value, `rows` those it stands for."""

    text: str
    x: float
    y: float
    size: float
    row: int | None
    rows: tuple[int, ...]


def read_back(path: Path) -> list[Printed]:
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 - our own file
    printed = []
    for element in root.iter(f"{SVG}text"):
        size = re.search(r"font-size: ([\d.]+)px", element.get("style", ""))
        assert size
        row = element.get("data-row")
        place = float(element.get("x", "nan")), float(element.get("y", "nan"))
        text = "".join(element.itertext())
        rows = tuple(map(int, element.get("data-rows", "").split()))
        printed.append(Printed(text, *place, float(size[1]), None if row is None else int(row), rows))
    return printed


def half_up(number: Decimal, digits: str = "1") -> Decimal:
    return number.quantize(Decimal(digits), ROUND_HALF_UP)


def signed(share: str) -> str:
    points = half_up(abs(Decimal(share)) * 100)
    sign = "" if points == 0 else "−" if share.startswith("-") else "+"
    return f"{sign}{points}"


def expected(row: Record) -> str:
    """What a figure must print of a row of its table."""
    flag = row.get("flag", "")
    if flag in ("suppressed", "not_asked"):
        return {"suppressed": "[c]", "not_asked": "[z]"}[flag]
    if row.get("percent"):
        return f"{row['percent']}%"
    if row.get("measure") in ("change", "difference"):
        if not row["value"]:
            return "–"
        change = f"{signed(row['value'])} pts"
        if flag == "low_base" or not row["low"]:
            return f"{change} [low base]" if flag == "low_base" else change
        ends = [signed(row[end]) for end in ("low", "high")]
        # an end that is not 0 does not read as if it were
        above = [">0" if Decimal(row[end]) > 0 else "<0" for end in ("low", "high")]
        interval = [sign if end == "0" else end for end, sign in zip(ends, above, strict=True)]
        return f"{change} [{', '.join(interval)}]"
    if row.get("measure") == "median":
        return f"{half_up(Decimal(row['value']), '0.1').normalize():f}"
    if not row["share"]:
        return "–"
    share = Decimal(row["share"])
    return "<1%" if 0 < share < Decimal("0.005") else f"{half_up(share * 100)}%"


def names(row: Record) -> set[str]:
    """What a row may be called in a figure."""
    labels = {row.get("option_label", ""), row.get("item_label", ""), row.get("label", "")} - {""}
    if row.get("beside"):
        return {f"this survey: {name} (n = {int(row['n']):,})" for name in labels}
    return labels | {f"{name} (grade {row['grade']})" for name in labels if "grade" in row}


def lines_at(texts: list[Printed], y: float, size: float) -> set[str]:
    """The names in the line of a value: blocks of words one under the other whose middle is at its height."""
    # the middle of a capital is 0.357 of its size above the baseline
    middle = y - 0.357 * size
    columns: dict[tuple[float, float], list[Printed]] = {}
    for text in texts:
        if text.row is None:
            columns.setdefault((text.x, text.size), []).append(text)
    lines = set()
    for column in columns.values():
        column.sort(key=lambda text: text.y)
        for start in range(len(column)):
            for end in range(start + 1, min(start + 8, len(column)) + 1):
                part = column[start:end]
                height = sum(text.y - 0.357 * text.size for text in part) / len(part)
                # a second name of another size may stand under the first, so the middle is not exact then
                if abs(height - middle) < 26:
                    lines.add(" ".join(text.text for text in part))
    return lines


def exhibits(paths: Paths) -> list[Record]:
    with (paths.tables / "exhibits.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["kind"] != "table"]


def table(paths: Paths, exhibit: Record) -> list[Record]:
    """The rows that a figure is of: those of its wave, or all where it is over waves."""
    with (paths.tables / f"{exhibit['id']}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    over_waves = exhibit["kind"] in ("dumbbell", "trend_lines") or "wave" not in rows[0]
    return rows if over_waves else [row for row in rows if row["wave"] == exhibit["wave"]]


def must_be_printed(rows: list[Record], kind: str) -> set[int]:
    """The rows whose value cannot be left out: a stack may have no room for one, a line for one."""
    if kind in ("scale_bars", "diverging_bars", "trend_lines"):
        return set()
    if kind in ("dumbbell", "published_bars"):
        return set(range(len(rows)))
    deep = any(row["measure"] == "top_3" for row in rows)
    shown = {"option", "top_3" if deep else "ranked", "reached", "continued", "bin", "combination"}
    # all respondents are a tick where there are panels, and DKNS is no part of a bar that excludes it
    ticks = kind == "segment_panels" and any(row["group"] for row in rows)
    return {
        place
        for place, row in enumerate(rows)
        if row["measure"] in shown
        and row["role"] != "net"
        and not (ticks and not row["group"])
        and not (kind == "single_bar" and row["role"] == "dkns")
    }


def check(paths: Paths) -> tuple[int, set[str]]:
    """Hold every figure of a survey against its table; how many numbers were read, of which kinds."""
    read, kinds = 0, set()
    for exhibit in exhibits(paths):
        name, kind = exhibit["id"], exhibit["kind"]
        texts = read_back(paths.figures / f"{name}.svg")
        rows = table(paths, exhibit)
        values = [text for text in texts if text.row is not None]
        assert values, name
        for text in values:
            row = rows[text.row or 0]
            assert text.text.removesuffix(" [low base]") == expected(row).removesuffix(" [low base]"), name
            low_base = row.get("flag") == "low_base"
            assert low_base or "[low base]" not in text.text, name
            if kind in BESIDE and row.get("measure") != "net":
                near = lines_at(texts, text.y, text.size)
                headings = kind in ("heat_table", "scale_bars", "diverging_bars") and row.get("item")
                wanted = {row["item_label"]} if headings else names(row)
                assert wanted & near, (name, text.text, wanted, sorted(near)[:20])
        # a block of cells that are not shown says so once
        blocks = {row for text in texts for row in text.rows}
        assert all(expected(rows[row]) == "[c]" for row in blocks), name
        assert not blocks or any(text.text.startswith("[c]") for text in texts if text.rows), name
        assert must_be_printed(rows, kind) <= {text.row for text in values} | blocks, name
        _in_order(values, rows, kind, name)
        read += len(values)
        kinds.add(kind)
    return read, kinds


def _in_order(values: list[Printed], rows: list[Record], kind: str, name: str) -> None:
    """Each column of printed numbers, and each line of those that stand in lines, follows its table."""
    groups: dict[tuple[str, ...], list[Printed]] = {}
    for value in values:
        row = rows[value.row or 0]
        parts = ["group", "wave", "question", "measure", "source", "wording"]
        if kind in ("single_bar", "histogram"):
            # bars stand side by side; what lies in a bar stands a second time in the legend
            parts = ["group", "measure"]
            line = f"{value.y:.0f}" if kind == "single_bar" else ""
        elif kind == "trend_lines":
            parts, line = ["item", "option"], ""
        else:
            line = row["option"] if row.get("item") else ""
        groups.setdefault((*(row.get(part, "") for part in parts), line), []).append(value)
    for part in groups.values():
        sideways = kind in ("single_bar", "histogram", "trend_lines")
        drawn = [value.row or 0 for value in sorted(part, key=lambda v: v.x if sideways else v.y)]
        assert drawn == sorted(drawn), name


def test_the_figures_of_the_default_survey() -> None:
    """Those that are committed, which CI holds against what the code makes."""
    read, kinds = check(Paths(ROOT, "open-source-ai"))
    assert read > 500
    assert kinds == {*BESIDE, *NOT_BESIDE} - {"trend_lines"}


def test_the_figures_of_the_ospo_survey(ospo_done: Paths, tmp_path: Path) -> None:
    paths = copy_of(ospo_done, tmp_path)
    figures(paths)
    read, kinds = check(paths)
    assert read > 500
    assert len(kinds) >= 8
    assert "trend_lines" in kinds


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("number", r'(data-row="0">)\d+%', r"\g<1>99%"),
        ("row", r'data-row="0">', 'data-row="5">'),
        ("name", ">Shortage of technical expertise<", ">Shortage of time<"),
        ("missing", r'<text[^>]*data-row="3"[^>]*>[^<]*</text>', ""),
    ],
)
def test_a_wrong_figure_is_seen(what: str, old: str, new: str, tmp_path: Path) -> None:
    paths = Paths(tmp_path, "open-source-ai")
    for folder in (paths.tables, paths.figures):
        folder.mkdir(parents=True)
    source = Paths(ROOT, "open-source-ai")
    header, *rows = (source.tables / "exhibits.csv").read_text().splitlines()
    blockers = [row for row in csv.reader(rows) if len(row) > 1 and row[1] == "blockers"]
    with (paths.tables / "exhibits.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([header.split(","), *blockers])
    (paths.tables / "blockers.csv").write_bytes((source.tables / "blockers.csv").read_bytes())
    svg = (source.figures / "blockers.svg").read_text()
    (paths.figures / "blockers.svg").write_text(svg)
    assert check(paths)[0] == 17
    changed, count = re.subn(old, new, svg)
    assert count
    (paths.figures / "blockers.svg").write_text(changed)
    with pytest.raises(AssertionError):
        check(paths)
