"""`new-wave --like`: what still holds is carried over, and what is doubtful says so."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from projects import ROOT, survey_command

from pipeline.answers.waves import DeclaredWaves, mapped_waves
from pipeline.commands.check import check
from pipeline.declarations import survey, wave_files
from pipeline.drafting.new_wave import new_wave
from pipeline.drafting.toml_out import CHECK
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.paths import Paths, find
from tests.lib import surveys

SURVEY = """title = "Clubs"
segments = ["place"]

[questions.place]
text = "Where do you live?"
kind = "single"
[questions.place.options]
north = "In the north"
south = "In the south"
dkns = "Don't know"

[questions.uses]
text = "What do you use?"
kind = "multiple"
options = { models = "Models", tools = "Tools and code", other = { label = "Other", write_in = true } }

[questions.years]
text = "How many years have you used it?"
kind = "number"

[questions.views]
text = "How far do you agree?"
kind = "grid"
options = { no = "Disagree", yes = "Agree" }
items = { fast = "It is fast", safe = "It is safe" }

[questions.why]
text = "Why did you stop?"
kind = "text"
private = true
"""
FIRST_FILE = """title = "Clubs, first"
fielded = { from = 2001-02-01, to = 2001-02-28 }

[source]
file = "first.csv"
format = "flat"
separator = " | "
blank = ["n/a"]

[respondents]
id = "No."
weight = "W"
drop = ["Email"]

[[exclude]]
reason = "a trial"
where = { Channel = ["test"] }

[answers.place]
"S" = "south"

[weights]
trim = [0.2, 5.0]

[weights.targets.place]
source = "a census"
shares = { north = 40, south = 60 }
"""
HEADINGS = "No.,W,Email,Channel,Where do you live?,What do you use?,How many years have you used it?"
FIRST = (
    HEADINGS + ",How far do you agree? [It is fast],How far do you agree? [It is safe],Why did you stop?\n"
)
FIRST += "".join(
    f"{n},1,x,web,{'S' if n % 2 else 'In the north'},Models,3,Agree,n/a,bored {n}\n" for n in range(20)
)
# place: as before, but the north is spelt out otherwise; uses: reworded, an option new, two reworded;
# years: gone; views: one item reworded, one new; why: as before; a question new
SECOND = (
    "No.,W,Email,Channel,Where do you live?,What do you use at work?,"
    "How far do you agree? [It is really fast],How far do you agree? [It is safe],"
    "How far do you agree? [Nothing else comes near],Why did you stop?,Will you come again?\n"
)
SECOND += "".join(
    f"{n},1,x,web,{['S', 'In the North!'][n % 2]},"
    f"{['Models', 'Tools and codes | Data', 'Data', f'sand {n}'][n % 4]},"
    f"Agree,Disagree,n/a,bored {n},{['Yes', 'No'][n % 2]}\n"
    for n in range(21)
)


def lay_out(folder: Path) -> Paths:
    raw = folder / "raw" / "clubs"
    raw.mkdir(parents=True)
    for name, text in {
        "survey.toml": SURVEY, "first.toml": FIRST_FILE, "first.csv": FIRST, "second.csv": SECOND,
    }.items():  # fmt: skip
        (raw / name).write_text(text)
    return find("clubs", folder)


NEW_OPTION = "'Data' is a new option, 10 times: written beside the Other?"


def test_a_wave_is_carried_over(tmp_path: Path) -> None:
    paths = lay_out(tmp_path)
    run = survey_command(tmp_path, "new-wave", "second.csv", "--survey", "clubs", "--like", "first")
    assert run.returncode == 0, run.stderr
    assert "4 of the 5 questions of first are there, 1 are new, 2 options and items are new" in run.stdout
    assert "not asked in second: years" in run.stdout
    assert (paths.raw / "first.toml").read_text() == (
        f'{FIRST_FILE}\n[changes.uses]\nnot_offered = ["data"]   '
        f"{CHECK} new in second; or could they be chosen?\n"
    )
    assert "\nnow run: make all SURVEY=clubs\n" in run.stdout
    assert (
        (paths.raw / "second.toml").read_text()
        == f"""title = "Clubs, second"
{CHECK} add fielded = {{ from = YEAR-MONTH-DAY, to = YEAR-MONTH-DAY }}

