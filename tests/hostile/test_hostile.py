"""Hostile inputs: each is refused with its place and changes nothing, or comes out as harmless text."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ElementTree
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hostile_inputs import HOSTILE, STATEMENTS, Hostile
from markdown_it import MarkdownIt
from projects import ROOT, command, digest, make_project, run_to, survey_command

from pipeline.project.paths import Paths, find
from pipeline.tables import tables
from pipeline.tidy.csv import read

QUICK = 5  # seconds that nothing hostile may take on one core, with what a busy machine adds


def apply(paths: Paths, hostile: Hostile) -> None:
    for file, before, after in hostile.edits:
        path = paths.raw / file
        if isinstance(after, bytes):
            path.write_bytes(after)
            continue
        text = path.read_text("utf-8") if before else ""
        assert before in text, f"{before!r} is not in {file}"
        path.write_text(text.replace(before, after, 1) if before else after, "utf-8", newline="")
    if hostile.change:
        hostile.change(paths)


def kept(paths: Paths) -> dict[str, str]:
    return {name: hash_ for name, hash_ in digest(paths.outputs).items() if "interim" not in name}


def answers(paths: Paths) -> list[tuple[object, ...]]:
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        return connection.execute("select * from answers order by all").fetchall()


def test_the_table_is_large() -> None:
    assert len(HOSTILE) + len(STATEMENTS) + len(FORMULAS) + len(MARKUP) >= 90


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_input_is_refused_or_harmless(name: str, tmp_path: Path, toy_done: Paths) -> None:
    hostile = HOSTILE[name]
    shutil.copytree(toy_done.root, tmp_path / "p" / "q", symlinks=True)
    paths = find("toy", tmp_path / "p" / "q")
    before, as_it_was = kept(paths), answers(paths)
    apply(paths, hostile)
    around = {path for path in tmp_path.rglob("*") if paths.outputs not in path.parents}
    started = time.process_time()
    code, said = command(paths.root, "ingest", "--survey", "toy")
    if not code:
        code, told = command(paths.root, "normalise", "--survey", "toy")
        said += told
    if not code and hostile.said:
        code, said = command(paths.root, "all", "--survey", "toy")
    assert time.process_time() - started < QUICK
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]", said), repr(said)
    if hostile.said:
        assert code == 1, said
        assert re.search(hostile.said, said), said[:3000]
        assert "as they were" in said
        assert len(said) < 5000
        assert kept(paths) == before
    else:
        assert code == 0, said
        assert answers(paths) == as_it_was
    assert {path for path in tmp_path.rglob("*") if paths.outputs not in path.parents} == around


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_the_views_and_does_nothing_else(
    name: str, tmp_path: Path, toy_done: Paths
) -> None:
    shutil.copytree(toy_done.root, tmp_path / "p")
    paths = find("toy", tmp_path / "p")
    database = paths.database.read_bytes()
    shutil.copy(paths.database, tmp_path / "p" / "another.duckdb")
    before = digest(tmp_path)
    code, said = command(paths.root, "sql", STATEMENTS[name], "--survey", "toy")
    assert code == 1, said
    assert "root:" not in said
    assert "The views are" in said or "selects nothing" in said
    assert digest(tmp_path) == before
    assert paths.database.read_bytes() == database


@pytest.mark.parametrize("name", ["../toy", "/etc", "..", "toy/../toy", "-x", "", "toy\n", "toy;x", "$(id)"])
def test_a_survey_is_no_path(name: str, toy: Paths) -> None:
    code, said = command(toy.root, "all", "--survey", name)
    assert code == 1
    assert "is no name of a survey" in said
    shutil.copy(ROOT / "Makefile", toy.root)
    if name not in ("", "toy\n"):
        before = digest(toy.root)
        run = subprocess.run(
            ["make", "--no-print-directory", "clean", f"SURVEY={name.replace('$', '$$')}"],
            cwd=toy.root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stdout) == (2, "")
        assert f"SURVEY is '{name}': a name of letters" in run.stderr
        assert digest(toy.root) == before


# texts that a spreadsheet might run, and texts that a page, a picture or a document might
FORMULAS = [
    "=1+1", "+2+2", "-3+3", "@SUM(4)", '=HYPERLINK("x";"5")', "=cmd|' /C calc'!A6", '=DDE("cmd";"7";"x")',
    "\uff1d8+8", "\uff0b9+9", "\uff0d10+10", "\uff2011", " =12", "\u00a0=13", '"=14', "'=15", "\ufeff=16",
    "\u200b=17", "\r=25", "\t=18", "\n=19", "\u3000=20", "- 21 to 22", "%23", "\\t=24",
]  # fmt: skip
MARKUP = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "</style><b>3", "]]> 4", "&#x3c;b&#x3e; 5",
    "\" onmouseover=\"alert(6)", "' onload='alert(7)", "{{ 8*8 }}", "{% raw %}9", "$\\frac{1}{0}$ 10",
    "one $ 11", "\\input{12}", "[13](javascript:alert(13))", "`14`|x|", "<!-- 15", "</script>16",
    "<svg onload=alert(17)>", "--> 18", "\\end{table}19", "\u2067abc\u2069 20",
    "%21 \\% #~^_&", "<a href=javascript:alert(22)>x</a>",
    "<?xml-stylesheet href=x?> 23", "<use xlink:href=x /> 24", "<!DOCTYPE x> 25",
]  # fmt: skip
TAGS = [
    "html", "head", "meta", "title", "style", "body", "a", "header", "nav", "main", "section", "article",
    "figure", "figcaption", "img", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th",
    "td", "p", "h1", "h2", "h3", "h4", "ol", "ul", "li", "dl", "dt", "dd", "div", "span", "select", "option",
    "label", "button", "footer", "script", "data", "time",
]  # fmt: skip


def quoted(text: str) -> str:
    """A text in quotes, as TOML has it."""
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\' else c for c in text)
    return f'"{escaped}"'


def csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A survey all of whose texts are hostile, with every stage run."""
    paths = make_project(tmp_path_factory.mktemp("hostile"))
    for path in paths.raw.iterdir():
        path.unlink()
    options = {"f": FORMULAS, "m": MARKUP}
    declared = [
        'title = "=TITLE(1)<script>"', 'population = "+people & <b>"', 'segments = ["m"]',
        '[methodology]\nsponsor = "@sponsor <i>"\nrecruitment = "=x"\nmode = "</p>"',
    ]  # fmt: skip
    for name, labels in options.items():
        declared.append(
            f'[questions.{name}]\nkind = "single"\ntext = {quoted(f"={name}<b>{{{{ 1 }}}}")}\n'
            f"[questions.{name}.options]"
        )
        declared += [f"{name}{n} = {quoted(label)}" for n, label in enumerate(labels)]
    declared.append(
        '[questions.g]\nkind = "grid"\ntext = "-grid"\noptions = { no = "@no", yes = "=yes" }\n'
        "[questions.g.items]"
    )
    declared += ['i0 = "=item"', 'i1 = "<script>item"', 'i2 = "$x_{1"']
    declared.append(
        '[questions.s]\nkind = "single"\ntext = "@s"\noptions = { a = "=a", b = "@<b>", c = "+c" }'
    )
    declared.append('[questions.words]\nkind = "text"\ntext = "+words"')
    (paths.raw / "survey.toml").write_text("\n".join(declared))
    (paths.raw / "w.toml").write_text(
        'title = "=wave & <b>"\n[source]\nfile = "w.csv"\nformat = "flat"\nlicence = "=CC <script>"\n'
        'citation = "@cite <img src=x onerror=alert(1)>"\n[respondents]\nid = "ID"\n'
    )
    items = ["=item", "<script>item", "$x_{1"]
    head = ["ID", "=f<b>{{ 1 }}", "=m<b>{{ 1 }}", *(f"-grid [{item}]" for item in items), "@s", "+words"]
    rows = [
        [
            str(n),
            FORMULAS[n % len(FORMULAS)],
            MARKUP[n % len(MARKUP)],
            "@no",
            "=yes",
            "@no",
            ["=a", "@<b>", "+c"][n % 3],
            "=\x1b[31mtext",
        ]
        for n in range(75)
    ]
    (paths.raw / "w.csv").write_text(
        "\n".join(",".join(map(csv_cell, row)) for row in [head, *rows]) + "\n", newline=""
    )
    header = "wave,question,option,item,group,percent,n,source,wording,mode,address,grade"
    (paths.raw / "published.csv").write_text(
        f"{header}\n,m,=published,,,50,100,<script>source,=wording<b>,single,javascript:alert(1),A\n"
        "w,f,f0,,,4,75,=source,,,javascript:alert(2),A\n"
    )
    (paths.raw / "report.toml").write_text(
        "".join(
            f'[[exhibit]]\nid = "e{kind}"\nkind = "{kind}"\nquestion = "{question}"\n'
            f"neutral = {quoted(title)}\n{more}\n"
            for kind, question, title, more in (
                ("ranked_bars", "s", "=cmd|' /C calc'!A", ""),
                ("ranked_dots", "m", "<script>$\\frac$</title>", 'text = "=<img onerror=x>"'),
                ("scale_bars", "g", "@{}".replace("{}", "g"), ""),
                ("published_bars", "m", "+p", ""),
                ("segment_panels", "s", "-s", 'by = "b"'),
                ("table", "f", "\uff1dt", 'dkns = "exclude"'),
            )
        )
        + '[segments.b]\nof = "m"\n[segments.b.groups]\n'
        f'one = {{ label = "=<b>one", options = [{", ".join(quoted(f"m{n}") for n in range(12))}] }}\n'
        f'two = {{ label = "{{{{ 7*7 }}}}", options = {[f"m{n}" for n in range(12, len(MARKUP))]} }}\n'
    )
    run = survey_command(paths.root, "all", "--survey", "toy")
    assert run.returncode == 0, run.stderr
    for words in (["codebook"], ["verify"]):
        code, said = command(paths.root, *words, "--survey", "toy")
        assert code == 0, said
    return paths


