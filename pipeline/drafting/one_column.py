"""The question that stands in one column: a choice, several answers joined, a number, a date, or words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.answers.columns import is_other, other_and_text
from pipeline.drafting import cells, damage, words
from pipeline.drafting.columns import Columns, Joint
from pipeline.drafting.question import HERE, SHOWN, Question
from pipeline.exports.tools import Heading
from pipeline.project.errors import shortened
from pipeline.text.folding import fold
from pipeline.text.values import (
    CONTINENTAL,
    ENGLISH,
    LISTED,
    PLAIN,
    Numerals,
    as_date,
    as_list,
    as_number,
    ways_to_read,
)

_DENSE = 1.5  # codes leave out few of the numbers between the first and the last
_MOST_CODES = 40  # a choice with more codes than this is a number
_FEW_NUMBERS = 7  # so few different ones may be codes whatever was asked
_MANY_OTHERS = 0.05  # so large a part in words of their own is looked at although there is an Other
_SELDOM, _VERY_SELDOM = 4, 5  # times less often than the usual answer
_TWO, _A_FEW = 2, 3  # people may have written the same
_BITS = re.compile(r"[01]{3,}")
_FIVE_DIGITS = re.compile(r"\d{5}")
_FILLED_UP = re.compile(r"0\d+")  # no number is written so
# signs that join answers, and seldom stand within one
_JOINING = re.compile(r"(?<=[^\W\d]),(?=[^\W\d])|[;|┋\n]")
_LONGER_THAN_A_YEAR, _BASIC_DATE = 6, 8  # characters of a date
_HARDLY_MORE = 1.25  # times those who wrote beside an option have chosen it, at most
_STEP = re.compile(r"(?P<step>\d{1,2})(?:\s*[-–—=:.(]\s*[^\d\s].*|\s+[^\W\d].*)?")
_STEP_BEHIND = re.compile(r"[^\W\d].*?\s*[-–—=:(]\s*(?P<step>\d{1,2})\)?")
_FEWEST_STEPS = 4
_LONGEST_SCALE = 10
_LAST_OF_SHORT = 7  # the last step of the longest scale but that from 0 to 10
_RESPONSE = ("Response", "Open-Ended Response")
_WORDS_BESIDE = 6  # a column of numbers has no more other texts than this
_SHORT = 60  # characters of an option that one person chose
_NO_CHANCE = 5  # so many people do not write the same by chance
_FEW_ONCE = 0.1  # so large a part of the answers of a list may be given once
_MOSTLY = 0.8  # and so large a part of its cells are numbers
_MORE_THAN_HALF = 0.6  # or so large a part, where it asks how many
_UNIT = re.compile(
    r"(?P<before>[A-Z]{3}|[^\w\s.,'+-])? ?[+-]?\d[\d.,' ]*? ?(?P<behind>[^\W\d_]{1,12}\.?|[^\w\s.,'+-])?"
)


def of_one_column(columns: Columns, plain: Question, heading: Heading, beside: Heading | None) -> Question:
    """A question that has one column, or one `beside` it for people's own words."""
    if heading.label and not heading.bare and _stands_apart(columns, heading):
        plain = replace(plain, text=f"{plain.text} [{heading.label}]")
    values = columns[heading]
    total = sum(values.values())
    if dated := _dated(plain, values):
        return dated
    if steps := _worded_steps(plain, values):
        return steps
    if len(values) > 1 and len({*map(len, values)}) == 1 and all(map(_BITS.fullmatch, values)):
        return plain.unsettled("its cells are rows of 0 and 1, one a box: export a column a box", total)
    if any(map(_FILLED_UP.fullmatch, values)) and len({*map(len, values)}) < len(values) - 1:
        doubt = "numbers that begin with 0: codes, of which several may stand in a cell?"
        return _of_texts(columns, plain, heading, beside).unsettled(doubt, total)
    if measured := _measured(columns, plain, values, beside):
        return measured
    if words.asks_what_other(plain.text) or words.asks_to_specify(plain.text):
        return plain  # what several people wrote there is no option
    if joint := columns.joint(values):
        cells_of = Counter(values) if joint.separator == LISTED else _parts(values, joint.separator)
        return _with_other_texts(_of_joined(columns, plain, heading, beside, joint), cells_of)
    if len(values) == 1 and total > 1:
        question = replace(plain, kind="multiple", options=words.options(values))
        return question.unsettled("its cells hold one text: one box of a longer question?", total)
    return _with_other_texts(_of_texts(columns, plain, heading, beside), values)


