"""Several boards for one target: each order is on the board of its scope, whole and once, and moves with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.soak.relations import Order
from tests.monday_sync.conftest import orders
from tests.monday_sync.harbour import FALL, SPRING, Harbour


def six(*falling: str) -> list[Order]:
    """Six orders; those of these numbers belong to the fall."""
    values = {"notes": "a note", "customer_price": "12.5", "drop": "DROP 1", "aag_season": "FW27"}
    return [replace(o, season=FALL) if o.number in falling else o for o in orders(*"123456", values=values)]


def names(numbers: Sequence[str]) -> list[str]:
    return [f"STYLE1 {number}" for number in numbers]


def test_each_order_is_on_its_board(harbour: Harbour) -> None:
    """One push fills both boards, each by its scope and its own columns; the next one changes nothing."""
    harbour.have(six("5", "6"))
    result = harbour.push()
    assert (result.items.created, result.subitems.created, int(result.exit_code)) == (6, 12, 0)
    assert (harbour.names("spring"), harbour.names("fall")) == (names("1234"), names("56"))
    assert harbour.wrong() == []
    assert harbour.settled()
    again = harbour.push()
    assert (again.changed, [one.result.items.confirmed for one in again.boards]) == (0, [0, 0])


def test_an_order_moves_whole_when_its_season_changes(harbour: Harbour) -> None:
    """The item keeps its id, its lines go with it, and what it shows is what the database says."""
    harbour.have(six("6"))
    harbour.push()
    before = harbour.item("STYLE1 4").id
    harbour.have(six("4", "5", "6"))
    made = harbour.plan()
    assert [(p.source.name, p.target.name, len(p.sent), p.lost) for p in made.moves.passages] == [
        ("spring", "fall", 2, ())
    ]
    result = harbour.push(plan_id=made.plan_id)
    assert (result.items.changed_board, result.items.created, result.errors, int(result.exit_code)) == (2, 0, (), 0)
    assert harbour.item("STYLE1 4").id == before
    assert harbour.wrong() == []
    assert harbour.settled()
    assert harbour.push().changed == 0
    assert SPRING not in {order.season for order in harbour.source if order.number in "456"}
