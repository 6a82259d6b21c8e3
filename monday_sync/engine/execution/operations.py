"""Builds operations from rows, and keeps them as JSON so that the very same request can be sent again. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from monday_sync.api import (
    ArchiveGroup,
    ArchiveItem,
    ChangeColumns,
    CreateGroup,
    CreateItem,
    CreateSubitem,
    MoveToBoard,
    MoveToGroup,
    Operation,
)
from monday_sync.domain.board import BoardConfig, ColumnMapping
from monday_sync.domain.labels import Labels
from monday_sync.domain.remote import BoardFacts, Group
from monday_sync.domain.rows import Level
from monday_sync.domain.values import encode

_KINDS = {kind.__name__: kind for kind in (ArchiveGroup, ArchiveItem, ChangeColumns, CreateGroup, CreateItem,
                                           CreateSubitem, MoveToBoard, MoveToGroup)}  # fmt: skip
#: One encoder for all: json.dumps() with options makes one for each value.
_json = json.JSONEncoder(ensure_ascii=False).encode


def to_json(operation: Operation) -> str:
    """An operation as the ledger keeps it."""
    # not asdict(): it copies every value, and there are many
    fields = {name: getattr(operation, name) for name in operation.__dataclass_fields__}
    return _json({"kind": type(operation).__name__, **fields})


def from_json(text: str) -> Operation:
    """The operation that :func:`to_json` wrote."""
    fields = json.loads(text)
    kind: type[Operation] = _KINDS[fields.pop("kind")]
    return kind(**fields)


class Builder:
    """Builds the operations of one board."""

    def __init__(self, board: BoardConfig, facts: BoardFacts) -> None:
        self._board, self._facts = board, facts
        self._labels = {level: Labels(facts.columns(level)) for level in (Level.ITEM, Level.SUBITEM)}
        self._mappings = {
            Level.ITEM: {m.view_column: m for m in board.items},
            Level.SUBITEM: {m.view_column: m for m in board.subitems},
        }

    def mappings(self, level: Level) -> Mapping[str, ColumnMapping]:
        """The mapped columns of a level by view column."""
        return self._mappings[level]

    def create_group(self, groups: Sequence[Group], name: str) -> CreateGroup:
        """A group behind the one that precedes it in the alphabet; at the top if none does."""
        before = [g for g in groups if _order(g.title) < _order(name)]
        if not before:
            return CreateGroup(self._board.board_id, name)
        return CreateGroup(self._board.board_id, name, max(before, key=lambda g: _order(g.title)).id, "after_at")

    def create_item(
        self, group_id: str, name: str, texts: Mapping[str, str | None], *, creates_labels: bool
    ) -> CreateItem:
        """An item with the columns that have a value."""
        given = {column: text for column, text in texts.items() if text is not None}
        return CreateItem(self._board.board_id, group_id, name, self._values(Level.ITEM, given), creates_labels)

    def create_subitem(
        self, parent_id: str, name: str, texts: Mapping[str, str | None], *, creates_labels: bool
    ) -> CreateSubitem:
        """A subitem with the columns that have a value."""
        given = {column: text for column, text in texts.items() if text is not None}
        return CreateSubitem(parent_id, name, self._values(Level.SUBITEM, given), creates_labels)

    def change(
        self, level: Level, item_id: str, name: str | None, texts: Mapping[str, str | None], *, creates_labels: bool
    ) -> ChangeColumns:
        """New values for some columns, and a new name if there is one."""
        board_id = self._board.board_id if level is Level.ITEM else self._board.subitem_board_id
        values: dict[str, object] = self._values(level, texts)
        if name is not None:
            values["name"] = name
        return ChangeColumns(board_id, item_id, values, creates_labels)

    def _values(self, level: Level, texts: Mapping[str, str | None]) -> dict[str, object]:
        """View columns and their texts as column ids and the API's JSON."""
        columns = self._facts.columns(level)
        values: dict[str, object] = {}
        for column, text in texts.items():
            mapping = self._mappings[level].get(column)
            if mapping is not None:
                label = self._labels[level].spelled(mapping, text)
                values[mapping.column_id] = encode(mapping, label, columns[mapping.column_id].label_ids)
        return values


def _order(title: str) -> tuple[str, str]:
    return (title.casefold(), title)
