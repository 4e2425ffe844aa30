"""Declarations written as TOML: whole files, and additions to files that people have written."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import ROLES, Fielding, Quality, Respondents, Weights
from pipeline.drafting.first_draft import Draft, Question
from pipeline.drafting.from_wave_before import Carried
from pipeline.drafting.look import Looked
from pipeline.exports.finders import letters_of
from pipeline.project import files
from pipeline.text.addresses import masked, personal
from pipeline.text.folding import fold

CHECK = "# check:"
_REWORDED = f'status = "reworded"   {CHECK} does it mean the same? say same, reworded or broken'


def survey_toml(drafted: Draft, survey_name: str) -> str:
    """The questionnaire of a draft as TOML."""
    name = re.sub(r"[-_]+", " ", survey_name).capitalize()
    lines = [
        f"title = {_quoted(f'{name} survey')}   {CHECK} the title",
        f'population = ""   {CHECK} who was asked, and how they were reached',
        f"segments = []   {CHECK} single choices to break every question down by",
    ]
    for question in drafted.questions:
        lines += ["", *_question_toml(question)]
    return "\n".join(lines) + "\n"


def _question_toml(question: Question) -> list[str]:
    doubt = question.check
    if not question.text:
        doubt += "; " * bool(doubt) + "write the text, the headings hold the options alone"
    lines = [f"[questions.{question.id}]", f"text = {_quoted(question.text)}"]
    lines.append(f"kind = {_quoted(question.kind)}" + _doubt(doubt))
    if question.kind == "text":
        lines.append("private = true")
    for part, labels in (("options", question.options), ("items", question.items)):
        if labels:
            lines.append(f"[questions.{question.id}.{part}]")
            lines += [_labelled(question, i, label) for i, label in labels.items()]
    return lines


def _labelled(question: Question, identifier: str, label: str) -> str:
    if identifier == question.write_in:
        return f"{identifier} = {{ label = {_quoted(label)}, write_in = true }}"
    return f"{identifier} = {_quoted(label)}"


def wave_toml(drafted: Draft, looked: Looked, file: str, name: str, fielded: tuple[str, str]) -> str:
    """The wave file of a draft as TOML."""
    lines = [f"title = {_quoted(name)}   {CHECK} the title that figures name", *_fielded_toml(fielded)]
    lines += ["", "[source]", f"file = {_quoted(file)}", *_layout_toml(looked)]
    if drafted.blank:
        lines.append(f"blank = {json.dumps(drafted.blank)}   {CHECK} do these mean an empty cell?")
    lines += ["", "[respondents]"]
    lines += _roles_toml({role: finder for role in ROLES if (finder := getattr(drafted, role))})
    lines += _drop_toml(drafted.drop)
    seen = Counter(fold(question.text) for question in drafted.questions)
    codes = Counter(fold(question.columns[0].code) for question in drafted.questions)
    finders = {q.id: letters_of(q.columns) for q in drafted.questions if _needs_finder(q, seen, codes)}
    if finders:
        lines += ["", "[columns]"]
        lines += [f"{question} = {_quoted(finder)}" for question, finder in finders.items()]
    lines += _reading_toml(drafted.questions)
    return "\n".join(lines) + "\n"


def _reading_toml(questions: Iterable[Question]) -> list[str]:
    """How numbers that can be read in two ways are read, where a draft had to choose."""
    lines = []
    for question in questions:
        if question.reading:
            likelier = _doubt("numbers can be read in two ways, this is the likelier")
            lines += ["", f"[reading.{question.id}]", question.reading + likelier]
    return lines


def carried_toml(
    found: Carried,
    looked: Looked,
    like: Fielding,
    export: Path,
    name: str,
    fielded: tuple[str, str],
    later: bool,
) -> str:
    """The wave file that was carried over as TOML; `later` says whether its wave is the later of the two."""
    declared, source = like.wave, like.wave.source
    title = _renamed(declared.title, like.name, name)
    title = title if title != declared.title else f"{title}, {name}"
    lines = [f"title = {_quoted(title)}"]
    lines += _fielded_toml(fielded)
    lines += [
        "",
        "[source]",
        f"file = {_quoted(export.name)}",
        *_layout_toml(looked, brief=not source.encoding),
    ]
    for key in ("separator", "delimiter", "sheet", "dates", "decimal", "thousands"):
        if value := getattr(source, key):
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    if found.blank:
        lines.append(f"blank = {json.dumps(found.blank, ensure_ascii=False)}")
    if source.sha256:
        lines.append(f'sha256 = "{files.sha256(export)}"')
    if source.url:
        lines.append(f"{CHECK} add url, the address of this export")
    if source.licence:
        lines.append(f"licence = {_quoted(source.licence)}")
    if source.citation:
        lines.append(f"citation = {_quoted(_renamed(source.citation, like.name, name))}")
    lines += ["", "[respondents]"]
    lines += _roles_toml(found.respondents, like.wave.respondents)
    if declared.respondents.duplicates:
        lines.append(f"duplicates = {_quoted(declared.respondents.duplicates)}")
    lines += _drop_toml(found.drop)
    for rule in declared.exclude:
        by = f"where = {_where(rule.where)}" if rule.where else f"quality = {json.dumps(rule.quality)}"
        own = ["[[exclude]]", f"reason = {_quoted(rule.reason)}", by]
        lines += ["", *_unless_gone(own, rule.where, found.gone)]
    if found.columns:
        lines += ["", "[columns]"]
        for question, (finders, doubt) in found.columns.items():
            value = _quoted(finders[0]) if len(finders) == 1 else json.dumps(finders, ensure_ascii=False)
            lines.append(f"{question} = {value}" + _doubt(doubt))
    for question, reading in found.reading.items():
        lines += ["", f"[reading.{question}]"]
        for key, value in reading.model_dump(exclude_defaults=True).items():
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    lines += _reading_toml(question for _, question in found.new_questions)
    for question, mapped in found.answers.items():
        lines += ["", f"[answers.{question}]"]
        for text, (to, doubt) in mapped.items():
            value = _quoted(to) if isinstance(to, str) else f"{to:g}"
            lines.append(f"{_quoted(text)} = {value}" + _doubt(doubt))
    # what reads otherwise is said of the later of the two waves
    reworded = found.reworded if later else {}
    for question in dict.fromkeys((*reworded, *found.not_offered)):
        lines += ["", f"[changes.{question}]"]
        if question in reworded:
            lines.append(_REWORDED)
            lines.append(f"note = {_quoted(reworded[question])}")
        if question in found.not_offered:
            absent, doubt = found.not_offered[question]
            lines.append(f"not_offered = {json.dumps(absent)}" + _doubt(doubt))
    lines += _weights_toml(declared.weights)
    lines += _quality_toml(declared.quality, found.gone)
    return "\n".join(lines) + "\n"


def _roles_toml(roles: Mapping[str, str], declared: Respondents | None = None) -> list[str]:
    """The columns that describe a response; that one weighs is doubtful unless the wave before says so."""
    return [
        f"{role} = {_quoted(finder)}"
        + _doubt("are these weights?" if role == "weight" and not (declared and declared.weight) else "")
        for role, finder in roles.items()
    ]


def _weights_toml(weights: Weights) -> list[str]:
    """What the wave before was raked to."""
    lines = ["", "[weights]", f"trim = {json.dumps(weights.trim)}"] if weights.trim else []
    for question, target in weights.targets.items():
        shares = ", ".join(f"{group} = {share}" for group, share in target.shares.items())
        lines += ["", f"[weights.targets.{question}]", f"source = {_quoted(target.source)}"]
        lines.append(f"shares = {{ {shares} }}" + _doubt("do these still hold?"))
    return lines


def _quality_toml(quality: Quality, gone: Sequence[str]) -> list[str]:
    """The rules of data quality of the wave before, those of what is not asked any more as comments."""
    lines = []
    if limit := quality.speeders:
        said = f"below = {limit.below}" if limit.seconds is None else f"seconds = {limit.seconds}"
        lines.append(f"speeders = {{ {said} }}")
    if "straight_lining" in quality.model_fields_set:
        lines.append(f"straight_lining = {quality.straight_lining}")
    lines = ["", "[quality]", *lines] if lines else []
    for number, (question, options) in enumerate(quality.attention.items()):
        own = [f"{question} = {json.dumps(options)}"]
        lines += [] if number else ["", "[quality.attention]"]
        lines += _unless_gone(own, [question], gone)
    for impossible in quality.impossible:
        own = ["[[quality.impossible]]", f"reason = {_quoted(impossible.reason)}"]
        own.append(f"where = {_where(impossible.where)}")
        lines += ["", *_unless_gone(own, impossible.where, gone)]
    return lines


def _where(where: Mapping[str, Sequence[str]]) -> str:
    listed = (f"{_key(key)} = {json.dumps(texts, ensure_ascii=False)}" for key, texts in where.items())
    return f"{{ {', '.join(listed)} }}"


def _unless_gone(lines: Sequence[str], questions: Iterable[str], gone: Sequence[str]) -> list[str]:
    """The lines of a rule; as comments, with what to look at, where a question of it is not asked."""
    missing = [question for question in questions if question in gone]
    if not missing:
        return list(lines)
    return [f"{CHECK} {missing[0]} is not asked here", *(f"# {line}" for line in lines)]


def _renamed(text: str, before: str, after: str) -> str:
    """A text in which the name of a wave stands as a word of its own, with that of another."""
    return re.sub(rf"(?<![\w.]){re.escape(before)}(?![\w.])", after, text)


def _fielded_toml(fielded: tuple[str, str]) -> list[str]:
    if fielded[0]:
        return [f"fielded = {{ from = {fielded[0]}, to = {fielded[1]} }}"]
    return [f"{CHECK} add fielded = {{ from = YEAR-MONTH-DAY, to = YEAR-MONTH-DAY }}"]


def _layout_toml(looked: Looked, brief: bool = False) -> list[str]:
    """The lines on how an export is read; `brief`: UTF-8 goes without saying."""
    lines = [f"format = {_quoted(looked.format)}   # {looked.reason}"]
    if looked.encoding not in ("", "utf-8"):
        lines.append(f"encoding = {_quoted(looked.encoding)}" + _doubt("are accents and quotes right?"))
    elif looked.encoding and not brief:
        lines.append(f"encoding = {_quoted(looked.encoding)}")
    if looked.first_row > 1:
        lines.append(f"first_row = {looked.first_row}" + _doubt("does the header begin there?"))
    if looked.format in ("surveymonkey", "qualtrics"):
        lines.append(f"header_rows = {looked.header_rows}")
    return lines


def _drop_toml(drop: Sequence[tuple[str, str]]) -> list[str]:
    if not drop:
        return []
    if not any(doubt for _, doubt in drop):
        return [f"drop = {json.dumps([finder for finder, _ in drop], ensure_ascii=False)}"]
    return ["drop = [", *(f"    {_quoted(finder)}," + _doubt(doubt) for finder, doubt in drop), "]"]


def with_additions(text: str, document: Document, questionnaire: Survey, found: Carried, name: str) -> str:
    """survey.toml with new options, items and questions in their places, each marked."""
    lines = text.rstrip("\n").split("\n")
    inserts: list[tuple[int, list[str]]] = []
    done: set[tuple[str, ...]] = set()
    for new in found.new_parts:
        question, part = new.question, new.part
        scale = questionnaire.questions[question].scale if part == "options" else ""
        owner = ("scales", scale) if scale else ("questions", question)
        if (*owner, new.id) in done:
            continue
        done.add((*owner, new.id))
        label = _quoted(new.label)
        added = f"{new.id} = " + (f"{{ label = {label}, write_in = true }}" if new.write_in else label)
        known = [key for key in document.lines if key[:3] == (*owner, part) and len(key) == 4]
        here = document.lines.get((*owner, part), 0)
        inline = bool(known) and all(document.lines[key] == here for key in known)
        nets = part == "options" and bool(questionnaire.nets(question))
        mark_of = _doubt(f"new in {name}" + "; of which net?" * nets)
        if inline:
            line, at = lines[here - 1], lines[here - 1].rindex("}")
            mark = "" if CHECK in line else mark_of
            lines[here - 1] = f"{line[:at].rstrip()}, {added} {line[at:]}{mark}"
        elif known:
            options = questionnaire.options(question) if part == "options" else {}
            plain = [k for k in known if k[3] not in options or options[str(k[3])].role == "substantive"]
            after = max(document.lines[key] for key in plain or known)
            inserts.append((after, [added + mark_of]))
        else:
            inserts.append(
                (
                    _end(lines, document, question),
                    [f"[questions.{question}.{part}]", added + _doubt(f"new in {name}")],
                )
            )
    for before, drafted in found.new_questions:
        drafted.check = "; ".join(part for part in (f"new in {name}", drafted.check) if part)
        own = ["", *_question_toml(drafted)]
        places = [at for at, block in inserts if f"[questions.{before}]" in block]
        at = places[0] if places else _end(lines, document, before) if before else len(lines)
        inserts.append((at, own))
    return _inserted(lines, inserts)


def with_changes(text: str, like: Fielding, found: Carried, name: str, later: bool) -> str:
    """The file of the wave `like` with what the new wave shows of it: options that it lacked, other wording.

    An option that is new was most likely not offered before, where one column cannot show it. Other wording
    is said of the later wave, which is the new one where it is `later`.
    """
    document, lines = like.document, text.rstrip("\n").split("\n")
    inserts: list[tuple[int, list[str]]] = []
    for question in dict.fromkeys((*found.newly_offered, *(() if later else found.reworded))):
        fresh = found.newly_offered.get(question, [])
        said = "" if later else found.reworded.get(question, "")
        own = [_REWORDED, f"note = {_quoted(said)}"] if said else []
        change = ("changes", question)
        known = [line for path, line in document.lines.items() if path[:3] == (*change, "not_offered")]
        mark = _doubt(f"new in {name}; or could they be chosen?")
        if any(path[:3] == (*change, "status") for path in document.lines):
            own = []
        if known and fresh:
            at = max(known)
            listed = ", ".join(f'"{i}"' for i in fresh)
            before, bracket, after = lines[at - 1].rpartition("]")
            if bracket and "#" not in after:
                before = before.rstrip().rstrip(",")
                lines[at - 1] = f"{before}{'' if before.endswith('[') else ', '}{listed}]{after}{mark}"
            else:
                lines[at - 1] = lines[at - 1].rstrip().rstrip(",") + ","
                inserts.append((at, [f"    {listed},{mark}"]))
        elif fresh:
            own.append(f"not_offered = {json.dumps(fresh)}{mark}")
        if own and change in document.lines and lines[document.lines[change] - 1].lstrip().startswith("["):
            inserts.append((document.lines[change], own))
        elif own:
            inserts.append((len(lines), ["", f"[changes.{question}]", *own]))
    return _inserted(lines, inserts)


_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|#.*')  # what no key is, in the lines that are drafted here
_HIDDEN = "the export has an address here, which is not repeated; write words of your own"
_HIDDEN_LABEL = (
    "; in [answers] name its text by a beginning that ends in …, or make the question a private text"
)


def hidden(text: str, declared: Sequence[str]) -> str:
    """A declaration without the addresses that the export brought into it, each line of one marked.

    What stands in a text of `declared`, the files as people wrote them, stays.
    """
    lines = []
    for line in text.split("\n"):
        plain = _TEXT.sub(lambda match: masked(match[0], declared, personal), line)
        if plain != line:
            said = _HIDDEN + _HIDDEN_LABEL * (not re.match(r"(text|note|title) = |#", line.lstrip()))
            plain += f"; {said}" if CHECK in plain else _doubt(said)
        lines.append(plain)
    return "\n".join(lines)


def data_of(text: str) -> dict[str, Any] | None:
    """What a TOML text holds; None where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def grown(data: Mapping[str, Any], found: Carried) -> dict[str, Any]:
    """The questionnaire that survey.toml must hold once everything is added: what it held, and no more."""
    whole = copy.deepcopy(dict(data))
    for new in found.new_parts:
        owner = whole["questions"][new.question]
        if new.part == "options" and "scale" in owner:
            owner = whole["scales"][owner["scale"]]
        label: Any = {"label": " ".join(new.label.split()), "write_in": True}
        owner.setdefault(new.part, {})[new.id] = label if new.write_in else label["label"]
    for _, question in found.new_questions:
        (own,) = tomllib.loads("\n".join(_question_toml(question)))["questions"].values()
        whole["questions"][question.id] = own
    return whole


