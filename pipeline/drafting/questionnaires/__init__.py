"""Definitions of questionnaires as survey tools write them: one module a format.

To add a format is to add its module here. It has two functions, `recognised` (whether a file is such a
definition, as its first letters or sheets tell) and `definition` (what it says), and nothing of it is known
elsewhere.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.drafting.questionnaires.definition import Definition, told_apart
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source


@dataclass(frozen=True)
class Format:
    """How a definition of one tool is told and read."""

    recognised: Callable[[Source], bool]
    definition: Callable[[Source], Definition]


_MODULES = {
    path.stem: importlib.import_module(f"{__name__}.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if path.stem != "__init__"
}
formats: dict[str, Format] = {
    name: Format(module.recognised, module.definition)
    for name, module in _MODULES.items()
    if hasattr(module, "recognised")
}


def read(path: Path) -> Definition:
    """The questionnaire that a file defines.

    DefinitionError, with the file and the place in it, where no format knows it or it is damaged.
    """
    source = Source.of(path)
    fitting = [one for one in formats.values() if one.recognised(source)]
    if not fitting:
        raise source.error(
            "reads like the definition of no survey tool known here (docs/formats.md lists them); is it an "
            "export of responses?"
        )
    try:
        result = fitting[0].definition(source)
    except RecursionError:
        raise source.error("refers to itself") from None
    if not result.questions:
        raise source.error("has no question in it")
    parts = sum(len(asked.options) + len(asked.items) for asked in result.questions)
    if len(result.questions) + parts > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} questions, options and items")
    return replace(result, questions=tuple(map(told_apart, result.questions)))
