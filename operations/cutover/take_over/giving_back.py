"""The way back: the ledger forgets the links, what is ours goes, what was renamed gets its name again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import monday_sync
from console import argument, counted
from operations.breaking_off import Step, breaking_off
from operations.cutover.context import Context
from operations.cutover.take_over.foreign import (
    UNDO,
    UNDONE,
    Aside,
    Progress,
    is_log,
    is_ours,
    progress,
)
from operations.cutover.take_over.steps import PROD
from operations.errors import ConfirmationNeededError, NotNowError, PlaceError, RefusedStepError
from operations.kept import is_kept
from operations.log import Entry
from operations.names import AFTER
from operations.tables import TableFile, manifest_from_any, measured
from warehouse import Session, StatementFailedError

_LEDGER = "monday_sync_runs"


@dataclass(frozen=True, slots=True)
class Undone:
    """What was put back.

    Args:
        back: relations that have their names again.
        items, subitems: links that the ledger forgot.
        changed: in what they differ from their archive, where somebody changed them meanwhile or it cannot be read.
        kept: tables of ours with rows of their own, and what they are called now.
    """

    target: str
    back: tuple[str, ...]
    items: int
    subitems: int
    changed: tuple[str, ...]
    kept: tuple[str, ...] = ()


def undo(context: Context, *, yes: int | None = None) -> Undone:
    """Make everything what it was before the take-over. Killed anywhere, the same command goes on.

    Args:
        yes: on target prod, the number of relations that get their names back.

    Raises:
        LockHeldError: a run is at work.
        ConfirmationNeededError: on prod, without the number.
        RefusedStepError: there is nothing to undo, or something stands in the way; nothing was done.
        RefusedError: rows were pushed since; nothing was done.
    """
    target = context.warehouse.target
    with context.warehouse.lock():
        at = progress(context)
        if at.step is None:
            raise NotNowError("Nothing was taken over: there is nothing to undo.")
        if target.name == PROD and at.relations and yes != len(at.relations):
            raise ConfirmationNeededError(
                f"This gives {counted(len(at.relations), 'relation')} of target {PROD} their names back, and drops "
                "those that a build made under them.",
                hint=f"Give --yes {len(at.relations)} if that is what you want.",
            )

        def broke_off(why: str) -> None:
            context.log.write(Entry(UNDO, target.name, "failed", why, at=context.now()))

        with breaking_off(broke_off) as step:
            return _undo(context, at, step)


def _undo(context: Context, at: Progress, step: Step) -> Undone:
    began, target = time.monotonic(), context.warehouse.target
    with context.warehouse.session(read_only=True) as session:
        _require_all_there(session, at.relations)
        has_ledger = _LEDGER in session.relations()
    # first, for it refuses where rows were pushed since; done again, it has nothing to do
    forgotten = monday_sync.undo_take_over(target) if has_ledger else monday_sync.Forgotten((), 0, 0)
    step.begun = bool(forgotten.run_ids)
    files, unread = _archived(context, at.relations)
    with context.warehouse.session() as session, context.log.writing(session) as write:
        catalog = session.catalog()
        kept = _make_way(context, session, [one.name for one in at.relations])
        for one in at.relations:
            try:
                catalog.rename(one.aside, one.name)
            except StatementFailedError as error:
                raise RefusedStepError(
                    f"{one.aside} cannot be renamed back: {error.message}",
                    hint=error.hint or "Nothing was renamed. Correct it, and run `cutover take-over --undo` again.",
                ) from error
        changed = [*unread, *_changes(session, at.relations, files)]
        back = tuple(one.name for one in at.relations)
        write(Entry(
            UNDO, target.name, "done", f"{counted(len(back), 'relation')} as before", before=at.step, after=UNDONE,
            seconds=time.monotonic() - began, at=context.now(),
            evidence={"relations": [], "back": back, "runs": forgotten.run_ids, "items": forgotten.items,
                      "subitems": forgotten.subitems, "changed": changed, "kept": kept},
        ))  # fmt: skip
    return Undone(target.name, back, forgotten.items, forgotten.subitems, tuple(changed), tuple(kept))


def _require_all_there(session: Session, relations: Sequence[Aside]) -> None:
    """See that what was renamed is there as it was, and that what has its name is ours."""
    shapes, there = session.shapes([one.aside for one in relations]), session.relations()
    for one in relations:
        name = one.aside.lower()
        if name not in shapes or (shapes[name] is None) != (one.kind == "view"):
            raise RefusedStepError(
                f"{one.aside} is not there as the {one.kind} that was renamed aside.",
                hint=f"If it is being retired: `maintenance undo {argument(one.aside)} --to declared`. "
                f"Else bring it back from the archive {one.archive or 'of a backup'}.",
            )
        if one.name in there and (is_log(one.name) or not is_ours(session, one.name)):
            raise RefusedStepError(
                f"{one.name} was not made by this project, and stands where {one.aside} has to go.",
                hint="Rename it, and run `cutover take-over --undo` again.",
            )


def _make_way(context: Context, session: Session, names: Sequence[str]) -> list[str]:
    """Drop what is ours and can be made again, views first; what cannot be gets another name: which, as sentences."""
    standing = session.shapes(names)
    there = [name for name in names if name.lower() in standing]
    kept = [name for name in there if is_kept(name)]
    for name in kept:
        session.catalog().rename(name, name + AFTER)
    ours = [name for name in there if name not in kept]
    for name in sorted(ours, key=lambda name: standing[name.lower()] is not None):
        kind = "view" if standing[name.lower()] is None else "table"
        session.execute(f"drop {kind} {context.warehouse.relation(name)}")
    return [f"{name} is called {name + AFTER}" for name in kept]


def _archived(context: Context, relations: Sequence[Aside]) -> tuple[dict[str, TableFile], list[str]]:
    """What the archives say of the tables, by name; why it cannot be read, if so."""
    files, unread = dict[str, TableFile](), list[str]()
    for archive in dict.fromkeys(one.archive for one in relations if one.archive):
        try:
            manifest = manifest_from_any(context.shelves, archive, lambda _: None)
            files |= {file.structure.name: file for file in manifest.tables}
        except PlaceError as error:
            unread.append(f"not compared with its archive: {error.message}")
    return files, unread


def _changes(session: Session, relations: Sequence[Aside], files: dict[str, TableFile]) -> list[str]:
    catalog, found = session.catalog(), list[str]()
    for one in relations:
        file = files.get(one.name)
        if file is not None:
            found += [f"{one.name}: {text}" for text in file.measure.differences(measured(session, one.name))]
            if catalog.structure(one.name) != file.structure:
                found.append(f"{one.name}: its columns, keys, indexes or rights are others than before")
        elif one.kind == "view" and catalog.view(one.name) != one.definition:
            found.append(f"{one.name}: its definition is another than before")
    return found
