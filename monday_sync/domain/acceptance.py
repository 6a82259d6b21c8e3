"""A person's word that a row may stay as it is, although the board does not take it. Pure.

It holds for one content of the row: the hash of the attempt that failed. As soon as the row was tried with another
content, or is right, it ends, and it does not come back by itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from monday_sync.domain.rows import Address, LedgerRow, Level
from monday_sync.domain.state import Outcome

_FAILED = frozenset({Outcome.ERROR, Outcome.DEAD})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted a row, when and why.

    Args:
        board_hash: of the attempt that failed.
        error_message: why the board did not take it.
        ended_because: why it holds no more; ``None`` while it does.
    """

    acceptance_id: str
    board_id: str
    level: Level
    row_key: str
    order_key: str
    customer_name: str | None
    item_name: str | None
    board_hash: str
    error_message: str | None
    reason: str
    accepted_by: str
    accepted_at: dt.datetime
    ended_at: dt.datetime | None = None
    ended_by: str | None = None
    ended_because: str | None = None

    @property
    def address(self) -> Address:
        """The row."""
        return self.level, self.row_key

    def told(self, now: dt.datetime | None = None) -> str:
        """As a person reads it, with its age if it is known what time it is."""
        age = "" if now is None else f", {age_of(self.accepted_at, now)} ago"
        return f"accepted by {self.accepted_by} on {self.accepted_at:%Y-%m-%d}{age}: {self.reason}"

    def covers(self, row: LedgerRow | None) -> bool:
        """Whether it stands for the failure that a row is in."""
        return row is not None and row.state.outcome in _FAILED and row.state.attempted == self.board_hash

    def end(self, row: LedgerRow | None) -> str | None:
        """Why it ends by what the ledger says of its row now; ``None`` while it holds."""
        if row is None:
            return "the ledger knows no such row any more"
        state = row.state
        if state.outcome is Outcome.SYNCED:
            return "the board shows the row as it should"
        if state.outcome is Outcome.INTENT and state.attempted is None:
            return None  # in doubt: nothing is known yet
        if state.attempted is None:
            return "the row was to be tried again"
        if state.attempted != self.board_hash:
            return "what the board should show has changed"
        return None


def age_of(since: dt.datetime, now: dt.datetime) -> str:
    """How long something lasts, in days, or in hours on the first day."""
    days, hours = (now - since).days, int((now - since).total_seconds() // 3600)
    if days < 1:
        return f"{max(hours, 0)} hour{'' if hours == 1 else 's'}"
    return f"{days} day{'' if days == 1 else 's'}"
