"""``rollback`` and ``cleanup``: take back what a run did, by the ledger's own record of it, never by a name.

Both are runs like a push: intents first, safe to kill, and resumed by the same command. What could not be taken back
stays in the ledger as it is, and the run counts as stopped: the same command goes on with just that. What people have
changed since is left as it is and listed; that is no reason to run it again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from monday_sync.api import MoveToGroup
from monday_sync.commands.check import check
from monday_sync.domain.board.several import board_argument
from monday_sync.domain.plan import Plan
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import Level
from monday_sync.engine.context import Context
from monday_sync.engine.execution.batches import Work
from monday_sync.engine.groups import archive_groups, empty_groups
from monday_sync.engine.results import PushResult
from monday_sync.engine.runs import Bar, Running, no_bar, running, settle_doubts
from monday_sync.engine.undo_plan import undo_plan
from monday_sync.engine.undoing import Undo, Undoing, undo_created, undo_run
from monday_sync.errors import ConfirmationNeededError, RefusedError, StoppedError
from monday_sync.ledger import Run

_PROD = "prod"
_RECOVER = "recover"


def rollback(
    context: Context, run_id: str, *, yes: int | None = None, asked: bool = False, bar: Bar = no_bar
) -> PushResult:  # fmt: skip
    """Undo a run: the board is read, and fields that still show what the run wrote show again what they did before.

    Items that it created are archived, and groups that it created, when no item is left in them. What people have
    changed since is left and listed (``PushResult.left_fields``), items that they worked on included.

    Args:
        asked: whoever calls this has asked already; what is in doubt is settled first, and may change the number.

    Raises:
        RefusedError: no such run, or later runs changed the same rows.
        ConfirmationNeededError: on prod, without the number of rows.
    """
    with context.warehouse.lock():
        facts = check(context)
        recovery = settle_doubts(context)
        if recovery is not None and recovery.stopped:
            return recovery.result()  # what the run did is not known yet
        undoing = _of_run(context, facts, run_id)
        return _carry_out(context, "rollback", run_id, undoing, {run_id}, yes=undoing.number if asked else yes, bar=bar)


def plan_rollback(context: Context, run_id: str) -> Plan:
    """What :func:`rollback` would do now. Changes nothing.

    Raises:
        RefusedError: as :func:`rollback`.
    """
    with context.warehouse.lock():
        facts = check(context)
        undoing = _of_run(context, facts, run_id)
        made = undo_plan(context, facts, undoing, title=f"Rollback of run {run_id}", command=f"rollback {run_id}")
        return _with_groups(context, facts, made, undoing, {run_id})


def cleanup(
    context: Context, run_id: str | None, *, yes: int | None = None, bar: Bar = no_bar,
    created_by: set[str] | None = None, asked: bool = False,
) -> PushResult:  # fmt: skip
    """Archive the items that a run created, or (without ``run_id``) those of all runs that were marked as test data.

    Groups that these runs created are archived, too, when no item is left in them.

    Args:
        created_by: the runs, where the target has several boards: their items may lie on another one by now.
        asked: as for :func:`rollback`.

    Raises:
        RefusedError: no such run.
        ConfirmationNeededError: on prod, without the number of rows.
    """
    with context.warehouse.lock():
        check(context)
        recovery = settle_doubts(context)
        if recovery is not None and recovery.stopped:
            return recovery.result()
        created_by = created_by or creators([context], run_id)
        undoing = undo_created(context, created_by)
        number = undoing.number if asked else yes
        return _carry_out(context, "cleanup", run_id, undoing, created_by, yes=number, bar=bar)


def plan_cleanup(context: Context, run_id: str | None, created_by: set[str] | None = None) -> Plan:
    """What :func:`cleanup` would do now. Changes nothing.

    Raises:
        RefusedError: no such run.
    """
    with context.warehouse.lock():
        facts = check(context)
        created_by = created_by or creators([context], run_id)
        undoing = undo_created(context, created_by)
        which = "--test-data" if run_id is None else f"--run {run_id}"
        of = "all test data" if run_id is None else f"run {run_id}"
        made = undo_plan(context, facts, undoing, title=f"Cleanup of {of}", command=f"cleanup {which}")
        return _with_groups(context, facts, made, undoing, created_by)


def _of_run(context: Context, facts: BoardFacts, run_id: str) -> Undoing:
    if runs_named([context], run_id)[0][1].kind == "move":
        raise RefusedError(
            f"Run {run_id} moved orders to another board; where an order lies is for the scopes of the boards to say.",
            hint=f"Change `scope` in boards/{context.board.target}.yml and push: the orders move back, each whole.",
        )
    later = context.ledger.later_touches(run_id)
    if later:
        listed = ", ".join(f"{run} ({count} rows)" for run, count in later)
        raise RefusedError(
            f"Rows that run {run_id} changed were changed again by {listed}.",
            hint="Roll those back first, the latest one first.",
        )
    return undo_run(context, facts, run_id)


def creators(contexts: Sequence[Context], run_id: str | None) -> set[str]:
    """The runs whose items are to be taken off: the one that is named, or all that were marked as test data.

    Raises:
        RefusedError: no such run.
    """
    if run_id is not None:
        return {run.run_id for _, run in runs_named(contexts, run_id)}
    return {run.run_id for context in contexts for run in context.ledger.runs.latest() if run.is_test}


def runs_named(contexts: Sequence[Context], run_id: str) -> list[tuple[Context, Run]]:
    """The runs that an id means, each with its board, the latest first: one of ours, or those of a whole run.

    What a whole run settled for earlier ones (recover) is theirs.

    Raises:
        RefusedError: no such run.
    """
    found = [(context, run) for context in contexts for run in context.ledger.runs.latest(run_id=run_id)]
    exact = [(context, run) for context, run in found if run.run_id == run_id]
    made = exact or [(context, run) for context, run in found if run.kind != _RECOVER]
    if made:
        return sorted(made, key=lambda one: (one[1].started_at, one[1].run_id), reverse=True)
    ids = ", ".join(context.board.board_id for context in contexts)
    raise RefusedError(
        f"The ledger of board {ids} has no run {run_id}.", hint="`monday-sync status --runs 20` lists the last ones."
    )


def board_of_run(contexts: Sequence[Context], run_id: str) -> Context:
    """The board that a run was made on; the last one of several.

    Raises:
        RefusedError: no such run.
    """
    return runs_named(contexts, run_id)[0][0]


def created_there(contexts: Sequence[Context], created_by: Collection[str]) -> list[Context]:
    """The boards that have items, subitems or groups which some runs created."""
    return [
        context
        for context in contexts
        if undo_created(context, created_by).undos
        or any(group.run_id in created_by for group in context.ledger.groups.created())
    ]


def _with_groups(
    context: Context, facts: BoardFacts, made: Plan, undoing: Undoing, created_by: Collection[str]
) -> Plan:
    """The plan with the groups that are left empty by it, and with the number that the command asks for."""
    created = {g.group_id: g.name for g in context.ledger.groups.created() if g.run_id in created_by}
    leaving = {u.current.monday_id or "" for u in undoing.undos if u.archives}
    leaving |= {task.operation.item_id for u in undoing.undos for task in u.tasks
                if isinstance(task.operation, MoveToGroup)}  # fmt: skip
    empty = empty_groups(context.api, context.board, facts.items, created, leaving)
    command = made.command
    if command is not None and command.startswith("cleanup"):
        command += board_argument(context.board)
    if context.board.target == _PROD:
        command = f"{command} --yes {undoing.number}"
    return replace(made, groups_to_archive=tuple(created[g] for g in empty), command=command)


def _carry_out(
    context: Context, kind: str, of_run: str | None, undoing: Undoing, created_by: Collection[str], *,
    yes: int | None, bar: Bar,
) -> PushResult:  # fmt: skip
    number = undoing.number
    if context.board.target == _PROD and yes != number:
        raise ConfirmationNeededError(
            f"This {kind} would change or archive {number} items and subitems on the board of target {_PROD}, "
            "and archive groups that are left empty.",
            hint=f"Look at it with --dry-run, then give --yes {number} if that is what you want.",
        )
    with running(context, kind, of_run=of_run) as state, bar("rows taken back", number) as advance:
        state.on_row = advance
        state.tally.left_fields += undoing.left
        # lines first: a line whose item is archived already could not be archived any more
        for level in (Level.SUBITEM, Level.ITEM):
            mine = [u for u in undoing.undos if u.current.level is level and u.tasks]
            state.sender.send([Work(u.current, u.current, None, u.tasks) for u in mine])
        _finish(context, state, undoing.undos)
        groups = {g.group_id: g.name for g in context.ledger.groups.created() if g.run_id in created_by}
        if groups:
            info = context.api.board(context.board.board_id)
            archive_groups(state.sender, context.ledger, context.board, info, groups)
        if state.tally.errors:
            raise StoppedError(
                f"{len(state.tally.errors)} of {number} rows could not be taken back.",
                hint=f"Run the same {kind} again: it goes on with these.",
            )
    return state.result()


def _finish(context: Context, state: Running, undos: Sequence[Undo]) -> None:
    """Bring the ledger where it was, for the rows whose operations the board confirmed."""
    failed = {problem.key for problem in state.tally.errors}
    # the lines of an item that was not archived are still on the board below it
    done = [u for u in undos if u.current.key not in failed and (u.tasks or u.current.order_key not in failed)]
    context.ledger.write([u.after for u in done if u.after is not None])
    # a row that was re-keyed goes back under its old key
    context.ledger.forget_rows([u.current for u in done if u.after is None or u.after.key != u.current.key])
