"""The audit as a whole: it changes nothing, says what it could not look at, and ends as it should."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from console import ConfigurationError, register_secret
from operations.audit import SECTIONS, Verdict, audit, audited, benchmark, render_page
from operations.maintenance.cli import main
from tests.operations.audited import MARK, RAW, change, checks, fill, key, warehouse_in, write_manifest, wrong
from warehouse import Warehouse, recording

_PROFILE = "order_list:\n  target: local\n  outputs:\n    local: {type: duckdb, path: a.duckdb, schema: main}\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    fill(folder)
    (folder / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def database(folder: Path) -> Warehouse:
    return warehouse_in(folder)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_audit_changes_no_byte(folder: Path, database: Warehouse) -> None:
    """Every file of the project, the database first, is what it was, whatever was found; so too after a benchmark."""
    change(database, "update monday_sync_items set monday_item_id = '1'", "create table ORDER_LIST_DELTA (x integer)")
    before = _hashes(folder)
    assert "a.duckdb" in before
    assert audit(database).wrong
    benchmark(database, "monday_sync_attempts:item_id")
    assert _hashes(folder) == before


def test_a_sound_database_is_well(database: Warehouse) -> None:
    """All sections, nothing wrong; what this engine does not keep is said, and sections without a check are named."""
    found = audit(database)
    assert [section.name for section in found.sections] == list(SECTIONS)
    assert (found.well, wrong(database)) == (True, {})
    unseen = [text for section in found.sections for text in section.not_looked_at]
    assert len(unseen) == len(set(unseen))
    for words in ("last written", "how often indexes", "statements", "models take"):
        assert any(words in text for text in unseen)
    assert found.blank == ["indexes", "queries"]
    assert found.verdict.startswith("Nothing wrong was found: "), "all is not well where not all was looked at"
    assert found.verdict.endswith("Nothing to look at in: indexes, queries.")
    assert "reading only" in found.held


def test_the_number_of_statements_does_not_grow_with_rows(database: Warehouse) -> None:
    """Ten times the orders, lines and ledger rows are audited by the same statements."""
    with recording() as few:
        audit(database)
    numbers = "range(100, 150) t(i)"
    change(
        database,
        "insert into \"ORDER_LIST\" select printf('%064x', i), 'h', 'A', 'GREYSON', null, 0, 'ACTIVE', 'GREYSON.xlsx', "
        f"i from {numbers}",
        f"insert into monday_sync_items (order_key, board_id) select printf('%064x', i), 'b' from {numbers}",
        f"insert into monday_sync_attempts (batch_id, position, outcome) select 'b' || i, 1, 'X' from {numbers}",
        f"insert into order_list_rejects select 'G' || i, i, 'row', null, 'blank', 'x' from {numbers}",
    )
    with recording() as many:
        assert audit(database).wrong
    assert many.count == few.count > 50


def test_who_made_a_relation_is_told(folder: Path, database: Warehouse) -> None:
    """By mark, name and columns: dbt's node, the program, somebody else, or nobody; the figures are those there are."""
    change(
        database, "create table ORDER_LIST_DELTA (x integer)", "create table order_list_fills (x integer)",
        "create table old_model (x integer)", f"comment on table old_model is '{MARK}'",
        "create table order_lines (x integer)", f'create table "{RAW}__new" (x integer)',
        f'create table "xGONE_ORDER_LIST_RAW" as select * from "{RAW}"', 'create table "xMINE_RAW" (x integer)',
        "create table maintenance_log (x integer)", "create table OLD_ONE (x integer)",
        'create view "OLD_TWO" as select 1 as gone', 'create table "OLD_TWO__retired" (x integer)',
    )  # fmt: skip
    entry = "{owner: planning, why: replaced by FACT_ORDER_LIST}"
    (folder / "operations/retire.yml").write_text(f"tables: {{OLD_ONE: {entry}, OLD_TWO: {entry}}}", encoding="utf-8")
    found = audit(database, ["tables"])
    (grid,) = found.sections[0].grids
    makers = {row[0]: row[2] for row in grid.rows}
    assert makers["ORDER_LIST"] == "dbt: model order_list"
    assert makers["customer_names"] == "dbt: seed customer_names"
    assert makers["order_list_history"] == "dbt: snapshot order_list_history"
    assert {name: makers[name] for name in (RAW, "monday_sync_items", "pipeline_runs", "maintenance_log")} == {
        RAW: "loader", "monday_sync_items": "ledger", "pipeline_runs": "pipeline", "maintenance_log": "operations",
    }  # fmt: skip
    assert {makers[name] for name in ("OLD_ONE", "OLD_TWO", "OLD_TWO__retired")} == {"others, in retirement"}
    row = next(row for row in grid.rows if row[0] == "monday_sync_items")
    assert (row[3], str(row[5]), row[6]) == (2, "2026-11-27 08:00:00", "unknown")
    assert next(row for row in grid.rows if row[0] == "ORDER_LIST")[5] == "unknown"

    def named(check: str) -> set[str]:
        return {str(row[0]) for row in checks(found)[check].examples}

    assert named("nothing is left over from models that were renamed or removed") == {"old_model", "order_lines"}
    assert named("nothing of others stands under one of our names") == {"order_list_fills"}
    assert named("nothing stands half built") == {f"{RAW}__new"}
    assert named("every relation was made by this project") == {"ORDER_LIST_DELTA", "xMINE_RAW"}
    assert named("a model reads every raw table") == {"xGONE_ORDER_LIST_RAW"}
    assert {name for name, check in checks(found).items() if check.verdict is Verdict.FAILED} == {
        "nothing is left over from models that were renamed or removed",
        "nothing of others stands under one of our names",
        "a model reads every raw table",
    }


