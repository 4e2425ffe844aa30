"""The program `survey`, which is also `python -m pipeline`."""

from __future__ import annotations

import os

from pipeline.project import process


def main() -> None:
    """Run the command line; 130 where Ctrl-C was pressed, without a word and with outputs as they were."""
    process.begin()
    from pipeline import cli

    process.end_tidily()
    try:
        cli.main()
    except BaseException:
        if not process.was_interrupted():
            raise
    finally:
        process.end_at_once()
        if process.was_interrupted():
            os._exit(process.INTERRUPTED)


if __name__ == "__main__":
    main()
