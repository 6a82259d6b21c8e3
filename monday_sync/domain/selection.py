"""Which rows a plan or a push is about, and why the others are left alone."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from monday_sync.domain.board import Scope
from monday_sync.domain.need import turns
from monday_sync.domain.rows import Address, Level
from monday_sync.domain.source import SourceRow
from monday_sync.domain.state import may_send


class Skip(StrEnum):
    """Why a row is left alone."""

    OUT_OF_SCOPE = "out of scope"
    HELD_BACK = "held back"
    DEAD = "given up"
    SHIPPED = "shipped"
    NOT_SELECTED = "not selected"
    WAITS_FOR_ITEM = "waits for its item"
    LEFT = "left to people"
    MODE = "left by the mode"


@dataclass(frozen=True, slots=True)
class PushOptions:
    """Which rows a plan or a push is about.

    Args:
        customers: canonical names; none means all.
        limit: orders at most.
        release: customers that are pushed although they are held back.
        archive_deleted: archive the items of orders that are gone from the source.
        bulk: auto, never or always; ``None`` for what the board's policy says.
    """

    customers: tuple[str, ...] = ()
    limit: int | None = None
    skip_subitems: bool = False
    release: tuple[str, ...] = ()
    archive_deleted: bool = False
    bulk: str | None = None

    def to_json(self) -> str:
        """As stored with a plan."""
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__}, ensure_ascii=False)

    def concerns(self, customer: str | None) -> bool:
        """Whether rows of a customer are asked for."""
        return is_asked_for(customer, self.customers)

    @classmethod
    def from_json(cls, text: str) -> PushOptions:
        """The options that :meth:`to_json` wrote."""
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in json.loads(text).items()}
        return cls(**values)


#: A push of all that is due.
EVERYTHING = PushOptions()


def is_asked_for(customer: str | None, customers: Collection[str]) -> bool:
    """Whether a customer is among those asked for; none asked for means all."""
    return not customers or customer in customers


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows a push is about, and how many of each level are left alone for which reason."""

    items: tuple[SourceRow, ...]
    subitems: tuple[SourceRow, ...]
    skipped: Mapping[tuple[Level, Skip], int]
    deleted: tuple[SourceRow, ...]
    given_up: tuple[SourceRow, ...]
    held_customers: frozenset[str]
    left: tuple[SourceRow, ...] = ()


def select(
    items: Sequence[SourceRow], subitems: Sequence[SourceRow], options: PushOptions,
    only: Collection[Address] | None = None, *, finished: Collection[str] = (), mode: str = "mirror",
) -> Selection:  # fmt: skip
    """Choose the rows that a push is about, in the order of need (:mod:`monday_sync.domain.need`).

    The limit counts orders, whether item or lines are due.

    Args:
        only: these rows, whatever else is due.
        mode: the board's; rows of which it will leave all undone come last.
        finished: keys of orders whose group a person finished, so that they are left alone.
    """
    skipped: Counter[tuple[Level, Skip]] = Counter()
    # also by lines that this push leaves for later: the baseline of a customer that is held back stays
    held = {r.customer_name for r in (*items, *subitems) if r.held_back and r.customer_name not in options.release}
    deleted: list[SourceRow] = []
    given_up: list[SourceRow] = []
    left: list[SourceRow] = []

    def eligible(rows: Iterable[SourceRow]) -> list[SourceRow]:
        kept = []
        for row in rows:
            reason = skip_reason(row, options) if row.is_among(only) else Skip.NOT_SELECTED
            if reason is not None:
                skipped[row.level, reason] += 1
                if reason is Skip.DEAD:
                    given_up.append(row)
            elif row.order_key in finished:
                left.append(row)
            elif row.action == "DELETE" and not (options.archive_deleted and row.level is Level.ITEM):
                if row.level is Level.ITEM:
                    deleted.append(row)
            else:
                kept.append(row)
        return kept

    due_items, due_subitems = eligible(items), eligible([] if options.skip_subitems else subitems)
    turn = turns((*due_items, *due_subitems), mode)
    due_items.sort(key=lambda row: turn[row.order_key])
    due_subitems.sort(key=lambda row: turn[row.order_key])
    if options.limit is not None:
        orders = sorted(dict.fromkeys(row.order_key for row in (*due_items, *due_subitems)), key=turn.__getitem__)
        chosen = set(orders[: options.limit])
        for rows in (due_items, due_subitems):
            for row in rows:
                if row.order_key not in chosen:
                    skipped[row.level, Skip.NOT_SELECTED] += 1
        due_items = [row for row in due_items if row.order_key in chosen]
        due_subitems = [row for row in due_subitems if row.order_key in chosen]
    if options.skip_subitems:
        skipped[Level.SUBITEM, Skip.NOT_SELECTED] += len(subitems)
    return Selection(
        tuple(due_items),
        tuple(due_subitems),
        dict(skipped),
        tuple(deleted),
        tuple(given_up),
        frozenset(held),
        tuple(left),
    )


def is_chosen(row: SourceRow, options: PushOptions) -> bool:
    """Whether a push of everything would send the row or confirm it."""
    return skip_reason(row, options) is None and row.action != "DELETE" and row.rejected is None


def skip_reason(row: SourceRow, options: PushOptions) -> Skip | None:
    """Why a row is left alone; ``None``: it is not."""
    if not options.concerns(row.customer_name):
        return Skip.NOT_SELECTED
    if not row.in_scope:
        return Skip.OUT_OF_SCOPE
    if row.held_back and row.customer_name not in options.release:
        return Skip.HELD_BACK
    if row.ledger is not None and not may_send(row.ledger.state, row.board_hash):
        return Skip.DEAD
    return None


def in_scope(
    scope: Scope, customer: str | None, order_type: str | None, ex_factory: dt.date | None, season: str | None = None
) -> bool:  # fmt: skip
    """Whether an order belongs on the board. A window of dates leaves out orders without a date."""
    if scope.customers is not None and customer not in scope.customers:
        return False
    if scope.order_types is not None and order_type not in scope.order_types:
        return False
    if scope.seasons is not None and season not in scope.seasons:
        return False
    if scope.ex_factory_from is None and scope.ex_factory_to is None:
        return True
    if ex_factory is None:
        return False
    day = ex_factory.date() if isinstance(ex_factory, dt.datetime) else ex_factory
    return (scope.ex_factory_from is None or day >= scope.ex_factory_from) and (
        scope.ex_factory_to is None or day <= scope.ex_factory_to
    )
