"""Makes a plan: reads the database, asks the board, compares. Changes nothing on either."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monday_sync.api import BoardApi
from monday_sync.bulk.choice import Hour, Wish, add_jobs, choose
from monday_sync.bulk.readback import IMPORT
from monday_sync.domain import state as machine
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import mappings_of, on_board, step_for
from monday_sync.domain.due import needs_no_look
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.keys import subitem_for
from monday_sync.domain.labels import Labels
from monday_sync.domain.plan import Action, BulkPart, Duplicate, Plan, Step
from monday_sync.domain.remote import BoardFacts, BoardInfo, BoardItem
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.domain.selection import Options, Skip, select
from monday_sync.domain.source import Source, SourceRow
from monday_sync.engine.groups import resolve_groups, twins
from monday_sync.engine.lookup import BoardReader
from monday_sync.engine.rekeying import chosen_rekeys, follow_keys, rekey_notes
from monday_sync.engine.source import read_source
from monday_sync.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Bases:
    """Ledger rows to start from, and the items that stand for them."""

    rows: dict[str, LedgerRow]
    items: dict[str, BoardItem]
    adopted: set[str]


def make_plan(
    api: BoardApi, ledger: Ledger, board: BoardConfig, facts: BoardFacts, options: Options, *, now: dt.datetime
) -> Plan:
    """What a push with ``options`` would do ``now``.

    Raises:
        RefusedError: the database lacks what we read.
    """
    info = facts.items
    source = follow_keys(ledger, board, read_source(ledger, board))
    chosen = select(source.items, source.subitems, options)
    skipped = dict(chosen.skipped)
    reader = BoardReader(api, board, info.items_count)
    known_groups = ledger.groups.known()
    there = {group.id for group in info.groups} - twins(info, known_groups)
    ledger_items = source.parents
    lost = _in_lost_groups(ledger_items, there, {r.key for r in source.items}, options)
    linked = {r.monday_id for r in ledger_items.values() if r.monday_id}

    group_ids = _groups_of(chosen.items, info, known_groups)
    proven, items = _parted(chosen.items, group_ids)
    proven_lines, subitems = _parted(chosen.subitems, group_ids)
    items += lost
    parents = {r.monday_id for r in items if r.monday_id}
    parents |= {p.monday_id for r in subitems if (p := ledger_items.get(r.order_key)) and p.monday_id}
    present = reader.by_ids({i for i in parents if i is not None})
    gone = {r.order_key for r in ledger_items.values() if r.monday_id in parents and r.monday_id not in present}
    items += _of_gone_items(gone, chosen.items, items, ledger_items)
    subitems += [r for r in proven_lines if r.order_key in gone]
    unlinked = [r for r in items if (not r.monday_id or r.key in gone) and r.action != "DELETE" and not r.rejected]
    found, duplicates = reader.by_key(unlinked, linked - {ledger_items[k].monday_id for k in gone})
    bases = _bases(items, gone, present, found, board)
    stale = _stale_lines(gone, bases.items, ledger)
    if not options.skip_subitems:
        listed = {row.key for row in subitems}
        subitems += [_synthetic(row) for row in stale if row.key not in listed and _confirmed(row)]

    group_ids |= _groups_of(items, info, known_groups)
    labels = Labels(facts.columns(Level.ITEM))
    steps = [
        step_for(row, bases.rows[row.key], bases.items.get(row.key), board=board, labels=labels,
                 group_id=group_ids.get(row.group_name), adopted=row.key in bases.adopted)
        for row in items
        if not (row.action == "DELETE" and row.key in gone)
    ]  # fmt: skip
    on_the_board = {s.row.key: s for s in steps if s.action not in {Action.FAIL, Action.ARCHIVE} or s.base.monday_id}
    by_order = bases.items | {k: present[r.monday_id] for k, r in ledger_items.items() if r.monday_id in present}
    sub_steps, waiting, sub_duplicates = _subitem_steps(
        subitems, on_the_board, by_order, board, Labels(facts.columns(Level.SUBITEM))
    )
    if waiting:
        skipped[Level.SUBITEM, Skip.WAITS_FOR_ITEM] = waiting
    confirmed = [Step(Action.CONFIRM, r, r.start(board.board_id)) for r in proven if r.key not in gone]
    confirmed += [Step(Action.CONFIRM, r, r.start(board.board_id)) for r in proven_lines if r.order_key not in gone]
    all_steps = (*confirmed, *steps, *sub_steps)
    rekeys = chosen_rekeys(source.rekeyed, all_steps)
    used = {s.row.group_name for s in steps if s.action in {Action.CREATE, Action.UPDATE, Action.CONFIRM}}
    new_groups = used - group_ids.keys()
    wish = Wish(options.bulk or board.policy.bulk, board.policy.bulk_minimum)
    bulk: tuple[BulkPart, ...] = ()
    if any(step.action is Action.CREATE for step in steps) and wish.mode != "never":
        hour = Hour.of(ledger.requests_since(IMPORT, now - dt.timedelta(hours=1)))
        bulk = choose(all_steps, board, facts, wish, new_groups=new_groups, hour=hour)
    bulk, estimate = _worth_it(api, board, all_steps, bulk, wish)
    return Plan(
        board_id=board.board_id,
        options=options,
        groups=tuple(sorted(new_groups, key=lambda name: (name.casefold(), name))),
        group_ids=group_ids,
        steps=all_steps,
        estimate=estimate,
        skipped=skipped,
        deleted=chosen.deleted,
        duplicates=(*duplicates, *sub_duplicates),
        in_doubt=len(ledger.open_attempts()),
        board_items=info.items_count,
        orders_per_customer=source.orders_per_customer,
        held_customers=chosen.held_customers,
        notes=(*_notes(source, info, gone), *rekey_notes(rekeys)),
        unlinked=(*(_unlinked(ledger_items[k]) for k in sorted(gone)), *(_unlinked(row) for row in stale)),
        bulk=bulk,
        rekeyed=rekeys,
    )


def _parted(rows: Sequence[SourceRow], group_ids: Mapping[str, str]) -> tuple[list[SourceRow], list[SourceRow]]:
    """The rows that the board shows already by what it confirmed, and those that it has to be asked about."""
    proven = [needs_no_look(row, group_ids.get(row.group_name)) for row in rows]
    return (
        [row for row, sure in zip(rows, proven, strict=True) if sure],
        [row for row, sure in zip(rows, proven, strict=True) if not sure],
    )


def _groups_of(rows: Sequence[SourceRow], info: BoardInfo, known: Mapping[str, str]) -> dict[str, str]:
    """Ids of the groups that the rows lie in, as far as they are on the board."""
    return resolve_groups({r.group_name for r in rows if r.action != "DELETE" and not r.rejected}, info, known)


def _worth_it(
    api: BoardApi, board: BoardConfig, steps: Sequence[Step], bulk: tuple[BulkPart, ...], wish: Wish
) -> tuple[tuple[BulkPart, ...], Estimate]:
    """The imports, unless one by one is as quick and the choice is ours; and what the push takes."""
    estimate = _estimate(api, board, steps, bulk)
    if bulk and wish.mode == "auto":
        one_by_one = _estimate(api, board, steps, ())
        if one_by_one.seconds <= estimate.seconds:
            return (), one_by_one
    return bulk, estimate


def _estimate(api: BoardApi, board: BoardConfig, steps: Sequence[Step], bulk: Sequence[BulkPart]) -> Estimate:
    """What the push will take: the operations sent one by one, and the imports with what is read back of them."""
    by_file = {order for part in bulk for order in part.orders}
    one_by_one = [s for s in steps if s.row.order_key not in by_file]
    daily_calls = board.policy.daily_calls
    estimate = api.estimate(_operations(one_by_one), items_to_read=len(by_file), daily_calls=daily_calls)
    return add_jobs(estimate, len(bulk), daily_calls)


def _operations(steps: Sequence[Step]) -> dict[str, int]:
    """Operations by kind, for the estimate."""
    counts = {"create": 0, "change": 0, "move": 0, "archive": 0}
    for step in steps:
        counts["create"] += step.action is Action.CREATE
        counts["change"] += step.action is Action.UPDATE and bool(step.sent)
        counts["move"] += step.action is Action.UPDATE and step.move_from is not None
        counts["archive"] += step.action is Action.ARCHIVE
    return {kind: count for kind, count in counts.items() if count}


def _synthetic(row: LedgerRow) -> SourceRow:
    """A row that the views do not list because it is SYNCED: what was last confirmed is what it should show."""
    return SourceRow(
        level=row.level, key=row.key, order_key=row.order_key, customer_name=row.customer_name or "",
        group_name=row.group_name or "", board_hash=row.state.confirmed or "", action="UPDATE", wanted=row.payload,
        rejected=None, held_back=None, in_scope=True, ledger=row, row_hash=row.row_hash, mapping=row.mapping,
    )  # fmt: skip


def _confirmed(row: LedgerRow) -> bool:
    return row.state.outcome is machine.Outcome.SYNCED and row.state.confirmed is not None


def _in_lost_groups(
    rows: Mapping[str, LedgerRow], there: set[str], listed: set[str], options: Options
) -> list[SourceRow]:
    """Synced items whose group a person deleted: they move to the group that is created again."""
    return [
        _synthetic(row)
        for row in rows.values()
        if row.monday_id and row.group_id and row.group_id not in there
        and row.key not in listed and _confirmed(row)
        and (not options.customers or row.customer_name in options.customers)
    ]  # fmt: skip


def _of_gone_items(
    gone: set[str], chosen: Sequence[SourceRow], items: list[SourceRow], ledger_items: Mapping[str, LedgerRow]
) -> list[SourceRow]:
    """Rows that nothing was to be done about, whose item turned out to be gone while its lines were looked at."""
    listed = {row.key for row in items}
    again = [row for row in chosen if row.key in gone and row.key not in listed]
    listed |= {row.key for row in again}
    rest = [ledger_items[k] for k in sorted(gone) if k not in listed]
    return again + [_synthetic(row) for row in rest if _confirmed(row)]


def _stale_lines(gone: set[str], items: dict[str, BoardItem], ledger: Ledger) -> list[LedgerRow]:
    """Lines linked to subitems of items that are gone: they are to be created again below the new item."""
    lines = ledger.orphan_lines()
    if gone:
        lines += [row for row in ledger.rows(Level.SUBITEM).values() if row.order_key in gone and row.monday_id]
    return [
        row
        for row in {row.key: row for row in lines}.values()
        if row.order_key not in items or all(s.id != row.monday_id for s in items[row.order_key].subitems)
    ]


def _unlinked(row: LedgerRow) -> LedgerRow:
    return row.with_state(machine.unlink(row.state), monday_id=None, group_id=None, payload={})


def _bases(
    items: list[SourceRow], gone: set[str], present: dict[str, BoardItem], found: dict[str, BoardItem],
    board: BoardConfig,
) -> Bases:  # fmt: skip
    bases = Bases({}, {}, set())
    for row in items:
        base = row.start(board.board_id)
        if row.key in gone:
            base = _unlinked(base)
        if row.key in found:
            item = found[row.key]
            bases.adopted.add(row.key)
            base = adopt(base, item, board)
            bases.items[row.key] = item
        elif base.monday_id is not None:
            bases.items[row.key] = present[base.monday_id]
        bases.rows[row.key] = base
    return bases


def adopt(base: LedgerRow, item: BoardItem, board: BoardConfig) -> LedgerRow:
    """The ledger's row once ``item`` was found to be the row's."""
    return base.with_state(
        machine.adopt(base.state),
        monday_id=item.id,
        group_id=item.group_id if base.level is Level.ITEM else None,
        payload=on_board(item, mappings_of(board, base.level)),
    )


def _subitem_steps(
    rows: list[SourceRow], item_steps: dict[str, Step], items: dict[str, BoardItem],
    board: BoardConfig, labels: Labels,
) -> tuple[list[Step], int, list[Duplicate]]:  # fmt: skip
    steps: list[Step] = []
    duplicates: list[Duplicate] = []
    waiting = 0
    linked = {r.monday_id for r in rows if r.monday_id}
    for row in rows:
        parent = items.get(row.order_key)
        step = item_steps.get(row.order_key)
        if parent is None and (step is None or step.action is not Action.CREATE):
            waiting += 1
            continue
        base = row.start(board.board_id)
        item = next((s for s in parent.subitems if s.id == base.monday_id), None) if parent is not None else None
        adopted = False
        if item is None or item.state != "active":
            if base.monday_id is not None:
                base = _unlinked(base)
            item = None
            if parent is not None:
                item, others = subitem_for(row.name, parent, linked)
                if item is not None:
                    adopted = True
                    linked.add(item.id)
                    base = adopt(base, item, board)
                    if others:
                        duplicates.append(Duplicate(row.key, row.name, item.id, others))
        steps.append(step_for(row, base, item, board=board, labels=labels, group_id=None, adopted=adopted))
    return steps, waiting, duplicates


def _notes(source: Source, info: BoardInfo, gone: set[str]) -> tuple[str, ...]:
    notes = []
    linked = sum(1 for r in source.parents.values() if r.monday_id)
    if gone:
        notes.append(f"{len(gone)} items are no longer on the board (archived or deleted by a person): created again.")
    if linked > info.items_count + len(gone):
        missing = linked - info.items_count
        notes.append(f"{missing} items of the ledger are not on the board: run `monday-sync verify --repair`.")
    return tuple(notes)
