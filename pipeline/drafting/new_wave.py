"""`survey new-wave`: the declarations of a new export, drafted from nothing or from the wave before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.commands.check import check, read
from pipeline.declarations import survey, wave, wave_files
from pipeline.declarations.wave import Fielded, Fielding, Source
from pipeline.drafting.first_draft import design_columns, draft
from pipeline.drafting.from_wave_before import carry
from pipeline.drafting.look import Looked, Where, look
from pipeline.drafting.toml_out import (
    CHECK,
    carried_toml,
    data_of,
    grown,
    hidden,
    survey_toml,
    wave_toml,
    with_additions,
    with_changes,
)
from pipeline.exports.finders import find
from pipeline.exports.tools import formats
from pipeline.project import files
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import RESERVED_FILES, Paths, is_name
from pipeline.text.folding import fold

_MOST_NAMED = 5


def new_wave(root: Path, export: Path, like: str = "", survey_name: str = "") -> Iterator[str]:
    """Write the wave file of `export`, and what survey.toml lacks for it; lines on what was done.

    With `like`, the name of a wave, everything that still holds is carried over from it; without, survey.toml
    is drafted too. `export` lies in raw/<survey>/; with `survey_name` its name is enough.
    SurveyError where the export is not there, where it cannot be read, or where a file would be written over.
    """
    paths, name = _place(root, export, survey_name)
    export = paths.raw / export.name
    made = _carried(paths, export, name, like) if like else _drafted(paths, export, name)
    yield from made
    try:
        yield from check(paths, numbers=False)
    except SurveyError as error:
        count = len(error.problems)
        yield (
            "1 thing is left to settle by hand:"
            if count == 1
            else f"{count} things are left to settle by hand:"
        )
        yield from (str(problem) for problem in error.problems)
        return
    yield f"now run: make all SURVEY={paths.survey}"


def _place(root: Path, export: Path, survey_name: str) -> tuple[Paths, str]:
    """The survey that an export belongs to by its folder, and the wave's name by the file's."""
    if survey_name and not export.is_file():
        export = Paths(root, survey_name).raw / export
    full = export.resolve()
    if not full.is_file():
        raise SurveyError(f"no file {Paths(root, '').shown(export)}")
    paths = Paths(root, full.parent.name)
    if full.parent != paths.raw.resolve() or not is_name(paths.survey):
        folder = paths.shown(paths.raw.parent)
        raise SurveyError(f"put the export into a folder of its survey first: {folder}/NAME/{export.name}")
    if survey_name not in ("", paths.survey):
        raise SurveyError(f"{export} lies in the folder of the survey {paths.survey!r}, not {survey_name!r}")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", full.stem).strip("-._")[:80] or "wave"
    file = paths.raw / f"{name}.toml"
    if file.name in RESERVED_FILES:
        raise SurveyError(f"{file.name} has another meaning; name the export by its wave, such as the year")
    if file.exists():
        raise SurveyError(f"{paths.shown(file)} is there already; remove it to have it drafted again")
    return paths, name


def _drafted(paths: Paths, export: Path, name: str) -> Iterator[str]:
    """Draft survey.toml and the wave file from the export alone."""
    if paths.questionnaire.exists():
        waves = [fielding.name for fielding in wave_files.load(paths, survey.load(paths)[0])]
        others = f", or another of {', '.join(waves)}" if len(waves) > 1 else ""
        raise SurveyError(
            f"{paths.shown(paths.questionnaire)} is there already; for a further wave say --like {waves[-1]}"
            f"{others}"
        )
    with look(export) as looked:
        drafted = draft(looked.headings, looked.texts, formats[looked.format], looked.at_most)
        fielded = _fielded(looked, [drafted.started, drafted.submitted])
    if not drafted.questions:
        raise SurveyError(f"{export.name}: no column reads like a question; is this the export of responses?")
    yield f"format {looked.format}: {looked.reason}"
    kinds = Counter(question.kind for question in drafted.questions)
    yield f"{len(drafted.questions)} questions: " + ", ".join(
        f"{count} {kind}" for kind, count in kinds.most_common()
    )
    yield from _designed(looked)
    files.write(paths.questionnaire, hidden(survey_toml(drafted, paths.survey), ()))
    file = paths.raw / f"{name}.toml"
    files.write(file, hidden(wave_toml(drafted, looked, export.name, name, fielded), ()))
    yield _written(paths, [paths.questionnaire, file])


def _designed(looked: Looked) -> Iterator[str]:
    """What a sampling design in the export means for the errors."""
    names = design_columns(looked.headings)
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield (
            f"columns of a sampling design: {', '.join(names[:_MOST_NAMED])}{more}; errors take the weights "
            "as given and know of no strata, clusters or replicate weights (docs/tables.md)"
        )


def _carried(paths: Paths, export: Path, name: str, like: str) -> Iterator[str]:
    """Write the wave file from that of the wave `like`, and add to survey.toml what only this export has."""
    questionnaire, document = survey.load(paths)
    waves = {path.stem: path for path in paths.wave_files()}
    if like not in waves:
        raise SurveyError(f"no wave {like!r}; {did_you_mean(like, waves, 'the waves are')}")
    fielding = wave_files.load_one(paths, questionnaire, waves[like])
    _, _, (before,) = read(paths, (like,))
    source = fielding.wave.source
    guess_anew = source.format != "spss" and export.suffix.lower() in (".sav", ".zsav")
    how = _how(source) if export.suffix.lower() == fielding.exports[0].suffix.lower() else {}
    with look(export, "" if guess_anew else source.format, source.header_rows, **how) as looked:
        found = carry(questionnaire, document, fielding, before, _dropped(fielding), looked)
        fielded = _fielded(looked, list(found.respondents.values()))
    later = wave.in_order({like: fielding.wave.fielded, name: _period(fielded)})[-1] == name
    file = paths.raw / f"{name}.toml"
    texts = {path: path.read_text(encoding="utf-8") for path in (paths.questionnaire, waves[like])}
    changed = {
        paths.questionnaire: with_additions(texts[paths.questionnaire], document, questionnaire, found, name),
        waves[like]: with_changes(texts[waves[like]], fielding, found, name, later),
        file: carried_toml(found, looked, fielding, export, name, fielded, later),
    }
    expected = grown(document.data, found)
    if data_of(changed[paths.questionnaire]) != expected or data_of(changed[waves[like]]) is None:
        raise SurveyError(
            f"{paths.shown(paths.questionnaire)} or {waves[like].name} is written in a way that cannot be "
            "added to line by line, so nothing was changed; write each table under its own heading, one key "
            "a line, and try again"
        )
    declared = list(texts.values())
    changed = {path: hidden(text, declared) for path, text in changed.items()}
    for path, text in changed.items():
        before_ = texts.get(path)
        if before_ is None or text.rstrip() != before_.rstrip():
            crlf = before_ is not None and b"\r\n" in path.read_bytes()
            files.write(path, text.replace("\n", "\r\n") if crlf else text)
    yield f"format {looked.format}: {looked.reason}"
    there = len(before.columns) - len(found.gone)
    yield (
        f"{there} of the {len(before.columns)} questions of {like} are there, "
        f"{len(found.new_questions)} are new, {len(found.new_parts)} options and items are new"
    )
    yield from _designed(looked)
    if found.gone:
        yield f"not asked in {name}: {', '.join(found.gone)}"
    yield _written(paths, [path for path in changed if path.read_text(encoding="utf-8") != texts.get(path)])


def _period(fielded: tuple[str, str]) -> Fielded | None:
    """The field period as a wave file has it; None where it is not known."""
    return Fielded.model_validate({"from": fielded[0], "to": fielded[1]}) if fielded[0] else None


def _dropped(fielding: Fielding) -> list[str]:
    """The headings of the columns that a wave drops."""
    source, drop = fielding.wave.source, fielding.wave.respondents.drop
    if not drop:
        return []
    with look(fielding.exports[0], source.format, source.header_rows, **_how(source)) as looked:
        return [h.text for finder in drop for h in find(finder, looked.headings) if h.text]


def _how(source: Source) -> Where:
    """How a wave says that its export is read, but for what is seen in the file."""
    return {"sheet": source.sheet, "first_row": source.first_row, "delimiter": source.delimiter or ""}


def _written(paths: Paths, written: Sequence[Path]) -> str:
    marked = sum(path.read_text(encoding="utf-8").count(CHECK) for path in written)
    both = ", ".join(paths.shown(path) for path in written)
    return f"{both} written; {marked} lines say {CHECK}"


def _fielded(looked: Looked, finders: Sequence[str]) -> tuple[str, str]:
    """The field period, by the columns that say when a response began and ended, else by any dates."""
    named = [h for h in looked.headings if {h.text, h.code, h.letters} & {f for f in finders if f}]
    days = looked.fielded([h.column for h in named])
    if days[0]:
        return days
    dated = [h for h in looked.headings if "date" in fold(h.text or h.code) or fold(h.text) == "timestamp"]
    return looked.fielded([h.column for h in dated])
