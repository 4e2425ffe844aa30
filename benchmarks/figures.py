"""What drawing costs: each figure beside a bare Matplotlib script, and many figures by one worker a core.

`make bench` runs it after `make all`; `python benchmarks/figures.py` prints a Markdown table of ratios. With
`--save FILE` it writes what is on the figures instead, for bare.py to draw.
"""

from __future__ import annotations

import dataclasses
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from bare import Said, Script, draw
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text

from pipeline import figures
from pipeline.charts import drawer, figure_files, gates, measure, style
from pipeline.project import paths
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read_exhibits, to_csv
from pipeline.tidy.printed import Printed

ROUNDS = 7
FIGURES = 40


def ours(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure from its table to the bytes of SVG and PNG: measured, laid out, checked, fonts embedded."""
    figure = drawer(exhibit.kind)(data, exhibit)
    assert not gates.check(figure, data, exhibit)
    figure_files.svg(figure, exhibit)
    figure_files.png(figure, exhibit)
    return figure


def copied(figure: Figure) -> Said:
    """Every text, bar, dot and line of a figure as a script would say it, in inches from the bottom left."""
    height = figure.get_size_inches()[1]
    scale = 1 / style.INCH

    def at(x: float, y: float) -> tuple[float, float]:
        return x * scale, height - y * scale

    said: Said = []
    for artist in figure.get_children():
        if isinstance(artist, Text):
            x, y = at(*artist.get_position())
            font = artist.get_fontproperties()
            look = {
                "color": artist.get_color(),
                "ha": artist.get_horizontalalignment(),
                "va": "baseline",
                "fontproperties": font_manager.FontProperties(fname=font.get_file(), size=font.get_size()),
                "parse_math": False,
            }
            said.append(("text", (x, y, artist.get_text()), look))
        elif isinstance(artist, Circle):
            said.append(("circle", (at(*artist.get_center()), artist.radius * scale), _look(artist)))
        elif isinstance(artist, Rectangle) and artist is not figure.patch:
            left, bottom = at(artist.get_x(), artist.get_y() + artist.get_height())
            size = (artist.get_width() * scale, artist.get_height() * scale)
            said.append(("rectangle", ((left, bottom), *size), _look(artist)))
        elif isinstance(artist, Line2D):
            xs, ys = zip(*(at(float(x), float(y)) for x, y in artist.get_xydata()), strict=True)
            look = {"color": artist.get_color(), "linewidth": artist.get_linewidth()}
            said.append(("line", (xs, ys), look | {"zorder": artist.get_zorder()}))
    return said


def _look(patch: Any) -> dict[str, Any]:
    return {
        "facecolor": patch.get_facecolor(),
        "edgecolor": patch.get_edgecolor(),
        "linewidth": patch.get_linewidth(),
        "zorder": patch.get_zorder(),
    }


def script(data: pd.DataFrame, exhibit: Printed) -> Script:
    """All that bare.py needs to draw a figure."""
    figure = ours(data, exhibit)
    width, height = figure.get_size_inches()
    return copied(figure), float(width), float(height), style.DPI


def drawn(survey: Paths) -> tuple[list[Printed], dict[str, pd.DataFrame]]:
    """The exhibits of a survey that are figures, and their tables by id."""
    exhibits = [exhibit for exhibit in read_exhibits(survey) if exhibit.kind != "table"]
    return exhibits, {exhibit.id: figures.data_of(survey, exhibit) for exhibit in exhibits}


def beside(survey: Paths) -> list[tuple[str, float, float]]:
    """Median seconds of each figure of a survey, ours and bare."""
    exhibits, tables = drawn(survey)
    scripts = {exhibit.id: script(tables[exhibit.id], exhibit) for exhibit in exhibits}
    for own in scripts.values():
        draw(*own)
    times: dict[str, tuple[list[float], list[float]]] = {e.id: ([], []) for e in exhibits}
    for _ in range(ROUNDS):
        # nothing of the round before may help: each figure has its own words and glyphs
        for remembered in (figure_files._subset, measure._measured, measure._advance):
            remembered.cache_clear()
        for exhibit in exhibits:
            name = exhibit.id
            times[name][0].append(_timed(lambda e=exhibit: ours(tables[e.id], e)))
            times[name][1].append(_timed(lambda n=name: draw(*scripts[n])))
    return [(name, statistics.median(one), statistics.median(two)) for name, (one, two) in times.items()]


def pooled(survey: Paths) -> tuple[float, float]:
    """Seconds of 40 figures with all their files, by one process and by one worker a core."""
    exhibits = [exhibit for exhibit in read_exhibits(survey) if exhibit.kind != "table"]
    with tempfile.TemporaryDirectory() as folder:
        many = Paths(Path(folder), "many")
        many.tables.mkdir(parents=True)
        chosen = [
            dataclasses.replace(exhibits[number % len(exhibits)], id=f"figure_{number}", number=number + 1)
            for number in range(FIGURES)
        ]
        for number, exhibit in enumerate(chosen):
            source = survey.tables / f"{exhibits[number % len(exhibits)].id}.csv"
            (many.tables / f"{exhibit.id}.csv").write_bytes(source.read_bytes())
        (many.tables / "exhibits.csv").write_text(
            to_csv(pd.DataFrame(map(dataclasses.asdict, chosen))), encoding="utf-8"
        )
        taken: dict[int, list[float]] = {1: [], figures.cores(): []}
        for _ in range(3):
            for workers, seconds in taken.items():
                seconds.append(_timed(lambda w=workers: list(figures.drawn(many, chosen, w))))
    return statistics.median(taken[1]), statistics.median(taken[figures.cores()])


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    """Print what was measured, as Markdown, or save the figures."""
    survey = paths.find("open-source-ai")
    if sys.argv[1:2] == ["--save"]:
        exhibits, tables = drawn(survey)
        scripts = [script(tables[exhibit.id], exhibit) for exhibit in exhibits]
        Path(sys.argv[2]).write_bytes(pickle.dumps(scripts))
        return
    rows = beside(survey)
    print("| figure | this pipeline, ms | bare Matplotlib, ms | ratio |\n|---|---:|---:|---:|")
    for name, own, plain in rows:
        print(f"| {name} | {own * 1000:.0f} | {plain * 1000:.0f} | {own / plain:.2f} |")
    own, plain = (sum(row[place] for row in rows) for place in (1, 2))
    print(f"| all {len(rows)} | {own * 1000:.0f} | {plain * 1000:.0f} | {own / plain:.2f} |")
    one, many = pooled(survey)
    print(
        f"\n{FIGURES} figures with SVG, PNG, PDF page and alt text: {one:.1f} s by one process, {many:.1f} s "
        f"by {figures.cores()} workers, {many / one:.2f} of it."
    )


if __name__ == "__main__":
    main()
