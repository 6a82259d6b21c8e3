"""Reads workbooks, each in a process that may die of it: strangers wrote them, and the libraries that read are native.

A process has a limit of memory and of time. One that dies, hangs or runs out of memory costs its workbook, no other.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from console import NO_ROOM, refused, wait, workplace
from console.workers import Death, MortalWorkers
from loader.errors import NoRoomError, RejectedError, RetryableReadError
from loader.limits import Limits
from loader.sources import Entry, Source

if TYPE_CHECKING:
    from loader.workbook import Sheet

#: Takes long to import (Arrow): this process does so while its workers do.
_READER = "loader.workbook"
_COMMONEST_FORMAT = "loader.formats.xlsx"
_PAUSE_BEFORE_SECOND_TRY = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one workbook: a sheet; or nothing, when its bytes are those of last time; or an error."""

    entry: Entry
    seconds: float
    sha256: str | None = None
    sheet: Sheet | None = None
    error: RejectedError | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A workbook to read, and the hash its bytes had when it was landed last."""

    entry: Entry
    known_sha256: str | None = None


@contextmanager
def reading_all(source: Source, jobs: Sequence[Job], limits: Limits, processes: int) -> Iterator[Iterator[Reading]]:
    """Read every workbook, in any order. The rows lie in files until the block ends, or until their spool is removed.

    The processes start with the block and import what they need; they read when the first reading is asked for.
    """
    processes = min(processes, len(jobs))
    with workplace("spool") as folder:
        tasks = [_Task(source, job, limits, folder / str(number)) for number, job in enumerate(_largest_first(jobs))]
        with MortalWorkers(_work, _Begin(limits), processes) as workers:
            yield starmap(_reading, workers.results(tasks, limits.seconds))


def read_one(source: Source, job: Job, limits: Limits, spool: Path | None = None) -> Reading:
    """Read one workbook in this process.

    Args:
        spool: where the rows go, with the beginning of the files' name; in memory when ``None``.
    """
    started = time.monotonic()
    entry, sha256 = job.entry, None
    try:
        limits.check_file(entry.size)  # before it takes the memory
        entry, data = _bytes(source, entry)
        sha256 = hashlib.sha256(data).hexdigest()
        sheet = None if sha256 == job.known_sha256 else _sheet(entry.file, data, limits, spool)
    except RejectedError as error:
        return Reading(entry, time.monotonic() - started, sha256, error=error)
    except MemoryError:
        return Reading(entry, time.monotonic() - started, sha256, error=_out_of_memory(limits))
    except BaseException as error:
        # of the files that the rows lie in: a workbook is in memory when it is read
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return Reading(entry, time.monotonic() - started, sha256, error=_no_room(error, spool))
        # a panic inside calamine is no Exception, but it is this workbook's fault all the same
        if type(error).__name__ != "PanicException" and not isinstance(error, Exception):
            raise
        unreadable = RejectedError(
            f"The file cannot be read ({_plain(error)}).", hint="Open it in Excel and save it as .xlsx."
        )
        return Reading(entry, time.monotonic() - started, sha256, error=unreadable)
    return Reading(entry, time.monotonic() - started, sha256, sheet)


def processes_by_default() -> int:
    """One for each core this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sheet(file: str, data: bytes, limits: Limits, spool: Path | None) -> Sheet:
    from loader.spool import Spool  # noqa: PLC0415 - see _READER
    from loader.workbook import read_sheet  # noqa: PLC0415

    return read_sheet(file, data, limits, Spool(spool.parent, spool.name) if spool else None)


def _bytes(source: Source, entry: Entry) -> tuple[Entry, bytes]:
    """The bytes, after a second look when the first found the file in motion."""
    try:
        return entry, source.read(entry)
    except RetryableReadError as error:
        wait(_PAUSE_BEFORE_SECOND_TRY, f"{entry.file}: {error.message}", retry=1, of=1, file=entry.file)
        now = next((e for e in source.entries() if e.path == entry.path), None)
        if now is None:
            raise
        return now, source.read(now)


@dataclass(frozen=True, slots=True)
class _Task:
    """One workbook for a reading process."""

    source: Source
    job: Job
    limits: Limits
    spool: Path


@dataclass(frozen=True, slots=True)
class _Begin:
    """What a reading process does first."""

    limits: Limits

    def __call__(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - see _READER

        import_module(_READER)
        import_module(_COMMONEST_FORMAT)
        # with its first array Arrow reserves a gigabyte of addresses: within the limit nothing would be left of it
        pa.array([""])
        # what a native library says when it dies is for nobody: the rejection says what happened
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        _limit_memory(self.limits.memory_bytes)


def _work(task: _Task) -> Reading:
    import pyarrow as pa  # noqa: PLC0415 - see _READER

    try:
        return read_one(task.source, task.job, task.limits, task.spool)
    finally:
        # Arrow keeps what it has freed, and the next sheet needs its space before Arrow does
        pa.default_memory_pool().release_unused()


def _reading(task: _Task, outcome: Reading | Death, seconds: float) -> Reading:
    if isinstance(outcome, Reading):
        return outcome
    error = _too_slow(task.limits) if outcome is Death.HUNG else _out_of_memory(task.limits)
    return Reading(task.job.entry, seconds, error=error)


def _limit_memory(more: int) -> None:
    """Let this process take so many bytes more than it has; where the system knows no such limit, nothing happens."""
    try:
        import resource  # noqa: PLC0415 - Windows has none

        now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + more, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, OSError, ValueError):
        return


def _largest_first(jobs: Sequence[Job]) -> list[Job]:
    """Or large ones are what everybody waits for in the end."""
    return sorted(jobs, key=lambda job: job.entry.size, reverse=True)


def _out_of_memory(limits: Limits) -> RejectedError:
    return RejectedError(
        f"Reading it took more than the limit of {limits.memory_bytes:,} bytes of memory, or the reading process was "
        "killed.",
        hint="Save it from Excel as .xlsx; clear unused rows and columns, or raise ORDER_LIST_LIMIT_MEMORY_BYTES.",
    )


def _no_room(error: OSError, spool: Path | None) -> NoRoomError:
    told = refused(error, f"The rows on their way cannot be kept in {spool.parent if spool else 'memory'}")
    return NoRoomError(told.message, hint=f"{told.hint or ''} TMPDIR names another folder.".strip())


def _too_slow(limits: Limits) -> RejectedError:
    return RejectedError(
        f"Reading it took longer than the limit of {limits.seconds:,} seconds.",
        hint="Clear unused rows and columns in Excel, or raise ORDER_LIST_LIMIT_SECONDS.",
    )


def _plain(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
