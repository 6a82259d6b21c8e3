"""Which way the new items go, and what the push will take of the API."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from monday_sync.api import BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.plan import Action, BulkPart, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.ports import BulkImport


def price(
    context: Context, facts: BoardFacts, steps: Sequence[Step], options: PushOptions, new_groups: Collection[str]
) -> tuple[tuple[BulkPart, ...], Estimate]:
    """The bulk imports, unless one by one is as quick and the choice is ours; and what the push takes."""
    api, board, bulk = context.api, context.board, context.bulk
    mode = options.bulk or board.policy.bulk
    files: tuple[BulkPart, ...] = ()
    if mode != "never" and any(step.action is Action.CREATE for step in steps):
        files = bulk.choose(steps, board, facts, context.ledger, mode=mode, new_groups=new_groups, now=context.clock())
    one_by_one = _estimate(api, board, bulk, steps, ())
    if not files:
        return (), one_by_one
    by_file = _estimate(api, board, bulk, steps, files)
    if mode == "auto" and one_by_one.seconds <= by_file.seconds:
        return (), one_by_one
    return files, by_file


def _estimate(
    api: BoardApi, board: BoardConfig, bulk: BulkImport, steps: Sequence[Step], files: Sequence[BulkPart]
) -> Estimate:
    """What the push will take: the operations sent one by one, and the imports with what is read back of them."""
    by_file = {order for part in files for order in part.orders}
    one_by_one = [s for s in steps if s.row.order_key not in by_file]
    daily_calls = board.policy.daily_calls
    estimate = api.estimate(_operations(one_by_one), items_to_read=len(by_file), daily_calls=daily_calls)
    return bulk.price(estimate, len(files), daily_calls)


def _operations(steps: Sequence[Step]) -> dict[str, int]:
    """Operations by kind."""
    counts = {"create": 0, "change": 0, "move": 0, "archive": 0}
    for step in steps:
        counts["create"] += step.action is Action.CREATE
        counts["change"] += step.action is Action.UPDATE and bool(step.sent)
        counts["move"] += step.action is Action.UPDATE and step.move_from is not None
        counts["archive"] += step.action is Action.ARCHIVE
    return {kind: count for kind, count in counts.items() if count}
