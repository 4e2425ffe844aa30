"""The files of a bundle of respondent-level data: the answers in three formats, and what describes them.

No file says when it was made: the same answers give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline.database.connection import view
from pipeline.declarations.questionnaire import Public, Survey
from pipeline.exhibits.run import Run
from pipeline.exports import spss
from pipeline.pages.templates import template
from pipeline.project import files, paths
from pipeline.project.sql import literal
from pipeline.public.microdata import (
    COUNTED_STATES,
    NO_SAMPLE,
    RESPONDENT,
    WAVE,
    WEIGHT,
    Microdata,
    Variable,
    states_of,
)
from pipeline.text.folding import without_secrets
from pipeline.tidy.contract import records
from pipeline.tidy.csv import to_csv
from pipeline.tidy.marks import SYNTHETIC

MARK = SYNTHETIC.upper()
CHOSEN = {0: "Not chosen", 1: "Chosen"}
_PARQUET = {"text": "varchar", "category": "varchar", "box": "tinyint", "place": "smallint"}
_MEASURES = {"text": "nominal", "category": "nominal", "box": "nominal", "place": "ordinal"}
_FORMATS = {"weight": "F12.6", "points": "F8.2"}
_LABEL, _VALUE_LABEL, _FILE_LABEL = 256, 120, 64  # the bytes that SPSS has room for
# the bytes of the header of an SPSS file that hold its date and time
_MADE_AT = slice(92, 109)
_NO_DATE = b"01 Jan 0000:00:00"
# identifiers by which programs know a licence (SPDX); others are named, and not identified, in CITATION.cff
_SPDX = {
    "Apache-2.0", "CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0",
    "CDLA-Sharing-1.0", "MIT", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0",
}  # fmt: skip


@dataclass(frozen=True)
class WaveNote:
    """What the bundle says of one wave and of where its answers come from."""

    wave: str
    title: str
    fielded: str
    synthetic: bool
    received: int
    analysed: int
    weighting: str
    licence: str
    citation: str
    urls: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """What the bundle says of itself as a whole."""

    survey: str
    title: str
    population: str
    authors: str
    public: Public
    licence: str
    citation: str
    waves: Sequence[WaveNote]

    @property
    def mark(self) -> str:
        """What marks synthetic responses, and which those are; empty where all are real."""
        invented = [wave.wave for wave in self.waves if wave.synthetic]
        if not invented:
            return ""
        whose = "" if len(invented) == len(self.waves) else f" in {_listed(invented)}"
        return f"{MARK}{whose}: invented, nobody gave them."


def facts_of(run: Run, public: Public) -> Facts:
    """What the declarations and the database say of the bundle."""
    declared = run.declared.survey
    urls = {fielding.name: fielding.wave.source.url for fielding in run.declared.fieldings}
    copied = ("wave", "title", "synthetic", "received", "analysed", "weighting", "licence", "citation")
    waves = [
        WaveNote(
            **{name: row[name] for name in copied},
            fielded=" to ".join(filter(None, (row["fielded_from"], row["fielded_to"]))),
            urls=urls[row["wave"]],
        )
        for row in records(view(run.connection, "waves"))
    ]
    # the sponsor is cited, or the survey itself where there is none or nobody was asked
    sponsor = "" if all(wave.synthetic for wave in waves) else declared.methodology.sponsor
    return Facts(
        survey=run.paths.survey,
        title=declared.title,
        population=declared.population,
        authors=sponsor or declared.title,
        public=public,
        licence=" ".join(public.licence.split()),
        citation=" ".join(public.citation.split()) or _citation(declared, waves),
        waves=waves,
    )


def _citation(declared: Survey, waves: Sequence[WaveNote]) -> str:
    years = sorted({date[:4] for wave in waves for date in wave.fielded.split(" to ") if date})
    synthetic = ", synthetic responses" if any(wave.synthetic for wave in waves) else ""
    fielded = f", fielded {_listed(years)}" if years else ""
    return f"{declared.title}{fielded}{synthetic}. Respondent-level data."


def fill(folder: Path, data: Microdata, facts: Facts) -> None:
    """Write every file of the bundle into an empty folder."""
    files.write(folder / paths.RESPONSES_CSV, to_csv(data.frame))
    _parquet(folder / paths.RESPONSES_PARQUET, data)
    _sav(folder / paths.RESPONSES_SAV, data, facts)
    files.write(folder / paths.PUBLIC_CODEBOOK, _codebook(data, facts))
    files.write(folder / paths.LICENCE_FILE, template("licence.txt.j2").render(facts=facts))
    files.write(folder / paths.CITATION_FILE, "\n".join(_cff(facts)) + "\n")
    package = _package(folder, data, facts)
    files.write(folder / paths.DATA_PACKAGE, json.dumps(package, indent=2, ensure_ascii=False) + "\n")


def _parquet(path: Path, data: Microdata) -> None:
    columns = ", ".join(
        f'"{one.name}"::{_PARQUET.get(one.kind, "double")} as "{one.name}"' for one in data.variables
    )
    with duckdb.connect() as connection:
        # with one thread the rows stay in order and are grouped in the same way
        connection.execute("set threads = 1")
        connection.register("frame", data.frame)
        connection.execute(
            f"copy (select {columns} from frame) to {literal(str(path))} (format parquet, compression zstd)"
        )


def _sav(path: Path, data: Microdata, facts: Facts) -> None:
    variables = {one.spss: one for one in data.variables}
    coded = {name: value_labels(one) for name, one in variables.items() if one.kind in ("category", "box")}
    spss.write(
        path,
        pd.DataFrame({name: _as_numbers(data.frame[one.name], one) for name, one in variables.items()}),
        row_compress=True,
        file_label=_fitted(f"{MARK}: {facts.title}" if facts.mark else facts.title, _FILE_LABEL),
        column_labels={name: _fitted(one.title, _LABEL) for name, one in variables.items()},
        variable_value_labels={name: labels for name, labels in coded.items() if labels},
        variable_measure={
            name: "ordinal" if one.ordered else _MEASURES.get(one.kind, "scale")
            for name, one in variables.items()
        },
        variable_format={
            name: _FORMATS.get(one.kind, "F5.0") for name, one in variables.items() if one.kind != "text"
        },
    )
    # ReadStat writes the time into the header; without it the same answers give the same bytes
    content = bytearray(path.read_bytes())
    content[_MADE_AT] = _NO_DATE
    files.write(path, bytes(content))


def _as_numbers(column: pd.Series, one: Variable) -> pd.Series:
    if one.kind == "text":
        return column.astype(object)
    if one.kind == "category":
        return column.map(one.codes).astype(float)
    return pd.Series(column.astype("Float64").to_numpy(float, na_value=float("nan")))


def value_labels(one: Variable) -> dict[float, str]:
    """The labels of a variable's values in responses.sav, by code, as far as there is room; no two alike."""
    if one.kind == "box":
        return {float(code): label for code, label in CHOSEN.items()}
    labels = {value: _fitted(label, _VALUE_LABEL) for value, label in one.values.items()}
    counts = Counter(labels.values())
    for value, label in labels.items():
        if counts[label] > 1:
            behind = f" [{_fitted(value, _VALUE_LABEL // 2)}]"
            labels[value] = _fitted(one.values[value], _VALUE_LABEL - len(behind.encode())) + behind
    return {float(one.codes[value]): label for value, label in labels.items()}


