"""Orders that the archive policy took off a board: not vanished, and not to be created again while they are shipped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from monday_sync.domain.archive import ArchivedOrder
from monday_sync.ledger.schema import ARCHIVED, ITEMS
from monday_sync.ledger.sets import upsert
from warehouse import Session, Warehouse


@dataclass(frozen=True, slots=True)
class ArchivedBook:
    """The orders that are off one board.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def keys(self) -> frozenset[str]:
        """Keys of the orders that are off the board by policy and have not come back."""
        archived, items = self.warehouse.relation(ARCHIVED.name), self.warehouse.relation(ITEMS.name)
        sql = (
            f"select a.order_key from {archived} a where a.board_id = ? and not exists (select 1 from {items} i "  # noqa: S608
            "where i.order_key = a.order_key and i.monday_item_id is not null)"
        )
        with self.session() as session:
            return frozenset(str(row[0]) for row in session.rows(sql, [self.board_id]))

    def record_in(self, session: Session, orders: Iterable[ArchivedOrder], run_id: str, now: dt.datetime) -> None:
        """Record orders as off the board, in a transaction that is open."""
        upsert(
            session, ARCHIVED,
            [
                {"order_key": order.order_key, "board_id": self.board_id, "monday_item_id": order.monday_id,
                 "item_name": order.item_name, "customer_name": order.customer_name,
                 "ex_factory_date": order.ex_factory_date.isoformat() if order.ex_factory_date else None,
                 "run_id": run_id, "archived_at": now}
                for order in orders
            ],
        )  # fmt: skip
