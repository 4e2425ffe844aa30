"""Provenance: what the outputs were made from and with, and whether they still are what was made."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.charts import faces
from pipeline.charts.drawn import faces_of
from pipeline.project import files
from pipeline.project.code import code_hash
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.contract import records
from pipeline.tidy.csv import read

_NAME = "survey-pipeline"
_SECTIONS = {"inputs": "input", "made": "output", "libraries": "library", "faces": "face"}


def manifest(paths: Paths, page: str) -> str:
    """The text of manifest.json: inputs, code, libraries, faces, survey flow, and the outputs with hashes.

    `page` is the report that is about to be written.
    """
    return json.dumps(_state(paths, faces_of(paths), page), indent=2, ensure_ascii=False) + "\n"


def verify_manifest(paths: Paths) -> Iterator[str]:
    """A line on everything that is not as manifest.json says; none where all is.

    SurveyError where there is none, or it cannot be read.
    """
    if not paths.manifest.is_file():
        raise SurveyError(f"no {paths.shown(paths.manifest)}; run: survey report --survey {paths.survey}")
    try:
        then = json.loads(paths.manifest.read_text("utf-8"))
        sections = {name: dict(_flat(then[name])) for name in _SECTIONS} | {"code": then["code"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SurveyError(
            f"{paths.shown(paths.manifest)} is damaged; run: survey report --survey {paths.survey}"
        ) from None
    there = {name: faces.file_named(name) for name in sections["faces"]}
    now = _state(paths, {name: faces.hash_of(path) for name, path in there.items() if path})
    for section, what in _SECTIONS.items():
        yield from _differences(what, sections[section], dict(_flat(now[section])))
    if sections["code"] != now["code"]:
        yield f"code: version {then['code']['version']} then, {now['code']['version']} now, with other files"


def _flat(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names of a section with what is compared: a hash, or a version."""
    for name, entry in section.items():
        yield name, entry["sha256"] if isinstance(entry, Mapping) else entry


def _differences(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name, value in then.items():
        if name not in now:
            yield f"{what} {name}: is gone"
        elif now[name] != value:
            changed = f"{value} then, {now[name]} now" if what == "library" else "has changed"
            yield f"{what} {name}: {changed}"
    yield from (f"{what} {name}: is new" for name in now if name not in then)


def _state(paths: Paths, set_in: Mapping[str, str], page: str | None = None) -> dict[str, Any]:
    """Everything that manifest.json holds, as it is now; or as it will be once the report is `page`.

    `set_in` are the font files that the figures are set in, with their hashes.
    """
    waves = records(read(paths, "waves"))
    flow = records(read(paths, "flow"))
    sources: dict[str, dict[str, str]] = {}
    for wave in waves:
        for name in str(wave["file"]).split(", "):
            credit = {"wave": wave["wave"], "licence": wave["licence"], "citation": wave["citation"]}
            sources[name] = {key: str(value) for key, value in credit.items() if value}
            sources[name]["synthetic"] = "yes" if wave["synthetic"] else "no"
    declared = [*paths.wave_files(), paths.questionnaire, paths.report_file, paths.published_file]
    inputs = sorted(path for path in (*declared, *(paths.raw / name for name in sources)) if path.is_file())
    made = {path: "" for path in paths.outputs.rglob("*") if path.is_file() and _is_output(paths, path)}
    if page is not None:
        made[paths.report] = hashlib.sha256(page.encode()).hexdigest()
    return {
        "survey": paths.survey,
        "inputs": {path.name: {"sha256": files.sha256(path)} | sources.get(path.name, {}) for path in inputs},
        "code": {"version": importlib.metadata.version(_NAME), "sha256": code_hash()},
        "libraries": {"python": platform.python_version()} | dict(_libraries()),
        "faces": {name: {"sha256": sha256} for name, sha256 in set_in.items()},
        "flow": [row | {"respondents": int(row["respondents"])} for row in flow],
        "made": {
            str(path.relative_to(paths.outputs)): {"sha256": made[path] or files.sha256(path)}
            for path in sorted(made)
        },
    }  # fmt: skip


def _is_output(paths: Paths, path: Path) -> bool:
    """Whether a file is an output that is passed on; the database is none, as its bytes never repeat.

    What `survey export` writes is no output of `make all`; the datapackage.json of the public bundle has the
    hashes of its own.
    """
    within = {paths.interim, paths.public, paths.partitions}.isdisjoint(path.parents)
    return within and not path.name.startswith(".") and path not in (paths.manifest, paths.database)


def _libraries() -> Iterator[tuple[str, str]]:
    """The libraries that the package needs, with the versions that are installed."""
    for requirement in importlib.metadata.requires(_NAME) or []:
        if "extra ==" not in requirement:
            name = re.split(r"[^A-Za-z0-9._-]", requirement)[0]
            yield name, importlib.metadata.version(name)
