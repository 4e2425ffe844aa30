"""Headings that ask who somebody is, in ten languages: such columns are dropped before they are looked at.

A heading counts by all that it says once "please enter your" and the like are gone: `Your e-mail` asks for an
address, `Email client` for a program.
"""

from __future__ import annotations

import re

from pipeline.text.folding import fold

_PHRASES = {
    "English": "name|first name|last name|middle name|full name|family name|given name|surname|forename"
    "|nickname"
    "|first and last name|name and surname|respondent name|contact name|email|e-mail|email address"
    "|e-mail address|mail address|work email|contact email|phone|phone number|telephone|telephone number"
    "|mobile|mobile number|mobile phone|cell phone|contact details|contact information|address|home address"
    "|street address|postal address|street|zip|zip code|postcode|postal code|ip|ip address|date of birth"
    "|birth date|birthdate|birthday|dob|employer|employer name|name of employer|name of your employer"
    "|company name|company|name of company|name of your company|organisation name|organization name"
    "|name of your organisation|name of your organization|username|user name|user id|handle|github"
    "|github handle|github username|github user name|github id|github profile|github account"
    "|gitlab username"
    "|twitter|twitter handle|mastodon|mastodon handle|linkedin|linkedin profile|linkedin url|discord handle"
    "|discord username|slack handle|matrix id|irc nick|orcid|social security number|passport number|gps"
    "|gps coordinates|coordinates|latitude|longitude|recipient first name|recipient last name"
    "|recipient email"
    "|user agent|who is your employer|name of your manager|manager|supervisor"
    "|who are you|how should we call you|how can we call you|where can we reach you|how can we reach you"
    "|contact|contact person|signature|slack user|slack username|slack name|whatsapp|telegram handle",
    "German": "name|vorname|nachname|familienname|zuname|vor- und nachname|vollständiger name|e-mail"
    "|email|mail"
    "|e-mail-adresse|mailadresse|telefon|telefonnummer|handynummer|mobilnummer|adresse|anschrift|straße"
    "|strasse|plz|postleitzahl|geburtsdatum|geburtstag|arbeitgeber|name des arbeitgebers|firma"
    "|name der firma|unternehmen|name ihres unternehmens|ansprechpartner|wohnort|vorgesetzter"
    "|wie heißen sie|wie heißt du|wie dürfen wir sie nennen|wie sollen wir sie nennen|wer sind sie"
    "|unterschrift|kontakt|wie erreichen wir sie"
    "|benutzername|nutzername|ip-adresse|vorname des empfängers|nachname des empfängers"
    "|e-mail des empfängers",
    "French": "nom|prénom|nom de famille|nom et prénom|nom complet|e-mail|adresse e-mail|adresse mail"
    "|courriel"
    "|adresse électronique|adresse courriel|téléphone|numéro de téléphone|portable|adresse"
    "|adresse postale|code postal|date de naissance|employeur|société|nom de l'employeur|entreprise"
    "|comment vous appelez-vous|comment t'appelles-tu|qui êtes-vous|signature|contact"
    "|nom de l'entreprise|pseudo|pseudonyme|nom d'utilisateur|adresse ip",
    "Spanish": "nombre|nombres|apellido|apellidos|nombre y apellidos|nombre completo|correo"
    "|correo electrónico"
    "|dirección de correo electrónico|teléfono|número de teléfono|móvil|celular|dirección|código postal"
    "|fecha de nacimiento|empleador|empresa|empresa donde trabaja"
    "|cómo se llama|cómo te llamas|quién es usted|firma|contacto"
    "|nombre de la empresa|nombre de usuario|dirección ip",
    "Portuguese": "nome|primeiro nome|sobrenome|apelido|nome completo|e-mail|email|endereço de e-mail"
    "|telefone"
    "|telemóvel|celular|número de telefone|endereço|morada|código postal|cep|data de nascimento|empregador"
    "|como se chama|como você se chama|assinatura|contato|contacto"
    "|empresa|nome da empresa|nome de usuário|endereço ip",
    "Italian": "nome|cognome|nome e cognome|nome completo|email|e-mail|indirizzo email|indirizzo e-mail"
    "|posta elettronica|telefono|numero di telefono|cellulare|indirizzo|cap|codice postale|data di nascita"
    "|come si chiama|come ti chiami|firma|contatto"
    "|codice fiscale|matricola|datore di lavoro|azienda|nome dell'azienda|nome utente|indirizzo ip",
    "Dutch": "naam|voornaam|achternaam|volledige naam|voor- en achternaam|e-mail|e-mailadres|mailadres"
    "|telefoon"
    "|hoe heet u|hoe heet je|handtekening"
    "|telefoonnummer|mobiel nummer|adres|postcode|geboortedatum|werkgever|naam van uw werkgever"
    "|bedrijfsnaam"
    "|gebruikersnaam|ip-adres",
    "Polish": "imię|nazwisko|imię i nazwisko|e-mail|email|adres e-mail|adres email|telefon"
    "|numer telefonu|adres"
    "|jak się nazywasz|podpis"
    "|kod pocztowy|data urodzenia|pracodawca|nazwa firmy|nazwa użytkownika|adres ip",
    "Japanese": "名前|お名前|氏名|姓|名|ご氏名|メール|メールアドレス|電話|電話番号|携帯電話|住所|ご住所"
    "|郵便番号|生年月日|勤務先"
    "|会社名|ユーザー名|ipアドレス",
    "Chinese": "姓名|名字|您的姓名|邮箱|电子邮件|电子邮箱|邮件地址|邮箱地址|电话|电话号码|手机|手机号"
    "|手机号码|地址|住址|邮编"
    "|邮政编码|出生日期|生日|工作单位|公司名称|单位名称|雇主|用户名|ip地址|微信号",
}
_KNOWN = frozenset(fold(phrase) for phrases in _PHRASES.values() for phrase in phrases.split("|"))
# what a request begins with, and what may stand in brackets or at its end
_BEGINS = re.compile(
    r"(?:(?:optional|please|kindly|enter|type|provide|give|leave|write|state|us|what is|what's|what are"
    r"|your|the|my"
    r"|bitte|geben sie|gib|nennen sie|wie ist|wie lautet|wie heisst|was ist|ihre|ihr|ihren|deine?n?|der"
    r"|die|das"
    r"|veuillez|indiquer|saisir|quel(?:le)? est|votre|vos|ton|ta|le|la"
    r"|por favor|indique|escriba|cuál es|¿cuál es|su|sus|tu|el"
    r"|indique|qual é|seu|sua|o|a"
    r"|inserisci|qual è|il tuo|la tua|il|la"
    r"|vul in|wat is|uw|je|jouw|het|de"
    r"|proszę podać|podaj|jaki jest|twoje|twój|twoja"
    r"|あなたの|ご|请输入|请填写|请提供|您的|你的)\b\s*[:,]?\s*|(?:あなたの|请输入|请填写|请提供|您的"
    r"|你的)\s*)"
)
_BRACKETS = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*")
_ENDS = " ?？!*:：.。,"
_POLITE = re.compile(r",? (?:please|bitte|s'il vous plaît|svp|por favor|per favore|alstublieft|proszę)$")
_SEVERAL = re.compile(r"\s[/|]\s")
_OF_WORK = re.compile(
    r"compan|employer|firm|unternehmen|arbeitgeber|entreprise|empresa|azienda|bedrijf|manager"
)