def test_what_dbt_declares_is_held_against_the_schema(folder: Path, database: Warehouse) -> None:
    """A declared relation that is not there, and one after its deprecation date, fail; a deprecated column is noted."""
    write_manifest(
        folder,
        order_list_headers={"deprecation_date": "2020-01-01T00:00:00"},
        order_list_workbooks={"deprecation_date": "2999-01-01"},
        ORDER_LIST={"columns": {"notes": {"meta": {"deprecated": "use remarks"}}, "x": {"config": {"meta": {}}}}},
        order_list_rejects={"config": {"materialized": "table", "meta": {"deprecated": True}}},
    )
    change(database, "drop table order_list_history")
    found = checks(audit(database, ["tables"]))
    assert found["every relation that dbt declares is there"].examples == (
        ("order_list_history", "snapshot.master_schedule.order_list_history"),
    )
    late = found["nothing stands after its deprecation date"]
    assert (late.verdict, late.examples) == (
        Verdict.FAILED, (("order_list_headers", None, "deprecation date 2020-01-01"),),
    )  # fmt: skip
    assert set(found["nothing is marked as deprecated"].examples) == {
        ("ORDER_LIST", "notes", "deprecated: use remarks"),
        ("order_list_workbooks", None, "deprecation date 2999-01-01"), ("order_list_rejects", None, "deprecated"),
    }  # fmt: skip


def test_indexes_of_others_are_theirs(folder: Path, database: Warehouse) -> None:
    """One that somebody made on a table of ours is noted; those of old tables, and of nobody's, are only listed."""
    change(
        database, "create index by_hand on monday_sync_items (group_id)",
        'create table "ORDER_LIST__before" (x integer)', 'create index old on "ORDER_LIST__before" (x)',
        "create table OLD_ONE (x integer)", "create index retiring on OLD_ONE (x)",
        "create table stray (x integer)", "create index strays on stray (x)",
    )  # fmt: skip
    entry = "{owner: planning, why: replaced by FACT_ORDER_LIST}"
    (folder / "operations/retire.yml").write_text(f"tables: {{OLD_ONE: {entry}}}", encoding="utf-8")
    found = audit(database, ["indexes"])
    check = next(check for check in found.checks if check.name == "no index is there that nobody declared")
    assert (check.verdict, [row[1] for row in check.examples]) == (Verdict.NOTE, ["by_hand"])
    assert f"note   not so for 1 of {check.looked_at}: no index is there that nobody declared" in audited(found)
    why = {row[1]: row[3] for row in found.sections[0].grids[0].rows}
    assert {name: why[name] for name in ("by_hand", "old", "retiring", "strays")} == {
        "by_hand": "undeclared", "old": "of others", "retiring": "of others", "strays": "of others",
    }  # fmt: skip


