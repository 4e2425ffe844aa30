"""Figures of a survey from its tables: drawn, checked, and saved as SVG, PNG, alt text and one PDF.

Nothing here opens the database or computes a number, and nothing is written until every figure that
was asked for has passed every gate. A figure of which nothing changed is not drawn again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import astuple, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.charts import drawer, faces
from pipeline.charts.book import Page, book
from pipeline.charts.drawn import known as known_figures
from pipeline.project import files, process, progress
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read, read_exhibits
from pipeline.tidy.figure_kinds import figure_kinds
from pipeline.tidy.printed import PAGE, TABLE, Printed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMS = ("svg", "png", "txt")
"""how the files of figures end; the txt is the alt text"""
_BOOK = "figures.pdf"  # no exhibit can have this id
POOL_FROM = 12
"""fewer figures are drawn before a second process has started"""
_DRAWING = ("pipeline.figures", *(f"pipeline.charts.{name}" for name in ("figure_files", "gates", "page")))
_LIBRARIES = ("matplotlib", "fonttools", "numpy", "pandas", "pillow", "pypdf")
STYLE = (
    "figures.py", "charts/**/*.py", "charts/fonts/*", "tidy/*.py", "project/capitals.py", "project/code.py",
    "stats/intervals/*.py", "stats/limits.py", "stats/variance.py", "text/folding.py", "text/rounding.py",
)  # fmt: skip
"""what a picture is made of beside its table and its texts"""


def figures(paths: Paths, only: Sequence[str] = ()) -> list[Path]:
    """Draw the figures of a survey, or those of the exhibits `only`, and return their files.

    The PDF holds all figures, so it is written, and figures of exhibits that are gone are removed,
    only where all are drawn.
    """
    chosen = _chosen(read_exhibits(paths), only)
    state = _State(paths)
    wanted = {exhibit.id: _inputs(paths, exhibit) for exhibit in chosen}
    changed = [exhibit for exhibit in chosen if not state.is_kept(exhibit, wanted[exhibit.id])]
    for exhibit, made in _made(paths, changed):
        state.keep(exhibit, wanted[exhibit.id], made)
    if not only:
        state.keep_book(chosen)
    state.write()
    if not only:
        state.prune(chosen)
    progress.tell(f"{len(changed)} drawn, {len(chosen) - len(changed)} unchanged")
    return state.files(chosen, book=not only)


def prepare() -> None:
    """Begin to load what draws, in the process that those which draw are forked from, while others work."""
    # after Ctrl-C the process that tracks the semaphores of the pool cleans up, without a warning
    sys.warnoptions.append("ignore::UserWarning:multiprocessing.resource_tracker")
    if _METHOD == "forkserver":
        from multiprocessing import forkserver, resource_tracker

        # its start ends what `unheard` begins, so it comes before
        resource_tracker.ensure_running()
        multiprocessing.set_forkserver_preload(list(_DRAWING))
        # Ctrl-C reaches all processes of a terminal; this one ends with the one that started it
        with process.unheard():
            forkserver.ensure_running()


class _State:
    """Which figures there are, from which inputs; new ones are written together."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.known = known_figures(paths)
        self.saved: dict[Path, bytes] = {}

    def is_kept(self, exhibit: Printed, inputs: str) -> bool:
        """Whether the files of a figure are those that its inputs would give again."""
        known = self.known.get(exhibit.id, {})
        outputs = {form: _hash_of(path) for form, path in self._paths(exhibit).items()}
        if known.get("system") and known["system"] != _system():
            return False
        return known.items() >= ({"inputs": inputs} | outputs).items()

    def keep(self, exhibit: Printed, inputs: str, made: Drawn) -> None:
        """Note the new files of a figure, and what it is set in."""
        self.saved |= {path: made.files[form] for form, path in self._paths(exhibit).items()}
        hashes = {form: _hash(content) for form, content in made.files.items()}
        set_in = {"faces": made.faces, "system": made.system, "lacking": made.lacking}
        self.known[exhibit.id] = {"inputs": inputs} | hashes | set_in

    def keep_book(self, exhibits: Sequence[Printed]) -> None:
        """Bind the pages of all figures, where one of them is new, and forget those of other exhibits."""
        names = {_BOOK, *(exhibit.id for exhibit in exhibits)}
        self.known = {name: known for name, known in self.known.items() if name in names}
        path = self.paths.figure_book
        titles = [exhibit.heading for exhibit in exhibits]
        inputs = _hash(
            repr([(t, self.known[e.id]["page"]) for t, e in zip(titles, exhibits, strict=True)]).encode()
        )
        if not exhibits or self.known.get(_BOOK) == {"inputs": inputs, "pdf": _hash_of(path)}:
            return
        pages = [self._page(exhibit.id) for exhibit in exhibits]
        content = book(list(zip(titles, pages, strict=True)))
        self.saved[path] = content
        self.known[_BOOK] = {"inputs": inputs, "pdf": _hash(content)}

    def _page(self, name: str) -> Page:
        path = self.paths.figure_page(name)
        return Page.of(self.saved[path] if path in self.saved else path.read_bytes())

    def write(self) -> None:
        """Write what is new, and what is there now."""
        with files.together() as write:
            for path, content in self.saved.items():
                private = self.paths.interim in path.parents
                write(path, content, files.PRIVATE if private else files.PUBLIC)
            write(self.paths.figure_state, json.dumps(self.known, indent=1, sort_keys=True), files.PRIVATE)

    def prune(self, exhibits: Sequence[Printed]) -> None:
        """Remove the figures of exhibits that are gone."""
        kept = self.files(exhibits, book=bool(exhibits))
        for form in FORMS:
            files.prune(self.paths.figures, kept, f"*.{form}")
        pages = [self.paths.figure_page(exhibit.id) for exhibit in exhibits]
        files.prune(self.paths.figure_page("").parent, pages, "*.page")
        files.prune(self.paths.outputs, kept, self.paths.figure_book.name)

    def files(self, exhibits: Sequence[Printed], book: bool) -> list[Path]:
        """Every file of the figures, the book last."""
        figures_ = [
            self.paths.figures / f"{exhibit.id}.{form}"
            for exhibit in exhibits
            for form in (*exhibit.files, "txt")
        ]
        return [*figures_, *([self.paths.figure_book] if book and exhibits else [])]

    def _paths(self, exhibit: Printed) -> dict[str, Path]:
        forms = {form: self.paths.figures / f"{exhibit.id}.{form}" for form in (*exhibit.files, "txt")}
        return forms | {"page": self.paths.figure_page(exhibit.id)}


