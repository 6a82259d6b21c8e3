"""Bulk import as part of a push, against the emulator: what it brings equals what mutations bring."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import pytest
from click.testing import CliRunner

from monday_sync.api.jobs import BulkJobResult
from monday_sync.bulk import choice, job
from monday_sync.cli import main
from monday_sync.commands.opening import open_context
from monday_sync.commands.undo import rollback
from monday_sync.errors import RequestFailedError
from tests.monday_sync.bay import Bay, column, typical, while_starting
from tests.monday_sync.conftest import orders


def test_a_first_load_by_bulk_equals_one_row_by_row(bay: Bay) -> None:
    """Every value arrives as by mutations, in a job a group; the ledger says SYNCED and a second push sends nothing."""
    bay.relations.set_orders(typical())
    result = bay.push()
    assert (result.verdict, result.items.created, result.subitems.created) == ("success", 4, 8), result.errors
    assert bay.jobs == [("backfill", "COMPLETED")] * 3
    assert bay.wrong(typical()) == []
    assert bay.settled()
    assert bay.state("select count(*) from monday_sync_attempts where kind in ('create', 'change')") == [(0,)]
    again = bay.push()
    assert (again.changed, again.items.failed, len(bay.jobs)) == (0, 0, 3)


def test_a_rollback_takes_an_import_back(bay: Bay) -> None:
    """What came by bulk is archived like what came by mutations, and can be pushed again."""
    bay.relations.set_orders(typical())
    run = bay.push().run_id
    assert rollback(bay.context, run).items.archived == 4
    assert bay.wrong([]) == []
    assert bay.push("never").items.created == 4
    assert bay.wrong(typical()) == []


def test_a_member_leaves_alone_what_someone_else_created(bay: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item that a person made while the import began is found, brought in line and linked, and stays the only one.

    By a file of items alone: one with subitems can only create.
    """
    source = orders("A1", "A2")
    bay.relations.set_orders(source)
    cells = {column(bay, view): text for view, text in (
        ("aag_order_number", "A2"), ("planned_delivery_method", "SEA"), ("customer_style", "STYLE1"),
        ("customer_name", "GREYSON"),
    )}  # fmt: skip
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-member")
    with open_context(
        "local", project_dir=bay.context.target.project_dir, clock=bay.context.clock, sleep=bay.context.sleep
    ) as context:
        theirs = replace(bay, context=context)
        while_starting(theirs, lambda: bay.handle.people.create_item(context.board.board_id, "topics", "typed", cells))
        result = theirs.push(skip_subitems=True)
        assert (result.outcome, bay.jobs) == ("done", [("ingest", "COMPLETED")]), result.message
        assert (result.items.created, result.items.moved) == (1, 1)
        assert theirs.push().subitems.created == 4
    assert bay.wrong(source) == []
    assert bay.settled()


def test_doubles_that_someone_made_meanwhile_are_named(bay: Bay) -> None:
    """An admin's import creates whatever is there: the push names both items and keeps the older one."""
    bay.relations.set_orders(orders("A1"))
    cells = {column(bay, view): text for view, text in (
        ("aag_order_number", "A1"), ("planned_delivery_method", "SEA"), ("customer_style", "STYLE1"),
        ("customer_name", "GREYSON"),
    )}  # fmt: skip

    def typed() -> None:
        group = bay.context.api.board(bay.context.board.board_id).groups
        (group_id,) = [g.id for g in group if g.title == "GREYSON 2026 SPRING"]
        bay.handle.people.create_item(bay.context.board.board_id, group_id, "typed", cells)

    while_starting(bay, typed)
    result = bay.push()
    assert [(d.name, len(d.others)) for d in result.duplicates] == [("STYLE1 A1", 1)]
    linked = bay.state("select monday_item_id from monday_sync_items")
    assert linked == [(result.duplicates[0].kept,)]


