"""Bringing the exports that wave files name by address and SHA-256; nothing unpinned is accepted."""

from __future__ import annotations

import http
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from pipeline.declarations import git, survey, wave_files
from pipeline.project import files
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import Paths
from pipeline.text.folding import without_secrets

if TYPE_CHECKING:
    import requests

MOST_BYTES = 4_000_000_000
SILENCE = 60.0
"""seconds without a byte after which a connection counts as stalled"""
LONGEST = 6 * 3600.0
"""seconds that a download may take"""
_REDIRECTS = 10
_PIECE = 1 << 16
_PAGE = (b"<!doctype html", b"<html")
_INSTEAD = "If you have the file, run: survey fetch --from FOLDER"


class NotFetchedError(SurveyError):
    """Why a file could not be fetched; the message names addresses of files and servers, and no answers."""

    def __init__(self, why: str) -> None:
        super().__init__(why, declared=[why])


def fetch(paths: Paths, folder: Path | None = None) -> list[str]:
    """Put every export that has an address beside its wave file; a line on each.

    With `folder` the files are found there by hash, and the network is not used. SurveyError lists
    every export that could not be had; those that could stay.
    """
    questionnaire, _ = survey.load(paths)
    fieldings = [f for f in wave_files.load(paths, questionnaire) if f.wave.source.url]
    if not fieldings:
        raise SurveyError(f"no wave of {paths.survey} names an address under [source]; nothing to fetch")
    git.ignore(paths, fieldings)
    lines: list[str] = []
    problems: list[Problem] = []
    if folder and not folder.is_dir():
        raise SurveyError(f"no folder {folder}")
    paths_there = sorted(folder.rglob("*")) if folder else []
    by_hash = {files.sha256(path): path for path in paths_there if path.is_file()}
    for fielding in fieldings:
        source = fielding.wave.source
        if not source.sha256:
            problems.append(
                fielding.document.problem("url without sha256: pin the file first", "source", "url")
            )
            continue
        for target, url, expected in zip(fielding.exports, source.url, source.sha256, strict=True):
            shown = paths.shown(target)
            if target.is_file() and files.sha256(target) == expected.lower():
                lines.append(f"{shown} is there")
                continue
            try:
                _bring(target, url, expected.lower(), by_hash, folder)
                lines.append(f"{shown} fetched")
            except SurveyError as error:
                place, why = ("source", "sha256"), str(error)
                line = fielding.document.line(*place)
                problems.append(Problem(fielding.document.name, line, why, place, [why]))
    if problems:
        raise SurveyError(problems)
    return lines


def _bring(target: Path, url: str, expected: str, by_hash: dict[str, Path], folder: Path | None) -> None:
    with files.aside(target) as temporary:
        if folder is None:
            _download(url, expected, temporary)
        elif expected in by_hash:
            shutil.copyfile(by_hash[expected], temporary)
        else:
            raise SurveyError(f"no file in {folder} has sha256 {expected}")


def _download(url: str, expected: str, temporary: Path) -> None:
    """Write what an address holds to `temporary`; NotFetchedError that says why it is not the pinned file."""
    # imported here, since only a download needs them
    import requests
    import urllib3

    try:
        with requests.Session() as session, _asked(session, url) as answer:
            _write(answer, temporary)
            if (seen := files.sha256(temporary)) != expected:
                raise NotFetchedError(_another(answer, seen, expected, url, temporary))
        return
    except NotFetchedError as error:
        why = str(error)
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
        why = _cause(error)
    raise NotFetchedError(f"{without_secrets(url)} could not be fetched: {why}. {_INSTEAD}")


