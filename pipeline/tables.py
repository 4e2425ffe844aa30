"""The third stage, and the only one that computes a share: tidy CSVs of every question and exhibit."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import captions, comparability, declarations, files
from pipeline.captions import Context, WaveFacts, Wording
from pipeline.cells import COLUMNS
from pipeline.declarations import Declarations
from pipeline.errors import Problem, SurveyError
from pipeline.exhibit_table import Estimates, Source, columns_of, exhibit_table, exhibit_tests
from pipeline.exhibits import problem
from pipeline.normalise import declared
from pipeline.paths import Paths
from pipeline.printed import Printed
from pipeline.significance import TESTS, as_tests
from pipeline.statements import statement
from pipeline.survey import Survey
from pipeline.tidy import to_csv
from pipeline.workbook import workbook

QUESTIONNAIRE = [
    "wave", "question", "kind", "code", "text", "mode", "base", "part", "id", "label", "role",
]  # fmt: skip


def tables(paths: Paths) -> list[Path]:
    """Write tables/: a CSV an exhibit, frequencies/ a CSV a question, and those about them all.

    These are exhibits.csv, tests.csv, flow.csv, waves.csv, targets.csv and questionnaire.csv.
    """
    all_declared = declarations.load(paths)
    questionnaire, report = all_declared.survey, all_declared.report
    with open_database(paths) as connection:
        contexts = {wave.name: _context(connection, all_declared, wave) for wave in _waves(connection)}
        printed: list[Printed] = []
        tested: list[pd.DataFrame] = []
        exhibits = list(report.exhibit)
        if not paths.report_file.is_file():
            # nobody chose these exhibits: a question that nobody answered has none
            exhibits = [e for e in exhibits if _answered(connection, questionnaire, e.question)]
        estimated = Estimates(connection, all_declared, exhibits)
        contents = {
            paths.frequencies / f"{name}.csv": estimated.frequencies(name)[COLUMNS]
            for name in questionnaire.questions
        }
        problems: list[Problem] = []
        for index, exhibit in enumerate(exhibits):
            try:
                made = _exhibit(Source(estimated, exhibit), contexts, index + 1)
            except SurveyError as error:
                problems.append(problem(paths, index, str(error)))
                continue
            contents[paths.tables / f"{exhibit.id}.csv"] = made.data
            printed.append(made.printed)
            tested.append(made.tests.assign(exhibit=exhibit.id))
        if problems:
            raise SurveyError(problems)
        about = {
            "exhibits": pd.DataFrame(printed, columns=list(Printed.__annotations__)),
            "tests": pd.concat([as_tests([]).assign(exhibit=""), *tested])[["exhibit", *TESTS]],
            "flow": _flow(connection),
            "waves": connection.execute("select * from waves").df(),
            "targets": connection.execute("select * from targets").df(),
            "questionnaire": _questionnaire(connection, contexts),
        }
        contents |= {paths.tables / f"{name}.csv": frame for name, frame in about.items()}
    for path, frame in contents.items():
        files.write(path, to_csv(frame))
    kept = [*contents, paths.tables / "verify.csv"]
    files.prune(paths.tables, kept, "*.csv")
    files.prune(paths.frequencies, kept, "*.csv")
    files.write(paths.workbook, workbook(paths, questionnaire))
    return [*contents, paths.workbook]


@dataclass(frozen=True)
class _Made:
    """An exhibit's table, its tests and its words."""

    data: pd.DataFrame
    tests: pd.DataFrame
    printed: Printed


