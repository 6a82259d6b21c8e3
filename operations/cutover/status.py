"""``status``: where the cutover stands, what is next, and what ``go`` would refuse for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from operations.cutover.day import Day
from operations.cutover.foreign import foreign_relations
from operations.cutover.gate import Need, needs
from operations.cutover.standing import (
    GO,
    PREFLIGHT,
    REHEARSE,
    ROLLBACK,
    TAKE_OVER,
    TRIAL,
    WATCH,
    Phase,
    Standing,
)
from operations.log import Entry
from pipeline import scheduled_target

_STEPS = (TAKE_OVER, PREFLIGHT, REHEARSE, TRIAL, GO, WATCH, ROLLBACK)
_NEXT = {
    Phase.GOING: "cutover go",
    Phase.BEYOND: "cutover rollback",
    Phase.LIVE: "pipeline run --scheduled",
    Phase.ROLLING_BACK: "cutover rollback",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step, as it was done last.

    Args:
        age: in seconds; ``None``: it never was.
    """

    name: str
    outcome: str
    age: float | None
    who: str
    message: str


@dataclass(frozen=True, slots=True)
class Status:
    """How everything stands.

    Args:
        schedule: the target that the daily run takes; ``None``: the profile's default.
        refusals: why ``go`` would refuse now; empty when it would not, or when it is done.
        next: the command that is next.
    """

    target: str
    phase: Phase
    schedule: str | None
    steps: tuple[Step, ...]
    needs: tuple[Need, ...]
    refusals: tuple[str, ...]
    next: str
    entries: Sequence[Entry]


def status(day: Day) -> Status:
    """Look; nothing is changed."""
    standing, now = day.standing(), day.context.now()
    asked = standing.phase in {Phase.BEFORE, Phase.ROLLED_BACK}
    found = needs(
        standing, day.backup(), day.rules, day.context.policy, now=now,
        foreign=foreign_relations(day.context) if asked else (),
    ) if asked else []  # fmt: skip
    lacking = [need for need in found if need.lacking]
    following = _NEXT.get(standing.phase) or (lacking[0].command if lacking else "cutover go --approved-by <name>")
    return Status(
        day.target, standing.phase, scheduled_target(day.context.project_dir),
        tuple(step for name in _STEPS if (step := _step(standing, name, now))), tuple(found),
        tuple(need.sentence for need in lacking), following, standing.entries,
    )  # fmt: skip


def _step(standing: Standing, name: str, now: dt.datetime) -> Step | None:
    last = standing.last(name)
    if last is None:
        return Step(name, "never", None, "", "")
    age = None if last.at is None else (now - last.at).total_seconds()
    outcome = f"{last.outcome}, {last.after}" if name == TRIAL and last.after else last.outcome
    return Step(name, outcome, age, last.who or "", last.message)
