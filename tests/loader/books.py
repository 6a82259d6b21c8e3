"""Small workbooks for the loader's tests, written by openpyxl or byte by byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import xlsxwriter

REQUIRED = ["AAG ORDER NUMBER", "CUSTOMER NAME", "CUSTOMER STYLE", "TOTAL QTY"]
NAME = "GREYSON ORDER LIST (M3).xlsx"
TABLE = "xGREYSON_ORDER_LIST_RAW"


def book(
    rows: Sequence[Sequence[object]],
    *,
    headers: Sequence[object] = REQUIRED,
    sheet: str = "MASTER",
    above: Sequence[Sequence[object]] = (),
) -> bytes:
    """A workbook with one sheet: rows above the header, the header, rows."""
    workbook = openpyxl.Workbook()
    worksheet = workbook.active
    assert worksheet is not None
    worksheet.title = sheet
    for row in (*above, headers, *rows):
        worksheet.append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def shared_book(rows: Sequence[Sequence[object]]) -> bytes:
    """The same by xlsxwriter, which keeps texts in a part of their own as Excel does."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    worksheet = workbook.add_worksheet("MASTER")
    for number, row in enumerate((REQUIRED, *rows)):
        worksheet.write_row(number, 0, row)
    workbook.close()
    return buffer.getvalue()


def order(number: str, *, qty: object = 1) -> list[object]:
    return [number, "GREYSON", "ST1", qty]


def save(folder: Path, rows: Sequence[Sequence[object]], *, name: str = NAME, **options: object) -> Path:
    path = folder / name
    path.write_bytes(book(rows, **options))  # type: ignore[arg-type]
    return path


def rewritten(data: bytes, changes: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """The archive with some of its parts changed; ``suffix`` of the part's name is enough to name it."""
    source, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            for ending, change in changes.items():
                if info.filename.endswith(ending):
                    content = change(content)
            target.writestr(info.filename, content)
    return buffer.getvalue()


def with_sheet_xml(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return rewritten(data, {"worksheets/sheet1.xml": change})
