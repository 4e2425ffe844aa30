"""What each room may not do, read off the source: imports go down only, only normalise builds the database,
only estimates are shares, charts get a DataFrame, one module writes files and one spells folders."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from projects import ROOT

PACKAGE = ROOT / "pipeline"
SOURCES = {str(path.relative_to(PACKAGE)): path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}


@functools.cache
def imports(name: str) -> set[str]:
    """Every module that a module imports, at its top or in a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(SOURCES[name])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def users(module: str) -> set[str]:
    return {name for name in SOURCES if module in imports(name)}


# who may import whom: those on a line import only from the lines above it
FLOORS = [
    ["text", "stats"],
    ["project"],
    ["tidy"],
    ["exports"],
    ["charts", "declarations"],
    ["answers", "disclosure", "pages"],
    ["database"],
    ["spark"],
    ["estimates"],
    ["exhibits"],
    ["receipts"],
    ["ingest", "normalise", "tables", "figures", "report", "explore"],
    ["synthetic", "public", "commands"],
    ["drafting"],
    ["cli"],
    ["", "__main__"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room(name: str) -> str:
    """The room of a module: its folder in the package, or itself where it stands on the doorstep."""
    return name.removesuffix(".py").partition("/")[0].removesuffix("__init__")


def arrows() -> set[tuple[str, str]]:
    """Which room imports from which other."""
    found = set()
    for name in SOURCES:
        for module in imports(name):
            parts = module.split(".")
            if parts[0] == "pipeline" and len(parts) > 1 and parts[1] in FLOOR and parts[1] != room(name):
                found.add((room(name), parts[1]))
    return found


def test_the_scan_sees_the_package() -> None:
    assert len(SOURCES) > 150
    assert "pipeline.disclosure.flags" in imports("estimates/formulas.py")
    assert ("estimates", "disclosure") in arrows()


def test_every_room_has_its_floor() -> None:
    assert {room(name) for name in SOURCES} == set(FLOOR)


def test_imports_go_down_only() -> None:
    assert len(arrows()) > 100
    assert [(upper, lower) for upper, lower in arrows() if FLOOR[lower] >= FLOOR[upper]] == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    modules = {
        f"pipeline.{name.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__"): name
        for name in SOURCES
    }
    known: dict[str, set[str]] = {}

    def below(module: str, way: tuple[str, ...]) -> set[str]:
        assert module not in way, " → ".join((*way, module))
        if module not in known:
            own = {other for other in imports(modules[module]) if other in modules} - {module}
            if module == "pipeline":  # its door to the notebooks is opened in a function
                own = set()
            known[module] = own.union(*(below(other, (*way, module)) for other in own), set())
        return known[module]

    assert sum(len(below(module, ())) for module in modules) > 1000


SCHEMA = (PACKAGE / "database" / "schema.sql").read_text(encoding="utf-8")
# where tables of the database may be named; everybody else reads views, or what these return
INSIDE = ("database/", "estimates/sql/", "estimates/count.py", "spark/")


def texts_of(path: Path) -> list[str]:
    """A statement without its comments, or the texts of a module that are no documentation."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return [re.sub(r"--.*", "", source)]
    tree = ast.parse(source)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]


def naming_tables() -> dict[str, list[str]]:
    """The files of the package that name a table of the database, with the texts that do."""
    tables = re.findall(r"create (?:temp )?table (?:coded\.)?(\w+)", SCHEMA)
    views = {path.stem for path in (PACKAGE / "database" / "sql" / "views").glob("*.sql")}
    assert {"answers", "slots", "all_answers"} <= set(tables) and "answers" in views
    physical = "|".join([*sorted(set(tables) - views), "domain", "sums", "counted_questions"])
    named = re.compile(rf"\bcoded\.|'coded'|\b(?:from|join|into|update|table) (?:{physical})\b")
    found = {}
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.sql")]:
        if texts := [text for text in texts_of(path) if named.search(text)]:
            found[str(path.relative_to(PACKAGE))] = texts
    return found


def test_tables_of_the_database_are_named_by_it_and_by_counting_alone() -> None:
    found = naming_tables()
    inside = {name for name in found if name.startswith(INSIDE)}
    assert len(inside) > 50
    assert {"database/schema.sql", "database/load.py", "estimates/count.py"} <= inside
    assert {name: texts for name, texts in found.items() if name not in inside} == {}


def test_no_temporary_table_or_view_is_left_for_another_caller() -> None:
    makes = re.compile(r"\btemp (table|view)\b")
    # that of an export is gone with the connection, which is opened for one file; Spark's are those of sql.py
    assert {name for name, source in SOURCES.items() if makes.search(source)} == {
        "exports/parquet.py",
        "project/sql.py",
        "spark/engine.py",
    }
    statements = [path.read_text(encoding="utf-8") for path in PACKAGE.glob("*/sql/**/*.sql")]
    assert len(statements) > 60
    assert not any(makes.search(re.sub(r"--.*", "", text)) for text in statements)


DUCKDB = {
    "answers/waves.py",
    "commands/check.py",
    "commands/sql.py",
    "drafting/look.py",
    "ingest.py",
    "normalise.py",
    "project/memory.py",
    "project/sql.py",
    "public/bundle.py",
    "synthetic/export.py",
}


def test_only_these_know_duckdb() -> None:
    rooms = ("exports/", "database/", "spark/", "estimates/", "exhibits/")
    assert {name for name in users("duckdb") if not name.startswith(rooms)} == DUCKDB


def test_only_the_readers_of_cells_know_polars() -> None:
    assert users("polars") == {"exports/cells.py", "exports/regular.py"}


def test_only_normalise_builds_the_database() -> None:
    opened = [
        (name, line.strip())
        for name, source in SOURCES.items()
        for line in source.splitlines()
        if "duckdb.connect(" in line
    ]
    writing = [
        name for name, line in opened if "read_only=True" not in line and "duckdb.connect()" not in line
    ]
    assert len(opened) > 2
    assert writing == ["normalise.py"]


def test_only_estimates_compute_shares() -> None:
    # by the run, and what notebooks open
    outside = {
        module: {name for name in users(f"pipeline.estimates.{module}") if not name.startswith("estimates/")}
        for module in ("domain_estimates", "count")
    }
    assert outside["domain_estimates"] == {"explore.py"}
    # exhibits and receipts get sums of a domain that no estimate holds
    assert outside["count"] == {"exhibits/run.py", "exhibits/source.py", "explore.py", "receipts/row.py"}
    computing = {"estimates/formulas.py"}
    # these ask for names and the confidence level, and for no formula; a receipt for the size that was taken
    naming = {
        "declarations/questionnaire.py",
        "pages/notes.py",
        "receipts/derivation.py",
        "tidy/document.py",
        "tidy/marks.py",
        "tidy/tables.py",
    }
    formulas = {"estimates/tests.py", "exhibits/published.py"}
    assert users("pipeline.stats.intervals") == computing | naming
    others = {name for name in users("pipeline.stats.limits") if not name.startswith("stats/")}
    assert others == {"estimates/formulas.py", "pages/notes.py", "receipts/derivation.py", *formulas}
    assert users("pipeline.stats.differences") == {"estimates/tests.py"}
    allowed = {name: {"Method", "NAMES", "CONFIDENCE"} for name in naming}
    allowed["receipts/derivation.py"] = {"NAMES", "methods", "CONFIDENCE", "Estimate"}
    allowed["tidy/document.py"] = {"methods"}
    for name in naming:
        for line in SOURCES[name].splitlines():
            if line.startswith(("from pipeline.stats.intervals import", "from pipeline.stats.limits import")):
                assert set(line.partition("import ")[2].split(", ")) <= allowed[name]


@pytest.mark.parametrize("name", [*sorted(n for n in SOURCES if n.startswith("charts/")), "figures.py"])
def test_charts_get_a_dataframe_and_no_more(name: str) -> None:
    for forbidden in ("duckdb", "pipeline.estimates", "pipeline.database", "pipeline.declarations"):
        assert not any(module.startswith(forbidden) for module in imports(name))
    if name.startswith("charts/"):
        assert "read_csv" not in SOURCES[name]
        assert ("savefig" in SOURCES[name]) == (name == "charts/figure_files.py")


@pytest.mark.parametrize("name", [*sorted(n for n in SOURCES if n.startswith("pages/")), "report.py"])
def test_what_prints_tables_computes_none(name: str) -> None:
    for forbidden in (
        "duckdb",
        "numpy",
        "scipy",
        "pipeline.estimates",
        "pipeline.database",
        "pipeline.exhibits.run",
    ):
        assert not any(module.startswith(forbidden) for module in imports(name))


def test_every_chart_has_the_same_signature() -> None:
    kinds = [n for n in SOURCES if n.startswith("charts/kinds/") and "def draw(" in SOURCES[n]]
    assert len(kinds) == 14
    for name in kinds:
        assert "def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:" in SOURCES[name]


def test_only_one_module_writes_files() -> None:
    writing = re.compile(
        r"\.write_(text|bytes)\(|\.unlink\(|\.rename\((?!columns)|\.replace\((path|target)|\bopen\([^)]*[\"'][wax]"
    )
    assert writing.search(SOURCES["project/files.py"])
    others = {name for name, source in SOURCES.items() if writing.search(source)} - {"project/files.py"}
    # these fill the temporary file that files.aside gave them, and one asks the system for a number
    assert others == {"commands/fetch.py", "synthetic/export.py", "project/progress.py"}
    assert (
        SOURCES["project/progress.py"].count(".write_text(")
        == 1
        == SOURCES["project/progress.py"].count("clear_refs")
    )
    aside = ("normalise.py", "commands/fetch.py", "synthetic/synthesise.py")
    assert all("files.aside(" in SOURCES[name] for name in aside)


def test_only_one_module_spells_folders() -> None:
    spelt = re.compile(r"[\"'](raw|outputs|interim|frequencies)[\"']")
    assert spelt.search(SOURCES["project/paths.py"])
    assert {name for name, source in SOURCES.items() if spelt.search(source)} == {"project/paths.py"}


def test_no_year_is_written_into_the_package() -> None:
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.sql"), *PACKAGE.rglob("*.j2")]
    assert len(files) > 50
    # an XML namespace has one in its name
    years = [
        f"{path.name}: {line.strip()}"
        for path in files
        for line in path.read_text().splitlines()
        if re.search(r"\b20[0-9]{2}\b", line) and "http://www.w3.org" not in line
    ]
    assert years == []


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*/sql/**/*.sql")), ids=lambda path: path.stem)
def test_a_statement_has_its_header_and_is_alone(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("-- ")
    assert lines[1].startswith("-- ")
    assert not lines[2].startswith("--")
    body = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    assert ";" not in body
    # what goes into a table needs no order, nor does what statements read; what Python reads has one
    unordered = re.search(r"^(insert into |delete from |update |create view coded\.)", body, re.MULTILINE)
    if not unordered and "Made into the temporary table" not in lines[1]:
        assert "order by" in body


def test_whatever_the_code_imports_is_installed_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=]", line)[0].lower() for line in project["dependencies"]}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    imported = {module.partition(".")[0] for name in SOURCES for module in imports(name)}
    foreign = imported - sys.stdlib_module_names - {"pipeline"}
    assert {"duckdb", "pyreadstat", "requests"} < foreign
    from_where = importlib.metadata.packages_distributions()
    # of the extra, which only who counts on Spark installs
    extra = {"sqlglot", "pyspark", "pyarrow", "py4j"}
    using = {
        name
        for name in SOURCES
        if extra & {module.partition(".")[0] for module in imports(name)} and not name.startswith("spark/")
    }
    assert using == {"__init__.py", "explore.py"}
    assert {"spark/engine.py", "spark/translation.py"} <= {
        name for name in SOURCES if "sqlglot" in imports(name)
    }
    for module in foreign - extra:
        assert locked & {name.lower().replace("_", "-") for name in from_where[module]}, module
    assert declared <= locked


def test_no_message_and_no_page_names_a_package_that_nobody_published() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    texts = [*SOURCES.values(), *(page.read_text(encoding="utf-8") for page in pages)]
    assert len(pages) > 10 and len(SOURCES) > 100
    assert not any(re.search(r"pip3? install|survey-pipeline\[", text) for text in texts)


def _without_encoding(source: str) -> tuple[int, list[int]]:
    """How many calls read or write text, and the lines of those that leave its encoding to the locale."""
    seen, lines = 0, []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        said = {word.arg: ast.unparse(word.value) for word in call.keywords}
        given = [ast.unparse(argument) for argument in call.args]
        if name in ("read_text", "write_text"):
            text, places = True, 1 if name == "read_text" else 2
        elif name in ("open", "TemporaryFile", "NamedTemporaryFile", "fdopen"):
            binary = any(re.fullmatch("'[rwxa+]*b[rwxa+]*'", mode) for mode in (*given, said.get("mode", "")))
            # of a path or by itself; os.open, what opens a survey and the member of an archive take no text
            owner = ast.unparse(getattr(call.func, "value", ast.Name("")))
            bytes_alone = owner in ("os", "places") or owner.endswith("archive")
            text, places = not binary and not bytes_alone, 9
        elif name in ("run", "Popen", "check_output", "check_call"):
            text, places = bool({"text", "universal_newlines", "encoding"} & set(said)), 99
        else:
            continue
        seen += text
        if text and "encoding" not in said and len(given) < places:
            lines.append(call.lineno)
    return seen, lines


def test_no_text_is_read_or_written_in_the_encoding_of_the_locale() -> None:
    wrong = 'open("x"); path.open("w"); path.read_text(); path.write_text("x"); run(["git"], text=True)'
    right = 'path.open("wb"); path.open(encoding=e); path.read_text("utf-8"); run(["git"]); os.open(p, 0)'
    assert _without_encoding(wrong) == (5, [1] * 5)
    assert _without_encoding(right)[1] == []
    sources = [
        path for part in ("pipeline", "benchmarks", "notebooks") for path in (ROOT / part).rglob("*.py")
    ]
    found = {path: _without_encoding(path.read_text(encoding="utf-8")) for path in sources}
    assert sum(seen for seen, _ in found.values()) > 20
    assert [(path, lines) for path, (_, lines) in found.items() if lines] == []
