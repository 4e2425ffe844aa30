"""Options and items of questions: made of labels, and put together where only the words tell a ranking.

A tool that knows no ranking or no shares of a total asks for each part by itself, under one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

from pipeline.drafting.questionnaires.definition import Part, Place, Posed
from pipeline.drafting.words import slug, unlike
from pipeline.text.folding import fold

_ONE_BY_ONE = "each part is a question of its own in the form: its words alone say that they belong together"
_TOTAL = re.compile(
    r"(?:\badds? up\b|\bsums?\b|\btotal|\bequals?\b|\bergeben\b|\bergibt\b|\bsumme\b|\bsomme\b|\bsuma[rn]?\b)"
    r"\D{0,20}(\d{1,6})\b"
)
_RANKS = re.compile(r"\brank(?:ing)?\b|\bin order of\b|\breihenfolge\b|\bclassez\b|\bordene\b|\bclasifique\b")
_SENTENCE = re.compile(r".*[.?!:;–—-]\s+", re.DOTALL)
_USUAL = 100  # the total of an allocation that names none


def total_of(text: str) -> int:
    """The total that a question asks to share out, such as 100; 0 where its words name none."""
    named = _TOTAL.search(fold(text))
    return int(named[1]) if named else 0


def asks_to_rank(text: str) -> bool:
    """Whether the words of a question ask to put things in an order."""
    return bool(_RANKS.search(fold(text)))


def distinct(code: str, taken: dict[str, int]) -> str:
    """A code that is not taken, with a number behind it if need be; it is added to `taken`."""
    free = code
    while free in taken:
        taken[code] += 1
        free = f"{code}_{taken[code]}"
    taken[free] = 1
    return free


def named_parts(labels: Iterable[str]) -> tuple[Part, ...]:
    """Options or items by their labels, each with a code made of its words; numbers are their code."""
    taken: dict[str, int] = {}
    codes = ((distinct(text if text.isdecimal() else slug(text), taken), text) for text in labels)
    return tuple(Part(code, text or code) for code, text in codes)


def lacks_parts(posed: Posed) -> bool:
    """Whether a question has no options or items where its kind needs some, so that it cannot be drafted."""
    needs_options = posed.kind in ("single", "multiple", "grid")
    needs_items = posed.kind in ("grid", "rank", "allocation")
    return (needs_options and not posed.options) or (needs_items and not posed.items)


def apart(questions: Iterable[Posed], taken: dict[str, int]) -> list[Posed]:
    """The questions, each with a code of its own; `taken` are those before, and these are added."""
    return [replace(posed, code=distinct(posed.code, taken)) for posed in questions]


def gathered(questions: Sequence[Posed], parts: Collection[str]) -> list[Posed]:
    """The questions, those that belong together by their words as one.

    `parts` are the codes of the questions that may be an item of another.
    """
    runs: list[tuple[str, list[Posed]]] = []
    for place, posed in enumerate(questions):
        sentence, run = runs[-1] if runs else ("", [])
        if sentence and posed.code in parts and posed.text.startswith(sentence) and posed.text != sentence:
            run.append(posed)
        else:
            following = [
                one for one in questions[place + 1 : place + 2] if {one.code, posed.code} <= set(parts)
            ]
            runs.append((_sentence(posed, *following), [posed]))
    codes = {one.code for one in questions}
    return [_as_one(run, sentence, codes) if len(run) > 1 else run[0] for sentence, run in runs]


def _sentence(posed: Posed, following: Posed | None = None) -> str:
    """The sentence that two questions begin with, where it asks to rank or names a total; else nothing."""
    if following is None:
        return ""
    pairs = zip(posed.text, following.text, strict=False)
    same = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    sentence = _SENTENCE.match(same)
    return sentence[0] if sentence and (total_of(sentence[0]) or asks_to_rank(sentence[0])) else ""


def _as_one(run: Sequence[Posed], sentence: str, taken: Collection[str]) -> Posed:
    """One ranking or allocation of the questions of a run; its code is not `taken`."""
    stems, _, ends = zip(*(one.code.rpartition("_") for one in run), strict=True)
    items = named_parts(one.text.removeprefix(sentence) for one in run)
    code = run[0].code
    if len(set(stems)) == 1 and stems[0] and all(ends):  # work_1, work_2, work_3
        code = unlike(stems[0], taken)
        items = tuple(replace(item, code=end) for item, end in zip(items, ends, strict=True))
    total = total_of(sentence)
    headed = zip(run, items, strict=True)
    return replace(
        run[0],
        code=code,
        text=sentence.strip().rstrip("-–— ").strip(),
        kind="allocation" if total else "rank",
        items=items,
        max=total if total not in (0, _USUAL) else None,
        private=False,
        columns=tuple((name, Place("item", item.code)) for one, item in headed for name, _ in one.columns),
        doubt=_ONE_BY_ONE,
    )
