"""SQL Server as the database of a target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from warehouse.profile import Target
from warehouse.sqlserver import statements
from warehouse.sqlserver.connect import APPLICATION_NAME, connect
from warehouse.sqlserver.lock import run_lock
from warehouse.sqlserver.scratch import scratch_schema
from warehouse.sqlserver.session import SQLServerSession


class SQLServerWarehouse:
    """A schema of a SQL Server database as the database of a target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.schema = target.schema or "dbo"

    @property
    def has_parameter_arrays(self) -> bool:
        """Whether the driver takes many rows as one array. FreeTDS dies of it."""
        driver = str(self.target.settings.get("driver", "")).lower()
        return "freetds" not in driver and "tdsodbc" not in driver

    def exists(self) -> bool:
        """Only connecting would tell."""
        return True

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[SQLServerSession]:  # noqa: ARG002 - readers need no other door
        """Open a connection."""
        session = SQLServerSession(lambda: connect(self.target), self)
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def looking(self) -> Iterator[SQLServerSession]:
        """One transaction that is always rolled back. No other server is asked: what one is used for, only it knows."""
        with self.session() as session, session.looking():
            yield session

    def lock(self) -> AbstractContextManager[None]:
        """The run lock: one for each schema of a server."""
        resource = f"{APPLICATION_NAME}:{self.schema}"
        host = self.target.settings.get("server") or self.target.settings.get("host")
        return run_lock(f"{host}/{resource}", resource, lambda: connect(self.target))

    @contextmanager
    def scratch(self) -> Iterator[SQLServerWarehouse]:
        """A schema of its own; it goes, or is empty again, at the end."""
        with scratch_schema(self) as target:
            yield SQLServerWarehouse(target)

    def relation(self, name: str) -> str:
        """``name`` quoted and with its schema."""
        return f"{self.quote(self.schema)}.{self.quote(name)}"

    def quote(self, identifier: str) -> str:
        """Any text as an identifier."""
        return statements.quote(identifier)
