"""Lands new and changed workbooks."""

from __future__ import annotations

import datetime as dt
import fnmatch
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, islice, starmap
from pathlib import PurePath
from typing import TYPE_CHECKING

from console import progress, say
from loader import tables
from loader.errors import RejectedError, SourceError
from loader.limits import Limits
from loader.names import SUFFIXES, table_name
from loader.results import FileResult, LandResult, Status
from loader.sources import Entry, Source, open_source
from warehouse import Session, Warehouse

if TYPE_CHECKING:
    from loader.reading import Reading

_TEMPORARY = "~$"
_WORKBOOKS_PER_SESSION = 25


def land(
    warehouse: Warehouse,
    source: str | None = None,
    *,
    select: Sequence[str] = (),
    limit_files: int | None = None,
    full: bool = False,
    limits: Limits | None = None,
    processes: int | None = None,
) -> LandResult:
    """Land the workbooks of ``source`` that are new or changed; all of them when ``full``.

    A bad workbook is rejected, with its reason in the result and in ``loader_file_log``; its last good rows stay.

    Args:
        warehouse: where the rows go.
        source: folder or ``az://container/prefix``; ``ORDER_LIST_SOURCE``, else ``data/workbooks`` when ``None``.
        select: shell patterns for file names, compared without case; all when empty.
        limit_files: consider only the first so many, by name.

    Raises:
        ConfigurationError: nothing can be landed: no source, no workbook, no database.
        LockHeldError: another run is at work on this target.
    """
    started = time.monotonic()
    limits = limits or Limits.from_environment()
    place = open_source(source, warehouse.target.project_dir)
    entries, ignored = _choose(place, select, limit_files)
    with warehouse.lock():
        landing = _Landing(warehouse, place, limits, processes)
        results = landing.run(entries, full=full)
    order = {entry.path: index for index, entry in enumerate(entries)}
    return LandResult(
        run_id=landing.load.run_id, target=warehouse.target.name, source=_name(place, source),
        files=tuple(result for _, result in sorted(results.items(), key=lambda item: order[item[0]])),
        ignored=ignored, seconds=time.monotonic() - started,
    )  # fmt: skip


