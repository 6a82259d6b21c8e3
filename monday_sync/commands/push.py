"""``push``: bring the board to what the database says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monday_sync.commands.check import check, check_confirmed, check_room
from monday_sync.commands.plan import check_customers
from monday_sync.domain.moves import NO_TRAFFIC, Traffic
from monday_sync.domain.plan import ListedItem, Plan
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import Address
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.accepted import end_what_is_over
from monday_sync.engine.baselines import record_baselines
from monday_sync.engine.context import Context
from monday_sync.engine.duplicates import archive_duplicates
from monday_sync.engine.hooks import hooks_around
from monday_sync.engine.planning import make_plan
from monday_sync.engine.pusher import Pusher
from monday_sync.engine.results import PushResult
from monday_sync.engine.runs import Bar, new_run_id, no_bar, running, settle_doubts, to_json
from monday_sync.engine.shipped import read_shipped
from monday_sync.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Part:
    """What was settled already when the push of a board is part of a push to all boards of its target.

    Args:
        moved: orders that were moved to or from another board just before: what is done about them needs no word.
        unsure: orders that are not to be created, since they may lie on a board that cannot be read.
    """

    moved: frozenset[str]
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PushRequest:
    """How a push was asked for.

    Args:
        part: of a push to all boards of the target, which runs the hooks before it and records the baselines itself.
        duplicate_items: are archived when all else is done.
        only: these rows, whatever else is due.
        before: is called when nothing forbids the push any more and nothing was sent yet, with the share of the board's
            items that it touches; what it raises ends the push.
    """

    options: PushOptions
    yes: int | None = None
    plan_id: str | None = None
    is_test: bool = False
    duplicate_items: tuple[ListedItem, ...] = ()
    only: frozenset[Address] | None = None
    part: Part | None = None
    before: Callable[[float], None] | None = None


def push_in(context: Context, request: PushRequest, *, kind: str = "push", bar: Bar = no_bar) -> PushResult:
    """Bring one board to what the database says, exactly once, and record every outcome.

    Raises:
        RefusedError: board, token, ledger or data forbid to start. Nothing was done.
        ConfirmationNeededError: the push needs ``yes``. Nothing was done.
        LockHeldError: another run is at work on the target.
    """
    with context.warehouse.lock():
        facts = check(context)
        options = stored_options(context, request.plan_id) if request.plan_id else request.options
        recovery = settle_doubts(context)
        if recovery is not None:
            if recovery.stopped:
                return recovery.result()
            facts = check(context)
        made = planned(context, facts, replace(request, options=options))
        if request.plan_id:
            _check_unchanged(context, made, request.plan_id)
        check_room(made, facts)
        check_confirmed(context, _without_moved(made, request.part), request.yes)
        if request.before:
            request.before(made.touched_share)
        acceptances = end_what_is_over(context.ledger, context.clock())
        made = _named_for_hooks(context, replace(made, plan_id=request.plan_id))
        with (
            hooks_around(context.board, made, context.target.project_dir, before=request.part is None) as hooks,
            running(context, kind, plan_id=made.plan_id, is_test=request.is_test) as state,
        ):
            state.plan = made
            state.tally.acceptances = acceptances
            state.recovered = recovery.recovered if recovery else 0
            if made.plan_id:
                context.ledger.plans.save_run(made.plan_id, state.run_id)
            with bar("rows sent", len(made.steps)) as advance:
                state.on_row = advance
                Pusher(state.sender, context.board, facts, state.tally, context.bulk).push(made)
                if made.duplicate_items:
                    archive_duplicates(state.sender, context.board, made.duplicate_items)
            if request.only is None and request.part is None:
                state.tally.notes += set_baselines(context, [made], state.run_id)
        end_what_is_over(context.ledger, context.clock())
        result = hooks.after(state.result())
        if result.hook_problem:
            context.ledger.runs.save_result(state.run_id, to_json(result))
        return result


def _named_for_hooks(context: Context, made: Plan) -> Plan:
    """The plan under an id, if a command is to be told of it: it is stored as ``plan`` would."""
    hooks = context.board.hooks
    if made.plan_id or not (hooks.before_push or hooks.after_push):
        return made
    named = made.named("plan-" + new_run_id(context))
    context.ledger.plans.save(
        named.plan_id or "", options=made.options.to_json(), fingerprint=made.fingerprint, now=context.clock()
    )
    return named


def planned(context: Context, facts: BoardFacts, request: PushRequest) -> Plan:
    """What a push that was asked for so would do now.

    Raises:
        RefusedError: there are no orders of a customer that was named.
    """
    shipped = read_shipped(context.ledger, context.board, request.options.release)
    traffic = NO_TRAFFIC if request.part is None else Traffic(fresh=request.part.moved, unsure=request.part.unsure)
    made = make_plan(context, facts, request.options, request.only, shipped, traffic=traffic)
    check_customers(made, request.options)
    return replace(made, duplicate_items=request.duplicate_items)


def stored_options(context: Context, plan_id: str) -> PushOptions:
    """The options of a stored plan that was not pushed yet."""
    record = context.ledger.plans.get(plan_id)
    if record is None:
        raise RefusedError(f"There is no plan {plan_id} for this board.", hint="Make one with `monday-sync plan`.")
    if record["run_id"]:
        raise RefusedError(f"Plan {plan_id} was pushed by run {record['run_id']}.", hint="Make a new plan.")
    return PushOptions.from_json(record["options"])


def _check_unchanged(context: Context, made: Plan, plan_id: str) -> None:
    record = context.ledger.plans.get(plan_id)
    if record is not None and record["fingerprint"] != made.fingerprint:
        raise RefusedError(
            f"The data or the board changed since plan {plan_id} was made: it would not do the same now.",
            hint="Make a new plan and look at it.",
        )


def set_baselines(context: Context, plans: Sequence[Plan], run_id: str) -> list[str]:
    """Record what each customer has that was pushed and held back on no board; returns what is to be said of it."""
    options = plans[0].options
    if options.limit is not None:
        return []
    held = {name for made in plans for name in made.held_customers}
    names = {name for made in plans for name in made.orders_per_customer}
    pushed = {name for name in names if name not in held and options.concerns(name)}
    return record_baselines(context, pushed, run_id)


def _without_moved(made: Plan, part: Part | None) -> Plan:
    """The plan but for what is done about orders that were moved: a person said yes to these, or need not."""
    if part is None or not part.moved:
        return made
    return replace(made, steps=tuple(step for step in made.steps if step.row.order_key not in part.moved))
