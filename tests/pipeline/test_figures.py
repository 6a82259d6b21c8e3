"""The counts of a report come from the relations, whichever of them are there yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from monday_sync import FailedRow
from pipeline.figures import read_figures
from pipeline.files import last_load
from pipeline.model import (
    BoardFigures,
    CustomerFigures,
    Pushed,
)
from pipeline.records import HeldBack, MissingFile, Place, RejectedFile, Rejects, UnknownHeader
from warehouse import Warehouse
from warehouse.duckdb import DuckDBSession

BEFORE = 7  # the last load before the run

_TABLES = """
create table "xAJE_ORDER_LIST_RAW" as select 'AJE.xlsx' as _source_file from range(3);
create table "xRHONE_ORDER_LIST_RAW" as select 'RHONE.xlsx' as _source_file from range(2);
create table "xEMPTY_ORDER_LIST_RAW" (_source_file varchar);
create table loader_file_log (
    file varchar, raw_table varchar, status varchar, reason varchar, load_seq bigint, source varchar, load_id varchar
);
insert into loader_file_log values
    ('AJE.xlsx', 'xAJE_ORDER_LIST_RAW', 'landed', null, 8, '/in', 'a'),
    ('BAD.xlsx', 'xBAD_ORDER_LIST_RAW', 'rejected', 'BAD.xlsx is no workbook. Save it again.', 8, '/in', 'a'),
    ('RHONE.xlsx', 'xRHONE_ORDER_LIST_RAW', 'unchanged', null, 8, '/in', 'a'),
    ('RHONE.xlsx', 'xRHONE_ORDER_LIST_RAW', 'missing', 'It was not there.', 7, '/in', '9'),
    ('GONE.xlsx', 'xGONE_ORDER_LIST_RAW', 'missing', 'It is not there.', 8, '/in', 'a'),
    ('notes.txt', null, 'ignored', 'It is no workbook.', 8, '/in', 'a'),
    ('OLD.xlsx', 'xOLD_ORDER_LIST_RAW', 'rejected', 'An earlier run.', 6, '/in', '8'),
    ('OTHER.xlsx', 'xOTHER_ORDER_LIST_RAW', 'rejected', 'Of another source.', 5, '/there', '7'),
    ('MENDED.xlsx', 'xMENDED_ORDER_LIST_RAW', 'rejected', 'At first.', 5, '/in', '6'),
    ('MENDED.xlsx', 'xMENDED_ORDER_LIST_RAW', 'forgotten', null, 6, '/in', '8');
