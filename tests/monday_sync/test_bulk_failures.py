"""Bulk imports that go wrong, at any step: nothing is lost and nothing duplicates, whatever becomes of a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from board_emulator.faults import Fault
from monday_sync.api.jobs import Upload
from monday_sync.commands.undo import cleanup, rollback
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.remote import BoardItem, ColumnInfo
from monday_sync.errors import InDoubtError, RequestFailedError, TokenRevokedError
from tests.monday_sync.bay import Bay, typical
from tests.monday_sync.conftest import orders


class Crash(BaseException):
    """The process dies here."""


def crash_at(bay: Bay, place: str, *, after: bool, nth: int) -> None:
    """Push, and die at the n-th call of one of the API's functions, before or after its effect."""
    owner, name = (bay.context.api, place) if place == "items" else (bay.context.api.jobs, place)
    real: Callable[..., object] = getattr(owner, name)
    calls = iter(range(1000))

    def no_session(*, read_only: bool = False) -> NoReturn:
        raise Crash

    def dying(*arguments: object, **options: object) -> object:
        dies = next(calls) == nth
        answer = real(*arguments, **options) if after or not dies else None
        if dies:
            # the dying process reaches the database no more
            bay.context.warehouse.session = no_session  # type: ignore[method-assign]
            raise Crash
        return answer

    setattr(owner, name, dying)
    with pytest.raises(Crash):
        bay.push()
    delattr(owner, name)
    del bay.context.warehouse.session


@pytest.mark.parametrize(
    ("place", "after", "nth", "minutes"),
    [
        ("start", False, 0, 1), ("start", True, 1, 1), ("upload", False, 0, 1), ("upload", False, 2, 40),
        ("upload", True, 1, 1), ("status", True, 0, 40), ("status", True, 2, 1), ("wait", True, 0, 1),
        ("items", False, 0, 40), ("items", True, 1, 1),
    ],
)  # fmt: skip
def test_a_crash_anywhere_is_finished_by_the_next_push(
    bay: Bay, place: str, nth: int, minutes: int, *, after: bool
) -> None:
    """Whichever step of an import the process dies at, the next push finishes it: everything is there once."""
    bay.relations.set_orders(typical())
    crash_at(bay, place, after=after, nth=nth)
    bay.handle.clock.advance(60.0 * minutes)
    assert bay.push().outcome == "done"
    assert bay.wrong(typical()) == []
    assert bay.settled()
    again = bay.push()
    assert (again.changed, again.items.failed) == (0, 0)


def test_a_rollback_takes_back_what_a_crashed_import_created(bay: Bay) -> None:
    """Items that the next run found of an import are taken back with the run that sent the file."""
    bay.relations.set_orders(typical())
    crash_at(bay, "wait", after=True, nth=0)
    (first,) = bay.state("select run_id from monday_sync_runs")
    bay.push("never", limit=1)
    assert rollback(bay.context, str(first[0])).items.archived == 4
    assert bay.wrong([]) == []


@pytest.mark.parametrize("kind", ["job_rejected", "job_failed_half_way"])
def test_a_job_that_fails_is_finished_row_by_row(bay: Bay, kind: str) -> None:
    """What a rejected or half-done job left out goes one by one in the same push; nothing is there twice."""
    bay.relations.set_orders(typical())
    bay.handle.faults.add(Fault(kind, match="backfill_items"))
    result = bay.push()
    assert (result.outcome, result.items.created, result.subitems.created) == ("done", 4, 8)
    assert {status for _, status in bay.jobs} == {"REJECTED" if kind == "job_rejected" else "FAILED", "COMPLETED"}
    assert any("one by one" in note for note in result.notes)
    assert bay.wrong(typical()) == []
    assert bay.settled()


def test_rows_that_a_job_refuses_go_row_by_row(bay: Bay) -> None:
    """A label that a person took away after it was made fails its rows in the job, and mutations bring them."""
    source = typical()
    bay.relations.set_orders(source)
    bay.context.api.add_labels = lambda *_: ColumnInfo("", "", "")  # type: ignore[method-assign]
    result = bay.push()
    assert (result.outcome, result.items.created) == ("done", 4)
    assert any("FW27" in note for note in result.notes)
    assert bay.wrong(source) == []
    assert bay.settled()


@pytest.mark.parametrize("kind", ["lost", "http_503_after", "truncated", "reset_before", "http_502"])
def test_the_answer_to_a_start_is_lost(bay: Bay, kind: str) -> None:
    """A start without an answer is sent again under its key, so that one job comes of it."""
    bay.relations.set_orders(orders("A1", "A2"))
    bay.handle.faults.add(Fault(kind, match="backfill_items", times=2))
    assert bay.push().items.created == 2
    assert bay.jobs == [("backfill", "COMPLETED")]
    assert bay.wrong(orders("A1", "A2")) == []


def test_a_start_that_is_never_answered(bay: Bay) -> None:
    """When no start is answered its rows go one by one at once: a job without a file does nothing."""
    bay.relations.set_orders(orders("A1", "A2"))
    bay.handle.faults.add(Fault("lost", match="backfill_items", times=50))
    assert bay.push().items.created == 2
    assert bay.jobs == [("backfill", "UPLOAD_PENDING")]
    assert bay.wrong(orders("A1", "A2")) == []
    assert bay.settled()


