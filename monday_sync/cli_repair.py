"""The commands that bring ledger and board together again: ``adopt``, ``verify``, ``rollback`` and ``cleanup``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from console import ExitCode, command, json_option, print_result, progress, target_option
from monday_sync import board_texts, render, row_texts
from monday_sync.cli_options import board_option, dry_run, options, yes
from monday_sync.commands.adopt import adopt as adopt_board
from monday_sync.commands.adopt import plan_adopt
from monday_sync.commands.opening import Opened, open_boards
from monday_sync.commands.undo import cleanup as clean_up
from monday_sync.commands.undo import created_there, creators, plan_cleanup, plan_rollback, runs_named
from monday_sync.commands.undo import rollback as roll_back
from monday_sync.commands.verified import keep
from monday_sync.commands.verify import VerifyResult
from monday_sync.commands.verify import verify as verify_board
from monday_sync.domain.plan import Plan
from monday_sync.engine.context import Context

_Result = TypeVar("_Result")


@click.command()
@options(target_option, board_option, dry_run, json_option)
@command
def adopt(target: str | None, board: str | None, dry_run: bool, as_json: bool) -> ExitCode:
    """Link orders and lines to items already on the board, by business key. Changes nothing on the board.

    For an empty or restored ledger. (A push does the same for the rows it sends, before it creates anything.)
    """
    with open_boards(target, board) as opened:
        if dry_run:
            return _show_plans([(one, plan_adopt(one)) for one in opened.contexts], as_json=as_json)
        results = [(one, adopt_board(one)) for one in opened.contexts]
    _show(results, row_texts.adopt_text, as_json=as_json)
    return ExitCode.OK


@click.command()
@options(target_option, board_option, yes)
@click.option("--repair", is_flag=True, help="Repair what differs by pushing the rows concerned.")
@options(dry_run, json_option)
@command
def verify(
    *, target: str | None, board: str | None, repair: bool, yes: int | None, dry_run: bool, as_json: bool
) -> ExitCode:
    """Read the whole board; report each difference from what it should show, and missing, extra and duplicate items.

    --repair sends again what differs and archives duplicates, which are copies that people made: it names each, and
    needs --yes with the number of all rows it would touch. With --dry-run it shows the plan of it.
    """
    if dry_run and not repair:
        raise click.UsageError("--dry-run goes with --repair; without it, verify changes nothing.")
    with open_boards(target, board) as opened:
        _one_number(opened, yes)
        results = [
            (one, verify_board(one, repair=repair, yes=yes, dry_run=dry_run, bar=progress)) for one in opened.contexts
        ]
        for one, result in results:
            keep(one, result, whole=True)
    _show(results, render.verify_text, as_json=as_json, data=_verified)
    return max(result.exit_code for _, result in results)


def _verified(result: VerifyResult) -> dict[str, object]:
    found = {name: getattr(result, name) for name in result.__dataclass_fields__}
    return found | {"plan": None if result.plan is None else render.plan_json(result.plan)}


@click.command()
@click.argument("run")
@options(target_option, yes, dry_run, json_option)
@command
def rollback(run: str, target: str | None, yes: int | None, dry_run: bool, as_json: bool) -> ExitCode:
    """Undo a run: what it wrote shows again what the board showed before, and the items that it created are archived.

    RUN is one of `monday-sync status`, or one of `pipeline history`: then all that it pushed, on every board.

    The board is read first. What people have changed since is left as it is and listed, and so are new items that they
    worked on. Groups that the run created are archived too, when no item is left in them. Rows that the board refuses
    to take back are listed; the same command, run again, goes on with just those. Both make the exit status 1.
    """
    with open_boards(target) as opened:
        named = runs_named(opened.contexts, run)
        if yes is not None and len(named) > 1:
            ids = ", ".join(one.run_id for _, one in named)
            raise click.UsageError(f"--yes goes with one push, as each has its own number. Run {run} made: {ids}.")
        if dry_run:
            return _show_plans([(one, plan_rollback(one, made.run_id)) for one, made in named], as_json=as_json)
        results = [(one, roll_back(one, made.run_id, yes=yes, bar=progress)) for one, made in named]
    _show(results, render.push_text, as_json=as_json)
    return max(result.exit_code for _, result in results)


@click.command()
@click.option("--run", metavar="RUN", help="Archive the items that this run created.")
@click.option("--test-data", is_flag=True, help="Archive the items of all runs made with `push --test-data`.")
@options(target_option, board_option, yes, dry_run, json_option)
@command
def cleanup(
    *, run: str | None, test_data: bool, target: str | None, board: str | None, yes: int | None, dry_run: bool,
    as_json: bool,
) -> ExitCode:  # fmt: skip
    """Archive test items, and groups left empty, that the ledger records as created by the runs named.

    They go whatever people did to them since. On prod this needs --yes N.
    """
    if (run is None) == (not test_data):
        raise click.UsageError("Give either --run RUN or --test-data.")
    with open_boards(target) as every:
        created_by, chosen = creators(every.contexts, run), every.named(board)
        there = Opened(tuple(created_there(chosen.contexts, created_by)) or chosen.contexts[:1])
        _one_number(there, yes)
        if dry_run:
            return _show_plans([(one, plan_cleanup(one, run, created_by)) for one in there.contexts], as_json=as_json)
        results = [(one, clean_up(one, run, yes=yes, bar=progress, created_by=created_by)) for one in there.contexts]
    _show(results, render.push_text, as_json=as_json)
    return max(result.exit_code for _, result in results)


def _one_number(opened: Opened, yes: int | None) -> None:
    """A number is one board's: with several there would be several."""
    if yes is not None and opened.single is None:
        names = ", ".join(one.board.name or one.board.board_id for one in opened.contexts)
        raise click.UsageError(f"--yes goes with --board here, as each board has its own number. Boards: {names}.")


def _show_plans(plans: Sequence[tuple[Context, Plan]], *, as_json: bool) -> ExitCode:
    _show(plans, render.plan_text, as_json=as_json, data=render.plan_json)
    return ExitCode.OK


def _show(
    results: Sequence[tuple[Context, _Result]], text: Callable[[_Result], str], *, as_json: bool,
    data: Callable[[_Result], object] = lambda result: result,
) -> None:  # fmt: skip
    """Print the result of one board, or those of several, each below the board's name."""
    if len(results) == 1:
        only = results[0][1]
        print_result(data(only) if as_json else None, as_json=as_json, human=lambda: text(only))
        return
    found = {"boards": [{"board_id": c.board.board_id, "name": c.board.name, "result": data(r)} for c, r in results]}
    print_result(
        found if as_json else None, as_json=as_json,
        human=lambda: board_texts.joined([(context.board.title, text(result)) for context, result in results]),
    )  # fmt: skip
