"""``monitor test``: one message by each channel, and what came back; it is kept in the outbox (``is_test``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console import ConfigurationError, say
from monitoring.book import Book
from monitoring.channels import FROM_ENVIRONMENT, channels_of, deliver_within, open_channel
from monitoring.errors import UndeliveredError
from monitoring.kept_rows import naive
from monitoring.messages import trial
from monitoring.outbox import Open, said, sent_now
from monitoring.settings import load_settings
from monitoring.tables import REASON
from warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Tried:
    """How the trial of one channel ended."""

    channel: str
    kind: str
    delivered: bool
    answer: str


def try_channels(
    warehouse: Warehouse, names: Sequence[str] = (), *, opened: Open = open_channel,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> list[Tried]:  # fmt: skip
    """Send one message by each channel, or by those that are named.

    Raises:
        ConfigurationError: there is none, or none of that name.
    """
    channels = channels_of(load_settings(warehouse.target.project_dir))
    if not channels:
        raise ConfigurationError(
            "There is no channel.",
            hint=f"Set one of {', '.join(FROM_ENVIRONMENT.values())}, or declare channels in monitoring.yml.",
        )
    if unknown := [name for name in names if name not in channels]:
        raise ConfigurationError(f"There is no channel {', '.join(unknown)}.", hint=f"Known: {', '.join(channels)}.")
    found = []
    book = Book(warehouse)
    for name in names or channels:
        channel, at = channels[name], now()
        message = trial(name, warehouse.target.name, at)
        try:
            answer = deliver_within(opened(name, channel), message)
            delivered, outcome = True, sent_now(answer, at)
        except ConfigurationError as error:
            delivered, answer = False, f"{error.message} {error.hint or ''}".strip()
            outcome = {"state": "refused", "answer": answer[:REASON], "tried_at": naive(at)}
        except UndeliveredError as error:
            delivered, answer = False, said(error)
            outcome = {"state": "refused", "answer": answer[:REASON], "tried_at": naive(at), "attempts": 1}
        if warehouse.exists():
            book.keep_trial(name, message, at, outcome)
        else:
            say("There is no database yet: the outcome is not kept.")
        found.append(Tried(name, channel.kind, delivered, answer))
    return found
