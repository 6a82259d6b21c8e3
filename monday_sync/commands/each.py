"""Commands on rows of the ledger, for all boards of a target: each has rows, acceptances and failures of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from monday_sync.commands.accept import AcceptResult, accept, revoke
from monday_sync.commands.retry import RetryResult, requeue
from monday_sync.engine.context import Context
from monday_sync.errors import RefusedError
from monday_sync.ledger import Ledger


def accept_on(
    contexts: Sequence[Context], named: str, *, reason: str, by: str, now: dt.datetime
) -> AcceptResult:  # fmt: skip
    """Accept rows, on whichever board they are.

    Raises:
        RefusedError: as for one board.
    """
    return _on_any(contexts, lambda ledger: accept(ledger, named, reason=reason, by=by, now=now))


def revoke_on(contexts: Sequence[Context], named: str, *, by: str, now: dt.datetime) -> AcceptResult:
    """Take acceptances back, on whichever board they are.

    Raises:
        RefusedError: as for one board.
    """
    return _on_any(contexts, lambda ledger: revoke(ledger, named, by=by, now=now))


def requeue_on(contexts: Sequence[Context], *, customers: Sequence[str], reason: str | None) -> RetryResult:
    """Requeue rows of all boards."""
    found = [requeue(context.ledger, customers=customers, reason=reason) for context in contexts]
    return RetryResult(
        sum(one.items for one in found), sum(one.subitems for one in found), sum(one.dead for one in found),
        sum(one.accepted for one in found),
    )  # fmt: skip


def _on_any(contexts: Sequence[Context], do: Callable[[Ledger], AcceptResult]) -> AcceptResult:
    """What was done on the boards that have such rows. If none has: what the one says that knows the order."""
    done: list[AcceptResult] = []
    refused: list[RefusedError] = []
    for context in contexts:
        try:
            done.append(do(context.ledger))
        except RefusedError as error:
            refused.append(error)
    if not done:
        raise next((e for e in refused if not e.message.startswith("There is no order")), refused[0])
    return AcceptResult(tuple(row for one in done for row in one.rows), done[0].revoked)
