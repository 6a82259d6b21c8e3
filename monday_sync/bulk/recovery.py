"""Finishes the bulk imports that an earlier run left: what they did is brought into the ledger, and nothing is sent."""

from __future__ import annotations

from monday_sync.bulk.flight import Flight, Tower
from monday_sync.bulk.readback import IMPORT, Address
from monday_sync.domain.rows import Attempt, LedgerRow, Level
from monday_sync.engine.context import Context
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import withdraw

_NO_FILE = "the run ended before the bulk import got its file"


def recover_imports(context: Context, sender: Sender) -> int:
    """Settle imports without an outcome; returns how many rows these were.

    Rows that are not on the board become what they were before: the push that follows creates them.

    Raises:
        StoppedError: a job does not end, or its state cannot be learnt. Its rows stay in doubt.
    """
    batches: dict[str, list[Attempt]] = {}
    for attempt in context.ledger.open_attempts():
        if attempt.kind == IMPORT:
            batches.setdefault(attempt.batch_id, []).append(attempt)
    if not batches:
        return 0
    rows: dict[Address, LedgerRow] = {
        (level, key): row
        for level in (Level.ITEM, Level.SUBITEM)
        for key, row in context.ledger.rows(level).items()
    }  # fmt: skip
    linked = {row.monday_id for row in rows.values() if row.monday_id is not None}
    tower = Tower(context.api, context.ledger, context.board, context.clock, context.sleep)
    for attempts in batches.values():
        first = attempts[0]
        if first.request_id is None or first.completed_at is None:
            # its id is stored before its file is sent: so it got none, and does nothing
            answers, undone = withdraw(attempts, context.clock(), _NO_FILE)
            context.ledger.write([s.row for s in undone if s.row is not None], (), answers)
            context.ledger.forget_rows([LedgerRow(s.level, s.key, s.key) for s in undone if s.row is None])
            continue
        mine = {(a.level, a.row_key): rows[a.level, a.row_key] for a in attempts if (a.level, a.row_key) in rows}
        landing = tower.land(Flight(first.request_id, first.completed_at, attempts, mine), linked)
        for settled in landing.imported.settled:
            sender.on_settled(settled)
    return sum(len(attempts) for attempts in batches.values())
