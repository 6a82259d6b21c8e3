"""Stand-ins for dbt's relations in a DuckDB file: the same columns and live-state rules over two plain tables."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from monday_sync.ledger.schema import create_missing
from warehouse import Warehouse

TEXTS = ("aag_order_number", "planned_delivery_method", "customer_style", "po_number", "customer_alt_po",
         "customer_name", "order_type", "customer_colour_description",
         "customer_s_colour_code_custom_field_customer_provides_this", "pattern_id", "style_description", "notes",
         "unit_of_measure", "alias_related_item", "aag_season", "category", "customer_season", "drop",
         "range_collection", "delivery_terms", "destination_warehouse", "final_prices_y_n", "notes_for_price",
         "destination", "handling", "hs_code")  # fmt: skip
DATES = ("order_date_po_received", "eta_customer_warehouse_date", "ex_factory_date")


@dataclass(frozen=True)
class Order:
    """An order as the source has it; ``values`` overrides single columns, ``sizes`` are ordered quantities."""

    customer: str
    number: str
    style: str = "STYLE1"
    method: str = "SEA"
    season: str = "2026 SPRING"
    order_type: str = "RECEIVED"
    values: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return _sha(self.customer, self.number, self.method, self.style)

    @property
    def group(self) -> str:
        return f"{self.customer} {self.season}"

    @property
    def name(self) -> str:
        return f"{self.style} {self.number}"

    @property
    def cancelled(self) -> bool:
        return self.order_type == "CANCELLED"

    def line_key(self, size: str) -> str:
        return _sha(self.key, size)

    def with_values(self, **values: Any) -> Order:
        return replace(self, values={**self.values, **values})


class Relations:
    """The relations over orders that a test sets.

    Args:
        columns: business columns of the board to provide; unknown ones are NULL text.
        numbers: those of them that are decimals.
    """

    def __init__(self, warehouse: Warehouse, columns: Sequence[str], numbers: Iterable[str]) -> None:
        self.warehouse = warehouse
        fixed = ["aag_order_number", "planned_delivery_method", "customer_style", "customer_name", "order_type",
                 "customer_season", "ex_factory_date", "total_qty"]  # fmt: skip
        self.columns = list(dict.fromkeys([*fixed, *columns]))
        self._numbers = set(numbers) - {"total_qty"}

    def create(self) -> None:
        """Create tables and views."""
        typed = ", ".join(f'"{c}" {self._type(c)}' for c in self.columns)
        with self.warehouse.session() as session:
            create_missing(session)
            session.execute(
                f"create table test_orders (order_key varchar, row_hash varchar, group_name varchar, "
                f"item_name varchar, {typed})"
            )
            session.execute(
                "create table test_lines (line_key varchar, order_key varchar, customer_name varchar, "
                "order_type varchar, ex_factory_date date, size_code varchar, ordered_qty integer, qty integer, "
                "row_hash varchar)"
            )
            session.execute("create table test_held (customer_name varchar, reason varchar)")
        self.create_views()

    def create_views(self) -> None:
        """Create the views, as a build of dbt does."""
        listed = ", ".join(f'o."{c}"' for c in self.columns if c != "customer_name")
        with self.warehouse.session() as session:
            create_missing(session)
            session.execute(_VIEWS["FACT_ORDER_LIST"])
            session.execute(_VIEWS["ORDER_LIST_LINES"])
            nulls = ", ".join(f'cast(null as {self._type(c)}) as "{c}"' for c in self.columns if c != "customer_name")
            session.execute(_ITEMS.format(listed=listed, nulls=nulls))
            session.execute(_SUBITEMS)
            session.execute(_CUSTOMERS)
            session.execute(_FILLS)
            session.execute(_DRIFT)

    def set_orders(self, orders: Sequence[Order], *, held: Mapping[str, str] | None = None) -> None:
        """Replace the source by ``orders``."""
        rows = [self._order(order) for order in orders]
        lines = [line for order in orders for line in _lines(order)]
        with self.warehouse.session() as session, session.transaction():
            for name in ("test_orders", "test_lines", "test_held"):
                session.execute(f"delete from {name}")
            if rows:
                session.insert("test_orders", pa.Table.from_pylist(rows, schema=self._schema()))
            if lines:
                session.insert("test_lines", pa.Table.from_pylist(lines))
            for customer, reason in (held or {}).items():
                session.execute("insert into test_held values (?, ?)", [customer, reason])

    def row(self, order: Order) -> dict[str, Any]:
        """The order as the items view has it."""
        return self._order(order)

    def _schema(self) -> pa.Schema:
        kinds = {"date": pa.date32(), "integer": pa.int32()}
        fields = [(n, pa.string()) for n in ("order_key", "row_hash", "group_name", "item_name")]
        return pa.schema(fields + [(c, kinds.get(self._type(c), pa.string())) for c in self.columns])

    def _type(self, column: str) -> str:
        if column in DATES:
            return "date"
        if column == "total_qty":
            return "integer"
        return "decimal(18, 4)" if column in self._numbers else "varchar"

    def _order(self, order: Order) -> dict[str, Any]:
        total = sum(order.sizes.values())
        values: dict[str, Any] = dict.fromkeys(self.columns)
        values |= {
            "aag_order_number": order.number, "planned_delivery_method": order.method,
            "customer_style": order.style, "customer_name": order.customer, "order_type": order.order_type,
            "customer_season": order.season, "total_qty": 0 if order.cancelled else total,
        }  # fmt: skip
        values |= {k: str(v) if k in self._numbers and v is not None else v for k, v in order.values.items()}
        hashed = json.dumps([sorted((k, str(v)) for k, v in values.items() if v is not None), total])
        return {"order_key": order.key, "row_hash": _sha(hashed), "group_name": order.group,
                "item_name": order.values.get("item_name", order.name),
                **{c: values[c] for c in self.columns}}  # fmt: skip


def _lines(order: Order) -> list[dict[str, Any]]:
    day = order.values.get("ex_factory_date")
    return [
        {
            "line_key": order.line_key(size), "order_key": order.key, "customer_name": order.customer,
            "order_type": order.order_type, "ex_factory_date": day if isinstance(day, dt.date) else None,
            "size_code": size, "ordered_qty": qty, "qty": 0 if order.cancelled else qty,
            "row_hash": _sha(size, str(0 if order.cancelled else qty), str(qty)),
        }
        for size, qty in order.sizes.items()
    ]  # fmt: skip


def _sha(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


_MAPPING = "(select max(m.mapping) from monday_sync_mappings m where m.is_current = 1 and m.row_level = '{level}')"
_ORDER_HASH = f"""sha256(concat_ws(chr(31), r.row_hash, 'group=' || r.group_name, 'name=' || r.item_name,
    'total=' || r.total_qty, {_MAPPING.format(level="item")}))"""
_SHOWS = """exists (select 1 from monday_sync_mappings m where m.is_current = 1 and m.row_level = 'subitem'
    and m.view_column = '{column}')"""
_OF_ORDER = f"""case when {_SHOWS.format(column="order_type")} then 'type=' || {{alias}}.order_type end,
    case when {_SHOWS.format(column="ex_factory_date")} then 'day=' || {{alias}}.ex_factory_date end,
    {_MAPPING.format(level="subitem")}"""
_LINE_HASH = f"sha256(concat_ws(chr(31), r.row_hash, {_OF_ORDER.format(alias='r')}))"
_STATE = """
    case when l.{key} is null then 'NEW'
         when l.outcome = 'INTENT' then 'PENDING'
         when l.outcome in ('ERROR', 'DEAD') and l.attempt_hash = o.board_hash then 'ERROR'
         when l.board_hash = o.board_hash then 'SYNCED'
         else 'PENDING' end as sync_state"""

_VIEWS = {
    "FACT_ORDER_LIST": f"""
