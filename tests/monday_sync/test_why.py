"""The life of an order in one command: from the row of its sheet to its address on the board."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.soak.relations import Order
from monday_sync import cli
from monday_sync.commands.accept import accept
from monday_sync.commands.why import RowLife, WhyResult, why
from monday_sync.domain.board import Scope
from monday_sync.errors import RefusedError, UnreachableError
from monday_sync.row_texts import why_text
from tests.monday_sync.bay import Bay
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.test_accept import given_up
from tests.monday_sync.test_before_images import overwritten

_SHEETS = """
create table "ORDER_LIST_STAGING" (_source_file varchar, _source_sheet varchar, _source_row integer,
    customer_name varchar, order_key varchar, aag_order_number varchar, row_reject_code varchar);
create table order_list_rejects (_source_file varchar, _source_sheet varchar, _source_row integer,
    customer_name varchar, reject_level varchar, column_name varchar, value_text varchar, reason_code varchar,
    reason varchar);
"""


def have_sheets(desk: Desk, found: Sequence[Order], *rejected: tuple[int, str, str | None, str]) -> None:
    """Let the orders come from rows 2, 3, ... of a workbook, and rows be rejected: row, number, key and reason."""
    with desk.context.ledger.session() as session:
        session.execute(_SHEETS)
        for row, order in enumerate(found, 2):
            session.execute(
                'insert into "ORDER_LIST_STAGING" values (?, ?, ?, ?, ?, ?, null)',
                ["GREYSON.xlsx", "MASTER", row, order.customer, order.key, order.number],
            )
        for row, number, key, reason in rejected:
            session.execute(
                'insert into "ORDER_LIST_STAGING" values (?, ?, ?, ?, ?, ?, ?)',
                ["GREYSON.xlsx", "MASTER", row, "GREYSON", key, number, "duplicate"],
            )
            reject_row(session.execute, row, None, None, reason)


def reject_row(execute: object, row: int, column: str | None, text: str | None, reason: str) -> None:
    level = "row" if column is None else "value"
    execute(  # type: ignore[operator]
        "insert into order_list_rejects values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ["GREYSON.xlsx", "MASTER", row, "GREYSON", level, column, text, "code", reason],
    )


def item(found: WhyResult, at: int = 0) -> RowLife:
    return found.orders[at].rows[0]


def test_from_the_row_of_its_sheet_to_its_address(desk: Desk) -> None:
    """File and row, a value that was rejected, what the board was told, and where it is there: item, group, address."""
    several = orders("1", "2")
    have_sheets(desk, several)
    with desk.context.ledger.session() as session:
        reject_row(session.execute, 2, "EX FACTORY DATE", "TBC", "It is no date.")
    desk.have(several)
    desk.push()
    found = why(desk.context, " 1 ")
    text = why_text(found)
    thing = desk.board.named("STYLE1 1")
    (order,) = found.orders
    assert [(r.level, r.name, r.state, r.is_due) for r in order.rows] == [
        ("item", "STYLE1 1", "SYNCED", False), ("subitem", "M", "SYNCED", False), ("subitem", "S", "SYNCED", False),
    ]  # fmt: skip
    assert (found.customers, len(order.history), order.history[0].outcome) == (("GREYSON",), 3, "SYNCED")
    for line in (
        "Order 1: GREYSON", f"key {several[0].key}", "from GREYSON.xlsx, sheet MASTER, row 2",
        "EX FACTORY DATE 'TBC': It is no date.", "item STYLE1 1: SYNCED", "the board shows it: confirmed on 2026-11-21",
        f"board {desk.context.board.board_id}, item {thing.id}, group GREYSON 2026 SPRING, active https://board/{thing.id}",
        "item STYLE1 1: create SYNCED",
    ):  # fmt: skip
        assert line in text
    assert "GREYSON.xlsx, sheet MASTER, row 3" not in text
    lines = desk.context.board.subitem_board_id
    assert {row.board_id for row in order.rows[1:]} == {lines}


def test_what_is_due_says_why_and_what_differs(desk: Desk) -> None:
    """The planner's reasons, each field that differs, and the values that do not fit their column."""
    several = orders("1", "2")
    desk.have(several)
    assert (item(why(desk.context, "1")).stands, item(why(desk.context, "1")).is_due) == (("due: new",), True)
    desk.push()
    desk.have([replace(several[0].with_values(notes="x", hs_code="y" * 2001), season="2026 FALL"), several[1]])
    stands = item(why(desk.context, "1")).stands
    assert stands[0] == "due: data, group"
    assert "notes: confirmed nothing, should show 'x'" in stands
    assert stands[-1].startswith("not sent: hs_code: the text 'yyy")
    assert "group_name: confirmed 'GREYSON 2026 SPRING', should show 'GREYSON 2026 FALL'" in stands


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("held", "held back with its customer: it lost 40 %"),
        ("scope", "not due: out of the scope that the board's file sets"),
        ("paused", "not pushed: its customer is paused"),
        ("gone", "gone from the source: its item is left alone (`push --archive-deleted` archives it)"),
    ],
)
def test_what_is_not_due_says_why(desk: Desk, kind: str, told: str) -> None:
    """Held back, out of scope, paused, or gone from the source."""
    several = orders("1", "2")
    desk.have(several)
    if kind == "gone":
        desk.push()
    desk.have(several[1:] if kind == "gone" else several, held={"GREYSON": "it lost 40 %"} if kind == "held" else None)
    if kind == "scope":
        desk.reopen(replace(desk.context.board, scope=Scope(customers=("RHONE",))))
    if kind == "paused":
        with desk.context.ledger.session() as session:
            for level in ("items", "subitems"):
                session.execute(f"alter view sync_monday__{level} rename to all_{level}")
                session.execute(f"create view sync_monday__{level} as select * from all_{level} where false")
    found = why(desk.context, "1")
    assert (item(found).stands, item(found).is_due) == ((told,), False)
    assert ("no workbook has it any more" in why_text(found)) == (kind == "gone")


