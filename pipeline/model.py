"""What a run did, as plain values: the stages write them, the report, the summary and the history read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from console import ExitCode, Finding, counted
from pipeline.records import (
    HeldBack,
    LostOrders,
    MissingFile,
    Place,
    RejectedFile,
    RejectedRow,
    Rejects,
    UnknownHeader,
)

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
    what the throughput is measured in (``None``: it has none). ``problems`` are whole sentences. ``findings`` are what
    the program itself found, for the verdict; ``log`` is what another program said, word for word. ``invocations`` are
    dbt's own ids of what it ran.
    """

    name: str
    status: Status
    seconds: float = 0.0
    message: str = ""
    rows: int | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    log: str = ""
    invocations: tuple[str, ...] = ()

    @property
    def per_second(self) -> float | None:
        """Rows a second, if the stage has rows and took measurable time."""
        return self.rows / self.seconds if self.rows and self.seconds > 0 else None


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
    unread_rows: int = 0
    """Rows of its workbooks that no model reads: nothing came of them, not even rejects."""

    @property
    def left_over(self) -> int:
        """Rows in that are neither orders nor rejected nor unread; below 0: orders whose rows are not there."""
        return self.rows - self.orders - self.rejected_rows - self.unread_rows

    @property
    def adds_up(self) -> bool:
        """Rows in = orders + rejected rows + rows that no model reads."""
        return self.left_over == 0

    @property
    def is_unread(self) -> bool:
        """It has a workbook that no model reads."""
        return self.unread_rows > 0


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
        """Records that were created or updated, as the push counts its rows; groups are counted by themselves."""
        return self.items_created + self.items_updated + self.subitems_created + self.subitems_updated

    @property
    def failed(self) -> int:
        """Records that the board did not take."""
        return self.items_failed + self.subitems_failed


@dataclass(frozen=True, slots=True)
class SyncRun:
    """A run of monday_sync that was part of ours. ``board``: its title, where the target has several.

    ``changes`` are counted as :attr:`BoardFigures.changes` are, so that both figures agree; ``archived`` records, and
    ``groups`` that were made or archived, beside them. ``undo`` is the command that shows what taking it back would do;
    ``None``: it changed nothing.
    """

    run_id: str
    kind: str
    board: str | None
    changes: int
    undo: str | None
    archived: int = 0
    groups: int = 0

    @property
    def touched(self) -> bool:
        """Whether it changed anything on the board."""
        return bool(self.changes or self.archived or self.groups)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the sync stage says it did: on the whole, by customer (created, updated, failed), and as which runs."""

    board: BoardFigures = BoardFigures()
    customers: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    runs: tuple[SyncRun, ...] = ()


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
    held_back: tuple[HeldBack, ...] = ()
    rejected_rows: tuple[RejectedRow, ...] | None = None
    """All rejects, as far as a page can hold them, new ones first; ``None`` when they could not be read."""
    rejected_rows_left_out: int = 0
    lost_orders: tuple[LostOrders, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where the orders of ``failed_rows`` stand, by order key."""
    expected_files: int | None = None
    """How many workbooks the source has or had; ``None`` when no log says so."""
    is_built: bool = False
    """Whether there are orders to count: a build has been."""
    board: BoardFigures = BoardFigures()
    files: Mapping[str, int] = field(default_factory=dict)
    """Files by what the load made of them: landed, unchanged, rejected, missing, ignored ..."""

    def total(self, name: str) -> int:
        """Sum of one count over all customers."""
        return sum(int(getattr(customer, name)) for customer in self.customers)

    @property
    def does_not_add_up(self) -> tuple[str, ...]:
        """Customers whose rows in are not orders + rejected rows + rows that no model reads."""
        return tuple(c.customer for c in self.customers if not c.adds_up)

    @property
    def unread(self) -> tuple[str, ...]:
        """A sentence for each workbook that no model reads."""
        return tuple(
            f"{', '.join(c.files)}: {counted(c.unread_rows, 'row')} landed, and no model reads them. "
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
class Alerts:
    """What the monitoring made of a run.

    Args:
        open: alerts that are open; told: of which something was told now; held: by quiet hours, for later.
        sent: messages that a channel took; undelivered: those that wait in the outbox for the next run.
        problems: why, and what else could not be done.
        judged: whether the figures could be judged; else nobody knows what is open, and nobody was told.
        heard: whether every message reached all whom it is for.
    """

    open: int = 0
    told: int = 0
    sent: int = 0
    undelivered: int = 0
    held: int = 0
    problems: tuple[str, ...] = ()
    judged: bool = True
    heard: bool = True


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
    findings: tuple[Finding, ...] = ()
    """All that was found, what has to be done first."""
    before: Mapping[str, float] | None = None
    """The totals of the run before; ``None`` when they are not known."""
    alerts: Alerts | None = None
    """What was told of the run; ``None`` until its figures were judged."""
    sync_runs: tuple[SyncRun, ...] = ()
    """What was done on the boards, each with the way back."""

    @property
    def to_do(self) -> tuple[Finding, ...]:
        """What somebody has to do something about."""
        return tuple(finding for finding in self.findings if finding.verdict in {"attention", "failed"})

    @property
    def noted(self) -> tuple[Finding, ...]:
        """What is known and rests: nobody has to do anything about it."""
        return tuple(finding for finding in self.findings if finding.verdict == "ok")

    @property
    def unread(self) -> tuple[str, ...]:
        """A sentence for each workbook that no model reads; none before a transform, when no model has read any."""
        return self.figures.unread if self.stage("transform") else ()

    def stage(self, name: str) -> Stage | None:
        """The stage called ``name``, if it was part of this run."""
        return next((stage for stage in self.stages if stage.name == name), None)
