"""Records of BIFF, what .xls is made of ([MS-XLS], and for versions 2 to 5 OpenOffice's description). Pure."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator, Sequence

from loader.formats.ole import SIGNATURE

#: Text of an error cell by its code: [MS-XLS] 2.5.10, [MS-XLSB] 2.5.98.2.
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
UNKNOWN_ERROR = "#ERROR!"

BIFF2, BIFF3, BIFF4, BIFF5, BIFF8 = 2, 3, 4, 5, 8
#: Records that begin a workbook or a sheet; of BIFF 5 and 8 it is the same.
BOF = {0x0009: BIFF2, 0x0209: BIFF3, 0x0409: BIFF4, 0x0809: BIFF5}
#: What such a record may measure, and so many bytes are enough to know one.
BOF_SIZES = range(4, 21)
BOF_START = 8
EOF = 0x000A
_CONTINUE = b"\x3c\x00"
_WIDE, _PHONETIC, _RICH = 0x01, 0x04, 0x08
_CODE_PAGES = {
    65001: "utf-8", 10000: "mac_roman", 10006: "mac_greek", 10007: "mac_cyrillic", 10029: "mac_latin2",
    10079: "mac_iceland", 10081: "mac_turkish", 32768: "mac_roman",
}  # fmt: skip
_HEAD = struct.Struct("<HH")


def is_xls(data: bytes) -> bool:
    """Whether a file is an OLE file or bare BIFF: by its content, for names lie."""
    return data.startswith(SIGNATURE) or is_start(data)


def is_start(data: bytes) -> bool:
    """Whether a workbook or a sheet may begin like this."""
    kind, size = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "little")
    return kind in BOF and size in BOF_SIZES and len(data) >= BOF_START


class DamagedError(ValueError):
    """Something that a file must not say, as the end of a sentence: the reader knows of which sheet."""


def records(stream: bytes, at: int) -> Iterator[tuple[int, list[bytes], int]]:
    """Kind of each record from ``at`` on, its content in pieces (the further ones of CONTINUE records), and its place.

    Ends where the stream ends, whether that is right or not.

    Raises:
        DamagedError: the stream ends within a record.
    """
    end = len(stream)
    if not 0 <= at <= end:
        raise DamagedError(f"is said to be at byte {at:,}, and the file's workbook has {end:,}")
    while at + 4 <= end:
        start = at
        kind, size = _HEAD.unpack_from(stream, at)
        at += 4 + size
        pieces = [stream[start + 4 : at]]
        while stream.startswith(_CONTINUE, at) and at + 4 <= end:
            size = int.from_bytes(stream[at + 2 : at + 4], "little")
            pieces.append(stream[at + 4 : at + 4 + size])
            at += 4 + size
        if at > end:
            raise DamagedError("is cut off within a record")
        yield kind, pieces, start


class Text:
    """Reads texts of BIFF8 out of the pieces of a record.

    Where a piece ends within a text, the next one starts with a byte that says how wide its characters are.
    """

    def __init__(self, pieces: Sequence[bytes], at: int = 0) -> None:
        self._pieces, self._piece, self._at = pieces, 0, at

    @property
    def left(self) -> bool:
        """Whether there is anything more to read."""
        return self._at < len(self._pieces[self._piece]) or any(map(len, self._pieces[self._piece + 1 :]))

    def read(self, length_bytes: int = 2) -> str:
        """The next text, with a length of so many bytes before it.

        Raises:
            DamagedError: it ends too early.
        """
        count = self._number(length_bytes)
        if not count and not self.left:  # an empty text may lack the byte that says how wide it is
            return ""
        flags = self._number(1)
        runs = self._number(2) if flags & _RICH else 0
        phonetic = self._number(4) if flags & _PHONETIC else 0
        text = self._characters(count, flags & _WIDE)
        self._skip(4 * runs + phonetic)
        return text

    def _characters(self, count: int, wide: int) -> str:
        piece = self._pieces[self._piece]
        end = self._at + (count << wide)
        if end <= len(piece):  # nearly always
            raw, self._at = piece[self._at : end], end
            return raw.decode("utf-16-le", "replace") if wide else raw.decode("latin-1")
        units = bytearray()  # UTF-16 of both widths: a pair of surrogates may be parted
        while count:
            if self._at >= len(self._pieces[self._piece]):
                wide = self._next_piece()[0] & _WIDE
                self._at = 1
            piece = self._pieces[self._piece]
            taken = min(count, len(piece) - self._at >> wide)
            raw = piece[self._at : self._at + (taken << wide)]
            units += raw if wide else raw.decode("latin-1").encode("utf-16-le")
            # half a character at the end of a piece is none
            self._at = self._at + len(raw) if taken == count else len(piece)
            count -= taken
        return units.decode("utf-16-le", "replace")

    def _number(self, size: int) -> int:
        raw = b""
        while len(raw) < size:
            if self._at >= len(self._pieces[self._piece]):
                self._next_piece()
            piece = self._pieces[self._piece]
            part = piece[self._at : self._at + size - len(raw)]
            self._at += len(part)
            raw += part
        return int.from_bytes(raw, "little")

    def _skip(self, size: int) -> None:
        """Leave out formatting and phonetics; they may end too early, for nobody reads them."""
        while size > (rest := len(self._pieces[self._piece]) - self._at):
            if self._piece + 1 == len(self._pieces):
                self._at += rest
                return
            size -= rest
            self._next_piece()
        self._at += size

    def _next_piece(self) -> bytes:
        while self._piece + 1 < len(self._pieces):
            self._piece, self._at = self._piece + 1, 0
            if piece := self._pieces[self._piece]:
                return piece
        raise DamagedError("ends within a text")


def shared_strings(pieces: Sequence[bytes]) -> list[str]:
    """The texts that cells of BIFF8 refer to by number, as far as they can be read.

    As many as there are: files that say a wrong number of them exist.
    """
    reader, found = Text(pieces, 8), list[str]()
    try:
        while reader.left:
            found.append(reader.read())
    except DamagedError:
        """A cell that refers to what is lost says so."""
    return found


def byte_text(content: bytes, at: int, length_bytes: int, encoding: str) -> str:
    """A text of BIFF2 to 5, with its length before it.

    Raises:
        DamagedError: it ends too early.
    """
    start = at + length_bytes
    end = start + int.from_bytes(content[at:start], "little")
    if len(content) < end:
        raise DamagedError("ends within a text")
    return content[start:end].decode(encoding, "replace")


def damaged_cell(row: int, error: Exception) -> DamagedError:
    """What is wrong with a cell, by what was met on reading it; rows count from 0."""
    reason = str(error) if isinstance(error, DamagedError) else "is cut off"
    return DamagedError(f"has a cell in row {row + 1:,} that {reason}")


def encoding_of(code_page: int) -> str:
    """Python's name of a code page; of one that is none: Windows' western one, as Excel takes it."""
    name = _CODE_PAGES.get(code_page) or f"cp{code_page}"
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def number_of_rk(raw: int) -> float:
    """The number that 30 bits hold: a whole one or the upper half of a float, maybe a hundred times as large."""
    if raw & 2:
        number: float = (raw >> 2) - (1 << 30 if raw & 0x8000_0000 else 0)
    else:
        (number,) = struct.unpack("<d", struct.pack("<II", 0, raw & 0xFFFF_FFFC))
    return number / 100 if raw & 1 else float(number)
