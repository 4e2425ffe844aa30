"""How the columns of each kind of question are read: a function a kind, told apart by READERS."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pipeline.answers import joined_cells
from pipeline.answers.columns import write_ins
from pipeline.answers.meaning import Answer, Coded, Loose, Recode, Tick
from pipeline.answers.reader import Asked, Labels, Reader, folded
from pipeline.exports.tools import Heading
from pipeline.project.errors import did_you_mean, quoted
from pipeline.text.folding import Fitting, fold, is_beginning
from pipeline.text.values import PLAIN, Numerals, as_date, as_number, as_place, how_to_declare, ways_to_read

# a text that is no option and comes this often is an option that nobody declared
_SEEN_TOO_OFTEN = 3
_TICKED = {"1", "1.0", "x", "yes", "y", "true", "selected", "checked"}
_NEGATIVE = {"no", "n", "false", "not selected", "not mentioned", "not checked", "unchecked", "not chosen"}
_JOINTS = (",", ";", "|", "\n")  # signs that survey tools join answers by


def _is_box(reader: Reader, heading: Heading) -> bool:
    """Whether the column of an Other only says that it was ticked, and holds nobody's words."""
    texts = {fold(text) for text in reader.texts.get(heading.column, {})}
    return bool(texts) and texts <= {*_TICKED, *reader.layout.unticked, fold(heading.label)}


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


def _choice(reader: Reader, asked: Asked) -> None:
    """A single or multiple choice: one column, or a column an option."""
    write_ins = _write_ins(reader, asked)
    others = [h for h in asked.columns if h not in write_ins]
    if len(others) == 1 and not asked.options.match(others[0].label):
        _cells(reader, asked.name, others[0], write_ins, asked.options)
        return
    boxes = list(asked.columns)
    if reader.layout.joined_too and others and not others[0].label:
        _joined_too(reader, asked, others[0])
        boxes.remove(others[0])
    _exploded(reader, asked.name, boxes, write_ins, asked.options)


def _write_ins(reader: Reader, asked: Asked) -> list[Heading]:
    return write_ins(reader.survey, asked.name, asked.columns, reader.fielding.wave.lines(asked.name))


def _joined_too(reader: Reader, asked: Asked, heading: Heading) -> None:
    """What the boxes say stands joined in one more column, which must say the same of every respondent."""
    cells = joined_cells.Splitter(asked.options.known(), reader.separator)
    unknown: Counter[tuple[str, str]] = Counter()
    codes: dict[str, tuple[Answer, ...]] = {}
    for text, count in reader.texts[heading.column].items():
        pieces = cells.split(text)
        found = [asked.options.match(piece, count=count) for piece in pieces]
        for piece, option in zip(pieces, found, strict=True):
            if not option:
                unknown[piece, heading.letters] += count
        codes[text] = tuple(Answer(option=option) for option in dict.fromkeys(found) if option)
    reader.unknown(asked.name, unknown, asked.options)
    reader.mapped.twice.append(Coded(asked.name, heading.column, codes))


def _cells(
    reader: Reader, name: str, heading: Heading, write_ins: Sequence[Heading], options: Labels
) -> None:
    """All answers in one column, with the text of an Other in the cell or in a column beside it."""
    declared = reader.survey.options(name)
    other = next((i for i, o in declared.items() if o.write_in), "")
    several = reader.survey.questions[name].kind == "multiple"
    known = options.known()
    if several:
        _check_separable(reader, name, options, known)
        own_texts = bool(other) and not write_ins
        known = _whole(reader, name, options, known, reader.texts[heading.column], own_texts)
    cells = joined_cells.Splitter(known, reader.separator)
    codes: dict[str, tuple[Answer, ...]] = {}
    unknown: Counter[tuple[str, str]] = Counter()
    for text, count in reader.texts[heading.column].items():
        pieces = cells.split(text) if several else [text]
        found: list[str] = []
        for piece in pieces:
            option = options.match(piece, count=count)
            if not option and other and not write_ins:
                option = reader.coded_from_text(name, piece, heading.letters)
            if not option and reader.is_missing(name, piece, count):
                continue
            if not option:
                unknown[piece, heading.letters] += count
                option = other
            if option and option not in found:
                found.append(option)
        codes[text] = tuple(Answer(option=option) for option in found)
    _check_separator(reader, name, several, unknown, options)
    if other and not write_ins:
        left = reader.mapped.left.setdefault(name, Counter())
        for (piece, _), count in unknown.items():
            left[piece] += count
        often: Counter[str] = Counter()
        for (piece, _), count in unknown.items():
            often[fold(piece)] += count
        unknown = Counter({key: n for key, n in unknown.items() if often[fold(key[0])] >= _SEEN_TOO_OFTEN})
    reader.unknown(name, unknown, options)
    reader.mapped.coded.append(Coded(name, heading.column, codes))
    beside: dict[str, list[Heading]] = {}
    for own in write_ins:
        beside.setdefault(options.match(own.label, heading=True) or other, []).append(own)
    for option, headings in beside.items():
        texts = tuple(h.column for h in headings)
        unless = None if several else heading.column
        same = tuple(text for text, answers in codes.items() if Answer(option=option) in answers)
        reader.mapped.ticks.append(Tick(name, Answer(option=option), texts, unless, same))
        _recode(reader, name, option, headings)
    reader.offer_all(name, options)


