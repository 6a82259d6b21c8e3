"""The command line: ``monday-sync``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, get_args

import click

from console import CONTEXT_SETTINGS, ExitCode, Program, command, json_option, print_result, progress, target_option
from monday_sync import figures, render, row_texts
from monday_sync.cli_rows import accept, why
from monday_sync.commands.adopt import adopt as adopt_board
from monday_sync.commands.adopt import plan_adopt
from monday_sync.commands.check import check as check_start
from monday_sync.commands.deep import check_deep
from monday_sync.commands.history import history as order_history
from monday_sync.commands.opening import open_context
from monday_sync.commands.plan import plan_in
from monday_sync.commands.push import PushRequest, push_in
from monday_sync.commands.retry import requeue
from monday_sync.commands.status import status as read_status
from monday_sync.commands.undo import cleanup as clean_up
from monday_sync.commands.undo import plan_cleanup, plan_rollback
from monday_sync.commands.undo import rollback as roll_back
from monday_sync.commands.verify import verify as verify_board
from monday_sync.domain.board import Bulk
from monday_sync.domain.plan import Plan
from monday_sync.domain.selection import PushOptions
from monday_sync.domain.trial import TrialOutcome

_Option = Callable[[Callable[..., Any]], Callable[..., Any]]

_customer = click.option(
    "--customer", "customers", multiple=True, metavar="NAME", help="Only this customer (canonical name). Repeatable."
)
_limit = click.option(
    "--limit", type=click.IntRange(min=1), metavar="N",
    help="At most N orders: first those never tried, then those that changed, then those that failed before, in turn. "
    "The rest stays due.",
)  # fmt: skip
_skip_subitems = click.option("--skip-subitems", is_flag=True, help="Leave the order lines for a later push.")
_release = click.option(
    "--release", multiple=True, metavar="NAME",
    help="Push this customer although it is held back. Repeatable.",
)  # fmt: skip
_archive = click.option(
    "--archive-deleted", is_flag=True,
    help="Archive the items of orders that are gone from the source (by default they are only reported).",
)  # fmt: skip
_bulk = click.option(
    "--bulk", type=click.Choice(get_args(Bulk)),
    help="Create new items by bulk import: where it is cheaper, never, or wherever a file can hold them. "
    "Default: `bulk` in the policy of the board's file.",
)  # fmt: skip
_dry_run = click.option("--dry-run", is_flag=True, help="Show what would be done, as `plan` does, and change nothing.")
_yes = click.option(
    "--yes", type=click.IntRange(min=0), metavar="N",
    help="The number of rows on the board that may be changed or archived, as the plan counts them.",
)  # fmt: skip


def _options(*options: _Option) -> _Option:
    def apply(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return apply


def _push_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what a plan or a push is about, given to the command as one ``options``."""

    @functools.wraps(function)
    def collected(**given: Any) -> Any:
        options = PushOptions(**{name: given.pop(name) for name in PushOptions.__dataclass_fields__})
        return function(options=options, **given)

    return _options(_customer, _limit, _skip_subitems, _release, _archive, _bulk)(collected)


@click.group(cls=Program, context_settings=CONTEXT_SETTINGS)
def main() -> None:
    """Bring the monday.com board to what the database says, and record what was done.

    \b
    See what would happen:        monday-sync plan
    Do it:                        monday-sync push
    Do exactly what was planned:  monday-sync push --plan <id>
    One customer, no lines yet:   monday-sync push --customer GREYSON --skip-subitems
    How things stand:             monday-sync status
    What became of an order:      monday-sync why <order number>
    Try failed rows again:        monday-sync retry --reason "label"
    Compare with the board:       monday-sync verify --repair
    Undo a run:                   monday-sync rollback <run> --dry-run

    Every command takes --target (local, dev, prod) and --json.

    \b
    Exit status: 0 all well; 1 some rows failed or the run stopped early (the rest is done);
    2 refused, nothing done; 3 another run is at work on this target.
    """


