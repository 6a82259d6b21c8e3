"""The take-over and the preflight, as the other steps use them."""

from __future__ import annotations

from operations.cutover.context import Context
from operations.cutover.preflight import Verdict, examine


def foreign_relations(_context: Context) -> list[str]:
    """Relations of somebody else's under our names, which a take-over would set aside."""
    return []


def set_aside(_context: Context) -> int:
    """Set them aside; returns how many."""
    return 0


def undo_take_over(_context: Context) -> None:
    """Put them back under their names."""


def examine_copy(context: Context) -> list[str]:
    """What the preflight finds in the copy of a rehearsal, each as a sentence."""
    failed = examine(context).having(Verdict.FAILED)
    return [f"preflight in the copy: {check.section}: {check.name}: {check.found}" for check in failed]
