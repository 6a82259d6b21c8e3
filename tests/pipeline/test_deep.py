"""``pipeline doctor --deep`` tries every kind of statement in a place of its own and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from console import Finding
from pipeline import deep
from pipeline.errors import StageFailedError
from pipeline.scratch import Scratch, scratch
from tests.project import copy_project
from tests.sqlserver.driver import Server
from warehouse import StatementFailedError, Target
from warehouse.sqlserver import lock

SECRET = "a password of nobody"  # noqa: S105 - so it says
NAMES = (
    "landing of hard names and texts", "build of one customer", "upsert of long texts", "rename under a reader",
    "run lock and its loss",
)  # fmt: skip


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """A DuckDB target whose file is not there."""
    settings = {"type": "duckdb", "path": str(tmp_path / "mine.duckdb"), "schema": "main", "threads": 4}
    return Target("local", "duckdb", "main", settings, tmp_path)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """A played server behind every SQL Server target."""
    played = Server(answers={"sp_getapplock": [(0,)], "applock_mode": [("Exclusive",)]})
    for module in ("warehouse", "scratch"):
        monkeypatch.setattr(f"warehouse.sqlserver.{module}.connect", lambda _: played.connect())
    return played


def on_server(target: Target) -> Target:
    """The same target on SQL Server."""
    settings = {"type": "sqlserver", "server": "s", "schema": "dbo", "password": SECRET, "driver": "x", "port": 1433}
    return replace(target, name="prod", kind="sqlserver", schema="dbo", settings=settings)


@pytest.mark.slow
def test_every_trial_passes_on_a_target_that_is_well(target: Target, tmp_path: Path) -> None:
    """Landing, a build with all its tests, upserts, renames, lock: all pass, and the target's own file is not made."""
    folder = copy_project(tmp_path / "project")
    findings = list(deep.examine_deep(replace(target, project_dir=folder)))
    assert [(f.check, f.verdict, f.hint) for f in findings] == [(name, "passed", None) for name in NAMES], findings
    assert "40 orders of GREYSON" in findings[1].found
    assert not (tmp_path / "mine.duckdb").exists()
    assert not list(folder.glob("target*"))


@pytest.mark.parametrize(
    ("error", "found"),
    [(StatementFailedError("The server says no."), "The server says no."), (ValueError("Oh."), "ValueError: Oh.")],
)
def test_a_trial_that_fails_is_told_with_its_mend(
    target: Target, monkeypatch: pytest.MonkeyPatch, error: Exception, found: str
) -> None:
    """Whatever it failed of, the others are made, and the exit status will be that of a target that does not work."""

    def fails(_: Scratch) -> str:
        raise error

    trials: tuple[tuple[str, Callable[[Scratch], str], str], ...] = (
        ("first", fails, "Do this."), ("second", lambda _: "well", "Do that."),
    )  # fmt: skip
    monkeypatch.setattr(deep, "_TRIALS", trials)
    first, second = deep.examine_deep(target)
    assert first == Finding("first", "failed", found, "Do this.")
    assert first.bad
    assert (second.verdict, second.bad) == ("passed", False)


def test_a_schema_of_its_own_is_made_and_dropped(target: Target, server: Server) -> None:
    """On a server everything happens in a new schema, which goes whatever happened; tests/sqlserver has more."""
    with pytest.raises(KeyError), scratch(on_server(target)) as place:
        name = place.warehouse.target.schema
        raise KeyError
    assert name.startswith("dbo_scratch_")
    assert server.statements("create schema") == [f"exec (N'create schema [{name}]')"]
    assert server.statements("^drop") == [f"drop schema if exists [{name}]"]


def test_no_secret_is_written_for_dbt(target: Target, server: Server) -> None:
    """The profile of the trials takes its texts from the environment of dbt's process."""
    with scratch(on_server(target)) as place:
        environment = place.environment
        written = (place.folder / "profiles.yml").read_text(encoding="utf-8")
    assert SECRET not in written
    assert SECRET in environment.values()
    assert place.warehouse.target.schema in environment.values()
    assert "port: 1433" in written
    assert server.sent


def test_a_login_that_may_make_no_schema_is_told_the_grant(target: Target, server: Server) -> None:
    """Without a place of its own nothing is tried, and the statement that grants it is named."""
    server.fails = lambda sql: _denied() if "create schema" in sql else None
    (finding,) = deep.examine_deep(on_server(target))
    assert finding.verdict == "failed"
    assert "GRANT CREATE SCHEMA" in str(finding.hint)


def _denied() -> Exception:
    import pyodbc  # noqa: PLC0415

    error: Exception = pyodbc.ProgrammingError("42000", "[42000] [SQL Server]CREATE SCHEMA permission denied. (2759)")
    return error


def test_the_trial_of_the_lock_sees_its_loss(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second session is refused, and the end of the first one is noticed; either not so is a failure."""
    given = iter([0, -1])
    connect = server.connect

    def answering() -> object:
        server.answers["sp_getapplock"] = [(next(given),)]
        return connect()

    assert "was noticed" in lock.trial(answering, "r")
    with pytest.raises(StatementFailedError, match="A second session got the lock"):
        server.answers["sp_getapplock"] = [(0,)]
        lock.trial(server.connect, "r2")


def test_errors_are_those_of_the_pipeline() -> None:
    """What a trial finds wrong is a sentence."""
    with pytest.raises(StageFailedError, match="not whole"):
        deep._require(False, "It was not whole.")
