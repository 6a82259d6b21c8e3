"""Whether a run that has not ended goes on, or was killed. Only the run lock knows: it dies with its process."""

from __future__ import annotations

from console import ConfigurationError, LockHeldError
from monitoring.book import LastRun
from warehouse import Warehouse


def was_killed(warehouse: Warehouse, last: LastRun | None) -> bool:
    """Whether a run counts as running and nobody holds the lock. Where it cannot be asked, the run goes on."""
    if last is None or last.status != "running":
        return False
    try:
        with warehouse.lock():  # for a moment, and only after a run that has not ended
            return True
    except (LockHeldError, ConfigurationError):
        return False
