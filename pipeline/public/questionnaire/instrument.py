"""The questionnaire as other tools can have it: what was asked in which words, whoever answered.

It says nothing of answers. Words come from survey.toml; where that leaves them to the exports, from the
latest wave that has them, and then without what could reach a person.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.answers.meaning import Mapped
from pipeline.answers.waves import DeclaredWaves, mapped_waves
from pipeline.database.declared_tables import wording
from pipeline.declarations import survey, wave_files
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.strays import misnamed
from pipeline.declarations.wave import Fielding
from pipeline.disclosure.leaks import scan
from pipeline.exports.tools import Heading
from pipeline.ingest import ingest
from pipeline.project.paths import Paths
from pipeline.text.addresses import WEB, Finding, masked
from pipeline.text.folding import is_beginning, visible
from pipeline.tidy.question_kinds import QuestionKind

_NO_HEADING = (Heading(1, "", "", ""),)


@dataclass(frozen=True)
class Choice:
    """An option of a question."""

    id: str
    label: str
    role: str
    exclusive: bool
    write_in: bool
    from_text: bool
    """whether nobody was offered it: it holds what people wrote beside an Other"""
    score: float | None


@dataclass(frozen=True)
class Net:
    """Options that are counted together, or a band of numbers."""

    id: str
    label: str
    options: tuple[str, ...] = ()
    band: tuple[float, float] | None = None
    """from, up to below"""


@dataclass(frozen=True)
class Posed:
    """A question as it was posed."""

    id: str
    kind: str
    form: QuestionKind
    text: str
    mode: str
    """how one answers, as printed after the question; empty where that needs no words"""
    options: tuple[Choice, ...]
    scale: str
    """the scale whose options it has, so that questions can share their list; empty for none"""
    items: Mapping[str, str]
    """the label of each by its id"""
    max: int | None
    total: int
    """what the numbers of a respondent add up to; 0 where they need not"""
    unit: str
    asked: Mapping[str, tuple[str, ...]]
    """who was asked: of every question in it one of these options must be chosen; empty for everyone"""
    private: bool
    sensitive: bool
    nets: tuple[Net, ...]
    waves: tuple[str, ...]
    """those that asked it, the earliest first"""

    @property
    def instructed(self) -> str:
        """The question and how one answers it, for where nothing else tells that items are put in order."""
        return self.text if not self.mode or self.text.endswith(self.mode) else f"{self.text} {self.mode}"

    @property
    def has_scores(self) -> bool:
        """Whether its options have scores."""
        return any(option.score is not None for option in self.options)

    @property
    def has_write_ins(self) -> bool:
        """Whether people write beside one of its options."""
        return any(option.write_in for option in self.options)

    @property
    def has_exclusive_options(self) -> bool:
        """Whether several options can be chosen, and one of them only alone."""
        return self.form.several and any(option.exclusive for option in self.options)

    @property
    def is_unfinished(self) -> bool:
        """Whether one of its texts is a beginning, and no wave has the rest."""
        return any(map(is_beginning, (self.text, *(one.label for one in self.options), *self.items.values())))


@dataclass(frozen=True)
class Instrument:
    """The questionnaire of a survey."""

    survey: str
    title: str
    population: str
    waves: Mapping[str, str]
    """the title of each by its name, the earliest first; none where the survey has no wave yet"""
    synthetic: frozenset[str]
    """the waves whose responses are invented"""
    questions: tuple[Posed, ...]
    masked: tuple[str, ...]
    """the questions of which an address in a text is masked"""

    def posed(self, question: str) -> Posed:
        """A question by its id."""
        return next(posed for posed in self.questions if posed.id == question)

    def with_any(self, facts: Mapping[str, Callable[[Posed], object]]) -> dict[str, list[str]]:
        """The questions of which each fact is true; facts that are true of none are left out."""
        having = {fact: [q.id for q in self.questions if holds(q)] for fact, holds in facts.items()}
        return {fact: questions for fact, questions in having.items() if questions}

    def not_in_every_wave(self, posed: Posed) -> bool:
        """Whether some wave did not ask a question."""
        return len(posed.waves) < len(self.waves)


class Names:
    """Gives each thing a name of its own, in small letters, that begins with a letter."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)

    def of(self, wanted: str) -> str:
        """The name that is wanted, or one like it where that is taken."""
        wanted = wanted if wanted[:1].isalpha() else f"q_{wanted}"
        name, number = wanted, 2
        while name in self.taken:
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name