def _check_separator(
    reader: Reader, name: str, several: bool, unknown: Counter[tuple[str, str]], options: Labels
) -> None:
    """A text that is nothing but options joined by another sign is no Other of anybody's."""
    cells = {sign: joined_cells.Splitter(options.known(), sign) for sign in _JOINTS} if unknown else {}
    for text, column in sorted(unknown):
        for sign in _JOINTS:
            parts = cells[sign].split(text)
            if len(parts) > 1 and all(options.match(part) for part in parts):
                then = "say separator under [source]" if several else 'declare it with kind = "multiple"'
                reader.say(
                    name,
                    f"{quoted(text)} (column {column}) is several of its answers joined by {sign!r}; {then}",
                )
                return


def _check_separable(reader: Reader, name: str, options: Labels, known: list[str]) -> None:
    """An option that reads like two others joined cannot be told from them."""
    cells = joined_cells.Splitter(known, reader.separator)
    for option, label in options.declared.items():
        if pieces := cells.others_in(fold(label), folded(label)):
            reader.say(
                name,
                f"{label!r} reads like {' and '.join(map(repr, pieces))} joined by {reader.separator!r}: "
                "in one cell nobody can tell them apart. Export a column an option",
                option,
            )


def _whole(
    reader: Reader, name: str, labels: Labels, known: list[str], texts: Mapping[str, int], own_texts: bool
) -> list[str]:
    """`known` with each beginning as the whole label that the cells show, so that it ends where it ends.

    The whole label is what every text that begins so begins with. Where people's own words may stand
    behind it, one cell alone cannot show where it ends.
    """
    seen: dict[str, Counter[str]] = {}
    every = Fitting({label: label for label in (*labels.lines, *labels.declared.values())})
    cells = joined_cells.Splitter(known, reader.separator)
    for text, count in texts.items():
        for piece in cells.split(text):
            fitting = every.best(piece)
            if len(fitting) == 1 and is_beginning(fitting[0]):
                seen.setdefault(fitting[0], Counter())[fold(piece)] += count
    core = fold(reader.separator) or reader.separator
    found = list(known)
    places = {text: place for place, text in reversed(list(enumerate(known)))}
    for label, pieces in seen.items():
        start = folded(label)
        shortest = min(pieces, key=len)
        behind = shortest[len(start) - 1 :]
        if own_texts and core in behind and pieces.total() < _SEEN_TOO_OFTEN:
            reader.say(
                name,
                f"{label!r} stands in too few cells to tell its text from somebody's own words behind it: "
                "write the text whole",
            )
        others = [piece.removeprefix(shortest) for piece in pieces if piece != shortest]
        if all(re.match(joined_cells.pattern(reader.separator), rest) for rest in others):
            found[places[start]] = shortest
    return found


def _boxes_of_zeros(reader: Reader, boxes: Sequence[Heading]) -> list[Heading]:
    """The boxes that hold nothing but 0, which nobody ticked.

    A 0 is a tick where it is the label of its option, or the code: where each other box holds a number of its
    own.
    """
    numbers = {h: {as_number(text) for text in reader.texts.get(h.column, {})} for h in boxes}
    zeros = [h for h, held in numbers.items() if held == {0.0} and h.label and as_number(h.label) != 0]
    others = [held for heading, held in numbers.items() if held and heading not in zeros]
    codes = {number for held in others for number in held if len(held) == 1 and number is not None}
    coded = len(zeros) == 1 and len(codes) == len(others) and not codes <= {1.0}
    return [] if coded else zeros


