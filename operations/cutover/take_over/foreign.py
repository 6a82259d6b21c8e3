"""What stands under our names and is not ours; and how far a take-over is, by the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loader import META_COLUMNS, is_raw_table
from operations.cutover.context import Context
from operations.kept import KEPT, is_kept
from operations.log import CUTOVER
from operations.names import BEFORE
from pipeline.ownership import foreign_relations
from warehouse import ForeignRelationError, Session, require_ours

TAKE_OVER, UNDO = "take-over", "take-over undo"
#: How far a take-over is: what was done last.
ASIDE, BUILT, DONE, UNDONE = "renamed aside", "built", "taken over", "as before"
_RAW_END = "_order_list_raw"


def pending(context: Context) -> list[str]:
    """Relations under our names that we did not make, sorted. Nothing is changed.

    Raises:
        NotOursError: dbt could not tell.
    """
    warehouse = context.warehouse
    if not warehouse.exists():
        return []
    found = set(foreign_relations(warehouse))
    with warehouse.session(read_only=True) as session:
        found |= set(_kept(session)) | set(_raw(session))
        spelled = {name.lower(): name for name in session.relations()}
    return sorted({spelled[name.lower()] for name in found if name.lower() in spelled})


def is_ours(session: Session, name: str) -> bool:
    """Whether a table or view that is there was made by one of our programs."""
    marks = {other.lower(): mark for other, mark in session.marks().items()}
    if marks.get(name.lower()) is not None:
        return True
    if is_kept(name):
        return not _kept(session, name)
    return is_raw_table(name) and not _raw(session, name)


def _kept(session: Session, only: str | None = None) -> Sequence[str]:
    try:
        require_ours(session, [table for table in KEPT if only is None or table.name.lower() == only.lower()])
    except ForeignRelationError as error:
        return error.names
    return ()


def _raw(session: Session, only: str | None = None) -> list[str]:
    names = [name for name in session.relations() if is_raw_table(name) and name.lower().endswith(_RAW_END)]
    names = [name for name in names if only is None or name.lower() == only.lower()]
    shapes = session.shapes(names, META_COLUMNS) if names else {}
    return [name for name in names if not set(META_COLUMNS) <= (shapes.get(name.lower()) or set())]


@dataclass(frozen=True, slots=True)
class Aside:
    """A relation that was renamed aside.

    Args:
        kind: ``table`` or ``view``.
        archive: the archive that has it; ``None`` for a view, whose ``definition`` is here.
        uses: what in the database names it.
        rights: who was given which right on it.
    """

    name: str
    kind: str
    archive: str | None = None
    definition: str | None = None
    uses: Sequence[str] = ()
    rights: Sequence[str] = ()

    @property
    def aside(self) -> str:
        """What it is called now."""
        return self.name + BEFORE


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the take-over is that is under way or done.

    Args:
        step: what was done last; ``None``: nothing, or it was undone.
        relations: what was renamed aside.
        evidence: of the last step.
    """

    step: str | None = None
    relations: tuple[Aside, ...] = ()
    evidence: Mapping[str, Any] | None = None


def progress(context: Context) -> Progress:
    """By the log."""
    entries = [
        entry for entry in context.log.entries()
        if entry.action in {TAKE_OVER, UNDO} and entry.outcome in {"begun", "done"} and entry.after
    ]  # fmt: skip
    if not entries or entries[0].after == UNDONE:
        return Progress()
    renamed = next((entry for entry in entries if entry.after in {ASIDE, UNDONE}), None)
    listed = renamed.evidence.get("relations", ()) if renamed is not None else ()
    return Progress(entries[0].after, tuple(Aside(**one) for one in listed), entries[0].evidence)


def taken(context: Context) -> list[str]:
    """Relations that are renamed aside now, by their names of before."""
    return [one.name for one in progress(context).relations]


def is_log(name: str) -> bool:
    """Whether the steps themselves are written down under this name."""
    return name.lower() == CUTOVER
