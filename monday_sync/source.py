"""What the database wants on the board: the rows of dbt's sync relations, with what the ledger knows of each.

One query per relation; everything after that is pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monday_sync.boards import BoardConfig, ColumnMapping
from monday_sync.errors import RefusedError, ValueRejectedError
from monday_sync.ledger import NAME, Ledger, LedgerRow, Level, Rekey
from monday_sync.ledger.mappings import Places
from monday_sync.mapping import ColumnsOf, columns_of_board
from monday_sync.scope import in_scope
from monday_sync.values import shown
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


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row that is not SYNCED: what it should look like on the board, and what the ledger knows of it.

    Args:
        action: INSERT, UPDATE or DELETE (the row is gone from the source).
        wanted: view column (and the item's name) to the text the board should show; ``None`` is empty.
        rejected: why a value cannot be sent; the row fails without a call.
        ledger: the ledger's row; ``None`` when there is none.
        row_hash: of the row's data alone; ``board_hash`` covers all that the board is to show, and its mapping.
        mapping: fingerprint of the mapping that ``wanted`` is for.
        remapped: columns that the ledger's row was confirmed for in another board column or type, or not at all.
        rekeyed_from: the key that the same order or line had until now.
    """

    level: Level
    key: str
    order_key: str
    customer_name: str
    group_name: str
    board_hash: str
    action: str
    wanted: Mapping[str, str | None]
    rejected: str | None
    held_back: str | None
    in_scope: bool
    ledger: LedgerRow | None
    row_hash: str | None = None
    mapping: str | None = None
    remapped: frozenset[str] = frozenset()
    rekeyed_from: str | None = None

    @property
    def name(self) -> str:
        """The item's name."""
        return self.wanted.get(NAME) or ""

    @property
    def monday_id(self) -> str | None:
        """The item's id, if the ledger knows it."""
        return self.ledger.monday_id if self.ledger else None

    def start(self, board_id: str) -> LedgerRow:
        """The ledger's row to start from, under the present mapping and for the present data.

        What it says of columns that were mapped otherwise is dropped: the board may show anything there.
        """
        known = self.ledger or LedgerRow(
            self.level, self.key, self.order_key, self.customer_name, self.name, board_id=board_id
        )
        kept = {column: text for column, text in known.payload.items() if column not in self.remapped}
        return replace(known, payload=kept, mapping=self.mapping, row_hash=self.row_hash)


@dataclass(frozen=True, slots=True)
class Source:
    """All that the database has to say to a board, items and subitems in the order they are to be sent."""

    items: tuple[SourceRow, ...]
    subitems: tuple[SourceRow, ...]
    #: the ledger's rows of all orders, by order key: also of those that are SYNCED and so not among ``items``
    parents: Mapping[str, LedgerRow]
    orders_per_customer: Mapping[str, int]
    #: what of the ledger goes on under another key; ``parents`` and the rows have it under the new one already
    rekeyed: tuple[Rekey, ...] = ()


def read_source(ledger: Ledger, board: BoardConfig) -> Source:
    """Read the sync relations.

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
            Level.ITEM: ledger.rows(Level.ITEM),
            Level.SUBITEM: ledger.rows(Level.SUBITEM, SUBITEMS_VIEW) if rows[Level.SUBITEM] else {},
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
            mend=f"Run `dbt build --target {board.target}` first.",
        )
    for _, view, fixed, mappings in _views(board):
        columns = set(session.columns(view))
        lacking = sorted({*fixed, *(m.view_column for m in mappings)} - columns)
        if lacking:
            raise RefusedError(
                f"{view} has no column {', '.join(lacking)}, which boards/{board.target}.yml or monday_sync needs.",
                mend="Correct the view column in the board's file, or run dbt build with the current models.",
            )


def declare_mapping(ledger: Ledger, board: BoardConfig, now: dt.datetime) -> None:
    """Say in the ledger how the board's file maps columns now: the views go by it from then on."""
    columns = columns_of_board(board)
    ledger.mappings.declare({level: (found.mapping, found.columns) for level, found in columns.items()}, now)


def _views(board: BoardConfig) -> tuple[tuple[Level, str, Sequence[str], Sequence[ColumnMapping]], ...]:
    keys = tuple(c for c in board.key_columns if c not in {m.view_column for m in board.items})
    return (
        (Level.ITEM, ITEMS_VIEW, (*_ITEM_COLUMNS, *keys), board.items),
        (Level.SUBITEM, SUBITEMS_VIEW, _SUBITEM_COLUMNS, board.subitems),
    )


def remapped(known: LedgerRow | None, now: ColumnsOf, mappings: Mapping[str, Places]) -> frozenset[str]:
    """The columns that a row of the ledger was not confirmed for as they are mapped now.

    A row from before mappings were recorded counts as confirmed for the present one: it is looked at on the board
    anyway, and what it was told decides only whose change it is that the board shows.
    """
    if known is None or known.mapping in {None, now.mapping}:
        return frozenset()
    return now.changed_since(mappings.get(known.mapping or ""))


def _row(
    level: Level, values: Mapping[str, Any], board: BoardConfig, ledgers: Mapping[Level, Mapping[str, LedgerRow]],
    mappings: tuple[Mapping[Level, ColumnsOf], Mapping[str, Places]],
) -> SourceRow:  # fmt: skip
    key = str(values["order_key" if level is Level.ITEM else "line_key"])
    ledger, now = ledgers[level].get(key), mappings[0][level]
    name = " ".join((values["item_name"] or "").split())
    deleted = values["action_type"] == "DELETE"
    wanted: dict[str, str | None] = {NAME: name}
    rejected = None
    # a line that is gone has what to show if its order goes on under another key; an order that is gone has not
    if not deleted or level is Level.SUBITEM:
        if not name:
            rejected = "the item would have no name: style, colour, order number and PO number are all empty"
        elif len(name) > _NAME_LENGTH:
            rejected = f"the item's name has {len(name)} characters; the board takes {_NAME_LENGTH}"
        for mapping in board.items if level is Level.ITEM else board.subitems:
            try:
                wanted[mapping.view_column] = shown(mapping, values[mapping.view_column])
            except ValueRejectedError as error:
                rejected = rejected or str(error)
    return SourceRow(
        level=level,
        key=key,
        order_key=str(values["order_key"]),
        customer_name=values["customer_name"] or "",
        group_name=values.get("group_name") or "",
        board_hash=values["board_hash"] or "",
        action=values["action_type"],
        wanted=wanted,
        rejected=rejected,
        held_back=(values["held_back_reason"] or "held back") if values["is_held_back"] else None,
        in_scope=deleted
        or in_scope(board.scope, values["customer_name"], values["order_type"], values["ex_factory_date"]),
        ledger=ledger,
        row_hash=values["row_hash"],
        mapping=now.mapping,
        remapped=remapped(ledger, now, mappings[1]),
    )
