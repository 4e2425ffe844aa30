"""The files of a bundle of respondent-level data: the answers three times over, and what tells of them.

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
from pipeline.project import files
from pipeline.project.paths import (
    CITATION_FILE,
    DATA_PACKAGE,
    LICENCE_FILE,
    PUBLIC_CODEBOOK,
    RESPONSES_CSV,
    RESPONSES_PARQUET,
    RESPONSES_SAV,
)
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
from pipeline.tidy.csv import to_csv

MARK = "SYNTHETIC RESPONSES"
CHOSEN = {0: "Not chosen", 1: "Chosen"}
_PARQUET = {"text": "varchar", "category": "varchar", "box": "tinyint", "place": "smallint"}
_MEASURES = {"text": "nominal", "category": "nominal", "box": "nominal", "place": "ordinal"}
_LABEL, _VALUE_LABEL, _FILE_LABEL = 256, 120, 64  # the bytes that SPSS has room for
# where the header of an SPSS file has the date and the time at which it was made
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
    """What is told of one wave and of where its answers come from."""

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
    """What is told of the bundle as a whole."""

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


def facts(run: Run, public: Public) -> Facts:
    """What the declarations and the database tell of the bundle."""
    declared = run.declared.survey
    urls = {fielding.name: fielding.wave.source.url for fielding in run.declared.fieldings}
    waves = [
        WaveNote(
            wave=str(row["wave"]),
            title=str(row["title"]),
            fielded=" to ".join(filter(None, (str(row["fielded_from"]), str(row["fielded_to"])))),
            synthetic=bool(row["synthetic"]),
            received=int(row["received"]),
            analysed=int(row["analysed"]),
            weighting=str(row["weighting"]),
            licence=str(row["licence"]),
            citation=str(row["citation"]),
            urls=urls[str(row["wave"])],
        )
        for row in view(run.connection, "waves").to_dict("records")
    ]
    return Facts(
        survey=run.paths.survey,
        title=declared.title,
        population=declared.population,
        authors=_authors(declared, waves),
        public=public,
        licence=" ".join(public.licence.split()),
        citation=" ".join(public.citation.split()) or _citation(declared, waves),
        waves=waves,
    )


def _authors(declared: Survey, waves: Sequence[WaveNote]) -> str:
    """Who is cited: the sponsor, or the survey itself where there is none or nobody was asked."""
    invented = all(wave.synthetic for wave in waves)
    return declared.title if invented else declared.methodology.sponsor or declared.title


def _citation(declared: Survey, waves: Sequence[WaveNote]) -> str:
    years = sorted({date[:4] for wave in waves for date in wave.fielded.split(" to ") if date})
    synthetic = ", synthetic responses" if any(wave.synthetic for wave in waves) else ""
    fielded = f", fielded {_listed(years)}" if years else ""
    return f"{declared.title}{fielded}{synthetic}. Respondent-level data."


def fill(folder: Path, data: Microdata, told: Facts) -> None:
    """Write every file of the bundle into an empty folder."""
    files.write(folder / RESPONSES_CSV, to_csv(data.frame))
    _parquet(folder / RESPONSES_PARQUET, data)
    _sav(folder / RESPONSES_SAV, data, told)
    files.write(folder / PUBLIC_CODEBOOK, _codebook(data, told))
    files.write(folder / LICENCE_FILE, template("licence.txt.j2").render(told=told))
    files.write(folder / CITATION_FILE, "\n".join(_cff(told)) + "\n")
    package = _package(folder, data, told)
    files.write(folder / DATA_PACKAGE, json.dumps(package, indent=2, ensure_ascii=False) + "\n")


def _parquet(path: Path, data: Microdata) -> None:
    columns = ", ".join(
        f'"{one.name}"::{_PARQUET.get(one.kind, "double")} as "{one.name}"' for one in data.variables
    )
    with duckdb.connect() as connection:
        # one thread: the rows stay in their order, and the groups of rows are the same
        connection.execute("set threads = 1")
        connection.register("frame", data.frame)
        connection.execute(
            f"copy (select {columns} from frame) to {literal(str(path))} (format parquet, compression zstd)"
        )


def _sav(path: Path, data: Microdata, told: Facts) -> None:
    numbers = {one.spss: _as_numbers(data.frame[one.name], one) for one in data.variables}
    labels = {one.spss: value_labels(one) for one in data.variables if one.kind in ("category", "box")}
    spss.write(
        path,
        pd.DataFrame(numbers),
        row_compress=True,
        file_label=_fitted(f"{MARK}: {told.title}" if told.mark else told.title, _FILE_LABEL),
        column_labels={one.spss: variable_label(one) for one in data.variables},
        variable_value_labels={name: own for name, own in labels.items() if own},
        variable_measure={
            one.spss: "ordinal" if one.ordered else _MEASURES.get(one.kind, "scale") for one in data.variables
        },
        variable_format={
            one.spss: "F12.6" if one.kind == "weight" else "F8.2" if one.kind == "points" else "F5.0"
            for one in data.variables
            if one.kind != "text"
        },
    )
    # ReadStat writes the time into the header, and the same answers would never give the same bytes
    content = bytearray(path.read_bytes())
    content[_MADE_AT] = _NO_DATE
    files.write(path, bytes(content))


def _as_numbers(column: pd.Series, one: Variable) -> pd.Series:
    if one.kind == "text":
        return column.astype(object)
    if one.kind == "category":
        return column.map(one.codes).astype(float)
    return pd.Series(column.astype("Float64").to_numpy(float, na_value=float("nan")))


def variable_label(one: Variable) -> str:
    """The label of a variable in responses.sav: its title, as far as there is room."""
    return _fitted(one.title, _LABEL)


def value_labels(one: Variable) -> dict[float, str]:
    """The labels of a variable's values in responses.sav, by code, as far as there is room; no two alike."""
    if one.kind == "box":
        return {float(code): label for code, label in CHOSEN.items()}
    cut = {value: _fitted(label, _VALUE_LABEL) for value, label in one.values.items()}
    alike = Counter(cut.values())
    return {
        float(one.codes[value]): label
        if alike[label] == 1
        else _fitted(one.values[value], _VALUE_LABEL - len(_behind(value).encode())) + _behind(value)
        for value, label in cut.items()
    }


