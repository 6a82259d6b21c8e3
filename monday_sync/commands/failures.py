"""The rows that the board did not take, as the ledger has them now. Reads the database only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from monday_sync.domain.causes import cause_of, hint_of
from monday_sync.domain.rows import Level
from monday_sync.domain.state import Outcome
from warehouse import Session, Warehouse

_ACCEPTED = "monday_sync_accepted"
_KEYS = {Level.ITEM: "order_key", Level.SUBITEM: "line_key"}
_TABLES = {Level.ITEM: "monday_sync_items", Level.SUBITEM: "monday_sync_subitems"}


@dataclass(frozen=True, slots=True)
class FailedRow:
    """An order or a line that the board did not take; ``level`` is item or subitem.

    Args:
        since: when it was last tried; that is when it was given up, if it was.
        accepted: who accepted it as it is, when and why; ``None``: nobody.
        order: the key of its order.
    """

    customer: str
    level: str
    item: str
    error: str
    attempts: int
    given_up: bool
    since: dt.datetime | None = None
    accepted: str | None = None
    order: str = ""


@dataclass(frozen=True, slots=True)
class FailedCause:
    """Why rows failed, with what to do about it: those that were given up apart from those that are tried again."""

    message: str
    hint: str
    given_up: bool
    rows: tuple[FailedRow, ...]


def failure_causes(rows: Iterable[FailedRow]) -> tuple[FailedCause, ...]:
    """The causes of rows in error that nobody accepted, the most frequent first."""
    found: dict[tuple[bool, str], list[FailedRow]] = {}
    for row in rows:
        if row.accepted is None:
            found.setdefault((row.given_up, cause_of(row.error)), []).append(row)
    listed = [
        FailedCause(of[0].error, hint_of("given up" if given_up else "failed", of[0].error), given_up, tuple(of))
        for (given_up, _), of in found.items()
    ]
    return tuple(sorted(listed, key=lambda cause: -len(cause.rows)))


def failed_rows(session: Session, warehouse: Warehouse) -> tuple[FailedRow, ...]:
    """Every row in error, in the order of customers, items and lines; none where nothing was pushed yet."""
    if session.relations().lacking(_TABLES.values()):
        return ()
    told = {} if session.relations().lacking([_ACCEPTED]) else _accepted(session, warehouse)
    sql = " union all ".join(
        f"select customer_name, '{level.value}' as level, item_name, error_message, retry_count, outcome, "  # noqa: S608
        f"attempted_at, {_KEYS[level]}, attempt_hash, order_key "
        f"from {warehouse.relation(table)} where outcome in ('{Outcome.ERROR.value}', '{Outcome.DEAD.value}')"
        for level, table in _TABLES.items()
    )
    return tuple(
        FailedRow(
            customer or "", level, item or "", error or "", int(attempts or 0), outcome == Outcome.DEAD.value, since,
            told.get((level, key, hashed)), order or "",
        )
        for customer, level, item, error, attempts, outcome, since, key, hashed, order in session.rows(
            f"{sql} order by 1, 2, 3"
        )
    )  # fmt: skip


def _accepted(session: Session, warehouse: Warehouse) -> dict[tuple[str, str, str], str]:
    """What was said of each row that is accepted for one content of it."""
    sql = (
        "select row_level, row_key, board_hash, accepted_by, accepted_at, reason "  # noqa: S608
        f"from {warehouse.relation(_ACCEPTED)} where ended_at is null"
    )
    return {
        (level, key, hashed): f"accepted by {by} on {at:%Y-%m-%d}: {reason}"
        for level, key, hashed, by, at, reason in session.rows(sql)
    }
