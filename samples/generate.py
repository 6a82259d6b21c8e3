"""Books in, files and manifests out."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from console.workers import worker_pool
from samples.books import Book, full_books, scaled, select
from samples.cells import Cell
from samples.changes import Change, Edit, edited, planned, with_new_size
from samples.dirt import dirty
from samples.expectation import Expectation, watched
from samples.orders import CUSTOMER, Row, orders
from samples.xlsx import Sheet, column_letters, write_workbook

_DEMO_ROWS, _DEMO_LARGEST = 900, 20
_WORTH_A_PROCESS = 20_000  # rows; below, starting processes takes longer than writing
Dirt = Literal["clean", "normal", "filthy"]
Scale = Literal["demo", "full"]


@dataclass(slots=True)
class Manifest:
    """What was generated: also in ``expected.json`` and, for day 2, ``changes.json`` beside the workbooks."""

    seed: int
    day: int
    dirt: str
    files: dict[str, Expectation] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


def generate(
    destination: Path,
    *,
    rows: int | None = None,
    scale: Scale = "demo",
    seed: int = 1,
    customers: Sequence[str] = (),
    dirt: Dirt = "normal",
    day: int = 1,
    processes: int | None = None,
) -> Manifest:
    """Write sample workbooks into ``destination`` (made if missing; other files there are left alone).

    Args:
        destination: the folder.
        rows: rows that hold anything, in all books together; wins over ``scale``.
        scale: ``demo`` (3 to 20 rows a book) or ``full`` (101,662 rows in 46 books).
        seed: the same seed gives the same bytes.
        customers: books to write, by book, customer or raw table; all if empty.
        dirt: how dirty.
        day: 1, or 2 for tomorrow's workbooks: day 1 with a handful of edits.
        processes: at most so many; by default as many as there are cores.

    Raises:
        ConfigurationError: an unknown customer, or books too small for the edits of day 2.
    """
    books = select(full_books(), customers)
    if rows is not None:
        books = scaled(books, rows)
    elif scale == "demo":
        books = scaled(books, _DEMO_ROWS * len(books) // len(full_books()), largest=_DEMO_LARGEST)
    edits = planned(books) if day > 1 else ()
    destination.mkdir(parents=True, exist_ok=True)
    tasks = [
        (book, [edit for edit in edits if edit.book == book.name], destination, seed, dirt)
        for book in sorted(books, key=lambda book: -book.rows)  # the longest first, so that all end together
    ]
    total = sum(book.rows for book in books)
    workers = min(processes or os.cpu_count() or 1, len(tasks))
    if workers > 1 and total >= _WORTH_A_PROCESS:
        with worker_pool(workers) as pool:
            done = list(pool.map(_write_book, *zip(*tasks, strict=True)))
    else:
        done = [_write_book(*task) for task in tasks]
    manifest = Manifest(seed, day, dirt)
    for expectation, changes in sorted(done, key=lambda pair: pair[0].file):
        manifest.files[expectation.file] = expectation
        manifest.changes += changes
    _save(manifest, destination)
    return manifest


def _save(manifest: Manifest, destination: Path) -> None:
    document = dataclasses.asdict(manifest)
    changes = document.pop("changes")
    for name, content in {"expected.json": document, "changes.json": changes}.items():
        if content:
            (destination / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        else:
            (destination / name).unlink(missing_ok=True)


def _write_book(
    book: Book, edits: Sequence[Edit], destination: Path, seed: int, dirt: Dirt
) -> tuple[Expectation, list[Change]]:
    book = with_new_size(book, edits)
    changes: list[Change] = []
    expectation = Expectation(book.file_name, book.raw_table, book.sheet, book.header_row, len(book.headers))
    rows = edited(book, dirty(book, orders(book, seed), seed, dirt), edits, changes)
    master = Sheet(book.sheet, (), hidden=[book.position(header) for header in book.hidden])
    if book.title_rows:
        master.merges.append(f"A1:{column_letters(5)}1")
    master.rows = _master_rows(book, watched(book, rows, expectation), master.merges)
    sheets = [*map(_side_sheet, book.sheets_before), master, *map(_side_sheet, book.sheets_after)]
    if book.total_formula:
        sheets.append(_side_sheet("LOOKUPS"))
    write_workbook(
        destination / book.file_name,
        sheets,
        date_1904=book.date_1904,
        inline_strings=book.inline_strings,
        macros=book.file_name.endswith(".xlsm"),
    )
    return expectation, changes


def _master_rows(
    book: Book, rows: Iterator[tuple[int, Row]], merges: list[str]
) -> Iterator[tuple[int, Sequence[Cell]]]:
    yield from _title(book)
    yield book.header_row, [_header(book, header) for header in book.headers]
    customer = column_letters(book.position(CUSTOMER))
    for number, row in rows:
        if row.merged_upwards:
            merges.append(f"{customer}{number - 1}:{customer}{number}")
        yield number, row.cells


def _title(book: Book) -> Iterator[tuple[int, Sequence[Cell]]]:
    lines: list[Sequence[Cell]] = [
        [f"{book.name} ORDER LIST"],
        ["Colours:", "grey = cancelled", None, "CUSTOMER NAME and style are mandatory"],
        [],
        [None, None, "details", None, "sizes", None, "prices"],
    ]
    yield from enumerate(lines[: book.title_rows], start=1)


def _header(book: Book, header: str) -> Cell:
    if book.numeric_sizes and header in book.sizes and header.isdigit():
        return int(header)
    if book.broken_headers and header not in book.sizes:
        return header.replace(" ", "\n", 1).replace(" ", "  ") + " "
    return header


def _side_sheet(name: str) -> Sheet:
    rows: list[tuple[int, Sequence[Cell]]] = [(1, [f"{name}: not the order list"]), (2, ["CODE", "NAME"])]
    rows += [(number, [f"C{number:03}", f"Name {number}"]) for number in range(3, 13)]
    return Sheet(name, rows)