def _exhibit(source: Source, contexts: Mapping[str, Context], number: int) -> _Made:
    exhibit, all_declared = source.exhibit, source.declared
    found = exhibit_table(source)
    data = found[columns_of(exhibit)]
    if exhibit.drawn.table == "published":
        asked = all_declared.survey.questions[exhibit.question].text or exhibit.question
        return _Made(data, as_tests([]), captions.caption_published(exhibit, number, data, asked))
    tests = exhibit_tests(source, found)
    names = sorted(data["wave"].unique(), reverse=True)
    drawn, own = data, tests
    if not exhibit.drawn.over_waves:
        names = names[:1]
        drawn, own = (rows[rows["wave"] == names[0]] for rows in (data, tests))
    shown = []
    for name, before in itertools.zip_longest(names, names[1:]):
        change = ("", "")
        if before is not None:
            change = comparability.declared(all_declared.fieldings, exhibit.question, before, name)
        shown.append(replace(contexts[name], change=change))
    return _Made(data, tests, captions.caption(exhibit, number, drawn, own, shown))


def _answered(connection: duckdb.DuckDBPyConnection, questionnaire: Survey, question: str) -> bool:
    """Whether anybody answered a question."""
    found = connection.execute(
        "select 1 from coded.responses where question = ? and state in ('answered', 'dkns') limit 1",
        [questionnaire.position(question)],
    ).fetchall()
    return bool(found)


def open_database(paths: Paths) -> duckdb.DuckDBPyConnection:
    """The survey's database, read-only; SurveyError where it is not, or not up to date."""
    if not paths.database.is_file():
        raise SurveyError(f"no {paths.shown(paths.database)}; run: survey normalise --survey {paths.survey}")
    try:
        connection = duckdb.connect(str(paths.database), read_only=True)
        ((built_from,),) = connection.execute("select sha256 from coded.declared").fetchall()
    except duckdb.Error:
        raise SurveyError(
            f"{paths.shown(paths.database)} cannot be read: another program may be writing to it, or it is "
            f"damaged; close that program, or run: survey normalise --survey {paths.survey}"
        ) from None
    if built_from != declared(paths):
        connection.close()
        raise SurveyError(
            f"survey.toml or a wave file is newer than {paths.shown(paths.database)}; "
            f"run: survey normalise --survey {paths.survey}"
        )
    return connection


def _waves(connection: duckdb.DuckDBPyConnection) -> list[WaveFacts]:
    rows = connection.execute(
        "select wave, title, fielded_from, fielded_to, synthetic, licence, citation, weighting "
        "from waves order by wave"
    ).fetchall()
    return [WaveFacts(*row) for row in rows]


def _context(connection: duckdb.DuckDBPyConnection, all_declared: Declarations, wave: WaveFacts) -> Context:
    """What the captions of exhibits need of one wave."""
    rows = connection.execute(
        "select questions.id, wordings.number, wordings.text, wordings.mode from coded.wordings "
        "join coded.questions using (question) join coded.waves using (wave) where waves.name = ?",
        [wave.name],
    ).fetchall()
    labels = connection.execute(
        "select distinct questions.id, options.id, options.label, offers.screened from coded.offers "
        "join coded.options using (question, option) join coded.questions using (question) "
        "join coded.waves using (wave) where waves.name = ?",
        [wave.name],
    ).fetchall()
    return Context(
        survey=all_declared.survey,
        bands=all_declared.report.segments,
        wave=wave,
        wordings={name: Wording(*words) for name, *words in rows},
        labels={(question, option): label for question, option, label, _ in labels},
        screened=frozenset(question for question, _, _, screened in labels if screened),
    )


def _questionnaire(connection: duckdb.DuckDBPyConnection, contexts: Mapping[str, Context]) -> pd.DataFrame:
    """A row an option or item of a question as each wave put it, and one of a question that has none."""
    found = connection.execute(statement("questionnaire")).df()
    asked = zip(found["wave"], found["question"], strict=True)
    bases = [captions.base_in_words(question, {}, contexts[wave]) for wave, question in asked]
    return found.assign(base=bases)[QUESTIONNAIRE]


def _flow(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The survey flow, step by step: received, excluded by each reason in order, analysed, flagged."""
    steps = connection.execute(statement("flow")).df()
    return steps[["wave", "step", "reason", "respondents"]]
