"""What this pipeline costs beside the same shares by hand, and a small survey beside its bare parts.

`python benchmarks/performance.py --sizes 300 3000 --rounds 5 --only ours Polars` prints Markdown; `--write`
puts it into docs/performance.md. Every contender is a process of its own, and the contenders take turns; what
is shown are medians of the wall time, and of the largest resident memory. `--folder` keeps the exports for
another run.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import importlib.metadata
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# nothing large is imported here: a process is charged with the memory of the one that started it

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "performance.md"
SIZES = [300, 3_000, 100_000, 1_000_000]
LIMIT = 600.0
"""seconds after which a run is stopped"""
DAY = 86_400.0
LONG = {60: 3, 300: 1}
"""rounds at the most of what takes longer than so many seconds"""
FROM = 100_000
"""the responses from which on targets are set"""
TOLERANCE = 1e-9
SMALL = 300
ROUNDS = 5
SMALL_ROUNDS, QUICK_ROUNDS = 7, 20

COUNT = "duckdb.sql(f\"select count(*) from read_csv('{e}', all_varchar = true, header = false)\").fetchall()"
ONCE = f"import sys, duckdb; e = sys.argv[1]; {COUNT}"
NOW = "time.perf_counter()"
WITHIN = f"import sys, time, duckdb; e = sys.argv[1]; t = {NOW}; {COUNT}; print({NOW} - t)"
BYTES = "import sys\nwith open(sys.argv[1], 'rb', buffering=0) as f:\n while f.read(1 << 20): pass"
IMPORTS = "import duckdb, pandas, numpy, pydantic"

TYPER = """
import typer
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
@app.command()
def nothing() -> None:
    \"\"\"Do nothing.\"\"\"
app()
"""


@dataclass(frozen=True)
class Contender:
    """One row: how it is started, what it needs, and up to how many responses it is tried."""

    name: str
    command: Callable[[Path], Sequence[str]]
    needs: str = ""
    most: float = math.inf
    shares: bool = True
    """whether it writes shares, to be compared with ours"""
    tells: bool = False
    """whether it prints its own seconds"""


@dataclass
class Runs:
    """What the runs of one contender at one size took."""

    seconds: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    said: str = ""
    """why there are none"""

    @property
    def median(self) -> float:
        """Seconds; NaN without a run."""
        return statistics.median(self.seconds) if self.seconds else math.nan

    def shown(self, rounds: int) -> str:
        """A cell of the table."""
        if not self.seconds:
            return self.said or "–"
        cell = f"{seconds(self.median)}, {statistics.median(self.memory) / 2**20:,.0f} MiB"
        runs = len(self.seconds)
        return cell if runs >= rounds else f"{cell} ({runs} run{'s' * (runs > 1)})"


Measured = dict[str, dict[int, Runs]]


def export(folder: Path) -> str:
    """The export of a project folder."""
    return str(folder / "raw" / "benchmark" / "2025.csv")


def python(script: str) -> Callable[[Path], list[str]]:
    """A rival in Python."""
    file = str(HERE / "rivals" / script)
    return lambda folder: [
        sys.executable,
        file,
        export(folder),
        str(folder / "plan.csv"),
        result(folder, script),
    ]


def r(script: str) -> Callable[[Path], list[str]]:
    """A rival in R."""
    file = str(HERE / "rivals" / script)
    return lambda folder: [
        "Rscript", "--vanilla", file, export(folder), str(folder / "plan.csv"), result(folder, script),
    ]  # fmt: skip


def one_line(code: str) -> Callable[[Path], list[str]]:
    """A line of Python about the export."""
    return lambda folder: [sys.executable, "-c", code, export(folder)]


def result(folder: Path, script: str) -> str:
    """Where a contender writes its shares."""
    return str(folder / f"{script}.csv")


def ours(folder: Path) -> list[str]:
    """This pipeline, from nothing."""
    shutil.rmtree(folder / "outputs", ignore_errors=True)
    return [sys.executable, str(HERE / "rivals" / "ours.py"), str(folder), result(folder, "ours.py")]


CONTENDERS = [
    Contender("ours", ours),
    Contender("Polars", python("with_polars.py"), "polars"),
    Contender("pandas", python("with_pandas.py"), "pyarrow"),
    Contender("DuckDB by hand", python("with_duckdb.py"), "duckdb"),
    Contender("data.table", r("data_table.R"), "R:data.table"),
    Contender("R survey", r("survey_package.R"), "R:survey", 3_000),
    Contender("reading the bytes", one_line(BYTES), shares=False),
    Contender("DuckDB counts the rows", one_line(ONCE), shares=False),
    Contender("the same, inside the process", one_line(WITHIN), shares=False, tells=True),
    Contender("interpreter and imports", lambda _: [sys.executable, "-c", IMPORTS], shares=False),
]


def run(command: Sequence[str], limit: float = LIMIT, cwd: Path | None = None) -> tuple[float, int, str]:
    """Seconds, bytes of memory, and what was printed; TimeoutError, or CalledProcessError with the errors."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
    ):
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=cwd)
        stopper = threading.Timer(limit, process.kill)
        stopper.start()
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - started
        stopper.cancel()
        # the process is gone, and Popen is not to wait for it
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if taken >= limit:
            raise TimeoutError
        out.seek(0)
        errors.seek(0)
        if code:
            raise subprocess.CalledProcessError(code, list(command), stderr=errors.read())
        memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return taken, memory, out.read()


