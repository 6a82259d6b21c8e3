"""Carries out a plan: groups, then items, then subitems."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from monday_sync.api import ArchiveItem, MoveToGroup
from monday_sync.domain import state as machine
from monday_sync.domain.archive import BY_POLICY
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.plan import Action, Plan, Step
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import GROUP_ID, GROUP_NAME, NAME, Attempt, AttemptOutcome, LedgerRow, Level
from monday_sync.engine.execution.batches import Task, Work
from monday_sync.engine.execution.operations import Builder
from monday_sync.engine.execution.second_look import SecondLook
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import ARCHIVE, CHANGE, CREATE, MOVE
from monday_sync.engine.groups import GroupWork
from monday_sync.engine.labels import activate_labels
from monday_sync.engine.planning.follow import board_at
from monday_sync.engine.ports import BulkImport
from monday_sync.engine.rekeying import write_rekeys
from monday_sync.engine.shipped import record_off
from monday_sync.engine.tally import LEFT, Tally

_NO_CALL, _CHECK = "confirmed", "check"


def _was_left(step: Step) -> bool:
    """Whether the same row was left alone for the same reason before: that is recorded once."""
    known = step.row.ledger
    return (
        step.action is Action.LEAVE
        and known is not None
        and (known.left_as, known.state.attempted) == (step.base.left_as, step.row.board_hash)
    )


class Pusher:
    """Executes one plan.

    Args:
        sender: sends and keeps the ledger.
        parents: order key to item id, for subitems; grows as items are created.
    """

    def __init__(self, sender: Sender, board: BoardConfig, facts: BoardFacts, tally: Tally, bulk: BulkImport) -> None:
        self._sender, self._ledger, self._board, self._tally = sender, sender.ledger, board, tally
        self._bulk = bulk
        self._facts = facts
        self._build = Builder(board, facts)
        self._titles = {group.id: group.title for group in facts.items.groups}
        self._builders: dict[str | None, Builder] = {None: self._build}
        self._groups: dict[str, str] = {}
        self._parents: dict[str, str] = {}

    def push(self, plan: Plan) -> None:
        """Do all of it.

        Raises:
            StoppedError: the run has to end early; what was done is in the ledger.
        """
        for board_id, facts in plan.followed.items():
            self._builders[board_id] = Builder(board_at(self._board, board_id), facts)
        self._tally.steps = {(s.level, s.row.key): s for s in plan.steps}
        write_rekeys(self._ledger, plan.rekeyed, self._sender.run_id, self._sender.clock())
        self._ledger.write(plan.unlinked)
        gone = [step for step in plan.steps if step.action is Action.ARCHIVE]
        # before anything is created: it makes room
        self._sender.send(self._item_works(gone))
        self._forget_archived(gone)
        record_off(self._ledger, gone, plan.archive, self._sender.run_id, self._sender.clock())
        groups = GroupWork(self._sender, self._ledger, self._board, self._build, self._facts)
        self._groups = groups.create(plan)
        self._tally.notes += activate_labels(self._sender.api, self._board, self._facts, plan.steps)
        self._without_calls(plan)
        steps = self._bulk.offer(
            plan.steps, plan.bulk, sender=self._sender, board=self._board, facts=self._facts, tally=self._tally,
            groups=self._groups,
        )  # fmt: skip
        items = [s for s in steps if s.level is Level.ITEM and s.action is not Action.ARCHIVE]
        self._parents = {s.row.key: s.base.monday_id for s in items if s.base.monday_id is not None}
        look = SecondLook(self._sender.api, self._board, self._sender.clock, plan.looked_at or self._sender.clock())
        self._sender.send(self._item_works(look.over(items, self._parents, self._groups)))
        subitems = [s for s in steps if s.level is Level.SUBITEM]
        if subitems:
            known = self._ledger.rows(Level.ITEM)
            self._parents |= {k: r.monday_id for k, r in known.items() if r.monday_id is not None}
            self._sender.send(self._subitem_works(look.over(subitems, self._parents, self._groups)))
        groups.archive_duplicates()

    # -- rows without a call -----------------------------------------------------------------------------------------

    def _without_calls(self, plan: Plan) -> None:
        """Rows that the board shows already, and rows whose values cannot be sent: one write for all of them."""
        now, batch_id = self._sender.clock(), uuid.uuid4().hex
        rows: list[LedgerRow] = []
        attempts: list[Attempt] = []
        for step in plan.steps:
            if step.action not in {Action.CONFIRM, Action.FAIL, Action.LEAVE}:
                continue
            state = machine.intend(step.base.state, step.row.board_hash)
            ok = step.action is Action.CONFIRM
            reason = step.reason or ""
            if ok:
                row = self._shown(step).with_state(
                    machine.confirm(state), error_message=None, completed_at=now, run_id=self._sender.run_id
                )
            else:
                state = (
                    machine.block(state) if step.blameless else machine.refuse(state, self._board.policy.max_attempts)
                )
                row = replace(
                    step.base, state=state, error_message=reason, attempted_at=now, run_id=self._sender.run_id,
                    group_name=(step.base.group_name if step.action is Action.LEAVE else None)
                    or step.row.group_name or None,
                )  # fmt: skip
            rows.append(row)
            if not _was_left(step):
                attempts.append(self._uncalled(step, batch_id, len(attempts), now, ok=ok, reason=reason))
            kinds = frozenset({LEFT if step.action is Action.LEAVE else _NO_CALL if ok else _CHECK})
            dead = state.outcome is machine.Outcome.DEAD
            self._tally.row(step.level, step.row.key, customer=step.row.customer_name, name=step.row.name,
                            kinds=kinds, message=reason, ok=ok, dead=dead, order=step.row.order_key)  # fmt: skip
        self._ledger.write(rows, attempts)

    def _uncalled(
        self, step: Step, batch_id: str, position: int, now: dt.datetime, *, ok: bool, reason: str
    ) -> Attempt:
        return Attempt(
            batch_id=batch_id, position=position, run_id=self._sender.run_id, board_id=self._board.board_id,
            level=step.level, row_key=step.row.key, order_key=step.row.order_key,
            customer_name=step.row.customer_name, kind=_NO_CALL if ok else _CHECK, operation="{}",
            row_hash=step.row.board_hash, row_before=step.row.ledger.to_json() if step.row.ledger else None, desired={},
            created_at=now, outcome=AttemptOutcome.NO_CALL if ok else AttemptOutcome.ERROR,
            item_id=step.base.monday_id, message=reason or None, completed_at=now,
        )  # fmt: skip

    def _shown(self, step: Step) -> LedgerRow:
        """The ledger's row with what the board was seen to show; conflicts left by policy keep what we last sent."""
        left = {c.column for c in step.changes if not c.sent}
        seen = {c: v for c, v in step.row.desired.items() if c not in left and c not in {x.column for x in step.sent}}
        return replace(
            step.base, confirmed={**step.base.confirmed, **seen}, item_name=step.base.item_name or step.row.name,
            customer_name=step.row.customer_name,
            group_name=step.row.group_name if step.level is Level.ITEM and step.move_from is None
            else step.base.group_name,
            group_id=self._groups.get(step.row.group_name, step.base.group_id)
            if step.level is Level.ITEM and step.move_from is None and step.home is None else step.base.group_id,
        )  # fmt: skip

    # -- items and subitems ------------------------------------------------------------------------------------------

    def _item_works(self, steps: Iterable[Step]) -> Iterator[Work]:
        for step in steps:
            group_id = self._groups.get(step.row.group_name)
            if step.action is Action.ARCHIVE and step.base.monday_id:
                task = Task(ARCHIVE, ArchiveItem(step.base.monday_id), {})
                yield Work(step.base, step.row.ledger, step.row.board_hash, (task,))
            elif step.action is Action.CREATE and group_id is not None:
                operation = self._build.create_item(
                    group_id, step.row.name, self._values(step), creates_labels=bool(step.new_labels)
                )
                desired = {**step.row.desired, GROUP_ID: group_id, GROUP_NAME: step.row.group_name}
                yield self._work(step, (Task(CREATE, operation, desired),))
            elif step.action is Action.UPDATE and step.base.monday_id:
                tasks = list(self._change(step, step.base.monday_id))
                if step.move_from is not None and group_id is not None:
                    desired = {GROUP_ID: group_id, GROUP_NAME: step.row.group_name}
                    before = {GROUP_ID: step.move_from, GROUP_NAME: self._titles.get(step.move_from)}
                    tasks.append(Task(MOVE, MoveToGroup(step.base.monday_id, group_id), desired, before))
                if tasks:
                    yield self._work(step, tuple(tasks))

    def _subitem_works(self, steps: Iterable[Step]) -> Iterator[Work]:
        for step in steps:
            parent = self._parents.get(step.row.order_key)
            if step.action is Action.CREATE and parent is not None:
                operation = self._builders[step.home].create_subitem(
                    parent, step.row.name, self._values(step), creates_labels=bool(step.new_labels)
                )
                yield self._work(step, (Task(CREATE, operation, dict(step.row.desired)),))
            elif step.action is Action.UPDATE and step.base.monday_id:
                tasks = list(self._change(step, step.base.monday_id))
                if tasks:
                    yield self._work(step, tuple(tasks))

    def _change(self, step: Step, monday_id: str) -> Iterator[Task]:
        sent = {c.column: c.new for c in step.sent}
        before = {c.column: c.old for c in step.sent}
        if sent:
            operation = self._builders[step.home].change(
                step.level, monday_id, sent.get(NAME), self._values(step),
                creates_labels=bool(step.new_labels),
            )  # fmt: skip
            # the board spells a label as it has it; the ledger keeps the database's text
            yield Task(CHANGE, operation, {column: step.row.desired[column] for column in sent}, before)

    def _work(self, step: Step, tasks: tuple[Task, ...]) -> Work:
        base = step.base if step.action is Action.CREATE else self._shown(step)
        base = replace(base, customer_name=step.row.customer_name, item_name=base.item_name or step.row.name)
        if step.level is Level.ITEM and base.group_name is None:
            base = replace(base, group_name=step.row.group_name)
        return Work(base, step.row.ledger, step.row.board_hash, tasks, step.reason)

    def _values(self, step: Step) -> dict[str, str | None]:
        """The mapped columns that the step sends, by view column."""
        return {c.column: c.new for c in step.sent if c.column != NAME}

    # -- what is gone ------------------------------------------------------------------------------------------------

    def _forget_archived(self, steps: Sequence[Step]) -> None:
        archived = {s.row.key for s in steps if s.row.action != BY_POLICY}
        if not archived:
            return
        rows = self._ledger.rows(Level.ITEM)
        done = [rows[k] for k in archived if k in rows and rows[k].state.outcome is machine.Outcome.SYNCED]
        lines = [r for r in self._ledger.rows(Level.SUBITEM).values() if r.order_key in {d.key for d in done}]
        self._ledger.forget_rows([*done, *lines])
