"""What the words of headings and labels tell of columns and options, and ids made of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline.answers.columns import is_other
from pipeline.exports.tools import Heading
from pipeline.text import scales
from pipeline.text.addresses import masked, personal
from pipeline.text.folding import fold

_BANDS, _UNLIKE_BANDS = 3, 2  # so many bands have an order, beside so many other answers
_STEM = 6  # letters by which two words count as one
_WORDS_OF_AN_ID, _LETTERS_OF_AN_ID = 4, 40
_SMALL_WORDS = (
    "the a an of in on to and or for is are do does you your what which how when where who did has have with "
    "by at it be"
)
_SMALL = set(_SMALL_WORDS.split())
# strata, clusters and replicate weights, which no error here knows of
_DESIGN = re.compile(
    r"strat(a|um|ification)( id)?|v?strata?|psu|clust(er)?( id)?|fpc|(brr|jk|rep\w*) ?w\w* ?\d+"
)
# words that ask for a number, in ten languages
_ASKS_A_NUMBER = re.compile(
    r"how (many|much|old|long|far)\b|number of|percent|%|\bage\b|\bsize\b|\bamount\b|\bcount\b"
    r"|\b(years|hours|days)\b|größe|taille|tamaño|tamanho|dimension[ei]|grootte|wielkość"
    r"|wie ?viele?\b|anzahl|alter\b|combien|nombre de|pourcentage|cuant[oa]s?\b|numero d[ei]|edad\b"
    r"|quant[oaie]s?\b|idade|hoeveel|aantal|leeftijd|\bile\b|liczba|\bwiek\b"
    r"|何(人|年|名|個)|いくつ|多少|几(个|年|人)"
)
LANGUAGE_HEADINGS = frozenset(
    (
        *("language", "startlanguage", "start language", "userlanguage", "user language", "survey language"),
        *("respondent language", "lang", "locale", "sprache", "start-sprache", "langue", "langue de départ"),
        *("idioma", "lingua", "taal", "język", "言語", "语言"),
    )
)
"""the headings, folded, of the language in which somebody responded"""
_RECOMMENDS = re.compile(
    r"recommend|weiterempf|recommand|recomend|raccomand|consigli\w+|aanbevel|aanrad|polec|推荐|勧め"
)
# words that ask for people's own words, in ten languages
_ASKS_FOR_WORDS = re.compile(
    r"anything else|\bcomments?\b|tell us|please (describe|explain)|in your own words|\bfeedback\b"
    r"|suggestions?\b|sonst noch|anmerkung|kommentar|möchten sie uns|autre chose|commentaire|remarque"
    r"|algo más|comentario|mais alguma|comentário|altro da aggiungere|commenti\b|opmerking|nog iets"
    r"|uwagi\b|komentarz|ご意見|コメント|意见|建议"
)
# words that ask what the Other is that somebody chose in the question before
_ASKS_WHAT_OTHER = re.compile(
    r"(if|where) .{0,40}\bothers?\b|(please )?specify .{0,20}\bothers?\b"
    r"|(wenn|falls|bei) .{0,40}(andere|sonstige)"
    r"|si .{0,40}(autre|otr[oa])|se .{0,40}(outr|altr)|(als|indien) .{0,40}(anders|andere)|jeśli .{0,40}inn"
    r"|\w+_oth(er)?(_(te?xt|specify|please_specify))?$"
)
_ASKS_TO_SPECIFY = re.compile(
    r".*\b(specify|elaborate)\b( here| below)?\W*$|.*\bbitte (angeben|nennen|spezifizieren)\W*$"
    r"|.*\b(veuillez|à) préciser\W*$|.*\bpor favor,? (especifique|indique)\W*$|.*\bespecifi(que|car)\W*$"
    r"|.*\bspecificare\W*$"
)
# what people wrote behind a dash after an Other: behind a colon whoever reads an export knows it
_WRITTEN = re.compile(
    r"(others?|andere[srn]?|sonstige[srn]?|autres?|otr[oa]s?|outr[oa]s?|altr[oi]|anders|overig|inn[ey]|其他|その他)"
    r"( ?\([^()]*\))? ?[–—-] ?(?=\S)(?!.*(please|specify|bitte|préciser|especifi|specific|indi[cq]))"
)
# words that ask for a step of a scale, in ten languages
_ASKS_A_STEP = re.compile(
    r"how (likely|satisfied|important|confident|easy|difficult|useful|familiar|much do you (agree|trust))"
    r"|\bscale\b|\brate\b|\b[01] ?(to|-|bis|à|a|al|tot|do) ?(5|7|10)\b|wahrscheinlich|zufrieden|wie wichtig"
    r"|probab|satisf|soddisf|tevreden|waarschijnlijk|zadowol|prawdopodob|満足|满意|" + _RECOMMENDS.pattern
)
_ONE = re.compile(r"select one|choose one|pick one|please select one\b")
_SORTS = re.compile(r"\brecod(e|ed|ing)\b|\bcoded\b|\bcleaned\b")
_SIGNS = {"++": "plus plus", "+": "plus", "#": "sharp", ">": "over", "<": "under", "%": "percent"}
_DKNS = re.compile(
    r"(i )?(don'?t|do not) know\b|not sure\b|unsure\b|no answer$|refused$|weiss (ich )?nicht|keine angabe"
    r"|k\. ?a\.$|je ne sais pas|ne sait pas|ne se prononce|no (lo )?s[eé]$|no sabe|no contesta|não sei"
    r"|não sabe|non (lo )?so$|non sa\b|weet (ik )?niet|geen antwoord|nie wiem|わからない|分からない"
    r"|不知道|不清楚"
    r"|(i('d)? )?(would )?(prefer|rather|choose) not( to)? (say|answer|disclose|respond|share|state|tell)\b"
    r"|(i )?declined? to (say|answer|state|respond)\b|(das )?möchte ich nicht (sagen|angeben|beantworten)"
    r"|(ich )?möchte (das |dazu |es )?(nicht (sagen|angeben|beantworten)|keine angabe)|keine antwort$"
    r"|(je )?(ne souhaite|préfère ne) pas (le )?(répondre|dire|préciser|me prononcer)"
    r"|prefiero no (decir|contestar|responder)|prefiro não (dizer|responder|informar)"
    r"|preferisco non (dir|rispond|dichiar|specific)|(dat )?(zeg ik |wil ik )?liever niet( .*zeggen)?$"
    r"|wolę nie (mówi|odpowiada|podawa)|odmowa( odpowiedzi)?$|答えたくない|回答しない"
    r"|不愿(意)?(回答|透露)|拒绝回答"
)
_NONE = re.compile(
    r"none of (the(?! time)|these)\b|^none\b(?! of the time)|keine?s? davon|nichts davon"
    r"|aucun(e)?( de ces.*)?$|ningun[oa]( de .*)?$"
    r"|nenhum(a)?( .*)?$|nessun[oa]?( .*)?$|geen van (deze|de)\b|żadn[ey]\b|以上都不是|該当なし"
)
_NOT_APPLICABLE = re.compile(r"(not applicable|n/a)$")
# the steps of scales that surveys use, each by how it begins, in their order
_SCALES = [
    scale.split(" > ")
    for scale in (
        r"strongly disagree > (somewhat )?disagree > neither|neutral > (somewhat )?agree > strongly agree",
        r"never > very rarely > rarely|seldom > occasionally|sometimes > often|frequently > very f > always",
        r"not\b > slightly|a little > somewhat|moderately > very|quite > extremely|critical",
        r"horrible|terrible|very (poor|bad) > poor|bad|below > ok|average|fair > good|above "
        r"> excellent|very g",
        r"extremely ineff > very ineff > effective > very eff > extremely eff",
        r"daily > weekly > monthly > quarterly > yearly|annually > rarely > never",
        r"unacceptable > somewhat unacc > neutral|neither > somewhat acc > acceptable",
        r"uncomfortable > somewhat unc > neutral|neither > somewhat com > comfortable",
        r"yes\b > maybe|partly > no\b",
    )
]
_BAND = re.compile(
    r"(?P<below>less than|fewer than|under|up to|unter|bis zu|bis|weniger als|moins de|jusqu'à|menos de"
    r"|até|hasta|meno di|fino a|minder dan|tot|mniej niż|poniżej|do|<)?"
    r"(?P<above>more than|over|greater than|über|mehr als|plus de|más de|mais de|più di|oltre|meer dan|ponad"
    r"|powyżej|>)?\s*[$€£]?"
    r"(?P<number>\d+(?:[.,' ]\d{3})*(?:\.\d+)?)"
)


def design_columns(headings: Sequence[Heading]) -> list[str]:
    """The headings of columns that tell how a sample was drawn: strata, clusters, replicate weights."""
    named = [heading.text or heading.code for heading in headings]
    return [name for name in named if _DESIGN.fullmatch(fold(name).replace("_", " "))]


def asks_a_number(text: str) -> bool:
    """Whether a question asks how many or how much of something there is."""
    return bool(_ASKS_A_NUMBER.search(fold(text)))


def role_of(folded: str) -> str:
    """The role that the words of a folded label imply; empty for a substantive one."""
    if _DKNS.match(folded):
        return "dkns"
    if is_other(folded):
        return "other"
    if _NONE.match(folded):
        return "none"
    return "not_applicable" if _NOT_APPLICABLE.match(folded) else ""


def is_role(label: str) -> bool:
    """Whether a label says that its option is no answer like the others."""
    return bool(role_of(fold(label)))


def stand_in_order(labels: Iterable[str]) -> bool:
    """Whether `options` puts labels in the order of a scale, of bands or of their numbers."""
    return bool(_order([fold(label) for label in labels if not is_role(label)]))


def sorts_another(label: str) -> bool:
    """Whether a label heads a column in which somebody sorted what stands in another."""
    return bool(_SORTS.search(fold(label)))


def is_usual(text: str) -> bool:
    """Whether a text is a word of surveys, which tells nothing of who gave it: a step of a scale, a role."""
    folded = fold(text)
    steps = (step for scale in _SCALES for step in scale)
    if role_of(folded) or scales.is_step(folded):
        return True
    return any(re.fullmatch(rf"(?:{step})\w*( \w+)?", folded) for step in steps)


def are_steps(folded: Iterable[str]) -> bool:
    """Whether all folded labels but those with a role are steps of one usual scale."""
    return bool(scales.in_order([label for label in folded if not role_of(label)]))


def asks_for_one(text: str) -> bool:
    """Whether a question says that one answer is to be chosen."""
    return bool(_ONE.search(fold(text)))


def is_scale(text: str) -> bool:
    """Whether a question asks for a step of a scale: how likely, how satisfied, from 1 to 5."""
    return bool(_ASKS_A_STEP.search(fold(text)))


def asks_for_words(text: str) -> bool:
    """Whether a question asks for words of one's own: anything else, comments."""
    return bool(_ASKS_FOR_WORDS.search(fold(text)))


