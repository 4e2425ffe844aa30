"""Headlines that the numbers support: the claims of every exhibit that hold, as lines for report.toml."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.claims import Tested, Verdict, test
from pipeline.errors import SurveyError
from pipeline.paths import Paths
from pipeline.printed import main_measures
from pipeline.tables import opened

_MOST_FIRST = 3
_TITLES = {
    "top": "First: {answers}",
    "majority": "More than half: {answers}",
    "higher_in": "Higher in {group}: {answers}",
    "grew": "Up: {answers}",
    "fell": "Down: {answers}",
    "no_clear_change": "No clear change: {answers}",
}


def headlines(paths: Paths) -> Iterator[str]:
    """The claims that hold, exhibit by exhibit and the strongest first, each with a title and the evidence.

    Other, None and DKNS are left out. Strength is the p value, then the difference; a majority goes by its
    lower limit.
    """
    with opened(paths) as run:
        made, problems = run.exhibits()
        if problems:
            raise SurveyError(problems)
        for name, one in made.items():
            holding = sorted(_holding(one.tested), key=_strength)
            yield f"# {one.printed.heading} ({name}): {_count(len(holding))}"
            for verdict in holding:
                yield f"title = {json.dumps(_title(one.tested, verdict), ensure_ascii=False)}"
                of = verdict.of.split(", ")
                yield f"claim = {{ {verdict.claim} = {json.dumps(of if len(of) > 1 else of[0])} }}"
                yield f"# {verdict.said}"
            yield ""


def _count(claims: int) -> str:
    return "1 claim holds" if claims == 1 else f"{claims or 'no'} claims hold"


def _strength(verdict: Verdict) -> tuple[bool, bool, float, float]:
    """What sorts claims: those with a p value first, by it, then by the difference."""
    weak = verdict.p != verdict.p
    by = -verdict.low if weak else verdict.adjusted_p
    return verdict.claim == "no_clear_change", weak, by, -abs(verdict.difference)


def _holding(tested: Tested) -> Iterator[Verdict]:
    """Every claim of an exhibit that holds; where nothing moved clearly, that of the largest change."""
    still: list[Verdict] = []
    for claim, references in _possible(tested):
        try:
            verdicts = test(tested, claim, references)
        except SurveyError:
            continue
        holding = [verdict for verdict in verdicts if verdict.holds]
        if claim == "no_clear_change":
            still += holding
        else:
            yield from holding
    found = tested.found
    if still and not ((found["measure"] == "change") & (found["flag"] == "")).any():
        yield max(still, key=lambda verdict: abs(verdict.difference))


def _possible(tested: Tested) -> Iterator[tuple[str, list[str]]]:
    """The claims that can be made of the rows of an exhibit, whether or not they hold."""
    if tested.shape not in ("answers", "two_waves", "all_waves"):
        return
    rows = [row | {"of": _answer(row)} for row in _claimable(tested.found).to_dict("records")]
    for row in rows:
        if row["by"]:
            yield "higher_in", [f"{row['of']}.{row['group']}"]
        elif tested.shape == "answers":
            yield "majority", [row["of"]]
        else:
            for claim in ("grew", "fell", "no_clear_change"):
                yield claim, [row["of"]]
    falling = sorted((row for row in rows if not row["by"]), key=lambda row: -row["share"])
    for most in range(1, _MOST_FIRST + 1):
        yield "top", [row["of"] for row in falling[:most]]


def _claimable(found: pd.DataFrame) -> pd.DataFrame:
    """The rows of the latest wave that claims are made of: substantive answers, or of a grid its nets."""
    own = found[(found["wave"] == found["wave"].max()) & found["share"].notna()]
    own = own[own["role"].isin(["substantive", "", "net"])]
    is_grid = (own["measure"].isin(["option", "net"]) & (own["item"] != "")).any()
    measures = ["net"] if is_grid else main_measures(own["measure"])
    return pd.DataFrame(own[own["measure"].isin(measures)])


def _answer(row: Mapping[Hashable, Any]) -> str:
    """How a claim names the answer of a row."""
    return ".".join(str(row[part]) for part in ("item", "option") if row[part])


def _title(tested: Tested, verdict: Verdict) -> str:
    """A plain title that says what was tested, its numbers quoted."""
    references = verdict.of.split(", ")
    rows = [tested.row(reference) for reference in references]
    exhibit = tested.source.exhibit.id
    said = [
        f"{_label(row)}, {{{exhibit}.{reference}}}" for row, reference in zip(rows, references, strict=True)
    ]
    group = str(rows[0]["group_label"])
    return _TITLES[verdict.claim].replace("{group}", group).replace("{answers}", "; ".join(said))


def _label(row: Mapping[Hashable, Any]) -> str:
    """An answer's label; braces would be read as a quoted number."""
    label = ": ".join(str(row[part]) for part in ("item_label", "option_label") if row[part])
    return label.translate(str.maketrans("{}", "()"))
