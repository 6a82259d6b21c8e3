"""The DuckDB session does what the protocol promises."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from console import ConfigurationError, ExitCode
from warehouse import Column, Target, Warehouse, WarehouseBusyError, open_warehouse
from warehouse import duckdb as engine

COLUMNS = (Column("k", "key", nullable=False), Column('odd "name"', "text", 10), Column("n", "integer"))


@pytest.fixture
def table(warehouse: Warehouse) -> Warehouse:
    with warehouse.session() as session:
        session.create_table("T", COLUMNS, key=["k"])
        session.insert("T", pa.table({"n": [1, 2], "k": ["a", "b"], 'odd "name"': ["x", None]}))
    return warehouse


def rows(warehouse: Warehouse, name: str = "T") -> list[tuple[object, ...]]:
    with warehouse.session(read_only=True) as session:
        return session.rows(f"select * from {warehouse.relation(name)} order by 1")


def test_insert_matches_columns_by_name(table: Warehouse) -> None:
    """The order of the columns in the data does not matter; a column that is left out is null."""
    with table.session() as session:
        assert session.insert("T", pa.table({"k": ["c"]})) == 1
    assert rows(table) == [("a", "x", 1), ("b", None, 2), ("c", None, None)]


def test_a_few_rows_go_in_as_they_are(table: Warehouse) -> None:
    """Any value and NULLs, a column of NULLs alone too; no rows are no error."""
    with table.session() as session:
        session.insert_rows("T", ["n", "k", 'odd "name"'], [(3, "c", "it's"), (None, "d", None)])
        session.insert_rows("T", ["n", "k"], [(None, "e")])
        session.insert_rows("T", ["k"], [])
    assert rows(table)[2:] == [("c", "it's", 3), ("d", None, None), ("e", None, None)]


def test_upsert_overwrites_only_the_columns_that_it_has(table: Warehouse) -> None:
    """A row that is there keeps the columns that the data do not name; a new one is inserted."""
    with table.session() as session:
        session.upsert("T", pa.table({"k": ["b", "c"], "n": [20, 30]}), ["k"])
        session.upsert("T", pa.table({"k": ["a", "d"]}), ["k"])
    assert rows(table) == [("a", "x", 1), ("b", None, 20), ("c", None, 30), ("d", None, None)]


def test_columns_are_added_as_null(table: Warehouse) -> None:
    """Rows that are there have NULL in columns that are added; no columns are no error."""
    with table.session() as session:
        session.add_columns("T", [Column("more", "bigint"), Column("a key", "key")])
        session.add_columns("T", [])
        assert session.columns("T") == ["k", 'odd "name"', "n", "more", "a key"]
    assert rows(table)[0] == ("a", "x", 1, None, None)


def test_a_transaction_is_all_or_nothing(table: Warehouse) -> None:
    """An error inside the block undoes all of it, tables made and dropped included."""
    with table.session() as session:
        with pytest.raises(KeyboardInterrupt), session.transaction():
            session.create_table("NEW", COLUMNS)
            session.replace_table("T", "NEW")
            raise KeyboardInterrupt
        assert set(session.relations()) == {"T"}
    assert len(rows(table)) == 2


def test_replace_puts_a_table_in_the_place_of_another(table: Warehouse) -> None:
    """The new rows are under the old name, whether that was there or not; the draft's name is gone."""
    with table.session() as session:
        for old in ("T", "NEVER_THERE"):
            session.create_table("DRAFT", COLUMNS)
            session.insert("DRAFT", pa.table({"k": ["new"]}))
            with session.transaction():
                session.replace_table(old, "DRAFT")
        assert set(session.relations()) == {"T", "NEVER_THERE"}
    assert rows(table) == [("new", None, None)]


def test_columns_and_relations_are_told_as_they_are(table: Warehouse) -> None:
    """Names keep their case and order; a relation that is not there has no columns; views count."""
    with table.session() as session:
        session.execute(f"create view {table.relation('V')} as select 1 as x")
        assert session.columns("t") == ["k", 'odd "name"', "n"]
        assert session.columns("nothing") == []
        relations = session.relations()
        assert set(relations) == {"T", "V"}
        assert "v" in relations
        assert relations.lacking(["t", "W", "V"]) == ["W"]


def test_queries_come_by_rows_by_columns_and_in_batches(table: Warehouse) -> None:
    """The three ways to read give the same rows; values are bound, never spliced."""
    with table.session(read_only=True) as session:
        query = f"select k, n from {table.relation('T')} where n >= ? order by k"
        assert session.rows(query, [1]) == [("a", 1), ("b", 2)]
        assert session.arrow(query, [1]).to_pydict() == {"k": ["a", "b"], "n": [1, 2]}
        assert [batch.num_rows for batch in session.batches(query, [1], size=1)] in ([1, 1], [2])
        assert session.rows("select ?", ["' or 1=1 --"]) == [("' or 1=1 --",)]


