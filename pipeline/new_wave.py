"""`survey new-wave`: the declarations of a new export, drafted from nothing or from the wave before."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline import files, survey, wave
from pipeline.carry import Carried, carry
from pipeline.check import check, read
from pipeline.documents import Document
from pipeline.errors import SurveyError, did_you_mean
from pipeline.formats import formats
from pipeline.guess import Looked, look
from pipeline.paths import Paths, is_name
from pipeline.scaffold import Draft, Question, draft
from pipeline.survey import Survey
from pipeline.wave import Fielding
from pipeline.words import fold

CHECK = "# check:"


def new_wave(root: Path, export: Path, like: str = "", survey_name: str = "") -> Iterator[str]:
    """Write the wave file of `export`, and what survey.toml lacks for it; lines on what was done.

    With `like`, the name of a wave, everything that still holds is carried over from it; without, survey.toml
    is drafted too. `export` lies in raw/<survey>/; with `survey_name` its name is enough.
    SurveyError where the export is not there, where it cannot be read, or where a file would be written over.
    """
    paths, name = _place(root, export, survey_name)
    export = paths.raw / export.name
    made = _carried(paths, export, name, like) if like else _drafted(paths, export, name)
    yield from made
    try:
        yield from check(paths)
    except SurveyError as error:
        count = len(error.problems)
        yield (
            "1 thing is left to settle by hand:"
            if count == 1
            else f"{count} things are left to settle by hand:"
        )
        yield from (str(problem) for problem in error.problems)
        return
    yield f"now run: make all SURVEY={paths.survey}"


def _place(root: Path, export: Path, survey_name: str) -> tuple[Paths, str]:
    """The survey that an export belongs to by its folder, and the wave's name by the file's."""
    if survey_name and not export.is_file():
        export = Paths(root, survey_name).raw / export
    full = export.resolve()
    if not full.is_file():
        raise SurveyError(f"no file {Paths(root, '').shown(export)}")
    paths = Paths(root, full.parent.name)
    if full.parent != paths.raw.resolve() or not is_name(paths.survey):
        folder = paths.shown(paths.raw.parent)
        raise SurveyError(f"put the export into a folder of its survey first: {folder}/NAME/{export.name}")
    if survey_name not in ("", paths.survey):
        raise SurveyError(f"{export} lies in the folder of the survey {paths.survey!r}, not {survey_name!r}")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", full.stem).strip("-._") or "wave"
    file = paths.raw / f"{name}.toml"
    if file.exists():
        raise SurveyError(f"{paths.shown(file)} is there already; remove it to have it drafted again")
    return paths, name


def _drafted(paths: Paths, export: Path, name: str) -> Iterator[str]:
    """Draft survey.toml and the wave file from the export alone."""
    if paths.questionnaire.exists():
        waves = ", ".join(path.stem for path in paths.wave_files())
        raise SurveyError(
            f"{paths.shown(paths.questionnaire)} is there already; for a further wave say --like, with one "
            f"of {waves}"
        )
    with look(export) as looked:
        drafted = draft(looked.headings, looked.texts, formats[looked.format], looked.at_most)
        fielded = _fielded(looked, [drafted.started, drafted.submitted])
    yield f"format {looked.format}: {looked.reason}"
    kinds = Counter(question.kind for question in drafted.questions)
    yield f"{len(drafted.questions)} questions: " + ", ".join(
        f"{count} {kind}" for kind, count in kinds.most_common()
    )
    files.write(paths.questionnaire, survey_toml(drafted, paths.survey))
    file = paths.raw / f"{name}.toml"
    files.write(file, wave_toml(drafted, looked, export.name, name, fielded))
    yield _written(paths, [paths.questionnaire, file])


def _carried(paths: Paths, export: Path, name: str, like: str) -> Iterator[str]:
    """Write the wave file from that of the wave `like`, and add to survey.toml what only this export has."""
    questionnaire, document = survey.load(paths)
    waves = {path.stem: path for path in paths.wave_files()}
    if like not in waves:
        raise SurveyError(f"no wave {like!r}; {did_you_mean(like, waves, 'the waves are')}")
    fielding = wave.load_one(paths, questionnaire, waves[like])
    _, _, (before,) = read(paths, (like,))
    source = fielding.wave.source
    guess_anew = source.format != "spss" and export.suffix.lower() in (".sav", ".zsav")
    with look(export, "" if guess_anew else source.format, source.header_rows) as looked:
        found = carry(questionnaire, document, fielding, before, looked)
        fielded = _fielded(looked, list(found.respondents.values()))
    text = paths.questionnaire.read_text(encoding="utf-8")
    files.write(paths.questionnaire, with_additions(text, document, questionnaire, found, name))
    file = paths.raw / f"{name}.toml"
    files.write(file, carried_toml(found, looked, fielding, export, name, fielded))
    yield f"format {looked.format}: {looked.reason}"
    there = len(before.columns) - len(found.gone)
    yield (
        f"{there} of the {len(before.columns)} questions of {like} are there, "
        f"{len(found.new_questions)} are new, {len(found.new_parts)} options and items are new"
    )
    if found.gone:
        yield f"not asked in {name}: {', '.join(found.gone)}"
    yield _written(paths, [paths.questionnaire, file])
    for question in dict.fromkeys(new.question for new in found.new_parts):
        parts = ", ".join(new.id for new in found.new_parts if new.question == question)
        yield (
            f"if these could not be chosen in {like}, list them in {like}.toml, [changes.{question}] "
            f"not_offered: {parts}"
        )


def _written(paths: Paths, written: Sequence[Path]) -> str:
    marked = sum(path.read_text(encoding="utf-8").count(CHECK) for path in written)
    both = " and ".join(paths.shown(path) for path in written)
    return f"{both} written; {marked} lines say {CHECK}"


def _fielded(looked: Looked, finders: Sequence[str]) -> tuple[str, str]:
    """The field period, by the columns that say when a response began and ended, else by any dates."""
    named = [h for h in looked.headings if {h.text, h.code, h.letters} & {f for f in finders if f}]
    days = looked.fielded([h.column for h in named])
    if days[0]:
        return days
    dated = [h for h in looked.headings if "date" in fold(h.text or h.code) or fold(h.text) == "timestamp"]
    return looked.fielded([h.column for h in dated])


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
    roles = {role: getattr(drafted, role) for role in ("id", "started", "submitted")}
    lines += [f"{role} = {_quoted(finder)}" for role, finder in roles.items() if finder]
    lines += _drop_toml(drafted.drop)
    seen = Counter(fold(question.text) for question in drafted.questions)
    finders = {q.id: _finder(q) for q in drafted.questions if _needs_finder(q, seen)}
    if finders:
        lines += ["", "[columns]"]
        lines += [f"{question} = {_quoted(finder)}" for question, finder in finders.items()]
    return "\n".join(lines) + "\n"


def carried_toml(
    found: Carried, looked: Looked, like: Fielding, export: Path, name: str, fielded: tuple[str, str]
) -> str:
    """The wave file that was carried over as TOML."""
    declared, source = like.wave, like.wave.source
    title = declared.title.replace(like.name, name)
    title = title if title != declared.title else f"{title}, {name}"
    lines = [f"title = {_quoted(title)}"]
    lines += _fielded_toml(fielded)
    lines += [
        "",
        "[source]",
        f"file = {_quoted(export.name)}",
        *_layout_toml(looked, brief=not source.encoding),
    ]
    for key in ("separator", "sheet", "dates"):
        if value := getattr(source, key):
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    if source.first_row > 1:
        lines.append(f"first_row = {source.first_row}")
    if found.blank:
        lines.append(f"blank = {json.dumps(found.blank, ensure_ascii=False)}")
    if source.sha256:
        lines.append(f'sha256 = "{hashlib.sha256(export.read_bytes()).hexdigest()}"')
    if source.url:
        lines.append(f"{CHECK} add url, the address of this export")
    for key in ("licence", "citation"):
        if value := getattr(source, key):
            lines.append(f"{key} = {_quoted(value.replace(like.name, name))}")
    lines += ["", "[respondents]"]
    lines += [f"{role} = {_quoted(finder)}" for role, finder in found.respondents.items()]
    lines += _drop_toml(found.drop)
    for rule in declared.exclude:
        where = ", ".join(
            f"{_key(key)} = {json.dumps(texts, ensure_ascii=False)}" for key, texts in rule.where.items()
        )
        missing = [key for key in rule.where if key in found.gone]
        lines += ["", *([f"{CHECK} {missing[0]} is not asked here"] if missing else [])]
        rule_lines = ["[[exclude]]", f"reason = {_quoted(rule.reason)}", f"where = {{ {where} }}"]
        lines += [f"# {line}" for line in rule_lines] if missing else rule_lines
    if found.columns:
        lines += ["", "[columns]"]
        for question, (finders, doubt) in found.columns.items():
            value = _quoted(finders[0]) if len(finders) == 1 else json.dumps(finders, ensure_ascii=False)
            lines.append(f"{question} = {value}" + _doubt(doubt))
    for question, mapped in found.answers.items():
        lines += ["", f"[answers.{question}]"]
        for text, (to, doubt) in mapped.items():
            value = _quoted(to) if isinstance(to, str) else f"{to:g}"
            lines.append(f"{_quoted(text)} = {value}" + _doubt(doubt))
    for question in dict.fromkeys((*found.reworded, *found.not_offered)):
        lines += ["", f"[changes.{question}]"]
        if question in found.reworded:
            lines.append('status = "reworded"' + _doubt("is the change worth a mark on a trend?"))
            lines.append(f"note = {_quoted(found.reworded[question])}")
        if question in found.not_offered:
            absent, doubt = found.not_offered[question]
            lines.append(f"not_offered = {json.dumps(absent)}" + _doubt(doubt))
    return "\n".join(lines) + "\n"


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
    lines = text.splitlines()
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
        if inline:
            line, at = lines[here - 1], lines[here - 1].rindex("}")
            mark = "" if CHECK in line else _doubt(f"new in {name}")
            lines[here - 1] = f"{line[:at].rstrip()}, {added} {line[at:]}{mark}"
        elif known:
            options = questionnaire.options(question) if part == "options" else {}
            plain = [k for k in known if k[3] not in options or options[str(k[3])].role == "substantive"]
            after = max(document.lines[key] for key in plain or known)
            inserts.append((after, [added + _doubt(f"new in {name}")]))
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


def _needs_finder(question: Question, seen: Counter[str]) -> bool:
    by_code = fold(question.columns[0].code) == fold(question.id)
    return not by_code and (seen[fold(question.text)] > 1 or question.text != question.columns[0].text)


def _finder(question: Question) -> str:
    first, last = question.columns[0].letters, question.columns[-1].letters
    return first if first == last else f"{first}:{last}"


def _doubt(doubt: str) -> str:
    return f"   {CHECK} {doubt}" if doubt else ""


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _quoted(text)


def _quoted(text: str) -> str:
    """A text as a TOML string; JSON's escapes are TOML's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "\\u007f")
