"""What the board showed before a push overwrote it is kept, shown by `history`, and what a rollback goes back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monday_sync.api import MutationRequest
from monday_sync.commands.history import history
from monday_sync.commands.undo import rollback
from monday_sync.domain.undo import CHANGED, NOT_THERE, REMAPPED, UNKNOWN, LeftField
from monday_sync.ledger import Ledger
from monday_sync.ledger.schema import ATTEMPTS
from monday_sync.row_texts import history_text
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.fake_board import Item


def typed(desk: Desk, name: str, **values: str | None) -> Item:
    """Let a person type into an item."""
    item = desk.board.named(name)
    item.values |= {desk.column(column): text for column, text in values.items()}
    return item


def overwritten(desk: Desk) -> str:
    """Seven orders; a planner types into the first, and a push writes over it. Gives the push's run."""
    several = orders(*"1234567")
    several[0] = several[0].with_values(notes="ours", po_number="P1")
    desk.have(several)
    desk.push()
    typed(desk, "STYLE1 1", notes="the planner's", po_number="theirs too")
    several[0] = several[0].with_values(notes="ours, second", po_number="P2")
    desk.have(several)
    run = desk.push().run_id
    assert desk.shows("STYLE1 1", "notes") == "ours, second"
    desk.clock.pass_minutes(1)
    return run


def left(result: object) -> list[tuple[str, str | None, str | None, str | None, str | None, str]]:
    return [(f.name, f.column, f.wrote, f.shows, f.before, f.reason) for f in result.left_fields]  # type: ignore[attr-defined]


def test_a_rollback_gives_a_planner_back_what_was_typed(desk: Desk) -> None:
    """The value that the board showed comes back, not an empty cell and not what we had sent before it."""
    run = overwritten(desk)
    result = rollback(desk.context, run)
    assert (desk.shows("STYLE1 1", "notes"), desk.shows("STYLE1 1", "po_number")) == ("the planner's", "theirs too")
    assert (result.exit_code, result.left_fields, result.items.updated) == (0, (), 1)


def test_what_was_typed_later_is_left_and_listed(desk: Desk) -> None:
    """A field that shows something else by now stays; it is named with what we wrote, what it shows and showed."""
    run = overwritten(desk)
    item = typed(desk, "STYLE1 1", notes="typed later")
    result = rollback(desk.context, run)
    assert (desk.shows("STYLE1 1", "notes"), desk.shows("STYLE1 1", "po_number")) == ("typed later", "theirs too")
    assert (result.verdict, int(result.exit_code)) == ("attention", 1)
    assert result.left_fields == (
        LeftField("item", item.id, "STYLE1 1", "notes", "ours, second", "typed later", "the planner's", CHANGED),
    )
    assert (result.outcome, result.exit_code) == ("done", 1)
    # the ledger does not claim that the board shows what it does not: the row is due and compared with the board
    again = desk.plan()
    (step,) = [s for s in again.steps if s.row.name == "STYLE1 1" and s.changes]
    assert {(c.column, c.old, c.last_sent) for c in step.changes} == {
        ("notes", "typed later", "ours, second"), ("po_number", "theirs too", "P1"),
    }  # fmt: skip


def test_a_cell_that_was_empty_is_emptied_again_and_a_rename_undone(desk: Desk) -> None:
    """Empty cells, names, groups and subitems have a value before, like any other field."""
    several = orders(*"1234567")
    desk.have(several)
    desk.push()
    desk.board.named("STYLE1 1").name = "a planner's name"
    (small,) = (s for s in desk.board.children(desk.board.named("STYLE1 2").id) if s.name == "S")
    small.values[desk.column("qty")] = "77"
    several[0] = replace(several[0].with_values(notes="x", item_name="NEW NAME"), season="2026 FALL")
    several[1] = replace(several[1], sizes={"S": 11, "M": 20})
    desk.have(several)
    old_group = desk.board.named("a planner's name").group_id
    run = desk.push(yes=3).run_id
    assert (small.values[desk.column("qty")], desk.board.named("NEW NAME").group_id != old_group) == ("11", True)
    desk.clock.pass_minutes(1)
    rollback(desk.context, run)
    item = desk.board.named("a planner's name")
    assert (item.group_id, item.values[desk.column("notes")]) == (old_group, None)
    assert small.values[desk.column("qty")] == "77"


def test_a_group_that_a_person_chose_since_is_left(desk: Desk) -> None:
    """An item that was moved again stays where the person put it, and the group is named by its title."""
    several = orders(*"1234567")
    desk.have(several + orders("8", customer="RHONE"))
    desk.push()
    several[0] = replace(several[0], season="2026 FALL")
    desk.have(several + orders("8", customer="RHONE"))
    run = desk.push(yes=1).run_id
    item = desk.board.named("STYLE1 1")
    item.group_id = desk.board.named("STYLE1 8").group_id
    desk.clock.pass_minutes(1)
    result = rollback(desk.context, run)
    assert item.group_id == desk.board.named("STYLE1 8").group_id
    assert left(result) == [
        ("STYLE1 1", "group_name", "GREYSON 2026 FALL", "RHONE 2026 SPRING", "GREYSON 2026 SPRING", CHANGED),
    ]  # fmt: skip


