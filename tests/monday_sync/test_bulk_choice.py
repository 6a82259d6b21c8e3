"""Which new items a plan gives to bulk import: by number, by what a file can hold, within the limits of an hour."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bench.soak.relations import Order
from monday_sync.bulk import choice, file
from monday_sync.domain.estimate import Estimate
from monday_sync.domain.plan import Plan
from monday_sync.render import plan_json, plan_text
from tests.monday_sync.conftest import Desk, orders

NUMBER = "aag_order_number"


def policy(desk: Desk, **values: Any) -> None:
    config = desk.context.board
    desk.reopen(replace(config, policy=replace(config.policy, **values)))


def imported(plan: Plan) -> list[str]:
    """Names of the items that go by file."""
    chosen = {order for part in plan.bulk for order in part.orders}
    return [s.row.name for s in plan.steps if s.row.key in chosen]


@pytest.mark.parametrize(
    ("minimum", "seconds_a_row", "count"),
    [(6, 10.0, 1), (7, 10.0, 0), (6, 3.4, 1), (6, 3.3, 0)],
)
def test_the_threshold(desk: Desk, minimum: int, seconds_a_row: float, count: int) -> None:
    """A group goes by file from so many rows on, its subitems counted, if the push is done earlier that way."""
    policy(desk, bulk="auto", bulk_minimum=minimum)
    desk.board.estimate = lambda counts, **_: Estimate(  # type: ignore[method-assign]
        sum(counts.values()) * seconds_a_row, 1, 1
    )
    desk.have(orders("A1", "A2") + orders("B1", customer="RHONE"))
    plan = desk.plan()
    assert [(part.group, len(part.orders), part.subitems) for part in plan.bulk] == [("GREYSON 2026 SPRING", 2, 4)][
        :count
    ]


def test_an_option_beats_the_policy(desk: Desk) -> None:
    """What is asked of one push counts, not what the board's file says."""
    desk.have(orders("A1"))
    policy(desk, bulk="always")
    assert imported(desk.plan()) == ["STYLE1 A1"]
    assert desk.plan(bulk="never").bulk == ()
    policy(desk, bulk="never")
    assert desk.plan().bulk == ()
    assert imported(desk.plan(bulk="always")) == ["STYLE1 A1"]


def test_only_new_items_with_new_subitems(desk: Desk) -> None:
    """What is on the board already is changed there; an item with a line that cannot be sent goes one by one."""
    several = orders("A1", "A2", "A3", "A4")
    desk.have(several)
    desk.push(limit=1)
    several[0] = several[0].with_values(notes="new")
    several[1] = replace(several[1], sizes={"S": 1, "a size, twice": 2})
    desk.have(several)
    assert imported(desk.plan(bulk="always")) == ["STYLE1 A3", "STYLE1 A4"]


def test_what_a_file_cannot_hold(desk: Desk) -> None:
    """A label that could be read as several, a new status label, and a key that two rows share, go by mutations."""
    config = desk.context.board
    items = tuple(replace(m, create_labels=m.create_labels or m.type == "status") for m in config.items)
    desk.reopen(replace(config, items=items))
    duplicates = orders("A4")[0]
    desk.have([
        *orders("A1"), orders("A2")[0].with_values(drop="Drop 1, part 2"),
        orders("A3")[0].with_values(unit_of_measure="DOZEN"), duplicates, replace(duplicates, number="A5").with_values(
            aag_order_number="A4"), orders("A6")[0].with_values(aag_order_number=None),
    ])  # fmt: skip
    assert imported(desk.plan(bulk="always")) == ["STYLE1 A1"]


def test_customers_limits_and_held_back_rows(desk: Desk) -> None:
    """The files hold what the push is about, and nothing else."""
    desk.have(orders("A1", "A2") + orders("B1", customer="RHONE") + orders("C1", customer="ACME"),
              held={"ACME": "lost many rows"})  # fmt: skip
    assert imported(desk.plan(bulk="always", customers=("RHONE",))) == ["STYLE1 B1"]
    assert imported(desk.plan(bulk="always", limit=1)) == ["STYLE1 A1"]
    assert sorted(imported(desk.plan(bulk="always"))) == ["STYLE1 A1", "STYLE1 A2", "STYLE1 B1"]
    assert desk.plan(bulk="always", skip_subitems=True).bulk[0].subitems == 0


