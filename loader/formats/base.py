"""What every file format gives: sheets, and rows of values. What the cells look like as text is not decided here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

#: A cell: a text (of error cells too: ``#N/A``), a number, a boolean, a moment; ``None`` when it is empty.
Value = str | float | int | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
#: Number of a row in Excel (from 1), and its cells from column A on; cells behind the last value may be missing.
Row = tuple[int, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet with cells. ``key`` finds it in its workbook (an index, or the part that holds it)."""

    name: str
    key: str | int
    visible: bool = True


class Book(Protocol):
    """A workbook, whatever its format."""

    @property
    def sheets(self) -> Sequence[SheetInfo]:
        """Its sheets with cells, in the order of their tabs; charts, macros and dialogs are left out."""

    def rows(self, sheet: SheetInfo) -> Iterator[Row]:
        """The rows of a sheet that hold a value, in ascending order. Read as they are asked for, where possible.

        Raises:
            RejectedError: the sheet is damaged, or says something that cannot be read without loss.
        """
