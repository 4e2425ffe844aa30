"""TOML files read with the line of every key, so that an error can name its place."""

from __future__ import annotations

import copy
import itertools
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, ValidationError

from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.text.folding import is_control, visible
from pipeline.text.values import MOST

Key = str | int
Model = TypeVar("Model", bound=BaseModel)
MOST_BYTES = 2_000_000
"""the largest declaration: ten times a questionnaire of a thousand questions"""
MOST_CHARACTERS = 32_767  # of a text: a spreadsheet would cut a longer one without a word
MOST_DIGITS = 4_300  # of a whole number in decimal, as Python has it by default
_ENDLESS = re.compile(rf"\d(?:_?\d){{{MOST_DIGITS},}}", re.ASCII)
_SHOWN = 60  # characters of a text that a message quotes


# true is no 1, and what is not finite is no number that anybody meant
Number = (
    Annotated[StrictInt, Field(ge=-MOST, le=MOST)]
    | Annotated[StrictFloat, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]
)


class Declared(BaseModel):
    """The base of everything declared in a file: unknown keys are errors, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Document:
    """One TOML file: its data and the line on which each key path stands."""

    name: str
    data: dict[str, Any]
    lines: dict[tuple[Key, ...], int]

    def line(self, *path: Key) -> int:
        """The line of `path`, or of the nearest thing around it; 1 where nothing is."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def problem(self, message: str, *path: Key) -> Problem:
        """A Problem at the line of `path`."""
        return Problem(self.name, self.line(*path), message, path, _texts(self.data))

    def at(self, *path: Key) -> Place:
        """The place of `path`, for problems at it and below."""
        return Place(self, path)

    def without(self, places: Iterable[tuple[Key, ...]]) -> Document:
        """The same without what stands at some places; the lines of all else stay known."""
        data, lines = copy.deepcopy(self.data), self.lines
        # the last element of a list goes first, so that the places of the others hold
        for place in sorted(set(places), key=lambda keys: [str(k).zfill(9) for k in keys], reverse=True):
            holder: Any = data
            try:
                for key in place[:-1]:
                    holder = holder[key]
                del holder[place[-1]]
            except (KeyError, IndexError, TypeError):
                continue
            lines = _lines_without(lines, place)
        return Document(self.name, data, lines)


@dataclass(frozen=True)
class Place:
    """Some keys of a document."""

    document: Document
    path: tuple[Key, ...]

    def at(self, *keys: Key) -> Place:
        """The place of further keys below this one."""
        return Place(self.document, (*self.path, *keys))

    def problem(self, message: str, *keys: Key) -> Problem:
        """A Problem at the line of this place, or of further keys below it."""
        return self.document.problem(message, *self.path, *keys)


def _lines_without(lines: dict[tuple[Key, ...], int], place: tuple[Key, ...]) -> dict[tuple[Key, ...], int]:
    """Lines by path once what stands at `place` is gone: behind it in a list, everything moves up."""
    *holder, last = place
    kept = {}
    for path, line in lines.items():
        key = path[len(holder)] if path[: len(holder)] == tuple(holder) and len(path) > len(holder) else None
        if isinstance(last, int) and isinstance(key, int) and key > last:
            kept[*holder, key - 1, *path[len(place) :]] = line
        elif key is None or key != last:
            kept[path] = line
    return kept


Check = Callable[[Model, Document], Iterable[Problem]]
"""what is wrong with a model that was read from a document"""


