"""The cells of one worksheet of an .xls, and what of the workbook says how they are to be read."""

from __future__ import annotations

import struct

from loader.errors import RejectedError
from loader.formats import biff
from loader.formats.base import Value
from loader.formats.styles import Styles

_CODEPAGE, _DATEMODE, _SST, _FILEPASS = 0x0042, 0x0022, 0x00FC, 0x002F
_FORMAT, _FORMAT_OLD = 0x041E, 0x001E
#: XF records, and where the number of their format stands in them: of BIFF 5 and 8, 4, 3, 2.
_XF = {0x00E0: (2, 2), 0x0443: (1, 1), 0x0243: (1, 1), 0x0043: (2, 1)}
_FORMAT_IN_BIFF2 = 0x3F
_IXFE, _XF_IN_IXFE = 0x0044, 0x3F

_NUMBER, _LABEL, _BOOLERR, _RK, _MULRK, _RSTRING, _LABELSST = 0x0203, 0x0204, 0x0205, 0x027E, 0x00BD, 0x00D6, 0x00FD
_INTEGER_2, _NUMBER_2, _LABEL_2, _BOOLERR_2 = 0x0002, 0x0003, 0x0004, 0x0005
_FORMULA = 0x0006
_FORMULAS = frozenset({_FORMULA, 0x0206, 0x0406})
_STRINGS = {0x0207: 2, 0x0007: 1}
_CELLS = frozenset(
    {
        _NUMBER,
        _LABEL,
        _BOOLERR,
        _RK,
        _MULRK,
        _RSTRING,
        _LABELSST,
        _INTEGER_2,
        _NUMBER_2,
        _LABEL_2,
        _BOOLERR_2,
        *_FORMULAS,
    }
)
_TEXT, _BOOLEAN, _ERROR, _EMPTY = 0, 1, 2, 3
_COLUMNS = 256

Cells = dict[int, list[Value]]


class Settings(Styles):
    """Code page, date system, number formats and shared texts: of a workbook, or of a sheet before BIFF 5."""

    def __init__(self, version: int, encoding: str = "cp1252") -> None:
        super().__init__(built_in=version >= biff.BIFF5)  # before, their numbers are places in the file's own list
        self.version, self.encoding = version, encoding
        self._packed: list[bytes] = []
        self._texts: list[str] | None = None

    def of_sheet(self) -> Settings:
        """What a sheet starts with that brings its own settings."""
        settings = Settings(self.version, self.encoding)
        settings.date_1904 = self.date_1904
        return settings

    def learn(self, kind: int, pieces: list[bytes]) -> None:
        """Heed a record, if it is one that matters for cells."""
        content = pieces[0]
        if kind in _XF:
            at, size = _XF[kind]
            number = int.from_bytes(content[at : at + size], "little")
            self.formats.append(number & _FORMAT_IN_BIFF2 if self.version == biff.BIFF2 else number)
        elif kind in (_FORMAT, _FORMAT_OLD):
            number = int.from_bytes(content[:2], "little") if self.version >= biff.BIFF5 else len(self.codes)
            self.codes[number] = self._code(kind, pieces)
        elif kind == _SST:
            self._packed = pieces
        elif kind == _CODEPAGE:
            self.encoding = biff.encoding_of(int.from_bytes(content[:2], "little"))
        elif kind == _DATEMODE:
            self.date_1904 = int.from_bytes(content[:2], "little") == 1

    def text(self, number: int) -> str:
        """A shared text.

        Raises:
            DamagedError: there is none of this number.
        """
        if self._texts is None:
            self._texts = biff.shared_strings(self._packed) if self._packed else []
            self._packed = []
        if number >= len(self._texts):
            raise biff.DamagedError(f"refers to text {number + 1:,} of {len(self._texts):,}")
        return self._texts[number]

    def value_in_biff2(self, number: float, attributes: bytes, extended: int) -> Value:
        """What a number is in a cell of BIFF 2, which names its style or, in files without styles, its format."""
        if not self.formats:
            return self.value_of_format(number, attributes[1] & _FORMAT_IN_BIFF2)
        style = attributes[0] & _XF_IN_IXFE
        return self.value(number, extended if style == _XF_IN_IXFE else style)

    def _code(self, kind: int, pieces: list[bytes]) -> str | None:
        try:
            if self.version >= biff.BIFF8:
                return biff.Text(pieces, 2).read()
            return biff.byte_text(pieces[0], 2 if kind == _FORMAT else 0, 1, self.encoding)
        except biff.DamagedError:  # as if the file did not say it
            return None


def read_cells(stream: bytes, at: int, name: str, settings: Settings, *, own: bool) -> Cells:
    """Rows of a sheet that starts at a byte of the workbook, from 0; in whatever order they stand in the file.

    Args:
        own: whether the sheet brings its settings itself, to be added to ``settings``.

    Raises:
        DamagedError: a cell cannot be read.
        RejectedError: a formula has no stored result, or the sheet is protected with a password.
    """
    reader = _Reader(name, settings)
    depth = 0
    for kind, pieces, _ in biff.records(stream, at):
        if kind in _CELLS and depth == 1:
            try:
                reader.cell(kind, pieces)
            except (biff.DamagedError, struct.error, IndexError) as error:
                raise biff.damaged_cell(int.from_bytes(pieces[0][:2], "little"), error) from error
        elif kind in biff.BOF:
            depth += 1
        elif not depth:
            raise biff.DamagedError("is not where the list of sheets says")
        elif kind == biff.EOF:
            depth -= 1
            if not depth:
                reader.end_formula()
                return reader.rows
        elif depth > 1:
            continue  # a chart in the sheet
        elif kind in _STRINGS:
            reader.string(kind, pieces)
        elif kind == _FILEPASS:
            raise protected()
        elif kind == _IXFE:
            reader.extended_style = int.from_bytes(pieces[0][:2], "little")
        elif own:
            settings.learn(kind, pieces)
    raise biff.DamagedError("ends before its cells do")


