"""Data tests that fail: the customers on whose rows they do are held back, by name, and nobody else is."""

from __future__ import annotations

from tests.transform.conftest import Dbt

#: A test each that shows the customer, the order, the file, or none of them.
SINGULAR = {
    "by_customer": "select customer_name from {{ ref('order_list') }} where customer_name = 'RHONE'",
    "by_order": "select order_key from {{ ref('order_list') }} where aag_order_number in ('R-1', 'R-2')",
    "by_file": "select distinct _source_file from {{ ref('order_list') }} where customer_name = 'RHONE'",
    "of_nobody": "select count(*) as orders from {{ ref('order_list') }}",
}
#: Column of ORDER_LIST to a generic test, which shows the value of its column and nothing else.
GENERIC = {
    "order_type": "accepted_values: {name: no_order_is_cancelled, arguments: {values: [RECEIVED]}}",
    "po_number": "not_null: {name: every_order_has_a_po}",
}
NAMES = (*SINGULAR, "no_order_is_cancelled", "every_order_has_a_po")
HELD = "select customer_name, test_name, failing_rows from order_list_failed_tests order by 1, 2"
REASONS = "select customer_name, is_held_back, held_back_reason from sync_customers order by 1"
WAITING = "select customer_name, max(is_held_back) from sync_monday__items group by customer_name"


def test_a_failing_data_test_holds_its_customers_back_and_no_others(copied: Dbt) -> None:
    """Whatever of a row a test shows, its customer is found; a test that shows none fails the run; a pass lets go."""
    checks = copied.folder / "tests" / "dbt"
    for name, sql in SINGULAR.items():
        (checks / f"{name}.sql").write_text(sql, encoding="utf-8")
    contract = copied.folder / "models" / "marts" / "order_list.yml"
    columns = contract.read_text(encoding="utf-8")
    for name, test in GENERIC.items():
        head = f"      - name: {name}\n"
        assert head in columns
        columns = columns.replace(head, f"{head}        data_tests: [{test}]\n")
    contract.write_text(columns, encoding="utf-8")
    copied.change("update ORDER_LIST set po_number = null where aag_order_number = 'R-4'")

    done = copied.run("test", "--select", *NAMES, check=False)
    assert done.returncode != 0
    assert "of_nobody: fails on rows that name no customer" in done.stdout
    assert copied.rows(HELD) == [
        ("GREYSON", "no_order_is_cancelled", 1),
        ("RHONE", "by_customer", 4),
        ("RHONE", "by_file", 1),
        ("RHONE", "by_order", 2),
        ("RHONE", "every_order_has_a_po", 1),
    ]

    (checks / "by_order.sql").unlink()
    (checks / "by_file.sql").write_text("{{ config(meta={'only_reports': true}) }}" + SINGULAR["by_file"], "utf-8")
    (checks / "of_nobody.sql").write_text("select 1 as x where 1 = 0", encoding="utf-8")
    copied.change("update ORDER_LIST set order_type = 'RECEIVED', po_number = 'P'")
    copied.run("test", "--select", *NAMES)
    assert copied.rows(HELD) == [("RHONE", "by_customer", 4)]
    assert copied.rows(REASONS) == [("RHONE", 1, "The test by_customer fails on 4 of its rows.")]
    assert dict(copied.rows(WAITING)) == {"GREYSON": 0, "RHONE": 1}
