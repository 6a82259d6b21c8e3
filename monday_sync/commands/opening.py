"""Opens a target for a command: board file, database, ledger, and the board's API with its token."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from monday_sync.api import HttpBoardApi
from monday_sync.bulk import BulkImports
from monday_sync.commands.credentials import endpoint
from monday_sync.domain.board import guard, load_board
from monday_sync.engine.context import Context, utc_now
from monday_sync.ledger import Ledger
from warehouse import Target, load_target, open_warehouse


def open_context(
    target: str | Target | None = None,
    *,
    project_dir: Path | None = None,
    clock: Callable[[], dt.datetime] = utc_now,
    sleep: Callable[[float], object] = time.sleep,
) -> Context:
    """Open a target. Connects to nothing yet.

    Args:
        target: a name, an opened target, or ``None`` for the profile's default.

    Raises:
        ConfigurationError: no such target, a wrong board file, or no usable token.
    """
    chosen = target if isinstance(target, Target) else load_target(target, project_dir=project_dir)
    board = load_board(chosen.name, chosen.project_dir / "boards")
    warehouse = open_warehouse(chosen)
    url, token = endpoint(board)
    guard(board, url, chosen.project_dir / "boards")
    api = HttpBoardApi(url, token, sleep=sleep)
    return Context(chosen, board, warehouse, Ledger(warehouse, board.board_id), api, clock, sleep, BulkImports())
