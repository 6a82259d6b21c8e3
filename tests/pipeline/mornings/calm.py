"""A calm morning: 46 workbooks, of which three customers have orders, all of it on the board."""

from __future__ import annotations

import datetime as dt

from monday_sync import Counts, PushResult
from warehouse import Session

FILES = {"AJE": 5, "GREYSON": 10, "RHONE": 8}
#: Workbooks of customers that have no orders this season.
OTHERS = 43

_TABLES = """
create table loader_file_log (
    file varchar, raw_table varchar, status varchar, reason varchar, load_seq bigint, source varchar, load_id varchar
);
create table "ORDER_LIST" (
    order_key varchar, customer_name varchar, aag_order_number varchar, _source_file varchar, _source_row integer
);
create table "ORDER_LIST_LINES" (order_key varchar);
create table order_list_rejects (
    _source_file varchar, _source_sheet varchar, _source_row integer, customer_name varchar, reject_level varchar,
    column_name varchar, value_text varchar, reason_code varchar, reason varchar
);
create table order_list_workbooks (raw_table varchar, status varchar, reason varchar);
create table order_list_headers (_source_file varchar, header varchar, role varchar);
create table order_list_drift (customer_name varchar, reason varchar);
create table order_list_failed_tests (customer_name varchar, test_name varchar, failing_rows integer);
create table sync_customers (customer_name varchar, is_held_back integer, held_back_reason varchar);
create table sync_monday__items (
    customer_name varchar, is_held_back integer, action_type varchar, held_back_reason varchar
);
create table sync_monday__subitems (customer_name varchar, is_held_back integer, held_back_reason varchar);
create table monday_sync_items (
    customer_name varchar, item_name varchar, error_message varchar, retry_count integer, outcome varchar,
    order_key varchar, attempt_hash varchar, attempted_at timestamp
);
create table monday_sync_subitems (
    customer_name varchar, item_name varchar, error_message varchar, retry_count integer, outcome varchar,
    line_key varchar, attempt_hash varchar, attempted_at timestamp, order_key varchar
);
create table monday_sync_accepted (
    row_level varchar, row_key varchar, board_hash varchar, accepted_by varchar, accepted_at timestamp,
    reason varchar, ended_at timestamp
);
"""


def set_up(session: Session) -> None:
    """The relations as load, build and push leave them on a day without trouble."""
    session.execute(_TABLES)
    for name, count in FILES.items():
        table, file = f"x{name}_ORDER_LIST_RAW", f"{name} ORDER LIST (M3).xlsx"
        # one sheet row more than orders: it has no number
        session.execute(f"create table \"{table}\" as select '{file}' as _source_file from range({count + 1})")
        session.execute(
            f"insert into \"ORDER_LIST\" select '{name}' || range, '{name}', '{name[0]}-' || (100 + range), '{file}', "
            f"range + 2 from range({count})"
        )
        session.execute(f"insert into order_list_workbooks values ('{table}', 'read', null)")
        session.execute(f"insert into loader_file_log values ('{file}', '{table}', 'landed', null, 2, 'in', 'l2')")
        session.execute(
            f"insert into order_list_rejects values ('{file}', 'MASTER', {count + 2}, null, 'row', null, null, "
            "'no_order_number', 'AAG ORDER NUMBER is empty: a total, or an order not numbered yet.')"
        )
        session.execute(f"insert into sync_customers values ('{name}', 0, null)")
    session.execute('insert into "ORDER_LIST_LINES" select order_key from "ORDER_LIST"')
    session.execute(
        f"insert into loader_file_log select 'C' || range || '.xlsx', 'xC' || range || '_ORDER_LIST_RAW', 'unchanged', "
        f"null, 2, 'in', 'l2' from range({OTHERS})"
    )


def fail(session: Session, order: str, message: str, *, outcome: str = "ERROR", attempts: int = 1) -> None:
    """Let the ledger say that the board did not take an order."""
    session.execute(
        "insert into monday_sync_items select customer_name, 'POLO ' || aag_order_number, ?, ?, ?, order_key, 'h', ? "
        'from "ORDER_LIST" where order_key = ?',
        [message, attempts, outcome, dt.datetime(2026, 11, 20, 6), order],  # noqa: DTZ001 - tables hold UTC
    )


def pushed(**changed: object) -> PushResult:
    """What a push gives back that found nothing to do, but for what is given."""
    quiet: dict[str, object] = {
        "run_id": "push-1", "target": "local", "board_id": "1", "outcome": "done", "groups_created": 0,
        "groups_archived": 0, "duplicates_archived": 0, "items": Counts(), "subitems": Counts(), "customers": (),
        "deletes_reported": 0, "recovered": 0, "duplicates": (), "errors": (), "given_up": (), "conflicts": 0,
        "calls": 3, "points": 30, "seconds": 1.0, "success_share": 1.0, "verdict": "success", "due": 0,
    }  # fmt: skip
    return PushResult(**{**quiet, **changed})  # type: ignore[arg-type]
