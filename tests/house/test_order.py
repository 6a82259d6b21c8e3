"""The order in which several workers run the tests."""

from __future__ import annotations

from tests.order import LONGEST, longest_first
from tests.project import ROOT


def test_each_worker_begins_with_long_tests_and_ends_with_small_ones() -> None:
    """Dealt there and back, a module's tests together; what is small stays in its order; no test is lost."""
    modules = ["a", "long2", "b", "long1", "long1", "c", "long3", "d", "long4", "e"]
    order = longest_first(modules, 2, ["long1", "long2", "long3", "long4"])
    assert sorted(order) == list(range(len(modules)))
    first, second = order[:5], order[5:]
    assert [modules[n] for n in first] == ["long1", "long1", "long4", "a", "b"]
    assert first[:2] == [3, 4]
    assert [modules[n] for n in second] == ["long2", "long3", "c", "d", "e"]


def test_whatever_is_asked_for_is_run_once() -> None:
    """More long tests than a worker's part holds, more workers than tests, none at all: every test once."""
    for modules in (["l", "l", "l", "a"], ["a"], ["l"], [], ["a", "b", "l"]):
        for workers in (1, 2, 3, 8):
            assert sorted(longest_first(modules, workers, ["l", "m"])) == list(range(len(modules)))


def test_the_long_modules_are_there() -> None:
    """Each is named once, by a path that there is."""
    assert len(set(LONGEST)) == len(LONGEST)
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
