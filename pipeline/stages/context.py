"""What every stage may know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.history import History
from pipeline.model import NOTHING_PUSHED, Pushed
from pipeline.options import RunOptions
from warehouse import Target, Warehouse


@dataclass(slots=True)
class Context:
    """One run as its stages see it. ``pushed`` is set by the sync stage; ``now`` is the run's clock."""

    run_id: str
    warehouse: Warehouse
    options: RunOptions
    history: History
    pushed: Pushed = NOTHING_PUSHED
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    @property
    def target(self) -> Target:
        """The target of the run."""
        return self.warehouse.target

    @property
    def project_dir(self) -> Path:
        """Where the project's files are."""
        return self.target.project_dir
