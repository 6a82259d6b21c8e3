"""Reads workbooks in worker processes, a bounded number at a time; one bad workbook hurts no other."""

from __future__ import annotations

import gc
import hashlib
import os
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import zip_longest
from typing import TYPE_CHECKING

from console.workers import worker_pool
from loader.errors import RejectedError, RetryableReadError
from loader.limits import Limits
from loader.sources import Entry, Source

if TYPE_CHECKING:
    from loader.workbook import Sheet

#: Takes long to import (Arrow, calamine): this process does so while its workers do.
_READER = "loader.workbook"

#: Below so many bytes in all, starting processes costs more than it saves.
_SMALL = 2 * 1024**2
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
    known_sha256: str | None


@contextmanager
def reading_all(source: Source, jobs: Sequence[Job], limits: Limits, processes: int) -> Iterator[Iterator[Reading]]:
    """Read every workbook, in any order. In memory at once: two for each process at most.

    The processes start with the block and import what they need; they read when the first reading is asked for.
    """
    if processes == 1 or len(jobs) <= 1 or sum(job.entry.size for job in jobs) < _SMALL:
        yield (read_one(source, job, limits) for job in jobs)
        return
    processes = min(processes, len(jobs))
    with _pool(processes) as pool:
        pool.submit(int)  # nothing: a pool starts its processes with its first job
        with closing(_read_in_pools(source, _in_good_order(jobs, processes), limits, pool, processes)) as readings:
            yield readings


def read_one(source: Source, job: Job, limits: Limits) -> Reading:
    """Read one workbook in this process."""
    started = time.monotonic()
    entry, sha256 = job.entry, None
    try:
        limits.check_file(entry.size)  # before it takes the memory
        entry, data = _bytes(source, entry)
        sha256 = hashlib.sha256(data).hexdigest()
        sheet = None if sha256 == job.known_sha256 else _sheet(entry.file, data, limits)
    except RejectedError as error:
        return Reading(entry, time.monotonic() - started, sha256, error=error)
    except MemoryError:
        return Reading(entry, time.monotonic() - started, sha256, error=_died())
    except BaseException as error:
        # a panic inside calamine is no Exception, but it is this workbook's fault all the same
        if type(error).__name__ != "PanicException" and not isinstance(error, Exception):
            raise
        unreadable = RejectedError(f"The file cannot be read ({error}).", mend="Open it in Excel and save it as .xlsx.")
        return Reading(entry, time.monotonic() - started, sha256, error=unreadable)
    return Reading(entry, time.monotonic() - started, sha256, sheet)


def processes_by_default() -> int:
    """One for each core this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sheet(file: str, data: bytes, limits: Limits) -> Sheet:
    from loader.workbook import read_sheet  # noqa: PLC0415 - see _READER

    return read_sheet(file, data, limits)


def _bytes(source: Source, entry: Entry) -> tuple[Entry, bytes]:
    """The bytes, after a second look when the first found the file in motion."""
    try:
        return entry, source.read(entry)
    except RetryableReadError:
        time.sleep(_PAUSE_BEFORE_SECOND_TRY)
        now = next((e for e in source.entries() if e.path == entry.path), None)
        if now is None:
            raise
        return now, source.read(now)


def _pool(processes: int) -> ProcessPoolExecutor:
    return worker_pool(processes, _begin_work)


def _begin_work() -> None:
    import_module(_READER)
    # a sheet is millions of cells and no cycles: looking for cycles among them again and again is a 20th of the work
    gc.freeze()
    gc.disable()


def _work(source: Source, job: Job, limits: Limits) -> Reading:
    import pyarrow as pa  # noqa: PLC0415 - see _READER

    try:
        return read_one(source, job, limits)
    finally:
        gc.collect()
        # Arrow keeps what it has freed, and the next sheet needs its space before Arrow does
        pa.default_memory_pool().release_unused()


def _in_good_order(jobs: Sequence[Job], processes: int) -> list[Job]:
    """One large workbook for each process, then small and large ones by turns.

    Large ones first, or they are what everybody waits for in the end. Small ones take less time to read than the parent
    takes to land them, so many of them in a row keep the readers waiting.
    """
    by_size = sorted(jobs, key=lambda job: job.entry.size, reverse=True)
    first, rest = by_size[:processes], by_size[processes:]
    large, small = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    by_turns = (job for pair in zip_longest(small, large) for job in pair if job)
    return [*first, *by_turns]


def _read_in_pools(
    source: Source, jobs: Sequence[Job], limits: Limits, pool: ProcessPoolExecutor, processes: int
) -> Generator[Reading]:
    """Read in ``pool``; when a process of it dies, what is left in another one."""
    waiting, suspects = yield from _read_in_pool(source, jobs, limits, pool, processes)
    for job in suspects:
        yield _read_alone(source, job, limits)
    if waiting:
        with _pool(processes) as another:
            yield from _read_in_pools(source, waiting, limits, another, processes)


def _read_in_pool(
    source: Source, jobs: Sequence[Job], limits: Limits, pool: ProcessPoolExecutor, processes: int
) -> Generator[Reading, None, tuple[list[Job], list[Job]]]:
    """Read until done or until a process dies; returns what was not begun, and what was being read then."""
    todo = list(reversed(jobs))
    running: dict[Future[Reading], Job] = {}
    while todo or running:
        while todo and len(running) <= processes:
            job = todo.pop()
            try:
                running[pool.submit(_work, source, job, limits)] = job
            except BrokenProcessPool:
                todo.append(job)
                break
        if not running:  # the process that died was reading nothing
            break
        import_module(_READER)
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        broken = []
        for future in done:
            job = running.pop(future)
            if not todo and not running:
                pool.shutdown(wait=False)  # the workers end while their last workbook is landed
            try:
                yield future.result()
            except BrokenProcessPool:
                broken.append(job)
        if broken:
            return todo[::-1], [*broken, *running.values()]
    return todo[::-1], []


def _read_alone(source: Source, job: Job, limits: Limits) -> Reading:
    """Read a workbook in a process of its own: if that dies too, it is this workbook that kills."""
    started = time.monotonic()
    with _pool(1) as pool:
        try:
            return pool.submit(_work, source, job, limits).result()
        except BrokenProcessPool:
            return Reading(job.entry, time.monotonic() - started, error=_died())


def _died() -> RejectedError:
    return RejectedError(
        "Reading it needed more memory than there is, or the reading process was killed.",
        mend="Clear unused rows, columns and pictures in Excel, or lower ORDER_LIST_LIMIT_CELLS.",
    )