def _asked(session: requests.Session, url: str) -> requests.Response:
    """The answer of an address, redirects followed, before it is read; NotFetchedError if there is none."""
    for _ in range(_REDIRECTS):
        # the file as it is, not compressed for the transfer
        plain = {"Accept-Encoding": "identity"}
        answer = session.get(url, headers=plain, timeout=SILENCE, stream=True, allow_redirects=False)
        onwards = session.get_redirect_target(answer)
        if onwards is None:
            break
        answer.close()
        before, url = urlsplit(url).scheme, urljoin(url, onwards)
        if urlsplit(url).scheme not in ("https", before):
            raise NotFetchedError(
                f"it sends on from {before} to {without_secrets(url)}, which is not as safe"
            )
    else:
        raise NotFetchedError(f"it sends on more than {_REDIRECTS} times")
    if answer.status_code != http.HTTPStatus.OK:
        answer.close()
        raise NotFetchedError(f"{urlsplit(url).hostname} answers {_in_words(answer.status_code)}")
    length = answer.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        answer.close()
        raise NotFetchedError(f"it is {int(length):,} bytes long by what the server says, and {_at_most()}")
    return answer


def _write(answer: requests.Response, temporary: Path) -> None:
    """Write the content of an answer piece by piece; NotFetchedError where it is too long or too slow."""
    until, written = time.monotonic() + LONGEST, 0
    with temporary.open("wb") as file:
        while piece := answer.raw.read1(_PIECE, decode_content=True):
            written += len(piece)
            if written > MOST_BYTES:
                raise NotFetchedError(f"it is longer than it may be: {_at_most()}")
            if time.monotonic() > until:
                raise NotFetchedError(f"it took more than {LONGEST / 3600:g} hours, after {written:,} bytes")
            file.write(piece)


def _at_most() -> str:
    return f"at most {MOST_BYTES:,} bytes are fetched"


def _another(answer: requests.Response, seen: str, expected: str, url: str, temporary: Path) -> str:
    """Why the file that came is not the pinned one."""
    with temporary.open("rb") as file:
        start = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_PAGE) or answer.headers.get("Content-Type", "").startswith("text/html"):
        where = f" after a redirect to {without_secrets(answer.url)}" if answer.url != url else ""
        return (
            f"it is not the pinned file but a web page{where}, perhaps one to log in or to download from "
            f"(sha256 {seen})"
        )
    return (
        f"it is not the pinned file: what came has sha256 {seen}, and {expected} is pinned. Look whether the "
        "file was changed there, and pin the new hash if the change is meant"
    )


def _in_words(status: int) -> str:
    """A status of HTTP with its words, and what they mean for a file."""
    try:
        words = f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    if status in (401, 403, 407):
        return f"{words}: the file is not for everybody; log in and download it yourself"
    if status in (404, 410):
        return f"{words}: no such file is there; look at the address"
    return words


def _cause(error: BaseException) -> str:
    """Why there was no answer, by the types of the errors, whose own messages hold addresses."""
    import urllib3

    of = urllib3.exceptions
    causes = list(_below(error))
    messages = [cause.verify_message for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)]
    certificate = f": {messages[0]}" if any(messages[:1]) else ""
    proxy = "the proxy that is set for this machine does not let it through; look at HTTPS_PROXY"
    name = "no machine of that name is found; look at the address and at the network"
    # the first whose kinds fit one of the causes is given
    reasons: dict[str, tuple[type[BaseException], ...]] = {
        proxy: (of.ProxyError,),
        f"no safe connection (TLS){certificate}": (ssl.SSLError, of.SSLError),
        name: (socket.gaierror, of.NameResolutionError),
        "the machine refuses the connection": (ConnectionRefusedError,),
        f"nothing came for {SILENCE:g} seconds": (TimeoutError, of.TimeoutError),
        "it is no address that can be asked": (of.LocationValueError, ValueError),
        "the connection broke off": (of.ProtocolError, ConnectionError),
    }
    for reason, kinds in reasons.items():
        if any(isinstance(cause, kinds) for cause in causes):
            return reason
    return f"no answer came ({type(causes[-1]).__name__})"


def _below(error: BaseException) -> Iterator[BaseException]:
    """An error and its causes, as Python, requests and urllib3 keep them."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        further = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [one for one in further if isinstance(one, BaseException)]
