"""Tomorrow's workbooks: a handful of edits to today's, each stated as data so that a test can ask for exactly these."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from console import ConfigurationError
from samples.books import Book
from samples.cells import Cell, Formula
from samples.orders import CUSTOMER, DELIVERY, EX_FACTORY, NUMBER, ORDER_TYPE, STYLE, TOTAL, Row

NEW_SIZE = "5XL"
_NEW_PIECES = 24
_ENOUGH_ROWS = 10  # a smaller book would lose so large a share with one order that the sync holds it back
# (what happens, to which order of the book counted from 0): the first six orders of a book are never dirty
_EDITS = (
    ("cell", 0, EX_FACTORY),
    ("cell", 1, "NOTES"),
    ("cell", 2, "CUSTOMER PRICE"),
    ("cancelled", 3, ORDER_TYPE),
    ("gone", 4, ""),
    ("new_size", 5, NEW_SIZE),
    ("new_order", 5, ""),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One edit. ``order`` is the business key: customer, order number, delivery method, style.

    ``old`` and ``new`` are what the cell says, dates in ISO 8601; a new size also raises ``TOTAL QTY`` by its pieces.
    """

    change: str
    file: str
    order: Mapping[str, str]
    header: str = ""
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit to make: what, to which order of which book (index from 0), in which column."""

    change: str
    book: str
    order: int
    header: str


def planned(books: Sequence[Book]) -> tuple[Edit, ...]:
    """The edits of day 2, spread over the largest books.

    Raises:
        ConfigurationError: no book is large enough to lose an order.
    """
    able = [book for book in books if book.rows >= _ENOUGH_ROWS and len(book.customers) == 1]
    able.sort(key=lambda book: -book.rows)
    if not able:
        raise ConfigurationError(
            f"Day 2 needs a workbook with at least {_ENOUGH_ROWS} rows and one customer.",
            hint="Choose more --rows or other --customers.",
        )
    return tuple(
        Edit(change, able[number % len(able)].name, order, header)
        for number, (change, order, header) in enumerate(_EDITS)
    )


def with_new_size(book: Book, edits: Sequence[Edit]) -> Book:
    """``book`` with tomorrow's size column before TOTAL QTY, if an edit asks for one."""
    if not any(edit.change == "new_size" for edit in edits):
        return book
    where = book.position(TOTAL)
    return dataclasses.replace(
        book,
        headers=(*book.headers[:where], NEW_SIZE, *book.headers[where:]),
        sizes=(*book.sizes, NEW_SIZE),
        new_sizes=(NEW_SIZE,),
    )


def edited(book: Book, rows: Iterator[Row], edits: Sequence[Edit], changes: list[Change]) -> Iterator[Row]:
    """``rows`` with the edits made; what was done is appended to ``changes``."""
    for index, row in enumerate(rows):
        here = [edit for edit in edits if edit.order == index]
        kept = True
        for edit in here:
            if edit.change == "gone":
                kept = False
                changes.append(Change("gone", book.file_name, _key(book, row)))
            elif edit.change != "new_order":
                changes.append(_change(book, row, edit))
        if kept:
            yield row
        if any(edit.change == "new_order" for edit in here):
            extra = _another(book, row)
            changes.append(Change("new_order", book.file_name, _key(book, extra)))
            yield extra


def _change(book: Book, row: Row, edit: Edit) -> Change:
    column = book.position(edit.header)
    old, new = row.cells[column], _new_value(edit, row.cells[column])
    row.cells[column] = new
    if edit.change == "cancelled":
        row.cancelled = True
    if edit.change == "new_size":
        row.quantities = {**row.quantities, column: _NEW_PIECES}
        total = sum(row.quantities.values())
        place = book.position(TOTAL)
        typed = row.cells[place]
        row.cells[place] = dataclasses.replace(typed, cached=total) if isinstance(typed, Formula) else total
    return Change(edit.change, book.file_name, _key(book, row), edit.header, _shown(old), _shown(new))


def _new_value(edit: Edit, old: Cell) -> Cell:
    if edit.change == "cancelled":
        return "CANCELLED"
    if edit.change == "new_size":
        return _NEW_PIECES
    if isinstance(old, dt.date):
        return old + dt.timedelta(days=14)
    if isinstance(old, float):
        return round(old + 1.25, 2)
    return "Moved by the customer on Tuesday"


def _another(book: Book, row: Row) -> Row:
    """A new order, modelled on ``row``."""
    cells = list(row.cells)
    number = book.position(NUMBER)
    cells[number] = f"{str(cells[number]).split('-', maxsplit=1)[0]}-NEW1"
    if book.new_sizes:  # the size came with the other order; this one has its own run of sizes only
        column = book.position(book.new_sizes[0])
        cells[column] = None
    quantities = {c: q for c, q in row.quantities.items() if cells[c] is not None}
    total, place = sum(quantities.values()), book.position(TOTAL)
    typed = cells[place]
    cells[place] = dataclasses.replace(typed, cached=total) if isinstance(typed, Formula) else total
    return dataclasses.replace(row, cells=cells, quantities=quantities, uncastable=[], dates_as_text=[])


def _key(book: Book, row: Row) -> dict[str, str]:
    parts = {header: row.cells[book.position(header)] for header in (NUMBER, DELIVERY, STYLE)}
    return {CUSTOMER: row.customer, **{header: str(value) for header, value in parts.items()}}


def _shown(value: Cell) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)
