"""What a landing reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a workbook."""

    LANDED = "landed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


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
class LandResult:
    """One landing: every workbook that was considered, in the order of the source.

    Args:
        ignored: files in the source that are no workbooks, or Excel's own temporary ones.
    """

    run_id: str
    target: str
    source: str
    files: tuple[FileResult, ...]
    ignored: tuple[str, ...]
    seconds: float

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