def runs(cell: str) -> bool:
    """Whether a spreadsheet might take a cell for a formula, by what it could skip before the sign."""
    start = cell.lstrip(' \t\r\n"\u00a0\u3000\ufeff\u200b')
    try:
        float(cell)
    except ValueError:
        return start[:1] in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20") or cell[:1] in (
            "\t",
            "\r",
            "\n",
        )
    return False


def test_no_cell_of_a_csv_runs(painted: Paths) -> None:
    files = [*painted.outputs.rglob("*.csv")]
    assert len(files) > 12
    seen = set()
    for path in files:
        with path.open(encoding="utf-8", newline="") as stream:
            for record in csv.reader(stream):
                seen.update(record)
                assert [cell for cell in record if runs(cell)] == [], path
    assert len([cell for cell in seen if runs(cell.removeprefix("'"))]) > 20, "nothing would have run"


def test_labels_come_back_as_they_were(painted: Paths) -> None:
    for name, labels in (("f", FORMULAS), ("m", MARKUP)):
        data = read(painted, f"frequencies/{name}")
        whole = data[(data["by"] == "") & (data["measure"] == "option")]
        assert list(whole["option_label"]) == [label.replace("\r", "\n") for label in labels]
        assert whole["respondents"].sum() == 75


def test_no_cell_of_the_workbook_runs(painted: Paths) -> None:
    book = openpyxl.load_workbook(painted.workbook)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = {cell.value for cell in cells}
    assert {"=1+1", "=cmd|' /C calc'!A6", "@SUM(4)"} <= texts
    links = [link.target for sheet in book for link in sheet._hyperlinks]
    assert [link for link in links if link] == []
    with zipfile.ZipFile(painted.workbook) as archive:
        for name in archive.namelist():
            assert "external" not in name.lower()
            content = archive.read(name).decode("utf-8")
            assert not re.search(r"<f[ >]|TargetMode=.External|ddeLink|oleLink", content), name


