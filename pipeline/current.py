"""How things stand: the last run's verdict, in the words of its report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from console import ConfigurationError, ExitCode, Finding
from pipeline.begun import as_they_are
from pipeline.history import History
from pipeline.model import PastRun, Status
from pipeline.reporting import latest_run
from pipeline.todo import todo_lines
from pipeline.verdict import EXIT_CODES, WORDS
from warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class CurrentStatus:
    """The last run: how it ended and what is to do; ``to_do`` is ``None`` when its report is gone."""

    run_id: str
    started_at: datetime
    status: Status
    word: str
    verdict: str
    exit_code: ExitCode
    to_do: tuple[Finding, ...] | None


def current_status(warehouse: Warehouse, reports: Path) -> CurrentStatus:
    """What the history says of the last run, with the To do of its report.

    A run that could not open the database has no place in the history; its report tells of it.

    Raises:
        ConfigurationError: there was no run yet.
    """
    runs = as_they_are(History(warehouse).runs(1), warehouse)
    last = _latest(runs[0] if runs else None, _only_reported(warehouse.target.name, reports))
    if last is None:
        raise ConfigurationError("There was no run yet.", hint="Start one: `pipeline run`.")
    report = _report(reports / last.run_id / "report.json")
    code = EXIT_CODES[last.status]
    if last.status is Status.FAILED:  # one that was refused before it did anything ended with the error's
        code = ExitCode(report.get("exit_code", code))
    return CurrentStatus(
        last.run_id, last.started_at, last.status, WORDS[last.status], last.message, code, _to_do(report),
    )  # fmt: skip


def status_text(status: CurrentStatus) -> str:
    """For a person."""
    lines = [f"{status.word}: run {status.run_id}, begun {status.started_at:%Y-%m-%d %H:%M} UTC", status.verdict]
    if status.to_do is None:
        lines += ["", "The report of this run is not here, so what is to do is not known (--reports names its folder)."]
    elif status.to_do:
        lines += ["", "to do:", *(f"  {line}" for line in todo_lines(status.to_do))]
    return "\n".join(lines)


def _report(path: Path) -> dict[str, Any]:
    """The report of a run; empty when it is gone or damaged."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def _only_reported(target: str, reports: Path) -> PastRun | None:
    """The run whose report is the latest, if it was one of this target and has ended."""
    report = _report(reports / (latest_run(reports) or "") / "report.json")
    try:
        if report["target"] != target or report["status"] == Status.RUNNING:
            return None
        return PastRun(
            report["run_id"], datetime.fromisoformat(report["started_at"]), report["seconds"],
            Status(report["status"]), report["verdict"], None, None, None,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def _latest(noted: PastRun | None, reported: PastRun | None) -> PastRun | None:
    if noted is None or reported is None:
        return noted or reported
    return reported if reported.started_at > noted.started_at else noted


def _to_do(report: Mapping[str, Any]) -> tuple[Finding, ...] | None:
    try:
        listed = [Finding(**_fields(finding)) for finding in report["findings"]]
    except (KeyError, TypeError):
        return None
    return tuple(finding for finding in listed if finding.verdict in {"attention", "failed"})


def _fields(finding: dict[str, Any]) -> dict[str, Any]:
    """What JSON keeps of a finding, as its fields."""
    found = {field.name: finding[field.name] for field in fields(Finding)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
