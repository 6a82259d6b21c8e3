"""Records of BIFF12, what the parts of an .xlsb are made of ([MS-XLSB] 2.1.4). Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from loader.formats.biff import DamagedError

_MORE, _BITS = 0x80, 0x7F
_NO_TEXT = 0xFFFF_FFFF
_LENGTH = struct.Struct("<I")


def records(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record of a part that comes in pieces.

    Raises:
        DamagedError: the part ends within a record.
    """
    rest: list[bytes] = []
    held, needed = 0, 0
    for piece in pieces:
        rest.append(piece)
        held += len(piece)
        if held < needed:  # a record of many pieces is put together once
            continue
        data = b"".join(rest)
        at, end, needed = 0, len(data), 0
        while at < end:
            try:
                kind, size, start = _head(data, at)
            except IndexError:
                break
            if start + size > end:
                needed = start + size - at
                break
            yield kind, data[start : start + size]
            at = start + size
        rest, held = [data[at:]], end - at
    if held:
        raise DamagedError("ends within a record")


def text(content: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends; a missing one is empty.

    Raises:
        DamagedError: it ends too early.
    """
    try:
        (length,) = _LENGTH.unpack_from(content, at)
    except struct.error as error:
        raise DamagedError("ends within a text") from error
    if length == _NO_TEXT:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(content):
        raise DamagedError("ends within a text")
    return content[at + 4 : end].decode("utf-16-le", "replace"), end


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Kind and size of the record at a byte, seven bits in each byte, the lowest first; and its content."""
    kind = data[at]
    at += 1
    if kind & _MORE:
        kind = kind & _BITS | (data[at] & _BITS) << 7
        at += 1
    size = data[at]
    at += 1
    if size & _MORE:
        size &= _BITS
        for shift in (7, 14, 21):
            byte = data[at]
            at += 1
            size |= (byte & _BITS) << shift
            if not byte & _MORE:
                break
    return kind, size, at
