"""What git knows of a survey: people's answers are never tracked, and ignored where nothing ignores them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.declarations.wave import Fielding
from pipeline.project import files
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import IGNORED_FILE, PUBLISHED_FILE, Paths

_OUTPUTS = """# written by survey: people's answers and texts are not committed
/interim/
/parquet/
/survey.duckdb*
/.*
!/.gitignore
"""
_RAW = f"""# written by survey: exports are not committed, declarations are
*
!.gitignore
!*.toml
!{PUBLISHED_FILE}
"""


def refusals(paths: Paths, fieldings: Sequence[Fielding]) -> Iterator[Problem]:
    """The files of a survey that git tracks and that would publish people's answers.

    Synthetic answers may be tracked, and an export whose licence is declared. SurveyError where git cannot
    tell; a folder that is no repository has nothing that is tracked.
    """
    real = [fielding for fielding in fieldings if not fielding.wave.synthetic]
    if not real:
        return
    tracked = _tracked(paths.raw)
    for fielding in real:
        for index, export in enumerate(fielding.exports):
            if export in tracked and not fielding.wave.source.licence:
                refused = f"{paths.shown(export)} {_refused(paths, export)}"
                yield fielding.document.problem(
                    f"{refused} — or declare the licence that allows it", *("source", "file", index)
                )
    private = [path for path in tracked if path == paths.pseudonym_key]
    if paths.generated is None:
        private += [path for path in _tracked(paths.outputs) if _is_private(paths, path)]
    yield from (Problem(paths.shown(path), 0, _refused(paths, path)) for path in private)


def ignore(paths: Paths, fieldings: Sequence[Fielding]) -> None:
    """Have git ignore the answers of a survey that is not all synthetic, where it does not yet.

    A .gitignore that is there already is left as it is, and what it lacks is said. SurveyError where git
    cannot tell what it ignores.
    """
    if all(fielding.wave.synthetic for fielding in fieldings) or paths.generated is not None:
        return
    licensed = {path for fielding in fieldings if fielding.wave.source.licence for path in fielding.exports}
    exports = {path for fielding in fieldings for path in fielding.exports} - licensed
    written = [paths.cells("wave"), paths.database, paths.partitions / "answers.parquet"]
    for folder, text, private in (
        (paths.raw, _RAW, [*sorted(exports), paths.pseudonym_key]),
        (paths.outputs, _OUTPUTS, written),
    ):
        place = folder / IGNORED_FILE
        if _ignored(folder, private):
            continue
        if not place.exists():
            files.write(place, text)
        elif not _ignored(folder, private, where_no_repository=True):
            listed = ", ".join(paths.shown(path) for path in private)
            print(
                f"{paths.shown(place)} lets git commit people's answers; have it ignore {listed}",
                file=sys.stderr,
            )


def _is_private(paths: Paths, path: Path) -> bool:
    within = paths.interim in path.parents or paths.partitions in path.parents
    return within or path.name.startswith(paths.database.name)


def _refused(paths: Paths, path: Path) -> str:
    return (
        "is tracked by git, so people's answers would be published. Run: "
        f"git rm --cached {shlex.quote(paths.shown(path))}"
    )


def _tracked(folder: Path) -> set[Path]:
    """The files below a folder, there or deleted, that git tracks."""
    place, below = _there(folder)
    listed = _git(place, "--literal-pathspecs", "ls-files", "-z", "--", below)
    return {place / name for name in listed.stdout.split("\0") if name} if listed else set()


def _ignored(folder: Path, private: Sequence[Path], where_no_repository: bool = False) -> bool:
    """Whether git ignores all of some paths below a folder."""
    place, below = _there(folder)
    names = [f"./{below}/{path.relative_to(folder)}" for path in private]
    listed = _git(place, "check-ignore", "--no-index", "--", *names)
    return len(listed.stdout.splitlines()) == len(set(names)) if listed else where_no_repository


def _there(folder: Path) -> tuple[Path, str]:
    """The nearest folder that exists, and the path from there."""
    place = next(place for place in (folder, *folder.parents) if place.is_dir())
    return place, str(folder.relative_to(place))


def _git(place: Path, *words: str) -> subprocess.CompletedProcess[str] | None:
    """What git says in a folder; None without git, and where there is no repository."""
    try:
        ended = subprocess.run(
            ["git", *words],
            cwd=place, env=os.environ | {"LC_ALL": "C"}, capture_output=True, text=True,
            encoding="utf-8", errors="surrogateescape", check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return None
    message = ended.stderr.strip()
    above = any((folder / ".git").exists() for folder in (place.resolve(), *place.resolve().parents))
    # it says so of a repository that is damaged too
    if "not a git repository" in message and (not above or "filesystem boundary" in message):
        return None
    # check-ignore says 1 where nothing is ignored
    if ended.returncode and (ended.returncode != 1 or "check-ignore" not in words):
        raise SurveyError(
            f"git cannot say which files of {place} it tracks, and people's answers must not be among them. "
            f"Mend this, and run it again: git ends with {ended.returncode}{message and f', {message}'}"
        )
    return ended