def _inserted(lines: list[str], inserts: Sequence[tuple[int, list[str]]]) -> str:
    """Lines with blocks behind those that they are numbered by."""
    # from the end, so that the numbers of earlier lines hold; of two at one line the later goes in first
    for at, _, block in sorted(((at, n, block) for n, (at, block) in enumerate(inserts)), reverse=True):
        lines[at:at] = block
    return "\n".join(lines) + "\n"


def _end(lines: Sequence[str], document: Document, question: str) -> int:
    """The number of the last line that belongs to a question."""
    at = max(
        (line for key, line in document.lines.items() if key[:2] == ("questions", question)),
        default=len(lines),
    )
    while at < len(lines) and lines[at].strip() and not lines[at].lstrip().startswith("["):
        at += 1
    return at


def _needs_finder(question: Question, seen: Counter[str], codes: Counter[str]) -> bool:
    if personal(question.columns[0].text):
        return True  # the file does not repeat it, so it finds nothing
    code = fold(question.columns[0].code)
    by_code = code == fold(question.id) and codes[code] == 1
    if code and codes[code] > 1:
        return True
    return not by_code and (seen[fold(question.text)] > 1 or question.text != question.columns[0].text)


def _doubt(doubt: str) -> str:
    return f"   {CHECK} {doubt}" if doubt else ""


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _quoted(text)


def _quoted(text: str) -> str:
    """A text as a TOML string; JSON's escapes are TOML's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "\\u007f")
