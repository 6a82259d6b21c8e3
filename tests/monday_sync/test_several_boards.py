"""Several boards for one target: each order is on the board of its scope, whole and once, and moves with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import pytest

from bench.soak.relations import Order
from board_emulator.faults import Fault
from monday_sync.api import MutationRequest, Outcome
from monday_sync.board_texts import target_plan_text, target_push_text
from monday_sync.domain.plan import Action
from monday_sync.domain.rows import Level
from monday_sync.errors import ConfirmationNeededError, DailyLimitError, RefusedError, UnreachableError
from tests.monday_sync.conftest import orders
from tests.monday_sync.harbour import BELOW_COPY, COPY, FALL, SPRING, Harbour

CREATE, ITEM = Action.CREATE, Level.ITEM


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


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("minutes", [1, 40])
def test_a_kill_at_any_request_of_a_move(harbour: Harbour, when: str, minutes: int) -> None:
    """Whichever request the process dies at, before or after its effect, and however late it is run again."""
    harbour.handle.state.renews_moved_subitems = when == "after"
    harbour.have(six("6"))
    harbour.push()
    nth, falling = 0, ["4", "6"]
    while True:
        harbour.have(six(*falling))
        died = harbour.crash(nth, when)
        harbour.clock.advance(60 * minutes)
        result = harbour.push()
        assert (result.outcome, result.errors, result.left) == ("done", (), ())
        assert harbour.wrong() == []
        assert harbour.settled()
        if not died:
            break
        # there and back again, and die one request later
        nth, falling = nth + 1, ["6"] if "4" in falling else ["4", "6"]
    assert nth >= 2  # the move itself, and what the push to the other board sends then


def test_a_lost_answer_of_a_move_is_asked_for_again(harbour: Harbour) -> None:
    """The move took effect and its answer was lost: the same request is repeated, and nothing is there twice."""
    harbour.have(six("6"))
    harbour.push()
    harbour.have(six("4", "5", "6"))
    harbour.handle.faults.add(Fault("lost", match="move_item_to_board", times=1))
    result = harbour.push()
    assert (result.items.changed_board, result.errors, harbour.wrong()) == (2, (), [])
    assert harbour.settled()


def test_subitems_that_get_new_ids_are_found_by_their_names(harbour: Harbour) -> None:
    """The vendor does not say that their ids stay: none is created a second time, and the next change reaches them."""
    harbour.handle.state.renews_moved_subitems = True
    harbour.have(six("6"))
    harbour.push()
    harbour.have(six("4", "6"))
    result = harbour.push()
    assert (result.subitems.created, result.subitems.adopted, harbour.wrong()) == (0, 2, [])
    changed = [replace(o, sizes={"S": 11, "M": 21}) for o in six("4", "6")]
    harbour.have(changed)
    assert (harbour.push().subitems.updated, harbour.wrong()) == (12, [])


def test_what_a_person_moved_to_its_board_is_only_recorded(harbour: Harbour) -> None:
    """The item lies where it should: no move is sent, and the push goes on with it there."""
    harbour.have(six("6"))
    harbour.push()
    harbour.handle.people.move_item_to_board(harbour.item("STYLE1 4").id, harbour.board("fall").board_id, "topics")
    harbour.have(six("4", "6"))
    made = harbour.plan()
    assert [(len(p.sent), [o.at for o in p.orders]) for p in made.moves.passages] == [(0, ["77"])]
    sent = harbour.handle.emulator.tally.calls
    result = harbour.push()
    assert (result.items.changed_board, result.items.created) == (1, 0)
    assert harbour.handle.emulator.tally.calls > sent
    assert harbour.state("select distinct outcome from monday_sync_attempts where kind = 'move_board'") == [
        ("NO_CALL",)
    ]
    assert harbour.wrong() == []
    assert harbour.settled()


@pytest.mark.parametrize("policy", ["leave", "recreate"])
def test_an_item_that_a_person_archived_is_not_moved(harbour: Harbour, policy: str) -> None:
    """By the policy it is left and named, or made anew: on the board where it belongs now."""
    harbour.rewrite(lambda boards: [board["policy"].update(archived=policy) for board in boards])
    harbour.have(six("6"))
    harbour.push()
    harbour.handle.people.remove_item(harbour.item("STYLE1 4").id, state="archived")
    harbour.have(six("4", "5", "6"))
    result = harbour.push()
    assert result.items.changed_board == 1
    if policy == "leave":
        (left,) = result.left
        assert (left.name, "archived by a person" in left.message, int(result.exit_code)) == ("STYLE1 4", True, 1)
        assert "left: 1 row (order 4): its item was archived by a person" in target_push_text(result)
        assert harbour.names("fall") == names("56")
    else:
        assert (result.items.created, result.subitems.created, harbour.wrong()) == (1, 2, [])
        assert harbour.settled()


def test_a_lost_ledger_finds_what_lies_on_the_wrong_board(harbour: Harbour) -> None:
    """Without a ledger, and with another season: the items are found on their old board and moved, not made twice."""
    harbour.have(six("6"))
    harbour.push()
    with harbour.opened.contexts[0].ledger.session() as session:
        for name in ("items", "subitems", "attempts", "runs", "groups"):
            session.execute(f"delete from monday_sync_{name}")
    harbour.have(six("4", "6"))
    made = harbour.plan()
    assert ([row.item_name for row in made.moves.misplaced], sum(p.count(CREATE, ITEM) for _, p in made.boards)) == (
        ["STYLE1 4"], 0,
    )  # fmt: skip
    result = harbour.push()
    assert (result.items.created, result.subitems.created, result.items.changed_board) == (0, 0, 1)
    assert harbour.wrong() == []
    assert harbour.settled()


def test_many_moves_need_a_word(harbour: Harbour) -> None:
    """More than the share of the board that a push may touch: the number of all boards together is asked for."""
    harbour.have(six("6"))
    harbour.push()
    harbour.rewrite(lambda boards: [board["policy"].update(touch_share=0.3) for board in boards])
    harbour.have([o.with_values(notes="x") if o.number == "6" else o for o in six("4", "5", "6")])
    with pytest.raises(ConfirmationNeededError, match=r"2 of 5 items would move from board spring") as asked:
        harbour.push()
    assert "--yes 7" in (asked.value.hint or "")
    with pytest.raises(ConfirmationNeededError, match="--yes 6 does not match"):
        harbour.push(yes=6)
    assert harbour.names("fall") == names("6")
    assert harbour.push(yes=7).items.changed_board == 2
    assert harbour.wrong() == []


def test_a_column_that_the_other_board_lacks_is_named(harbour: Harbour) -> None:
    """What people keep in a column without a like one there would be lost: it is said first, and needs a word."""
    harbour.have(six("6"))
    harbour.push()
    state = harbour.handle.state
    del state.board("77").columns["text_mkr61hpz_b"]
    harbour.have(six("4", "6"))
    made = harbour.plan()
    assert made.moves.passages[0].lost == ("matchAlias",)
    assert "has no column for: matchAlias; these values are lost" in target_plan_text(made)
    with pytest.raises(ConfirmationNeededError, match="which has no column for: matchAlias"):
        harbour.push()
    assert harbour.push(yes=made.number).items.changed_board == 1
    assert harbour.wrong() == []


def test_a_board_that_stops_does_not_end_the_other(harbour: Harbour) -> None:
    """The first board ends early: the second is filled all the same, and the worst outcome counts for the whole."""
    harbour.have(six("5", "6"))
    real = harbour.opened.contexts[0].api.mutate

    def limited(_request: MutationRequest) -> NoReturn:
        raise DailyLimitError("the day is used up")

    harbour.opened.contexts[0].api.mutate = limited  # type: ignore[method-assign,assignment]
    result = harbour.push()
    assert [one.result.outcome for one in result.boards] == ["stopped", "done"]
    assert (result.outcome, int(result.exit_code), harbour.names("fall")) == ("stopped", 1, names("56"))
    assert harbour.state("select count(*) from monday_sync_customers") == [(0,)]
    harbour.opened.contexts[0].api.mutate = real  # type: ignore[method-assign]
    assert (harbour.push().outcome, harbour.wrong()) == ("done", [])
    assert harbour.state("select orders from monday_sync_customers") == [(6,)]


def test_a_board_that_cannot_be_read_does_not_end_the_other(harbour: Harbour) -> None:
    """No answer to the plan's questions on one board: the other is pushed, and the first is named with the reason."""
    harbour.have(six("6"))
    harbour.push()
    api = harbour.opened.contexts[0].api
    real = api.items

    def unreachable(*_: object, **__: object) -> NoReturn:
        raise UnreachableError("There is no connection.")

    api.items = unreachable  # type: ignore[method-assign]
    harbour.have([o.with_values(notes="x") for o in six("6")])
    result = harbour.push()
    assert [(one.title, one.result.outcome) for one in result.boards] == [
        ("board spring (9609317401)", "failed"), ("board fall (77)", "done"),
    ]  # fmt: skip
    assert (result.items.updated, int(result.exit_code)) == (1, 1)
    assert "board spring (9609317401): There is no connection." in (result.message or "")
    api.items = real  # type: ignore[method-assign]
    assert (harbour.push().items.updated, harbour.wrong()) == (5, [])


