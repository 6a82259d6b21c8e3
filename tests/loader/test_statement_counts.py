"""How many statements the loader sends: by workbooks, never by rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loader import LandResult
from tests.loader.books import order, save
from warehouse import recording

Land = Callable[..., LandResult]


@pytest.mark.usefixtures("read_here")
def test_rows_cost_no_statements_and_each_workbook_the_same(source: Path, land: Land) -> None:
    """Fifty rows land with the statements of five; three workbooks more cost three times what one more costs."""

    def landed(*rows_of_books: int) -> int:
        for number, rows in enumerate(rows_of_books):
            save(source, [order(f"A{rows}-{row}") for row in range(rows)], name=f"C{number} ORDER LIST (M3).xlsx")
        with recording() as sent:
            assert land(full=True).landed == len(rows_of_books)
        return sent.count

    landed(5)  # makes the loader's tables
    few = landed(5)
    assert landed(50) == few
    landed(50, 5)
    two = landed(5, 50)
    landed(5, 5, 5, 5)
    assert landed(50, 5, 5, 50) - few == 3 * (two - few)


@pytest.mark.usefixtures("read_here")
def test_a_landing_that_finds_nothing_new_asks_as_much_for_any_number(source: Path, land: Land) -> None:
    """What is unchanged costs the same statements for one workbook as for four."""

    def unchanged(books: int) -> int:
        for number in range(books):
            save(source, [order(f"A{number}")], name=f"C{number} ORDER LIST (M3).xlsx")
        land()
        with recording() as sent:
            assert land().unchanged == books
        return sent.count

    assert unchanged(1) == unchanged(4)
