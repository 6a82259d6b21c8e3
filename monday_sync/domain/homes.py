"""Which of a target's boards each order belongs to, lies on, and is handled on. Pure.

An order is handled on one board: where its item lies, else where the scopes want it. One that lies on a board and
belongs on another is handled on neither until it was moved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monday_sync.domain.board import BoardConfig
from monday_sync.domain.selection import in_scope


@dataclass(frozen=True, slots=True)
class Placed:
    """What of an order decides where it belongs. ``group`` is the name of its group, which ends with its season."""

    order_key: str
    customer: str | None
    order_type: str | None
    ex_factory: dt.date | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """An order that lies on one board and belongs on another, with all of its lines."""

    order_key: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Homes:
    """Where orders belong.

    Args:
        first: the board where is counted what belongs nowhere.
        belongs: orders of the database to the board whose scope has them; ``None``: none has.
        linked: orders to the board that their item lies on, by the ledger.
        doubted: orders to the board where an item may have been made for them: they stay there until that is known.
        groups: orders of the database to the names of their groups.
    """

    first: str
    belongs: Mapping[str, str | None]
    linked: Mapping[str, str]
    doubted: Mapping[str, str]
    groups: Mapping[str, str]

    def of(self, order_key: str) -> str | None:
        """The board that an order is handled on; ``None`` while it is to be moved."""
        belongs, lies = self.belongs.get(order_key), self.linked.get(order_key)
        if lies is not None:
            return None if belongs not in {None, lies} else lies
        return self.doubted.get(order_key) or belongs or self.first

    @property
    def moves(self) -> tuple[Move, ...]:
        """The orders to move, by their key."""
        return tuple(
            Move(key, lies, belongs)
            for key, lies in sorted(self.linked.items())
            if (belongs := self.belongs.get(key)) is not None and belongs != lies
        )


def season_of(group: str | None, customer: str | None) -> str | None:
    """What the name of a group says of the season: all that stands behind the customer."""
    before = f"{customer} "
    return group[len(before) :] if customer and group and group.startswith(before) else None


def board_of(order: Placed, boards: Sequence[BoardConfig]) -> str | None:
    """Id of the board whose scope has an order. At most one has: that was checked with the file."""
    season = season_of(order.group, order.customer)
    for board in boards:
        if in_scope(board.scope, order.customer, order.order_type, order.ex_factory, season):
            return board.board_id
    return None


def homes(
    boards: Sequence[BoardConfig], orders: Iterable[Placed], linked: Mapping[str, str], doubted: Mapping[str, str]
) -> Homes:  # fmt: skip
    """Where the orders of the database and of the ledger belong."""
    placed = list(orders)
    belongs = {order.order_key: board_of(order, boards) for order in placed}
    groups = {order.order_key: order.group or "" for order in placed}
    return Homes(min(board.board_id for board in boards), belongs, linked, doubted, groups)
