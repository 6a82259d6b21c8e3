"""A legacy schema: the tables that stood there before this project, with ids of a board that an emulator has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from click.testing import CliRunner

import monday_sync
from bench.soak.relations import Order, Relations
from board_emulator.testing import EmulatorHandle
from monday_sync.domain.board import load_board
from monday_sync.ledger.schema import TABLES
from operations.backup import BackupPolicy, shelves
from operations.cutover.cli import main
from operations.cutover.context import Context
from warehouse import MARK, Target, Warehouse, open_warehouse

#: What dbt makes here, as far as these tests go.
OURS = ("FACT_ORDER_LIST", "ORDER_LIST_LINES", "ORDER_LIST", "swp_ORDER_LIST_SYNC")
#: Those that have a row for each order.
WIDE = ("ORDER_LIST", "FACT_ORDER_LIST", "swp_ORDER_LIST_SYNC", "ORDER_LIST_DELTA")
_FILLS = ("order_list_drift", "order_list_fills")
_CONSTRAINTS = "select constraint_text from duckdb_constraints() where table_name = ? order by 1"
KEY = ("CUSTOMER NAME", "AAG ORDER NUMBER", "PLANNED DELIVERY METHOD", "CUSTOMER STYLE")


@dataclass(frozen=True)
class Template:
    """A board that is filled, and a database with what was there before; ``ids`` of orders and lines on the board."""

    handle: EmulatorHandle
    folder: Path
    orders: Sequence[Order]
    ids: Mapping[str, str]


@dataclass
class Legacy:
    """A copy of it in a project folder."""

    template: Template
    folder: Path

    def __post_init__(self) -> None:
        self.handle, self.orders, self.ids = self.template.handle, self.template.orders, self.template.ids
        self.warehouse = warehouse_in(self.folder)
        self.relations = _relations(self.folder, self.warehouse)

    @property
    def context(self) -> Context:
        policy = BackupPolicy(places=("one", "two", "three"))
        return Context(self.warehouse, policy, shelves(policy, self.folder))

    def relations_there(self) -> list[str]:
        with self.warehouse.session() as session:
            return list(session.relations())

    def build(self, _context: Context) -> str:
        """In the place of the pipeline: the relations of ours, each with its mark."""
        with self.warehouse.session() as session:
            there = session.relations()
            for name in ("sync_monday__items", "sync_monday__subitems", "sync_customers", *_FILLS, *OURS):
                if name in there:
                    kind = "view" if session.shapes([name])[name.lower()] is None else "table"
                    session.execute(f'drop {kind} "{name}"')
        self.relations.create_views()
        with self.warehouse.session() as session:
            session.execute('create table "ORDER_LIST" (order_key varchar, row_hash varchar)')
            session.execute('create view "swp_ORDER_LIST_SYNC" as select * from "FACT_ORDER_LIST"')
            for name in OURS:
                kind = "table" if name == "ORDER_LIST" else "view"
                session.execute(f"comment on {kind} \"{name}\" is '{MARK}, dbt invocation 1'")
        return "run-1"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.warehouse.session() as session:
            return session.rows(sql)

    def change(self, *statements: str) -> None:
        with self.warehouse.session() as session:
            for statement in statements:
                session.execute(statement)

    def look(self) -> dict[str, object]:
        """Everything of others in the schema, as a person sees it: rows, definitions, keys, indexes, words."""
        with self.warehouse.session() as session:
            mine = {table.name for table in TABLES} | {"cutover_log", "maintenance_log", "sync_customers"}
            mine |= {n for n in session.relations() if n.startswith(("test_", "sync_monday", "order_list_"))}
            ours = {name for name, mark in session.marks().items() if mark}
            names = [name for name in session.relations() if name not in mine | ours]
            found: dict[str, object] = {"names": sorted(names)}
            for name in names:
                found[name] = [
                    sorted(session.rows(f'select * from "{name}"'), key=repr),
                    session.rows("select sql, comment from duckdb_tables() where table_name = ?", [name]),
                    session.rows("select sql, comment from duckdb_views() where view_name = ?", [name]),
                    session.rows("select sql from duckdb_indexes() where table_name = ? order by 1", [name]),
                    session.rows(_CONSTRAINTS, [name]),
                ]
            return found

    def cli(self, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["take-over", *arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output


def orders(count: int) -> list[Order]:
    """Orders with two lines each."""
    return [Order("GREYSON", f"A{n:05}", style=f"ST{n % 7}", sizes={"S": 1 + n % 5, "M": 2}) for n in range(count)]


def warehouse_in(folder: Path) -> Warehouse:
    """The database of a project folder."""
    return open_warehouse(Target("local", "duckdb", "main", {"path": str(folder / "a.duckdb")}, folder))


def _relations(folder: Path, warehouse: Warehouse) -> Relations:
    config = load_board("local", folder / "boards")
    numbers = [m.view_column for m in config.items if m.type == "numbers"]
    return Relations(warehouse, [m.view_column for m in config.items], numbers)


def fill(handle: EmulatorHandle, folder: Path, source: Sequence[Order]) -> Template:
    """Fill the board by a push, take away all that is ours, and put legacy tables in its place."""
    warehouse = warehouse_in(folder)
    relations = _relations(folder, warehouse)
    relations.create()
    relations.set_orders(source)
    monday_sync.push("local", project_dir=folder)
    with warehouse.session() as session:
        ids = dict(session.rows("select order_key, monday_item_id from monday_sync_items"))
        ids |= dict(session.rows("select line_key, monday_subitem_id from monday_sync_subitems"))
        for name in session.relations():
            if not name.startswith("test_"):
                kind = "view" if session.shapes([name])[name.lower()] is None else "table"
                session.execute(f'drop {kind} "{name}"')
        create(session, source, ids)
    return Template(handle, folder, source, ids)


def create(session: Any, source: Sequence[Order], ids: Mapping[str, str]) -> None:
    """The six tables; their ids are texts, numbers and floats, as each program of that time had them."""
    facts = [
        {**dict(zip(KEY, (o.customer, o.number, o.method, o.style), strict=True)),
         "monday_item_id": ids[o.key], "sync_state": "SYNCED", "TOTAL QTY": sum(o.sizes.values())}
        for o in source
    ]  # fmt: skip
    lines = [
        {"parent_item_id": int(ids[o.key]), "size_code": size, "qty": qty, "sync_state": "SYNCED",
         "monday_subitem_id": f" {ids[o.line_key(size)]}.0 "}
        for o in source for size, qty in o.sizes.items()
    ]  # fmt: skip
    plain = [{k: v for k, v in fact.items() if k not in {"monday_item_id", "sync_state"}} for fact in facts]
    floats = [{**fact, "monday_item_id": float(str(fact["monday_item_id"]))} for fact in facts]
    for name, rows, types in (
        ("ORDER_LIST", plain, '"TOTAL QTY" bigint check ("TOTAL QTY" >= 0)'),
        ("FACT_ORDER_LIST", facts, '"TOTAL QTY" bigint, monday_item_id varchar, sync_state varchar'),
        ("swp_ORDER_LIST_SYNC", floats, '"TOTAL QTY" bigint, monday_item_id double, sync_state varchar'),
        ("ORDER_LIST_DELTA", facts[:10], '"TOTAL QTY" bigint, monday_item_id varchar, sync_state varchar'),
    ):  # fmt: skip
        columns = ", ".join(f'"{part}" varchar not null' for part in KEY)
        session.execute(f'create table "{name}" ({columns}, {types}, primary key ({_quoted(KEY)}))')
        session.insert(name, pa.Table.from_pylist(rows))
    for name, rows in (("ORDER_LIST_LINES", lines), ("ORDER_LIST_LINES_DELTA", lines[:10])):
        session.execute(
            f'create table "{name}" (parent_item_id bigint, size_code varchar, qty bigint, sync_state varchar, '
            "monday_subitem_id varchar)"
        )
        session.insert(name, pa.Table.from_pylist(rows))
    session.execute('create index by_item on "FACT_ORDER_LIST" (monday_item_id)')
    session.execute('create unique index by_line on "ORDER_LIST_LINES" (parent_item_id, size_code)')
    session.execute("comment on table \"ORDER_LIST\" is 'nightly'")
    session.execute('create view report as select "AAG ORDER NUMBER", "TOTAL QTY" from "ORDER_LIST"')


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def by_marks(names: Sequence[str] = OURS) -> Callable[[Warehouse], list[str]]:
    """In the place of dbt's own check: what has one of these names and no mark."""

    def foreign(warehouse: Warehouse) -> list[str]:
        with warehouse.session(read_only=True) as session:
            ours = {name.lower() for name in names}
            return sorted(name for name, mark in session.marks().items() if mark is None and name.lower() in ours)

    return foreign
