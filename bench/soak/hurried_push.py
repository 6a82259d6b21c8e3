"""Runs that wait little and send small requests: what the soak starts, and kills."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext, redirect_stderr
from dataclasses import replace
from pathlib import Path

import duckdb

from console import OrderListError
from monday_sync.api import HttpBoardApi
from monday_sync.bulk import BulkImports
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.commands.undo import rollback
from monday_sync.domain.board import load_board
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context, utc_now
from monday_sync.ledger import Ledger
from warehouse import load_target, open_warehouse

TIMEOUT = 0.4
#: Exit status of a child that met an error which nobody foresaw.
BROKEN = 70
_BATCH = 3


def hurried(project: Path, url: str, minutes: float, timeout: float = TIMEOUT, attempts: int = 100) -> Context:
    """A context that waits little, sends small requests, and whose clock is ``minutes`` ahead."""

    def sleep(seconds: float) -> None:
        time.sleep(min(seconds, 0.02))

    target = load_target("local", project_dir=project)
    board = load_board("local", project / "boards")
    policy = replace(board.policy, touch_share=1.0, max_attempts=attempts, archived="recreate", deleted="recreate")
    board = replace(board, policy=policy)
    warehouse = open_warehouse(target)
    api = HttpBoardApi(url, "local", sleep=sleep, timeout=timeout)
    setattr(api, "batch_size", lambda _kind: _BATCH)  # noqa: B010 - as a test of this process would, by monkeypatch
    return Context(
        target, board, warehouse, Ledger(warehouse, board.board_id), api,
        clock=lambda: utc_now() + dt.timedelta(minutes=minutes), sleep=sleep, bulk=BulkImports(),
    )  # fmt: skip


def push_in_child(project: str, url: str, minutes: float, bulk: str) -> None:
    """One push, as the process that may be killed."""
    _in_child(project, url, minutes, lambda context: push_in(context, PushRequest(PushOptions(bulk=bulk))))


def roll_back_in_child(project: str, url: str, minutes: float, run_id: str) -> None:
    """One rollback, as the process that may be killed."""
    _in_child(project, url, minutes, lambda context: rollback(context, run_id))


def _in_child(project: str, url: str, minutes: float, run: Callable[[Context], object]) -> None:
    try:
        # most runs keep the database open, which is quick; the others open it for each write, as a user's do
        kept = duckdb.connect(str(Path(project) / "board.duckdb")) if os.getpid() % 4 else nullcontext()
        # a soak meets limits and doubts by the thousand, and each wait is said
        with redirect_stderr(io.StringIO()), kept, hurried(Path(project), url, minutes) as context:
            run(context)
    except OrderListError as error:
        sys.exit(error.exit_code)
    except Exception:
        traceback.print_exc()
        sys.exit(BROKEN)
