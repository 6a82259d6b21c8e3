"""How a row stands: due or not and why, refused, given up, held back; in sentences for ``why``. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from monday_sync.domain.acceptance import Acceptance, age_of
from monday_sync.domain.due import differences, reasons
from monday_sync.domain.rows import LedgerRow
from monday_sync.domain.selection import EVERYTHING, Skip, skip_reason
from monday_sync.domain.source import SourceRow
from monday_sync.domain.state import Outcome


def stands_of(
    due: SourceRow | None, known: LedgerRow | None, state: str | None, given: Sequence[Acceptance], now: dt.datetime
) -> list[str]:
    """How a row stands, as the planner sees it."""
    if due is None:
        return [_not_due(known, state)]
    told = [*_skipped(due, known, given, now)]
    if due.action == "DELETE":
        told.append("gone from the source: its item is left alone (`push --archive-deleted` archives it)")
    elif due.rejected is not None:
        told.append(f"cannot be sent: {due.rejected}")
    elif not told:
        told.append(f"due: {', '.join(reasons(due))}")
    if due.action != "DELETE" and known is not None and known.monday_id is not None:
        told += [f"{d.column}: confirmed {_quoted(d.last)}, should show {_quoted(d.desired)}" for d in differences(due)]
    told += [f"not sent: {misfit}" for misfit in due.misfits]
    if known is not None and known.state.outcome is Outcome.ERROR and known.error_message and not due.misfits:
        told.append(f"refused {known.state.retries} times: {known.error_message}")
    return told


def _skipped(due: SourceRow, known: LedgerRow | None, given: Sequence[Acceptance], now: dt.datetime) -> Sequence[str]:
    accepted = [f"{one.told(now)}" for one in given if one.ended_at is None and one.covers(known)]
    match skip_reason(due, EVERYTHING):
        case Skip.OUT_OF_SCOPE:
            return ["not due: out of the scope that the board's file sets", *accepted]
        case Skip.HELD_BACK:
            return [f"held back with its customer: {due.held_back}", *accepted]
        case Skip.DEAD if known is not None:
            age = f" {age_of(known.attempted_at, now)} ago" if known.attempted_at else ""
            what = f"given up{age} after {known.state.retries} attempts: {known.error_message or 'no reason recorded'}"
            return [what, *accepted]
    return accepted


def _not_due(known: LedgerRow | None, state: str | None) -> str:
    """A row that the views do not list."""
    if state == "SYNCED":
        at = known.completed_at if known else None
        return "the board shows it" + (f": confirmed on {at:%Y-%m-%d %H:%M} (UTC)" if at else "")
    if state is not None:
        return "not pushed: its customer is paused"
    return "gone from the source, and no item stands for it"


def _quoted(text: str | None) -> str:
    return "nothing" if text is None else f"'{text}'"
