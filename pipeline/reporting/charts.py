"""Small charts as inline SVG. Numbers in, markup out; every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH = 1000
_BAR = 26
_GAP = 3


def stacked(parts: Sequence[tuple[str, float]], *, unit: str) -> Markup:
    """One bar cut in proportion to ``parts`` (name, value), each piece with a tooltip; empty when all are zero."""
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
                ).format(index % 6, x, max(width - _GAP, 1), _BAR, name, f"{value:,.1f} {unit}")
            )
        x += width
    label = ", ".join(f"{name} {value:,.1f} {unit}" for name, value in parts if value > 0)
    return Markup(
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
    ).format(label, _WIDTH, _BAR, Markup("").join(pieces))


def share(value: float, greatest: float) -> Markup:
    """A thin bar as long as ``value`` is of ``greatest``, for a cell of a table."""
    width = 0 if greatest <= 0 else max(value / greatest * 100, 1 if value else 0)
    return Markup(
        '<svg class="share" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">'
        '<rect class="rest" width="100" height="4"/><rect class="part" width="{:.1f}" height="4"/></svg>'
    ).format(width)


def columns(points: Sequence[tuple[str, float, str]], *, label: str) -> Markup:
    """A column for each of ``points`` (tooltip, value, class), oldest first; empty for fewer than two."""
    if len(points) < 2:  # noqa: PLR2004 - one column shows nothing
        return Markup("")
    greatest = max(value for _, value, _ in points) or 1
    height, step = 60, 22
    bars = [
        Markup('<rect class="{}" x="{}" y="{:.1f}" width="16" height="{:.1f}" rx="2"><title>{}</title></rect>').format(
            kind, index * step, height - tall, tall, tooltip
        )
        for index, (tooltip, value, kind) in enumerate(points)
        for tall in (max(value / greatest * height, 2),)
    ]
    return Markup('<svg class="columns" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}">{}</svg>').format(
        label, len(points) * step, height, len(points) * step, Markup("").join(bars)
    )
