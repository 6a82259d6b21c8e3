"""Verify and repair: every difference, missing, extra and duplicate item is found, and fixed by a push."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monday_sync.api import ArchiveItem, MutationRequest
from monday_sync.commands.history import history
from monday_sync.commands.verify import verify
from monday_sync.errors import ConfirmationNeededError
from monday_sync.render import verify_text
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.fake_board import Item
from tests.monday_sync.test_exactly_once import crash_at


def test_a_clean_board_verifies_clean(desk: Desk) -> None:
    """Right after a push nothing differs."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    result = verify(desk.context)
    assert (result.clean, result.checked, result.due, result.exit_code) == (True, 9, 0, 0)


def test_everything_that_people_do_is_found_and_mended(desk: Desk) -> None:
    """Edits, renames, moves, archived items and subitems are reported each, and repaired; extra items are left."""
    desk.policy(archived="recreate", deleted="recreate")
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
    duplicate = board.named("STYLE1 7")
    board.things["9002"] = Item("9002", "copy", duplicate.group_id, dict(duplicate.values))
    found = verify(desk.context)
    assert sorted((d.column, d.shown) for d in found.differences) == [
        ("group", "elsewhere"), ("item_name", "renamed"), ("notes", "person"), ("qty", "77"),
    ]  # fmt: skip
    assert sorted((s.level, s.name) for s in found.missing) == [
        ("item", "STYLE1 4"), ("subitem", "M"), ("subitem", "S"), ("subitem", "S"),
    ]  # fmt: skip
    assert [s.monday_id for s in found.extra] == ["9001"]
    assert [(s.monday_id, s.of) for s in found.duplicates] == [("9002", duplicate.id)]
    assert found.exit_code == 1
    repaired = verify(desk.context, repair=True, yes=5)
    assert repaired.repair is not None
    assert (repaired.repair.duplicates_archived, repaired.exit_code) == (1, 0)
    assert (repaired.repair.items.created, repaired.repair.items.updated, repaired.repair.subitems.created) == (1, 3, 3)
    again = verify(desk.context)
    assert (again.differences, again.missing, len(again.extra), again.clean) == ((), (), 1, True)
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


def copy_of(desk: Desk, name: str, new_id: str, copied_as: str) -> Item:
    """What a person gets who duplicates an item: the same values, and the same subitems, under new ids."""
    item = desk.board.named(name)
    copy = Item(new_id, copied_as, item.group_id, dict(item.values))
    desk.board.things[new_id] = copy
    for position, line in enumerate(desk.board.children(item.id)):
        line_id = f"{new_id}{position}"
        desk.board.things[line_id] = Item(line_id, line.name, None, dict(line.values), new_id)
    return copy


def duplicates(desk: Desk) -> str:
    """A board with a planner's copy of an item, one of a subitem, and two items of their own; gives the line's id."""
    desk.have(orders(*"123456789"))
    desk.push()
    copy_of(desk, "STYLE1 7", "9001", "STYLE1 7 (copy)")
    (line,) = (s for s in desk.board.children(desk.board.named("STYLE1 3").id) if s.name == "S")
    desk.board.things["9002"] = Item("9002", line.name, None, dict(line.values), line.parent)
    for number in ("9003", "9004"):
        desk.board.things[number] = Item(number, "a planner's own", desk.board.groups[0].id, {})
    return line.id


def test_doubles_are_archived_with_their_number_only(desk: Desk) -> None:
    """A planner's copies are listed by name and id; without their number, or with a wrong one, nothing happens."""
    line_id = duplicates(desk)
    before = {i: replace(t) for i, t in desk.board.things.items()}
    original = desk.board.named("STYLE1 7").id
    found = verify(desk.context)
    assert [(s.level, s.name, s.monday_id, s.of) for s in found.duplicates] == [
        ("item", "STYLE1 7 (copy)", "9001", original), ("subitem", "S", "9002", line_id),
    ]  # fmt: skip
    assert sorted(s.monday_id for s in found.extra) == ["9003", "9004"]
    for yes in (None, 0, 1, 3):
        with pytest.raises(ConfirmationNeededError, match=r"'STYLE1 7 \(copy\)' \(9001, .*--yes 2\.") as refused:
            verify(desk.context, repair=True, yes=yes)
        assert "subitem 'S' (9002" in str(refused.value)
    assert desk.board.things == before
    repaired = verify(desk.context, repair=True, yes=2)
    assert repaired.repair is not None
    assert (repaired.repair.duplicates_archived, repaired.repair.changed, repaired.exit_code) == (2, 2, 0)
    gone = {i for i, t in desk.board.things.items() if t.state == "archived"}
    assert gone == {"9001", "90010", "90011", "9002"}
    again = verify(desk.context)
    assert (again.clean, len(again.extra)) == (True, 2)
    assert desk.push().changed == 0


def test_a_repair_that_was_refused_is_found_again(desk: Desk) -> None:
    """Refusing for the lack of a number changes nothing: the same differences are there the next time."""
    duplicates(desk)
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    with pytest.raises(ConfirmationNeededError, match="--yes 3"):
        verify(desk.context, repair=True)
    assert desk.push().changed == 0
    assert [d.column for d in verify(desk.context).differences] == ["notes"]
    verify(desk.context, repair=True, yes=3)
    assert desk.shows("STYLE1 1", "notes") is None
    assert verify(desk.context).clean


