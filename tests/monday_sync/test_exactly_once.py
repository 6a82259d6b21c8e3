"""Crashes, lost answers, lost and restored ledgers: nothing is ever there twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from monday_sync.api import CreateItem, CreateSubitem, MutationRequest
from monday_sync.commands.adopt import adopt
from monday_sync.errors import DailyLimitError
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.fake_board import Item, lost


class Crash(BaseException):
    """The process dies here."""


def crash_at(desk: Desk, when: str, fatal: Callable[[MutationRequest], bool]) -> None:
    """Push, and die at the first fatal request: after that the dying process reaches the database no more."""
    warehouse = desk.context.warehouse

    def no_session(*, read_only: bool = False) -> NoReturn:
        raise Crash

    def die(request: MutationRequest) -> None:
        if fatal(request):
            warehouse.session = no_session  # type: ignore[method-assign]
            raise Crash

    setattr(desk.board, when, die)
    with pytest.raises(Crash):
        desk.push()
    setattr(desk.board, when, lambda _: None)
    del warehouse.session


def whole(desk: Desk, count: int) -> None:
    """The board has each order once, with each line once, and the ledger agrees."""
    assert sorted(i.name for i in desk.board.active()) == sorted(f"STYLE1 {n}" for n in range(count))
    for item in desk.board.active():
        assert desk.sizes(item.name) == {"S": "10", "M": "20"}
        assert len(desk.board.children(item.id)) == 2
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("SYNCED",)]
    assert desk.state("select distinct sync_state from ORDER_LIST_LINES") == [("SYNCED",)]
    assert desk.state("select count(*) from monday_sync_attempts where outcome = 'INTENT'") == [(0,)]


def seven(desk: Desk) -> None:
    desk.have(orders(*[str(n) for n in range(7)]))


@pytest.mark.parametrize(("when", "minutes"), [("before", 1), ("after", 1), ("after", 40)])
@pytest.mark.parametrize("nth", range(6))
def test_a_crash_at_any_request(desk: Desk, when: str, nth: int, minutes: int) -> None:
    """Whichever request the process dies at, before or after its effect, and however late it is run again."""
    seven(desk)
    count = iter(range(1000))
    crash_at(desk, when, lambda _: next(count) == nth)
    desk.clock.pass_minutes(minutes)
    assert desk.push().outcome == "done"
    whole(desk, 7)
    assert desk.push().changed == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_every_answer_lost_once(desk: Desk, when: str) -> None:
    """When each request's first answer is lost, the same request is sent again with its own key."""
    seven(desk)
    seen: set[str] = set()

    def first_time(request: MutationRequest) -> None:
        if request.idempotency_key not in seen:
            seen.add(request.idempotency_key)
            lost(request)

    setattr(desk.board, when, first_time)
    assert desk.push().outcome == "done"
    whole(desk, 7)


@pytest.mark.parametrize("minutes", [1, 40])
def test_a_silent_board_stops_the_run_and_leaves_it_in_doubt(desk: Desk, minutes: int) -> None:
    """When no answer comes at all, the run stops; the next one settles the doubt, young or old, without duplicates."""
    seven(desk)

    def lost_items(request: MutationRequest) -> None:
        if any(isinstance(op, CreateItem) for op in request.operations):
            lost(request)

    desk.board.after = lost_items
    result = desk.push()
    assert (result.outcome, result.exit_code) == ("stopped", 1)
    assert "in doubt" in (result.message or "")
    states = {row[0]: row[1] for row in desk.state("select sync_state, count(*) from FACT_ORDER_LIST group by 1")}
    assert states == {"PENDING": 5, "NEW": 2}
    desk.board.after = lambda _: None
    desk.clock.pass_minutes(minutes)
    assert desk.push().recovered == 5
    whole(desk, 7)


def test_a_doubtful_update_is_settled_by_looking(desk: Desk) -> None:
    """An update in doubt for too long is compared with the board and sent again only where it is missing."""
    seven(desk)
    desk.push()
    desk.have([o.with_values(notes="x") if o.number == "3" else o for o in orders(*[str(n) for n in range(7)])])
    crash_at(desk, "after", lambda _: True)
    desk.clock.pass_minutes(60)
    sent = len(desk.board.requests)
    result = desk.push()
    assert (result.items.confirmed, result.items.updated, result.conflicts) == (1, 0, 0)
    assert len(desk.board.requests) == sent
    assert desk.shows("STYLE1 3", "notes") == "x"


