"""Everything from backup to rollback, done in a scratch database against a copy of the board."""

from operations.cutover.rehearsal.rehearse import LIMIT, Rehearsal, rehearse

__all__ = ["LIMIT", "Rehearsal", "rehearse"]