@main.command()
@_options(target_option, _push_options, json_option)
@command
def plan(target: str | None, options: PushOptions, as_json: bool) -> ExitCode:
    """Show what a push would do, row by row and field by field, and change nothing.

    The plan is stored; `monday-sync push --plan <id>` does exactly that, or refuses if data or board changed.
    """
    with open_context(target) as context:
        return _show_plan(plan_in(context, options), as_json=as_json)


def _show_plan(made: Plan, *, as_json: bool) -> ExitCode:
    """The page that every plan and every dry run has."""
    print_result(render.plan_json(made) if as_json else None, as_json=as_json, human=lambda: render.plan_text(made))
    return ExitCode.OK


@main.command()
@_options(target_option, _push_options, _yes)
@click.option("--plan", "plan_id", metavar="ID", help="Do exactly what this stored plan says, or refuse.")
@click.option("--test-data", is_flag=True, help="Mark the run as test data, for `cleanup --test-data`.")
@json_option
@command
def push(
    *, target: str | None, options: PushOptions, yes: int | None, plan_id: str | None, test_data: bool, as_json: bool
) -> ExitCode:
    """Create and update groups, items and subitems, exactly once.

    Safe to interrupt at any time: the next push settles what was under way and carries on. A push that would change
    more of the board than the policy allows, or archive anything, asks for --yes with the number of rows.
    """
    with open_context(target) as context:
        result = push_in(context, PushRequest(options, yes, plan_id, test_data), bar=progress)
    print_result(result, as_json=as_json, human=lambda: render.push_text(result))
    return result.exit_code


@main.command()
@_options(target_option, _customer)
@click.option("--runs", default=5, show_default=True, type=click.IntRange(min=0), help="How many of the latest runs.")
@json_option
@command
def status(target: str | None, customers: tuple[str, ...], runs: int, as_json: bool) -> ExitCode:
    """Count rows by customer and state, list errors and the last runs. Reads the database only."""
    result = read_status(target, customers, runs=runs)
    print_result(result, as_json=as_json, human=lambda: row_texts.status_text(result))
    return ExitCode.OK


@main.command()
@_options(target_option, _customer)
@click.option("--reason", metavar="TEXT", help="Only rows whose error contains this text.")
@json_option
@command
def retry(target: str | None, customers: tuple[str, ...], reason: str | None, as_json: bool) -> ExitCode:
    """Make rows in ERROR due again, including those given up; the next push tries them again."""
    with open_context(target) as context, context.warehouse.lock():
        result = requeue(context.ledger, customers=customers, reason=reason)
    text = f"{result.items} items and {result.subitems} subitems are due again ({result.dead} had been given up)."
    if result.accepted:
        text += f" {result.accepted} rows are accepted as they are: `monday-sync accept --revoke` first."
    print_result(result, as_json=as_json, human=lambda: text)
    return ExitCode.OK


@main.command()
@click.option(
    "--deep",
    is_flag=True,
    help="Try a bulk import as well, and remember how it came out: one item with one subitem in a group of its own, "
    "which is archived at the end. Automations of the board may see it.",
)
@_options(target_option, json_option)
@command
def check(*, target: str | None, deep: bool, as_json: bool) -> ExitCode:
    """Check database, ledger, board, columns and token. Changes nothing; exit status 2 names what to fix.

    --deep does change the board for a moment. Its exit status is 1 when the board did not take the import: pushes
    then create items with subitems one by one.
    """
    with open_context(target) as context:
        facts = check_start(context)
        trial = check_deep(context) if deep else None
    result = figures.check_json(facts, trial)
    print_result(result, as_json=as_json, human=lambda: figures.check_text(facts, trial))
    return ExitCode.OK if trial is None or trial.outcome is TrialOutcome.PROVEN else ExitCode.SOME_FAILED


