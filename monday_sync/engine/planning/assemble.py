"""Puts a plan together from its parts."""

from __future__ import annotations

from collections.abc import Collection

from monday_sync.domain.archive import Shipped
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
from monday_sync.engine.planning.link import link, without_item
from monday_sync.engine.planning.price import price
from monday_sync.engine.planning.room import rooms
from monday_sync.engine.rekeying import chosen_rekeys, rekey_notes


def make_plan(
    context: Context, facts: BoardFacts, options: PushOptions, only: Collection[Address] | None = None,
    shipped: Shipped | None = None,
) -> Plan:  # fmt: skip
    """What a push with ``options`` would do now.

    Args:
        only: these rows, whatever else is due.
        shipped: the orders that the archive policy takes off the board.

    Raises:
        RefusedError: the database lacks what we read.
    """
    ledger, board = context.ledger, context.board
    looked_at = context.clock()
    gathered = gather(ledger, board, facts.items, options, only, shipped=shipped)
    linked = link(context.api, ledger, board, gathered, options)
    known = gathered.source.parents
    group_ids = dict(gathered.group_ids) | gathered.groups_of(linked.items)
    compared = compare(linked, known, board, facts, group_ids)
    created = [step for step in compared.items if step.action is Action.CREATE]
    off = leaving(context, facts, gathered, options, created)
    steps = (*(off.steps if off else ()), *compared.proven, *compared.items, *compared.subitems)
    placed = {Action.CREATE, Action.UPDATE, Action.CONFIRM}
    new_groups = {s.row.group_name for s in compared.items if s.action in placed} - group_ids.keys()
    files, estimate = price(context, facts, steps, options, new_groups)
    advice = context.bulk.advice(steps, board, ledger, mode=options.bulk or board.policy.bulk)
    rekeys = chosen_rekeys(gathered.source.rekeyed, steps)
    skipped = dict(gathered.chosen.skipped)
    if compared.waiting:
        skipped[Level.SUBITEM, Skip.WAITS_FOR_ITEM] = compared.waiting
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
        linked_items=sum(1 for row in known.values() if row.monday_id),
        board_items=facts.items.items_count,
        vanished=len(linked.gone),
        orders_per_customer=gathered.source.orders_per_customer,
        held_customers=gathered.chosen.held_customers,
        notes=(
            *facts.warnings,
            *_notes(gathered.source, facts.items, linked.gone),
            *rekey_notes(rekeys),
            *((advice,) if advice else ()),
        ),
        unlinked=(*(without_item(known[k]) for k in sorted(linked.gone)), *(without_item(r) for r in linked.stale)),
        bulk=files,
        rekeyed=rekeys,
        accepted={address: one.told(looked_at) for address, one in standing_acceptances(ledger).items()},
        looked_at=looked_at,
        archive=off.plan if off else None,
        rooms=rooms(context, facts, steps, len(linked.gone)),
    )


def _notes(source: Source, info: BoardInfo, gone: set[str]) -> tuple[str, ...]:
    notes = []
    linked = sum(1 for row in source.parents.values() if row.monday_id)
    if gone:
        notes.append(f"{len(gone)} items are no longer on the board (archived or deleted by a person): created again.")
    if info.items_count is not None and linked > info.items_count + len(gone):
        missing = linked - info.items_count
        notes.append(f"{missing} items of the ledger are not on the board: run `monday-sync verify --repair`.")
    return tuple(notes)
