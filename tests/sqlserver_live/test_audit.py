"""The audit on a live server: it finds what is wrong, and leaves nothing behind, whatever is tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monday_sync import KEPT
from operations.audit import audit, benchmark
from warehouse import Target, Warehouse, open_warehouse

_ITEMS = next(table for table in KEPT if table.name == "monday_sync_items")
_ATTEMPTS = next(table for table in KEPT if table.name == "monday_sync_attempts")


@pytest.fixture
def ledger(admin: Target) -> Iterator[Warehouse]:
    """Two items of the ledger that stand for one on the board, and an attempt, in a schema of their own."""
    with open_warehouse(admin).scratch() as warehouse:
        with warehouse.session() as session:
            for table in (_ITEMS, _ATTEMPTS):
                session.create_table(table.name, table.columns, key=table.key)
            session.create_index(_ATTEMPTS.name, ["outcome"])
            rows = [("a" * 64, "b", "1", "SYNCED"), ("c" * 64, "b", "1", "SYNCED")]
            session.insert_rows(_ITEMS.name, ["order_key", "board_id", "monday_item_id", "outcome"], rows)
            session.insert_rows(_ATTEMPTS.name, ["batch_id", "position", "run_id"], [("x", 1, "r")])
        yield warehouse


def test_an_audit_finds_what_is_wrong_and_changes_nothing(ledger: Warehouse) -> None:
    """Rows, keys, indexes and constraints are read from the server; an item linked twice is found, with its rows."""
    found = audit(ledger)
    checks = {check.name: check for check in found.checks}
    twice = checks["no monday_item_id stands for two rows of monday_sync_items"]
    assert (twice.found, twice.looked_at, twice.examples[0][:3]) == (1, 2, ("1", "b", 2))
    assert checks["order_key of monday_sync_items is there and unique"].verdict == "passed"
    assert ("monday_sync_attempts", "run_id") in checks["every declared index is there"].examples
    assert ("monday_sync_attempts", "outcome") not in checks["every declared index is there"].examples
    assert not [row for row in checks["every declared constraint is there"].examples if row[0] == _ITEMS.name]
    rows = {row[0]: row[3] for row in found.sections[0].grids[0].rows}
    assert (rows[_ITEMS.name], rows[_ATTEMPTS.name]) == (2, 1)


def test_what_is_written_while_looking_is_rolled_back(ledger: Warehouse) -> None:
    """Even a statement that changes rows or tables leaves nothing, after an error in between as well."""
    items = ledger.relation(_ITEMS.name)
    with ledger.looking() as session:
        session.execute(f"delete from {items}")
        with pytest.raises(Exception, match="nothing_there"):
            session.rows("select * from nothing_there")
        session.execute(f"update {items} set outcome = 'DEAD'")
    with ledger.session() as session:
        assert session.rows(f"select distinct outcome, count(*) from {items} group by outcome") == [("SYNCED", 2)]


def test_an_index_is_tried_in_a_schema_of_its_own(ledger: Warehouse) -> None:
    """The copy gets the index, the table does not."""
    found = benchmark(ledger, "monday_sync_attempts:row_key")
    assert len(found.timings) == 4
    with ledger.looking() as session:
        assert [one.name for one in session.inventory().indexes() if one.columns == ("row_key",)] == []
