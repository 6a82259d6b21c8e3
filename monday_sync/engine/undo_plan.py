"""An undo as a plan: the page that `plan` shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from monday_sync.domain.plan import Action, Change, Plan, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import GROUP_ID, GROUP_NAME
from monday_sync.domain.selection import EVERYTHING
from monday_sync.domain.source import UNDO
from monday_sync.engine.context import Context
from monday_sync.engine.execution.settle import MOVE
from monday_sync.engine.planning.gather import as_confirmed
from monday_sync.engine.undoing import Undo, Undoing


def undo_plan(context: Context, facts: BoardFacts, undoing: Undoing, *, title: str, command: str) -> Plan:
    """What an undo would do, as a plan: the page that `plan` shows."""
    ledger, board = context.ledger, context.board
    kinds = Counter(task.kind for undo in undoing.undos for task in undo.tasks)
    silent = sum(1 for undo in undoing.undos if not undo.tasks and undo.after != undo.current)
    notes = (f"{silent} rows change in the ledger only.",) if silent else ()
    return Plan(
        board_id=board.board_id, options=EVERYTHING, groups=(),
        group_ids={group.title: group.id for group in reversed(facts.items.groups)},
        steps=tuple(_step(undo) for undo in undoing.undos if undo.tasks),
        skipped={}, deleted=(), given_up=(), duplicates=(), in_doubt=len(ledger.open_attempts()),
        board_items=facts.items.items_count, linked_items=ledger.links()[0], vanished=0, notes=notes,
        estimate=context.api.estimate(kinds, daily_calls=board.policy.daily_calls),
        title=title, command=command, left_fields=undoing.left,
    )  # fmt: skip


def _step(undo: Undo) -> Step:
    row = replace(as_confirmed(undo.current), action=UNDO)
    if undo.archives:
        return Step(Action.ARCHIVE, row, undo.current)
    changes: list[Change] = []
    move_from = None
    for task in undo.tasks:
        shown = task.before or {}
        if task.kind == MOVE:
            move_from = shown[GROUP_ID]
            row = replace(row, group_name=task.desired[GROUP_NAME] or "")
        else:
            changes += [Change(column, shown[column], text) for column, text in task.desired.items()]
    return Step(Action.UPDATE, row, undo.current, tuple(changes), move_from=move_from)
