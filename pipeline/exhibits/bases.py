"""Who the numbers of an exhibit are of, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.exhibits.context import Context

_LONG_LABEL = 40
_LISTED = 4


def base_in_words(question: str, where: Mapping[str, Sequence[str]], context: Context) -> str:
    """Who was asked a question and is not left out by a filter; empty where that is everyone.

    As `base` of the question says it, else by the answers that lead to it.
    """
    survey = context.survey
    declared = survey.base_of(question)
    asked = {} if declared else survey.questions[question].asked
    clauses = [declared] if declared else []
    clauses += [_clause(on, options, context) for on, options in asked.items() if on in context.wordings]
    clauses += [_clause(on, options, context) for on, options in where.items()]
    return " and ".join(clauses)


def as_base(whom: str) -> str:
    """Whom numbers are of, as it is printed."""
    return f"base: {whom}" if whom else ""


def quoted(label: str) -> str:
    """A label in quotation marks, cut at a word where it is long."""
    if len(label) <= _LONG_LABEL:
        return f"“{label}”"
    return f"“{label[:_LONG_LABEL].rsplit(' ', 1)[0].rstrip(',;')}…”"


def either(parts: Sequence[str]) -> str:
    """Parts of a sentence, the last after an or."""
    return " or ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _clause(question: str, options: Sequence[str], context: Context) -> str:
    """A condition in words; where it is of all substantive answers, the others are named instead."""
    number = context.wordings[question].number
    offered = {option: context.labels[question, option] for option in options
               if (question, option) in context.labels}  # fmt: skip
    declared = {i: o for i, o in context.survey.options(question).items() if (question, i) in context.labels}
    named = {i for i, option in declared.items() if option.role == "substantive"}
    if set(offered) == named and len(named) > _LISTED:
        left = [context.labels[question, i] for i in declared if i not in named]
        return f"{number} = an answer other than {either([quoted(label) for label in left])}"
    return f"{number} = {either([quoted(label) for label in offered.values()])}"
