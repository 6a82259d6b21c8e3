"""Errors of monday_sync, chosen by what the caller can do about them.

OrderListError
├── ConfigurationError
│   ├── RefusedError            the board, the token or the data forbid to start; nothing was done        -> 2
│   └── ConfirmationNeededError the push touches much or archives: --yes with the number lets it         -> 2
└── SyncError                                                                                             -> 1
    ├── StoppedError            the run ended early and cleanly; the next run carries on
    │   ├── DailyLimitError     the day's calls are used up, or our share of them
    │   ├── TokenRevokedError   the token stopped working half-way
    │   └── UnreachableError    no connection for a while: nothing was sent
    ├── InDoubtError            no readable answer: the request may have taken effect
    └── RequestFailedError      the API answered clearly that the request did not take effect
        ├── TooLargeError       it costs more points than the API gives to one request: ask for less
        └── NotReadError        a query (which changes nothing) got no readable answer, however often it was repeated

ValueError
└── ValueRejectedError          one value of one row does not fit its board column; the row becomes ERROR
"""

from __future__ import annotations

from console import ConfigurationError, OrderListError


class RefusedError(ConfigurationError):
    """Board, token, ledger or data do not allow to start. Raised before anything was done."""


class ConfirmationNeededError(ConfigurationError):
    """The push would touch more than the board's policy allows without a person's word."""


class SyncError(OrderListError):
    """Something failed while talking to the board; what was done stands in the ledger."""


class StoppedError(SyncError):
    """The run ended early and cleanly."""


class DailyLimitError(StoppedError):
    """The calls of the day are used up. The request that met this was not executed."""


class TokenRevokedError(StoppedError):
    """The token is no longer accepted. The request that met this was not executed."""


class UnreachableError(StoppedError):
    """The API could not be connected to. The request that met this was not sent."""


class InDoubtError(SyncError):
    """No readable answer came: the request may or may not have taken effect. Send the same again while it is young."""


class RequestFailedError(SyncError):
    """The API refused the whole request for a reason that waiting does not cure. Nothing took effect.

    Args:
        code: the API's error code.
        request_id: the API's id of the request, for its support.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, code: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.request_id = request_id


class TooLargeError(RequestFailedError):
    """The request costs more points than the API gives to one."""


class NotReadError(RequestFailedError):
    """A query got no usable answer. Nothing was changed by asking."""


class ValueRejectedError(ValueError):
    """A value does not fit its board column.

    Args:
        column: the view column.
        reason: a sentence for the operator.
    """

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason
