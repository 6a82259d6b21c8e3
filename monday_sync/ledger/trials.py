"""What was tried on a live board, and how it came out: a push relies on it where the documentation leaves it open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from monday_sync.domain.trial import Trial, TrialOutcome
from monday_sync.ledger.schema import TRIALS
from monday_sync.ledger.sets import select, upsert
from warehouse import Session, Warehouse

_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class TrialBook:
    """The trials on one board.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def save(self, trial: Trial, run_id: str, now: dt.datetime) -> None:
        """Remember a trial; the one before it on the same subject is forgotten."""
        record = {
            "board_id": self.board_id, "subject": trial.subject, "outcome": trial.outcome.value,
            "message": trial.message[:_MESSAGE], "api_version": trial.api_version, "run_id": run_id, "tried_at": now,
        }  # fmt: skip
        with self.session() as session, session.transaction():
            upsert(session, TRIALS, [record])

    def get(self, subject: str) -> Trial | None:
        """The last trial on a subject; ``None`` when it was never tried on this board."""
        where = " where l.board_id = ? and l.subject = ?"
        with self.session() as session:
            found = select(self.warehouse, session, TRIALS, where, [self.board_id, subject])
        if not found:
            return None
        record = found[0]
        outcome, message = TrialOutcome(record["outcome"]), str(record["message"] or "")
        return Trial(subject, outcome, message, str(record["api_version"]))
