"""Comparisons of waves, counted by hand: options joined in pools, gaps, what is warned of and refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import surveys
from projects import run_to
from surveys import Wave

from pipeline import open_survey
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.report import report
from pipeline.tables import tables
from pipeline.tidy.csv import read

SURVEY = """title = "Walls"
[questions.walls]
text = "What stops you?"
kind = "multiple"
[questions.walls.options]
licences = "Licences"
restrictive = "Restrictive licences"
unclear = "Unclear licences"
cost = "Cost"
"""
BEFORE = {"Licences": 10, "Licences; Cost": 5, "Cost": 25}
SPLIT = {"Restrictive licences": 6, "Restrictive licences; Unclear licences": 4,
         "Unclear licences; Cost": 5, "Cost": 25}  # fmt: skip
AFTER = {"Licences": 8, "Licences; Cost": 4, "Cost": 28}
WHOLE = 'not_offered = ["restrictive", "unclear"]'
PARTS = 'not_offered = ["licences"]'
POOL = 'pool = { licences = ["restrictive", "unclear"] }'
SHARES = ["wave", "option", "respondents", "flag"]


def exhibit(kind: str, more: str = "") -> str:
    return f'[[exhibit]]\nid = "walls_{kind}"\nkind = "{kind}"\nquestion = "walls"\n{more}\n'


def lay_out(folder: Path, waves: dict[str, tuple[dict[str, int], str]], declared: str) -> Paths:
    """A survey of one question: each wave's answers with their counts, its lines under [changes.walls].

    The kinds of licence are only declared where some wave had them.
    """
    has_kinds = any(answer.startswith("Restrictive") for answers, _ in waves.values() for answer in answers)
    lines = [line for line in SURVEY.splitlines() if has_kinds or " licences" not in line]
    written = {}
    for name, (answers, change) in waves.items():
        rows = [answer for answer, count in answers.items() for _ in range(count)]
        respondents = [f"{name}-{place},{answer}" for place, answer in enumerate(rows)]
        export = "\n".join(["ID,What stops you?", *respondents]) + "\n"
        changes = change if has_kinds else change.replace(WHOLE, "")
        written[name] = Wave(export, more=f"[changes.walls]\n{changes}", title=f"Walls {name}")
    return surveys.lay_out(folder, "walls", "\n".join(lines), written, declared)


def run(paths: Paths, last: Callable[[Paths], object] = tables) -> Paths:
    run_to(paths, last)
    return paths


TWO = {"w1": (BEFORE, WHOLE), "w2": (SPLIT, f"{PARTS}\n{POOL}")}


def test_split_options_are_joined_and_counted_once(tmp_path: Path) -> None:
    paths = run(lay_out(tmp_path, TWO, exhibit("dumbbell")), report)
    table = read(paths, "walls_dumbbell")
    shares = table[table["measure"] == "option"]
    assert sorted(shares[SHARES].itertuples(index=False, name=None)) == [
        ("w1", "cost", 30, ""), ("w1", "licences", 15, ""),
        ("w2", "cost", 30, ""), ("w2", "licences", 15, ""),  # 4 of whom named both kinds of licence
    ]  # fmt: skip
    assert set(shares["comparability"]) == {"", "same"}
    changes = table[table["measure"] == "change"]
    assert changes["value"].tolist() == [0, 0]
    assert changes["group_label"].tolist() == ["w1 to w2"] * 2
    foot = read(paths, "exhibits")["foot"][0]
    assert "“Licences” is in w2 “Restrictive licences” or “Unclear licences”." in foot
    frequencies = read(paths, "frequencies/walls")
    assert set(frequencies["measure"]) == {"option"}
    assert frequencies.groupby("wave")["option"].agg(list).tolist() == [
        ["licences", "cost"], ["restrictive", "unclear", "cost"],
    ]  # fmt: skip
    with open_survey("walls", tmp_path) as opened:
        compared = opened.compare_waves("walls").set_index("option")
        assert compared["difference"].to_dict() == {"licences": 0, "cost": 0}
        assert set(opened.estimates("walls")["measure"]) == {"option"}
    every = read(paths, "changes")
    assert sorted(every["option"]) == ["cost", "licences"]


def test_a_pool_has_the_whole_label_of_its_option(tmp_path: Path) -> None:
    """Of an option that is declared by a beginning only, the export has the rest."""
    paths = lay_out(tmp_path, TWO, exhibit("dumbbell"))
    declared = paths.raw / "survey.toml"
    declared.write_text(declared.read_text().replace('licences = "Licences"', 'licences = "Licen…"'))
    run(paths)
    table = read(paths, "walls_dumbbell")
    assert set(table.loc[table["option"] == "licences", "option_label"]) == {"Licences"}
    assert "“Licences” is in w2" in read(paths, "exhibits")["foot"][0]


def test_parts_that_are_asked_for_are_shown_as_they_are(tmp_path: Path) -> None:
    shown = 'show = ["restrictive", "licences"]'
    table = read(run(lay_out(tmp_path, TWO, exhibit("dumbbell", shown))), "walls_dumbbell")
    shares = table[table["measure"] == "option"].sort_values(["wave", "option"])
    assert shares[["wave", "option", "flag"]].to_numpy().tolist() == [
        ["w1", "licences", ""], ["w1", "restrictive", "not_asked"],
        ["w2", "licences", ""], ["w2", "restrictive", ""],
    ]  # fmt: skip
    assert shares["respondents"].fillna(-1).tolist() == [15, -1, 15, 10]


def test_a_pool_is_of_the_waves_that_it_stands_between(tmp_path: Path) -> None:
    other = {"Restrictive licences": 12, "Unclear licences": 10, "Cost": 18}
    three = TWO | {"w3": (other, PARTS)}
    paths = run(lay_out(tmp_path, three, exhibit("dumbbell") + exhibit("trend_lines")), report)
    late = read(paths, "walls_dumbbell")
    assert sorted(set(late["option"])) == ["cost", "restrictive", "unclear"]
    trend = read(paths, "walls_trend_lines")
    points = trend[trend["measure"] == "option"]
    assert points[points["option"] == "licences"]["respondents"].tolist() == [15, 15, 22]
    moves = trend[trend["measure"] == "change"]
    assert list(dict.fromkeys(moves["group_label"])) == ["w1 to w2", "w2 to w3", "w1 to w3"]
    own = moves[moves["option"] == "licences"]["value"].tolist()
    assert own == pytest.approx([0, 7 / 40, 7 / 40])


def test_options_split_and_joined_again(tmp_path: Path) -> None:
    three = TWO | {"w3": (AFTER, f"{WHOLE}\n{POOL}")}
    trend = read(run(lay_out(tmp_path, three, exhibit("trend_lines"))), "walls_trend_lines")
    points = trend[trend["measure"] == "option"]
    assert points[points["option"] == "licences"]["respondents"].tolist() == [15, 15, 12]
    assert set(points["option"]) == {"licences", "cost"}


LABELS = {"licences": "Licences", "restrictive": "Restrictive licences", "unclear": "Unclear licences"}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_pool_of_pools_reaches_to_the_end(tmp_path: Path, backwards: bool) -> None:
    """Each wave has one kind of licence, which is the next wave's other one."""
    kinds = tuple(LABELS)
    order = kinds[::-1] if backwards else kinds
    waves = {}
    for place, kind in enumerate(order):
        absent = [other for other in kinds if other != kind]
        early, late = (order[place], order[place - 1]) if backwards else (order[place - 1], order[place])
        pool = f'\npool = {{ {early} = ["{late}"] }}' if place else ""
        waves[f"w{place + 1}"] = ({LABELS[kind]: 10 + place, "Cost": 20}, f"not_offered = {absent!r}{pool}")
    trend = read(run(lay_out(tmp_path, waves, exhibit("trend_lines"))), "walls_trend_lines")
    points = trend[trend["measure"] == "option"]
    assert set(points["option"]) == {"licences", "cost"}
    assert points[points["option"] == "licences"]["respondents"].tolist() == [10, 11, 12]
    assert len(trend[trend["measure"] == "change"]) == 6


