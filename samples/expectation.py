"""What the pipeline must make of the files: counted by the generator, which knows what it wrote and runs no SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from samples.books import Book
from samples.orders import Kind, Row


@dataclass(slots=True)
class Expectation:
    """One workbook. Row numbers are Excel's, from 1.

    ``rows`` counts rows that hold anything, a stray blank included; ``rows == orders + sum(rejects.values())``.
    ``uncastable`` lists values of orders that do not fit their column; ``dates_as_text`` lists text dates with their
    meaning, which a reader must get right or report. ``lines`` are sizes with a quantity of orders that stand.
    """

    file: str
    raw_table: str
    sheet: str
    header_row: int
    headers: int
    rows: int = 0
    orders: int = 0
    lines: int = 0
    pieces: int = 0
    cancelled: int = 0
    rejects: dict[str, int] = field(default_factory=dict)
    rejected_rows: dict[int, str] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    uncastable: list[tuple[int, str, str]] = field(default_factory=list)
    dates_as_text: list[tuple[int, str, str, str]] = field(default_factory=list)
    total_differs: list[int] = field(default_factory=list)


def watched(book: Book, rows: Iterator[Row], expectation: Expectation) -> Iterator[tuple[int, Row]]:
    """Number the rows as they go to the sheet, and count them into ``expectation``."""
    for number, row in enumerate(rows, start=book.header_row + 1):
        if row.kind is not Kind.EMPTY:
            expectation.rows += 1
            _count(number, row, expectation)
        yield number, row


def _count(number: int, row: Row, expectation: Expectation) -> None:
    if row.kind is not Kind.ORDER:
        expectation.rejects[row.kind] = expectation.rejects.get(row.kind, 0) + 1
        expectation.rejected_rows[number] = row.kind
        return
    expectation.orders += 1
    expectation.lines += len(row.quantities)
    expectation.pieces += sum(row.quantities.values())
    expectation.cancelled += row.cancelled
    expectation.customers[row.customer] = expectation.customers.get(row.customer, 0) + 1
    expectation.groups[row.group] = expectation.groups.get(row.group, 0) + 1
    expectation.uncastable += [(number, header, text) for header, text in row.uncastable]
    expectation.dates_as_text += [(number, *date) for date in row.dates_as_text]
    if row.total_differs:
        expectation.total_differs.append(number)
