"""check --deep: a bulk import with subitems is tried once on the board, taken off again, and remembered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from board_emulator.faults import Fault
from board_emulator.queries import VERSIONS
from monday_sync.api.jobs import BulkJobResult
from monday_sync.commands.deep import check_deep
from monday_sync.domain.trial import SUBITEMS_BY_FILE, TrialOutcome
from monday_sync.errors import InDoubtError, StoppedError
from tests.monday_sync.bay import Bay, typical
from tests.monday_sync.conftest import orders
from tests.monday_sync.live import Live


@pytest.fixture
def service(bay: Bay) -> Bay:
    """The same board, as if it were on the live service: what was not tried there is not relied on."""
    board = bay.context.board
    bay.context = replace(bay.context, board=replace(board, api="monday", policy=replace(board.policy, bulk_minimum=4)))
    return bay


def shown(bay: Bay) -> tuple[list[str], list[str]]:
    """Titles of active groups, and names of active items of both boards."""
    state, config = bay.handle.state, bay.context.board
    boards = [state.board(config.board_id), state.board(config.subitem_board_id)]
    return [g.title for g in boards[0].active_groups()], [i.name for b in boards for i in state.listed(b)]


def test_a_live_board_takes_no_subitems_by_file_before_it_was_tried(service: Bay) -> None:
    """The push goes row by row and says how to try; orders without lines go by file, as documented."""
    service.relations.set_orders(typical())
    plan = service.plan()
    assert plan.bulk == ()
    assert any("never tried on this board. `monday-sync check --deep` tries it." in note for note in plan.notes)
    assert sum(len(part.orders) for part in service.plan(skip_subitems=True).bulk) == 4
    result = service.push()
    assert (result.items.created, result.subitems.created, service.jobs) == (4, 8, [])
    assert service.wrong(typical()) == []


def test_what_was_proven_is_used(service: Bay) -> None:
    """One item with one subitem goes by file and is taken off with its group; the next push goes by file."""
    before = shown(service)
    trial = check_deep(service.context)
    assert (trial.outcome, service.jobs, shown(service)) == (TrialOutcome.PROVEN, [("ingest", "COMPLETED")], before)
    assert service.context.ledger.trials.get(SUBITEMS_BY_FILE) == trial
    assert service.context.ledger.groups.known() == {}
    service.relations.set_orders(typical())
    result = service.push()
    assert (result.items.created, result.subitems.created, len(service.jobs) > 1) == (4, 8, True)
    assert service.wrong(typical()) == []
    assert service.settled()


def test_what_failed_is_remembered_and_not_used(service: Bay) -> None:
    """A board that rejects the file is named so; pushes go row by row until a trial comes out well."""
    before = shown(service)
    service.handle.faults.add(Fault("job_rejected", match="ingest_items"))
    trial = check_deep(service.context)
    assert (trial.outcome, "ended REJECTED" in trial.message, shown(service)) == (TrialOutcome.FAILED, True, before)
    service.relations.set_orders(typical())
    assert service.plan().bulk == ()
    assert any("came to: the import ended REJECTED" in note for note in service.plan().notes)
    assert check_deep(service.context).outcome is TrialOutcome.PROVEN
    assert service.plan().bulk != ()


def test_a_proof_is_of_one_version_of_the_api(service: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a release that asks for another version it has to be tried again."""
    check_deep(service.context)
    service.relations.set_orders(typical())
    assert service.plan().bulk != ()
    monkeypatch.setattr("monday_sync.bulk.imports.API_VERSION", VERSIONS[-1][0])
    assert service.plan().bulk == ()


def test_a_board_that_loses_the_subitem_has_not_taken_it(service: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's own report proves nothing: what the board shows is what counts."""
    monkeypatch.setattr("board_emulator.imports._subitem", lambda *_: None)
    before = shown(service)
    trial = check_deep(service.context)
    assert (trial.outcome, shown(service)) == (TrialOutcome.FAILED, before)
    assert "the import completed, but the item has 0 subitems instead of 1" in trial.message


class _Killed(BaseException):
    """As if the process had been killed."""


def test_a_trial_that_is_killed_is_taken_off_by_the_next(service: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Group, item and subitem of a killed trial are left for the next one, which takes off all of it."""
    before = shown(service)
    real = service.context.api.jobs.wait

    def die(job_id: str, **options: float) -> BulkJobResult:
        real(job_id, **options)
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(service.context.api.jobs, "wait", die)
        with pytest.raises(_Killed):
            check_deep(service.context)
    assert len(shown(service)[1]) == len(before[1]) + 2
    assert check_deep(service.context).outcome is TrialOutcome.PROVEN
    assert shown(service) == before


def test_a_job_that_does_not_end_is_unknown(service: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known is no proof; the group stays until the next trial, since rows may still appear in it."""
    before = shown(service)

    def endless(job_id: str, **_: float) -> BulkJobResult:
        raise InDoubtError(f"Bulk import {job_id} did not end.")

    with monkeypatch.context() as patch:
        patch.setattr(service.context.api.jobs, "wait", endless)
        assert check_deep(service.context).outcome is TrialOutcome.UNKNOWN
    service.relations.set_orders(typical())
    assert service.plan().bulk == ()
    assert len(shown(service)[0]) == len(before[0]) + 1
    check_deep(service.context)
    assert shown(service) == before


def test_what_a_planner_put_into_the_group_stays(service: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the trial's own item is archived; a group with anything else in it is left, and named."""
    real = service.context.api.jobs.wait

    def with_a_guest(job_id: str, **options: float) -> BulkJobResult:
        result = real(job_id, **options)
        board = service.handle.state.board(service.context.board.board_id)
        group = next(g for g in board.active_groups() if g.title.startswith("monday-sync check"))
        service.handle.people.create_item(board.id, group.id, "a planner's", {})
        return result

    monkeypatch.setattr(service.context.api.jobs, "wait", with_a_guest)
    with pytest.raises(StoppedError, match="could not be taken off: monday-sync check"):
        check_deep(service.context)
    assert "a planner's" in shown(service)[1]


def test_a_file_with_subitems_matches_nothing(service: Bay) -> None:
    """As documented it can only create: no column to match by is named, with lines; without lines there is one."""
    check_deep(service.context)
    service.relations.set_orders(typical())
    service.push()
    service.relations.set_orders([*typical(), *orders("Z1", "Z2")])
    (part,) = service.plan().bulk
    assert (part.mode, part.match_column, part.subitems) == ("ingest", None, 4)
    (part,) = service.plan(skip_subitems=True).bulk
    assert part.match_column is not None


def test_the_command_line(live: Live) -> None:
    """--deep says how it came out, for people and programs, and exits with 1 when pushes do without it."""
    plain = live.cli("check", "--target", "local")
    assert (plain.exit_code, "bulk import" in plain.stdout, live.handle.emulator.jobs.jobs) == (0, False, {})
    proven = live.cli("check", "--target", "local", "--deep")
    assert (proven.exit_code, "bulk import with subitems: proven" in proven.stdout) == (0, True), proven.output
    live.handle.faults.add(Fault("job_rejected", match="ingest_items"))
    failed = live.cli("check", "--target", "local", "--deep", "--json")
    assert (failed.exit_code, json.loads(failed.stdout)["trial"]["outcome"]) == (1, "FAILED")
    assert live.cli("status", "--target", "local").exit_code == 0
