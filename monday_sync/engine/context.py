"""What every command works with: target, board, database, ledger, API, bulk import and clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from monday_sync.api import BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.engine.ports import BulkImport
from monday_sync.ledger import Ledger
from warehouse import Target, Warehouse


def utc_now() -> dt.datetime:
    """The time in UTC, without a zone, as the ledger's tables keep it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Context:
    """One target, opened.

    Args:
        clock: the time in UTC without a zone.
    """

    target: Target
    board: BoardConfig
    warehouse: Warehouse
    ledger: Ledger
    api: BoardApi
    clock: Callable[[], dt.datetime]
    sleep: Callable[[float], object]
    bulk: BulkImport

    def __enter__(self) -> Context:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()
