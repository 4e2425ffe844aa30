"""The wave files of a survey, read and checked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.strays import misnamed
from pipeline.declarations.toml import Check, Document, Key, read_as, read_partly
from pipeline.declarations.wave import Fielding, Wave, in_order
from pipeline.declarations.wave_checks import check
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import Paths, is_name

_MOST_BYTES_OF_A_NAME = 255  # of a file or a folder, on the systems there are


def load(paths: Paths, survey: Survey) -> list[Fielding]:
    """Every wave of a survey, the earliest first (`in_order`); SurveyError with every problem in any of them.

    "Before", "after" and "the latest" mean places in this list, and nothing else sorts waves: the database
    numbers them so, and the rows of tables follow.
    """
    files = paths.wave_files()
    if not files and not any(misnamed(paths)):
        raise SurveyError(f"no wave file in {paths.shown(paths.raw)}; write one beside its export")
    fieldings: list[Fielding] = []
    problems = list(misnamed(paths))
    for path in files:
        try:
            fieldings.append(load_one(paths, survey, path))
        except SurveyError as error:
            problems += error.problems
    problems += twice(fieldings)
    if problems:
        raise SurveyError(problems)
    order = in_order({fielding.name: fielding.wave.fielded for fielding in fieldings})
    return sorted(fieldings, key=lambda fielding: order.index(fielding.name))


def twice(fieldings: list[Fielding]) -> Iterator[Problem]:
    """What two waves cannot share: their export and their title, as a copied wave file would have it."""
    for key, of in (("file", lambda f: f.wave.source.file), ("title", lambda f: [f.wave.title])):
        seen: dict[str, str] = {}
        for fielding in fieldings:
            for named in of(fielding):
                if named in seen:
                    place = ("source", "file") if key == "file" else ("title",)
                    yield fielding.document.problem(
                        f"{key} {named!r} is that of wave {seen[named]} too; give this wave its own", *place
                    )
                seen.setdefault(named, fielding.name)


def load_one(paths: Paths, survey: Survey, path: Path) -> Fielding:
    """The wave that the file at `path` declares; SurveyError with every problem in it."""
    wave, document = read_as(path, paths.shown(path), Wave, _checks(paths, survey, path))
    return _fielding(paths, path, wave, document)


def load_partly(paths: Paths, survey: Survey, path: Path) -> tuple[Fielding | None, list[Problem]]:
    """The wave without what is wrong in its file, if its export can be read by that; and all problems."""
    checks = _checks(paths, survey, path)
    wave, document, problems = read_partly(path, paths.shown(path), Wave, checks, _left_out)
    return _fielding(paths, path, wave, document) if wave and document else None, problems


def _left_out(problem: Problem, _: Document) -> Iterator[tuple[Key, ...]]:
    """What can be left out of a wave file without another meaning of the columns and cells of its export."""
    if problem.place[:1] in (("fielded",), ("exclude",), ("changes",), ("weights",), ("quality",)):
        yield problem.place


def _fielding(paths: Paths, path: Path, wave: Wave, document: Document) -> Fielding:
    exports = tuple(itertools.chain.from_iterable(_parts(paths.raw / file) for file in wave.source.file))
    return Fielding(path.stem, wave, document, exports)


def _parts(export: Path) -> list[Path]:
    """An export itself, or the files in it where it is a folder, by name; hidden ones are none."""
    try:
        is_folder = export.is_dir()
    except OSError:
        # no folder can hold such a name, which is told of the file
        is_folder = False
    if not is_folder:
        return [export]
    return sorted(path for path in export.iterdir() if path.is_file() and path.name[0] not in "._")


def _checks(paths: Paths, survey: Survey, path: Path) -> Check[Wave]:
    return lambda wave, document: itertools.chain(
        check(wave, survey, document), _check_files(paths, path, wave, document)
    )


def _check_files(paths: Paths, path: Path, wave: Wave, document: Document) -> Iterator[Problem]:
    """What the wave and its exports cannot be called."""
    if not is_name(path.stem):
        yield document.problem(
            f"a wave cannot be called {path.stem!r}: no spaces, no signs, and 100 characters at most; "
            "rename the file, or take it away if it is a copy"
        )
    for index, file in enumerate(wave.source.file):
        if any(len(part.encode()) > _MOST_BYTES_OF_A_NAME for part in Path(file).parts):
            yield document.problem(
                f"{file[:20]!r}… has {len(file):,} characters, and no name of a file has so many",
                *("source", "file", index),
            )
            continue
        export = paths.raw / file
        if not export.resolve().is_relative_to(paths.raw.resolve()):
            yield document.problem(
                f"{file!r} is outside {paths.shown(paths.raw)}; an export lies beside its wave file",
                *("source", "file", index),
            )
        elif export.is_dir():
            yield from _check_folder(paths, export, wave, document, index)
    count = sum(len(_parts(paths.raw / file)) for file in wave.source.file)
    if wave.source.sha256 and len(wave.source.sha256) != count:
        yield document.problem(
            f"{len(wave.source.sha256)} sha256 for {count} files; one each", "source", "sha256"
        )


def _check_folder(
    paths: Paths, export: Path, wave: Wave, document: Document, index: int
) -> Iterator[Problem]:
    """What a folder cannot be that an export is the parts in."""
    if export.samefile(paths.raw):
        yield document.problem("the folder of the survey holds more than an export", "source", "file", index)
    elif not _parts(export):
        yield document.problem(f"there is no file in {paths.shown(export)}", "source", "file", index)
    elif wave.source.url:
        yield document.problem("a folder has no address; list its files", "source", "url")
