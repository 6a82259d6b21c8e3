"""Orders that go from one board of a target to another: which, and which column's values go into which column. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console import joined
from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.people import Doing
from monday_sync.domain.remote import BoardFacts, BoardInfo, ColumnInfo
from monday_sync.domain.rows import LedgerRow

#: Columns that a board works out by itself, or that are no values: nothing is lost with them.
_COMPUTED = frozenset({"name", "subtasks", "formula", "mirror", "lookup", "auto_number", "creation_log", "last_updated",
                       "item_id", "button"})  # fmt: skip
_NO_COLUMNS = frozenset({"name", "subtasks"})


@dataclass(frozen=True, slots=True)
class Carried:
    """Which column's values go into which; ``lost`` are titles of columns that the other board has no place for."""

    columns: Mapping[str, str | None]
    lost: tuple[str, ...]


def carried(
    here: BoardInfo, there: BoardInfo, mine: Sequence[ColumnMapping], theirs: Sequence[ColumnMapping]
) -> Carried:  # fmt: skip
    """The columns of a board to those of another: as the file maps both, else of the same id, else of the same title.

    Every column is named, as the API asks for it. Columns that people added go along where there is one like it.
    """
    by_view = {m.view_column: m.column_id for m in theirs}
    columns: dict[str, str | None] = {m.column_id: by_view.get(m.view_column) for m in mine}
    taken = {target for target in columns.values() if target is not None}
    by_title = {(c.title, c.type): c.id for c in reversed(list(there.columns.values()))}
    lost = [here.columns[c].title for c, target in columns.items() if target is None and c in here.columns]
    for column in here.columns.values():
        if column.id in columns or column.type in _NO_COLUMNS:
            continue
        target = None if column.type in _COMPUTED else _like(column, there, by_title, taken)
        columns[column.id] = target
        if target is not None:
            taken.add(target)
        elif column.type not in _COMPUTED:
            lost.append(column.title)
    return Carried(columns, tuple(lost))


def _like(
    column: ColumnInfo, there: BoardInfo, by_title: Mapping[tuple[str, str], str], taken: set[str]
) -> str | None:  # fmt: skip
    same = there.columns.get(column.id)
    if same is not None and same.type == column.type and same.id not in taken:
        return same.id
    found = by_title.get((column.title, column.type))
    return None if found in taken else found


