"""In which order rows are tried: what was never tried, what changed since, and what failed before, in fair turn. Pure.

A row that fails every morning must not stand in the way of others, under ``--limit`` or when the day's calls run out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import IntEnum

from monday_sync.domain.rows import Level
from monday_sync.domain.source import SourceRow
from monday_sync.domain.state import Outcome

_LONG_AGO = dt.datetime(1, 1, 1)  # noqa: DTZ001 - the ledger keeps UTC without a zone


class Need(IntEnum):
    """How urgently a row is to be tried; the least first."""

    NEVER_TRIED = 0
    CHANGED = 1
    FAILED_BEFORE = 2
    LEFT_BY_MODE = 3


#: Of an order: how urgent it is and when it was last tried.
Turn = tuple[Need, dt.datetime]


def need_of(row: SourceRow, mode: str = "mirror") -> Need:
    """How urgent a due row is by itself; what the board's mode will most likely leave undone is least so."""
    known = row.ledger
    if (mode == "update_only" and row.monday_id is None) or (mode == "create_only" and row.monday_id is not None):
        return Need.LEFT_BY_MODE
    if known is None or known.state.attempted is None:
        return Need.NEVER_TRIED if known is None or known.attempted_at is None else Need.CHANGED
    failed = known.state.outcome in {Outcome.ERROR, Outcome.DEAD} or known.error_message is not None
    return Need.FAILED_BEFORE if failed and known.state.attempted == row.board_hash else Need.CHANGED


def turns(rows: Iterable[SourceRow], mode: str = "mirror") -> Mapping[str, Turn]:
    """Whose turn it is, by order key: sorted by it, those come first that are to be tried first.

    An order is as urgent as its item, as far as that is due, since its lines wait for it; else as its most urgent line.
    """
    items: dict[str, Need] = {}
    lines: dict[str, Need] = {}
    tried: dict[str, dt.datetime] = {}
    for row in rows:
        needs = items if row.level is Level.ITEM else lines
        needs[row.order_key] = min(need_of(row, mode), needs.get(row.order_key, Need.LEFT_BY_MODE))
        at = row.ledger.attempted_at if row.ledger is not None else None
        tried[row.order_key] = max(at or _LONG_AGO, tried.get(row.order_key, _LONG_AGO))
    return {key: (items.get(key, lines.get(key, Need.CHANGED)), at) for key, at in tried.items()}
