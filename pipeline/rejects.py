"""The rejects one by one: for the report, and for ``pipeline rejects``."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from console import ConfigurationError, listed
from pipeline.customers import readable
from pipeline.reading import Reader, Row
from pipeline.records import LostOrders, RejectedRow, Rejects
from warehouse import Warehouse

#: As many as a page can hold.
SHOWN = 5_000
_RELATION = "order_list_rejects"
#: Rows with an order's number, of which nothing reaches the board.
_LOST = ("key_does_not_fit", "unknown_customer")


def read_rejects(warehouse: Warehouse, customers: Collection[str] = ()) -> tuple[RejectedRow, ...] | None:
    """All rejects, of these customers or of all; ``None`` before the first build.

    A row whose customer is not known belongs to the customers that its workbook has orders of, or is named for.

    Raises:
        ConfigurationError: there is no such customer.
    """
    with warehouse.session(read_only=True) as session:
        read = Reader(session, warehouse)
        if not read.has(_RELATION):
            return None
        rows, owners = tuple(_listed(read)), _owners(read) if customers else {}
    if not customers:
        return rows
    known = {name.casefold(): name for name in (*chain.from_iterable(owners.values()), *(row.customer for row in rows))}
    for name in customers:
        if name.casefold() not in known:
            near = difflib.get_close_matches(name.casefold(), list(known), 3)
            said = (
                f"Did you mean {listed([known[one] for one in near])}?" if near else "`monday-sync status` lists them."
            )
            raise ConfigurationError(f"There is no customer '{name}'.", hint=said)
    wanted = {name.casefold() for name in customers}
    return tuple(
        row
        for row in rows
        if wanted & {name.casefold() for name in ({row.customer} if row.customer else owners.get(row.file, set()))}
    )


def _owners(read: Reader) -> Mapping[str, set[str]]:
    """Whose each workbook is: those whose orders it has, or else whom it is named for."""
    owners: dict[str, set[str]] = defaultdict(set)
    for file, name in read.rows("select distinct _source_file, customer_name from {ORDER_LIST}", ["ORDER_LIST"]):
        owners[str(file)].add(str(name))
    for table, file, _ in read.raw_counts():
        if file and str(file) not in owners:
            owners[str(file)].add(readable(str(table)))
    return owners


def rejects_by_reason(read: Reader) -> tuple[Rejects, ...]:
    """How many for which reason."""
    rows = read.rows(
        "select reject_level, reason_code, count(*) as rejected, min(reason) as example from {order_list_rejects} "
        "group by reject_level, reason_code order by reject_level, rejected desc, reason_code",
        [_RELATION],
    )
    return tuple(Rejects(str(level), str(code), int(count), str(reason or "")) for level, code, count, reason in rows)


def lost_orders(read: Reader) -> tuple[LostOrders, ...]:
    """Rows that are orders to whoever typed them, by workbook and reason."""
    codes = ", ".join(f"'{code}'" for code in _LOST)
    rows = read.rows(
        "select _source_file, reason_code, reason, count(*), min(_source_row) from {order_list_rejects} "  # noqa: S608
        f"where reject_level = 'row' and reason_code in ({codes}) group by _source_file, reason_code, reason "
        "order by _source_file, reason_code, reason",
        [_RELATION],
    )
    return tuple(
        LostOrders(str(file), str(code), str(reason or ""), int(count), None if row is None else int(row))
        for file, code, reason, count, row in rows
    )


def rejected_rows(read: Reader) -> tuple[RejectedRow, ...] | None:
    """Each reject, by workbook and row; ``None`` before the first build."""
    return tuple(_listed(read)) if read.has(_RELATION) else None


def marked(now: Sequence[RejectedRow], before: Iterable[RejectedRow] | None) -> tuple[RejectedRow, ...]:
    """The same with those marked that the run ``before`` did not have, and these first.

    A row may have moved within its sheet: so many with the same text, column and reason as were there before are not
    new, those first that stand where they stood.
    """
    if before is None:
        return tuple(now)
    places, known = set(), Counter[tuple[str, ...]]()
    for old in before:
        places.add((*_what(old), old.row))
        known[_what(old)] += 1
    left = Counter({what: count - known[what] for what, count in Counter(map(_what, now)).items()})
    new = set()
    for number in range(len(now) - 1, -1, -1):  # what moved down is there with what was added above it
        row = now[number]
        if left[_what(row)] > 0 and (*_what(row), row.row) not in places:
            left[_what(row)] -= 1
            new.add(number)
    for number in range(len(now) - 1, -1, -1):
        if left[_what(now[number])] > 0 and number not in new:
            left[_what(now[number])] -= 1
            new.add(number)
    told = [replace(row, is_new=number in new) for number, row in enumerate(now)]
    return tuple(sorted(told, key=lambda row: not row.is_new))


def _what(row: RejectedRow) -> tuple[str, ...]:
    """What a reject is, wherever its row stands; the reason of a duplicate names another row, so it does not count."""
    return row.file, row.sheet, row.customer, row.level, row.column, row.text, row.reason_code


def _listed(read: Reader) -> Iterable[RejectedRow]:
    rows: list[Row] = read.rows(
        "select _source_file, _source_sheet, _source_row, customer_name, reject_level, column_name, value_text, "
        "reason_code, reason from {order_list_rejects} order by 1, 3, 6, 8",
        [_RELATION],
    )
    for file, sheet, row, *cells in rows:
        customer, level, column, text, code, reason = (str(cell or "") for cell in cells)
        number = None if row is None else int(row)
        yield RejectedRow(str(file or ""), str(sheet or ""), number, customer, level, column, text, code, reason)
