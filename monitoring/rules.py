"""Bars: a check as the file wants it, and a figure against its bars. Pure."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitoring.model import AHEAD, Bars, Check, Figure, Measure, Point, State

if TYPE_CHECKING:
    from monitoring.settings import Rule

#: Runs that tell what is usual: the fewest, and the last that count.
FEWEST, WINDOW = 5, 20
_AGES = {"hours": 3600.0, "days": 86400.0}


def ruled(check: Check, rule: Rule | None) -> Check | None:
    """A check by a rule of the file; ``None`` when it is off."""
    if rule is None:
        return check
    if rule.severity == "off":
        return None
    attention = check.bars.attention if rule.attention is None else rule.attention
    failed = check.bars.failed if rule.failed is None else rule.failed
    if rule.severity == "attention":
        attention, failed = failed if attention is None else attention, None
    unknown = check.unknown if rule.unknown is None else State(rule.unknown)
    return replace(check, bars=replace(check.bars, attention=attention, failed=failed), unknown=unknown)


def judge(
    check: Check, measures: Sequence[Measure] | None, history: Sequence[Point], now: dt.datetime, why: str = ""
) -> tuple[Figure, ...]:
    """What a check found, against its bars.

    Args:
        measures: ``None``: it could not be looked at.
        history: earlier figures of the check, the latest run first.
        why: it could not.
    """
    if measures is None:
        return (_unknown(check, "", "", why),)
    if not measures:
        return (_judged(check, Measure("", "", 0.0), 0.0, None),) if check.zero_if_empty else (_unknown(check),)
    # two rows of one subject are one subject
    found: dict[str, Figure] = {}
    for measure in measures:
        ahead = _is_ahead(measure.value, now)
        value = None if ahead else _number(check, measure.value, now)
        usual = _usual(check, measure.subject, history) if check.bars.usual else None
        if value is None:
            why = "it lies in the future: a clock was wrong then, or is now" if ahead else ""
            figure = _unknown(check, measure.subject, measure.customer, measure.reason if check.look else why)
        elif check.bars.usual and usual is None:
            why = f"what is usual is known after {FEWEST} runs"
            figure = Figure(check.name, measure.subject, measure.customer, value, State.UNKNOWN, None, None, why)
        else:
            figure = _judged(check, measure, value, usual)
            if check.explain and not figure.reason:
                figure = replace(figure, reason=check.explain(value, now))
        found[measure.subject] = figure
    return tuple(found.values())


def bars_of(bars: Bars, usual: float | None) -> tuple[float | None, float | None]:
    """The bars as figures: attention and failed."""
    if bars.usual is None:
        return bars.attention, bars.failed
    if usual is None:
        return None, None

    def of(factor: float | None) -> float | None:
        if factor is None:
            return None
        bar, slack = usual * factor, bars.slack
        if bars.attention is not None and bars.attention != 1:
            slack *= abs(factor - 1) / abs(bars.attention - 1)  # the further bar is further off for small figures, too
        return max(bar, usual + slack) if bars.higher_is_worse else min(bar, usual - slack)

    return of(bars.attention), of(bars.failed)


def _judged(check: Check, measure: Measure, value: float, usual: float | None) -> Figure:
    attention, failed = bars_of(check.bars, usual)
    first = attention if attention is not None else failed
    if _beyond(check.bars, value, failed):
        state, bar = State.FAILED, failed
    elif _beyond(check.bars, value, attention):
        state, bar = State.ATTENTION, attention
    else:
        state, bar = State.OK, first
    return Figure(check.name, measure.subject, measure.customer, value, state, bar, usual, measure.reason)


def _beyond(bars: Bars, value: float, bar: float | None) -> bool:
    if bar is None:
        return False
    return value > bar if bars.higher_is_worse else value < bar


def _unknown(check: Check, subject: str = "", customer: str = "", why: str = "") -> Figure:
    return Figure(check.name, subject, customer, None, check.unknown, None, None, why or "nobody knows it")


def _number(check: Check, value: float | dt.datetime | None, now: dt.datetime) -> float | None:
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        # clocks of two machines differ a little
        return max(0.0, (now - _utc(value)).total_seconds() / _AGES[check.age or "hours"])
    return float(value)


def _is_ahead(value: float | dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a moment has not come yet: its age is not known, and nothing is well for it."""
    return isinstance(value, dt.datetime) and _utc(value) - now > AHEAD


def _utc(value: dt.datetime) -> dt.datetime:
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _usual(check: Check, subject: str, history: Sequence[Point]) -> float | None:
    """What is usual for a subject; ``None`` while there is too little to tell."""
    by_run: dict[str, float | None] = {}
    for point in history:
        if point.subject == subject:
            by_run[point.run_id] = point.value
        elif check.zero_if_absent:
            by_run.setdefault(point.run_id, 0.0 if point.value is not None else None)
    known = [value for value in by_run.values() if value is not None]
    if check.bars.usual == "least":
        return min(known) if known else None
    return statistics.median(known[:WINDOW]) if len(known) >= FEWEST else None
