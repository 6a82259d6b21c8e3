"""``why``: the life of an order in one place, from the row of its sheet to its address on the board.

Everything but the addresses comes from the database; without an answer of the board the rest is said all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console import OrderListError
from monday_sync.commands.history import Entry, history_of
from monday_sync.commands.orders import ORDER_NUMBER, keys_of, unknown_order
from monday_sync.commands.standing import stands_of
from monday_sync.domain.acceptance import Acceptance
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.remote import Whereabouts
from monday_sync.domain.rows import Address, LedgerRow, Level
from monday_sync.domain.selection import EVERYTHING, skip_reason
from monday_sync.engine.context import Context
from monday_sync.engine.homes import board_source, read_homes
from monday_sync.engine.sheets import SheetRow, sheet_numbers, sheet_rows
from monday_sync.engine.shipped import held_customers, read_shipped
from monday_sync.engine.source import LINES, ORDERS, declare_mapping
from monday_sync.ledger import Ledger


@dataclass(frozen=True, slots=True)
class RowLife:
    """How an order, or a line of it, stands.

    Args:
        state: NEW, PENDING, SYNCED or ERROR, as the views have it; ``None``: the source does not have the row.
        is_due: whether the next push of everything would send or confirm it.
        stands: how it stands and why, as sentences.
        board_id, monday_id, group, url, on_board: its address; ``on_board`` is the state there (active, archived,
            deleted), as far as the board said.
        acceptances: given to it so far, ended ones included.
    """

    level: str
    key: str
    name: str
    state: str | None
    is_due: bool
    stands: tuple[str, ...]
    attempts: int
    error: str | None
    board_id: str
    monday_id: str | None
    group: str | None
    url: str | None
    on_board: str | None
    acceptances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderLife:
    """One order with the number that was asked for.

    Args:
        sheet_rows: the rows of sheets that it was made of, or that have its key and were rejected.
        rows: the order, then its lines.
        history: what the board was told, oldest first.
    """

    order_key: str
    customer: str
    in_source: bool
    sheet_rows: tuple[SheetRow, ...]
    rows: tuple[RowLife, ...]
    history: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class WhyResult:
    """All that is known of an order number.

    Args:
        customers: whose orders have it.
        rejected_rows: rows of sheets with the number that became no order.
        notes: what could not be found out.
    """

    order_number: str
    customers: tuple[str, ...]
    orders: tuple[OrderLife, ...]
    rejected_rows: tuple[SheetRow, ...]
    notes: tuple[str, ...]


def why(context: Context, order_number: str, others: Sequence[Context] = ()) -> WhyResult:
    """The life of all orders with a number.

    Args:
        others: the target's other boards.

    Raises:
        RefusedError: nobody knows the number; it names those near it. Or dbt has not built what we read.
    """
    number = order_number.strip()
    # the rows of all boards
    ledger = Ledger(context.ledger.warehouse, context.board.board_id)
    declare_mapping(ledger, context.board, context.clock())
    keys = keys_of(ledger, number)
    sheets = sheet_rows(ledger, number, keys, ORDER_NUMBER)
    if not keys and not sheets:
        raise unknown_order(ledger, number, sheet_numbers(ledger, ORDER_NUMBER))
    notes = [] if sheets is not None else ["The rows of the workbooks are not known: dbt has not built them."]
    found = _by_board((context, *others), keys)
    addresses, problem = _addresses(context, sorted({one for rows in found.values() for one in rows.ids}))
    notes += problem
    orders = tuple(found[key].order(key, sheets or (), addresses) for key in keys)
    rejected = tuple(row for row in sheets or () if not row.is_order)
    customers = [o.customer for o in orders] + [row.customer or "" for row in rejected]
    return WhyResult(number, tuple(sorted({c for c in customers if c})), orders, rejected, tuple(notes))


def _addresses(context: Context, ids: Sequence[str]) -> tuple[Mapping[str, Whereabouts], list[str]]:
    """Where items are on the board; without an answer, why there is none."""
    if not ids:
        return {}, []
    try:
        return context.api.where(context.board, ids), []
    except OrderListError as error:
        return {}, [f"The board could not be asked for addresses: {error.message}"]


def _by_board(contexts: Sequence[Context], keys: Sequence[str]) -> Mapping[str, _Rows]:
    """Each order's rows, as the board has them that it is handled on."""
    first, *others = contexts
    if not others:
        return dict.fromkeys(keys, _Rows(first, keys)) if keys else {}
    homes = read_homes(first.ledger, first.board)
    boards = {context.board.board_id: context.board for context in contexts}
    found: dict[str, _Rows] = {}
    for context in contexts:
        at = context.board.board_id
        mine = [key for key in keys if (homes.of(key) or homes.linked[key]) == at]
        moving = {move.order_key: boards[move.target] for move in homes.moves if move.source == at}
        found |= dict.fromkeys(mine, _Rows(context, mine, moving)) if mine else {}
    return found


