"""Which question or role each column of an export belongs to, before any cell is looked at."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import ROLES, Fielding, Wave
from pipeline.exports.finders import Columns, find, is_letters, letters_of, why_not
from pipeline.exports.tools import Heading
from pipeline.project.errors import Problem, did_you_mean, nearest, quoted
from pipeline.text.folding import Fitting, beginning, fold, is_beginning

# how survey tools head the text beside an Other
_OTHER = re.compile(
    r"others?\W*(?:please|specify|explain|describe|write|$)|-oth-$|sonstige[sr]?\b.*"
    r"|andere[sr]?\W*(?:bitte|und zwar|$)"
    r"|autres?\W*(?:veuillez|préciser?|précisez|$)|otr[oa]s?\W*(?:por favor|especifi|indique|$)"
    r"|outr[oa]s?\W*(?:por favor|especifi|indique|$)|altr[oi]\W*(?:specific|indic|$)|anders\W*(?:namelijk|$)"
    r"|overig\w*$|inn[ey]\W*(?:proszę|jakie|$)|その他|其他"
)
_PROMPT = (
    r"(?:please|bitte|veuillez|préciser|précisez|specify|describe|explain|por favor|especifi|indique|specific"
    r"|indic|namelijk|proszę)"
)
# an Other with what somebody wrote behind it: `Other: text`, `Autre (précisez) : text`
_OTHER_TEXT = re.compile(
    r"(?P<other>(?:others?|sonstige[sr]?|andere[sr]?|autres?|otr[oa]s?|outr[oa]s?|altr[oi]|anders|overige?s?"
    rf"|inn[ey]|その他|其他|其它)(?:\s*[(\[（][^()\[\]（）]*[)\]）]|[\s,-]+{_PROMPT}[^:：]{{0,30}})?)"
    rf"\s*[:：]\s*(?P<text>(?!\W*{_PROMPT})\S.*)",
    re.IGNORECASE | re.DOTALL,
)


FINISHED = "finished"
"""the role of the column whose texts say who finished"""


@dataclass(frozen=True)
class Assigned:
    """The columns of each question, of each role of respondents, and of each heading that is screened by."""

    questions: dict[str, tuple[Heading, ...]]
    respondents: dict[str, int]
    screens: dict[str, int]

    def only(self, question: str) -> Assigned:
        """The columns of one question alone."""
        return replace(self, questions={question: self.questions[question]}, respondents={}, screens={})

    def closed(self, survey: Survey, wave: Wave, own_texts: bool = False) -> list[int]:
        """The columns whose texts must all be known: those of questions that are not free text.

        With `own_texts` all texts beside an Other are among them, else those that a dictionary codes.
        """
        closed = {*self.screens.values(), *(c for role, c in self.respondents.items() if role == FINISHED)}
        for question, headings in self.questions.items():
            asked = survey.questions[question]
            if asked.form.is_open:
                continue
            texts = write_ins(survey, question, headings, wave.lines(question))
            plain = [heading for heading in headings if heading not in texts]
            # among boxes only the cells tell the box of an Other from the text beside it
            has_boxes = len(plain) > 1 or (asked.form.several and any(h.label for h in plain))
            read = headings if own_texts or asked.others or has_boxes else plain
            closed |= {heading.column for heading in read}
        return sorted(closed)


def assign(survey: Survey, fielding: Fielding, headings: Sequence[Heading]) -> tuple[Assigned, list[Problem]]:
    """Which column belongs to which question, as far as is sure; and all headings and finders left over."""
    problems: list[Problem] = []
    headings = Columns.of(headings)
    wave, document = fielding.wave, fielding.document
    questions: dict[str, tuple[Heading, ...]] = {}
    doubtful: set[str] = set()
    for name in survey.questions:
        if name in wave.columns:
            named: dict[Heading, None] = {}
            for index, finder in enumerate(wave.columns[name]):
                columns = find(finder, headings)
                if not columns:
                    why = f"{name}: {finder!r}: {why_not(finder, headings)}"
                    problems.append(document.problem(why, "columns", name, index))
                named |= dict.fromkeys(columns)
            claimed = list(named)
        else:
            claimed = by_default(name, survey, headings, wave.lines(name))
        if claimed:
            questions[name] = tuple(claimed)
            doubled = list(_doubled(name, survey, fielding, claimed))
            doubtful |= {name} if doubled else set()
            problems += doubled
    respondents: dict[str, int] = {}
    finished = wave.respondents.finished
    described = {role: getattr(wave.respondents, role) for role in ROLES}
    described[FINISHED] = next(iter(finished)) if isinstance(finished, dict) else ""
    for role, finder in described.items():
        if finder:
            columns = find(finder, headings)
            if len(columns) == 1:
                respondents[role] = columns[0].column
            else:
                why = f"{len(columns)} columns are named so" if columns else why_not(finder, headings)
                problems.append(document.problem(f"{role}: {finder!r}: {why}", "respondents", role))
    screens = _screen_columns(survey, fielding, headings, problems)
    claims = Counter(heading.column for claimed in questions.values() for heading in claimed)
    doubtful |= {name for name, claimed in questions.items() if any(claims[h.column] > 1 for h in claimed)}
    problems += _left_over(questions, {*respondents.values(), *screens.values()}, fielding, survey, headings)
    for table, names in (("answers", wave.answers), ("reading", wave.reading), ("changes", wave.changes)):
        problems += [
            document.problem(f"{name!r} has no column in this export", table, name)
            for name in names
            if name not in questions
        ]
    sure = {name: claimed for name, claimed in questions.items() if name not in doubtful}
    return Assigned(sure, respondents, screens), problems


def _doubled(name: str, survey: Survey, fielding: Fielding, claimed: Sequence[Heading]) -> Iterable[Problem]:
    """Columns that one heading finds and nothing tells apart; the texts of an Other may stand in several."""
    lines = fielding.wave.lines(name)
    seen: dict[tuple[str, str], Heading] = {}
    beside = {heading.column for heading in write_ins(survey, name, claimed, lines)}
    by_letters = any(is_letters(finder) for finder in fielding.wave.columns.get(name, []))
    for heading in claimed:
        key = (fold(heading.text), fold(heading.label))
        twice = heading.bare and key in seen and not by_letters
        if twice and heading.column not in beside:
            both = f"{seen[key].letters} and {heading.letters}"
            yield fielding.document.problem(
                f"{name}: columns {both} have the same heading {quoted(heading.text, 90)}; name one by its "
                "letters under [columns], and drop the other or give it a question of its own",
                *("columns", name),
            )
        seen.setdefault(key, heading)


def by_default(
    name: str, survey: Survey, headings: Sequence[Heading], mapped: Mapping[str, str]
) -> list[Heading]:
    """The columns of a question without a finder: its id is their code, or its id or text their heading.

    Where a heading may be an option by itself, a run of its options or items is tried last.
    """
    columns, text = Columns.of(headings), survey.questions[name].text
    if by_code := columns.coded(name):
        return by_code
    by_text: list[Heading] = []
    if text:
        by_text = columns.begun(beginning(text)) if is_beginning(text) else columns.headed(text)
    if headed := by_text or columns.headed(name):
        return _with_text_beside(headed, name, survey, columns)
    for group in (text, name):
        if group and (in_group := columns.find(f"{group}/")):
            return in_group
    return _by_parts(name, survey, columns, mapped)


def _with_text_beside(headed: list[Heading], name: str, survey: Survey, columns: Columns) -> list[Heading]:
    """A question's column, and the text of its Other where that follows under a bare `Other`."""
    if len(headed) == 1 and headed[0].bare and any(o.write_in for o in survey.options(name).values()):
        after = columns.between(headed[0].column + 1, headed[0].column + 1)
        return headed + [h for h in after if h.bare and h in write_ins(survey, name, [*headed, h], {})]
    return headed