def test_moments_are_utc_whatever_the_machine_says(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment with a zone that meets a column without one is stored as UTC."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    with warehouse.session() as session:
        session.create_table("M", [Column("at", "timestamp")])
        session.insert("M", pa.table({"at": pa.array([moment], pa.timestamp("us", tz="UTC"))}))
        session.execute(f"insert into {warehouse.relation('M')} values (?)", [moment])
        assert session.rows(f"select * from {warehouse.relation('M')}") == [(moment.replace(tzinfo=None),)] * 2


def test_an_unknown_kind_of_column_is_refused(warehouse: Warehouse) -> None:
    """A typing error in a column's kind does not become a text column."""
    with warehouse.session() as session, pytest.raises(KeyError):
        session.create_table("T", [Column("a", "txet")])


def test_a_file_that_is_no_database_is_a_message(target: Target, tmp_path: Path) -> None:
    """A damaged file is named, with what to do."""
    (tmp_path / "a.duckdb").write_text("no database")
    damaged = open_warehouse(target)
    with (
        pytest.raises(ConfigurationError, match=r"a\.duckdb is damaged, or no DuckDB file.*Restore it"),
        damaged.session(),
    ):
        pass


def test_a_reader_joins_the_writer_of_its_own_process(table: Warehouse) -> None:
    """Inside one process a read-only session may be opened while a writing one is open."""
    with table.session(), table.session(read_only=True) as reader:
        assert reader.rows(f"select count(*) from {table.relation('T')}") == [(2,)]


def test_a_writer_waits_for_a_reader_of_its_own_process(table: Warehouse) -> None:
    """The other way round, the writer waits until the reader is gone."""
    with table.session(read_only=True) as reader:
        assert set(reader.relations()) == {"T"}
        writer = threading.Thread(target=lambda: _write(table))
        writer.start()
        writer.join(0.1)
        assert writer.is_alive()
    writer.join(30)
    assert len(rows(table)) == 3


def _write(warehouse: Warehouse) -> None:
    with warehouse.session() as session:
        session.insert("T", pa.table({"k": ["z"]}))


_HOLD = """
import sys
from pathlib import Path
from warehouse import Target, open_warehouse
path = Path(sys.argv[1])
with open_warehouse(Target("local", "duckdb", "main", {"path": str(path)}, path.parent)).session():
    print("open", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(table: Warehouse, tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path / "a.duckdb")],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_a_session_waits_for_another_process(table: Warehouse, holder: subprocess.Popen[str]) -> None:
    """While another process has the file open we wait; when it closes we go on."""
    closer = threading.Timer(0.2, lambda: holder.communicate("\n"))
    closer.start()
    assert len(rows(table)) == 2
    closer.join()
    assert holder.returncode == 0


def test_waiting_ends_with_a_message(
    table: Warehouse, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that never closes the file is an error that says what to do, not a run that hangs."""
    monkeypatch.setattr(engine, "_WAIT_FOR_FILE_SECONDS", 0.05)
    try:
        with pytest.raises(WarehouseBusyError, match="Close the other program"), table.session():
            pass
    finally:
        holder.communicate("\n")


def test_who_has_the_file_is_named_while_we_wait(
    table: Warehouse,
    holder: subprocess.Popen[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The process, what it runs and since when, every few seconds and at the end; status 3: nothing is wrong here."""
    monkeypatch.setattr(engine, "_WAIT_FOR_FILE_SECONDS", 0.5)
    monkeypatch.setattr("warehouse.duckdb_open._SAY_AFTER", 0.0)
    monkeypatch.setattr("warehouse.duckdb_open._SAY_EVERY", 0.1)
    try:
        with pytest.raises(WarehouseBusyError) as caught, table.session():
            pass
    finally:
        holder.communicate("\n")
    lines = capsys.readouterr().err.splitlines()
    named = rf"process {holder.pid} \(\S*python.*\) since \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"
    assert len(lines) > 2
    assert all(re.search(rf"waiting for .*a\.duckdb: {named} has it open", line) for line in lines), lines
    assert re.search(named, caught.value.message)
    assert caught.value.exit_code is ExitCode.LOCKED


@pytest.mark.slow
def test_a_reader_sees_what_a_killed_writer_had_committed(table: Warehouse, tmp_path: Path) -> None:
    """A writer that dies without closing leaves a log beside the file; the next session reads it in."""
    crash = """if True:
        import duckdb, os, sys
        duckdb.connect(sys.argv[1]).execute("insert into T(k) values ('z')")
        os._exit(9)
    """
    assert subprocess.run([sys.executable, "-c", crash, str(tmp_path / "a.duckdb")], check=False).returncode == 9
    assert len(rows(table)) == 3


@pytest.mark.parametrize("asked", ['ORDER "Δ" LIST\'s', 'order "δ" list\'s'])
def test_a_relation_is_found_in_any_spelling(warehouse: Warehouse, asked: str) -> None:
    """Letters beyond ASCII as well, whose case DuckDB itself does not fold: never an error, always its own columns."""
    with warehouse.session() as session:
        session.create_table('ORDER "Δ" LIST\'s', COLUMNS)
        session.execute("create view v as select 1 as one")
        assert session.columns(asked) == [column.name for column in COLUMNS]
        assert session.shapes([asked, "V", "nothing"]) == {
            'order "δ" list\'s': {column.name for column in COLUMNS}, "v": None,
        }  # fmt: skip