def asks_what_other(text: str) -> bool:
    """Whether a heading asks what the Other is that somebody chose in the question before."""
    folded = fold(text)
    return is_other(folded) or bool(_ASKS_WHAT_OTHER.match(folded))


def is_written(text: str) -> bool:
    """Whether a text says of itself that somebody wrote it beside an Other: `Other - Quinces`."""
    return bool(_WRITTEN.match(fold(text)))


def asks_to_specify(text: str) -> bool:
    """Whether a heading asks to say in words what was chosen in the question before."""
    return bool(_ASKS_TO_SPECIFY.match(fold(text)))


def asks_to_recommend(text: str) -> bool:
    """Whether a question asks how likely it is that somebody recommends something."""
    return bool(_RECOMMENDS.search(fold(text)))


def options(labels: Iterable[str]) -> dict[str, str]:
    """Options by id: bands and known scales in their order, otherwise the most frequent first."""
    counted = labels if isinstance(labels, Mapping) else dict.fromkeys(labels, 0)
    folded: dict[str, str] = {}
    for label in sorted(counted, key=lambda label: -counted[label]):
        folded.setdefault(fold(label), label)
    order = _order([text for text in folded if not role_of(text)])
    plain: dict[str, str] = {}
    last: dict[str, str] = {}
    for text, label in sorted(folded.items(), key=lambda pair: order.get(pair[0], 0)):
        among = last if role_of(text) else plain
        among[identify(label, [*plain, *last])] = label
    return plain | last


