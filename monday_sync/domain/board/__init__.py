"""The boards a target's orders go to, as ``boards/<target>.yml`` describes them: columns, scope and policy."""

from monday_sync.domain.board.guard import guard
from monday_sync.domain.board.load import load_board
from monday_sync.domain.board.model import BoardConfig, Bulk, ColumnMapping, FollowBoard, Hooks, Policy, Scope

__all__ = ["BoardConfig", "Bulk", "ColumnMapping", "FollowBoard", "Hooks", "Policy", "Scope", "guard", "load_board"]
