"""DuckDB: the database that needs no server. One file, one writing process at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import duckdb

from console import OrderListError, workplace
from warehouse.base import Column, Relations
from warehouse.duckdb_catalog import DuckDBCatalog
from warehouse.duckdb_failures import translated
from warehouse.duckdb_inventory import DuckDBInventory
from warehouse.duckdb_open import connect, file_of
from warehouse.locking import file_lock
from warehouse.ownership import MARK
from warehouse.profile import Target
from warehouse.recording import recorded

if TYPE_CHECKING:
    import pyarrow as pa

_WAIT_FOR_FILE_SECONDS = 60.0
_READ_ONLY = "select readonly from duckdb_databases() where database_name = current_database()"
_TYPES = {
    "key": "varchar(64)",
    "integer": "integer",
    "bigint": "bigint",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "decimal": "decimal(18, 6)",
    "text": "varchar",
}


class DuckDBWarehouse:
    """A DuckDB file as the database of a target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.path = file_of(target.settings.get("path", "data/order_list.duckdb"), target.project_dir)

    def exists(self) -> bool:
        """Whether its file is there."""
        return self.path.exists()

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[DuckDBSession]:
        """Open the file, waiting while another process has it."""
        connection = connect(self.path, read_only=read_only, wait=_WAIT_FOR_FILE_SECONDS)
        try:
            yield DuckDBSession(connection, self)
        except BaseException:
            with suppress(duckdb.Error):  # what went wrong first is what is told
                connection.close()
            raise
        with translated(self.path):
            connection.close()

    @contextmanager
    def looking(self) -> Iterator[DuckDBSession]:
        """The file is opened for reading; beside a writer of this process, in a transaction for reading."""
        with self.session(read_only=True) as session:
            if session.rows(_READ_ONLY) != [(True,)]:
                session.execute("begin transaction read only")
            yield session

    def lock(self) -> AbstractContextManager[None]:
        """The run lock: a file beside the database."""
        return file_lock(self.path.with_name(self.path.name + ".lock"))

    @contextmanager
    def scratch(self) -> Iterator[DuckDBWarehouse]:
        """A file of its own, in a folder that goes with it."""
        with workplace("scratch") as folder:
            settings = {**self.target.settings, "path": str(folder / "scratch.duckdb"), "schema": "main"}
            yield DuckDBWarehouse(dataclasses.replace(self.target, settings=settings, schema="main"))

    def relation(self, name: str) -> str:
        """``name`` quoted and with its schema."""
        return f"{self.quote(self.target.schema or 'main')}.{self.quote(name)}"

    def quote(self, identifier: str) -> str:
        """Any text as an identifier."""
        return '"' + identifier.replace('"', '""') + '"'


