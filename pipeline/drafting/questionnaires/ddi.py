"""DDI Codebook (2.5 and older): variables with their questions and categories, and groups of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from xml.etree import ElementTree

from pipeline.drafting.questionnaires.conditions import Is, UnfitError, as_asked, both
from pipeline.drafting.questionnaires.definition import Definition, Part, Posed, label
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source
from pipeline.drafting.questionnaires.variables import (
    DATE_DOUBT,
    Together,
    Variable,
    answers_of,
    asks_when,
    choices_of,
    described,
    is_box,
    listing,
    option,
    questions,
)
from pipeline.text.folding import fold

Element = ElementTree.Element
_BEFORE_ROOT = re.compile(
    r"[\ufeff\s]+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^<>\[]|\[[^\[\]]*\])*>", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>[\w.-]+)[\s/>]")
_FORMATS = {"date": "date", "dateTime": "date", "datetime": "date", "time": "time"}
_RESPONSES = {"text": "text", "numeric": "number", "datetime": "date"}
_EVERYBODY = re.compile(
    r"(all|every|alle|tous les|toutes les|todos los|todas las|tutti i?|wszyscy) ?"
    r"(respondents?|persons?|people|participants?|individuals?|households?|cases?|befragten?|personen"
    r"|teilnehmenden|répondants|personnes|encuestados|entrevistados|rispondenti|respondenten|respondenci)?\.?"
    r"|everyone|everybody|total sample|entire sample"
)
_VERB = re.compile(r"\s*(?:==?|:|(?:is|are|was|equals|in|ist|est|es|é|è|to)\b)\s*\(?\s*", re.IGNORECASE)
_OR = re.compile(r"\s*(?:,\s*or\b|\bor\b|\boder\b|\bou\b|\bo\b|\bof\b|\blub\b|[,/|;])\s*", re.IGNORECASE)
_AND = re.compile(r"\s*\)?\s*(?:\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b|\bi\b|&)\s*", re.IGNORECASE)
_MOST_LETTERS = 200  # of a universe that is quoted
_LONGEST_UNIVERSE = 4_000  # letters: names of many answers
_LABELLED_NUMBERS = 2  # so many values of a number may have a label, such as its ends


def recognised(source: Source) -> bool:
    """Whether the file is XML with a codebook as its root, in a namespace or none."""
    return root_of(source.head) == "codeBook"


def root_of(head: str) -> str:
    """The name of the first element of XML, without its namespace; empty where the text is no XML."""
    place = 0
    while skipped := _BEFORE_ROOT.match(head, place):
        place = skipped.end()
    root = _ROOT.match(head, place)
    return root["name"] if root else ""


def definition(source: Source) -> Definition:
    """What the codebook says of its variables."""
    root = source.xml
    if root.tag != "codeBook":
        raise source.error(f"is no codebook: its first element is {root.tag!r}")
    elements = list(root.iter("var"))
    if not elements:
        raise source.error("describes no variable; export the codebook with its data description", "dataDscr")
    if len(elements) > MOST_PARTS:
        raise source.error(f"describes more than {MOST_PARTS:,} variables", "dataDscr")
    language = _attribute(root, "lang")
    by_id: dict[str, str] = {}
    variables: list[Variable] = []
    reports: list[str] = []
    repeated: list[str] = []
    names: set[str] = set()
    for number, element in enumerate(elements, 1):
        name = element.get("name") or element.get("ID") or ""
        if not name:
            raise source.error("has neither name nor ID; export the codebook again", f"variable {number}")
        if name in names:
            repeated.append(name)
            continue
        names.add(name)
        by_id[element.get("ID") or name] = name
        variables.append(_variable(element, name, language))
    if repeated:
        reports.append(f"several variables of one name, of which the first is read: {listing(repeated)}")
    groups, lost = _groups(root, by_id, language)
    if lost:
        reports.append(f"groups name variables that are not there: {listing(lost)}")
    variables = _with_universes(variables, root, by_id)
    kept = described(variables)
    posed = tuple(_routed(questions(kept.asked, groups), by_id))
    titles = (root.find(f"{part}/citation/titlStmt/titl") for part in ("stdyDscr", "docDscr"))
    return Definition(
        "DDI Codebook",
        next((text for one in titles if one is not None and (text := plain(one))), source.path.stem),
        posed,
        kept.unasked,
        kept.roles,
        (*reports, *kept.reports),
        language,
    )


def _attribute(element: Element, name: str) -> str:
    """An attribute by its name without the namespace; empty where it is not there."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def plain(element: Element | None, without: Iterable[str] = ()) -> str:
    """The words in an element as they are printed; line breaks are blanks."""
    return label(_written(element, set(without))) if element is not None else ""


