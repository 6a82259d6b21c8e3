"""Brings a monday.com board to what the database says: plans, pushes exactly once, verifies and undoes.

Reads dbt's sync relations, writes only the ledger (``monday_sync_*``), talks to the boards of one target.
"""

from monday_sync.commands.failures import FailedCause, FailedRow, failed_rows, failure_causes
from monday_sync.commands.mapping import record_mapping
from monday_sync.commands.status import StatusResult, status
from monday_sync.commands.target import TargetPlan, plan, push
from monday_sync.domain.people import OffBoard
from monday_sync.domain.plan import Plan
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.merging import BoardResult, TargetResult
from monday_sync.engine.results import Counts, CustomerCounts, Problem, PushResult
from monday_sync.ledger.schema import KEPT, require_tables

__all__ = [
    "KEPT",
    "BoardResult",
    "Counts",
    "CustomerCounts",
    "FailedCause",
    "FailedRow",
    "OffBoard",
    "Plan",
    "Problem",
    "PushOptions",
    "PushResult",
    "StatusResult",
    "TargetPlan",
    "TargetResult",
    "failed_rows",
    "failure_causes",
    "plan",
    "push",
    "record_mapping",
    "require_tables",
    "status",
]
