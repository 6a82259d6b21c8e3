"""What of the database one board of a target is about: its orders with their lines, and nothing of the other boards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from monday_sync.domain.board import BoardConfig
from monday_sync.domain.homes import Homes, Placed, homes
from monday_sync.domain.rows import Level
from monday_sync.domain.source import Source, SourceRow
from monday_sync.domain.state import Outcome
from monday_sync.engine.rekeying import follow_keys
from monday_sync.engine.source import ORDERS, read_source
from monday_sync.ledger import Ledger
from monday_sync.ledger.schema import ITEMS


def board_source(ledger: Ledger, board: BoardConfig) -> Source:
    """The database's rows that a board is about, after keys that changed were followed.

    Raises:
        RefusedError: dbt has not built what we read.
    """
    source = follow_keys(ledger, board, read_source(ledger, board))
    if not board.others and board.scope.seasons is None:
        return source
    return _of_board(source, read_homes(ledger, board), board)


def read_homes(ledger: Ledger, board: BoardConfig) -> Homes:
    """Where all orders of a target belong: one statement over the orders, one over the ledger."""
    relation = ledger.warehouse.relation
    boards = (board, *board.others)
    with ledger.session() as session:
        orders = session.rows(
            f"select order_key, customer_name, order_type, ex_factory_date, group_name from {relation(ORDERS)}"  # noqa: S608
        )
        known = session.rows(f"select order_key, board_id, monday_item_id, outcome from {relation(ITEMS.name)}")  # noqa: S608
    linked = {str(key): str(board_id) for key, board_id, item_id, _ in known if item_id is not None}
    doubted = {
        str(key): str(board_id)
        for key, board_id, item_id, outcome in known
        if item_id is None and outcome == Outcome.INTENT.value
    }
    placed = (Placed(str(key), name, kind, _day(day), group) for key, name, kind, day, group in orders)
    return homes(boards, placed, linked, doubted)


def _of_board(source: Source, homes: Homes, board: BoardConfig) -> Source:
    """The rows of one board. An order that goes on under another key is handled where it lies, and moves later."""
    followed = {r.new.key: r.old.board_id for r in source.rekeyed if r.new.level is Level.ITEM}

    def is_mine(order_key: str, at: str | None = None) -> bool:
        if not board.others:
            return True
        lies = followed.get(order_key)
        if lies is None and order_key not in homes.belongs and order_key not in homes.linked:
            lies = at  # a line whose order nobody knows any more
        return (lies or homes.of(order_key)) == board.board_id

    def mine(rows: tuple[SourceRow, ...]) -> tuple[SourceRow, ...]:
        return tuple(
            _here(row, homes.belongs, board)
            for row in rows
            if is_mine(row.order_key, row.ledger.board_id if row.ledger is not None else None)
        )

    return replace(
        source,
        items=mine(source.items),
        subitems=mine(source.subitems),
        parents={key: row for key, row in source.parents.items()
                 if not board.others or (row.board_id == board.board_id and is_mine(key))},
        rekeyed=tuple(r for r in source.rekeyed if is_mine(r.new.order_key, r.old.board_id)),
    )  # fmt: skip


def _here(row: SourceRow, boards: Mapping[str, str | None], board: BoardConfig) -> SourceRow:
    """The row as its board has it. What the ledger knows of a try on another board, of which nothing came, is past."""
    row = replace(row, in_scope=row.action == "DELETE" or boards.get(row.order_key) is not None)
    if not board.others or row.ledger is None or row.ledger.board_id == board.board_id:
        return row
    return replace(row, ledger=None, remapped=frozenset(), action="DELETE" if row.action == "DELETE" else "INSERT")


def _day(value: dt.date | None) -> dt.date | None:
    """Some drivers give a date as a moment."""
    return value.date() if isinstance(value, dt.datetime) else value
