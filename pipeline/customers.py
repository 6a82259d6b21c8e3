"""The counts of each customer: rows, orders, lines and rejects as they stand, and what a run did on the board."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pipeline.model import CustomerFigures
from pipeline.reading import Reader, Row


def customer_figures(
    read: Reader,
    log: Sequence[Row],
    pushed: Mapping[str, tuple[int, int, int]],
    workbooks: Mapping[str, str] | None,
) -> tuple[CustomerFigures, ...]:
    """A customer for each workbook (its most frequent name), with what all its relations say.

    Args:
        log: (file, raw table, status) of each workbook that the run looked at.
        pushed: (created, updated, failed) by customer.
        workbooks: raw table to what the build made of it; ``None`` when no build says so.
    """
    by_file = _orders_by_file(read)
    rejected = _rejected_by_file(read)
    status = {str(row[1]): (str(row[0]), str(row[2])) for row in log if row[1]}
    raw = {str(table): (str(file or ""), int(count)) for table, file, count in read.raw_counts()}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    books: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in sorted(raw.keys() | status.keys()):
        logged, what = status.get(table, ("", ""))
        file, rows = raw.get(table, (logged, 0))
        names = by_file.get(file, Counter())
        owner = names.most_common(1)[0][0] if names else readable(table)
        # the rows of a workbook are its owner's, but for those that are orders of another customer
        for name, orders in names.items():
            counts[name].update(orders=orders, rows=orders)
        rejected_rows, rejected_values = rejected.get(file, (0, 0))
        built = None if workbooks is None else workbooks.get(table)
        if built in {"paused", "refused"}:  # its rows are those of the last good workbook, if any
            what = built or ""
            rows = names.total() + rejected_rows
        nothing = not names and not rejected_rows
        unread = rows if nothing and (workbooks is None or built in {None, "unlanded"}) else 0
        books[owner].append((file or logged, what))
        counts[owner].update(
            rows=rows - names.total(), rejected_rows=rejected_rows, rejected_values=rejected_values, unread_rows=unread
        )
    for name, number in _lines(read):
        counts[str(name)].update(lines=int(number))
    for name, held, left in _waiting(read):
        counts[str(name)].update(held_back=int(held), waiting=int(left))
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


def readable(raw_table: str) -> str:
    """A name for a customer none of whose rows became an order: that of its raw table."""
    return raw_table.removeprefix("x").removesuffix("_RAW").removesuffix("_ORDER_LIST").replace("_", " ")


def _orders_by_file(read: Reader) -> Mapping[str, Counter[str]]:
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    for file, name, count in read.rows(
        "select o._source_file, o.customer_name, count(*) from {ORDER_LIST} o group by o._source_file, o.customer_name",
        ["ORDER_LIST"],
    ):
        by_file[str(file)][str(name)] += int(count)
    return by_file


def _rejected_by_file(read: Reader) -> Mapping[str, tuple[int, int]]:
    return {
        str(file): (int(rows), int(values))
        for file, rows, values in read.rows(
            "select _source_file, sum(case when reject_level = 'row' then 1 else 0 end), "
            "sum(case when reject_level = 'value' then 1 else 0 end) from {order_list_rejects} group by _source_file",
            ["order_list_rejects"],
        )
    }


def _lines(read: Reader) -> list[Row]:
    return read.rows(
        "select o.customer_name, count(*) from {ORDER_LIST_LINES} l join {ORDER_LIST} o on o.order_key = l.order_key "
        "group by o.customer_name",
        ["ORDER_LIST", "ORDER_LIST_LINES"],
    )


def _waiting(read: Reader) -> list[Row]:
    return read.rows(
        "select customer_name, sum(is_held_back), "
        "sum(case when is_held_back = 0 and action_type <> 'DELETE' then 1 else 0 end) "
        "from {sync_monday__items} group by customer_name",
        ["sync_monday__items"],
    )