[unsettled]
uses = "worded 80% like the question of first, 58% of its answers; also: {NEW_OPTION}"
views = "'It is really fast' taken for an answer of first that reads otherwise: see [answers.views]"

[source]
file = "second.csv"
format = "flat"   # the layout of the wave before
separator = " | "
blank = ["n/a"]

[respondents]
id = "No."
weight = "W"
drop = ["Email"]

[[exclude]]
reason = "a trial"
where = {{ Channel = ["test"] }}

[columns]
uses = "What do you use at work?"
will_come_again = "Will you come again?"   # new: single

[answers.place]
"S" = "south"
"In the North!" = "north"   {CHECK} 96% like that of first

[answers.uses]
"Tools and codes" = "tools"   {CHECK} 97% like that of first

[answers.views]
"It is really fast" = "fast"   {CHECK} 74% like that of first

[changes.uses]
status = "reworded"   {CHECK} does it mean the same? say same, reworded or broken
note = "read 'What do you use?' in first"

[weights]
trim = [0.2, 5.0]

[weights.targets.place]
source = "a census"
shares = {{ north = 40, south = 60 }}   {CHECK} do these still hold?
"""
    )
    questionnaire = paths.questionnaire.read_text()
    assert f'write_in = true }}, data = "Data" }}   {CHECK} new in second\n' in questionnaire
    assert 'nothing_else_comes_near = "Nothing else comes near" }' in questionnaire
    assert questionnaire.endswith(f"""
