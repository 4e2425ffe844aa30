"""Questions put together from variables: for DDI, SPSS and Triple-S, whose files describe variables.

What belongs to one question the file says itself, or the names, the labels and the values of neighbours do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, groupby, takewhile

from pipeline.drafting import words
from pipeline.drafting.questionnaires.conditions import Choices
from pipeline.drafting.questionnaires.definition import Part, Place, Posed, with_role
from pipeline.text.folding import fold

DATE_DOUBT = "a text that is read as a date, because its words ask when"
_MOST_LISTED = 8
_SEPARATORS = re.compile(r"[_.\-\[\]]+")
_NUMBER = re.compile(r"(?<=[^\W\d]{2})(?=\d+$)|(?<=\d)(?=[a-zA-Z]$)")
# where a question ends that labels begin with: at a dash, a bracket, the end of a sentence
_PARTED = re.compile(r".*(?: [-–—] |[:?.!…]\s+|\(|\n)", re.DOTALL)
_BRACKETED = re.compile(r"\[(?P<item>[^\]]*)\]\s*(?P<text>.+)\Z", re.DOTALL)
_UNTICKED = re.compile(
    r"no|0|not (selected|mentioned|checked|ticked|chosen)|unchecked|unselected|nein|nicht (genannt|gewählt"
    r"|ausgewählt)|non( (mentionné|coché|sélectionné)e?)?|no (mencionado|seleccionado)|não( (mencionado"
    r"|selecionado))?|(no|non) (menzionato|selezionato)|nee|niet (genoemd|gekozen|geselecteerd)|nie"
    r"( (wybrano|zaznaczono))?|いいえ|否|未选"
)
_SEVERAL = re.compile(
    r"\b(appl(y|ies)|select|choose|tick|check|mark|mention|up to|at most|multiple|mehrere|mehrfach\w*"
    r"|zutreffen|ankreuzen|wählen|plusieurs|coche[rz]|varias|vários|várias|marque|seleccione|selecione|selezion\w+"
    r"|più|meerdere|aankruis\w*|wielokrotn\w+|zaznacz\w*)\b|多选|複数|すべて|所有"
)
_RANKS = re.compile(
    r"\brank(s|ed|ing|ings)?\b|\bin order\b|\border of\b|rangfolge|reihenfolge|rangordnung|rangreihe"
    r"|\bclasse[rz]\b|\bclassement\b|par ordre|\bordene\b|\bordena(r|d)?\b|clasifique|clasificar|por orden"
    r"|em ordem|por ordem|classifi(que|car)|in ordine|classifica(re)?\b|rangschik\w*|\bvolgorde\b|uszereg\w+"
    r"|w kolejności|順位|順番|排序|排名"
)
_ADDS_UP = re.compile(
    r"(?:\badd(?:s|ing)? (?:up )?to|\bsums? (?:up )?(?:to|of|must)|\bsum is"
    r"|\btotals?(?:ing|ling)?\b|\bequals?\b|distribut\w*|allocat\w*|\bdivide|\bsplit\b|\bshare out"
    r"|summe|summier\w*|insgesamt|zusammen|verteil\w*"
    r"|aufteil\w*|\bsomme|\bau total|répart\w*|\bsum[ae]\b|\bsum(?:ar|en|an|em|ino|are)\b|distribu\w+"
    r"|repart\w+|\bsomm\w+|ripart\w+|\bsom\b|optel\w*|verdeel|verdelen|\btotaal|sumow\w+|rozdziel\w*"
    r"|合計|总和|合计|分配)[^\d.?!]{0,40}(?P<total>\d{1,6})(?![\d.,]*\d)"
)
_OTHER_WORD = (
    r"(?:others?|sonstige[sr]?|andere[sr]?|autres?|otr[oa]s?|outr[oa]s?|altr[oi]|anders|overig\w*|inn[ey]"
    r"|specify|その他|其他)"
)
_BESIDE = re.compile(
    rf"[_.\- ]?(?:\d+[_.])?(?:{_OTHER_WORD}|oth|othr|oe|open|text|txt|spec)"
    r"(?:[_.]?(?:text|txt|specify|spec|oe))?",
    re.IGNORECASE,
)
_SPECIFY = re.compile(
    r"\bspecify\b|please (state|describe|name|write|tell|enter)|bitte (angeben|nennen|eintragen)|und zwar"
    r"|précise[rz]|especifi\w+|specific(are|a)\b|indicare|namelijk|proszę (podać|wpisać)|请注明|具体"
)
_REMARK = re.compile(r"[_.\- ]?(?:comment|remark|kommentar|commentaire|comentario)s?", re.IGNORECASE)
_LABELLED_OTHER = re.compile(
    rf"{_OTHER_WORD}\b|.*[(\-–—:]\s*{_OTHER_WORD}\b[^()]*\)?(?:\s*-\s*text)?$", re.IGNORECASE
)
_TICK = (Part("1", "Yes"), Part("0", "No"))
_ASKS_WHEN = re.compile(
    r"(?:since |from |until )?when (?:did|do|does|was|were|is|are|will|would|have|has|had)\b"
    r"|(?:on|at) (?:what|which) (?:date|day)|what (?:is|was) the date"
    r"|(?:seit |ab |bis )?wann\b|an welchem (?:tag|datum)"
    r"|(?:depuis |jusqu'à )?quand (?:avez|est|a|ont|êtes|as)\b|à quelle date"
    r"|¿?(?:desde |hasta )?cuándo\b|en qué fecha"
    r"|(?:desde |até |da )?quando (?:é|foi|ha|hai|è|começ\w+|comec\w+)\b|em que data|in (?:quale|che) data"
    r"|(?:sinds )?wanneer\b|op welke (?:datum|dag)|(?:od )?kiedy\b|いつ|何时|什么时候"
)
_PLACE_WORD = (
    r"(?:rank|place|position|choice|preference|priority|rang|platz|wahl|priorität|choix|priorité|puesto|lugar"
    r"|elección|posición|prioridad|posto|posição|scelta|posizione|priorità|plaats|keuze|miejsce|wybór)"
)
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "erste": 1, "zweite": 2, "dritte": 3,
    "vierte": 4, "première": 1, "premier": 1, "deuxième": 2, "seconde": 2, "troisième": 3, "primera": 1,
    "primer": 1, "segunda": 2, "tercera": 3, "tercer": 3, "segundo": 2, "tercero": 3, "primeira": 1,
    "primeiro": 1, "terceira": 3, "terceiro": 3, "prima": 1, "primo": 1, "secondo": 2, "terza": 3, "terzo": 3,
    "eerste": 1, "tweede": 2, "derde": 3, "pierwszy": 1, "drugi": 2, "trzeci": 3,
}  # fmt: skip
_NTH = rf"(?:\d+)(?:st|nd|rd|th|er|e|ère|ème|[.ºª°])?|{'|'.join(_ORDINALS)}"
_ANSWER_WORD = (
    r"(?:mention|answer|response|nennung|antwort|réponse|mención|respuesta|menção|resposta|menzione|risposta"
    r"|vermelding|antwoord|odpowiedź)"
)


def _numbered_by(word: str) -> re.Pattern[str]:
    """What finds a word with its number before or behind it: `Rank 1`, `Second choice`."""
    return re.compile(rf"{word}\s*(?:no\.?|nr\.?|#|:)?\s*(?P<behind>\d+)|(?P<before>{_NTH}) {word}")


_PLACE = _numbered_by(_PLACE_WORD)
_BARE_PLACE = re.compile(rf"(?P<behind>(?!))|(?P<before>{_NTH})")
_ANSWER = _numbered_by(_ANSWER_WORD)

# what describes a response and asks nothing, by its label or its name; both are read folded
_ROLES = {
    "id": re.compile(
        r"id|resp_?id|case_?id|(serial|case|respondent|response|record|interview|participant|questionnaire)"
        r"([ _]?id|[ _]?identifier| number| no\.?)|laufende nummer|fall(nummer|-id)"
        r"|(numéro|identifiant) d[eu] (répondant|la réponse)|id d[ae] (respuesta|resposta)|identificador"
    ),
    "started": re.compile(r"startdate(_date)?|date started|datum gestartet|startzeit|starttime"),
    "submitted": re.compile(
        r"submitdate(_date)?|date submitted|datum abgeschickt|date de soumission"
        r"|fecha de envío|enddate|endtime"
    ),
    "weight": re.compile(
        r"(.*\b)?(case|survey|sampl(e|ing)|design|final|person|household|analysis|supplement|population"
        r"|respondent|post-?stratification|normali[sz]ed) weights?"
        r"|weighting( factor| variable)?|weight factor"
        r"|gewicht(ung|ungsfaktor|ungsvariable)|(facteur de )?pondération|(factor de )?ponderación"
        r"|(fattore di )?ponderazione|fator de ponderação|weeg(factor|coëfficiënt)|waga analityczna"
        r"|wgt_?\d*"
    ),
}
_FITTING = {
    "id": ("number", "text"),
    "started": ("date", "text"),
    "submitted": ("date", "text"),
    "weight": ("number",),
}
_UNASKED = {
    "the last page seen": re.compile(r"last ?page|letzte seite|dernière page|última página"),
    "the language of the respondent": re.compile("|".join(map(re.escape, sorted(words.LANGUAGE_HEADINGS)))),
    "when the response last changed": re.compile(r"datestamp(_date|_time)?|date last action"),
    "when the response began or ended": re.compile(r"(submitdate|startdate)_time"),
    "whether the response is complete": re.compile(
        r"(interview|survey|questionnaire|response) (is )?(complete|completed|finished|status)"
        r"|(interview|umfrage|fragebogen) (ist )?(abgeschlossen|beendet|vollständig)"
        r"|(entretien|questionnaire|enquête) (terminée?|complète?)"
        r"|(entrevista|encuesta|cuestionario) complet[ao]|(intervista|questionario) complet[ao]"
        r"|(interview|vragenlijst) (voltooid|compleet)"
    ),
}
_TIME = "a time of day"
# a word such as Language may head a question: by it only variables of these kinds are none
_OF_KINDS = {"the language of the respondent": ("text",)}


@dataclass(frozen=True)
class Variable:
    """A variable of a data file, before it is known which question it belongs to."""

    name: str
    label: str
    kind: str
    """single, multiple, number, date, text; box for the tick of one option, time for what is not drafted"""
    options: tuple[Part, ...] = ()
    """of a number those of its values that have a label, such as "don't know"; of a box, 0 and 1 if any"""
    wording: str = ""
    """the question, where the file has it apart from the label"""
    above: str = ""
    """what stands above the question, where the file has that apart"""
    shown_if: str = ""
    check: str = ""
    use: str = ""
    """id or weight where the file says so, computed where nobody was asked it"""
    doubt: str = ""
    headings: tuple[str, ...] = ()
    """under what an export may have it"""

    @property
    def text(self) -> str:
        """The wording of the question where the file has it, else the label, else the name."""
        return self.wording or self.label or self.name

    @property
    def alike(self) -> tuple[object, ...]:
        """What is equal in variables that may be one question."""
        options = tuple((one.code, fold(one.label)) for one in self.options) if self.kind == "single" else ()
        return self.kind, options, self.shown_if


@dataclass(frozen=True)
class Together:
    """Variables that the file says are one question."""

    members: tuple[str, ...]
    text: str = ""
    code: str = ""
    several: bool = False
    """whether it is a multiple choice: a box a variable, or an answer a variable"""


@dataclass(frozen=True)
class Kept:
    """Variables parted into those that ask something and those that describe a response."""

    asked: tuple[Variable, ...]
    unasked: dict[str, str]
    roles: dict[str, str]
    reports: tuple[str, ...]


def listing(names: Sequence[str]) -> str:
    """Names in a row, the first few of many."""
    shown = ", ".join(names[:_MOST_LISTED])
    return f"{shown} and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else shown


def option(code: str, text: str, *, missing: bool = False) -> Part:
    """An option with the role of its words; with a check if it is missing and the words do not say why."""
    part = with_role(Part(code, text))
    if part.role == "other" and _SPECIFY.search(fold(text)):
        part = replace(part, write_in=True)
    if code.isdigit() and code != str(int(code)):
        part = replace(part, others=(str(int(code)),))  # a file of numbers has no zero in front
    declared = missing and part.role == "substantive"
    return replace(part, check="the file declares it missing") if declared else part


def is_box(options: Sequence[Part]) -> bool:
    """Whether the values of a variable are those of a tick: 1, and 0 for none."""
    by_code = {one.code: one.label for one in options}
    if "1" not in by_code or not by_code.keys() <= {"0", "1"}:
        return False
    return len(by_code) == 1 or (
        _UNTICKED.fullmatch(fold(by_code["0"])) is not None and fold(by_code["1"]) != "1"
    )


def answers_of(options: Sequence[Part]) -> list[Part]:
    """The options that are answers: neither declared missing nor a "don't know"."""
    return [one for one in options if not one.check and one.role not in ("dkns", "not_applicable")]


def asks_when(text: str) -> bool:
    """Whether the words of a question ask for a date."""
    return bool(_ASKS_WHEN.match(fold(text)))


def choices_of(posed: Posed) -> Choices:
    """What a condition may name of a question."""
    return Choices(tuple(one.code for one in posed.options), posed.kind == "multiple", posed.required)


def described(variables: Sequence[Variable]) -> Kept:
    """The variables without those that describe a response, and what those are."""
    asked: list[Variable] = []
    unasked: dict[str, str] = {}
    by_role: dict[str, list[str]] = {}
    for variable in variables:
        if role := _role(variable):
            by_role.setdefault(role, []).append(variable.name)
        elif reason := _reason(variable):
            unasked[variable.name] = reason
        else:
            asked.append(variable)
    reports = []
    for role, names in by_role.items():
        if len(names) > 1:
            reports.append(f"several variables may be the {role}: {listing(names)}; choose one")
            unasked |= dict.fromkeys(names, f"one of several that may be the {role}")
    if times := [name for name, reason in unasked.items() if reason == _TIME]:
        reports.append(f"times of day are not drafted: {listing(times)}")
    roles = {role: names[0] for role, names in by_role.items() if len(names) == 1}
    return Kept(tuple(asked), unasked, roles, tuple(reports))


def _role(variable: Variable) -> str:
    """The role of a variable that describes a response; empty where it has none."""
    if variable.use in _ROLES:
        return variable.use
    texts = (fold(variable.label), fold(variable.name))
    return next(
        (
            role
            for role, pattern in _ROLES.items()
            if variable.kind in _FITTING[role] and any(pattern.fullmatch(text) for text in texts)
        ),
        "",
    )


def _reason(variable: Variable) -> str:
    """Why a variable asks nothing; empty where it asks something."""
    if variable.use == "computed":
        return "computed from other variables"
    texts = (fold(variable.label), fold(variable.name))
    for reason, pattern in _UNASKED.items():
        fits = variable.kind in _OF_KINDS.get(reason, (variable.kind,))
        if fits and any(pattern.fullmatch(text) for text in texts):
            return reason
    return _TIME if variable.kind == "time" else ""


def questions(variables: Sequence[Variable], groups: Sequence[Together] = ()) -> tuple[Posed, ...]:
    """The questions that variables make up, in the order of their first variables.

    Together are those that the file groups; else neighbours with equal values whose names are the same but
    for a number or whose labels begin alike. The text beside an Other goes to the question of that Other.
    """
    variables = _with_plain_headings(_side_by_side(variables))
    beside, kept = _apart(variables)
    posed: list[Posed] = []
    taken: set[str] = set()
    for run in _runs(kept, groups):
        made = list(_of_run(run))
        if any(variable.name in beside for variable in run.members):
            made = list(_with_words(made, run.members, beside))
        for one in made:
            code = words.unlike(one.code, taken)
            taken.add(code)
            posed.append(replace(one, code=code))
    return tuple(posed)


def _with_plain_headings(variables: Sequence[Variable]) -> list[Variable]:
    """The variables with no heading that several of them share, but their names."""
    counted = Counter(fold(text) for one in variables for text in set(one.headings))
    return [
        replace(
            one,
            headings=tuple(
                dict.fromkeys(
                    text for text in (one.name, *one.headings) if text == one.name or counted[fold(text)] == 1
                )
            ),
        )
        for one in variables
    ]


def _side_by_side(variables: Sequence[Variable]) -> list[Variable]:
    """The variables with those of two scales over the same items put one scale after the other.

    Such are a_1_x, a_1_y, a_2_x, a_2_y with equal values in all that end in x, and others in those in y.
    """
    ordered: list[Variable] = []
    for _, block in groupby(variables, lambda one: (one.kind, _SEPARATORS.split(one.name)[:-2] or one.name)):
        members = list(block)
        by_end: dict[str, list[Variable]] = {}
        for one in members:
            by_end.setdefault(_SEPARATORS.split(one.name)[-1], []).append(one)
        scales = [{one.alike for one in scale} for scale in by_end.values()]
        regular = 1 < len(by_end) < len(members) and len({len(scale) for scale in by_end.values()}) == 1
        apart = regular and all(len(one) == 1 for one in scales) and len(set[object]().union(*scales)) > 1
        ordered += chain.from_iterable(by_end.values()) if apart else members
    return ordered


def _apart(variables: Sequence[Variable]) -> tuple[dict[str, list[Variable]], list[Variable]]:
    """The texts that stand beside an option, by the variable they stand beside, and all other variables."""
    beside: dict[str, list[Variable]] = {}
    kept: list[Variable] = []
    for variable in variables:
        before = kept[-1] if kept and kept[-1].kind in ("single", "multiple", "box") else None
        if before is not None and variable.kind == "text" and _stands_beside(variable, before):
            beside.setdefault(before.name, []).append(variable)
        else:
            kept.append(variable)
    return beside, kept


def _stands_beside(text: Variable, before: Variable) -> bool:
    """Whether a text is by its name or its label a part of the choice before it."""
    stem = _SEPARATORS.sub("_", before.name).rpartition("_")[0]
    for beginning in filter(None, (before.name, stem)):
        ending = text.name[len(beginning) :]
        if text.name.startswith(beginning) and (_BESIDE.fullmatch(ending) or _REMARK.fullmatch(ending)):
            return True
    return bool(_LABELLED_OTHER.match(text.label)) and not words.asks_for_words(text.label)


def _with_words(
    made: Sequence[Posed], members: Sequence[Variable], beside: Mapping[str, Sequence[Variable]]
) -> Iterator[Posed]:
    """The questions of variables with the texts beside those: at an Other, or as questions behind."""
    behind: list[Posed] = []
    written: dict[int, dict[str, tuple[str, ...]]] = {}
    holds = {heading: (at, place) for at, one in enumerate(made) for heading, place in one.columns}
    others = [[part.code for part in one.options if part.role == "other"] for one in made]
    for member in members:
        for text in beside.get(member.name, ()):
            at, place = holds[member.name]
            is_remark = _REMARK.fullmatch(text.name.removeprefix(member.name))
            if is_remark or not others[at]:
                behind.append(_alone(text))
                continue
            code = place.part if place.part in others[at] else others[at][0]
            headings = written.setdefault(at, {}).get(code, ())
            written[at][code] = (*headings, *text.headings)
    for at, one in enumerate(made):
        codes = written.get(at, {})
        options = tuple(replace(part, write_in=True) if part.code in codes else part for part in one.options)
        places = ((text, Place("words", code)) for code, texts in codes.items() for text in texts)
        yield replace(one, options=options, columns=(*one.columns, *places))
    yield from behind


@dataclass(frozen=True)
class _Run:
    """Variables that may be one question, with what the file says of them together."""

    members: tuple[Variable, ...]
    group: Together | None = None


def _runs(variables: Sequence[Variable], groups: Sequence[Together]) -> Iterator[_Run]:
    """The variables in runs that belong together."""
    by_name = {one.name: one for one in variables}
    group_of: dict[str, Together] = {}
    for group in groups:
        for name in group.members:
            if name in by_name:
                group_of.setdefault(name, group)
    waiting: list[Variable] = []
    emitted: set[int] = set()
    for one in variables:
        mine = group_of.get(one.name)
        if waiting and (mine is not None or not _continues(waiting, one)):
            yield _Run(tuple(waiting))
            waiting = []
        if mine is None:
            waiting.append(one)
        elif id(mine) not in emitted:
            emitted.add(id(mine))
            members = (by_name[name] for name in mine.members if group_of.get(name) is mine)
            yield _Run(tuple(members), mine)
    if waiting:
        yield _Run(tuple(waiting))


def _continues(run: Sequence[Variable], one: Variable) -> bool:
    """Whether a variable belongs to those before it: equal values, and the name or the label of a sibling."""
    first = run[0]
    if one.kind not in ("single", "box", "number") or first.alike != one.alike:
        return False
    stem, text = _stem(first, one), shared_text([first, one])[0]
    if len(run) == 1:
        return bool(text) or _tells(stem, first, one)
    if stem != _stem(first, run[1]):
        return False
    return _tells(stem, first, one) or (bool(text) and text == shared_text(run[:2])[0])


def _stem(one: Variable, other: Variable) -> str:
    """The name that two variables share but for a number; empty where they share none."""
    return shared_name([one.name, other.name])[0]


def _tells(stem: str, one: Variable, other: Variable) -> bool:
    """Whether a shared name tells enough that two variables are one question: not `q` of q_1 and q_2.

    Two that each ask in a sentence are two questions.
    """
    ask_alone = one.text.endswith("?") and other.text.endswith("?") and one.text != other.text
    return sum(letter.isalnum() for letter in stem) > 1 and not ask_alone


def shared_name(names: Sequence[str]) -> tuple[str, list[str]]:
    """What names share and the piece in which each differs: `views`, and 1 and 2, of views_1 and views_2.

    Nothing, and the whole names, where they differ in their beginning or in several pieces.
    """
    for pattern in (_SEPARATORS, _NUMBER):
        cut = [[piece for piece in pattern.split(name) if piece] for name in names]
        if len({len(pieces) for pieces in cut}) != 1:
            continue
        differing = [place for place, pieces in enumerate(zip(*cut, strict=True)) if len(set(pieces)) > 1]
        if len(differing) == 1 and differing[0] > 0:
            (place,) = differing
            return "_".join(cut[0][:place] + cut[0][place + 1 :]), [pieces[place] for pieces in cut]
    return "", list(names)


def shared_text(variables: Sequence[Variable]) -> tuple[str, list[str]]:
    """The question that variables share and what each asks of it; no question, and the labels, for none."""
    first = variables[0]
    if len(variables) > 1 and first.above and len({one.above for one in variables}) == 1:
        return first.above, [one.text for one in variables]
    if len(variables) > 1 and first.wording and len({one.wording for one in variables}) == 1:
        return first.wording, [_without(first.wording, one.label) for one in variables]
    for texts in ([one.wording for one in variables], [one.label for one in variables]):
        if all(texts) and (parted := _parted(texts))[0]:
            return parted
    return "", [one.label or one.text for one in variables]


def _without(question: str, text: str) -> str:
    """A label without the question that it may begin with."""
    return text[len(question) :].lstrip(" -–—:") if text.startswith(question) else text


def _parted(texts: Sequence[str]) -> tuple[str, list[str]]:
    """The question that several labels begin with, or end in behind brackets, and the rest of each."""
    if len(set(texts)) == 1:
        return texts[0], ["" for _ in texts]
    bracketed = [_BRACKETED.match(text) for text in texts]
    if all(bracketed) and len({match["text"] for match in bracketed if match}) == 1:
        return next(m["text"] for m in bracketed if m), [m["item"].strip() for m in bracketed if m]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    start = _PARTED.match("".join(letters[0] for letters in alike))
    if start is None:
        return "", list(texts)
    question, rests = start[0].strip(), [text[start.end() :].strip() for text in texts]
    if question.endswith("("):
        if not all(rest.endswith(")") and _is_balanced(f"({rest}") for rest in rests):
            return "", list(texts)
        rests = [rest[:-1].strip() for rest in rests]
        question = question.removesuffix("(").strip()
        # two brackets: an item, and a scale that all of them share
        ends = {rest.rpartition(")(")[2] for rest in rests if ")(" in rest}
        if len(ends) == 1 and all(")(" in rest for rest in rests):
            question, rests = f"{question} ({ends.pop()})", [rest.rpartition(")(")[0] for rest in rests]
    question = re.sub(r"(?:\s[-–—]|\s*:)$", "", question).strip()
    return (question, rests) if question and all(rests) else ("", list(texts))


def _is_balanced(text: str) -> bool:
    """Whether each bracket that closes was opened."""
    depths = accumulate((letter == "(") - (letter == ")") for letter in text)
    return min(depths, default=0) >= 0


def _of_run(run: _Run) -> Iterator[Posed]:
    """The questions of variables that belong together: one, or several where their values differ."""
    group = run.group or Together(())
    if run.group is None and len(run.members) == 1:
        yield _alone(run.members[0])
        return
    members = run.members
    if group.several:
        # boxes of 1 and 2, or without categories, are boxes where the file says that it is a multiple choice
        members = tuple(
            replace(one, kind="box") if one.kind == "number" or _is_yes_or_no(one) else one for one in members
        )
    by_kind: dict[object, list[Variable]] = {}
    for one in members:
        apart = one.kind not in ("single", "box", "number")
        by_kind.setdefault(one.name if apart else one.alike, []).append(one)
    for part in by_kind.values():
        shared = replace(group, code=group.code if len(by_kind) == 1 else "")
        yield from _of_alike(part, shared)


def _is_yes_or_no(variable: Variable) -> bool:
    """Whether a choice has two options, one of which says that nothing was ticked."""
    options = [one for one in variable.options if not one.check]
    no = any(_UNTICKED.fullmatch(fold(one.label)) for one in options)
    return variable.kind == "single" and no and len(options) == len(_TICK)


def _of_alike(members: Sequence[Variable], group: Together) -> Iterator[Posed]:
    """The question of variables with equal values; a question each where they make up none."""
    kind = members[0].kind
    if len(members) == 1 and not (group.several and kind == "box"):
        yield _alone(members[0])
        return
    text, rests = shared_text(members)
    code, pieces = shared_name([one.name for one in members]) if len(members) > 1 else ("", [members[0].name])
    if group.text and group.text != text:
        text, rests = group.text, [_without(group.text, one.label) for one in members]
    if len(set(pieces)) < len(pieces):
        pieces = [one.name for one in members]
    labels = [rest or one.label or one.name for rest, one in zip(rests, members, strict=True)]
    items = tuple(Part(*pair) for pair in zip(pieces, labels, strict=True))
    posed = Posed(
        code or group.code or words.slug(text or members[0].name),
        text or code or members[0].text,
        kind,
        items=items,
        shown_if=members[0].shown_if,
        check=next((one.check for one in members if one.check), ""),
        doubt=next((one.doubt for one in members if one.doubt), ""),
    )
    if not text:
        posed = posed.doubted("the definition has no question above its items")
    if group.code and group.several:
        posed = replace(posed, code=group.code)
    if kind == "box":
        yield _boxes(posed, members, group)
    elif kind == "single":
        yield _choices(posed, members, group, rests)
    elif kind == "number" and text and (joint := _numbers(posed)):
        yield replace(joint, columns=_columns(members, "item", pieces))
    else:
        yield from map(_alone, members)


def _columns(members: Sequence[Variable], holds: str, parts: Sequence[str]) -> tuple[tuple[str, Place], ...]:
    """The headings of variables that each hold a part of a question."""
    places = {"item": Place("item"), "box": Place("box"), "place": Place("place"), "answer": Place("answer")}
    return tuple(
        (heading, replace(places[holds], part=part))
        for one, part in zip(members, parts, strict=True)
        for heading in one.headings
    )


def _boxes(posed: Posed, members: Sequence[Variable], group: Together) -> Posed:
    """A multiple choice with a box a variable."""
    options = []
    for item, one in zip(posed.items, members, strict=True):
        ticked = next((value.label for value in one.options if value.code == "1"), "")
        only = len(one.options) == 1 and item.label == one.name and ticked
        options.append(option(item.code, only or item.label))
    columns = _columns(members, "box", [item.code for item in posed.items])
    posed = replace(posed, kind="multiple", options=tuple(options), items=(), columns=columns)
    coded = {value.code for one in members for value in one.options}
    if coded and not coded <= {"0", "1"}:
        posed = replace(posed, doubt="its boxes hold other values than 1 and 0: see which of them is a tick")
    if group.several or "0" not in coded or _SEVERAL.search(fold(posed.text)):
        return posed
    return posed.doubted("read as a multiple choice with a box an option; may be a grid of yes and no")


def _choices(posed: Posed, members: Sequence[Variable], group: Together, rests: Sequence[str]) -> Posed:
    """Single choices over one list: a grid, a ranking, or several answers to one question."""
    options = members[0].options
    pieces = [item.code for item in posed.items]
    counted = [str(number) for number in range(1, len(members) + 1)]
    asks_to_rank = bool(_RANKS.search(fold(posed.text)))
    if _are_numbered(rests, _PLACE) or (asks_to_rank and _are_numbered(rests, _BARE_PLACE)):
        items = tuple(replace(one, write_in=False) for one in options)
        return replace(posed, kind="rank", items=items, columns=_columns(members, "place", counted))
    numbered = {one.code for one in options} >= set(counted)
    if asks_to_rank and numbered and all(re.search(r"\d", one.label) for one in options if not one.check):
        return replace(posed, kind="rank", columns=_columns(members, "item", pieces))
    are_answers = _are_numbered(rests, _ANSWER)
    if group.several or are_answers or not any(rests):
        columns = _columns(members, "answer", counted)
        posed = replace(posed, kind="multiple", options=options, items=(), columns=columns)
        sure = are_answers or (group.several and not any(rests) and posed.text != posed.code)
        doubt = "" if sure else "several columns with one list: several answers, or items of a grid"
        return replace(posed, doubt=doubt)
    if asks_to_rank:
        posed = posed.doubted("its words ask to rank, its options are no places")
    return replace(posed, kind="grid", options=options, columns=_columns(members, "item", pieces))


def _are_numbered(texts: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Whether texts are nothing but 1, 2 and so on, in the words that a pattern finds."""
    for number, text in enumerate(texts, 1):
        match = pattern.fullmatch(fold(text))
        written = (match["behind"] or match["before"]) if match else ""
        digits = re.match(r"\d{1,4}", written)
        if number != (int(digits[0]) if digits else _ORDINALS.get(written)):
            return False
    return True


