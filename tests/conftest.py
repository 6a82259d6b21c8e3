"""What every test has: an environment without the developer's own settings."""

from __future__ import annotations

import multiprocessing.process
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from console import redaction
from tests.forked import forked_child
from tests.order import longest_first
from tests.parsed import share_in

# the tests time nothing, so a slow machine fails none
settings.register_profile("order_list", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=10)
settings.load_profile("order_list")

_OURS = ("ORDER_LIST_", "MONDAY_", "AZURE_", "DBT_")

ROOT = Path(__file__).parent
#: Folders and modules whose tests run dbt, start processes or a server, or try thousands of cases.
_SLOW = frozenset({
    "samples", "transform", "sqlserver", "sqlserver_live", "bench/test_measure.py", "bench/test_workload.py",
    "board_emulator/test_page.py", "board_emulator/test_service.py", "console/test_workers.py",
    "house/test_commands.py", "loader/test_blob.py", "loader/test_cli.py", "loader/test_differential.py",
    "loader/test_landing.py", "loader/test_reading.py", "loader/test_scaffold.py", "monday_sync/api/test_emulator.py",
    "monday_sync/test_soak.py", "monitoring/test_channels.py", "monitoring/test_delivery.py", "pipeline/test_board.py",
    "pipeline/test_child.py", "pipeline/test_dbt.py", "pipeline/test_files.py", "pipeline/test_signals.py",
})  # fmt: skip
#: Fixtures that start one, or a board's run with its hundred sessions of DuckDB.
_SLOW_FIXTURES = frozenset({
    "bay", "board", "browser", "desk_of", "emulator", "filled", "followed", "harbour", "holder", "live", "quay", "told",
    "whole",
})  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow: by its folder or module, or by a fixture that it asks for. `make test-fast` leaves it out.

    And let several workers begin with what takes longest.
    """
    for item in items:
        module = item.path.relative_to(ROOT) if item.path.is_relative_to(ROOT) else Path()
        places = {module.as_posix(), *(parent.as_posix() for parent in module.parents)}
        if places & _SLOW or _SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        names = [item.path.relative_to(ROOT).as_posix() if item.path.is_relative_to(ROOT) else "" for item in items]
        items[:] = [items[place] for place in longest_first(names, workers)]


@pytest.fixture(scope="session", autouse=True)
def parsed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What dbt parses is shared by all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    # a worker's folder lies in that of the whole run; without workers the folder above is that of all runs
    share_in(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(scope="session", autouse=True)
def dbt_forked() -> Iterator[None]:
    """dbt below a program that runs in the test's own process begins where its imports end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.dbt.child", forked_child)
        yield


@pytest.fixture(autouse=True)
def secrets_of_one_test() -> Iterator[None]:
    """What a test gives as a secret is one in that test alone: another may have the word for a name."""
    known = set(redaction._registered)
    yield
    redaction._registered.clear()
    redaction._registered.update(known)


@pytest.fixture(autouse=True)
def nothing_slow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that is not marked as slow starts no process and no server: so `make test-fast` stays fast."""
    if request.node.get_closest_marker("slow"):
        return

    def refuse(*_: object, **__: object) -> None:
        pytest.fail(
            "This test starts a process or a server: mark it (pytest.mark.slow), or its fixture in tests/conftest.py."
        )

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", refuse)
    monkeypatch.setattr(socket.socket, "listen", refuse)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No variable of the project reaches a test from outside, and what commands log stays out of the checkout."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    monkeypatch.setenv("ORDER_LIST_LOGS", str(tmp_path_factory.getbasetemp() / "logs"))
