"""LimeSurvey: what a question of each type asks, whichever file its rows stand in.

A type is one letter or sign. A column of an export is headed by a code (`q[SQ001]`, or `q_SQ001`), by the
text (`Question [item]`), or by both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pipeline.drafting.questionnaires.definition import Part, Place, Posed, label, numbered, with_role
from pipeline.drafting.questionnaires.source import MOST_PARTS
from pipeline.drafting.words import asks_a_number
from pipeline.text.folding import ELLIPSIS

Texts = Mapping[str, str]
"""by language; under an empty one what is the same in all"""
Columns = list[tuple[str, Place]]
Asking = tuple[Posed, str]
"""a question, and an expression that must hold for it besides those of its entry; empty for none"""
OTHER = "-oth-"
# what LimeSurvey itself writes, in the language in which an export is downloaded
_WORDS = {
    "de": {"Other": "Sonstiges", "Yes": "Ja", "No": "Nein"},
    "fr": {"Other": "Autre", "Yes": "Oui", "No": "Non"},
    "es": {"Other": "Otro", "Yes": "Sí", "No": "No"},
    "it": {"Other": "Altro", "Yes": "Sì", "No": "No"},
    "nl": {"Other": "Anders", "Yes": "Ja", "No": "Nee"},
    "pt": {"Other": "Outro", "Yes": "Sim", "No": "Não"},
    "pl": {"Other": "Inne", "Yes": "Tak", "No": "Nie"},
}
# the options of types whose options stand in no file
_STEPS = {"5": 5, "A": 5, "B": 10}
_GIVEN = {
    "Y": {"Y": "Yes", "N": "No"},
    "G": {"M": "Male", "F": "Female"},
    "C": {"Y": "Yes", "U": "Uncertain", "N": "No"},
    "E": {"I": "Increase", "S": "Same", "D": "Decrease"},
}
# what is filled in: {name}, {if(a == 1, "x", "y")}; a brace before a space is a brace
_FILLED = re.compile(r"\{[^{}\s][^{}]*\}")
_CODE = tuple(
    (re.compile(start, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for start, end in (("<script", "</script[^<>]*>"), ("<style", "</style[^<>]*>"), ("<!--", "-->"))
)
_HAS_A_DAY = re.compile(r"[dy]", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_MOST_LANGUAGES, _MOST_CELLS = 40, 2_000
_COUNT = re.compile(r"0*[1-9][0-9]{0,5}")


@dataclass
class Row:
    """A subquestion or an answer."""

    code: str
    texts: dict[str, str] = field(default_factory=dict)
    scale: int = 0
    relevance: str = ""
    score: str = ""


@dataclass
class Entry:
    """A question as LimeSurvey keeps it."""

    code: str
    type: str
    languages: tuple[str, ...]
    """that of the survey first"""
    texts: dict[str, str] = field(default_factory=dict)
    relevance: tuple[str, ...] = ()
    """the expressions of its group and of itself, all of which must hold"""
    required: bool = False
    other: bool = False
    encrypted: bool = False
    validation: str = ""
    """a pattern for its answers"""
    subquestions: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    """each by language"""
    number: str = ""
    """the id by which old expressions name it"""

    def attribute(self, name: str) -> str:
        """An attribute in the language of the survey; empty where it is not set."""
        return in_one(self.attributes.get(name, {}), self.languages[0]).strip()

    @property
    def wording(self) -> str:
        """What is asked, in the language of the survey or else in another."""
        return next(iter(in_all(self.texts, self.languages)), "")

    def rows(self, scale: int = 0) -> list[Row]:
        """The subquestions of a scale."""
        return [row for row in self.subquestions if row.scale == scale]

    def options(self, scale: int = 0) -> tuple[Part, ...]:
        """The answers of a scale."""
        return parts(self, [row for row in self.answers if row.scale == scale])


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A text as it is printed, without scripts; what is filled in is an ellipsis."""
    for start, end in _CODE:
        *before, rest = end.split(text)
        text = " ".join([*(start.split(part, maxsplit=1)[0] for part in before), rest])
    return label(_FILLED.sub(ELLIPSIS, text))


def spoken(names: Iterable[str]) -> tuple[str, ...]:
    """Languages each once, of which no survey has many; one without a name where there is none."""
    return tuple(dict.fromkeys(filter(None, names)))[:_MOST_LANGUAGES] or ("",)


def in_one(texts: Texts, language: str) -> str:
    """A text in a language; that of all languages, or of any, where it has none in this one."""
    return texts.get(language) or texts.get("") or next(filter(None, texts.values()), "")


