"""``rollback`` and ``cleanup``: take back what a run did, by the ledger's own record of it, never by a name.

Both are runs like a push: intents first, safe to kill, and resumed by the same command. What could not be taken back
stays in the ledger as it is, and the run counts as stopped: the same command goes on with just that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from monday_sync.api import ArchiveItem, MoveToGroup
from monday_sync.commands.check import check
from monday_sync.domain import state as machine
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import NAME, Attempt, AttemptOutcome, LedgerRow, Level
from monday_sync.engine.context import Context
from monday_sync.engine.execution.batches import Task, Work
from monday_sync.engine.execution.operations import Builder
from monday_sync.engine.execution.settle import ARCHIVE, CHANGE, CREATE, GROUP_ID, GROUP_NAME, MOVE, by_row
from monday_sync.engine.groups import archive_groups
from monday_sync.engine.results import PushResult
from monday_sync.engine.runs import Bar, Running, no_bar, running, settle_doubts
from monday_sync.errors import ConfirmationNeededError, RefusedError, StoppedError

_PROD = "prod"
_TOUCHED = frozenset({AttemptOutcome.SYNCED, AttemptOutcome.NO_CALL, AttemptOutcome.EXPIRED, AttemptOutcome.ERROR})


@dataclass(frozen=True, slots=True)
class Undo:
    """What is taken back for one row.

    Args:
        after: the ledger's row once it is done; ``None``: the ledger forgets the row.
        tasks: operations on the board; none when only the ledger changes.
    """

    current: LedgerRow
    after: LedgerRow | None
    tasks: tuple[Task, ...]


def rollback(context: Context, run_id: str, *, yes: int | None = None, bar: Bar = no_bar) -> PushResult:
    """Undo a run: values and ledger go back to what they were before, and items it created are archived.

    Groups that it created are archived, too, when no item is left in them.

    Raises:
        RefusedError: no such run, or later runs changed the same rows.
        ConfirmationNeededError: on prod, without the number of rows.
    """
    with context.warehouse.lock():
        facts = check(context)
        recovery = settle_doubts(context)
        if recovery is not None and recovery.stopped:
            return recovery.result()  # what the run did is not known yet
        _run(context, run_id)
        later = context.ledger.later_touches(run_id)
        if later:
            listed = ", ".join(f"{run} ({count} rows)" for run, count in later)
            raise RefusedError(
                f"Rows that run {run_id} changed were changed again by {listed}.",
                hint="Roll those back first, the latest one first.",
            )
        undos = _undos_of_run(context, facts, run_id)
        return _carry_out(context, "rollback", run_id, undos, {run_id}, yes=yes, bar=bar)


def cleanup(context: Context, run_id: str | None, *, yes: int | None = None, bar: Bar = no_bar) -> PushResult:
    """Archive the items that a run created, or (without ``run_id``) those of all runs that were marked as test data.

    Groups that these runs created are archived, too, when no item is left in them.

    Raises:
        RefusedError: no such run.
        ConfirmationNeededError: on prod, without the number of rows.
    """
    with context.warehouse.lock():
        check(context)
        recovery = settle_doubts(context)
        if recovery is not None and recovery.stopped:
            return recovery.result()
        if run_id is not None:
            created_by = {_run(context, run_id)}
        else:
            created_by = {run.run_id for run in context.ledger.runs() if run.is_test}
        items = context.ledger.rows(Level.ITEM)
        lines = context.ledger.rows(Level.SUBITEM)
        doomed = {k: r for k, r in items.items() if r.created_run_id in created_by}
        undos = [_archive(row) for row in doomed.values()]
        undos += [_forget(row) for row in lines.values() if row.order_key in doomed]
        undos += [
            _archive(row) for row in lines.values() if row.created_run_id in created_by and row.order_key not in doomed
        ]
        return _carry_out(context, "cleanup", run_id, undos, created_by, yes=yes, bar=bar)


def _run(context: Context, run_id: str) -> str:
    if not context.ledger.runs(run_id=run_id):
        raise RefusedError(
            f"The ledger of board {context.board.board_id} has no run {run_id}.",
            hint="`monday-sync status --runs 20` lists the last ones.",
        )
    return run_id


def _archive(row: LedgerRow) -> Undo:
    tasks = (Task(ARCHIVE, ArchiveItem(row.monday_id), {}),) if row.monday_id else ()
    return Undo(row, None, tasks)


def _forget(row: LedgerRow) -> Undo:
    return Undo(row, None, ())


def _undos_of_run(context: Context, facts: BoardFacts, run_id: str) -> list[Undo]:
    attempts = [a for a in context.ledger.attempts_of_run(run_id) if a.outcome in _TOUCHED]
    groups = {group.id for group in facts.items.groups}
    build = Builder(context.board, facts)
    rows = {(level, k): row for level in (Level.ITEM, Level.SUBITEM) for k, row in context.ledger.rows(level).items()}
    undos: dict[tuple[Level, str], Undo] = {}
    for address, group in by_row(attempts).items():
        current = rows.get(address)
        if current is None:
            continue
        before = LedgerRow.from_json(group[0].row_before) if group[0].row_before else None
        undo = _undo(build, current, before, group, groups)
        if undo is not None:
            undos[address] = undo
    archived = {u.current.key for u in undos.values() if u.current.level is Level.ITEM and _archives(u)}
    for address, row in rows.items():
        if address[0] is Level.SUBITEM and row.order_key in archived:
            # the lines go with their item
            undos[address] = replace(undos[address], tasks=()) if address in undos else _forget(row)
    return list(undos.values())


def _undo(
    build: Builder, current: LedgerRow, before: LedgerRow | None, attempts: Sequence[Attempt], groups: set[str]
) -> Undo | None:
    created = any(a.kind == CREATE and a.outcome is AttemptOutcome.SYNCED for a in attempts)
    if created or (current.created_run_id == attempts[0].run_id and current.monday_id):
        if before is not None and before.monday_id is not None:
            # the run replaced an item that was gone; that one does not come back
            before = before.with_state(machine.unlink(before.state), monday_id=None, group_id=None, confirmed={})
        return replace(_archive(current), after=before)
    if before is None or before == current:
        return None if before == current else _forget(current)
    tasks: list[Task] = []
    if before.monday_id is not None and before.monday_id == current.monday_id:
        tasks = list(_back(build, current, before, groups))
    return Undo(current, before, tuple(tasks))


def _back(build: Builder, current: LedgerRow, before: LedgerRow, groups: set[str]) -> Iterator[Task]:
    """Operations that give an item back the values it had."""
    item_id = current.monday_id or ""
    old = {name: text for name, text in before.confirmed.items() if current.confirmed.get(name) != text}
    if old:
        values = {name: text for name, text in old.items() if name != NAME}
        operation = build.change(current.level, item_id, old.get(NAME), values, creates_labels=False)
        yield Task(CHANGE, operation, old)
    if before.group_id and before.group_id != current.group_id and before.group_id in groups:
        desired = {GROUP_ID: before.group_id, GROUP_NAME: before.group_name}
        yield Task(MOVE, MoveToGroup(item_id, before.group_id), desired)


def _archives(undo: Undo) -> bool:
    return any(task.kind == ARCHIVE for task in undo.tasks)


def _carry_out(
    context: Context, kind: str, of_run: str | None, undos: Sequence[Undo], created_by: Collection[str], *,
    yes: int | None, bar: Bar,
) -> PushResult:  # fmt: skip
    number = sum(1 for undo in undos if undo.tasks)
    if context.board.target == _PROD and yes != number:
        raise ConfirmationNeededError(
            f"This {kind} would change or archive {number} items and subitems on the board of target {_PROD}, "
            "and archive groups that are left empty.",
            hint=f"Give --yes {number} if that is what you want.",
        )
    with running(context, kind, of_run=of_run) as state, bar("rows taken back", number) as advance:
        state.on_row = advance
        # lines first: a line whose item is archived already could not be archived any more
        for level in (Level.SUBITEM, Level.ITEM):
            mine = [u for u in undos if u.current.level is level and u.tasks]
            state.sender.send([Work(u.current, u.current, None, u.tasks) for u in mine])
        _finish(context, state, undos)
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
