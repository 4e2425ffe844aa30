"""How the columns of a choice are read: all answers in one cell, or a column an option."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from pipeline.answers import joined_cells
from pipeline.answers.boxes import is_box, unticked_texts
from pipeline.answers.columns import other_and_text, write_ins
from pipeline.answers.meaning import Answer, Coded, Denied, Loose, Recode, Tick
from pipeline.answers.reader import Asked, Labels, Reader, Unknown, folded
from pipeline.exports.cells import UNTOUCHED
from pipeline.exports.tools import Heading
from pipeline.project.errors import did_you_mean, quoted
from pipeline.text.folding import Fitting, fold, is_beginning
from pipeline.text.values import as_number

# a text that is no option and comes this often is an option that nobody declared
_SEEN_TOO_OFTEN = 3
_NEGATIVE = {"no", "n", "false", "not selected", "not mentioned", "not checked", "unchecked", "not chosen"}
_JOINTS = (",", ";", "|", "\n")  # signs that survey tools join answers by


def read(reader: Reader, asked: Asked) -> None:
    """A single or multiple choice: one column, or a column an option."""
    texts = texts_beside(reader, asked)
    others = [heading for heading in asked.columns if heading not in texts]
    if len(others) == 1 and not _is_one_box(reader, asked, others[0]):
        _cells(reader, asked, others[0], texts)
        return
    boxes = list(asked.columns)
    if reader.layout.joined_too and others and not others[0].label:
        _joined_too(reader, asked, others[0])
        boxes.remove(others[0])
    _boxes(reader, asked, boxes, texts)


def _is_one_box(reader: Reader, asked: Asked, heading: Heading) -> bool:
    """Whether the only column of a question is the box of one option: headed by it, with one text to tick it.

    What a tool numbers or names its columns by may read like an option, and one option is no single choice.
    """
    if not reader.survey.questions[asked.name].form.several:
        return False
    values = reader.texts.get(heading.column, {})
    no = unticked_texts([values], reader.layout, are_boxes=True)
    return bool(asked.options.match(heading.label)) and len([t for t in values if fold(t) not in no]) < 2


def texts_beside(reader: Reader, asked: Asked) -> list[Heading]:
    """The columns of a question that hold what people wrote beside an Other."""
    return write_ins(reader.survey, asked.name, asked.columns, reader.fielding.wave.lines(asked.name))


# all answers in one cell


def _joined_too(reader: Reader, asked: Asked, heading: Heading) -> None:
    """What the boxes say stands joined in one more column, which must say the same of every respondent."""
    cells = joined_cells.Splitter(asked.options.known(), reader.separator(asked.name))
    unknown: Unknown = Counter()
    codes: dict[str, tuple[Answer, ...]] = {}
    for text, count in reader.texts[heading.column].items():
        pieces = cells.split(text)
        options = [asked.options.match(piece, count=count) for piece in pieces]
        for piece, option in zip(pieces, options, strict=True):
            if not option:
                unknown[piece, heading.letters] += count
        codes[text] = tuple(Answer(option=option) for option in dict.fromkeys(options) if option)
    reader.unknown(asked.name, unknown, asked.options)
    reader.mapped.twice.append(Coded(asked.name, heading.column, codes))


def _cells(reader: Reader, asked: Asked, heading: Heading, texts: Sequence[Heading]) -> None:
    """All answers in one column, with the text of an Other in the cell or in a column beside it (`texts`)."""
    name, options = asked.name, asked.options
    other = next((i for i, option in reader.survey.options(name).items() if option.write_in), "")
    in_cell = bool(other) and not texts
    several = reader.survey.questions[name].form.several
    known = options.known()
    separator = reader.separator(name)
    if several:
        _check_separable(reader, asked, known)
        known = whole_labels(reader, name, options, known, heading, in_cell)
    cells = joined_cells.Splitter(known, separator)
    codes: dict[str, tuple[Answer, ...]] = {}
    unknown: Unknown = Counter()
    written = Counter[str]()
    for text, count in reader.texts[heading.column].items():
        chosen: dict[str, None] = {}
        for piece in cells.split(text) if several else [text]:
            option = options.match(piece, count=count)
            if not option and in_cell:
                _, behind = other_and_text(piece)
                option = reader.coded_from_text(name, behind or piece, heading.letters)
                if behind and not option:
                    option = other
                    written[behind] += count
            if not option and reader.is_missing(name, piece, count):
                continue
            if not option:
                unknown[piece, heading.letters] += count
            if option := option or other:
                chosen[option] = None
        codes[text] = tuple(Answer(option=option) for option in chosen)
    _check_separator(reader, asked, several, unknown)
    if in_cell:
        left = reader.mapped.left.setdefault(name, Counter())
        left.update(written)
        often: Counter[str] = Counter()
        for (piece, _), count in unknown.items():
            left[piece] += count
            often[fold(piece)] += count
        unknown = Counter({key: n for key, n in unknown.items() if often[fold(key[0])] >= _SEEN_TOO_OFTEN})
    reader.unknown(name, unknown, options)
    reader.mapped.coded.append(Coded(name, heading.column, codes))
    beside: dict[str, list[Heading]] = {}
    for column in texts:
        beside.setdefault(options.match(column.label, heading=True) or other, []).append(column)
    for option, headings in beside.items():
        same = tuple(text for text, answers in codes.items() if Answer(option=option) in answers)
        unless = None if several else heading.column
        columns = tuple(h.column for h in headings)
        reader.mapped.ticks.append(Tick(name, Answer(option=option), columns, unless, same))
        _recode(reader, name, option, headings)
    reader.offer_all(name, options)


def _check_separator(reader: Reader, asked: Asked, several: bool, unknown: Unknown) -> None:
    """A text that is nothing but options joined by another sign is no Other of anybody's."""
    cells = {sign: joined_cells.Splitter(asked.options.known(), sign) for sign in _JOINTS} if unknown else {}
    remedy = (
        f"say separator under [reading.{asked.name}] or [source]"
        if several
        else 'declare it with kind = "multiple"'
    )
    for text, column in sorted(unknown):
        for sign, splitter in cells.items():
            parts = splitter.split(text)
            if len(parts) > 1 and all(asked.options.match(part) for part in parts):
                joined = f"{quoted(text)} (column {column}) is several of its answers joined by {sign!r}"
                reader.say(asked.name, f"{joined}; {remedy}")
                return


