"""Tables to every place at once, restored on trial before it counts."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console import listed, say, workplace
from operations.backup.policy import stamp
from operations.errors import NotRestoredError, PlaceError, RefusedStepError
from operations.log import person
from operations.tables import Format, Manifest, Shelf, TableFile, dump, finish, load
from warehouse import Warehouse

#: So many places keep an archive, or it is none.
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Archiver:
    """Who archives tables of a database, and where to.

    Args:
        kind: of its manifests: ``retirement``, ``take-over``.
        prefix: of the archives' names, before the moment.
        hint: what to do once a place was corrected.
    """

    warehouse: Warehouse
    shelves: Sequence[Shelf]
    kind: str
    prefix: str
    hint: str
    form: Format = "parquet"

    def archive(self, names: Sequence[str], now: dt.datetime) -> Manifest:
        """Copy tables, as they are at one moment, to every place, and restore them into a scratch place.

        Raises:
            RefusedStepError: there are too few places.
            PlaceError: one did not take it.
            NotRestoredError: one did not come back as it was.
            NoWorkplaceError: there is no room for the copy here.
        """
        whom = listed(names)
        if len(self.shelves) < ENOUGH:
            raise RefusedStepError(
                f"{whom} needs {ENOUGH} places for its archive; operations/backup.yml names {len(self.shelves)}.",
                hint="Name more places there.",
            )
        with workplace("archive") as folder:
            target = self.warehouse.target
            with self.warehouse.session(read_only=True) as session, session.transaction():
                version = session.catalog().version()
                files = tuple(dump(session, name, folder, self.form) for name in names)
            manifest = Manifest(
                kind=self.kind, archive=f"{self.prefix}-{stamp(now)}-{secrets.token_hex(2)}", target=target.name,
                engine=target.kind, version=version, made_at=now, made_by=person(), tables=files,
            )  # fmt: skip
            for shelf in self.shelves:
                say(f"{whom}: {manifest.rows:,} rows to {shelf.label} ...")
                stored = shelf.keep(manifest, folder)
                if stored.fault:
                    raise PlaceError(f"{whom} could not be archived: {stored.fault}", hint=self.hint)
            self._try(files, folder)
        return manifest

    def _try(self, files: Sequence[TableFile], folder: Path) -> None:
        with self.warehouse.scratch() as other, other.session() as session:
            for file in files:
                name = file.structure.name
                load(session, file, folder / file.file, name)
                finish(session, file, name, alone=True)
                back = session.catalog().structure(name)
                if [column.name for column in back.columns] != [column.name for column in file.structure.columns]:
                    raise NotRestoredError(f"{name} came back with other columns.", hint="Report this defect.")
