"""A database with the relations that the checks read, small and by hand; a clock that a test moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitoring.book import Book, Queued
from monitoring.kept_rows import naive
from monitoring.outbox import Delivery
from monitoring.settings import Settings
from warehouse import Target, Warehouse, open_warehouse

START = dt.datetime(2026, 3, 2, 7, 0, tzinfo=dt.UTC)

TABLES = """
create table pipeline_runs (run_id varchar primary key, started_at timestamp, ended_at timestamp, seconds double,
    status varchar, sentence varchar, orders int, changes int, failed int, run_seq bigint);
create table pipeline_stages (run_id varchar, stage varchar, position int, status varchar, seconds double,
    stage_rows bigint);
create table pipeline_statements (run_id varchar, stage varchar, statement_key varchar, statement varchar, sent bigint,
    seconds double, slowest double);
create table "FACT_ORDER_LIST" (order_key varchar, customer_name varchar, order_type varchar, sync_state varchar,
    sync_error_message varchar);
create table "ORDER_LIST_LINES" (line_key varchar, order_key varchar, sync_state varchar, sync_error_message varchar);
create table "ORDER_LIST" (order_key varchar, customer_name varchar, _source_file varchar, _load_id varchar);
create table order_list_rejects (_source_file varchar, customer_name varchar, reject_level varchar, reason varchar);
create table order_list_headers (_source_file varchar, position int, header varchar, role varchar);
create table order_list_drift (customer_name varchar, reason varchar);
create table order_list_history (order_key varchar, dbt_valid_from timestamp, dbt_valid_to timestamp);
create table sync_customers (customer_name varchar, is_held_back int, held_back_reason varchar);
create table sync_monday__items (order_key varchar, customer_name varchar, item_name varchar, is_held_back int,
    action_type varchar);
create table sync_monday__subitems (order_key varchar, customer_name varchar, item_name varchar, is_held_back int,
    action_type varchar);
create table loader_file_log (load_id varchar, "file" varchar, "rows" int, status varchar, reason varchar,
    source varchar, load_seq bigint);
create table monday_sync_items (order_key varchar, outcome varchar);
create table monday_sync_subitems (line_key varchar, outcome varchar);
create table monday_sync_customers (customer_name varchar);
create table monday_sync_accepted (row_key varchar, ended_at timestamp);
create table monday_sync_figures (run_id varchar, board_id varchar, figure varchar, amount double,
    recorded_at timestamp);
create table maintenance_log (entry_seq bigint, action varchar, subject varchar, outcome varchar, message varchar,
    state_after varchar, written_at timestamp)
"""


@dataclass
class World:
    """The database, the time, and what was sent."""

    warehouse: Warehouse
    now: dt.datetime = START
    runs: int = 0
    pushes: int = 0

    def clock(self) -> dt.datetime:
        return self.now

    def sql(self, *statements: str) -> None:
        with self.warehouse.session() as session:
            for statement in statements:
                session.execute(statement)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.warehouse.session(read_only=True) as session:
            return session.rows(sql)

    def tables(self) -> set[str]:
        return {str(name) for (name,) in self.rows("select table_name from information_schema.tables")}

    def run(self, status: str = "ok", sentence: str = "All well.", *, stages: Mapping[str, float] | None = None) -> str:
        """A run that ends now."""
        self.runs += 1
        run_id, at = f"run-{self.runs:03}", self.now.replace(tzinfo=None)
        sync = "failed" if status in {"failed", "died"} else "ok"
        self.sql(
            f"insert into pipeline_runs values ('{run_id}', '{at}', '{at}', 60, '{status}', '{sentence}', 10, 2, 0, "
            f"{self.runs})",
            *(
                f"insert into pipeline_stages values ('{run_id}', '{name}', {place}, "
                f"'{sync if name == 'sync' else 'ok'}', {seconds}, 10)"
                for place, (name, seconds) in enumerate((stages or {"load": 5, "transform": 40, "sync": 15}).items())
            ),
        )
        return run_id

    def order(self, key: str, customer: str, state: str = "SYNCED", *, kind: str = "RECEIVED", error: str = "") -> None:
        self.sql(
            f"insert into \"FACT_ORDER_LIST\" values ('{key}', '{customer}', '{kind}', '{state}', '{error}')",
            f"insert into \"ORDER_LIST\" values ('{key}', '{customer}', '{customer}.xlsx', 'load-1')",
        )

    def pushed(self, board: str = "1", **figures: float) -> None:
        """The figures of a push that ends now."""
        self.pushes += 1
        at = self.now.replace(tzinfo=None)
        self.sql(
            *(
                f"insert into monday_sync_figures values ('push-{self.pushes}', '{board}', '{name}', {amount}, '{at}')"
                for name, amount in {**figures, "number": self.pushes}.items()
            )
        )

    def later(self, **duration: float) -> None:
        self.now += dt.timedelta(**duration)

    def settings(self, text: str) -> None:
        (self.warehouse.target.project_dir / "monitoring.yml").write_text(text, encoding="utf-8")

    def well(self) -> None:
        """A run after which all is well."""
        self.pushed(calls=10, calls_refused=0, calls_retried=0, seconds_waited=0, call_p95_seconds=0.2, due_rows=0,
                    out_of_scope=0, conflicts=0)  # fmt: skip
        self.order("a", "AJE")
        self.order("b", "RHONE")
        self.run()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return open_warehouse(Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path))


@pytest.fixture
def world(warehouse: Warehouse) -> World:
    """All relations, empty."""
    made = World(warehouse)
    made.sql(*TABLES.strip().split(";\n"))
    return made


@dataclass
class Post:
    """Takes messages as channels would: those that are ``down`` take none."""

    down: set[str] = field(default_factory=set)
    taken: list[Queued] = field(default_factory=list)

    def __call__(
        self, queued: Sequence[Queued], _settings: Settings, book: Book, now: Callable[[], dt.datetime]
    ) -> Delivery:
        sent = [one for one in queued if one.channel not in self.down]
        self.taken += sent
        book.settle([{"message_id": one.message_id, "state": "sent", "sent_at": naive(now())} for one in sent])
        return Delivery(len(sent), len(queued) - len(sent))

    def said(self) -> list[str]:
        """All lines that were sent since the last question, in short."""
        found = [
            f"{line.check} {line.kind} {', '.join(line.subjects)}".strip()
            for one in self.taken
            for group in one.message.groups
            for line in group.lines
        ]
        self.taken.clear()
        return found


@pytest.fixture
def post() -> Post:
    return Post()
