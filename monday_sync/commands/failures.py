"""The rows that the board did not take, as the ledger has them now. Reads the database only."""

from __future__ import annotations

from dataclasses import dataclass

from monday_sync.domain.rows import Level
from monday_sync.domain.state import Outcome
from warehouse import Session, Warehouse

_TABLES = {Level.ITEM: "monday_sync_items", Level.SUBITEM: "monday_sync_subitems"}


@dataclass(frozen=True, slots=True)
class FailedRow:
    """An order or a line that the board did not take; ``level`` is item or subitem."""

    customer: str
    level: str
    item: str
    error: str
    attempts: int
    given_up: bool


def failed_rows(session: Session, warehouse: Warehouse) -> tuple[FailedRow, ...]:
    """Every row in error, in the order of customers, items and lines; none where nothing was pushed yet."""
    if session.relations().lacking(_TABLES.values()):
        return ()
    sql = " union all ".join(
        f"select customer_name, '{level.value}' as level, item_name, error_message, retry_count, outcome "  # noqa: S608
        f"from {warehouse.relation(table)} where outcome in ('{Outcome.ERROR.value}', '{Outcome.DEAD.value}')"
        for level, table in _TABLES.items()
    )
    return tuple(
        FailedRow(customer or "", level, item or "", error or "", int(attempts or 0), outcome == Outcome.DEAD.value)
        for customer, level, item, error, attempts, outcome in session.rows(f"{sql} order by 1, 2, 3")
    )
