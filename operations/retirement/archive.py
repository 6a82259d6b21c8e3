"""A table's archive: put to every place, restored on trial, read again, and brought back."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from console import OrderListError, say
from operations.backup.policy import stamp
from operations.errors import NotRestoredError, RefusedStepError
from operations.log import person
from operations.retirement.context import Context, Table
from operations.tables import Manifest, Shelf, TableFile, dump, fetch_from_any, finish, load, manifest_from_any
from warehouse import Session

_KIND = "retirement"
#: So many places keep an archive, or it is none.
ENOUGH = 3


def archive(context: Context, table: Table) -> Mapping[str, Any]:
    """Copy the table to every place, and restore it into a scratch place; what is written down of it.

    Raises:
        RefusedStepError: there are too few places, or one did not take it.
        NotRestoredError: it did not come back as it was.
    """
    if len(context.shelves) < ENOUGH:
        raise RefusedStepError(
            f"{table.name} needs {ENOUGH} places for its archive; operations/backup.yml names {len(context.shelves)}.",
            hint="Name more places there.",
        )
    now: dt.datetime = context.now()
    name = f"retired-{urllib.parse.quote(table.name, safe='')}-{stamp(now)}-{secrets.token_hex(2)}"
    with tempfile.TemporaryDirectory(prefix="order-list-archive-") as text:
        folder = Path(text)
        with context.warehouse.session(read_only=True) as session, session.transaction():
            version = session.catalog().version()
            file = dump(session, table.name, folder, context.form)
        manifest = Manifest(
            kind=_KIND, archive=name, target=context.warehouse.target.name, engine=context.warehouse.target.kind,
            version=version, made_at=now, made_by=person(), tables=(file,),
        )  # fmt: skip
        for shelf in context.shelves:
            say(f"{table.name}: {file.measure.rows:,} rows to {shelf.label} ...")
            stored = shelf.keep(manifest, folder)
            if stored.fault:
                raise RefusedStepError(
                    f"{table.name} could not be archived: {stored.fault}", hint="Correct the place, and apply again."
                )
        _try(context, file, folder)
    return {
        "archive": name, "places": [shelf.label for shelf in context.shelves], "rows": file.measure.rows,
        "size": file.size, "sha256": file.sha256,
    }  # fmt: skip


def _try(context: Context, file: TableFile, folder: Path) -> None:
    with context.warehouse.scratch() as other, other.session() as session:
        load(session, file, folder / file.file, file.structure.name)
        finish(session, file, file.structure.name, alone=True)
        back = session.catalog().structure(file.structure.name)
    if [column.name for column in back.columns] != [column.name for column in file.structure.columns]:
        raise NotRestoredError(f"{file.structure.name} came back with other columns.", hint="Report this defect.")


def stored(context: Context, name: str) -> TableFile:
    """The table's file as the archive describes it.

    Raises:
        PlaceError: no place has the archive.
    """
    return manifest_from_any(context.shelves, name, lambda _: None).tables[0]


def read_again(shelves: Sequence[Shelf], name: str) -> list[str]:
    """Read the archive at every place; what is wrong with it, place by place."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="order-list-archive-") as folder:
        for shelf in shelves:
            try:
                for table in shelf.manifest(name).tables:
                    shelf.fetch(name, table, Path(folder)).unlink()
            except OrderListError as error:
                faults.append(error.message)
    return faults


def bring_back(context: Context, session: Session, name: str, under: str) -> TableFile:
    """Make the table ``under`` a name from its archive: rows, keys and indexes; the file that described it."""
    table = stored(context, name)
    with tempfile.TemporaryDirectory(prefix="order-list-archive-") as folder:
        file = fetch_from_any(context.shelves, name, table, Path(folder), lambda told: say(f"warning: {told}"))
        session.drop_table(under)
        load(session, table, file, under)
    return table
