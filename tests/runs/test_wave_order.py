"""The order of waves is that of their field dates, whatever they are called, wherever a person reads it."""

from __future__ import annotations

import datetime
import html
import re
import shutil
import tomllib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from projects import command, copy_of, run_all
from surveys import Wave, lay_out

from pipeline import open_survey
from pipeline.commands.verify import verify
from pipeline.declarations import survey, wave, wave_files
from pipeline.declarations.notices import doubts
from pipeline.declarations.wave import Fielded
from pipeline.drafting.new_wave import new_wave
from pipeline.exhibits.quotes import look_up
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read, read_exhibits

SURVEY = """
title = "Toy in time"
segments = ["region"]
[questions.region]
kind = "single"
text = "Where are you?"
options = { north = "North", south = "South" }
[questions.uses]
kind = "multiple"
text = "What do you use?"
options = { models = "Models", data = "Data", chips = "Chips", none = "None of these" }
"""
REPORT = """
introduction = "Of all, {uses.models} use models, after {uses.models.2024-spring}."
[[exhibit]]
id = "uses"
kind = "ranked_bars"
question = "uses"
title = "Most use models"
claim = { majority = "models" }
[[exhibit]]
id = "step"
kind = "dumbbell"
question = "uses"
title = "Models up by {step.models.change}, data down"
claim = { grew = "models", fell = "data" }
[[exhibit]]
id = "trend"
kind = "trend_lines"
question = "uses"
title = "Models grew from {trend.models.2023}"
claim = { grew = ["models.2023.2024-autumn", "models"] }
[[exhibit]]
id = "by_region"
kind = "segment_panels"
question = "uses"
by = "region"
"""
# when each wave was fielded, and of 100 respondents how many use models, and how many data
WAVES = {
    "2024-autumn": ("2024-10-01", "2024-10-31", 80, 10),
    "2024-spring": ("2024-04-01", "2024-04-30", 50, 40),
    "2023": ("2023-04-01", "2023-04-30", 20, 60),
}
IN_TIME = ["2023", "2024-spring", "2024-autumn"]


def write_survey(folder: Path) -> Paths:
    written = {}
    for number, (name, (first, last, models, data)) in enumerate(WAVES.items()):
        # in spring the question read otherwise, and Chips could not be chosen before autumn
        changes = {
            "2024-spring": 'status = "reworded"\nnote = "shorter"\nnot_offered = ["chips"]',
            "2023": 'not_offered = ["chips"]',
        }
        rows = ["ID,Where are you?,What do you use?"]
        for place in range(100):
            said = [name for name, most in (("Models", models), ("Data", data)) if place < most]
            said += ["Chips"] if name == "2024-autumn" and place > 90 else []
            said = said or ["None of these"]
            where = "North" if (place + number) % 2 else "South"
            rows.append(f"{name}-{place},{where},{'; '.join(said)}")
        written[name] = Wave(
            "\n".join(rows) + "\n", title=f"The wave of {name}",
            more=f"[changes.uses]\n{changes.get(name, '')}",
            head=f"fielded = {{ from = {first}, to = {last} }}\nsynthetic = true",
        )  # fmt: skip
    paths = lay_out(folder, "time", SURVEY, written, REPORT)
    published = "wave,question,option,item,group,percent,n,source,wording,mode,address,grade\n"
    published += "".join(f"{name},uses,models,,,{WAVES[name][2]},100,Its report,,,,A\n" for name in WAVES)
    (paths.raw / "published.csv").write_text(published)
    return paths


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = write_survey(tmp_path_factory.mktemp("time"))
    run_all(paths)
    return paths


def test_the_tables_have_the_waves_in_the_order_of_time(made: Paths) -> None:
    assert sorted(IN_TIME) != IN_TIME
    frames = {path.name: pd.read_csv(path) for path in made.tables.rglob("*.csv")}
    seen = {name: list(frame["wave"].unique()) for name, frame in frames.items() if "wave" in frame}
    for name in ("waves", "flow", "questionnaire", "nonresponse", "uses", "trend", "by_region", "region"):
        assert seen[f"{name}.csv"] == IN_TIME, name
    assert seen["step.csv"] == IN_TIME[1:]
    trend = frames["trend.csv"]
    lines = trend[trend["measure"] == "option"]
    assert [list(own["wave"]) for _, own in lines.groupby("option")] == [IN_TIME] * 4


def test_an_exhibit_of_one_wave_is_of_the_latest_in_time(made: Paths) -> None:
    printed = {one.id: one for one in read_exhibits(made)}
    assert printed["uses"].wave == printed["by_region"].wave == "2024-autumn"
    assert "October 2024" in printed["uses"].subtitle
    assert "Models 80%" in printed["uses"].alt


