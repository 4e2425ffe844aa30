"""A run of the stage `tables`: declarations, the open database, and every table made from them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from pipeline.database.connection import open_hashed, view
from pipeline.declarations import comparability
from pipeline.declarations.load import Declarations, load_declarations
from pipeline.declarations.report import Exhibit, problem
from pipeline.declarations.unsettled import together
from pipeline.estimates import changes, quality
from pipeline.estimates.comparisons import comparisons
from pipeline.estimates.count import answered
from pipeline.estimates.run import Estimates
from pipeline.estimates.tests import as_tests
from pipeline.exhibits import attack, captions
from pipeline.exhibits.alt_text import AltText, alt_of_published, alt_text
from pipeline.exhibits.bases import base_in_words
from pipeline.exhibits.claims import Tested
from pipeline.exhibits.context import Context, WaveFacts, Wording
from pipeline.exhibits.prose import prose
from pipeline.exhibits.shapes import declared_table, exhibit_table, exhibit_tests
from pipeline.exhibits.source import Source
from pipeline.exhibits.unsettled import Marks, of_exhibit
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.sql import Engine, query
from pipeline.tidy.families import Comparisons
from pipeline.tidy.printed import Printed, waves_of
from pipeline.tidy.tables import DOUBTS, EXHIBITS, FREQUENCIES, QUESTIONNAIRE, TESTS

_MOST_LISTED = 5


@dataclass(frozen=True)
class Made:
    """An exhibit's table as written, what its claims are tested with, its words, and its alt text."""

    data: pd.DataFrame
    tested: Tested
    printed: Printed
    alt: AltText


@dataclass(frozen=True)
class Composed:
    """All tables by the path that they are written to, the exhibits, and what is wrong with them."""

    contents: Mapping[Path, pd.DataFrame]
    made: Mapping[str, Made]
    changes: pd.DataFrame
    failed: Sequence[str]
    """what a draft lets pass"""
    problems: Sequence[Problem]


@dataclass(frozen=True)
class Run:
    """A survey's declarations and open database, from which its exhibits are made."""

    paths: Paths
    declared: Declarations
    connection: Engine
    contexts: Mapping[str, Context]
    chosen: Sequence[Exhibit]
    estimated: Estimates

    def exhibits(self) -> tuple[dict[str, Made], list[Problem]]:
        """Every exhibit by its id, in the order of the report, and what is wrong with those that fail."""
        made: dict[str, Made] = {}
        problems: list[Problem] = []
        for index, exhibit in enumerate(self.chosen):
            try:
                source = Source(self.estimated, exhibit)
                made[exhibit.id] = _exhibit(source, self.contexts, index + 1, self.comparisons.level)
            except SurveyError as error:
                problems.append(problem(self.paths, exhibit.id, str(error)))
        return made, problems

    @cached_property
    def comparisons(self) -> Comparisons:
        """Everything that could be claimed of groups and of waves."""
        return comparisons(self.estimated)

    def composed(self, draft: bool, absent: Collection[str] = ()) -> Composed:
        """Every table, and what is wrong with exhibits, claims and quoted numbers.

        `absent` are further exhibits that texts may name, and of which it is known what is wrong.
        """
        paths, connection = self.paths, self.connection
        contents = {
            paths.frequencies / f"{name}.csv": self.estimated.frequencies(name)[FREQUENCIES.names]
            for name in self.declared.survey.questions
        }
        made, problems = self.exhibits()
        texts = prose(
            self.declared.report,
            {name: one.tested for name, one in made.items()},
            {name: one.data for name, one in made.items()},
            _sayable(self.declared, self.contexts.values()),
            draft,
            {*absent, *(exhibit.id for exhibit in self.chosen)} - set(made),
            {name: one.printed.unsettled for name, one in made.items()},
        )
        problems += [problem(paths, exhibit, message, key) for exhibit, key, message in texts.problems]
        contents |= {paths.tables / f"{name}.csv": one.data for name, one in made.items()}
        declared = {exhibit.id: exhibit for exhibit in self.chosen}
        titles = {name: texts.titles.get(name, "") for name in made}
        printed = [
            replace(_titled(one.printed, declared[name], titles[name]), alt=one.alt.under(titles[name]))
            for name, one in made.items()
        ]
        tests = [one.tested.tests.assign(exhibit=name) for name, one in made.items()]
        shown = [exhibit for exhibit in self.chosen if exhibit.id in made]
        about = {
            "exhibits": EXHIBITS.frame(map(asdict, printed)),
            "tests": pd.concat([as_tests([]).assign(exhibit=""), *tests])[TESTS.names],
            "claims": texts.claims,
            "quotes": texts.quoted,
            "comparisons": self.comparisons.families,
            "changes": changes.changes(self.estimated),
            "flow": query(connection, "estimates/flow").df(),
            "waves": _waves_with_costs(connection, self.estimated),
            "targets": view(connection, "targets"),
            "quality": quality.quality(connection, self.declared.survey),
            "quality_effects": quality.effects(self.estimated, shown),
            "nonresponse": quality.nonresponse(connection, self.declared.survey),
            "questionnaire": questionnaire(connection, self.contexts),
            "unsettled": DOUBTS.frame(self.declared.unsettled.lines()),
        }
        contents |= {paths.tables / f"{name}.csv": frame for name, frame in about.items()}
        marks = Marks(
            self.declared.unsettled,
            {exhibit.id: exhibit for exhibit in shown},
            {one.id: one.unsettled for one in printed},
        )
        for path, frame in contents.items():
            of_question = path.parent == paths.frequencies
            lines = marks.of_frequencies(frame) if of_question else marks.of_table(path.stem, frame)
            contents[path] = frame.assign(unsettled=lines)
        return Composed(contents, made, about["changes"], texts.failed, problems)

    def attack(self, made: Mapping[str, Made], changed: pd.DataFrame) -> None:
        """SurveyError where protected counts can be computed from the tables about to be written."""
        questions = self.declared.survey.questions
        frequencies = [self.estimated.frequencies(name)[FREQUENCIES.names] for name in questions]
        exhibits = [(exhibit, made[exhibit.id].data) for exhibit in self.chosen if exhibit.id in made]
        leaks = attack.leaks(self.estimated, frequencies, exhibits, changed)
        if leaks:
            more = [f"and {len(leaks) - _MOST_LISTED} more"] if len(leaks) > _MOST_LISTED else []
            listed = "".join(f"  {leak}\n" for leak in (*leaks[:_MOST_LISTED], *more))
            raise SurveyError(
                f"who has these tables could tell what is protected, so nothing was written:\n{listed}"
                "this is a fault of the pipeline: please report it; until then leave out the exhibit"
            )


