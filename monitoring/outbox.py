"""Sends what stands in the outbox, the oldest first; what is not taken stays there for the next run.

A message is noted as sent after the channel took it. A process that is killed in between sends it again, under the same
message id: at least once, never not at all.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from console import ConfigurationError, note, redact
from monitoring.book import Book, Queued
from monitoring.channels import FROM_ENVIRONMENT, Sender, channels_of, deliver_within, open_channel
from monitoring.errors import PartlyTakenError, RefusedMessageError, UndeliveredError, UnreachableError
from monitoring.kept_rows import naive
from monitoring.settings import Channel, Settings
from monitoring.tables import REASON

#: Seconds to wait before each further attempt within a run; the server may ask for others.
PAUSES = (1.0, 4.0)
#: A run spends no more seconds than these on one channel.
LONGEST = 60.0

Open = Callable[[str, Channel], Sender]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the outbox.

    Args:
        sent: messages that were taken.
        waiting: those that were not.
        problems: why not, a line for each channel.
    """

    sent: int = 0
    waiting: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Times:
    """The clocks of a delivery."""

    now: Callable[[], dt.datetime]
    sleep: Callable[[float], object]
    clock: Callable[[], float]


@dataclass(slots=True)
class _Tried:
    """How sending one message ended."""

    answer: str
    state: str
    attempts: int
    goes_on: bool
    problem: str = ""


def deliver(
    queued: Sequence[Queued], settings: Settings, book: Book, now: Callable[[], dt.datetime], *,
    opened: Open = open_channel, sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Delivery:  # fmt: skip
    """Send messages; each outcome is noted as soon as it is known. No session is open while something is sent."""
    channels = channels_of(settings)
    by_channel: dict[str, list[Queued]] = {}
    for one in queued:
        by_channel.setdefault(one.channel, []).append(one)
    sent, waiting, problems = 0, 0, list[str]()
    for name, messages in by_channel.items():
        fresh = [one for one in messages if now() - one.queued_at < settings.expire_after]
        book.settle([
            {"message_id": one.message_id, "state": "expired", "tried_at": naive(now())}
            for one in messages if one not in fresh
        ])  # fmt: skip
        if expired := len(messages) - len(fresh):
            problems.append(
                f"{name}: {expired} given up: not taken for too long ({messages[0].answer or 'never tried'})"
            )
        if not fresh:
            continue
        channel = channels.get(name)
        if channel is None:
            waiting += len(fresh)
            why = f"{FROM_ENVIRONMENT[name]} is not set" if name in FROM_ENVIRONMENT else "it is not in monitoring.yml"
            problems.append(f"{name}: {why}")
            continue
        try:
            sender = opened(name, channel)
        except ConfigurationError as error:
            waiting += len(fresh)
            problems.append(f"{name}: {error.message}")
            continue
        taken, left, problem = _send_all(fresh, sender, book, _Times(now, sleep, clock))
        sent, waiting = sent + taken, waiting + left
        problems += [f"{name}: {problem}"] if problem else []
    return Delivery(sent, waiting, tuple(problems))


def _send_all(
    messages: Sequence[Queued], sender: Sender, book: Book, times: _Times
) -> tuple[int, int, str]:  # fmt: skip
    """How many were taken, how many were not, and why not."""
    until = times.clock() + LONGEST
    taken, left, problem = 0, len(messages), ""
    for one in messages:
        if not book.claim(one.message_id, times.now()):  # another process sends it, or has sent it by now
            left -= 1
            continue
        tried = _try(one, sender, until, times)
        outcome: dict[str, object] = {
            "message_id": one.message_id, "state": tried.state, "attempts": one.attempts + tried.attempts,
            "tried_at": naive(times.now()), "answer": tried.answer[:REASON],
            "sent_at": naive(times.now()) if tried.state == "sent" else None,
        }  # fmt: skip
        book.settle([outcome])
        taken, left = taken + (tried.state == "sent"), left - (tried.state == "sent")
        problem = tried.problem or problem
        if not tried.goes_on:
            break
    return taken, left, problem


def _try(one: Queued, sender: Sender, until: float, times: _Times) -> _Tried:
    """Send a message. A channel that is out of order gets no other one in this run; one that refused it may take it."""
    pauses: Sequence[float] = PAUSES
    try:
        message = one.message
    except (ValueError, TypeError, KeyError) as error:  # it must not hold up those that can be read
        why = f"a message cannot be read, perhaps another version made it ({type(error).__name__})"
        return _Tried(why, "refused", 1, goes_on=True, problem=why)
    for attempt in range(1, len(pauses) + 2):
        try:
            return _Tried(deliver_within(sender, message), "sent", attempt, goes_on=True)
        except PartlyTakenError as error:
            return _Tried(said(error), "sent", attempt, goes_on=True, problem=said(error))
        except RefusedMessageError as error:
            return _Tried(said(error), "refused", attempt, goes_on=True, problem=said(error))
        except UnreachableError as error:
            pause = pauses[attempt - 1] if attempt <= len(pauses) else None
            pause = error.wait if error.wait is not None and pause is not None else pause
            if pause is None or times.clock() + pause >= until:
                return _Tried(said(error), "waiting", attempt, goes_on=False, problem=said(error))
            times.sleep(pause)
        except Exception as error:  # a defect of one channel: the others are to be told all the same
            note("the trace of the error", trace=error)
            why = redact(f"{type(error).__name__}: {error}")
            return _Tried(why, "waiting", attempt, goes_on=False, problem=why)
    raise AssertionError("the last attempt returns")


def said(error: UndeliveredError) -> str:
    """An error in one line."""
    return redact(f"{error.message} {error.hint or ''}".strip())


def sent_now(outcome: str, at: dt.datetime) -> Mapping[str, object]:
    """The columns of a message that was taken."""
    return {"state": "sent", "attempts": 1, "tried_at": naive(at), "sent_at": naive(at), "answer": outcome[:REASON]}
