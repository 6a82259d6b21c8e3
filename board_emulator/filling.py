"""A local board made of a copy of another one: its columns, labels, groups, and items under the same ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from board_emulator.clock import MovableClock, iso
from board_emulator.definitions import COLUMN_TYPES
from board_emulator.emulator import Emulator
from board_emulator.errors import BoardFileError
from board_emulator.model import PALETTE, Board, Column, Group, Item, Label, Value
from console import needed, write_private

_PERSON = "50000099"
_NO_GROUP = "topics"


def fill(snapshot: Path, definition: Path, data: Path) -> int:
    """Write the file that defines the boards of a copy, and a data file with all that is on them; returns the items.

    Args:
        snapshot: what ``monday_sync.snapshot`` gives, as JSON.

    Raises:
        BoardFileError: it is no such copy.
        DataFileError: the data file cannot be used.
    """
    try:
        boards = json.loads(snapshot.read_text(encoding="utf-8"))["boards"]
        text = yaml.safe_dump({"boards": [_defined(board) for board in boards]}, allow_unicode=True, sort_keys=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BoardFileError(f"{snapshot} is no copy of a board: {error!r}.", hint="Make it anew.") from error
    with needed(f"The file {definition} cannot be written"):
        write_private(definition, text)
    emulator = Emulator(data, "off", MovableClock(), definition)
    try:
        return _filled(emulator, boards)
    finally:
        emulator.close()


def _defined(board: Mapping[str, Any]) -> dict[str, object]:
    columns = {c["id"]: [c["title"], c["type"]] for c in board["columns"] if c["type"] in COLUMN_TYPES}
    defined = {"id": board["id"], "name": board["name"], "target": board["target"], "columns": columns}
    optional = ("subitem_board", "items_limit", "hierarchy", "permissions")
    return defined | {key: board[key] for key in optional if board.get(key)}


def _filled(emulator: Emulator, boards: list[Mapping[str, Any]]) -> int:
    world, count = emulator.world, 0
    with world.lock:
        for copied in boards:
            board = world.boards[str(copied["id"])]
            _fill_board(board, copied)
            world.touched_boards.add(board.id)
            for column_id in board.columns:
                world.touched_columns.add((board.id, column_id))
        now = iso(emulator.clock.now())
        for copied in boards:
            board = world.boards[str(copied["id"])]
            for item in _items(board, world.boards.get(board.subitem_board_id or ""), copied.get("items", ()), now):
                world.take_in(item)
                count += 1
        emulator.save()
    return count


def _fill_board(board: Board, copied: Mapping[str, Any]) -> None:
    groups = copied.get("groups") or [{"id": _NO_GROUP, "title": "Subitems"}]
    board.groups = {
        group["id"]: Group(group["id"], board.id, group["title"], "#579bfc", 65536.0 * place)
        for place, group in enumerate(groups, 1)
    }
    for column in copied["columns"]:
        if (mine := board.columns.get(column["id"])) is not None and (column["labels"] or column["deactivated"]):
            mine.labels = {
                number: Label(number, text, PALETTE[number % len(PALETTE)][0], deactivated=off)
                for off in (False, True)
                for text, number in (column["deactivated"] if off else column["labels"]).items()
            }
            mine.index_labels()


def _items(board: Board, below: Board | None, copied: list[Mapping[str, Any]], now: str) -> Iterator[Item]:
    place = 1.0
    for one in copied:
        group = one["group"] if one["group"] in board.groups else next(iter(board.groups))
        item = Item(
            int(one["id"]), board.id, group, one["name"], place, now, now, _PERSON,
            values=_values(board, one["values"]),
        )  # fmt: skip
        yield item
        if below is not None:
            for sub in one["subitems"]:
                place += 1
                yield Item(
                    int(sub["id"]), below.id, next(iter(below.groups)), sub["name"], place, now, now, _PERSON, item.id,
                    values=_values(below, sub["values"]),
                )  # fmt: skip
        place += 1


def _values(board: Board, shown: Mapping[str, str]) -> dict[str, Value]:
    found = {column: _value(board.columns[column], text) for column, text in shown.items() if column in board.columns}
    return {column: value for column, value in found.items() if value is not None}


def _value(column: Column, text: str) -> Value | None:
    """What a cell holds that shows ``text``: such a cell is there, so nothing is judged."""
    if column.type not in {"dropdown", "status"}:
        return text
    by_text = {label.text: label for label in column.labels.values()}
    texts = [text] if text in by_text or column.type == "status" else [part.strip() for part in text.split(",")]
    numbers = [(by_text.get(one) or column.add_label(one)).id for one in texts]
    return numbers[0] if column.type == "status" else numbers
