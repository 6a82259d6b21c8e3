"""Command line of the bench."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

import click

from bench.claims import Report
from bench.kept import keep, note_machine
from bench.load import measure_load, measure_many_files
from bench.places import CACHE, ROOT
from bench.rehearsal.script import rehearse
from bench.rehearsal.stage import new_stage
from bench.scaling import measure_scaling
from bench.sync import measure_sync
from bench.transform import measure_transform
from bench.whole import measure_pipeline
from bench.workload import workload
from console import CONTEXT_SETTINGS, ExitCode, Program, command, json_option, print_result, say, text_table
from samples import FULL_ROWS

AREAS = ("load", "transform", "pipeline", "scaling", "sync")
_QUICK_ROWS = FULL_ROWS // 10
_ORDERS, _QUICK_ORDERS = 10_000, 600  # the board takes 10,000 items


@click.group(cls=Program, invoke_without_command=True, context_settings=CONTEXT_SETTINGS)
@click.option("--quick", is_flag=True, help="A tenth of the rows, once: to try the bench out, not to prove a claim.")
@click.option("--only", multiple=True, type=click.Choice(AREAS), help="Only this area. Repeatable.")
@json_option
@click.pass_context
def main(context: click.Context, quick: bool, only: tuple[str, ...], as_json: bool) -> None:
    """Measure every claim on generated workbooks (101,662 rows) and on the emulated board; exit 1 if one fails."""
    if context.invoked_subcommand is None:
        bench(quick=quick, only=only, as_json=as_json)


@main.command()
@click.option("--seed", type=int, help="The first seed; default: a random one, which is printed.")
@click.option("--runs", type=click.IntRange(min=1), default=300, show_default=True)
def soak(seed: int | None, runs: int) -> None:
    """Run the sync engine with seeded faults and kills, each time against a fresh board; print each failing seed."""
    first = secrets.randbelow(1_000_000) if seed is None else seed
    say(f"{runs} runs from seed {first} on")
    arguments = ["-m", "bench.soak.run", "--runs", str(runs), "--seed", str(first)]
    sys.exit(subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode)  # noqa: S603


@main.command()
@click.option("--rows", type=click.IntRange(min=60), default=2_000, show_default=True, help="Of each old table.")
@click.option("--target", metavar="T", help="A SQL Server target of profiles.yml; default: a DuckDB file.")
@click.option(
    "--macros",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    help="dbt macros laid over the project's, for a server that only resembles SQL Server "
    "(Babelfish: tests/sqlserver_live/babelfish/macros).",
)
@click.option("--kills", is_flag=True, help="Kill take-over, go and rollback in the middle, and let them go on.")
@json_option
@command
def rehearsal(*, rows: int, target: str | None, macros: Path | None, kills: bool, as_json: bool) -> ExitCode:
    """The whole cutover once: old tables taken over, rehearsed, tried, moved, used, rolled back, moved, retired.

    On DuckDB in a folder that goes away, or on a SQL Server in a database of its own, which is dropped at the end: the
    login must be allowed to create it. Ends with status 0 only when everything was exact.
    """
    with new_stage(rows, target=target, macros=macros) as stage:
        rehearse(stage, kills=kills)
    took = stage.took

    def table() -> str:
        lines = [(step, f"{seconds:,.1f} s") for step, seconds in took.items()]
        return f"{text_table(('step', 'took'), lines)}\n\nEverything was exact."

    print_result({"steps": took, "rows": rows, "exact": True}, as_json=as_json, human=table)
    return ExitCode.OK


@command
def bench(*, quick: bool, only: tuple[str, ...], as_json: bool) -> ExitCode:
    """Measure the chosen areas in order, print the table, keep the result under data/bench/."""
    areas = only or AREAS
    report = Report()
    note_machine(report, quick=quick)
    _measure(report, areas, quick=quick)
    path = keep(report)
    print_result(report.as_json(), as_json=as_json, human=lambda: f"{report.table()}\n\nkept in {path}")
    return ExitCode.OK if report.holds else ExitCode.SOME_FAILED


def _measure(report: Report, areas: tuple[str, ...], *, quick: bool) -> None:
    if set(areas) - {"sync"}:
        work = workload(CACHE, _QUICK_ROWS if quick else FULL_ROWS)
        if "load" in areas:
            measure_load(report, work, CACHE, repeats=1 if quick else 9)
            measure_many_files(report, work, CACHE)
        if "transform" in areas:
            measure_transform(report, work, CACHE)
        if "pipeline" in areas:
            measure_pipeline(report, work, CACHE)
        if "scaling" in areas:
            measure_scaling(report, work, workload(CACHE, work.rows * 10), CACHE)
    if "sync" in areas:
        measure_sync(report, CACHE, orders=_QUICK_ORDERS if quick else _ORDERS)
