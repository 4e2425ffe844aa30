"""What a person sees while a stage runs: a spinner on a terminal, one plain line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stage(name: str, survey: str) -> Iterator[None]:
    """Show that a stage of `survey` runs, and how long it took; nothing is said of one that fails."""
    started = time.monotonic()
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status(f"{name} {survey} …"):
            yield
    else:
        yield
    print(f"{name:<10} {survey}  {time.monotonic() - started:.1f} s", file=sys.stderr)