def _exploded(
    reader: Reader,
    name: str,
    columns: Sequence[Heading],
    write_ins: Sequence[Heading],
    options: Labels,
) -> None:
    """A column an option, known by its heading or by the one text in its cells."""
    found: dict[str, list[Heading]] = {}
    unticked: set[str] = set()
    beside = {h for h in write_ins if h in columns and not _is_box(reader, h)}
    empty = set(_boxes_of_zeros(reader, [h for h in columns if h not in beside]))
    for heading in columns:
        own_words = heading in beside
        every = {} if own_words else reader.texts.get(heading.column, {})
        blank = [text for text in every if reader.layout.is_unticked(text) or heading in empty]
        values = {text: count for text, count in every.items() if text not in blank}
        unticked.update(blank)
        option = options.match(heading.label, heading=True)
        if not option and len(values) == 1:
            option = options.match(next(iter(values)), count=sum(values.values()))
        elif option and len(values) == 1 and heading not in write_ins:
            seen = next(iter(values))
            # a number is a code, whatever an option may be labelled
            other = "" if as_number(seen) is not None else options.match(seen)
            if other and other != option:
                reader.say(
                    name,
                    f"column {heading} is {option!r} by heading and {other!r} by its cells",
                    option,
                )
        if not option:
            loose = heading.label or next(iter(values), "")
            reader.mapped.loose.append(Loose(name, "options", loose, sum(values.values()), heading=True))
            hint = did_you_mean(heading.label, options.declared.values(), "its options are")
            reader.say(name, f"column {heading.letters} {heading.label!r} is no option of it; {hint}")
            continue
        found.setdefault(option, []).append(heading)
        denied = [text for text in values if fold(text) in _NEGATIVE and fold(text) != fold(heading.label)]
        if len(values) == 1 and denied:
            reader.say(
                name,
                f"column {heading} holds nothing but {denied[0]!r}; if that is a box left empty, list it as "
                f"blank under [reading.{name}], or for all under [source]",
                option,
            )
        if heading not in write_ins and len(values) > 1:
            # a text that one person gave may be their own words
            common = [text for text, count in values.items() if count > 1 or options.match(text, count=0)]
            common = [] if reader.survey.questions[name].private else common
            seen = ", ".join(quoted(text) for text in common[:4]) or "each of one respondent"
            reader.say(
                name,
                f"column {heading} holds {len(values)} texts ({seen}), and a column of an option holds "
                "one; is it another kind of question, or a write-in that is not declared? Or drop it",
                option,
            )
    for option, headings in found.items():
        if len(headings) > 1 and not reader.survey.options(name)[option].write_in:
            both = " and ".join(h.letters for h in headings)
            reader.say(name, f"columns {both} are both {option!r} ({headings[0].label!r})", option)
        own = [h for h in headings if h in write_ins and not _is_box(reader, h)]
        boxes = [h for h in headings if h not in own]
        # in the text beside an Other, No is somebody's answer
        for some, told in ((boxes, tuple(sorted(unticked))), (own, ())):
            if some:
                columns_ = tuple(h.column for h in some)
                reader.mapped.ticks.append(Tick(name, Answer(option=option), columns_, unticked=told))
        reader.offer(name, "", option, options)
    for option, declared in reader.survey.options(name).items():
        if declared.from_text:
            reader.offer(name, "", option, options)
        if declared.write_in:
            _recode(reader, name, option, [h for h in found.get(option, []) if h in write_ins])


def _grid(reader: Reader, asked: Asked) -> None:
    """A column an item with the level in its cells, or a column headed `item - level`."""
    unknown: Counter[tuple[str, str]] = Counter()
    offered: dict[str, set[str]] = {}
    absent = reader.fielding.wave.not_offered(asked.name)
    write_ins = _write_ins(reader, asked)
    for heading in asked.columns:
        if heading in write_ins:
            reader.mapped.beside.append((asked.name, heading.column))
            continue
        values = reader.texts.get(heading.column, {})
        left, _, right = heading.label.rpartition(" - ")
        level = asked.options.match(right) if left else ""
        item = asked.items.match(left if level else heading.label)
        if not item:
            _no_item(reader, asked, heading, left if level else heading.label)
            continue
        if item in offered and not level:
            reader.say(asked.name, f"column {heading} is {item!r} too; tell the two apart", item)
        levels = offered.setdefault(item, set())
        if level:
            if len(values) > 1:
                reader.say(
                    asked.name,
                    f"column {heading} holds {len(values)} texts; such a column holds one",
                )
            reader.mapped.ticks.append(Tick(asked.name, Answer(item=item, option=level), (heading.column,)))
            levels.add(level)
            continue
        codes: dict[str, tuple[Answer, ...]] = {}
        for text, count in values.items():
            level = asked.options.match(text, count=count)
            if not level and reader.is_missing(asked.name, text, count):
                continue
            if not level:
                unknown[text, heading.letters] += count
            codes[text] = (Answer(item=item, option=level),)
        reader.mapped.coded.append(Coded(asked.name, heading.column, codes))
        levels.update(option for option in asked.options.declared if option not in absent)
    reader.unknown(asked.name, unknown, asked.options)
    for item, levels in offered.items():
        reader.offer(asked.name, item, "", asked.items)
        for level in asked.options.declared:
            if level in levels:
                reader.offer(asked.name, item, level, asked.options)


