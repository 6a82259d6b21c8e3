"""One run: the stages in order, under one lock, with one report."""

from __future__ import annotations

import secrets
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType

from console import ConfigurationError, OrderListError, redact, say
from pipeline.board import board_page
from pipeline.failing import failed_stage
from pipeline.figures import read_figures
from pipeline.files import last_load
from pipeline.findings import Scope
from pipeline.history import History
from pipeline.model import RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.ownership import refuse_foreign_relations
from pipeline.reporting import read_before, with_before, write_report
from pipeline.stages import ALL, Context, StageFunction
from pipeline.verdict import EXIT_CODES, judge
from warehouse import Warehouse

_SHOWN_RUNS = 20


def run(warehouse: Warehouse, options: RunOptions, *, stages: Mapping[str, StageFunction] = ALL) -> RunReport:
    """Run the stages that ``options`` ask for; the report is written before this returns.

    A stage that fails ends the run; what the stages before it did stands. Ctrl-C and SIGTERM end the run cleanly.

    Raises:
        LockHeldError: another run is at work on the target; nothing was done.
        ConfigurationError: wrong use or configuration, noticed before anything was done.
        KeyboardInterrupt: after history and report were written.
    """
    with warehouse.lock(), _terminate_as_interrupt():
        return _Run(warehouse, options, stages).go()


class _Run:
    """The state of one run while it goes on."""

    def __init__(self, warehouse: Warehouse, options: RunOptions, stages: Mapping[str, StageFunction]) -> None:
        self._started_at = datetime.now(UTC)
        self._clock = time.monotonic()
        run_id = f"{self._started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        self._context = Context(run_id, warehouse, options, History(warehouse))
        self._functions = stages
        self._done: list[Stage] = []
        self._last_load = last_load(warehouse)

    def go(self) -> RunReport:
        context = self._context
        if "transform" in context.options.stages:
            refuse_foreign_relations(context.warehouse)
        context.history.begin(
            context.run_id,
            started_at=self._started_at,
            source=context.options.source,
            options=context.options.as_json(),
        )
        try:
            for name in context.options.stages:
                if self._done and self._done[-1].status is Status.FAILED:
                    self._done.append(Stage(name, Status.SKIPPED, message="Not begun: the stage before it failed."))
                else:
                    self._done.append(self._one(name))
        except KeyboardInterrupt as interruption:
            self._finish(interrupted=str(interruption) or "Interrupted")
            raise
        except Exception as error:
            # a configuration error before anything was done, or a defect of ours: the caller hears the error itself,
            # history and report keep it
            message = str(error) if isinstance(error, OrderListError) else f"{type(error).__name__}: {error}"
            self._done.append(Stage(_next(context.options, self._done), Status.FAILED, message=redact(message)))
            self._finish()
            raise
        return self._finish()

    def _one(self, name: str) -> Stage:
        say(f"{name} ...")
        began = time.monotonic()
        try:
            stage = self._functions[name](self._context)
        except OrderListError as error:
            if isinstance(error, ConfigurationError) and not self._anything_done():
                raise
            stage = failed_stage(name, error)
        stage = replace(stage, seconds=time.monotonic() - began)
        say(f"{name}: {stage.message} ({stage.seconds:.1f} s)")
        return stage

    def _anything_done(self) -> bool:
        return any(stage.status is not Status.SKIPPED for stage in self._done)

    def _finish(self, *, interrupted: str | None = None) -> RunReport:
        context = self._context
        if interrupted:
            name = _next(context.options, self._done)
            self._done.append(
                Stage(name, Status.INTERRUPTED, message=f"{interrupted.rstrip('.')}; the next run carries on.")
            )
        figures = read_figures(context.warehouse, after=self._last_load, pushed=context.pushed)
        history, folder = context.history.runs(_SHOWN_RUNS)[1:], context.project_dir / context.options.reports
        before = read_before(folder, history)
        figures = with_before(figures, before)
        judged = judge(self._done, figures, Scope(context.options.customers, redact(context.options.source)))
        report = RunReport(
            run_id=context.run_id,
            target=context.target.name,
            started_at=self._started_at,
            seconds=time.monotonic() - self._clock,
            status=judged.status,
            verdict=judged.verdict,
            exit_code=EXIT_CODES[judged.status],
            stages=tuple(self._done),
            figures=figures,
            source=redact(context.options.source),
            board_url=board_page(context.target),
            options=context.options.as_json(),
            history=history,
            findings=judged.findings,
            before=before.totals if before else None,
        )
        context.history.end(report)
        write_report(report, folder, keep=context.options.keep_reports)
        return report


def _next(options: RunOptions, done: list[Stage]) -> str:
    return next((name for name in options.stages if name not in {stage.name for stage in done}), options.stages[-1])


@contextmanager
def _terminate_as_interrupt() -> Iterator[None]:
    """Let SIGTERM (a service manager's stop) end the run the way Ctrl-C does; a second one is ignored meanwhile."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    # a shell that starts us in the background has SIGINT ignored; we want to be stoppable all the same
    old = {signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt)}
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        old[signal.SIGINT] = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
