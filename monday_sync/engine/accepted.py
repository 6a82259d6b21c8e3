"""Ends acceptances that hold no more: after each push, and whenever rows are put back in the queue."""

from __future__ import annotations

import datetime as dt

from monday_sync.domain.acceptance import Acceptance
from monday_sync.domain.rows import Address, Level
from monday_sync.ledger import Ledger


def standing_acceptances(ledger: Ledger) -> dict[Address, Acceptance]:
    """The acceptances that were not ended, by their row."""
    return {acceptance.address: acceptance for acceptance in ledger.acceptances.standing()}


def end_what_is_over(ledger: Ledger, now: dt.datetime) -> dict[Address, Acceptance]:
    """End the acceptances of rows that are right by now, were tried with another content, or are known no more.

    Returns those that stand, by their row.
    """
    standing = standing_acceptances(ledger)
    if not standing:
        return {}
    rows = {(level, key): row for level in (Level.ITEM, Level.SUBITEM) for key, row in ledger.rows(level).items()}
    ended = [(one, why) for one in standing.values() if (why := one.end(rows.get(one.address))) is not None]
    ledger.acceptances.end(ended, None, now)
    over = {one.address for one, _ in ended}
    return {address: one for address, one in standing.items() if address not in over}
