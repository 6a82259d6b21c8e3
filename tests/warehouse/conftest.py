"""A DuckDB file of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse import Target, Warehouse, open_warehouse


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path)


@pytest.fixture
def warehouse(target: Target) -> Warehouse:
    return open_warehouse(target)
