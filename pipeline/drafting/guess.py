"""The questions of columns that nobody has declared, guessed from headings and distinct texts.

Whatever a person should look at carries the reason. A guess is a beginning: it is held to the closed world
like any declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.answers.boxes import is_box
from pipeline.answers.columns import is_other
from pipeline.answers.meaning import Texts
from pipeline.declarations.wave import ROLES
from pipeline.drafting import cells, words
from pipeline.drafting.columns import Columns
from pipeline.drafting.grouping import groups
from pipeline.drafting.joined_too import joined_too, without_joined
from pipeline.drafting.one_column import of_one_column
from pipeline.drafting.question import HERE, NO_ROWS, OTHER, Group, Guesses, Question, Rows
from pipeline.drafting.several_columns import of_boxes, of_items
from pipeline.drafting.tool_columns import (
    OWN,
    PERSONAL,
    described,
    is_better,
    is_preview,
    says_finished,
    tools_of,
)
from pipeline.exports.tools import Format, Heading
from pipeline.text import scales
from pipeline.text.addresses import personal
from pipeline.text.folding import fold
from pipeline.text.values import as_number

_SURELY_ONE = 20  # so many ticks of which no two are one person's are those of a single choice
# those of the United Kingdom, Canada, the Netherlands, Poland, Portugal, the United States, Japan, Sweden
_POSTCODE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{4}-\d{3}"
    r"|\d{5}-\d{4}|〒? ?\d{3}-\d{4}|\d{3} \d{2}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d{4,6}")
_SEVERAL_PLACES = 5
_FOUR_NUMBERS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")  # in a column of them they are no versions


def guess(
    headings: Sequence[Heading],
    texts: Texts,
    layout: Format,
    rows: Rows = NO_ROWS,
) -> Guesses:
    """Questions, kinds, options and items of columns, from their headings, distinct texts and rows."""
    guesses = Guesses([], {}, [], {}, cells.blanks(texts, layout.not_shown))
    columns = Columns(texts, layout, guesses.blank, rows)
    columns.language = next((h for h in headings if columns.says_language(h)), None)
    asked = list(_without_described(guesses, columns, headings))
    columns.asked = [heading.column for heading in asked]
    twice = joined_too(columns, asked)
    guesses.repeated.extend(one.joined for one in twice)
    for group in groups(columns, without_joined(asked, twice)):
        group = tuple(_without_empty(guesses, columns, group))
        if not group:
            continue
        below, above = columns.take_no_answers(group)
        question = question_of(columns, group)
        question = _with_no_answers(question, below, above)
        boxes = question.kind == "multiple" and not question.write_in and len(group) > cells.FEW_BOXES
        if boxes and rows.at_most([h.column for h in group]) == 1:
            ticks = sum(sum(columns[h].values()) for h in group)
            question = replace(question, kind="single")
            # the shares are the same either way; few may have ticked one each by chance
            doubt = "boxes of which nobody ticked two: a single choice?"
            sure = ticks >= _SURELY_ONE
            question = question.doubted(doubt) if sure else question.unsettled(doubt, ticks)
        points = {asked.total for asked in guesses.questions if asked.total}
        if (
            points & {as_number(text) for text in columns[group[0]]}
            and len(columns[group[0]]) == len(group) == 1
        ):
            guesses.drop.append((group[0].letters, "the sum of the points beside it"))
            continue
        question = columns.with_errors(question)
        by_language = columns.with_languages(question)
        total = sum(sum(columns[h].values()) for h in group)
        question = _with_translations(question, total) if by_language is question else by_language
        for one in twice:
            if one.differ and one.boxes[0] in group:
                question = question.unsettled(
                    f"column {one.joined.letters} has the same answers joined, and says other than the boxes "
                    f"in {one.differ} of {one.rows} responses: the boxes are read",
                    one.differ,
                )
        headed = {h.column: h.label for h in headings}
        beside = [headed[h.column] for h in group if h.label == OTHER and not is_other(headed[h.column])]
        if question.write_in and beside:
            question = replace(question, answers={**question.answers, beside[0]: question.write_in})
        name = words.slug(group[0].code or question.text or group[0].label)
        name = words.unlike(name, [question.id for question in guesses.questions])
        guesses.questions.append(replace(question, id=name))
    return guesses


def _with_translations(question: Question, total: int) -> Question:
    """The choice, unsettled where its options are the steps of one scale in two languages."""
    labels = {fold(label): label for label in question.options.values() if not words.is_role(label)}
    both = scales.translated(labels)
    if not all(both):
        return question
    one, other = (", ".join(repr(labels[text]) for text in sorted(texts)) for texts in both)
    doubt = f"{one} and {other}: the same answers in two languages? then map them under [answers.{HERE}]"
    return question.unsettled(doubt, total)


def _with_no_answers(question: Question, below: Mapping[str, int], above: Mapping[str, int]) -> Question:
    """The question with the codes for no answer in several columns, of which those below are left out."""
    for text, count in below.items():
        question = question.blanked(text).unsettled(
            f"{text} comes {count} times and no other number is negative: read as no answer", count
        )
    if above:
        listed = ", ".join(f'"{text}"' for text in above)
        question = question.unsettled(
            f"{' and '.join(above)}, far above all other numbers: missing values? then blank = [{listed}] "
            f"under [reading.{HERE}]",
            sum(above.values()),
        )
    return question


def _without_described(guesses: Guesses, columns: Columns, headings: Sequence[Heading]) -> Iterator[Heading]:
    """The columns that may ask something; the role of the others in a response is noted, or why they go."""
    tools = tools_of(headings)
    finishing: Heading | None = None
    for heading in headings:
        role = described(heading, tools, guesses.roles)
        done = says_finished(heading, columns[heading], tools) if role in ("", OWN) else []
        # a box of an option such as GitHub tells of nobody
        label = heading.label or heading.text or heading.code
        if not (role or done) or (role == PERSONAL and is_box(columns[heading], label, columns.layout)):
            yield heading
            continue
        named = heading.text or heading.code
        plain = heading.label in ("", heading.text) and not personal(named)
        finder = named if plain and named else heading.letters
        previews = [text for text in columns[heading] if role == OWN and is_preview(text)]
        if done and (finishing is None or is_better(heading, finishing, tools)):
            guesses.drop.extend((other, OWN) for other in guesses.finished)
            guesses.finished.clear()
            guesses.finished[finder], finishing = done, heading
        elif role in ROLES:
            guesses.roles[role] = finder
        elif previews and not guesses.previews:
            guesses.previews[finder] = previews
        else:
            guesses.drop.append((finder, role or OWN))


def _without_empty(guesses: Guesses, columns: Columns, group: Group) -> Group:
    """The columns that may be a question; why the others are not is noted."""
    first = group[0]
    if first.blank:
        counts = columns[first].values()
        if first.column == 1 and "id" not in guesses.roles and len(counts) > 1 and max(counts) == 1:
            guesses.roles["id"] = first.letters
        else:
            guesses.drop.extend((h.letters, "it has no heading") for h in group)
        return ()
    addresses = [h for h in group if _identifies(columns[h])]
    guesses.drop.extend((h.letters, "its cells look like addresses of people") for h in addresses)
    group = tuple(h for h in group if h not in addresses)
    postcodes = [h for h in group if _are_postcodes(columns[h])]
    guesses.drop.extend((h.letters, "its cells look like postcodes") for h in postcodes)
    group = tuple(h for h in group if h not in postcodes)
    sorting = [h for h in group if len(group) > cells.FEW_BOXES and words.sorts_another(h.label)]
    guesses.drop.extend((h.letters, "it sorts what stands beside it") for h in sorting)
    group = tuple(h for h in group if h not in sorting)
    if any(columns[h] for h in group):
        idle = columns.idle(group)
        guesses.drop.extend((h.letters, "nothing in it") for h in idle)
        return tuple(h for h in group if h not in idle)
    guesses.drop.extend((h.letters, "nothing in it") for h in group)
    return ()


def _identifies(values: Mapping[str, int]) -> bool:
    """Whether most texts of a column are addresses or numbers by which somebody can be reached."""
    addresses = sum(bool(personal(text) or _FOUR_NUMBERS.fullmatch(text)) for text in values)
    return 2 * addresses > len(values) > 0


def _are_postcodes(values: Mapping[str, int]) -> bool:
    """Whether the texts of a column are postcodes: of their shape, and most of them given once.

    Bands of numbers have the same shape, and are given by many. Digits alone are some where a number would
    not be written so: of one length, and some with a 0 in front.
    """
    if len(values) < _SEVERAL_PLACES or not cells.all_unlike([values]):
        return False
    digits = all(_DIGITS.fullmatch(text) for text in values) and len({*map(len, values)}) == 1
    return all(map(_POSTCODE.fullmatch, values)) or (digits and any(text[0] == "0" for text in values))


def question_of(columns: Columns, group: Group) -> Question:
    """The question that stands in some columns, without an id yet."""
    # neighbours headed by their options do not say what was asked
    text = "" if len(group) > 1 and group[0].bare else group[0].text or group[0].code
    plain = Question("", text, "text", group)
    beside = [h for h in group if len(group) > 1 and is_other(h.label) and _holds_own_words(columns, h)]
    others = [h for h in group if h not in beside]
    if len(others) == 1:
        return of_one_column(columns, plain, others[0], beside[0] if beside else None)
    own_label = beside[0].label if beside else ""
    return of_boxes(columns, plain, others, own_label) or of_items(columns, plain, others)


def _holds_own_words(columns: Columns, heading: Heading) -> bool:
    """Whether a column headed Other holds people's own texts, and not the tick beside them."""
    return bool(columns[heading]) and not is_box(columns[heading], heading.label, columns.layout)
