"""What a person is shown of a question before deciding: its answers, some cells, and numbers in a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.declarations.questionnaire import Question
from pipeline.drafting.answers import may_be_repeated
from pipeline.drafting.trial import Counted
from pipeline.project.errors import quoted
from pipeline.text.rounding import half_up, percent, thousands
from pipeline.tidy.contract import records
from pipeline.tidy.measures import Measure

Row = Mapping[str, Any]
_MOST_ANSWERS = 8
_MOST_CELLS = 3
_MOST_SHARES = 3
_SHOWN = 60  # characters of a text
_SHARES = (Measure.OPTION, Measure.FIRST, Measure.RANKED)
_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")


def evidence(asked: Question, counted: Counted, texts: Counter[str], doubt: str) -> Iterator[str]:
    """Lines on the answers of a question as they are read now; of what is private, only how many there are.

    No text is shown that fewer than a handful gave, or by which somebody could be reached.
    """
    if asked.private or asked.form.is_open:
        filled = texts.total()
        cells_are = "1 cell is" if filled == 1 else f"{thousands(filled)} cells are"
        yield f"{cells_are} filled; what people wrote is private and not shown"
        return
    shown = _repeatable(asked, texts)
    # what the doubt speaks of first
    cells = sorted(shown, key=lambda text: (not _speaks_of(doubt, text), -shown[text]))
    if not asked.form.has_options:
        # a number is a cell, and some cells may be read as no answer
        yield base(counted.estimates)
        yield from _listed("cells: ", [(text, shown[text]) for text in cells[:_MOST_ANSWERS]])
        return
    answers = _chosen(asked, counted.estimates).most_common(_MOST_ANSWERS)
    yield from _listed(f"{base(counted.estimates)}: ", answers)
    yield from _listed("cells: ", [(text, 0) for text in cells[:_MOST_CELLS]])


def _speaks_of(doubt: str, text: str) -> bool:
    """Whether a doubt names a cell, or quotes a part of it."""
    quotes = [one or other for one, other in _QUOTED.findall(doubt)]
    alone = re.search(rf"(?<!\w){re.escape(text)}(?!\w)", doubt)
    return bool(alone) or any(part in text for part in quotes)


def _listed(head: str, texts: Sequence[tuple[str, int]]) -> Iterator[str]:
    """A line of texts, each with how many said so where that is known; none for no texts."""
    shown = (quoted(text, _SHOWN) + (f" ({thousands(count)})" if count else "") for text, count in texts)
    if texts:
        yield head + ", ".join(shown)


def in_short(asked: Question, counted: Counted) -> str:
    """The numbers of a question in a line: its base, and its largest shares or its means."""
    estimates = counted.estimates
    if asked.private or asked.form.is_open or not len(estimates):
        return base(estimates)
    shares = estimates[estimates["measure"].isin(_SHARES) & estimates["share"].notna()]
    if len(shares):
        # of a ranking the first places tell more than who ranked a thing at all
        first = shares[shares["measure"] == Measure.FIRST]
        parts = [
            (label, percent(row["share"])) for label, row in _largest(asked, first if len(first) else shares)
        ]
    else:
        means = estimates[(estimates["measure"] == Measure.MEAN) & estimates["value"].notna()]
        parts = [
            (row["item_label"] or "mean", f"{half_up(row['value'], 1)}")
            for row in records(means.head(_MOST_SHARES))
        ]
    return ": ".join(
        filter(None, (base(estimates), ", ".join(f"{label} {number}" for label, number in parts)))
    )


def base(estimates: pd.DataFrame) -> str:
    """How many gave a valid answer, from the item of the fewest to that of the most."""
    cases = estimates["valid_cases"].dropna() if len(estimates) else pd.Series(dtype=float)
    if not len(cases):
        return "base: too few to show" if len(estimates) else "nobody is counted"
    few, many = int(cases.min()), int(cases.max())
    return f"base {thousands(few)}" + (f" to {thousands(many)}" if few < many else "")


def _largest(asked: Question, shares: pd.DataFrame) -> Iterator[tuple[str, Row]]:
    """The largest shares with their labels, of answers that more than a few gave."""
    rows = records(shares.sort_values("share", ascending=False, kind="stable"))
    labelled = ((_label(row), row) for row in rows)
    kept = [(label, row) for label, row in labelled if may_be_repeated(label, int(row["respondents"]), asked)]
    yield from kept[:_MOST_SHARES]


def _label(row: Row) -> str:
    """What a row is of: an item, an option, or both."""
    return ": ".join(str(row[part]) for part in ("item_label", "option_label") if row[part])


def _chosen(asked: Question, estimates: pd.DataFrame) -> Counter[str]:
    """How many chose each option, over all items of a grid."""
    chosen: Counter[str] = Counter()
    if len(estimates):
        options = estimates[(estimates["measure"] == Measure.OPTION) & estimates["respondents"].notna()]
        for row in records(options):
            chosen[str(row["option_label"])] += int(row["respondents"])
    return _repeatable(asked, chosen)


def _repeatable(asked: Question, texts: Counter[str]) -> Counter[str]:
    """The texts that may be shown, the most frequent first."""
    kept = {text: n for text, n in texts.items() if may_be_repeated(text, n, asked)}
    return Counter(dict(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))))
