"""Whether runs go well without a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from operations.retirement.context import Context, Table
from operations.retirement.states import State
from pipeline import finished_runs
from warehouse import word_of


@dataclass(frozen=True, slots=True)
class Watched:
    """How the watch stands.

    Args:
        since: from when on it counts: since the table was set aside, or the last failure that named it.
        until: when it may end.
        runs: runs that ended well since then.
        lacking: what it lacks yet, in words; ``None`` when it may end.
    """

    since: dt.datetime
    until: dt.datetime
    runs: int
    lacking: str | None


def watched(context: Context, table: Table) -> Watched:
    """How the watch of a table that was set aside stands."""
    since = table.since(State.DISABLED) or context.now()
    word = word_of(table.name)
    named = None
    runs = [run for run in finished_runs(context.warehouse) if run.ended_at >= since]
    for run in runs:
        if not run.went_through and word.search(run.text):
            named = max(run.ended_at, named) if named else run.ended_at
    since = max(since, named) if named else since
    well = [run for run in runs if run.ended_at >= since and run.went_through]
    bad = [run for run in runs if run.ended_at >= since and not run.went_through and run.ended_at != named]
    until = since + table.entry.watch
    left = until - context.now()
    lacking = None
    if left > dt.timedelta(0):
        reason = f"a failure named it on {named:%Y-%m-%d %H:%M} UTC; " if named else ""
        lacking = f"{reason}{_hours(left)} of {_hours(table.entry.watch)} are left"
    elif not well:
        lacking = "no run has gone well since"
    elif bad and max(run.ended_at for run in bad) > max(run.ended_at for run in well):
        lacking = "the last run did not go well"
    return Watched(since, until, len(well), lacking)


def _hours(duration: dt.timedelta) -> str:
    return f"{duration / dt.timedelta(hours=1):.0f} h"
