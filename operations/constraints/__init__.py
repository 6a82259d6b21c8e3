"""What must hold in tables that are never rebuilt: checked in the data, added for new rows, then held to old rows."""

from operations.constraints.declared import Constraint, load_constraints
from operations.constraints.rhythm import Done, Stage, Standing, apply_next, standings, undo_last

__all__ = ["Constraint", "Done", "Stage", "Standing", "apply_next", "load_constraints", "standings", "undo_last"]
