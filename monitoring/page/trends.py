"""Figures run by run, with their bars. Pure. What is not known is a gap, never zero."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.model import Check, Figure, Point, State, worst
from monitoring.overview import Overview
from monitoring.page.facts import Run
from monitoring.rules import WINDOW
from monitoring.texts import full_on, number

_BOARDS = 4
_HALF = 50


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure after a run; ``value`` is ``None`` where it is not known."""

    at: str
    value: float | None
    state: State
    shown: str


@dataclass(frozen=True, slots=True)
class Line:
    """A bar that is drawn in: ``attention``, ``failed``, or what is ``usual``."""

    kind: str
    value: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A small chart.

    Args:
        now: the figure as last judged, in words; ``state`` how it stands.
        dots: a run each, the oldest first.
        bars: in words.
        low, high: the ends of the scale, and the same in words.
    """

    title: str
    now: str
    state: State
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    bars: str
    low: float
    high: float
    ends: tuple[str, str]
    note: str = ""

    @property
    def known(self) -> int:
        """Of how many runs the figure is known."""
        return sum(dot.value is not None for dot in self.dots)


def trends(view: Overview, runs: Sequence[Run]) -> tuple[Trend, ...]:
    """Shares, rows, rejects, what waits, and how full the boards are.

    Args:
        runs: the oldest first.
    """
    checks = {check.name: check for check in view.checks}
    found = [_whole(checks[name], view, runs) for name in ("sync_share", "api_success") if name in checks]
    found.append(_rows(runs))
    found += [_summed(checks[name], view, runs) for name in ("rejects", "records_waiting") if name in checks]
    if "board_fill" in checks:
        found += _boards(checks["board_fill"], view, runs)
    return tuple(found)


def _whole(check: Check, view: Overview, runs: Sequence[Run], subject: str = "", title: str = "") -> Trend:
    figure = next((one for one in view.figures.get(check.name, ()) if one.subject == subject), None)
    by_run = {point.run_id: point for point in view.history.get(check.name, ()) if point.subject == subject}
    dots = tuple(_dot(run, check.unit, by_run.get(run.run_id)) for run in runs)
    note = figure.reason if figure and (figure.value is None or subject) else ""
    return _trend(title or check.title, check, dots, _lines(check), figure, note=note)


def _summed(check: Check, view: Overview, runs: Sequence[Run]) -> Trend:
    """A check of each customer as one: the sum, and the worst state of all."""
    by_run: dict[str, list[Point]] = {}
    for point in view.history.get(check.name, ()):
        by_run.setdefault(point.run_id, []).append(point)
    dots = tuple(_dot(run, check.unit, _sum(by_run.get(run.run_id, ()))) for run in runs)
    figures = view.figures.get(check.name, ())
    total = None
    if figures:
        known = [one.value for one in figures if one.value is not None]
        value = sum(known) if len(known) == len(figures) else None
        total = Figure(check.name, "", "", value, worst(one.state for one in figures), None)
    lines, note = _lines(check), ""
    if check.bars.usual:
        bars = [one.bar for one in figures if one.bar is not None]
        lines = (Line("attention", sum(bars)),) if bars and len(bars) == len(figures) else ()
        note = "Each customer has a bar of its own; drawn is their sum." if lines else "Bars are known after 5 runs."
    return _trend(check.title, check, dots, lines, total, note=note)


def _rows(runs: Sequence[Run]) -> Trend:
    """Sheet rows that the last build had: a run that needed no build leaves them as they are."""
    dots, last = list[Dot](), None
    for run in runs:
        stage = next((one for one in run.stages if one.name == "transform"), None)
        if stage is None or stage.status not in {"ok", "attention", "skipped"}:
            value = None
        elif stage.status == "skipped":
            value = last
        else:
            value = None if stage.rows is None else float(stage.rows)
        if stage is not None and stage.status != "skipped":
            last = value
        dots.append(Dot(_at(run), value, State.OK if value is not None else State.UNKNOWN, number(value, "rows")))
    known = [dot.value for dot in dots if dot.value is not None]
    usual = statistics.median(known[-WINDOW:]) if known else None
    lines = (Line("usual", usual),) if usual is not None else ()
    low, high = _around(known)
    now = dots[-1] if dots else Dot("", None, State.UNKNOWN, number(None, "rows"))
    bars = "" if usual is None else f"usual: {number(usual, 'rows')}"
    return Trend(
        "Rows in the workbooks", now.shown, now.state, tuple(dots), lines, bars, low, high, _ends(low, high, "")
    )


def _boards(check: Check, view: Overview, runs: Sequence[Run]) -> list[Trend]:
    subjects = [one.subject for one in view.figures.get(check.name, ()) if one.subject]
    if not subjects:
        return [_whole(check, view, runs)]
    days = {one.subject: one for one in view.figures.get("board_full", ())}
    fullest = sorted(
        view.figures[check.name], key=lambda one: -(one.value if one.value is not None else -1.0)
    )[:_BOARDS]  # fmt: skip
    found = []
    for one in fullest:
        made = _whole(check, view, runs, one.subject, f"{one.subject[:1].upper()}{one.subject[1:]}: how full")
        left = days.get(one.subject)
        when = full_on(left.value, view.judged_at) if left and left.value is not None and view.judged_at else ""
        note = "; ".join(part for part in (made.note, when) if part)
        if len(subjects) > _BOARDS and one is fullest[-1]:
            note += f"; {len(subjects) - _BOARDS} more: monitor status --all"
        found.append(Trend(made.title, made.now, made.state, made.dots, made.lines, made.bars, made.low, made.high,
                           made.ends, note))  # fmt: skip
    return found


def _trend(
    title: str, check: Check, dots: tuple[Dot, ...], lines: tuple[Line, ...], figure: Figure | None, *, note: str
) -> Trend:
    known = [dot.value for dot in dots if dot.value is not None]
    low, high = _scale([*known, *(line.value for line in lines)], check.unit)
    value, state = (figure.value, figure.state) if figure else (None, State.UNKNOWN)
    words = _bars(check, lines)
    return Trend(title, number(value, check.unit), state, dots, lines, words, low, high,
                 _ends(low, high, check.unit), note)  # fmt: skip


def _lines(check: Check) -> tuple[Line, ...]:
    bars = (("attention", check.bars.attention), ("failed", check.bars.failed))
    return tuple(Line(kind, value) for kind, value in bars if value is not None)


def _bars(check: Check, lines: Sequence[Line]) -> str:
    """The bars that are drawn, in words."""
    values = {line.kind: line.value for line in lines}
    least, beyond = ("at most", "above") if check.bars.higher_is_worse else ("at least", "below")
    said = []
    if "attention" in values:
        none = not values["attention"] and check.bars.higher_is_worse
        said.append("well: none" if none else f"well: {least} {number(values['attention'], check.unit)}")
    if "failed" in values:
        said.append(f"failed: {beyond} {number(values['failed'], check.unit)}")
    return ", ".join(said)


def _sum(points: Sequence[Point]) -> Point | None:
    if not points:
        return None
    known = [point.value for point in points if point.value is not None]
    value = sum(known) if len(known) == len(points) else None
    return Point(points[0].run_id, points[0].at, "", value, worst(point.state for point in points))


def _dot(run: Run, unit: str, point: Point | None) -> Dot:
    value = point.value if point else None
    state = point.state if point and value is not None else State.UNKNOWN
    return Dot(_at(run), value, state, number(value, unit))


def _at(run: Run) -> str:
    return f"{run.began_at:%d %b %H:%M}" if run.began_at else "at an unknown time"


def _scale(values: Sequence[float], unit: str) -> tuple[float, float]:
    """From zero, but for shares that are all high; a share ends at 100 %."""
    if unit == "%":
        least = min(values, default=0)
        return float((least - 1) // 10 * 10) if least > _HALF else 0.0, max(100.0, *values)
    high = max(values, default=0.0)
    return 0.0, high if high > 0 else 1.0


def _around(values: Sequence[float]) -> tuple[float, float]:
    """From a little less to a little more: what changes by a hundredth is to be seen."""
    least, most = min(values, default=0.0), max(values, default=0.0)
    room = max(most - least, most / 50) / 4
    return max(0.0, least - room), most + room or 1.0


def _ends(low: float, high: float, unit: str) -> tuple[str, str]:
    sign = " %" if unit == "%" else ""
    return f"{low:,.0f}{sign}", f"{high:,.0f}{sign}"
