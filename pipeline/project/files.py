"""The only place that writes files: aside first, then renamed, and only where the bytes differ.

A run that is killed leaves what it was writing under names that `sweep` knows.
"""

from __future__ import annotations

import errno
import filecmp
import glob
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from pipeline.project.errors import SurveyError
from pipeline.project.process import unheard

PRIVATE = 0o600
PUBLIC = 0o644
_ASIDE = ".aside"  # what is not finished ends so, with a point before it: .uses.csv.k3x9q2ab.aside
_BEFORE = ".before"  # what stood where a folder is swapped in
_ROOM = 2**20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


class Put(Protocol):
    """`write`, whenever it takes effect."""

    def __call__(self, path: Path, content: bytes | str | Path, mode: int = PUBLIC) -> bool:
        """Whether `path` gets other bytes than it has; a file as `content` is moved there."""


def write(path: Path, content: bytes | str, mode: int = PUBLIC) -> bool:
    """Put `content` into `path` in one step; False, and the file untouched, where it holds it already.

    SurveyError where it cannot be written, as on a full disk; the file is then as it was.
    """
    with together() as put_file:
        return put_file(path, content, mode)


@contextmanager
def together() -> Iterator[Put]:
    """A `write` whose files take their places when the block ends: all, or none where an error is raised.

    SurveyError where one cannot be written, as on a full disk; all files are then as they were.
    """
    with ExitStack() as whole, ExitStack() as waiting:

        def put(path: Path, content: bytes | str | Path, mode: int = PUBLIC) -> bool:
            if isinstance(content, Path):
                if path.is_file() and filecmp.cmp(path, content, shallow=False):
                    return False
                content.replace(waiting.enter_context(aside(path, mode)))
                return True
            data = content.encode() if isinstance(content, str) else content
            if path.is_file() and path.read_bytes() == data:
                return False
            waiting.enter_context(aside(path, mode)).write_bytes(data)
            return True

        yield put
        # Ctrl-C waits until all have their places
        whole.enter_context(unheard())


@contextmanager
def aside(path: Path, mode: int = PUBLIC) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` if no error is raised.

    SurveyError where it cannot be written, as on a full disk; the file is then as it was.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(_ASIDE, f".{path.name}.", path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(mode)
            temporary.replace(path)
        finally:
            # and what a program that writes it puts beside it, as DuckDB its log
            for left in temporary.parent.glob(f"{glob.escape(temporary.name)}*"):
                left.unlink(missing_ok=True)


@contextmanager
def folder_aside(path: Path, mode: int = PUBLIC) -> Iterator[Path]:
    """A folder beside `path` to fill; it takes the place of `path`, whole, if no error is raised.

    Its files get `mode`, and who may read them may open its folders.

    Where `path` holds the same files with the same bytes already, it is left as it is. SurveyError where it
    cannot be written, as on a full disk; what was there is then as it was.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(_ASIDE, f".{path.name}.", path.parent))
        before = temporary.with_name(f"{temporary.name}{_BEFORE}")
        try:
            yield temporary
            if path.is_dir() and _contents(path) == _contents(temporary):
                return
            for inside in (temporary, *temporary.rglob("*")):
                inside.chmod(mode | (mode & 0o444) >> 2 if inside.is_dir() else mode)
            with unheard():
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
def scratch(folder: Path) -> Iterator[Path]:
    """A folder in `folder` for what no later stage reads; nobody else may open either, and it is removed.

    SurveyError where it cannot be written, as on a full disk.
    """
    with _told(folder):
        _private(folder)
        with tempfile.TemporaryDirectory(_ASIDE, ".", folder) as name:
            yield Path(name)


def require_room(path: Path) -> None:
    """OSError with what the system says where no more can be written to a file, as on a full disk."""
    with path.open("ab") as stream:
        stream.write(bytes(_ROOM))


def opened(path: Path) -> int:
    """The handle of a file, made where there is none, in a folder for its owner alone.

    SurveyError where it cannot be made.
    """
    with _told(path):
        _private(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)


def sweep(folder: Path) -> None:
    """Remove what a run that was killed was writing in `folder` or below; only where no other run can be.

    A folder that was to be replaced and is not yet comes back.
    """
    for path in sorted(folder.rglob(f".*{_ASIDE}*")):
        if path.name.endswith(f"{_ASIDE}{_BEFORE}"):
            # .public.k3x9q2ab.aside.before
            place = path.with_name(path.name[1:].rsplit(".", 3)[0])
            if not place.exists():
                path.rename(place)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say of `path` what hinders writing it, where a user can help it."""
    try:
        yield
    except SurveyError:
        raise
    except Exception as error:
        # DuckDB has errors of its own, with the words of the system in them
        for code in _FULL:
            if os.strerror(code) in str(error):
                raise SurveyError(
                    f"{_shown(path)} could not be written: the disk is full, or lets no file get so large "
                    f"({os.strerror(code)}). Make room, and run it again; what was there is as it was"
                ) from None
        if isinstance(error, OSError) and error.errno in _FORBIDDEN and error.filename:
            hindered = Path(error.filename).parent
            if hindered in (path, *path.parents):
                raise SurveyError(
                    f"{_shown(path)} could not be written: {_shown(hindered)} may not be written to "
                    f"({error.strerror}). Change that, and run it again; what was there is as it was"
                ) from None
        raise


def _private(folder: Path) -> None:
    """Make a folder where there is none, and let nobody but its owner open it."""
    folder.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        folder.chmod(mode & 0o700)


def _shown(path: Path) -> str:
    with suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)


def _contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): sha256(file) for file in folder.rglob("*") if file.is_file()}


def prune(folder: Path, keep: Iterable[Path], pattern: str) -> list[Path]:
    """Remove the files of `folder` that match `pattern` and are not in `keep`; the removed ones."""
    kept = set(keep)
    gone = [path for path in sorted(folder.glob(pattern)) if path.is_file() and path not in kept]
    for path in gone:
        path.unlink()
    return gone


def prune_folders(folder: Path, keep: Iterable[Path], pattern: str) -> None:
    """Remove the folders in `folder` that match `pattern` and are not in `keep`."""
    kept = set(keep)
    for path in sorted(folder.glob(pattern)):
        if path.is_dir() and path not in kept:
            shutil.rmtree(path)


def remove_hidden(folder: Path) -> None:
    """Remove what Spark leaves in a folder beside the files that it wrote: marks and sums of its own."""
    for path in [path for path in folder.rglob("*") if path.is_file() and path.name[0] in "._"]:
        path.unlink()


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
