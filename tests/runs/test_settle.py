"""`survey settle`: what is shown of each line, the files that a choice leaves, the numbers that it gives."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd
import pytest
from projects import command, copy_of, frequencies, run_to, survey_process
from surveys import Wave, lay_out

from pipeline.declarations.questionnaire import Question
from pipeline.drafting.doubts import in_one_line
from pipeline.drafting.evidence import evidence
from pipeline.drafting.settle import Choice, Line, Settling, lines_of, settle
from pipeline.drafting.trial import Counted
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.measures import Measure

QUESTIONS = """\
title = "Settling"

[questions.satisfied]
text = "How satisfied are you?"
kind = "number"

[questions.team]   # the size of it
text = "How many are you?"
kind = "single"   # check: write what each code stands for
[questions.team.options]
code_1 = "1"
code_2 = "2"
code_3 = "3"

[questions.place]
text = "Where do you live?"
kind = "single"
[questions.place.options]
north = "North"
south = "South"
other = { label = "Other", write_in = true }

[questions.words]
text = "Anything else?"
kind = "text"
private = true
"""
LINES = {
    "satisfied": "99 comes 12 times on a scale of 1 to 5: a missing value? "
    "then blank = ['99'] under [reading.satisfied]",
    "team": "numbers from 1 to 3: codes or steps of a scale, or a number? "
    "then kind = 'number' in survey.toml",
    "respondents": "10 of 60 rows repeat an id: then duplicates = 'keep_first' under [respondents]",
    "place": "4 of 60 answers are read as Other",
    "words": "read as people's own words, though most of its 60 cells repeat answers: a choice?",
}
UNSETTLED = "".join(f'{name} = "{doubt}"\n' for name, doubt in LINES.items())
WAVE = f"""\
title = "2026"
synthetic = true

[unsettled]   # delete a line once you have looked
{UNSETTLED}
[source]
file = "2026.csv"   # as it was sent
format = "flat"

[respondents]
id = "ID"
"""
ADDRESS, RARE, SECRET = "jo@example.org", "beside the lighthouse", "my boss is a fool"


def export() -> list[list[object]]:
    """Sixty responses, of which the last ten repeat an id."""
    rows: list[list[object]] = [
        ["ID", "How satisfied are you?", "How many are you?", "Where do you live?", "Anything else?"]
    ]
    for n in range(60):
        place = ADDRESS if n in (0, 15) else RARE if n in (1, 2) else ("North", "South")[n % 2]
        rows.append([n % 50 + 1, 99 if n % 5 == 0 else n % 5 + 1, n % 3 + 1, place, SECRET])
    return rows


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A survey with a draft of its first wave; read it, do not change it."""
    paths = lay_out(tmp_path_factory.mktemp("settle"), "s", QUESTIONS, {"2026": Wave(export())})
    (paths.raw / "2026.toml").write_text(WAVE, encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def tried(drafted: Paths, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, list[Choice]]]:
    """What is shown of each line, and its choices."""
    settling = Settling(drafted, tmp_path_factory.mktemp("copies"))
    settling.current.build()

    def shown(line: Line) -> tuple[str, list[Choice]]:
        return "\n".join(settling.about(line)), list(settling.choices(line))

    return {line.name: shown(line) for line in lines_of(drafted)}


Tried = dict[str, tuple[str, list[Choice]]]


def settled(name: str) -> str:
    """The wave file without a line, as a person would leave it."""
    return WAVE.replace(f'{name} = "{LINES[name]}"\n', "")


