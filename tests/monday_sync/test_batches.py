"""How work is parted into requests and waves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from monday_sync.api import ArchiveItem, MoveToGroup, Operation
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.engine.execution.batches import AHEAD, Task, Work, batches, waves


def work(number: int, *kinds: str) -> Work:
    operations: dict[str, Operation] = {"move": MoveToGroup("1", "g"), "archive": ArchiveItem("1")}
    row = LedgerRow(Level.ITEM, str(number), str(number))
    return Work(row, None, "h", tuple(Task(kind, operations[kind], {}) for kind in kinds))


def sizes(found: Iterator[list[Work]]) -> list[int]:
    return [sum(len(one.tasks) for one in batch) for batch in found]


def test_a_rows_operations_travel_together() -> None:
    """A row is never parted, and the smallest limit of the kinds in a request decides."""
    twos = [work(n, "move", "archive") for n in range(5)]
    assert sizes(batches(twos, lambda _: 5)) == [4, 4, 2]
    mixed = [work(0, "move"), work(1, "move"), work(2, "archive"), work(3, "archive"), work(4, "move")]
    assert sizes(batches(mixed, {"move": 4, "archive": 2}.__getitem__)) == [2, 2, 1]
    assert sizes(batches([work(0, "move", "archive")], lambda _: 1)) == [2]
    assert sizes(batches([], lambda _: 1)) == []


def test_the_limit_is_asked_anew_for_each_request() -> None:
    """What was learnt from the answer to one request counts for the next."""
    limits = itertools.chain([1, 3], itertools.repeat(2))
    assert sizes(batches([work(n, "move") for n in range(8)], lambda _: next(limits))) == [1, 3, 2, 2]


def test_waves_grow_and_end_before_the_next_request_is_made() -> None:
    """One request, then two, then four ...; a wave is given out before the request after it is thought of."""
    made = 0

    def several() -> Iterator[list[Work]]:
        nonlocal made
        for number in range(9):
            made += 1
            yield [work(number, "move")]

    seen = []
    for wave in waves(several()):
        seen.append((len(wave), made))
    assert seen == [(1, 1), (2, 3), (4, 7), (2, 9)]


def test_a_wave_holds_no_more_than_is_stored_at_once() -> None:
    """Large requests make waves of few."""
    large = [[work(n, "move") for n in range(AHEAD // 2)] for _ in range(7)]
    assert [len(wave) for wave in waves(large)] == [1, 2, 2, 2]
    assert [len(wave) for wave in waves([[work(n, "move") for n in range(AHEAD + 1)]] * 2)] == [1, 1]
