"""What every step of a cutover works with: the context, the rules, and the other programs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from operations.backup import Record, last_verified
from operations.breaking_off import Step, breaking_off
from operations.cutover.context import Context, open_context
from operations.cutover.programs import Programs
from operations.cutover.rules import Rules, load_rules
from operations.cutover.standing import Standing, stand
from operations.log import Entry, Log
from pipeline import RunOptions

PROD = "prod"


@dataclass(frozen=True, slots=True)
class Day:
    """One target on the day of its cutover."""

    context: Context
    rules: Rules
    programs: Programs

    @property
    def target(self) -> str:
        """Its name."""
        return self.context.warehouse.target.name

    @property
    def asks(self) -> bool:
        """Whether a change needs its number."""
        return self.target == PROD

    def standing(self) -> Standing:
        """How far it is, by the log."""
        return stand(self.context.log.entries())

    def backup(self) -> Record | None:
        """The last backup that was restored on trial."""
        return last_verified(Log(self.context.warehouse))

    def breaking_off(self, action: str) -> AbstractContextManager[Step]:
        """What breaks the block off is an error for a person and a row of the step, see :func:`breaking_off`."""
        return breaking_off(lambda why: self.write(action, "failed", f"{why} The same command goes on."))

    def write(
        self, action: str, outcome: str, message: str = "", *, state: str | None = None, seconds: float | None = None,
        **evidence: Any,
    ) -> None:  # fmt: skip
        """Add a row to the log."""
        self.context.log.write(Entry(
            action, self.target, outcome, message, after=state, seconds=seconds, evidence=evidence,
            at=self.context.now(),
        ))  # fmt: skip


@dataclass(slots=True)
class Laps:
    """What each part of a step took."""

    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _last: float = field(default_factory=time.monotonic)

    def lap(self, part: str) -> None:
        """A part is over."""
        now = time.monotonic()
        self.seconds[part] = round(self.seconds.get(part, 0.0) + now - self._last, 3)
        self._last = now

    @property
    def total(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began


def open_day(target: str | None, source: str) -> Day:
    """The day of a target (default: that of the profile); ``source`` is where its workbooks are."""
    context = open_context(target)
    options = RunOptions(source=source)
    return Day(context, load_rules(context.project_dir), Programs(context.warehouse, options))


def figures(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """Figures before and after, as the file of an incident reads them."""
    return {"before": dict(before), "after": dict(after)}
