"""Records, after a push, what each customer that was pushed has: the next build is compared with it."""

from __future__ import annotations

from collections.abc import Collection

from monday_sync.engine.context import Context
from monday_sync.engine.source import DRIFT, FILLS, LINES, ORDERS
from monday_sync.ledger.baselines import Fill


def record_baselines(context: Context, customers: Collection[str], run_id: str) -> list[str]:
    """Record orders, lines, pieces and filled columns of ``customers`` as they are now.

    Returns:
        Sentences about columns that were mostly filled until now and are empty, which the new baseline no longer knows.
    """
    if not customers:
        return []
    ledger, relation = context.ledger, context.ledger.warehouse.relation
    with ledger.session() as session:
        orders = session.rows(f"select customer_name, count(*) from {relation(ORDERS)} group by customer_name")  # noqa: S608
        # what was ordered, not what the board shows: a customer may cancel as much as it likes
        lines = session.rows(
            "select customer_name, count(*), sum(cast(ordered_qty as bigint)) "  # noqa: S608
            f"from {relation(LINES)} group by customer_name"
        )
        fills = session.rows(f"select customer_name, column_name, orders, filled from {relation(FILLS)}")  # noqa: S608
        by_name = {str(name): (int(count), int(pieces or 0)) for name, count, pieces in lines}
        counts = {
            str(name): (int(count), *by_name.get(str(name), (0, 0)))
            for name, count in orders
            if name is not None and str(name) in customers
        }
        known = [Fill(str(c), str(column), int(n), int(f)) for c, column, n, f in fills if str(c) in counts]
        drift = session.rows(f"select customer_name, reason from {relation(DRIFT)} order by customer_name, reason")  # noqa: S608
        ledger.baselines.save(counts, known, run_id, context.clock())
    return [f"{name}: {reason}" for name, reason in drift if str(name) in counts]
