"""Binary workbooks of Excel 2007 and later (.xlsb), by [MS-XLSB]: a package whose parts are records, not XML.

Only what an order list needs is read. A sheet is read as its rows are asked for.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable, Iterator, Sequence

from loader.errors import RejectedError
from loader.formats.base import Book, Row, SheetInfo, Value
from loader.formats.biff import ERRORS, UNKNOWN_ERROR, DamagedError, damaged_cell, number_of_rk
from loader.formats.biff12 import records, text
from loader.formats.package import Package
from loader.formats.styles import Styles

_HINT = "Save the file again from Excel."
#: Where a workbook lies if nothing says so.
_USUAL = "xl/workbook.bin"
# workbook, shared strings, styles
_WB_PROP, _BUNDLE_SHEET, _END_BUNDLE_SHEETS, _SST_ITEM, _END_SST = 153, 156, 144, 19, 160
_FMT, _XF, _BEGIN_CELL_XFS, _END_CELL_XFS, _END_STYLES = 44, 47, 617, 618, 279
# sheet
_ROW, _BEGIN_DATA, _END_DATA = 0, 145, 146
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = 2, 3, 4, 5, 6, 7
_RESULT_TEXT, _RESULT_NUMBER, _RESULT_BOOL, _RESULT_ERROR, _RICH = 8, 9, 10, 11, 62
#: Cells that leave out their column, for it is the next one; otherwise like those of these kinds. 12 is a blank one.
_SHORT = {12: 1, 13: _RK, 14: _ERROR, 15: _BOOL, 16: _REAL, 17: _TEXT, 18: _SHARED}
_CELLS = frozenset({*range(1, 19), _RICH})
_COLUMNS = 16_384
_UNSIGNED, _DOUBLE = struct.Struct("<I"), struct.Struct("<d")


def open_xlsb(package: Package) -> Book:
    """An .xlsb.

    Raises:
        RejectedError: a part is damaged; named with the sheet, if it is one's.
    """
    return _Workbook(package)


class _Workbook:
    def __init__(self, package: Package) -> None:
        root = package.root or _USUAL
        self._package, self._relations = package, package.relations(root)
        self._styles = Styles()
        self._sheets: list[SheetInfo] = []
        self._texts: list[str] | None = None
        with _damage_in(root):
            self._read_workbook(records(package.pieces(root)))
        if (part := self._part_of("styles")) is not None:
            with _damage_in(part):
                _read_styles(records(package.pieces(part)), self._styles)

    @property
    def sheets(self) -> Sequence[SheetInfo]:
        """Its worksheets."""
        return self._sheets

    def rows(self, sheet: SheetInfo) -> Iterator[Row]:
        """The rows of a worksheet."""
        part = str(sheet.key)
        if not part:
            raise RejectedError(f"Sheet '{sheet.name}' has no part in the file: the file is damaged.", hint=_HINT)
        if self._texts is None:
            self._texts = self._read_texts()
        with _damage_in(part, sheet.name):
            yield from _Sheet(self._styles, self._texts).rows(records(self._package.pieces(part)))

    def _part_of(self, kind: str) -> str | None:
        return next((link.target for link in self._relations.values() if link.type == kind), None)

    def _read_texts(self) -> list[str]:
        texts: list[str] = []
        part = self._part_of("sharedStrings")
        if part is None:
            return texts
        with _damage_in(part):
            for kind, content in records(self._package.pieces(part)):
                if kind == _SST_ITEM:
                    texts.append(text(content, 1)[0])
                elif kind == _END_SST:
                    break
        return texts

    def _read_workbook(self, found: Iterable[tuple[int, bytes]]) -> None:
        for kind, content in found:
            if kind == _WB_PROP:
                self._styles.date_1904 = bool(content[0] & 1)
            elif kind == _BUNDLE_SHEET:
                self._list_sheet(content)
            elif kind == _END_BUNDLE_SHEETS:
                return
        raise DamagedError("ends before its list of sheets does")

    def _list_sheet(self, content: bytes) -> None:
        key, after = text(content, 8)
        name, _ = text(content, after)
        link = self._relations.get(key)
        if not key or (link is not None and link.type != "worksheet"):
            return  # a chart, macros, a dialog, Visual Basic
        visible = not _UNSIGNED.unpack_from(content)[0] & 3
        self._sheets.append(SheetInfo(name, "" if link is None else link.target, visible=visible))


class _Sheet:
    def __init__(self, styles: Styles, texts: Sequence[str]) -> None:
        self._styles, self._texts = styles, texts

    def rows(self, found: Iterable[tuple[int, bytes]]) -> Iterator[Row]:
        """Its rows with a value, as the records come."""
        row, cells, column, inside = 0, list[Value](), -1, False
        for kind, content in found:
            if kind in _CELLS and inside:
                try:
                    if kind in _SHORT:
                        column += 1
                        value = self._value(_SHORT[kind], b"\0\0\0\0" + content)
                    else:
                        (column,) = _UNSIGNED.unpack_from(content)
                        value = self._value(kind, content)
                    if value is not None:
                        _put(cells, column, value)
                except (DamagedError, IndexError, struct.error) as error:
                    raise damaged_cell(row - 1, error) from error
            elif kind == _ROW and inside:
                if cells:
                    yield row, cells
                    cells = []
                number = _UNSIGNED.unpack_from(content)[0] + 1
                if number <= row:
                    raise DamagedError(f"has row {number:,} behind row {row:,}")
                row, column = number, -1
            elif kind == _BEGIN_DATA:
                inside = True
            elif kind == _END_DATA:
                if cells:
                    yield row, cells
                return
        raise DamagedError("ends before its cells do")

    def _value(self, kind: int, content: bytes) -> Value:
        value: Value = None  # only formatting
        if kind == _SHARED:
            number = _whole(content)
            if number >= len(self._texts):
                raise DamagedError(f"refers to text {number + 1:,} of {len(self._texts):,}")
            value = self._texts[number]
        elif kind == _RK:
            value = self._styles.value(number_of_rk(_whole(content)), _style(content))
        elif kind in (_REAL, _RESULT_NUMBER):
            value = self._styles.value(_DOUBLE.unpack_from(content, 8)[0], _style(content))
        elif kind in (_TEXT, _RESULT_TEXT):
            value = text(content, 8)[0]
        elif kind == _RICH:
            value = text(content, 9)[0]
        elif kind in (_BOOL, _RESULT_BOOL):
            value = bool(content[8])
        elif kind in (_ERROR, _RESULT_ERROR):
            value = ERRORS.get(content[8], UNKNOWN_ERROR)
        return value


def _whole(content: bytes) -> int:
    """What stands behind column and style."""
    number: int = _UNSIGNED.unpack_from(content, 8)[0]
    return number


def _put(cells: list[Value], column: int, value: Value) -> None:
    if column >= _COLUMNS:
        raise DamagedError(f"lies beyond the {_COLUMNS:,} columns that a sheet has")
    missing = column - len(cells)
    if missing > 0:
        cells += [None] * missing
    if missing >= 0:
        cells.append(value)
    else:
        cells[column] = value


def _style(content: bytes) -> int:
    return int.from_bytes(content[4:7], "little")


def _read_styles(found: Iterable[tuple[int, bytes]], styles: Styles) -> None:
    inside = False
    for kind, content in found:
        if kind == _FMT:
            styles.codes[int.from_bytes(content[:2], "little")] = text(content, 2)[0]
        elif kind in (_BEGIN_CELL_XFS, _END_CELL_XFS):
            inside = kind == _BEGIN_CELL_XFS
        elif kind == _XF and inside:
            styles.formats.append(int.from_bytes(content[2:4], "little"))
        elif kind == _END_STYLES:
            break


@contextlib.contextmanager
def _damage_in(part: str, sheet: str | None = None) -> Iterator[None]:
    """What is wrong in a part is said with its name."""
    try:
        yield
    except (DamagedError, IndexError, struct.error) as error:
        reason = str(error) if isinstance(error, DamagedError) else "has a record that is too short"
        of = "" if sheet is None else f"Sheet '{sheet}': the"
        raise RejectedError(f"{of or 'The'} part {part} {reason}: the file is damaged.", hint=_HINT) from error