def _parts(values: Mapping[str, int], separator: str) -> Counter[str]:
    """The answers in cells, with what somebody wrote behind an Other."""
    parts = Counter[str]()
    for text, count in values.items():
        parts.update(dict.fromkeys(text.split(cells.core_of(separator)), count))
    return parts


def _with_other_texts(question: Question, answers: Mapping[str, int]) -> Question:
    """The choice with an Other where words stand behind its label; unsettled where many say the same."""
    said_so: Counter[str] = Counter()
    for text, count in answers.items():
        if other_and_text(text)[1]:
            said_so[" ".join(text.split())] += count
    if not said_so or question.kind not in ("single", "multiple"):
        return question
    question = question.with_write_in(other_and_text(next(iter(said_so)))[0])
    most, count = said_so.most_common(1)[0]
    if count < max(_NO_CHANCE, _FEW_ONCE * sum(answers.values())):
        return question
    doubt = f"{shortened(most, SHOWN)!r}, {count} times, is read as Other and words behind it: an option?"
    return question.unsettled(doubt, said_so.total())


def _stands_apart(columns: Columns, heading: Heading) -> bool:
    """Whether the column of an item has several answers in its cells, and so is a question of its own."""
    return bool(columns.joint(columns[heading])) and heading.label not in _RESPONSE


def _measured(
    columns: Columns, plain: Question, values: Mapping[str, int], others: Heading | None
) -> Question | None:
    """A question whose cells are numbers, but for a few texts and codes beside them; None for others."""
    below, above = damage.no_answers(values)
    unit = _unit_of(values)
    without = {text: n for text, n in values.items() if text not in below and text not in above}
    numbers = {text: n for text, n in without.items() if could_be_number(text, unit)}
    beside = {text: n for text, n in without.items() if text not in numbers}
    ways = ways_to_read(numbers, unit)
    if not ways or any(as_number(text, unit, ways[0]) is None for text in numbers):
        return None
    # two numbers alone are codes, unless codes for no answer stand beside them
    few = len(numbers) <= 2 and not (below or above)
    # what one or two wrote in place of a number is none of its answers
    odd = {text: n for text, n in beside.items() if n <= _TWO and not words.is_usual(text)}
    beside = {text: n for text, n in beside.items() if text not in odd}
    of_odd = _MORE_THAN_HALF if words.asks_a_number(plain.text) else _MOSTLY
    of_numbers, of_all = sum(numbers.values()), sum(without.values())
    mostly_numbers = of_numbers >= max(of_odd * of_all, _MOSTLY * (of_numbers + sum(beside.values())))
    if few or not mostly_numbers or damage.bands(values):
        return None
    question = _of_numbers(columns, plain, numbers, ways, unit, coded=others is not None)
    if len(beside) > _WORDS_BESIDE or (odd and question.kind != "number"):
        return None
    question = replace(question, options={**question.options, **words.options(beside)})
    if others is not None:
        question = _with_words_beside(columns, question, question.columns[0], others, "")
    if odd:
        moved = sum(odd.values())
        question = question.blanked(*odd).unsettled(
            f"{moved} of {sum(without.values())} cells hold no plain number, and are read as no answer: map "
            f"them under [answers.{HERE}] in place of blank where they tell one",
            moved,
        )
    lowest, highest = (end(numbers, key=lambda t: as_number(t, unit, ways[0]) or 0.0) for end in (min, max))
    for text, count in below.items():
        question = question.blanked(text).unsettled(
            f"{text} comes {count} times where all others are {lowest} to {highest}: read as no answer",
            count,
        )
    if above:
        if question.kind == "single":
            question = replace(
                question, options={**question.options, **{f"code_{t}": t for t in sorted(above)}}
            )
        seen = ", ".join(f"{text} ({count} times)" for text, count in above.items())
        question = question.unsettled(
            f"{seen} where all others are {lowest} to {highest}: a missing value? then blank = "
            f"[{', '.join(map(repr, above))}] under [reading.{HERE}]".replace("'", '"'),
            sum(above.values()),
        )
    return question


