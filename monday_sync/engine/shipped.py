"""The archive policy at work: which orders it takes off the board, by a plan and by the ledger's record alone.

Only items that the ledger links are archived, and only while the board's file declares the policy. A customer that is
held back or paused is left as it is: its dates may be what it is held back for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from monday_sync.domain.archive import BY_POLICY, ArchivedOrder, ArchivePlan, Shipped
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.plan import Step
from monday_sync.domain.rows import Level
from monday_sync.domain.state import Outcome
from monday_sync.engine.source import ORDERS
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger

CUSTOMERS = "sync_customers"


def read_shipped(ledger: Ledger, board: BoardConfig, release: Collection[str] = ()) -> Shipped | None:
    """The orders that the board's policy takes off; ``None`` without a policy.

    Args:
        release: customers that are not spared although they are held back.

    Raises:
        RefusedError: dbt has not built what says which customers are held back.
    """
    if board.archive is None:
        return None
    before = board.archive.ex_factory_before
    with ledger.session() as session:
        spared = held_customers(ledger, board, release)
        rows = session.rows(
            f"select order_key, ex_factory_date from {ledger.warehouse.relation(ORDERS)} where ex_factory_date < ?",  # noqa: S608
            [before],
        )
    return Shipped(before, {str(key): _day(day) for key, day in rows}, spared)


def held_customers(ledger: Ledger, board: BoardConfig, release: Collection[str] = ()) -> frozenset[str]:
    """Customers that are held back or paused, but for those released; a paused one is not released.

    Raises:
        RefusedError: dbt has not built what says so.
    """
    with ledger.session() as session:
        if session.relations().lacking((CUSTOMERS,)):
            raise RefusedError(
                f"The database has no {CUSTOMERS}.", hint=f"Run `dbt build --target {board.target}` first."
            )
        held = session.rows(
            f"select customer_name, is_paused from {ledger.warehouse.relation(CUSTOMERS)} "  # noqa: S608
            "where is_paused = 1 or is_held_back = 1"
        )
    return frozenset(str(name) for name, is_paused in held if is_paused or name not in release)


def record_off(ledger: Ledger, steps: Sequence[Step], plan: ArchivePlan | None, run_id: str, now: dt.datetime) -> None:
    """Record what the board confirmed to be off, with what was off already, and forget these rows and their lines."""
    if plan is None:
        return
    rows = ledger.rows(Level.ITEM)
    keys = {s.row.key for s in steps if s.row.action == BY_POLICY}
    done = [rows[k] for k in keys if k in rows and rows[k].state.outcome is Outcome.SYNCED]
    done += [rows[r.key] for r in plan.already_off if r.key in rows]
    if not done:
        return
    gone = {row.key for row in done}
    lines = [row for row in ledger.rows(Level.SUBITEM).values() if row.order_key in gone]
    orders = [ArchivedOrder(r.key, r.monday_id, r.item_name, r.customer_name, plan.days.get(r.key)) for r in done]
    ledger.take_off(orders, [*done, *lines], run_id, now)


def _day(value: dt.date) -> dt.date:
    """Some drivers give a date as a moment."""
    return value.date() if isinstance(value, dt.datetime) else value
