"""A plug-in is one file: each kind of them is added to a copy of the package, and seen at work in a run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from projects import ROOT, make_project, survey_process

from pipeline.database import quality_rules as rules
from pipeline.exports.tools import formats
from pipeline.project.paths import Paths
from pipeline.stats.intervals import methods
from pipeline.tidy.claim_kinds import claim_kinds
from pipeline.tidy.csv import read
from pipeline.tidy.quality_rules import quality_rules

PLUGINS = {
    "charts/kinds/plain_bar.py": '''
"""One bar, plainly."""

from pipeline.charts.kinds.single_bar import draw as draw

FITS = ("single",)
ALT_NAME = "Plain bar"
ORDER = "questionnaire"
STACKED = True
''',
    "exports/tools/ticker.py": '''
"""Ticker: a header of one row, `Question :: item`; several answers joined by ` / `."""

from pipeline.exports.tools.heading import Heading

LISTED = 99
SEPARATOR = " / "
ID = "Ticket"


def recognised(first, _suffix):
    return 20 * (first[0][0] == ID), "a first column Ticket"


def headings(rows):
    parts = [cell.partition(" :: ") for cell in rows[0]]
    return [Heading(column, "", text, item or text) for column, (text, _, item) in enumerate(parts, 1)]


def header(columns):
    return [[f"{text} :: {label}" if label else text for text, label, _ in columns]]


def columns(answered):
    if answered.form.by_item:
        return [(answered.heading, item, cells) for item, cells in answered.by_item()]
    if answered.form.is_one_choice:
        return [(answered.heading, "", answered.chosen(answered.options))]
    cells = answered.joined() if answered.form.is_joined else answered.open_ended()
    return [(answered.heading, "", cells)]
''',
    "stats/intervals/careful.py": '''
"""From nothing to everything: always right."""

NAME = "Careful"
LISTED = 99
ENDS = "0 and 1"
NEEDS_ERROR = False


def limits(of):
    return 0 * of.share, 0 * of.share + 1


def taken(of):
    return float(of.cases), "valid cases", float("nan")
''',
    "exhibits/claims/below.py": '''
"""`below`: a share is below 90%."""

from pipeline.exhibits.claims.verdict import Verdict

HOLDS_IF = "the share is below 0.9"
LISTED = 99
HEADLINE = "Not nearly all: {answers}"
RESTS_ON = "interval"


def verdict(tested, reference):
    row = tested.row(reference)
    said = f"{row['option']} is rare enough"
    return Verdict("below", reference, bool(row["share"] < 0.9), said, row["wave"], row["option"])


def possible(tested, answers):
    yield from ([row["of"]] for row in answers if not row["by"])
''',
    "database/quality_rules/odd.py": '''
"""`odd`: who has an odd number."""

NAME = "odd ones"
LISTED = 99
KEY = "odd"
KEY_HOLDS = "count"
DEFAULT = 2
THRESHOLD = "an odd number"
NOBODY = "there is nobody"
FIND = """
select wave, respondent, rules.position, 0 as question, respondent % 2 = 1 as flagged
from all_respondents
join rules using (wave)
order by wave, respondent
"""


def looks(wave, _survey, _median):
    yield {"threshold": f"no multiple of {wave.fielding.wave.quality.odd}"}
''',
}
WAVE = """
title = "Third Toy Survey"
fielded = { from = 2002-02-03, to = 2002-03-04 }
synthetic = true
source = { file = "third.csv", format = "ticker" }
respondents = { id = "Ticket" }
quality = { odd = 3 }
changes = { top = { status = "same" } }
"""
REPORT = """
[[exhibit]]
id = "region"
kind = "plain_bar"
question = "region"
title = "Not everybody is in the north"
claim = { below = "north" }
neutral = "Where they are"
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The toy survey, run by a copy of the package to which one plug-in of each kind was added."""
    folder = tmp_path_factory.mktemp("plugins")
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in PLUGINS.items():
        assert not (folder / "pipeline" / name).exists()
        (folder / "pipeline" / name).write_text(text.lstrip(), encoding="utf-8")
    paths = make_project(folder)
    survey = paths.questionnaire.read_text(encoding="utf-8")
    paths.questionnaire.write_text(f'interval = "careful"\n{survey}', encoding="utf-8")
    (paths.raw / "third.toml").write_text(WAVE, encoding="utf-8")
    paths.report_file.write_text(REPORT, encoding="utf-8")
    for words in (("synthesise", "third", "--respondents", "300"), ("all",)):
        run(paths, *words)
    return paths


def run(paths: Paths, *words: str) -> str:
    told = survey_process(paths.root, *words, "--survey", "toy", PYTHONPATH=str(paths.root))
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def table(paths: Paths, name: str) -> pd.DataFrame:
    return read(paths, name)


def test_each_plugin_is_one_file_that_the_package_does_not_have(extended: Paths) -> None:
    added = {
        path.relative_to(extended.root / "pipeline").as_posix()
        for path in (extended.root / "pipeline").rglob("*.py")
    } - {path.relative_to(ROOT / "pipeline").as_posix() for path in (ROOT / "pipeline").rglob("*.py")}
    assert added == set(PLUGINS)
    for path in (ROOT / "pipeline").rglob("*.py"):
        copied = extended.root / "pipeline" / path.relative_to(ROOT / "pipeline")
        assert copied.read_bytes() == path.read_bytes()


def test_a_kind_of_figure(extended: Paths) -> None:
    assert (extended.figures / "region.svg").is_file()
    assert "Plain bar" in extended.report.read_text(encoding="utf-8")


def test_a_survey_tool_is_written_read_and_recognised(extended: Paths) -> None:
    header = (extended.raw / "third.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("Ticket,") and "Do you agree? :: It is good" in header
    third = table(extended, "frequencies/views")
    assert set(third.loc[third["wave"] == "third", "item"]) == {"good", "cheap"}
    flow = table(extended, "flow").set_index(["wave", "step"])
    assert flow.loc[("third", "received"), "respondents"].sum() == 300
    script = "from pipeline.exports.tools import recognised as r; print(r([['Ticket', 'Q']], '.csv'))"
    told = subprocess.run([sys.executable, "-c", script], cwd=extended.root, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert told.stdout.strip() == "('ticker', 'a first column Ticket')"


def test_an_interval(extended: Paths) -> None:
    shares = table(extended, "region")
    shares = shares[shares["share"].notna()]
    assert len(shares) > 2
    assert set(shares["interval"]) == {"careful"}
    assert (shares["low"] == 0).all() and (shares["high"] == 1).all()
    assert "95% Careful interval" in extended.report.read_text(encoding="utf-8")
    receipt = run(extended, "explain", "region", "north")
    assert "95% Careful, n = " in receipt and "0 and 1" in receipt


def test_a_claim(extended: Paths) -> None:
    (claim,) = table(extended, "claims").to_dict("records")
    assert (claim["claim"], claim["of"], claim["holds"]) == ("below", "north", True)
    assert claim["title"] == "Not everybody is in the north"
    assert 'claim = { below = "south" }' in run(extended, "headlines")
    assert "holds: it does where the share is below 0.9" in run(extended, "explain", "region", "--claim")


def test_a_rule_of_data_quality(extended: Paths) -> None:
    (row,) = (row for row in table(extended, "quality").to_dict("records")
              if (row["wave"], row["rule"]) == ("third", "odd"))  # fmt: skip
    assert (row["flagged"], row["applied_to"], row["threshold"]) == (150, 300, "no multiple of 3")
    assert "third  odd ones: 150 of 300 (no multiple of 3)" in run(extended, "quality")
    wave = extended.raw / "third.toml"
    wrong = wave.read_text(encoding="utf-8").replace("odd = 3", "odd = 1")
    folder = extended.root / "wrong"
    shutil.copytree(extended.raw, folder / "raw" / "toy")
    (folder / "raw" / "toy" / "third.toml").write_text(wrong, encoding="utf-8")
    told = survey_process(folder, "check", "--survey", "toy", PYTHONPATH=str(extended.root))
    assert re.search(r"third.toml:7: quality.odd: .* seen 1", told.stdout + told.stderr)


# what every plug-in has


@pytest.mark.parametrize("rule", quality_rules())
def test_a_query_of_a_rule_is_alone_and_in_order(rule: str) -> None:
    path = Path(rules.__file__).parent / f"{rule}.py"
    (query,) = re.findall(r'FIND = f?"""\n(.*?)"""', path.read_text(encoding="utf-8"), re.DOTALL)
    assert query.startswith(("select", "with"))
    assert ";" not in query
    assert "order by" in query.splitlines()[-1]


def test_every_plugin_has_its_place_and_a_page_that_names_it() -> None:
    orders = {
        "intervals": [one.LISTED for one in methods().values()],
        "tools": [one.listed for one in formats.values()],
        "claims": [one.listed for one in claim_kinds().values()],
        "rules": [one.listed for one in quality_rules().values()],
    }
    for name, order in orders.items():
        assert order == list(range(1, len(order) + 1)), name
    pages = {page: (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
             for page in ("tables", "declarations", "headlines", "quality")}  # fmt: skip
    named = {"declarations": [*methods(), *formats], "headlines": claim_kinds(), "quality": quality_rules()}
    for page, names in named.items():
        assert [name for name in names if name not in pages[page]] == [], page


def test_contributing_names_files_that_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:pipeline|tests|docs)/[\w/<>.]*)`", text)
    assert len(paths) > 30
    assert [path for path in paths if not [*ROOT.glob(re.sub(r"<\w+>", "*", path))]] == []
    table = text.split("## Where a change goes")[1].split("\n### ")[0]
    assert len(re.findall(r"^\| (?!to add|-)", table, re.MULTILINE)) == 10
    assert re.findall(r"^### (.*), step by step$", text, re.MULTILINE) == [
        "A kind of figure", "A survey tool", "The definition of a questionnaire", "A kind of question",
    ]  # fmt: skip
