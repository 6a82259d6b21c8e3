"""What a push refuses before it changes anything: each names the hint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monday_sync.api import API_VERSION
from monday_sync.errors import ConfirmationNeededError, RefusedError
from tests.monday_sync.conftest import Desk, orders


def test_touching_much_of_the_board_needs_the_number(desk: Desk) -> None:
    """A push that would change more of the board than the policy allows is refused until its number is given."""
    several = orders("1", "2", "3")
    desk.have(several)
    desk.push()
    desk.have([o.with_values(notes="x") for o in several])
    sent = len(desk.board.requests)
    with pytest.raises(ConfirmationNeededError, match="--yes 3"):
        desk.push()
    with pytest.raises(ConfirmationNeededError, match="does not match"):
        desk.push(yes=2)
    assert len(desk.board.requests) == sent
    assert desk.push(yes=3).items.updated == 3


def test_a_stored_plan_is_done_exactly_or_refused(desk: Desk) -> None:
    """A plan is pushed once as it was made; when data or board changed meanwhile it is refused."""
    desk.have(orders("1", "2", "3", "4"))
    made = desk.plan()
    assert desk.push(plan_id=made.plan_id).items.created == 4
    with pytest.raises(RefusedError, match="was pushed"):
        desk.push(plan_id=made.plan_id)
    several = orders("1", "2", "3", "4")
    several[0] = several[0].with_values(notes="x")
    desk.have(several)
    made = desk.plan()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "a person wrote this"
    with pytest.raises(RefusedError, match="changed since"):
        desk.push(plan_id=made.plan_id)
    made = desk.plan()
    several[0] = several[0].with_values(notes="y")
    desk.have(several)
    with pytest.raises(RefusedError, match="changed since"):
        desk.push(plan_id=made.plan_id)


def test_a_full_board_is_refused(desk: Desk) -> None:
    """New items that do not fit are refused before anything is done."""
    desk.board.items_limit = 2
    desk.have(orders("1", "2", "3"))
    with pytest.raises(RefusedError, match="3 more do not fit"):
        desk.push()
    assert not desk.board.requests


def test_a_read_only_token_is_refused(desk: Desk) -> None:
    """A token that cannot write is refused before anything is done."""
    desk.have(orders("1"))
    desk.board.can_write = False
    with pytest.raises(RefusedError, match="not write"):
        desk.push()


def test_a_column_that_the_board_lacks_is_refused(desk: Desk) -> None:
    """A mapped column that the board lacks, or has with another type, is named with the file to fix."""
    desk.have(orders("1"))
    whole = desk.context.board
    desk.board.config = replace(whole, items=whole.items[1:])
    with pytest.raises(RefusedError, match=r"boards/local\.yml maps aag_order_number .* does not have"):
        desk.push()
    desk.board.config = replace(whole, items=(replace(whole.items[0], type="date"), *whole.items[1:]))
    with pytest.raises(RefusedError, match="is a date column"):
        desk.push()


def test_a_view_column_that_does_not_exist_is_refused(desk: Desk) -> None:
    """A view column that the board's file names and dbt does not make is refused."""
    config = desk.context.board
    desk.reopen(replace(config, items=(*config.items, replace(config.items[0], view_column="no_such"))))
    with pytest.raises(RefusedError, match="no column no_such"):
        desk.push()


def test_missing_relations_are_refused(desk: Desk) -> None:
    """Without dbt's relations the message says to run dbt build first."""
    with desk.context.ledger.session() as session:
        session.execute("drop view sync_monday__items")
    with pytest.raises(RefusedError, match="dbt build --target local"):
        desk.push()


def test_a_ledger_of_another_board_is_refused(desk: Desk) -> None:
    """A database whose ledger links items of another board is refused."""
    desk.have(orders("1"))
    desk.push()
    desk.reopen(replace(desk.context.board, board_id="123"))
    with pytest.raises(RefusedError, match="belongs to board"):
        desk.push()


def test_unknown_customers_are_refused(desk: Desk) -> None:
    """A customer without orders is most likely a typing error."""
    desk.have(orders("1"))
    with pytest.raises(RefusedError, match="GRAYSON"):
        desk.push(customers=("GRAYSON",))


@pytest.mark.parametrize("said", [None, 0], ids=["the API says nothing", "the API lags behind"])
def test_no_safety_rests_on_the_number_that_the_api_tells(desk: Desk, said: int | None) -> None:
    """Rows without a link are looked up however many items the API says there are, and the touched share is ours."""
    several = orders("1", "2", "3", "4", "5", "6")
    desk.have(several)
    desk.push()
    desk.board.said_count = lambda _: said
    desk.forget_ledger()
    desk.have([o.with_values(notes="x") for o in several])
    with pytest.raises(ConfirmationNeededError, match=r"6.* items on the board \(100%"):
        desk.push()
    result = desk.push(yes=6)
    assert (result.items.created, result.items.updated, len(desk.board.active())) == (0, 6, 6)


