"""What a change of declarations would give: tried on a copy of them, with the stages of a real run."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.answers.waves import attempt_waves, declared_waves, texts_of
from pipeline.commands.check import built
from pipeline.database.connection import view
from pipeline.declarations import wave_files
from pipeline.declarations.survey import load
from pipeline.explore import OpenSurvey
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.project.sql import query


@dataclass(frozen=True)
class Counted:
    """A question of a wave as it is counted: its wording, its estimates, and how many are analysed."""

    wording: str
    estimates: pd.DataFrame
    """of all respondents, in the columns of the frequencies; without rows where nobody was counted"""
    analysed: int


class Trial:
    """A copy of a survey's declarations in a folder that nobody else reads, to change and to count."""

    def __init__(self, paths: Paths, folder: Path) -> None:
        self._given = paths
        self.paths = Paths(folder, paths.survey)
        self._known: dict[tuple[str, str], Counted] = {}

    def build(self, changed: Mapping[str, str] | None = None) -> None:
        """Build the database of the declarations as they are, but for files that are `changed`.

        SurveyError where `survey check` would find anything wrong, but for what takes numbers.
        """
        self._known.clear()
        shutil.rmtree(self.paths.root, ignore_errors=True)
        for path in self._declared():
            self._copy(path)
        for name, text in (changed or {}).items():
            files.write(self.paths.raw / name, text)
        # nothing that a stage tells of a copy is of use
        with contextlib.redirect_stderr(io.StringIO()):
            built(self.paths, self.paths.outputs.parent)

    def counted(self, wave: str, question: str) -> Counted:
        """A question of a wave, or for an empty one the wave alone, in the database that was built last."""
        if (wave, question) not in self._known:
            self._known[wave, question] = self._counted(wave, question)
        return self._known[wave, question]

    def _counted(self, wave: str, question: str) -> Counted:
        with OpenSurvey(self.paths.survey, self.paths.root) as survey:
            waves = view(survey.connection, "waves").set_index("wave")
            analysed, wording = int(waves["analysed"][wave]), ""
            estimates = pd.DataFrame()
            if question:
                rows = query(survey.connection, "commands/wording", wave=wave, question=question).fetchall()
                wording = str(rows[0][1]) if rows else ""
                # of a question that nobody was counted in there are none
                with contextlib.suppress(SurveyError):
                    estimates = survey.estimates(question, wave=wave)
        return Counted(wording, estimates, analysed)

    def texts(self, wave: str, question: str) -> Counter[str]:
        """The texts in the cells of a question as they stand in the export, each with how many hold it."""
        declared = declared_waves(self.paths)
        mapped, _ = attempt_waves(declared)
        place = [fielding.name for fielding in declared.fieldings].index(wave)
        columns = [heading.column for heading in mapped[place].columns.get(question, ())]
        return texts_of(self.paths.cells(wave), columns)

    def _declared(self) -> Sequence[Path]:
        """The declarations of the survey, and the exports that they name."""
        paths = self._given
        exports = [path for fielding in wave_files.load(paths, load(paths)[0]) for path in fielding.exports]
        beside = [path for path in (paths.report_file, paths.published_file) if path.is_file()]
        return [paths.questionnaire, *paths.wave_files(), *beside, *dict.fromkeys(exports)]

    def _copy(self, path: Path) -> None:
        """The same file in the copy: an export, which nobody writes to, as a further name of it."""
        target = self.paths.raw / path.relative_to(self._given.raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".toml":
            with contextlib.suppress(OSError):
                os.link(path.resolve(), target)
                return
        shutil.copyfile(path, target)
