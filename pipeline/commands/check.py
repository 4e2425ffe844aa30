"""Everything of a survey read and compared, without running a stage for good: nothing is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from pipeline.answers.meaning import Mapped
from pipeline.answers.plausibility import doubts
from pipeline.answers.waves import DeclaredWaves, attempt_waves, mapped_waves
from pipeline.charts.scripts import clean, named, setting
from pipeline.database.checks import over_waves
from pipeline.database.connection import view
from pipeline.declarations import published_numbers, survey, wave, wave_files
from pipeline.declarations.load import Declarations, load_declarations
from pipeline.declarations.notices import asides, unsettled
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Report, load_partly, names_of, problem
from pipeline.declarations.strays import misnamed
from pipeline.declarations.toml import Document, Key, model
from pipeline.declarations.toml import read as read_file
from pipeline.declarations.wave import Fielding, Wave
from pipeline.exhibits.prose import by_names
from pipeline.exhibits.run import sayable
from pipeline.ingest import ingest, take_in
from pipeline.normalise import normalise
from pipeline.project import files
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import Paths
from pipeline.project.sql import query
from pipeline.tables import problems_of
from pipeline.text.folding import is_beginning

_ON_THE_PAGE = ("introduction", "text")
"""keys of report.toml with texts that the report has beside its figures"""


def read(
    paths: Paths, names: Sequence[str] = (), own_texts: bool = False
) -> tuple[Survey, list[Fielding], list[Mapped]]:
    """The questionnaire and its waves, or those of `names`, with what their columns mean; nothing is kept."""
    questionnaire, document = survey.load(paths)
    fieldings = [f for f in wave_files.load(paths, questionnaire) if not names or f.name in names]
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(paths, generated=Path(folder))
        ingest(aside, names)
        declared = DeclaredWaves(aside, questionnaire, document, fieldings)
        return questionnaire, fieldings, mapped_waves(declared, own_texts)


def check(paths: Paths, numbers: bool = True, with_unsettled: bool = True) -> Iterator[str]:
    """A line on each wave, where nothing is wrong; SurveyError with all problems where something is.

    What one file or wave has wrong hides nothing that can be told without it. The attack on the tables is
    left to `tables`, and without `numbers` so is all else that needs them; the lines of [unsettled] are told
    `with_unsettled`. Works in a temporary folder that nobody else can read and that is removed: outputs stay.
    """
    yield from asides(paths, with_unsettled)
    yield from uncovered(paths)
    with tempfile.TemporaryDirectory() as folder:
        look = _Look(paths, replace(paths, generated=Path(folder)))
        look.everything(numbers)
        if look.problems:
            raise SurveyError(look.problems)
        yield from look.lines()


def uncovered(paths: Paths) -> Iterator[str]:
    """A line on each declaration with texts of figures that have characters which no font here has."""
    for path in (paths.questionnaire, paths.report_file):
        try:
            document = read_file(path, paths.shown(path))
        except SurveyError:
            continue
        places = [(keys, setting(clean(text), bold=False).lacking) for keys, text in _texts(document.data)]
        if found := [(keys, lacking) for keys, lacking in places if lacking]:
            lacking = "".join(lacking for _, lacking in found)
            yield str(document.problem(f"a figure of it {named(lacking)}", *found[0][0]))


def _texts(declared: object, keys: tuple[Key, ...] = ()) -> Iterator[tuple[tuple[Key, ...], str]]:
    """The texts of a declaration that can stand in figures, with their places."""
    if isinstance(declared, str):
        yield keys, declared
    elif isinstance(declared, list):
        for number, one in enumerate(declared):
            yield from _texts(one, (*keys, number))
    elif isinstance(declared, dict):
        for key, one in declared.items():
            if key not in _ON_THE_PAGE:
                yield from _texts(one, (*keys, key))


def built(paths: Paths, folder: Path) -> Paths:
    """The survey with its database, made in `folder`; SurveyError with all that is wrong, numbers aside."""
    look = _Look(paths, replace(paths, generated=folder))
    look.everything(numbers=False)
    if look.problems:
        raise SurveyError(look.problems)
    return look.aside


class _Look:
    """What is wrong with a survey, layer by layer, and what was read of it."""

    def __init__(self, paths: Paths, aside: Paths) -> None:
        self.paths = paths
        self.aside = aside
        """with a folder to work in"""
        self.problems: list[Problem] = []
        self.doubts = 0
        """how many doubts there are of answers, which building the database tells"""

    def everything(self, numbers: bool) -> None:
        """Check all that can be checked; claims by their names alone where no `numbers` are wanted."""
        questionnaire, document, wrong = survey.load_partly(self.paths)
        self.problems += [*wrong, *misnamed(self.paths)]
        if questionnaire is None or document is None:
            self._forms()
            return
        fieldings = self._waves(questionnaire)
        of_waves = list(self.problems)
        report, absent, wrong = load_partly(self.paths, questionnaire)
        self.problems += wrong
        names = [path.stem for path in self.paths.wave_files()]
        printed, wrong = published_numbers.load_partly(self.paths, questionnaire, names)
        self.problems += wrong
        if wrong:
            # exhibits of published numbers cannot be checked either
            kept = [exhibit for exhibit in report.exhibit if exhibit.drawn.table != "published"]
            absent |= {exhibit.id for exhibit in report.exhibit if exhibit not in kept}
            report = report.model_copy(update={"exhibit": kept})
        mapped, answers_are_right = self._answers(questionnaire, document, fieldings, of_waves)
        if answers_are_right and len(mapped) == len(fieldings):
            self.doubts = len(list(doubts(questionnaire, fieldings, mapped)))
        declared = Declarations(questionnaire, fieldings, report, printed)
        if of_waves or not answers_are_right or not self._built() or not numbers:
            self._by_names(declared, absent, mapped)
        else:
            self.problems += problems_of(self.paths, self.aside, declared, absent)

    def _forms(self) -> None:
        """What is wrong with wave files and report whatever the questionnaire is."""

        def look(path: Path, kind: type[Wave] | type[Report]) -> None:
            model(read_file(path, self.paths.shown(path)), kind)

        for path in self.paths.wave_files():
            self._gather(partial(look, path, Wave))
        if self.paths.report_file.is_file():
            self._gather(partial(look, self.paths.report_file, Report))

    def _gather(self, look: Callable[[], object]) -> bool:
        """Whether a check finds nothing wrong; problems are kept. SurveyError where they have no place."""
        try:
            look()
        except SurveyError as error:
            if not error.problems:
                raise
            self.problems += error.problems
            return False
        return True

    def _waves(self, questionnaire: Survey) -> list[Fielding]:
        """The waves whose exports can be read, the earliest first."""
        fieldings = []
        for path in self.paths.wave_files():
            fielding, wrong = wave_files.load_partly(self.paths, questionnaire, path)
            fieldings += [fielding] if fielding else []
            self.problems += wrong
        copied = list(wave_files.twice(fieldings))
        self.problems += copied
        if not self.paths.wave_files() and not self.problems:
            wave_files.load(self.paths, questionnaire)
        order = wave.in_order({fielding.name: fielding.wave.fielded for fielding in fieldings})
        # an export that two waves name may be of either
        kept = [f for f in fieldings if not any(p.file == f.document.name for p in copied)]
        return sorted(kept, key=lambda fielding: order.index(fielding.name))

    def _answers(
        self, questionnaire: Survey, document: Document, fieldings: Sequence[Fielding],
        known: Sequence[Problem],
    ) -> tuple[list[Mapped], bool]:  # fmt: skip
        """What the cells of each wave mean; and whether nothing is wrong with exports, headings, answers."""
        before = len(self.problems)
        readable = [f for f in fieldings if self._gather(partial(take_in, self.aside, questionnaire, [f]))]
        declared = DeclaredWaves(self.aside, questionnaire, document, readable)
        mapped, wrong = attempt_waves(declared)
        if len(mapped) == len(self.paths.wave_files()):
            wrong += over_waves(declared, mapped, [*known, *wrong])
        self.problems += wrong
        return mapped, len(self.problems) == before

    def _built(self) -> bool:
        """Whether the database could be built."""
        if self.paths.estimates.is_file():
            # where nothing changed, the last run has found already what must be hidden
            files.write(self.aside.estimates, self.paths.estimates.read_bytes(), files.PRIVATE)
        return self._gather(partial(normalise, self.aside))

    def _by_names(self, declared: Declarations, absent: Collection[str], mapped: Sequence[Mapped]) -> None:
        """What is wrong with claims and quoted numbers, as far as names and typed numerals show."""
        questionnaire = declared.survey
        waves = [path.stem for path in self.paths.wave_files()]
        names: dict[str, Collection[str] | None] = dict.fromkeys(absent)
        for exhibit in declared.report.exhibit:
            names[exhibit.id] = names_of(exhibit, declared.report, questionnaire, waves)
        labels = [offer.label for meaning in mapped for offer in meaning.offers]
        known: list[str] | None = [*sayable(declared), *waves, *labels]
        if len(mapped) < len(waves) and any(map(is_beginning, sayable(declared))):
            known = None
        self.problems += [
            problem(self.paths, exhibit, message, key)
            for exhibit, key, message in by_names(declared.report, names, known)
        ]

    def lines(self) -> Iterator[str]:
        """A line on each wave, and that nothing is wrong."""
        with duckdb.connect(str(self.aside.database), read_only=True) as connection:
            waves = list(view(connection, "waves")["wave"])
            rows = query(connection, "commands/waves_checked").fetchall()
        for name, questions, received, analysed in sorted(rows, key=lambda row: waves.index(row[0])):
            yield f"{name}: {questions} questions, {received} responses, {analysed} analysed"
        declared = load_declarations(self.paths)
        of = f"{len(rows)} waves and {len(declared.report.exhibit)} exhibits"
        unseen = {"line of [unsettled]": len(list(unsettled(declared.fieldings))), "doubt": self.doubts}
        if not any(unseen.values()):
            yield f"nothing is wrong in {of}"
            return
        listed = " and ".join(_counted(noun, count) for noun, count in unseen.items() if count)
        verb = "is" if sum(unseen.values()) == 1 else "are"
        yield f"nothing stands in the way of {of}; {listed} {verb} to be looked at"


def _counted(noun: str, count: int) -> str:
    """So many of a thing, of which the first word has a plural."""
    first, _, rest = noun.partition(" ")
    return f"{count} {first}{'' if count == 1 else 's'} {rest}".rstrip()
