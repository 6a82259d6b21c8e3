"""All boards with their items, in memory, and the rules of changing them. The store writes through what was touched.

Everything here runs under :attr:`World.lock`. Whoever changes something, API or person, goes through these methods;
permissions and limits are the API's business and stand in front of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

from board_emulator.clock import Clock, iso
from board_emulator.errors import ApiError, invalid_board, invalid_column, invalid_group, invalid_item
from board_emulator.model import PALETTE, Board, Group, Item, Value
from board_emulator.sight import Sight
from board_emulator.values import Change, settle, text_of, utf16_length

NAME_LENGTH = 255
FIRST_ITEM_ID = 10_000_000_001  # beyond 32 bits, as the real ids are
_STEP = 65_536.0
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class World:
    """Boards, groups and items, with look-ups by parent, board and cell text."""

    def __init__(self, boards: dict[str, Board], clock: Clock) -> None:
        self.lock = threading.RLock()
        self.boards = boards
        self.clock = clock
        self.items: dict[int, Item] = {}
        self.children: dict[int, list[int]] = {}
        self.on_board: dict[str, list[int]] = {board_id: [] for board_id in boards}
        self.active: dict[str, int] = dict.fromkeys(boards, 0)
        self.sight = Sight()
        self.touched_items: set[int] = set()
        self.touched_boards: set[str] = set()
        self.touched_columns: set[tuple[str, str]] = set()
        self._next_item = FIRST_ITEM_ID
        self._next_position = _STEP
        self._cells: dict[tuple[str, str], dict[str, set[int]]] = {}
        #: whether subitems get new ids when their item moves to another board: the vendor does not say that they stay
        self.renews_moved_subitems = False

    # --- look-ups -----------------------------------------------------------------------------------------------

    def board(self, board_id: object) -> Board:
        """The board, or InvalidBoardIdException."""
        found = self.boards.get(str(board_id))
        if found is None:
            raise invalid_board(board_id)
        return found

    def group(self, board: Board, group_id: str) -> Group:
        """The active group, or InvalidGroupIdException."""
        found = board.groups.get(group_id)
        if found is None or found.state != "active":
            raise invalid_group(group_id)
        return found

    def find(self, item_id: object) -> Item | None:
        """The item in whatever state, or None."""
        text = str(item_id)
        return self.items.get(int(text)) if text.isascii() and text.isdigit() else None

    def item(self, item_id: object) -> Item:
        """The active item, or InvalidItemIdException (documented for none; strict: archived ones cannot be changed)."""
        found = self.find(item_id)
        if found is None or not self.is_active(found) or not self.sight.shows(found):
            raise invalid_item(item_id)
        return found

    def is_active(self, item: Item) -> bool:
        """Whether the item, its group and its parent are all there."""
        if item.state != "active":
            return False
        if item.parent_id is not None:
            return self.is_active(self.items[item.parent_id])
        return self.boards[item.board_id].groups[item.group_id].state == "active"

    def listed(self, board: Board, group_id: str | None = None) -> list[Item]:
        """Active items of a board (or group) in the order in which a person sees them."""
        place = {group.id: n for n, group in enumerate(board.active_groups())}
        found = [item for item in map(self.items.__getitem__, self.on_board[board.id])
                 if (group_id is None or item.group_id == group_id) and self.is_active(item)]  # fmt: skip
        return sorted(found, key=lambda item: (place.get(item.group_id, 0), item.position))

    def subitems(self, item: Item) -> list[Item]:
        """Active subitems of an item, oldest first."""
        return [sub for sub in map(self.items.__getitem__, self.children.get(item.id, ())) if sub.state == "active"]

    def by_cell(self, board: Board, column_id: str, texts: Iterable[str | None]) -> set[int]:
        """Ids of the items of a board whose cell shows one of ``texts`` in full, upper and lower case alike."""
        if column_id not in board.columns:
            raise invalid_column(column_id)
        cells = self._cells.get((board.id, column_id))
        if cells is None:
            cells = self._cells[board.id, column_id] = {}
            for item_id in self.on_board[board.id]:
                cells.setdefault(self._shown(self.items[item_id], column_id).casefold(), set()).add(item_id)
        found: set[int] = set()
        for text in texts:
            found |= cells.get((text or "").casefold(), set())
        return found

    def _shown(self, item: Item, column_id: str) -> str:
        if column_id == "name":
            return item.name
        column = self.boards[item.board_id].columns[column_id]
        return text_of(column, item.values.get(column_id)) or ""

    def _recell(self, item: Item, column_id: str, before: str) -> None:
        cells = self._cells.get((item.board_id, column_id))
        if cells is not None:
            cells.get(before.casefold(), set()).discard(item.id)
            cells.setdefault(self._shown(item, column_id).casefold(), set()).add(item.id)

    # --- groups -------------------------------------------------------------------------------------------------

    def create_group(self, board: Board, title: str, color: str | None = None, *, before: str | None = None,
                     after: str | None = None) -> Group:  # fmt: skip
        """Add a group, on top unless told otherwise. The same title may exist twice."""
        check_name(title, "group title")
        position = self._place(board, before, after)
        number = len(board.groups)
        chosen = color or PALETTE[number % len(PALETTE)][1]
        group = Group(f"group_{_base36(int(board.id) % 46_656)}{_base36(number)}", board.id, title, chosen, position)
        board.groups[group.id] = group
        self._touch_board(board)
        return group

    def _place(self, board: Board, before: str | None, after: str | None) -> float:
        groups = board.active_groups()
        ids = [group.id for group in groups]
        anchor = before or after
        if anchor is None:
            return groups[0].position - _STEP if groups else _STEP
        if anchor not in ids:
            raise invalid_group(anchor)
        at = ids.index(anchor) + (0 if before else 1)
        low = groups[at - 1].position if at > 0 else groups[0].position - 2 * _STEP
        high = groups[at].position if at < len(groups) else groups[-1].position + 2 * _STEP
        middle = (low + high) / 2
        if low < middle < high:
            return middle
        # halved some fifty times, a gap holds no number more: all get new ones, in their order
        for number, group in enumerate(groups, 1):
            group.position = number * _STEP
        return (at + 0.5) * _STEP

    def move_group(self, board: Board, group: Group, *, before: str | None = None, after: str | None = None) -> None:
        """Put a group next to another."""
        group.position = self._place(board, before, after)
        self._touch_board(board)

    def rename_group(self, board: Board, group: Group, title: str) -> None:
        """Give a group another title; its id stays."""
        check_name(title, "group title")
        group.title = title
        self._touch_board(board)

    def remove_group(self, board: Board, group: Group, state: str) -> None:
        """Archive or delete a group with all its items (``state``: archived, deleted)."""
        if len(board.active_groups()) == 1:
            raise ApiError("DeleteLastGroupException", "The last group of a board cannot be removed", status_code=409)
        for item in self.listed(board, group.id):
            self.remove_item(item, state)
        group.state = state
        self._touch_board(board)

    def _touch_board(self, board: Board) -> None:
        board.updated_at = iso(self.clock.now())
        self.touched_boards.add(board.id)

    def forget_cells(self, board_id: str) -> None:
        """Items left or joined a board otherwise than one by one: its cells are looked through anew."""
        for where in [where for where in self._cells if where[0] == board_id]:
            del self._cells[where]

    def touch_column(self, board: Board, column_id: str) -> None:
        """A column's title or labels changed: texts of cells may read differently now."""
        self.touched_columns.add((board.id, column_id))
        self._cells.pop((board.id, column_id), None)

    # --- items --------------------------------------------------------------------------------------------------

    def check_room(self, board: Board, more: int = 1) -> None:
        """ItemsLimitationException when the board is full."""
        if self.active[board.id] + more > board.items_limit:
            raise ApiError("ItemsLimitationException", f"Board {board.id} is full: {board.items_limit} items",
                           data={"board_id": board.id, "items_limit": board.items_limit})  # fmt: skip

    def create_item(self, board: Board, group_id: str, name: str, changes: list[Change], creator: str, *,
                    parent: Item | None = None) -> Item:  # fmt: skip
        """Add an item at the end of its group, or a subitem at the end of its parent's."""
        check_name(name, "item name")
        self.check_room(board)
        now = iso(self.clock.now())
        item = Item(self._next_item, board.id, group_id, name, self._next_position, now, now, creator,
                    parent.id if parent else None)  # fmt: skip
        self._next_item += 1
        self._next_position += 1.0
        self._add(item)
        self.apply(item, changes)
        for (board_id, column_id), cells in self._cells.items():
            if board_id == board.id:
                cells.setdefault(self._shown(item, column_id).casefold(), set()).add(item.id)
        return item

    def _add(self, item: Item) -> None:
        self.items[item.id] = item
        self.on_board[item.board_id].append(item.id)
        if item.parent_id is not None:
            self.children.setdefault(item.parent_id, []).append(item.id)
        if item.state == "active":
            self.active[item.board_id] += 1
        self.touched_items.add(item.id)

    def restore(self, items: Iterable[Item]) -> None:
        """Take items over from the store."""
        for item in items:
            self.take_in(item)
        self.touched_items.clear()

    def take_in(self, item: Item) -> None:
        """Add an item that has its id and place already."""
        self._add(item)
        self._next_item = max(self._next_item, item.id + 1)
        self._next_position = max(self._next_position, item.position + 1.0)

    def apply(self, item: Item, changes: list[Change], name: str | None = None) -> None:
        """Write checked changes (and a name) into an item, making labels that are to be made."""
        board = self.boards[item.board_id]
        if name is not None:
            check_name(name, "item name")
            before, item.name = item.name, name
            self._recell(item, "name", before)
        for change in changes:
            column = change.column
            before = self._shown(item, column.id) if (item.board_id, column.id) in self._cells else ""
            value: Value | None = settle(change)
            if change.missing_labels:
                self.touched_columns.add((board.id, column.id))
            if value is None:
                item.values.pop(column.id, None)
            else:
                item.values[column.id] = value
            self._recell(item, column.id, before)
        self._touch(item)

    def move_item(self, item: Item, group: Group) -> None:
        """Put an item at the end of another group."""
        item.group_id = group.id
        item.position = self._next_position
        self._next_position += 1.0
        self._touch(item)

    def remove_item(self, item: Item, state: str) -> None:
        """Archive or delete an item with its subitems. There is no way back."""
        for sub in self.subitems(item):
            self.remove_item(sub, state)
        item.state = state
        self.active[item.board_id] -= 1
        self._touch(item)

    def renewed(self, item: Item) -> Item:
        """The same item under a new id; the old one is deleted."""
        copy = replace(item, id=self._next_item, values=dict(item.values))
        self._next_item += 1
        self._add(copy)
        self.remove_item(item, "deleted")
        return copy

    def _touch(self, item: Item) -> None:
        item.updated_at = iso(self.clock.now())
        self.touched_items.add(item.id)

    def all_items(self) -> Iterator[Item]:
        """Every item in whatever state, oldest first."""
        yield from self.items.values()


def check_name(name: str, what: str) -> None:
    """1 to 255 characters (counted in UTF-16 units), not all blank."""
    if not name.strip():
        raise ApiError("InvalidItemNameException", f"invalid {what}: it is blank")
    if utf16_length(name) > NAME_LENGTH:
        raise ApiError("ItemNameTooLongException", f"{what} is longer than {NAME_LENGTH} characters",
                       data={"item_name": name[:40]})  # fmt: skip


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
