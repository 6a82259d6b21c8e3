"""Command line of ``make bench-sqlserver``."""

from __future__ import annotations

from pathlib import Path

import click

from bench.claims import Report
from bench.kept import keep, note_machine
from bench.places import CACHE, ROOT
from bench.sqlserver.shares import TIMES
from bench.workload import workload
from console import CONTEXT_SETTINGS, ExitCode, OneCommand, command, json_option, print_result
from samples import FULL_ROWS
from warehouse import load_target, open_warehouse

AREAS = ("landing", "transform", "ways")
_FILES = 46


@click.command(
    cls=OneCommand,
    context_settings=CONTEXT_SETTINGS,
    epilog="Example: make bench-sqlserver ARGS='--rows 20000 --only transform --json'",
)
@click.option("--target", default="prod", show_default=True, help="A SQL Server target of profiles.yml.")
@click.option(
    "--rows",
    default=FULL_ROWS,
    show_default=True,
    type=click.IntRange(min=TIMES * _FILES),
    help="Rows of the 46 workbooks together; the default is what customers sent. Fewer suit a small server, but a "
    "landing has costs per workbook, so with few rows its claim may fail.",
)
@click.option(
    "--slow-rows",
    default=2_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="About how many of them to send one row at a time: whole workbooks of average height.",
)
@click.option(
    "--turns",
    default=2,
    show_default=True,
    type=click.IntRange(min=1),
    help="How often landing and executemany are measured, in turns; the best of each counts.",
)
@click.option(
    "--way-rows",
    default=10_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="Rows of 100 columns for each way to insert in bulk.",
)
@click.option("--only", multiple=True, type=click.Choice(AREAS), help="Only this area. Repeatable.")
@click.option(
    "--macros",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    help="dbt macros laid over the project's, for an endpoint that only resembles SQL Server "
    "(Babelfish: tests/sqlserver_live/babelfish/macros).",
)
@json_option
@command
def main(
    *,
    target: str,
    rows: int,
    slow_rows: int,
    turns: int,
    way_rows: int,
    only: tuple[str, ...],
    macros: Path | None,
    as_json: bool,
) -> ExitCode:
    """Measure what is claimed about SQL Server, as ratios of one run on one server; exit 1 if a claim fails.

    The login comes from the profile (ORDER_LIST_SQLSERVER_HOST, _USER, _PASSWORD, ...). Everything happens in a schema
    of its own, which is dropped at the end; the login must be allowed to create it.

    \b
    landing    the loader against plain executemany of the same rows (at least 10 times as fast), and whether it
               sends more statements for 5 times the rows (it must not, apart from chunks of rows)
    transform  land, then dbt build: its statements for 5 times the rows, its time beside DuckDB's (no limit)
    ways       fast_executemany in chunks, executemany, VALUES, mssql-python: speed, and whether all rows arrived
    """
    # a driver manager that is missing is said by this, not by an import
    open_warehouse(load_target(target, project_dir=ROOT))
    from bench.sqlserver.place import own_schema  # noqa: PLC0415
    from bench.sqlserver.runs import measure_runs  # noqa: PLC0415
    from bench.sqlserver.ways import measure_ways  # noqa: PLC0415

    areas = set(only or AREAS)
    report = Report()
    with own_schema(target) as warehouse:
        with warehouse.session() as session:
            ((version,),) = session.rows("select cast(@@version as nvarchar(300))")
        driver = str(warehouse.target.settings.get("driver"))
        note_machine(report, server=version.splitlines()[0], driver=driver)
        if areas - {"ways"}:
            few, work = (workload(CACHE, count) for count in (rows // TIMES, rows))
            measure_runs(
                report, warehouse, few, work, CACHE, areas=areas, macros=macros, slow_rows=slow_rows, turns=turns
            )
        if "ways" in areas:
            measure_ways(report, warehouse, rows=way_rows)
    path = keep(report)
    print_result(report.as_json(), as_json=as_json, human=lambda: f"{report.table()}\n\nkept in {path}")
    return ExitCode.OK if report.holds else ExitCode.SOME_FAILED