create table "ORDER_LIST" as select * from (values
    ('a', 'AJE', 'AJE.xlsx', 'A-1', 2), ('b', 'AJE', 'AJE.xlsx', 'A-2', 3), ('c', 'RHONE', 'RHONE.xlsx', 'R-1', 2)
) t(order_key, customer_name, _source_file, aag_order_number, _source_row);
create table "ORDER_LIST_LINES" as select * from (values ('a'), ('a'), ('c')) t(order_key);
create table order_list_rejects as select * from (values
    ('AJE.xlsx', 'row', 'no_order_number', 'No number.', 4, null, null),
    ('AJE.xlsx', 'value', 'not_a_date', 'TBC is no date.', 2, 'ORDER DATE', 'TBC'),
    ('RHONE.xlsx', 'row', 'no_order_number', 'No number.', 3, null, null)
) t(_source_file, reject_level, reason_code, reason, _source_row, column_name, value_text);
alter table order_list_rejects add column _source_sheet varchar;
alter table order_list_rejects add column customer_name varchar;
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
    ('AJE', 'POLO', 'The label is too long.', 5, 'DEAD', 'o1', 'h1', timestamp '2026-11-20 06:00:00'),
    ('AJE', 'TEE', null, 0, 'SYNCED', 'o2', 'h2', timestamp '2026-11-20 06:00:00')
) t(customer_name, item_name, error_message, retry_count, outcome, order_key, attempt_hash, attempted_at);
create table monday_sync_subitems as select * from (values
    ('AJE', 'XL', 'Refused.', 1, 'ERROR', 'l1', 'h3', timestamp '2026-11-21 06:00:00', 'a')
) t(customer_name, item_name, error_message, retry_count, outcome, line_key, attempt_hash, attempted_at, order_key);
create table monday_sync_accepted as select * from (values
    ('item', 'o1', 'h1', 'maria', timestamp '2026-11-22 06:00:00', 'They know.', null),
    ('subitem', 'l1', 'h3', 'maria', timestamp '2026-11-22 06:00:00', 'Revoked.', timestamp '2026-11-23 06:00:00'),
    ('subitem', 'l1', 'another content', 'maria', timestamp '2026-11-22 06:00:00', 'Once.', null)
) t(row_level, row_key, board_hash, accepted_by, accepted_at, reason, ended_at);
"""


@pytest.fixture
def built(warehouse: Warehouse) -> Warehouse:
    with warehouse.session() as session:
        session.execute(_TABLES)
    return warehouse


def test_an_empty_database_has_no_figures(warehouse: Warehouse) -> None:
    """Before the first run every list is empty and nothing fails."""
    figures = read_figures(warehouse, after=BEFORE)
    assert (figures.customers, figures.rejects, dict(figures.files)) == ((), (), {})


def test_each_customer_has_its_counts(built: Warehouse) -> None:
    """Files, rows, orders, lines, rejects, what was pushed and what waits, a customer a line."""
    pushed = Pushed(BoardFigures(items_created=1), {"AJE": (1, 2, 3)})
    aje, bad, empty, gone, rhone = read_figures(built, after=BEFORE, pushed=pushed).customers
    assert aje == CustomerFigures(
        "AJE", ("AJE.xlsx",), "landed", rows=3, orders=2, lines=2, rejected_rows=1, rejected_values=1,
        created=1, updated=2, failed=3, waiting=1,
    )  # fmt: skip
    assert bad == CustomerFigures("BAD", ("BAD.xlsx",), "rejected")
    assert empty == CustomerFigures("EMPTY", ("",))
    assert gone == CustomerFigures("GONE", ("GONE.xlsx",), "missing")
    assert rhone == CustomerFigures(
        "RHONE", ("RHONE.xlsx",), "unchanged", rows=2, orders=1, lines=1, rejected_rows=1, held_back=1
    )  # fmt: skip


def test_orders_in_anothers_workbook_are_their_own_customers(built: Warehouse) -> None:
    """A second customer in a workbook has its orders and lines by its own name, and both still add up."""
    with built.session() as session:
        session.execute("update \"ORDER_LIST\" set customer_name = 'LAMBS' where order_key = 'b'")
        session.execute("insert into \"ORDER_LIST_LINES\" values ('b')")
    found = {c.customer: c for c in read_figures(built, after=BEFORE).customers}
    assert found["LAMBS"] == CustomerFigures("LAMBS", rows=1, orders=1, lines=1)
    assert (found["AJE"].rows, found["AJE"].orders, found["AJE"].rejected_rows) == (2, 1, 1)
    assert found["AJE"].adds_up


def test_rows_that_do_not_add_up_are_named(built: Warehouse) -> None:
    """Taking one reject away leaves a row unaccounted for, and its customer is named."""
    assert read_figures(built, after=BEFORE).does_not_add_up == ()
    with built.session() as session:
        session.execute("delete from order_list_rejects where _source_file = 'RHONE.xlsx'")
    assert read_figures(built, after=BEFORE).does_not_add_up == ("RHONE",)


def test_a_workbook_that_no_model_reads_is_named(built: Warehouse) -> None:
    """Rows of which nothing came, no order and no reject, are no sum that fails: their customer is not set up."""
    with built.session() as session:
        session.execute("delete from order_list_rejects where _source_file = 'RHONE.xlsx'")
        session.execute("delete from \"ORDER_LIST\" where _source_file = 'RHONE.xlsx'")
    figures = read_figures(built, after=BEFORE)
    assert figures.does_not_add_up == ()
    (message,) = figures.unread
    assert "RHONE.xlsx: 2 rows" in message


def test_the_files_are_those_of_this_run(built: Warehouse) -> None:
    """Files of earlier loads are not counted, whatever the clock said then."""
    counts = {"landed": 1, "rejected": 1, "unchanged": 1, "missing": 1, "ignored": 1}
    assert dict(read_figures(built, after=BEFORE).files) == counts
    assert dict(read_figures(built).files) == {}


def test_a_rejected_or_missing_file_stays_until_a_load_says_otherwise(built: Warehouse) -> None:
    """It does not leave the report by getting old, only by landing, being forgotten, or by a change of the source."""
    for figures in (read_figures(built, after=BEFORE), read_figures(built, after=8)):
        assert figures.rejected_files == (
            RejectedFile("BAD.xlsx", "BAD.xlsx is no workbook. Save it again."),
            RejectedFile("OLD.xlsx", "An earlier run."),
        )
        assert figures.missing_files == (MissingFile("GONE.xlsx", "It is not there."),)


def test_the_number_of_the_last_load(warehouse: Warehouse) -> None:
    """Without a log it is 0; lines of a version before count as the loads that they will be numbered as."""
    assert last_load(warehouse) == 0
    with warehouse.session() as session:
        session.execute(
            "create table loader_file_log as select 'x' as load_id union all select 'y' union all select 'y'"
        )
    assert last_load(warehouse) == 2
    assert read_figures(warehouse, after=2).rejected_files == ()
    with warehouse.session() as session:
        session.execute("alter table loader_file_log add column load_seq bigint")
        session.execute("update loader_file_log set load_seq = 5 where load_id = 'y'")
    assert last_load(warehouse) == 6


def test_warnings_and_failures_are_listed(built: Warehouse) -> None:
    """Unknown headers, rejects by reason, emptied columns, held-back customers and failed records, for a person."""
    figures = read_figures(built, after=BEFORE)
    assert figures.unknown_headers == (UnknownHeader("AJE.xlsx", "SHIP WINDOW"),)
    assert figures.rejects == (
        Rejects("row", "no_order_number", 2, "No number."),
        Rejects("value", "not_a_date", 1, "TBC is no date."),
    )
    lines_alone, both, nothing_waits = figures.held_back
    assert nothing_waits == HeldBack("TELFAR", "The test no_price fails on 1 of its rows.", 0)
    assert lines_alone == HeldBack("ASRV", "1 piece, 9 were last pushed", 2)
    assert both.message.startswith("RHONE: 1 order, 9 were last pushed (2 changes waiting;")
    assert figures.drift == ('AJE: planner is empty: no header "PLANNER" in AJE.xlsx.',)
    assert figures.failed_rows == (
        FailedRow(
            "AJE",
            "item",
            "POLO",
            "The label is too long.",
            5,
            given_up=True,
            since=dt.datetime.fromisoformat("2026-11-20 06:00"),
            accepted="accepted by maria on 2026-11-22: They know.",
            order="o1",
        ),
        FailedRow(
            "AJE",
            "subitem",
            "XL",
            "Refused.",
            1,
            given_up=False,
            since=dt.datetime.fromisoformat("2026-11-21 06:00"),
            order="a",
        ),
    )
    assert dict(figures.places) == {"a": Place("A-1", "AJE.xlsx", 2)}


def test_the_number_of_statements_does_not_grow(built: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred more raw tables and orders cost not one statement more."""
    said: list[str] = []
    rows = DuckDBSession.rows

    def counted(session: DuckDBSession, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        said.append(sql)
        return rows(session, sql, parameters)

    monkeypatch.setattr(DuckDBSession, "rows", counted)
    read_figures(built, after=BEFORE)
    before = len(said)
    with built.session() as session:
        for number in range(100):
            session.execute(f"create table \"x{number}_ORDER_LIST_RAW\" as select 'f{number}' as _source_file")
            session.execute(f"insert into \"ORDER_LIST\" values ('{number}', 'C{number}', 'f{number}', '1', 1)")
    said.clear()
    assert len(read_figures(built, after=BEFORE).customers) == 105
    assert len(said) == before
