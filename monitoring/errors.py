"""Errors of the monitoring.

OrderListError
└── UndeliveredError         a channel did not take a message; it stays in the outbox  -> 1
    ├── RefusedMessageError  it says that it never will take this one                  -> 1
    ├── PartlyTakenError     some of those it is for will not get it                   -> 1
    └── UnreachableError     not this time                                             -> 1
"""

from __future__ import annotations

from console import OrderListError


class UndeliveredError(OrderListError):
    """A channel did not take a message; it stays in the outbox."""


class RefusedMessageError(UndeliveredError):
    """It refused this one: sending it again at once would bring the same answer."""


class PartlyTakenError(UndeliveredError):
    """It was taken, but not for all. Sending it again would tell the others twice."""


class UnreachableError(UndeliveredError):
    """It could not be reached, was too slow, or is out of order for now.

    Args:
        wait: seconds after which it asks to be tried again, if it says so.
    """

    def __init__(self, message: str, *, hint: str | None = None, wait: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait = wait
