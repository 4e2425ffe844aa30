"""Figures by plain Matplotlib, from a list of what is on them: what drawing costs a script at the least.

`python benchmarks/bare.py FILE` draws those that `figures.py --save FILE` wrote, after
the imports of a script.
"""

from __future__ import annotations

import io
import pickle
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

Said = list[tuple[str, tuple[Any, ...], dict[str, Any]]]
"""what it is, where it is in inches, and how it looks"""
Script = tuple[Said, float, float, float]
"""what is on a figure, its width and height in inches, and the dots of an inch"""


def draw(said: Said, width: float, height: float, dpi: float) -> None:
    """The texts, bars, dots and lines of a figure, saved as SVG and PNG."""
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    inches = figure.dpi_scale_trans
    for what, where, look in said:
        if what == "text":
            figure.text(*where, transform=inches, **look)
        elif what == "line":
            figure.add_artist(Line2D(*where, transform=inches, **look))
        else:
            shape = Circle if what == "circle" else Rectangle
            figure.add_artist(shape(*where, transform=inches, **look))
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(io.BytesIO(), format="svg")
        figure.savefig(io.BytesIO(), format="png", dpi=dpi)


def main() -> None:
    """Draw every figure of the file."""
    for library in ("duckdb", "pandas", "numpy", "pydantic", "jinja2"):
        __import__(library)
    scripts: list[Script] = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 - our own, of this run
    for script in scripts:
        draw(*script)


if __name__ == "__main__":
    main()
