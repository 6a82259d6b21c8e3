"""A target of its own for each test: profile, board file, database, relations, and a board in memory."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from bench.soak.relations import Order, Relations
from monday_sync.bulk import BulkImports
from monday_sync.commands.plan import plan_in
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.domain.board import BoardConfig, load_board
from monday_sync.domain.plan import Plan
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.results import PushResult
from monday_sync.ledger import Ledger
from tests.monday_sync.bay import bay
from tests.monday_sync.fake_board import FakeBoard
from tests.monday_sync.harbour import harbour
from tests.monday_sync.live import live
from warehouse import load_target, open_warehouse

PROFILE = """
order_list:
  target: local
  outputs:
    local: {type: duckdb, path: board.duckdb, schema: main}
    dev: {type: duckdb, path: board.duckdb, schema: main}
    prod: {type: duckdb, path: board.duckdb, schema: main}
"""
__all__ = ["bay", "harbour", "live"]

BOARDS = Path(__file__).parents[2] / "boards"


class Clock:
    """A clock that tests move; sleeping and looking at it move it, too."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 21, 8, 0)  # noqa: DTZ001 - the ledger keeps UTC without a zone

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(milliseconds=1)
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def pass_minutes(self, minutes: float) -> None:
        self.now += dt.timedelta(minutes=minutes)


@dataclass
class Desk:
    """Everything a test of the engine works with."""

    context: Context
    board: FakeBoard
    relations: Relations
    clock: Clock

    def have(self, orders: Sequence[Order], **options: object) -> None:
        self.relations.set_orders(orders, **options)  # type: ignore[arg-type]

    def push(self, *, yes: int | None = None, plan_id: str | None = None, is_test: bool = False,
             before: Callable[[float], None] | None = None, **options: object) -> PushResult:  # fmt: skip
        self.clock.pass_minutes(1)
        return push_in(self.context, PushRequest(PushOptions(**options), yes, plan_id, is_test, before=before))  # type: ignore[arg-type]

    def plan(self, **options: object) -> Plan:
        return plan_in(self.context, PushOptions(**options))  # type: ignore[arg-type]

    def column(self, view_column: str) -> str:
        return self.column_of(self.context.board, view_column)

    @staticmethod
    def column_of(config: BoardConfig, view_column: str) -> str:
        return next(m.column_id for m in (*config.items, *config.subitems) if m.view_column == view_column)

    def shows(self, name: str, view_column: str) -> str | None:
        return self.board.named(name).values.get(self.column(view_column))

    def sizes(self, name: str) -> dict[str, str | None]:
        item = self.board.named(name)
        return {s.name: s.values.get(self.column("qty")) for s in self.board.children(item.id)}

    def state(self, sql: str) -> list[tuple[object, ...]]:
        with self.context.ledger.session() as session:
            return session.rows(sql)

    def reopen(self, board: BoardConfig) -> None:
        """The same with another board file."""
        self.board.config = board
        self.context = replace(self.context, board=board, ledger=Ledger(self.context.warehouse, board.board_id))

    def policy(self, **changes: object) -> None:
        """The same with another policy."""
        config = self.context.board
        self.reopen(replace(config, policy=replace(config.policy, **changes)))  # type: ignore[arg-type]

    def forget_ledger(self) -> None:
        with self.context.ledger.session() as session:
            for name in ("items", "subitems", "attempts", "runs", "groups", "mappings", "fills"):
                session.execute(f"delete from monday_sync_{name}")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    shutil.copytree(BOARDS, tmp_path / "boards")
    for name in ("DBT_PROFILES_DIR", "MONDAY_API_URL", "MONDAY_API_TOKEN", "ORDER_LIST_DUCKDB"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def desk_of(project: Path) -> Iterator[Callable[[str], Desk]]:
    # one connection stays open: with it in the process, opening the file again costs next to nothing
    kept = duckdb.connect(str(project / "board.duckdb"))

    def make(target_name: str) -> Desk:
        target = load_target(target_name, project_dir=project)
        config = load_board(target.name, project / "boards")
        warehouse = open_warehouse(target)
        clock = Clock()
        board = FakeBoard(config, clock)
        for mapping in config.items:
            if mapping.type == "dropdown" and not mapping.create_labels:
                board.labels[mapping.column_id] = ["GREYSON", "RHONE", "ACME", "RECEIVED", "CANCELLED", "FORECAST"]
            elif mapping.type == "status":
                board.labels[mapping.column_id] = ["PCS", "SET"]
        numbers = [m.view_column for m in config.items if m.type == "numbers"]
        relations = Relations(warehouse, [m.view_column for m in config.items], numbers)
        relations.create()
        ledger = Ledger(warehouse, config.board_id)
        context = Context(target, config, warehouse, ledger, board, clock, clock.sleep, BulkImports())
        return Desk(context, board, relations, clock)

    yield make
    kept.close()


@pytest.fixture
def desk(desk_of: Callable[[str], Desk]) -> Desk:
    return desk_of("local")


def orders(*numbers: str, customer: str = "GREYSON", **fields: object) -> list[Order]:
    """Orders with two sizes each."""
    sizes = {"S": 10, "M": 20}
    return [Order(customer, n, **({"sizes": sizes} | fields)) for n in numbers]  # type: ignore[arg-type]
