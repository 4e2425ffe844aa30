"""Provenance: the manifest names everything that went in and came out, and tells what changed since."""

from __future__ import annotations

import hashlib
import json

import pytest
from projects import run_all, survey_command

from pipeline.pages import manifest as module
from pipeline.pages.manifest import verify_manifest
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read


def test_the_manifest_names_inputs_flow_and_outputs(toy_done: Paths) -> None:
    told = json.loads(toy_done.manifest.read_text())
    assert set(told["inputs"]) == {path.name for path in toy_done.raw.iterdir()}
    for name, own in told["inputs"].items():
        assert own["sha256"] == hashlib.sha256((toy_done.raw / name).read_bytes()).hexdigest()
    assert told["inputs"]["second.csv"]["wave"] == "second"
    assert told["inputs"]["second.csv"]["synthetic"] == "yes"
    outputs = {
        str(path.relative_to(toy_done.outputs)) for path in toy_done.outputs.rglob("*") if path.is_file()
    }
    kept = {name for name in outputs if not name.startswith("interim/")}
    # another test may have verified meanwhile
    assert set(told["made"]) == kept - {
        "manifest.json",
        "survey.duckdb",
        "findings.html",
        "tables/verify.csv",
    }
    flow = read(toy_done, "flow")
    assert [row["respondents"] for row in told["flow"]] == flow["respondents"].tolist()
    assert {"python", "duckdb", "pandas", "matplotlib"} <= set(told["libraries"])


def test_nothing_differs_right_after_a_run_and_the_bytes_repeat(toy_copy: Paths) -> None:
    assert list(verify_manifest(toy_copy)) == []
    before = toy_copy.manifest.read_bytes()
    run_all(toy_copy)
    assert toy_copy.manifest.read_bytes() == before
    run = survey_command(toy_copy.root, "verify-manifest", "--survey", "toy")
    assert (run.returncode, run.stdout) == (0, "everything is as it was made\n")


def test_every_change_is_told(toy_copy: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = toy_copy
    (paths.raw / "first.csv").write_bytes((paths.raw / "first.csv").read_bytes() + b"\n")
    (paths.raw / "published.csv").unlink()
    (paths.figures / "uses.svg").write_text("<svg/>")
    (paths.tables / "views.csv").unlink()
    (paths.outputs / "notes.txt").write_text("mine")
    monkeypatch.setattr(module, "code_hash", lambda: "another")
    told = json.loads(paths.manifest.read_text())
    told["libraries"]["duckdb"] = "0.1"
    paths.manifest.write_text(json.dumps(told))
    (now,) = [version for name, version in module._libraries() if name == "duckdb"]
    assert list(verify_manifest(paths)) == [
        "input first.csv: has changed",
        "input published.csv: is gone",
        "output figures/uses.svg: has changed",
        "output tables/views.csv: is gone",
        "output notes.txt: is new",
        f"library duckdb: 0.1 then, {now} now",
        f"code: version {told['code']['version']} then, {told['code']['version']} now, with other files",
    ]
    run = survey_command(paths.root, "verify-manifest", "--survey", "toy")
    assert run.returncode == 1
    assert "input first.csv: has changed" in run.stdout


@pytest.mark.parametrize("text", ["", "{", "[]", '{"inputs": 3}', '{"inputs": {"a": {}}}'])
def test_a_damaged_manifest_is_told(toy: Paths, text: str) -> None:
    toy.outputs.mkdir(parents=True)
    with pytest.raises(SurveyError, match=r"no outputs/toy/manifest\.json; run: survey report"):
        list(verify_manifest(toy))
    toy.manifest.write_text(text)
    with pytest.raises(SurveyError, match=r"manifest\.json is damaged"):
        list(verify_manifest(toy))
