"""The third stage, and the only one that computes a share: tidy CSVs of every question and exhibit."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import captions, declarations, files
from pipeline.captions import Context, WaveFacts, Wording
from pipeline.cells import COLUMNS, Domain, chosen_together, estimates, ranks
from pipeline.declarations import Declarations
from pipeline.errors import Problem, SurveyError
from pipeline.estimate import LOW_BASE
from pipeline.exhibits import Bands, Exhibit, Report, problem
from pipeline.normalise import declared
from pipeline.paths import Paths
from pipeline.printed import Printed
from pipeline.published import Published
from pipeline.significance import (
    TESTS,
    as_tests,
    crosstabs,
    group_and_total,
    group_pairs,
    option_pairs,
    rankings,
)
from pipeline.statements import statement
from pipeline.stats.intervals import wilson
from pipeline.survey import ROLES, Survey
from pipeline.tidy import to_csv

PUBLISHED_COLUMNS = [
    "source", "wording", "mode", "label", "percent", "share", "low", "high", "n", "grade", "group", "address",
]  # fmt: skip


def tables(paths: Paths) -> list[Path]:
    """Write tables/: a CSV an exhibit, frequencies/ a CSV a question, and those about them all.

    These are exhibits.csv, tests.csv, flow.csv, waves.csv and targets.csv.
    """
    all_declared = declarations.load(paths)
    questionnaire, report = all_declared.survey, all_declared.report
    with open_database(paths) as connection:
        waves = _waves(connection)
        contents = _frequencies(paths, connection, questionnaire, report)
        printed: list[Printed] = []
        tested: list[pd.DataFrame] = []
        exhibits = list(report.exhibit)
        if not paths.report_file.is_file():
            # nobody chose these exhibits: a question that nobody answered has none
            exhibits = [e for e in exhibits if _answered(connection, questionnaire, e.question)]
        problems: list[Problem] = []
        for index, exhibit in enumerate(exhibits):
            try:
                made = _exhibit(connection, all_declared, waves, exhibit, index + 1)
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
        }
        contents |= {paths.tables / f"{name}.csv": frame for name, frame in about.items()}
    for path, frame in contents.items():
        files.write(path, to_csv(frame))
    kept = [*contents, paths.tables / "verify.csv"]
    files.prune(paths.tables, kept, "*.csv")
    files.prune(paths.frequencies, kept, "*.csv")
    return list(contents)


@dataclass(frozen=True)
class _Made:
    """An exhibit's table, its tests and its words."""

    data: pd.DataFrame
    tests: pd.DataFrame
    printed: Printed


def _exhibit(
    connection: duckdb.DuckDBPyConnection,
    all_declared: Declarations,
    waves: Sequence[WaveFacts],
    exhibit: Exhibit,
    number: int,
) -> _Made:
    questionnaire, bands = all_declared.survey, all_declared.report.segments
    if exhibit.kind == "published_bars":
        data = published_table(exhibit, all_declared.published)
        question = questionnaire.questions[exhibit.question].text or exhibit.question
        return _Made(data, as_tests([]), captions.caption_published(exhibit, number, data, question))
    found = exhibit_table(connection, questionnaire, all_declared.report, exhibit)
    tests = exhibit_tests(connection, questionnaire, exhibit, found)
    data = found[COLUMNS]
    context = _context(connection, questionnaire, bands, data, waves)
    drawn, own = (rows[rows["wave"] == context.wave.name] for rows in (data, tests))
    return _Made(data, tests, captions.caption(exhibit, number, drawn, own, context))


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


def _frequencies(
    paths: Paths, connection: duckdb.DuckDBPyConnection, questionnaire: Survey, report: Report
) -> dict[Path, pd.DataFrame]:
    """Every question of every wave, for all respondents and by each segment, DKNS kept."""
    domain = Domain(segments=tuple(questionnaire.segments))
    names = list(questionnaire.questions)
    every = estimates(connection, questionnaire, report.segments, names, domain)[COLUMNS]
    groups = dict(list(every.groupby("question", sort=False)))
    return {paths.frequencies / f"{name}.csv": groups.get(name, every.head(0)) for name in names}


def exhibit_table(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, report: Report, exhibit: Exhibit
) -> pd.DataFrame:
    """The table of an exhibit, every wave that has its question, rows in the order they are drawn.

    Its columns are those of `cells.estimates`.
    """
    domain = Domain((exhibit.by,) if exhibit.by else (), exhibit.where, exhibit.dkns)
    data = estimates(connection, questionnaire, report.segments, [exhibit.question], domain)
    data = data[(data["role"] != "not_applicable") & ~data["screened"]]
    latest = data.loc[data["wave"] == data["wave"].max()] if len(data) else data
    if exhibit.by and not latest["by"].ne("").any():
        raise SurveyError(
            f"exhibit {exhibit.id!r}: its latest wave has nobody in a group of {exhibit.by!r}; leave out by"
        )
    if data.empty:
        raise SurveyError(f"exhibit {exhibit.id!r}: nobody answered {exhibit.question!r} within its filter")
    ordered = [_ordered(exhibit, wave) for _, wave in data.groupby("wave", sort=True)]
    return pd.concat(ordered, ignore_index=True)


def exhibit_tests(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, exhibit: Exhibit, found: pd.DataFrame
) -> pd.DataFrame:
    """The tests of an exhibit whose table was the last to be made, a row a test.

    By a segment: its groups in pairs, each against all, and the crosstab. Else the options (or items ranked)
    that stand next to each other, and whether a ranking has an order at all.
    """
    if exhibit.by:
        tests = [group_pairs(found), group_and_total(found), crosstabs(found)]
    else:
        kind = questionnaire.questions[exhibit.question].kind
        tests = [rankings(ranks(connection))] if kind == "rank" else []
        if kind in ("single", "multiple", "rank"):
            together = chosen_together(connection, questionnaire)
            tests += [option_pairs(wave, together, _neighbours(wave)) for _, wave in found.groupby("wave")]
    return pd.concat([as_tests([]), *tests], ignore_index=True)


