"""Hostile exports and declarations of the toy survey, one thing each, and what must come of it.

An edit replaces the first occurrence of a text in a file of raw/toy/, or, without one, the whole file. Where
something must be said, that is all that happens; where nothing need be, the database is as without the edit.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pyreadstat

from pipeline.project.paths import Paths

Edit = tuple[str, str, str | bytes]
TOY = Path(__file__).parents[1] / "toy"
FIRST = (TOY / "first.csv").read_text()
ROWS = [line.split(";") for line in FIRST.splitlines()]
WHITE = "\u00a0\u2000\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000"
ESC = "\x1b[31m"


@dataclass(frozen=True)
class Hostile:
    """What is done to the toy survey, and the regular expression of what must be said of it."""

    edits: list[Edit]
    said: str = ""
    change: Callable[[Paths], None] | None = None


def says(said: str, *edits: Edit) -> Hostile:
    return Hostile(list(edits), said)


def harmless(*edits: Edit) -> Hostile:
    return Hostile(list(edits))


def sheet(*, to: Callable[[zipfile.ZipFile], None] | None = None) -> bytes:
    """The first export as a spreadsheet, with more in its archive."""
    stream = io.BytesIO()
    with pd.ExcelWriter(stream, engine="xlsxwriter") as writer:
        pd.DataFrame(ROWS).to_excel(writer, header=False, index=False)
    if to:
        with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
            to(archive)
    return stream.getvalue()


def declared_larger(archive: zipfile.ZipFile) -> None:
    """A member of which the directory says that it is larger than it is."""
    archive.writestr("xl/media/a.bin", b"")
    archive.filelist[-1].file_size = 2**30 + 1


def entities() -> bytes:
    """A spreadsheet whose texts are entities of entities: a billion characters, were they expanded."""
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    texts = f'<!DOCTYPE sst [<!ENTITY e0 "ha">{nested}]>'
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet())) as before, zipfile.ZipFile(stream, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/sharedStrings.xml":
                content = content.replace(b"<sst", texts.encode() + b"<sst", 1).replace(b"Agree", b"&e9;")
            after.writestr(name, content)
    return stream.getvalue()


def wrong_sum() -> bytes:
    """A spreadsheet with a byte of its sheet turned."""
    data = bytearray(sheet())
    at = data.index(b"xl/worksheets/sheet1.xml") + 200
    data[at] ^= 0xFF
    return bytes(data)


def parquet() -> bytes:
    """The first export as a Parquet file."""
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
        with duckdb.connect() as connection:
            connection.register("frame", frame)
            connection.execute(f"copy (select * from frame) to '{file.name}' (format parquet)")
        return Path(file.name).read_bytes()


def zsav() -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".zsav") as file:
        frame = pd.DataFrame({f"v{n}": ["some text"] * 500 for n in range(20)})
        pyreadstat.write_sav(frame, file.name, compress=True)
        return Path(file.name).read_bytes()


def sav_with_a_wrong_byte() -> bytes:
    """An SPSS file of a number with labels, which by one byte is a text of 255 letters."""
    with tempfile.NamedTemporaryFile(suffix=".sav") as file:
        labels = {"V1": {1: "Yes", 2: "No"}}
        pyreadstat.write_sav(pd.DataFrame({"V1": [1.0, 2.0]}), file.name, variable_value_labels=labels)
        data = bytearray(Path(file.name).read_bytes())
    data[data.index(b"V1      ") - 20] = 0xFF
    return bytes(data)


def as_file(suffix: str, content: bytes, layout: str = "flat") -> list[Edit]:
    return [
        ("first.toml", 'file = "first.csv"\nformat = "flat"', f'file = "first{suffix}"\nformat = "{layout}"'),
        (f"first{suffix}", "", content),
    ]


def link_outside(paths: Paths) -> None:
    (paths.root / "elsewhere.csv").write_text(FIRST)
    (paths.raw / "first.csv").unlink()
    (paths.raw / "first.csv").symlink_to(paths.root / "elsewhere.csv")


def folder_as_export(paths: Paths) -> None:
    (paths.raw / "first.csv").unlink()
    (paths.raw / "first.csv").mkdir()


def wave_called(name: str) -> Callable[[Paths], None]:
    def change(paths: Paths) -> None:
        (paths.raw / "first.toml").rename(paths.raw / f"{name}.toml")

    return change


def url(address: str) -> Edit:
    return (
        "first.toml",
        'format = "flat"',
        f'format = "flat"\nurl = "{address}"\nsha256 = "{"0" * 64}"',
    )


def others(pattern: str) -> Edit:
    return (
        "survey.toml",
        "[questions.uses.nets]",
        f'[questions.uses.others]\n"/{pattern}/" = "data"\n[questions.uses.nets]',
    )


NONE = 'none = "None of these"'
HOSTILE: dict[str, Hostile] = {
    # encodings
    "UTF-16 without its mark": says(
        r'raw/toy/first.toml:5: first.csv holds NUL characters: .* say encoding = "utf-16-le"',
        ("first.csv", "", FIRST.encode("utf-16-le")),
    ),
    "a NUL in a cell": says(
        r"first.toml:5: first.csv holds NUL", ("first.csv", "", FIRST.encode().replace(b"a5", b"a\0"))
    ),
    "half a surrogate pair": says(
        r"first.toml:5: line 3 of first.csv is not utf-8-sig text \(byte 0xed\)",
        ("first.csv", "", FIRST.encode().replace(b"TOOLS", b"\xed\xa0\x80")),
    ),
    "an overlong slash": says(
        r"first.toml:5: line 3 of first.csv is not utf-8-sig text \(byte 0xc0\)",
        ("first.csv", "", FIRST.encode().replace(b"TOOLS", b"\xc0\xaf")),
    ),
    "two byte-order marks": harmless(("first.csv", "", b"\xef\xbb\xbf\xef\xbb\xbf" + FIRST.encode())),
    "line ends of two systems": harmless(("first.csv", "", FIRST.replace("\n", "\r\n", 5).encode())),
    "a line separator within a cell": harmless(("first.csv", "knitting, sewing", "knitting\u2028 sewing")),
    "ten kinds of white space around an answer": harmless(
        ("first.csv", "", FIRST.replace("Yes;", f"{WHITE}Yes{WHITE};").replace("is good", f"is{WHITE}good"))
    ),
    "an answer in letters that look alike": says(
        r"involved: 'Y\u0435s' \(once, column B\) is no answer of it; did you mean 'Yes'\?",
        ("first.csv", "a3;Yes", "a3;Y\u0435s"),
    ),
    "options that are one by compatibility": says(
        r"survey.toml:29: 'none' has the label of 'models': '\u2460'",
        ("survey.toml", 'models = "Models"', 'models = "1"'),
        ("survey.toml", NONE, 'none = "\u2460"'),
    ),
    # what a terminal or a page would act on
    "an escape code in a label": says(
        r"survey.toml:29: 'None \\x1b\[31m' holds a control character \(U\+001B\)",
        ("survey.toml", NONE, 'none = "None \\u001b[31m"'),
    ),
    "a NUL in a label": says(r"survey.toml:29: .*U\+0000", ("survey.toml", NONE, 'none = "None\\u0000"')),
    "a label with what is no character": says(
        r"survey.toml:29: 'None \\uffff' holds a control character \(U\+FFFF\)",
        ("survey.toml", NONE, 'none = "None \uffff"'),
    ),
    "a right-to-left override in a label": says(
        r"survey.toml:29: .*U\+202E", ("survey.toml", NONE, 'none = "None \u202edesrever"')
    ),
    "a bell in the title of a wave": says(
        r"second.toml:1: .*U\+0007", ("second.toml", "Second", "Second\\u0007")
    ),
    "an escape code in an exhibit": says(
        r"report.toml:5: .*U\+001B", ("report.toml", "What people use", "What\\u001b]0;title")
    ),
    "a control character in a key": says(
        r"first.toml:18: .*U\+009B", ("first.toml", '"N" = "north"', '"N\\u009b" = "north"')
    ),
    "an escape code in a published source": says(
        r"published.csv:2: source: .*\\x1b\[31m.* holds a control character",
        ("published.csv", "The deck", f"The {ESC}deck"),
    ),
    "an escape code in an answer": says(
        r"involved: '\\x1b\[31mYes' \(once, column B\) is no answer", ("first.csv", "a3;Yes", f"a3;{ESC}Yes")
    ),
    "an escape code in a heading": says(
        r"column C '\[31mWhere do you live\?' is no question's",
        ("first.csv", "Where are you?", f"{ESC}Where do you live?"),
    ),
    # paths
    "an export by its absolute path": says(
        r"first.toml:6: '/etc/passwd' is outside raw/toy", ("first.toml", "first.csv", "/etc/passwd")
    ),
    "an export by a link that leaves": Hostile(
        [], r"first.toml:6: 'first.csv' is outside raw/toy", link_outside
    ),
    "an empty folder for an export": Hostile(
        [], r"first.toml:6: there is no file in raw/toy/first.csv", folder_as_export
    ),
    "a file for a home": says(
        r"first.toml:6: no file raw/toy/~root/x", ("first.toml", "first.csv", "~root/x")
    ),
    "an exhibit that is a path": says(
        r"report.toml:2: .*'\.\./\.\./x'", ("report.toml", '"uses"', '"../../x"')
    ),
    "a question that is a path": says(
        r"survey.toml:16: the id '\.\./region' may hold only a-z",
        ("survey.toml", "questions.region", 'questions."../region"'),
    ),
    "a group that is markup": says(
        r"report.toml:\d+: the id '<b>' may hold only a-z", ("report.toml", "south = [", '"<b>" = [')
    ),
    "a wave that is an option of a command": Hostile(
        [], r"a wave cannot be called '-rf'", wave_called("-rf")
    ),
    "a wave with a line break": Hostile([], r"a wave cannot be called 'a\\nb'", wave_called("a\nb")),
    "a wave by the name of the folder above": Hostile(
        [], r"a wave cannot be called '_\.\.'", wave_called("_..")
    ),
    "an address of a file": says(
        r"first.toml:8: 'file:///etc/passwd' is no web address", url("file:///etc/passwd")
    ),
    "an address of another protocol": says(
        r"first.toml:8: 'ftp://example.org/x' is no web", url("ftp://example.org/x")
    ),
    # archives
    "a spreadsheet that unpacks itself elsewhere": Hostile(
        as_file(".xlsx", sheet(to=lambda archive: archive.writestr("../../../../evil.txt", "x")))
    ),
    "a spreadsheet with a member of zeros": says(
        r"first.toml:6: first.xlsx would unpack to 100,0\d\d,\d{3} bytes",
        *as_file(
            ".xlsx", sheet(to=lambda archive: archive.writestr("xl/worksheets/more.xml", bytes(100_000_000)))
        ),
    ),
    "a spreadsheet that says it is larger than memory": says(
        r"first.toml:6: first.xlsx would unpack to 1,073,7\d\d,\d{3} bytes",
        *as_file(".xlsx", sheet(to=declared_larger)),
    ),
    "a spreadsheet of entities": says(
        r"first.toml:\d+: first.xlsx cannot be read", *as_file(".xlsx", entities())
    ),
    "a spreadsheet that was cut": says(
        r"first.toml:6: first.xlsx cannot be read", *as_file(".xlsx", sheet()[:-900])
    ),
    "a spreadsheet with a turned byte": says(
        r"first.toml:6: first.xlsx cannot be read", *as_file(".xlsx", wrong_sum())
    ),
    "a Parquet file that was cut": says(
        r"first.toml:6: first.parquet cannot", *as_file(".parquet", parquet()[:-200])
    ),
    "a Parquet file with a hole": says(
        r"first.toml:6: first.parquet cannot",
        *as_file(".parquet", parquet()[:60] + bytes(200) + parquet()[260:]),
    ),
    "an SPSS file that was cut": says(
        r"first.toml:6: first.zsav cannot", *as_file(".zsav", zsav()[:-500], "spss")
    ),
    "an SPSS file that says it has no case, and has": says(
        r"first.toml:6: first.zsav cannot be read as an SPSS file",
        *as_file(".zsav", zsav()[:80] + bytes(4) + zsav()[84:], "spss"),
    ),
    "an SPSS file that ends its reader": says(
        r"first.toml:6: first.sav cannot be read as an SPSS file: it is damaged; export again",
        *as_file(".sav", sav_with_a_wrong_byte(), "spss"),
    ),
    # sizes
    "a cell of five megabytes": harmless(("first.csv", "knitting, sewing", "k" * 5_000_000)),
    "a header of a megabyte": says(
        r"first.toml:14: column C 'x{90}' is no question's", ("first.csv", "Where are you?", "x" * 1_000_000)
    ),
    "more columns than a spreadsheet has": says(
        r"first.toml:6: first.csv has 20,000 columns, and a spreadsheet has 16,384 at most",
        ("first.csv", "", ";".join(f"q{n}" for n in range(20_000)) + "\n" + ";" * 19_999 + "\n"),
    ),
    "a row of separators": harmless(("first.csv", "", FIRST + ";" * 100_000 + "\n")),
    "a row of separators with something behind": says(
        r"first.toml:6: line 13 of first.csv has 11 cells, where the header has 10",
        ("first.csv", "", FIRST + ";" * 100_000 + "x\n"),
    ),
    "a declaration that is nested without end": says(
        r"survey.toml: is nested too deeply",
        ("survey.toml", "title =", f"x = {'[' * 50_000}{']' * 50_000}\ntitle ="),
    ),
    "tables within tables": says(
        r"survey.toml: is nested too deeply|unknown key 'a'",
        ("survey.toml", "title =", f"{'a.' * 5_000}a = 1\ntitle ="),
    ),
    "a declaration of ten megabytes": says(
        r"survey.toml: is larger than 2,000,000 bytes", ("survey.toml", "# A", "#" + "x" * 10_000_000 + "\n#")
    ),
    "a declaration of very many lines": says(
        r"survey.toml:\d+: unknown key 'more'",
        (
            "survey.toml",
            "[scales.agreement]",
            "[more]\n" + "".join(f"k{n} = 1\n" for n in range(90_000)) + "[scales.agreement]",
        ),
    ),
    "a number of five thousand digits": says(
        r"survey.toml:24: a number has more than 4,300 digits; a text needs quotes",
        ("survey.toml", "max = 2", f"max = {'9' * 5_000}"),
    ),
    "a label that no cell of a workbook holds": says(
        r"survey.toml:29: 'x{60}'… has 40,000 characters, and a cell of the workbook holds 32,767",
        ("survey.toml", NONE, f'none = "{"x" * 40_000}"'),
    ),
    "scores whose sum is beyond all numbers": says(
        r"survey.toml:8: scales.agreement.scores.1: Input should be less than or equal to 1000000000000000",
        ("survey.toml", "scores = [1, 2, 3]", "scores = [1, 1e308, 1.5e308]"),
    ),
    "an export whose name no folder can hold": says(
        r"first.toml:6: 'a{20}'… has 1,004 characters, and no name of a file has so many",
        ("first.toml", '"first.csv"', f'"{"a" * 1_000}.csv"'),
    ),
    "an exhibit whose file could not be named": says(
        r"report.toml:\d+: exhibit.5.id: String should have at most 100 characters",
        ("report.toml", 'id = "top"', f'id = "{"t" * 300}"'),
    ),
    "a question whose file could not be named": says(
        r"survey.toml:40: the id 't{20}'… has 300 characters; 100 at most are wanted",
        ("survey.toml", "[questions.top]", f"[questions.{'t' * 300}]"),
    ),
    # patterns
    "a pattern nested without end": says(
        r"survey.toml:32: others: '/\({19}'… is nested too deeply", others("(" * 4_000 + "a" + ")" * 4_000)
    ),
    "a pattern nested deeply": says(
        r"survey.toml:32: others: '/\({19}'… is nested too deeply", others("(" * 200 + "a" + ")" * 200)
    ),
    "a pattern that repeats beyond all numbers": says(
        r"survey.toml:32: others: '/a\{4294967295\}/' is no pattern: the repetition number is too large",
        others("a{4294967295}"),
    ),
    "a pattern that Python warns of": says(
        r"survey.toml:32: others: '/\[\[a\]/' is no pattern: Possible nested set", others("[[a]")
    ),
    "a pattern that never ends": says(
        r"survey.toml:\d+: others: '/\(a\+\)\+\$/' repeats what holds a repeat", others("(a+)+$")
    ),
    "a pattern of choices that never ends": says(
        r"survey.toml:\d+: others: '/\(a\|aa\)\*b/' repeats what holds a repeat or a choice",
        others("(a|aa)*b"),
    ),
    "a pattern and a very long text": says(
        r"survey.toml:\d+: .*matched no text beside Other",
        others("x.*y.*z"),
        ("first.csv", "knitting, sewing", "xy" * 2_000_000),
    ),
}

STATEMENTS = {
    "reads a file": "select * from read_text('/etc/passwd')",
    "reads a file by its name": "select * from '/etc/passwd.csv'",
    "lists files": "select * from glob('/etc/*')",
    "reads Parquet": "select * from read_parquet('outputs/toy/interim/first.parquet')",
    "reads a database": "attach 'another.duckdb' as another",
    "writes a file": "copy (select 1) to 'written.csv'",
    "exports": "export database 'written'",
    "inserts": "insert into coded.waves select * from coded.waves",
    "updates": "update coded.respondents set weight = 9",
    "deletes": "delete from coded.respondents",
    "creates": "create table main.mine as select 1",
    "loads": "load httpfs",
    "sets": "set enable_external_access = true",
    "resets": "reset lock_configuration",
    "a pragma": "pragma enable_profiling = 'json'",
    "two statements": "select 1; drop table coded.waves",
    "a variable of Python": "select * from connection",
    "over the network": "select * from read_csv('https://example.org/x.csv')",
}