def in_all(texts: Texts, languages: Sequence[str]) -> tuple[str, ...]:
    """The labels in all languages, that of the survey first, without those that are empty or repeated."""
    ordered = [texts.get(language, "") for language in languages] + list(texts.values())
    return tuple(dict.fromkeys(filter(None, map(plain, ordered))))


def one_line(words: str) -> str:
    """The words of the tool on one line, cut where they are many."""
    return " ".join(words.split())[:200]


def is_conditional(relevance: str) -> bool:
    """Whether an expression says that something is not shown to all."""
    return relevance.strip().lower() not in ("", "1", "true")


def columns(
    entry: Entry,
    place: Place,
    codes: Sequence[str] = (),
    texts: Sequence[Texts] = (),
    joined: Sequence[str] = (),
) -> Columns:
    """The headings of one column: its code in both spellings, and its text in each language.

    `codes` and `texts` are those of the part behind the question; `joined` the codes that stand behind `_`
    where they are others.
    """
    names = [
        entry.code + "".join(f"[{code}]" for code in codes),
        "_".join((entry.code, *(joined or codes))),
    ]
    for language in entry.languages:
        behind = "".join(f"[{plain(in_one(text, language))}]" for text in texts)
        names.append(f"{plain(in_one(entry.texts, language))} {behind}".strip())
    return [(name, place) for name in dict.fromkeys(names) if any(map(str.isalnum, name))]


def parts(entry: Entry, rows: Sequence[Row], exclusive: Sequence[str] = ()) -> tuple[Part, ...]:
    """Options or items in their order; the labels of other languages are their other texts."""
    # 0 and 1 are what the tool fills in where nobody gave a score
    scored = len({row.score for row in rows if _NUMBER.fullmatch(row.score)}) > len(("0", "1"))
    unnamed = entry.wording if len(rows) == 1 else ""
    made: dict[str, Part] = {}
    for row in rows:
        labels = in_all(row.texts, entry.languages)
        made.setdefault(
            row.code,
            Part(
                row.code,
                labels[0] if labels else unnamed or row.code,
                exclusive=row.code in exclusive,
                score=float(row.score) if scored and _NUMBER.fullmatch(row.score) else None,
                others=labels[1:],
                check=f"shown if {one_line(row.relevance)}" if is_conditional(row.relevance) else "",
            ),
        )
    return tuple(made.values())


def _by_language(word: str, languages: Sequence[str]) -> dict[str, str]:
    """A word that LimeSurvey itself writes, by language."""
    return {language: _WORDS.get(language[:2], {}).get(word, word) for language in languages}


def _given(entry: Entry) -> tuple[Part, ...]:
    """The options of a type that has its own; none for the others."""
    if entry.type in _STEPS:
        return numbered(1, _STEPS[entry.type])
    words = _GIVEN.get(entry.type, {})
    languages = entry.languages
    labels = {
        code: in_all(_by_language(word, languages) | {"en": word}, languages) for code, word in words.items()
    }
    return tuple(Part(code, known[0], others=known[1:]) for code, known in labels.items())


def _other(entry: Entry, code: str, exclusive: Sequence[str] = ()) -> Part:
    """The Other of a question: by the text it has, or the word of the tool, which stands in full answers."""
    words, texts = _by_language("Other", entry.languages), entry.attributes.get("other_replace_text", {})
    first = plain(texts.get(entry.languages[0]) or texts.get("", "")) or words[entry.languages[0]]
    others = dict.fromkeys((*in_all(texts, entry.languages), *words.values(), "Other"))
    others.pop(first, None)
    return Part(code, first, exclusive=code in exclusive, write_in=True, others=tuple(others))


def _with_other(entry: Entry, options: Sequence[Part], other: Part) -> tuple[Part, ...]:
    """The options with the Other where the file puts it, else behind all but those that exclude it."""
    codes, where = [part.code for part in options], entry.attribute("other_position")
    after, place = entry.attribute("other_position_code"), len(options)
    if where == "beginning":
        place = 0
    elif where == "specific" and after in codes:
        place = codes.index(after) + 1
    elif where in ("", "default"):
        while place and options[place - 1].exclusive and not other.exclusive:
            place -= 1
    return (*options[:place], other, *options[place:])