def items(labels: Iterable[str]) -> dict[str, str]:
    """Items by id; no id is that of an option with a role."""
    by_id: dict[str, str] = {}
    for label in dict.fromkeys(labels):
        by_id[unlike(f"item_{slug(label)}", by_id)] = label
    return by_id


def about_order(labels: Iterable[str]) -> str:
    """What to look at where the order of the options could not be told; two have no order to speak of."""
    plain = list(dict.fromkeys(fold(label) for label in labels if not role_of(fold(label))))
    return (
        "put the options in the order of the questionnaire and delete order"
        if len(plain) > 2 and not _order(plain)
        else ""
    )


def are_ordered(labels: Iterable[str]) -> bool:
    """Whether answers are steps of one known scale, or bands of a number."""
    return bool(_order([text for text in dict.fromkeys(map(fold, labels)) if not role_of(text)]))


def _order(folded: Sequence[str]) -> dict[str, float]:
    """The place of each label, where all are steps of one known scale or bands of a number; else none."""
    if places := scales.in_order(folded):
        return places
    for scale in _SCALES:
        places = {
            text: next((place for place, step in enumerate(scale) if re.match(step, text)), -1)
            for text in folded
        }
        if len(set(places.values())) == len(places) and min(places.values(), default=-1) >= 0:
            return {text: float(place) for text, place in places.items()}
    bands = {text: band for text in folded if (band := _BAND.match(text))}
    few = len(bands) < len(folded) and (len(bands) < _BANDS or len(folded) - len(bands) > _UNLIKE_BANDS)
    if few or not bands:
        return {}
    # an answer without a number, such as Self-employed, stands behind the bands
    return {text: _lower_end(bands[text]) if text in bands else float("inf") for text in folded}


