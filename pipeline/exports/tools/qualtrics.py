"""Qualtrics: one to three header rows (codes, wording, import ids), a column a question, option or item.

`Q5_3` belongs to question `Q5`; its wording ends in ` - ` and the option or item. `Q5_3_TEXT` is the text
beside that option.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.parted import common_question
from pipeline.exports.tools.writing import Answered, Column
from pipeline.text.folding import fold

OWN_WORDS_APART = True
LISTED = 2
SEPARATOR = ","
ENCODING = "utf-8-sig"
ID = "ResponseId"

_PART = re.compile(r"(?P<code>.+?)_(?P<part>-?\d+)(?P<text>_TEXT)?\Z")
_OWN_TEXT = re.compile(r"(?P<code>.+?)_TEXT\Z")
_SELECTED = re.compile(r"\s+-\s+Selected Choice\b", re.IGNORECASE)
_CHOSEN = " - Selected Choice"
_IMPORT_ID = '{"ImportId"'
_IMPORT_IDS = re.compile(r"""\{["']ImportId["']""")  # older exports have single quotes
_NUMBERED = re.compile(r"V\d+")  # and the oldest such codes for what Qualtrics adds
_BESIDE = " - text"


def recognised(first: Sequence[Sequence[str]], _suffix: str) -> tuple[int, str]:
    """By the row of import ids, or by the columns that it adds."""
    if any(_IMPORT_IDS.match(cell) for row in first[:3] for cell in row):
        return 9, "a row of import ids"
    named = {cell.strip() for row in first[:2] for cell in row}
    sure = {"StartDate", "EndDate", "Finished"} <= named
    return 9 * sure, "the columns StartDate, EndDate and Finished"


def header_rows(rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Three with the row of import ids, two with the wording, else one."""
    third = rows[2] if len(rows) > 2 else []
    if any(_IMPORT_IDS.match(cell.strip()) for cell in third):
        return 3
    second = rows[1] if len(rows) > 1 else []
    if rows[0] and _NUMBERED.fullmatch(rows[0][0]) and "ResponseID" in second[:1]:
        return 2
    # the columns that Qualtrics adds are worded like their codes: StartDate, Start Date
    alike = [
        fold(a).replace(" ", "") == fold(b).replace(" ", "")
        for a, b in zip(rows[0], second, strict=False)
        if a
    ]
    return 2 if any(alike) else 1


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column: the question's code and text, and the option or item as its label."""
    texts = rows[1] if len(rows) > 1 else [""] * len(rows[0])
    cells = [(code.strip(), " ".join(text.split())) for code, text in zip(rows[0], texts, strict=False)]
    of_question: dict[str, list[str]] = {}
    for code, text in cells:
        if part := _PART.match(code):
            of_question.setdefault(part["code"], []).append(_SELECTED.sub("", text))
    common = {
        code: common_question(alike) or _before_dash(alike)
        for code, alike in of_question.items()
        if len(alike) > 1
    }
    return [_heading(column, code, text, common) for column, (code, text) in enumerate(cells, 1)]


def _before_dash(texts: Sequence[str]) -> str:
    """What the texts of an older export share in front of a dash without spaces: `Question-Option`."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in alike).rpartition("-")[0].rstrip()


def _heading(column: int, code: str, text: str, common: Mapping[str, str]) -> Heading:
    """A heading taken apart; `common` has what the headings of a question share in front of its options."""
    part, own = _PART.match(code), _OWN_TEXT.match(code)
    if part is None and own is None:
        return Heading(column, code, _SELECTED.sub("", text), "")
    text = _SELECTED.sub("", text)
    beside = bool(own or (part and part["text"]))
    if beside and fold(text).endswith(_BESIDE):
        text = text[: -len(_BESIDE)].rstrip()
    question, _, label = text.rpartition(" - ")
    shared = common.get(part["code"], "") if part else ""
    if shared and text.startswith(shared + " - "):
        question, label = shared, text[len(shared) + 3 :]
    elif shared and not question and re.match(r"\s*-", text[len(shared) :]):
        question, label = shared, text[len(shared) :].lstrip().removeprefix("-").strip()
    if not question:
        question, label = text, ""
    if part is not None:
        return Heading(column, part["code"], question, label or part["part"])
    return Heading(column, own["code"] if own else code, question, label)


def header(columns: Sequence[Column]) -> list[list[str]]:
    """Codes, wording and import ids."""
    codes = [code for code, _, _ in columns]
    wording = [text or code for code, text, _ in columns]
    return [codes, wording, [f'{_IMPORT_ID}:"QID_{code}"}}' for code in codes]]


def columns(answered: Answered) -> Iterator[Column]:
    """A code over the wording; the text of an Other in a column beside its box."""
    code, text = answered.code, answered.heading
    for part in answered.parts():
        if part.role == "whole":
            yield code, f"{text}{_CHOSEN if answered.write_ins else ''}", part.cells
        else:
            beside = part.role == "write_in"
            suffixes = ("_TEXT", " - Text") if beside else ("", "")
            yield f"{code}_{part.number}{suffixes[0]}", f"{text} - {part.label}{suffixes[1]}", part.cells
