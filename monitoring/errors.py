"""Errors of the monitoring.

OrderListError
├── ConfigurationError       monitoring.yml, or a variable that it names, is wrong     -> 2
└── UndeliveredError         a channel did not take a message
    ├── RefusedMessageError  ... and said that it never will
    └── UnreachableError     ... this time
"""

from __future__ import annotations

from console import OrderListError


class UndeliveredError(OrderListError):
    """A channel did not take a message; it stays in the outbox."""


class RefusedMessageError(UndeliveredError):
    """It refused this one: sending it again at once would bring the same answer."""


class UnreachableError(UndeliveredError):
    """It could not be reached, was too slow, or is out of order for now.

    Args:
        wait: seconds after which it asks to be tried again, if it says so.
    """

    def __init__(self, message: str, *, hint: str | None = None, wait: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait = wait
