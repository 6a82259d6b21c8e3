"""The audit as one self-contained page, in the manner of the run's report."""

from __future__ import annotations

import datetime as dt

from console import masked
from console.pages import charts, page_environment
from operations.audit.model import Audit, Grid, Verdict

#: Classes of the report's style sheet.
_LOOKS = {
    Verdict.PASSED: "ok", Verdict.FAILED: "failed", Verdict.NOTE: "attention", Verdict.NOTHING: "skipped",
}  # fmt: skip
_ORDER = (Verdict.FAILED, Verdict.NOTE, Verdict.NOTHING, Verdict.PASSED)
_PARTS = 12


def render_page(audit: Audit, *, signed: bool = False) -> str:
    """The page, without secrets. ``signed``: with a place for who answers for it to sign."""
    environment = page_environment(__package__)
    environment.filters |= {"look": _LOOKS.__getitem__, "cell": _cell}
    shown = masked(audit)  # before it is HTML: in that, a mask could take tags with it
    return environment.get_template("audit.html.j2").render(
        audit=shown, signed=signed, charts=charts, order=_ORDER, greatest=_greatest, picture=_picture,
        counts=[(verdict, sum(check.verdict is verdict for check in shown.checks)) for verdict in _ORDER],
    )  # fmt: skip


def _greatest(grid: Grid) -> dict[int, float]:
    """The greatest number of each column that has bars."""
    return {
        column: max((row[column] for row in grid.rows if isinstance(row[column], int | float)), default=0)
        for column in grid.bars
    }


def _picture(grid: Grid) -> str:
    """One bar of what takes most, if the grid has bars: the largest, and all others together."""
    if not grid.bars:
        return ""
    column = grid.bars[-1]
    sized = [(str(row[0]), float(row[column])) for row in grid.rows if isinstance(row[column], int | float)]
    sized.sort(key=lambda part: -part[1])
    rest = sum(value for _, value in sized[_PARTS:])
    parts = sized[:_PARTS] + ([(f"{len(sized) - _PARTS} others", rest)] if rest else [])
    return charts.stacked(parts, unit=grid.headers[column])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
