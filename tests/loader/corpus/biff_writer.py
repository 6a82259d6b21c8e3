"""Writes BIFF, record by record: [MS-XLS] for version 8, OpenOffice's description for 2 to 5."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.loader.corpus.ole_writer import ole

LONGEST = 8224
BOF = {2: 0x0009, 3: 0x0209, 4: 0x0409, 5: 0x0809, 8: 0x0809}


def record(kind: int, content: bytes = b"") -> bytes:
    """A record; what does not fit follows in CONTINUE records."""
    pieces = [content[at : at + LONGEST] for at in range(0, len(content), LONGEST)] or [b""]
    return continued(kind, pieces)


def continued(kind: int, pieces: Sequence[bytes]) -> bytes:
    """A record that is cut into pieces at chosen places."""
    kinds = [kind, *[0x003C] * (len(pieces) - 1)]
    return b"".join(struct.pack("<HH", k, len(piece)) + piece for k, piece in zip(kinds, pieces, strict=True))


def bof(version: int, kind: int, *, said: int | None = None) -> bytes:
    if version >= 5:
        number = {5: 0x0500, 8: 0x0600}[version] if said is None else said
        return record(0x0809, struct.pack("<HHHHII", number, kind, 0x0DBB, 1996, 0, 6)[: 16 if version == 8 else 8])
    return record(BOF[version], struct.pack("<HHH", 0, kind, 0)[: 4 if version == 2 else 6])


EOF = record(0x000A)


def unicode_text(text: str, length: str = "H", *, runs: int = 0, phonetic: bytes = b"") -> bytes:
    """A text of BIFF8: one byte a character where that is enough."""
    wide = any(ord(character) > 0xFF for character in text)
    raw = text.encode("utf-16-le", "surrogatepass") if wide else text.encode("latin-1")
    count = len(text.encode("utf-16-le", "surrogatepass")) // 2
    head = struct.pack(f"<{length}B", count, wide | (8 if runs else 0) | (4 if phonetic else 0))
    head += struct.pack("<H", runs) if runs else b""
    head += struct.pack("<I", len(phonetic)) if phonetic else b""
    return head + raw + struct.pack("<HH", 0, 5) * runs + phonetic


def long_text(text: str, first: int) -> list[bytes]:
    """A long text in pieces, the first one with ``first`` bytes of room; each further one says anew how wide it is."""
    whole = unicode_text(text)
    wide = whole[2]
    pieces, at = [whole[:first]], first
    while at < len(whole):
        pieces.append(bytes([wide]) + whole[at : at + LONGEST - 2])
        at += LONGEST - 2
    return pieces


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def rk(row: int, column: int, raw: int, style: int = 0) -> bytes:
    return record(0x027E, struct.pack("<HHHI", row, column, style, raw))


def shared(row: int, column: int, place: int) -> bytes:
    return record(0x00FD, struct.pack("<HHHI", row, column, 0, place))


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<HHH", row, column, 0) + unicode_text(text))


def byte_label(row: int, column: int, text: bytes, *, kind: int = 0x0204, tail: bytes = b"") -> bytes:
    return record(kind, struct.pack("<HHHH", row, column, 0, len(text)) + text + tail)


def boolean(row: int, column: int, code: int, *, error: bool = False) -> bytes:
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, code, error))


def formula(row: int, column: int, result: bytes, *, kind: int = 0x0006, style: int = 0) -> bytes:
    return record(kind, struct.pack("<HHH", row, column, style) + result + struct.pack("<HIHB", 0, 0, 1, 0x17))


def special(kind: int, value: int = 0) -> bytes:
    """Result of a formula that is no number: 0 a text, 1 a boolean, 2 an error, 3 an empty text."""
    return bytes([kind, 0, value, 0, 0, 0, 0xFF, 0xFF])


@dataclass
class Sheet:
    """A sheet of a workbook of BIFF 5 or 8."""

    name: str
    cells: bytes
    state: int = 0
    kind: int = 0
    substream: int = 0x0010
    shift: int = 0  # how far behind its start the list says that it starts


@dataclass
class Globals:
    """What a workbook says besides its sheets; ``odd`` goes before all of it."""

    code_page: int | None = 1200
    formats: Mapping[int, str] = field(default_factory=dict)
    styles: Sequence[int] = (0,)
    texts: Sequence[str] = ()
    packed_texts: bytes | None = None
    date_1904: bool = False
    odd: bytes = b""
    said: int | None = None


def workbook(sheets: Sequence[Sheet], settings: Globals | None = None, *, version: int = 8) -> bytes:
    """The stream of a workbook of BIFF 5 or 8."""
    this = settings or Globals()
    head = bof(version, 0x0005, said=this.said) + this.odd
    if this.code_page is not None:
        head += record(0x0042, struct.pack("<H", this.code_page))
    head += record(0x0022, struct.pack("<H", this.date_1904))
    for key, code in this.formats.items():
        raw = unicode_text(code) if version == 8 else bytes([len(code)]) + code.encode("cp1252")
        head += record(0x041E, struct.pack("<H", key) + raw)
    for style in this.styles:
        head += record(0x00E0, struct.pack("<HHHBBBB", 0, style, 1, 0x20, 0, 0, 0xFC).ljust(20, b"\0"))
    if this.packed_texts is not None:
        tail = this.packed_texts
    elif this.texts:
        count = len(this.texts)
        tail = record(0x00FC, struct.pack("<II", count, count) + b"".join(map(unicode_text, this.texts)))
    else:
        tail = b""
    listed = [_bound_sheet(0, sheet, version) for sheet in sheets]
    at = len(head) + sum(map(len, listed)) + len(tail) + len(EOF)
    bodies = [bof(version, sheet.substream, said=this.said) + sheet.cells + EOF for sheet in sheets]
    for place, (sheet, body) in enumerate(zip(sheets, bodies, strict=True)):
        listed[place] = _bound_sheet(at + sheet.shift, sheet, version)
        at += len(body)
    return head + b"".join(listed) + tail + EOF + b"".join(bodies)


def _bound_sheet(at: int, sheet: Sheet, version: int) -> bytes:
    name = unicode_text(sheet.name, "B") if version == 8 else bytes([len(sheet.name)]) + sheet.name.encode("cp1252")
    return record(0x0085, struct.pack("<IBB", at, sheet.state, sheet.kind) + name)


def xls(cells: bytes, settings: Globals | None = None, *, version: int = 8, name: str = "MASTER") -> bytes:
    """A file with one sheet."""
    stream = workbook([Sheet(name, cells)], settings, version=version)
    return ole({"Workbook" if version == 8 else "Book": stream})
