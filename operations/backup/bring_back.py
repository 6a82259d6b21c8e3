"""Bring tables back from a backup."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console import ConfigurationError, OrderListError, progress, say, workplace
from operations.backup import records
from operations.backup.check import newest
from operations.backup.policy import BackupPolicy
from operations.backup.take import shelves, take
from operations.breaking_off import breaking_off
from operations.errors import ConfirmationNeededError
from operations.log import LOGS, Entry, Log
from operations.tables import Manifest, TableFile, fetch_from_any, finish, load, manifest_from_any, measured
from warehouse import Session, Warehouse

_BESIDE = "__restored"


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What a restore did.

    Args:
        restored: tables that are now as they were.
        unchanged: tables that were so already.
        overwritten: rows that the restored tables had before, all in all.
        rescue: the backup of what was overwritten, by which this can be undone; ``None`` when nothing was.
        faults: places that could not be used, and why.
    """

    archive: str
    restored: tuple[str, ...]
    unchanged: tuple[str, ...]
    overwritten: int
    rescue: str | None
    faults: tuple[str, ...]


def bring_back(
    warehouse: Warehouse, policy: BackupPolicy, archive: str | None = None,
    *, only: Sequence[str] = (), yes: int | None = None, asked: bool = False,
) -> BroughtBack:  # fmt: skip
    """Make tables what they were in a backup (the newest when ``archive`` is ``None``): all of them, or none.

    What they hold now is backed up first. The logs of the operations go on as they are, unless ``only`` names them.

    Args:
        only: these tables; all of the backup when empty.
        yes: the number of rows that may be overwritten, as the refusal said it.
        asked: whoever calls this has asked already.

    Raises:
        LockHeldError: a run is at work.
        ConfigurationError: there is no such backup, or no such table in it.
        ConfirmationNeededError: rows would be overwritten and ``yes`` is not their number; nothing was done.
        NotRestoredError, PlaceError: a table could not be read back whole; nothing was changed.
    """
    began = time.monotonic()
    there, log = shelves(policy, warehouse.target.project_dir), Log(warehouse)
    archive = archive or newest(there)
    faults: list[str] = []

    def broke_off(why: str) -> None:
        failed = Entry(records.BROUGHT_BACK, archive or "", "failed", why, seconds=time.monotonic() - began)
        records.note(warehouse.target.project_dir, log, failed)

    with warehouse.lock(), breaking_off(broke_off), workplace("restore") as folder:
        manifest = manifest_from_any(there, archive, faults.append)
        chosen = _chosen(manifest, only)
        with warehouse.session(read_only=True) as session:
            chosen, now = _compared(session, _chosen(manifest, only), spare=() if only else LOGS)
        different = [table for table in chosen if table.structure.name in now]
        overwritten = sum(now.values())
        if overwritten and yes != overwritten and not asked:
            raise ConfirmationNeededError(
                f"{overwritten:,} rows that are there now would be overwritten by what {archive} has.",
                hint=f"Look at them, then run the command again with --yes {overwritten}.",
            )
        rescue = None
        if overwritten:
            say("backing up what is there now ...")
            rescue = take(warehouse, policy, everything=True, protected=archive).archive
        names = [table.structure.name for table in different]
        if names:
            files = {
                table.structure.name: fetch_from_any(there, archive, table, folder, faults.append)
                for table in different
            }
            _replace(warehouse, different, files)
        result = BroughtBack(
            archive, tuple(names), tuple(t.structure.name for t in chosen if t not in different), overwritten, rescue,
            tuple(dict.fromkeys(faults)),
        )  # fmt: skip
        records.note(warehouse.target.project_dir, log, Entry(
            records.BROUGHT_BACK, archive, "done", "; ".join(result.faults), seconds=time.monotonic() - began,
            evidence={"tables": len(names), "rows": sum(t.measure.rows for t in different), "rescue": rescue,
                      "restored": names},
        ))  # fmt: skip
    return result


def _chosen(manifest: Manifest, only: Sequence[str]) -> list[TableFile]:
    if not only:
        return list(manifest.tables)
    found = [manifest.table(name) for name in only]
    missing = [name for name, table in zip(only, found, strict=True) if table is None]
    if missing:
        raise ConfigurationError(
            f"{manifest.archive} has no table {', '.join(missing)}.",
            hint=f"It has: {', '.join(sorted(t.structure.name for t in manifest.tables))}.",
        )
    return [table for table in found if table is not None]


def _compared(
    session: Session, chosen: Sequence[TableFile], *, spare: Sequence[str]
) -> tuple[list[TableFile], dict[str, int]]:  # fmt: skip
    """The tables to look at, and those of them that differ, with the rows that they have now.

    Args:
        spare: tables that are left out if they are there.
    """
    there, rows, kept = session.relations(), dict[str, int](), list[TableFile]()
    with progress("comparing tables", len(chosen)) as advance:
        for table in chosen:
            name = table.structure.name
            if name not in there:
                rows[name] = 0
            elif name.lower() not in spare:
                measure = measured(session, name)
                if table.measure.differences(measure):
                    rows[name] = measure.rows
            if name not in there or name.lower() not in spare:
                kept.append(table)
            advance(1)
    return kept, rows


def _replace(warehouse: Warehouse, different: Sequence[TableFile], files: dict[str, Path]) -> None:
    """Fill new tables beside the old ones, and put all of them in place in one transaction."""
    with warehouse.session() as session:
        try:
            with progress("restoring tables", len(different)) as advance:
                for table in different:
                    name = table.structure.name
                    session.drop_table(name + _BESIDE)
                    load(session, table, files[name], name + _BESIDE)
                    advance(1)
            with session.transaction():
                for table in different:
                    session.replace_table(table.structure.name, table.structure.name + _BESIDE)
                for table in different:
                    finish(session, table, table.structure.name)
        except OrderListError:
            for table in different:
                session.drop_table(table.structure.name + _BESIDE)
            raise
