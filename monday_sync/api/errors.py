"""Errors of talking to the API, chosen by what the caller can do. They join the tree of monday_sync.errors.

SyncError
├── StoppedError
│   ├── DailyLimitError     (monday_sync.errors) the day's calls are used up, or our share of them
│   ├── TokenRevokedError   (monday_sync.errors) the token is not accepted
│   └── UnreachableError    no connection for a while: nothing was sent
├── InDoubtError            (monday_sync.errors) no readable answer to a mutation: it may have taken effect
└── RequestFailedError      (monday_sync.errors) refused as a whole, nothing took effect
    └── NotReadError        a query (which changes nothing) got no readable answer, however often it was repeated
"""

from __future__ import annotations

from monday_sync.errors import (
    DailyLimitError,
    InDoubtError,
    RequestFailedError,
    StoppedError,
    TokenRevokedError,
)


class UnreachableError(StoppedError):
    """The API could not be connected to. The request that met this was not sent."""


class NotReadError(RequestFailedError):
    """A query got no usable answer. Nothing was changed by asking."""


__all__ = [
    "DailyLimitError",
    "InDoubtError",
    "NotReadError",
    "RequestFailedError",
    "StoppedError",
    "TokenRevokedError",
    "UnreachableError",
]
