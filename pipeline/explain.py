"""The receipt of a number: from the cells of the export to what is printed, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from pipeline import survey
from pipeline.captions import hidden
from pipeline.charts import NO_VALUE, rows
from pipeline.coded import STATES
from pipeline.comparability import pools
from pipeline.documents import Document
from pipeline.errors import SurveyError, did_you_mean
from pipeline.estimate import SHARES
from pipeline.exhibit_table import Source
from pipeline.exhibits import Exhibit
from pipeline.meanings import Mapped
from pipeline.normalise import cells_of, mapped_waves
from pipeline.paths import Paths
from pipeline.printed import CHANGES
from pipeline.quotes import look_up
from pipeline.rounding import half_up, significant, thousands
from pipeline.statements import literal
from pipeline.stats.intervals import NAMES
from pipeline.survey import Survey
from pipeline.tables import Run, opened
from pipeline.tidy import read, read_exhibits
from pipeline.wave import Fielding

Record = Mapping[str, Any]
_COUNTED = {
    "combination": "who chose exactly these of the answers that the figure lists",
    "reached": "who gave this answer or a later one",
    "continued": "who gave this answer or a later one, of those who came to the answer before",
    "bin": "who gave a number of this class",
    "net": "who gave a number of this band",
    "written": "who wrote something",
}
_WIDTH = 10
_DUPLICATES = ("respondents", "duplicates")


@dataclass(frozen=True)
class _Receipt:
    """A row of an exhibit's table with all that it came from."""

    run: Run
    exhibit: Exhibit
    row: Record
    questionnaire: Document
    fielding: Fielding
    mapped: Mapped
    connection: duckdb.DuckDBPyConnection

    @property
    def survey(self) -> Survey:
        """The questionnaire."""
        return self.run.declared.survey

    @property
    def joined(self) -> list[str]:
        """The options that the row joins to compare waves; none where it is of one."""
        question, option = str(self.row["question"]), str(self.row["option"])
        if not self.exhibit.drawn.over_waves or self.row["measure"] != "option":
            return []
        waves = [fielding.name for fielding in self.run.declared.fieldings]
        asked = [name for name in waves if question in self.run.contexts[name].wordings]
        own = asked[-2:] if self.exhibit.drawn.table == "two_waves" else asked
        return pools(self.run.declared.fieldings, question, own[0], own[-1]).get(option, [])

    @property
    def members(self) -> list[str]:
        """The options whose choice the row counts."""
        return self.joined or self.survey.members(str(self.row["question"]), str(self.row["option"]))

    @property
    def places(self) -> int:
        """The last place of a ranking that the row counts."""
        return self.survey.last_place(str(self.row["question"]), str(self.row["measure"]))

    @property
    def is_chosen(self) -> bool:
        """Whether the row counts who gave certain answers, so that these can be shown."""
        return self.row["measure"] in ("ranked", "first", "top_3") or bool(
            self.row["measure"] in ("option", "net") and self.members
        )


def explain(paths: Paths, exhibit: str, reference: str = "", with_rows: bool = False) -> Iterator[str]:
    """The lines of the receipt of one number of an exhibit; without a reference, what can be asked for.

    With `with_rows` the responses that are counted, by their place in the export; SurveyError where they are
    too few to be shown.
    """
    printed = {one.id: one for one in read_exhibits(paths)}
    if exhibit not in printed:
        raise SurveyError(f"no exhibit {exhibit!r}; {did_you_mean(exhibit, printed, 'the exhibits are')}")
    table = read(paths, exhibit)
    if not reference:
        yield f"{printed[exhibit].heading}: one of these numbers, as survey explain {exhibit} NUMBER"
        yield from _listed(table)
        return
    place = look_up(table, reference.split("."))
    row = {str(key): value for key, value in table.iloc[place].to_dict().items()}
    yield f"{exhibit}.{reference}: {_text(row)}"
    yield _part(
        "printed",
        f"{printed[exhibit].heading}; line {place + 2} of {paths.shown(paths.tables)}/{exhibit}.csv",
    )
    if with_rows and ("source" in row or row["measure"] in CHANGES):
        raise SurveyError(f"{exhibit}.{reference} counts no responses of its own, so none can be listed")
    if "source" in row:
        yield from _of_others(row)
        return
    if row["measure"] in CHANGES:
        yield from _of_change(table, row)
        return
    with opened(paths) as run:
        declared = next(one for one in run.chosen if one.id == exhibit)
        receipt = _receipt(run, declared, row)
        yield from _export(receipt)
        yield from _columns(receipt)
        yield from _flow(receipt)
        yield from _base(receipt)
        yield from _number(receipt)
        if with_rows:
            yield from _responses(receipt)


