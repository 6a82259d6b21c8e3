"""What releases before versions added to the ledger, one after another, and the key of the groups."""

from __future__ import annotations

import hashlib

from warehouse import Column, Session
from warehouse.rows import table_of

_ROWS = ("board_hash", "mapping", "left_as", "left_at")
ADDS = {
    "monday_sync_items": _ROWS,
    "monday_sync_subitems": _ROWS,
    "monday_sync_customers": ("lines", "pieces"),
    "monday_sync_attempts": ("shown_before",),
}
GIVES = {"monday_sync_groups": ("group_key",)}

_GROUPS = "monday_sync_groups"
_NAMES = ("board_id", "group_name", "group_id", "run_id", "recorded_at")
_COLUMNS = (
    Column("board_id", "text", 32, nullable=False),
    Column("group_key", "key", nullable=False),
    Column("group_name", "text", 255),
    Column("group_id", "text", 255),
    Column("run_id", "text", 64),
    Column("recorded_at", "timestamp"),
)


def change(session: Session) -> None:
    """Key the groups by a hash of their name: a collation may take upper and lower case for the same."""
    columns = session.columns(_GROUPS)
    if not columns or "group_key" in columns:
        return
    kept = session.rows(f"select {', '.join(_NAMES)} from {session.relation(_GROUPS)}")  # noqa: S608 - quoted name
    session.drop_table(_GROUPS)
    session.create_table(_GROUPS, _COLUMNS, key=("board_id", "group_key"))
    rows = [dict(zip(_NAMES, row, strict=True)) for row in kept]
    if rows:
        for row in rows:
            row["group_key"] = hashlib.sha256(str(row["group_name"]).encode()).hexdigest()
        session.insert(_GROUPS, table_of(_COLUMNS, rows))
