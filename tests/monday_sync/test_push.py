"""Plan and push against a board in memory: what reaches the board, what the ledger says, what is left alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bench.soak.relations import Order
from monday_sync.api import ChangeColumns
from monday_sync.domain.board.model import Conflict
from monday_sync.errors import ConfirmationNeededError
from tests.monday_sync.conftest import Desk, orders


def test_first_push_creates_everything_and_the_second_nothing(desk: Desk) -> None:
    """Groups, items and subitems are created once; a second push changes nothing and calls no mutation."""
    desk.have(orders("A1", "A2") + orders("B1", customer="RHONE"))
    result = desk.push()
    assert (result.groups_created, result.items.created, result.subitems.created) == (2, 3, 6)
    assert (result.verdict, result.outcome, result.success_share) == ("success", "done", 1.0)
    assert desk.sizes("STYLE1 A1") == {"S": "10", "M": "20"}
    assert desk.shows("STYLE1 A1", "total_qty") == "30"
    sent = len(desk.board.requests)
    again = desk.push()
    assert again.changed == 0
    assert len(desk.board.requests) == sent
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("SYNCED",)]
    assert desk.state("select distinct sync_state from ORDER_LIST_LINES") == [("SYNCED",)]


def test_three_edits_are_three_field_changes(desk: Desk) -> None:
    """Edits to three cells show as three field changes in the plan, and only these fields are sent."""
    first = orders("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8")
    desk.have(first)
    desk.push()
    first[0] = first[0].with_values(notes="new note")
    first[1] = first[1].with_values(po_number="PO 7", ex_factory_date=dt.date(2027, 1, 2))
    desk.have(first)
    plan = desk.plan()
    changes = [(s.row.name, c.column, c.old, c.new) for s in plan.steps for c in s.changes]
    assert changes == [
        ("STYLE1 A1", "notes", None, "new note"),
        ("STYLE1 A2", "po_number", None, "PO 7"),
        ("STYLE1 A2", "ex_factory_date", None, "2027-01-02"),
    ]
    sent = len(desk.board.requests)
    result = desk.push()
    assert (result.items.updated, result.items.created, result.subitems.updated) == (2, 0, 0)
    values = [
        set(op.values) for r in desk.board.requests[sent:] for op in r.operations if isinstance(op, ChangeColumns)
    ]
    assert values == [{desk.column("notes")}, {desk.column("po_number"), desk.column("ex_factory_date")}]


def test_a_cancelled_order_goes_to_zero(desk: Desk) -> None:
    """CANCELLED shows on the item, and every quantity becomes 0."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    desk.have([replace(several[0], order_type="CANCELLED"), *several[1:]])
    desk.push()
    assert desk.shows("STYLE1 1", "order_type") == "CANCELLED"
    assert desk.shows("STYLE1 1", "total_qty") == "0"
    assert desk.sizes("STYLE1 1") == {"S": "0", "M": "0"}
    assert desk.sizes("STYLE1 2") == {"S": "10", "M": "20"}


def test_a_size_that_is_gone_goes_to_zero(desk: Desk) -> None:
    """A size that disappears from an order stays on the board with 0, and is not sent again."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    desk.have([replace(several[0], sizes={"S": 10}), *several[1:]])
    desk.push()
    assert desk.sizes("STYLE1 1") == {"S": "10", "M": "0"}
    assert desk.push().changed == 0


def test_scope_customer_limit_and_skip_subitems(desk: Desk) -> None:
    """What is out of scope, not selected or beyond the limit is counted, and stays NEW."""
    desk.have(orders("1", "2", "3") + orders("4", customer="RHONE"))
    result = desk.push(customers=("GREYSON",), limit=2, skip_subitems=True)
    assert (result.items.created, result.items.not_selected, result.subitems.created) == (2, 2, 0)
    assert desk.state("select count(*) from FACT_ORDER_LIST where sync_state = 'NEW'") == [(2,)]
    assert desk.state("select count(*) from ORDER_LIST_LINES where sync_state = 'NEW'") == [(8,)]
    scoped = replace(desk.context.board, scope=replace(desk.context.board.scope, customers=("RHONE",)))
    desk.reopen(scoped)
    result = desk.push()
    assert (result.items.created, result.items.out_of_scope) == (1, 1)
    assert result.subitems.out_of_scope == 6


def test_held_back_customers_wait_for_release(desk: Desk) -> None:
    """A customer that lost many rows is left alone and keeps its baseline until it is released."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("3"), held={"GREYSON": "1 of 2 orders are gone"})
    held = desk.push()
    assert (held.items.held_back, held.items.created) == (3, 0)
    assert desk.state("select orders from monday_sync_customers") == [(2,)]
    released = desk.push(release=("GREYSON",))
    assert (released.items.created, released.deletes_reported) == (1, 2)
    assert desk.state("select orders from monday_sync_customers") == [(1,)]


