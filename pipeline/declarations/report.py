"""The exhibits of the report: report.toml as frozen models, and the default ones without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator

from pipeline.declarations.groups import Group, labelled
from pipeline.declarations.questionnaire import IDENTIFIER, MOST_LETTERS, Question, Survey
from pipeline.declarations.references import (
    ListedOption,
    OptionRef,
    QuestionId,
    Reference,
    Scope,
    SegmentName,
    options_and,
    problems,
    single_choices,
)
from pipeline.declarations.survey import no_identifier
from pipeline.declarations.toml import Declared, Document, Key, Place, read, read_as, read_partly
from pipeline.project.errors import Problem, did_you_mean
from pipeline.project.paths import RESERVED, Paths
from pipeline.tidy.claim_kinds import claim_kinds
from pipeline.tidy.figure_kinds import FigureKind, figure_kinds
from pipeline.tidy.measures import QUOTABLE
from pipeline.tidy.printed import CARD, PAGE, SHAPES, TABLE

_MOST_DRAWN = 30  # a question with more options or items is a table by default
_MOST_FIGURES = 40
_MANY = 7  # the most options of a question of which there are not many
if TYPE_CHECKING:
    Claimed = str
    Shape = str
else:
    Claimed = Literal[tuple(claim_kinds())]
    Shape = Literal[SHAPES]
CHOOSING = ("two_waves", "all_waves", "combinations", "steps")
"""the shapes of table of which `show` lists the options, items or nets wanted"""
_SORTED = ("answers", "two_waves", "pair")  # the shapes of table whose rows may stand in another order
_OF_FEW = ("combinations", "bins")  # the shapes of table that show the answers of a few
_AS_TABLE = FigureKind(fits=(), alt_name="Table", order="questionnaire")


ROW = Reference(options_and(items=True, nets=True), "{of!r} has no option, item or net {name!r}; {hint}")


class Exhibit(Declared):
    """One figure or table to be drawn, as declared.

    `order`, `highlight` and `measure` say how the figure stands, what it points at and what its numbers are,
    where that is not what the declarations and the claim of the title tell; `note` is a sentence for its
    foot, and `chapter` names the chapter of the report that begins with it. `shape` asks for further shapes
    than `page` and `card`.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=MOST_LETTERS)
    kind: str
    question: QuestionId
    counterpart: str = ""
    by: SegmentName = ""
    where: dict[QuestionId, list[ListedOption]] = {}
    show: list[Annotated[str, ROW]] = []
    same_theme: dict[str, OptionRef] = {}
    dkns: Literal["keep", "exclude"] = "keep"
    order: Literal["share", "questionnaire", "change"] | None = None
    highlight: list[Annotated[str, ROW]] = []
    measure: str = ""
    note: str = ""
    chapter: str = ""
    shape: list[Shape] = []
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

    @field_validator("shape", mode="before")
    @classmethod
    def _shapes(cls, value: Any) -> Any:
        """One shape need not be a list."""
        return [value] if isinstance(value, str) else value

    @property
    def shapes(self) -> str:
        """The shapes that its figure is drawn in."""
        return " ".join(dict.fromkeys((PAGE, CARD, *self.shape)))

    @property
    def drawn(self) -> FigureKind:
        """What its kind says of itself; a table is one of answers in the order of the questionnaire."""
        return figure_kinds().get(self.kind, _AS_TABLE)

    @property
    def questions(self) -> list[str]:
        """Its question, and the counterpart where it has one."""
        return [self.question, *([self.counterpart] if self.counterpart else [])]


SINGLE_CHOICE = Reference(single_choices, "no single choice {name!r}; {hint}", leads=True)


class Bands(Declared):
    """A segment made of the options of a single choice; options in no group are left out."""

    of: Annotated[str, SINGLE_CHOICE]
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
    report, _ = read_as(path, paths.shown(path), Report, lambda made, document: check(made, survey, document))
    return report


