"""Restore a backup on trial: only then it counts."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

from console import ConfigurationError, OrderListError, SystemRefusedError, progress, workplace
from operations.backup import records
from operations.backup.policy import BackupPolicy, moment_of
from operations.backup.take import shelves
from operations.errors import DamagedError, PlaceError
from operations.log import Entry, Log
from operations.tables import Manifest, Shelf, fetch_from_any, finish, load, manifest_from_any
from warehouse import ConnectionFailedError, ConnectionLostError, DatabaseFailedError, Warehouse


@dataclass(frozen=True, slots=True)
class Checked:
    """What a trial found.

    Args:
        faults: what is wrong at which place, or with which table; the others were used.
        restored: tables that came back exactly as they were.
        complete: whether all did.
    """

    archive: str
    tables: int
    rows: int
    restored: int
    faults: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every table came back."""
        return self.restored == self.tables


def newest(there: list[Shelf]) -> str:
    """The newest backup that any place has.

    Raises:
        ConfigurationError: none has one.
        PlaceError: no place can be read.
    """
    found, faults = set[tuple[dt.datetime, str]](), list[str]()
    for shelf in there:
        try:  # retired tables lie there as well
            found.update((moment, name) for name in shelf.archives() if (moment := moment_of(name)))
        except PlaceError as error:
            faults.append(error.message)
    if found:
        return max(found)[1]
    if faults:
        raise PlaceError(f"No backup can be read: {'; '.join(faults)}")
    raise ConfigurationError("There is no backup yet.", hint="Run `maintenance backup`.")


def check(warehouse: Warehouse, policy: BackupPolicy, archive: str | None = None) -> Checked:
    """Read every file of a backup at every place, and restore its tables into a scratch place.

    Args:
        archive: which one; the newest when ``None``.

    Raises:
        ConfigurationError, PlaceError: there is no such backup that could be read.
        ConnectionFailedError, ConnectionLostError: the database went away meanwhile.
        DatabaseFailedError, SystemRefusedError: there is no room, or no right, for the trial.
    """
    began = time.monotonic()
    project_dir = warehouse.target.project_dir
    there, log = shelves(policy, project_dir), Log(warehouse)
    archive = archive or newest(there)
    faults: list[str] = []
    manifest = manifest_from_any(there, archive, lambda _: None)
    good = [shelf for shelf in there if _is_whole(shelf, manifest, faults)]
    restored = 0
    with (
        workplace("check") as folder,
        warehouse.scratch() as trial,
        progress("restoring tables", len(manifest.tables)) as advance,
    ):
        for table in manifest.tables:
            try:
                file = fetch_from_any(good or there, archive, table, folder, faults.append)
                with trial.session() as session:
                    load(session, table, file, table.structure.name)
                    finish(session, table, table.structure.name, alone=True)
                file.unlink()
                restored += 1
            except (ConnectionFailedError, ConnectionLostError, DatabaseFailedError, SystemRefusedError):
                raise  # says nothing of the backup, and each table would wait for the server anew
            except OrderListError as error:
                faults.append(error.message)
            advance(1)
    faults = list(dict.fromkeys(faults))
    result = Checked(archive, len(manifest.tables), manifest.rows, restored, tuple(faults))
    outcome = "failed" if not result.complete else "partial" if faults else "done"
    records.note(project_dir, log, Entry(
        records.CHECKED, archive, "done" if result.complete else "failed", " ".join(faults),
        seconds=time.monotonic() - began,
        evidence={
            "places": [shelf.label for shelf in good], "tables": restored, "rows": manifest.rows, "size": manifest.size,
            "sha256": manifest.sha256, "verdict": outcome,
        },
    ))  # fmt: skip
    return result


def _is_whole(shelf: Shelf, manifest: Manifest, faults: list[str]) -> bool:
    """Whether a place has the archive as it was written; what is wrong goes to ``faults``."""
    before = len(faults)
    try:
        if shelf.manifest(manifest.archive) != manifest:
            faults.append(f"{shelf.label}: {manifest.archive} has another manifest than the first place.")
    except (DamagedError, PlaceError) as error:
        faults.append(error.message)
        return False
    with workplace("check") as folder:
        for table in manifest.tables:
            try:
                shelf.fetch(manifest.archive, table, folder).unlink()
            except (DamagedError, PlaceError) as error:
                faults.append(error.message)
    return len(faults) == before
