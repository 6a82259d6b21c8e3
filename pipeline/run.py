"""One run: the stages in order, under one lock, with one report."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from console import ConfigurationError, ExitCode, OrderListError, about, redact, refused, say, stoppable, to_its_end
from pipeline.begun import BEGUN, begin_report
from pipeline.board import board_page
from pipeline.errors import NotOursError
from pipeline.failing import failed_stage
from pipeline.figures import read_figures
from pipeline.files import last_load
from pipeline.findings import Scope
from pipeline.history import History
from pipeline.keeping import attempt, keep, told
from pipeline.model import Figures, PastRun, RunReport, Stage, Status
from pipeline.options import RunOptions
from pipeline.ownership import refuse_foreign_relations
from pipeline.reporting import read_before, with_before
from pipeline.stages import ALL, Context, StageFunction
from pipeline.statements import keep_statements
from pipeline.usage import keep_usage
from pipeline.verdict import EXIT_CODES, judge
from pipeline.watching import Monitor
from warehouse import ForeignRelationError, Tally, Warehouse, recording

_SHOWN_RUNS = 20
_LEVELS = {Status.FAILED: logging.ERROR, Status.ATTENTION: logging.WARNING}


def _utc_now() -> datetime:
    return datetime.now(UTC)


def run(
    warehouse: Warehouse, options: RunOptions, *, stages: Mapping[str, StageFunction] = ALL,
    now: Callable[[], datetime] = _utc_now,
) -> RunReport:  # fmt: skip
    """Run the stages that ``options`` ask for; the report is written before this returns.

    A stage that fails ends the run; what the stages before it did stands. Ctrl-C and SIGTERM end the run cleanly.

    Args:
        now: the clock of the run, of its history and of its monitoring.

    Raises:
        LockHeldError: another run is at work on the target; nothing was done.
        ConfigurationError: wrong use or configuration, noticed before anything was done.
        KeyboardInterrupt: after history and report were written.
    """
    with warehouse.lock(), stoppable():
        one = _Run(warehouse, options, stages, now)
        with about(run_id=one.run_id):
            return one.go()


class _Run:
    """The state of one run while it goes on."""

    def __init__(
        self, warehouse: Warehouse, options: RunOptions, stages: Mapping[str, StageFunction],
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._started_at = now()
        self._clock = time.monotonic()
        self.run_id = run_id = f"{self._started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        self._context = Context(run_id, warehouse, options, History(warehouse, now), now=now)
        self._functions = stages
        self._done: list[Stage] = []
        self._last_load: int | None = None  # not known: then no file counts as one of this run
        self._begun = False
        self._statements: dict[str, list[Tally]] = {}
        self._exit_code: ExitCode | None = None  # of an error that the caller hears
        self._folder = warehouse.target.project_dir / options.reports
        self._monitor = Monitor(warehouse, self._folder, now)
        self._report = RunReport(
            run_id=run_id,
            target=warehouse.target.name,
            started_at=self._started_at,
            seconds=0.0,
            status=Status.RUNNING,
            verdict=BEGUN,
            exit_code=EXIT_CODES[Status.RUNNING],
            stages=(),
            figures=Figures(),
            source=redact(options.source),
            board_url=board_page(warehouse.target),
            options=options.as_json(),
        )

    def go(self) -> RunReport:
        context = self._context
        try:
            if "transform" in context.options.stages:
                refuse_foreign_relations(context.warehouse)
            killed = context.history.begin(
                context.run_id,
                started_at=self._started_at,
                source=context.options.source,
                options=context.options.as_json(),
            )
            self._begun = True
            begin_report(self._report, self._folder, killed)
            self._monitor.begun(context.run_id)
            what = "How often indexes are used could not be kept"
            attempt(what, lambda: keep_usage(context.warehouse, context.run_id), None)
            self._last_load = last_load(context.warehouse)
            for name in context.options.stages:
                if self._done and self._done[-1].status is Status.FAILED:
                    self._done.append(Stage(name, Status.SKIPPED, message="Not begun: the stage before it failed."))
                else:
                    self._done.append(self._one(name))
        except (ForeignRelationError, NotOursError):
            raise  # refused: nothing was begun, and nothing is written beside what is not ours
        except BaseException as error:
            # an interruption, a configuration error before anything was done, or a defect of ours: the caller hears the
            # error itself, history and report keep it; an interruption may have come between the beginning and our
            # word for it
            self._begun = self._begun or isinstance(error, KeyboardInterrupt)
            self._done.append(self._broken_off(error))
            self._exit_code = error.exit_code if isinstance(error, OrderListError) else None
            self._finish()
            raise
        return self._finish()

    def _broken_off(self, error: BaseException) -> Stage:
        name = _next(self._context.options, self._done)
        if isinstance(error, KeyboardInterrupt):
            said = f"{(str(error) or 'Interrupted').rstrip('.')}; the next run carries on."
            return Stage(name, Status.INTERRUPTED, message=said)
        return Stage(name, Status.FAILED, message=told(error))

    def _one(self, name: str) -> Stage:
        say(f"{name} ...", stage=name)
        began = time.monotonic()
        try:
            with about(stage=name), recording() as recorder:
                try:
                    stage = self._functions[name](self._context)
                finally:
                    self._statements[name] = recorder.tallies()
        except OrderListError as error:
            if isinstance(error, ConfigurationError) and not self._anything_done():
                raise
            stage = failed_stage(name, error)
        except OSError as error:  # a disk, a right: the stage cannot be done, and that is no defect
            stage = failed_stage(name, refused(error))
        stage = replace(stage, seconds=time.monotonic() - began)
        said, took = f"{name}: {stage.message} ({stage.seconds:.1f} s)", round(stage.seconds * 1000)
        say(said, level=_LEVELS.get(stage.status, logging.INFO), stage=name, milliseconds=took)
        return stage

    def _anything_done(self) -> bool:
        return any(stage.status is not Status.SKIPPED for stage in self._done)

    def _finish(self) -> RunReport:
        """Keep what the run did, whatever is broken by now; a first Ctrl-C waits for it."""
        with to_its_end("the report of this run is being written"):
            return self._kept()

    def _kept(self) -> RunReport:
        context = self._context
        figures, problem = Figures(board=context.pushed.board), None
        history: tuple[PastRun, ...] = ()
        if self._begun:  # else the database could not be asked, and would only be waited for again
            with recording() as recorder:
                figures, problem = attempt(
                    "The figures could not be read",
                    lambda: read_figures(context.warehouse, after=self._last_load, pushed=context.pushed),
                    figures,
                    known=" ".join(stage.message for stage in self._done),
                )
            self._statements["report"] = recorder.tallies()
        if problem and not any(stage.status in (Status.FAILED, Status.INTERRUPTED) for stage in self._done):
            self._done.append(Stage("figures", Status.FAILED, message=problem))
        if self._begun and not problem:
            history, _ = attempt("No earlier runs could be read", lambda: context.history.runs(_SHOWN_RUNS), history)
            history = tuple(past for past in history if past.run_id != context.run_id)
        before, _ = attempt(
            "The report of the run before could not be read", lambda: read_before(self._folder, history), None
        )
        figures = with_before(figures, before)
        judged = judge(self._done, figures, Scope(context.options.customers, redact(context.options.source)))
        report = replace(
            self._report,
            seconds=time.monotonic() - self._clock,
            status=judged.status,
            verdict=judged.verdict,
            exit_code=self._exit_code or EXIT_CODES[judged.status],
            stages=tuple(self._done),
            figures=figures,
            history=history,
            findings=judged.findings,
            before=before.totals if before else None,
            sync_runs=context.pushed.runs,
        )
        report = keep(
            report, context.history if self._begun else None, self._folder, reports=context.options.keep_reports
        )
        if self._begun and not problem:
            what = "What the statements of this run cost could not be kept"
            attempt(what, lambda: keep_statements(context.warehouse, context.run_id, self._statements), None)
        return self._monitor.ended(report, is_noted=self._begun and not problem, note=context.history.end)


def _next(options: RunOptions, done: list[Stage]) -> str:
    return next((name for name in options.stages if name not in {stage.name for stage in done}), options.stages[-1])
