"""What `survey fetch` says where a file cannot be had, and that it leaves nothing; on this machine alone."""

from __future__ import annotations

import hashlib
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from projects import survey_command

from pipeline.commands import fetch
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.public.bundle import WaveNote, _as_source
from pipeline.text.folding import without_secrets

CONTENT = b"Respondent ID\n1\n"
PINNED = hashlib.sha256(CONTENT).hexdigest()


class Scripted(BaseHTTPRequestHandler):
    """Answers each path in its own way."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/file.csv":
            self.answer(200, CONTENT)
        elif path.startswith("/status/"):
            self.answer(int(path.rpartition("/")[2]), b"")
        elif path == "/login":
            self.answer(302, b"", Location="/page?next=SECRET")
        elif path == "/round":
            self.answer(302, b"", Location="/round")
        elif path == "/elsewhere":
            self.answer(302, b"", Location="file:///etc/hostname")
        elif path == "/page":
            self.answer(200, b"\n<!DOCTYPE html><html>log in", **{"Content-Type": "text/plain"})
        elif path == "/said":
            self.answer(200, CONTENT, **{"Content-Length": "4000000001"})
        elif path == "/short":
            self.answer(200, CONTENT, **{"Content-Length": "1000"})
        elif path == "/endless":
            self.answer(200, b"", **{"Content-Length": ""})
            self.go_on(b"x" * 1000, 0)
        elif path == "/slow":
            self.answer(200, CONTENT, **{"Content-Length": "1000000"})
            self.go_on(b"x", 0.02)
        elif path == "/silent":
            self.answer(200, CONTENT, **{"Content-Length": "1000"})
            time.sleep(2)
        else:
            self.answer(200, b"something else")

    def answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def go_on(self, content: bytes, pause: float) -> None:
        try:
            while True:
                self.wfile.write(content)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    own = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    own.daemon_threads = True
    threading.Thread(target=own.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{own.server_port}"
    own.shutdown()
    own.server_close()


def bring(url: str, target: Path) -> None:
    fetch._bring(target, url, PINNED, {}, None)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/status/404", "127.0.0.1 answers 404 Not Found: no such file is there; look at the address"),
        (
            "/status/403",
            "127.0.0.1 answers 403 Forbidden: the file is not for everybody; log in and download",
        ),
        ("/status/503", "127.0.0.1 answers 503 Service Unavailable"),
        ("/status/299", "127.0.0.1 answers 299"),
        (
            "/login",
            "not the pinned file but a web page after a redirect to http://{server}/page?next=…, perhaps",
        ),
        ("/page", "not the pinned file but a web page, perhaps one to log in"),
        ("/round", "it sends on more than 10 times"),
        ("/elsewhere", "it sends on from http to file:///etc/hostname, which is not as safe"),
        ("/other", f"what came has sha256 {hashlib.sha256(b'something else').hexdigest()}, and {PINNED} is"),
        ("/said", "it is 4,000,000,001 bytes long by what the server says, and at most 4,000,000,000 bytes"),
        ("/endless", "it is longer than it may be: at most 50,000 bytes are fetched"),
        ("/slow", "it took more than 5e-05 hours, after"),
        ("/short", "the connection broke off"),
        ("/silent", "nothing came for 0.3 seconds"),
    ],
)
def test_the_true_cause_is_told_and_nothing_kept(
    path: str, said: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SILENCE", 0.3)
    if path == "/endless":
        monkeypatch.setattr(fetch, "MOST_BYTES", 50_000)
    if path == "/slow":
        monkeypatch.setattr(fetch, "LONGEST", 0.18)
    with pytest.raises(SurveyError) as told:
        bring(f"http://someone:hunter2@{server}{path}?token=SECRET", tmp_path / "export.csv")
    message = str(told.value)
    assert message.startswith(f"http://{server}{path}?token=… could not be fetched: ")
    assert said.format(server=server) in message
    assert message.endswith(". If you have the file, run: survey fetch --from FOLDER")
    assert not {"hunter2", "someone", "SECRET"} & set(message.replace("=", " ").replace("@", " ").split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://no-such-machine.invalid/x.csv", "no machine of that name is found"),
        ("https://{server}/file.csv", "no safe connection (TLS)"),
        ("http://127.0.0.1:1/x.csv", "the machine refuses the connection"),
        ("http://[::1/x.csv", "it is no address that can be asked"),
        ("http://" + "a" * 70 + ".example/x.csv", "it is no address that can be asked"),
    ],
)
def test_what_keeps_an_answer_from_coming(
    address: str, said: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ".invalid" in address:
        monkeypatch.setattr("socket.getaddrinfo", Mock(side_effect=socket.gaierror))
    with pytest.raises(SurveyError, match="could not be fetched: ") as told:
        bring(address.format(server=server), tmp_path / "export.csv")
    assert said in str(told.value)


def test_a_file_is_fetched(server: str, tmp_path: Path) -> None:
    bring(f"http://{server}/file.csv", tmp_path / "export.csv")
    assert (tmp_path / "export.csv").read_bytes() == CONTENT
    assert len(list(tmp_path.iterdir())) == 1


def test_a_safe_address_may_not_send_on_to_an_unsafe_one() -> None:
    asked: list[str] = []

    def get(url: str, **_: object) -> SimpleNamespace:
        asked.append(url)
        return SimpleNamespace(close=lambda: None, status_code=302)

    session: Any = SimpleNamespace(get=get, get_redirect_target=lambda _: "HTTP://example.org/x?key=SECRET")
    with pytest.raises(SurveyError, match=r"from https to HTTP://example.org/x\?key=…, which is not as safe"):
        fetch._asked(session, "https://example.org/x")
    assert asked == ["https://example.org/x"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a%20b.csv", "https://example.org/a%20b.csv"),
        ("https://example.org:8443/@scope/a.csv", "https://example.org:8443/@scope/a.csv"),
        ("https://user:SECRET@example.org/a.csv", "https://example.org/a.csv"),
        ("https://SECRET@example.org:80/a.csv", "https://example.org:80/a.csv"),
        ("https://user:SE/CR?ET#@example.org/a.csv", "https://example.org/a.csv"),
        ("https://user:SE@CRET@example.org/a.csv", "https://example.org/a.csv"),
        (
            "https://example.org/a.csv?X-Amz-Signature=SECRET&id=7",
            "https://example.org/a.csv?X-Amz-Signature=…&id=…",
        ),
        ("https://example.org/a.csv?SECRET", "https://example.org/a.csv?…"),
        ("https://example.org/a.csv;jsessionid=SECRET?x=", "https://example.org/a.csv?x=…"),
        ("https://example.org/a.csv#access_token=SECRET", "https://example.org/a.csv"),
        ("ftp://user:SECRET@example.org/a.csv", "ftp://example.org/a.csv"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_a_fetch_that_is_killed_leaves_nothing(toy: Paths, server: str) -> None:
    export = toy.raw / "second.csv"
    before = {path for path in toy.root.rglob("*") if path.is_file()}
    wave = (toy.raw / "second.toml").read_text(encoding="utf-8")
    pin = hashlib.sha256(export.read_bytes()).hexdigest()
    export.unlink()

    def declare(address: str) -> None:
        said = f'format = "surveymonkey"\nurl = "{address}"\nsha256 = "{pin}"'
        (toy.raw / "second.toml").write_text(wave.replace('format = "surveymonkey"', said), encoding="utf-8")

    def found() -> set[Path]:
        return {path for path in toy.root.rglob("*") if path.is_file()} - before

    declare(f"http://{server}/slow")
    command = [sys.executable, "-m", "pipeline", "fetch", "--survey", "toy"]
    with subprocess.Popen(command, cwd=toy.root) as run:
        until = time.monotonic() + 30
        while run.poll() is None and time.monotonic() < until and len(found()) < 2:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
    assert len(found()) == 2
    declare(f"http://{server}/other")
    assert survey_command(toy.root, "fetch", "--survey", "toy").returncode == 1
    assert {path.name for path in found()} <= {"run.lock"}
    assert not export.exists()


def test_a_published_bundle_tells_no_secret_of_an_address() -> None:
    wave = WaveNote(
        "2026", "Spring", "", False, 1, 1, "", "", "", ["https://user:SECRET@example.org/a.csv?key=SECRET"]
    )
    assert _as_source(wave, wave.urls[0])["path"] == "https://example.org/a.csv"
