"""What people read: each cause once with its number and hint, whole orders in the plan, no success that is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from monday_sync.api import CreateItem, Outcome
from monday_sync.commands.failures import failed_rows, failure_causes
from monday_sync.commands.status import status
from monday_sync.domain.causes import cause_lines, causes
from monday_sync.domain.remote import Start
from monday_sync.errors import DailyLimitError, UnreachableError
from monday_sync.render import plan_json, plan_text, push_text
from monday_sync.row_texts import status_text
from tests.monday_sync.conftest import Desk, orders


def test_many_rows_with_one_cause_are_said_once() -> None:
    """With their number, three order numbers and what to do; ids and values that differ make no other cause."""
    rows = [(f"k{n}", f"discount: '{n}x' is no number") for n in range(7)]
    rows += [("k9", "item 1234567 is archived"), ("k9", "item 7654321 is archived")]
    first, second = causes("failed", rows, lambda key: key.upper())
    assert (first.count, first.orders, first.more) == (7, ("K0", "K1", "K2"), 4)
    assert (second.count, second.orders, second.more) == (2, ("K9",), 0)
    assert cause_lines([first]) == [
        "failed: 7 rows (order K0, K1, K2 and 4 more): discount: '0x' is no number",
        "    Correct the cell in the workbook; or map the column to a board column that can show it.",
    ]


def test_a_push_groups_what_failed(desk: Desk) -> None:
    """Twelve orders without a label are one line with the mend; two labels are two causes; JSON has them too."""
    desk.have(
        orders(*[f"A{n:02}" for n in range(12)], values={"unit_of_measure": "BOX"})
        + orders("B1", values={"unit_of_measure": "CRATE"}, customer="RHONE")
    )
    result = desk.push()
    text = push_text(result)
    assert text.count("no label 'BOX'") == 1
    assert "failed: 12 rows (order A00, A01, A02 and 9 more): unit_of_measure" in text
    assert "failed: 1 row (order B1): unit_of_measure: the board column has no label 'CRATE'" in text
    assert "create_labels: yes" in text
    assert [(c.count, c.orders[0]) for c in result.causes] == [(12, "A00"), (1, "B1")]
    plan = plan_text(desk.plan())
    assert plan.count("no label 'BOX'") == 1
    assert "not sent: 12 rows (order A00, A01, A02 and 9 more)" in plan
    assert len(plan_json(desk.plan())["causes"]) == 2  # type: ignore[arg-type]
    said = status_text(status(desk.context.target))
    assert said.count("no label 'BOX'") == 1
    assert "ERROR: 12 rows (order A00, A01, A02 and 9 more)" in said


def test_a_row_that_is_given_up_is_one_cause_with_the_way_back(desk: Desk) -> None:
    """It is not listed as failed besides, and the hint names ``retry``."""
    desk.policy(max_attempts=1)
    desk.board.refuse = lambda op: (
        Outcome(0, False, None, "r", 1, "ColumnValueException", "this value is wrong")
        if isinstance(op, CreateItem)
        else None
    )
    desk.have(orders("1", "2"))
    for _ in range(2):
        (cause,) = desk.push().causes
        assert (cause.kind, cause.count, "monday-sync retry" in cause.hint) == ("given up", 2, True)


def test_the_plan_shows_what_is_created_with_its_lines(desk: Desk) -> None:
    """Fields and quantities of new items, each order's subitems under its item."""
    desk.have(orders("A1", "A2", values={"notes": "hello"}))
    lines = plan_text(desk.plan()).splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith("  + item ")]
    first = "\n".join(lines[starts[0] : starts[1]])
    assert "+ item GREYSON: STYLE1 A1" in first
    assert "notes: 'hello'" in first
    assert "total_qty: '30'" in first
    assert "+ subitem GREYSON: S: size_code: 'S', qty: '10'" in first
    assert "+ subitem GREYSON: M: size_code: 'M', qty: '20'" in first
    assert "A2" not in first