def test_nothing_is_compared_over_a_broken_wave(tmp_path: Path) -> None:
    broken = f'{PARTS}\nstatus = "broken"\nnote = "asked of others"'
    waves = {"w1": (BEFORE, WHOLE), "w2": (SPLIT, broken), "w3": (SPLIT | {"Cost": 35}, PARTS)}
    paths = run(lay_out(tmp_path, waves, exhibit("trend_lines")))
    moves = read(paths, "walls_trend_lines")
    moves = moves[moves["measure"] == "change"]
    assert set(moves["group_label"]) == {"w2 to w3"}
    every = read(paths, "changes")
    assert set(zip(every["early"], every["late"], strict=True)) == {("w2", "w3")}
    assert "† w1 and w2 cannot be compared: asked of others." in read(paths, "exhibits")["foot"][0]
    (tmp_path / "two").mkdir()
    with pytest.raises(SurveyError, match="cannot be compared between w1 and w2: asked of others"):
        run(lay_out(tmp_path / "two", {"w1": waves["w1"], "w2": waves["w2"]}, exhibit("dumbbell")))


@pytest.mark.parametrize(
    ("change", "warned"),
    [("", True), ('status = "same"', False), ('status = "reworded"', False), ('status = "broken"', False)],
)
def test_a_large_change_is_warned_of_unless_it_was_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, warned: bool
) -> None:
    waves = {"w1": (BEFORE, WHOLE), "w2": ({"Licences": 20, "Cost": 20}, f"{WHOLE}\n{change}")}
    paths = run(lay_out(tmp_path, waves, exhibit("ranked_bars")))
    said = capsys.readouterr().err
    line = "warning: walls: “Cost” moved by −25 points, from 75% of 40 in w1 to 50% of 40 in w2"
    assert (line in said) == warned
    assert ("large" in set(read(paths, "changes")["flag"])) == warned


