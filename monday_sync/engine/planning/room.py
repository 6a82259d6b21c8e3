"""How much room a board has for what a plan creates."""

from __future__ import annotations

from collections.abc import Sequence

from monday_sync.domain.capacity import Room, room
from monday_sync.domain.moves import NO_TRAFFIC, Traffic
from monday_sync.domain.plan import Action, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import Level
from monday_sync.engine.context import Context


def rooms(
    context: Context, facts: BoardFacts, steps: Sequence[Step], vanished: int, traffic: Traffic = NO_TRAFFIC
) -> tuple[Room, ...]:
    """The room for items and for subitems, with what is moved to the board and away from it."""
    ledger, today = context.ledger, context.clock().date()
    linked_items, linked_subitems, _ = ledger.links()
    archived = {s.row.key for s in steps if s.action is Action.ARCHIVE and s.level is Level.ITEM}
    lines = sum(1 for row in ledger.rows(Level.SUBITEM).values() if row.order_key in archived) if archived else 0
    limits = context.board.limits
    return (
        room(
            Level.ITEM, counted=facts.items.items_count, linked=linked_items - vanished,
            limits=(limits.items, facts.items.items_limit),
            adds=_created(steps, Level.ITEM), removes=len(archived), comes=traffic.items_in, goes=traffic.items_out,
            history=ledger.growth.by_day(Level.ITEM), today=today,
        ),
        room(
            # of the subitems of items that vanished nothing is known: the API's count has to tell
            Level.SUBITEM, counted=facts.subitems.items_count, linked=0 if vanished else linked_subitems,
            limits=(limits.subitems, facts.subitems.items_limit),
            adds=_created(steps, Level.SUBITEM), removes=lines, comes=traffic.subitems_in, goes=traffic.subitems_out,
            history=ledger.growth.by_day(Level.SUBITEM), today=today,
        ),
    )  # fmt: skip


def _created(steps: Sequence[Step], level: Level) -> int:
    return sum(1 for step in steps if step.action is Action.CREATE and step.level is level)
