"""The tables that our programs keep: no build makes their rows again."""

from __future__ import annotations

from loader import KEPT as LOADER
from monday_sync import KEPT as LEDGER
from monitoring import KEPT as MONITORING
from operations.log import KEPT as LOGS
from pipeline.history import KEPT as HISTORY
from pipeline.measures import KEPT as MEASURES
from warehouse import VERSIONS_KEPT, Kept

KEPT: tuple[Kept, ...] = (*LOADER, *LEDGER, *MONITORING, *HISTORY, *MEASURES, *LOGS)


def is_kept(name: str) -> bool:
    """Whether it is the name of one of them, or of the table of their versions."""
    return any(table.name.lower() == name.lower() for table in (*KEPT, VERSIONS_KEPT))
