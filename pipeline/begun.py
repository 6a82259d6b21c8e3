"""What there is to say of a run that has not ended: one that goes on, or one that was killed.

Its report is written when it begins, so that one that is killed has one too; the next run says in it what became of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from console import Finding, LockHeldError
from pipeline.history import KILLED
from pipeline.model import Figures, PastRun, RunReport, Status
from pipeline.reporting import put_report, write_report
from pipeline.verdict import EXIT_CODES
from warehouse import Warehouse

BEGUN = "Begun, and not ended: it goes on, or it was killed. `pipeline status` knows which."


def begin_report(report: RunReport, folder: Path, killed: Iterable[PastRun]) -> None:
    """Write the report of a run that begins, and into those of the runs before it that they were killed.

    What cannot be written here is no reason to stop: the end of the run tries again, and says so.
    """
    with suppress(OSError):
        write_report(report, folder)
        for past in killed:
            if not _has_ended(folder / past.run_id / "report.json"):
                put_report(_killed(past, report), folder)


def as_they_are(runs: tuple[PastRun, ...], warehouse: Warehouse) -> tuple[PastRun, ...]:
    """``runs``, of which one that counts as running was killed if nobody holds the lock."""
    if not any(past.status is Status.RUNNING for past in runs):
        return runs
    try:
        with warehouse.lock():
            return tuple(
                replace(past, status=Status.DIED, message=KILLED) if past.status is Status.RUNNING else past
                for past in runs
            )
    except LockHeldError:
        return runs


def _killed(past: PastRun, next_run: RunReport) -> RunReport:
    found = Finding("killed", "attention", KILLED, "What it did until then stands:", command="pipeline run")
    return replace(
        next_run, run_id=past.run_id, started_at=past.started_at, seconds=0.0, status=Status.DIED, verdict=KILLED,
        exit_code=EXIT_CODES[Status.DIED], stages=(), figures=Figures(), source="", options={}, history=(),
        findings=(found,), before=None,
    )  # fmt: skip


def _has_ended(report: Path) -> bool:
    try:
        return bool(json.loads(report.read_text(encoding="utf-8"))["status"] != Status.RUNNING)
    except (OSError, ValueError, KeyError, TypeError):
        return False
