"""A table's archive: put to every place, restored on trial, read again, and brought back."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

from console import say, workplace
from operations.archiving import Archiver
from operations.errors import DamagedError, PlaceError
from operations.retirement.context import Context, Table
from operations.tables import Shelf, TableFile, fetch_from_any, load, manifest_from_any
from warehouse import Session

_KIND = "retirement"


def archive(context: Context, table: Table) -> Mapping[str, Any]:
    """Copy the table to every place, and restore it into a scratch place; what is written down of it.

    Raises:
        RefusedStepError: there are too few places, or one did not take it.
        NotRestoredError: it did not come back as it was.
    """
    archiver = Archiver(
        context.warehouse, context.shelves, _KIND, f"retired-{urllib.parse.quote(table.name, safe='')}",
        "Correct the place, and apply again.", context.form,
    )  # fmt: skip
    manifest = archiver.archive([table.name], context.now())
    (file,) = manifest.tables
    return {
        "archive": manifest.archive, "places": [shelf.label for shelf in context.shelves], "rows": file.measure.rows,
        "size": file.size, "sha256": file.sha256,
    }  # fmt: skip


def stored(context: Context, name: str) -> TableFile:
    """The table's file as the archive describes it.

    Raises:
        PlaceError: no place has the archive.
    """
    return manifest_from_any(context.shelves, name, lambda _: None).tables[0]


def read_again(shelves: Sequence[Shelf], name: str) -> list[str]:
    """Read the archive at every place; what is wrong with it, place by place."""
    faults = []
    with workplace("archive") as folder:
        for shelf in shelves:
            try:
                for table in shelf.manifest(name).tables:
                    shelf.fetch(name, table, folder).unlink()
            except (DamagedError, PlaceError) as error:
                faults.append(error.message)
    return faults


def bring_back(context: Context, session: Session, name: str, under: str) -> TableFile:
    """Make the table ``under`` a name from its archive: rows, keys and indexes; the file that described it."""
    table = stored(context, name)
    with workplace("archive") as folder:
        file = fetch_from_any(context.shelves, name, table, folder, lambda told: say(f"warning: {told}"))
        session.drop_table(under)
        load(session, table, file, under)
    return table