def _single(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """One answer; type O has a comment on the whole, which is a question of its own."""
    options, heads = _given(entry) or entry.options(), columns(entry, Place())
    if entry.other and entry.type in ("L", "!"):
        options = _with_other(entry, options, _other(entry, OTHER))
        heads += columns(entry, Place("words", OTHER), ("other",), (_by_language("Other", entry.languages),))
    yield replace(posed, kind="single", options=options, columns=tuple(heads)), ""
    if entry.type == "O":
        heads = columns(entry, Place(), ("comment",), ({"": "Comment"},))
        code, text = f"{posed.code}_comment", f"{posed.text} (comment)"
        yield _open(entry, replace(posed, code=code, text=text, required=False), heads), ""


def _multiple(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """Several answers; of type P each with a comment."""
    exclusive = re.split(r"[;,\s]+", entry.attribute("exclude_all_others"))
    options = parts(entry, entry.rows(), exclusive)
    heads: Columns = []
    for row in entry.rows():
        heads += columns(entry, Place("box", row.code), (row.code,), (row.texts,))
        if entry.type == "P":
            behind = (row.texts, {"": "Comment"})
            heads += columns(entry, Place("words", row.code), (f"{row.code}comment",), behind)
    if entry.other:
        options = _with_other(entry, options, _other(entry, "other", exclusive))
        words = Place("words", "other")
        heads += columns(entry, words, ("other",), (_by_language("Other", entry.languages),))
        if entry.type == "P":
            heads += columns(entry, words, ("othercomment",), ({"": "Other comment"},))
    most = entry.attribute("max_answers")
    limit = int(most) if _COUNT.fullmatch(most) else None
    yield replace(posed, kind="multiple", options=options, max=limit, columns=tuple(heads)), ""


def _grid(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """One answer for each item."""
    heads: Columns = []
    for row in entry.rows():
        heads += columns(entry, Place("item", row.code), (row.code,), (row.texts,))
    options, items = _given(entry) or entry.options(), parts(entry, entry.rows())
    yield replace(posed, kind="grid", options=options, items=items, columns=tuple(heads)), ""


def _two_grids(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """Two scales over the same items: a grid each."""
    for scale, header in enumerate(("dualscale_headerA", "dualscale_headerB")):
        number = str(scale + 1)
        heads: Columns = []
        for row in entry.rows():
            texts, joined = (row.texts, {"": f"Scale {number}"}), (row.code, str(scale))
            heads += columns(entry, Place("item", row.code), (row.code, number), texts, joined)
        yield (
            replace(
                posed,
                code=f"{posed.code}_{number}" if scale else posed.code,
                text=_joined(posed.text, plain(entry.attribute(header))),
                kind="grid",
                options=entry.options(scale),
                items=parts(entry, entry.rows()),
                columns=tuple(heads),
            ),
            "",
        )


def _rank(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """Items by place: the place stands in the heading, the item in the cell."""
    items = entry.options() or parts(entry, entry.rows())
    most = entry.attribute("max_subquestions")
    heads: Columns = []
    for n in range(1, min(len(items), int(most) if _COUNT.fullmatch(most) else MOST_PARTS) + 1):
        heads += columns(entry, Place("place", str(n)), (str(n),), ({"": f"Rank {n}"},))
    yield replace(posed, kind="rank", items=items, columns=tuple(heads)), ""


def _several(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """A number or a text for each subquestion; numbers that must add up to a total are an allocation."""
    # of a slider the labels of its ends stand behind the text, in headings too
    cut = (entry.attribute("slider_separator") or "|") if entry.attribute("slider_layout") == "1" else "\0"
    short = [
        replace(row, texts={where: text.partition(cut)[0] for where, text in row.texts.items()})
        for row in entry.rows()
    ]
    total = entry.attribute("equals_num_value")
    shares = entry.type == "K" and bool(_COUNT.fullmatch(total))
    heads: Columns = []
    for row, brief in zip(entry.rows(), short, strict=True):
        place = Place("item", row.code) if shares else Place()
        for texts in (row.texts, brief.texts):
            heads += columns(entry, place, (row.code,), (texts,))
        if not shares:
            item = next(iter(in_all(brief.texts, entry.languages)), "")
            one = replace(posed, code=f"{posed.code}_{row.code}", text=_joined(posed.text, item))
            one = one.doubted(f"with its neighbours it adds up to {one_line(total)}") if total else one
            yield _open(entry, one, heads), row.relevance
            heads = []
    if shares:
        items, limit = parts(entry, short), int(total) if int(total) != 100 else None
        yield replace(posed, kind="allocation", items=items, max=limit, columns=tuple(heads)), ""


def _one(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """A number, a date or a text."""
    yield _open(entry, posed, columns(entry, Place())), ""


def _open(entry: Entry, posed: Posed, heads: Columns) -> Posed:
    """A question without options: a number, a date, or a text, which is private."""
    by_type = {"N": "number", "K": "number", "D": "date"}
    # digits of a telephone number are no number: it must be asked for, too
    counts = entry.attribute("numbers_only") == "1" and asks_a_number(posed.text)
    kind = by_type.get(entry.type, "number" if counts else "text")
    unit = plain(entry.attribute("suffix") or entry.attribute("prefix")) if kind == "number" else ""
    is_text = kind == "text"
    personal = _personal(entry) if is_text else ""
    return replace(posed, kind=kind, private=is_text, personal=personal, unit=unit, columns=tuple(heads))


def _personal(entry: Entry) -> str:
    """Why a text is not to be read; empty where nothing in its definition says so."""
    patterns = (entry.validation, entry.attribute("em_validation_q"), entry.attribute("em_validation_sq"))
    if any("@" in pattern for pattern in patterns):
        return "an e-mail address"
    if entry.attribute("location_mapservice") not in ("", "0"):
        return "a place on a map"
    return "kept encrypted" if entry.encrypted else ""


def _file(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """A file, and the number of files."""
    count = columns(entry, Place(), ("filecount",))
    counted = [(f"filecount - {posed.text}", Place())]
    yield replace(posed, columns=(*columns(entry, Place()), *count, *counted)), ""


def _table(entry: Entry, posed: Posed) -> Iterator[Asking]:
    """A text or a number in each cell of a table."""
    across = entry.rows(1)
    heads: Columns = []
    for row in entry.rows()[: _MOST_CELLS // max(len(across) * len(entry.languages), 1)]:
        for other in across:
            heads += columns(entry, Place(), (f"{row.code}_{other.code}",), (row.texts, other.texts))
    yield replace(posed, columns=tuple(heads)), ""


def _joined(*texts: str) -> str:
    """Texts behind each other, without the empty ones."""
    return " ".join(filter(None, texts))


_BY_TYPE: dict[str, Callable[[Entry, Posed], Iterator[Asking]]] = {
    **dict.fromkeys("L!O5YG", _single),
    **dict.fromkeys("MP", _multiple),
    **dict.fromkeys("FHABCE", _grid),
    **dict.fromkeys("KQ", _several),
    **dict.fromkeys("NDSTUI*", _one),
    **dict.fromkeys(";:", _table),
    "1": _two_grids,
    "R": _rank,
    "|": _file,
}
_NO_QUESTION = {
    "X": "a text on the page",
    "I": "the language that somebody chose",
    "*": "computed by the survey",
    "|": "a file",
}
_NOT_READ = {";": "a table of texts", ":": "a table of numbers"}


def asked(entry: Entry) -> list[Asking]:
    """What an entry asks, with the headings of its columns; those of what asks nothing are there, too."""
    if entry.type == "X":
        return []
    posed = Posed(entry.code, entry.wording, "text", required=entry.required, private=True)
    made = list(_BY_TYPE.get(entry.type, _one)(entry, posed))
    return [(_finished(entry, one), relevance) for one, relevance in made]


def why_not(entry: Entry, posed: Sequence[Posed]) -> tuple[str, bool]:
    """Why an entry is no question, and whether that is to be reported; an empty reason for a question."""
    if entry.type in _NO_QUESTION:
        return _NO_QUESTION[entry.type], False
    if entry.type in _NOT_READ:
        return _NOT_READ[entry.type], True
    if entry.type not in _BY_TYPE:
        return f"of the type {entry.type[:20] or 'without a letter'}", True
    if entry.type == "D" and (form := entry.attribute("date_format")) and not _HAS_A_DAY.search(form):
        return "a time of day", True
    if any(expression.strip().lower() in ("0", "false") for expression in entry.relevance):
        return "never shown", True
    if entry.attribute("hidden") == "1":
        return "hidden, and so filled in by the survey", True
    needed = {
        "single": ("options",),
        "multiple": ("options",),
        "grid": ("options", "items"),
        "rank": ("items",),
    }
    if not posed or any(not getattr(one, part) for one in posed for part in needed.get(one.kind, ())):
        return "without options or items in the file", True
    return "", False


def _finished(entry: Entry, posed: Posed) -> Posed:
    """A question with what its type does not change: its roles, what to look at, a text if it has none."""
    posed = replace(
        posed,
        text=posed.text or posed.code,
        private=posed.kind == "text",
        options=tuple(map(with_role, posed.options)),
        columns=tuple(dict.fromkeys(posed.columns)),
    )
    if not entry.wording:
        posed = posed.doubted("the file has no wording for it")
    for name, do in (("array_filter", "shown"), ("array_filter_exclude", "left out")):
        if posed.kind != "text" and (by := entry.attribute(name)):
            posed = posed.doubted(f"parts are {do} by what was answered to {one_line(by)}")
    if entry.encrypted and not posed.private:
        posed = posed.doubted("the tool keeps it encrypted: is it personal?")
    return posed
