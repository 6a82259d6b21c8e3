"""Which board column shows which view column, as one fingerprint for a level. Pure.

A row is confirmed under a mapping. Under another one its hash differs, so it is due; of the values that it was last
confirmed to show, those still count whose column goes to the same board column in the same type.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.rows import LedgerRow, Level
from monday_sync.domain.values import FORM


@dataclass(frozen=True, slots=True)
class ColumnsOf:
    """The mapping of one level.

    Args:
        mapping: its fingerprint.
        columns: view column to (id, type) of the board column.
    """

    mapping: str
    columns: Mapping[str, tuple[str, str]]

    def changed_since(self, earlier: Mapping[str, tuple[str, str]] | None) -> frozenset[str]:
        """The view columns that ``earlier`` did not map, or to another column or type; ``None``: it is unknown."""
        if earlier is None:
            return frozenset(self.columns)
        return frozenset(c for c, place in self.columns.items() if earlier.get(c) != place)


def columns_of(mappings: Sequence[ColumnMapping]) -> ColumnsOf:
    """The mapping of one level, as a board's file has it.

    Whether labels may be created is part of the fingerprint: a row that was refused for the lack of a label is another
    try once they may. Who wins in a conflict is not: that is asked when the board is looked at.
    """
    listed = sorted([m.view_column, m.column_id, m.type, m.create_labels] for m in mappings)
    document = json.dumps([FORM, listed])
    places = {m.view_column: (m.column_id, str(m.type)) for m in mappings}
    return ColumnsOf(hashlib.sha256(document.encode()).hexdigest(), places)


def columns_of_board(board: BoardConfig) -> dict[Level, ColumnsOf]:
    """Both levels of a board.

    The boards of one target have one fingerprint, over all of their mappings: by it the views work out their hashes.
    """
    mine = {Level.ITEM: columns_of(board.items), Level.SUBITEM: columns_of(board.subitems)}
    if not board.others:
        return mine
    boards = sorted((board, *board.others), key=lambda one: one.board_id)
    found = {}
    for level, columns in mine.items():
        each = [columns_of(one.items if level is Level.ITEM else one.subitems).mapping for one in boards]
        document = json.dumps([[one.board_id, mapping] for one, mapping in zip(boards, each, strict=True)])
        found[level] = ColumnsOf(hashlib.sha256(document.encode()).hexdigest(), columns.columns)
    return found


#: view column to (id, type) of the board column
Places = Mapping[str, tuple[str, str]]


def remapped(known: LedgerRow | None, now: ColumnsOf, mappings: Mapping[str, Places]) -> frozenset[str]:
    """The columns that a row of the ledger was not confirmed for as they are mapped now.

    A row from before mappings were recorded counts as confirmed for the present one: it is looked at on the board
    anyway, and what it was told decides only whose change it is that the board shows.
    """
    if known is None or known.mapping in {None, now.mapping}:
        return frozenset()
    return now.changed_since(mappings.get(known.mapping or ""))
