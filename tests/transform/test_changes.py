"""From one day to the next: what the sync relations say after a push, and after the workbooks have changed."""

from __future__ import annotations

from tests.transform.conftest import GREYSON, HEADERS, RHONE, TODAY, Dbt, order

#: The ledger as a push that confirmed everything would leave it.
PUSH = """
insert into monday_sync_items (order_key, monday_item_id, group_name, item_name, customer_name, board_hash,
                               attempt_hash, outcome, retry_count)
select order_key, 'I' || _source_row, group_name, item_name, customer_name, board_hash, board_hash, 'SYNCED', 0
from swp_ORDER_LIST_SYNC;
insert into monday_sync_subitems (line_key, order_key, monday_subitem_id, item_name, customer_name, board_hash,
                                  attempt_hash, outcome, retry_count)
select line_key, order_key, 'S' || size_code, size_code, customer_name, board_hash, board_hash, 'SYNCED', 0
from ORDER_LIST_LINES;
insert into monday_sync_customers (customer_name, orders)
select customer_name, count(*) from ORDER_LIST group by customer_name;
"""
#: What makes ORDER_LIST of the customers' rows.
WAY = ("unioned", "judged", "staged", "typed")
WAITING_ITEMS = (
    "select o.item_name, o.action_type, o.sync_state, o.total_qty, o.is_held_back from sync_monday__items o order by 1"
)
WAITING_LINES = (
    "select item.item_name, l.size_code, l.action_type, l.qty from sync_monday__subitems l "
    "join monday_sync_items item using (order_key) where l.is_held_back = 0 order by 1, 2"
)


def test_the_views_are_live(copied: Dbt) -> None:
    """Right after a push, without another build, nothing waits and all are SYNCED."""
    assert copied.rows("select count(*) from sync_monday__items") == [(9,)]
    copied.change(PUSH)
    assert copied.rows("select count(*) from sync_monday__items") == [(0,)]
    assert copied.rows("select count(*) from sync_monday__subitems") == [(0,)]
    assert copied.rows("select distinct sync_state, action_type from FACT_ORDER_LIST") == [("SYNCED", None)]


def test_another_mapping_makes_its_level_due(copied: Dbt) -> None:
    """A mapping that monday_sync declares is seen at once: by orders or lines, and lines then follow what it shows."""
    copied.change(PUSH)
    waiting = "select (select count(*) from sync_monday__items), (select count(*) from sync_monday__subitems)"
    mapping = "insert into monday_sync_mappings (board_id, row_level, mapping, view_column, is_current) values "
    copied.change(mapping + "('1', 'item', 'old', 'notes', 0), ('1', 'item', 'new', 'po_number', 1)")
    assert copied.rows(waiting) == [(9, 0)]
    copied.change("delete from monday_sync_mappings")
    assert copied.rows(waiting) == [(0, 0)]
    copied.change(mapping + "('1', 'subitem', 'new', 'qty', 1)")
    ((items, lines),) = copied.rows(waiting)
    assert (items, lines > 0) == (0, True)
    hashes = "select line_key, board_hash from ORDER_LIST_LINES order by 1"
    plain = copied.rows(hashes)
    copied.change(mapping + "('1', 'subitem', 'new', 'order_type', 1)")
    assert all(a != b for (_, a), (_, b) in zip(plain, copied.rows(hashes), strict=True))