@contextmanager
def opened(paths: Paths, declared: Declarations | None = None, engine: Engine | None = None) -> Iterator[Run]:
    """A survey with its database open, read-only; SurveyError where it is not there or not up to date.

    `declared` is all that is declared, read here where it is not given. `engine` is what counts where that is
    not the database.
    """
    declared = declared or load_declarations(paths)
    if engine:
        yield _run(paths, declared, engine, "")
        return
    database, rows = open_hashed(paths, declared.survey)
    with database, limited(database, declared.survey.memory_limit, paths.spilt, paths.database):
        yield _run(paths, declared, database, rows)


def _run(paths: Paths, declared: Declarations, connection: Engine, rows: str) -> Run:
    chosen = list(declared.report.exhibit)
    if not paths.report_file.is_file():
        # without report.toml every question has an exhibit, but for those that nobody answered
        known = answered(connection)
        chosen = [exhibit for exhibit in chosen if exhibit.question in known]
    contexts = {wave.name: _context(connection, declared, wave) for wave in _waves(connection)}
    estimates = Estimates(connection, declared, chosen, paths, rows)
    return Run(paths, declared, connection, contexts, chosen, estimates)


def _exhibit(source: Source, contexts: Mapping[str, Context], number: int, level: float) -> Made:
    exhibit, all_declared = source.exhibit, source.declared
    table = exhibit_table(source)
    data = table[declared_table(exhibit).names]
    if exhibit.drawn.table == "published":
        lines = together(of_exhibit(all_declared.unsettled, exhibit, data))
        printed = captions.caption_published(exhibit, number, data, contexts, lines)
        alt = alt_of_published(exhibit, printed, data)
        return Made(data, Tested(source, table, as_tests([]), level), printed, alt)
    tests = exhibit_tests(source, table)
    names = waves_of(data)[::-1]
    if not exhibit.drawn.over_waves:
        names = names[:1]
    drawn, tests_drawn = (rows[rows["wave"].isin(names)] for rows in (data, tests))
    shown = []
    labels = dict(zip(data["option"], data["option_label"], strict=True))
    fieldings, question = all_declared.fieldings, exhibit.question
    pools = comparability.pools(fieldings, question, names[-1], names[0]) if len(names) > 1 else {}
    for name, before in itertools.zip_longest(names, names[1:]):
        change = comparability.declared(fieldings, question, before, name) if before else ("", "")
        joined = _labels_joined(question, pools, contexts[name], labels)
        shown.append(replace(contexts[name], change=change, pools=joined))
    lines = together(of_exhibit(all_declared.unsettled, exhibit, drawn))
    printed = captions.caption(exhibit, number, drawn, tests_drawn, shown, lines)
    alt = alt_text(exhibit, printed, drawn, tests_drawn, shown)
    return Made(data, Tested(source, table, tests, level), printed, alt)


