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


def test_a_refusal_is_told_at_once(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password does not get right by waiting."""
    asked = answering(monkeypatch, REFUSED, REFUSED)
    with pytest.raises(ConnectionFailedError, match="does not accept the login"):
        connect(target)
    assert len(asked) == 1


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