@main.command()
@_options(target_option, _dry_run, json_option)
@command
def adopt(target: str | None, dry_run: bool, as_json: bool) -> ExitCode:
    """Link orders and lines to items already on the board, by business key. Changes nothing on the board.

    For an empty or restored ledger. (A push does the same for the rows it sends, before it creates anything.)
    """
    with open_context(target) as context:
        if dry_run:
            return _show_plan(plan_adopt(context), as_json=as_json)
        result = adopt_board(context)
    print_result(result, as_json=as_json, human=lambda: row_texts.adopt_text(result))
    return ExitCode.OK


@main.command()
@_options(target_option, _yes)
@click.option("--repair", is_flag=True, help="Repair what differs by pushing the rows concerned.")
@_options(_dry_run, json_option)
@command
def verify(target: str | None, repair: bool, yes: int | None, dry_run: bool, as_json: bool) -> ExitCode:
    """Read the whole board; report each difference from what it should show, and missing, extra and duplicate items.

    --repair sends again what differs and archives duplicates, which are copies that people made: it names each, and
    needs --yes with the number of all rows it would touch. With --dry-run it shows the plan of it.
    """
    if dry_run and not repair:
        raise click.UsageError("--dry-run goes with --repair; without it, verify changes nothing.")
    with open_context(target) as context:
        result = verify_board(context, repair=repair, yes=yes, dry_run=dry_run, bar=progress)
    found = {name: getattr(result, name) for name in result.__dataclass_fields__}
    found["plan"] = None if result.plan is None else render.plan_json(result.plan)
    print_result(found, as_json=as_json, human=lambda: render.verify_text(result))
    return result.exit_code


@main.command()
@click.argument("order_number")
@_options(target_option, json_option)
@command
def history(order_number: str, target: str | None, as_json: bool) -> ExitCode:
    """Show what was sent to the board about an order (AAG ORDER NUMBER), and when."""
    with open_context(target) as context:
        result = order_history(context, order_number)
    print_result(result, as_json=as_json, human=lambda: row_texts.history_text(result))
    return ExitCode.OK


@main.command()
@click.argument("run")
@_options(target_option, _yes, _dry_run, json_option)
@command
def rollback(run: str, target: str | None, yes: int | None, dry_run: bool, as_json: bool) -> ExitCode:
    """Undo a run: what it wrote shows again what the board showed before, and the items that it created are archived.

    The board is read first. What people have changed since is left as it is and listed, and so are new items that they
    worked on. Groups that the run created are archived too, when no item is left in them. Rows that the board refuses
    to take back are listed; the same command, run again, goes on with just those. Both make the exit status 1.
    """
    with open_context(target) as context:
        if dry_run:
            return _show_plan(plan_rollback(context, run), as_json=as_json)
        result = roll_back(context, run, yes=yes, bar=progress)
    print_result(result, as_json=as_json, human=lambda: render.push_text(result))
    return result.exit_code


@main.command()
@click.option("--run", metavar="RUN", help="Archive the items that this run created.")
@click.option("--test-data", is_flag=True, help="Archive the items of all runs made with `push --test-data`.")
@_options(target_option, _yes, _dry_run, json_option)
@command
def cleanup(
    *, run: str | None, test_data: bool, target: str | None, yes: int | None, dry_run: bool, as_json: bool
) -> ExitCode:
    """Archive test items, and groups left empty, that the ledger records as created by the runs named.

    They go whatever people did to them since. On prod this needs --yes N.
    """
    if (run is None) == (not test_data):
        raise click.UsageError("Give either --run RUN or --test-data.")
    with open_context(target) as context:
        if dry_run:
            return _show_plan(plan_cleanup(context, run), as_json=as_json)
        result = clean_up(context, run, yes=yes, bar=progress)
    print_result(result, as_json=as_json, human=lambda: render.push_text(result))
    return result.exit_code


main.add_command(accept)
main.add_command(why)
