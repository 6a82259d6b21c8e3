"""A stand-in for pyodbc's connections: declares parameters as the driver does, and fails as told.

What pyodbc declares of a text: what ``setinputsizes`` says, else ``nvarchar(n)`` up
to 4,000 units and ``ntext`` above; size 0 is ``(max)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyodbc

from warehouse import Target
from warehouse.sqlserver.session import SQLServerSession
from warehouse.sqlserver.statements import OURS
from warehouse.sqlserver.warehouse import SQLServerWarehouse

_SIZED = {pyodbc.SQL_WVARCHAR: ("nvarchar", 4_000), pyodbc.SQL_VARCHAR: ("varchar", 8_000)}
_LONG = {pyodbc.SQL_WLONGVARCHAR: "ntext", pyodbc.SQL_LONGVARCHAR: "text"}


@dataclass(frozen=True)
class Sent:
    """One statement, with the type of each parameter: a text's own, ``other`` for what is none.

    Args:
        is_ours: whether it had the mark that Query Store keeps; ``sql`` is without it.
    """

    sql: str
    declared: tuple[str, ...] = ()
    is_ours: bool = False


@dataclass
class Server:
    """Connections to nowhere.

    Args:
        answers: what a query gives, by a pattern that its text must hold; others give nothing.
        fails: for each statement, the error to raise (once for each call that gives one).
        names: the columns of those answers, by the same pattern, where somebody looks at them.
    """

    answers: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    fails: Callable[[str], pyodbc.Error | None] = lambda _: None
    sent: list[Sent] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    opened: int = 0

    def connect(self) -> Any:
        """A new connection."""
        self.opened += 1
        return Connection(self)

    def session(self) -> SQLServerSession:
        """A session of our warehouse on it."""
        return SQLServerSession(self.connect, warehouse())

    def statements(self, pattern: str = "") -> list[str]:
        """The statements that hold ``pattern``."""
        return [sent.sql for sent in self.sent if re.search(pattern, sent.sql, re.IGNORECASE)]


def warehouse() -> SQLServerWarehouse:
    """A warehouse of target prod; nothing answers there."""
    return SQLServerWarehouse(
        Target("prod", "sqlserver", "dbo", {"driver": "ODBC Driver 18 for SQL Server", "host": "nowhere"}, Path())
    )


class Connection:
    """One connection."""

    timeout = 0

    def __init__(self, server: Server) -> None:
        self.server = server
        self._autocommit = True
        self.is_closed = False

    @property
    def autocommit(self) -> bool:
        """As the driver's."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        if value != self._autocommit:
            self.server.sent.append(Sent("<end>" if value else "<begin>"))
        self._autocommit = value

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, sql: str, *parameters: object) -> Cursor:
        return Cursor(self).execute(sql, list(parameters))

    def commit(self) -> None:
        self.server.sent.append(Sent("<commit>"))

    def rollback(self) -> None:
        self.server.sent.append(Sent("<rollback>"))

    def add_output_converter(self, *_: object) -> None:
        """Nothing is converted."""

    def close(self) -> None:
        self.is_closed = True


class Cursor:
    """What we use of a cursor."""

    fast_executemany = False
    rowcount = -1
    description: Sequence[Sequence[Any]] | None = None

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sizes: Sequence[tuple[int, int, int] | None] = ()
        self._rows: list[tuple[Any, ...]] = []

    def setinputsizes(self, sizes: Sequence[tuple[int, int, int] | None]) -> None:
        self._sizes = sizes

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Cursor:
        self._send(sql, [self._declared(place, [value]) for place, value in enumerate(parameters)])
        return self

    def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        assert self.fast_executemany, "without it each row is a round trip"
        self._send(sql, [self._declared(place, column) for place, column in enumerate(zip(*rows, strict=True))])

    def _send(self, sql: str, declared: Sequence[str]) -> None:
        if self._connection.is_closed:
            raise pyodbc.OperationalError("08S01", "[08S01] [Microsoft] Communication link failure (0)")
        is_ours, sql = OURS in sql, sql.replace(f" {OURS}", "", 1)
        if sql != "select 1":
            self._connection.server.sent.append(Sent(sql, tuple(declared), is_ours))
        if error := self._connection.server.fails(sql):
            raise error
        server = self._connection.server
        words = next((words for words in server.answers if re.search(words, sql, re.IGNORECASE)), "")
        self._rows = list(server.answers.get(words, []))
        first = self._rows[0] if self._rows else ("",) * len(server.names.get(words, "a"))
        names = server.names.get(words, [f"c{n}" for n in range(len(first))])
        kinds = [str if value is None else type(value) for value in first]
        self.description = [(name, kind, None, 10, 0, 0, True) for name, kind in zip(names, kinds, strict=True)]

    def _declared(self, place: int, column: Sequence[object]) -> str:
        texts = [value for value in column if isinstance(value, str)]
        if not texts:
            return "other"
        longest = max(len(text.encode("utf-16-le")) // 2 for text in texts)
        size = self._sizes[place] if place < len(self._sizes) else None
        if size is None:
            return f"nvarchar({longest})" if longest <= 4_000 else "ntext"
        if size[0] in _LONG:
            return _LONG[size[0]]
        name, most = _SIZED[size[0]]
        assert size[1] <= most, "HY104, invalid precision value"
        assert size[1] == 0 or longest <= size[1], "22001, string data, right truncation"
        assert name == "nvarchar" or all(text.isascii() for text in texts), "lost in the code page"
        return f"{name}({size[1] or 'max'})"

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows, []
        return rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def nextset(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is held."""