def test_a_given_up_row_says_since_when_and_who_accepted_it(desk: Desk) -> None:
    """Attempts with their cause, the age, and every acceptance, ended ones included."""
    several = given_up(desk)
    desk.clock.pass_minutes(2 * 24 * 60)
    found = why(desk.context, "1")
    assert item(found).stands == ("given up 2 days ago after 5 attempts: the board does not want it",)
    assert (item(found).attempts, item(found).error, item(found).monday_id) == (5, "the board does not want it", None)
    assert "not on the board" in why_text(found)
    causes = [entry.message for entry in found.orders[0].history if entry.level == "item"]
    assert causes == ["the board does not want it"] * 5
    accept(desk.context.ledger, item(found).key, reason="they know", by="maria", now=desk.clock())
    found = why(desk.context, "1")
    assert "accepted by maria on 2026-11-23, 0 hours ago: they know" in item(found).stands
    desk.board.refuse = lambda _: None
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    desk.push()
    (told,) = item(why(desk.context, "1")).acceptances
    assert told.endswith("they know; ended on 2026-11-23: the board shows the row as it should")


def test_all_orders_with_the_number_are_shown(desk: Desk) -> None:
    """Two customers and two styles have one number; a row of a sheet with it that became no order is named, too."""
    several = [*orders("7"), *orders("7", style="STYLE2"), *orders("7", customer="RHONE"), *orders("8")]
    have_sheets(desk, several, (90, "7", several[0].key, "It is in row 2 already."))
    desk.have(several)
    found = why(desk.context, "7")
    assert sorted((o.customer, o.rows[0].name) for o in found.orders) == [
        ("GREYSON", "STYLE1 7"), ("GREYSON", "STYLE2 7"), ("RHONE", "STYLE1 7"),
    ]  # fmt: skip
    assert found.customers == ("GREYSON", "RHONE")
    (twice,) = [o for o in found.orders if o.order_key == several[0].key]
    assert [(row.row, row.is_order) for row in twice.sheet_rows] == [(2, True), (90, False)]
    assert "rejected: GREYSON.xlsx, sheet MASTER, row 90\n    It is in row 2 already." in why_text(found)


