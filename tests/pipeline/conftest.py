"""A target of the test's own: profile, database, reports and board all in its folder."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from pipeline import Stage, Status, cli, run
from pipeline.options import RunOptions
from pipeline.stages import ALL, Context
from warehouse import Target, Warehouse, open_warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path)


@pytest.fixture
def warehouse(target: Target) -> Warehouse:
    return open_warehouse(target)


#: A workbook with one order in it, landed and built.
ONE_ORDER = """
create table if not exists "xAJE_ORDER_LIST_RAW" as select 'AJE.xlsx' as _source_file;
create table if not exists "ORDER_LIST" as select 'a' as order_key, 'AJE' as customer_name, 'A-1' as aag_order_number,
    'AJE.xlsx' as _source_file, 2 as _source_row;
"""


@pytest.fixture
def pretended_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pipeline run` whose stages only pretend: each leaves one order."""

    def pretend(context: Context, name: str) -> Stage:
        with context.warehouse.session() as session:
            session.execute(ONE_ORDER)
        return Stage(name, Status.OK, message="Done.")

    stages = {name: functools.partial(pretend, name=name) for name in ALL}
    monkeypatch.setattr(cli, "run", functools.partial(run, stages=stages))


@pytest.fixture
def one_order(warehouse: Warehouse) -> Warehouse:
    """A database that was loaded and built."""
    with warehouse.session() as session:
        session.execute(ONE_ORDER)
    return warehouse


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    return RunOptions(source="workbooks", reports=tmp_path / "reports")
