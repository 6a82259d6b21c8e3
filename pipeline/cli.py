"""The command line of the pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import click

from console import (
    CONTEXT_SETTINGS,
    ConfigurationError,
    ExitCode,
    Program,
    command,
    json_option,
    print_result,
    say,
    target_option,
)
from pipeline.begun import as_they_are
from pipeline.current import current_status, status_text
from pipeline.deep import examine_deep
from pipeline.doctor import examine
from pipeline.history import History
from pipeline.log import LEVELS, log_text, read_log
from pipeline.options import STAGES, RunOptions
from pipeline.rejects import read_rejects
from pipeline.reporting import LATEST, latest_run
from pipeline.run import run
from pipeline.schedule import scheduled_target
from pipeline.summary import history_table, rejects_table, summary
from warehouse import load_target, open_warehouse

_reports = click.option(
    "--reports",
    type=click.Path(path_type=Path),  # a file in its place is the doctor's to find, and stops no run
    default=Path("data/reports"),
    show_default=True,
    envvar="ORDER_LIST_REPORTS",
    help="Folder of the reports.",
)


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Workbooks -> database -> board, in one run.

    Exit status: 0 all well, 1 some records or files failed (the rest is done), 2 wrong use or configuration (nothing
    done), 3 another run holds the lock, this run lost it, or another program kept the database open, 130 interrupted.
    """


@main.command("run")
@target_option
@click.option("--scheduled", is_flag=True, help="Take the target that data/schedule.yml names: for the daily run.")
@click.option(
    "--source",
    metavar="S",
    default="data/workbooks",
    show_default=True,
    envvar="ORDER_LIST_SOURCE",
    help="Folder or az://container/prefix with the workbooks.",
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(STAGES),
    help="Run only this stage; repeatable. validate changes nothing.",
)
@click.option("--limit-files", type=click.IntRange(min=1), metavar="N", help="Load the first N workbooks only.")
@click.option("--select", multiple=True, metavar="GLOB", help="Load only workbooks whose name matches; repeatable.")
@click.option("--customer", "customers", multiple=True, metavar="C", help="Push this customer only; repeatable.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Push at most N orders.")
@click.option("--skip-subitems", is_flag=True, help="Push the orders and leave their lines for a later run.")
@click.option(
    "--yes",
    "confirmed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Confirm that the push may touch N records, when it asks for that.",
)
@click.option("--full", is_flag=True, help="Land and build everything, changed or not.")
@_reports
@click.option(
    "--keep-reports", type=click.IntRange(min=1), default=30, show_default=True, help="How many reports to keep."
)
@json_option
@command
def run_(
    *,
    target: str | None,
    scheduled: bool,
    source: str,
    only: tuple[str, ...],
    limit_files: int | None,
    select: tuple[str, ...],
    customers: tuple[str, ...],
    limit: int | None,
    skip_subitems: bool,
    confirmed: int | None,
    full: bool,
    reports: Path,
    keep_reports: int,
    as_json: bool,
) -> ExitCode:
    """Land the workbooks, build and test the models, push what differs to the board."""
    if scheduled and target:
        raise click.UsageError("--scheduled takes the target from data/schedule.yml: leave --target out.")
    if scheduled:
        target = scheduled_target(Path.cwd())
        say(f"schedule: target {target or 'of the profile'}")
    options = RunOptions(
        source=source,
        only=only,
        limit_files=limit_files,
        select=select,
        full=full,
        customers=customers,
        limit=limit,
        skip_subitems=skip_subitems,
        confirmed=confirmed,
        reports=reports,
        keep_reports=keep_reports,
    )
    report = run(open_warehouse(load_target(target)), options)
    page = reports / report.run_id / "report.html"
    shown = page if page.is_file() else Path("not written, see above")
    print_result(report, as_json=as_json, human=lambda: summary(report, shown))
    return report.exit_code


