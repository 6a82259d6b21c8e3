"""What the database wants on the board: the rows of dbt's sync relations, with what the ledger knows of each.

One query per relation; everything after that is pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.mapping import ColumnsOf, Places, columns_of_board, remapped
from monday_sync.domain.rows import NAME, LedgerRow, Level
from monday_sync.domain.selection import in_scope
from monday_sync.domain.source import Source, SourceRow
from monday_sync.domain.values import shown
from monday_sync.errors import RefusedError, ValueRejectedError
from monday_sync.ledger import Ledger
from warehouse import Session

ITEMS_VIEW = "sync_monday__items"
SUBITEMS_VIEW = "sync_monday__subitems"
ORDERS = "FACT_ORDER_LIST"
LINES = "ORDER_LIST_LINES"
FILLS = "order_list_fills"
DRIFT = "order_list_drift"

_NAME_LENGTH = 255
_ITEM_COLUMNS = ("order_key", "customer_name", "group_name", "item_name", "row_hash", "board_hash", "action_type",
                 "is_held_back", "held_back_reason", "order_type", "ex_factory_date")  # fmt: skip
_SUBITEM_COLUMNS = ("line_key", "order_key", "customer_name", "item_name", "row_hash", "board_hash", "action_type",
                    "is_held_back", "held_back_reason", "order_type", "ex_factory_date")  # fmt: skip


def read_source(ledger: Ledger, board: BoardConfig) -> Source:
    """Read the sync relations. Of a target with several boards these are the rows of all of them.

    Raises:
        RefusedError: dbt has not built them, or a column that the board's file maps is not there.
    """
    with ledger.session() as session:
        check_relations(session, board)
        quote, relation = ledger.warehouse.quote, ledger.warehouse.relation
        rows: dict[Level, list[dict[str, Any]]] = {}
        for level, view, fixed, mappings in _views(board):
            names = list(dict.fromkeys([*fixed, *(m.view_column for m in mappings)]))
            listed = ", ".join(f"v.{quote(n)}" for n in names)
            found = session.rows(f"select {listed} from {relation(view)} v")  # noqa: S608 - quoted
            rows[level] = [dict(zip(names, values, strict=True)) for values in found]
        counts = session.rows(f"select customer_name, count(*) from {relation(ORDERS)} group by customer_name")  # noqa: S608
        known = {
            Level.ITEM: ledger.rows(Level.ITEM, whole=True),
            Level.SUBITEM: ledger.rows(Level.SUBITEM, SUBITEMS_VIEW, whole=True) if rows[Level.SUBITEM] else {},
        }
        places = (columns_of_board(board), ledger.mappings.known())
    items = [_row(Level.ITEM, r, board, known, places) for r in rows[Level.ITEM]]
    subitems = [_row(Level.SUBITEM, r, board, known, places) for r in rows[Level.SUBITEM]]
    return Source(
        items=tuple(sorted(items, key=lambda row: (row.group_name, row.name, row.key))),
        subitems=tuple(sorted(subitems, key=lambda row: (row.order_key, row.key))),
        parents=known[Level.ITEM],
        orders_per_customer={str(name): int(count) for name, count in counts if name is not None},
    )


def check_relations(session: Session, board: BoardConfig) -> None:
    """See that dbt has built what we read, with every column that the board's file maps.

    Raises:
        RefusedError: naming what is missing.
    """
    missing = session.relations().lacking((ITEMS_VIEW, SUBITEMS_VIEW, ORDERS, LINES, FILLS, DRIFT))
    if missing:
        raise RefusedError(
            f"The database has no {' and no '.join(missing)}.",
            hint=f"Run `dbt build --target {board.target}` first.",
        )
    for _, view, fixed, mappings in _views(board):
        columns = set(session.columns(view))
        lacking = sorted({*fixed, *(m.view_column for m in mappings)} - columns)
        if lacking:
            raise RefusedError(
                f"{view} has no column {', '.join(lacking)}, which boards/{board.target}.yml or monday_sync needs.",
                hint="Correct the view column in the board's file, or run dbt build with the current models.",
            )


def declare_mapping(ledger: Ledger, board: BoardConfig, now: dt.datetime) -> None:
    """Say in the ledger how the file maps columns on all boards of the target: the views go by it from then on."""
    boards = {board.board_id: columns_of_board(board)}
    for one in board.others:
        mapping = boards[board.board_id]
        columns = columns_of_board(one)
        # the fingerprint is of all boards together
        boards[one.board_id] = {level: replace(columns[level], mapping=mapping[level].mapping) for level in columns}
    declared = {b: {level: (c.mapping, c.columns) for level, c in of.items()} for b, of in boards.items()}
    ledger.mappings.declare(declared, now)


def _views(board: BoardConfig) -> tuple[tuple[Level, str, Sequence[str], Sequence[ColumnMapping]], ...]:
    keys = tuple(c for c in board.key_columns if c not in {m.view_column for m in board.items})
    return (
        (Level.ITEM, ITEMS_VIEW, (*_ITEM_COLUMNS, *keys), board.items),
        (Level.SUBITEM, SUBITEMS_VIEW, _SUBITEM_COLUMNS, board.subitems),
    )


def _row(
    level: Level, values: Mapping[str, Any], board: BoardConfig, ledgers: Mapping[Level, Mapping[str, LedgerRow]],
    mappings: tuple[Mapping[Level, ColumnsOf], Mapping[str, Places]],
) -> SourceRow:  # fmt: skip
    key = str(values["order_key" if level is Level.ITEM else "line_key"])
    ledger, now = ledgers[level].get(key), mappings[0][level]
    name = " ".join((values["item_name"] or "").split())
    deleted = values["action_type"] == "DELETE"
    desired: dict[str, str | None] = {NAME: name}
    rejected, misfits = None, list[str]()
    # a line that is gone has what to show if its order goes on under another key; an order that is gone has not
    if not deleted or level is Level.SUBITEM:
        if not name:
            rejected = "the item would have no name: style, colour, order number and PO number are all empty"
        elif len(name) > _NAME_LENGTH:
            rejected = f"the item's name has {len(name)} characters; the board takes {_NAME_LENGTH}"
        for mapping in board.items if level is Level.ITEM else board.subitems:
            try:
                desired[mapping.view_column] = shown(mapping, values[mapping.view_column])
            except ValueRejectedError as error:
                if mapping.view_column in board.key_columns:
                    rejected = rejected or str(error)  # without its key it could not be found again
                misfits.append(str(error))
    return SourceRow(
        level=level,
        key=key,
        order_key=str(values["order_key"]),
        customer_name=values["customer_name"] or "",
        group_name=values.get("group_name") or "",
        board_hash=values["board_hash"] or "",
        action=values["action_type"],
        desired=desired,
        rejected=rejected,
        held_back=(values["held_back_reason"] or "held back") if values["is_held_back"] else None,
        in_scope=deleted
        or in_scope(board.scope, values["customer_name"], values["order_type"], values["ex_factory_date"]),
        ledger=ledger,
        row_hash=values["row_hash"],
        mapping=now.mapping,
        remapped=remapped(ledger, now, mappings[1]),
        misfits=tuple(misfits),
    )
