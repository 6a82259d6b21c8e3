"""Errors of the database side.

OrderListError
├── ConfigurationError
│   ├── ConnectionFailedError   the database cannot be reached or refuses us       -> 2
│   └── ForeignRelationError    a relation under one of our names is not ours      -> 2
├── WarehouseBusyError          the database stayed locked by another process      -> 1
├── ConnectionLostError         a deadlock, a conflict, a fail-over; run again     -> 1
├── StatementFailedError        the database refused a statement                   -> 1
├── DoesNotFitError             rows that the database could not hold              -> 1
└── LockLostError               the run lock is gone while we worked; run again    -> 3
"""

from __future__ import annotations

from collections.abc import Sequence

from console import ConfigurationError, ExitCode, OrderListError


class ConnectionFailedError(ConfigurationError):
    """The database cannot be reached, or does not let us in."""


class ForeignRelationError(ConfigurationError):
    """A relation stands under one of our names that we did not make. It was not touched."""

    def __init__(self, names: Sequence[str]) -> None:
        one = len(names) == 1
        super().__init__(
            f"{', '.join(names)} {'was' if one else 'were'} not made by this project, and a run would write there.",
            hint=f"Nothing was changed. Rename {'it' if one else 'them'}, or set another schema in profiles.yml.",
        )


class WarehouseBusyError(OrderListError):
    """Another process kept the database file open for longer than we wait."""


class ConnectionLostError(OrderListError):
    """Another transaction came first (deadlock, conflict), or the connection broke. Doing it again is safe."""


class StatementFailedError(OrderListError):
    """The database refused a statement: a right or room that is missing, a limit, a key that is there already."""


class DoesNotFitError(OrderListError):
    """Rows or names that the database has no room for, found before anything was sent."""


class LockLostError(OrderListError):
    """The run lock was lost: another run may have begun, so this one stopped."""

    exit_code = ExitCode.LOCKED
