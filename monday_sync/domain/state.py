"""The state machine of one row (an order, or a line of one) between database and board. Pure; all else obeys it.

What the ledger keeps of a row is a :class:`RowState`; what operators see is a :class:`SyncState`, derived from it by
the same rule as dbt's views (:func:`sync_state`). The ledger's outcomes and what moves between them:

    (no row) --intend--> INTENT --confirm--> SYNCED --intend--> INTENT
                         INTENT --refuse---> ERROR (-> DEAD after max_attempts) --intend--> INTENT
                         INTENT --withdraw-> what it was before: the request surely had no effect
                         INTENT --expire---> INTENT, nothing confirmed: ask the board before sending anything
    any      --adopt---> INTENT, linked to an item found on the board, nothing confirmed
    any      --unlink--> INTENT, linked to nothing: its item is gone from the board
    SYNCED   --distrust> SYNCED no more: a person changed the board, so nothing is confirmed
    ERROR, DEAD --requeue--> ERROR without an attempt: the row is due again

A request without a readable answer is in doubt (:func:`resolve`): while its idempotency key is young the same request
is sent again, after that the board is asked by business key.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

#: The API keeps an answer for 30 minutes; the margin covers clocks and slow requests.
KEY_IS_YOUNG_FOR = dt.timedelta(minutes=25)


class Outcome(StrEnum):
    """What the last attempt to send a row came to."""

    INTENT = "INTENT"
    SYNCED = "SYNCED"
    ERROR = "ERROR"
    DEAD = "DEAD"


class SyncState(StrEnum):
    """What operators and views call the state of a row."""

    NEW = "NEW"
    PENDING = "PENDING"
    SYNCED = "SYNCED"
    ERROR = "ERROR"


class Doubt(StrEnum):
    """What to do about a request without a readable answer."""

    SEND_AGAIN = "send again"
    LOOK_UP = "look up"


@dataclass(frozen=True, slots=True)
class RowState:
    """What the ledger keeps of a row.

    Args:
        outcome: of the last attempt; ``None`` when there is no ledger row.
        linked: an item on the board is known for it.
        confirmed: the board hash that the board was last confirmed to show.
        attempted: the board hash of the last attempt.
        retries: attempts refused since the last success, for this board hash.

    A board hash covers all that the board is to show of a row, and by which mapping; dbt's views work it out.
    """

    outcome: Outcome | None = None
    linked: bool = False
    confirmed: str | None = None
    attempted: str | None = None
    retries: int = 0


UNKNOWN = RowState()


def sync_state(state: RowState, board_hash: str) -> SyncState:
    """The state that the views show for a row whose hash in the view is ``board_hash``."""
    if state.outcome is None:
        return SyncState.NEW
    if state.outcome is Outcome.INTENT:
        return SyncState.PENDING
    if state.outcome in {Outcome.ERROR, Outcome.DEAD} and state.attempted == board_hash:
        return SyncState.ERROR
    if state.confirmed == board_hash:
        return SyncState.SYNCED
    return SyncState.PENDING


def may_send(state: RowState, board_hash: str) -> bool:
    """Whether a push may try the row: a dead one only when its data changed."""
    return not (state.outcome is Outcome.DEAD and state.attempted == board_hash)


def intend(state: RowState, board_hash: str) -> RowState:
    """A request for the row is about to be sent. New data starts the count of retries anew."""
    retries = state.retries if state.attempted == board_hash else 0
    return replace(state, outcome=Outcome.INTENT, attempted=board_hash, retries=retries)


def confirm(state: RowState) -> RowState:
    """The board confirmed what was attempted."""
    return RowState(Outcome.SYNCED, linked=True, confirmed=state.attempted, attempted=state.attempted)


def refuse(state: RowState, max_attempts: int) -> RowState:
    """The board, or the check before the call, refused the row's values."""
    retries = state.retries + 1
    return replace(state, outcome=Outcome.DEAD if retries >= max_attempts else Outcome.ERROR, retries=retries)


def block(state: RowState) -> RowState:
    """The row was not sent for what is not its fault, such as a label that the board lacks: it uses up no attempt."""
    return replace(state, outcome=Outcome.ERROR)


def withdraw(before: RowState) -> RowState:
    """The request surely had no effect: all is as it was before."""
    return before


def expire(state: RowState) -> RowState:
    """The doubt is too old for the same request: nothing is known to be confirmed any more."""
    return replace(state, outcome=Outcome.INTENT, confirmed=None, attempted=None)


def adopt(state: RowState) -> RowState:
    """An item found on the board by its business key is the row's."""
    return replace(state, outcome=Outcome.INTENT, linked=True, confirmed=None)


def unlink(state: RowState) -> RowState:
    """The row's item is gone from the board."""
    return replace(state, outcome=Outcome.INTENT, linked=False, confirmed=None, attempted=None)


def distrust(state: RowState) -> RowState:
    """The board does not show what was confirmed."""
    return replace(state, confirmed=None, outcome=Outcome.INTENT)


def requeue(state: RowState) -> RowState:
    """An operator wants an ERROR or DEAD row tried again."""
    return replace(state, attempted=None, retries=0)


def resolve(age: dt.timedelta) -> Doubt:
    """What to do about a request in doubt whose key was first used ``age`` ago.

    A negative age means that a clock was set back: then only the board itself can be believed.
    """
    return Doubt.SEND_AGAIN if dt.timedelta(0) <= age < KEY_IS_YOUNG_FOR else Doubt.LOOK_UP
