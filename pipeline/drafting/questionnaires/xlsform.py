"""XLSForm: the workbook of which KoboToolbox, ODK and SurveyCTO make a form, a row a question.

Its sheets are survey, choices and settings. A group is a part of the headings of an export, and rows that are
drawn as the lines of a table are a grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.drafting.questionnaires.definition import Definition, Part, Place, Posed, with_role
from pipeline.drafting.questionnaires.fields import (
    FILE,
    IDENTIFIES,
    LOCATION,
    MAIL,
    PER_CENT,
    TOOLS,
    Routed,
    all_routed,
    beside,
    common,
    once,
    reports,
    shared_out,
    stem,
    steps,
    with_words,
    without,
    wording,
)
from pipeline.drafting.questionnaires.source import DefinitionError, Source
from pipeline.drafting.questionnaires.xlsform_rows import (
    LONGEST_HEADING,
    PERSONAL,
    UNASKED,
    Choice,
    Form,
    Row,
    form_of,
    workbook,
)

_ADDED = dict.fromkeys(
    (
        *("_uuid", "_tags", "_notes", "_status", "_validation_status", "__version__", "_index", "KEY"),
        *("meta-instanceID", "meta/instanceID", "meta-instanceName", "meta/instanceName", "meta/rootUuid"),
        *("formhub/uuid", "AttachmentsPresent", "AttachmentsExpected", "Status", "ReviewState", "Edits"),
        "FormVersion",
    ),
    TOOLS,
) | dict.fromkeys(("_submitted_by", "SubmitterID", "SubmitterName", "DeviceID", "_geolocation"), IDENTIFIES)
_ROLES = {"start": "started", "end": "submitted"}
_SUBMITTED = {"_submission_time": TOOLS, "SubmissionDate": TOOLS}
_PLACES = ("_latitude", "_longitude", "_altitude", "_precision")
_RANGE = {"start": "1", "end": "10", "step": "1"}
_NAME = r"\$\{\s*[^{}\s]+\s*\}"
_WHOLE = Place()
# constraints of a multiple choice, without white space: what excludes the others, and how many at most
_SOME = r"(?:selected\(\.,'[^']*'\)|\(selected\(\.,'[^']*'\)(?:orselected\(\.,'[^']*'\))*\))"
_MANY, _ALONE = r"count-selected\(\.\)(?:>1|>=2|!=1)", r"count-selected\(\.\)(?:=1|<=1|<2)"
_EXCLUDES = re.compile(
    rf"not\((?:({_SOME})and{_MANY}|{_MANY}and({_SOME})|({_SOME})and({_SOME}))\)"
    rf"|if\(({_SOME}),{_ALONE},|\(?not\(({_SOME})\)or{_ALONE}\)?|\(?{_ALONE}ornot\(({_SOME})\)\)?"
)
_CHOSEN = re.compile(r"selected\(\.,'([^']*)'\)")
_AT_MOST = re.compile(r"count-selected\(\.\)(<=?)(\d{1,6})")
_EITHER = re.compile(r"[)\d']or|or(?:count-|selected|not\()")
_AT_MOST_NUMBER = re.compile(r"(?<![\d)}])\.<=(\d{1,9})(?![.\d])")
_OR_ZERO = re.compile(r"coalesce\((\$\{[^}]{1,99}\}),'?0'?\)|(?:number|int)\((\$\{[^}]{1,99}\})\)")
_ADDED_UP, _TOTAL = re.compile(r"[^${}+]+"), re.compile(r"\$\{([^{}]{1,99})\}!?='?(\d{1,9})")
_SUM = re.compile(r"\$\{[^}]+\}(?:\+\$\{[^}]+\})+")


def recognised(source: Source) -> bool:
    """Whether it is a workbook with a sheet `survey` whose types are those of an XLSForm."""
    return workbook(source) == "xlsform"


def definition(source: Source) -> Definition:
    """The questionnaire of an XLSForm."""
    try:
        settings = next(iter(source.sheet("settings")), {})
    except DefinitionError:  # a form can do without
        settings = {}
    settings = {heading.casefold(): value for heading, value in settings.items()}
    default = settings.get("default_language", "")
    form = form_of(source, default)
    questions = _questions(form)
    roles = {"id": "_id"} | {_ROLES[row.type]: row.name for row in form.rows if row.type in _ROLES}
    unasked = without(_unasked(form), questions) | (_SUBMITTED if "submitted" in roles else {})
    roles.setdefault("submitted", "_submission_time")
    return Definition(
        "XLSForm",
        wording(settings.get("form_title") or settings.get("title") or source.path.stem),
        tuple(questions),
        {heading: why for heading, why in unasked.items() if heading not in roles.values()},
        roles,
        reports(form.noticed),
        form.languages[0] or default,
    )


# --- the questions


def _questions(form: Form) -> list[Posed]:
    """The questions in the order of the form."""
    posed: list[Routed] = []
    shares = {rows[0].name: (rows, total, check) for rows, total, check in _allocations(form)}
    shared = {row.name for rows, _, _ in shares.values() for row in rows}
    for header, rows in _runs(form.rows):
        row = rows[0]
        if row.name in shares:
            rows, total, check = shares[row.name]
            asked, conditions = _of_rows(form, "allocation", rows)
            posed.append(
                (replace(asked, max=None if total == PER_CENT else total).doubted(check), conditions)
            )
        elif header or len(rows) > 1:
            posed.append(_of_rows(form, "rank" if row.type == "rank__level" else "grid", rows, header))
        elif posed and (part := _stands_beside(row, posed[-1][0])):
            asked, conditions = posed[-1]
            posed[-1] = with_words(asked, part, _columns(form, row, Place("words", part.code))), conditions
        elif row.name not in shared and (row.kind or row.type in PERSONAL):
            posed.append(_of_one_row(form, row))
        elif row.name not in shared and row.type not in UNASKED:
            form.notice(f"type {row.type} is not drafted", row.name)
    return all_routed(posed, _NAME, _reference)


def _runs(rows: Sequence[Row]) -> Iterator[tuple[Row | None, list[Row]]]:
    """The rows one by one; the lines of a table together, with the row above them that heads it."""
    header: Row | None = None
    lines: list[Row] = []
    for row in rows:
        first = header or next(iter(lines), None)
        if first and _is_line(row) and (row.groups, row.listed) == (first.groups, first.listed):
            lines.append(row)
            continue
        if lines:
            yield header, lines
        header, lines = None, []
        if "label" in row.appearance and row.kind == "single":
            header = row
        elif _is_line(row):
            lines = [row]
        elif "label" not in row.appearance or row.kind != "multiple":
            yield None, [row]
    if lines:
        yield header, lines


def _is_line(row: Row) -> bool:
    """Whether a row is drawn as a line of a table, or is a place of a ranking."""
    in_table = bool(row.groups) and row.groups[-1].is_table
    return row.type == "rank__level" or (
        row.kind == "single" and (in_table or "list-nolabel" in row.appearance)
    )


def _of_one_row(form: Form, row: Row) -> Routed:
    """The question of one row, with its conditions."""
    kind, constraint = row.kind or "text", _dense(row.get("constraint"))
    parts = tuple(_part(choice.code, choice.labels) for choice in form.offered(row))
    if row.type == "range":
        values = _RANGE | dict(re.findall(r"(\w+)\s*=\s*([-\d.]+)", row.get("parameters").casefold()))
        parts = steps(values["start"], values["end"], values["step"])
        kind = "single" if parts else kind
    columns = list(_columns(form, row, parts=form.offered(row) if kind == "multiple" else ()))
    if kind in ("single", "multiple"):
        alone = _exclusive(constraint, {part.code for part in parts}) if kind == "multiple" else set()
        written = {"other"} if row.has_other else set()
        parts = tuple(
            with_role(replace(part, exclusive=part.code in alone, write_in=part.code in written))
            for part in parts
        )
        if written:
            words = Row("text", f"{row.name}_other", ("",) * len(form.languages), groups=row.groups)
            columns += _columns(form, words, Place("words", "other"))
    asks_mail = kind == "text" and "regex(" in constraint and "@" in constraint
    question = Posed(
        row.name, _part(row.name, row.labels).label, kind,
        options=() if kind == "rank" else parts,
        items=parts if kind == "rank" else (),
        max=_at_most(constraint) if kind == "multiple" else None,
        required=row.required,
        private=kind == "text",
        personal=PERSONAL.get(row.type, MAIL if asks_mail else ""),
        columns=once(columns),
    )  # fmt: skip
    if kind in ("single", "multiple", "rank") and not parts:
        question = question.doubted("its options are not in this file")
    if row.get("choice_filter"):
        question = question.doubted("not every option was offered to everybody")
    return question, [*(group.relevant for group in row.groups), row.get("relevant")]


def _part(code: str, labels: Sequence[str]) -> Part:
    """An option or item, with its labels in other languages."""
    shown, *others = (wording(text) for text in labels)
    shown = shown or next(filter(None, others), code)
    return Part(code, shown, others=tuple(dict.fromkeys(text for text in others if text and text != shown)))


def _dense(expression: str) -> str:
    """An expression without white space, with one sort of quotes, and without what makes 0 of a blank."""
    dense = re.sub(r"\s+", "", expression[:5000]).replace('"', "'")
    return _OR_ZERO.sub(lambda match: match[1] or match[2], dense)


def _exclusive(constraint: str, codes: set[str]) -> set[str]:
    """The options of a multiple choice that its constraint allows only alone."""
    excluding: set[str] = set()
    for match in _EXCLUDES.finditer(constraint):
        groups = [set(_CHOSEN.findall(text)) for text in match.groups() if text]
        if len(groups) == 1:
            excluding |= groups[0]
        elif groups[0] | groups[1] == codes:  # one of them, and all the others
            excluding |= next((one for one in groups if len(one) == 1), set())
    return excluding


def _at_most(constraint: str) -> int | None:
    """How many options a constraint allows at most."""
    rest = _EXCLUDES.sub("", constraint)
    limits = [int(number) - (sign == "<") for sign, number in _AT_MOST.findall(rest)]
    return min(limits) if limits and min(limits) > 0 and not _EITHER.search(rest) else None


def _stands_beside(row: Row, question: Posed) -> Part | None:
    """The option of a question that a row of text stands beside; None for a question of its own."""
    relevant = row.get("relevant") if row.kind == "text" else ""
    return beside(relevant, _NAME, _reference, question, row.name) if relevant else None


def _of_rows(form: Form, kind: str, rows: Sequence[Row], header: Row | None = None) -> Routed:
    """The question of several rows: lines of a grid, shares of a total, places of a ranking."""
    group = form.filled_by([*rows, header] if header else rows)
    code = group.name if group else header.name if header else stem([row.name for row in rows])
    texts = (_part("", one.labels).label for one in (header, group) if one)
    parts = tuple(_part(choice.code, choice.labels) for choice in form.offered(rows[0]))
    columns: list[tuple[str, Place]] = []
    for number, row in enumerate(rows, 1):
        place = Place("place", str(number)) if kind == "rank" else Place("item", row.name)
        columns += _columns(form, row, place)
    question = Posed(
        code, next(filter(None, texts), code), kind,
        options=tuple(map(with_role, parts)) if kind == "grid" else (),
        items=parts if kind == "rank" else tuple(_part(row.name, row.labels) for row in rows),
        required=all(row.required for row in rows),
        columns=once(columns),
    )  # fmt: skip
    question, conditions = common([row.get("relevant") for row in rows], question)
    return question, [*(group.relevant for group in rows[0].groups), *conditions]


def _allocations(form: Form) -> Iterator[tuple[list[Row], int, str]]:
    """The rows of each allocation with its total, and what is to be looked at."""
    numbers = {row.name: row for row in form.rows if row.kind == "number" and row.type != "range"}
    conditions = "\n".join(_dense(row.get(key)) for row in form.rows for key in ("constraint", "relevant"))
    totals = {name: int(total) for name, total in _TOTAL.findall(conditions)}
    bounds = {name: _AT_MOST_NUMBER.findall(_dense(row.get("constraint"))) for name, row in numbers.items()}
    sums = (
        (row.name, _ADDED_UP.findall(calculation))
        for row in form.rows
        if row.type == "calculate" and _SUM.fullmatch(calculation := _dense(row.get("calculation")))
    )
    most = {name: int(limits[-1]) if limits else None for name, limits in bounds.items()}
    for names, total, check in shared_out(sums, most, totals):
        rows = [numbers[name] for name in names]
        if len({row.groups for row in rows}) == 1:
            yield rows, total, check


# --- who was asked, and the headings


def _reference(name: str) -> tuple[str, str]:
    """The question that `${name}` refers to."""
    return name[2:-1].strip(), ""


def _columns(
    form: Form, row: Row, place: Place = _WHOLE, parts: Sequence[Choice] = ()
) -> Iterator[tuple[str, Place]]:
    """The headings of a row in each layout: its own, and those of the boxes of `parts`.

    By names with and without groups, as KoboToolbox, ODK Central and SurveyCTO write them, and by labels of
    each language, where a group or a row without a label stands with its name.
    """
    groups = [group.name for group in row.groups]
    layouts = [("/".join([*groups, row.name]), "/", -1), (row.name, "/", -1)]
    layouts += [("-".join([*groups, row.name]), "/", -1), (row.name, "_", -1)]
    for number, text in enumerate(row.labels):
        labels = [group.labels[number] or group.name for group in row.groups]
        layouts += [("/".join([*labels, text or row.name]), "/", number), (text or row.name, "/", number)]
    for path, sign, language in dict.fromkeys(layouts):
        path = " ".join(path.split())
        if len(path) > LONGEST_HEADING:
            continue
        yield path, place
        for part in parts:
            code = part.code.replace("-", "_") if sign == "_" else part.code
            box = f"{path}{sign}{(part.labels[language] if language >= 0 else '') or code}"
            if len(box) <= LONGEST_HEADING and (sign == "/" or box not in form.names):
                yield " ".join(box.split()), Place("box", part.code)


def _unasked(form: Form) -> Iterator[tuple[str, str]]:
    """The headings of columns that ask nothing, with the reason."""
    for row in form.rows:
        reason = UNASKED.get(row.type, "")
        if "label" in row.appearance:
            reason = "it heads a table"
        elif not row.kind and row.type not in PERSONAL:
            reason = reason or f"type {row.type}, which is not drafted"
        if reason:
            yield from ((heading, reason) for heading, _ in _columns(form, row))
        if row.type in PERSONAL:
            path = "/".join([*(group.name for group in row.groups), row.name])
            for heading in dict.fromkeys((row.name, path)):
                yield from ((f"_{heading}{end}", LOCATION) for end in _PLACES)
                yield f"{heading}_URL", FILE
    yield from _ADDED.items()
