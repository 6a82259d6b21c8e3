"""Small charts as inline SVG. Numbers in, markup out; every text is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

_WIDTH = 1000
_BAR = 26
_GAP = 3
_TICKS = 4
_LARGE = 10_000


def stacked(parts: Sequence[tuple[str, float]], *, unit: str) -> Markup:
    """One bar cut in proportion to ``parts`` (name, value), with a scale below it; empty when all are zero."""
    total = sum(value for _, value in parts)
    if total <= 0:
        return Markup("")
    pieces, x = [], 0.0
    for index, (name, value) in enumerate(parts):
        width = value / total * _WIDTH
        if value > 0:
            pieces.append(
                Markup(
                    '<rect class="s{}" x="{:.1f}" width="{:.1f}" height="{}" rx="3"><title>{}: {}</title></rect>'
                ).format(index % 6, x, max(width - _GAP, 1), _BAR, name, f"{_number(value)} {unit}")
            )
        x += width
    label = ", ".join(f"{name} {_number(value)} {unit}" for name, value in parts if value > 0)
    bar = Markup(
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
    ).format(label, _WIDTH, _BAR, Markup("").join(pieces))
    # as text beside the picture, which is stretched
    ticks = [Markup("<span>{}</span>").format(f"{_number(total * part / _TICKS)} {unit}") for part in range(_TICKS + 1)]
    return Markup('<div class="axis-below">{}<div class="axis" aria-hidden="true">{}</div></div>').format(
        bar, Markup("").join(ticks)
    )


def _number(value: float) -> str:
    """A tenth where it is to be seen beside the whole."""
    return f"{value:,.0f}" if value >= _LARGE else f"{value:,.1f}"


def share(value: float, greatest: float) -> Markup:
    """A thin bar as long as ``value`` is of ``greatest``, for a cell of a table."""
    width = 0 if greatest <= 0 else max(value / greatest * 100, 1 if value else 0)
    return Markup(
        '<svg class="share" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">'
        '<rect class="rest" width="100" height="4"/><rect class="part" width="{:.1f}" height="4"/></svg>'
    ).format(width)


def columns(points: Sequence[tuple[str, float, str]], *, label: str, ends: tuple[str, str]) -> Markup:
    """A column for each of ``points`` (tooltip, value, class), oldest first; empty for fewer than two.

    The scale stands left of it, the ``ends`` in time below.
    """
    if len(points) < 2:  # noqa: PLR2004 - one column shows nothing
        return Markup("")
    top = round_up(max(value for _, value, _ in points))
    height, step = 60, 22
    bars = [
        Markup('<rect class="{}" x="{}" y="{:.1f}" width="16" height="{:.1f}" rx="2"><title>{}</title></rect>').format(
            kind, index * step, height - tall, tall, tooltip
        )
        for index, (tooltip, value, kind) in enumerate(points)
        for tall in (max(value / top * height, 2),)
    ]
    width = len(points) * step
    lines = Markup("").join(
        Markup('<line class="grid" x1="0" x2="{}" y1="{}" y2="{}"/>').format(width, y, y) for y in (0.5, 30, 59.5)
    )
    drawn = Markup('<svg class="columns" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}">{}{}</svg>').format(
        label, width, height, width, lines, Markup("").join(bars)
    )
    scale = Markup("").join(Markup("<span>{}</span>").format(f"{value:,g} s") for value in (top, top / 2, 0))
    return Markup(
        '<div class="plot"><div class="scale" aria-hidden="true">{}</div><div>{}'
        '<div class="axis" aria-hidden="true"><span>{}</span><span>{}</span></div></div></div>'
    ).format(scale, drawn, *ends)


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 ... so that the scale reads easily."""
    if value <= 0:
        return 1
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 2, 5, 10) if step * size >= value)
