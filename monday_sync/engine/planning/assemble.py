"""Puts a plan together from its parts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from monday_sync.domain.archive import Shipped
from monday_sync.domain.moves import NO_TRAFFIC, Traffic
from monday_sync.domain.people import OffBoard
from monday_sync.domain.plan import Action, Plan
from monday_sync.domain.remote import BoardFacts, BoardInfo
from monday_sync.domain.rows import Address, Level
from monday_sync.domain.selection import PushOptions, Skip
from monday_sync.domain.source import Source
from monday_sync.engine.accepted import standing_acceptances
from monday_sync.engine.context import Context
from monday_sync.engine.planning.compare import compare
from monday_sync.engine.planning.gather import gather
from monday_sync.engine.planning.leaving import leaving
from monday_sync.engine.planning.link import Linked, link
from monday_sync.engine.planning.modes import by_mode
from monday_sync.engine.planning.people import left_before, left_steps, marked_rows
from monday_sync.engine.planning.price import price
from monday_sync.engine.planning.room import rooms
from monday_sync.engine.rekeying import chosen_rekeys, rekey_notes


def make_plan(
    context: Context, facts: BoardFacts, options: PushOptions, only: Collection[Address] | None = None,
    shipped: Shipped | None = None, *, traffic: Traffic = NO_TRAFFIC,
) -> Plan:  # fmt: skip
    """What a push with ``options`` would do now.

    Args:
        only: these rows, whatever else is due.
        shipped: the orders that the archive policy takes off the board.
        traffic: what is moved to the board and away from it, before this is done.

    Raises:
        RefusedError: the database lacks what we read.
    """
    ledger, board = context.ledger, context.board
    looked_at = context.clock()
    gathered = gather(ledger, board, facts.items, options, only, shipped=shipped, without=traffic.misplaced)
    linked = link(context.api, ledger, board, gathered, options, traffic=traffic)
    known = gathered.source.parents
    group_ids = dict(gathered.group_ids) | gathered.groups_of(linked.items)
    compared = compare(linked, known, board, facts, group_ids)
    now = context.clock()
    left = left_steps(linked.left, board, now)
    done, undone = by_mode((*compared.items, *compared.subitems), board.mode, group_ids)
    created = [step for step in done if step.level is Level.ITEM and step.action is Action.CREATE]
    off = leaving(context, facts, gathered, options, created, fresh=traffic.fresh) if board.mode == "mirror" else None
    steps = (*(off.steps if off else ()), *compared.proven, *done, *left)
    marked, not_due = marked_rows(linked.marked, left, now)
    missing = _missing(gathered.source, facts.items, linked)
    seen = {row.key for row, _ in linked.marked} | {step.row.order_key for step in steps}
    resting = left_before(gathered.source, seen)
    placed = {Action.CREATE, Action.UPDATE, Action.CONFIRM}
    items = [step for step in done if step.level is Level.ITEM]
    new_groups = {s.row.group_name for s in items if s.action in placed and s.home is None} - group_ids.keys()
    if board.mode == "update_only":
        new_groups = set()
    files, estimate = price(context, facts, steps, options, new_groups)
    advice = context.bulk.advice(steps, board, ledger, mode=options.bulk or board.policy.bulk)
    rekeys = chosen_rekeys(gathered.source.rekeyed, steps)
    skipped = dict(gathered.chosen.skipped)
    for reason, listed in ((Skip.LEFT, left), (Skip.MODE, undone)):
        for step in listed:
            skipped[step.level, reason] = skipped.get((step.level, reason), 0) + 1
    if compared.waiting:
        skipped[Level.SUBITEM, Skip.WAITS_FOR_ITEM] = compared.waiting.total()
    return Plan(
        board_id=board.board_id,
        options=options,
        groups=tuple(sorted(new_groups, key=lambda name: (name.casefold(), name))),
        group_ids=group_ids,
        steps=steps,
        estimate=estimate,
        skipped=skipped,
        deleted=gathered.chosen.deleted,
        given_up=gathered.chosen.given_up,
        duplicates=(*linked.duplicates, *compared.duplicates),
        in_doubt=len(ledger.open_attempts()),
        linked_items=sum(1 for row in known.values() if row.monday_id and row.left_as is None),
        board_items=facts.items.items_count,
        vanished=linked.vanished,
        looked_for=linked.looked_for,
        unseen=linked.unseen,
        recreated=len(linked.gone),
        orders_per_customer=gathered.source.orders_per_customer,
        held_customers=gathered.chosen.held_customers,
        notes=(
            *facts.warnings,
            *_notes(linked, missing),
            *(f"{one.count} orders that are not due: {one.message}." for one in not_due),
            *rekey_notes(rekeys),
            *((advice,) if advice else ()),
        ),
        unlinked=(
            *(known[k].without_item() for k in sorted(linked.gone)),
            *(r.without_item() for r in linked.stale),
            *marked,
            *linked.noted,
        ),
        bulk=files,
        rekeyed=rekeys,
        accepted={address: one.told(looked_at) for address, one in standing_acceptances(ledger).items()},
        looked_at=looked_at,
        waiting=compared.waiting,
        orders_left=sum(one.count for one in not_due),
        off_board=(*not_due, *resting, *missing),
        mode=board.mode,
        left_by_mode=tuple(undone),
        followed=linked.followed.boards,
        order_numbers=_order_numbers(gathered.source, board.key_columns[0]),
        archive=off.plan if off else None,
        rooms=rooms(context, facts, steps, len(linked.gone), traffic),
    )


def _order_numbers(source: Source, column: str) -> dict[str, str]:
    """What people call the orders: by the database, else by what the board was confirmed to show."""
    shown = {key: row.confirmed.get(column) for key, row in source.parents.items()}
    shown |= {row.order_key: row.desired[column] for row in source.items if row.desired.get(column)}
    return {key: number for key, number in shown.items() if number}


def _missing(source: Source, info: BoardInfo, linked: Linked) -> tuple[OffBoard, ...]:
    """Items that the board lacks by its own count, whichever they are; unknown is none."""
    there = sum(1 for row in source.parents.values() if row.monday_id and row.left_as is None)
    if info.items_count is None or there <= info.items_count + linked.vanished:
        return ()
    return (
        OffBoard("their items are missing by the board's own count, which may lag behind", there - info.items_count),
    )


def _notes(linked: Linked, missing: Sequence[OffBoard]) -> tuple[str, ...]:
    notes = []
    again = len(linked.gone - linked.adopted)
    if again:
        notes.append(
            f"{again} items are not to be seen on the board any more (taken away by a person, or out of the token's "
            "sight): created again."
        )
    notes += [
        f"The board counts {one.count} items less than the ledger links; its count may lag behind: "
        "`monday-sync verify` tells which are missing."
        for one in missing
    ]
    return tuple(notes)
