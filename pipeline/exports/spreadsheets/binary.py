"""What calamine does not tell of .xlsb and .xls workbooks: errors, and formats that show per cent."""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from pipeline.exports.spreadsheets.texts import Formats, refuse_errors, refuse_far

_BUILT_IN = {9: "0%", 10: "0.00%"}  # the numbers of formats that no file spells out
_ERRORS = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#DATA",
}  # fmt: skip


# --- .xlsb


def xlsb(archive: zipfile.ZipFile, first_row: int, sheet: str) -> Formats:
    """What shows per cent in a sheet of an .xlsb file; RefusedError where a cell is far or holds an error."""
    names = archive.namelist()
    relations = {}
    if "xl/_rels/workbook.bin.rels" in names:
        for one in ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels")):  # noqa: S314 - expat has bounds
            relations[one.get("Id", "")] = posixpath.normpath(posixpath.join("xl", one.get("Target", "")))
    formats = _xlsb_formats(archive.read("xl/styles.bin")) if "xl/styles.bin" in names else {}
    for kind, data in _parts(archive.read("xl/workbook.bin")):
        if kind == 156:  # a sheet: its relation and its name
            relation, after = _wide(data, 8)
            if _wide(data, after)[0] == sheet and relations.get(relation, "") in names:
                return _xlsb_cells(sheet, archive.read(relations[relation]), formats, first_row)
    return {}


def _xlsb_formats(styles: bytes) -> dict[int, str]:
    """The formats that show per cent, by the number of the style of cells."""
    codes, used, within = dict(_BUILT_IN), [], False
    for kind, data in _parts(styles):
        if kind == 44:
            codes[int.from_bytes(data[:2], "little")] = _wide(data, 2)[0]
        elif kind in (617, 618):
            within = kind == 617
        elif kind == 47 and within:
            used.append(int.from_bytes(data[2:4], "little"))
    return {n: codes[style] for n, style in enumerate(used) if "%" in codes.get(style, "")}


