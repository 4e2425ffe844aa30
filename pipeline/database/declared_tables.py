"""What is declared, as rows of the integer-coded tables that the answers refer to (schema.sql)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline.answers.meaning import Mapped, Offer
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.rows import fill
from pipeline.declarations.comparability import joins
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import REPEATED, Fielding
from pipeline.exports.tools import Heading
from pipeline.project.sql import Engine, execute
from pipeline.text.folding import is_beginning, plain

STATES = ("answered", "dkns", "not_applicable", "skipped", "not_reached", "not_asked", "not_offered")
"""the states of a respondent on a question, as the type `state` of the database has them"""
DROPPED_REPEATS = {"keep_first": "place > 1", "keep_last": "place < places"}
"""which of the responses that repeat one another go, in SQL, by what is declared of duplicates"""
_BITS = 62  # in a word, which SQL has as a signed integer
_MODE = re.compile(
    r"\s*(\((?:please )?(?:select|choose|check|tick|mark|rank|pick)[^()]*\))\s*[:.]?\s*\Z", re.IGNORECASE
)
Row = dict[str, Any]


def declare(connection: Engine, questionnaire: Survey, waves: Sequence[MappedWave]) -> None:
    """Fill the tables that hold declarations."""
    wordings = list(_wordings(questionnaire, waves))
    tables: dict[str, Iterable[Row]] = {
        "waves": map(_wave, waves),
        "wordings": wordings,
        "questions": _questions(questionnaire, wordings),
        "items": _items(questionnaire, waves),
        "options": _options(questionnaire, waves),
        "offers": _offers(questionnaire, waves),
        "slots": slots(questionnaire, waves),
        "routes": routes(questionnaire, waves),
        "rules": _rules(waves),
        "nets": _nets(questionnaire, [wave.fielding for wave in waves]),
    }
    for name, rows in tables.items():
        fill(connection, f"coded.{name}", list(rows))
    execute(connection, "database/places")


def _wave(wave: MappedWave) -> Row:
    declared, fielded, export = wave.fielding.wave, wave.fielding.wave.fielded, wave.export
    return {
        "wave": wave.number,
        "name": wave.fielding.name,
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


def _wordings(questionnaire: Survey, waves: Sequence[MappedWave]) -> Iterator[Row]:
    """How each wave put each question: its number, its words and its mode of selection."""
    for wave in waves:
        for name, headings in wave.meaning.columns.items():
            text, mode = wording(questionnaire, name, headings)
            code, question = headings[0].code, questionnaire.position(name)
            number = code.upper() if code else f"Q{question}"
            yield {"wave": wave.number, "question": question, "number": number, "text": text, "mode": mode}


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
    first, second = (headed, declared) if as_exported else (declared, headed)
    words = " ".join((first or second or plain(name)).split())
    mode = _MODE.search(words)
    return (words[: mode.start()], mode[1]) if mode else (words, asked.mode)


def _questions(questionnaire: Survey, wordings: Sequence[Row]) -> Iterator[Row]:
    latest = {row["question"]: row for row in wordings}
    for number, (name, asked) in enumerate(questionnaire.questions.items(), 1):
        yield {
            "question": number,
            "id": name,
            "text": latest[number]["text"],
            "kind": asked.kind,
            "counted": asked.form.counted,
            "several": asked.form.several,
            "mode": latest[number]["mode"],
            "most": asked.max,
            "total": asked.total or None,
            "private": asked.private,
        }


def _full_labels(offers: Iterable[tuple[str, str, Offer]]) -> dict[tuple[str, str], str]:
    """The label of each option or item: the last that was read in full, else what [answers] read for it."""
    full: dict[tuple[str, str], str] = {}
    instead: dict[tuple[str, str], str] = {}
    for question, identifier, offer in offers:
        if not is_beginning(offer.label):
            full[question, identifier] = offer.label
        elif offer.mapped:
            instead[question, identifier] = offer.mapped
    return instead | full


def _items(questionnaire: Survey, waves: Sequence[MappedWave]) -> Iterator[Row]:
    offers = (o for wave in waves for o in wave.meaning.offers if o.item and not o.option)
    full = _full_labels((o.question, o.item, o) for o in offers)
    for question, (name, asked) in enumerate(questionnaire.questions.items(), 1):
        for number, (item, label) in enumerate(asked.items.items(), 1):
            label = full.get((name, item), label)
            yield {"question": question, "item": number, "id": item, "label": label}


def _options(questionnaire: Survey, waves: Sequence[MappedWave]) -> Iterator[Row]:
    full = _full_labels((o.question, o.option, o) for wave in waves for o in wave.meaning.offers if o.option)
    for question, name in enumerate(questionnaire.questions, 1):
        scores = questionnaire.scores(name)
        for number, (identifier, option) in enumerate(questionnaire.options(name).items(), 1):
            yield {
                "question": question,
                "option": number,
                "id": identifier,
                "label": full.get((name, identifier), option.label),
                "role": option.role,
                "exclusive": option.exclusive,
                "score": scores.get(identifier),
            }


def _rules(waves: Sequence[MappedWave]) -> Iterator[Row]:
    """The screening rules of each wave, in order; what repeats another response goes first, at place 0.

    `lost` counts the texts of a rule that stand in no cell.
    """
    for wave in waves:
        if wave.fielding.wave.respondents.duplicates in DROPPED_REPEATS:
            yield {"wave": wave.number, "position": 0, "reason": REPEATED, "lost": 0}
        for place, (reason, _) in enumerate(wave.meaning.screens, 1):
            lost = wave.meaning.lost[place - 1]
            yield {"wave": wave.number, "position": place, "reason": reason, "lost": lost}


def _offers(questionnaire: Survey, waves: Sequence[MappedWave]) -> Iterator[Row]:
    for wave in waves:
        screened = _screened(wave.meaning)
        for offer in wave.meaning.offers:
            yield {
                "wave": wave.number,
                "question": questionnaire.position(offer.question),
                "item": questionnaire.item_number(offer.question, offer.item),
                "option": questionnaire.option_number(offer.question, offer.option),
                "label": offer.label,
                "screened": (offer.question, offer.option) in screened,
            }


def _screened(meaning: Mapped) -> set[tuple[str, str]]:
    """The options that disqualify by themselves, so that no analysed respondent can have chosen them."""
    return {
        (conditions[0].question, option)
        for _, conditions in meaning.screens
        if len(conditions) == 1
        for option in conditions[0].options
    }


def slots(questionnaire: Survey, waves: Sequence[MappedWave]) -> Iterator[Row]:
    """What a respondent has a state on: each question, and each item of a grid, in each wave.

    Each is a bit of a word, in the order of the questionnaire, so that SQL handles 62 of them at once.
    """
    for wave in waves:
        there = {(offer.question, offer.item) for offer in wave.meaning.offers}
        place = itertools.count()
        for name, asked in questionnaire.questions.items():
            for item in asked.items if asked.form.by_item else [""]:
                word, bit = divmod(next(place), _BITS)
                yield {
                    "wave": wave.number,
                    "question": questionnaire.position(name),
                    "item": questionnaire.item_number(name, item),
                    "offered": (name, item) in there if item else name in wave.meaning.columns,
                    "word": word,
                    "bit": 1 << bit,
                }


def _nets(questionnaire: Survey, fieldings: Sequence[Fielding]) -> Iterator[Row]:
    """One row a member of a net, or a band of a number: from `low` up to below `high`.

    The band that reaches highest holds its upper end too, so that bands may share their ends. Nets are
    numbered from 1 within their question, and behind them the options that are joined to compare waves.
    """
    for question, (name, asked) in enumerate(questionnaire.questions.items(), 1):
        options = list(questionnaire.options(name))
        nets = [(net, members, False) for net, members in questionnaire.nets(name).items()]
        nets += [(target, parts, True) for target, parts in joins(fieldings, name).items()]
        for number, (net, members, pool) in enumerate(nets, 1):
            row = {"question": question, "net": number, "id": net, "pool": pool, "closed": False}
            yield from (row | {"option": options.index(member) + 1} for member in members)
        if asked.form.is_measured:
            bands = {net: [float(end) for end in band] for net, band in asked.nets.items()}
            top = max((high for _, high in bands.values()), default=0.0)
            for number, (net, (low, high)) in enumerate(bands.items(), 1):
                row = {"question": question, "net": number, "id": net, "pool": False, "closed": high == top}
                yield row | {"low": low, "high": high}


def routes(questionnaire: Survey, waves: Sequence[MappedWave]) -> Iterator[Row]:
    """Which option of which question lets a respondent on; options that a wave lacks are left out."""
    for wave in waves:
        there = {(offer.question, offer.option) for offer in wave.meaning.offers}
        for name, asked in questionnaire.questions.items():
            for on, options in asked.asked.items():
                for option in options:
                    if (on, option) in there:
                        yield {
                            "wave": wave.number,
                            "question": questionnaire.position(name),
                            "on_question": questionnaire.position(on),
                            "on_option": questionnaire.option_number(on, option),
                        }