def _listed(table: pd.DataFrame) -> Iterator[str]:
    several = "question" in table and table["question"].nunique() > 1
    for record in table.to_dict("records"):
        parts = [record.get(key) for key in ("item", "option", "label", "group", "measure", "wave")]
        if record.get("measure") in ("option", "net", "ranked"):
            parts[4] = ""
        parts += [record["question"]] if several else []
        yield f"  {'.'.join(str(part) for part in parts if part)}  {_text(record)}"


def _text(record: Mapping[Any, Any]) -> str:
    """The number of a row as printed."""
    text = rows(pd.DataFrame([record]))[0].text
    value = record.get("value")
    return text if text != NO_VALUE or pd.isna(value) else f"{half_up(float(str(value)), 1)}"


def _part(name: str, said: str) -> str:
    return f"{name:<{_WIDTH}} {said}"


def _of_others(row: Record) -> Iterator[str]:
    """The receipt of a number that others published: nothing of it is computed here."""
    yield _part("source", f"{row['source']}, {row['address']}; grade {row['grade']}")
    yield _part("question", f"{row['wording'] or 'not known'} {row['mode']}".strip())
    yield _part("base", "not known" if pd.isna(row["n"]) else f"{thousands(float(row['n']))} respondents")
    yield _part("number", f"{row['percent']}%, as printed by the source")


def _of_change(table: pd.DataFrame, row: Record) -> Iterator[str]:
    """The receipt of a change: its two sides, which have receipts of their own."""
    sides = table[(table["item"] == row["item"]) & (table["option"] == row["option"])]
    sides = sides[~sides["measure"].isin(CHANGES)]
    by_wave = row["measure"] == "change"
    first, second = (row["group"], row["wave"]) if by_wave else dict.fromkeys(sides["group"])
    key = "wave" if by_wave else "group"
    shares = [sides[sides[key] == name].iloc[0] for name in (first, second)]
    for name, side in zip((first, second), shares, strict=True):
        yield _part(str(name), f"{significant(side['share'])} of {side['valid_cases']} valid cases")
    before, after = (significant(float(side["share"])) for side in shares)
    yield _part("number", f"{after} − {before} = {significant(row['value'])}")
    if row["low"] == row["low"]:
        yield _part(
            "interval", f"95% {row['interval']}: {significant(row['low'])} to {significant(row['high'])}"
        )
    yield _part("flag", row["flag"] or "a clear change: adjusted p below 0.05 (tables/tests.csv)")


def _receipt(run: Run, exhibit: Exhibit, row: Record) -> _Receipt:
    questionnaire, document = survey.load(run.paths)
    fielding = next(one for one in run.declared.fieldings if one.name == row["wave"])
    (mapped,) = mapped_waves(run.paths, questionnaire, document, [fielding])
    connection = Source(run.estimated, exhibit).opened()
    return _Receipt(run, exhibit, row, document, fielding, mapped, connection)


def _export(receipt: _Receipt) -> Iterator[str]:
    wave, paths = receipt.fielding.wave, receipt.run.paths
    (facts,) = receipt.connection.execute(
        "select file, sha256 from waves where wave = ?", [receipt.fielding.name]
    ).fetchall()
    yield _part(
        "export", f"{paths.shown(paths.raw)}/{facts[0]}, read as {wave.source.format}; SHA-256 {facts[1]}"
    )
    if wave.synthetic:
        yield _part("", "synthetic responses: nobody's answers")
    if wave.source.licence:
        yield _part("", f"{wave.source.citation or wave.title}; licence {wave.source.licence}")


