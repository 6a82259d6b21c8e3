"""SQL Server as the database of a target, and the lock that keeps two runs apart there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pyodbc

from console import LockHeldError
from warehouse.profile import Target
from warehouse.sqlserver import statements
from warehouse.sqlserver.connect import APPLICATION_NAME, connect
from warehouse.sqlserver.failures import first_sentence
from warehouse.sqlserver.session import SQLServerSession

_held: dict[str, int] = {}


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
    def lock(self) -> Iterator[None]:
        """The run lock: an application lock of a session of its own, which the server drops when the process dies."""
        resource = f"{APPLICATION_NAME}:{self.schema}"
        name = f"{self.target.settings.get('server') or self.target.settings.get('host')}/{resource}"
        if _held.get(name):
            _held[name] += 1
            try:
                yield
            finally:
                _held[name] -= 1
            return
        connection = connect(self.target)
        try:
            _take(connection, resource)
            _held[name] = 1
            try:
                yield
            finally:
                del _held[name]
                _release(connection, resource)
        finally:
            connection.close()

    def relation(self, name: str) -> str:
        """``name`` quoted and with its schema."""
        return f"{self.quote(self.schema)}.{self.quote(name)}"

    def quote(self, identifier: str) -> str:
        """Any text as an identifier."""
        return statements.quote(identifier)


def _take(connection: pyodbc.Connection, resource: str) -> None:
    cursor = connection.execute(
        "set nocount on; declare @outcome int; "
        "exec @outcome = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', @LockOwner = 'Session', "
        "@LockTimeout = 0; select @outcome",
        resource,
    )
    while cursor.description is None and cursor.nextset():
        pass  # a lock that is refused may come with a message of its own before the outcome
    if cursor.fetchone()[0] < 0:
        raise LockHeldError(
            f"Another run is at work on this target ({_owner(connection)}).", mend="Wait for it to end, or stop it."
        )


def _release(connection: pyodbc.Connection, resource: str) -> None:
    with suppress(pyodbc.Error):  # the session is gone, and the lock with it
        connection.execute("exec sp_releaseapplock @Resource = ?, @LockOwner = 'Session'", resource)


def _owner(connection: pyodbc.Connection) -> str:
    """Who holds it, as far as the login may see: other sessions need VIEW SERVER STATE."""
    try:
        rows = connection.execute(
            "select s.session_id, s.host_name, s.program_name, s.login_time from sys.dm_exec_sessions as s "
            "where s.program_name like ? and s.session_id <> @@spid order by s.login_time",
            f"{APPLICATION_NAME}/%",
        ).fetchall()
    except pyodbc.Error as error:
        return f"owner unknown: {first_sentence(error)}"
    if not rows:
        return "owner unknown: this login may not see other sessions"
    return "; ".join(
        f"{program} on {host} since {login:%Y-%m-%d %H:%M} server time" for _, host, program, login in rows
    )