def _by_parts(name: str, survey: Survey, columns: Columns, mapped: Mapping[str, str]) -> list[Heading]:
    """The longest run of columns headed by the question's options or items alone; none where two tie."""
    question = survey.questions[name]
    if not question.form.has_columns:
        return []
    labels = question.items or {i: o.label for i, o in survey.options(name).items()}
    by_line, by_label = Fitting({text: text for text in mapped}), Fitting(labels)
    runs: list[list[Heading]] = [[]]
    taken: set[str] = set()
    before = -1
    for place in sorted({place for text in (*mapped, *labels.values()) for place in columns.bare(text)}):
        heading = columns[place]
        line = by_line.best(heading.label)
        fitting = [mapped[line[0]]] if line else by_label.best(heading.label)
        part = fitting[0] if len(fitting) == 1 and fitting[0] in labels else ""
        if place > before + 1 or not part or part in taken:
            runs.append([])
            taken = set()
        before = place
        # Other, None and Don't know close a question's list, so they begin no run
        role = survey.options(name)[part].role if part and not question.items else "substantive"
        if part and (runs[-1] or role == "substantive"):
            runs[-1].append(heading)
            taken.add(part)
    most = max(len(run) for run in runs)
    longest = [run for run in runs if len(run) == most]
    return longest[0] if most > 1 and len(longest) == 1 else []


