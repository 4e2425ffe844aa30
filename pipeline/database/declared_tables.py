"""What is declared, as the integer-coded tables that the answers refer to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pandas as pd

from pipeline.answers.meaning import Mapped, Offer
from pipeline.declarations.comparability import joins
from pipeline.declarations.questionnaire import MEASURED, ROLES, Survey
from pipeline.declarations.wave import REPEATED, Fielding
from pipeline.exports.ingested import Export
from pipeline.exports.tools import Heading
from pipeline.project.sql import literal, statement
from pipeline.text.folding import is_beginning, plain

STATES = ("answered", "dkns", "not_applicable", "skipped", "not_reached", "not_asked", "not_offered")
KEPT = {"keep_first": "place > 1", "keep_last": "place < places"}
"""which of the responses that repeat one another go, in SQL, by what is declared of duplicates"""
_BITS = 62  # in a word, which SQL has as a signed integer
_MODE = re.compile(
    r"\s*(\((?:please )?(?:select|choose|check|tick|mark|rank|pick)[^()]*\))\s*[:.]?\s*\Z", re.IGNORECASE
)


def declare(
    connection: duckdb.DuckDBPyConnection,
    questionnaire: Survey,
    fieldings: Sequence[Fielding],
    exports: Sequence[Export],
    mapped: Sequence[Mapped],
) -> None:
    """Create the coded tables that hold declarations, and those that the answers go into."""
    frames = {
        "waves": _waves(fieldings, exports),
        "wordings": _wordings(questionnaire, mapped),
        "questions": _questions(questionnaire, mapped),
        "items": _items(questionnaire, mapped),
        "options": _options(questionnaire, mapped),
        "offers": _offers(questionnaire, mapped),
        "slots": _slots(questionnaire, mapped),
        "routes": _routes(questionnaire, mapped),
        "rules": _rules(fieldings, mapped),
        "nets": _nets(questionnaire, fieldings),
    }
    listed = ", ".join(f"'{role}'" for role in ROLES)
    connection.execute("create schema coded")
    connection.execute(f"create type role as enum ({listed})")
    connection.execute(f"create type state as enum ({', '.join(literal(state) for state in STATES)})")
    for name, frame in frames.items():
        connection.register("frame", frame)
        connection.execute(f"create table coded.{name} as select * from frame")
        connection.unregister("frame")
    connection.execute("alter table coded.options alter role type role")
    connection.execute(statement("database/places"))
    connection.execute(
        "create table coded.respondents (wave utinyint, respondent uinteger, "
        "weight decimal(18, 12), excluded varchar)"
    )
    connection.execute(
        "create table coded.targets (wave utinyint, question usmallint, position usmallint, grp varchar, "
        "label varchar, source varchar, respondents uinteger, target double, unweighted double, "
        "weighted double)"
    )
    connection.execute("create temp table all_respondents (wave utinyint, respondent uinteger)")
    connection.execute(
        "create temp table all_screens (wave utinyint, respondent uinteger, position usmallint)"
    )
    connection.execute(
        "create temp table all_repeated (wave utinyint, respondent uinteger, place uinteger, places uinteger)"
    )
    connection.execute("create temp table all_durations (wave utinyint, respondent uinteger, seconds double)")
    connection.execute("create temp table all_ids (wave utinyint, respondent uinteger, id varchar)")
    connection.execute("create temp table all_weights (wave utinyint, respondent uinteger, text varchar)")
    connection.execute(
        "create temp table all_answers (wave utinyint, respondent uinteger, question usmallint, "
        "item usmallint, option usmallint, rank usmallint, value double)"
    )
    connection.execute(
        "create temp table all_flags (wave utinyint, respondent uinteger, question usmallint, flag varchar)"
    )
    connection.execute(
        "create temp table all_texts (wave utinyint, respondent uinteger, question usmallint, text varchar)"
    )


def frame(rows: list[dict[str, Any]], types: dict[str, str]) -> pd.DataFrame:
    """`rows` as a frame with the columns and types of `types`, also where there are none."""
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _waves(fieldings: Sequence[Fielding], exports: Sequence[Export]) -> pd.DataFrame:
    rows = []
    for number, (fielding, export) in enumerate(zip(fieldings, exports, strict=True), 1):
        declared, fielded = fielding.wave, fielding.wave.fielded
        rows.append(
            {
                "wave": number,
                "name": fielding.name,
                "title": declared.title,
                "fielded_from": fielded.from_.isoformat() if fielded else "",
                "fielded_to": fielded.to.isoformat() if fielded else "",
                "synthetic": declared.synthetic,
                "file": ", ".join(declared.source.file),
                "sha256": ", ".join(export.sha256),
                "licence": declared.source.licence,
                "citation": declared.source.citation,
                "weighting": declared.weighting,
                "duplicates": declared.duplicates,
                "repeated": 0,
                "mean_weight": 1.0,
                "received": export.rows,
                "blank_rows": export.blank_rows,
            }
        )
    text = (
        "name",
        "title",
        "fielded_from",
        "fielded_to",
        "file",
        "sha256",
        "licence",
        "citation",
        "weighting",
        "duplicates",
    )
    types = {"wave": "uint8", **dict.fromkeys(text, "str")}
    types |= {
        "repeated": "int64",
        "mean_weight": "float64",
        "synthetic": "bool",
        "received": "int64",
        "blank_rows": "int64",
    }
    return frame(rows, types)


def _wordings(questionnaire: Survey, mapped: Sequence[Mapped]) -> pd.DataFrame:
    """How each wave put each question: its number, its words and its mode of selection."""
    rows = []
    numbers = Numbers(questionnaire).questions
    for number, meaning in enumerate(mapped, 1):
        for name, headings in meaning.columns.items():
            text, mode = wording(questionnaire, name, headings)
            code = headings[0].code
            rows.append(
                {
                    "wave": number,
                    "question": numbers[name],
                    "number": code.upper() if code else f"Q{numbers[name]}",
                    "text": text,
                    "mode": mode,
                }
            )
    types = {"wave": "uint8", "question": "uint16", "number": "str", "text": "str", "mode": "str"}
    return frame(rows, types)


def wording(
    questionnaire: Survey, name: str, headings: Sequence[Heading], as_exported: bool = False
) -> tuple[str, str]:
    """How a question is worded, and how one answers it: as the questionnaire says, else the export.

    With `as_exported` the headings come first, which may read otherwise in each wave.
    """
    asked = questionnaire.questions[name]
    declared = asked.text if asked.text and not is_beginning(asked.text) else ""
    # a column that is headed by an option alone does not say what was asked
    headed = "" if len(headings) > 1 and headings[0].bare else headings[0].text
    said = (headed, declared) if as_exported else (declared, headed)
    words = " ".join((said[0] or said[1] or plain(name)).split())
    mode = _MODE.search(words)
    return (words[: mode.start()], mode[1]) if mode else (words, asked.mode)


def _questions(questionnaire: Survey, mapped: Sequence[Mapped]) -> pd.DataFrame:
    latest = _wordings(questionnaire, mapped).drop_duplicates("question", keep="last").set_index("question")
    rows = []
    for position, (name, asked) in enumerate(questionnaire.questions.items(), 1):
        rows.append(
            {
                "question": position,
                "id": name,
                "text": latest.loc[position, "text"],
                "kind": asked.kind,
                "mode": latest.loc[position, "mode"],
                "most": asked.max,
                "private": asked.private,
            }
        )
    types = {"question": "uint16", "id": "str", "text": "str", "kind": "str", "mode": "str"}
    return frame(rows, types | {"most": "Int64", "private": "bool"})


def _full_labels(offers: Iterable[tuple[str, str, Offer]]) -> dict[tuple[str, str], str]:
    """The label of each option or item: the last that was read in full, else what [answers] read for it."""
    found: dict[tuple[str, str], str] = {}
    instead: dict[tuple[str, str], str] = {}
    for question, identifier, offer in offers:
        if not is_beginning(offer.label):
            found[question, identifier] = offer.label
        elif offer.mapped:
            instead[question, identifier] = offer.mapped
    return instead | found


def _items(questionnaire: Survey, mapped: Sequence[Mapped]) -> pd.DataFrame:
    full = _full_labels((o.question, o.item, o) for m in mapped for o in m.offers if o.item and not o.option)
    rows = [
        {
            "question": position,
            "item": number,
            "id": item,
            "label": full.get((name, item), label),
        }
        for position, (name, asked) in enumerate(questionnaire.questions.items(), 1)
        for number, (item, label) in enumerate(asked.items.items(), 1)
    ]
    return frame(rows, {"question": "uint16", "item": "uint16", "id": "str", "label": "str"})


def _options(questionnaire: Survey, mapped: Sequence[Mapped]) -> pd.DataFrame:
    full = _full_labels((o.question, o.option, o) for m in mapped for o in m.offers if o.option)
    rows = []
    for position, name in enumerate(questionnaire.questions, 1):
        scores = questionnaire.scores(name)
        for number, (identifier, option) in enumerate(questionnaire.options(name).items(), 1):
            rows.append(
                {
                    "question": position,
                    "option": number,
                    "id": identifier,
                    "label": full.get((name, identifier), option.label),
                    "role": option.role,
                    "exclusive": option.exclusive,
                    "score": scores.get(identifier),
                }
            )
    types = {"question": "uint16", "option": "uint16", "id": "str", "label": "str", "role": "str"}
    return frame(rows, types | {"exclusive": "bool", "score": "float64"})


def _rules(fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> pd.DataFrame:
    """The screening rules of each wave, in order; what repeats another response goes first, at place 0.

    `lost` counts the texts of a rule that stand in no cell.
    """
    rows = []
    for number, (fielding, meaning) in enumerate(zip(fieldings, mapped, strict=True), 1):
        if fielding.wave.respondents.duplicates in KEPT:
            rows.append({"wave": number, "position": 0, "reason": REPEATED, "lost": 0})
        rows += [
            {"wave": number, "position": place, "reason": reason, "lost": meaning.lost[place - 1]}
            for place, (reason, _) in enumerate(meaning.screens, 1)
        ]
    return frame(rows, {"wave": "uint8", "position": "uint16", "reason": "str", "lost": "uint16"})


class Numbers:
    """The number of each question, item and option; 0 for none."""

    def __init__(self, questionnaire: Survey) -> None:
        self.questions = {name: number for number, name in enumerate(questionnaire.questions, 1)}
        self.items = {
            (name, item): number
            for name, asked in questionnaire.questions.items()
            for number, item in enumerate(asked.items, 1)
        }
        self.options = {
            (name, option): number
            for name in questionnaire.questions
            for number, option in enumerate(questionnaire.options(name), 1)
        }

    def item(self, question: str, item: str) -> int:
        """The number of an item of a question; 0 for the empty id."""
        return self.items[question, item] if item else 0

    def option(self, question: str, option: str) -> int:
        """The number of an option of a question; 0 for the empty id."""
        return self.options[question, option] if option else 0


def _offers(questionnaire: Survey, mapped: Sequence[Mapped]) -> pd.DataFrame:
    numbers = Numbers(questionnaire)
    rows = []
    for number, meaning in enumerate(mapped, 1):
        screened = _screened(meaning)
        rows += [
            {
                "wave": number,
                "question": numbers.questions[offer.question],
                "item": numbers.item(offer.question, offer.item),
                "option": numbers.option(offer.question, offer.option),
                "label": offer.label,
                "screened": (offer.question, offer.option) in screened,
            }
            for offer in meaning.offers
        ]
    types = {"wave": "uint8", "question": "uint16", "item": "uint16", "option": "uint16"}
    types |= {"label": "str", "screened": "bool"}
    return frame(rows, types)


def _screened(meaning: Mapped) -> set[tuple[str, str]]:
    """The options that disqualify by themselves, so that no analysed respondent can have chosen them."""
    return {
        (conditions[0].question, option)
        for _, conditions in meaning.screens
        if len(conditions) == 1
        for option in conditions[0].options
    }


def _slots(questionnaire: Survey, mapped: Sequence[Mapped]) -> pd.DataFrame:
    """What a respondent has a state on: each question, and each item of a grid, in each wave.

    Each is a bit of a word, in the order of the questionnaire: what respondents did is found by words.
    """
    numbers = Numbers(questionnaire)
    rows = []
    for wave_number, meaning in enumerate(mapped, 1):
        there = {(offer.question, offer.item) for offer in meaning.offers}
        number = itertools.count()
        for name, asked in questionnaire.questions.items():
            for item in asked.items if asked.kind == "grid" else [""]:
                offered = (name, item) in there if item else name in meaning.columns
                word, bit = divmod(next(number), _BITS)
                rows.append(
                    {
                        "wave": wave_number,
                        "question": numbers.questions[name],
                        "item": numbers.item(name, item),
                        "offered": offered,
                        "word": word,
                        "bit": 1 << bit,
                    }
                )
    types = {"wave": "uint8", "question": "uint16", "item": "uint16", "offered": "bool"}
    return frame(rows, types | {"word": "int64", "bit": "int64"})


def _nets(questionnaire: Survey, fieldings: Sequence[Fielding]) -> pd.DataFrame:
    """One row a member of a net, or a band of a number: from `low` up to below `high`.

    The band that reaches highest holds its upper end too, so that bands may share their ends. Nets are
    numbered from 1 within their question, and behind them the options that are joined to compare waves.
    """
    rows: list[dict[str, Any]] = []
    for question, (name, asked) in enumerate(questionnaire.questions.items(), 1):
        options = list(questionnaire.options(name))
        nets = [(net, members, False) for net, members in questionnaire.nets(name).items()]
        nets += [(target, parts, True) for target, parts in joins(fieldings, name).items()]
        for number, (net, members, pool) in enumerate(nets, 1):
            own = {"question": question, "net": number, "id": net, "pool": pool}
            rows += [own | {"option": options.index(member) + 1} for member in members]
        if asked.kind in MEASURED:
            bands = {net: [float(end) for end in band] for net, band in asked.nets.items()}
            top = max((high for _, high in bands.values()), default=0.0)
            rows += [
                {
                    "question": question,
                    "net": number,
                    "id": net,
                    "pool": False,
                    "low": low,
                    "high": high,
                    "closed": high == top,
                }
                for number, (net, (low, high)) in enumerate(bands.items(), 1)
            ]
    types = {"question": "uint16", "net": "uint16", "id": "str", "pool": "bool", "option": "UInt16"}
    table = frame(rows, types | {"low": "float64", "high": "float64", "closed": "boolean"})
    return table.assign(closed=table["closed"].fillna(False))


def _routes(questionnaire: Survey, mapped: Sequence[Mapped]) -> pd.DataFrame:
    """Which option of which question lets a respondent on; options that a wave lacks are left out."""
    numbers = Numbers(questionnaire)
    rows = []
    for wave_number, meaning in enumerate(mapped, 1):
        there = {(offer.question, offer.option) for offer in meaning.offers}
        for name, asked in questionnaire.questions.items():
            for on, options in asked.asked.items():
                rows += [
                    {
                        "wave": wave_number,
                        "question": numbers.questions[name],
                        "on_question": numbers.questions[on],
                        "on_option": numbers.option(on, option),
                    }
                    for option in options
                    if (on, option) in there
                ]
    types = dict.fromkeys(("question", "on_question", "on_option"), "uint16")
    return frame(rows, {"wave": "uint8"} | types)