class DuckDBSession:
    """One connection to the file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, warehouse: DuckDBWarehouse) -> None:
        self._connection = connection
        self._warehouse = warehouse
        self._first: OrderListError | None = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """DuckDB's errors as ours; after a first one in a transaction, that one again and not what follows from it."""
        try:
            with translated(self._warehouse.path, self._first):
                yield
        except OrderListError as error:
            self._first = self._first or error
            raise

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement and forget its result."""
        with self._translated(), recorded(sql):
            self._connection.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._translated(), recorded(sql):
            return self._connection.execute(sql, list(parameters)).fetchall()

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """All rows of a query, by columns."""
        with self._translated(), recorded(sql):
            return self._connection.sql(sql, params=list(parameters)).to_arrow_table()

    def batches(self, sql: str, parameters: Sequence[object] = (), *, size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches."""
        with self._translated():
            with recorded(sql):  # how long the reader takes with the rows is its own affair
                reader = self._connection.sql(sql, params=list(parameters)).to_arrow_reader(size)
            yield from reader

    def insert(self, relation: str, data: pa.Table) -> int:
        """Insert rows in bulk, columns matched by name."""
        self._insert(relation, data)
        return int(data.num_rows)

    def insert_rows(self, relation: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Insert a few rows of plain values."""
        if not rows:
            return
        # a list for each column: as many placeholders as values take eight times as long (measured with 100 rows)
        columns, into = ", ".join(map(self._warehouse.quote, names)), self._warehouse.relation(relation)
        values = ", ".join(["unnest(?)"] * len(names))
        self.execute(f"insert into {into} ({columns}) select {values}", [list(c) for c in zip(*rows, strict=True)])

    def upsert(self, relation: str, data: pa.Table, key: Sequence[str]) -> None:
        """Insert rows or overwrite the columns that ``data`` has."""
        quote = self._warehouse.quote
        conflict = ", ".join(quote(name) for name in key)
        changed = [name for name in data.column_names if name not in key]
        action = (
            "update set " + ", ".join(f"{quote(n)} = excluded.{quote(n)}" for n in changed) if changed else "nothing"
        )
        self._insert(relation, data, f"on conflict ({conflict}) do {action}")

    def _insert(self, relation: str, data: pa.Table, on_conflict: str = "") -> None:
        into = self._warehouse.relation(relation)
        with self._translated():
            self._connection.register("_incoming", data)
        try:
            self.execute(f"insert into {into} by name select * from _incoming {on_conflict}")  # noqa: S608
        finally:
            with suppress(
                duckdb.Error
            ):  # in a transaction that failed nothing can be done, and it ends with the session
                self._connection.unregister("_incoming")

    def create_table(self, relation: str, columns: Sequence[Column], *, key: Sequence[str] = ()) -> None:
        """Create a table unless it exists."""
        parts = [
            f"{self._warehouse.quote(c.name)} {_TYPES[c.kind]}{'' if c.nullable else ' not null'}" for c in columns
        ]
        if key:
            parts.append(f"primary key ({', '.join(self._warehouse.quote(name) for name in key)})")
        self.execute(f"create table if not exists {self._warehouse.relation(relation)} ({', '.join(parts)})")

    def add_columns(self, relation: str, columns: Sequence[Column]) -> None:
        """Add columns, one by one."""
        for column in columns:
            name = self._warehouse.quote(column.name)
            self.execute(f"alter table {self._warehouse.relation(relation)} add column {name} {_TYPES[column.kind]}")

    def create_index(self, relation: str, columns: Sequence[str]) -> None:
        """Nothing: DuckDB keeps minima and maxima of every block by itself."""

    def check_fit(self, columns: Sequence[Column], pieces: Iterable[tuple[pa.Int32Array, pa.Table]]) -> None:
        """Nothing: DuckDB has no such limits. ``pieces`` are not looked at."""

    def building(self) -> AbstractContextManager[None]:
        """One transaction: who reads meanwhile sees what was there before."""
        return self.transaction()

    def take_turn(self) -> None:
        """Nothing: one process at a time has the file."""

    def briefly(self, work: Callable[[], None]) -> None:
        """Do ``work``: in a file that is ours alone nobody waits."""
        work()

    def replace_table(self, old: str, new: str) -> None:
        """Put table ``new`` in the place of ``old``."""
        self.drop_table(old)
        self.execute(f"alter table {self._warehouse.relation(new)} rename to {self._warehouse.quote(old)}")

    def drop_table(self, relation: str) -> None:
        """Drop a table if it exists."""
        self.execute(f"drop table if exists {self._warehouse.relation(relation)}")

    def columns(self, relation: str) -> list[str]:
        """Column names in order; empty if there is no such relation."""
        spelled = self.relations().spelled(relation)
        return [column for _, column in self._columns([spelled])] if spelled is not None else []

    def _columns(self, relations: Sequence[str]) -> list[tuple[str, str]]:
        """Relations that are there, each with its columns in order: in one statement."""
        if not relations:
            return []
        # not duckdb_columns() or information_schema: they bind every view of the database, 18 times as long (measured)
        one = "select ? as relation, name as column_name, cid from pragma_table_info(?)"
        sql = f"select relation, column_name from ({' union all '.join([one] * len(relations))}) order by relation, cid"  # noqa: S608
        return self.rows(sql, [text for name in relations for text in (name, self._warehouse.relation(name))])

    def relation(self, name: str) -> str:
        """``name`` quoted and with its schema."""
        return self._warehouse.relation(name)

    def relations(self) -> Relations:
        """All tables and views."""
        # not information_schema: that takes a third longer, and every run of every program asks
        rows = self.rows(
            "select table_name from duckdb_tables() where schema_name = $1 "
            "union all select view_name from duckdb_views() where schema_name = $1 and not internal",
            [self._warehouse.target.schema or "main"],
        )
        return Relations(str(row[0]) for row in rows)

    def shapes(self, names: Iterable[str], columns: Sequence[str] = ()) -> dict[str, set[str] | None]:
        """The columns of those relations that are there, by name in lower case; ``None`` for what is no table."""
        wanted = {name.lower() for name in names}
        # compared here, and asked for as they are spelled: DuckDB's names differ by the case of what is not ASCII
        standing = {
            str(name): kind
            for kind, name in self.rows(
                "select 'table', table_name from duckdb_tables() where schema_name = $1 "
                "union all select 'view', view_name from duckdb_views() where schema_name = $1 and not internal",
                [self._warehouse.target.schema or "main"],
            )
            if str(name).lower() in wanted
        }
        found: dict[str, set[str] | None] = {
            name.lower(): set() if kind == "table" else None for name, kind in standing.items()
        }
        for name, column in self._columns([name for name, kind in standing.items() if kind == "table"]):
            if (known := found[name.lower()]) is not None and (not columns or column in columns):
                known.add(column)
        return found

    def marks(self) -> dict[str, str | None]:
        """All tables and views, each with its mark."""
        rows = self.rows(
            "select table_name, comment from duckdb_tables() where schema_name = $1 "
            "union all select view_name, comment from duckdb_views() where schema_name = $1 and not internal",
            [self._warehouse.target.schema or "main"],
        )
        return {name: comment if comment and comment.startswith(MARK) else None for name, comment in rows}

    def tables_of(self, query: str) -> set[str] | None:
        """The tables that a query reads, by DuckDB's own parser; ``None`` for what it cannot parse or bind."""
        try:
            return set(self._connection.get_table_names(query, qualified=True))
        except duckdb.Error:
            return None

    def catalog(self) -> DuckDBCatalog:
        """Describes tables beyond their rows."""
        return DuckDBCatalog(self, self._warehouse)

    def inventory(self) -> DuckDBInventory:
        """Tells what the schema holds."""
        return DuckDBInventory(self, self._warehouse)

    def checksum(self, relation: str, columns: Sequence[str] = ()) -> str:
        """How many rows a relation has and what is in them."""
        hashed = ", ".join(map(self._warehouse.quote, columns)) or "t"
        rows = self.rows(f"select count(*), sum(hash({hashed})) from {self._warehouse.relation(relation)} t")  # noqa: S608
        return f"{rows[0][0]}:{rows[0][1]}"

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, roll back on an error."""
        self._first = None
        self.execute("begin")
        try:
            yield
            self.execute("commit")
        except BaseException:
            with suppress(duckdb.Error):  # DuckDB has rolled back by itself, or the file is not usable any more
                self._connection.rollback()
                self._first = None
            raise
