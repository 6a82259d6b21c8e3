"""Accepting a row that the board does not take: it fails no run, stays in every report, and ends by itself."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.soak.relations import Order
from monday_sync import cli
from monday_sync.api import ChangeColumns, CreateItem, Operation, Outcome
from monday_sync.commands.accept import accept, revoke
from monday_sync.commands.failures import failed_rows
from monday_sync.commands.retry import requeue
from monday_sync.commands.status import status
from monday_sync.domain.acceptance import age_of
from monday_sync.engine.results import PushResult
from monday_sync.errors import RefusedError
from monday_sync.ledger.schema import ACCEPTED
from monday_sync.render import plan_text, push_text
from monday_sync.row_texts import status_text
from tests.monday_sync.conftest import Desk, orders

REFUSAL = Outcome(0, False, None, "r", 1, "ColumnValueException", "the board does not want it")


def refuses(desk: Desk, *names: str) -> None:
    """Let the board refuse to create or change some items."""

    def refuse(operation: Operation) -> Outcome | None:
        if isinstance(operation, CreateItem) and operation.name in names:
            return REFUSAL
        item = desk.board.things.get(operation.item_id) if isinstance(operation, ChangeColumns) else None
        return REFUSAL if item is not None and item.name in names else None

    desk.board.refuse = refuse


def given_up(desk: Desk, several: Sequence[Order] | None = None) -> list[Order]:
    """Four orders, of which the board refuses the first as often as the policy allows."""
    found = list(several or orders(*"1234"))
    desk.have(found)
    refuses(desk, "STYLE1 1")
    for _ in range(5):
        result = desk.push()
    assert len(result.given_up) == 1
    return found


def take(desk: Desk, named: str = "1", reason: str = "the customer knows") -> None:
    accept(desk.context.ledger, named, reason=reason, by="maria", now=desk.clock())


def verdict(result: PushResult) -> tuple[int, str, int, int, int]:
    return (result.exit_code, result.verdict, len(result.errors), len(result.given_up), len(result.accepted))


def test_a_row_that_was_given_up_fails_every_run_with_its_age(desk: Desk) -> None:
    """Seven mornings later the run still says so, and since when."""
    given_up(desk)
    desk.clock.pass_minutes(7 * 24 * 60)
    result = desk.push()
    assert verdict(result)[0] == 1
    assert "STYLE1 1 was given up; left alone (for 7 days; `monday-sync retry`" in plan_text(desk.plan())
    assert result.given_up[0].message.endswith("after 5 attempts: the board does not want it (7 days ago)")


def test_an_accepted_row_fails_no_run_and_stays_in_every_report(desk: Desk) -> None:
    """Exit status 0 and success; push, plan, status and the list of failures name it with who, age and reason."""
    given_up(desk)
    take(desk)
    desk.clock.pass_minutes(3 * 24 * 60)
    result = desk.push()
    assert verdict(result) == (0, "success", 0, 0, 1)
    assert result.success_share == 1.0
    told = "accepted by maria on 2026-11-21, 3 days ago: the customer knows"
    assert (result.accepted[0].accepted, result.accepted[0].name) == (told, "STYLE1 1")
    for text in (push_text(result), plan_text(desk.plan())):
        assert told in text
    assert "1 accepted as they are, not counted" in push_text(result)
    found = status(desk.context.target)
    assert (found.errors, found.dead, len(found.accepted)) == ((), 0, 1)
    assert "accepted as it is: GREYSON: STYLE1 1: the board does not want it (given up" in status_text(found)
    assert "the customer knows" in status_text(found)
    with desk.context.ledger.session() as session:
        (row,) = failed_rows(session, desk.context.warehouse)
    assert (row.accepted, row.given_up) == ("accepted by maria on 2026-11-21: the customer knows", True)
    assert row.since is not None


def test_it_ends_when_what_the_board_should_show_changes(desk: Desk) -> None:
    """Other values are another matter: they are tried, and fail the run; the old content does not bring it back."""
    several = given_up(desk)
    take(desk)
    other = [several[0].with_values(notes="x"), *several[1:]]
    desk.have(other)
    assert verdict(desk.push())[:3] == (1, "failed", 1)
    desk.have(several)
    result = desk.push()
    assert (verdict(result)[0], len(result.accepted)) == (1, 0)
    ended = desk.state("select ended_because, ended_by from monday_sync_accepted where ended_at is not null")
    assert ended == [("what the board should show has changed", None)]


def test_it_ends_when_the_row_is_right(desk: Desk) -> None:
    """Once the board takes the row, the acceptance is over, and a later failure counts again."""
    several = given_up(desk)
    take(desk)
    refuses(desk)
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    assert verdict(desk.push()) == (0, "success", 0, 0, 0)
    assert desk.state("select ended_because from monday_sync_accepted") == [("the board shows the row as it should",)]
    assert status(desk.context.target).accepted == ()


def test_it_can_be_revoked(desk: Desk) -> None:
    """A revoked acceptance stays in the ledger with who ended it; the row fails the run again."""
    given_up(desk)
    take(desk)
    revoke(desk.context.ledger, "1", by="otto", now=desk.clock())
    assert verdict(desk.push())[0] == 1
    assert desk.state("select accepted_by, reason, ended_by, ended_because from monday_sync_accepted") == [
        ("maria", "the customer knows", "otto", "it was revoked")
    ]
    with pytest.raises(RefusedError, match="Nothing of '1' is accepted"):
        revoke(desk.context.ledger, "1", by="otto", now=desk.clock())


def test_a_row_with_a_value_that_never_fits_can_be_accepted(desk: Desk) -> None:
    """A misfit uses up no attempt, so it is never given up; every run tries it, and accepts it."""
    several = orders(*"1234")
    several[0] = several[0].with_values(unit_of_measure="DOZEN")
    desk.have(several)
    for _ in range(2):
        result = desk.push()
    assert verdict(result)[:3] == (1, "failed", 1)
    take(desk)
    result = desk.push()
    assert verdict(result) == (0, "success", 0, 0, 1)
    desk.board.labels[desk.column("unit_of_measure")].append("DOZEN")
    assert verdict(desk.push(yes=1)) == (0, "success", 0, 0, 0)
    assert desk.shows("STYLE1 1", "unit_of_measure") == "DOZEN"


def test_retry_leaves_what_is_accepted(desk: Desk) -> None:
    """A blanket retry is no word against an acceptance: the row is left, and counted."""
    given_up(desk)
    take(desk)
    result = requeue(desk.context.ledger)
    assert (result.items, result.accepted) == (0, 1)
    revoke(desk.context.ledger, "1", by="otto", now=desk.clock())
    assert requeue(desk.context.ledger).items == 1


def test_a_key_means_that_row_alone_and_a_number_all_of_its_orders(desk: Desk) -> None:
    """Two orders have one number: by number both rows are accepted, by key the one."""
    several = [*orders("1", "2"), *orders("1", style="STYLE2")]
    desk.have(several)
    refuses(desk, "STYLE1 1", "STYLE2 1")
    for _ in range(5):
        desk.push()
    take(desk, several[0].key)
    assert verdict(desk.push()) == (1, "failed", 0, 1, 1)
    take(desk, "1", "both")
    result = desk.push()
    assert verdict(result) == (0, "success", 0, 0, 2)
    assert {row.accepted.rpartition(": ")[2] for row in result.accepted if row.accepted} == {"both"}


def test_what_cannot_be_accepted_is_refused(desk: Desk) -> None:
    """No reason, a row that is right, and a number that nobody has, which names those near it."""
    desk.have(orders("AAG-1001", "AAG-1002"))
    desk.push()
    for named, reason, why, hint in (
        ("AAG-1001", "  ", "needs a reason", "--reason"),
        ("AAG-1001", "x", "No row of 'AAG-1001' was refused", "why AAG-1001"),
        ("AAG-1003", "x", "no order 'AAG-1003'", "AAG-1001, AAG-1002"),
        ("AAG-100", "x", "no order 'AAG-100'", "AAG-1001, AAG-1002"),
    ):
        with pytest.raises(RefusedError, match=why) as refused:
            take(desk, named, reason)
        assert hint in (refused.value.hint or "")
    assert desk.state("select count(*) from monday_sync_accepted") == [(0,)]


def test_a_ledger_of_an_earlier_release_gets_the_table(desk: Desk) -> None:
    """A report made before the first push of this release has failures, and nothing accepted."""
    given_up(desk)
    with desk.context.ledger.session() as session:
        session.drop_table(ACCEPTED.name)
        (row,) = failed_rows(session, desk.context.warehouse)
    assert row.accepted is None


def test_the_command_line(desk: Desk, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of --reason and --revoke; the result as text and JSON; whoever is logged in is who did it."""
    given_up(desk)
    monkeypatch.chdir(project)
    monkeypatch.setattr("monday_sync.cli_rows.getpass.getuser", lambda: "maria")

    def run(*given: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.main, ["accept", *given])
        return result.exit_code, result.stdout

    assert run("1")[0] == 2
    assert run("1", "--revoke", "--reason", "x")[0] == 2
    assert run("1", "--reason", "agreed")[1].endswith("no run fails for that until what should be shown changes.\n")
    assert verdict(desk.push())[0] == 0
    code, text = run("1", "--reason", "again", "--json")
    (row,) = json.loads(text)["rows"]
    assert (code, row["accepted_by"], row["reason"]) == (0, "maria", "again")
    assert "the run fails until all is right" in run("1", "--revoke")[1]
    assert run("nonsense", "--revoke")[0] == 2


def test_an_age_is_told_in_days(desk: Desk) -> None:
    """Hours on the first day, days after it."""
    now = desk.clock()
    ages = [age_of(now, now + dt.timedelta(hours=hours)) for hours in (0, 1, 23, 24, 47, 48)]
    assert ages == ["0 hours", "1 hour", "23 hours", "1 day", "1 day", "2 days"]
