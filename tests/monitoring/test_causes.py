"""One cause is told once: what follows from it stands beneath it, and is told when it outlives it."""

from __future__ import annotations

import datetime as dt
from graphlib import TopologicalSorter

import pytest

from monitoring.causes import CAUSES
from monitoring.checks import REGISTRY
from monitoring.watch import overdue
from tests.monitoring.conftest import Post, World
from tests.monitoring.test_watch import CHANNELS, look

DRIFT = "insert into order_list_drift values ('RHONE', 'SEASON is empty')"
HELD = "insert into sync_customers values ('RHONE', 1, 'SEASON is empty')"


@pytest.fixture
def told(world: World) -> World:
    world.settings(CHANNELS)
    world.well()
    return world


def test_causes_are_checks_and_lead_nowhere_back() -> None:
    """Every name is one of the registry, and nothing is its own cause by a detour."""
    names = {check.name for check in REGISTRY}
    graph = {name: {cause for cause, _ in found} for name, found in CAUSES.items()}
    assert set(graph) | set[str]().union(*graph.values()) <= names
    assert list(TopologicalSorter(graph).static_order())


def test_what_follows_from_a_cause_is_told_with_it(told: World, post: Post) -> None:
    """A renamed column holds its customer back, and an unknown header stands where it was: one line."""
    look(told, post)
    told.run()
    told.sql(DRIFT, HELD, "insert into order_list_headers values ('RHONE.xlsx', 1, 'SEASN', 'unknown')")
    look(told, post)
    (line,) = post.taken[0].message.groups[0].lines
    assert line.check == "drift"
    assert line.with_it == (
        "Headers that nobody knows: RHONE.xlsx, 1 header: for example SEASN", "Customers held back: RHONE",
    )  # fmt: skip


def test_what_outlives_its_cause_is_told_then(told: World, post: Post) -> None:
    """The column is back and the customer still held back: that is news."""
    told.sql(DRIFT, HELD)
    look(told, post)
    assert post.said() == ["drift opened RHONE"]
    told.sql("delete from order_list_drift")
    told.run()
    look(told, post)
    assert sorted(post.said()) == ["customers_held opened RHONE", "drift recovered RHONE"]
    told.sql("delete from sync_customers")
    told.run()
    look(told, post)
    assert post.said() == ["customers_held recovered RHONE"]


def test_the_trouble_of_another_customer_is_no_consequence(told: World, post: Post) -> None:
    """AJE is held back for reasons of its own."""
    told.sql(DRIFT, "insert into sync_customers values ('AJE', 1, 'orders are gone')")
    look(told, post)
    assert sorted(post.said()) == ["customers_held opened AJE", "drift opened RHONE"]


def test_what_is_worse_than_its_cause_is_told_by_itself(told: World, post: Post) -> None:
    """Half of the board is wrong: that a customer is held back does not say it."""
    told.sql(HELD, "update \"FACT_ORDER_LIST\" set sync_state = 'PENDING' where customer_name = 'RHONE'")
    look(told, post)
    assert sorted(post.said()) == ["customers_held opened RHONE", "sync_share opened"]


def test_a_run_that_failed_is_not_missed_as_well(told: World, post: Post) -> None:
    """The second machine's cron keeps quiet about a run that failed and was told; not about one that never began."""
    look(told, post)
    told.later(hours=24)
    told.run("failed", "No token.")
    look(told, post)
    assert post.said() == ["last_run opened"]
    told.later(hours=2, minutes=5)
    found = overdue(told.warehouse, dt.timedelta(hours=26), now=told.clock)
    assert [alert.check for alert in found.open_alerts if alert.run_id == found.run_id] == ["last_run", "run_overdue"]
    assert found.told == ()
    told.later(hours=24)
    found = overdue(told.warehouse, dt.timedelta(hours=26), now=told.clock)
    assert [notice.alert.check for notice in found.told] == ["run_overdue"]


def test_one_call_of_two_that_is_sent_again_alarms_nobody(told: World, post: Post) -> None:
    """A share of few calls says nothing; of many it does."""
    told.later(hours=1)
    told.pushed(calls=2, calls_refused=1, calls_retried=1, seconds_waited=1, due_rows=0, out_of_scope=0)
    look(told, post)
    assert post.said() == []
    told.later(hours=1)
    told.pushed(calls=40, calls_refused=4, calls_retried=8, seconds_waited=9, due_rows=0, out_of_scope=0)
    told.run()
    look(told, post)
    assert post.said() == ["api_success opened"]