def read(path: Path, shown: str) -> Document:
    """The document at `path`, named `shown` in errors; SurveyError where it is not TOML."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SurveyError(
                [Problem(shown, 0, f"is larger than {MOST_BYTES:,} bytes, and no declaration is")]
            )
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        data = tomllib.loads(text)
        document = Document(shown, data, key_lines(text))
        problems = list(_unprintable(document, data))
    except RecursionError:
        raise SurveyError([Problem(shown, 0, "is nested too deeply")]) from None
    except FileNotFoundError:
        raise SurveyError([Problem(shown, 0, "no such file")]) from None
    except UnicodeDecodeError as error:
        raise SurveyError([Problem(shown, 0, f"is not UTF-8 text ({error.reason})")]) from None
    except tomllib.TOMLDecodeError as error:
        named = re.search(r"line (\d+)", str(error))
        line = int(named.group(1)) if named else 0
        hint = "; texts need quotes" if "Invalid value" in str(error) else ""
        hint = "; the key is there twice" if "overwrite" in str(error) else hint
        raise SurveyError([Problem(shown, line, f"is not valid TOML: {error}{hint}")]) from None
    except ValueError:
        # Python converts no number of more digits, and tomllib passes that on without its place
        endless = _ENDLESS.search(text)
        line = text.count("\n", 0, endless.start()) + 1 if endless else 0
        message = f"a number has more than {MOST_DIGITS:,} digits; a text needs quotes"
        raise SurveyError([Problem(shown, line, message)]) from None
    if problems:
        raise SurveyError(problems)
    return document


def _texts(value: Any) -> Iterator[str]:
    """Every text of a document, keys too: what it says itself, a message about it may repeat."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _unprintable(document: Document, value: Any, *path: Key) -> Iterator[Problem]:
    """The texts that are too long, or that hold what a page or a terminal would act on."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _unprintable(document, inner, *path, key)
            yield from _unprintable(document, key, *path, key) if visible(key) != key else ()
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unprintable(document, inner, *path, index)
    elif isinstance(value, str) and len(value) > MOST_CHARACTERS:
        yield document.problem(
            f"{value[:_SHOWN]!r}… has {len(value):,} characters, and a cell of the workbook holds "
            f"{MOST_CHARACTERS:,}; shorten it",
            *path,
        )
    elif isinstance(value, str) and visible(value) != value:
        code = next(f"U+{ord(c):04X}" for c in value if is_control(c))
        yield document.problem(f"{value[:_SHOWN]!r} holds a control character ({code}); delete it", *path)


def model(document: Document, kind: type[Model], data: dict[str, Any] | None = None) -> Model:
    """`document` as a `kind`; SurveyError with every key that does not fit and its line."""
    try:
        return kind.model_validate(document.data if data is None else data)
    except ValidationError as error:
        raise SurveyError(_problems(document, kind, error)) from None


def read_as(path: Path, shown: str, kind: type[Model], check: Check[Model]) -> tuple[Model, Document]:
    """The file at `path` as a `kind`, and as it is written; SurveyError with every problem in it."""
    document = read(path, shown)
    made = model(document, kind)
    if problems := list(check(made, document)):
        raise SurveyError(problems)
    return made, document


def read_partly(
    path: Path,
    shown: str,
    kind: type[Model],
    check: Check[Model],
    left_out: Callable[[Problem, Document], Iterable[tuple[Key, ...]]],
) -> tuple[Model | None, Document | None, list[Problem]]:
    """The same without what is wrong; the document that is left; and everything that is wrong.

    `left_out` says what to leave out for a problem, so that all else can be judged: nothing where all else
    depends on it, and then there is no model. What is only wrong because something was left out is not told.
    """
    try:
        document = read(path, shown)
    except SurveyError as error:
        return None, None, error.problems
    problems: list[Problem] = []
    gone: list[tuple[Key, ...]] = []
    while True:
        made = None
        try:
            made = model(document, kind)
            wrong = list(check(made, document))
        except SurveyError as error:
            wrong = error.problems
        if not wrong:
            return made, document, problems
        problems += [p for p in wrong if not any(p.place == place[: len(p.place)] for place in gone)]
        places = [list(left_out(problem, document)) for problem in wrong]
        left = document.without(itertools.chain(*places))
        if not all(places) or left.data == document.data:
            return None, document, problems
        gone += itertools.chain(*places)
        document = left


# how pydantic calls the parts of a union, and what a person would
_WANTED = {
    "int": "a number", "float": "a number", "str": "a text", "list[str]": "a list of texts",
    "list[float]": "a list of numbers",
}  # fmt: skip


def _problems(document: Document, kind: type[BaseModel], error: ValidationError) -> Iterable[Problem]:
    unions: set[tuple[Key, ...]] = set()
    for detail in error.errors():
        path = tuple(part for part in detail["loc"] if part not in ("[key]",))
        kind_of = str(path[-1]).removeprefix("constrained-") if path else ""
        if kind_of in _WANTED and path not in document.lines and path[:-1] in document.lines:
            # one of several types that would do: one message names them all
            if path[:-1] not in unions:
                unions.add(path[:-1])
                yield document.problem(_union(path[:-1], detail.get("input"), error), *path[:-1])
            continue
        name = ".".join(str(part) for part in path)
        if detail["type"] == "extra_forbidden":
            known = _fields(kind, path[:-1])
            message = f"unknown key {path[-1]!r}; {did_you_mean(str(path[-1]), known, 'known keys')}"
        elif detail["type"] == "missing":
            message = f"{name} is missing"
        else:
            seen = detail.get("input")
            reason = detail["msg"].removeprefix("Value error, ")
            message = f"{name}: {reason}" + (
                f", seen {seen!r}" if isinstance(seen, str | int | float) else ""
            )
        yield document.problem(message, *path)


def _union(path: tuple[Key, ...], seen: object, error: ValidationError) -> str:
    """What the value at `path` could be, where it is none of several types."""
    tags = [str(detail["loc"][-1]) for detail in error.errors() if tuple(detail["loc"][:-1]) == path]
    listed = " or ".join(dict.fromkeys(_WANTED.get(tag.removeprefix("constrained-"), tag) for tag in tags))
    shown = f", seen {seen!r}" if isinstance(seen, str | int | float) else ""
    return f"{'.'.join(map(str, path))}: {listed} is wanted{shown}"


def _fields(kind: type[BaseModel], path: tuple[Key, ...]) -> list[str]:
    """The keys that the model at `path` below `kind` knows."""
    current: type[BaseModel] = kind
    for part in path:
        field = current.model_fields.get(str(part))
        if field is None:
            continue
        for inner in _models_in(field.annotation):
            current = inner
            break
    return [field.alias or name for name, field in current.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [inner for part in getattr(annotation, "__args__", ()) for inner in _models_in(part)]


_KEY = re.compile(r"""\s*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)\s*""")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)


def key_lines(text: str) -> dict[tuple[Key, ...], int]:
    """The line of every key and array element of valid TOML `text`, by path."""
    return _Scanner(text).scan()


@dataclass(frozen=True)
class Layout:
    """Where the parts of a TOML text stand, each by its path."""

    headings: dict[tuple[Key, ...], int]
    """the line of each heading, of tables and of elements of arrays of tables"""
    keys: dict[tuple[Key, ...], int]
    """where each key that has a value beside it begins, as an index of the text"""
    values: dict[tuple[Key, ...], tuple[int, int]]
    """where each value, and each element of an array, begins and ends"""

    def is_inline(self, path: tuple[Key, ...]) -> bool:
        """Whether a key stands within the value of another."""
        return any(path[:length] in self.keys for length in range(1, len(path)))


def layout(text: str) -> Layout:
    """Where the parts of valid TOML `text` stand."""
    scanner = _Scanner(text)
    scanner.scan()
    return Layout(scanner.headings, scanner.keys, scanner.values)


class _Scanner:
    """Walks TOML that tomllib has accepted already; it finds places, it does not judge."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[tuple[Key, ...], int] = {}
        self.counts: dict[tuple[Key, ...], int] = {}
        self.headings: dict[tuple[Key, ...], int] = {}
        self.keys: dict[tuple[Key, ...], int] = {}
        self.values: dict[tuple[Key, ...], tuple[int, int]] = {}
        self.noted = (0, 1)
        """a place in the text, and its line"""

    def scan(self) -> dict[tuple[Key, ...], int]:
        table: tuple[Key, ...] = ()
        while self._skip(newlines=True):
            if self.text.startswith("[[", self.at):
                self.at += 2
                table = self._element(self._resolve(self._keys()))
                self.headings[table] = self.lines[table]
                self._line_end()
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._resolve(self._keys())
                self._note(table)
                self.headings[table] = self.noted[1]
                self._line_end()
            else:
                self._pair(table)
        return self.lines

    def _line_end(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _note(self, path: tuple[Key, ...]) -> None:
        # counted from the place before, or a long file takes the square of its length
        before, line = self.noted if self.noted[0] <= self.at else (0, 1)
        line += self.text.count("\n", before, self.at)
        self.noted = (self.at, line)
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _element(self, path: tuple[Key, ...]) -> tuple[Key, ...]:
        index = self.counts.get(path, 0)
        self.counts[path] = index + 1
        self._note((*path, index))
        return (*path, index)

    def _resolve(self, path: tuple[Key, ...]) -> tuple[Key, ...]:
        """`path` with the index of the latest element where a part is an array of tables."""
        done: tuple[Key, ...] = ()
        for position, part in enumerate(path):
            done = (*done, part)
            if done in self.counts and position < len(path) - 1:
                done = (*done, self.counts[done] - 1)
        return done

    def _skip(self, newlines: bool) -> bool:
        """Move past space, commas and comments; False at the end of the text."""
        space = " \t,\n" if newlines else " \t"
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in space:
                self.at += 1
            elif character == "#":
                self._line_end()
            else:
                return True
        return False

    def _keys(self) -> tuple[Key, ...]:
        keys: list[Key] = []
        while key := _KEY.match(self.text, self.at):
            raw = key.group(1)
            quoted = raw[0] in "\"'"
            keys.append(next(iter(tomllib.loads(f"{raw} = 0"))) if quoted else raw)
            self.at = key.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return tuple(keys)

    def _pair(self, table: tuple[Key, ...]) -> None:
        start = self.at
        path = (*table, *self._keys())
        self.at, end = start, self.at
        self._note(path)
        self.keys[path] = start
        self.at = end + 1  # past the equals sign
        self._value(path)

    def _value(self, path: tuple[Key, ...]) -> None:
        self._skip(newlines=False)
        start = self.at
        self._pass(path)
        self.values[path] = (start, start + len(self.text[start : self.at].rstrip()))

    def _pass(self, path: tuple[Key, ...]) -> None:
        """Move past a value."""
        if string := _STRING.match(self.text, self.at):
            self.at = string.end()
        elif self.text[self.at] == "{":
            self.at += 1
            while self._skip(newlines=True) and self.text[self.at] != "}":
                self._pair(path)
            self.at += 1
        elif self.text[self.at] == "[":
            self.at += 1
            while self._skip(newlines=True) and self.text[self.at] != "]":
                self._value(self._element(path))
            self.at += 1
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1
