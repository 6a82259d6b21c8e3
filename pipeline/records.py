"""What the relations say of single files, headers, rows and customers, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from console import argument, counted


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A workbook that was not landed: why, and what to do."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A workbook that used to come and is not in the source: since when, and what to do."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnknownHeader:
    """A header that no one has mapped: its column is landed and goes no further."""

    file: str
    header: str


@dataclass(frozen=True, slots=True)
class Rejects:
    """Rows (``level`` row) or values (``level`` value) that did not make it, for one reason."""

    level: str
    reason_code: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A sheet row, or a value of one (``level`` value), that did not make it.

    ``is_new``: whether the run before did not have it; ``None`` when that is not known.
    """

    file: str
    sheet: str
    row: int | None
    customer: str
    level: str
    column: str
    text: str
    reason_code: str
    reason: str
    is_new: bool | None = None


@dataclass(frozen=True, slots=True)
class LostOrders:
    """Rows of a workbook that have an order's number, and are no orders for one reason; ``row`` is the first."""

    file: str
    reason_code: str
    reason: str
    count: int
    row: int | None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A customer of whom nothing is pushed until someone releases it, and how many changes wait."""

    customer: str
    reason: str
    waiting: int

    @property
    def message(self) -> str:
        """For a person."""
        return (
            f"{self.customer}: {self.reason or 'held back'} ({counted(self.waiting, 'change')} waiting; "
            f"`monday-sync push --release {argument(self.customer)}` pushes anyway)"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order stands in its workbook, and the number that people know it by."""

    number: str
    file: str
    row: int | None
