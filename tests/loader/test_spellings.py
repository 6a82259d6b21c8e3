"""The same sheet in all legal spellings is the same list; and writers' own spelling goes the fast way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from loader.formats import sheet_chunks, sheet_xml
from tests.loader.both_ways import outcome
from tests.loader.spellings import SHEETS, SPELLINGS, Cell, Cells, spelled


@given(SHEETS)
@settings(max_examples=50)
def test_every_spelling_says_the_same(cells: Cells) -> None:
    """A random sheet in 37 legal spellings: each is read alike, and where one is proven, both ways agree."""
    expected = outcome(spelled(cells, "Excel's").parsed())
    assert isinstance(expected, dict)
    for name in SPELLINGS:
        content = spelled(cells, name)
        assert outcome(content.parsed()) == expected, name
        assert outcome(content.together()) == expected, name


@pytest.mark.parametrize("size", [1, 200, 1_000])
@given(SHEETS)
@settings(max_examples=25)
def test_a_large_sheet_is_read_in_pieces(size: int, cells: Cells) -> None:
    """However a sheet is cut into pieces, the two ways agree: each piece is proven by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_chunks, "_CHUNK", size)
        patch.setattr(sheet_xml, "_SORTABLE", 0)
        whole = spelled(cells, "Excel's")
        assert outcome(replace(whole, step=64).together()) == outcome(whole.parsed())


def test_pieces_of_a_large_sheet_go_the_fast_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet of many pieces is proven piece by piece, to its last row, with its shared texts."""
    monkeypatch.setattr(sheet_chunks, "_CHUNK", 500)
    cells = {(row, column): Cell("s", f"text {row % 7}") for row in range(1, 200) for column in (1, 3)}
    content = replace(spelled(cells, "Excel's"), step=64)
    assert content.is_proven()
    assert outcome(content.proven()) == {row: [f"text {row % 7}", None, f"text {row % 7}"] for row in range(1, 200)}
