"""Figures of runs that nothing else in the ledger tells: how the API answered, how full the board is, what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from monday_sync.ledger.schema import FIGURES
from monday_sync.ledger.sets import upsert
from warehouse import Session, Warehouse


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
        """Keep the figures of a run; what is not known is not kept."""
        records = [
            {"run_id": run_id, "board_id": self.board_id, "figure": name, "amount": float(amount), "recorded_at": now}
            for name, amount in figures.items()
            if amount is not None
        ]
        with self.session() as session, session.transaction():
            upsert(session, FIGURES, records)

    def last(self, figure: str) -> dt.datetime | None:
        """When a figure was last kept; ``None``: never."""
        table = self.warehouse.relation(FIGURES.name)
        with self.session() as session:
            rows = session.rows(
                f"select max(recorded_at) from {table} where board_id = ? and figure = ?",  # noqa: S608 - quoted name
                [self.board_id, figure],
            )
        found: dt.datetime | None = rows[0][0] if rows else None
        return found
