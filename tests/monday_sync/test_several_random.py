"""Seasons that change at random, with lost answers, people's hands and kills in between: each order is there once."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import pytest

from bench.soak.relations import Order
from board_emulator.faults import Chance
from console import OrderListError
from tests.monday_sync.conftest import orders
from tests.monday_sync.harbour import FALL, SPRING, Harbour

#: What gets lost on the way: before or after it took effect.
KINDS = ("reset_before", "lost", "http_503_after", "http_502", "truncated")
STEPS = 5


def shuffled(source: list[Order], dice: random.Random) -> list[Order]:
    """Some orders in another season, some with other quantities, one gone and one new."""
    changed = []
    for order in source:
        if dice.random() < 0.3:
            order = replace(order, season=dice.choice([SPRING, FALL]))  # noqa: PLW2901 - the order as it is now
        if dice.random() < 0.2:
            order = replace(order, sizes={"S": dice.randint(1, 99), "M": dice.randint(1, 99)})  # noqa: PLW2901
        changed.append(order)
    return [*changed, *orders(str(100 + len(source)), season=dice.choice([SPRING, FALL]))]


def board_of(harbour: Harbour, order: Order) -> str:
    return harbour.board("spring" if order.season == SPRING else "fall").board_id


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_each_order_is_on_its_board_once(harbour: Harbour, seed: int) -> None:
    """Mornings with pushes that die or lose answers, and people who move items; quiet pushes bring all in line."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    harbour.handle.state.renews_moved_subitems = bool(seed % 2)
    source = [replace(o, season=dice.choice([SPRING, FALL])) for o in orders(*"1234567")]
    for _ in range(STEPS):
        source = shuffled(source, dice)
        harbour.have(source)
        chance = Chance(dice.choice([0.0, 0.3]), dice.randint(0, 10**6), KINDS)
        harbour.handle.faults.by_chance(chance)
        if dice.random() < 0.3:
            carry(harbour, dice.choice(source), dice.choice([SPRING, FALL]))
        with suppress(OrderListError):
            harbour.crash(dice.randint(0, 6), dice.choice(["before", "after"]))
        harbour.reopen()
        harbour.clock.advance(60 * dice.choice([1, 40, 600]))
    harbour.handle.faults.by_chance(None)
    for order in source:
        carry(harbour, order, order.season)
    results = [harbour.push() for _ in range(3)]
    assert (results[-1].changed, int(results[-1].exit_code)) == (0, 0)
    wrong = harbour.wrong()
    assert wrong == [], "\n".join(wrong)
    assert harbour.settled()


def carry(harbour: Harbour, order: Order, season: str) -> None:
    """A person moves an item to its group on the board of a season, if it is on another."""
    there = board_of(harbour, replace(order, season=season))
    groups = {group.title: group.id for group in harbour.handle.state.board(there).active_groups()}
    for item in list(harbour.handle.state.all_items()):
        if item.name == order.name and item.state == "active" and item.board_id != there:
            harbour.handle.people.move_item_to_board(item.id, there, groups.get(order.group, "topics"))
