"""What DuckDB says when it cannot do something reaches a person as one sentence and what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from console import ConfigurationError, ExitCode
from warehouse import (
    Column,
    ConnectionFailedError,
    ConnectionLostError,
    DatabaseFailedError,
    StatementFailedError,
    Target,
    Warehouse,
    open_warehouse,
)
from warehouse.duckdb_failures import cannot_open, translated

FILE = Path("/data/a.duckdb")
_FULL = 'Could not write file "/data/a.duckdb": No space left on device'
_BROKEN = "database has been invalidated because of a previous fatal error. Restart it.\nOriginal error: "


@pytest.fixture
def keyed(warehouse: Warehouse) -> Warehouse:
    with warehouse.session() as session:
        session.create_table("T", [Column("k", "text", nullable=False), Column("n", "integer")], key=["k"])
        session.insert("T", pa.table({"k": ["a"], "n": pa.array([1], pa.int32())}))
    return warehouse


def test_a_key_that_is_there_already(keyed: Warehouse) -> None:
    """The key is named, nothing of the statement stays, and the session goes on."""
    with keyed.session() as session:
        with pytest.raises(StatementFailedError, match=r'Duplicate key "k: a"') as caught:
            session.insert("T", pa.table({"k": ["b", "a"], "n": pa.array([2, 3], pa.int32())}))
        assert session.rows(f"select k from {keyed.relation('T')}") == [("a",)]
    assert caught.value.exit_code is ExitCode.SOME_FAILED
    assert caught.value.hint is not None


def test_a_schema_that_is_not_there(tmp_path: Path) -> None:
    """Another schema in the profile is a wrong setting, named with the file; nothing is made in its place."""
    target = Target("local", "duckdb", "elsewhere", {"path": str(tmp_path / "a.duckdb")}, tmp_path)
    with open_warehouse(target).session() as session:
        with pytest.raises(ConnectionFailedError, match=r"no schema 'elsewhere' in .*a\.duckdb") as caught:
            session.create_table("T", [Column("k", "text")])
        assert session.rows("select count(*) from duckdb_tables()") == [(0,)]
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint is not None
    assert "profiles.yml" in caught.value.hint


def test_two_transactions_on_one_row(keyed: Warehouse) -> None:
    """Who comes second is told that nothing was kept and that the command may be run again; the first one stands."""
    change = f"update {keyed.relation('T')} set n = ?"
    with keyed.session() as first, keyed.session() as second:
        with pytest.raises(ConnectionLostError, match=r"Conflict on update\. .*Run the command again") as caught:  # noqa: SIM117
            with first.transaction():
                first.execute(change, [2])
                with second.transaction():
                    second.execute(change, [3])
        assert "Current transaction is aborted" not in str(caught.value), "the first error is the one that is told"
        first.execute(change, [4])
        assert second.rows(f"select n from {keyed.relation('T')}") == [(4,)], "both sessions are usable afterwards"


def test_two_transactions_with_one_key(keyed: Warehouse) -> None:
    """A key that somebody else committed meanwhile is noticed at the commit: that too is our error."""
    new = pa.table({"k": ["b"], "n": pa.array([2], pa.int32())})
    with keyed.session() as first, keyed.session() as second:
        with pytest.raises(StatementFailedError, match='duplicate key "b"'), second.transaction():
            second.insert("T", new)
            first.insert("T", new)
        assert second.rows(f"select count(*) from {keyed.relation('T')}") == [(2,)]


@pytest.mark.parametrize("cut", [False, True], ids=["other bytes", "cut off"])
def test_a_damaged_file(keyed: Warehouse, target: Target, cut: bool) -> None:
    """Whether it is noticed at the opening or at the reading, the file is named, and a backup is what helps."""
    with keyed.session() as session:
        session.execute("create table big as select range as i, md5(range::varchar) as t from range(100000)")
    path = Path(str(target.settings["path"]))
    whole = bytearray(path.read_bytes())
    if cut:
        whole = whole[: len(whole) // 2]
    else:
        for place in range(20_000, len(whole), 1000):
            whole[place] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises((ConnectionFailedError, StatementFailedError), match=r"a\.duckdb is damaged.* backup"):  # noqa: SIM117
        with open_warehouse(target).session() as session:
            session.rows("select max(t) from big")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root may become somebody else")
@pytest.mark.slow
def test_a_file_that_is_not_ours_to_open(keyed: Warehouse, target: Target, tmp_path: Path) -> None:
    """Status 2, with the file's name and what its permissions must be."""
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):  # with xdist one more
        folder.chmod(0o755)
    Path(str(target.settings["path"])).chmod(0)
    code = (
        "import os, sys; from pathlib import Path; from warehouse import Target, open_warehouse\n"
        "target = Target('local', 'duckdb', 'main', {'path': sys.argv[1]}, Path('/'))\n"
        "opened = open_warehouse(target)\n"
        "import pyarrow\n"
        "os.setuid(65534)\n"
        "try:\n    opened.session(read_only=True).__enter__()\n"
        "except Exception as error:\n    print(type(error).__name__, int(error.exit_code), error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(target.settings["path"])], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("ConnectionFailedError 2 ")
    assert "a.duckdb may not be opened or written by this user" in done.stdout
    assert "must be readable and writable" in done.stdout


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (duckdb.IOException(f"IO Error: {_FULL}"), "a.duckdb cannot grow, for its disk is full: Could not write"),
        (duckdb.FatalException(f'FATAL Error: Failed: {_BROKEN}"{_FULL}"'), "cannot grow, for its disk is full: Could"),
        (duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"), "There was too little memory"),
        (duckdb.InvalidInputException('Cannot execute "INSERT" on "a": read-only mode!'), "may not be opened or writ"),
        (duckdb.IOException('Cannot open "/data/a.duckdb": Read-only file system'), "lies on a read-only file system"),
        (duckdb.IOException('Could not read from file "/data/a.duckdb": Input/output error'), "network share of /data"),
        (duckdb.SerializationException("Failed to deserialize: x"), "a.duckdb is damaged"),
        (duckdb.FatalException("FATAL Error: something that nobody foresaw"), "DuckDB broke off: something"),
        (
            duckdb.CatalogException("Catalog Error: Table nono does not exist!\n\nLINE 1"),
            "refused a statement: Table nono",
        ),
        (
            duckdb.ConversionException("Conversion Error: Could not convert string 'No space left' to INT32"),
            "refused a statement: Could not convert",
        ),
    ],
    ids=["full", "full before", "memory", "read-only", "mounted so", "disk", "damaged", "fatal", "other", "a value"],
)
def test_other_causes_are_told_apart(error: duckdb.Error, said: str) -> None:
    """A full disk, too little memory, a file that only may be read; and DuckDB's first line for everything else."""
    with pytest.raises(StatementFailedError) as caught, translated(FILE):
        raise error
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.__cause__ is error
    assert (caught.value.hint is None) == ("refused" in said)
    assert isinstance(caught.value, DatabaseFailedError) == ("refused" not in said)


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        ('Cannot open file "/data/a.duckdb": Permission denied', "by this user", "readable and writable"),
        ('Could not read from file "/data/a.duckdb": Is a directory', "is a folder", "ORDER_LIST_DUCKDB"),
        ('Cannot open file "/data/a.duckdb": Not a directory', "a file stands where", "ORDER_LIST_DUCKDB"),
        ('Failure while replaying WAL file "/data/a.duckdb.wal": x', "log beside", "monday-sync verify"),
        ("file with version number 99, but we can only read version numbers 64", "another version", "leave it where"),
        ('Cannot open file "/data/a.duckdb": No locks available', "cannot be locked", "not on a network share"),
        ('The file "/data/a.duckdb" exists, but it is not a valid DuckDB database file!', "damaged", "backup"),
    ],
)
def test_a_file_that_cannot_be_opened_has_the_hint_of_its_cause(words: str, said: str, hint: str) -> None:
    """Only what is damaged is worth restoring: a right, a path or a version needs something else. Status 2."""
    error = cannot_open(duckdb.IOException(f"IO Error: {words}"), FILE)
    assert error.exit_code is ExitCode.USAGE
    assert said in error.message
    assert error.hint is not None
    assert hint in error.hint
    assert ("move it away" in error.hint) == (said == "damaged")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("ask", ["execute", "rows", "arrow", "batches"])
