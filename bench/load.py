"""Landing: against bare python-calamine, against pandas with openpyxl, unchanged, and with ten times the files."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from bench.claims import Claim, Report, ratio, spread
from bench.environments import former_way, production
from bench.errors import MeasurementError
from bench.measure import Measurement, python, run
from bench.places import ROOT
from bench.scratch import Scratch, processes
from bench.workload import Workload
from console import say

_AREA = "load"
_COPIES = 10
_SHORT_RUNS = 5


def measure_load(report: Report, work: Workload, cache: Path, *, repeats: int) -> None:
    """Land ``work`` ``repeats`` times, each between two readings by calamine and then unchanged; pandas once."""
    count = processes()
    bare = [read(work.folder, "calamine", count)]
    landed: list[Measurement] = []
    again: list[Measurement] = []
    for turn in range(repeats):
        say(f"landing {work.rows:,} rows, turn {turn + 1} of {repeats} ...")
        scratch = Scratch.fresh(cache / "load", work.folder)
        landed.append(scratch.land())
        bare.append(read(work.folder, "calamine", count))
        # so short a run is soon half as long again: the middle one of some
        again.append(sorted((scratch.land() for _ in range(_SHORT_RUNS)), key=lambda m: m.seconds)[_SHORT_RUNS // 2])
    say("reading the same files with pandas and openpyxl (slow) ...")
    former = read(work.folder, "pandas", 1)
    if former.output != bare[0].output:
        raise MeasurementError("The two yardsticks read different rows, so their times compare nothing.")
    peak = max(m.peak_mib for m in landed)
    report.claims += [
        Claim(
            _AREA,
            f"landing / bare calamine, {count} processes each",
            _by_turns(_seconds(landed), _around(bare)),
            2.5,
            "x",
        ),
        Claim(_AREA, "landing / pandas + openpyxl reading", ratio(_middle(landed), former.seconds), 0.1, "x"),
        Claim(_AREA, "peak memory of the largest process", peak, 1024, "MiB"),
        Claim(_AREA, "landing unchanged", _middle(again), 1, "s"),
    ]
    report.note(
        _AREA,
        rows=work.rows,
        landing=spread(_seconds(landed)),
        landing_cpu_seconds=landed[-1].cpu_seconds,
        calamine_cpu_seconds=bare[-1].cpu_seconds,
        rows_per_second=round(work.rows / _middle(landed)),
        calamine=spread(_seconds(bare)),
        pandas_openpyxl_seconds=former.seconds,
        landing_unchanged=spread(_seconds(again)),
        starting_python_and_click=spread(_seconds([_bare_start() for _ in range(repeats)])),
    )


def measure_many_files(report: Report, work: Workload, cache: Path) -> None:
    """Ten times the files of the same size: time grows with them, memory does not."""
    folder = cache / f"{work.folder.name}-copies"
    _copies(work.folder, folder)
    say(f"landing {work.files} files, then {_COPIES * work.files} ...")
    few = Scratch.fresh(cache / "few", work.folder).land()
    many = Scratch.fresh(cache / "many", folder).land()
    report.claims += [
        Claim(_AREA, f"{_COPIES} times the files: time", ratio(many.seconds, few.seconds), 11, "x"),
        Claim(_AREA, f"{_COPIES} times the files: memory", ratio(many.peak_bytes, few.peak_bytes), 1.25, "x"),
    ]
    report.note(
        _AREA, many_files_seconds=many.seconds, many_files_peak_mib=many.peak_mib, few_files_peak_mib=few.peak_mib
    )


def read(folder: Path, reader: str, count: int) -> Measurement:
    """Merely read all workbooks with one of the yardsticks."""
    interpreter = former_way() if reader == "pandas" else production()
    command = python("bench.readers", reader, folder, "--processes", str(count), interpreter=interpreter)
    return run(command, folder=ROOT)


def _by_turns(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The middle one of the turns' ratios: a shared machine's speed changes less within a turn than between two."""
    return statistics.median(ratio(our, their) for our, their in zip(ours, theirs, strict=True))


def _around(runs: Sequence[Measurement]) -> list[float]:
    """The mean of each two that follow each other, for what ran between them."""
    return [statistics.mean(pair) for pair in pairwise(_seconds(runs))]


def _seconds(runs: Sequence[Measurement]) -> list[float]:
    return [run.seconds for run in runs]


def _middle(runs: Sequence[Measurement]) -> float:
    return statistics.median(_seconds(runs))


def _bare_start() -> Measurement:
    """What any command line of ours pays before it does anything."""
    return run(python("bench.readers", "--help", interpreter=production()), folder=ROOT)


def _copies(source: Path, folder: Path) -> None:
    """Every workbook ten times, under names that lead to tables of their own."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    for path in source.glob("*.xls*"):
        for number in range(_COPIES):
            os.link(path, folder / f"COPY{number} {path.name}")