create view "FACT_ORDER_LIST" as
select s.*, case when sync_state = 'SYNCED' then null when monday_item_id is null then 'INSERT' else 'UPDATE' end
    as action_type
from (select o.*, l.monday_item_id, l.error_message as sync_error_message, coalesce(l.retry_count, 0) as retry_count,
    {_STATE.format(key="order_key")}
    from (select r.*, {_ORDER_HASH} as board_hash from test_orders r) o
    left join monday_sync_items l on l.order_key = o.order_key) s""",
    "ORDER_LIST_LINES": f"""
create view "ORDER_LIST_LINES" as
select s.*, case when sync_state = 'SYNCED' then null when monday_subitem_id is null then 'INSERT' else 'UPDATE' end
    as action_type
from (select o.*, p.monday_item_id, l.monday_subitem_id, l.error_message as sync_error_message,
    coalesce(l.retry_count, 0) as retry_count, {_STATE.format(key="line_key")}
    from (select r.*, {_LINE_HASH} as board_hash from test_lines r) o
    left join monday_sync_subitems l on l.line_key = o.line_key
    left join monday_sync_items p on p.order_key = o.order_key) s""",
}
_ITEMS = """
create view sync_monday__items as
select o.order_key, o.customer_name, o.group_name, o.item_name, o.row_hash, o.board_hash, o.sync_state, o.action_type,
    o.monday_item_id, o.sync_error_message, o.retry_count,
    case when h.customer_name is null then 0 else 1 end as is_held_back, h.reason as held_back_reason, {listed}
