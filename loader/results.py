"""What a landing reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a workbook; the log also has files that are none, and workbooks that are not there."""

    LANDED = "landed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    MISSING = "missing"
    """It used to come, and is not in the source."""
    FORGOTTEN = "forgotten"
    """It is not in the source, and nobody waits for it."""
    IGNORED = "ignored"
    """No workbook; logged once."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one workbook. ``rows`` and ``columns`` are 0 unless it was landed now."""

    file: str
    raw_table: str | None
    status: Status
    reason: str | None = None
    rows: int = 0
    columns: int = 0
    bytes: int = 0
    seconds: float = 0.0
    sheet: str | None = None
    header_row: int | None = None
    etag: str | None = None
    sha256: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingWorkbook:
    """A workbook that used to come from the source and is not there; its rows stay. Times are UTC, without zone.

    Args:
        last_seen: when a load last found it.
        since: when a load first missed it.
    """

    file: str
    raw_table: str
    last_seen: dt.datetime
    since: dt.datetime

    @property
    def message(self) -> str:
        """What is wrong, and what to do."""
        return (
            f"It is not in the source since {self.since:%Y-%m-%d %H:%M} UTC "
            f"(last seen {self.last_seen:%Y-%m-%d %H:%M}); the rows landed last stay. "
            "Put it back; or, if it was taken away for good, `loader forget` it."
        )


@dataclass(frozen=True, slots=True)
class LandResult:
    """One landing: every workbook that was considered, in the order of the source.

    Args:
        ignored: files in the source that are no workbooks, or that programs keep beside one.
        missing: workbooks that used to come from this source and are not there; none are named when only some of
            the source was asked for.
        notes: what a person should know although nothing is wrong.
    """

    run_id: str
    target: str
    source: str
    files: tuple[FileResult, ...]
    ignored: tuple[str, ...]
    seconds: float
    missing: tuple[MissingWorkbook, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def landed(self) -> int:
        """Workbooks landed now."""
        return self._count(Status.LANDED)

    @property
    def unchanged(self) -> int:
        """Workbooks that are what they were."""
        return self._count(Status.UNCHANGED)

    @property
    def rejected(self) -> int:
        """Workbooks that could not be landed."""
        return self._count(Status.REJECTED)

    @property
    def rows(self) -> int:
        """Rows landed now."""
        return sum(file.rows for file in self.files)

    def _count(self, status: Status) -> int:
        return sum(file.status is status for file in self.files)
