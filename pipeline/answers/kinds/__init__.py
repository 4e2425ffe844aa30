"""The kinds of question: a module a kind, with a `read` and, in capitals, the fields of `QuestionKind`.

The head of a module says what the kind is, its keys beside `text`, `asked`, `private` and `sensitive`, and
how survey.toml declares one. `read` says what the cells of its columns mean.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from pipeline.answers.reader import Asked, Reader


def reader_of(kind: str) -> Callable[[Reader, Asked], None]:
    """The function that reads the columns of questions of a kind."""
    read: Callable[[Reader, Asked], None] = importlib.import_module(f"pipeline.answers.kinds.{kind}").read
    return read