def _lower_end(band: re.Match[str]) -> float:
    """A number that puts a band in its place: below 10 comes before 10 to 49, above 50 after 50."""
    number = float(re.sub(r"[.,' ](?=\d{3}(?!\d))", "", band["number"]))
    return number - 0.5 if band["below"] else number + 0.5 if band["above"] else number


def telling_words(text: str) -> set[str]:
    """The words of a text that say what it is about, by their beginnings: contribute, contributor are one."""
    return {word[:_STEM] for word in set(_words(fold(text))) - _SMALL}


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.replace("'", ""))


def slug(text: str) -> str:
    """A short id in the words of a text, without the address that may stand in it."""
    without = unicodedata.normalize("NFKD", masked(text, found_by=personal))
    plain = without.encode("ascii", "ignore").decode("ascii").casefold()
    for sign, word in _SIGNS.items():
        plain = plain.replace(sign, f" {word} ")
    words = _words(plain)
    telling = [word for word in words if word not in _SMALL] or words
    return "_".join(telling[:_WORDS_OF_AN_ID])[:_LETTERS_OF_AN_ID].strip("_") or "x"


def unlike(identifier: str, taken: Collection[str]) -> str:
    """An id, with a number behind it where it is taken."""
    number, unique = 2, identifier
    while unique in taken:
        unique, number = f"{identifier}_{number}", number + 1
    return unique


def identify(label: str, taken: Collection[str]) -> str:
    """An id in the words of a label that is none of `taken`; the role's where the words imply one."""
    return unlike(role_of(fold(label)) or slug(label), taken)
