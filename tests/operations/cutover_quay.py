"""A target on the day of its cutover: a database with stand-ins for dbt's relations, and an emulated board."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import monday_sync
from bench.soak.referee import differences
from bench.soak.relations import Order, Relations
from board_emulator.testing import EmulatorHandle
from console import write_private
from loader import META_COLUMNS
from monday_sync.api.transport import Transport
from monday_sync.domain.board import load_board
from operations.backup import CHECKED, TAKEN, BackupPolicy, shelves
from operations.cutover.context import Context
from operations.cutover.day import Day
from operations.cutover.programs import FirstRun, Programs
from operations.cutover.rules import Rules
from operations.cutover.standing import CLEANED_UP
from operations.log import Entry, Log
from operations.tables import measured
from pipeline import RunOptions, read_schedule, write_schedule
from warehouse import Warehouse
from warehouse.recording import recorded

RAW = "xGREYSON_ORDER_LIST_RAW"
SCHEDULE = "# planners ask before this changes\ntarget: dev\n"


class KilledError(BaseException):
    """The process died here."""


class Pretended(Programs):
    """The programs, with a run of the pipeline that only pushes: no dbt, no workbooks."""

    def __init__(self, warehouse: Warehouse, _options: RunOptions | None = None) -> None:
        super().__init__(warehouse, RunOptions())
        self.warehouse, self.status = warehouse, "ok"
        self.during: Callable[[], object] = lambda: None

    def build(self) -> FirstRun:
        return FirstRun("run-0", "ok", "All well.", 0.0, 100, 0, 0, 0)

    def run(self, confirmed: int) -> FirstRun:
        self.during()
        result = monday_sync.push(self.warehouse.target, yes=confirmed, project_dir=self.warehouse.target.project_dir)
        return FirstRun("run-1", self.status, "All well.", 1.0, 100, len(result.errors), 0, result.changed)


@dataclass
class Clock:
    """A clock that people move."""

    passed: dt.timedelta = field(default_factory=dt.timedelta)

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.passed


@dataclass
class Quay:
    """A target, its board, and the ways to move it over."""

    warehouse: Warehouse
    folder: Path
    handle: EmulatorHandle
    relations: Relations
    clock: Clock = field(default_factory=Clock)
    rules: Rules = field(default_factory=Rules)
    policy: BackupPolicy = field(default_factory=lambda: BackupPolicy(places=("one", "two", "three")))

    def __post_init__(self) -> None:
        self.programs = Pretended(self.warehouse)

    @property
    def day(self) -> Day:
        context = Context(self.warehouse, self.policy, shelves(self.policy, self.folder), self.clock)
        return Day(context, self.rules, self.programs)

    def prepare(self) -> None:
        """What stands there before: a schedule, an old table, orders on the board, a raw table."""
        write_schedule(self.folder, SCHEDULE)
        with self.warehouse.session() as session:
            marks = ", ".join(f"{column} varchar" for column in META_COLUMNS)  # by which it is the loader's
            session.execute(f"create table {RAW} (a varchar, b integer, {marks})")
            session.execute(f"insert into {RAW} (a, b) select 'r' || i, i from range(40) t(i)")
            session.execute("create table ORDER_LIST_DELTA (a varchar)")
            session.execute("insert into ORDER_LIST_DELTA values ('old')")
        self.relations.set_orders(first())
        assert monday_sync.push(self.warehouse.target, project_dir=self.folder).outcome == "done"
        self.relations.set_orders(second())

    def secure(self) -> None:
        """What go asks for, as its rows in the logs."""
        log = Log(self.warehouse)
        log.write(Entry(TAKEN, "20260101T000000Z-0000", "done"))
        log.write(Entry(CHECKED, "20260101T000000Z-0000", "done"))
        for step in ("preflight", "rehearse"):
            self.day.write(step, "done")
        self.day.write("trial", "done", state=CLEANED_UP)

    def shown(self) -> Any:
        """All that is active on the target's board: groups, items, values, subitems."""
        with self.programs.boards() as opened:
            found: Any = monday_sync.snapshot(opened)
        board = found["boards"][0]
        return sorted(g["title"] for g in board["groups"]), sorted(board["items"], key=lambda item: item["id"])

    def links(self) -> list[tuple[Any, ...]]:
        with self.warehouse.session() as session:
            return [
                *session.rows("select order_key, monday_item_id, outcome from monday_sync_items order by 1"),
                *session.rows("select line_key, monday_subitem_id, outcome from monday_sync_subitems order by 1"),
            ]

    def wrong(self) -> list[str]:
        """What the board shows otherwise than the orders that are due on it."""
        config = load_board(self.warehouse.target.name, self.folder / "boards")
        return differences(self.handle, config, self.relations, second())

    def table(self, name: str) -> Any:
        with self.warehouse.session() as session:
            return measured(session, name)

    def whole(self) -> Any:
        """All that a rollback has to bring back."""
        return self.shown(), self.links(), read_schedule(self.folder), self.table(RAW)

    def actions(self, action: str) -> list[str]:
        return [entry.outcome for entry in self.day.context.log.entries(action=action)]


def first() -> list[Order]:
    """The orders that are on the board before."""
    return [Order("GREYSON", f"A{n}", values={"notes": "old"}, sizes={"S": 1, "M": 2}) for n in range(4)]


def second() -> list[Order]:
    """Those of the day: two changed, three new, in an old group and a new one."""
    old = first()
    changed = [one.with_values(notes="new") for one in old[:2]]
    new = [Order("GREYSON", f"B{n}", values={"notes": "n"}, sizes={"S": 5}) for n in range(2)]
    return [*changed, *old[2:], *new, Order("RHONE", "C1", season="2027 FALL", sizes={"XS": 3})]


@contextmanager
def killed_at(moment: int) -> Iterator[Callable[[], int]]:
    """Die before the statement, or the call to the board, of that number, and stay dead; gives how many there were."""
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1
        if count >= moment:
            raise KilledError

    execute = Transport.execute

    def statement(sql: str) -> Any:
        tick()
        return recorded(sql)

    def called(self: Any, *arguments: Any, **options: Any) -> Any:
        tick()
        return execute(self, *arguments, **options)

    def written(path: Path, text: str) -> None:
        tick()
        write_private(path, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.duckdb.recorded", statement)
        patch.setattr(Transport, "execute", called)
        patch.setattr("pipeline.schedule.write_private", written)
        yield lambda: count
