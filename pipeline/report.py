"""The last stage: one page from the tables and figures. It formats numbers and computes none."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from pipeline import captions, exhibits, files, survey
from pipeline.charts import kinds
from pipeline.errors import SurveyError
from pipeline.estimate import LOW_BASE, SHARES, SUPPRESSED
from pipeline.paths import Paths
from pipeline.printed import CHANGES, Printed
from pipeline.rounding import half_up, percent, points, thousands
from pipeline.stats.intervals import CONFIDENCE, NAMES
from pipeline.tidy import read, read_exhibits
from pipeline.words import lowered, plain

_EQUAL_WEIGHTS = 1 + 1e-9
_MEASURES = {
    "mean": "Mean",
    "median": "Median",
    "lower_quartile": "Lower quartile",
    "upper_quartile": "Upper quartile",
    "ranked": "ranked",
    "first": "ranked first",
    "top_3": "ranked among the first three",
    "mean_rank": "mean rank",
    "net_promoter_score": "Net promoter score",
    "written": "Wrote something",
    "continued": "of the step before",
}


@dataclass(frozen=True)
class Row:
    """One row of a printed table; `indent` marks a part of what stands above it."""

    label: str
    cells: list[str]
    kind: str = ""


@dataclass(frozen=True)
class Grid:
    """A table as printed: the headings of its columns (the first is the stub's) and its rows."""

    columns: list[str]
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """An exhibit with its picture and its table."""

    printed: Printed
    picture: str
    grid: Grid

    @property
    def notes(self) -> list[str]:
        """The paragraphs under the table: the tests, and the foot of the figure."""
        return [note for note in (self.printed.tests, *self.printed.foot.split("\n")) if note]


def report(paths: Paths) -> Path:
    """Write report.html: title, survey flow, every exhibit with its table, methodology."""
    questionnaire, _ = survey.load(paths)
    shown = [_shown(paths, printed) for printed in read_exhibits(paths)]
    waves = read(paths, "waves").to_dict("records")
    flow = read(paths, "flow").to_dict("records")
    template = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("report.html.j2")
    page = template.render(
        survey=questionnaire,
        synthetic=[wave["title"] for wave in waves if wave["synthetic"]],
        synthetic_note=captions.SYNTHETIC,
        opt_in=captions.opt_in(questionnaire),
        waves=waves,
        flow=flow,
        exhibits=shown,
        bands=exhibits.load(paths, questionnaire).segments,
        confidence=percent(CONFIDENCE),
        interval=NAMES[questionnaire.interval],
        targets=read(paths, "targets").to_dict("records"),
        percent=percent,
        half_up=half_up,
        low_base=LOW_BASE,
        suppressed=SUPPRESSED,
        thousands=thousands,
        counted=lambda count: "[c]" if pd.isna(count) else thousands(count),
        period=_period,
        labels=lambda of, options: [questionnaire.options(of)[option].label for option in options],
    )
    files.write(paths.report, page)
    return paths.report


def _period(wave: dict[str, Any]) -> str:
    """The field period in days, as one says it."""
    first, last = (datetime.date.fromisoformat(wave[end]) for end in ("fielded_from", "fielded_to"))
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _shown(paths: Paths, printed: Printed) -> Shown:
    data = read(paths, printed.id)
    kind = kinds().get(printed.kind)
    if kind is None or not kind.over_waves:
        data = data[data["wave"] == printed.wave] if "wave" in data else data
    print_ = _SHAPED.get(kind.table, grid) if kind else grid
    return Shown(printed, _picture(paths, printed), print_(data))


def _picture(paths: Paths, printed: Printed) -> str:
    """The figure as a data address, so that the page is one file; empty for a table."""
    if printed.kind == "table":
        return ""
    path = paths.figures / f"{printed.id}.svg"
    if not path.is_file():
        raise SurveyError(f"no {paths.shown(path)}; run: survey figures --survey {paths.survey}")
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()


def grid(data: pd.DataFrame) -> Grid:
    """One wave's rows of an exhibit as a printed table."""
    if (data["measure"] == "option").any() and (data["item"] != "").any():
        return _levels(data)
    if data["by"].ne("").any():
        return _groups(data)
    return _single(data)


def _single(data: pd.DataFrame) -> Grid:
    """A row an answer: share, interval, respondents."""
    shares, values = data["measure"].isin(SHARES).any(), (~data["measure"].isin(SHARES)).any()
    heading = "Share or value" if shares and values else "Share" if shares else "Value"
    shown = Grid(["", heading, captions.intervals(data), "Respondents"])
    for row in _records(data):
        kind = "part" if row["role"] in ("other", "none", "dkns") else ("net" if row["role"] == "net" else "")
        shared = row["measure"] in SHARES
        cells = [_share(row) if shared else _value(row), _interval(row), _count(row)]
        shown.rows.append(Row(_label(row), cells, kind))
    for label, text in _bases(next(_records(data)), _weighted(data)).items():
        shown.rows.append(Row(label, ["", "", text], "base"))
    return shown


def _groups(data: pd.DataFrame) -> Grid:
    """A row an answer, a column a group with its letter; all respondents first, the bases below."""
    columns: dict[str, dict[str, Any]] = {}
    for row in _records(data):
        columns.setdefault(str(row["group"]), row)
    headings = [f"{row['group_label']} ({row['letter']})" if row["letter"] else str(row["group_label"])
                for row in columns.values()]  # fmt: skip
    shown = Grid(["", *headings])
    by_row: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in _records(data):
        key = (str(row["measure"]), str(row["item"]), str(row["option"]))
        by_row.setdefault(key, {})[str(row["group"])] = row
    for (measure, _, _), cells in by_row.items():
        first = next(iter(cells.values()))
        print_ = _share if measure in SHARES else _value
        texts = [_lettered(print_(cells[g]), cells[g]) if g in cells else "" for g in columns]
        shown.rows.append(Row(_label(first), texts, "net" if first["role"] == "net" else ""))
    bases = [_bases(row, _weighted(data)) for row in columns.values()]
    for label in bases[0]:
        shown.rows.append(Row(label, [base[label] for base in bases], "base"))
    return shown


def _lettered(text: str, row: dict[str, Any]) -> str:
    return f"{text} {row['higher_than']}".strip()


def _weighted(data: pd.DataFrame) -> bool:
    """Whether respondents have different weights."""
    return bool((data["deff"] > _EQUAL_WEIGHTS).any())


def _bases(row: dict[str, Any], weighted: bool) -> dict[str, str]:
    """The bases under a column; with weighted and effective ones."""
    bases = {"Valid cases": f"{thousands(row['valid_cases'])}{_mark(row)}"}
    if weighted:
        bases["Weighted base"] = _thousands(row["weighted_base"])
        bases["Effective base"] = _thousands(row["effective_base"])
        bases["Design effect"] = "" if pd.isna(row["deff"]) else f"{half_up(row['deff'], 2)}"
    return bases


def _thousands(count: float) -> str:
    return "" if pd.isna(count) else thousands(count)


def _levels(data: pd.DataFrame) -> Grid:
    """A row an item, a column a level, then nets, the mean score and the base."""
    whole = data[data["by"] == ""]
    levels = whole[whole["measure"].isin(["option", "net"])]
    columns = list(
        dict.fromkeys(zip(levels["measure"], levels["option"], levels["option_label"], strict=True))
    )
    scored = (whole["measure"] == "mean").any()
    shown = Grid(["", *(label if m == "option" else f"Net {lowered(label)}" for m, _, label in columns)])
    shown.columns.extend((["Mean score"] if scored else []) + ["Valid cases"])
    if _weighted(whole):
        shown.columns.append("Effective base")
    for item in dict.fromkeys(whole["item"]):
        rows = {(str(r["measure"]), str(r["option"])): r for r in _records(whole[whole["item"] == item])}
        cells = [_share(rows[m, o]) if (m, o) in rows else "[z]" for m, o, _ in columns]
        if scored:
            cells.append(_value(rows["mean", ""]) if ("mean", "") in rows else "")
        first = next(iter(rows.values()))
        cells.append(f"{thousands(first['valid_cases'])}{_mark(first)}")
        if _weighted(whole):
            cells.append(_thousands(first["effective_base"]))
        shown.rows.append(Row(str(first["item_label"]), cells))
    return shown


def compared_grid(data: pd.DataFrame) -> Grid:
    """A row an answer, a column a wave, a group or a question; behind them the change and its interval."""
    sides = data[~data["measure"].isin(CHANGES)]
    changes = data[data["measure"].isin(CHANGES)]
    columns: dict[tuple[str, str, str], dict[str, Any]] = {}
    cells: dict[tuple[str, str], dict[tuple[str, str, str], dict[str, Any]]] = {}
    for row in _records(sides):
        column = (str(row["wave"]), str(row["group"]), str(row["question"]))
        if row["flag"] != "not_asked" or column not in columns:
            columns[column] = row
        cells.setdefault((str(row["item"]), str(row["option"])), {})[column] = row
    asked = len({question for _, _, question in columns}) > 1
    names = [row["group_label"] if group else plain(question) if asked else wave
             for (wave, group, question), row in columns.items()]  # fmt: skip
    moved = {(str(row["item"]), str(row["option"])): row for row in _records(changes)}
    heading = next((str(row["measure"]).capitalize() for row in moved.values()), "")
    shown = Grid(["", *names, *([f"{heading} in points", "95% interval"] if moved else [])])
    for key, own in cells.items():
        first = next(iter(own.values()))
        texts = [_share(own[column]) if column in own else "[z]" for column in columns]
        if moved:
            texts += _moved(moved[key]) if key in moved else ["", ""]
        parts = (str(first["item_label"]), str(first["option_label"]))
        label = _label(first) if not all(parts) else ": ".join(parts)
        shown.rows.append(Row(label, texts, "part" if first["role"] in ("other", "none", "dkns") else ""))
    bases = [
        "" if pd.isna(row["valid_cases"]) else f"{thousands(row['valid_cases'])}{_mark(row)}"
        for row in columns.values()
    ]
    shown.rows.append(Row("Valid cases", bases + [""] * (2 if moved else 0), "base"))
    return shown


def _moved(row: dict[str, Any]) -> list[str]:
    """A change with its interval, where there is one."""
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if value != value:
        return [{"suppressed": "[c]", "not_asked": "[z]"}.get(str(row["flag"]), ""), ""]
    mark = {"no_clear_change": " n.s.", "low_base": " [low base]"}.get(str(row["flag"]), "")
    return [f"{points(value)}{mark}", f"{points(low)} to {points(high)}" if low == low else ""]


def published_grid(data: pd.DataFrame) -> Grid:
    """A row a published number, with its source and base."""
    shown = Grid(["", "Published", "Base", "Asked", "Source", "Grade"])
    for row in _records(data):
        label = f"{row['label']} ({row['group']})" if row["group"] else str(row["label"])
        base = "not known" if pd.isna(row["n"]) else thousands(row["n"])
        cells = [f"{row['percent']}%", base, str(row["wording"]), str(row["source"]), str(row["grade"])]
        shown.rows.append(Row(label, cells))
    return shown


_SHAPED: dict[str, Callable[[pd.DataFrame], Grid]] = {
    "published": published_grid,
    "two_waves": compared_grid,
    "all_waves": compared_grid,
    "pair": compared_grid,
}


def _records(data: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in data.to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def _label(row: dict[str, Any]) -> str:
    label = str(row["option_label"] or row["item_label"] or "")
    if row["role"] == "net":
        return f"Net: {lowered(label)}"
    measure = _MEASURES.get(str(row["measure"]), "")
    if not measure:
        return label
    return f"{label}, {measure}" if label else measure


def _share(row: dict[str, Any]) -> str:
    return {"suppressed": "[c]", "not_asked": "[z]"}.get(str(row["flag"])) or percent(float(row["share"]))


def _interval(row: dict[str, Any]) -> str:
    low, high = float(row["low"]), float(row["high"])
    if low != low:
        return ""
    if row["measure"] in SHARES:
        return f"{percent(low)} to {percent(high)}"
    return f"{half_up(low, 1)} to {half_up(high, 1)}"


def _value(row: dict[str, Any]) -> str:
    if row["flag"] == "suppressed":
        return "[c]"
    value = float(row["value"])
    return f"{half_up(value, 1)}" if value == value else ""


def _count(row: dict[str, Any]) -> str:
    return "" if pd.isna(row["respondents"]) else thousands(float(row["respondents"]))


def _mark(row: dict[str, Any]) -> str:
    return {"low_base": " [low base]", "suppressed": " [c]"}.get(str(row["flag"]), "")
