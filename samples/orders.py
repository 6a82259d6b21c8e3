"""Clean orders of one book: rows as a careful planner would type them."""

from __future__ import annotations

import datetime as dt
import functools
import random
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from console import parse_yaml
from samples.books import Book, full_books
from samples.cells import Cell, ErrorValue, Formula
from samples.xlsx import column_letters

POOL = 256  # one random byte picks a value
NUMBER, CUSTOMER, STYLE, DELIVERY = "AAG ORDER NUMBER", "CUSTOMER NAME", "CUSTOMER STYLE", "PLANNED DELIVERY METHOD"
TOTAL, ORDER_TYPE = "TOTAL QTY", "ORDER TYPE"
ORDER_DATE, EX_FACTORY, ETA = "ORDER DATE PO RECEIVED", "EX FACTORY DATE", "ETA CUSTOMER WAREHOUSE DATE"
_COLOUR_CODE = "CUSTOMER'S COLOUR CODE (CUSTOM FIELD) CUSTOMER PROVIDES THIS"
_FIRST_DAY = dt.date(2026, 1, 5)
_SEASONS = (("FW26", "FALL 2026"), ("SS27", "SPRING 2027"), ("SS27", "SUMMER 2027"), ("CORE", "CORE 2026"))
_TRANSIT_DAYS = {"AIR": 7, "SEA": 38, "COURIER": 4, "ROAD": 10}
_GARMENTS = (
    ("LEGGING", "BOTTOMS", 8.4), ("TEE", "TOPS", 4.15), ("HOODIE", "OUTERWEAR", 13.9), ("BRA", "UNDERWEAR", 6.35),
    ("POLO", "TOPS", 7.8), ("SHORT", "BOTTOMS", 6.6), ("CAP", "HEADWEAR", 3.05), ("JACKET", "OUTERWEAR", 18.75),
)  # fmt: skip
_COLOURS = (
    ("BLK", "BLACK"),
    ("WHT", "WHITE"),
    ("NVY", "NAVY"),
    ("SGE", "SAGE GREEN"),
    ("ECR", "ÉCRU"),
    ("ROS", "ROSÉ"),
)
_TYPES = ("RECEIVED", "RECEIVED", "RECEIVED", "RECEIVED", "ACTIVE", "ACTIVE", "ACTIVE", "FORECAST")
STEADY_ROWS = 6  # the first orders of a book stay as they are: tomorrow's edits are made to them


class Kind(StrEnum):
    """What a row is, in the sense of the rules "From raw to order list"."""

    ORDER = "order"
    EMPTY = "empty"  # nothing in it at all: not landed
    BLANK = "blank"
    NO_ORDER_NUMBER = "no_order_number"
    UNKNOWN_CUSTOMER = "unknown_customer"
    DUPLICATE = "duplicate"


@dataclass(slots=True)
class Row:
    """One row and the truth about it. ``quantities`` maps a column index to the pieces ordered in that size."""

    cells: list[Cell]
    kind: Kind = Kind.ORDER
    customer: str = ""
    seasons: tuple[str | None, str | None] = (None, None)
    quantities: dict[int, int] = field(default_factory=dict)
    cancelled: bool = False
    uncastable: list[tuple[str, str]] = field(default_factory=list)
    dates_as_text: list[tuple[str, str, str]] = field(default_factory=list)
    total_differs: bool = False
    merged_upwards: bool = False

    @property
    def group(self) -> str:
        """The group on the board: customer and customer season, else AAG season, else ``check``."""
        season = self.seasons[1] or self.seasons[0]
        return f"{self.customer} {season}" if season else "check"


def orders(book: Book, seed: int) -> Iterator[Row]:
    """Endless clean orders of ``book``; the same for the same seed, whatever size columns were added since."""
    return iter(_OrderMaker(book, seed))


