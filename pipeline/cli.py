"""The command line: a command parses, calls one function of the package, and prints.

A stage is imported by its command, so that asking for help costs no more than asking for help.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.project import paths as places
from pipeline.project import streams
from pipeline.project.errors import SurveyError
from pipeline.project.lock import alone
from pipeline.project.paths import Paths
from pipeline.project.process import INTERRUPTED, was_interrupted
from pipeline.project.progress import notice, stage
from pipeline.project.rebuild import STAGES, Rebuild
from pipeline.text.addresses import masked
from pipeline.text.folding import escaped

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From raw survey exports to tables, figures and a report in which every number can be traced.",
)
export = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Write the data of a survey for others to use.",
    epilog="Example: survey export public --survey ospo",
)
app.add_typer(export, name="export")
SurveyName = Annotated[
    str, typer.Option("--survey", envvar="SURVEY", help="the folder of the survey below raw/")
]


Engine = Annotated[
    str,
    typer.Option("--engine", metavar="ADDRESS", help="a Spark to do it: local[2], spark://HOST:7077"),
]
_ON_SPARK = ("ingest", "normalise", "tables")
"""the stages that read respondents"""
Draft = Annotated[
    bool,
    typer.Option("--draft", help="print the neutral title where a claim fails, and list those that do"),
]


def _say(text: str) -> None:
    """Print, and let no text of an export steer the terminal."""
    print(escaped(text))


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        _say(line)


def _say_masked(lines: Iterable[str]) -> None:
    """Print lines on an export that no scan has passed yet, without the addresses that may stand in it."""
    _say_all(map(masked, lines))


def _staged(name: str, paths: Paths, rebuild: Rebuild, *, verbose: bool = False, **options: Any) -> None:
    """Run one stage: the module and its one public function have the name of the stage."""
    with stage(name, paths.survey, verbose):
        getattr(importlib.import_module(f"pipeline.{name}"), name)(paths, **options)
        # of some figures nobody can tell later what the others were made from, and Spark leaves others
        if not options.get("only") and not (options.get("engine") and name != "tables"):
            rebuild.note(name, _fonts(paths) if name == "figures" else ())
    if name == "figures":
        from pipeline.charts import drawn

        for line in drawn.codes(paths):
            notice(line)


def _fonts(paths: Paths) -> list[Path]:
    """Where the system's fonts are, if figures are set in them or lack one."""
    from pipeline.charts import drawn, faces

    return faces.looked_at() if drawn.rests_on_system(paths) else []


def _alone(name: str, survey: str, **options: Any) -> None:
    """Run one stage while no other run of the survey writes."""
    paths = places.find(survey)
    with alone(paths):
        _staged(name, paths, Rebuild(paths, options.get("draft", False)), **options)
    _notices(paths)


def _notices(paths: Paths) -> None:
    """Print what is told of a survey's files although nothing stops for it."""
    from pipeline.declarations.notices import notices

    for line in notices(paths):
        notice(line)


@app.command(epilog="Example: survey ingest --survey ospo")
def ingest(survey: SurveyName = places.DEFAULT_SURVEY, engine: Engine = "") -> None:
    """Read the exports into text cells, checking their hash and leaving dropped columns out."""
    _alone("ingest", survey, engine=engine)


@app.command(epilog="Example: survey normalise")
def normalise(survey: SurveyName = places.DEFAULT_SURVEY, engine: Engine = "") -> None:
    """Build the database: every answer coded, every heading and answer accounted for."""
    _alone("normalise", survey, engine=engine)


@app.command(epilog="Example: survey tables")
def tables(survey: SurveyName = places.DEFAULT_SURVEY, draft: Draft = False, engine: Engine = "") -> None:
    """Compute every estimate, test every claim, and write the tables."""
    _alone("tables", survey, draft=draft, engine=engine)


