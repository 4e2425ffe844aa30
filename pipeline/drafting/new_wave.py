"""`survey new-wave`: the declarations of a new export, drafted from nothing or from the wave before."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from pipeline.commands.check import check, read
from pipeline.declarations import survey, wave_files
from pipeline.declarations.notices import unsettled
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding, Source
from pipeline.drafting import questionnaires
from pipeline.drafting.additions import expected, with_additions, with_changes
from pipeline.drafting.before import NOT_DEFINED, NOTHING, Before, with_older
from pipeline.drafting.by_definition import as_before, as_fielded, given, matches_of, with_lines
from pipeline.drafting.defined import Defined
from pipeline.drafting.draft import Draft, Given, draft
from pipeline.drafting.edited import data_of
from pipeline.drafting.fixed_width import as_csv, is_fixed_width
from pipeline.drafting.joined import Joined, join
from pipeline.drafting.look import Looked, Where, look
from pipeline.drafting.questionnaires.definition import Definition
from pipeline.drafting.redefined import changes, ids_of, new_questions, redefined
from pipeline.drafting.toml_out import CHECK, Line, hidden, written
from pipeline.drafting.words import design_columns
from pipeline.exports import spss
from pipeline.exports.finders import find
from pipeline.ingest import with_headings
from pipeline.project import files
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import RESERVED_FILES, Paths, is_name

_MOST_NAMED = 5
_NAMES_HEAD = ("Triple-S", "DDI Codebook", "REDCap", "formr", "surveydown", "SurveyJS")
_MOST_LISTED = 10


def new_wave(
    root: Path, export: Path, like: str = "", survey_name: str = "", questionnaire: Path | None = None
) -> Iterator[str]:
    """Write the wave file of `export`, and what survey.toml lacks for it; lines on what was done.

    With the definition of its questionnaire a first wave is drafted from that.

    Everything that still holds is carried over from the wave `like`, or without one from the latest; what
    that did not ask comes from the others. For a first wave survey.toml is drafted too. `export` lies in
    raw/<survey>/; with `survey_name` its name is enough.
    SurveyError where the export is not there, where it cannot be read, or where a file would be written over.
    """
    paths, name = _place(root, export, survey_name)
    is_first = not (like or paths.questionnaire.exists())
    if questionnaire:
        yield from _by_definition(paths, name, paths.raw / export.name, like, questionnaire)
        yield from _checked(paths, name)
        return
    before, texts = _nothing_before(paths) if is_first else _wave_before(paths, like)
    with _looked(paths.raw / export.name, before) as looked:
        drafted = draft(before, looked, paths.raw / export.name, name)
    changed = _changed(paths, before, drafted, texts)
    yield f"format {looked.format}: {looked.reason}"
    yield from _about(before, drafted, looked)
    yield _write(paths, changed, texts)
    yield from _checked(paths, name)


def _by_definition(paths: Paths, name: str, export: Path, like: str, file: Path) -> Iterator[str]:
    """Write the wave file by the definition of the questionnaire, and what survey.toml lacks."""
    definition = questionnaires.read(file)
    if is_fixed_width(file):
        answers, export = export, paths.raw / f"{name}.csv"
        table = as_csv(answers, file)
        if export.exists() and export.read_text(encoding="utf-8") != table:
            raise SurveyError(f"{paths.shown(export)} is there already, and is not what {answers.name} holds")
        files.write(export, table, files.PRIVATE)
        yield f"{paths.shown(export)} written: {answers.name} by the positions that {file.name} gives"
    known = like or paths.questionnaire.exists()
    before, texts = _before_definition(paths, like) if known else (NOTHING, {})
    layout = "" if before.name else _layout_of(definition, export)
    with _looked(export, before) if before.name else look(export, layout) as looked:
        joined = join(definition, looked)
        if not joined.questions:
            raise SurveyError(
                f"no column of {export.name} is a question of this {definition.tool} definition; is it of "
                "another survey, or were the codes left out of the export?"
            )
        as_defined = len(definition.questions)
        definition, differences = as_fielded(definition, joined, looked)
        joined = join(definition, looked)
        if known:
            before, defined_too = _with_known(paths, definition, joined, looked, before)
        else:
            defined = Defined.first(definition, joined.questions)
            texts = {paths.questionnaire: written(defined.table(f"{_title_of(paths)} survey"))}
            matches = matches_of(defined, joined, looked)
            before = as_before(matches, looked, tomllib.loads(texts[paths.questionnaire]))
            defined_too = given(defined, joined, matches)
        beside = file.resolve().parent == paths.raw.resolve()
        drafted = draft(before, looked, export, name, replace(defined_too, file=file.name if beside else ""))
    changed = _changed(paths, before, drafted, texts)
    yield f"format {looked.format}: {'columns headed by their names' if layout else looked.reason}"
    asked = f"{len(joined.questions)} of {as_defined} questions"
    yield f"{definition.tool}: {asked} of the definition are in the export"
    yield from differences
    if joined.missing:
        yield f"not in the export: {', '.join(joined.missing)}"
    new = [question.id for _, question in drafted.questions]
    by_definition = {question.id for question in defined_too.questions}
    if more := [ident for ident in new if ident not in by_definition]:
        yield f"in the export and {NOT_DEFINED}: {', '.join(more)}"
    if added := [ident for ident in new if ident in by_definition]:
        yield f"not in survey.toml before: {', '.join(added)}"
    if not beside:
        yield f"put {file.name} beside the export and name it under [source], to compare the next wave by it"
    yield from definition.reports
    yield _write(paths, changed, texts if known else {})


def _layout_of(definition: Definition, export: Path) -> str:
    """The layout of exports whose columns are headed by the names of a definition; else it is looked at."""
    return "flat" if definition.tool in _NAMES_HEAD and export.suffix.lower() not in spss.SUFFIXES else ""


def _before_definition(paths: Paths, like: str) -> tuple[Before, dict[Path, str]]:
    """The wave before, or survey.toml alone where no wave of it can be read."""
    questionnaire, document = survey.load(paths)
    fieldings = wave_files.load(paths, questionnaire)
    if like or any(all(map(Path.is_file, fielding.exports)) for fielding in fieldings):
        return _wave_before(paths, like)
    before = replace(NOTHING, survey=questionnaire, document=document, by_definition=True)
    return before, {paths.questionnaire: paths.questionnaire.read_text(encoding="utf-8")}


def _with_known(
    paths: Paths, definition: Definition, joined: Joined, looked: Looked, before: Before
) -> tuple[Before, Given]:
    """The wave before with the codes of the definition, and what the definition says beside survey.toml."""
    file = paths.raw / before.wave.source.questionnaire
    earlier = questionnaires.read(file) if before.wave.source.questionnaire and file.is_file() else None
    ids: dict[str, str] = {}
    if earlier:
        with _looked(before.fielding.exports[0], before) as looked_before:
            ids = ids_of(join(earlier, looked_before), before)
    result = redefined(definition, before.survey, before, earlier, ids)
    defined = Defined(definition, [*result.named.values(), *result.new.values()])
    ids_known = {one.id for one in result.named.values()}
    every = matches_of(defined, joined, looked)
    matches = {name: one for name, one in every.items() if name in ids_known}
    changed = changes(earlier, definition, result, before.survey, before) if earlier else None
    stated = replace(
        given(defined, joined, matches),
        questions=new_questions(result, joined, looked, defined),
        parts=[part for part in result.parts if part.question in matches],
        changed=changed,
    )
    return with_lines(before, matches), stated


def _checked(paths: Paths, name: str) -> Iterator[str]:
    """Lines on what a check of the survey says, and what is unsettled in its wave."""
    try:
        yield from check(paths, numbers=False, with_unsettled=False)
    except SurveyError as error:
        count = len(error.problems)
        things = "1 thing is" if count == 1 else f"{count} things are"
        yield f"{things} left to settle by hand:"
        yield from (str(problem) for problem in error.problems)
    else:
        yield f"now run: make all SURVEY={paths.survey}"
    yield from _unsettled(paths, name)


def _unsettled(paths: Paths, name: str) -> Iterator[str]:
    """The lines of [unsettled] of the wave with their places, those that move most answers first."""
    questionnaire, _, _ = survey.load_partly(paths)
    if questionnaire is None:
        return
    fielding, _ = wave_files.load_partly(paths, questionnaire, paths.raw / f"{name}.toml")
    lines = [*unsettled([fielding])] if fielding else []
    if not lines:
        return
    those = "1 line of [unsettled] is" if len(lines) == 1 else f"{len(lines)} lines of [unsettled] are"
    gone = "it is" if len(lines) == 1 else "they are"
    yield f"{those} to be looked at; figures and tables are marked until {gone} deleted:"
    yield from map(str, lines[:_MOST_LISTED])
    if len(lines) > _MOST_LISTED:
        yield f"and {len(lines) - _MOST_LISTED} more in {paths.shown(paths.raw / f'{name}.toml')}"
    yield f"survey settle --survey {paths.survey} walks through them"


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


def _title_of(paths: Paths) -> str:
    """The name of a survey's folder in words."""
    return re.sub(r"[-_]+", " ", paths.survey).capitalize()


