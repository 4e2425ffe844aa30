"""A further part of the export of a wave: declared, and added to what `ingest` wrote of the others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.declarations import git, survey, wave_files
from pipeline.declarations.wave import Fielding
from pipeline.drafting.edited import Edited
from pipeline.exports.ingested import export_json, load_export
from pipeline.ingest import joined, read_part
from pipeline.project import files
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.project.rebuild import Rebuild


def add_part(paths: Paths, part: Path, wave: str = "") -> Iterator[str]:
    """Add a file to the export of a wave, by default the latest: a line on what was done.

    Where everything else was ingested, only the part is read, and its rows go behind those that are there.
    SurveyError, and everything as it was, where the part is there already or is not headed like the others.
    """
    if not part.is_file():
        raise SurveyError(f"no file {paths.shown(part)}")
    questionnaire, _ = survey.load(paths)
    fielding = _fielding(wave_files.load(paths, questionnaire), wave)
    target = _target(paths, fielding, part)
    others = [export for export in fielding.exports if export != target]
    _refuse(paths, target, others, part)
    is_ingested = Rebuild(paths, without=target).is_current("ingest")
    with files.scratch(paths.interim) as folder, files.together() as put:
        read, cells = read_part(questionnaire, fielding, part, folder / "part.parquet")
        if is_ingested:
            before = load_export(paths, fielding.name)
            parts = [(others[0].name, before, paths.cells(fielding.name)), (part.name, read, cells)]
            whole, together = joined(questionnaire, fielding, parts, folder)
            put(paths.cells(fielding.name), together, files.PRIVATE)
            put(paths.headings(fielding.name), export_json(whole), files.PRIVATE)
        if target != part.resolve():
            copy = folder / "copy"
            shutil.copyfile(part, copy)
            put(target, copy, files.PRIVATE)
        declared = paths.raw / f"{fielding.name}.toml"
        put(declared, _declared(paths, declared, fielding, target, read.sha256[0]))
    git.ignore(paths, wave_files.load(paths, questionnaire))
    if not is_ingested:
        yield f"{paths.shown(target)} is a part of {fielding.name} now; the next run reads all parts"
        return
    Rebuild(paths).note("ingest")
    yield (
        f"{paths.shown(target)} is a part of {fielding.name} now: {read.rows:,} responses more, "
        f"{whole.rows:,} in all"
    )


def _fielding(fieldings: Sequence[Fielding], wave: str) -> Fielding:
    if not wave:
        return fieldings[-1]
    names = [fielding.name for fielding in fieldings]
    if wave not in names:
        raise SurveyError(f"no wave {wave!r}; {did_you_mean(wave, names, 'the waves are')}")
    return fieldings[names.index(wave)]


def _target(paths: Paths, fielding: Fielding, part: Path) -> Path:
    """Where the part is to lie: where it is, if that is with the survey, else with the last of the others."""
    whole = part.resolve()
    if whole.is_relative_to(paths.raw.resolve()):
        return paths.raw / whole.relative_to(paths.raw.resolve())
    return fielding.exports[-1].parent / part.name


def _refuse(paths: Paths, target: Path, others: Sequence[Path], part: Path) -> None:
    """SurveyError where the part is there already, or could not be the last."""
    if not others:
        raise SurveyError(
            f"{paths.shown(target)} is the only file of its wave: there is nothing to add it to"
        )
    if target.exists() and not target.samefile(part):
        raise SurveyError(f"there is a {paths.shown(target)} already; give the part another name")
    size = part.stat().st_size
    for other in others:
        if other.is_file() and other.stat().st_size == size and files.sha256(other) == files.sha256(part):
            raise SurveyError(f"{part.name} holds the same as {paths.shown(other)}: it is a part already")
    if target.parent == others[-1].parent != paths.raw and target.name < others[-1].name:
        raise SurveyError(
            f"{part.name} comes before {others[-1].name} by its name, and the parts of a folder are in that "
            "order; give it a name that comes last"
        )


def _declared(paths: Paths, file: Path, fielding: Fielding, target: Path, hash_: str) -> str:
    """The wave file with the part among the files, and with its hash where theirs are pinned."""
    source, edited = fielding.wave.source, Edited(file.read_text("utf-8"))
    folders = [paths.raw / name for name in source.file if (paths.raw / name).is_dir()]
    added = {"file": [] if target.parent in folders else [target.relative_to(paths.raw).as_posix()]}
    added["sha256"] = [hash_] if source.sha256 else []
    for key, fresh in added.items():
        if fresh:
            edited.put(("source",), key, fresh)
    return edited.text()