@app.command(epilog="Example: survey figures blockers enablers")
def figures(
    exhibits: Annotated[
        list[str] | None, typer.Argument(help="the exhibits to draw; without any, all of them")
    ] = None,
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Draw the figures from the tables."""
    _alone("figures", survey, only=exhibits or ())


@app.command(epilog="Example: survey report")
def report(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Write the report page from tables and figures."""
    _alone("report", survey)


def _begin(paths: Paths) -> None:
    """Tell a mistake in any declaration, and begin to load what draws where all is to be drawn."""
    from pipeline import figures
    from pipeline.declarations.load import load_declarations

    declared = load_declarations(paths)
    if not paths.figure_state.is_file() and len(declared.report.exhibit) >= figures.POOL_FROM:
        figures.prepare()


@app.command("all", epilog="Example: survey all --survey ospo")
def run_all(
    survey: SurveyName = places.DEFAULT_SURVEY,
    draft: Draft = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="print the largest memory of each stage beside its time")
    ] = False,
    engine: Engine = "",
) -> None:
    """Run the stages of which something changed: ingest, normalise, tables, figures, report."""
    paths = places.find(survey)
    with alone(paths):
        rebuild = Rebuild(paths, draft)
        ran = False
        for name in STAGES:
            if rebuild.is_current(name) and not (engine and name in _ON_SPARK):
                continue
            if not ran:
                # a mistake in any declaration is told before the first stage takes its time
                _begin(paths)
            ran = True
            options: dict[str, Any] = {"engine": engine} if name in _ON_SPARK else {}
            options |= {"draft": draft} if name == "tables" else {}
            _staged(name, paths, rebuild, verbose=verbose, **options)
        rebuild.finish()
    if ran:
        _notices(paths)
    else:
        notice(f"{paths.survey}: nothing has changed")


