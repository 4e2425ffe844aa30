"""Headings that hold a question and an option, taken apart: `Which tools? - Git`, `Which tools? (Git)`.

Nothing in one heading says where the question ends. Neighbours that share one end of their text do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.exports.tools.heading import Heading
from pipeline.text.folding import ELLIPSIS, fold

# what stands between a question and an option
_BETWEEN = r"\s+[-–—|/»]+\s+|\s*>{1,2}\s+|\s*:\s*|\s*\(choice=|\s+\((?=.*\)\Z)|_{3}|(?<=[?.])\s+"
_SIGN = re.compile(_BETWEEN)
_PART = re.compile(r"(?<=[A-Za-z0-9])[_.](?=\d{1,3}\Z)")
# a number before the question, another in each column: `Q1 01—`
_NUMBER = re.compile(r"[A-Za-z]{0,3}\.?\s*\d{1,3}(?:[ ._-]?\d{1,3}|[a-z])?\s*[-–—.:)]\s*(?=\S)")
# a sign or a finder that ends so opens a bracket around the option
_OPENS = re.compile(rf"\((choice=)?{ELLIPSIS}?\Z")
_LETTERS = 3  # a question has more letters than this

Together = Callable[[Sequence[Heading]], bool]
"""whether the cells of some columns may be the answers to one question"""


@dataclass(frozen=True)
class Part:
    """A heading taken apart: the question, its option, and the finder of all that share the question."""

    question: str
    option: str
    finder: str


def regrouped(headings: Sequence[Heading], together: Together) -> dict[int, tuple[Heading, str]]:
    """The headings of neighbours that share their question, taken apart, with their finder, by column.

    `together` looks at their cells. The other columns have no entry.
    """
    parts = [_ways(heading) for heading in headings]
    whole = {fold(heading.text) for heading in headings}
    found: dict[int, tuple[Heading, str]] = {}
    at = 0
    while at < len(headings):
        fitting = _fitting(headings, parts, at, together)
        behind = _fitting(headings, parts, at + 1, together) if fitting and at + 1 < len(headings) else []
        # what heads a column alone is the question of the columns behind it, and no option
        if not fitting or any(fold(run[0].question) == fold(headings[at].text) for run in behind):
            at += 1
            continue
        run = _likeliest(fitting, whole)
        for step, part in enumerate(run):
            heading = headings[at + step]
            label = heading.label if heading.label and not heading.bare else part.option
            found[heading.column] = (replace(heading, code="", text=part.question, label=label), part.finder)
        at += len(run)
    return found


def _fitting(
    headings: Sequence[Heading], parts: Sequence[dict[str, Part]], at: int, together: Together
) -> list[list[Part]]:
    """The runs from a heading on that may be one question, the longest first."""
    runs = enumerate(_run(parts, at, finder) for finder in parts[at])
    fitting = [
        (len(run), -place, run)
        for place, run in runs
        if len(run) > 1 and together([headings[at + step] for step in range(len(run))])
    ]
    return [run for _, _, run in sorted(fitting, reverse=True)]


def _run(parts: Sequence[dict[str, Part]], at: int, finder: str) -> list[Part]:
    """The parts of a heading and of those behind it that share its finder, each with an option of its own."""
    run: list[Part] = []
    options: set[str] = set()
    for ways in parts[at:]:
        part = ways.get(finder)
        if part is None or (part.option and fold(part.option) in options):
            break
        run.append(part)
        options.add(fold(part.option))
    return run


def _likeliest(runs: Sequence[list[Part]], whole: Collection[str]) -> list[Part]:
    """Of ways to take headings apart, longest first: at a question mark, as a grid, or the longest.

    What heads a column alone (`whole`) is a question for sure. A bracket may belong to an option, so that it
    parts no fewer columns than another sign.
    """
    if alone := [run for run in runs if fold(run[0].question) in whole]:
        return alone[0]
    runs = [run for run in runs if len(run) == len(runs[0]) or not _is_bracket(run[0].finder)]
    asked = [run for run in runs if run[0].question.rstrip().endswith("?")]
    if asked:
        # more of the question may follow its mark: all options share that too
        same = [run for run in runs if len(run) >= len(asked[0])]
        return max(same, key=lambda run: len(run[0].question))
    grids = [run for run in runs if _is_grid([part.option for part in run])]
    if grids:
        return grids[0]
    # of two that begin alike the one with more in its question: a section stands before its questions
    return max(runs, key=lambda run: (len(run[0].question), len(run)))


def _is_bracket(finder: str) -> bool:
    """Whether a finder parts a question from an option in brackets, by these alone."""
    return finder.endswith(f"({ELLIPSIS}")


def _is_grid(options: Sequence[str]) -> bool:
    """Whether options are `item - level` for each of several items and the same levels."""
    split = [option.rpartition(" - ") for option in options]
    items, levels = ({row[place] for row in split} for place in (0, 2))
    return "" not in items and min(len(items), len(levels)) > 1 and len(options) == len(items) * len(levels)


def _ways(heading: Heading) -> dict[str, Part]:
    """The ways in which a heading may be a question and an option, by finder."""
    text = " ".join(heading.text.split())
    ways: dict[str, Part] = {}
    if not text:
        return ways
    if number := _NUMBER.match(text):
        rest = text[number.end() :]
        ways[f"{ELLIPSIS}{rest}"] = Part(rest, "", f"{ELLIPSIS}{rest}")
    if heading.label and not heading.bare:
        return ways if ways and _is_question(text) else {}
    for part in (*_of_path(heading), *_before(text), *_behind(text)):
        if _is_question(part.question) and part.option:
            ways.setdefault(part.finder, part)
    # with a number and no label of its own nothing says what the column is for
    return {finder: part for finder, part in ways.items() if part.option}


def _of_path(heading: Heading) -> Iterator[Part]:
    """The groups of a path, of which the last may be a question: `views/trust`."""
    *groups, name = heading.code.split("/")
    if groups and heading.label == heading.text:
        yield Part(groups[-1], name, f"{groups[-1]}/")


def _before(text: str) -> Iterator[Part]:
    """A question before its option."""
    for sign in (*_SIGN.finditer(text), *_PART.finditer(text)):
        finder = f"{text[: sign.end()].rstrip()}{' ' * sign[0].endswith(' ')}{ELLIPSIS}"
        yield Part(text[: sign.start()], _option(text[sign.end() :], sign[0]), finder)


def _behind(text: str) -> Iterator[Part]:
    """A question behind its option, where it says by its mark that it is one."""
    for sign in re.finditer(r"\s*:\s*|\s+[-–—|]\s+", text):
        rest = text[sign.end() :]
        if "?" in rest or rest.endswith("…"):
            yield Part(
                rest,
                text[: sign.start()].strip(),
                f"{ELLIPSIS}{sign[0].strip()}{' ' * sign[0].endswith(' ')}{rest}",
            )


def _option(text: str, sign: str) -> str:
    return text.strip().removesuffix(")").strip() if _OPENS.search(sign.strip()) else text.strip()


def _is_question(text: str) -> bool:
    return sum(character.isalpha() for character in text) > _LETTERS or text[-1:].isdigit()


def rest_of(text: str, finder: str) -> str | None:
    """What stands in a heading in the place of a finder's ellipsis; None where the finder does not fit.

    `Which tools? - …` fits headings that begin so, `…: Which tools?` those that end so.
    """
    text = " ".join(text.split())
    behind = finder.rstrip().endswith(ELLIPSIS)
    wanted = fold(finder.strip().strip(ELLIPSIS))
    if not wanted or not (fold(text).startswith(wanted) if behind else fold(text).endswith(wanted)):
        return None
    if _is_bracket(finder.rstrip()) and not text.endswith(")"):
        return None
    places = range(len(text) + 1)
    if behind:
        cut = next((place for place in places if fold(text[:place]) == wanted), None)
        rest = "" if cut is None else _option(text[cut:], finder)
        # behind a sign that words hold too only a number is an option
        numbered = wanted.endswith(("_", ".")) and not wanted.endswith("___") and " " not in wanted
        return None if cut is None or (numbered and not rest.isdecimal()) else rest
    cut = next((place for place in reversed(places) if fold(text[place:]) == wanted), None)
    return None if cut is None else re.sub(r"\s*[-–—:|.)]+\Z", "", text[:cut].strip())


def names_rest(finder: str) -> bool:
    """Whether what an ellipsis stands for in a finder is the option: it comes first, or behind a sign."""
    if finder.startswith(ELLIPSIS):
        return len(finder) > 1
    start = finder.rstrip().removesuffix(ELLIPSIS).rstrip()
    return finder.rstrip().endswith(ELLIPSIS) and bool(re.search(r"[-–—:|/>»=_.?(]\Z", start))


def question_of(finder: str) -> str:
    """The question that such a finder names, without its sign."""
    plain = finder.strip().strip(ELLIPSIS).strip()
    return re.sub(r"\s*\(choice=\Z|\s*[-–—:|/>»_(]+\Z|\A[-–—:|]+\s*", "", plain)


def common_question(texts: Sequence[str]) -> str:
    """What headings of one question have in common in front of a dash; empty where that is nothing."""
    shared = [set(_fronts(text)) for text in texts]
    common = set.intersection(*shared) if shared else set()
    return max(common, key=len, default="")


def _fronts(text: str) -> Iterator[str]:
    return (text[: sign.start()] for sign in re.finditer(r" - ", text))


def alike(cells: Sequence[frozenset[str]], most: int) -> bool:
    """Whether columns share their few texts, as the items of a grid do: each neighbour, two or more."""
    filled = [texts for texts in cells if texts]
    union = frozenset().union(*filled)
    return len(filled) > 1 and len(union) <= most and all(len(a & b) > 1 for a, b in pairwise(filled))
