"""What boards of one target did, as one result."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from monday_sync.engine.merging import BoardResult, TargetResult, merged
from monday_sync.engine.results import Counts, CustomerCounts, Problem, PushResult

#: Said by whoever asks for the sum: a push to several boards has one target, and one plan.
_GIVEN = {"target": "local", "plan_id": "plan-1"}


def done(board_id: str, **changes: Any) -> PushResult:
    result = PushResult(
        run_id=f"run of {board_id}", target="", board_id=board_id, outcome="done", groups_created=1, groups_archived=1,
        duplicates_archived=1, items=Counts(created=1), subitems=Counts(created=1), customers=(), deletes_reported=1,
        recovered=1, duplicates=(), errors=(), given_up=(), conflicts=1, calls=1, points=1, seconds=1.0,
        success_share=1.0, verdict="success", due=4,
    )  # fmt: skip
    return replace(result, **changes)


def summed(*results: PushResult, kinds: tuple[str, ...] = ("push", "push"), **options: Any) -> TargetResult:
    boards = [BoardResult(r.board_id, kind, r) for r, kind in zip(results, kinds, strict=True)]
    return merged("local", boards, (), "plan-1", **options)


def other(name: str, value: object) -> Any:
    """Another value for a field of a result."""
    match value:
        case _ if name in ("outcome", "verdict"):
            return "failed"
        case Counts():
            return Counts(**{field.name: 7 for field in fields(Counts)})
        case bool() | float() | int():
            return value / 2 if name == "success_share" else value + 7
        case tuple() if name == "customers":
            return (CustomerCounts("GREYSON", **{f.name: 7 for f in fields(CustomerCounts) if f.name != "customer"}),)
        case tuple():
            return ("one more",)
        case str() | None:
            return "other"
    raise AssertionError(f"PushResult.{name} has values of a new kind: say here what another one is.")


@pytest.mark.parametrize("name", [field.name for field in fields(PushResult)])
@pytest.mark.parametrize("position", [0, 1])
def test_every_field_of_a_boards_result_is_in_the_sum(name: str, position: int) -> None:
    """What one board says in any field shows in the result of all boards; no new field is forgotten."""
    results = [done("1"), done("2")]
    before = getattr(summed(*results), name)
    if name in _GIVEN:
        assert before == _GIVEN[name]
        return
    results[position] = replace(results[position], **{name: other(name, getattr(results[position], name))})
    after = getattr(summed(*results), name)
    if name == "run_id":  # it names the last one; the others stand beside each board
        assert after == results[1].run_id
    else:
        assert after != before


def test_the_counts_are_summed_one_by_one() -> None:
    """Items, subitems and customers: each count by itself, of both boards."""
    filled = Counts(**{field.name: place for place, field in enumerate(fields(Counts), 1)})
    result = summed(done("1", items=filled, subitems=filled), done("2", items=filled, subitems=Counts()))
    assert result.items == Counts(**{field.name: 2 * place for place, field in enumerate(fields(Counts), 1)})
    assert result.subitems == filled


def test_an_order_that_could_not_be_moved_was_due() -> None:
    """It is among the due rows and not on its board; alone it does not fail a push that brought all the rest."""
    left = Problem("item", "k", "GREYSON", "STYLE1 4", "archived by a person")
    moves = done("1", left=(left,), due=1, success_share=0.0, verdict="failed")
    kinds = ("move", "push", "push")
    result = summed(moves, done("1", due=50), done("2", due=49), kinds=kinds, attention_share=0.8)
    assert (result.due, result.success_share, result.verdict, int(result.exit_code)) == (100, 0.99, "attention", 1)
    result = summed(moves, done("1", due=1), done("2", due=0), kinds=kinds, attention_share=0.8)
    assert (result.due, result.success_share, result.verdict) == (2, 0.5, "failed")


def test_a_board_that_was_not_pushed_to_leaves_the_share_unknown() -> None:
    """What an earlier run left open could not be settled there: nobody knows what is due on it."""
    stopped = done(
        "1", outcome="stopped", verdict="attention", due=None, success_share=None, message="the day is used up"
    )
    result = summed(stopped, done("2"), kinds=("recover", "push"))
    assert (result.due, result.success_share, result.verdict) == (None, None, "attention")


def test_calls_of_a_board_that_was_refused_later_count() -> None:
    """Each board's client counts on from run to run; a push that was refused has a result that counts nothing."""
    refused = done("1", calls=0, points=0, outcome="failed")
    result = summed(done("1", calls=9, points=90), refused, done("2"), kinds=("move", "push", "push"))
    assert (result.calls, result.points) == (10, 91)
