"""The cells of a wave as answers and states, by DataFrames: what `database.coding` does in blocks of rows.

What a text means is looked up in a small table that every worker has. The rows never leave Spark.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from pipeline.answers.meaning import Tick
from pipeline.database.coding import Coding, QuestionCoding, Texts
from pipeline.database.load import Wanted, box
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.states import Slots
from pipeline.declarations.questionnaire import Survey
from pipeline.exports.cells import Cells
from pipeline.spark.engine import CELLS, SparkEngine
from pipeline.spark.translation import condition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BITS = 62  # in a word, as in coded.slots
_TICKED = "x"
_ANSWER = ["respondent", "question", "kind"]
Row = dict[str, Any]


class SparkCoder:
    """Codes the cells of a wave on Spark, all at once."""

    rows_stay = True

    def __init__(self, engine: SparkEngine, survey: Survey) -> None:
        self._engine = engine
        self._survey = survey
        self._looked: dict[int, _Wave] = {}

    def look(self, wave: MappedWave, _: Cells) -> None:
        """As `Coder.look`."""
        of = self._looked[wave.number] = _Wave(self._engine, self._survey, wave)
        of.keep_answers()
        of.keep_states()

    def write_answers(self, wave: MappedWave, _: Cells) -> None:
        """As `Coder.write_answers`."""
        self._looked[wave.number].write_answers()


class _Wave:
    """A wave whose cells are the view `cells`."""

    def __init__(self, engine: SparkEngine, survey: Survey, wave: MappedWave) -> None:
        self._engine = engine
        self._wave = wave
        self._wanted = Wanted.of(survey, wave)
        self._slots = Slots(survey, wave)
        self._coding = Coding(survey, wave.meaning)
        self._numbers = {question.kinds.name: question.kinds.question for question in self._coding.questions}
        clauses = [(question, on) for question, routed in self._slots.routes.items() for on in routed]
        self._clauses = {clause: divmod(number, _BITS) for number, clause in enumerate(clauses)}
        self._met = -(-len(clauses) // _BITS)
        """how many words the clauses of routes take"""
        self._counted = f"counted_{wave.number}"

    def keep_answers(self) -> None:
        """The answers that are looked at before anybody is excluded; all of them are kept for later."""
        engine, wanted = self._engine, self._wanted
        questions = self._coding.questions
        screening = [question for question in questions if question.kinds.name in wanted.received]
        if screening:
            engine.add("all_ticked", self._with_kinds(self._received(screening)))
        plain = [question for question in questions if not question.others and not question.zeros]
        parts = [self._received(plain)] if plain else []
        parts += [self._recounted(question) for question in questions if question not in plain]
        for part in parts:
            engine.add(self._counted, part)
        if not parts:
            engine.add(self._counted, self._small([], {"respondent": int, "question": int, "kind": int}))
        counted = engine.frame(self._counted)
        if looked_at := [self._numbers[name] for name in wanted.counted if name in self._numbers]:
            engine.add("all_answers", self._with_kinds(counted.where(counted.question.isin(looked_at))))
        grids = [self._numbers[name] for name in wanted.grids if name in self._numbers]
        if grids:
            answered = self._with_kinds(counted.where(counted.question.isin(grids)), "answered")
            answered = answered.where("answered")
            chosen = answered.groupBy("wave", "respondent", "question").agg(
                *_sql("count(*) as answered", "min(option) as lowest", "max(option) as highest")
            )
            engine.add("all_grids", chosen)

    def keep_states(self) -> None:
        """The bits of what each respondent did, and the sums that tell those who answered alike."""
        from pyspark.sql.functions import broadcast

        engine, words = self._engine, range(self._slots.words)
        met = [f"met_{number}" for number in range(self._met)]
        told = engine.frame(self._counted).join(broadcast(self._kinds), ["question", "kind"])
        told = told.selectExpr("*", "false as denied")
        no = [question for question, slots in self._slots.of.items() if 0 in slots]
        denied = engine.frame("all_denied").where(f"wave = {self._wave.number}")
        slots = self._small(
            [{"question": q, "word": word, "bit": bit} for q in no for word, bit in [self._slots.of[q][0]]],
            {"question": int, "word": int, "bit": int},
        )
        denied = denied.join(broadcast(slots), "question").selectExpr(
            "respondent", "question", "word", "bit", "true as denied", "false as answered", "false as dkns",
            *(f"0L as {name}" for name in met),
        )  # fmt: skip
        did = told.unionByName(denied, allowMissingColumns=True)
        sums = [
            "max(question) as last_question", "count(first) as answers", "sum(first) as first",
            "sum(second) as second", *(f"bit_or({name}) as {name}" for name in met),
        ]  # fmt: skip
        for w in words:
            for name, holds in (("given", "not denied"), ("answered", "answered"), ("dkns", "dkns"),
                                ("denied", "denied")):  # fmt: skip
                sums.append(f"bit_or(case when word = {w} and {holds} then bit else 0L end) as {name}_{w}")
        by_person = did.groupBy("respondent").agg(*_sql(*sums))
        everybody = engine.frame(CELLS).select("respondent").join(by_person, "respondent", "left")
        zeros = {name: 0 for name in everybody.columns if name not in ("respondent", "first", "second")}
        everybody = everybody.fillna(zeros)
        columns = ["respondent", "last_question", "answers", "first", "second"]
        for w in words:
            columns += [
                f"given_{w} | denied_{w} as given_{w}",
                f"answered_{w} | (denied_{w} & ~given_{w}) as answered_{w}",
                f"dkns_{w}",
                f"{self._unrouted(w)} as unrouted_{w}",
            ]
        looked = f"looked_{self._wave.number}"
        engine.add(looked, everybody.selectExpr(*columns))
        frame, number = engine.frame(looked), self._wave.number
        stacked = ", ".join(f"{w}L, given_{w}, answered_{w}, dkns_{w}, unrouted_{w}" for w in words)
        stack = f"stack({len(words)}, {stacked}) as (word, given, answered, dkns, unrouted)"
        bits = frame.selectExpr(f"{number} as wave", "respondent", "last_question", stack)
        engine.add("all_response_bits", bits, is_file=True)
        sets = ["coalesce(first, 0) as first", "coalesce(second, 0) as second"]
        alike = frame.selectExpr(f"{number} as wave", "respondent", "answers", *sets)
        engine.add("all_answer_sets", alike, is_file=True)

    def write_answers(self) -> None:
        """The answers of the analysed."""
        excluded = (
            self._engine.frame("all_excluded").where(f"wave = {self._wave.number}").select("respondent")
        )
        kept = self._engine.frame(self._counted).join(excluded, "respondent", "left_anti")
        self._engine.add("coded.answers", self._with_kinds(kept))

    # cells as answers

    def _received(self, questions: Sequence[QuestionCoding]) -> DataFrame:
        """The answers to some questions as the cells say them."""
        parts = []
        for repeats in (False, True):
            cells: list[str] = []
            codes: list[Row] = []
            for question in questions:
                if question.repeats == repeats:
                    self._add_cells(question, cells, codes)
            if cells:
                answers = self._looked_up(cells, codes).select(*_ANSWER)
                parts.append(answers.distinct() if repeats else answers)
        return reduce(lambda one, other: one.union(other), parts)

    def _add_cells(self, question: QuestionCoding, cells: list[str], codes: list[Row]) -> None:
        """Cells that say something about a question, and what each of their texts means."""
        number = question.kinds.question
        for tick in question.ticks:
            place = question.place[tick.answer]
            codes.append({"cell": len(cells), "text": _TICKED, "question": number, "kind": place})
            cells.append(_ticked(tick))
        for column in question.coded:
            codes += _codes(column, len(cells), number)
            cells.append(f"c{column.column}")

    def _looked_up(self, cells: Sequence[str], codes: Sequence[Row], how: str = "inner") -> DataFrame:
        """A row a filled cell and what it means."""
        from pyspark.sql.functions import broadcast

        stacked = ", ".join(f"{number}, {cell}" for number, cell in enumerate(cells))
        filled = self._engine.frame(CELLS).selectExpr(
            "respondent", f"stack({len(cells)}, {stacked}) as (cell, text)"
        )
        known = self._small(codes, {"cell": int, "text": str, "question": int, "kind": int})
        return filled.where("text <> ''").join(broadcast(known), ["cell", "text"], how)

    def _recounted(self, question: QuestionCoding) -> DataFrame:
        """The answers to one question as they are counted; see `QuestionCoding.counted`."""
        from pyspark.sql.functions import broadcast

        number = question.kinds.question
        answers = self._received([question])
        for other, columns in question.others:
            codes = [code for place, column in enumerate(columns) for code in _codes(column, place, number)]
            written = self._looked_up([f"c{column.column}" for column in columns], codes, "left")
            known = written.groupBy("respondent").agg(*_sql("count(*) as texts", "count(kind) as known"))
            known = known.where("texts = known").selectExpr(
                "respondent", f"{number} as question", f"{other} as kind"
            )
            chose = answers.where(f"kind = {other}").select("respondent")
            further = written.where("kind is not null").join(chose, "respondent", "left_semi")
            together = answers.union(further.select(*_ANSWER)).distinct()
            answers = together.join(known, _ANSWER, "left_anti")
        if question.zeros:
            items = [{"kind": place, "item": item}
                     for place, item in enumerate(question.kinds.item.tolist())]  # fmt: skip
            item = self._small(items, {"kind": int, "item": int})
            given = answers.join(broadcast(item), "kind").select("respondent", "item").distinct()
            zeros = self._small([items[place] for place in question.zeros], {"kind": int, "item": int})
            blank = given.select("respondent").distinct().crossJoin(broadcast(zeros))
            left = blank.join(given, ["respondent", "item"], "left_anti")
            answers = answers.union(left.selectExpr("respondent", f"{number} as question", "kind"))
        return answers

    # kinds of answers

    @cached_property
    def _kinds(self) -> DataFrame:
        """A row a kind of answer: what it is, and the bit that it sets."""
        rows: list[Row] = []
        for question in self._coding.questions:
            kinds, slots = question.kinds, self._slots.of[question.kinds.question]
            for place, item in enumerate(kinds.item.tolist()):
                word, bit = slots.get(item) or slots[0]
                option, value = int(kinds.option[place]), float(kinds.value[place])
                met = [0] * self._met
                for (routed, on), (clause, place_of) in self._clauses.items():
                    if on == kinds.question and option in self._slots.routes[routed][on]:
                        met[clause] |= 1 << place_of
                rows.append(
                    {
                        "question": kinds.question, "kind": place, "item": item, "option": option,
                        "rank": int(kinds.rank[place]) or None, "value": None if math.isnan(value) else value,
                        "answered": bool(kinds.is_answered[place]), "dkns": bool(kinds.is_dkns[place]),
                        "word": word, "bit": bit,
                        "first": str(kinds.digests[place][0]), "second": str(kinds.digests[place][1]),
                        **{f"met_{number}": bits for number, bits in enumerate(met)},
                    }
                )  # fmt: skip
        types = {
            "question": int, "kind": int, "item": int, "option": int, "rank": int, "value": float,
            "answered": bool, "dkns": bool, "word": int, "bit": int, "first": str, "second": str,
            **{f"met_{number}": int for number in range(self._met)},
        }  # fmt: skip
        exact = {name: f"cast({name} as decimal(20, 0)) as {name}" for name in ("first", "second")}
        return self._small(rows, types).selectExpr(*(exact.get(name, name) for name in types))

    def _with_kinds(self, answers: DataFrame, *further: str) -> DataFrame:
        """Answers with the columns of coded.answers."""
        from pyspark.sql.functions import broadcast

        kinds = self._kinds.select("question", "kind", "item", "option", "rank", "value", *further)
        return answers.join(broadcast(kinds), ["question", "kind"]).selectExpr(
            f"{self._wave.number} as wave", "respondent", "question", "item", "option", "rank", "value",
            *further,
        )  # fmt: skip

    def _unrouted(self, word: int) -> str:
        """The bits of a word of the questions that earlier answers pass by."""
        bits = []
        for question, routed in self._slots.routes.items():
            mask = sum(bit for of, bit in self._slots.of[question].values() if of == word)
            if not mask:
                continue
            needed: dict[int, int] = {}
            for on in routed:
                clause, place = self._clauses[question, on]
                needed[clause] = needed.get(clause, 0) | 1 << place
            met = " and ".join(f"(met_{clause} & {need}L) = {need}L" for clause, need in needed.items())
            bits.append(f"case when {met} then 0L else {mask}L end")
        return _joined(bits)

    def _small(self, rows: Iterable[Row], types: dict[str, type]) -> DataFrame:
        import pyarrow as pa

        of = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
        schema = pa.schema([(name, of[type_]) for name, type_ in types.items()])
        return self._engine.session.createDataFrame(pa.Table.from_pylist(list(rows), schema=schema))


def _ticked(tick: Tick) -> str:
    """The text of a cell that a tick makes, in Spark's SQL over the cells."""
    unless = f" and coalesce(c{tick.unless}, '') = ''" if tick.unless else ""
    return condition(f"case when ({box(tick)}){unless} then '{_TICKED}' end")


def _codes(column: Texts, cell: int, question: int) -> list[Row]:
    return [
        {"cell": cell, "text": text, "question": question, "kind": place}
        for text, places in column.codes.items()
        for place in places
    ]


def _joined(bits: Collection[str]) -> str:
    """Bits together, in pairs of pairs: Spark reads no long row of them."""
    parts = list(bits) or ["0L"]
    while len(parts) > 1:
        pairs = zip(parts[::2], [*parts[1::2], ""], strict=False)
        parts = [f"({one} | {other})" if other else one for one, other in pairs]
    return f"({parts[0]})"


def _sql(*expressions: str) -> list[Any]:
    from pyspark.sql.functions import expr

    return [expr(expression) for expression in expressions]
