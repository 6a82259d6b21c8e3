"""``history``: what the board was told about an order, and when."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from monday_sync.domain.rows import Attempt, LedgerRow, Level
from monday_sync.engine.context import Context
from monday_sync.engine.execution.settle import GROUP_ID
from monday_sync.engine.rekeying import REKEY
from monday_sync.engine.source import ORDERS
from monday_sync.errors import RefusedError

_ORDER_NUMBER = "aag_order_number"


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation on an order or one of its lines.

    Args:
        changes: view column to (what the ledger knew the board to show, what the board was told).
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


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """All operations on the orders with one AAG ORDER NUMBER, oldest first."""

    order_number: str
    orders: tuple[str, ...]
    entries: tuple[Entry, ...]


def history(context: Context, order_number: str) -> HistoryResult:
    """What the board was told about an order, its lines included.

    Raises:
        RefusedError: neither database nor ledger knows the order number.
    """
    wanted = order_number.strip()
    ledger = context.ledger
    keys: dict[str, None] = {}
    with ledger.session() as session:
        if ORDERS in session.relations():
            quoted = ledger.warehouse.quote(_ORDER_NUMBER)
            sql = f"select order_key from {ledger.warehouse.relation(ORDERS)} where {quoted} = ?"  # noqa: S608
            keys |= {str(row[0]): None for row in session.rows(sql, [wanted])}
    keys |= {k: None for k, row in ledger.rows(Level.ITEM).items() if row.confirmed.get(_ORDER_NUMBER) == wanted}
    if not keys:
        raise RefusedError(
            f"There is no order {order_number!r}.", hint="Give the AAG ORDER NUMBER as the board has it."
        )
    attempts = ledger.attempts_of_orders(list(keys))
    # under the keys that the orders had before
    while earlier := {_key_before(a) for a in attempts} - {None, *keys}:
        keys |= {str(key): None for key in earlier}
        attempts = ledger.attempts_of_orders(list(keys))
    return HistoryResult(wanted, tuple(keys), tuple(_entry(a) for a in attempts))


def _key_before(attempt: Attempt) -> str | None:
    if attempt.kind != REKEY or not attempt.row_before:
        return None
    return LedgerRow.from_json(attempt.row_before).order_key


def _entry(attempt: Attempt) -> Entry:
    before = json.loads(attempt.row_before) if attempt.row_before else {}
    confirmed = json.loads(before.get("payload") or "{}")
    confirmed["@group_name"] = before.get("group_name")
    desired = {name: text for name, text in attempt.desired.items() if name != GROUP_ID}
    if attempt.level is Level.UNLINKED:
        confirmed |= desired  # its name is told to name it, not to change it
    changes = {
        name.lstrip("@"): (confirmed.get(name), text) for name, text in desired.items() if confirmed.get(name) != text
    }
    return Entry(
        at=attempt.completed_at or attempt.created_at, run_id=attempt.run_id, level=attempt.level.value,
        order_key=attempt.order_key or "", name=desired.get("item_name") or before.get("item_name") or "",
        kind=attempt.kind, outcome=attempt.outcome.value, item_id=attempt.item_id, request_id=attempt.request_id,
        milliseconds=attempt.milliseconds, changes=changes, message=attempt.message,
    )  # fmt: skip