def test_tomorrow_s_workbooks_change_the_right_rows_and_only_those(copied: Dbt) -> None:
    """An edit is an UPDATE, a cancelled order goes to 0, a vanished size to 0, a vanished order is a DELETE.

    Rhone's workbook lost three of its four orders: every change of it is held back, with the reason.
    """
    copied.change(PUSH)
    # the ledger of a version before: the build gives it what the views read
    copied.change("drop table monday_sync_fills; drop table monday_sync_mappings")
    for column in ("lines", "pieces"):
        copied.change(f"alter table monday_sync_customers drop column {column}")
    tomorrow = list(TODAY[GREYSON])
    tomorrow[0] = order("G-1", {"NOTES": "rush"})
    tomorrow[2] = {**tomorrow[2], "ORDER TYPE": "CANCELLED"}
    tomorrow[7] = order("G-5", {"TOTAL QTY": "7", "XS": None})
    tomorrow[8] = order("G-7")
    copied.land(GREYSON, "GREYSON_ORDER_LIST.xlsx", tomorrow)
    copied.land(RHONE, "RHONE_ORDER_LIST.xlsx", TODAY[RHONE][:1])
    copied.run("build", "--exclude", "test_type:unit")

    greyson = [row for row in copied.rows(WAITING_ITEMS) if row[-1] == 0]
    assert greyson == [
        ("ST-1 NAVY G-1 PO-1", "UPDATE", "PENDING", 12, 0),
        ("ST-1 NAVY G-3 PO-1", "UPDATE", "PENDING", 0, 0),
        ("ST-1 NAVY G-5 PO-1", "UPDATE", "PENDING", 7, 0),
        ("ST-1 NAVY G-6 PO-1", "DELETE", "PENDING", None, 0),
        ("ST-1 NAVY G-7 PO-1", "INSERT", "NEW", 12, 0),
    ]
    assert copied.rows(WAITING_LINES) == [
        ("ST-1 NAVY G-3 PO-1", "XS", "UPDATE", 0),
        ("ST-1 NAVY G-5 PO-1", "XS", "UPDATE", 0),
        ("ST-1 NAVY G-6 PO-1", "30/32", "DELETE", 0),
        ("ST-1 NAVY G-6 PO-1", "XS", "DELETE", 0),
    ]
    versions = copied.rows(
        "select aag_order_number, count(*), count(dbt_valid_to) from order_list_history "
        "where customer_name = 'GREYSON' group by 1 order by 1"
    )
    assert versions == [("G-1", 2, 1), ("G-2", 1, 0), ("G-3", 2, 1), ("G-5", 2, 1), ("G-6", 1, 1), ("G-7", 1, 0)]
    held = "select action_type, held_back_reason, count(*) from {} where is_held_back = 1 group by all"
    reason = "Only 1 of the 4 orders last pushed are left."
    assert copied.rows(held.format("sync_monday__items")) == [("DELETE", reason, 3)]
    assert copied.rows(held.format("sync_monday__subitems")) == [("DELETE", reason, 6)]


def test_an_upgrade_keeps_the_last_good_orders_of_a_refused_workbook(copied: Dbt) -> None:
    """They are taken from the table under its former name; where there is none, the workbook's line says so."""
    orders = "select customer_name, count(*) from ORDER_LIST group by 1 order by 1"
    before = copied.rows(orders)
    way = ("stg_greyson", "int_headers__judged", "int_workbooks__judged", *(f"int_orders__{w}" for w in WAY))
    upgrade = ("run", "--select", *way, "order_list", "order_list_workbooks")
    headers = ["UOM" if header == "UNIT OF MEASURE" else header for header in HEADERS]
    copied.land(GREYSON, "GREYSON_ORDER_LIST.xlsx", [order("G-9")], headers)
    copied.change("alter table int_orders__unioned rename to order_list_rows")
    copied.run(*upgrade)
    assert copied.rows(orders) == before
    status = f"select status, sheet_rows, reason from order_list_workbooks where raw_table = '{GREYSON}'"
    ((read, rows, reason),) = copied.rows(status)
    assert (read, rows) == ("refused", len(TODAY[GREYSON]))
    assert reason.startswith("No header is known as UNIT OF MEASURE")
    assert reason.endswith("or correct the header.")

    copied.change("drop table int_orders__unioned; drop table order_list_rows")
    copied.run(*upgrade)
    assert copied.rows(orders) == [("RHONE", 4)]
    assert copied.rows(status)[0][1:] == (
        0, f"{reason} No good rows of it stand from a build before, so it has no orders now."
    )  # fmt: skip
