"""What kind of file a file is by what it begins with, whatever its name says."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

# what files begin with that people take for an export, as it is said of them
_BEGINNINGS = (
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file; name it .parquet"),
    (b"$FL2", "an SPSS file; name it .sav"),
    (b"$FL3", "an SPSS file; name it .zsav"),
    (b"\x1f\x8b", "packed with gzip; unpack it"),
    (b"BZh", "packed with bzip2; unpack it"),
    (b"\xfd7zXZ\0", "packed with xz; unpack it"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard; unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    (b"Rar!", "a RAR archive; unpack it"),
    (b"SQLite format 3\0", "an SQLite database; export as CSV"),
    (b"<stata_dta>", "a Stata file; export as CSV"),
    (b"{\\rtf", "a text with formats (RTF); export as CSV"),
    (b"\x09\0\4\0", "a workbook of Excel 2; open it in a spreadsheet program and save it as .xlsx"),
    (b"\x09\2\6\0", "a workbook of Excel 3; open it in a spreadsheet program and save it as .xlsx"),
    (b"\x09\4\6\0", "a workbook of Excel 4; open it in a spreadsheet program and save it as .xlsx"),
)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of older office programs, and of what is encrypted
WORKBOOKS = ("a workbook; name it .xlsx", "a workbook; name it .xls", "a workbook; name it .ods")
DAMAGED = "a zip archive or a spreadsheet under another name, and damaged; download it again"


def kind(path: Path) -> str:
    """What kind of file a file is, with what to do; empty where it is none of these, and may be text.

    What a spreadsheet program saves is one of WORKBOOKS.
    """
    with path.open("rb") as stream:
        start = stream.read(4096)
    for beginning, description in _BEGINNINGS:
        if start.startswith(beginning):
            return description
    if start.startswith(_COMPOUND):
        return _compound(path.read_bytes())
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return _archive(path)
    return _markup(start)


def _compound(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "a workbook that is locked with a password; open it, save it without one, and export again"
    if "WordDocument".encode("utf-16-le") in content:
        return "a Word document; export as CSV"
    return "a workbook; name it .xls"


def _archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            names = [one.filename for one in members]
            with archive.open("mimetype") if "mimetype" in names else io.BytesIO() as stream:
                mimetype = stream.read(100)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, EOFError):
        return DAMAGED
    if any(name.startswith("xl/") for name in names):
        return "a workbook; name it .xlsx"
    if b"opendocument.spreadsheet" in mimetype:
        return "a workbook; name it .ods"
    if any(name.startswith(("word/", "ppt/")) for name in names) or b"opendocument" in mimetype:
        return "a document of an office program and no table; export as CSV"
    if any(name.startswith("Index") and name.endswith((".iwa", ".zip")) for name in names):
        return "a Numbers document; export it from there as CSV or .xlsx"
    if any(one.flag_bits & 1 for one in members):
        return "a zip archive that is locked with a password; unpack it"
    if len(names) == 1:
        return f"a zip archive that holds {names[0]!r}; unpack it"
    return f"a zip archive of {len(names):,} files; unpack it, and list under file those that are exports"


def _markup(start: bytes) -> str:
    """What kind of marked-up text a file begins with."""
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
    text = start.removeprefix(b"\xef\xbb\xbf").decode(encoding, "replace").lstrip().lower()
    if text.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "a workbook of an older Excel in XML; open it in a spreadsheet program and save it as .xlsx"
    if text.startswith("<?xml") and "opendocument" in text:
        return "a flat OpenDocument file; open it in a spreadsheet program and save it as .ods"
    # a heading may hold tags, and begins with none of these
    if re.match(r"<(\?xml|!doctype|html|meta|head|table)[\s>]", text):
        if "<table" in text or "office:excel" in text:
            return "a web page with a table; open it in a spreadsheet program and save it as .xlsx"
        if not text.startswith("<?xml") or "<html" in text:
            return "a web page: the download was not the export; sign in and download it again"
        return "XML; export as CSV"
    if re.match(r'(\{\s*"|\[\s*\{)', text):
        return "JSON; export as CSV"
    return ""
