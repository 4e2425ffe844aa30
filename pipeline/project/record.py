"""The record of a run: what the stages were made from and what they left, kept below interim/.

As a program, `python -I -S pipeline/project/record.py RAW OUTPUTS RECORD [--draft]`, it ends with 0 where
there is nothing to do: everything is as the record says. Make asks it first, so it imports next to nothing.
Where it ends with 1 `rebuild` finds out which stages have to run.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as a type checker reads it; to import it takes longer than to read the record
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = (".py", ".sql", ".j2", ".css", ".ttf")
"""the files of the package that decide what a run makes"""
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RAW, CODE = "input", "code"
_BEGINS = "stages 1"
_FRESH = 2_000_000_000  # nanoseconds after which a file that changes again has other times for certain

Times = tuple[int, ...]
"""of an input its size, when it and what is known of it changed, and its inode; of an output the first two"""
Inputs = dict[tuple[str, str], tuple[Times, str]]
"""by kind (RAW, CODE) and name its times and SHA-256; no hash of what is never read"""


class Record:
    """What a record says; one that is damaged, or not there, says nothing."""

    def __init__(self) -> None:
        self.libraries = ""
        self.draft = ""
        self.is_whole = False
        """whether every stage was made from what the ones before it left"""
        self.inputs: Inputs = {}
        self.fonts: dict[str, Times] = {}
        """where the system's fonts are, folders and files, if figures rest on them"""
        self.keys: dict[str, str] = {}
        """a hash of what each stage was made from"""
        self.outputs: dict[str, dict[str, Times]] = {}
        """the files that each stage left, below the folder of outputs"""

    def text(self) -> str:
        """The record as it is written: a line a thing, its parts separated by tabs."""
        lines: list[tuple[str, ...]] = [
            ("libraries", self.libraries),
            ("draft", self.draft),
            ("whole", str(int(self.is_whole))),
        ]
        for (kind, name), (times, sha256) in self.inputs.items():
            lines.append((kind, _escaped(name), *map(str, times), sha256))
        for path, times in self.fonts.items():
            lines.append(("font", _escaped(path), *map(str, times)))
        for stage, key in self.keys.items():
            lines.append(("stage", stage, key))
            for name, times in self.outputs[stage].items():
                lines.append(("output", _escaped(name), *map(str, times)))
        return "\n".join([_BEGINS, *map("\t".join, lines), "end\n"])


def read(path: str) -> Record:
    """The record that a file holds."""
    record = Record()
    try:
        with open(path, encoding="utf-8") as file:
            begins, *lines, ends = file.read().rstrip("\n").split("\n")
        if (begins, ends) != (_BEGINS, "end"):
            return Record()
        stage = ""
        for line in lines:
            what, *words = line.split("\t")
            if what in (RAW, CODE):
                name, *times, sha256 = words
                record.inputs[what, _plain(name)] = (tuple(map(int, times)), sha256)
            elif what == "output":
                record.outputs[stage][_plain(words[0])] = tuple(map(int, words[1:]))
            elif what == "font":
                record.fonts[_plain(words[0])] = tuple(map(int, words[1:]))
            elif what == "stage":
                stage, record.keys[words[0]] = words
                record.outputs[stage] = {}
            elif what == "whole":
                record.is_whole = words == ["1"]
            elif what in ("libraries", "draft"):
                (text,) = words
                setattr(record, what, text)
    except (OSError, ValueError, KeyError):
        return Record()
    return record


def inputs(raw: str, package: str = PACKAGE) -> Iterator[tuple[str, str, str]]:
    """The kind, the name and the path of everything that a run may be made from; hidden files are none."""
    yield from _raw(raw, "")
    yield from _code(package, "")


def _raw(folder: str, within: str) -> Iterator[tuple[str, str, str]]:
    """The files of a survey: an export may lie in a folder of its own."""
    for name in _names(folder):
        path = os.path.join(folder, name)
        if name.startswith("."):
            continue
        if os.path.isfile(path):
            yield RAW, f"{within}{name}", path
        elif os.path.isdir(path) and not os.path.islink(path):
            yield from _raw(path, f"{within}{name}/")


def _code(folder: str, within: str) -> Iterator[tuple[str, str, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{within}{entry.name}"
            if entry.name.endswith(SUFFIXES):
                yield CODE, name, entry.path
            elif entry.name != "__pycache__" and entry.is_dir():
                yield from _code(entry.path, f"{name}/")


def times_of_input(path: str) -> Times:
    """What of a file is another once its bytes are: its date can be set back, the other times cannot."""
    seen = os.stat(path)
    return seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


def times_of_font(path: str) -> Times:
    """The times of a font or of a folder of fonts, which are others once a font comes or goes."""
    try:
        return times_of_input(path)
    except OSError:
        return ()


def lasting(times: Times) -> Times:
    """The times of a file as they are kept: none where it changed so lately that it may have again since."""
    import time

    return times if time.time_ns() - max(times[1:3], default=0) > _FRESH else (0,) * len(times)


def times_of_output(path: str) -> Times:
    """The size of a file that a stage left, and when it was written; nothing where it is gone."""
    try:
        seen = os.stat(path)
    except OSError:
        return ()
    return seen.st_size, seen.st_mtime_ns


def sha256(path: str) -> str:
    """The SHA-256 of a file, read piece by piece."""
    import hashlib

    sums = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(2**20):
            sums.update(piece)
    return sums.hexdigest()


def libraries() -> str:
    """Python and the libraries beside it, with their versions; empty where they cannot be told."""
    version = sys.version_info
    beside = os.path.dirname(os.path.dirname(sys.executable))
    for place in (f"lib/python{version.major}.{version.minor}/site-packages", "Lib/site-packages"):
        if installed := [name for name in _names(os.path.join(beside, place)) if name.endswith(".dist-info")]:
            return " ".join([".".join(map(str, version)), *map(_escaped, installed)])
    return ""


def is_done(raw: str, outputs: str, record: str, draft: str = "", package: str = PACKAGE) -> bool:
    """Whether a run would find everything as it was left."""
    known = read(record)
    if not known.is_whole or known.draft != draft or not known.libraries or known.libraries != libraries():
        return False
    there = {(kind, name): path for kind, name, path in inputs(raw, package)}
    if there.keys() != known.inputs.keys():
        return False
    for key, (times, before) in known.inputs.items():
        if times_of_input(there[key]) != times and sha256(there[key]) != before:
            return False
    if any(times_of_font(path) != times for path, times in known.fonts.items()):
        return False
    return all(is_left(outputs, files) for files in known.outputs.values())


def is_left(outputs: str, files: dict[str, Times]) -> bool:
    """Whether the files of a stage are as it left them."""
    return all(times_of_output(os.path.join(outputs, name)) == times for name, times in files.items())


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _escaped(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _plain(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape") if "\\" in text else text


def main(words: Iterable[str]) -> int:
    """0 where there is nothing to do, 1 where there is, or where that cannot be told."""
    try:
        return int(not is_done(*words))
    except (OSError, TypeError):
        return 1


if __name__ == "__main__":
    # Ctrl-C ends it without a word
    sys.excepthook = lambda *_: None
    sys.exit(main(sys.argv[1:]))
