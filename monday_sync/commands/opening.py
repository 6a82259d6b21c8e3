"""Opens a target for a command: board file, database, ledger, and the board's API with its token."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path

from console import register_secret
from monday_sync.api import HttpBoardApi
from monday_sync.bulk import BulkImports
from monday_sync.domain.board import BoardConfig, guard, load_board
from monday_sync.engine.context import Context, utc_now
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger
from warehouse import Target, load_target, open_warehouse

_LIVE_URL = "https://api.monday.com/v2"
_EMULATOR_URL = "http://127.0.0.1:8765/v2"
_EMULATOR_TOKEN = "local"  # noqa: S105 - the emulator's well-known token, no secret


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
        ConfigurationError: no such target, a wrong board file, or no token.
    """
    chosen = target if isinstance(target, Target) else load_target(target, project_dir=project_dir)
    board = load_board(chosen.name, chosen.project_dir / "boards")
    warehouse = open_warehouse(chosen)
    url, token = endpoint(board)
    guard(board, url, chosen.project_dir / "boards")
    api = HttpBoardApi(url, token, sleep=sleep)
    return Context(chosen, board, warehouse, Ledger(warehouse, board.board_id), api, clock, sleep, BulkImports())


def endpoint(board: BoardConfig) -> tuple[str, str]:
    """Address and token of the board's API.

    Raises:
        RefusedError: no token.
    """
    emulated = board.api == "emulator"
    url = os.environ.get("MONDAY_API_URL") or (_EMULATOR_URL if emulated else _LIVE_URL)
    token = os.environ.get("MONDAY_API_TOKEN") or (_EMULATOR_TOKEN if emulated else None)
    if not token:
        raise RefusedError(
            f"There is no token for the board of target '{board.target}'.",
            hint="Set the environment variable MONDAY_API_TOKEN.",
        )
    if token != _EMULATOR_TOKEN:
        register_secret(token)
    return url, token
