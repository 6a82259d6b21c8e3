"""What a run ends with: its figures are judged and people told. Whatever breaks here changes nothing of what it did.

Only "all well" and the exit status 0 are lost where somebody could not be told: whoever waits for them is the last to
hear of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from console import ConfigurationError, ExitCode, counted, say
from pipeline.keeping import attempt, with_problem
from pipeline.model import Alerts, RunReport, Status
from pipeline.reporting import put_report
from warehouse import Warehouse

_BROKEN = frozenset({Status.FAILED, Status.INTERRUPTED})


@dataclass(frozen=True, slots=True)
class Monitor:
    """The monitoring of one run."""

    warehouse: Warehouse
    folder: Path
    now: Callable[[], dt.datetime]

    def begun(self, run_id: str) -> None:
        """Tell the heartbeat's address that a run began."""

        def start() -> None:
            import monitoring  # noqa: PLC0415 - what is only needed at the ends of a run

            settings = monitoring.load_settings(self.warehouse.target.project_dir)
            monitoring.ping_aloud(settings, "start", run_id)

        attempt("The heartbeat could not be sent", start, None)

    def ended(self, report: RunReport, *, is_noted: bool, note: Callable[[RunReport], None]) -> RunReport:
        """Judge the figures, tell whom they concern, and the heartbeat's address how the run ended.

        Args:
            is_noted: whether the run is in the history; else there is nothing to judge it by.
            note: puts there how it ended, if that is another word now.

        Returns:
            The report with what was told, which is also what its file says then.
        """
        problems = list[str]()
        told, problem = attempt("The figures could not be judged", lambda: self._watch(report), None) if is_noted else (
            None, None,
        )  # fmt: skip
        problems += [problem] if problem else list(told.problems if told else ())
        if not is_noted:
            nobody: tuple[str, ...] = ()
            undelivered, problem = attempt("Nobody could be told", lambda: self._tell(report), nobody)
            problems += [*undelivered, *([problem] if problem else [])]
        found = told or Alerts(judged=False, heard=not problems)
        if report.exit_code is ExitCode.OK and not found.heard:
            report = with_problem(report, _in_short(problems), command="monitor check")
            attempt("The run could not be noted in the history", partial(note, report), None)
        # whatever became of the judging: a page of before would tell of an earlier day as if it were now
        what = "The page of the monitoring could not be written whole"
        _, problem = attempt(what, lambda: self._page(report, is_noted=is_noted), None, known=" ".join(problems))
        problems += [problem] if problem else []
        _, problem = attempt("The heartbeat could not be sent", lambda: self._beat(report, problems), None)
        problems += [problem] if problem else []
        if told is None and not problems:
            return report
        report = replace(report, alerts=replace(found, problems=tuple(problems)))
        attempt("What was told could not be written to the report", lambda: put_report(report, self.folder), None)
        return report

    def _watch(self, report: RunReport) -> Alerts:
        import monitoring  # noqa: PLC0415

        page = self.folder / report.run_id / "report.html"
        found = monitoring.watch(self.warehouse, report=str(page.resolve()), now=self.now)
        problems = (*(f"Not delivered by {one}" for one in found.delivery.problems), *found.problems)
        for problem in problems:
            say(f"warning: {problem}")
        sent, waiting = found.delivery.sent, found.delivery.waiting
        return Alerts(len(found.open_alerts), len(found.told), sent, waiting, len(found.held), problems,
                      heard=not found.delivery.problems)  # fmt: skip

    def _tell(self, report: RunReport) -> tuple[str, ...]:
        """Without the database, which is what is broken."""
        import monitoring  # noqa: PLC0415

        found = monitoring.tell_unnoted(self.warehouse, report.verdict, now=self.now)
        problems = tuple(f"Not delivered by {one}" for one in found)
        for problem in problems:
            say(f"warning: {problem}")
        return problems

    def _page(self, report: RunReport, *, is_noted: bool) -> None:
        import monitoring  # noqa: PLC0415

        # a database that could not be asked would only be waited for again
        problem = "" if is_noted else report.verdict
        monitoring.write_page(self.warehouse, reports=self.folder, problem=problem, now=self.now())

    def _beat(self, report: RunReport, problems: list[str]) -> None:
        import monitoring  # noqa: PLC0415

        try:
            settings = monitoring.load_settings(self.warehouse.target.project_dir)
        except ConfigurationError as error:  # the address may stand under another name, which only the file tells
            if not problems:
                raise
            problems.append(f"The heartbeat could not be sent: {error.message}")
            return
        event = "fail" if report.status in _BROKEN else "success"
        if problem := monitoring.ping(settings, event, report.run_id, report.verdict, report.seconds):
            say(problem)
            problems.append(problem)


def _in_short(problems: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(problems) - 1
    return problems[0] + (f" (and {counted(more, 'more problem')})" if more else "")
