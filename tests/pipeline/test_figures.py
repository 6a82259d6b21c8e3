"""The counts of a report come from the relations, whichever of them are there yet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.figures import read_figures
from pipeline.model import BoardFigures, CustomerFigures, FailedRow, Pushed, RejectedFile, Rejects, UnknownHeader
from warehouse import Warehouse
from warehouse.duckdb import DuckDBSession

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)

_TABLES = """
create table "xAJE_ORDER_LIST_RAW" as select 'AJE.xlsx' as _source_file from range(3);
create table "xRHONE_ORDER_LIST_RAW" as select 'RHONE.xlsx' as _source_file from range(2);
create table "xEMPTY_ORDER_LIST_RAW" (_source_file varchar);
create table loader_file_log (file varchar, raw_table varchar, status varchar, reason varchar, logged_at timestamp);
insert into loader_file_log values
    ('AJE.xlsx', 'xAJE_ORDER_LIST_RAW', 'landed', null, '2026-01-02 03:04:05'),
    ('BAD.xlsx', 'xBAD_ORDER_LIST_RAW', 'rejected', 'BAD.xlsx is no workbook. Save it again.', '2026-01-02 03:04:06'),
    ('RHONE.xlsx', 'xRHONE_ORDER_LIST_RAW', 'unchanged', null, '2026-01-02 03:04:06'),
    ('OLD.xlsx', 'xOLD_ORDER_LIST_RAW', 'rejected', 'An earlier run.', '2026-01-01 00:00:00');
