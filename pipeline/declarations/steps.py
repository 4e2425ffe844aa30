"""Which answers are steps, one more than the other: of a scale, bands of numbers, stages of a way.

Figures colour steps by a ramp and keep their order; all other answers are sorted, and coloured apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.declarations.questionnaire import Survey
from pipeline.text import scales
from pipeline.text.folding import fold

_FEWEST = 3  # Yes and No are no steps to speak of
_MOST_WITH_NETS = 7
_NEUTRAL_BEGINNINGS = (
    "neither", "neutral", "undecided", "no opinion", "no change", "unchanged", "no effect", "no impact",
    "no difference", "about the same", "the same", "stayed the same", "mixed",
)  # fmt: skip


@dataclass(frozen=True)
class Steps:
    """The ids of answers that are steps, from the one that says most; `two_sided`: of for and against."""

    options: tuple[str, ...] = ()
    two_sided: bool = False


def steps_of(survey: Survey, question: str) -> Steps:
    """The steps among the answers of a question; none where they have no order.

    They have one where they are of a declared scale or where `order` is "scale", else where most are bands
    of numbers, where all are steps of a usual scale, where the middle one is a neutral, or where a few
    answers have nets. The end that says most is that of the first net, else that of the highest score, else
    where the words of usual scales say so, else the last answer.
    """
    asked = survey.questions[question]
    declared = {i: o.label for i, o in survey.options(question).items() if o.role == "substantive"}
    if not (asked.form.is_one_choice or asked.form.by_item) or len(declared) < _FEWEST:
        return Steps()
    ids, labels = tuple(declared), list(declared.values())
    places = scales.in_order([fold(label) for label in labels])
    usual = [places.get(fold(label), 0.0) for label in labels] if places else []
    is_usual = bool(usual) and usual in (sorted(usual), sorted(usual, reverse=True))
    nets = survey.nets(question)
    digits = sum(any(character.isdigit() for character in label) for label in labels)
    middle, odd = divmod(len(labels), 2)
    has_middle = bool(odd) and fold(labels[middle]).startswith(_NEUTRAL_BEGINNINGS)
    few_with_nets = bool(nets) and len(ids) <= _MOST_WITH_NETS
    is_ordered = (
        bool(asked.scale) or asked.order == "scale" or is_usual or 2 * digits > len(ids) or has_middle
    )
    if not (is_ordered or few_with_nets):
        return Steps()
    scores = survey.scores(question)
    first = next(iter(nets.values()), [])
    falls = False
    if (ids[0] in first) != (ids[-1] in first):
        falls = ids[0] in first
    elif len(set(scores.values())) > 1:
        falls = scores[ids[0]] > scores[ids[-1]]
    elif is_usual:
        falls = usual[0] > usual[-1]
    two_sided = has_middle or (not odd and len(nets) > 1)
    return Steps(ids if falls else ids[::-1], two_sided)
