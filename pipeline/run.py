"""One run: the stages in order, under one lock, with one report."""

from __future__ import annotations

import secrets
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

from console import ConfigurationError, ExitCode, OrderListError, redact, say
from pipeline.board import board_page
from pipeline.figures import read_figures
from pipeline.files import last_load
from pipeline.history import History
from pipeline.model import Figures, RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.ownership import refuse_foreign_relations
from pipeline.reporting import write_report
from pipeline.stages import ALL, Context, StageFunction
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
            stage = Stage(name, Status.FAILED, message=redact(str(error)))
        stage = _timed(stage, time.monotonic() - began)
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
        status, verdict = judge(tuple(self._done), figures)
        report = RunReport(
            run_id=context.run_id,
            target=context.target.name,
            started_at=self._started_at,
            seconds=time.monotonic() - self._clock,
            status=status,
            verdict=verdict,
            exit_code=_EXIT_CODES[status],
            stages=tuple(self._done),
            figures=figures,
            source=redact(context.options.source),
            board_url=board_page(context.target),
            options=context.options.as_json(),
            history=context.history.runs(_SHOWN_RUNS)[1:],
        )
        context.history.end(report)
        write_report(report, context.project_dir / context.options.reports, keep=context.options.keep_reports)
        return report


_EXIT_CODES = {
    Status.OK: ExitCode.OK,
    Status.ATTENTION: ExitCode.SOME_FAILED,
    Status.FAILED: ExitCode.SOME_FAILED,
    Status.INTERRUPTED: ExitCode.INTERRUPTED,
}


def judge(stages: tuple[Stage, ...], figures: Figures) -> tuple[Status, str]:
    """How the run ended, and the sentence that stands at the top of the report."""
    statuses = {stage.status for stage in stages}
    bad = next((s for s in stages if s.status in (Status.FAILED, Status.INTERRUPTED)), None)
    if bad is not None:
        return bad.status, f"{bad.name}: {bad.message}"
    transformed = any(s.name in ("transform", "validate") for s in stages)
    if transformed and figures.does_not_add_up:
        names = ", ".join(figures.does_not_add_up)
        return Status.FAILED, f"Rows in are not orders + rejected rows for {names}."
    notes = []
    if rejected := len(figures.rejected_files):
        notes.append(f"{rejected} workbook(s) rejected")
    if missing := len(figures.missing_files):
        notes.append(f"{missing} workbook(s) missing")
    if transformed and figures.unread:
        notes.append(f"{len(figures.unread)} workbook(s) that no model reads")
    if figures.board.failed:
        notes.append(f"{figures.board.failed:,} record(s) not taken by the board")
    if figures.held_back:
        notes.append(f"{len(figures.held_back)} customer(s) held back")
    changes = figures.board.changes
    synced = any(s.name == "sync" and s.status in (Status.OK, Status.ATTENTION) for s in stages)
    did = "" if not synced else f"{changes:,} change(s) on the board" if changes else "nothing changed on the board"
    if Status.ATTENTION in statuses or notes:
        notes = notes or [s.message.rstrip(".") for s in stages if s.status is Status.ATTENTION]
        return Status.ATTENTION, f"Needs attention: {'; '.join(filter(None, (*notes, did)))}."
    return Status.OK, f"All well: {did or ', '.join(s.name for s in stages) + ' done'}."


def _next(options: RunOptions, done: list[Stage]) -> str:
    return next((name for name in options.stages if name not in {stage.name for stage in done}), options.stages[-1])


def _timed(stage: Stage, seconds: float) -> Stage:
    return Stage(stage.name, stage.status, seconds, stage.message, stage.rows, stage.figures, stage.problems)


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
