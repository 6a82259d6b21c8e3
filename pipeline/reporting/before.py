"""What the run before had, as its report says: which rejects are new, and how the totals changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from console import masked
from pipeline.model import Figures, PastRun
from pipeline.records import RejectedRow
from pipeline.rejects import SHOWN, marked

#: The totals that tiles compare.
TOTALS = ("rows", "orders", "lines", "rejected_rows", "rejected_values")


@dataclass(frozen=True, slots=True)
class Before:
    """The last report that tells them; ``rejects`` is ``None`` when it does not list all."""

    totals: Mapping[str, float]
    rejects: tuple[RejectedRow, ...] | None


def read_before(folder: Path, history: Iterable[PastRun]) -> Before | None:
    """The latest run of the history whose report is there, whole, and of orders that were built."""
    for run in history:
        try:
            figures = json.loads((folder / run.run_id / "report.json").read_text(encoding="utf-8"))["figures"]
            if figures["is_built"]:
                return Before(_totals(figures), _rejects(figures))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # gone, damaged, or of a version that told less
    return None


def with_before(figures: Figures, before: Before | None) -> Figures:
    """The figures with new rejects marked and first, and no more of them than a page can hold."""
    if figures.rejected_rows is None:
        return figures
    # what was written had lost its secrets, so what it is compared with has to
    rows = marked(masked(figures.rejected_rows), before.rejects if before else None)
    return replace(figures, rejected_rows=rows[:SHOWN], rejected_rows_left_out=max(0, len(rows) - SHOWN))


def _totals(figures: Mapping[str, Any]) -> dict[str, float]:
    return {name: sum(int(customer[name]) for customer in figures["customers"]) for name in TOTALS}


def _rejects(figures: Mapping[str, Any]) -> tuple[RejectedRow, ...] | None:
    listed = figures["rejected_rows"]
    if listed is None or figures["rejected_rows_left_out"]:
        return None
    names = [field.name for field in fields(RejectedRow) if field.name != "is_new"]
    return tuple(RejectedRow(**{name: row[name] for name in names}) for row in listed)
