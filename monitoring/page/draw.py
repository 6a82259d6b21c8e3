"""The charts of the page as inline SVG. Values in, markup out; every text is escaped.

The pictures are stretched to the width that there is, so lines keep their strength and words stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from console.pages.charts import round_up
from monitoring.page.trends import Dot, Trend
from monitoring.page.view import RunBar

_STEP, _BAR, _TALL = 20, 15, 120
_LOW = 60
#: No run is drawn wider, in pixels; and what stands below them needs so many.
_WIDEST, _NARROWEST = 40, 290


def run_bars(runs: Sequence[RunBar], stages: Sequence[str]) -> Markup:
    """A column for each run, cut by its stages, that leads to its report. Empty without runs."""
    if not runs:
        return Markup("")
    top = round_up(max((run.seconds or 0.0 for run in runs), default=0.0))
    columns = Markup("").join(_column(run, place * _STEP, top, stages) for place, run in enumerate(runs))
    width = len(runs) * _STEP
    lines = Markup("").join(
        Markup('<line class="grid" x1="0" x2="{}" y1="{}" y2="{}" vector-effect="non-scaling-stroke"/>').format(
            width, y, y
        )
        for y in (0.5, _TALL / 2, _TALL - 0.5)
    )
    label = f"Times and results of the last {len(runs)} runs"
    drawn = Markup(
        '<svg class="runs" role="group" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'style="max-width:{}px">{}{}</svg>'
    ).format(label, width, _TALL, len(runs) * _WIDEST, lines, columns)
    ends = (runs[0].began, f"{runs[-1].began} UTC") if len(runs) > 1 else (f"{runs[0].began} UTC",)
    return _framed(drawn, (f"{top:,g} s", f"{top / 2:,g} s", "0 s"), ends, "tall", width=len(runs) * _WIDEST)


def _column(run: RunBar, x: float, top: float, stages: Sequence[str]) -> Markup:
    time = "time not known" if run.seconds is None else f"{run.seconds:,.0f} s"
    title = f"{run.began} UTC: {run.word}, {time}{f' ({run.times})' if run.parts else ''}"
    shapes = [Markup('<rect class="hit" x="{}" y="0" width="{}" height="{}"/>').format(x, _STEP, _TALL)]
    if run.seconds is None:
        shapes.append(
            Markup('<rect class="unknown" x="{}" y="1" width="{}" height="{}" vector-effect="non-scaling-stroke"/>')
            .format(x + 2, _BAR - 1, _TALL - 2)
        )  # fmt: skip
    else:
        y, left = float(_TALL), max(run.seconds / top * _TALL, 2.0)
        for name, seconds in run.parts:
            tall = min(seconds / top * _TALL, left)
            y, left = y - tall, left - tall
            shapes.append(_piece(f"st{stages.index(name) % 4}", x, y, tall))
        shapes.append(_piece("rest", x, y - left, left))
    column = Markup('<g class="{}"><title>{}</title>{}</g>').format(run.look, title, Markup("").join(shapes))
    if not run.link:
        return column
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(run.link, title, column)


def _piece(look: str, x: float, y: float, tall: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
        look, x + 2, y, _BAR, tall
    )  # fmt: skip


def trend_chart(trend: Trend) -> Markup:
    """A line over the runs with a dot for each, and the bars; where nothing is known, a gap."""
    if not trend.known:
        return Markup("")
    width = len(trend.dots) * _STEP
    parts = [
        Markup('<line class="bar {}" x1="0" x2="{}" y1="{:.1f}" y2="{:.1f}" vector-effect="non-scaling-stroke"/>')
        .format(line.kind, width, y, y)
        for line in trend.lines
        for y in (_height(line.value, trend),)
    ]  # fmt: skip
    places = list(enumerate(trend.dots))
    for is_known, some in groupby(places, lambda one: one[1].value is not None):
        run = list(some)
        if is_known:
            points = " ".join(f"{_middle(place)},{_height(dot.value or 0.0, trend):.1f}" for place, dot in run)
            parts.append(
                Markup('<polyline class="line" points="{}" vector-effect="non-scaling-stroke"/>').format(points)
            )
        else:
            parts.append(
                Markup('<rect class="gap" x="{}" y="0" width="{}" height="{}"><title>{}</title></rect>').format(
                    run[0][0] * _STEP + 3, len(run) * _STEP - 6, _LOW, "not known"
                )
            )
    parts += [_dot(place, dot, trend) for place, dot in places if dot.value is not None]
    words = f"{trend.title}: {trend.now}. {trend.known} of {len(trend.dots)} runs known. {trend.bars}"
    drawn = Markup(
        '<svg class="trend" role="img" aria-label="{}" viewBox="0 -6 {} {}" preserveAspectRatio="none">{}</svg>'
    ).format(words, width, _LOW + 12, Markup("").join(parts))
    dots = trend.dots
    return _framed(drawn, tuple(reversed(trend.ends)), [dot.at for dot in (dots[0], *dots[1:][-1:])], "low")


def _dot(place: int, dot: Dot, trend: Trend) -> Markup:
    # a line without length and with round ends: a circle, however the picture is stretched
    return Markup(
        '<path class="dot {}" d="M {} {:.1f} h 0.01" vector-effect="non-scaling-stroke"><title>{}</title></path>'
    ).format(dot.state.value, _middle(place), _height(dot.value or 0.0, trend), f"{dot.at} UTC: {dot.shown}")


def _middle(place: int) -> int:
    return place * _STEP + _STEP // 2


def _height(value: float, trend: Trend) -> float:
    share = (value - trend.low) / (trend.high - trend.low) if trend.high > trend.low else 0.0
    return _LOW * (1 - min(max(share, 0.0), 1.0))


def _framed(
    drawn: Markup, scale: Sequence[str], below: Sequence[str], size: str, *, width: int | None = None
) -> Markup:  # fmt: skip
    """A picture with its scale left of it and the ends of its time below."""
    style = Markup("") if width is None else Markup(' style="max-width:{}px"').format(max(width, _NARROWEST))
    return Markup(
        '<div class="frame {}"><div class="ends" aria-hidden="true">{}</div>{}'
        '<div class="axis" aria-hidden="true"{}>{}</div></div>'
    ).format(size, _spans(scale), drawn, style, _spans(below))


def _spans(words: Sequence[str]) -> Markup:
    return Markup("").join(Markup("<span>{}</span>").format(word) for word in words)
