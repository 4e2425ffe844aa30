"""Ways in which answers were lost, counted twice, or printed as somebody wrote them; each must stay shut."""

from __future__ import annotations

import tomllib
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import xlsxwriter
from layouts import answers, lay_out

from pipeline.drafting.new_wave import new_wave
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tables import tables
from pipeline.tidy.csv import read

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


def test_an_error_cell_of_a_spreadsheet_is_no_blank(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, survey("single", 'x = "x"'), "w.xlsx", 'format = "flat"', ID)
    with xlsxwriter.Workbook(str(paths.raw / "w.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Respondent ID", "Q?"])
        sheet.write_row(1, 0, ["1", "x"])
        sheet.write_string(2, 0, "2")
        sheet.write_formula(2, 1, "=-none", None, "#NAME?")
    with pytest.raises(SurveyError, match=r"w.xlsx: 1 cells hold an error and no answer: B3 \(#NAME\?\)"):
        answers(paths)


def test_labels_of_spss_that_tell_nothing_apart(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    paths = lay_out(tmp_path, survey("single", 'x = "Yes", y = "No"'), "w.sav", 'format = "spss"')
    frame = pd.DataFrame({"q": [1.0, 2, 3, 4]})
    names = {1.0: "Yes", 2.0: "No", 3.0: "NO", 4.0: " "}
    pyreadstat.write_sav(frame, str(paths.raw / "w.sav"), variable_value_labels={"q": names})
    with pytest.raises(SurveyError) as told:
        answers(paths)
    assert [text in str(told.value) for text in ("'No [2]'", "'NO [3]'", "'[4]'")] == [True] * 3


@pytest.mark.parametrize("blank", ["–", "Don’t say", "Weiß  nicht"])
def test_a_blank_text_is_compared_as_all_texts_are(blank: str, tmp_path: Path) -> None:
    cell = {"–": "-", "Don’t say": "DON'T SAY", "Weiß  nicht": "weiß nicht"}[blank]
    export = f"Respondent ID,Q?\n1,x\n2,{cell}\n"
    paths = project(tmp_path, survey("single", 'x = "x"'), export, "flat")
    wave = paths.raw / "w.toml"
    wave.write_text(wave.read_text().replace('format = "flat"', f'format = "flat"\nblank = ["{blank}"]'))
    assert answers(paths)["q"] == [(1, "x")]


def test_a_very_long_cell_is_a_text(tmp_path: Path) -> None:
    export = f'Respondent ID,Q?\n1,x\n2,"{", ".join(["Alpha x"] * 1500)}"\n'
    paths = project(tmp_path, survey("multiple", f'x = "x", a = "Alpha x", {OTHER}'), export, "googleforms")
    assert (1, "x") in answers(paths)["q"]


@pytest.mark.parametrize("text", ["9999-12-31", "2020-05-06 or maybe later"])
def test_dates_at_the_edge(text: str, tmp_path: Path) -> None:
    paths = project(tmp_path, survey("date", ""), f"Respondent ID,Q?\n1,{text}\n2,2000\n", "flat")
    if "maybe" in text:
        with pytest.raises(SurveyError, match="is no date such as"):
            answers(paths)
    else:
        assert answers(paths)["q"][0][1] == pytest.approx(9999 + 364 / 365)


@pytest.mark.parametrize(
    ("number", "said"), [("inf", "a text or a number is wanted, seen inf"), ("true", "answers.q")]
)
def test_numbers_in_answers_are_finite_numbers(number: str, said: str, tmp_path: Path) -> None:
    wave = f'[answers.q]\n"about" = {number}\n'
    paths = project(tmp_path, survey("number", ""), "Respondent ID,Q?\n1,about\n", "flat", wave)
    with pytest.raises(SurveyError, match=said):
        answers(paths)


def test_a_question_that_nobody_answered_stops_no_first_report(tmp_path: Path) -> None:
    questionnaire = (
        survey("number", "") + '[questions.r]\nkind = "single"\ntext = "R?"\noptions = { x = "x" }\n'
    )
    paths = project(tmp_path, questionnaire, "Respondent ID,Q?,R?\n1,,x\n2,,x\n", "flat")
    answers(paths)
    tables(paths)
    assert read(paths, "exhibits")["id"].tolist() == ["r"]


UNLIKE = "".join(f"{n},canary{n},canaries{n}\n" for n in range(14))


@pytest.mark.parametrize(
    "header", ["Respondent ID,Name two wishes,\n,First,Second\n", "Respondent ID,Two [First],Two [Second]\n"]
)
def test_a_draft_holds_nobodys_words(header: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    (raw / "one.csv").write_text(header + UNLIKE)
    list(new_wave(tmp_path, raw / "one.csv"))
    drafted = (raw / "survey.toml").read_text() + (raw / "one.toml").read_text()
    assert "canar" not in drafted
    assert 'kind = "text"' in drafted


@pytest.mark.parametrize("name", ["survey.csv", "report.csv", "assumptions.csv"])
def test_an_export_named_like_a_declaration_is_refused(name: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    (raw / name).write_text("Respondent ID,Q?\n1,x\n")
    with pytest.raises(SurveyError, match="has another meaning; name the export by its wave"):
        list(new_wave(tmp_path, raw / name))


LIKE = 'dkns = "Do not know", red = "Red", blue = "Blue…"'
FIRST = "Respondent ID,Q?,Boss\n"
FIRST += "".join(f"{n},{['Red', 'Blue one'][n % 2]},Ms canary\n" for n in range(10))
SECOND = FIRST.replace("Boss", "Your boss") + (
    "20,Not sure: canary one,Ms canary\n21,I am canary not able to know,Ms canary\n"
    "22,Blue since canary,Ms canary\n"
    "23,Green,Ms canary\n24,Green,Ms canary\n25,Green,Ms canary\n"
)


def next_wave(folder: Path, questionnaire: str) -> Paths:
    paths = project(folder, questionnaire, FIRST, "flat")
    wave = paths.raw / "w.toml"
    wave.write_text(wave.read_text().replace(ID, f'{ID}drop = ["C"]\n'))
    (paths.raw / "x.csv").write_text(SECOND)
    return paths


@pytest.mark.parametrize("private", [False, True])
def test_what_is_carried_over_holds_nobodys_words(private: bool, tmp_path: Path) -> None:
    paths = next_wave(tmp_path, survey("single", LIKE, "private = true\n" if private else ""))
    list(new_wave(tmp_path, paths.raw / "x.csv", "w"))
    written = paths.questionnaire.read_text() + (paths.raw / "x.toml").read_text()
    assert "canary" not in written
    assert ("Green" in written) is not private
    assert 'drop = [\n    "C",' in (paths.raw / "x.toml").read_text()


@pytest.mark.parametrize(
    "questionnaire",
    [
        'title = "A" # \u2028 \u0085 x\npopulation = "p\u2028q"\n'
        '[questions.q]\ntext = "Q?"\nkind = "single"\n'
        f"options = {{ {LIKE} }}   # see {{above}}\n",
        'title = "A"\n[questions.q]\ntext = "Q?"\nkind = "single"\n[questions.q.options]\n'
        'dkns = "Do not know"\nred = "Red"\nblue = """\nBlue…"""\n',
        'title = "A"\n[questions]\nq = { text = "Q?", kind = "single", options = { ' + LIKE + " } }\n",
        'title = "A"\n[questions.q]\ntext = "Q?"\nkind = "single"\noptions.dkns = "Do not know"\n'
        'options.red = "Red"\noptions.blue.label = "Blue…"\n',
        f'title = "A"\r\n[questions.q]\r\ntext = "Q?"\r\nkind = "single"\r\noptions = {{ {LIKE} }}\r\n',
    ],
)
def test_a_questionnaire_is_added_to_whole_or_left_alone(questionnaire: str, tmp_path: Path) -> None:
    paths = next_wave(tmp_path, questionnaire)
    paths.questionnaire.write_bytes(questionnaire.encode())
    before = tomllib.loads(questionnaire.replace("\r\n", "\n"))
    try:
        list(new_wave(tmp_path, paths.raw / "x.csv", "w"))
    except SurveyError as error:
        assert "cannot be added to line by line, so nothing was changed" in str(error)
        assert paths.questionnaire.read_bytes() == questionnaire.encode()
        assert not (paths.raw / "x.toml").exists()
        return
    after = tomllib.loads(paths.questionnaire.read_bytes().decode().replace("\r\n", "\n"))
    options = after["questions"]["q"]["options"]
    assert (options.pop("green"), options.pop("other")["write_in"]) == ("Green", True)
    assert after == before
    assert (b"\r\n" in paths.questionnaire.read_bytes()) == ("\r\n" in questionnaire)


def test_a_wave_is_renamed_where_its_name_stands_alone(tmp_path: Path) -> None:
    paths = project(tmp_path, survey("single", 'x = "x"'), "Respondent ID,Q?\n1,x\n2,x\n", "flat")
    (paths.raw / "w.toml").rename(paths.raw / "4.toml")
    wave = paths.raw / "4.toml"
    rights = 'licence = "CC BY 4.0"\ncitation = "doi 10.4/z.444, wave 4"'
    text = wave.read_text().replace('title = "W"', 'title = "Wave 4"')
    wave.write_text(text.replace('format = "flat"', f'format = "flat"\n{rights}'))
    (paths.raw / "5.csv").write_text("Respondent ID,Q?\n1,x\n2,x\n")
    list(new_wave(tmp_path, paths.raw / "5.csv", "4"))
    carried = tomllib.loads((paths.raw / "5.toml").read_text())
    assert carried["title"] == "Wave 5"
    assert carried["source"]["licence"] == "CC BY 4.0"
    assert carried["source"]["citation"] == "doi 10.4/z.444, wave 5"
