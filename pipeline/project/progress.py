"""What a person sees while a stage runs: a spinner on a terminal, one plain line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.text.folding import escaped


class _Running:
    """The stage that runs now: how far it said last that it has come, and who shows that."""

    progress: str = ""
    show: Callable[[str], None] | None = None


@contextmanager
def stage(name: str, survey: str, verbose: bool = False) -> Iterator[None]:
    """Show that a stage of `survey` runs, and how long it took; nothing is said of one that fails.

    With `verbose` the largest memory that the process held meanwhile stands beside the time.
    """
    started = time.monotonic()
    if verbose:
        _forget_peak()
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
    behind += f", {_peak()} MiB at most" if verbose else ""
    print(f"{name:<10} {survey}  {time.monotonic() - started:.1f} s{behind}", file=sys.stderr)


def _forget_peak() -> None:
    """Begin to measure the largest memory of this process anew, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """The largest memory of this process since it was measured anew, in MiB; that of its children apart."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most) // (1024 * 1024 if sys.platform == "darwin" else 1024)


def notice(text: str) -> None:
    """Say on a line of its own what a person should look at and what stops nothing."""
    print(escaped(text), file=sys.stderr)


def tell(text: str) -> None:
    """Say how far the stage that runs has come; what is said last stands behind its time."""
    _Running.progress = text
    if _Running.show:
        _Running.show(text)
