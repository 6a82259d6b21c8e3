"""Renames relations of others aside, all of them or none, in one transaction with the row of the log."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

from console import listed
from operations.archiving import Archiver
from operations.cutover.context import Context
from operations.cutover.take_over.foreign import ASIDE, TAKE_OVER, Aside
from operations.cutover.take_over.look import Foreign
from operations.errors import CannotRenameError, RefusedStepError
from operations.kept import is_kept
from operations.log import Entry
from operations.names import AFTER
from operations.tables import Manifest, measured
from warehouse import Session, StatementFailedError

_BACK = "Nothing was renamed. Correct it, and run `cutover take-over` again."


class _NotForGoodError(Exception):
    """Ends a transaction that was only a trial."""


def archive(context: Context, relations: Sequence[Foreign]) -> Manifest | None:
    """Copy the tables among these to every place, restored on trial; ``None``: all of them are views.

    Raises:
        RefusedStepError, NotRestoredError, ConfigurationError: there is no archive that counts; nothing was renamed.
    """
    tables = [one.name for one in relations if one.kind == "table"]
    if not tables:
        return None
    hint = "Correct the place, and run `cutover take-over` again. Nothing was renamed."
    return Archiver(context.warehouse, context.shelves, TAKE_OVER, "take-over", hint).archive(tables, context.now())


def try_rename(context: Context, names: Sequence[str]) -> None:
    """Rename them and roll that back: what keeps one from it is known before anything else is done.

    Raises:
        RefusedStepError: one cannot be renamed.
    """
    with context.warehouse.session() as session:
        try:
            with session.transaction():
                _rename(session, [Aside(name, "") for name in names])
                raise _NotForGoodError  # noqa: TRY301 - the way out of the transaction
        except _NotForGoodError:
            pass
        except CannotRenameError as error:
            held = [f"{use.kind} {use.name}" for use in session.catalog().uses(error.name).found]
            if not held:
                raise
            hint = f"What names it, and may hold it: {listed(held)}. Take that away for the time being. {_BACK}"
            raise CannotRenameError(error.name, error.error, hint) from error


def set_aside(
    context: Context, relations: Sequence[Foreign], manifest: Manifest | None, before: Sequence[Aside], began: float
) -> tuple[Aside, ...]:
    """Rename them, make sure that each still has what was archived, and write it down: all of it, or nothing.

    Args:
        before: what earlier steps of the same take-over renamed.

    Raises:
        RefusedStepError: one cannot be renamed, or changed since it was archived; nothing was renamed.
    """
    archived = manifest.archive if manifest else None
    with context.warehouse.session() as session:
        catalog = session.catalog()
        asides = [
            Aside(one.name, "view", None, catalog.view(one.name), one.uses, one.rights)
            if one.kind == "view"
            else Aside(one.name, "table", archived, None, one.uses, one.rights)
            for one in relations
        ]
        there = session.relations()
        everything = (*before, *asides)
        with context.log.writing(session) as write:
            _rename(session, asides)
            for one in asides:
                file = manifest.table(one.name) if manifest else None
                if file and (different := file.measure.differences(measured(session, one.aside))):
                    raise RefusedStepError(
                        f"{one.name} changed since it was archived a moment ago: {'; '.join(different[:3])}.",
                        hint="Somebody writes to it: stop that. " + _BACK,
                    )
                if is_kept(one.name) and one.name + AFTER in there:
                    catalog.rename(one.name + AFTER, one.name)  # ours, from before an undo
            write(Entry(
                TAKE_OVER, context.warehouse.target.name, "begun", f"{len(asides)} relations renamed aside",
                after=ASIDE, seconds=time.monotonic() - began, at=context.now(),
                evidence={
                    "relations": [dataclasses.asdict(one) for one in everything], "archive": archived,
                    "places": [shelf.label for shelf in context.shelves] if manifest else [],
                    "rows": {f.structure.name: f.measure.rows for f in manifest.tables} if manifest else {},
                },
            ))  # fmt: skip
    return everything


def _rename(session: Session, asides: Sequence[Aside]) -> None:
    catalog = session.catalog()
    for one in asides:
        try:
            catalog.rename(one.name, one.aside)
        except StatementFailedError as error:
            raise CannotRenameError(one.name, error, error.hint or _BACK) from error
