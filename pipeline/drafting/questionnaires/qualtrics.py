"""Qualtrics: the `.qsf` file of a survey.

The order of the questions is that of the flow, the blocks in it, and the elements of each. A choice has an id
that never changes and a recode that stands in exports of numbers and in headings; the row of import ids in an
export has the ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.drafting.questionnaires.conditions import (
    Choices,
    Condition,
    Is,
    Joined,
    UnfitError,
    as_asked,
    both,
    negated,
)
from pipeline.drafting.questionnaires.definition import Definition, Part, Place, Posed, label, with_role
from pipeline.drafting.questionnaires.source import Source, listed, mapping

_SINGLE = {"SAVR", "SAHR", "SACOL", "DL", "SB", "NPS"}
_MULTIPLE = {"MAVR", "MAHR", "MACOL", "MSB"}
_LIKERT = {"SingleAnswer", "DL", "DND"}
_NO_QUESTION = {
    "DB",
    "Timing",
    "Meta",
    "Captcha",
    "FileUpload",
    "Draw",
    "HeatMap",
    "HighlightText",
    "Signature",
}
_TIMES = ("First Click", "Last Click", "Page Submit", "Click Count")
_OF_META = ("Browser", "Version", "Operating System", "Resolution")
_PERSONAL = {
    "ValidEmail": "an e-mail address",
    "ValidPhone": "a telephone number",
    "ValidZip": "a postcode",
    "ValidUSPhone": "a telephone number",
    "ValidUSZip": "a postcode",
}
_CHOICE = re.compile(r"q://(?P<question>QID\d+)/(?:SelectableChoice|SelectableAnswer)/(?P<choice>[^/]+)\Z")
_LONGEST = 200  # characters of a condition that is quoted


def recognised(source: Source) -> bool:
    """Whether a file is the definition of a Qualtrics survey."""
    return source.head.lstrip().startswith("{") and '"SurveyEntry"' in source.text


def definition(source: Source) -> Definition:
    """The questionnaire of a `.qsf` file."""
    document = mapping(source.json)
    entry = mapping(document.get("SurveyEntry"))
    elements = [mapping(element) for element in listed(document.get("SurveyElements"))]
    if not elements:
        raise source.error("has no SurveyElements; export the survey from Qualtrics again", "SurveyElements")
    survey = _Survey(source, elements)
    return Definition(
        tool="Qualtrics",
        title=label(entry.get("SurveyName")),
        questions=tuple(survey.questions()),
        unasked=survey.unasked,
        reports=tuple(dict.fromkeys(survey.reports)),
        language=str(entry.get("SurveyLanguage") or ""),
    )


@dataclass
class _Placed:
    """A question at its place in the flow, with what must hold for it to be shown."""

    payload: Mapping[str, Any]
    shown: Condition | None
    words: list[str]
    """conditions that are no choice of options, in the words of the tool"""


@dataclass
class _Survey:
    """The elements of a file, by what they are."""

    source: Source
    elements: Sequence[Mapping[str, Any]]
    unasked: dict[str, str] = field(default_factory=dict)
    reports: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Gather the questions and blocks by their ids."""
        self._payloads: dict[str, Mapping[str, Any]] = {}
        for element in self.elements:
            payload = mapping(element.get("Payload"))
            if element.get("Element") == "SQ" and payload:
                self._payloads[str(payload.get("QuestionID") or element.get("PrimaryAttribute"))] = payload
        blocks = (e.get("Payload") for e in self.elements if e.get("Element") == "BL")
        listed_blocks = [mapping(block) for payload in blocks for block in listed(payload)]
        self._blocks = {str(block.get("ID")): block for block in listed_blocks}
        self._flow = next((mapping(e.get("Payload")) for e in self.elements if e.get("Element") == "FL"), {})

    def questions(self) -> Iterator[Posed]:
        """All questions that are shown, in the order of the flow."""
        placed = self._placed()
        known = {qid: self._choices(one.payload) for qid, one in placed.items()}
        codes = {_tag(one.payload): known[qid] for qid, one in placed.items() if known[qid].options}
        for one in placed.values():
            for posed in self._posed(one.payload):
                try:
                    asked = as_asked(one.shown, codes)
                except UnfitError:
                    asked = {}
                    one.words.append("a choice that is not told by one answer of another question")
                words = "; ".join(dict.fromkeys(one.words))[:_LONGEST]
                yield replace(posed, asked=asked, shown_if=words)
        left = [_tag(payload) for qid, payload in self._payloads.items() if qid not in placed]
        if left:
            self.reports.append(f"in no block of the flow, or deleted: {', '.join(left)}")

    # the flow

    def _placed(self) -> dict[str, _Placed]:
        """The questions by id, in the order of the flow, each with the conditions on its way."""
        placed: dict[str, _Placed] = {}
        order = list(self._in_flow(listed(self._flow.get("Flow")), None, [], 0))
        if not order:
            order = [(block, None, []) for block in self._blocks if not self._is_trash(block)]
        seen: dict[str, int] = {}
        for block, shown, words in order:
            seen[block] = seen.get(block, 0) + 1
            if seen[block] > 1:
                self.reports.append(f"the block {self._name(block)} is shown at more than one place")
                for one in placed.values():
                    if one.payload in self._of_block(block):
                        one.shown = None  # somewhere else it is shown on other terms
                        one.words.append("the block stands at several places of the flow")
                continue
            self._place_block(block, shown, words, placed)
        return placed

    def _place_block(
        self, block: str, shown: Condition | None, words: list[str], placed: dict[str, _Placed]
    ) -> None:
        """Place the questions of a block, those behind a skip with what must hold not to be skipped."""
        if mapping(mapping(self._blocks[block].get("Options")).get("Looping")) or (
            mapping(self._blocks[block].get("Options")).get("Looping") not in (None, "", "None", False)
        ):
            self.reports.append(f"the block {self._name(block)} is a loop: each round has columns of its own")
        skips: list[tuple[str, Condition | None, str]] = []
        for element in map(mapping, listed(self._blocks[block].get("BlockElements"))):
            qid = str(element.get("QuestionID", ""))
            payload = self._payloads.get(qid)
            if payload is None or qid in placed:
                continue
            skips = [skip for skip in skips if skip[0] != qid]
            logic = mapping(payload.get("DisplayLogic"))
            inner, inner_words = self._condition(logic) if logic else (None, [])
            behind = both(shown, inner, *(condition for _, condition, _ in skips))
            all_words = [*words, *inner_words, *(text for _, condition, text in skips if condition is None)]
            placed[qid] = _Placed(payload, behind, all_words)
            for skip in map(mapping, [*listed(element.get("SkipLogic")), *listed(payload.get("SkipLogic"))]):
                skips.append(self._skip(skip))

    def _skip(self, skip: Mapping[str, Any]) -> tuple[str, Condition | None, str]:
        """Where a skip leads, what must hold not to be skipped (None where no choice says it), its words."""
        words = f"not skipped: {label(skip.get('Description'))}"
        try:
            term = self._term(
                {
                    "LogicType": "Question",
                    "LeftOperand": skip.get("Locator") or skip.get("ChoiceLocator"),
                    "Operator": skip.get("Condition"),
                }
            )
        except UnfitError:
            return str(skip.get("SkipToDestination", "")), None, words
        return str(skip.get("SkipToDestination", "")), negated(term), words

    def _in_flow(
        self, flow: Sequence[Any], shown: Condition | None, words: list[str], depth: int
    ) -> Iterator[tuple[str, Condition | None, list[str]]]:
        """The blocks of a flow in order, each with the conditions of the branches around it."""
        for step in map(mapping, flow):
            kind, inner = step.get("Type"), listed(step.get("Flow"))
            if kind in ("Block", "Standard") and str(step.get("ID")) in self._blocks:
                yield str(step["ID"]), shown, words
            elif kind == "EmbeddedData":
                for one in map(mapping, listed(step.get("EmbeddedData"))):
                    self.unasked[str(one.get("Field", ""))] = "embedded data, which nobody was asked"
            elif kind == "Branch":
                condition, logic_words = self._condition(mapping(step.get("BranchLogic")))
                if any(mapping(one).get("Type") == "EndSurvey" for one in inner):
                    self.reports.append(
                        f"who meets {'; '.join(logic_words) or 'a condition on a choice'} is sent to the "
                        "end of the survey: are they to be left out, by [[exclude]]?"
                    )
                further = [*words, *logic_words]
                yield from self._in_flow(inner, both(shown, condition), further, depth + 1)
            elif inner:
                subset = str(step.get("SubSet") or "")
                if kind == "BlockRandomizer" and subset.isdigit() and int(subset) < len(inner):
                    words = [*words, f"{subset} of {len(inner)} blocks, drawn at random"]
                yield from self._in_flow(inner, shown, words, depth + 1)

    def _is_trash(self, block: str) -> bool:
        return self._blocks[block].get("Type") == "Trash"

    def _name(self, block: str) -> str:
        return repr(label(self._blocks[block].get("Description")) or block)

    def _of_block(self, block: str) -> list[Mapping[str, Any]]:
        ids = (str(mapping(e).get("QuestionID")) for e in listed(self._blocks[block].get("BlockElements")))
        return [self._payloads[qid] for qid in ids if qid in self._payloads]

    # conditions

    def _condition(self, logic: Mapping[str, Any]) -> tuple[Condition | None, list[str]]:
        """A display logic as a condition, or None and its words where it is no choice of options."""
        groups = [mapping(logic[key]) for key in sorted(logic) if key.isdigit()]
        parts: list[Condition] = []
        words = [text for group in groups for text in self._words(group)]
        try:
            for place, group in enumerate(groups):
                if place and group.get("Type") != "AndIf":
                    raise UnfitError
                parts.append(self._group(group))
        except UnfitError:
            return None, words
        return both(*parts), []

    def _group(self, group: Mapping[str, Any]) -> Condition:
        terms = [mapping(group[key]) for key in sorted(group, key=_number) if key.isdigit()]
        joints = {str(term.get("Conjuction") or "And").lower() for term in terms[1:]}
        if not terms or len(joints) > 1:
            raise UnfitError
        parts = tuple(self._term(term) for term in terms)
        return parts[0] if len(parts) == 1 else Joined(joints.pop(), parts)

    def _term(self, term: Mapping[str, Any]) -> Condition:
        """One expression: a choice that is, or is not, selected."""
        match = _CHOICE.match(str(term.get("LeftOperand", "")))
        operator = term.get("Operator")
        if term.get("LogicType") != "Question" or not match or operator not in ("Selected", "NotSelected"):
            raise UnfitError
        payload = self._payloads.get(match["question"])
        if payload is None or "SelectableAnswer" in str(term.get("LeftOperand")):
            raise UnfitError
        codes = [part.code for part in _parts(payload, "Choices") if match["choice"] in part.others]
        if not codes:
            raise UnfitError
        return Is(_tag(payload), frozenset(codes), negated=operator == "NotSelected")

    def _words(self, group: Mapping[str, Any]) -> list[str]:
        terms = (mapping(group[key]) for key in sorted(group, key=_number) if key.isdigit())
        return [
            label(term.get("Description")).removeprefix("If ") or str(term.get("LogicType")) for term in terms
        ]

    def _choices(self, payload: Mapping[str, Any]) -> Choices:
        """What other questions may be routed by."""
        selector = str(payload.get("Selector"))
        is_choice = payload.get("QuestionType") == "MC" and selector in _SINGLE | _MULTIPLE
        codes = tuple(part.code for part in _parts(payload, "Choices")) if is_choice else ()
        return Choices(codes, selector in _MULTIPLE, _settings(payload).get("ForceResponse") == "ON")

    # questions

    def _posed(self, payload: Mapping[str, Any]) -> Iterator[Posed]:
        """What a question asks: one question, or one an item where each has answers of its own."""
        kind, selector = str(payload.get("QuestionType")), str(payload.get("Selector"))
        tag, qid = _tag(payload), str(payload.get("QuestionID"))
        plain = Posed(tag, label(payload.get("QuestionText")), "text", private=True)
        if kind == "MC" and selector in _SINGLE | _MULTIPLE:
            yield self._choice(plain, payload, "multiple" if selector in _MULTIPLE else "single")
        elif kind == "TE" and selector != "FORM":
            yield self._text(plain, payload)
        elif kind in ("TE", "Slider"):
            for item in _parts(payload, "Choices"):
                columns = _named(tag, qid, item, Place())
                yield replace(
                    plain,
                    code=f"{tag}_{item.code}",
                    text=f"{plain.text} {item.label}",
                    kind="number" if kind == "Slider" else "text",
                    private=kind == "TE",
                    columns=(*columns, *((f"{name}_TEXT", place) for name, place in columns)),
                )
        elif kind in ("RO", "CS") and selector != "PGR":
            yield self._by_item(plain, payload)
        elif kind == "Matrix":
            yield from self._matrix(plain, payload, tag, qid)
        elif kind == "SBS":
            for number, column in mapping(payload.get("AdditionalQuestions")).items():
                inner = {"Choices": payload.get("Choices"), "ChoiceOrder": payload.get("ChoiceOrder")}
                whole = {**inner, **{k: v for k, v in mapping(column).items() if v is not None}}
                title = " ".join(filter(None, (plain.text, label(whole.get("QuestionText")))))
                part = replace(plain, code=f"{tag}#{number}", text=title)
                yield from self._matrix(part, whole, f"{tag}#{number}", f"{qid}#{number}")
        else:
            self._not_asked(payload)

    def _not_asked(self, payload: Mapping[str, Any]) -> None:
        """Note a question that cannot be drafted, or that asks nothing, and its columns."""
        kind, tag = str(payload.get("QuestionType")), _tag(payload)
        if kind not in _NO_QUESTION:
            self.reports.append(
                f"{tag}: a question of the type {kind} {payload.get('Selector') or ''} is not read"
            )
        if kind == "Timing":
            self.unasked.update((f"{tag}_{name}", "a time that the tool takes") for name in _TIMES)
        elif kind == "Meta":
            self.unasked.update((f"{tag}_{name}", "what the tool notes of a browser") for name in _OF_META)
        elif kind != "DB":
            for ending in ("", "_Id", "_Name", "_Size", "_Type"):
                self.unasked[f"{tag}{ending}"] = f"no question ({kind})"

    def _choice(self, plain: Posed, payload: Mapping[str, Any], kind: str) -> Posed:
        tag, qid = plain.code, str(payload.get("QuestionID"))
        options = tuple(map(with_role, _parts(payload, "Choices")))
        columns = [(name, Place()) for name in (qid, tag)]
        if kind == "multiple":
            for part in options:
                columns += _named(tag, qid, part, Place("box", part.code))
        for part in options:
            if part.write_in:
                names = _named(tag, qid, part, Place("words", part.code))
                columns += [(f"{name}_TEXT", place) for name, place in names]
        self.unasked[f"{tag}_NPS_GROUP"] = "the group that the tool makes of an answer"
        self._order(tag, options)
        limited = [part.label for part in options if part.check]
        settings = _settings(payload)
        most = str(settings.get("MaxChoices") or "")
        posed = replace(
            plain,
            kind=kind,
            private=False,
            options=options,
            max=int(most) if kind == "multiple" and most.isdigit() and int(most) else None,
            required=settings.get("ForceResponse") == "ON",
            columns=tuple(columns),
        )
        return posed.doubted(f"not offered to everybody: {', '.join(limited)}") if limited else posed

    def _text(self, plain: Posed, payload: Mapping[str, Any]) -> Posed:
        tag, qid = plain.code, str(payload.get("QuestionID"))
        settings = _settings(payload)
        content = str(settings.get("ContentType") or "") if settings.get("Type") == "ContentType" else ""
        kind = {"ValidNumber": "number", "ValidDate": "date"}.get(content, "text")
        personal = "a password" if payload.get("Selector") == "PW" else _PERSONAL.get(content, "")
        names = (f"{qid}_TEXT", qid, tag, f"{tag}_TEXT")
        return replace(
            plain,
            kind=kind,
            private=kind == "text",
            personal=personal,
            columns=tuple((name, Place()) for name in names),
        )

    def _by_item(self, plain: Posed, payload: Mapping[str, Any]) -> Posed:
        """A ranking, whose cells are places, or an allocation."""
        tag, qid = plain.code, str(payload.get("QuestionID"))
        items = _parts(payload, "Choices")
        columns = [column for item in items for column in _named(tag, qid, item, Place("item", item.code))]
        texts = [
            (f"{name}_TEXT", Place("words", place.part)) for name, place in columns if _has_text(items, place)
        ]
        total = str(_settings(payload).get("ChoiceTotal") or "")
        self._order(tag, items)
        return replace(
            plain,
            kind="rank" if payload.get("QuestionType") == "RO" else "allocation",
            private=False,
            items=items,
            max=int(total) if total.isdigit() and int(total) not in (0, 100) else None,
            columns=(*columns, *texts),
        )

    def _matrix(self, plain: Posed, payload: Mapping[str, Any], tag: str, qid: str) -> Iterator[Posed]:
        """A grid; or one multiple choice an item where several answers can be ticked."""
        several = payload.get("SubSelector") == "MultipleAnswer"
        items, options = _parts(payload, "Choices"), tuple(map(with_role, _parts(payload, "Answers")))
        names = {item.code: _tagged(tag, item, payload) for item in items}
        plain = replace(plain, private=False, options=options)
        if payload.get("Selector") != "Likert" or not (several or payload.get("SubSelector") in _LIKERT):
            kind = f"{payload.get('Selector')} {payload.get('SubSelector') or ''}".strip()
            self.reports.append(f"{tag}: a matrix of the type {kind} is not read")
            for item in items:
                for answer in options:
                    for name, _ in _named(tag, qid, item, Place(), answer, names[item.code]):
                        self.unasked |= dict.fromkeys((name, f"{name}_TEXT"), "a text in a table")
            return
        if not several:
            columns = [
                column
                for item in items
                for column in _named(tag, qid, item, Place("item", item.code), None, names[item.code])
            ]
            yield replace(plain, kind="grid", items=items, columns=tuple(columns))
            return
        for item in items:
            boxes = [
                column
                for part in options
                for column in _named(tag, qid, item, Place("box", part.code), part, names[item.code])
            ]
            yield replace(
                plain,
                code=f"{tag}_{item.code}",
                text=f"{plain.text} {item.label}",
                kind="multiple",
                columns=(*_named(tag, qid, item, Place(), None, names[item.code]), *boxes),
            )

    def _order(self, tag: str, parts: Sequence[Part]) -> None:
        """Note the columns that say in which order parts were shown."""
        reason = "the order in which it was shown"
        self.unasked[f"{tag}_DO"] = reason
        self.unasked.update(
            (f"{tag}_DO_{code}", reason) for part in parts for code in (part.code, part.others[0])
        )


