"""Groups of the board: created first and in their place, reused, followed, created again; items that move."""

from __future__ import annotations

from dataclasses import replace

from monday_sync.api import CreateGroup, CreateItem
from monday_sync.domain.remote import Group
from tests.monday_sync.conftest import Desk, orders


def test_groups_stand_in_alphabetical_order_and_are_reused_by_name(desk: Desk) -> None:
    """New groups go to their place in the alphabet between those that are there; one of the same name is reused."""
    desk.board.groups = [Group("g1", "GREYSON 2026 SPRING", 0), Group("g2", "Zoo", 1)]
    desk.have(orders("1") + orders("2", customer="RHONE") + orders("3", customer="ACME")
              + orders("4", customer="ACME", season="2025 FALL"))  # fmt: skip
    assert desk.push().groups_created == 3
    titles = [g.title for g in desk.board.groups]
    assert titles == ["ACME 2025 FALL", "ACME 2026 SPRING", "GREYSON 2026 SPRING", "RHONE 2026 SPRING", "Zoo"]
    assert desk.board.named("STYLE1 1").group_id == "g1"


def test_a_renamed_group_is_followed_by_its_id(desk: Desk) -> None:
    """A group that a person renamed keeps receiving its orders; no second one is created."""
    desk.have(orders("1"))
    desk.push()
    group_id = desk.board.groups[0].id
    desk.board.groups = [replace(desk.board.groups[0], title="greyson (spring)")]
    desk.have(orders("1", "2"))
    assert desk.push().groups_created == 0
    assert desk.board.named("STYLE1 2").group_id == group_id


def test_a_deleted_group_is_created_again_and_items_keep_their_ids(desk: Desk) -> None:
    """Items that survived the deletion of their group are moved to the new one, with the same ids, if so wanted."""
    desk.policy(archived="recreate", deleted="recreate")
    desk.have(orders("1", "2"))
    desk.push()
    ids = {i.name: i.id for i in desk.board.active()}
    desk.board.groups.append(Group("elsewhere", "Elsewhere", 1))
    desk.board.delete_group(desk.board.groups[0].id, into="elsewhere")
    result = desk.push(yes=2)
    assert (result.groups_created, result.items.moved, result.items.created) == (1, 2, 0)
    assert {i.name: i.id for i in desk.board.active()} == ids
    assert {i.group_id for i in desk.board.active()} == {
        g.id for g in desk.board.groups if g.title == "GREYSON 2026 SPRING"
    }


def test_items_that_went_with_their_group_are_created_again(desk: Desk) -> None:
    """When a group was deleted together with its items, items and lines are created anew, each once, if so wanted."""
    desk.policy(archived="recreate", deleted="recreate")
    desk.have(orders("1", "2"))
    desk.push()
    desk.board.delete_group(desk.board.groups[0].id, into=None)
    result = desk.push()
    assert (result.groups_created, result.items.created, result.subitems.created) == (1, 2, 4)
    assert desk.sizes("STYLE1 1") == {"S": "10", "M": "20"}
    assert desk.push().changed == 0


def test_rename_and_move(desk: Desk) -> None:
    """A changed name renames the item, a changed season moves it to another group."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    desk.push()
    desk.have([replace(several[0], season="2026 FALL").with_values(item_name="NEW NAME"), *several[1:]])
    result = desk.push()
    assert (result.items.moved, result.items.updated, result.groups_created) == (1, 1, 1)
    item = desk.board.named("NEW NAME")
    assert item.group_id == next(g.id for g in desk.board.groups if g.title == "GREYSON 2026 FALL")


def test_groups_are_asked_for_before_items(desk: Desk) -> None:
    """All groups are created before the first item."""
    desk.have(orders("1") + orders("2", customer="RHONE"))
    desk.push()
    kinds = [type(op) for r in desk.board.requests for op in r.operations]
    assert kinds.index(CreateItem) > max(i for i, k in enumerate(kinds) if k is CreateGroup)
