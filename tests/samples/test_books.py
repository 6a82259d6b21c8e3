"""The books as data: the real headers, the real tables."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from console import ConfigurationError
from samples.books import FULL_ROWS, full_books, raw_table, scaled, select

KNOWN = json.loads(Path(__file__).with_name("known_headers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("book", full_books(), ids=lambda book: book.name)
def test_headers_are_the_real_ones_in_their_order(book: Any) -> None:
    """Number and SHA-256 of every header row agree with the operators' files."""
    digest = hashlib.sha256("\n".join(book.headers).encode()).hexdigest()
    assert [len(book.headers), digest[:16]] == KNOWN[book.raw_table]


def test_all_46_workbooks_have_4625_headers_417_of_them_different() -> None:
    """No book and no header is missing."""
    books = full_books()
    assert {book.raw_table for book in books} == set(KNOWN)
    assert sum(len(book.headers) for book in books) == 4625
    assert len({header for book in books for header in book.headers}) == 417


def test_a_full_run_has_as_many_rows_as_the_one_that_was_counted() -> None:
    """101,662 rows, from 3 to some 17,000 a book."""
    sizes = [book.rows for book in full_books()]
    assert sum(sizes) == FULL_ROWS == 101_662
    assert min(sizes) == 3
    assert 16_500 < max(sizes) < 17_500


@pytest.mark.parametrize(
    ("file_name", "table"),
    [
        ("GREYSON ORDER LIST (M3).xlsx", "xGREYSON_ORDER_LIST_RAW"),
        ("B'HOOD ORDER LIST (M3).xlsx", "xBHOOD_ORDER_LIST_RAW"),
        ("MACK WELDON ORDER LIST (M3).xlsm", "xMACK_WELDON_ORDER_LIST_RAW"),
    ],
)
def test_a_file_name_gives_its_landing_table(file_name: str, table: Any) -> None:
    """The rule of the operators: no extension, no (M3), no apostrophe, runs of other characters become one _."""
    assert raw_table(file_name) == table


def test_sizes_stand_between_unit_of_measure_and_total_quantity() -> None:
    """What the generator fills as sizes is what the rule calls sizes."""
    for book in full_books():
        start, end = book.position("UNIT OF MEASURE") + 1, book.position("TOTAL QTY")
        assert book.headers[start:end] == book.sizes


def test_scaled_books_keep_at_least_three_rows_and_the_exact_total() -> None:
    """Ten times the rows is ten times the rows, and no book vanishes in a small run."""
    assert sum(book.rows for book in scaled(full_books(), 10 * FULL_ROWS)) == 10 * FULL_ROWS
    assert min(book.rows for book in scaled(full_books(), 300)) == 3
    assert max(book.rows for book in scaled(full_books(), 900, largest=20)) == 20


@pytest.mark.parametrize("name", ["b'hood", "xBHOOD_ORDER_LIST_RAW", "B'HOOD"])
def test_books_are_selected_by_customer_or_table_in_any_case(name: str) -> None:
    """One book by any of its names."""
    assert [book.name for book in select(full_books(), [name])] == ["B'HOOD"]


def test_an_unknown_customer_is_named_with_the_known_ones() -> None:
    """A typing error does not generate nothing in silence."""
    with pytest.raises(ConfigurationError, match=r"greysen.*Known: .*GREYSON"):
        select(full_books(), ["GREYSEN"])