def test_a_number_that_became_no_order_is_explained(desk: Desk) -> None:
    """The only row with it was rejected: it says where and why."""
    have_sheets(desk, [], (5, "12345", None, "The customer is not listed."))
    desk.have(orders("1"))
    found = why(desk.context, "12345")
    assert found.orders == ()
    text = why_text(found)
    assert "Rows with this number that became no order:" in text
    assert "rejected: GREYSON.xlsx, sheet MASTER, row 5\n    The customer is not listed." in text


def test_an_unknown_number_names_those_near_it(desk: Desk) -> None:
    """An error with exit status 2, and the numbers that look like it: orders, rejected rows, and orders that left."""
    have_sheets(desk, [], (5, "AAG-1003", None, "No."))
    desk.have(orders("AAG-1001", "AAG-2222"))
    desk.push()
    desk.have(orders("AAG-2222"))
    with pytest.raises(RefusedError, match="no order 'AAG-1002'") as refused:
        why(desk.context, "AAG-1002")
    assert refused.value.hint == "Near it: AAG-1001, AAG-1003."
    with pytest.raises(RefusedError) as refused:
        why(desk.context, "zzzzzzzzzz")
    assert refused.value.hint == "Give the AAG ORDER NUMBER as the board has it."


def test_without_the_board_the_rest_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of the API, and no rows of sheets: both are said, and nothing else is missing."""
    desk.have(orders("1"))
    desk.push()

    def fails(*_: object) -> None:
        raise UnreachableError("No connection.")

    monkeypatch.setattr(desk.board, "where", fails)
    found = why(desk.context, "1")
    assert found.notes == (
        "The rows of the workbooks are not known: dbt has not built them.",
        "The board could not be asked for addresses: No connection.",
    )
    row = item(found)
    assert (row.monday_id, row.group, row.url) == (desk.board.named("STYLE1 1").id, "GREYSON 2026 SPRING", None)


def test_what_a_push_wrote_over_is_part_of_it(desk: Desk) -> None:
    """The history in it names the planner's value."""
    overwritten(desk)
    assert "notes: 'the planner's' -> 'ours, second'" in why_text(why(desk.context, "1"))


def test_an_archived_item_is_told_as_such(desk: Desk) -> None:
    """What the ledger links may be off the board by now: the board itself is asked."""
    desk.have(orders("1"))
    desk.push()
    desk.board.archive(desk.board.named("STYLE1 1").id)
    assert item(why(desk.context, "1")).on_board == "archived"


def test_the_command_line_over_http(bay: Bay, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text and JSON; the address is the one that the API gives."""
    bay.relations.set_orders([Order("GREYSON", "A1", sizes={"S": 10})])
    bay.push(bulk="never")
    monkeypatch.chdir(project)
    told = CliRunner().invoke(cli.main, ["why", "A1"])
    thing = next(i for i in bay.handle.state.items.values() if i.parent_id is None)
    url = f"{bay.handle.base_url}/boards/{thing.board_id}/pulses/{thing.id}"
    assert (told.exit_code, url in told.stdout) == (0, True), told.output
    told = CliRunner().invoke(cli.main, ["why", "A1", "--json"])
    (order,) = json.loads(told.stdout)["orders"]
    assert [(row["level"], row["state"], row["on_board"]) for row in order["rows"]] == [
        ("item", "SYNCED", "active"), ("subitem", "SYNCED", "active"),
    ]  # fmt: skip
    assert order["rows"][0]["url"] == url
    told = CliRunner().invoke(cli.main, ["why", "A2"])
    assert (told.exit_code, "Near it: A1." in told.output) == (2, True)
