"""``retry``: put rows in ERROR, dead ones included, back in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monday_sync.domain import state as machine
from monday_sync.domain.rows import Level
from monday_sync.domain.selection import is_asked_for
from monday_sync.engine.accepted import standing_acceptances
from monday_sync.ledger import Ledger


@dataclass(frozen=True, slots=True)
class RetryResult:
    """How many rows the next push tries again. ``accepted`` rows are left: a person said that they may stay so."""

    items: int
    subitems: int
    dead: int
    accepted: int = 0


def requeue(ledger: Ledger, *, customers: Sequence[str] = (), reason: str | None = None) -> RetryResult:
    """Requeue rows in ERROR or DEAD.

    Args:
        reason: only rows whose error contains this text, in any case.
    """
    standing = standing_acceptances(ledger)
    failed = [
        row
        for level in (Level.ITEM, Level.SUBITEM)
        for row in ledger.rows(level).values()
        if row.state.outcome in {machine.Outcome.ERROR, machine.Outcome.DEAD}
        and row.state.attempted is not None
        and is_asked_for(row.customer_name, customers)
        and (reason is None or reason.casefold() in (row.error_message or "").casefold())
    ]
    chosen = [row for row in failed if (one := standing.get((row.level, row.key))) is None or not one.covers(row)]
    ledger.write([row.with_state(machine.requeue(row.state)) for row in chosen])
    return RetryResult(
        items=sum(1 for row in chosen if row.level is Level.ITEM),
        subitems=sum(1 for row in chosen if row.level is Level.SUBITEM),
        dead=sum(1 for row in chosen if row.state.outcome is machine.Outcome.DEAD),
        accepted=len(failed) - len(chosen),
    )
