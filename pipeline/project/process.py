"""How a process of the package begins and ends: with streams that are closed, and when Ctrl-C is pressed.

It is imported before all else, so it imports little: Ctrl-C may come at any moment.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

INTERRUPTED = 130
_PATIENCE = 5  # seconds for tidying up
_told: list[int] = []


class _Unread(io.FileIO):
    """A stream that nobody may read any more: what cannot be written to it is lost, and no error."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data))


def begin() -> None:
    """Give streams that are closed a place to go, and end at once when Ctrl-C is pressed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # else the next file that is opened gets the number, and what is said goes into it
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_Unread(2, "w", closefd=False)),
        encoding=sys.stderr.encoding if sys.stderr else "utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
    _on_interrupt(_leave)


def end_tidily() -> None:
    """From now on Ctrl-C ends the process as an error does: what it was writing is removed."""
    _on_interrupt(_interrupt)


def end_at_once() -> None:
    """From now on there is nothing to tidy up any more."""
    _on_interrupt(_leave)


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed: some libraries make another error of it."""
    return bool(_told)


def _on_interrupt(do: Callable[[int, FrameType | None], None]) -> None:
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        # who starts a program in the background may have it hear nothing
        signal.signal(signal.SIGINT, do)


def _leave(*_: object) -> None:
    os._exit(INTERRUPTED)


def _interrupt(*_: object) -> None:
    _told.append(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):
        # something may swallow what is raised here
        signal.signal(signal.SIGALRM, _leave)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    raise SystemExit(INTERRUPTED)


@contextmanager
def unheard() -> Iterator[None]:
    """Ctrl-C waits until this ends; processes that are started within never hear it."""
    heard = signal.getsignal(signal.SIGINT)
    if not callable(heard) or threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: waiting.append(number))
    # what is blocked stays so in a process that is started; here another thread may still take the signal
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, heard)
        if waiting:
            heard(signal.SIGINT, None)
