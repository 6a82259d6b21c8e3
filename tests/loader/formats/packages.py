"""The package that a reader of .xlsb needs, over zipfile alone."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Relation:
    type: str
    target: str


class ZipPackage:
    """An archive whose parts come in pieces of ``step`` bytes."""

    def __init__(self, data: bytes, step: int = 1_000) -> None:
        self._zip, self._step = zipfile.ZipFile(io.BytesIO(data)), step
        self.changed: dict[str, bytes] = {}

    @property
    def names(self) -> list[str]:
        return self._zip.namelist()

    @property
    def root(self) -> str:
        return next(link.target for link in self.relations("").values() if link.type.endswith("/officeDocument"))

    def relations(self, part: str) -> Mapping[str, Relation]:
        folder, name = posixpath.split(part)
        text = self._zip.read(posixpath.join(folder, "_rels", f"{name}.rels"))
        listed = ElementTree.fromstring(text)  # noqa: S314 - our own writer's
        return {
            element.get("Id", ""): Relation(
                element.get("Type", ""), posixpath.normpath(posixpath.join(folder, element.get("Target", "")))
            )
            for element in listed
        }

    def read(self, part: str) -> bytes:
        return self.changed.get(part) or self._zip.read(part)

    def pieces(self, part: str) -> Iterator[bytes]:
        data = self.read(part)
        return (data[at : at + self._step] for at in range(0, len(data), self._step))
