"""The columns that survey tools add to what was asked: which of them each tool has, and what they tell.

A tool is known by several of its columns together. Only then are words such as Status or Language taken for
its own: alone they may head a question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from re import Pattern
from re import compile as pattern

from pipeline.drafting.personal import asks_who
from pipeline.exports.tools import Heading
from pipeline.text.folding import fold

OWN = "the survey tool's own"
PERSONAL = "it may identify somebody"
_FEW_ALIKE = 2
_OF_THE_MOST = 0.6  # another tool shares some columns with the one that wrote a file
_KNOWN_BY = 3
"""so many columns of a tool tell that it wrote the file"""


def _names(texts: str) -> frozenset[str]:
    return frozenset(text.strip() for text in texts.split("|"))


_YES = _names("1|true|yes|wahr|ja|vrai|oui|verdadero|verdadeiro|sí|sim|vero|waar|prawda|tak")
_STATUS = _names("status|response type|response status|completion status")
_SCREENED_OUT = _names("disqualified|spam|screened out|screenout|quota full|over quota|test|deleted")
_DONE = _names(
    "complete|completed|complete response|completed response|finished|submitted|vollständig|abgeschlossen"
    "|beendet|complet|complète|terminé|terminée|completa|completo|completado|completada|finalizado"
    "|finalizada|concluído|voltooid|afgerond|ukończono|ukończona"
)
_NOT_DONE = _names(
    "partial|partial response|partially complete|incomplete|unfinished|not finished|in progress|started"
    "|abandoned|unverified|terminated|unvollständig|teilweise|begonnen|partiel|partielle|incomplet|incomplète|parcial"
    "|incompleto|incompleta|parziale|gedeeltelijk|onvolledig|częściowa"
)
_SAYS_WHETHER = _names("finished|completed|complete|is complete")
_SAYS_STATUS = _names("response status|completion status|survey status|submission status")
_OF_A_TOOL = _names("status|response type") | _SAYS_WHETHER
_NO = _names("0|false|no|falsch|nein|faux|non|falso|onwaar|nee|fałsz|nie")
_FULL = "100"  # per cent of a questionnaire
_PREVIEWS = _names(
    "survey preview|preview|survey test|umfragevorschau|aperçu de l'enquête|vista previa de la encuesta"
    "|visualização da pesquisa|anteprima del sondaggio|anteprima sondaggio|voorbeeld van enquête"
)


@dataclass(frozen=True)
class Tool:
    """The headings that a tool adds, folded: what describes a response by role, what identifies, the rest."""

    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    families: Pattern[str] | None = None
    """headings of which there are as many as questions, pages or boxes"""
    submits: bool = False
    """whether a response has a time under `submitted` only once it was sent off"""
    states: Pattern[str] | None = None
    """headings that say of a part of the questionnaire whether it was finished, of which the last counts"""

    @property
    def all(self) -> frozenset[str]:
        """Every heading that it adds under one name."""
        return frozenset().union(self.personal, self.own, *self.roles.values())

    def tells(self, name: str) -> str:
        """What a folded heading tells: a role, or why its column is dropped; empty for neither."""
        for role, names in self.roles.items():
            if name in names:
                return role
        if name in self.personal:
            return PERSONAL
        is_own = name in self.own or (self.families is not None and self.families.fullmatch(name))
        return OWN if is_own else ""


TOOLS = {
    # the row of codes is the same in every language of the interface
    "qualtrics": Tool(
        {
            "id": _names("responseid|response id"),
            "started": _names("startdate|start date"),
            "submitted": _names("enddate|end date"),
        },
        _names(
            "ipaddress|ip address|recipientlastname|recipient last name|recipientfirstname"
            "|recipient first name"
            "|recipientemail|recipient email|externalreference|externaldatareference"
            "|external data reference"
            "|locationlatitude|location latitude|locationlongitude|location longitude|locationaccuracy"
        ),
        _names(
            "status|response type|progress|duration (in seconds)|duration|finished|recordeddate"
            "|recorded date"
            "|distributionchannel|distribution channel|userlanguage|user language|responseset"
        ),
        pattern(
            r"q_(relevantid\w*|recaptchascore|duplicate\w*|ballotboxstuffing|totalduration"
            r"|terminateflag|chl"
            r"|url|bl|language|dl|straightlining\w*|unansweredpercentage|unansweredquestions|ambiguous\w*)"
            r"|\w+_(first click|last click|page submit|click count)|\w+_do(_\w+)?|\w+_nps_group"
            r"|fl_\d+\w*|sc\d+"
        ),
    ),
    "limesurvey": Tool(
        {
            "id": _names("id|response id|antwort id|id de la réponse|id. de respuesta"),
            "started": _names("startdate|date started|datum gestartet|datestarted"),
            "submitted": _names(
                "submitdate|date submitted|datum abgeschickt|date de soumission|fecha de envío"
            ),
        },
        _names("ipaddr|ip address|ip-adresse|token|access code|zugangscode"),
        _names(
            "lastpage|last page|letzte seite|dernière page|última página|startlanguage|start language"
            "|start-sprache|langue de départ|seed|zufallsstartwert|tête de série|datestamp|date last action"
            "|refurl|referrer url|interviewtime|total time|gesamtzeit"
        ),
        pattern(r"grouptime\d*|questiontime\w*|group time: .*|question time: .*"),
        submits=True,
    ),
    "surveymonkey": Tool(
        {"id": _names("respondent id"), "started": _names("start date"), "submitted": _names("end date")},
        _names("ip address|email address|first name|last name"),
        _names("collector id|date created|date modified|custom data"),
        pattern(r"custom data \d+"),
    ),
    "alchemer": Tool(
        {
            "id": _names("response id"),
            "started": _names("time started"),
            "submitted": _names("date submitted"),
        },
        _names("ip address|longitude|latitude|city|postal|contact id|legacy comments|comments|user agent"),
        _names(
            "status|language|referer|extended referer|sessionid|session id|country|state/region|link name"
            "|url variable: sguid|tags|is test data"
        ),
        pattern(r"url variable: .*"),
    ),
    "typeform": Tool(
        {
            "id": _names("#"),
            "started": _names("start date (utc)"),
            "submitted": _names("submit date (utc)|stage date (utc)"),
        },
        _names("network id"),
        _names("response type|tags|ending|score"),
        submits=True,
    ),
    "googleforms": Tool(
        {
            "submitted": _names(
                "timestamp|zeitstempel|horodateur|marca temporal|carimbo de data/hora"
                "|informazioni cronologiche|tijdstempel|sygnatura czasowa|タイムスタンプ|时间戳记"
            )
        },
        _names(
            "email address|e-mail-adresse|adresse e-mail|dirección de correo electrónico|endereço de e-mail"
            "|indirizzo email|e-mailadres|adres e-mail|メールアドレス|电子邮件地址|username"
        ),
        _names("score|punktzahl"),
        submits=True,
    ),
    "microsoftforms": Tool(
        {
            "id": _names("id"),
            "started": _names("start time|startzeit|heure de début|hora de inicio"),
            "submitted": _names("completion time|fertigstellungszeit|heure de fin|hora de finalización"),
        },
        _names("email|e-mail|name|nom|nombre|adresse de messagerie|correo electrónico"),
        _names(
            "total points|quiz feedback|last modified time|gesamtpunktzahl|uhrzeit der letzten änderung"
            "|language|grade posted time"
        ),
        pattern(r"(points|feedback|punkte) - .*"),
        submits=True,
    ),
    "kobotoolbox": Tool(
        {
            "id": _names("_id"),
            "started": _names("start"),
            "submitted": _names("_submission_time|end|submissiondate"),
        },
        _names(
            "deviceid|subscriberid|simserial|phonenumber|username|_submitted_by|submitterid|submittername"
            "|devicephonenum|_geolocation"
        ),
        _names(
            "today|_uuid|_tags|_notes|_status|_validation_status|__version__|_version_|_index|_parent_index"
            "|_parent_table_name|_submission__id|meta/instanceid|meta/rootuuid|meta/instancename"
            "|formhub/uuid"
            "|instanceid|instancename|key|attachmentspresent|attachmentsexpected|reviewstate|edits"
            "|formversion"
            "|meta/deprecatedid|audit"
        ),
        pattern(r"_*version_*\w*|_submission__\w+"),
        submits=True,
    ),
    "redcap": Tool(
        {"id": _names("record_id|record id"), "submitted": frozenset()},
        _names("redcap_survey_identifier|survey identifier"),
        _names(
            "redcap_event_name|event name|redcap_repeat_instrument|repeat instrument|redcap_repeat_instance"
            "|repeat instance|redcap_data_access_group|data access group"
        ),
        pattern(r"[a-z0-9_]+_(timestamp|complete)|survey timestamp|complete\?"),
        states=pattern(r"[a-z0-9_]+_complete|complete\?"),
    ),
    "soscisurvey": Tool(
        {
            "id": _names("case|case interview number (ongoing)"),
            "started": _names("started|started time the interview has started (europe/berlin)"),
            "submitted": _names("lastdata"),
        },
        _names("ref|serial"),
        _names(
            "questnnr|mode|language|time_sum|mailsent|finished|q_viewer|lastpage|maxpage|missing|missrel"
            "|time_rsi|deg_time"
        ),
        pattern(r"time\d{3}"),
    ),
    "jotform": Tool(
        {"id": _names("submission id"), "submitted": _names("submission date")},
        _names("submission ip|submission user agent|submission location"),
        _names("last update date|flow status|submission status|submission edit url|submission device"),
        submits=True,
    ),
    "tally": Tool(
        {"id": _names("submission id"), "submitted": _names("submitted at")},
        own=_names("respondent id"),
        submits=True,
    ),
    "formr": Tool(
        {"id": frozenset(), "started": _names("created"), "submitted": _names("ended")},
        _names("session"),
        _names("modified|expired|study_id|session_id|item_group|unlinked"),
        submits=True,
    ),
}
SENT = _names(
    "submitted|submitted at|submit date (utc)|date submitted|submitdate|submissiondate|submission date"
    "|_submission_time|submit date|datum abgeschickt|date de soumission|fecha de envío"
)
"""headings of a time at which a response was sent off, whatever tool wrote the file"""
ALONE = {
    "id": _names(
        "respondent id|respondent-id|response id|responseid|submission id|token|no.|#|id|_id|record_id"
        "|record id"
        "|session_id|session id|case id|participant id|serial"
    ),
    "started": _names(
        "time_start|starttime|start date|startdate|start date (utc)|date started|started|start time|start"
    ),
    "submitted": _names(
        "time_end|endtime|end date|enddate|submitted|submitted at|submit date (utc)|date submitted"
        "|submitdate"
        "|submissiondate|submission date|_submission_time|submit date|end|timestamp|recordeddate"
        "|completion time|zeitstempel|horodateur|marca temporal|carimbo de data/hora"
        "|informazioni cronologiche"
        "|tijdstempel|sygnatura czasowa|タイムスタンプ|时间戳记"
    ),
    "weight": _names("weight|weights|weighting|survey weight|final weight|wt|wgt"),
}
"""what a heading tells by itself, whatever tool wrote the file"""


def tools_of(headings: Sequence[Heading]) -> list[Tool]:
    """The tools whose columns an export has, the one that fits best first."""
    there = {name for heading in headings for name in names_of(heading)}
    known = [(_shown_by(tool, there), place) for place, tool in enumerate(TOOLS.values())]
    most = max(count for count, _ in known)
    enough = max(_KNOWN_BY, _OF_THE_MOST * most)
    ranked = sorted((row for row in known if row[0] >= enough), key=lambda row: (-row[0], row[1]))
    return [list(TOOLS.values())[place] for _, place in ranked]


def _shown_by(tool: Tool, names: Collection[str]) -> int:
    """How many of some headings are a tool's; those of which it has as many as questions count as few."""
    alike = [
        name for name in names if tool.families and tool.families.fullmatch(name) and name not in tool.all
    ]
    return len(tool.all & {*names}) + min(len(alike), _FEW_ALIKE)


