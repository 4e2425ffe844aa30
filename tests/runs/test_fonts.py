"""Runs of a survey whose figures need the system's fonts: what is told, noted, and drawn again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from projects import ROOT, command

from pipeline.charts import faces
from pipeline.pages.manifest import verify_manifest
from pipeline.project import record
from pipeline.project.paths import Paths

OURS = {"OpenSans-Bold.ttf", "OpenSans-Regular.ttf"}


def run(paths: Paths) -> tuple[list[str], str]:
    """The stages that `survey all` runs, and everything that is told."""
    code, told = command(paths.root, "all", "--survey", "toy")
    assert code == 0, told
    return re.findall(r"^([a-z]+) +toy ", told, re.MULTILINE), told


def is_done(paths: Paths) -> bool:
    """Whether `make all` would find nothing to do."""
    return record.is_done(str(paths.raw), str(paths.outputs), str(paths.record))


def set_in(paths: Paths) -> set[str]:
    """The font files that the manifest names."""
    named = json.loads(paths.manifest.read_text("utf-8"))["faces"]
    assert all(faces.hash_of(faces.file_named(name) or Path()) == of["sha256"] for name, of in named.items())
    return set(named)


def test_figures_show_codes_until_a_font_comes(
    toy_copy: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cjk: Path
) -> None:
    monkeypatch.setattr(record, "_FRESH", 0)
    fonts = tmp_path / "fonts"
    monkeypatch.setattr(faces, "FOLDERS", (str(fonts / "none"), str(fonts)))
    run(toy_copy)
    assert set_in(toy_copy) == OURS
    assert "\nfont\t" not in toy_copy.record.read_text("ascii")
    # a label that nobody's export has
    report = toy_copy.raw / "report.toml"
    declared = report.read_text("utf-8").replace('"What people use"', '"カ of people"')
    report.write_text(declared, "utf-8")
    line = declared[: declared.index("カ")].count("\n") + 1
    code = "shows its code for U+30AB (KATAKANA LETTER KA): no font here has it"
    assert (
        f"report.toml:{line}: a figure of it {code}" in command(toy_copy.root, "check", "--survey", "toy")[1]
    )
    stages, told = run(toy_copy)
    assert stages == ["tables", "figures", "report"]
    assert f"figure 'uses' {code}" in told
    assert ">U+30AB of people<" in (toy_copy.figures / "uses.svg").read_text("utf-8")
    assert "\nfont\t" in toy_copy.record.read_text("ascii")
    assert set_in(toy_copy) == OURS
    assert is_done(toy_copy)
    # the manifest cannot tell which fonts were not there
    fonts.mkdir()
    bold = cjk.with_name("NotoSansCJK-Bold.ttc")
    (fonts / bold.name).write_bytes(bold.read_bytes())
    (fonts / cjk.name).write_bytes(cjk.read_bytes())
    assert not is_done(toy_copy)
    monkeypatch.setattr(faces, "FOLDERS", (str(fonts / "none"), f"{fonts}/"))
    stages, told = run(toy_copy)
    assert (stages, "U+30AB" in told) == (["figures", "report"], False)
    assert "1 drawn" in told
    assert set_in(toy_copy) == OURS | {bold.name}
    assert is_done(toy_copy)
    assert [line for line in verify_manifest(toy_copy) if line.startswith("face")] == []
    assert "U+30AB" not in command(toy_copy.root, "check", "--survey", "toy")[1]
    # a font that is touched is looked at again, and one with other bytes draws what is set in it
    (fonts / bold.name).touch()
    assert not is_done(toy_copy)
    assert "0 drawn" in run(toy_copy)[1]
    assert is_done(toy_copy)
    (fonts / bold.name).write_bytes(bold.read_bytes() + b"\0")
    changed = [line for line in verify_manifest(toy_copy) if line.startswith("face")]
    assert changed == [f"face {bold.name}: has changed"]
    assert "1 drawn" in run(toy_copy)[1]
    (fonts / bold.name).unlink()
    assert not is_done(toy_copy)


def test_the_committed_figures_are_set_in_our_own_faces() -> None:
    """The figures of another system, with other fonts, are then the same."""
    drawn = sorted(Paths(ROOT, "open-source-ai").figures.glob("*.svg"))
    assert len(drawn) > 20
    families = {
        family
        for path in drawn
        for family in re.findall("@font-face{font-family:'([^']+)'", path.read_text("utf-8"))
    }
    assert families == {"Open Sans"}
    manifest = Paths(ROOT, "open-source-ai").manifest
    if manifest.is_file():
        # it is not committed, but there where the survey has been run
        ours = {face.path.name for bold in (False, True) for face in faces.packaged(bold)}
        assert set(json.loads(manifest.read_text("utf-8"))["faces"]) <= ours