def load_partly(paths: Paths, survey: Survey) -> tuple[Report, set[str], list[Problem]]:
    """The report without the exhibits and segments that are wrong, what is left out, and all problems."""
    path = paths.report_file
    if not path.is_file():
        return Report(exhibit=list(defaults(survey))), set(), []
    made, left, wrong = read_partly(
        path, paths.shown(path), Report, lambda made, left: check(made, survey, left), _left_out
    )
    report = made or Report()
    written = _exhibits(read(path, paths.shown(path))) if left else {}
    absent = {str(one.get("id")) for one in written.values()} - {one.id for one in report.exhibit}
    return report, absent, wrong


def _exhibits(document: Document) -> dict[int, dict[str, Any]]:
    """The exhibits of report.toml by their place, as they are written."""
    exhibits = document.data.get("exhibit")
    listed = exhibits if isinstance(exhibits, list) else []
    return {index: one for index, one in enumerate(listed) if isinstance(one, dict)}


def _left_out(problem: Problem, document: Document) -> Iterator[tuple[Key, ...]]:
    """The exhibit or segment that is wrong, with the exhibits by that segment; or what else stands there."""
    place = problem.place
    yield place[:2] if place[:1] in (("exhibit",), ("segments",)) else place
    for index, exhibit in _exhibits(document).items():
        if place[:1] == ("segments",) and exhibit.get("by") == place[1]:
            yield "exhibit", index


def problem(paths: Paths, exhibit: str, message: str, *key: Key) -> Problem:
    """What is wrong with (a key of) the exhibit of that id, or of the report where it is empty.

    At its line in report.toml, or else of survey.toml.
    """
    path = paths.report_file
    if not path.is_file():
        return Problem(paths.shown(paths.questionnaire), 0, message)
    document = read(path, paths.shown(path))
    places = [index for index, one in _exhibits(document).items() if one.get("id") == exhibit]
    return document.problem(message, *(("exhibit", places[0], *key) if places else key))


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
    """One exhibit a question, of the kind that suits it; private texts have none.

    The first 40 are figures where they can be, the others tables: nobody looks at more.
    """
    drawn = 0
    for name, question in survey.questions.items():
        if not question.private:
            exhibit = f"question_{name}" if name in RESERVED else name
            kind = _default(survey, name) if drawn < _MOST_FIGURES else TABLE
            drawn += kind != TABLE
            yield Exhibit(id=exhibit, kind=kind, question=name)


def _default(survey: Survey, question: str) -> str:
    """The kind of exhibit that suits a question; never one that would show the sensitive answers of a few."""
    asked = survey.questions[question]
    many = asked.form.figure_of_many and len(survey.options(question)) > _MANY
    kind = asked.form.figure_of_many if many else asked.form.figure
    if max(len(survey.options(question)), len(asked.items)) > _MOST_DRAWN:
        kind = TABLE
    shows_few = asked.sensitive and figure_kinds().get(kind, _AS_TABLE).table in _OF_FEW
    return TABLE if shows_few else kind


def _fits(kind: str, question: Question) -> bool:
    """Whether a kind of figure can show a question: as it says itself, or as the kind of question says."""
    return question.kind in figure_kinds()[kind].fits or kind in question.form.drawn_as


def check(report: Report, survey: Survey, document: Document) -> Iterator[Problem]:
    """What an exhibit or a segment says that cannot be so."""
    segments = sorted({*survey.segments, *report.segments})
    yield from problems(report, Scope(survey, segments), document)
    for name, bands in report.segments.items():
        yield from _check_bands(name, bands, survey, document.at("segments", name))
    seen: set[str] = set()
    for index, exhibit in enumerate(report.exhibit):
        at = document.at("exhibit", index)
        if exhibit.id in RESERVED:
            yield at.problem(f"no exhibit can be called {exhibit.id!r}", "id")
        if exhibit.id in seen:
            yield at.problem(f"two exhibits {exhibit.id!r}", "id")
        seen.add(exhibit.id)
        if exhibit.title and not exhibit.claim:
            yield at.problem(
                "a title claims something; say what with claim, or name the theme with neutral", "title"
            )
        if exhibit.claim and not exhibit.title:
            yield at.problem("the claim has no title; write what it says", "claim")
        if exhibit.claim and exhibit.drawn.table == "published":
            yield at.problem("what others published is not tested here; leave out title and claim", "claim")
        if exhibit.question in survey.questions:
            yield from _check_exhibit(exhibit, survey, at)