def _titled(printed: Printed, exhibit: Exhibit, title: str) -> Printed:
    """An exhibit with the title that may be printed, whose claim is then what the figure points at."""
    if not title:
        return printed
    claimed = dict.fromkeys(reference for references in exhibit.claim.values() for reference in references)
    return replace(
        printed, title=title, highlight=printed.highlight if exhibit.highlight else " ".join(claimed)
    )


def _sayable(all_declared: Declarations, contexts: Iterable[Context]) -> Iterator[str]:
    """The texts whose numerals may stand in prose: names of waves and labels, which no estimate changes."""
    yield from sayable(all_declared)
    for context in contexts:
        yield from (context.wave.name, *context.labels.values())


def sayable(all_declared: Declarations) -> Iterator[str]:
    """Those of these texts that are declared: the labels of options may be only beginnings."""
    questionnaire = all_declared.survey
    yield questionnaire.title
    yield questionnaire.population
    yield from (fielding.wave.title for fielding in all_declared.fieldings)
    for name, question in questionnaire.questions.items():
        yield from question.items.values()
        yield from (option.label for option in questionnaire.options(name).values())
    for bands in all_declared.report.segments.values():
        yield from (group.label for group in bands.groups.values())


def _labels_joined(
    question: str, pools: Mapping[str, list[str]], context: Context, labels: Mapping[str, str]
) -> dict[str, list[str]]:
    """The labels of the answers that a wave offered in place of one it did not, by that one's label.

    `labels` are those of the answers shown, by id.
    """
    joined = {}
    for target, parts in pools.items():
        offered = [context.labels[question, part] for part in parts if (question, part) in context.labels]
        if offered and target in labels and (question, target) not in context.labels:
            joined[labels[target]] = offered
    return joined


def _waves_with_costs(connection: Engine, estimated: Estimates) -> pd.DataFrame:
    """The waves with what their weights cost, as coarse as their numbers are."""
    waves = view(connection, "waves")
    for place in waves.index[waves["wave"].isin({wave for wave, _ in estimated.levels})]:
        wave = waves.loc[place, "wave"]
        levels = [level for (of, _), level in estimated.levels.items() if of == wave]
        people, _ = estimated.classes[wave].whole(levels)
        waves.loc[place, ["effective_respondents", "deff"]] = [people, waves.loc[place, "analysed"] / people]
    return waves


def _waves(connection: Engine) -> list[WaveFacts]:
    waves = view(connection, "waves").rename(columns={"wave": "name"})
    facts = waves[[field.name for field in fields(WaveFacts)]]
    return [WaveFacts(*row) for row in facts.itertuples(index=False)]


def _context(connection: Engine, all_declared: Declarations, wave: WaveFacts) -> Context:
    """What the captions of exhibits need of one wave."""
    rows = query(connection, "exhibits/wordings", wave=wave.name).fetchall()
    labels = query(connection, "exhibits/labels", wave=wave.name).fetchall()
    return Context(
        survey=all_declared.survey,
        bands=all_declared.report.segments,
        wave=wave,
        wordings={name: Wording(*words) for name, *words in rows},
        labels={(question, option): label for question, option, label, _ in labels},
        screened=frozenset(question for question, _, _, screened in labels if screened),
    )


def questionnaire(connection: Engine, contexts: Mapping[str, Context]) -> pd.DataFrame:
    """A row an option or item of a question as each wave put it, and one of a question that has none."""
    rows = query(connection, "estimates/questionnaire").df()
    asked = zip(rows["wave"], rows["question"], strict=True)
    bases = [base_in_words(question, {}, contexts[wave]) for wave, question in asked]
    return rows.assign(base=bases)[QUESTIONNAIRE.names]
