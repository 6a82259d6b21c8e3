"""Opens a target for a command: board file, database, ledger, and the board's API with its token."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from console import ConfigurationError
from monday_sync.api import HttpBoardApi
from monday_sync.bulk import BulkImports
from monday_sync.commands.credentials import endpoint
from monday_sync.domain.board import BoardConfig, guard, load_boards
from monday_sync.engine.context import Context, utc_now
from monday_sync.ledger import Ledger
from warehouse import Target, Warehouse, load_target, open_warehouse


@dataclass(frozen=True, slots=True)
class Opened:
    """The boards of a target, or the one of them that was asked for."""

    contexts: tuple[Context, ...]

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        for context in self.contexts:
            context.api.close()

    @property
    def single(self) -> Context | None:
        """The board, if it is one."""
        return self.contexts[0] if len(self.contexts) == 1 else None

    def named(self, board: str | None) -> Opened:
        """The one of this name or id; ``None``: all.

        Raises:
            ConfigurationError: there is none.
        """
        found = tuple(one for one in self.contexts if board in {None, one.board.name, one.board.board_id})
        if not found:
            names = ", ".join(one.board.name or one.board.board_id for one in self.contexts)
            raise ConfigurationError(
                f"Target '{self.contexts[0].board.target}' has no board {board!r}.", hint=f"Its boards: {names}."
            )
        return Opened(found)

    @property
    def warehouse(self) -> Warehouse:
        """The target's database."""
        return self.contexts[0].warehouse

    @property
    def whole(self) -> Context:
        """The first board with a ledger that knows the rows of all boards: only to look things up by."""
        first = self.contexts[0]
        return replace(first, ledger=Ledger(first.warehouse, first.board.board_id))


def open_boards(
    target: str | Target | None = None,
    board: str | None = None,
    *,
    project_dir: Path | None = None,
    clock: Callable[[], dt.datetime] = utc_now,
    sleep: Callable[[float], object] = time.sleep,
) -> Opened:
    """Open the boards of a target. Connects to nothing yet.

    Args:
        target: a name, an opened target, or ``None`` for the profile's default.
        board: the name or id of the one board that is asked for; ``None``: all.

    Raises:
        ConfigurationError: no such target or board, a wrong board file, or no usable token.
    """
    chosen = target if isinstance(target, Target) else load_target(target, project_dir=project_dir)
    folder = chosen.project_dir / "boards"
    boards = load_boards(chosen.name, folder)
    warehouse = open_warehouse(chosen)
    contexts = []
    for one in boards:
        url, token = endpoint(one)
        guard(one, url, folder)
        api = HttpBoardApi(url, token, sleep=sleep)
        ledger = ledger_of(warehouse, one)
        contexts.append(Context(chosen, one, warehouse, ledger, api, clock, sleep, BulkImports()))
    return Opened(tuple(contexts)).named(board)


def open_context(
    target: str | Target | None = None,
    *,
    project_dir: Path | None = None,
    clock: Callable[[], dt.datetime] = utc_now,
    sleep: Callable[[float], object] = time.sleep,
) -> Context:
    """Open a target that has one board. Connects to nothing yet.

    Raises:
        ConfigurationError: as :func:`open_boards`; or the target has several boards.
    """
    opened = open_boards(target, project_dir=project_dir, clock=clock, sleep=sleep)
    if opened.single is None:
        name = opened.contexts[0].board.target
        raise ConfigurationError(f"Target '{name}' has several boards.", hint="Name one with --board.")
    return opened.single


def ledger_of(warehouse: Warehouse, board: BoardConfig) -> Ledger:
    """The ledger of a board, which leaves the target's other boards alone."""
    return Ledger(warehouse, board.board_id, [other.board_id for other in board.others])
