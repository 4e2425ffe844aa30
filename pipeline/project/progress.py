"""What a person sees while a stage runs: a spinner on a terminal, one plain line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.text.folding import escaped


class _Running:
    """The stage that runs now: how far it said last that it has come, and who shows that."""

    progress: str = ""
    show: Callable[[str], None] | None = None


@contextmanager
def stage(name: str, survey: str) -> Iterator[None]:
    """Show that a stage of `survey` runs, and how long it took; nothing is said of one that fails."""
    started = time.monotonic()
    _Running.progress = ""
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status(f"{name} {survey} …") as status:
            _Running.show = lambda text: status.update(f"{name} {survey} … {text}")
            try:
                yield
            finally:
                _Running.show = None
    else:
        yield
    behind = f", {_Running.progress}" if _Running.progress else ""
    print(f"{name:<10} {survey}  {time.monotonic() - started:.1f} s{behind}", file=sys.stderr)


def notice(text: str) -> None:
    """Say on a line of its own what a person should look at and what stops nothing."""
    print(escaped(text), file=sys.stderr)


def tell(text: str) -> None:
    """Say how far the stage that runs has come; what is said last stands behind its time."""
    _Running.progress = text
    if _Running.show:
        _Running.show(text)
