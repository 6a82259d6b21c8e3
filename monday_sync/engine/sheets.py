"""Where orders came from: the rows of sheets with an order number, and what was rejected of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monday_sync.ledger import Ledger

STAGING = "ORDER_LIST_STAGING"
REJECTS = "order_list_rejects"


@dataclass(frozen=True, slots=True)
class Reject:
    """What did not make it: the whole row (``column`` is ``None``), or one value of it."""

    column: str | None
    text: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet.

    Args:
        order_key: of the order that its number, customer, style and method make; ``None`` when they make none.
        is_order: whether the row became that order.
    """

    file: str
    sheet: str | None
    row: int
    customer: str | None
    order_key: str | None
    is_order: bool
    rejects: tuple[Reject, ...] = ()


def sheet_rows(ledger: Ledger, number: str, order_keys: Sequence[str], number_column: str) -> list[SheetRow] | None:
    """The rows with an order number, and those of some orders; ``None`` where dbt has not built what tells.

    Args:
        number_column: the column of the order number.
    """
    relation = ledger.warehouse.relation
    where = f"s.{ledger.warehouse.quote(number_column)} = ?"
    if order_keys:
        where += f" or s.order_key in ({', '.join('?' for _ in order_keys)})"
    with ledger.session() as session:
        if session.relations().lacking((STAGING, REJECTS)):
            return None
        rows = session.rows(
            "select s._source_file, s._source_sheet, s._source_row, s.customer_name, s.order_key, s.row_reject_code "  # noqa: S608
            f"from {relation(STAGING)} s where {where} order by s._source_file, s._source_row",
            [number, *order_keys],
        )
        rejects = session.rows(
            "select r._source_file, r._source_row, r.column_name, r.value_text, r.reason "  # noqa: S608
            f"from {relation(REJECTS)} r inner join {relation(STAGING)} s "
            f"on s._source_file = r._source_file and s._source_row = r._source_row where {where} "
            "order by r._source_file, r._source_row, r.column_name",
            [number, *order_keys],
        )
    of_row: dict[tuple[str, int], list[Reject]] = {}
    for file, row, column, text, reason in rejects:
        of_row.setdefault((str(file), int(row)), []).append(Reject(column, text, reason or ""))
    return [
        SheetRow(str(file), sheet, int(row), customer, key, code is None, tuple(of_row.get((str(file), int(row)), ())))
        for file, sheet, row, customer, key, code in rows
    ]


def sheet_numbers(ledger: Ledger, number_column: str) -> set[str]:
    """Every order number that stands in a sheet, whether an order was made of it or not."""
    quoted = ledger.warehouse.quote(number_column)
    with ledger.session() as session:
        if session.relations().lacking((STAGING,)):
            return set()
        sql = f"select distinct {quoted} from {ledger.warehouse.relation(STAGING)} where {quoted} is not null"  # noqa: S608
        return {str(row[0]) for row in session.rows(sql)}
