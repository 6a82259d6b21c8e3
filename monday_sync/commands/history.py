"""``history``: what the board was told about an order, when, and what it showed there before."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from monday_sync.commands.orders import keys_of, unknown_order
from monday_sync.commands.undo import runs_named
from monday_sync.domain.rows import BOARD_ID, GROUP_ID, GROUP_NAME, Attempt, LedgerRow, Level
from monday_sync.engine.context import Context
from monday_sync.engine.execution.settle import CHANGE, MOVE
from monday_sync.engine.rekeying import REKEY
from monday_sync.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation on an order or one of its lines.

    Args:
        changes: view column to (what the board showed before, what it was told).
        as_confirmed: whether the former is only what the ledger knew: the board was not read, or by an earlier release
            that did not record it.
        overwritten: view column to what we had last sent, where the board showed something else: a person's value.
        outcome: SYNCED, ERROR, INTENT (no answer yet), EXPIRED, WITHDRAWN, or NO_CALL (the board showed it already).
    """

    at: dt.datetime
    run_id: str
    level: str
    order_key: str
    name: str
    kind: str
    outcome: str
    item_id: str | None
    request_id: str | None
    milliseconds: int | None
    changes: Mapping[str, tuple[str | None, str | None]]
    message: str | None
    as_confirmed: bool = False
    overwritten: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """All operations on the orders with one AAG ORDER NUMBER, oldest first; ``run_id``: those of a run only."""

    order_number: str
    orders: tuple[str, ...]
    entries: tuple[Entry, ...]
    run_id: str | None = None


def history_of_run(contexts: Sequence[Context], run_id: str) -> HistoryResult:
    """What the boards were told by a run, or by all that belong to a whole run.

    Raises:
        RefusedError: no such run.
    """
    made = reversed(runs_named(contexts, run_id))
    attempts = [attempt for context, run in made for attempt in context.ledger.attempts_of_run(run.run_id)]
    return HistoryResult("", (), tuple(_entry(attempt) for attempt in attempts), run_id)


def history(context: Context, order_number: str, of: Collection[str] | None = None) -> HistoryResult:
    """What the board was told about an order, its lines included.

    Args:
        of: the runs that count; all by default.

    Raises:
        RefusedError: neither database nor ledger knows the order number.
    """
    wanted = order_number.strip()
    ledger = context.ledger
    keys = keys_of(ledger, wanted)
    if not keys:
        raise unknown_order(ledger, wanted)
    entries = history_of(ledger, keys)
    return HistoryResult(wanted, tuple(keys), tuple(one for one in entries if of is None or one.run_id in of))


def history_of(ledger: Ledger, keys: list[str]) -> tuple[Entry, ...]:
    """What the board was told about orders, their lines included. ``keys`` grows by those that they had before."""
    attempts = ledger.attempts_of_orders(keys)
    while earlier := {_key_before(a) for a in attempts} - {None, *keys}:
        keys += sorted(str(key) for key in earlier)
        attempts = ledger.attempts_of_orders(keys)
    return tuple(_entry(a) for a in attempts)


def _key_before(attempt: Attempt) -> str | None:
    if attempt.kind != REKEY or not attempt.row_before:
        return None
    return LedgerRow.from_json(attempt.row_before).order_key


def _entry(attempt: Attempt) -> Entry:
    before = json.loads(attempt.row_before) if attempt.row_before else {}
    confirmed = json.loads(before.get("payload") or "{}")
    confirmed |= {GROUP_NAME: before.get("group_name"), BOARD_ID: before.get("board_id")}
    desired = {name: text for name, text in attempt.desired.items() if name != GROUP_ID}
    if attempt.level is Level.UNLINKED:
        confirmed |= desired  # its name is told to name it, not to change it
    shown = confirmed if attempt.shown_before is None else attempt.shown_before
    changes = {name.lstrip("@"): (shown.get(name), text) for name, text in desired.items() if shown.get(name) != text}
    overwritten = {
        name.lstrip("@"): confirmed[name]
        for name, text in (attempt.shown_before or {}).items()
        if name in desired and confirmed.get(name, text) != text
    }
    return Entry(
        at=attempt.completed_at or attempt.created_at, run_id=attempt.run_id, level=attempt.level.value,
        order_key=attempt.order_key or "", name=desired.get("item_name") or before.get("item_name") or "",
        kind=attempt.kind, outcome=attempt.outcome.value, item_id=attempt.item_id, request_id=attempt.request_id,
        milliseconds=attempt.milliseconds, changes=changes, message=attempt.message,
        as_confirmed=attempt.shown_before is None and attempt.kind in {CHANGE, MOVE}, overwritten=overwritten,
    )  # fmt: skip
