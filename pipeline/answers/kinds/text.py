"""Free text: that something was written is counted; what, only where it is not `private`.

No keys of its own. It never goes into the public bundle, and nobody who leaves it blank has left the survey.

    [questions.comments]
    text = "Anything else?"
    kind = "text"
    private = true
"""

from __future__ import annotations

from pipeline.answers.meaning import Answer, Tick
from pipeline.answers.reader import Asked, Reader

LISTED = 8
COUNTED = "text"
CAPTION = "Share of respondents who wrote something"


def read(reader: Reader, asked: Asked) -> None:
    """Any text in any of the columns."""
    columns = tuple(heading.column for heading in asked.columns)
    reader.mapped.ticks.append(Tick(asked.name, Answer(), columns))
    if not reader.survey.questions[asked.name].private:
        reader.mapped.texts += [(asked.name, column) for column in columns]
