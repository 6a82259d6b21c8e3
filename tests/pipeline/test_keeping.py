"""Every run that began has a report and a place in the history, whatever broke and when."""

from __future__ import annotations

import errno
import importlib
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console import ExitCode, OrderListError
from pipeline.current import current_status
from pipeline.history import History
from pipeline.model import Stage, Status
from pipeline.options import RunOptions
from pipeline.run import run
from pipeline.stages import Context
from warehouse import ChangedTableError, StatementFailedError, Warehouse, WarehouseBusyError

pytestmark = pytest.mark.usefixtures("one_order")
MODULE = importlib.import_module("pipeline.run")  # the package has a function of that name
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data/spool")


def stages(**changed: Callable[[Context], Stage]) -> dict[str, Callable[[Context], Stage]]:
    def well(_: Context) -> Stage:
        return Stage("any", Status.OK, message="Done.")

    return dict.fromkeys(("load", "transform", "sync"), well) | changed


def raising(error: BaseException) -> Callable[..., Any]:
    def function(*_: object, **__: object) -> None:
        raise error

    return function


def saved(options: RunOptions) -> dict[str, Any]:
    (path,) = options.reports.glob("*/report.json")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def test_a_database_that_cannot_be_used_leaves_a_report(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No history can be written then, and the report says why; the caller hears the error itself."""
    monkeypatch.setattr(History, "begin", raising(WarehouseBusyError("process 7 has it.", hint="Close it.")))
    with pytest.raises(WarehouseBusyError) as caught:
        run(warehouse, options, stages=stages())
    assert caught.value.exit_code is ExitCode.LOCKED
    assert saved(options)["verdict"] == "Failed in load: process 7 has it. Close it."
    assert saved(options)["exit_code"] == ExitCode.LOCKED


def test_the_status_is_that_of_a_run_that_has_only_a_report(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A morning that could not open the database is not told as the evening before, which was well."""
    run(warehouse, options, stages=stages())
    with monkeypatch.context() as patched:
        patched.setattr(History, "begin", raising(WarehouseBusyError("process 7 has it.", hint="Close it.")))
        with pytest.raises(WarehouseBusyError):
            run(warehouse, options, stages=stages())
    now = current_status(warehouse, options.reports)
    assert (now.status, now.exit_code) == (Status.FAILED, ExitCode.LOCKED)
    assert now.verdict == "Failed in load: process 7 has it. Close it."
    run(warehouse, options, stages=stages())
    assert current_status(warehouse, options.reports).exit_code is ExitCode.OK


def test_figures_that_cannot_be_read_fail_the_run_and_hide_nothing(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not known is not well: status failed, with the cause, in report and history; the stages stand."""
    monkeypatch.setattr(MODULE, "read_figures", raising(StatementFailedError("a.duckdb is damaged.")))
    report = run(warehouse, options, stages=stages())
    assert (report.status, report.exit_code) == (Status.FAILED, ExitCode.SOME_FAILED)
    assert [stage.name for stage in report.stages] == ["any", "any", "any", "figures"]
    assert saved(options)["verdict"] == "Failed in figures: The figures could not be read: a.duckdb is damaged."
    assert History(warehouse).runs()[0].status is Status.FAILED


def test_the_first_cause_stays_the_verdict(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that is full for a stage is full for the figures too: said once, and the stage is what failed."""
    full = StatementFailedError("The disk is full.")
    monkeypatch.setattr(MODULE, "read_figures", raising(full))
    report = run(warehouse, options, stages=stages(load=raising(full)))
    assert report.verdict == "Failed in load: The disk is full."
    assert capsys.readouterr().err.count("The disk is full.") == 1


def test_a_report_folder_that_cannot_be_written_hides_no_result(
    warehouse: Warehouse, options: RunOptions, tmp_path: Path
) -> None:
    """The run is done and in the history; its verdict says that the page is missing and why, exit status 1."""
    (tmp_path / "file").touch()
    report = run(warehouse, replace(options, reports=tmp_path / "file" / "reports"), stages=stages())
    assert [stage.status for stage in report.stages] == [Status.OK] * 3
    assert report.exit_code is ExitCode.SOME_FAILED
    assert re.match(r"Needs attention: .*\. The report could not be written", report.verdict)
    assert "a file stands where a folder must be" in report.verdict
    assert History(warehouse).runs()[0].status is Status.OK


def test_a_history_that_cannot_be_written_hides_no_report(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is written with what is missing."""
    monkeypatch.setattr(History, "end", raising(OrderListError("No room.")))
    report = run(warehouse, options, stages=stages())
    assert report.exit_code is ExitCode.SOME_FAILED
    assert saved(options)["verdict"].endswith("The run could not be noted in the history: No room.")


def test_what_the_system_refuses_a_stage_is_a_failed_stage(warehouse: Warehouse, options: RunOptions) -> None:
    """A full disk for temporary files is no defect: the later stages are left out, and the run has its report."""
    report = run(warehouse, options, stages=stages(transform=raising(FULL)))
    assert [stage.status for stage in report.stages] == [Status.OK, Status.FAILED, Status.SKIPPED]
    assert report.verdict.startswith("Failed in transform: /data/spool cannot be used: its disk is full.")
    assert saved(options)["status"] == "failed"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_at_the_end_waits_for_the_report(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The run was done: it is in the history as it ended, not as one that was killed, and the report is whole."""
    before = History.end

    def end(history: History, report: Any) -> None:
        os.kill(os.getpid(), number)
        before(history, report)

    monkeypatch.setattr(History, "end", end)
    with pytest.raises(KeyboardInterrupt):
        run(warehouse, options, stages=stages())
    assert History(warehouse).runs()[0].status is Status.OK
    assert saved(options)["status"] == "ok"


def test_an_interruption_before_the_beginning_was_noted_leaves_no_run(
    warehouse: Warehouse, options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is a report of it, and nothing that a next run would take for killed."""
    monkeypatch.setattr(History, "begin", raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run(warehouse, options, stages=stages())
    assert saved(options)["status"] == "interrupted"
    assert History(warehouse).runs() == ()


def test_a_history_of_another_version_is_told_in_a_sentence(warehouse: Warehouse, options: RunOptions) -> None:
    """Table and columns are named, status 2, whether somebody runs or only reads."""
    run(warehouse, options, stages=stages())
    with warehouse.session() as session:
        session.execute("alter table pipeline_runs drop column changes")
    for ask in (lambda: run(warehouse, options, stages=stages()), History(warehouse).runs):
        with pytest.raises(ChangedTableError, match="pipeline_runs lacks changes: another version"):
            ask()
