"""The cutover checks ask the target's own schema, whatever the login's default is."""

from __future__ import annotations

from pathlib import Path

from pipeline.stages.validate import _cutover
from warehouse import Target, open_warehouse


def test_the_cutover_checks_read_the_target_s_schema(tmp_path: Path) -> None:
    """Beside a view of the same name in the default schema, that of the target is counted, and its columns checked."""
    warehouse = open_warehouse(Target("local", "duckdb", "orders", {"path": str(tmp_path / "o.duckdb")}, tmp_path))
    columns = "'NEW' as sync_state, 'UPDATE' as action_type, 'CANCELLED' as order_type"
    with warehouse.session() as session:
        session.execute("create schema if not exists orders")
        session.execute(f"create view orders.swp_ORDER_LIST_SYNC as select {columns}")
        session.execute("create view orders.FACT_ORDER_LIST as select 1 as sync_state, 2 as action_type")
        session.execute("create view main.swp_ORDER_LIST_SYNC as select * from orders.swp_ORDER_LIST_SYNC where 1 = 0")
        session.execute("create view main.ORDER_LIST_LINES as select 1 as monday_item_id, 2 as monday_subitem_id")
        counts, problems = _cutover(session, warehouse)
    assert set(counts.values()) == {1}
    assert [problem.split()[-1] for problem in problems] == ["monday_item_id.", "monday_subitem_id."]
