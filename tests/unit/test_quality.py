"""Data quality: whom each rule flags and whom just not, on responses that can be counted by hand."""

from __future__ import annotations

import csv
import re
import statistics
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import surveys
from projects import ROOT, composed, copy_of, make_project, run_to, survey_command
from surveys import TIMES, Wave, write_export

from pipeline import open_survey
from pipeline import report as report_stage
from pipeline.database.quality_flags import seconds_read
from pipeline.figures import figures
from pipeline.normalise import normalise
from pipeline.pages.quality_words import lines
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.report import report
from pipeline.tables import tables
from pipeline.text.rounding import half_up
from pipeline.text.values import as_moment
from pipeline.tidy.csv import read

SURVEY = """
title = "A survey of its own quality"
[scales.agreement]
options = { no = "No", neutral = "Neutral", yes = "Yes", dkns = "Don't know", na = { label = "Not for us", role = "not_applicable" } }
[questions.size]
text = "How large?"
kind = "single"
options = { small = "Small", large = "Large", dkns = "Don't know" }
[questions.staff]
text = "Who works there?"
kind = "single"
options = { alone = "I alone", team = "A team" }
[questions.why]
text = "Why so small?"
kind = "single"
asked = { size = ["small"] }
options = { choice = "By choice", fate = "By fate" }
[questions.colour]
text = "Please choose blue"
kind = "single"
options = { red = "Red", blue = "Blue", dkns = "Don't know" }
[questions.uses]
text = "What do you use?"
kind = "multiple"
options = { a = "A", b = "B", c = "C" }
[questions.views]
text = "Do you agree?"
kind = "grid"
scale = "agreement"
items = { one = "One", two = "Two", three = "Three", four = "Four", five = "Five" }
[questions.short]
text = "And here?"
kind = "grid"
scale = "agreement"
items = { left = "Left", right = "Right" }
[questions.again]
text = "Once more?"
kind = "single"
options = { yes = "Yes", no = "No" }
"""  # noqa: E501
SOURCE = 'format = "flat"\nseparator = "; "'
RESPONDENTS = 'id = "ID"\nstarted = "Began"\nsubmitted = "Ended"'
DECLARED = """
[quality.attention]
colour = ["blue"]
[[quality.impossible]]
reason = "alone in a large firm"
where = { size = ["large"], staff = ["alone"] }
[[quality.impossible]]
reason = "small by fate, with a team"
where = { why = ["fate"], staff = ["team"], size = ["small"] }
"""
HEADINGS = [
    "ID", "Began", "Ended", "How large?", "Who works there?", "Why so small?", "Please choose blue",
    "What do you use?", *(f"Do you agree? [{item}]" for item in ("One", "Two", "Three", "Four", "Five")),
    "And here? [Left]", "And here? [Right]", "Once more?",
]  # fmt: skip
LEVELS = {"n": "No", "o": "Neutral", "y": "Yes", "d": "Don't know", "x": "Not for us", " ": ""}


def response(
    identifier: str, seconds: int | str, views: str, *answers: str, again: str = "Yes", short: str = "no"
) -> list[str]:
    """A row of the export: size, staff, why, colour and uses are `answers`, by default a large team's."""
    given = [*answers, *["Large", "A team", "", "Blue", "A"][len(answers) :]]
    began = "1987-06-05 10:20:00"
    ended = f"1987-06-05 {10 + (1200 + seconds) // 3600}:{(1200 + seconds) // 60 % 60:02}:{seconds % 60:02}" \
        if isinstance(seconds, int) else seconds  # fmt: skip
    identifier = f"canary-id-{identifier}" if identifier else ""
    return [identifier, began, ended, *given, *(LEVELS[level] for level in views + short), again]


# the median of the complete ones is 300 s: ten took less, and with the two that left it would be 295 s
ROWS = [
    response("01", 300, "nyoyn"),
    response("02", 300, "yyoyn"),
    response("03", 300, "ynoyn"),
    response("04", 99, "ynnyn"),  # a third of the median of 300 s is 100 s
    response("05", 100, "ynnyo"),
    response("06", "soon", "onnyo"),  # a time that is none
    response("07", "1987-06-05 10:19:59", "ooonn"),  # it ended before it began
    ["canary-id-08", "1987-06-05 10:20:00", "1987-06-05 10:20:20", "Small", *[""] * 12],  # left at once
    ["canary-id-09", "1987-06-05 10:20:00", "1987-06-05 10:20:30", "Small", *[""] * 12],  # and alike
    response("10", 400, "yyyyy"),  # a straight line
    response("11", 400, "yyyyd"),  # a don't know is no answer: four alike
    response("12", 400, "yyyyx"),
    response("13", 400, "yyyy "),
    response("14", 400, "ddddd"),
    response("15", 290, "nnyyn", "Large", "A team", "", "Red"),  # fails the check of attention
    response("16", 290, "nnyyo", "Large", "A team", "", ""),  # skips it
    response("17", 290, "nnyoo", "Large", "A team", "", "Don't know"),  # fails too
    response("18", 290, "noyoo", "Large", "I alone"),  # cannot be
    response("19", 290, "noyon", "Small", "I alone", "By fate"),
    response("20", 290, "noynn", "Small", "A team", "By fate"),  # cannot be either
    response("01", 290, "oonny"),  # the id of the first
    response("01", 290, "oonyy"),  # again
    response("", 300, "oonno"),
    response("", 300, "oonoo"),  # two without an id
    response("25", 500, "yyoyn"),  # the answers of 02
    response("26", 500, "oyony", "Large", "A team", "By choice"),  # why was not asked
]


