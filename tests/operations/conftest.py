"""A project folder with a DuckDB file, a policy with three places, and some tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bench.soak.relations import Relations
from board_emulator.testing import running_emulator
from monday_sync.domain.board import load_board
from operations.backup import BackupPolicy
from tests.operations.cutover_quay import Quay
from tests.operations.ready import live_board, prepared, ready
from tests.project import ROOT
from warehouse import Target, Warehouse, load_target, open_warehouse

__all__ = ["kept", "live_board", "policy", "prepared", "ready", "warehouse"]

#: Every kind of value, and what is awkward about it.
AWKWARD = (
    """create table "T ""x(" (a integer primary key, b varchar default 'x', c integer generated always as (a + 1),
    d decimal(3,2) check (d > 0), e enum('a', 'b'), f struct(x int, y varchar[]), g timestamptz not null, h hugeint,
    u uuid, n timestamp_ns, bt bit, tm time, iv interval, j json, bl blob, ff float, db double, ts timestamp, da date,
    bo boolean, unique (b, d))""",
    'create unique index "i ""x" on "T ""x(" (d, b)',
    """comment on table "T ""x(" is 'it''s' """,
    """comment on column "T ""x(".b is 'ü' """,
    r"""insert into "T ""x(" (a,b,d,e,f,g,h,u,n,bt,tm,iv,j,bl,ff,db,ts,da,bo) values
    (1, '', 1.5, 'a', {'x': 1, 'y': ['a,b', 'c''d']}, '2020-01-01 10:00:00.123456+02',
     170141183460469231731687303715884105727, uuid(), '2020-01-01 00:00:00.123456789', '101', '12:00:00.123456',
     '1 month 3 days', '{"a": 1}', '\xAA\x00'::blob, 0.1, 0.1, '2020-01-01 00:00:00.000001', '9999-12-31', true),
    (2, null, null, null, null, now(), null, null, null, null, null, null, null, null, 'nan', 'inf', null, null, null),
    (3, E'line1\nline2 "q", ü 😀', 2, 'b', null, now(), -1, null, null, null, null, null, null, null, 1e-40::float,
     1e300, 'infinity', '-infinity', false)""",
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return open_warehouse(Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path))


@pytest.fixture
def policy() -> BackupPolicy:
    return BackupPolicy(places=("one", "two", "three"))


@pytest.fixture
def kept(warehouse: Warehouse) -> Warehouse:
    """A database with a ledger of two tables, a snapshot, one table of dbt's and one of nobody's."""
    with warehouse.session() as session:
        session.execute("create table monday_sync_items (order_key varchar primary key, monday_item_id varchar)")
        session.execute("insert into monday_sync_items select 'k' || i, i::varchar from range(1000) t(i)")
        session.execute("create table pipeline_runs (run_id varchar primary key)")
        session.execute("create table order_list_history (dbt_scd_id varchar, dbt_valid_from timestamp, x int)")
        session.execute("create table ORDER_LIST (x int)")
        session.execute("create table ORDER_LIST_DELTA (x int)")
    return warehouse


@pytest.fixture
def quay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Quay]:
    """Target prod on the day of its cutover, with the emulator as its board."""
    folder = tmp_path / "project"
    (folder / "boards").mkdir(parents=True)
    shutil.copy(ROOT / "boards/prod.yml", folder / "boards")
    (folder / "profiles.yml").write_text(
        "order_list: {target: prod, outputs: {prod: {type: duckdb, path: board.duckdb, schema: main}}}", "utf-8"
    )
    monkeypatch.setenv("DBT_PROFILES_DIR", str(folder))
    monkeypatch.setenv("MONDAY_API_TOKEN", "local")
    monkeypatch.setattr("os.fsync", lambda _: None)  # what a disk does with a file is tested with the places
    monkeypatch.chdir(folder)
    config = load_board("prod", folder / "boards")
    warehouse = open_warehouse(load_target("prod", project_dir=folder))
    numbers = [m.view_column for m in config.items if m.type == "numbers"]
    relations = Relations(warehouse, [m.view_column for m in config.items], numbers)
    kept = duckdb.connect(str(folder / "board.duckdb"))  # with it, opening the file again costs next to nothing
    relations.create()
    with running_emulator() as handle:
        monkeypatch.setenv("MONDAY_API_URL", handle.url)
        made = Quay(warehouse, folder, handle, relations)
        made.prepare()
        yield made
    kept.close()
