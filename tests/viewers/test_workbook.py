"""The workbook in LibreOffice: it opens, and what LibreOffice saves of it has the same numbers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from openpyxl import load_workbook

from pipeline.project.paths import Paths

SOFFICE = os.environ.get("SOFFICE", "soffice")


def saved_by_libreoffice(workbook: Path, folder: Path) -> Path:
    """Where LibreOffice saves a workbook again; one that has to be repaired first is not saved."""
    folder.mkdir()
    user = f"-env:UserInstallation={(folder / 'user').as_uri()}"
    form = "xlsx:Calc MS Excel 2007 XML"
    words = [SOFFICE, "--headless", "--norestore", user, "--convert-to", form, "--outdir", str(folder)]
    subprocess.run([*words, str(workbook)], capture_output=True, check=False, timeout=300)
    return folder / workbook.name


def test_libreoffice_opens_the_workbook(toy_done: Paths, tmp_path: Path) -> None:
    saved = saved_by_libreoffice(toy_done.workbook, tmp_path / "out")
    assert saved.is_file()
    one, other = load_workbook(toy_done.workbook), load_workbook(saved)
    assert one.sheetnames == other.sheetnames
    read = 0
    for sheet in one.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value is not None and not cell.hyperlink:
                    assert other[sheet.title][cell.coordinate].value == cell.value, cell.coordinate
                    read += isinstance(cell.value, int | float)
    assert read > 100


def test_a_damaged_workbook_is_not_saved(toy_done: Paths, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(toy_done.workbook.read_bytes()[:-3000])
    assert not saved_by_libreoffice(damaged, tmp_path / "out").exists()
