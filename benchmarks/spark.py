"""A survey from its raw export to its tables, by DuckDB and by Spark: time and memory, beside each other.

`python benchmarks/spark.py FOLDER [RESPONSES]` makes the export of a million synthetic responses, or of as
many as are said, cuts a copy into four parts, runs both, and prints a line a stage. It ends with 1 where any
table but the one that names the files has other bytes.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import project

PARTS = 4
HEADER = 2
ADDRESS = "local[2]"
STAGES = ("ingest", "normalise", "tables")
NAMES_THE_FILES = "waves.csv"


def cut(export: Path, folder: Path) -> None:
    """The export in parts, each with its header."""
    folder.mkdir()
    with export.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.reader(stream)
        header = [next(reader) for _ in range(HEADER)]
        outs = [
            (folder / f"part {number}.csv").open("w", newline="", encoding="utf-8") for number in range(PARTS)
        ]
        writers = [csv.writer(out) for out in outs]
        for writer in writers:
            writer.writerows(header)
        for number, row in enumerate(reader):
            writers[number % PARTS].writerow(row)
    for out in outs:
        out.close()


def run(folder: Path, stage: str, *words: str) -> tuple[float, int]:
    """A stage in a process of its own: its seconds, and the most memory of it and its Java, in MiB."""
    most = 0
    began = time.perf_counter()
    words = ("--survey", project.NAME, *words)
    with subprocess.Popen([sys.executable, "-W", "ignore", "-m", "pipeline", stage, *words], cwd=folder,
                          stderr=subprocess.DEVNULL) as process:  # fmt: skip
        done = threading.Event()

        def look() -> None:
            nonlocal most
            while not done.wait(0.2):
                most = max(most, sum(map(_resident, (process.pid, *_below(process.pid)))))

        watch = threading.Thread(target=look)
        watch.start()
        failed = process.wait()
        done.set()
        watch.join()
    if failed:
        sys.exit(f"{stage} {' '.join(words)} failed")
    return time.perf_counter() - began, most // 1024


def _below(process: int) -> list[int]:
    """The processes that a process started, and those that these did."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(
                path.read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    found = [child for child, parent in parents.items() if parent == process]
    return found + [further for child in found for further in _below(child)]


def _resident(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def hashes(folder: Path) -> dict[str, str]:
    """The hash of every table."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.csv")
    }


def main(folder: Path, responses: int) -> None:
    """Run both and compare."""
    here, there = folder / "duckdb", folder / "spark"
    paths = project.make(here, responses)
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(here / "raw", there / "raw")
    raw = there / "raw" / project.NAME
    cut(raw / f"{project.WAVE}.csv", raw / "parts")
    (raw / f"{project.WAVE}.csv").unlink()
    declared = raw / f"{project.WAVE}.toml"
    text = declared.read_text("utf-8").replace(f'file = "{project.WAVE}.csv"', 'file = "parts"')
    declared.write_text(text, encoding="utf-8")
    print(f"{responses:,} responses, {os.cpu_count()} processors; Spark at {ADDRESS}, from {PARTS} parts")
    print("| stage | DuckDB | memory | Spark | memory | Spark / DuckDB |\n|---|---:|---:|---:|---:|---:|")
    for stage in STAGES:
        ours, theirs = run(here, stage), run(there, stage, "--engine", ADDRESS)
        print(
            f"| `{stage}` | {ours[0]:.1f} s | {ours[1]:,} MiB | {theirs[0]:.1f} s | {theirs[1]:,} MiB "
            f"| {theirs[0] / ours[0]:.1f} |",
            flush=True,
        )
    ours, theirs = hashes(paths.tables), hashes(there / "outputs" / project.NAME / "tables")
    apart = {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)} - {NAMES_THE_FILES}
    print(f"{len(ours)} tables, {len(apart)} with other bytes {sorted(apart)[:5] if apart else ''}")
    sys.exit(bool(apart))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
