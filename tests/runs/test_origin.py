"""What the database was made from: whatever makes it counts, and what says nothing does not."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from projects import ROOT, command, make_project

from pipeline import open_survey
from pipeline.database import origin
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths

PACKAGE = ROOT / "pipeline"
NEWER = (
    "survey.toml, a wave file or the pipeline is newer than outputs/toy/survey.duckdb; "
    "run: survey normalise --survey toy"
)
# runs the two stages, and says which modules were loaded and which statements were read
WATCH = """
import json, sys
read = set()
sys.addaudithook(lambda event, words: read.add(str(words[0])) if event == "open" else None)
from pathlib import Path
from pipeline import normalise as stage
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project import paths
stage.origin = lambda paths, known: {"nothing": ""}
toy = paths.find("toy", Path.cwd())
ingest(toy)
normalise(toy)
modules = [module.__file__ for name, module in sys.modules.items() if name.split(".")[0] == "pipeline"]
print(json.dumps([modules, [name for name in read if name.endswith(".sql")]]))
"""


@pytest.fixture
def normalised(toy: Paths) -> Paths:
    ingest(toy)
    normalise(toy)
    return toy


def test_every_module_and_statement_that_the_stages_use_counts(toy: Paths) -> None:
    told = subprocess.run(
        [sys.executable, "-c", WATCH], cwd=toy.root, capture_output=True, text=True, check=True
    ).stdout
    modules, statements = json.loads(told)
    assert len(modules) > 30
    assert len(statements) > 30
    counted = {str(path) for path, _ in origin.counted(PACKAGE)}
    assert {*modules, *statements} - counted == {str(PACKAGE / "__init__.py")}
    later = {str(PACKAGE / name) for name in ("tables.py", "figures.py", "estimates/sql/sums.sql")}
    assert not later & counted
    assert all(Path(path).is_file() for path in later)


def code(package: Path) -> list[str]:
    return [said for _, said in origin.counted(package)]


def documented_otherwise(text: str) -> str:
    """A module with other docstrings, and a comment above every function."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            within = slice(node.lineno - 1, node.end_lineno)
            own = [" " * node.col_offset + '"""Otherwise."""']
            lines[within] = own + [""] * (len(lines[within]) - 1)
    return re.sub(r"^( *)def ", r"\n\1# a comment\n\n\1def ", "\n".join(lines), flags=re.MULTILINE)


def test_what_says_nothing_does_not_count(tmp_path: Path) -> None:
    package = Path(shutil.copytree(PACKAGE, tmp_path / "pipeline"))
    before = code(package)
    for path in package.rglob("*.py"):
        path.write_text(documented_otherwise(path.read_text()))
    for path in package.rglob("*.sql"):
        path.write_text(f"-- a comment\n{path.read_text()} /* and\nanother */\n".replace("\n", "\n  "))
    assert "Otherwise." in (package / "normalise.py").read_text()
    assert code(package) == before
    words = package / "text" / "folding.py"
    words.write_text(f"{words.read_text()}\n\ndef new() -> None:\n    pass\n")
    new = code(package)
    assert new != before
    words.write_text(words.read_text().replace("    pass", '    """Documented."""\n    pass'))
    assert code(package) == new


