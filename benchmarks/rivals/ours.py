"""This pipeline: ingest, normalise, and the estimates of all closed questions, by one process."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from plan import GROUPS, RESULT

from pipeline.declarations import survey
from pipeline.estimates.count import Domain, SurveyData
from pipeline.estimates.domain_estimates import counted
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.paths import Paths
from pipeline.tidy.measures import CROSS

CLOSED = ("single", "multiple", "grid", "rank")


def main() -> None:
    """The shares of a survey's project folder, as CSV."""
    folder, result = sys.argv[1:3]
    paths = Paths(Path(folder), "benchmark")
    ingest(paths)
    normalise(paths)
    questionnaire, _ = survey.load(paths)
    questions = [name for name, question in questionnaire.questions.items() if question.kind in CLOSED]
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        found = counted(SurveyData(connection, questionnaire, {}), questions, Domain((CROSS.join(GROUPS),)))
    found = found[found["measure"].isin(["option", "ranked"])]
    found[list(GROUPS)] = found["group"].str.partition(CROSS)[[0, 2]]
    found[RESULT].to_csv(result, index=False)


if __name__ == "__main__":
    main()
