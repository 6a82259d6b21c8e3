"""``plan``: what a push would do, stored under an id so that exactly this can be pushed."""

from __future__ import annotations

from monday_sync.commands.check import check
from monday_sync.domain.plan import Plan
from monday_sync.domain.selection import PushOptions
from monday_sync.engine.context import Context
from monday_sync.engine.planning import make_plan
from monday_sync.engine.runs import new_run_id
from monday_sync.engine.shipped import read_shipped
from monday_sync.errors import RefusedError


def plan_in(context: Context, options: PushOptions, *, store: bool = True) -> Plan:
    """What a push of the board would do now. Changes nothing there; the plan is stored under an id if ``store``.

    Raises:
        RefusedError: board, token, ledger or data forbid to start.
    """
    facts = check(context)
    shipped = read_shipped(context.ledger, context.board, options.release)
    made = make_plan(context, facts, options, shipped=shipped)
    check_customers(made, options)
    if not store:
        return made
    made = made.named("plan-" + new_run_id(context))
    context.ledger.plans.save(
        made.plan_id or "",
        options=options.to_json(),
        fingerprint=made.fingerprint,
        now=context.clock(),
    )
    return made


def check_customers(made: Plan, options: PushOptions) -> None:
    """Refuse customer names that have no orders: most likely a typing error."""
    unknown = sorted({*options.customers, *options.release} - made.orders_per_customer.keys())
    if unknown:
        known = ", ".join(sorted(made.orders_per_customer)[:60]) or "none"
        raise RefusedError(
            f"There are no orders of customer {', '.join(repr(name) for name in unknown)}.",
            hint=f"Customers with orders: {known}.",
        )
