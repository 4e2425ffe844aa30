"""How texts are compared, and how several answers in a cell come apart."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.answers import joined_cells as joined
from pipeline.exhibits.captions import default_title
from pipeline.text.folding import Fitting, beginning, best_fit, fits, fold, in_markdown, is_beginning


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don’t know", "don't  know"),
        ("  Agree\u00a0strongly ", "agree strongly"),
        ("“End user”", '"end user"'),
        ("ﬁne – really", "fine - really"),
        ("STRASSE", "straße"),
    ],
)
def test_texts_that_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_exact_beats_beginning_and_the_longest_beginning_wins() -> None:
    labels = {"any": "Organi…", "small": "Organization is…", "whole": "Organization"}
    assert best_fit(labels, "organization") == ["whole"]
    assert best_fit(labels, "Organization is too small") == ["small"]
    assert best_fit(labels, "Organisms") == ["any"]
    assert best_fit(labels, "Other") == []
    assert best_fit({"a": "One…", "b": "one…"}, "One of them") == ["a", "b"]
    assert fits("Organization is…", "ORGANIZATION IS small")


# labels that hold commas and are beginnings of one another
LABELS = [
    "Models",
    "Models, small",
    "Data, tools and code",
    "Code",
    "Tools, and more, and more",
    "tools",
]


def cut(cell: str, options: Sequence[str], separator: str = ", ") -> list[str]:
    return joined.Splitter(options, separator).split(cell)


def test_a_cell_is_cut_only_before_a_known_option() -> None:
    options = [fold(label) for label in LABELS]
    assert cut("Data, tools and code, Models", options) == ["Data, tools and code", "Models"]
    assert cut("Models, small, Code", options) == ["Models, small", "Code"]
    assert cut("Models, knitting, sewing, Code", options) == [
        "Models",
        "knitting, sewing",
        "Code",
    ]
    assert cut("Models,Code", options) == ["Models", "Code"]
    assert cut("", options) == []


def test_beginnings_in_a_joined_cell() -> None:
    options = [fold("Data") + "…", fold("Code")]
    assert cut("Data, of any, kind, Code", options) == ["Data, of any, kind", "Code"]


@given(st.lists(st.sampled_from(LABELS), unique=True, max_size=6), st.sampled_from([", ", "; ", " | ", ";"]))
def test_a_joined_answer_splits_back_into_itself(chosen: list[str], separator: str) -> None:
    cell = separator.join(chosen)
    assert cut(cell, [fold(label) for label in LABELS], separator) == chosen


def plainly_cut(cell: str, options: Sequence[str], separator: str) -> list[str]:
    """What `Splitter` finds, by trying every run of words against every option."""
    parts = re.split(f"({joined.pattern(separator)})", cell)
    if len(parts[0::2]) > 150:
        return [cell]
    words = list(range(0, len(parts), 2))
    whole = [option for option in options if not option.endswith("…")]
    starts = [option.removesuffix("…") for option in options if option.endswith("…")]

    def text(start: int, end: int) -> str:
        return "".join(parts[start : end + 1]).strip()

    def option_at(at: int) -> int | None:
        ends = [end for end in words if end >= at and fold(text(at, end)) in whole]
        if ends:
            return max(ends)
        begins = any(fold(text(at, len(parts))).startswith(start) for start in starts)
        return until_option(at) if begins else None

    def until_option(at: int) -> int:
        return next((end - 2 for end in words if end > at and option_at(end) is not None), words[-1])

    pieces, at = [], 0
    while at < len(parts):
        found = option_at(at)
        end = until_option(at) if found is None else found
        pieces.append(text(at, end))
        at = end + 2
    return [piece for piece in pieces if piece.strip()]


WORDS = st.text(
    st.sampled_from(["a", "b", "A", " ", "ß", "e", "\u0301", "ﬁ", ",", ";", "…", "¨"]), max_size=3
)
SEPARATORS = st.sampled_from([",", ", ", ";", " ; ", "|", "\n", " ", "  ", " and ", "=", "a"])


@st.composite
def joined_cells(draw: st.DrawFn) -> tuple[str, list[str], str]:
    """Options, some with the separator in them, some beginnings, and a cell of them and of other words."""
    separator = draw(SEPARATORS)
    pieces = draw(st.lists(WORDS, min_size=1, max_size=4))
    labels = st.lists(st.sampled_from(pieces), min_size=1, max_size=3).map(separator.join)
    options = draw(st.lists(st.tuples(labels, st.sampled_from(["", "", "…"])), max_size=6))
    chosen = st.sampled_from([*pieces, *(label for label, _ in options), "other", "", "\u0338b"])
    cell = separator.join(draw(st.lists(chosen, max_size=7)))
    return cell, [fold(label) + end for label, end in options], separator


@given(joined_cells())
def test_a_cell_is_cut_as_by_trying_everything(drawn: tuple[str, list[str], str]) -> None:
    cell, options, separator = drawn
    assert cut(cell, options, separator) == plainly_cut(cell, options, separator)


@pytest.mark.parametrize("answers", [150, 151])
def test_more_answers_than_anybody_ticks_are_a_text(answers: int) -> None:
    cell = ", ".join(["Code"] * answers)
    assert len(cut(cell, ["code"])) == (150 if answers == 150 else 1)


@given(joined_cells())
def test_an_option_is_held_against_the_others_alone(drawn: tuple[str, list[str], str]) -> None:
    cell, options, separator = drawn
    for option in {*options, fold(cell)}:
        others = [other for other in options if other != option]
        pieces = plainly_cut(fold(cell), others, separator)
        several = len(pieces) > 1 and all(piece in others for piece in pieces)
        found = joined.Splitter(options, separator).others_in(fold(cell), option)
        assert found == (pieces if several else [])


LABELLED = st.dictionaries(st.sampled_from("vwxyz"), st.tuples(WORDS, st.sampled_from(["", "…", "… "])))


@given(LABELLED, st.lists(WORDS, max_size=3))
def test_labels_folded_once_fit_as_each_by_itself(
    drawn: dict[str, tuple[str, str]], words: list[str]
) -> None:
    labels = {identifier: label + end for identifier, (label, end) in drawn.items()}
    for text in (*words, *labels.values()):
        fitting = [identifier for identifier, label in labels.items() if fits(label, text)]
        exact = [identifier for identifier in fitting if not is_beginning(labels[identifier])]
        longest = max((len(beginning(labels[identifier])) for identifier in fitting), default=0)
        best = [identifier for identifier in fitting if len(beginning(labels[identifier])) == longest]
        assert best_fit(labels, text) == (exact or best)


def test_the_work_for_a_cell_grows_with_its_answers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[str] = []
    labels = [f"Answer {number}" + ", and more" * (number % 10 == 0) for number in range(1000)]

    def counted(text: str) -> str:
        folded.append(text)
        return fold(text)

    def work(options: int, answers: int) -> int:
        splitter = joined.Splitter(map(fold, labels[:options]), ", ")
        fitting = Fitting(dict(zip(labels, labels, strict=True)))
        monkeypatch.setattr("pipeline.answers.joined_cells.fold", counted)
        monkeypatch.setattr("pipeline.text.folding.fold", counted)
        folded.clear()
        found = splitter.split(", ".join(labels[:answers]))
        assert [fitting.best(piece) for piece in found] == [[label] for label in labels[:answers]]
        monkeypatch.undo()
        return len(folded)

    few = work(50, 25)
    assert few == work(1000, 25) <= 25 * 4
    assert work(1000, 50) <= 2 * few


HOSTILE_MARKDOWN = [
    "a | b || c", "\\", "a\\| b", "\\\\| x |", "<script>alert(1)</script>", "<b>x</b> & <i",
    "&lt;b&gt; &amp; &#60;", "[x](javascript:alert(1))", "![x](https://example.org/x.png)",
    "[x]: https://example.org", "[x][y]", "[^1]", "<https://example.org>", "`code`", "``` sh", "~~~",
    "~~gone~~", "# heading", "## a", "* item", "*bold* **more** _it_ __under__", "- item", "+ item",
    "1. one", "12) two", "---", "===", "> quoted", ": defined", "$x^2$", "$$y$$", "a\nb\n\n# c",
    "a\r\n| b |", "\u2028# x", "=cmd|' /C calc'!A0", "=SUM(1)", "@x", "{{ 7 * 7 }}", "{: .x }", "a_b_c",
    "snake_case_name", "x ** y", "50 % ~ 60 %", "C# and C++", "10 to 49", "3.11", "-5", "\t# tabbed",
    "trailing \\", "a *", "*", "_", "#", "1.", "| --- | --- |", "H~2~O x^2^", "<!-- c -->", "<?php ?>",
    "]]>", "](x)",
]  # fmt: skip


def renderers() -> dict[str, Callable[[str], str]]:
    """Two renderers as people use them: with tags let through, and every dialect that they know."""
    markdown_it, mistune = pytest.importorskip("markdown_it"), pytest.importorskip("mistune")
    known = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    plugins = ["table", "strikethrough", "footnotes", "def_list", "math", "superscript", "subscript", "mark"]
    other = mistune.create_markdown(escape=False, plugins=plugins)
    return {"markdown-it": known.render, "mistune": lambda text: str(other(text))}


@pytest.mark.parametrize("text", HOSTILE_MARKDOWN)
def test_a_text_in_markdown_comes_out_letter_by_letter(text: str) -> None:
    told, plain = in_markdown(text), " ".join(text.split())
    assert "\n" not in told
    for name, render in renderers().items():
        for markdown, tags in (
            (told, {"p"}),
            (f"| a | b |\n|---|---|\n| {told} | y |", {"table", "thead", "tbody", "tr", "th", "td"}),
            (f"- of: {told}, and more", {"ul", "li"}),
        ):
            page = render(markdown)
            assert set(re.findall(r"<([a-z0-9!?]+)", page)) <= tags, (name, markdown, page)
            shown = html.unescape(re.sub(r"<[^<>]*>", " ", page))
            assert plain in " ".join(shown.split()), (name, markdown, page)
            assert page.count("<td") in (0, 2), (name, markdown, page)


TITLES = {
    "Which do you use?": "Which do you use?",
    "Which of them do you use (select all that apply)?": "Which of them do you use (select all that apply)?",
    "Have you given something to the project (also what is no code, e.g. talks, posts, meetings)?": (
        "Have you given something to the project?"
    ),
    "Think of the last twelve months and of all that you did in them. Which tools did you use?": (
        "Which tools did you use?"
    ),
    "Put the reasons into the order in which they matter to you. If one does not, then leave it out.": (
        "Put the reasons into the order in which they matter to you."
    ),
    "How much do you agree that the project should ask its members before it changes its licence?": (
        "How much do you agree that the project should ask its members before it changes its licence?"
    ),
    "Wie oft nutzen Sie (im Beruf oder privat, allein oder mit anderen) das Werkzeug?": (
        "Wie oft nutzen Sie das Werkzeug?"
    ),
    "Do you work in an Open Source Programme Office (OSPO) or another team for open source?": (
        "Do you work in an Open Source Programme Office (OSPO) or another team for open source?"
    ),
    "ツール（複数選択可）をお使いですか？": "ツール（複数選択可）をお使いですか？",
    f"Which {'very ' * 20}long one?": f"Which {'very ' * 10}…",
}


@pytest.mark.parametrize("text", TITLES)
def test_a_title_is_a_whole_question(text: str) -> None:
    assert default_title(text) == TITLES[text]
