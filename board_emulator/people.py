"""What people do to a board by hand, while programs work on it: for tests, for faults, for the admin API."""

from __future__ import annotations

import json
import random
from typing import Any

from board_emulator import moves
from board_emulator.emulator import Emulator
from board_emulator.errors import invalid_argument, invalid_column, invalid_item
from board_emulator.faults import Fault
from board_emulator.model import Board, Group, Item, Label
from board_emulator.values import parse_simple

_PERSON = "50000099"


class People:
    """Human edits. Each is written to the data file at once."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def _board(self, board_id: str) -> Board:
        return self._emulator.world.board(board_id)

    def create_label(self, board_id: str, column_id: str, text: str) -> Label:
        """Add a label to a dropdown or status column (or find it)."""
        with self._emulator.world.lock:
            board = self._board(board_id)
            column = board.columns.get(column_id)
            if column is None:
                raise invalid_column(column_id)
            if column.type not in ("dropdown", "status"):
                raise invalid_argument(f"a {column.type} column has no labels")
            label = column.by_text.get(text) or column.add_label(text)
            self._emulator.world.touch_column(board, column_id)
            self._emulator.save()
            return label

    def create_label_everywhere(self, title: str, text: str) -> list[str]:
        """Add a label to the column of that title on every board that has it; returns the boards."""
        found = [
            (board.id, column.id)
            for board in self._emulator.world.boards.values()
            for column in board.columns.values()
            if column.title == title and column.type in ("dropdown", "status")
        ]
        for board_id, column_id in found:
            self.create_label(board_id, column_id, text)
        return [board_id for board_id, _ in found]

    def deactivate_label(self, board_id: str, column_id: str, text: str) -> None:
        """Take a label out of a column's choice; cells that show it go on showing it."""
        with self._emulator.world.lock:
            board = self._board(board_id)
            column = board.columns[column_id]
            column.by_text[text].deactivated = True
            column.labels = dict(column.labels)
            column.revision += 1
            column.index_labels()
            self._emulator.world.touch_column(board, column_id)
            self._emulator.save()

    def create_group(self, board_id: str, title: str) -> Group:
        """Add a group on top."""
        with self._emulator.world.lock:
            group = self._emulator.world.create_group(self._board(board_id), title)
            self._emulator.save()
            return group

    def rename_group(self, board_id: str, group_id: str, title: str) -> None:
        """Give a group another title."""
        with self._emulator.world.lock:
            board = self._board(board_id)
            self._emulator.world.rename_group(board, self._emulator.world.group(board, group_id), title)
            self._emulator.save()

    def remove_group(self, board_id: str, group_id: str, *, state: str = "deleted") -> None:
        """Delete or archive a group with its items."""
        with self._emulator.world.lock:
            board = self._board(board_id)
            self._emulator.world.remove_group(board, self._emulator.world.group(board, group_id), state)
            self._emulator.save()

    def create_item(self, board_id: str, group_id: str, name: str, cells: dict[str, str] | None = None,
                    parent_id: int | str | None = None) -> Item:  # fmt: skip
        """Add an item by hand, or a subitem (``board_id`` is then the subitem board)."""
        world = self._emulator.world
        with world.lock:
            board = self._board(board_id)
            changes = [parse_simple(board.columns[c], text, create_labels=True) for c, text in (cells or {}).items()]
            parent = world.item(parent_id) if parent_id is not None else None
            item = world.create_item(board, world.group(board, group_id).id, name, changes, _PERSON, parent=parent)
            self._emulator.save()
            return item

    def edit_item(
        self, item_id: int | str, cells: dict[str, str | None] | None = None, name: str | None = None
    ) -> Item:
        """Type into cells (plain text; None clears; new labels are made) or change the name."""
        world = self._emulator.world
        with world.lock:
            item = world.item(item_id)
            board = world.boards[item.board_id]
            unknown = set(cells or {}) - set(board.columns)
            if unknown:
                raise invalid_column(sorted(unknown)[0])
            changes = [parse_simple(board.columns[c], text, create_labels=True) for c, text in (cells or {}).items()]
            world.apply(item, changes, name)
            self._emulator.save()
            return item

    def move_item(self, item_id: int | str, group_id: str) -> None:
        """Drag an item to another group."""
        world = self._emulator.world
        with world.lock:
            item = world.item(item_id)
            world.move_item(item, world.group(world.boards[item.board_id], group_id))
            self._emulator.save()

    def remove_item(self, item_id: int | str, *, state: str = "archived") -> None:
        """Archive or delete an item with its subitems."""
        world = self._emulator.world
        with world.lock:
            world.remove_item(world.item(item_id), state)
            self._emulator.save()

    def move_item_to_board(self, item_id: int | str, board_id: str, group_id: str) -> None:
        """Move an item with its subitems to another board."""
        world = self._emulator.world
        with world.lock:
            board = self._board(board_id)
            moves.move_item_to_board(world, world.item(item_id), board, world.group(board, group_id))
            self._emulator.save()

    def move_group_to_board(self, board_id: str, group_id: str, to_board: str) -> Group:
        """Move a group with its items to another board."""
        world = self._emulator.world
        with world.lock:
            board = self._board(board_id)
            group = moves.move_group_to_board(world, board, world.group(board, group_id), self._board(to_board))
            self._emulator.save()
            return group

    def restore_item(self, item_id: int | str) -> None:
        """Bring an item back from the archive or the trash."""
        world = self._emulator.world
        with world.lock:
            item = world.find(item_id)
            if item is None:
                raise invalid_item(item_id)
            moves.restore_item(world, item)
            self._emulator.save()

    def restore_group(self, board_id: str, group_id: str) -> None:
        """Bring a group back with its items."""
        world = self._emulator.world
        with world.lock:
            moves.restore_group(world, self._board(board_id), group_id)
            self._emulator.save()

    def act(self, fault: Fault, text: str, dice: random.Random) -> None:
        """Do what the fault says, to something that the request with this ``text`` names if there is such a thing."""
        world = self._emulator.world
        with world.lock:
            if fault.kind == "label_created":
                self._label_in_between(text, dice)
                return
            boards = [b for b in world.boards.values() if b.subitem_board_id and b.id in text] or [
                b for b in world.boards.values() if b.subitem_board_id and world.active[b.id]
            ]
            if not boards:
                return
            board = boards[0]
            groups = [g for g in board.active_groups() if g.id in text and g.id != "topics"] or board.active_groups()
            items = [i for i in world.listed(board) if str(i.id) in text] or world.listed(board)
            if fault.kind == "group_renamed":
                world.rename_group(board, dice.choice(groups), f"renamed by a person {dice.randrange(10_000)}")
            elif fault.kind == "group_deleted" and len(board.active_groups()) > 1:
                world.remove_group(board, dice.choice(groups), "deleted")
            elif fault.kind == "item_moved" and items:
                world.move_item(dice.choice(items), dice.choice(board.active_groups()))
            elif fault.kind in ("item_archived", "item_deleted") and items:
                world.remove_item(dice.choice(items), fault.kind.removeprefix("item_"))
            elif fault.kind == "item_edited" and items:
                self._scribble(board, dice.choice(items), dice)
            self._emulator.save()

    def _scribble(self, board: Board, item: Item, dice: random.Random) -> None:
        """Change one cell to something a person might type; not the business key, which says what the order is."""
        columns = [
            c for c in board.columns.values() if c.type in ("long_text", "numbers") and c.id not in board.business_key
        ]
        column = dice.choice(columns)
        text = (
            str(dice.randrange(1, 1_000)) if column.type == "numbers" else f"typed by a person {dice.randrange(10_000)}"
        )
        self._emulator.world.apply(item, [parse_simple(column, text, create_labels=False)])

    def _label_in_between(self, text: str, dice: random.Random) -> None:
        """Make one of the labels that the request is about to make."""
        wanted = sorted({(board.id, column_id, label) for board in self._emulator.world.boards.values()
                         for column_id, label in _labels_in(text)
                         if column_id in board.columns and label not in board.columns[column_id].by_text
                         and board.columns[column_id].type in ("dropdown", "status")})  # fmt: skip
        if wanted:
            self.create_label(*dice.choice(wanted))


def _labels_in(text: str) -> list[tuple[str, str]]:
    """(column id, label) of all labels that stand in a request's variables."""
    found: list[tuple[str, str]] = []

    def walk(value: Any) -> None:
        if isinstance(value, str) and value.startswith(("{", "[")):
            try:
                value = json.loads(value)
            except ValueError:
                return
        if isinstance(value, list):
            for entry in value:
                walk(entry)
        elif isinstance(value, dict):
            for key, entry in value.items():
                if isinstance(entry, dict):
                    labels = entry.get("labels", [entry.get("label")])
                    found.extend((key, label) for label in labels if isinstance(label, str))
                walk(entry)

    try:
        walk(json.loads(text).get("variables"))
    except (ValueError, AttributeError):
        return []
    return found