@pytest.mark.parametrize("arrives", [True, False])
def test_an_upload_that_is_cut(bay: Bay, *, arrives: bool) -> None:
    """Whether a file arrived is asked of the job; if none can arrive any more, its rows go one by one."""
    real = bay.context.api.jobs.upload

    def cut(upload: Upload, content: bytes) -> None:
        if arrives:
            real(upload, content)
        raise InDoubtError("the connection broke")

    bay.context.api.jobs.upload = cut  # type: ignore[method-assign]
    bay.relations.set_orders(orders("A1", "A2"))
    result = bay.push()
    assert (result.outcome, result.items.created) == ("done", 2)
    assert bay.jobs == [("backfill", "COMPLETED" if arrives else "REJECTED")]
    assert bay.wrong(orders("A1", "A2")) == []
    assert bay.settled()


def test_a_job_that_does_not_end_stops_the_push(bay: Bay) -> None:
    """After an hour the push stops cleanly and sends nothing more; when the job has ended, the next one finishes it."""
    bay.relations.set_orders(typical())
    stuck = bay.handle.emulator.jobs
    real, stuck.run_due = stuck.run_due, lambda: None  # type: ignore[method-assign]
    result = bay.push()
    assert (result.outcome, result.items.created) == ("stopped", 0)
    assert "did not end within 3600 seconds" in (result.message or "")
    again = bay.push()
    assert (again.outcome, again.items.created) == ("stopped", 0)
    assert rollback(bay.context, result.run_id).outcome == "stopped"
    assert cleanup(bay.context, result.run_id).outcome == "stopped"
    stuck.run_due = real  # type: ignore[method-assign]
    assert bay.push().outcome == "done"
    assert bay.wrong(typical()) == []
    assert bay.settled()


def test_a_job_that_nobody_knows(bay: Bay) -> None:
    """A job whose state cannot be learnt keeps its rows in doubt for a day; then the board alone is believed."""
    bay.relations.set_orders(orders("A1", "A2"))
    crash_at(bay, "status", after=False, nth=0)

    def unknown(_job_id: str) -> NoReturn:
        raise RequestFailedError("there is no such job")

    setattr(bay.context.api.jobs, "status", unknown)  # noqa: B010 - no part of what the engine asks of it
    stopped = bay.push()
    assert stopped.outcome == "stopped"
    assert "is not known" in (stopped.message or "")
    bay.handle.clock.advance(25 * 3600)
    assert bay.push().outcome == "done"
    assert bay.wrong(orders("A1", "A2")) == []
    assert bay.settled()


@pytest.mark.parametrize(("empty_readings", "created"), [(2, 2), (9, 0)])
def test_what_a_job_created_shows_late(
    bay: Bay, monkeypatch: pytest.MonkeyPatch, empty_readings: int, created: int
) -> None:
    """A job that says it created what is not to be seen is believed: that is looked for, and not created again."""
    source = orders("A1", "A2")
    bay.relations.set_orders(source)
    real, readings = bay.context.api.items, iter(range(100))

    def late(board: BoardConfig, **which: Any) -> Iterator[BoardItem]:
        return iter(()) if next(readings) < empty_readings else real(board, **which)

    with monkeypatch.context() as patch:
        patch.setattr(bay.context.api, "items", late)
        result = bay.push()
    assert (result.items.created, result.items.failed) == (created, 2 - created)
    assert bay.push().items.created == 0
    assert bay.wrong(source) == []
    assert bay.settled()


@pytest.mark.parametrize("place", ["start", "upload"])
def test_a_refused_start_or_file_ends_the_imports(bay: Bay, place: str) -> None:
    """What one job was refused for, the next would be, too: all goes one by one, and the result says why."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise RequestFailedError("not today")

    setattr(bay.context.api.jobs, place, refuse)
    bay.relations.set_orders(typical())
    result = bay.push()
    assert (result.outcome, result.items.created) == ("done", 4)
    assert [note for note in result.notes if "not today" in note]
    assert len(bay.jobs) == (1 if place == "upload" else 0)
    assert bay.wrong(typical()) == []
    assert bay.settled()


def test_a_revoked_token_ends_the_push_between_two_jobs(bay: Bay) -> None:
    """The job under way is finished by the next push; the one that was not started had no effect."""
    real, starts = bay.context.api.jobs.start, iter(range(9))

    def revoked(*arguments: object, **options: object) -> Upload:
        if next(starts):
            raise TokenRevokedError("The API does not accept the token.")
        return real(*arguments, **options)  # type: ignore[arg-type]

    bay.context.api.jobs.start = revoked  # type: ignore[method-assign]
    bay.relations.set_orders(typical())
    result = bay.push()
    assert (result.outcome, result.items.created, len(bay.jobs)) == ("stopped", 0, 1)
    bay.context.api.jobs.start = real  # type: ignore[method-assign]
    assert bay.push().outcome == "done"
    assert bay.wrong(typical()) == []
    assert bay.settled()
