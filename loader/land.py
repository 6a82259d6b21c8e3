"""Lands new and changed workbooks."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, starmap
from pathlib import Path
from typing import TYPE_CHECKING

from console import SystemRefusedError, about, current_run, progress, say
from loader import absence, memory, tables
from loader.choice import Choice, Named, choose, name_tables, nothing_in
from loader.errors import NoRoomError, RejectedError, SourceError
from loader.limits import Limits
from loader.results import FileResult, LandResult, MissingWorkbook, Status
from loader.sources import Entry, Source, open_source
from warehouse import (
    ConnectionLostError,
    DatabaseFailedError,
    DoesNotFitError,
    Session,
    StatementFailedError,
    Warehouse,
)

if TYPE_CHECKING:
    from loader.reading import Reading
    from loader.workbook import Sheet

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
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> LandResult:
    """Land the workbooks of ``source`` that are new or changed; all of them when ``full``.

    A bad workbook is rejected, with its reason in the result and in ``loader_file_log``; its last good rows stay. One
    that used to come and is not there is named, unless ``select`` or ``limit_files`` ask for some only.

    Args:
        warehouse: where the rows go.
        source: folder or ``az://container/prefix``; ``ORDER_LIST_SOURCE``, else ``data/workbooks`` when ``None``.
        select: shell patterns for file names, compared without case; all when empty.
        limit_files: consider only the first so many, by name.
        now: the clock by which the load is dated.

    Raises:
        ConfigurationError: nothing can be landed: no source, no workbook, too many missing, no database.
        LockHeldError: another run is at work on this target.
    """
    started = time.monotonic()
    limits = limits or Limits.from_environment()
    share = absence.max_missing_share()
    place = open_source(source, warehouse.target.project_dir)
    choice = choose(place.entries(), select, limit_files)
    if not choice.books and not warehouse.exists():
        raise nothing_in(place, choice)
    with warehouse.lock():
        landing = _Landing(warehouse, place, limits, processes, now())
        with about(run_id=current_run() or landing.load.run_id, load_id=landing.load.load_id):
            results = landing.run(choice, full=full, max_missing=share)
    return LandResult(
        run_id=landing.load.run_id, target=warehouse.target.name, source=source or place.label,
        files=tuple(results[entry.path] for entry in choice.chosen),
        ignored=tuple(entry.file for entry, _ in choice.ignored), seconds=time.monotonic() - started,
        missing=landing.missing, notes=landing.notes,
    )  # fmt: skip


def workbooks_in(source: str | None, project_dir: Path) -> list[str]:
    """The names of the workbooks that are in ``source`` now; nothing is read or landed.

    Raises:
        SourceError: it cannot be reached, or has none.
    """
    place = open_source(source, project_dir)
    choice = choose(place.entries(), (), None)
    if not choice.books:
        raise nothing_in(place, choice)
    return [book.file for book in choice.books]


class _Landing:
    """One run over the chosen workbooks."""

    def __init__(
        self, warehouse: Warehouse, source: Source, limits: Limits, processes: int | None, at: dt.datetime
    ) -> None:  # fmt: skip
        self._warehouse = warehouse
        self._source = source
        self._limits = limits
        self._processes = processes
        run_id = uuid.uuid4().hex
        self.load = tables.Load(run_id, run_id, at.replace(tzinfo=None), memory.NOTHING.sequence, source.label)
        self.missing: tuple[MissingWorkbook, ...] = ()
        self.notes: tuple[str, ...] = ()
        self._results: dict[str, FileResult] = {}
        self._logged_too: list[FileResult] = []

    def run(self, choice: Choice, *, full: bool, max_missing: float) -> dict[str, FileResult]:
        if not self._warehouse.exists():  # nothing can be unchanged: the readers need not wait for a database
            named = self._name_tables(choice, memory.NOTHING)
            self._logged_too += choice.ignored_now(set())
            jobs = self._jobs(choice.chosen, named.tables, memory.NOTHING)
            if jobs:
                self._read(jobs, named.tables, prepare=True)
            else:
                with self._warehouse.session() as session:
                    tables.prepare(session)
        else:
            with self._warehouse.session() as session:
                possible = name_tables(choice.books, memory.NOTHING).all_tables
                known = memory.recall(session, self._warehouse, tables.prepare(session, possible))
                self.load = replace(self.load, sequence=known.sequence)
                named = self._name_tables(choice, known)
                self._look_around(session, choice, named, known, max_missing)
                jobs = self._jobs(choice.chosen, named.tables, memory.NOTHING if full else known)
                if not jobs:
                    self._log_the_rest(session)
                    return self._results
            self._read(jobs, named.tables, prepare=False)
        if self._not_landed() or self._logged_too:  # what was landed is in the log already, each with its table
            with self._warehouse.session() as session:
                self._log_the_rest(session)
        return self._results

    def _name_tables(self, choice: Choice, known: memory.Memory) -> Named:
        """The table of each workbook that has one to itself; of the others, those that were chosen are rejected."""
        named = name_tables(choice.books, known)
        for entry in choice.chosen:
            if entry.path in named.rejected:
                table, error = named.rejected[entry.path]
                self._reject(entry, table, error)
        return named

    def _look_around(
        self, session: Session, choice: Choice, named: Named, known: memory.Memory, max_missing: float
    ) -> None:
        """Name what is missing, and remember to log it with the files that were ignored.

        Raises:
            SourceError: there is no workbook, or too many are missing; the log has them nevertheless.
        """
        before = memory.ignored_before(session, self._warehouse) if choice.ignored else set()
        self._logged_too += choice.ignored_now(before)
        if choice.partial and choice.books:
            return
        source = self._source.label
        absent = absence.look_for_absent(known, source, (entry.file for entry in choice.books), named.all_tables)
        since = memory.missing_since(session, self._warehouse) if absent.missing else {}
        self.missing = tuple(
            MissingWorkbook(seen.file, seen.raw_table or "", seen.at, since.get(seen.file, self.load.at))
            for seen in absent.missing
        )
        self.notes = absent.notes
        self._logged_too += absence.as_results(self.missing, absent.closed)
        try:
            absence.refuse_if_too_many(self.missing, absent.expected, source, max_missing)
            if not choice.books:
                raise nothing_in(self._source, choice, len(self.missing))
        except SourceError:
            self._log_the_rest(session)
            raise
        for found in self.missing:
            say(f"missing {found.file}: {found.message}", level=logging.WARNING, file=found.file)

    def _jobs(
        self, entries: Sequence[Entry], named: Mapping[str, str], known: memory.Memory
    ) -> dict[Entry, str | None]:
        """What is to be read, with the hash of what its table holds; what is plainly unchanged is noted."""
        jobs: dict[Entry, str | None] = {}
        for entry in entries:
            if entry.path not in named:
                continue
            content, seen = known.content(named[entry.path]), known.files.get(entry.file)
            # what the table holds counts, not what was landed at some time: another workbook may have had it since
            landed = content.sha256 if content and content.file == entry.file else None
            if landed and seen and seen.is_same(entry, landed, self._source.label):
                self._results[entry.path] = FileResult(
                    entry.file, named[entry.path], Status.UNCHANGED, bytes=entry.size, etag=entry.etag, sha256=landed,
                )  # fmt: skip
            else:
                jobs[entry] = landed
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
                    tables.prepare(session)
            for first in readings:
                with self._warehouse.session() as session:
                    for reading in chain([first], islice(readings, _WORKBOOKS_PER_SESSION - 1)):
                        self._finish(session, reading, named[reading.entry.path])
                        advance(1)

    def _not_landed(self) -> list[FileResult]:
        return [result for result in self._results.values() if result.status is not Status.LANDED]

    def _log_the_rest(self, session: Session) -> None:
        tables.log(session, [*self._not_landed(), *self._logged_too], self.load)

    def _finish(self, session: Session, reading: Reading, table: str) -> None:
        entry, sheet = reading.entry, reading.sheet
        if isinstance(reading.error, NoRoomError):  # no fault of the workbook, and the next one would fare no better
            raise SystemRefusedError(reading.error.message, hint=reading.error.hint)
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
            entry.file, table, Status.LANDED, rows=sheet.height, columns=len(sheet.headers), bytes=entry.size,
            seconds=reading.seconds, sheet=sheet.name, header_row=sheet.header_row, etag=entry.etag,
            sha256=reading.sha256, warnings=sheet.warnings,
        )  # fmt: skip
        try:
            self._land_sheet(session, sheet, result)
        except DatabaseFailedError:  # no fault of the workbook: the next one would fare no better
            raise
        except (DoesNotFitError, StatementFailedError, ConnectionLostError) as error:
            refused = RejectedError(f"The database does not take it: {error.message}", hint=error.hint)
            self._reject(entry, table, refused, seconds=reading.seconds, sha256=reading.sha256)
            return
        finally:
            sheet.spool.remove()
        seconds = reading.seconds + time.monotonic() - started
        say(f"landed {entry.file}: {result.rows:,} rows in {seconds:.2f} s", file=entry.file,
            milliseconds=round(seconds * 1000), rows=result.rows)  # fmt: skip
        self._results[entry.path] = result

    def _land_sheet(self, session: Session, sheet: Sheet, result: FileResult) -> None:
        """Land it, and once more if the database broke off: nothing was kept, and a new session may work."""
        try:
            tables.land_sheet(session, self._warehouse, sheet, result, self.load)
        except ConnectionLostError as error:
            say(
                f"{result.file}: {error.message} It is landed again (retry 1 of 1).",
                level=logging.WARNING,
                file=result.file,
            )
            with self._warehouse.session() as another:
                tables.land_sheet(another, self._warehouse, sheet, result, self.load)

    def _reject(
        self, entry: Entry, table: str | None, error: RejectedError, *, seconds: float = 0.0, sha256: str | None = None
    ) -> None:
        say(f"rejected {entry.file}: {error}", level=logging.WARNING, file=entry.file)
        self._results[entry.path] = FileResult(
            entry.file, table, Status.REJECTED, str(error), bytes=entry.size, seconds=seconds, etag=entry.etag,
            sha256=sha256,
        )  # fmt: skip
