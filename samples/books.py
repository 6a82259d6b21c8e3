"""The workbooks as data: headers, sizes, customers and oddities of each, read from ``workbooks.yml``."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console import ConfigurationError, parse_yaml

FULL_ROWS = 101_662  # rows of the one full run that was ever counted
_SMALLEST_BOOK = 3


@dataclass(frozen=True, slots=True)
class Book:
    """One workbook.

    ``customers`` maps a canonical name to the spellings typed in this file; ``rows`` is the number of rows with any
    content below the header; ``new_sizes`` are size columns that no order of day 1 uses.
    """

    name: str
    file_name: str
    raw_table: str
    customers: Mapping[str, tuple[str, ...]]
    headers: tuple[str, ...]
    sizes: tuple[str, ...]
    rows: int
    sheet: str = "MASTER"
    sheets_before: tuple[str, ...] = ()
    sheets_after: tuple[str, ...] = ()
    title_rows: int = 0
    hidden: frozenset[str] = frozenset()
    inline_strings: bool = False
    date_1904: bool = False
    total_formula: bool = False
    broken_headers: bool = False
    numeric_sizes: bool = False
    new_sizes: tuple[str, ...] = ()

    @property
    def header_row(self) -> int:
        """The Excel row of the header."""
        return self.title_rows + 1

    def position(self, header: str) -> int:
        """Index of ``header``, or -1 where this book lacks it."""
        try:
            return self.headers.index(header)
        except ValueError:
            return -1


@functools.cache
def full_books() -> tuple[Book, ...]:
    """All 46 books at the size of a full run."""
    path = Path(__file__).with_name("workbooks.yml")
    document = parse_yaml(path.read_text(encoding="utf-8"))
    return tuple(_book(name, entry, document) for name, entry in document["books"].items())


def raw_table(file_name: str) -> str:
    """The landing table of a workbook: the rule that the operators know, stated once more to check the others."""
    stem = Path(file_name).stem.replace("(M3)", "").replace("'", "")
    return "x" + re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_") + "_RAW"


def scaled(books: Sequence[Book], rows: int, *, largest: int | None = None) -> tuple[Book, ...]:
    """``books`` with about ``rows`` rows in all, in the proportions of a full run.

    A book has at least three rows, and at most ``largest``; with enough rows the total is exact.
    """
    whole = sum(book.rows for book in books)
    counts = [max(_SMALLEST_BOOK, rows * book.rows // whole) for book in books]
    if largest is not None:
        counts = [min(count, largest) for count in counts]
    else:
        biggest = counts.index(max(counts))
        counts[biggest] = max(_SMALLEST_BOOK, counts[biggest] + rows - sum(counts))
    return tuple(replace(book, rows=count) for book, count in zip(books, counts, strict=True))


def select(books: Sequence[Book], names: Iterable[str]) -> tuple[Book, ...]:
    """The books of the customers called ``names``: book, canonical name or raw table, in any case; all if none.

    Raises:
        ConfigurationError: a name that is no customer's with a workbook.
    """
    wanted = {name.casefold() for name in names}
    if not wanted:
        return tuple(books)
    known = [{name.casefold() for name in (book.name, book.raw_table, *book.customers)} for book in books]
    missing = wanted.difference(*known)
    if missing:
        raise ConfigurationError(
            f"No sample workbook belongs to {', '.join(sorted(missing))}.",
            hint="Known: " + ", ".join(book.name for book in books) + ".",
        )
    return tuple(book for book, names_of_book in zip(books, known, strict=True) if wanted & names_of_book)


def _book(name: str, entry: Mapping[str, Any], document: Mapping[str, Any]) -> Book:
    sizes = tuple(re.split(r",\s+", entry["sizes"]))
    file_name = f"{name} ORDER LIST (M3).{entry.get('extension', 'xlsx')}"
    return Book(
        name=name,
        file_name=file_name,
        raw_table=raw_table(file_name),
        customers={canonical: tuple(names) for canonical, names in entry["customers"].items()},
        headers=tuple(_headers(entry, sizes, document)),
        sizes=sizes,
        rows=entry["rows"],
        sheet=entry.get("sheet", "MASTER"),
        sheets_before=tuple(entry.get("sheets_before", ())),
        sheets_after=tuple(entry.get("sheets_after", ())),
        title_rows=entry.get("title_rows", 0),
        hidden=frozenset(entry.get("hidden", ())),
        inline_strings=entry.get("strings") == "inline",
        date_1904=entry.get("date_1904", False),
        total_formula=entry.get("total_formula", False),
        broken_headers=entry.get("broken_headers", False),
        numeric_sizes=entry.get("numeric_sizes", False),
    )


def _headers(entry: Mapping[str, Any], sizes: Sequence[str], document: Mapping[str, Any]) -> Iterator[str]:
    details = document["details"][entry["details"]]
    commercial = document["commercial"][entry["commercial"]]
    lacks, rename, add = entry.get("lacks", ()), entry.get("rename", {}), entry.get("add", {})
    for header in _flat([details, list(sizes), commercial]):
        if header not in lacks:
            yield rename.get(header, header)
        yield from add.get(header, ())


def _flat(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    else:
        for item in part:
            yield from _flat(item)