def test_a_customer_that_is_held_back_does_not_move(harbour: Harbour) -> None:
    """Its seasons may be what it is held back for; the plan says that such orders are on the wrong board."""
    harbour.have(six("6"))
    harbour.push()
    harbour.have(six("4", "6"), held={"GREYSON": "lost too much"})
    made = harbour.plan()
    assert (made.moves.passages, made.moves.left) == ((), {"held back": 1})
    assert "stay where they are for now: held back 1" in target_plan_text(made)
    assert "the board shows what the database says" not in target_plan_text(made)
    result = harbour.push()
    assert (result.changed, result.verdict, int(result.exit_code)) == (0, "attention", 1)
    assert harbour.names("fall") == names("6")
    assert (harbour.push(release=("GREYSON",)).items.changed_board, harbour.wrong()) == (1, [])


def test_a_full_board_takes_no_moves(harbour: Harbour) -> None:
    """What would move there counts like what would be created there: the push is refused before anything is sent."""
    harbour.rewrite(lambda boards: boards[1].update(limits={"items": 2}))
    harbour.have(six("6"))
    harbour.push()
    harbour.have(six("4", "5", "6"))
    made = harbour.plan()
    assert [(p.rooms[0].comes, p.rooms[0].goes, p.rooms[0].after) for _, p in made.boards] == [(0, 2, 3), (2, 0, 3)]
    with pytest.raises(RefusedError, match=r"Board 77 .* 2 more do not fit"):
        harbour.push()
    assert harbour.names("spring") == names("12345")


