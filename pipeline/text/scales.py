"""The scales that surveys use, in ten languages: which words are steps of one, in which order.

A scale is a list of steps, or degrees of a word: `very satisfied`, `not at all satisfied`. What is in no
table has no order here, and neither have answers of which two may be one step.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from pipeline.text.folding import fold

# each list from its first step to its last; what stands between bars is one step
_LISTS = {
    "quality": {
        "en": "terrible|horrible|awful|very poor|very bad|extremely poor|extremely bad"
        " > poor|bad|below average"
        " > fair > average|ok|okay|acceptable|adequate|satisfactory|neutral|so-so > good|above average"
        " > very good|great > excellent|outstanding|exceptional",
        "de": "ungenügend|sehr schlecht > mangelhaft|schlecht > ausreichend|eher schlecht"
        " > befriedigend|mittelmäßig|mittel|durchschnittlich|in ordnung|teils/teils|teils teils|neutral"
        " > eher gut > gut > sehr gut > ausgezeichnet|exzellent|hervorragend",
        "fr": "très mauvais|très mauvaise|très médiocre > mauvais|mauvaise|médiocre|faible|insuffisant"
        " > passable > moyen|moyenne|correct|correcte|acceptable|neutre > assez bon|assez bonne|assez bien"
        " > bon|bonne|bien > très bon|très bonne|très bien > excellent|excellente",
        "es": "pésimo|pésima|muy malo|muy mala|muy mal > malo|mala|mal|deficiente > regular"
        " > aceptable|neutral|promedio > bueno|buena|bien > muy bueno|muy buena|muy bien > excelente",
        "pt": "péssimo|péssima|muito ruim|muito mau|muito má > ruim|mau|má > regular|razoável"
        " > médio|média|neutro > bom|boa > muito bom|muito boa > ótimo|ótima|excelente",
        "it": "pessimo|pessima|molto scarso|molto scarsa > scarso|scarsa|insufficiente|cattivo|cattiva"
        " > sufficiente|accettabile|neutro > discreto|discreta > buono|buona > molto buono|molto buona"
        " > ottimo|ottima|eccellente",
        "nl": "zeer slecht|heel slecht > slecht|onvoldoende > matig > voldoende|redelijk|gemiddeld|neutraal"
        " > goed > zeer goed|heel goed > uitstekend",
        "pl": "bardzo zły|bardzo zła|bardzo złe|bardzo źle|bardzo słabo > zły|zła|złe|źle|słabo"
        " > przeciętny|przeciętna|przeciętne|przeciętnie|średni|średnia|średnie|średnio|dostateczny"
        " > dobry|dobra|dobre|dobrze > bardzo dobry|bardzo dobra|bardzo dobre|bardzo dobrze"
        " > doskonały|doskonała|doskonałe|doskonale|znakomity",
        "ja": "非常に悪い|とても悪い > 悪い > やや悪い > 普通|ふつう|どちらともいえない|どちらとも言えない"
        " > やや良い|まあまあ良い > 良い|よい > 非常に良い|とても良い|大変良い",
        "zh": "非常差|很差 > 差|较差|較差 > 一般|中等|普通|尚可 > 好|良好|较好|較好 > 很好|非常好"
        " > 优秀|優秀|极好",
    },
    "frequency": {
        "en": "never|not ever|none of the time"
        " > a little of the time|almost never|hardly ever|very rarely|very seldom > rarely|seldom"
        " > occasionally|once in a while|from time to time > sometimes|some of the time"
        " > about half the time|half the time"
        " > often|frequently|regularly > usually|most of the time|very often|very frequently|almost always"
        " > always|every time|all the time|all of the time",
        "de": "nie|niemals > fast nie|sehr selten > selten > gelegentlich|ab und zu > manchmal"
        " > oft|häufig|regelmäßig > sehr oft|sehr häufig|meistens|meist|fast immer > immer|ständig",
        "fr": "jamais > presque jamais|très rarement > rarement > occasionnellement|de temps en temps"
        " > parfois|quelquefois > souvent|régulièrement|fréquemment"
        " > très souvent|la plupart du temps|généralement|presque toujours > toujours|tout le temps",
        "es": "nunca|jamás > casi nunca|muy raramente > rara vez|raramente|pocas veces"
        " > ocasionalmente|de vez en cuando > a veces|algunas veces"
        " > a menudo|frecuentemente|con frecuencia|muchas veces|regularmente"
        " > muy a menudo|muy frecuentemente|casi siempre|la mayoría de las veces|normalmente > siempre",
        "pt": "nunca > quase nunca|muito raramente > raramente|poucas vezes"
        " > ocasionalmente|de vez em quando > às vezes|as vezes|algumas vezes"
        " > frequentemente|com frequência|muitas vezes|regularmente"
        " > muito frequentemente|quase sempre|na maioria das vezes|geralmente > sempre",
        "it": "mai > quasi mai|molto raramente > raramente > occasionalmente|di tanto in tanto|ogni tanto"
        " > a volte|qualche volta|talvolta > spesso|frequentemente|regolarmente"
        " > molto spesso|quasi sempre|di solito|la maggior parte delle volte > sempre",
        "nl": "nooit > bijna nooit|zeer zelden > zelden > af en toe > soms > vaak|regelmatig"
        " > zeer vaak|heel vaak|meestal|bijna altijd > altijd",
        "pl": "nigdy > prawie nigdy|bardzo rzadko > rzadko > okazjonalnie|od czasu do czasu"
        " > czasami|czasem > często|regularnie > bardzo często|zazwyczaj|zwykle|prawie zawsze > zawsze",
        "ja": "全くない|まったくない > ほとんどない|めったにない > たまに|まれに > ときどき|時々"
        " > よく|しばしば|よくある > たいてい|ほとんどいつも > いつも|常に|毎回",
        "zh": "从不|从来不|从未|從不|從未 > 几乎从不|幾乎從不 > 很少|极少|很少会 > 偶尔|偶爾"
        " > 有时|有時|有时候 > 经常|常常|經常 > 通常|几乎总是 > 总是|總是|一直",
    },
    "rate": {
        "en": "several times a day|multiple times a day > daily|every day|once a day"
        " > several times a week|a few times a week|multiple times a week > weekly|once a week|every week"
        " > several times a month|a few times a month > monthly|once a month|every month"
        " > quarterly|every quarter > several times a year|a few times a year"
        " > yearly|annually|once a year|every year > less than once a year|less often|rarely > never",
        "de": "mehrmals täglich|mehrmals am tag > täglich|jeden tag > mehrmals pro woche|mehrmals die woche"
        " > wöchentlich|einmal pro woche|jede woche > mehrmals pro monat|mehrmals im monat"
        " > monatlich|einmal pro monat|einmal im monat > vierteljährlich > mehrmals pro jahr|mehrmals im jahr"
        " > jährlich|einmal pro jahr|einmal im jahr > seltener|selten > nie|niemals",
        "fr": "plusieurs fois par jour > tous les jours|chaque jour|quotidiennement"
        " > plusieurs fois par semaine > toutes les semaines|chaque semaine|une fois par semaine"
        " > plusieurs fois par mois > tous les mois|chaque mois|une fois par mois > tous les trimestres"
        " > plusieurs fois par an > tous les ans|une fois par an > moins souvent|rarement > jamais",
        "es": "varias veces al día > todos los días|diariamente|a diario > varias veces a la semana"
        "|varias veces por semana > semanalmente|una vez a la semana|una vez por semana"
        " > varias veces al mes > mensualmente|una vez al mes > trimestralmente > varias veces al año"
        " > anualmente|una vez al año > menos a menudo|rara vez|raramente > nunca",
    },
    "level": {
        "en": "very low > low > medium|moderate|average > high > very high|critical",
        "de": "sehr niedrig|sehr gering > niedrig|gering > mittel > hoch > sehr hoch",
        "fr": "très faible|très bas > faible|bas > moyen|moyenne > élevé|élevée|fort|forte"
        " > très élevé|très élevée|très fort|très forte",
        "es": "muy bajo|muy baja > bajo|baja > medio|media > alto|alta > muy alto|muy alta",
        "pt": "muito baixo|muito baixa > baixo|baixa > médio|média > alto|alta > muito alto|muito alta",
        "it": "molto basso|molto bassa > basso|bassa > medio|media > alto|alta > molto alto|molto alta",
        "nl": "zeer laag|heel laag > laag > gemiddeld > hoog > zeer hoog|heel hoog",
        "pl": "bardzo niski|bardzo niska|bardzo niskie > niski|niska|niskie > średni|średnia|średnie"
        " > wysoki|wysoka|wysokie > bardzo wysoki|bardzo wysoka|bardzo wysokie",
        "ja": "非常に低い|とても低い > 低い > 中程度|普通 > 高い > 非常に高い|とても高い",
        "zh": "非常低|很低 > 低|较低 > 中|中等|一般 > 高|较高 > 很高|非常高",
    },
    "amount": {
        "en": "not at all|nothing > very little|hardly|hardly at all > a little|a little bit|slightly|a bit"
        " > somewhat|some > moderately|a moderate amount|a fair amount > quite a bit|a lot|much|very"
        " > a great deal|very much|extremely|completely",
    },
    "extent": {
        "en": "not at all > to a small extent|to a slight extent|to a limited extent > to some extent"
        " > to a moderate extent > to a large extent|to a great extent > to a very large extent"
        "|to a very great extent",
    },
    "skill": {
        "en": "no experience > novice|beginner|basic > intermediate > advanced|proficient > expert",
    },
    "certainty": {
        "en": "definitely not|definitely will not|definitely would not|certainly not"
        " > probably not|probably will not|probably would not"
        " > maybe|possibly|might or might not|perhaps > probably|probably yes|probably will|probably would"
        " > definitely|definitely yes|definitely will|definitely would|certainly",
        "de": "auf keinen fall|bestimmt nicht|sicher nicht > wahrscheinlich nicht|eher nein > vielleicht"
        " > wahrscheinlich ja|eher ja > auf jeden fall|ganz sicher|bestimmt",
        "fr": "certainement pas > probablement pas > peut-être > probablement|probablement oui"
        " > certainement|certainement oui",
        "es": "definitivamente no > probablemente no > tal vez|quizás|quizá > probablemente sí|probablemente"
        " > definitivamente sí|definitivamente",
        "pt": "definitivamente não > provavelmente não > talvez > provavelmente sim|provavelmente"
        " > definitivamente sim|definitivamente",
        "it": "sicuramente no > probabilmente no > forse > probabilmente sì|probabilmente > sicuramente sì",
        "nl": "zeker niet > waarschijnlijk niet > misschien > waarschijnlijk wel|waarschijnlijk > zeker wel",
    },
    "yes": {
        "en": "yes > maybe|partly|partially|in part|perhaps > no",
        "de": "ja > vielleicht|teilweise|teils|zum teil > nein",
        "fr": "oui > peut-être|en partie|partiellement > non",
        "es": "sí|si > tal vez|quizás|quizá|en parte|parcialmente > no",
        "pt": "sim > talvez|em parte|parcialmente > não|nao",
        "it": "sì|si > forse|in parte|parzialmente > no",
        "nl": "ja > misschien|deels|gedeeltelijk > nee",
        "pl": "tak > może|być może|częściowo > nie",
        "ja": "はい > いいえ",
        "zh": "是|是的 > 也许|可能|部分 > 否|不是",
    },
}
# what says how much of a word, from none of it to all; a word alone stands among these as `plain`, and a
# star is the rest of a text
_DEGREES = {
    "en": {
        "none": "not at all|in no way",
        "not": "not",
        "little": "not very|not so|not too|not that|not particularly|not especially|not really|hardly",
        "slightly": "slightly|a little|a bit|mildly",
        "somewhat": "somewhat|rather|tend to|partly|partially",
        "moderately": "moderately|fairly|quite|reasonably",
        "plain": "mostly|generally",
        "very": "very|strongly|highly|much|a lot",
        "completely": "extremely|completely|totally|fully|absolutely|entirely|exceptionally",
        "middle": "neutral|neither|neither *|undecided|about the same|the same|no change|unchanged",
    },
    "de": {
        "none": "überhaupt nicht|gar nicht|ganz und gar nicht",
        "not": "nicht",
        "rather not": "eher nicht",
        "little": "nicht sehr|nicht besonders|nicht so|weniger|wenig|kaum",
        "slightly": "etwas|ein wenig|leicht",
        "somewhat": "eher|teilweise|einigermaßen",
        "moderately": "ziemlich|mäßig|recht",
        "plain": "überwiegend",
        "very": "sehr",
        "completely": "äußerst|extrem|voll und ganz|vollkommen|vollständig|völlig|voll|absolut",
        "middle": "neutral|weder *|teils/teils|teils teils|teils, teils|teils-teils|unentschieden",
    },
    "fr": {
        "none": "pas du tout|absolument pas",
        "not": "pas|non",
        "rather not": "plutôt pas",
        "very little": "très peu",
        "little": "peu|pas très|pas vraiment",
        "slightly": "légèrement|un peu",
        "somewhat": "plutôt|partiellement|quelque peu",
        "moderately": "moyennement|assez|modérément",
        "plain": "",
        "very": "très|fortement",
        "completely": "extrêmement|tout à fait|totalement|complètement|entièrement|parfaitement",
        "middle": "neutre|ni *|sans opinion particulière",
    },
    "es": {
        "none": "nada|para nada|en absoluto",
        "not": "no",
        "very little": "muy poco",
        "little": "poco|no muy",
        "slightly": "ligeramente|un poco",
        "somewhat": "algo|más bien|parcialmente",
        "moderately": "moderadamente|bastante",
        "plain": "",
        "very": "muy",
        "completely": "extremadamente|totalmente|completamente|sumamente|absolutamente|plenamente",
        "middle": "neutral|neutro|ni *|indiferente",
    },
    "pt": {
        "none": "nada|de modo algum|de forma alguma",
        "not": "não",
        "very little": "muito pouco",
        "little": "pouco|não muito",
        "slightly": "ligeiramente|um pouco",
        "somewhat": "parcialmente|em parte|algo",
        "moderately": "moderadamente|razoavelmente|bastante",
        "plain": "",
        "very": "muito",
        "completely": "extremamente|totalmente|completamente|plenamente",
        "middle": "neutro|neutra|nem *|indiferente",
    },
    "it": {
        "none": "per niente|per nulla|affatto",
        "not": "non",
        "very little": "molto poco",
        "little": "poco|non molto",
        "slightly": "leggermente|un po'",
        "somewhat": "piuttosto|parzialmente|in parte",
        "moderately": "moderatamente|abbastanza|mediamente",
        "plain": "",
        "very": "molto|fortemente",
        "completely": "estremamente|completamente|totalmente|pienamente|del tutto",
        "middle": "neutro|neutrale|né *|indifferente",
    },
    "nl": {
        "none": "helemaal niet|totaal niet",
        "not": "niet",
        "little": "niet zo|niet erg|weinig|nauwelijks",
        "slightly": "een beetje|enigszins|licht",
        "somewhat": "eerder|deels|enigermate",
        "moderately": "redelijk|tamelijk|matig|vrij",
        "plain": "",
        "very": "zeer|heel|erg|sterk",
        "completely": "uiterst|extreem|helemaal|volledig|totaal",
        "middle": "neutraal|noch *|geen van beide",
    },
    "pl": {
        "none": "w ogóle nie|wcale nie",
        "not": "",
        "little": "mało|niezbyt|niewiele",
        "slightly": "nieco|trochę|lekko",
        "somewhat": "raczej|częściowo",
        "moderately": "umiarkowanie|dość|średnio",
        "plain": "",
        "very": "bardzo",
        "completely": "zdecydowanie|całkowicie|w pełni|niezwykle",
        "middle": "neutralny|neutralna|neutralnie|ani *|trudno powiedzieć|obojętny|obojętnie",
    },
    "ja": {
        "none": "",
        "not": "",
        "little": "",
        "slightly": "少し|やや|まあ|どちらかといえば|どちらかと言えば",
        "somewhat": "あまり",
        "moderately": "ある程度",
        "plain": "",
        "very": "とても|大変|かなり|強く",
        "completely": "非常に|極めて|完全に|全く|まったく",
        "middle": "どちらともいえない|どちらとも言えない|どちらでもない|普通|ふつう",
    },
    "zh": {
        "none": "完全不|一点也不|一點也不|根本不",
        "not": "",
        "little": "不太|不怎么",
        "slightly": "有点|略微|稍微",
        "somewhat": "比较|比較|较为",
        "moderately": "",
        "plain": "",
        "very": "很",
        "completely": "非常|完全|十分|极其|極其",
        "middle": "一般|中立|普通|不确定|说不清|無意見",
    },
}
# words with their opposites in front, as these scales have them
_WORDS = {
    "satisfaction": {
        "en": "dissatisfied|unsatisfied|unhappy/satisfied|happy",
        "de": "unzufrieden/zufrieden",
        "fr": "insatisfait|insatisfaite|insatisfait(e)|mécontent|mécontente"
        "/satisfait|satisfaite|satisfait(e)|content|contente",
        "es": "insatisfecho|insatisfecha|insatisfecho(a)/satisfecho|satisfecha|satisfecho(a)",
        "pt": "insatisfeito|insatisfeita|insatisfeito(a)/satisfeito|satisfeita|satisfeito(a)",
        "it": "insoddisfatto|insoddisfatta/soddisfatto|soddisfatta",
        "nl": "ontevreden/tevreden",
        "pl": "niezadowolony|niezadowolona|niezadowolony(a)/zadowolony|zadowolona|zadowolony(a)",
        "ja": "不満|不満足|満足していない/満足|満足している",
        "zh": "不满意|不滿意/满意|滿意",
    },
    "likelihood": {
        "en": "unlikely/likely",
        "de": "unwahrscheinlich/wahrscheinlich",
        "fr": "improbable/probable",
        "es": "improbable/probable",
        "pt": "improvável/provável",
        "it": "improbabile/probabile",
        "nl": "onwaarschijnlijk/waarschijnlijk",
        "pl": "nieprawdopodobne/prawdopodobne",
        "ja": "思わない/思う",
        "zh": "不可能/可能",
    },
    "importance": {
        "en": "unimportant/important",
        "de": "unwichtig/wichtig",
        "fr": "sans importance/important|importante",
        "es": "sin importancia/importante",
        "pt": "sem importância/importante",
        "it": "irrilevante/importante",
        "nl": "onbelangrijk/belangrijk",
        "pl": "nieważne|nieważny|nieistotne/ważne|ważny|istotne",
        "ja": "重要ではない|重要でない/重要|重要である",
        "zh": "不重要/重要",
    },
    "difficulty": {
        "en": "difficult|hard/easy",
        "de": "schwierig|schwer/einfach|leicht",
        "fr": "difficile/facile",
        "es": "difícil/fácil",
        "pt": "difícil/fácil",
        "it": "difficile/facile",
        "nl": "moeilijk/makkelijk|gemakkelijk",
        "pl": "trudne|trudny|trudno/łatwe|łatwy|łatwo",
        "ja": "難しい/簡単|易しい",
        "zh": "困难|困難|难/容易|简单",
    },
    "agreement": {
        "en": "disagree/agree",
        "de": "lehne ab|stimme nicht zu/stimme zu|trifft zu",
        "fr": "en désaccord/d'accord",
        "es": "en desacuerdo/de acuerdo",
        "pt": "discordo/concordo",
        "it": "in disaccordo/d'accordo",
        "nl": "oneens|mee oneens/eens|mee eens",
        "pl": "nie zgadzam się|się nie zgadzam|nie/zgadzam się|się zgadzam|tak",
        "ja": "そう思わない|同意しない|当てはまらない|あてはまらない/そう思う|同意する|当てはまる|あてはまる",
        "zh": "不同意/同意",
    },
    "confidence": {"en": "unconfident/confident", "de": "unsicher/sicher", "nl": "onzeker/zeker"},
    "familiarity": {"en": "unfamiliar/familiar", "de": "nicht vertraut/vertraut", "zh": "不熟悉/熟悉"},
    "change": {
        "en": "worse|decreased|decrease|less|lower/better|increased|increase|more|higher",
        "de": "schlechter|weniger/besser|mehr",
        "fr": "pire|moins bien/mieux|meilleur",
        "es": "peor/mejor",
        "pt": "pior/melhor",
        "it": "peggio|peggiore/meglio|migliore",
        "nl": "slechter/beter",
        "pl": "gorzej/lepiej",
    },
    "other": {
        "en": "uncomfortable|ineffective|useless|negative|unclear|unacceptable|oppose|unfavourable"
        "|unfavorable/comfortable|effective|useful|positive|clear|acceptable|support|favourable|favorable",
    },
}
_UP = ("slightly", "somewhat", "moderately", "plain", "very", "completely")
_MIDDLE = 0.0
# where degrees of a word stand that say that it does not hold, on the side of its opposite
_NOT = {"none": -9.0, "not": -4.0, "rather not": -2.0, "very little": -0.6, "little": -0.5}
_WEAK = 3  # degrees of a word up to this one may stand below a middle, or above it
# of these a middle is between for and against, also where nobody chose what is against
_ALWAYS_TWO_SIDED = {"agreement", "change"}
_TWO_SIDED = {"satisfaction", "likelihood", "difficulty", *_ALWAYS_TWO_SIDED}
_NO_BLANKS = ("ja", "zh")


@dataclass(frozen=True)
class _Step:
    """What a text says: how much, of what, in the table of which language."""

    degree: str
    word: str


def in_order(texts: Collection[str]) -> dict[str, float]:
    """The place of each folded text among the steps of one scale; nothing where they are not all of one."""
    for steps in _lists().values():
        places = {text: steps[text] for text in texts if text in steps}
        if len(places) == len(set(texts)) == len(set(places.values())) > 1:
            return places
    for language in _DEGREES:
        if places := _by_degree(texts, language):
            return places
    return {}


def is_step(text: str) -> bool:
    """Whether a folded text is a step of a scale."""
    return any(text in steps for steps in _lists().values()) or any(_known(text, name) for name in _DEGREES)


def translated(texts: Collection[str]) -> tuple[list[str], list[str]]:
    """The folded texts that are steps of a scale in one language, and those that are in another.

    Each text is of one of both, and one of both does not have them all; nothing where that is not so.
    """
    languages: dict[tuple[str, str], list[str]] = {}
    for (scale, language), steps in _lists().items():
        languages[scale, language] = [text for text in texts if text in steps]
    for language in _DEGREES:
        for text in texts:
            for scale in _known(text, language):
                languages.setdefault((scale, language), []).append(text)
    scales = {scale for scale, _ in languages}
    for scale in sorted(scales):
        of_scale = [there for (name, _), there in languages.items() if name == scale and there]
        if any({*there} == {*texts} for there in of_scale):
            continue
        for one, other in combinations(of_scale, 2):
            here, there = set(one) - set(other), set(other) - set(one)
            both = min(len(here), len(there)) > 1 or (
                scale == "yes" and here and there and _say_yes(here, there)
            )
            if both and {*one, *other} == {*texts}:
                return one, sorted(there)
    return [], []


def _say_yes(*texts: Collection[str]) -> bool:
    """Whether each has a Yes, of one language or another."""
    yes = {
        text for (scale, _), steps in _lists().items() if scale == "yes" for text in steps if not steps[text]
    }
    return all(yes & {*some} for some in texts)


def _steps(lines: str) -> list[list[str]]:
    return [[fold(text) for text in step.split("|") if text] for step in lines.split(" > ")]


@cache
def _lists() -> dict[tuple[str, str], dict[str, float]]:
    """The place of each step of each list, by the scale and its language."""
    return {
        (scale, language): {text: float(place) for place, step in enumerate(_steps(lines)) for text in step}
        for scale, of_language in _LISTS.items()
        for language, lines in of_language.items()
    }


@cache
def _phrases(language: str) -> dict[str, str]:
    """What each phrase says of a word, the longest first."""
    degrees = {
        phrase: degree
        for degree, line in _DEGREES[language].items()
        if degree != "middle"
        for phrase in _steps(line)[0]
    }
    return dict(sorted(degrees.items(), key=lambda pair: -len(pair[0])))


@cache
def _any_phrase(language: str) -> re.Pattern[str]:
    either = "|".join(map(re.escape, _phrases(language)))
    return re.compile(rf"\A(?:{either})" if language in _NO_BLANKS else rf"(?<!\w)(?:{either})(?!\w)")


@cache
def _opposites(language: str) -> dict[str, tuple[str, bool]]:
    """Each word of the table: of which scale it is, and whether it is the opposite."""
    words: dict[str, tuple[str, bool]] = {}
    for scale, of_language in _WORDS.items():
        against, _, for_it = of_language.get(language, "").partition("/")
        words |= {fold(word): (scale, True) for word in against.split("|") if word}
        words |= {fold(word): (scale, False) for word in for_it.split("|") if word}
    return words


@cache
def _middles(language: str) -> tuple[list[str], tuple[str, ...]]:
    """The words of a middle, and how others begin."""
    middles = _steps(_DEGREES[language]["middle"])[0]
    return middles, tuple(middle[:-1] for middle in middles if middle.endswith("*"))


def _is_middle(text: str, language: str) -> bool:
    whole, beginnings = _middles(language)
    return text in whole or text.startswith(beginnings)


def _step(text: str, language: str) -> _Step:
    """What a folded text says of its word."""
    if _is_middle(text, language):
        return _Step("middle", "")
    if text in _opposites(language):
        return _Step("plain", text)
    plain = re.sub(r"\bnot (.+) at all\Z", r"not at all \1", text)
    phrase = _any_phrase(language).search(plain)
    if not phrase:
        return _Step("plain", text)
    rest = " ".join(f"{plain[: phrase.start()]} {plain[phrase.end() :]}".split())
    return _Step(_phrases(language)[phrase[0]], rest)


@cache
def _longest(language: str) -> int:
    """The letters of the longest phrase with the longest word, and a blank between."""
    return max(map(len, _phrases(language))) + 1 + max(map(len, _opposites(language)))


def _known(text: str, language: str) -> list[str]:
    """The scales of the table of which a folded text is a step."""
    words = _opposites(language)
    if _is_middle(text, language):
        return list({scale for scale, _ in words.values()})
    if len(text) > _longest(language):
        return []  # as most of what people write: not taken apart, in ten languages
    step = _step(text, language)
    return [words[step.word][0]] if step.word in words else []


def _by_degree(texts: Collection[str], language: str) -> dict[str, float]:
    """The place of each text among the degrees of one word and its opposite; nothing for others."""
    steps = {text: _step(text, language) for text in texts}
    words = {step.word for step in steps.values() if step.degree != "middle"}
    known = _opposites(language)
    scales = {known[word][0] for word in words if word in known}
    is_one = len(words) == 1 and (words & known.keys() or len(texts) > 1)
    if not is_one and not (words <= known.keys() and len(scales) == 1):
        return {}
    denied = {step.word for step in steps.values() if step.degree in _NOT}
    against = {word for word in words if known.get(word, ("", False))[1]}
    if against == words and denied:
        against = set()  # `not at all difficult` is on a scale of difficulty
    if denied & against or len(against) > 1 or len(words - against) > 1:
        return {}
    middle = [text for text, step in steps.items() if step.degree == "middle"]
    if len(texts) - len(middle) < 2 and not scales:
        return {}
    places = {text: _place(step, step.word in against) for text, step in steps.items()}
    # `neutral` stands above `slightly important` where that is no more than a little
    weak = any(0 < place < _WEAK + 1 for place in places.values())
    two_sided = scales and scales <= (_ALWAYS_TWO_SIDED if denied else _TWO_SIDED)
    if middle and weak and not against and not two_sided and not any(" " in text for text in middle):
        return {}
    return places if len(set(places.values())) == len(places) > 1 else {}


def _place(step: _Step, against: bool) -> float:
    if step.degree == "middle":
        return _MIDDLE
    if step.degree in _NOT:
        return _NOT[step.degree]
    place = float(_UP.index(step.degree) + 1)
    return -place if against else place
