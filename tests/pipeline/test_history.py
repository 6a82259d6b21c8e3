"""The history decides whether a build is needed: in doubt it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console import ExitCode
from pipeline.history import History
from pipeline.model import Figures, RunReport, Stage, Status
from warehouse import Warehouse

START = datetime(2026, 1, 1, tzinfo=UTC)


def past_run(
    warehouse: Warehouse, number: int, transform: Status | None, fingerprint: str | None, status: Status
) -> None:
    history, run_id = History(warehouse), f"run-{number}"
    started = START + timedelta(hours=number)
    history.begin(run_id, started_at=started, source="s", options={"full": True})
    stages = (Stage("transform", transform),) if transform else ()
    report = RunReport(run_id, "local", started, 1.0, status, "v", ExitCode.OK, stages, Figures())
    history.end(report, fingerprint=fingerprint)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], None),
        ([(Status.OK, "a", Status.OK)], "a"),
        ([(Status.OK, "a", Status.OK), (Status.SKIPPED, "a", Status.OK)], "a"),
        ([(Status.OK, "a", Status.OK), (None, None, Status.OK)], "a"),
        ([(Status.OK, "a", Status.OK), (Status.FAILED, None, Status.FAILED)], None),
        ([(Status.OK, "a", Status.OK), (Status.INTERRUPTED, None, Status.INTERRUPTED)], None),
        ([(Status.FAILED, None, Status.FAILED), (Status.OK, "b", Status.FAILED)], "b"),
    ],
)
def test_the_last_attempt_to_build_counts(
    warehouse: Warehouse, runs: list[tuple[Status | None, str | None, Status]], expected: str | None
) -> None:
    """A failed or interrupted build after a good one makes the good one void; a load alone does not."""
    for number, (transform, fingerprint, status) in enumerate(runs):
        past_run(warehouse, number, transform, fingerprint, status)
    assert History(warehouse).last_fingerprint() == expected


def test_a_killed_run_makes_the_last_build_void(warehouse: Warehouse) -> None:
    """Nobody knows what a killed run had done: build again."""
    past_run(warehouse, 0, Status.OK, "a", Status.OK)
    History(warehouse).begin("run-1", started_at=START + timedelta(hours=1), source="", options={})
    History(warehouse).begin("run-2", started_at=START + timedelta(hours=2), source="", options={})
    assert History(warehouse).last_fingerprint() is None


def test_runs_come_the_latest_first_and_no_more_than_asked_for(warehouse: Warehouse) -> None:
    """The last two of three runs, in order, with UTC times."""
    assert History(warehouse).runs() == ()
    for number in range(3):
        past_run(warehouse, number, Status.OK, None, Status.OK)
    runs = History(warehouse).runs(2)
    assert [(run.run_id, run.started_at.hour, run.started_at.tzinfo) for run in runs] == [
        ("run-2", 2, UTC),
        ("run-1", 1, UTC),
    ]
