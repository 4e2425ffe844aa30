"""What the database is made from, a hash each: declarations, cells, and the code of `ingest` and `normalise`.

Code is what it says: the statements of every module that the two stages import, directly or not, and the SQL
that these name. Comments, docstrings and white space are no part of it.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from pipeline.project import files
from pipeline.project.code import PACKAGE, code_hash
from pipeline.project.paths import Paths

_PACKAGE = "pipeline"
_STAGES = (f"{_PACKAGE}.ingest", f"{_PACKAGE}.normalise")
_CODE = "code"
_BYTES = "bytes of the code"
_CELLS = "cells: "
_FOR_TYPES = "TYPE_CHECKING"
_SQL = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|--[^\n]*|/\*.*?\*/|\s+", re.DOTALL)


def origin(paths: Paths, known: Mapping[str, str] | None = None, package: Path = PACKAGE) -> dict[str, str]:
    """The hash of each thing that the database of a survey is made from, as it is now, by its name.

    `known` is what a database that is there was made from. To read the code takes a quarter of a second, so
    what `known` says of it is believed where no byte of the package is another.
    """
    waves = paths.wave_files()
    now = {path.name: files.sha256(path) for path in (paths.questionnaire, *waves)}
    for wave in waves:
        for path in (paths.cells(wave.stem), paths.headings(wave.stem)):
            if path.is_file():
                now[f"{_CELLS}{path.name}"] = files.sha256(path)
    now[_BYTES] = code_hash(package=package)
    believed = known and known.get(_BYTES) == now[_BYTES]
    now[_CODE] = known[_CODE] if known and believed else _code(package, now[_BYTES])
    return now


def is_current(known: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether a database made from `known` would be made from the same `now`.

    Cells that are gone make no other: who is given the database without interim/ may read it.
    """
    changed = {name for name in now if name != _BYTES and now[name] != known.get(name)}
    return not changed and all(name in now or name.startswith(_CELLS) for name in known)


@cache
def _code(package: Path, _: str) -> str:
    """The hash of what the code of a package says; its bytes are asked for to know when to read it again."""
    sums = hashlib.sha256()
    for path, text in counted(package):
        sums.update(f"{path.relative_to(package)}\0{text}\0".encode())
    return sums.hexdigest()


def counted(package: Path) -> Iterator[tuple[Path, str]]:
    """Every module and statement that makes the database, with what it says."""
    there = {_name(package, path): path for path in package.rglob("*.py")}
    modules: dict[str, _Module] = {}
    waiting = {*_STAGES}
    while waiting:
        name = waiting.pop()
        # the package itself is the door to everything, and no stage goes through it
        if name in there and name not in modules and name != _PACKAGE:
            modules[name] = _Module(there[name].read_bytes())
            waiting |= modules[name].imported
            # f"pipeline.exports.tools.{name}" imports whatever stands in that folder
            folders = tuple(
                text for text in modules[name].texts if text.startswith(f"{_PACKAGE}.") and text[-1] == "."
            )
            waiting |= {name for name in there if name.startswith(folders)}
    for name, module in sorted(modules.items()):
        yield there[name], " ".join(module.tokens)
    texts = {text for module in modules.values() for text in module.texts}
    for path in sorted(package.rglob("*.sql")):
        # a statement is named without the folder sql/, and by its folder where that is read as a whole
        room, name = [part for part in path.relative_to(package).parts if part != "sql"][:2]
        if f"{room}/{name.removesuffix('.sql')}" in texts:
            yield path, _SQL.sub(lambda match: match[1] or " ", path.read_text(encoding="utf-8")).strip()


def _name(package: Path, path: Path) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join((_PACKAGE, *parts)).removesuffix(".__init__")


class _Module:
    """What a module says, which modules it imports, and the texts in it."""

    def __init__(self, source: bytes) -> None:
        self.tokens: list[str] = []
        self.imported: set[str] = set()
        self.texts: set[str] = set()
        self._read(ast.parse(source))

    def _read(self, node: ast.AST) -> None:
        # one pass for all three: to dump a tree and then to walk through it takes three times as long
        self.tokens.append(type(node).__name__)
        if isinstance(node, ast.Import):
            self._import(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            self._import(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.texts.add(node.value)
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == _FOR_TYPES:
            # what is imported for types alone does nothing
            return
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                self.tokens.append("[")
                for part in value:
                    self._read_part(part)
                self.tokens.append("]")
            else:
                self._read_part(value)

    def _read_part(self, part: object) -> None:
        if not isinstance(part, ast.AST):
            self.tokens.append(repr(part))
        elif not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)):
            # a text that stands alone is documentation
            self._read(part)

    def _import(self, names: Iterable[str]) -> None:
        """Note modules, the packages that they are in, and what may be a module or a name in one."""
        for name in names:
            parts = name.split(".")
            self.imported |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