@pytest.mark.parametrize(
    ("name", "before", "after", "counts"),
    [
        ("database/checks.py", "_SAME_WORDING = 0.6", "_SAME_WORDING = 0.7", True),
        ("ingest.py", "if received and (rows", "if not received and (rows", True),
        ("answers/kinds/grid.py", "return", "return None or", True),
        ("exports/tools/flat.py", "return", "return None or", True),
        ("stats/raking.py", "return", "return None or", True),
        ("database/sql/states.sql", "select", "select distinct", True),
        ("database/schema.sql", "uinteger", "ubigint", True),
        ("database/quality_rules/speeder.py", "select", "select distinct", True),
        ("database/sql/checks/one_item_a_place.sql", "select", "select distinct", True),
        ("database/sql/views/waves.sql", "select", "select distinct", True),
        ("estimates/sql/sums.sql", "select", "select distinct", False),
        ("exhibits/run.py", "_MOST_LISTED = 5", "_MOST_LISTED = 6", False),
        ("charts/colours.py", 'INK = "#1A1A1A"', 'INK = "#1A1A1B"', False),
        ("pages/templates/page.css", "{", "{ ", False),
    ],
)
def test_code_counts_where_it_makes_the_database(
    name: str, before: str, after: str, counts: bool, tmp_path: Path
) -> None:
    package = Path(shutil.copytree(PACKAGE, tmp_path / "pipeline"))
    path = package / name
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))
    paths = make_project(tmp_path)
    now, then = origin.origin(paths, package=package), origin.origin(paths)
    assert origin.is_current(then, now) is not counts


def test_white_space_within_a_text_of_sql_counts(tmp_path: Path) -> None:
    package = Path(shutil.copytree(PACKAGE, tmp_path / "pipeline"))
    said = []
    for text in (
        "'a b' as \"x -- y\"",
        "'a  b' as \"x -- y\"",
        "'a b' as   \"x -- y\" -- b",
        "'a b' as \"x\"",
    ):
        (package / "database" / "sql" / "texts.sql").write_text(f"select {text}")
        said.append(dict(origin.counted(package))[package / "database" / "sql" / "texts.sql"])
    assert said == [
        "select 'a b' as \"x -- y\"",
        "select 'a  b' as \"x -- y\"",
        said[0],
        "select 'a b' as \"x\"",
    ]


def test_code_is_not_read_again_where_no_byte_of_it_changed(
    normalised: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = origin.origin(normalised)

    def read(package: Path, hash_: str) -> str:
        raise AssertionError

    monkeypatch.setattr(origin, "_code", read)
    assert origin.origin(normalised, known) == known
    with pytest.raises(AssertionError):
        origin.origin(normalised, known | {"bytes of the code": "others"})


def newer_code(paths: Paths) -> None:
    with duckdb.connect(str(paths.database)) as connection:
        connection.execute(
            "update coded.origins set sha256 = 'other' where name in ('code', 'bytes of the code')"
        )


def older_pipeline(paths: Paths) -> None:
    with duckdb.connect(str(paths.database)) as connection:
        connection.execute("drop table coded.origins")


def other_cells(paths: Paths) -> None:
    export = paths.raw / "first.csv"
    export.write_text(export.read_text().replace("a11;Yes;1;Data", "a11;Yes;N;Data"))
    ingest(paths)


def comment(paths: Paths) -> None:
    (paths.raw / "second.toml").write_text((paths.raw / "second.toml").read_text() + "\n# a comment\n")


@pytest.mark.parametrize("change", [newer_code, older_pipeline, other_cells, comment])
def test_a_database_that_is_not_up_to_date_is_refused(change: object, normalised: Paths) -> None:
    assert callable(change)
    change(normalised)
    for words in (["tables"], ["show", "uses"], ["sql", "select 1"], ["export", "parquet"]):
        assert command(normalised.root, *words, "--survey", "toy") == (1, f"{NEWER}\n")
    with pytest.raises(SurveyError) as told:
        open_survey("toy", normalised.root)
    assert str(told.value) == NEWER
    normalise(normalised)
    assert command(normalised.root, "sql", "select 1", "--survey", "toy")[0] == 0


def test_who_has_no_cells_may_read_the_database(normalised: Paths) -> None:
    shutil.rmtree(normalised.interim)
    assert command(normalised.root, "sql", "select 1", "--survey", "toy")[0] == 0
    (normalised.raw / "first.toml").unlink()
    assert command(normalised.root, "sql", "select 1", "--survey", "toy") == (1, f"{NEWER}\n")