def _check_bands(name: str, bands: Bands, survey: Survey, at: Place) -> Iterator[Problem]:
    if name in survey.questions:
        yield at.problem(f"segment {name!r} has the id of a question")
    if bands.of not in survey.questions or not survey.questions[bands.of].form.is_one_choice:
        return
    if not IDENTIFIER.match(name):
        yield at.problem(no_identifier(name))
    if not bands.groups:
        yield at.problem(f"segment {name!r} has no groups")
    grouped: set[str] = set()
    for group, declared in bands.groups.items():
        place = at.at("groups", group)
        if not IDENTIFIER.match(group):
            yield place.problem(no_identifier(group))
        if not declared.options:
            yield place.problem(f"group {group!r} of {name!r} has no options")
        for option in declared.options:
            if option in grouped and option in survey.options(bands.of):
                yield place.problem(f"{option!r} is in two groups of {name!r}")
            grouped.add(option)


def _check_exhibit(exhibit: Exhibit, survey: Survey, at: Place) -> Iterator[Problem]:
    asked, drawn = survey.questions[exhibit.question], exhibit.drawn
    if exhibit.kind != TABLE and not _fits(exhibit.kind, asked):
        fitting = [n for n, one in figure_kinds().items() if _fits(n, asked) and one.table != "published"]
        yield at.problem(
            f"{exhibit.kind} cannot show a {asked.kind} question; it can be {', '.join([*fitting, TABLE])}",
            "kind",
        )
    if asked.sensitive and drawn.table in _OF_FEW:
        yield at.problem(
            f"{exhibit.kind} would show the answers of a few to {exhibit.question!r}, which is sensitive; "
            f"take {asked.form.figure if asked.form.several else TABLE}",
            "kind",
        )
    yield from _check_counterpart(exhibit, survey, at)
    if exhibit.same_theme and drawn.table != "published":
        yield at.problem(f"{exhibit.kind} shows no published numbers; leave out same_theme", "same_theme")
    if exhibit.show and drawn.table not in CHOOSING:
        those = " or ".join(name for name, one in figure_kinds().items() if one.table in CHOOSING)
        yield at.problem(f"{exhibit.kind} shows every answer; only {those} take show", "show")
    if exhibit.order == "change" and drawn.table != "two_waves":
        yield at.problem(f"{exhibit.kind} compares no two waves or groups; order by share", "order")
    if exhibit.order and drawn.table not in _SORTED:
        yield at.problem(f"{exhibit.kind} has an order of its own; leave out order", "order")
    if exhibit.highlight and not drawn.points:
        those = " or ".join(name for name, one in figure_kinds().items() if one.points)
        yield at.problem(f"{exhibit.kind} points at no answer; only {those} take highlight", "highlight")
    if drawn.by == "must" and not exhibit.by:
        yield at.problem(f"{exhibit.kind} needs by = a segment")
    if drawn.by == "never" and exhibit.by:
        yield at.problem(f"{exhibit.kind} has no groups; leave out by", "by")
    for on, options in exhibit.where.items():
        if on in survey.questions and not options:
            yield at.problem(f"no option of {on!r} is listed, so nobody is left", "where", on)


def _check_counterpart(exhibit: Exhibit, survey: Survey, at: Place) -> Iterator[Problem]:
    """Whether a pair of questions is named where there must be one, and nowhere else."""
    other = exhibit.counterpart
    if exhibit.drawn.table != "pair":
        if other:
            yield at.problem(f"{exhibit.kind} shows one question; leave out counterpart", "counterpart")
    elif not other:
        yield at.problem(f"{exhibit.kind} needs counterpart = another question")
    elif other not in survey.questions or not _fits(exhibit.kind, survey.questions[other]):
        fitting = [q for q, asked in survey.questions.items() if _fits(exhibit.kind, asked)]
        hint = did_you_mean(other, fitting)
        yield at.problem(f"no {' or '.join(exhibit.drawn.fits)} question {other!r}; {hint}", "counterpart")
    elif not set(survey.options(exhibit.question)) & set(survey.options(other)):
        yield at.problem(f"{exhibit.question!r} and {other!r} have no option of the same id", "counterpart")