class Walk(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attributes]

    def handle_data(self, data: str) -> None:
        self.text += data


def walked(text: str) -> Walk:
    walk = Walk()
    walk.feed(text)
    walk.close()
    assert set(walk.tags) <= set(TAGS)
    assert [name for name, _ in walk.attributes if name.startswith("on")] == []
    links = [
        value for name, value in walk.attributes if name in ("href", "src", "action", "xlink:href", "srcset")
    ]
    assert [
        link for link in links if re.match(r"\s*(javascript|vbscript|data:text)", link, re.IGNORECASE)
    ] == []
    return walk


def test_pages_hold_texts_and_no_markup_of_others(painted: Paths, toy_done: Paths) -> None:
    page, usual = (walked(paths.report.read_text("utf-8")) for paths in (painted, toy_done))
    for tag in ("script", "style", "html", "body"):
        assert page.tags.count(tag) == usual.tags.count(tag)
    for label in MARKUP:
        assert " ".join(label.split()) in " ".join(page.text.split()), label
    walked(painted.findings.read_text("utf-8"))


def test_pictures_hold_texts_and_no_markup_of_others(painted: Paths) -> None:
    pictures = sorted(painted.figures.glob("*.svg"))
    assert len(pictures) == 5
    for path in pictures:
        root = ElementTree.fromstring(path.read_bytes())  # noqa: S314
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {
            "svg",
            "title",
            "desc",
            "style",
            "defs",
            "g",
            "path",
            "text",
            "tspan",
            "use",
            "clipPath",
            "rect",
        }
        for element in root.iter():
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                if name.endswith("href"):
                    assert value.startswith("#")
        texts = " ".join(root.itertext())
        assert ("alert(2)" in texts) == ("dots" in path.name)
        # mathematics is not set: it stands there as it was written
        assert ("$\\frac{1}{0}$" in texts) == ("dots" in path.name)
    assert b"/JavaScript" not in painted.figure_book.read_bytes()
    assert b"/URI" not in painted.figure_book.read_bytes()