def _screen_columns(
    survey: Survey, fielding: Fielding, headings: Sequence[Heading], problems: list[Problem]
) -> dict[str, int]:
    """The columns that screening rules name by heading."""
    columns: dict[str, int] = {}
    for rule, exclude in enumerate(fielding.wave.exclude):
        for name in exclude.where:
            if name in survey.questions:
                continue
            matching = find(name, headings)
            if len(matching) != 1:
                known = [*survey.questions, *(h.text for h in headings if h.text)]
                why = f"{len(matching)} columns are named so" if matching else did_you_mean(name, known)
                why = f"{name!r} is neither a question nor a heading; {why}"
                problems.append(fielding.document.problem(why, "exclude", rule, "where", name))
            else:
                columns[name] = matching[0].column
    return columns


def _left_over(
    questions: dict[str, tuple[Heading, ...]],
    others: set[int],
    fielding: Fielding,
    survey: Survey,
    headings: Sequence[Heading],
) -> Iterable[Problem]:
    claims: defaultdict[int, list[str]] = defaultdict(list)
    for name, columns in questions.items():
        for heading in columns:
            claims[heading.column].append(name)
    for heading in headings:
        names = claims[heading.column]
        if len(names) > 1:
            yield fielding.document.problem(
                f"column {heading} is claimed by {' and '.join(names)}; tell them apart under [columns]",
                *("columns", next((n for n in names if ("columns", n) in fielding.document.lines), names[0])),
            )
    alone = [h for h in headings if not claims[h.column] and h.column not in others]
    groups: dict[tuple[str, str], list[Heading]] = {}
    for heading in alone:
        groups.setdefault((heading.code, heading.text or heading.letters), []).append(heading)
    known = [text for name, q in survey.questions.items() for text in (name, q.text) if text]
    for (code, text), group in groups.items():
        seen = f"{code} | {text}" if code else text
        labelled = len(group) == 1 and group[0].label and not group[0].bare
        label = f" ({group[0].label!r})" if labelled else ""
        near = nearest(text, [name for name in known if fold(name) != fold(text)])
        yield fielding.document.problem(
            f"column {letters_of(group)} {quoted(seen, 90)}{label} is no question's, no respondent's "
            f"and not dropped; {near}{' ' if near else ''}name it under [columns], "
            "add a question for it to survey.toml, or add it to drop",
            "columns",
        )


def is_other(label: str) -> bool:
    """Whether a label heads the text beside an Other, by the words that survey tools use."""
    return bool(_OTHER.match(fold(label)))


def other_and_text(cell: str) -> tuple[str, str]:
    """The label of an Other and what somebody wrote behind it in one cell; two empty texts for others."""
    has_colon = ":" in cell or "：" in cell  # few of the cells that are asked do
    match = _OTHER_TEXT.fullmatch(cell.strip()) if has_colon else None
    return (match["other"].strip(), match["text"].strip()) if match else ("", "")


def write_ins(
    survey: Survey, question: str, group: Sequence[Heading], mapped: Mapping[str, str]
) -> list[Heading]:
    """The columns of a question that hold the text of an Other; `mapped` are the lines of [answers] on it."""
    asked = survey.questions[question]
    options = survey.options(question)
    if asked.form.by_item:
        named = Fitting(dict(enumerate([*asked.items.values(), *(o.label for o in options.values())])))
        return [
            h
            for h in group
            if is_other(h.label) and not named.best(h.label) and not named.best(h.label.rpartition(" - ")[0])
        ]
    if len(group) < 2:
        return []
    by_line = Fitting({text: text for text in mapped})
    by_label = Fitting({identifier: option.label for identifier, option in options.items()})
    alone = sum(option.write_in for option in options.values()) == 1

    def holds_texts(heading: Heading) -> bool:
        if line := by_line.best(heading.label):
            return mapped[line[0]] in options and options[mapped[line[0]]].write_in
        if fitting := by_label.best(heading.label):
            return len(fitting) == 1 and options[fitting[0]].write_in
        return alone and is_other(heading.label)

    return [heading for heading in group if holds_texts(heading)]
