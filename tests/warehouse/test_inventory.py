"""What DuckDB tells of a schema, and that a session for looking changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from console import OrderListError
from warehouse import ConstraintFacts, IndexFacts, Target, Warehouse, open_warehouse, recording
from warehouse.duckdb import DuckDBWarehouse

ODD = "T \"x'("


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = open_warehouse(Target("local", "duckdb", "main", {"path": str(tmp_path / "a.duckdb")}, tmp_path))
    with made.session() as session:
        session.execute(f"create table {made.relation(ODD)} (a integer primary key, b varchar not null, check (a > 0))")
        session.execute(f"insert into {made.relation(ODD)} select i, i::varchar from range(1, 50001) t(i)")
        session.execute("create table small (x integer)")
        session.execute("insert into small values (1)")
        session.execute('create unique index "i ""x" on small (x)')
        session.execute("create view v as select x from small")
        session.execute("comment on table small is 'Made by the order list, dbt invocation 1'")
    return made


def test_rows_sizes_and_marks_are_told(warehouse: Warehouse) -> None:
    """Rows are counted, bytes are those of the file, a view has neither, and what is not kept is unknown."""
    with warehouse.looking() as session:
        inventory = session.inventory()
        facts = {fact.name: fact for fact in inventory.relations()}
    assert (facts[ODD].rows, facts["small"].rows, facts["v"].rows) == (50_000, 1, None)
    assert facts["small"].mark == "Made by the order list, dbt invocation 1"
    assert facts[ODD].mark is None
    assert (facts["v"].kind, facts["v"].size, facts[ODD].written_at) == ("view", None, None)
    assert isinstance(warehouse, DuckDBWarehouse)
    sizes = (facts[ODD].size or 0) + (facts["small"].size or 0)
    assert 0 < sizes <= warehouse.path.stat().st_size
    assert any("last written" in text for text in inventory.unseen)


def test_columns_indexes_and_constraints_are_told(warehouse: Warehouse) -> None:
    """Each with its table and columns, whatever they are called."""
    with warehouse.looking() as session:
        inventory = session.inventory()
        assert [(c.relation, c.name, c.nullable) for c in inventory.columns()] == [
            (ODD, "a", False), (ODD, "b", False), ("small", "x", True), ("v", "x", True),
        ]  # fmt: skip
        assert inventory.indexes() == [IndexFacts("small", 'i "x', ("x",), unique=True)]
        found = {(fact.kind, fact.columns) for fact in inventory.constraints()}
        assert found == {("primary key", ("a",)), ("not null", ("a",)), ("not null", ("b",)), ("check", ("a",))}
        assert all(isinstance(fact, ConstraintFacts) and fact.trusted for fact in inventory.constraints())
        assert inventory.costly(5) == []


def test_the_number_of_statements_does_not_grow_with_tables(warehouse: Warehouse) -> None:
    """Twenty tables more are asked for by the same statements."""

    def asked() -> int:
        with recording() as sent, warehouse.looking() as session:
            inventory = session.inventory()
            for ask in (inventory.relations, inventory.columns, inventory.indexes, inventory.constraints):
                ask()
        return sent.count

    before = asked()
    with warehouse.session() as session:
        for number in range(20):
            session.execute(f"create table t{number} (a integer)")
    assert asked() == before


@pytest.mark.parametrize("beside_a_writer", [False, True])
def test_a_session_for_looking_can_change_nothing(warehouse: Warehouse, *, beside_a_writer: bool) -> None:
    """Whatever is tried is refused, and the file stays as it is, byte by byte; also where this process has it open."""
    assert isinstance(warehouse, DuckDBWarehouse)
    statements = ("insert into small values (2)", "delete from small", "drop table small", "create table n (a int)")

    def tried() -> None:
        for statement in statements:
            with warehouse.looking() as session, pytest.raises(OrderListError):
                session.execute(statement)

    before = hashlib.sha256(warehouse.path.read_bytes()).hexdigest()
    if beside_a_writer:
        with warehouse.session() as writer:
            tried()
            assert writer.rows("select x from small") == [(1,)]
            assert "n" not in writer.relations()
    else:
        tried()
        assert hashlib.sha256(warehouse.path.read_bytes()).hexdigest() == before
