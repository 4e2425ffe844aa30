"""A kind of question is one module: a new one is its file alone, and nobody else spells the name of one."""

from __future__ import annotations

import ast
import csv
import importlib
import re
import shutil
import textwrap
import tomllib
from pathlib import Path

import pytest
from projects import ROOT, survey_process
from surveys import Wave, lay_out

from pipeline.answers.kinds import reader_of
from pipeline.declarations.questionnaire import Question
from pipeline.tidy.figure_kinds import figure_kinds
from pipeline.tidy.printed import TABLE
from pipeline.tidy.question_kinds import question_kinds

PACKAGE = ROOT / "pipeline"
KINDS = question_kinds()

# answers in stars, of which one option is declared for each number
STARS = '''"""A rating in stars.

    [questions.rating]
    text = "How do you rate it?"
    kind = "stars"
    options = { one = "One star", two = "Two stars", three = "Three stars" }
"""

from collections import Counter

from pipeline.answers.meaning import Answer
from pipeline.answers.reader import Asked, Reader, Unknown

COUNTED = "options"
CAPTION = "Share of respondents giving so many stars"
MODE = "(give one to three stars)"
FIGURE = "ranked_bars"
FIGURES = ("single_bar",)


def read(reader: Reader, asked: Asked) -> None:
    """As many stars in a cell as the option has a place."""
    unknown: Unknown = Counter()
    options = list(asked.options.declared)

    def answer(text: str, _: int) -> tuple[Answer, bool]:
        known = not text.strip("*") and 0 < len(text) <= len(options)
        return Answer(option=options[len(text) - 1] if known else ""), known

    reader.code(asked.name, asked.columns[0], answer, unknown)
    reader.unknown(asked.name, unknown, asked.options)
    reader.offer_all(asked.name, asked.options)
'''
SURVEY = """
title = "Ratings"
segments = ["rating"]
[questions.rating]
text = "How do you rate it?"
kind = "stars"
options = { one = "One star", two = "Two stars", three = "Three stars" }
[questions.again]
text = "Would you come again?"
kind = "single"
options = { yes = "Yes", no = "No" }
"""
REPORT = """
exhibit = [
  { id = "rating", kind = "ranked_bars", question = "rating" },
  { id = "stacked", kind = "single_bar", question = "rating" },
  { id = "again", kind = "segment_panels", question = "again", by = "rating" },
]
"""


@pytest.fixture
def rated(tmp_path: Path) -> Path:
    """A project whose own package has one more kind of question, and a survey that asks one."""
    shutil.copytree(PACKAGE, tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pipeline/answers/kinds/stars.py").write_text(STARS, encoding="utf-8")
    rows = [["*" * (1 + number % 3), "Yes" if number % 2 else "No"] for number in range(60)]
    wave = Wave([["How do you rate it?", "Would you come again?"], *rows], respondents="", title="Ratings")
    lay_out(tmp_path, "rated", SURVEY, {"first": wave}, REPORT)
    return tmp_path


def test_a_new_kind_is_one_file(rated: Path) -> None:
    run = survey_process(rated, "all", "--survey", "rated")
    assert run.returncode == 0, run.stderr
    tables = rated / "outputs" / "rated" / "tables"
    with (tables / "frequencies" / "rating.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["by"] == ""]
    assert {row["option"]: float(row["share"]) for row in rows} == pytest.approx(
        {"one": 1 / 3, "two": 1 / 3, "three": 1 / 3}
    )
    with (tables / "questionnaire.csv").open(encoding="utf-8") as file:
        asked = next(csv.DictReader(file))
    assert (asked["kind"], asked["mode"]) == ("stars", "(give one to three stars)")
    figures = {path.stem: path.read_text(encoding="utf-8") for path in rated.rglob("outputs/**/*.svg")}
    assert set(figures) == {"rating", "stacked", "again"}
    assert "so many stars" in figures["rating"]
    # without a report.toml too, and a text that it does not know is told as any other is
    (rated / "raw/rated/report.toml").unlink()
    export = rated / "raw/rated/first.csv"
    export.write_text(export.read_text(encoding="utf-8") + "****,Yes\n", encoding="utf-8")
    run = survey_process(rated, "all", "--survey", "rated")
    assert run.returncode == 1
    assert "'****' (once, column A) is no answer of it" in run.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_describes_itself(kind: str) -> None:
    described = KINDS[kind]
    assert callable(reader_of(kind))
    assert described.drawn_as - {""} <= {
        TABLE,
        *figure_kinds(),
    }
    head = importlib.import_module(f"pipeline.answers.kinds.{kind}").__doc__ or ""
    assert "Keys: " in head or "No keys of its own." in head
    example = textwrap.dedent("\n".join(line for line in head.splitlines() if line.startswith("    ")))
    (asked,) = tomllib.loads(example)["questions"].values()
    question = Question.model_validate(asked)
    assert question.kind == kind
    assert bool(question.items) == described.items
    assert bool(question.options or question.scale) or not described.has_options
    # each key of the example is one that the head names, or that every question has
    assert all(f"`{key}`" in head or key in ("text", "kind") for key in asked)


def test_every_kind_is_in_the_docs() -> None:
    docs = (ROOT / "docs" / "declarations.md").read_text(encoding="utf-8")
    row = next(line for line in docs.splitlines() if line.startswith("| `kind` |"))
    assert re.findall(r"`(\w+)`", row)[1:] == list(KINDS)


# where the name of a kind is spelt, and why
SPELT = {
    "drafting/": "a draft writes the kind that it takes a question for into survey.toml",
    "charts/": "a kind of figure names the kinds of question that it can show, so that it is one file too",
    "declarations/published_numbers.py": "others say of their numbers whether several could be chosen",
    "commands/verify.py": "the same, of numbers of no wave",
    "tidy/tables.py": "the same, as the table of numbers that others published has it",
}


def spelt(source: str) -> set[int]:
    """The lines that name a kind of question: where kinds are compared, or a word that means nothing else."""
    unlike = set(KINDS) - {"text", "number", "date", "rank"}  # these are columns, measures and cells too
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        words = {
            part.value
            for part in ast.walk(node)
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value in KINDS
        }
        if isinstance(node, ast.Constant) and node.value in unlike:
            lines.add(node.lineno)
        if (
            isinstance(node, ast.Compare)
            and re.search(r"(asked|question|\])\.kind\b", ast.unparse(node))
            and words
        ):
            lines.add(node.lineno)
    return lines


def test_nobody_else_spells_the_name_of_a_kind() -> None:
    assert spelt(
        'x = "grid"\nif asked.kind == "text": pass\nif survey.questions[a].kind in ("rank",): pass'
    ) == {1, 2, 3}
    assert spelt('x = {"text": row["rank"]}\nassert cell.kind == "date"\n') == set()
    sources = {
        str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")
    }
    elsewhere = {name for name, source in sources.items() if spelt(source) and "answers/kinds/" not in name}
    assert {next((place for place in SPELT if name.startswith(place)), name) for name in elsewhere} == set(
        SPELT
    )


def test_no_statement_spells_the_name_of_a_kind() -> None:
    kinds = re.compile(rf"'({'|'.join(KINDS)})'")
    statements = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.sql")}
    assert len(statements) > 40
    named = [path.name for path, text in statements.items() if re.search(r"\bkind\b.*" + kinds.pattern, text)]
    assert named == []
    # what a kind is counted by stands in statements
    assert any("counted = 'places'" in text for text in statements.values())
