"""Connecting waits for a server that wakes up, and the doctor tells a database from what is none."""

from __future__ import annotations

from collections.abc import Iterator

import pyodbc
import pytest

from tests.sqlserver.driver import Server, warehouse
from warehouse import ConnectionFailedError, Target
from warehouse.sqlserver import connect as module
from warehouse.sqlserver import doctor
from warehouse.sqlserver.connect import connect

PAUSED = pyodbc.Error("HY000", "[HY000] [SQL Server]Database 'd' is not currently available. (40613)")
LATE = pyodbc.OperationalError("HYT00", "[HYT00] [Microsoft]Login timeout expired (0) (SQLDriverConnect)")
REFUSED = pyodbc.InterfaceError("28000", "[28000] [SQL Server]Login failed for user 'u'. (18456)")


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(module, "_down", set())
    monkeypatch.setattr(module, "connection_settings", lambda _: ("nowhere", {}))
    return warehouse().target


def answering(monkeypatch: pytest.MonkeyPatch, *errors: pyodbc.Error) -> list[int]:
    """A server that fails so often before it answers; how often it was asked."""
    asked: list[int] = []
    left: Iterator[pyodbc.Error] = iter(errors)

    def open_(*_: object, **__: object) -> object:
        asked.append(1)
        if error := next(left, None):
            raise error
        return Server().connect()

    monkeypatch.setattr(pyodbc, "connect", open_)
    return asked


@pytest.mark.parametrize("error", [PAUSED, LATE], ids=["paused", "login timeout"])
def test_a_server_that_wakes_up_is_waited_for(
    target: Target, monkeypatch: pytest.MonkeyPatch, error: pyodbc.Error
) -> None:
    """A paused database says so, or nothing at all, for up to a minute: that long it is asked again."""
    asked = answering(monkeypatch, *[error] * 12)
    connect(target)
    assert len(asked) == 13
    assert module._WAKING_SECONDS >= 60


def test_a_server_that_goes_down_under_a_login_is_said_and_waited_for(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login worked and the first statement did not: asked again, and then a sentence, no trace."""
    cut = pyodbc.OperationalError("08S01", "[08S01] [Microsoft] Communication link failure (0) (SQLExecDirectW)")
    servers = [Server(fails=lambda _: cut), Server()]
    monkeypatch.setattr(pyodbc, "connect", lambda *_, **__: servers.pop(0).connect())
    connect(target)
    assert servers == []
    monkeypatch.setattr(module, "_WAKING_SECONDS", 0.01)
    monkeypatch.setattr(pyodbc, "connect", lambda *_, **__: Server(fails=lambda _: cut).connect())
    with pytest.raises(ConnectionFailedError, match="cannot be reached: Communication link failure"):
        connect(target)


def test_a_server_that_was_waited_for_in_vain_is_not_waited_for_again(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a command still writes down or clears away would else wait a minute more, each time; one that is back counts
    as any other."""
    monkeypatch.setattr(module, "_WAKING_SECONDS", 0.05)
    monkeypatch.setattr(module, "_DOWN_SECONDS", 0.001)
    asked = answering(monkeypatch, *[LATE] * 1_000_000)
    with pytest.raises(ConnectionFailedError):
        connect(target)
    waited, asked[:] = len(asked), []
    with pytest.raises(ConnectionFailedError):
        connect(target)
    assert waited > 3 * len(asked)
    answering(monkeypatch)
    connect(target)
    assert module._down == set()


def test_a_refusal_is_told_at_once(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password does not get right by waiting."""
    asked = answering(monkeypatch, REFUSED, REFUSED)
    with pytest.raises(ConnectionFailedError, match="does not accept the login"):
        connect(target)
    assert len(asked) == 1


GONE = pyodbc.Error(
    "01000", "[01000] [unixODBC][Driver Manager]Can't open lib '/old/libmsodbcsql.so' : file not found (0)"
)


@pytest.mark.parametrize(
    ("registered", "said"),
    [
        (["ODBC Driver 18 for SQL Server"], "is registered, but its file cannot be opened: /old/libmsodbcsql.so."),
        (["FreeTDS"], "is not there (registered: FreeTDS)."),
        ([], "is not there (registered: none)."),
    ],
    ids=["its environment was deleted", "another driver", "no driver"],
)
def test_a_driver_that_was_registered_and_is_gone_is_told_from_one_that_never_was(
    target: Target, monkeypatch: pytest.MonkeyPatch, registered: list[str], said: str
) -> None:
    """The same command registers both; but a driver that is listed is not said to be missing from the list."""
    answering(monkeypatch, GONE)
    monkeypatch.setattr(pyodbc, "drivers", lambda: registered)
    with pytest.raises(ConnectionFailedError) as caught:
        connect(target)
    assert caught.value.message == f"The ODBC driver 'ODBC Driver 18 for SQL Server' {said}"
    assert "make sqlserver-driver" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("edition", "version", "verdict"),
    [
        (5, "12.0.2000.8", "ok"), (8, "12.0.2000.8", "ok"), (12, "12.0.2000.8", "ok"), (6, "10.0.9999.1", "missing"),
        (11, "12.0.2000.8", "missing"), (3, "15.0.4000.1", "ok"), (3, "14.0.1000.1", "missing"), (9, "15.0.1", "ok"),
    ],
)  # fmt: skip
def test_the_doctor_knows_what_it_can_work_on(edition: int, version: str, verdict: str) -> None:
    """Azure SQL, a managed instance, Fabric's SQL database and 2019 on are taken; Synapse and older ones are not."""
    server = Server(answers={"EngineEdition": [(version, edition)]})
    (finding,) = doctor._version(server.session(), warehouse())
    assert finding.verdict == verdict
    assert (finding.hint is None) == (verdict == "ok")
