"""The table of one exhibit as Markdown, LaTeX or HTML, to paste into somebody's own document."""

from __future__ import annotations

import html
from collections.abc import Callable

from pipeline.pages.grids import Grid, grid
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.text.folding import in_markdown
from pipeline.tidy.csv import read, read_exhibits
from pipeline.tidy.printed import Printed

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{",
    "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "[": "{[}", "]": "{]}", "−": "$-$",
}  # fmt: skip


def table(paths: Paths, name: str, form: str) -> str:
    """The table of an exhibit in one of FORMS; SurveyError for an unknown exhibit or form."""
    if form not in FORMS:
        raise SurveyError(f"no form {form!r}; {did_you_mean(form, FORMS, 'the forms are')}")
    exhibits = {exhibit.id: exhibit for exhibit in read_exhibits(paths)}
    if name not in exhibits:
        raise SurveyError(f"no exhibit {name!r}; {did_you_mean(name, exhibits)}")
    printed = exhibits[name]
    return FORMS[form](grid(read(paths, name), printed), printed)


def _markdown(shown: Grid, printed: Printed) -> str:
    def line(cells: list[str]) -> str:
        return f"| {' | '.join(map(in_markdown, cells))} |"

    lines = [f"**{in_markdown(printed.heading)}**", "", in_markdown(printed.question), ""]
    lines.append(line(["", *(column.whole for column in shown.columns)]))
    lines.append("|---|" + ("---|" if shown.words else "---:|") * len(shown.columns))
    for row in shown.rows:
        lines.append(line([row.label, *(cell.whole for cell in row.cells)]))
    return "\n".join([*lines, "", *(f"{in_markdown(note)}  " for note in printed.notes)])


def _latex(shown: Grid, printed: Printed) -> str:
    def safe(text: str) -> str:
        return "".join(_LATEX.get(character, character) for character in text)

    def line(cells: list[str]) -> str:
        return f"{' & '.join(safe(cell) for cell in cells)} \\\\"

    form = "l" + ("l" if shown.words else "r") * len(shown.columns)
    lines = [
        r"\begin{table}",
        rf"\caption{{{safe(printed.title)}}}",
        rf"\label{{tab:{printed.id}}}",
        r"\footnotesize " + safe(printed.question),
        "",
        rf"\begin{{tabular}}{{{form}}}",
        r"\toprule",
        line(["", *(column.whole for column in shown.columns)]),
        r"\midrule",
    ]
    based = False
    for row in shown.rows:
        if row.kind == "base" and not based:
            lines.append(r"\midrule")
        based = row.kind == "base"
        cells = line([row.label, *(cell.whole for cell in row.cells)])
        lines.append(rf"\quad {cells}" if row.indent else cells)
    lines += [r"\bottomrule", r"\end{tabular}", ""]
    lines += [rf"\par\footnotesize {safe(note)}" for note in printed.notes]
    return "\n".join([*lines, r"\end{table}"])


def _html(shown: Grid, printed: Printed) -> str:
    def heading(text: str, scope: str) -> str:
        return f'<th scope="{scope}">{html.escape(text)}</th>'

    heads = "".join(heading(column.whole, "col") for column in shown.columns)
    lines = [
        "<table>",
        f"<caption>{html.escape(printed.heading)}. {html.escape(printed.question)}</caption>",
        f"<thead><tr><td></td>{heads}</tr></thead>",
        "<tbody>",
    ]
    for row in shown.rows:
        cells = "".join(f"<td>{html.escape(cell.whole)}</td>" for cell in row.cells)
        lines.append(f"<tr>{heading(row.label, 'row')}{cells}</tr>")
    lines += ["</tbody>", "</table>"]
    return "\n".join([*lines, *(f"<p>{html.escape(note)}</p>" for note in printed.notes)])


FORMS: dict[str, Callable[[Grid, Printed], str]] = {"markdown": _markdown, "latex": _latex, "html": _html}