class _OrderMaker:
    """Makes rows: sparse columns from pools, the rest from the order itself."""

    def __init__(self, book: Book, seed: int) -> None:
        self.book = book
        self.random = random.Random(f"{seed}/{book.raw_table}")  # noqa: S311 - sample data, reproducible on purpose
        self.pools = [_pool(seed, book, header) for header in book.headers]
        at = {header: index for index, header in enumerate(book.headers)}
        self.at = at
        drawn = [size for size in book.sizes if size not in book.new_sizes]
        self.size_columns = [at[size] for size in drawn]
        first, last = at[book.sizes[0]], at[book.sizes[-1]]
        self.total_text = f"SUM({column_letters(first)}{{row}}:{column_letters(last)}{{row}})"
        self.validation = at.get("VALIDATION", at.get("Validation", -1))
        self.prefix = _prefixes()[book.raw_table]
        self.names = [(canonical, name) for canonical, names in book.customers.items() for name in names]

    def __iter__(self) -> Iterator[Row]:
        rng = self.random
        made = 0
        serial = 10_000
        while True:
            serial += 1
            garment, category, price = rng.choice(_GARMENTS)
            colour = rng.choice(_COLOURS)
            methods = rng.sample(tuple(_TRANSIT_DAYS), k=1 if rng.random() < 0.85 else 2)  # noqa: PLR2004
            styles = [f"{self.prefix}{garment[:2]}{rng.randrange(100, 999)}"]
            if rng.random() < 0.1:  # noqa: PLR2004 - one order number in ten covers a second style
                styles.append(styles[0] + "B")
            for style in styles:
                for method in methods:
                    row = self._row(f"{self.prefix}-{serial}", style, method, f"{colour[1]} {garment}")
                    self._describe(row, category, colour, price)
                    if made < STEADY_ROWS:
                        row.cells[self.at[ORDER_TYPE]] = "RECEIVED"
                    made += 1
                    yield row

    def _row(self, number: str, style: str, method: str, description: str) -> Row:
        rng, at = self.random, self.at
        cells = [pool[byte] if pool else None for pool, byte in zip(self.pools, self._bytes(), strict=True)]
        canonical, name = self.names[int(rng.random() ** 2 * len(self.names))]
        seasons = rng.choice(_SEASONS)
        received = _FIRST_DAY + dt.timedelta(days=rng.randrange(200))
        leaves = received + dt.timedelta(days=rng.randrange(60, 160))
        values: dict[str, Cell] = {
            NUMBER: number,
            CUSTOMER: name,
            STYLE: style,
            DELIVERY: method,
            "STYLE DESCRIPTION": description,
            ORDER_DATE: received,
            EX_FACTORY: leaves,
            ETA: leaves + dt.timedelta(days=_TRANSIT_DAYS[method]),
            "PO NUMBER": f"PO{rng.randrange(100_000, 999_999)}",
            "AAG SEASON": seasons[0],
            "CUSTOMER SEASON": seasons[1],
            ORDER_TYPE: rng.choice(_TYPES),
            "PATTERN ID": f"P{style[-4:]}",
            "ORIGINAL ALIAS/RELATED ITEM": f"{style}-0",
            "PRICING ALIAS/RELATED ITEM": f"{style}-P",
            "ALIAS/RELATED ITEM": f"{style}-A" if rng.random() < 0.7 else None,  # noqa: PLR2004
        }
        for header, value in values.items():
            cells[at[header]] = value
        quantities = self._quantities()
        for column, quantity in quantities.items():
            cells[column] = quantity
        total = sum(quantities.values())
        cells[at[TOTAL]] = Formula(self.total_text, total) if self.book.total_formula else total
        return Row(cells, customer=canonical, seasons=seasons, quantities=quantities)

    def _bytes(self) -> bytes:
        """A byte for each column; a size added later takes none, so that all other columns keep theirs."""
        added = len(self.book.new_sizes)
        drawn = self.random.randbytes(len(self.pools) - added)
        if not added:
            return drawn
        where = self.at[self.book.new_sizes[0]]
        return drawn[:where] + bytes(added) + drawn[where:]

    def _quantities(self) -> dict[int, int]:
        """Pieces by size: neighbouring sizes, as a size run is ordered."""
        rng = self.random
        run = min(rng.randrange(3, 8), len(self.size_columns))
        start = rng.randrange(len(self.size_columns) - run + 1)
        peak = rng.randrange(10, 420)
        return {column: 1 + int(peak * (0.4 + 0.6 * rng.random())) for column in self.size_columns[start : start + run]}

    def _describe(self, row: Row, category: str, colour: Sequence[str], price: float) -> None:
        """Colour, category and prices; sums of money carry the noise that spreadsheets carry."""
        rng, at, cells = self.random, self.at, row.cells
        cells[at["CATEGORY"]] = category
        cells[at[_COLOUR_CODE]] = colour[0]
        cells[at["CUSTOMER COLOUR DESCRIPTION"]] = colour[1]
        works = round(price * (1 + rng.random() / 4), 2)
        final = works * 1.05
        duty = final * 0.16
        computed: dict[str, tuple[str, float]] = {
            "USA ONLY LSTP 75% EX WORKS": ("ROUND({0}{{row}}*0.75,9)", works * 0.75),
            "FINAL FOB (USD)": ("{0}{{row}}*1.05", final),
            "US DUTY": ("{0}{{row}}*0.168", duty),
            "US TARIFF": ("{0}{{row}}*0.105", final * 0.1),
            "DDP US (USD)": ("{0}{{row}}*1.323", final + duty + final * 0.1),
        }
        if "EX WORKS (USD)" in at:
            works_column = column_letters(at["EX WORKS (USD)"])
            cells[at["EX WORKS (USD)"]] = works
            for header, (text, value) in computed.items():
                formula = self.book.total_formula
                cells[at[header]] = Formula(text.format(works_column), value) if formula else value
        else:
            cells[at["FINAL FOB (USD)"]] = final
        cells[at["CUSTOMER PRICE"]] = round(works * 1.2, 2)
        if self.validation >= 0 and self.book.total_formula:
            found: str | ErrorValue = "OK" if rng.random() < 0.9 else ErrorValue("#N/A")  # noqa: PLR2004
            cells[self.validation] = Formula("IFERROR(VLOOKUP(A{row},LOOKUPS!A:B,2,0),NA())", found)


