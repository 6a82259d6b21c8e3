"""A figure against its bars."""

from __future__ import annotations

import datetime as dt

import pytest

from monitoring.model import Bars, Check, Measure, Point, State
from monitoring.rules import FEWEST, judge, ruled
from monitoring.settings import Rule

NOW = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
SHARE = Check("share", "Share", "%", Bars(95, 80, higher_is_worse=False))
COUNT = Check("count", "Count", "rows", Bars(attention=0), subject="customer", zero_if_empty=True)
USUAL = Check("usual", "Usual", "rows", Bars(2, 5, usual="median", slack=10), subject="customer", zero_if_empty=True)


def points(*values: float | None, subject: str = "AJE") -> list[Point]:
    """Runs with a value of the subject each; one more subject makes each run one that was looked at."""
    found = []
    for number, value in enumerate(values):
        if value is not None:
            found.append(Point(f"r{number}", NOW, subject, value, State.OK))
        found.append(Point(f"r{number}", NOW, "OTHER", 1.0, State.OK))
    return found


@pytest.mark.parametrize(
    ("value", "state", "bar"),
    [(100, "ok", 95), (95, "ok", 95), (94.9, "attention", 95), (80, "attention", 95), (79.9, "failed", 80)],
)
def test_the_operators_bars(value: float, state: str, bar: float) -> None:
    """95 % and more is well, from 80 % on it needs attention, below it failed."""
    (figure,) = judge(SHARE, [Measure("", "", value)], (), NOW)
    assert (figure.state, figure.bar) == (State(state), bar)


def test_what_is_not_known_is_neither_zero_nor_well() -> None:
    """No relation, no row and a NULL are unknown, each with its reason; nothing of it has a figure."""
    lacking = judge(SHARE, None, (), NOW, "it is not there yet")
    none, null = judge(SHARE, [], (), NOW), judge(SHARE, [Measure("", "", None)], (), NOW)
    for (figure,) in (lacking, none, null):
        assert (figure.state, figure.value) == (State.UNKNOWN, None)
    assert lacking[0].reason == "it is not there yet"


def test_no_row_of_what_is_listed_only_when_bad_is_zero() -> None:
    """A check that lists what is bad is well when it lists nothing."""
    (figure,) = judge(COUNT, [], (), NOW)
    assert (figure.value, figure.state) == (0.0, State.OK)


def test_a_moment_counts_by_its_age() -> None:
    """Hours since then. Of a moment that has not come yet, by a wrong clock, the age is not known, and not well."""
    check = Check("age", "Age", "hours", Bars(26, 50), age="hours", unknown=State.ATTENTION)
    for hours, value, state in (
        (30, 30.0, "attention"),
        (51, 51.0, "failed"),
        (-0.5, 0.0, "ok"),
        (-5, None, "attention"),
    ):
        (figure,) = judge(check, [Measure("", "", (NOW - dt.timedelta(hours=hours)).replace(tzinfo=None))], (), NOW)
        assert (figure.value, figure.state) == (value, State(state))


def test_usual_is_the_subject_s_own_median() -> None:
    """Twice the customer's own usual is the bar, with some slack; another customer's figures do not count."""
    quiet = points(*[4.0] * FEWEST)
    (few,) = judge(USUAL, [Measure("AJE", "AJE", 14)], quiet, NOW)
    (many,) = judge(USUAL, [Measure("AJE", "AJE", 15)], quiet, NOW)
    assert (few.state, few.bar, few.usual) == (State.OK, 14.0, 4.0)
    assert many.state is State.ATTENTION
    (busy,) = judge(USUAL, [Measure("AJE", "AJE", 40)], points(*[100.0] * FEWEST), NOW)
    assert (busy.state, busy.bar) == (State.OK, 200.0)


def test_a_run_in_which_a_customer_had_none_counts_as_zero() -> None:
    """Usual is 0 for who never had rejects, so a dozen is unusual; it is not unknown."""
    (figure,) = judge(USUAL, [Measure("AJE", "AJE", 12)], points(*[None] * FEWEST), NOW)
    assert (figure.state, figure.usual) == (State.ATTENTION, 0.0)


def test_too_few_runs_tell_nothing() -> None:
    """The figure is known and its bar is not: that is not well."""
    (figure,) = judge(USUAL, [Measure("AJE", "AJE", 1000)], points(*[1.0] * (FEWEST - 1)), NOW)
    assert (figure.value, figure.state, figure.bar) == (1000.0, State.UNKNOWN, None)


def test_fewer_than_usual() -> None:
    """A customer whose orders shrink to less than its share of usual, beyond the slack."""
    check = Check("orders", "Orders", "orders", Bars(0.8, 0.5, higher_is_worse=False, usual="median", slack=5))
    usual = [Point(f"r{n}", NOW, "", 100.0, State.OK) for n in range(FEWEST)]
    for value, state in ((80, "ok"), (79, "attention"), (49, "failed")):
        (figure,) = judge(check, [Measure("", "", value)], usual, NOW)
        assert figure.state is State(state)


def test_the_least_ever_does_not_get_used_to_more() -> None:
    """A header that nobody knows stays unusual however long it is there."""
    check = Check("headers", "Headers", "headers", Bars(attention=1, usual="least"), zero_if_empty=True)
    (figure,) = judge(check, [Measure("a.xlsx", "", 3)], points(3.0, 3.0, 3.0, 2.0, subject="a.xlsx"), NOW)
    assert (figure.state, figure.bar) == (State.ATTENTION, 2.0)


def test_a_rule_changes_bars_severity_and_unknown() -> None:
    """The file's bars replace the registry's; severity attention never fails; off makes no check."""
    assert ruled(SHARE, Rule(severity="off")) is None
    soft = ruled(SHARE, Rule(severity="attention", unknown="attention"))
    assert soft is not None
    assert (soft.bars.attention, soft.bars.failed, soft.unknown) == (95, None, State.ATTENTION)
    (figure,) = judge(soft, [Measure("", "", 1)], (), NOW)
    assert figure.state is State.ATTENTION
    strict = ruled(SHARE, Rule(attention=99, failed=90))
    assert strict is not None
    assert (strict.bars.attention, strict.bars.failed) == (99, 90)