def test_the_jobs_of_an_hour(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When an hour's jobs are used up the smaller groups go one by one."""
    monkeypatch.setattr(choice, "JOBS_AN_HOUR", 1)
    desk.have(orders("B1", customer="ACME") + orders("A1", "A2"))
    assert imported(desk.plan(bulk="always")) == ["STYLE1 A1", "STYLE1 A2"]


def test_the_items_of_an_hour(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports that look for existing items have a limit an hour; what is beyond it goes one by one."""
    monkeypatch.setattr(choice, "ITEMS_AN_HOUR", 8)
    desk.have(orders("B1", customer="ACME") + orders("A1", "A2"))
    assert imported(desk.plan(bulk="always")) == ["STYLE1 A1", "STYLE1 A2"]


def test_the_hour_began_before_the_push() -> None:
    """Jobs and items of earlier imports count, those of a backfill as jobs alone."""
    asked = [(json.dumps({"kind": kind}), rows) for kind, rows in (("ingest", 30), ("backfill", 500), ("ingest", 4))]
    assert choice.HourlyUse.of(asked) == choice.HourlyUse(jobs=3, ingested=34)


def test_a_large_group_takes_several_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item and its subitems stand in one file, and no file has more rows than may be."""
    monkeypatch.setitem(file.MOST_ROWS, "ingest", 6)
    desk.have(orders("A1", "A2", "A3"))
    assert [len(part.orders) for part in desk.plan(bulk="always").bulk] == [2, 1]


@pytest.mark.parametrize(
    ("numbers", "styles", "view_column"),
    [
        (("A1", "A2"), ("X", "X"), NUMBER),
        (("A1", "A1"), ("X", "Y"), "customer_style"),
        (("a1", "A1"), ("X", "x"), None),
    ],
)
def test_the_column_to_match_by(
    desk: Desk, numbers: tuple[str, ...], styles: tuple[str, ...], view_column: str | None
) -> None:
    """Existing items are looked for by a column whose texts differ in all rows; upper and lower case do not."""
    desk.have([Order("GREYSON", n, style=s, sizes={"S": 1}) for n, s in zip(numbers, styles, strict=True)])
    (part,) = desk.plan(bulk="always", skip_subitems=True).bulk
    assert (part.mode, part.match_column) == ("ingest", view_column and desk.column(view_column))


def test_the_name_is_matched_by_when_no_column_will_do(desk: Desk) -> None:
    """The name of the item is the last resort."""
    several = [Order("GREYSON", "A1", style="X", method=m, sizes={"S": 1}) for m in ("AIR", "AIR")]
    several[1] = several[1].with_values(item_name="another", customer_name="RHONE")
    desk.have([several[0], replace(several[1], customer="GREYSON", number="A1b").with_values(aag_order_number="a1")])
    assert [part.match_column for part in desk.plan(bulk="always", skip_subitems=True).bulk] == ["name"]


def test_the_plan_says_so(desk: Desk) -> None:
    """People and programs read what goes by file, and the estimate counts it as jobs."""
    desk.have(orders("A1", "A2") + orders("B1", customer="RHONE"))
    plan = desk.plan(bulk="always")
    assert "3 items with 6 subitems in 2 groups go by bulk import, the rest one by one." in plan_text(plan)
    assert plan_json(plan)["bulk"] == [
        {"group": "GREYSON 2026 SPRING", "mode": "ingest", "items": 2, "subitems": 4},
        {"group": "RHONE 2026 SPRING", "mode": "ingest", "items": 1, "subitems": 2},
    ]
    one_by_one = desk.plan(bulk="never")
    assert "bulk import" not in plan_text(one_by_one)
    assert plan.estimate is not None
    assert one_by_one.estimate is not None
    assert (plan.estimate.calls, one_by_one.estimate.calls) == (8, 2)