def test_an_interrupted_query_is_an_interruption(
    warehouse: Warehouse, ask: str, request: pytest.FixtureRequest
) -> None:  # fmt: skip
    """Ctrl-C while DuckDB is at work ends the command as it does anywhere else, and is no error of the query."""
    # whoever starts the tests in the background has it ignored
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    long = "select count(*) from range(3000000) a, range(3000) b where hash(a.range + b.range) % 7 = 1"
    with warehouse.session() as session:
        timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            list(getattr(session, ask)(long) or ())
        timer.join()
        assert session.rows("select 1") == [(1,)]


def test_the_first_cause_is_the_one_that_is_told(keyed: Warehouse) -> None:
    """Who goes on in a transaction that has failed hears of the failure, and not that the transaction is aborted."""
    with keyed.session() as session:
        with pytest.raises(StatementFailedError, match=r'Duplicate key "k: a"'), session.transaction():
            with suppress(StatementFailedError):
                session.insert("T", pa.table({"k": ["a"]}))
            session.rows(f"select * from {keyed.relation('T')}")
        assert session.rows(f"select k from {keyed.relation('T')}") == [("a",)]


def test_the_file_is_for_its_owner(warehouse: Warehouse, target: Target) -> None:
    """The database, its folder and the lock beside it hold prices, or lead to them."""
    if sys.platform == "win32":
        return
    path = Path(str(target.settings["path"])).with_name("new") / "a.duckdb"
    opened = open_warehouse(replace(target, settings={"path": str(path)}))
    with opened.lock(), opened.session() as session:
        session.execute("create table a as select 1 as price")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.with_name("a.duckdb.lock").stat().st_mode & 0o777 == 0o600


def test_an_empty_path_is_a_wrong_setting(target: Target) -> None:
    """An empty ORDER_LIST_DUCKDB must not become a database in memory, or the project's own folder."""
    with pytest.raises(ConfigurationError, match=r"path of the DuckDB file is empty\. Unset ORDER_LIST"):
        open_warehouse(replace(target, settings={"path": " "}))
