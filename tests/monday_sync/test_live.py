"""The whole engine over HTTP against the emulator: the public functions and the command line."""

from __future__ import annotations

import datetime as dt
import json

import pytest

import monday_sync
from bench.soak.relations import Order
from board_emulator.faults import Fault
from board_emulator.values import text_of
from monday_sync.commands.opening import open_context
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.domain.board import load_board
from monday_sync.domain.selection import PushOptions
from tests.monday_sync.conftest import orders
from tests.monday_sync.live import Live


def typical() -> list[Order]:
    """Orders with values of every column type, awkward ones among them."""
    values = {
        "notes": "line one\nline two \u2013 \u00e9\U0001f600", "style_description": "long " * 50,
        "ex_factory_date": dt.date(2027, 2, 28), "customer_price": "12.5000", "final_fob_usd": "0.0001",
        "unit_of_measure": "PCS", "po_number": "0012 \"quoted\" \\ {x}", "drop": "Drop 1, part 2",
    }  # fmt: skip
    return [*orders("A1", "A2", values=values), *orders("B1", customer="RHONE", order_type="CANCELLED"),
            *orders("C1", season="2026 FALL", sizes={"30/32": 3, "XS": 1})]  # fmt: skip


def test_everything_arrives_field_by_field(live: Live) -> None:
    """A first push brings every value of every type to the board; a second one changes nothing."""
    live.have(typical())
    result = live.push()
    assert (result.verdict, result.items.created, result.subitems.created) == ("success", 4, 8), result.errors
    assert live.wrong(typical()) == []
    again = live.push()
    assert (again.changed, again.items.failed) == (0, 0)


def test_three_edits(live: Live) -> None:
    """Three edited cells are three changes in the plan and on the board."""
    source = [*typical(), *orders("D1", "D2", "D3", "D4", "D5", "D6", "D7")]
    live.have(source)
    live.push()
    source[0] = source[0].with_values(notes=None)
    source[1] = source[1].with_values(customer_price="13", ex_factory_date=dt.date(2027, 3, 1))
    live.have(source)
    plan = monday_sync.plan("local", project_dir=live.project)
    assert isinstance(plan, monday_sync.Plan)
    assert len([c for s in plan.steps for c in s.changes]) == 3
    assert live.push().items.updated == 2
    assert live.wrong(source) == []


@pytest.mark.parametrize("kind", ["lost", "http_503_after", "truncated", "html", "reset_before", "http_502"])
def test_broken_answers(live: Live, kind: str) -> None:
    """Whatever comes back instead of an answer, everything is on the board once."""
    live.have(typical())
    live.handle.faults.add(Fault(kind, times=3))
    with open_context("local", project_dir=live.project, sleep=lambda _seconds: None) as context:
        assert push_in(context, PushRequest(PushOptions())).outcome == "done"
    assert live.wrong(typical()) == []


def test_the_command_line(live: Live) -> None:
    """plan, push, status, verify, history, retry, check, adopt, rollback and cleanup speak to people and programs."""
    live.have(typical())
    checked = live.cli("check", "--target", "local")
    assert checked.exit_code == 0, checked.output
    planned = live.cli("plan", "--target", "local")
    assert "monday-sync push --plan plan-" in planned.stdout
    assert "+ item GREYSON: STYLE1 A1" in planned.stdout
    plan = json.loads(live.cli("plan", "--target", "local", "--json").stdout)
    assert plan["counts"]["item"]["create"] == 4
    pushed = live.cli("push", "--target", "local", "--plan", plan["plan_id"], "--json")
    assert pushed.exit_code == 0, pushed.output
    run = json.loads(pushed.stdout)["run_id"]
    status = live.cli("status", "--target", "local")
    assert "GREYSON" in status.stdout
    assert run in status.stdout
    assert live.cli("verify", "--target", "local").exit_code == 0
    told = live.cli("history", "A1", "--target", "local")
    assert "item STYLE1 A1: create SYNCED" in told.stdout
    assert "0 items" in live.cli("retry", "--target", "local").stdout
    assert "0 items and 0 subitems" in live.cli("adopt", "--target", "local").stdout
    undone = live.cli("rollback", run, "--target", "local")
    assert undone.exit_code == 0, undone.output
    assert live.wrong([]) == []
    assert "groups created: 0, archived: 3;" in undone.stdout
    board = live.handle.state.board(load_board("local", live.project / "boards").board_id)
    assert [g.title for g in board.active_groups()] == ["Backlog"]
    assert live.cli("cleanup", "--target", "local").exit_code == 2
    assert live.cli("cleanup", "--test-data", "--target", "local", "--json").exit_code == 0
    refused = live.cli("push", "--target", "local", "--customer", "NOBODY")
    assert refused.exit_code == 2
    assert "NOBODY" in refused.stderr
    assert "Bring the monday.com board" in live.cli("--help").stdout


def test_a_planner_s_copy_is_named_and_archived_with_its_number(live: Live) -> None:
    """verify lists a copy by name and id with exit status 1; the repair refuses no and wrong numbers with 2."""
    source = orders(*"12345678")
    live.have(source)
    live.push()
    config = load_board("local", live.project / "boards")
    board = live.handle.state.board(config.board_id)
    item = live.handle.state.listed(board)[0]
    keys = {m.column_id for m in config.items if m.view_column in config.key_columns}
    cells = {column: text_of(board.columns[column], item.values[column]) or "" for column in keys}
    copy = live.handle.people.create_item(board.id, item.group_id, "a copy", cells)
    found = live.cli("verify", "--target", "local")
    assert (found.exit_code, f"duplicate: item a copy ({copy.id}), ours is {item.id}" in found.stdout) == (1, True)
    for number in ((), ("--yes", "2")):
        refused = live.cli("verify", "--target", "local", "--repair", *number)
        assert (refused.exit_code, f"'a copy' ({copy.id}, beside {item.id})" in refused.stderr) == (2, True)
        assert "--yes 1" in refused.stderr
    assert live.handle.state.is_active(copy)
    repaired = live.cli("verify", "--target", "local", "--repair", "--yes", "1")
    assert (repaired.exit_code, "Duplicates archived: 1." in repaired.stdout) == (0, True)
    assert not live.handle.state.is_active(copy)
    assert live.wrong(source) == []


def test_a_token_that_nobody_has_is_refused(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown token is exit status 2 with its hint, before anything is done; the token is in no output."""
    live.have(orders("1"))
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-unknown")
    refused = live.cli("push", "--target", "local")
    assert (refused.exit_code, "MONDAY_API_TOKEN" in refused.stderr) == (2, True)
    assert "local-unknown" not in refused.output


def test_a_revoked_token_stops_the_run(live: Live) -> None:
    """A token that stops working half-way ends the run cleanly with exit status 1; nothing is there twice."""
    source = orders(*[f"N{n}" for n in range(30)])
    live.have(source)
    live.handle.faults.add(Fault("token_revoked", skip=1))
    result = live.push()
    assert result.outcome == "stopped"
    assert "token" in (result.message or "")
