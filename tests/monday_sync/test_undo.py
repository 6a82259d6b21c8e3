"""Rollback and cleanup: exactly what a run did is taken back, also when they are killed half-way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monday_sync.api import Outcome
from monday_sync.commands.history import history
from monday_sync.commands.undo import cleanup, rollback
from monday_sync.commands.verify import verify
from monday_sync.domain.remote import Group
from monday_sync.errors import ConfirmationNeededError, RefusedError
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.fake_board import Item
from tests.monday_sync.test_exactly_once import crash_at


def board_text(desk: Desk) -> list[tuple[object, ...]]:
    """Everything that the board shows."""
    groups: list[tuple[object, ...]] = [(g.id, g.title) for g in desk.board.groups]
    return groups + sorted(
        (i.id, i.name, i.group_id, sorted((k, v) for k, v in i.values.items() if v is not None),
         sorted((s.id, s.name, sorted(s.values.items())) for s in desk.board.children(i.id)))
        for i in desk.board.active()
    )  # fmt: skip


def ledger_text(desk: Desk) -> list[tuple[object, ...]]:
    """What the ledger knows, but for the times and runs of attempts."""
    items = "select order_key, monday_item_id, group_id, row_hash, outcome, created_run_id from monday_sync_items"
    lines = "select line_key, monday_subitem_id, row_hash, outcome, created_run_id from monday_sync_subitems"
    return sorted(desk.state(items)) + sorted(desk.state(lines))


def second_day(desk: Desk) -> str:
    """Changes of every kind: edits, a rename, a move, a cancellation, a new order with lines, a new size."""
    several = orders(*"1234567")
    several[0] = several[0].with_values(notes="x", po_number="PO")
    several[1] = several[1].with_values(item_name="RENAMED")
    several[2] = replace(several[2], season="2026 FALL")
    several[3] = replace(several[3], order_type="CANCELLED")
    several[4] = replace(several[4], sizes={"S": 10, "M": 20, "L": 5})
    desk.have([*several, *orders("8")])
    return desk.push(yes=7).run_id


def test_rollback_takes_back_what_the_run_did(desk: Desk) -> None:
    """Board and ledger are what they were before the run; only what it created is archived."""
    desk.have(orders(*"1234567"))
    desk.push()
    board, ledger = board_text(desk), ledger_text(desk)
    run = second_day(desk)
    assert board_text(desk) != board
    desk.clock.pass_minutes(1)
    result = rollback(desk.context, run)
    assert (result.items.archived, result.subitems.archived, result.groups_archived) == (1, 1, 1)
    assert (result.outcome, result.exit_code) == ("done", 0)
    assert board_text(desk) == board
    assert ledger_text(desk) == ledger
    desk.push(yes=7)
    assert desk.shows("STYLE1 1", "notes") == "x"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", range(4))
def test_a_rollback_that_was_killed_is_resumed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str, nth: int
) -> None:
    """Whichever request of the rollback the process dies at, running it again ends in the same state."""
    desk.have(orders(*"1234567"))
    desk.push()
    board, ledger = board_text(desk), ledger_text(desk)
    run = second_day(desk)
    desk.clock.pass_minutes(1)
    count = iter(range(1000))
    monkeypatch.setattr(Desk, "push", lambda self: rollback(self.context, run))
    crash_at(desk, when, lambda _: next(count) == nth)
    desk.clock.pass_minutes(1)
    assert rollback(desk.context, run).outcome == "done"
    assert board_text(desk) == board
    assert ledger_text(desk) == ledger


def refuse(desk: Desk, *item_ids: str) -> None:
    """Let the board refuse every operation on some items."""
    refusal = Outcome(0, False, None, "r", 1, "ColumnValueException", "the board does not want to")
    desk.board.refuse = lambda operation: refusal if getattr(operation, "item_id", None) in item_ids else None


def test_a_row_that_could_not_be_taken_back_is_not_finished(desk: Desk) -> None:
    """Refused rows make exit status 1 and leave the run open; the same command goes on with just them."""
    desk.have(orders(*"1234567"))
    first = desk.push().run_id
    board, ledger = board_text(desk), ledger_text(desk)
    second = second_day(desk)
    edited, created = desk.board.named("STYLE1 1"), desk.board.named("STYLE1 8")
    refuse(desk, edited.id, created.id)
    desk.clock.pass_minutes(1)
    result = rollback(desk.context, second)
    assert (result.outcome, result.exit_code, result.items.failed) == ("stopped", 1, 2)
    assert "2 of 9 rows could not be taken back" in (result.message or "")
    assert desk.shows("STYLE1 1", "notes") == "x"
    # the lines of the item that is still there are still known
    assert desk.sizes("STYLE1 8") == {"S": "10", "M": "20"}
    lines = [s.id for s in desk.board.children(created.id)]
    assert desk.state(f"select count(*) from monday_sync_subitems where monday_subitem_id in {tuple(lines)}") == [(2,)]
    with pytest.raises(RefusedError, match=second):
        rollback(desk.context, first)
    refuse(desk)
    desk.clock.pass_minutes(1)
    sent = len(desk.board.requests)
    again = rollback(desk.context, second)
    assert (again.outcome, again.exit_code, again.items.updated, again.items.archived) == ("done", 0, 1, 1)
    assert sum(len(request.operations) for request in desk.board.requests[sent:]) == 2
    assert board_text(desk) == board
    assert ledger_text(desk) == ledger
    desk.clock.pass_minutes(1)
    assert rollback(desk.context, first).outcome == "done"
    assert desk.board.active() == []


def test_a_push_after_a_rollback_that_was_not_finished_doubles_nothing(desk: Desk) -> None:
    """Rows that a rollback left half-way are brought to what the database says, each once."""
    desk.have(orders(*"1234567"))
    desk.push()
    second = second_day(desk)
    refuse(desk, desk.board.named("STYLE1 1").id, desk.board.named("STYLE1 8").id)
    desk.clock.pass_minutes(1)
    rollback(desk.context, second)
    refuse(desk)
    desk.push(yes=6)
    assert (desk.shows("STYLE1 1", "notes"), desk.sizes("STYLE1 8")) == ("x", {"S": "10", "M": "20"})
    assert len(desk.board.active()) == 8
    assert verify(desk.context).clean
    assert desk.push().changed == 0


def test_rollback_takes_off_only_groups_that_the_run_created_and_left_empty(desk: Desk) -> None:
    """A group that people made, one with a person's item in it, and one of an earlier run stay."""
    desk.board.groups = [Group("g1", "ACME 2026 SPRING", 0), Group("g2", "Zoo", 1)]
    desk.have(orders("1"))
    desk.push()
    desk.have(orders("1", "2") + orders("3", customer="RHONE") + orders("4", customer="ACME") + orders("5", season="F"))
    run = desk.push().run_id
    titles = {g.title: g.id for g in desk.board.groups}
    desk.board.things["9001"] = Item("9001", "a person's own", titles["RHONE 2026 SPRING"], {})
    desk.clock.pass_minutes(1)
    result = rollback(desk.context, run)
    assert (result.items.archived, result.groups_archived) == (4, 1)
    assert {g.title for g in desk.board.groups} == titles.keys() - {"GREYSON F"}
    assert desk.board.named("a person's own").state == "active"
    # the group is created again when it is needed again
    assert desk.push().groups_created == 1


