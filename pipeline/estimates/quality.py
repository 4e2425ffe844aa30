"""The tables of data quality: whom rules flag, what leaving them out would move, and item non-response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Exhibit
from pipeline.estimates.count import open_flagged
from pipeline.estimates.run import Estimates
from pipeline.project.sql import Engine, query
from pipeline.text.rounding import SIGNIFICANT_DIGITS, half_up
from pipeline.tidy.contract import records
from pipeline.tidy.measures import LOW_BASE, Flag, Measure, answer_label, main_measures
from pipeline.tidy.tables import NONRESPONSE, QUALITY, QUALITY_EFFECTS

_Row = Mapping[Any, Any]
_ANSWER = ("wave", "grp", "question", "item", "option", "place")
_PLACES = {Measure.OPTION: "", Measure.RANKED: "any", Measure.TOP_3: "top_3"}


def quality(connection: Engine, questionnaire: Survey) -> pd.DataFrame:
    """A row a rule of a wave, and each grid, question or combination that it looks at, in the order of rules.

    Where a rule could not be applied, or to too few, the numbers are empty, and `why_not` says why.
    """
    rules = query(connection, "estimates/quality_counts").df()
    counts = QUALITY.numbers
    rules = rules.astype(dict.fromkeys(counts, "Int64"))
    base = questionnaire.privacy.base
    few = (rules["applied_to"] < base).fillna(False).astype(bool)
    rules[counts] = rules[counts].mask(few)
    rules["why_not"] = rules["why_not"].mask(few, f"to fewer than {base}, which are too few to say")
    return rules[QUALITY.names]


def nonresponse(connection: Engine, questionnaire: Survey) -> pd.DataFrame:
    """A row a question of a wave, and an item of a grid: what became of it among the analysed respondents.

    `asked` counts all whom it came before: who answered, did not know, said that it did not apply, or skipped
    it. `skipped_share` is the part of them that skipped it, where they are not too few. Of a sensitive
    question `dkns` is left out where it is a few, and `answered` with it.
    """
    questions = query(connection, "estimates/nonresponse").df()
    enough = questions["asked"] >= questionnaire.privacy.base
    share = np.divide(questions["skipped"], questions["asked"].where(enough).astype(float))
    questions = questions.assign(skipped_share=share)
    # how many did not know is a count of an answer, and its table hides it where they are few
    few = questions["question"].map(lambda name: questionnaire.questions[name].sensitive).astype(bool)
    few &= questions["dkns"].between(1, questionnaire.privacy.count - 1)
    for column in ("answered", "dkns"):
        questions[column] = questions[column].astype("Int64").mask(few)
    return questions[NONRESPONSE.names]


@dataclass(frozen=True)
class _Flagged:
    """The sums of weights of those analysed whom a rule flags: of every base, and of every answer.

    The keys begin with the wave and the rule; a rule is a group, which is a text.
    """

    bases: Mapping[tuple[Any, ...], _Row]
    answers: Mapping[tuple[Any, ...], float]


def effects(estimated: Estimates, exhibits: Sequence[Exhibit]) -> pd.DataFrame:
    """What each exhibit would say without those whom a rule flags: the one answer that would move most.

    A row a rule that could be applied, and exhibit of all respondents of one wave and no sensitive question;
    of a rule the largest changes come first, and where there are too few to say last.
    """
    # Whole percents, and nothing more may ever be written here: what is published of everybody less what is
    # published without a few is what those few said. So no counts and no decimals, a change that is the
    # difference of the two percents as written, one answer an exhibit, and none (flag too_few_to_say) where
    # fewer than the base of [privacy] are flagged or fewer than 30 valid cases would be left.
    connection, questionnaire = estimated.connection, estimated.declared.survey
    flagged = _flagged(estimated)
    asked = questionnaire.questions
    whole = [one for one in exhibits if _is_whole(one) and not asked[one.question].sensitive]
    shown = [(exhibit.id, *of_wave) for exhibit in whole for of_wave in _shown(estimated, exhibit)]
    rows: list[dict[str, Any]] = []
    for name, wave, position, rule, question, threshold in query(
        connection, "estimates/rules_applied"
    ).fetchall():
        about = {"wave": name, "rule": rule, "question": question, "threshold": threshold}
        moved = [
            about | {"exhibit": exhibit} | _most_moved(answers, flagged, (wave, str(position)), questionnaire)
            for exhibit, of_wave, answers in shown
            if of_wave == name
        ]
        rows += sorted(moved, key=lambda row: (row["flag"], -abs(row.get("change", 0))))
    return QUALITY_EFFECTS.frame(rows)


def _is_whole(exhibit: Exhibit) -> bool:
    """Whether an exhibit shows the answers of all respondents of one wave."""
    return exhibit.drawn.table == "answers" and not exhibit.by and not exhibit.where


def _flagged(estimated: Estimates) -> _Flagged:
    """The sums of the flagged, made by the statements that make those of everybody."""
    with open_flagged(estimated.data) as domain, domain.summed():
        bases, answers = (records(domain.query(name).df()) for name in ("bases", "mentions"))
    return _Flagged(
        {(r["wave"], r["grp"], r["question"], r["item"]): r for r in bases},
        {tuple(r[name] for name in _ANSWER): float(r["weighted"]) for r in answers},
    )


def _shown(estimated: Estimates, exhibit: Exhibit) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each wave that an exhibit shows, with its answers in the order of the questionnaire.

    `valid` is whether their base is of the `sample` or of who `answered`.
    """
    rows = estimated.of(exhibit, exhibit.question)
    rows = rows[(rows["by"] == "") & rows["measure"].isin(main_measures(rows["measure"]))]
    rows = rows.assign(valid="sample" if exhibit.dkns == "keep" else "answered")
    for wave, answers in rows.groupby("wave", sort=False):
        printed = answers[~answers["flag"].isin([Flag.SUPPRESSED, Flag.UNCERTAIN])]
        yield str(wave), records(printed)


def _most_moved(
    answers: Sequence[_Row], flagged: _Flagged, rule: tuple[int, str], survey: Survey
) -> dict[str, Any]:
    """The answer that moves most without those whom a rule flags, in whole percents; or why there is none."""
    moved = [(row, share) for row in answers if (share := _without(row, flagged, rule, survey)) is not None]
    if not moved:
        return {"answer": "", "flag": Flag.TOO_FEW}
    # of a yes and a no that move alike the first is taken, and not the one that the last digit favours
    row, without = max(moved, key=lambda pair: round(abs(pair[1] - pair[0]["share"]), SIGNIFICANT_DIGITS))
    before, after = (int(half_up(share * 100)) for share in (row["share"], without))
    numbers = {"share_all": before, "share_without": after, "change": after - before}
    return {"answer": answer_label(row), "flag": ""} | numbers


def _without(row: _Row, flagged: _Flagged, rule: tuple[int, str], survey: Survey) -> float | None:
    """The share of an answer without those whom a rule flags; None where they or the rest are too few."""
    question, valid = survey.position(row["question"]), row["valid"]
    item = survey.item_number(row["question"], row["item"])
    option = survey.option_number(row["question"], row["option"])
    # a ranking's items are answers: its base is the question's
    base = flagged.bases.get((*rule, question, item if row["measure"] == Measure.OPTION else 0))
    if not base or base[valid] < survey.privacy.base or row["valid_cases"] - base[valid] < LOW_BASE:
        return None
    chosen = flagged.answers.get((*rule, question, item, option, _PLACES[row["measure"]]), 0.0)
    return float((row["yes_weight"] - chosen) / (row["weight"] - float(base[f"{valid}_weight"])))
