"""What each customer had when it was last pushed whole: dbt's views hold a customer back that lost too much of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from monday_sync.ledger.schema import CUSTOMERS, FILLS
from monday_sync.ledger.sets import parts, upsert
from warehouse import Session, Warehouse


@dataclass(frozen=True, slots=True)
class Fill:
    """How many of a customer's orders have a value in a column."""

    customer: str
    column: str
    orders: int
    filled: int


@dataclass(frozen=True, slots=True)
class BaselineBook:
    """The baselines of one database.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    session: Callable[[], AbstractContextManager[Session]]

    def save(
        self, counts: Mapping[str, tuple[int, int, int]], fills: Iterable[Fill], run_id: str, now: dt.datetime
    ) -> None:
        """Record orders, lines and pieces of customers that were pushed, and how full their columns were."""
        customers = [
            {"customer_name": name, "orders": orders, "lines": lines, "pieces": pieces,
             "run_id": run_id, "recorded_at": now}
            for name, (orders, lines, pieces) in counts.items()
        ]  # fmt: skip
        columns = [
            {"customer_name": fill.customer, "column_name": fill.column, "orders": fill.orders, "filled": fill.filled,
             "run_id": run_id, "recorded_at": now}
            for fill in fills
        ]  # fmt: skip
        with self.session() as session, session.transaction():
            upsert(session, CUSTOMERS, customers)
            upsert(session, FILLS, columns)

    def forget(self, customers: Collection[str]) -> None:
        """Forget customers that are called otherwise now."""
        with self.session() as session, session.transaction():
            for part in parts(sorted(customers), 1000):
                marks = ", ".join("?" for _ in part)
                for table in (CUSTOMERS, FILLS):
                    name = self.warehouse.relation(table.name)
                    session.execute(f"delete from {name} where customer_name in ({marks})", part)  # noqa: S608
