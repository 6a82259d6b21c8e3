"""Which columns the board shows, in which types: what dbt's views go by."""

from __future__ import annotations

from monday_sync.domain.board import load_boards
from monday_sync.engine.context import utc_now
from monday_sync.engine.source import declare_mapping
from monday_sync.ledger import Ledger
from warehouse import Target, open_warehouse


def record_mapping(target: Target) -> None:
    """Write into the ledger how the target's board file maps columns now. Nothing else is read or written.

    Raises:
        ConfigurationError: the board's file cannot be read.
    """
    board = load_boards(target.name, target.project_dir / "boards")[0]
    declare_mapping(Ledger(open_warehouse(target), board.board_id), board, utc_now())
