"""The boards a target's orders go to, as ``boards/<target>.yml`` describes them: columns, scope and policy."""

from monday_sync.domain.board.guard import guard
from monday_sync.domain.board.load import load_board, load_boards
from monday_sync.domain.board.model import (
    Archive,
    BoardConfig,
    Bulk,
    ColumnMapping,
    FollowBoard,
    Hooks,
    Limits,
    Policy,
    Scope,
)

__all__ = [
    "Archive", "BoardConfig", "Bulk", "ColumnMapping", "FollowBoard", "Hooks", "Limits", "Policy", "Scope", "guard",
    "load_board", "load_boards",
]  # fmt: skip
