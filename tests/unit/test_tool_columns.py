"""Which columns tell who somebody is or what the tool notes, and which ask something: lists that are held."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest
from projects import command

from pipeline.drafting.personal import asks_who
from pipeline.drafting.tool_columns import OWN, PERSONAL, TOOLS, described, tools_of
from pipeline.exports.tools import Heading, formats

WHO = {
    "English": "Name|Your name|What is your full name?|First Name|Last name *|E-mail|Email Address"
    "|Please enter your email address|Phone number (optional)|Date of birth|IP Address"
    "|Your employer|Company name|GitHub username|Your Mastodon handle|ZIP code|Home address",
    "German": "Vorname|Nachname|Ihr Name|E-Mail-Adresse|Wie lautet Ihre E-Mail-Adresse?|Telefonnummer"
    "|Postleitzahl|Geburtsdatum|Arbeitgeber|Nachname des Empfängers|Anschrift",
    "French": "Prénom|Nom de famille|Votre nom|Adresse e-mail|Courriel|Téléphone|Code postal"
    "|Date de naissance|Quelle est votre adresse e-mail ?|Employeur",
    "Spanish": "Nombre y apellidos|Apellidos|Correo electrónico|¿Cuál es su nombre?|Teléfono|Código postal"
    "|Fecha de nacimiento|Empresa",
    "Portuguese": "Nome completo|Sobrenome|Endereço de e-mail|Qual é o seu nome?|Telefone|CEP"
    "|Data de nascimento|Nome da empresa",
    "Italian": "Nome e cognome|Cognome|Indirizzo email|Qual è il tuo nome?|Numero di telefono|CAP"
    "|Data di nascita|Datore di lavoro",
    "Dutch": "Voornaam|Achternaam|Wat is uw naam?|E-mailadres|Telefoonnummer|Postcode|Geboortedatum"
    "|Werkgever",
    "Polish": "Imię i nazwisko|Nazwisko|Adres e-mail|Proszę podać imię|Numer telefonu|Kod pocztowy"
    "|Data urodzenia|Nazwa firmy",
    "Japanese": "お名前|氏名|メールアドレス|電話番号|住所|郵便番号|生年月日|会社名",
    "Chinese": "姓名|您的姓名|请输入您的邮箱|手机号码|地址|邮政编码|出生日期|公司名称",
}
QUESTIONS = (
    "Which language do you use most?|What is your employment status?|Status|Where do you work?"
    "|Name of the project lead programme|Manager or developer?|Unternehmensgröße|Wohnortgröße"
    "|Status of your project|Project name|Email client|Do you prefer email or chat?"
    "|Preferred way to be contacted|Which mobile phone do you use?"
    "|Does your employer support open source?|Size of your employer|Company size"
    "|How many people work at your company?|Country|Language|Progress|Age|Gender"
    "|In which country do you live?|Username policy|Name three tools that you use"
    "|What would you name it?|How did you hear the name?|Address space layout"
    "|Do you use two-factor authentication on GitHub?|Welche Programmiersprache nutzen Sie?"
    "|Name der Programmiersprache|Status Ihres Projekts|Unterstützt Ihr Arbeitgeber Open Source?"
    "|Quelle langue utilisez-vous ?|Nom du projet|Statut de votre projet|¿Qué lengua usa más?"
    "|Nombre del proyecto|Estado de su proyecto|Qual linguagem você mais usa?|Nome do projeto"
    "|Quale linguaggio usi di più?|Nome del progetto|Welke taal gebruikt u het meest?"
    "|Naam van het project|Którego języka używasz?|Nazwa projektu|どの言語を使いますか"
    "|プロジェクト名|您使用哪种语言？|项目名称|Tags|Comments|City size|Duration|Contact with upstream"
    "|Company: size|Company:size|Company / Organisation size|Nom / Taille|Name: three tools"
    "|Manager: or developer?|Kontakt zu anderen|How did you hear of us?"
)
OWN_COLUMNS = {
    "qualtrics": "StartDate|EndDate|Status|IPAddress|Progress|Duration (in seconds)|Finished|RecordedDate"
    "|ResponseId"
    "|RecipientLastName|RecipientFirstName|RecipientEmail|ExternalReference|LocationLatitude"
    "|LocationLongitude"
    "|DistributionChannel|UserLanguage|Q_RecaptchaScore|Q3_First Click|Q3_Page Submit|Q9_NPS_GROUP"
    "|FL_12_DO|SC0",
    "limesurvey": "id|submitdate|lastpage|startlanguage|seed|startdate|datestamp|ipaddr|refurl"
    "|interviewtime"
    "|groupTime7|Datum abgeschickt|Letzte Seite|Start-Sprache|Date de soumission|Dernière page"
    "|Langue de départ",
    "surveymonkey": "Respondent ID|Collector ID|Start Date|End Date|IP Address|Email Address"
    "|First Name|Last Name"
    "|Custom Data 1",
    "alchemer": "Response ID|Time Started|Date Submitted|Status|Contact ID|Language|Referer"
    "|SessionID|User Agent"
    "|Longitude|Latitude|Country|City|State/Region|Postal",
    "typeform": "#|Network ID|Start Date (UTC)|Submit Date (UTC)|Response Type|Tags|Ending",
    "microsoftforms": "ID|Start time|Completion time|Email|Name|Last modified time|Total points"
    "|Quiz feedback"
    "|Startzeit|Fertigstellungszeit|Heure de début|Hora de finalización",
    "kobotoolbox": "start|end|today|deviceid|username|_id|_uuid|_submission_time|_validation_status|_index"
    "|__version__|meta/instanceID|KEY|SubmitterName|ReviewState",
    "redcap": "record_id|redcap_event_name|redcap_survey_identifier|redcap_repeat_instrument"
    "|intake_timestamp"
    "|intake_complete",
    "soscisurvey": "CASE|SERIAL|REF|QUESTNNR|MODE|STARTED|TIME001|TIME_SUM|LASTDATA|FINISHED"
    "|LASTPAGE|MISSREL",
    "jotform": "Submission Date|Submission ID|Submission IP|Last Update Date|Flow Status",
    "googleforms": "Timestamp|Zeitstempel|Horodateur|Marca temporal|Carimbo de data/hora"
    "|Informazioni cronologiche"
    "|Tijdstempel|Sygnatura czasowa|タイムスタンプ|时间戳记",
}


@pytest.mark.parametrize("language", WHO)
def test_headings_that_ask_who_somebody_is(language: str) -> None:
    assert len(WHO) == 10
    assert [heading for heading in WHO[language].split("|") if not asks_who(heading)] == []


def test_words_that_ask_for_nothing_else_count_wherever_they_stand() -> None:
    short = ("Attendee first name", "Contact e-mail address for news", "Last name of speaker", "Collector 7")
    assert all(map(asks_who, short))
    assert not asks_who("Should speakers have to give their last name?")


@pytest.mark.parametrize(
    "heading",
    [
        *("Name:Stay in touch", "Email Address:Contact", "Name / Nom", "E-mail / Courriel / E-Mail-Adresse"),
        *("Where can we reach you?", "How should we call you?", "Who are you?", "Contact", "Signature"),
        *(
            "Slack user",
            "Your name, please",
            "Wie heißen Sie?",
            "Wie heißt du?",
            "Ihr vollständiger Name, bitte",
        ),
        *("Wie dürfen wir Sie nennen?", "Comment vous appelez-vous ?", "¿Cómo se llama?", "Hoe heet u?"),
    ],
)
def test_who_somebody_is_is_asked_in_many_ways(heading: str) -> None:
    assert asks_who(heading)


def test_headings_that_ask_something_are_questions() -> None:
    headings = [Heading(1, "", text, text) for text in QUESTIONS.split("|")]
    assert len(headings) > 45
    assert [heading.text for heading in headings if described(heading, tools_of([heading]))] == []


@pytest.mark.parametrize("tool", OWN_COLUMNS)
def test_columns_that_tools_add(tool: str) -> None:
    names = OWN_COLUMNS[tool].split("|")
    headings = [Heading(place, "", name, name) for place, name in enumerate(names, 1)]
    tools = tools_of(headings)
    assert TOOLS[tool] in tools or tool == "googleforms"
    assert [heading.text for heading in headings if not described(heading, tools)] == []
    assert sum(len(names.split("|")) for names in OWN_COLUMNS.values()) > 100


def test_a_tool_is_known_by_several_of_its_columns() -> None:
    few = [Heading(1, "", "Timestamp", "Timestamp"), Heading(2, "", "Status", "Status")]
    assert described(few[1], tools_of(few)) == ""
    names = ["Response ID", "Time Started", "Date Submitted", "Status"]
    several = [Heading(place, "", name, name) for place, name in enumerate(names, 1)]
    assert described(several[3], tools_of(several)) == OWN


def test_a_part_of_a_question_may_ask_who() -> None:
    heading = Heading(3, "Q7", "How can we reach you?", "Email Address")
    assert described(heading, []) == PERSONAL
    order = formats["qualtrics"].headings([["Q2_DO_1"], ["What matters? - Display Order - Cost"]])
    codes = [Heading(n, name, name, "") for n, name in enumerate(("StartDate", "EndDate", "Finished"), 2)]
    assert described(order[0], tools_of([*order, *codes])) == OWN


DAY = "1987-06-05 10:20:30"
# what a tool writes beside the answers of who finished and of who left, and what a draft makes of it
FINISHING = {
    "googleforms": ({"Timestamp": (DAY, DAY)}, "submitted"),
    "googleforms, in German": ({"Zeitstempel": (DAY, DAY)}, "submitted"),
    "microsoftforms": ({"ID": "12", "Start time": (DAY, DAY), "Completion time": (DAY, DAY)}, "submitted"),
    "typeform": ({"#": "ab", "Start Date (UTC)": (DAY, DAY), "Submit Date (UTC)": (DAY, "")}, "submitted"),
    "tally": ({"Submission ID": "ab", "Respondent ID": "cd", "Submitted at": (DAY, DAY)}, "submitted"),
    "jotform": ({"Submission Date": (DAY, DAY)}, "submitted"),
    "limesurvey": ({"id": "12", "submitdate": (DAY, ""), "lastpage": "31"}, "submitted"),
    "limesurvey, in German": (
        {"Antwort ID": "12", "Datum abgeschickt": (DAY, ""), "Letzte Seite": "31"},
        "submitted",
    ),
    "kobotoolbox": ({"start": (DAY, DAY), "end": (DAY, DAY), "_id": "12", "_uuid": "ab"}, "submitted"),
    "formr": (
        {"session": "ab", "created": (DAY, DAY), "ended": (DAY, ""), "expired": ("", DAY)},
        "submitted",
    ),
    "qualtrics": (
        {"StartDate": (DAY, DAY), "EndDate": (DAY, DAY), "Progress": ("100", "40"),
         "Finished": ("True", "False"), "ResponseId": "ab"},
        {"Finished": ["True"]},
    ),
    "qualtrics, as codes": (
        {"StartDate": (DAY, DAY), "EndDate": (DAY, DAY), "Finished": "10", "ResponseId": "ab"},
        {"Finished": ["1"]},
    ),
    "qualtrics, without Finished": (
        {"StartDate": (DAY, DAY), "EndDate": (DAY, DAY), "Progress": ("100", "40"), "ResponseId": "ab"},
        {"Progress": ["100"]},
    ),
    "alchemer": (
        {"Response ID": "12", "Time Started": (DAY, DAY), "Date Submitted": (DAY, DAY),
         "Status": ("Complete", "Partial")},
        {"Status": ["Complete"]},
    ),
    "soscisurvey": (
        {"CASE": "12", "STARTED": (DAY, DAY), "LASTDATA": (DAY, DAY), "FINISHED": "10", "QUESTNNR": "bb"},
        {"FINISHED": ["1"]},
    ),
    "redcap": (
        {"record_id": "12", "redcap_survey_identifier": "ab", "intake_timestamp": (DAY, DAY),
         "intake_complete": ("Complete", "Incomplete")},
        {"intake_complete": ["Complete"]},
    ),
    "any tool with a status": (
        {"Response Status": ("Completed", "Partial")},
        {"Response Status": ["Completed"]},
    ),
    "surveymonkey": ({"Respondent ID": "12", "Start Date": (DAY, DAY), "End Date": (DAY, DAY)}, None),
    "a question": ({"Status": ("Completed", "In progress")}, None),
}  # fmt: skip


def export_of(tool: str) -> list[list[str]]:
    """An export of twelve who finished, of whom four left the last questions empty, and of six who left."""
    columns = FINISHING[tool][0]
    headings = [*columns, "Which do you like best?", "How often?", "Anything else?"]
    whole, left = ([column[which] for column in columns.values()] for which in (0, 1))
    rows = [[*whole, "Apples" if n % 2 else "Pears", "Daily" if n % 3 else "Never", f"of {n} I am fond"]
            for n in range(8)]  # fmt: skip
    rows += [[*whole, "Apples", "", ""]] * 4 + [[*left, "Pears", "", ""]] * 6
    # ids and times differ
    for number, row in enumerate(rows):
        for place, (name, values) in enumerate(columns.items()):
            if DAY in values and row[place]:
                row = [*row[:place], f"1987-06-{number + 1:02} 10:20:30", *row[place + 1 :]]
            elif name in ("ResponseId", "record_id", "id", "#", "_id", "CASE"):
                row = [*row[:place], f"R_{number}", *row[place + 1 :]]
        rows[number] = row
    return [headings, *rows]


@pytest.mark.parametrize("tool", FINISHING)
def test_a_draft_says_how_the_tool_tells_who_finished(tool: str, tmp_path: Path) -> None:
    folder = tmp_path / "raw" / "ends"
    folder.mkdir(parents=True)
    with (folder / "one.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(export_of(tool))
    code, printed = command(tmp_path, "new-wave", "raw/ends/one.csv")
    assert code == 0 and "left to settle by hand" not in printed, printed
    respondents = tomllib.loads((folder / "one.toml").read_text("utf-8"))["respondents"]
    assert respondents.get("finished") == FINISHING[tool][1]
    assert not {*(FINISHING[tool][1] or {})} & {*respondents.get("drop", [])}
    if tool not in ("googleforms", "qualtrics"):
        return
    # and the next wave likewise
    (folder / "two.csv").write_bytes((folder / "one.csv").read_bytes())
    assert command(tmp_path, "new-wave", "raw/ends/two.csv")[0] == 0
    again = tomllib.loads((folder / "two.toml").read_text("utf-8"))["respondents"]
    assert again.get("finished") == FINISHING[tool][1]
