"""What a SQL Server session sends again after an error, and what it must not: the driver is played."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyodbc
import pytest
import stamina

from warehouse import Column, ConnectionLostError, Session, StatementFailedError, Target
from warehouse.sqlserver.session import SQLServerSession
from warehouse.sqlserver.warehouse import SQLServerWarehouse

DEADLOCK = pyodbc.Error(
    "40001",
    "[40001] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Transaction (Process ID 52) was deadlocked on lock "
    "resources with another process and has been chosen as the deadlock victim. Rerun the transaction. (1205)",
)
LOST = pyodbc.OperationalError(
    "08S01", "[08S01] [Microsoft][ODBC Driver 18 for SQL Server]Communication link failure (0)"
)
FAILOVER = pyodbc.Error("HY000", "[HY000] [Microsoft][SQL Server]The service has encountered an error. (40197)")
WRONG = pyodbc.ProgrammingError("42S02", "[42S02] [Microsoft][SQL Server]Invalid object name 'gone'. (208)")
DATA = pa.table({"k": ["a"]})


class Server:
    """Connections to nowhere: notes what is sent, and fails as told, once for each error."""

    def __init__(self, *errors: pyodbc.Error) -> None:
        self.errors = list(errors)
        self.sent: list[str] = []
        self.opened = 0
        self.commits = 0
        self.rollbacks = 0

    def connect(self) -> Any:
        """A new connection."""
        self.opened += 1
        return Connection(self)


class Connection:
    """One connection; after a loss everything on it fails."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.autocommit = True
        self.is_lost = False

    def cursor(self) -> Cursor:
        return Cursor(self)

    def commit(self) -> None:
        self.server.commits += 1

    def rollback(self) -> None:
        self.server.rollbacks += 1

    def close(self) -> None:
        """Nothing is held."""