def _written(element: Element, without: set[str]) -> str:
    pieces = [element.text or ""]
    for child in element:
        if child.tag not in without:
            pieces.append(" " if child.tag in ("br", "p", "hr") else "")
            pieces.append(_written(child, without))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _labelled(element: Element, language: str) -> str:
    """The label of an element, else another text that describes it; empty where it has none."""
    return (
        _text(element, "labl", language) or _text(element, "txt", language) or _text(element, "concept", "")
    )


def _text(element: Element | None, tag: str, language: str) -> str:
    """A text in an element, in the language of the codebook where it has one; empty where there is none."""
    texts = element.findall(tag) if element is not None else []
    spoken = [one for one in texts if language and _attribute(one, "lang") == language]
    return next(filter(None, map(plain, (*spoken, *texts))), "")


def _variable(element: Element, name: str, language: str) -> Variable:
    """A variable with what its question, its categories and its format say."""
    question = element.find("qstn")
    wording, above = _text(question, "qstnLit", language), _text(question, "preQTxt", language)
    if question is not None and not wording and not len(question):
        wording = plain(question)  # older codebooks have the words in the element itself
    text = _labelled(element, language) or wording or above or name
    options = _categories(element, language)
    kind = _kind(element, options, wording or text)
    computed = element.find("derivation") is not None
    return Variable(
        name,
        text,
        kind,
        options,
        wording or above,
        above if wording else "",
        use="weight" if element.get("wgt") == "wgt" else "computed" if computed else "",
        doubt=DATE_DOUBT if kind == "date" and not _format(element) else "",
        headings=(name, text),
    )


def _format(element: Element) -> str:
    """The kind that the format of a variable says, where it is a date or a time; else empty."""
    written = element.find("varFormat")
    if written is None:
        return ""
    name = written.get("formatname", "").lower()
    by_name = "date" if re.search(r"date|%t[dcmqw]", name) else "time" if name.startswith("time") else ""
    return _FORMATS.get(written.get("category", ""), by_name)


def _kind(element: Element, options: Sequence[Part], text: str) -> str:
    """The kind of a variable, by its categories, its format and, where it is text, by its words."""
    answers = answers_of(options)
    written, question = element.find("varFormat"), element.find("qstn")
    form = written.get("type", "") if written is not None else ""
    continuous = element.get("intrvl") == "contin"
    if is_box(options):
        return "box"
    if len(answers) > (_LABELLED_NUMBERS if continuous and form != "character" else 1):
        return "single"
    if by_format := _format(element):
        return by_format
    domain = question.get("responseDomainType", "") if question is not None else ""
    if form == "character" or (domain == "text" and not form):
        return "date" if asks_when(text) else "text"
    sure = form == "numeric" or continuous or element.get("dcml") is not None
    return "number" if sure else _RESPONSES.get(domain, "text")


def _categories(element: Element, language: str) -> tuple[Part, ...]:
    """The categories of a variable as options; none where they have no labels, and list what was answered."""
    options: dict[str, Part] = {}
    labelled = False
    for category in islice(element.iter("catgry"), MOST_PARTS + 1):
        code, text = plain(category.find("catValu")), _labelled(category, language)
        missing = category.get("missing", "").upper() == "Y"
        labelled = labelled or bool(text and not missing)
        if text or (code and not missing):
            options.setdefault(code or text, option(code or text, text or code, missing=missing))
    return tuple(one for one in options.values() if labelled or one.label != one.code)


def _groups(root: Element, by_id: Mapping[str, str], language: str) -> tuple[list[Together], list[str]]:
    """The groups that make up one question, and the ids in them that no variable has."""
    groups, lost = [], []
    for element in root.iter("varGrp"):
        kind = element.get("type", "")
        if kind in ("multipleResp", "grid"):
            ids = element.get("var", "").split()
            lost += [one for one in ids if one not in by_id]
            members = tuple(dict.fromkeys(by_id[one] for one in ids if one in by_id))
            several = kind == "multipleResp"
            groups.append(Together(members, _labelled(element, language), element.get("name", ""), several))
    return groups, lost