def _of_joined(
    columns: Columns, plain: Question, heading: Heading, beside: Heading | None, joint: Joint
) -> Question:
    """A multiple choice whose answers are joined in the cells of one column."""
    pieces, answers = joint.cut.pieces, joint.answers
    apart = columns.layout.own_words_apart or bool(beside)
    answers = answers if apart else _without_written(pieces, answers)
    question = replace(plain, kind="multiple", options=words.options(answers))
    if joint.is_ranking and not beside:
        question = replace(plain, kind="rank", items=words.items(sorted(answers)))
    if joint.separator.strip() != columns.layout.separator.strip() or joint.separator == "\n":
        question = question.read_as(separator=joint.separator)
    if beside:
        question = _with_words_beside(columns, question, heading, beside, joint.separator)
    elif question.kind != "rank":
        question = _with_own_words(question, pieces, answers, apart)
    total = sum(columns[heading].values())
    if joint.separator == LISTED:
        empty = [text for text in columns[heading] if as_list(text) == []]
        return question.blanked(*empty) if empty else question
    if columns.is_wordy(joint.separator) and not all(map(str.isdecimal, answers)):
        several = sum(count for parts, count in joint.cut.cells if len(parts) > 1)
        doubt = f"cut at {joint.separator!r} into {len(answers)} answers in {several} of {total} cells"
        question = question.unsettled(doubt, several)
    if ends := joint.cut.ends(answers):
        most = max(ends, key=lambda text: ends[text])
        doubt = (
            f"cut at {joint.separator!r} into {len(answers)} answers; {shortened(most, SHOWN)!r}, in "
            f"{ends[most]} of {total} cells and never first, may be the end of another"
        )
        question = question.unsettled(doubt, sum(ends.values()))
    return question


def _with_words_beside(
    columns: Columns, question: Question, heading: Heading, beside: Heading, separator: str
) -> Question:
    """The question with the option beside which people write, in a column of its own.

    It is the one of that label, else the one that all who wrote have chosen and hardly anybody else.
    """
    if any(fold(label) == fold(beside.label) or is_other(label) for label in question.options.values()):
        label = next((o for o in question.options.values() if is_other(o)), beside.label)
        return question.with_write_in(label)
    cells_beside = columns.rows.beside(heading.column, beside.column)
    wrote = sum(cells_beside.values())
    with_text = cells.pieces(cells_beside, separator) if separator else Counter(cells_beside)
    chosen = cells.pieces(columns[heading], separator) if separator else Counter(columns[heading])
    ids = {label: option for option, label in question.options.items()}
    fitting = [
        ids[text]
        for text, count in with_text.items()
        if text in ids and count == wrote and wrote and chosen[text] <= _HARDLY_MORE * wrote
    ]
    return question.with_write_in(beside.label, fitting[0] if len(fitting) == 1 else "")