from "FACT_ORDER_LIST" o left join test_held h on h.customer_name = o.customer_name
where o.sync_state <> 'SYNCED'
union all
select l.order_key, l.customer_name, l.group_name, l.item_name, l.row_hash, l.board_hash, 'PENDING', 'DELETE',
    l.monday_item_id,
    l.error_message, l.retry_count, case when h.customer_name is null then 0 else 1 end, h.reason, {nulls}
from monday_sync_items l left join test_held h on h.customer_name = l.customer_name
where l.monday_item_id is not null and not exists (select 1 from test_orders o where o.order_key = l.order_key)"""
_ZERO_ROW = "sha256(l.item_name || chr(31) || '0' || chr(31) || '0')"
_ZERO = f"sha256(concat_ws(chr(31), {_ZERO_ROW}, {_OF_ORDER.format(alias='o')}))"
_SUBITEMS = f"""
create view sync_monday__subitems as
select o.line_key, o.order_key, o.customer_name, o.size_code as item_name, o.row_hash, o.board_hash, o.sync_state,
    o.action_type, o.monday_item_id, o.monday_subitem_id, o.sync_error_message, o.retry_count,
    case when h.customer_name is null then 0 else 1 end as is_held_back, h.reason as held_back_reason,
    o.size_code, o.qty, o.order_type, o.ex_factory_date
from "ORDER_LIST_LINES" o left join test_held h on h.customer_name = o.customer_name
where o.sync_state <> 'SYNCED'
union all
select l.line_key, l.order_key, l.customer_name, l.item_name,
    {_ZERO_ROW}, {_ZERO}, 'PENDING',
    case when o.order_key is null then 'DELETE' else 'UPDATE' end,
    p.monday_item_id, l.monday_subitem_id, l.error_message, l.retry_count,
    case when h.customer_name is null then 0 else 1 end, h.reason, l.item_name,
    0, o.order_type, o.ex_factory_date
from monday_sync_subitems l
left join test_orders o on o.order_key = l.order_key
left join monday_sync_items p on p.order_key = l.order_key
left join test_held h on h.customer_name = l.customer_name
where l.monday_subitem_id is not null
and not exists (select 1 from test_lines t where t.line_key = l.line_key)
and (o.order_key is null or l.board_hash is null or l.outcome <> 'SYNCED' or l.board_hash <> {_ZERO})"""

_CUSTOMERS = """
create view sync_customers as
select customer_name, case when reason = 'paused' then 1 else 0 end as is_paused, 1 as is_held_back,
    reason as held_back_reason from test_held"""

_FILLS = """
create view order_list_fills as
select customer_name, 'po_number' as column_name, count(*) as orders, count(po_number) as filled
from test_orders group by customer_name"""

_DRIFT = """
create view order_list_drift as
select f.customer_name, f.column_name, f.column_name || ' is empty now' as reason, 0 as is_on_board
from order_list_fills f join monday_sync_fills b using (customer_name, column_name)
where f.filled = 0 and b.filled >= 3"""
