"""survey.toml drafted from the definition of a questionnaire: its questions, with ids, scales and routing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pipeline.drafting import words
from pipeline.drafting.doubts import in_one_line
from pipeline.drafting.one_column import scale_of_numbers
from pipeline.drafting.question import Question
from pipeline.drafting.questionnaires.definition import Definition, Part, Posed
from pipeline.drafting.toml_out import Line, Table
from pipeline.text.folding import fold
from pipeline.text.values import as_number

_POINTS = 100
_SHARED_BY = 2  # so many questions with the same options make a scale of them
_FEWEST_STEPS = 3


@dataclass(frozen=True)
class Named:
    """A question of a definition with the ids that it, its options and its items have in survey.toml."""

    posed: Posed
    id: str
    options: Mapping[str, str]
    """the id of each option, by its code"""
    items: Mapping[str, str]
    known: Mapping[str, str] = field(default_factory=dict)
    """the labels of its options and items in survey.toml, by id, where that was written before"""

    def label(self, ident: str, part: Part) -> str:
        """How survey.toml labels an option or item."""
        return self.known.get(ident, part.label)


class Defined:
    """The questions of a definition as survey.toml has them."""

    def __init__(self, definition: Definition, questions: Sequence[Named]) -> None:
        self.definition = definition
        self.questions = list(questions)
        self._by_code = {one.posed.code: one for one in questions}

    @classmethod
    def first(cls, definition: Definition, there: Collection[str] | None = None) -> Defined:
        """The questions of a first wave, which get their ids here: those `there` by their codes, or all."""
        questions: list[Named] = []
        for posed in definition.questions:
            if not posed.personal and (there is None or posed.code in there):
                questions.append(with_ids(posed, [one.id for one in questions]))
        return cls(definition, questions)

    def table(self, title: str = "") -> Table:
        """survey.toml: the questions in the order of the definition, with the scales that they share."""
        scales = self._scales()
        questions = {named.id: self.question_table(named, scales) for named in self.questions}
        shared = {name: table for name, table in scales.values() if table}
        head = {
            "title": Line(self.definition.title or title, "the title"),
            "population": Line("", "who was asked, and how they were reached"),
            "segments": Line([], "single choices to break every question down by"),
        }
        return head | ({"scales": shared} if shared else {}) | {"questions": questions}

    def _scales(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """The scale of each question that has one, by its id: those shared, and those of numbers."""
        alike: dict[tuple[str, ...], list[Named]] = {}
        for named in self.questions:
            options = named.posed.options
            if named.posed.kind in ("grid", "single") and len(options) >= _FEWEST_STEPS:
                alike.setdefault(tuple(fold(part.label) for part in options), []).append(named)
        scales: dict[str, tuple[str, dict[str, Any]]] = {}
        for group in alike.values():
            is_grid = any(named.posed.kind == "grid" for named in group)
            scores = _scores(group[0].posed, is_grid)
            if not scores and len(group) < _SHARED_BY:
                continue
            name = words.unlike(f"{group[0].id}_scale", [name for name, _ in scales.values()])
            table: dict[str, Any] = {"options": _option_lines(group[0])}
            if scores:
                table["scores"] = list(scores)
            scales |= {named.id: (name, table) for named in group}
        return scales

    def question_table(self, named: Named, scales: Mapping[str, tuple[str, Any]] | None = None) -> Table:
        """A question as survey.toml has it; its options stand in it where it has none of `scales`."""
        scales = scales or {}
        posed = named.posed
        table: dict[str, Any] = {"text": posed.text, "kind": Line(posed.kind, posed.check)}
        if posed.private or posed.kind == "text":
            table["private"] = True
        if posed.unit:
            table["unit"] = posed.unit
        if posed.max and posed.max != _POINTS * (posed.kind == "allocation"):
            table["max"] = posed.max
        if asked := self._asked(posed):
            table["asked"] = Line(asked)
        if named.id in scales:
            table["scale"] = scales[named.id][0]
        elif posed.options:
            table["options"] = _option_lines(named)
        if posed.items:
            table["items"] = {named.items[part.code]: Line(part.label, part.check) for part in posed.items}
        if nets := _nets(named):
            table["nets"] = nets
        return table

    def _asked(self, posed: Posed) -> dict[str, list[str]]:
        """The routing by ids; none where it hangs on what is not there."""
        if self._lost(posed):
            return {}
        return {
            self._by_code[code].id: [self._by_code[code].options[option] for option in options]
            for code, options in posed.asked.items()
        }

    def _lost(self, posed: Posed) -> list[str]:
        """The questions that route another and are not there, or not with all the options that it takes."""
        ids = {code: one.options for code, one in self._by_code.items()}
        return [code for code, options in posed.asked.items() if not {*options} <= {*ids.get(code, ())}]

    def doubt(self, posed: Posed) -> str:
        """What could change the numbers of a question and no definition settles; empty for nothing."""
        lost = self._lost(posed)
        words = _plain(posed.shown_if)
        return in_one_line(
            posed.doubt,
            f"shown if {words}: who was asked cannot be told" if words else "",
            f"asked by {' and '.join(lost)}, which the export does not have whole" if lost else "",
        )


def _plain(condition: str) -> str:
    """A condition in the words of its tool; `${role}` in it is a name, and no field to fill in."""
    return re.sub(r"\$?\{([^{}]*)\}", r"\1", condition)


def with_ids(posed: Posed, taken: Sequence[str]) -> Named:
    """A question with ids: its code in the tool, and the words of its labels."""
    name = words.slug(posed.code) if any(map(str.isalnum, posed.code)) else words.slug(posed.text)
    options: dict[str, str] = {}
    numbers = _numbers(posed)
    for part in posed.options:
        if numbers:
            ident = f"step_{int(as_number(part.label) or 0)}"
        elif part.role in ("dkns", "not_applicable", "none", "other") and part.role not in options.values():
            ident = part.role
        else:
            plain = words.slug(part.label)
            ident = f"option_{words.slug(part.code)}" if plain == "x" else plain
        options[part.code] = words.unlike(ident, options.values())
    items: dict[str, str] = {}
    for part in posed.items:
        plain = words.slug(part.label)
        ident = f"item_{words.slug(part.code)}" if plain == "x" else f"item_{plain}"
        items[part.code] = words.unlike(ident, items.values())
    return Named(posed, words.unlike(name, taken), options, items)


def _numbers(posed: Posed) -> list[int]:
    """The steps of a single choice whose options are numbers one after the other; none for others."""
    labels = [as_number(part.label) for part in posed.options if part.role == "substantive"]
    steps_ = [int(label) for label in labels if label is not None]
    plain = len(steps_) == len(labels) and len(posed.options) == len(labels) >= _FEWEST_STEPS
    run = list(range(steps_[0], steps_[0] + len(steps_))) if steps_ and steps_[0] >= 0 else []
    return steps_ if posed.kind == "single" and plain and steps_ == run else []


def _scores(posed: Posed, is_grid: bool) -> Sequence[float]:
    """What the steps of a scale count: as the file says, as they are numbered, or by codes that run evenly.

    Codes are scores only of a scale in a known order: those of a list of regions mean nothing.
    """
    if numbers := _numbers(posed):
        return numbers
    parts = [part for part in posed.options if part.role == "substantive"]
    given = [part.score for part in parts if part.score is not None]
    if len(given) == len(parts):
        return given
    codes = [number for part in parts if (number := as_number(part.code)) is not None]
    gaps = {after - before for before, after in pairwise(codes)}
    in_order = not words.about_order([part.label for part in parts]) and len(parts) >= _FEWEST_STEPS
    even = len(codes) == len(parts) and len(gaps) == 1 and 0 not in gaps
    return codes if is_grid and even and in_order else ()


def _nets(named: Named) -> Mapping[str, list[str]]:
    """Promoters and detractors of who would recommend something, from 0 to 10."""
    numbers = _numbers(named.posed)
    if not numbers:
        return {}
    plain = Question(named.id, named.posed.text, "single", ())
    return scale_of_numbers(plain, numbers[0], numbers[-1]).nets


def _option_lines(named: Named) -> dict[str, Line]:
    """The options of a question as they are written, with what their ids do not imply."""
    lines = {}
    for part in named.posed.options:
        ident = named.options[part.code]
        lines[ident] = Line(_option(part, ident), part.check)
    return lines


def _option(part: Part, ident: str) -> Any:
    implied = ident if ident in ("other", "none", "dkns", "not_applicable") else "substantive"
    table: dict[str, Any] = {"label": part.label}
    if part.role != implied:
        table["role"] = part.role
    if part.exclusive and part.role not in ("none", "dkns"):
        table["exclusive"] = True
    if part.write_in:
        table["write_in"] = True
    return table if len(table) > 1 else part.label
