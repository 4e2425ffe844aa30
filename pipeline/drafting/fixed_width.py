"""Answers in lines of fixed width, as Triple-S describes them, written as a table that all else reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pipeline.drafting.questionnaires import triple_s
from pipeline.drafting.questionnaires.source import Source
from pipeline.exports import encodings
from pipeline.project.errors import SurveyError


def is_fixed_width(definition: Path) -> bool:
    """Whether a definition says that its answers stand in lines of fixed width."""
    source = Source.of(definition)
    return triple_s.recognised(source) and not triple_s.is_csv(source)


def as_csv(answers: Path, definition: Path) -> str:
    """The answers as CSV, each variable under its name, every cell as it stands but for the blanks around it.

    SurveyError where a line ends within a variable that the definition names, or is longer than all of them.
    """
    source = Source.of(definition)
    fields = triple_s.layout(source)
    data = answers.read_bytes()
    encoding = "utf-8" if encodings.is_utf_8(data) else (encodings.plausible(data) or ["latin-1"])[0]
    lines = data.decode(encoding, "strict").splitlines()[triple_s.skipped_lines(source) :]
    width = max((field.last for field in fields), default=0)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in fields])
    for number, line in enumerate(lines, 1 + triple_s.skipped_lines(source)):
        if line.strip() and line[width:].strip():
            raise SurveyError(
                f"{answers.name}, line {number}: {len(line)} characters, and {definition.name} describes "
                f"{width}; is it the definition of these answers?"
            )
        if line.strip():
            writer.writerow([line[field.first - 1 : field.last].strip() for field in fields])
    return stream.getvalue()
