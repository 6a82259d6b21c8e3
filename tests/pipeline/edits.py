"""Edits of a workbook as a planner makes them: one cell, and every other byte of the sheet as it was."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl


def edit(path: Path, header: str, value: str) -> None:
    """Put ``value`` into the first order's cell under ``header``."""
    sheets, sheet, rows, top, columns = _opened(path)
    number, style = columns["AAG ORDER NUMBER"], columns["CUSTOMER STYLE"]
    row = next(row for row in rows[top + 1 :] if row[number].value and row[style].value and row[columns[header]].value)
    _put(path, sheets.index(sheet), row[columns[header]].coordinate, value)


def retitle(path: Path, header: str, value: str) -> None:
    """Call the column ``header`` otherwise."""
    sheets, sheet, rows, top, columns = _opened(path)
    _put(path, sheets.index(sheet), rows[top][columns[header]].coordinate, value)


def _opened(path: Path) -> tuple[list[str], str, list[Any], int, dict[str, int]]:
    book = openpyxl.load_workbook(path)
    sheet = book["MASTER"] if "MASTER" in book.sheetnames else book.worksheets[0]
    rows = list(sheet.iter_rows())
    top = next(n for n, row in enumerate(rows) if any(cell.value == "AAG ORDER NUMBER" for cell in row))
    columns = {" ".join(str(cell.value).split()): n for n, cell in enumerate(rows[top]) if cell.value}
    return book.sheetnames, sheet.title, rows, top, columns


def _put(path: Path, place: int, coordinate: str, value: str) -> None:
    cell = f'<c r="{coordinate}" t="inlineStr"><is><t>{value}</t></is></c>'
    pattern = re.compile(rf'<c r="{coordinate}"[^>]*?(?:/>|>.*?</c>)', re.S)
    part = f"xl/worksheets/sheet{place + 1}.xml"
    draft = path.with_suffix(".part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                text, count = pattern.subn(cell, data.decode())
                assert count == 1
                data = text.encode()
            new.writestr(name, data)
    draft.replace(path)
