"""What a run did, as plain values: the stages write them, the report, the summary and the history read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from console import ExitCode

if TYPE_CHECKING:
    from monday_sync import FailedRow


class Status(StrEnum):
    """How a stage, or a whole run, ended."""

    OK = "ok"
    ATTENTION = "attention"
    """Some records or files failed; the rest is done."""
    FAILED = "failed"
    """It could not be done; the stages after it were not begun."""
    SKIPPED = "skipped"
    """Not needed, or not asked for."""
    INTERRUPTED = "interrupted"
    RUNNING = "running"
    DIED = "died"
    """Was running when its process was killed; noted by the next run."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a run.

    ``message`` is for a person. ``figures`` are counts and seconds by name, in the order to show them. ``rows`` is
    what the throughput is measured in (``None``: it has none). ``problems`` are whole sentences.
    """

    name: str
    status: Status
    seconds: float = 0.0
    message: str = ""
    rows: int | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def per_second(self) -> float | None:
        """Rows a second, if the stage has rows and took measurable time."""
        return self.rows / self.seconds if self.rows and self.seconds > 0 else None


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
class CustomerFigures:
    """One customer: rows, orders, lines and rejects as the data stand now; what was done on the board in this run."""

    customer: str
    files: tuple[str, ...] = ()
    file_status: str = ""
    rows: int = 0
    orders: int = 0
    lines: int = 0
    rejected_rows: int = 0
    rejected_values: int = 0
    created: int = 0
    updated: int = 0
    failed: int = 0
    waiting: int = 0
    held_back: int = 0

    @property
    def adds_up(self) -> bool:
        """Rows in = orders + rejected rows."""
        return self.rows == self.orders + self.rejected_rows

    @property
    def is_unread(self) -> bool:
        """It has a workbook that no model reads: nothing came of its rows, not even rejects."""
        return self.rows > 0 and not self.orders and not self.rejected_rows


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """What the run did on the board, by level."""

    groups_created: int = 0
    items_created: int = 0
    items_updated: int = 0
    items_failed: int = 0
    subitems_created: int = 0
    subitems_updated: int = 0
    subitems_failed: int = 0
    gone: int = 0
    """Orders on the board that left their workbook: reported, nothing done."""

    @property
    def changes(self) -> int:
        """Groups and records that were created or updated."""
        return (
            self.groups_created
            + self.items_created
            + self.items_updated
            + self.subitems_created
            + self.subitems_updated
        )

    @property
    def failed(self) -> int:
        """Records that the board did not take."""
        return self.items_failed + self.subitems_failed


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the sync stage says it did: on the whole, and (created, updated, failed) records by customer."""

    board: BoardFigures = BoardFigures()
    customers: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)


NOTHING_PUSHED = Pushed()


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of the data after a run, and what the run did on the board."""

    customers: tuple[CustomerFigures, ...] = ()
    rejects: tuple[Rejects, ...] = ()
    rejected_files: tuple[RejectedFile, ...] = ()
    missing_files: tuple[MissingFile, ...] = ()
    unknown_headers: tuple[UnknownHeader, ...] = ()
    drift: tuple[str, ...] = ()
    """A sentence a column that was mostly filled and is empty, with file and header."""
    failed_rows: tuple[FailedRow, ...] = ()
    failed_rows_left_out: int = 0
    held_back: tuple[str, ...] = ()
    """A sentence a customer."""
    board: BoardFigures = BoardFigures()
    files: Mapping[str, int] = field(default_factory=dict)
    """Files by what the load made of them: landed, unchanged, rejected, missing, ignored ..."""

    def total(self, name: str) -> int:
        """Sum of one count over all customers."""
        return sum(int(getattr(customer, name)) for customer in self.customers)

    @property
    def does_not_add_up(self) -> tuple[str, ...]:
        """Customers whose rows in are not orders + rejected rows."""
        return tuple(c.customer for c in self.customers if not c.adds_up and not c.is_unread)

    @property
    def unread(self) -> tuple[str, ...]:
        """A sentence for each workbook that no model reads."""
        return tuple(
            f"{', '.join(c.files)}: {c.rows:,} row(s) landed, and no model reads them. "
            "`loader scaffold <the workbook>` writes the customer's."
            for c in self.customers
            if c.is_unread
        )


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run in the history."""

    run_id: str
    started_at: datetime
    seconds: float
    status: Status
    message: str
    orders: int | None
    changes: int | None
    failed: int | None


@dataclass(frozen=True, slots=True)
class RunReport:
    """All there is to say about one run. Times are UTC."""

    run_id: str
    target: str
    started_at: datetime
    seconds: float
    status: Status
    verdict: str
    exit_code: ExitCode
    stages: tuple[Stage, ...]
    figures: Figures
    source: str = ""
    board_url: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    history: tuple[PastRun, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """A sentence for each workbook that no model reads; none before a transform, when no model has read any."""
        return self.figures.unread if self.stage("transform") else ()

    def stage(self, name: str) -> Stage | None:
        """The stage called ``name``, if it was part of this run."""
        return next((stage for stage in self.stages if stage.name == name), None)