def test_values_that_came_out_different_are_mended_in_the_same_push(bay: Bay) -> None:
    """What a person typed before the import was read back is seen, and changed to what the database says."""
    source = orders("A1", "A2")
    bay.relations.set_orders(source)
    real = bay.context.api.jobs.wait

    def typed(*arguments: object, **options: object) -> BulkJobResult:
        result = real(*arguments, **options)  # type: ignore[arg-type]
        world = bay.handle.state
        item = next(i for i in world.listed(world.board(bay.context.board.board_id)) if i.name == "STYLE1 A1")
        bay.handle.people.edit_item(item.id, {column(bay, "notes"): "typed"})
        return result

    bay.context.api.jobs.wait = typed  # type: ignore[method-assign]
    result = bay.push()
    assert (result.outcome, result.items.updated, result.items.created) == ("done", 1, 1)
    assert bay.wrong(source) == []
    assert bay.settled()


def test_labels_that_may_not_be_made(bay: Bay) -> None:
    """When labels cannot be made beforehand there are no imports: mutations may still make them."""

    def refuse(*_: object) -> NoReturn:
        raise RequestFailedError("the token may not change columns")

    setattr(bay.context.api, "add_labels", refuse)  # noqa: B010 - typed, it could not refuse everything
    bay.relations.set_orders(typical())
    result = bay.push()
    assert (result.items.created, bay.jobs) == (4, [])
    assert any("may not change columns" in note for note in result.notes)
    assert bay.wrong(typical()) == []


def test_the_jobs_of_an_hour_are_used_up(bay: Bay) -> None:
    """When the API allows no more jobs for most of an hour, single rows do not wait for it."""
    jobs = bay.handle.emulator.jobs
    jobs.limited = True
    jobs._starts.extend([bay.handle.clock.now()] * 99)
    bay.relations.set_orders(typical())
    result = bay.push()
    assert (result.outcome, result.items.created, bay.jobs) == ("done", 4, [("backfill", "COMPLETED")])
    assert bay.wrong(typical()) == []
    assert bay.settled()


def test_the_jobs_of_an_hour_over_several_pushes(bay: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """What earlier pushes imported within the hour is known: no job is asked for that the API would refuse."""
    monkeypatch.setattr(choice, "JOBS_AN_HOUR", 1)
    bay.relations.set_orders(orders("A1"))
    bay.push()
    assert len(bay.jobs) == 1
    bay.relations.set_orders(orders("A1", "A2"))
    bay.push()
    assert len(bay.jobs) == 1
    bay.handle.clock.advance(3_601)
    bay.relations.set_orders(orders("A1", "A2", "A3"))
    bay.push()
    assert len(bay.jobs) == 2
    assert bay.wrong(orders("A1", "A2", "A3")) == []


def test_what_cannot_go_by_file_goes_with_it(bay: Bay) -> None:
    """One push sends files and single rows: an item for neither is left out."""
    source = [*typical(), orders("D1")[0].with_values(drop="Drop 1, part 2")]
    bay.relations.set_orders(source)
    result = bay.push()
    assert (result.items.created, bay.jobs) == (5, [("backfill", "COMPLETED")] * 3)
    assert bay.state("select count(*) from monday_sync_attempts where kind = 'create' and level = 'item'") == [(1,)]
    assert bay.wrong(source) == []


def test_the_command_line(bay: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """plan and push take --bulk; the plan says what goes by file, and a stored plan is pushed as it was made."""
    monkeypatch.chdir(bay.context.target.project_dir)
    monkeypatch.setattr(job, "POLL_SECONDS", 0.0)
    bay.handle.clock.step = 5.0
    bay.relations.set_orders(orders("A1", "A2"))
    planned = CliRunner().invoke(main, ["plan", "--target", "local", "--bulk", "always"])
    assert "2 items with 4 subitems in 1 groups go by bulk import" in planned.stdout
    plan_id = planned.stdout.split("--plan ")[1].strip()
    pushed = CliRunner().invoke(main, ["push", "--target", "local", "--plan", plan_id])
    assert pushed.exit_code == 0, pushed.output
    assert "6 rows went by 1 bulk imports." in pushed.stdout
    assert bay.wrong(orders("A1", "A2")) == []
