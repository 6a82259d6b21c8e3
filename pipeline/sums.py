"""Rows in = orders + rejects, and what the missing rows are: never an equation whose numbers do not add up."""

from __future__ import annotations

from console import counted, listed
from pipeline.model import Figures, RunReport, Status


def rows_in(report: RunReport) -> str:
    """Where all rows went, as an equation that is true."""
    figures = report.figures
    if not figures.is_built and not figures.customers:
        return "not known"
    if not figures.is_built:
        return f"{figures.total('rows'):,}; no model has read them yet"
    parts = [
        f"{counted(figures.total('orders'), 'order')}",
        f"{counted(figures.total('rejected_rows'), 'rejected row')}",
    ]
    if unread := figures.total("unread_rows"):
        files = [file for customer in figures.customers if customer.is_unread for file in customer.files]
        what = "that no model reads" if _built_now(report) else "not built yet"
        parts.append(f"{counted(unread, 'row')} {what} ({listed(files)})")
    over = [customer for customer in figures.customers if customer.left_over > 0]
    under = [customer for customer in figures.customers if customer.left_over < 0]
    names = listed([customer.customer for customer in over])
    if over:
        rest = sum(customer.left_over for customer in over)
        what = "of which nothing is known" if _built_now(report) else "landed since the last build"
        parts.append(f"{counted(rest, 'row')} {what} ({names})")
    text = f"{figures.total('rows'):,} = {' + '.join(parts)}"
    if under:
        gone = -sum(customer.left_over for customer in under)
        what = "of nobody knows which rows" if _built_now(report) else "of rows that the workbooks no longer have"
        text += f" - {gone:,} {what} ({listed([customer.customer for customer in under])})"
    return text


def stands_alone(figures: Figures) -> bool:
    """Whether orders and rejected rows are all of the rows in."""
    return figures.is_built and not figures.total("unread_rows") and not figures.does_not_add_up


def _built_now(report: RunReport) -> bool:
    """Whether the relations are those of the workbooks as they are landed."""
    stages = {stage.name: stage.status for stage in report.stages}
    transform = stages.get("transform")
    return transform in {Status.OK, Status.ATTENTION, Status.SKIPPED} or (transform is None and "load" not in stages)
