"""The workbooks landed and built on the server, twice: with a fifth of the rows, then with all, in as many files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bench.claims import Claim, Report, ratio, spread
from bench.scratch import Scratch
from bench.sqlserver.counting import CountingWarehouse
from bench.sqlserver.landing import Landing, land_counted, plain_executemany
from bench.sqlserver.place import Build, Project, clear
from bench.sqlserver.shares import TIMES, share_in_words
from bench.workload import Workload
from console import say

LANDING, TRANSFORM = "landing", "transform"
_SPEED = 10
_ROWS_A_CHUNK = 1_000  # an insert that needs a round trip for fewer is no bulk insert


def measure_runs(
    report: Report, warehouse: CountingWarehouse, few: Workload, work: Workload, cache: Path, *,
    areas: Collection[str], macros: Path | None, slow_rows: int, turns: int,
) -> None:  # fmt: skip
    """Land ``few`` and ``work``; for the area transform build each too, and ``work`` on DuckDB beside it."""
    landings, builds = [], []
    project = Project(cache / "sqlserver", macros) if TRANSFORM in areas else None
    for some in (few, work):
        clear(warehouse)
        say(f"landing {some.rows:,} rows of {some.files} workbooks on the server ...")
        landings.append(land_counted(warehouse, some))
        if project:
            say("dbt build on the server ...")
            builds.append(project.build(warehouse.target))
    if LANDING in areas:
        report_statements(report, *landings)
        _report_speed(report, warehouse, landings[1], work, slow_rows=slow_rows, turns=turns)
    if TRANSFORM in areas:
        _report_builds(report, *builds, work=work, cache=cache)


def _report_speed(
    report: Report, warehouse: CountingWarehouse, landing: Landing, work: Workload, *, slow_rows: int, turns: int
) -> None:
    """By turns, the best of each: what else the machine and the server do comes and goes."""
    landed, plainly = [landing.speed], []
    for turn in range(turns):
        if turn:
            say(f"landing {work.rows:,} rows, turn {turn + 1} of {turns} ...")
            landed.append(land_counted(warehouse, work).speed)
        say(f"plain executemany of about {min(slow_rows, work.rows):,} of the same rows (slow) ...")
        plainly.append(plain_executemany(warehouse, landing.tables, slow_rows))
    ours, plain = (max(speeds, key=lambda speed: speed.cells_a_second) for speeds in (landed, plainly))
    text = f"speed of landing {work.files} workbooks / plain executemany"
    report.claims.append(
        Claim(LANDING, text, ratio(ours.cells_a_second, plain.cells_a_second), _SPEED, "x", "at least")
    )
    report.note(
        LANDING,
        rows=ours.rows,
        landing=spread([speed.seconds for speed in landed]),
        rows_per_second=ours.rows_a_second,
        cells_per_second=round(ours.cells_a_second),
        plain_executemany=spread([speed.seconds for speed in plainly]),
        plain_executemany_rows_per_second=plain.rows_a_second,
        plain_executemany_cells_per_second=round(plain.cells_a_second),
        plain_executemany_was_measured_with=share_in_words(plain.rows, ours.rows, plain.tables),
    )


def report_statements(report: Report, small: Landing, large: Landing) -> None:
    """Claim that ``large``, the same workbooks with more rows, took no more statements than ``small``."""
    further = large.speed.rows - small.speed.rows
    report.claims += [
        Claim(LANDING, f"{TIMES} times the rows: further statements, chunks of rows apart",
              large.statements - small.statements, 0, "statements"),
        Claim(LANDING, f"{TIMES} times the rows: further chunks, a chunk for 1,000 further rows",
              large.chunks - small.chunks, further // _ROWS_A_CHUNK, "chunks"),
    ]  # fmt: skip
    report.note(
        LANDING,
        statements={
            f"{one.speed.rows:,} rows": f"{one.statements:,} and {one.chunks:,} chunks of rows"
            for one in (small, large)
        },
    )


def _report_builds(report: Report, small: Build, large: Build, *, work: Workload, cache: Path) -> None:
    say("the same workbooks on DuckDB ...")
    local = Scratch.fresh(cache / "sqlserver-duckdb", work.folder)
    local.land()
    duckdb = local.build()
    report.claims.append(
        Claim(TRANSFORM, f"{TIMES} times the rows: further statements of dbt build",
              large.statements - small.statements, 0, "statements")
    )  # fmt: skip
    report.note(
        TRANSFORM,
        dbt_build_seconds=large.seconds,
        dbt_build_seconds_on_duckdb=duckdb.seconds,
        server_to_duckdb=f"{ratio(large.seconds, duckdb.seconds):.1f} x (no limit)",
        dbt_build_seconds_with_a_fifth_of_the_rows=small.seconds,
        statements={"a fifth": small.statements, "all": large.statements},
    )
