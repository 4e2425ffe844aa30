"""`survey settle`: the lines of [unsettled] one after the other, with what each way to settle one gives."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.declarations import survey, wave_files
from pipeline.declarations.questionnaire import Question, Survey
from pipeline.declarations.wave import RESPONDENTS, Fielding, Reading
from pipeline.declarations.wave_checks import without_meaning
from pipeline.drafting.doubts import doubts_in, in_one_line
from pipeline.drafting.evidence import evidence, in_short
from pipeline.drafting.proposals import SURVEY_FILE, WAVE_FILE, Proposal, applied, proposals
from pipeline.drafting.trial import Counted, Trial
from pipeline.project import files
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.text.rounding import thousands
from pipeline.tidy.question_kinds import question_kinds

Ask = Callable[[str, Collection[str]], str]
"""asks for one of some keys, with a prompt; "" where there is nobody to ask any more"""
KEEP, TEXT, SKIP, STOP = "k", "t", "s", "q"
_NUMBERED = "123456789"
_WIDTH = 52  # of what a choice says, before its numbers
_UNSETTLED, _READING = "unsettled", "reading"


@dataclass(frozen=True)
class Line:
    """A doubt of a line of [unsettled], with the wave that it is of."""

    fielding: Fielding
    name: str
    doubt: str
    """what is yet to be looked at"""

    @property
    def others(self) -> str:
        """What the line says beside this doubt; empty where that is all."""
        every = doubts_in(self.fielding.wave.unsettled[self.name])
        return in_one_line(*(doubt for doubt in every if doubt != self.doubt))

    @property
    def question(self) -> str:
        """The question that the line is of; empty for respondents."""
        return "" if self.name == RESPONDENTS else self.name

    @property
    def place(self) -> str:
        """The file and the line."""
        document = self.fielding.document
        return f"{document.name}:{document.line(_UNSETTLED, self.name)}"


@dataclass(frozen=True)
class Choice:
    """A way to settle a line: its key, what it says, the numbers it gives, and the files it leaves."""

    key: str
    words: str
    numbers: str
    before: Mapping[Path, str]
    after: Mapping[Path, str]

    def __str__(self) -> str:
        return f"  {self.key}  {self.words:<{_WIDTH}}  {self.numbers}".rstrip()


def settle(paths: Paths, wave: str = "", ask: Ask | None = None) -> Iterator[str]:
    """Lines on what is unsettled, each with the ways to settle it; with `ask`, the one chosen is written.

    `wave` is the name of one; without it all waves come, the earliest first. SurveyError where a declaration
    is wrong, where there is no such wave, and where a file was changed by somebody else meanwhile.
    """
    lines = lines_of(paths, wave)
    if not lines:
        yield f"nothing is unsettled in {wave or paths.survey}"
        return
    with tempfile.TemporaryDirectory() as folder:
        settling = Settling(paths, Path(folder))
        try:
            settling.current.build()
        except SurveyError as error:
            yield from (f"{line.place}: {line.name}: {line.doubt}" for line in lines)
            count = len(error.problems)
            yield f"nothing can be tried before survey check finds nothing wrong; it finds {count or 1} now:"
            yield from str(error).split("\n")
            return
        yield from _walk(settling, wave, ask)


def _walk(settling: Settling, wave: str, ask: Ask | None) -> Iterator[str]:
    """Every line once: what it is about, the choices, and what became of it."""
    seen: set[tuple[str, str, str]] = set()
    settled = 0
    while lines := [line for line in lines_of(settling.paths, wave) if _id(line) not in seen]:
        line = lines[0]
        seen.add(_id(line))
        yield from settling.about(line)
        choices: list[Choice] = []
        for choice in settling.choices(line):
            choices.append(choice)
            yield str(choice)
        if ask:
            yield f"  {SKIP}  skip    {STOP}  stop"
            pressed = ask("which?", [*(choice.key for choice in choices), SKIP, STOP])
            if pressed in ("", STOP):
                break
            if chosen := next((choice for choice in choices if choice.key == pressed), None):
                yield settling.write(chosen)
                settled += 1
        yield ""
    left = _counted_lines(len(lines_of(settling.paths, wave)))
    yield f"{_counted_lines(settled)} settled, {left} left" if ask else f"{left} unsettled"
    if settled:
        yield f"now run: make all SURVEY={settling.paths.survey}"


def lines_of(paths: Paths, wave: str = "") -> list[Line]:
    """The lines of [unsettled] of one wave or of all, in the order of the waves and of their files.

    A line with several doubts comes once for each.
    """
    fieldings = wave_files.load(paths, survey.load(paths)[0])
    names = [fielding.name for fielding in fieldings]
    if wave and wave not in names:
        raise SurveyError(f"no wave {wave!r}; {did_you_mean(wave, names, 'the waves are')}")
    return [
        Line(fielding, name, doubt)
        for fielding in fieldings
        if wave in ("", fielding.name)
        for name, line in fielding.wave.unsettled.items()
        for doubt in dict.fromkeys(doubts_in(line))
    ]


def _id(line: Line) -> tuple[str, str, str]:
    return line.fielding.name, line.name, line.doubt


def _counted_lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


class Settling:
    """The declarations of a survey as they are now, and copies of them to try changes on."""

    def __init__(self, paths: Paths, folder: Path) -> None:
        self.paths = paths
        self.current = Trial(paths, folder / "current")
        """built of the declarations as they are"""
        self._tried = Trial(paths, folder / "tried")
        self._changed = False
        """whether what was written since may give other numbers than `current`"""

    def about(self, line: Line) -> Iterator[str]:
        """Where a line stands, what it is about, what it doubts, and what the export shows of it."""
        if self._changed:
            self.current.build()
            self._changed = False
        counted = self._counted(self.current, line)
        if not line.question:
            yield f"{line.place}: {RESPONDENTS}"
            yield f"  {line.doubt}"
            yield f"  {_in_wave(counted)} as the file is drafted"
            return
        asked = self._survey.questions[line.question]
        yield f"{line.place}: {line.name} ({asked.kind}): {counted.wording}".rstrip(": ")
        yield f"  {line.doubt}"
        texts = self.current.texts(line.fielding.name, line.question)
        yield from (f"  {shown}" for shown in evidence(asked, counted, texts, line.doubt))

    def choices(self, line: Line) -> Iterator[Choice]:
        """The ways to settle a line, each tried: to keep the draft, what is proposed, a private text."""
        drafted = self._counted(self.current, line)
        before = self._texts(line)
        if kept := _after(line, before, ()):
            numbers = _numbers(line, drafted, [self._survey])
            yield Choice(KEEP, "keep it as it is drafted", numbers, before, kept)
        keys = iter(_NUMBERED)
        for steps in self._proposed(line, drafted):
            if (choice := self._choice(line, steps)) and (key := next(keys, "")):
                yield Choice(key, *choice)
        if not line.question or self._survey.questions[line.question].form.is_open:
            return
        if choice := self._choice(line, self._as_kind(line, "text")):
            yield Choice(TEXT, *choice)

    def write(self, choice: Choice) -> str:
        """Write the files as a choice leaves them; a line on it. SurveyError where they are others by now."""
        changed_now = [path for path, text in choice.before.items() if _read(path) != text]
        if changed_now:
            raise SurveyError(
                f"{self.paths.shown(changed_now[0])} was changed meanwhile, so nothing was written; run it "
                "again"
            )
        written = [path for path, text in choice.after.items() if text != choice.before[path]]
        with files.together() as put:
            for path in written:
                put(path, choice.after[path], stat.S_IMODE(path.stat().st_mode))
        # a line less of [unsettled] changes no number
        self._changed |= choice.key != KEEP
        return f"{', '.join(map(self.paths.shown, written))} written: {choice.words}"

    @property
    def _survey(self) -> Survey:
        return survey.load(self.paths)[0]

    def _texts(self, line: Line) -> dict[Path, str]:
        """The files that settling a line may change, as they are."""
        return {path: _read(path) for path in (self._file(line, WAVE_FILE), self._file(line, SURVEY_FILE))}

    def _file(self, line: Line, file: str) -> Path:
        return (
            self.paths.questionnaire if file == SURVEY_FILE else self.paths.raw / f"{line.fielding.name}.toml"
        )

    def _counted(self, trial: Trial, line: Line) -> Counted:
        return trial.counted(line.fielding.name, line.question)

    def _proposed(self, line: Line, drafted: Counted) -> Iterator[Sequence[Proposal]]:
        """What the doubt proposes, and what may be so of every line of its sort; each once."""
        done: list[Sequence[Proposal]] = []
        for steps in (*self._named(line), *self._always(line, drafted)):
            if steps not in done:
                done.append(steps)
                yield steps

    def _named(self, line: Line) -> Iterator[Sequence[Proposal]]:
        """What the doubt proposes; another kind takes with it what a question of that kind does not have."""
        for proposal in proposals(line.name, line.doubt):
            is_kind = proposal.file == SURVEY_FILE and proposal.key == "kind"
            if is_kind and proposal.value in question_kinds() and line.question:
                yield self._as_kind(line, str(proposal.value))
            else:
                yield [proposal]

    def _always(self, line: Line, drafted: Counted) -> Iterator[Sequence[Proposal]]:
        """Other kinds of a question; which of the responses that repeat another are counted, if any do."""
        if line.question:
            yield from _read_as_answers(line)
            for kind in kinds_like(self._survey.questions[line.question]):
                yield self._as_kind(line, kind)
            return
        ways = [[_duplicates(way)] for way in ("keep_first", "keep_last", "keep_all")]
        if line.fielding.wave.respondents.duplicates or not self._tried_with(line, ways[0]):
            return
        if self._counted(self._tried, line).analysed != drafted.analysed:
            yield from ways

    def _as_kind(self, line: Line, kind: str) -> Sequence[Proposal]:
        """The steps that make the question of a line one of another kind, read as such ones are."""
        steps = as_kind(self._survey, line.question, kind)
        if reading := line.fielding.wave.reading.get(line.question):
            gone = without_meaning(reading, question_kinds()[kind])
            steps = [*steps, *_unread(line.question, reading, gone)]
        return steps

    def _choice(
        self, line: Line, steps: Sequence[Proposal]
    ) -> tuple[str, str, dict[Path, str], dict[Path, str]] | None:
        """What a choice of these steps says, its numbers and files; None where it does not pass the check."""
        before = self._texts(line)
        after = self._tried_with(line, steps)
        if not after:
            return None
        counted = self._counted(self._tried, line)
        now = survey.load(self._tried.paths)[0]
        return _words(steps), _numbers(line, counted, [self._survey, now]), before, after

    def _tried_with(self, line: Line, steps: Sequence[Proposal]) -> dict[Path, str] | None:
        """The files after these steps, of which the database to try is built; None where that fails."""
        after = _after(line, self._texts(line), steps)
        if not after:
            return None
        try:
            self._tried.build({path.name: text for path, text in after.items()})
        except SurveyError:
            return None
        return after


def kinds_like(asked: Question) -> list[str]:
    """The kinds that a question could be of instead, by what it has: a text is no such kind."""
    return [
        name
        for name, form in question_kinds().items()
        if name != asked.kind
        and not form.is_open
        and form.items == bool(asked.items)
        and (not form.has_options or asked.options or asked.scale)
    ]


def as_kind(questionnaire: Survey, name: str, kind: str) -> Sequence[Proposal]:
    """The steps that make a question one of another kind, without the parts that such questions lack.

    A number keeps options that are no answers, such as "Don't know". A text is private.
    """
    asked, form = questionnaire.questions[name], question_kinds()[kind]
    table = ("questions", name)
    steps = [Proposal(SURVEY_FILE, table, "kind", kind)]
    if form.is_open:
        steps.append(Proposal(SURVEY_FILE, table, "private", True))
    if not form.has_options:
        answers = [i for i, option in asked.options.items() if option.role in ("substantive", "other")]
        if asked.options and (len(answers) == len(asked.options) or not form.is_measured):
            steps.append(Proposal(SURVEY_FILE, table, "options"))
        else:
            steps += [Proposal(SURVEY_FILE, (*table, "options"), option) for option in answers]
        steps += [Proposal(SURVEY_FILE, table, "scale")] * bool(asked.scale)
    if asked.items and not form.items:
        steps.append(Proposal(SURVEY_FILE, table, "items"))
    return steps


def _read_as_answers(line: Line) -> Iterator[Sequence[Proposal]]:
    """The step by which texts that [reading] takes for empty cells are answers; none where it takes none."""
    reading = line.fielding.wave.reading.get(line.name)
    if reading and reading.blank:
        yield _unread(line.name, reading, ["blank"])


def _unread(name: str, reading: Reading, keys: Collection[str]) -> list[Proposal]:
    """The steps that take keys out of [reading.<question>], the table with the last of them."""
    if keys and reading.model_fields_set <= {*keys}:
        return [Proposal(WAVE_FILE, (_READING,), name)]
    return [Proposal(WAVE_FILE, (_READING, name), key) for key in keys]


def _duplicates(way: str) -> Proposal:
    return Proposal(WAVE_FILE, (RESPONDENTS,), "duplicates", way)


def _words(steps: Sequence[Proposal]) -> str:
    """What a choice does, in a line."""
    put = [step for step in steps if step.value is not None]
    taken = [step for step in steps if step.value is None]
    parts = dict.fromkeys(map(_part, taken))
    if not put:
        return f"without {taken[0].where}"
    without = f", without {' and '.join(parts)}" if parts else ""
    return f"{', '.join(map(str, put))} {put[0].where}{without}"


def _part(step: Proposal) -> str:
    """What of a question a step takes away."""
    if step.table == (_READING,):
        return _READING
    return step.table[-1] if len(step.table) > 2 else step.key


def _numbers(line: Line, counted: Counted, surveys: Sequence[Survey]) -> str:
    """The numbers of a line in short; a base alone where its question is private in any of `surveys`."""
    if not line.question:
        return _in_wave(counted)
    versions = [one.questions[line.question] for one in surveys]
    private = [asked for asked in versions if asked.private or asked.form.is_open]
    return in_short((private or versions)[-1], counted)


def _in_wave(counted: Counted) -> str:
    return f"{thousands(counted.analysed)} respondents counted"


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _after(line: Line, before: Mapping[Path, str], steps: Sequence[Proposal]) -> dict[Path, str] | None:
    """The files once a line is settled by some steps; None where they cannot be changed line by line."""
    alone = len(line.fielding.wave.unsettled) == 1 and not line.others
    gone = Proposal(WAVE_FILE, (), _UNSETTLED)
    if not alone:
        gone = Proposal(WAVE_FILE, (_UNSETTLED,), line.name, line.others or None)
    after = {}
    for path, text in before.items():
        file = SURVEY_FILE if path.name == SURVEY_FILE else WAVE_FILE
        made = applied(text, [step for step in (*steps, gone) if step.file == file])
        if made is None:
            return None
        after[path] = made
    return after