def protected() -> RejectedError:
    """What to say of a workbook that needs a password."""
    return RejectedError(
        "The file is protected with a password.",
        hint="Open it in Excel, remove the password under File > Info, and save it as .xlsx.",
    )


class _Reader:
    def __init__(self, name: str, settings: Settings) -> None:
        self.rows: Cells = {}
        self.extended_style = 0
        self._name, self._settings = name, settings
        self._formula: tuple[int, int] | None = None

    def cell(self, kind: int, pieces: list[bytes]) -> None:
        """Read a record of one or more cells."""
        if self._formula:
            self.end_formula()
        content, settings = pieces[0], self._settings
        row, column, style = struct.unpack_from("<3H", content)
        if kind == _LABELSST:
            self._put(row, column, settings.text(_whole(content)))
        elif kind == _RK:
            self._put(row, column, settings.value(biff.number_of_rk(_whole(content)), style))
        elif kind == _NUMBER:
            self._put(row, column, settings.value(_number(content), style))
        elif kind == _MULRK:
            for number, (style, raw) in enumerate(
                struct.iter_unpack("<HI", content[4 : 4 + (len(content) - 6) // 6 * 6])
            ):
                self._put(row, column + number, settings.value(biff.number_of_rk(raw), style))
        elif kind in _FORMULAS:
            self._result(kind, content, row, column, style)
        elif kind in (_LABEL, _RSTRING):
            if settings.version >= biff.BIFF8:
                text = biff.Text(pieces, 6).read()
            else:
                text = biff.byte_text(content, 6, 2, settings.encoding)
            self._put(row, column, text)
        elif kind == _BOOLERR:
            self._put(row, column, _boolean_or_error(content[6], content[7]))
        else:
            self._old_cell(kind, content, row, column)

    def string(self, kind: int, pieces: list[bytes]) -> None:
        """The text that a formula results in."""
        if not self._formula:
            return
        row, column = self._formula
        try:
            if self._settings.version >= biff.BIFF8:
                text = biff.Text(pieces).read()
            else:
                text = biff.byte_text(pieces[0], 0, _STRINGS[kind], self._settings.encoding)
        except biff.DamagedError as error:
            raise biff.damaged_cell(row, error) from error
        self._put(row, column, text)
        self._formula = None

    def end_formula(self) -> None:
        """No text came for a formula that results in one.

        Raises:
            RejectedError: always, if there was such a formula.
        """
        if self._formula:
            row, column = self._formula
            raise RejectedError(
                f"Sheet '{self._name}', row {row + 1}: cell {_letters(column)}{row + 1} is a formula without a stored "
                "result.",
                hint="Open the file in Excel, let it calculate, and save it.",
            )

    def _old_cell(self, kind: int, content: bytes, row: int, column: int) -> None:
        attributes, rest = content[4:7], content[7:]
        if kind == _LABEL_2:
            self._put(row, column, biff.byte_text(rest, 0, 1, self._settings.encoding))
        elif kind == _BOOLERR_2:
            self._put(row, column, _boolean_or_error(rest[0], rest[1]))
        else:
            (number,) = struct.unpack_from("<H" if kind == _INTEGER_2 else "<d", rest)
            value = self._settings.value_in_biff2(float(number), attributes, self.extended_style)
            self._put(row, column, value)

    def _result(self, kind: int, content: bytes, row: int, column: int, style: int) -> None:
        old = self._settings.version == biff.BIFF2 and kind == _FORMULA
        result = content[7:15] if old else content[6:14]
        (number,) = struct.unpack("<d", result)
        if result[6:] != b"\xff\xff":
            if old:
                self._put(row, column, self._settings.value_in_biff2(number, content[4:7], self.extended_style))
            else:
                self._put(row, column, self._settings.value(number, style))
        elif result[0] == _BOOLEAN:
            self._put(row, column, bool(result[2]))
        elif result[0] == _ERROR:
            self._put(row, column, biff.ERRORS.get(result[2], biff.UNKNOWN_ERROR))
        elif result[0] == _EMPTY:
            self._put(row, column, "")
        else:  # a text, which comes in a record of its own
            self._formula = row, column

    def _put(self, row: int, column: int, value: Value) -> None:
        cells = self.rows.get(row)
        if cells is None:
            cells = self.rows[row] = []
        missing = column - len(cells)
        if not missing and column < _COLUMNS:
            cells.append(value)
        elif missing < 0:
            cells[column] = value
        elif column < _COLUMNS:
            cells += [None] * missing
            cells.append(value)
        else:
            raise biff.DamagedError(f"lies beyond the {_COLUMNS} columns that a sheet has")


def _whole(content: bytes) -> int:
    """What stands behind row, column and style."""
    number: int = struct.unpack_from("<I", content, 6)[0]
    return number


def _number(content: bytes) -> float:
    number: float = struct.unpack_from("<d", content, 6)[0]
    return number


def _boolean_or_error(code: int, is_error: int) -> Value:
    return biff.ERRORS.get(code, biff.UNKNOWN_ERROR) if is_error else bool(code)


def _letters(column: int) -> str:
    """Excel's name of a column, which counts from 0."""
    name = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        name, column = chr(ord("A") + letter) + name, column - 1
    return name
