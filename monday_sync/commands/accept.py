"""``accept``: a person says that a row may stay as it is. It fails no run any more, and no report leaves it out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from console import argument
from monday_sync.commands.orders import keys_of, unknown_order
from monday_sync.domain.acceptance import Acceptance
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.domain.state import Outcome
from monday_sync.engine.accepted import end_what_is_over
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger

_FAILED = frozenset({Outcome.ERROR, Outcome.DEAD})
_REASON = 1000


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """The rows that are accepted now, or (``revoked``) are not any more."""

    rows: tuple[Acceptance, ...]
    revoked: bool = False


def accept(ledger: Ledger, named: str, *, reason: str, by: str, now: dt.datetime) -> AcceptResult:
    """Accept rows that the board does not take.

    Args:
        named: an AAG ORDER NUMBER, for all such rows of its orders; or the key of one row, as `why` gives it.

    Raises:
        RefusedError: no reason, no such order, or none of its rows is in error.
    """
    if not reason.strip():
        raise RefusedError("An acceptance needs a reason.", hint='Give --reason "...".')
    standing = end_what_is_over(ledger, now)
    rows = [row for row in _rows(ledger, named) if row.state.outcome in _FAILED and row.state.attempted is not None]
    if not rows:
        raise RefusedError(
            f"No row of {named!r} was refused by the board: there is nothing to accept.",
            hint=f"`monday-sync why {argument(named)}` says how it stands.",
        )
    replaced = [standing[row.level, row.key] for row in rows if (row.level, row.key) in standing]
    ledger.acceptances.end([(one, "it was accepted anew") for one in replaced], by, now)
    accepted = [_acceptance(ledger, row, reason.strip(), by, now) for row in rows]
    ledger.acceptances.save(accepted)
    return AcceptResult(tuple(accepted))


def revoke(ledger: Ledger, named: str, *, by: str, now: dt.datetime) -> AcceptResult:
    """Take acceptances back: their rows count as failed again.

    Raises:
        RefusedError: no such order, or nothing of it is accepted.
    """
    standing = end_what_is_over(ledger, now)
    found = [standing[a] for row in _rows(ledger, named) if (a := (row.level, row.key)) in standing]
    if not found:
        raise RefusedError(
            f"Nothing of {named!r} is accepted.", hint="`monday-sync status` lists what is accepted as it is."
        )
    ledger.acceptances.end([(one, "it was revoked") for one in found], by, now)
    return AcceptResult(tuple(found), revoked=True)


def _rows(ledger: Ledger, named: str) -> Sequence[LedgerRow]:
    """The rows with this key, or those of the orders with this number."""
    wanted = named.strip()
    rows = [*ledger.rows(Level.ITEM).values(), *ledger.rows(Level.SUBITEM).values()]
    of_key = [row for row in rows if row.key == wanted]
    if of_key:
        return of_key
    keys = keys_of(ledger, wanted)
    if not keys:
        raise unknown_order(ledger, wanted)
    return [row for row in rows if row.order_key in keys]


def _acceptance(ledger: Ledger, row: LedgerRow, reason: str, by: str, now: dt.datetime) -> Acceptance:
    return Acceptance(
        acceptance_id=uuid.uuid4().hex, board_id=ledger.board_id, level=row.level, row_key=row.key,
        order_key=row.order_key, customer_name=row.customer_name, item_name=row.item_name,
        board_hash=row.state.attempted or "", error_message=row.error_message, reason=reason[:_REASON],
        accepted_by=by, accepted_at=now,
    )  # fmt: skip