def _with_universes(variables: Sequence[Variable], root: Element, by_id: Mapping[str, str]) -> list[Variable]:
    """The variables with who was asked them, in words: their own universe and those of their groups.

    A universe that all variables share is whom the study is about, and no routing.
    """
    universes: dict[str, list[str]] = {variable.name: [] for variable in variables}
    for element in root.iter("var"):
        name = by_id.get(element.get("ID") or element.get("name") or "", "")
        if name and not universes[name]:
            universes[name] += [plain(one) for one in element.findall("universe")]
    inner = {one.get("ID", ""): one for one in root.iter("varGrp")}
    for element in root.iter("varGrp"):
        if texts := [plain(one) for one in element.findall("universe")]:
            for name in _members(element, inner, by_id):
                universes[name] += texts
    limits = {name: tuple(dict.fromkeys(filter(_limits, texts))) for name, texts in universes.items()}
    everywhere = set.intersection(*map(set, limits.values())) if len(limits) > 1 else set[str]()
    return [
        replace(one, shown_if=" and ".join(text for text in limits[one.name] if text not in everywhere))
        for one in variables
    ]


def _limits(universe: str) -> bool:
    """Whether a universe leaves anybody out."""
    return bool(universe) and not _EVERYBODY.fullmatch(fold(universe))


def _members(group: Element, groups: Mapping[str, Element], by_id: Mapping[str, str]) -> list[str]:
    """The variables of a group and of the groups in it, each group visited once."""
    waiting, visited, names = [group], set[int](), list[str]()
    while waiting:
        element = waiting.pop()
        if id(element) in visited:
            continue
        visited.add(id(element))
        names += [by_id[one] for one in element.get("var", "").split() if one in by_id]
        waiting += [groups[one] for one in element.get("varGrp", "").split() if one in groups]
    return list(dict.fromkeys(names))


def _routed(posed: Sequence[Posed], by_id: Mapping[str, str]) -> Iterator[Posed]:
    """The questions with `asked` where the words of a universe name a question and its options."""
    choices = {one.code: choices_of(one) for one in posed if one.kind in ("single", "multiple")}
    by_name = {fold(one.code): _Spelt.of(one) for one in posed if one.code in choices}
    for identifier, name in by_id.items():
        if fold(name) in by_name:
            by_name.setdefault(fold(identifier), by_name[fold(name)])
    for one in posed:
        try:
            asked = as_asked(both(*_conditions(one.shown_if, by_name)), choices) if one.shown_if else {}
        except UnfitError:
            asked = {one.code: ()}
        if one.code in asked:  # asked of those who answered it is no condition
            yield replace(one, shown_if=one.shown_if[:_MOST_LETTERS])
        else:
            yield replace(one, asked=asked, shown_if="")


@dataclass(frozen=True)
class _Spelt:
    """A question with its options by everything that stands for them in words, in small letters."""

    code: str
    codes: Mapping[str, str]
    lengths: Sequence[int]

    @classmethod
    def of(cls, posed: Posed) -> _Spelt:
        """Its labels and codes, also within quotes."""
        codes: dict[str, str] = {}
        for one in posed.options:
            for text in (one.label, one.code):
                for spelling in (text, f"'{text}'", f'"{text}"'):
                    codes.setdefault(spelling.lower(), one.code)
        return cls(posed.code, codes, sorted({len(text) for text in codes}, reverse=True))

    def at(self, text: str, place: int) -> tuple[str, int]:
        """The option that stands at a place of a text, the longest first, and where it ends."""
        for length in self.lengths:
            end = place + length
            code = self.codes.get(text[place:end].lower())
            if code is not None and not text[end : end + 1].isalnum():
                return code, end
        raise UnfitError(text)


def _conditions(universe: str, by_name: Mapping[str, _Spelt]) -> list[Is]:
    """The conditions in words such as `role is Maintainer or Contributor`; UnfitError for other words."""
    conditions, place = list[Is](), 0
    if len(universe) > _LONGEST_UNIVERSE:
        raise UnfitError(universe)
    while place < len(universe):
        name = re.compile(r"[\w.]+").match(universe, place)
        question = by_name.get(fold(name[0])) if name else None
        verb = _VERB.match(universe, name.end()) if name else None
        if question is None or verb is None:
            raise UnfitError(universe)
        place, codes = verb.end(), set[str]()
        while True:
            code, place = question.at(universe, place)
            codes.add(code)
            if not (joint := _OR.match(universe, place)):
                break
            place = joint.end()
        conditions.append(Is(question.code, frozenset(codes)))
        if further := _AND.match(universe, place):
            place = further.end()
        elif universe[place:].strip(" .)"):
            raise UnfitError(universe)
        else:
            break
    return conditions
