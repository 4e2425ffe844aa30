"""The only place that spells folders and file names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.project.errors import SurveyError, did_you_mean

DEFAULT_SURVEY = "open-source-ai"
SURVEY_FILE = "survey.toml"
REPORT_FILE = "report.toml"
ASSUMPTIONS_FILE = "assumptions.toml"
PUBLISHED_FILE = "published.csv"
VIEWS_FILE = "views.sql"
IGNORED_FILE = ".gitignore"
# what no exhibit can be called: tables/ and the report page have these names for something else
RESERVED = (
    "exhibits", "flow", "waves", "targets", "verify", "claims", "tests", "frequencies", "methodology",
    "questionnaire", "glance", "contents", "changes", "quotes", "introduction",
    "quality", "quality_effects", "nonresponse", "comparisons", "unsettled",
)  # fmt: skip
# what a bundle of respondent-level data holds
RESPONSES_CSV = "responses.csv"
RESPONSES_PARQUET = "responses.parquet"
RESPONSES_SAV = "responses.sav"
PUBLIC_CODEBOOK = "codebook.md"
DATA_PACKAGE = "datapackage.json"
LICENCE_FILE = "LICENCE"
CITATION_FILE = "CITATION.cff"
RESERVED_FILES = {SURVEY_FILE, REPORT_FILE, ASSUMPTIONS_FILE}


# other files are named after them, and a name of a file has 255 bytes
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


def is_name(text: str) -> bool:
    """Whether a survey or a wave may be called so: it becomes part of file names."""
    return bool(_NAME.match(text))


@dataclass(frozen=True)
class Paths:
    """Where one survey's files are, below a project folder that holds raw/ and outputs/."""

    root: Path
    survey: str
    generated: Path | None = None
    """where everything generated goes, if not below the project's outputs/"""

    @property
    def raw(self) -> Path:
        """The exports and everything declared about them."""
        return self.root / "raw" / self.survey

    @property
    def outputs(self) -> Path:
        """Everything generated."""
        return (self.generated or self.root / "outputs") / self.survey

    @property
    def interim(self) -> Path:
        """What may hold private texts: for its owner alone, never published, removed by `make clean`."""
        return self.outputs / "interim"

    @property
    def spilt(self) -> Path:
        """Where the database puts what does not fit into memory while it is read; gone when it is closed."""
        return self.interim / ".spill.aside"

    @property
    def lock(self) -> Path:
        """Held by the one command that writes what belongs to the survey."""
        return self.interim / "run.lock"

    @property
    def record(self) -> Path:
        """What the stages were made from when they ran last, and what they left."""
        return self.interim / "stages.record"

    @property
    def normalised(self) -> Path:
        """The md5 of the rows of the database, and of what is declared."""
        return self.interim / "normalised.md5"

    @property
    def stored(self) -> Path:
        """The hashes of the database: of its file as `normalise` left it, and of its rows."""
        return self.interim / "stored.record"

    @property
    def estimates(self) -> Path:
        """All estimates as they may be shown, and what they were counted from."""
        return self.interim / "estimates.kept"

    @property
    def database(self) -> Path:
        """The normalised answers."""
        return self.outputs / "survey.duckdb"

    @property
    def tables(self) -> Path:
        """The CSVs of exhibits, flow and waves."""
        return self.outputs / "tables"

    @property
    def workbook(self) -> Path:
        """The tables as a spreadsheet."""
        return self.outputs / "tables.xlsx"

    @property
    def frequencies(self) -> Path:
        """A CSV a question."""
        return self.tables / "frequencies"

    @property
    def figures(self) -> Path:
        """The drawn exhibits."""
        return self.outputs / "figures"

    @property
    def figure_book(self) -> Path:
        """All figures in one PDF."""
        return self.outputs / "figures.pdf"

    @property
    def figure_state(self) -> Path:
        """From which inputs the figures that are there were drawn."""
        return self.interim / "figures.json"

    def figure_page(self, exhibit: str) -> Path:
        """A figure's page of the book."""
        return self.interim / "pages" / f"{exhibit}.page"

    @property
    def report(self) -> Path:
        """The report page."""
        return self.outputs / "report.html"

    @property
    def verified(self) -> Path:
        """Published numbers beside the survey's own, as a table."""
        return self.tables / "verify.csv"

    @property
    def manifest(self) -> Path:
        """What the outputs were made from and with."""
        return self.outputs / "manifest.json"

    @property
    def findings(self) -> Path:
        """Published numbers, verified."""
        return self.outputs / "findings.html"

    @property
    def codebook(self) -> Path:
        """Every question, option and wave, to read."""
        return self.outputs / "codebook.md"

    @property
    def codebook_csv(self) -> Path:
        """The same as a table."""
        return self.outputs / "codebook.csv"

    @property
    def public(self) -> Path:
        """The bundle of respondent-level data that may be published."""
        return self.outputs / "public"

    @property
    def questionnaires(self) -> Path:
        """The questionnaire in the formats of other tools."""
        return self.outputs / "questionnaire"

    @property
    def partitions(self) -> Path:
        """The database as Parquet."""
        return self.outputs / "parquet"

    @property
    def pseudonym_key(self) -> Path:
        """What pseudonyms are made with: kept beside the exports, and never below outputs/."""
        return self.raw / "pseudonyms.key"

    @property
    def questionnaire(self) -> Path:
        """The questions, once for all waves."""
        return self.raw / SURVEY_FILE

    @property
    def report_file(self) -> Path:
        """The exhibits, where they are declared."""
        return self.raw / REPORT_FILE

    @property
    def published_file(self) -> Path:
        """What others published."""
        return self.raw / PUBLISHED_FILE

    def wave_files(self) -> list[Path]:
        """The wave files, sorted by name; hidden files are none."""
        return sorted(
            p
            for p in self.raw.glob("*.toml")
            if p.name.casefold() not in RESERVED_FILES and not p.name.startswith(".")
        )

    def files(self, pattern: str = "*") -> list[Path]:
        """The files in the folder of the survey, or of a pattern, sorted; hidden ones are none."""
        return sorted(
            p
            for p in self.raw.glob(pattern)
            if p.is_file() and not any(part.startswith(".") for part in p.relative_to(self.raw).parts)
        )

    def cells(self, wave: str) -> Path:
        """The wave's export as text cells, written by `ingest`."""
        return self.interim / f"{wave}.parquet"

    def parts(self, wave: str) -> Path:
        """The wave's export as text cells in parts, written by `ingest` on Spark."""
        return self.interim / f"{wave}.cells"

    def headings(self, wave: str) -> Path:
        """The wave's headings, beside its cells."""
        return self.interim / f"{wave}.headings.json"

    def shown(self, path: Path) -> str:
        """`path` as a person in the project folder would type it."""
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)


def nearest(folder: str | Path | None = None) -> Path:
    """The nearest project folder from `folder`, or from here, upwards; itself where none holds raw/."""
    here = Path(folder or ".").resolve()
    return next((place for place in (here, *here.parents) if (place / "raw").is_dir()), here)


def find(survey: str | None = None, root: Path | None = None) -> Paths:
    """The paths of a survey, or SurveyError with the surveys there are."""
    root = root or Path.cwd()
    name = os.environ.get("SURVEY", DEFAULT_SURVEY) if survey is None else survey
    if not is_name(name):
        raise SurveyError(
            f"{name!r} is no name of a survey: letters, digits, '.', '_' and '-', 100 at most, and no path"
        )
    paths = Paths(root, name)
    if not paths.questionnaire.is_file():
        there = sorted(p.parent.name for p in (root / "raw").glob(f"*/{SURVEY_FILE}"))
        if not there:
            raise SurveyError(f"no raw/*/{SURVEY_FILE} in {root}; run survey in the project's folder")
        hint = did_you_mean(name, there, "the surveys here are")
        raise SurveyError(f"no survey {name!r} (raw/{name}/{SURVEY_FILE} is missing); {hint}")
    return paths
