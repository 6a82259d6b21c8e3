"""A board that is only updated, or only filled: what the mode leaves undone is counted, listed and not called done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.soak.relations import Order
from monday_sync.api import CreateGroup, CreateItem, CreateSubitem
from monday_sync.commands.verify import verify
from monday_sync.render import plan_json, plan_text, push_text
from tests.monday_sync.conftest import Desk, orders


def mode(desk: Desk, name: str) -> None:
    config = desk.context.board
    desk.reopen(replace(config, mode=name, policy=replace(config.policy, touch_share=1.0)))  # type: ignore[arg-type]


def changed_and_new(desk: Desk) -> list[Order]:
    """Four orders on the board; then one of them changes, one gets a size and another quantity, and one is new."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    desk.push()
    several[0] = several[0].with_values(notes="x")
    several[1] = replace(several[1], sizes={"S": 11, "M": 20, "L": 5})
    several.append(orders("5", customer="RHONE")[0])
    desk.have(several)
    return several


def test_update_only_makes_nothing_new(desk: Desk) -> None:
    """Changes go out; no group, item or subitem is made; what is left undone is counted, listed, and stays due."""
    changed_and_new(desk)
    mode(desk, "update_only")
    plan = desk.plan()
    text = plan_text(plan)
    assert "mode update_only leaves undone: 1 items and 3 subitems" in text
    assert "create item RHONE: STYLE1 5 (order 5)" in text
    assert "create subitem GREYSON: L (order 2)" in text
    assert len(plan_json(plan)["left_by_mode"]) == 4  # type: ignore[arg-type]
    sent = len(desk.board.requests)
    result = desk.push()
    kinds = {type(op) for request in desk.board.requests[sent:] for op in request.operations}
    assert not kinds & {CreateItem, CreateSubitem, CreateGroup}
    assert (result.items.updated, result.subitems.updated, result.items.created, result.groups_created) == (2, 1, 0, 0)
    assert (result.items.by_mode, result.subitems.by_mode) == (1, 3)
    assert "The board's mode leaves 1 items and 3 subitems undone" in push_text(result)
    mode(desk, "mirror")
    assert (desk.push().items.created, desk.sizes("STYLE1 2")) == (1, {"S": "11", "M": "20", "L": "5"})


def test_create_only_changes_nothing(desk: Desk) -> None:
    """New items, and new lines of items that are there, are made; nothing that is on the board is changed."""
    changed_and_new(desk)
    mode(desk, "create_only")
    plan = desk.plan()
    assert plan.touched == 0
    assert "update item GREYSON: STYLE1 1 (order 1): notes" in plan_text(plan)
    result = desk.push()
    assert (result.items.created, result.subitems.created, result.items.updated, result.subitems.updated) == (
        1, 3, 0, 0,
    )  # fmt: skip
    assert (result.items.by_mode, result.subitems.by_mode) == (2, 1)
    assert desk.shows("STYLE1 1", "notes") is None
    mode(desk, "mirror")
    desk.push()
    assert desk.shows("STYLE1 1", "notes") == "x"


@pytest.mark.parametrize("name", ["update_only", "create_only"])
def test_what_the_mode_leaves_is_never_all_well(desk: Desk, name: str) -> None:
    """With nothing else to do, neither plan nor push says that the board shows all of it."""
    several = orders("1", "2")
    if name == "create_only":
        desk.have(several)
        desk.push()
        several[0] = several[0].with_values(notes="x")
    desk.have(several)
    mode(desk, name)
    text = plan_text(desk.plan())
    assert "Nothing to do; left alone: left by the mode" in text
    assert "the board shows what the database says" not in text
    pushed = push_text(desk.push())
    assert "left by the mode" in pushed
    assert "Nothing had to be changed" not in pushed


def test_update_only_moves_no_item_into_a_group_that_it_would_have_to_make(desk: Desk) -> None:
    """The other fields go out, and the row says why it is not where it belongs."""
    several = orders("1", "2", "3", "4")
    desk.have(several)
    desk.push()
    old = desk.board.named("STYLE1 1").group_id
    mode(desk, "update_only")
    desk.have([replace(several[0], season="2027 FALL"), *several[1:]])
    result = desk.push()
    assert (result.items.updated, result.items.failed, result.groups_created) == (1, 1, 0)
    assert "'GREYSON 2027 FALL' is not on the board, and none is made there" in result.errors[0].message
    assert (desk.shows("STYLE1 1", "customer_season"), desk.board.named("STYLE1 1").group_id) == ("2027 FALL", old)
    mode(desk, "mirror")
    assert (desk.push().items.moved, desk.push().changed) == (1, 0)


def test_a_limit_is_not_used_up_by_what_the_mode_leaves(desk: Desk) -> None:
    """With more new orders on top than the limit, every changed one has its turn."""
    several = orders("90", "91", "92", "93")
    desk.have(several)
    desk.push()
    mode(desk, "update_only")
    desk.have([*orders("01", "02", "03", "04", "05"), *(o.with_values(notes="x") for o in several)])
    assert [desk.push(limit=2).items.updated for _ in range(3)] == [2, 2, 0]


def test_verify_lists_what_a_repair_may_not_send(desk: Desk) -> None:
    """A person's edit on a board that is only filled stays, and the repair says so."""
    desk.have(orders("1", "2"))
    desk.push()
    mode(desk, "create_only")
    desk.board.named("STYLE1 1").values[desk.column("notes")] = "person"
    result = verify(desk.context, repair=True)
    assert ([d.column for d in result.differences], len(result.left), int(result.exit_code)) == (["notes"], 1, 1)
    assert desk.shows("STYLE1 1", "notes") == "person"
