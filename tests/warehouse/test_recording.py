"""Which statements were sent: counted by what they are, whatever their values, and not at all while nobody asks."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from warehouse import Column, Target, Warehouse, open_warehouse, recording
from warehouse.recording import Recorder, recorded, shape_of


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return open_warehouse(Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path))


@pytest.mark.parametrize(
    ("sql", "shape"),
    [
        ("select  a\n from t\twhere b = ?", "select a from t where b = ?"),
        ("select a from t where b in (?, ?,?) and c = ?", "select a from t where b in (?...) and c = ?"),
        ('create table if not exists "t" ("a" int, "b" decimal(3, 2))', 'create table if not exists "t" (...)'),
        ("insert into [t] ([a], [b]) values (?, ?), (?, ?)", "insert into [t] (...)"),
        ("insert into t by name select * from x on conflict (a) do nothing",
         "insert into t by name select * from x on conflict (a) do nothing"),
        ("select '" + "x" * 500, "select '" + "x" * 392),
    ],
)  # fmt: skip
def test_a_statement_is_known_by_its_shape(sql: str, shape: str) -> None:
    """Blanks, the number of placeholders, and the columns of a table make no other statement of it."""
    assert shape_of(sql) == shape


def test_every_way_to_send_a_statement_is_counted(warehouse: Warehouse) -> None:
    """Rows, batches, tables, inserts and what the session itself asks count; begin and commit do not."""
    data = pa.table({"a": [1, 2, 2]})
    with recording() as sent, warehouse.session() as session:
        session.create_table("t", [Column("a", "integer")])
        with session.transaction():
            session.insert("t", data)
        for _ in range(3):
            session.rows("select a from t where a = ?", [2])
        session.arrow("select a from t")
        list(session.batches("select a from t"))
        session.relations()
    counts = {tally.statement: tally.count for tally in sent.tallies()}
    assert counts["select a from t where a = ?"] == 3
    assert counts["select a from t"] == 2
    assert (sent.count, len(counts)) == (8, 5)
    assert all(tally.seconds >= tally.slowest > 0 for tally in sent.tallies())


def test_recorders_within_each_other_both_count(warehouse: Warehouse) -> None:
    """What a part of a run sends counts for the part and for the whole, and nothing counts after the end."""
    with warehouse.session() as session:
        with recording() as whole:
            session.rows("select 1")
            with recording() as part:
                session.rows("select 2")
        session.rows("select 3")
    assert [tally.statement for tally in part.tallies()] == ["select 2"]
    assert sorted(tally.statement for tally in whole.tallies()) == ["select 1", "select 2"]


def test_a_failed_statement_counts_too(warehouse: Warehouse) -> None:
    """It was sent, and its time was spent."""
    with recording() as sent, warehouse.session() as session, pytest.raises(Exception, match="nothing"):
        session.rows("select * from nothing")
    assert sent.count == 1


def test_nothing_is_done_while_nobody_asks() -> None:
    """Without a recorder every statement gets the same empty context: nothing is made, timed or kept."""
    assert recorded("select 1") is recorded("select 2")
    assert Recorder().tallies() == []
