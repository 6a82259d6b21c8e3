"""Verify and repair: every difference, missing, extra and doubled item is found, and mended by a push."""

from __future__ import annotations

from dataclasses import replace

from monday_sync.verify import verify
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.fake_board import Item


def test_a_clean_board_verifies_clean(desk: Desk) -> None:
    """Right after a push nothing differs."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    result = verify(desk.context)
    assert (result.clean, result.checked, result.due, result.exit_code) == (True, 9, 0, 0)


def test_everything_that_people_do_is_found_and_mended(desk: Desk) -> None:
    """Edits, renames, moves, archived items and subitems are reported each, and repaired; extra items are left."""
    desk.have(orders(*"123456789"))
    desk.push()
    board = desk.board
    board.named("STYLE1 1").values[desk.column("notes")] = "person"
    board.named("STYLE1 2").name = "renamed"
    board.named("STYLE1 3").group_id = "elsewhere"
    board.archive(board.named("STYLE1 4").id)
    board.archive(board.children(board.named("STYLE1 5").id)[0].id)
    board.children(board.named("STYLE1 6").id)[0].values[desk.column("qty")] = "77"
    board.things["9001"] = Item("9001", "a person's own", board.groups[0].id, {})
    double = board.named("STYLE1 7")
    board.things["9002"] = Item("9002", "copy", double.group_id, dict(double.values))
    found = verify(desk.context)
    assert sorted((d.column, d.shows) for d in found.differences) == [
        ("group", "elsewhere"), ("item_name", "renamed"), ("notes", "person"), ("qty", "77"),
    ]  # fmt: skip
    assert sorted((s.level, s.name) for s in found.missing) == [
        ("item", "STYLE1 4"), ("subitem", "M"), ("subitem", "S"), ("subitem", "S"),
    ]  # fmt: skip
    assert [s.monday_id for s in found.extra] == ["9001"]
    assert [(s.monday_id, s.of) for s in found.doubled] == [("9002", double.id)]
    assert found.exit_code == 1
    repaired = verify(desk.context, repair=True, yes=4)
    assert repaired.repair is not None
    assert (repaired.repair.items.created, repaired.repair.items.updated, repaired.repair.subitems.created) == (1, 3, 3)
    again = verify(desk.context)
    assert (again.differences, again.missing, len(again.extra)) == ((), (), 1)
    assert "9001" in {i.id for i in board.active()}


def test_a_new_mapping_is_a_difference(desk: Desk) -> None:
    """A column that is mapped from today on is missing on every item, and repair sends it."""
    config = desk.context.board
    desk.reopen(replace(config, items=tuple(m for m in config.items if m.view_column != "notes")))
    desk.have(orders("1", values={"notes": "hello"}))
    desk.push()
    desk.reopen(config)
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "left over"
    assert [d.column for d in verify(desk.context).differences] == ["notes"]
    verify(desk.context, repair=True, yes=1)
    assert desk.shows("STYLE1 1", "notes") == "hello"


def test_a_column_that_is_theirs_is_no_fault(desk: Desk) -> None:
    """What a person changed in a column that is theirs is shown, and left alone by a repair."""
    config = desk.context.board
    items = tuple(replace(m, on_conflict="theirs") if m.view_column == "notes" else m for m in config.items)
    desk.reopen(replace(config, items=items))
    desk.have(orders("1"))
    desk.push()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    found = verify(desk.context, repair=True)
    assert [(d.column, d.accepted) for d in found.differences] == [("notes", True)]
    assert (found.clean, found.repair) == (True, None)
    assert desk.shows("STYLE1 1", "notes") == "person"
