from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loader import Limits
from loader import reading as reading_module
from loader.reading import Job, Reading, reading_all
from loader.sources import Entry
from loader.sources.folder import Folder
from tests.loader.books import order, save


def read_all(place: Folder, processes: int) -> list[Reading]:
    jobs = [Job(entry, None) for entry in place.entries()]
    with reading_all(place, jobs, Limits(), processes) as readings:
        return list(readings)


def test_a_reading_process_that_dies_rejects_its_workbook_only(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker killed by the system (out of memory, say) costs one workbook, not the run."""
    for name in ("A.xlsx", "B.xlsx", "C.xlsx", "D.xlsx"):
        save(source, [order(name)], name=name)
    monkeypatch.setattr(reading_module, "_SMALL", 0)
    place = Lethal(source)
    readings = read_all(place, 2)
    outcome = {r.entry.file: "died" if r.error and "killed" in str(r.error) else r.sheet for r in readings}
    assert len(readings) == len(outcome) == 4
    assert outcome.pop("B.xlsx") == "died"
    assert all(outcome.values())


def test_processes_that_die_before_they_read_cost_nothing(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes start before there is work for them; if they are gone by then, others read."""
    for name in ("A.xlsx", "B.xlsx", "C.xlsx"):
        save(source, [order(name)], name=name)
    monkeypatch.setattr(reading_module, "_SMALL", 0)
    place = Folder(source)
    with reading_all(place, [Job(entry, None) for entry in place.entries()], Limits(), 2) as readings:
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
        assert {r.entry.file for r in readings if r.sheet} == {"A.xlsx", "B.xlsx", "C.xlsx"}


class Lethal(Folder):
    """A source whose workbook B kills the process that reads it."""

    def read(self, entry: Entry) -> bytes:
        if entry.file == "B.xlsx":
            os.kill(os.getpid(), signal.SIGKILL)
        return Folder.read(self, entry)


def test_processes_read_what_one_reads(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool gives the same sheets as reading in this process."""
    for n in range(5):
        save(source, [order(f"{n}-{m}") for m in range(n + 1)], name=f"{n}.xlsx")
    place = Folder(source)
    alone = {r.entry.file: r.sheet for r in read_all(place, 1)}
    monkeypatch.setattr(reading_module, "_SMALL", 0)
    assert {r.entry.file: r.sheet for r in read_all(place, 2)} == alone


def test_large_and_small_workbooks_are_read_by_turns(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    """The largest first, one for each process; then the smaller ones in between, each workbook once."""
    entries = [Entry(f"{size}.xlsx", f"{size}.xlsx", "", size) for size in range(1, 8)]
    read: list[int] = []

    def work(_source: object, job: Job, _limits: Limits) -> Reading:
        read.append(job.entry.size)
        return Reading(job.entry, 0.0)

    monkeypatch.setattr(reading_module, "_SMALL", 0)
    monkeypatch.setattr(reading_module, "_work", work)
    monkeypatch.setattr(reading_module, "_pool", lambda _processes: ThreadPoolExecutor(1))
    with reading_all(Folder(source), [Job(entry, None) for entry in entries], Limits(), 2) as readings:
        assert len(list(readings)) == len(entries)
    assert read == [7, 6, 3, 5, 2, 4, 1]
