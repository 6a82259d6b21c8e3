"""``push``: bring the board to what the database says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from monday_sync.commands.check import check, check_confirmed, check_room
from monday_sync.commands.opening import open_context
from monday_sync.commands.plan import check_customers
from monday_sync.domain.plan import ListedItem, Plan
from monday_sync.domain.remote import BoardFacts
from monday_sync.domain.rows import Address
from monday_sync.domain.selection import EVERYTHING, PushOptions
from monday_sync.engine.accepted import end_what_is_over
from monday_sync.engine.baselines import record_baselines
from monday_sync.engine.context import Context
from monday_sync.engine.duplicates import archive_duplicates
from monday_sync.engine.hooks import hooks_around
from monday_sync.engine.planning import make_plan
from monday_sync.engine.pusher import Pusher
from monday_sync.engine.results import PushResult
from monday_sync.engine.runs import Bar, Running, new_run_id, no_bar, running, settle_doubts, to_json
from monday_sync.engine.shipped import read_shipped
from monday_sync.errors import RefusedError
from warehouse import Target


@dataclass(frozen=True, slots=True)
class PushRequest:
    """How a push was asked for.

    Args:
        duplicate_items: are archived when all else is done.
        only: these rows, whatever else is due.
    """

    options: PushOptions
    yes: int | None = None
    plan_id: str | None = None
    is_test: bool = False
    duplicate_items: tuple[ListedItem, ...] = ()
    only: frozenset[Address] | None = None


def push(
    target: str | Target | None = None,
    options: PushOptions = EVERYTHING,
    *,
    yes: int | None = None,
    plan_id: str | None = None,
    is_test: bool = False,
    bar: Bar = no_bar,
    project_dir: Path | None = None,
) -> PushResult:
    """Bring the board to what the database says, exactly once, and record every outcome.

    Args:
        target: a target's name, an opened target, or ``None`` for the default one.
        yes: the number of items and subitems the push may touch, when the policy asks for it.
        plan_id: do exactly what this stored plan says, or refuse.
        is_test: the run's items are test data: ``cleanup --test-data`` takes them off again.

    Raises:
        RefusedError: board, token, ledger or data forbid to start. Nothing was done.
        ConfirmationNeededError: the push needs ``yes``. Nothing was done.
        LockHeldError: another run is at work on the target.
    """
    with open_context(target, project_dir=project_dir) as context:
        return push_in(context, PushRequest(options, yes, plan_id, is_test), bar=bar)


def push_in(context: Context, request: PushRequest, *, kind: str = "push", bar: Bar = no_bar) -> PushResult:
    """The same in an opened context."""
    with context.warehouse.lock():
        facts = check(context)
        options = _stored(context, request.plan_id) if request.plan_id else request.options
        recovery = settle_doubts(context)
        if recovery is not None:
            if recovery.stopped:
                return recovery.result()
            facts = check(context)
        made = planned(context, facts, replace(request, options=options))
        if request.plan_id:
            _check_unchanged(context, made, request.plan_id)
        check_room(made, facts)
        check_confirmed(context, made, request.yes)
        acceptances = end_what_is_over(context.ledger, context.clock())
        made = _named_for_hooks(context, replace(made, plan_id=request.plan_id))
        with (
            hooks_around(context.board, made, context.target.project_dir) as hooks,
            running(context, kind, plan_id=made.plan_id, is_test=request.is_test) as state,
        ):
            state.plan = made
            state.tally.acceptances = acceptances
            state.recovered = recovery.recovered if recovery else 0
            if made.plan_id:
                context.ledger.save_plan_run(made.plan_id, state.run_id)
            with bar("rows sent", len(made.steps)) as advance:
                state.on_row = advance
                Pusher(state.sender, context.board, facts, state.tally, context.bulk).push(made)
                if made.duplicate_items:
                    archive_duplicates(state.sender, context.board, made.duplicate_items)
            if request.only is None:
                _set_baselines(state, made)
        end_what_is_over(context.ledger, context.clock())
        result = hooks.after(state.result())
        if result.hook_problem:
            context.ledger.save_result(state.run_id, to_json(result))
        return result


def _named_for_hooks(context: Context, made: Plan) -> Plan:
    """The plan under an id, if a command is to be told of it: it is stored as ``plan`` would."""
    hooks = context.board.hooks
    if made.plan_id or not (hooks.before_push or hooks.after_push):
        return made
    named = made.named("plan-" + new_run_id(context))
    context.ledger.save_plan(
        named.plan_id or "", options=made.options.to_json(), fingerprint=made.fingerprint, now=context.clock()
    )
    return named


def planned(context: Context, facts: BoardFacts, request: PushRequest) -> Plan:
    """What a push that was asked for so would do now.

    Raises:
        RefusedError: there are no orders of a customer that was named.
    """
    shipped = read_shipped(context.ledger, context.board, request.options.release)
    made = make_plan(context, facts, request.options, request.only, shipped)
    check_customers(made, request.options)
    return replace(made, duplicate_items=request.duplicate_items)


def _stored(context: Context, plan_id: str) -> PushOptions:
    record = context.ledger.plan(plan_id)
    if record is None:
        raise RefusedError(f"There is no plan {plan_id} for this board.", hint="Make one with `monday-sync plan`.")
    if record["run_id"]:
        raise RefusedError(f"Plan {plan_id} was pushed by run {record['run_id']}.", hint="Make a new plan.")
    return PushOptions.from_json(record["options"])


def _check_unchanged(context: Context, made: Plan, plan_id: str) -> None:
    record = context.ledger.plan(plan_id)
    if record is not None and record["fingerprint"] != made.fingerprint:
        raise RefusedError(
            f"The data or the board changed since plan {plan_id} was made: it would not do the same now.",
            hint="Make a new plan and look at it.",
        )


def _set_baselines(state: Running, made: Plan) -> None:
    """Record what each customer has that was pushed and not held back."""
    options = made.options
    if options.limit is not None:
        return
    pushed = {name for name in made.orders_per_customer if name not in made.held_customers and options.concerns(name)}
    state.tally.notes += record_baselines(state.context, pushed, state.run_id)
