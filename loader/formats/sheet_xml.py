"""A sheet's XML, read by a parser as it comes: whatever its spelling, and however large. Pure.

The rules are those of ECMA-376 part 1, 18.3.1.4 (cells) and 18.18.11 (their types), and where it is silent, what Excel
does: a cell stands where its own reference says, else behind the one before it; of two in one place the later counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from loader.errors import RejectedError
from loader.formats.base import Row, Value
from loader.formats.numerals import column_letters, column_number
from loader.formats.package import Package
from loader.formats.strings import RichText, unescape
from loader.formats.styles import Styles
from loader.formats.xml import LOCAL, XmlParser

#: Below so many bytes of XML the rows are sorted, if need be; larger sheets are not held in memory.
_SORTABLE = 16 * 1024**2
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(0*[1-9]\d{0,6})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"\d+(?:\.0*)?", re.ASCII)
_ROW_NUMBER = re.compile(r"0*[1-9]\d{0,6}", re.ASCII)
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
_TEXTS = ("str", "inlineStr")
_ERROR_WITHOUT_TEXT = "#ERROR!"
_INFINITE = float("inf")
_BLANKS = " \t\r\n"


def read_rows(
    package: Package,
    part: str,
    sheet: str,
    styles: Styles,
    strings: Sequence[str],
) -> Iterator[Row]:
    """The rows of a sheet that hold a value, ascending.

    Args:
        strings: the shared strings.

    Raises:
        RejectedError: the part is damaged, a formula has no stored result, a shared string is not there, or the rows of
            a large sheet do not ascend.
    """
    rows = _rows_as_they_come(package, part, _Cells(sheet, styles, strings))
    if package.size(part) <= _SORTABLE:
        sheet_rows: dict[int, list[Value]] = {}
        for number, cells in rows:
            sheet_rows[number] = _laid_over(sheet_rows.get(number), cells)
        yield from (row for row in sorted(sheet_rows.items()) if _holds_a_value(row[1]))
        return
    last = 0
    for number, cells in rows:
        if number <= last:
            raise RejectedError(
                f"Sheet '{sheet}': row {number:,} stands behind row {last:,}, and the sheet is too large to sort.",
                hint="Open the file in Excel and save it again.",
            )
        last = number
        if _holds_a_value(cells):
            yield number, cells


def _rows_as_they_come(package: Package, part: str, cells: _Cells) -> Iterator[tuple[int, list[Value]]]:
    parser = XmlParser(part, start=cells.start, end=cells.end, text=cells.text)
    for piece in package.pieces(part):
        parser.feed(piece)
        yield from cells.finished()
    parser.close()
    yield from cells.finished()


def _holds_a_value(cells: Sequence[Value]) -> bool:
    """An empty text is none; it stands there only because it may have taken the place of another."""
    return any(cell is not None and cell != "" for cell in cells)


def _laid_over(below: list[Value] | None, above: list[Value]) -> list[Value]:
    """Cells of one row that stand in two places of the sheet."""
    if below is None:
        return above
    below += [None] * (len(above) - len(below))
    for index, value in enumerate(above):
        if value is not None:
            below[index] = value
    return below


class _Cells:
    """Takes an XML parser's calls and makes rows of them."""

    def __init__(self, sheet: str, styles: Styles, strings: Sequence[str]) -> None:
        self._sheet, self._styles, self._strings = sheet, styles, strings
        self._columns: dict[str, int] = {}
        self._finished: list[tuple[int, list[Value]]] = []
        self._in_data = False
        # where we are: the row, the last column, and the cells of the row so far
        self._row = self._column = self._cells_row = 0
        self._digits = ""
        self._cells: list[Value] = []
        # the cell that is open, how many elements are open in it, and what it has said so far
        self._cell: dict[str, str] | None = None
        self._depth = 0
        self._value: list[str] | None = None
        self._in_value = False
        self._formula = False
        self._rich: RichText | None = None
        self._in_rich = False

    def finished(self) -> list[tuple[int, list[Value]]]:
        """The rows that ended since the last call."""
        rows, self._finished = self._finished, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._cell is not None:
            self._depth += 1
            if self._depth == 1:
                self._start_in_cell(LOCAL[name], name, attributes)
            elif self._in_rich and self._rich is not None:
                self._rich.start(name, attributes)
        elif self._in_data:
            name = LOCAL[name]
            if name == "c":
                self._cell = attributes
            elif name == "row":
                self._end_row()
                number = attributes.get("r", "").strip()
                self._row = int(number) if _ROW_NUMBER.fullmatch(number) else self._row + 1
                self._column, self._digits = 0, str(self._row)
        else:
            self._in_data = LOCAL[name] == "sheetData"

    def _start_in_cell(self, local: str, name: str, attributes: dict[str, str]) -> None:
        if local == "v":
            self._value, self._in_value = [], True
        elif local == "f":
            self._formula = True
        elif local in {"is", "t"}:
            self._rich, self._in_rich = RichText(), True
            self._rich.start(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        if self._depth:
            self._depth -= 1
            self._in_value = False
            if self._in_rich and self._rich is not None:
                self._rich.end(name)
                self._in_rich = self._depth > 0
        elif self._cell is not None:
            self._end_cell(self._cell)
            self._cell = self._value = self._rich = None
            self._formula = False
        elif LOCAL[name] == "sheetData":
            self._end_row()
            self._in_data = False

    def text(self, text: str) -> None:
        """Text between two of them."""
        if self._in_value and self._value is not None:
            self._value.append(text)
        elif self._in_rich and self._rich is not None:
            self._rich.add(text)

    def _end_row(self) -> None:
        if self._cells:
            self._finished.append((self._cells_row, self._cells))
            self._cells = []

    def _end_cell(self, cell: dict[str, str]) -> None:
        row, column = self._place(cell.get("r"))
        self._column = column
        value = self._value_of(cell, row, column)
        if value is None:
            return
        if row != self._cells_row:
            self._end_row()
            self._cells_row = row
        missing = column - len(self._cells)
        if missing > 0:
            self._cells += [None] * missing
        self._cells[column - 1] = value

    def _place(self, reference: str | None) -> tuple[int, int]:
        if reference is None:
            return max(self._row, 1), self._column + 1
        letters = reference[: -len(self._digits)]
        if letters in self._columns and reference.endswith(self._digits):  # in the row that it stands in, as ever
            return self._row, self._columns[letters]
        match = _REFERENCE.fullmatch(reference.strip())
        if match is None:
            raise RejectedError(
                f"Sheet '{self._sheet}', row {self._row}: a cell has the reference '{reference[:20]}', which is none.",
                hint="Open the file in Excel and save it again.",
            )
        self._columns[match[1]] = column = column_number(match[1])
        return int(match[2]), column

    def _value_of(self, cell: dict[str, str], row: int, column: int) -> Value:
        kind = cell.get("t", "n").strip()
        raw = None if self._value is None else "".join(self._value)
        if self._rich is not None and (kind == "inlineStr" or not raw):
            return self._rich.value
        if self._formula and (raw is None or (not raw.strip(_BLANKS) and kind not in _TEXTS)):
            self._reject(row, column, "is a formula without a stored result", "let it calculate, and save it")
        if raw is None:
            return _ERROR_WITHOUT_TEXT if kind == "e" else None
        if kind in _TEXTS:
            return unescape(raw)
        return self._typed(kind, raw.strip(_BLANKS), cell, (row, column))

    def _typed(self, kind: str, text: str, cell: dict[str, str], place: tuple[int, int]) -> Value:
        if kind == "e":
            return text or _ERROR_WITHOUT_TEXT
        if not text or kind == "d":
            return text or None
        if kind == "s":
            return self._string(text, *place)
        if kind == "b":
            return _BOOLEANS.get(text.lower(), text)
        return self._number(text, cell.get("s"))

    def _string(self, index: str, row: int, column: int) -> str:
        if not _WHOLE.fullmatch(index) or int(index.partition(".")[0]) >= len(self._strings):
            self._reject(row, column, f"refers to the shared string {index[:20]}, which is not there", "save it again")
        return self._strings[int(index.partition(".")[0])]

    def _number(self, text: str, style: str | None) -> Value:
        if not _NUMBER.fullmatch(text):
            return text
        number = float(text)
        if abs(number) == _INFINITE:
            return text
        if style is not None and style.isdecimal():
            return self._styles.value(number, int(style))
        return number

    def _reject(self, row: int, column: int, what: str, then: str) -> None:
        raise RejectedError(
            f"Sheet '{self._sheet}', row {row}: cell {column_letters(column)}{row} {what}.",
            hint=f"Open the file in Excel, {then}.",
        )
