"""What is kept of a run, whatever broke: its place in the history and its report.

Each is tried by itself, and none hides what the run did: what cannot be kept is said, and costs the exit status 0.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from console import ExitCode, Finding, OrderListError, note, redact, refused, say
from pipeline.history import History
from pipeline.model import RunReport, Status
from pipeline.reporting import write_report

T = TypeVar("T")


def told(error: BaseException) -> str:
    """An error in words for the history and the report."""
    if isinstance(error, OrderListError):
        return redact(str(error))
    if isinstance(error, OSError):
        return redact(str(refused(error)))
    return redact(f"{type(error).__name__}: {error}")


def attempt(what: str, do: Callable[[], T], otherwise: T, *, known: str = "") -> tuple[T, str | None]:
    """What ``do`` gives, or ``otherwise`` and why not: "``what``: the cause".

    Args:
        known: what was said before; a cause that stands in it is not said again.
    """
    try:
        return do(), None
    except Exception as error:  # whatever it is, the rest of the run's end must not be lost for it
        cause = told(error)
        if cause in known:
            return otherwise, f"{what}, for the same reason."
        note("the trace of the error", trace=error)
        say(f"{what}: {cause}", level=logging.WARNING)
        return otherwise, f"{what}: {cause}"


def keep(report: RunReport, history: History | None, folder: Path, *, reports: int) -> RunReport:
    """Write the history's and the report's end; returns the report with what could not be kept in its verdict.

    Args:
        history: ``None`` when the run's beginning is not in it.
    """
    if history is not None:
        what = "The run could not be noted in the history"
        _, problem = attempt(what, lambda: history.end(report), None, known=report.verdict)
        report = with_problem(report, problem)
    what = f"The report could not be written to {folder}"
    _, problem = attempt(what, lambda: write_report(report, folder, keep=reports), folder, known=report.verdict)
    return with_problem(report, problem)


def with_problem(report: RunReport, problem: str | None, *, command: str = "pipeline doctor") -> RunReport:
    """The report with what went wrong at the run's end in its verdict: what was all well needs attention then.

    Args:
        command: what a person runs to see it through.
    """
    if problem is None:
        return report
    status = Status.ATTENTION if report.status is Status.OK else report.status
    code = ExitCode.SOME_FAILED if report.exit_code is ExitCode.OK else report.exit_code
    verdict = report.verdict.replace("All well: ", "Needs attention: ", 1)
    findings = (*report.findings, Finding("kept", "attention", problem, command=command))
    return replace(report, status=status, exit_code=code, verdict=f"{verdict} {problem}", findings=findings)
