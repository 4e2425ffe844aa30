"""The faces that figures are set in, as files: which there are, and which characters and widths they have.

Imports no Matplotlib.
"""

from __future__ import annotations

import io
import logging
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError

from pipeline.project import record

OPEN_SANS = "Open Sans"

FOLDERS: tuple[str, ...] = (
    # Linux
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts",
    # macOS
    "/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts",
    # Windows
    "C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts",
)  # fmt: skip
"""where systems keep their fonts; of two files of one name the first is taken"""

SYSTEM: tuple[tuple[str, str, str], ...] = (
    # Chinese, Japanese and Korean: first those that have all three, with Japanese forms
    ("Noto Sans CJK JP", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("Noto Sans CJK JP", "NotoSansCJKjp-Regular.otf", "NotoSansCJKjp-Bold.otf"),
    ("Noto Sans CJK SC", "NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("Noto Sans CJK TC", "NotoSansCJKtc-Regular.otf", "NotoSansCJKtc-Bold.otf"),
    ("Noto Sans CJK KR", "NotoSansCJKkr-Regular.otf", "NotoSansCJKkr-Bold.otf"),
    ("Noto Sans JP", "NotoSansJP-Regular.otf", "NotoSansJP-Bold.otf"),
    ("Noto Sans SC", "NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("Noto Sans TC", "NotoSansTC-Regular.otf", "NotoSansTC-Bold.otf"),
    ("Noto Sans KR", "NotoSansKR-Regular.otf", "NotoSansKR-Bold.otf"),
    ("IPAexGothic", "ipaexg.ttf", ""),
    ("IPAGothic", "ipag.ttf", ""),
    ("WenQuanYi Zen Hei", "wqy-zenhei.ttc", ""),
    ("WenQuanYi Micro Hei", "wqy-microhei.ttc", ""),
    ("Droid Sans Fallback", "DroidSansFallbackFull.ttf", ""),
    ("Nanum Gothic", "NanumGothic.ttf", "NanumGothicBold.ttf"),
    ("Hiragino Sans", "ヒラギノ角ゴシック W3.ttc", "ヒラギノ角ゴシック W6.ttc"),
    ("Hiragino Sans GB", "Hiragino Sans GB.ttc", ""),
    ("Apple SD Gothic Neo", "AppleSDGothicNeo.ttc", ""),
    ("Yu Gothic", "YuGothR.ttc", "YuGothB.ttc"),
    ("MS Gothic", "msgothic.ttc", ""),
    ("Microsoft YaHei", "msyh.ttc", "msyhbd.ttc"),
    ("Microsoft JhengHei", "msjh.ttc", "msjhbd.ttc"),
    ("Malgun Gothic", "malgun.ttf", "malgunbd.ttf"),
    # one script each
    *(
        (f"Noto Sans {script}", f"NotoSans{script}-Regular.ttf", f"NotoSans{script}-Bold.ttf")
        for script in (
            "Devanagari", "Thai", "Bengali", "Tamil", "Telugu", "Kannada", "Malayalam", "Gujarati",
            "Gurmukhi", "Oriya", "Sinhala", "Lao", "Khmer", "Myanmar", "Tibetan", "Ethiopic", "Georgian",
            "Armenian", "Thaana", "Syriac", "Hebrew", "Arabic",
        )
    ),
    ("Nirmala UI", "Nirmala.ttf", "NirmalaB.ttf"),
    ("Leelawadee UI", "LeelawUI.ttf", "LeelaUIb.ttf"),
    # emoji of one colour, and symbols
    ("Noto Emoji", "NotoEmoji-Regular.ttf", "NotoEmoji-Bold.ttf"),
    ("Symbola", "Symbola.ttf", ""),
    ("Symbola", "Symbola_hint.ttf", ""),
    ("Segoe UI Symbol", "seguisym.ttf", ""),
    ("Noto Sans Symbols", "NotoSansSymbols-Regular.ttf", "NotoSansSymbols-Bold.ttf"),
    ("Noto Sans Symbols 2", "NotoSansSymbols2-Regular.ttf", ""),
    ("Arial Unicode MS", "Arial Unicode.ttf", ""),
)  # fmt: skip
"""fonts of systems in the order in which they are tried: family, regular file, bold file if it has one"""


@dataclass(frozen=True)
class Face:
    """The first font of one file; `family` and `bold` are what an SVG calls it.

    Where a family has no bold file its regular one serves for bold text too.
    """

    family: str
    bold: bool
    path: Path

    @property
    def name(self) -> str:
        """What the pages of the PDF call it."""
        return f"{self.family.replace(' ', '')}{'-Bold' if self.bold else ''}"


def faces(bold: bool) -> Iterator[Face]:
    """Every face in the order in which they are tried; fonts of a brand would come first, here."""
    yield from packaged(bold)
    yield from _of_system(bold, FOLDERS)


@cache
def packaged(bold: bool) -> tuple[Face, Face]:
    """The faces that are there wherever this is installed."""
    ours = Path(__file__).parent / "fonts"
    # where Matplotlib is, without loading it
    matplotlib = find_spec("matplotlib")
    theirs = (
        Path(matplotlib.origin if matplotlib and matplotlib.origin else "").parent
        / "mpl-data"
        / "fonts"
        / "ttf"
    )
    return (
        Face(OPEN_SANS, bold, ours / ("OpenSans-Bold.ttf" if bold else "OpenSans-Regular.ttf")),
        Face("DejaVu Sans", bold, theirs / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")),
    )


def by_name(names: set[str]) -> dict[str, Face]:
    """The faces by what pages call them; the system's are looked for only where a name is none of ours."""
    ours = {face.name: face for bold in (False, True) for face in packaged(bold)}
    if names <= ours.keys():
        return ours
    return ours | {face.name: face for bold in (False, True) for face in _of_system(bold, FOLDERS)}


def file_named(name: str) -> Path | None:
    """The file of a face by its name; None where there is none here."""
    ours = {face.path.name: face.path for bold in (False, True) for face in packaged(bold)}
    return ours.get(name) or _there(FOLDERS)[1].get(name)


def of_system() -> dict[str, str]:
    """The SHA-256 of every file of the system that a figure could be set in, by its name."""
    return {name: hash_of(path) for name, path in _there(FOLDERS)[1].items()}


def looked_at() -> list[Path]:
    """Where another font would show: the folders that were looked through, and the files that were found."""
    folders, files = _there(FOLDERS)
    return [*folders, *files.values()]


def hash_of(path: Path) -> str:
    """The SHA-256 of a font file, read again where it is another."""
    return _hash_of(path, record.times_of_input(str(path)))


@cache
def _hash_of(path: Path, _times: record.Times) -> str:
    return record.sha256(str(path))


@cache
def _of_system(bold: bool, folders: tuple[str, ...]) -> tuple[Face, ...]:
    _, files = _there(folders)
    families: dict[str, Face] = {}
    for family, regular, heavy in SYSTEM:
        file = heavy if bold and heavy in files else regular
        if file in files and family not in families:
            families[family] = Face(family, bold, files[file])
    return tuple(families.values())


@cache
def _there(folders: tuple[str, ...]) -> tuple[tuple[Path, ...], dict[str, Path]]:
    """The folders with all that are in them, and the files of SYSTEM that are there by their names."""
    wanted = {_plain(file): file for _, *names in SYSTEM for file in names if file}
    files: dict[str, Path] = {}
    # a folder that is not there yet may come
    seen = [_at_home(folder) for folder in folders]
    for top in tuple(seen):
        for folder, within, names in os.walk(top):
            within.sort()
            seen += [Path(folder) / name for name in within]
            for name in sorted(names):
                if file := wanted.get(_plain(name)):
                    files.setdefault(file, Path(folder) / name)
    return tuple(seen), {name: files[name] for name in sorted(files)}


def _at_home(folder: str) -> Path:
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        # nobody's home
        return Path(folder)


def _plain(name: str) -> str:
    """The name of a file as systems compare it that do not tell capitals, or decompose characters."""
    return unicodedata.normalize("NFC", name).casefold()


@cache
def opened(face: Face) -> Any:
    """The file of a face, its tables read when they are asked for."""
    return TTFont(io.BytesIO(face.path.read_bytes()), lazy=True, fontNumber=0)


@cache
def characters(face: Face) -> frozenset[int]:
    """The characters that a face has; none where its file cannot be read."""
    try:
        return frozenset(opened(face).getBestCmap() or ())
    except (OSError, TTLibError):
        return frozenset()


def has_curves(face: Face) -> bool:
    """Whether the outlines of a face are those of PostScript, as in Noto's Chinese, Japanese and Korean."""
    return "CFF " in opened(face)


def part(face: Face, options: subset.Options, **wanted: Any) -> bytes:
    """The part of a font file that some text or glyphs need, as fontTools' `populate` has them."""
    # it warns of tables that no text needs
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
    font: Any = TTFont(face.path, recalcTimestamp=False, fontNumber=0)
    subsetter = subset.Subsetter(options)
    subsetter.populate(**wanted)
    subsetter.subset(font)
    file = io.BytesIO()
    font.save(file, reorderTables=None)
    return file.getvalue()


@cache
def widths(face: Face) -> list[float]:
    """How far each glyph moves the pen, in ems, by its number."""
    font = opened(face)
    metrics, units = font["hmtx"], font["head"].unitsPerEm
    return [metrics[name][0] / units for name in font.getGlyphOrder()]
