"""The take-over and the preflight, as the other steps use them."""

from __future__ import annotations

from operations.cutover import take_over
from operations.cutover.context import Context
from operations.cutover.preflight import Verdict, examine


def foreign_relations(context: Context) -> list[str]:
    """Relations of somebody else's under our names, which a take-over would set aside."""
    return take_over.pending(context)


def set_aside(context: Context, source: str) -> int:
    """Take them over, in the copy of a rehearsal; returns how many."""
    number = len(take_over.plan(context).asides)
    return len(take_over.take_over(context, yes=number, source=source).renamed)


def taken_relations(context: Context) -> list[str]:
    """Relations that are renamed aside now, by their names of before."""
    return take_over.taken(context)


def undo_take_over(context: Context) -> None:
    """Put them back under their names, if they were taken over."""
    if relations := taken_relations(context):
        take_over.undo(context, yes=len(relations))


def examine_copy(context: Context) -> list[str]:
    """What the preflight finds in the copy of a rehearsal, each as a sentence."""
    failed = examine(context).having(Verdict.FAILED)
    return [f"preflight in the copy: {check.section}: {check.name}: {check.found}" for check in failed]
