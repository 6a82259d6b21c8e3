"""A database as a run leaves it, small: what loader, dbt, monday_sync and pipeline keep, with three orders in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from loader import tables as loader_tables
from monday_sync.ledger.schema import create_missing
from operations.audit import Audit, Check, audit
from pipeline import history
from pipeline.measures import KEPT as MEASURES
from tests.project import ROOT
from warehouse import Target, Warehouse, open_warehouse

MARK = "Made by the order list, dbt invocation 1"
RAW = "xGREYSON_ORDER_LIST_RAW"
FILE = "GREYSON.xlsx"
#: dbt's relations with their columns, as far as the audit looks at them.
_DBT = {
    "ORDER_LIST": "order_key varchar not null, row_hash varchar not null, aag_order_number varchar, "
    "customer_name varchar, notes varchar, total_qty integer, order_type varchar, _source_file varchar, "
    "_source_row integer",
    "int_order_lines__keyed": "line_key varchar, order_key varchar, size_code varchar, ordered_qty integer, "
    "qty integer, row_hash varchar, order_type varchar",
    "order_list_rejects": "_source_file varchar, _source_row integer, reject_level varchar, column_name varchar, "
    "reason_code varchar, reason varchar",
    "order_list_workbooks": "raw_table varchar, _source_file varchar, sheet_rows integer, status varchar",
    "order_list_headers": "raw_table varchar, position integer",
    "order_list_history": "order_key varchar, dbt_scd_id varchar, dbt_valid_from timestamp, dbt_valid_to timestamp, "
    "dbt_updated_at timestamp",
    "customer_names": "customer_name varchar, raw_table varchar, spelling varchar",
}


def key(number: int) -> str:
    """A hash of 64 digits."""
    return f"{number:064x}"


def warehouse_in(folder: Path) -> Warehouse:
    """The database of a project folder."""
    return open_warehouse(Target("local", "duckdb", "main", {"path": str(folder / "a.duckdb")}, folder))


def fill(folder: Path) -> Warehouse:
    """Make it: two orders on the board and a rejected row; the second order is cancelled."""
    for part in ("models", "seeds", "snapshots"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "dbt_project.yml", folder)
    (folder / "operations").mkdir()
    shutil.copy(ROOT / "operations/constraints.yml", folder / "operations")
    write_manifest(folder)
    warehouse = warehouse_in(folder)
    with warehouse.session() as session:
        create_missing(session)
        loader_tables.prepare(session)
        for kept in (*history.KEPT, *MEASURES):
            session.create_table(kept.name, kept.columns, key=kept.key)
        for name, columns in _DBT.items():
            session.execute(f'create table "{name}" ({columns})')
            session.execute(f"comment on table \"{name}\" is '{MARK}'")
        session.execute('create view "swp_ORDER_LIST_SYNC" as select order_key, row_hash from "ORDER_LIST"')
        session.execute(f"comment on view \"swp_ORDER_LIST_SYNC\" is '{MARK}'")
        session.execute(
            f'create table "{RAW}" ("A" varchar, _source_file varchar not null, _source_sheet varchar not null, '
            "_source_row integer not null, _extracted_at timestamp not null, _load_id varchar not null)"
        )
        for row in (2, 3, 4):
            session.execute(f"insert into \"{RAW}\" values ('a', '{FILE}', 'MASTER', {row}, '2026-11-27', 'load')")
        for n, kind, qty in ((1, "ACTIVE", 5), (2, "CANCELLED", 0)):
            session.execute(
                f"insert into \"ORDER_LIST\" values ('{key(n)}', '{key(9)}', 'A{n}', 'GREYSON', null, 5, '{kind}', "
                f"'{FILE}', {n + 1})"
            )
            session.execute(
                f"insert into int_order_lines__keyed values ('{key(10 + n)}', '{key(n)}', 'XS', 5, {qty}, "
                f"'{key(9)}', '{kind}')"
            )
            session.execute(
                "insert into monday_sync_items (order_key, board_id, monday_item_id, customer_name, row_hash, "
                f"board_hash, attempt_hash, outcome, retry_count, completed_at) values ('{key(n)}', 'b', '{n}', "
                f"'GREYSON', '{key(9)}', '{key(8)}', '{key(8)}', 'SYNCED', 0, '2026-11-27 08:00:00')"
            )
            session.execute(
                "insert into monday_sync_subitems (line_key, order_key, board_id, monday_subitem_id, customer_name, "
                f"row_hash, outcome) values ('{key(10 + n)}', '{key(n)}', 'b', '{10 + n}', 'GREYSON', '{key(9)}', "
                "'SYNCED')"
            )
            session.execute(f"insert into order_list_history values ('{key(n)}', 's{n}', now(), null, now())")
        for statement in (
            f"insert into order_list_rejects values ('{FILE}', 4, 'row', null, 'blank', 'The row is empty.')",
            f"insert into order_list_workbooks values ('{RAW}', '{FILE}', 3, 'read')",
            f"insert into order_list_headers values ('{RAW}', 1)",
            f"insert into customer_names values ('GREYSON', '{RAW}', 'GREYSON')",
            "insert into loader_file_log (load_id, run_id, file, raw_table, rows, status, logged_at, load_seq) "
            f"values ('load', 'load', '{FILE}', '{RAW}', 3, 'landed', '2026-11-27', 1)",
            "insert into loader_file_headers (load_id, raw_table, file, sheet, position, column_name) "
            f"values ('load', '{RAW}', '{FILE}', 'MASTER', 1, 'A')",
            "insert into monday_sync_runs (run_id) values ('push')",
            "insert into monday_sync_attempts (batch_id, position, run_id, board_id, kind, outcome, created_at) "
            "values ('batch', 1, 'push', 'b', 'create', 'SYNCED', '2026-11-27')",
            "insert into monday_sync_groups (board_id, group_key, group_name, group_id) "
            f"values ('b', '{key(1)}', 'GREYSON SS26', 'g1')",
            "insert into monday_sync_customers (customer_name, orders) values ('GREYSON', 2)",
            "insert into monday_sync_mappings (board_id, row_level, mapping, view_column, is_current) "
            f"values ('b', 'item', '{key(7)}', 'customer_name', 1)",
            "insert into pipeline_runs (run_id, run_seq) values ('run', 1)",
            "insert into pipeline_stages (run_id, stage) values ('run', 'load')",
        ):
            session.execute(statement)
    return warehouse


def write_manifest(folder: Path, **changes: dict[str, Any]) -> None:
    """What dbt declares of these relations; ``changes`` by relation."""

    def node(name: str, alias: str, kind: str, materialized: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "unique_id": f"{kind}.master_schedule.{name}", "resource_type": kind, "name": name, "alias": alias,
            "config": {"materialized": materialized, "indexes": []}, "columns": {}, "constraints": [],
        }  # fmt: skip
        return found | changes.get(alias, {})

    kinds = {"order_list_history": ("snapshot", "snapshot"), "customer_names": ("seed", "seed")}
    nodes = [node(name.lower(), name, *kinds.get(name, ("model", "table"))) for name in _DBT]
    nodes.append(node("swp_order_list_sync", "swp_ORDER_LIST_SYNC", "model", "view"))
    nodes.append({"resource_type": "test", "unique_id": "test.master_schedule.x", "name": "x", "config": {}})
    document = {
        "metadata": {"adapter_type": "duckdb"},
        "nodes": {one["unique_id"]: one for one in nodes},
        "sources": {"source.master_schedule.workbooks.raw": {"identifier": RAW}},
    }
    (folder / "target").mkdir(exist_ok=True)
    (folder / "target/manifest.json").write_text(json.dumps(document), encoding="utf-8")


def change(warehouse: Warehouse, *statements: str) -> None:
    """Run statements."""
    with warehouse.session() as session:
        for statement in statements:
            session.execute(statement)


def checks(found: Audit) -> dict[str, Check]:
    """By what should hold."""
    return {check.name: check for check in found.checks}


def wrong(warehouse: Warehouse, *sections: str) -> dict[str, Check]:
    """The checks that fail."""
    return {name: check for name, check in checks(audit(warehouse, sections)).items() if check.verdict == "failed"}