@pytest.mark.parametrize("work", ["item", "line", "new line", "name"])
def test_an_item_that_people_worked_on_is_not_archived(desk: Desk, work: str) -> None:
    """What the run created goes off the board only as it was created; with it stay its lines and their links."""
    desk.have(orders(*"1234567"))
    desk.push()
    desk.have(orders(*"123456789"))
    run = desk.push().run_id
    item = desk.board.named("STYLE1 8")
    line = desk.board.children(item.id)[0]
    match work:
        case "item":
            typed(desk, "STYLE1 8", notes="typed")
        case "line":
            line.values[desk.column("qty")] = "3"
        case "name":
            item.name = "called otherwise"
        case _:
            desk.board.things["9001"] = Item("9001", "XXL", None, {}, item.id)
    desk.clock.pass_minutes(1)
    result = rollback(desk.context, run)
    assert [f.monday_id for f in result.left_fields] == [line.id if work == "line" else item.id]
    assert (item.state, line.state, result.items.archived, result.exit_code) == ("active", "active", 1, 1)
    assert len(desk.board.active()) == 8
    linked = desk.state(f"select count(*) from monday_sync_items where monday_item_id = '{item.id}'")
    assert linked == [(1,)]
    assert desk.push().items.created == 1  # only the one that was archived


def test_a_line_that_a_later_run_created_below_it_counts_too(desk: Desk) -> None:
    """It would go with its item, so a person's work on it keeps the whole order."""
    desk.have(orders(*"12"))
    first = desk.push(skip_subitems=True).run_id
    desk.push()
    line = desk.board.children(desk.board.named("STYLE1 1").id)[0]
    line.values[desk.column("qty")] = "3"
    desk.clock.pass_minutes(1)
    result = rollback(desk.context, first)
    assert left(result) == [(line.name, "qty", "20" if line.name == "M" else "10", "3", None, CHANGED)]
    assert [item.name for item in desk.board.active()] == ["STYLE1 1"]
    assert line.state == "active"


def test_an_item_that_the_push_found_gets_its_values_back(desk: Desk) -> None:
    """With an empty ledger a push links what is there and writes over it: the values go back, and the link ends."""
    several = [order.with_values(notes="ours") for order in orders(*"1234567")]
    desk.have(several)
    desk.push()
    item = typed(desk, "STYLE1 1", notes="the planner's")
    desk.forget_ledger()
    run = desk.push(yes=1).run_id
    assert desk.shows("STYLE1 1", "notes") == "ours"
    desk.clock.pass_minutes(1)
    result = rollback(desk.context, run)
    assert (result.exit_code, item.values[desk.column("notes")], item.state) == (0, "the planner's", "active")
    assert desk.state("select count(*) from monday_sync_items") == [(0,)]


def test_attempts_of_an_earlier_release_go_back_to_what_was_confirmed(desk: Desk) -> None:
    """Without a record of what the board showed, what we had last sent stands in for it, and history says so."""
    run = overwritten(desk)
    with desk.context.ledger.session() as session:
        session.execute("alter table monday_sync_attempts drop column shown_before; drop table order_list_versions")
    desk.context = replace(desk.context, ledger=Ledger(desk.context.warehouse, desk.context.board.board_id))
    text = history_text(history(desk.context, "1"))
    assert "notes: 'ours' (as last confirmed) -> 'ours, second'" in text
    assert "shown_before" in {c.name for c in ATTEMPTS.columns}
    rollback(desk.context, run)
    assert (desk.shows("STYLE1 1", "notes"), desk.shows("STYLE1 1", "po_number")) == ("ours", "P1")


def test_what_is_not_known_is_not_blanked(desk: Desk) -> None:
    """A field of which neither board nor ledger tells what it showed before is left, not emptied."""
    run = overwritten(desk)
    with desk.context.ledger.session() as session:
        session.execute("update monday_sync_attempts set shown_before = null, row_before = replace(row_before, "
                        "'\\\"notes\\\"', '\\\"other\\\"')")  # fmt: skip
    result = rollback(desk.context, run)
    assert left(result) == [("STYLE1 1", "notes", "ours, second", "ours, second", None, UNKNOWN)]
    assert (desk.shows("STYLE1 1", "notes"), desk.shows("STYLE1 1", "po_number")) == ("ours, second", "P1")


def test_a_column_that_is_mapped_otherwise_by_now_is_left(desk: Desk) -> None:
    """The old text never goes to another board column than the one that it stood in."""
    run = overwritten(desk)
    config = desk.context.board
    items = tuple(replace(m, column_id="text_other") if m.view_column == "notes" else m for m in config.items)
    desk.reopen(replace(config, items=items))
    result = rollback(desk.context, run)
    assert left(result) == [("STYLE1 1", "notes", "ours, second", None, "the planner's", REMAPPED)]
    assert desk.board.named("STYLE1 1").values.get("text_other") is None


