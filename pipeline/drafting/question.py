"""A question that is guessed, with what is doubtful about it, and all that is guessed of an export."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.answers.columns import is_other
from pipeline.drafting.doubts import in_one_line
from pipeline.exports.tools import Heading
from pipeline.text.folding import fold

Group = tuple[Heading, ...]
SHOWN = 40
"""characters of a text that a doubt shows"""
OTHER = "Other"
"""the label of a column that holds the text beside an Other, whatever its heading is"""
HERE = "QUESTION"
"""what stands for the id of a question in a doubt about it, until it has one"""


@dataclass(frozen=True)
class Question:
    """A question that survey.toml does not have yet, and the columns it stands in."""

    id: str
    text: str
    kind: str
    columns: Group
    options: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    write_in: str = ""
    """the option beside which people write"""
    check: str = ""
    """what a person should look at: words and names, which change no number"""
    doubt: str = ""
    """what could change its numbers, for [unsettled]; empty where the file tells"""
    moved: int = 0
    """how many answers the doubt is about"""
    reading: Mapping[str, str | list[str]] = field(default_factory=dict)
    """the keys of [reading.<question>] that say how its cells are read"""
    answers: Mapping[str, str] = field(default_factory=dict)
    """the texts of [answers.<question>], each with the id of its option"""
    unit: str = ""
    """what stands beside its numbers"""
    scores: Sequence[int] = ()
    """what the steps of its scale count, where it is one of steps with numbers"""
    nets: Mapping[str, list[str]] = field(default_factory=dict)
    """options that are counted together"""
    total: float = 0.0
    """what its points add up to"""
    as_asked: bool = False
    """whether its options stand in the order of their columns, which is that of the questionnaire"""
    table: Mapping[str, Any] | None = None
    """the question as survey.toml has it, where a definition says all of it"""

    @property
    def doubt_in_full(self) -> str:
        """The doubt, with the id of the question in the keys that it names."""
        return self.doubt.replace(HERE, self.id)

    def read_as(self, **keys: str | list[str]) -> Question:
        """The same with further keys of [reading.<question>]."""
        return replace(self, reading={**self.reading, **keys})

    def blanked(self, *texts: str) -> Question:
        """The same with further texts that mean an empty cell of it."""
        return self.read_as(blank=[*self.reading.get("blank", ()), *texts])

    def doubted(self, doubt: str) -> Question:
        """The same with one thing more to look at."""
        return replace(self, check="; ".join(filter(None, (self.check, doubt))))

    def unsettled(self, doubt: str, moved: int) -> Question:
        """The same with one thing more that could change its numbers, about so many answers."""
        return replace(self, doubt=in_one_line(self.doubt, doubt), moved=max(self.moved, moved))

    def marked(self, wave: str) -> Question:
        """The same as new in a wave; as it is where that is the first one, which has no name here."""
        return replace(self, check="").doubted(f"new in {wave}").doubted(self.check) if wave else self

    def with_write_in(self, label: str, option: str = "") -> Question:
        """The same with an option beside which people write: that one, one so labelled, else a new one."""
        others = [identifier for identifier, text in self.options.items() if is_other(text)]
        alike = [identifier for identifier, text in self.options.items() if fold(text) == fold(label)]
        known = option or next(iter(alike), others[0] if len(others) == 1 else "")
        write_in = known or ("other" if "other" not in self.options else "other_text")
        options = {**self.options, write_in: self.options.get(write_in, label)}
        return replace(self, write_in=write_in, options=options)


@dataclass(frozen=True)
class Guesses:
    """All that was guessed of some columns."""

    questions: list[Question]
    roles: dict[str, str]
    """the finder of the column of each role that describes a response"""
    drop: list[tuple[str, str]]
    """finder and reason of each column that is not to be read"""
    previews: dict[str, list[str]]
    """the texts that mark a response as a trial of the survey's makers, by the finder of their column"""
    blank: list[str]
    """texts that stand for an empty cell"""
    repeated: list[Heading] = field(default_factory=list)
    """columns whose answers are those of the boxes beside them, joined"""
    finished: dict[str, list[str]] = field(default_factory=dict)
    """the texts by which a column says that a response was finished, by its finder; one column at most"""


@dataclass(frozen=True)
class Rows:
    """What the rows of an export say of some columns, by their numbers."""

    at_most: Callable[[Sequence[int]], int] = len
    """how many of the columns a respondent filled at most"""
    ties: Callable[[Sequence[int]], tuple[int, int]] = lambda _: (0, 0)
    """how many respondents filled two of the columns or more, and how many of these filled two alike"""
    beside: Callable[[int, int], Mapping[str, int]] = lambda _, __: {}
    """the texts of a column in the rows in which another holds anything"""
    by_text: Callable[[int, int], Mapping[str, Mapping[str, int]]] = lambda _, __: {}
    """the texts of a column for each text of another"""
    totals: Callable[[Sequence[int]], Mapping[float, int]] = lambda _: {}
    """what the numbers of the columns add up to, and in how many rows"""
    together: Callable[[Sequence[int]], Sequence[tuple[Sequence[str | None], int]]] = lambda _: ()
    """the different rows that the columns have, with how often each is there"""
    denied: Callable[[Sequence[int], Collection[str]], tuple[int, int, int]] = lambda _, __: (0, 0, 0)
    """how many responses there are, how many have all columns filled, how many hold only these texts"""


NO_ROWS = Rows()
"""of columns of which no row is known"""
