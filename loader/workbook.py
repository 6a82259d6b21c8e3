"""The bytes of a workbook as a sheet of text columns. Pure."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import PurePath
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from loader.cells import Texts, column_of
from loader.errors import RejectedError
from loader.headers import find_header
from loader.inspection import Findings, inspect_sheet
from loader.lean import LeanCopy
from loader.limits import Limits
from loader.names import Header, column_names
from loader.package import check_parts, check_start, open_package, sheet_parts

_MASTER = "MASTER"
#: Rows that are turned into columns at once: so few that their cells are still in the processor's cache by then.
_BLOCK = 1024

#: The sheet to read, calamine's workbook that has it, and what its bytes say that calamine does not.
_Opened = tuple[str, calamine.CalamineWorkbook, Findings | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An order list as it stands in its workbook.

    Args:
        header_row: number of the header row in Excel, from 1.
        rows: number in Excel of each row of ``data``.
        data: a column of text for each of ``headers``, in order; rows without any value are left out.
        warnings: what a person should know although the sheet was read.
    """

    name: str
    header_row: int
    headers: tuple[Header, ...]
    rows: pa.Int32Array
    data: pa.Table
    warnings: tuple[str, ...] = ()


def read_sheet(file: str, data: bytes, limits: Limits) -> Sheet:
    """The sheet MASTER of a workbook, else its first.

    Raises:
        RejectedError: with the sheet and row where they are known, and what to do.
    """
    suffix = PurePath(file).suffix.lower()
    check_start(data, suffix, limits)
    name, workbook, findings = _open_xls(data, limits) if suffix == ".xls" else _open_package(data, limits)
    return _shape(name, _rows(_sheet(workbook, name, limits), findings), limits)


def _open_xls(data: bytes, limits: Limits) -> _Opened:
    from loader.legacy import inspect_xls  # noqa: PLC0415 - seldom needed, and every worker would wait for it

    inspected = inspect_xls(data, limits)
    workbook = _open(data)
    name = _choose(workbook)
    return name, workbook, inspected.get(name)


def _open_package(data: bytes, limits: Limits) -> _Opened:
    package = open_package(data, limits)
    parts = sheet_parts(package)
    likely = _order_list([name for name, part in parts.items() if "/worksheets/" in part])
    copy = LeanCopy(parts[likely]) if likely else None
    check_parts(package, copy)
    findings = inspect_sheet(package, likely, limits, copy) if likely else None
    workbook = _open((copy and copy.finish()) or data)
    name = _choose(workbook)
    if name != likely:
        workbook = _open(data)
        findings = inspect_sheet(package, name, limits) or _inspect_binary_sheet(package, name, limits)
    return name, workbook, findings


def _inspect_binary_sheet(package: zipfile.ZipFile, name: str, limits: Limits) -> Findings | None:
    from loader.legacy import inspect_binary_sheet  # noqa: PLC0415

    return inspect_binary_sheet(package, name, limits)


def _open(data: bytes) -> calamine.CalamineWorkbook:
    try:
        return calamine.load_workbook(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise RejectedError(
            "The file is protected with a password.", mend="Remove the password in Excel, and save it again."
        ) from error
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError) as error:
        raise RejectedError(
            f"The file cannot be read as a workbook ({error}).", mend="Open it in Excel and save it as .xlsx."
        ) from error


def _choose(workbook: calamine.CalamineWorkbook) -> str:
    name = _order_list([s.name for s in workbook.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet])
    if name is None:
        raise RejectedError("The workbook has no sheet with cells.", mend="Put the order list on a sheet named MASTER.")
    return name


def _order_list(sheets: Sequence[str]) -> str | None:
    """The sheet MASTER, else the first."""
    return next((name for name in sheets if name.strip().upper() == _MASTER), sheets[0] if sheets else None)


def _sheet(workbook: calamine.CalamineWorkbook, name: str, limits: Limits) -> calamine.CalamineSheet:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except (calamine.CalamineError, calamine.XmlError, calamine.WorksheetNotFound, OSError) as error:
        raise RejectedError(
            f"Sheet '{name}' cannot be read ({error}).", mend="Open the file in Excel and save it as .xlsx."
        ) from error
    if sheet.end is None:
        raise RejectedError(f"Sheet '{name}' is empty.", mend="Put the order list on it, or remove the file.")
    limits.check_span(name, sheet.end[0] + 1, sheet.end[1] + 1)
    return sheet


def _rows(sheet: calamine.CalamineSheet, findings: Findings | None) -> Iterator[list[object]]:
    """The sheet's rows from row 1 and column A on, with error cells as their own text: calamine reads them as empty."""
    errors: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for row, column, text in findings.errors if findings else ():
        errors[row].append((column, text))
    left: list[object] = [""] * (sheet.start[1] if sheet.start else 0)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        values: list[Any] = [*left, *cells] if left else cells
        for column, text in errors.get(number, ()):
            if column <= len(values):
                values[column - 1] = text
        yield values


def _shape(name: str, rows: Iterator[list[object]], limits: Limits) -> Sheet:
    top = list(islice(rows, limits.header_rows))
    try:
        header_index = find_header(top)
    except RejectedError as error:
        raise RejectedError(f"Sheet '{name}': {error.message}", mend=error.mend) from error
    texts = ["" if cell is None else str(cell) for cell in top[header_index]]
    seen = [Texts() for _ in texts]
    numbers: list[int] = []
    blocks: list[list[pa.Array]] = []
    below = (
        (number, row)
        for number, row in enumerate(chain(top[header_index + 1 :], rows), header_index + 2)
        if any(row) or any(map(_full, row))
    )
    while block := list(islice(below, _BLOCK)):
        found, cells = zip(*block, strict=True)
        numbers += found
        blocks.append(list(map(column_of, zip(*cells, strict=True), seen)))
    if not numbers:
        raise RejectedError(
            f"Sheet '{name}' has headers in row {header_index + 1} but no rows below them.",
            mend="Fill it, or remove the file; the rows landed last stay until then.",
        )
    columns = [pa.concat_arrays(parts) for parts in zip(*blocks, strict=True)]
    width = _used_width(texts, columns)
    headers = column_names(texts[:width])
    data = pa.table(columns[:width], names=[h.column for h in headers])
    return Sheet(name, header_index + 1, headers, pa.array(numbers, pa.int32()), data, _warnings(headers))


def _full(cell: object) -> bool:
    return cell not in ("", None)


def _used_width(texts: Sequence[str], columns: Sequence[pa.StringArray]) -> int:
    """Columns up to the last that has a header or a value: formatted emptiness to the right is not data."""
    for index in range(len(columns), 0, -1):
        if texts[index - 1].strip() or columns[index - 1].null_count < len(columns[index - 1]):
            return index
    return 0


def _warnings(headers: Sequence[Header]) -> tuple[str, ...]:
    return tuple(
        f"Column {h.position}: header {h.text!r} is {h.note}, landed as '{h.column}'." for h in headers if h.note
    )
