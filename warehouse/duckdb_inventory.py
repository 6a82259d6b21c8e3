"""What DuckDB tells of its tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from warehouse.inventory import ColumnFacts, ConstraintFacts, CostlyStatement, IndexFacts, RelationFacts
from warehouse.ownership import MARK

if TYPE_CHECKING:
    from warehouse.duckdb import DuckDBSession, DuckDBWarehouse

_NAMES = re.compile(r'"((?:[^"]|"")*)"|([A-Za-z_][A-Za-z0-9_]*)')


class DuckDBInventory:
    """For one session with the file."""

    wants_indexes = False

    def __init__(self, session: DuckDBSession, warehouse: DuckDBWarehouse) -> None:
        self._session, self._warehouse = session, warehouse
        self._schema = warehouse.target.schema or "main"
        self.unseen: list[str] = []

    def relations(self) -> list[RelationFacts]:
        """Tables and views; how much of the file each table takes."""
        found = self._session.rows(
            "select table_name, 'table' as kind, comment from duckdb_tables() where schema_name = $1 "
            "union all select view_name, 'view' as kind, comment from duckdb_views() "
            "where schema_name = $1 and not internal order by 1",
            [self._schema],
        )
        tables = [str(name) for name, kind, _ in found if kind == "table"]
        rows, sizes = self._counted(tables), self._sizes(tables)
        self._note("when tables were last written and read: DuckDB does not keep that")
        return [
            RelationFacts(
                name, kind, comment if comment and comment.startswith(MARK) else None, rows.get(name),
                None if kind == "view" else sizes.get(name, 0),
            )
            for name, kind, comment in found
        ]  # fmt: skip

    def columns(self) -> list[ColumnFacts]:
        """All columns."""
        found = self._session.rows(
            "select table_name, column_name, data_type, is_nullable from duckdb_columns() "
            "where schema_name = ? and not internal order by table_name, column_index",
            [self._schema],
        )
        return [ColumnFacts(*row) for row in found]

    def indexes(self) -> list[IndexFacts]:
        """Those that somebody made; DuckDB shows none of those that keys bring."""
        self._note("how often indexes are used: DuckDB does not keep that")
        found = self._session.rows(
            "select table_name, index_name, expressions, is_unique from duckdb_indexes() where schema_name = ? "
            "order by table_name, index_name",
            [self._schema],
        )
        return [IndexFacts(table, name, _names(columns), bool(unique)) for table, name, columns, unique in found]

    def constraints(self) -> list[ConstraintFacts]:
        """All of them; DuckDB cannot switch one off."""
        found = self._session.rows(
            "select table_name, constraint_name, constraint_type, constraint_column_names, constraint_text "
            "from duckdb_constraints() where schema_name = ? order by table_name, constraint_index",
            [self._schema],
        )
        return [
            ConstraintFacts(table, name or "", kind.lower(), tuple(columns), text)
            for table, name, kind, columns, text in found
        ]

    def costly(self, limit: int) -> list[CostlyStatement]:  # noqa: ARG002 - the same face as the server's
        """None: DuckDB remembers no statements."""
        self._note("other programs' statements: DuckDB keeps none")
        return []

    def _counted(self, tables: list[str]) -> dict[str, int]:
        if not tables:
            return {}
        parts = [f"select ? as name, count(*) as n from {self._warehouse.relation(name)}" for name in tables]  # noqa: S608
        return dict(self._session.rows(" union all ".join(parts), tables))

    def _sizes(self, tables: list[str]) -> dict[str, int]:
        """Bytes in the file. Small tables share a block: each gets its part of it."""
        if not tables:
            return {}
        parts = [
            "select ? as name, unnest([block_id] || additional_block_ids) as block "  # noqa: S608 - quoted
            f"from pragma_storage_info('{_literal(self._warehouse.relation(name))}')"
            for name in tables
        ]
        (size,) = self._session.rows("select block_size from pragma_database_size()")[0]
        found = self._session.rows(
            f"with parts as (select distinct name, block from ({' union all '.join(parts)}) where block >= 0), "  # noqa: S608
            "shared as (select block, count(*) as tables from parts group by block) "
            "select name, sum(1 / tables) from parts join shared using (block) group by name",
            tables,
        )
        return {name: round(blocks * size) for name, blocks in found}

    def _note(self, text: str) -> None:
        if text not in self.unseen:
            self.unseen.append(text)


def _names(columns: str) -> tuple[str, ...]:
    """The columns of an index, from DuckDB's list of them as text."""
    return tuple(quoted.replace('""', '"') if quoted else plain for quoted, plain in _NAMES.findall(columns))


def _literal(text: str) -> str:
    return text.replace("'", "''")
