"""What is known of backups: by the log, and in ``BACKUP_LOG.md`` for people without a database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from console import private_folder, refused, say
from operations.log import CUTOVER, MAINTENANCE, Entry, Log
from warehouse import Warehouse

FILE = Path("data/BACKUP_LOG.md")
TAKEN, CHECKED, BROUGHT_BACK, REMOVED = "backup", "backup check", "backup restore", "backup removal"
_HEAD = """# Backups

A line for each backup and each check, written by `maintenance`; the table `maintenance_log` has the same.

| when (UTC) | what | archive | places | tables | rows | bytes | sha256 of the manifest | outcome |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A backup, as the log knows it.

    Args:
        places: those that have it; none where it could not be written.
        verified_at: when it was last restored on trial, and was what had been written.
    """

    archive: str
    taken_at: dt.datetime
    outcome: str
    rows: int
    size: int
    places: tuple[str, ...]
    verified_at: dt.datetime | None


def records(log: Log) -> list[Record]:
    """All backups that were taken and that the policy has not removed everywhere since, newest first."""
    verified: dict[str, dt.datetime] = {}
    removed: set[str] = set()
    found = list[Record]()
    for entry in log.entries():
        facts = entry.evidence
        if entry.action == CHECKED and entry.outcome == "done" and entry.at:
            verified.setdefault(entry.subject, entry.at)
        elif entry.action == REMOVED:  # of a place: an archive
            removed.update(facts.get("removed", ()))
        elif entry.action == TAKEN and entry.at:
            kept = tuple(facts.get("places", ()))
            left = tuple(place for place in kept if f"{place}: {entry.subject}" not in removed)
            if left or not kept:
                found.append(Record(
                    entry.subject, entry.at, entry.outcome, int(facts.get("rows", 0)), int(facts.get("size", 0)), left,
                    verified.get(entry.subject),
                ))  # fmt: skip
    return found


def last_verified(log: Log) -> Record | None:
    """The newest backup that was restored on trial."""
    return next((record for record in records(log) if record.verified_at), None)


def spared(warehouse: Warehouse) -> set[str]:
    """Backups that stay, however old, or whatever came later that day.

    The last that was restored on trial, that to which a cutover rolls back, and what the last restore put aside.
    """
    log = Log(warehouse)
    verified = last_verified(log)
    rescues = [str(e.evidence["rescue"]) for e in log.entries(action=BROUGHT_BACK) if e.evidence.get("rescue")][:1]
    begun = [entry for entry in Log(warehouse, CUTOVER).entries(action="go") if entry.outcome == "begun"]
    before_go = [str(entry.evidence["backup"]) for entry in begun[:1] if entry.evidence.get("backup")]
    return {*before_go, *rescues, *([verified.archive] if verified else [])}


def note(project_dir: Path, log: Log, entry: Entry) -> None:
    """Write an entry to the log, and a line to the file: without the line the log has all of it."""
    log.write(entry)
    try:
        _add_line(project_dir / FILE, entry)
    except OSError as error:
        told = refused(error, f"{FILE.as_posix()} cannot be written")
        say(f"warning: {told.message} The line of this {entry.action} is missing there; {MAINTENANCE} has it.")


def _add_line(path: Path, entry: Entry) -> None:
    private_folder(path.parent)
    facts = entry.evidence
    places = ", ".join(f"`{place}`" for place in facts.get("places", ()))
    cells = (
        f"{entry.at or dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S}", entry.action, entry.subject, places,
        f"{facts.get('tables', 0):,}", f"{facts.get('rows', 0):,}", f"{facts.get('size', 0):,}",
        str(facts.get("sha256", "")), f"{entry.outcome}: {entry.message}" if entry.message else entry.outcome,
    )  # fmt: skip
    line = "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"
    with path.open("a", encoding="utf-8", newline="\n") as file:
        if file.tell() == 0:
            file.write(_HEAD)
        file.write(line)
