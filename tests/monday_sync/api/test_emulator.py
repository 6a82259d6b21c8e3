"""The API over HTTP against the emulator: every kind of operation, every column type, limits, faults and doubts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from board_emulator.clock import MovableClock
from board_emulator.faults import TRANSPORT, Chance, Fault
from board_emulator.limits import Limits
from board_emulator.testing import EmulatorHandle, running_emulator
from monday_sync.api import (
    ArchiveGroup,
    ArchiveItem,
    ChangeColumns,
    CreateGroup,
    CreateItem,
    CreateSubitem,
    HttpBoardApi,
    MoveToGroup,
    MutationRequest,
    Operation,
    Outcome,
)
from monday_sync.domain.board import load_board
from monday_sync.domain.values import encode, shown
from monday_sync.errors import InDoubtError, RequestFailedError, TokenRevokedError

BOARD = load_board("local", Path(__file__).parents[3] / "boards")
BY_NAME = {m.view_column: m for m in BOARD.items}
NUMBER = BY_NAME["aag_order_number"].column_id
#: Faults that take time on the machine's own clock; what they come to is tested without it.
SLOW = ("delay", "delay_before", "drip")


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator(limits="pro", clock=MovableClock(1_800_000_000)) as running:
        yield running


def connect(emulator: EmulatorHandle, token: str | None = None) -> HttpBoardApi:
    clock = emulator.clock
    return HttpBoardApi(emulator.url, token or emulator.token, clock=clock.now, sleep=clock.advance)


@pytest.fixture
def api(emulator: EmulatorHandle) -> Iterator[HttpBoardApi]:
    with connect(emulator) as connected:
        yield connected


def send(api: HttpBoardApi, *operations: Operation) -> tuple[Outcome, ...]:
    return api.mutate(MutationRequest(uuid.uuid4().hex, operations))


def order(number: str) -> CreateItem:
    return CreateItem(BOARD.board_id, "topics", f"order {number}", {NUMBER: number})


def test_operations_of_all_kinds_in_one_request(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """Create, change, rename, move, archive and refuse in one POST; each outcome is its own operation's."""
    (group,) = send(api, CreateGroup(BOARD.board_id, "GREYSON FALL 2026", "topics", "after_at"))
    first, second, third = send(api, order("A1"), order("A2"), order("A3"))
    assert group.item_id
    assert first.item_id
    assert second.item_id
    assert third.item_id
    quantity = BY_NAME["total_qty"].column_id
    outcomes = send(
        api,
        ChangeColumns(BOARD.board_id, first.item_id, {"name": "renamed", quantity: "7"}),
        MoveToGroup(first.item_id, group.item_id),
        CreateSubitem(first.item_id, "S", {"dropdown_mkrak7qp": {"labels": ["S"]}}, create_labels=True),
        ArchiveItem(second.item_id),
        ChangeColumns(BOARD.board_id, third.item_id, {quantity: "many"}),
        ChangeColumns(BOARD.board_id, second.item_id, {quantity: "1"}),
    )
    assert [o.ok for o in outcomes] == [True, True, True, True, False, False]
    assert (outcomes[4].code, outcomes[5].gone) == ("ColumnValueException", True)
    items = {item.id: item for item in api.items(BOARD)}
    assert items.keys() == {first.item_id, third.item_id}
    changed = items[first.item_id]
    assert (changed.name, changed.group_id, changed.values[quantity]) == ("renamed", group.item_id, "7")
    assert [s.name for s in changed.subitems] == ["S"]
    assert [i.id for i in api.items(BOARD, group=group.item_id)] == [first.item_id]


def test_a_group_is_archived_once_and_never_the_last_one(api: HttpBoardApi) -> None:
    """An archived group is off the board; archiving it again, or the last group there is, is refused."""
    (group,) = send(api, CreateGroup(BOARD.board_id, "GREYSON FALL 2026"))
    assert group.item_id
    (archived,) = send(api, ArchiveGroup(BOARD.board_id, group.item_id))
    assert (archived.ok, archived.item_id) == (True, group.item_id)
    assert [g.id for g in api.board(BOARD.board_id).groups] == ["topics"]
    again, last = send(api, ArchiveGroup(BOARD.board_id, group.item_id), ArchiveGroup(BOARD.board_id, "topics"))
    assert (again.ok, last.ok, last.code) == (False, False, "DeleteLastGroupException")


