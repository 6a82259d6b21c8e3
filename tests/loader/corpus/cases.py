"""A workbook of the corpus, and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from loader.formats.base import Value

#: Cells of a sheet by the number of their row in Excel.
Rows = Mapping[int, Sequence[Value]]


@dataclass(frozen=True, repr=False)
class Case:
    """A workbook that is read.

    Args:
        build: makes its bytes.
        sheets: what its visible sheets hold, by the file format's specification.
        hidden: what its hidden sheets hold.
        alone: why the independent reader of the differential test cannot be asked about it.
    """

    name: str
    build: Callable[[], bytes]
    sheets: Mapping[str, Rows]
    hidden: Mapping[str, Rows]
    alone: str | None = None

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class Refusal:
    """A workbook that is refused, and what the reason must say."""

    name: str
    build: Callable[[], bytes]
    reason: str

    def __repr__(self) -> str:
        return self.name
