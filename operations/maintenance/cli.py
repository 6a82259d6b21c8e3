"""The command line of the maintenance."""

from __future__ import annotations

from pathlib import Path

import click

from console import (
    CONTEXT_SETTINGS,
    ExitCode,
    Program,
    command,
    json_option,
    needed,
    print_result,
    private_folder,
    target_option,
    write_private,
)
from operations import constraints
from operations.audit import SECTIONS, Audit, audit, audited, benchmark, benchmarked, render_page
from operations.backup import bring_back, check, load_policy, records, shelves, take
from operations.log import Log
from operations.maintenance import texts
from operations.maintenance.verification import verify
from operations.retirement import (
    Context,
    Done,
    State,
    apply_next,
    is_table,
    overdue,
    plan,
    rehearse,
    undo_last,
)
from operations.tables import Format
from warehouse import load_target, open_warehouse

_yes = click.option(
    "--yes", "confirmed", type=click.IntRange(min=0), metavar="N", help="Confirm the number that the refusal names."
)
_code = click.option(
    "--code", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
    help="A folder or file of other programs, in which the table may be named; repeatable.",
)  # fmt: skip
_format = click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "json"]), default="parquet", show_default=True,
    help="Of the files; csv and json are for people without tools, and restore as well.",
)  # fmt: skip
_page = click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write one page as well."
)


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Keep the database: audit it, back it up so that it restores, take old tables away without breaking anyone.

    Exit status: 0 done, 1 something failed or is not as it should be (the rest is done), 2 wrong use or configuration
    (nothing done), 3 a run holds the lock.
    """


def _write_page(page: Path | None, found: Audit, *, signed: bool = False) -> None:
    if page:
        with needed(f"The page {page} cannot be written"):
            private_folder(page.parent)
            write_private(page, render_page(found, signed=signed))


@main.command("audit")
@click.argument("sections", nargs=-1, type=click.Choice(list(SECTIONS)), metavar="[SECTION]...")
@target_option
@_page
@json_option
@command
def audit_command(*, sections: tuple[str, ...], target: str | None, page: Path | None, as_json: bool) -> ExitCode:
    """Look at the whole database, or at some SECTIONs: tables, integrity, indexes, constraints, queries.

    Changes nothing: the database itself sees to that. Exit status 1 when a check failed, or none had anything to
    look at.
    """
    found = audit(open_warehouse(load_target(target)), sections)
    _write_page(page, found)
    print_result(found.as_json(), as_json=as_json, human=lambda: audited(found))
    return ExitCode.OK if found.well else ExitCode.SOME_FAILED


@main.command("verify")
@target_option
@_page
@json_option
@command
def verify_command(*, target: str | None, page: Path | None, as_json: bool) -> ExitCode:
    """Say how everything stands: the audit, the last backups and drills, retirements, the last run; one verdict.

    Changes nothing. --html writes the page that a person signs.
    """
    found = verify(_context(target))
    _write_page(page, found, signed=True)
    print_result(found.as_json(), as_json=as_json, human=lambda: audited(found))
    return ExitCode.OK if found.well else ExitCode.SOME_FAILED


@main.command("benchmark")
@click.argument("index", metavar="TABLE:COLUMN[,COLUMN]")
@target_option
@json_option
@command
def benchmark_command(*, index: str, target: str | None, as_json: bool) -> ExitCode:
    """Try an index in a copy: the common queries of that table, before and after.

    The copy lies in a scratch place that is dropped again; the tables themselves are only read.
    """
    result = benchmark(open_warehouse(load_target(target)), index)
    print_result(result, as_json=as_json, human=lambda: benchmarked(result))
    return ExitCode.OK


@main.command("backup")
@target_option
@click.option("--all", "everything", is_flag=True, help="All tables of the schema, not only what cannot be made again.")
@click.option(
    "--before-push", "share", type=click.FloatRange(0, 1), metavar="SHARE",
    help="For `pipeline run`, under whose lock it works: only if the push touches more of the board than the policy "
    "lets pass without a backup.",
)  # fmt: skip
@_format
@json_option
@command
def backup_command(
    *, target: str | None, everything: bool, share: float | None, form: Format, as_json: bool
) -> ExitCode:  # fmt: skip
    """Copy what cannot be made again to every place of operations/backup.yml, and read it back there.

    That is the ledger, the snapshot's history, runs and logs. A backup counts once `maintenance restore --check`
    restored it on trial.
    """
    warehouse = open_warehouse(load_target(target))
    policy = load_policy(warehouse.target.project_dir)
    if share is not None and share <= policy.before_push_share:
        skipped = f"No backup: the push touches {share:.0%} of the board; the policy asks for one above "
        skipped += f"{policy.before_push_share:.0%}."
        print_result({"skipped": skipped}, as_json=as_json, human=lambda: skipped)
        return ExitCode.OK
    taken = take(warehouse, policy, everything=everything, form=form, locked=share is not None)
    print_result(taken, as_json=as_json, human=lambda: texts.taken(taken))
    return ExitCode.OK if taken.whole else ExitCode.SOME_FAILED


def _context(target: str | None, code: tuple[Path, ...] = (), form: Format = "parquet") -> Context:
    warehouse = open_warehouse(load_target(target))
    project_dir = warehouse.target.project_dir
    policy = load_policy(project_dir)
    return Context(warehouse, policy, shelves(policy, project_dir), code, form)


@main.command("plan")
@target_option
@json_option
@command
def plan_command(*, target: str | None, as_json: bool) -> ExitCode:
    """Show the next lawful step of everything that is declared, and why no further step is lawful yet.

    Declared are old tables in operations/retire.yml and constraints in operations/constraints.yml.
    """
    context = _context(target)
    tables, rules = plan(context), constraints.standings(context.warehouse)
    print_result({"tables": tables, "constraints": rules}, as_json=as_json, human=lambda: texts.planned(tables, rules))
    return ExitCode.OK


@main.command("apply")
@target_option
@click.argument("name", required=False)
@click.option("--rehearse", "on_trial", is_flag=True, help="Do the step in a scratch copy only, and say what it took.")
@_code
@_format
@_yes
@json_option
@command
def apply_command(
    *, target: str | None, name: str | None, on_trial: bool, code: tuple[Path, ...], form: Format,
    confirmed: int | None, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Do exactly one step of everything that is declared, or of NAME.

    A table: look whether anything uses it (also in the folders of --code), archive it at three places and restore the
    archive on trial, set it aside so that its readers get a message, watch that runs go well without it, drop it (with
    --yes and the number of its rows). A constraint: check the data and add it for new rows, then hold old rows to it.
    `maintenance undo` takes the last step back.
    """
    context = _context(target, code, form)
    if on_trial:
        rehearsed = rehearse(context, name)
        print_result({"rehearsed": rehearsed}, as_json=as_json, human=lambda: texts.rehearsed(rehearsed))
        return ExitCode.OK
    done: list[Done | constraints.Done] = []
    refused: list[str] = []
    if name is None or is_table(context, name):
        steps, reasons = apply_next(context, name, yes=confirmed)
        done, refused = [*done, *steps], [*refused, *reasons]
    if name is None or not is_table(context, name):
        added, reasons = constraints.apply_next(context.warehouse, name, stale=overdue(context))
        done, refused = [*done, *added], [*refused, *reasons]
    print_result({"done": done, "refused": refused}, as_json=as_json, human=lambda: texts.applied(done, refused))
    if not refused:
        return ExitCode.OK
    return ExitCode.SOME_FAILED if done else ExitCode.USAGE


