"""Queries over relations that may not be there yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loader import is_raw_table
from warehouse import Session, Warehouse

Row = tuple[Any, ...]


class Reader:
    """Runs a query when the relations it names are there; ``{NAME}`` in the text stands for a relation."""

    def __init__(self, session: Session, warehouse: Warehouse) -> None:
        self._session = session
        self._warehouse = warehouse
        self.names = session.relations()

    def has(self, *relations: str) -> bool:
        """Whether all of them are there."""
        return not self.names.lacking(relations)

    def rows(self, sql: str, relations: Iterable[str], parameters: Iterable[object] = ()) -> list[Row]:
        """The rows; none where a relation is lacking."""
        wanted = list(relations)
        if self.names.lacking(wanted):
            return []
        text = sql.format(**{name: self._warehouse.relation(name) for name in wanted})
        return self._session.rows(text, list(parameters))

    def raw_counts(self) -> list[Row]:
        """(raw table, file, rows) of every raw table, in one statement."""
        tables = sorted(filter(is_raw_table, self.names))
        file = self._warehouse.quote("_source_file")
        parts = [
            f"select ? as raw_table, min({file}) as file_name, count(*) as row_count "  # noqa: S608 - quoted names
            f"from {self._warehouse.relation(table)}"
            for table in tables
        ]
        return self._session.rows(" union all ".join(parts), tables) if parts else []
