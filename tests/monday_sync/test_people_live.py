"""People's doings over HTTP: what the emulator answers as the vendor does is read right and left alone."""

from __future__ import annotations

import pytest

from monday_sync.errors import ConfirmationNeededError
from tests.monday_sync.bay import Bay
from tests.monday_sync.conftest import orders

OTHER = "9200517329"


@pytest.mark.parametrize("did", ["archived", "deleted", "moved"])
def test_an_item_that_is_gone_is_told_apart(bay: Bay, did: str) -> None:
    """Archived, deleted and moved to another board: each is said as what it is, and what comes back goes on."""
    several = orders(*"123456")
    bay.relations.set_orders(several)
    bay.push(bulk="never")
    board = bay.handle.state.board(bay.context.board.board_id)
    item = next(i for i in bay.handle.state.listed(board) if i.name == "STYLE1 1")
    people, home = bay.handle.people, item.group_id
    if did == "moved":
        people.move_item_to_board(item.id, OTHER, "topics")
    else:
        people.remove_item(item.id, state=did)
    bay.relations.set_orders([several[0].with_values(notes="x"), *several[1:]])
    result = bay.push(bulk="never")
    assert (result.items.created, result.items.left, int(result.exit_code)) == (0, 1, 1)
    said = {
        "archived": "its item was archived by a person",
        "deleted": "its item was deleted by a person, or the token may not see it",
        "moved": f"its item was moved to board 'Customer Master Schedule' ({OTHER}) by a person",
    }[did]
    assert result.left[0].message.startswith(said)
    if did == "moved":
        people.move_item_to_board(item.id, board.id, home)
    else:
        people.restore_item(item.id)
    assert bay.push(bulk="never").items.updated == 1
    assert bay.settled()
    assert bay.handle.referee.report()["duplicates"] == 0


@pytest.mark.parametrize("did", ["archived", "moved"])
def test_a_group_that_is_finished_rests(bay: Bay, did: str) -> None:
    """A group archived, or moved to another board, with its items: nothing of it is sent until it is back."""
    several = orders(*"1234") + orders("5", customer="RHONE")
    bay.relations.set_orders(several)
    bay.push(bulk="never")
    board = bay.handle.state.board(bay.context.board.board_id)
    group = next(g for g in board.active_groups() if g.title == "GREYSON 2026 SPRING")
    if did == "moved":
        bay.handle.people.move_group_to_board(board.id, group.id, OTHER)
    else:
        bay.handle.people.remove_group(board.id, group.id, state="archived")
    bay.relations.set_orders([o.with_values(notes="x") for o in several])
    with pytest.raises(ConfirmationNeededError, match="4 of the 5 linked items"):
        bay.push(bulk="never")
    result = bay.push_with(5)
    assert (result.items.left, result.items.updated, result.items.created, result.groups_created) == (4, 1, 0, 0)
    assert "its group 'GREYSON 2026 SPRING' was archived or deleted by a person" in result.left[0].message
    if did == "archived":
        bay.handle.people.restore_group(board.id, group.id)
        back = bay.push_with(4)
        assert (back.items.updated, back.items.created, back.left) == (4, 0, ())
        assert bay.settled()