@main.command("undo")
@target_option
@click.argument("name")
@click.option("--to", "state", type=click.Choice([s.value for s in State][:-1]), help="Go on back to this state.")
@json_option
@command
def undo_command(*, target: str | None, name: str, state: str | None, as_json: bool) -> ExitCode:
    """Take the last step of NAME back; after a drop, rows, keys, indexes and rights come from the archive."""
    context = _context(target)
    done: list[Done] | list[constraints.Done]
    if is_table(context, name):
        done = undo_last(context, name, to=State(state) if state else None)
    elif state:
        raise click.UsageError("--to is for tables: a constraint has one step back at a time.")
    else:
        done = constraints.undo_last(context.warehouse, name)
    print_result({"done": done}, as_json=as_json, human=lambda: texts.applied(done, []))
    return ExitCode.OK


@main.command("backups")
@target_option
@json_option
@command
def backups_command(*, target: str | None, as_json: bool) -> ExitCode:
    """List the backups that are there, and which of them were restored on trial."""
    warehouse = open_warehouse(load_target(target))
    found = records(Log(warehouse))
    print_result({"backups": found}, as_json=as_json, human=lambda: texts.backups(found))
    return ExitCode.OK


@main.command("restore")
@target_option
@click.argument("archive", required=False)
@click.option("--check", "on_trial", is_flag=True, help="Restore into a scratch place only, and compare.")
@click.option("--to", "for_real", is_flag=True, help="Make the tables what they were in the backup.")
@click.option("--table", "only", multiple=True, metavar="NAME", help="Bring back this table only; repeatable.")
@_yes
@json_option
@command
def restore_command(
    *, target: str | None, archive: str | None, on_trial: bool, for_real: bool, only: tuple[str, ...],
    confirmed: int | None, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Restore a backup (the newest, or ARCHIVE): on trial with --check, or for real with --to.

    Rows that are there now are overwritten only with --yes and their number, and are backed up first.
    """
    if on_trial == for_real:
        raise click.UsageError("Say either --check (into a scratch place) or --to (into the database).")
    warehouse = open_warehouse(load_target(target))
    policy = load_policy(warehouse.target.project_dir)
    if on_trial:
        checked = check(warehouse, policy, archive)
        print_result(checked, as_json=as_json, human=lambda: texts.checked(checked))
        return ExitCode.OK if checked.complete and not checked.faults else ExitCode.SOME_FAILED
    result = bring_back(warehouse, policy, archive, only=only, yes=confirmed)
    print_result(result, as_json=as_json, human=lambda: texts.brought_back(result))
    return ExitCode.SOME_FAILED if result.faults else ExitCode.OK
