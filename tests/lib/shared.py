"""Surveys that several tests read, and what changed in them: the next test would read something else."""

from __future__ import annotations

from pathlib import Path

_Files = dict[str, tuple[int, int]]
_kept: dict[str, tuple[Path, _Files]] = {}


def files_of(folder: Path) -> _Files:
    """Every file below a folder, with its size and when it was written."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            status = path.stat()
            found[str(path.relative_to(folder))] = (status.st_size, status.st_mtime_ns)
    return found


def keep(fixture: str, folder: Path) -> None:
    """Remember what is in the folder of a fixture."""
    _kept[fixture] = (folder, files_of(folder))


def forget(fixture: str) -> None:
    """Another fixture of that name is not shared."""
    _kept.pop(fixture, None)


def changed(fixture: str) -> list[str]:
    """The files of a fixture that are not as they were when last asked."""
    if fixture not in _kept:
        return []
    folder, before = _kept[fixture]
    keep(fixture, folder)
    after = _kept[fixture][1]
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
