"""The keys of data quality in a wave file, as the rules say them of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StrictInt, create_model

from pipeline.declarations.references import IS_NO_SINGLE_CHOICE, QUESTION, ListedOption, QuestionId
from pipeline.declarations.toml import Declared, Key, Number
from pipeline.tidy.quality_rules import quality_rules

Options = Annotated[list[ListedOption], Field(min_length=1)]
"""options of a question, of which one is wanted"""
ATTENTION_CHECK = QUESTION.with_rules(
    replace(
        IS_NO_SINGLE_CHOICE,
        message="{name!r} is of kind {kind}; only a single choice shows who attends",
        always=True,
    )
)


class Speeders(Declared):
    """Who is a speeder: `below` a part of the median duration of the wave, or below so many `seconds`."""

    below: Annotated[Number, Field(gt=0, lt=1)] | None = None
    seconds: Annotated[Number, Field(gt=0)] | None = None


class Impossible(Declared):
    """Answers that cannot all be true: one of the options of each question of `where`."""

    reason: Annotated[str, Field(min_length=1)]
    where: Annotated[dict[QuestionId, Options], Field(min_length=2)]


_HOLDS: dict[str, tuple[Any, Any]] = {
    "duration": (Speeders | None, None),
    "count": (Annotated[StrictInt, Field(ge=2)], None),
    "answers": (dict[Annotated[str, ATTENTION_CHECK], Options], {}),
    "combinations": (list[Impossible], []),
}
"""what the key of a rule may hold, and its default, where the rule has none"""

if TYPE_CHECKING:

    class Quality(Declared):
        """Who is flagged for data quality, where it is not as by default; nobody is excluded by it."""

        def __getattr__(self, key: str) -> Any: ...
else:
    _FIELDS = {rule.key: (_HOLDS[rule.key_holds][0], rule.default or _HOLDS[rule.key_holds][1])
               for rule in quality_rules().values() if rule.key}  # fmt: skip
    Quality = create_model("Quality", __base__=Declared, **_FIELDS)


def keys_of(quality: Quality, holding: str) -> Iterator[tuple[str, str, Any]]:
    """The rule, the key and its value of each key declared that holds such a thing."""
    for name, rule in quality_rules().items():
        if rule.key_holds == holding and getattr(quality, rule.key):
            yield name, rule.key, getattr(quality, rule.key)


def options_of(quality: Quality) -> Iterator[tuple[dict[str, list[str]], tuple[Key, ...]]]:
    """The options of questions that rules look at, with the place where they stand in the wave file."""
    for _, key, answers in keys_of(quality, "answers"):
        yield answers, ("quality", key)
    for _, key, combinations in keys_of(quality, "combinations"):
        for number, combination in enumerate(combinations):
            yield combination.where, ("quality", key, number, "where")


def is_about_repeats(rule: str) -> bool:
    """Whether a text is the name of a rule that flags responses which repeat another."""
    return rule in quality_rules() and quality_rules()[rule].repeats