def test_the_limit_is_of_all_boards(harbour: Harbour) -> None:
    """Orders that are moved count as well; what is left over goes by the next push."""
    harbour.have(six("5", "6"))
    assert (harbour.push(limit=5).items.created, harbour.names("fall")) == (5, names("5"))
    harbour.push()
    harbour.have([o.with_values(notes="x") for o in six("3", "4", "5", "6")])
    result = harbour.push(limit=3)
    # the two that are moved, and one more; what else is due waits
    assert (result.items.changed_board, result.items.updated) == (2, 1)
    while harbour.push(limit=3).changed:
        pass
    assert harbour.wrong() == []


@pytest.mark.parametrize("minutes", [1, 40])
def test_an_order_in_doubt_stays_until_it_is_known(harbour: Harbour, minutes: int) -> None:
    """The run dies while orders are created, and then they belong elsewhere: they are found first, and moved after."""
    harbour.have(six())
    assert harbour.crash(1, "after")
    harbour.have(six(*"123456"))
    harbour.clock.advance(60 * minutes)
    pushes = 0
    while harbour.push().changed:
        pushes += 1
    assert pushes <= 2
    assert harbour.wrong() == []
    assert harbour.settled()


def test_both_boards_are_filled_by_bulk_import(harbour: Harbour) -> None:
    """Each board has its own file, and the rows it makes are that board's; what moves later is not imported again."""
    harbour.rewrite(lambda boards: [board["policy"].update(bulk="always") for board in boards])
    harbour.have(six("5", "6"))
    result = harbour.push()
    assert (result.items.created, result.subitems.created, harbour.wrong()) == (6, 12, [])
    assert len(harbour.handle.emulator.jobs.jobs) == 2
    harbour.have(six("4", "5", "6"))
    assert (harbour.push().items.changed_board, harbour.wrong()) == (1, [])
    assert len(harbour.handle.emulator.jobs.jobs) == 2
    assert harbour.settled()