def test_a_full_board_is_refused_though_the_count_lags(desk: Desk) -> None:
    """What the ledger links counts, when the API knows of less."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.board.items_limit, desk.board.said_count = 2, lambda _: 0
    desk.have(orders("1", "2", "3"))
    with pytest.raises(RefusedError, match="has 2 of at most 2 items; 1 more do not fit"):
        desk.push()


def test_items_that_vanish_are_not_created_again_without_a_word(desk: Desk) -> None:
    """A token that sees half of the board would make the other half twice: the push says what it saw, and stops."""
    desk.policy(archived="recreate", deleted="recreate")
    several = orders(*[str(n) for n in range(10)])
    desk.have(several)
    desk.push()
    for name in ("1", "2", "3", "4", "5"):
        desk.board.archive(desk.board.named(f"STYLE1 {name}").id)
    desk.have([o.with_values(notes="x") for o in several])
    sent = len(desk.board.requests)
    with pytest.raises(ConfirmationNeededError, match=r"5 of the 10 linked items looked for are not to be seen"):
        desk.push()
    assert len(desk.board.requests) == sent
    result = desk.push(yes=10)
    assert (result.items.created, result.items.updated) == (5, 5)


@pytest.mark.parametrize("policy", ["leave", "recreate"])
def test_a_board_out_of_sight_stops_a_push_of_few_rows(desk: Desk, policy: str) -> None:
    """One row is due, and the token sees none of the ten items: the others are looked for before it is believed."""
    desk.policy(archived=policy, deleted=policy)
    several = orders(*[str(n) for n in range(10)])
    desk.have(several)
    desk.push()
    for order in several:
        desk.board.things[desk.board.named(order.name).id].state = "deleted"
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    with pytest.raises(ConfirmationNeededError, match=r"10 of the 10 linked items looked for"):
        desk.push()


def test_a_board_out_of_sight_stops_a_push_of_new_orders(desk: Desk) -> None:
    """Only a new order is due, and the token sees none of the ten items: some are looked for before it is created."""
    several = orders(*[str(n) for n in range(10)])
    desk.have(several)
    desk.push()
    for order in several:
        desk.board.things[desk.board.named(order.name).id].state = "deleted"
    desk.have([*several, *orders("new")])
    sent = len(desk.board.requests)
    with pytest.raises(ConfirmationNeededError, match=r"10 of the 10 linked items looked for"):
        desk.push()
    assert len(desk.board.requests) == sent


def test_a_planner_may_archive_a_few(desk: Desk) -> None:
    """One or two items that are gone are what people do: they come back without a question, if the policy says so."""
    desk.policy(archived="recreate", deleted="recreate")
    several = orders(*[str(n) for n in range(10)])
    desk.have(several)
    desk.push()
    desk.board.archive(desk.board.named("STYLE1 1").id)
    desk.have([o.with_values(notes="x") if n < 2 else o for n, o in enumerate(several)])
    result = desk.push()
    assert (result.items.created, result.items.updated) == (1, 1)


def test_the_subitem_board_of_another_board_is_refused(desk: Desk) -> None:
    """A duplicated board has a subitem board of its own: with the old one every change of a quantity would fail."""
    desk.have(orders("1"))
    desk.board.subitem_boards = ("777",)
    with pytest.raises(RefusedError, match=r"lie on board 777, not on \d+\. Correct subitem_board_id"):
        desk.push()
    desk.board.subitem_boards = ("777", desk.context.board.subitem_board_id)
    assert desk.push().items.created == 1


def test_a_multi_level_board_is_named_and_refused(desk: Desk) -> None:
    """Before anything is sent, and before its subitem board is judged; a hierarchy that is not told is no reason."""
    desk.have(orders("1"))
    desk.board.hierarchy, desk.board.subitem_boards = "multi_level", (desk.context.board.board_id,)
    with pytest.raises(RefusedError, match="is a multi-level board, and those are not supported"):
        desk.push()
    assert not desk.board.requests
    desk.board.hierarchy, desk.board.subitem_boards = None, ()
    assert desk.push().items.created == 1


def test_a_version_of_the_api_in_maintenance_is_a_note(desk: Desk) -> None:
    """Plan and push go on, and say until when."""
    desk.have(orders("1"))
    desk.board.versions = {API_VERSION: "maintenance"}
    said = f"Version {API_VERSION} of the board's API, which this release asks for, is in maintenance"
    assert any(note.startswith(said) for note in desk.plan().notes)
    result = desk.push()
    assert (result.items.created, any(note.startswith(said) for note in result.notes)) == (1, True)


def test_whoever_asked_for_the_push_has_a_say_before_it(desk: Desk) -> None:
    """It hears how much of the board is touched when nothing else forbids the push; what it raises ends it unsent."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    heard: list[float] = []
    desk.push(before=heard.append)
    desk.have([several[0].with_values(notes="x"), *several[1:]])

    def forbid(share: float) -> None:
        heard.append(share)
        raise RefusedError("No.")

    sent = len(desk.board.requests)
    with pytest.raises(RefusedError, match=r"No\."):
        desk.push(before=forbid)
    assert (heard, len(desk.board.requests)) == ([0.0, 0.25], sent)


@pytest.mark.parametrize("is_lost", [True, False])
def test_items_out_of_sight_are_not_made_anew_by_an_empty_ledger(desk: Desk, is_lost: bool) -> None:
    """The ledger is lost and the token sees half of the items: the board's own count tells that there are more."""
    several = orders(*[str(n) for n in range(8)])
    desk.have(several)
    desk.push()
    for order in several[:4]:
        del desk.board.things[desk.board.named(order.name).id]
    desk.board.said_count = lambda _: 8
    if is_lost:
        with desk.context.warehouse.session() as session:
            session.execute("delete from monday_sync_items")
            session.execute("delete from monday_sync_subitems")
    else:
        desk.have([*several, *orders("new")])
    sent = len(desk.board.requests)
    words = "counts 8 items and shows 4" if is_lost else "4 of the 8 linked items looked for"
    with pytest.raises(ConfirmationNeededError, match=words):
        desk.push()
    assert len(desk.board.requests) == sent
