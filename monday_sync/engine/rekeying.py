"""Lets the ledger's rows follow keys that have changed: found in every plan, written at the start of a push."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from monday_sync.domain.board import BoardConfig
from monday_sync.domain.mapping import columns_of_board, remapped
from monday_sync.domain.plan import Step
from monday_sync.domain.rekey import is_new, match_items, match_lines, under_key
from monday_sync.domain.rows import Attempt, AttemptOutcome, LedgerRow, Level, Rekey
from monday_sync.domain.source import Source, SourceRow
from monday_sync.engine.source import LINES
from monday_sync.ledger import Ledger

REKEY = "rekey"


def follow_keys(ledger: Ledger, board: BoardConfig, source: Source) -> Source:
    """The source in which new rows that stand for orders and lines on the board already are known as these.

    Costs a statement more, and only where there are new rows.
    """
    gone_keys = {row.key for row in source.items if row.action == "DELETE"}
    gone = [row for key, row in source.parents.items() if key in gone_keys]
    new = {row.key: row for row in (*source.items, *source.subitems) if is_new(row)}
    items = match_items(gone, list(new.values()), board.key_columns, source.orders_per_customer)
    orders = {old.key: key for key, old in items.items()}
    gone_lines = ledger.lines_gone_from(LINES) if any(r.level is Level.SUBITEM for r in new.values()) or orders else []
    lines = match_lines(gone_lines, list(new.values()), orders)
    if not items and not lines:
        return source
    rekeys = [Rekey(old, under_key(old, key, key, new[key].customer_name)) for key, old in items.items()]
    rekeys += [
        Rekey(old, under_key(old, key, new[key].order_key, new[key].customer_name)) for key, old in lines.items()
    ]
    taken = {old.key for old in (*items.values(), *lines.values())}
    # the other lines of a re-keyed order go with it: sizes that left it
    rekeys += [
        Rekey(old, under_key(old, old.key, orders[old.order_key], new[orders[old.order_key]].customer_name))
        for old in gone_lines
        if old.order_key in orders and old.key not in taken
    ]
    known, now = ledger.mappings.known(), columns_of_board(board)
    after = {(r.new.level, r.new.key): r for r in rekeys}

    def followed(row: SourceRow) -> SourceRow:
        rekey = after.get((row.level, row.key))
        if rekey is None:
            return row
        changed = remapped(rekey.new, now[row.level], known)
        if rekey.old.key != rekey.new.key:
            return replace(row, ledger=rekey.new, action="UPDATE", remapped=changed, rekeyed_from=rekey.old.key)
        order = new[rekey.new.order_key]
        return replace(
            row, ledger=rekey.new, action="UPDATE", remapped=changed, order_key=order.key,
            customer_name=order.customer_name, held_back=order.held_back, in_scope=order.in_scope,
        )  # fmt: skip

    moved = {r.old.key for r in rekeys if r.old.key != r.new.key}
    parents: dict[str, LedgerRow] = {k: row for k, row in source.parents.items() if k not in orders}
    parents |= {r.new.key: r.new for r in rekeys if r.new.level is Level.ITEM}
    return replace(
        source,
        items=tuple(followed(row) for row in source.items if row.key not in orders),
        subitems=tuple(followed(row) for row in source.subitems if row.key not in moved),
        parents=parents,
        rekeyed=tuple(rekeys),
    )


def chosen_rekeys(rekeys: Sequence[Rekey], steps: Sequence[Step]) -> tuple[Rekey, ...]:
    """The rows to re-key with these steps: those of each order that any of them is about, its lines included."""
    orders = {step.row.order_key for step in steps}
    return tuple(rekey for rekey in rekeys if rekey.new.order_key in orders)


def rekey_notes(rekeys: Sequence[Rekey]) -> tuple[str, ...]:
    """What the plan and the push say about rows that are re-keyed."""
    count = Counter(rekey.new.level for rekey in rekeys if rekey.old.key != rekey.new.key)
    if not count:
        return ()
    rows = f"{count[Level.ITEM]} items and {count[Level.SUBITEM]} subitems"
    return (f"re-keyed: {rows} go on under another key; nothing is created for them.",)


def write_rekeys(ledger: Ledger, rekeys: Sequence[Rekey], run_id: str, now: dt.datetime) -> None:
    """Let the ledger follow, in one transaction, and record it under both keys: a rollback puts the old ones back."""
    if not rekeys:
        return
    batch_id = uuid.uuid4().hex
    attempts: list[Attempt] = []
    for rekey in rekeys:
        for row in (rekey.old, rekey.new) if rekey.old.key != rekey.new.key else (rekey.new,):
            attempts.append(replace(_attempt(rekey, row, run_id, now), batch_id=batch_id, position=len(attempts)))
    ledger.rekey(rekeys, attempts)
    ledger.baselines.forget(_customers_left(rekeys, ledger.rows(Level.ITEM)))


def _attempt(rekey: Rekey, row: LedgerRow, run_id: str, now: dt.datetime) -> Attempt:
    return Attempt(
        batch_id="", position=0, run_id=run_id, board_id=row.board_id or "", level=row.level,
        row_key=row.key, order_key=row.order_key, customer_name=row.customer_name, kind=REKEY, operation="{}",
        row_hash=row.state.confirmed, row_before=rekey.old.to_json(), desired={}, created_at=now,
        outcome=AttemptOutcome.NO_CALL, item_id=row.monday_id, completed_at=now,
        message=f"the same {row.level.value} goes on under key {rekey.new.key}; it was {rekey.old.key}",
    )  # fmt: skip


def _customers_left(rekeys: Sequence[Rekey], rows: Mapping[str, LedgerRow]) -> list[str]:
    """Customers whose every order went on under another name: nothing is left to hold back for them."""
    left = {row.customer_name for row in rows.values() if row.monday_id is not None}
    gone = {r.old.customer_name for r in rekeys if r.old.customer_name != r.new.customer_name}
    return sorted(name for name in gone - left if name is not None)
