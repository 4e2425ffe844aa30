"""One mistake each in an export or a declaration of the toy survey, and what must be said of it.

An edit replaces the first occurrence of a text in a file of raw/toy/, or, without one, the whole file.
"""

from __future__ import annotations

import io
import zipfile

import pandas as pd

Edit = tuple[str, str, str | bytes]


def workbook(**sheets: list[list[str]]) -> bytes:
    """A spreadsheet with these sheets."""
    stream = io.BytesIO()
    with pd.ExcelWriter(stream, engine="xlsxwriter") as writer:
        for name, rows in sheets.items():
            pd.DataFrame(rows).to_excel(writer, sheet_name=name, header=False, index=False)
    return stream.getvalue()


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as writer:
        writer.writestr("first.csv", "ID;Are you involved?")
    return stream.getvalue()


SHEET = workbook(One=[["ID", "Are you involved?"], ["a1", "Yes"]], Two=[["ID"], ["a1"]])


def weights(table: str) -> Edit:
    """The second wave with these lines on its weights; they begin on line 13."""
    return ("second.toml", '[[exclude]]\nreason = "not', f'{table}\n[[exclude]]\nreason = "not')


def raked(shares: str, question: str = "region", more: str = "") -> Edit:
    return weights(
        f'[weights]\n{more}\n[weights.targets.{question}]\nsource = "a census"\nshares = {{ {shares} }}'
    )


def excluding(lines: str) -> Edit:
    """The second wave with a screening rule of these lines; it begins on line 13."""
    return weights(f'[[exclude]]\nreason = "careless"\n{lines}\n')


def public(lines: str) -> Edit:
    """What may be published, at the end of the questionnaire: `lines` begin on line 63."""
    last = 'text = "Anything else?"\nkind = "text"\nprivate = true\n'
    return ("survey.toml", last, f"{last}\n[public]\n{lines}\n")


