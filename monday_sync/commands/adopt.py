"""``adopt``: an empty or older ledger learns which items on the board are its rows'. The board is only read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from monday_sync.commands.check import check
from monday_sync.domain.archive import Shipped
from monday_sync.domain.plan import Action, Duplicate, Plan, Step
from monday_sync.domain.rows import Attempt, AttemptOutcome, Level
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.planning import make_plan
from monday_sync.engine.runs import running, settle_doubts
from monday_sync.engine.shipped import read_shipped


@dataclass(frozen=True, slots=True)
class AdoptResult:
    """What was linked, and what is left; ``has_others``: the target has more boards, where the rest may lie."""

    run_id: str
    items: int
    subitems: int
    duplicates: tuple[Duplicate, ...]
    not_on_board: int
    has_others: bool = False


def adopt(context: Context) -> AdoptResult:
    """Link all rows in scope that the board has already. A push then sends only what differs.

    Raises:
        RefusedError: as for a push.
    """
    with context.warehouse.lock():
        facts = check(context)
        settle_doubts(context)
        shipped = read_shipped(context.ledger, context.board)
        # with the shipped ones that are still on the board: what is not linked is never archived
        plan = make_plan(context, facts, PushOptions())
        adopted = [step for step in plan.steps if step.adopted]
        with running(context, "adopt") as state:
            batch_id = uuid.uuid4().hex
            attempts = [_attempt(context, step, state.run_id, batch_id, i) for i, step in enumerate(adopted)]
            context.ledger.write([*plan.unlinked, *(step.base for step in adopted)], attempts)
            context.ledger.groups.save(plan.group_ids, state.run_id, context.clock())
        return AdoptResult(
            run_id=state.run_id,
            items=sum(1 for s in adopted if s.level is Level.ITEM),
            subitems=sum(1 for s in adopted if s.level is Level.SUBITEM),
            duplicates=plan.duplicates,
            not_on_board=sum(1 for s in plan.steps if _is_to_create(s, shipped)),
            has_others=bool(context.board.others),
        )


def plan_adopt(context: Context) -> Plan:
    """What :func:`adopt` would link now. Changes nothing, in the ledger neither.

    Raises:
        RefusedError: as for a push.
    """
    with context.warehouse.lock():
        made = make_plan(context, check(context), PushOptions())
        shipped = read_shipped(context.ledger, context.board)
        missing = sum(1 for s in made.steps if _is_to_create(s, shipped))
        links = tuple(Step(Action.CONFIRM, s.row, s.base, adopted=True) for s in made.steps if s.adopted)
        notes = (
            [f"{missing} orders are not on the board; a push {then_a_push(bool(context.board.others))}."]
            if missing
            else []
        )
        if made.unlinked:
            notes.append(
                f"{len(made.unlinked)} rows are linked to what is no longer on the board; the ledger forgets it."
            )
        return replace(
            made, steps=links, groups=(), skipped={}, deleted=(), given_up=(), vanished=0, bulk=(), rekeyed=(),
            estimate=None, notes=tuple(notes), title="Adopt", command="adopt",
        )  # fmt: skip


def then_a_push(has_others: bool) -> str:
    """What a push does about orders that are not on the board."""
    return f"{'moves them here from another board of the target, or ' if has_others else ''}creates them"


def _is_to_create(step: Step, shipped: Shipped | None) -> bool:
    """Whether a push would create the item: not if the archive policy keeps its order off the board."""
    is_off = shipped is not None and shipped.covers(step.row.key, step.row.customer_name)
    return step.level is Level.ITEM and step.base.monday_id is None and not is_off


def _attempt(context: Context, step: Step, run_id: str, batch_id: str, position: int) -> Attempt:
    now = context.clock()
    return Attempt(
        batch_id=batch_id, position=position, run_id=run_id, board_id=context.board.board_id, level=step.level,
        row_key=step.row.key, order_key=step.row.order_key, customer_name=step.row.customer_name, kind="adopt",
        operation="{}", row_hash=step.row.board_hash,
        row_before=step.row.ledger.to_json() if step.row.ledger else None, desired=dict(step.base.confirmed),
        created_at=now, outcome=AttemptOutcome.NO_CALL, item_id=step.base.monday_id, completed_at=now,
    )  # fmt: skip
