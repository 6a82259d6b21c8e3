"""What the archive policy of a board says about orders: those shipped long ago are taken off the board. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from monday_sync.domain.rows import LedgerRow
from monday_sync.domain.source import Source, SourceRow

#: The action of a row that is taken off by the policy.
BY_POLICY = "ARCHIVE"


@dataclass(frozen=True, slots=True)
class Shipped:
    """The orders of the database that the policy takes off the board.

    Args:
        before: orders with an ex-factory date before this day.
        days: order key to that date.
        spared: customers whose orders are left as they are, since they are held back or paused.
    """

    before: dt.date
    days: Mapping[str, dt.date]
    spared: frozenset[str]

    def covers(self, order_key: str, customer: str | None) -> bool:
        """Whether the order is the policy's."""
        return order_key in self.days and customer not in self.spared


@dataclass(frozen=True, slots=True)
class ArchivedOrder:
    """An order whose item was taken off by the policy, as the ledger keeps it."""

    order_key: str
    monday_id: str | None
    item_name: str | None
    customer_name: str | None
    ex_factory_date: dt.date | None


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """What a push does by the policy.

    Args:
        days: the orders that are taken off, with their ex-factory dates.
        subitems: that go with them.
        already_off: orders that somebody archived on the board: only the ledger learns of it.
        unseen: orders whose item the API shows in no state at all: they are left as they are.
        earlier: orders that were taken off by earlier pushes, and stay off.
        back: names of orders taken off earlier that are created again, since their date or the policy changed.
    """

    before: dt.date
    days: Mapping[str, dt.date] = field(default_factory=dict)
    subitems: int = 0
    already_off: tuple[LedgerRow, ...] = ()
    unseen: int = 0
    earlier: int = 0
    back: tuple[str, ...] = ()


def without_shipped(
    source: Source, shipped: Shipped | None, concerned: Callable[[str | None], bool]
) -> tuple[Source, tuple[SourceRow, ...]]:
    """The source without the rows of orders that the policy takes off, or keeps off, and these rows.

    Args:
        concerned: whether the push is about a customer's rows at all.
    """
    if shipped is None:
        return source, ()

    def is_off(row: SourceRow) -> bool:
        return concerned(row.customer_name) and shipped.covers(row.order_key, row.customer_name)

    off = tuple(row for row in (*source.items, *source.subitems) if is_off(row))
    left = replace(
        source,
        items=tuple(row for row in source.items if not is_off(row)),
        subitems=tuple(row for row in source.subitems if not is_off(row)),
    )
    return left, off


def back_on(archived: Collection[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the orders to be created that were taken off earlier."""
    return tuple(names[key] for key in sorted(names) if key in archived)
