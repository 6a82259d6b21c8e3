"""dbt build on two customers' workbooks with every kind of dirt: what comes out is what the contract promises."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

from tests.project import declared_columns
from tests.transform.conftest import GREYSON, RHONE, TODAY, Dbt

FILE = "GREYSON_ORDER_LIST.xlsx"
ROW_REJECTS = {5: "duplicate", 6: "blank", 7: "no_order_number", 8: "unknown_customer"}


def business_columns() -> list[str]:
    return [column["name"] for column in declared_columns() if "header" in column]


def sha256(**values: object) -> str:
    pairs = [f"{name}={value}" for name, value in values.items() if value is not None]
    return hashlib.sha256("\x1f".join(pairs).encode()).hexdigest()


def test_every_row_is_an_order_or_a_rejected_row(today: Dbt) -> None:
    """No row of a workbook just disappears, and each that is no order says why."""
    orders = {row for (row,) in today.rows("select _source_row from ORDER_LIST where _source_file = ?", [FILE])}
    rejected = dict(
        today.rows(
            "select _source_row, reason_code from order_list_rejects where reject_level = 'row' and _source_file = ?",
            [FILE],
        )
    )
    assert rejected == ROW_REJECTS
    assert orders | rejected.keys() == set(range(2, 2 + len(TODAY[GREYSON])))
    assert not orders & rejected.keys()


def test_values_that_do_not_fit_are_reported_and_the_order_stands(today: Dbt) -> None:
    """Each value reject names row, header, text and reason; the column of the order is NULL."""
    found = today.rows(
        "select _source_row, column_name, value_text, reason_code from order_list_rejects "
        "where reject_level = 'value' and _source_file = ? order by 1, 2",
        [FILE],
    )
    assert found == [
        (4, "30/32", "-", "not_a_number"),
        (4, "CUSTOMER PRICE", "TBC", "not_a_number"),
        (4, "DISCOUNT", "-", "not_a_number"),
        (4, "EX FACTORY DATE", "03/04/2026", "ambiguous_date"),
        (9, "0", "2000000", "out_of_range"),
        (9, "TOTAL QTY", "13", "total_differs"),
        (10, "CATEGORY", "#N/A", "excel_error"),
        (10, "STYLE DESCRIPTION", "x" * 101, "too_long"),
    ]
    order = "select ex_factory_date, customer_price, total_qty from ORDER_LIST where aag_order_number = 'G-3'"
    assert today.rows(order) == [(None, None, 1200)]


def test_orders_are_typed_and_cleaned(today: Dbt) -> None:
    """Blanks are folded, line breaks too; types are those of the contract; names are canonical and kept as found."""
    query = (
        "select customer_name, source_customer_name, notes, us_duty_rate, ex_factory_date, order_type "
        "from ORDER_LIST where _source_file = ? order by _source_row"
    )
    rows = today.rows(query, [FILE])
    day = dt.date(2026, 6, 15)
    assert rows[0] == ("GREYSON", "GREYSON", None, None, day, "RECEIVED")
    assert rows[1][:2] == ("GREYSON", "greyson clothiers")
    assert rows[1][5] == "CANCELLED"
    assert rows[2][:2] == ("GREYSON", "GREYSON")
    assert rows[4] == ("GREYSON", "GREYSON", "first second line", Decimal("0.075000"), day, "RECEIVED")


def test_a_new_size_flows_to_the_lines_and_cancelled_lines_are_zero(today: Dbt) -> None:
    """Any header between UNIT OF MEASURE and TOTAL QTY is a size; a quantity above zero is a line."""
    lines = today.rows(
        "select o.aag_order_number, l.size_code, l.ordered_qty, l.qty from ORDER_LIST_LINES l "
        "join ORDER_LIST o using (order_key) where o.customer_name = 'GREYSON' order by 1, 2"
    )
    plain = [(size, qty, qty) for size, qty in (("30/32", 7), ("XS", 5))]
    assert lines == [
        *(("G-1", *line) for line in plain),
        *(("G-2", size, qty, 0) for size, qty, _ in plain),
        ("G-3", "XS", 1200, 1200),
        *(("G-5", *line) for line in plain),
        *(("G-6", *line) for line in plain),
    ]


def test_keys_and_hashes_are_what_decisions_md_says(today: Dbt) -> None:
    """All of them, computed a second time in Python: name=value pairs joined by U+001F, SHA-256 over UTF-8."""
    names = business_columns()
    listed = ", ".join(f'"{name}"' for name in names)
    rows = today.rows(f"select order_key, row_hash, {listed} from ORDER_LIST")
    for order_key, row_hash, *values in rows:
        shown = dict(zip(names, values, strict=True))
        keyed = ("customer_name", "aag_order_number", "planned_delivery_method", "customer_style")
        assert order_key == sha256(**{name: shown[name] for name in keyed})
        assert row_hash == sha256(**shown)
    for line_key, order_key, size, qty, ordered, row_hash in today.rows(
        "select line_key, order_key, size_code, qty, ordered_qty, row_hash from ORDER_LIST_LINES"
    ):
        assert line_key == sha256(order_key=order_key, size_code=size)
        assert row_hash == sha256(size_code=size, qty=qty, ordered_qty=ordered)
    assert len(rows) == len(TODAY[GREYSON]) - len(ROW_REJECTS) + len(TODAY[RHONE])


def test_the_cutover_checks_run_as_they_stand(today: Dbt) -> None:
    """The operators' two statements, letter by letter."""
    counts = today.rows("""
        SELECT COUNT(*) AS total_records,
               COUNT(CASE WHEN sync_state = 'NEW' THEN 1 END) AS new_records,
               COUNT(CASE WHEN action_type = 'UPDATE' THEN 1 END) AS update_records,
               COUNT(CASE WHEN ORDER_TYPE = 'CANCELLED' THEN 1 END) AS cancelled_records
        FROM swp_ORDER_LIST_SYNC;
    """)
    columns = today.rows("""
        SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS
        WHERE TABLE_NAME IN ('FACT_ORDER_LIST', 'ORDER_LIST_LINES')
          AND COLUMN_NAME IN ('sync_state', 'action_type', 'monday_item_id', 'monday_subitem_id');
    """)
    assert counts == [(9, 9, 0, 1)]
    assert sorted(name for (name,) in columns) == sorted(
        ["sync_state", "action_type"] * 2 + ["monday_item_id", "monday_subitem_id"]
    )


