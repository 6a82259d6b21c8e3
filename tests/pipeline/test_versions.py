"""Databases of earlier releases come to the present version, and those of later ones are left alone."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pyodbc
import pytest
from click.testing import CliRunner

import loader.migrations
import monday_sync.ledger.migrations
import monitoring.migrations
import operations.migrations
import pipeline.measures_migrations
import pipeline.migrations
from loader import tables as loader_tables
from monday_sync.ledger import schema as ledger
from monitoring import tables as monitoring_tables
from operations import log
from operations.kept import KEPT
from pipeline import history, measures
from pipeline.cli import main
from tests.project import ROOT
from tests.sqlserver import gates
from tests.sqlserver.driver import Server
from tests.sqlserver.refused import refused_in
from tests.sqlserver.tsql import errors_in
from warehouse import (
    VERSIONS_KEPT,
    Column,
    NewerSchemaError,
    Schema,
    Session,
    StatementFailedError,
    Target,
    Warehouse,
    bring_up_to_date,
    open_warehouse,
    recording,
    version_of,
)
from warehouse.sqlserver.statements import KEPT_TURN

OLD = (ROOT / "tests/warehouse/release_c337faf.sql").read_text(encoding="utf-8")
#: The last release before statements and index usage had a version.
LAST = (ROOT / "tests/warehouse/release_bb314e2.sql").read_text(encoding="utf-8")
BEFORE_VERSIONS = (ledger.SCHEMA, loader_tables.SCHEMA, history.SCHEMA, log.SCHEMA)
SCHEMAS = (*BEFORE_VERSIONS, monitoring_tables.SCHEMA, measures.SCHEMA)
PACKAGES = (
    monday_sync.ledger.migrations, loader.migrations, pipeline.migrations, operations.migrations, monitoring.migrations,
    pipeline.measures_migrations,
)  # fmt: skip
_TABLE = re.compile(r"CREATE TABLE (\w+)\((.*?)\);", re.S)


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    path = tmp_path / "a.duckdb"
    (tmp_path / "profiles.yml").write_text(
        f"order_list: {{target: local, outputs: {{local: {{type: duckdb, schema: main, path: {path}}}}}}}", "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return open_warehouse(Target("local", "duckdb", "main", {"path": str(path)}, tmp_path))


def rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    """All rows of the kept tables, without what is NULL."""
    found = {}
    for schema in SCHEMAS:
        for table in schema.tables:
            if table.name in session.relations():
                listed = session.arrow(f'select * from "{table.name}"').to_pylist()
                found[table.name] = [{k: v for k, v in row.items() if v is not None} for row in listed]
    return found


@pytest.mark.parametrize("schema", BEFORE_VERSIONS, ids=lambda schema: schema.name)
def test_a_database_of_the_release_before_versions_is_brought_up_to_date(warehouse: Warehouse, schema: Schema) -> None:
    """All columns are there in their types and order, all rows as they were, each step is noted, and once."""
    with warehouse.session() as session:
        session.execute(OLD)
        before = rows(session)
        assert any(before[table.name] for table in schema.tables)
        for _ in range(2):
            bring_up_to_date(session, schema)
        assert rows(session) == before
        assert session.rows("select version, migration from order_list_versions order by version") == [
            (migration.number, migration.name) for migration in schema.migrations
        ]
        assert version_of(session, schema.name) == schema.version
        for table in schema.tables:
            standing = session.columns(table.name)
            session.create_table(f"{table.name}_new", table.columns)
            assert standing in ([], session.columns(f"{table.name}_new")), table.name  # or its program makes it


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_database_of_the_last_release_is_brought_up_to_date(warehouse: Warehouse, schema: Schema) -> None:
    """All rows as they were, nothing is lacking, and the versions go on from where they were."""
    with warehouse.session() as session:
        session.execute(LAST)
        before, noted = rows(session), version_of(session, schema.name) or 0
        assert any(before[table.name] for table in schema.tables)
        for _ in range(2):
            bring_up_to_date(session, schema)
        assert rows(session) == before
        applied = session.rows("select version from order_list_versions where name = ? order by version", [schema.name])
        assert applied == [(number,) for number in range(1, schema.version + 1)]
        assert 1 <= schema.version >= noted
        standing = session.shapes(table.name for table in schema.tables)
        assert all(standing[table.name] == {column.name for column in table.columns} for table in schema.tables)


def test_every_table_that_is_kept_has_a_version() -> None:
    """One without could never grow: nobody would know which shape a database has."""
    assert {table.name for table in KEPT} == {table.name for schema in SCHEMAS for table in schema.tables}


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_new_database_begins_with_the_present_version(warehouse: Warehouse, schema: Schema) -> None:
    """Nothing is migrated where nothing is, and no table but that of the versions is made."""
    with warehouse.session() as session:
        bring_up_to_date(session, schema)
        assert list(session.relations()) == ["order_list_versions"]
        assert session.rows("select name, version from order_list_versions") == [(schema.name, schema.version)]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_tables_of_a_newer_release_are_refused_and_left_alone(warehouse: Warehouse, schema: Schema) -> None:
    """An older program says who made them and what to do, exit status 2, and has changed nothing."""
    with warehouse.session() as session:
        session.execute(OLD)
        bring_up_to_date(session, schema)
        session.execute(
            "insert into order_list_versions (name, version) values (?, ?)", [schema.name, schema.version + 1]
        )
        before = rows(session)
        with pytest.raises(NewerSchemaError, match=r"made by a newer release \(version") as caught:
            bring_up_to_date(session, schema)
        assert rows(session) == before
    assert int(caught.value.exit_code) == 2
    assert "Update this program" in str(caught.value.hint)


def test_a_command_of_an_older_program_ends_with_status_2(warehouse: Warehouse) -> None:
    """One that only reads refuses as well: it would misread what it does not know."""
    with warehouse.session() as session:
        session.execute(OLD)
        bring_up_to_date(session, history.SCHEMA)
        session.execute("insert into order_list_versions (name, version) values ('pipeline', 99)")
    result = CliRunner().invoke(main, ["history"])
    assert (result.exit_code, "version 99; this program knows" in result.stderr) == (2, True)


def test_a_migration_that_breaks_leaves_neither_half_nor_line(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns and the note of it are one transaction; the next try does all of it."""
    with warehouse.session() as session:
        session.execute(OLD)
        real = session.insert_rows
        monkeypatch.setattr(session, "insert_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bring_up_to_date(session, loader_tables.SCHEMA)
        assert version_of(session, "loader") is None
        monkeypatch.setattr(session, "insert_rows", real)
        session.execute("delete from order_list_versions")
        session.execute("insert into order_list_versions (name, version) values ('loader', 1)")
        monkeypatch.setattr(session, "insert_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bring_up_to_date(session, loader_tables.SCHEMA)
        assert "pipeline_run_id" not in session.columns("loader_file_log")
        monkeypatch.setattr(session, "insert_rows", real)
        bring_up_to_date(session, loader_tables.SCHEMA)
        assert "pipeline_run_id" in session.columns("loader_file_log")


def test_groups_keyed_by_their_name_are_keyed_by_its_hash(warehouse: Warehouse) -> None:
    """The one table that was made anew keeps its rows."""
    with warehouse.session() as session:
        session.execute(
            "create table monday_sync_groups (board_id text, group_name text, group_id text, run_id text, "
            "recorded_at timestamp, primary key (board_id, group_name)); "
            "insert into monday_sync_groups values ('1', 'G', 'g1', 'r1', '2026-01-01')"
        )
        bring_up_to_date(session, ledger.SCHEMA)
        ((key, name, group),) = session.rows("select group_key, group_name, group_id from monday_sync_groups")
    assert (len(key), name, group) == (64, "G", "g1")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_the_statements_for_sql_server_are_t_sql(schema: Schema) -> None:
    """On SQL Server the same steps are sent, in transactions, each statement parsed and with its schema."""
    old = {name: re.findall(r'(?:^|, )"?(\w+)"? [A-Z]', " ".join(body.split())) for name, body in _TABLE.findall(OLD)}
    server = Server({
        r"TABLE_TYPE": [(name, "BASE TABLE") for name in old],
        r"TABLE_NAME, COLUMN_NAME": [(name, column) for name, columns in old.items() for column in columns],
        r"order by ORDINAL_POSITION": [("group_key",)],
    })  # fmt: skip
    bring_up_to_date(server.session(), schema)
    sent = [sql for sql in server.statements() if not sql.startswith("<")]  # <begin>, <commit>: the driver's own
    assert len([sql for sql in sent if "order_list_versions" in sql and "insert" in sql.lower()]) == schema.version
    lacking = {name for migration in schema.migrations for names in migration.adds.values() for name in names} - {
        column for columns in old.values() for column in columns
    }
    added = " ".join(sql for sql in sent if sql.lower().startswith("alter table"))
    assert all(name in added for name in lacking)
    for sql in sent:
        text = sql.replace("?", "@p")
        assert (errors_in(text), refused_in(sql), gates.unqualified(sql)) == ([], [], set()), sql


def test_a_look_at_the_version_asks_the_catalog_once(warehouse: Warehouse) -> None:
    """Every command looks before it writes: three statements, whatever the number of tables."""
    with warehouse.session() as session:
        session.execute(LAST)
        for schema in SCHEMAS:
            bring_up_to_date(session, schema)
            with recording() as sent:
                bring_up_to_date(session, schema)
            assert sent.count == 3, schema.name


def test_a_program_waits_for_another_one_and_leaves_out_what_that_has_done() -> None:
    """Both found an old database; the second one gets its turn when all is done, and changes nothing."""
    schema = history.SCHEMA
    tables = [table.name for table in schema.tables] + ["order_list_versions"]
    answers: dict[str, list[tuple[Any, ...]]] = {
        r"TABLE_TYPE": [(name, "BASE TABLE") for name in tables],
        r"TABLE_NAME, COLUMN_NAME": [
            (table.name, column.name) for table in (*schema.tables, VERSIONS_KEPT) for column in table.columns
            if column.name != "invocations"
        ],
        r"max\(version\)": [(1,)],
    }  # fmt: skip

    def other_one(sql: str) -> None:
        if "sp_getapplock" in sql:  # it is through when our turn comes
            answers[r"max\(version\)"] = [(schema.version,)]
            answers[r"TABLE_NAME, COLUMN_NAME"].append(("pipeline_stages", "invocations"))

    server = Server(answers, fails=other_one)  # it fails nothing
    bring_up_to_date(server.session(), schema)
    sent = server.statements()
    begun = sent.index("<begin>")
    assert "sp_getapplock @Resource = ?" in sent[begun + 1], "before anything is read that decides"
    assert "@LockOwner = 'Transaction'" in sent[begun + 1]
    assert sent[-2:] == ["<commit>", "<end>"]
    assert server.statements("alter table|insert into") == []
    answers[r"max\(version\)"] = [(1,)]
    answers[r"TABLE_NAME, COLUMN_NAME"].pop()
    alone = Server(answers)
    bring_up_to_date(alone.session(), schema)
    assert len(alone.statements("alter table")) == len(alone.statements("insert into")) == 1


def test_a_turn_that_does_not_come_is_said() -> None:
    """After a minute: who keeps it, what to do, and nothing was done."""
    refused = pyodbc.ProgrammingError("42000", f"[42000] [Microsoft][SQL Server]{KEPT_TURN}. (50000) (SQLExecDirectW)")
    server = Server(fails=lambda sql: refused if "sp_getapplock" in sql else None)
    with pytest.raises(StatementFailedError, match=r"^Another program has been .* for a minute\.") as caught:
        bring_up_to_date(server.session(), history.SCHEMA)
    assert str(caught.value.hint).startswith("Wait for it to end")
    assert (server.statements("insert into"), server.statements()[-2:]) == ([], ["<rollback>", "<end>"])


@pytest.mark.parametrize("number", [2714, 1913])
def test_what_another_session_has_just_created_is_there(number: int) -> None:
    """Two programs make a missing table, or an index, at once: for the second one it is there, and that is all."""
    there = pyodbc.ProgrammingError("42S01", f"[42S01] [Microsoft] There is already an object. ({number}) (SQLExec)")
    session = Server(fails=lambda sql: there if "create" in sql else None).session()
    session.create_table("t", [Column("a")])
    session.create_index("t", ["a"])
    with pytest.raises(StatementFailedError):
        session.execute("create table x (a int)")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_a_migration_is_a_numbered_file_that_says_what_it_does(package: ModuleType) -> None:
    """m0001_..., m0002_..., none left out, each with a sentence."""
    files = sorted(path for path in Path(package.__path__[0]).glob("m*.py"))
    assert [path.name[:6] for path in files] == [f"m{number:04}_" for number in range(1, len(files) + 1)]
    assert all(path.read_text(encoding="utf-8").startswith('"""') for path in files)
