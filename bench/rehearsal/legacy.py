"""The tables that stood in production before this project: six of them, with the ids of a board that is filled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

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
_INDEXES = (
    'create index by_item on "FACT_ORDER_LIST" (monday_item_id)',
    'create unique index by_line on "ORDER_LIST_LINES" (parent_item_id, size_code)',
    'create index by_delta on "ORDER_LIST_DELTA" (monday_item_id)',
    "comment on table \"ORDER_LIST_DELTA\" is 'what changed since yesterday'",
)


def create(database: Path, filled: Path, rows: int) -> dict[str, int]:
    """Make the six tables in a new database, of at most ``rows`` rows each; returns the rows.

    Args:
        filled: the database of the programs that filled the board: it knows the ids.
    """
    counts = {}
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{str(filled).replace(chr(39), chr(39) * 2)}' as old (read_only)")
        for name, query in _TABLES.items():
            connection.execute(f'create table "{name}" as {query} order by all limit {rows}')
            counts[name] = int(connection.execute(f'select count(*) from "{name}"').fetchall()[0][0])  # noqa: S608
        connection.execute("detach old")
        for statement in _INDEXES:
            connection.execute(statement)
    return counts


def ids(database: Path) -> set[str]:
    """The ids of the board that the old tables have."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            'select monday_item_id from "FACT_ORDER_LIST" union all select monday_subitem_id from "ORDER_LIST_LINES"'
        ).fetchall()
    return {str(item) for (item,) in found}
