"""The codebook of a survey: every question, option, base and wave, with how far the waves compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from pipeline.commands.check import read
from pipeline.commands.diff import Put, comparability, put
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.project import files
from pipeline.project.paths import Paths
from pipeline.text.folding import in_markdown, is_beginning
from pipeline.tidy.csv import to_csv
from pipeline.tidy.tables import CODEBOOK


def codebook(paths: Paths) -> list[Path]:
    """Write codebook.md and codebook.csv: in the CSV a row a question, item, option or net, and wave."""
    questionnaire, fieldings, mapped = read(paths)
    waves = {f.name: put(questionnaire, meaning) for f, meaning in zip(fieldings, mapped, strict=True)}
    statuses = comparability(questionnaire, fieldings, mapped)
    rows = [
        row
        for name in questionnaire.questions
        for row in _rows(questionnaire, name, fieldings, waves, statuses)
    ]
    lines = [f"# Codebook: {in_markdown(questionnaire.title)}", ""]
    if questionnaire.population:
        lines += [f"Population: {in_markdown(questionnaire.population)}.", ""]
    lines += ["| wave | title | fielded |", "|---|---|---|"]
    for fielding in fieldings:
        dates = fielding.wave.fielded
        period = f"{dates.from_.isoformat()} to {dates.to.isoformat()}" if dates else "not known"
        synthetic = ", synthetic responses" if fielding.wave.synthetic else ""
        lines.append(f"| {fielding.name} | {in_markdown(fielding.wave.title)}{synthetic} | {period} |")
    for name in questionnaire.questions:
        lines += ["", *_section(questionnaire, name, waves, statuses, fieldings)]
    with files.together() as write:
        write(paths.codebook_csv, to_csv(pd.DataFrame(rows, columns=CODEBOOK.names), CODEBOOK))
        write(paths.codebook, "\n".join(lines) + "\n")
    return [paths.codebook, paths.codebook_csv]


def _parts(questionnaire: Survey, name: str) -> Iterator[tuple[str, str, str, str, float | None]]:
    """Part, id, label, role and score of everything a question has."""
    asked, scores = questionnaire.questions[name], questionnaire.scores(name)
    yield from (("item", item, label, "", None) for item, label in asked.items.items())
    for identifier, option in questionnaire.options(name).items():
        yield "option", identifier, option.label, option.role, scores.get(identifier)
    for net, members in questionnaire.nets(name).items():
        yield "net", net, " or ".join(members), "", None


def _label(identifier: str, declared: str, waves: Sequence[dict[str, Put]], name: str) -> str:
    """The label in full, as the latest wave has it."""
    labels = [wave[name].labels.get(identifier, "") for wave in waves if name in wave]
    full = [label for label in labels if label and not is_beginning(label)]
    return full[-1] if full else declared


def _rows(
    questionnaire: Survey,
    name: str,
    fieldings: Sequence[Fielding],
    waves: dict[str, dict[str, Put]],
    statuses: dict[tuple[str, str], str],
) -> Iterator[dict[str, object]]:
    asked = questionnaire.questions[name]
    parts = [("question", name, "", "", None), *_parts(questionnaire, name)]
    for part, identifier, declared, role, score in parts:
        label = _label(identifier, declared, list(waves.values()), name) if part != "net" else declared
        for fielding in fieldings:
            own = waves[fielding.name].get(name)
            change = fielding.wave.changes.get(name)
            offered = own is not None and (part in ("question", "net") or identifier in own.labels)
            yield {
                "question": name, "kind": asked.kind, "part": part, "id": identifier,
                "label": own.labels.get(identifier, label) if own else label,
                "role": role, "score": score, "wave": fielding.name, "offered": offered,
                "text": own.text if own else "", "mode": own.mode if own else "",
                "base": own.base if own else "", "status": statuses.get((fielding.name, name), ""),
                "note": change.note if change else "",
            }  # fmt: skip


def _section(
    questionnaire: Survey,
    name: str,
    waves: dict[str, dict[str, Put]],
    statuses: dict[tuple[str, str], str],
    fieldings: Sequence[Fielding],
) -> Iterator[str]:
    asked = questionnaire.questions[name]
    yield f"## {name}"
    yield ""
    in_waves = [fielding for fielding in fieldings if name in waves[fielding.name]]
    latest = waves[in_waves[-1].name][name] if in_waves else None
    if latest:
        yield in_markdown(f"{latest.text} {latest.mode}")
        yield ""
    private = ", private" if asked.private else ""
    yield f"Kind: {asked.kind}{private}. Base: {latest.base if latest else 'nobody'}."
    yield ""
    yield "| wave | compared with the one before | wording | note |"
    yield "|---|---|---|---|"
    for fielding in fieldings:
        own = waves[fielding.name].get(name)
        change = fielding.wave.changes.get(name)
        status = statuses.get((fielding.name, name), "not asked") or "first asked"
        yield (
            f"| {fielding.name} | {status} | {in_markdown(own.text) if own else ''} | "
            f"{in_markdown(change.note) if change else ''} |"
        )
    parts = list(_parts(questionnaire, name))
    if not parts:
        return
    yield ""
    yield f"| part | id | label | role | score | {' | '.join(waves)} |"
    yield f"|---|---|---|---|---|{'---|' * len(waves)}"
    for part, identifier, declared, role, score in parts:
        label = _label(identifier, declared, list(waves.values()), name) if part != "net" else declared
        offered = [
            "" if part == "net" or name not in wave else "yes" if identifier in wave[name].labels else "no"
            for wave in waves.values()
        ]
        shown = "" if score is None else f"{score:g}"
        yield f"| {part} | {identifier} | {in_markdown(label)} | {role} | {shown} | {' | '.join(offered)} |"