def _nothing_before(paths: Paths) -> tuple[Before, dict[Path, str]]:
    """What a first wave is drafted from, with a questionnaire that has no questions yet, by its file."""
    text = written(
        {
            "title": Line(f"{_title_of(paths)} survey", "the title"),
            "population": Line("", "who was asked, and how they were reached"),
            "segments": Line([], "single choices to break every question down by"),
        }
    )
    document = Document("", {**tomllib.loads(text), "questions": {}}, {})
    return replace(NOTHING, document=document), {paths.questionnaire: text}


def _wave_before(paths: Paths, like: str) -> tuple[Before, dict[Path, str]]:
    """The wave `like` (the latest, where that is empty), and the files that a new wave may add to.

    Questions that it did not ask are those of the latest other wave that did, as far as these can be read.
    SurveyError where there is no such wave.
    """
    questionnaire, document = survey.load(paths)
    waves = {path.stem: path for path in paths.wave_files()}
    if like and like not in waves:
        raise SurveyError(f"no wave {like!r}; {did_you_mean(like, waves, 'the waves are')}")
    fieldings = {
        f.name: f for f in wave_files.load(paths, questionnaire) if all(map(Path.is_file, f.exports))
    }
    like = like or next(reversed(fieldings), "")
    if like not in fieldings:
        read(paths, (like,) if like else ())  # says what is missing
    others = [name for name in reversed(fieldings) if name != like]
    _, _, (mapped,) = read(paths, (like,))
    older = list(_others(paths, questionnaire, document, {name: fieldings[name] for name in others}))
    texts = {path: path.read_text(encoding="utf-8") for path in (paths.questionnaire, waves[like])}
    fielding = fieldings[like]
    before = Before(questionnaire, document, fielding, mapped, _dropped(fielding))
    return with_older(before, older), texts


