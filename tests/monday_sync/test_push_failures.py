"""Rows and requests that fail, and limits that end a run: neighbours go on, and the next run carries on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monday_sync.api import CreateItem, Outcome
from monday_sync.commands.retry import requeue
from monday_sync.domain.board import ColumnMapping
from monday_sync.errors import DailyLimitError, InDoubtError, RequestFailedError, TokenRevokedError
from monday_sync.render import plan_text, push_text
from tests.monday_sync.conftest import Desk, orders


def test_one_bad_value_never_fails_its_neighbours(desk: Desk) -> None:
    """A row that the board refuses becomes ERROR with the reason; the others of its request go through."""
    desk.have(orders("1", "2", "3"))
    desk.board.refuse = lambda op: (
        Outcome(0, False, None, "r", 1, "ColumnValueException", "the board does not like it")
        if isinstance(op, CreateItem) and op.name == "STYLE1 2"
        else None
    )
    result = desk.push()
    assert (result.items.created, result.items.failed, result.subitems.created) == (2, 1, 4)
    assert result.errors[0].message == "the board does not like it"
    assert result.exit_code == 1
    rows = desk.state("select aag_order_number, sync_state, sync_error_message, retry_count from FACT_ORDER_LIST "
                      "where sync_state <> 'SYNCED'")  # fmt: skip
    assert rows == [("2", "ERROR", "the board does not like it", 1)]
    desk.board.refuse = lambda _: None
    assert desk.push().items.created == 1
    assert desk.sizes("STYLE1 2") == {"S": "10", "M": "20"}


def test_a_missing_label_costs_its_field_and_no_more(desk: Desk) -> None:
    """A label that may not be created is left out: the order and its lines arrive, and the row is in ERROR with it."""
    desk.have(orders("1", "2", values={"unit_of_measure": "PCS"}) + orders("3", values={"unit_of_measure": "BOX"}))
    result = desk.push()
    assert (result.items.created, result.items.failed, result.subitems.created) == (3, 1, 6)
    assert "no label 'BOX'" in result.errors[0].message
    assert "PCS, SET" in result.errors[0].message
    assert (desk.shows("STYLE1 3", "unit_of_measure"), desk.shows("STYLE1 3", "order_type")) == (None, "RECEIVED")
    assert desk.state("select sync_state from FACT_ORDER_LIST where aag_order_number = '3'") == [("ERROR",)]
    sent = len(desk.board.requests)
    again = desk.push()
    assert (again.items.failed, int(again.exit_code), len(desk.board.requests)) == (1, 1, sent)


def test_a_cancellation_arrives_whatever_else_is_wrong_in_its_row(desk: Desk) -> None:
    """One cell that the board cannot show keeps neither the other fields nor the cancellation from it."""
    column = ColumnMapping("notes", desk.column("notes"), "numbers")
    config = desk.context.board
    items = tuple(column if m.view_column == "notes" else m for m in config.items)
    desk.reopen(replace(config, items=items, policy=replace(config.policy, touch_share=1.0)))
    several = orders("1", "2", values={"notes": "5"})
    desk.have(several)
    desk.push()
    desk.have([several[0].with_values(notes="-", po_number="9", order_type="CANCELLED"), several[1]])
    result = desk.push()
    assert (result.items.updated, result.items.failed, result.success_share) == (1, 1, 0.0)
    assert "notes: '-' is no number" in result.errors[0].message
    shown = [desk.shows("STYLE1 1", c) for c in ("order_type", "po_number", "notes")]
    assert shown == ["CANCELLED", "9", "5"]
    assert "'-' is no number" in plan_text(desk.plan())
    desk.have([several[0].with_values(notes="7", po_number="9", order_type="CANCELLED"), several[1]])
    assert int(desk.push().exit_code) == 0
    assert desk.shows("STYLE1 1", "notes") == "7"


def test_a_key_that_does_not_fit_keeps_the_row_off_the_board(desk: Desk) -> None:
    """Without its key an item could not be found again: the row fails as a whole, and no call is made for it."""
    long = orders("2")[0].with_values(aag_order_number="9" * 3000)
    desk.have([*orders("1"), long])
    result = desk.push()
    assert (result.items.created, result.items.failed, len(desk.board.active())) == (1, 1, 1)
    assert "aag_order_number" in result.errors[0].message


def test_seven_mornings_of_one_bad_row(desk: Desk) -> None:
    """A row that the board keeps refusing is given up, and still named by every push until it is right."""
    desk.have(orders("1", "2"))
    desk.board.refuse = lambda op: (
        Outcome(0, False, None, "r", 1, "ColumnValueException", "this value is wrong")
        if isinstance(op, CreateItem) and op.name == "STYLE1 2"
        else None
    )
    mornings = [desk.push() for _ in range(7)]
    assert [len(m.errors) for m in mornings] == [1, 1, 1, 1, 1, 0, 0]
    assert [len(m.given_up) for m in mornings] == [0, 0, 0, 0, 1, 1, 1]
    assert {int(m.exit_code) for m in mornings} == {1}
    assert [m.success_share for m in mornings[1:]] == [0.0] * 6
    assert [m.verdict for m in mornings[1:]] == ["failed"] * 6
    assert mornings[6].given_up[0].message.startswith("given up on 2026-11-21 after 5 attempts: this value is wrong")
    plan = plan_text(desk.plan())
    assert "STYLE1 2 was given up; left alone" in plan
    assert "Nothing to do; left alone: given up 1" in plan
    assert "the board shows what the database says" not in plan
    assert requeue(desk.context.ledger, reason="wrong").items == 1
    desk.board.refuse = lambda _: None
    done = desk.push()
    assert (done.items.created, done.given_up, int(done.exit_code)) == (1, (), 0)


def test_what_is_the_boards_fault_uses_up_no_attempt(desk: Desk) -> None:
    """A row that waits for a label is tried by every push, and goes through the morning after someone added it."""
    desk.have(orders("1", values={"unit_of_measure": "BOX"}))
    mornings = [desk.push() for _ in range(7)]
    assert [(len(m.errors), len(m.given_up), int(m.exit_code)) for m in mornings] == [(1, 0, 1)] * 7
    desk.board.labels[desk.column("unit_of_measure")].append("BOX")
    assert (desk.push(yes=1).items.updated, desk.shows("STYLE1 1", "unit_of_measure")) == (1, "BOX")


def test_a_run_that_stopped_is_no_success(desk: Desk) -> None:
    """However much reached the board before."""
    desk.have(orders(*[str(n) for n in range(40)]))
    sent = iter(range(99))

    def revoke(_request: object) -> None:
        if next(sent) > 10:
            raise TokenRevokedError("the token was revoked")

    desk.board.before = revoke
    result = desk.push()
    assert (result.outcome, result.verdict, int(result.exit_code)) == ("stopped", "failed", 1)
    # 40 items and 80 lines were due, and most of the lines are not there
    assert result.success_share == len(desk.board.things) / 120
    assert "% of the due rows is on the board" in push_text(result)
    assert "Nothing had to be changed" not in push_text(result)


def test_a_request_refused_as_a_whole_fails_only_the_row_it_is_about(desk: Desk) -> None:
    """When the API refuses a whole request, it is halved until only the guilty row becomes ERROR."""
    desk.have(orders("1", "2", "3"))

    def guilty(request: object) -> None:
        if any(isinstance(op, CreateItem) and op.name == "STYLE1 2" for op in request.operations):  # type: ignore[attr-defined]
            raise RequestFailedError("the request cannot be read", code="Boom", request_id="r-1")

    desk.board.before = guilty
    result = desk.push()
    assert (result.items.created, result.items.failed, result.subitems.created) == (2, 1, 4)
    assert desk.state("select sync_state from FACT_ORDER_LIST where aag_order_number = '2'") == [("ERROR",)]
    said = "select code, request_id from monday_sync_attempts where outcome = 'ERROR'"
    assert desk.state(said) == [("Boom", "r-1")]


def test_a_doubt_is_said_while_it_is_waited_for(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The log has each request without an answer and the wait before it is asked again."""
    desk.have(orders("1"))
    doubts = [InDoubtError("No readable answer came."), None]

    def doubtful(_request: object) -> None:
        if doubts and (error := doubts.pop(0)):
            raise error

    desk.board.before = doubtful
    assert desk.push().items.created == 1
    assert (
        "waiting 0.5 s for another sending under the same key, so that nothing is done twice: "
        "No readable answer came. (retry 1 of 7)\n"
    ) in capsys.readouterr().err