def _check_separable(reader: Reader, asked: Asked, known: list[str]) -> None:
    """An option that reads like two others joined cannot be told from them."""
    separator = reader.separator(asked.name)
    cells = joined_cells.Splitter(known, separator)
    for option, label in asked.options.declared.items():
        if pieces := cells.others_in(fold(label), folded(label)):
            reader.say(
                asked.name,
                f"{label!r} reads like {' and '.join(map(repr, pieces))} joined by {separator!r}: "
                "in one cell nobody can tell them apart. Export a column an option",
                option,
            )


def whole_labels(
    reader: Reader, name: str, labels: Labels, known: Sequence[str], heading: Heading, own_words: bool
) -> list[str]:
    """`known` with each beginning replaced by the whole label, as the cells show it.

    The whole label is the shortest text with that beginning, where all others go on with a separator. Where
    people may write words behind it, one cell alone cannot show where it ends.
    """
    seen: dict[str, Counter[str]] = {}
    every = Fitting({label: label for label in (*labels.lines, *labels.declared.values())})
    separator = reader.separator(name)
    cells = joined_cells.Splitter(known, separator)
    for text, count in reader.texts[heading.column].items():
        for piece in cells.split(text):
            fitting = every.best(piece)
            if len(fitting) == 1 and is_beginning(fitting[0]):
                seen.setdefault(fitting[0], Counter())[fold(piece)] += count
    core = fold(separator) or separator
    whole = list(known)
    places = {text: place for place, text in reversed(list(enumerate(known)))}
    for label, pieces in seen.items():
        start = folded(label)
        shortest = min(pieces, key=len)
        behind = shortest[len(start) - 1 :]
        if own_words and core in behind and pieces.total() < _SEEN_TOO_OFTEN:
            reader.say(
                name,
                f"{label!r} stands in too few cells to tell its text from somebody's own words behind it: "
                "write the text whole",
            )
        others = [piece.removeprefix(shortest) for piece in pieces if piece != shortest]
        if all(re.match(joined_cells.pattern(separator), rest) for rest in others):
            whole[places[start]] = shortest
    return whole


# a column an option


def _boxes(reader: Reader, asked: Asked, columns: Sequence[Heading], texts: Sequence[Heading]) -> None:
    """A column an option, known by its heading or by the one text in its cells."""
    name, boxes = asked.name, dict[str, list[Heading]]()
    unticked, denied = set[str](), set[str]()
    words = {h for h in texts if h in columns and not _is_box(reader, h)}
    plain = [h for h in columns if h not in words]
    zeros = set(_boxes_of_zeros(reader, plain))
    cells = [reader.texts.get(h.column, {}) for h in plain if h not in texts]
    no = {UNTOUCHED, *unticked_texts(cells, reader.layout, are_boxes=True)}
    for heading in columns:
        every = {} if heading in words else reader.texts.get(heading.column, {})
        blank = [
            text for text in every if fold(text) in no or reader.layout.is_missing(text) or heading in zeros
        ]
        values = {text: count for text, count in every.items() if text not in blank}
        unticked.update(blank)
        # a column of nothing but 0 is what some tools write for an option that nobody chose
        if values or UNTOUCHED in blank or reader.layout.not_shown:
            denied.update(text for text in blank if not reader.layout.is_missing(text))
        if option := _option_of_box(reader, asked, heading, values, heading in texts):
            boxes.setdefault(option, []).append(heading)
            _check_box(reader, asked, heading, values, option, heading in texts)
    _deny(reader, name, [h.column for h in plain], denied)
    for option, headings in boxes.items():
        if len(headings) > 1 and not reader.survey.options(name)[option].write_in:
            both = " and ".join(h.letters for h in headings)
            reader.say(name, f"columns {both} are both {option!r} ({headings[0].label!r})", option)
        ticked = tuple(h.column for h in headings if h not in words)
        written = tuple(h.column for h in headings if h in words)
        # in the text beside an Other, No is somebody's answer
        for some, blanks in ((ticked, tuple(sorted(unticked))), (written, ())):
            if some:
                reader.mapped.ticks.append(Tick(name, Answer(option=option), some, unticked=blanks))
        reader.offer(name, "", option, asked.options)
    for option, declared in reader.survey.options(name).items():
        if declared.from_text:
            reader.offer(name, "", option, asked.options)
        if declared.write_in:
            _recode(reader, name, option, [h for h in boxes.get(option, []) if h in texts])