def instrument(paths: Paths) -> Instrument:
    """The questionnaire of a survey, with the waves that asked each question as far as there are any.

    SurveyError where declarations or exports are wrong. Exports are read aside, and nothing of that is kept.
    """
    questionnaire, document = survey.load(paths)
    fieldings: list[Fielding] = []
    mapped: list[Mapped] = []
    if paths.wave_files() or any(misnamed(paths)):
        fieldings = wave_files.load(paths, questionnaire)
        with tempfile.TemporaryDirectory() as folder:
            aside = replace(paths, generated=Path(folder))
            ingest(aside)
            mapped = mapped_waves(DeclaredWaves(aside, questionnaire, document, fieldings))
    by_wave = {fielding.name: meaning for fielding, meaning in zip(fieldings, mapped, strict=True)}
    words = _Words(questionnaire)
    questions = tuple(_posed(questionnaire, name, by_wave, words) for name in questionnaire.questions)
    return Instrument(
        paths.survey,
        words.printed(questionnaire.title),
        words.printed(questionnaire.population),
        {fielding.name: words.printed(fielding.wave.title) for fielding in fieldings},
        frozenset(fielding.name for fielding in fieldings if fielding.wave.synthetic),
        questions,
        tuple(words.masked),
    )


class _Words:
    """Texts as they are printed, and of which questions something in them had to be masked."""

    def __init__(self, questionnaire: Survey) -> None:
        self.allow = questionnaire.privacy.allow
        self.masked: dict[str, None] = {}

    def printed(self, text: str, question: str = "") -> str:
        """A text on one line, without what steers a terminal and without what could reach a person.

        What tables may print stays: web addresses, and what survey.toml allows.
        """
        line = " ".join(visible(text).split())
        safe = masked(line, found_by=self._secrets)
        if safe != line and question:
            self.masked[question] = None
        return safe

    def _secrets(self, text: str) -> list[Finding]:
        """What of a text has to be masked."""
        leaks, _ = scan([("", text)], self.allow)
        return [leak for leak in leaks if leak.kind != WEB]


def _posed(questionnaire: Survey, name: str, by_wave: Mapping[str, Mapped], words: _Words) -> Posed:
    """A question in the words of survey.toml, or else of the latest wave that has them in full."""
    asked = questionnaire.questions[name]
    waves = [wave for wave, meaning in by_wave.items() if name in meaning.columns]
    headings = by_wave[waves[-1]].columns[name] if waves else _NO_HEADING
    text, mode = wording(questionnaire, name, headings)
    full = _full_labels(name, by_wave.values())
    scores = questionnaire.scores(name)
    options = tuple(
        Choice(
            identifier,
            words.printed(full.get(identifier, option.label), name),
            option.role,
            option.exclusive,
            option.write_in,
            option.from_text,
            scores.get(identifier),
        )
        for identifier, option in questionnaire.options(name).items()
    )
    return Posed(
        id=name,
        kind=asked.kind,
        form=asked.form,
        text=words.printed(text, name),
        mode=mode,
        options=options,
        scale=asked.scale,
        items={item: words.printed(full.get(item, label), name) for item, label in asked.items.items()},
        max=asked.max,
        total=asked.total,
        unit=words.printed(asked.unit, name),
        asked={on: tuple(chosen) for on, chosen in asked.asked.items()},
        private=asked.private,
        sensitive=asked.sensitive,
        nets=tuple(_nets(questionnaire, name, words)),
        waves=tuple(waves),
    )


def _full_labels(question: str, mapped: Iterable[Mapped]) -> dict[str, str]:
    """The label of each option and item as the latest wave has it in full, as the database has them."""
    full: dict[str, str] = {}
    instead: dict[str, str] = {}
    for offer in (offer for meaning in mapped for offer in meaning.offers if offer.question == question):
        part = offer.option or offer.item
        if not is_beginning(offer.label):
            full[part] = offer.label
        elif offer.mapped:
            instead[part] = offer.mapped
    return instead | full


def _nets(questionnaire: Survey, name: str, words: _Words) -> Sequence[Net]:
    """The nets of a question's options, or the bands of its numbers."""
    asked = questionnaire.questions[name]

    def label(net: str) -> str:
        """How a net is printed."""
        return words.printed(questionnaire.net_label(name, net), name)

    if not asked.form.is_measured:
        return [Net(net, label(net), tuple(ids)) for net, ids in questionnaire.nets(name).items()]
    bands = {net: (float(ends[0]), float(ends[1])) for net, ends in asked.nets.items()}
    return [Net(net, label(net), band=band) for net, band in bands.items()]
