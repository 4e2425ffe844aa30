"""Which stages have to run: those of which an input has other bytes than when they ran, or an output is gone.

A stage that runs is noted in the record with what it was made from, as that was before it began.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pipeline.project import files, record
from pipeline.project.code import PACKAGE
from pipeline.project.paths import ASSUMPTIONS_FILE, PUBLISHED_FILE, REPORT_FILE, Paths
from pipeline.project.record import CODE, RAW, Inputs, Record

STAGES = ("ingest", "normalise", "tables", "figures", "report")
"""in the order in which they run"""
_UNREAD = "-"


class Rebuild:
    """What is there before a run of a survey, beside what the record says of the last one."""

    def __init__(
        self, paths: Paths, draft: bool = False, package: Path = PACKAGE, without: Path | None = None
    ) -> None:
        """Look at what is there, as if one file were not."""
        self._paths = paths
        self._draft = "--draft" if draft else ""
        self._known = record.read(str(paths.record))
        self._inputs = self._read(package, without)
        self._libraries = record.libraries()

    def is_current(self, stage: str) -> bool:
        """Whether a stage would make what it has left already."""
        known = self._known
        return known.keys.get(stage) == self._key(stage) and record.is_left(
            str(self._paths.outputs), known.outputs[stage]
        )

    def note(self, stage: str, fonts: Iterable[Path] = ()) -> None:
        """Write into the record that a stage has run, from what was there when this began.

        Figures come with where the system's fonts are that they rest on.
        """
        if stage == "figures":
            self._known.fonts = {str(path): record.times_of_font(str(path)) for path in fonts}
        self._known.keys[stage] = self._key(stage)
        self._known.outputs[stage] = {
            path.relative_to(self._paths.outputs).as_posix(): record.times_of_output(str(path))
            for path in self._left(stage)
        }
        self._write()

    def finish(self) -> None:
        """Write whether all stages are current, so that there is nothing to do until something changes."""
        self._write(is_whole=bool(self._libraries) and all(map(self.is_current, STAGES)))

    def _write(self, is_whole: bool = False) -> None:
        now = Record()
        now.libraries, now.draft, now.is_whole = self._libraries, self._draft, is_whole
        now.inputs = {key: (record.lasting(times), sha256) for key, (times, sha256) in self._inputs.items()}
        now.fonts = {path: record.lasting(times) for path, times in self._known.fonts.items()}
        now.keys = {stage: self._known.keys[stage] for stage in STAGES if stage in self._known.keys}
        now.outputs = self._known.outputs
        files.write(self._paths.record, now.text(), files.PRIVATE)

    def _read(self, package: Path, without: Path | None) -> Inputs:
        """Everything that a run may be made from, with its hash: read again where its times are others."""
        found: Inputs = {}
        # what no stage reads: the one is for `survey synthesise`, and a hash of the other is nobody's
        unread = {(RAW, ASSUMPTIONS_FILE), (RAW, self._paths.pseudonym_key.name)}
        for kind, name, path in sorted(record.inputs(str(self._paths.raw), str(package))):
            if without and Path(path).resolve() == without.resolve():
                continue
            times = record.times_of_input(path)
            known_times, sha256 = self._known.inputs.get((kind, name), ((), ""))
            if (kind, name) in unread:
                found[kind, name] = (times, _UNREAD)
            else:
                found[kind, name] = (times, sha256 if times == known_times else record.sha256(path))
        return found

    def _key(self, stage: str) -> str:
        """The hash of all that a stage is made from, as it is now."""
        code = (sha256 for (kind, _), (_, sha256) in self._inputs.items() if kind == CODE)
        names = (name for kind, name in self._inputs if kind == CODE)
        whole = "\n".join([stage, self._libraries, *names, *code, *self._made_from(stage)])
        return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()

    def _made_from(self, stage: str) -> list[str]:
        """What a stage is made from beside code and libraries; only what it reads is read for it."""
        paths, declared = self._paths, (REPORT_FILE, PUBLISHED_FILE)
        exports = [name for kind, name in self._inputs if kind == RAW and name not in declared]
        match stage:
            case "ingest":
                return self._hashes(exports)
            case "normalise":
                return [*self._hashes(exports), *self._times(self._left("ingest"))]
            case "tables":
                return [*self._hashes(declared), *_contents([paths.normalised]), self._draft]
            case "figures":
                fonts = (f"{path} {record.times_of_font(path)}" for path in self._known.fonts)
                return [*_contents(self._tables()), *fonts]
            case _:
                drawn = sorted(paths.figures.glob("*.svg"))
                of_figures = [*drawn, paths.figure_state]
                return [*self._hashes([*exports, *declared]), *_contents([*self._tables(), *of_figures])]

    def _hashes(self, names: Iterable[str]) -> list[str]:
        """The files of the survey's folder by their names, with their hashes."""
        hashes = {name: self._inputs[RAW, name][1] for name in names if (RAW, name) in self._inputs}
        return [f"{name} {sha256}" for name, sha256 in hashes.items() if sha256 != _UNREAD]

    def _times(self, left: Iterable[Path]) -> list[str]:
        return [f"{path.name} {record.times_of_output(str(path))}" for path in left]

    def _tables(self) -> list[Path]:
        """The tables of the run, whether or not one that verified published numbers is beside them."""
        return [path for path in sorted(self._paths.tables.glob("*.csv")) if path != self._paths.verified]

    def _left(self, stage: str) -> list[Path]:
        """The files that a stage writes, as they are there; hidden ones are being written."""
        paths = self._paths
        patterns = {
            "ingest": [(paths.interim, "*.parquet"), (paths.interim, "*.headings.json")],
            "normalise": [(paths.outputs, paths.database.name), (paths.interim, paths.normalised.name)],
            "tables": [(paths.tables, "**/*.csv"), (paths.outputs, paths.workbook.name)],
            "figures": [
                (paths.figures, "*"),
                (paths.outputs, paths.figure_book.name),
                (paths.interim, paths.figure_state.name),
            ],
            "report": [(paths.outputs, paths.report.name), (paths.outputs, paths.manifest.name)],
        }
        there = {path for folder, pattern in patterns[stage] for path in folder.glob(pattern)}
        return sorted(
            path for path in there - {paths.verified} if not path.name.startswith(".") and path.is_file()
        )


def _contents(paths: Iterable[Path]) -> list[str]:
    """The names and hashes of files, of those that are there."""
    return [part for path in paths if path.is_file() for part in (path.name, record.sha256(str(path)))]