class _Rows:
    """What database and ledger say of some orders and their lines.

    Args:
        moving: orders that belong on another board, to that board.
    """

    def __init__(self, context: Context, keys: Sequence[str], moving: Mapping[str, BoardConfig] | None = None) -> None:
        self._context, self._keys, self._moving = context, set(keys), moving or {}
        ledger = context.ledger
        source = board_source(ledger, context.board)
        rows = (*source.items, *source.subitems)
        self._due = {(r.level, r.key): r for r in rows if r.order_key in self._keys}
        self._known: dict[Address, LedgerRow] = {
            (level, row.key): row
            for level in (Level.ITEM, Level.SUBITEM)
            for row in ledger.rows(level).values()
            if row.order_key in self._keys
        }
        self._known |= {address: row.ledger for address, row in self._due.items() if row.ledger is not None}
        self._shipped = read_shipped(ledger, context.board)
        self._held = held_customers(ledger, context.board) if self._moving else frozenset()
        self._states = self._of_views(keys)
        self._acceptances = ledger.acceptances.of_orders(keys)
        self._entries = {key: history_of(ledger, [key]) for key in keys}

    @property
    def ids(self) -> list[str]:
        """Of all items and subitems."""
        return sorted({row.monday_id for row in self._known.values() if row.monday_id is not None})

    def order(self, key: str, sheets: Sequence[SheetRow], addresses: Mapping[str, Whereabouts]) -> OrderLife:
        """One order."""
        every = dict.fromkeys((*self._states, *self._due, *self._known))
        lines = [a for a in every if a[0] is Level.SUBITEM and self._order_of(a) == key]
        item = (Level.ITEM, key)
        known, due = self._known.get(item), self._due.get(item)
        customer = (due.customer_name if due else None) or (known.customer_name if known else None)
        return OrderLife(
            order_key=key,
            customer=customer or self._states.get(item, ("", "", ""))[1],
            in_source=item in self._states,
            sheet_rows=tuple(row for row in sheets if row.order_key == key),
            rows=tuple(self._row(address, addresses) for address in (item, *sorted(lines, key=self._name))),
            history=self._entries[key],
        )

    def _of_views(self, keys: Sequence[str]) -> dict[Address, tuple[str, str, str]]:
        """State, customer and order key of rows that the source has."""
        ledger = self._context.ledger
        marks = ", ".join("?" for _ in keys)
        found: dict[Address, tuple[str, str, str]] = {}
        if not keys:
            return found
        with ledger.session() as session:
            for level, relation, key in ((Level.ITEM, ORDERS, "order_key"), (Level.SUBITEM, LINES, "line_key")):
                sql = (
                    f"select {key}, sync_state, customer_name, order_key from {ledger.warehouse.relation(relation)} "  # noqa: S608
                    f"where order_key in ({marks})"
                )
                for row_key, state, customer, order_key in session.rows(sql, list(keys)):
                    found[level, str(row_key)] = (str(state), customer or "", str(order_key))
        return found

    def _order_of(self, address: Address) -> str:
        known = self._due.get(address) or self._known.get(address)
        return known.order_key if known is not None else self._states[address][2]

    def _customer(self, address: Address) -> str | None:
        known = self._due.get(address) or self._known.get(address)
        return known.customer_name if known is not None else self._states[address][1]

    def _name(self, address: Address) -> str:
        due, known = self._due.get(address), self._known.get(address)
        return (due.name if due else None) or (known.item_name if known else None) or address[1]

    def _becomes(self, order_key: str, goes: BoardConfig) -> str:
        """What the next push does with an order that belongs on another board."""
        item = self._known.get((Level.ITEM, order_key))
        if item is not None and item.left_as is not None:
            return f"its item was {item.left_as} by a person, and a push goes by the policy"
        if self._customer((Level.ITEM, order_key)) in self._held:
            return "it stays while its customer is held back or paused"
        if {self._context.board.mode, goes.mode} != {"mirror"}:
            return "it stays, as the mode of a board wants it"
        refused = f", after this: {item.error_message}" if item is not None and item.error_message else ""
        return f"the next push moves it there{refused}"

    def _row(self, address: Address, addresses: Mapping[str, Whereabouts]) -> RowLife:
        board, now = self._context.board, self._context.clock()
        due, known = self._due.get(address), self._known.get(address)
        state = self._states.get(address)
        given = [one for one in self._acceptances if one.address == address]
        monday_id = known.monday_id if known else None
        place = addresses.get(monday_id or "")
        stands = stands_of(due, known, None if state is None else state[0], given, now)
        is_due = due is not None and due.action != "DELETE" and skip_reason(due, EVERYTHING) is None
        if self._shipped is not None and self._shipped.covers(self._order_of(address), self._customer(address)):
            stands, is_due = ["not due: shipped long enough ago for the archive policy of the board's file"], False
        if (goes := self._moving.get(self._order_of(address))) is not None:
            what = self._becomes(self._order_of(address), goes)
            stands = [f"lies on {board.title} and belongs on {goes.title} by now: {what}"]
            is_due = True
        return RowLife(
            level=address[0].value, key=address[1], name=self._name(address), state=None if state is None else state[0],
            is_due=is_due,
            stands=tuple(stands), attempts=known.state.retries if known else 0,
            error=known.error_message if known else None,
            board_id=board.board_id if address[0] is Level.ITEM else board.subitem_board_id, monday_id=monday_id,
            group=(place.group if place else None) or (known.group_name if known else None),
            url=place.url if place else None, on_board=place.state if place else None,
            acceptances=tuple(_told(one, now) for one in given),
        )  # fmt: skip


def _told(acceptance: Acceptance, now: dt.datetime) -> str:
    ended = f"; ended on {acceptance.ended_at:%Y-%m-%d}: {acceptance.ended_because}" if acceptance.ended_at else ""
    return acceptance.told(now) + ended
