"""The counts of a run, read from the relations after its stages: the database says what happened, not the programs.

A fixed number of statements, whatever the number of rows and customers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loader import is_raw_table
from pipeline.files import FILE_LOG, read_files
from pipeline.model import (
    NOTHING_PUSHED,
    CustomerFigures,
    Figures,
    Pushed,
    RejectedFile,
    Rejects,
    UnknownHeader,
)
from warehouse import Session, Warehouse

_SHOWN_FAILURES = 200
_LEDGER = ("monday_sync_items", "monday_sync_subitems")

if TYPE_CHECKING:
    from monday_sync import FailedRow

Row = tuple[Any, ...]


class _Reader:
    """Runs a query when the relations it names are there; ``{NAME}`` in the text stands for a relation."""

    def __init__(self, session: Session, warehouse: Warehouse) -> None:
        self._session = session
        self._warehouse = warehouse
        self.names = session.relations()

    def rows(self, sql: str, relations: Iterable[str], parameters: Iterable[object] = ()) -> list[Row]:
        wanted = list(relations)
        if self.names.lacking(wanted):
            return []
        text = sql.format(**{name: self._warehouse.relation(name) for name in wanted})
        return self._session.rows(text, list(parameters))

    def raw_counts(self) -> list[Row]:
        """(raw table, file, rows) of every raw table, in one statement."""
        tables = sorted(filter(is_raw_table, self.names))
        file = self._warehouse.quote("_source_file")
        parts = [
            f"select ? as raw_table, min({file}) as file_name, count(*) as row_count "  # noqa: S608 - quoted names
            f"from {self._warehouse.relation(table)}"
            for table in tables
        ]
        return self._session.rows(" union all ".join(parts), tables) if parts else []


def read_figures(warehouse: Warehouse, *, after: int | None = None, pushed: Pushed = NOTHING_PUSHED) -> Figures:
    """The state of the data now, what became of the files in the loads ``after`` that number, and what was pushed."""
    with warehouse.session(read_only=True) as session:
        read = _Reader(session, warehouse)
        files = read_files(read.rows, session.columns(FILE_LOG), warehouse.quote("file"), after)
        failures = _failed_rows(read, session, warehouse)
        unread = {
            str(table): (str(status), str(reason))
            for table, status, reason in read.rows(
                "select raw_table, status, reason from {order_list_workbooks} where status in ('paused', 'refused')",
                ["order_list_workbooks"],
            )
        }
        refused = _refused(read, unread)
        return Figures(
            customers=_customers(read, files.now, pushed.customers, unread),
            rejects=_rejects(read),
            rejected_files=(*files.rejected, *refused),
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
            board=pushed.board,
            files=files.counts,
        )


def _failed_rows(read: _Reader, session: Session, warehouse: Warehouse) -> tuple[FailedRow, ...]:
    if read.names.lacking(_LEDGER):
        return ()
    import monday_sync  # noqa: PLC0415 - a run that pushes nothing needs none of its libraries

    return monday_sync.failed_rows(session, warehouse)


def _refused(read: _Reader, unread: Mapping[str, tuple[str, str]]) -> tuple[RejectedFile, ...]:
    """The workbooks that the transform refused whole."""
    reasons = {table: reason for table, (status, reason) in sorted(unread.items()) if status == "refused"}
    files = {str(table): str(file) for table, file, _ in read.raw_counts() if file} if reasons else {}
    return tuple(
        RejectedFile(files.get(table, table), f"{reason} The last good orders stand.")
        for table, reason in reasons.items()
    )


def _customers(
    read: _Reader,
    log: Sequence[Row],
    pushed: Mapping[str, tuple[int, int, int]],
    unread: Mapping[str, tuple[str, str]],
) -> tuple[CustomerFigures, ...]:
    """A customer for each workbook (its most frequent name), with what all its relations say."""
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    lines: Counter[str] = Counter()
    for file, name, count in read.rows(
        "select o._source_file, o.customer_name, count(*) from {ORDER_LIST} o group by o._source_file, o.customer_name",
        ["ORDER_LIST"],
    ):
        by_file[str(file)][str(name)] += int(count)
    for name, count in read.rows(
        "select o.customer_name, count(*) from {ORDER_LIST_LINES} l join {ORDER_LIST} o on o.order_key = l.order_key "
        "group by o.customer_name",
        ["ORDER_LIST", "ORDER_LIST_LINES"],
    ):
        lines[str(name)] += int(count)
    rejected = {
        str(file): (int(rows), int(values))
        for file, rows, values in read.rows(
            "select _source_file, sum(case when reject_level = 'row' then 1 else 0 end), "
            "sum(case when reject_level = 'value' then 1 else 0 end) from {order_list_rejects} group by _source_file",
            ["order_list_rejects"],
        )
    }
    waiting = {
        str(name): (int(held), int(left))
        for name, held, left in read.rows(
            "select customer_name, sum(is_held_back), "
            "sum(case when is_held_back = 0 and action_type <> 'DELETE' then 1 else 0 end) "
            "from {sync_monday__items} group by customer_name",
            ["sync_monday__items"],
        )
    }
    status = {str(row[1]): (str(row[0]), str(row[2])) for row in log if row[1]}
    raw = {str(table): (str(file or ""), int(count)) for table, file, count in read.raw_counts()}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    books: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in sorted(raw.keys() | status.keys()):
        logged, what = status.get(table, ("", ""))
        file, rows = raw.get(table, (logged, 0))
        names = by_file.get(file, Counter())
        owner = names.most_common(1)[0][0] if names else _readable(table)
        # the rows of a workbook are its owner's, but for those that are orders of another customer
        for name, orders in names.items():
            counts[name].update(orders=orders, rows=orders)
        rejected_rows, rejected_values = rejected.get(file, (0, 0))
        if table in unread:  # its rows are those of the last good workbook, if any
            what = unread[table][0]
            rows = names.total() + rejected_rows
        books[owner].append((file or logged, what))
        counts[owner].update(
            rows=rows - names.total(), rejected_rows=rejected_rows, rejected_values=rejected_values
        )  # fmt: skip
    for name, number in lines.items():
        counts[name].update(lines=number)
    for name, (held, left) in waiting.items():
        counts[name].update(held_back=held, waiting=left)
    for name, (created, updated, failed) in pushed.items():
        counts[name].update(created=created, updated=updated, failed=failed)
    return tuple(
        CustomerFigures(
            customer=name,
            files=tuple(file for file, _ in books[name]),
            file_status=" ".join(what for _, what in books[name] if what),
            **counts[name],
        )
        for name in sorted(counts.keys() | books.keys())
    )


def _readable(raw_table: str) -> str:
    """A name for a customer none of whose rows became an order: that of its raw table."""
    return raw_table.removeprefix("x").removesuffix("_RAW").removesuffix("_ORDER_LIST").replace("_", " ")


def _rejects(read: _Reader) -> tuple[Rejects, ...]:
    rows = read.rows(
        "select reject_level, reason_code, count(*) as rejected, min(reason) as example from {order_list_rejects} "
        "group by reject_level, reason_code order by reject_level, rejected desc, reason_code",
        ["order_list_rejects"],
    )
    return tuple(Rejects(str(level), str(code), int(count), str(reason or "")) for level, code, count, reason in rows)


def _held_back(read: _Reader) -> tuple[str, ...]:
    rows = read.rows(
        # a customer for whom nothing waits is held back all the same
        "select h.customer_name, min(h.held_back_reason), sum(h.waits) from ("
        "select customer_name, held_back_reason, 0 as waits from {sync_customers} where is_held_back = 1 union all "
        "select customer_name, held_back_reason, 1 as waits from {sync_monday__items} where is_held_back = 1 union all "
        "select customer_name, held_back_reason, 1 as waits from {sync_monday__subitems} where is_held_back = 1"
        ") h group by h.customer_name order by h.customer_name",
        ["sync_customers", "sync_monday__items", "sync_monday__subitems"],
    )
    return tuple(
        f"{name}: {reason or 'held back'} ({count:,} change(s) wait; "
        f'`monday-sync push --release "{name}"` pushes them anyway)'
        for name, reason, count in rows
    )


def failed_tests(session: Session, warehouse: Warehouse) -> list[str]:
    """A sentence for each customer and data test that fails on its rows, as dbt last found."""
    return [
        f"{customer}: the test {test} fails on {count:,} row(s)."
        for customer, test, count in _Reader(session, warehouse).rows(
            "select customer_name, test_name, failing_rows from {order_list_failed_tests} order by 1, 2",
            ["order_list_failed_tests"],
        )
    ]
