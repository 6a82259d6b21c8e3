"""Counts the statements sent to SQL Server: ours at the driver, dbt's in its log. Nothing in production counts.

The lock of a run is taken by a connection of its own and not counted: two statements a run, whatever its rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyodbc

from warehouse import Target
from warehouse.sqlserver import SQLServerSession, SQLServerWarehouse
from warehouse.sqlserver.connect import connect

_SENT = "SQLQuery"  # dbt's name of the event that it writes for each statement


@dataclass(slots=True)
class Tally:
    """``statements`` sent one by one, and ``chunks``: calls that carry many rows as one array of parameters."""

    statements: int = 0
    chunks: int = 0


class CountedCursor:
    """A driver's cursor that counts; pyodbc's own class permits no subclass."""

    def __init__(self, cursor: pyodbc.Cursor, tally: Tally) -> None:
        self._cursor = cursor
        self._tally = tally

    def execute(self, sql: str, *parameters: object) -> pyodbc.Cursor:
        """One statement."""
        self._tally.statements += 1
        return self._cursor.execute(sql, *parameters)

    def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """One chunk where the rows travel as an array, else a statement for each row."""
        if self.fast_executemany:
            self._tally.chunks += 1
        else:
            self._tally.statements += len(rows)
        self._cursor.executemany(sql, rows)

    @property
    def fast_executemany(self) -> bool:
        """Whether rows travel as an array."""
        return bool(self._cursor.fast_executemany)

    @fast_executemany.setter
    def fast_executemany(self, value: bool) -> None:
        self._cursor.fast_executemany = value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class CountedConnection:
    """A driver's connection whose cursors count."""

    def __init__(self, connection: pyodbc.Connection, tally: Tally) -> None:
        self._connection = connection
        self._tally = tally

    def cursor(self) -> CountedCursor:
        """A cursor that counts."""
        return CountedCursor(self._connection.cursor(), self._tally)

    @property
    def autocommit(self) -> bool:
        """Whether each statement commits by itself."""
        return bool(self._connection.autocommit)

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._connection.autocommit = value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class CountingWarehouse(SQLServerWarehouse):
    """The warehouse as the programs have it; what its sessions send is counted in ``tally``."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.tally = Tally()

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[SQLServerSession]:  # noqa: ARG002 - as in the class above
        """Open a connection."""

        def counted() -> pyodbc.Connection:
            return cast("pyodbc.Connection", CountedConnection(connect(self.target), self.tally))

        session = SQLServerSession(counted, self)
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def counted(self) -> Iterator[Tally]:
        """Count from nothing within the block; what the tally was before is put back afterwards."""
        before, self.tally = self.tally, Tally()
        try:
            yield self.tally
        finally:
            self.tally = before


def dbt_statements(logs: Path) -> int:
    """How many statements dbt sent, by its log in JSON at level debug (a file a line), rotated parts included.

    Lines that are no JSON (a warning of a library) are passed over.
    """
    sent = 0
    for path in logs.glob("dbt.log*"):
        with path.open(encoding="utf-8") as lines:
            sent += sum(_event(line) == _SENT for line in lines)
    return sent


def _event(line: str) -> str | None:
    if f'"{_SENT}"' not in line:  # most lines: not worth parsing
        return None
    try:
        return str(json.loads(line)["info"]["name"])
    except (ValueError, KeyError, TypeError):
        return None