@dataclass(frozen=True, slots=True)
class Moving:
    """An order that is moved.

    Args:
        lines: how many subitems go with it.
        at: id of the board where its item lies already, so that only the ledger learns of it; ``None``: it is moved.
        group: name of the group that it is to lie in.
    """

    row: LedgerRow
    lines: int
    group: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What goes from one board to another.

    Args:
        orders: those to move, and those that lie there already.
        astray: orders whose item is not to be found where it should be, and what a person did.
    """

    source: BoardConfig
    target: BoardConfig
    orders: tuple[Moving, ...]
    astray: tuple[tuple[LedgerRow, Doing], ...]
    items: Carried
    subitems: Carried

    @property
    def sent(self) -> tuple[Moving, ...]:
        """The orders that are moved."""
        return tuple(one for one in self.orders if one.at is None)

    @property
    def lost(self) -> tuple[str, ...]:
        """Titles of columns whose values are lost on the way."""
        return (*self.items.lost, *self.subitems.lost) if self.sent else ()


@dataclass(frozen=True, slots=True)
class Moves:
    """All that is moved between the boards of a target.

    Args:
        held: orders that stay where they are, since their customer is held back or paused.
        by_mode: orders that stay since the mode of a board is not ``mirror``.
        not_chosen: orders that were not asked for, or are beyond the limit.
        looked_for, vanished: items that the API was asked for, and those that it does not show as active anywhere.
        misplaced: orders that the ledger knows nowhere, as linked to the item that stands for them on the wrong board.
        unsure: orders that the ledger knows nowhere, and that may lie on one of the ``unread`` boards (titles): these
            are not created before that is known.
    """

    passages: tuple[Passage, ...] = ()
    held: int = 0
    by_mode: int = 0
    not_chosen: int = 0
    looked_for: int = 0
    vanished: int = 0
    misplaced: tuple[LedgerRow, ...] = ()
    unsure: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()

    @property
    def items(self) -> int:
        """Orders that are moved."""
        return sum(len(passage.sent) for passage in self.passages)

    @property
    def touched(self) -> int:
        """Items and subitems that are moved."""
        return sum(1 + one.lines for passage in self.passages for one in passage.sent)

    @property
    def left(self) -> dict[str, int]:
        """Orders that belong on another board and stay where they are, by what keeps them."""
        found = {"held back": self.held, "left by the mode of a board": self.by_mode, "not selected": self.not_chosen}
        return {what: count for what, count in found.items() if count}

    @property
    def left_text(self) -> str:
        """The same as a sentence."""
        named = ", ".join(f"{what} {count}" for what, count in self.left.items())
        return f"orders that belong on another board and stay where they are for now: {named}"

    @property
    def unsure_text(self) -> str:
        """Which orders are not created, and why, as a sentence."""
        boards = joined(self.unread)
        return (
            f"orders that the ledger links to no item: {len(self.unsure)}; those that are not on their own board are "
            f"not created now, since they may lie on {boards}, which cannot be read"
        )

    @property
    def orders(self) -> frozenset[str]:
        """Keys of all orders concerned."""
        return frozenset(one.row.key for passage in self.passages for one in passage.orders)

    def at(self, board_id: str) -> int:
        """How many orders are moved to a board or from it, those included that a person took away."""
        here = [p for p in self.passages if board_id in {p.source.board_id, p.target.board_id}]
        return sum(len(p.orders) + len(p.astray) for p in here)

    def traffic(self, board_id: str) -> Traffic:
        """What the moves bring to a board and take from it."""
        comes = [one for p in self.passages if p.target.board_id == board_id for one in p.sent]
        goes = [one for p in self.passages if p.source.board_id == board_id for one in p.sent]
        misplaced = frozenset(row.key for row in self.misplaced)
        return Traffic(
            len(comes), sum(o.lines for o in comes), len(goes), sum(o.lines for o in goes), misplaced,
            unsure=self.unsure,
        )  # fmt: skip

    def to_json(self) -> list[dict[str, Any]]:
        """For ``--json`` and for the fingerprint of the plan."""
        return [
            {
                "from": p.source.board_id,
                "to": p.target.board_id,
                "orders": [
                    {"key": o.row.key, "customer": o.row.customer_name, "item": o.row.item_name,
                     "monday_id": o.row.monday_id, "subitems": o.lines, "group": o.group, "lies_on": o.at}
                    for o in p.orders
                ],
                "astray": [{"key": r.key, "monday_id": r.monday_id, "what": d.message} for r, d in p.astray],
                "columns_lost": list(p.lost),
            }
            for p in self.passages
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traffic:
    """Items and subitems that moves bring to a board, and take from it; no ``misplaced`` order is to be created.

    Args:
        fresh: orders that were moved to the board just before: their subitems may not all be to be seen yet.
        unsure: orders that are not to be created, since they may lie on a board that cannot be read.
    """

    items_in: int = 0
    subitems_in: int = 0
    items_out: int = 0
    subitems_out: int = 0
    misplaced: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()


#: A push without moves.
NO_TRAFFIC = Traffic()


def passage_columns(
    source: BoardConfig, target: BoardConfig, here: BoardFacts, there: BoardFacts
) -> tuple[Carried, Carried]:  # fmt: skip
    """The columns of both levels."""
    return (
        carried(here.items, there.items, source.items, target.items),
        carried(here.subitems, there.subitems, source.subitems, target.subitems),
    )
