"""The figures of a run that are kept for who watches the runs (``monday_sync_figures``)."""

from __future__ import annotations

from monday_sync.api import API_VERSION
from monday_sync.domain.plan import Plan
from monday_sync.domain.rows import Level
from monday_sync.domain.selection import EVERYTHING, Skip
from monday_sync.domain.versions import retirement
from monday_sync.engine.context import Context

#: Reasons for which a row of the source has no step in a plan.
_WITHOUT_STEP = frozenset({Skip.OUT_OF_SCOPE, Skip.HELD_BACK, Skip.DEAD, Skip.NOT_SELECTED, Skip.WAITS_FOR_ITEM})


def figures_of(context: Context, plan: Plan | None) -> dict[str, float | None]:
    """What is known of a run at its end, by name; ``None`` for what is not."""
    use, day, today = context.api.use, context.api.day, context.clock().date()
    end = retirement(API_VERSION)
    figures: dict[str, float | None] = {
        "calls": use.calls, "calls_refused": use.refused, "calls_retried": use.retried, "seconds_waited": use.waited,
        "call_p95_seconds": use.p95, "day_calls": day.used, "day_limit": day.limit,
        "api_version_days": None if end is None else (end - today).days,
    }  # fmt: skip
    if plan is None:
        return figures
    figures["conflicts"] = sum(1 for step in plan.steps for change in step.changes if change.conflict)
    for room in plan.rooms:
        name = {Level.ITEM: "items", Level.SUBITEM: "subitems"}[room.level]
        # of a board whose limit nobody told, the documented one is the best there is
        figures |= {name: room.after, f"{name}_limit": room.limit}
        figures[f"{name}_days_left"] = room.days_left(today)
    if plan.options == EVERYTHING:
        figures["out_of_scope"] = sum(n for (_, why), n in plan.skipped.items() if why is Skip.OUT_OF_SCOPE)
        figures["due_rows"] = len(plan.steps) + sum(n for (_, why), n in plan.skipped.items() if why in _WITHOUT_STEP)
    return figures
