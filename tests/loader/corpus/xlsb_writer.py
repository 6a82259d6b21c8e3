"""Writes .xlsb, record by record ([MS-XLSB]); no library does."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"
BEGIN_DATA, END_DATA = 145, 146


def record(kind: int, content: bytes = b"") -> bytes:
    """Kind and size in groups of seven bits, the lowest first, and the content."""
    head = bytes([kind & 0x7F | 0x80, kind >> 7]) if kind >= 0x80 else bytes([kind])
    size, groups = len(content), bytearray()
    while size >= 0x80:
        groups.append(size & 0x7F | 0x80)
        size >>= 7
    return head + bytes([*groups, size]) + content


#: The whole sheet, which pyxlsb wants to know; nobody else heeds it.
DIMENSION = record(148, struct.pack("<4I", 0, 1_048_575, 0, 16_383))


def text(value: str) -> bytes:
    units = value.encode("utf-16-le", "surrogatepass")
    return struct.pack("<I", len(units) // 2) + units


def rich(value: str, runs: int = 0) -> bytes:
    return bytes([1 if runs else 0]) + text(value) + (struct.pack("<I", runs) + bytes(4 * runs) if runs else b"")


def row(number: int) -> bytes:
    """The start of a row, from 0."""
    return record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))


def cell(kind: int, column: int, content: bytes = b"", style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + content)


def real(column: int, value: float, style: int = 0) -> bytes:
    return cell(5, column, struct.pack("<d", value), style)


def shared(column: int, place: int) -> bytes:
    return cell(7, column, struct.pack("<I", place))


FORMULA = struct.pack("<HIBI", 0, 1, 0x17, 0)


@dataclass
class Sheet:
    """A sheet; ``content`` is the whole part, or what lies in its data when ``data`` is said."""

    name: str
    data: bytes = b""
    state: int = 0
    relation: str = f"{RELATIONS}/worksheet"
    content: bytes | None = None
    before: bytes = b""
    after: bytes = b""


@dataclass
class Settings:
    """What a workbook says besides its sheets; parts may be given whole."""

    texts: Sequence[bytes] = ()
    formats: Mapping[int, str] = field(default_factory=dict)
    styles: Sequence[int] = (0,)
    date_1904: bool = False
    parts: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = "xl"
    workbook: str = "workbook.bin"
    odd: bytes = b""


def xlsb(sheets: Sequence[Sheet], settings: Settings | None = None) -> bytes:
    """A workbook."""
    this = settings or Settings()
    links, listed, parts = [], b"", dict[str, bytes]()
    for number, sheet in enumerate(sheets, 1):
        key = f"rId{number}" if sheet.relation else ""
        listed += record(156, struct.pack("<II", sheet.state, number) + text(key) + text(sheet.name))
        if key:
            links.append((key, sheet.relation, f"worksheets/sheet{number}.bin"))
        content = sheet.content
        if content is None:
            data = record(BEGIN_DATA) + sheet.data + record(END_DATA)
            content = record(129) + DIMENSION + sheet.before + data + sheet.after + record(130)
        parts[f"worksheets/sheet{number}.bin"] = content
    flags = struct.pack("<III", int(this.date_1904), 0, 0)
    book = record(131) + this.odd + record(153, flags) + record(143) + listed + record(144) + this.odd + record(132)
    parts[this.workbook] = book
    if this.texts:
        items = b"".join(record(19, item) for item in this.texts)
        parts["sharedStrings.bin"] = (
            record(159, struct.pack("<II", len(this.texts), len(this.texts))) + items + record(160)
        )
        links.append(("rIdTexts", f"{RELATIONS}/sharedStrings", "sharedStrings.bin"))
    codes = b"".join(record(44, struct.pack("<H", key) + text(code)) for key, code in this.formats.items())
    xfs = b"".join(record(47, struct.pack("<HH", 0, style) + bytes(12)) for style in this.styles)
    other = record(626, bytes(4)) + record(47, struct.pack("<HH", 0xFFFF, 14) + bytes(12)) + record(627)
    parts["styles.bin"] = record(278) + codes + other + record(617, bytes(4)) + xfs + record(618) + record(279)
    links.append(("rIdStyles", f"{RELATIONS}/styles", "styles.bin"))
    parts |= this.parts
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        prefix = f"{this.folder}/" if this.folder else ""
        root = [("rId1", f"{RELATIONS}/officeDocument", prefix + this.workbook)]
        package.writestr("_rels/.rels", _relations(root))
        package.writestr(f"{prefix}_rels/{this.workbook}.rels", _relations(links))
        for name, content in parts.items():
            package.writestr(prefix + name, content)
    return buffer.getvalue()


def _relations(links: Sequence[tuple[str, str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in links)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'
    )
