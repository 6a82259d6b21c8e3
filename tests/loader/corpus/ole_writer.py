"""Writes OLE compound files ([MS-CFB]), as far as .xls needs them and with the oddities that are met."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_END, _FREE, _TABLE, _LIST, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC, 0xFFFFFFFF
_IN_HEADER = 109
_SMALL = 64


def ole(
    streams: Mapping[str, bytes],
    *,
    shift: int = 9,
    small: bool = False,
    embedded: Mapping[str, bytes] | None = None,
    stated: Mapping[str, int] | None = None,
    scattered: bool = False,
    linked: bool = True,
) -> bytes:
    """A compound file.

    Args:
        shift: size of a sector, as a power of two.
        small: whether the streams lie in the small sectors that are for those below 4,096 bytes.
        embedded: streams of an object in the file, in a folder of their own that comes before the others.
        stated: sizes that the directory is to say instead of the true ones.
        scattered: whether the sectors of each stream lie in the file in backward order.
        linked: whether the streams hang in the directory's tree.
    """
    size = 1 << shift
    sectors: list[bytes] = []
    table: list[int] = []

    def chain(data: bytes) -> int:
        if not data:
            return _END
        pieces = [data[at : at + size].ljust(size, b"\0") for at in range(0, len(data), size)]
        first = len(sectors)
        order = [first + n for n in range(len(pieces))]
        if scattered:
            order.reverse()
        sectors.extend([b""] * len(pieces))
        table.extend([0] * len(pieces))
        for number, (place, piece) in enumerate(zip(order, pieces, strict=True)):
            sectors[place] = piece
            table[place] = order[number + 1] if number + 1 < len(order) else _END
        return order[0]

    mini, mini_table = bytearray(), list[int]()
    entries = [_entry("Root Entry", 5, child=1)]
    named = list(streams.items())
    if embedded:
        entries.append(_entry("MBD0001", 1, right=2 + len(embedded), child=2))
        for number, (name, data) in enumerate(embedded.items(), 3):
            right = number if number < 2 + len(embedded) else _NONE
            entries.append(_entry(name, 2, right=right, start=chain(data), size=len(data)))
    for number, (name, data) in enumerate(named, 1):
        right = len(entries) + 1 if number < len(named) else _NONE
        if small:
            start, count = len(mini) // _SMALL, -(-len(data) // _SMALL)
            mini += data.ljust(count * _SMALL, b"\0")
            mini_table += [*range(start + 1, start + count), _END][:count]
            length = len(data)
        else:
            start, length = chain(data.ljust(4096, b"\0")), max(4096, len(data))
        entries.append(_entry(name, 2, right=right, start=start, size=(stated or {}).get(name, length)))
    if not linked:
        entries[0] = _entry("Root Entry", 5)
    if mini:
        entries[0] = _entry("Root Entry", 5, child=1, start=chain(bytes(mini)), size=len(mini))
    mini_first = chain(struct.pack(f"<{len(mini_table)}I", *mini_table))
    directory = chain(b"".join(entries))
    return _file(sectors, table, shift, directory, mini_first if mini_table else _END)


def _file(sectors: list[bytes], table: list[int], shift: int, directory: int, mini_first: int) -> bytes:
    """Header, sectors, their table, and the list of the table's sectors as far as it does not fit into the header."""
    size = 1 << shift
    room, own, lists = size // 4, 1, 0
    while own * room < len(table) + own + lists:
        own += 1
        lists = -(-max(0, own - _IN_HEADER) // (room - 1))
    places = list(range(len(sectors), len(sectors) + own))
    table += [_TABLE] * own + [_LIST] * lists
    table += [_FREE] * (own * room - len(table))
    first_list = len(sectors) + own
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3 if shift == 9 else 4, 0xFFFE, shift, 6,
        0, own, directory, 0, 4096, mini_first, int(mini_first != _END), first_list if lists else _END, lists,
    )  # fmt: skip
    header += struct.pack("<109I", *places[:_IN_HEADER], *[_FREE] * (_IN_HEADER - own))
    more = b""
    for number in range(lists):
        listed = places[_IN_HEADER + number * (room - 1) :][: room - 1]
        following = first_list + number + 1 if number + 1 < lists else _END
        more += struct.pack(f"<{room}I", *listed, *[_FREE] * (room - 1 - len(listed)), following)
    return header.ljust(size, b"\0") + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table) + more


def _entry(name: str, kind: int, *, right: int = _NONE, child: int = _NONE, start: int = _END, size: int = 0) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    return coded.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xI8x8xIQ", len(coded), kind, 1, _NONE, right, child, 0, start, size
    )  # fmt: skip
