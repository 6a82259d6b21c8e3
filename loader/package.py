"""The zip archive that a workbook is: whether it is whole, no bomb and no attack, and the parts in it. Pure."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import Protocol
from xml.etree import ElementTree

from isal import igzip_lib, isal_zlib

from loader.errors import RejectedError
from loader.limits import Limits

_WORKBOOK = "xl/workbook.xml"
_BINARY = ("xl/workbook.bin", "xl/sharedStrings.bin")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE = 4 * 1024**2
#: So many packed bytes are unpacked at once: what is left of them is copied for each piece.
_PACKED = 1024**2
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_HEADER_START = b"PK\x03\x04"
_ENCRYPTED = 0x1
_DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, igzip_lib.IsalError, struct.error, EOFError, RuntimeError,  # type: ignore[assignment]
    NotImplementedError, OSError,
)  # fmt: skip
_DOCUMENT_TYPE = b"<!DOCTYPE"
#: Declaration, comments and instructions, then an element. Possessive: a comment must not be taken for its content.
_ORDINARY_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<\?.*?\?>|<!--.*?-->)*+<[^!?]", re.DOTALL)


class Copy(Protocol):
    """Takes the parts as they are unpacked, so that nothing is unpacked twice."""

    def write(self, part: str, piece: bytes) -> None:
        """The next piece of a part; a part's pieces come one after the other."""


def check_start(data: bytes, suffix: str, limits: Limits) -> None:
    """Refuse what cannot be a workbook of its kind by its first bytes or its length.

    Raises:
        RejectedError: with what it is instead.
    """
    limits.check_file(len(data))
    if not data:
        raise RejectedError("The file is empty (0 bytes).", mend="Save it again from Excel.")
    if suffix == ".xls":
        if not data.startswith(_OLE):
            raise RejectedError("The file is no .xls workbook.", mend="Save it from Excel as .xlsx.")
        return
    if data.startswith(_OLE):
        raise RejectedError(
            "The file is protected with a password (or is an old .xls under a new name).",
            mend="Open it in Excel, remove the password under File > Info, and save it as .xlsx.",
        )
    if not data.startswith(b"PK"):
        raise RejectedError("The file is not a zip archive, so no workbook.", mend="Save it from Excel as .xlsx.")


def open_package(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, once its directory is whole and promises no more than the limits.

    Raises:
        RejectedError: truncated, still being written, or a bomb.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise RejectedError(
            "The file is truncated or still being written: the archive's directory is missing.",
            mend="Wait until it is saved, or save it again from Excel.",
        ) from error
    if len(set(package.namelist())) < len(package.namelist()):
        # two programs could read two different things out of it
        raise RejectedError(
            "The archive holds a part twice, as no program saves it (an attack?).",
            mend="Do not trust this file; ask its sender, and save it again from Excel.",
        )
    unpacked = sum(info.file_size for info in package.infolist())
    if unpacked > limits.unpacked_bytes:
        raise RejectedError(
            f"The file unpacks to {unpacked:,} bytes; the limit is {limits.unpacked_bytes:,} (a zip bomb?).",
            mend="If it is genuine, clear unused rows and pictures, or raise ORDER_LIST_LIMIT_UNPACKED_BYTES.",
        )
    return package


def check_parts(package: zipfile.ZipFile, copy: Copy | None = None) -> None:
    """Unpack, in pieces, what calamine reads as soon as it opens the file: all but the sheets.

    Raises:
        RejectedError: a part is damaged (or unpacks to more than it says), or declares a document type.
    """
    sheets = set(sheet_parts(package).values())
    for info in package.infolist():
        if info.filename.endswith((".xml", ".rels")) and info.filename not in sheets:
            for piece in xml_pieces(package, info.filename):
                if copy:
                    copy.write(info.filename, piece)
        elif info.filename in _BINARY:
            for _ in _pieces(package, info.filename):
                """Only its checksum is of interest here."""


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names and the XML parts that hold them; empty for .xlsb."""
    if _WORKBOOK not in package.namelist():
        return {}
    targets = relations(package, _WORKBOOK)
    parts: dict[str, str] = {}
    for element in _tree(package, _WORKBOOK).iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        key = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"), "")
        if key in targets:
            parts[element.get("name", "")] = targets[key]
    return parts


def relations(package: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The parts that ``part`` refers to, by the id it calls them; only those that exist."""
    names, folder = set(package.namelist()), posixpath.dirname(part)
    list_of_them = f"{folder}/_rels/{posixpath.basename(part)}.rels"
    if list_of_them not in names:
        return {}
    paths = {
        element.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
        for element in _tree(package, list_of_them)
    }
    return {key: path for key, path in paths.items() if path in names}


def unpack(package: zipfile.ZipFile, part: str) -> bytes:
    """The whole of a part.

    Raises:
        RejectedError: it is damaged.
    """
    return b"".join(_pieces(package, part))


def xml_pieces(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part of XML, in pieces of a few MiB.

    Raises:
        RejectedError: it is damaged, or declares a document type.
    """
    ordinary, tail = False, b""
    for number, piece in enumerate(_pieces(package, part)):
        # behind the start of the root a document type is no XML any more, and no reader heeds it
        ordinary = ordinary or (number == 0 and _ORDINARY_START.match(piece) is not None)
        if not ordinary:
            _refuse_dtd(tail + piece, part)
            tail = piece[-len(_DOCUMENT_TYPE) :]
        yield piece


def _tree(package: zipfile.ZipFile, part: str) -> ElementTree.Element:
    text = b"".join(xml_pieces(package, part))
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - a DTD, the only way to entities, was refused above
    except ElementTree.ParseError as error:
        raise _damaged(part) from error


def _pieces(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    try:
        info = package.getinfo(part)
        if info.compress_type == zipfile.ZIP_DEFLATED and not info.flag_bits & _ENCRYPTED:
            yield from _inflated(package, info)
            return
        with package.open(part) as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except _DAMAGE as error:
        raise _damaged(part) from error


def _inflated(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What ``package.open`` would give, by a library that takes half of zlib's time.

    Never more than the directory promises, for that is what the limits were compared with.
    """
    stream = package.fp
    assert stream is not None  # noqa: S101 - the archive is open
    stream.seek(info.header_offset)
    start, name, extra = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    if start != _LOCAL_HEADER_START:
        raise zipfile.BadZipFile(f"no local header of {info.filename}")
    first = stream.tell() + name + extra
    end = first + info.compress_size
    inflater = isal_zlib.decompressobj(-isal_zlib.MAX_WBITS)
    left, checksum = info.file_size, 0
    for at in range(first, end, _PACKED):
        stream.seek(at)
        rest = stream.read(min(_PACKED, end - at))
        if not rest:  # the directory promises more than the file has, which may be any number
            break
        while left and (piece := inflater.decompress(rest, min(_PIECE, left))):
            yield piece
            rest = inflater.unconsumed_tail
            left -= len(piece)
            checksum = isal_zlib.crc32(piece, checksum)
    if left or checksum != info.CRC:
        raise zipfile.BadZipFile(f"{info.filename} is not what the directory promises")


def _damaged(part: str) -> RejectedError:
    return RejectedError(f"The part {part} of the file is damaged.", mend="Save the file again from Excel.")


def _refuse_dtd(text: bytes, part: str) -> None:
    if _DOCUMENT_TYPE in text or b"<!ENTITY" in text or text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RejectedError(
            f"The part {part} declares a document type or entities, which no workbook needs (an XML attack?).",
            mend="Do not trust this file; ask its sender, and save it again from Excel.",
        )
