"""Dry runs: the page that `plan` shows, exactly what the command then does, and not one mutation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner

from monday_sync import cli, cli_repair
from monday_sync.api import MutationRequest
from monday_sync.commands.adopt import adopt, plan_adopt
from monday_sync.commands.opening import Opened
from monday_sync.commands.undo import cleanup, plan_cleanup, plan_rollback, rollback
from monday_sync.commands.verify import verify
from monday_sync.domain.plan import Action, Plan
from monday_sync.errors import RefusedError
from monday_sync.render import plan_json, plan_text, verify_text
from tests.monday_sync.bay import Bay, typical
from tests.monday_sync.conftest import Desk, orders
from tests.monday_sync.test_before_images import overwritten, typed
from tests.monday_sync.test_undo import second_day
from tests.monday_sync.test_verify import duplicates

_KEPT = ("items", "subitems", "attempts", "runs", "groups", "plans", "customers")


def everything(desk: Desk) -> list[object]:
    """All that the ledger holds, and how many requests the board got."""
    tables = [sorted(desk.state(f"select * from monday_sync_{name}"), key=str) for name in _KEPT]
    return [*tables, len(desk.board.requests)]


def dry(desk: Desk, ask: Callable[[], Plan]) -> Plan:
    """Run it dry, and see that neither board nor ledger changed."""
    before = everything(desk)
    made = ask()
    assert everything(desk) == before
    text = plan_text(made)
    assert "dry run, nothing is changed" in text
    assert f"To do this: monday-sync {made.command}" in text
    return made


def done(plan: Plan) -> tuple[int, ...]:
    """Changed and archived items and subitems, and groups archived, by a plan."""
    touched = {Action.UPDATE, Action.ARCHIVE}
    return (sum(1 for s in plan.steps if s.action in touched), len(plan.groups_to_archive), len(plan.left_fields))


def test_a_rollback_is_shown_before_it_is_done(desk: Desk) -> None:
    """Fields, moves, archived items and groups, and what is left, with the number of rows that are then taken back."""
    desk.have(orders(*"1234567"))
    desk.push()
    run = second_day(desk)
    typed(desk, "STYLE1 1", notes="typed later")
    desk.clock.pass_minutes(1)
    made = dry(desk, lambda: plan_rollback(desk.context, run))
    text = plan_text(made)
    for line in (
        "~ item GREYSON: STYLE1 1", "po_number: 'PO' -> (empty)", "item_name: 'RENAMED' -> 'STYLE1 2'",
        "group: GREYSON 2026 FALL -> GREYSON 2026 SPRING", "- item GREYSON: STYLE1 8", "- group GREYSON 2026 FALL",
        "notes: we wrote 'x', it shows 'typed later', before nothing: it was changed since then",
    ):  # fmt: skip
        assert line in text
    assert "[" not in text.split("group: ")[0]  # nothing is said to be due
    result = rollback(desk.context, run)
    subitems = result.subitems.updated + result.subitems.archived
    assert done(made) == (
        result.items.updated + result.items.archived + subitems, result.groups_archived, len(result.left_fields),
    )  # fmt: skip
    assert made.left_fields == result.left_fields
    nothing = dry(desk, lambda: plan_rollback(desk.context, run))
    assert (done(nothing)[0], "Nothing to do." in plan_text(nothing)) == (0, True)


def test_a_dry_rollback_refuses_as_the_rollback_does(desk: Desk) -> None:
    """An unknown run, and one whose rows were changed again, are refused."""
    several = orders(*"1234567")
    desk.have(several)
    first = desk.push().run_id
    desk.have([several[0].with_values(notes="x"), *several[1:]])
    desk.push()
    for run, why in (("nonsense", "no run"), (first, "changed again")):
        with pytest.raises(RefusedError, match=why):
            plan_rollback(desk.context, run)


def test_a_cleanup_is_shown_before_it_is_done(desk: Desk) -> None:
    """The items that go, and only the groups that they leave empty."""
    desk.have(orders("1", "2"))
    desk.push()
    desk.have(orders("1", "2", "3") + orders("4", customer="RHONE"))
    run = desk.push(is_test=True).run_id
    for given in (run, None):
        made = dry(desk, partial(plan_cleanup, desk.context, given))
        assert [s.row.name for s in made.steps] == ["STYLE1 3", "STYLE1 4"]
        assert made.groups_to_archive == ("RHONE 2026 SPRING",)
    result = cleanup(desk.context, None)
    assert (result.items.archived, result.groups_archived) == (2, 1)


def test_on_prod_the_plan_names_the_number(desk_of: Callable[[str], Desk]) -> None:
    """The command that the page ends with is the one that does it."""
    desk = desk_of("prod")
    desk.have(orders("1", values={"planned_delivery_method": None}))
    for mapping in desk.context.board.items:
        if mapping.type == "dropdown":
            desk.board.labels.setdefault(mapping.column_id, []).extend(["SEA", "GREYSON", "RECEIVED"])
    run = desk.push().run_id
    assert dry(desk, lambda: plan_rollback(desk.context, run)).command == f"rollback {run} --yes 1"
    assert dry(desk, lambda: plan_cleanup(desk.context, run)).command == f"cleanup --run {run} --yes 1"


def test_a_repair_is_shown_before_it_is_done(desk: Desk) -> None:
    """What differs, field by field, what is created again, and each duplicate that goes; then exactly this is done."""
    desk.policy(archived="recreate")
    duplicates(desk)
    typed(desk, "STYLE1 1", notes="person")
    desk.board.archive(desk.board.children(desk.board.named("STYLE1 5").id)[0].id)
    desk.have(orders(*"123456789") + orders("10"))  # due, but not what verify found
    before = everything(desk)
    found = verify(desk.context, repair=True, dry_run=True)
    assert everything(desk) == before
    assert found.plan is not None
    text = verify_text(found)
    for line in (
        "Repair (dry run, nothing is changed)", "notes: 'person' -> (empty)", "+ subitem GREYSON: S",
        "- duplicate item STYLE1 7 (copy) (9001), beside", "- duplicate subitem S (9002), beside",
        "To do this: monday-sync verify --repair --yes 3",
    ):  # fmt: skip
        assert line in text
    assert "STYLE1 10" not in text
    assert (found.exit_code, found.repair) == (1, None)
    repaired = verify(desk.context, repair=True, yes=3).repair
    assert repaired is not None
    assert (repaired.duplicates_archived, repaired.items.updated, repaired.subitems.created) == (2, 1, 1)
    assert repaired.items.created == 0


def test_a_dry_repair_of_a_clean_board_says_so(desk: Desk) -> None:
    """Nothing differs: the page is empty, and the exit status 0."""
    desk.have(orders("1"))
    desk.push()
    found = verify(desk.context, repair=True, dry_run=True)
    assert (found.exit_code, "Nothing to do." in verify_text(found)) == (0, True)


def test_a_dry_run_settles_no_doubt(desk: Desk) -> None:
    """A request in doubt is sent again by no dry run: the page says that it is open."""
    desk.have(orders(*"1234567"))
    run = desk.push().run_id

    def die(_: MutationRequest) -> None:
        raise KeyboardInterrupt

    desk.have([*(order.with_values(notes="x") for order in orders(*"1234567"))])
    desk.board.after = die
    with pytest.raises(KeyboardInterrupt):
        desk.push(yes=7)
    desk.board.after = lambda _: None
    for ask in (
        lambda: plan_rollback(desk.context, run), lambda: plan_cleanup(desk.context, run),
        lambda: plan_adopt(desk.context),
    ):  # fmt: skip
        assert dry(desk, ask).in_doubt == 5
    before = everything(desk)
    plan = verify(desk.context, repair=True, dry_run=True).plan
    assert plan is not None
    assert (plan.in_doubt, everything(desk)) == (5, before)


def test_an_adoption_is_shown_before_it_is_done(desk: Desk) -> None:
    """Which item stands for which row; what would be sent about them later is no part of it."""
    desk.have(orders("1", "2"))
    desk.push()
    typed(desk, "STYLE1 1", notes="person")
    desk.forget_ledger()
    desk.have(orders("1", "2", "3"))
    made = dry(desk, lambda: plan_adopt(desk.context))
    text = plan_text(made)
    assert "= item GREYSON: STYLE1 1 (found on the board)" in text
    assert "1 orders are not on the board; a push creates them." in text
    assert {s.action for s in made.steps} == {Action.CONFIRM}
    result = adopt(desk.context)
    assert (result.items, result.subitems) == (2, 4)
    assert len(made.steps) == result.items + result.subitems


def test_the_page_as_json_is_that_of_a_plan(desk: Desk) -> None:
    """One object with the same keys, whatever it is a plan of."""
    run = overwritten(desk)
    made = plan_json(plan_rollback(desk.context, run))
    assert made.keys() == plan_json(desk.plan()).keys()
    steps: list[dict[str, Any]] = made["steps"]  # type: ignore[assignment]
    assert [sorted((c["column"], c["old"], c["new"]) for c in step["changes"]) for step in steps] == [
        [("notes", "ours, second", "the planner's"), ("po_number", "P2", "theirs too")],
    ]  # fmt: skip
    assert (made["dry_run_of"], made["due_because"]) == (f"Rollback of run {run}", {})


def test_the_command_line_shows_it_over_http(bay: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command takes --dry-run, in text and as JSON, and the emulator sees no mutation of it."""
    source = typical()
    bay.relations.set_orders(source)
    first = bay.push(bulk="never").run_id
    bay.relations.set_orders([replace(source[0], sizes={"S": 11, "M": 20}), *source[1:]])
    run = bay.push(bulk="never").run_id
    item = next(i for i in bay.handle.state.items.values() if i.parent_id is None)
    monkeypatch.chdir(bay.context.target.project_dir)
    monkeypatch.setattr(cli_repair, "open_boards", lambda *_: Opened((bay.context,)))
    mutations: list[object] = []
    monkeypatch.setattr(type(bay.context.api), "mutate", lambda *given: mutations.append(given))
    state = bay.state("select count(*) from monday_sync_attempts") + bay.state("select count(*) from monday_sync_runs")
    for command in (
        ["rollback", run], ["cleanup", "--run", first], ["verify", "--repair"], ["adopt"], ["cleanup", "--test-data"],
    ):  # fmt: skip
        told = CliRunner().invoke(cli.main, [*command, "--dry-run"])
        assert (told.exit_code, "dry run, nothing is changed" in told.stdout) == (0, True), told.output
        told = CliRunner().invoke(cli.main, [*command, "--dry-run", "--json"])
        assert told.exit_code == 0, told.output
        found = json.loads(told.stdout)
        assert "steps" in (found["plan"] if command[0] == "verify" else found)
    assert CliRunner().invoke(cli.main, ["verify", "--dry-run"]).exit_code == 2
    assert (mutations, item.state) == ([], "active")
    assert state == bay.state("select count(*) from monday_sync_attempts") + bay.state(
        "select count(*) from monday_sync_runs"
    )
