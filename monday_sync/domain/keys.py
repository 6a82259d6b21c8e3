"""The business key, by which rows and items find each other, and a size's name below its item."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from monday_sync.domain.board import BoardConfig
from monday_sync.domain.labels import LABELLED, folded
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.rows import LedgerRow
from monday_sync.domain.source import SourceRow

Key = tuple[str | None, ...]


class KeyReader:
    """The business key of rows and items, as texts of the mapped key columns. Compared exactly, but for labels."""

    def __init__(self, board: BoardConfig) -> None:
        mapped = {m.view_column: m.column_id for m in board.items}
        self.columns = tuple(c for c in board.key_columns if c in mapped)
        self._ids = tuple(mapped[c] for c in self.columns)
        self._labelled = tuple(m.type in LABELLED for c in self.columns for m in board.items if m.view_column == c)

    @property
    def lookup_column(self) -> str:
        """Id of the board column that a search goes by: the first of the key."""
        return self._ids[0]

    def of_texts(self, texts: Mapping[str, str | None]) -> Key:
        """The key in texts by view column."""
        return self._key(texts.get(c) for c in self.columns)

    def of_row(self, row: SourceRow) -> Key:
        """The key of a row."""
        return self.of_texts(row.desired)

    def confirmed(self, row: LedgerRow) -> Key:
        """The key that the board was told for a row: what it shows may be a person's typing."""
        return self.of_texts(row.confirmed)

    def of_item(self, item: BoardItem) -> Key:
        """The key of an item."""
        return self._key(item.values.get(i) for i in self._ids)

    def _key(self, texts: Iterable[str | None]) -> Key:
        """A label is the same with other blanks or in another case: the board may have it so."""
        pairs = zip(texts, self._labelled, strict=True)
        return tuple(folded(text) if is_label and text is not None else text for text, is_label in pairs)


def subitem_for(name: str, parent: BoardItem, linked: Collection[str]) -> tuple[BoardItem | None, tuple[str, ...]]:
    """The subitem of ``parent`` with a size's name that stands for no other line (the oldest), and its duplicates.

    A name that is the same number counts when none is the same text.
    """
    free = [s for s in parent.subitems if s.id not in linked and s.state == "active"]
    same = [s for s in free if s.name == name] or [s for s in free if plain_size(s.name) == plain_size(name)]
    same.sort(key=lambda subitem: int(subitem.id))
    return (same[0] if same else None), tuple(s.id for s in same[1:])


_NUMBER = re.compile(r"(\d+)\.(\d*?)0*")


def plain_size(name: str) -> str:
    """A size with a number spelled as short as it can be: ``32.0`` is ``32``, ``32.50`` is ``32.5``."""
    match = _NUMBER.fullmatch(name)
    if match is None:
        return name
    return f"{match[1]}.{match[2]}" if match[2] else match[1]
