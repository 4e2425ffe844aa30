"""Ways in which answers were lost, counted twice, or printed as somebody wrote them; each must stay shut."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from test_layouts import answers, lay_out

from pipeline.errors import SurveyError
from pipeline.paths import Paths

ID = '[respondents]\nid = "Respondent ID"\n'
OTHER = 'other = { label = "Other", write_in = true }'


def survey(kind: str, options: str, more: str = "") -> str:
    return f'title = "A"\n[questions.q]\ntext = "Q?"\nkind = "{kind}"\n{more}options = {{ {options} }}\n'


def project(folder: Path, questionnaire: str, export: str, layout: str, wave: str = "") -> Paths:
    rows = "\nheader_rows = 2" if layout == "surveymonkey" else ""
    paths = lay_out(folder, questionnaire, "w.csv", f'format = "{layout}"{rows}', ID + wave)
    (paths.raw / "w.csv").write_text(export)
    return paths


def labels(paths: Paths) -> dict[str, str]:
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        return dict(connection.execute("select option, label from options").fetchall())


def test_an_other_in_the_cell_and_beside_it_counts_once(tmp_path: Path) -> None:
    export = 'Respondent ID,Q?,Other\n1,"x, Other",own words\n2,y,\n3,,more words\n'
    paths = project(tmp_path, survey("multiple", f'x = "x", y = "y", {OTHER}'), export, "typeform")
    assert answers(paths)["q"] == [(1, "other"), (1, "x"), (2, "y"), (3, "other")]


@pytest.mark.parametrize(
    ("kind", "more"), [("single", ""), ("multiple", ""), ("number", ""), ("single", "private = true\n")]
)
def test_few_cells_never_make_a_label(kind: str, more: str, tmp_path: Path) -> None:
    own = f", {OTHER}" if kind != "number" and not more else ""
    questionnaire = survey(kind, f'big = "3", long = "Organization…"{own}', more)
    said = "Organization is canary and I say so"
    export = f"Respondent ID,Q?\n1,3\n2,{said}\n3,{said}\n"
    paths = project(tmp_path, questionnaire, export, "googleforms")
    assert (2, "long") in answers(paths)["q"]
    assert labels(paths)["long"] == "Organization…"
    # what three people give is no longer anybody's own
    (paths.raw / "w.csv").write_text(f"{export}4,{said}\n")
    answers(paths)
    assert labels(paths)["long"] == said


def test_a_line_of_answers_prints_nobodys_words(tmp_path: Path) -> None:
    questionnaire = survey("single", f'yes = "Yes…", no = "No", {OTHER}')
    export = "Respondent ID,Q?\n1,Yeah because canary\n2,No\n"
    paths = project(tmp_path, questionnaire, export, "googleforms", '[answers.q]\n"Yeah…" = "yes"\n')
    assert answers(paths)["q"] == [(1, "yes"), (2, "no")]
    assert labels(paths)["yes"] == "Yes…"


@pytest.mark.parametrize("boxes", ["0,0", ",", "1,0"])
def test_boxes_are_held_against_the_joined_column(boxes: str, tmp_path: Path) -> None:
    export = f"Respondent ID,Q?,Q?/x,Q?/y\n1,x y,{boxes}\n2,x,1,0\n"
    paths = project(tmp_path, survey("multiple", 'x = "x", y = "y"'), export, "kobotoolbox")
    with pytest.raises(SurveyError, match=r"q: the boxes of 1 respondents \(response 1 of the ex"):
        answers(paths)
    (paths.raw / "w.csv").write_text(export.replace(f"x y,{boxes}", "x y,1,1"))
    assert answers(paths)["q"] == [(1, "x"), (1, "y"), (2, "x")]


def test_an_other_with_a_second_text_is_not_taken_back(tmp_path: Path) -> None:
    questionnaire = survey("multiple", f'red = "Red", blue = "Blue", {OTHER}')
    questionnaire += '[questions.q.others]\n"crimson" = "red"\n'
    export = "Respondent ID,Q?,,,\n,Red,Blue,Other,More\n1,,,crimson,cats\n2,,,crimson,\n3,,,,puce\n"
    paths = project(tmp_path, questionnaire, export, "surveymonkey", '[answers.q]\n"More" = "other"\n')
    assert answers(paths)["q"] == [(1, "other"), (1, "red"), (2, "red"), (3, "other")]


def test_two_write_ins_beside_one_column_are_told_apart(tmp_path: Path) -> None:
    options = ", ".join(
        f'o{n} = {{ label = "Other {w}", write_in = true }}' for n, w in ((1, "tool"), (2, "lang"))
    )
    export = "Respondent ID,Q?,,\n,Response,Other tool,Other lang\n1,x,,\n2,,a spoon,\n3,,,basic\n"
    paths = project(tmp_path, survey("single", f'x = "x", {options}'), export, "surveymonkey")
    assert answers(paths)["q"] == [(1, "x"), (2, "o1"), (3, "o2")]


def test_a_box_of_an_other_that_says_0_is_no_tick(tmp_path: Path) -> None:
    export = "Respondent ID,Q?,Q?/x,Q?/Other,Q?_other\n1,x,1,0,\n2,x,1,0,\n3,x Other,1,1,words\n"
    paths = project(tmp_path, survey("multiple", f'x = "x", {OTHER}'), export, "kobotoolbox")
    assert answers(paths)["q"] == [(1, "x"), (2, "x"), (3, "other"), (3, "x")]


def test_no_beside_an_other_is_somebodys_answer(tmp_path: Path) -> None:
    export = (
        "Respondent ID,q[1]. Q? [x],q[2]. Q? [y],q[other]. Q? [Other]\n1,Yes,No,\n2,No,No,No\n3,No,No,puce\n"
    )
    paths = project(tmp_path, survey("multiple", f'x = "x", y = "y", {OTHER}'), export, "limesurvey")
    assert answers(paths)["q"] == [(1, "x"), (2, "other"), (3, "other")]


@pytest.mark.parametrize("text", ["No", "FALSE", "Not mentioned"])
def test_a_column_of_refusals_is_no_column_of_ticks(text: str, tmp_path: Path) -> None:
    export = f"Respondent ID,Q?,\n,x,y\n1,{text},y\n2,{text},\n"
    paths = project(tmp_path, survey("multiple", 'x = "x", y = "y"'), export, "surveymonkey")
    with pytest.raises(SurveyError, match=f"q: column B .* holds nothing but '{text}'; if that"):
        answers(paths)


@pytest.mark.parametrize("kind", ["grid", "rank"])
def test_an_item_in_two_columns(kind: str, tmp_path: Path) -> None:
    options = 'options = { a = "A" }\n' if kind == "grid" else ""
    questionnaire = (
        f'title = "A"\n[questions.q]\ntext = "Q?"\nkind = "{kind}"\n{options}items = {{ x = "x", y = "y" }}\n'
    )
    cell = "A" if kind == "grid" else "1"
    export = f"Respondent ID,Q?,\n,x,x\n1,{cell},{cell}\n"
    with pytest.raises(SurveyError, match=r"'x' too; tell the two|two columns are 'x'; tell"):
        answers(project(tmp_path, questionnaire, export, "surveymonkey"))
