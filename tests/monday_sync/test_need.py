"""Rows are tried by need: rows that fail every morning starve nobody."""

from __future__ import annotations

from collections import Counter

from monday_sync.api import CreateItem, Operation, Outcome
from monday_sync.errors import DailyLimitError
from tests.monday_sync.conftest import Desk, orders

BAD = [f"0{n}" for n in range(5)]
GOOD = [f"9{n}" for n in range(6)]


def refuse_bad(desk: Desk) -> Counter[str]:
    """Let the board refuse what sorts first; gives how often each was tried."""
    tried: Counter[str] = Counter()

    def refusal(operation: Operation) -> Outcome | None:
        if isinstance(operation, CreateItem) and operation.name.split()[-1] in BAD:
            tried[operation.name.split()[-1]] += 1
            return Outcome(0, False, None, "r", 1, "ColumnValueException", "this value is wrong")
        return None

    desk.board.refuse = refusal
    return tried


def test_a_limit_smaller_than_the_number_of_bad_rows_starves_nobody(desk: Desk) -> None:
    """Five bad rows stand on top and two orders a morning are tried: all good ones arrive, then bad ones take turns."""
    desk.policy(max_attempts=1_000)
    tried = refuse_bad(desk)
    desk.have(orders(*BAD, *GOOD))
    arrived = []
    for _ in range(6):
        desk.push(limit=2)
        arrived.append(len(desk.board.active()))
    assert arrived == [0, 0, 1, 3, 5, 6]
    assert sum(tried.values()) == 6  # five once, and the first one again in the room that was left
    for _ in range(3):
        tried.clear()
        for _ in range(3):
            assert desk.push(limit=2).items.failed == 2
        assert set(tried) == set(BAD)  # in three mornings of two each of the five has its turn
    assert desk.sizes("STYLE1 90") == {"S": "10", "M": "20"}


def test_a_change_comes_before_what_failed(desk: Desk) -> None:
    """A bad row whose data change is tried again before those that failed as they are."""
    desk.policy(max_attempts=1_000)
    tried = refuse_bad(desk)
    several = orders(*BAD)
    desk.have(several)
    desk.push()
    desk.have([o.with_values(notes="x") if o.number == "03" else o for o in several])
    tried.clear()
    desk.push(limit=1)
    assert tried == {"03": 1}


def test_rows_that_are_left_out_for_their_labels_take_turns_too(desk: Desk) -> None:
    """What is in ERROR without an attempt used up stands behind what was never tried."""
    desk.have(orders(*BAD, values={"unit_of_measure": "BOX"}) + orders(*GOOD))
    for _ in range(6):
        desk.push(limit=2)
    assert len(desk.board.active()) == 11
    assert {o[0] for o in desk.state("select outcome from monday_sync_items")} == {"ERROR", "SYNCED"}


def test_the_days_calls_are_not_spent_on_what_fails(desk: Desk) -> None:
    """A run that can send three requests a day sends what was never tried first, not the bad rows again."""
    desk.policy(max_attempts=1_000)
    desk.board.size = 1
    refuse_bad(desk)
    desk.have(orders(*BAD, *GOOD, sizes={}))
    desk.push(limit=5)
    left = iter(range(0))

    def limited(_request: object) -> None:
        if next(left, None) is None:
            raise DailyLimitError("the calls of the day are used up")

    desk.board.before = limited
    for _ in range(2):
        left = iter(range(1, 4))
        desk.push()
    assert len(desk.board.active()) == 6