def test_an_order_without_a_season_of_either_is_out_of_scope_once(harbour: Harbour) -> None:
    """What no scope has is on no board and counts once; what lies on a board stays there."""
    harbour.have(six("6"))
    harbour.push()
    never = [replace(o, season="2031 NEVER") if o.number in "16" else o for o in six("6")]
    harbour.have([*never, *orders("7", season="X")])
    result = harbour.push()
    assert (result.items.out_of_scope, result.changed, result.items.created) == (3, 0, 0)
    assert (harbour.names("spring"), harbour.names("fall")) == (names("12345"), names("6"))


def test_hooks_of_all_boards_come_before_the_first_move(harbour: Harbour) -> None:
    """A command that fails on the board that orders go to stops all of it, and nothing was sent."""
    harbour.have(six("6"))
    harbour.push()
    harbour.rewrite(lambda boards: boards[1].update(hooks={"before_push": ["false"]}))
    harbour.have([o.with_values(notes="x") for o in six("4", "6")])
    with pytest.raises(RefusedError, match="The command before the push"):
        harbour.push()
    assert harbour.names("fall") == names("6")
    assert harbour.state("select count(*) from monday_sync_runs where kind = 'move'") == [(0,)]


def test_only_boards_that_mirror_give_and_take_orders(harbour: Harbour) -> None:
    """A board that is only updated neither loses nor gets an item by a move; the plan counts what stays."""
    harbour.have(six("6"))
    harbour.push()
    harbour.rewrite(lambda boards: boards[1].update(mode="update_only"))
    harbour.have(six("4", "6"))
    result = harbour.push()
    assert (result.changed, result.own_notes) == (
        0, ("orders that belong on another board and stay where they are for now: left by the mode of a board 1",)
    )  # fmt: skip
    assert harbour.names("spring") == names("12345")


def test_a_move_that_is_refused_leaves_the_order_where_it_was(harbour: Harbour) -> None:
    """It uses up no attempt, is named, and is tried again by the next push."""
    harbour.rewrite(lambda boards: [board["policy"].update(max_attempts=1) for board in boards])
    harbour.have(six("6"))
    harbour.push()
    world = harbour.handle.state
    subitems, world.board("77").subitem_board_id = world.board("77").subitem_board_id, None
    harbour.have(six("4", "6"))
    result = harbour.push()
    (error,) = result.errors
    assert (error.name, "it could not be moved to board 77" in error.message) == ("STYLE1 4", True)
    assert (int(result.exit_code), harbour.names("fall")) == (1, names("6"))
    assert int(harbour.push().exit_code) == 1
    world.board("77").subitem_board_id = subitems
    assert (harbour.push().items.changed_board, harbour.wrong()) == (1, [])
    assert harbour.settled()


@pytest.mark.parametrize("hides", ["subitems", "item"])
def test_what_is_not_to_be_seen_right_after_the_move_is_not_made_anew(harbour: Harbour, hides: str) -> None:
    """Even where the file says to make anew what is gone: a board may show late what was moved to it."""
    policy = {"moved": "recreate", "deleted": "recreate", "archived": "recreate"}
    harbour.rewrite(lambda boards: [board["policy"].update(policy) for board in boards])
    harbour.have(six("6"))
    harbour.push()
    item, world = harbour.item("STYLE1 4"), harbour.handle.state
    below = list(world.children[item.id])
    harbour.have(six("4", "6"))
    api = harbour.opened.contexts[0].api
    real = api.mutate

    def late(request: MutationRequest) -> tuple[Outcome, ...]:
        answer = real(request)
        if hides == "item":
            world.sight.hidden.add(item.id)
        else:
            world.children[item.id] = []
        return answer

    api.mutate = late  # type: ignore[method-assign]
    result = harbour.push()
    assert (result.items.changed_board, result.items.created, result.subitems.created) == (1, 0, 0)
    assert all("just now and is not to be seen yet" in problem.message for problem in result.left)
    assert (len(result.left), int(result.exit_code)) == (2 if hides == "subitems" else 3, 1)
    world.sight.hidden.clear()
    world.children[item.id] = below
    api.mutate = real  # type: ignore[method-assign]
    again = harbour.push()
    assert (again.items.created, again.subitems.created, again.left, harbour.wrong()) == (0, 0, (), [])
    assert harbour.settled()