def lay_out(
    folder: Path, more: str = "", rows: Iterable[list[str]] = (HEADINGS, *ROWS), survey: str = SURVEY,
    respondents: str = RESPONDENTS, source: str = SOURCE, report: str = "",
) -> Paths:  # fmt: skip
    wave = Wave(rows, source, respondents, more, title="The only wave")
    return surveys.lay_out(folder, "own", survey, {"only": wave}, report)


def made(paths: Paths) -> Paths:
    run_to(paths, tables)
    return paths


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return made(lay_out(tmp_path_factory.mktemp("own"), DECLARED))


@pytest.fixture(scope="module")
def excluding(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The same with screening rules: by quality, by an answer, by quality again."""
    rules = """
[[exclude]]
reason = "too fast, or twice"
quality = ["speeder", "duplicate_id"]
[[exclude]]
reason = "works alone"
where = { staff = ["alone"] }
[[exclude]]
reason = "careless"
quality = ["attention", "impossible", "partial", "speeder"]
"""
    return made(lay_out(tmp_path_factory.mktemp("excluding"), rules + DECLARED))


def flagged(paths: Paths) -> dict[tuple[str, str], set[int]]:
    """The places in the export of those whom each rule flags, by rule and question."""
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        found: dict[tuple[str, str], set[int]] = {}
        for respondent, rule, question in connection.execute(
            "select respondent, rule, coalesce(question, '') from quality"
        ).fetchall():
            found.setdefault((rule, question), set()).add(respondent)
    return found


FLAGGED = {
    ("speeder", ""): {4},
    ("straight_lining", "views"): {10},
    ("attention", "colour"): {15, 17},
    ("impossible", ""): {18, 20},
    ("duplicate_id", ""): {21, 22},
    ("duplicate_answers", ""): {25},
    ("partial", ""): {8, 9},
    ("answered_not_asked", "why"): {26},
}


@pytest.mark.parametrize("order", ["", "month first", "day first"])
def test_times_are_read_alike_by_sql_and_one_by_one(order: str) -> None:
    query = f"select text, {seconds_read('text', order)} from (select unnest($texts) as text)"
    read = duckdb.execute(query, {"texts": list(TIMES)}).fetchall()
    counts = {text: seconds for text, seconds in read if seconds is not None}
    assert len(counts) == (12 if order else 7)
    moments = {text: as_moment(text, order) for text in counts}
    assert None not in moments.values()
    # both count from a moment of their own
    assert len({int(counts[text]) - moment for text, moment in moments.items() if moment is not None}) == 1


def test_each_rule_flags_whom_it_should_and_nobody_else(own: Paths) -> None:
    assert flagged(own) == FLAGGED


def test_how_many_a_rule_was_applied_to(own: Paths) -> None:
    rows = {(r["rule"], r["threshold"]): r for r in read(own, "quality").to_dict("records")}
    said = {key: (row["flagged"], row["applied_to"], row["excluded"]) for key, row in rows.items()}
    assert said == {
        # of 26, two durations are not known and two left before the end
        ("speeder", "under 100 s, a third of the median of 300 s"): (1, 22, 0),
        # of the 24 who came to it, four have fewer than five answers
        ("straight_lining", "the same option on all items answered, 5 or more"): (1, 20, 0),
        ("attention", "another answer than “Blue”"): (2, 23, 0),
        ("impossible", "alone in a large firm"): (1, 24, 0),
        # 19 and 20 answered all three, and 26 why, though large: three are fewer than a base that is shown
        ("impossible", "small by fate, with a team"): (None, None, None),
        ("duplicate_id", "the id of an earlier response"): (2, 24, 0),
        ("duplicate_answers", "the answers of an earlier response, 10 or more"): (1, 24, 0),
        ("partial", "left before the end"): (2, 26, 0),
        ("no_answer", "no answer to any question"): (0, 26, 0),
        # all but the four small ones
        ("answered_not_asked", "an answer to what earlier answers pass by"): (1, 22, 0),
    }
    assert set(read(own, "quality")["why_not"]) == {"", "to fewer than 10, which are too few to say"}


def test_a_base_that_a_survey_declares_holds_in_every_table_and_wherever_they_are_printed(
    own: Paths, tmp_path: Path
) -> None:
    """Ten is the default; with 24 each table, page and command hides what has fewer, and nothing else."""
    base = 24
    assert "base" not in SURVEY
    paths = made(lay_out(tmp_path, DECLARED, survey=f"{SURVEY}\n[privacy]\nbase = {base}\n"))
    figures(paths)
    report(paths)
    before, after = (read(one, "quality").set_index(["rule", "threshold"]) for one in (own, paths))
    few = before["applied_to"].isna() | (before["applied_to"] < base)
    assert 3 < few.sum() < len(few)
    assert after["applied_to"].isna().tolist() == few.tolist()
    assert after["flagged"].isna().tolist() == few.tolist()
    before, after = (read(one, "nonresponse") for one in (own, paths))
    shown = before["asked"] >= base
    assert 0 < shown.sum() < len(shown)
    assert after["skipped_share"].notna().tolist() == shown.tolist()
    assert set(read(paths, "quality_effects")["flag"]) == {"too_few_to_say"}
    for name in ("frequencies/staff", "frequencies/views", "frequencies/size"):
        found = read(paths, name)
        assert ((found["valid_cases"] < base) == (found["flag"] == "suppressed")).all(), name
        assert found.loc[found["valid_cases"] < base, ["share", "respondents"]].isna().all(axis=None), name
    said = "\n".join(lines(paths))
    assert f"not applied, to fewer than {base}, which are too few to say" in said
    told = {int(count) for count in re.findall(r"of (\d+)(?: asked| \()", said)}
    assert told and min(told) >= base
    assert f"to fewer than {base}, which are too few to say" in paths.report.read_text()
    with open_survey("own", tmp_path) as opened:
        views = opened.estimates("views")
    assert views.loc[views["valid_cases"] < base, "share"].isna().all()
    assert (views["valid_cases"] < base).any()


def test_nobody_is_excluded_without_a_rule(own: Paths) -> None:
    flow = read(own, "flow")
    assert dict(zip(flow["step"], flow["respondents"], strict=True)) == {
        "received": 26, "repeated": 2, "analysed": 26, "flagged": 1,
    }  # fmt: skip


def test_rules_exclude_in_their_order_and_the_flow_counts_them(excluding: Paths) -> None:
    flow = read(excluding, "flow").to_dict("records")
    counted = {(row["step"], row["reason"]): row["respondents"] for row in flow}
    assert counted["received", ""] == 26
    # a rule says what becomes of those with the id of an earlier one
    assert "repeated" not in {step for step, _ in counted}
    assert counted["excluded", "too fast, or twice"] == 3
    assert counted["excluded", "works alone"] == 2
    # 18 cannot be, and was excluded already; 8 and 9 left
    assert counted["excluded", "careless"] == 5
    assert counted["analysed", ""] == 16
    with duckdb.connect(str(excluding.database), read_only=True) as connection:
        found = connection.execute(
            "select excluded, list(respondent order by respondent) from respondents group by all"
        ).fetchall()
    assert {reason: who for reason, who in found if reason} == {
        "too fast, or twice": [4, 21, 22],
        "works alone": [18, 19],
        "careless": [8, 9, 15, 17, 20],
    }


def test_flags_are_of_what_was_received(excluding: Paths) -> None:
    # who is excluded is flagged as before, and the median is that of all
    assert flagged(excluding) == FLAGGED
    rows = read(excluding, "quality").to_dict("records")
    excluded = {(row["rule"], row["threshold"]): row["excluded"] for row in rows}
    assert excluded["speeder", "under 100 s, a third of the median of 300 s"] == 1
    assert excluded["impossible", "alone in a large firm"] == 1
    assert excluded["partial", "left before the end"] == 2
    assert excluded["straight_lining", "the same option on all items answered, 5 or more"] == 0


@pytest.mark.parametrize(
    ("declared", "who", "threshold"),
    [
        ("speeders = { seconds = 290 }", {4, 5}, "under 290 s"),
        ("speeders = { below = 0.95 }", {4, 5}, "under 285 s, 0.95 of the median of 300 s"),
        ("speeders = { seconds = 99 }", set(), "under 99 s"),
    ],
)
def test_speeders_can_be_declared(declared: str, who: set[int], threshold: str, tmp_path: Path) -> None:
    paths = lay_out(tmp_path, f"[quality]\n{declared}")
    run_to(paths, normalise)
    assert flagged(paths).get(("speeder", ""), set()) == who
    told = composed(paths)["quality"].set_index("rule")
    assert told.loc["speeder", "threshold"] == threshold
    assert told.loc["attention", "why_not"] == "no question is under [quality.attention]"


def test_fewer_items_make_more_lines(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, "[quality]\nstraight_lining = 4")
    run_to(paths, normalise)
    assert flagged(paths)["straight_lining", "views"] == {10, 11, 12, 13}
    told = composed(paths)["quality"]
    assert list(told.loc[told["rule"] == "straight_lining", "question"]) == ["views"]
    # a grid of two items is looked at from two on: everybody said No and Neutral there
    run_to(lay_out(tmp_path, "[quality]\nstraight_lining = 2"), normalise)
    told = composed(paths)["quality"]
    short = told[told["question"] == "short"].iloc[0]
    assert (short["flagged"], short["applied_to"]) == (0, 24)


def test_what_cannot_be_applied_says_why(tmp_path: Path) -> None:
    respondents = 'drop = ["ID", "Began"]\nsubmitted = "Ended"'
    survey = SURVEY.replace('asked = { size = ["small"] }\n', "")
    more = "[quality]\nstraight_lining = 6"
    paths = made(lay_out(tmp_path, more, survey=survey, respondents=respondents))
    told = read(paths, "quality").set_index("rule")
    assert told["flagged"].notna().to_dict() == {
        "speeder": False, "straight_lining": False, "attention": False, "impossible": False,
        "duplicate_id": False, "duplicate_answers": True, "partial": True, "answered_not_asked": False,
        "no_answer": True,
    }  # fmt: skip
    assert told.loc["speeder", "why_not"] == "started and submitted are not both under [respondents]"
    assert told.loc["straight_lining", "why_not"] == "no grid of this wave has 6 items"
    assert told.loc["duplicate_id", "why_not"] == "no id is under [respondents]"
    assert told.loc["answered_not_asked", "why_not"] == "every question is asked of everyone"
    said = list(lines(paths))
    assert "only  duplicate ids: not applied, no id is under [respondents]" in said


def test_times_that_nobody_can_read(tmp_path: Path) -> None:
    rows = [[*row[:1], "5.6.1987 10:20", "6.6.1987 10:20", *row[3:]] for row in ROWS]
    paths = lay_out(tmp_path, rows=[HEADINGS, *rows])
    run_to(paths, normalise)
    why = composed(paths)["quality"].set_index("rule").loc["speeder", "why_not"]
    assert why.startswith("no complete response has a duration that can be read")
    # who says which comes first has them read
    lay_out(tmp_path, rows=[HEADINGS, *rows], source=f'{SOURCE}\ndates = "day first"')
    run_to(paths, normalise)
    said = composed(paths)["quality"].set_index("rule").loc["speeder"]
    assert said["threshold"] == "under 28800 s, a third of the median of 86400 s"
    assert said["applied_to"] == 24


def test_ids_and_times_never_reach_the_database(own: Paths) -> None:
    assert b"canary-id" in own.cells("only").read_bytes()
    secrets = ("canary-id", "1987", "10:20", "soon")
    found = own.database.read_bytes()
    assert not [secret for secret in secrets if secret.encode() in found]
    seen = 0
    with duckdb.connect(str(own.database), read_only=True) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where not temporary"
        ).fetchall():
            # bytes may be packed: what is in them is looked at too
            for (row,) in connection.execute(f"select t::varchar from {schema}.{table} as t").fetchall():
                seen += 1
                assert not [secret for secret in secrets if secret in row], table
    assert seen > 300
    for path in (path for path in own.outputs.rglob("*") if path.is_file()):
        if own.interim not in path.parents:
            assert b"canary-id" not in path.read_bytes(), path.name


@pytest.mark.parametrize(
    ("text", "order", "seconds"),
    [
        ("1999-12-31 10:20:30", "", 37_230),
        ("1999-12-31T10:20:30.5Z", "", 37_230),
        ("1999-12-31T10:20:30+02:00", "", 30_030),
        ("1999-12-31T10:20:30-0130", "", 42_630),
        ("1999-12-31 10:20", "", 37_200),
        ("31.12.1999 10:20", "day first", 37_200),
        ("12/31/1999 10:20:30 PM", "month first", 80_430),
        ("12/31/1999 12:20 am", "month first", 1_200),
        ("1999-12-31 10:20:30 PM", "", 80_430),
        ("1999-12-31 12:20:30\u202fa.m.", "", 1_230),
        ("1999/12/31 10:20:30 PM GMT+2", "", 73_230),
        ("31/12/99 10:20 p. m.", "day first", 80_400),
    ],
)
def test_moments(text: str, order: str, seconds: int) -> None:
    midnight = datetime(1999, 12, 31).toordinal() * 86_400
    assert as_moment(text, order) == midnight + seconds


@pytest.mark.parametrize(
    "text",
    ["1999-12-31", "31.12.1999 10:20", "1999-02-30 10:20", "1999-12-31 24:20", "1999-12-31 10:60", "10:20",
     "soon", "", "1999-12-31 10:20:30 later"],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    assert as_moment(text) is None


ENDED = """
title = "A survey of its own end"
[questions.one]
text = "First?"
kind = "single"
options = { yes = "Yes", no = "No" }
[questions.boxes]
text = "Which?"
kind = "multiple"
options = { a = "A", b = "B" }
[questions.comments]
text = "Anything else?"
kind = "text"
private = true
"""
ENDED_ROWS = [
    ["Ended", "Done", "First?", "Which?", "Anything else?"],
    *[["1987-06-05", "True", "Yes", "A", "much"]] * 4,
    *[["1987-06-05", "True", "No", "", ""]] * 3,  # skipped the rest, and sent it off
    *[["", "False", "No", "", ""]] * 2,  # left
    ["", "False", "No", "B", ""],  # left before the comments
]


@pytest.mark.parametrize(
    "shape",
    [
        "12/31/1999 0{} PM", "31/12/1999 0{} PM", "31.12.1999 2{}", "1/31/00, {} pm", "1999-12-31 {} p.m.",
        "Dec 31, 1999 {} PM", "05/06/1999 {} PM",
    ],
)  # fmt: skip
def test_times_are_read_however_a_tool_writes_them(shape: str, tmp_path: Path) -> None:
    ends = [f"1:{minutes:02}:30" for minutes in (13, *range(22, 33))]
    rows = [[shape.format("1:12:00"), shape.format(end), "Yes", "A", "much"] for end in ends]
    # over midnight, nothing tells how many days it took
    rows += [["05/06/1999 11:59:00 PM", "06/06/1999 12:09:00 AM", "No", "B", "more"]] * ("05/06" in shape)
    header = ["Began", "Ended", *ENDED_ROWS[0][2:]]
    paths = made(lay_out(tmp_path, "", [header, *rows], ENDED, 'started = "Began"\nsubmitted = "Ended"'))
    row = next(r for r in read(paths, "quality").to_dict("records") if r["rule"] == "speeder")
    assert (row["flagged"], row["applied_to"]) == (1, 12)


# item non-response


def test_item_nonresponse(own: Paths) -> None:
    rows = read(own, "nonresponse").set_index(["question", "item"])
    counts = ["asked", "answered", "dkns", "skipped", "not_reached", "answered_not_asked"]
    said = {key: tuple(row[name] for name in counts) for key, row in rows.to_dict("index").items()}
    assert said["size", ""] == (26, 26, 0, 0, 0, 0)
    assert said["staff", ""] == (24, 24, 0, 0, 2, 0)
    # 19 and 20 are small and went on; 26 answered though not asked
    assert said["why", ""] == (3, 3, 0, 0, 2, 1)
    assert said["colour", ""] == (24, 22, 1, 1, 2, 0)
    # "not for us" is asked and neither answered nor skipped
    assert said["views", "five"] == (24, 20, 2, 1, 2, 0)
    assert rows.loc[("colour", ""), "skipped_share"] == pytest.approx(1 / 24)
    # of three it would say what each of them did
    assert pd.isna(rows.loc[("why", ""), "skipped_share"])


@pytest.mark.parametrize(
    ("finished", "boxes", "comments", "partial"),
    [
        ("", (5, 0, 5), (5, 1, 5), 5),  # the file does not tell
        ('finished = { "Done" = ["true"] }', (8, 3, 2), (7, 3, 3), 3),
        ('finished = "submitted"', (8, 3, 2), (7, 3, 3), 3),
        ('finished = "all"', (10, 5, 0), (10, 6, 0), 0),
    ],
)
def test_who_finished_skipped_what_is_left_empty(
    finished: str,
    boxes: tuple[int, ...],
    comments: tuple[int, ...],
    partial: int,
    tmp_path: Path,
) -> None:
    drop = "" if "Done" in finished else '\ndrop = "Done"'
    respondents = f'submitted = "Ended"\n{finished}{drop}'
    paths = made(lay_out(tmp_path, "", ENDED_ROWS, ENDED, respondents))
    rows = read(paths, "nonresponse").set_index("question")
    states = {name: tuple(rows.loc[name, ["asked", "skipped", "not_reached"]]) for name in rows.index}
    assert states == {"one": (10, 0, 0), "boxes": boxes, "comments": comments}
    assert len(flagged(paths).get(("partial", ""), ())) == partial


@pytest.mark.parametrize(
    "source", ['format = "flat"', 'format = "googleforms"', 'format = "surveymonkey"\nheader_rows = 1']
)
def test_who_answered_nothing_is_told_and_may_be_left_out(source: str, tmp_path: Path) -> None:
    header, *answered = ENDED_ROWS
    rows = [header, *answered, *[["1987-06-05", "True", "", "", ""]] * 3]
    respondents = 'submitted = "Ended"\nfinished = { "Done" = ["True"] }\nduplicates = "keep_all"'
    paths = lay_out(tmp_path, "", rows, ENDED, respondents, source)
    run = survey_command(paths.root, "check", "--survey", "own")
    line = 5 + len(source.splitlines())
    told = f"only.toml:{line}: 3 of 13 responses answer no question at all, and count among the analysed"
    assert run.returncode == 0 and told in run.stdout + run.stderr
    rule = '\n[[exclude]]\nreason = "never begun"\nquality = ["no_answer"]'
    paths = made(lay_out(tmp_path, rule, rows, ENDED, respondents, source))
    flow = read(paths, "flow").set_index("step")["respondents"]
    assert (flow["excluded"], flow["analysed"]) == (3, 10)
    run = survey_command(paths.root, "check", "--survey", "own")
    assert "no question at all" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("finished", "problem"),
    [
        ('"yes"', 'finished: "all", "submitted", or a column with the texts that say so is wanted'),
        ("{ Done = [] }", "or a column with the texts that say so is wanted"),
        ('"submitted"', "wants the column with the time of it: name it with submitted"),
        ('{ Done = ["Yes"] }', "finished: 'Yes' stands in no cell of 'Done'"),
        ('{ Dome = ["True"] }', "finished: 'Dome': the export has no such heading"),
    ],
)
def test_mistakes_about_who_finished(finished: str, problem: str, tmp_path: Path) -> None:
    dropped = ["Ended"] if "Done" in finished else ["Ended", "Done"]
    respondents = f"drop = {dropped}\nfinished = {finished}"
    paths = lay_out(tmp_path, "", ENDED_ROWS, ENDED, respondents)
    run = survey_command(paths.root, "check", "--survey", "own")
    assert run.returncode == 1
    assert problem in run.stderr
    assert "only.toml:" in run.stderr


# effects: what the exhibits would say without those flagged

EXHIBITS = """
[[exhibit]]
id = "uses"
kind = "ranked_bars"
question = "uses"
[[exhibit]]
id = "mood"
kind = "single_bar"
question = "mood"
[[exhibit]]
id = "mood_known"
kind = "single_bar"
question = "mood"
dkns = "exclude"
[[exhibit]]
id = "views"
kind = "scale_bars"
question = "views"
[[exhibit]]
id = "top"
kind = "ranked_bars"
question = "top"
[[exhibit]]
id = "why"
kind = "single_bar"
question = "why"
[[exhibit]]
id = "uses_by"
kind = "segment_panels"
question = "uses"
by = "mood"
[[exhibit]]
id = "uses_of_some"
kind = "ranked_bars"
question = "uses"
where = { mood = ["good"] }
"""
MOODS = """
title = "A survey of moods"
segments = ["mood"]
[questions.colour]
text = "Please choose blue"
kind = "single"
options = { red = "Red", blue = "Blue" }
[questions.mood]
text = "How are you?"
kind = "single"
options = { good = "Good", bad = "Bad", dkns = "Don't know" }
[questions.uses]
text = "What do you use?"
kind = "multiple"
options = { a = "A", b = "B", c = "C" }
[questions.views]
text = "Do you agree?"
kind = "grid"
options = { no = "No", yes = "Yes" }
items = { one = "One", two = "Two" }
[questions.top]
text = "What matters?"
kind = "rank"
max = 2
items = { price = "Price", speed = "Speed" }
[questions.why]
text = "Why bad?"
kind = "single"
asked = { mood = ["bad"] }
options = { rain = "Rain", work = "Work" }
"""
MOOD_HEADINGS = [
    "Please choose blue", "How are you?", "What do you use?", "Do you agree? [One]", "Do you agree? [Two]",
    "What matters?", "Why bad?", "Weight",
]  # fmt: skip
# n of each kind: who fails the check of attention is of the second half
KINDS: list[tuple[int, list[str]]] = [
    (20, ["Blue", "Good", "A", "Yes", "No", "Price; Speed", "", "1"]),
    (12, ["Blue", "Bad", "B", "No", "No", "Speed; Price", "Rain", "2"]),
    (10, ["Blue", "Don't know", "A; B", "Yes", "Yes", "Speed", "", "1.5"]),
    (6, ["Red", "Good", "A; C", "Yes", "Yes", "Price; Speed", "", "0.5"]),
    (7, ["Red", "Bad", "C", "No", "Yes", "Price", "Work", "3"]),
    (4, ["Red", "Don't know", "A; C", "Yes", "Yes", "Price; Speed", "", "1"]),
]


ATTENTION = '[quality.attention]\ncolour = ["blue"]\n'
EXCLUDED = '[[exclude]]\nreason = "careless"\nquality = ["attention"]\n'


def moods(
    folder: Path,
    respondents: str,
    more: str = ATTENTION,
    kinds: list[tuple[int, list[str]]] = KINDS,
    report: str = EXHIBITS,
) -> Paths:
    rows = [row for count, row in kinds for _ in range(count)]
    return made(lay_out(folder, more, [MOOD_HEADINGS, *rows], MOODS, respondents, report=report))


def effects_of(paths: Paths, rule: str) -> dict[str, dict[str, object]]:
    rows = read(paths, "quality_effects")
    return {str(r["exhibit"]): r for r in rows[rows["rule"] == rule].to_dict("records")}  # type: ignore[misc]


def test_effects_counted_by_hand(tmp_path: Path) -> None:
    found = effects_of(moods(tmp_path, 'drop = "Weight"'), "attention")
    # a segment and a filter have no effect; of the 19 who were asked why only 12 would be left
    assert set(found) == {"uses", "mood", "mood_known", "views", "top", "why"}
    told = {name: (row["answer"], row["share_all"], row["share_without"], row["change"])
            for name, row in found.items() if not row["flag"]}  # fmt: skip
    assert told == {
        # 17 of 59 is 29%, and none of the other 42
        "uses": ("C", 29, 0, -29),
        # 19 of 59 is 32%, 12 of 42 is 29%
        "mood": ("Bad", 32, 29, -3),
        # 26 of 45 is 58%, 20 of 32 is 63% (62.5)
        "mood_known": ("Good", 58, 63, 5),
        # two: 32 of 59 say no, 54%; 32 of 42, 76%
        "views": ("Two: No", 54, 76, 22),
        # 52 of 59 ranked speed, 88%; all of 42
        "top": ("Speed", 88, 100, 12),
    }
    assert found["why"]["flag"] == "too_few_to_say"
    assert pd.isna(found["why"]["change"])


@pytest.mark.parametrize("weight", ['drop = ["Weight"]\n', 'weight = "Weight"\n'])
def test_effects_are_what_excluding_them_gives(weight: str, tmp_path: Path) -> None:
    """The oracle: the whole pipeline without the flagged prints the same percents."""
    all_of_them = moods(tmp_path / "all", weight)
    without = moods(tmp_path / "without", weight, EXCLUDED + ATTENTION)
    seen = 0
    for name, row in effects_of(all_of_them, "attention").items():
        for paths, column in ((all_of_them, "share_all"), (without, "share_without")):
            table = read(paths, name)
            label = table["item_label"].where(table["option_label"] == "", table["item_label"] + ": ")
            own = table[(label + table["option_label"]).str.removeprefix(": ") == row["answer"]]
            if not row["flag"]:
                seen += 1
                share = own.loc[own["measure"].isin(["option", "ranked"]), "share"].iloc[0]
                assert half_up(share * 100) == row[column], (name, column)
    assert seen == 10
    # who is excluded already has no effect any more
    assert {row["flag"] for row in effects_of(without, "attention").values()} == {"too_few_to_say"}


@pytest.mark.parametrize(("careless", "left", "told"), [(10, 30, True), (9, 31, False), (11, 29, False)])
def test_too_few_to_say(careless: int, left: int, told: bool, tmp_path: Path) -> None:
    kinds = [(left, KINDS[0][1]), (careless, KINDS[3][1]), (1, KINDS[1][1])]
    kinds[0] = (left - 1, KINDS[0][1])
    found = effects_of(moods(tmp_path, 'drop = "Weight"', kinds=kinds), "attention")
    assert (found["uses"]["flag"] == "") == told


def test_where_nothing_moves_it_is_said_before_what_cannot_be_said(tmp_path: Path) -> None:
    whole = KINDS[0][1]
    kinds = [(40, whole), (10, ["Red", *whole[1:]]), (1, KINDS[1][1])]
    uses, why = (part for part in EXHIBITS.split("[[exhibit]]") if '"why"' in part or 'id = "uses"' in part)
    report_toml = f"[[exhibit]]{why}[[exhibit]]{uses}"
    paths = moods(tmp_path, 'drop = "Weight"', kinds=kinds, report=report_toml)
    rows = read(paths, "quality_effects")
    own = rows[rows["rule"] == "attention"]
    assert list(own["exhibit"]) == ["uses", "why"]
    assert list(own["flag"]) == ["", "too_few_to_say"]
    assert own["change"].iloc[0] == 0
    (line,) = (line for line in lines(paths) if "attention" in line)
    assert line.endswith("none excluded; largest effect: none of a whole point")


def test_effects_are_whole_numbers_and_no_counts(tmp_path: Path) -> None:
    paths = moods(tmp_path, 'weight = "Weight"')
    with (paths.tables / "quality_effects.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    numbers = [row[name] for row in rows for name in ("share_all", "share_without", "change") if row[name]]
    assert len(numbers) == 15
    assert all(re.fullmatch(r"-?\d{1,3}", number) for number in numbers)
    assert all(int(r["change"]) == int(r["share_without"]) - int(r["share_all"]) for r in rows if r["change"])
    assert set(rows[0]) == {
        "wave", "rule", "question", "threshold", "exhibit", "answer", "share_all", "share_without", "change",
        "flag", "unsettled",
    }  # fmt: skip


# in words


def test_the_command_prints_the_tables(tmp_path: Path) -> None:
    paths = moods(tmp_path, 'drop = "Weight"')
    run = survey_command(paths.root, "quality", "--survey", "own")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[:2] == [
        "only  attention check failed in colour: 17 of 59 (another answer than “Blue”); none excluded; "
        "largest effect 29 points (uses: C 29% → 0%)",
        "only  partial responses: 0 of 59 (left before the end)",
    ]
    assert "only  speeders: not applied, started and submitted are not both under [respondents]" in run.stdout
    paths.database.unlink()  # it reads the tables
    assert survey_command(paths.root, "quality", "--survey", "own").stdout == run.stdout


def test_what_is_skipped_most(own: Paths) -> None:
    said = [line for line in lines(own) if "skipped:" in line]
    assert said == [
        "only  skipped: colour by 4% of 24 asked",
        "only  skipped: views.five by 4% of 24 asked",
    ]


def test_the_page_has_a_section(own: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_stage, "_picture", lambda *_: "data:,")
    paths = copy_of(own, tmp_path)
    report(paths)
    page = paths.report.read_text()
    assert '<a href="#flow">Survey flow</a> · <a href="#quality">Data quality</a>' in page
    section = page.split('<section id="quality">')[1].split("</section>")[0]
    assert page.index('<section id="flow">') < page.index('<section id="quality">')
    assert "<td>under 100 s, a third of the median of 300 s</td><td>1 of 22</td><td>none</td>" in section
    assert section.count("<table") == section.count("<caption>") == section.count('role="region"') == 2
    assert section.count('tabindex="0"') == 2
    headings = re.findall(r"<th(?=[ >])([^>]*)>", section)
    assert len(headings) > 30
    assert all("scope=" in attributes for attributes in headings)


def test_no_exhibit_can_have_the_name_of_a_table(tmp_path: Path) -> None:
    for name in ("quality", "quality_effects", "nonresponse"):
        report_toml = EXHIBITS.replace('id = "uses"', f'id = "{name}"')
        paths = lay_out(tmp_path / name, "", [MOOD_HEADINGS], MOODS, report=report_toml)
        with pytest.raises(SurveyError, match=f"no exhibit can be called '{name}'"):
            tables(paths)


# declarations carried over to the next wave


def test_rules_are_carried_over(tmp_path: Path) -> None:
    rule = '[[exclude]]\nreason = "careless"\nquality = ["attention", "speeder"]\n'
    limits = "[quality]\nspeeders = { seconds = 120 }\nstraight_lining = 4\n"
    paths = made(lay_out(tmp_path, f"{rule}{limits}{DECLARED}"))
    rows = [
        [f"n{row[0]}", *row[1:5], *row[6:15], {"Yes": "No", "No": "Yes"}.get(row[15], "")] for row in ROWS
    ]
    write_export(paths.raw / "next.csv", [[*HEADINGS[:5], *HEADINGS[6:]], *rows])
    run = survey_command(paths.root, "new-wave", "next.csv", "--survey", "own", "--like", "only")
    assert run.returncode == 0, run.stderr
    text = (paths.raw / "next.toml").read_text()
    for kept in (rule, limits, '[quality.attention]\ncolour = ["blue"]\n'):
        assert kept in text
    assert '\n[[quality.impossible]]\nreason = "alone in a large firm"\n' in text
    # why is not asked any more
    assert '# check: why is not asked here\n# [[quality.impossible]]\n# reason = "small by fate' in text


# real and synthetic surveys, counted without the pipeline


def records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.reader(stream) if any(cell.strip() for cell in row)]


def in_a_line(rows: Iterable[Mapping[str, str]], unsure: str) -> tuple[int, int]:
    """How many gave the same answer throughout, and of how many who answered five items or more."""
    given = [[text for text in row.values() if text and not text.startswith(unsure)] for row in rows]
    enough = [texts for texts in given if len(texts) >= 5]
    return sum(len(set(texts)) == 1 for texts in enough), len(enough)


def counted(paths: Paths, wave: str, rule: str, question: str = "") -> tuple[int, int]:
    rows = read(paths, "quality")
    (row,) = rows[(rows["wave"] == wave) & (rows["rule"] == rule) & (rows["question"] == question)].to_dict(
        "records"
    )
    return row["flagged"], row["applied_to"]


def test_the_ospo_survey_is_counted_alike(ospo_done: Paths) -> None:
    codes, texts, labels, *rows = records(ospo_done.raw / "2024_raw_text.csv")
    at = {text: column for column, text in enumerate(texts) if text}
    took = [
        (datetime.fromisoformat(row[at["End Date"]]) - datetime.fromisoformat(row[at["Start Date"]])).seconds
        for row in rows
    ]
    limit = statistics.median(took) / 3
    # its owners kept nobody who left before the end
    assert counted(ospo_done, "2024", "partial") == (0, len(rows))
    assert counted(ospo_done, "2024", "speeder") == (sum(s < limit for s in took), len(rows)) == (10, 222)
    ids = [row[at["Respondent ID"]] for row in rows]
    assert counted(ospo_done, "2024", "duplicate_id") == (len(ids) - len(set(ids)), len(ids))
    first = codes.index("q8")
    last = next(column for column in range(first + 1, len(codes)) if codes[column])
    grid = [
        {labels[column].rpartition(" - ")[0]: row[column] for column in range(first, last) if row[column]}
        for row in rows
    ]
    assert counted(ospo_done, "2024", "straight_lining", "q8") == in_a_line(grid, "Don") == (42, 204)


@pytest.mark.slow
def test_the_default_survey_is_counted_alike(tmp_path: Path) -> None:
    paths = made(make_project(tmp_path, "open-source-ai", ROOT / "raw" / "open-source-ai"))
    head, *rows = records(paths.raw / "2024.csv")
    for question, begins in (
        ("blocker_severity", "How much does each"),
        ("statements", "How far do you agree"),
    ):
        columns = [column for column, text in enumerate(head) if text.startswith(begins) and "[" in text]
        assert len(columns) > 5
        grid = [{head[column]: row[column] for column in columns} for row in rows]
        assert counted(paths, "2024", "straight_lining", question) == in_a_line(grid, "Don")
    ids = [row[0] for row in records(paths.raw / "2025.csv")[2:]]
    assert counted(paths, "2025", "duplicate_id") == (0, len(set(ids))) == (0, 430)
    flagged_, of = counted(paths, "2025", "speeder")
    assert 0 < flagged_ < of < 430
    total = counted(paths, "2025", "partial")
    assert of == 430 - total[0]
