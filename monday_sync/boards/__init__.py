"""The boards a target's orders go to, as ``boards/<target>.yml`` describes them: columns, scope and policy."""

from monday_sync.boards.guard import guard
from monday_sync.boards.load import load_board
from monday_sync.boards.model import BoardConfig, Bulk, ColumnMapping, Policy, Scope

__all__ = ["BoardConfig", "Bulk", "ColumnMapping", "Policy", "Scope", "guard", "load_board"]
