"""What is unsettled in a wave file says so wherever a reader meets a number that rests on it."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from projects import copy_of, run_all
from surveys import Wave, lay_out

from pipeline.commands.check import check
from pipeline.commands.explain import explain
from pipeline.commands.headlines import headlines
from pipeline.commands.show import show
from pipeline.explore import OpenSurvey
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.public.write import public
from pipeline.tidy.csv import read

SVG = "{http://www.w3.org/2000/svg}"
MARK = "unsettled draft"
DOUBT = "cut at ', ' into 3 answers; one piece never stands alone"
QUESTIONS = """
title = "Doubts"
segments = ["role"]
[public]
licence = "CC-BY-4.0"
quasi_identifiers = ["role"]
[questions.role]
text = "What do you do?"
kind = "single"
options = { dev = "Develop", ops = "Operate" }
[questions.tools]
text = "What do you use?"
kind = "multiple"
options = { git = "Git", docker = "Docker", vim = "Vim" }
[questions.plan]
text = "Do you have a plan?"
kind = "single"
asked = { role = ["dev"] }
options = { yes = "Yes", no = "No" }
[questions.mood]
text = "How are you?"
kind = "single"
options = { well = "Well", ill = "Ill" }
"""
REPORT = """
introduction = "Git is used by {tools_now.git} and {mood_now.well} are well."
[[exhibit]]
id = "tools_now"
kind = "ranked_bars"
question = "tools"
title = "Most use Git"
claim = { majority = "git" }
neutral = "Tools"
[[exhibit]]
id = "mood_now"
kind = "single_bar"
question = "mood"
[[exhibit]]
id = "plan_now"
kind = "single_bar"
question = "plan"
[[exhibit]]
id = "tools_over"
kind = "dumbbell"
question = "tools"
[[exhibit]]
id = "mood_by"
kind = "segment_panels"
question = "mood"
by = "role"
"""


def export(shift: int) -> list[list[object]]:
    """Two hundred responses; nine of ten use Git, three of four are well."""
    rows: list[list[object]] = [
        ["ID", "What do you do?", "What do you use?", "Do you have a plan?", "How are you?"]
    ]
    for n in range(200):
        tools = "; ".join(
            ["Git"] * (n % 10 > 0) + ["Docker"] * ((n + shift) % 3 == 0) + ["Vim"] * (n % 20 == 0)
        )
        plan = ["Yes", "No"][n // 2 % 2] if n % 2 else ""
        rows.append([n + 1, "Develop" if n % 2 else "Operate", tools, plan, "Ill" if n % 4 == 0 else "Well"])
    return rows


def unsettled(folder: Path, *lines: str, exclude: str = "") -> Paths:
    """Two waves, of which the later has these lines of [unsettled]."""
    later = "\n".join([exclude, "[unsettled]", *lines]).strip() if lines else exclude
    fielded = [f"fielded = {{ from = {y}-01-01, to = {y}-02-01 }}" for y in ("2024", "2025")]
    waves = {
        "2024": Wave(export(0), head=fielded[0], title="First"),
        "2025": Wave(export(1), head=fielded[1], title="Second", more=later),
    }
    return lay_out(folder, "doubts", QUESTIONS, waves, REPORT)


@pytest.fixture(scope="module")
def of_tools(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = unsettled(tmp_path_factory.mktemp("tools"), f'tools = "{DOUBT}"')
    run_all(paths)
    return paths


def words(paths: Paths, exhibit: str) -> str:
    """All that a figure says."""
    drawn = ElementTree.fromstring((paths.figures / f"{exhibit}.svg").read_text("utf-8"))  # noqa: S314 - our own file
    return " ".join("".join(text.itertext()) for text in drawn.iter(f"{SVG}text")).casefold()


def test_every_table_ends_with_what_its_rows_rest_on(of_tools: Paths) -> None:
    files = [*of_tools.tables.rglob("*.csv")]
    assert len(files) > 15
    for file in files:
        with file.open(encoding="utf-8") as stream:
            assert next(csv.reader(stream))[-1] == "unsettled", file.name
    tools = read(of_tools, "frequencies/tools")
    assert set(tools.loc[tools["wave"] == "2025", "unsettled"]) == {"tools"}
    assert set(tools.loc[tools["wave"] == "2024", "unsettled"]) == {""}
    for settled in ("mood", "plan", "role"):
        assert set(read(of_tools, f"frequencies/{settled}")["unsettled"]) == {""}
    over = read(of_tools, "tools_over")
    changes = over["measure"] == "change"
    assert changes.sum() == 3 and set(over.loc[changes, "unsettled"]) == {"tools"}
    changed = read(of_tools, "changes").groupby("question")["unsettled"].agg(set)
    assert changed["tools"] == {"tools"} and changed["mood"] == {""}
    tests = read(of_tools, "tests").groupby("exhibit")["unsettled"].agg(set)
    assert tests["tools_over"] == {"tools"} and tests["mood_by"] == {""}


def test_figures_and_their_alt_texts_say_so(of_tools: Paths) -> None:
    exhibits = read(of_tools, "exhibits").set_index("id")
    for exhibit in ("tools_now", "tools_over"):
        assert words(of_tools, exhibit).count(MARK) == 2, "above the title, and in the foot"
        assert "wave file says why (tools)" in re.sub(r"\s+", " ", words(of_tools, exhibit))
        assert exhibits.loc[exhibit, "alt"].casefold().startswith(MARK)
    for exhibit in ("mood_now", "plan_now", "mood_by"):
        assert MARK not in words(of_tools, exhibit)
        assert MARK not in exhibits.loc[exhibit, "alt"].casefold()


def test_a_claim_and_a_quoted_number_are_not_tested(of_tools: Paths) -> None:
    assert read(of_tools, "exhibits").set_index("id").loc["tools_now", "title"] == "Tools"
    claims = read(of_tools, "claims")
    assert dict(zip(claims["claim"], claims["said"], strict=True)) == {
        "quote": "{tools_now.git}: not tested: unsettled (tools)",
        "majority": "not tested: unsettled (tools)",
    }
    assert not claims["holds"].any() and set(claims["unsettled"]) == {"tools"}
    assert set(read(of_tools, "quotes")["placeholder"]) == {"mood_now.well"}


def test_the_page_lists_the_lines_at_its_top(of_tools: Paths) -> None:
    page = of_tools.report.read_text("utf-8")
    top = page[: page.index("<nav")]
    line = of_tools.raw.joinpath("2025.toml").read_text("utf-8").split("\n").index(f'tools = "{DOUBT}"') + 1
    assert f"<code>raw/doubts/2025.toml:{line}</code> tools: cut at" in top
    assert "Git is used by [not tested: unsettled] and " in re.sub("<[^>]+>", "", top)
    assert "These claims do not hold" not in page
    assert "tools_now: majority git" in top
    articles = {re.findall('id="([a-z_]+)"', part)[0]: part for part in page.split("<article ")[1:]}
    marked = {name for name, article in articles.items() if '<p class="warning">Unsettled draft' in article}
    assert marked == {"tools_now", "tools_over"} and len(articles) == 5
    assert "<td>not tested: unsettled</td>" in page, "at a glance"


def test_no_headline_is_suggested(of_tools: Paths) -> None:
    lines = list(headlines(of_tools))
    assert "# Figure 1. Tools (tools_now): not tested: unsettled (tools)" in lines
    assert not any("tools_now." in line or "tools_over." in line for line in lines)
    assert any("mood_now." in line for line in lines)


def test_the_workbook_says_so_above_the_numbers(of_tools: Paths) -> None:
    book = openpyxl.load_workbook(of_tools.workbook)
    marked = {
        sheet.title
        for sheet in book
        if any(str(row[0].value).startswith("Unsettled draft") for row in sheet.iter_rows(max_row=6))
    }
    assert {"1 tools_now", "4 tools_over", "tools 2025"} <= marked
    assert not marked & {"2 mood_now", "tools 2024", "mood 2025"}


def test_show_explain_and_the_notebook_say_so(of_tools: Paths) -> None:
    assert any(line.startswith("Unsettled draft") for line in show(of_tools, "tools"))
    assert not any("nsettled" in line for line in show(of_tools, "tools", wave="2024"))
    assert any("Unsettled draft" in line for line in explain(of_tools, "tools_now", "git"))
    with OpenSurvey("doubts", of_tools.root) as survey:
        tools = survey.estimates("tools")
        assert tools.groupby("wave")["unsettled"].agg(set).to_dict() == {"2024": {""}, "2025": {"tools"}}
        assert set(survey.compare_waves("tools")["unsettled"]) == {"tools"}
        assert "unsettled" in survey.crosstab("tools", "role").columns.get_level_values(1)
        assert set(survey.test("mood")["unsettled"]) == {""}
        assert set(survey.estimates("mood", where={"tools": "git"})["unsettled"]) == {"", "tools"}


def test_check_names_the_line_and_ends_well(of_tools: Paths) -> None:
    lines = list(check(of_tools))
    assert re.fullmatch(r"raw/doubts/2025\.toml:\d+: unsettled: tools: cut at .*", lines[0])
    assert lines[-1].startswith("nothing stands in the way")


def test_the_public_bundle_leaves_it_out(of_tools: Paths, tmp_path: Path) -> None:
    paths = copy_of(of_tools, tmp_path)
    lines = public(paths)
    assert "tools removed: is unsettled (tools)" in lines
    columns = set(pd.read_csv(paths.public / "responses.csv").columns)
    assert "mood" in columns and not any(column.startswith("tools") for column in columns)


def test_who_is_in_the_file_concerns_every_number_of_the_wave(tmp_path: Path) -> None:
    paths = unsettled(tmp_path, 'respondents = "20 rows repeat an id"')
    run_all(paths)
    mood = read(paths, "frequencies/mood").groupby("wave")["unsettled"].agg(set)
    assert mood.to_dict() == {"2024": {""}, "2025": {"respondents"}}
    assert set(read(paths, "exhibits")["unsettled"]) == {"respondents"}
    assert set(read(paths, "flow").groupby("wave")["unsettled"].agg(set)["2025"]) == {"respondents"}
    with pytest.raises(SurveyError, match="who is counted"):
        public(paths)
    assert not paths.public.exists()


def test_a_doubt_spreads_to_what_is_computed_from_the_question(tmp_path: Path) -> None:
    paths = unsettled(tmp_path, 'role = "worded 70% like another"')
    run_all(paths)
    plan = read(paths, "frequencies/plan").groupby("wave")["unsettled"].agg(set)
    assert plan["2025"] == {"role"}, "who was asked is told by it"
    mood = read(paths, "frequencies/mood")
    by_role = mood.loc[mood["wave"] == "2025"].groupby("by")["unsettled"].agg(set)
    assert by_role.to_dict() == {"": {""}, "role": {"role"}}
    page = paths.report.read_text("utf-8")
    by = page[page.index("<summary>By role</summary>") :]
    assert by.index("Unsettled draft") < by.index("<table"), "the numbers by role under a settled figure"
    assert read(paths, "exhibits").set_index("id")["unsettled"].to_dict() == {
        "tools_now": "", "mood_now": "", "plan_now": "role", "tools_over": "", "mood_by": "role",
    }  # fmt: skip


def test_a_screening_question_concerns_everybody(tmp_path: Path) -> None:
    exclude = '[[exclude]]\nreason = "ill"\nwhere = { mood = ["ill"] }'
    paths = unsettled(tmp_path, 'mood = "two ways to read it"', exclude=exclude)
    run_all(paths)
    assert set(read(paths, "exhibits")["unsettled"]) == {"mood"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('tols = "which?"', "names a question or respondents, and 'tols' is neither; did you mean 'tools'"),
        ('tools = ""', "unsettled.tools"),
    ],
)
def test_a_line_that_names_or_says_nothing_is_an_error(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(SurveyError, match=re.escape(said)):
        list(check(unsettled(tmp_path, line)))


def test_no_question_can_be_called_respondents(tmp_path: Path) -> None:
    paths = unsettled(tmp_path)
    text = paths.questionnaire.read_text("utf-8").replace("[questions.mood]", "[questions.respondents]")
    paths.questionnaire.write_text(text, encoding="utf-8")
    with pytest.raises(SurveyError, match="no question can be called 'respondents'"):
        list(check(paths))