@functools.cache
def _prefixes() -> Mapping[str, str]:
    """Three letters for each book, unlike any other's: order numbers must not meet across customers."""
    taken: dict[str, str] = {}
    for book in full_books():
        letters = "".join(character for character in book.name if character.isalpha())
        tails = [letters[1:3], letters[1] + letters[-1], letters[-2:], *string.ascii_uppercase]
        taken[book.raw_table] = next(p for tail in tails if (p := letters[0] + tail) not in taken.values())
    return taken


@functools.cache
def _vocabulary() -> Mapping[str, Mapping[str, Any]]:
    path = Path(__file__).with_name("vocabulary.yml")
    headers: Mapping[str, Mapping[str, Any]] = parse_yaml(path.read_text(encoding="utf-8"))["headers"]
    return headers


def _pool(seed: int, book: Book, header: str) -> list[Cell] | None:
    """What a column may hold, as many blanks among it as its share of blanks; None for sizes and order columns."""
    if header in book.sizes:
        return None
    rng = random.Random(f"{seed}/{book.raw_table}/{header}")  # noqa: S311
    spec = _vocabulary().get(header, {"fill": 0.05, "code": "@##"})
    filled = round(POOL * spec["fill"])
    pool: list[Cell] = [_value(spec, rng) for _ in range(filled)]
    return pool + [None] * (POOL - filled)


def _value(spec: Mapping[str, Any], rng: random.Random) -> Cell:
    if "decimal" in spec:
        low, high, places = spec["decimal"]
        return round(rng.uniform(float(low), float(high)), int(places))
    if "whole" in spec:
        low, high = spec["whole"]
        return rng.randint(int(low), int(high))
    if "code" in spec:
        digits = (rng.choice(string.digits) if c == "#" else c for c in spec["code"])
        return "".join(rng.choice(string.ascii_uppercase) if c == "@" else c for c in digits)
    chosen: Cell = rng.choice(spec.get("choice") or spec["mixed"])
    return chosen