def test_columns_without_use_are_noted(database: Warehouse) -> None:
    """What is NULL in every row, and what no column of the board shows; a raw table's empty columns are its own."""
    found = checks(audit(database, ["tables"]))
    empty = found["every column of what dbt and the programs keep has a value somewhere"]
    assert empty.verdict is Verdict.NOTE
    assert ("ORDER_LIST", 1, "notes") in empty.examples
    assert RAW not in {row[0] for row in empty.examples}
    unmapped = found["the board shows every business column of ORDER_LIST"]
    assert [row[0] for row in unmapped.examples] == ["aag_order_number", "notes", "total_qty", "order_type"]


def test_without_a_manifest_less_is_looked_at_and_said(folder: Path, database: Warehouse) -> None:
    """No manifest, one of another engine, a damaged one: named, and no check rests on it."""
    path = folder / "target/manifest.json"
    for text, words in (("{", "cannot be read"), ('{"metadata": {"adapter_type": "sqlserver"}}', "of another engine")):
        path.write_text(text, encoding="utf-8")
        section = audit(database, ["tables"]).sections[0]
        assert any(words in said for said in section.not_looked_at)
    path.unlink()
    found = audit(database, ["tables"])
    assert any("no run of dbt left a manifest" in said for said in found.sections[0].not_looked_at)
    assert "every relation that dbt declares is there" not in checks(found)


def test_constraints_that_are_gone_are_found(folder: Path, database: Warehouse) -> None:
    """A key and a NOT NULL that somebody dropped, and a check that the contract declares and the table lacks."""
    write_manifest(
        folder,
        ORDER_LIST={
            "config": {"materialized": "table", "contract": {"enforced": True}},
            "columns": {"row_hash": {"constraints": [{"type": "not_null"}]}},
            "constraints": [{"type": "check", "expression": "total_qty >= 0"}],
        },
    )
    change(
        database, "alter table loader_file_log alter column file drop not null",
        "create table copied as select * from pipeline_runs", "drop table pipeline_runs",
        "alter table copied rename to pipeline_runs",
    )  # fmt: skip
    check = wrong(database, "constraints")["every declared constraint is there"]
    assert set(check.examples) == {
        ("ORDER_LIST", "check", ""), ("loader_file_log", "not null", "file"),
        ("pipeline_runs", "not null", "run_id"), ("pipeline_runs", "primary key", "run_id"),
    }  # fmt: skip


def _runs(database: Warehouse, *sent: int) -> None:
    for number, count in enumerate(sent, 2):
        change(
            database, f"insert into pipeline_runs (run_id, run_seq) values ('run{number}', {number})",
            "insert into pipeline_statements values "
            f"('run{number}', 'sync', '{key(number)}', 'select x', {count}, 1.5, 0.5)",
        )  # fmt: skip


def test_statements_are_shown_run_by_run(database: Warehouse) -> None:
    """The last run's with their cost, and the trend; one that is sent far more often than before is noted."""
    _runs(database, 10, 12, 11)
    found = audit(database, ["queries"])
    assert found.wrong == 0
    assert checks(found)["no statement is sent 5 times as often as in the runs before"].verdict is Verdict.NOTHING
    change(
        database,
        "insert into pipeline_runs (run_id, run_seq) values ('run5', 5)",
        f"insert into pipeline_statements values ('run5', 'sync', '{key(1)}', 'select x', 600, 9.5, 2.5)",
    )
    found = audit(database, ["queries"])
    check = checks(found)["no statement is sent 5 times as often as in the runs before"]
    assert (check.verdict, check.examples) == (Verdict.NOTE, (("sync", "select x", 600, 11),))
    grids = {grid.title: grid.rows for grid in found.sections[0].grids}
    assert grids["The costliest statements of the last run"] == (("sync", "select x", 600, 9.5, 2.5),)
    assert [row[:2] for row in grids["The database's part of the last runs"]] == [
        ("run5", 600), ("run4", 11), ("run3", 12), ("run2", 10),
    ]  # fmt: skip


