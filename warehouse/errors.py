"""Errors of the database side.

OrderListError
├── ConfigurationError
│   └── ConnectionFailedError   the database cannot be reached or refuses us       -> 2
└── WarehouseBusyError          the database stayed locked by another process      -> 1
"""

from __future__ import annotations

from console import ConfigurationError, OrderListError


class ConnectionFailedError(ConfigurationError):
    """The database cannot be reached, or does not let us in."""


class WarehouseBusyError(OrderListError):
    """Another process kept the database file open for longer than we wait."""
