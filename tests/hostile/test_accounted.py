"""No raw answer is lost silently: ways in which one could be, each tried on the toy survey."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from projects import few_of, frequencies, run_all, run_to, survey_command

from pipeline.exhibits.run import opened
from pipeline.exports import delimited
from pipeline.exports.ingested import load_export
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths, find
from pipeline.project.sql import query
from pipeline.tables import tables
from pipeline.tidy.csv import read


def change(path: Path, *edits: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in edits:
        assert before in text, f"{before!r} is not in {path.name}"
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def to_database(paths: Paths) -> None:
    run_to(paths, normalise)


def to_tables(paths: Paths) -> None:
    run_to(paths, tables)


def reasons(paths: Paths) -> dict[tuple[str, str], int]:
    """How many were left out or flagged in each wave, by the reason that flow.csv gives."""
    with opened(paths) as run:
        return {
            (wave, reason): respondents
            for wave, _, reason, respondents in query(run.connection, "estimates/flow").fetchall()
        }


def counts(paths: Paths, question: str, wave: str, measure: str = "option") -> dict[str, int]:
    """How many chose each option or item."""
    data = frequencies(paths, question)
    rows = data[(data["wave"] == wave) & (data["by"] == "") & (data["measure"] == measure)]
    keys = rows["item"] if measure in ("ranked", "first") else rows["option"]
    return dict(zip(keys, rows["respondents"].astype(int), strict=True))


def refused(paths: Paths, expected: str) -> None:
    with pytest.raises(SurveyError, match=expected):
        to_tables(paths)


def alone(paths: Paths) -> None:
    """Leave only the first wave and one exhibit."""
    for name in ("second.toml", "second.csv", "published.csv"):
        (paths.raw / name).unlink()
    change(paths.raw / "first.toml", ('[changes.top]\nnot_offered = ["trust"]\n', ""))
    (paths.raw / "report.toml").write_text(
        '[[exhibit]]\nid = "uses"\nkind = "ranked_bars"\nquestion = "uses"\n'
    )
    change(paths.raw / "survey.toml", (', trust = "Trust"', ""))


@pytest.mark.parametrize("where", few_of(["top", "under the header", "middle", "end"], 1))
def test_empty_lines_are_no_respondents_and_hide_none(toy: Paths, where: str) -> None:
    export = toy.raw / "second.csv"
    lines = export.read_text().splitlines(keepends=True)
    lines.insert({"top": 0, "under the header": 2, "middle": 6, "end": len(lines)}[where], "\n")
    export.write_text("".join(lines))
    to_database(toy)
    assert load_export(toy, "second").rows == 14
    assert counts(toy, "uses", "second") == {"models": 6, "data": 5, "other": 1, "none": 3, "dkns": 1}


def test_a_repeated_heading_row_is_no_respondent(toy: Paths) -> None:
    # SurveyMonkey repeats "Respondent ID" in the second row of some exports
    change(toy.raw / "second.csv", ("\n,,,Response", "\nRespondent ID,,,Response"))
    to_database(toy)
    assert load_export(toy, "second").rows == 14


def test_a_header_that_cannot_be_told_is_not_guessed(toy: Paths) -> None:
    change(toy.raw / "second.csv", ("Respondent ID", "No."))
    change(toy.raw / "second.toml", ('id = "Respondent ID"\n', ""))
    refused(toy, "rows of the header cannot be told")


def test_a_cut_file_with_a_stray_quote(toy: Paths) -> None:
    export = toy.raw / "first.csv"
    change(export, ("knitting, sewing", 'a 5" screen'))
    export.write_text(export.read_text().rstrip("\n") + '"I think th')
    refused(toy, "first.csv ends inside a quoted cell|could be read")


def test_records_are_counted_by_a_second_reader(toy: Paths) -> None:
    export = toy.raw / "first.csv"
    text = delimited.look(export, "")
    delimited._check_count(text, 1, 11)
    with pytest.raises(delimited.UnreadableError, match="has 11 records below its header, of which 10 could"):
        delimited._check_count(text, 1, 10)


@pytest.mark.parametrize("encoding", few_of(["utf-16", "cp1252", "utf-8"], 1))
def test_every_encoding_is_held_to_the_same_rows(toy: Paths, encoding: str) -> None:
    export = toy.raw / "first.csv"
    text = export.read_text(encoding="utf-8")
    if encoding == "cp1252":
        change(toy.raw / "first.toml", ('format = "flat"', 'format = "flat"\nencoding = "cp1252"'))
    export.write_bytes(text.encode(encoding))
    to_database(toy)
    assert counts(toy, "uses", "first") == {"models": 4, "data": 3, "other": 1, "none": 3, "dkns": 1}
    export.write_bytes(text.replace(";;Speed;Agree;Agree;100;", "").encode(encoding))
    refused(toy, r"line 12 of first.csv has 4 cells, where the header has 10")


def test_white_space_is_no_answer(toy: Paths) -> None:
    change(toy.raw / "second.csv", ("Yes,South,,,,,,,It costs", "Yes,South,,,,,,\t,It costs"))
    to_database(toy)
    assert counts(toy, "uses", "second")["other"] == 1


def test_somebodys_other_never_becomes_a_label(toy: Paths) -> None:
    alone(toy)
    change(toy.raw / "survey.toml", ('label = "Other (please specify)"', 'label = "Other…"'))
    change(toy.raw / "first.csv", ("knitting, sewing", "Other: I am canary-private-9"))
    run_all(toy)
    assert counts(toy, "uses", "first")["other"] == 1
    published = [p for p in toy.outputs.rglob("*") if p.is_file() and toy.interim not in p.parents]
    assert len(published) > 5
    assert not [p for p in published if b"canary-private-9" in p.read_bytes()]


def test_a_grid_row_that_begins_with_other_is_not_dropped(toy: Paths) -> None:
    export = toy.raw / "first.csv"
    lines = export.read_text().splitlines()
    export.write_text(
        "\n".join([lines[0] + ";Do you agree? [Other models are better]"] + [f"{x};Agree" for x in lines[1:]])
    )
    refused(toy, "'Other models are better' is no item of it")


@pytest.mark.parametrize(
    ("question", "identifier"), [("uses", "models"), ("region", "south"), ("top", "price"), ("views", "good")]
)
def test_what_people_chose_was_offered(toy: Paths, question: str, identifier: str) -> None:
    wave = toy.raw / "first.toml"
    change(wave, ('[changes.top]\nnot_offered = ["trust"]\n', ""))
    wave.write_text(wave.read_text() + f'[changes.{question}]\nnot_offered = ["{identifier}"]\n')
    refused(toy, f"{question}: '{identifier}' is said not to be offered")


def test_a_text_beside_an_answer_is_flagged(toy: Paths) -> None:
    change(
        toy.raw / "survey.toml",
        ('south = "South", dkns', 'south = "South", other = { label = "Elsewhere", write_in = true }, dkns'),
    )
    export = toy.raw / "second.csv"
    lines = export.read_text().splitlines()
    new = [re.sub(r"^((?:[^,]*,){5})", r"\1,", line) for line in lines]
    new[1] = new[1].replace("Response,Response,,", "Response,Response,Elsewhere,")
    new[2] = new[2].replace("Yes,North,,", "Yes,North,a village,")
    new[13] = new[13].replace("Yes,,,", "Yes,,another,")
    export.write_text("\n".join(new) + "\n")
    to_database(toy)
    assert counts(toy, "region", "second") == {"north": 6, "south": 4, "other": 1, "dkns": 1}
    assert ("second", "region: text_beside_answer") in reasons(toy)


def test_places_are_read_off_the_headings_and_not_their_order(toy: Paths) -> None:
    alone(toy)
    export = toy.raw / "first.csv"
    change(export, ("What matters most?", "What matters most? [2nd choice];What matters most? [1st choice]"))
    change(export, ("Price, Speed", "Speed;Price"), ("Speed, Price", "Price;Speed"))
    text = re.sub(r"(;;|much;|risky;|n/a;;)(Price|Speed);Agree", r"\1;\2;Agree", export.read_text())
    export.write_text(text)
    to_database(toy)
    assert counts(toy, "top", "first", "first") == {"price": 6, "speed": 5}
    change(export, ("[2nd choice]", "[better]"))
    refused(toy, "names no place")


def test_a_place_beyond_the_items_is_an_error_and_beyond_the_limit_a_flag(toy: Paths) -> None:
    export = toy.raw / "second.csv"
    change(export, ("Models,,,,,,,1,2,,", "Models,,,,,,,1,3,,"))
    to_database(toy)
    assert ("second", "top: more_than_allowed") in reasons(toy)
    change(export, ("Models,,,,,,,1,3,,", "Models,,,,,,,1,9,,"))
    refused(toy, "top: '9'")


@pytest.mark.parametrize(
    ("file", "before", "after", "expected"),
    [
        (
            "first.toml",
            '"N" = "north"',
            '"N" = "north"\n"n" = "south"',
            "'n' is mapped to 'south' and to 'north'",
        ),
        ("first.toml", 'blank = ["n/a"]', 'blank = ["n/a", "zzz"]', "blank: 'zzz' stands in no cell"),
        (
            "first.toml",
            'file = "first.csv"',
            'file = ["first.csv", "first.csv"]',
            "'first.csv' is listed twice",
        ),
        (
            "second.toml",
            'file = "second.csv"',
            'file = "first.csv"',
            "file 'first.csv' is that of wave first too",
        ),
        ("second.toml", '"Second Toy', '"First Toy', "title 'First Toy Survey' is that of wave first too"),
        ("second.toml", '"a test entry"', '"not involved"', "two rules with the reason 'not involved'"),
        ("second.toml", 'where = { Channel = ["test"] }', "where = {}", "exclude.1.where"),
        ("second.toml", 'Channel = ["test"]', "Channel = []", "exclude.1.where.Channel"),
        ("second.toml", "to = 2001-03-04", "to = 2001-01-04", "to is before from"),
        ("second.toml", "id =", 'weight = "Channel"\nid =', "have no weight above 0, seen"),
        ("survey.toml", "[50, 100]", "[40, 100]", "bands 'under_half' and 'half_or_more' overlap"),
        ("survey.toml", "[50, 100]", "[50, nan]", "band 'half_or_more' wants"),
        ("survey.toml", 'uses = ["none"]', "uses = []", "asked.uses"),
        ("survey.toml", "scores = [1, 2, 3]", "scores = [1, 2, inf]", "scores.2"),
        (
            "survey.toml",
            'models = "Models"',
            'models = "Models"\nboth = "Models, Data, tools and code"',
            "reads like",
        ),
        ("report.toml", 'id = "views"', 'id = "flow"', "no exhibit can be called 'flow'"),
        ("second.csv", "Yes,North,Models,", "Yes,North,None of these,", "holds 2 texts|by heading and"),
    ],
)
def test_declarations_that_would_lose_something(
    toy: Paths, file: str, before: str, after: str, expected: str
) -> None:
    change(toy.raw / file, (before, after))
    refused(toy, expected)


def test_column_letters_are_never_the_beginning_of_a_heading(toy: Paths) -> None:
    # column S is "Anything else?", and "Do you agree?" begins with D
    change(toy.raw / "second.toml", ('drop = ["Email Address"]', 'drop = ["B"]'))
    to_database(toy)
    assert {h.letters for h in load_export(toy, "second").headings} == set("ACDEFGHIJKLMNOPQRS")


def test_private_answers_are_not_printed(toy: Paths) -> None:
    change(toy.raw / "survey.toml", ('kind = "number"', 'kind = "number"\nprivate = true'))
    change(toy.raw / "first.csv", (";80;", ";my salary is canary-private-7;"))
    with pytest.raises(SurveyError, match="share: a text") as told:
        to_tables(toy)
    assert "canary-private-7" not in str(told.value)


def test_the_content_changes_with_the_answers_whatever_is_missing(toy: Paths) -> None:
    alone(toy)
    survey = toy.raw / "survey.toml"
    survey.write_text(survey.read_text().split("[questions.top]")[0])
    export = toy.raw / "first.csv"
    kept = [";".join(line.split(";")[:5]) for line in export.read_text().splitlines()]
    export.write_text("\n".join(kept) + "\n")
    ingest(toy)
    before = normalise(toy)
    assert before == normalise(toy)
    change(export, ("a4;Yes;N;Models", "a4;Yes;N;None of these"))
    ingest(toy)
    assert normalise(toy) != before


def test_a_text_that_is_not_private_is_counted_and_kept(toy: Paths) -> None:
    change(toy.raw / "survey.toml", ("private = true", "private = false"))
    to_database(toy)
    # one of the ten who reached it wrote something; R6 and R11 left questions before it open to the end
    remarks = frequencies(toy, "remarks")
    whole = remarks[(remarks["by"] == "") & (remarks["wave"] == "second")]
    assert list(whole["measure"]) == ["written"]
    assert (int(whole["respondents"].iloc[0]), int(whole["valid_cases"].iloc[0])) == (1, 10)
    with duckdb.connect(str(toy.database), read_only=True) as connection:
        assert connection.execute("select text from texts").fetchall() == [("canary-private-1",)]


def test_tables_refuse_a_database_that_is_out_of_date(toy: Paths) -> None:
    to_database(toy)
    change(toy.raw / "survey.toml", ('north = "North", south = "South"', 'south = "South", north = "North"'))
    with pytest.raises(SurveyError, match="run: survey normalise --survey toy"):
        tables(toy)


@pytest.mark.parametrize("name", ["../raw/toy", "", ".", "a b", "*", "/abs"])
def test_a_survey_is_a_name_and_no_path(toy: Paths, name: str) -> None:
    with pytest.raises(SurveyError, match="is no name of a survey"):
        find(name, toy.root)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [("second.toml", 'drop = ["Email Address"]', 'drop = ["Email Address", "Where are you?"]')],
            "leave out by",
        ),
        (
            [("report.toml", '["north", "south"] }\n', '["north", "south"], involved = ["no"] }\n')],
            "nobody answered",
        ),
    ],
)
def test_exhibits_of_nobody(toy: Paths, edits: list[tuple[str, str, str]], expected: str) -> None:
    for file, before, after in edits:
        change(toy.raw / file, (before, after))
    refused(toy, expected)


def test_a_bar_without_dkns_beside_one_with(toy: Paths) -> None:
    change(toy.raw / "second.csv", ("Don't know,Don't know,,", "Agree,Don't know,,"))
    run_all(toy)
    assert (toy.figures / "views.svg").is_file()


@pytest.mark.parametrize("make", few_of([Path.mkdir, lambda path: path.write_text("x")], 1))
def test_a_file_in_the_way_is_told_without_a_traceback(
    toy_copy: Paths, make: Callable[[Path], object]
) -> None:
    table = toy_copy.tables / "uses.csv"
    table.unlink()
    if make is Path.mkdir:
        make(table)
    else:
        import shutil

        shutil.rmtree(toy_copy.figures)
        make(toy_copy.figures)
    run = survey_command(toy_copy.root, "all", "--survey", "toy")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr


def test_options_that_a_wave_lacks_are_inert_in_routing(toy: Paths) -> None:
    change(
        toy.raw / "survey.toml",
        ('models = "Models"', 'models = "Models"\nrobots = "Robots"'),
        ('asked = { uses = ["none"] }', 'asked = { uses = ["robots"] }'),
    )
    wave = toy.raw / "first.toml"
    wave.write_text(wave.read_text() + '[changes.uses]\nnot_offered = ["robots"]\n')
    export = toy.raw / "second.csv"
    lines = [re.sub(r"^((?:[^,]*,){5})", r"\1,", line) for line in export.read_text().splitlines()]
    lines[0] = lines[0].replace("?,,What do you use?,", "?,What do you use?,,")
    lines[1] = lines[1].replace("Response,Response,,", "Response,Response,Robots,")
    lines[2] = lines[2].replace("Yes,North,,", "Yes,North,Robots,")
    export.write_text("\n".join(lines) + "\n")
    to_database(toy)
    with duckdb.connect(str(toy.database), read_only=True) as connection:
        asked = connection.execute(
            "select wave, count(*) filter (state <> 'not_asked') from responses where question = 'why_not' "
            "group by all order by all"
        ).fetchall()
    # the first wave could not route by it, so all eleven were asked; in the second R1 was, and R5, R6 and
    # R10 answered all the same
    assert asked == [("first", 11), ("second", 4)]


def test_a_number_without_bands_has_its_table(toy: Paths) -> None:
    survey = toy.raw / "survey.toml"
    survey.write_text(re.sub(r"nets = \{ under_half.*\n", "", survey.read_text()))
    to_tables(toy)
    assert set(read(toy, "share")["measure"]) == {"mean", "lower_quartile", "median", "upper_quartile"}


def test_the_text_of_an_other_beside_a_grid_is_flagged(toy: Paths) -> None:
    export = toy.raw / "first.csv"
    lines = export.read_text().splitlines()
    head = lines[0] + ";Do you agree? [Other (please specify)]"
    export.write_text("\n".join([head, f"{lines[1]};canary-private-5", *(f"{line};" for line in lines[2:])]))
    to_database(toy)
    assert reasons(toy)["first", "views: text_beside_grid"] == 1


def test_a_net_of_options_that_a_wave_lacked_is_not_there(toy: Paths) -> None:
    change(toy.raw / "survey.toml", ('south = "South", dkns', 'south = "South", west = "West", dkns'))
    change(
        toy.raw / "survey.toml",
        (
            "[questions.uses]\n",
            '[questions.region.nets]\nfar = ["west"]\nhome = ["north", "west"]\n\n[questions.uses]\n',
        ),
    )
    change(
        toy.raw / "first.toml", ("[changes.top]", '[changes.region]\nnot_offered = ["west"]\n\n[changes.top]')
    )
    to_database(toy)
    assert counts(toy, "region", "first", "net") == {"home": 7}
    assert counts(toy, "region", "second", "net")["far"] == 0


def test_a_large_file_with_a_quote_left_open_is_counted_too(
    toy: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as if every file were large: its lines are then believed where no quote is left open
    monkeypatch.setattr(delimited, "_COUNTED_TWICE", 0)
    export = toy.raw / "first.csv"
    assert export.stat().st_size > 0
    text = delimited.look(export, "")
    delimited.hold(text, 1, 11)
    lines = export.read_text().rstrip("\n").split("\n")
    export.write_text("\n".join([*lines[:-1], '"' + lines[-1]]) + "\n")
    text = delimited.look(export, "")
    # what the open quote swallows is no line, and DuckDB may drop it without a word
    with pytest.raises(delimited.UnreadableError, match="ends inside a quoted cell"):
        delimited.hold(text, 1, 10)
