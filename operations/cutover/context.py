"""What the steps of a cutover work with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from operations.backup import BackupPolicy, load_policy, shelves
from operations.log import CUTOVER, Log
from operations.tables import Shelf
from warehouse import Warehouse, load_target, open_warehouse


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """One target, the policy of its backups, and the places of archives.

    Args:
        shelves: where archives go; at least three.
        now: the clock.
        log: the ``cutover_log`` of the target.
    """

    warehouse: Warehouse
    policy: BackupPolicy
    shelves: Sequence[Shelf]
    now: Callable[[], dt.datetime] = _now
    log: Log = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", Log(self.warehouse, CUTOVER))

    @property
    def project_dir(self) -> Path:
        """The project's folder."""
        return self.warehouse.target.project_dir


def open_context(target: str | None) -> Context:
    """The context of a target (default: that of the profile)."""
    warehouse = open_warehouse(load_target(target))
    project_dir = warehouse.target.project_dir
    policy = load_policy(project_dir)
    return Context(warehouse, policy, shelves(policy, project_dir))
