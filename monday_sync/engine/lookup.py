"""Asks the board: which item stands for a row that the ledger does not link, and what do linked ones show now.

Nothing is created before this was asked: so neither an empty, nor a restored, nor a doubtful ledger makes duplicates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from monday_sync.api import BoardApi
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.keys import Key, KeyReader
from monday_sync.domain.plan import Duplicate
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.source import SourceRow

_PAGE = 500
_IDS_PER_CALL = 100


class BoardReader:
    """Reads items in as few calls as the board's size allows: by id or by key, or all pages when that is less.

    The size that the API tells decides how items are read, never whether.
    """

    def __init__(self, api: BoardApi, board: BoardConfig, items_count: int | None) -> None:
        self._api, self._board, self._count = api, board, items_count
        self._keys = KeyReader(board)
        self._all: dict[str, BoardItem] | None = None

    def by_ids(self, ids: Collection[str]) -> dict[str, BoardItem]:
        """Active items with their subitems, by id. What is archived, deleted or elsewhere is not in it."""
        if not ids:
            return {}
        if self._all is not None or self._whole_is_cheaper(len(ids), _IDS_PER_CALL):
            everything = self.everything()
            return {i: everything[i] for i in ids if i in everything}
        return self._active(self._api.items(self._board, ids=list(ids)))

    def by_key(
        self, rows: Sequence[SourceRow], linked: Collection[str]
    ) -> tuple[dict[str, BoardItem], list[Duplicate]]:
        """Items that stand for rows without a link, by order key, and the keys that several items have.

        Args:
            rows: orders without an item id.
            linked: ids of items that stand for other rows.
        """
        if not rows:
            return {}, []
        if self._all is not None or self._whole_is_cheaper(len(rows), _IDS_PER_CALL):
            candidates = list(self.everything().values())
        else:
            texts = list(dict.fromkeys(t for row in rows if (t := self._keys.of_row(row)[0]) is not None))
            found = self._api.find(self._board, self._keys.lookup_column, texts)
            candidates = list(self._active(found).values())
        items: dict[Key, list[BoardItem]] = {}
        for item in candidates:
            if item.id not in linked:
                items.setdefault(self._keys.of_item(item), []).append(item)
        matched, duplicates = {}, []
        wanted: dict[Key, list[SourceRow]] = {}
        for row in rows:
            wanted.setdefault(self._keys.of_row(row), []).append(row)
        for key, group in wanted.items():
            same = sorted(items.pop(key, ()), key=lambda item: int(item.id))
            # the database may tell more orders apart than the key on the board does: those go by their names first
            for row in sorted(group, key=lambda row: all(item.name != row.name for item in same)):
                mine = next(
                    (item for item in same if len(group) > 1 and item.name == row.name), same[0] if same else None
                )
                if mine is not None:
                    matched[row.key] = mine
                    same.remove(mine)
            if same:
                kept = group[0]
                duplicates.append(Duplicate(kept.key, kept.name, matched[kept.key].id, tuple(item.id for item in same)))
        return matched, duplicates

    def everything(self) -> dict[str, BoardItem]:
        """All active items of the board with their subitems, by id; read once."""
        if self._all is None:
            self._all = self._active(self._api.items(self._board))
        return self._all

    def unseen(self) -> int:
        """How many items more the board counts than it shows, if it was read whole; 0 when it tells no count."""
        return 0 if self._all is None or self._count is None else max(0, self._count - len(self._all))

    def _whole_is_cheaper(self, wanted: int, per_call: int) -> bool:
        return self._count is not None and -(-self._count // _PAGE) <= -(-wanted // per_call)

    @staticmethod
    def _active(items: Iterable[BoardItem]) -> dict[str, BoardItem]:
        return {item.id: item for item in items if item.state == "active"}
