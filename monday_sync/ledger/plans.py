"""Plans that were shown, so that exactly what a person saw can be pushed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from monday_sync.ledger.schema import PLANS
from monday_sync.ledger.sets import select, upsert
from warehouse import Session, Warehouse


@dataclass(frozen=True, slots=True)
class PlanBook:
    """The plans for one board.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def save(self, plan_id: str, *, options: str, fingerprint: str, now: dt.datetime) -> None:
        """Store a plan under its id."""
        record = {"plan_id": plan_id, "board_id": self.board_id, "options": options, "fingerprint": fingerprint,
                  "run_id": None, "created_at": now}  # fmt: skip
        with self.session() as session:
            upsert(session, PLANS, [record])

    def get(self, plan_id: str) -> dict[str, Any] | None:
        """A stored plan's columns, or ``None``."""
        where = " where l.plan_id = ? and l.board_id = ?"
        with self.session() as session:
            found = select(self.warehouse, session, PLANS, where, [plan_id, self.board_id])
        return found[0] if found else None

    def save_run(self, plan_id: str, run_id: str) -> None:
        """Record that a plan was pushed."""
        with self.session() as session:
            upsert(session, PLANS, [{"plan_id": plan_id, "run_id": run_id}])
