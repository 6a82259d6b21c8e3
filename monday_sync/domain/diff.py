"""Compares a row with the item that stands for it: what to send, and what a person changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.labels import Labels, same_text
from monday_sync.domain.plan import Action, Change, Step
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.rows import NAME, LedgerRow, Level
from monday_sync.domain.source import SourceRow

_OURS = "ours"


def mappings_of(board: BoardConfig, level: Level) -> Sequence[ColumnMapping]:
    """The mapped columns of a level."""
    return board.items if level is Level.ITEM else board.subitems


def is_shown(mapping: ColumnMapping | None, one: str | None, other: str | None) -> bool:
    """Whether two texts show the same in a column; ``None`` as a mapping is that of the item's name."""
    return one == other if mapping is None else same_text(mapping, one, other)


def on_board(item: BoardItem, mappings: Sequence[ColumnMapping]) -> dict[str, str | None]:
    """What an item shows, by view column (with its name)."""
    shown: dict[str, str | None] = {m.view_column: item.values.get(m.column_id) for m in mappings}
    shown[NAME] = item.name
    return shown


def step_for(
    row: SourceRow,
    base: LedgerRow,
    item: BoardItem | None,
    *,
    board: BoardConfig,
    labels: Labels,
    group_id: str | None,
    adopted: bool = False,
) -> Step:
    """The step that brings ``item`` (``None``: there is none yet) to what ``row`` wants.

    Args:
        group_id: of the row's group on the board; ``None`` when the group is still to be created, or for a subitem.
    """
    if row.action == "DELETE":
        return Step(Action.ARCHIVE, row, base)
    mappings = mappings_of(board, row.level)
    if row.rejected is not None:
        return Step(Action.FAIL, row, base, reason=row.rejected, adopted=adopted)
    by_column = {m.view_column: m for m in mappings}
    if item is None:
        changes = [Change(c, None, v) for c, v in row.desired.items() if v is not None]
    else:
        changes = _changes(row, base, on_board(item, mappings), by_column)
    refusals = {c.column: r for c in changes if c.sent and (r := labels.refusal(by_column.get(c.column), c.new))}
    key = next((c for c in refusals if c in board.key_columns), None)
    if key is not None:
        # without its key the item could not be found again
        return Step(Action.FAIL, row, base, reason=refusals[key], adopted=adopted, blameless=True)
    changes = [
        replace(change, new=labels.spelled(by_column.get(change.column), change.new))
        for change in changes
        if change.column not in refusals
    ]
    if refusals:
        row = replace(row, desired={c: text for c, text in row.desired.items() if c not in refusals})
    reason = "; ".join((*row.misfits, *refusals.values())) or None
    new_labels = frozenset(c.column for c in changes if c.sent and labels.creates(by_column.get(c.column), c.new))
    if item is None:
        return Step(Action.CREATE, row, base, tuple(changes), reason=reason, new_labels=new_labels)
    move_from = item.group_id if row.level is Level.ITEM and item.group_id != group_id else None
    action = Action.UPDATE if move_from is not None or any(c.sent for c in changes) else Action.CONFIRM
    if action is Action.CONFIRM and reason is not None:
        action = Action.FAIL
    return Step(
        action, row, base, tuple(changes), move_from=move_from, reason=reason, adopted=adopted, new_labels=new_labels,
        blameless=True,
    )  # fmt: skip


def seen_again(step: Step, item: BoardItem, mappings: Sequence[ColumnMapping]) -> Step:
    """An update with its changes by what the item shows now: no field is added, one that is right by now is dropped."""
    columns = {change.column for change in step.changes}
    row = replace(step.row, desired={c: text for c, text in step.row.desired.items() if c in columns})
    by_column = {m.view_column: m for m in mappings}
    spelled = {change.column: change.new for change in step.changes}  # as the board has the label
    changes = _changes(row, step.base, on_board(item, mappings), by_column)
    return replace(step, changes=tuple(replace(change, new=spelled[change.column]) for change in changes))


def _changes(
    row: SourceRow, base: LedgerRow, shown: dict[str, str | None], mappings: Mapping[str, ColumnMapping]
) -> list[Change]:
    changes = []
    for column, new in row.desired.items():
        old, mapping = shown.get(column), mappings.get(column)
        if is_shown(mapping, old, new):
            continue
        if column not in base.confirmed or is_shown(mapping, base.confirmed[column], old):
            changes.append(Change(column, old, new))
        else:
            policy = _OURS if mapping is None else mapping.on_conflict
            changes.append(Change(column, old, new, policy, base.confirmed[column], sent=policy == _OURS))
    return changes
