"""Synthetic exports: reproducible, shaped as declared, and never in the place of real ones."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.synthetic import synthesise as module
from pipeline.synthetic.synthesise import synthesise

ROOT = Path(__file__).parents[2]

SURVEY = """
title = "Toy"
segments = ["size"]
[scales.agreement]
options = { low = "Disagree", high = "Agree", dkns = "No idea" }
[questions.real]
text = "Are you real?"
kind = "single"
options = { yes = "Yes", bot = "A bot" }
[questions.size]
text = "How big?"
kind = "single"
options = { small = "10-49", large = "50 or more", other = { label = "Other", write_in = true } }
[questions.blockers]
text = "What is in the way?"
kind = "multiple"
asked = { size = ["large"] }
[questions.blockers.options]
data = "Data; or lack of it"
skills = "Skills"
law = "Law"
other = { label = "Other", write_in = true }
none = "None"
dkns = "No idea"
[questions.helps]
text = "What helps?"
kind = "multiple"
max = 2
options = { a = "Apples", b = "Bread", c = "Cheese", d = "Dates", none = "None", dkns = "No idea" }
[questions.top]
text = "Which first?"
kind = "rank"
max = 2
asked = { size = ["large"] }
items = { data = "Data", skills = "Skills", law = "Law" }
[questions.views]
text = "Do you agree?"
kind = "grid"
scale = "agreement"
items = { x = "Ice is cold", y = "Fire is hot" }
[questions.share]
text = "How many of a hundred?"
kind = "number"
nets = { half = [0, 50], more = [50, 100] }
[questions.notes]
text = "Anything else?"
kind = "text"
private = true
"""
WAVE = """
title = "Toy"
fielded = { from = 2001-02-03, to = 2001-02-10 }
synthetic = true
[source]
file = "one.csv"
format = "FORMAT"
[respondents]
id = "Number"
started = "Began"
submitted = "Ended"
drop = ["Email Address", "IP Address"]
[[exclude]]
reason = "not real"
where = { real = ["bot"] }
[columns]
share = "Of a hundred, how many?"
[answers.size]
"Oct-49" = "small"
[changes.blockers]
not_offered = ["law"]
"""
ASSUMPTIONS = """
screened_out = 0.1
breaks_off = 0.1
[questions.blockers]
shares = { data = 0.5, skills = 0.4, other = 0.2, none = 0.15 }
dkns = 0.15
[questions.helps]
shares = { a = 0.9, b = 0.9, c = 0.9, d = 0.9, none = 0.1 }
[questions.top]
among = "blockers"
[questions.notes]
skips = 0.5
"""
Toy = Callable[..., Paths]
Columns = dict[tuple[str, str], list[str]]

BOTH = pytest.mark.parametrize("layout", ["surveymonkey", "flat"])
BLOCKERS = "What is in the way?"
HELPS = "What helps?"


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """Writes the toy survey, with another layout, wave file or assumptions where a test wants them."""

    def written(layout: str = "surveymonkey", declared: str = WAVE, assumed: str = ASSUMPTIONS) -> Paths:
        paths = Paths(tmp_path, "toy")
        paths.raw.mkdir(parents=True, exist_ok=True)
        (paths.raw / "survey.toml").write_text(SURVEY)
        (paths.raw / "one.toml").write_text(declared.replace("FORMAT", layout))
        (paths.raw / "assumptions.toml").write_text(assumed)
        return paths

    return written


def columns(export: Path, layout: str) -> Columns:
    """The cells of each column by (question, label)."""
    rows = list(csv.reader(export.read_text(encoding="utf-8-sig").splitlines()))
    if layout == "flat":
        split = [re.fullmatch(r"(.*?)(?: \[(.*)\])?", heading) for heading in rows[0]]
        keys = [(found[1], found[2] or "") for found in split if found]
        return dict(zip(keys, map(list, zip(*rows[1:], strict=True)), strict=True))
    keys, text = [], ""
    for question, label in zip(rows[0], rows[1], strict=True):
        text = question or text
        keys.append((text, label))
    return dict(zip(keys, map(list, zip(*rows[2:], strict=True)), strict=True))


def answered(found: Columns, question: str, layout: str) -> list[list[str]]:
    """What each respondent answered to a question, in the order of its columns or of its cell."""
    own = [cells for (text, _), cells in found.items() if text == question]
    if layout == "flat" and len(own) == 1:
        # the one label that holds the separator
        whole = [cell.replace("Data; or", "Data, or") for cell in own[0]]
        return [cell.split("; ") if cell else [] for cell in whole]
    return [[cell for cell in row if cell] for row in zip(*own, strict=True)]


@BOTH
def test_the_same_seed_gives_the_same_bytes(toy: Toy, layout: str) -> None:
    paths = toy(layout)
    first = synthesise(paths, "one", 200, 7).read_bytes()
    assert synthesise(paths, "one", 200, 7, replace=True).read_bytes() == first
    assert synthesise(paths, "one", 200, 8, replace=True).read_bytes() != first
    with pytest.raises(SurveyError, match="might hold real answers; say --replace"):
        synthesise(paths, "one", 200, 7)


@BOTH
def test_routing_is_honoured(toy: Toy, layout: str) -> None:
    found = columns(synthesise(toy(layout), "one", 600, 1), layout)
    routed = [row == ["50 or more"] for row in answered(found, "How big?", layout)]
    for question in (BLOCKERS, "Which first?"):
        given = [bool(row) for row in answered(found, question, layout)]
        assert any(given)
        assert not any(was and not asked for was, asked in zip(given, routed, strict=True))


@BOTH
def test_none_and_do_not_know_stand_alone(toy: Toy, layout: str) -> None:
    rows = answered(columns(synthesise(toy(layout), "one", 1500, 1), layout), BLOCKERS, layout)
    for label in ("None", "No idea"):
        holding = [row for row in rows if label in row]
        assert len(holding) > 10
        assert all(row == [label] for row in holding)


@BOTH
def test_nobody_ticks_or_ranks_more_than_the_maximum(toy: Toy, layout: str) -> None:
    found = columns(synthesise(toy(layout), "one", 600, 1), layout)
    for question in (HELPS, "Which first?"):
        assert max(len(row) for row in answered(found, question, layout)) == 2


def test_places_of_a_ranking_run_from_one(toy: Toy) -> None:
    found = columns(synthesise(toy(), "one", 600, 1), "surveymonkey")
    rows = {tuple(sorted(row)) for row in answered(found, "Which first?", "surveymonkey")}
    assert rows == {(), ("1",), ("1", "2")}


@BOTH
def test_a_ranking_holds_only_what_was_ticked(toy: Toy, layout: str) -> None:
    found = columns(synthesise(toy(layout), "one", 600, 1), layout)
    ticked = answered(found, BLOCKERS, layout)
    if layout == "flat":
        ranked = [{*row} for row in answered(found, "Which first?", layout)]
    else:
        items = ("Data", "Skills", "Law")
        own = [found["Which first?", item] for item in items]
        ranked = [{i for i, place in zip(items, row, strict=True) if place} for row in zip(*own, strict=True)]
    firsts = [{label.split(",")[0].split(";")[0] for label in row} for row in ticked]
    assert any("Data" in row for row in ranked) and any("Skills" in row for row in ranked)
    # Law was not offered as a blocker in this wave, so nothing keeps it from being ranked
    assert all(row - {"Law"} <= first for row, first in zip(ranked, firsts, strict=True))


@BOTH
def test_the_screened_out_answer_nothing_after(toy: Toy, layout: str) -> None:
    export = synthesise(toy(layout), "one", 1000, 1)
    rows = list(csv.reader(export.read_text(encoding="utf-8-sig").splitlines()))
    at = rows[0].index("Are you real?")
    bots = [row for row in rows if row[at] == "A bot"]
    assert 60 < len(bots) < 140
    assert all(not any(row[at + 1 :]) for row in bots)


def test_a_response_that_breaks_off_stays_blank(toy: Toy) -> None:
    assumed = "breaks_off = 1\nskips = 0\nscreened_out = 0\n[questions.notes]\nskips = 0"
    export = synthesise(toy("flat", assumed=assumed), "one", 300, 1)
    rows = list(csv.DictReader(export.read_text().splitlines()))
    assert not any(row["Anything else?"] for row in rows)
    assert any(row["Of a hundred, how many?"] for row in rows)
    later = ["Do you agree? [Ice is cold]", "Of a hundred, how many?"]
    assert all(row[later[0]] or not row[later[1]] for row in rows)


@BOTH
def test_the_wave_file_decides_headings_and_raw_texts(toy: Toy, layout: str) -> None:
    found = columns(synthesise(toy(layout), "one", 300, 1), layout)
    texts = {text for text, _ in found}
    assert "Of a hundred, how many?" in texts
    assert "How many of a hundred?" not in texts
    sizes = {cell for row in answered(found, "How big?", layout) for cell in row}
    assert "Oct-49" in sizes
    assert "10-49" not in sizes
    assert not any("Law" in row for row in answered(found, BLOCKERS, layout))
    assert (BLOCKERS, "Law") not in found


@BOTH
def test_what_identifies_people_is_a_canary(toy: Toy, layout: str) -> None:
    text = synthesise(toy(layout), "one", 300, 1).read_text(encoding="utf-8-sig")
    assert "canary-email-000017" in text
    assert "canary-ip-000017" in text
    assert "canary-text-" in text
    assert "@" not in text
    assert not re.search(r"\d+\.\d+\.\d+\.\d+", text)


@BOTH
def test_chunks_make_one_export(toy: Toy, layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 7)
    found = columns(synthesise(toy(layout), "one", 40, 1), layout)
    emails = next(cells for (text, _), cells in found.items() if text == "Email Address")
    assert emails == [f"canary-email-{number:06d}" for number in range(1, 41)]
    began = next(cells for (text, _), cells in found.items() if text == "Began")
    assert began == sorted(began)
    assert began[0] >= "2001-02-03" and began[-1] < "2001-02-11"


def test_effects_move_the_groups_they_name(toy: Toy) -> None:
    assumed = """
        skips = 0
        [questions.helps]
        shares = { a = 0.5, b = 0.1, c = 0.1, d = 0.1 }
        [[questions.helps.effects]]
        where = { size = ["large"] }
        shift = { a = 2 }
        [[questions.helps.effects]]
        waves = ["one"]
        where = { size = ["small"] }
        shift = { a = -2 }
    """
    found = columns(synthesise(toy("flat", assumed=assumed), "one", 2000, 1), "flat")
    shares = {}
    for size in ("50 or more", "Oct-49"):
        own = [
            row
            for row, group in zip(
                answered(found, HELPS, "flat"), answered(found, "How big?", "flat"), strict=True
            )
            if group == [size]
        ]
        shares[size] = sum("Apples" in row for row in own) / len(own)
    assert shares["50 or more"] > 0.75
    assert shares["Oct-49"] < 0.4


@BOTH
def test_a_survey_without_assumptions_is_synthesised(toy: Toy, layout: str) -> None:
    paths = toy(layout)
    (paths.raw / "assumptions.toml").unlink()
    found = columns(synthesise(paths, "one", 300, 1), layout)
    assert {len(cells) for cells in found.values()} == {300}
    assert all(any(cells) for cells in found.values())


@BOTH
def test_the_readers_take_what_is_written(toy: Toy, layout: str) -> None:
    paths = toy(layout, declared=WAVE.replace('[changes.blockers]\nnot_offered = ["law"]\n', ""))
    synthesise(paths, "one", 400, 1)
    ingest(paths)
    assert normalise(paths)


def test_a_wave_that_is_not_synthetic_is_left_alone(toy: Toy) -> None:
    paths = toy(declared=WAVE.replace("synthetic = true\n", ""))
    export = paths.raw / "one.csv"
    export.write_text("real answers")
    with pytest.raises(SurveyError, match="synthetic = true"):
        synthesise(paths, "one", 10, 1)
    with pytest.raises(SurveyError, match="synthetic = true"):
        synthesise(paths, "one", 10, 1, "flat")
    assert export.read_text() == "real answers"


def test_another_format_than_the_wave_file_reads_is_refused(toy: Toy) -> None:
    paths = toy("flat")
    with pytest.raises(SurveyError, match=r"one\.toml:7: .*'flat', not 'surveymonkey'"):
        synthesise(paths, "one", 10, 1, "surveymonkey")
    assert not (paths.raw / "one.csv").exists()
    assert synthesise(paths, "one", 10, 1, "flat").is_file()


def test_an_unknown_wave_is_named(toy: Toy) -> None:
    with pytest.raises(SurveyError, match="no wave 'onne'; did you mean 'one'"):
        synthesise(toy(), "onne", 10, 1)


@pytest.mark.parametrize(
    ("assumed", "said"),
    [
        (
            "[questions.size]\nshares = { smal = 1 }",
            r":2: no option of 'size' 'smal'; did you mean 'small'",
        ),
        ("\n[questions.sise]\nskips = 0", r":2: no question 'sise'; did you mean 'size'"),
        ("[questions.views]\n[questions.views.items]\nz = { low = 1 }", r":3: no item of 'views' 'z'"),
        ("[questions.views.items]\nx = { lo = 1 }", r":2: no option of 'views' 'lo'"),
        ("[questions.top]\nshares = { dat = 1 }", r":2: no item of 'top' 'dat'; did you mean 'data'"),
        ("[questions.size]\nshares = { small = 0 }", r":2: every share is 0"),
        ("[questions.blockers]\nshares = { data = 2 }", r":2: 'data': a share lies between 0 and 1"),
        ("[questions.blockers]\nshares = { dkns = 0.1 }", r":2: 'dkns' is no share .* dkns = 0\.1"),
        ("[questions.size]\namong = 'real'", r":2: among means nothing for a single question"),
        ("[questions.top]\namong = 'helpz'", r":2: among: no earlier multiple choice 'helpz'.*'helps'"),
        ("[questions.share]\nnumber = { median = 100 }", r":2: the median wants to lie between"),
        ("[questions.size]\nnot_in = ['two']", r":2: no wave 'two'"),
        ("[questions.size]\nbasis = { big = 'x' }", r":2: no option or item of 'size' 'big'"),
        ("[[questions.size.effects]]\nshift = { larg = 1 }", r":2: no option of 'size' 'larg'"),
        (
            "[[questions.size.effects]]\nshift = { large = 1 }\nwhere = { helps = ['a'] }",
            r":3: no choice before 'size' 'helps'",
        ),
        (
            "[[questions.helps.effects]]\nshift = { a = 1 }\nwhere = { size = ['big'] }",
            r":3: 'size' has no option 'big'",
        ),
        ("skip = 0.1", r":1: unknown key 'skip'; did you mean 'skips'"),
        ("skips = 1.5", r":1: skips: .*1\.5"),
    ],
)
def test_a_mistake_in_the_assumptions_is_told_with_its_line(toy: Toy, assumed: str, said: str) -> None:
    paths = toy(assumed=assumed)
    with pytest.raises(SurveyError, match=r"raw/toy/assumptions\.toml" + said):
        synthesise(paths, "one", 10, 1)
    assert not (paths.raw / "one.csv").exists()


def test_every_mistake_is_told_at_once(toy: Toy) -> None:
    assumed = "[questions.size]\nshares = { smal = 1, larg = 1 }\n[questions.sise]\nskips = 0"
    with pytest.raises(SurveyError) as told:
        synthesise(toy(assumed=assumed), "one", 10, 1)
    assert len(told.value.problems) == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["2024", "2025"])
def test_the_default_survey_holds_what_its_wave_files_say_wrote_it(tmp_path: Path, name: str) -> None:
    raw = ROOT / "raw" / "open-source-ai"
    declared = (raw / f"{name}.toml").read_text()
    command = re.search(r"^#\s+survey (synthesise .*)$", declared, re.MULTILINE)
    assert command
    words = shlex.split(command[1])
    said = dict(zip(words[2::2], words[3::2], strict=False))
    assert words[1] == name and said["--survey"] == raw.name
    copy = Paths(tmp_path, raw.name)
    shutil.copytree(raw, copy.raw)
    export = synthesise(copy, name, int(said["--respondents"]), int(said["--seed"]), replace=True)
    assert export.read_bytes() == (raw / export.name).read_bytes()
