"""How much of a wave file a person still has to write: each wave of a survey drafted from its others.

`python -m benchmarks.carried [--why]` prints the table of docs/formats.md: each wave of the survey ospo is
taken out and drafted against the others, by default and like each of them, and its lines are held against
those that people wrote, comments left out. A line of [unsettled] that is to be deleted is one too.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import tempfile
import tomllib
from pathlib import Path

from benchmarks.drafts import DATA, source
from pipeline.drafting.new_wave import new_wave

SURVEY = "ospo"


def written(path: Path) -> list[str]:
    """The lines of a wave file that say something: without comments and their white space."""
    lines = (line.split("   #")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def edited(folder: Path, wave: str, like: str) -> tuple[int, int, list[str]]:
    """How many lines of a draft are to be edited, of how many that people wrote, and what the edits are."""
    raw = folder / "raw" / SURVEY
    raw.mkdir(parents=True)
    for path in source(SURVEY).glob("*.toml"):
        shutil.copyfile(path, raw / path.name)
        if export := tomllib.loads(path.read_text("utf-8")).get("source", {}).get("file"):
            shutil.copyfile(DATA / SURVEY / export, raw / export)
    (raw / "report.toml").unlink(missing_ok=True)
    truth = written(raw / f"{wave}.toml")
    export = tomllib.loads((raw / f"{wave}.toml").read_text("utf-8"))["source"]["file"]
    (raw / f"{wave}.toml").unlink()
    shutil.move(raw / export, raw / f"{wave}{Path(export).suffix}")
    for _ in new_wave(folder, raw / f"{wave}{Path(export).suffix}", like):
        pass
    draft = [line.replace(f"{wave}{Path(export).suffix}", export) for line in written(raw / f"{wave}.toml")]
    matcher = difflib.SequenceMatcher(None, draft, truth, autojunk=False)
    count, edits = 0, []
    for what, first, last, begin, end in matcher.get_opcodes():
        if what != "equal":
            count += max(last - first, end - begin)
            edits += [f"- {line}" for line in draft[first:last]] + [f"+ {line}" for line in truth[begin:end]]
    return count, len(truth), edits


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--why", action="store_true")
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args()
    waves = sorted(path.stem for path in source(SURVEY).glob("2*.toml"))
    print("| wave | drafted like | lines edited | of |")
    print("|---|---|---|---|")
    for wave in wanted.names or waves:
        for like in ("", *(other for other in waves if other != wave)):
            with tempfile.TemporaryDirectory() as folder:
                count, lines, edits = edited(Path(folder), wave, like)
            print(f"| {wave} | {like or 'all'} | {count} ({count / lines:.0%}) | {lines} |", flush=True)
            for edit in edits if wanted.why else ():
                print(f"    {edit}"[:160])


if __name__ == "__main__":
    main()
