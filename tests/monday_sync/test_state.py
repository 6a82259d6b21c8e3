"""The state machine of a row, walked against a model of board and ledger with faults."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monday_sync.domain import state as machine
from monday_sync.domain.state import Doubt, Outcome, RowState, SyncState

_MAX_ATTEMPTS = 3
_KEY_KEPT = dt.timedelta(minutes=30)


class Walk(RuleBasedStateMachine):
    """One row; a board that keeps idempotency keys for 30 minutes; people and networks that do as they please."""

    def __init__(self) -> None:
        super().__init__()
        self.row = machine.UNKNOWN
        self.desired = "hash-0"
        self.versions = 0
        self.items: dict[int, str] = {}  # active items on the board by id, with the hash they show
        self.kept: dict[int, int] = {}  # idempotency key to the item it made or changed, while the board keeps it
        self.next_id = 1
        self.item: int | None = None  # what the ledger links
        self.now = dt.timedelta(0)
        self.request: tuple[int, int | None, str, dt.timedelta, RowState] | None = None  # in flight or in doubt

    # what the world does

    @rule()
    def data_changes(self) -> None:
        self.versions += 1
        self.desired = f"hash-{self.versions}"

    @rule()
    def person_archives(self) -> None:
        self.items.clear()

    @rule()
    def time_passes(self) -> None:
        self.now += dt.timedelta(minutes=10)

    @rule()
    def ledger_is_restored_from_before(self) -> None:
        if self.request is None:
            self.row, self.item = machine.UNKNOWN, None

    # what a push does

    def due(self) -> bool:
        state = machine.sync_state(self.row, self.desired)
        return state is not SyncState.SYNCED and machine.may_send(self.row, self.desired)

    @precondition(lambda self: self.request is None and self.due())
    @rule()
    def push_sends(self) -> None:
        if self.item is not None and self.item not in self.items:
            self.row, self.item = machine.unlink(self.row), None
        if self.item is None and self.items:
            self.item = min(self.items)
            self.row = machine.adopt(self.row)
        before = self.row
        self.row = machine.intend(self.row, self.desired)
        self.request = (self.next_id, self.item, self.desired, self.now, before)
        self.next_id += 1

    def effect(self) -> int:
        """The board carries out the request, once for each key that it still knows."""
        assert self.request is not None
        key, item, wanted, _, _ = self.request
        if key in self.kept:
            return self.kept[key]
        target = item if item in self.items else key
        self.items[target] = wanted
        self.kept[key] = target
        return target

    @precondition(lambda self: self.request is not None)
    @rule()
    def answer_is_lost_after_the_effect(self) -> None:
        if self.young():
            self.effect()

    @precondition(lambda self: self.request is not None and self.young())
    @rule()
    def answer_comes(self) -> None:
        target = self.effect()
        self.row = replace(machine.confirm(self.row), linked=True)
        self.item, self.request = target, None

    @precondition(lambda self: self.request is not None and self.young() and self.request[0] not in self.kept)
    @rule()
    def row_is_refused(self) -> None:
        self.row, self.request = machine.refuse(self.row, _MAX_ATTEMPTS), None

    @precondition(lambda self: self.request is not None and self.young() and self.request[0] not in self.kept)
    @rule()
    def day_limit_refuses_the_call(self) -> None:
        assert self.request is not None
        self.row, self.request = machine.withdraw(self.request[4]), None

    @precondition(lambda self: self.request is not None and not self.young())
    @rule()
    def old_doubt_is_given_up(self) -> None:
        self.row, self.request = machine.expire(self.row), None

    @rule()
    def operator_requeues(self) -> None:
        if self.row.outcome in {Outcome.ERROR, Outcome.DEAD}:
            self.row = machine.requeue(self.row)

    def young(self) -> bool:
        assert self.request is not None
        return machine.resolve(self.now - self.request[3]) is Doubt.SEND_AGAIN

    # what must hold

    @invariant()
    def never_two_items(self) -> None:
        assert len(self.items) <= 1

    @invariant()
    def a_request_is_never_sent_again_after_its_key_is_forgotten(self) -> None:
        if self.request is not None and self.now - self.request[3] >= _KEY_KEPT:
            assert not self.young()

    @invariant()
    def synced_means_that_the_board_was_told(self) -> None:
        if machine.sync_state(self.row, self.desired) is SyncState.SYNCED and self.item in self.items:
            assert self.items[self.item] == self.desired

    @invariant()
    def what_is_under_way_is_pending(self) -> None:
        if self.request is not None:
            assert machine.sync_state(self.row, self.desired) is SyncState.PENDING

    @invariant()
    def a_dead_row_waits_for_a_person_or_new_data(self) -> None:
        if self.row.outcome is Outcome.DEAD:
            assert self.row.retries >= _MAX_ATTEMPTS or self.row.attempted is None


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (machine.UNKNOWN, SyncState.NEW),
        (RowState(Outcome.INTENT, attempted="h"), SyncState.PENDING),
        (RowState(Outcome.SYNCED, linked=True, confirmed="h"), SyncState.SYNCED),
        (RowState(Outcome.SYNCED, linked=True, confirmed="old"), SyncState.PENDING),
        (RowState(Outcome.ERROR, attempted="h"), SyncState.ERROR),
        (RowState(Outcome.DEAD, attempted="h"), SyncState.ERROR),
        (RowState(Outcome.ERROR, attempted="old"), SyncState.PENDING),
        (RowState(Outcome.ERROR, linked=True, confirmed="h", attempted="old"), SyncState.SYNCED),
    ],
)
def test_state_shown(row: RowState, expected: SyncState) -> None:
    """The state of each kind of ledger row is the one that dbt's views show."""
    assert machine.sync_state(row, "h") is expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, Doubt.SEND_AGAIN), (24, Doubt.SEND_AGAIN), (25, Doubt.LOOK_UP), (31, Doubt.LOOK_UP), (-1, Doubt.LOOK_UP)],
)
def test_doubt_by_age(minutes: int, expected: Doubt) -> None:
    """A request is sent again only while the API surely keeps its key; a clock set back counts as old."""
    assert machine.resolve(dt.timedelta(minutes=minutes)) is expected


def test_new_data_start_the_retries_anew() -> None:
    """A row that was given up is tried again as soon as its data change."""
    row = RowState(Outcome.INTENT, attempted="old")
    for _ in range(_MAX_ATTEMPTS):
        row = machine.refuse(machine.intend(row, "old"), _MAX_ATTEMPTS)
    assert row.outcome is Outcome.DEAD
    assert not machine.may_send(row, "old")
    assert machine.may_send(row, "new")
    assert machine.intend(row, "new").retries == 0
