"""The report pages of both surveys in Debian's Chromium, as people and screen readers use them.

`make viewers` runs it: it needs chromium and axe-core, which `AXE` names.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from projects import ROOT, make_project, run_all

from pipeline.commands.verify import verify
from pipeline.figures import figures
from pipeline.project.paths import Paths
from pipeline.report import report

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SURVEYS = ("open-source-ai", "ospo")
VIEWS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]


@pytest.fixture(scope="session")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Paths]:
    """The outputs of a survey, made once."""
    done: dict[str, Paths] = {}

    def make(survey: str) -> Paths:
        if survey not in done:
            if survey == "ospo":
                done[survey] = request.getfixturevalue("ospo_done")
                figures(done[survey])
                report(done[survey])
            else:
                folder = tmp_path_factory.mktemp(survey)
                done[survey] = make_project(folder, survey, ROOT / "raw" / survey)
                run_all(done[survey])
        return done[survey]

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def open_page(
    browser: Browser, paths: Paths, width: int = 1280, scheme: str = "light", js: bool = True
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=js,
        accept_downloads=True,
    )
    page = context.new_page()
    page.goto(paths.report.as_uri())
    return page


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def printed(share: str) -> str:
    number = Decimal(share)
    if 0 < number < Decimal("0.005"):
        return "<1%"
    return f"{(number * 100).quantize(Decimal(1), ROUND_HALF_UP)}%"


@pytest.mark.parametrize("survey", SURVEYS)
def test_the_numbers_are_those_of_the_csvs(
    survey: str, made: Callable[[str], Paths], browser: Browser
) -> None:
    paths = made(survey)
    page = open_page(browser, paths)
    exhibits = records(paths.tables / "exhibits.csv")
    assert page.locator("article").count() == len(exhibits) >= 12
    read = 0
    for exhibit in exhibits:
        rows = records(paths.tables / f"{exhibit['id']}.csv")
        if exhibit["kind"] not in ("dumbbell", "trend_lines") and exhibit["wave"]:
            rows = [row for row in rows if row["wave"] == exhibit["wave"]]
        wanted = Counter(
            f"{row['percent']}%" if row.get("percent") else printed(row["share"])
            for row in rows
            if row["share"] and row.get("flag") not in ("suppressed", "not_asked")
        )
        cells = page.locator(f"#{exhibit['id']} details.numbers > .wide td.share").all_text_contents()
        shown = Counter(re.match(r"\S+", cell)[0] for cell in cells)  # type: ignore[index]
        assert shown == wanted, exhibit["id"]
        read += sum(shown.values())
    assert read > 500
    if survey == "open-source-ai":
        assert paths.report.stat().st_size < 3_000_000


@pytest.mark.parametrize("survey", SURVEYS)
def test_the_page_can_be_used(survey: str, made: Callable[[str], Paths], browser: Browser) -> None:
    paths = made(survey)
    page = open_page(browser, paths)
    links = page.locator("nav[aria-label=Contents] a")
    targets = [link.get_attribute("href") or "" for link in links.all()]
    assert len(targets) > 12
    assert all(page.locator(target).count() == 1 for target in targets)
    links.nth(2).click()
    assert page.url.endswith(targets[2])
    first = page.locator("article").first
    numbers, name = first.locator("details.numbers"), first.get_attribute("id")
    assert not first.locator("table").first.is_visible()
    numbers.locator("summary").first.click()
    assert first.locator("table").first.is_visible()
    # the switch opens one segment everywhere and closes the others
    segments = page.locator("#segment option").all()
    assert len(segments) == 3
    # a question that has but a number is called by its words
    assert not [option for option in page.locator("#segment option").all_text_contents() if "q5" in option]
    for option in segments[1:]:
        segment = option.get_attribute("value")
        page.select_option("#segment", segment)
        opened = page.locator("details.by[open]")
        assert opened.count() > 5
        assert {part.get_attribute("data-by") for part in opened.all()} == {segment}
        assert opened.first.locator("table").is_visible()
    page.select_option("#segment", "")
    assert page.locator("details.by[open]").count() == 0
    # downloads come out of the page itself
    for form, folder in (("svg", paths.figures), ("csv", paths.tables)):
        with page.expect_download() as waiting:
            first.locator(f"a.{form}").click()
        assert Path(waiting.value.path()).read_bytes() == (folder / f"{name}.{form}").read_bytes()
        assert waiting.value.suggested_filename == f"{name}.{form}"
    png = first.locator(".get a", has_text="PNG").get_attribute("href")
    assert (paths.report.parent / str(png)).is_file()
    assert paths.workbook.is_file()
    assert paths.figure_book.is_file()


@pytest.mark.parametrize("survey", SURVEYS)
def test_it_works_without_scripts(survey: str, made: Callable[[str], Paths], browser: Browser) -> None:
    paths = made(survey)
    page = open_page(browser, paths, js=False)
    assert not page.locator("#segment").is_visible()
    first = page.locator("article").first
    first.locator("details.numbers summary").first.click()
    assert first.locator("table").first.is_visible()
    part = first.locator("details.by").first
    part.locator("summary").click()
    assert part.locator("table").is_visible()
    # what scripts would give from the page lies beside it
    for link in first.locator(".get a[download]").all():
        assert (paths.report.parent / str(link.get_attribute("href"))).is_file()


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate(f"axe.run({{runOnly: {RULES}}})")
    assert len(found["passes"]) > 15
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
@pytest.mark.parametrize("survey", SURVEYS)
def test_axe_finds_no_violation(
    survey: str, width: int, scheme: str, scripts: bool, made: Callable[[str], Paths], browser: Browser
) -> None:
    paths = made(survey)
    axe = Path(os.environ["AXE"]).read_text(encoding="utf-8")
    page = open_page(browser, paths, width, scheme)
    if not scripts:
        # axe is a script itself, so the page is laid out as one whose own scripts never ran
        bare = re.sub(r"<script.*?</script>", "", paths.report.read_text(), flags=re.DOTALL)
        page.set_content(bare)
    # a few tables of every shape; that all cells look alike is the style sheet's doing
    page.evaluate("[...document.querySelectorAll('article')].slice(0, 4).forEach(a => "
                  "a.querySelectorAll('details').forEach(d => { d.open = true; }))")  # fmt: skip
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_axe_finds_no_violation_on_the_page_of_findings(
    width: int, scheme: str, made: Callable[[str], Paths], browser: Browser
) -> None:
    paths = made("ospo")
    verify(paths)
    page = open_page(browser, paths, width, scheme)
    page.goto(paths.findings.as_uri())
    assert violations(page, Path(os.environ["AXE"]).read_text(encoding="utf-8")) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_violation_would_be_found(made: Callable[[str], Paths], browser: Browser) -> None:
    page = open_page(browser, made("open-source-ai"))
    page.evaluate("document.querySelector('img').removeAttribute('alt'); "
                  "document.querySelector('p').style.color = '#eee'")  # fmt: skip
    found = violations(page, Path(os.environ["AXE"]).read_text(encoding="utf-8"))
    assert {one.partition(":")[0] for one in found} >= {"image-alt", "color-contrast"}
