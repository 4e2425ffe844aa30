"""What a run survives: being killed, another beside it, a full disk, no permission, damaged files.

`make faults` kills 200 runs instead of 20. FAULTS_SEED repeats the moments of a run that failed.
"""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd
import pyreadstat
import pytest
from projects import command, copy_of, make, make_environment, make_project, stages, survey_all, survey_of

from pipeline import open_survey
from pipeline.cli import STAGES
from pipeline.exports import spss
from pipeline.project import files, record
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("FAULTS", "20"))
SEED = int(os.environ.get("FAULTS_SEED", random.SystemRandom().randrange(1_000_000)))
# it says when files changed, too, which never repeats
RECORD = ".record"


def state(paths: Paths) -> dict[str, str]:
    """Every file below outputs/, hidden ones too, with a hash: of the database that of what it holds."""
    found = {}
    for path in sorted(paths.outputs.rglob("*")):
        if path.is_dir():
            assert not path.name.startswith("."), path
            continue
        content = path.read_bytes()
        if path.suffix == RECORD:
            content = b""
        if path == paths.database:
            with duckdb.connect(str(path), read_only=True) as connection:
                content = repr(connection.execute("select * from answers order by all").fetchall()).encode()
        found[str(path.relative_to(paths.outputs))] = sha256(content).hexdigest()
    return found


def declare(paths: Paths, models: str) -> None:
    """Call an option by another name, which changes an output of every stage but the first."""
    text = paths.questionnaire.read_text()
    label = next(line for line in text.splitlines() if line.startswith("models = "))
    paths.questionnaire.write_text(text.replace(label, f'models = "{models}"'))


@pytest.fixture(scope="module")
def two(made: Paths, tmp_path_factory: pytest.TempPathFactory) -> tuple[Paths, dict[str, dict[str, str]]]:
    """A folder to change, and what its outputs are for each name of an option that it may declare."""
    folder = tmp_path_factory.mktemp("two") / "p"
    shutil.copytree(made.root, folder, symlinks=True)
    paths = Paths(folder, "toy")
    expected = {"Models": state(paths)}
    declare(paths, "MODELS")
    assert stages(make(folder, "all")) == list(STAGES)
    expected["MODELS"] = state(paths)
    assert expected["Models"].keys() == expected["MODELS"].keys()
    assert sum(expected["Models"][name] != expected["MODELS"][name] for name in expected["Models"]) > 10
    return paths, expected


# killed


