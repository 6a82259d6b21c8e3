"""What the answer to a request means for the rows it was about. Pure: rows and outcomes in, rows out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monday_sync.api import Outcome
from monday_sync.domain import state as machine
from monday_sync.domain.rows import (
    BOARD_ID,
    GROUP_ID,
    GROUP_NAME,
    Answered,
    Attempt,
    AttemptOutcome,
    LedgerRow,
    Level,
)

CREATE, CHANGE, MOVE, ARCHIVE, GROUP = "create", "change", "move", "archive", "create_group"
ARCHIVE_GROUP = "archive_group"
MOVE_BOARD = "move_board"


@dataclass(frozen=True, slots=True)
class Settled:
    """A row after its operations were answered.

    Args:
        misfit: why some values were not sent, although all that was sent is done.
        row: the new ledger row; ``None`` when the ledger has to forget it (it was withdrawn before it was created).
    """

    key: str
    level: Level
    row: LedgerRow | None
    ok: bool
    kinds: frozenset[str]
    message: str | None = None
    gone: bool = False
    misfit: str | None = None


def complete(attempts: Sequence[Attempt], outcomes: Sequence[Outcome], now: dt.datetime) -> list[Answered]:
    """What the API answered to each attempt."""
    return [
        Answered(
            attempt.batch_id, attempt.position, AttemptOutcome.SYNCED if outcome.ok else AttemptOutcome.ERROR, now,
            outcome.item_id, outcome.request_id, outcome.ms, outcome.code, outcome.message,
        )
        for attempt, outcome in zip(attempts, outcomes, strict=True)
    ]  # fmt: skip


def settle_row(
    row: LedgerRow, attempts: Sequence[Attempt], outcomes: Sequence[Outcome], *, max_attempts: int, now: dt.datetime
) -> Settled:
    """The row after all operations of one request on it.

    What succeeded is remembered even if another operation on the row failed, so it is not sent twice.
    """
    kinds = frozenset(a.kind for a in attempts)
    if MOVE_BOARD in kinds:
        return _moved(row, attempts[0], outcomes[0], now)
    confirmed = dict(row.confirmed)
    changes: dict[str, object] = {"completed_at": now, "run_id": attempts[0].run_id}
    failures: list[Outcome] = []
    for attempt, outcome in zip(attempts, outcomes, strict=True):
        if not outcome.ok and not (attempt.kind == ARCHIVE and outcome.gone):
            failures.append(outcome)
            continue
        desired = dict(attempt.desired)
        if GROUP_ID in desired:
            changes |= {"group_id": desired.pop(GROUP_ID), "group_name": desired.pop(GROUP_NAME)}
        confirmed |= desired
        if attempt.kind == CREATE:
            changes |= {"monday_id": outcome.item_id, "created_run_id": attempt.run_id}
    name = confirmed.get("item_name")
    changes |= {"confirmed": confirmed, "item_name": name if name is not None else row.item_name}
    misfit = attempts[0].message
    if not failures and misfit is not None:
        linked = changes.get("monday_id", row.monday_id) is not None
        state = machine.block(replace(row.state, linked=linked))
        return Settled(
            row.key, row.level, row.with_state(state, error_message=misfit, **changes), True, kinds, misfit=misfit
        )
    if not failures:
        after = row.with_state(machine.confirm(row.state), error_message=None, **changes)
        return Settled(row.key, row.level, after, True, kinds)
    message = failures[0].message or failures[0].code or "the board refused it without a reason"
    linked = changes.get("monday_id", row.monday_id) is not None
    state = replace(row.state, linked=linked)
    if any(f.gone for f in failures) and row.monday_id is not None:
        # the link stays: by it the next push finds out what a person did, and goes by the policy
        after = row.with_state(machine.distrust(state), error_message=message, **changes)
        return Settled(row.key, row.level, after, False, kinds, message, gone=True)
    if all(f.retryable or f.gone for f in failures):
        # surely not done, and not the row's fault: it stays due and the count of its retries stands
        after = row.with_state(replace(state, outcome=machine.Outcome.INTENT), error_message=message, **changes)
    else:
        after = row.with_state(machine.refuse(state, max_attempts), error_message=message, **changes)
    return Settled(row.key, row.level, after, False, kinds, message)


def _moved(row: LedgerRow, attempt: Attempt, outcome: Outcome, now: dt.datetime) -> Settled:
    """The row after its item was sent to another board; if it was refused, the row is where it was, without blame."""
    kinds, told = frozenset({MOVE_BOARD}), {"completed_at": now, "run_id": attempt.run_id}
    if outcome.ok:
        there = attempt.desired
        row = replace(row, monday_id=outcome.item_id or row.monday_id)
        after = on_other_board(row, there[BOARD_ID] or "", there.get(GROUP_ID), there.get(GROUP_NAME))
        return Settled(row.key, row.level, replace(after, completed_at=now, run_id=attempt.run_id), True, kinds)
    why = outcome.message or outcome.code or "the board refused it without a reason"
    message = f"it could not be moved to board {attempt.desired[BOARD_ID]}: {why}"
    after = row.with_state(machine.block(row.state), error_message=message, **told)
    return Settled(row.key, row.level, after, False, kinds, message)


def on_other_board(row: LedgerRow, board_id: str, group_id: str | None = None, group: str | None = None) -> LedgerRow:
    """The row once its item lies on another board: nothing is believed of what it shows until it was read there."""
    return row.with_state(
        machine.distrust(row.state), board_id=board_id, group_id=group_id, group_name=group, confirmed={},
        error_message=None, left_as=None, left_at=None,
    )  # fmt: skip


def withdraw(attempts: Sequence[Attempt], now: dt.datetime, why: str) -> tuple[list[Answered], list[Settled]]:
    """The request surely had no effect: its rows are what they were before."""
    closed = [Answered(a.batch_id, a.position, AttemptOutcome.WITHDRAWN, now, message=why) for a in attempts]
    settled = []
    for (level, key), group in by_row(attempts).items():
        if level.has_rows:
            before = group[0].row_before
            row = LedgerRow.from_json(before) if before else None
            settled.append(Settled(key, level, row, False, frozenset(a.kind for a in group), why))
    return closed, settled


def expire(
    rows: Mapping[tuple[Level, str], LedgerRow], attempts: Sequence[Attempt], now: dt.datetime
) -> tuple[list[Answered], list[LedgerRow]]:
    """The doubt is too old for the same request: what it was to set is unknown until the board is asked."""
    why = "no answer came while the request's key was young; the board is asked by business key instead"
    closed = [Answered(a.batch_id, a.position, AttemptOutcome.EXPIRED, now, message=why) for a in attempts]
    changed = []
    for address, group in by_row(attempts).items():
        row = rows.get(address)
        if row is None:
            continue
        unknown = {name for attempt in group for name in attempt.desired}
        confirmed = {name: text for name, text in row.confirmed.items() if name not in unknown}
        group_id = None if GROUP_ID in unknown else row.group_id
        changed.append(row.with_state(machine.expire(row.state), confirmed=confirmed, group_id=group_id))
    return closed, changed


def by_row(attempts: Sequence[Attempt]) -> dict[tuple[Level, str], list[Attempt]]:
    """Attempts by the row they are about, in order."""
    rows: dict[tuple[Level, str], list[Attempt]] = {}
    for attempt in attempts:
        rows.setdefault((attempt.level, attempt.row_key), []).append(attempt)
    return rows
