"""Looks at the board after a push, a sample each time and all of it once a week, and keeps what differs."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from monday_sync.commands.opening import open_boards
from monday_sync.commands.verify import VerifyResult, verify, verify_orders
from monday_sync.domain.rows import Level
from monday_sync.domain.state import Outcome
from monday_sync.engine.context import Context
from monday_sync.engine.runs import new_run_id
from warehouse import Target

#: Orders of a sample: as many as one request reads.
SAMPLE = 100
WHOLE_AFTER = dt.timedelta(days=7)
_WHOLE = "verify_whole"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at on one board.

    Args:
        checked: items and subitems compared; differences: fields that the board shows otherwise than it was told, and
            what is missing there or stands there twice.
        whole: whether all of the board was read.
    """

    board_id: str
    checked: int
    differences: int
    whole: bool


def verify_lately(target: str | Target | None = None) -> tuple[Verified, ...]:
    """Verify each board of a target: some orders, or all if that was not done for a week. Changes nothing there.

    Raises:
        RefusedError, StoppedError: as :func:`verify`.
    """
    with open_boards(target) as opened:
        return tuple(verify_board(context) for context in opened.contexts)


def verify_board(context: Context, *, size: int = SAMPLE, whole_after: dt.timedelta = WHOLE_AFTER) -> Verified:
    """The same of one board."""
    last = context.ledger.figures.last(_WHOLE)
    if last is None or not dt.timedelta(0) <= context.clock() - last < whole_after:
        return keep(context, verify(context), whole=True)
    rows = context.ledger.rows(Level.ITEM).items()
    shown = sorted(
        key for key, row in rows if row.monday_id and row.left_as is None and row.state.outcome is Outcome.SYNCED
    )
    chosen = random.sample(shown, min(size, len(shown)))  # no secret: which orders are looked at
    return keep(context, verify_orders(context, chosen), whole=False)


def keep(context: Context, found: VerifyResult, *, whole: bool) -> Verified:
    """Note what a verification found; what is due is no difference yet, for the board was not told of it."""
    differences = sum(1 for one in found.differences if not one.accepted and not one.due)
    differences += len(found.missing) + len(found.duplicates)
    if found.repair is not None:
        differences = len(found.duplicates) - found.repair.duplicates_archived + len(found.left)
    figures: dict[str, float | None] = {
        "verify_differences": differences, "verify_checked": found.checked, _WHOLE: 1 if whole else None,
    }  # fmt: skip
    context.ledger.figures.save(new_run_id(context), figures, context.clock())
    return Verified(context.board.board_id, found.checked, differences, whole)
