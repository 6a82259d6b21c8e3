"""Relations of others on a live server: renamed aside and back, with all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import monday_sync
from operations.backup import BackupPolicy, shelves
from operations.cutover import take_over
from operations.cutover.context import Context
from tests.operations.legacy import by_marks
from warehouse import MARK, Target, Warehouse, open_warehouse

NOTHING = monday_sync.TakenOver((), 0, 0, 0, ())
TABLES = ("ORDER_LIST", "FACT_ORDER_LIST", "swp_ORDER_LIST_SYNC", "child")
ROWS = 2_000


@pytest.fixture
def warehouse(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """Three tables of others under our names, and a table that refers to one."""
    monkeypatch.setattr("operations.cutover.take_over.foreign.foreign_relations", by_marks())
    monkeypatch.setattr(monday_sync, "ask_boards", lambda *_: ())
    monkeypatch.setattr(monday_sync, "take_over", lambda *_: NOTHING)
    monkeypatch.setattr(monday_sync, "undo_take_over", lambda *_: monday_sync.Forgotten((), 0, 0))
    monkeypatch.setattr("operations.cutover.take_over.steps.read_claims", lambda *_: [])
    place = open_warehouse(Target("live", target.kind, target.schema, target.settings, tmp_path))
    name = place.relation
    with place.session() as session:
        session.execute(
            f"create table {name('ORDER_LIST')} ([AAG ORDER NUMBER] nvarchar(100) not null constraint pk_legacy "
            "primary key, qty int constraint df_qty default (0) constraint ck_qty check (qty >= 0), "
            "n int identity(5, 2))"
        )
        session.execute(f"create index by_qty on {name('ORDER_LIST')} (qty)")
        session.execute(f"grant select on {name('ORDER_LIST')} to public")
        session.execute(f"create table {name('child')} (o nvarchar(100) references {name('ORDER_LIST')})")
        session.execute(
            f"create table {name('FACT_ORDER_LIST')} ([AAG ORDER NUMBER] nvarchar(100), monday_item_id float)"
        )
        session.execute(f"create table {name('swp_ORDER_LIST_SYNC')} (x nvarchar(max) null)")
        session.insert_rows("ORDER_LIST", ["AAG ORDER NUMBER", "qty"], [(f"o{i}", i) for i in range(ROWS)])
        session.insert_rows("FACT_ORDER_LIST", ["AAG ORDER NUMBER", "monday_item_id"],
                            [(f"o{i}", 9_000_000_000.0 + i) for i in range(ROWS)])  # fmt: skip
        session.insert_rows("child", ["o"], [("o1",)])
    yield place
    with place.session() as session:
        there = [n for n in session.relations() if "order_list" in n.lower() or n in {"child", "cutover_log"}]
        views = [n for n in there if session.shapes([n])[n.lower()] is None]
        for relation in [*views, "child", *(n for n in there if n not in {*views, "child"})]:
            session.execute(f"drop {'view' if relation in views else 'table'} if exists {name(relation)}")


def _build(context: Context) -> str:
    name = context.warehouse.relation
    with context.warehouse.session() as session:
        session.execute(f"create table {name('ORDER_LIST')} (order_key varchar(64))")
        for view in ("FACT_ORDER_LIST", "swp_ORDER_LIST_SYNC"):
            session.execute(f"exec (N'create view {name(view)} as select * from {name('ORDER_LIST')}')")
        for kind, relation in (("TABLE", "ORDER_LIST"), ("VIEW", "FACT_ORDER_LIST"), ("VIEW", "swp_ORDER_LIST_SYNC")):
            session.execute(
                "exec sys.sp_addextendedproperty @name = N'order_list', @value = ?, @level0type = N'SCHEMA', "
                f"@level0name = ?, @level1type = N'{kind}', @level1name = ?",
                [f"{MARK}, dbt invocation 1", context.warehouse.target.schema, relation],
            )
    return "run-1"


def _look(warehouse: Warehouse) -> list[Any]:
    with warehouse.session() as session:
        catalog = session.catalog()
        found: list[Any] = [catalog.structure(name) for name in TABLES]
        found += [session.checksum(name) for name in TABLES]
        # what the logs' version is kept in is ours, and stays
        names = {name for name in session.relations() if "order_list" in name.lower()} - {"order_list_versions"}
        return [*found, sorted(names)]


def test_all_of_it_goes_aside_and_comes_back(warehouse: Warehouse, tmp_path: Path) -> None:
    """Rows, keys, defaults, checks, identity, indexes, rights and references are as they were; ours is gone."""
    policy = BackupPolicy(places=("one", "two", "three"))
    context = Context(warehouse, policy, shelves(policy, tmp_path))
    before = _look(warehouse)
    result = take_over.take_over(context, build=_build)
    assert set(result.renamed) == {"ORDER_LIST", "FACT_ORDER_LIST", "swp_ORDER_LIST_SYNC"}
    with warehouse.session() as session:
        aside = session.catalog().structure("ORDER_LIST__before")
        assert aside.details["indexes"] == before[0].details["indexes"]
        assert aside.details["rights"] == before[0].details["rights"]
        assert session.catalog().structure("child").details["foreign_keys"][0]["table"] == "ORDER_LIST__before"
    assert take_over.pending(context) == []
    assert take_over.undo(context).changed == ()
    assert _look(warehouse) == before
    assert take_over.take_over(context, build=_build).renamed == result.renamed