def test_an_item_that_is_gone_is_listed_and_not_asked_for(desk: Desk) -> None:
    """What a person archived since cannot go back; the rollback says so and ends, and sends nothing about it."""
    run = overwritten(desk)
    desk.board.archive(desk.board.named("STYLE1 1").id)
    sent = len(desk.board.requests)
    result = rollback(desk.context, run)
    assert {(f.column, f.reason) for f in result.left_fields} == {("notes", NOT_THERE), ("po_number", NOT_THERE)}
    assert (result.outcome, len(desk.board.requests)) == ("done", sent)


def test_a_rollback_can_be_rolled_back(desk: Desk) -> None:
    """A rollback is a run like any other: what it wrote over is kept, too."""
    run = overwritten(desk)
    undone = rollback(desk.context, run).run_id
    desk.clock.pass_minutes(1)
    rollback(desk.context, undone)
    assert desk.shows("STYLE1 1", "notes") == "ours, second"


def test_history_names_what_was_overwritten(desk: Desk) -> None:
    """Before and after as the board showed them; a person's value is told from what we had sent."""
    overwritten(desk)
    entry = history(desk.context, "1").entries[-1]
    assert dict(entry.changes) == {
        "notes": ("the planner's", "ours, second"), "po_number": ("theirs too", "P2"),
    }  # fmt: skip
    assert dict(entry.overwritten) == {"notes": "ours", "po_number": "P1"}
    text = history_text(history(desk.context, "1"))
    assert "notes: 'the planner's' -> 'ours, second'  [a person's value: we had sent 'ours']" in text


def test_a_push_reads_no_more_for_it(desk: Desk) -> None:
    """The values are those of the look that the plan takes anyway: one read for all rows of a push."""
    several = orders(*(str(n) for n in range(1, 31)))
    desk.have(several)
    desk.push()
    reads, finds = desk.board.reads, desk.board.finds
    desk.have([order.with_values(notes="x") for order in several])
    assert desk.push(yes=30).items.updated == 30
    assert (desk.board.reads - reads, desk.board.finds - finds) == (1, 0)
    kept = desk.state(
        "select count(*) from monday_sync_attempts where kind = 'change' and shown_before = '{\"notes\": null}'"
    )
    assert kept == [(30,)]


def slow(desk: Desk, seconds: float, then: Callable[[], object]) -> None:
    """Let each request take a while, and a person act after the first one."""
    acts = iter([then])

    def after(_: MutationRequest) -> None:
        desk.clock.sleep(seconds)
        next(acts, lambda: None)()

    desk.board.after = after


@pytest.mark.parametrize(("column", "wrote"), [("notes", "x"), ("qty", "11")])
@pytest.mark.parametrize(("seconds", "kept", "reads"), [(61, "5", 3), (1, None, 1)])
def test_what_is_typed_while_a_long_push_runs_is_kept(
    desk: Desk, column: str, wrote: str, seconds: float, kept: str | None, reads: int
) -> None:
    """A look older than a minute is taken again for a hundred rows at once; a quick push reads nothing more."""
    several = orders(*"1234567")
    desk.have(several)
    desk.push()
    item = desk.board.named("STYLE1 7")
    thing = item if column == "notes" else next(s for s in desk.board.children(item.id) if s.name == "S")
    earlier = thing.values.get(desk.column(column))
    changed = [replace(order.with_values(notes="x"), sizes={"S": 11, "M": 20}) for order in several]
    desk.have([*changed, *orders("8", season="2026 FALL")])
    # the group of the new order is created first
    slow(desk, seconds, lambda: thing.values.update({desk.column(column): "5"}))
    before = desk.board.reads
    run = desk.push(yes=14).run_id
    assert (thing.values[desk.column(column)], desk.board.reads - before) == (wrote, reads)
    desk.board.after = lambda _: None
    desk.clock.pass_minutes(1)
    rollback(desk.context, run)
    assert thing.values[desk.column(column)] == (kept or earlier)


def test_a_value_that_a_person_set_right_meanwhile_is_not_sent(desk: Desk) -> None:
    """The second look drops what the board shows already; the next push confirms the row without a call."""
    several = orders(*"1234567")
    desk.have(several)
    desk.push()
    desk.have([*(order.with_values(notes="x") for order in several), *orders("8", season="2026 FALL")])
    slow(desk, 61, lambda: typed(desk, "STYLE1 7", notes="x"))
    result = desk.push(yes=7)
    assert (result.items.updated, result.exit_code) == (6, 0)
    desk.board.after = lambda _: None
    sent = len(desk.board.requests)
    assert (desk.push().items.confirmed, len(desk.board.requests)) == (1, sent)
