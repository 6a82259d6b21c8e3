"""The command line of the cutover."""

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
from operations.cutover import take_over, take_over_texts, texts
from operations.cutover.context import open_context
from operations.cutover.day import open_day
from operations.cutover.go import go
from operations.cutover.preflight import examine_target, listed, render_page
from operations.cutover.rehearsal import LIMIT, rehearse
from operations.cutover.rollback import rollback
from operations.cutover.standing import BACK_TO
from operations.cutover.status import status
from operations.cutover.trial import clean_up, keep, trial

_source = click.option(
    "--source", metavar="S", default="data/workbooks", show_default=True, envvar="ORDER_LIST_SOURCE",
    help="Folder or az://container/prefix with the workbooks.",
)  # fmt: skip
_yes = click.option(
    "--yes", "confirmed", type=click.IntRange(min=0), metavar="N", help="Confirm the number that the refusal names."
)


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Move production over, one step at a time, and go back.

    Exit status: 0 done, 1 something failed or is not as it should be (the rest is done), 2 wrong use or configuration
    (nothing done), 3 a run holds the lock.
    """


@main.command("preflight")
@target_option
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write one page as well."
)
@json_option
@command
def preflight_command(*, target: str | None, page: Path | None, as_json: bool) -> ExitCode:
    """Look at everything that has to be so before production moves over: one list, each line with its mend.

    Changes nothing but the log; the boards are read. Exit status 1 when a line failed, or none passed.
    """
    found = examine_target(target)
    if page:
        with needed(f"The page {page} cannot be written"):
            private_folder(page.parent)
            write_private(page, render_page(found))
    print_result(found.as_json(), as_json=as_json, human=lambda: listed(found))
    return ExitCode.OK if found.well else ExitCode.SOME_FAILED


@main.command("take-over")
@target_option
@click.option("--dry-run", is_flag=True, help="Only look: what stands there, and what would become of it.")
@click.option("--undo", "back", is_flag=True, help="Give everything its name back, and forget the links.")
@_source
@_yes
@json_option
@command
def take_over_command(
    *, target: str | None, dry_run: bool, back: bool, source: str, confirmed: int | None, as_json: bool
) -> ExitCode:  # fmt: skip
    """Take over the tables that stand under our names and are not ours.

    They are archived at three places, renamed to <name>__before, and our relations are built. Then their board ids are
    read into the ledger: each counts only where the item on the board has the key of the row; the others are listed.
    Killed anywhere, the same command goes on. Exit status 1 when ids were not followed.
    """
    context = open_context(target)
    if dry_run and back:
        raise click.UsageError("Say either --dry-run or --undo.")
    if dry_run:
        planned = take_over.plan(context)
        print_result(planned, as_json=as_json, human=lambda: take_over_texts.planned(planned))
        return ExitCode.SOME_FAILED if planned.obstacles else ExitCode.OK
    if back:
        undone = take_over.undo(context, yes=confirmed)
        print_result(undone, as_json=as_json, human=lambda: take_over_texts.undone(undone))
        return ExitCode.SOME_FAILED if undone.changed else ExitCode.OK
    result = take_over.take_over(context, yes=confirmed, source=source)
    print_result(result, as_json=as_json, human=lambda: take_over_texts.taken(result))
    return ExitCode.OK if result.well else ExitCode.SOME_FAILED


@main.command("status")
@target_option
@json_option
@command
def status_command(*, target: str | None, as_json: bool) -> ExitCode:
    """Say how far the cutover is, what is next, and what `go` would refuse for. Changes nothing."""
    found = status(open_day(target, ""))
    print_result(found, as_json=as_json, human=lambda: texts.standing(found))
    return ExitCode.OK


@main.command("rehearse")
@target_option
@_source
@click.option(
    "--customer", metavar="C", help="Whose orders the rehearsed trial pushes; default: the first that is due."
)
@click.option("--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True, metavar="N", help="How many.")
@json_option
@command
def rehearse_command(
    *, target: str | None, source: str, customer: str | None, limit: int, as_json: bool
) -> ExitCode:  # fmt: skip
    """Do everything from backup to rollback in a scratch database, against a local copy of the board.

    The real tables and the real board are only read. Says what each part took and whether everything came back.
    """
    found = rehearse(open_day(target, source), source, customer=customer, limit=limit)
    print_result(found, as_json=as_json, human=lambda: texts.rehearsed(found))
    return ExitCode.OK if found.well else ExitCode.SOME_FAILED


@main.command("trial")
@target_option
@_source
@click.option("--customer", metavar="C", help="Whose orders are tried.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="How many orders at most.")
@click.option("--cleanup", is_flag=True, help="Take the trial back: its items are archived, values are as before.")
@click.option("--keep", "why", metavar="REASON", help="Say that the trial's items stay on the board, and why.")
@_yes
@json_option
@command
def trial_command(
    *, target: str | None, source: str, customer: str | None, limit: int | None, cleanup: bool, why: str | None,
    confirmed: int | None, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Push some orders of one customer as test data, and read them back field by field.

    Builds the relations first. Afterwards look at the orders on the board, and take them off with --cleanup.
    """
    asked = [customer is not None or limit is not None, cleanup, why is not None]
    if asked.count(True) != 1 or (asked[0] and (customer is None or limit is None)):
        raise click.UsageError("Give --customer and --limit, or --cleanup, or --keep.")
    if why is not None and not why.strip():
        raise click.UsageError("--keep takes a reason: why the items stay on the board.")
    day = open_day(target, source)
    if customer is not None and limit is not None:
        found = trial(day, customer, limit, yes=confirmed)
    else:
        found = clean_up(day, yes=confirmed) if why is None else keep(day, why)
    print_result(found, as_json=as_json, human=lambda: texts.tried(found))
    return ExitCode.OK if found.well else ExitCode.SOME_FAILED


@main.command("go")
@target_option
@_source
@click.option("--approved-by", metavar="NAME", help="Who agreed to it.")
@click.option("--auto-rollback", is_flag=True, help="Go back by itself when the first run is beyond the limits.")
@_yes
@json_option
@command
def go_command(
    *, target: str | None, source: str, approved_by: str | None, auto_rollback: bool, confirmed: int | None,
    as_json: bool,
) -> ExitCode:  # fmt: skip
    """Move production to the target: back up everything, change the schedule, run once, watch, compare.

    Refuses without a fresh preflight, rehearsal, trial and backup, and without --approved-by. Exit status 1 when the
    first run is beyond the limits of operations/cutover.yml.
    """
    found = go(open_day(target, source), approved_by=approved_by, yes=confirmed, auto_rollback=auto_rollback)
    print_result(found, as_json=as_json, human=lambda: texts.went(found))
    return ExitCode.OK if found.well else ExitCode.SOME_FAILED


@main.command("rollback")
@target_option
@click.option("--to", type=click.Choice(BACK_TO), default=BACK_TO[0], show_default=True,
              help="Go back to what was before this step.")  # fmt: skip
@_yes
@json_option
@command
def rollback_command(*, target: str | None, to: str, confirmed: int | None, as_json: bool) -> ExitCode:
    """Go back: the schedule's line, the board, the ledger and the tables are what they were before `go`.

    Every run since then is undone on the board, the latest first; what people changed meanwhile is left and listed.
    Writes a file for the investigation.
    """
    found = rollback(open_day(target, ""), to=to, yes=confirmed)
    print_result(found, as_json=as_json, human=lambda: texts.back(found))
    return ExitCode.OK
