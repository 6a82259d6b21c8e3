"""A target of the test's own: profile, database, reports and board all in its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.options import RunOptions
from warehouse import Target, Warehouse, open_warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path)


@pytest.fixture
def warehouse(target: Target) -> Warehouse:
    return open_warehouse(target)


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    return RunOptions(source="workbooks", reports=tmp_path / "reports")
