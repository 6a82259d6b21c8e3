"""What the budget permits, as arithmetic."""

from __future__ import annotations

from typing import Any

import pytest

from bench.clients import CLIENTS, ClientCalls, work
from bench.sync import ideal_seconds


@pytest.mark.parametrize(
    ("points", "seconds"),
    [(0, 0), (1, 0), (5_000_000, 0), (5_000_001, 60), (10_000_000, 60), (600_000_000, 119 * 60)],
)
def test_the_first_minutes_budget_is_spent_at_once(points: Any, seconds: Any) -> None:
    """A sliding window permits its whole budget at the start and again a minute later, no sooner."""
    assert ideal_seconds(points, 5_000_000) == seconds


def test_calls_are_counted_per_thousand_records() -> None:
    """A client that failed has no number: its few calls would look splendid."""
    assert ClientCalls("monday", 260, 260, None).per_thousand == 1000
    assert ClientCalls("moncli", 3, 5, "TypeError: ...").per_thousand is None
    assert ClientCalls("moncli", 0, 1, None).per_thousand is None


def test_the_clients_get_work_that_resembles_ours() -> None:
    """Five lines an order, values of text, number and date, and changes to orders that exist."""
    todo = work()
    assert {len(item["subitems"]) for item in todo["items"]} == {5}
    assert all(change["item"] < len(todo["items"]) for change in todo["changes"])
    assert len(set(CLIENTS)) == 3