def _of_texts(columns: Columns, plain: Question, heading: Heading, beside: Heading | None) -> Question:
    """A single choice or people's own words, in one column."""
    values = columns[heading]
    total = sum(values.values())
    bands = damage.bands(values)
    shown: Counter[str] = Counter()
    for text, count in values.items():
        shown[cells.without_text(bands.get(text, text))] += count
    answers = cells.common(shown)
    if not cells.is_choice(answers, shown) or max(map(len, answers)) > cells.LONGEST_LABEL:
        pieces = cells.pieces(shown, columns.layout.separator)
        alike = sum(n for text, n in answers.items() if len(text) <= cells.LONGEST_LABEL)
        parts = cells.common(pieces)
        joined_alike = sum(parts.values()) if len(parts) <= 2 * cells.MOST_OPTIONS else 0
        repeated = 2 * alike > total or 2 * joined_alike > sum(pieces.values())
        if repeated and not words.asks_for_words(plain.text):
            return plain.unsettled(
                f"read as people's own words, though most of its {total} cells repeat answers: a choice?",
                total,
            )
        return plain
    few_more = sum(shown.values()) - sum(answers.values()) <= _FEW_ONCE * sum(shown.values())
    is_list = beside is not None or columns.layout.own_words_apart
    once = [text for text in shown if text not in answers]
    are_labels = len(once) <= len(answers) and all(len(text) <= _SHORT for text in once)
    if is_list and few_more and are_labels and not words.asks_for_words(plain.text):
        # what one person chose is an option too: people's own words stand in another column
        answers = dict(shown)
    if len(answers) > cells.MOST_OPTIONS and (is_list or len(answers) == len(shown)):
        # of a long list an entry that one person chose is one too
        return _with_signs(replace(plain, kind="single", options=words.options(shown)), shown)
    answers = answers if is_list else _without_written(shown, answers)
    order = words.about_order(answers)
    question = replace(plain, kind="single", options=words.options(answers), check=order)
    if beside:
        question = _with_words_beside(columns, question, heading, beside, "")
    else:
        question = _with_own_words(question, shown, answers, is_list)
    if bands:
        ids = {label: option for option, label in question.options.items()}
        moved = sum(values[text] for text in bands)
        first = next(iter(bands))
        doubt = (
            f"a spreadsheet made dates of bands: {first!r} is read as {bands[first]!r}, see [answers.{HERE}]"
        )
        question = replace(question, answers={text: ids[band] for text, band in bands.items() if band in ids})
        question = question.unsettled(doubt, moved)
    return _with_signs(_with_dashes(question, answers), answers)


def _with_dashes(question: Question, answers: Mapping[str, int]) -> Question:
    """The single choice, unsettled where an answer is a sign alone, as many write for none."""
    dashes = {text: count for text, count in answers.items() if not any(map(str.isalnum, text))}
    if not dashes:
        return question
    listed = ", ".join(f'"{text}"' for text in dashes)
    doubt = (
        f"{listed}, {sum(dashes.values())} times, is read as an answer: none? then blank = [{listed}] under "
        f"[reading.{HERE}]"
    )
    return question.unsettled(doubt, sum(answers.values()))


def _with_signs(question: Question, answers: Mapping[str, int]) -> Question:
    """The single choice, unsettled where its answers hold a sign that joins answers and hardly stands in one.

    Answers that always come together are told by nothing else.
    """
    signs = {text: match[0] for text in answers if (match := _JOINING.search(text))}
    if not signs:
        return question
    most = max(signs, key=lambda text: answers[text])
    sign, moved = signs[most], sum(answers[text] for text in signs)
    doubt = (
        f"{moved} cells hold {sign!r}, most of them {shortened(most, SHOWN)!r}: several answers joined? then "
        f"it is a multiple choice with an option for each, and separator = {sign!r} under [reading.{HERE}]"
    )
    return question.unsettled(doubt, moved)


