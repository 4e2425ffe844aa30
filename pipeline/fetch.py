"""Bringing the exports that wave files name by address and SHA-256; nothing unpinned is accepted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline import files, repository, survey, wave
from pipeline.errors import Problem, SurveyError
from pipeline.paths import Paths


def fetch(paths: Paths, folder: Path | None = None) -> list[str]:
    """Put every export that has an address beside its wave file; a line on each.

    With `folder` the files are found there by hash, and the network is not used. SurveyError lists
    every export that could not be had; those that could stay.
    """
    questionnaire, _ = survey.load(paths)
    fieldings = [f for f in wave.load(paths, questionnaire) if f.wave.source.url]
    if not fieldings:
        raise SurveyError(f"no wave of {paths.survey} names an address under [source]; nothing to fetch")
    repository.ignore(paths, fieldings)
    said: list[str] = []
    problems: list[Problem] = []
    there = _hashes(folder) if folder else {}
    for fielding in fieldings:
        source = fielding.wave.source
        if not source.sha256:
            problems.append(
                fielding.document.problem("url without sha256: pin the file first", "source", "url")
            )
            continue
        for target, url, expected in zip(fielding.exports, source.url, source.sha256, strict=True):
            shown = paths.shown(target)
            if target.is_file() and files.sha256(target) == expected.lower():
                said.append(f"{shown} is there")
                continue
            try:
                _bring(target, url, expected.lower(), there, folder)
                said.append(f"{shown} fetched")
            except SurveyError as error:
                problems.append(fielding.document.problem(str(error), "source", "sha256"))
    if problems:
        raise SurveyError(problems)
    return said


def _bring(target: Path, url: str, expected: str, there: dict[str, Path], folder: Path | None) -> None:
    if folder is not None:
        if expected not in there:
            raise SurveyError(f"no file in {folder} has sha256 {expected}")
        with files.aside(target) as temporary:
            shutil.copyfile(there[expected], temporary)
        return
    import pooch

    with files.aside(target) as temporary:
        temporary.unlink()
        try:
            pooch.retrieve(url, f"sha256:{expected}", temporary.name, temporary.parent, progressbar=False)
        except (OSError, ValueError) as error:
            why = "it is not the pinned file" if isinstance(error, ValueError) else "no answer from there"
            raise SurveyError(
                f"{url} could not be fetched: {why}. If you have the file, run: survey fetch --from FOLDER",
                declared=[url],
            ) from None


def _hashes(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise SurveyError(f"no folder {folder}")
    return {files.sha256(path): path for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
