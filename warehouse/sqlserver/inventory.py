"""What SQL Server tells of a schema, and what this login may not see of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from warehouse.errors import StatementFailedError
from warehouse.inventory import ColumnFacts, ConstraintFacts, CostlyStatement, IndexFacts, RelationFacts
from warehouse.ownership import MARK
from warehouse.sqlserver import catalog_statements
from warehouse.sqlserver import inventory_statements as sql

if TYPE_CHECKING:
    from warehouse.sqlserver.session import SQLServerSession
    from warehouse.sqlserver.warehouse import SQLServerWarehouse

_MICROSECONDS = 1_000_000


class SQLServerInventory:
    """For one session with the server."""

    wants_indexes = True

    def __init__(self, session: SQLServerSession, warehouse: SQLServerWarehouse) -> None:
        self._session, self._warehouse = session, warehouse
        self._usage: list[tuple[Any, ...]] | None = None
        self.unseen: list[str] = []

    def relations(self) -> list[RelationFacts]:
        """Tables and views, with what the server remembers of their use since it started."""
        found = self._session.rows(sql.RELATIONS, self._here)
        tables = [str(name) for name, kind, _ in found if kind == "table"]
        rows = dict(self._counted(tables))
        sizes = dict(self._asked(sql.SIZES, "the tables' sizes") or [])
        written, read = self._moments(5), self._moments(4)
        return [
            RelationFacts(
                str(name), str(kind), mark if mark and mark.startswith(MARK) else None, _whole(rows.get(name)),
                _whole(sizes.get(name)), written.get(name), read.get(name),
            )
            for name, kind, mark in found
        ]  # fmt: skip

    def columns(self) -> list[ColumnFacts]:
        """All columns."""
        return [
            ColumnFacts(
                str(table), str(name), catalog_statements.declared(kind, int(size), int(precision), int(scale)),
                bool(nullable),
            )
            for table, name, kind, size, precision, scale, nullable in self._session.rows(sql.COLUMNS, self._here)
        ]  # fmt: skip

    def indexes(self) -> list[IndexFacts]:
        """All indexes, with their use since the server started."""
        used = {(str(table), int(number)): row for table, number, *row in self._used()}
        seen = self._usage_is_known
        found = []
        rows = self._session.rows(sql.INDEXES, self._here)
        for (table, name, number), group in groupby(rows, key=lambda row: (row[0], row[1], row[6])):
            parts = list(group)
            # what is not listed was not used, if the list may be read
            reads, writes, read_at, _ = used.get((table, int(number)), (0, 0, None, None) if seen else (None,) * 4)
            found.append(
                IndexFacts(
                    str(table), str(name), tuple(str(row[2]) for row in parts), bool(parts[0][3]), bool(parts[0][4]),
                    bool(parts[0][5]), _whole(reads), _whole(writes), self._utc(read_at),
                )
            )  # fmt: skip
        return found

    def constraints(self) -> list[ConstraintFacts]:
        """All constraints; what was switched off, or added without a look at the rows, is said."""
        found = [
            ConstraintFacts(table, "", "not null", (name,), "NOT NULL")
            for table, name, *_, nullable in self._session.rows(sql.COLUMNS, self._here)
            if not nullable
        ]
        keys = self._session.rows(sql.KEYS, self._here)
        for (table, name, kind), group in groupby(keys, key=lambda row: tuple(row[:3])):
            found.append(ConstraintFacts(table, name, kind, tuple(row[3] for row in group)))
        found += [
            ConstraintFacts(table, name, "check", (), definition, not disabled, not untrusted)
            for table, name, definition, disabled, untrusted in self._session.rows(sql.CHECKS, self._here)
        ]
        references = self._session.rows(sql.REFERENCES, self._here)
        for (table, name), group in groupby(references, key=lambda row: tuple(row[:2])):
            parts = list(group)
            found.append(
                ConstraintFacts(
                    table, name, "foreign key", tuple(row[2] for row in parts), f"references {parts[0][3]}",
                    not parts[0][4], not parts[0][5],
                )
            )  # fmt: skip
        return found

    def costly(self, limit: int) -> list[CostlyStatement]:
        """What Query Store has, where it is on and this login may read it."""
        state = self._asked(sql.QUERY_STORE, "Query Store", [])
        if not state or state[0][0] not in {"READ_WRITE", "READ_ONLY"}:
            if state is not None:
                self._note("Query Store: it is off")
            return []
        return [
            CostlyStatement(" ".join(str(text).split())[:400], int(n), total / _MICROSECONDS, slowest / _MICROSECONDS)
            for text, n, total, slowest in self._asked(sql.COSTLY, "Query Store's statements", [limit]) or []
        ]

    @property
    def _here(self) -> list[object]:
        return [self._warehouse.schema]

    @property
    def _usage_is_known(self) -> bool:
        return self._usage is not None

    def _asked(self, query: str, what: str, values: Sequence[object] | None = None) -> list[tuple[Any, ...]] | None:
        """Rows that a login may be refused; ``None``, and a word about it, if it was."""
        try:
            return self._session.rows(query, self._here if values is None else values)
        except StatementFailedError as error:
            self._note(f"{what}: {error.message}")
            return None

    def _counted(self, tables: Sequence[str]) -> list[tuple[Any, ...]]:
        """Counted, since what the catalog says of rows is an estimate."""
        parts = [f"select ?, count_big(*) from {self._warehouse.relation(name)}" for name in tables]  # noqa: S608
        return self._session.rows(" union all ".join(parts), tables) if parts else []

    def _used(self) -> list[tuple[Any, ...]]:
        if self._usage is None:
            self._usage = self._asked(sql.USAGE, "how often tables and indexes are used")
        return self._usage or []

    def _moments(self, place: int) -> dict[str, dt.datetime]:
        latest: dict[str, dt.datetime] = {}
        for row in self._used():
            moment = self._utc(row[place])
            if moment is not None:
                latest[str(row[0])] = max(moment, latest.get(str(row[0]), moment))
        return latest

    def _utc(self, moment: dt.datetime | None) -> dt.datetime | None:
        return None if moment is None else moment - dt.timedelta(minutes=self._offset)

    @cached_property
    def _offset(self) -> int:
        return int((self._asked(sql.OFFSET, "the server's time zone", []) or [(0,)])[0][0])

    def _note(self, text: str) -> None:
        if text not in self.unseen:
            self.unseen.append(text)


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))