class _Landing:
    """One run over the chosen workbooks."""

    def __init__(self, warehouse: Warehouse, source: Source, limits: Limits, processes: int | None) -> None:
        self._warehouse = warehouse
        self._source = source
        self._limits = limits
        self._processes = processes
        run_id = uuid.uuid4().hex
        self.load = tables.Load(run_id, run_id, dt.datetime.now(dt.UTC).replace(tzinfo=None))
        self._results: dict[str, FileResult] = {}

    def run(self, entries: Sequence[Entry], *, full: bool) -> dict[str, FileResult]:
        named = self._name_tables(entries)
        if full or not self._warehouse.exists():  # nothing can be unchanged: the readers need not wait for a database
            self._read(self._jobs(entries, named, {}), named, prepare=True)
        else:
            with self._warehouse.session() as session:
                there = tables.prepare(session, named.values())
                jobs = self._jobs(entries, named, tables.last_loads(session, self._warehouse, there))
                if not jobs:
                    tables.log(session, self._not_landed(), self.load)
                    return self._results
            self._read(jobs, named, prepare=False)
        if left := self._not_landed():  # what was landed is in the log already, each with its table
            with self._warehouse.session() as session:
                tables.log(session, left, self.load)
        return self._results

    def _jobs(
        self, entries: Sequence[Entry], named: Mapping[str, str], last: Mapping[str, tables.LastLoad]
    ) -> dict[Entry, str | None]:
        """What is to be read, with the hash its bytes had last time; what is plainly unchanged is noted."""
        jobs: dict[Entry, str | None] = {}
        for entry in entries:
            if entry.path not in named:
                continue
            before = last.get(entry.file)
            # the table is compared too: after a change of the naming rule the workbook must land anew
            known = before if before and before.raw_table == named[entry.path] else None
            if known and known.etag == entry.etag:
                self._results[entry.path] = FileResult(
                    entry.file, named[entry.path], Status.UNCHANGED, bytes=entry.size, etag=entry.etag,
                    sha256=known.sha256,
                )  # fmt: skip
            else:
                jobs[entry] = known.sha256 if known else None
        return jobs

    def _read(self, jobs: Mapping[Entry, str | None], named: Mapping[str, str], *, prepare: bool) -> None:
        """Read and land, workbook by workbook; ``prepare`` the database first, while the readers start."""
        # imported here because most runs find nothing to read, and to import it takes a tenth of such a run
        from loader.reading import Job, processes_by_default, reading_all  # noqa: PLC0415

        # opening the file for each workbook costs more than landing a small one, but what DuckDB keeps of each table
        # it has written stays in memory until the session ends
        processes = self._processes or processes_by_default()
        with (
            progress("Workbooks", len(jobs)) as advance,
            reading_all(self._source, list(starmap(Job, jobs.items())), self._limits, processes) as readings,
        ):
            if prepare:
                with self._warehouse.session() as session:
                    tables.prepare(session, named.values())
            for first in readings:
                with self._warehouse.session() as session:
                    for reading in chain([first], islice(readings, _WORKBOOKS_PER_SESSION - 1)):
                        self._finish(session, reading, named[reading.entry.path])
                        advance(1)

    def _not_landed(self) -> list[FileResult]:
        return [result for result in self._results.values() if result.status is not Status.LANDED]

    def _name_tables(self, entries: Sequence[Entry]) -> dict[str, str]:
        """The table of each workbook that has one to itself; the others are rejected here."""
        named: dict[str, str] = {}
        users: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            try:
                named[entry.path] = table_name(entry.file)
            except RejectedError as error:
                self._reject(entry, None, error)
            else:
                users[named[entry.path].casefold()].append(entry)
        for sharing in users.values():
            if len(sharing) == 1:
                continue
            files = " and ".join(f"'{entry.file}'" for entry in sharing)
            for entry in sharing:
                table = named.pop(entry.path)
                self._reject(entry, table, RejectedError(
                    f"{files} map to one table, {table}.", mend="Keep one of them in the source, or rename the other."
                ))  # fmt: skip
        return named

    def _finish(self, session: Session, reading: Reading, table: str) -> None:
        entry, sheet = reading.entry, reading.sheet
        if reading.error:
            self._reject(entry, table, reading.error, seconds=reading.seconds, sha256=reading.sha256)
            return
        if sheet is None:
            self._results[entry.path] = FileResult(
                entry.file, table, Status.UNCHANGED, bytes=entry.size, seconds=reading.seconds, etag=entry.etag,
                sha256=reading.sha256,
            )  # fmt: skip
            return
        started = time.monotonic()
        result = FileResult(
            entry.file, table, Status.LANDED, rows=sheet.data.num_rows, columns=len(sheet.headers), bytes=entry.size,
            seconds=reading.seconds, sheet=sheet.name, header_row=sheet.header_row, etag=entry.etag,
            sha256=reading.sha256, warnings=sheet.warnings,
        )  # fmt: skip
        tables.land_sheet(session, self._warehouse, sheet, result, self.load)
        say(f"landed {entry.file}: {result.rows:,} rows in {reading.seconds + time.monotonic() - started:.2f} s")
        self._results[entry.path] = result

    def _reject(
        self, entry: Entry, table: str | None, error: RejectedError, *, seconds: float = 0.0, sha256: str | None = None
    ) -> None:
        say(f"rejected {entry.file}: {error}")
        self._results[entry.path] = FileResult(
            entry.file, table, Status.REJECTED, str(error), bytes=entry.size, seconds=seconds, etag=entry.etag,
            sha256=sha256,
        )  # fmt: skip


def _choose(source: Source, select: Sequence[str], limit_files: int | None) -> tuple[list[Entry], tuple[str, ...]]:
    files = source.entries()
    books = [f for f in files if PurePath(f.file).suffix.lower() in SUFFIXES and not f.file.startswith(_TEMPORARY)]
    ignored = tuple(f.file for f in files if f not in books)
    if not books:
        raise SourceError(
            f"There is no workbook in {_name(source, None)} ({len(files)} other files).",
            mend=f"Put files that end in {', '.join(SUFFIXES)} there, or give another source.",
        )
    patterns = [pattern.casefold() for pattern in select]
    chosen = [b for b in books if not patterns or any(fnmatch.fnmatchcase(b.file.casefold(), p) for p in patterns)]
    if not chosen:
        raise SourceError(
            f"No workbook matches {', '.join(select)}.",
            mend=f"There are, for example: {', '.join(b.file for b in books[:3])}.",
        )
    return chosen[:limit_files], ignored


def _name(source: Source, given: str | None) -> str:
    return given or str(getattr(source, "path", None) or getattr(source, "name", source))