def _fitted(text: str, room: int) -> str:
    """A text cut at a character and ended with `…` where it has more bytes than there is room for."""
    data = " ".join(text.split()).encode()
    if len(data) <= room:
        return data.decode()
    return data[: room - len("…".encode())].decode(errors="ignore").rstrip() + "…"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _cff(facts: Facts) -> Iterator[str]:
    """CITATION.cff, in version 1.2.0 of the format; JSON's texts are texts of YAML too."""
    values = {
        "cff-version": "1.2.0",
        "message": f"Please cite these data as: {facts.citation}",
        "type": "dataset",
        "title": f"{facts.title}: respondent-level data",
        "abstract": _description(facts),
    }
    for key, value in values.items():
        yield f"{key}: {json.dumps(value, ensure_ascii=False)}"
    if facts.licence in _SPDX:
        yield f"license: {facts.licence}"
    yield "authors:"
    yield f"  - name: {json.dumps(facts.authors, ensure_ascii=False)}"


def _description(facts: Facts) -> str:
    """One paragraph on the data; it begins with what marks synthetic responses."""
    waves = _listed([wave.wave for wave in facts.waves])
    population = f" Population: {facts.population}." if facts.population else ""
    rows = f"Rows of respondents of the waves {waves} of “{facts.title}”, pseudonymous and k-anonymous."
    return f"{facts.mark} {rows}{population}".strip()


