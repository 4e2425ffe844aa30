"""Every file of the package is code: where one changes `make` runs, and the manifest has another hash."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from projects import ROOT, few_of

from pipeline.cli import STAGES
from pipeline.project import code, record
from pipeline.project.paths import Paths
from pipeline.project.rebuild import Rebuild

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
    """The stages that `make` would run; none where it is told that there is nothing to do."""
    package = paths.root / "pipeline"
    rebuild = Rebuild(paths, package=package)
    rebuild._libraries = record.read(str(paths.record)).libraries  # those of the project's environment
    stages = [stage for stage in STAGES if not rebuild.is_current(stage)]
    asked = subprocess.run(
        [paths.root / ".venv" / "bin" / "python", "-I", "-S", package / "project" / "record.py", paths.raw,
         paths.outputs, paths.record],
        check=False,
    )  # fmt: skip
    assert asked.returncode == bool(stages)
    return stages


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
        content, times = path.read_bytes(), path.stat()
        path.write_bytes(content + b"\n")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        stages = planned(remade)
        if stages != (list(STAGES) if name.endswith(KINDS) else []):
            missed[name] = stages
        path.write_bytes(content)
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
