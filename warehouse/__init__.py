"""The database of a target: who we connect to, how we talk to it, and the lock that keeps two runs apart.

The one place that reads dbt profiles and opens connections. Loader, monday_sync and pipeline build on it.
"""

from warehouse.base import Column, Relations, Session, Warehouse
from warehouse.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    DoesNotFitError,
    LockLostError,
    StatementFailedError,
    WarehouseBusyError,
)
from warehouse.open import open_warehouse
from warehouse.profile import Target, load_target

__all__ = [
    "Column",
    "ConnectionFailedError",
    "ConnectionLostError",
    "DoesNotFitError",
    "LockLostError",
    "Relations",
    "Session",
    "StatementFailedError",
    "Target",
    "Warehouse",
    "WarehouseBusyError",
    "load_target",
    "open_warehouse",
]
