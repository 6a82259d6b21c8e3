"""Workbooks of Excel 2 to 2003 (.xls): BIFF 2 to 8, in an OLE file or bare.

Only what an order list needs is read: the list of sheets, number formats, texts and cells. Names, drawings, links,
pivots and all the rest are stepped over, so that no oddity in them can refuse a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loader.errors import RejectedError
from loader.formats import biff, ole
from loader.formats.base import Book, Row, SheetInfo
from loader.formats.xls_cells import Settings, protected, read_cells

_HINT = "Open it in Excel, and save it as .xlsx."
_FILEPASS, _BOUNDSHEET, _SHEETHDR = 0x002F, 0x0085, 0x008F
_GLOBALS, _WORKSHEET, _GLOBALS_4W = 0x0005, 0x0010, 0x0100
#: Substreams that are no sheets with cells: Visual Basic, chart, macros.
_OTHER_SUBSTREAMS = frozenset({0x0006, 0x0020, 0x0040})
#: By the upper byte of what a BOF of BIFF 5 and 8 says; programs that write their own BIFF say all manner of things.
_VERSIONS = {0: biff.BIFF2, 2: biff.BIFF2, 3: biff.BIFF3, 4: biff.BIFF4, 5: biff.BIFF5}
_HIDDEN = 0x03
_SHORTEST_BOUNDSHEET = 7
_RECORD_HEAD = 4
_SINGLE = "Sheet1"


def open_xls(data: bytes) -> Book:
    """An .xls.

    Raises:
        RejectedError: it is protected with a password, damaged, or an OLE file that is no workbook.
    """
    try:
        return _Workbook(_stream(data))
    except biff.DamagedError as damage:
        raise RejectedError(f"The file {damage}: it is truncated or damaged.", hint=_HINT) from damage


def _stream(data: bytes) -> bytes:
    if not data.startswith(ole.SIGNATURE):
        if not biff.is_start(data):
            raise RejectedError("The file is no .xls workbook: it starts with no BIFF record.", hint=_HINT)
        return data
    try:
        container = ole.Container(data)
    except ValueError as error:
        raise RejectedError(f"The file is truncated or damaged: {error}.", hint=_HINT) from error
    # Excel 5.0/95 & 97 format: the file holds the workbook twice, and the newer one has all of it
    stream = container.stream("Workbook", "Book")
    if stream is not None:
        return stream
    if container.has("EncryptedPackage") or container.has("EncryptionInfo"):
        raise protected()
    raise RejectedError(
        "The file holds no workbook: it is damaged, or a document of another program.",
        hint="Check that the right file was saved; save the workbook as .xlsx.",
    )


class _Workbook:
    def __init__(self, stream: bytes) -> None:
        if not biff.is_start(stream):
            raise biff.DamagedError("starts with no record that Excel writes")
        self._stream = stream
        self._version, kind = _bof(stream, 0)
        self._settings = Settings(self._version)
        self._shared = self._version >= biff.BIFF5 and kind != _WORKSHEET
        self._sheets: list[SheetInfo] = []
        if kind == _WORKSHEET or (self._version < biff.BIFF5 and kind != _GLOBALS_4W):
            self._sheets.append(SheetInfo(_SINGLE, 0))
        else:
            self._read_globals()

    @property
    def sheets(self) -> Sequence[SheetInfo]:
        """Its worksheets."""
        return self._sheets

    def rows(self, sheet: SheetInfo) -> Iterator[Row]:
        """The rows of a worksheet; the whole sheet is read first, for their order is not sure."""
        at = int(sheet.key)
        settings = self._settings if self._shared else self._settings.of_sheet()
        try:
            found = read_cells(self._stream, self._start_of(at), sheet.name, settings, own=not self._shared)
        except biff.DamagedError as damage:
            raise RejectedError(f"Sheet '{sheet.name}' {damage}: the file is damaged.", hint=_HINT) from damage
        for row in sorted(found):
            yield row + 1, found.pop(row)

    def _start_of(self, at: int) -> int:
        """Where a sheet starts that is said to start at a byte: some programs say where its BOF record ends."""
        if not self._is_bof_at(at):
            for size in biff.BOF_SIZES:
                start = at - _RECORD_HEAD - size
                if start > 0 and self._is_bof_at(start) and self._stream[start + 2] == size:
                    return start
        return at

    def _is_bof_at(self, at: int) -> bool:
        return biff.is_start(self._stream[at : at + biff.BOF_START])

    def _read_globals(self) -> None:
        depth = skipped_to = 0
        for kind, pieces, at in biff.records(self._stream, 0):
            content = pieces[0]
            if at < skipped_to:
                continue
            if kind in biff.BOF:
                depth += 1
            elif kind == biff.EOF:
                depth -= 1
                if not depth:
                    return
            elif kind == _FILEPASS:
                raise protected()
            elif kind == _BOUNDSHEET and self._version != biff.BIFF4:
                self._list_sheet(pieces)
            elif kind == _SHEETHDR and self._version == biff.BIFF4:  # the sheet itself follows
                name = biff.byte_text(content, 4, 1, self._settings.encoding)
                start = at + 4 + len(content)
                self._sheets.append(SheetInfo(name, start))
                skipped_to = start + int.from_bytes(content[:4], "little")
            else:
                self._settings.learn(kind, pieces)
        if not self._sheets:
            raise biff.DamagedError("ends before its list of sheets")

    def _list_sheet(self, pieces: list[bytes]) -> None:
        content = pieces[0]
        if len(content) < _SHORTEST_BOUNDSHEET:
            raise biff.DamagedError("has a broken list of sheets")
        at, state, kind = int.from_bytes(content[:4], "little"), content[4], content[5]
        if self._version == biff.BIFF8:
            name = biff.Text(pieces, 6).read(1)
        else:
            name = biff.byte_text(content, 6, 1, self._settings.encoding)
        if kind or (self._is_bof_at(at) and _bof(self._stream, at)[1] in _OTHER_SUBSTREAMS):
            return
        self._sheets.append(SheetInfo(name, at, visible=not state & _HIDDEN))


def _bof(stream: bytes, at: int) -> tuple[int, int]:
    """Version of BIFF, and the kind of what begins here."""
    record, _, version, kind = (int.from_bytes(stream[at + n : at + n + 2], "little") for n in (0, 2, 4, 6))
    return (_VERSIONS.get(version >> 8, biff.BIFF8) if biff.BOF[record] == biff.BIFF5 else biff.BOF[record]), kind