OPTIONS_OF_TEAM = '[questions.team.options]\ncode_1 = "1"\ncode_2 = "2"\ncode_3 = "3"\n'
OPTIONS_OF_PLACE = QUESTIONS[
    QUESTIONS.index("[questions.place.options]") : QUESTIONS.index("\n[questions.words")
]
BY_HAND = {
    ("satisfied", "k"): (settled("satisfied"), QUESTIONS),
    ("satisfied", "1"): (
        settled("satisfied") + "\n[reading.satisfied]\nblank = [\"99\"]\n",
        QUESTIONS,
    ),
    ("satisfied", "t"): (
        settled("satisfied"),
        QUESTIONS.replace('kind = "number"\n', 'kind = "text"\nprivate = true\n'),
    ),
    ("team", "k"): (settled("team"), QUESTIONS),
    ("team", "1"): (
        settled("team"),
        QUESTIONS.replace('kind = "single"   # check: write', 'kind = "number"   # check: write').replace(
            OPTIONS_OF_TEAM, ""
        ),
    ),
    ("team", "2"): (settled("team"), QUESTIONS.replace('kind = "single"   #', 'kind = "multiple"   #')),
    ("team", "t"): (
        settled("team"),
        QUESTIONS.replace(
            'kind = "single"   # check: write what each code stands for\n',
            'kind = "text"   # check: write what each code stands for\nprivate = true\n',
        ).replace(OPTIONS_OF_TEAM, ""),
    ),
    ("respondents", "k"): (settled("respondents"), QUESTIONS),
    ("respondents", "1"): (settled("respondents") + 'duplicates = "keep_first"\n', QUESTIONS),
    ("respondents", "2"): (settled("respondents") + 'duplicates = "keep_last"\n', QUESTIONS),
    ("respondents", "3"): (settled("respondents") + 'duplicates = "keep_all"\n', QUESTIONS),
    ("place", "k"): (settled("place"), QUESTIONS),
    ("place", "1"): (
        settled("place"),
        QUESTIONS.replace('kind = "single"\n[questions.place', 'kind = "multiple"\n[questions.place'),
    ),
    ("place", "t"): (
        settled("place"),
        QUESTIONS.replace(
            'kind = "single"\n[questions.place', 'kind = "text"\nprivate = true\n[questions.place'
        ).replace(OPTIONS_OF_PLACE, ""),
    ),
    ("words", "k"): (settled("words"), QUESTIONS),
}  # fmt: skip


def test_there_are_these_choices_and_no_others(tried: Tried) -> None:
    assert [(name, choice.key) for name, (_, choices) in tried.items() for choice in choices] == list(BY_HAND)


@pytest.mark.parametrize(("name", "key"), list(BY_HAND))
def test_a_choice_leaves_the_files_that_a_person_would_have_written(
    name: str, key: str, tried: Tried, drafted: Paths
) -> None:
    choice = next(choice for choice in tried[name][1] if choice.key == key)
    wave, questionnaire = BY_HAND[name, key]
    assert choice.after == {drafted.raw / "2026.toml": wave, drafted.questionnaire: questionnaire}


NUMBERS = {
    # 48 of 60 are 2 to 5, twelve each: 3.5; with twelve times 99 it is (168 + 1188) / 60
    ("satisfied", "k"): "base 60: mean 22.6",
    ("satisfied", "1"): "base 48: mean 3.5",
    ("satisfied", "t"): "base 60",
    ("team", "k"): "base 60: 1 33%, 2 33%, 3 33%",
    ("team", "1"): "base 60: mean 2.0",
    ("respondents", "k"): "60 respondents counted",
    ("respondents", "1"): "50 respondents counted",
    ("respondents", "2"): "50 respondents counted",
    ("respondents", "3"): "60 respondents counted",
    # 2 addresses and 2 rare texts are Other
    ("place", "k"): "base 60: North 47%, South 47%, Other 7%",
    ("words", "k"): "base 60",
}


def test_the_numbers_are_those_counted_by_hand(tried: Tried) -> None:
    shown = {(name, choice.key): choice.numbers for name, (_, choices) in tried.items() for choice in choices}
    assert {place: shown[place] for place in NUMBERS} == NUMBERS


@pytest.mark.parametrize(("name", "key"), [("satisfied", "1"), ("team", "1"), ("respondents", "1")])
def test_the_numbers_are_those_of_a_run_of_what_is_written(
    name: str, key: str, tried: Tried, drafted: Paths, tmp_path: Path
) -> None:
    paths = copy_of(drafted, tmp_path)
    (choice,) = [choice for choice in tried[name][1] if choice.key == key]
    for path, text in choice.after.items():
        (paths.raw / path.name).write_text(text, encoding="utf-8")
    run_to(paths, normalise)
    rows = frequencies(paths, "satisfied" if name == "respondents" else name)
    mean = rows[(rows["measure"] == Measure.MEAN) & (rows["by"] == "")].iloc[0]
    if name == "respondents":
        assert choice.numbers == f"{mean['valid_cases']:.0f} respondents counted"
    else:
        assert choice.numbers == f"base {mean['valid_cases']:.0f}: mean {mean['value']:.1f}"


