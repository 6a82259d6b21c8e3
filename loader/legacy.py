"""Looks into .xls and .xlsb before calamine builds anything from them, as ``inspection`` does for .xlsx. Pure.

calamine reads error cells as empty in these formats too, and builds the whole area between the first and the last
cell, however few there are.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

import xlrd

from loader.errors import RejectedError
from loader.inspection import Findings
from loader.limits import Limits
from loader.package import relations, unpack

_WORKBOOK = "xl/workbook.bin"
# records of [MS-XLSB] that matter here
_ROW, _ERROR, _FORMULA_ERROR, _SHEET = 0, 3, 11, 156
_VALUES = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 62})
_UNKNOWN_ERROR = "#ERROR!"
_MORE = 0x80
_ID_BYTES, _SIZE_BYTES = 2, 4


def inspect_xls(data: bytes, limits: Limits) -> dict[str, Findings]:
    """What there is to know of each sheet of an .xls: calamine builds them all as soon as it opens the file.

    Raises:
        RejectedError: encrypted, damaged, or sheets that span more cells together than the limit.
    """
    found: dict[str, Findings] = {}
    try:
        # the library prints its doubts about a file, on stdout unless told otherwise
        with xlrd.open_workbook(
            file_contents=data, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        ) as workbook:
            for name in workbook.sheet_names():
                found[name] = _findings_of(workbook.sheet_by_name(name))
                limits.check_span(name, found[name].rows, found[name].columns)
                workbook.unload_sheet(name)
    except RejectedError:
        raise
    except Exception as error:  # xlrd meets damage with whatever it stumbles over
        if "encrypted" in str(error):
            raise RejectedError(
                "The file is protected with a password.", mend="Remove the password in Excel, and save it as .xlsx."
            ) from error
        raise RejectedError(
            f"The file cannot be read as an .xls workbook ({error}): it is truncated, damaged, or protected.",
            mend="Open it in Excel, remove any password, and save it as .xlsx.",
        ) from error
    total = sum(sheet.rows * sheet.columns for sheet in found.values())
    if total > limits.cells:
        raise RejectedError(
            f"The {len(found)} sheets span {total:,} cells together; the limit is {limits.cells:,}.",
            mend="Delete stray values far from the lists, or raise ORDER_LIST_LIMIT_CELLS.",
        )
    return found


def _findings_of(sheet: xlrd.sheet.Sheet) -> Findings:
    findings = Findings(rows=sheet.nrows, columns=sheet.ncols)
    for row in range(sheet.nrows):
        if xlrd.XL_CELL_ERROR in (kinds := sheet.row_types(row)):
            findings.errors += [
                (row + 1, column + 1, _error_text(sheet.cell_value(row, column)))
                for column, kind in enumerate(kinds) if kind == xlrd.XL_CELL_ERROR
            ]  # fmt: skip
    return findings


def inspect_binary_sheet(package: zipfile.ZipFile, sheet: str, limits: Limits) -> Findings | None:
    """The same for one sheet of an .xlsb; ``None`` when the package is none.

    Raises:
        RejectedError: a damaged part, or too many rows, columns or cells.
    """
    if _WORKBOOK not in package.namelist():
        return None
    parts = relations(package, _WORKBOOK)
    part = next((parts.get(key) for key, name in _sheets(unpack(package, _WORKBOOK)) if name == sheet), None)
    if part is None:
        return None
    findings, row = Findings(columns=0), 0
    try:
        for kind, start, data in _records(unpack(package, part)):
            if kind == _ROW:
                row = int.from_bytes(data[start : start + 4], "little") + 1
            elif kind in _VALUES:
                column = int.from_bytes(data[start : start + 4], "little") + 1
                findings.rows, findings.columns = row, max(findings.columns, column)
                if kind in (_ERROR, _FORMULA_ERROR):
                    findings.errors.append((row, column, _error_text(data[start + 8])))
    except IndexError as error:
        raise RejectedError(
            f"The part {part} of the file is damaged: it ends within a cell.", mend="Save the file again from Excel."
        ) from error
    limits.check_span(sheet, findings.rows, findings.columns)
    return findings


def _sheets(data: bytes) -> Iterator[tuple[str, str]]:
    """Relation and name of each sheet that the workbook's part lists."""
    for kind, start, _ in _records(data):
        if kind == _SHEET:
            key, after = _text(data, start + 8)
            name, _ = _text(data, after)
            yield key, name


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind of each record, and where in ``data`` its content starts."""
    at, end = 0, len(data)
    while at < end:
        kind, at = _number(data, at, _ID_BYTES)
        size, at = _number(data, at, _SIZE_BYTES)
        yield kind, at, data
        at += size


def _number(data: bytes, at: int, longest: int) -> tuple[int, int]:
    """A number of up to ``longest`` bytes, seven bits in each, the lowest first; and where it ends."""
    number = 0
    for index in range(longest):
        byte = data[at + index]
        number |= (byte & ~_MORE) << 7 * index
        if not byte & _MORE:
            break
    return number, at + index + 1


def _text(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _error_text(code: object) -> str:
    return str(xlrd.error_text_from_code.get(code, _UNKNOWN_ERROR))