def test_every_column_type_shows_what_was_sent_and_clears(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """Each type reads back as the text that was meant, and null empties it; a number that is cleared is not 0."""
    info = api.board(BOARD.board_id)
    wanted = {
        "aag_order_number": "A 1 ünïcode 𝄞, \"quoted\"", "notes": "line one\n\nline three", "total_qty": "12.5",
        "ex_factory_date": "2026-06-15", "aag_season": "FALL, 2026", "unit_of_measure": "PCS", "order_type": "RECEIVED",
    }  # fmt: skip
    texts = {BY_NAME[name].column_id: shown(BY_NAME[name], value) for name, value in wanted.items()}
    values = {
        m.column_id: encode(m, texts[m.column_id], info.columns[m.column_id].label_ids)
        for m in BOARD.items
        if m.column_id in texts
    }
    (made,) = send(api, CreateItem(BOARD.board_id, "topics", "x", values, create_labels=True))
    assert made.item_id
    (item,) = api.items(BOARD, ids=[made.item_id])
    assert {c: item.values[c] for c in texts} == texts
    cleared = {m.column_id: encode(m, None) for m in BOARD.items if m.column_id in texts}
    (changed,) = send(api, ChangeColumns(BOARD.board_id, made.item_id, cleared))
    assert changed.ok
    (item,) = api.items(BOARD, ids=[made.item_id])
    assert set(item.values.values()) == {None}


def test_finding_by_text_ignores_case_and_finds_only_whole_texts(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """The API's search, as documented: the caller compares exactly afterwards."""
    send(api, order("A1"), order("a1"), order("A10"))
    assert sorted(i.values[NUMBER] or "" for i in api.find(BOARD, NUMBER, ["A1"])) == ["A1", "a1"]


def test_the_board_says_who_may_write(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """Board, columns, labels and groups are read; me and the day's calls are known."""
    info = api.board(BOARD.board_id)
    assert {m.column_id for m in BOARD.items} <= info.columns.keys()
    assert all(info.columns[m.column_id].type == m.type for m in BOARD.items)
    assert "PCS" in info.columns[BY_NAME["unit_of_measure"].column_id].label_ids
    assert (info.can_write, info.items_limit, info.state) == (True, 10_000, "active")
    assert [c.board_ids for c in info.columns.values() if c.type == "subtasks"] == [(BOARD.subitem_board_id,)]
    start = api.start((BOARD.board_id, BOARD.subitem_board_id))
    assert start.me.account_id
    assert start.boards[BOARD.board_id] == info
    assert start.boards[BOARD.subitem_board_id].id == BOARD.subitem_board_id
    assert api.day.limit == 10_000


def test_no_call_is_rejected_while_many_windows_are_filled() -> None:
    """300 items through a budget of 100 a minute: no rejection, and not more minutes than it takes."""
    limits = Limits("small", 10_000, 2_500, 100, points_a_minute=1_000_100)
    with running_emulator(limits=limits, clock=MovableClock(1_800_000_000)) as emulator, connect(emulator) as api:
        begin, left = emulator.clock.now(), 300
        while left:
            size = min(left, api.batch_size("create"))
            assert all(o.ok for o in send(api, *(order(f"{left}-{n}") for n in range(size))))
            left -= size
        assert api.rejected == 0
        assert emulator.clock.now() - begin <= 3 * 60 / 0.95
        assert emulator.state.active[BOARD.board_id] == 300


def test_a_limit_of_one_field_is_found_and_kept() -> None:
    """A field that may be asked for 45 times a minute: a few rejections teach it, after that there is none."""
    limits = Limits("small", 10_000, 2_500, 100, points_a_minute=1_000_100, fields={"create_item": 45})
    with running_emulator(limits=limits, clock=MovableClock(1_800_000_000)) as emulator, connect(emulator) as api:
        made, rejected, begin = 0, 0, 0.0
        while made < 400:
            size = api.batch_size("create")
            try:
                assert all(o.ok for o in send(api, *(order(f"{made}-{n}") for n in range(size))))
            except RequestFailedError:
                continue  # given back to be sent in parts
            made += size
            if made < 150:
                rejected, begin = api.rejected, emulator.clock.now()
        assert api.rejected == rejected <= 3
        assert emulator.clock.now() - begin <= 60 * 300 / 45 / 0.7
        assert emulator.state.active[BOARD.board_id] == made


FAULTS = [kind for kind in TRANSPORT if kind not in SLOW]


@pytest.mark.parametrize("kind", FAULTS)
def test_after_each_fault_the_same_key_brings_one_item_each(
    api: HttpBoardApi, emulator: EmulatorHandle, kind: str
) -> None:
    """Whatever happens to the answer, sending the same request again ends with one item for each operation."""
    emulator.faults.add(Fault(kind, match="create_item"))
    request = MutationRequest("the-key", (order("A1"), order("A2")))
    for _ in range(3):
        try:
            outcomes = api.mutate(request)
            break
        except InDoubtError:
            continue
    assert all(o.ok for o in outcomes)
    assert sorted(o.item_id or "" for o in outcomes) == sorted(i.id for i in api.items(BOARD))
    assert emulator.faults.hits


@pytest.mark.parametrize("seed", range(5))
def test_a_storm_of_faults_leaves_one_item_for_each_order(
    api: HttpBoardApi, emulator: EmulatorHandle, seed: int
) -> None:
    """Many requests, every second one disturbed in a way of its own: nothing twice, nothing lost."""
    emulator.faults.by_chance(Chance(0.5, seed, tuple(FAULTS), mutations_only=False))
    for batch in range(8):
        request = MutationRequest(f"key-{batch}", tuple(order(f"{batch}-{n}") for n in range(5)))
        while True:
            try:
                outcomes = api.mutate(request)
                break
            except InDoubtError:
                continue
        assert all(o.ok for o in outcomes)
    emulator.faults.clear()
    numbers = [item.values[NUMBER] for item in api.items(BOARD)]
    assert sorted(numbers, key=str) == sorted(f"{b}-{n}" for b in range(8) for n in range(5))


def test_a_token_revoked_between_two_operations(api: HttpBoardApi, emulator: EmulatorHandle) -> None:
    """What was done before is told; the rest surely did not happen, and the next request ends the run."""
    emulator.faults.add(Fault("token_revoked", match="create_item"))
    outcomes = send(api, *(order(f"A{n}") for n in range(4)))
    assert outcomes[0].ok
    assert all(o.retryable for o in outcomes if not o.ok)
    assert not outcomes[-1].ok
    with pytest.raises(TokenRevokedError):
        send(api, order("B1"))


def test_a_wrong_token_is_refused(emulator: EmulatorHandle) -> None:
    """The first question already tells."""
    with connect(emulator, token="nobody") as api, pytest.raises(TokenRevokedError):  # noqa: S106 - nobody's
        api.start(())