def is_screened_out(heading: Heading, text: str) -> bool:
    """Whether a column of a tool says of a response that it is a test, spam, or of somebody turned away."""
    names, folded = names_of(heading), fold(text)
    if "is test data" in names:
        return folded in _YES
    return bool(_STATUS & {*names}) and folded in _SCREENED_OUT


def is_preview(text: str) -> bool:
    """Whether a tool's own column says so of a response that the survey's makers gave to try it."""
    return fold(text) in _PREVIEWS


def says_finished(heading: Heading, texts: Iterable[str], tools: Sequence[Tool]) -> list[str]:
    """The texts by which a column says that a response was finished; none where it says nothing of that.

    All of its texts must say one or the other. Words such as Status head questions too, and say so only in
    the file of a tool, one of `tools`.
    """
    names, folded = {*names_of(heading)}, {text: fold(text) for text in texts}
    seen = {*folded.values()}
    known = _SAYS_STATUS | (_OF_A_TOOL if tools else frozenset())
    done = frozenset[str]()
    if any(tool.states and any(map(tool.states.fullmatch, names)) for tool in tools):
        done = _DONE | {"2"} if seen <= _DONE | _NOT_DONE | {"0", "1", "2"} else done
    elif names & known and seen <= _DONE | _NOT_DONE | _SCREENED_OUT:
        done = _DONE
    elif tools and names & _SAYS_WHETHER and seen <= _YES | _NO:
        done = _YES
    elif TOOLS["qualtrics"] in tools and "progress" in names and all(map(str.isdecimal, seen)):
        done = frozenset({_FULL})
    return [text for text, one in folded.items() if one in done]