def _package(folder: Path, data: Microdata, facts: Facts) -> dict[str, Any]:
    """datapackage.json: Frictionless Data Package, version 1."""
    mark = f"{facts.mark} " if facts.mark else ""
    csv = {
        "profile": "tabular-data-resource",
        "name": "responses",
        "title": "Responses as CSV",
        "description": f"{mark}A row a respondent; an empty cell is explained in {paths.PUBLIC_CODEBOOK}.",
        **_file(folder / paths.RESPONSES_CSV, "csv", "text/csv"),
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(one, facts) for one in data.variables],
            "missingValues": [""],
            "primaryKey": RESPONDENT,
        },
    }

    def other(form: str, name: str, kind: str, what: str) -> dict[str, Any]:
        return {
            "profile": "data-resource",
            "type": "file",
            "name": f"responses-{form}",
            "title": f"Responses: {what}",
            "description": f"{mark}The rows and columns of {paths.RESPONSES_CSV}: {what}.",
            **_file(folder / name, form, kind),
        }

    parquet = ("parquet", paths.RESPONSES_PARQUET, "application/vnd.apache.parquet", "the same as Parquet")
    sav = ("sav", paths.RESPONSES_SAV, "application/x-spss-sav", "the same for SPSS, with labels")
    # a data package takes few signs in the name of a licence: `CC BY-SA 4.0` is `CC-BY-SA-4.0`
    identifier = re.sub(r"[^A-Za-z0-9._]+", "-", facts.licence).strip("-") or "custom"
    return {
        # a tabular package may hold nothing but CSV; here the CSV alone is a tabular resource
        "profile": "data-package",
        "name": facts.survey.lower(),
        "title": f"{facts.title}: respondent-level data",
        "description": _description(facts),
        "synthetic": bool(facts.mark),
        "licenses": [{"name": identifier, "title": facts.licence}],
        "sources": [_as_source(wave, url) for wave in facts.waves for url in wave.urls or [""]],
        "resources": [csv, other(*parquet), other(*sav)],
    }


def _file(path: Path, form: str, kind: str) -> dict[str, Any]:
    hashed = {"bytes": path.stat().st_size, "hash": f"sha256:{files.sha256(path)}"}
    return {"path": path.name, "format": form, "mediatype": kind, **hashed}


def _as_source(wave: WaveNote, url: str) -> dict[str, Any]:
    # the query of an address may hold a key
    path = without_secrets(url).partition("?")[0]
    stated = {"path": path, "licence": wave.licence, "citation": wave.citation}
    source = {"title": wave.title, "wave": wave.wave, "synthetic": wave.synthetic}
    return source | {key: value for key, value in stated.items() if value}


