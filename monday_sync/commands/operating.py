"""What the operations ask of the boards of a target: a limited push, its way back, and a copy of what is there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from console import progress
from monday_sync.commands.check import check, number_to_confirm
from monday_sync.commands.opening import Opened
from monday_sync.commands.push import PushRequest, planned, push_in
from monday_sync.commands.target import TargetPlan, plan_opened
from monday_sync.commands.undo import board_of_run, created_there, creators
from monday_sync.commands.undo import cleanup as clean_up
from monday_sync.commands.undo import rollback as roll_back
from monday_sync.commands.verify import VerifyResult, verify, verify_orders
from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.plan import Step
from monday_sync.domain.remote import BoardInfo, BoardItem
from monday_sync.domain.rows import AttemptOutcome
from monday_sync.domain.selection import EVERYTHING, PushOptions
from monday_sync.engine.homes import board_source
from monday_sync.engine.results import PushResult
from monday_sync.ledger import Run

_REACHED = frozenset({AttemptOutcome.SYNCED, AttemptOutcome.EXPIRED, AttemptOutcome.NO_CALL})


@dataclass(frozen=True, slots=True)
class Due:
    """What a push would do.

    Args:
        orders: keys of the orders that it is about.
        customers: whose they are.
        records: items and subitems that it creates, changes, moves or archives.
        confirm: the number that ``--yes`` of the push would have to name.
    """

    orders: tuple[str, ...]
    customers: tuple[str, ...]
    records: int
    confirm: int


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run on one board, as the ledger has it.

    Args:
        kind: push, repair, adopt, rollback, cleanup, move, recover, ...
        of_run: the run that it undid.
        outcome: RUNNING (or killed), DONE, STOPPED or FAILED.
        left: what a rollback left as it is, each as a sentence.
    """

    run_id: str
    kind: str
    board_id: str
    started_at: dt.datetime
    outcome: str
    of_run: str | None = None
    is_test: bool = False
    left: tuple[str, ...] = ()


def due_now(opened: Opened, options: PushOptions = EVERYTHING) -> Due:
    """What a push would do now. Changes nothing.

    Raises:
        RefusedError: board, token, ledger or data forbid to start.
    """
    made = plan_opened(opened, options, store=False)
    if isinstance(made, TargetPlan):
        steps = [step for _, one in made.boards for step in one.steps]
        return _due(steps, len(steps) + made.moves.touched, made.number)
    number = number_to_confirm(opened.contexts[0].board.policy, made)
    return _due(made.steps, len(made.steps), number)


def _due(steps: Collection[Step], records: int, number: int) -> Due:
    orders = tuple(dict.fromkeys(step.row.order_key for step in steps))
    return Due(orders, tuple(dict.fromkeys(step.row.customer_name for step in steps)), records, number)


def push_orders(opened: Opened, orders: Collection[str], *, is_test: bool = False) -> list[PushResult]:
    """Push some orders with their lines, and nothing else; whoever calls has asked for what it changes.

    Raises:
        RefusedError: board, token, ledger or data forbid to start.
    """
    results = []
    with opened.warehouse.lock():
        for context in opened.contexts:
            source = board_source(context.ledger, context.board)
            only = frozenset((r.level, r.key) for r in (*source.items, *source.subitems) if r.order_key in orders)
            request = PushRequest(EVERYTHING, only=only, is_test=is_test)
            number = number_to_confirm(context.board.policy, planned(context, check(context), request))
            results.append(push_in(context, replace(request, yes=number), bar=progress))
    return results


def read_back(opened: Opened, orders: Collection[str]) -> list[VerifyResult]:
    """Some orders with their lines as the boards show them, field by field against what was sent."""
    return [verify_orders(context, orders) for context in opened.contexts]


def compare(opened: Opened) -> list[VerifyResult]:
    """Each whole board against what it should show. Changes nothing on it."""
    return [verify(context, bar=progress) for context in opened.contexts]


def runs_of(opened: Opened) -> list[RunFacts]:
    """The runs on all boards of the target, latest first."""
    found = [_facts(run) for context in opened.contexts for run in context.ledger.runs.latest()]
    return sorted(found, key=lambda run: (run.started_at, run.run_id), reverse=True)


def _facts(run: Run) -> RunFacts:
    result: Mapping[str, Any] = json.loads(run.result or "{}")
    left = tuple(
        f"{f['level']} {f['name']} ({f['monday_id']}){': ' + f['column'] if f['column'] else ''}: {f['reason']}"
        for f in result.get("left_fields", ())
    )
    return RunFacts(
        run.run_id, run.kind, run.board_id, run.started_at, run.outcome, run.of_run, bool(run.is_test), left
    )  # fmt: skip


def rows_of_runs(opened: Opened, run_ids: Collection[str]) -> set[tuple[str, str]]:
    """The items and subitems that runs reached, as (level, key)."""
    return {
        (attempt.level.value, attempt.row_key)
        for context in opened.contexts
        for run_id in run_ids
        for attempt in context.ledger.attempts_of_run(run_id)
        if attempt.level.has_rows and attempt.outcome in _REACHED
    }


def undo_run(opened: Opened, run_id: str) -> PushResult:
    """Undo a run, as ``rollback`` does; whoever calls has asked for what it changes.

    Raises:
        RefusedError: no such run, or later runs changed the same rows.
    """
    context = board_of_run(opened.contexts, run_id)
    return roll_back(context, run_id, asked=True, bar=progress)


def clean_up_test_data(opened: Opened, run_ids: Collection[str]) -> list[PushResult]:
    """Archive what is left of the test data of these runs, and of no others; whoever calls has asked for it."""
    created_by = creators(opened.contexts, None) & set(run_ids)
    there = created_there(opened.contexts, created_by) if created_by else []
    return [clean_up(context, None, asked=True, bar=progress, created_by=created_by) for context in there]


# -- a copy of what is there -----------------------------------------------------------------------------------------


def snapshot(opened: Opened) -> dict[str, object]:
    """The boards as they are: columns, labels, groups, and the items with what their mapped columns show. Only reads.

    ``board-emulator fill`` makes a local board of it.
    """
    boards: list[dict[str, object]] = []
    for context in opened.contexts:
        board = context.board
        start = context.api.start([board.board_id, board.subitem_board_id])
        info, sub = start.boards[board.board_id], start.boards[board.subitem_board_id]
        items = [_item(item) for item in context.api.items(board) if item.state == "active"]
        own = _board(info, board.items, board.target) | {"subitem_board": board.subitem_board_id, "items": items}
        boards += [own, _board(sub, board.subitems, board.target)]
    return {"boards": boards}


def _board(info: BoardInfo, mappings: Collection[ColumnMapping], target: str) -> dict[str, object]:
    types = {mapping.column_id: mapping.type for mapping in mappings}
    return {
        "id": info.id, "name": info.name, "target": target, "permissions": info.permissions,
        "items_limit": info.items_limit, "hierarchy": info.hierarchy,
        "columns": [
            {"id": column.id, "title": column.title, "type": types.get(column.id, column.type),
             "labels": dict(column.label_ids),
             "deactivated": dict(column.deactivated)}
            for column in info.columns.values()
        ],
        "groups": [{"id": group.id, "title": group.title} for group in info.groups],
    }  # fmt: skip


def _item(item: BoardItem) -> dict[str, object]:
    return {
        "id": item.id, "name": item.name, "group": item.group_id,
        "values": {column: text for column, text in item.values.items() if text is not None},
        "subitems": [_item(subitem) for subitem in item.subitems if subitem.state == "active"],
    }  # fmt: skip
