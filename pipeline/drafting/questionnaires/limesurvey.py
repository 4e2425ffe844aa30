"""LimeSurvey: the XML of a survey (`.lss`), of a group (`.lsg`) or of a question (`.lsq`).

It is tables of rows, as the tool's database has them. Old files have the texts in the rows of the questions,
a row a language; newer ones in tables of their own, joined by ids. What is there is read, whatever version.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.drafting.questionnaires.conditions import Choices, Condition, UnfitError, as_asked, both, parse
from pipeline.drafting.questionnaires.definition import Definition, Posed
from pipeline.drafting.questionnaires.limesurvey_types import (
    Entry,
    Row,
    asked,
    in_one,
    is_conditional,
    one_line,
    plain,
    spoken,
    why_not,
)
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source

Record = Mapping[str, str]
_MARK = "<LimeSurveyDocType>"
_INTEGER = re.compile(r"-?[0-9]{1,9}")
# role, role.NAOK, tools_SQ001, 245554X1X2 (survey, group, question), 245554X1X93SQ001
_NAME = (
    r"(?!(?:[Aa][Nn][Dd]|[Oo][Rr]|[Nn][Oo][Tt]|[Tt]rue|[Ff]alse|TRUE|FALSE)\b)"
    r"(?:[0-9]+X[0-9]+X[0-9]\w*|[A-Za-z]\w*)(?:\.\w+)*"
)
_OLD = re.compile(r"[0-9]+X[0-9]+X([0-9]\w*)")
_IS_ANSWERED = re.compile(rf"!\s*is_empty\(\s*({_NAME})\s*\)")
_ENDINGS = ("", "NAOK", "value", "code", "valueNAOK")
_MOST_NAMED, _MOST_LINES = 10, 20
_TWICE = "of a code that another question has already"
# the columns that LimeSurvey adds, by code and by text
_ADDED = {
    "the last page that was seen": ("lastpage", "Last page"),
    "the language in which somebody began": ("startlanguage", "Start language"),
    "the number that orders are drawn by": ("seed", "Seed"),
    "the time of the last action": ("datestamp", "Date last action"),
    "the access code of a person": ("token", "Token", "Access code"),
    "the address of a computer": ("ipaddr", "IP address"),
    "the page that somebody came from": ("refurl", "Referrer URL"),
    "a time that the tool takes": ("interviewtime", "Total time"),
}
_ROLES = {"id": "id", "submitted": "submitdate", "started": "startdate"}


@dataclass
class Structure:
    """What a file holds, whichever its form."""

    entries: list[Entry] = field(default_factory=list)
    title: str = ""
    language: str = ""
    timed: bool = False
    """whether an export may have times for each group and question"""
    groups: dict[str, str] = field(default_factory=dict)
    """the names of the groups by their ids"""
    reports: list[str] = field(default_factory=list)


def recognised(source: Source) -> bool:
    """Whether a file is the XML of a LimeSurvey survey, group or question."""
    return source.head.lstrip().startswith("<") and _MARK in source.head


def definition(source: Source) -> Definition:
    """The questionnaire of a `.lss`, `.lsg` or `.lsq` file."""
    tables = _tables(source)
    if not tables["questions"]:
        raise source.error(
            "has no questions in it; export the survey from LimeSurvey as its structure (.lss)",
            "the table questions",
        )
    settings = tables["surveys"][0] if tables["surveys"] else {}
    named = (settings.get("language", ""), *(row["language"] for row in tables["languages"]))
    languages = spoken((*named, *settings.get("additional_languages", "").split()))
    language = languages[0]
    titles = {
        r.get("surveyls_language", ""): r.get("surveyls_title", "")
        for r in tables["surveys_languagesettings"]
    }
    names = _texts([*tables["groups"], *tables["group_l10ns"]], "gid", "group_name")
    entries, astray = _entries(source, tables, languages)
    structure = Structure(
        entries=entries,
        title=plain(in_one(titles, language)),
        language=language,
        timed=settings.get("savetimings") in ("Y", "I"),
        groups={gid: plain(in_one(texts, language)) for gid, texts in names.items()},
    )
    if astray:
        structure.reports.append(f"left out (below no question): {_some(astray)}")
    if quotas := len({row.get("id", "") for row in tables["quota"]}):
        structure.reports.append(f"quotas ({quotas}): who met a full one was sent away, or to the end")
    return assembled(source, structure)


def _tables(source: Source) -> dict[str, list[Record]]:
    """The rows of each table, by its name; a table that is not there is empty."""
    tables: dict[str, list[Record]] = defaultdict(list)
    for table in source.xml:
        if table.tag == "languages":
            tables["languages"] += [{"language": (one.text or "").strip()} for one in table]
        for row in table.iterfind("rows/row"):
            tables[table.tag].append({cell.tag: (cell.text or "").strip() for cell in row})
    return tables


def _texts(rows: Sequence[Record], key: str, name: str) -> dict[str, dict[str, str]]:
    """The texts of a column by id and language, from all rows that have it."""
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if name in row:
            texts[row.get(key, "")].setdefault(row.get("language", ""), row[name])
    return texts


def _entries(
    source: Source, tables: Mapping[str, list[Record]], languages: tuple[str, ...]
) -> tuple[list[Entry], list[str]]:
    """The questions in their order with what belongs to them, and the codes of rows that belong to none."""
    groups = {row.get("gid", ""): row for row in reversed(tables["groups"])}
    order = {gid: _integer(row.get("group_order", "")) for gid, row in groups.items()}
    rows = sorted(
        [*tables["questions"], *tables["subquestions"]],
        key=lambda row: (order.get(row.get("gid", ""), 0), _integer(row.get("question_order", ""))),
    )
    texts = _texts([*rows, *tables["question_l10ns"]], "qid", "question")
    answers, conditions = _answers(tables), _conditions(tables["conditions"])
    attributes = _attributes(tables["question_attributes"])
    entries: dict[str, Entry] = {}
    below: dict[str, Record] = {}
    for row in rows:
        qid, relevance = row.get("qid", ""), row.get("relevance", "")
        if not qid:
            raise source.error(
                "has no qid; export the survey again", f"the question {row.get('title', '')!r}"
            )
        if row.get("parent_qid", "") not in ("", "0"):
            below.setdefault(qid, row)
        elif qid not in entries:
            group = groups.get(row.get("gid", ""), {})
            entries[qid] = Entry(
                code=row.get("title") or qid,
                type=row.get("type", ""),
                languages=languages,
                texts=texts[qid],
                # an expression of a newer file has the old conditions in it
                relevance=(
                    group.get("grelevance", ""),
                    relevance if is_conditional(relevance) else conditions.get(qid, ""),
                ),
                required=row.get("mandatory") == "Y",
                other=row.get("other") == "Y",
                encrypted=row.get("encrypted") == "Y",
                validation=row.get("preg", ""),
                answers=answers.get(qid, []),
                attributes=attributes.get(qid, {}),
                number=qid,
            )
    astray = []
    for qid, row in below.items():
        parent, code = row.get("parent_qid", ""), row.get("title") or qid
        if parent == qid:
            raise source.error("is its own parent; export the survey again", f"the question {qid}")
        if parent not in entries:
            astray.append(code)
            continue
        scale, relevance = _integer(row.get("scale_id", "")), row.get("relevance", "")
        entries[parent].subquestions.append(Row(code, texts[qid], scale, relevance))
    return list(entries.values()), astray


def _attributes(rows: Sequence[Record]) -> dict[str, dict[str, dict[str, str]]]:
    """The attributes of each question, each by language."""
    attributes: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        of_one = attributes[row.get("qid", "")][row.get("attribute", "")]
        of_one.setdefault(row.get("language", ""), row.get("value", ""))
    return attributes


def _answers(tables: Mapping[str, list[Record]]) -> dict[str, list[Row]]:
    """The answers of each question, in their order; in old files a row a language."""
    texts = _texts(tables["answer_l10ns"], "aid", "answer")
    made: dict[tuple[str, str, str], Row] = {}
    for row in sorted(tables["answers"], key=lambda row: _integer(row.get("sortorder", ""))):
        key = (row.get("qid", ""), row.get("scale_id", ""), row.get("code", ""))
        answer = made.setdefault(
            key, Row(key[2], {}, _integer(key[1]), score=row.get("assessment_value", ""))
        )
        if "answer" in row:
            answer.texts.setdefault(row.get("language", ""), row["answer"])
        for language, text in texts.get(row.get("aid", ""), {}).items():
            answer.texts.setdefault(language, text)
    by_question: dict[str, list[Row]] = defaultdict(list)
    for (qid, _, _), answer in made.items():
        by_question[qid].append(answer)
    return by_question


def _conditions(rows: Sequence[Record]) -> dict[str, str]:
    """The conditions of old files as expressions, by the question that they are on.

    In a scenario conditions on one question are alternatives, and those on several must all hold.
    """
    held: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for row in rows:
        value = re.sub(r'(["\\])', r"\\\1", row.get("value", ""))
        term = f'{row.get("cfieldname", "").lstrip("+")} {row.get("method", "")} "{value}"'
        held[row.get("qid", "")][row.get("scenario", "")][row.get("cqid", "")].append(term)
    return {
        qid: " or ".join(
            "(" + " and ".join(f"({' or '.join(terms)})" for terms in questions.values()) + ")"
            for questions in scenarios.values()
        )
        for qid, scenarios in held.items()
    }


def _integer(text: str) -> int:
    """A whole number; 0 for anything else."""
    return int(text) if _INTEGER.fullmatch(text) else 0


def _some(codes: Sequence[str]) -> str:
    """Codes in a line, which does not name them all where they are many."""
    more = f" and {len(codes) - _MOST_NAMED} more" if len(codes) > _MOST_NAMED else ""
    return ", ".join(codes[:_MOST_NAMED]) + more


def assembled(source: Source, structure: Structure) -> Definition:
    """The definition that a structure makes: its questions with who was asked them, and all else it holds."""
    rows = sum(1 + len(entry.subquestions) + len(entry.answers) for entry in structure.entries)
    if rows > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} questions, subquestions and answers")
    survey = _Survey(structure)
    questions = tuple(survey.questions())
    reports = (*structure.reports, *survey.reports())[:_MOST_LINES]
    if not questions:
        raise source.error(f"has no question that can be read: {'; '.join(reports[:3]) or 'it is empty'}")
    claimed = {name for posed in questions for name, _ in posed.columns}
    return Definition(
        tool="LimeSurvey",
        title=structure.title,
        questions=questions,
        unasked={name: why for name, why in survey.unasked().items() if name not in claimed},
        roles=_ROLES,
        reports=reports,
        language=structure.language,
    )


@dataclass
class _Survey:
    """Goes through the questions in their order; each may be shown by what those before it were answered."""

    structure: Structure

    def __post_init__(self) -> None:
        """Begin with nothing known."""
        self._choices: dict[str, Choices] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._columns: dict[str, str] = {}
        self._left_out: dict[str, list[str]] = defaultdict(list)

    def questions(self) -> Iterator[Posed]:
        """The questions that people were asked."""
        entries: set[str] = set()
        codes: set[str] = set()
        for entry in self.structure.entries:
            made = asked(entry)
            why, is_reported = why_not(entry, [posed for posed, _ in made])
            if entry.code in entries:
                why, is_reported = _TWICE, True
            entries.add(entry.code)
            self._remember(entry, None if why else made[0][0])
            if why:
                if len(self._columns) < MOST_PARTS:
                    self._columns |= {name: why for posed, _ in made for name, _ in posed.columns}
                if is_reported:
                    self._left_out[why].append(entry.code)
                continue
            for posed, relevance in made:
                if posed.code in codes:
                    self._left_out[_TWICE].append(posed.code)
                    continue
                codes.add(posed.code)
                yield self._routed(
                    posed, [one for one in (*entry.relevance, relevance) if is_conditional(one)]
                )

    def unasked(self) -> dict[str, str]:
        """The headings of columns that ask nothing, with the reason."""
        headings = {name: why for why, names in _ADDED.items() for name in names}
        if self.structure.timed:
            takes = "a time that the tool takes"
            for gid, name in self.structure.groups.items():
                headings |= {f"groupTime{gid}": takes, f"Group time: {name}": takes}
            for entry in self.structure.entries:
                headings |= {f"{entry.code}Time": takes, f"Question time: {entry.code}": takes}
        return headings | self._columns

    def reports(self) -> Iterator[str]:
        """What was left out, a line a reason."""
        for why, codes in self._left_out.items():
            yield f"left out ({why}): {_some(codes)}"

    def _remember(self, entry: Entry, posed: Posed | None) -> None:
        """Note by which names later questions refer to one; None for what no question can be routed by."""
        whole = entry.code if posed is not None and posed.kind == "single" else ""
        self._names.setdefault(entry.code, (whole, ""))
        self._names[f"#{entry.number}"] = (whole, "")
        if posed is not None and posed.kind in ("single", "multiple"):
            codes = tuple(part.code for part in posed.options)
            self._choices[entry.code] = Choices(codes, not whole, posed.required)
            for option in () if whole else codes:
                self._names.setdefault(f"{entry.code}_{option}", (entry.code, option))
                self._names.setdefault(f"#{entry.number}{option}", (entry.code, option))

    def _resolved(self, name: str) -> tuple[str, str]:
        """The question, and the option of a box, that a name in an expression stands for."""
        name, _, ending = name.partition(".")
        old = _OLD.fullmatch(name)
        question, option = self._names.get(f"#{old[1]}" if old else name, ("", ""))
        if not question or ending not in _ENDINGS:
            raise UnfitError
        return question, option

    def _is_ticked(self, match: re.Match[str]) -> str:
        """Of a box, "is not empty" as "is ticked"; of anything else the same words."""
        try:
            return f'{match[1]} == "Y"' if self._resolved(match[1])[1] else match[0]
        except UnfitError:
            return match[0]

    def _routed(self, posed: Posed, expressions: Sequence[str]) -> Posed:
        """A question with who was asked it, or the words of the tool where no choice of options says it."""
        try:
            held: list[Condition] = [
                parse(_IS_ANSWERED.sub(self._is_ticked, words), _NAME, self._resolved)
                for words in expressions
            ]
            return replace(posed, asked=as_asked(both(*held), self._choices))
        except UnfitError:
            return replace(posed, shown_if=one_line(" and ".join(dict.fromkeys(expressions))))