def _no_item(reader: Reader, asked: Asked, heading: Heading, part: str) -> None:
    reader.mapped.loose.append(Loose(asked.name, "items", part, 0, heading=True))
    hint = did_you_mean(part, asked.items.declared.values(), "its items are")
    stop = "" if hint.endswith("?") else "."
    said = f"{stop} Add it there, or map it under [answers.{asked.name}]"
    reader.say(asked.name, f"column {heading.letters} {heading.label!r} is no item of it; {hint}{said}")


def _rank(reader: Reader, asked: Asked) -> None:
    """Places under items, items under places, or items joined in their order in one cell."""
    matched = {h.column: asked.items.match(h.label) for h in asked.columns}
    unknown: Counter[tuple[str, str]] = Counter()
    if len(asked.columns) == 1 and not matched[asked.columns[0].column]:
        (heading,) = asked.columns
        known = asked.items.known()
        codes: dict[str, tuple[Answer, ...]] = {}
        known = _whole(reader, asked.name, asked.items, known, reader.texts[heading.column], False)
        cells = joined_cells.Splitter(known, reader.separator)
        for text, count in reader.texts[heading.column].items():
            found = []
            for piece in cells.split(text):
                item = asked.items.match(piece)
                if not item:
                    unknown[piece, heading.letters] += count
                found.append(item)
            codes[text] = tuple(Answer(item=i, rank=r) for r, i in enumerate(found, 1))
        reader.mapped.coded.append(Coded(asked.name, heading.column, codes))
    else:
        twice = [i for i, n in Counter(i for i in matched.values() if i).items() if n > 1]
        for item in twice:
            reader.say(asked.name, f"two columns are {item!r}; tell them apart", item)
        for heading in asked.columns:
            codes = {}
            place = 0 if matched[heading.column] else _place_of(reader, asked, heading)
            for text, count in reader.texts[heading.column].items():
                item = matched[heading.column]
                rank = as_place(text) if item else place
                item = item or asked.items.match(text)
                if (not item or not rank) and reader.is_missing(asked.name, text, count):
                    continue
                if not item or not rank or rank > len(asked.items.declared):
                    unknown[text, heading.letters] += count
                codes[text] = (Answer(item=item, rank=rank),)
            reader.mapped.coded.append(Coded(asked.name, heading.column, codes))
    reader.unknown(asked.name, unknown, asked.items)
    present = {i for i in matched.values() if i} or set(asked.items.declared)
    present -= set(reader.fielding.wave.not_offered(asked.name))
    for item in asked.items.declared:
        if item in present:
            reader.offer(asked.name, item, "", asked.items)


def _place_of(reader: Reader, asked: Asked, heading: Heading) -> int:
    """The place that a column of items is for, by the number in its label; never by its position."""
    found = re.search(r"\d+", heading.label)
    if not found:
        reader.say(
            asked.name,
            f"column {heading} is no item of it and names no place; "
            "a column of a ranking is an item, or a place such as '1st choice'",
        )
        return 1
    return int(found[0])


def _measured(reader: Reader, asked: Asked) -> None:
    """Numbers or dates, or one of the question's options."""
    if len(asked.columns) > 1:
        kind = reader.survey.questions[asked.name].kind
        reader.say(
            asked.name,
            f"a {kind} has one column, not {len(asked.columns)}; pick it under [columns]",
        )
        return
    (heading,) = asked.columns
    unknown: Counter[tuple[str, str]] = Counter()
    codes: dict[str, tuple[Answer, ...]] = {}
    numerals = _numerals(reader, asked)
    for text, count in reader.texts[heading.column].items():
        value = _value(reader, asked, text, numerals)
        option = "" if value is not None else asked.options.match(text, count=count)
        if value is None and not option and reader.is_missing(asked.name, text, count):
            continue
        if value is None and not option:
            unknown[text, heading.letters] += count
        codes[text] = (Answer(option=option, value=value),)
    _no_value(reader, asked.name, unknown)
    reader.mapped.coded.append(Coded(asked.name, heading.column, codes))
    reader.offer_all(asked.name, asked.options)


