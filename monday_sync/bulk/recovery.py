"""Finishes the bulk imports that an earlier run left: what they did is brought into the ledger, and nothing is sent."""

from __future__ import annotations

from monday_sync.bulk.job import ImportJob, JobWatch
from monday_sync.bulk.readback import IMPORT
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.rows import Address, Attempt, LedgerRow, Level
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import withdraw

_NO_FILE = "the run ended before the bulk import got its file"


def recover_imports(sender: Sender, board: BoardConfig) -> int:
    """Settle imports without an outcome; returns how many rows these were.

    Rows that are not on the board become what they were before: the push that follows creates them.

    Raises:
        StoppedError: a job does not end, or its state cannot be learnt. Its rows stay in doubt.
    """
    ledger = sender.ledger
    batches: dict[str, list[Attempt]] = {}
    for attempt in ledger.open_attempts():
        if attempt.kind == IMPORT:
            batches.setdefault(attempt.batch_id, []).append(attempt)
    if not batches:
        return 0
    rows: dict[Address, LedgerRow] = {
        (level, key): row
        for level in (Level.ITEM, Level.SUBITEM)
        for key, row in ledger.rows(level).items()
    }  # fmt: skip
    linked = {row.monday_id for row in rows.values() if row.monday_id is not None}
    watch = JobWatch(sender.api, ledger, board, sender.clock, sender.sleep)
    for attempts in batches.values():
        first = attempts[0]
        if first.request_id is None or first.completed_at is None:
            # its id is stored before its file is sent: so it got none, and does nothing
            answers, undone = withdraw(attempts, sender.clock(), _NO_FILE)
            ledger.write([s.row for s in undone if s.row is not None], (), answers)
            ledger.forget_rows([LedgerRow(s.level, s.key, s.key) for s in undone if s.row is None])
            continue
        mine = {(a.level, a.row_key): rows[a.level, a.row_key] for a in attempts if (a.level, a.row_key) in rows}
        outcome = watch.finish(ImportJob(first.request_id, first.completed_at, attempts, mine), linked)
        for settled in outcome.imported.settled:
            sender.on_settled(settled)
    return sum(len(attempts) for attempts in batches.values())