@app.command(epilog="Example: survey explain blockers_by_size funding.small")
def explain(
    exhibit: Annotated[str, typer.Argument(help="the id of an exhibit")],
    reference: Annotated[
        str,
        typer.Argument(metavar="[OPTION]", help="what tells the number from others: item.option.group.wave"),
    ] = "",
    with_rows: Annotated[
        bool, typer.Option("--rows", help="list the responses counted, by their place in the export")
    ] = False,
    claim: Annotated[
        bool, typer.Option("--claim", help="print what the title claims instead, and what that rests on")
    ] = False,
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Print the receipt of a number: how it came about, from the cells of the export to its rounding.

    Each step is in numbers, so that it can be done again by hand.
    """
    from pipeline.commands.explain import explain

    _say_all(explain(places.find(survey), exhibit, reference, with_rows, claim))


@app.command(epilog="Example: survey headlines")
def headlines(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """List the claims that hold for every exhibit, the strongest first, as lines for report.toml."""
    from pipeline.commands.headlines import headlines

    _say_all(headlines(places.find(survey)))


@app.command(epilog="Example: survey table blockers_by_size --as latex")
def table(
    exhibit: Annotated[str, typer.Argument(help="the id of an exhibit")],
    form: Annotated[str, typer.Option("--as", help="markdown, latex or html")] = "markdown",
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Print the table of an exhibit, to paste into a document."""
    from pipeline.pages.table_text import table

    _say(table(places.find(survey), exhibit, form))


@app.command(epilog="Example: survey show blockers --by organisation_size")
def show(
    question: Annotated[str, typer.Argument(help="the id of a question")],
    by: Annotated[str, typer.Option("--by", help="a segment, or bands of report.toml")] = "",
    wave: Annotated[str, typer.Option("--wave", help="a wave; the latest that asked by default")] = "",
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Show the table of a question in the terminal, with bars."""
    from pipeline.commands.show import show

    _say_all(show(places.find(survey), question, by, wave))


@app.command("add-part", epilog="Example: survey add-part ~/Downloads/march.csv --wave autumn")
def add_part(
    export: Annotated[Path, typer.Argument(help="the further part of the wave's export")],
    wave: Annotated[str, typer.Option("--wave", help="the wave that it is of; the latest by default")] = "",
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Add a further part to the export of a wave, as a day to a survey that goes on: no other part is read.

    The file is copied to the others, its hash is pinned where theirs are, and its rows are added.
    """
    from pipeline.drafting.add_part import add_part

    paths = places.find(survey)
    with alone(paths):
        _say_masked(add_part(paths, export, wave))


@app.command(epilog='Example: survey sql "select state, count(*) from responses group by all"')
def sql(
    statement: Annotated[str, typer.Argument(help="what to select, from answers, responses, respondents …")],
    csv: Annotated[bool, typer.Option("--csv", help="print CSV instead of a table")] = False,
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Run SQL over the labelled views of the database, which is opened read-only."""
    from pipeline.commands.sql import query
    from pipeline.tidy.csv import to_csv

    rows = query(places.find(survey), statement)
    _say(to_csv(rows).rstrip("\n") if csv else rows.to_string(index=False))


@app.command("new-wave", epilog="Example: survey new-wave raw/mine/spring.csv --like autumn")
def new_wave(
    export: Annotated[Path, typer.Argument(help="the export, in raw/ and the folder of its survey")],
    like: Annotated[
        str, typer.Option("--like", help="the wave whose declarations are carried over; else the latest")
    ] = "",
    survey: Annotated[
        str, typer.Option("--survey", help="the survey, where EXPORT is a mere file name")
    ] = "",
    questionnaire: Annotated[
        Path | None,
        typer.Option("--questionnaire", help="the definition of the questionnaire, as its tool saves it"),
    ] = None,
) -> None:
    """Draft the wave file of a new export: like the waves before, or with survey.toml from nothing.

    With --questionnaire kinds, options, routing and codes are read from the tool's own definition.
    """
    from pipeline.drafting.new_wave import new_wave

    _say_masked(new_wave(Path.cwd(), export, like, survey, questionnaire))


@app.command(epilog="Example: survey new mine --questionnaire mine.qsf")
def new(
    survey: Annotated[str, typer.Argument(help="the name of the survey, and of its folder in raw/")],
    questionnaire: Annotated[
        Path,
        typer.Option("--questionnaire", help="the definition of the questionnaire, as its tool saves it"),
    ],
    wave: Annotated[
        str, typer.Option("--wave", help="the name of the wave; that of the file by default")
    ] = "",
) -> None:
    """Make a survey of the definition of its questionnaire, before the first response is there."""
    from pipeline.drafting.new import new

    _say_masked(new(Path.cwd(), survey, questionnaire, wave))


@app.command(epilog="Example: survey settle --survey mine")
def settle(
    wave: Annotated[str, typer.Option("--wave", help="a wave, by its name; all of them by default")] = "",
    only_list: Annotated[
        bool, typer.Option("--list", help="print all that is unsettled, and ask nothing")
    ] = False,
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Walk through what is unsettled: the evidence, the ways to settle it with their numbers, a key each.

    Where there is no terminal to ask in, it prints them and changes nothing.
    """
    from pipeline.drafting.settle import settle
    from pipeline.project import terminal

    ask = terminal.key if terminal.is_there() and not only_list else None
    _say_masked(settle(places.find(survey), wave, ask))


@app.command(epilog="Example: survey diff autumn spring")
def diff(
    first: Annotated[str, typer.Argument(help="a wave, by its name; or a file that defines a questionnaire")],
    second: Annotated[str, typer.Argument(help="a later one")],
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Say what two waves, or two definitions of a questionnaire, do not share: wording, options, bases."""
    if Path(first).is_file() and Path(second).is_file():
        from pipeline.drafting.definition_diff import definition_diff

        _say_masked(definition_diff(Path(first), Path(second)))
        return
    from pipeline.commands.diff import diff

    _say_masked(diff(places.find(survey), first, second))


@app.command(epilog="Example: survey codebook")
def codebook(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Write every question, option, base and wave with its comparability, as Markdown and CSV."""
    from pipeline.commands.codebook import codebook

    paths = places.find(survey)
    with alone(paths):
        _say_all(f"{paths.shown(path)} written" for path in codebook(paths))


@export.command(epilog="Example: survey export public --survey ospo")
def public(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Write the responses that may be published, k-anonymous: CSV, Parquet and SPSS, with a codebook."""
    from pipeline.public.write import public

    paths = places.find(survey)
    with alone(paths):
        _say_all(public(paths))


@export.command(epilog="Example: survey export parquet --survey ospo --dialect spark --absolute")
def parquet(
    survey: SurveyName = places.DEFAULT_SURVEY,
    dialect: Annotated[str, typer.Option(help="whose SQL views.sql is in: duckdb or spark")] = "duckdb",
    absolute: Annotated[
        bool, typer.Option("--absolute", help="name files by their whole path, for views that run anywhere")
    ] = False,
) -> None:
    """Write the database as Parquet by wave, with its labelled views as SQL: for analysis, not to publish."""
    from pipeline.public.parquet import parquet

    paths = places.find(survey)
    with alone(paths):
        _say_all(parquet(paths, dialect, absolute))


@export.command(epilog="Example: survey export questionnaire --as ddi")
def questionnaire(
    standard: Annotated[str, typer.Option("--as", help="triple-s, ddi, xlsform or json")] = "json",
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Write the questionnaire for other tools; with triple-s the responses too, where they may be published.

    It says what the format has no place for.
    """
    from pipeline.public.questionnaire.write import questionnaire

    paths = places.find(survey)
    with alone(paths):
        _say_all(questionnaire(paths, standard))


@app.command(epilog="Example: survey others blockers")
def others(
    question: Annotated[str, typer.Argument(help="the id of a question with an Other")],
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """List what people wrote beside Other and no dictionary codes yet, the most frequent first."""
    from pipeline.commands.others import others

    _say_all(others(places.find(survey), question))


@app.command(epilog="Example: survey check --survey mine")
def check(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Say everything that is wrong with declarations, exports, claims and quoted numbers, and change nothing.

    What one file has wrong hides nothing of another. Only the attack on the tables is left to survey tables.
    """
    from pipeline.commands.check import check

    _say_masked(check(places.find(survey)))


@app.command(epilog="Example: survey fetch --survey ospo --from ~/Downloads")
def fetch(
    survey: SurveyName = places.DEFAULT_SURVEY,
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="a folder that has the files; found by hash, without the network"),
    ] = None,
) -> None:
    """Bring the exports that the wave files name by address and SHA-256."""
    from pipeline.commands.fetch import fetch

    paths = places.find(survey)
    with alone(paths):
        _say_all(fetch(paths, from_))


@app.command(epilog="Example: survey verify --survey ospo")
def verify(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Hold published numbers against the computed ones, their bases and each other; write findings.html."""
    from pipeline.commands.verify import verify

    paths = places.find(survey)
    with alone(paths):
        _say_all(verify(paths).lines)
    _say(f"{paths.shown(paths.findings)} written")


@app.command(epilog="Example: survey disclosure --survey ospo")
def disclosure(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Attack the tables: which protected counts could be told without suppression and with it; its cost."""
    from pipeline.exhibits.attack import report
    from pipeline.exhibits.run import opened

    with opened(places.find(survey)) as run:
        _say_all(report(run.estimated))


@app.command(epilog="Example: survey quality --survey ospo")
def quality(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Print whom each rule of data quality flags, what leaving them out moves, and what is skipped most."""
    from pipeline.pages.quality_words import lines

    _say_all(lines(places.find(survey)))


@app.command("verify-manifest", epilog="Example: survey verify-manifest --survey ospo")
def verify_manifest(survey: SurveyName = places.DEFAULT_SURVEY) -> None:
    """Say which inputs, code, libraries, fonts and outputs are no longer as manifest.json has them."""
    from pipeline.pages.manifest import verify_manifest

    changed = list(verify_manifest(places.find(survey)))
    _say_all(changed or ["everything is as it was made"])
    if changed:
        raise typer.Exit(1)


@app.command(epilog="Example: survey synthesise spring --respondents 300 --seed 1")
def synthesise(
    wave: Annotated[str, typer.Argument(help="the wave whose export is invented, by its name")],
    respondents: Annotated[int, typer.Option(help="how many responses to invent", min=1)] = 300,
    seed: Annotated[int, typer.Option(help="the same seed gives the same responses", min=0)] = 1,
    format_: Annotated[
        str | None, typer.Option("--format", help="the layout to write; the wave file's by default")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="write over an export that is there")] = False,
    survey: SurveyName = places.DEFAULT_SURVEY,
) -> None:
    """Invent responses to a wave, to try everything before the first real one arrives."""
    from pipeline.synthetic.synthesise import synthesise

    paths = places.find(survey)
    with alone(paths):
        _say(f"{paths.shown(synthesise(paths, wave, respondents, seed, format_, replace))} written")


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        # it is tried again when the interpreter ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def main() -> None:
    """Run the command line: mistakes of the user's are told without a traceback, with exit code 1."""
    streams.prepare()
    # most of what a run makes lives to its end: to look through it as often as Python does took a tenth of it
    gc.set_threshold(20_000, 20, 20)
    try:
        try:
            app()
        finally:
            _flush()
    except SurveyError as error:
        if was_interrupted():
            sys.exit(INTERRUPTED)
        print(escaped(str(error)), file=sys.stderr)
        count = len(error.problems)
        if count:
            problems = "1 problem" if count == 1 else f"{count} problems"
            print(f"{problems}; tables, figures and report are as they were", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # somebody piped into head
        sys.exit(1)
    except OSError as error:
        print(f"{error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
