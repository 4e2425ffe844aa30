"""A text file of whatever delimiter, line ends, encoding and lines around: read right, or told why not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
from surveys import Wave, lay_out, write_export

from pipeline.drafting.new_wave import new_wave
from pipeline.exports import file as exports
from pipeline.exports.delimited import UnreadableError
from pipeline.exports.encodings import plausible
from pipeline.exports.ingested import load_export
from pipeline.ingest import ingest
from pipeline.project.paths import find

TABLE = "ID,a,b,c,d\n" + "".join(f"{n},x,y,,é{n}\n" for n in range(1, 6))
ROWS = [["ID", "a", "b", "c", "d"], *([str(n), "x", "y", None, f"é{n}"] for n in range(1, 6))]
QUOTED = TABLE.replace("x", '"x, ""1""\ny"', 1)
ROWS_QUOTED = [ROWS[0], ["1", 'x, "1"\ny', *ROWS[1][2:]], *ROWS[2:]]


def read(path: Path, data: str | bytes, **how: str | int) -> list[list[str | None]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    table = exports.look(path, **how)  # type: ignore[arg-type]
    with exports.connect() as connection:
        table.load(connection, 1, len(table.first[0]))
        cells = connection.execute("select * exclude record from cells order by record").fetchall()
    return [list(table.first[0]), *(list(row) for row in cells)]


BESIDE: dict[str, tuple[str, dict[str, str | int]]] = {
    "as it is": (TABLE, {}),
    "Excel's line of the delimiter": ("sep=;\r\n" + TABLE.replace(",", ";").replace("\n", "\r\n"), {}),
    "such a line, of a tab": ("sep=\t\n" + TABLE.replace(",", "\t"), {}),
    "such a line, in quotes and capitals": ('"SEP=,"\n' + TABLE, {}),
    "such a line before other line ends": ("sep=,\n" + TABLE.replace("\n", "\r\n"), {}),
    "such a line with a declared delimiter": ("sep=;\n" + TABLE, {"delimiter": ","}),
    "empty lines above": ("\n\r\n \t\n" + TABLE, {}),
    "empty rows above": (",,,,\n , ,,,\n" + TABLE, {}),
    "a title and the first row": ("Report, 2026\n\nby us\n" + TABLE, {"first_row": 4}),
    "a first row that is empty": ("Report\n\n\n" + TABLE, {"first_row": 2}),
    "a title with a quote": ('6" pipes\n' + TABLE, {"first_row": 2}),
    "carets": (TABLE.replace(",", "^"), {}),
    "tildes": (TABLE.replace(",", "~"), {}),
    "colons": (TABLE.replace(",", ":"), {}),
    "unit separators": (TABLE.replace(",", "\x1f"), {}),
    "bars": (TABLE.replace(",", "|"), {}),
    "a declared delimiter": (TABLE.replace(",", "#"), {"delimiter": "#"}),
    "line ends of an old Mac": (TABLE.replace("\n", "\r"), {}),
    "line ends of an old Mac with a title": ("Title\r" + TABLE.replace("\n", "\r"), {"first_row": 2}),
    "line ends of three systems": (TABLE.replace("\n", "\r\n", 2)[::-1].replace("\n", "\r", 1)[::-1], {}),
    "empty lines below": (TABLE + "\n\n\r\n", {}),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", BESIDE)
def test_what_stands_around_a_table_is_no_part_of_it(name: str, encoding: str, tmp_path: Path) -> None:
    text, how = BESIDE[name]
    how = how | ({"encoding": encoding} if encoding == "cp1252" else {})
    assert read(tmp_path / "w.csv", text.encode(encoding), **how) == ROWS


@pytest.mark.parametrize("text", ["", "\n\n", "sep=;\n", '""\n', ",,\n,,\n", "sep=;\n;;\n"])
def test_a_file_without_a_table_is_empty(text: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"w\.csv is empty"):
        read(tmp_path / "w.csv", text)


@pytest.mark.parametrize("above", ["", "sep=,\n", "\n\n", ",,,,\n"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_breaks_within_cells_are_kept(above: str, ends: str, tmp_path: Path) -> None:
    text = (above + QUOTED).replace("\n", ends).replace(f'{ends}y"', '\ny"')
    assert read(tmp_path / "w.csv", text) == ROWS_QUOTED


@pytest.mark.parametrize(
    "text",
    ["When?\n10:30:00\n11:40:10\n", "Start: h\n10:30\n11:20\n", "Why~\na\nb\n", "What^2?\n1^2\n"],
)
def test_one_column_is_not_cut_at_what_is_in_its_cells(text: str, tmp_path: Path) -> None:
    assert read(tmp_path / "w.csv", text) == [[line] for line in text.splitlines()] or "^" in text


NOTES = {
    "a title": (
        "Members' survey\n" + TABLE,
        "the header of w.csv begins in line 2, .* say first_row = 2",
    ),
    "titles": (
        "Survey, 2026\n\nmade by us\n\n" + TABLE,
        "begins in line 5, .* say first_row = 5",
    ),
    "a title of quoted lines": (
        '"Two\nlines"\n' + TABLE,
        "begins in line 3, .* say first_row = 3",
    ),
    "a sum": (
        TABLE + "Total: 5\n",
        "line 7 of w.csv has 1 cells, .* it stands below the table: a note",
    ),
    "notes": (TABLE + "\n\nSource: us\nx,y\n", "line 9 of w.csv has 1 cells, .* it stands below the table"),
    "a cut row": (TABLE + "6,x,y", "line 7 of w.csv has 3 cells, .* or a response that was cut short"),
    "a row in between": (TABLE + "6\n7,x,y,,z\n", "line 7 of w.csv has 1 cells, .* a line break or quote"),
    "a row too long": (TABLE + "6,x,y,z,z,z\n", "line 7 of w.csv has 6 cells"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("name", NOTES)
def test_what_is_no_response_is_named_with_its_line(name: str, encoding: str, tmp_path: Path) -> None:
    text, said = NOTES[name]
    with pytest.raises(UnreadableError, match=said):
        read(tmp_path / "w.csv", text.encode(encoding), encoding=encoding)


def zipped(*names: str, password: bool = False) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, TABLE)
    data = bytearray(stream.getvalue())
    if password:
        data[data.rindex(b"PK\1\2") + 8] |= 1
    return bytes(data)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
KINDS: dict[str, tuple[str, bytes, str]] = {
    "gzip": ("w.csv", gzip.compress(TABLE.encode()), "is packed with gzip; unpack it"),
    "bzip2": ("w.csv", bz2.compress(TABLE.encode()), "is packed with bzip2; unpack it"),
    "xz": ("w.csv", lzma.compress(TABLE.encode()), "is packed with xz; unpack it"),
    "7z": ("w.csv", b"7z\xbc\xaf\x27\x1c" + bytes(9), "is a 7z archive; unpack it"),
    "a zip": ("w.csv", zipped("a.csv"), r"is a zip archive that holds 'a.csv'; unpack it"),
    "a zip of several": ("w.csv", zipped("a.csv", "b.csv"), "is a zip archive of 2 files; unpack it"),
    "a zip in a zip": ("w.csv", zipped("a.zip"), "is a zip archive that holds 'a.zip'"),
    "a locked zip": ("w.csv", zipped("a.csv", password=True), "is a zip archive that is locked"),
    "a cut zip": ("w.csv", zipped("a.csv")[:40], "damaged; download it again"),
    "a zip named .xlsx": ("w.xlsx", zipped("a.csv"), "is a zip archive that holds 'a.csv'"),
    "a workbook": ("w.csv", zipped("xl/workbook.xml"), "is a workbook; name it .xlsx"),
    "Numbers": ("w.numbers", zipped("Index/Document.iwa", "preview.jpg"), "is a Numbers document; export it"),
    "Word": ("w.csv", zipped("word/document.xml", "a"), "is a document of an office program and no table"),
    "a locked workbook": (
        "w.xlsx", COMPOUND + "EncryptedPackage".encode("utf-16-le"),
        "w.xlsx is a workbook that is locked with a password",
    ),
    "Excel 4": ("w.xls", b"\x09\x04\x06\0\0\0\x10\0" + bytes(99), "w.xls is a workbook of Excel 4; open it"),
    "Excel 2": ("w.xls", b"\x09\0\x04\0\2\0\x10\0" + bytes(99), "w.xls is a workbook of Excel 2; open it"),
    "text": ("w.xls", TABLE.encode(), "w.xls cannot be read as a spreadsheet: it is text; name it .csv"),
    "a page": ("w.xls", b"<html xmlns:x='urn:x'><body><table><tr><td>ID", "w.xls is a web page with a table"),
    "a table": ("w.xls", b"\xef\xbb\xbf <table border=1><tr><td>ID", "is a web page with a table; open it"),
    "a page in UTF-16": ("w.xls", "<html><table><tr><td>ID".encode("utf-16"), "is a web page with a table"),
    "XML of 2003": (
        "w.xls", b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "w.xls is a workbook of an older Excel in XML; open it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_file_of_another_kind_is_called_what_it_is(name: str, tmp_path: Path) -> None:
    file, data, said = KINDS[name]
    with pytest.raises(UnreadableError, match=said):
        read(tmp_path / file, data)


def test_a_heading_with_markup_is_no_page(tmp_path: Path) -> None:
    assert read(tmp_path / "w.csv", "<b>ID</b>,<div>Q</div>\n1,x\n")[0] == ["ID", "Q"]


WORDS = {
    "German": ("Wie groß ist Ihr Büro? Übung; Straße; können; schön", ["cp1252", "mac_roman", "cp850"]),
    "French": ("Prénom; où êtes-vous né ? Été; ça va; l’école; «oui»", ["cp1252", "mac_roman"]),
    "with a euro sign": ("Preis in €; Bœuf; coût", ["cp1252", "iso8859-15"]),
    "Polish": ("Jak często używasz? Łódź; Gdańsk; źle; świetnie; żona", ["cp1250", "iso8859-2"]),
    "Czech": ("Jak často používáte? Příliš žluťoučký kůň; město", ["cp1250", "iso8859-2"]),
    "Turkish": ("Hangi şehirde yaşıyorsunuz? İstanbul; ağaç; çok güzel", ["cp1254"]),
    "Russian": (
        "Где вы живёте? Москва; да; нет; Очень доволен",
        ["cp1251", "koi8-r", "cp866"],
    ),
    "Greek": ("Πού μένετε; Αθήνα; Θεσσαλονίκη; ναι; όχι", ["cp1253"]),
    "Arabic": ("أين تسكن؟ القاهرة؛ نعم؛ لا؛ أحيانا", ["cp1256"]),
    "Japanese": ("どこに住んでいますか。東京;はい;いいえ;非常に満足", ["cp932", "euc-jp"]),
    "Chinese": ("您对我们的服务满意吗？非常满意;不满意;北京;其他", ["gb18030"]),
    "of Taiwan": ("您對我們的服務滿意嗎？非常滿意;不滿意;台北;其他", ["big5"]),
    "Korean": ("어디에 사십니까? 서울; 부산; 예; 아니요", ["euc-kr"]),
}


@pytest.mark.parametrize("name", WORDS)
def test_the_likeliest_encoding_reads_as_it_was_written(name: str) -> None:
    text, encodings = WORDS[name]
    for encoding in encodings:
        data = f"ID;Q\n1;Yes\n2;{text}\n".encode(encoding)
        likely = plausible(data)
        assert likely, encoding
        assert data.decode(likely[0]) == data.decode(encoding), (encoding, likely)


def test_an_encoding_is_told_and_not_chosen(tmp_path: Path) -> None:
    said = {
        "Москва".encode(
            "cp1251"
        ): r'line 7 of w.csv is not utf-8-sig text \(byte 0xcc\); say encoding = "cp1251"',
        "Győr".encode("cp1250"): 'say encoding = "cp1252" or .*"cp1250" .*, whichever reads right',
        "ééé".encode() + b"\xff": "the rest is UTF-8: it was damaged, or put together from two files",
    }
    ascii_table = TABLE.replace("é", "e").encode()
    for answer, message in said.items():
        with pytest.raises(UnreadableError, match=message):
            read(tmp_path / "w.csv", ascii_table + b"6,x,y,," + answer + b"\n")
    with pytest.raises(UnreadableError, match=r"is not ascii text .*; it is UTF-8: leave encoding out"):
        read(tmp_path / "w.csv", "ID,Größe\r1,ÿ\r", encoding="ascii")
    for encoding in ("utf-16-le", "utf-16-be"):
        with pytest.raises(UnreadableError, match=f'then say encoding = "{encoding}" under'):
            read(tmp_path / "w.csv", TABLE.encode(encoding))
        assert read(tmp_path / "w.csv", TABLE.encode(encoding), encoding=encoding) == ROWS
        foreign = TABLE.replace("x", "очень").encode(encoding)
        with pytest.raises(UnreadableError, match=f'then say encoding = "{encoding}" under'):
            read(tmp_path / "w.csv", foreign)


def test_a_draft_says_how_its_export_is_read(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "mine"
    raw.mkdir(parents=True)
    answers = "".join(f"{n};{'да' if n % 3 else 'нет'};\n" for n in range(30))
    (raw / "one.csv").write_bytes(f"Опрос\n\nID;Где вы живёте?;Ещё\n{answers}".encode("koi8-r"))
    list(new_wave(tmp_path, raw / "one.csv"))
    source = tomllib.loads((raw / "one.toml").read_text())["source"]
    assert (source["encoding"], source["first_row"]) == ("koi8-r", 3)
    assert "Где вы живёте?" in (raw / "survey.toml").read_text()


def test_the_next_wave_is_read_as_the_one_before_says(tmp_path: Path) -> None:
    answers = "".join(f"{n}#{'red' if n % 3 else 'blue'}#{n % 4}\n" for n in range(30))
    export = f"Of all\nID#Which colour?#How many?\n{answers}"
    questions = (
        'title = "A"\n[questions.colour]\ntext = "Which colour?"\nkind = "single"\n'
        'options = { red = "red", blue = "blue" }\n[questions.many]\ntext = "How many?"\nkind = "number"\n'
    )
    wave = Wave(export, 'format = "flat"\ndelimiter = "#"\nfirst_row = 2')
    raw = lay_out(tmp_path, "mine", questions, {"one": wave}).raw
    write_export(raw / "two.csv", export)
    list(new_wave(tmp_path, raw / "two.csv", "one"))
    source = tomllib.loads((raw / "two.toml").read_text())["source"]
    assert (source["delimiter"], source["first_row"]) == ("#", 2)
    ingest(find("mine", tmp_path))
    assert load_export(find("mine", tmp_path), "two").rows == 30


def test_a_long_cell_keeps_nobody_waiting() -> None:
    started = time.process_time()
    assert "cp1252" in plausible(b"ID;Q\n1;" + b"x" * 2_000_000 + b" caf\xe9\n")
    assert time.process_time() - started < 5
