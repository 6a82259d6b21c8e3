"""One connection to SQL Server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyodbc
import stamina

from warehouse.base import Column, Relations
from warehouse.errors import StatementFailedError
from warehouse.sqlserver import failures, fit, statements, values

if TYPE_CHECKING:
    from warehouse.sqlserver.warehouse import SQLServerWarehouse

Result = TypeVar("Result")
_ATTEMPTS = 4
_LOCK_MILLISECONDS = 2_000
_BRIEF_ATTEMPTS = 60
_MAX_PARAMETERS = 2_000  # the server takes 2,100 in one statement


class SQLServerSession:
    """One connection. Statements outside :meth:`transaction` commit by themselves.

    A statement that lost a deadlock (1205) was rolled back by the server and is sent again, unless it stands in a
    transaction: then the whole transaction is gone and its owner must begin anew. After a lost connection only what may
    be done twice is sent again (queries, upserts, "create if missing"), on a new connection.
    """

    def __init__(self, connect: Callable[[], pyodbc.Connection], warehouse: SQLServerWarehouse) -> None:
        self._connect = connect
        self._connection = connect()
        self._warehouse = warehouse
        self._in_transaction = False
        self._types: dict[str, dict[str, str]] = {}
        self._collation: str | None = None

    def close(self) -> None:
        """Close the connection; what was not committed is rolled back."""
        with suppress(pyodbc.Error):  # it was gone already
            self._connection.close()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement and forget its result."""
        self._run(lambda cursor: _drain(self._executed(cursor, sql, parameters)), repeatable=False)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        fetched = self._run(lambda cursor: self._executed(cursor, sql, parameters).fetchall())
        return [tuple(row) for row in fetched]

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """All rows of a query, by columns."""

        def fetch(cursor: pyodbc.Cursor) -> pa.Table:
            self._executed(cursor, sql, parameters)
            return values.table(cursor.description, cursor.fetchall())

        return self._run(fetch)

    def batches(self, sql: str, parameters: Sequence[object] = (), *, size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches."""
        cursor = self._run(lambda new: self._executed(new, sql, parameters), keep_open=True)
        try:
            while True:
                with failures.translated():
                    fetched = cursor.fetchmany(size)
                if not fetched:
                    return
                yield from values.table(cursor.description, fetched).to_batches()
        finally:
            cursor.close()

    def insert(self, relation: str, data: pa.Table) -> int:
        """Insert rows in bulk, columns matched by name; all or none.

        Rows travel as parameter arrays (``fast_executemany``), sized by the widest value of the chunk (measured:
        docs/sqlserver.md). FreeTDS has no such arrays that can be relied on: there many rows share one statement.
        """
        if data.num_rows == 0:
            return 0
        into = self._warehouse.relation(relation)
        with self._implicit_transaction():
            for piece in values.chunks(data):
                self._send(into, piece)
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
        with self._implicit_transaction():
            for start in range(0, data.num_rows, values.CHUNK_ROWS):
                self._upsert(sql, data.slice(start, values.CHUNK_ROWS))

    def create_table(self, relation: str, columns: Sequence[Column], *, key: Sequence[str] = ()) -> None:
        """Create a table unless it exists."""
        if len(columns) > statements.MAX_COLUMNS:
            raise StatementFailedError(
                f"'{relation}' would have {len(columns):,} columns; SQL Server takes {statements.MAX_COLUMNS:,}.",
                mend="Remove the columns that hold nothing from the workbook.",
            )
        sql = statements.create_table(self._warehouse.relation(relation), columns, key)
        self._run(lambda cursor: _drain(cursor.execute(sql)))

    def add_columns(self, relation: str, columns: Sequence[Column]) -> None:
        """Add columns in one statement."""
        if columns:
            self.execute(statements.add_columns(self._warehouse.relation(relation), columns))
            self._types.pop(relation, None)

    def create_index(self, relation: str, columns: Sequence[str]) -> None:
        """Create an index unless it is there."""
        self._run(
            lambda cursor: _drain(cursor.execute(statements.create_index(self._warehouse.relation(relation), columns)))
        )

    def check_fit(self, columns: Sequence[Column], pieces: Iterable[tuple[pa.Int32Array, pa.Table]]) -> None:
        """Refuse names that are one in the database's collation, and rows over its 8,060 bytes."""
        if self._collation is None:
            self._collation = str(self.rows(statements.COLLATION)[0][0])
        fit.check(columns, pieces, self._collation)

    def building(self) -> AbstractContextManager[None]:
        """No transaction: a table that is made in one keeps its locks on the catalog until the end of it."""
        return nullcontext()

    def briefly(self, work: Callable[[], None]) -> None:
        """Do ``work`` in a transaction that waits for each lock for two seconds only, and begins anew if it must.

        Who asks for a table while we wait for it waits behind us, so we step back and let the others read.

        Raises:
            StatementFailedError: somebody kept the table for the whole of five minutes.
        """
        for attempt in stamina.retry_context(
            on=failures.may_begin_anew, attempts=_BRIEF_ATTEMPTS, timeout=None, wait_initial=1, wait_max=4
        ):
            with attempt:
                self.execute(f"set lock_timeout {_LOCK_MILLISECONDS}")
                try:
                    with self.transaction():
                        work()
                finally:
                    self._wait_for_locks_again()

    def replace_table(self, old: str, new: str) -> None:
        """Put table ``new`` in the place of ``old``; readers see the old one until the commit, and then the new one."""
        self.drop_table(old)
        self.execute("exec sp_rename ?, ?, 'OBJECT'", [self._warehouse.relation(new), old])

    def drop_table(self, relation: str) -> None:
        """Drop a table if it exists."""
        self._run(lambda cursor: _drain(cursor.execute(f"drop table if exists {self._warehouse.relation(relation)}")))
        self._types.pop(relation, None)

    def columns(self, relation: str) -> list[str]:
        """Column names in order; empty if there is no such relation."""
        found = self.rows(
            "select column_name from information_schema.columns "
            "where lower(table_schema) = lower(?) and lower(table_name) = lower(?) order by ordinal_position",
            [self._warehouse.schema, relation],
        )
        return [str(row[0]) for row in found]

    def relations(self) -> Relations:
        """All tables and views."""
        found = self.rows(
            "select table_name from information_schema.tables where lower(table_schema) = lower(?)",
            [self._warehouse.schema],
        )
        return Relations(str(row[0]) for row in found)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, roll back on an error."""
        self._in_transaction = True
        try:
            with failures.translated():
                self._connection.autocommit = False
                yield
                self._connection.commit()
        except BaseException:
            self._rollback()
            raise
        finally:
            self._in_transaction = False
            self._restore_autocommit()

    @contextmanager
    def _implicit_transaction(self) -> Iterator[None]:
        """A transaction of our own unless one runs already."""
        if self._in_transaction:
            yield
        else:
            with self.transaction():
                yield

    def _send(self, into: str, piece: pa.Table) -> None:
        if self._warehouse.has_parameter_arrays:
            sql = statements.insert(into, piece.column_names)

            def send(cursor: pyodbc.Cursor) -> None:
                cursor.fast_executemany = True
                cursor.setinputsizes(values.input_sizes(piece))
                cursor.executemany(sql, values.rows(piece))

            self._run(send, repeatable=False)
            return
        per_statement = max(_MAX_PARAMETERS // piece.num_columns, 1)
        for start in range(0, piece.num_rows, per_statement):
            rows = values.rows(piece.slice(start, per_statement))
            sql = statements.insert(into, piece.column_names, rows=len(rows))
            self.execute(sql, [value for row in rows for value in row])

    def _upsert(self, sql: str, data: pa.Table) -> None:
        rows = values.document(data)
        self._run(lambda cursor: _drain(self._executed(cursor, sql, [rows])))

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

    def _run(
        self, work: Callable[[pyodbc.Cursor], Result], *, repeatable: bool = True, keep_open: bool = False
    ) -> Result:
        """Do ``work`` with a cursor, again where that is safe (see the class)."""

        def safe_to_repeat(error: Exception) -> bool:
            if self._in_transaction:
                return False
            return failures.is_deadlock(error) or (repeatable and failures.is_lost(error))

        with failures.translated():
            for attempt in stamina.retry_context(
                on=safe_to_repeat, attempts=_ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=5
            ):
                with attempt:
                    if attempt.num > 1 and self._connection_is_gone():
                        self._connection = self._connect()
                    cursor = self._connection.cursor()
                    try:
                        result = work(cursor)
                    except BaseException:
                        cursor.close()
                        raise
                    if not keep_open:
                        cursor.close()
        return result

    def _connection_is_gone(self) -> bool:
        try:
            self._connection.cursor().execute("select 1").close()
        except pyodbc.Error:
            self.close()
            return True
        return False

    def _rollback(self) -> None:
        with suppress(pyodbc.Error):  # the server rolled back with the connection
            self._connection.rollback()

    def _wait_for_locks_again(self) -> None:
        with suppress(pyodbc.Error):  # a dead connection: the next one has its own settings
            self._connection.cursor().execute("set lock_timeout -1").close()

    def _restore_autocommit(self) -> None:
        with suppress(pyodbc.Error):  # a dead connection: the next statement says so
            self._connection.autocommit = True


def _drain(cursor: pyodbc.Cursor) -> None:
    """Walk to the end of a batch: an error of its second statement shows only there."""
    while cursor.nextset():
        pass