def _columns(receipt: _Receipt) -> Iterator[str]:
    """The question, its declaration, and which texts of which columns say the answer."""
    row, question = receipt.row, str(receipt.row["question"])
    put = receipt.run.contexts[receipt.fielding.name].wordings[question]
    yield _part("question", f"{put.number}. {put.text} {put.mode}".strip())
    yield _part("", f"{question}, {_at(receipt.questionnaire, 'questions', question)}")
    scale = receipt.survey.questions[question].scale
    declared = ("scales", scale) if scale else ("questions", question)
    for member in receipt.members:
        label = receipt.survey.options(question)[member].label
        where = _at(receipt.questionnaire, *declared, "options", member)
        yield _part("answer", f"“{label}” is {member}, {where}")
    if row["item"]:
        place = _at(receipt.questionnaire, "questions", question, "items", str(row["item"]))
        yield _part("item", f"“{row['item_label']}” is {row['item']}, {place}")
    names = {
        heading.column: f"{heading.letters} “{heading.label or heading.text}”"
        for heading in receipt.mapped.columns[question]
    }
    if receipt.joined:
        yield _part("joined", f"{' or '.join(receipt.joined)}, by pool under [changes.{question}]")
    if not receipt.is_chosen:
        yield _part("counted", _COUNTED.get(str(row["measure"]), "the answers of all who gave one"))
    for column, text in _cells(receipt) if receipt.is_chosen else ():
        said = "any text" if text is None else f"“{text}”"
        counts = _counted(receipt, column, text)
        heading = names.get(column, f"column {column}")
        yield _part("column", f"{heading}: {said}, {counts[0]} cells, {counts[1]} of analysed")
        line = ("answers", question, text or "")
        if line in receipt.fielding.document.lines:
            yield _part("", f"mapped in {_at(receipt.fielding.document, *line)}")
    for recode in receipt.mapped.recodes:
        own = [text for text, option in recode.texts.items() if option in receipt.members]
        if recode.question == question and own:
            yield _part("", f"and {len(own)} texts beside Other, by [questions.{question}.others]")


def _cells(receipt: _Receipt) -> Iterator[tuple[int, str | None]]:
    """The columns and texts that say the answer of the row; None for any text."""
    question, item, members = str(receipt.row["question"]), str(receipt.row["item"]), receipt.members
    for tick in receipt.mapped.ticks:
        if tick.question == question and tick.answer.item == item and tick.answer.option in members:
            yield from ((column, None) for column in tick.columns)
    for coded in receipt.mapped.coded:
        for text, answers in coded.codes.items() if coded.question == question else ():
            own = (
                a for a in answers
                if (a.item == item or not a.item)
                and (a.option in members or (a.rank is not None and a.rank <= receipt.places))
            )  # fmt: skip
            if any(own):
                yield coded.column, text


def _counted(receipt: _Receipt, column: int, text: str | None) -> tuple[int, int]:
    """How many cells of a column hold a text: of all received and of the analysed."""
    cells = cells_of(receipt.run.paths.cells(receipt.fielding.name))
    holds = f"c{column} is not null and c{column} <> ''" if text is None else f"c{column} = {literal(text)}"
    (counts,) = receipt.connection.execute(
        f"select count(*), count(*) filter (excluded is null) from {cells} as cells "
        "join coded.respondents using (respondent) join coded.waves using (wave) "
        f"where waves.name = ? and ({holds})",
        [receipt.fielding.name],
    ).fetchall()
    return int(counts[0]), int(counts[1])


def _at(document: Document, *path: Any) -> str:
    return f"{document.name}:{document.line(*path)}"


def _flow(receipt: _Receipt) -> Iterator[str]:
    """Received, excluded by each rule, analysed."""
    flow = read(receipt.run.paths, "flow")
    own = flow[flow["wave"] == receipt.fielding.name]
    rules = [rule.reason for rule in receipt.fielding.wave.exclude]
    for step in own.to_dict("records"):
        count = thousands(float(step["respondents"]))
        if step["step"] == "excluded":
            place = ("exclude", rules.index(step["reason"])) if step["reason"] in rules else _DUPLICATES
            where = _at(receipt.fielding.document, *place)
            yield _part("", f"−{count} {step['reason']} ({where})")
        elif step["step"] in ("received", "analysed"):
            yield _part(step["step"], count)


def _base(receipt: _Receipt) -> Iterator[str]:
    """Whom the exhibit counts, and the states of their answers to the question."""
    row, exhibit = receipt.row, receipt.exhibit
    question = str(row["question"])
    if receipt.survey.questions[question].asked:
        yield _part("asked of", f"{_at(receipt.questionnaire, 'questions', question, 'asked')} routes to it")
    for on, options in exhibit.where.items():
        yield _part("filter", f"{on} is {' or '.join(options)}")
    if row["by"]:
        bands = receipt.run.declared.report.segments.get(str(row["by"]))
        of = f" = {bands.of} {' or '.join(bands.groups[str(row['group'])].options)}" if bands else ""
        yield _part("group", f"{row['by']} {row['group_label']}{of}")
    counted = dict(_states(receipt))
    said = [f"{counted[state]} {state.replace('_', ' ')}" for state in STATES if counted.get(state)]
    yield _part("states", ", ".join(said) or "none")
    kept = "DKNS excluded" if exhibit.dkns == "exclude" else "answered and DKNS"
    yield _part("base", f"{row['valid_cases']} valid cases ({kept}), sample size {row['sample_size']}")
    if not pd.isna(row["total_mentions"]):
        yield _part("", f"{thousands(float(row['total_mentions']))} total mentions")


