"""The receipt of a number: from the cells of the export to what is printed, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipeline.answers.waves import cells_of
from pipeline.database.connection import view
from pipeline.database.declared_tables import STATES
from pipeline.declarations.toml import Document
from pipeline.exhibits.quotes import look_up
from pipeline.exhibits.run import opened
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.project.sql import literal, query, temporary_views
from pipeline.receipts import verdicts
from pipeline.receipts.derivation import derivation
from pipeline.receipts.row import Receipt, Record, part, printed, receipt, record
from pipeline.text.rounding import thousands
from pipeline.tidy.contract import records
from pipeline.tidy.csv import read, read_exhibits
from pipeline.tidy.marks import unsettled_note
from pipeline.tidy.measures import CHANGES, Flag, Measure, Step, main_measures

_COUNTED: dict[str, str] = {
    Measure.COMBINATION: "who chose exactly these of the answers that the figure lists",
    Measure.REACHED: "who gave this answer or a later one",
    Measure.CONTINUED: "who gave this answer or a later one, of those who came to the answer before",
    Measure.BIN: "who gave a number of this class",
    Measure.NET: "who gave a number of this band",
    Measure.WRITTEN: "who wrote something",
}
_DUPLICATES = ("respondents", "duplicates")


def explain(
    paths: Paths, exhibit: str, reference: str = "", with_rows: bool = False, claim: bool = False
) -> Iterator[str]:
    """The lines of the receipt of one number of an exhibit; without a reference, what can be asked for.

    With `with_rows` the responses that are counted, by their place in the export; SurveyError where they are
    too few to be shown. With `claim` the receipt of what the title of the exhibit claims.
    """
    headings = {one.id: one.heading for one in read_exhibits(paths)}
    if exhibit not in headings:
        raise SurveyError(f"no exhibit {exhibit!r}; {did_you_mean(exhibit, headings, 'the exhibits are')}")
    if claim and (reference or with_rows):
        raise SurveyError("--claim is of the title of an exhibit: give no OPTION and no --rows beside it")
    if claim:
        yield headings[exhibit]
        yield from verdicts.claims(paths, exhibit)
        return
    table = read(paths, exhibit)
    if not reference:
        yield f"{headings[exhibit]}: one of these numbers, as survey explain {exhibit} NUMBER"
        yield from _listed(table)
        return
    place = look_up(table, reference.split("."))
    row = record(table, place)
    yield f"{exhibit}.{reference}: {printed(row)}"
    yield part(
        "printed", f"{headings[exhibit]}; line {place + 2} of {paths.shown(paths.tables)}/{exhibit}.csv"
    )
    if row["unsettled"]:
        yield part("", unsettled_note(str(row["unsettled"])))
    if with_rows and ("source" in row or row["measure"] in CHANGES):
        raise SurveyError(f"{exhibit}.{reference} counts no responses of its own, so none can be listed")
    if "source" in row:
        yield from _of_others(row)
        return
    if row["measure"] in CHANGES:
        yield from verdicts.change(paths, exhibit, table, row)
        return
    with opened(paths) as run:
        number = receipt(run, next(one for one in run.chosen if one.id == exhibit), table, place)
        yield from _export(number)
        yield from _columns(number)
        yield from _flow(number)
        yield from _base(number)
        yield from derivation(number)
        if with_rows:
            yield from _responses(number)


def _listed(table: pd.DataFrame) -> Iterator[str]:
    several = "question" in table and table["question"].nunique() > 1
    drawn = (Measure.NET, *main_measures(table["measure"])) if "measure" in table else ()
    for row in records(table):
        parts = [row.get(key) for key in ("item", "option", "label", "group", "measure", "wave")]
        if row.get("measure") in drawn:
            parts[4] = ""
        parts += [row["question"]] if several else []
        yield f"  {'.'.join(str(part) for part in parts if part)}  {printed(row)}"


def _of_others(row: Record) -> Iterator[str]:
    """The receipt of a number that others published: nothing of it is computed here."""
    if row["beside"]:
        yield part("source", f"this survey, wave {row['beside']}: explain it in an exhibit of its question")
        return
    yield part("source", f"{row['source']}, {row['address']}; grade {row['grade']}")
    yield part("question", f"{row['wording'] or 'not known'} {row['mode']}".strip())
    yield part("base", "not known" if pd.isna(row["n"]) else f"{thousands(float(row['n']))} respondents")
    yield part("number", f"{row['percent']}%, as printed by the source")


def _export(receipt: Receipt) -> Iterator[str]:
    wave, paths = receipt.fielding.wave, receipt.run.paths
    waves = view(receipt.run.connection, "waves").set_index("wave")
    file, hash_ = waves.loc[receipt.fielding.name, ["file", "sha256"]]
    yield part("export", f"{paths.shown(paths.raw)}/{file}, read as {wave.source.format}; SHA-256 {hash_}")
    if wave.synthetic:
        yield part("", "synthetic responses: nobody's answers")
    if wave.source.licence:
        yield part("", f"{wave.source.citation or wave.title}; licence {wave.source.licence}")


def _columns(receipt: Receipt) -> Iterator[str]:
    """The question, its declaration, and which texts of which columns mean the answer."""
    row, question = receipt.row, receipt.question
    wording = receipt.run.contexts[receipt.fielding.name].wordings[question]
    yield part("question", f"{wording.number}. {wording.text} {wording.mode}".strip())
    yield part("", f"{question}, {_at(receipt.questionnaire, 'questions', question)}")
    scale = receipt.survey.questions[question].scale
    declared = ("scales", scale) if scale else ("questions", question)
    for member in receipt.members:
        label = receipt.survey.options(question)[member].label
        where = _at(receipt.questionnaire, *declared, "options", member)
        yield part("answer", f"“{label}” is {member}, {where}")
    if row["item"]:
        place = _at(receipt.questionnaire, "questions", question, "items", str(row["item"]))
        yield part("item", f"“{row['item_label']}” is {row['item']}, {place}")
    names = {
        heading.column: f"{heading.letters} “{heading.label or heading.text}”"
        for heading in receipt.mapped.columns[question]
    }
    if receipt.joined:
        yield part("joined", f"{' or '.join(receipt.joined)}, by pool under [changes.{question}]")
    if not receipt.is_chosen:
        yield part("counted", _COUNTED.get(str(row["measure"]), "the answers of all who gave one"))
    for column, text in _cells(receipt) if receipt.is_chosen else ():
        cell = "any text" if text is None else f"“{text}”"
        heading = names.get(column, f"column {column}")
        counts = ""
        if row["flag"] != Flag.SUPPRESSED and not receipt.run.estimated.rules.sensitive(question):
            counts = ", {} cells, {} of analysed".format(*_counted(receipt, column, text))
        yield part("column", f"{heading}: {cell}{counts}")
        line = ("answers", question, text or "")
        if line in receipt.fielding.document.lines:
            yield part("", f"mapped in {_at(receipt.fielding.document, *line)}")
    for recode in receipt.mapped.recodes:
        texts = [text for text, option in recode.texts.items() if option in receipt.members]
        if recode.question == question and texts:
            yield part("", f"and {len(texts)} texts beside Other, by [questions.{question}.others]")


def _cells(receipt: Receipt) -> Iterator[tuple[int, str | None]]:
    """The columns and texts that mean the answer of the row; None for any text."""
    question, item, members = str(receipt.row["question"]), str(receipt.row["item"]), receipt.members
    for tick in receipt.mapped.ticks:
        if tick.question == question and tick.answer.item == item and tick.answer.option in members:
            yield from ((column, None) for column in tick.columns)
    for coded in receipt.mapped.coded:
        for text, answers in coded.codes.items() if coded.question == question else ():
            of_item = [answer for answer in answers if answer.item in (item, "")]
            if any(a.option in members or 0 < (a.rank or 0) <= receipt.places for a in of_item):
                yield coded.column, text


def _counted(receipt: Receipt, column: int, text: str | None) -> tuple[int, int]:
    """How many cells of a column hold a text: of all received and of the analysed."""
    cells = cells_of(receipt.run.paths.cells(receipt.fielding.name))
    where = f"c{column} is not null and c{column} <> ''" if text is None else f"c{column} = {literal(text)}"
    connection = receipt.run.connection
    with temporary_views(connection, cells_counted=f"select respondent from {cells} as cells where {where}"):
        wave = receipt.fielding.name
        ((received, analysed),) = query(connection, "commands/cells_counted", wave=wave).fetchall()
    return int(received), int(analysed)


def _at(document: Document, *path: Any) -> str:
    return f"{document.name}:{document.line(*path)}"


def _flow(receipt: Receipt) -> Iterator[str]:
    """Received, excluded by each rule, analysed."""
    flow = read(receipt.run.paths, "flow")
    flow = flow[flow["wave"] == receipt.fielding.name]
    rules = [rule.reason for rule in receipt.fielding.wave.exclude]
    for step in records(flow):
        count = thousands(float(step["respondents"]))
        if step["step"] == Step.EXCLUDED:
            place = ("exclude", rules.index(step["reason"])) if step["reason"] in rules else _DUPLICATES
            where = _at(receipt.fielding.document, *place)
            yield part("", f"−{count} {step['reason']} ({where})")
        elif step["step"] in (Step.RECEIVED, Step.ANALYSED):
            yield part(step["step"], count)


def _base(receipt: Receipt) -> Iterator[str]:
    """Whom the exhibit counts, and the states of their answers to the question."""
    row, exhibit = receipt.row, receipt.exhibit
    question = str(row["question"])
    if receipt.survey.questions[question].asked:
        yield part("asked of", f"{_at(receipt.questionnaire, 'questions', question, 'asked')} routes to it")
    for on, options in exhibit.where.items():
        yield part("filter", f"{on} is {' or '.join(options)}")
    if row["by"]:
        bands = receipt.run.declared.report.segments.get(str(row["by"]))
        of = f" = {bands.of} {' or '.join(bands.groups[str(row['group'])].options)}" if bands else ""
        yield part("group", f"{row['by']} {row['group_label']}{of}")
    if row["flag"] in (Flag.SUPPRESSED, Flag.NOT_ASKED):
        return
    if not receipt.tells_of_few:
        with receipt.source.opened() as domain:
            counted = dict(domain.states(receipt.counted))
        states = [f"{counted[state]} {state.replace('_', ' ')}" for state in STATES if counted.get(state)]
        yield part("states", ", ".join(states) or "none")
    dkns = "DKNS excluded" if exhibit.dkns == "exclude" else "answered and DKNS"
    yield part("base", f"{row['valid_cases']} valid cases ({dkns}), sample size {row['sample_size']}")
    if not pd.isna(row["total_mentions"]):
        yield part("", f"{thousands(float(row['total_mentions']))} total mentions")


def _responses(receipt: Receipt) -> Iterator[str]:
    """The responses counted, by their place in the export, where they are enough to be shown."""
    row, question = receipt.row, str(receipt.row["question"])
    if not receipt.is_chosen:
        raise SurveyError(
            f"a {row['measure']} counts no answer of its own, so there are no responses to list"
        )
    fewest = receipt.survey.privacy.count
    few = bool(pd.isna(row["respondents"]) or row["respondents"] < fewest)
    if receipt.survey.questions[question].private or few or row["flag"] == Flag.SUPPRESSED:
        raise SurveyError(
            f"the responses behind this number are not shown: they are fewer than {fewest}, or private"
        )
    with receipt.source.opened() as domain:
        respondents = domain.respondents(receipt.counted)
    listed = ", ".join(map(str, respondents))
    yield part("responses", f"{len(respondents)}, by their place in the export: {listed}")