PUBLISHED = 'kind = "published_bars"\n'
MISTAKES: dict[str, tuple[Edit | list[Edit], str]] = {
    "a line of [answers] that takes the cells of another option": (
        ("first.toml", '"N" = "north"', '"North" = "south"'),
        r"first.toml:18: 'North' is the label of 'north' \('North'\), and is mapped to 'south'; delete",
    ),
    "a beginning under [answers] that takes the label of another option": (
        ("first.toml", '"N" = "north"', '"Nor…" = "south"'),
        r"raw/toy/first.toml:18: 'Nor…' fits the label of 'north' \('North'\), and is mapped to 'south'",
    ),
    "a number under [answers] that takes the label of an option": (
        [
            ("survey.toml", 'kind = "number"', 'kind = "number"\noptions = { dkns = "Don\'t know" }'),
            ("first.toml", "[changes.top]", '[answers.share]\n"don\'t know" = 0\n[changes.top]'),
        ],
        r"raw/toy/first.toml:22: \"don't know\" is the label of 'dkns' .*, and is mapped to 0",
    ),
    "a text to exclude by that a cell almost says": (
        ("second.toml", 'Channel = ["test"]', 'Channel = ["tests"]'),
        r"raw/toy/second.toml:19: 'tests' stands in no cell of 'Channel'; did you mean 'test' \(\w+\)\?",
    ),
    "two ways of leaving out what repeats": (
        [
            excluding('quality = ["duplicate_id"]'),
            ("second.toml", "[respondents]", '[respondents]\nduplicates = "keep_first"'),
        ],
        r"raw/toy/second.toml:\d+: duplicate_id stands beside duplicates under \[respondents\]",
    ),
    "a way to read numbers that means nothing for the question": (
        ("first.toml", "[changes.top]", '[reading.uses]\ndecimal = ","\n[changes.top]'),
        r"raw/toy/first.toml:22: decimal means nothing for a multiple question",
    ),
    "what an untouched box means where there is none": (
        ("first.toml", "[changes.top]", '[reading.share]\nunticked = "no"\n[changes.top]'),
        r"raw/toy/first.toml:22: unticked means nothing for a number question",
    ),
    "one sign for decimals and thousands": (
        ("first.toml", "[changes.top]", '[reading.share]\ndecimal = ","\nthousands = ","\n[changes.top]'),
        r"raw/toy/first.toml:23: ',' cannot stand before decimals and between thousands",
    ),
    "a text that means an empty cell of a question and stands in none": (
        ("first.toml", "[changes.top]", '[reading.share]\nblank = ["nil"]\n[changes.top]'),
        r"raw/toy/first.toml:22: blank: 'nil' stands in no cell",
    ),
    "an unknown key": (
        ("second.toml", "synthetic = true", "syntetic = true"),
        r"raw/toy/second.toml:3: unknown key 'syntetic'; did you mean 'synthetic'\?",
    ),
    "an unknown key of a question": (
        ("survey.toml", "max = 2\n[questions.uses.options]", "maxx = 2\n[questions.uses.options]"),
        r"raw/toy/survey.toml:24: unknown key 'maxx'; did you mean 'max'\?",
    ),
    "not TOML": (
        ("survey.toml", "title = ", "title "),
        r"raw/toy/survey.toml:2: is not valid TOML",
    ),
    "a missing key": (
        ("second.toml", 'format = "surveymonkey"\n', ""),
        r"raw/toy/second.toml:5: source.format is missing",
    ),
    "an unknown format": (
        ("second.toml", '"surveymonkey"', '"surveymonke"'),
        r"raw/toy/second.toml:7: source.format: .*'surveymonkey'.* seen 'surveymonke'",
    ),
    "a column that nothing claims": (
        ("second.csv", "Anything else?,", "Anything  more?,"),
        r"raw/toy/second.toml:1: column S 'Anything  more\?' \('Open-Ended Response'\) is no question's, .*"
        r"did you mean 'Anything else\?'",
    ),
    "an answer that is no option": (
        ("second.csv", "Yes,North,Models,,,,,,,1", "Yes,Nroth,Models,,,,,,,1"),
        r"survey.toml:\d+: region: 'Nroth' \(once, column E\) is no answer of it; did you mean 'North'",
    ),
    "an answer of a grid that is no level": (
        ("second.csv", ",Neither,Don't know,0", ",Neether,Don't know,0"),
        r"raw/toy/survey.toml:\d+: views: 'Neether' .* did you mean 'Neither'\?",
    ),
    "a number that is none": (
        ("second.csv", ",Agree,Agree,40", ",Agree,Agree,forty"),
        r"raw/toy/survey.toml:\d+: share: 'forty' \(1 times, column R\) is no plain number",
    ),
    "a place that is none": (
        ("second.csv", "Models,,,,,,,1,2,", "Models,,,,,,,topmost,2,"),
        r"raw/toy/survey.toml:\d+: top: 'topmost' ",
    ),
    "two items at one place": (
        ("second.csv", "Models,,,,,,,1,2,", "Models,,,,,,,1,1,"),
        r"raw/toy/second.toml:1: top: one item a place fails for 1 respondents \(response 1 of the export\)",
    ),
    "an option's column that no option claims": (
        # this column is known by its heading alone: its cells hold texts of their own
        ("second.csv", "Don’t know,Other (please specify),", "Don’t know,Othr (please specify),"),
        r"survey.toml:\d+: uses: column K 'Othr \(please specify\)' is no option of it",
    ),
    "two texts in the column of an option": (
        ("second.csv", "Yes,South,Models,,,None", "Yes,South,Modems,,,None"),
        r"raw/toy/survey.toml:\d+: uses: column F .* holds 2 texts \('Models'\)",
    ),
    "a question that is in no export": (
        ("survey.toml", "[questions.remarks]", '[questions.ghost]\nkind = "text"\n\n[questions.remarks]'),
        r"raw/toy/survey.toml:\d+: 'ghost' has no column in any wave",
    ),
    "a mapping line that matched nothing": (
        ("first.toml", '"1" = "south"', '"1" = "south"\n"2" = "south"'),
        r"raw/toy/first.toml:20: '2' = 'south' matched nothing in this export",
    ),
    "a mapping to no option": (
        ("first.toml", '"1" = "south"', '"1" = "suoth"'),
        r"raw/toy/first.toml:19: 'region' has no option or item 'suoth'; did you mean 'south'\?",
    ),
    "a finder that names no column": (
        ("first.toml", "Why don't you use it?", "Why don't you use them?"),
        r"first.toml:15: why_not: \"Why don't you use them\?\": the export has no such heading; did you",
    ),
    "a finder for no question": (
        ("first.toml", "why_not =", "why_nut ="),
        r"raw/toy/first.toml:15: no question 'why_nut'; did you mean 'why_not'\?",
    ),
    "a dropped column that is not there": (
        ("second.toml", 'drop = ["Email Address"]', 'drop = ["Email Address", "IP Address"]'),
        r"raw/toy/second.toml:11: drop: 'IP Address': the export has no such heading",
    ),
    "a respondents' id that is not there": (
        ("first.toml", 'id = "ID"', 'id = "Id number"'),
        r"raw/toy/first.toml:12: id: 'Id number': the export has no such heading",
    ),
    "a screening rule on an unknown heading": (
        ("second.toml", "Channel =", "Chanel ="),
        r"raw/toy/second.toml:19: 'Chanel' is neither a question nor a heading; did you mean 'Channel'\?",
    ),
    "a screening rule on an unknown option": (
        ("second.toml", 'involved = ["no"]', 'involved = ["not"]'),
        r"raw/toy/second.toml:15: 'involved' has no option 'not'; did you mean 'no'\?",
    ),
    "routing by an option that does not exist": (
        ("survey.toml", 'asked = { uses = ["none"] }', 'asked = { uses = ["nothing"] }'),
        r"raw/toy/survey.toml:37: asked: 'uses' has no option 'nothing'",
    ),
    "routing by a later question": (
        ("survey.toml", 'asked = { uses = ["none"] }', 'asked = { views = ["agree"] }'),
        r"raw/toy/survey.toml:37: asked: 'views' comes after 'why_not'",
    ),
    "two options with one label": (
        ("survey.toml", 'none = "None of these"', 'none = "models"'),
        r"raw/toy/survey.toml:29: 'none' has the label of 'models': 'models'",
    ),
    "a net of unknown options": (
        ("survey.toml", 'anything = ["models", "data", "other"]', 'anything = ["models", "dota"]'),
        r"raw/toy/survey.toml:32: net 'anything': no option 'dota'; did you mean 'data'\?",
    ),
    "a segment that is no single choice": (
        ("survey.toml", 'segments = ["region"]', 'segments = ["uses"]'),
        r"raw/toy/survey.toml:4: segment 'uses' is of kind multiple",
    ),
    "scores that do not match the scale": (
        ("survey.toml", "scores = [1, 2, 3]", "scores = [1, 2]"),
        r"raw/toy/survey.toml:8: 2 scores for 3 substantive options",
    ),
    "an exhibit of no question": (
        ("report.toml", 'question = "views"', 'question = "view"'),
        r"raw/toy/report.toml:22: no question 'view'; did you mean 'views'\?",
    ),
    "an exhibit of a kind that cannot show its question": (
        ("report.toml", 'kind = "scale_bars"', 'kind = "ranked_bars"'),
        r"raw/toy/report.toml:21: ranked_bars cannot show a grid question; it can be diverging_bars, "
        r"dumbbell, heat_table, scale_bars, trend_lines, table",
    ),
    "an exhibit by an unknown segment": (
        ("report.toml", 'by = "place"', 'by = "plaice"'),
        r"raw/toy/report.toml:17: no segment 'plaice'; did you mean 'place'\?",
    ),
    "a published number of an unknown option": (
        ("published.csv", "second,uses,data,", "second,uses,dota,"),
        r"raw/toy/published.csv:3: 'uses' has no option 'dota'; did you mean 'data'\?",
    ),
    "a published number above 100": (
        ("published.csv", ",12.5,", ",125,"),
        r"raw/toy/published.csv:7: percent: .*less than or equal to 100",
    ),
    "an export that is not there": (
        ("second.toml", 'file = "second.csv"', 'file = "seconds.csv"'),
        r"raw/toy/second.toml:6: no file raw/toy/seconds.csv; run: survey synthesise second --survey toy",
    ),
    "an export outside the survey's folder": (
        ("second.toml", 'file = "second.csv"', 'file = "../../second.csv"'),
        r"raw/toy/second.toml:6: '../../second.csv' is outside raw/toy",
    ),
    "an export that is not the pinned one": (
        ("second.toml", 'format = "surveymonkey"', f'format = "surveymonkey"\nsha256 = "{"0" * 64}"'),
        r"raw/toy/second.toml:8: raw/toy/second.csv has sha256 [0-9a-f]{64}, which is not the pinned one",
    ),
    "a row with too many cells": (
        ("second.csv", "canary-private-1,", "canary-private-1,,more"),
        r"raw/toy/second.toml:6: line 3 of second.csv has 21 cells, where the header has 20 parted by ','",
    ),
    "a row with too few cells": (
        ("second.csv", "canary-drop-4,web,Yes", "canary-drop-4,Yes"),
        r"raw/toy/second.toml:6: line 6 of second.csv has 19 cells",
    ),
    "an export cut short inside a quoted cell": (
        ("second.csv", "test,Yes,North,Models,", 'test,Yes,North,"Models,'),
        r"raw/toy/second.toml:6: second.csv ends inside a quoted cell",
    ),
    # exports that are none, or not whole
    "a summary of the answers": (
        ("second.csv", "", "Are you involved?,\nAnswer Choices,Responses,\nYes,90%,9\nNo,10%,1\n"),
        r"raw/toy/second.toml:6: second.csv is a summary of the answers and holds no responses; export all",
    ),
    "a web page instead of the download": (
        ("second.csv", "", "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"),
        r"raw/toy/second.toml:6: second.csv is a web page: the download was not the export",
    ),
    "a PDF": (("second.csv", "", b"%PDF-1.7 \xff\xff"), r"raw/toy/second.toml:6: second.csv is a PDF"),
    "a zip archive": (
        ("first.csv", "", archive()),
        r"raw/toy/first.toml:6: first.csv is a zip archive that holds 'first.csv'; unpack it",
    ),
    "a spreadsheet named .csv": (
        ("first.csv", "", SHEET),
        r"raw/toy/first.toml:6: first.csv is a workbook; name it .xlsx",
    ),
    "JSON": (("first.csv", "", '[{"ID": "a1"}]'), r"raw/toy/first.toml:6: first.csv is JSON; export as CSV"),
    "an empty file": (("first.csv", "", ""), r"raw/toy/first.toml:6: first.csv is empty"),
    "a header and nothing below": (
        ("first.csv", "", "ID;Are you involved?;Where are you?\n"),
        r"raw/toy/first.toml:6: first.csv holds no response below its header",
    ),
    "an encoding that is not the declared one": (
        ("first.csv", "", "ID;Caf\u00e9?\na1;Yes\n".encode("cp1252")),
        r"raw/toy/first.toml:5: line 1 of first.csv is not utf-8-sig text \(byte 0xe9\); say encoding",
    ),
    "an encoding that there is not": (
        ("first.toml", 'format = "flat"', 'format = "flat"\nencoding = "utf-9"'),
        r"raw/toy/first.toml:8: no encoding 'utf-9'",
    ),
    "a download cut within a record": (
        ("first.csv", "a11;Yes;1;Data, tools and code;;Speed;Agree;Agree;100;", "a11;Yes;1;Data, to"),
        r"raw/toy/first.toml:6: line 12 of first.csv has 4 cells, where the header has 10 parted by ';'",
    ),
    "a line break that lost its quotes": (
        ("first.csv", "knitting, sewing", "knitting,\nsewing"),
        r"raw/toy/first.toml:6: line 6 of first.csv has 4 cells",
    ),
    "a doubled heading": (
        ("first.csv", "Why don't you use it?", "Where are you?"),
        r"raw/toy/first.toml:14: region: columns C and E have the same heading 'Where are you\?'; name one",
    ),
    "a spreadsheet that is none": (
        [("first.toml", "first.csv", "first.xlsx"), ("first.xlsx", "", "not a spreadsheet")],
        r"raw/toy/first.toml:6: first.xlsx cannot be read as a spreadsheet",
    ),
    "a spreadsheet with several sheets": (
        [("first.toml", "first.csv", "first.xlsx"), ("first.xlsx", "", SHEET)],
        r"raw/toy/first.toml:5: first.xlsx has several sheets: 'One', 'Two'; name one with sheet",
    ),
    "a sheet that is not there": (
        [("first.toml", '"first.csv"', '"first.xlsx"\nsheet = "Tow"'), ("first.xlsx", "", SHEET)],
        r"raw/toy/first.toml:7: no sheet 'Tow'; did you mean 'Two'\?",
    ),
    "a delimiter of a spreadsheet": (
        ("first.toml", '"first.csv"', '"first.xlsx"\ndelimiter = ";"'),
        r"raw/toy/first.toml:7: only a text file has a delimiter; leave it out",
    ),
    "a delimiter of two letters": (
        ("first.toml", '"first.csv"', '"first.csv"\ndelimiter = ";;"'),
        r"raw/toy/first.toml:7: source.delimiter: ",
    ),
    "a first row of an SPSS file": (
        ("first.toml", '"first.csv"\nformat = "flat"', '"first.sav"\nformat = "spss"\nfirst_row = 2'),
        r"raw/toy/first.toml:8: only a spreadsheet or a text file has a first_row; leave it out",
    ),
    "a title above the header": (
        ("first.csv", "ID;Are", "My survey\n\nID;Are"),
        r"raw/toy/first.toml:5: the header of first.csv begins in line 3, below a title; say first_row = 3",
    ),
    "a first row behind the end": (
        ("first.toml", '"first.csv"', '"first.csv"\nfirst_row = 200'),
        r"raw/toy/first.toml:7: first.csv is empty from line 200 on",
    ),
    "a sum below the table": (
        ("first.csv", "Speed;Agree;Agree;100;", "Speed;Agree;Agree;100;\n\nTotal: 11"),
        r"raw/toy/first.toml:6: line 14 of first.csv has 1 cells, .*; it stands below the table: a note",
    ),
    "a sheet of a text file": (
        ("first.toml", '"first.csv"', '"first.csv"\nsheet = "One"'),
        r"raw/toy/first.toml:7: only a spreadsheet has a sheet; leave it out",
    ),
    "a Parquet file that is none": (
        [("first.toml", "first.csv", "first.parquet"), ("first.parquet", "", "PAR1")],
        r"raw/toy/first.toml:6: first.parquet cannot be read as a Parquet file",
    ),
    "an SPSS file that is none": (
        [
            ("first.toml", "first.csv", "first.sav"),
            ("first.toml", '"flat"', '"spss"'),
            ("first.sav", "", "$FL2 but no more"),
        ],
        r"raw/toy/first.toml:6: first.sav cannot be read as an SPSS file",
    ),
    "the SPSS format for a text file": (
        ("first.toml", '"flat"', '"spss"'),
        r"raw/toy/first.toml:7: the format spss goes with a file named .sav or .zsav",
    ),
    "an encoding of a spreadsheet": (
        ("first.toml", '"first.csv"', '"first.xlsx"\nencoding = "cp1252"'),
        r"raw/toy/first.toml:7: only a text file has an encoding; leave it out",
    ),
    # what a wave file says of its export
    "header rows that the format has not": (
        ("first.toml", 'format = "flat"', 'format = "flat"\nheader_rows = 2'),
        r"raw/toy/first.toml:8: a flat export has one header row",
    ),
    "a separator that joins nothing": (
        ("first.toml", 'separator = ", "', 'separator = "|"'),
        r"uses: 'Models, Data, tools and code' \(column D\) is several of its answers joined by ','; ",
    ),
    "a blank text that stands in no cell": (
        ("first.toml", 'blank = ["n/a"]', 'blank = ["n/a", "N.N."]'),
        r"raw/toy/first.toml:9: blank: 'N.N.' stands in no cell",
    ),
    "a file listed twice": (
        ("second.toml", 'file = "second.csv"', 'file = ["second.csv", "second.csv"]'),
        r"raw/toy/second.toml:6: 'second.csv' is listed twice",
    ),
    "the export of another wave": (
        ("second.toml", 'file = "second.csv"', 'file = "first.csv"'),
        r"raw/toy/second.toml:6: file 'first.csv' is that of wave first too; give this wave its own",
    ),
    "the title of another wave": (
        ("second.toml", "Second Toy Survey", "First Toy Survey"),
        r"raw/toy/second.toml:1: title 'First Toy Survey' is that of wave first too",
    ),
    "hashes for another number of files": (
        ("second.toml", 'format = "surveymonkey"', 'format = "surveymonkey"\nsha256 = ["0", "1"]'),
        r"raw/toy/second.toml:8: 2 sha256 for 1 files; one each",
    ),
    "a field period that ends before it begins": (
        ("first.toml", "to = 2000-02-20", "to = 2000-01-20"),
        r"raw/toy/first.toml:2: fielded: to is before from",
    ),
    "a date that is none": (
        ("first.toml", "from = 2000-02-03", "from = 2000-02-30"),
        r"raw/toy/first.toml:2: is not valid TOML",
    ),
    "two rules with one reason": (
        ("second.toml", 'reason = "a test entry"', 'reason = "not involved"'),
        r"raw/toy/second.toml:18: two rules with the reason 'not involved'; tell them apart",
    ),
    "a mapping twice": (
        ("first.toml", '"N" = "north"', '"N" = "north"\n"n" = "south"'),
        r"raw/toy/first.toml:19: 'n' is mapped to 'south' and to 'north'; keep one",
    ),
    "a choice mapped to a number": (
        ("first.toml", '"N" = "north"', '"N" = 1'),
        r"raw/toy/first.toml:18: 'N': only a number question maps to numbers",
    ),
    "a change of no question": (
        ("first.toml", "[changes.top]", "[changes.tops]"),
        r"raw/toy/first.toml:21: no question 'tops'; did you mean 'top'\?",
    ),
    "a status that there is not": (
        ("first.toml", "[changes.top]", '[changes.top]\nstatus = "renamed"'),
        r"raw/toy/first.toml:22: changes.top.status: .*'reworded' or 'broken', seen 'renamed'",
    ),
    "an item not offered that there is not": (
        ("first.toml", '["trust"]', '["trsut"]'),
        r"raw/toy/first.toml:22: 'top' has no option 'trsut'; did you mean 'trust'\?",
    ),
    "a pool of unknown options": (
        ("first.toml", "[changes.top]", '[changes.uses]\npool = { models = ["model"] }\n[changes.top]'),
        r"raw/toy/first.toml:22: 'uses' has no option 'model'; did you mean 'models'\?",
    ),
    "a finder of letters that are another question's": (
        ("first.toml", "[columns]", '[columns]\nshare = "B"'),
        r"raw/toy/first.toml:15: column B 'Are you involved\?' is claimed by involved and share",
    ),
    # the questionnaire
    "an id with a capital": (
        ("survey.toml", "[questions.remarks]", "[questions.Remarks]"),
        r"raw/toy/survey.toml:57: the id 'Remarks' may hold only a-z, 0-9 and _",
    ),
    "a choice without options": (
        ("survey.toml", 'options = { yes = "Yes", no = "No" }\n', ""),
        r"raw/toy/survey.toml:11: a single question needs options or a scale",
    ),
    "a grid without items": (
        ("survey.toml", 'items = { good = "It is good", cheap = "It is cheap - mostly" }\n', ""),
        r"raw/toy/survey.toml:46: a grid question needs items",
    ),
    "a scale that is not there": (
        ("survey.toml", 'scale = "agreement"', 'scale = "agreemant"'),
        r"raw/toy/survey.toml:49: no scale 'agreemant'; did you mean 'agreement'\?",
    ),
    "both a scale and options": (
        ("survey.toml", 'scale = "agreement"', 'scale = "agreement"\noptions = { a = "A" }'),
        r"raw/toy/survey.toml:46: has both a scale and options; keep one",
    ),
    "a maximum of a single choice": (
        ("survey.toml", 'text = "Where are you?"', 'text = "Where are you?"\nmax = 2'),
        r"raw/toy/survey.toml:18: max means nothing for a single question",
    ),
    "a unit of a choice": (
        ("survey.toml", 'text = "Where are you?"', 'text = "Where are you?"\nunit = "km"'),
        r"raw/toy/survey.toml:18: unit means nothing for a single question",
    ),
    "bands that overlap": (
        ("survey.toml", "half_or_more = [50, 100]", "half_or_more = [40, 100]"),
        r"raw/toy/survey.toml:55: bands 'under_half' and 'half_or_more' overlap",
    ),
    "a band upside down": (
        ("survey.toml", "under_half = [0, 50]", "under_half = [50, 0]"),
        r"raw/toy/survey.toml:55: band 'under_half' wants \[from, to\], from below to",
    ),
    "an empty label": (
        ("survey.toml", 'north = "North"', 'north = " "'),
        r"raw/toy/survey.toml:19: the label of 'north' is empty",
    ),
    "an id that is an option and an item": (
        ("survey.toml", 'items = { good = "It is good"', 'items = { agree = "It is good"'),
        r"raw/toy/survey.toml:50: 'agree' is both an option and an item",
    ),
    "a beginning that fits two answers": (
        ("survey.toml", 'models = "Models"\n', 'models = "M\u2026"\nmore = "Mo\u2026"\nmost = "mO\u2026"\n'),
        r"raw/toy/survey.toml:\d+: 'most' has the label of 'more'",
    ),
    "a number declared as a date": (
        (
            "survey.toml",
            'kind = "number"\nnets = { under_half = [0, 50], half_or_more = [50, 100] }',
            'kind = "date"',
        ),
        r"raw/toy/survey.toml:\d+: share: '10' \(1 times, column I\) is no date such as 1999-12-31",
    ),
    "a kind that there is not": (
        ("survey.toml", 'kind = "rank"', 'kind = "ranking"'),
        r"raw/toy/survey.toml:42: questions.top.kind: .* seen 'ranking'",
    ),
    # weights
    "a weight that is no column": (
        ("second.toml", "drop =", 'weight = "Wieght"\ndrop ='),
        r"raw/toy/second.toml:11: weight: 'Wieght': the export has no such heading",
    ),
    "weights that are no numbers": (
        ("second.toml", "drop =", 'weight = "Channel"\ndrop ='),
        r"raw/toy/second.toml:11: weight: 12 analysed respondents \(response 1, 2, 3, 4, 5, … of the "
        r"export\) have no weight above 0, seen 'web'; correct them",
    ),
    "a weight of 0": (
        [
            ("second.toml", "drop =", 'weight = "Channel"\ndrop ='),
            ("second.toml", 'Channel = ["test"]', 'Channel = ["9"]'),
            ("second.csv", ",web,", ",0,"),
            *[("second.csv", ",web,", ",1.5,")] * 11,
        ],
        r"raw/toy/second.toml:11: weight: 2 analysed respondents \(response 1, 14 of the export\) have no "
        r"weight above 0, seen '0', 'test'",
    ),
    "nothing to trim": (
        weights("[weights]\ntrim = [0.5, 2]"),
        r"raw/toy/second.toml:13: no weights to cut: name a column with weight under",
    ),
    "limits that are none": (
        raked("north = 1, south = 1", more="trim = [2, 3]"),
        r"raw/toy/second.toml:14: weights.trim",
    ),
    "a target of what is no single choice": (
        raked("models = 1", "uses"),
        r"raw/toy/second.toml:15: 'uses' is of kind multiple; only a single choice puts each respondent",
    ),
    "a target of no question": (
        raked("models = 1", "regoin"),
        r"raw/toy/second.toml:15: no question 'regoin'; did you mean 'region'\?",
    ),
    "a target of no answer": (
        raked("north = 1, south = 1, dkns = 1"),
        r"raw/toy/second.toml:17: 'dkns' is no answer: who gave none keeps the part of the sample",
    ),
    "a target of what was not asked": (
        [
            ("first.toml", 'id = "ID"', 'id = "ID"\ndrop = "Why don\'t you use it?"'),
            (
                "first.toml",
                '[columns]\nwhy_not = "Why don\'t you use it?"',
                '[weights.targets.why_not]\nsource = "x"\nshares = { cost = 1 }',
            ),
        ],
        r"raw/toy/first.toml:\d+: 'why_not' was not asked in this wave; leave the target out",
    ),
    "a weight that may be a thousand": (
        [
            ("second.toml", "drop =", 'weight = "Channel"\ndrop ='),
            ("second.csv", ",web,", ',"1,234",'),
            *[("second.csv", ",web,", ",999,")] * 11,
        ],
        r"raw/toy/second.toml:11: weight: '1,234' \(once\) can be read in two ways: as 1234 .*; or as 1.234 ",
    ),
    "a net of those outside the base": (
        [
            ("survey.toml", 'anything = ["models", "data", "other"]', 'anything = ["models", "none"]'),
            (
                "survey.toml",
                'none = "None of these"',
                'none = { label = "None of these", role = "not_applicable" }',
            ),
        ],
        r"raw/toy/survey.toml:32: net 'anything': 'none' is in no base \(not_applicable\)",
    ),
    "a net with an option twice": (
        ("survey.toml", 'anything = ["models", "data", "other"]', 'anything = ["models", "models"]'),
        r"raw/toy/survey.toml:32: net 'anything': 'models' is in it twice",
    ),
    "a segment listed twice": (
        ("survey.toml", 'segments = ["region"]', 'segments = ["region", "region"]'),
        r"raw/toy/survey.toml:4: segment 'region' is listed twice",
    ),
    "a segment without groups": (
        (
            "report.toml",
            'groups = { up = { label = "Up north", options = ["north"] }, south = ["south"] }',
            "groups = {}",
        ),
        r"raw/toy/report.toml:\d+: segment 'place' has no groups",
    ),
    "a band without options": (
        ("report.toml", 'south = ["south"] }', "south = [] }"),
        r"raw/toy/report.toml:\d+: group 'south' of 'place' has no options",
    ),
    "a band with an empty id": (
        ("report.toml", 'south = ["south"] }', '"" = ["south"] }'),
        r"raw/toy/report.toml:\d+: the id '' may hold only a-z",
    ),
    "a filter that leaves nobody": (
        ("report.toml", 'where = { region = ["north", "south"] }', "where = { region = [] }"),
        r"raw/toy/report.toml:38: no option of 'region' is listed, so nobody is left",
    ),
    "a share that is a text": (
        raked('north = "50%", south = 1'),
        r"second.toml:17: weights.targets.region.shares.north: a number is wanted, seen '50%'\n1 problem",
    ),
    "a target of an unknown option": (
        raked("north = 1, suoth = 2"),
        r"raw/toy/second.toml:17: 'region' has no option or net 'suoth'; did you mean 'south'\?",
    ),
    "a target that overlaps another": (
        [
            raked("north = 1, south = 1, both = 2"),
            ("survey.toml", "[questions.uses]", 'nets = { both = ["north", "south"] }\n[questions.uses]'),
        ],
        r"raw/toy/second.toml:17: 'north' is in 'north' and in 'both'; each in one",
    ),
    "an answer without a target": (
        raked("north = 1"),
        r"raw/toy/second.toml:17: region: no target for 'south' \(4 respondents\); give each one",
    ),
    "a target that nobody can meet": (
        [raked("yes = 9, no = 1", "involved")],
        r"raw/toy/second.toml:17: involved: nobody is in 'no', so no weight can bring it to its target",
    ),
    "a target without its source": (
        weights("[weights.targets.region]\nshares = { north = 1, south = 1 }"),
        r"raw/toy/second.toml:13: weights.targets.region.source is missing",
    ),
    "a target of nothing": (
        raked("north = 0, south = 1"),
        r"raw/toy/second.toml:17: weights.targets.region.shares.north: .* seen 0",
    ),
    "limits that the targets cannot meet": (
        raked("north = 1, south = 99", more="trim = [0.5, 2]"),
        r"raw/toy/second.toml:13: no raking: no weights within the limits after 5000 rounds; "
        r"'north' of region stays at",
    ),
    "an interval that there is not": (
        ("survey.toml", 'segments = ["region"]', 'segments = ["region"]\ninterval = "wilsen"'),
        r"raw/toy/survey.toml:5: interval: .*'wilson'.* seen 'wilsen'",
    ),
    # data quality
    "an unknown key of data quality": (
        weights("[quality]\nspeeder = { seconds = 60 }"),
        r"raw/toy/second.toml:14: unknown key 'speeder'; did you mean 'speeders'\?",
    ),
    "speeders without times": (
        weights("[quality]\nspeeders = { seconds = 60 }"),
        r"raw/toy/second.toml:14: nobody can be a speeder: started and submitted are not both under \[resp",
    ),
    "speeders by two limits": (
        weights("[quality]\nspeeders = { seconds = 60, below = 0.5 }"),
        r"raw/toy/second.toml:14: speeders wants below \(a part of the median duration\) or seconds, one of",
    ),
    "speeders of more than the median": (
        weights("[quality]\n[quality.speeders]\nbelow = 2"),
        r"raw/toy/second.toml:15: quality.speeders.below: .* seen 2",
    ),
    "a line of one item": (
        weights("[quality]\nstraight_lining = 1"),
        r"raw/toy/second.toml:14: quality.straight_lining: .* seen 1",
    ),
    "a check of attention by no question": (
        weights('[quality.attention]\nregoin = ["north"]'),
        r"raw/toy/second.toml:14: no question 'regoin'; did you mean 'region'\?",
    ),
    "a check of attention by no option": (
        weights('[quality.attention]\nregion = ["nroth"]'),
        r"raw/toy/second.toml:14: 'region' has no option 'nroth'; did you mean 'north'\?",
    ),
    "a check of attention by a multiple choice": (
        weights('[quality.attention]\nuses = ["models"]'),
        r"raw/toy/second.toml:14: 'uses' is of kind multiple; only a single choice shows who attends",
    ),
    "a check of attention that was not asked": (
        [
            ("first.toml", 'id = "ID"', 'id = "ID"\ndrop = "Why don\'t you use it?"'),
            (
                "first.toml",
                '[columns]\nwhy_not = "Why don\'t you use it?"',
                '[quality.attention]\nwhy_not = ["cost"]',
            ),
        ],
        r"raw/toy/first.toml:16: 'why_not' has no column in this export, so nobody can be flagged by it",
    ),
    "what cannot be of one answer": (
        weights('[[quality.impossible]]\nreason = "x"\nwhere = { region = ["north"] }'),
        r"raw/toy/second.toml:15: quality.impossible.0.where: .* at least 2 items",
    ),
    "what cannot be of no question": (
        weights('[[quality.impossible]]\nreason = "x"\nwhere = { regoin = ["north"], involved = ["no"] }'),
        r"raw/toy/second.toml:15: no question 'regoin'; did you mean 'region'\?",
    ),
    "what cannot be of no option": (
        weights('[[quality.impossible]]\nreason = "x"\nwhere = { region = ["north"], involved = ["not"] }'),
        r"raw/toy/second.toml:15: 'involved' has no option 'not'; did you mean 'no'\?",
    ),
    "what cannot be, twice": (
        weights(
            '[[quality.impossible]]\nreason = "x"\nwhere = { region = ["north"], involved = ["no"] }\n'
            '[[quality.impossible]]\nreason = "x"\nwhere = { region = ["south"], involved = ["no"] }'
        ),
        r"raw/toy/second.toml:17: two with the reason 'x'; tell them apart",
    ),
    "a screening rule by nothing": (
        excluding(""),
        r"raw/toy/second.toml:13: the rule 'careless' wants where or quality, one of the two",
    ),
    "a screening rule by both": (
        excluding('quality = ["partial"]\nwhere = { involved = ["no"] }'),
        r"raw/toy/second.toml:13: the rule 'careless' wants where or quality, one of the two",
    ),
    "a screening rule by no rule of quality": (
        excluding('quality = ["partial", "speeders"]'),
        r"raw/toy/second.toml:15: no rule of data quality 'speeders'; did you mean 'speeder'\?",
    ),
    "a screening rule by no rules": (
        excluding("quality = []"),
        r"raw/toy/second.toml:15: exclude.0.quality: .* at least 1 item",
    ),
    "a screening rule that can exclude nobody": (
        excluding('quality = ["partial",\n  "speeder"]'),
        r"raw/toy/second.toml:16: speeder can exclude nobody: started and submitted are not both under",
    ),
    # the report and published numbers
    "two exhibits with one id": (
        ("report.toml", 'id = "uses_known"', 'id = "uses"'),
        r"raw/toy/report.toml:8: .*'uses'",
    ),
    "a band of unknown options": (
        ("report.toml", 'south = ["south"] }', 'south = ["suoth"] }'),
        r"raw/toy/report.toml:47: .*'suoth'; did you mean 'south'\?",
    ),
    "a filter by an unknown option": (
        ("report.toml", 'where = { region = ["north", "south"] }', 'where = { region = ["north", "west"] }'),
        r"raw/toy/report.toml:38: .*'west'",
    ),
    "a published number of an unknown wave": (
        ("published.csv", "second,uses,models,", "secund,uses,models,"),
        r"raw/toy/published.csv:2: .*'secund'; did you mean 'second'\?",
    ),
    "a published file without a column": (
        ("published.csv", "percent,n,source", "percent,source"),
        r"raw/toy/published.csv:1: .*'?n'?",
    ),
    "a title that says not what it claims": (
        ("report.toml", 'neutral = "What people use"', 'title = "Models first"'),
        r"raw/toy/report.toml:5: a title claims something; say what with claim, or name the theme",
    ),
    "a claim without a title": (
        ("report.toml", 'neutral = "What people use"', 'claim = { top = "models" }'),
        r"raw/toy/report.toml:5: the claim has no title; write what it says",
    ),
    "a claim that there is not": (
        ("report.toml", 'neutral = "What people use"', 'title = "Models"\nclaim = { best = "models" }'),
        r"raw/toy/report.toml:6: exhibit.0.claim.best: .*'top', 'majority', 'higher_in', 'grew', 'fell'",
    ),
    "a claim of nothing": (
        ("report.toml", 'neutral = "What people use"', 'title = "Models"\nclaim = { top = [] }'),
        r"raw/toy/report.toml:6: exhibit.0.claim.top: List should have at least 1 item",
    ),
    "a claim on published numbers": (
        (
            "report.toml",
            'kind = "published_bars"',
            'kind = "published_bars"\ntitle = "M"\nclaim = { top = "m" }',
        ),
        r"raw/toy/report.toml:\d+: what others published is not tested here; leave out title and claim",
    ),
    "a claim about an unknown answer": (
        ("report.toml", 'neutral = "What people use"', 'title = "M"\nclaim = { majority = "modls" }'),
        r"raw/toy/report.toml:6: no 'modls' in the table; did you mean 'models'\?",
    ),
    "a claim that does not hold": (
        ("report.toml", 'neutral = "What people use"', 'title = "Data"\nclaim = { majority = "data" }'),
        r"raw/toy/report.toml:6: the claim majority = data does not hold: “Data, tools and code” has fewer",
    ),
    "a number typed into a text": (
        ("report.toml", 'neutral = "What people use"', 'text = "Of 12 people, 55% use models."'),
        r"raw/toy/report.toml:5: the number '55%' is typed and would go stale; quote it, as {exhibit.option}",
    ),
    "a quoted number of a low base": (
        ("report.toml", 'neutral = "What people use"', 'text = "So say {uses.models}."'),
        r"raw/toy/report.toml:5: {uses.models} has fewer than 30 respondents and cannot be quoted",
    ),
    "a quoted number of no exhibit": (
        ("report.toml", 'neutral = "What people use"', 'text = "So say {usse.models}."'),
        r"raw/toy/report.toml:5: {usse.models}: no exhibit 'usse'; did you mean 'uses'\?",
    ),
    "a brace that quotes nothing": (
        ("report.toml", 'neutral = "What people use"', 'text = "So say {uses.models."'),
        r"raw/toy/report.toml:5: a { stands alone; a number is quoted as {exhibit.option}",
    ),
    "a theme of an unknown option": (
        (
            "report.toml",
            'kind = "published_bars"',
            'kind = "published_bars"\nsame_theme = { "Models of any kind" = "modls" }',
        ),
        r"raw/toy/report.toml:\d+: 'uses' has no option 'modls'; did you mean 'models'\?",
    ),
    "a theme that nobody published on": (
        (
            "report.toml",
            'kind = "published_bars"',
            'kind = "published_bars"\nsame_theme = { "Modles" = "models" }',
        ),
        r"raw/toy/report.toml:\d+: exhibit 'published_uses': same_theme: nothing is published on Modles",
    ),
    "a theme where nothing published is shown": (
        ("report.toml", 'neutral = "What people use"', 'same_theme = { "Models" = "models" }'),
        r"raw/toy/report.toml:5: ranked_bars shows no published numbers; leave out same_theme",
    ),
    "an unknown key of what may be published": (
        public('licence = "CC0-1.0"\nremoved = ["region"]'),
        r"raw/toy/survey.toml:64: unknown key 'removed'; did you mean 'remove'\?",
    ),
    "a k of one": (public("k = 1"), r"raw/toy/survey.toml:63: public.k: .* seen 1"),
    "a quasi-identifier that is no question": (
        public('quasi_identifiers = ["regoin"]'),
        r"raw/toy/survey.toml:63: quasi_identifiers: no question 'regoin'; did you mean 'region'\?",
    ),
    "a quasi-identifier listed twice": (
        public('quasi_identifiers = [\n"region",\n"region"]'),
        r"raw/toy/survey.toml:65: quasi_identifiers: 'region' is listed twice",
    ),
    "a quasi-identifier of many answers": (
        public('quasi_identifiers = ["uses"]'),
        r"raw/toy/survey.toml:63: 'uses' is of kind multiple; only a single choice, or a number or date that",
    ),
    "a quasi-identifier that does not go in": (
        public('quasi_identifiers = [\n"region",\n"share"]'),
        r"raw/toy/survey.toml:65: 'share' does not go in \(a number that is not coarsened\)",
    ),
    "a removed question that is none": (
        public('remove = ["why"]'),
        r"raw/toy/survey.toml:63: remove: no question 'why'; did you mean 'why_not'\?",
    ),
    "a coarser question that is none": (
        public('[public.coarsen.regoin]\nall = ["north", "south"]'),
        r"raw/toy/survey.toml:63: coarsen: no question 'regoin'; did you mean 'region'\?",
    ),
    "a coarser question that is removed": (
        public('remove = ["region"]\n[public.coarsen.region]\nall = ["north", "south"]'),
        r"raw/toy/survey.toml:64: coarsen: 'region' is named under remove, so there is nothing to coarsen",
    ),
    "a coarser multiple choice": (
        public('[public.coarsen.uses]\nall = ["models", "data"]'),
        r"raw/toy/survey.toml:63: coarsen: 'uses' is of kind multiple; only the answers of single,",
    ),
    "edges of a single choice": (
        public('[public.coarsen.region]\nall = ["north", "south"]\nedges = [0, 5]'),
        r"raw/toy/survey.toml:65: coarsen: 'region' is a single choice; group its options, it has no edges",
    ),
    "groups of a number": (
        public('[public.coarsen.share]\nlittle = ["none"]'),
        r"raw/toy/survey.toml:64: coarsen: 'share' is a number; say edges = \[0, 10, 20\] and no groups",
    ),
    "a number without edges": (
        public("[public.coarsen.share]"),
        r"raw/toy/survey.toml:63: coarsen: 'share' wants edges = \[0, 10, 20\]",
    ),
    "edges that do not rise": (
        public("[public.coarsen.share]\nedges = [0, 50, 50]"),
        r"raw/toy/survey.toml:64: coarsen: the edges of 'share' do not rise",
    ),
    "an edge that is no number": (
        public('[public.coarsen.share]\nedges = [0, "many"]'),
        r"raw/toy/survey.toml:64: public.coarsen.share.edges.1: .* seen 'many'",
    ),
    "an option in no group": (
        public('[public.coarsen.region]\nup = ["north"]'),
        r"raw/toy/survey.toml:63: coarsen: south of 'region' in no group; every substantive option",
    ),
    "an option in two groups": (
        public('[public.coarsen.region]\nup = ["north"]\nboth = ["north", "south"]'),
        r"raw/toy/survey.toml:65: coarsen: 'north' is in group 'up' of 'region' already",
    ),
    "a group of an option that is none": (
        public('[public.coarsen.region]\nall = ["north", "south", "suoth"]'),
        r"raw/toy/survey.toml:64: coarsen: 'region' has no option 'suoth'; did you mean 'south'\?",
    ),
    "a group of nobody": (
        public('[public.coarsen.region]\nall = ["north", "south"]\nnobody = []'),
        r"raw/toy/survey.toml:65: coarsen: group 'nobody' of 'region' has no options",
    ),
    "a group called as an option that is left": (
        public('[public.coarsen.region]\ndkns = ["north", "south"]'),
        r"raw/toy/survey.toml:64: coarsen: group 'dkns' has the id of an option that is left",
    ),
    "two groups of one label": (
        public(
            '[public.coarsen.region]\none = { label = "Here", options = ["north"] }\n'
            'two = { label = "here", options = ["south"] }'
        ),
        r"raw/toy/survey.toml:65: coarsen: group 'two' has the label of 'one'",
    ),
    "a group without a label": (
        public('[public.coarsen.region]\nall = { options = ["north", "south"] }'),
        r"raw/toy/survey.toml:64: public.coarsen.region.all.label is missing",
    ),
    "a group with an id that is none": (
        public('[public.coarsen.region]\nAll = ["north", "south"]'),
        r"raw/toy/survey.toml:64: the id 'All' may hold only a-z, 0-9 and _",
    ),
}
