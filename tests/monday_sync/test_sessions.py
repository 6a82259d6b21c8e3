"""When the database is open: as seldom as can be, and never while the board is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.monday_sync.conftest import Desk, orders
from warehouse import Session


class Door:
    """Counts how often the database was opened, and whether it is open now."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = self.now = 0
        original = desk.context.warehouse.session

        @contextmanager
        def counted() -> Iterator[Session]:
            self.opened += 1
            self.now += 1
            try:
                with original() as session:
                    yield session
            finally:
                self.now -= 1

        monkeypatch.setattr(desk.context.warehouse, "session", counted)


def test_what_is_asked_within_a_session_opens_nothing_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger's methods share an open session; after a failure in one the next opens anew."""
    ledger, door = desk.context.ledger, Door(desk, monkeypatch)
    with ledger.session():
        ledger.links()
        ledger.groups.known()
        assert ledger.runs.latest() == []
    assert door.opened == 1
    with pytest.raises(ZeroDivisionError), ledger.session():
        _ = 1 / 0
    assert ledger.runs.latest() == []
    assert (door.opened, door.now) == (3, 0)


def test_the_database_is_closed_whenever_the_board_is_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other programs may use the database file while a request is on its way, however the push goes."""
    desk.have(orders(*[str(n) for n in range(12)]))
    door, asked = Door(desk, monkeypatch), 0

    def closed(*_: object) -> None:
        nonlocal asked
        asked += 1
        assert door.now == 0

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def asking(*given: Any, **more: Any) -> Any:
            closed()
            return real(*given, **more)

        return asking

    desk.board.before = desk.board.after = closed
    for name in ("start", "items", "find"):
        monkeypatch.setattr(desk.board, name, watched(getattr(desk.board, name)))
    assert desk.push().items.created == 12
    several = [order.with_values(notes="another note") for order in orders(*[str(n) for n in range(12)])]
    desk.have(several)
    assert desk.push(yes=12).items.updated == 12
    assert asked > 20


def test_requests_share_the_opening_of_the_database(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A push opens the database fewer times than it sends requests once there are many of them."""
    desk.have(orders(*[str(n) for n in range(60)]))
    door = Door(desk, monkeypatch)
    assert desk.push().subitems.created == 120
    assert len(desk.board.requests) == 1 + 12 + 24
    assert door.opened < len(desk.board.requests)