def test_rollback_leaves_the_last_group_of_a_board(desk: Desk) -> None:
    """A board has at least one group: the API refuses to archive the last one, so it is not asked to."""
    desk.have(orders("1"))
    run = desk.push().run_id
    desk.clock.pass_minutes(1)
    assert (rollback(desk.context, run).groups_archived, len(desk.board.groups)) == (0, 1)


def test_rollback_refuses_when_later_runs_changed_the_same_rows(desk: Desk) -> None:
    """The later run has to be rolled back first; then the earlier one may be, too."""
    several = orders(*"1234")
    desk.have(several)
    first = desk.push().run_id
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    second = desk.push().run_id
    with pytest.raises(RefusedError, match=second):
        rollback(desk.context, first)
    desk.clock.pass_minutes(1)
    rollback(desk.context, second)
    desk.clock.pass_minutes(1)
    assert rollback(desk.context, first).items.archived == 4
    assert desk.board.active() == []
    assert ledger_text(desk) == []


def test_rollback_of_an_unknown_run_is_refused(desk: Desk) -> None:
    """A run that the ledger does not know cannot be undone."""
    desk.have(orders("1"))
    with pytest.raises(RefusedError, match="no run nonsense"):
        rollback(desk.context, "nonsense")


def test_cleanup_takes_off_what_a_run_created_and_nothing_else(desk: Desk) -> None:
    """Only the ledger's record counts: an item of the same name that a person made stays."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("1", "2", "3") + orders("4", customer="RHONE"))
    run = desk.push().run_id
    before = {i.id for i in desk.board.active() if i.name in {"STYLE1 1", "STYLE1 2"}}
    result = cleanup(desk.context, run)
    assert (result.items.archived, result.groups_archived) == (2, 1)
    assert {i.id for i in desk.board.active()} == before
    assert cleanup(desk.context, run).items.archived == 0
    assert desk.push().items.created == 2


def test_cleanup_of_test_data(desk: Desk) -> None:
    """Runs that were marked as test data are taken off together, and no other."""
    desk.have(orders("1", "2", "3"))
    desk.push(limit=1)
    desk.push(limit=1, is_test=True)
    desk.push(limit=1, is_test=True)
    assert cleanup(desk.context, None).items.archived == 2
    assert [i.name for i in desk.board.active()] == ["STYLE1 1"]


def test_cleanup_that_was_killed_is_resumed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cleanup that died is finished by the same command."""
    desk.have(orders(*"1234567"))
    run = desk.push().run_id
    monkeypatch.setattr(Desk, "push", lambda self: cleanup(self.context, run))
    count = iter(range(1000))
    crash_at(desk, "after", lambda _: next(count) == 1)
    cleanup(desk.context, run)
    assert desk.board.active() == []
    assert ledger_text(desk) == []


