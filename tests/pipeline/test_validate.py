"""The cutover checks ask the target's own schema, whatever the login's default is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.dbt import DbtResult
from pipeline.history import History
from pipeline.model import Status
from pipeline.options import RunOptions
from pipeline.stages import Context
from pipeline.stages.validate import _cutover, validate
from warehouse import Target, Warehouse, open_warehouse


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


def test_a_validation_that_had_nothing_to_look_at_has_not_passed(
    one_order: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row in any workbook, no data test: each is a check that failed, and says so."""
    columns = "cast(null as varchar) as sync_state, cast(null as varchar) as action_type"
    with one_order.session() as session:
        session.execute('delete from "xAJE_ORDER_LIST_RAW"')
        session.execute('delete from "ORDER_LIST"')
        session.execute(f"create table \"swp_ORDER_LIST_SYNC\" as select {columns}, 'X' as order_type where 1 = 0")
        session.execute(f'create table "FACT_ORDER_LIST" as select {columns}, 1 as monday_item_id')
        session.execute("create table \"ORDER_LIST_LINES\" as select 1 as monday_subitem_id, 'a' as order_key")
        session.execute(
            "create table order_list_rejects as select 'f' as _source_file, 's' as _source_sheet, 1 as _source_row, "
            "'c' as customer_name, 'row' as reject_level, 'c' as column_name, 't' as value_text, 'r' as reason_code, "
            "'r' as reason where 1 = 0"
        )
    monkeypatch.setattr("pipeline.stages.validate.run_dbt", lambda *_, **__: DbtResult(0, (), 0.1))
    stage = validate(Context("run", one_order, RunOptions(), History(one_order)))
    assert (stage.status, stage.message[:45]) == (
        Status.FAILED, "2 checks failed. First: There is nothing to v",
    )  # fmt: skip
    assert [finding.verdict for finding in stage.findings] == ["failed", "failed"]
