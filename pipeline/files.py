"""The only place that writes files: aside first, then renamed, and only where the bytes differ."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644


def write(path: Path, content: bytes | str, mode: int = PUBLIC) -> bool:
    """Put `content` into `path` in one step; False, and the file untouched, where it holds it already."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return False
    with aside(path, mode) as temporary:
        temporary.write_bytes(data)
    return True


@contextmanager
def aside(path: Path, mode: int = PUBLIC) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` if no error is raised."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def folder_aside(path: Path, mode: int = PUBLIC) -> Iterator[Path]:
    """A folder beside `path` to fill; it takes the place of `path`, whole, if no error is raised.

    Its files get `mode`, and who may read them may open its folders.

    Where `path` holds the same files with the same bytes already, it is left as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    before = temporary.with_name(f"{temporary.name}.before")
    try:
        yield temporary
        if path.is_dir() and _contents(path) == _contents(temporary):
            return
        for inside in (temporary, *temporary.rglob("*")):
            inside.chmod(mode | (mode & 0o444) >> 2 if inside.is_dir() else mode)
        if path.is_dir():
            path.rename(before)
        try:
            temporary.rename(path)
        except OSError:
            if before.is_dir():
                before.rename(path)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)


@contextmanager
def spill(folder: Path) -> Iterator[Path]:
    """A folder in `folder`, for its owner alone, that is gone afterwards: for what fits into no memory."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".spill.", suffix=".aside") as name:
        yield Path(name)


def _contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): sha256(file) for file in folder.rglob("*") if file.is_file()}


def prune(folder: Path, keep: Iterable[Path], pattern: str) -> list[Path]:
    """Remove the files of `folder` that match `pattern` and are not in `keep`; the removed ones."""
    kept = set(keep)
    gone = [path for path in sorted(folder.glob(pattern)) if path.is_file() and path not in kept]
    for path in gone:
        path.unlink()
    return gone


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