def _deny(reader: Reader, name: str, columns: Sequence[int], denied: Collection[str]) -> None:
    """Note that who says No to every option of a multiple choice has answered it, where the cells say so."""
    declared = reader.fielding.wave.reading.get(name)
    counts = not declared or declared.unticked != "not_asked"
    if denied and counts and reader.survey.questions[name].form.several:
        reader.mapped.denied.append(Denied(name, tuple(columns), tuple(sorted(denied))))


def _option_of_box(
    reader: Reader, asked: Asked, heading: Heading, values: Mapping[str, int], is_text: bool
) -> str:
    """The option that a column is for, by its heading or by the one text in its cells; empty for none."""
    name, options = asked.name, asked.options
    option = options.match(heading.label, heading=True)
    if not option and len(values) == 1:
        option = options.match(next(iter(values)), count=sum(values.values()))
    elif option and len(values) == 1 and not is_text:
        seen = next(iter(values))
        # a number is a code, whatever an option may be labelled
        other = "" if as_number(seen) is not None else options.match(seen)
        if other and other != option:
            reader.say(name, f"column {heading} is {option!r} by heading and {other!r} by its cells", option)
    if not option:
        loose = heading.label or next(iter(values), "")
        reader.mapped.loose.append(Loose(name, "options", loose, sum(values.values()), heading=True))
        hint = did_you_mean(heading.label, options.declared.values(), "its options are")
        reader.say(name, f"column {heading.letters} {heading.label!r} is no option of it; {hint}")
    return option


def _check_box(
    reader: Reader, asked: Asked, heading: Heading, values: Mapping[str, int], option: str, is_text: bool
) -> None:
    """A box holds one text, and that is no No."""
    denied = [text for text in values if fold(text) in _NEGATIVE and fold(text) != fold(heading.label)]
    if len(values) == 1 and denied:
        reader.say(
            asked.name,
            f"column {heading} holds nothing but {denied[0]!r}; if that is a box left empty, list it as "
            f"blank under [reading.{asked.name}], or for all under [source]",
            option,
        )
    if not is_text and len(values) > 1:
        # a text that one person gave may be their own words
        common = [text for text, count in values.items() if count > 1 or asked.options.match(text, count=0)]
        common = [] if reader.survey.questions[asked.name].private else common
        seen = ", ".join(quoted(text) for text in common[:4]) or "each of one respondent"
        reader.say(
            asked.name,
            f"column {heading} holds {len(values)} texts ({seen}), and a column of an option holds "
            "one; is it another kind of question, or a write-in that is not declared? Or drop it",
            option,
        )


def _boxes_of_zeros(reader: Reader, boxes: Sequence[Heading]) -> list[Heading]:
    """The boxes that hold nothing but 0, which nobody ticked.

    A 0 is a tick where it is the label of its option, or the code: where each other box holds a number of its
    own.
    """
    numbers = {h: {as_number(text) for text in reader.texts.get(h.column, {})} for h in boxes}
    zeros = [h for h, values in numbers.items() if values == {0.0} and h.label and as_number(h.label) != 0]
    others = [values for heading, values in numbers.items() if values and heading not in zeros]
    codes = {number for values in others for number in values if len(values) == 1 and number is not None}
    coded = len(zeros) == 1 and len(codes) == len(others) and not codes <= {1.0}
    return [] if coded else zeros


# what people wrote beside an Other


def _is_box(reader: Reader, heading: Heading) -> bool:
    """Whether the column of an Other only says that it was ticked, and holds nobody's words."""
    return is_box(reader.texts.get(heading.column, {}), heading.label, reader.layout)


def _recode(reader: Reader, question: str, other: str, headings: Sequence[Heading]) -> None:
    """Hold the texts of an Other's columns against the dictionary of their question."""
    recodes = []
    for heading in headings:
        texts = {} if _is_box(reader, heading) else reader.texts.get(heading.column, {})
        coded = {text: reader.coded_from_text(question, text, heading.letters) for text in texts}
        claimed = {text: option for text, option in coded.items() if option}
        if texts:
            recodes.append(Recode(question, other, heading.column, claimed))
        left = {text: count for text, count in texts.items() if text not in claimed}
        reader.mapped.left.setdefault(question, Counter()).update(left)
    if any(recode.texts for recode in recodes):
        reader.mapped.recodes += recodes