def _others(
    paths: Paths, questionnaire: Survey, document: Document, fieldings: Mapping[str, Fielding]
) -> Iterator[Before]:
    """Other waves as a question may have been put in them, but for those that cannot be read as they are."""
    for name, fielding in fieldings.items():
        try:
            _, _, (mapped,) = read(paths, (name,))
        except SurveyError:
            continue
        yield Before(questionnaire, document, fielding, mapped)


def _looked(export: Path, before: Before) -> AbstractContextManager[Looked]:
    """The export, looked at as that of the wave before where it is such a file."""
    if not before.name:
        return look(export)
    source = before.wave.source
    guess_anew = source.format != "spss" and export.suffix.lower() in (".sav", ".zsav")
    how = _how(source) if export.suffix.lower() == before.fielding.exports[0].suffix.lower() else {}
    return look(export, "" if guess_anew else source.format, source.header_rows, **how)


def _changed(paths: Paths, before: Before, drafted: Draft, texts: Mapping[Path, str]) -> dict[Path, str]:
    """The files of a draft with what they are to hold; SurveyError where one cannot be added to."""
    questionnaire, file = paths.questionnaire, paths.raw / f"{drafted.name}.toml"
    if not before.columns and not drafted.questions:
        export = drafted.wave["source"]["file"]
        raise SurveyError(f"{export}: no column reads like a question; is this the export of responses?")
    changed = {questionnaire: with_additions(texts[questionnaire], before, drafted)}
    changed |= {path: with_changes(text, drafted) for path, text in texts.items() if path != questionnaire}
    if data_of(changed[questionnaire]) != expected(before.document.data, drafted) or any(
        data_of(text) is None for text in changed.values()
    ):
        raise SurveyError(
            f"{paths.shown(questionnaire)} or {before.name}.toml is written in a way that cannot be "
            "added to line by line, so nothing was changed; write each table under its own heading, one key "
            "a line, and try again"
        )
    declared = list(texts.values()) if before.name else ()
    return {path: hidden(text, declared) for path, text in {**changed, file: written(drafted.wave)}.items()}