def test_the_slowest_models_are_shown(folder: Path, database: Warehouse) -> None:
    """By dbt's own account of its last run."""
    results = [{"unique_id": "model.x.slow", "execution_time": 2.5}, {"unique_id": "model.x.fast", "execution_time": 1}]
    (folder / "target/run_results.json").write_text(json.dumps({"results": results}), encoding="utf-8")
    (grid,) = (g for g in audit(database, ["queries"]).sections[0].grids if g.title.startswith("dbt's slowest"))
    assert grid.rows == (("model.x.slow", 2.5), ("model.x.fast", 1.0))


def test_the_page_stands_alone_and_keeps_secrets(database: Warehouse) -> None:
    """No script, nothing from elsewhere, every value escaped; secrets are masked; each section and picture is there."""
    register_secret("s3cretvalue")
    change(database, "insert into order_list_headers values ('<script>alert(1)</script> s3cretvalue', 1)")
    found = audit(database)
    page = render_page(found)
    assert "<script" not in page
    assert "s3cretvalue" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    for name in SECTIONS:
        assert f'<section id="{name}">' in page
    assert page.count('<svg class="chart"') >= 1
    assert page.count('<svg class="share"') > 10
    assert "each raw_table of order_list_headers is one of order_list_workbooks" in audited(found)


def test_the_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, JSON and page; sections by name; the exit status says whether anything is wrong."""
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, list(arguments))
        return done.exit_code, done.stdout

    code, text = run("audit")
    assert (code, "Nothing wrong was found" in text, "Could not be looked at:" in text) == (0, True, True)
    code, text = run("audit", "integrity", "tables", "--json", "--html", "out/audit.html")
    document: dict[str, Any] = json.loads(text)
    assert (code, document["well"], [s["name"] for s in document["sections"]]) == (0, True, ["tables", "integrity"])
    assert "Nothing wrong was found" in (folder / "out/audit.html").read_text(encoding="utf-8")
    assert run("audit", "nonsense")[0] == 2
    assert run("audit", "indexes")[0] == 1
    change(warehouse_in(folder), "delete from order_list_workbooks")
    code, text = run("audit", "integrity")
    assert (code, "is one of order_list_workbooks" in text) == (1, True)
    (folder / "file").touch()
    assert run("audit", "queries", "--html", "file/x.html")[0] == 2


def test_no_database_is_said(tmp_path: Path) -> None:
    """Nothing is made where nothing is."""
    with pytest.raises(ConfigurationError, match="no database yet"):
        audit(warehouse_in(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_index_is_tried_in_a_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The common queries of the table before and after; the table itself gets no index, and the copy is gone."""
    monkeypatch.chdir(folder)
    database = warehouse_in(folder)
    found = benchmark(database, "monday_sync_attempts:order_key, row_key")
    assert found.timings[0].query == "the attempts of an order"
    assert len(found.timings) == 4
    assert all(timing.before > 0 and timing.after > 0 for timing in found.timings)
    assert found.copied == (("monday_sync_attempts", 1),)
    with database.looking() as session:
        assert session.inventory().indexes() == []
    done = CliRunner().invoke(main, ["benchmark", "ORDER_LIST:order_key"])
    assert (done.exit_code, "times as fast" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ("monday_sync_attempts", "names no index"), ("nothing:a", "no table 'nothing'"),
        ("monday_sync_attempts:a, b", "no column a, b"), ("pipeline_runs:run_id", "No common query reads"),
        ("swp_ORDER_LIST_SYNC:order_key", "No common query reads"),
        ("monday_sync_items:group_id", "indexed by group_id"),
    ],
)  # fmt: skip
def test_an_index_that_cannot_be_tried_is_refused(database: Warehouse, index: str, words: str) -> None:
    """No such table or column, no query that would use it, or one that is there already: each its own sentence."""
    change(database, "create index i on monday_sync_items (group_id, board_id)")
    with pytest.raises(ConfigurationError, match=words):
        benchmark(database, index)