def _states(receipt: _Receipt) -> list[tuple[str, int]]:
    row = receipt.row
    items = list(receipt.survey.questions[str(row["question"])].items)
    is_grid = receipt.survey.questions[str(row["question"])].kind == "grid"
    return receipt.connection.execute(
        "select state::varchar, count(*) from coded.responses join domain using (wave, respondent) "
        "join coded.waves using (wave) where waves.name = ? and question = ? and item = ? "
        "and domain.segment = ? and domain.grp = ? group by state",
        [row["wave"], receipt.survey.position(str(row["question"])),
         items.index(str(row["item"])) + 1 if is_grid and row["item"] else 0, row["by"], row["group"]],
    ).fetchall()  # fmt: skip


def _number(receipt: _Receipt) -> Iterator[str]:
    """The sums, the formula, the interval and the rounding."""
    row = receipt.row
    if row["flag"] == "suppressed":
        yield _part("number", hidden(receipt.survey))
        return
    if row["measure"] in SHARES and not math.isnan(row["share"]):
        weighted = abs(float(row["deff"]) - 1) > 1e-9
        over, base = row["weighted_respondents"], row["weighted_base"]
        yield _part("chosen by", f"{row['respondents']} respondents")
        if weighted:
            effect = f"effective base {significant(row['effective_base'])}, deff {significant(row['deff'])}"
            yield _part("weights", f"Σw {significant(over)}, of the base {significant(base)}; {effect}")
        yield _part("share", f"{significant(over)} ÷ {significant(base)} = {significant(row['share'])}")
    elif row["value"] == row["value"]:
        yield _part(str(row["measure"]), f"{significant(row['value'])} of {row['respondents']} respondents")
    if row["interval"]:
        name = NAMES.get(row["interval"], row["interval"])
        size = f", n = {significant(row['effective_base'])}" if row["interval"] == "wilson" else ""
        error = f"standard error {significant(row['standard_error'])}"
        yield _part(
            "interval", f"95% {name}{size}: {significant(row['low'])} to {significant(row['high'])}; {error}"
        )
    if row["measure"] in SHARES:
        yield _part(
            "rounding", f"{significant(float(row['share']) * 100)}% is printed as {_text(row)}, half up"
        )
    if row["flag"]:
        yield _part("flag", str(row["flag"]).replace("_", " "))


def _responses(receipt: _Receipt) -> Iterator[str]:
    """The responses counted, by their place in the export, where they are enough to be shown."""
    row, question = receipt.row, str(receipt.row["question"])
    if not receipt.is_chosen:
        raise SurveyError(
            f"a {row['measure']} counts no answer of its own, so there are no responses to list"
        )
    fewest = receipt.survey.privacy.count
    few = bool(pd.isna(row["respondents"]) or row["respondents"] < fewest)
    if receipt.survey.questions[question].private or few or row["flag"] == "suppressed":
        raise SurveyError(
            f"the responses behind this number are not shown: they are fewer than {fewest}, or private"
        )
    options = list(receipt.survey.options(question))
    items = list(receipt.survey.questions[question].items)
    found = receipt.connection.execute(
        "select distinct answers.respondent from coded.answers join domain using (wave, respondent) "
        "join coded.waves using (wave) where waves.name = ? and question = ? and (? = 0 or item = ?) "
        "and (option in (select unnest(?)) or rank <= ?) and domain.segment = ? and domain.grp = ? "
        "order by all",
        [row["wave"], receipt.survey.position(question),
         *[items.index(str(row["item"])) + 1 if row["item"] else 0] * 2,
         [options.index(member) + 1 for member in receipt.members], receipt.places, row["by"], row["group"]],
    ).fetchall()  # fmt: skip
    yield _part(
        "responses", f"{len(found)}, by their place in the export: {', '.join(str(r) for (r,) in found)}"
    )
