"""What the tests share: surveys with every stage run, and the real exports where they are at hand."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import shared
from projects import OSPO_TEXT, REAL, copy_of, make, make_folder, make_project, ospo, run_all, stages

from pipeline.charts import faces
from pipeline.exhibits.run import Run, opened
from pipeline.project import paths as places
from pipeline.project.paths import Paths

# as a user's pandas keeps strings: only the development tools bring pyarrow, with which it does otherwise
pd.set_option("mode.string_storage", "python")

# `make viewers` and `make spark` run these: they need Chromium, axe-core and LibreOffice, and Spark
collect_ignore = [
    name for name, wants in {"viewers": "AXE", "spark": "SPARK"}.items() if wants not in os.environ
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the real OSPO survey, of three waves, is slow by its nature."""
    for item in items:
        if "ospo_done" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Iterator[None]:
    """Remember the files of every survey that more than one test gets."""
    value = yield
    paths = getattr(value, "paths", value)
    if fixturedef.scope != "function" and isinstance(paths, Paths):
        shared.keep(fixturedef.argname, paths.root)
    else:
        shared.forget(fixturedef.argname)
    return value


@pytest.fixture(autouse=True)
def leaves_shared_surveys_as_they_are(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that changes a survey which others read fails; it wants a copy."""
    yield
    changed = {name: files for name in request.fixturenames if (files := shared.changed(name))}
    assert changed == {}


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A copy for this process of a folder that the first process of a run to ask for it fills."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def folder(name: str, fill: Callable[[Path], None]) -> Path:
        path, filled = base / f"{name}.once", base / f"{name}.filled"
        with (base / f"{name}.lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not filled.exists():
                path.mkdir()
                fill(path)
                filled.touch()
        return Path(shutil.copytree(path, tmp_path_factory.mktemp(name) / name, symlinks=True))

    return folder


@pytest.fixture(scope="session")
def made(once: Once) -> Paths:
    """The folder of `make_folder` after `make all`; copy it, do not change it."""

    def fill(folder: Path) -> None:
        assert len(stages(make(make_folder(folder).root, "all"))) == 5

    return places.find("toy", once("made", fill))


@pytest.fixture
def remade(made: Paths, tmp_path: Path) -> Paths:
    """A copy of `made` with all its dates, to change."""
    return copy_of(made, tmp_path / "remade")


@pytest.fixture
def toy(tmp_path: Path) -> Paths:
    """The toy survey in a project of its own, nothing run yet."""
    return make_project(tmp_path)


@pytest.fixture(scope="session")
def toy_done(once: Once) -> Paths:
    """The toy survey with every stage run; read it, do not change it."""
    return places.find("toy", once("toy_done", lambda folder: run_all(make_project(folder))))


@pytest.fixture
def toy_copy(toy_done: Paths, tmp_path: Path) -> Paths:
    """The toy survey with every stage run, to change."""
    return copy_of(toy_done, tmp_path)


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """The path of a real export by its name; skips where the exports are not at hand."""

    def find(name: str) -> Path:
        path = REAL / name
        if not path.is_file():
            if os.environ.get("SURVEY_DATA_REQUIRED"):
                pytest.fail(f"{name} is missing, and this run may not skip it")
            pytest.skip(f"the real export {name} is not at hand; set SURVEY_DATA to its folder")
        return path

    return find


@pytest.fixture
def cjk(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Noto's Chinese, Japanese and Korean, the system's only font; skips where it is not installed."""
    path = faces.file_named("NotoSansCJK-Regular.ttc")
    if path is None:
        if os.environ.get("FONTS_REQUIRED"):
            pytest.fail("NotoSansCJK-Regular.ttc is missing, and this run may not skip it")
        pytest.skip("NotoSansCJK-Regular.ttc is not installed (Debian has it in fonts-noto-cjk)")
    monkeypatch.setattr(faces, "FOLDERS", (str(path.parent),))
    return path


@pytest.fixture(scope="session")
def ospo_done(real: Callable[[str], Path], once: Once) -> Paths:
    """The OSPO survey up to its tables; read it, do not change it."""
    export = real(OSPO_TEXT)

    def fill(folder: Path) -> None:
        ospo(folder, export)

    return places.find("ospo", once("ospo_done", fill))


@pytest.fixture
def opened_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All receipts of a test are made from one opened run, whose estimates are made once."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def run(paths: Paths) -> Run:
            return stack.enter_context(opened(paths))

        monkeypatch.setattr(
            "pipeline.commands.explain.opened", lambda paths: contextlib.nullcontext(run(paths))
        )
        yield