# words that ask for nothing else, wherever they stand in a short heading
_SURELY = re.compile(
    r"first ?name|last ?name|\bsurname|e-?mail ?address|ip ?address|phone ?number|user ?agent|recipient"
    r"|collector|custom data|location ?(latitude|longitude)|external ?(data ?)?reference"
    r"|distribution ?channel"
)
# and words by which somebody else is named, in a heading of any length
_NAMES_SOMEBODY = re.compile(
    r"names? (of|des|der|ihre[rs]|deine[rs]) .*"
    r"(\b(manager|supervisor|boss|lead(er)?)$|vorgesetzten?$|chefs?$|leiters?$)"
    r"|n(om|ome|ombre) (du|de la|de su|de tu|del|do|da) .*(responsable|chef|jefe|capo|gerente|supérieur)"
)
_LONGEST = 40  # a longer heading asks something


def asks_who(heading: str) -> bool:
    """Whether a heading asks for a name, an address, or another thing by which somebody is known."""
    folded = fold(heading)
    if len(folded) < _LONGEST and "?" not in folded and _SURELY.search(folded):
        return True
    if _NAMES_SOMEBODY.search(folded) or _is_known(folded):
        return True
    # one request in two languages, and a field of a group, which tools write as `Name:Stay in touch`
    several = [part for part in _SEVERAL.split(folded) if part.strip()]
    field, _, group = folded.partition(":")
    is_field = bool(group) and not group.startswith(" ") and _is_known(field)
    return (len(several) > 1 and all(map(_is_known, several))) or (is_field and not _OF_WORK.search(field))


def _is_known(folded: str) -> bool:
    """Whether a text, folded, asks for such a thing and says nothing more."""
    core = _BRACKETS.sub(" ", folded).strip(_ENDS + "¿")
    while core not in _KNOWN:
        ended = _POLITE.sub("", core)
        begin = _BEGINS.match(core)
        if ended != core:
            core = ended.strip(_ENDS)
        elif begin and begin.end() < len(core):
            core = core[begin.end() :].strip(_ENDS)
        else:
            return False
    return True