def _made(paths: Paths, exhibits: Sequence[Printed]) -> Iterator[tuple[Printed, Drawn]]:
    """Every figure with its files, in order; SurveyError with all problems of all of them."""
    by_name: dict[str, Drawn] = {}
    for name, made in drawn(paths, exhibits, cores() if len(exhibits) >= POOL_FROM else 1):
        by_name[name] = made
        progress.tell(f"{len(by_name)} of {len(exhibits)}")
    problems = [problem for exhibit in exhibits for problem in by_name[exhibit.id].problems]
    if problems:
        raise SurveyError(problems)
    for exhibit in exhibits:
        yield exhibit, by_name[exhibit.id]


def drawn(paths: Paths, exhibits: Sequence[Printed], workers: int) -> Iterator[tuple[str, Drawn]]:
    """Each figure by its id as soon as it is drawn, by as many processes as there are `workers`."""
    if workers < 2:
        for exhibit in exhibits:
            yield exhibit.id, draw(paths, exhibit)
        return
    prepare()
    context: Any = multiprocessing.get_context(_METHOD)
    pool = ProcessPoolExecutor(workers, context)
    try:
        # Ctrl-C reaches all processes of a terminal; the workers ignore it, and this one ends them
        with process.unheard():
            waiting = {pool.submit(draw, paths, exhibit): exhibit.id for exhibit in exhibits}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        ended = process.was_interrupted()
        for worker in multiprocessing.active_children() if ended else ():
            worker.terminate()
            worker.join()
        # a worker that was ended leaves half a figure, and the pool would wait for the rest
        pool.shutdown(wait=not ended, cancel_futures=True)


