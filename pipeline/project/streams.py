"""Text that comes in and goes out is UTF-8, whatever the locale; what a terminal cannot print is replaced."""

from __future__ import annotations

import io
import os
import sys


def prepare() -> None:
    """Let no character stop a command, whatever the locale says of the terminal and of the names of files.

    A terminal keeps its encoding. Where the locale leaves Python nothing but ASCII for the names of files,
    Python starts again in its UTF-8 mode.
    """
    if sys.getfilesystemencoding() == "ascii" and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
