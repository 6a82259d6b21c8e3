"""Take a backup."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from console import ConfigurationError, OrderListError, joined, progress, say, workplace
from operations.backup import records
from operations.backup.policy import BackupPolicy, outdated, stamp
from operations.backup.scope import tables
from operations.breaking_off import breaking_off
from operations.errors import DamagedError, PlaceError
from operations.log import Entry, Log, person
from operations.places import open_place
from operations.tables import Format, Manifest, Shelf, Stored, TableFile, dump
from warehouse import Warehouse

_KIND = "backup"
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was taken.

    Args:
        stored: each place, with what went wrong there.
        removed: older backups that the policy let go, as ``place: archive``.
        warnings: what weakens the backup though it is whole.
        native: the file of the server's own backup; ``None``: it took none.
    """

    archive: str
    tables: int
    rows: int
    size: int
    stored: tuple[Stored, ...]
    removed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    native: str | None = None

    @property
    def whole(self) -> bool:
        """Whether every place has it."""
        return all(one.fault is None for one in self.stored)


def shelves(policy: BackupPolicy, project_dir: Path) -> list[Shelf]:
    """The places of the policy."""
    return [Shelf(open_place(text, project_dir)) for text in policy.places]


def take(
    warehouse: Warehouse, policy: BackupPolicy,
    *, everything: bool = False, form: Format = "parquet", protected: str | None = None, locked: bool = False,
) -> Taken:  # fmt: skip
    """Copy what cannot be made again (or ``everything``) to each place, read it back there, and let old ones go.

    All tables are read in one transaction; nobody can write to the target meanwhile.

    Args:
        protected: a backup that stays, whatever the policy says.
        locked: whoever waits for this holds the target's lock already.

    Raises:
        LockHeldError: a run is at work.
        ConfigurationError: there is no database or no table yet, or the policy names no place.
        PlaceError: no place took it.
        NoWorkplaceError, DatabaseFailedError: there is no room here; the log says so.
    """
    began, now = time.monotonic(), dt.datetime.now(dt.UTC)
    project_dir = warehouse.target.project_dir
    there, log = shelves(policy, project_dir), Log(warehouse)
    if not warehouse.exists():
        raise ConfigurationError("There is no database yet, so nothing to back up.", hint="Run `pipeline run` first.")
    archive = f"{stamp(now)}-{secrets.token_hex(2)}"

    def broke_off(why: str) -> None:
        records.note(project_dir, log, Entry(records.TAKEN, archive, "failed", why, seconds=time.monotonic() - began))

    with nullcontext() if locked else warehouse.lock():
        with breaking_off(broke_off), workplace("backup") as folder:
            version, dumped = _dump(warehouse, folder, everything=everything, form=form)
            native, refusal = _native(warehouse, policy, archive)
            manifest = Manifest(
                kind=_KIND, archive=archive, target=warehouse.target.name, engine=warehouse.target.kind,
                version=version, made_at=now, made_by=person(), tables=tuple(dumped), native=native,
            )  # fmt: skip
            stored = []
            for shelf in there:
                say(f"writing {manifest.size:,} bytes to {shelf.label} ...")
                stored.append(shelf.keep(manifest, folder))
        whole = [one for one in stored if one.fault is None]
        outcome = "done" if len(whole) == len(stored) else "partial" if whole else "failed"
        message = "; ".join(one.fault for one in stored if one.fault)
        records.note(project_dir, log, Entry(
            records.TAKEN, archive, outcome, message, seconds=time.monotonic() - began,
            evidence={
                "places": [one.place for one in whole], "tables": len(dumped), "rows": manifest.rows,
                "size": manifest.size, "sha256": manifest.sha256, "native": native,
            },
        ))  # fmt: skip
        if not whole:
            raise PlaceError(
                f"No place took the backup: {message}", hint="Correct the places in operations/backup.yml."
            )
        removed = _let_go(there, policy, {archive, protected, *records.spared(warehouse)})
        if removed:
            log.write(Entry(records.REMOVED, archive, "done", f"{len(removed)} removed", evidence={"removed": removed}))
    warnings = [*_weak(there), *([refusal] if refusal else [])]
    return Taken(
        archive, len(dumped), manifest.rows, manifest.size, tuple(stored), tuple(removed), tuple(warnings), native
    )


def _native(warehouse: Warehouse, policy: BackupPolicy, archive: str) -> tuple[str | None, str | None]:
    """The file of the engine's own backup, or why it took none; what it refuses takes nothing from ours."""
    if policy.native is None:
        return None, None
    file = policy.native.file(archive)
    say(f"the server backs itself up to {file} ...")
    try:
        with warehouse.session() as session:
            return (file, None) if session.catalog().back_up(file, archive) else (None, None)
    except OrderListError as error:
        return None, f"the server took no backup of its own ({error.message}); this one stands without it"


def _dump(warehouse: Warehouse, folder: Path, *, everything: bool, form: Format) -> tuple[str, list[TableFile]]:
    with warehouse.session(read_only=True) as session, session.transaction():
        names, version = tables(session, everything=everything), session.catalog().version()
        if not names:
            raise ConfigurationError(
                "The database has no table that a backup would hold.", hint="Run `pipeline run` first."
            )
        with progress("reading tables", len(names)) as advance:
            dumped = []
            for name in names:
                dumped.append(dump(session, name, folder, form))
                advance(1)
    return version, dumped


def _let_go(there: Sequence[Shelf], policy: BackupPolicy, spared: Collection[str | None]) -> list[str]:
    """Remove what the policy does not keep; a place that does not let go keeps what it has."""
    removed = []
    for shelf in there:
        try:
            mine = [a for a in shelf.archives() if shelf.manifest(a).kind == _KIND]
            for archive in outdated(mine, policy.keep, spared=spared):
                shelf.remove(archive)
                removed.append(f"{shelf.label}: {archive}")
        except (DamagedError, PlaceError) as error:
            say(f"warning: old backups stay: {error.message}")
    return removed


def _weak(there: Sequence[Shelf]) -> list[str]:
    """What makes several places fall together."""
    by_device: dict[str, list[str]] = {}
    for shelf in there:
        try:
            by_device.setdefault(shelf.place.device(), []).append(shelf.label)
        except PlaceError:  # it was named already, when the backup went there
            continue
    found = [
        f"{joined(labels)} lie on one {device.split()[0]}, and fail together"
        for device, labels in by_device.items()
        if len(labels) > 1
    ]
    if len(there) < _ENOUGH:
        found.append(f"the policy names {len(there)} places; three that do not fail together are safe")
    return found
