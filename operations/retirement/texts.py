"""The texts in a file of somebody else's: code, a workbook with its connections and queries, or a program."""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from console import counted

#: A larger file is no code, and is not looked at. In bytes.
_LARGEST = 20 * 2**20
_LARGEST_UNPACKED = 200 * 2**20
_DEEPEST = 3
#: In these nobody writes queries.
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".ico", ".emf", ".wmf", ".woff", ".woff2", ".ttf", ".otf")
_ZIP = b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_QUERIES = re.compile(r"<DataMashup[^>]*>([^<]+)<")


@dataclass(frozen=True, slots=True)
class Text:
    """A text, and where in its file it stands.

    Args:
        part: the part of the document, such as ``xl/connections.xml``; empty for a file that is a text itself.
        plain: written as text; otherwise these are bytes that may hold texts between others, or packed ones that
            nobody finds.
    """

    text: str
    part: str = ""
    plain: bool = True


def texts_of(file: Path) -> Iterator[Text]:
    """All texts in a file; none in a picture.

    A zip file is unpacked, as are the queries of Excel and Power BI (``DataMashup``, [MS-QDEFF] 2.1), which are one
    within the document. Anything else with zero bytes is given as it would read in one byte and in two a letter.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no file, is too large, unpacks to too much, or is locked with a password.
    """
    if not file.is_file():
        raise ValueError("it is no file, or a link to nothing")
    if file.stat().st_size > _LARGEST:
        raise ValueError(f"it is larger than {counted(_LARGEST, 'byte')}")
    if not file.name.lower().endswith(_PICTURES):
        yield from _texts(file.read_bytes(), "", _Budget(), 0)


class _Budget:
    """How much may still be unpacked: a small file can hold an endless one."""

    def __init__(self) -> None:
        self._left = _LARGEST_UNPACKED

    def read(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        with archive.open(member) as file:
            data = file.read(self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"it unpacks to more than {counted(_LARGEST_UNPACKED, 'byte')}")
        return data


def _texts(data: bytes, part: str, budget: _Budget, depth: int) -> Iterator[Text]:
    data = _package(data)
    if data.startswith(_ZIP) and depth < _DEEPEST:
        yield from _unpacked(data, part, budget, depth)
    elif data.startswith(_UTF16) or b"\0" not in data:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8", errors="replace")
        yield Text(text, part)
        # in a document alone: code may write of them
        for queries in _QUERIES.findall(text) if text.lstrip("\ufeff \r\n\t").startswith("<") else ():
            try:
                packed = base64.b64decode(queries)
            except binascii.Error as error:
                raise ValueError("its queries cannot be read") from error
            yield from _texts(packed, part, budget, depth + 1)
    else:
        yield Text(data.decode("latin-1"), part, plain=False)
        for start in (0, 1):
            yield Text(data[start:].decode("utf-16-le", "replace"), part, plain=False)


def _package(data: bytes) -> bytes:
    """The zip file within queries: after a version and its length, four bytes each."""
    if data[8:12] == _ZIP and not data.startswith(_ZIP):
        return data[8 : 8 + int.from_bytes(data[4:8], "little")]
    return data


def _unpacked(data: bytes, part: str, budget: _Budget, depth: int) -> Iterator[Text]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if not member.is_dir() and not member.filename.lower().endswith(_PICTURES):
                    inside = f"{part}/{member.filename}".lstrip("/")
                    yield from _texts(budget.read(archive, member), inside, budget, depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        # RuntimeError: a password is wanted
        raise ValueError(f"it cannot be unpacked: {error}") from error
