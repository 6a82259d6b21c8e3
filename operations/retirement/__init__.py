"""Old tables taken away without breaking anyone: looked for, archived, set aside, watched, dropped; or brought back."""

from operations.retirement.context import Context, Table
from operations.retirement.entries import Entry, load_entries
from operations.retirement.plan import Planned, apply_next, is_table, plan, undo_last
from operations.retirement.rehearsal import Rehearsed, rehearse
from operations.retirement.states import STEPS, State
from operations.retirement.steps import Done, overdue

__all__ = [
    "STEPS", "Context", "Done", "Entry", "Planned", "Rehearsed", "State", "Table", "apply_next", "is_table",
    "load_entries", "overdue", "plan", "rehearse", "undo_last",
]  # fmt: skip