def test_a_change_of_ten_points_is_not_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waves = {"w1": ({"Licences": 20, "Cost": 20}, WHOLE), "w2": ({"Licences": 24, "Cost": 16}, WHOLE)}
    run(lay_out(tmp_path, waves, exhibit("ranked_bars")))
    assert "warning" not in capsys.readouterr().err


MIXED = {"Licences": 3, "Cost": 2, "Licences; Cost": 1}


@pytest.mark.parametrize(
    ("ids", "refused"),
    [
        (lambda wave, place: f"r{place}", "6 of 6 respondents have the id of a respondent of w1"),
        (lambda wave, place: f"{wave}{place}", "6 of 6 respondents have the answers of one of w1"),
        (lambda wave, place: 9_000_000_000 + place, "6 of 6 respondents have the id of a respondent of w1"),
        (lambda wave, place: place + 1, "6 of 6 respondents have the answers of one of w1"),
        (lambda wave, place: f"r{place + 3 * (wave == 'w2')}", "3 of 6 respondents have the id"),
    ],
)
def test_a_wave_that_copies_another_is_refused(tmp_path: Path, ids: object, refused: str) -> None:
    paths = lay_out(tmp_path, {"w1": (MIXED, WHOLE), "w2": (MIXED, WHOLE)}, exhibit("ranked_bars"))
    _renumber(paths, ids)
    ingest(paths)
    with pytest.raises(SurveyError, match=f"raw/walls/w2.toml:4: {refused}"):
        normalise(paths)
    assert not paths.database.exists()


def test_counters_and_like_tallies_are_no_copy(tmp_path: Path) -> None:
    waves = {"w1": (BEFORE, WHOLE), "w2": (BEFORE, WHOLE)}  # one of three answers: alike by chance
    paths = lay_out(tmp_path, waves, exhibit("ranked_bars"))
    _renumber(paths, lambda wave, place: place + 1)
    run(paths)