def _neighbours(found: pd.DataFrame) -> list[tuple[int, int]]:
    """Each substantive option or ranked item with the next by falling share."""
    own = found[found["measure"].isin(["option", "ranked"]) & found["share"].notna()]
    own = own[(own["role"].isin(["substantive", ""])) & (own["valid_cases"] >= LOW_BASE)]
    falling = own.sort_values("share", ascending=False, kind="stable").index
    return list(itertools.pairwise(falling))


def _ordered(exhibit: Exhibit, data: pd.DataFrame) -> pd.DataFrame:
    """One wave's rows in the order of the figure; groups keep their own order, all respondents first."""
    groups = {
        key: place for place, key in enumerate(dict.fromkeys(zip(data["by"], data["group"], strict=True)))
    }
    keys = pd.DataFrame(index=data.index)
    keys["group"] = [groups[key] for key in zip(data["by"], data["group"], strict=True)]
    keys["place"] = range(len(data))
    whole = data[data["by"] == ""]
    if exhibit.kind == "scale_bars":
        first_net = whole.loc[whole["measure"] == "net", "option"].head(1)
        net = whole[(whole["measure"] == "net") & whole["option"].isin(first_net)]
        places = (
            _descending(net, "item")
            if len(net)
            else {i: p for p, i in enumerate(dict.fromkeys(data["item"]))}
        )
        keys["row"] = data["item"].map(places)
        keys["role"] = data["role"].map(_role_place)
        keys["measure"] = (data["measure"] != "option").astype(int)
        keys["within"] = keys["place"].where(data["measure"] != "option", -keys["place"])
        order = ["group", "row", "measure", "role", "within"]
    elif exhibit.kind in ("ranked_bars", "segment_panels"):
        shown = whole[whole["measure"].isin(["option", "ranked"])]
        what = "item" if (shown["measure"] == "ranked").any() else "option"
        places = _descending(shown, what)
        keys["measure"] = (~data["measure"].isin(["option", "ranked"])).astype(int)
        keys["role"] = data["role"].map(_role_place)
        keys["row"] = data[what].map(places).fillna(len(places))
        order = ["group", "measure", "role", "row", "place"]
    else:
        keys["measure"] = (data["measure"] != "option").astype(int)
        keys["role"] = data["role"].map(_role_place)
        order = ["group", "measure", "role", "place"]
    return data.loc[keys.sort_values(order, kind="stable").index]


def _descending(rows: pd.DataFrame, column: str) -> dict[str, int]:
    """The place of each value of `column` by falling share; ties stay in questionnaire order."""
    ranked = rows.sort_values("share", ascending=False, kind="stable", na_position="last")
    return {value: place for place, value in enumerate(dict.fromkeys(ranked[column]))}


def _role_place(role: str) -> int:
    """Where a role stands: the substantive first, then Other, None and DKNS."""
    return list(ROLES).index(role) if role in ROLES else 0


def published_table(exhibit: Exhibit, numbers: Sequence[Published]) -> pd.DataFrame:
    """What others published on the exhibit's question, in the order of published.csv.

    The interval is there where the source states its base.
    """
    rows = [row for row in numbers if row.question == exhibit.question and not row.wave]
    if not rows:
        raise SurveyError(f"exhibit {exhibit.id!r}: published.csv has no number on {exhibit.question!r}")
    shares = [float(row.percent) / 100 for row in rows]
    low, high = wilson(shares, [row.n or 0 for row in rows])
    return pd.DataFrame(
        {
            "source": [row.source for row in rows],
            "wording": [row.wording for row in rows],
            "mode": [row.mode for row in rows],
            "label": [row.option for row in rows],
            "percent": [str(row.percent) for row in rows],
            "share": shares,
            "low": low,
            "high": high,
            "n": pd.array([row.n for row in rows], dtype="Int64"),
            "grade": [row.grade for row in rows],
            "group": [row.group for row in rows],
            "address": [row.address for row in rows],
        }
    )[PUBLISHED_COLUMNS]


def _context(
    connection: duckdb.DuckDBPyConnection,
    questionnaire: Survey,
    bands: Mapping[str, Bands],
    data: pd.DataFrame,
    waves: Sequence[WaveFacts],
) -> Context:
    """What the caption of an exhibit needs; the wave drawn is the latest that asked the question."""
    latest = max(data["wave"])
    rows = connection.execute(
        "select questions.id, wordings.number, wordings.text, wordings.mode from coded.wordings "
        "join coded.questions using (question) join coded.waves using (wave) where waves.name = ?",
        [latest],
    ).fetchall()
    labels = connection.execute(
        "select distinct questions.id, options.id, options.label, offers.screened from coded.offers "
        "join coded.options using (question, option) join coded.questions using (question) "
        "join coded.waves using (wave) where waves.name = ?",
        [latest],
    ).fetchall()
    return Context(
        survey=questionnaire,
        bands=bands,
        wave=next(wave for wave in waves if wave.name == latest),
        wordings={name: Wording(*words) for name, *words in rows},
        labels={(question, option): label for question, option, label, _ in labels},
        screened=frozenset(question for question, _, _, screened in labels if screened),
    )


def _flow(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The survey flow, step by step: received, excluded by each reason in order, analysed, flagged."""
    steps = connection.execute(statement("flow")).df()
    return steps[["wave", "step", "reason", "respondents"]]