@pytest.mark.parametrize(
    "exhibit", ["eranked_bars", "eranked_dots", "epublished_bars", "esegment_panels", "etable"]
)
def test_pasted_tables_are_escaped(exhibit: str, painted: Paths) -> None:
    told = {}
    for form in ("latex", "markdown", "html"):
        code, told[form] = command(painted.root, "table", exhibit, "--as", form, "--survey", "toy")
        assert code == 0
        assert not re.search(r"[\x00-\x08\x0b-\x1f]", told[form])
    assert told["latex"].count(r"\end{table}") == told["latex"].count(r"\begin{table}") == 1
    assert r"\input" not in told["latex"]
    assert not re.search(r"(?<!\\)[%#]", told["latex"])
    assert not re.search(r"<(?!br>)[a-z!/?]", told["markdown"], re.IGNORECASE)
    assert "](" not in told["markdown"]
    rows = [line for line in told["markdown"].splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in rows}) == 1
    walked(told["html"])


def test_the_codebook_is_escaped(painted: Paths) -> None:
    text = painted.codebook.read_text("utf-8")
    assert "alert(2)" in text
    assert not re.search(r"<[a-z!/?]", text, re.IGNORECASE)
    assert "](" not in text
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "alert(2)" in page
    tags = set(re.findall(r"<([a-z0-9!?]+)", page))
    assert tags <= {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "strong"}, tags


def test_texts_of_respondents_do_not_steer_the_terminal(painted: Paths) -> None:
    code, said = command(painted.root, "sql", "select * from texts limit 3", "--survey", "toy")
    assert code == 0
    assert "\x1b" not in said
    assert r"=\x1b[31mtext" in said
    code, said = command(painted.root, "sql", "select error(text) from texts", "--survey", "toy")
    assert code == 1
    assert r"=\x1b[31mtext" in said
    assert "\x1b" not in said
    for words in ("show f", "show m", "show s --by b", "headlines", "explain eranked_dots m1"):
        code, said = command(painted.root, *words.split(), "--survey", "toy")
        assert code == 0, said
        assert "\x1b" not in said


def test_a_label_read_from_an_export_steers_nothing(toy: Paths) -> None:

    survey = toy.raw / "survey.toml"
    survey.write_text(
        survey.read_text().replace('"Are you involved?"', '"Are you…"').replace('yes = "Yes"', 'yes = "Ye…"')
    )
    for name in ("first.csv", "second.csv"):
        export = toy.raw / name
        text = export.read_text().replace("Are you involved?", "Are you \x1b[31m\u202einvolved?")
        export.write_text(text.replace("Yes", "Ye\x07s"))
    run_to(toy, tables)
    written = "".join(path.read_text("utf-8") for path in toy.tables.rglob("*.csv"))
    assert "Are you [31minvolved?" in written
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", written)
