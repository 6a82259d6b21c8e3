"""What the ledger knows of a board's mappings: the one in force, which dbt's views read, and those before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pyarrow as pa

from monday_sync.domain.mapping import Places
from monday_sync.domain.rows import Level
from monday_sync.ledger.schema import MAPPINGS
from warehouse import Session, Warehouse
from warehouse.rows import table_of


@dataclass(frozen=True, slots=True)
class MappingBook:
    """The mappings of one board in one database.

    Args:
        session: opens a short session with the ledger's tables in place.
    """

    warehouse: Warehouse
    board_id: str
    session: Callable[[], AbstractContextManager[Session]]

    def declare(self, current: Mapping[str, Mapping[Level, tuple[str, Places]]], now: dt.datetime) -> None:
        """Say which mapping (fingerprint, columns) is in force on each board of the target, by the board's id.

        Nothing is written when these are in force already.
        """
        name = self.warehouse.relation(MAPPINGS.name)
        sql = f"select distinct board_id, row_level, mapping from {name} where is_current = 1"  # noqa: S608 - ours
        wanted = {(b, level.value, mapping) for b, of in current.items() for level, (mapping, _) in of.items()}
        with self.session() as session:
            if {(str(b), str(level), str(m)) for b, level, m in session.rows(sql)} == wanted:
                return
            with session.transaction():
                session.execute(f"update {name} set is_current = 0 where is_current = 1")  # noqa: S608
                session.upsert(MAPPINGS.name, _records(current, now), MAPPINGS.key)

    def known(self) -> dict[str, dict[str, tuple[str, str]]]:
        """Every mapping that was ever in force on the board: fingerprint to its columns."""
        name = self.warehouse.relation(MAPPINGS.name)
        sql = f"select mapping, view_column, column_id, column_type from {name} where board_id = ?"  # noqa: S608
        found: dict[str, dict[str, tuple[str, str]]] = {}
        with self.session() as session:
            for mapping, view_column, column_id, column_type in session.rows(sql, [self.board_id]):
                found.setdefault(str(mapping), {})[str(view_column)] = (str(column_id), str(column_type))
        return found


def _records(current: Mapping[str, Mapping[Level, tuple[str, Places]]], now: dt.datetime) -> pa.Table:
    rows = [
        {"board_id": board_id, "row_level": level.value, "mapping": fingerprint, "view_column": view_column,
         "column_id": column_id, "column_type": column_type, "is_current": 1, "recorded_at": now}
        for board_id, of_board in current.items()
        for level, (fingerprint, places) in of_board.items()
        for view_column, (column_id, column_type) in places.items()
    ]  # fmt: skip
    return table_of(MAPPINGS.columns, rows)