def test_a_change_is_the_later_wave_less_the_one_before(made: Paths) -> None:
    step = read(made, "step")
    change = step[(step["measure"] == "change") & (step["option"] == "models")].iloc[0]
    assert (change["group"], change["wave"], round(change["value"], 6)) == ("2024-spring", "2024-autumn", 0.3)
    changes = read(made, "changes")
    own = changes[(changes["question"] == "uses") & (changes["option"] == "models")]
    pairs = own[["early", "late", "difference", "comparability"]].round(6).to_numpy().tolist()
    assert pairs == [
        ["2023", "2024-spring", 0.3, "reworded"],
        ["2024-spring", "2024-autumn", 0.3, "options"],
        ["2023", "2024-autumn", 0.6, "reworded"],
    ]


def test_captions_tell_the_change_of_the_wave_that_declares_it(made: Paths) -> None:
    printed = {one.id: one for one in read_exhibits(made)}
    assert printed["step"].subtitle.endswith("2024-spring to 2024-autumn")
    assert "Answers offered differ between 2024-spring and 2024-autumn" in printed["step"].foot
    assert printed["trend"].subtitle.endswith("2023 to 2024-autumn")
    assert "Question reworded between 2023 and 2024-spring: shorter" in printed["trend"].foot


def test_claims_and_quotes_go_by_time(made: Paths) -> None:
    printed = {one.id: one for one in read_exhibits(made)}
    assert printed["step"].title == "Models up by +30, data down"
    assert printed["trend"].title == "Models grew from 20%"
    claims = read(made, "claims")
    assert claims["holds"].tolist() == [True] * 5
    moved = claims[claims["claim"].isin(["grew", "fell"])]
    steps = ["2024-spring to 2024-autumn"] * 2 + ["2023 to 2024-autumn", "2024-spring to 2024-autumn"]
    assert [f"{row['second']} to {row['first']}" for row in moved.to_dict("records")] == steps
    quotes = read(made, "quotes")
    assert list(quotes.loc[quotes["exhibit"] == "", "printed"]) == ["80%", "50%"]
    trend = read(made, "trend")
    row = trend.iloc[look_up(trend, ["models", "change", "2023", "2024-autumn"])]
    assert (row["group"], row["wave"]) == ("2023", "2024-autumn")
    assert trend.iloc[look_up(trend, ["models"])]["wave"] == "2024-autumn"


def test_page_and_workbook_have_that_order(made: Paths) -> None:
    page = html.unescape(made.report.read_text())
    places_ = [page.index(f"The wave of {name}, fielded") for name in IN_TIME]
    assert places_ == sorted(places_)
    assert ", ".join(IN_TIME) in page
    names = openpyxl.load_workbook(made.workbook).sheetnames
    assert [name for name in names if name.startswith("uses ")] == [f"uses {wave}" for wave in IN_TIME[::-1]]


def test_the_terminal_and_notebooks_have_that_order(made: Paths, tmp_path: Path) -> None:
    paths = copy_of(made, tmp_path)
    code, said = command(paths.root, "show", "uses", "--survey", "time")
    assert code == 0 and "The wave of 2024-autumn" in said
    code, said = command(paths.root, "check", "--survey", "time")
    assert code == 0, said
    assert re.findall(r"^(\S+): 2 questions", said, re.MULTILINE) == IN_TIME
    with open_survey("time", paths.root) as opened:
        assert opened.waves == IN_TIME
        compared = opened.compare_waves("uses")
        assert set(compared["first"]) == {"2024-autumn"} and set(compared["second"]) == {"2024-spring"}
        assert opened.compare_waves("uses", "2024-spring")["second"].unique().tolist() == ["2023"]
    code, said = command(paths.root, "sql", "select wave from waves", "--csv", "--survey", "time")
    assert said.split() == ["wave", *IN_TIME]
    code, said = command(paths.root, "codebook", "--survey", "time")
    book = paths.codebook.read_text()
    assert re.findall(r"^\| (20\S+) \| The wave", book, re.MULTILINE) == IN_TIME
    assert [line for line in verify(paths).lines if line.startswith("total of")] == [
        f"total of {name}: 1 of 1 percentages agree, 1 of 1 bases agree" for name in IN_TIME
    ]


def test_a_trend_runs_from_left_to_right(made: Paths) -> None:
    drawn = (made.figures / "trend.svg").read_text()
    found = {name: float(x) for x, name in re.findall(r'x="([0-9.]+)"[^>]*>(20[0-9]{2}\S*?)(?: †)?<', drawn)}
    assert sorted(found, key=lambda name: found[name]) == IN_TIME


def test_a_further_wave_is_drafted_like_the_latest(tmp_path: Path) -> None:
    paths = write_survey(tmp_path)
    shutil.copyfile(paths.raw / "2023.csv", paths.raw / "2025.csv")
    lines = list(new_wave(paths.root, paths.raw / "2025.csv"))
    assert any("questions of 2024-autumn are there" in line for line in lines)