def _of_numbers(
    columns: Columns,
    plain: Question,
    values: Mapping[str, int],
    ways: Sequence[Numerals],
    unit: str,
    coded: bool = False,
) -> Question:
    """A question whose cells are numbers: a number, or codes that stand for the answers of a choice.

    They are `coded` where words of people's own stand beside them.
    """
    total = sum(values.values())
    numbers = sorted(values, key=lambda text: as_number(text, unit, ways[0]) or 0.0)
    ends = [as_number(text, unit, ways[0]) or 0.0 for text in (numbers[0], numbers[-1])]
    dense = ends[0] in (0, 1) and ends[1] - ends[0] < _DENSE * len(values) and len(values) <= _MOST_CODES
    asks = words.asks_a_number(plain.text)
    few = len(values) <= _FEW_NUMBERS
    is_choice = coded or (columns.coded and few) or words.asks_for_one(plain.text) or not asks
    # in a file of codes a list may have gaps, where answers were taken out of it
    listed = (
        (columns.coded or coded)
        and not asks
        and len(values) <= _MOST_CODES
        and total >= cells.EACH * len(values)
    )
    # who would recommend is asked from 0 to 10, whether or not anybody chose the first steps
    recommends = words.asks_to_recommend(plain.text) and not asks and all(map(str.isdecimal, values))
    high = ends[0] > 1 and _LAST_OF_SHORT < ends[1] <= _LONGEST_SCALE
    if recommends and high and len(values) >= _FEWEST_STEPS:
        return scale_of_numbers(plain, 0, _LONGEST_SCALE)
    if (dense or listed) and is_choice and all(text.isdecimal() for text in values):
        if words.is_scale(plain.text) and ends[1] <= _LONGEST_SCALE:
            return scale_of_numbers(plain, int(ends[0]), int(ends[1]))
        options = {f"code_{text}": text for text in numbers}
        question = replace(plain, kind="single", options=options)
        if columns.coded or coded:
            return replace(question, check="write what each code stands for")
        doubt = f"numbers from {numbers[0]} to {numbers[-1]}: codes or steps of a scale, or a number?"
        return question.unsettled(f"{doubt} then kind = 'number' in survey.toml", total)
    question = replace(plain, kind="number", unit=unit)
    if len(ways) > 1:
        # groups of just three digits are thousands rather than decimals
        keys = [way.keys(values) for way in ways]
        reading = next((written for written in keys if "thousands" in written), {})
        question = question.read_as(**reading)
        question = question.unsettled(
            "its numbers can be read in two ways, [reading] has the likelier", total
        )
    five_digits = len(values) > _FEW_NUMBERS and all(map(_FIVE_DIGITS.fullmatch, values))
    if five_digits and not asks and 2 * sum(n for text, n in values.items() if text.endswith("0")) < total:
        doubt = "five digits in every cell, few of them round: postcodes? then drop the column"
        question = question.unsettled(doubt, total)
    # a scale of which nobody chose the first steps begins with none of its usual numbers
    steps = 0 <= ends[0] < ends[1] <= _LONGEST_SCALE and all(map(str.isdecimal, values))
    if (dense or (steps and not asks)) and len(values) <= _FEW_NUMBERS:
        question = question.unsettled(f"only {', '.join(numbers)}: a number, or codes of a choice?", total)
    return question


def _unit_of(values: Mapping[str, int]) -> str:
    """The unit that stands beside the numbers of a column, where one does beside most of them; or empty."""
    units: Counter[str] = Counter()
    for text, count in values.items():
        match = _UNIT.fullmatch(text.strip())
        unit = (match["before"] or match["behind"] or "") if match else ""
        if unit and not (match and match["before"] and match["behind"]):
            units[unit] += count
    unit, count = units.most_common(1)[0] if units else ("", 0)
    return unit if 2 * count > sum(values.values()) else ""


def could_be_number(text: str, unit: str) -> bool:
    """Whether a text is a number in one of the ways in which they are written."""
    return any(as_number(text, unit, way) is not None for way in (PLAIN, ENGLISH, CONTINENTAL))


def scale_of_numbers(plain: Question, first: int, last: int) -> Question:
    """A single choice of steps with numbers, which has a mean; who would recommend has a score too."""
    options = {f"step_{number}": str(number) for number in range(first, last + 1)}
    ids = list(options)
    recommends = (first, last) == (0, 10) and words.asks_to_recommend(plain.text)
    nets = {"promoters": ids[9:], "detractors": ids[:7]} if recommends else {}
    return replace(plain, kind="single", options=options, scores=range(first, last + 1), nets=nets)


def _worded_steps(plain: Question, values: Mapping[str, int]) -> Question | None:
    """A scale of numbers of which some have words: `0 - Not at all likely`, 1, 2; None for others."""
    steps: dict[int, str] = {}
    for text in values:
        match = _STEP.fullmatch(text) or _STEP_BEHIND.fullmatch(text)
        if not match or int(match["step"]) in steps:
            return None
        steps[int(match["step"])] = text
    first, last = (min(steps), max(steps)) if steps else (0, 0)
    worded = sum(not text.isdecimal() for text in steps.values())
    few_gaps = last - first < _DENSE * len(steps) and first in (0, 1) and last <= _LONGEST_SCALE
    is_scale = worded < len(steps) and len(steps) >= _FEWEST_STEPS
    if not (worded and few_gaps and (is_scale or words.is_scale(plain.text))):
        return None
    question = scale_of_numbers(plain, first, last)
    labels = {f"step_{number}": text for number, text in steps.items()}
    return replace(question, options={**question.options, **labels})


