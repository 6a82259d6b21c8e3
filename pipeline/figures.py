"""The counts of a run, read from the relations after its stages: the database says what happened, not the programs.

A fixed number of statements, whatever the number of rows and customers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from console import counted
from pipeline.customers import customer_figures
from pipeline.files import FILE_LOG, read_files
from pipeline.model import NOTHING_PUSHED, Figures, Pushed
from pipeline.reading import Reader
from pipeline.records import HeldBack, Place, RejectedFile, UnknownHeader
from pipeline.rejects import lost_orders, rejected_rows, rejects_by_reason
from warehouse import Session, Warehouse

_SHOWN_FAILURES = 200
_LEDGER = ("monday_sync_items", "monday_sync_subitems")

if TYPE_CHECKING:
    from monday_sync import FailedRow


def read_figures(warehouse: Warehouse, *, after: int | None = None, pushed: Pushed = NOTHING_PUSHED) -> Figures:
    """The state of the data now, what became of the files in the loads ``after`` that number, and what was pushed."""
    with warehouse.session(read_only=True) as session:
        read = Reader(session, warehouse)
        files = read_files(read.rows, session.columns(FILE_LOG), warehouse.quote("file"), after)
        failures = _failed_rows(read, session, warehouse)
        workbooks = {
            str(table): (str(status), str(reason))
            for table, status, reason in read.rows(
                "select raw_table, status, reason from {order_list_workbooks}", ["order_list_workbooks"]
            )
        }
        built = (
            {table: status for table, (status, _) in workbooks.items()} if read.has("order_list_workbooks") else None
        )
        rejects = rejected_rows(read)
        return Figures(
            customers=customer_figures(read, files.now, pushed.customers, built),
            rejects=rejects_by_reason(read),
            rejected_files=(*files.rejected, *_refused(read, workbooks)),
            missing_files=files.missing,
            unknown_headers=tuple(
                UnknownHeader(str(file or ""), str(header))
                for file, header in read.rows(
                    "select _source_file, header from {order_list_headers} where role = 'unknown' order by 1, 2",
                    ["order_list_headers"],
                )
            ),
            drift=tuple(
                f"{name}: {reason}"
                for name, reason in read.rows(
                    "select customer_name, reason from {order_list_drift} order by 1, 2", ["order_list_drift"]
                )
            ),
            failed_rows=failures[:_SHOWN_FAILURES],
            failed_rows_left_out=max(0, len(failures) - _SHOWN_FAILURES),
            held_back=_held_back(read),
            rejected_rows=rejects,
            lost_orders=lost_orders(read),
            places=_places(read, [row.order for row in failures[:_SHOWN_FAILURES] if row.order]),
            expected_files=files.expected,
            is_built=read.has("ORDER_LIST"),
            board=pushed.board,
            files=files.counts,
        )


def _failed_rows(read: Reader, session: Session, warehouse: Warehouse) -> tuple[FailedRow, ...]:
    if not read.has(*_LEDGER):
        return ()
    import monday_sync  # noqa: PLC0415 - a run that pushes nothing needs none of its libraries

    return monday_sync.failed_rows(session, warehouse)


def _places(read: Reader, keys: Sequence[str]) -> Mapping[str, Place]:
    """Where orders stand in their workbooks."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = read.rows(
        "select order_key, aag_order_number, _source_file, _source_row from {ORDER_LIST} "  # noqa: S608 - marks only
        f"where order_key in ({', '.join('?' * len(wanted))})",
        ["ORDER_LIST"],
        wanted,
    )
    return {
        str(key): Place(str(number or ""), str(file or ""), None if row is None else int(row))
        for key, number, file, row in rows
    }


def _refused(read: Reader, workbooks: Mapping[str, tuple[str, str]]) -> tuple[RejectedFile, ...]:
    """The workbooks that the transform refused whole."""
    reasons = {table: reason for table, (status, reason) in sorted(workbooks.items()) if status == "refused"}
    files = {str(table): str(file) for table, file, _ in read.raw_counts() if file} if reasons else {}
    return tuple(
        RejectedFile(files.get(table, table), f"{reason} The last good orders stand.")
        for table, reason in reasons.items()
    )


def _held_back(read: Reader) -> tuple[HeldBack, ...]:
    rows = read.rows(
        # a customer for whom nothing waits is held back all the same
        "select h.customer_name, min(h.held_back_reason), sum(h.waits) from ("
        "select customer_name, held_back_reason, 0 as waits from {sync_customers} where is_held_back = 1 union all "
        "select customer_name, held_back_reason, 1 as waits from {sync_monday__items} where is_held_back = 1 union all "
        "select customer_name, held_back_reason, 1 as waits from {sync_monday__subitems} where is_held_back = 1"
        ") h group by h.customer_name order by h.customer_name",
        ["sync_customers", "sync_monday__items", "sync_monday__subitems"],
    )
    return tuple(HeldBack(str(name), str(reason or ""), int(count)) for name, reason, count in rows)


def failed_tests(session: Session, warehouse: Warehouse) -> list[str]:
    """A sentence for each customer and data test that fails on its rows, as dbt last found."""
    return [
        f"{customer}: the test {test} fails on {counted(count, 'row')}."
        for customer, test, count in Reader(session, warehouse).rows(
            "select customer_name, test_name, failing_rows from {order_list_failed_tests} order by 1, 2",
            ["order_list_failed_tests"],
        )
    ]
