"""Packages whose parts can be cut and changed."""

from __future__ import annotations

from collections.abc import Iterator

from loader.formats.package import Package
from loader.limits import Limits


class CutPackage(Package):
    """An archive whose parts come in pieces of ``step`` bytes, and may be others than it holds."""

    def __init__(self, data: bytes, step: int = 1_000) -> None:
        super().__init__(data, Limits())
        self._step = step
        self.changed: dict[str, bytes] = {}

    def pieces(self, part: str) -> Iterator[bytes]:
        data = self.changed[part] if part in self.changed else b"".join(super().pieces(part))
        return (data[at : at + self._step] for at in range(0, len(data), self._step))
