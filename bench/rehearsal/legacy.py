"""The tables that stood in production before this project: six of them, with the ids of a board that is filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from bench.rehearsal.engines import Engine
from warehouse import Warehouse

#: How the programs of that time called the parts of an order's key.
_KEY = {
    "CUSTOMER NAME": "customer_name", "AAG ORDER NUMBER": "aag_order_number",
    "PLANNED DELIVERY METHOD": "planned_delivery_method", "CUSTOMER STYLE": "customer_style",
}  # fmt: skip
_FACTS = (
    "select " + ", ".join(f'o.{ours} as "{theirs}"' for theirs, ours in _KEY.items())  # noqa: S608 - no input
    + ', o.total_qty as "TOTAL QTY", {more} from old.main."FACT_ORDER_LIST" o'
)  # fmt: skip
_LINES = """select cast(i.monday_item_id as bigint) as parent_item_id, l.size_code, l.qty, l.sync_state,
    l.monday_subitem_id
    from old.main."ORDER_LIST_LINES" l join old.main.monday_sync_items i on i.order_key = l.order_key"""
#: Their ids are texts here and floats there, as each program of that time had them.
_TABLES: Mapping[str, str] = {
    "ORDER_LIST": _FACTS.format(more="o.order_type"),
    "FACT_ORDER_LIST": _FACTS.format(more="o.monday_item_id, o.sync_state"),
    "swp_ORDER_LIST_SYNC": _FACTS.format(more="cast(o.monday_item_id as double) as monday_item_id, o.sync_state"),
    "ORDER_LIST_LINES": _LINES,
    "ORDER_LIST_DELTA": _FACTS.format(more="o.monday_item_id, o.sync_state"),
    "ORDER_LIST_LINES_DELTA": _LINES,
}
#: What each program of that time kept in such a column, and which type it was.
_TYPES = {
    "monday_item_id": "text", "monday_subitem_id": "text", "parent_item_id": "id", "TOTAL QTY": "number",
    "qty": "number",
}  # fmt: skip
_FLOATS = {("swp_ORDER_LIST_SYNC", "monday_item_id")}
_INDEXES = {
    "FACT_ORDER_LIST": "create index by_item on {} (monday_item_id)",
    "ORDER_LIST_LINES": "create unique index by_line on {} (parent_item_id, size_code)",
    "ORDER_LIST_DELTA": "create index by_delta on {} (monday_item_id)",
}
_IN_WORDS = ("FACT_ORDER_LIST", "ORDER_LIST_DELTA")


def create(warehouse: Warehouse, engine: Engine, filled: Path, rows: int) -> dict[str, int]:
    """Make the six tables in an empty database, of at most ``rows`` rows each; returns the rows.

    Args:
        filled: the database of the programs that filled the board: it knows the ids.
    """
    counts = {}
    with duckdb.connect() as old, warehouse.session() as session:
        old.execute(f"attach '{str(filled).replace(chr(39), chr(39) * 2)}' as old (read_only)")
        for name, query in _TABLES.items():
            found = old.sql(f"{query} order by all limit {rows}").to_arrow_table()
            relation = warehouse.relation(name)
            session.execute(f"create table {relation} ({columns(engine, warehouse.quote, name, found.column_names)})")
            counts[name] = session.insert(name, found)
            if name in _INDEXES:
                session.execute(_INDEXES[name].format(relation))
        for name in _IN_WORDS:
            for statement in engine.words(warehouse.relation(name), name):
                session.execute(statement)
    return counts


def columns(engine: Engine, quote: Callable[[str], str], table: str, names: Sequence[str]) -> str:
    """The columns of one of them, as the engine declares them."""
    types = engine.types()
    kinds = {name: "float" if (table, name) in _FLOATS else _TYPES.get(name, "text") for name in names}
    return ", ".join(f"{quote(name)} {types[kind]} null" for name, kind in kinds.items())


def ids(warehouse: Warehouse) -> set[str]:
    """The ids of the board that the old tables have."""
    facts, lines = warehouse.relation("FACT_ORDER_LIST"), warehouse.relation("ORDER_LIST_LINES")
    with warehouse.session(read_only=True) as session:
        found = session.rows(
            f"select monday_item_id from {facts} union all select monday_subitem_id from {lines}"  # noqa: S608 - quoted
        )
    return {str(item) for (item,) in found}