def _tag(payload: Mapping[str, Any]) -> str:
    return str(payload.get("DataExportTag") or payload.get("QuestionID") or "")


def _settings(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(mapping(payload.get("Validation")).get("Settings"))


def _has_text(items: Sequence[Part], place: Place) -> bool:
    return any(item.write_in for item in items if item.code == place.part)


def _parts(payload: Mapping[str, Any], key: str) -> tuple[Part, ...]:
    """The choices or the answers of a question in their order; `others` has the id first, then languages.

    The recodes of a matrix are those of its answers.
    """
    given = payload.get(key)
    choices = mapping(given) or {str(n): one for n, one in enumerate(listed(given), 1)}
    order = [str(one) for one in listed(payload.get(f"{key.removesuffix('s')}Order"))] or list(choices)
    is_matrix = payload.get("QuestionType") == "Matrix"
    recodes = mapping(payload.get("RecodeValues")) if (key == "Answers") == is_matrix else {}
    naming = mapping(payload.get("VariableNaming")) if (key == "Answers") == is_matrix else {}
    languages = [
        mapping(mapping(one).get(key)) for one in mapping(payload.get("Language")).values() if mapping(one)
    ]
    parts = []
    for ident in dict.fromkeys([*order, *choices]):
        if ident not in choices:
            continue
        choice = mapping(choices[ident])
        text = label(choice.get("Display"))
        elsewhere = [label(mapping(one.get(ident)).get("Display")) for one in languages]
        code = str(recodes.get(ident, "") or ident)
        others = dict.fromkeys([ident, label(naming.get(ident)), *elsewhere])
        parts.append(
            Part(
                code=code,
                label=text or ident,
                exclusive=choice.get("ExclusiveAnswer") in (True, "true"),
                write_in=str(choice.get("TextEntry", "")).lower() in ("true", "on"),
                others=tuple(other for other in others if other and (other == ident or other != text)),
                check="shown on a condition" if choice.get("DisplayLogic") else "",
            )
        )
    return tuple(parts)


def _named(
    tag: str, qid: str, part: Part, place: Place, answer: Part | None = None, beside: Sequence[str] = ()
) -> list[tuple[str, Place]]:
    """The headings of a part of a question: by its import id, by its recode, by its id, then those `beside`.

    `answer` is the option of a box in a matrix, which stands behind the item.
    """
    ident = part.others[0]
    names = [f"{qid}-{ident}" + (f"-{answer.others[0]}" if answer else "")]
    for start in dict.fromkeys((f"{tag}_{part.code}", f"{tag}_{ident}", *beside)):
        ends = dict.fromkeys((f"_{answer.code}", f"_{answer.others[0]}")) if answer else ("",)
        names += [f"{start}{end}" for end in ends]
    return [(name, place) for name in dict.fromkeys(names)]


def _tagged(tag: str, item: Part, payload: Mapping[str, Any]) -> list[str]:
    """The headings of an item that has a tag of its own, also in a side by side: `Q8#1_speed_1`."""
    of_item = str(mapping(payload.get("ChoiceDataExportTags")).get(item.others[0]) or "")
    names = [f"{tag}_{of_item}", of_item] if of_item else []
    question, _, number = tag.partition("#")
    if number:
        side = str(payload.get("AnswerDataExportTag") or number)
        for name in filter(None, (of_item, f"{question}_{item.others[0]}")):
            names += [f"{tag}_{name}_{side}", f"{name}: {side}"]
    return names


def _number(key: str) -> int:
    return int(key) if key.isdigit() else -1