def version(needs: str) -> str:
    """The version of a package of Python, or of R after `R:`; empty where it is not installed."""
    language, _, package = needs.rpartition(":")
    try:
        if not language:
            return importlib.metadata.version(package)
        said = f"packageVersion('{package}')" if package else "getRversion()"
        return run(["Rscript", "--vanilla", "-e", f"cat(as.character({said}))"])[2]
    except (importlib.metadata.PackageNotFoundError, FileNotFoundError, subprocess.CalledProcessError):
        return ""


def measure(
    contenders: Sequence[Contender], size: int, folder: Path, rounds: int, declared: Sequence[str]
) -> dict[str, Runs]:
    """The runs of all contenders at one size, in turns."""
    run([sys.executable, str(HERE / "project.py"), str(folder), str(size), *declared], limit=DAY)
    found = {contender.name: Runs() for contender in contenders}
    for contender in contenders:
        if contender.needs and not version(contender.needs):
            found[contender.name].said = "not installed"
        elif size > contender.most:
            found[contender.name].said = "not tried"
        if contender.shares:
            Path(contender.command(folder)[-1]).unlink(missing_ok=True)
    # so that the first to read the export does not read it from the disk
    run(one_line(BYTES)(folder))
    for turn in range(rounds):
        for contender in contenders:
            own = found[contender.name]
            if own.said or any(own.median > long and turn >= most for long, most in LONG.items()):
                continue
            try:
                taken, memory, out = run(contender.command(folder))
            except TimeoutError:
                own.said = f"stopped after {LIMIT:.0f} s"
            except subprocess.CalledProcessError as error:
                own.said = "failed"
                print(error.stderr, file=sys.stderr)
            else:
                own.seconds.append(float(out) if contender.tells else taken)
                own.memory.append(memory)
                print(f"{size:>9,} {contender.name}: {own.seconds[-1]:.2f} s", file=sys.stderr, flush=True)
    return found


def shares(path: str) -> dict[tuple[str, ...], list[float]]:
    """The shares of a result that have a base: respondents, valid cases, share."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return {tuple(row[:5]): list(map(float, row[5:8])) for row in rows if float(row[6]) > 0}


def compared(contenders: Sequence[Contender], folder: Path) -> str:
    """How far the shares and bases of each contender are from ours.

    Limits are not: ours are at the smaller of Kish's effective base and that of the linearised variance,
    which is more work, and the rivals' at Kish's.
    """
    written = {c.name: Path(c.command(folder)[-1]) for c in contenders if c.shares and c.name != "ours"}
    here = {name: path for name, path in written.items() if path.is_file()}
    mine = Path(result(folder, "ours.py"))
    if not mine.is_file() or not here:
        return "no two results to compare"
    own, worst = shares(str(mine)), 0.0
    for name, path in here.items():
        theirs = shares(str(path))
        if set(theirs) != set(own):
            return f"**{name} has other shares than ours**"
        apart = max(abs(a - b) for key, row in own.items() for a, b in zip(row, theirs[key], strict=True))
        if not apart <= TOLERANCE:
            return f"**{name} differs from ours by {apart:.1e}**"
        worst = max(worst, apart)
    return f"{len(own):,} shares of {', '.join(here)} are ours (at most {worst:.0e} apart)"


def seconds(value: float) -> str:
    """A time with three digits."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:,.1f} s" if value < 100 else f"{value:,.0f} s"