def _field(one: Variable, facts: Facts) -> dict[str, Any]:
    """How a column is described: its type, its title, and what can stand in it."""
    field: dict[str, Any] = {"name": one.name, "type": "string", "title": one.title}
    if one.name == WAVE:
        field["constraints"] = {"required": True, "enum": [wave.wave for wave in facts.waves]}
    elif one.name == RESPONDENT:
        field["constraints"] = {"required": True, "unique": True, "pattern": "[0-9a-f]{12}"}
    elif one.kind == "category":
        field["description"] = "; ".join(f"{value}: {label}" for value, label in one.values.items())
        field["constraints"] = {"enum": list(one.values)}
        field["categories"] = [{"value": value, "label": label} for value, label in one.values.items()]
    elif one.kind == "box":
        field |= {"type": "integer", "description": "1: chosen; 0: not chosen; empty: no answer"}
        field["constraints"] = {"enum": list(CHOSEN)}
    elif one.kind == "place":
        field |= {"type": "integer", "description": "the place given, from 1; empty: none"}
        field["constraints"] = {"minimum": 1}
    else:
        empty = "empty: not weighted, or withheld" if one.kind == "weight" else "points; empty: none given"
        field |= {"type": "number", "description": empty}
    return field


def _codebook(data: Microdata, facts: Facts) -> str:
    """codebook.md: what the columns hold, what is not there, and how anonymous the rows are."""
    by_question: dict[str, list[Variable]] = {}
    for one in data.variables:
        if one.question:
            by_question.setdefault(one.question, []).append(one)
    return template("public_codebook.md.j2").render(
        facts=facts,
        data=data,
        mark=MARK,
        no_sample=NO_SAMPLE,
        files={"csv": paths.RESPONSES_CSV, "parquet": paths.RESPONSES_PARQUET, "sav": paths.RESPONSES_SAV},
        coarser=[name for name in facts.public.coarsen if name not in data.removed],
        weight=WEIGHT if any(one.kind == "weight" for one in data.variables) else "",
        states=COUNTED_STATES,
        entries=[_entry(data, facts, question, columns) for question, columns in by_question.items()],
    )


def _entry(data: Microdata, facts: Facts, question: str, variables: Sequence[Variable]) -> dict[str, Any]:
    """What the codebook says of a question and of its columns."""
    asked = data.questionnaire[data.questionnaire["question"] == question]
    latest, first = asked.iloc[-1], variables[0]
    category = first.kind == "category"
    items = [(one.name, one.part) for one in variables] if category else [(question, "")]
    return {
        "question": question,
        "text": str(latest["text"]),
        "mode": str(latest["mode"]),
        "waves": [
            tuple(row)
            for row in asked.drop_duplicates("wave")[["wave", "code", "base"]].astype(str).to_numpy()
        ],
        "variables": variables,
        "answers": list(_values(first, asked, facts)) if category else [],
        "offered": _offered(variables, asked) if first.part else "",
        "states": [
            (name, wave, counts) for name, item in items for wave, counts in states_of(data, question, item)
        ],
    }


def _values(one: Variable, asked: pd.DataFrame, facts: Facts) -> Iterator[tuple[str, int, str, str, str]]:
    """The answers of a category: value, number in SPSS, label, what is grouped in it, which waves had it."""
    coarser = facts.public.coarsen.get(one.question)
    parts = {group: declared.options for group, declared in coarser.groups.items()} if coarser else {}
    waves, all_waves = _waves_by_part(asked), list(dict.fromkeys(asked["wave"]))
    for value, label in one.values.items():
        members = parts.get(value, [value])
        offering = [wave for wave in all_waves if any(wave in waves.get(member, ()) for member in members)]
        # a band of numbers is no option, and every wave with the question has it
        offered = ", ".join(offering if set(members) & set(waves) else all_waves)
        yield value, one.codes[value], label, ", ".join(parts.get(value, ())), offered


def _waves_by_part(asked: pd.DataFrame) -> dict[str, list[str]]:
    return {str(part): list(rows["wave"]) for part, rows in asked.groupby("id")}


def _offered(variables: Sequence[Variable], asked: pd.DataFrame) -> str:
    """Which options or items which waves had."""
    waves, all_waves = _waves_by_part(asked), list(dict.fromkeys(asked["wave"]))
    some = [
        f"{one.part} in {', '.join(waves.get(one.part, ['no wave']))}"
        for one in variables
        if waves.get(one.part) != all_waves
    ]
    everything = f"everything in {', '.join(all_waves)}"
    return f"{everything}, but {'; '.join(some)}" if some else everything
