"""Errors of the database side.

OrderListError
├── ConfigurationError
│   └── ConnectionFailedError   the database cannot be reached or refuses us       -> 2
├── WarehouseBusyError          the database stayed locked by another process      -> 1
├── ConnectionLostError         the server broke off: deadlock, fail-over; run again -> 1
├── StatementFailedError        the server refused a statement                     -> 1
├── DoesNotFitError             rows that the database could not hold              -> 1
└── LockLostError               the run lock is gone while we worked; run again    -> 3
"""

from __future__ import annotations

from console import ConfigurationError, ExitCode, OrderListError


class ConnectionFailedError(ConfigurationError):
    """The database cannot be reached, or does not let us in."""


class WarehouseBusyError(OrderListError):
    """Another process kept the database file open for longer than we wait."""


class ConnectionLostError(OrderListError):
    """The server chose our transaction as a deadlock victim, or the connection broke. Doing it again is safe."""


class StatementFailedError(OrderListError):
    """The server refused a statement: a right that is missing, a limit, a value it does not take."""


class DoesNotFitError(OrderListError):
    """Rows or names that the database has no room for, found before anything was sent."""


class LockLostError(OrderListError):
    """The run lock was lost: another run may have begun, so this one stopped."""

    exit_code = ExitCode.LOCKED