def test_prod_asks_for_the_number(desk_of) -> None:  # type: ignore[no-untyped-def]
    """On prod nothing is taken back without the number of rows."""
    desk = desk_of("prod")
    desk.have(orders("1", values={"planned_delivery_method": None}))
    for mapping in desk.context.board.items:
        if mapping.type == "dropdown":
            desk.board.labels.setdefault(mapping.column_id, []).extend(["SEA", "GREYSON", "RECEIVED"])
    run = desk.push().run_id
    with pytest.raises(ConfirmationNeededError, match="--yes 1"):
        cleanup(desk.context, run)
    with pytest.raises(ConfirmationNeededError):
        rollback(desk.context, run)
    assert cleanup(desk.context, run, yes=1).items.archived == 1


def test_history_tells_what_the_board_was_told(desk: Desk) -> None:
    """Each operation on an order with its run, outcome and old and new values, lines included."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    desk.push()
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    run = desk.push().run_id
    result = history(desk.context, " 1 ")
    assert [(t.level, t.kind, t.outcome) for t in result.entries] == [
        ("item", "create", "SYNCED"), ("subitem", "create", "SYNCED"), ("subitem", "create", "SYNCED"),
        ("item", "change", "SYNCED"),
    ]  # fmt: skip
    assert (result.entries[-1].run_id, dict(result.entries[-1].changes)) == (run, {"notes": (None, "x")})
    with pytest.raises(RefusedError, match="no order"):
        history(desk.context, "nonsense")
