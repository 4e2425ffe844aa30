"""Small workbooks written by hand, so that tests know every byte of what a program might have saved."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def _relations(**targets: str) -> str:
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{name.rstrip("0123456789")}" Target="{target}"/>'
        for name, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'


def xlsx(
    path: Path, *sheets: str, formats: tuple[str, ...] = (), shared: tuple[str, ...] = (), more: str = ""
) -> Path:
    """A workbook whose sheets One, Two, … hold this XML of rows.

    `formats` are those of the styles 1, 2, … of cells, as numbers of built-in ones or as codes; `shared` are
    the shared texts, as XML; `more` stands at the end of the workbook.
    """
    names = ("One", "Two", "Three")[: len(sheets)]
    listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="worksheet{i}"/>' for i, n in enumerate(names, 1))
    codes = [f'<numFmt numFmtId="{164 + n}" formatCode="{c}"/>' for n, c in enumerate(formats)]
    styles = [f'<xf numFmtId="{c if c.isdigit() else 164 + n}"/>' for n, c in enumerate(formats)]
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations(officeDocument1="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets>{more}'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            **{f"worksheet{i}": f"worksheets/sheet{i}.xml" for i in range(1, len(sheets) + 1)},
            styles9="styles.xml", sharedStrings9="sharedStrings.xml",
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts>{"".join(codes)}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{"".join(styles)}'
        "</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{"".join(f"<si>{t}</si>" for t in shared)}</sst>',
    }  # fmt: skip
    for i, rows in enumerate(sheets, 1):
        sheet, _, after = rows.partition("</rows>")
        x = "x:" if "<x:" in sheet else ""
        spaces = f'xmlns{":x" if x else ""}="{_MAIN}"'
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f"<{x}worksheet {spaces}><{x}sheetData>{sheet}</{x}sheetData>{after}</{x}worksheet>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def text(place: str, value: str) -> str:
    """A cell of an .xlsx sheet that holds a text."""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def row(number: int, *values: str) -> str:
    """A row of an .xlsx sheet: texts, empty ones left out; what is XML already is a cell as it is."""
    cells = [v if v.startswith("<") else text(f"{chr(65 + n)}{number}", v) for n, v in enumerate(values) if v]
    return f'<row r="{number}">{"".join(cells)}</row>'


def ods(path: Path, *sheets: str) -> Path:
    """An OpenDocument spreadsheet whose sheets One, Two, … hold this XML of rows."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    tables = "".join(
        f'<table:table table:name="{name}">{rows}</table:table>'
        for name, rows in zip(("One", "Two"), sheets, strict=False)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
            "</office:body></office:document-content>",
        )
    return path


def ods_row(*cells: str, times: int = 1) -> str:
    """A row of an .ods sheet: texts, or cells as XML."""
    plain = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    made = [cell if cell.startswith("<") else plain(cell) for cell in cells]
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(made)}</table:table-row>'


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _part(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return number + bytes([len(data)]) + data


def xlsb(path: Path, *rows: list[tuple[str | float | None, int]], codes: tuple[str, ...] = ("0%",)) -> Path:
    """A binary workbook with a sheet One: values with their style, 0 or that of a code; None is #N/A."""
    sheet = _part(129) + _part(148, struct.pack("<4I", 0, len(rows), 0, 9)) + _part(145)
    for number, cells in enumerate(rows):
        sheet += _part(0, struct.pack("<I", number) + bytes(13))
        for column, (value, style) in enumerate(cells):
            head = struct.pack("<2I", column, style)
            if value is None:
                sheet += _part(3, head + b"\x2a")
            elif isinstance(value, str):
                sheet += _part(6, head + _wide(value))
            else:
                sheet += _part(5, head + struct.pack("<d", value))
    formats = b"".join(_part(44, struct.pack("<H", 164 + n) + _wide(c)) for n, c in enumerate(codes))
    styles = b"".join(
        _part(47, struct.pack("<2H", 0, number) + bytes(12)) for number in [0, *range(164, 164 + len(codes))]
    )
    count, more = struct.pack("<I", len(codes)), struct.pack("<I", len(codes) + 1)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/_rels/workbook.bin.rels", _relations(worksheet1="worksheets/sheet1.bin", styles1="styles.bin")
        )
        archive.writestr(
            "xl/workbook.bin",
            _part(131)
            + _part(143)
            + _part(156, struct.pack("<2I", 0, 1) + _wide("worksheet1") + _wide("One"))
            + _part(144)
            + _part(132),
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet + _part(146) + _part(130))
        archive.writestr(
            "xl/styles.bin",
            _part(278)
            + _part(615, count)
            + formats
            + _part(616)
            + _part(617, more)
            + styles
            + _part(618)
            + _part(279),
        )
    return path


def xls(path: Path, *rows: list[tuple[str | float | None, int]], codes: tuple[str, ...] = ("0%",)) -> Path:
    """A workbook as Excel 97 has it, with a sheet One; as `xlsb`."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<2H", kind, len(data)) + data

    styles = b"".join(
        record(0xE0, struct.pack("<2H", 0, n) + bytes(16)) for n in [0, *range(164, 164 + len(codes))]
    )
    formats = b"".join(
        record(0x41E, struct.pack("<2HB", 164 + n, len(c), 0) + c.encode()) for n, c in enumerate(codes)
    )
    start = struct.pack("<4H2I", 0x600, 5, 0, 0, 0, 0)
    head = record(0x809, start) + formats + styles
    place = len(head) + 4 + 11 + 4
    body = head + record(0x85, struct.pack("<IHBB", place, 0, 3, 0) + b"One") + record(0x0A, b"")
    body += record(0x809, struct.pack("<4H2I", 0x600, 0x10, 0, 0, 0, 0))
    for number, cells in enumerate(rows):
        for column, (value, style) in enumerate(cells):
            at = struct.pack("<3H", number, column, style)
            if value is None:
                body += record(0x205, at + b"\x2a\1")
            elif isinstance(value, str):
                body += record(0x204, at + struct.pack("<HB", len(value), 0) + value.encode())
            else:
                body += record(0x203, at + struct.pack("<d", value))
    body += record(0x0A, b"")
    body = body.ljust(max(4096, -(-len(body) // 512) * 512), b"\0")
    sectors = len(body) // 512

    none, end, table_itself = 2**32 - 1, 2**32 - 2, 2**32 - 3

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        spelt = name.encode("utf-16-le") + b"\0\0"
        about = struct.pack("<HBB3I", len(spelt), kind, 1, none, none, child) + bytes(36)
        return spelt.ljust(64, b"\0") + about + struct.pack("<3I", first, size, 0)

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, none, 2, len(body)) + bytes(256)
    table = struct.pack("<2I", table_itself, end) + b"".join(
        struct.pack("<I", n + 3 if n + 1 < sectors else end) for n in range(sectors)
    )
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    header += struct.pack("<10I", 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    path.write_bytes(header.ljust(512, b"\xff") + table.ljust(512, b"\xff") + folder + body)
    return path
