"""What people read: each cause once with its number and hint, whole orders in the plan, no success that is none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from monday_sync.api import CreateItem, Outcome
from monday_sync.commands.status import status
from monday_sync.domain.causes import cause_lines, causes
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
