"""Surveys that several tests read, and what changed in them: the next test would read something else."""

from __future__ import annotations

from pathlib import Path

_Files = dict[str, tuple[int, int]]
_kept: dict[str, tuple[Path, _Files]] = {}


def files_of(project: Path) -> _Files:
    """Every file of raw/ and outputs/ of a project, with its size and when it was written."""
    found = {}
    for path in (path for folder in ("raw", "outputs") for path in (project / folder).rglob("*")):
        if path.is_file():
            status = path.stat()
            found[str(path.relative_to(project))] = (status.st_size, status.st_mtime_ns)
    return found


def keep(fixture: str, project: Path) -> None:
    """Remember what is in the project of a fixture."""
    _kept[fixture] = (project, files_of(project))


def forget(fixture: str) -> None:
    """Another fixture of that name is not shared."""
    _kept.pop(fixture, None)


def changed(fixture: str) -> list[str]:
    """The files of a fixture that are not as they were when last asked."""
    if fixture not in _kept:
        return []
    project, before = _kept[fixture]
    keep(fixture, project)
    after = _kept[fixture][1]
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
