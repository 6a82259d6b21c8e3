"""What people do to a sheet. Each change keeps the truth beside it, so that others can be held to it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from samples.books import Book
from samples.cells import FORMATTED, Cell, ErrorValue, Formula
from samples.orders import (
    CUSTOMER,
    DELIVERY,
    ETA,
    EX_FACTORY,
    NUMBER,
    ORDER_DATE,
    ORDER_TYPE,
    STEADY_ROWS,
    STYLE,
    TOTAL,
    Kind,
    Row,
)

LEVELS = {"clean": 0.0, "normal": 1.0, "filthy": 8.0}
CANCELLED = ("CANCELLED", "CANCELED", "Cancelled", "cancelled ", "CANCELLED", "Canceled", "CANCEL")
_STRANGERS = ("ACME SPORT", "CUSTOMER TBC", "NORTHWIND & SONS")
_PLACEHOLDERS = ("TBC", "N/A", "-", "TBA", "see notes")
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!")
_MANY = 1000  # from here on people type a thousands separator
_FAR_TOO_MANY = 400_000  # does not fit the column


@dataclass(frozen=True, slots=True)
class _Rate:
    """How often a change happens: per row, and per book whatever its size (so that small samples show it too)."""

    per_row: float
    per_book: float = 0.1


_ROW_RATES = {
    "empty": _Rate(0.0008),
    "formatted": _Rate(0.0003, 0.05),
    "stray_blank": _Rate(0.0010, 0.15),
    "dragged_formulas": _Rate(0.0003, 0.05),
    "no_order_number": _Rate(0.0003),
    "totals": _Rate(0.0002),
    "duplicate": _Rate(0.0002),
    "unknown_customer": _Rate(0.00005, 0.03),
}
_VALUE_RATES = {
    "cancel": _Rate(0.03, 0.5),
    "quantity_as_text": _Rate(0.01, 0.3),
    "total_as_text": _Rate(0.004, 0.1),
    "date_as_text": _Rate(0.005, 0.3),
    "date_and_time": _Rate(0.002),
    "no_date": _Rate(0.002, 0.15),
    "no_quantity": _Rate(0.001, 0.1),
    "error_price": _Rate(0.001),
    "wrong_total": _Rate(0.001),
    "huge_total": _Rate(0.0001, 0.03),
    "long_text": _Rate(0.0003, 0.05),
    "no_customer": _Rate(0.005, 0.2),
    "no_customer_season": _Rate(0.01, 0.3),
    "no_season": _Rate(0.002, 0.05),
    "loose_blanks": _Rate(0.01, 0.2),
    "no_method": _Rate(0.001, 0.05),
}


def dirty(book: Book, orders: Iterator[Row], seed: int, level: str) -> Iterator[Row]:
    """Rows of a book until ``book.rows`` of them hold something; every one past the first six may be dirty."""
    return _Dirt(book, orders, seed, LEVELS[level]).rows()


class _Dirt:
    def __init__(self, book: Book, orders: Iterator[Row], seed: int, strength: float) -> None:
        self.book, self.orders = book, orders
        self.random = random.Random(f"{seed}/{book.raw_table}/dirt")  # noqa: S311 - sample data
        self.width = len(book.headers)
        self.row_odds = {name: self._odds(rate, strength) for name, rate in _ROW_RATES.items()}
        self.has_strangers = strength > LEVELS["normal"]
        self.value_odds = {name: self._odds(rate, strength) for name, rate in _VALUE_RATES.items()}
        self.some_row = sum(self.row_odds.values())
        self.first: Row | None = None  # the file's first order: its customer is everyone's who names none
        self.above: Row | None = None  # the row just above
        self.order: Row | None = None  # the last order above
        self.sums: dict[int, int] = {}

    def rows(self) -> Iterator[Row]:
        held = 0
        while held < self.book.rows:
            row = self._not_an_order() if held >= STEADY_ROWS and self.random.random() < self.some_row else None
            if row is None:
                row = next(self.orders)
                self.first = self.first or row
                if held >= STEADY_ROWS:
                    self._change(row)
                    self.order = row
                for column, quantity in row.quantities.items():
                    self.sums[column] = self.sums.get(column, 0) + quantity
            self.above = row
            held += row.kind is not Kind.EMPTY
            yield row

    def _odds(self, rate: _Rate, strength: float) -> float:
        return min(0.5, strength * (rate.per_row + rate.per_book / max(self.book.rows, 1)))

    def _not_an_order(self) -> Row | None:
        """A row that is no order; None where there is nothing yet that it could be made of."""
        names = list(self.row_odds)
        name = self.random.choices(names, weights=list(self.row_odds.values()))[0]
        made: Callable[[], Row | None] = getattr(self, f"_{name}")
        return made()

    def _blank_cells(self) -> list[Cell]:
        return [None] * self.width

    def _set(self, cells: list[Cell], header: str, value: Cell) -> None:
        cells[self.book.position(header)] = value

    def _empty(self) -> Row:
        return Row(self._blank_cells(), Kind.EMPTY)

    def _formatted(self) -> Row:
        return Row([FORMATTED] * self.width, Kind.EMPTY)

    def _stray_blank(self) -> Row:
        cells = self._blank_cells()
        cells[self.random.randrange(self.width)] = " " * self.random.randrange(1, 4)
        return Row(cells, Kind.BLANK)

    def _dragged_formulas(self) -> Row:
        """Formulas filled down past the last order: a total of nothing."""
        cells = self._blank_cells()
        self._set(cells, TOTAL, Formula("SUM(B{row}:C{row})", 0))
        validation = max(self.book.position("VALIDATION"), self.book.position("Validation"))
        cells[validation] = Formula("VLOOKUP(A{row},LOOKUPS!A:B,2,0)", ErrorValue("#N/A"))
        return Row(cells, Kind.BLANK)

    def _no_order_number(self) -> Row:
        row = next(self.orders)
        self._set(row.cells, NUMBER, self.random.choice((None, "  ")))
        return replace(row, kind=Kind.NO_ORDER_NUMBER)

    def _totals(self) -> Row:
        """Somebody's sum below a block of orders."""
        cells = self._blank_cells()
        for column, quantity in self.sums.items():
            cells[column] = quantity
        self._set(cells, "STYLE DESCRIPTION", "TOTAL")
        self._set(cells, TOTAL, sum(self.sums.values()) % 30_000 + 1)
        self.sums = {}
        return Row(cells, Kind.NO_ORDER_NUMBER)

    def _duplicate(self) -> Row | None:
        """The last order once more, pasted again with another note; one that is dirty itself would blur the count."""
        if self.order is None or self.order.uncastable or self.order.dates_as_text:
            return None
        cells = list(self.order.cells)
        self._set(cells, "NOTES", "copied from above")
        return Row(cells, Kind.DUPLICATE, customer=self.order.customer)

    def _unknown_customer(self) -> Row:
        row = next(self.orders)
        if not self.has_strangers:  # an order that is lost is a problem, and the first run of a newcomer should be well
            return row
        self._set(row.cells, CUSTOMER, self.random.choice(_STRANGERS))
        return replace(row, kind=Kind.UNKNOWN_CUSTOMER)

    def _change(self, row: Row) -> None:
        """Change values of an order."""
        for name, odds in self.value_odds.items():
            if self.random.random() < odds:
                change: Callable[[Row], None] = getattr(self, f"_{name}")
                change(row)

    def _cancel(self, row: Row) -> None:
        self._set(row.cells, ORDER_TYPE, self.random.choice(CANCELLED))
        row.cancelled = True

    def _quantity_as_text(self, row: Row) -> None:
        column = self.random.choice(list(row.quantities))
        quantity = row.quantities[column]
        row.cells[column] = self.random.choice((f" {quantity} ", f"{quantity}.0", f"{quantity:,}", str(quantity)))

    def _total_as_text(self, row: Row) -> None:
        total = sum(row.quantities.values())
        self._set(row.cells, TOTAL, f"{total:,}" if total >= _MANY else f"{total}.0")

    def _date_as_text(self, row: Row) -> None:
        header = self.random.choice((ORDER_DATE, EX_FACTORY, ETA))
        date = row.cells[self.book.position(header)]
        if type(date) is dt.date:
            form = self.random.choice(("%Y-%m-%d", "%d-%b-%Y", "%d/%m/%Y") if date.day > 12 else ("%Y-%m-%d",))  # noqa: PLR2004
            text = date.strftime(form) + self.random.choice(("", " "))
            self._set(row.cells, header, text)
            row.dates_as_text.append((header, text, date.isoformat()))

    def _date_and_time(self, row: Row) -> None:
        date = row.cells[self.book.position(ORDER_DATE)]
        if type(date) is dt.date:
            self._set(row.cells, ORDER_DATE, dt.datetime.combine(date, dt.time(self.random.randrange(1, 23), 30)))

    def _no_date(self, row: Row) -> None:
        header = self.random.choice((ORDER_DATE, ETA))
        if type(row.cells[self.book.position(header)]) is dt.date:
            self._put_uncastable(row, header, self.random.choice((*_PLACEHOLDERS, *_ERRORS)))

    def _no_quantity(self, row: Row) -> None:
        """A placeholder in a size that was not ordered."""
        free = [s for s in self.book.sizes if s not in self.book.new_sizes]
        free = [size for size in free if row.cells[self.book.position(size)] is None]
        if free:
            self._put_uncastable(row, self.random.choice(free), self.random.choice(_PLACEHOLDERS))

    def _error_price(self, row: Row) -> None:
        self._put_uncastable(row, "CUSTOMER PRICE", self.random.choice((*_ERRORS, "TBC")))

    def _put_uncastable(self, row: Row, header: str, text: str) -> None:
        self._set(row.cells, header, ErrorValue(text) if text in _ERRORS else text)
        row.uncastable.append((header, text))

    def _wrong_total(self, row: Row) -> None:
        if type(row.cells[self.book.position(TOTAL)]) is not str:
            self._set(row.cells, TOTAL, sum(row.quantities.values()) + self.random.choice((-1, 1, 12)))
            row.total_differs = True

    def _huge_total(self, row: Row) -> None:
        if not row.total_differs:
            self._set(row.cells, TOTAL, _FAR_TOO_MANY)
            row.uncastable.append((TOTAL, str(_FAR_TOO_MANY)))

    def _long_text(self, row: Row) -> None:
        text = "A description that somebody pasted from an e-mail. " * 3
        self._set(row.cells, "STYLE DESCRIPTION", text.strip())
        row.uncastable.append(("STYLE DESCRIPTION", text.strip()))

    def _no_customer(self, row: Row) -> None:
        """A customer named once for several rows; the name then is the first one of the file."""
        above = self.above
        self._set(row.cells, CUSTOMER, None)
        row.customer = self.first.customer if self.first else row.customer
        named = above is not None and isinstance(above.cells[self.book.position(CUSTOMER)], str)
        row.merged_upwards = named and self.random.random() < 0.5  # noqa: PLR2004

    def _no_customer_season(self, row: Row) -> None:
        self._set(row.cells, "CUSTOMER SEASON", None)
        row.seasons = (row.seasons[0], None)

    def _no_season(self, row: Row) -> None:
        for header in ("AAG SEASON", "CUSTOMER SEASON"):
            self._set(row.cells, header, None)
        row.seasons = (None, None)

    def _loose_blanks(self, row: Row) -> None:
        """Blanks around and inside, which make no difference."""
        header = self.random.choice((NUMBER, STYLE, "STYLE DESCRIPTION", CUSTOMER))
        text = row.cells[self.book.position(header)]
        if isinstance(text, str):
            self._set(row.cells, header, f" {text.replace(' ', '  ')} ")

    def _no_method(self, row: Row) -> None:
        """An order without a delivery method; not a second one under the same number, which would be a duplicate."""
        column = self.book.position(NUMBER)
        if self.order is None or str(self.order.cells[column]).strip() != str(row.cells[column]).strip():
            self._set(row.cells, DELIVERY, None)