def test_lines_and_pieces_are_part_of_the_baseline(desk: Desk) -> None:
    """A push records orders, lines and the pieces ordered, cancelled ones included."""
    desk.have([*orders("1"), *orders("2", order_type="CANCELLED")])
    desk.push()
    assert desk.state("select orders, lines, pieces from monday_sync_customers") == [(2, 4, 60)]


def test_a_push_of_orders_alone_keeps_the_baseline_of_held_lines(desk: Desk) -> None:
    """A customer that is held back is so with --skip-subitems too, even if only lines of it are due."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    with desk.context.ledger.session() as session:
        session.execute("insert into test_held values ('GREYSON', 'pieces are gone')")
        session.execute("update test_lines set qty = 0, ordered_qty = 1, row_hash = 'x'")
    assert desk.push(skip_subitems=True).changed == 0
    assert desk.state("select pieces from monday_sync_customers") == [(90,)]
    assert desk.push().subitems.held_back == 6
    assert desk.push(release=("GREYSON",)).subitems.updated == 6
    assert desk.state("select pieces from monday_sync_customers") == [(6,)]


def test_a_column_that_went_empty_is_said_once(desk: Desk) -> None:
    """Nothing on the board was at stake: the push says so in a note, and the baseline is what there is now."""
    desk.have(orders("1", "2", "3", values={"po_number": "7"}))
    desk.push()
    desk.have(orders("1", "2", "3"))
    assert desk.push(yes=3).notes == ("GREYSON: po_number is empty now",)
    assert desk.state("select filled from monday_sync_fills") == [(0,)]
    assert desk.push().notes == ()


def test_an_order_that_is_gone_is_reported_and_archived_only_on_request(desk: Desk) -> None:
    """A DELETE changes nothing by default; archiving it asks for the number."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("1"))
    assert desk.push().deletes_reported == 1
    assert len(desk.board.active()) == 2
    with pytest.raises(ConfirmationNeededError, match="--yes 1"):
        desk.push(archive_deleted=True)
    assert desk.push(archive_deleted=True, yes=1).items.archived == 1
    assert [i.name for i in desk.board.active()] == ["STYLE1 1"]
    assert desk.push().deletes_reported == 0


@pytest.mark.parametrize(("policy", "expected"), [("ours", "ours"), ("theirs", "person"), ("report", "person")])
def test_conflicts_follow_the_column_policy(desk: Desk, policy: Conflict, expected: str) -> None:
    """A value that a person changed is shown in the plan; who wins is the column's policy."""
    config = desk.context.board
    items = tuple(replace(m, on_conflict=policy) if m.view_column == "notes" else m for m in config.items)
    desk.reopen(replace(config, items=items))
    several = orders("1", "2", "3", values={"notes": "first"})
    desk.have(several)
    desk.push()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    desk.have([several[0].with_values(notes="ours", po_number="7"), *several[1:]])
    plan = desk.plan()
    conflict = next(c for s in plan.steps for c in s.changes if c.conflict)
    assert (conflict.old, conflict.new, conflict.last_sent) == ("person", "ours", "first")
    assert desk.push().conflicts == 1
    assert desk.shows("STYLE1 1", "notes") == expected
    assert desk.shows("STYLE1 1", "po_number") == "7"


def test_rows_without_field_changes_cost_no_call(desk: Desk) -> None:
    """When only columns changed that the board does not show, the ledger learns the new hash without a call."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    sent = len(desk.board.requests)
    with desk.context.ledger.session() as session:
        session.execute("update test_orders set row_hash = order_key")
    result = desk.push()
    assert (result.items.confirmed, result.items.updated) == (3, 0)
    assert len(desk.board.requests) == sent
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("SYNCED",)]


def test_statements_do_not_grow_with_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A push reads and writes by sets: with ten times the rows in the same number of requests, as many statements."""
    import warehouse.duckdb as engine  # noqa: PLC0415

    counted = {"n": 0}

    class Counting(engine.DuckDBSession):
        def __init__(self, connection: object, owner: object) -> None:
            super().__init__(connection, owner)  # type: ignore[arg-type]

        def rows(self, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
            counted["n"] += 1
            return super().rows(*args, **kwargs)  # type: ignore[arg-type]

        def upsert(self, *args: object, **kwargs: object) -> None:
            counted["n"] += 1
            super().upsert(*args, **kwargs)  # type: ignore[arg-type]

        def execute(self, *args: object, **kwargs: object) -> None:
            counted["n"] += 1
            super().execute(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "DuckDBSession", Counting)
    desk.board.size = 10_000
    desk.have(orders("0"))
    desk.push()
    counts = []
    for size in (5, 50):
        desk.have([Order("GREYSON", f"{size}-{n}", sizes={"S": 1}) for n in range(size)])
        counted["n"] = 0
        result = desk.push()
        assert result.items.created == size
        counts.append(counted["n"])
        desk.have([])
    assert counts[0] == counts[1]
