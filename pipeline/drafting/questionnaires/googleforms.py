"""Google Forms: a form as its API gives it, as JSON.

The columns of a sheet or CSV are headed by the titles, `title [row]` in a grid, and no id stands in them.
What the API does not say (that a text has to be a number, that a grid is a ranking, that texts share out a
total) is told by the words of the title, and doubted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.drafting.questionnaires.conditions import Asked, Choices, Is
from pipeline.drafting.questionnaires.definition import (
    Definition,
    Part,
    Place,
    Posed,
    label,
    numbered,
    with_role,
)
from pipeline.drafting.questionnaires.jumps import Jump, Step, routed, unfit
from pipeline.drafting.questionnaires.parts import apart, asks_to_rank, gathered, lacks_parts, named_parts
from pipeline.drafting.questionnaires.source import MOST_PARTS, Source, listed, mapping
from pipeline.drafting.words import asks_a_number, slug

_CHOICES = {"RADIO": "single", "DROP_DOWN": "single", "CHECKBOX": "multiple"}
_SILENT = ("textItem", "imageItem", "videoItem")
_COLLECTS = ("VERIFIED", "RESPONDER_INPUT")
_ENDS = {"SUBMIT_FORM": True, "RESTART_FORM": False}
_WIDEST, _PAIR = 100, 2


def recognised(source: Source) -> bool:
    """Whether it is JSON with items as the API of Google Forms has them."""
    if not source.head.lstrip().startswith("{"):
        return False
    form = mapping(source.json)
    kinds = {"questionItem", "questionGroupItem", "pageBreakItem"}
    return isinstance(form.get("items"), list) and (
        "formId" in form or any(kinds & mapping(item).keys() for item in form["items"])
    )


def definition(source: Source) -> Definition:
    """What the form asks; who is asked is worked out from where answers lead."""
    form = mapping(source.json)
    sections: list[_Section] = [_Section("", [], {})]
    taken: dict[str, int] = {}
    unknown: list[str] = []
    for place, value in enumerate(listed(form.get("items")), 1):
        if not isinstance(value, dict):
            raise source.error("is no object; get the form from the API again", f"item {place}")
        if "pageBreakItem" in value:
            sections.append(_Section(str(value.get("itemId")), [], {}))
            continue
        posed = apart((question for question in _posed(value) if not lacks_parts(question)), taken)
        if not posed and not any(kind in value for kind in _SILENT):
            unknown.append(label(value.get("title")) or f"item {place}")
        sections[-1].questions.extend(posed)
        if len(posed) == 1 and (ways := _ways(value, posed[0])):
            sections[-1].ways[posed[0].code] = ways
    if len(taken) > MOST_PARTS:
        raise source.error(f"has more than {MOST_PARTS:,} questions")
    routes, reports = _routes(sections)
    questions = [
        replace(question, asked=asked, shown_if=shown_if)
        for section, (asked, shown_if) in zip(sections, routes, strict=True)
        for question in gathered(section.questions, [one.code for one in section.questions if _is_short(one)])
    ]
    if unknown:
        titles = "; ".join(title[:40] for title in unknown[:5])
        reports.append(f"questions of types that are not drafted: {titles}")
    info = mapping(form.get("info"))
    title = label(info.get("title") or info.get("documentTitle"))
    roles = {"submitted": "Timestamp"}
    unasked = _unasked(mapping(form.get("settings")), questions)
    unasked |= dict.fromkeys(unknown, "a time, or a question of a type that is not drafted")
    return Definition("Google Forms", title, tuple(questions), unasked, roles, tuple(reports))


def _unasked(settings: Mapping[str, Any], questions: Sequence[Posed]) -> dict[str, str]:
    """The columns that settings of the form add."""
    unasked = {}
    if settings.get("emailCollectionType") in _COLLECTS:
        unasked = dict.fromkeys(("Email Address", "Username"), "the e-mail address of the respondent")
    if mapping(settings.get("quizSettings")).get("isQuiz") is True:
        unasked["Score"] = "the score of a quiz"
        for heading in (heading for one in questions for heading, _ in one.columns):
            unasked |= {
                f"{heading} [Score]": "points of a quiz",
                f"{heading} [Feedback]": "feedback of a quiz",
            }
    return unasked


def _posed(item: Mapping[str, Any]) -> list[Posed]:
    """The questions of an item: none, one, or one for each row of a grid of boxes."""
    title = label(item.get("title")) or "Untitled Question"
    code = slug(title)
    if "questionGroupItem" in item:
        return _grid(Posed(code, title, ""), mapping(item["questionGroupItem"]))
    asks = mapping(mapping(item.get("questionItem")).get("question"))
    posed = Posed(code, title, "", required=asks.get("required") is True, columns=((title, Place()),))
    if choice := mapping(asks.get("choiceQuestion")):
        return [
            replace(posed, kind=_CHOICES.get(str(choice.get("type")), "single"), options=_options(choice))
        ]
    if scale := mapping(asks.get("scaleQuestion")):
        first, last = (_whole(scale.get(end)) for end in ("low", "high"))  # the API leaves out a 0
        return [replace(posed, kind="single", options=numbered(first, min(last, first + _WIDEST)))]
    if rating := mapping(asks.get("ratingQuestion")):
        last = min(_whole(rating.get("ratingScaleLevel")), _WIDEST)
        return [replace(posed, kind="single", options=numbered(1, last))]
    if "textQuestion" in asks:
        return [_text(posed, mapping(asks["textQuestion"]).get("paragraph") is True)]
    if "fileUploadQuestion" in asks:
        return [replace(posed, kind="text", private=True, personal="a file")]
    date = mapping(asks.get("dateQuestion"))
    is_date = date.get("includeYear") is True and date.get("includeTime") is not True
    return [replace(posed, kind="date")] if is_date else []


def _text(posed: Posed, is_long: bool) -> Posed:
    """A text, or a number where its words ask for one: what it has to be, the API does not say."""
    if is_long or not asks_a_number(posed.text):
        return replace(posed, kind="text", private=True)
    return replace(posed, kind="number").doubted("the form takes any text: its words alone ask for a number")


def _is_short(posed: Posed) -> bool:
    """Whether a question may be a part of an allocation or a ranking."""
    return posed.kind in ("number", "text") and not posed.personal


def _grid(posed: Posed, group: Mapping[str, Any]) -> list[Posed]:
    """A grid, a ranking where its columns are as many places as it has rows, or a question for each row."""
    rows = [mapping(one) for one in listed(group.get("questions"))]
    grid = mapping(mapping(group.get("grid")).get("columns"))
    items = named_parts(label(mapping(row.get("rowQuestion")).get("title")) for row in rows)
    options = _options(grid)
    headings = [f"{posed.text} [{item.label}]" for item in items]
    required = any(row.get("required") is True for row in rows)
    if not options or not items:
        return []
    if _CHOICES.get(str(grid.get("type"))) == "multiple":
        return [
            Posed(f"{posed.code}_{item.code}", f"{posed.text} – {item.label}", "multiple", options,
                  required=required, columns=((heading, Place()),))
            for item, heading in zip(items, headings, strict=True)
        ]  # fmt: skip
    places = [str(place) for place in range(1, len(items) + 1)]
    ranks = asks_to_rank(posed.text) and [one.label for one in options] == places
    return [
        replace(
            posed,
            kind="rank" if ranks else "grid",
            options=() if ranks else options,
            items=items,
            required=required,
            columns=tuple((h, Place("item", item.code)) for h, item in zip(headings, items, strict=True)),
            doubt="the form has a grid of places: its words alone ask for a ranking" if ranks else "",
        )
    ]


def _options(choice: Mapping[str, Any]) -> tuple[Part, ...]:
    """The options of a choice; what is typed for Other stands in the cell of the answers."""
    others = [mapping(one).get("isOther") is True for one in listed(choice.get("options"))]
    labels = ["Other" if other else label(mapping(one).get("value"))
              for one, other in zip(listed(choice.get("options")), others, strict=True)]  # fmt: skip
    parts = named_parts(labels)
    return tuple(with_role(replace(one, write_in=other)) for one, other in zip(parts, others, strict=True))


def _whole(value: object) -> int:
    """A whole number of at least 0; 0 for anything else."""
    return value if isinstance(value, int) and value > 0 else 0


@dataclass(frozen=True)
class _Section:
    """A section: its id, its questions, and where the options of questions in it lead."""

    id: str
    questions: list[Posed]
    ways: dict[str, dict[str, tuple[str, ...]]]
    """for each question that leads somewhere: the options by id of a section, or by action"""


def _ways(item: Mapping[str, Any], posed: Posed) -> dict[str, tuple[str, ...]]:
    """The codes of the options that lead somewhere, by where."""
    choice = mapping(mapping(mapping(item.get("questionItem")).get("question")).get("choiceQuestion"))
    ways: dict[str, tuple[str, ...]] = {}
    for option, part in zip(listed(choice.get("options")), posed.options, strict=False):
        if to := mapping(option).get("goToSectionId") or mapping(option).get("goToAction"):
            ways[str(to)] = (*ways.get(str(to), ()), part.code)
    return ways


def _routes(sections: Sequence[_Section]) -> tuple[list[tuple[Asked, str]], list[str]]:
    """For each section who is asked it, and lines on what the form does not say of it."""
    places = {section.id: place for place, section in enumerate(sections) if section.id}
    places |= {action: len(sections) if ends else 0 for action, ends in _ENDS.items()}
    questions: dict[str, Choices] = {}
    steps: list[Step] = []
    lines: dict[str, list[str]] = {}
    for place, section in enumerate(sections):
        asks = {one.code: one for one in section.questions}
        jumps = []
        # of several questions that lead somewhere, the last one that was answered does
        for code in list(section.ways)[-1:]:
            posed = asks[code]
            labels = {part.code: part.label for part in posed.options}
            questions[code] = Choices(tuple(labels), posed.kind == "multiple", posed.required)
            for to, chosen in section.ways[code].items():
                words = f"{posed.text} = {', '.join(labels[one] for one in chosen)}"
                is_sure = to in places and (posed.required or len(section.ways) == 1)
                when = Is(code, frozenset(chosen)) if is_sure else unfit(words)
                if to != "NEXT_SECTION":
                    jumps.append(Jump(places.get(to, len(sections)), when, words))
                if to not in places and to != "NEXT_SECTION":
                    lines.setdefault("answers lead to sections that are not there", []).append(posed.text)
                elif places.get(to, place + 1) <= place:
                    lines.setdefault("answers lead back: look at who was asked", []).append(posed.text)
        steps.append(Step(tuple(asks), tuple(jumps)))
    reports = [f"{what}: {'; '.join(titles[:5])}" for what, titles in lines.items()]
    if questions and len(sections) > _PAIR:
        reports.append("each section is taken to lead to the next, as the API does not say where it leads")
    return routed(steps, questions), reports