def _xlsb_cells(sheet: str, data: bytes, formats: dict[int, str], first_row: int) -> Formats:
    formats_of: Formats = {}
    errors = []
    row, extent, far, filled = 0, (0, 0), (1, 1), 0
    for kind, record in _parts(data):
        if kind == 0:
            row = int.from_bytes(record[:4], "little") + 1
        elif 2 <= kind <= 11 and len(record) > 8:  # a cell that is not blank
            column, style = int.from_bytes(record[:4], "little") + 1, int.from_bytes(record[4:7], "little")
            if kind in (3, 11) and row >= first_row:
                errors.append((row, column, _ERRORS.get(record[8], "an error")))
            if style in formats and kind in (2, 5, 9):
                formats_of[row, column] = formats[style]
            if row > extent[0] or column > extent[1]:
                far = (row, column)
            extent, filled = (max(extent[0], row), max(extent[1], column)), filled + 1
    refuse_far(sheet, far, extent, filled)
    refuse_errors(sheet, errors)
    return formats_of


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a part of an .xlsb file: the number of their kind, and their bytes."""
    at = 0
    while at + 1 < len(data):
        kind, size, shift = data[at], 0, 0
        at += 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        while at < len(data):
            size |= (data[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not data[at - 1] & 0x80:
                break
        yield kind, data[at : at + size]
        at += size


def _wide(data: bytes, at: int) -> tuple[str, int]:
    """A text behind its length, and where it ends; a length of all bits means none."""
    length = int.from_bytes(data[at : at + 4], "little")
    if length == 0xFFFFFFFF:
        return "", at + 4
    return data[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace"), at + 4 + 2 * length


# --- .xls


def xls(content: bytes, first_row: int, names: Sequence[str], sheet: str) -> Formats:
    """What shows per cent in one of the sheets of an .xls file; RefusedError where a cell holds an error."""
    stream = _stream(content, ("Workbook", "Book"))
    codes, styles, starts = dict(_BUILT_IN), [], []
    for kind, data in _records(stream, 0):
        if kind == 0x41E:
            codes[int.from_bytes(data[:2], "little")] = _code(data)
        elif kind == 0xE0:
            styles.append(int.from_bytes(data[2:4], "little"))
        elif kind == 0x85:
            starts.append(int.from_bytes(data[:4], "little"))
    formats = {n: codes[style] for n, style in enumerate(styles) if "%" in codes.get(style, "")}
    place = names.index(sheet)
    return _xls_cells(stream, starts[place], sheet, formats, first_row) if place < len(starts) else {}


def _code(record: bytes) -> str:
    """The code of a number format: of one byte a letter, or of two, and in older files without saying so."""
    length = int.from_bytes(record[2:4], "little")
    if len(record) == 5 + length or len(record) == 5 + 2 * length:
        return record[5:].decode("utf-16-le" if record[4] & 1 else "latin-1", "replace")
    return record[3:].decode("latin-1")


def _xls_cells(stream: bytes, start: int, sheet: str, formats: dict[int, str], first_row: int) -> Formats:
    formats_of: Formats = {}
    errors = []
    for kind, data in _records(stream, start):
        if kind not in (0x203, 0x27E, 0xBD, 0x06, 0x205) or len(data) < 8:
            continue
        row, column, style = struct.unpack_from("<3H", data)
        place = (row + 1, column + 1)
        if kind == 0xBD:  # several numbers of a row, of six bytes each
            for n in range((len(data) - 6) // 6):
                (style,) = struct.unpack_from("<H", data, 4 + 6 * n)
                if style in formats:
                    formats_of[row + 1, column + 1 + n] = formats[style]
        elif kind == 0x205 and data[7]:
            errors.append((*place, _ERRORS.get(data[6], "an error")))
        elif kind == 0x06 and data[12:14] == b"\xff\xff" and data[6] == 2:  # the result of a formula
            errors.append((*place, _ERRORS.get(data[8], "an error")))
        elif kind != 0x205 and style in formats:
            formats_of[place] = formats[style]
    refuse_errors(sheet, [error for error in errors if error[0] >= first_row])
    return formats_of


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of a workbook from a place on, until the end of the part that begins there."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        depth += (kind == 0x809) - (kind == 0x0A)  # charts lie within sheets
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
        if depth <= 0:
            return


def _stream(content: bytes, names: tuple[str, ...]) -> bytes:
    """A stream of a compound file by its name; empty where there is none."""
    if not content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") or len(content) < 512:
        return b""
    size = 1 << min(int.from_bytes(content[30:32], "little"), 16)
    at_48, at_60, at_68 = (int.from_bytes(content[at : at + 4], "little") for at in (48, 60, 68))
    sectors = [content[at : at + size] for at in range(size, len(content), size)]
    listed, more = list(struct.unpack_from("<109I", content, 76)), at_68
    for _ in sectors:  # where the list of the parts of the table goes on
        if more >= len(sectors):
            break
        *rest, more = _numbers(sectors[more])
        listed += rest
    table = [number for part in listed if part < len(sectors) for number in _numbers(sectors[part])]
    folder = _chained(sectors, table, at_48)
    # the first entry of the folder holds all streams that are small, in parts of 64 bytes
    small = _chained(sectors, table, int.from_bytes(folder[116:120], "little"))
    parts = [small[at : at + 64] for at in range(0, len(small), 64)]
    for at in range(0, len(folder), 128):
        letters = max(int.from_bytes(folder[at + 64 : at + 66], "little") - 2, 0)
        if folder[at : at + letters].decode("utf-16-le", "replace") in names:
            start, length = struct.unpack_from("<2I", folder, at + 116)
            if length < 4096:
                return _chained(parts, _numbers(_chained(sectors, table, at_60)), start)[:length]
            return _chained(sectors, table, start)[:length]
    return b""


def _numbers(part: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])


def _chained(parts: Sequence[bytes], table: Sequence[int], number: int) -> bytes:
    """The parts that follow one another by a table of which comes next."""
    chain: list[bytes] = []
    while number < min(len(parts), len(table)) and len(chain) <= len(parts):
        chain.append(parts[number])
        number = table[number]
    return b"".join(chain)
