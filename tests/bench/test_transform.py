"""Where dbt's time goes: shares that add up to the wall time."""

from __future__ import annotations

from typing import Any

import pytest

from bench.transform import Interval, intervals_of, slowest, split


def test_time_without_a_node_at_work_is_dbts_own() -> None:
    """Start, parsing and gaps are not the database's."""
    parts = split([Interval("a", "model", 10, 12), Interval("b", "test", 13, 14)], wall=10)
    assert parts == {"model": 2, "test": 1, "dbt itself": 7}


def test_nodes_at_once_share_their_time() -> None:
    """Four threads at work for a second are one second of wall time, not four."""
    together = [
        Interval(name, kind, 0, 1) for name, kind in (("a", "model"), ("b", "model"), ("c", "model"), ("d", "test"))
    ]
    assert split(together, wall=1) == {"model": 0.75, "test": 0.25, "dbt itself": 0}


def test_nodes_that_overlap_partly_are_counted_piece_by_piece() -> None:
    """Alone a node has the whole time, beside another half of it."""
    parts = split([Interval("a", "model", 0, 4), Interval("b", "test", 2, 4)], wall=5)
    assert parts == {"model": 3, "test": 1, "dbt itself": 1}


def test_a_node_that_starts_when_another_ends_is_not_counted_beside_it() -> None:
    """Edges that coincide give no negative and no double time."""
    parts = split([Interval("a", "model", 0, 1), Interval("b", "model", 1, 2), Interval("c", "model", 1, 1)], wall=2)
    assert parts == {"model": 2, "dbt itself": 0}


def test_intervals_are_read_from_dbts_results() -> None:
    """Only nodes that ran have one; skipped nodes carry no times."""
    results: list[dict[str, Any]] = [
        {
            "unique_id": "model.order_list.ORDER_LIST",
            "timing": [
                {"name": "compile", "started_at": "2026-11-21T04:00:00Z", "completed_at": "2026-11-21T04:00:01Z"},
                {"name": "execute", "started_at": "2026-11-21T04:00:01Z", "completed_at": "2026-11-21T04:00:03.5Z"},
            ],
        },
        {"unique_id": "test.order_list.unique.abc", "timing": []},
    ]
    (interval,) = intervals_of(results)
    assert (interval.node, interval.kind, interval.seconds) == ("ORDER_LIST", "model", 2.5)


def test_the_slowest_nodes_come_first() -> None:
    """The list that tells where to look."""
    nodes = [Interval("short", "model", 0, 1), Interval("long", "model", 0, 9), Interval("middle", "model", 0, 5)]
    assert [node.node for node in slowest(nodes, 2)] == ["long", "middle"]


@pytest.mark.parametrize("wall", [0.0, 3.0])
def test_a_run_of_nothing_is_all_dbts(wall: Any) -> None:
    """No nodes, no division by zero."""
    assert split([], wall) == {"dbt itself": wall}
