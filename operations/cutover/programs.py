"""The other programs, as the steps of a cutover use them: the pipeline's run, and what monday_sync does on boards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import monday_sync
import pipeline
from monday_sync import Due, Opened, PushOptions, PushResult, RunFacts, VerifyResult
from pipeline import RunOptions, RunReport, board_ready
from warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class FirstRun:
    """A run of the pipeline, as the watch judges it.

    Args:
        status: ok, attention, failed, ...
        verdict: the run's own sentence.
        records: orders and lines in hand.
        failed: of them, those in error.
        held: of them, those that wait since their customer is held back.
        changes: what it changed on the board.
    """

    run_id: str
    status: str
    verdict: str
    seconds: float
    records: int
    failed: int
    held: int
    changes: int


class Programs:
    """The programs for one target."""

    def __init__(self, warehouse: Warehouse, options: RunOptions) -> None:
        self._warehouse, self._options = warehouse, options

    @contextmanager
    def boards(self) -> Iterator[Opened]:
        """The target's boards; the local one is started if it is not there."""
        target = self._warehouse.target
        with board_ready(target), monday_sync.open_boards(target) as opened:
            yield opened

    def build(self) -> FirstRun:
        """Land the workbooks and build the relations; nothing goes to a board."""
        return first_run(pipeline.run(self._warehouse, replace(self._options, only=("load", "transform"))))

    def run(self, confirmed: int) -> FirstRun:
        """A whole run, as the schedule does it; its push may touch so many records."""
        return first_run(pipeline.run(self._warehouse, replace(self._options, confirmed=confirmed)))

    def due(self, customer: str | None = None, limit: int | None = None) -> Due:
        """What a push would do now."""
        with self.boards() as opened:
            return monday_sync.due_now(opened, PushOptions((customer,) if customer else (), limit))

    def push_test(self, orders: Collection[str]) -> list[PushResult]:
        """Push these orders, marked as test data."""
        with self.boards() as opened:
            return monday_sync.push_orders(opened, orders, is_test=True)

    def read_back(self, orders: Collection[str]) -> list[VerifyResult]:
        """These orders as the boards show them."""
        with self.boards() as opened:
            return monday_sync.read_back(opened, orders)

    def compare(self) -> list[VerifyResult]:
        """The boards against what they should show."""
        with self.boards() as opened:
            return monday_sync.compare(opened)

    def runs(self) -> list[RunFacts]:
        """All runs on the boards, latest first. Asks the database only."""
        with self._opened() as opened:
            return monday_sync.runs_of(opened)

    def rows(self, run_ids: Collection[str]) -> int:
        """How many items and subitems runs reached. Asks the database only."""
        with self._opened() as opened:
            return len(monday_sync.rows_of_runs(opened, run_ids))

    def undo(self, run_id: str) -> PushResult:
        """Undo a run on its board."""
        with self.boards() as opened:
            return monday_sync.undo_run(opened, run_id)

    def clean_up(self, run_ids: Collection[str]) -> list[PushResult]:
        """Archive what is left of the test data of these runs."""
        with self.boards() as opened:
            return monday_sync.clean_up_test_data(opened, run_ids)

    @contextmanager
    def _opened(self) -> Iterator[Opened]:
        with monday_sync.open_boards(self._warehouse.target) as opened:
            yield opened


def first_run(report: RunReport) -> FirstRun:
    """What of a run's report the watch judges by."""
    figures = report.figures
    return FirstRun(
        report.run_id, report.status.value, report.verdict, report.seconds,
        figures.total("orders") + figures.total("lines"),
        len(figures.failed_rows) + figures.failed_rows_left_out,
        sum(one.waiting for one in figures.held_back), figures.board.changes,
    )  # fmt: skip


def problems(results: Sequence[VerifyResult]) -> list[str]:
    """What boards show otherwise than they should, each as a sentence; what people may decide is none."""
    found: list[str] = []
    for result in results:
        found += [
            f"{d.level} {d.name} ({d.monday_id}): {d.column} should be {d.desired!r} and is {d.shown!r}"
            for d in result.differences
            if not d.accepted
        ]
        found += [f"{i.level} {i.name} ({i.monday_id}) is not on the board" for i in result.missing]
        found += [f"{i.level} {i.name} ({i.monday_id}) is there twice" for i in result.duplicates]
    return found