def _behind(value: str) -> str:
    """What tells a label from another that begins alike."""
    return f" [{_fitted(value, _VALUE_LABEL // 2)}]"


def _fitted(text: str, room: int) -> str:
    """A text cut at a character and ended with `…` where it has more bytes than there is room for."""
    data = " ".join(text.split()).encode()
    if len(data) <= room:
        return data.decode()
    return data[: room - len("…".encode())].decode(errors="ignore").rstrip() + "…"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _cff(told: Facts) -> Iterator[str]:
    """CITATION.cff, in version 1.2.0 of the format; JSON's texts are texts of YAML too."""
    values = {
        "cff-version": "1.2.0",
        "message": f"Please cite these data as: {told.citation}",
        "type": "dataset",
        "title": f"{told.title}: respondent-level data",
        "abstract": _description(told),
    }
    for key, value in values.items():
        yield f"{key}: {json.dumps(value, ensure_ascii=False)}"
    if told.licence in _SPDX:
        yield f"license: {told.licence}"
    yield "authors:"
    yield f"  - name: {json.dumps(told.authors, ensure_ascii=False)}"


def _description(told: Facts) -> str:
    """One paragraph on the data; it begins with what marks synthetic responses."""
    waves = _listed([wave.wave for wave in told.waves])
    population = f" Population: {told.population}." if told.population else ""
    said = f"Rows of respondents of the waves {waves} of “{told.title}”, pseudonymous and k-anonymous."
    return f"{told.mark} {said}{population}".strip()


def _package(folder: Path, data: Microdata, told: Facts) -> dict[str, Any]:
    """datapackage.json: Frictionless Data Package, version 1."""
    mark = f"{told.mark} " if told.mark else ""
    csv = {
        "profile": "tabular-data-resource",
        "name": "responses",
        "title": "Responses as CSV",
        "description": f"{mark}A row a respondent; an empty cell is explained in {PUBLIC_CODEBOOK}.",
        **_file(folder / RESPONSES_CSV, "csv", "text/csv"),
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(one, told) for one in data.variables],
            "missingValues": [""],
            "primaryKey": RESPONDENT,
        },
    }
    others = [
        ("parquet", RESPONSES_PARQUET, "application/vnd.apache.parquet", "the same as Parquet"),
        ("sav", RESPONSES_SAV, "application/x-spss-sav", "the same for SPSS, with labels"),
    ]
    return {
        # a tabular package may hold nothing but CSV; here the CSV alone is a tabular resource
        "profile": "data-package",
        "name": told.survey.lower(),
        "title": f"{told.title}: respondent-level data",
        "description": _description(told),
        "synthetic": bool(told.mark),
        "licenses": [{"name": _identifier(told.licence), "title": told.licence}],
        "sources": [_as_source(wave, url) for wave in told.waves for url in wave.urls or [""]],
        "resources": [
            csv,
            *(
                {
                    "profile": "data-resource",
                    "type": "file",
                    "name": f"responses-{form}",
                    "title": f"Responses: {said}",
                    "description": f"{mark}The rows and columns of {RESPONSES_CSV}: {said}.",
                    **_file(folder / name, form, kind),
                }
                for form, name, kind, said in others
            ),
        ],
    }


