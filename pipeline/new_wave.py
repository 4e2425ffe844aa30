"""`survey new-wave`: a first survey.toml and wave file for an export that nobody has declared yet."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import delimited, exports, files
from pipeline.check import check
from pipeline.errors import SurveyError
from pipeline.formats import Heading, formats
from pipeline.meanings import Texts
from pipeline.paths import Paths, is_name
from pipeline.scaffold import Draft, Question, draft
from pipeline.words import fold

_ENCODINGS = ("utf-8-sig", "cp1252", "mac_roman")
# letters and signs that people write, told from what another encoding makes of their bytes
_COMMON = "‘’“”–—…éèüöäßñçáíóúàêâîôûëï•£€"
_DATES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M")


@dataclass(frozen=True)
class Guessed:
    """How an export is read, as far as that can be told from its beginning; `reason` says why."""

    format: str
    reason: str
    encoding: str
    header_rows: int
    headings: tuple[Heading, ...]


def new_wave(root: Path, export: Path) -> Iterator[str]:
    """Write survey.toml and a wave file beside `export`, which lies in raw/<survey>/; lines on what was done.

    SurveyError where the export is not there, where it cannot be read, or where a file would be written over.
    """
    paths, wave = _place(root, export)
    guessed, texts, fielded = _look(export)
    drafted = draft(guessed.headings, texts, formats[guessed.format])
    yield f"format {guessed.format}: {guessed.reason}"
    kinds = Counter(question.kind for question in drafted.questions)
    yield f"{len(drafted.questions)} questions: " + ", ".join(
        f"{n} {kind}" for kind, n in kinds.most_common()
    )
    files.write(paths.questionnaire, survey_toml(drafted, paths.survey))
    wave_file = paths.raw / f"{wave}.toml"
    files.write(wave_file, wave_toml(drafted, guessed, export.name, wave, fielded))
    marked = sum(path.read_text().count("# check:") for path in (paths.questionnaire, wave_file))
    both = f"{paths.shown(paths.questionnaire)} and {paths.shown(wave_file)}"
    yield f"{both} written; {marked} lines say # check:"
    try:
        yield from check(paths)
    except SurveyError as error:
        yield f"{len(error.problems)} things are left to settle by hand:"
        yield from (str(problem) for problem in error.problems)
        return
    yield f"now run: make all SURVEY={paths.survey}"


def _place(root: Path, export: Path) -> tuple[Paths, str]:
    """The survey that an export belongs to by its folder, and the wave's name by the file's."""
    full = export.resolve()
    if not full.is_file():
        raise SurveyError(f"no file {export}")
    paths = Paths(root, full.parent.name)
    if full.parent != paths.raw.resolve() or not is_name(paths.survey):
        folder = paths.shown(paths.raw.parent)
        raise SurveyError(f"put the export into a folder of its survey first: {folder}/NAME/{export.name}")
    wave = re.sub(r"[^A-Za-z0-9._-]+", "-", full.stem).strip("-._") or "wave"
    for path in (paths.questionnaire, paths.raw / f"{wave}.toml"):
        if path.exists():
            raise SurveyError(
                f"{paths.shown(path)} is there already; copy the latest wave file for a further wave"
            )
    return paths, wave


def _look(export: Path) -> tuple[Guessed, Texts, tuple[str, str]]:
    """The layout of an export, the distinct texts of its columns, and its field period where it has one."""
    try:
        data = export.read_bytes()
        encoding = "" if not exports.is_text(export) else _encoding(data)
        table = exports.look(export, data, encoding)
        name, reason = _format(table.first)
        header = formats[name].header_rows(table.first, "") or 2
        headings = formats[name].headings(table.first[:header])
        with duckdb.connect() as connection:
            table.load(connection, header, len(headings))
            texts = delimited.distinct(connection, [heading.column for heading in headings])
            kept = tuple(h for h in headings if not h.blank or texts[h.column])
            fielded = _fielded(connection, kept)
    except delimited.UnreadableError as error:
        raise SurveyError(f"{export.name}: {error}") from None
    declared = "" if encoding in ("", "utf-8-sig") else encoding
    return Guessed(name, reason, declared, header, kept), texts, fielded


def _encoding(data: bytes) -> str:
    """The encoding under which a file reads best; empty for what says so itself."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    readable = {}
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig":
            return encoding
        readable[encoding] = sum(text.count(sign) for sign in _COMMON)
    if not readable:
        raise delimited.UnreadableError("neither UTF-8 nor cp1252 nor Mac Roman; save it as UTF-8")
    return max(readable, key=lambda encoding: readable[encoding])