create table "ORDER_LIST" as select * from (values
    ('a', 'AJE', 'AJE.xlsx'), ('b', 'AJE', 'AJE.xlsx'), ('c', 'RHONE', 'RHONE.xlsx')
) t(order_key, customer_name, _source_file);
create table "ORDER_LIST_LINES" as select * from (values ('a'), ('a'), ('c')) t(order_key);
create table order_list_rejects as select * from (values
    ('AJE.xlsx', 'row', 'no_order_number', 'No number.'), ('AJE.xlsx', 'value', 'not_a_date', 'TBC is no date.'),
    ('RHONE.xlsx', 'row', 'no_order_number', 'No number.')
) t(_source_file, reject_level, reason_code, reason);
create table order_list_headers as select * from (values
    ('AJE.xlsx', 'SHIP WINDOW', 'unknown'), ('AJE.xlsx', 'XL', 'size')
) t(_source_file, header, role);
create table sync_monday__items as select * from (values
    ('AJE', 0, 'UPDATE', null), ('AJE', 0, 'DELETE', null), ('RHONE', 1, 'INSERT', '1 order, 9 were last pushed')
) t(customer_name, is_held_back, action_type, held_back_reason);
create table sync_monday__subitems as select * from (values
    ('AJE', 0, null), ('ASRV', 1, '1 piece, 9 were last pushed'), ('ASRV', 1, '1 piece, 9 were last pushed'),
    ('RHONE', 1, '1 order, 9 were last pushed')
) t(customer_name, is_held_back, held_back_reason);
create table sync_customers as select * from (values
    ('AJE', 0, null), ('ASRV', 1, '1 piece, 9 were last pushed'), ('RHONE', 1, '1 order, 9 were last pushed'),
    ('TELFAR', 1, 'The test no_price fails on 1 of its rows.')
) t(customer_name, is_held_back, held_back_reason);
create table order_list_drift as select * from (values
    ('AJE', 'planner is empty: no header "PLANNER" in AJE.xlsx.')
) t(customer_name, reason);
create table monday_sync_items as select * from (values
    ('AJE', 'POLO', 'The label is too long.', 5, 'DEAD'), ('AJE', 'TEE', null, 0, 'SYNCED')
) t(customer_name, item_name, error_message, retry_count, outcome);
create table monday_sync_subitems as select * from (values
    ('AJE', 'XL', 'Refused.', 1, 'ERROR')
) t(customer_name, item_name, error_message, retry_count, outcome);
"""


@pytest.fixture
def built(warehouse: Warehouse) -> Warehouse:
    with warehouse.session() as session:
        session.execute(_TABLES)
    return warehouse


def test_an_empty_database_has_no_figures(warehouse: Warehouse) -> None:
    """Before the first run every list is empty and nothing fails."""
    figures = read_figures(warehouse, since=NOW)
    assert (figures.customers, figures.rejects, dict(figures.files)) == ((), (), {})


def test_each_customer_has_its_counts(built: Warehouse) -> None:
    """Files, rows, orders, lines, rejects, what was pushed and what waits, a customer a line."""
    pushed = Pushed(BoardFigures(items_created=1), {"AJE": (1, 2, 3)})
    aje, bad, empty, rhone = read_figures(built, since=NOW, pushed=pushed).customers
    assert aje == CustomerFigures(
        "AJE", ("AJE.xlsx",), "landed", rows=3, orders=2, lines=2, rejected_rows=1, rejected_values=1,
        created=1, updated=2, failed=3, waiting=1,
    )  # fmt: skip
    assert bad == CustomerFigures("BAD", ("BAD.xlsx",), "rejected")
    assert empty == CustomerFigures("EMPTY", ("",))
    assert rhone == CustomerFigures(
        "RHONE", ("RHONE.xlsx",), "unchanged", rows=2, orders=1, lines=1, rejected_rows=1, held_back=1
    )  # fmt: skip


def test_orders_in_anothers_workbook_are_their_own_customers(built: Warehouse) -> None:
    """A second customer in a workbook has its orders and lines by its own name, and both still add up."""
    with built.session() as session:
        session.execute("update \"ORDER_LIST\" set customer_name = 'LAMBS' where order_key = 'b'")
        session.execute("insert into \"ORDER_LIST_LINES\" values ('b')")
    found = {c.customer: c for c in read_figures(built, since=NOW).customers}
    assert found["LAMBS"] == CustomerFigures("LAMBS", rows=1, orders=1, lines=1)
    assert (found["AJE"].rows, found["AJE"].orders, found["AJE"].rejected_rows) == (2, 1, 1)
    assert found["AJE"].adds_up


def test_rows_that_do_not_add_up_are_named(built: Warehouse) -> None:
    """Taking one reject away leaves a row unaccounted for, and its customer is named."""
    assert read_figures(built, since=NOW).does_not_add_up == ()
    with built.session() as session:
        session.execute("delete from order_list_rejects where _source_file = 'RHONE.xlsx'")
    assert read_figures(built, since=NOW).does_not_add_up == ("RHONE",)


def test_a_workbook_that_no_model_reads_is_named(built: Warehouse) -> None:
    """Rows of which nothing came, no order and no reject, are no sum that fails: their customer is not set up."""
    with built.session() as session:
        session.execute("delete from order_list_rejects where _source_file = 'RHONE.xlsx'")
        session.execute("delete from \"ORDER_LIST\" where _source_file = 'RHONE.xlsx'")
    figures = read_figures(built, since=NOW)
    assert figures.does_not_add_up == ()
    (sentence,) = figures.unread
    assert "RHONE.xlsx: 2 row(s)" in sentence


def test_the_files_are_those_of_this_run(built: Warehouse) -> None:
    """Files of earlier runs are not counted; a rejected one brings its reason."""
    figures = read_figures(built, since=NOW)
    assert dict(figures.files) == {"landed": 1, "rejected": 1, "unchanged": 1}
    assert figures.rejected_files == (RejectedFile("BAD.xlsx", "BAD.xlsx is no workbook. Save it again."),)


def test_warnings_and_failures_are_listed(built: Warehouse) -> None:
    """Unknown headers, rejects by reason, emptied columns, held-back customers and failed records, for a person."""
    figures = read_figures(built, since=NOW)
    assert figures.unknown_headers == (UnknownHeader("AJE.xlsx", "SHIP WINDOW"),)
    assert figures.rejects == (
        Rejects("row", "no_order_number", 2, "No number."),
        Rejects("value", "not_a_date", 1, "TBC is no date."),
    )
    lines_alone, both, nothing_waits = figures.held_back
    assert nothing_waits.startswith("TELFAR: The test no_price fails on 1 of its rows. (0 change(s) wait;")
    assert lines_alone.startswith("ASRV: 1 piece, 9 were last pushed (2 change(s) wait;")
    assert both.startswith("RHONE: 1 order, 9 were last pushed (2 change(s) wait;")
    assert figures.drift == ('AJE: planner is empty: no header "PLANNER" in AJE.xlsx.',)
    assert figures.failed_rows == (
        FailedRow("AJE", "item", "POLO", "The label is too long.", 5, given_up=True),
        FailedRow("AJE", "subitem", "XL", "Refused.", 1, given_up=False),
    )


def test_the_number_of_statements_does_not_grow(built: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred more raw tables and orders cost not one statement more."""
    said: list[str] = []
    rows = DuckDBSession.rows
    monkeypatch.setattr(DuckDBSession, "rows", lambda s, sql, p=(): said.append(sql) or rows(s, sql, p))
    read_figures(built, since=NOW)
    before = len(said)
    with built.session() as session:
        for number in range(100):
            session.execute(f"create table \"x{number}_ORDER_LIST_RAW\" as select 'f{number}' as _source_file")
            session.execute(f"insert into \"ORDER_LIST\" values ('{number}', 'C{number}', 'f{number}')")
    said.clear()
    assert len(read_figures(built, since=NOW).customers) == 104
    assert len(said) == before
