"""One preflight: every section in its order; none that fails hides another. Nothing is changed but the log."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping

from console import OrderListError, redact
from operations.cutover.context import Context, open_context
from operations.cutover.preflight.boards import board, capacity
from operations.cutover.preflight.data import cancelled, quality
from operations.cutover.preflight.database import database, relations, statements, sync_columns
from operations.cutover.preflight.environment import hard_coded, profile, versions
from operations.cutover.preflight.model import Check, Preflight, Section, Verdict
from operations.cutover.preflight.safety import alerts, audited, backups
from operations.cutover.preflight.scene import Scene
from operations.log import Entry

ACTION = "preflight"
#: By name, in the order of the list.
SECTIONS: Mapping[str, Callable[[Scene, Section], Iterator[Check]]] = {
    "profile": profile,
    "nothing hard-coded": lambda scene, section: hard_coded(scene.target, section),
    "versions": versions,
    "database": database,
    "relations": relations,
    "cutover statements": statements,
    "sync columns": sync_columns,
    "data quality": quality,
    "cancelled orders": cancelled,
    "board": board,
    "capacity": capacity,
    "integrity": audited,
    "backups": backups,
    "alerts": alerts,
}
#: What reads relations of ours: tables of others in their places would break it in ways that lead nowhere.
_OF_OURS = frozenset({"cutover statements", "sync columns", "data quality", "cancelled orders", "integrity"})
_DEFECT = "Report this defect, with what stands here."


def examine_target(target: str | None) -> Preflight:
    """The list of a target; without a profile that can be used, the one line that says so."""
    began, began_at = time.monotonic(), dt.datetime.now(dt.UTC)
    try:
        context = open_context(target)
    except OrderListError as error:
        section = Section("profile")
        checks = (section.failed("profile, variables and policy can be read", error.message, error.hint or ""),)
        return Preflight(target or "(default)", began_at, time.monotonic() - began, checks)
    return examine(context)


def examine(context: Context) -> Preflight:
    """The list of an opened target; the log gets a row where there is a database to keep it."""
    began, began_at, scene = time.monotonic(), dt.datetime.now(dt.UTC), Scene(context)
    checks = [check for name in SECTIONS for check in look_at(name, scene)]
    found = Preflight(context.warehouse.target.name, began_at, time.monotonic() - began, tuple(checks))
    if not context.warehouse.exists():
        return found
    try:
        context.log.write(Entry(
            ACTION, found.target, "done" if found.well else "failed", found.verdict, seconds=found.seconds,
            evidence={verdict.value: _told(found.having(verdict)) for verdict in Verdict},
        ))  # fmt: skip
    except OrderListError as error:
        line = Section("log").failed("the log can be written", error.message, error.hint or _DEFECT)
        return Preflight(found.target, began_at, found.seconds, (*found.checks, line))
    return found


def look_at(name: str, scene: Scene) -> list[Check]:
    """The lines of a section; what breaks it off is a line as well."""
    section, lines = Section(name), list[Check]()
    if name in _OF_OURS and scene.waits_for:
        return [section.unknown("it can be looked at", scene.waits_for)]
    try:
        for line in SECTIONS[name](scene, section):
            lines.append(line)  # one by one: those before a failure count
    except OrderListError as error:
        lines.append(section.failed("it can be looked at", error.message, error.hint or _DEFECT))
    except Exception as error:  # what it is there to find may break it too: that is a line, and the others follow
        said = redact(f"{type(error).__name__}: {error}")
        lines.append(section.failed("it can be looked at", said, _DEFECT))
    return lines


def _told(checks: list[Check]) -> list[str]:
    return [f"{check.section}: {check.name}" + (f": {check.found}" if check.found else "") for check in checks]