def test_relations_are_spelled_as_the_contract_spells_them(today: Dbt) -> None:
    """The names are compared as they are, case included."""
    names = {name for (name,) in today.rows("select table_name from information_schema.tables")}
    assert names >= {
        "ORDER_LIST_STAGING", "ORDER_LIST", "order_list_rejects", "ORDER_LIST_LINES", "FACT_ORDER_LIST",
        "swp_ORDER_LIST_SYNC", "sync_monday__items", "sync_monday__subitems", "order_list_headers",
    }  # fmt: skip


def test_an_unlanded_workbook_is_an_empty_relation(today: Dbt) -> None:
    """44 customers have no table here; their views are there, empty, with all columns."""
    assert today.rows("select count(*) from stg_boggi_milano") == [(0,)]
    assert today.rows("select count(*) from (describe stg_boggi_milano)") == today.rows(
        "select count(*) from (describe stg_greyson)"
    )


def test_the_reconciliation_fails_when_an_order_is_lost(copied: Dbt) -> None:
    """dbt's own test finds a file whose rows are not orders plus rejected rows."""
    check = copied.compiled("rows_in_are_orders_plus_rejected_rows")
    assert copied.rows(check) == []
    copied.change("delete from ORDER_LIST where aag_order_number = 'G-1'")
    assert copied.rows(check) == [(FILE, 9, 4, 4)]


def test_totals_that_nobody_reported_fail(copied: Dbt) -> None:
    """dbt's own test finds an order whose lines differ from its total without a reject."""
    check = copied.compiled("lines_add_up_to_total_or_are_reported")
    assert copied.rows(check) == []
    copied.change("delete from order_list_rejects where reason_code = 'total_differs'")
    assert len(copied.rows(check)) == 1