def _write(paths: Paths, changed: Mapping[Path, str], texts: Mapping[Path, str]) -> str:
    """Write what differs from the texts that are there; a line on it."""
    for path, text in changed.items():
        there = path.is_file()
        if not there or text.rstrip() != texts[path].rstrip():
            crlf = there and b"\r\n" in path.read_bytes()
            files.write(path, text.replace("\n", "\r\n") if crlf else text)
    new = [path for path in changed if path.read_text(encoding="utf-8") != texts.get(path)]
    marked = sum(path.read_text(encoding="utf-8").count(CHECK) for path in new)
    return f"{', '.join(map(paths.shown, new))} written; {marked} lines say {CHECK}"


def _about(before: Before, drafted: Draft, looked: Looked) -> Iterator[str]:
    """Lines on what was drafted."""
    if before.name:
        asked = len(before.columns) - len(before.older)
        there = asked - len(drafted.gone)
        again = f", {len(drafted.asked_again)} of earlier waves" if drafted.asked_again else ""
        yield (
            f"{there} of the {asked} questions of {before.name} are there{again}, "
            f"{len(drafted.questions)} are new, {len(drafted.parts)} options and items are new"
        )
    else:
        kinds = Counter(question.kind for _, question in drafted.questions)
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        yield f"{len(drafted.questions)} questions: {listed}"
    yield from _designed(looked)
    if drafted.gone:
        yield f"not asked in {drafted.name}: {', '.join(drafted.gone)}"


def _designed(looked: Looked) -> Iterator[str]:
    """What a sampling design in the export means for the errors."""
    names = design_columns(looked.written)
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield (
            f"columns of a sampling design: {', '.join(names[:_MOST_NAMED])}{more}; errors take the weights "
            "as given and know of no strata, clusters or replicate weights (docs/tables.md)"
        )


def _dropped(fielding: Fielding) -> list[str]:
    """The headings of the columns that a wave drops."""
    drop = fielding.wave.respondents.drop
    if not drop:
        return []
    _, _, headings = with_headings(fielding, fielding.exports[0])
    return [h.text for finder in drop for h in find(finder, headings) if h.text]


def _how(source: Source) -> Where:
    """How a wave says that its export is read, but for what is seen in the file."""
    return {"sheet": source.sheet, "first_row": source.first_row, "delimiter": source.delimiter or ""}