def row(cells: Sequence[object]) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A Markdown table with numbers to the right."""
    return [row(head), row(["---", *["---:"] * (len(head) - 1)]), *map(row, rows)]


def machine() -> str:
    """What the numbers were measured on and with."""
    cpu = platform.processor() or platform.machine()
    if (info := Path("/proc/cpuinfo")).is_file():
        named = re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8"))
        cpu = named[1] if named else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.platform(terse=True)
    wanted = ["duckdb", "polars", "pandas", "pyarrow", "numpy", "matplotlib", "typer"]
    names = {"R": "R:", "data.table": "R:data.table", "survey": "R:survey"} | {n: n for n in wanted}
    with_what = [f"{name} {found}" for name, needs in names.items() if (found := version(needs))]
    return (
        f"{datetime.date.today():%Y-%m-%d}, {os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, {system}, "
        f"Python {platform.python_version()}, {', '.join(sorted(with_what, key=str.lower))}."
    )


def targets(found: Measured, declared: Sequence[str]) -> list[str]:
    """The ratios that are aimed at, and what came of them."""
    sizes = sorted({size for runs in found.values() for size in runs})

    def median(name: str, size: int) -> float:
        return found.get(name, {}).get(size, Runs()).median

    def ratio(name: str, other: str, wanted: dict[int, float], most: bool) -> list[str]:
        sign = "≤" if most else "≥"
        cells = [
            f"{name} / {other}",
            ", ".join(f"{sign} {t:g} from {size:,} on" for size, t in wanted.items()),
        ]
        for size in sizes:
            value = median(name, size) / median(other, size)
            target = next((t for least, t in reversed(wanted.items()) if size >= least), None)
            met = target is None or (value <= target if most else value >= target)
            cells.append(judged(f"{value:.2f}", value, met, size if target else 0))
        return cells

    def judged(said: str, value: float, held: bool, size: int) -> str:
        if math.isnan(value):
            return "–"
        return said if size < FROM else f"{said}, {'held' if held else '**lost**'}"

    growth = ["time for ten times the responses", "≤ 10"]
    for size in sizes:
        value = median("ours", size) / median("ours", size // 10)
        growth.append(judged(f"{value:.1f}", value, value <= 10, size))
    told = f" with {', '.join(f'`{line}`' for line in declared)}" if declared else ""
    memory = [f"memory of ours{told}", "< 1 GiB"]
    for size in sizes:
        used = found.get("ours", {}).get(size, Runs()).memory
        value = statistics.median(used) / 2**20 if used else math.nan
        memory.append(judged(f"{value:,.0f} MiB", value, value < 1024, size))
    rows = [
        ratio("ours", "Polars", {100_000: 2.2, 1_000_000: 1.9}, most=True),
        ratio("pandas", "ours", {1_000_000: 1.3}, most=False),
        ratio("data.table", "ours", {1_000_000: 1.5}, most=False),
        growth,
        memory,
    ]
    return table(["ratio", "target", *(f"{size:,}" for size in sizes)], rows)


def large(options: argparse.Namespace, folder: Path) -> list[str]:
    """All contenders at all sizes, as Markdown."""
    chosen = [c for c in CONTENDERS if not options.only or c.name in options.only]
    rounds = options.rounds or ROUNDS
    found: Measured = {contender.name: {} for contender in chosen}
    for size in options.sizes:
        runs_of = measure(chosen, size, folder / str(size), rounds, options.declare)
        for name, runs in runs_of.items():
            found[name][size] = runs
    # after the last run, as it takes memory
    equal = [f"{size:,} responses: {compared(chosen, folder / str(size))}." for size in options.sizes]
    rows = [[c.name, *(found[c.name][size].shown(rounds) for size in options.sizes)] for c in chosen]
    return [
        machine(),
        f"Medians of {rounds} runs, in turns.",
        "",
        *table(["", *(f"{size:,} responses" for size in options.sizes)], rows),
        "",
        *targets(found, options.declare),
        "",
        *equal,
    ]


def small(rounds: int, folder: Path) -> list[str]:
    """A small survey beside its bare parts, as Markdown."""
    home = HERE.parent
    run([sys.executable, str(HERE / "project.py"), str(folder), str(SMALL), "--whole"])
    shutil.copy(home / "Makefile", folder)
    (folder / "pipeline").symlink_to(home / "pipeline")
    for name in ("requirements.lock", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(home / name, folder)
    # the first run makes an environment of requirements.lock alone
    make = ["make", "all", "DRAFT=1"]
    run(make, cwd=folder)
    saved, lone = folder / "figures.pickle", folder / "typer_alone.py"
    run([sys.executable, str(HERE / "figures.py"), "--save", str(saved)], cwd=folder)
    lone.write_text(TYPER, encoding="utf-8")
    programs = folder / ".venv" / "bin"

    def from_clean() -> list[str]:
        shutil.rmtree(folder / "outputs")
        return make

    pairs: list[tuple[str, str, float, Callable[[], list[str]], Path, Callable[[], list[str]], Path]] = [
        (
            f"`make all` from clean, {SMALL} responses a wave",
            "the imports and the same figures by bare Matplotlib", 1.5,
            from_clean, folder,
            lambda: [sys.executable, str(HERE / "bare.py"), str(saved)], folder,
        ),
        ("`make all` with nothing to do", "an interpreter that starts and ends (`python -I -S -c ''`)", 3,
         lambda: make, folder, lambda: [str(programs / "python"), "-I", "-S", "-c", ""], folder),
        ("`survey --help`", "`--help` of an empty command of Typer", 2,
         lambda: [str(programs / "survey"), "--help"], folder,
         lambda: [str(programs / "python"), str(lone), "--help"], folder),
    ]  # fmt: skip
    rows = []
    for name, bare, target, own, at, other, there in pairs:
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds if own is from_clean else QUICK_ROUNDS):
            taken[0].append(run(own(), cwd=at)[0])
            taken[1].append(run(other(), cwd=there)[0])
        one, two = map(statistics.median, taken)
        judged = "held" if one <= target * two else "**lost**"
        rows.append([name, seconds(one), bare, seconds(two), f"{one / two:.2f}", f"≤ {target}, {judged}"])
    return [
        machine(),
        f"Medians of {rounds} runs from clean and {QUICK_ROUNDS} of the others, in turns.",
        "",
        *table(["this pipeline", "", "beside", "", "ratio", "target"], rows),
    ]


def written(document: str, part: str, lines: Sequence[str]) -> str:
    """The document with a part between its markers replaced."""
    between = re.compile(rf"(<!-- {part} -->\n).*?(<!-- end of {part} -->)", re.DOTALL)
    assert between.search(document), f"no markers of {part}"
    return between.sub(lambda found: found[1] + "\n".join(lines) + "\n" + found[2], document)


def main() -> None:
    """Measure what is asked for, and print it or write it."""
    names = [contender.name for contender in CONTENDERS]
    parser = argparse.ArgumentParser(description="What this pipeline costs beside the same work by hand.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of responses")
    parser.add_argument(
        "--rounds", type=int, help=f"runs of each; {ROUNDS} and, of a small survey, {SMALL_ROUNDS}"
    )
    parser.add_argument("--only", nargs="+", choices=names, help="contenders")
    parser.add_argument("--parts", nargs="+", choices=["large", "small"], default=["large", "small"])
    parser.add_argument(
        "--declare", nargs="+", default=[], metavar="LINE", help="the first lines of survey.toml"
    )
    parser.add_argument("--folder", type=Path, help="where the exports stay; a temporary one without")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(HERE.parent)
    with tempfile.TemporaryDirectory() as temporary:
        found = {}
        if "large" in options.parts:
            found["large"] = large(options, (options.folder or Path(temporary)).resolve())
        if "small" in options.parts:
            found["small"] = small(options.rounds or SMALL_ROUNDS, Path(temporary).resolve() / "small")
    for part, lines in found.items():
        if options.write:
            DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), part, lines), encoding="utf-8")
        print("\n".join(lines), end="\n\n")


if __name__ == "__main__":
    main()
