"""What a channel is, and a time limit that no server can stretch."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Protocol

from console import ConfigurationError
from monitoring.errors import UnreachableError
from monitoring.messages import Message

#: Seconds for one whole delivery, however slowly the server answers.
TIMEOUT = 15.0


class Sender(Protocol):
    """One channel."""

    def send(self, message: Message, timeout: float) -> str:
        """Deliver a message; returns what came back, in a few words.

        Raises:
            RefusedMessageError: the channel will not take this message.
            UnreachableError: not this time.
        """

    def abandon(self) -> None:
        """Break off whatever is going on; called from another thread."""


def deliver_within(sender: Sender, message: Message, timeout: float = TIMEOUT) -> str:
    """Deliver, or give up after so many seconds: a server that answers byte by byte keeps nobody waiting.

    Raises:
        RefusedMessageError, UnreachableError: as :meth:`Sender.send`.
    """
    return within(lambda: sender.send(message, timeout), sender.abandon, timeout)


def within(work: Callable[[], str], abandon: Callable[[], None], timeout: float) -> str:
    """What ``work`` gives within so many seconds.

    Raises:
        UnreachableError: it took longer; whatever it raises itself, too.
    """
    result: list[str] = []
    problem: list[Exception] = []

    def run() -> None:
        try:
            result.append(work())
        except Exception as error:  # it is raised below, in the thread that asked
            problem.append(error)

    thread = threading.Thread(target=run, name="delivery", daemon=True)
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        abandon()
        thread.join(1.0)
        raise UnreachableError(f"It did not answer within {timeout:g} seconds.")
    if problem:
        raise problem[0]
    return result[0]


def from_environment(variable: str, what: str) -> str:
    """A value from the environment. Whoever uses it sees to it that it is masked.

    Raises:
        ConfigurationError: the variable is not set.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise ConfigurationError(f"{what}: {variable} is not set.", hint=f"Set {variable} and run `monitor test`.")
    return value
