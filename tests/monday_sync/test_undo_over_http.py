"""A planner's values of every column type come back over HTTP as the board had them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bench.soak.relations import Order
from monday_sync.api import ChangeColumns, MutationRequest
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.commands.undo import rollback
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.diff import on_board
from monday_sync.domain.rows import Level
from monday_sync.domain.selection import PushOptions
from tests.monday_sync.bay import Bay, column, typical


def planner(bay: Bay, board_id: str, item_id: str, values: dict[str, object], key: str) -> None:
    """Let a planner change an item: past our ledger, with labels that the column lacks."""
    change = ChangeColumns(board_id, item_id, values, create_labels=True)
    (outcome,) = bay.context.api.mutate(MutationRequest(key, (change,)))
    assert outcome.ok, outcome.message


_Texts = dict[str, str | None]


def item_ids(bay: Bay) -> dict[str, str]:
    """Ids of items and subitems by key."""
    levels = (Level.ITEM, Level.SUBITEM)
    return {r.key: r.monday_id or "" for level in levels for r in bay.context.ledger.rows(level).values()}


def shown(bay: Bay, config: BoardConfig, order: Order) -> tuple[_Texts, dict[str, _Texts]]:
    """What the board shows of an order, and of its lines by id."""
    (item,) = bay.context.api.items(config, ids=[item_ids(bay)[order.key]])
    return on_board(item, config.items), {s.id: on_board(s, config.subitems) for s in item.subitems}


def test_every_type_of_value_comes_back(bay: Bay) -> None:
    """A time beside a date, two labels in one cell, a decimal, a status, line breaks, an empty cell, a renamed line."""
    config = bay.context.board
    source = typical()
    bay.relations.set_orders(source)
    bay.push(bulk="never")
    order = source[0]
    ids = item_ids(bay)
    planner(bay, config.board_id, ids[order.key], {
        column(bay, "ex_factory_date"): {"date": "2027-03-01", "time": "09:30:00"},
        column(bay, "aag_season"): {"labels": ["FW27", "A PLANNER'S"]},
        column(bay, "customer_price"): "13.75",
        column(bay, "unit_of_measure"): {"label": "SET"},
        column(bay, "notes"): {"text": "two\nlines"},
        column(bay, "po_number"): None,
        "name": "a planner's name",
    }, "planner-1")  # fmt: skip
    qty = next(m.column_id for m in config.subitems if m.view_column == "qty")
    line: dict[str, object] = {qty: "5", "name": "S (late)"}
    planner(bay, config.subitem_board_id, ids[order.line_key("S")], line, "planner-2")
    before = shown(bay, config, order)
    assert before[0]["aag_season"] == "FW27\nA PLANNER'S"
    assert before[0]["ex_factory_date"] == "2027-03-01 09:30:00"
    changed = order.with_values(
        ex_factory_date=dt.date(2027, 4, 1), aag_season="SS28", customer_price="1", unit_of_measure="PCS",
        notes="ours", po_number="P9", item_name="OURS",
    )  # fmt: skip
    bay.relations.set_orders([replace(changed, sizes={"S": 11, "M": 20}), *source[1:]])
    run = push_in(bay.context, PushRequest(PushOptions(bulk="never"), yes=2)).run_id
    assert shown(bay, config, order) != before
    result = rollback(bay.context, run)
    assert (result.exit_code, result.left_fields) == (0, ())
    assert shown(bay, config, order) == before
