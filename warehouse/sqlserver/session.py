"""One connection to SQL Server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyodbc

from warehouse.base import Column, Relations
from warehouse.errors import StatementFailedError
from warehouse.recording import recorded
from warehouse.sqlserver import failures, fit, statements, values
from warehouse.sqlserver.catalog import SQLServerCatalog
from warehouse.sqlserver.connect import APPLICATION_NAME
from warehouse.sqlserver.exchange import Exchange
from warehouse.sqlserver.inventory import SQLServerInventory

if TYPE_CHECKING:
    from warehouse.sqlserver.warehouse import SQLServerWarehouse

_MAX_PARAMETERS = 2_000  # the server takes 2,100 in one statement


class SQLServerSession:
    """One connection. Statements outside :meth:`transaction` commit by themselves; :class:`Exchange` repeats some."""

    def __init__(self, connect: Callable[[], pyodbc.Connection], warehouse: SQLServerWarehouse) -> None:
        self._exchange = Exchange(connect)
        self._warehouse = warehouse
        self._types: dict[str, dict[str, str]] = {}
        self._collation: str | None = None

    def close(self) -> None:
        """Close the connection; what was not committed is rolled back."""
        self._exchange.close()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement and forget its result."""
        with recorded(sql):
            self._exchange.run(lambda cursor: _drain(self._executed(cursor, sql, parameters)), repeatable=False)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        query = statements.marked(sql)
        with recorded(sql):
            fetched = self._exchange.run(lambda cursor: self._executed(cursor, query, parameters).fetchall())
        return [tuple(row) for row in fetched]

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """All rows of a query, by columns."""

        def fetch(cursor: pyodbc.Cursor) -> pa.Table:
            self._executed(cursor, statements.marked(sql), parameters)
            return values.table(cursor.description, cursor.fetchall())

        with recorded(sql):
            return self._exchange.run(fetch)

    def batches(self, sql: str, parameters: Sequence[object] = (), *, size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches."""
        with recorded(sql):
            query = statements.marked(sql)
            cursor = self._exchange.run(lambda new: self._executed(new, query, parameters), keep_open=True)
        try:
            while True:
                with failures.translated():
                    fetched = cursor.fetchmany(size)
                if not fetched:
                    return
                yield from values.table(cursor.description, fetched).to_batches()
        finally:
            cursor.close()

    def insert(self, relation: str, data: pa.Table, *, types: Mapping[str, str] | None = None) -> int:
        """Insert rows in bulk, columns matched by name; all or none. ``types``: what texts are to be made into.

        Rows travel as parameter arrays (``fast_executemany``), sized by the widest value of the chunk (measured:
        docs/sqlserver.md). FreeTDS has no such arrays that can be relied on: there many rows share one statement.
        """
        if data.num_rows == 0:
            return 0
        into = self._warehouse.relation(relation)
        with self._exchange.transaction_unless_one_runs():
            for piece in values.chunks(data):
                self._send(into, piece, types)
        return int(data.num_rows)

    def insert_rows(self, relation: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Insert a few rows of plain values; all or none.

        In bulk as well, with the types of the values said: left to itself the driver asks the server for them, and on
        Babelfish a time then loses its microseconds.
        """
        if rows:
            self.insert(relation, pa.table([pa.array(column) for column in zip(*rows, strict=True)], list(names)))

    def upsert(self, relation: str, data: pa.Table, key: Sequence[str]) -> None:
        """Insert rows or overwrite the columns that ``data`` has, in one round trip for each 10,000 rows."""
        if data.num_rows == 0:
            return
        sql = statements.upsert(self._warehouse.relation(relation), data.column_names, key, self._types_of(relation))
        if data.num_rows <= values.CHUNK_ROWS:
            self._upsert(sql, data)  # a transaction of its own, in the statement
            return
        with self._exchange.transaction_unless_one_runs():
            for start in range(0, data.num_rows, values.CHUNK_ROWS):
                self._upsert(sql, data.slice(start, values.CHUNK_ROWS))

    def create_table(self, relation: str, columns: Sequence[Column], *, key: Sequence[str] = ()) -> None:
        """Create a table unless it exists."""
        if len(columns) > statements.MAX_COLUMNS:
            raise StatementFailedError(
                f"'{relation}' would have {len(columns):,} columns; SQL Server takes {statements.MAX_COLUMNS:,}.",
                hint="Remove the columns that hold nothing from the workbook.",
            )
        self._create(statements.create_table(self._warehouse.relation(relation), columns, key))

    def add_columns(self, relation: str, columns: Sequence[Column]) -> None:
        """Add columns in one statement."""
        if columns:
            self.execute(statements.add_columns(self._warehouse.relation(relation), columns))
            self._types.pop(relation, None)

    def create_index(self, relation: str, columns: Sequence[str]) -> None:
        """Create an index unless it is there."""
        self._create(statements.create_index(self._warehouse.relation(relation), columns))

    def check_fit(self, columns: Sequence[Column], pieces: Iterable[tuple[pa.Int32Array, pa.Table]]) -> None:
        """Refuse names that are one in the database's collation, and rows over its 8,060 bytes."""
        if self._collation is None:
            self._collation = str(self.rows(statements.COLLATION)[0][0])
        fit.check(columns, pieces, self._collation)

    def building(self) -> AbstractContextManager[None]:
        """No transaction: a table that is made in one keeps its locks on the catalog until the end of it."""
        return nullcontext()

    def briefly(self, work: Callable[[], None]) -> None:
        """Do ``work`` in a transaction that steps back from a table which somebody reads for long, and begins anew."""
        self._exchange.briefly(work)

    def replace_table(self, old: str, new: str) -> None:
        """Put table ``new`` in the place of ``old``; readers see the old one until the commit, and then the new one."""
        self.drop_table(old)
        self.execute("exec sp_rename ?, ?, 'OBJECT'", [self._warehouse.relation(new), old])

    def drop_table(self, relation: str) -> None:
        """Drop a table if it exists."""
        self._run(f"drop table if exists {self._warehouse.relation(relation)}")
        self._types.pop(relation, None)

    def columns(self, relation: str) -> list[str]:
        """Column names in order; empty if there is no such relation."""
        found = self.rows(
            "select COLUMN_NAME from INFORMATION_SCHEMA.COLUMNS "
            "where lower(TABLE_SCHEMA) = lower(?) and lower(TABLE_NAME) = lower(?) order by ORDINAL_POSITION",
            [self._warehouse.schema, relation],
        )
        return [str(row[0]) for row in found]

    def relation(self, name: str) -> str:
        """``name`` quoted and with its schema."""
        return self._warehouse.relation(name)

    def relations(self) -> Relations:
        """All tables and views."""
        found = self.rows(
            "select TABLE_NAME from INFORMATION_SCHEMA.TABLES where lower(TABLE_SCHEMA) = lower(?)",
            [self._warehouse.schema],
        )
        return Relations(str(row[0]) for row in found)

    def shapes(self, names: Iterable[str], columns: Sequence[str] = ()) -> dict[str, set[str] | None]:
        """The columns of those relations that are there, by name in lower case; ``None`` for what is no table."""
        wanted, looked_for = {name.lower() for name in names}, set(columns)
        found: dict[str, set[str] | None] = {}
        for name, kind in self.rows(
            "select TABLE_NAME, TABLE_TYPE from INFORMATION_SCHEMA.TABLES where lower(TABLE_SCHEMA) = lower(?)",
            [self._warehouse.schema],
        ):
            if (low := str(name).lower()) in wanted:  # not SQL's lower, which knows other letters than Python's
                found[low] = set() if kind == "BASE TABLE" else None
        for name, column in self.rows(
            "select TABLE_NAME, COLUMN_NAME from INFORMATION_SCHEMA.COLUMNS where lower(TABLE_SCHEMA) = lower(?)",
            [self._warehouse.schema],
        ):
            if (known := found.get(str(name).lower())) is not None and (not looked_for or column in looked_for):
                known.add(column)
        return found

    def marks(self) -> dict[str, str | None]:
        """All tables and views, each with its mark."""
        return {str(name): mark for name, mark in self.rows(statements.MARKS, [self._warehouse.schema])}

    def catalog(self) -> SQLServerCatalog:
        """Describes tables beyond their rows."""
        return SQLServerCatalog(self, self._warehouse)

    def inventory(self) -> SQLServerInventory:
        """Tells what the schema holds."""
        return SQLServerInventory(self, self._warehouse)

    def looking(self) -> AbstractContextManager[None]:
        """Roll back at the end of the block, whatever was done in it."""
        return self._exchange.looking()

    def checksum(self, relation: str, columns: Sequence[str] = ()) -> str:
        """How many rows a relation has and what is in them."""
        rows = self.rows(statements.checksum(self._warehouse.relation(relation), columns))
        return f"{rows[0][0]}:{rows[0][1]}"

    def transaction(self) -> AbstractContextManager[None]:
        """Commit at the end, roll back on an error."""
        return self._exchange.transaction()

    def take_turn(self) -> None:
        """Wait for an application lock, which the server gives to one transaction of the schema at a time."""
        self.execute(statements.TURN, [f"{APPLICATION_NAME}:{self._warehouse.schema}:tables"])

    def _create(self, sql: str) -> None:
        """A statement that creates what is missing: another session may do so between its question and its answer."""
        try:
            self._run(sql)
        except StatementFailedError as error:
            if error.__cause__ is None or not failures.is_there_already(error.__cause__):
                raise

    def _send(self, into: str, piece: pa.Table, types: Mapping[str, str] | None) -> None:
        if self._warehouse.has_parameter_arrays:
            sql = statements.insert(into, piece.column_names, types=types)

            def send(cursor: pyodbc.Cursor) -> None:
                cursor.fast_executemany = True
                cursor.setinputsizes(values.input_sizes(piece))
                cursor.executemany(sql, values.rows(piece))

            with recorded(sql):
                self._exchange.run(send, repeatable=False)
            return
        per_statement = max(_MAX_PARAMETERS // piece.num_columns, 1)
        for start in range(0, piece.num_rows, per_statement):
            rows = values.rows(piece.slice(start, per_statement))
            sql = statements.insert(into, piece.column_names, rows=len(rows), types=types)
            self.execute(sql, [value for row in rows for value in row])

    def _upsert(self, sql: str, data: pa.Table) -> None:
        rows = values.document(data)
        with recorded(sql):
            self._exchange.run(lambda cursor: _drain(self._executed(cursor, sql, [rows])))

    def _run(self, sql: str) -> None:
        """A statement that may be sent again."""
        with recorded(sql):
            self._exchange.run(lambda cursor: _drain(cursor.execute(sql)))

    def _executed(self, cursor: pyodbc.Cursor, sql: str, parameters: Sequence[object]) -> pyodbc.Cursor:
        """``cursor``, which has executed ``sql``; every text with its type said, or long ones would go as ntext."""
        if parameters and self._warehouse.has_parameter_arrays:  # FreeTDS knows types of its own
            cursor.setinputsizes(values.parameter_sizes(parameters))
        return cursor.execute(sql, list(parameters))

    def _types_of(self, relation: str) -> dict[str, str]:
        if relation not in self._types:
            found = self.rows(statements.TYPES, [self._warehouse.schema, relation])
            self._types[relation] = {str(row[0]): statements.declared_type(*row[1:]) for row in found}
        return self._types[relation]


def _drain(cursor: pyodbc.Cursor) -> None:
    """Walk to the end of a batch: an error of its second statement shows only there."""
    while cursor.nextset():
        pass
