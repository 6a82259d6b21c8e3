"""The run lock is kept awake, and a run whose lock is gone stops with a sentence: the driver is played."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from console import ConfigurationError, ExitCode, LockHeldError
from pipeline.model import Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from tests.eventually import eventually
from tests.sqlserver.driver import Server, warehouse
from warehouse import ConnectionLostError, LockLostError, Target, Warehouse, open_warehouse
from warehouse.sqlserver import lock

CUT = pyodbc.OperationalError("08S01", "[08S01] [Microsoft] TCP Provider: Error code 0x68 (104)")
GRANTED: dict[str, list[tuple[Any, ...]]] = {"sp_getapplock": [(0,)], "applock_mode": [("Exclusive",)]}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "HEARTBEAT_SECONDS", 0.01)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[Server], Warehouse]:
    """Our warehouse on a played server."""

    def of(server: Server) -> Warehouse:
        monkeypatch.setattr("warehouse.sqlserver.warehouse.connect", lambda _: server.connect())
        return warehouse()

    return of


def cut_after(looks: int) -> Callable[[str], pyodbc.Error | None]:
    """The session is ended after so many looks at the lock."""
    left = iter(range(looks))
    return lambda sql: CUT if "applock_mode" in sql and next(left, None) is None else None


def test_a_server_that_goes_down_as_the_lock_is_taken_is_said(on: Callable[[Server], Warehouse]) -> None:
    """A sentence and a way on, like any lost connection."""
    server = Server(fails=lambda sql: CUT if "sp_getapplock" in sql else None)
    with pytest.raises(ConnectionLostError) as raised, on(server).lock():
        pass
    assert "Run the command again" in str(raised.value.hint)


def test_a_lock_in_use_is_looked_at_again_and_again(on: Callable[[Server], Warehouse]) -> None:
    """Its session never idles, so no gateway takes it for dead, and it is given back at the end."""
    server = Server(answers=GRANTED)
    with on(server).lock():
        assert eventually(lambda: len(server.statements("applock_mode")) > 2)
    assert len(server.statements("sp_releaseapplock")) == 1
    looks = len(server.sent)
    time.sleep(0.05)
    assert len(server.sent) == looks, "nobody looks after the end"


def test_what_waits_is_interrupted_when_the_lock_is_gone(on: Callable[[Server], Warehouse]) -> None:
    """A wait for a child ends at once, and the error says what happened; exit status 3, nothing is released."""
    server = Server(answers=GRANTED, fails=cut_after(2))
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        words = r"Error code 0x68.*another one may be at work"
        with pytest.raises(LockLostError, match=words) as caught, on(server).lock():
            child.wait()
        child.kill()
    assert time.monotonic() - began < 20
    assert caught.value.exit_code is ExitCode.LOCKED
    assert server.statements("sp_releaseapplock") == []


def test_an_interrupt_that_a_driver_swallowed_comes_again(
    on: Callable[[Server], Warehouse], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pyodbc does while it connects: the run must not go on for hours without its lock."""
    monkeypatch.setattr(lock, "_AGAIN_SECONDS", 0.05)
    server = Server(answers=GRANTED, fails=cut_after(2))
    began = time.monotonic()
    with pytest.raises(LockLostError), on(server).lock():
        with suppress(KeyboardInterrupt):
            time.sleep(30)
        time.sleep(30)
    assert time.monotonic() - began < 20


def test_a_lock_that_the_server_took_back_is_noticed(on: Callable[[Server], Warehouse]) -> None:
    """A session that lives but holds no lock any more is a loss too."""
    server = Server(answers=GRANTED | {"applock_mode": [("NoLock",)]})
    with pytest.raises(LockLostError, match="NoLock"), on(server).lock():
        time.sleep(30)


def test_work_that_cannot_be_interrupted_is_told_at_its_end(on: Callable[[Server], Warehouse]) -> None:
    """In a thread nobody can be interrupted; the loss is raised as soon as the work is done."""
    server = Server(answers=GRANTED, fails=cut_after(0))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with on(server).lock():
                assert eventually(lambda: server.statements("applock_mode"))
        except LockLostError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_ctrl_c_stays_what_it_is(on: Callable[[Server], Warehouse]) -> None:
    """An interruption by a person is not taken for a lost lock, and the lock is given back."""
    server = Server(answers=GRANTED)
    with pytest.raises(KeyboardInterrupt), on(server).lock():
        raise KeyboardInterrupt
    assert len(server.statements("sp_releaseapplock")) == 1


def test_it_is_taken_once_and_held_until_the_outermost_end(on: Callable[[Server], Warehouse]) -> None:
    """Inside the process it may be taken again; one that another run holds is refused."""
    server = Server(answers=GRANTED)
    place = on(server)
    with place.lock(), place.lock():
        pass
    assert (len(server.statements("sp_getapplock")), len(server.statements("sp_releaseapplock"))) == (1, 1)
    with pytest.raises(LockHeldError), on(Server(answers={"sp_getapplock": [(-1,)]})).lock():
        pass


class Held:
    """A DuckDB target whose run lock is SQL Server's."""

    def __init__(self, path: Path, server: Server) -> None:
        self._inner = open_warehouse(Target("local", "duckdb", "main", {"path": str(path / "a.duckdb")}, path))
        self._server = server

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def lock(self) -> object:
        return lock.run_lock("nowhere/x", "x", self._server.connect)


def test_a_run_stops_with_a_report_when_its_lock_is_gone(tmp_path: Path) -> None:
    """The stage at work ends, no other begins, the report says why, and the command ends with the sentence."""
    begun: list[str] = []
    server = Server(answers=GRANTED, fails=lambda sql: CUT if begun and "applock_mode" in sql else None)

    def stage(name: str) -> Callable[[object], Stage]:
        def function(_: object) -> Stage:
            begun.append(name)
            time.sleep(30)
            raise ConfigurationError("It was not interrupted.")

        return function

    stages = {name: stage(name) for name in ("load", "transform", "sync")}
    with pytest.raises(LockLostError):
        run(Held(tmp_path, server), RunOptions(reports=tmp_path / "reports"), stages=stages)  # type: ignore[arg-type]
    (report,) = (tmp_path / "reports").glob("*/report.json")
    assert begun == ["load"]
    assert "The run lock is gone" in report.read_text(encoding="utf-8")
    assert Status.INTERRUPTED.value in report.read_text(encoding="utf-8")
