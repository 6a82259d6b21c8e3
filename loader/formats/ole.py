"""Streams of an OLE compound file, the container of .xls ([MS-CFB]). Pure.

Reads what is there: sectors that are listed twice, chains that are longer or shorter than their stream, a cut last
sector, tables with holes. Whether what came out is whole is for the reader of the stream to say.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER, _ENTRY = 512, 128
_IN_HEADER = 109
_STREAM = 2
_SHIFT, _SMALL_SHIFT, _LONGEST_SHIFT = 9, 6, 20


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class Container:
    """A compound file.

    Args:
        data: the file, which starts with the signature.

    Raises:
        ValueError: not even its header or its directory can be read.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER or not data.startswith(SIGNATURE):
            raise ValueError("its header is cut off")
        self._data = data
        shift, small_shift = struct.unpack_from("<HH", data, 30)
        self._shift = shift if _SHIFT <= shift <= _LONGEST_SHIFT else _SHIFT
        self._small_shift = small_shift if small_shift <= self._shift else _SMALL_SHIFT
        first, _, self._cutoff, small_first = struct.unpack_from("<4I", data, 48)
        more, _ = struct.unpack_from("<2I", data, 68)
        self._table = self._allocation(more)
        self._entries = self._directory(first)
        if not self._entries:
            raise ValueError("its directory cannot be found")
        seen = {0}
        own = self._under(self._entries[0].child, seen)
        inside = list(own)
        while inside:  # what is in folders, and in folders of theirs
            inside += self._under(self._entries[inside.pop()].child, seen)
        self._own = [self._entries[number] for number in own]
        self._orphans = [entry for number, entry in enumerate(self._entries) if number not in seen]
        self._small_table = _numbers(self._chain(small_first))
        self._small = self._chain(self._entries[0].start)

    def stream(self, *names: str) -> bytes | None:
        """The first stream of one of these names, in whatever case, that is not empty; ``None`` when there is none.

        A stream that hangs nowhere in the directory is found as well, one of an object embedded in the file is not.
        """
        for entries in (self._own, self._orphans):
            for name in names:
                for entry in entries:
                    if entry.kind == _STREAM and entry.name.lower() == name.lower() and (found := self._content(entry)):
                        return found
        return None

    def has(self, name: str) -> bool:
        """Whether the file itself has a stream of this name."""
        return any(entry.name.lower() == name.lower() for entry in self._own)

    def _content(self, entry: _Entry) -> bytes:
        if entry.size >= self._cutoff:
            return self._chain(entry.start)[: entry.size]
        size = 1 << self._small_shift
        pieces = [self._small[at * size : (at + 1) * size] for at in _follow(entry.start, self._small_table)]
        return b"".join(pieces)[: entry.size]

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, _follow(start, self._table)))

    def _sector(self, number: int) -> bytes:
        return self._data[number + 1 << self._shift : number + 2 << self._shift]

    def _allocation(self, more: int) -> array[int]:
        """Which sector follows which: the table's own sectors are listed in the header, and in a chain of sectors."""
        listed = _numbers(self._data[_HEADER - 4 * _IN_HEADER : _HEADER])
        sectors = len(self._data) >> self._shift
        seen: set[int] = set()
        while more < sectors and more not in seen:
            seen.add(more)
            *numbers, more = _numbers(self._sector(more)) or [sectors]
            listed.extend(numbers)
        return _numbers(b"".join(self._sector(number) for number in dict.fromkeys(listed) if number < sectors))

    def _directory(self, first: int) -> list[_Entry]:
        data = self._chain(first)
        entries = []
        for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind, left, right, child = struct.unpack_from("<HBx3I", data, at + 64)
            start, size = struct.unpack_from("<2I", data, at + 116)
            name = data[at : at + min(length, 64)].decode("utf-16-le", "replace").rstrip("\0")
            entries.append(_Entry(name, kind, left, right, child, start, size))
        return entries

    def _under(self, number: int, seen: set[int]) -> list[int]:
        """The entries in the tree from an entry on, without what is in them; ``seen`` is added to."""
        found, waiting = [], [number]
        while waiting:
            number = waiting.pop()
            if number < len(self._entries) and number not in seen:
                seen.add(number)
                found.append(number)
                waiting += (self._entries[number].right, self._entries[number].left)
        return found


def _follow(start: int, table: array[int]) -> list[int]:
    """A chain of sectors, to its end or to where it is broken."""
    found, seen, end = [], bytearray(len(table)), len(table)
    while start < end and not seen[start]:
        seen[start] = 1
        found.append(start)
        start = table[start]
    return found


def _numbers(data: bytes) -> array[int]:
    return array("I", struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))