def _numbers(posed: Posed) -> Posed | None:
    """Numbers under one question as an allocation or a ranking, where its words say so; else None."""
    folded = fold(posed.text)
    if match := _ADDS_UP.search(folded):
        total = int(match["total"])
        return replace(posed, kind="allocation", max=None if total == 100 else total)
    return replace(posed, kind="rank") if _RANKS.search(folded) else None


def _alone(variable: Variable) -> Posed:
    """A variable as a question of its own."""
    kind = "single" if variable.kind == "box" else variable.kind
    options = variable.options or (_TICK if variable.kind == "box" else ())
    if kind == "number":  # its other values with a label are numbers
        options = tuple(one for one in options if one.check or one.role in ("dkns", "not_applicable"))
    posed = Posed(
        variable.name,
        variable.text,
        kind,
        () if kind in ("date", "text") else options,
        shown_if=variable.shown_if,
        private=kind == "text",
        columns=tuple((heading, Place()) for heading in variable.headings),
        check=variable.check,
        doubt=variable.doubt,
    )
    special = {one.code for one in options}
    named = [
        one for one in variable.options if one.code not in special and (one.code, one.role) != ("0", "none")
    ]
    if kind == "number" and named:
        spelt = ", ".join(f"{one.code} ({one.label})" for one in named[:_MOST_LISTED])
        return replace(posed, doubt=f"numbers that have a label: {spelt}")
    if kind in ("single", "multiple") and not options:
        return replace(posed, doubt="the definition does not list its options")
    return posed
