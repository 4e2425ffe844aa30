"""Every file of the package is code: where one changes `make` runs, and the manifest has another hash."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from projects import ROOT, few_of, make_environment

from pipeline.cli import STAGES
from pipeline.project import code
from pipeline.project.paths import Paths

PACKAGE = ROOT / "pipeline"
KINDS = (".py", ".sql", ".j2", ".css", ".ttf")
CODE = sorted(
    str(path.relative_to(PACKAGE))
    for path in PACKAGE.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)


# one file of each kind at each depth
SOME = sorted({(Path(name).suffix, name.count("/")): name for name in CODE}.values())

each = pytest.mark.parametrize("names", few_of([SOME, CODE], 1), ids=["some", "all"])


def planned(paths: Paths) -> list[str]:
    """The stages that `make` would run, where no content changed that it holds against what it remembers."""
    unchanged = ["raw.sum", "declared.sum", "normalised.md5", "tables.sum", "figures.sum", "draft"]
    old = [word for name in unchanged for word in ("-o", f"outputs/toy/interim/{name}")]
    stamps = [f"outputs/toy/interim/{stage}.stamp" for stage in STAGES]
    run = subprocess.run(
        ["make", "-n", *old, *stamps], cwd=paths.root,
        env=make_environment(paths.root), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return re.findall(r"bin/survey (\w+)", run.stdout)


def test_all_that_the_package_holds_is_known() -> None:
    assert {Path(name).suffix for name in CODE} >= {*KINDS}
    others = [name for name in CODE if not name.endswith(KINDS)]
    assert others == ["charts/fonts/LICENSE.txt", "py.typed"]
    assert max(name.count("/") for name in CODE) >= 2


@each
def test_make_runs_every_stage_again_for_every_file_of_the_code(names: list[str], remade: Paths) -> None:
    assert planned(remade) == []
    missed = {}
    for name in names:
        path = remade.root / "pipeline" / name
        before = path.stat()
        os.utime(path)
        stages = planned(remade)
        if stages != (list(STAGES) if name.endswith(KINDS) else []):
            missed[name] = stages
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert missed == {}
    assert planned(remade) == []


@each
def test_the_manifest_tells_every_file_of_the_code(names: list[str], remade: Paths) -> None:
    package = remade.root / "pipeline"
    here = code.code_hash()
    assert code.code_hash(package=package) == here
    seen = {here}
    for name in names:
        path = package / name
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        now = code.code_hash(package=package)
        assert (now in seen) is not name.endswith(KINDS), name
        seen.add(now)
        path.write_bytes(content)
    assert len(seen) == 1 + len([name for name in names if name.endswith(KINDS)])
    assert code.code_hash(package=package) == here