@pytest.mark.parametrize("answers", [0, 1])
def test_nothing_is_created_while_a_board_of_the_target_cannot_be_searched(harbour: Harbour, answers: int) -> None:
    """Without a ledger, and with one board out of reach: an order may lie there, so no other board gets it anew."""
    harbour.have(six("6"))
    harbour.push()
    with harbour.opened.contexts[0].ledger.session() as session:
        for name in ("items", "subitems", "attempts", "runs", "groups"):
            session.execute(f"delete from monday_sync_{name}")
    harbour.have([*six("4", "6"), *orders("7", season=FALL)])
    calls = iter(range(1000))

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def read(*arguments: object, **options: object) -> Any:
            if next(calls) >= answers:
                raise UnreachableError("There is no connection.")
            return real(*arguments, **options)

        return read

    api = harbour.opened.contexts[0].api
    api.items, api.find = failing(api.items), failing(api.find)  # type: ignore[method-assign]
    result = harbour.push()
    assert [(one.title, one.result.outcome) for one in result.boards] == [
        ("board spring (9609317401)", "failed"), ("board fall (77)", "done"),
    ]  # fmt: skip
    # what lies on the board that can be read is linked, and goes on
    assert (result.items.created, result.items.adopted, result.success_share, int(result.exit_code)) == (0, 1, None, 1)
    assert result.own_notes == (
        "orders that the ledger links to no item: 3; those that are not on their own board are not created now, since "
        "they may lie on board spring (9609317401), which cannot be read",
    )
    harbour.reopen()
    result = harbour.push()
    assert (result.items.created, result.items.changed_board, harbour.wrong()) == (1, 1, [])
    assert harbour.settled()


def test_nothing_is_created_while_what_a_board_left_open_is_not_settled(harbour: Harbour) -> None:
    """An earlier run's open operations cannot be settled there: its orders are unknown, and new ones wait elsewhere."""
    harbour.have(six("5", "6"))
    assert harbour.crash(1, "after")

    def limited(*_: object, **__: object) -> NoReturn:
        raise DailyLimitError("the day is used up")

    api = harbour.opened.contexts[0].api
    api.items, api.find, api.mutate = limited, limited, limited  # type: ignore[method-assign]
    result = harbour.push()
    assert (result.outcome, result.due, result.success_share, int(result.exit_code)) == ("stopped", None, None, 1)
    assert "an unknown part of the due rows" in target_push_text(result)
    assert (result.items.created, harbour.names("fall")) == (0, [])
    harbour.reopen()
    assert (harbour.push().outcome, harbour.wrong()) == ("done", [])
    assert harbour.settled()


def test_an_order_that_was_followed_elsewhere_is_not_fetched(harbour: Harbour) -> None:
    """Its item lies on a board of people that is followed to, and the order belongs on another one by now: told so."""
    follow = [{"board_id": int(COPY), "subitem_board_id": int(BELOW_COPY)}]
    harbour.rewrite(
        lambda boards: boards[0].update(policy={**boards[0]["policy"], "moved": "follow"}, follow_boards=follow)
    )
    harbour.have(six("6"))
    harbour.push()
    harbour.handle.people.move_item_to_board(harbour.item("STYLE1 4").id, COPY, "topics")
    harbour.have(six("4", "6"))
    (left,) = harbour.push().left
    assert "it is left alone (it belongs on board fall (77) by now, and is not fetched)" in left.message
    assert harbour.names("fall") == names("6")


def test_what_is_moved_is_not_archived_before_a_plan_showed_it(harbour: Harbour) -> None:
    """An order is moved, and shipped for the other board: the push archives what its plan named, and no more."""
    days = {number: dt.date(2020, 1, 1) if number in "46" else dt.date(2040, 1, 1) for number in "123456"}

    def source(*falling: str) -> list[Order]:
        return [o.with_values(ex_factory_date=days[o.number]) for o in six(*falling)]

    harbour.have(source("5", "6"))
    harbour.push()
    harbour.rewrite(lambda boards: boards[1].update(archive={"ex_factory_before": "-365d"}))
    harbour.have(source("4", "5", "6"))
    assert [p.count(Action.ARCHIVE, ITEM) for _, p in harbour.plan().boards] == [0, 1]
    result = harbour.push()
    assert (result.items.archived, result.items.changed_board, harbour.names("fall")) == (1, 1, names("45"))
    assert [p.count(Action.ARCHIVE, ITEM) for _, p in harbour.plan().boards] == [0, 1]
    assert (harbour.push().items.archived, harbour.names("fall")) == (1, names("5"))
