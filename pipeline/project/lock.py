"""One run of a survey at a time: a lock on a file, which the system takes back however its holder ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.project import files, process
from pipeline.project.paths import Paths


@contextmanager
def alone(paths: Paths) -> Iterator[None]:
    """Be the only one that writes what belongs to a survey; waits for another run, and says so.

    What a run that was killed left unfinished is removed first. SurveyError where the folder of the lock may
    not be written to.
    """
    handle = _locked(paths, paths.lock)
    try:
        _sweep(paths)
        yield
    finally:
        if process.was_interrupted():
            # it may have come before what was begun could be noted
            _sweep(paths)
        os.close(handle)


def _sweep(paths: Paths) -> None:
    for folder in (paths.outputs, paths.raw):
        files.sweep(folder)


def _locked(paths: Paths, path: Path) -> int:
    """The handle of a lock: who closes it, or ends, gives the lock back."""
    handle = files.opened(path)
    if sys.platform == "win32":
        return handle
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"waiting for another run of {paths.survey} to end …", file=sys.stderr, flush=True)
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        # some folders of other machines know no locks; work in them goes on as it did without
        return handle
    if not path.exists() or not os.path.samestat(path.stat(), os.fstat(handle)):
        # `make clean` took the file away, so that whoever came after locked another one
        os.close(handle)
        return _locked(paths, path)
    return handle
