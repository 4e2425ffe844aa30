"""Files in the folder of a survey that nothing reads: declarations under another name, exports of no wave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.declarations.toml import read
from pipeline.exports import parquet, sheets, spss
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import PUBLISHED_FILE, REPORT_FILE, RESERVED_FILES, SURVEY_FILE, Paths

_EXPORTS = (".csv", ".tsv", ".tab", ".zip", *sheets.SUFFIXES, *spss.SUFFIXES, *parquet.SUFFIXES)
# the endings of what may hold anything: prose, a table, a declaration
_ANY_TEXT = ("", ".txt")
# what editors and people hang behind the name of a file that they set aside
_COPY = re.compile(
    r"(~|#|\.(bak|backup|old|orig|save|swp|swo|tmp|off|disabled)|\.~?[0-9]+~?)$", re.IGNORECASE
)
# the key by which a declaration is known whatever it is called, and its name where there is but one
_KNOWN_BY = {"source": "", "exhibit": REPORT_FILE, "questions": SURVEY_FILE}
_MOST_LOOKED_AT = 200_000  # bytes
_MOST_TOLD = 5


def misnamed(paths: Paths) -> Iterator[Problem]:
    """Declarations that are not read for their name alone, and what to call them.

    Not those of which there is one by the right name, nor what was set aside, as first.toml.bak: of these
    `passed_over` tells.
    """
    for path, name in _declarations(paths):
        if not (paths.raw / name).is_file() and not _COPY.search(path.name):
            advice = f"rename it to {name}, or move it out of {paths.shown(paths.raw)}"
            yield Problem(paths.shown(path), 0, f"is not read under this name; {advice}")


def passed_over(paths: Paths, read: Sequence[Path], like: str) -> Iterator[str]:
    """A line a file that lies there and is not read: further declarations, and exports that no wave names.

    `read` are the files that waves name, and `like` is the wave that a new one is drafted like.
    """
    declarations = dict(_declarations(paths))
    for path, name in declarations.items():
        is_there = (paths.raw / name).is_file()
        if is_there and not _COPY.search(path.name):
            yield f"{paths.shown(path)} is not read: {name} is"
        elif not is_there and _COPY.search(path.name):
            yield f"{paths.shown(path)} is not read; rename it to {name} if it is to be"
    used = {path.resolve() for path in read}
    unused = []
    for path in paths.files("**/*"):
        if path.parent != paths.raw and path.suffix.lower() == ".toml":
            yield f"{paths.shown(path)} is not read; declarations lie in {paths.shown(paths.raw)} itself"
        elif path not in declarations and path.resolve() not in used and _is_export(path):
            unused.append(path)
    for path in unused[:_MOST_TOLD]:
        yield f"{paths.shown(path)} is named by no wave file; {_what_to_do(paths, path, like)}"
    if len(unused) > _MOST_TOLD:
        yield f"nor are {len(unused) - _MOST_TOLD} more files in {paths.shown(paths.raw)}"


def _what_to_do(paths: Paths, export: Path, like: str) -> str:
    file = paths.raw / f"{export.stem}.toml"
    if file.is_file():
        return f"name it under [source] in {paths.shown(file)}, or move it away"
    if export.parent != paths.raw:
        return f"move it to {paths.shown(paths.raw)} if it is the export of a wave"
    return f"if it is the export of a wave, run: survey new-wave {paths.shown(export)} --like {like}"


def _declarations(paths: Paths) -> Iterator[tuple[Path, str]]:
    """What is a declaration by its name or by what it says, and is not read; with the name that is read."""
    read_ones = {*paths.wave_files(), paths.published_file, *(paths.raw / name for name in RESERVED_FILES)}
    for path in paths.files():
        if path in read_ones:
            continue
        if (name := _meant(path)) and not _is_same(path, paths.raw / name):
            yield path, name


def _is_same(path: Path, other: Path) -> bool:
    """Whether two names are of one file that is read, as Report.toml where letter case is no difference."""
    return other.name in (*RESERVED_FILES, PUBLISHED_FILE) and other.is_file() and path.samefile(other)


def _meant(path: Path) -> str:
    """The name of the declaration that a file is meant to be; empty where it is none."""
    if declaration := re.match(r"#?(.+?)\.toml", path.name, re.IGNORECASE):
        name = f"{declaration[1]}.toml"
        return name.lower() if name.lower() in RESERVED_FILES else name
    if path.name.casefold() in (PUBLISHED_FILE, f"{PUBLISHED_FILE}.txt"):
        return PUBLISHED_FILE
    if path.suffix.lower() not in _ANY_TEXT or path.stat().st_size > _MOST_LOOKED_AT:
        return ""
    try:
        data = read(path, path.name).data
    except (SurveyError, OSError):
        return ""
    return next((name or f"{path.stem}.toml" for key, name in _KNOWN_BY.items() if key in data), "")


def _is_export(path: Path) -> bool:
    """Whether a file is of a kind that survey tools export, or a text in rows and columns."""
    if path.name == PUBLISHED_FILE or path.name.startswith("~$"):
        return False
    suffix = path.suffix.lower()
    return suffix in _EXPORTS or (suffix in _ANY_TEXT and _is_table(path))


def _is_table(path: Path) -> bool:
    """Whether the first two lines of a text are parted alike, as rows of a table are and prose is not."""
    try:
        with path.open("rb") as file:
            start = file.read(_MOST_LOOKED_AT)
    except OSError:
        return False
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = [line for line in start.decode(encoding, "replace").splitlines() if line.strip()][:2]
    return len(lines) == 2 and any(
        lines[0].count(mark) == lines[1].count(mark) >= fewest
        for mark, fewest in (("\t", 1), (";", 1), ("|", 1), (",", 2))
    )
