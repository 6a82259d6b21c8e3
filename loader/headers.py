"""Finds the header row of a sheet. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from loader.errors import RejectedError
from loader.names import fold

#: Without these a sheet is no order list.
REQUIRED = ("AAG ORDER NUMBER", "CUSTOMER NAME", "CUSTOMER STYLE", "TOTAL QTY")

_SIMILAR = 0.6


def find_header(rows: Sequence[Sequence[object]]) -> int:
    """Index of the first of ``rows`` that has all required headers, compared folded and without case.

    Raises:
        RejectedError: no row has them; the message names the row that comes nearest and what stands there instead.
    """
    best, best_index = (0.0, 0), -1
    for index, row in enumerate(rows):
        cells = {fold(cell).upper() for cell in row if isinstance(cell, str)} - {""}
        if cells.issuperset(REQUIRED):
            return index
        score = (float(sum(name in cells for name in REQUIRED)) + _similarity(cells), -index)
        if cells and score > best:
            best, best_index = score, index
    if best_index < 0:
        raise RejectedError(
            f"No text in the first {len(rows)} rows, so no header row with {', '.join(REQUIRED)}.",
            mend="Put the headers into the first row of the sheet MASTER.",
        )
    raise RejectedError(
        f"No header row in the first {len(rows)} rows; row {best_index + 1} comes nearest: "
        f"{_nearest(rows[best_index])}.",
        mend="Correct the headers there, and keep the order list on the sheet MASTER.",
    )


def _similarity(cells: set[str]) -> float:
    """Between 0 and 1: how like the missing headers the cells are; only breaks ties between rows."""
    ratios = [
        max((difflib.SequenceMatcher(None, name, cell).ratio() for cell in cells), default=0.0)
        for name in REQUIRED if name not in cells
    ]  # fmt: skip
    return max((r for r in ratios if r >= _SIMILAR), default=0.0)


def _nearest(row: Sequence[object]) -> str:
    cells = {fold(cell).upper(): fold(cell) for cell in row if isinstance(cell, str) and fold(cell)}
    found = []
    for name in REQUIRED:
        if name in cells:
            continue
        close = difflib.get_close_matches(name, cells, n=1, cutoff=_SIMILAR)
        found.append(f"{name} is missing (nearest: '{cells[close[0]]}')" if close else f"{name} is missing")
    return "; ".join(found)