def test_lines_whose_item_needs_nothing_stand_under_their_order(desk: Desk) -> None:
    """The order's number says whose quantity changes."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    desk.push()
    desk.have([replace(several[0], sizes={"S": 11, "M": 19}), *several[1:]])
    text = plan_text(desk.plan())
    assert "order GREYSON: 1\n      ~ subitem GREYSON: M [data]\n          qty: '20' -> '19'" in text


@pytest.mark.parametrize("kind", ["held back", "out of scope", "given up", "changed by people"])
def test_nothing_to_do_is_not_all_well(desk: Desk, kind: str) -> None:
    """Neither plan nor push says that the board shows all of it when rows are kept from it."""
    several = orders("1", "2", "3", "4")
    if kind == "given up":
        desk.policy(max_attempts=1)
        desk.board.refuse = lambda op: (
            Outcome(0, False, None, "r", 1, "X", "no") if isinstance(op, CreateItem) else None
        )
    desk.have(several)
    desk.push()
    held = None
    if kind == "held back":
        held = {"GREYSON": "lost rows"}
    elif kind == "out of scope":
        desk.reopen(replace(desk.context.board, scope=replace(desk.context.board.scope, customers=("RHONE",))))
    elif kind == "changed by people":
        items = tuple(
            replace(m, on_conflict="theirs") if m.view_column == "notes" else m for m in desk.context.board.items
        )
        desk.reopen(replace(desk.context.board, items=items))
        desk.push()
        desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    desk.have([o.with_values(notes="x") if o.number == "1" and kind != "given up" else o for o in several], held=held)
    plan, pushed = plan_text(desk.plan()), push_text(desk.push())
    assert "the board shows what the database says" not in plan
    assert "Nothing had to be changed" not in pushed
    assert kind in plan
    assert kind in pushed


def test_a_run_that_stopped_before_it_knew_calls_nothing_a_success(desk: Desk) -> None:
    """Doubts that cannot be settled: no share is said, no verdict of success, and exit status 1."""
    desk.have(orders("1", "2"))

    def die(_: object) -> None:
        raise KeyboardInterrupt

    desk.board.before = die
    with pytest.raises(KeyboardInterrupt):
        desk.push()

    def unreachable(_: object) -> None:
        raise UnreachableError("no connection")

    desk.board.before = unreachable
    result = desk.push()
    assert (result.outcome, result.success_share, int(result.exit_code)) == ("stopped", None, 1)
    assert result.verdict == "attention"
    assert "success" not in push_text(result)


def test_a_run_that_died_is_no_success_in_the_ledger(desk: Desk) -> None:
    """What is stored of a run says the same as its row: neither done nor a success."""
    desk.have(orders("1", "2"))

    def broken(_: object) -> None:
        raise RuntimeError("a fault of ours")

    desk.board.before = broken
    with pytest.raises(RuntimeError):
        desk.push()
    ((outcome, document),) = desk.state("select outcome, result from monday_sync_runs")
    stored = json.loads(str(document))
    assert (outcome, stored["outcome"], stored["verdict"]) == ("FAILED", "failed", "failed")


def test_a_push_that_the_day_ended_is_no_success(desk: Desk) -> None:
    """Nothing was refused, but most of the due rows are not there."""
    desk.have(orders(*[str(n) for n in range(12)]))

    def limited(_: object) -> None:
        if len(desk.board.active()) >= 5:
            raise DailyLimitError("the calls of the day are used up")

    desk.board.before = limited
    result = desk.push()
    assert result.success_share == 5 / 36
    assert (result.verdict, int(result.exit_code)) == ("failed", 1)
    assert "success" not in push_text(result)


def test_a_customer_that_is_held_back_is_no_success(desk: Desk) -> None:
    """The share is of what may go, all of it went; the verdict is attention all the same, and the exit status 1."""
    desk.have([*orders("1", "2"), *orders("9", customer="RHONE")])
    assert desk.push().verdict == "success"
    changed = [o.with_values(notes="x") for o in orders("1", "2")]
    desk.have([*changed, *orders("9", customer="RHONE")], held={"GREYSON": "lost rows"})
    result = desk.push()
    assert (result.success_share, result.due, result.items.held_back) == (1.0, 0, 2)
    assert (result.verdict, int(result.exit_code)) == ("attention", 1)


def test_items_that_are_gone_and_not_due_are_no_success(desk: Desk) -> None:
    """Taken off the board by its own count: attention in this push and in the next."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    for name in ("STYLE1 1", "STYLE1 2"):
        desk.board.named(name).state = "archived"
    for _ in range(2):
        result = desk.push()
        assert [(one.count, one.rests) for one in result.off_board] == [(2, False)]
        assert (result.verdict, int(result.exit_code)) == ("attention", 1)