def by_make(folder: Path, moment: float | None) -> bool:
    """`make all`, killed with all its children after some seconds; whether it ended by itself."""
    run = subprocess.Popen(
        ["make", "all"], cwd=folder, env=make_environment(folder), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert run.wait(moment) == 0
        return True
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return False


def by_all(folder: Path, moment: float | None) -> bool:
    """`survey all` likewise, in a process that has imported everything already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["projects", "pipeline.charts.figure_files", "pipeline.charts.gates", "pipeline.charts"]
    )
    run = context.Process(target=survey_all, args=(folder,))
    run.start()
    run.join(moment)
    ended = run.exitcode is not None
    run.kill()
    run.join()
    assert run.exitcode == (0 if ended else -signal.SIGKILL)
    return ended


def test_a_killed_run_leaves_whole_files_and_the_next_run_mends(
    two: tuple[Paths, dict[str, dict[str, str]]],
) -> None:
    paths, expected = two
    chance = random.Random(SEED)  # noqa: S311
    longest: dict[object, float] = {by_make: 8.0, by_all: 4.0}
    killed = 0
    print(f"FAULTS_SEED={SEED}")
    for number in range(0, ROUNDS, 2):
        run = by_make if number % 10 == 0 else by_all
        before = expected["MODELS" if "MODELS" in paths.questionnaire.read_text() else "Models"]
        name = ("MODELS", "Models")[number // 2 % 2]
        declare(paths, name)
        after = expected[name]
        if number % 6 == 4:
            shutil.rmtree(paths.outputs)
            before = {}
        # two are killed one after the other, and the third runs to its end
        for is_first in (True, False):
            moment = chance.uniform(0, longest[run])
            where = f"FAULTS_SEED={SEED}, round {number}: {run.__name__} killed after {moment:.3f} s"
            started = time.monotonic()
            if not run(paths.root, moment):
                killed += 1
            elif is_first:
                longest[run] = time.monotonic() - started
            for path in sorted(paths.outputs.rglob("*")):
                within = str(path.relative_to(paths.outputs))
                if path.is_file() and not within.endswith((".aside", RECORD)):
                    if path == paths.database or ".aside" in within:
                        continue
                    seen = sha256(path.read_bytes()).hexdigest()
                    assert seen in (before.get(within), after.get(within)), f"{where}: {within}"
            if paths.database.exists():
                duckdb.connect(str(paths.database), read_only=True).close()
        assert run(paths.root, None), where
        assert state(paths) == after, where
    assert killed > ROUNDS / 4


def test_a_folder_that_was_to_be_swapped_in_comes_back(tmp_path: Path) -> None:
    old = tmp_path / ".public.k3x9q2ab.aside.before"
    (old / "deep").mkdir(parents=True)
    (old / "deep" / "responses.csv").write_text("kept")
    (tmp_path / ".public.k3x9q2ab.aside").mkdir()
    (tmp_path / ".tables.xlsx.k3x9q2ab.aside").touch()
    (tmp_path / ".survey.toml.swp").touch()
    files.sweep(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"public/deep/responses.csv", ".survey.toml.swp"}


# two at once


@pytest.mark.parametrize("words", [["make", "all"], [".venv/bin/survey", "all"]], ids=lambda words: words[0])
def test_of_two_runs_at_once_the_second_waits(
    words: list[str], two: tuple[Paths, dict[str, dict[str, str]]]
) -> None:
    paths, expected = two
    name = "Models" if "MODELS" in paths.questionnaire.read_text() else "MODELS"
    declare(paths, name)
    runs = [
        subprocess.Popen(
            words, cwd=paths.root, env=make_environment(paths.root), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    told = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    assert sorted(said.count("waiting for another run of toy") for said in told) == [0, 1], told
    assert sorted(said.count("tables ") for said in told) == [0, 1]
    assert state(paths) == expected[name]


# no room, no permission


@contextmanager
def no_room(left: int = 64) -> Iterator[None]:
    """No file may get larger than this, which to who writes is a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


WRITERS = [[stage] for stage in STAGES] + [["codebook"], ["verify"], ["export", "parquet"]]


def test_a_full_disk_is_told_and_changes_nothing(remade: Paths) -> None:
    export = remade.raw / "first.csv"
    export.write_text(export.read_text().replace("a11;Yes;1;Data", "a11;Yes;N;Data"))
    for words in WRITERS:
        before = state(remade)
        with no_room():
            code, said = command(remade.root, *words, "--survey", "toy")
        assert code == 1, words
        # the codebook is made from what is read for it alone
        assert said.startswith(tempfile.gettempdir() if words == ["codebook"] else "outputs/toy/"), said
        assert "could not be written: the disk is full" in said
        assert said.count("\n") == 1, said
        assert state(remade) == before, words
        code, said = command(remade.root, *words, "--survey", "toy")
        assert code == 0, said
        assert state(remade) != before, words


def test_no_database_that_is_cut_short_takes_the_place_of_a_whole_one(remade: Paths) -> None:
    export = remade.raw / "first.csv"
    export.write_text(export.read_text().replace("a11;Yes;1;Data", "a11;Yes;N;Data"))
    assert command(remade.root, "ingest", "--survey", "toy")[0] == 0
    before, size = state(remade), remade.database.stat().st_size
    # in most of these its log has room, and only the file has none when that is put into it at the end
    for left in (4_096, size // 4, size // 2, size - 262_144, size - 1):
        with no_room(left):
            code, said = command(remade.root, "normalise", "--survey", "toy")
        assert code == 1, left
        assert said.startswith("outputs/toy/survey.duckdb could not be written: "), said
        assert said.count("\n") == 1, said
        assert state(remade) == before, left
    with no_room(2 * size):
        assert command(remade.root, "normalise", "--survey", "toy")[0] == 0
    assert state(remade) != before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Paths]]:
    """The toy survey in a project whose outputs/ is a disk of so many MB."""
    disk = tmp_path / "outputs"

    def mounted(size: int) -> Paths:
        disk.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(disk)]
        try:
            subprocess.run(words, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no disk may be mounted here; limits on the size of files stand in for it")
        return make_project(tmp_path)

    yield mounted
    subprocess.run(["umount", str(disk)], check=False, capture_output=True)


@pytest.mark.parametrize(
    ("size", "codes"), [(4, [1, 1]), (6, [0, 1]), (7, [0, 1]), (9, [0, 1]), (12, [0, 0])]
)
def test_a_small_disk_never_holds_a_database_that_cannot_be_read(
    size: int, codes: list[int], small_disk: Callable[[int], Paths]
) -> None:
    paths = small_disk(size)
    assert command(paths.root, "ingest", "--survey", "toy")[0] == 0
    for wanted in codes:
        code, said = command(paths.root, "normalise", "--survey", "toy")
        assert code == wanted, said
        assert not code or said.startswith("outputs/toy/survey.duckdb could not be written: "), said
        if codes[0] == 0:
            assert command(paths.root, "sql", "select * from answers", "--survey", "toy")[0] == 0
        kept = {"interim"} if codes[0] else {"interim", "survey.duckdb"}
        assert {path.name for path in paths.outputs.iterdir()} == kept


def test_exports_that_are_cut_short_are_never_swapped_in(remade: Paths) -> None:
    declared = remade.questionnaire.read_text()
    remade.questionnaire.write_text(
        f'{declared}\n[public]\nlicence = "CC0-1.0"\nk = 2\nquasi_identifiers = []\n'
    )
    assert command(remade.root, "normalise", "--survey", "toy")[0] == 0
    for form, folder in (("parquet", remade.partitions), ("public", remade.public)):
        assert command(remade.root, "export", form, "--survey", "toy")[0] == 0
        sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
        shutil.rmtree(folder)
        before = state(remade)
        for left in (min(sizes), max(sizes) - 1):
            with no_room(left):
                code, said = command(remade.root, "export", form, "--survey", "toy")
            assert code == 1, (form, left)
            assert said.startswith("outputs/toy/")
            assert "could not be written: the disk is full" in said
            assert state(remade) == before


def test_an_spss_file_is_whole_or_an_error(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0] * 40, "b": ["one", "another"] * 40})
    path = tmp_path / "a.sav"
    spss.write(path, frame, column_labels={"a": "A"})
    size = path.stat().st_size
    wrong = 0
    for left in range(1, size, 12):
        path.unlink()
        with no_room(left), pytest.raises(OSError, match="File too large"):
            spss.write(path, frame, column_labels={"a": "A"})
        with no_room(left), suppress(pyreadstat.ReadstatError):
            # whose writer is silent at some of these
            pyreadstat.write_sav(frame, path, column_labels={"a": "A"})
            wrong += 1
    assert wrong
    with no_room(size):
        spss.write(path, frame, column_labels={"a": "A"})


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_files_that_belong_together_change_together(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("old")
    written = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if ".other." in path.name:
            raise OSError(code, os.strerror(code))
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    said = "other could not be written: the disk is full"
    with pytest.raises(SurveyError, match=said), files.together() as put:
        put(one, "new")
        put(other, "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one": "old"}


def test_outputs_that_may_not_be_written_are_told_and_kept(remade: Paths) -> None:
    export = remade.raw / "first.csv"
    export.write_text(export.read_text().replace("a11;Yes;1;Data", "a11;Yes;N;Data"))
    # nothing hinders root but the loss of what makes it root
    bound = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
    folders = [remade.outputs, *(path for path in remade.outputs.rglob("*") if path.is_dir())]
    for words in WRITERS:
        before = state(remade)
        for folder in folders:
            folder.chmod(0o555)
        run = subprocess.run(
            [*bound, sys.executable, "-m", "pipeline", *words, "--survey", "toy"],
            cwd=remade.root, env=make_environment(remade.root), capture_output=True, text=True, check=False,
        )  # fmt: skip
        for folder in folders:
            folder.chmod(0o755)
        assert run.returncode == 1, words
        assert run.stderr.startswith("outputs/toy/"), run.stderr
        assert "(Permission denied)" in run.stderr
        assert run.stderr.count("\n") == 1, run.stderr
        assert state(remade) == before, words
        code, said = command(remade.root, *words, "--survey", "toy")
        assert code == 0, said


@pytest.mark.parametrize("name", ["HOME", "MPLCONFIGDIR"])
def test_figures_need_no_cache(name: str, remade: Paths) -> None:
    before = state(remade)
    shutil.rmtree(remade.figures)
    named = ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    environment = {k: v for k, v in os.environ.items() if k not in named} | {name: "/proc/1/nowhere"}
    run = subprocess.run(
        [sys.executable, "-m", "pipeline", "figures", "--survey", "toy"],
        cwd=remade.root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stderr.startswith("figures    toy")
    assert run.stderr.count("\n") == 1, run.stderr
    assert state(remade) == before


# interrupted

# `survey …` in which Ctrl-C comes at the event of a number, of those that an audit hook hears: every import,
# every file that is opened, moved or removed, every process that is started
AT_EVENT = """
import os, signal, sys
at = [int(sys.argv.pop(1))]
from pipeline.project import process
process.begin()
def heard(event, words):
    at[0] -= 1
    if at[0] == 0:
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(heard)
from pipeline.__main__ import main
try:
    main()
finally:
    print(-at[0])
"""


def at_event(paths: Paths, number: int, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", AT_EVENT, str(number), *words],
        cwd=paths.root, env=make_environment(paths.root), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_interrupted_run_says_nothing_and_changes_nothing_by_halves(
    two: tuple[Paths, dict[str, dict[str, str]]], tmp_path: Path
) -> None:
    whole, expected = two
    paths = copy_of(whole, tmp_path / "whole")
    declare(paths, "Models")
    assert command(paths.root, "all", "--survey", "toy")[0] == 0
    declare(paths, "MODELS")
    run = at_event(paths, -1, "all", "--survey", "toy")
    assert run.returncode == 0, run.stderr
    declare(paths, "Models")
    assert command(paths.root, "all", "--survey", "toy")[0] == 0
    before = state(paths)
    declare(paths, "MODELS")
    events = int(run.stdout.split()[-1])
    whole = paths
    for part in (0.0, 0.3, 0.6, 0.7, 0.8, 0.95):
        # a stage that has ended does not run again
        paths = copy_of(whole, tmp_path / str(part))
        run = at_event(paths, 1 + int(part * events), "all", "--survey", "toy")
        assert (run.returncode, run.stdout) == (130, ""), part
        told = [
            line for line in run.stderr.splitlines() if line.split()[:2] not in [[s, "toy"] for s in STAGES]
        ]
        assert told == [], part
        for name, seen in state(paths).items():
            assert seen in (before[name], expected["MODELS"][name]), (part, name)
    assert command(paths.root, "all", "--survey", "toy")[0] == 0
    after = expected["MODELS"]
    assert state(paths) == {name: after[name] for name in before}


# a figure each by two processes
DRAW = """
import sys
from pipeline import figures
figures.POOL_FROM, figures.cores = 1, lambda: 2
from pipeline.__main__ import main
main()
"""


@pytest.mark.parametrize("all_hear", [True, False])
def test_processes_that_draw_end_with_the_one_that_started_them(all_hear: bool, remade: Paths) -> None:
    shutil.rmtree(remade.figures)
    before = state(remade)
    for moment in (0.0, 0.3, 0.8):
        run = subprocess.Popen(
            [sys.executable, "-c", DRAW, "figures", "--survey", "toy"],
            cwd=remade.root, env=make_environment(remade.root), text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while run.poll() is None and len(children.read_text(encoding="utf-8").split()) < 2:
            time.sleep(0.01)
        time.sleep(moment)
        if all_hear:
            os.killpg(run.pid, signal.SIGINT)
        else:
            run.send_signal(signal.SIGINT)
        assert (*run.communicate(timeout=20), run.returncode) == ("", "", 130), moment
        assert state(remade) == before
        with pytest.raises(ProcessLookupError):
            for _ in range(100):
                os.killpg(run.pid, 0)
                time.sleep(0.05)


def test_who_waits_for_another_run_may_be_interrupted(remade: Paths) -> None:
    with remade.lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "all"], cwd=remade.root, env=make_environment(remade.root),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert run.stderr is not None
        assert run.stderr.readline().startswith("waiting for another run of toy")
        run.send_signal(signal.SIGINT)
        assert (*run.communicate(timeout=20), run.returncode) == ("", "", 130)


def test_make_is_interrupted_without_a_traceback(remade: Paths) -> None:
    declare(remade, "MODELS")
    before = state(remade)
    run = subprocess.Popen(
        ["make", "all"], cwd=remade.root, env=make_environment(remade.root), text=True,
        start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(1.5)
    os.killpg(run.pid, signal.SIGINT)
    out, said = run.communicate(timeout=20)
    assert run.returncode == -signal.SIGINT
    assert out == ""
    lines = [line for line in said.splitlines() if not line.startswith("make")]
    assert lines in [[], *([line] for line in lines if line.startswith("ingest "))]
    seen = state(remade)
    assert {name for name in before if seen.get(name) != before[name]} <= {"survey.duckdb"}


# streams that nobody reads


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ingest --survey toy", 0),
        ("sql 'select 1' --survey toy", 0),
        ("show nothing --survey toy", 1),
        ("shw", 2),
    ],
)
@pytest.mark.parametrize("streams", ["2>&-", ">&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_streams_that_are_closed_change_no_exit_code(
    streams: str, words: str, code: int, remade: Paths
) -> None:
    before = state(remade)
    run = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m pipeline {words} {streams}"], cwd=remade.root,
        env=make_environment(remade.root), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == code, run.stderr
    assert "Traceback" not in run.stderr
    assert run.stderr == "" or "2>" not in streams
    assert state(remade) == before


@pytest.mark.parametrize(("words", "code"), [(["ingest"], 0), (["show", "nothing"], 1)])
def test_an_error_stream_that_is_a_closed_pipe_changes_no_exit_code(
    words: list[str], code: int, remade: Paths
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "pipeline", *words, "--survey", "toy"], cwd=remade.root,
        env=make_environment(remade.root), stdout=subprocess.PIPE, stderr=writing, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (run.returncode, run.stdout) == (code, "")


def test_an_output_that_cannot_be_written_is_told(remade: Paths) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        run = subprocess.run(
            [sys.executable, "-m", "pipeline", "sql", "select 1", "--survey", "toy"], cwd=remade.root,
            env=make_environment(remade.root), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (run.returncode, run.stderr) == (1, "a file: No space left on device\n")


# damaged files

GARBAGE = b"\xff $(x) a: b: %c=\nd\\\n\tq;;#\x00" * 40
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "garbage": lambda content: GARBAGE,
    "null": lambda content: b"null",
    "list": lambda content: b"[[1], 2]",
    "object": lambda content: b'{"headings": 1, "key": [], "uses": 2}',
}
# who reads a file of interim/ that is not the record
READERS = {
    ".parquet": "normalise",
    "headings.json": "normalise",
    "normalised.md5": "normalise",
    "estimates.kept": "tables",
    "figures.json": "figures",
    ".page": "figures",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_mended_or_told(damage: str, remade: Paths) -> None:
    before = state(remade)
    hurt = 0
    for path in [path for path in sorted(remade.interim.rglob("*")) if path.is_file()]:
        if path.name == "run.lock" or path.suffix == RECORD:
            continue
        if damage in ("null", "list", "object") and path.suffix != ".json":
            continue
        (stage,) = [stage for end, stage in READERS.items() if path.name.endswith(end)]
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
        hurt += 1
        code, said = command(remade.root, stage, "--survey", "toy")
        if code:
            assert said == (
                f"outputs/toy/interim/{path.name} is damaged; run: survey ingest --survey toy\n"
            ).replace("is damaged", "is missing or damaged" if path.suffix == ".parquet" else "is damaged")
            now = state(remade)
            assert {name for name in before if now[name] != before[name]} == {f"interim/{path.name}"}
            assert command(remade.root, "ingest", "--survey", "toy")[0] == 0
        assert state(remade) == before, path
    assert hurt >= (3 if damage in ("null", "list", "object") else 10)


@pytest.mark.parametrize("damage", ["empty", "half", "garbage", "null"])
def test_a_damaged_record_is_written_again(damage: str, remade: Paths) -> None:
    before = state(remade)
    remade.record.write_bytes(DAMAGES[damage](remade.record.read_bytes()))
    assert stages(make(remade.root, "all")) == list(STAGES)
    assert stages(make(remade.root, "all")) == []
    assert state(remade) == before


def test_a_line_of_the_record_that_is_no_number_is_damage(remade: Paths) -> None:
    lines = remade.record.read_text(encoding="ascii").splitlines()
    for place, line in enumerate(lines):
        for parts in (line.split("\t")[:-1], [*line.split("\t"), "more"], ["", *line.split("\t")]):
            damaged = [*lines[:place], "\t".join(parts), *lines[place + 1 :]]
            remade.record.write_text("\n".join(damaged) + "\n", encoding="ascii")
            # whatever it says now, it is no error
            assert isinstance(record.is_done(str(remade.raw), str(remade.outputs), str(remade.record)), bool)


def over(content: bytes, place: float) -> bytes:
    """A database one block of which is written over."""
    start = int(len(content) * place)
    return content[:start] + b"\xff" * 262_144 + content[start + 262_144 :]


DATABASES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "10%": lambda content: content[: len(content) // 10],
    "50%": lambda content: content[: len(content) // 2],
    "90%": lambda content: content[: len(content) * 9 // 10],
    "99%": lambda content: content[: len(content) * 99 // 100],
    "begins otherwise": lambda content: over(content, 0),
    "middle": lambda content: over(content, 0.5),
    "end": lambda content: over(content, 0.9),
}
OPENERS = [
    ["sql", "select 1"], ["show", "uses"], ["tables"], ["explain", "uses", "data"], ["headlines"],
    ["disclosure"], ["export", "public"], ["export", "parquet"],
]  # fmt: skip


@pytest.mark.parametrize("damage", DATABASES)
def test_a_damaged_database_is_told_by_whoever_opens_it(damage: str, remade: Paths) -> None:
    declared = remade.questionnaire.read_text()
    remade.questionnaire.write_text(
        f'{declared}\n[public]\nlicence = "CC0-1.0"\nk = 2\nquasi_identifiers = []\n'
    )
    assert command(remade.root, "normalise", "--survey", "toy")[0] == 0
    remade.database.write_bytes(DATABASES[damage](remade.database.read_bytes()))
    before = {path: path.read_bytes() for path in remade.outputs.rglob("*") if path.is_file()}
    for words in OPENERS if damage == "99%" else OPENERS[:2]:
        code, said = command(remade.root, *words, "--survey", "toy")
        assert code == 1, words
        *_, told = said.splitlines()
        assert told.startswith("outputs/toy/survey.duckdb "), said
        assert "damaged" in told
        assert told.endswith("run: survey normalise --survey toy"), said
    with pytest.raises(SurveyError, match="damaged"):
        open_survey("toy", remade.root)
    assert {path: path.read_bytes() for path in before} == before
    assert command(remade.root, "normalise", "--survey", "toy")[0] == 0
    code, said = command(remade.root, "sql", "select nobody from answers", "--survey", "toy")
    assert (code, said.partition(":")[0]) == (1, "Binder Error")


def test_who_does_not_open_the_database_needs_none(remade: Paths) -> None:
    before = state(remade)
    damaged = remade.database.read_bytes()[:1_000_000]
    for words in (["figures"], ["report"], ["quality"], ["verify"]):
        remade.database.write_bytes(damaged)
        run = survey_of(remade.root, *words)
        assert run.returncode == 0, run.stderr
        assert remade.database.read_bytes() == damaged
    assert stages(make(remade.root, "all"))[0] == "normalise"
    assert {name: state(remade)[name] for name in before} == before


def test_a_database_that_another_program_holds(remade: Paths) -> None:
    before = state(remade)
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()",
         str(remade.database)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        for words in (["tables"], ["show", "uses"], ["sql", "select 1"]):
            code, said = command(remade.root, *words, "--survey", "toy")
            assert code == 1
            assert said.startswith("outputs/toy/survey.duckdb cannot be read: another program may be writing")
            assert said.count("\n") == 1
        for stage in ("normalise", "tables"):
            code, said = command(remade.root, stage, "--survey", "toy")
            assert code == 0, said
    finally:
        holder.communicate("")
    assert state(remade) == before


def test_a_program_that_was_killed_with_the_database_open(remade: Paths) -> None:
    before = state(remade)
    leave = "c.execute('create table mine as select 1 as x'); os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run(
        [sys.executable, "-c", f"import duckdb, os, signal, sys; c = duckdb.connect(sys.argv[1]); {leave}",
         str(remade.database)],
        check=False,
    )  # fmt: skip
    assert Path(f"{remade.database}.wal").exists()
    assert command(remade.root, "normalise", "--survey", "toy")[0] == 0
    assert state(remade) == before
