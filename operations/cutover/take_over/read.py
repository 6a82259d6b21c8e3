"""Reads what relations of others say: one statement each, whatever they hold, and what is ours in three more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monday_sync import LeftClaim
from operations.cutover.context import Context
from operations.cutover.take_over.columns import KEY, Recognised, recognise
from operations.cutover.take_over.match import Found, Matcher, Orders, by_item_of
from operations.cutover.take_over.values import loose, part_of
from warehouse import Session

_ORDERS, _LINES, _CUSTOMERS = "FACT_ORDER_LIST", "ORDER_LIST_LINES", "customer_names"
#: Tables of others that have ids as well, and no name that we need.
BESIDE = ("ORDER_LIST_DELTA", "ORDER_LIST_LINES_DELTA")


def read_claims(context: Context, names: Sequence[str]) -> list[Found]:
    """What these relations, as far as they have board ids, say of our orders and lines."""
    with context.warehouse.session(read_only=True) as session:
        there = session.relations()
        known = {name: recognise(session.columns(name)) for name in names if name in there}
        readable = {name: of for name, of in known.items() if of.lacking is None}
        if not readable:
            return []
        matcher = _ours(context, session)
        found = list[Found]()
        # orders first: lines may name their order by its item alone
        for name, of in sorted(readable.items(), key=lambda one: (one[1].is_of_lines, one[0])):
            found.append(matcher.match(name, of, _rows(context, session, name, of), by_item_of(found)))
    return found


def unfollowed(found: Sequence[Found]) -> list[LeftClaim]:
    """What could not be said of any row of ours, each once, with all relations that say it."""
    merged: dict[tuple[str, str, str, str], LeftClaim] = {}
    for one in (left for of in found for left in of.left):
        address = (one.level, loose(one.key), one.monday_id, one.reason)
        same = merged.get(address)
        merged[address] = one if same is None else replace(same, evidence=f"{same.evidence}; {one.evidence}")
    return list(merged.values())


def _rows(context: Context, session: Session, name: str, of: Recognised) -> Iterator[Mapping[str, object]]:
    quote, relation = context.warehouse.quote, context.warehouse.relation(name)
    roles = list(of.columns)
    columns = ", ".join(f"r.{quote(of.columns[role])}" for role in roles)
    for row in session.rows(f"select {columns} from {relation} r"):  # noqa: S608 - quoted
        yield dict(zip(roles, row, strict=True))


def _ours(context: Context, session: Session) -> Matcher:
    quote, relation = context.warehouse.quote, context.warehouse.relation
    columns = ", ".join(f"o.{quote(name)}" for name in KEY)
    orders = session.rows(f"select o.order_key, {columns} from {relation(_ORDERS)} o")  # noqa: S608 - quoted
    lines = session.rows(f"select l.order_key, l.size_code, l.line_key from {relation(_LINES)} l")  # noqa: S608
    customers: Mapping[str, str] = {}
    if _CUSTOMERS in session.relations():
        spelled = session.rows(f"select c.spelling, c.customer_name from {relation(_CUSTOMERS)} c")  # noqa: S608
        customers = {loose(part_of(spelling)): loose(part_of(name)) for spelling, name in spelled}
    return Matcher(
        Orders({str(key): [part_of(value) for value in values] for key, *values in orders}, customers),
        {(str(order), loose(part_of(size))): str(line) for order, size, line in lines},
    )
