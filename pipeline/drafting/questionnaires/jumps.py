"""Who is asked what, where a tool routes by jumps: "after this, whoever chose that goes on there".

Every path through the questionnaire is followed at once. What people can have answered on the way to a step
is kept as a few boxes: for each question that a jump asks about, the options that are left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from pipeline.drafting.questionnaires.conditions import Asked, Choices, Condition, Is, Joined, UnfitError

_Key = tuple[str, str]
"""a question, and a choice of it where several can be chosen"""
Box = Mapping[_Key, frozenset[str]]
"""the answers that are left on a path: options, or yes and no for a choice; any where nothing is named"""
_Path = tuple[frozenset[str], Box]
"""the questions that were not asked on a path, and its answers"""
_MOST_PATHS, _MOST_JUMPS, _LONGEST = 32, 1000, 200
_UNFIT = "?"


@dataclass(frozen=True)
class Jump:
    """A way on from a step, taken by those for whom `when` holds and who took none before; None is always."""

    to: int
    when: Condition | None
    words: str


@dataclass(frozen=True)
class Step:
    """A field or section: the questions asked in it, by code, and the jumps after it."""

    asks: tuple[str, ...]
    jumps: tuple[Jump, ...] = ()


def unfit(words: str) -> Is:
    """A condition of which only the words are known: it holds for some, and nobody can say for whom."""
    return Is(_UNFIT + words, frozenset({"yes"}))


def routed(steps: Sequence[Step], questions: Mapping[str, Choices]) -> list[tuple[Asked, str]]:
    """For each step who is asked it, or else the words of the jumps over it and to it.

    The answers that lead to a step are kept as boxes, of which no two overlap. They are an `asked` where they
    fill the smallest box around them: then no question restricts another. Who goes back to the first step
    begins again; who goes back to another one may come on a way that is not followed here.
    """
    if sum(len(step.jumps) for step in steps) > _MOST_JUMPS:
        return [({}, f"one of more than {_MOST_JUMPS:,} jumps leads here, or none")] * len(steps)
    paths = _Paths(questions)
    steps = [replace(step, jumps=tuple(map(paths.narrow, step.jumps))) for step in steps]
    live = _live(steps)
    arriving: list[list[_Path]] = [[] for _ in range(len(steps) + 1)]
    arriving[0] = [(frozenset(questions), {})]
    back = [jump.to for place, step in enumerate(steps) for jump in step.jumps if 0 < jump.to <= place]
    routes: list[tuple[Asked, str]] = []
    ways: dict[str, Box] = {}
    before: list[Box] = []
    for place, step in enumerate(steps):
        here = paths.merged(arriving[place], live[place])
        boxes = [box for _, box in here]
        if place and boxes == before:
            routes.append(routes[-1])
        else:
            asked = paths.asked(boxes, ways)
            is_sure = asked is not None and not (asked and back and place >= min(back))
            routes.append((asked or {}, "") if is_sure else ({}, _words_of_jumps(steps, place)))
        before = boxes
        ways |= dict.fromkeys(step.asks, paths.way(boxes))
        here = [(unasked - set(step.asks), box) for unasked, box in here]
        for jump in (*step.jumps, Jump(place + 1, None, "")):
            split = [(unasked, *paths.split(box, jump.when, unasked)) for unasked, box in here]
            if jump.to > place:
                arriving[jump.to] += [(unasked, box) for unasked, met, _ in split for box in met]
            here = [(unasked, box) for unasked, _, rest in split for box in rest]
    return routes


def _words_of_jumps(steps: Sequence[Step], place: int) -> str:
    """The words of the jumps over a step and to it, on one line."""
    words = [
        f"{'if' if jump.to == place else 'not if'} {jump.words}"
        for start, step in enumerate(steps[:place])
        for jump in step.jumps
        if start + 1 < jump.to and jump.to >= place and jump.words
    ]
    return " ".join("; ".join(dict.fromkeys(words)).split())[:_LONGEST] or "no jump leads to it"


def _live(steps: Sequence[Step]) -> list[frozenset[str]]:
    """For each step the questions that a jump from it or from a later one asks about."""
    live: frozenset[str] = frozenset()
    backwards = []
    for step in reversed(steps):
        if step.jumps:
            live = live.union(*(_named(jump.when) for jump in step.jumps))
        backwards.append(live)
    return backwards[::-1]


def _named(condition: Condition | None) -> set[str]:
    """The questions that a condition is about."""
    if isinstance(condition, Joined):
        return {code for part in condition.parts for code in _named(part)}
    return set() if condition is None else {condition.question}


class _Paths:
    """Boxes of answers: cut by conditions, and put together again."""

    def __init__(self, questions: Mapping[str, Choices]) -> None:
        self.questions = questions
        self._answers: dict[_Key, frozenset[str]] = {}

    def all(self, key: _Key) -> frozenset[str]:
        """All that can be answered: the options, and nothing where one need not answer."""
        if key not in self._answers:
            self._answers[key] = self._all(key)
        return self._answers[key]

    def _all(self, key: _Key) -> frozenset[str]:
        question, choice = key
        if choice or question.startswith(_UNFIT):
            return frozenset({"yes", "no"})
        known = self.questions[question]
        return frozenset(known.options if known.required else (*known.options, ""))

    def narrow(self, jump: Jump) -> Jump:
        """The jump, with the words alone for a condition that cuts the answers into too many parts."""
        try:
            self.split({}, jump.when, frozenset())
        except UnfitError:
            return replace(jump, when=unfit(jump.words))
        return jump

    def split(self, box: Box, when: Condition | None, unasked: frozenset[str]) -> tuple[list[Box], list[Box]]:
        """The parts of a box in which a condition holds and does not; who was not asked answered nothing."""
        if when is None:
            return [box], []
        if isinstance(when, Is) and when.negated:
            return self.split(box, replace(when, negated=False), unasked)[::-1]
        if isinstance(when, Joined):
            return self._joined(box, when, unasked)
        if not self._several(when.question):
            return self._cut(box, (when.question, ""), when.options, unasked)
        if len(when.options) > 1:
            either = Joined("or", tuple(Is(when.question, frozenset({one})) for one in sorted(when.options)))
            return self._joined(box, either, unasked)
        (choice,) = when.options
        return self._cut(box, (when.question, choice), frozenset({"yes"}), unasked)

    def _several(self, question: str) -> bool:
        return question in self.questions and self.questions[question].several

    def _joined(self, box: Box, when: Joined, unasked: frozenset[str]) -> tuple[list[Box], list[Box]]:
        """One condition after the other; with "and" what does not meet one is done, with "or" what does."""
        left, done = [box], list[Box]()
        for part in when.parts:
            halves = [self.split(one, part, unasked)[:: 1 if when.by == "and" else -1] for one in left]
            left = [one for staying, _ in halves for one in staying]
            done += [one for _, leaving in halves for one in leaving]
            if len(left) + len(done) > _MOST_PATHS:
                raise UnfitError
        return (left, done) if when.by == "and" else (done, left)

    def _cut(
        self, box: Box, key: _Key, wanted: frozenset[str], unasked: frozenset[str]
    ) -> tuple[list[Box], list[Box]]:
        """A box cut in two along the answers to one question."""
        if key[0] in unasked:
            return [], [box]
        left = box.get(key, self.all(key))
        met: list[Box] = [{**box, key: left & wanted}] if left & wanted else []
        rest: list[Box] = [{**box, key: left - wanted}] if left - wanted else []
        return met, rest

    def merged(self, paths: Sequence[_Path], live: frozenset[str]) -> list[_Path]:
        """The same paths in few boxes; what nobody asks about any more is no reason to keep two apart."""
        together: dict[frozenset[str], list[Box]] = {}
        for unasked, box in paths:
            together.setdefault(unasked & live, []).append(box)
        merged = [(unasked, box) for unasked, boxes in together.items() for box in self._together(boxes)]
        if len(merged) <= _MOST_PATHS:
            return merged
        vague = {**self._around([box for _, box in merged]), (_UNFIT, ""): frozenset({"yes"})}
        return [(frozenset().union(*together), vague)]

    def _together(self, boxes: Sequence[Box]) -> list[Box]:
        """Boxes put together where they fill a larger one: all of them, or else two at a time."""
        around = self._around(boxes)
        if self._fill(boxes, around):
            return [around]
        few: list[Box] = []
        for box in boxes if len(boxes) <= 2 * _MOST_PATHS else ():
            for place, other in enumerate(few):
                # two boxes that do not overlap and differ in one question alone fill the box around them
                if len({key for key, _ in box.items() ^ other.items()}) == 1:
                    few[place] = self._around([box, other])
                    break
            else:
                few.append(box)
        return list(few or boxes) if len(few) in (0, len(boxes)) else self._together(few)

    def _around(self, boxes: Sequence[Box]) -> Box:
        """The smallest box around some."""
        if len(boxes) == 1:
            return boxes[0]
        keys = set(boxes[0]).intersection(*boxes) if boxes else set()
        wide = {key: frozenset().union(*(box[key] for box in boxes)) for key in keys}
        return {key: left for key, left in wide.items() if left != self.all(key)}

    def _fill(self, boxes: Sequence[Box], around: Box) -> bool:
        """Whether boxes that do not overlap leave nothing of a box around them empty."""
        if len(boxes) == 1:
            return True
        keys = {key for box in boxes for key in box}
        sizes = [prod(len(box.get(key, self.all(key))) for key in keys) for box in (around, *boxes)]
        return sizes[0] == sum(sizes[1:])

    def way(self, boxes: Sequence[Box]) -> Box:
        """The one box of all who come to a step, and of nobody else; without limits where there is none."""
        around = self._around(boxes)
        return around if self._fill(boxes, around) else {}

    def asked(self, boxes: Sequence[Box], ways: Mapping[str, Box]) -> Asked | None:
        """The boxes as `asked`, None where it cannot say them; `ways` led to each question before."""
        try:
            return self._asked(boxes, ways)
        except UnfitError:
            return None

    def _asked(self, boxes: Sequence[Box], ways: Mapping[str, Box]) -> Asked:
        """The boxes as `asked`; UnfitError where it cannot say them.

        Who answered a question has gone its way, so that this need not be said again.
        """
        if not boxes:
            raise UnfitError  # no path leads here
        around = self._around(boxes)
        if not self._fill(boxes, around):
            return self._one_of_several(boxes)
        answered = [key for key, left in around.items() if not left & {"", "no"}]
        implied = {limit for code, _ in answered for limit in ways.get(code, {}).items()}
        asked: dict[str, tuple[str, ...]] = {}
        for (question, choice), left in around.items():
            if ((question, choice), left) in implied:
                continue
            if question.startswith(_UNFIT) or question in asked or (question, choice) not in answered:
                raise UnfitError
            options = self.questions[question].options
            asked[question] = (choice,) if choice else tuple(one for one in options if one in left)
        return {question: asked[question] for question in self.questions if question in asked}

    def _one_of_several(self, boxes: Sequence[Box]) -> Asked:
        """Those who ticked one or another choice of a question: all answers but none of these choices."""
        keys = {key for box in boxes for key in box}
        questions = {question for question, _ in keys}
        ticked = all(frozenset({"yes"}) in box.values() for box in boxes)
        sizes = (prod(len(box.get(key, self.all(key))) for key in keys) for box in boxes)
        if len(questions) != 1 or not all(choice for _, choice in keys) or not ticked:
            raise UnfitError
        if sum(sizes) != 2 ** len(keys) - 1:
            raise UnfitError
        (question,) = questions
        return {question: tuple(one for one in self.questions[question].options if (question, one) in keys)}
