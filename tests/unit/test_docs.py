"""The documentation and what it describes: commands, columns and keys are compared, not trusted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import gallery
import typer
from projects import ROOT

from pipeline.cli import app
from pipeline.declarations.load import load_declarations
from pipeline.declarations.quality import Impossible, Quality, Speeders
from pipeline.declarations.questionnaire import Coarsening, Methodology, Privacy, Public, Question
from pipeline.declarations.report import Exhibit
from pipeline.declarations.wave import (
    Change,
    Exclude,
    Respondents,
    Source,
    Target,
    Weights,
)
from pipeline.project import paths as places
from pipeline.tidy import document
from pipeline.tidy.figure_kinds import figure_kinds
from pipeline.tidy.printed import TABLE
from pipeline.tidy.quality_rules import quality_rules

DOCS = {path.name: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}


def test_every_command_has_help_with_an_example() -> None:
    commands = dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    commands |= {f"export {name}": own for name, own in commands["export"].commands.items()}
    assert len(commands) >= 12
    for name, command in commands.items():
        assert command.help, name
        assert command.epilog.startswith(f"Example: survey {name}"), name
        for parameter in command.params:
            assert parameter.help, (name, parameter.name)


def test_the_page_of_commands_is_what_help_says() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SURVEY"}
    said = subprocess.run(
        [sys.executable, "-m", "typer", "pipeline.cli", "utils", "docs", "--name", "survey",
         "--title", "Commands"],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    assert DOCS["cli.md"].strip() == said.stdout.strip(), "run: make docs"


def test_the_page_of_tables_is_what_they_are_declared_to_be() -> None:
    assert DOCS["tables.md"] == document.page(), "run: make docs"


def test_every_key_is_documented() -> None:
    text = DOCS["declarations.md"]
    of_survey = (Question, Methodology, Privacy, Public, Coarsening)
    of_wave = (Source, Respondents, Change, Weights, Target, Exclude, Quality, Speeders, Impossible)
    for model in (*of_survey, *of_wave, Exhibit):
        for key in set(model.model_fields) - {"net_labels"}:
            assert f"`{key}`" in text or f"{key} =" in text or f".{key}`" in text, key


def test_every_rule_of_data_quality_is_documented_in_its_order() -> None:
    assert re.findall(r"^\| `(\w+)` \|", DOCS["quality.md"], re.MULTILINE) == list(quality_rules())


def test_the_gallery_has_every_kind_with_a_picture_and_lines_that_work() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", DOCS["gallery.md"], re.MULTILINE | re.DOTALL))
    assert set(figure_kinds()) | {TABLE} <= set(sections)
    declared = {survey: load_declarations(places.find(survey, ROOT)) for survey in ("open-source-ai", "ospo")}
    for name in (*figure_kinds(), TABLE):
        (block,) = re.findall(r"```toml\n(.*?)```", sections[name], re.DOTALL)
        (said,) = tomllib.loads(block)["exhibit"]
        assert said["kind"] == name
        if name == TABLE:
            assert said["question"] in declared["open-source-ai"].survey.questions
            continue
        shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", sections[name])
        assert [(ROOT / "docs" / picture).is_file() for picture in shown] == [True]
        # what an exhibit claims and tells is no matter of its kind
        plain = {"title": "", "claim": {}, "text": ""}
        every = [e.model_copy(update=plain) for one in declared.values() for e in one.report.exhibit]
        assert Exhibit(**said).model_copy(update=plain) in every, name


def test_the_pictures_of_other_shapes_are_as_they_would_be_drawn() -> None:
    drawn = dict(gallery.pictures())
    assert len(drawn) == 2 * len(figure_kinds()) + 1
    assert set(gallery.FOLDER.iterdir()) == set(drawn)
    assert [path.name for path, content in drawn.items() if path.read_bytes() != content] == []
    linked = set(re.findall(r"\]\(gallery/([^)]*)\)", DOCS["gallery.md"]))
    assert linked == {path.name for path in drawn}


PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)]*))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as pages of Markdown are shown."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[tuple[Path, str]]:
    """Where the links of a page lead within the project: a file, and an anchor in it or none."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [(target, anchor or "") for target, anchor in LINK.findall(text) if target or anchor]
    return [((page.parent / target).resolve() if target else page, anchor) for target, anchor in found]


def test_links_lead_somewhere() -> None:
    every = [(page, *link) for page in PAGES for link in links(page)]
    assert len(every) > 100 and sum(bool(anchor) for *_, anchor in every) > 1
    for page, target, anchor in every:
        assert target.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {target.name}#{anchor}"


def test_every_page_is_reached_from_the_index_and_leads_back() -> None:
    index = ROOT / "docs" / "index.md"
    reached, waiting = {index}, [index]
    while waiting:
        new = {target for target, _ in links(waiting.pop()) if target.suffix == ".md"} - reached
        reached |= new
        waiting += new
    pages = set((ROOT / "docs").rglob("*.md"))
    assert len(pages) > 40
    assert pages - reached == set()
    # the page of commands is made from their help
    for page in pages - {index, ROOT / "docs" / "cli.md"}:
        back = ROOT / "docs" / "decisions" / "README.md" if page.parent.name == "decisions" else index
        assert page == back or back in {target for target, _ in links(page)}, page.name


def test_what_the_pages_name_in_the_package_is_there() -> None:
    pages = [
        ROOT / "docs" / "architecture.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "docs" / "decisions" / "README.md",
    ]
    pages += sorted((ROOT / "docs" / "decisions").glob("*.md"))
    rooms = {path.name for path in (ROOT / "pipeline").iterdir()}
    named = [
        (page.name, name)
        for page in pages
        for name in re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:/|\.py|\.sql))`", page.read_text(encoding="utf-8"))
        if name.partition("/")[0] in {*rooms, "pipeline", "tests"}
    ]
    assert len(named) > 25
    for page, name in named:
        assert (ROOT / name).exists() or (ROOT / "pipeline" / name).exists(), f"{page}: {name}"


def test_the_top_level_holds_what_it_should() -> None:
    for name in (
        "Makefile",
        "pyproject.toml",
        "pipeline",
        "raw",
        "outputs",
        "notebooks",
        "tests",
        "LICENSE",
        "SECURITY.md",
    ):
        assert (ROOT / name).exists(), name


def test_lock_files_carry_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert text.count("--hash=sha256:") > 100
        assert "://" not in text