def test_a_count_that_lags_behind_is_not_told_as_the_boards_content(desk: Desk) -> None:
    """Nothing is missing, but the API counts less: the plan says what it knows, and not that all is on the board."""
    desk.have(orders("1", "2", "3"))
    desk.push()
    real = desk.board.start

    def behind(board_ids: Sequence[str]) -> Start:
        found = real(board_ids)
        return replace(found, boards={k: replace(info, items_count=0) for k, info in found.boards.items()})

    desk.board.start = behind  # type: ignore[method-assign]
    told = plan_text(desk.plan())
    assert "The board counts 3 items less than the ledger links; its count may lag behind" in told
    assert "Nothing to do; left alone: not due, off the board 3." in told
    assert "are not on the board" not in told


def test_what_was_left_alone_once_is_told_by_every_push(desk: Desk) -> None:
    """An item that a person archived rests by the policy as long as nothing of it is due; every push says so."""
    several = [*orders("1", "2", "3"), *orders("8", "9", customer="RHONE")]
    desk.have(several)
    desk.push()
    desk.board.archive(desk.board.named("STYLE1 1").id)
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    assert [row.name for row in desk.push().left] == ["STYLE1 1"]
    desk.have(several)
    for _ in range(2):
        result = desk.push()
        assert [(one.count, one.rests) for one in result.off_board] == [(1, True)]
        assert (result.verdict, int(result.exit_code)) == ("success", 0)


def test_a_missing_label_says_where_it_is_to_be_added(desk: Desk) -> None:
    """The hint names the label and the column, of rows that failed and of those that were given up."""
    desk.have(orders("A1", values={"unit_of_measure": "BOX"}))
    desk.push()
    with desk.context.ledger.session() as session:
        (row,) = failed_rows(session, desk.context.warehouse)
    for given_up in (False, True):
        (cause,) = failure_causes([replace(row, given_up=given_up)])
        assert cause.hint.startswith("Add label 'BOX' to column unit_of_measure on the board, or correct the cell")
        assert ("monday-sync retry" in cause.hint) is given_up
    assert row.order
    assert failure_causes([replace(row, accepted="accepted by maria")]) == ()


@pytest.mark.parametrize("listed", [True, False], ids=["archived", "archived or deleted"])
def test_a_finished_group_rests_from_the_first_push_on(desk: Desk, listed: bool) -> None:
    """Its orders that are not due are noted, and cost no exit status of their own."""
    desk.policy(vanished_share=1.0)
    several = orders("1", "2", "3")
    desk.have([*several, *orders("9", customer="RHONE")])
    desk.push()
    group = next(g for g in desk.board.groups if "GREYSON" in g.title)
    desk.board.delete_group(group.id, into=None)
    if listed:
        desk.board.gone_groups = {group.id: "archived"}
    desk.have([*several, *[o.with_values(notes="x") for o in orders("9", customer="RHONE")]])
    result = desk.push()
    assert [(one.count, one.rests) for one in result.off_board] == [(3, True)]
    assert (result.verdict, int(result.exit_code)) == ("success", 0)