@main.command("history")
@target_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The last N runs.")
@click.option("--run", "run_id", metavar="ID", help="Only this run.")
@json_option
@command
def history_(target: str | None, limit: int, run_id: str | None, as_json: bool) -> ExitCode:
    """List the runs of a target, the latest first."""
    warehouse = open_warehouse(load_target(target))
    runs = as_they_are(History(warehouse).runs(limit, run_id), warehouse)
    if run_id is not None and not runs:
        raise ConfigurationError(f"There was no run '{run_id}'.", hint="`pipeline history` lists the last ones.")
    print_result(runs, as_json=as_json, human=lambda: history_table(runs))
    return ExitCode.OK


@main.command("status")
@target_option
@_reports
@json_option
@command
def status_(target: str | None, reports: Path, as_json: bool) -> ExitCode:
    """Say how the last run ended and what is to do; the exit status is that of the run, and 3 while it goes on."""
    status = current_status(open_warehouse(load_target(target)), reports)
    print_result(status, as_json=as_json, human=lambda: status_text(status))
    return status.exit_code


@main.command("rejects")
@target_option
@click.option("--customer", "customers", multiple=True, metavar="C", help="Only of this customer; repeatable.")
@json_option
@command
def rejects_(target: str | None, customers: tuple[str, ...], as_json: bool) -> ExitCode:
    """List the rows and values that did not make it: file, row of the sheet, column, text and reason.

    A row whose customer is not known is listed with the customers that its workbook has orders of.
    """
    rows = read_rejects(open_warehouse(load_target(target)), customers)
    print_result(rows, as_json=as_json, human=lambda: rejects_table(rows))
    return ExitCode.OK


@main.command("log")
@click.option("--run", "run_id", metavar="ID", help="A run listed by `pipeline history`; default: the latest.")
@click.option("--level", type=click.Choice(LEVELS), default="info", show_default=True, help="This level and above.")
@json_option
@command
def log_(run_id: str | None, level: str, as_json: bool) -> ExitCode:
    """Show what all programs said of a run, in the order of time: what stderr showed, and with --level debug more."""
    found = read_log(run_id, level)
    print_result(found, as_json=as_json, human=lambda: log_text(found))
    return ExitCode.OK


@main.command("report")
@click.option("--run", "run_id", metavar="ID", help="A run listed by `pipeline history`; default: the latest.")
@_reports
@json_option
@command
def report_(run_id: str | None, reports: Path, as_json: bool) -> ExitCode:
    """Print where the report of a run is, or with --json the report itself."""
    known = sorted(path.parent.name for path in reports.glob("*/report.json"))
    chosen = run_id or latest_run(reports) or (known[-1] if known else None)
    if chosen is None:
        raise ConfigurationError(f"There is no report in {reports}.", hint="Run `pipeline run` first.")
    if chosen not in known:
        raise ConfigurationError(
            f"There is no report of run '{chosen}' in {reports}.", hint=f"The last ones: {', '.join(known[-5:])}."
        )
    page = reports / chosen / "report.html" if run_id else reports / LATEST
    try:
        document = json.loads((reports / chosen / "report.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigurationError(
            f"The report of run '{chosen}' in {reports} is damaged.", hint="`pipeline history` lists the others."
        ) from error
    print_result(document, as_json=as_json, human=lambda: f"{document['verdict']}\n{page.resolve().as_uri()}")
    return ExitCode.OK


@main.command("doctor")
@target_option
@click.option("--deep", is_flag=True, help="Also try every kind of statement in a schema of its own. Takes minutes.")
@_reports
@json_option
@command
def doctor_(target: str | None, deep: bool, reports: Path, as_json: bool) -> ExitCode:
    """Check profile, database, disk, relations, board and reports; say what is missing and how to fix it.

    On DuckDB it also opens the database for writing, names who has it open, and reads every block of it.

    With --deep also: land three workbooks, build one customer, upsert long texts, rename a table under a reader, lose
    the run lock. All this in a schema made for it and dropped afterwards; your tables are neither read nor written.
    """
    findings = examine(target, reports)
    if deep:
        findings += examine_deep(load_target(target))
    print_result(findings, as_json=as_json, human=lambda: "\n".join(finding.line for finding in findings))
    return ExitCode.USAGE if any(finding.bad for finding in findings) else ExitCode.OK