@dataclass(frozen=True)
class Drawn:
    """The files of one figure by their form, or what is wrong with it; and what it is set in."""

    files: dict[str, bytes]
    problems: list[Problem]
    faces: dict[str, str] = field(default_factory=dict)
    """the names of font files with their hashes"""
    system: str = ""
    """a hash of all fonts of the system, where these may change it"""
    lacking: str = ""
    """the characters that no face has, so that it shows their codes"""


def draw(paths: Paths, exhibit: Printed) -> Drawn:
    """Draw, check and save one figure into memory."""
    # Matplotlib warns where it cannot keep its list of fonts, which changes no figure
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # only a process that draws loads Matplotlib; one that finds nothing changed need not
    from pipeline.charts import figure_files, gates, page

    data, wrong = data_of(paths, exhibit), []
    shapes: dict[str, Figure] = {}
    for shape in exhibit.shapes.split():
        shaped = exhibit.in_shape(shape)
        try:
            shapes[shape] = drawer(exhibit.kind)(data, shaped)
            problems = gates.check(shapes[shape], data, shaped)
            wrong += [f"figure {exhibit.id!r}{'' if shape == PAGE else f' as a {shape}'}: {problem}"
                      for problem in problems]  # fmt: skip
        except SurveyError as error:
            wrong.append(str(error))
    if wrong:
        shown = paths.shown(_table(paths, exhibit))
        return Drawn({}, [Problem(shown, 0, problem) for problem in wrong])
    figure = shapes[PAGE]
    drawn_page = page.page(figure)
    made = {"page": drawn_page.as_bytes(), "txt": f"{exhibit.alt}\n".encode()}
    for end in exhibit.files:
        shape, _, form = end.rpartition(".")
        save = figure_files.svg if form == "svg" else figure_files.png
        made[end] = save(shapes[shape or PAGE], exhibit)
    used = faces.by_name(set(drawn_page.used))
    set_in = {used[name].path.name: faces.hash_of(used[name].path) for name in sorted(drawn_page.used)}
    lacking = page.lacking(figure)
    ours = {face.path.name for bold in (False, True) for face in faces.packaged(bold)}
    return Drawn(made, [], set_in, "" if set_in.keys() <= ours and not lacking else _system(), lacking)


def _system() -> str:
    """The hash of all fonts of the system that a figure could be set in."""
    return _hash(repr(faces.of_system()).encode())


# a plain fork would copy the threads that run
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _inputs(paths: Paths, exhibit: Printed) -> str:
    """The hash of all that a figure is made from."""
    path = _table(paths, exhibit)
    if not path.is_file():
        read(paths, exhibit.id)
    return _hash(_style() + repr(astuple(exhibit)).encode() + path.read_bytes())


@cache
def _style() -> bytes:
    """A hash of the code, the fonts and the libraries that draw."""
    package = Path(__file__).parent
    parts = [f"{name} {version(name)}".encode() for name in _LIBRARIES]
    for pattern in STYLE:
        parts += [path.read_bytes() for path in sorted(package.glob(pattern))]
    return hashlib.sha256(b"\0".join(parts)).digest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash_of(path: Path) -> str:
    return files.sha256(path) if path.is_file() else ""


def _chosen(exhibits: Sequence[Printed], only: Sequence[str]) -> list[Printed]:
    figured = {exhibit.id: exhibit for exhibit in exhibits if exhibit.kind != TABLE}
    tables = {exhibit.id for exhibit in exhibits if exhibit.kind == TABLE}
    for name in only:
        if name in tables:
            raise SurveyError(f"exhibit {name!r} is a table; it has no figure")
        if name not in figured:
            hint = did_you_mean(name, figured, "the figures are")
            raise SurveyError(f"no figure {name!r}; {hint}")
    return [figured[name] for name in dict.fromkeys(only)] if only else list(figured.values())


def _table(paths: Paths, exhibit: Printed) -> Path:
    return paths.tables / f"{exhibit.id}.csv"


def data_of(paths: Paths, exhibit: Printed) -> pd.DataFrame:
    """The rows that an exhibit shows: those of its wave, or of all where its kind compares waves."""
    data = read(paths, exhibit.id)
    if "wave" in data and not figure_kinds()[exhibit.kind].over_waves:
        data = data[data["wave"] == exhibit.wave].reset_index(drop=True)
    return data
