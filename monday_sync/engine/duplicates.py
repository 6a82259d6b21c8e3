"""Duplicates: several items on the board for one order, or several subitems for one line. One stands, the others go.

The one in the ledger stands, else the oldest. Only a person makes a second item of ours ("duplicate this item"), so the
others are somebody's work: ``verify`` lists them, and they are archived only with ``--yes`` and their number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from monday_sync.api import ArchiveItem
from monday_sync.domain.board import BoardConfig
from monday_sync.domain.keys import KeyReader
from monday_sync.domain.plan import ListedItem
from monday_sync.domain.remote import BoardItem
from monday_sync.domain.rows import NAME, LedgerRow, Level
from monday_sync.domain.source import SourceRow
from monday_sync.engine.execution.batches import Task, Work
from monday_sync.engine.execution.sender import Sender
from monday_sync.engine.execution.settle import ARCHIVE


class UnlinkedItems:
    """Looks through a board for what is linked to nothing.

    Args:
        items: the ledger's rows of orders.
        lines: ids of the subitems that are linked.
        board: all active items, by id.
    """

    def __init__(
        self,
        config: BoardConfig,
        items: Mapping[str, LedgerRow],
        lines: Collection[str],
        board: Mapping[str, BoardItem],
    ) -> None:
        self._keys = KeyReader(config)
        self._linked = {row.monday_id: row for row in items.values() if row.monday_id}
        self._lines, self._board = lines, board

    def find(self, due: Iterable[SourceRow]) -> tuple[list[ListedItem], list[ListedItem]]:
        """What people made by themselves, and the duplicates.

        Args:
            due: orders of the database; those without an item lay claim to the oldest one that has their key.
        """
        free = sorted((i for i in self._board.values() if i.id not in self._linked), key=lambda item: int(item.id))
        stands = {self._keys.confirmed(row): item_id for item_id, row in self._linked.items() if item_id in self._board}
        claims = {self._keys.of_row(row) for row in due if row.monday_id is None}
        extra: list[ListedItem] = []
        duplicates: list[ListedItem] = []
        for item in free:
            key = self._keys.of_item(item)
            if key in stands and key[0] is not None:
                duplicates.append(ListedItem("item", item.id, item.name, stands[key]))
                continue
            extra.append(ListedItem("item", item.id, item.name))
            if key in claims:
                stands[key] = item.id
        for item in self._board.values():
            if item.id in self._linked:
                for unlinked in self._below(item):
                    (duplicates if unlinked.of else extra).append(unlinked)
        return extra, duplicates

    def _below(self, item: BoardItem) -> Iterator[ListedItem]:
        names = {s.name: s.id for s in item.subitems if s.id in self._lines}
        for subitem in item.subitems:
            if subitem.id not in self._lines and subitem.state == "active":
                yield ListedItem("subitem", subitem.id, subitem.name, names.get(subitem.name), item.id)


def archive_duplicates(sender: Sender, config: BoardConfig, listed: Sequence[ListedItem]) -> None:
    """Archive duplicates that still are: the board is asked just before, and so is the ledger."""
    rows = {**sender.ledger.rows(Level.ITEM), **sender.ledger.rows(Level.SUBITEM)}
    linked = {row.monday_id: row for row in rows.values() if row.monday_id}
    ids = {i for one in listed for i in ((one.parent,) if one.parent else (one.monday_id, one.of)) if i}
    items = {item.id: item for item in sender.api.items(config, ids=sorted(ids)) if item.state == "active"}
    there = items | {s.id: s for item in items.values() for s in item.subitems if s.state == "active"}
    keys = KeyReader(config)
    works = []
    for one in listed:
        item, original = there.get(one.monday_id), there.get(one.of or "")
        row = linked.get(original.id) if original is not None else None
        if item is None or row is None or item.id in linked:
            continue
        if (item.name == row.item_name) if one.parent else (keys.of_item(item) == keys.confirmed(row)):
            unlinked = LedgerRow(Level.UNLINKED, item.id, row.order_key, row.customer_name, board_id=config.board_id)
            works.append(Work(unlinked, None, None, (Task(ARCHIVE, ArchiveItem(item.id), {NAME: item.name}),)))
    sender.send(works)
