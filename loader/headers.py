"""Finds the header row of a sheet. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from loader.cells import text_of
from loader.errors import RejectedError
from loader.formats.base import Row
from loader.names import fold

#: Without these a sheet is no order list.
REQUIRED = ("AAG ORDER NUMBER", "CUSTOMER NAME", "CUSTOMER STYLE", "TOTAL QTY")

_SIMILAR = 0.6
_QUOTED = 60


def header_texts(row: Row) -> list[str]:
    """The headers in a row, each as a cell of the list would land."""
    return [text_of(cell) or "" for cell in row[1]]


def find_header(rows: Sequence[Row]) -> int:
    """Index of the first of ``rows`` that has all required headers, compared folded and without case.

    Raises:
        RejectedError: no row has them; the message names the row that comes nearest and what stands there instead.
    """
    best, best_index = (0.0, 0), -1
    for index, row in enumerate(rows):
        cells = {fold(text).upper() for text in header_texts(row)} - {""}
        if cells.issuperset(REQUIRED):
            return index
        score = (float(sum(name in cells for name in REQUIRED)) + _similarity(cells), -index)
        if score[0] and (best_index < 0 or score > best):
            best, best_index = score, index
    where = f"rows down to row {rows[-1][0]}" if rows else "rows"
    if best_index < 0:
        begins = next((text for row in rows for text in map(fold, header_texts(row)) if text), "")
        raise RejectedError(
            f"No header row with {', '.join(REQUIRED)} in the {where}, nor one like it; the sheet begins with "
            f"'{begins[:_QUOTED]}'.",
            hint="Put the order list, with its headers on top, on a sheet named MASTER.",
        )
    nearest = rows[best_index]
    raise RejectedError(
        f"No header row in the {where}; row {nearest[0]} comes nearest: {_nearest(header_texts(nearest))}.",
        hint="Correct the headers there, and keep the order list on the sheet MASTER.",
    )


def _similarity(cells: set[str]) -> float:
    """Between 0 and 1: how like the missing headers the cells are; only breaks ties between rows."""
    ratios = [
        max((difflib.SequenceMatcher(None, name, cell).ratio() for cell in cells), default=0.0)
        for name in REQUIRED if name not in cells
    ]  # fmt: skip
    return max((r for r in ratios if r >= _SIMILAR), default=0.0)


def _nearest(texts: Sequence[str]) -> str:
    cells = {fold(text).upper(): fold(text) for text in texts if fold(text)}
    found = []
    for name in REQUIRED:
        if name in cells:
            continue
        close = difflib.get_close_matches(name, cells, n=1, cutoff=_SIMILAR)
        found.append(f"{name} is missing (nearest: '{cells[close[0]]}')" if close else f"{name} is missing")
    return "; ".join(found)
