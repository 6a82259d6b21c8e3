"""The referee: what the boards look like in the end, and what it took."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from board_emulator.emulator import Emulator
from board_emulator.model import Board, Item
from board_emulator.values import text_of
from board_emulator.world import World


class Referee:
    """Counts duplicates and orphans on the boards. Business keys are the board file's unless told otherwise."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.keys: dict[str, tuple[str, ...]] = {}

    def set_key(self, board_id: str, columns: tuple[str, ...]) -> None:
        """Columns (``name`` may be among them) whose texts together say what an item of the board is."""
        board = self._emulator.world.board(board_id)
        unknown = [column for column in columns if column not in board.columns]
        if unknown:
            raise ValueError(f"board {board_id} has no column {', '.join(unknown)}")
        self.keys[board_id] = columns

    def _key(self, board: Board, item: Item) -> tuple[str, ...]:
        columns = self.keys.get(board.id, board.business_key)
        texts = tuple(
            item.name if c == "name" else text_of(board.columns[c], item.values.get(c)) or "" for c in columns
        )
        return (str(item.parent_id), *texts) if board.parent_board_id else texts

    def duplicates(self, board_id: str) -> list[list[str]]:
        """Ids of active items that share a business key, a list for each key (of a subitem: within its parent)."""
        world: World = self._emulator.world
        with world.lock:
            board = world.board(board_id)
            seen: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
            for item in world.listed(board):
                seen[self._key(board, item)].append(str(item.id))
        return [ids for ids in seen.values() if len(ids) > 1]

    def orphans(self) -> list[str]:
        """Ids of active subitems whose item is not active, and of active items in a group that is gone."""
        world = self._emulator.world
        with world.lock:
            return [str(item.id) for item in world.all_items() if item.state == "active" and not world.is_active(item)]

    def report(self) -> dict[str, Any]:
        """Everything, as the admin API shows it. Counters are of this process; boards are as they stand."""
        emulator = self._emulator
        with emulator.world.lock:
            boards = {}
            for board in emulator.world.boards.values():
                states = {"active": 0, "archived": 0, "deleted": 0}
                for number in emulator.world.on_board[board.id]:
                    states[emulator.world.items[number].state] += 1
                duplicates = self.duplicates(board.id)
                boards[board.id] = {
                    "name": board.name,
                    "items": states,
                    "groups": len(board.active_groups()),
                    "duplicates": sum(len(ids) - 1 for ids in duplicates),
                    "duplicate_ids": duplicates[:100],
                }
            return {
                **emulator.tally.shown(), "calls_by_day": emulator.meter.calls_by_day(), "boards": boards,
                "duplicates": sum(int(entry["duplicates"]) for entry in boards.values()),  # type: ignore[call-overload]
                "orphans": self.orphans(),
            }  # fmt: skip
