"""An export read by the definition of its questionnaire: columns, codes, separators, what is not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.answers import joined_cells
from pipeline.answers.meaning import Mapped
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding, Reading, Wave
from pipeline.drafting.before import Before
from pipeline.drafting.defined import Defined, Named
from pipeline.drafting.doubts import in_one_line
from pipeline.drafting.draft import Given
from pipeline.drafting.guess import guess
from pipeline.drafting.joined import Held, Joined
from pipeline.drafting.look import Looked
from pipeline.drafting.one_column import could_be_number
from pipeline.drafting.questionnaires.definition import Definition, Posed
from pipeline.exports.tools import Heading
from pipeline.text.folding import fold
from pipeline.text.values import BITS, CODES_OF_TWO, LISTED, as_date, as_place

_ANSWERS = 0.5  # so large a part of the cells of a choice are answers of it
_NUMBERS = 0.95  # so large a part of the answers to a number are numbers
_SEPARATORS = (LISTED, ";", "|", "\n", ",", " ", BITS, CODES_OF_TWO)


@dataclass(frozen=True)
class Match:
    """How one question of a definition stands in an export."""

    columns: list[Heading]
    doubt: str
    lines: Mapping[str, str]
    """the texts of [answers] that its cells and headings may need, with the option or item of each"""
    reading: Mapping[str, Any]
    drop: Sequence[tuple[Heading, str]]
    """columns that say the same as others do"""


def matches_of(defined: Defined, joined: Joined, looked: Looked) -> dict[str, Match]:
    """The columns of each question and how their cells are read, by the id of the question."""
    there = [one for one in defined.questions if one.posed.code in joined.questions]
    return {
        one.id: match_question(one, joined.questions[one.posed.code], looked, defined.doubt(one.posed))
        for one in there
    }


def match_question(named: Named, held: Sequence[Held], looked: Looked, doubt: str) -> Match:
    """The columns of one question, the joined cell left out where boxes say the same."""
    posed = named.posed
    whole = [heading for heading, place in held if place.holds == "answer"]
    boxes = [heading for heading, place in held if place.holds in ("box", "item", "place")]
    drop = []
    if whole and boxes:
        filled = [heading for heading in boxes if looked.texts.get(heading.column)]
        left = whole if filled else boxes
        reason = "it stands in a column an option, too" if filled else "it stands joined in one column, too"
        drop = [(heading, reason) for heading in left]
        held = [(heading, place) for heading, place in held if heading not in left]
        whole = [] if filled else whole
    in_cells = {} if _is_boxed(held) else _cell_lines(named, [heading for heading, _ in held], looked)
    parted = _parted(held, looked)
    headed = _headed(named, parted)
    if _unclear(headed, in_cells):
        parted, headed = held, _headed(named, held)
    held, unclear = parted, _unclear(headed, in_cells)
    columns = [heading for heading, _ in held]
    if unclear:
        doubt = in_one_line(doubt, f"{unclear[0]!r} heads a column and stands in cells")
    reading: dict[str, Any] = {}
    if len(whole) == 1 and posed.kind in ("multiple", "rank"):
        separator, _ = joint_of(posed, looked.texts.get(whole[0].column, {}), looked.layout.separator)
        if separator and separator != looked.layout.separator:
            reading["separator"] = separator
    guessed_reading, guessed_doubt = _guessed(named, columns, looked)
    doubt = in_one_line(doubt, guessed_doubt)
    return Match(columns, doubt, in_cells | headed, guessed_reading | reading, drop)


def _parted(held: Sequence[Held], looked: Looked) -> Sequence[Held]:
    """Columns whose headings hold the question and an option, taken apart where one finder names all."""
    if any(place.holds == "answer" for _, place in held):
        return held
    parts = [heading for heading, place in held if place.holds != "words"]
    finders = {looked.parted[h.column][1] if h.column in looked.parted else "" for h in parts}
    if len(finders) != 1 or "" in finders:
        return held
    return [(looked.parted[h.column][0] if h.column in looked.parted else h, place) for h, place in held]


def _headed(named: Named, held: Sequence[Held]) -> dict[str, str]:
    """The options and items whose columns are headed otherwise than by their label, by what heads them."""
    parts = {part.code: part for part in (*named.posed.options, *named.posed.items)}
    ids = {**named.options, **named.items}
    return {
        heading.label: ids[place.part]
        for heading, place in held
        if place.part in ids
        and heading.label
        and fold(heading.label) != fold(named.label(ids[place.part], parts[place.part]))
    }


def _unclear(headed: Mapping[str, str], in_cells: Mapping[str, str]) -> list[str]:
    """The texts that head a column of one option or item and stand in cells for another."""
    return sorted(text for text, to in headed.items() if in_cells.get(text, to) != to)


def _is_boxed(held: Sequence[Held]) -> bool:
    return any(place.holds == "box" for _, place in held)


def _cell_lines(named: Named, columns: Sequence[Heading], looked: Looked) -> dict[str, str]:
    """The codes that stand in cells for options, or for the items of a ranking; none where labels do."""
    posed = named.posed
    parts, ids = (posed.items, named.items) if posed.kind == "rank" else (posed.options, named.options)
    labels = {fold(named.label(ids[part.code], part)) for part in parts}
    texts = {fold(text) for heading in columns for text in looked.texts.get(heading.column, {})}
    if texts and texts <= labels:
        return {}
    lines: dict[str, str] = {}
    for part in parts:
        for text in (part.code, part.label, *part.others):
            if fold(text) != fold(named.label(ids[part.code], part)):
                lines.setdefault(text, ids[part.code])
    return lines


def joint_of(posed: Posed, values: Mapping[str, int], usual: str) -> tuple[str, float]:
    """What joins several answers in the cells of a column, and what part of these is known then.

    It is what leaves most known; `usual` is tried first.
    """
    parts = (*posed.options, *posed.items)
    known = {fold(text) for part in parts for text in (part.code, part.label, *part.others) if text}
    best, most = "", 0.0
    for separator in dict.fromkeys((usual, *_SEPARATORS)):
        cells = joined_cells.Splitter(known, separator)
        score = 0.0
        for text, count in values.items():
            pieces = cells.split(text)
            fitting = sum(fold(piece) in known for piece in pieces)
            score += count * (fitting / len(pieces) if pieces else 1.0)
        if score > most + 1e-9:
            best, most = separator, score
    return best, most / max(1, sum(values.values()))


def _guessed(named: Named, columns: Sequence[Heading], looked: Looked) -> tuple[dict[str, Any], str]:
    """How numbers, dates and boxes are read, by their cells; with what is doubtful about the first two."""
    posed = named.posed
    if posed.kind not in ("number", "date", "allocation", "multiple"):
        return _unanswered(named, columns, looked), ""
    guessed = guess(list(columns), looked.texts, looked.layout, looked.rows).questions
    if len(guessed) != 1 or guessed[0].kind != posed.kind:
        return _unanswered(named, columns, looked), ""
    read = guessed[0].reading
    if posed.kind == "multiple":
        # a tool that writes a No into every box of everybody does so for those too who were not asked
        untouched = "not_asked" if guessed[0].doubt else read.get("unticked", "")
        boxes = {"unticked": untouched} if "unticked" in read else {}
        return _unanswered(named, columns, looked) | boxes, ""
    reading = {key: value for key, value in read.items() if key != "separator"}
    return reading, guessed[0].doubt_in_full.replace(guessed[0].id, named.id)


def _unanswered(named: Named, columns: Sequence[Heading], looked: Looked) -> dict[str, Any]:
    """The code by which Qualtrics says that a question was seen and not answered, where no option has it."""
    codes = {text for part in named.posed.options for text in (part.code, part.label)}
    seen = any("-99" in looked.texts.get(heading.column, {}) for heading in columns)
    return {"blank": ["-99"]} if looked.format == "qualtrics" and seen and "-99" not in codes else {}


def given(defined: Defined, joined: Joined, matches: Mapping[str, Match]) -> Given:
    """What the definition says of the columns of an export; those of personal questions are dropped."""
    drop = [*joined.unasked, *(column for one in matches.values() for column in one.drop)]
    for posed in defined.definition.questions:
        if posed.personal:
            held = joined.questions.get(posed.code, ())
            reason = f"it asks for {posed.personal.removeprefix('it asks for ')}"
            drop += [(heading, reason) for heading, _ in held]
    columns = {name: (one.columns, one.doubt) for name, one in matches.items()}
    return Given(columns, drop, joined.roles)


def as_fielded(definition: Definition, joined: Joined, looked: Looked) -> tuple[Definition, list[str]]:
    """The definition as the export has it, and lines on what differs.

    A question whose cells are no answers of it was fielded as another one, and is left to be guessed. An
    option or item that has no column, where all others have, was not fielded.
    """
    other, lost = [], []
    questions = []
    for posed in definition.questions:
        held = joined.questions.get(posed.code, [])
        if held and not _fits(posed, held, looked):
            other.append(posed.code)
            continue
        parts = {place.part for _, place in held}
        kept = posed
        if any(place.holds == "box" for _, place in held):
            kept = replace(kept, options=tuple(part for part in posed.options if part.code in parts))
        if any(place.holds == "item" for _, place in held):
            kept = replace(kept, items=tuple(part for part in posed.items if part.code in parts))
        if (gone := len(posed.options) + len(posed.items) - len(kept.options) - len(kept.items)) > 0:
            lost.append(f"{posed.code} ({gone})")
        questions.append(kept)
    lines = []
    if other:
        lines.append(f"answered otherwise than defined, so drafted from the export: {', '.join(other)}")
    if lost:
        lines.append(f"options or items without a column in the export, left out: {', '.join(lost)}")
    return replace(definition, questions=tuple(questions)), lines


def _fits(posed: Posed, held: Sequence[Held], looked: Looked) -> bool:
    """Whether its columns can be told apart and most of their cells are answers of it, by its kind."""
    parts = [(fold(heading.label), place) for heading, place in held if place.holds in ("box", "item")]
    if len({label for label, _ in parts} - {""}) < len({place for _, place in parts}):
        return False
    if posed.kind == "multiple" and sum(place.holds == "answer" for _, place in held) > 1:
        return False  # an answer a column: of a list, or of a grid
    texts: Counter[str] = Counter()
    for heading, place in held:
        if place.holds in ("answer", "item", "place"):
            texts.update(looked.texts.get(heading.column, {}))
    if not texts or posed.kind == "text":
        return True
    if posed.kind == "date":
        orders = ("", "day first", "month first")
        dated = [sum(n for text, n in texts.items() if as_date(text, order)) for order in orders]
        return _NUMBERS * texts.total() <= max(dated)
    if posed.kind in ("number", "allocation"):
        fitting = sum(n for text, n in texts.items() if could_be_number(text, posed.unit))
        return _NUMBERS * texts.total() <= fitting
    if any(part.write_in for part in posed.options):
        return True  # what fits nothing may be anybody's own words
    _, known = joint_of(posed, texts, looked.layout.separator)
    places = sum(n for text, n in texts.items() if as_place(text) is not None) if posed.kind == "rank" else 0
    return known >= _ANSWERS or places >= _ANSWERS * texts.total()


def with_lines(before: Before, matches: Mapping[str, Match]) -> Before:
    """A wave before with what the definition says of the texts and the reading of its questions.

    What people wrote into the wave file comes first.
    """
    answers, reading = dict(before.wave.answers), dict(before.wave.reading)
    for name, one in matches.items():
        answers[name] = {**one.lines, **answers.get(name, {})}
        if name not in reading and one.reading:
            reading[name] = Reading.model_validate(dict(one.reading))
    wave = before.wave.model_copy(update={"answers": answers, "reading": reading})
    return replace(before, fielding=replace(before.fielding, wave=wave))


def as_before(matches: Mapping[str, Match], looked: Looked, data: dict[str, Any]) -> Before:
    """The definition as a draft asks of a wave before: its questions, and how its answers are written.

    `data` is survey.toml as it was drafted from the definition.
    """
    wave = Wave.model_validate(
        {
            "title": "",
            "source": {"file": "none", "format": looked.format, "encoding": "utf-8"},
            "answers": {name: dict(one.lines) for name, one in matches.items() if one.lines},
            "reading": {name: dict(one.reading) for name, one in matches.items() if one.reading},
        }
    )
    survey, document = Survey.model_validate(data), Document("survey.toml", data, {})
    mapped = Mapped(columns={name: tuple(one.columns) for name, one in matches.items()})
    return Before(survey, document, Fielding("", wave, Document("", {}, {}), ()), mapped, by_definition=True)