def test_of_unknown_doubles_the_oldest_stands(desk: Desk) -> None:
    """Without a ledger the oldest item of an order is adopted, and the younger ones are archived."""
    duplicates(desk)
    original = desk.board.named("STYLE1 7").id
    desk.forget_ledger()
    found = verify(desk.context)
    assert [(s.monday_id, s.of) for s in found.duplicates] == [("9001", original)]
    repaired = verify(desk.context, repair=True, yes=1)
    assert repaired.repair is not None
    did = repaired.repair
    # that order alone: what else is due is left for a push
    assert (did.items.created, did.items.adopted, did.duplicates_archived, did.subitems.adopted) == (0, 1, 1, 2)
    assert (desk.board.named("STYLE1 7").id, desk.board.things["9001"].state) == (original, "archived")
    # once a push has linked the others, duplicates of their lines are found
    assert (desk.push().items.adopted, verify(desk.context).differences) == (8, ())
    assert [s.monday_id for s in verify(desk.context).duplicates] == ["9002"]


def test_a_copy_stands_when_the_original_is_gone(desk: Desk) -> None:
    """A planner who copied an item and archived the original keeps the copy: it is adopted, not archived."""
    duplicates(desk)
    desk.board.archive(desk.board.named("STYLE1 7").id)
    assert [s.monday_id for s in verify(desk.context).duplicates] == ["9002"]
    repaired = verify(desk.context, repair=True, yes=2)
    assert repaired.repair is not None
    assert (repaired.repair.items.created, repaired.repair.items.adopted) == (0, 1)
    assert desk.board.things["9001"].state == "active"
    assert desk.shows("STYLE1 7", "aag_order_number") == "7"


def test_items_without_a_key_are_nobody_s_doubles(desk: Desk) -> None:
    """A person who clears the key of an item of ours does not make duplicates of all items that have none."""
    duplicates(desk)
    item = desk.board.named("STYLE1 1")
    for column in desk.context.board.key_columns:
        item.values[desk.column(column)] = None
    found = verify(desk.context)
    assert sorted(s.monday_id for s in found.extra) == ["9003", "9004"]


def test_a_double_that_is_none_any_more_stays(desk: Desk) -> None:
    """Each is looked at again just before: one that a person gave another order meanwhile is left alone."""
    duplicates(desk)
    copy = desk.board.things["9001"]

    def changed_meanwhile(_request: MutationRequest) -> None:
        copy.values[desk.column("aag_order_number")] = "another"

    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    desk.board.before = changed_meanwhile
    repaired = verify(desk.context, repair=True, yes=3)
    assert repaired.repair is not None
    assert (repaired.repair.duplicates_archived, repaired.exit_code) == (1, 1)
    assert copy.state == "active"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("minutes", [1, 40])
def test_a_repair_that_was_killed_is_settled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str, minutes: int
) -> None:
    """A repair that dies while it archives duplicates is settled by the next run, and takes them only."""
    duplicates(desk)
    monkeypatch.setattr(Desk, "push", lambda self: verify(self.context, repair=True, yes=2))
    crash_at(desk, when, lambda request: isinstance(request.operations[0], ArchiveItem))
    monkeypatch.undo()
    desk.clock.pass_minutes(minutes)
    desk.push()
    left = verify(desk.context).duplicates
    verify(desk.context, repair=True, yes=len(left))
    assert {i for i, t in desk.board.things.items() if t.state == "archived"} == {"9001", "90010", "90011", "9002"}
    assert verify(desk.context).clean


def test_history_names_the_double_that_was_archived(desk: Desk) -> None:
    """The order's history tells which copy was taken off."""
    duplicates(desk)
    verify(desk.context, repair=True, yes=2)
    told = [t for t in history(desk.context, "7").entries if t.level == "unlinked"]
    assert [(t.name, t.kind, t.outcome, t.item_id, dict(t.changes)) for t in told] == [
        ("STYLE1 7 (copy)", "archive", "SYNCED", "9001", {})
    ]


def test_a_repair_sends_what_was_listed_and_no_more(desk: Desk) -> None:
    """One wrong field is one update: new orders are left for a push; a change that is due was listed, and goes."""
    several = orders("1", "2", "3", "4", values={"notes": "hello"})
    desk.have(several)
    desk.push()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "typed by a person"
    several[1] = several[1].with_values(po_number="77")
    desk.have([*several, *orders("5", "6", "7")])
    repaired = verify(desk.context, repair=True, yes=2).repair
    assert repaired is not None
    assert (repaired.items.updated, repaired.items.created, repaired.subitems.created) == (2, 0, 0)
    assert (desk.shows("STYLE1 1", "notes"), desk.shows("STYLE1 2", "po_number")) == ("hello", "77")
    pushed = desk.push()
    assert (pushed.items.updated, pushed.items.created) == (0, 3)


def test_what_no_push_sends_is_listed_as_left(desk: Desk) -> None:
    """An order that left its source is not brought in line by a repair: that is said, each time, with exit status 1."""
    several = orders("1", "2", "3", "4", values={"notes": "hello"})
    desk.have(several)
    desk.push()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "typed by a person"
    desk.have(several[1:])
    for _ in range(2):
        found = verify(desk.context, repair=True)
        assert [d.column for d in found.differences] == ["notes"]
        assert ([item.name for item in found.left], int(found.exit_code)) == (["STYLE1 1"], 1)
        assert "left as it is" in verify_text(found)
    assert desk.shows("STYLE1 1", "notes") == "typed by a person"
