"""A draft of the declarations: of the toy's exports, and of every real export that is at hand."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from projects import TOY, frequencies, run_to, survey_command

from pipeline.drafting import cells
from pipeline.drafting.guess import guess
from pipeline.drafting.new_wave import new_wave
from pipeline.drafting.toml_out import CHECK
from pipeline.exports.ingested import load_export
from pipeline.exports.tools import Heading, formats
from pipeline.figures import figures
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths, find
from pipeline.tables import tables
from pipeline.text.values import as_list
from pipeline.tidy.csv import read


def drafted(folder: Path, export: Path, survey: str = "mine") -> tuple[Paths, list[str]]:
    raw = folder / "raw" / survey
    raw.mkdir(parents=True)
    copy = Path(shutil.copy(export, raw))
    lines = list(new_wave(folder, copy))
    return find(survey, folder), lines


def test_a_draft_of_the_toy_gives_the_numbers_counted_by_hand(tmp_path: Path) -> None:
    paths, lines = drafted(tmp_path, TOY / "second.csv")
    assert lines[0] == "format surveymonkey: a column Respondent ID"
    assert "now run: make all SURVEY=mine" in lines
    # what is said last is what could change numbers
    assert lines[-3].startswith("1 line of [unsettled] is to be looked at")
    assert lines[-2].startswith("raw/mine/second.toml:5: unsettled: channel: read as people's own words")
    assert lines[-1] == "survey settle --survey mine walks through them"
    survey = tomllib.loads(paths.questionnaire.read_text())
    kinds = {question["text"]: question["kind"] for question in survey["questions"].values()}
    assert kinds == {
        # one of fourteen came by another channel, and a text given once may be anybody's own words
        "Channel": "text",
        "Are you involved?": "single",
        "Where are you?": "single",
        "What do you use?": "multiple",
        "Why do you use none?": "single",
        # nobody gave two of them the same place
        "What matters most?": "rank",
        "Do you agree?": "grid",
        "How much of it is open?": "number",
        "Anything else?": "text",
    }
    uses = next(q for q in survey["questions"].values() if q["text"] == "What do you use?")
    assert uses["options"]["other"] == {"label": "Other (please specify)", "write_in": True}
    assert uses["options"]["dkns"] == "Don’t know"
    wave = tomllib.loads((paths.raw / "second.toml").read_text())
    assert wave["respondents"] == {"id": "Respondent ID", "drop": ["Email Address"]}
    run_to(paths, tables)
    name = next(i for i, q in survey["questions"].items() if q["text"] == "What do you use?")
    rows = read(paths, f"frequencies/{name}")
    counts = dict(zip(rows["option_label"], rows["respondents"].astype(int), strict=True))
    # nobody is screened out yet, so R14's Models is here too
    assert counts == {
        "Models": 7,
        "Data, tools and code": 5,
        "Other (please specify)": 1,
        "None of these": 3,
        "Don’t know": 1,
    }


def test_answers_joined_in_a_cell_are_taken_apart(tmp_path: Path) -> None:
    export = tmp_path / "joined.csv"
    cells = [
        "Red, Green, or so",
        "Blue",
        "Red, Blue",
        "Green, or so",
        "Blue, mauve",
        "Red",
        "Blue",
        "Red, Blue",
    ]
    export.write_text(
        "Timestamp,Colours?\n" + "".join(f'2001-02-0{n},"{c}"\n' for n, c in enumerate(cells, 1))
    )
    paths, lines = drafted(tmp_path, export)
    survey = tomllib.loads(paths.questionnaire.read_text())["questions"]["colours"]
    assert survey["kind"] == "multiple"
    # a text given once is somebody's Other; "Green" never stands without "or so"
    assert survey["options"] == {
        "blue": "Blue",
        "red": "Red",
        "green_so": "Green, or so",
        "other": {"label": "Other", "write_in": True},
    }
    wave = tomllib.loads((paths.raw / "joined.toml").read_text())
    assert str(wave["fielded"]["from"]) == "2001-02-01"
    assert "now run: make all SURVEY=mine" in lines
    assert "unsettled" not in wave, "one answer of its own is one answer, whatever it is called"


def _joined(
    ways: Sequence[Sequence[str]], join: Callable[[Sequence[str]], str], folder: Path, people: int = 12
) -> Paths:
    """The first draft of one question whose answers are joined in its cells, so many people to a way."""
    export = folder / "joined.csv"
    given = [*map(join, ways)] * people
    frame = pd.DataFrame({"id": range(len(given)), "Which help do you use?": given})
    frame.to_csv(export, index=False)
    paths, _ = drafted(folder, export)
    return paths


_WAYS = (("Docs", "Chat"), ("Docs",), ("Chat", "Forum"), ("Forum",), ("Docs", "Chat", "Forum"), ("Chat",))


@pytest.mark.parametrize(
    ("join", "settled"),
    [
        (json.dumps, True),
        (lambda way: str(list(way)), True),
        (lambda way: "{" + ",".join(way) + "}", True),
        ("; ".join, True),
        (" | ".join, True),
        (lambda way: "\n".join(f"• {answer}" for answer in way), True),
        (" + ".join, True),
        (" and ".join, False),
        (" und ".join, False),
        (" ".join, False),
    ],
    ids=["json", "python", "braces", "semicolon", "bar", "bullets", "plus", "and", "und", "blank"],
)
def test_answers_joined_in_any_way_are_the_same(
    join: Callable[[Sequence[str]], str], settled: bool, tmp_path: Path
) -> None:
    paths = _joined(_WAYS, join, tmp_path)
    asked = tomllib.loads(paths.questionnaire.read_text())["questions"]["help_use"]
    assert (asked["kind"], sorted(asked["options"].values())) == ("multiple", ["Chat", "Docs", "Forum"])
    wave = tomllib.loads((paths.raw / "joined.toml").read_text())
    assert ("unsettled" not in wave) == settled, "a word or a blank that joins may be a part of an answer"
    run_to(paths, normalise)
    rows = frequencies(paths, "help_use")
    assert dict(zip(rows["option_label"], rows["respondents"], strict=True)) == {
        "Docs": 36,
        "Chat": 48,
        "Forum": 36,
    }


def test_a_figure_of_lists_says_the_answers_without_brackets_and_bullets(tmp_path: Path) -> None:
    paths = _joined(_WAYS, lambda way: json.dumps([f"• {answer}" for answer in way]), tmp_path)
    run_to(paths, figures)
    (figure,) = paths.figures.glob("*help*.svg")
    said = " ".join(re.findall(r">([^<>]+)<", figure.read_text(encoding="utf-8")))
    for words in ("Which help do you use?", "Docs", "Chat", "Forum", "67%", "50%", "valid cases = 72"):
        assert words in said, words
    assert not set('•[]"') & set(said) and "Unsettled" not in said


def test_lists_of_people_s_own_words_are_no_choice(tmp_path: Path) -> None:
    paths = _joined([[f"word {n}", f"other {n}"] for n in range(40)], json.dumps, tmp_path, people=1)
    assert tomllib.loads(paths.questionnaire.read_text())["questions"]["help_use"]["kind"] == "text"


def test_what_people_write_is_not_cut_at_its_words() -> None:
    texts = {f"I use it at work for case {n} and at home for case {n + 1}, mostly": 1 for n in range(500)}
    joined = {"Docs": 3, "Chat": 3, "Docs Chat": 2, "Chat Docs": 1}
    assert not cells.are_other_cells(texts, " ") and not cells.may_be_joined(texts, ", ")
    assert cells.are_other_cells(joined, " ") and cells.may_be_joined(joined, " ")


def test_labels_that_hold_the_same_word_are_not_cut(tmp_path: Path) -> None:
    labels = ["Build and test", "Test and release", "Build and release", "None", "very good", "good"]
    paths = _joined([[label] for label in labels], " ".join, tmp_path)
    asked = tomllib.loads(paths.questionnaire.read_text())["questions"]["help_use"]
    assert (asked["kind"], len(asked["options"])) == ("single", 6)


@pytest.mark.parametrize(
    "text", ["[redacted", "{a:[1]}", '{"a": 1}', "[[1]]", "[true, null]", "['a' 'b']", ""]
)
def test_what_only_looks_like_a_list_is_none(text: str) -> None:
    assert as_list(text) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('["a, b", "\u00e4"]', ["a, b", "ä"]),
        ("['it\\'s', \"b\"]", ["it's", "b"]),
        ('{a,"b, \\"c\\""}', ["a", 'b, "c"']),
        ("[1, 2.5]", ["1", "2.5"]),
        ("[]", []),
        ("{}", []),
    ],
)
def test_lists_as_programs_write_them(text: str, parts: list[str]) -> None:
    assert as_list(text) == parts


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        (["Sometimes", "Never", "Always", "Don't know"], ["Never", "Sometimes", "Always", "Don't know"]),
        (["Agree", "Strongly disagree", "Neutral"], ["Strongly disagree", "Neutral", "Agree"]),
        (
            ["50 to 249", "More than 1,000", "Less than 50", "250-1,000"],
            ["Less than 50", "50 to 249", "250-1,000", "More than 1,000"],
        ),
        (["Linux", "macOS", "Other"], ["Linux", "macOS", "Other"]),
    ],
)
def test_known_scales_and_bands_come_in_their_order(given: list[str], ordered: list[str]) -> None:
    headings = [Heading(1, "", "How?", "")]
    texts = {1: {label: 20 - place for place, label in enumerate(given)}}
    (question,) = guess(headings, texts, formats["flat"]).questions
    assert list(question.options.values()) == ordered


def test_columns_that_identify_people_are_dropped_whatever_they_are_called(tmp_path: Path) -> None:
    export = tmp_path / "people.csv"
    at = "@"  # no address stands in the repository
    rows = [f"Red,someone{n}{at}example.org,10{dot}0{dot}0{dot}{n}" for n in range(9) for dot in "."]
    export.write_text("Colour?,And for the raffle?,From\n" + "\n".join(rows) + "\n")
    paths, _ = drafted(tmp_path, export)
    wave = tomllib.loads((paths.raw / "people.toml").read_text())
    assert wave["respondents"]["drop"] == ["B", "C"]
    assert list(tomllib.loads(paths.questionnaire.read_text())["questions"]) == ["colour"]


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    paths, _ = drafted(tmp_path, TOY / "second.csv")
    kept = paths.questionnaire.read_bytes()
    run = survey_command(tmp_path, "new-wave", "raw/mine/second.csv")
    assert run.returncode == 1
    assert "raw/mine/second.toml is there already" in run.stderr
    assert paths.questionnaire.read_bytes() == kept
    with pytest.raises(SurveyError, match="put the export into a folder of its survey first"):
        list(new_wave(tmp_path, TOY / "second.csv"))


def test_the_drafted_survey_reaches_the_report(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    shutil.copy(TOY / "second.csv", raw / "2001.csv")
    assert survey_command(tmp_path, "new-wave", "raw/mine/2001.csv").returncode == 0
    run = survey_command(tmp_path, "all", "--survey", "mine")
    assert run.returncode == 0, run.stderr
    page = (tmp_path / "outputs" / "mine" / "report.html").read_text()
    assert "What do you use?" in page
    assert "canary" not in page


# responses, and what is left to settle by hand
REAL = {
    "spack/2020.csv": (170, 0),
    "spack/2022.csv": (182, 0),
    "kubernetes/2018.csv": (160, 0),
    "kubernetes/2019.csv": (211, 0),
    "cncf/2022.csv": (2286, 0),
    "ai2/llm_in_research.csv": (816, 0),
    "rse/2017_uk.csv": (253, 0),
    "rse/2017_de.csv": (325, 0),
    "ospo/2018_results.csv": (748, 0),
    "ospo/2020_results.csv": (1026, 0),
    "ospo/2024_raw_text.csv": (222, 0),
    "chaoss/challenges_2023.csv": (31, 0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_real_exports_run_from_a_draft(name: str, real: Callable[[str], Path], tmp_path: Path) -> None:
    paths, lines = drafted(tmp_path, real(name))
    responses, left = REAL[name]
    at_lines = [line for line in lines if line.startswith("raw/") and not line.endswith(f"say {CHECK}")]
    # what looks implausible is told, and stops nothing
    at_lines = [line for line in at_lines if 'say expected = "why"' not in line]
    doubts = [line for line in at_lines if ": unsettled: " in line]
    assert len(doubts) <= 10
    assert len(at_lines) - len(doubts) == left, lines
    # a ranking with ties: nobody can tell what was meant
    assert name != "chaoss/challenges_2023.csv" or any("a ranking, in which" in line for line in doubts)
    ingest(paths)
    (wave,) = [path.stem for path in paths.wave_files()]
    assert load_export(paths, wave).rows == responses
    if not left:
        normalise(paths)
        tables(paths)
        assert len(list(paths.frequencies.glob("*.csv"))) > 5


def test_a_year_of_two_digits_is_of_this_age(tmp_path: Path) -> None:
    export = tmp_path / "spring.csv"
    rows = [f"{n},3/{n}/26 10:00:00,3/{n}/26 10:05:00,{('Yes', 'No')[n % 2]}" for n in range(1, 29)]
    export.write_text("\n".join(["ID,Start time,Completion time,Do you use it?", *rows]) + "\n")
    paths, _ = drafted(tmp_path, export)
    fielded = tomllib.loads((paths.raw / "spring.toml").read_text())["fielded"]
    assert (str(fielded["from"]), str(fielded["to"])) == ("2026-03-01", "2026-03-28")


def test_columns_of_a_sampling_design_are_told(tmp_path: Path) -> None:
    export = tmp_path / "2025.csv"
    heads = "id;stratum;psu;weight;rep_wt_1;rep_wt_2;Do you use it?;Which strata do you see?"
    rows = [f"r{n};{n % 3};{n % 7};1.{n};0.9;1.1;{('Yes', 'No')[n % 2]};Rock {n % 3}" for n in range(40)]
    export.write_text("\n".join([heads, *rows]) + "\n")
    _, lines = drafted(tmp_path, export)
    (told,) = [line for line in lines if line.startswith("columns of a sampling design")]
    assert "design: stratum, psu, rep_wt_1, rep_wt_2; errors take the weights as given" in told
    _, lines = drafted(tmp_path / "plain", TOY / "second.csv")
    assert not any("sampling design" in line for line in lines)


def test_trials_are_left_out_and_repeated_ids_told(tmp_path: Path) -> None:
    export = tmp_path / "tried.csv"
    heads = ["StartDate", "EndDate", "Status", "Finished", "ResponseId", "RecipientLastName", "Q1"]
    words = [
        "Anfangsdatum",
        "Enddatum",
        "Antworttyp",
        "Beendet",
        "Antwort-ID",
        "Nachname des Empfängers",
        "Wo?",
    ]
    codes = [f'"{{""ImportId"":""{head}""}}"' for head in heads]
    rows = [
        [f"2001-03-{n % 27 + 1:02d} 10:00:00", f"2001-03-{n % 27 + 1:02d} 10:05:00",
         "Umfragevorschau" if n < 6 else "IP-Adresse", "True", f"R_{min(n, 28)}", f"Muster{n}",
         "Nord" if n % 3 else "Süd"]
        for n in range(30)
    ]  # fmt: skip
    export.write_text("\n".join(",".join(row) for row in (heads, words, codes, *rows)), encoding="utf-8")
    paths, lines = drafted(tmp_path, export)
    wave = tomllib.loads((paths.raw / "tried.toml").read_text("utf-8"))
    assert wave["exclude"] == [
        {"reason": "a trial of the survey's makers", "where": {"Antworttyp": ["Umfragevorschau"]}}
    ]
    assert wave["unsettled"]["respondents"].startswith("1 of 30 rows repeat an id: then duplicates")
    assert any("tried: 1 questions, 30 responses, 24 analysed" in line for line in lines)
    survey = tomllib.loads(paths.questionnaire.read_text("utf-8"))
    assert [question["text"] for question in survey["questions"].values()] == ["Wo?"]
    assert "Nachname des Empfängers" in wave["respondents"]["drop"]


def test_columns_of_several_headings_are_named_in_few_words(tmp_path: Path) -> None:
    """Boxes headed by their options alone are a run of letters; the text beside an Other stands by itself."""
    export = tmp_path / "spring.csv"
    heads = ["#", "Git", "Docker", "Mercurial", "role", "role_other", "Start Date (UTC)", "Submit Date (UTC)"]
    rows = [
        [f"r{n}", "Git" * (n % 2), "Docker" * (n % 3 == 0), "Mercurial" * (n % 4 == 0), str(n % 3 + 1),
         "Translator" * (n % 3 == 2), "2001-02-03 10:00", "2001-02-03 10:05"]
        for n in range(40)
    ]  # fmt: skip
    export.write_text("\n".join(",".join(row) for row in [heads, *rows]) + "\n")
    paths, lines = drafted(tmp_path, export)
    assert "now run: make all SURVEY=mine" in lines
    columns = tomllib.loads((paths.raw / "spring.toml").read_text())["columns"]
    assert columns == {"git": "B:D", "role": ["role", "F"]}


def test_a_drafted_figure_says_options_shares_and_the_base(tmp_path: Path) -> None:
    """Of 40 people 30 were asked: 15 use Git, 10 Docker, and 5 say No to both, who are in the base."""
    export = tmp_path / "spring.csv"
    heads = ["Response ID", "Git:Which tools do you use?", "Docker:Which tools do you use?", "Do you pay?"]
    tools = (range(15), range(15, 25))
    boxes = [["Checked" if n in tool else "Unchecked" for tool in tools] for n in range(30)]
    rows = [[f"r{n}", *ticks, "Yes"] for n, ticks in enumerate(boxes)]
    rows += [[f"r{n}", "", "", "No"] for n in range(30, 40)]
    export.write_text("\n".join(",".join(row) for row in [heads, *rows]) + "\n")
    paths, _ = drafted(tmp_path, export)
    run_to(paths, figures)
    (figure,) = paths.figures.glob("*tools*.svg")
    said = " ".join(re.findall(r">([^<>]+)<", figure.read_text(encoding="utf-8")))
    for words in ("Which tools do you use?", "Git", "50%", "Docker", "33%", "valid cases = 30"):
        assert words in said, words
    assert "Checked" not in said and "Unsettled" not in said
