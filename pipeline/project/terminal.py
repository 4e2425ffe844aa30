"""A person at a terminal: whether there is one, and the key that they press."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

_ESCAPE = b"\x1b"  # what arrows and the like begin with
_END = (b"", b"\x04")


def is_there() -> bool:
    """Whether somebody can be asked: what is read and what is printed are a terminal's."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def key(prompt: str, keys: Collection[str]) -> str:
    """The first key of `keys` that somebody presses; "" where input has ended.

    Where the terminal gives no single keys, a line is read, and its first sign counts.
    """
    try:
        with _keys_alone() as terminal:
            return _pressed(terminal, prompt, keys)
    except (ImportError, OSError):
        return _typed(prompt, keys)


def _pressed(terminal: int, prompt: str, keys: Collection[str]) -> str:
    import termios

    print(prompt, end=" ", flush=True)
    while (sign := os.read(terminal, 1)) not in _END:
        if sign == _ESCAPE:
            termios.tcflush(terminal, termios.TCIFLUSH)
        pressed = sign.decode("ascii", "replace").lower()
        if pressed in keys:
            print(pressed)
            return pressed
    print()
    return ""


def _typed(prompt: str, keys: Collection[str]) -> str:
    while True:
        print(prompt, end=" ", flush=True)
        line = sys.stdin.readline()
        if not line:
            return ""
        if (typed := line.strip()[:1].lower()) and typed in keys:
            return typed


@contextmanager
def _keys_alone() -> Iterator[int]:
    """The terminal, giving each key as it is pressed; what was pressed before is forgotten.

    ImportError or OSError where it cannot.
    """
    import termios
    import tty

    terminal = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
    except termios.error as error:
        raise OSError(*error.args) from None
    try:
        yield terminal
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