def _renumber(paths: Paths, ids: object) -> None:
    for name in ("w1", "w2"):
        head, *rows = (paths.raw / f"{name}.csv").read_text().splitlines()
        own = [f"{ids(name, place)},{row.split(',', 1)[1]}" for place, row in enumerate(rows)]  # type: ignore[operator]
        (paths.raw / f"{name}.csv").write_text("\n".join([head, *own]) + "\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("pool = { licences = [] }", "nothing is joined with 'licences'"),
        ('pool = { licences = ["licences"] }', "nothing is joined with 'licences'"),
        ('pool = { licences = ["restricted"] }', "no option 'restricted'; did you mean 'restrictive'"),
        (
            'pool = { licences = ["restrictive"], restrictive = ["unclear"] }',
            "'restrictive' is a pool and in the pool 'licences'; join all in one",
        ),
        ('pool = { licences = ["unclear"], cost = ["unclear"] }', "'unclear' is in two pools"),
        ('pool = { cost = ["unclear"] }', "the net 'kinds' has some of cost, unclear and not all"),
    ],
)
def test_a_pool_that_means_nothing_is_refused(tmp_path: Path, change: str, said: str) -> None:
    waves = {"w1": (BEFORE, WHOLE), "w2": (SPLIT, f"{PARTS}\n{change}")}
    paths = lay_out(tmp_path, waves, exhibit("ranked_bars"))
    declared = paths.raw / "survey.toml"
    net = '\n[questions.walls.nets]\nkinds = ["licences", "restrictive", "unclear"]\n'
    declared.write_text(declared.read_text() + net)
    with pytest.raises(SurveyError, match=f"raw/walls/w2.toml:.*{said}"):
        ingest(paths)


def test_a_copy_with_an_answer_changed_is_one_too(tmp_path: Path) -> None:
    """Twenty who all answer otherwise, and the same with other ids of whom one thought again, or three."""
    options = [f"Reason {place}" for place in range(20)]
    paths = lay_out(tmp_path, {"w1": (dict.fromkeys(options, 1), ""), "w2": ({"Cost": 1}, "")}, "")
    head = SURVEY.split("[questions.walls.options]")[0]
    listed = "\n".join(f'r{place} = "{label}"' for place, label in enumerate(options))
    (paths.raw / "survey.toml").write_text(f"{head}[questions.walls.options]\n{listed}\n")
    for changed, refused in ((1, True), (3, False)):
        rows = [f"n{place},{label}" for place, label in enumerate(options[:-changed])]
        rows += [f"m{place},{options[0]}; {options[place]}" for place in range(1, changed + 1)]
        (paths.raw / "w2.csv").write_text("\n".join(["ID,What stops you?", *rows]) + "\n")
        absent = ", ".join(f'"r{place}"' for place in range(20 - changed, 20))
        wave = (paths.raw / "w2.toml").read_text().split("[changes.walls]")[0]
        (paths.raw / "w2.toml").write_text(f"{wave}[changes.walls]\nnot_offered = [{absent}]\n")
        ingest(paths)
        if refused:
            with pytest.raises(SurveyError, match="19 of 20 respondents have the answers of one of w1"):
                normalise(paths)
        else:
            normalise(paths)


def test_a_pool_whose_own_option_is_still_offered_contradicts_no_table(tmp_path: Path) -> None:
    # what is joined counts more people than the option of the same name, which the frequencies have
    after = {
        "Licences": 8, "Licences; Restrictive licences": 7, "Restrictive licences": 9, "Unclear licences": 3,
        "Cost": 25,
    }  # fmt: skip
    pool = 'pool = { licences = ["restrictive"] }'
    paths = lay_out(tmp_path, {"w1": (BEFORE, WHOLE), "w2": (after, pool)}, exhibit("dumbbell"))
    declared = paths.questionnaire.read_text()
    paths.questionnaire.write_text(declared.replace('"multiple"', '"multiple"\nsensitive = true'))
    run(paths)
    table = read(paths, "walls_dumbbell")
    joined = table[(table["wave"] == "w2") & (table["option"] == "licences") & (table["measure"] == "option")]
    assert len(joined) == 1
    own = read(paths, "frequencies/walls")
    assert (own["flag"] == "suppressed").any()  # something is protected, and the attack looks
