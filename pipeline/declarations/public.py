"""What may be published of each respondent: what `[public]` of survey.toml means, and its checks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.declarations.questionnaire import Coarsening, Public
from pipeline.declarations.toml import Place
from pipeline.project.errors import Problem
from pipeline.text.folding import fold
from pipeline.tidy.question_kinds import question_kinds

if TYPE_CHECKING:
    from pipeline.declarations.questionnaire import Option, Survey


def removed(survey: Survey, public: Public) -> dict[str, str]:
    """The questions that do not go in, with the reason, in the order of the questionnaire."""
    reasons = {name: _reason(survey, public, name) for name in survey.questions}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(survey: Survey, public: Public, name: str) -> str:
    asked = survey.questions[name]
    if asked.form.is_open:
        return "what people wrote in their own words never goes in"
    if asked.private:
        return "its answers are personal (private)"
    if name in public.remove:
        return "is named under remove"
    if name in public.coarsen:
        return ""
    if asked.sensitive:
        return "its answers are sensitive, and not coarsened"
    if asked.form.coarsened_by == "edges":
        return f"a {asked.kind} that is not coarsened"
    return ""


def quasi_identifiers(survey: Survey, public: Public) -> list[str]:
    """The questions by which somebody could be known: those declared, or the segments that go in."""
    if public.quasi_identifiers is not None:
        return public.quasi_identifiers
    out = removed(survey, public)
    return [name for name in survey.segments if name not in out]


def check_public(survey: Survey, public: Public, at: Place) -> Iterator[Problem]:
    """What `[public]` says of questions and options that cannot be so."""
    out = removed(survey, public)
    listed = public.quasi_identifiers or []
    for index, name in enumerate(listed):
        if name not in survey.questions or name in listed[:index]:
            continue
        asked = survey.questions[name]
        if not asked.form.coarsened_by:
            yield at.problem(
                f"{name!r} is of kind {asked.kind}; only a single choice, or a number or date that is "
                "coarsened, can be a quasi-identifier",
                *("quasi_identifiers", index),
            )
        elif name in out:
            yield at.problem(
                f"{name!r} does not go in ({out[name]}), so it can be no quasi-identifier",
                *("quasi_identifiers", index),
            )
    for name, coarser in public.coarsen.items():
        if name in survey.questions:
            yield from _check_coarser(survey, public, name, coarser, at.at("coarsen", name))


def _check_coarser(
    survey: Survey, public: Public, name: str, coarser: Coarsening, at: Place
) -> Iterator[Problem]:
    asked = survey.questions[name]
    if asked.private or name in public.remove:
        why = "private" if asked.private else "named under remove"
        yield at.problem(f"coarsen: {name!r} is {why}, so there is nothing to coarsen")
    if not asked.form.coarsened_by:
        coarsened = [kind for kind, form in question_kinds().items() if form.coarsened_by]
        yield at.problem(
            f"coarsen: {name!r} is of kind {asked.kind}; only the answers of {', '.join(coarsened)} "
            "questions can be made coarser"
        )
    elif asked.form.coarsened_by == "edges":
        for group in coarser.groups:
            yield at.problem(
                f"coarsen: {name!r} is a {asked.kind}; say edges = [0, 10, 20] and no groups", group
            )
        if not coarser.edges and not coarser.groups:
            yield at.problem(f"coarsen: {name!r} wants edges = [0, 10, 20]")
        if any(low >= high for low, high in itertools.pairwise(coarser.edges)):
            yield at.problem(f"coarsen: the edges of {name!r} do not rise", "edges")
    else:
        if coarser.edges:
            yield at.problem(
                f"coarsen: {name!r} is a single choice; group its options, it has no edges", "edges"
            )
        yield from _check_groups(survey.options(name), name, coarser, at)


def _check_groups(options: dict[str, Option], name: str, coarser: Coarsening, at: Place) -> Iterator[Problem]:
    """Whether the groups hold every substantive option once, and can be told from what is left."""
    grouped: dict[str, str] = {}
    for group, declared in coarser.groups.items():
        if not declared.options:
            yield at.problem(f"coarsen: group {group!r} of {name!r} has no options", group)
        for option in declared.options:
            if option in options and option in grouped:
                first = grouped[option]
                yield at.problem(f"coarsen: {option!r} is in group {first!r} of {name!r} already", group)
            grouped.setdefault(option, group)
    left = {option: declared for option, declared in options.items() if option not in grouped}
    missing = [option for option, declared in left.items() if declared.role == "substantive"]
    if missing:
        yield at.problem(
            f"coarsen: {', '.join(missing)} of {name!r} in no group; every substantive option must be in one"
        )
    labels = {fold(declared.label): option for option, declared in left.items()}
    for group, declared in coarser.groups.items():
        if group in left:
            yield at.problem(f"coarsen: group {group!r} has the id of an option that is left", group)
        if fold(declared.label) in labels:
            taken = labels[fold(declared.label)]
            yield at.problem(f"coarsen: group {group!r} has the label of {taken!r}", group)
        labels.setdefault(fold(declared.label), group)
