"""Who was asked a question, from the expression in which a tool says it.

`asked` of survey.toml is an "and" over questions and an "or" over the options of each. What does not fit that
is no `asked`: `UnfitError` is raised, and the reader keeps the words of the tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Asked = Mapping[str, tuple[str, ...]]
"""for each question, by its code, the codes of options of which one must be chosen"""
_MOST_TOKENS = 400
_DEEPEST = 40
_WORDS = {"and": "and", "&&": "and", "or": "or", "||": "or", "not": "not", "!": "not"}
_EQUAL, _UNEQUAL = ("=", "==", "eq"), ("!=", "<>", "ne")
_TICKED = {"1", "y", "true", "yes", "checked", "selected"}
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<name>{name})|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign>&&|\|\||==|!=|<>|<=|>=|[=<>!(),\[\]])|(?P<word>[A-Za-z_][A-Za-z0-9_.-]*))".replace(
        "{name}", "@NAME@"
    )
)


class UnfitError(Exception):
    """A condition that is no choice of options joined by "and" and "or"."""


@dataclass(frozen=True)
class Is:
    """One of some options of a question is chosen; `negated` where none of them is."""

    question: str
    options: frozenset[str]
    negated: bool = False


@dataclass(frozen=True)
class Joined:
    """Conditions of which all (`and`) or one (`or`) must hold."""

    by: str
    parts: tuple[Condition, ...]


Condition = Is | Joined


@dataclass(frozen=True)
class Choices:
    """What is known of a question that others are routed by."""

    options: tuple[str, ...]
    several: bool
    """whether more than one can be chosen"""
    required: bool

    @cached_property
    def known(self) -> frozenset[str]:
        """The codes of the options, to look one up in."""
        return frozenset(self.options)


def parse(text: str, name: str, resolve: Callable[[str], tuple[str, str]]) -> Condition:
    """An expression as conditions.

    `name` is the pattern by which the tool writes a reference, and `resolve` gives for one the question and,
    where it is a box, its option. UnfitError where the expression says anything else.
    """
    pattern = re.compile(_TOKEN.pattern.replace("@NAME@", name))
    tokens: list[tuple[str, str]] = []
    place = 0
    text = text.strip()
    while place < len(text):
        match = pattern.match(text, place)
        if not match or match.end() == place or len(tokens) > _MOST_TOKENS:
            raise UnfitError(text)
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind]))
        place = match.end()
        while place < len(text) and text[place].isspace():
            place += 1
    parser = _Parser(tokens, resolve)
    condition = parser.joined()
    if parser.tokens:
        raise UnfitError(text)
    return condition


class _Parser:
    """Reads the tokens of an expression from the first to the last."""

    def __init__(self, tokens: list[tuple[str, str]], resolve: Callable[[str], tuple[str, str]]) -> None:
        self.tokens, self.resolve, self.depth = tokens, resolve, 0

    def _peek(self) -> tuple[str, str]:
        return self.tokens[0] if self.tokens else ("", "")

    def _take(self) -> tuple[str, str]:
        if not self.tokens:
            raise UnfitError
        return self.tokens.pop(0)

    def _expect(self, sign: str) -> None:
        if self._take()[1] != sign:
            raise UnfitError

    def _joint(self) -> str:
        kind, text = self._peek()
        return _WORDS.get(text.lower(), "") if kind in ("word", "sign") else ""

    def joined(self) -> Condition:
        """A condition with "or", which binds least."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnfitError
        parts = [self._all()]
        while self._joint() == "or":
            self._take()
            parts.append(self._all())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Joined("or", tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._joint() == "and":
            self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Joined("and", tuple(parts))

    def _one(self) -> Condition:
        if self._joint() == "not":
            self._take()
            return negated(self._one())
        kind, text = self._take()
        if (kind, text) == ("sign", "("):
            inside = self.joined()
            self._expect(")")
            return inside
        if kind == "word" and text.lower() in ("selected", "contains") and self._peek()[1] == "(":
            self._take()
            question, _ = self.resolve(self._take()[1])
            self._expect(",")
            option = self._value()
            self._expect(")")
            return Is(question, frozenset({option}))
        if kind == "name":
            return self._comparison(text)
        raise UnfitError

    def _comparison(self, name: str) -> Condition:
        question, option = self.resolve(name)
        _, sign = self._take()
        sign = sign.lower()
        if sign in ("anyof", "contains", "in"):
            values = self._values()
        elif sign in (*_EQUAL, *_UNEQUAL):
            values = [self._value()]
        else:
            raise UnfitError
        is_not = sign in _UNEQUAL
        if option:
            ticked = {value.lower() in _TICKED for value in values}
            if len(ticked) > 1:
                raise UnfitError
            return Is(question, frozenset({option}), negated=is_not == ticked.pop())
        if "" in values:
            raise UnfitError  # whether it was answered at all
        return Is(question, frozenset(values), negated=is_not)

    def _value(self) -> str:
        kind, text = self._take()
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number" or (kind == "word" and text.lower() in ("true", "false")):
            return text
        raise UnfitError

    def _values(self) -> list[str]:
        if self._peek()[1] != "[":
            return [self._value()]
        self._take()
        values = [self._value()]
        while self._peek()[1] == ",":
            self._take()
            values.append(self._value())
        self._expect("]")
        return values


def negated(condition: Condition) -> Condition:
    """What holds where a condition does not."""
    if isinstance(condition, Is):
        return Is(condition.question, condition.options, not condition.negated)
    by = "or" if condition.by == "and" else "and"
    return Joined(by, tuple(negated(part) for part in condition.parts))


def both(*conditions: Condition | None) -> Condition | None:
    """All of some conditions; None for no condition."""
    given = tuple(condition for condition in conditions if condition is not None)
    return Joined("and", given) if len(given) > 1 else next(iter(given), None)


def as_asked(condition: Condition | None, questions: Mapping[str, Choices]) -> dict[str, tuple[str, ...]]:
    """The condition as `asked`: empty for none.

    "Not" some options is the other options where the question had to be answered and takes one answer; who
    left it blank was asked too, otherwise. UnfitError where it does not fit.
    """
    asked: dict[str, tuple[str, ...]] = {}
    for clause in _clauses(condition):
        named = {part.question for part in clause}
        if len(named) != 1:
            raise UnfitError
        (question,) = named
        known = questions.get(question)
        # of several answers to a question two clauses may each want another
        if known is None or (question in asked and known.several):
            raise UnfitError
        chosen: set[str] = set()
        for part in clause:
            if not part.options <= known.known:
                raise UnfitError
            if part.negated and (known.several or not known.required):
                raise UnfitError
            chosen |= known.known - part.options if part.negated else part.options
        chosen &= set(asked.get(question, known.known))
        asked[question] = tuple(option for option in known.options if option in chosen)
        if not asked[question]:
            raise UnfitError
    return asked


def _clauses(condition: Condition | None) -> Iterator[Sequence[Is]]:
    """The parts of an "and", each an "or" of plain conditions."""
    if condition is None:
        return
    if isinstance(condition, Is):
        yield [condition]
    elif condition.by == "and":
        for part in condition.parts:
            yield from _clauses(part)
    else:
        yield list(_alternatives(condition))


def _alternatives(condition: Condition) -> Iterator[Is]:
    if isinstance(condition, Is):
        yield condition
        return
    if condition.by != "or":
        raise UnfitError
    for part in condition.parts:
        yield from _alternatives(part)