class Cursor:
    """What the session uses of a cursor."""

    description: Sequence[Sequence[Any]] = (("k", str, None, 10, 0, 0, True),)
    fast_executemany = False
    is_of_types = False
    is_read = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, sql: str, *_: object) -> Cursor:
        if self.connection.is_lost:
            raise LOST
        self.is_of_types = "information_schema" in sql.lower()
        if sql == "select 1" or self.is_of_types:
            return self  # the session's own questions
        self.connection.server.sent.append(sql)
        if self.connection.server.errors:
            error = self.connection.server.errors.pop(0)
            self.connection.is_lost = error is LOST
            raise error
        return self

    def executemany(self, sql: str, *_: object) -> None:
        self.execute(sql)

    def setinputsizes(self, *_: object) -> None:
        """Sizes matter to the driver only."""

    def fetchall(self) -> list[tuple[object, ...]]:
        return [("k", "nvarchar", 64, None, None, None)] if self.is_of_types else [("a",)]

    def fetchmany(self, _: int) -> list[tuple[str, ...]]:
        self.is_read, was_read = True, self.is_read
        return [] if was_read else [("a",)]

    def nextset(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


def open_session(server: Server) -> SQLServerSession:
    target = Target("prod", "sqlserver", "dbo", {"driver": "ODBC Driver 18 for SQL Server"}, Path())
    return SQLServerSession(server.connect, SQLServerWarehouse(target))


ALL: dict[str, Callable[[Session], object]] = {
    "query": lambda session: session.rows("select k from t"),
    "columns": lambda session: session.arrow("select k from t"),
    "batches": lambda session: list(session.batches("select k from t")),
    "create if missing": lambda session: session.create_table("t", [Column("k", "key")]),
    "drop if there": lambda session: session.drop_table("t"),
    "upsert": lambda session: session.upsert("t", DATA, ["k"]),
    "statement": lambda session: session.execute("update t set k = 'b'"),
}
MAY_BE_DONE_TWICE = [name for name in ALL if name != "statement"]


@pytest.mark.parametrize("work", ALL)
def test_a_deadlock_victim_is_sent_again(work: str) -> None:
    """The server rolled the victim back, so anything outside a transaction is sent again, on the same connection."""
    calm, server = Server(), Server(DEADLOCK, DEADLOCK)
    ALL[work](open_session(calm))
    ALL[work](open_session(server))
    assert server.sent == [calm.sent[0]] * 2 + calm.sent
    assert server.opened == 1


@pytest.mark.parametrize("work", MAY_BE_DONE_TWICE)
def test_what_may_be_done_twice_is_sent_again_on_a_new_connection(work: str) -> None:
    """After a lost connection a query, an upsert, a "create if missing" is sent again on a new connection."""
    calm, server = Server(), Server(LOST)
    ALL[work](open_session(calm))
    ALL[work](open_session(server))
    assert server.sent == [calm.sent[0], *calm.sent]
    assert server.opened == 2


def test_a_failover_keeps_a_connection_that_still_answers() -> None:
    """An error that passes by itself (Azure's 40197) is waited for; a connection that still works stays."""
    server = Server(FAILOVER)
    assert open_session(server).rows("select k from t") == [("a",)]
    assert (len(server.sent), server.opened) == (2, 1)


def test_a_statement_of_unknown_outcome_is_not_sent_again() -> None:
    """Whether a lost update took effect is unknown, so it is not repeated: the command ends with a sentence."""
    server = Server(LOST)
    with pytest.raises(ConnectionLostError, match="broke off") as caught:
        open_session(server).execute("update t set n = n + 1")
    assert "Run the command again" in str(caught.value.hint)
    assert (len(server.sent), server.opened) == (1, 1)


@pytest.mark.parametrize("error", [DEADLOCK, LOST], ids=["deadlock", "lost"])
def test_a_bulk_insert_is_not_sent_again(error: pyodbc.Error) -> None:
    """Its transaction is gone with what other chunks had inserted, so it is rolled back and told."""
    server = Server(error)
    with pytest.raises(ConnectionLostError):
        open_session(server).insert("t", DATA)
    assert (len(server.sent), server.commits, server.rollbacks) == (1, 0, 1)


@pytest.mark.parametrize("error", [DEADLOCK, LOST], ids=["deadlock", "lost"])
@pytest.mark.parametrize("work", ALL)
def test_inside_a_transaction_nothing_is_sent_again(work: str, error: pyodbc.Error) -> None:
    """What the transaction did before is gone: repeating its last statement alone would lose it without a word."""
    server = Server(error)
    session = open_session(server)
    with pytest.raises(ConnectionLostError), session.transaction():
        ALL[work](session)
    assert (len(server.sent), server.commits, server.rollbacks) == (1, 0, 1)


def test_after_a_lost_transaction_the_session_works_again() -> None:
    """The next query opens a new connection, outside any transaction."""
    server = Server(LOST)
    session = open_session(server)
    with pytest.raises(ConnectionLostError), session.transaction():
        session.execute("update t set k = 'b'")
    assert session.rows("select k from t") == [("a",)]
    assert server.opened == 2


def test_each_retry_is_said_with_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    """Who watches reads why it takes longer, and how long it waits; in tests it waits not at all."""
    open_session(Server(FAILOVER)).rows("select k from t")
    assert capsys.readouterr().err == (
        "waiting 0 s for SQL Server: The service has encountered an error. This passes by itself (retry 1)\n"
    )


def test_it_gives_up_after_four_times() -> None:
    """A deadlock that comes again and again is told after the fourth time."""
    server = Server(*[DEADLOCK] * 9)
    with pytest.raises(ConnectionLostError):
        open_session(server).rows("select k from t")
    assert len(server.sent) == 4


def test_a_wrong_statement_is_not_sent_again() -> None:
    """An error that would come again is told at once."""
    server = Server(WRONG)
    with pytest.raises(StatementFailedError, match="Invalid object name 'gone'"):
        open_session(server).rows("select k from gone")
    assert len(server.sent) == 1
