"""A project, a board on a clock that only sleeping moves, and a push that imports in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from bench.soak.referee import differences
from bench.soak.relations import Order, Relations
from board_emulator.clock import MovableClock
from board_emulator.testing import EmulatorHandle, running_emulator
from monday_sync.api.jobs import Upload
from monday_sync.commands.opening import open_context
from monday_sync.commands.plan import plan_in
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.domain.plan import Plan
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.results import PushResult

_START = 1_800_000_000


@dataclass
class Bay:
    """A project, a board on a clock that only sleeping moves, and what a push needs."""

    handle: EmulatorHandle
    context: Context
    relations: Relations

    def push(self, bulk: str | None = "always", **options: object) -> PushResult:
        return push_in(self.context, PushRequest(PushOptions(bulk=bulk, **options)))  # type: ignore[arg-type]

    def push_with(self, yes: int) -> PushResult:
        return push_in(self.context, PushRequest(PushOptions(bulk="never"), yes))

    def plan(self, bulk: str | None = "always", **options: object) -> Plan:
        return plan_in(self.context, PushOptions(bulk=bulk, **options))  # type: ignore[arg-type]

    def wrong(self, source: list[Order]) -> list[str]:
        return differences(self.handle, self.context.board, self.relations, source)

    def state(self, sql: str) -> list[tuple[object, ...]]:
        with self.context.ledger.session() as session:
            return session.rows(sql)

    @property
    def jobs(self) -> list[tuple[str, str]]:
        """Kind and status of each import that was started."""
        return [(job.kind, job.status) for job in self.handle.emulator.jobs.jobs.values()]

    def settled(self) -> bool:
        """Whether every row is SYNCED and no attempt is open."""
        states = self.state("select distinct sync_state from FACT_ORDER_LIST") + self.state(
            "select distinct sync_state from ORDER_LIST_LINES"
        )
        return set(states) == {("SYNCED",)} and self.state(
            "select count(*) from monday_sync_attempts where outcome = 'INTENT'"
        ) == [(0,)]


@pytest.fixture
def bay(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bay]:
    kept = duckdb.connect(str(project / "board.duckdb"))
    clock = MovableClock(_START)

    def now() -> dt.datetime:
        clock.advance(0.001)
        return dt.datetime.fromtimestamp(clock.now(), dt.UTC).replace(tzinfo=None)

    with running_emulator(clock=clock) as handle:
        monkeypatch.setenv("MONDAY_API_URL", handle.url)
        with open_context("local", project_dir=project, clock=now, sleep=clock.advance) as context:
            config = context.board
            numbers = [m.view_column for m in config.items if m.type == "numbers"]
            relations = Relations(context.warehouse, [m.view_column for m in config.items], numbers)
            relations.create()
            yield Bay(handle, context, relations)
    kept.close()


def typical() -> list[Order]:
    """Orders with values of every column type in three groups, awkward ones and new labels among them."""
    values = {
        "notes": "line one\nline two \u2013 \u00e9\U0001f600", "style_description": "long " * 50,
        "ex_factory_date": dt.date(2027, 2, 28), "customer_price": "12.5000", "final_fob_usd": "0.0001",
        "unit_of_measure": "PCS", "po_number": "0012 \"quoted\" \\ {x}", "aag_season": "FW27",
    }  # fmt: skip
    two = {"S": 10, "M": 20}
    return [
        Order("GREYSON", "A1", values=values, sizes=two), Order("GREYSON", "A2", values=values, sizes=two),
        Order("RHONE", "B1", order_type="CANCELLED", sizes=two),
        Order("GREYSON", "C1", season="2026 FALL", sizes={"30/32": 3, "XS": 1}),
    ]  # fmt: skip


def column(bay: Bay, view_column: str) -> str:
    return next(m.column_id for m in bay.context.board.items if m.view_column == view_column)


def while_starting(bay: Bay, act: Callable[[], object]) -> None:
    """Let a person act just before the first job is started."""
    real, starts = bay.context.api.jobs.start, iter(range(99))

    def start(*arguments: object, **options: object) -> Upload:
        if next(starts) == 0:
            act()
        return real(*arguments, **options)  # type: ignore[arg-type]

    bay.context.api.jobs.start = start  # type: ignore[method-assign]
