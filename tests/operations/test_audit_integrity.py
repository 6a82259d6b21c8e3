"""Every fault in the rows is found, counted, shown with an example and its query; and only that fault."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from operations.audit import Verdict, audit
from tests.operations.audited import RAW, change, checks, fill, key, warehouse_in, wrong
from warehouse import Warehouse

_K = key(1)
#: What somebody does to the rows; the checks that say so; a value that the first of them shows.
FAULTS: list[tuple[str, list[str], str]] = [
    (f"insert into order_list_workbooks values ('{RAW}', 'other', 0, 'read')",
     ["raw_table of order_list_workbooks is there and unique",
      "raw rows are orders + rejected rows, table by table, where a workbook is read"], RAW),
    (f"insert into order_list_headers values ('{RAW}', 1)",
     ["raw_table, position of order_list_headers are there and unique"], RAW),
    ("insert into order_list_headers values ('xGONE', null)",
     ["raw_table, position of order_list_headers are there and unique",
      "each raw_table of order_list_headers is one of order_list_workbooks"], "xGONE"),
    ("insert into order_list_history (dbt_scd_id, order_key) values ('s1', 'x')",
     ["dbt_scd_id of order_list_history is there and unique"], "s1"),
    (f"insert into order_list_history (dbt_scd_id, order_key) values ('s9', '{_K}')",
     ["no order has two versions that hold now"], _K),
    (f"insert into int_order_lines__keyed values ('{key(11)}', '{_K}', 'S', 0, 0, 'h', 'ACTIVE')",
     ["line_key of int_order_lines__keyed is there and unique"], key(11)),
    (f"update int_order_lines__keyed set order_key = '{key(77)}' where order_key = '{key(2)}'",
     ["each order_key of int_order_lines__keyed is one of ORDER_LIST",
      "lines add up to the order's TOTAL QTY, or the rejects say that they do not"], key(77)),
    ("update int_order_lines__keyed set row_hash = null where qty = 0",
     ["int_order_lines__keyed has no row without order_key, size_code, ordered_qty, qty, row_hash"], "1"),
    ("update int_order_lines__keyed set qty = 5", ["cancelled orders show zero on every line, and no line is negative"],
     key(12)),
    (f"update \"ORDER_LIST\" set total_qty = 7 where order_key = '{_K}'",
     ["lines add up to the order's TOTAL QTY, or the rejects say that they do not"], "7"),
    ("update \"ORDER_LIST\" set customer_name = 'ACME' where total_qty = 5 and order_type = 'ACTIVE'",
     ["each customer_name of ORDER_LIST is one of customer_names"], "ACME"),
    ("insert into order_list_rejects values ('GONE.xlsx', 2, 'value', 'X', 'blank', 'Why.')",
     ["each _source_file of order_list_rejects is one of order_list_workbooks"], "GONE.xlsx"),
    ("update order_list_rejects set reason = null",
     ["order_list_rejects has no row without reject_level, reason_code, reason"], "1"),
    ("delete from order_list_rejects", ["sheet rows are orders + rejected rows, file by file"], "GREYSON.xlsx"),
    (f"delete from \"{RAW}\" where _source_row = 4",
     ["each raw table has the rows that its load landed",
      "raw rows are orders + rejected rows, table by table, where a workbook is read"], RAW),
    ("update monday_sync_items set monday_item_id = '1'",
     ["no monday_item_id stands for two rows of monday_sync_items", "monday_sync_items.item_one_each holds"], "1"),
    ("update monday_sync_subitems set monday_subitem_id = '11'",
     ["no monday_subitem_id stands for two rows of monday_sync_subitems",
      "monday_sync_subitems.subitem_one_each holds"], "11"),
    ("update monday_sync_subitems set monday_subitem_id = '1' where monday_subitem_id = '11'",
     ["no id is an item's and a subitem's"], "1"),
    (f"update monday_sync_items set monday_item_id = null where order_key = '{_K}'",
     ["monday_sync_items.item_synced_is_linked holds"], "SYNCED"),
    ("update monday_sync_items set outcome = 'DONE' where monday_item_id = '2'",
     ["monday_sync_items.item_outcome holds"], "DONE"),
    ("update monday_sync_items set retry_count = -1 where monday_item_id = '2'",
     ["monday_sync_items.item_retries holds"], "-1"),
    ("update monday_sync_items set board_hash = 'short' where monday_item_id = '2'",
     ["monday_sync_items.item_hashes holds"], "short"),
    ("update monday_sync_subitems set board_id = null where monday_subitem_id = '11'",
     ["monday_sync_subitems has no row without board_id, order_key"], "1"),
    (f"delete from monday_sync_items where order_key = '{_K}'",
     ["each order_key of monday_sync_subitems is one of monday_sync_items"], _K),
    (f"insert into monday_sync_items (order_key, board_id, monday_item_id, outcome) "
     f"values ('{key(99)}', 'b', '99', 'INTENT')", ["each order of the ledger stands, or stood once"], "99"),
    ("delete from monday_sync_runs", ["each run_id of monday_sync_attempts is one of monday_sync_runs"], "push"),
    (f"insert into monday_sync_groups (board_id, group_key, group_name, group_id) values ('b', '{key(2)}', 'X', 'g1')",
     ["each group of the board stands for one name"], "g1"),
    ("insert into pipeline_stages (run_id, stage) values ('gone', 'load')",
     ["each run_id of pipeline_stages is one of pipeline_runs"], "gone"),
    ("update loader_file_log set load_seq = null", ["loader_file_log has no row without load_seq"], "1"),
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    fill(folder)
    return folder


@pytest.fixture
def database(whole: Path, tmp_path: Path) -> Warehouse:
    """A copy to spoil."""
    shutil.copy(whole / "a.duckdb", tmp_path)
    shutil.copytree(whole / "operations", tmp_path / "operations")
    return warehouse_in(tmp_path)


def test_a_sound_database_passes(whole: Path) -> None:
    """Nothing is wrong with what a run leaves; what is empty has not passed, and is named."""
    found = audit(warehouse_in(whole), ["integrity"])
    assert [check.name for check in found.checks if check.verdict is Verdict.FAILED] == []
    assert found.well
    nothing = [check.name for check in found.checks if check.verdict is Verdict.NOTHING]
    assert "plan_id of monday_sync_plans is there and unique" in nothing
    assert len(nothing) < len(found.checks) / 4
    assert all(check.looked_at for check in found.checks if check.verdict is Verdict.PASSED)


@pytest.mark.parametrize(("statement", "names", "shown"), FAULTS, ids=[names[0] for _, names, _ in FAULTS])
def test_each_fault_is_found(database: Warehouse, statement: str, names: list[str], shown: str) -> None:
    """The checks about it fail and no others; the first shows an example, and its query gives the same rows."""
    change(database, statement)
    found = wrong(database, "integrity")
    assert sorted(found) == sorted(names)
    check = found[names[0]]
    assert check.found == 1
    assert shown in [str(value) for value in check.examples[0]]
    with database.session(read_only=True) as session:
        assert len(session.rows(check.query)) == check.found


def test_ten_examples_of_many_are_shown(database: Warehouse) -> None:
    """All are counted, ten are shown, by the first column in order."""
    change(database, "insert into order_list_rejects select 'G' || i, i, 'row', null, 'blank', 'x' from range(25) t(i)")
    check = wrong(database, "integrity")["each _source_file of order_list_rejects is one of order_list_workbooks"]
    assert (check.found, len(check.examples), check.looked_at) == (25, 10, 26)
    assert [row[0] for row in check.examples[:3]] == ["G0", "G1", "G10"]


def test_a_query_that_fails_has_not_passed(database: Warehouse) -> None:
    """A table without the column that a rule asks for fails that check, with the engine's words; the others go on."""
    change(database, 'alter table "int_order_lines__keyed" drop column order_type')
    found = wrong(database, "integrity")
    (check,) = found.values()
    assert check.name.startswith("cancelled orders show zero")
    assert "could not be looked at" in check.message
    assert "DuckDB refused" in check.message
    assert "order_type" in check.query


def test_nothing_to_look_at_is_no_pass(tmp_path: Path) -> None:
    """A database without our relations is not well, and says that nothing was checked."""
    warehouse = warehouse_in(tmp_path)
    change(warehouse, "create table x (a integer)")
    found = audit(warehouse, ["integrity"])
    assert not found.well
    assert found.verdict == "Nothing was checked: there was nothing to look at."
    assert found.blank == ["integrity"]
    assert {check.verdict for check in found.checks} == {Verdict.NOTHING}


def test_a_customer_that_is_gone_is_noted(database: Warehouse) -> None:
    """What the ledger knows of a customer that the seed has no more is worth knowing, and nothing wrong."""
    change(database, "insert into monday_sync_customers (customer_name, orders) values ('GONE', 3)")
    check = checks(audit(database, ["tables"]))["the ledger's customers are those of the seed"]
    assert (check.verdict, check.found, check.examples[0][0]) == (Verdict.NOTE, 1, "GONE")