def test_the_daily_limit_ends_the_run_cleanly(desk: Desk) -> None:
    """When the day's calls are used up, the run stops with exit status 1, and the next one carries on."""
    desk.have(orders(*[str(n) for n in range(12)]))
    count = 0

    def limited(_request: object) -> None:
        nonlocal count
        count += 1
        if count > 2:
            raise DailyLimitError("the calls of the day are used up", hint="Run it again tomorrow.")

    desk.board.before = limited
    result = desk.push()
    assert (result.outcome, result.exit_code) == ("stopped", 1)
    assert "calls of the day" in (result.message or "")
    assert desk.state("select distinct sync_state from FACT_ORDER_LIST order by 1") == [("NEW",), ("SYNCED",)]
    desk.board.before = lambda _: None
    result = desk.push()
    assert result.outcome == "done"
    assert len(desk.board.active()) == 12


def test_requests_stored_ahead_are_withdrawn_when_the_run_stops(desk: Desk) -> None:
    """Intents are stored for several requests at once; those that were never sent leave no doubt behind."""
    desk.have(orders(*[str(n) for n in range(40)]))
    stored: list[int] = []

    def limited(_request: object) -> None:
        stored.append(len(desk.context.ledger.open_attempts()))
        if len(stored) == 3:
            raise DailyLimitError("the calls of the day are used up", hint="Run it again tomorrow.")

    desk.board.before = limited
    assert desk.push().outcome == "stopped"
    # the group; five items; then ten, of which the first five meet the limit and the others are not sent at all
    assert stored == [1, 5, 10]
    assert desk.context.ledger.open_attempts() == []
    assert desk.state("select count(*) from monday_sync_items") == [(5,)]
    outcomes = "select outcome, count(*) from monday_sync_attempts where level = 'item' group by 1 order by 1"
    assert desk.state(outcomes) == [("SYNCED", 5), ("WITHDRAWN", 10)]
    desk.board.before = lambda _: None
    assert desk.push().recovered == 0
    assert len(desk.board.active()) == 40


def test_a_push_keeps_to_its_share_of_the_day(desk: Desk) -> None:
    """The API may spend no more than the policy's share of the day's calls, less what was used already."""
    desk.have(orders("1"))
    desk.reopen(replace(desk.context.board, policy=replace(desk.context.board.policy, daily_calls=100)))
    desk.push()
    assert desk.board.allowed == pytest.approx(80)
    desk.reopen(replace(desk.context.board, policy=replace(desk.context.board.policy, daily_calls=None)))
    desk.push()
    assert desk.board.allowed is None


def test_the_plan_says_what_it_takes(desk: Desk) -> None:
    """A plan counts the calls of the push, stores nothing on the board, and names its conflicts' policy."""
    desk.have(orders("1", "2", "3"))
    plan = desk.plan()
    assert plan.estimate is not None
    assert plan.estimate.calls == 2
    assert (plan.touched, len(plan.groups), desk.board.requests) == (0, 1, [])
    desk.push()
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    desk.have([orders("1")[0].with_values(notes="ours"), *orders("2", "3")])
    text = plan_text(desk.plan())
    assert "notes: 'person' -> 'ours'  [conflict: we last sent (empty); policy ours: sent all the same]" in text
