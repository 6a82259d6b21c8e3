"""Relations of others under our names: archived, renamed aside, and their board ids read into the ledger; and back."""

from operations.cutover.take_over.foreign import pending, taken
from operations.cutover.take_over.giving_back import Undone, undo
from operations.cutover.take_over.look import Foreign, Plan, plan
from operations.cutover.take_over.steps import Result, take_over

__all__ = ["Foreign", "Plan", "Result", "Undone", "pending", "plan", "take_over", "taken", "undo"]
