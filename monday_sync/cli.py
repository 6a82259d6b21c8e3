"""The command line: ``monday-sync``."""

from __future__ import annotations

import click

from console import CONTEXT_SETTINGS, ExitCode, Program, command, json_option, print_result, progress, target_option
from monday_sync import board_texts, figures, render, row_texts
from monday_sync.cli_options import board_option, customer, of_run, options, push_options, yes
from monday_sync.cli_repair import adopt, cleanup, rollback, verify
from monday_sync.cli_rows import accept, history, why
from monday_sync.commands.check import check as check_start
from monday_sync.commands.deep import check_deep
from monday_sync.commands.each import requeue_on
from monday_sync.commands.opening import open_boards
from monday_sync.commands.push import PushRequest
from monday_sync.commands.status import status as read_status
from monday_sync.commands.target import TargetPlan, plan_opened, push_opened
from monday_sync.domain.selection import PushOptions
from monday_sync.domain.trial import TrialOutcome
from monday_sync.engine.merging import TargetResult


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

    Every command takes --target (local, dev, prod) and --json. Where a target has several boards, all of them are
    meant; some commands take --board for one.

    \b
    Exit status: 0 all well; 1 some rows failed or the run stopped early (the rest is done);
    2 refused, nothing done; 3 another run is at work on this target.
    """


@main.command()
@options(target_option, push_options, json_option)
@command
def plan(target: str | None, options: PushOptions, as_json: bool) -> ExitCode:
    """Show what a push would do, row by row and field by field, and change nothing.

    The plan is stored; `monday-sync push --plan <id>` does exactly that, or refuses if data or board changed.
    """
    with open_boards(target) as opened:
        made = plan_opened(opened, options)
    if isinstance(made, TargetPlan):
        whole = made
        document = board_texts.target_plan_json(whole) if as_json else None
        print_result(document, as_json=as_json, human=lambda: board_texts.target_plan_text(whole))
    else:
        render.show_plan(made, as_json=as_json)
    return ExitCode.OK


@main.command()
@options(target_option, push_options, yes)
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
    with open_boards(target) as opened:
        result = push_opened(opened, PushRequest(options, yes, plan_id, test_data), bar=progress)

    def text() -> str:
        return board_texts.target_push_text(result) if isinstance(result, TargetResult) else render.push_text(result)

    print_result(result, as_json=as_json, human=text)
    return result.exit_code


@main.command()
@options(target_option, customer)
@click.option("--runs", default=5, show_default=True, type=click.IntRange(min=0), help="How many of the latest runs.")
@options(of_run, json_option)
@command
def status(target: str | None, customers: tuple[str, ...], runs: int, run: str | None, as_json: bool) -> ExitCode:
    """Count rows by customer and state, list errors and the last runs. Reads the database only."""
    result = read_status(target, customers, runs=runs, run_id=run)
    print_result(result, as_json=as_json, human=lambda: row_texts.status_text(result))
    return ExitCode.OK


@main.command()
@options(target_option, customer)
@click.option("--reason", metavar="TEXT", help="Only rows whose error contains this text.")
@json_option
@command
def retry(target: str | None, customers: tuple[str, ...], reason: str | None, as_json: bool) -> ExitCode:
    """Make rows in ERROR due again, including those given up; the next push tries them again."""
    with open_boards(target) as opened, opened.warehouse.lock():
        result = requeue_on(opened.contexts, customers=customers, reason=reason)
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
@options(target_option, board_option, json_option)
@command
def check(*, target: str | None, deep: bool, board: str | None, as_json: bool) -> ExitCode:
    """Check database, ledger, board, columns and token. Changes nothing; exit status 2 names what to fix.

    --deep does change the board for a moment. Its exit status is 1 when the board did not take the import: pushes
    then create items with subitems one by one.
    """
    with open_boards(target, board) as opened:
        checked = [(context.board, check_start(context)) for context in opened.contexts]
        trials = [check_deep(context) if deep else None for context in opened.contexts]
    found = [(one, facts, trial) for (one, facts), trial in zip(checked, trials, strict=True)]
    if len(found) == 1:
        _, facts, trial = found[0]
        print_result(figures.check_json(facts, trial), as_json=as_json, human=lambda: figures.check_text(facts, trial))
    else:
        print_result(
            {"boards": [{"board": one.name, **figures.check_json(facts, trial)} for one, facts, trial in found]},
            as_json=as_json,
            human=lambda: board_texts.joined([(b.title, figures.check_text(f, t)) for b, f, t in found]),
        )
    well = all(trial is None or trial.outcome is TrialOutcome.PROVEN for trial in trials)
    return ExitCode.OK if well else ExitCode.SOME_FAILED


for _command in (adopt, verify, history, rollback, cleanup, accept, why):
    main.add_command(_command)
