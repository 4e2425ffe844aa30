"""What two waves of a survey do not share, and how far each wave compares with the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.answers.meaning import Mapped
from pipeline.commands.check import read
from pipeline.database.checks import codes_reused
from pipeline.database.declared_tables import wording
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.text.folding import fold, is_beginning


@dataclass(frozen=True)
class Posed:
    """How a wave posed a question: words, mode, labels by id, the order of its boxes, and its routing."""

    text: str
    mode: str
    labels: dict[str, str]
    ordered: tuple[str, ...]
    routes: dict[str, tuple[str, ...]]

    @property
    def base(self) -> str:
        """Who was asked the question: people with certain answers to others, or everyone."""
        clauses = [f"{on} = {' or '.join(options) or 'anything'}" for on, options in self.routes.items()]
        return " and ".join(clauses) or "everyone"


def diff(paths: Paths, first: str, second: str) -> Iterator[str]:
    """A line on each question that two waves put differently.

    SurveyError where the code of a question or item stands for another wording in the later wave.
    """
    names = [path.stem for path in paths.wave_files()]
    for name in (first, second):
        if name not in names:
            raise SurveyError(f"no wave {name!r}; {did_you_mean(name, names, 'the waves are')}")
    if first == second:
        raise SurveyError(f"{first!r} twice; name two waves of: {', '.join(names)}")
    questionnaire, fieldings, mapped = read(paths, (first, second))
    waves = {fielding.name: (fielding, meaning) for fielding, meaning in zip(fieldings, mapped, strict=True)}
    (earlier, before), (fielding, after) = waves[first], waves[second]
    theirs, ours = posed(questionnaire, before), posed(questionnaire, after)
    yield from _listed(f"asked in {second} alone", [name for name in ours if name not in theirs])
    yield from _listed(f"asked in {first} alone", [name for name in theirs if name not in ours])
    shared = [name for name in ours if name in theirs]
    order = [sorted(shared, key=lambda name: wave.columns[name][0].column) for wave in (before, after)]
    yield from _listed("asked in another place", _moved(*order))
    alike = 0
    for name in shared:
        differences = list(_differences(theirs[name], ours[name]))
        change = fielding.wave.changes.get(name)
        if differences:
            is_declared = change is not None and "status" in change.model_fields_set
            declared = f"declared {change.status}" if change and is_declared else "not declared"
            yield f"{name} ({declared}): " + "; ".join(differences)
        alike += not differences
    yield f"{alike} of the {len(shared)} questions that both asked are put alike"
    if problems := list(codes_reused([earlier, fielding], [before, after])):
        raise SurveyError(problems)


def posed(questionnaire: Survey, mapped: Mapped) -> dict[str, Posed]:
    """How a wave posed each of its questions, by id."""
    by_question: dict[str, Posed] = {}
    offered = {(o.question, o.option) for o in mapped.offers if o.option}
    for name, headings in mapped.columns.items():
        asked = questionnaire.questions[name]
        labels: dict[str, str] = {}
        for offer in mapped.offers:
            if offer.question == name:
                label = offer.mapped if is_beginning(offer.label) and offer.mapped else offer.label
                labels.setdefault(offer.option or offer.item, label)
        boxes = [t for t in mapped.ticks if t.question == name and (t.answer.option or t.answer.item)]
        ordered = [t.answer.option or t.answer.item for t in sorted(boxes, key=lambda t: t.columns)]
        routes = {
            on: tuple(option for option in options if (on, option) in offered)
            for on, options in asked.asked.items()
            if on in mapped.columns
        }
        text, mode = wording(questionnaire, name, headings, as_exported=True)
        labels = {i: " ".join(label.split()) for i, label in labels.items()}
        by_question[name] = Posed(text, mode, labels, tuple(dict.fromkeys(ordered)), routes)
    return by_question


def comparability(
    questionnaire: Survey, fieldings: Sequence[Fielding], mapped: Sequence[Mapped]
) -> dict[tuple[str, str], str]:
    """How each wave's question compares with the wave before that asked it, by (wave, question).

    `broken` and `reworded` are declared; `options` where options or items differ; else `same`. A wave that is
    the first to ask a question has an empty status.
    """
    statuses: dict[tuple[str, str], str] = {}
    last: dict[str, Posed] = {}
    for fielding, meaning in zip(fieldings, mapped, strict=True):
        for name, question in posed(questionnaire, meaning).items():
            declared = fielding.wave.changes.get(name)
            if name not in last:
                status = ""
            elif declared and declared.status != "same":
                status = declared.status
            else:
                status = "same" if set(question.labels) == set(last[name].labels) else "options"
            statuses[fielding.name, name] = status
            last[name] = question
    return statuses


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what}: {', '.join(names)}"


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """What stands in another order: all that is not in the longest sequence that both share."""
    lengths = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i, one in reversed(list(enumerate(before))):
        for j, other in reversed(list(enumerate(after))):
            longer = max(lengths[i + 1][j], lengths[i][j + 1])
            lengths[i][j] = lengths[i + 1][j + 1] + 1 if one == other else longer
    kept, i, j = set(), 0, 0
    while i < len(before) and j < len(after):
        if before[i] == after[j]:
            kept.add(before[i])
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return [name for name in after if name not in kept]


def _differences(before: Posed, after: Posed) -> Iterator[str]:
    if fold(before.text) != fold(after.text):
        yield f"reworded, from {before.text!r} to {after.text!r}"
    if fold(before.mode) != fold(after.mode):
        yield f"answered otherwise, from {before.mode or 'no mode'} to {after.mode or 'no mode'}"
    if before.routes != after.routes:
        yield f"another base, from {before.base} to {after.base}"
    added = [i for i in after.labels if i not in before.labels]
    removed = [i for i in before.labels if i not in after.labels]
    if added:
        yield f"added {', '.join(added)}"
    if removed:
        yield f"without {', '.join(removed)}"
    for i in after.labels:
        both = (before.labels.get(i, ""), after.labels[i])
        # labels that too few people gave are cut to their beginnings, and not compared
        if both[0] and fold(both[0]) != fold(both[1]) and not any(map(is_beginning, both)):
            yield f"{i} reads {after.labels[i]!r} and not {before.labels[i]!r}"
    shared = set(before.ordered) & set(after.ordered)
    if moved := _moved([i for i in before.ordered if i in shared], [i for i in after.ordered if i in shared]):
        yield f"in another order: {', '.join(moved)}"