[questions.will_come_again]
text = "Will you come again?"
kind = "single"   {CHECK} new in second
order = "scale"
[questions.will_come_again.options]
yes = "Yes"
no = "No"
""")
    # what was there before is there still, line by line
    kept = [line for line in SURVEY.splitlines() if not line.startswith(("options = { models", "items ="))]
    assert [line for line in questionnaire.splitlines() if line in kept][: len(kept)] == kept
    assert list(check(paths))[-1].startswith("nothing stands in the way of 2 waves")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["second.csv", "--survey", "clubs", "--like", "frist"], "no wave 'frist'; did you mean 'first'?"),
        (["third.csv", "--survey", "clubs", "--like", "first"], "no file raw/clubs/third.csv"),
        (["raw/clubs/first.csv", "--like", "first"], "raw/clubs/first.toml is there already"),
        (
            ["raw/clubs/second.csv", "--survey", "other", "--like", "first"],
            "in the folder of the survey 'clubs'",
        ),
    ],
)
def test_what_cannot_be_carried_over(words: list[str], said: str, tmp_path: Path) -> None:
    paths = lay_out(tmp_path)
    run = survey_command(tmp_path, "new-wave", *words)
    assert run.returncode == 1
    assert said in run.stderr
    assert paths.questionnaire.read_text() == SURVEY
    assert not (paths.raw / "second.toml").exists()


# survey, the wave that is declared, the wave that is new: the questions that both asked, and of them those
# whose answers fall into the same groups of respondents as a person's declarations put them
CASES = {
    ("ospo", "2018", "2020"): (27, 27),
    ("ospo", "2020", "2018"): (27, 27),
    ("spack", "2020", "2022"): (30, 27),
    ("spack", "2022", "2020"): (30, 30),
    ("kubernetes", "2018", "2019"): (16, 15),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_real_waves_are_carried_over(
    case: tuple[str, str, str], real: Callable[[str], Path], tmp_path: Path
) -> None:
    """Of a survey of which one wave is declared, the other is added: of ten lines one at most is wrong."""
    name, like, new = case
    truth = real_project(tmp_path / "truth", name, real)
    known = respondents_by_answer(truth, new)
    paths, asked = with_one_wave(tmp_path / "like", name, like, real)
    shutil.copyfile(next(truth.raw.glob(f"{new}*.csv")), paths.raw / f"{new}.csv")
    told = list(new_wave(paths.root, paths.raw / f"{new}.csv", like))
    assert f"now run: make all SURVEY={name}" in told, told
    generated = [line for line in (paths.raw / f"{new}.toml").read_text().splitlines() if line.strip()]
    found = respondents_by_answer(paths, new)
    shared = [question for question in known if question in asked]
    wrong = [question for question in shared if found.get(question) != known[question]]
    # a question that was not found costs a line, one that came out otherwise those that say so, or a new one
    costs = {q: [line for line in lines_on(q, generated) if CHECK in line] for q in wrong}
    assert sum(max(1, len(own)) for own in costs.values()) <= len(generated) / 10, costs
    assert (len(shared), len(shared) - len(wrong)) == CASES[case], wrong


def lines_on(question: str, generated: list[str]) -> list[str]:
    """The lines of a wave file under [columns], [answers] and [changes] that speak of a question."""
    found, table = [], ""
    for line in generated:
        table = line if line.startswith("[") else table
        own = table.endswith(f".{question}]") and not line.startswith("[")
        if own or (table == "[columns]" and line.startswith(f"{question} = ")):
            found.append(line)
    return found


def respondents_by_answer(paths: Paths, wave_name: str) -> dict[str, set[frozenset[int]]]:
    """The groups of respondents that each question divides a wave into, whatever the answers are called."""
    ingest(paths)
    normalise(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        rows = connection.execute(
            "select question, item, option, rank, value, list(respondent) from answers where wave = ? "
            "group by all",
            [wave_name],
        ).fetchall()
    groups: dict[str, set[frozenset[int]]] = {}
    for question, *_, respondents in rows:
        groups.setdefault(question, set()).add(frozenset(respondents))
    return groups


def source(name: str) -> Path:
    return ROOT / "raw" / name if name == "ospo" else ROOT / "tests" / "real" / name


def real_project(folder: Path, name: str, real: Callable[[str], Path], only: str = "") -> Paths:
    """A project with a real survey and the exports of its waves, or of one."""
    raw = folder / "raw" / name
    raw.mkdir(parents=True)
    for path in sorted(source(name).glob("*.toml")):
        declared = tomllib.loads(path.read_text())
        if path.stem == "survey" or ("source" in declared and only in ("", path.stem)):
            shutil.copyfile(path, raw / path.name)
        if "source" in declared and only in ("", path.stem):
            shutil.copyfile(real(f"{name}/{declared['source']['file']}"), raw / declared["source"]["file"])
    return find(name, folder)


def with_one_wave(folder: Path, name: str, like: str, real: Callable[[str], Path]) -> tuple[Paths, set[str]]:
    """A project that knows one wave of a real survey alone: what only others asked is not declared."""
    paths = real_project(folder, name, real, like)
    questionnaire, document = survey.load(paths)
    fielding = wave_files.load_one(paths, questionnaire, paths.raw / f"{like}.toml")
    ingest(paths)
    (mapped,) = mapped_waves(DeclaredWaves(paths, questionnaire, document, [fielding]))
    offered = {(offer.question, i) for offer in mapped.offers for i in (offer.item, offer.option) if i}
    # what readers are told of the survey, and what is published of it, does not turn on its waves
    declared = {key: own for key, own in document.data.items() if key not in ("methodology", "public")}
    questions = {q: own for q, own in declared["questions"].items() if q in mapped.columns}
    declared["questions"] = questions
    declared["segments"] = [q for q in declared.get("segments", []) if q in questions]
    scales = {own["scale"] for own in questions.values() if "scale" in own}
    declared["scales"] = {s: own for s, own in declared.get("scales", {}).items() if s in scales}
    for question, own in questions.items():
        only_offered(own, lambda i, question=question: (question, i) in offered)
        for on in list(own.get("asked", {})):
            own["asked"][on] = [option for option in own["asked"][on] if (on, option) in offered]
            if not own["asked"][on]:
                del own["asked"][on]
    for scale, own in declared["scales"].items():
        users = [question for question, asked in questions.items() if asked.get("scale") == scale]
        only_offered(own, lambda i, users=users: any((question, i) in offered for question in users))
    paths.questionnaire.write_text(as_toml(declared))
    changes = {
        question: {"not_offered": [i for i in change.not_offered if (question, i) in known_ids(declared)]}
        for question, change in fielding.wave.changes.items()
        if question in questions
    }
    text = (paths.raw / f"{like}.toml").read_text()
    kept = text[: text.index("[changes.")] if "[changes." in text else text
    (paths.raw / f"{like}.toml").write_text(kept + as_toml({"changes": changes}))
    return paths, set(questions)


def known_ids(declared: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (question, i)
        for question, own in declared["questions"].items()
        for part in (own, declared["scales"].get(own.get("scale", ""), {}))
        for labels in (part.get("options", {}), part.get("items", {}))
        for i in labels
    }


def only_offered(own: dict[str, Any], offered: Callable[[str], bool]) -> None:
    """Leave out the options, items, scores and nets of what was not offered."""
    if "scores" in own:
        roles = ("dkns", "not_applicable", "other", "none")
        scored = [i for i in own["options"] if i not in roles]
        own["scores"] = [s for i, s in zip(scored, own["scores"], strict=True) if offered(i)]
    for part in ("options", "items"):
        if part in own:
            own[part] = {i: label for i, label in own[part].items() if offered(i)}
    for net in list(own.get("nets", {})):
        own["nets"][net] = [m for m in own["nets"][net] if not isinstance(m, str) or offered(m)]
        if not own["nets"][net]:
            del own["nets"][net]


def as_toml(declared: dict[str, Any]) -> str:
    """A document of tables as TOML, the tables of a table of its own each."""
    lines = [f"{key} = {value_toml(value)}" for key, value in declared.items() if not isinstance(value, dict)]
    for kind, tables in declared.items():
        for name, own in tables.items() if isinstance(tables, dict) else ():
            lines += ["", f"[{kind}.{name}]"]
            labels = ("options", "items")
            lines += [f"{key} = {value_toml(value)}" for key, value in own.items() if key not in labels]
            for part in labels:
                if part in own:
                    lines.append(f"[{kind}.{name}.{part}]")
                    lines += [f"{key} = {value_toml(value)}" for key, value in own[part].items()]
    return "\n".join(lines) + "\n"


def value_toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (
            f"{key if re.fullmatch('[A-Za-z0-9_-]+', key) else json.dumps(key)} = {value_toml(inner)}"
            for key, inner in value.items()
        )
        return f"{{ {', '.join(pairs)} }}"
    return json.dumps(value, ensure_ascii=False)


def test_answers_joined_by_a_sign_of_their_own_are_carried_over(tmp_path: Path) -> None:
    """New answers in cells joined by line breaks are options of their own, and not a cell of two."""
    asked = """
title = "Clubs"
population = "invented"
[questions.tools]
text = "Which tools?"
kind = "multiple"
options = { git = "Git", svn = "Subversion" }
"""
    then = [["ID", "Which tools?"], ["a", "Git\nSubversion"], ["b", "Git"]]
    joined = surveys.Wave(then, more='[reading.tools]\nseparator = "\\n"')
    paths = surveys.lay_out(tmp_path, "clubs", asked, {"one": joined})
    given = ("Git\nFossil\nDarcs", "Fossil\nDarcs", "Fossil")
    now = [["ID", "Which tools?"], *([f"r{n}", given[n % 3]] for n in range(12))]
    surveys.write_export(paths.raw / "two.csv", now)
    list(new_wave(paths.root, paths.raw / "two.csv"))
    options = tomllib.loads(paths.questionnaire.read_text())["questions"]["tools"]["options"]
    assert list(options.values()) == ["Git", "Subversion", "Fossil", "Darcs"]