def _format(first: Sequence[Sequence[str]]) -> tuple[str, str]:
    """Which tool wrote an export, and by what that is told."""
    top = [cell.strip() for cell in first[0]]
    if any(cell.startswith('{"ImportId"') for row in first[:3] for cell in row):
        return "qualtrics", "a row of import ids"
    if {"StartDate", "EndDate", "Finished"} <= set(top):
        return "qualtrics", "the columns StartDate, EndDate and Finished"
    if any(fold(cell) == "respondent id" for row in first[:3] for cell in row):
        return "surveymonkey", "a column Respondent ID"
    coded = [cell for cell in top if re.match(r"[A-Za-z][A-Za-z0-9_]*(\[[^\]]*\])?\. ", cell)]
    if 2 * len(coded) > len(top):
        return "limesurvey", "headings such as code[SQ001]. Question"
    if len(first) > 1 and sum(fold(c) in ("response", "open-ended response") for c in first[1]) > 1:
        return "surveymonkey", "a second row of Response and Open-Ended Response"
    if "" in top[1:-1] and len(first) > 1:
        return "surveymonkey", "headings that stand on the first column of a group only"
    if fold(top[0]) == "timestamp":
        return "googleforms", "a first column Timestamp"
    semicolons = sum("; " in cell or cell.count(";") > 1 for row in first[1:] for cell in row)
    commas = sum(", " in cell for row in first[1:] for cell in row)
    if semicolons > commas:
        return "flat", "one header row, answers joined by semicolons"
    return "googleforms", "one header row, answers joined by commas if at all"


def _fielded(connection: duckdb.DuckDBPyConnection, headings: Sequence[Heading]) -> tuple[str, str]:
    """The first and the last day in the columns that hold dates, where all of a column's cells are dates."""
    days: list[datetime.date] = []
    for heading in headings:
        if "date" not in fold(heading.text or heading.code) and fold(heading.text) != "timestamp":
            continue
        column = f"c{heading.column}"
        read = [f"try_cast({column} as timestamp)", *(f"try_strptime({column}, '{form}')" for form in _DATES)]
        for cast in read:
            row = connection.execute(
                f"select min({cast})::date, max({cast})::date, count({cast}), count({column}) from cells"
            ).fetchone()
            if row and row[2] and row[2] == row[3]:
                days += row[:2]
                break
    return (min(days).isoformat(), max(days).isoformat()) if days else ("", "")


def survey_toml(drafted: Draft, survey: str) -> str:
    """The questionnaire of a draft as TOML."""
    name = re.sub(r"[-_]+", " ", survey).capitalize()
    lines = [
        f"title = {_quoted(f'{name} survey')}   # check: the title",
        'population = ""   # check: who was asked, and how they were reached',
        "segments = []   # check: single choices to break every question down by",
    ]
    for question in drafted.questions:
        check = f"   # check: {question.check}" if question.check else ""
        lines += ["", f"[questions.{question.id}]", f"text = {_quoted(question.text)}"]
        lines.append(f"kind = {_quoted(question.kind)}{check}")
        if question.kind == "text":
            lines.append("private = true")
        for part, labels in (("options", question.options), ("items", question.items)):
            if labels:
                lines.append(f"[questions.{question.id}.{part}]")
                lines += [_labelled(question, i, label) for i, label in labels.items()]
    return "\n".join(lines) + "\n"


def _labelled(question: Question, identifier: str, label: str) -> str:
    if identifier == question.write_in:
        return f"{identifier} = {{ label = {_quoted(label)}, write_in = true }}"
    return f"{identifier} = {_quoted(label)}"


def wave_toml(drafted: Draft, guessed: Guessed, file: str, wave: str, fielded: tuple[str, str]) -> str:
    """The wave file of a draft as TOML."""
    lines = [f"title = {_quoted(wave)}   # check: the title that figures name"]
    if fielded[0]:
        lines.append(f"fielded = {{ from = {fielded[0]}, to = {fielded[1]} }}")
    else:
        lines.append("# check: add fielded = { from = YEAR-MONTH-DAY, to = YEAR-MONTH-DAY }")
    lines += ["", "[source]", f"file = {_quoted(file)}"]
    lines.append(f"format = {_quoted(guessed.format)}   # {guessed.reason}")
    if guessed.encoding:
        lines.append(f"encoding = {_quoted(guessed.encoding)}   # check: are accents and quotes right?")
    if guessed.format in ("surveymonkey", "qualtrics"):
        lines.append(f"header_rows = {guessed.header_rows}")
    if drafted.blank:
        lines.append(f"blank = {json.dumps(drafted.blank)}   # check: do these mean an empty cell?")
    lines += ["", "[respondents]"]
    lines += [
        f"{key} = {_quoted(getattr(drafted, key))}"
        for key in ("id", "started", "submitted")
        if getattr(drafted, key)
    ]
    if drafted.drop:
        lines += ["drop = ["]
        lines += [f"    {_quoted(finder)},   # check: {reason}" for finder, reason in drafted.drop]
        lines += ["]"]
    seen = Counter(fold(question.text) for question in drafted.questions)
    finders = {q.id: _finder(q) for q in drafted.questions if _needs_finder(q, seen)}
    if finders:
        lines += ["", "[columns]"]
        lines += [f"{question} = {_quoted(finder)}" for question, finder in finders.items()]
    return "\n".join(lines) + "\n"


def _needs_finder(question: Question, seen: Counter[str]) -> bool:
    by_code = fold(question.columns[0].code) == fold(question.id)
    return not by_code and (seen[fold(question.text)] > 1 or question.text != question.columns[0].text)


def _finder(question: Question) -> str:
    first, last = question.columns[0].letters, question.columns[-1].letters
    return first if first == last else f"{first}:{last}"


def _quoted(text: str) -> str:
    """A text as a TOML string; JSON's escapes are TOML's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "\\u007f")
