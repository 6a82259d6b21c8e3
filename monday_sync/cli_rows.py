"""The commands about single orders: ``why``, ``history`` and ``accept``."""

from __future__ import annotations

import getpass

import click

from console import ExitCode, command, json_option, print_result, target_option
from monday_sync import row_texts
from monday_sync.cli_options import of_run
from monday_sync.commands.each import accept_on, revoke_on
from monday_sync.commands.history import history as order_history
from monday_sync.commands.history import history_of_run
from monday_sync.commands.opening import open_boards
from monday_sync.commands.undo import runs_named
from monday_sync.commands.why import why as explain


@click.command()
@click.argument("order_number")
@target_option
@json_option
@command
def why(order_number: str, target: str | None, as_json: bool) -> ExitCode:
    """Show the whole life of an order (AAG ORDER NUMBER): from the row of its sheet to its address on the board.

    File and row, what was rejected of it, whether it is due and why, held back, given up or accepted, what the board
    was told and what came of it. All orders with the number are shown. Changes nothing.
    """
    with open_boards(target) as opened:
        first, *others = opened.contexts
        result = explain(first, order_number, others)
    print_result(result, as_json=as_json, human=lambda: row_texts.why_text(result))
    return ExitCode.OK


@click.command()
@click.argument("order_number", required=False)
@of_run
@target_option
@json_option
@command
def history(order_number: str | None, run: str | None, target: str | None, as_json: bool) -> ExitCode:
    """Show what was sent to the board about an order (AAG ORDER NUMBER), or by a run, and when."""
    if order_number is None and run is None:
        raise click.UsageError("Give an order number, --run, or both.")
    with open_boards(target) as opened:
        if order_number is None:
            result = history_of_run(opened.contexts, run or "")
        else:
            of = None if run is None else {made.run_id for _, made in runs_named(opened.contexts, run)}
            result = order_history(opened.whole, order_number, of)
    print_result(result, as_json=as_json, human=lambda: row_texts.history_text(result))
    return ExitCode.OK


@click.command()
@click.argument("named", metavar="ORDER_NUMBER_OR_KEY")
@click.option("--reason", metavar="TEXT", help="Why it may stay as it is.")
@click.option("--by", metavar="NAME", help="Who says so. Default: whoever is logged in.")
@click.option("--revoke", is_flag=True, help="Take an acceptance back.")
@target_option
@json_option
@command
def accept(
    *, named: str, reason: str | None, by: str | None, revoke: bool, target: str | None, as_json: bool
) -> ExitCode:
    """Accept that the board does not take a row: it fails no run any more, and stays in every report.

    Given an AAG ORDER NUMBER, all rows of its orders that the board did not take; given a key (see `why`), that row.
    It ends by itself when what the board should show of the row changes, or when the row is right.
    """
    if revoke == (reason is not None):
        raise click.UsageError('Give either --reason "..." or --revoke.')
    who = by or _user()
    with open_boards(target) as opened, opened.warehouse.lock():
        now = opened.contexts[0].clock()
        if revoke:
            result = revoke_on(opened.contexts, named, by=who, now=now)
        else:
            result = accept_on(opened.contexts, named, reason=reason or "", by=who, now=now)
    print_result(result, as_json=as_json, human=lambda: row_texts.accept_text(result))
    return ExitCode.OK


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
