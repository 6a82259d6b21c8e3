"""Reading processes: one workbook may kill, hang or swell one, and costs no other."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from loader import Limits
from loader import reading as reading_module
from loader.reading import Job, Reading, reading_all
from loader.sources import Entry
from loader.sources.folder import Folder
from tests.loader.books import order, save


def read_all(place: Folder, processes: int, limits: Limits | None = None) -> dict[str, Reading]:
    jobs = [Job(entry) for entry in place.entries()]
    with reading_all(place, jobs, limits or Limits(), processes) as readings:
        return {reading.entry.file: reading for reading in readings}


def fill(folder: Path, *names: str) -> None:
    for name in names:
        save(folder, [order(name)], name=name)


class Deadly(Folder):
    """A source whose workbook B is poison for the process that reads it."""

    deaths: ClassVar[dict[str, Callable[[], object]]] = {
        "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "aborted": os.abort,
        "crashed": lambda: ctypes.string_at(0),
        "left": lambda: os._exit(0),
        "swollen": lambda: bytearray(3 * 1024**3),
        "hung": lambda: time.sleep(600),
    }

    def read(self, entry: Entry) -> bytes:
        if entry.file == "B.xlsx":
            self.deaths[self.path.name]()
        return Folder.read(self, entry)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("death", list(Deadly.deaths))
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such deaths")
def test_a_workbook_that_kills_its_reader_costs_only_itself(tmp_path: Path, death: str, processes: int) -> None:
    """Killed, aborted by a native library, out of memory, or hung: the others are read, by one process as by two."""
    folder = tmp_path / death
    folder.mkdir()
    fill(folder, "A.xlsx", "B.xlsx", "C.xlsx")
    found = read_all(Deadly(folder), processes, Limits(seconds=5) if death == "hung" else None)
    assert {file for file, reading in found.items() if reading.sheet} == {"A.xlsx", "C.xlsx"}
    reason = str(found["B.xlsx"].error)
    assert ("longer than the limit of 5 seconds" if death == "hung" else "ORDER_LIST_LIMIT_MEMORY_BYTES") in reason


def test_one_small_workbook_is_read_in_a_child_too(tmp_path: Path) -> None:
    """However little there is to read, this process does not read it."""
    folder = tmp_path / "aborted"
    folder.mkdir()
    fill(folder, "B.xlsx")
    assert read_all(Deadly(folder), 1)["B.xlsx"].error


def test_processes_read_what_one_reads(source: Path) -> None:
    """Two give the same sheets as one."""
    for n in range(5):
        save(source, [order(f"{n}-{m}") for m in range(n + 1)], name=f"{n}.xlsx")
    jobs = [Job(entry) for entry in Folder(source).entries()]
    sheets = []
    for processes in (1, 2):
        with reading_all(Folder(source), jobs, Limits(), processes) as readings:
            sheets.append({r.entry.file: r.sheet and (r.sheet, r.sheet.data.to_pylist()) for r in readings})
    assert sheets[0] == sheets[1]
    assert all(sheets[0].values())


def test_nothing_is_left_of_the_rows_on_their_way(
    source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Their files are gone with the block; what a killed landing left is swept away a day later."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, young = (tmp_path / f"order-list-spool-{name}" for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir()
        (folder / "0-0.arrow").write_bytes(b"x")
    day_before_yesterday = time.time() - 2 * 24 * 3600
    os.utime(old, (day_before_yesterday, day_before_yesterday))
    fill(source, "A.xlsx")
    assert read_all(Folder(source), 1)["A.xlsx"].sheet
    assert [path.name for path in tmp_path.glob("order-list-spool-*")] == ["order-list-spool-young"]


def test_the_largest_workbooks_are_read_first() -> None:
    """Or they are what everybody waits for in the end."""
    jobs = [Job(Entry(f"{size}.xlsx", f"{size}.xlsx", "", size)) for size in range(1, 8)]
    assert [job.entry.size for job in reading_module._largest_first(jobs)] == [7, 6, 5, 4, 3, 2, 1]
