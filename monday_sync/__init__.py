"""Brings a monday.com board to what the database says: plans, pushes exactly once, verifies and undoes.

Reads dbt's sync relations, writes only the ledger (``monday_sync_*``), talks to the boards of one target.
"""

from monday_sync.commands.failures import FailedCause, FailedRow, failed_rows, failure_causes
from monday_sync.commands.look import BoardLook, Load, look_at_boards
from monday_sync.commands.mapping import record_mapping
from monday_sync.commands.opening import Opened, open_boards
from monday_sync.commands.operating import (
    Due,
    RunFacts,
    clean_up_test_data,
    compare,
    due_now,
    push_orders,
    read_back,
    rows_of_runs,
    runs_of,
    snapshot,
    undo_run,
)
from monday_sync.commands.status import StatusResult, status
from monday_sync.commands.take_over import TakenOver, ask_boards, take_over
from monday_sync.commands.target import TargetPlan, plan, push
from monday_sync.commands.undo_take_over import Forgotten, undo_take_over
from monday_sync.commands.verified import Verified, verify_lately
from monday_sync.commands.verify import VerifyResult
from monday_sync.domain.claims import Claim, FieldDifference, LeftClaim
from monday_sync.domain.people import OffBoard
from monday_sync.domain.plan import Plan
from monday_sync.domain.rows import Level
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.merging import BoardResult, TargetResult
from monday_sync.engine.results import Counts, CustomerCounts, Problem, PushResult
from monday_sync.ledger.schema import KEPT, require_tables

__all__ = [
    "KEPT",
    "BoardLook",
    "BoardResult",
    "Claim",
    "Counts",
    "CustomerCounts",
    "Due",
    "FailedCause",
    "FailedRow",
    "FieldDifference",
    "Forgotten",
    "LeftClaim",
    "Level",
    "Load",
    "OffBoard",
    "Opened",
    "Plan",
    "Problem",
    "PushOptions",
    "PushResult",
    "RunFacts",
    "StatusResult",
    "TakenOver",
    "TargetPlan",
    "TargetResult",
    "Verified",
    "VerifyResult",
    "ask_boards",
    "clean_up_test_data",
    "compare",
    "due_now",
    "failed_rows",
    "failure_causes",
    "look_at_boards",
    "open_boards",
    "plan",
    "push",
    "push_orders",
    "read_back",
    "record_mapping",
    "require_tables",
    "rows_of_runs",
    "runs_of",
    "snapshot",
    "status",
    "take_over",
    "undo_run",
    "undo_take_over",
    "verify_lately",
]