def _dated(plain: Question, values: Mapping[str, int]) -> Question | None:
    """A question whose cells are dates; None for others. Years alone are numbers."""
    if len(values) < 2 or all(len(text) < _LONGER_THAN_A_YEAR for text in values):
        return None
    if any(text.isdecimal() and len(text) != _BASIC_DATE for text in values):
        return None
    orders = [
        order for order in ("", "day first", "month first") if all(_is_date(text, order) for text in values)
    ]
    if not orders:
        return None
    question = replace(plain, kind="date")
    if "" in orders:
        return question
    question = question.read_as(dates=orders[0])
    if len(orders) == 1:
        return question
    return question.unsettled(
        "its dates can be read in two ways, [reading] has one; if the month comes first, "
        f'then dates = "month first" under [reading.{HERE}]',
        sum(values.values()),
    )


def _is_date(text: str, order: str) -> bool:
    return as_date(text, order) is not None


def _without_written(values: Mapping[str, int], answers: Mapping[str, int]) -> dict[str, int]:
    """The answers of a choice without what people wrote beside an Other.

    Some tools say so of a text. Else it is what two people wrote, where others wrote texts of their own too.
    """
    written = {text for text in answers if words.is_written(text)}
    if any(text not in answers for text in values):
        written |= {text for text, count in cells.seldom(answers, _SELDOM).items() if count <= _TWO}
    kept = {text: count for text, count in answers.items() if text not in written}
    return kept if len(kept) > 1 else dict(answers)


def _with_own_words(
    question: Question, values: Mapping[str, int], answers: Mapping[str, int], apart: bool
) -> Question:
    """The question with an Other for what is none of its answers: texts that were given once, or twice.

    Unless people's own words stand `apart`, in another column, what several gave may have been written too.
    """
    written = {text: count for text, count in values.items() if text not in answers}
    once, total = sum(written.values()), sum(values.values())
    seldom = {} if apart else cells.seldom(answers, _SELDOM if once else _VERY_SELDOM)
    if once < _TWO:
        # hardly anybody wrote something of their own, so that an answer of more than a few is an option
        seldom = {text: count for text, count in seldom.items() if count <= _A_FEW}
    if not once:
        return question if any(map(is_other, answers)) else _with_seldom(question, seldom, total)
    is_offered = "other" in question.options
    question = question.with_write_in(question.options.get("other", "Other"))
    if is_offered and once < _MANY_OTHERS * total:
        return _with_seldom(question, seldom, total)
    if once == 1:
        # whatever it is, the numbers are the same: one answer of its own
        question = question.doubted("one answer, given once, is read as Other")
        return _with_seldom(question, seldom, total)
    most = max(written.values())
    times = ", each given once," if most == 1 else ", each given once or twice," if most == _TWO else ""
    question = question.unsettled(f"{once} of {total} answers{times} are read as Other", once)
    several = {text: question.write_in for text, count in written.items() if count > _TWO}
    return _with_seldom(replace(question, answers={**question.answers, **several}), seldom, total)


def _with_seldom(question: Question, seldom: Mapping[str, int], total: int) -> Question:
    """The question, unsettled where options may be what several people wrote beside an Other."""
    if not seldom:
        return question
    most = max(seldom, key=lambda text: seldom[text])
    more = f" and {len(seldom) - 1} more" if len(seldom) > 1 else ""
    moved = sum(seldom.values())
    return question.unsettled(
        f"{shortened(most, SHOWN)!r}{more}, in {moved} of {total} answers and far fewer than the others: "
        "written beside an Other? then it is no option, and counts as Other",
        moved,
    )
