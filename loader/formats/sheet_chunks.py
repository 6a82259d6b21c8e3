"""A sheet's rows in pieces of its part, as bytes, and what must stand around them for the fast way to begin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from loader.errors import RejectedError
from loader.formats.package import Package
from loader.formats.xml import LOCAL, XmlParser

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DATA, DATA_END = b"<sheetData>", b"</sheetData>"
#: Rows are proven and read in pieces of so many bytes of XML: calamine holds all the cells that it is given.
_CHUNK = 32 * 1024**2
#: What stands in front of the rows is small; a part without rows must not fill the memory.
_LARGEST_HEAD = 4 * 1024**2
#: The elements around the rows.
_WAY = ["worksheet", "sheetData"]
_ROOT = re.compile(rb'<worksheet(?:\s[^<>]*)?\sxmlns="' + re.escape(MAIN).encode() + b'"')


class UnprovenError(Exception):
    """The sheet, from the row on that is asked for next, is in another spelling."""


class Chunks(Iterator[bytes]):
    """The content of a sheet's ``sheetData`` in pieces of whole rows.

    ``ended`` tells that no other follows; what stands behind the rows is proven by then.
    """

    def __init__(self, package: Package, part: str) -> None:
        self.ended = False
        self._pieces = package.pieces(part)
        head, found, self._rest = self._up_to(DATA).partition(DATA)
        self._frame = _Frame(part)
        if not found or not self._frame.begins_with(head + DATA):
            raise UnprovenError

    def __next__(self) -> bytes:
        if self.ended:
            raise StopIteration
        pieces, size = [self._rest], len(self._rest)
        for piece in self._pieces:
            pieces.append(piece)
            size += len(piece)
            if size > _CHUNK:
                break
        data = b"".join(pieces)
        if size > _CHUNK and DATA_END not in data:
            end = data.rfind(b"<row ")
            if end <= 0:
                raise UnprovenError
            self._rest = data[end:]
            return data[:end]
        data, found, tail = data.partition(DATA_END)
        self.ended = True
        if not found or not self._frame.ends_with(chain([DATA_END, tail], self._pieces)):
            raise UnprovenError
        return data

    def _up_to(self, mark: bytes) -> bytes:
        data = b""
        for piece in self._pieces:
            data += piece
            if mark in data or len(data) > _LARGEST_HEAD:
                break
        return data


class _Frame:
    """What stands around the rows: XML in UTF-8 with one ``sheetData``, which says nothing of blanks."""

    def __init__(self, part: str) -> None:
        self._path: list[str] = []
        self._seen = 0
        self._keeps_blanks = False
        self._parser = XmlParser(part, start=self._start, end=self._end)

    def begins_with(self, head: bytes) -> bool:
        """Whether rows may follow: not so in a comment, or in another encoding."""
        declared = head.lstrip(b"\xef\xbb\xbf").partition(b"?>")[0].lower()
        try:
            head.decode("utf-8")
            self._parser.feed(head)
        except (RejectedError, UnicodeDecodeError):
            return False
        utf8 = b"encoding" not in declared or b"utf-8" in declared
        return utf8 and self._path == _WAY and not self._keeps_blanks and _ROOT.search(head) is not None

    def ends_with(self, tail: Iterable[bytes]) -> bool:
        """Whether no rows follow, and all is well-formed."""
        try:
            for piece in tail:
                self._parser.feed(piece)
            self._parser.close()
        except RejectedError:
            return False
        return self._seen == 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(LOCAL[name])
        self._seen += self._path[-1] == _WAY[-1]
        self._keeps_blanks |= "xml:space" in attributes

    def _end(self, _: str) -> None:
        self._path.pop()