def is_better(heading: Heading, before: Heading, tools: Sequence[Tool]) -> bool:
    """Whether one of two columns says more surely than the one before it who finished."""
    last = any(tool.states and any(map(tool.states.fullmatch, names_of(heading))) for tool in tools)
    return last or "progress" in names_of(before)


def tells_submitted(heading: Heading, tools: Sequence[Tool]) -> bool:
    """Whether a column holds the time at which a response was sent off, and nothing where it was not."""
    names = {*names_of(heading)}
    at_end = any(names & {*tool.roles.get("submitted", ())} for tool in tools if not tool.submits)
    sent = any(names & {*tool.roles.get("submitted", ())} for tool in tools if tool.submits)
    # Google Forms adds no other column, and puts it first
    first = heading.column == 1 and bool(names & TOOLS["googleforms"].roles["submitted"])
    return sent or first or bool(names & SENT and not at_end)


def names_of(heading: Heading) -> list[str]:
    """What a column is called, folded: its code, and its text."""
    return [name for name in dict.fromkeys((fold(heading.code), fold(heading.text))) if name]


def described(heading: Heading, tools: Iterable[Tool], taken: Collection[str] = ()) -> str:
    """What a column tells of a response: a role that none has `taken`, else why it is to be dropped.

    Empty where it seems to be a question. `tools` are those that the export seems to be of.
    """
    if heading.label and not heading.bare:
        # the part of a question: a line of an address, or what a tool adds to each question
        adds = any(tool.families and tool.families.fullmatch(fold(heading.code)) for tool in tools)
        return OWN if adds else PERSONAL if asks_who(heading.label) else ""
    names = names_of(heading)
    for tool in tools:
        for name in names:
            if role := tool.tells(name):
                return OWN if role in taken else role
    for role, alone in ALONE.items():
        if role not in taken and any(name in alone for name in names):
            return role
    return PERSONAL if any(asks_who(name) for name in names) else ""
