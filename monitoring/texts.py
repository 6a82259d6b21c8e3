"""Figures, bars and states in words."""

from __future__ import annotations

import datetime as dt

from monitoring.model import Check, Figure, State

WORDS = {State.OK: "well", State.UNKNOWN: "not known", State.ATTENTION: "needs attention", State.FAILED: "failed"}
#: How a run ended, as the pipeline says it.
RUN_WORDS = {
    "ok": "all well", "attention": "needs attention", "failed": "failed", "skipped": "skipped",
    "interrupted": "interrupted", "running": "running", "died": "killed",
}  # fmt: skip
_DAY = 48
#: Days from which a date would be a joke.
_FAR = 3_650
#: Units of what is measured; the others are names of what is counted.
_NO_COUNTS = frozenset({"%", "s"})


def spoken_state(state: State) -> str:
    """A state as people say it."""
    return WORDS[state]


def number(value: float | None, unit: str) -> str:
    """A figure with its unit; said to be unknown where nobody knows."""
    if value is None:
        return "not known"
    if unit == "hours" and abs(value) >= _DAY:
        return f"{value / 24:,.1f}".removesuffix(".0") + " days"
    if unit == "hours" and 0 < abs(value) < 1:
        value, unit = round(value * 60), "minutes"
    whole = f"{value:,.1f}".removesuffix(".0")
    one = whole == "1" and unit not in _NO_COUNTS
    return f"{whole} {unit.removesuffix('s') if one else unit}".strip()


def figure_text(check: Check | None, value: float | None, bar: float | None, *, is_over: bool = False) -> str:
    """How bad it is: the figure and its bar."""
    unit = check.unit if check else ""
    if bar is None or check is None:
        return number(value, unit)
    if not bar and check.bars.higher_is_worse and unit not in _NO_COUNTS:
        return "none any more" if is_over and not value else f"{number(value, unit)} (none is well)"
    if is_over and value is None:
        return "nothing is said of it any more"
    way = "at most" if check.bars.higher_is_worse else "at least"
    return f"{number(value, unit)} ({'again ' if is_over else ''}{way} {number(bar, unit)} is well)"


def bar_text(check: Check, figure: Figure) -> str:
    """The bar of a figure in a table."""
    if figure.bar is None:
        return "not known yet" if check.bars.usual and figure.state is State.UNKNOWN else ""
    if not figure.bar and check.bars.higher_is_worse and check.unit not in _NO_COUNTS:
        return "none"
    way = "at most" if check.bars.higher_is_worse else "at least"
    usual = f", usual {number(figure.usual, check.unit)}" if figure.usual is not None else ""
    return f"{way} {number(figure.bar, check.unit)}{usual}"


def full_on(days: float, now: dt.datetime) -> str:
    """The day on which a board will be full."""
    if days >= _FAR:
        return "not full within ten years at the present rate"
    return f"full on {(now.astimezone(dt.UTC) + dt.timedelta(days=days)).date().isoformat()} at the present rate"
