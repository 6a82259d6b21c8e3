"""What the programs may ask of a database, whichever engine it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from warehouse.catalog import Catalog
from warehouse.inventory import Inventory
from warehouse.profile import Target

if TYPE_CHECKING:  # it takes long to import, and a run that finds nothing new has no use for it
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """A column to create: ``kind`` is one of text, key, integer, bigint, decimal, boolean, timestamp (UTC).

    ``size`` is the length of a text in UTF-16 units; ``None`` is unlimited. A ``key`` is a 64-character hex hash.
    """

    name: str
    kind: str = "text"
    size: int | None = None
    nullable: bool = True


class Relations:
    """The tables and views of a schema.

    Asked for in any spelling: no two differ by case alone, and not every server keeps the case in which one was made.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name.lower(): name for name in names}

    def __contains__(self, name: str) -> bool:
        """Whether there is one of that name."""
        return name.lower() in self._names

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._names)

    def __iter__(self) -> Iterator[str]:
        """Their names as the database has them."""
        return iter(self._names.values())

    def spelled(self, name: str) -> str | None:
        """The name as the database has it; ``None`` if there is none."""
        return self._names.get(name.lower())

    def lacking(self, wanted: Iterable[str]) -> list[str]:
        """Which of ``wanted`` are not there."""
        return [name for name in wanted if name not in self]


class Session(Protocol):
    """One connection. Statements outside :meth:`transaction` commit by themselves. Placeholders are ``?``.

    Raises:
        StatementFailedError: by every method: the database refused, for a key that is there already, a disk that is
            full, a right that is missing, a damaged file; the message has the engine's words, and what to do.
        ConnectionLostError: by every method: another transaction was first, or the connection broke. Nothing of the
            transaction was kept, and doing it again is safe.
    """

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement and forget its result."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """All rows of a query, by columns."""

    def batches(self, sql: str, parameters: Sequence[object] = (), *, size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches, for results that should not stand in memory at once."""

    def insert(self, relation: str, data: pa.Table) -> int:
        """Insert rows in bulk, columns matched by name; returns how many."""

    def insert_rows(self, relation: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Insert a few rows of plain values, in the order of ``names``. All or none only within a transaction."""

    def upsert(self, relation: str, data: pa.Table, key: Sequence[str]) -> None:
        """Insert rows or, where ``key`` is there already, overwrite the columns that ``data`` has. Set-based."""

    def create_table(self, relation: str, columns: Sequence[Column], *, key: Sequence[str] = ()) -> None:
        """Create a table unless it exists."""

    def add_columns(self, relation: str, columns: Sequence[Column]) -> None:
        """Add columns, NULL in all rows, to a table that does not have them."""

    def create_index(self, relation: str, columns: Sequence[str]) -> None:
        """Let a table be searched by ``columns``, unless it can be already, or the engine needs no index for it."""

    def check_fit(self, columns: Sequence[Column], pieces: Iterable[tuple[pa.Int32Array, pa.Table]]) -> None:
        """Make sure that rows fit into a table of ``columns`` before anything is sent.

        Args:
            pieces: some columns of the rows, with the rows' numbers, which the error names.

        Raises:
            DoesNotFitError: names that are one for the database, too many columns, or a row that is too wide.
        """

    def building(self) -> AbstractContextManager[None]:
        """The block builds a table that nobody reads yet, and puts it in its place :meth:`briefly`.

        Where a table being built locks out others, its parts commit by themselves; else all is one transaction.
        """

    def briefly(self, work: Callable[[], None]) -> None:
        """Do ``work`` in a transaction that keeps nobody waiting for long: again when it does not get its locks.

        Raises:
            StatementFailedError: also when somebody kept a table for some minutes.
        """

    def replace_table(self, old: str, new: str) -> None:
        """Within the running transaction, put table ``new`` in the place of ``old`` (which may be missing)."""

    def drop_table(self, relation: str) -> None:
        """Drop a table if it exists."""

    def columns(self, relation: str) -> list[str]:
        """Column names of a table or view in order; empty if there is none."""

    def relations(self) -> Relations:
        """All tables and views in the target's schema."""

    def relation(self, name: str) -> str:
        """``name`` quoted and with its schema, as :meth:`Warehouse.relation` gives it."""

    def shapes(self, names: Iterable[str], columns: Sequence[str] = ()) -> dict[str, set[str] | None]:
        """The columns of those relations that are there, by name in lower case; ``None`` for what is no table.

        With ``columns``, only those are looked for.
        """

    def marks(self) -> dict[str, str | None]:
        """All tables and views in the target's schema, each with the mark that dbt left on it, if it has one."""

    def catalog(self) -> Catalog:
        """Describes tables beyond their rows, and makes them again."""

    def inventory(self) -> Inventory:
        """Tells what the schema holds."""

    def checksum(self, relation: str, columns: Sequence[str] = ()) -> str:
        """How many rows a relation has and what is in them (in these columns), in one short text."""

    def transaction(self) -> AbstractContextManager[None]:
        """Commit at the end of the block, roll back when it raises.

        Raises:
            ConnectionLostError: also at the end: somebody else's transaction changed the same rows first.
        """

    def take_turn(self) -> None:
        """Within the running transaction, wait until no other session of the schema has its turn: it ends with it.

        Raises:
            StatementFailedError: also when another one did not end within a minute.
        """


class Warehouse(Protocol):
    """The database of one target."""

    target: Target

    def exists(self) -> bool:
        """Whether there is a database yet. One on a server is taken for there: only connecting would tell."""

    def session(self, *, read_only: bool = False) -> AbstractContextManager[Session]:
        """Open a connection for as long as the block lasts.

        Keep it short: on DuckDB no other process can open the file meanwhile. Never hold one across a network call.

        Raises:
            ConnectionFailedError: it cannot be reached or does not let us in, or its file is damaged; nothing was done.
            WarehouseBusyError: another process kept the file open for a minute.
        """

    def looking(self) -> AbstractContextManager[Session]:
        """A session in which nothing can be changed, for as long as the block lasts; the database must :meth:`exists`.

        On DuckDB the file is opened for reading. On SQL Server all is one transaction that is always rolled back; it
        holds no locks, for it reads only what was committed.

        Raises:
            ConnectionFailedError, WarehouseBusyError: as :meth:`session` does.
        """

    def lock(self) -> AbstractContextManager[None]:
        """Hold the target's one run lock. Dies with the process; may be taken again inside the same process.

        Raises:
            LockHeldError: another process holds it; the message says which.
            LockLostError: it was taken from us meanwhile. What runs in the block is interrupted when that is noticed.
        """

    def scratch(self) -> AbstractContextManager[Warehouse]:
        """An empty database of the same engine for as long as the block lasts, in which nothing of the target's is.

        Raises:
            StatementFailedError: this login may make none.
        """

    def relation(self, name: str) -> str:
        """``name`` quoted and with its schema, ready to stand in SQL."""

    def quote(self, identifier: str) -> str:
        """Any text as an identifier."""
