"""A schema of its own on the server, and a copy of the project that builds there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.environments import production
from bench.errors import MeasurementError
from bench.measure import python, run
from bench.places import ROOT
from bench.sqlserver.counting import CountingWarehouse, dbt_statements
from console import ConfigurationError, say
from warehouse import Target, Warehouse, load_target

SCHEMA = "ORDER_LIST_SQLSERVER_SCHEMA"
_PARTS = ("models", "macros", "seeds", "snapshots", "tests/dbt")


@dataclass(frozen=True, slots=True)
class Build:
    """One ``dbt build``: seconds on the clock, statements that dbt sent."""

    seconds: float
    statements: int


def server_target(name: str, schema: str) -> Target:
    """The target ``name`` of the profile, with ``schema`` in the place of its own, for us and for dbt.

    Raises:
        ConfigurationError: it is no SQL Server, or its schema does not come from the variable, so that dbt would build
            among the user's own tables.
    """
    os.environ[SCHEMA] = schema
    target = load_target(name, project_dir=ROOT)
    if target.kind != "sqlserver":
        raise ConfigurationError(
            f"Target '{name}' has type '{target.kind}': this bench measures SQL Server.",
            hint="Name another with --target; profiles.example.yml has 'dev' and 'prod'.",
        )
    if target.schema != schema:
        raise ConfigurationError(
            f"The schema of target '{name}' is '{target.schema}' whatever {SCHEMA} says, and the bench wants its own.",
            hint="Let profiles.yml take it from that variable, as profiles.example.yml does.",
        )
    return target


@contextmanager
def own_schema(target_name: str) -> Iterator[CountingWarehouse]:
    """The target's database with a new schema that nobody else uses; it is dropped with all that is in it.

    Raises:
        ConfigurationError: no such target, or no server answers (``ConnectionFailedError``).
    """
    name = f"olb_{secrets.token_hex(4)}"
    former = os.environ.get(SCHEMA)
    try:
        warehouse = CountingWarehouse(server_target(target_name, name))
        with warehouse.session() as session:
            session.execute(f"create schema {warehouse.quote(name)}")
        say(f"schema {name} (dropped at the end)")
        try:
            yield warehouse
        finally:
            clear(warehouse)
            with warehouse.session() as session:
                session.execute(f"drop schema {warehouse.quote(name)}")
    finally:
        if former is None:
            os.environ.pop(SCHEMA, None)
        else:
            os.environ[SCHEMA] = former


def clear(warehouse: Warehouse) -> None:
    """Drop every view and table of the target's schema."""
    with warehouse.session() as session:
        found = session.rows(
            "select TABLE_NAME, TABLE_TYPE from INFORMATION_SCHEMA.TABLES where TABLE_SCHEMA = ?",
            [warehouse.target.schema],
        )
        for name, kind in sorted(found, key=lambda row: row[1] != "VIEW"):
            session.execute(f"drop {'view' if kind == 'VIEW' else 'table'} if exists {warehouse.relation(name)}")


class Project:
    """A copy of the dbt project in ``folder``, with the macros of ``overlay`` laid over its own."""

    def __init__(self, folder: Path, overlay: Path | None) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        for part in _PARTS:
            shutil.copytree(ROOT / part, folder / part)
        shutil.copy(ROOT / "dbt_project.yml", folder)
        if overlay:
            shutil.copytree(overlay, folder / "macros", dirs_exist_ok=True)

    def build(self, target: Target) -> Build:
        """``dbt build`` with every test, with nothing kept of an earlier one.

        Raises:
            MeasurementError: it failed, or its log shows no statement, so that none was counted.
        """
        logs, work = self._folder / "logs", self._folder / "target"
        for folder in (logs, work):
            shutil.rmtree(folder, ignore_errors=True)
        environment = {
            "DBT_TARGET_PATH": str(work),
            "DBT_LOG_PATH": str(logs),
            "DBT_LOG_FORMAT_FILE": "json",
            "DBT_LOG_LEVEL_FILE": "debug",
            "DBT_LOG_FILE_MAX_BYTES": "0",  # one file: what is rotated away could not be counted
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "ORDER_LIST_DUCKDB": ":memory:",
            **_profiles(),
        }
        command = python("dbt.cli.main", "build", "--target", target.name, interpreter=production())
        measured = run(command, environment=environment, folder=self._folder)
        statements = dbt_statements(logs)
        if not statements:
            raise MeasurementError(f"{logs} tells of no statement: dbt's log has another form than expected.")
        return Build(measured.seconds, statements)


def _profiles() -> dict[str, str]:
    """Where dbt finds the profile, now that it starts in another folder: as ``load_target`` looked for it."""
    configured = os.environ.get("DBT_PROFILES_DIR")
    if configured:
        return {"DBT_PROFILES_DIR": str(Path(configured).resolve())}
    return {"DBT_PROFILES_DIR": str(ROOT)} if (ROOT / "profiles.yml").is_file() else {}