def test_the_evidence_stands_above_the_choices(tried: Tried) -> None:
    about = tried["satisfied"][0].split("\n")
    assert about[0] == "raw/s/2026.toml:5: satisfied (number): How satisfied are you?"
    assert about[1] == f"  {LINES['satisfied']}"
    assert about[2] == "  base 60"
    assert about[3] == "  cells: '5' (12), '99' (12), '2' (12), '3' (12), '4' (12)"
    assert tried["place"][0].split("\n")[2:] == [
        "  base 60: 'North' (28), 'South' (28), 'Other' (4)",
        "  cells: 'North', 'South'",
    ]


@pytest.fixture(scope="module")
def listed(drafted: Paths, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the command prints of two lines where nobody can be asked."""
    paths = copy_of(drafted, tmp_path_factory.mktemp("listed"))
    two = "".join(f'{name} = "{LINES[name]}"\n' for name in ("place", "words"))
    (paths.raw / "2026.toml").write_text(WAVE.replace(UNSETTLED, two), encoding="utf-8")
    before = {path: path.read_bytes() for path in paths.raw.iterdir()}
    run = survey_process(paths.root, "settle", "--survey", "s")
    assert (run.returncode, run.stderr) == (0, "")
    assert {path: path.read_bytes() for path in paths.raw.iterdir()} == before
    assert not paths.outputs.exists()
    return run.stdout


def test_where_there_is_no_terminal_nothing_is_asked(listed: str, tried: Tried) -> None:
    assert re.findall(r"^raw/s/2026\.toml:(\d): (\w+)", listed, re.MULTILINE) == [
        ("5", "place"),
        ("6", "words"),
    ]
    for choice in (*tried["place"][1], *tried["words"][1]):
        assert f"{choice}\n" in listed
    assert "which?" not in listed and "skip" not in listed
    assert listed.endswith("\n\n2 lines unsettled\n")


def test_nothing_private_is_shown(listed: str, tried: Tried) -> None:
    assert "60 cells are filled; what people wrote is private and not shown" in listed
    for text in (ADDRESS, "jo@", RARE, SECRET):
        assert text not in listed
        assert not any(text in about or text in str(choices) for about, choices in tried.values())


def test_of_what_is_private_now_or_then_there_is_a_base_alone(drafted: Paths, tmp_path: Path) -> None:
    paths = copy_of(drafted, tmp_path)
    line = 'place = "may be told? then private = false in survey.toml"\n'
    (paths.raw / "2026.toml").write_text(WAVE.replace(UNSETTLED, line), encoding="utf-8")
    private = QUESTIONS.replace(
        'kind = "single"\n[questions.place', 'kind = "single"\nprivate = true\n[questions.place'
    )
    paths.questionnaire.write_text(private, encoding="utf-8")
    shown = list(settle(paths))
    assert [line.split()[0] for line in shown if line.endswith("  base 60")] == ["k", "1", "2", "t"]
    assert "  1  private = false in survey.toml" in "\n".join(shown)
    assert not any("North" in line or "%" in line for line in shown)


def test_what_few_wrote_and_what_reaches_somebody_is_no_evidence() -> None:
    texts = Counter({"North": 9, ADDRESS: 8, RARE: 2, "Up, north": 3})
    for kind, shown in (("number", ["North", "Up, north"]), ("text", [])):
        lines = list(evidence(Question(kind=kind), Counted("", pd.DataFrame(), 22), texts, "cut at 'Up'"))
        assert [text for text in texts if any(repr(text) in line for line in lines)] == shown
    private = evidence(Question(kind="number", private=True), Counted("", pd.DataFrame(), 22), texts, "")
    assert list(private) == ["22 cells are filled; what people wrote is private and not shown"]
    *_, cells = evidence(Question(kind="number"), Counted("", pd.DataFrame(), 22), texts, "cut at 'Up'")
    assert cells == "cells: 'Up, north' (3), 'North' (9)", "what the doubt speaks of comes first"


def test_a_wave_that_is_not_there_is_told(drafted: Paths) -> None:
    code, said = command(drafted.root, "settle", "--survey", "s", "--wave", "2025", "--list")
    assert code == 1 and "no wave '2025'; did you mean '2026'" in said


def test_what_is_wrong_comes_before_what_is_unsettled(drafted: Paths, tmp_path: Path) -> None:
    paths = copy_of(drafted, tmp_path)
    wrong = QUESTIONS.replace('code_3 = "3"\n', "")
    paths.questionnaire.write_text(wrong, encoding="utf-8")
    lines = list(settle(paths, ask=never))
    assert lines[:5] == [f"raw/s/2026.toml:{5 + n}: {name}: {LINES[name]}" for n, name in enumerate(LINES)]
    assert lines[5].startswith("nothing can be tried before survey check finds nothing wrong; it finds 1 now")
    assert "'3' (20 times" in lines[6]


def never(prompt: str, keys: Collection[str]) -> str:
    pytest.fail(f"asked {prompt} {keys}")


def test_a_file_that_somebody_changed_meanwhile_is_left(drafted: Paths, tmp_path: Path) -> None:
    paths = copy_of(drafted, tmp_path)
    theirs = WAVE.replace("# as it was sent", "# as it came")

    def ask(_: str, keys: Collection[str]) -> str:
        assert list(keys) == ["k", "1", "t", "s", "q"]
        (paths.raw / "2026.toml").write_text(theirs, encoding="utf-8")
        return "1"

    with pytest.raises(SurveyError, match=r"raw/s/2026\.toml was changed meanwhile, so nothing was written"):
        list(settle(paths, ask=ask))
    assert (paths.raw / "2026.toml").read_text(encoding="utf-8") == theirs


@pytest.mark.parametrize("more", ["", 'decimal = "."\n'])
def test_what_is_read_as_no_answer_can_be_one(more: str, drafted: Paths, tmp_path: Path) -> None:
    paths = copy_of(drafted, tmp_path)
    reading = f'\n[reading.satisfied]\nblank = ["99"]\n{more}'
    line = 'satisfied = "99 comes 12 times: read as no answer"\n'
    (paths.raw / "2026.toml").write_text(WAVE.replace(UNSETTLED, line) + reading, encoding="utf-8")
    lines = list(settle(paths, ask=lambda *_: "1"))
    begin, end = WAVE.index("[unsettled]"), WAVE.index("[source]")
    left = f"\n[reading.satisfied]\n{more}" if more else ""
    assert (paths.raw / "2026.toml").read_text(encoding="utf-8") == WAVE[:begin] + WAVE[end:] + left
    shown = [line.split() for line in lines if ": mean" in line]
    assert [(words[0], words[-4:]) for words in shown] == [
        ("k", ["base", "48:", "mean", "3.5"]),
        ("1", ["base", "60:", "mean", "22.6"]),
    ]
    assert lines[3] == "  cells: '99' (12), '2' (12), '3' (12), '4' (12), '5' (12)"


class Terminal:
    """A person at a terminal in which `survey settle` runs."""

    def __init__(self, paths: Paths, **environment: str) -> None:
        self.screen, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "settle", "--survey", "s"],
            cwd=paths.root, env=os.environ | environment, start_new_session=True,
            stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)

    def read(self, until: str) -> str:
        """What is printed until a text comes, or to the end."""
        seen, deadline = "", time.monotonic() + 120
        while not (until and until in seen) and time.monotonic() < deadline:
            ready, _, _ = select.select([self.screen], [], [], 1)
            try:
                seen += os.read(self.screen, 4096).decode() if ready else ""
            except OSError:  # the other end is closed
                break
        return seen.replace("\r\n", "\n")

    def press(self, *keys: str) -> Iterator[str]:
        """What was printed before each question that is answered with a key, and behind the last."""
        for key in keys:
            yield self.read("which? ")
            os.write(self.screen, key.encode())
        yield self.read("")
        self.process.wait(300)
        os.close(self.screen)


def test_a_walk_with_keys(drafted: Paths, tmp_path: Path) -> None:
    paths = copy_of(drafted, tmp_path)
    file = paths.raw / "2026.toml"
    three = "".join(f'{name} = "{LINES[name]}"\n' for name in ("satisfied", "place", "respondents"))
    file.write_text(WAVE.replace(UNSETTLED, three), encoding="utf-8")
    terminal = Terminal(paths)
    seen = list(terminal.press("x1", "s", "1"))
    assert terminal.process.returncode == 0
    assert [re.findall(r"2026\.toml:(\d+): (\w+)", text) for text in seen] == [
        [("5", "satisfied")], [("5", "place")], [("6", "respondents")], [],
    ]  # fmt: skip
    assert 'raw/s/2026.toml written: blank = ["99"] under [reading.satisfied]' in seen[1]
    assert "50 respondents counted" in seen[2]
    assert seen[-1].endswith("2 lines settled, 1 line left\nnow run: make all SURVEY=s\n")
    by_hand = WAVE.replace(UNSETTLED, f'place = "{LINES["place"]}"\n')
    by_hand += 'duplicates = "keep_first"\n\n[reading.satisfied]\nblank = ["99"]\n'
    assert file.read_text(encoding="utf-8") == by_hand
    assert paths.questionnaire.read_text(encoding="utf-8") == QUESTIONS
    run_to(paths, normalise)
    rows = frequencies(paths, "satisfied")
    mean = rows[rows["measure"] == Measure.MEAN].iloc[0]
    assert (mean["valid_cases"], mean["value"]) == (40, 3.5), "of 50, ten said 99"


def test_the_last_line_takes_its_table_with_it_and_q_stops(drafted: Paths, tmp_path: Path) -> None:
    paths = copy_of(drafted, tmp_path)
    file = paths.raw / "2026.toml"
    before = WAVE.replace(UNSETTLED, f'words = "{LINES["words"]}"\n')
    file.write_text(before, encoding="utf-8")
    assert list(settle(paths, ask=lambda *_: "q"))[-1] == "0 lines settled, 1 line left"
    assert file.read_text(encoding="utf-8") == before
    terminal = Terminal(paths)
    assert "1 line settled, 0 lines left" in list(terminal.press("k"))[-1]
    begin, end = WAVE.index("[unsettled]"), WAVE.index("[source]")
    assert file.read_text(encoding="utf-8") == WAVE[:begin] + WAVE[end:]
    assert command(paths.root, "settle", "--survey", "s") == (0, "nothing is unsettled in s\n")


def test_ctrl_c_leaves_no_copy_behind(drafted: Paths, tmp_path: Path) -> None:
    paths = copy_of(drafted, tmp_path / "project")
    copies = tmp_path / "copies"
    copies.mkdir()
    terminal = Terminal(paths, TMPDIR=str(copies))
    assert "which? " in terminal.read("which? ")
    assert list(copies.rglob("*.csv"))
    terminal.process.send_signal(signal.SIGINT)
    terminal.read("")
    assert terminal.process.wait(300) == 130
    os.close(terminal.screen)
    assert list(copies.iterdir()) == []
    assert (paths.raw / "2026.toml").read_text(encoding="utf-8") == WAVE


def test_of_two_doubts_in_a_line_one_is_settled_at_a_time(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, "s", QUESTIONS, {"2026": Wave(export())})
    second = "only 1, 2, 3: a number, or codes of a choice?"
    both = WAVE.replace(LINES["team"], in_one_line(LINES["team"], second))
    (paths.raw / "2026.toml").write_text(both, encoding="utf-8")
    of_team = [line for line in lines_of(paths) if line.name == "team"]
    assert [line.doubt for line in of_team] == [LINES["team"], second]
    asked: list[str] = []

    def ask(prompt: str, keys: Collection[str]) -> str:
        asked.append(prompt)
        return "k" if len(asked) == 2 else "s"

    said = "\n".join(settle(paths, ask=ask))
    assert said.endswith("1 line settled, 5 lines left\nnow run: make all SURVEY=s")
    assert (paths.raw / "2026.toml").read_text(encoding="utf-8") == WAVE.replace(LINES["team"], second)
