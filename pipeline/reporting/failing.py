"""The rows that failed, each once: file, row, column, text, reason. What the board refused and what the build rejected
of the same cell is one row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.model import RunReport
from pipeline.records import RejectedRow

if TYPE_CHECKING:
    from monday_sync import FailedCause, FailedRow

#: How monday_sync begins a message about one field: its column, and somewhere the text.
_FIELD = re.compile(r"^(?:given up on .{10,14} after \d+ attempts: )?(?P<column>[a-z_]\w*): ")
_TEXT = re.compile(r"'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"")
_Cell = tuple[str, int | None, str]


@dataclass(frozen=True, slots=True)
class FailingRow:
    """A record that the board did not take. ``file``, ``row``, ``column`` and ``text`` are empty where unknown."""

    customer: str
    record: str
    file: str
    row: int | None
    column: str
    text: str
    reason: str
    attempts: int
    given_up: bool
    since: datetime | None
    accepted: str | None


@dataclass(frozen=True, slots=True)
class FailingCause:
    """Why records failed, and what to do about it."""

    message: str
    hint: str
    given_up: bool
    rows: tuple[FailingRow, ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """All rows that failed: on the board by cause, accepted ones, and rejects of cells that are not among these."""

    causes: tuple[FailingCause, ...]
    accepted: tuple[FailingRow, ...]
    new_rejects: tuple[RejectedRow, ...]
    old_rejects: tuple[RejectedRow, ...]


def failing(report: RunReport) -> Failing:
    """The rows that failed in a run, or before it and stand."""
    figures = report.figures
    rejects = {_cell(reject): reject for reject in figures.rejected_rows or () if reject.column}
    shown: set[_Cell] = set()

    def row_of(failed: FailedRow) -> FailingRow:
        return _row(failed, report, rejects, shown)

    accepted = tuple(row_of(row) for row in figures.failed_rows if row.accepted is not None)
    causes = tuple(
        FailingCause(cause.message, cause.hint, cause.given_up, tuple(row_of(row) for row in cause.rows))
        for cause in _causes(figures.failed_rows)
    )
    left = [reject for reject in figures.rejected_rows or () if _cell(reject) not in shown]
    return Failing(
        causes, accepted, tuple(row for row in left if row.is_new), tuple(row for row in left if not row.is_new)
    )


def _row(failed: FailedRow, report: RunReport, rejects: Mapping[_Cell, RejectedRow], shown: set[_Cell]) -> FailingRow:
    place = report.figures.places.get(failed.order)
    file, row = (place.file, place.row) if place else ("", None)
    field = _FIELD.match(failed.error)
    column = field["column"] if field else ""
    quoted = _TEXT.search(failed.error, field.end()) if field else None
    text = (quoted["single"] or quoted["double"] or "") if quoted else ""
    if same := rejects.get((file, row, column)) if file else None:
        shown.add((file, row, column))
        text = same.text
    return FailingRow(
        failed.customer, f"{failed.level} {failed.item}", file, row, column, text, failed.error, failed.attempts,
        failed.given_up and failed.accepted is None, failed.since, failed.accepted,
    )  # fmt: skip


def _causes(rows: Iterable[FailedRow]) -> tuple[FailedCause, ...]:
    listed = tuple(rows)
    if not listed:
        return ()
    import monday_sync  # noqa: PLC0415 - a page without failures needs none of its libraries

    return monday_sync.failure_causes(listed)


def _cell(reject: RejectedRow) -> _Cell:
    return reject.file, reject.row, reject.column
