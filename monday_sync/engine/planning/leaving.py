"""Which items a push takes off the board by the archive policy, and what the plan says of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from monday_sync.domain.archive import BY_POLICY, ArchivePlan, back_on
from monday_sync.domain.plan import Action, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.lookup import BoardReader
from monday_sync.engine.planning.gather import Gathered, as_confirmed


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is taken off: the steps, and what is said of them."""

    steps: tuple[Step, ...]
    plan: ArchivePlan


def leaving(
    context: Context, facts: BoardFacts, gathered: Gathered, options: PushOptions, created: Sequence[Step], *,
    fresh: Collection[str] = (),
) -> Leaving | None:  # fmt: skip
    """The steps that the policy asks for; ``None`` without a policy.

    A push with a limit, or of certain rows only, archives nothing.

    Args:
        created: the items that the push creates.
        fresh: orders that were moved here just before: the plan did not show them here, so the next one does it first.
    """
    shipped, ledger = gathered.shipped, context.ledger
    if shipped is None:
        return None
    whole = gathered.only is None and options.limit is None
    due = {
        row.key: row
        for row in gathered.source.parents.values()
        if whole and row.monday_id and options.concerns(row.customer_name)
        and shipped.covers(row.key, row.customer_name) and row.key not in fresh
    }  # fmt: skip
    active, off, unseen = _states(context, facts, due)
    lines = {row.key for row in ledger.rows(Level.SUBITEM).values() if row.order_key in active} if active else set()
    archived = ledger.archived.keys()
    steps = tuple(
        Step(Action.ARCHIVE, replace(as_confirmed(row), action=BY_POLICY), row)
        for row in sorted(active.values(), key=lambda row: (shipped.days[row.key], row.key))
    )
    return Leaving(
        steps,
        ArchivePlan(
            before=shipped.before,
            days={key: shipped.days[key] for key in due},
            subitems=len(lines),
            already_off=tuple(off),
            unseen=unseen,
            earlier=sum(1 for key in archived if key in shipped.days),
            back=back_on(archived, {s.row.key: s.row.name for s in created}),
        ),
    )


def _states(
    context: Context, facts: BoardFacts, due: Mapping[str, LedgerRow]
) -> tuple[dict[str, LedgerRow], list[LedgerRow], int]:
    """Those that are on the board, those that the API says are archived or deleted, and the number of the rest."""
    if not due:
        return {}, [], 0
    reader = BoardReader(context.api, context.board, facts.items.items_count)
    there = set(reader.by_ids([row.monday_id or "" for row in due.values()]))
    states = {}
    if absent := [row.monday_id or "" for row in due.values() if row.monday_id not in there]:
        states = {item.id: item.state for item in context.api.items(context.board, ids=absent)}
    there |= {item_id for item_id, state in states.items() if state == "active"}
    active = {key: row for key, row in due.items() if row.monday_id in there}
    off = [row for key, row in due.items() if key not in active and row.monday_id in states]
    return active, off, len(due) - len(active) - len(off)
