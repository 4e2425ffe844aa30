"""What a user did wrong, said with the place and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field

from pipeline.text.addresses import masked

_QUOTED = 120  # characters of a text that a message quotes


@dataclass(frozen=True)
class Problem:
    """One mistake in a file: `line` is 0 where the file as a whole is meant.

    The message says no address that a table would hide, unless it stands in one of the `declared` texts.
    """

    file: str
    line: int
    message: str
    place: tuple[str | int, ...] = field(default=(), compare=False)
    """the keys of a declaration that lead there"""
    declared: InitVar[Iterable[str]] = ()

    def __post_init__(self, declared: Iterable[str]) -> None:
        object.__setattr__(self, "message", masked(self.message, declared))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class SurveyError(Exception):
    """One or more mistakes of the user's; the command line prints them and exits 1.

    Addresses are masked in a single message as in a Problem, but for those of the `declared` texts.
    """

    def __init__(self, problems: Iterable[Problem] | str, declared: Iterable[str] = ()) -> None:
        self.problems: list[Problem] = []
        if isinstance(problems, str):
            super().__init__(masked(problems, declared))
            return
        # problems at one place stay in the order in which they were found
        self.problems = sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def quoted(text: str, most: int = _QUOTED) -> str:
    """The beginning of a text in quotes, as a message shows it: masked before it is cut."""
    return repr(shortened(text, most))


def shortened(text: str, most: int = _QUOTED) -> str:
    """The beginning of a text, masked before it is cut: half an address has no form to be found by."""
    return masked(text)[:most]


def nearest(seen: str, known: Iterable[str]) -> str:
    """A question that names the nearest of `known`; empty where none is near."""
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(seen.casefold(), list(folded), n=1, cutoff=0.6)
    return f"did you mean {folded[near[0]]!r}?" if near else ""


def did_you_mean(seen: str, known: Iterable[str], tell: str = "known") -> str:
    """A clause that names the nearest of `known`, or lists them where none is near."""
    names = list(dict.fromkeys(known))
    if near := nearest(seen, names):
        return near
    if not names:
        return ""
    listed = ", ".join(repr(name) for name in names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"{tell}: {listed}{more}"