def test_other_wording_is_said_of_the_later_wave_whatever_its_name(tmp_path: Path) -> None:
    paths = write_survey(tmp_path)
    text = (paths.raw / "2023.csv").read_text().replace("What do you use?", "What do you use at work?")
    head, *rows = text.splitlines()
    dated = [f"{head},Date", *(f"old{row},2021-05-0{place % 9 + 1}" for place, row in enumerate(rows))]
    # by its name the wave is the last of all, by its dates the first
    (paths.raw / "the-first.csv").write_text("\n".join(dated) + "\n")
    list(new_wave(paths.root, paths.raw / "the-first.csv", "2023"))
    first, second = (
        tomllib.loads((paths.raw / f"{name}.toml").read_text()).get("changes", {}).get("uses", {})
        for name in ("the-first", "2023")
    )
    assert "status" not in first and second["status"] == "reworded"


NO_DATES = ""
ORDERS: dict[str, tuple[dict[str, str], list[str]]] = {
    "field dates and not names": (
        {"2024-autumn": "2024-10-01 2024-11-01", "2024-spring": "2024-04-01 2024-05-01"},
        ["2024-spring", "2024-autumn"],
    ),
    "months": ({"January": "2024-01-05 2024-01-09", "April": "2024-04-05 2024-04-09"}, ["January", "April"]),
    "numbers in names without dates": (
        dict.fromkeys(["wave10", "wave2", "wave1"], NO_DATES),
        ["wave1", "wave2", "wave10"],
    ),
    "names without dates": (dict.fromkeys(["b", "a"], NO_DATES), ["a", "b"]),
    "a name that begins another": (dict.fromkeys(["2024-b", "2024"], NO_DATES), ["2024", "2024-b"]),
    "leading noughts": (dict.fromkeys(["w10", "w02", "w2"], NO_DATES), ["w02", "w2", "w10"]),
    "one day, ended earlier": (
        {"long": "2024-01-01 2024-03-01", "short": "2024-01-01 2024-02-01"},
        ["short", "long"],
    ),
    "one within the other": (
        {"a": "2024-02-01 2024-02-02", "b": "2024-01-01 2024-12-31"},
        ["b", "a"],
    ),
    "the same dates": (dict.fromkeys(["wave10", "wave2"], "2024-01-01 2024-02-01"), ["wave2", "wave10"]),
    "no dates in a new wave": (
        {
            "2024-autumn": "2024-10-01 2024-11-01",
            "2024-spring": "2024-04-01 2024-05-01",
            "2025": NO_DATES,
            "2026": NO_DATES,
        },
        ["2024-spring", "2024-autumn", "2025", "2026"],
    ),
    "no dates in the first wave": ({"2022": NO_DATES, "2023": "2023-01-01 2023-02-01"}, ["2022", "2023"]),
    "no dates between": (
        {"1": "2021-01-01 2021-02-01", "2": NO_DATES, "10": "2022-01-01 2022-02-01"},
        ["1", "2", "10"],
    ),
}


def period(said: str) -> Fielded | None:
    if not said:
        return None
    first, last = said.split()
    return Fielded.model_validate(
        {"from": datetime.date.fromisoformat(first), "to": datetime.date.fromisoformat(last)}
    )


@pytest.mark.parametrize("case", ORDERS)
def test_the_order_of_waves(case: str) -> None:
    waves, order = ORDERS[case]
    for names in (list(waves), list(waves)[::-1]):
        assert wave.in_order({name: period(waves[name]) for name in names}) == order


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({}, r"^$"),
        (
            {"2023": "2025-04-01 2025-04-30"},
            r"order of their field dates, 2024-spring, .*2023; .*2023.toml:2: 2023",
        ),
        ({"2024-spring": NO_DATES}, r"2024-spring: without field dates a wave has its place by its name"),
    ],
    ids=["as they are", "a year too many", "one without dates"],
)
def test_where_names_and_dates_disagree_it_is_told(dates: dict[str, str], said: str, tmp_path: Path) -> None:
    paths = write_survey(tmp_path)
    # seasons have no order that their names could say
    for name, other in {"2024-autumn": "2024-2", "2024-spring": "2024-1"}.items():
        if not dates:
            (paths.raw / f"{name}.toml").rename(paths.raw / f"{other}.toml")
    for name, fielded in dates.items():
        file = paths.raw / f"{name}.toml"
        first, last = fielded.split() if fielded else ("", "")
        line = f"fielded = {{ from = {first}, to = {last} }}" if fielded else ""
        file.write_text(re.sub(r"^fielded.*$", line, file.read_text(), flags=re.MULTILINE))
    fieldings = wave_files.load(paths, survey.load(paths)[0])
    assert re.search(said, " ".join(doubts(fieldings)))


def test_a_run_tells_it_once_and_goes_on(tmp_path: Path) -> None:
    paths = write_survey(tmp_path)
    told = "the waves are in the order of their field dates, 2023, 2024-spring, 2024-autumn; "
    for words in (["ingest"], ["normalise"], ["tables"], ["check"]):
        code, said = command(paths.root, *words, "--survey", "time")
        assert (code, said.count(told)) == (0, 1), said
