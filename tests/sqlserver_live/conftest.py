"""A schema of its own on a live server, a copy of the project that uses it, and ways to run the commands there.

``make test-sqlserver SERVER=host:port`` names the server; login and database come from the ORDER_LIST_SQLSERVER_
variables, as anywhere else. Without a server nothing of this folder is collected: a test that cannot run is not a test.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.project import ROOT, copy_project
from tests.sqlserver_live.prepare import as_admin, grants
from warehouse import Target, Warehouse, open_warehouse

SERVER = os.environ.get("ORDER_LIST_TEST_SERVER", "")
ROWS = int(os.environ.get("ORDER_LIST_TEST_ROWS", "21000"))
collect_ignore_glob = [] if SERVER else ["test_*.py"]

_ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(("MONDAY_", "DBT_"))}


@dataclass(frozen=True)
class Place:
    """A copy of the project, the environment in which its targets are the test's, and its warehouses."""

    folder: Path
    environment: Mapping[str, str]
    prod: Warehouse
    local: Warehouse

    def run(self, *arguments: str, expect: int = 0, **variables: str) -> str:
        """Run ``python -m`` with ``arguments`` in the project; its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``python -m`` with ``arguments`` and do not wait."""
        return subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=self.folder, env=dict(self.environment), text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def dbt(self, *arguments: str, target: str = "prod") -> str:
        """Run dbt for a target."""
        return self.run("dbt.cli.main", *arguments, "--target", target, "--threads", "4")

    def json(self, *arguments: str, expect: int = 0) -> Any:
        """Run a command with ``--json``; its result."""
        return json.loads(self.run(*arguments, "--json", expect=expect))


def sqlserver_settings(schema: str) -> dict[str, Any]:
    """The profile's settings of a target on the test's server."""
    host, _, port = SERVER.partition(":")
    variable = "ORDER_LIST_SQLSERVER_"
    return {
        "type": "sqlserver",
        "driver": _ENVIRONMENT.get(variable + "DRIVER", "ODBC Driver 18 for SQL Server"),
        "server": host,
        "port": int(port or 1433),
        "database": _ENVIRONMENT.get(variable + "DATABASE", "order_list"),
        "schema": schema,
        "authentication": "sql",
        "user": _ENVIRONMENT[variable + "USER"],
        "password": _ENVIRONMENT[variable + "PASSWORD"],
        "encrypt": True,
        "trust_cert": _ENVIRONMENT.get(variable + "TRUST_CERT", "false").lower() == "true",
    }


@pytest.fixture(scope="session")
def schema() -> Iterator[str]:
    """A schema that nobody else uses, dropped at the end with all that is in it."""
    name = f"olt_{secrets.token_hex(4)}"
    warehouse = open_warehouse(Target("prod", "sqlserver", "dbo", as_admin(sqlserver_settings("dbo")), ROOT))
    schemas = (name, f"{name}_dbt_test__audit")  # the second is where store_failures writes
    with warehouse.session() as session:
        for each in schemas:
            session.execute(f"create schema {each}")
            for statement in grants(each):
                session.execute(statement)
    yield name
    with warehouse.session() as session:
        for each in schemas:
            found = session.rows(
                "select TABLE_NAME, TABLE_TYPE from INFORMATION_SCHEMA.TABLES where TABLE_SCHEMA = ?", [each]
            )
            for table, kind in sorted(found, key=lambda row: row[1] != "VIEW"):
                of_kind = "view" if kind == "VIEW" else "table"
                session.execute(f"drop {of_kind} if exists {each}.{warehouse.quote(table)}")
            session.execute(f"drop schema if exists {each}")


@pytest.fixture(scope="session")
def target(schema: str) -> Target:
    """The test's target on the server."""
    return Target("prod", "sqlserver", schema, sqlserver_settings(schema), ROOT)


@pytest.fixture(scope="session")
def admin(target: Target) -> Target:
    """The same with the administrator's login, where the tests' own has only the documented rights."""
    return replace(target, settings=as_admin(dict(target.settings)))


@pytest.fixture(scope="session")
def is_babelfish(target: Target) -> bool:
    """Whether the server is Babelfish, which needs stand-ins (see babelfish/README.md)."""
    with open_warehouse(target).session() as session:
        return "Babelfish" in session.rows("select cast(@@version as nvarchar(300))")[0][0]


@pytest.fixture(scope="session")
def board_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board emulator on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tmp_path_factory.mktemp("board") / "board.sqlite"
    with subprocess.Popen(
        [sys.executable, "-m", "board_emulator", "serve", "--port", str(port), "--data", str(data), "--limits", "off"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v2"
        process.terminate()


@pytest.fixture(scope="session")
def place(
    schema: str, target: Target, board_url: str, is_babelfish: bool, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    """The project's copy: target prod is the server, target local a DuckDB file, the board an emulator."""
    folder = copy_project(tmp_path_factory.mktemp("project"), "boards")
    if is_babelfish:
        shutil.copytree(Path(__file__).parent / "babelfish" / "macros", folder / "macros", dirs_exist_ok=True)
    settings = target.settings
    environment = {
        **_ENVIRONMENT,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_PROFILES_DIR": str(folder),
        "ORDER_LIST_DUCKDB": str(folder / "local.duckdb"),
        "ORDER_LIST_SQLSERVER_HOST": str(settings["server"]),
        "ORDER_LIST_SQLSERVER_PORT": str(settings["port"]),
        "ORDER_LIST_SQLSERVER_SCHEMA": schema,
        "MONDAY_API_URL": board_url,
        "MONDAY_API_TOKEN": "local",
    }
    local = Target("local", "duckdb", "main", {"path": str(folder / "local.duckdb")}, folder)
    return Place(folder, environment, open_warehouse(target), open_warehouse(local))


@pytest.fixture(scope="session")
def workbooks(place: Place) -> Mapping[int, Path]:
    """Workbooks of all 46 customers: of today (1) and of tomorrow (2)."""
    folders = {day: place.folder / f"day{day}" for day in (1, 2)}
    for day, folder in folders.items():
        place.run("samples", "generate", "--out", str(folder), "--rows", str(ROWS), "--day", str(day))
    return folders


@pytest.fixture(scope="session")
def built(place: Place, workbooks: Mapping[int, Path]) -> Place:
    """Today's workbooks landed and built, on the server and on DuckDB."""
    for name in ("prod", "local"):
        place.run("loader", "land", "--target", name, "--source", str(workbooks[1]))
        place.dbt("build", target=name)
    return place
