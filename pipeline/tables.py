"""The third stage, and the only one that computes a share: tidy CSVs of every question and exhibit."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.declarations.load import Declarations
from pipeline.disclosure import leaks
from pipeline.estimates import changes
from pipeline.exhibits.run import Run, opened
from pipeline.pages.workbook import workbook
from pipeline.project import files
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.csv import to_csvs_and_back


def tables(paths: Paths, draft: bool = False, engine: str = "") -> list[Path]:
    """Write tables/: a CSV an exhibit, frequencies/ a CSV a question, and those about them all.

    Those are exhibits.csv, tests.csv, claims.csv, comparisons.csv, quotes.csv, changes.csv, flow.csv,
    waves.csv, targets.csv, quality.csv, quality_effects.csv, nonresponse.csv, questionnaire.csv
    and unsettled.csv.
    SurveyError, and nothing written, where a text could reach a person, where the tables together tell a
    protected count, or where a title claims what the numbers do not support; in a `draft` it gets its neutral
    title, and the claims that failed are listed. `engine` is the address of a Spark that counts, from what
    `survey export parquet` wrote.
    """
    with _counting(paths, engine) as run:
        whole = run.composed(draft)
        if whole.problems:
            raise SurveyError(whole.problems)
        run.attack(whole.made, whole.changes)
    contents = whole.contents
    leaks.refuse(paths, contents, run.declared.survey)
    names = {path: path.relative_to(paths.tables).with_suffix("").as_posix() for path in contents}
    texts, as_read = to_csvs_and_back({names[path]: frame for path, frame in contents.items()})
    book = workbook(as_read, run.declared.survey)
    with files.together() as put:
        for path, name in names.items():
            put(path, texts[name])
        put(paths.workbook, book)
    for line in (*changes.warnings(whole.changes), *(f"draft: {claim}" for claim in whole.failed)):
        print(line, file=sys.stderr)
    kept = [*contents, paths.verified]
    files.prune(paths.tables, kept, "*.csv")
    files.prune(paths.frequencies, kept, "*.csv")
    return [*contents, paths.workbook]


@contextmanager
def _counting(paths: Paths, engine: str) -> Iterator[Run]:
    """A run that counts in the database, or on Spark."""
    if not engine:
        with opened(paths) as run:
            yield run
        return
    from pipeline.spark import partitions
    from pipeline.spark.session import session

    with closing(partitions.opened(session(engine), paths)) as there, opened(paths, engine=there) as run:
        yield run


def problems_of(paths: Paths, aside: Paths, declared: Declarations, absent: Collection[str]) -> list[Problem]:
    """What would keep the tables from being written, but for the attack on them, which takes its time.

    `aside` has the database, and `absent` are the exhibits that are known to be wrong and not in `declared`.
    """
    with opened(aside, declared) as run:
        whole = run.composed(False, absent)
    problems = list(whole.problems)
    contents = {paths.outputs / path.relative_to(aside.outputs): one for path, one in whole.contents.items()}
    try:
        leaks.refuse(paths, contents, declared.survey)
    except SurveyError as error:
        problems += error.problems
    return problems


def check(run: Run) -> None:
    """SurveyError where the tables of a survey would tell what they must not."""
    made, _ = run.exhibits()
    run.attack(made, changes.changes(run.estimated))