def _identifier(licence: str) -> str:
    """A licence by a name of the signs that a data package takes: `CC BY-SA 4.0` is `CC-BY-SA-4.0`."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", licence).strip("-") or "custom"


def _file(path: Path, form: str, kind: str) -> dict[str, Any]:
    return {
        "path": path.name,
        "format": form,
        "mediatype": kind,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{files.sha256(path)}",
    }


def _as_source(wave: WaveNote, url: str) -> dict[str, Any]:
    told: dict[str, Any] = {"title": wave.title, "wave": wave.wave, "synthetic": wave.synthetic}
    # what stands behind the path may be somebody's key
    path = without_secrets(url).partition("?")[0]
    own = {"path": path, "licence": wave.licence, "citation": wave.citation}
    return told | {key: value for key, value in own.items() if value}


def _field(one: Variable, told: Facts) -> dict[str, Any]:
    """How a column is described: its type, its title, and what can stand in it."""
    field: dict[str, Any] = {"name": one.name, "type": "string", "title": one.title}
    if one.name == WAVE:
        field["constraints"] = {"required": True, "enum": [wave.wave for wave in told.waves]}
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
        said = "empty: not weighted, or withheld" if one.kind == "weight" else "points; empty: none given"
        field |= {"type": "number", "description": said}
    return field


def _codebook(data: Microdata, told: Facts) -> str:
    """codebook.md: what the columns hold, what is not there, and how anonymous the rows are."""
    by_question: dict[str, list[Variable]] = {}
    for one in data.variables:
        if one.question:
            by_question.setdefault(one.question, []).append(one)
    return template("public_codebook.md.j2").render(
        told=told,
        data=data,
        mark=MARK,
        no_sample=NO_SAMPLE,
        files={"csv": RESPONSES_CSV, "parquet": RESPONSES_PARQUET, "sav": RESPONSES_SAV},
        coarser=[name for name in told.public.coarsen if name not in data.removed],
        weight=WEIGHT if any(one.kind == "weight" for one in data.variables) else "",
        states=COUNTED_STATES,
        entries=[_entry(data, told, question, own) for question, own in by_question.items()],
    )


def _entry(data: Microdata, told: Facts, question: str, variables: Sequence[Variable]) -> dict[str, Any]:
    """What the codebook tells of a question and of its columns."""
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
        "answers": list(_values(first, asked, told)) if category else [],
        "offered": _offered(variables, asked) if first.part else "",
        "states": [
            (name, wave, counts) for name, item in items for wave, counts in states_of(data, question, item)
        ],
    }


def _values(one: Variable, asked: pd.DataFrame, told: Facts) -> Iterator[tuple[str, int, str, str, str]]:
    """The answers of a category: value, number in SPSS, label, what is grouped in it, which waves had it."""
    coarser = told.public.coarsen.get(one.question)
    parts = {group: declared.options for group, declared in coarser.groups.items()} if coarser else {}
    waves, every = _waves_by_part(asked), list(dict.fromkeys(asked["wave"]))
    for value, label in one.values.items():
        members = parts.get(value, [value])
        found = [wave for wave in every if any(wave in waves.get(member, ()) for member in members)]
        # a band of numbers is no option, and there wherever the question is
        offered = ", ".join(found if set(members) & set(waves) else every)
        yield value, one.codes[value], label, ", ".join(parts.get(value, ())), offered


def _waves_by_part(asked: pd.DataFrame) -> dict[str, list[str]]:
    return {str(part): list(rows["wave"]) for part, rows in asked.groupby("id")}


def _offered(variables: Sequence[Variable], asked: pd.DataFrame) -> str:
    """Which options or items which waves had."""
    waves, every = _waves_by_part(asked), list(dict.fromkeys(asked["wave"]))
    some = [
        f"{one.part} in {', '.join(waves.get(one.part, ['no wave']))}"
        for one in variables
        if waves.get(one.part) != every
    ]
    everything = f"everything in {', '.join(every)}"
    return f"{everything}, but {'; '.join(some)}" if some else everything
