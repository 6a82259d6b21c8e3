"""Figures of runs that nothing else in the ledger tells: how the API answered, how full the board is, what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from monday_sync.ledger.schema import FIGURES
from monday_sync.ledger.sets import upsert
from warehouse import Session, Warehouse

#: Which run was the last: the figures of a later one have a greater number, whatever the clock says.
NUMBER = "number"


@dataclass(frozen=True, slots=True)
class FigureBook:
    """The figures of one board.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def save(self, run_id: str, figures: Mapping[str, float | None], now: dt.datetime) -> None:
        """Keep the figures of a run, with its number among all; what is not known is not kept."""
        table = self.warehouse.relation(FIGURES.name)
        with self.session() as session, session.transaction():
            rows = session.rows(f"select max(amount) from {table} where figure = ?", [NUMBER])  # noqa: S608 - quoted name
            known = {name: amount for name, amount in figures.items() if amount is not None}
            upsert(session, FIGURES, [
                {"run_id": run_id, "board_id": self.board_id, "figure": name, "amount": float(amount),
                 "recorded_at": now}
                for name, amount in {**known, NUMBER: (rows[0][0] or 0) + 1}.items()
            ])  # fmt: skip

    def last(self, figure: str) -> dt.datetime | None:
        """When a figure was last kept; ``None``: never."""
        table = self.warehouse.relation(FIGURES.name)
        with self.session() as session:
            rows = session.rows(
                f"select f.recorded_at from {table} f left join {table} k on k.run_id = f.run_id "  # noqa: S608 - quoted
                "and k.board_id = f.board_id and k.figure = ? where f.board_id = ? and f.figure = ? "
                "order by coalesce(k.amount, 0) desc, f.recorded_at desc",
                [NUMBER, self.board_id, figure],
            )
        found: dt.datetime | None = rows[0][0] if rows else None
        return found
