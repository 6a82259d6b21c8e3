"""The command line of the maintenance."""

from __future__ import annotations

import click

from console import CONTEXT_SETTINGS, ExitCode, command, json_option, print_result, target_option
from operations.backup import bring_back, check, load_policy, records, take
from operations.log import Log
from operations.maintenance import texts
from warehouse import load_target, open_warehouse

_yes = click.option(
    "--yes", "confirmed", type=click.IntRange(min=0), metavar="N", help="Confirm the number that the refusal names."
)


@click.group(context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Keep the database: backups that are known to restore.

    Exit status: 0 done, 1 something failed or is not as it should be (the rest is done), 2 wrong use or configuration
    (nothing done), 3 a run holds the lock.
    """


@main.command("backup")
@target_option
@click.option("--all", "everything", is_flag=True, help="All tables of the schema, not only what cannot be made again.")
@click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "json"]), default="parquet", show_default=True,
    help="csv and json are for people without tools; they restore as well.",
)  # fmt: skip
@json_option
@command
def backup_command(*, target: str | None, everything: bool, form: str, as_json: bool) -> ExitCode:
    """Copy what cannot be made again to every place of operations/backup.yml, and read it back there.

    That is the ledger, the snapshot's history, runs and logs. A backup counts once `maintenance restore --check`
    restored it on trial.
    """
    warehouse = open_warehouse(load_target(target))
    taken = take(warehouse, load_policy(warehouse.target.project_dir), everything=everything, form=form)  # type: ignore[arg-type]
    print_result(taken, as_json=as_json, human=lambda: texts.taken(taken))
    return ExitCode.OK if taken.whole else ExitCode.SOME_FAILED


@main.command("backups")
@target_option
@json_option
@command
def backups_command(*, target: str | None, as_json: bool) -> ExitCode:
    """List the backups that were taken, and which of them were restored on trial."""
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
