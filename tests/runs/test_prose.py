"""Numbers in prose: what can be quoted, and every number of the report's prose traced to the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from projects import ROOT, copy_of, few_of, make_project, run_to

from pipeline import report as report_stage
from pipeline.charts.rows import rows
from pipeline.declarations import survey as questionnaires
from pipeline.exhibits.quotes import find, quote, typed
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.report import report
from pipeline.tables import tables
from pipeline.text.rounding import half_up, percent, points, thousands
from pipeline.tidy.csv import read

SURVEYS = few_of(("open-source-ai", "ospo"), 0)
# what the method itself says in numbers: confidence levels, low bases, Holm's 5%, the order of tests
CONSTANTS = {
    "95%",
    "90%",
    "95",
    "90",
    "30",
    "10",
    "5%",
    "100%",
    "0%",
    "50%",
    "5",
    "4",
    "1",
    "2",
    "3",
    "0",
    "<1%",
}
BASES = re.compile(r"(sample size|valid cases|total mentions) = ([\d,]*\d(?: to [\d,]*\d)?)")
NUMERAL = re.compile(r"<?\d+(?:[.,]\d+)*%?")


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Paths]:
    """A survey with its tables and its page, the pictures left out: they are tested by themselves."""
    done: dict[str, Paths] = {}

    def make(survey: str) -> Paths:
        if survey not in done:
            folder = tmp_path_factory.mktemp(survey)
            if survey == "ospo":
                paths = copy_of(request.getfixturevalue("ospo_done"), folder)
            else:
                paths = make_project(folder, survey, ROOT / "raw" / survey)
                run_to(paths, tables)
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(report_stage, "_picture", lambda *_: "data:,")
                report(paths)
            done[survey] = paths
        return done[survey]

    return make


class Prose(HTMLParser):
    """The text of headings, paragraphs and lists of a page, by the article that they stand in."""

    TOLD = ("h1", "h2", "h3", "p", "li", "dt", "dd")

    def __init__(self) -> None:
        super().__init__()
        self.article = ""
        self.open: list[str] = []
        self.skipped = 0
        self.texts: list[tuple[str, str]] = []
        self.data: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self.article = dict(attributes)["id"] or ""
        if tag in ("table", "script", "style"):
            self.skipped += 1
        if tag in self.TOLD:
            self.texts.append((self.article, ""))
            self.open.append(tag)
        if tag == "data":
            self.data.append(("", {name: value or "" for name, value in attributes}))
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("table", "script", "style"):
            self.skipped -= 1
        if tag == "article":
            self.article = ""
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, text: str) -> None:
        if not self.open or self.skipped:
            return
        if self.open[-1] == "data":
            self.data[-1] = (self.data[-1][0] + text, self.data[-1][1])
        else:
            article, told = self.texts[-1]
            self.texts[-1] = article, told + text


def prose(paths: Paths) -> Prose:
    parser = Prose()
    parser.feed(paths.report.read_text())
    return parser


@pytest.mark.parametrize("survey", SURVEYS)
def test_every_quoted_number_is_that_of_its_cell(survey: str, told: Callable[[str], Paths]) -> None:
    paths = told(survey)
    found = prose(paths).data
    quotes = read(paths, "quotes")
    assert len(found) == (quotes["place"] != "title").sum() >= 8
    for text, attributes in found:
        table = read(paths, attributes["data-table"])
        row = table.iloc[int(attributes["data-line"]) - 2]
        value = row[attributes["data-column"]]
        assert float(attributes["value"]) == pytest.approx(float(value), rel=1e-11)
        whole = {"valid_cases": thousands, "respondents": thousands}.get(attributes["data-column"])
        change = points if row.get("measure") == "change" else percent
        assert text == (whole or change)(float(value))
        assert row["flag"] in ("", "no_clear_change")


@pytest.mark.parametrize("survey", SURVEYS)
def test_the_numbers_of_titles_are_quoted(survey: str, told: Callable[[str], Paths]) -> None:
    paths = told(survey)
    quotes = read(paths, "quotes")
    declared = {str(own["exhibit"]): own for own in quotes.to_dict("records") if own["place"] == "title"}
    assert declared
    known = " ".join(known_texts(paths))
    for exhibit in read(paths, "exhibits").to_dict("records"):
        own = NUMERAL.findall(exhibit["title"])
        quoted = {declared[exhibit["id"]]["printed"]} if exhibit["id"] in declared else set()
        assert "{" not in exhibit["title"]
        assert quoted <= set(own)
        assert all(n in quoted or n in NUMERAL.findall(known) for n in own), exhibit["title"]


@pytest.mark.parametrize("survey", SURVEYS)
def test_every_number_of_the_prose_is_in_the_tables(survey: str, told: Callable[[str], Paths]) -> None:
    paths = told(survey)
    texts = set(NUMERAL.findall(" ".join(known_texts(paths))))
    claims, tests = read(paths, "claims"), read(paths, "tests")
    about = [read(paths, name) for name in ("waves", "flow")] + [claims]
    whole = texts | CONSTANTS | set().union(*(set(printed(frame)) for frame in about))
    # the methodology adds up what could be claimed, and says what a claim is held against
    compared = read(paths, "comparisons")
    sums = compared[["comparisons", "unadjusted", "holding"]].sum()
    level = Decimal("0.05") * max(int(compared["selected"].sum()), 1) / len(compared)
    whole |= {thousands(float(number)) for number in (*sums, len(compared))}
    whole.add(f"{level.quantize(Decimal('0.0001'), ROUND_HALF_UP).normalize():f}")
    seen = 0
    for article, said in prose(paths).texts:
        known = set(whole)
        if article:
            table = read(paths, article)
            own = tests[tests["exhibit"] == article]
            known |= set(printed(table)) | set(printed(own)) | counts(table, own) | {str(len(own))}
            for name, numbers in BASES.findall(said):
                column = "n" if "n" in table else name.replace(" ", "_")
                bases = {thousands(float(base)) for base in table[column].dropna()}
                assert set(numbers.split(" to ")) <= bases, (article, name, numbers)
        numerals = NUMERAL.findall(said.replace("SHA-256", ""))
        seen += len(numerals)
        assert set(numerals) <= known, (article, sorted(set(numerals) - known), said)
    assert seen > 450


@pytest.mark.slow
def test_a_number_that_is_stale_is_found(told: Callable[[str], Paths]) -> None:
    """The scan itself: a paragraph with another number fails it."""
    paths = told("open-source-ai")
    page = paths.report.read_text()
    paths.report.write_text(page.replace("<h2>Headlines</h2>", "<h2>Headlines</h2><p>Of 987,654 people</p>"))
    try:
        with pytest.raises(AssertionError, match="987,654"):
            test_every_number_of_the_prose_is_in_the_tables("open-source-ai", told)
    finally:
        paths.report.write_text(page)


def known_texts(paths: Paths) -> Iterator[str]:
    """Texts whose numerals are words: labels, wordings, names, dates, credits, what is declared."""
    survey, _ = questionnaires.load(paths)
    put = read(paths, "questionnaire")
    for column in ("code", "text", "mode", "label", "base", "wave"):
        yield from put[column]
    exhibits = read(paths, "exhibits")
    yield from exhibits["question"]
    yield from (f"Figure {number}" for number in exhibits["number"])
    for wave in read(paths, "waves").to_dict("records"):
        yield from (str(wave[name]) for name in ("title", "citation", "licence", "file", "sha256"))
        for day in (wave["fielded_from"], wave["fielded_to"]):
            if day:
                yield from (str(int(part)) for part in day.split("-"))
    yield from survey.model_dump_json().split()
    yield (paths.raw / "report.toml").read_text()
    for file in paths.wave_files():
        yield file.read_text()
    if (paths.raw / "published.csv").is_file():
        yield (paths.raw / "published.csv").read_text()


def printed(frame: pd.DataFrame) -> Iterator[str]:
    """Every number of a table in the ways that it is printed in prose."""
    for column in frame.columns:
        for value in frame[column].dropna().unique():
            if isinstance(value, str):
                yield from NUMERAL.findall(value)
            elif not isinstance(value, bool):
                number = abs(float(value))
                yield from (percent(number), thousands(number), points(number).lstrip("+−"))
                yield from (str(half_up(number, places)) for places in (0, 1, 2, 3))


def counts(table: pd.DataFrame, tests: pd.DataFrame) -> set[str]:
    """How many tests there are of each kind, and how many are clear: what the notes under a table say."""
    found = set()
    for _, own in tests.groupby(["test", "wave"]):
        clear = (own["adjusted_p"] < 0.05).sum()
        found |= {str(len(own)), str(clear)}
    for _, own in tests.groupby("test"):
        found |= {str(len(own)), str((own["adjusted_p"] < 0.05).sum())}
    if "flag" in table and "measure" in table:
        changes = table[table["measure"] == "change"]
        clear = int((changes["flag"] == "").sum())
        found |= {str(max(clear - 4, 0)), str(int(changes["flag"].isin(["", "no_clear_change"]).sum()))}
        groups = table[(table["by"] != "")].drop_duplicates(["wave", "by", "group"])
        for wave, own in groups.groupby("wave"):
            whole = table[(table["wave"] == wave) & (table["by"] == "")]["valid_cases"]
            if len(whole):
                found |= {thousands(float(base) - float(own["valid_cases"].sum())) for base in whole.dropna()}
    return found


# references and what may be quoted


def frame(**columns: list[object]) -> pd.DataFrame:
    rows_ = {
        "wave": "w2", "item": "", "option": "", "by": "", "group": "", "measure": "option",
        "role": "substantive", "share": 0.5, "value": float("nan"), "valid_cases": 80, "respondents": 40,
        "flag": "", "low": 0.4, "high": 0.6,
    }  # fmt: skip
    length = max(len(own) for own in columns.values())
    return pd.DataFrame({name: columns.get(name, [value] * length) for name, value in rows_.items()})


TABLE = frame(
    wave=["w1", "w2", "w2", "w2", "w2", "w2"],
    option=["cost", "cost", "cost", "cost", "time", "cost"],
    by=["", "", "size", "size", "", ""],
    group=["", "", "small", "large", "", "w1"],
    measure=["option", "option", "option", "option", "option", "change"],
    share=[0.25, 0.40, 0.426, 0.374, 0.1, float("nan")],
    value=[float("nan")] * 5 + [0.15],
    flag=["", "", "", "low_base", "suppressed", ""],
)


@pytest.mark.parametrize(
    ("reference", "place"),
    [("cost", 1), ("cost.w1", 0), ("w1.cost", 0), ("cost.small", 2), ("large.cost", 3), ("time", 4)],
)
def test_a_reference_names_one_row(reference: str, place: int) -> None:
    assert find(TABLE, reference.split(".")) == place


@pytest.mark.parametrize("reference", ["cost", "cost.w1", "cost.w1.w2", "w2.cost.w1"])
def test_a_reference_names_one_change(reference: str) -> None:
    assert find(TABLE, reference.split("."), change=True) == 5


@pytest.mark.parametrize(
    ("placeholder", "printed_as", "column"),
    [
        ("e.cost", "40%", "share"),
        ("e.cost.small", "43%", "share"),
        ("e.cost.n", "80", "valid_cases"),
        ("e.cost.respondents", "40", "respondents"),
        ("e.cost.low", "40%", "low"),
        ("e.cost.change", "+15", "value"),
    ],
)
def test_a_number_is_quoted_as_it_is_printed(placeholder: str, printed_as: str, column: str) -> None:
    one = quote({"e": TABLE}, placeholder, "e", "text")
    assert (one.printed, one.column) == (printed_as, column)
    assert rows(TABLE.iloc[[one.row - 2]])


ALIKE = frame(
    wave=["w1"] + ["w2"] * 8,
    item=[""] * 9,
    option=["gone", "small", "small", "small", "large", "large", "high", "high", "change"],
    by=["", "", "size", "size", "", "size", "", "size", ""],
    group=["", "", "small", "large", "", "small", "", "small", ""],
    share=[0.9, 0.51, 0.52, 0.53, 0.61, 0.62, 0.71, 0.72, 0.81],
    high=[1.0, 0.6, 0.6, 0.6, 0.7, 0.7, 0.8, 0.8, 0.9],
)


@pytest.mark.parametrize(
    ("placeholder", "printed_as"),
    [
        ("e.small", "51%"),
        ("e.small.small", "52%"),
        ("e.small.large", "53%"),
        ("e.large.small", "62%"),
        ("e.high", "71%"),
        ("e.high.high", "80%"),
        ("e.high.small", "72%"),
        ("e.change", "81%"),
        ("e.gone.w1", "90%"),
    ],
)
def test_answers_called_as_groups_or_as_what_is_quoted_of_them(placeholder: str, printed_as: str) -> None:
    assert quote({"e": ALIKE}, placeholder, "e", "text").printed == printed_as


def test_an_older_wave_never_stands_in_for_the_latest() -> None:
    with pytest.raises(SurveyError, match="gone is not there for the latest wave; name the wave"):
        quote({"e": ALIKE}, "e.gone", "e", "text")


@pytest.mark.parametrize(
    ("placeholder", "said"),
    [("f.cost", "no exhibit 'f'"), ("e.csot", "no 'csot' in the table; did you mean 'cost'"),
     ("e.cost.large", "has an effective base under 30 and cannot be quoted"),
     ("e.time", "is suppressed and cannot be quoted"), ("e", "names 2 rows"),
     ("e.time.change", "no row of the table is time")],
)  # fmt: skip
def test_what_cannot_be_quoted_is_told(placeholder: str, said: str) -> None:
    with pytest.raises(SurveyError, match=said):
        quote({"e": TABLE}, placeholder, "e", "text")


@pytest.mark.parametrize(
    ("text", "stale"),
    [("Since 2018, {e.cost} of 1,000 or more", []), ("44% say so", ["44%"]), ("12 of 20", ["12", "20"]),
     ("{e.cost} and 2018%", ["2018%"]), ("50% or more", ["50%"]), ("no number", [])],
)  # fmt: skip
def test_typed_numerals_are_found(text: str, stale: list[str]) -> None:
    assert typed(text, "2018\n1,000 or more") == stale


@pytest.mark.slow
def test_the_report_says_that_it_is_a_draft(tmp_path: Path) -> None:
    paths = make_project(tmp_path)
    declared = paths.raw / "report.toml"
    first = '[[exhibit]]\nid = "wrong"\nkind = "ranked_bars"\nquestion = "uses"\ntitle = "Data first"\n'
    declared.write_text(
        'introduction = "Of {wrong.models.n}, {wrong.models}."\n' + first
        + 'claim = { majority = "data" }\nneutral = "What is used"\n' + declared.read_text()
    )  # fmt: skip
    run_to(paths, normalise)
    with pytest.raises(SurveyError, match=r"report\.toml:7: the claim majority = data does not hold"):
        tables(paths)
    tables(paths, draft=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report_stage, "_picture", lambda *_: "data:,")
        page = report(paths).read_text()
    assert "Draft. These claims do not hold" in page
    assert "What is used" in page
    assert "Data first" not in page
    assert "[not quoted]" in page  # a base of 11 has too few to be quoted
    # a draft that lacks but a number says so too
    declared.write_text('introduction = "Of {uses.models}."\n' + (ROOT / "tests/toy/report.toml").read_text())
    tables(paths, draft=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report_stage, "_picture", lambda *_: "data:,")
        assert "Draft. These claims do not hold" in report(paths).read_text()
