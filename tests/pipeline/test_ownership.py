"""`pipeline run` on a database that has someone else's tables under our names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console import ConfigurationError
from pipeline.fingerprint import made_files
from pipeline.options import RunOptions
from pipeline.ownership import left_over, refuse_foreign_relations
from pipeline.run import run
from tests.parsed import parsed_project
from tests.project import ROOT, place_of
from warehouse import ForeignRelationError, Target, Warehouse, load_target, open_warehouse

THEIRS = 'create table "{}" as select range as monday_item_id from range(2000)'


@pytest.mark.slow
def test_a_production_table_survives_and_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """dbt is asked before the load: one sentence, status 2, and the database is as it was, without even a history."""
    folder = parsed_project(tmp_path / "project")
    for variable, value in place_of(folder).items():
        monkeypatch.setenv(variable, value)
    warehouse = open_warehouse(load_target("local", project_dir=folder))
    with warehouse.session() as session:
        session.execute(THEIRS.format("FACT_ORDER_LIST"))
    with pytest.raises(ConfigurationError) as caught:
        run(warehouse, RunOptions(source=str(tmp_path / "none"), reports=tmp_path / "reports"))
    assert str(caught.value).startswith("FACT_ORDER_LIST in schema 'main' was not made by this project, ")
    assert "`cutover take-over` archives it and renames it aside" in str(caught.value)
    assert str(caught.value).endswith("dbt run-operation adopt_relations --args '{names: [FACT_ORDER_LIST]}'")
    with warehouse.session() as session:
        assert list(session.relations()) == ["FACT_ORDER_LIST"]
        assert session.rows('select count(*) from "FACT_ORDER_LIST"') == [(2000,)]
    assert not (tmp_path / "reports").exists()
    assert "not made by" not in capsys.readouterr().err  # dbt's many lines: the error has it in one


def test_the_tables_of_the_history_are_guarded_too(target: Target, warehouse: Warehouse, options: RunOptions) -> None:
    """Somebody's pipeline_runs is not written into."""
    with warehouse.session() as session:
        session.execute("create table pipeline_runs as select 1 as id, 'nightly' as status")
    with pytest.raises(ForeignRelationError, match="pipeline_runs was not made by this project"):
        run(warehouse, options, stages={})
    with warehouse.session() as session:
        assert list(session.relations()) == ["pipeline_runs"]


def test_dbt_is_not_asked_while_everything_carries_its_mark(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A usual run pays a query for it, not a start of dbt; tables of others under other names are nobody's business."""
    with warehouse.session() as session:
        session.execute('create table their_own (i integer); create table "ORDER_LIST" (i integer)')
        session.execute("comment on table \"ORDER_LIST\" is 'Made by the order list, dbt invocation 1'")
    monkeypatch.setattr("pipeline.ownership.run_dbt", None)
    refuse_foreign_relations(warehouse)


def test_every_relation_of_dbts_is_guarded_by_its_files_name() -> None:
    """A run knows what dbt would replace before dbt has read anything: of the aliases one is no file's name."""
    models = [path for path in (ROOT / "models").rglob("*.sql") if "alias=" in path.read_text(encoding="utf-8")]
    aliases = {path.stem: re.findall(r"alias='(\w+)'", path.read_text(encoding="utf-8"))[0] for path in models}
    assert aliases["fact_order_list"] == "FACT_ORDER_LIST"
    assert {stem: name for stem, name in aliases.items() if name.lower() != stem} == {
        "int_orders__staged": "ORDER_LIST_STAGING"
    }
    assert {"fact_order_list", "stg_greyson", "customer_names", "order_list_history"} <= made_files(ROOT)


def test_what_older_versions_made_is_named(tmp_path: Path) -> None:
    """By its mark (a customer that is gone) or by its former name; what is made today and what others made is not."""
    target = Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, ROOT)
    warehouse = open_warehouse(target)
    with warehouse.session() as session:
        for name in ("stg_gone", "ORDER_LIST", "order_lines", "their_own", "ORDER_LIST__dbt_backup"):
            session.execute(f'create table "{name}" (i integer)')
        for name in ("stg_gone", "ORDER_LIST", "ORDER_LIST__dbt_backup"):
            session.execute(f"comment on table \"{name}\" is 'Made by the order list, dbt invocation 1'")
    assert left_over(warehouse) == ["order_lines", "stg_gone"]
