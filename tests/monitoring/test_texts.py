"""Figures in words: as a person would say them."""

from __future__ import annotations

import datetime as dt

import pytest

from monitoring.checks import REGISTRY
from monitoring.texts import figure_text, full_on, number

CHECKS = {check.name: check for check in REGISTRY}


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(None, "rows", "not known"), (0, "rows", "0 rows"), (1, "rows", "1 row"), (1234.5, "rows", "1,234.5 rows"),
     (94.96, "%", "95 %"), (30, "hours", "30 hours"), (72, "hours", "3 days"), (1, "s", "1 s"), (1, "days", "1 day"),
     (0.02, "hours", "1 minute"), (0.75, "hours", "45 minutes"), (0.98, "days", "1 day")],
)  # fmt: skip
def test_a_figure_with_its_unit(value: float | None, unit: str, said: str) -> None:
    """Thousands separated, one decimal where it matters, one of a kind in the singular; unknown is said to be."""
    assert number(value, unit) == said


def test_how_bad_it_is() -> None:
    """With the bar; where none is well, that is said; and that it is over."""
    assert figure_text(CHECKS["sync_share"], 90.0, 95.0) == "90 % (at least 95 % is well)"
    assert figure_text(CHECKS["customers_held"], 1.0, 0.0) == "1 customer (none is well)"
    assert figure_text(CHECKS["customers_held"], 0.0, 0.0, is_over=True) == "none any more"
    assert figure_text(CHECKS["sync_share"], 99.0, 95.0, is_over=True) == "99 % (again at least 95 % is well)"
    assert figure_text(None, 3.0, 0.0) == "3"


def test_the_day_on_which_a_board_is_full() -> None:
    """By the rate that the push knows."""
    now = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
    assert full_on(12, now) == "full on 2026-03-14 at the present rate"
    assert full_on(3_650, now) == "not full within ten years at the present rate"