@pytest.mark.parametrize("first", ["push", "adopt"])
def test_an_empty_ledger_against_a_full_board(desk: Desk, first: str) -> None:
    """Items are adopted by business key: nothing is created, by adopt or by push itself."""
    seven(desk)
    desk.push()
    desk.forget_ledger()
    sent = len(desk.board.requests)
    if first == "adopt":
        adopted = adopt(desk.context)
        assert (adopted.items, adopted.subitems, adopted.not_on_board) == (7, 14, 0)
    result = desk.push()
    assert (result.items.created, result.subitems.created, result.groups_created) == (0, 0, 0)
    assert len(desk.board.requests) == sent
    whole(desk, 7)


def test_a_restored_ledger_makes_no_doubles(desk: Desk) -> None:
    """With a database from before the last push, what that push created is found and adopted."""
    desk.have(orders("0", "1"))
    desk.push()
    with desk.context.warehouse.session() as session:
        saved = {n: session.arrow(f"select * from monday_sync_{n}") for n in ("items", "subitems", "attempts", "runs")}
    seven(desk)
    desk.push()
    with desk.context.warehouse.session() as session:
        for name in saved:
            session.execute(f"delete from monday_sync_{name}")
        for name, data in saved.items():
            session.insert(f"monday_sync_{name}", data)
    result = desk.push()
    assert (result.items.created, result.subitems.created, result.items.adopted) == (0, 0, 5)
    whole(desk, 7)


def test_several_items_with_one_key(desk: Desk) -> None:
    """The oldest of several items with one business key is adopted, the others are reported and left alone."""
    seven(desk)
    desk.push()
    original = desk.board.named("STYLE1 3")
    desk.board.things["9999"] = Item("9999", "a person's copy", original.group_id, dict(original.values))
    desk.forget_ledger()
    result = desk.push()
    assert [(d.kept, d.others) for d in result.duplicates] == [(original.id, ("9999",))]
    assert desk.board.things["9999"].name == "a person's copy"
    assert result.items.created == 0


def test_keys_are_compared_exactly(desk: Desk) -> None:
    """A search that ignores case does not make an order adopt another one's item."""
    desk.have(orders("abc"))
    desk.push()
    desk.have(orders("abc", "ABC"))
    assert desk.push().items.created == 1
    assert len(desk.board.active()) == 2


def test_an_item_archived_by_a_person_is_created_again_with_its_lines(desk: Desk) -> None:
    """When a changed order's item is gone, a new one is created with all its lines, and only that, if so wanted."""
    desk.policy(archived="recreate", deleted="recreate")
    seven(desk)
    desk.push()
    old = desk.board.named("STYLE1 3")
    desk.board.archive(old.id)
    desk.have([o.with_values(notes="x") if o.number == "3" else o for o in orders(*[str(n) for n in range(7)])])
    result = desk.push()
    assert (result.items.created, result.subitems.created) == (1, 2)
    whole(desk, 7)


def test_an_item_that_vanishes_during_the_push_is_created_by_the_next(desk: Desk) -> None:
    """An item archived between plan and push makes its row due again; the next push goes by the policy."""
    seven(desk)
    desk.push()
    old = desk.board.named("STYLE1 3")
    desk.have([o.with_values(notes="x") if o.number == "3" else o for o in orders(*[str(n) for n in range(7)])])
    desk.board.before = lambda _: desk.board.archive(old.id)
    assert desk.push().items.failed == 1
    desk.board.before = lambda _: None
    left = desk.push()
    assert (left.items.created, left.items.left) == (0, 1)
    desk.policy(archived="recreate", deleted="recreate")
    assert desk.push().items.created == 1
    whole(desk, 7)


def test_a_crash_between_item_and_subitems(desk: Desk) -> None:
    """Lines whose item was created in a run that died are created by the next, each once."""
    seven(desk)
    crash_at(desk, "before", lambda request: isinstance(request.operations[0], CreateSubitem))
    desk.push()
    whole(desk, 7)


def test_a_stopped_request_is_withdrawn(desk: Desk) -> None:
    """A request that surely was not executed leaves its rows as they were, and no doubt."""
    seven(desk)

    def limited(_request: MutationRequest) -> None:
        raise DailyLimitError("the day is used up")

    desk.board.before = limited
    assert desk.push().outcome == "stopped"
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST") == [("NEW",)]
    assert desk.state("select count(*) from monday_sync_items") == [(0,)]
    assert desk.state("select distinct outcome from monday_sync_attempts") == [("WITHDRAWN",)]


def test_groups_are_not_doubled_by_a_crash(desk: Desk) -> None:
    """A group whose creation was in doubt is found by its name, young or old."""
    seven(desk)
    crash_at(desk, "after", lambda _: True)
    desk.clock.pass_minutes(60)
    desk.push()
    assert [g.title for g in desk.board.groups] == ["GREYSON 2026 SPRING"]
    whole(desk, 7)
