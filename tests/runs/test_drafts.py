"""A first draft of an export, and the numbers and words of the report that is made of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pandas as pd
from projects import command, composed, frequencies, run_to

from pipeline.normalise import normalise
from pipeline.project import paths as places
from pipeline.project.paths import Paths


def draft(folder: Path, rows: Sequence[Sequence[str]], name: str = "one") -> tuple[Paths, str]:
    """The project of a survey drafted from the rows of an export, and what the command said."""
    export = folder / "raw" / "mine" / f"{name}.csv"
    export.parent.mkdir(parents=True, exist_ok=True)
    with export.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    code, said = command(folder, "new-wave", str(export))
    assert code == 0, said
    return places.find("mine", folder), said


def shares(paths: Paths, question: str) -> dict[str, tuple[int, int]]:
    """How many chose each option of a question, or gave each level to each item, and of how many."""
    data = frequencies(paths, question)
    data = data[(data["by"] == "") & (data["measure"] == "option")]
    names = [
        ": ".join(filter(None, pair)) for pair in zip(data["item_label"], data["option_label"], strict=True)
    ]
    counted = zip(data["respondents"].astype(int), data["valid_cases"].astype(int), strict=True)
    return dict(zip(names, counted, strict=True))


def test_answers_that_stand_there_twice_are_counted_once(tmp_path: Path) -> None:
    tools, parts = ("Git", "Docker, old", "Go"), ("Speed", "Docs (online)")
    head = ["Submission ID", "Respondent ID", "Submitted at", "Which tools?"]
    head += [f"Which tools? ({tool})" for tool in tools]
    head += [f"How content are you with it (each part)? ({part})" for part in parts]
    rows = []
    for number, ticks in enumerate(list(product((True, False), repeat=3)) * 3):
        joined = ", ".join(tool for tool, tick in zip(tools, ticks, strict=True) if tick)
        boxes = [str(tick).lower() if joined else "" for tick in ticks]
        levels = [("Very", "Rather", "Hardly")[(number + more) % 3] for more in range(2)]
        day = f"2001-02-03 10:00:{number:02}"
        rows.append([f"s{number}", f"r{number}", day, joined, *boxes, *levels])
    paths, said = draft(tmp_path, [head, *rows])
    assert "2 questions: 1 multiple, 1 grid" in said and "nothing is wrong" in said
    run_to(paths, normalise)
    assert shares(paths, "tools") == {"Git": (12, 21), "Docker, old": (12, 21), "Go": (12, 21)}
    content = shares(paths, "content_each_part")
    assert content["Speed: Very"] == (8, 24) and content["Docs (online): Hardly"] == (8, 24)
    # the next wave is told by the same headings
    later = [[f"t{cell}" if at < 1 else cell for at, cell in enumerate(row)] for row in rows[:-1]]
    paths, said = draft(tmp_path, [head, *later], "two")
    assert "2 of the 2 questions of one are there, 0 are new, 0 options and items are new" in said


def test_statements_on_one_scale_are_a_grid_of_the_same_numbers(tmp_path: Path) -> None:
    steps = ["Very satisfied", "Satisfied", "Neutral", "Dissatisfied"]
    head = ["The room", "The food", "The talks", "Town"]
    # of the food nobody was neutral, of the talks everybody was satisfied, and some said nothing
    some = [steps, [*steps[:2], steps[3]], steps[:2]]
    rows = [[given[(n + at) % len(given)] for at, given in enumerate(some)] for n in range(24)]
    rows = [
        [("" if n == at else cell) for at, cell in enumerate(row)] + ["Ulm"] for n, row in enumerate(rows)
    ]
    rows[0][3] = rows[1][3] = "Bern"
    paths, said = draft(tmp_path, [head, *rows])
    assert "2 questions: 1 grid, 1 single" in said
    run_to(paths, normalise)
    counted = shares(paths, "room")
    for at, item in enumerate(head[:3]):
        cells = [row[at] for row in rows if row[at]]
        there = {step: counted[f"{item}: {step}"] for step in set(cells)}
        assert there == {step: (cells.count(step), 23) for step in set(cells)}


def read_captions(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """What stands under each exhibit."""
    return dict(zip(tables["exhibits"]["id"], tables["exhibits"]["details"], strict=True))


def test_a_report_of_a_draft_says_in_which_order_its_answers_stand(tmp_path: Path) -> None:
    head = ["How likely is it that you recommend us?", "NPS", "Colour", "How was it?", "Which day?", "Again?"]
    colours, steps = ("Red", "Blue", "Green", "Grey"), ("Good", "Fair", "Excellent", "Poor")
    rows = []
    for n in range(44):
        step = (3, 3, 8, 9, 9, 9, 10, 0, 1, 2, 4, 5, 6, 7)[n % 14]
        days = ", ".join(("Mon", "Tue", "Wed")[: n % 3 + 1])
        step_of, again = steps[n % 4 // (n % 3 + 1)], ("Yes", "No")[n % 3 > 0]
        rows.append([str(step), str(step), colours[min(3, n % 5)], step_of, days, again])
    paths, _ = draft(tmp_path, [head, *rows])
    run_to(paths, normalise)
    tables = composed(paths)
    for question in ("likely_that_recommend_us", "nps"):
        data = tables[question]
        shown = data.loc[data["measure"] == "option", "option_label"]
        assert [int(label) for label in shown] == list(range(11))
    captions = read_captions(tables)
    assert captions.keys() >= {"colour", "day", "nps", "was"}, captions.keys()
    assert "In the order of their numbers." in captions["likely_that_recommend_us"]
    assert "In the order of their numbers." in captions["nps"]
    assert "In the order of the scale." in captions["was"]
    again = tables["again"]
    assert list(again.loc[again["measure"] == "option", "option_label"]) == ["Yes", "No"]
    assert "order of" not in captions["again"] and "Sorted" not in captions["again"]
    for question in ("colour", "day"):
        assert "Sorted by the share in descending order" in captions[question]
    # who puts the answers in the order of the questionnaire says so by deleting a line
    text = paths.questionnaire.read_text(encoding="utf-8")
    assert "put the options in the order of the questionnaire and delete order" in text
    paths.questionnaire.write_text(text.replace('order = "share"\n', ""), encoding="utf-8")
    run_to(paths, normalise)
    assert "In the order of the questionnaire." in read_captions(composed(paths))["colour"]
