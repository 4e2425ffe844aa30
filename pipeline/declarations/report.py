"""The exhibits of the report: report.toml as frozen models, and the default ones without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator

from pipeline.declarations.groups import Group, labelled
from pipeline.declarations.questionnaire import IDENTIFIER, MOST_LETTERS, Question, Survey
from pipeline.declarations.survey import no_identifier
from pipeline.declarations.toml import Declared, Document, Key, as_far_as, model, read
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import RESERVED, Paths
from pipeline.tidy.claim_kinds import claim_kinds
from pipeline.tidy.figure_kinds import FigureKind, figure_kinds
from pipeline.tidy.measures import QUOTABLE
from pipeline.tidy.printed import TABLE

_MANY = 7  # the most options of a question of which there are not many
if TYPE_CHECKING:
    Claimed = str
else:
    Claimed = Literal[tuple(claim_kinds())]
CHOOSING = ("two_waves", "all_waves", "combinations", "steps")
"""the shapes of table of which `show` lists the options, items or nets wanted"""
_OF_FEW = ("combinations", "bins")  # the shapes of table that show the answers of a few
_AS_TABLE = FigureKind(fits=(), said="Table", order="questionnaire")


class Exhibit(Declared):
    """One figure or table to be drawn, as declared."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=MOST_LETTERS)
    kind: str
    question: str
    counterpart: str = ""
    by: str = ""
    where: dict[str, list[str]] = {}
    show: list[str] = []
    same_theme: dict[str, str] = {}
    dkns: Literal["keep", "exclude"] = "keep"
    title: str = ""
    claim: dict[Claimed, Annotated[list[str], Field(min_length=1)]] = {}
    neutral: str = ""
    text: str = ""

    @field_validator("claim", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """A claim of one reference need not be a list."""
        return (
            {k: [v] if isinstance(v, str) else v for k, v in value.items()}
            if isinstance(value, dict)
            else value
        )

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in (TABLE, *figure_kinds()):
            raise ValueError(
                f"no such kind; {did_you_mean(value, [*figure_kinds(), TABLE], 'the kinds are')}"
            )
        return value

    @property
    def drawn(self) -> FigureKind:
        """What its kind says of itself; a table is one of answers in the order of the questionnaire."""
        return figure_kinds().get(self.kind, _AS_TABLE)

    @property
    def questions(self) -> list[str]:
        """Its question, and the counterpart where it has one."""
        return [self.question, *([self.counterpart] if self.counterpart else [])]


class Bands(Declared):
    """A segment made of the options of a single choice; options in no group are left out."""

    of: str
    groups: dict[str, Group]

    _labelled = field_validator("groups", mode="before")(labelled)


class Report(Declared):
    """All that report.toml says."""

    introduction: str = ""
    exhibit: list[Exhibit] = []
    segments: dict[str, Bands] = {}


def load_report(paths: Paths, survey: Survey) -> Report:
    """The report of a survey; without a report.toml, every question's default exhibit."""
    path = paths.report_file
    if not path.is_file():
        return Report(exhibit=list(defaults(survey)))
    document = read(path, paths.shown(path))
    report = model(document, Report)
    problems = list(check(report, survey, document))
    if problems:
        raise SurveyError(problems)
    return report


def load_partly(paths: Paths, survey: Survey) -> tuple[Report, set[str], list[Problem]]:
    """The report without the exhibits and segments that are wrong, what is left out, and all problems."""
    path = paths.report_file
    if not path.is_file():
        return Report(exhibit=list(defaults(survey))), set(), []
    try:
        document = read(path, paths.shown(path))
    except SurveyError as error:
        return Report(), set(), error.problems
    made, _, problems = as_far_as(document, Report, lambda made, left: check(made, survey, left), _apart)
    report = made or Report()
    return report, _ids(document) - {exhibit.id for exhibit in report.exhibit}, problems


def _ids(document: Document) -> set[str]:
    """What the exhibits of report.toml are called."""
    exhibits = document.data.get("exhibit")
    return (
        {str(one.get("id")) for one in exhibits if isinstance(one, dict)}
        if isinstance(exhibits, list)
        else set()
    )


def _apart(problem: Problem, document: Document) -> Iterator[tuple[Key, ...]]:
    """The exhibit or segment that is wrong, with the exhibits by that segment; or what else stands there."""
    place = problem.place
    yield place[:2] if place[:1] in (("exhibit",), ("segments",)) else place
    exhibits = document.data.get("exhibit")
    for index, exhibit in enumerate(exhibits if isinstance(exhibits, list) else ()):
        if place[:1] == ("segments",) and isinstance(exhibit, dict) and exhibit.get("by") == place[1]:
            yield "exhibit", index


def problem(paths: Paths, exhibit: str, message: str, *key: Key) -> Problem:
    """What is wrong with (a key of) the exhibit of that id, or of the report where it is empty.

    At its line in report.toml, or else of survey.toml.
    """
    path = paths.report_file
    if not path.is_file():
        return Problem(paths.shown(paths.questionnaire), 0, message)
    document = read(path, paths.shown(path))
    own = [place for place, one in enumerate(document.data.get("exhibit", ())) if one.get("id") == exhibit]
    place: tuple[Key, ...] = ("exhibit", own[0], *key) if own else key
    return document.problem(message, *place)


def names_of(exhibit: Exhibit, report: Report, survey: Survey, waves: Sequence[str]) -> set[str] | None:
    """What the rows of an exhibit may be named by; None where that is known only once it is made."""
    if exhibit.drawn.table in ("published", "combinations", "steps", "bins"):
        return None
    names = {*waves, *exhibit.questions, *QUOTABLE}
    for question in exhibit.questions:
        asked = survey.questions[question]
        names |= {*survey.options(question), *asked.items, *survey.nets(question), *asked.nets}
    if exhibit.by:
        bands = report.segments.get(exhibit.by)
        groups = list(bands.groups if bands else survey.options(exhibit.by))
        names |= {*groups, *(f"{one}_less_{other}" for one in groups for other in groups)}
    return names


def defaults(survey: Survey) -> Iterator[Exhibit]:
    """One exhibit a question, of the kind that suits it; private texts have none."""
    for name, question in survey.questions.items():
        if not question.private:
            exhibit = f"question_{name}" if name in RESERVED else name
            yield Exhibit(id=exhibit, kind=_default(survey, name), question=name)


def _default(survey: Survey, question: str) -> str:
    """The kind of exhibit that suits a question; never one that would show the sensitive answers of a few."""
    asked = survey.questions[question]
    many = asked.form.figure_of_many and len(survey.options(question)) > _MANY
    kind = asked.form.figure_of_many if many else asked.form.figure
    shows_few = asked.sensitive and figure_kinds().get(kind, _AS_TABLE).table in _OF_FEW
    return TABLE if shows_few else kind


def _fits(kind: str, question: Question) -> bool:
    """Whether a kind of figure can show a question: as it says itself, or as the kind of question says."""
    return question.kind in figure_kinds()[kind].fits or kind in question.form.drawn_as


def check(report: Report, survey: Survey, document: Document) -> Iterator[Problem]:
    """What an exhibit says of questions, options and segments that do not exist."""
    for name, bands in report.segments.items():
        yield from _check_bands(name, bands, survey, document)
    seen: set[str] = set()
    for index, exhibit in enumerate(report.exhibit):
        if exhibit.id in RESERVED:
            yield document.problem(f"no exhibit can be called {exhibit.id!r}", "exhibit", index, "id")
        if exhibit.id in seen:
            yield document.problem(f"two exhibits {exhibit.id!r}", "exhibit", index, "id")
        if bool(exhibit.title) != bool(exhibit.claim):
            said = (
                "a title claims something; say what with claim, or name the theme with neutral"
                if exhibit.title
                else "the claim has no title; write what it says"
            )
            yield document.problem(said, "exhibit", index, "title" if exhibit.title else "claim")
        if exhibit.claim and exhibit.drawn.table == "published":
            yield document.problem("what others published is not tested here; leave out title and claim",
                                   "exhibit", index, "claim")  # fmt: skip
        seen.add(exhibit.id)
        yield from _check_exhibit(exhibit, report, survey, document, index)


def _check_bands(name: str, bands: Bands, survey: Survey, document: Document) -> Iterator[Problem]:
    if name in survey.questions:
        yield document.problem(f"segment {name!r} has the id of a question", "segments", name)
    if bands.of not in survey.questions or not survey.questions[bands.of].form.is_one_choice:
        singles = [q for q, asked in survey.questions.items() if asked.form.is_one_choice]
        hint = did_you_mean(bands.of, singles)
        yield document.problem(f"no single choice {bands.of!r}; {hint}", "segments", name, "of")
        return
    if not IDENTIFIER.match(name):
        yield document.problem(no_identifier(name), "segments", name)
    if not bands.groups:
        yield document.problem(f"segment {name!r} has no groups", "segments", name)
    grouped: set[str] = set()
    for group, declared in bands.groups.items():
        place = ("segments", name, "groups", group)
        if not IDENTIFIER.match(group):
            yield document.problem(no_identifier(group), *place)
        if not declared.options:
            yield document.problem(f"group {group!r} of {name!r} has no options", *place)
        for option in declared.options:
            if option not in survey.options(bands.of):
                hint = did_you_mean(option, survey.options(bands.of))
                yield document.problem(
                    f"{bands.of!r} has no option {option!r}; {hint}",
                    *("segments", name, "groups", group),
                )
            elif option in grouped:
                yield document.problem(
                    f"{option!r} is in two groups of {name!r}", *("segments", name, "groups", group)
                )
            grouped.add(option)


def _check_exhibit(
    exhibit: Exhibit, report: Report, survey: Survey, document: Document, index: int
) -> Iterator[Problem]:
    question = exhibit.question
    if question not in survey.questions:
        hint = did_you_mean(question, survey.questions)
        yield document.problem(f"no question {question!r}; {hint}", "exhibit", index, "question")
        return
    asked, place = survey.questions[question], ("exhibit", index)
    if exhibit.kind != TABLE and not _fits(exhibit.kind, asked):
        fitting = [n for n, drawn in figure_kinds().items() if _fits(n, asked) and drawn.table != "published"]
        yield document.problem(
            f"{exhibit.kind} cannot show a {asked.kind} question; it can be {', '.join([*fitting, TABLE])}",
            *(*place, "kind"),
        )
    if asked.sensitive and exhibit.drawn.table in _OF_FEW:
        yield document.problem(
            f"{exhibit.kind} would show the answers of a few to {question!r}, which is sensitive; take "
            f"{asked.form.figure if asked.form.several else TABLE}",
            *(*place, "kind"),
        )
    yield from _check_counterpart(exhibit, survey, document, index)
    yield from _check_same_theme(exhibit, survey, document, index)
    yield from _check_show(exhibit, survey, document, index)
    segments = {*survey.segments, *report.segments}
    if exhibit.by and exhibit.by not in segments:
        hint = did_you_mean(exhibit.by, sorted(segments), "the segments are")
        yield document.problem(f"no segment {exhibit.by!r}; {hint}", "exhibit", index, "by")
    if exhibit.drawn.by == "must" and not exhibit.by:
        yield document.problem(f"{exhibit.kind} needs by = a segment", *place)
    if exhibit.drawn.by == "never" and exhibit.by:
        yield document.problem(f"{exhibit.kind} has no groups; leave out by", *place, "by")
    for on, options in exhibit.where.items():
        filtered = (*place, "where", on)
        if on not in survey.questions:
            yield document.problem(f"no question {on!r}; {did_you_mean(on, survey.questions)}", *filtered)
            continue
        if not options:
            yield document.problem(f"no option of {on!r} is listed, so nobody is left", *filtered)
        for option in options:
            if option not in survey.options(on):
                hint = did_you_mean(option, survey.options(on))
                yield document.problem(f"{on!r} has no option {option!r}; {hint}", *filtered)


def _check_counterpart(exhibit: Exhibit, survey: Survey, document: Document, index: int) -> Iterator[Problem]:
    """Whether a pair of questions is named where there must be one, and nowhere else."""
    place, other = ("exhibit", index, "counterpart"), exhibit.counterpart
    if exhibit.drawn.table != "pair":
        if other:
            yield document.problem(f"{exhibit.kind} shows one question; leave out counterpart", *place)
    elif not other:
        yield document.problem(f"{exhibit.kind} needs counterpart = another question", "exhibit", index)
    elif other not in survey.questions or not _fits(exhibit.kind, survey.questions[other]):
        fitting = [q for q, asked in survey.questions.items() if _fits(exhibit.kind, asked)]
        hint = did_you_mean(other, fitting)
        yield document.problem(f"no {' or '.join(exhibit.drawn.fits)} question {other!r}; {hint}", *place)
    elif not set(survey.options(exhibit.question)) & set(survey.options(other)):
        yield document.problem(f"{exhibit.question!r} and {other!r} have no option of the same id", *place)


def _check_same_theme(exhibit: Exhibit, survey: Survey, document: Document, index: int) -> Iterator[Problem]:
    """Whether answers of the survey's own are named, where others' numbers stand."""
    if exhibit.same_theme and exhibit.drawn.table != "published":
        yield document.problem(f"{exhibit.kind} shows no published numbers; leave out same_theme",
                               "exhibit", index, "same_theme")  # fmt: skip
    for label, option in exhibit.same_theme.items():
        known = survey.options(exhibit.question)
        if option not in known:
            yield document.problem(
                f"{exhibit.question!r} has no option {option!r}; {did_you_mean(option, known)}",
                *("exhibit", index, "same_theme", label),
            )


def _check_show(exhibit: Exhibit, survey: Survey, document: Document, index: int) -> Iterator[Problem]:
    """Whether what an exhibit limits itself to exists."""
    question = exhibit.question
    known = [*survey.options(question), *survey.questions[question].items, *survey.nets(question)]
    if exhibit.show and exhibit.drawn.table not in CHOOSING:
        those = " or ".join(name for name, kind in figure_kinds().items() if kind.table in CHOOSING)
        yield document.problem(f"{exhibit.kind} shows every answer; only {those} take show",
                               "exhibit", index, "show")  # fmt: skip
    for place, name in enumerate(exhibit.show):
        if name not in known:
            yield document.problem(
                f"{question!r} has no option, item or net {name!r}; {did_you_mean(name, known)}",
                *("exhibit", index, "show", place),
            )
