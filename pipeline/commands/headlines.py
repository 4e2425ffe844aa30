"""Headlines that the numbers support: the claims of every exhibit that hold, as lines for report.toml."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pipeline.estimates.tests import answers_compared
from pipeline.exhibits.claims import Tested, Verdict, claim, test
from pipeline.exhibits.prose import NOT_TESTED
from pipeline.exhibits.run import opened
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.claim_kinds import claim_kinds
from pipeline.tidy.contract import records
from pipeline.tidy.measures import Measure, answer_label
from pipeline.tidy.printed import latest_of


def headlines(paths: Paths) -> Iterator[str]:
    """The claims that hold, exhibit by exhibit and the strongest first, each with a title and the evidence.

    Other, None and DKNS are left out. Strength is the p value, then the difference; a majority goes by its
    lower limit.
    """
    with opened(paths) as run:
        made, problems = run.exhibits()
        if problems:
            raise SurveyError(problems)
        yield f"# {run.comparisons.in_words()}"
        yield ""
        for name, one in made.items():
            if one.printed.unsettled:
                yield f"# {one.printed.heading} ({name}): {NOT_TESTED} ({one.printed.unsettled})"
                yield ""
                continue
            holding = sorted(_holding(one.tested), key=_strength)
            count = "1 claim holds" if len(holding) == 1 else f"{len(holding) or 'no'} claims hold"
            yield f"# {one.printed.heading} ({name}): {count}"
            for verdict in holding:
                yield f"title = {json.dumps(_title(one.tested, verdict), ensure_ascii=False)}"
                of = verdict.of.split(", ")
                yield f"claim = {{ {verdict.claim} = {json.dumps(of if len(of) > 1 else of[0])} }}"
                yield f"# {verdict.said}"
            yield ""


def _strength(verdict: Verdict) -> tuple[bool, bool, float, float]:
    """The key that sorts claims: those with a p value first, by p, then by the difference."""
    weak = verdict.p != verdict.p
    by = -verdict.low if weak else verdict.adjusted_p
    return not claim_kinds()[verdict.claim].is_news, weak, by, -abs(verdict.difference)


def _holding(tested: Tested) -> Iterator[Verdict]:
    """Every claim of an exhibit that holds; where nothing moved clearly, that of the largest change."""
    still: list[Verdict] = []
    for name, references in _possible(tested):
        try:
            verdicts = test(tested, name, references)
        except SurveyError:
            continue
        holding = [verdict for verdict in verdicts if verdict.holds]
        if claim_kinds()[name].is_news:
            yield from holding
        else:
            still += holding
    estimates = tested.table
    if still and not ((estimates["measure"] == Measure.CHANGE) & (estimates["flag"] == "")).any():
        yield max(still, key=lambda verdict: abs(verdict.difference))


def _possible(tested: Tested) -> Iterator[tuple[str, list[str]]]:
    """The claims that can be made of the rows of an exhibit, whether or not they hold."""
    if tested.shape not in ("answers", "two_waves", "all_waves"):
        return
    rows = records(answers_compared(latest_of(tested.table)))
    for row in rows:
        # how a claim names the answer
        row["of"] = ".".join(str(row[part]) for part in ("item", "option") if row[part])
    for name in claim_kinds():
        yield from ((name, references) for references in claim(name).possible(tested, rows))


def _title(tested: Tested, verdict: Verdict) -> str:
    """A plain title that says what was tested, its numbers quoted."""
    kind = claim_kinds()[verdict.claim]
    answers_named, group = [], ""
    for reference in verdict.of.split(", "):
        # a title on a change quotes the share in the later wave
        quoted = reference
        if kind.is_change:
            quoted = f"{reference.removesuffix(f'.{verdict.second}.{verdict.first}')}.{verdict.first}"
        row = tested.row(quoted)
        group = str(row["group_label"])
        # braces in a label would be read as a quoted number
        label = answer_label(row).translate(str.maketrans("{}", "()"))
        answers_named.append(f"{label}, {{{tested.source.exhibit.id}.{quoted}}}")
    others = [str(label) for label in dict.fromkeys(tested.table["group_label"]) if label != group]
    elsewhere = "elsewhere" if tested.shape == "answers" else f"in {others[0]}"
    phrases = {
        "group": group,
        "others": elsewhere,
        "early": verdict.second,
        "late": verdict.first,
        "answers": "; ".join(answers_named),
    }
    title = kind.headline
    for name, word in phrases.items():
        title = title.replace(f"{{{name}}}", word, 1)
    return title
