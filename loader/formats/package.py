"""The zip archive that a workbook is, and the parts in it, found the way Excel finds them. Pure.

Only what is read is checked: what lies beside the order list in the archive refuses no workbook. Part names are
compared without case, with either slash, and with or without percent signs (ECMA-376 part 2, 6.2.2, and what writers
make of it).
"""

from __future__ import annotations

import io
import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from loader.errors import RejectedError
from loader.formats.xml import LOCAL, parse
from loader.limits import Limits

_PIECE = 1024**2
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    OSError,
    ValueError,
)
#: Where a workbook lies if nothing in the archive says so.
_USUAL = ("xl/workbook.xml", "xl/workbook.bin")
_TYPES = "[Content_Types].xml"
_END_OF_DIRECTORY = 22
_FAR_PADDING = 60_000


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another refers to. ``type`` is the last word of its type: ``worksheet``, ``styles`` and so on."""

    type: str
    target: str


class Package:
    """A workbook's archive.

    Args:
        data: the whole file.

    Raises:
        RejectedError: it is truncated, still being written, or no archive.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(_without_padding(data)))
        except _DAMAGE as error:
            raise RejectedError(
                "The file is truncated or still being written: the archive's directory is missing.",
                hint="Wait until it is saved, or save it again from Excel.",
            ) from error
        self._parts: dict[str, list[zipfile.ZipInfo]] = {}
        for info in self._zip.infolist():
            if not info.is_dir():
                self._parts.setdefault(_fold(info.filename), []).append(info)

    def __contains__(self, part: str) -> bool:
        """Whether there is such a part."""
        return _fold(part) in self._parts

    @cached_property
    def root(self) -> str | None:
        """The part that is the workbook; ``None`` when the archive holds none."""
        for relation in self.relations("").values():
            if relation.type == "officeDocument" and relation.target in self:
                return relation.target
        declared = (part for part in self._declared_workbooks() if part in self)
        return next(declared, None) or next((part for part in _USUAL if part in self), None)

    def relations(self, part: str) -> Mapping[str, Relation]:
        """What ``part`` refers to, by the id it calls it; only parts that exist."""
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, Relation] = {}
        if listed not in self:
            return found

        def start(name: str, attributes: dict[str, str]) -> None:
            if LOCAL[name] != "Relationship" or attributes.get("TargetMode", "").lower() == "external":
                return
            target = self._resolve(folder, attributes.get("Target", ""))
            if target:
                kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
                found[attributes.get("Id", "")] = Relation(kind, target)

        parse(self.pieces(listed), listed, start=start)
        return found

    def size(self, part: str) -> int:
        """Bytes of a part, unpacked, as the archive's directory promises."""
        return self._info(part).file_size

    def read(self, part: str) -> bytes:
        """The whole of a part.

        Raises:
            RejectedError: it is damaged or too large.
        """
        return b"".join(self.pieces(part))

    def pieces(self, part: str) -> Iterator[bytes]:
        """A part in pieces of up to 1 MiB; never more than the directory promises.

        Raises:
            RejectedError: it is damaged or too large.
        """
        info = self._info(part)
        if info.file_size > self._limits.unpacked_bytes:
            raise RejectedError(
                f"The part {part} unpacks to {info.file_size:,} bytes; the limit is {self._limits.unpacked_bytes:,} "
                "(a zip bomb?).",
                hint="If it is genuine, clear unused rows, or raise ORDER_LIST_LIMIT_UNPACKED_BYTES.",
            )
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(_PIECE):
                    yield piece
        except _DAMAGE as error:
            raise RejectedError(
                f"The part {part} of the file is damaged.", hint="Save the file again from Excel."
            ) from error

    def _info(self, part: str) -> zipfile.ZipInfo:
        found = self._parts.get(_fold(part), [])
        if not found:
            raise RejectedError(f"The part {part} of the file is missing.", hint="Save the file again from Excel.")
        if len(found) > 1:  # two programs could read two different things out of it
            raise RejectedError(
                f"The archive holds the part {part} twice, as no program saves it (an attack?).",
                hint="Do not trust this file; ask its sender, and save it again from Excel.",
            )
        return found[0]

    def _resolve(self, folder: str, target: str) -> str | None:
        """The part a target names: from the folder of the part that names it, else from the top of the archive."""
        target = target.replace("\\", "/").partition("#")[0]
        for start in (folder, ""):
            for spelling in (target, unquote(target)):
                path = posixpath.normpath(posixpath.join("/", start, spelling)).lstrip("/")
                if path in self:
                    return path
        return None

    def _declared_workbooks(self) -> list[str]:
        found: list[str] = []
        if _TYPES not in self:
            return found

        def start(name: str, attributes: dict[str, str]) -> None:
            if LOCAL[name] == "Override" and attributes.get("ContentType", "").lower().endswith(
                ("sheet.main+xml", "macroenabled.main+xml", "template.main+xml", "binary.macroenabled.main")
            ):
                found.append(attributes.get("PartName", "").lstrip("/"))

        parse(self.pieces(_TYPES), _TYPES, start=start)
        return found


def _fold(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _without_padding(data: bytes) -> bytes:
    """Some file systems and gateways pad with zeros, further than the archive's end is looked for."""
    return data.rstrip(b"\0") + bytes(_END_OF_DIRECTORY) if data.endswith(bytes(_FAR_PADDING)) else data
