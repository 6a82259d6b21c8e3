"""What people archive, delete, move and rename: left alone and reported, or made anew where the file says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.soak.relations import Order
from monday_sync.commands.verify import verify
from monday_sync.domain.rows import Level
from monday_sync.errors import ConfirmationNeededError
from monday_sync.render import plan_text
from tests.monday_sync.conftest import Desk, orders

TITLE = "GREYSON 2026 SPRING"


def policy(desk: Desk, **changes: Any) -> None:
    config = desk.context.board
    desk.reopen(replace(config, policy=replace(config.policy, touch_share=1.0, **changes)))


def pushed(desk: Desk, count: int = 6) -> list[Order]:
    """Orders that are on the board."""
    several = orders(*[str(n) for n in range(1, count + 1)])
    desk.have(several)
    desk.push()
    return several


def noted(several: list[Order], *numbers: str) -> list[Order]:
    return [o.with_values(notes="changed") if not numbers or o.number in numbers else o for o in several]


@pytest.mark.parametrize("did", ["archived", "deleted", "moved"])
def test_an_item_that_a_person_took_away_is_left_and_reported(desk: Desk, did: str) -> None:
    """Nothing of its order is sent; every push says so until the item is back, and then the order goes on."""
    policy(desk)
    several = pushed(desk)
    item = desk.board.named("STYLE1 1")
    if did == "moved":
        desk.board.move_away(item.id, "77")
    else:
        desk.board.archive(item.id, did)
    desk.have(noted(several, "1", "2"))
    results = [desk.push(), desk.push()]
    assert [r.items.updated for r in results] == [1, 0]
    for result in results:
        assert (result.items.created, result.items.left, result.subitems.created) == (0, 1, 0)
        assert [p.name for p in result.left] == ["STYLE1 1"]
        said = {"moved": "was moved to board 'Board 77' (77)"}.get(did, f"its item was {did}")
        assert said in result.left[0].message
        assert f"policy {did}: leave" in result.left[0].message
        assert (int(result.exit_code), result.errors) == (1, ())
    assert len(desk.board.active()) == 5
    assert f"policy {did}: leave" in plan_text(desk.plan())
    assert desk.state("select sync_state, retry_count from FACT_ORDER_LIST where aag_order_number = '1'") == [
        ("ERROR", 0)
    ]
    desk.board.archive(item.id, "active")
    desk.board.move_away(item.id, None)
    done = desk.push()
    assert (done.items.updated, done.left, int(done.exit_code)) == (1, (), 0)
    assert desk.shows("STYLE1 1", "notes") == "changed"
    assert desk.push().changed == 0
    assert desk.state("select count(*) from monday_sync_items where left_as is not null") == [(0,)]


@pytest.mark.parametrize("did", ["archived", "deleted", "moved"])
def test_the_policy_may_make_it_anew(desk: Desk, did: str) -> None:
    """With ``recreate`` the item and its lines are made once more, each once."""
    policy(desk, **{did: "recreate"})
    several = pushed(desk)
    item = desk.board.named("STYLE1 1")
    if did == "moved":
        desk.board.move_away(item.id, "77")
    else:
        desk.board.archive(item.id, did)
    desk.have(noted(several, "1"))
    result = desk.push()
    assert (result.items.created, result.subitems.created, result.left) == (1, 2, ())
    assert desk.board.named("STYLE1 1").id != item.id
    assert desk.sizes("STYLE1 1") == {"S": "10", "M": "20"}
    assert (desk.push().changed, int(desk.push().exit_code)) == (0, 0)


def test_each_thing_that_people_do_has_its_policy(desk: Desk) -> None:
    """Deleted ones are made anew and archived ones are left, in one push."""
    policy(desk, deleted="recreate")
    several = pushed(desk)
    desk.board.archive(desk.board.named("STYLE1 1").id)
    desk.board.archive(desk.board.named("STYLE1 2").id, "deleted")
    desk.have(noted(several, "1", "2"))
    result = desk.push()
    assert (result.items.created, [p.name for p in result.left]) == (1, ["STYLE1 1"])


def test_lines_of_an_item_that_is_gone_are_left_with_it(desk: Desk) -> None:
    """Only a quantity changed: the line is left, and the order, which is not due, stays SYNCED."""
    policy(desk)
    several = pushed(desk)
    desk.board.archive(desk.board.named("STYLE1 1").id)
    desk.have([replace(several[0], sizes={"S": 11, "M": 20}).with_values(total_qty=30), *several[1:]])
    result = desk.push()
    assert (result.items.left, result.subitems.left, result.changed) == (1, 1, 0)


def test_a_subitem_that_a_person_archived_is_left_alone(desk: Desk) -> None:
    """Its order goes on otherwise; with ``recreate`` the line comes back."""
    policy(desk)
    several = pushed(desk)
    small = next(s for s in desk.board.children(desk.board.named("STYLE1 1").id) if s.name == "S")
    desk.board.archive(small.id)
    changed = [replace(several[0], sizes={"S": 11, "M": 21}), *several[1:]]
    desk.have(changed)
    result = desk.push()
    assert (result.items.updated, result.subitems.updated, result.subitems.left) == (1, 1, 1)
    assert "its subitem was archived by a person" in result.left[0].message
    assert desk.sizes("STYLE1 1") == {"M": "21"}
    policy(desk, archived="recreate")
    again = desk.push()
    assert (again.subitems.created, again.left) == (1, ())
    assert desk.sizes("STYLE1 1") == {"S": "11", "M": "21"}


def test_an_item_that_a_person_put_in_its_place_goes_on(desk: Desk) -> None:
    """Someone archived ours and made one with the same key: the order goes on with that one."""
    policy(desk)
    several = pushed(desk)
    ours = desk.board.named("STYLE1 1")
    theirs = replace(ours, id="9001", values=dict(ours.values))
    desk.board.archive(ours.id)
    desk.board.things["9001"] = theirs
    desk.have(noted(several, "1"))
    result = desk.push()
    assert (result.left, result.items.created, desk.board.things["9001"].values[desk.column("notes")]) == (
        (), 0, "changed",
    )  # fmt: skip


@pytest.mark.parametrize("listed", [True, False], ids=["the API lists it as archived", "the API does not list it"])
def test_a_finished_group_is_left_with_all_that_is_in_it(desk: Desk, listed: bool) -> None:
    """A group archived with its items: changed orders and new ones of it are left, and the group is not made again."""
    policy(desk)
    several = pushed(desk, 4) + orders("9", customer="RHONE")
    desk.have(several)
    desk.push()
    group = next(g for g in desk.board.groups if g.title == TITLE)
    desk.board.delete_group(group.id, into=None)
    if listed:
        desk.board.gone_groups = {group.id: "archived"}
    desk.have([*noted(several, "1", "9"), *orders("5")])
    with pytest.raises(
        ConfirmationNeededError, match=r"4 of the 5 linked items .* not to be seen .* 0 of them would be"
    ):
        desk.push()
    result = desk.push(yes=5)
    assert (result.groups_created, result.items.created, result.items.updated) == (0, 0, 1)
    assert sorted((p.level, p.name) for p in result.left) == [
        ("item", "STYLE1 1"), ("item", "STYLE1 5"), ("subitem", "M"), ("subitem", "S"),
    ]  # fmt: skip
    what = "archived" if listed else "archived or deleted"
    assert f"its group '{TITLE}' was {what} by a person" in result.left[0].message
    assert any("3 orders that are not due" in note and TITLE in note for note in result.notes)
    reads = desk.board.reads
    again = desk.push()  # what was left once does not count as vanished again, nor is it read again
    assert (len(again.left), again.changed, desk.board.reads) == (4, 0, reads)
    desk.board.groups.append(group)
    for thing in desk.board.things.values():
        thing.state = "active"
    back = desk.push()
    assert (back.items.updated, back.items.created, back.subitems.created, int(back.exit_code)) == (1, 1, 2, 0)


def test_a_finished_group_may_be_made_anew(desk: Desk) -> None:
    """With ``recreate`` for what was archived or deleted, group, items and lines come back."""
    policy(desk, archived="recreate", deleted="recreate")
    several = pushed(desk, 3)
    desk.board.delete_group(desk.board.groups[0].id, into=None)
    desk.have(noted(several, "1"))
    with pytest.raises(ConfirmationNeededError, match="3 of them would be created again"):
        desk.push()
    result = desk.push(yes=3)
    assert (result.groups_created, result.items.created, result.subitems.created) == (1, 3, 6)


@pytest.mark.parametrize("policy_of_deleted", ["leave", "recreate"])
def test_where_the_board_does_not_say_which_the_careful_policy_holds(desk: Desk, policy_of_deleted: str) -> None:
    """A group that is not listed may be archived or deleted: it is made anew only if both policies say so."""
    policy(desk, archived="leave", deleted=policy_of_deleted)
    several = pushed(desk, 2)
    desk.board.groups.append(replace(desk.board.groups[0], id="else", title="Else"))
    desk.board.delete_group(desk.board.groups[0].id, into="else")
    desk.have(noted(several))
    assert (desk.push().items.left, desk.push().groups_created) == (2, 0)


@pytest.mark.parametrize(
    ("said", "left", "created"), [("follow", 0, 0), ("leave", 2, 0), ("recreate", 0, 1)]
)  # fmt: skip
def test_a_renamed_group(desk: Desk, said: str, left: int, created: int) -> None:
    """It is followed by its id, left with its orders, or its orders go to a new one of the old name."""
    policy(desk, renamed=said)
    several = pushed(desk, 2)
    old = desk.board.groups[0].id
    desk.board.groups = [replace(desk.board.groups[0], title="Done")]
    desk.have([*noted(several, "1"), *orders("3")])
    result = desk.push()
    assert (result.items.left, result.groups_created) == (left, created)
    assert result.items.created == (0 if said == "leave" else 1)
    if said == "leave":
        assert f"its group '{TITLE}' was renamed to 'Done' by a person" in result.left[0].message
    in_old = {item.group_id == old for item in desk.board.active()}
    assert in_old == ({False} if said == "recreate" else {True})


def test_vanished_items_stop_a_push_before_any_policy(desk: Desk) -> None:
    """Half of the items are not to be seen: the push asks first, though it would leave them all alone."""
    policy(desk)
    several = pushed(desk, 10)
    for number in range(1, 6):
        desk.board.archive(desk.board.named(f"STYLE1 {number}").id)
    desk.have(noted(several))
    sent = len(desk.board.requests)
    with pytest.raises(ConfirmationNeededError, match=r"5 of the 10 .* 0 of them would be created again"):
        desk.push()
    assert len(desk.board.requests) == sent
    result = desk.push(yes=10)
    assert (result.items.updated, result.items.left, result.items.created) == (5, 5, 0)
    assert desk.push().items.left == 5  # said once, they do not stop the next push


def test_verify_repairs_by_the_policy(desk: Desk) -> None:
    """A missing item is a fault until a push has left it alone by policy; then it is listed, and no fault."""
    policy(desk)
    pushed(desk, 4)
    desk.board.archive(desk.board.named("STYLE1 1").id)
    found = verify(desk.context)
    assert (len(found.missing), found.clean, len(found.left_to_people)) == (3, False, 0)
    repaired = verify(desk.context, repair=True)
    assert repaired.repair is not None
    assert (repaired.repair.items.left, repaired.repair.items.created, int(repaired.exit_code)) == (1, 0, 1)
    after = verify(desk.context)
    assert (after.missing, after.clean, len(after.left_to_people)) == ((), True, 3)
    assert desk.push().changed == 0
    assert int(desk.push().exit_code) == 0
    assert desk.context.ledger.rows(Level.ITEM)[orders("1")[0].key].left_as == "archived"
    policy(desk, archived="recreate")
    assert verify(desk.context).clean  # left once, it stays so until its order is due