def _allocation(reader: Reader, asked: Asked) -> None:
    """A column an item, with its points."""
    unknown: Counter[tuple[str, str]] = Counter()
    found: dict[str, Heading] = {}
    numerals = _numerals(reader, asked)
    for heading in asked.columns:
        item = asked.items.match(heading.label)
        if not item:
            _no_item(reader, asked, heading, heading.label)
            continue
        if item in found:
            reader.say(
                asked.name, f"columns {found[item].letters} and {heading.letters} are both {item!r}", item
            )
        found[item] = heading
        codes: dict[str, tuple[Answer, ...]] = {}
        for text, count in reader.texts[heading.column].items():
            value = _value(reader, asked, text, numerals)
            if value is None and reader.is_missing(asked.name, text, count):
                continue
            if value is None or value < 0:
                unknown[text, heading.letters] += count
            codes[text] = (Answer(item=item, value=value),)
        reader.mapped.coded.append(Coded(asked.name, heading.column, codes))
    _no_value(reader, asked.name, unknown)
    for item in asked.items.declared:
        if item in found:
            reader.offer(asked.name, item, "", asked.items)


def _numerals(reader: Reader, asked: Asked) -> Numerals:
    """How the numbers of a question are written: as declared, else in the one way that fits them all.

    Where two ways fit and give other numbers, that is a problem: nobody can tell 1.25 from 1,250 afterwards.
    """
    question = reader.survey.questions[asked.name]
    if question.kind == "date":
        return PLAIN
    if declared := reader.fielding.wave.numerals(asked.name):
        return declared
    texts: Counter[str] = Counter()
    for heading in asked.columns:
        texts.update(reader.texts.get(heading.column, {}))
    texts = Counter({text: n for text, n in texts.items() if not asked.number_lines.best(text)})
    ways = ways_to_read(texts, question.unit)
    if len(ways) > 1:
        reader.ambiguous(asked.name, texts, ways)
    return ways[0] if ways else PLAIN


def _value(reader: Reader, asked: Asked, text: str, numerals: Numerals) -> float | None:
    """What a cell gives: the number that [answers] says, one with or without its unit, or a date."""
    if line := asked.number_lines.best(text):
        asked.options.used.add(line[0])
        return asked.numbers[line[0]]
    question = reader.survey.questions[asked.name]
    if question.kind == "date":
        return as_date(text, reader.fielding.wave.dates(asked.name))
    return as_number(text, question.unit, numerals)


def _no_value(reader: Reader, name: str, unknown: Counter[tuple[str, str]]) -> None:
    """Say of each text in `unknown` (text, column) that it is no number, or no date."""
    question, file = reader.survey.questions[name], reader.fielding.document.name
    if question.kind == "date":
        what = (
            'no date such as 1999-12-31; where days and months are parted by / or ., say dates = "day '
            f'first" or "month first" under [source] or [reading.{name}]'
        )
    else:
        what = f"no plain number such as 40 or 2.5; map it to a number under [answers.{name}] in {file}"
        what += ", or to an option" if question.kind == "number" else ""
    for (text, column), count in sorted(unknown.items()):
        seen = "a text" if question.private else quoted(text)
        key = "" if question.kind == "date" else how_to_declare(text, name)
        hint = f"; if it is one, say {key}" if key else ""
        reader.say(name, f"{seen} ({count} times, column {column}) is {what}{hint}")


def _text(reader: Reader, asked: Asked) -> None:
    """Free text: that something was written is counted; what, only where it is not private."""
    reader.mapped.ticks.append(Tick(asked.name, Answer(), tuple(h.column for h in asked.columns)))
    if not reader.survey.questions[asked.name].private:
        reader.mapped.texts += [(asked.name, heading.column) for heading in asked.columns]


READERS: dict[str, Callable[[Reader, Asked], None]] = {
    "single": _choice,
    "multiple": _choice,
    "grid": _grid,
    "rank": _rank,
    "number": _measured,
    "date": _measured,
    "allocation": _allocation,
    "text": _text,
}
