"""Moments in the middle of a step at which its process is killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from console import OrderListError
from operations.cutover.take_over.foreign import ASIDE, BUILT, TAKE_OVER
from operations.log import CUTOVER, Entry, Log
from warehouse import Warehouse

#: Whether it has come, asked again and again while the process runs.
Moment = Callable[[], bool]


def later(seconds: float) -> Moment:
    """So long after the first question."""
    began = list[float]()

    def come() -> bool:
        began.append(time.monotonic())
        return began[-1] - began[0] >= seconds

    return come


def logged(warehouse: Warehouse, matching: Callable[[Entry], bool], then: float = 0) -> Moment:
    """As soon as the log has a row that was not there at the first question, and so many seconds ``then``."""
    before, after = list[int](), later(then)

    def come() -> bool:
        entries = list[Entry]()
        with suppress(OrderListError):  # the process itself has the file, or the server is busy
            entries = Log(warehouse, CUTOVER).entries()
            if not before:
                before.append(entries[0].sequence if entries else 0)
        there = any(entry.sequence > before[0] and matching(entry) for entry in entries) if before else False
        return there and after()

    return come


def standing(warehouse: Warehouse, ending: str) -> Moment:
    """As soon as there is a relation whose name ends so."""

    def come() -> bool:
        with suppress(OrderListError), warehouse.session(read_only=True) as session:
            return any(name.endswith(ending) for name in session.relations())
        return False

    return come


def of_take_over(warehouse: Warehouse) -> Sequence[Moment]:
    """While it looks and archives, while it builds, while it reads ids."""
    return (
        later(12),
        logged(warehouse, lambda entry: entry.action == TAKE_OVER and entry.after == ASIDE, then=30),
        logged(warehouse, lambda entry: entry.action == TAKE_OVER and entry.after == BUILT),
    )


def of_go(warehouse: Warehouse) -> Sequence[Moment]:
    """While it backs up, and in its first run."""
    return later(20), logged(warehouse, lambda entry: (entry.action, entry.outcome) == ("go", "begun"), then=20)


def of_rollback(warehouse: Warehouse) -> Sequence[Moment]:
    """While it undoes runs on the board, and while it brings tables back."""
    return (
        logged(warehouse, lambda entry: (entry.action, entry.outcome) == ("rollback", "begun"), then=2),
        standing(warehouse, "__restored"),
    )
