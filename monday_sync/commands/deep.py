"""``check --deep``: tries on the board itself what the documentation leaves open, and remembers the outcome."""

from __future__ import annotations

from monday_sync.commands.check import check
from monday_sync.domain.trial import Trial
from monday_sync.engine.context import Context
from monday_sync.engine.runs import running, settle_doubts


def check_deep(context: Context) -> Trial:
    """Try a bulk import of one item with one subitem, in a group of its own that is taken off again.

    Raises:
        RefusedError: as for a push. Nothing was tried.
        StoppedError: the trial could not be made, or what it made could not be taken off.
    """
    with context.warehouse.lock():
        check(context)
        recovery = settle_doubts(context)
        if recovery is not None and recovery.stopped:
            raise recovery.stopped
        facts = check(context)
        with running(context, "check") as state:
            trial = context.bulk.try_out(state.sender, context.board, facts)
            context.ledger.trials.save(trial, state.run_id, context.clock())
        if state.stopped is not None:
            raise state.stopped
        return trial
